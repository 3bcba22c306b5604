"""From codes to light: the inverse of a camera's curve, and a monotone curve through measured steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

Floats = NDArray[np.float64]


def inverse_oetf(signal: ArrayLike, transfer: str) -> Floats:
    """Light of a camera signal 0..1 (or a little outside): ITU-R BT.709-6 item 1.2, IEC 61966-2-1, or a power."""
    value = np.asarray(signal, np.float64)
    if transfer == "linear":
        return value.copy()
    if transfer in {"gamma22", "gamma28"}:
        power = 2.2 if transfer == "gamma22" else 2.8
        return np.asarray(np.sign(value) * np.abs(value) ** power)
    knee, slope, offset, power = (0.04045, 12.92, 0.055, 2.4) if transfer == "srgb" else (0.081, 4.5, 0.099, 1 / 0.45)
    curved = (np.maximum(value, knee) + offset) / (1 + offset)
    return np.where(value < knee, value / slope, curved**power)


def monotone(x: Floats, y: Floats, at: Floats) -> Floats:
    """Monotone cubic through the points (Fritsch-Carlson), continued by straight lines."""
    inside = np.asarray(PchipInterpolator(x, y)(np.clip(at, x[0], x[-1])))
    low, high = (y[1] - y[0]) / (x[1] - x[0]), (y[-1] - y[-2]) / (x[-1] - x[-2])
    return np.asarray(inside + np.minimum(at - x[0], 0) * low + np.maximum(at - x[-1], 0) * high)
