"""Full discs and power cuts: what was captured is kept."""

from __future__ import annotations

import errno
import subprocess
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from peers.awaited import OwnTime, directed
from peers.captured_files import arrived, check
from peers.rtsp_camera import camera

from acceptance.errors import OutputError
from acceptance.files import output
from acceptance.footage import clip as footage
from acceptance.live.rtsp import capture, room

if TYPE_CHECKING:
    from pathlib import Path

    from peers.awaited import Direction

LONGEST = 60.0  # s: what never comes ends a test all the same


def test_too_little_room_is_said_before_anything_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "NEEDED", 1 << 60)
    with pytest.raises(OutputError, match="MB are needed"):
        capture("rtsp://127.0.0.1:1/live", tmp_path / "gate.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.film
def test_a_power_cut_would_cost_about_a_second_of_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen by what is on the disc, and when: files are brought there while they grow."""
    brought: dict[str, list[tuple[float, int]]] = {}
    flush, stop = output.flush, threading.Event()

    def noted(path: Path) -> None:
        size = path.stat().st_size
        flush(path)
        brought.setdefault(path.name, []).append((own.now, size))
        if len(brought.get("gate.mp4", ())) > 5:
            stop.set()

    monkeypatch.setattr(output, "flush", noted)
    with OwnTime() as own, camera() as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=LONGEST, stop=stop)
    assert captured.reason == "interrupted"
    files = [captured.clip, captured.arrivals, captured.packets, captured.stream_record]
    for path in files:
        moments, sizes = zip(*brought[path.name], strict=True)
        assert len(moments) > 5
        assert np.diff(moments).max() < 1.6
        assert sorted(sizes) == list(sizes)
    for path in files[:3]:
        assert brought[path.name][-1][1] == path.stat().st_size
    assert brought[tmp_path.name], "new names are on the disc, too"


@pytest.mark.film
def test_what_the_disc_refuses_ends_the_capture_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        if path.suffix == ".mp4" and len(arrived(tmp_path / "gate.arrivals.csv")) > 10:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(output, "flush", refuse)
    with camera() as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=LONGEST)
    assert captured.reason == "disc_full"
    assert captured.frames > 10
    check(captured)


@pytest.mark.film
def test_a_disc_that_fills_up_ends_the_capture_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def direction() -> Direction:
        while (yield).frames <= 20:
            pass
        monkeypatch.setattr(room, "LEAST", 1 << 60)

    with camera() as peer:
        captured = capture(
            peer.url, tmp_path / "gate.mp4", seconds=LONGEST, on_rates=directed(direction())
        )
    assert captured.reason == "disc_full"
    assert captured.frames > 20
    check(captured)


@pytest.mark.film
def test_a_disc_without_any_room_keeps_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real error of a real file system of 400 kB."""
    monkeypatch.setattr(room, "NEEDED", 0)
    monkeypatch.setattr(room, "LEAST", 0)
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        with camera(noise=8) as peer:
            captured = capture(peer.url, tmp_path / "gate.mp4", seconds=LONGEST)
        assert captured.reason == "disc_full"
        opened = footage.open_clip(captured.clip)
        assert 5 < len(opened.packets) <= captured.frames
        assert sum(1 for _ in opened.frames()) > 5
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
