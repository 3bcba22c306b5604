"""Noise of a flat region and its parts, each a variance with its uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from acceptance.metrics.noise.whole_codes import UNTOLD
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PARTS = ("total", "weighted", "temporal", "fixed", "row", "column", "pixel")


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

    def times(self, factor: float) -> Variance:
        """Return it in codes that are worth 1 / ``factor`` of those that it is in."""
        square = factor**2
        return replace(
            self,
            value=self.value * square,
            sampling=self.sampling * square,
            surface=self.surface * square,
            quantisation=self.quantisation * square,
            dependence=self.dependence * square,
        )

    def doubted(self, share: float) -> Variance:
        """Return it with ``share`` of the standard deviation more of doubt by quantisation."""
        return replace(self, quantisation=self.quantisation + 2 * share * max(self.value, 0.0))

    def budget(self, scale: float = 1.0) -> tuple[BudgetLine, ...]:
        """Return the contributions to ``sigma``, in codes times ``scale``."""
        lines = (
            ("sampling", self._down_to_zero(self.sampling), self.degrees_of_freedom, "A"),
            ("lighting_surface", self._down_to_zero(self.surface), None, "B"),
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
    none that matters), ``coarse`` the variance of structure that is coarser than noise, ``unit``
    how many codes a step is that the noise was rounded to, ``dithered`` whether it spreads over
    more than two of them wherever the level lies.
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
    unit: float = 1.0
    dithered: bool = True

    @property
    def floor(self) -> float:
        """The sigma of rounding, below which noise is not told, in codes."""
        return self.unit / math.sqrt(12)

    @property
    def hidden(self) -> bool:
        """Whether rounding hides the noise."""
        return self.total.value <= self.told**2

    @property
    def told(self) -> float:
        """The sigma up to which rounding hides what it is, in codes."""
        return self.floor if self.dithered else math.sqrt(UNTOLD) * self.unit

    def off_by(self, halves: Mapping[str, float]) -> Noise:
        """Return it with half-widths (code^2) more of doubt by what is no noise, by part."""
        changed = {
            name: replace(part, surface=math.hypot(part.surface, half / math.sqrt(3)))
            for name, half in halves.items()
            if half and (part := getattr(self, name)) is not None
        }
        return replace(self, **changed)

    def times(self, factor: float) -> Noise:
        """Return it, of codes that are ``factor`` codes each, in codes; but not its mean."""
        parts = self._parts(lambda part: part.times(factor))
        return replace(
            self,
            mean_uncertainty=self.mean_uncertainty * factor,
            flicker=self.flicker * factor,
            coarse=self.coarse * factor**2,
            unit=self.unit * factor,
            **parts,
        )

    def doubted(self, share: float) -> Noise:
        """Return it with ``share`` of each standard deviation more of doubt by quantisation."""
        return replace(self, **self._parts(lambda part: part.doubted(share)))

    def _parts(self, change: Callable[[Variance], Variance]) -> dict[str, Any]:
        """Return the parts that there are, changed."""
        known = {name: getattr(self, name) for name in PARTS}
        return {name: change(part) for name, part in known.items() if part is not None}
