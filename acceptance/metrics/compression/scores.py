"""Figures of the comparison of a recording with its reference, and their budgets.

PSNR is that of ITU-T J.340 (06/2010), from the squared error of all pictures together; SSIM is
averaged over them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.compression.fidelity import decibels
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.metrics.compression.alignment import Array

    Figure = tuple[float, list[BudgetLine]]

FEWEST = BLOCKS = 8  # pictures that can be scored; runs of pictures whose means show the scatter
PER_DECIBEL = 10 / math.log(10)  # dB for a relative change of the squared error


@dataclass(frozen=True, kw_only=True)
class Scores:
    """Scores of n pictures at ``times`` (n,) s.

    ``errors`` (n, 3) of Y, Cb, Cr are in codes squared, ``likeness`` (n, 3) is SSIM; nan for planes
    that are missing or subsampled differently. ``moments`` (n, 4): mean and mean
    square of luma as recorded, then of the reference. ``peak`` is 2^n - 1, ``pixels`` the luma
    samples of one picture, ``late`` the squared error of the pictures matched over that of their
    best neighbours.
    """

    times: Array
    errors: Array
    likeness: Array
    moments: Array
    peak: float
    pixels: int
    late: float = 1.0

    @property
    def error(self) -> float:
        """Mean squared error of luma over all pictures."""
        return float(self.errors[:, 0].mean())

    @property
    def least(self) -> float:
        """Squared error that stands for none: one code in one sample of the whole sequence."""
        return 1 / (self.pixels * len(self.times))

    def psnr(self, error: float) -> float:
        """PSNR in dB of a squared error, which counts as ``least`` at least."""
        return decibels(max(error, self.least), self.peak)

    @cached_property
    def each(self) -> Array:
        """PSNR in dB of each picture."""
        return np.array([self.psnr(error) for error in self.errors[:, 0].tolist()])

    @cached_property
    def fit(self) -> tuple[float, float, float]:
        """Gain and offset (codes) of the recording on the reference, and the error without them.

        The error is in codes squared.
        """
        mean, square, mean_of_reference, square_of_reference = self.moments.mean(axis=0).tolist()
        product = (square + square_of_reference - self.error) / 2
        variance, wanted = square - mean**2, square_of_reference - mean_of_reference**2
        shared = product - mean * mean_of_reference
        if min(variance, wanted) <= 0:
            return 1.0, mean - mean_of_reference, 0.0
        gain = shared / wanted
        return gain, mean - gain * mean_of_reference, max(0.0, wanted - shared**2 / variance)

    def psnr_figure(self) -> Figure:
        """PSNR in dB of all pictures together, and its budget."""
        scatter, degrees = _scatter(self.errors[:, 0])
        share = PER_DECIBEL * scatter / max(self.error, self.least)
        frames = BudgetLine(source="frames", contribution=share, degrees_of_freedom=degrees)
        return self.psnr(self.error), [frames, *self._systematic(self.error, PER_DECIBEL)]

    def lowest_psnr_figure(self) -> Figure:
        """PSNR in dB of the worst picture, and its budget."""
        lowest, next_lowest = np.sort(self.each)[:2].tolist()
        worst = float(self.errors[:, 0].max())
        return lowest, [_to_the_next(next_lowest - lowest), *self._systematic(worst, PER_DECIBEL)]

    def ssim_figure(self) -> Figure:
        """Give the mean SSIM and its budget."""
        return self.mean_figure(self.likeness[:, 0], 1.0)

    def lowest_ssim_figure(self) -> Figure:
        """SSIM of the worst picture, and its budget."""
        likeness = self.likeness[:, 0]
        lowest, next_lowest = np.sort(likeness)[:2].tolist()
        worst = float(self.errors[int(likeness.argmin()), 0])
        return lowest, [_to_the_next(next_lowest - lowest), *self._systematic(worst, 1 - lowest)]

    def mean_figure(self, each: Array, top: float) -> Figure:
        """Mean of a figure (n,) of pictures, ``top`` where they are alike, and its budget."""
        scatter, degrees = _scatter(each)
        mean = float(each.mean())
        frames = BudgetLine(source="frames", contribution=scatter, degrees_of_freedom=degrees)
        return mean, [frames, *self._systematic(self.error, top - mean)]

    def _systematic(self, error: float, slope: float) -> Iterator[BudgetLine]:
        """Yield alignment (a neighbour may be the right picture) and quantisation.

        Up to 1/12 of the error may be the input's rounding. ``slope`` turns a relative change of
        the squared ``error`` into the unit of the figure.
        """
        late = abs(slope) * (self.late - 1) / math.sqrt(3)
        yield BudgetLine(source="alignment", contribution=late, evaluation="B")
        rounding = min(1.0, 1 / 24 / max(error, self.least)) / math.sqrt(3)
        yield BudgetLine(source="quantisation", contribution=abs(slope) * rounding, evaluation="B")


def _scatter(each: Array) -> tuple[float, int]:
    """Estimate the standard error of the mean of figures (n,), and its degrees of freedom.

    The figures are of pictures in a row. Neighbours are alike and a codec works in groups, so means
    of eight runs of pictures are taken, and how alike neighbouring runs still are is counted in.
    """
    means = np.array([run.mean() for run in np.array_split(each, BLOCKS)])
    away = means - means.mean()
    variance = float(np.sum(away**2)) / (BLOCKS - 1)
    alike = float(np.sum(away[1:] * away[:-1]) / np.sum(away**2)) + 1 / BLOCKS if variance else 0.0
    return math.sqrt(variance * (1 + 2 * max(0.0, alike)) / BLOCKS), BLOCKS - 1


def _to_the_next(gap: float) -> BudgetLine:
    """How far the lowest of the pictures might have come out otherwise: as far as to the next."""
    return BudgetLine(source="frames", contribution=gap / math.sqrt(3), evaluation="B")
