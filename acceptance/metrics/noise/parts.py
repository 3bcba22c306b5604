"""Noise of a flat region and its parts, each a variance with its uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass

from acceptance.model.measurement import BudgetLine


@dataclass(frozen=True, kw_only=True)
class Variance:
    """A variance in code^2, less quantisation, with standard uncertainties in code^2.

    ``sampling`` has ``degrees_of_freedom``; ``surface`` is by the choice of the surface's order,
    ``quantisation`` by the place of the level between two codes, ``dependence`` by noise that
    frames far apart may still share.
    """

    value: float
    sampling: float
    degrees_of_freedom: float
    surface: float = 0.0
    quantisation: float = 0.0
    dependence: float = 0.0

    @property
    def sigma(self) -> float:
        """Standard deviation in codes; 0 where the estimate of the variance came out negative."""
        return math.sqrt(max(self.value, 0.0))

    def budget(self, scale: float = 1.0) -> tuple[BudgetLine, ...]:
        """Return the contributions to ``sigma``, in codes times ``scale``."""
        lines = (
            ("sampling", self._down_to_zero(self.sampling), self.degrees_of_freedom, "A"),
            ("lighting_surface", self._share(self.surface, 3), None, "B"),
            ("quantisation", self._share(self.quantisation, 3), None, "B"),
            ("frames_depend", self._down_to_zero(self.dependence), None, "B"),
        )
        return tuple(
            BudgetLine(
                source=source,
                contribution=scale * doubt,
                degrees_of_freedom=degrees,
                evaluation=kind,
            )
            for source, doubt, degrees, kind in lines
            if doubt or source != "frames_depend"
        )

    def _share(self, spread: float, times: float) -> float:
        """Return the uncertainty of ``sigma`` of that of the variance, ``spread``, also at 0.

        It is the ``times``-th part of the longer side of the interval of as many ``spread``.
        """
        above = math.sqrt(max(self.value, 0.0) + times * spread) - self.sigma
        below = self.sigma - math.sqrt(max(self.value - times * spread, 0.0))
        return max(above, below) / times

    def _down_to_zero(self, spread: float) -> float:
        """Return the same so that U holds a sigma of 0 where the variance may be 0 (k >= 1.96)."""
        reaching = self.sigma / 1.95 if 0 < self.value <= 2 * spread else 0.0
        return max(self._share(spread, 2), self._share(spread, 3), reaching)


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Noise of a flat region, in codes and code^2.

    ``temporal``, ``fixed`` and the parts of the fixed pattern, ``row``, ``column`` and ``pixel``,
    are None where they cannot be separated (one frame, a chart that moved, frames that depend on
    each other all along), ``weighted`` (of the total) where no weighting was asked for. ``flicker``
    is the sigma of the frame means, ``correlation`` that of the noise of neighbouring frames (0:
    none that matters), ``coarse`` the variance of structure that is coarser than noise.
    """

    mean: float
    mean_uncertainty: float
    total: Variance
    weighted: Variance | None = None
    temporal: Variance | None = None
    fixed: Variance | None = None
    row: Variance | None = None
    column: Variance | None = None
    pixel: Variance | None = None
    flicker: float = 0.0
    correlation: float = 0.0
    coarse: float = 0.0
