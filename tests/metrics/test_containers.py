"""Containers whose stamps are out of order, doubled, jittered, lost, joined: figures that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import benchmark
from marks import slow

from acceptance.metrics._shared import stamps, timing
from acceptance.metrics.frame_rate.clock import Clock
from acceptance.model import Note, Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from pathlib import Path

containers, more = benchmark("containers"), benchmark("more_containers")
recorders = benchmark("recorder_containers")
QUICK = {
    ("B-frames, pts = dts", "mp4"),
    ("3 pictures lost, jitter of 10%", "mkv"),
    ("key pictures 20 ms late", "mkv"),
    ("fields, each a picture", "ts"),
    ("FLV1", "swf"),
}
QUICK_FIELDS = {
    ("ten frames, then two fields in a packet", "ts"),
    ("ten frames, then a field in a packet", "mkv"),
}
FIRST_AND_LAST = "29.97 on a grid of 1/600 s"
KNOWN = "0.010 off at U 0.008: both stamps fall where U of a length holds 19 clips of 20"
UNMEASURED = {
    *("too_few_frames", "clip_not_video", "clip_no_frames", "clip_no_video", "fields_apart")
}
EVEN = np.arange(200) / 25


def rows() -> list[Any]:
    """Return every container, most of them for the slow run."""
    quick = dict.fromkeys(QUICK)
    every = (*containers.EVERY, *containers.MORE, *more.FRESH, *recorders.LIST)
    return [
        wanted
        if quick.pop((wanted.name, wanted.suffix), 0) is None
        else pytest.param(
            wanted, marks=[pytest.mark.slow, pytest.mark.xfail(strict=True, reason=KNOWN)]
        )
        if wanted.name == FIRST_AND_LAST
        else slow(wanted)
        for wanted in every
    ]


@pytest.mark.film
@pytest.mark.parametrize("wanted", rows(), ids=lambda wanted: f"{wanted.name}-{wanted.suffix}")
def test_rate_and_losses_are_exact_or_bounds_that_hold(wanted: Any, tmp_path: Path) -> None:
    found = containers.measured(tmp_path, wanted)
    assert containers.holds(wanted, found)
    repeated = found.figures.get("frame_rate.repeated")
    assert repeated.value == 0 if repeated else found.reasons & UNMEASURED


@pytest.mark.film
@pytest.mark.parametrize(
    "wanted",
    [
        wanted if (wanted.name, wanted.suffix) in QUICK_FIELDS else slow(wanted)
        for wanted in recorders.FIELDS
    ],
    ids=lambda wanted: f"{wanted.name}-{wanted.suffix}",
)
def test_two_fields_in_one_packet_or_in_two_are_one_picture(wanted: Any, tmp_path: Path) -> None:
    """Also without a time for the second field, and where the stream begins with whole frames."""
    found = containers.measured(tmp_path, wanted)
    mean = found.figures["frame_rate.mean"]
    assert mean.value == pytest.approx(wanted.rate, abs=mean.expanded)
    assert mean.expanded < 0.2
    assert found.figures["frame_rate.dropped"].value == wanted.dropped
    shot = Shot(id="a", subject="b", clip=f"clip.{wanted.suffix}", chart="clock")
    scene = build.look(shot, tmp_path)
    assert "pictures_damaged" not in {note.reason.code for note in scene.notes}


def test_a_rounded_first_and_last_stamp_are_off_by_a_tick_at_most() -> None:
    """29.97 frame/s from 0 on, of which the last stamp nearly is the next one."""
    found = timing.timing(np.floor(np.arange(150) * 20.02) / 600)
    assert abs(found.duration - 150 * 20.02 / 600) <= 1 / 600 + 1e-9


@pytest.mark.film
@pytest.mark.parametrize("name", ["first key frame lost", slow("edit list leaves 10 pictures out")])
def test_what_is_not_shown_before_the_first_picture_is_in_no_figure(
    name: str, tmp_path: Path
) -> None:
    """Pictures without a key frame, and those that an edit list leaves out, are not of the film."""
    wanted = next(each for each in containers.MORE if (each.name, each.suffix) == (name, "mp4"))
    mean = containers.measured(tmp_path, wanted).figures["frame_rate.mean"]
    assert mean.value == pytest.approx(25, abs=mean.expanded)
    assert mean.expanded < 0.01


@pytest.mark.film
@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("MPEG-2", "mpg"),
        slow("MPEG-2", "mxf"),
        slow("without times", "mjpeg"),
        slow("MPEG-1", "mpg"),
    ],
)
def test_times_that_the_stream_does_not_state_give_no_rate(
    name: str, suffix: str, tmp_path: Path
) -> None:
    """A program stream that stamps some pictures only, numbers of pictures, a row of JPEG."""
    wanted = next(each for each in more.FRESH if (each.name, each.suffix) == (name, suffix))
    found = containers.measured(tmp_path, wanted)
    assert "times_assumed" in found.reasons
    assert "frame_rate.mean" not in found.figures
    assert "frame_rate.jitter" not in found.figures


@pytest.mark.parametrize("number", [2, 5, 25])
def test_stamps_of_bursts_lose_no_picture_and_leave_a_pause_open(number: int) -> None:
    """25 pictures a second that are stamped as they arrive, several at once."""
    n = np.arange(200)
    found = timing.timing(n // number * number / 25 + n % number / 1000)
    assert found.in_bursts
    assert found.missing() is None
    clock = Clock(name="presentation", timing=found, resolution=0.0)
    lines = clock.rate_budget(clock.rate, found.duration)
    assert abs(clock.rate - 25) <= 2 * np.hypot.reduce([line.contribution for line in lines])


@pytest.mark.parametrize(
    ("lost", "of"),
    [
        ([*range(30, 80), *range(110, 160), *range(180, 230)], 250),
        ([*range(8, 21), *range(30, 43), *range(48, 60)], 63),
        ([n for n in range(250) if 20 <= n % 50 < 46], 250),
    ],
)
def test_outages_of_an_even_grid_are_no_bursts_and_their_pictures_are_counted(
    lost: list[int], of: int
) -> None:
    """Three outages of 2 s in 10 s, three of half a second in 2.5 s, one of 1 s in each 2 s."""
    found = timing.timing(np.delete(np.arange(of) / 25, lost))
    missing = found.missing()
    assert not found.in_bursts
    assert missing is not None
    assert missing.sum() == len(lost)


def test_bursts_that_a_network_let_through_at_uneven_moments_are_no_losses() -> None:
    """25 pictures a second, held up until a moment drawn at random, 6 to 9 ms apart then."""
    random = np.random.default_rng(5)
    ends = np.cumsum(random.uniform(0.3, 0.8, 20))
    sent = np.arange(1, int(25 * ends[-1]) + 1) / 25
    burst = np.searchsorted(ends, sent)
    place = np.arange(len(sent)) - np.searchsorted(burst, burst)
    found = timing.timing(ends[burst] + 0.0075 * place + random.uniform(0, 0.0015, len(sent)))
    assert found.in_bursts
    assert found.missing() is None


@pytest.mark.parametrize("number", [3, 4])
def test_a_few_alternate_losses_are_counted(number: int) -> None:
    missing = timing.timing(np.delete(EVEN, 101 + 2 * np.arange(number))).missing()
    assert missing is not None
    assert missing.sum() == number


def test_even_jitter_seldom_leaves_the_length_in_more_doubt() -> None:
    """U holds jitter by the standard deviation of the intervals."""
    random = np.random.default_rng(0)
    jitter = random.normal(0, 0.002, (400, len(EVEN)))
    assert np.mean([timing.timing(EVEN + each).edge > 0 for each in jitter]) < 0.02


@pytest.mark.parametrize("group", [12, 25])
def test_every_late_key_picture_is_in_the_doubt_of_the_length(group: int) -> None:
    late = EVEN + np.where(np.arange(200) % group == 0, 0.01, 0)
    found = timing.timing(late)
    assert found.edge == pytest.approx(0.01)
    assert timing.timing(EVEN).edge < 1e-9


def test_a_slower_pace_for_a_few_pictures_is_no_loss() -> None:
    """Five intervals twice as long, as of an exposure that grew; two may be losses."""
    slower = np.ones(199)
    slower[60:65] = 2
    found = timing.timing(np.concatenate([[0], np.cumsum(slower)]) / 25).missing()
    assert found is not None
    assert found.sum() == 0
    slower[62:65] = 1
    found = timing.timing(np.concatenate([[0], np.cumsum(slower)]) / 25).missing()
    assert found is not None
    assert found.sum() == 2


@pytest.mark.film
def test_pictures_that_are_damaged_or_lost_are_counted_and_placed(tmp_path: Path) -> None:
    """Bytes of the middle half are turned: some packets decode in part, or not at all."""

    def turned(file: bytes) -> bytes:
        content = bytearray(file)
        for at in np.random.default_rng(1).integers(len(file) // 4, 3 * len(file) // 4, 12):
            content[at] ^= 0xFF
        return bytes(content)

    def damage(**fields: Any) -> list[Note]:
        wanted = containers.Container(name="", suffix="mkv", options=containers.B_FRAMES, **fields)
        path = containers.write(tmp_path, wanted)
        notes = build.look(Shot(id="a", subject="b", clip=path.name), tmp_path).notes
        return [note for note in notes if note.reason.code == "pictures_damaged"]

    assert damage() == []
    [note] = damage(bytes_of=turned)
    found = note.reason.parameters
    assert int(found["undecoded"]) + int(found["damaged"]) >= 2
    # five seconds and the rest of a group of pictures, a second long, which builds on the last one
    assert 1 <= float(found["first"]) <= float(found["last"]) <= 6


def test_stamps_in_the_order_of_decoding_are_sorted_and_leave_no_jump() -> None:
    """I P B B B: each picture has the stamp of when it was decoded."""
    decoded = EVEN.reshape(-1, 4)[:, [0, 3, 1, 2]].ravel()
    found = stamps.ordered(decoded)
    assert found.times == pytest.approx(EVEN)
    assert found.jumps.size == 0
    assert found.moved == 150


@pytest.mark.parametrize("by", [3, 8.5, 15.5, 16, 40])
def test_a_clock_set_back_by_however_little_begins_a_stretch(by: float) -> None:
    back = np.where(np.arange(200) < 90, EVEN, EVEN - by / 25)
    found = timing.timing(back)
    assert found.jumps.tolist() == [90]
    assert found.duration == pytest.approx(8)
    assert found.moved == 0


@pytest.mark.parametrize("seed", range(10))
def test_jitter_doubled_and_lone_stamps_are_no_losses(seed: int) -> None:
    random = np.random.default_rng(seed)
    times = EVEN + random.uniform(-0.45, 0.45, 200) / 25
    doubled = random.choice(np.arange(10, 190), 12, replace=False)
    times[doubled] = times[doubled - 1]
    times[random.integers(20, 180)] += random.choice([-60.0, 5.0])
    missing = timing.timing(times).missing()
    assert missing is None or missing.sum() == 0


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("jitter", [0.0, 0.05, 0.2])
def test_no_more_pictures_are_missing_than_were_left_out(jitter: float, seed: int) -> None:
    """Of an interval; all are found while stamps jitter little."""
    random = np.random.default_rng(seed)
    lost = random.choice(np.arange(5, 195), 6, replace=False)
    times = np.delete(EVEN + random.uniform(-jitter, jitter, 200) / 25, lost)
    missing = timing.timing(times).missing()
    assert missing is not None
    assert missing.sum() == 6 if jitter < 0.1 else missing.sum() <= 6


def test_a_lone_first_stamp_leaves_the_length_in_doubt_and_no_picture_missing() -> None:
    times = EVEN.copy()
    times[0] = -0.1
    found = timing.timing(times)
    missing = found.missing()
    assert missing is not None
    assert missing.sum() == 0
    assert found.edge == pytest.approx(0.1)
