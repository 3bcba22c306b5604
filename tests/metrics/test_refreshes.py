"""Refreshes of a monitor, found from changes whose moments are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from marks import slow

from acceptance.metrics.latency import monitor, refreshes, slow_screen
from acceptance.metrics.latency.figures import half_widths
from acceptance.metrics.latency.monitor import MIXED, Changes, Shown

EXPOSURE, FAST_EXPOSURE = 0.006, 0.0024
SWEEPS = 75.0  # Hz, whose refreshes a film of 240 frame/s sees at 16 phases


def seen(times: refreshes.Array, lights: refreshes.Array, exposure: float = EXPOSURE) -> Changes:
    """Film a monitor that changes at ``lights`` (c,) in exposures about ``times`` (n,), s."""
    ends = times + exposure / 2
    frame = np.searchsorted(ends - MIXED * exposure, lights)
    new = np.clip((ends[frame] - lights) / exposure, 0, 1)
    count = np.arange(len(lights))
    return Changes(
        picture=count + 1,
        frame=frame,
        share=np.where(new > 1 - MIXED, 1.0, new),
        seen=new,
        then=np.full(len(new), np.nan),
        unbroken=np.ones(len(lights), np.bool_),
        until=np.append(frame[1:] - 1, len(times) - 1),
    )


def seen_rising(times: refreshes.Array, lights: refreshes.Array, constant: float) -> Changes:
    """Film in short exposures a monitor whose light rises evenly over two time ``constant`` s."""
    ratio = np.array([[constant / FAST_EXPOSURE]])
    since = (times - lights[:, None]) / FAST_EXPOSURE + 0.5
    noise = 0.012 * np.random.default_rng(3).standard_normal(since.shape)
    share = np.clip(slow_screen.gathered(since, ratio, 1.0) + noise, 0, 1)
    frame, each = np.argmax(share > MIXED, axis=1), np.arange(len(lights))
    new = share[each, frame]
    clear = new > 1 - MIXED
    return Changes(
        picture=each + 1,
        frame=frame,
        share=np.where(clear, 1.0, new),
        seen=np.where(clear, new, 1.0),
        then=share[each, frame + 1],
        unbroken=np.ones(len(lights), np.bool_),
        until=np.append(frame[1:] - 1, len(times) - 1),
    )


@pytest.mark.parametrize("rate", [slow(60.0), 60.05, slow(75.0)])
def test_first_light_of_a_monitor_that_rises_evenly_is_inside_u(rate: float) -> None:
    """Over 5 ms, in a film of 240 frame/s, where an exponential had it 1.3 ms late or more.

    In step every change is seen at one phase, and near it in the middle of the rise: nothing tells
    that it is no fast monitor.
    """
    times = np.arange(720) / 240
    taken = np.arange(3, 70) * 0.04
    lights = 0.003 + np.ceil((taken + 0.05) * rate) / rate
    exposures = np.full(64, FAST_EXPOSURE)
    changes = seen_rising(times, lights, 0.0025)
    _, moments, slow = refreshes.moments(changes, times, taken, exposures)
    off = (moments - lights).mean(axis=1)
    [line] = half_widths({"screen_response": np.hypot(0.001, slow)})
    assert abs(off.mean()) < 1.96 * np.hypot(off.std(), line.contribution)
    assert slow < (0.001 if rate == SWEEPS else 0.003)


def test_frames_that_follow_no_numbered_picture_are_explained_by_none() -> None:
    """A guess from a misread number named a picture 2,581 before the first."""
    pictures = np.eye(6)
    guess = np.array([[0, -2581, 4], [0, -2580, 900]])
    shown = monitor.shown(np.full((3, 6), 0.5), guess, pictures)
    assert shown.old.tolist() == [-1, -1, -1]


def test_a_slow_monitors_picture_is_followed_into_the_frame_after_its_change() -> None:
    """A picture in each of frames 1 to 6: half of 2, nearly all of it, it alone, half of 3, ...

    The frame after that of picture 3 already mixes in 4, so that it says nothing of 3; after 4
    comes a frame of 4 with a little noise.
    """
    film = Shown(
        old=np.array([1, 1, 1, 1, 2, 3, 4, 4]),
        new=np.array([2, 2, 2, 2, 3, 4, 5, 5]),
        share=np.array([0.0, 0.5, 0.9, 1.0, 0.5, 0.5, 0.01, 0.0]),
    )
    changes = film.changes()
    assert changes.picture.tolist() == [2, 3, 4]
    assert changes.frame.tolist() == [1, 4, 5]
    assert np.array_equal(changes.then, [0.9, np.nan, 1.0], equal_nan=True)


def test_the_last_frame_of_a_film_has_none_after_it() -> None:
    film = Shown(old=np.array([1, 1, 1]), new=np.array([2, 2, 2]), share=np.array([0, 0, 0.5]))
    assert np.isnan(film.changes().then).tolist() == [True]


def test_a_response_that_frames_show_leaves_a_part_of_it_open_and_else_all() -> None:
    known, unknown = np.full(64, 0.002), np.array([0.0, 0.004])
    assert refreshes._open(known) == pytest.approx(slow_screen.DOUBT * 0.002)
    assert refreshes._open(unknown) == pytest.approx(0.002)
    nearly = 0.002 + np.array([-0.0002, 0.0002])
    assert refreshes._open(nearly) == pytest.approx(np.hypot(slow_screen.DOUBT * 0.002, 0.0004))


@pytest.mark.parametrize("jitter", [0.0, 0.0004])
def test_a_late_picture_comes_up_at_a_refresh_of_the_true_monitor(jitter: float) -> None:
    """75 Hz, a picture each 40 ms, all in step, two of them a refresh late; film of 60 frame/s.

    Between two exposures there is room for two refreshes: which of them it was, is seen in what is
    left of the old picture. Where stamps ``jitter``, by that much less of it is certain: of 14 such
    films 9 hold both, in the others one is a refresh early (decision 251).
    """
    random = np.random.default_rng(2)
    true = np.arange(300) / 60 + 0.0025 * np.clip(random.standard_normal(300), -2, 2)
    taken = np.arange(5, 120) * 0.04
    lights = taken + 0.0377
    lights[[50, 100]] += 1 / 75
    stamps = true + jitter * random.standard_normal(300)
    changes = seen(true, lights)
    exposures = np.full(64, EXPOSURE)
    _, moments, _ = refreshes.moments(changes, stamps, taken, exposures, jitter)
    off = np.abs(moments.mean(axis=0) - lights)
    assert np.median(off) < 0.001
    late = moments[:, [50, 100]] - lights[[50, 100]]
    assert (np.abs(late.mean(axis=0)) < 2 * late.std(axis=0) + 0.001).all()


@pytest.mark.parametrize(
    ("shortest", "phases", "expected"),
    [(0.003, 1, 1 / 60), (0.013, 1, 0.0), (0.003, 240, 0.0), (0.003, 2, 1 / 60)],
)
def test_changes_at_few_phases_are_open_if_the_clock_leaves_short_exposures(
    shortest: float, phases: int, expected: float
) -> None:
    """By long ones mixtures seem to tell all changes: they were 8.5 ms late at a U of 6."""
    times, lights = np.arange(300) / 60, np.arange(10, 115) * 0.04
    frames = np.round(lights * 60)
    moments = (frames + np.arange(len(lights)) % phases / phases) / 60
    changes = replace(seen(times, lights), share=np.full(len(lights), 0.5))
    draws, possible = np.full(64, 0.013), np.append(np.full(60, 0.013), np.full(8, shortest))
    assert refreshes.gap(times, changes, moments, draws, possible) == pytest.approx(expected)


@pytest.mark.parametrize("seed", [4, slow(2), slow(6), slow(8)])
def test_stamps_that_are_exact_do_not_speak_for_long_exposures(seed: int) -> None:
    """59.94 Hz before a film of 60 frame/s drifts by 6 ms in six seconds, a camera of 30 in step.

    The clock leaves exposures open. Those 2.7 times as long, and a monitor of 59.85 Hz, explain
    the mixtures as well: nothing may choose these, and what is open is in the draws.
    """
    random = np.random.default_rng(seed)
    times = np.arange(360) / 60 + random.uniform(0, 0.01)
    taken = np.arange(3, 174) / 30
    start = random.uniform(0, 1 / 59.94)
    ready = taken + 0.1 + np.abs(random.normal(0, 0.002, len(taken)))
    lights = start + np.ceil((ready - start) * 59.94) / 59.94
    changes = seen(times, lights, 0.0022)
    _, moments, _ = refreshes.moments(changes, times, taken, np.geomspace(0.0006, 0.009, 256))
    off = moments.mean(axis=0) - lights
    alike = moments - moments.mean(axis=1, keepdims=True)
    assert np.abs(off - off.mean()).max() < 2 * alike.std(axis=0).max() + 0.0002
