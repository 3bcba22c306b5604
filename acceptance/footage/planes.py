"""The planes of a decoded frame as coded, by which curve they are to be read, and its quantisers.

Codes are native, and not copied where the codec allows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from av.sidedata.encparams import VideoEncParams
from numpy.typing import NDArray

if TYPE_CHECKING:
    import av
    from av.sidedata.sidedata import SideData

Plane = NDArray[Any]  # uint8 or uint16
PLANAR = re.compile(r"(yuvj?4\d\dp|gray|nv12)(\d\d)?(le)?$")
SHALLOWEST, DEEPEST = 8, 16  # bits of the codes that are handed out
# what is left of 8 columns and rows in colour
SUBSAMPLED = {(8, 8): 444, (8, 4): 440, (4, 8): 422, (4, 4): 420, (2, 8): 411, (2, 2): 410}
WEIGHTS = {
    "bt709": (0.2126, 0.7152, 0.0722),
    "bt601": (0.299, 0.587, 0.114),
    "bt2020": (0.2627, 0.678, 0.0593),
}
MATRICES = {1: "bt709", 5: "bt601", 6: "bt601", 9: "bt2020"}
TRANSFERS = {
    1: "bt709",
    4: "gamma22",
    5: "gamma28",
    6: "bt709",
    8: "linear",
    13: "srgb",
    14: "bt709",
    15: "bt709",
    16: "pq",
    18: "hlg",
}
ALPHA_PLANE = re.compile(r"(?P<kind>yuva4\d\dp|gbrap)(?P<deep>(?:\d+[lb]e)?)")
OPAQUE = 254  # of 255: a coder may round the alpha channel by one
OF_DISPLAYS = "pq"  # light of a display; how a camera comes to it no standard says
H264, MPEG = 1, 2  # AVVideoEncParamsType of FFmpeg
# Width over height of a pixel of 4:3 pictures of 625 and 525 lines, by size: 704 of the 720 samples
# of ITU-R BT.601 are the picture's width (13.5 MHz, 52 us). Recorders that write such sizes seldom
# say so.
FOUR_TO_THREE = {
    (720, 576): Fraction(12, 11),
    (704, 576): Fraction(12, 11),
    (352, 576): Fraction(24, 11),
    (704, 288): Fraction(6, 11),
    (352, 288): Fraction(12, 11),
    (176, 144): Fraction(12, 11),
    (720, 480): Fraction(10, 11),
    (704, 480): Fraction(10, 11),
    (352, 480): Fraction(20, 11),
    (704, 240): Fraction(5, 11),
    (352, 240): Fraction(10, 11),
    (960, 576): Fraction(9, 11),
    (960, 480): Fraction(15, 22),
}


@dataclass(frozen=True, kw_only=True)
class CodeReading:
    """How a frame's codes are to be read: range, matrix and transfer; ``assumed`` names guesses."""

    full_range: bool
    matrix: str
    transfer: str
    assumed: tuple[str, ...]


def turned(plane: Plane | None, rotation: int, *, mirrored: bool = False) -> Plane | None:
    """Turn a plane counterclockwise by a multiple of 90 degrees, then mirror it, read-only."""
    if plane is None:
        return None
    upright = np.rot90(plane, rotation // 90) if rotation else plane
    upright = upright[:, ::-1] if mirrored else upright
    upright.flags.writeable = False
    return upright


def planes_of(frame: av.VideoFrame, matrix: str) -> tuple[Plane | None, Plane | None, Plane | None]:
    """Luma, Cb and Cr as coded (None: monochrome); of coded RGB by its matrix."""
    if _of_colours(frame.format):
        return _from_rgb(frame, matrix)
    if not PLANAR.fullmatch(frame.format.name):
        # several threads leave mid codes where their slices meet, in some formats and runs
        frame = frame.reformat(format=_planar(frame.format), threads=1)
    name = frame.format.name
    luma = _plane(frame, 0)
    if name.startswith("gray"):
        return luma, None, None
    if name == "nv12":
        both = _plane(frame, 1, samples=2).reshape(frame.planes[1].height, -1, 2)
        return luma, both[..., 0], both[..., 1]
    return luma, _plane(frame, 1), _plane(frame, 2)


def _plane(frame: av.VideoFrame, number: int, samples: int = 1) -> Plane:
    plane = frame.planes[number]
    kind = np.dtype("<u2") if is_deep(frame) else np.dtype(np.uint8)
    rows = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)
    return rows[:, : plane.width * samples]


def depth_of(pixels: av.VideoFormat) -> int:
    """Return how many bits the codes have in which pictures of this format are handed out."""
    bits = max(part.bits for part in pixels.components if not part.is_alpha)
    return min(max(bits, SHALLOWEST), DEEPEST)


def is_deep(frame: av.VideoFrame) -> bool:
    """Whether a frame's samples have more than 8 bits."""
    return depth_of(frame.format) > SHALLOWEST


def is_transparent(frame: av.VideoFrame, *, still: bool) -> bool:
    """Whether something would show through a frame, whose codes say nothing of what viewers show.

    Opaque pictures may have an alpha channel, too: screenshots, ProRes 4444.
    """
    pixels = frame.format
    if not (pixels.has_palette or any(part.is_alpha for part in pixels.components)):
        return False
    if planar := ALPHA_PLANE.fullmatch(pixels.name):
        # FFmpeg's own conversion of these to RGB spoils the last columns
        frame = frame.reformat(format=planar["kind"] + planar["deep"].replace("be", "le"))
        alpha, bits = _plane(frame, 3), pixels.components[-1].bits
    else:
        alpha, bits = frame.reformat(format="rgba", threads=1).to_ndarray()[..., 3], 8
    # captures of 32 bits leave the fourth byte at 0; players of films show them all the same
    unused = not (still or alpha.any())
    return not unused and int(alpha.min()) < OPAQUE << bits >> 8


