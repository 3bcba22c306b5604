"""Which share of its columns an AV1 stream codes, as its encoder was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from acceptance.footage import clip
from acceptance.footage.super_resolution import coded_columns

if TYPE_CHECKING:
    from pathlib import Path


def coded(path: Path, options: str) -> Path:
    """Write two frames of a slope."""
    slope = (np.add.outer(np.arange(240), np.arange(320)) // 3 % 256).astype(np.uint8)
    with av.open(str(path), "w") as container:
        chosen = {"preset": "10", "svtav1-params": options}
        stream: Any = container.add_stream("libsvtav1", rate=25, options=chosen)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(2):
            frame = av.VideoFrame.from_ndarray(slope, format="gray8").reformat(format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("name", ["a.mkv", "a.obu"])
@pytest.mark.parametrize("denominator", [8, 13])
def test_a_key_frame_is_as_narrow_as_it_was_coded(
    tmp_path: Path, name: str, denominator: int
) -> None:
    options = f"superres-mode=1:superres-denom={denominator}:superres-kf-denom={denominator}"
    info = clip.open_clip(coded(tmp_path / name, options)).info
    assert (info.width, info.coded_columns) == (320, 8 / denominator)


def test_a_clock_in_the_header_does_not_hide_it(tmp_path: Path) -> None:
    """240 ticks a second are 00 00 03 c0, where H.264 would leave out the 3."""
    options = "superres-mode=1:superres-denom=13:superres-kf-denom=13"
    path, ticking = coded(tmp_path / "a.mkv", options), tmp_path / "b.obu"
    with av.open(str(path)) as source, ticking.open("wb") as written:
        video = source.streams.video[0]
        clocked = BitStreamFilterContext("av1_metadata=tick_rate=240/1:td=insert", video)
        for packet in source.demux(video):
            written.writelines(bytes(each) for each in clocked.filter(packet))
    assert clip.open_clip(ticking).info.coded_columns == 8 / 13


def unit(kind: int, bits: str) -> bytes:
    """Write a unit with its size."""
    bits = bits.replace(" ", "") + "1"
    bits += "0" * (-len(bits) % 8)
    content = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return bytes([kind << 3 | 2, len(content)]) + content


SIDES = f"{6:04b} {5:04b} {127:07b} {63:06b}"
SHORT = f"000 1 1 {8:05b} {SIDES} 000 1"  # a still picture with a short header
# a clock, a model of decoders, two operating points with all they may have, frame numbers, an order
# of display, and whole vectors and tools for drawn pictures as frames choose
LONG = (
    f"000 0 0 1 {'1' * 64} 0 1 {3:05b} {'0' * 32} {0:05b} {4:05b} 1 {1:05b}"
    f"{'0' * 12} {8:05b} 1 1 {'0' * 9} 1 0000 {'0' * 12} {2:05b} 0 0"
    f"{SIDES} 1 {2:04b} {1:03b} 000 0000 1 00 1 1 {6:03b} 1"
)


@pytest.mark.parametrize(
    ("sequence", "frame", "share"),
    [
        (SHORT, "0 0 1 011", 8 / 12),
        (SHORT, "0 0 0", 1),
        (SHORT[:-1] + "0", "0 0 1 011", 1),
        (LONG, f"0 00 1 {'0' * 5} 0 1 1 {'0' * 6} 1 {'0' * 7} 0 {'0' * 13} 1 010", 8 / 11),
        (LONG, f"0 00 1 {'0' * 5} 0 0 {'0' * 6} 0 {'0' * 7} 0 1 111", 8 / 16),
        (LONG, f"0 00 1 {'0' * 5} 0 0 {'0' * 6} 0 {'0' * 7} 1 1 111", 1),  # times of removal
        (LONG, "1 000", 1),  # a frame shown once more
        (LONG, f"0 01 1 {'1' * 60}", 1),  # of a frame that is no key frame nothing is read
    ],
)
def test_headers_are_read_as_they_are_written(sequence: str, frame: str, share: float) -> None:
    packet = b"\x12\x00" + unit(1, sequence) + unit(6, frame)
    assert coded_columns("libdav1d", b"", packet) == pytest.approx(share)
    assert coded_columns("av1", b"\x81\x00\x0c\x00" + unit(1, sequence), unit(3, frame)) == share
    assert coded_columns("vp9", b"", packet) == 1


def test_damaged_headers_say_nothing() -> None:
    """Cut anywhere, or with any byte turned over: an answer or none, never a crash."""
    packet = unit(1, LONG) + unit(6, "0 00 1")
    assert coded_columns("av1", b"", packet) == 1
    assert coded_columns("av1", b"\x81", b"") == 1
    assert coded_columns("av1", b"", b"\x0a\xff\xff") == 1
    for place in range(len(packet)):
        turned = bytearray(packet)
        turned[place] ^= 0xFF
        assert 0.5 <= coded_columns("av1", b"", bytes(turned)) <= 1
        assert coded_columns("av1", b"", packet[:place]) == 1
