"""AVI numbers its chunks; an empty one shows the picture before it once more, so it takes time."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.footage import clip, encode

if TYPE_CHECKING:
    from pathlib import Path

EXACT = Fraction(1, 600)  # s, of a chunk where FFmpeg is given finer stamps than 1 ms


@pytest.mark.parametrize("codec", ["mjpeg", "ffv1"])
@pytest.mark.parametrize("rate", [25, 60, 240])
def test_pictures_before_empty_chunks_are_shown_for_longer(
    tmp_path: Path, codec: str, rate: int
) -> None:
    """Counted without them, 240 frame/s with one lost were 600, a latency of 344 ms 132."""
    taken = [number for number in range(24) if number not in {7, 8, 15}]
    times = [Fraction(number, rate) for number in taken]
    random = np.random.default_rng(rate)
    pictures = list(random.integers(0, 255, (len(taken), 48, 64), np.uint8))
    path, kind = tmp_path / "film.avi", "yuvj420p" if codec == "mjpeg" else "yuv420p"
    encode.write(path, pictures, codec=codec, times=times, pixel_format=kind)
    opened = clip.open_clip(path)
    shown = [frame.time for frame in opened.frames()]
    assert "times" not in opened.info.assumed
    assert [packet.time for packet in opened.packets] == shown
    assert all(abs(found - time) <= EXACT for found, time in zip(shown, times, strict=True))
