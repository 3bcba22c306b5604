"""A screen that is no ideal one: it lights its rows one after the other, and each of them slowly.

Liquid crystals approach their new light about exponentially, with time constants of 1 to 5 ms that
differ between rise and fall; a screen writes its rows from top to bottom in nearly a refresh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from acceptance.simulate.camera import Array


@dataclass(frozen=True, kw_only=True)
class Display:
    """A screen whose last row changes ``scan`` s after its first one.

    Each row approaches new light exponentially: time constants ``rise`` where it gets brighter and
    ``fall`` where darker, s (0: at once).
    """

    scan: float = 0.0
    rise: float = 0.0
    fall: float = 0.0

    def mean_over(self, edges: Array, values: Array, begins: Array, exposure: float) -> Array:
        """Return the mean light (frames, cells) over [begin, begin + exposure].

        The cells are set to ``values[i]`` (cells,) at ``edges[i]``.
        """
        course = self._course(edges, values)
        gained = [
            course.until(begin + exposure, cell) - course.until(begin, cell)
            for cell, begin in enumerate(begins.T)
        ]
        return np.array(gained).T / exposure

    def _course(self, edges: Array, values: Array) -> _Course:
        """Follow the light from edge to edge."""
        light = values.astype(np.float64)
        lag = np.zeros_like(light)
        for i in range(1, len(edges)):
            constant = self._constant(light[i - 1], values[i - 1])
            left = np.exp(-(edges[i] - edges[i - 1]) / constant)
            light[i] = values[i - 1] + (light[i - 1] - values[i - 1]) * left
        constants = self._constant(light, values)
        lag = (light - values) * constants
        steps = np.diff(edges)[:, None]
        gained = values[:-1] * steps + lag[:-1] * (1 - np.exp(-steps / constants[:-1]))
        sums = np.vstack([np.zeros(values.shape[1]), np.cumsum(gained, axis=0)])
        return _Course(edges=edges, values=values, lag=lag, constants=constants, sums=sums)

    def _constant(self, light: Array, aim: Array) -> Array:
        return np.maximum(np.where(aim > light, self.rise, self.fall), 1e-9)


@dataclass(frozen=True, kw_only=True)
class _Course:
    """Light of cells, (edges, cells) each: what they are set to, what they lag by, and its sums."""

    edges: Array
    values: Array
    lag: Array
    constants: Array
    sums: Array

    def until(self, time: Array, cell: int) -> Array:
        """(frames,) light of a cell gained from the first edge until ``time`` (frames,)."""
        at = np.clip(np.searchsorted(self.edges, time, side="right") - 1, 0, None)
        since = time - self.edges[at]
        settled = 1 - np.exp(-np.maximum(since, 0) / self.constants[at, cell])
        slow = self.lag[at, cell] * settled
        return np.asarray(self.sums[at, cell] + self.values[at, cell] * since + slow)
