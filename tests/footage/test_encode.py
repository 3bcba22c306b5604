"""Writing clips: the same film on every machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage import encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

# A word that x264 writes into the film with its settings: what instructions it used is not in it.
SETTINGS_END = b"aq=1:1.00"


def moving(frames: int, rows: int) -> Iterator[NDArray[np.uint8]]:
    random = np.random.default_rng(1)
    wide = random.normal(120, 30, (rows, 400))
    for n in range(frames):
        codes = wide[:, 2 * n : 2 * n + 160] + random.normal(0, 3, (rows, 160))
        yield codes.clip(16, 235).astype(np.uint8)


def written(path: Path, options: dict[str, str], *, frames: int, rows: int) -> tuple[bytes, bytes]:
    """Return what x264 says of its settings, and the film behind that."""
    encode.write(path, moving(frames, rows), options={"crf": "30", **options})
    settings, end, film = path.read_bytes().partition(SETTINGS_END)
    assert end
    return settings, film


def test_h264_has_the_same_bits_whatever_instructions_the_processor_has(tmp_path: Path) -> None:
    _, here = written(tmp_path / "here.h264", {}, frames=100, rows=96)
    _, plain = written(tmp_path / "plain.h264", {"x264-params": "asm=0"}, frames=100, rows=96)
    assert here == plain


def test_h264_is_cut_alike_however_many_cores_the_machine_has(tmp_path: Path) -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # on two it would be two without being asked
    try:
        settings, _ = written(tmp_path / "film.h264", {}, frames=2, rows=640)
    finally:
        os.sched_setaffinity(0, cores)
    assert b" threads=2 " in settings
