"""A stream of a real server is taken down: clip, arrival times and packets agree."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from peers.rtsp_camera import camera

from acceptance.footage import clip as footage
from acceptance.live import transcript
from acceptance.live.rtsp import capture

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.live.rtsp import Captured


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check(captured: Captured) -> None:
    """Hold clip and tables against one another."""
    opened = footage.open_clip(captured.clip)
    shown = sum(1 for _ in opened.frames())
    arrivals, packets = rows(captured.arrivals), rows(captured.packets)
    assert shown == len(opened.packets) == captured.frames == len(arrivals)
    assert [int(row["frame"]) for row in arrivals] == list(range(shown))
    assert len(packets) == captured.received
    last = {int(row["frame"]): row["arrival_s"] for row in packets}
    assert [last[frame] for frame in range(shown)] == [row["arrival_s"] for row in arrivals]
    moments = [float(row["arrival_s"]) for row in packets]
    assert moments == sorted(moments)


@pytest.mark.film
def test_a_stream_becomes_a_clip_with_the_arrival_of_each_frame(tmp_path: Path) -> None:
    with camera() as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=2)
    check(captured)
    assert captured.whole
    assert captured.reason == "seconds"
    assert 48 <= captured.frames <= 52
    [connected] = [
        line
        for line in transcript.read(captured.stream_record, "stream")
        if line["event"] == "connected"
    ]
    assert (connected["codec"], connected["width"], connected["height"]) == ("h264", 320, 240)
