"""How coarsely JPEG and H.265 say that they are quantised, as their encoders were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from acceptance.footage import clip
from acceptance.footage.planes import h264_step
from acceptance.footage.stated_steps import FINEST, ZIGZAG, stated_steps

if TYPE_CHECKING:
    from pathlib import Path

SLOPE = (np.add.outer(np.arange(96), np.arange(128)) // 3 % 256).astype(np.uint8)


def coded(path: Path, codec: str, pixels: str = "yuv420p", **options: str) -> None:
    """Write two frames of a slope."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 128, 96, pixels
        for _ in range(2):
            frame = av.VideoFrame.from_ndarray(SLOPE, format="gray8").reformat(format=pixels)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def table(number: int, values: list[int], *, wide: bool = False) -> bytes:
    """Write a quantisation table as a segment has it."""
    size = 2 if wide else 1
    content = b"".join(value.to_bytes(size, "big") for value in values)
    return bytes([16 * wide + number]) + content


def picture(*tables: bytes) -> bytes:
    """Begin a JPEG picture whose tables stand in one segment, behind a comment."""
    content = b"".join(tables)
    length = (len(content) + 2).to_bytes(2, "big")
    return b"\xff\xd8\xff\xfe\x00\x04hm" + b"\xff\xdb" + length + content + b"\xff\xda\x00\x08"


@pytest.mark.parametrize(
    ("name", "pixels"), [("a.mkv", "yuv420p"), ("a.ts", "yuv420p"), ("b.mkv", "yuv420p10le")]
)
@pytest.mark.parametrize("quantiser", [20, 35])
def test_the_quantiser_of_h265_is_the_encoders(
    tmp_path: Path, name: str, pixels: str, quantiser: int
) -> None:
    """In boxes and behind start codes, with scaling lists; 10 bits have 4 times the codes."""
    lists = "default" if "ts" in name else "off"
    options = f"log-level=none:ipratio=1:qp={quantiser}:scaling-list={lists}"
    coded(tmp_path / name, "libx265", pixels, **{"x265-params": options})
    info = clip.open_clip(tmp_path / name).info
    assert info.steps is not None
    step = h264_step(quantiser) * (4 if "10" in pixels else 1)
    assert (info.steps.mean, info.steps.detail) == pytest.approx((step, step))


def test_the_tables_of_a_jpeg_picture_are_read() -> None:
    """The mean's step is the coarsest plane's, detail is that of luma up to 3/8 cycle/px."""
    luma, colour = list(range(1, 65)), [99] * 64
    found = stated_steps("mjpeg", b"", picture(table(0, luma), table(1, colour, wide=True)), 8)
    near = [value for value, at in zip(luma, ZIGZAG, strict=True) if 0 < sum(at) <= FINEST]
    assert found is not None
    assert (found.mean, found.detail) == (99, sum(near) / len(near))
    assert len(set(ZIGZAG)) == 64


def test_the_tables_of_motion_jpeg_grow_with_its_scale(tmp_path: Path) -> None:
    details = []
    for scale in ("3", "12"):
        coded(tmp_path / f"{scale}.avi", "mjpeg", "yuvj420p", qmin=scale, qmax=scale)
        info = clip.open_clip(tmp_path / f"{scale}.avi").info
        assert info.steps is not None
        details.append(info.steps.detail)
    assert details[1] == pytest.approx(4 * details[0], rel=0.05)


def test_h264_states_its_quantisers_block_by_block(tmp_path: Path) -> None:
    coded(tmp_path / "a.mkv", "libx264")
    assert clip.open_clip(tmp_path / "a.mkv").info.steps is None


def test_damaged_headers_say_nothing(tmp_path: Path) -> None:
    """Cut anywhere, or with any byte turned over: an answer or none, never a crash."""
    coded(tmp_path / "a.mkv", "libx265", **{"x265-params": "log-level=none"})
    with av.open(str(tmp_path / "a.mkv")) as container:
        packet = bytes(next(container.demux(video=0)))
        extra = container.streams.video[0].codec_context.extradata or b""
    jpeg = picture(table(0, [3] * 64))
    random = np.random.default_rng(4)
    for _ in range(200):
        cut = int(random.integers(1, len(extra)))
        turned = bytearray(extra[:200] if cut % 2 else extra)
        turned[cut % len(turned)] ^= 0xFF
        stated_steps("hevc", bytes(turned), packet[: int(random.integers(0, 60))], 8)
        stated_steps("hevc", extra[:cut], packet, 8)
        stated_steps("mjpeg", b"", jpeg[: int(random.integers(0, len(jpeg)))], 8)
    assert stated_steps("hevc", b"", b"", 8) is None
    assert stated_steps("mjpeg", b"", b"", 8) is None
