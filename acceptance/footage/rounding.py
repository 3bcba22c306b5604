"""What whole codes and a coder's quantiser leave undecided in the mean of a field."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Codes = NDArray[np.integer] | NDArray[np.float64]

QUANTISATION = 1 / 12  # codes^2: variance of rounding to whole ones
SEEN = 0.002  # share of the samples from which on a code counts as there
# gaps between the codes of a picture that tell its spacing, and the share of them that may be
# smaller than this share of it
ENOUGH, FEW, SMALLER = 20, 0.05, 0.6
SQUARE = 4  # px: the mean of so many each way follows the light, and few of them lie on an edge
MOST_NOISE = 4.0  # steps: of more nothing is left
LEVELS, BETWEEN = 8, 0.25  # fields enough for all levels; variance half-way between two codes
LEAST = 1e-6  # share beyond a border below which it is that of a sum's own rounding
SMALL = 0.16  # square steps: the variance that both laws have at a noise of 0.3 steps
RAMP = 1.5  # of 1 / (codes that a ramp spans): what is left of the doubt, from simulation


def rounding_doubt(sigma: float) -> float:
    """Return the standard error, in codes, that rounding leaves in the mean of a noisy field.

    ``sigma`` is the noise in codes before rounding. The mean of rounded normal values is off by at
    most exp(-2 pi^2 sigma^2) / pi, by a sine of the true mean (Widrow and Kollar, Quantization
    Noise, 2008, ch. 4 and 11); without noise it is off by up to half a code.
    """
    return math.exp(-2 * (math.pi * sigma) ** 2) / math.sqrt(12)


def spacing(fields: Iterable[NDArray[np.integer]], otherwise: float = 1.0) -> float:
    """Return how far apart the codes lie that a picture uses, from some of its fields; 1: all.

    A picture of 5 bits in one of 8 uses every eighth code, with a few gaps more; one that uses all
    misses some by chance, which leaves gaps of all sizes. Fields of one or two codes say nothing;
    where the others are too few it is ``otherwise``, unless they contradict that.
    """
    used = (np.flatnonzero(np.bincount(field.ravel())) for field in fields if field.size)
    gaps = np.concatenate([[0], *(np.diff(codes) for codes in used if codes.size > 2)])[1:]
    usual = float(np.median(gaps)) if gaps.size >= ENOUGH else otherwise
    smaller = np.count_nonzero(gaps < SMALLER * usual)
    return usual if usual > 1 and smaller <= FEW * gaps.size else 1.0


def coarse_doubt(frames: NDArray[np.integer], apart: float, *, still: bool = True) -> float:
    """Return the standard error, in codes, that codes ``apart`` leave of a level in frames.

    The noise of ``frames`` (n, h, w) over time, before it was rounded, dithers it. Where the
    picture does not stand ``still`` nothing tells noise from motion, and none is counted on.
    """
    if len(frames) < 2 or not still:
        return apart * rounding_doubt(0.0)
    squares = _flicking(frames) / apart**2
    noise = min(_of_mean(float(np.mean(squares))), _of_most(float(np.median(squares))))
    return apart * rounding_doubt(noise)


def noise_of_levels(fields: Iterable[NDArray[np.integer]], apart: float) -> float | None:
    """Return the noise over time, in steps ``apart``, of a picture before it was rounded to them.

    It is that of plain ``fields`` (n, h, w) of many levels: one whose level lies between two codes
    flickers by half a step however little noise there is, and one in the middle of a step hardly
    at all. None where fewer than ``LEVELS`` have two frames.
    """
    squares = np.array([float(np.mean(_flicking(field))) for field in fields if len(field) > 1])
    if squares.size < LEVELS:
        return None
    squares /= apart**2
    most = max(BETWEEN, 2 * float(np.median(squares)))  # more is no noise of the camera
    return _of_all_levels(float(np.mean(np.minimum(squares, most))))


def _of_mean(square: float) -> float:
    """Return the noise in steps before it was rounded to whole ones, by its mean variance after.

    Where that is large it is the noise and 1/12; where it is small it is the noise over the root of
    pi, over all levels.
    """
    return min(math.sqrt(math.pi) * square, math.sqrt(max(square - QUANTISATION, 0.0)) or math.inf)


def _of_all_levels(square: float) -> float:
    """Return the same where all levels surely count alike.

    The variance is then the noise's and 1/12, less the squares of what rounding leaves of means.
    """
    noise, after = _rounded()
    return float(np.interp(square, after, noise))


@lru_cache(maxsize=1)
def _rounded() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return noise (n,) in steps, and its variance (n,) after rounding, mean over all levels."""
    noise, k = np.linspace(0, MOST_NOISE, 2001), np.arange(1, 200)[:, None]
    left = np.exp(-((2 * np.pi * k * noise) ** 2)) / (2 * (np.pi * k) ** 2)
    after = noise**2 + QUANTISATION - left.sum(axis=0)
    return noise, np.maximum.accumulate(after - after[0])


def _of_most(square: float) -> float:
    """Return the same by the variance that most squares of pixels have, each of one level.

    Where it is small it is that of a level half-way between a step's middle and its border.
    """
    if square >= SMALL:
        return math.sqrt(square - QUANTISATION)
    beyond = 0.5 - math.sqrt(0.25 - square)  # share of the samples beyond the border
    return 0.25 / NormalDist().inv_cdf(1 - beyond) if beyond > LEAST else 0.0


def _flicking(frames: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the variances over time, in codes, of small squares of frames (n, h, w).

    They are about the mean of each square, from the calmer half of the pairs of neighbouring
    frames: light that flickers and somebody who walks by are no noise.
    """
    down, across = (min(SQUARE, size) for size in frames.shape[1:])
    rows, columns = frames.shape[1] // down, frames.shape[2] // across
    if down * across == 1:
        return np.zeros(1)
    steps = np.diff(frames[:, : rows * down, : columns * across].astype(np.float32), axis=0)
    squares = steps.reshape(-1, rows, down, columns, across).var(axis=(2, 4))
    calm = np.argsort(squares.mean(axis=(1, 2)))[: (len(squares) + 1) // 2]
    return np.asarray(squares[calm].mean(axis=0, dtype=np.float64) / (2 - 2 / (down * across)))


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
