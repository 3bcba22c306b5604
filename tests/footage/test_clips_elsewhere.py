"""A clip holds its own pictures: what names other files would be kept without what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from acceptance.errors import ClipError
from acceptance.footage import decoding

if TYPE_CHECKING:
    from pathlib import Path

GREY = np.full((48, 64, 3), 99, np.uint8)


def written(path: Path) -> Path:
    """Write one picture in whatever the name ends with."""
    codec = "png" if path.suffix == ".png" else "mpeg2video"
    with av.open(str(path), "w", format="image2" if codec == "png" else None) as made:
        stream: Any = made.add_stream(codec, rate=25)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "rgb24" if codec == "png" else "yuv420p"
        frame = av.VideoFrame.from_ndarray(GREY, format="rgb24")
        for packet in (*stream.encode(frame), *stream.encode(None)):
            made.mux(packet)
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("script.mp4", "ffconcat version 1.0\nfile own.ts\n"),
        ("own%d.png", "whatever"),
    ],
)
def test_a_file_that_names_others_is_no_clip(tmp_path: Path, name: str, text: str) -> None:
    for own in ("own.ts", "own1.png"):
        decoding.opened(written(tmp_path / own)).close()
    (tmp_path / name).write_text(text)
    assert av.open(str(tmp_path / name)).format.name in decoding.ELSEWHERE
    with pytest.raises(ClipError, match="not a video or picture that can be read"):
        decoding.opened(tmp_path / name)
