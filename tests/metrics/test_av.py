"""Sound against picture: early and late, by flash and by clock, whatever the container cuts off."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from intervals import fewest
from marks import slow

from acceptance.charts import beep
from acceptance.errors import GapError
from acceptance.footage.sound import Stretch
from acceptance.metrics import av
from acceptance.metrics._filmed_clock.readings import expected_shares
from acceptance.metrics.av import matched_filter
from acceptance.metrics.av.pairing import paired
from acceptance.model import Note, Shot
from acceptance.scene import build

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import av_sync
import clocks


@pytest.mark.parametrize(
    ("container", "rate"),
    [
        ("AAC in MP4", 25),
        slow("AAC in TS", 30),
        slow("PCM in MOV", 60),
        *(slow(name, rate) for name in av_sync.CONTAINERS for rate in (25, 30, 60)),
    ],
)
@pytest.mark.parametrize("early", [0.083, slow(-0.137)])
def test_sound_planted_early_and_late_comes_back_from_every_container(
    container: str, rate: int, early: float, tmp_path: Path
) -> None:
    """Priming samples and edit lists are the container's own affair: 1024 samples are 21 ms."""
    path = tmp_path / f"clip.{av_sync.SUFFIX[av_sync.CONTAINERS[container][0]]}"
    av_sync.write(path, container, rate, early)
    found = av_sync.of_file(path)
    assert abs(found["mean"].value - 1000 * early) <= found["mean"].expanded < 1000 / rate
    assert abs(found["worst"].value - 1000 * early) <= found["worst"].expanded + 1000 / rate / 2
    assert found["sd"].value < 5
    assert found["mean"].samples >= 5


def test_a_picture_that_begins_later_than_the_sound_keeps_its_time(tmp_path: Path) -> None:
    """An empty edit, half a second long: both count from the begin of the container."""
    path = tmp_path / "clip.mp4"
    av_sync.write(path, "AAC in MP4", 25, 0.06, delay=0.5)
    mean = av_sync.of_file(path)["mean"]
    assert abs(mean.value - 60) <= mean.expanded


@pytest.mark.parametrize("runs", [range(12), slow(range(12, 72))])
def test_the_truth_lies_inside_the_stated_uncertainty(runs: range) -> None:
    """By clock and flash, in step or not, in noise and echoes: 95 % are expected."""
    every = [row for number in runs for row in av_sync.run(number)]
    rows = [row for row in every if "refused" not in row]
    assert len(every) - len(rows) <= len(runs) / 10
    assert len(rows) >= 2 * len(runs)
    assert sum(abs(row["off"]) <= row["own"] for row in rows) >= fewest(len(rows))
    assert sum(abs(row["shifted"]) <= row["expanded"] for row in rows) >= fewest(len(rows))


@pytest.mark.parametrize(
    ("kind", "runs"),
    [
        *((kind, range(place % 2, place % 2 + 1)) for place, kind in enumerate(av_sync.CHANGES)),
        *(slow(kind, range(2, 24)) for kind in av_sync.CHANGES),
    ],
)
def test_an_offset_that_changes_within_the_clip_is_inside_as_well(kind: str, runs: range) -> None:
    """By clock and flash: it was taken for that of the longer part."""
    every = [row for number in runs for row in av_sync.with_change(number, kind)]
    rows = [row for row in every if "refused" not in row]
    assert len(every) - len(rows) <= len(runs) / 5
    assert sum(abs(row["off"]) <= row["expanded"] for row in rows) >= fewest(len(rows))


def test_a_clip_whose_sound_jumps_says_so(tmp_path: Path) -> None:
    """From the ninth flash on 250 ms later."""
    every = beep.indices(5000, 6000)[:14]
    moments = (every - 5000) / 59.3
    path = tmp_path / "clip.mp4"
    early = np.where(np.arange(len(moments)) < 8, 0.15, -0.1)
    av_sync.write(path, "AAC in MP4", 25, early, seconds=16.0, moments=moments)
    shot = Shot(
        id="s", subject="c", clip=path.name, regions={"flash.sequence": av_sync.BOX},
        conditions=av_sync.CALIBRATED,
    )  # fmt: skip
    found = list(av.measure(build.look(shot, tmp_path)))
    [note] = [each for each in found if isinstance(each, Note)]
    said = note.reason.parameters
    assert note.reason.code == "av_offset_changes"
    assert said["changes"] == 1
    assert said["at"] == pytest.approx(moments[8], abs=0.2)
    assert said["earliest"] == pytest.approx(150, abs=5)
    assert said["latest"] == pytest.approx(-100, abs=5)


