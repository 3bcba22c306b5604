"""The pattern of a printed resolution wedge, and where a view shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError

if TYPE_CHECKING:
    from acceptance.scene.views import View

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Wedge:
    """A wedge as printed: ``bars`` dark bars, ``start`` and ``end`` cycles/mm, ``length`` mm.

    ``form`` is the law between both ends: "hyperbolic": frequency linear along the wedge; "linear"
    (EIA): bar spacing linear, the bars are straight.
    """

    bars: int
    start: float
    end: float
    length: float
    form: str = "hyperbolic"

    @property
    def periods(self) -> int:
        """Whole periods that are fitted."""
        return self.bars - 1

    def frequency(self, along: Array) -> Array:
        """Return the cycles/mm at ``along`` mm from the wedge's first end, any shape."""
        share = np.clip(along / self.length, 0, 1)
        if self.form == "hyperbolic":
            return np.asarray(self.start + (self.end - self.start) * share)
        return np.asarray(1 / (1 / self.start + (1 / self.end - 1 / self.start) * share))


def phase(wedge: Wedge, along: Array, across: Array) -> Array:
    """Return the phase in radians of the bars, any shape; 0 in the middle of a dark bar.

    ``along`` is in mm from the wedge's first end, ``across`` in mm from its axis.
    """
    middle = 0.0 if wedge.bars % 2 else math.pi
    return np.asarray(2 * np.pi * wedge.frequency(along) * across + middle)


def printed_in(view: View) -> Wedge:
    """Return what is printed there; GapError wedge_unknown of a wedge given by hand."""
    printed = view.region.printed
    if view.place is None or "from" not in printed:
        raise GapError("wedge_unknown", region=view.region.name)
    _, _, width, height = view.region.rect
    length = height if view.region.direction == "horizontal" else width
    return Wedge(
        bars=printed["bars"],
        start=printed["from"],
        end=printed["to"],
        length=length,
        form=printed["form"],
    )


def places_on(view: View) -> tuple[Array, Array]:
    """Return the place (h, w) of every pixel of the view on the wedge.

    It is in mm along the wedge from its first end, and in mm across it from its axis.
    """
    right, down = view.on_chart
    left, top, width, height = view.region.rect
    if view.region.direction == "horizontal":
        return down - top, right - (left + width / 2)
    return right - left, down - (top + height / 2)
