"""A recording is asked for by its times, taken down once, and ends where it ends."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from peers.captured_files import check
from peers.rtsp_recorder import recorder
from peers.rtsp_responder import Asked, reply, responder, usual

from acceptance.errors import DeviceError, UsageError
from acceptance.live.rtsp import capture

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = datetime(2026, 11, 28, 8, 30, tzinfo=UTC)
TIMES = (BEGIN, BEGIN + timedelta(seconds=60))


@pytest.mark.film
def test_a_recording_is_asked_for_by_its_times_and_taken_once(tmp_path: Path) -> None:
    with responder(recorder) as device:
        begun = time.monotonic()
        captured = capture(device.url, tmp_path / "gate.mp4", replay=TIMES, timeout=5)
    assert time.monotonic() - begun < 3, "the goodbye is heard"
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