def test_a_single_pair_counts_where_none_is_missing_elsewhere() -> None:
    """Else a flash without its beep beside a beep without its flash would be one, a second off."""
    own = beep.indices(1024, 2400) / 60
    late = own + 0.3
    late[7] += 0.1
    pairs = paired(own, late, 0.04)
    assert pairs.beeps.tolist() == list(range(len(own)))
    assert pairs.changes.tolist() == [7, 8]
    late[7] += 0.2
    assert 7 not in paired(own, late, 0.04).flashes
    few = paired(np.delete(own, 6), np.delete(own, [5, 11]) + 0.3, 0.0)
    assert (
        np.abs(
            own[np.delete(np.arange(len(own)), 6)[few.flashes]]
            - own[np.delete(np.arange(len(own)), [5, 11])[few.beeps]]
        ).max()
        == 0
    )


@pytest.mark.parametrize("share", [0.2, 0.6])
@pytest.mark.parametrize(
    "later",
    [[0.02], [0.05], [0.058], [0.0605], [0.07], [0.08], [0.15], [0.28], [0.05, 0.1, 0.15]],
)
def test_an_echo_is_no_beep_however_late_it_comes(later: list[float], share: float) -> None:
    """Of facades 3 to 48 m away, in G.711, whose noise is that of the level: any may be clearer."""
    rate, random = 8000, np.random.default_rng(1)
    moments = beep.indices(5000, 5600) / 59.3 - 84
    samples = 0.001 * random.standard_normal(rate * 12)
    wave = beep.analytic(rate).real
    for level, at in ((0.1, 0.0), *((0.1 * share, each) for each in later)):
        for first in np.rint((moments + at) * rate).astype(int):
            samples[first : first + len(wave)] += level * wave
    samples *= 1 + 0.1 * random.standard_normal(len(samples))
    sound = Stretch(samples=samples.astype(np.float32), start=0.0, rate=rate, off=0)
    assert matched_filter.heard([sound]) == pytest.approx(moments, abs=2e-4)


def test_an_echo_of_a_beep_before_the_sound_begins_is_none() -> None:
    """Every beep has one; of the first only the echo is in the clip."""
    rate, random = 16000, np.random.default_rng(2)
    moments = beep.indices(5000, 5600) / 59.3 - 84
    samples = 0.02 * random.standard_normal(rate * 12)
    wave = beep.analytic(rate).real
    for level, at in ((0.2, 0.0), (0.1, 0.09)):
        for first in np.rint((moments + at) * rate).astype(int):
            samples[first : first + len(wave)] += level * wave
    cut = int((moments[0] + 0.05) * rate)
    sound = Stretch(samples=samples[cut:].astype(np.float32), start=cut / rate, rate=rate, off=0)
    assert matched_filter.heard([sound]) == pytest.approx(moments[1:], abs=2e-4)


@pytest.mark.parametrize("number", [75, 79])
def test_flashes_that_leave_half_a_picture_open_do_not_scatter(number: int) -> None:
    """Short exposures at 25 frame/s: pairs half a picture off the median counted by themselves."""
    [row] = [row for row in av_sync.run(number) if row["what"][1] == "sd"]
    assert abs(row["off"]) <= row["own"]


def test_a_clock_that_jumps_again_and_again_is_refused() -> None:
    """One picture in twenty lost, stamps even: no line holds, and ten minutes would take hours."""
    random = np.random.default_rng(3)
    times = np.arange(500) / 25
    times = times[random.uniform(size=500) > 0.05]
    readings = clocks.readings(
        random, lambda at: expected_shares(5000 + 59.3 * (times + 0.01 * at), 0.3, 24), 0.6
    )
    with pytest.raises(GapError) as caught:
        av.by_clock(np.arange(len(times)) / 25, readings, np.arange(20.0))
    assert caught.value.code == "clock_jumps_often"
    slow = np.arange(20) / 2  # two jumps leave parts that are too short for a line
    jumped = slow + 3.0 * (np.arange(20) >= 7) + 3.0 * (np.arange(20) >= 13)
    readings = clocks.readings(
        random, lambda at: expected_shares(5000 + 59.3 * (jumped + 0.01 * at), 0.3, 24), 0.6
    )
    with pytest.raises(GapError):
        av.by_clock(slow, readings, np.arange(20.0))


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_a_beep_is_heard_to_a_tenth_of_a_millisecond(rate: int) -> None:
    samples = 0.02 * np.random.default_rng(1).standard_normal(2 * rate)
    wave = beep.analytic(rate).real
    first = int(0.7 * rate)
    samples[first : first + len(wave)] += 0.1 * wave
    heard = matched_filter.heard(
        [Stretch(samples=samples.astype(np.float32), start=3.0, rate=rate, off=0)]
    )
    assert heard == pytest.approx([3 + first / rate], abs=1e-4)


