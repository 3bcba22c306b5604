"""The quantiser of VP9's key frames, as their encoder was told and as headers are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from acceptance.footage import clip
from acceptance.footage.indexed_steps import DETAIL, LEAST, MEANS, Index
from acceptance.footage.stated_steps import UNTOLD, stated_steps
from acceptance.footage.vp9_headers import key_index

if TYPE_CHECKING:
    from pathlib import Path


def coded(path: Path, pixels: str = "yuv420p", **options: str) -> Path:
    """Write two frames of a slope."""
    slope = (np.add.outer(np.arange(96), np.arange(128)) // 3 % 256).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libvpx-vp9", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 128, 96, pixels
        for _ in range(2):
            frame = av.VideoFrame.from_ndarray(slope, format="gray8").reformat(format=pixels)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize(("pixels", "profile"), [("yuv420p", "0"), ("yuv444p", "1")])
def test_the_quantiser_is_the_encoders(tmp_path: Path, pixels: str, profile: str) -> None:
    """Its 31 of 63 stands for index 124, whose entry is 162 eighths of a code."""
    options = {"qmin": "31", "qmax": "31", "crf": "31", "b": "0", "profile": profile}
    steps = clip.open_clip(coded(tmp_path / "a.webm", pixels, **options)).info.steps
    assert steps is not None
    assert steps.detail == pytest.approx(162 / 8, rel=0.05)
    assert steps.mean == pytest.approx(131 / 8, rel=0.05)


def test_segments_may_be_coarser(tmp_path: Path) -> None:
    options = {"qmin": "9", "qmax": "9", "crf": "9", "b": "0", "aq-mode": "1"}
    assert clip.open_clip(coded(tmp_path / "a.webm", **options)).info.steps == UNTOLD


def test_a_table_has_the_step_of_an_index() -> None:
    """Entries of the specification between those that stand here."""
    for index, mean, detail in ((60, 57, 67), (100, 93, 112), (200, 389, 640), (250, 1098, 1660)):
        found = 8 * np.array(Index(index, 0, varies=False).steps())
        assert found == pytest.approx([mean, detail], rel=0.06)
    assert Index(255, 15, varies=False).steps() == (MEANS[-1] / 8, DETAIL[-1] / 8)
    assert Index(0, 0, varies=False).steps() == (LEAST, LEAST)


def packet(bits: str) -> bytes:
    """Write the bits of a header and some of what comes behind."""
    bits = bits.replace(" ", "") + "0" * 64
    return int(bits[: len(bits) // 8 * 8], 2).to_bytes(len(bits) // 8, "big")


SYNC, SIZE = f"{0x498342:024b}", "0" * 32
FILTER = f"{5:06b} 000"
SHORT = f"10 00 0 0 1 0 {SYNC} 001 0 {SIZE} 0 0 1 00 {FILTER} 0"
# ten bits in 4:4:4, a size to be shown, after losses, all that the loop filter and segments may say
LONG = (
    f"10 11 0 0 0 1 1 {SYNC} 1 001 0 000 {SIZE} 1 {SIZE} 00"
    f"{FILTER} 1 1 {('1' + '0' * 7) * 3} 0 {('1' + '0' * 7) * 2}"
)
COLOURS = f"10 10 0 0 1 1 {SYNC} 111 0 {SIZE} 0 00 {FILTER} 1 0"  # coded RGB


@pytest.mark.parametrize(
    ("bits", "index"),
    [
        (f"{SHORT} {60:08b} 0 0 0 0", Index(60, 0, varies=False)),
        (f"{SHORT} {60:08b} 1 0011 0 1 0001 1 1 1111 0 1", Index(60, 3, varies=True)),
        (f"{LONG} {200:08b} 1 1111 1 0 0 0", Index(200, -15, varies=False)),
        (f"{COLOURS} {255:08b} 0 0 0 1", Index(255, 0, varies=True)),
        (f"10 00 0 1 1 0 {SYNC}", None),  # of a frame that rests on others
        ("10 00 1 000", None),  # a frame shown once more
        (f"10 00 0 0 1 0 {'1' * 24}", None),
    ],
)
def test_headers_are_read_as_they_are_written(bits: str, index: Index | None) -> None:
    assert key_index(packet(bits)) == index
    if index is None:
        assert stated_steps("vp9", b"", packet(bits), 8) is None


def test_damaged_headers_say_nothing() -> None:
    """Cut anywhere, or with any byte turned over: an answer or none, never a crash."""
    whole = packet(f"{LONG} {200:08b} 0 0 0 0")
    for place in range(len(whole)):
        turned = bytearray(whole)
        turned[place] ^= 0xFF
        for damaged in (bytes(turned), whole[:place]):
            steps = stated_steps("vp9", b"", damaged, 10)
            assert steps is None or 4 * LEAST <= steps.detail <= DETAIL[-1] / 2
