"""From codes to light: the inverse of a camera's curve, and a curve through measured steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]

LARGEST_PQ = 1.1  # signal, beyond which PQ has no light
DENSE = 1 << 13  # places of a curve between which it is straight


def inverse_oetf(signal: ArrayLike, transfer: str) -> Floats:
    """Return the light of a camera signal 0..1 (or a little outside).

    The curve is that of ITU-R BT.709-6 item 1.2, of IEC 61966-2-1, a power, or one of BT.2100's.
    """
    value = np.asarray(signal, np.float64)
    if transfer in HIGH_RANGE:
        return HIGH_RANGE[transfer](value)
    if transfer == "linear":
        return value.copy()
    if transfer in {"gamma22", "gamma28"}:
        power = 2.2 if transfer == "gamma22" else 2.8
        return np.asarray(np.sign(value) * np.abs(value) ** power)
    knee, slope, offset, power = (
        (0.04045, 12.92, 0.055, 2.4) if transfer == "srgb" else (0.081, 4.5, 0.099, 1 / 0.45)
    )
    curved = (np.maximum(value, knee) + offset) / (1 + offset)
    return np.where(value < knee, value / slope, curved**power)


def _of_hlg(signal: Floats) -> Floats:
    """Return scene light by the inverse of HLG's OETF (ITU-R BT.2100-2, table 5), odd below 0."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    size = np.abs(signal)
    light = np.where(size <= 0.5, size**2 / 3, (np.exp((size - c) / a) + b) / 12)
    return np.asarray(np.sign(signal) * light)


def _of_pq(signal: Floats) -> Floats:
    """Return display light by PQ's EOTF (ITU-R BT.2100-2, table 4), 1 = 10,000 cd/m2, odd below 0.

    How a camera comes from its scene to that display no standard says.
    """
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    root = np.minimum(np.abs(signal), LARGEST_PQ) ** (1 / m2)
    light = (np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1)
    return np.asarray(np.sign(signal) * light)


HIGH_RANGE = {"hlg": _of_hlg, "pq": _of_pq}


def whole_codes(codes: Floats) -> NDArray[np.uint16] | None:
    """Return codes as the whole numbers that they are in a single frame; None: in a mean."""
    whole = codes.astype(np.uint16)
    return whole if (whole == codes).all() else None


def read_off(table: Floats, codes: Floats) -> Floats:
    """Return what a curve over all codes gives at each of ``codes``, of any shape, none below 0."""
    whole = whole_codes(codes)
    return np.interp(codes, np.arange(table.size), table) if whole is None else table[whole]


def curve(x: Floats, y: Floats, doubt: Floats) -> Callable[[Floats], Floats]:
    """Return the smoothest curve that the points (x ascending) allow, as a function of any places.

    ``doubt`` are the standard errors of y. A cubic smoothing spline whose weighted residuals amount
    to one each (Reinsch 1967), or the monotone cubic through the points (Fritsch and Carlson 1980)
    where that one turns back. Continued by straight lines.
    """
    from scipy import interpolate  # noqa: PLC0415 -- late: brings half of scipy

    pieces = interpolate.splrep(x, y, w=1 / doubt, s=len(x))
    smooth = interpolate.PPoly.from_spline(pieces)  # a third of the spline's time, place by place
    if (np.diff(smooth(np.linspace(x[0], x[-1], 256))) <= 0).any():
        smooth = interpolate.PchipInterpolator(x, y)
    slope = smooth.derivative()
    low, high = (float(slope(end)) for end in (x[0], x[-1]))

    def at(places: Floats) -> Floats:
        inside = smooth(np.clip(places, x[0], x[-1]))
        below, above = np.minimum(places - x[0], 0), np.maximum(places - x[-1], 0)
        return np.asarray(inside + below * low + above * high)

    return at


@dataclass(frozen=True, kw_only=True)
class DenseCurve:
    """A curve over codes by straight lines between ``values``, ``places`` a code, from code 0 on.

    Codes outside are computed by the ``curve`` itself.
    """

    curve: Callable[[Floats], Floats]
    values: Floats
    places: int

    @classmethod
    def of(cls, curve: Callable[[Floats], Floats], depth: int) -> DenseCurve:
        """Compute a curve at ``DENSE`` places over codes of ``depth`` bits, or at every code.

        A camera's curve is met to 1e-8 of white, one through grey steps to 2e-7. Where BT.709's two
        parts meet, the curve jumps: there to 2e-5, through steep grey steps to 1.6e-4.
        """
        places = max(1, DENSE >> depth)
        values = curve(np.arange((places << depth) + 1) / places)
        return cls(curve=curve, values=values, places=places)

    def __call__(self, codes: Floats) -> Floats:
        """Return the curve's value at each code, of any shape."""
        place = codes * self.places
        inside = (place >= 0) & (place < self.values.size - 1)
        below = np.where(inside, place, 0).astype(np.intp)
        first = self.values[below]
        found = first + (place - below) * (self.values[below + 1] - first)
        if not inside.all():
            found[~inside] = self.curve(codes[~inside])
        return found