@pytest.mark.parametrize("kind", ["silence", "noise", "hum", "speech-like", "clicks"])
def test_other_sounds_are_no_beeps(kind: str) -> None:
    random, rate = np.random.default_rng(5), 16000
    time = np.arange(20 * rate) / rate
    samples = {
        "silence": np.zeros(len(time)),
        "noise": 0.3 * random.standard_normal(len(time)),
        "hum": 0.5 * np.sin(2 * np.pi * 50 * time) + 0.3 * np.sin(2 * np.pi * 1000 * time),
        "speech-like": 0.3
        * np.sin(2 * np.pi * 140 * time + 20 * np.sin(2 * np.pi * 3 * time))
        * np.sin(2 * np.pi * 4 * time) ** 2,
        "clicks": (random.uniform(size=len(time)) < 1e-3).astype(float),
    }[kind]
    sound = Stretch(samples=samples.astype(np.float32), start=0.0, rate=rate, off=0.0)
    assert not len(matched_filter.heard([sound]))


def test_flashes_that_repeat_leave_their_beeps_unsure() -> None:
    """Beyond half a period; the page's own moments do not repeat."""
    every = np.arange(20) * 0.8
    with pytest.raises(GapError) as caught:
        paired(every, every + 0.3, 0.04)
    assert caught.value.code == "pairing_unsure"
    own = beep.indices(1024, 2400) / 60
    pairs = paired(own, np.delete(own, [3, 9]) + 7.9, 0.04)
    assert len(pairs.flashes) == len(own) - 2
    assert not {3, 9} & set(pairs.flashes.tolist())


def test_few_beeps_and_none_and_no_sound_have_their_reasons(tmp_path: Path) -> None:
    own = beep.indices(1024, 2400) / 60
    with pytest.raises(GapError) as caught:
        paired(own, own[:2], 0.04)
    assert caught.value.code == "too_few_beeps"
    path = tmp_path / "clip.mp4"
    av_sync.write(path, "AAC in MP4", 25, 0.06, seconds=4.0, moments=np.empty(0))
    shot = Shot(id="s", subject="c", clip=path.name, regions={"flash.sequence": av_sync.BOX})
    looked = build.look(shot, tmp_path)
    assert av.serves(looked)
    with pytest.raises(GapError) as caught:
        list(av.measure(looked))
    assert caught.value.code == "no_beep"
    dark = np.full(100, 0.1)
    with pytest.raises(GapError) as caught:
        av.by_flashes(np.arange(100) / 25, dark, own)
    assert caught.value.code == "no_flash"
    silent = replace(looked)
    object.__setattr__(silent, "sound", ())
    with pytest.raises(GapError) as caught:
        list(av.measure(silent))
    assert caught.value.code == "no_sound"


