"""A recording is asked for by its times, taken down once, and ends where it ends."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from peers.captured_files import check
from peers.rtsp_recorder import BEGIN, EACH, ChangingRecorder, recorder
from peers.rtsp_responder import Asked, reply, responder, usual

from acceptance.errors import DeviceError, UsageError
from acceptance.footage import clip as footage
from acceptance.live.rtsp import capture
from acceptance.live.rtsp.capturing import over_changes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.live.rtsp import Captured
    from acceptance.live.rtsp.capturing import Times

TIMES = (BEGIN, BEGIN + timedelta(seconds=60))


@pytest.mark.film
def test_a_recording_is_asked_for_by_its_times_and_taken_once(tmp_path: Path) -> None:
    with responder(recorder) as device:
        begun = time.monotonic()
        captured = capture(device.url, tmp_path / "gate.mp4", replay=TIMES, timeout=30)
    assert time.monotonic() - begun < 15, "the goodbye is heard"
    check(captured)
    assert (captured.frames, captured.reason, captured.connections) == (10, "end", 1)
    assert captured.whole
    play = next(asked for asked in device.asked if asked.method == "PLAY")
    assert play.headers["range"] == "clock=20261128T083000.000Z-20261128T083100.000Z"
    assert play.headers["require"] == "onvif-replay"
    assert play.headers["rate-control"] == "yes"
    setup = next(asked for asked in device.asked if asked.method == "SETUP")
    assert setup.headers["require"] == "onvif-replay"


def test_a_recorder_that_cannot_replay_is_named(tmp_path: Path) -> None:
    def answer(asked: Asked) -> bytes:
        if asked.method == "SETUP":
            return reply(asked, "551 Option not supported", Unsupported="onvif-replay")
        return usual(asked)

    with responder(answer) as device, pytest.raises(DeviceError, match="551"):
        capture(device.url, tmp_path / "gate.mp4", replay=TIMES, timeout=2)


@pytest.mark.parametrize("times", [(TIMES[1], TIMES[0]), (BEGIN.replace(tzinfo=None), TIMES[1])])
def test_times_need_a_zone_and_an_order(times: tuple[datetime, datetime], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two times with their zone"):
        capture("rtsp://127.0.0.1:9/x", tmp_path / "gate.mp4", replay=times)


@pytest.mark.film
@pytest.mark.parametrize("tells", ["packets", "range"])
def test_a_recording_that_changes_its_size_goes_on_in_a_second_clip(
    tells: str, tmp_path: Path
) -> None:
    """From the first picture of the other size on: none is lost, and none comes twice."""
    with responder(ChangingRecorder(tells=tells)) as device:
        (first, second), _ = over_changes(
            taking(device.url), tmp_path / "gate.mp4", None, None, TIMES
        )
    for part in (first, second):
        check(part)
        assert part.frames == EACH
    assert (first.reason, second.reason) == ("changed", "end")
    assert first.goes_on == BEGIN + timedelta(seconds=EACH / 25)
    assert [footage.open_clip(part.clip).info.width for part in (first, second)] == [320, 160]
    asked = [each.headers["range"] for each in device.asked if each.method == "PLAY"]
    assert asked == [
        "clock=20261128T083000.000Z-20261128T083100.000Z",
        "clock=20261128T083000.400Z-20261128T083100.000Z",
    ]


@pytest.mark.film
@pytest.mark.parametrize(
    ("how", "clips"),
    [
        ({"tells": "", "jumps": True}, 1),
        ({"heeds": False}, 2),
        ({"tells": "range", "jumps": True}, 1),
    ],
)
def test_a_recording_ends_where_the_recorder_does_not_tell_where_it_goes_on(
    how: dict[str, Any], clips: int, tmp_path: Path
) -> None:
    """Or begins anew whatever is asked: nothing is captured again and again."""
    with responder(ChangingRecorder(**how)) as device:
        found, _ = over_changes(taking(device.url), tmp_path / "gate.mp4", None, None, TIMES)
    assert len(found) == clips
    assert found[-1].reason == "changed"


def taking(url: str) -> Callable[..., Captured]:
    """Return how a clip of a recording is captured."""

    def take(clip: Path, _: float | None, __: int | None, replay: Times | None) -> Captured:
        return capture(url, clip, replay=replay, timeout=3)

    return take
