"""What whole codes and a coder's quantiser leave undecided in the mean of a field."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Codes = NDArray[np.integer] | NDArray[np.float64]

SEEN = 0.002  # share of the samples from which on a code counts as there
# gaps between the codes of a picture that tell its spacing, and the share of them that may be
# smaller than this share of it
ENOUGH, FEW, SMALLER = 20, 0.05, 0.6
RAMP = 1.5  # of 1 / (codes that a ramp spans): what is left of the doubt, from simulation


def rounding_doubt(sigma: float) -> float:
    """Return the standard error, in codes, that rounding leaves in the mean of a noisy field.

    ``sigma`` is the noise in codes before rounding. The mean of rounded normal values is off by at
    most exp(-2 pi^2 sigma^2) / pi, by a sine of the true mean (Widrow and Kollar, Quantization
    Noise, 2008, ch. 4 and 11); without noise it is off by up to half a code.
    """
    return math.exp(-2 * (math.pi * sigma) ** 2) / math.sqrt(12)


def spacing(fields: Iterable[NDArray[np.integer]]) -> float:
    """Return how far apart the codes lie that a picture uses, from some of its fields; 1: all.

    A picture of 5 bits in one of 8 uses every eighth code, with a few gaps more; one that uses all
    misses some by chance, which leaves gaps of all sizes. Fields of one or two codes say nothing.
    """
    used = (np.flatnonzero(np.bincount(field.ravel())) for field in fields if field.size)
    gaps = np.concatenate([[0], *(np.diff(codes) for codes in used if codes.size > 2)])[1:]
    usual = float(np.median(gaps)) if gaps.size >= ENOUGH else 1.0
    return usual if usual > 1 and np.mean(gaps < SMALLER * usual) < FEW else 1.0


def coarse_doubt(frames: NDArray[np.integer], apart: float) -> float:
    """Return the standard error, in codes, that codes ``apart`` leave of a level in frames.

    ``frames`` (n, h, w) stand still; their noise over time, before it was rounded, dithers it. A
    variance of whole steps is that of the noise and 1/12 where it is large; where it is small
    it is the noise over the root of pi, over all levels.
    """
    if len(frames) < 2:
        return apart * rounding_doubt(0.0)
    square = float(np.mean(np.var(frames, axis=0, ddof=1))) / apart**2
    sigma = min(math.sqrt(math.pi) * square, math.sqrt(max(square - 1 / 12, 0.0)) or math.inf)
    return apart * rounding_doubt(sigma)


def doubt_of_mean(codes: Codes, apart: float = 1.0) -> float:
    """Return the standard error, in codes, that rounding leaves in the mean of a field.

    ``codes`` (n, h, w) are whole, and lie ``apart`` (``spacing``). Their noise before rounding is
    not known: where only two codes occur it may be anything small, and the mean lies between that
    of the codes and the border between them; else it is the scatter less a ramp's and that of
    rounding, 1/12. A ramp across the field moves the border through it and leaves less. Shown over
    noise and ramps by simulation.
    """
    if apart > 1:
        steps = np.rint((codes - codes.min()) / apart).astype(np.uint16)
        return apart * doubt_of_mean(steps)
    frame = codes[0] if len(codes) == 1 else codes.mean(axis=0)
    ramp = math.hypot(*_ramp(frame))
    counts = np.bincount((codes if codes.dtype.kind == "u" else np.rint(codes).astype(int)).ravel())
    if np.count_nonzero(counts >= SEEN * codes.size) <= 2:
        return max(float(counts.max()) / codes.size - 0.5, 0.0) / math.sqrt(3)
    there = np.arange(counts.size)
    off = there - float(counts @ there) / codes.size
    left = max(float(counts @ off**2) / codes.size - (ramp**2 + 1) / 12, 0.0)
    return rounding_doubt(math.sqrt(left)) / max(1.0, RAMP * ramp)


@lru_cache(maxsize=256)  # regions of a chart have few shapes
def even(count: int) -> NDArray[np.float64]:
    """Return this many even places (n,) from -1 to 1."""
    return np.linspace(-1, 1, count)


def _ramp(frame: NDArray[np.float64]) -> tuple[float, float]:
    """Return by how many codes a frame (h, w) rises across and down, by least squares."""
    (y, of_y), (x, of_x) = map(_slope_weights, frame.shape)
    return 2 * float(of_x @ frame.sum(axis=0)) / y.size, 2 * float(
        of_y @ frame.sum(axis=1)
    ) / x.size


@lru_cache(maxsize=256)
def _slope_weights(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return even places (n,), and the weights (n,) by which values there give their slope."""
    places = even(count)
    return places, places / (places @ places)