def test_sound_with_times_is_not_set_against_pictures_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program stream stamps some pictures and all sound: it was 580 ms off at U of 1.4."""
    monkeypatch.setitem(av_sync.CONTAINERS, "MP2 in PS", ("mpeg", "mp2", 48000))
    path = tmp_path / "clip.mpg"
    av_sync.write(path, "MP2 in PS", 25, 0.083, seconds=4.0)
    with pytest.raises(GapError) as caught:
        av_sync.of_file(path)
    assert caught.value.code == "times_assumed"


def test_what_is_stated_of_page_and_distance_corrects_the_figure(tmp_path: Path) -> None:
    """Sound that has 3.43 m to go, and a page that beeps 12 ms late: both are taken off."""
    path = tmp_path / "clip.mp4"
    av_sync.write(path, "AAC in MP4", 60, -0.022)
    shot = Shot(id="s", subject="c", clip=path.name, regions={"flash.sequence": av_sync.BOX})
    calibrated = [replace(condition) for condition in av_sync.CALIBRATED]
    values = {"page_offset": 12.0, "microphone_distance": 3.43}
    stated = tuple(
        replace(condition, value=values.get(condition.name, condition.value))
        for condition in calibrated
    )
    looked = build.look(replace(shot, conditions=stated), tmp_path)
    mean = next(figure for figure in av.measure(looked) if figure.statistic == "mean")  # type: ignore[union-attr]  # no Note
    assert abs(mean.value) <= mean.expanded  # type: ignore[union-attr]
    unstated = next(av.measure(build.look(shot, tmp_path)))
    assert unstated.expanded > 20  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", [5, 11, 12])
def test_how_far_a_late_beep_is_off_is_open_by_its_flash_in_the_scatter_too(seed: int) -> None:
    """One of 21 is 70 ms late at 15 frame/s: sd 4.3 and 7.7 ms off at U of 3.4 and 2.5."""
    random, interval = np.random.default_rng([5, seed]), 1 / 15
    own = np.cumsum(np.r_[1 + random.uniform(0, 1), 0.6 + random.uniform(0, 0.9, 20)])
    exposure, phase = interval * random.uniform(0.1, 0.9), random.uniform(0, interval)
    times = phase + np.arange(0, own[-1] + 2, interval)
    since = (times + exposure / 2)[:, None] - own
    lit = np.clip(since / exposure, 0, 1) - np.clip((since - 0.133) / exposure, 0, 1)
    light = 0.05 + 0.9 * lit.sum(axis=1) + random.normal(0, 0.004, len(times))
    early = np.full(len(own), 0.04)
    early[random.choice(np.arange(3, len(own) - 3), 1)] += 0.07
    found = av.by_flashes(times, light, own - early + random.normal(0, 0.0003, len(own)))
    expanded = 2 * np.linalg.norm([line.contribution for line in found.sd_lines])
    assert abs(found.sd - 1000 * early.std(ddof=1)) <= expanded


def filmed_flashes(
    rate: float, exposure: float, brighter: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return times and light of 20 s of pictures of flashes, clipped at 1, and their begins."""
    times = np.arange(round(20 * rate)) / rate
    begun = beep.indices(7000, 7000 + 20 * 60)[1:-1] / 60 - 7000 / 60
    inside = times[:, None] + exposure * (np.linspace(0, 1, 201) - 0.5)
    at = np.searchsorted(begun, inside, "right") - 1
    lit = ((at >= 0) & (inside - begun[at] < beep.FLASH / 60)).mean(axis=1)
    noise = np.random.default_rng(6).normal(0, 0.003, len(times))
    return times, np.minimum(brighter * lit, 1) + noise, begun


@pytest.mark.parametrize("beeps", ["all", "one missing", "one too many"])
@pytest.mark.parametrize("brighter", [1.0, 2.2, 5.0])
def test_a_flash_that_is_clipped_seems_longer_and_u_holds_what_its_begin_is_off_by(
    brighter: float, beeps: str
) -> None:
    """At 30 frame/s with exposures of 20 ms the mean was 6 ms off at a U of 0.6."""
    times, light, begun = filmed_flashes(30.01, 0.02, brighter)
    heard = {
        "all": begun,
        "one missing": np.delete(begun, len(begun) // 2),
        "one too many": np.sort(np.append(begun, begun[2] + 0.3)),
    }[beeps]
    found = av.by_flashes(times, light, heard - 0.1)
    u = 2 * sum(line.contribution**2 for line in found.mean_lines) ** 0.5
    assert abs(found.mean - 100) <= u
    assert (u < 3) == (brighter == 1)


@pytest.mark.parametrize(("rate", "exposure"), [(24.003, 0.008), (50.02, 0.004)])
def test_flashes_whose_lengths_scatter_do_not_widen_u(rate: float, exposure: float) -> None:
    """By chance the mean length is off; U was 2.2 and 2.5 ms for 1.5 and 0.6."""
    times, light, begun = filmed_flashes(rate, exposure, 1)
    found = av.by_flashes(times, light, begun - 0.1)
    assert "light_curve" not in {line.source for line in found.mean_lines}
