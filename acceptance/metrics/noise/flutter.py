"""Rows and columns that flutter from frame to frame, each as one: all of its pixels are one value.

Blocks side by side do not show that in their scatter, and the mean of n frames keeps 1 / n of it,
which would read as rows and columns that differ for good.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.noise.alike import ALONE

if TYPE_CHECKING:
    from acceptance.metrics.noise.alike import Alike
    from acceptance.metrics.noise.parts import Variance

Array = NDArray[np.float64]

SURE = 2.0  # standard errors


@dataclass(frozen=True)
class Flutter:
    """Variance over time, in code^2, of ``lines`` rows or columns as such, in ``frames``.

    ``kept``: how often 1 / n of it the mean of the frames keeps at most; 1: these are independent.
    """

    variance: float
    lines: int
    frames: int
    kept: float = 1.0

    @property
    def doubt(self) -> float:
        """Standard uncertainty of the variance."""
        freedom = (self.frames - 1) * (self.lines - 1) / self.kept
        return self.variance * math.sqrt(2 / freedom)

    @property
    def of_mean(self) -> tuple[float, float]:
        """What the mean frame keeps of it, and the standard uncertainty of that."""
        alone = self.variance / self.frames
        between = alone * (self.kept - 1) / 2 / math.sqrt(3)
        return alone * (1 + self.kept) / 2, math.hypot(between, self.doubt / self.frames)

    @property
    def by_chance(self) -> float:
        """Standard deviation of the variance between so many lines of the mean frame."""
        return self.variance / self.frames * self.kept * math.sqrt(2 / (self.lines - 1))


def flutter(
    codes: Array, noise: Alike = ALONE, correlation: float = 0.0
) -> tuple[Flutter, Flutter]:
    """Return how rows and columns of codes (n, h, w) flutter; n from 2 on.

    ``noise`` is that of the pixels, ``correlation`` that of neighbouring frames, which may be that
    of the flutter, too.
    """
    rest = codes - codes.mean(axis=(1, 2), keepdims=True)
    rest = rest - rest.mean(axis=0)
    square = float(np.mean(rest**2)) * len(codes) / (len(codes) - 1)
    rows, columns = (
        _of_lines(rest.mean(axis=axis), square, rest.shape[axis] / along)
        for axis, along in ((2, noise.rows), (1, noise.columns))
    )
    frames, kept = len(codes), (1 + correlation) / (1 - min(correlation, 0.95))
    height, width = codes.shape[1:]
    return Flutter(rows, height, frames, kept), Flutter(columns, width, frames, kept)


def _of_lines(means: Array, square: float, along: float) -> float:
    """Return the variance of line means (n, lines) beyond what their pixels make, if surely so.

    ``square`` is the variance of pixels, of which a line has ``along`` that are not alike.
    """
    frames, lines = means.shape
    freedom = (frames - 1) * (lines - 1)
    seen = float(np.sum(means**2)) / freedom
    more = (seen - square / along) / (1 - 1 / along)
    return more if more > SURE * square / along * math.sqrt(2 / freedom) else 0.0


def with_flutter(
    variance: Variance, found: tuple[Flutter, Flutter], power: float = 1.0, *, taken: int = 1
) -> Variance:
    """Put rows and columns that flutter into a variance over time and its uncertainty.

    What ``taken`` terms of a surface (1: the mean of each frame) took of them is put back.
    ``power``: the share of columns' variance that a weighting passes, which makes as many fewer of
    them; of what is taken out it passes all.
    """
    more = sum(taken * lines.variance / lines.lines for lines in found)
    doubts = (
        share * lines.doubt for share, lines in zip((1, math.sqrt(power)), found, strict=True)
    )
    sampling = math.hypot(variance.sampling, *doubts)
    return replace(variance, value=variance.value + more, sampling=sampling)


def less_flutter(
    parts: tuple[Variance, Variance, Variance], found: tuple[Flutter, Flutter]
) -> tuple[Variance, Variance, Variance]:
    """Take what the mean frame keeps of flutter off the variance of rows and of columns.

    The third of the ``parts``, pixels, stays as it is.
    """
    row, column = map(_less, parts[:2], found)
    return row, column, parts[2]


def _less(line: Variance, found: Flutter) -> Variance:
    kept, doubt = found.of_mean
    return replace(line, value=line.value - kept, sampling=math.hypot(line.sampling, doubt))


def fixed_with_flutter(fixed: Variance, found: tuple[Flutter, Flutter]) -> Variance:
    """Put what the mean frame keeps of flutter into the uncertainty of the fixed pattern."""
    doubts = (doubt for lines in found for doubt in (lines.of_mean[1], lines.by_chance))
    return replace(fixed, sampling=math.hypot(fixed.sampling, *doubts))
