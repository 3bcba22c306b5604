"""Weighting of random noise along the line, as the eye sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Unified weighting network: time constant in s, ratio; a picture height lasts 3/4 of the 52 us of a
# line of 4:3.
NETWORK_TIME, NETWORK_RATIO = 245e-9, 4.5
HEIGHT_TIME = 52e-6 * 3 / 4


@dataclass(frozen=True, kw_only=True)
class Weighting:
    """A filter along the line.

    ``gain`` (w // 2 + 1,) is that at the frequencies k / w cycle/px of a row of ``width`` w px.
    """

    gain: Array
    width: int

    @cached_property
    def power(self) -> float:
        """Mean squared gain: the share of the variance of white noise that passes."""
        return self._mean(self.gain**2)

    @cached_property
    def squares(self) -> float:
        """Sum of the squared autocorrelation along a row that it gives to white noise."""
        return self._mean(self.gain**4) / self.power**2

    def _mean(self, values: Array) -> float:
        """Return the mean over all frequencies, negative ones too, of values like the gain."""
        twice = values[1 : (self.width + 1) // 2].sum()
        return float((values.sum() + twice) / self.width)

    def passed(self, frames: NDArray[np.number]) -> Array:
        """Return frames (..., h, w) with their rows filtered, which are taken as periodic.

        Raises ValueError for rows of another width.
        """
        if frames.shape[-1] != self.width:
            raise ValueError(frames.shape, self.width)
        rows = np.asarray(frames, np.float64)
        return np.fft.irfft(np.fft.rfft(rows) * self.gain, n=self.width)


def filtered(frames: Array, weighting: Weighting | None) -> Array:
    """Return what a filter, if there is one, leaves of frames (..., h, w)."""
    return weighting.passed(frames) if weighting else frames


@lru_cache(maxsize=8)  # flat regions have few widths
def unified_weighting(width: int, pitch: float) -> Weighting:
    """Return the unified weighting network for random noise.

    Parameters
    ----------
    width
        Pixels of a row.
    pitch
        Width of a pixel over the height of the picture.

    Notes
    -----
    Power gain (1 + (w T / a)^2) / (1 + (w T (1 + 1/a))^2), T = 245 ns, a = 4.5 (CCIR Recommendation
    567, CCITT Recommendation J.61; as a Chinese standard GB/T 3660-1983). Written for lines of 52
    us on a picture of 4:3; other pictures are weighted alike per picture height, seen from the same
    number of heights.
    """
    angular = 2 * math.pi * np.fft.rfftfreq(width) * (NETWORK_TIME / HEIGHT_TIME) / pitch
    numerator = 1 + (angular / NETWORK_RATIO) ** 2
    return Weighting(
        gain=np.sqrt(numerator / (1 + (angular * (1 + 1 / NETWORK_RATIO)) ** 2)), width=width
    )