def _of_colours(pixels: av.VideoFormat) -> bool:
    """Whether pictures of this format are coded as colours, not as luma."""
    return pixels.is_rgb or pixels.has_palette or pixels.name.startswith("xyz")


def _planar(pixels: av.VideoFormat) -> str:
    """Return the planar format that holds the same codes: of packed samples, with alpha, of bits.

    Capture cards hand out packed ones (YUY2, UYVY); through RGB they would lose their range.
    """
    bits = depth_of(pixels)
    deep = f"{bits}le" if bits > SHALLOWEST else ""
    if len([part for part in pixels.components if not part.is_alpha]) == 1:
        return f"gray{deep}"
    return f"yuv{SUBSAMPLED[pixels.chroma_width(8), pixels.chroma_height(8)]}p{deep}"


def _from_rgb(frame: av.VideoFrame, matrix: str) -> tuple[Plane, Plane, Plane]:
    """Luma and colour differences of coded RGB, full range, rounded once.

    The conversion is that of ITU-R BT.709-6, 3.2; BT.601-7, 2.5. FFmpeg spreads codes of 9 bits and
    more over 16.
    """
    deep = is_deep(frame)
    codes = frame.reformat(format="rgb48le" if deep else "rgb24", threads=1).to_ndarray()
    red, green, blue = WEIGHTS[matrix]
    top = (1 << depth_of(frame.format)) - 1
    rgb = codes * (top / (65535 if deep else 255))
    luma = rgb @ np.array([red, green, blue])
    cb, cr = (
        (rgb[..., c] - luma) / (2 * (1 - w)) + (top + 1) / 2 for c, w in ((2, blue), (0, red))
    )
    kind = np.uint16 if deep else np.uint8
    y, b, r = (np.clip(np.rint(plane), 0, top).astype(kind) for plane in (luma, cb, cr))
    return y, b, r


def h264_step(qp: float) -> float:
    """Quantiser step in codes of an H.264 QP as ``quantisers`` has it.

    It is 0.625 at QP 0 and doubles every 6 (ITU-T H.264, 8.5). Of more than 8 bits the decoder
    counts from the finest step on (QP + 6 for each bit), so that codes of any depth have theirs.
    """
    return float(0.625 * 2 ** (qp / 6))


def quantisers(frame: av.VideoFrame) -> NDArray[np.int32] | None:
    """Quantiser of each macroblock, (rows, columns).

    It is the QP of H.264, the scale of MPEG-1 and 2, twice the QP of MPEG-4, and None where the
    decoder does not state it: FFmpeg's does not for HEVC, JPEG or the lossless codecs. The decoder
    must have been asked (``export_side_data=venc_params``), and asking a frame keeps it until the
    next garbage collection: ask few.
    """
    blocks = side_data(frame, "VIDEO_ENC_PARAMS")
    if not isinstance(blocks, VideoEncParams) or not blocks.nb_blocks:
        return None
    if int(blocks.codec_type) not in {H264, MPEG}:
        return None
    data = memoryview(blocks)
    words = np.frombuffer(data, np.int32, offset=blocks.blocks_offset)
    words = words.reshape(-1, blocks.block_size // 4)
    column, _, width, _, delta = words[: blocks.nb_blocks, :5].T  # AVVideoBlockParams, row by row
    across = 1 + int(column.max()) // int(width[0])
    return np.asarray(blocks.qp + delta.reshape(-1, across), np.int32)


def side_data(frame: av.VideoFrame, kind: str) -> SideData | None:
    """Return what a frame carries beside its picture; None: nothing of that kind.

    Also where it carries a kind that PyAV has no name for, such as EXIF: then it hands out none. Of
    PNG nothing is asked for: PyAV frees the name of its colour profile twice.
    """
    if _of_colours(frame.format):
        return None
    try:
        return cast("SideData | None", frame.side_data.get(kind))
    except ValueError:
        return None


def coding_of(frame: av.VideoFrame, *, still: bool, lines: int) -> CodeReading:
    """Return how a frame's codes are to be read; ``lines`` is the shorter side of the picture."""
    full_range = _stated_range(frame)
    matrix, transfer = MATRICES.get(frame.colorspace), TRANSFERS.get(frame.color_trc)
    matrix = "bt709" if _of_colours(frame.format) else matrix
    stated = {"full_range": full_range, "matrix": matrix, "transfer": transfer}
    return CodeReading(
        full_range=still if full_range is None else full_range,
        matrix=matrix or ("bt709" if lines >= 720 else "bt601"),
        transfer=transfer or ("srgb" if still else "bt709"),
        assumed=tuple(
            name
            for name, value in stated.items()
            if value is None or value == OF_DISPLAYS  # a scene's curve is open
        ),
    )


def _stated_range(frame: av.VideoFrame) -> bool | None:
    if _of_colours(frame.format) or frame.format.name.startswith(("yuvj", "mono")):
        return True
    return frame.color_range == 2 if frame.color_range in {1, 2} else None
