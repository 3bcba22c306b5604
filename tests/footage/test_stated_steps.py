"""How coarsely JPEG and H.265 say that they are quantised, as their encoders were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest

from acceptance.footage import clip
from acceptance.footage.bits import Bits
from acceptance.footage.planes import h264_step
from acceptance.footage.scaling_lists import of_h264, of_h265
from acceptance.footage.stated_steps import FINEST, ZIGZAG, stated_differences, stated_steps

if TYPE_CHECKING:
    from pathlib import Path

SLOPE = (np.add.outer(np.arange(96), np.arange(128)) // 3 % 256).astype(np.uint8)


def coded(path: Path, codec: str, pixels: str = "yuv420p", **options: str) -> None:
    """Write two frames of a slope."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 128, 96, pixels
        frames = [av.VideoFrame.from_ndarray(SLOPE, format="gray8") for _ in range(2)]
        slopes = [frame.reformat(format=pixels) for frame in frames]
        for packet in [packet for frame in [*slopes, None] for packet in stream.encode(frame)]:
            packet.dts = packet.pts  # of so few frames x265 tells it from memory it never wrote
            container.mux(packet)


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


FLATTER, STEEPER = ",".join(["24"] * 16), ",".join(["40"] * 16)
LISTS = f"cqm4iy={FLATTER}:cqm4py={STEEPER}"


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize(
    ("codec", "options", "pixels", "scaling"),
    [
        ("libx264", "threads=1", "yuv420p", None),
        # the default list of 8 x 8 px of what is predicted from others (H.264, table 7-4)
        ("libx264", "cqm=jvt", "yuv420p", 137 / 9 / 16),
        ("libx264", f"{LISTS}:8x8dct=0", "yuv420p", 40 / 16),
        ("libx264", f"{LISTS}:8x8dct=0", "yuv444p", 40 / 16),
        ("libx265", "log-level=none", "yuv420p", None),
        # the default lists leave edges alone (H.265, table 7-6)
        ("libx265", "log-level=none:scaling-list=default", "yuv420p", 1),
    ],
)
def test_scaling_lists_say_how_much_coarser_detail_is(
    tmp_path: Path, codec: str, options: str, pixels: str, scaling: float | None, *, raw: bool
) -> None:
    name = f"a.h{codec[4:]}" if raw else "a.mkv"  # units by start codes, and in boxes
    coded(tmp_path / name, codec, pixels, **{f"{codec[3:]}-params": options})
    assert clip.open_clip(tmp_path / name).info.scaling == pytest.approx(scaling)


@pytest.mark.parametrize("offset", [-5, 0, 9])
def test_quantisers_of_colour_are_as_much_higher_as_the_encoder_was_told(
    tmp_path: Path, offset: int
) -> None:
    """Without psychovisual tricks, which take some off."""
    options = {"x264-params": f"chroma-qp-offset={offset}:no-psy=1"}
    coded(tmp_path / "a.mkv", "libx264", **options)
    assert clip.open_clip(tmp_path / "a.mkv").info.colour_offsets == (offset, offset)


def test_lists_of_a_picture_are_in_the_place_of_its_sequence() -> None:
    """Lists written bit by bit: one explicit, one like the one before, one by default."""
    bits = "1" + "1" + "".join(map(signed, [24, *[0] * 15])) + "0" * 5  # 32 throughout
    assert of_h264(sequence_of_bits(), picture_of_bits(bits)) == (2, (1, -2))
    assert of_h264(sequence_of_bits(), picture_of_bits("0")) == (None, (1, -2))
    assert of_h264(sequence_of_bits(), picture_of_bits("1" + "0" * 6))[0] == 14 / 16


def test_lists_of_h265_may_repeat_others() -> None:
    """Of 8 x 8 px the fourth repeats the first, whose detail is coarse; all else is by default."""
    fours = "0" + unsigned(0)
    first = "1" + "".join(map(signed, [40, *[0] * 63]))  # 8 and 40
    eights = first + fours * 2 + "0" + unsigned(3) + fours * 2
    assert of_h265(written(fours * 6 + eights + fours * 6 + fours * 2)) == 3


def written(bits: str) -> Bits:
    """Turn noughts and ones into the content of a unit."""
    whole = bits + "1" + "0" * (-(len(bits) + 1) % 8)
    return Bits(int(whole, 2).to_bytes(len(whole) // 8, "big"), 0)


def unsigned(number: int) -> str:
    """Write a number of the code ue(v) (ITU-T H.264, 9.1)."""
    digits = f"{number + 1:b}"
    return "0" * (len(digits) - 1) + digits


def signed(number: int) -> str:
    return unsigned(2 * number - 1 if number > 0 else -2 * number)


def sequence_of_bits() -> Bits:
    """Begin a sequence parameter set of profile High without lists."""
    return written(f"{100:08b}" + "0" * 16 + unsigned(0) + unsigned(1) + unsigned(0) * 2 + "00")


def picture_of_bits(lists: str) -> Bits:
    """Write a picture parameter set; ``lists``, none of 8 x 8 px, are from their flag on."""
    head = unsigned(0) * 2 + "10" + unsigned(0) * 3 + "000" + signed(0) * 2 + signed(1) + "000"
    return written(head + "0" + lists + signed(-2))


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
        stated_differences("hevc", bytes(turned), packet)
        stated_steps("mjpeg", b"", jpeg[: int(random.integers(0, len(jpeg)))], 8)
    assert stated_steps("hevc", b"", b"", 8) is None
    assert stated_steps("mjpeg", b"", b"", 8) is None
