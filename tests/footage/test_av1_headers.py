"""Which columns an AV1 stream codes, and how coarsely, as its encoder was told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from acceptance.footage import clip
from acceptance.footage.av1_headers import coded_columns, key_index
from acceptance.footage.indexed_steps import DETAIL, LEAST, MEANS, Index
from acceptance.footage.stated_steps import UNTOLD, stated_steps

if TYPE_CHECKING:
    from pathlib import Path


def coded(path: Path, options: str, pixels: str = "yuv420p", width: int = 320) -> Path:
    """Write two frames of a slope."""
    slope = (np.add.outer(np.arange(240), np.arange(width)) // 3 % 256).astype(np.uint8)
    with av.open(str(path), "w") as container:
        chosen = {"preset": "10", "svtav1-params": options}
        stream: Any = container.add_stream("libsvtav1", rate=25, options=chosen)
        stream.width, stream.height, stream.pix_fmt = width, 240, pixels
        for _ in range(2):
            frame = av.VideoFrame.from_ndarray(slope, format="gray8").reformat(format=pixels)
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


@pytest.mark.parametrize("name", ["a.mkv", "a.obu"])
@pytest.mark.parametrize(
    ("pixels", "width", "tiles"),
    [("yuv420p", 320, 0), ("yuv420p10le", 320, 0), ("yuv420p", 1280, 1), ("yuv420p", 4416, 0)],
)
def test_the_quantiser_is_the_encoders(
    tmp_path: Path, name: str, pixels: str, width: int, tiles: int
) -> None:
    """Quantiser 40 of 63 stands for index 160; ten bits have four times the codes."""
    options = f"rc=0:qp=40:aq-mode=0:use-fixed-qindex-offsets=1:tile-columns={tiles}"
    info = clip.open_clip(coded(tmp_path / name, options, pixels, width)).info
    assert info.steps is not None
    unit = 2.0 ** (info.depth - 8) / 8
    assert (info.steps.mean, info.steps.detail) == (MEANS[10] * unit, DETAIL[10] * unit)


@pytest.mark.parametrize("more", ["aq-mode=1", "aq-mode=0:enable-qm=1"])
def test_segments_and_matrices_may_be_coarser(tmp_path: Path, more: str) -> None:
    options = f"rc=0:qp=15:use-fixed-qindex-offsets=1:{more}"
    assert clip.open_clip(coded(tmp_path / "a.mkv", options)).info.steps == UNTOLD


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


WHOLE = f"{SHORT} 00 0 0 0 0 00 0"  # eight bits, 4:2:0, nothing named
GREY = f"{SHORT} 00 1 1 1 {'0' * 24} 0"  # ten bits
NAMED = f"001{SHORT[3:]} 00 0 1 {1:08b} {13:08b} {0:08b} 1"  # colours as of a screen, 4:4:4
TWELVE = f"010{SHORT[3:]} 00 1 1 0 0 0 1 1 00 1"  # 4:2:0
WIDE = SHORT.replace(SIDES, f"{12:04b} {11:04b} {4415:013b} {2999:012b}") + "00 0 0 0 0 00 0"


@pytest.mark.parametrize(
    ("sequence", "frame", "index"),
    [
        (WHOLE, f"0 0 0 0 1 0 {60:08b} 0 0 0 0 0", Index(60, 0, varies=False)),
        (
            WHOLE,
            f"0 0 0 0 1 1 0 00 {60:08b} 1 1111101 1 1111111 0 0 0",
            Index(60, -3, varies=False),
        ),
        (WHOLE, f"1 1 0 0 1 {'0' * 32} 0 1 0 {60:08b} 0 0 0 0 1", Index(60, 0, varies=True)),
        (WHOLE, f"0 0 1 000 0 1 0 {60:08b} 0 0 0 1 1111 1111 0", Index(60, 0, varies=False)),
        (WHOLE, f"0 0 0 0 1 0 {60:08b} 0 0 0 1 1011 1111 0", Index(60, 0, varies=True)),
        (GREY, f"0 0 0 0 1 0 {60:08b} 1 0000010 0 0", Index(60, 2, varies=False)),
        (NAMED, f"0 0 0 0 1 0 {60:08b} 0 0 0 0 0 1", Index(60, 0, varies=True)),
        (
            TWELVE,
            f"0 0 0 0 1 0 {60:08b} 0 1 0 1 0000000 0 0 1 1111 0000 0000 1",
            Index(60, 0, varies=True),
        ),
        # 69 x 47 blocks need two columns of tiles, and these two rows for their size
        (WIDE, f"0 0 0 0 1 0 0 000 {60:08b} 0 0 0 0 0", Index(60, 0, varies=False)),
        (LONG, "1 000", None),
    ],
)
def test_quantisers_are_read_as_they_are_written(
    sequence: str, frame: str, index: Index | None
) -> None:
    packet = unit(1, sequence) + unit(6, frame)
    assert key_index(b"", packet) == index
    assert (stated_steps("av1", b"", packet, 8) is None) == (index is None)


def test_tiles_of_unequal_size_tell_nothing() -> None:
    packet = unit(1, WHOLE) + unit(6, f"0 0 0 0 0 {'0' * 40}")
    assert stated_steps("libdav1d", b"", packet, 8) is None


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


def test_damaged_quantisers_are_none_or_a_step() -> None:
    packet = unit(1, WHOLE) + unit(6, f"0 0 0 0 1 0 {60:08b} 0 0 0 0 0")
    for place in range(len(packet)):
        turned = bytearray(packet)
        turned[place] ^= 0xFF
        for damaged in (bytes(turned), packet[:place]):
            steps = stated_steps("av1", b"", damaged, 8)
            assert steps is None or LEAST <= steps.detail <= DETAIL[-1] / 8
