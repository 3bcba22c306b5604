"""Noise by lines: what each row, or each column, has for itself over all of the view.

A read-out adds it behind the lens, to whatever is in view, and so no two lines beside each other
have it alike. What the lens has drawn is softer than that: boards, slats and shelves have less from
one line to the next than from one to the next but one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.scene.patterns import ranked, shared_by_most

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from acceptance.scene.patterns import Bytes, Floats
    from acceptance.scene.thresholds import Thresholds

    Amplitude = Callable[[Floats, float], float]

COLUMNS = 480  # about so many are compared with those beside them
GOLDEN = 0.618  # the weight with which differences from line to line take a wave of 2.5 lines away
QUARTER, HALF = 0.319, 0.674  # sigma, within which lies as much of a normal distribution


@dataclass(frozen=True, kw_only=True)
class LineNoise:
    """Amplitudes in codes: the root of two of the sigma of noise by lines, as for a wave."""

    stirs: float = 0.0
    """What rows change by from one picture to the next."""
    errors: float = 0.0
    """What some rows have alone, others in each picture: errors of lines."""
    by_row: float = 0.0
    """What rows have in a single picture."""
    by_column: float = 0.0
    """The same of columns."""

    @property
    def stands(self) -> float:
        """The larger of those of a single picture."""
        return max(self.by_row, self.by_column)


def line_noise(
    rows: NDArray[Any],
    before: NDArray[Any] | None,
    beside: tuple[Bytes, Bytes],
    shift: int,
    thresholds: Thresholds,
) -> LineNoise:
    """Return the noise by lines of a picture.

    ``rows`` (n, w), and those ``before``, are native codes of ``shift`` more bits than 8, evenly
    spaced. ``beside`` are some rows (m, w) and those (4, m, w) by -2, -1, 1 and 2 of them.
    """
    parts = _parts(*beside, thresholds)
    bends = _stirred(rows, rows if before is None else before, shift, thresholds)
    changed = _of_quarter(bends, 3, thresholds)
    if changed >= thresholds.least_wave_codes:
        # each scatters by a quarter: the lesser of both would be too little. Fields that lamps
        # light apart differ by row, and not by every second one
        fourth, second = _bends(parts)
        rough = min(_of_quarter(fourth, 70, thresholds), 2 * _of_quarter(second, 6, thresholds))
        changed = min(changed, thresholds.over_rough * rough)
    return LineNoise(
        stirs=changed,
        errors=_errors(parts, bends, thresholds),
        by_row=_even(parts, thresholds),
        by_column=_even(_columns(beside[0], thresholds), thresholds),
    )


def _stirred(
    rows: NDArray[Any], before: NDArray[Any], shift: int, thresholds: Thresholds
) -> Floats:
    """Return what parts of rows (n, parts) change by, in codes, less what those beside change by.

    These do so with the light, and with bars that roll. Noise by rows makes them three times its
    variance.
    """
    step = cv2.subtract(rows, before, dtype=cv2.CV_32F) * np.float32(1 / (1 << shift))
    parts = cv2.resize(step, (thresholds.streak_columns, len(step)), interpolation=cv2.INTER_AREA)
    shared = shared_by_most(np.asarray(parts, np.float32))[:, None]
    return np.asarray(shared[1:-1] - (shared[:-2] + shared[2:]) / 2)


def _parts(rows: Bytes, further: Bytes, thresholds: Thresholds) -> Floats:
    """Return means (5, n, parts) of the parts of the rows from two above to two below."""
    two_above, above, below, two_below = further
    size = thresholds.streak_columns, len(rows)
    means = [
        cv2.resize(each.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        for each in (two_above, above, rows, below, two_below)
    ]
    return np.stack(means)


def _columns(rows: Bytes, thresholds: Thresholds) -> Floats:
    """Return the same (5, n, parts) of columns and those to either side."""
    size = rows.shape[1], thresholds.streak_columns
    bands = cv2.resize(rows.astype(np.float32), size, interpolation=cv2.INTER_AREA).T
    every = max(1, len(bands) // COLUMNS)
    return np.stack([bands[at : len(bands) - 4 + at : every] for at in range(5)])


def _bends(lines: Floats) -> tuple[Floats, Floats]:
    """Return fourth differences of lines (5, n, parts), and second ones two apart.

    The squares of their weights add up to 70 and to 6.
    """
    outer = lines[0] + lines[4]
    return outer - 4 * (lines[1] + lines[3]) + 6 * lines[2], outer - 2 * lines[2]


def _without_slats(lines: Floats) -> tuple[tuple[Floats, float], ...]:
    """Return differences of lines (5, n, parts) without waves of 3, and of 2.5, lines.

    Beside each is what the squares of its weights add up to.
    """
    apart = lines[3] - lines[0]
    return (apart, 2), (apart + GOLDEN * (lines[2] - lines[1]), 2 + 2 * GOLDEN**2)


def _white(lines: Floats, of: Amplitude, share: float, thresholds: Thresholds) -> float:
    """Return the amplitude ``of`` lines (5, n, parts) by themselves.

    It is that of their differences two and four lines apart, which a codec leaves, and which have
    no part in each other; 0 where any of them is less than noise has, or those from line to line
    (``share`` of it), or those that slats of two and a half to three lines leave nothing of.
    Lines that stand are the same few dozen in each picture, so that either scatters by a sixth.
    """
    fourth, second = _bends(lines)
    fine = of(fourth, 70)
    if fine < thresholds.least_wave_codes:
        return 0.0
    ways = ((second, 6), (lines[3] - lines[1], 2), (lines[4] - lines[0], 2))
    found = [of(way, power) for way, power in ways]
    coarse = sum(found) / len(found)
    found += [of(way, power) for way, power in _without_slats(lines)]
    return coarse if min(fine, *found) >= share * coarse else 0.0


def _even(lines: Floats, thresholds: Thresholds) -> float:
    """Return the amplitude that half of the lines (5, n, parts) have by themselves, or 0.

    Joints of bricks are a few lines among many that are alike.
    """
    found = _white(lines, _of_half, thresholds.white_share, thresholds)
    fourth, _ = _bends(lines)
    quiet = _of_quarter(fourth, 70, thresholds)
    return found if quiet >= thresholds.even_share * _of_half(fourth, 70) else 0.0


def _errors(lines: Floats, stirred: Floats, thresholds: Thresholds) -> float:
    """Return the amplitude of lines (5, n, parts) of which some differ, others in each picture.

    Joints, wires and edges of a drawing stand; so most of it must have ``stirred`` (m, parts).
    Slats and pages that move do so in a part of the view, and a few lines may be things.
    """
    found = _white(lines, _of_all, thresholds.sharp_share, thresholds)
    stirs = thresholds.stirred_errors * found
    if not found or _of_all(stirred, 3) < stirs:
        return 0.0
    fourth, _ = _bends(lines)
    ways = ((fourth, 70, found), (stirred, 3, stirs))
    if any(_emptiest(way, power) < thresholds.errors_of_half * all_ for way, power, all_ in ways):
        return 0.0
    sizes = np.abs(shared_by_most(fourth))
    return found if ranked(sizes, 100 - thresholds.error_percent) >= found else 0.0


def _emptiest(bends: Floats, power: float) -> float:
    """Return the least amplitude of the upper, middle, lower and outer half of the lines."""
    squares = [_of_all(quarter, power) ** 2 for quarter in np.array_split(bends, 4)]
    return math.sqrt(min((one + other) / 2 for one, other in pairwise([*squares, squares[0]])))


def _of_all(bends: Floats, power: float) -> float:
    """Return the amplitude of lines of which ``bends`` have ``power`` times the variance.

    Only what three in four parts of a line share counts.
    """
    return math.sqrt(2 / power * float(np.mean(np.square(shared_by_most(bends)))))


def _of_half(bends: Floats, power: float) -> float:
    """Return the amplitude of noise by lines of which ``bends`` have ``power`` times the variance.

    Only what three in four parts of a line share counts, in the quieter half of the lines.
    """
    return math.sqrt(2 / power) * ranked(np.abs(shared_by_most(bends)), 50) / HALF


def _of_quarter(bends: Floats, power: float, thresholds: Thresholds) -> float:
    """Return the same of the quieter quarter of the lines."""
    quiet = ranked(np.abs(shared_by_most(bends)), thresholds.streak_percentile)
    return math.sqrt(2 / power) * quiet / QUARTER
