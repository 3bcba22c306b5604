"""The files that a capture leaves, held against one another."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from acceptance.footage import clip as footage
from acceptance.live import transcript

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.live.rtsp import Captured
    from acceptance.live.transcript import Field


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def arrived(table: Path) -> list[float]:
    """Read when frames came, but for a line that is half written, Unix s."""
    lines = table.read_text("utf-8").split("\n")[1:-1]
    return [float(line.split(",")[1]) for line in lines]


def events(captured: Captured, kind: str) -> list[dict[str, Field]]:
    """Read the events of one kind."""
    lines = transcript.read(captured.stream_record, "stream")
    return [line for line in lines if line["event"] == kind]


def check(captured: Captured, *, whole: bool = True) -> None:
    """Hold clip and tables against one another; behind a loss, not all can be decoded."""
    opened = footage.open_clip(captured.clip)
    shown = sum(1 for _ in opened.frames())
    arrivals, packets = rows(captured.arrivals), rows(captured.packets)
    assert (len(opened.packets), captured.frames) == (len(arrivals),) * 2
    assert shown == len(arrivals) or (not whole and 0 < shown < len(arrivals))
    assert [int(row["frame"]) for row in arrivals] == list(range(len(arrivals)))
    assert len(packets) == captured.received
    last = {int(row["frame"]): row["arrival_s"] for row in packets}
    assert [last[frame] for frame in range(len(arrivals))] == [row["arrival_s"] for row in arrivals]
    [finished] = events(captured, "finished")
    assert (finished["frames"], finished["reason"]) == (len(arrivals), captured.reason)
    if captured.reason != "disc_full":
        assert finished["clip_bytes"] == captured.clip.stat().st_size
        assert finished["packets"] == len(packets)
    moments = [float(row["arrival_s"]) for row in packets]
    assert moments == sorted(moments)
