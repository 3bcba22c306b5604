"""The planes of a decoded frame as coded: native codes, no copy where the codec allows.

And how coarsely it was coded.
A frame here is PyAV's ``av.VideoFrame`` (its types say ``Any``), or what stands in for one.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[Any]  # uint8 or uint16
PLANAR = re.compile(r"(yuvj?4\d\dp|gray|nv12)(\d\d)?(le)?$")
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
}
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


def turned(plane: Plane | None, rotation: int) -> Plane | None:
    """Turn a plane counterclockwise by a multiple of 90 degrees, read-only."""
    if plane is None:
        return None
    upright = np.rot90(plane, rotation // 90) if rotation else plane
    upright.flags.writeable = False
    return upright


def planes_of(frame: Any, matrix: str) -> tuple[Plane | None, Plane | None, Plane | None]:  # noqa: ANN401  (av.VideoFrame)
    """Luma, Cb and Cr as coded (None: monochrome); of coded RGB by its matrix."""
    name = frame.format.name
    if not PLANAR.fullmatch(name):
        return _from_rgb(frame, matrix)
    luma = _plane(frame, 0)
    if name.startswith("gray"):
        return luma, None, None
    if name == "nv12":
        both = _plane(frame, 1, samples=2).reshape(frame.planes[1].height, -1, 2)
        return luma, both[..., 0], both[..., 1]
    return luma, _plane(frame, 1), _plane(frame, 2)


def _plane(frame: Any, number: int, samples: int = 1) -> Plane:  # noqa: ANN401  (av.VideoFrame)
    plane = frame.planes[number]
    deep = max(component.bits for component in frame.format.components) > 8
    rows = np.frombuffer(plane, np.dtype("<u2") if deep else np.dtype(np.uint8)).reshape(
        plane.height, -1
    )
    return rows[:, : plane.width * samples]


def _from_rgb(frame: Any, matrix: str) -> tuple[Plane, Plane | None, Plane | None]:  # noqa: ANN401  (av.VideoFrame)
    """Luma and colour differences of coded RGB (ITU-R BT.709-6, 3.2; BT.601-7, 2.5), full range, rounded once."""
    deep = max(component.bits for component in frame.format.components) > 8
    rgb = frame.reformat(format="rgb48le" if deep else "rgb24").to_ndarray().astype(np.float64)
    red, green, blue = WEIGHTS[matrix]
    luma = rgb @ np.array([red, green, blue])
    top = 65535 if deep else 255
    cb, cr = (
        (rgb[..., c] - luma) / (2 * (1 - w)) + (top + 1) / 2 for c, w in ((2, blue), (0, red))
    )
    kind = np.uint16 if deep else np.uint8
    y, b, r = (np.clip(np.rint(plane), 0, top).astype(kind) for plane in (luma, cb, cr))
    return y, b, r


def h264_step(qp: float) -> float:
    """Quantiser step in codes of an H.264 QP.

    0.625 at 0, twice as much each 6 (ITU-T H.264, 8.5).
    """
    return float(0.625 * 2 ** (qp / 6))


def quantisers(frame: Any) -> NDArray[np.int32] | None:  # noqa: ANN401  (av.VideoFrame)
    """Quantiser of each macroblock (rows, columns): QP of H.264.

    Scale of MPEG-1 and 2, twice the QP of MPEG-4.
    None where the decoder does not tell it: FFmpeg's tells none of HEVC, JPEG or the lossless
    codecs. The decoder must have been asked (``export_side_data=venc_params``), and asking a frame
    keeps it until the next collection of garbage: ask few.
    """
    told = frame.side_data.get("VIDEO_ENC_PARAMS")
    if told is None or not told.nb_blocks or int(told.codec_type) not in {H264, MPEG}:
        return None
    words = np.frombuffer(told, np.int32, offset=told.blocks_offset).reshape(
        -1, told.block_size // 4
    )
    column, _, width, _, delta = words[: told.nb_blocks, :5].T  # AVVideoBlockParams, row by row
    across = 1 + int(column.max()) // int(width[0])
    return np.asarray(told.qp + delta.reshape(-1, across), np.int32)


def coding_of(frame: Any, *, still: bool, lines: int) -> tuple[tuple[str, ...], dict[str, Any]]:  # noqa: ANN401  (av.VideoFrame or what stands in)
    """Range, matrix and transfer by which a frame's codes are to be read, and which of them had to be assumed."""
    rgb = frame.format.is_rgb or frame.format.has_palette
    assumed = {
        "full_range": still or frame.format.name.startswith("yuvj"),
        "matrix": "bt709" if lines >= 720 or rgb else "bt601",
        "transfer": "srgb" if still else "bt709",
    }
    stated: dict[str, Any] = {}
    if rgb or frame.format.name.startswith("yuvj"):
        stated["full_range"] = True
    elif frame.color_range in {1, 2}:
        stated["full_range"] = frame.color_range == 2
    if frame.colorspace in MATRICES:
        stated["matrix"] = MATRICES[frame.colorspace]
    if frame.color_trc in TRANSFERS:
        stated["transfer"] = TRANSFERS[frame.color_trc]
    return tuple(name for name in assumed if name not in stated), assumed | stated
