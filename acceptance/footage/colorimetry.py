"""Coded Y'CbCr to R'G'B' signals and pictures, and linear light of BT.709 primaries to CIELAB.

Signals and light are 1 at nominal white; both may leave 0 to 1 where the coding allows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from acceptance.footage.gamut import TO_XYZ
from acceptance.footage.planes import WEIGHTS

if TYPE_CHECKING:
    from acceptance.footage.clip import Frame, VideoInfo

Floats = NDArray[np.float64]


def signals(luma: ArrayLike, cb: ArrayLike, cr: ArrayLike, video: VideoInfo) -> Floats:
    """Return R'G'B' (..., 3) of luma and colour-difference codes, all three of one shape.

    The conversion is by the stream's matrix and range: ITU-R BT.601-7, 2.5; BT.709-6, 3.2 to 3.4;
    full range as in JFIF (ITU-T T.871).
    """
    unit = 2.0 ** (video.depth - 8)
    top = 2.0**video.depth - 1
    black, span, spread = (
        (0.0, top, top) if video.full_range else (16 * unit, 219 * unit, 224 * unit)
    )
    y = (np.asarray(luma, np.float64) - black) / span
    blue_less, red_less = (
        (np.asarray(plane, np.float64) - 128 * unit) / spread for plane in (cb, cr)
    )
    red, green, blue = WEIGHTS.get(video.matrix, WEIGHTS["bt709"])
    r, b = y + 2 * (1 - red) * red_less, y + 2 * (1 - blue) * blue_less
    return np.stack([r, (y - red * r - blue * b) / green, b], axis=-1)


def in_bt709(light: ArrayLike, video: VideoInfo) -> Floats:
    """Return linear light (..., 3) of the stream's primaries as that of BT.709's."""
    found = np.asarray(light, np.float64)
    matrix = video.gamut.to_bt709 if video.gamut else None
    return found if matrix is None else np.asarray(found @ np.array(matrix).T)


def lab_of(light: ArrayLike) -> Floats:
    """Return CIELAB (ISO/CIE 11664-4), D65, of linear light (..., 3) of BT.709 primaries."""
    ratio = np.asarray(light, np.float64) @ TO_XYZ.T / TO_XYZ.sum(axis=1)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def light_of(lab: ArrayLike) -> Floats:
    """Return linear light (..., 3) of BT.709 primaries of CIELAB, D65."""
    lightness, a, b = np.moveaxis(np.asarray(lab, np.float64), -1, 0)
    f = (lightness + 16)[..., None] / 116 + np.stack([a / 500, np.zeros_like(a), -b / 200], axis=-1)
    ratio = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))
    return np.asarray((ratio * TO_XYZ.sum(axis=1)) @ np.linalg.inv(TO_XYZ).T)


def picture_of(frame: Frame, video: VideoInfo) -> NDArray[np.uint8]:
    """Return the BGR picture (h, w, 3), 8 bit, of a frame, by the stream's matrix and range."""
    neutral = np.full(frame.luma.shape, 2.0 ** (video.depth - 1), np.float32)
    cb, cr = (
        neutral if plane is None else _enlarged(plane, frame.luma.shape)
        for plane in (frame.cb, frame.cr)
    )
    coded = np.clip(np.rint(255 * signals(frame.luma, cb, cr, video)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(coded[..., ::-1])


def _enlarged(plane: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.float32]:
    size = (shape[1], shape[0])
    return np.asarray(
        cv2.resize(plane.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), np.float32
    )
