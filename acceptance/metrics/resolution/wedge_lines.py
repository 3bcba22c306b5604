"""Lines of a wedge: their frequency, their modulation in groups, and the bars seen in them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics._shared.ordered import median

if TYPE_CHECKING:
    from acceptance.metrics.resolution.printed_wedge import Wedge

Array = NDArray[np.float64]

SMOOTH = 7  # lines fitted together on each side of one, at most
LEAST = 2  # lines fitted together on each side of one, at least
SPAN = 0.12  # by which the frequency may differ among them
MARGIN = 3  # lines at each end of a wedge that are left out
NYQUIST = 0.5


@dataclass(frozen=True, kw_only=True)
class PixelLines:
    """The lines of p pixels in the order of their lines: ``line`` (p,), of ``count`` lines."""

    line: NDArray[np.intp]
    count: int

    def sums(self, values: Array) -> Array:
        """Sum ``values`` (..., p) over each line: (..., count).

        Neighbours are summed in a tenth of the time that ``np.bincount`` takes.
        """
        total = np.zeros((*values.shape[:-1], self.count))
        if self._starts.size:
            total[..., self.line[self._starts]] = np.add.reduceat(values, self._starts, axis=-1)
        return total

    @cached_property
    def seen(self) -> Array:
        """Pixels (count,) of each line."""
        return np.bincount(self.line, minlength=self.count).astype(np.float64)

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        return np.flatnonzero(np.diff(self.line, prepend=-1))


@dataclass(frozen=True, kw_only=True)
class LineGroups:
    """Which lines are fitted together.

    ``centre`` (n,) is the line in the middle, ``half`` (n,) how many there are on each side.
    """

    centre: NDArray[np.intp]
    half: NDArray[np.intp]

    def sums(self, values: Array) -> Array:
        """Sum ``values`` (lines, ...) over each group of lines."""
        total = np.cumsum(np.concatenate([np.zeros_like(values[:1]), values]), axis=0)
        return np.asarray(total[self.centre + self.half + 1] - total[self.centre - self.half])


def grouped(frequency: Array) -> LineGroups:
    """Group neighbouring lines around each whose frequency differs by no more than ``SPAN``."""
    rise = (
        np.abs(np.gradient(np.log(np.maximum(frequency, 1e-9))))
        if frequency.size > 1
        else np.ones(1)
    )
    half = np.clip(np.floor(SPAN / np.maximum(rise, 1e-9)), LEAST, SMOOTH).astype(np.intp)
    line = np.arange(frequency.size)
    whole = (line - half >= 0) & (line + half < frequency.size)
    return LineGroups(centre=line[whole], half=half[whole])


def counted(power: Array, frequency: Array, periods: int) -> tuple[NDArray[np.intp], Array]:
    """Return the number of bars seen, from the strongest of 2 to periods + 2 cycles, and its power.

    Frequencies beyond half a cycle per pixel cannot be distinguished from their alias below, which
    is what the picture shows.
    """
    shown = np.arange(2, periods + 3) / periods * frequency[:, None] <= NYQUIST
    seen = np.where(shown, power, -1.0)
    return np.argmax(seen, axis=1) + 3, np.maximum(seen.max(axis=1), 0.0)


def numbered(along: Array, wedge: Wedge) -> tuple[NDArray[np.intp], int]:
    """Return the line of every pixel, -1 outside the wedge, and how many lines there are.

    Lines are one pixel apart.
    """
    pixel = math.sqrt(median(steepness(along)))
    count = max(1, math.floor(wedge.length / pixel))
    line = np.floor(along / wedge.length * count).astype(np.intp)
    line[(along < 0) | (along >= wedge.length)] = -1
    return line, count


def steepness(values: Array) -> Array:
    """Return the squared slope (h, w) of values, by the differences that ``np.gradient`` takes."""
    squares = np.zeros_like(values)
    for axis in (0, 1):
        along, total = np.moveaxis(values, axis, 0), np.moveaxis(squares, axis, 0)
        total[1:-1] += ((along[2:] - along[:-2]) / 2) ** 2
        for end, beside in ((0, 1), (-1, -2)):
            total[end] += (along[end] - along[beside]) ** 2
    return squares


def frequencies(turns: Array, place: NDArray[np.intp], lines: PixelLines) -> Array:
    """Return the root mean square frequency of each line in cycle/px, normal to the bars.

    ``turns`` (h, w) are in periods, ``place`` (p,) is where in it the pixels of the ``lines`` are.
    The outer bars of a wedge are aslant.
    """
    square = lines.sums(steepness(turns).ravel()[place])
    return np.asarray(np.sqrt(square / np.maximum(lines.seen, 1)))


def normal(waves: Array, lines: PixelLines) -> Array:
    """Return the normal equations (lines, 3, 3) of offset, cosine and sine (2, p) of each line."""
    cosine, sine = waves
    entries = np.stack([cosine, sine, cosine * cosine, cosine * sine, sine * sine])
    sums = [lines.seen, *lines.sums(entries)]
    rows = (0, 1, 2), (1, 3, 4), (2, 4, 5)
    return np.stack([np.stack([sums[at] for at in row], axis=1) for row in rows], axis=1)


def right(values: Array, waves: Array, lines: PixelLines) -> Array:
    """Return their right sides (lines, 3) for ``values`` (p,)."""
    return lines.sums(np.stack([values, *(waves * values)])).T


def modulations(normal: Array, right: Array, together: LineGroups) -> tuple[Array, Array]:
    """Return amplitude of the bars and its standard error, for every group of lines.

    The error is the sandwich estimator, clustered by line: what each line alone would have changed,
    less the trend along the wedge.
    """
    inverse = np.linalg.inv(together.sums(normal) + 1e-9 * np.eye(3))
    fitted = np.einsum("lij,lj->li", inverse, together.sums(right))
    amplitude = np.hypot(fitted[:, 1], fitted[:, 2])
    gradient = np.pad(fitted[:, 1:] / np.maximum(amplitude, 1e-12)[:, None], ((0, 0), (1, 0)))
    influence = np.einsum("li,lij->lj", gradient, inverse)
    away = np.arange(-SMOOTH, SMOOTH + 1)
    member = np.abs(away) <= together.half[:, None]
    lines = np.where(member, together.centre[:, None] + away, together.centre[:, None])
    # influence . (right - normal . fitted), the products of influence and fitted taken first
    both = (influence[:, :, None] * fitted[:, None, :]).reshape(-1, 9, 1)
    expected = (normal.reshape(-1, 9)[lines] @ both)[..., 0]
    changes = ((right[lines] @ influence[..., None])[..., 0] - expected) * member
    return _straightened(amplitude, together), _scatter(changes, away, member)


def _scatter(changes: Array, away: NDArray[np.intp], member: NDArray[np.bool_]) -> Array:
    """Return the standard error by the ``changes`` (l, k) of each group, less their trend.

    The lines of a group are ``away`` (k,) lines from its middle; ``member`` (l, k) belong to it.
    """
    count = member.sum(axis=1)
    slope = changes @ away / (away**2 * member).sum(axis=1)
    trend = (changes.sum(axis=1) / count)[:, None]
    rest = (changes - trend - slope[:, None] * away) * member
    return np.asarray(np.sqrt((rest**2).sum(axis=1) * count / np.maximum(count - 3, 1)))


def _straightened(smooth: Array, together: LineGroups) -> Array:
    """Subtract what a mean over n lines adds to a curve: (n^2 - 1) / 24 of its second difference.

    The parabola of ``_between`` removes the noise that this adds.
    """
    half, place = together.half, np.arange(smooth.size)
    below, above = np.maximum(place - half, 0), np.minimum(place + half, smooth.size - 1)
    curvature = (smooth[above] - 2 * smooth + smooth[below]) / half**2
    curvature[(place - half < 0) | (place + half >= smooth.size)] = 0
    return np.asarray(smooth - ((2 * half + 1) ** 2 - 1) / 24 * curvature)


def powers(values: Array, across: Array, lines: PixelLines, periods: int) -> Array:
    """Return the power (lines, cycles) of 2 to periods + 2 cycles across the fitted width.

    ``across`` (2, p) are cosine and sine of one cycle. It is a quarter of the squared amplitude.
    """
    seen = np.maximum(lines.seen, 1)
    flat = values - (lines.sums(values) / seen)[lines.line]
    before, waves, twice = np.stack([flat, np.zeros_like(flat)]), flat * across, 2 * across[0]
    found = []
    for _ in range(2, periods + 3):  # cos(n t) = 2 cos(t) cos((n - 1) t) - cos((n - 2) t)
        np.subtract(twice * waves, before, out=before)
        before, waves = waves, before
        found.append(np.sum(lines.sums(waves) ** 2, axis=0))
    return np.asarray(np.array(found).T / seen[:, None] ** 2)


def usable(lines: PixelLines, frequency: Array, wedge: Wedge) -> NDArray[np.intp]:
    """Return the lines seen across nearly their whole width, coarse to fine.

    Those that the wedge's ends blur into are left out.
    """
    expected = wedge.periods / np.maximum(frequency, 1e-9)
    full = np.flatnonzero(lines.seen > 0.75 * expected)
    full = full[(full >= MARGIN) & (full < frequency.size - MARGIN)]
    return full if frequency[full[:1]].sum() <= frequency[full[-1:]].sum() else full[::-1]


def slope_of(x: Array, y: Array) -> float:
    """Return the slope of the straight line through points (n,) by least squares; 0 of one."""
    off = x - x.mean()
    square = float(off @ off)
    return float(off @ y) / square if square else 0.0
