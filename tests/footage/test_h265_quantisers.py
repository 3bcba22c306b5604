"""Quantisers of H.265's coding units are those that the encoder was ended, block by block."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import av
import av.error
import av.filter
import numpy as np
import pytest

from acceptance.footage import clip
from acceptance.footage.bits import Bits
from acceptance.footage.cabac import Arithmetic
from acceptance.footage.decoding import first_coded
from acceptance.footage.h265_quantisers import unit_quantisers
from acceptance.footage.h265_sets import picture_of, units
from acceptance.footage.planes import h264_step
from acceptance.footage.stated_steps import stated_steps, untold

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

COARSER = 12
WIDTH, HEIGHT = 192, 128
NOISE = np.random.default_rng(3).integers(16, 236, (HEIGHT, WIDTH), np.uint8)


def framed(pixels: str, offset: float, picture: NDArray[np.uint8]) -> av.VideoFrame:
    """Make a frame, of which the left half is to be coarser by this share of all quantisers."""
    height, width = picture.shape
    graph = av.filter.Graph()
    chain = [
        graph.add_buffer(
            width=width, height=height, format=av.VideoFormat("gray"), time_base=Fraction(1, 25)
        ),
        graph.add("addroi", f"x=0:y=0:w={width // 2}:h={height}:qoffset={offset}"),
        graph.add("format", pixels),
        graph.add("buffersink"),
    ]
    for before, after in pairwise(chain):
        before.link_to(after)
    graph.configure()
    whole = av.VideoFrame.from_ndarray(picture, format="gray")
    whole.pts, whole.time_base = 0, Fraction(1, 25)
    graph.push(whole)
    frame = graph.pull()
    assert isinstance(frame, av.VideoFrame)
    return frame


def coded(
    path: Path, more: str = "", pixels: str = "yuv420p", picture: NDArray[np.uint8] = NOISE
) -> Path:
    """Write a frame whose left half is coarser by ``COARSER``.

    Of a stream of one frame x265 says when to decode it from memory that it never wrote.
    """
    options = f"log-level=none:crf=20:aq-mode=1:aq-strength=0.01:cutree=0:{more}"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx265", rate=25, options={"x265-params": options})
        stream.height, stream.width = picture.shape
        stream.pix_fmt = pixels
        quantisers = 63 if "10" in pixels else 51
        frame = framed(pixels, COARSER / quantisers, picture)
        for packet in [*stream.encode(frame), *stream.encode()]:
            packet.dts = packet.pts
            container.mux(packet)
    return path


@pytest.mark.parametrize(
    ("name", "more", "pixels"),
    [
        ("a.mkv", "ctu=32:qg-size=16:wpp=0", "yuv420p"),
        ("a.ts", "ctu=16:max-tu-size=16:qg-size=16:sao=0", "yuv420p"),
        ("a.mp4", "ctu=64:qg-size=8:tu-intra-depth=4:signhide=0", "yuv420p10le"),
        ("b.mkv", "ctu=32:tskip=1:scaling-list=default:deblock=1,1", "gray"),
        ("b.mp4", "ctu=32:cu-lossless=1:slices=2", "yuv420p"),
    ],
)
def test_each_macroblock_has_the_quantiser_that_it_was_coded_with(
    tmp_path: Path, name: str, more: str, pixels: str
) -> None:
    content = first_coded(coded(tmp_path / name, more, pixels))
    found, stated = unit_quantisers(*content), stated_steps("hevc", *content, 8)
    assert found is not None
    assert stated is not None
    assert found.shape == (HEIGHT // 16, WIDTH // 16)
    coarse, fine = found[:, : WIDTH // 32], found[:, WIDTH // 32 :]
    assert np.ptp(fine) == np.ptp(coarse) == 0
    assert coarse[0, 0] - fine[0, 0] == COARSER
    qp = fine[0, 0] - (12 if "10" in pixels else 0)  # counted from the finest step on
    # the slice's, which the right half keeps; units may be coarser, as far as it knows
    assert stated.mean == max(h264_step(float(qp)), untold(8).mean)


def test_units_that_keep_to_their_slices_have_theirs(tmp_path: Path) -> None:
    path = coded(tmp_path / "a.mkv", "aq-mode=0:ipratio=1:qp=31:slices=2:ctu=32")
    found = unit_quantisers(*first_coded(path))
    assert found is not None
    assert np.unique(found).tolist() == [31]


def test_a_region_has_the_quantisers_of_its_own_place(tmp_path: Path) -> None:
    """Turned as the picture is, and the same for all frames."""
    opened = clip.open_clip(coded(tmp_path / "a.mkv", "ctu=32:qg-size=16"))
    upright = replace(opened, info=replace(opened.info, rotation=180)).quantisers({0: Fraction(0)})
    found = opened.quantisers({0: Fraction(0), 7: Fraction(7)})
    assert [*found] == [0, 7]
    assert found[7][0, 0] - found[7][0, -1] == COARSER
    assert np.array_equal(upright[0], found[0][::-1, ::-1])


def test_what_cannot_be_read_counts_as_coarse_and_tells_nothing(tmp_path: Path) -> None:
    """Of colour as fine as luma units are not read: they may be coarser than their slice."""
    path = coded(tmp_path / "a.mkv", "ctu=32", "yuv444p")
    info = clip.open_clip(path).info
    assert unit_quantisers(*first_coded(path)) is None
    assert info.steps is not None
    assert info.steps.detail >= untold(8).detail


def lengthened(unit: bytes) -> bytes:
    return len(unit).to_bytes(4, "big") + unit


def test_units_of_other_layers_and_spare_parameter_sets_change_nothing(tmp_path: Path) -> None:
    """As of depth or a second view, with sets that no slice names: decoders pass over them."""
    extra, packet = first_coded(coded(tmp_path / "a.mp4", "ctu=32:qg-size=16"))
    found = unit_quantisers(extra, packet)
    spare = bytes.fromhex("4401 40 e8 80")  # a picture's set of number 1, cut short
    every = [*units(extra, packet)]
    other = [bytes([unit[0], unit[1] | 8]) + unit[2:] for unit in every]
    pairs = [unit for both in zip(every, other, strict=True) for unit in both]
    more = b"".join(map(lengthened, [spare, *pairs]))
    assert found is not None
    assert np.array_equal(found, np.asarray(unit_quantisers(extra, more)))
    assert stated_steps("hevc", extra, more, 8) == stated_steps("hevc", extra, packet, 8)


def test_what_no_encoder_writes_is_told_as_an_end(tmp_path: Path) -> None:
    """Slices that begin with bits that no coder has, and thousands of columns of tiles."""
    extra, packet = first_coded(coded(tmp_path / "a.mp4", "ctu=32:sao=0:qp=45:aq-mode=0:slices=2"))
    [*_, last] = units(extra, packet)
    with pytest.raises(EOFError):
        Arithmetic(b"\xff" * 40, [])
    for at in range(4, 12):
        damaged = packet[: -len(last)] + last[:at] + b"\xff" * (len(last) - at)
        unit_quantisers(extra, damaged)
    number = f"{1_000_000_001:b}"
    head = "11 000000 0 11 1 0 00 11 0 00 0 1 0".replace(" ", "")  # with tiles
    for columns, refused in (("1", False), ("0" * (len(number) - 1) + number, True)):
        content = int("1" + (head + columns + "110000").ljust(160, "1"), 2).to_bytes(21, "big")[1:]
        with pytest.raises(EOFError) if refused else nullcontext():
            assert picture_of(Bits(content, 0)).tiles


def test_damaged_pictures_tell_nothing_or_quantisers(tmp_path: Path) -> None:
    """With any byte turned over a slice hardly ever ends where its bytes do."""
    extra, packet = first_coded(coded(tmp_path / "a.mkv", "ctu=32", picture=NOISE[:64, :64]))
    random, ended = np.random.default_rng(4), 0
    for _ in range(12):
        turned = bytearray(packet)
        turned[int(random.integers(len(packet) // 2, len(packet)))] ^= 1 << int(random.integers(8))
        ended += unit_quantisers(extra, bytes(turned)) is not None
        unit_quantisers(extra, packet[: int(random.integers(0, len(packet)))])
        unit_quantisers(extra[: int(random.integers(0, len(extra)))], packet)
    assert ended < 3
    assert unit_quantisers(b"", b"") is None
