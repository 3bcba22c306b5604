"""What a chart is: its regions, fiducials and labels, and the printed copy that is filmed.

Chart coordinates are millimetres, origin at the chart's upper left corner, y downwards. Reflectance
and light are linear, 0 to 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from acceptance.model import Box, Point

GREYS = ("grey", "flat", "reference")  # kinds of region that print one reflectance


@dataclass(frozen=True, kw_only=True)
class Region:
    """One printed thing: where it is (``rect``: x, y, width, height in mm) and what is printed.

    ``direction`` is that in which detail is resolved: "horizontal" for near-vertical edges and
    vertical bars. ``printed`` has the fields of ``PRINTED[kind]``: a wedge's ``from`` and ``to``
    are cycles/mm at its two ends, an edge's ``angle`` is in degrees off the vertical (or
    horizontal), ``lab`` is CIELAB under D50.
    """

    name: str
    kind: str
    rect: Box
    zone: str = "centre"
    direction: str = ""
    printed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reflectance(self) -> float | None:
        """Printed reflectance; of a neutral colour that of its L* (ISO/CIE 11664-4); else None.

        A colour is neutral whose chroma is below 5.
        """
        if "reflectance" in self.printed:
            return float(self.printed["reflectance"])
        lightness, a, b = self.printed.get("lab", (0.0, math.inf, 0.0))
        return ((lightness + 16) / 116) ** 3 if math.hypot(a, b) < 5 and lightness > 8 else None


@dataclass(frozen=True, kw_only=True)
class Fiducial:
    """A dark square of 4 x 4 cells (``code``: 16 bits, row by row, 1 = light) and a border."""

    code: int
    rect: Box


@dataclass(frozen=True, kw_only=True)
class Label:
    """Words for people, outside all regions; ``x``, ``y`` is the left end of the baseline, mm."""

    text: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The standard series of a chart's grey steps: ``densities`` equally spaced in ``series``.

    The series are listed in ``region_tables.SERIES``.
    """

    series: str
    densities: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A printed copy of a chart: how far it may be off from what the chart says.

    ``reflectance_doubt`` and ``scale_doubt`` are relative standard uncertainties (k = 1) of
    reflectances and of lengths, ``lab_doubt`` that of colours in CIELAB units. ``measured_on`` and
    ``due`` are ISO dates, empty where it was not measured; ``expired``: it was due when it was
    filmed; ``filmed``: the day of that. ``sha256`` is that of the copy's file. How far the
    measured values are from the design: ``length``, the factor farthest from 1; ``lightness`` (L*)
    and ``colour`` (CIELAB difference), the largest.
    """

    serial: str
    reflectance_doubt: float
    scale_doubt: float
    lab_doubt: float
    by: str = ""
    measured_on: str = ""
    due: str = ""
    expired: bool = False
    filmed: str = ""
    sha256: str = ""
    length: float = 1.0
    lightness: float = 0.0
    colour: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart's definition. ``size`` is in mm.

    ``background`` and ``dark`` are the light and dark of the fiducials.
    ``paper`` (mm) is what it is printed on, in the middle. ``smallest`` is the width in px below
    which it shows too little to be measured. ``sha256`` is over all ``sources``, the chart's own
    file first, then the one it is based on. ``copy`` says how far what is printed may be off; None:
    the drawing itself. ``steps`` declares the series of its grey steps; None: they are no standard
    series. ``found_by`` names the module that finds a chart without fiducials, ``makers_lab_doubt``
    is the ``lab_doubt`` of a chart that is bought.
    """

    name: str
    title: str
    title_en: str
    kind: str
    size: tuple[float, float]
    background: float
    dark: float
    fiducials: tuple[Fiducial, ...]
    regions: tuple[Region, ...]
    labels: tuple[Label, ...]
    paper: tuple[float, float]
    smallest: float
    sha256: str
    sources: tuple[Path, ...]
    copy: Copy | None = None
    steps: Steps | None = None
    found_by: str = ""
    makers_lab_doubt: float = 0.0

    @property
    def source(self) -> Path:
        """The chart's own file."""
        return self.sources[0]

    @property
    def reflectance_doubt(self) -> float:
        """Relative standard uncertainty of each printed reflectance.

        How they err together is in ``printed_copy.tone_errors``.
        """
        return self.copy.reflectance_doubt if self.copy else 0.0

    @property
    def scale_doubt(self) -> float:
        """Relative standard uncertainty of the chart's millimetres, common to all lengths."""
        return self.copy.scale_doubt if self.copy else 0.0

    @property
    def lab_doubt(self) -> float:
        """Standard uncertainty of each printed colour, as a CIELAB colour difference."""
        return self.copy.lab_doubt if self.copy else self.makers_lab_doubt

    def region(self, name: str) -> Region:
        """Return the region called ``name``, else raise ``KeyError``."""
        return {region.name: region for region in self.regions}[name]


def scaled(chart: Chart, scale: float) -> Chart:
    """Return the chart with every length times ``scale``; light and paper stay as they are."""
    marks = chart.fiducials
    return replace(
        chart,
        size=(scale * chart.size[0], scale * chart.size[1]),
        fiducials=tuple(replace(mark, rect=_scaled_box(mark.rect, scale)) for mark in marks),
        regions=tuple(_scaled_region(region, scale) for region in chart.regions),
        labels=tuple(_scaled_label(label, scale) for label in chart.labels),
    )


def _scaled_box(box: Box, scale: float) -> Box:
    x, y, width, height = box
    return scale * x, scale * y, scale * width, scale * height


def _scaled_region(region: Region, scale: float) -> Region:
    factors = {"diameter": scale, "from": 1 / scale, "to": 1 / scale}
    shared = factors.keys() & region.printed.keys()
    lengths = {key: region.printed[key] * factors[key] for key in shared}
    rect = _scaled_box(region.rect, scale)
    return replace(region, rect=rect, printed={**region.printed, **lengths})


def _scaled_label(label: Label, scale: float) -> Label:
    x, y, height = (scale * length for length in (label.x, label.y, label.height))
    return replace(label, x=x, y=y, height=height)


def centres(chart: Chart) -> dict[str, Point]:
    """Return the centres in mm of all that is printed; fiducials are called fiducial1 and so on."""
    rects = {region.name: region.rect for region in chart.regions}
    rects |= {f"fiducial{number}": mark.rect for number, mark in enumerate(chart.fiducials, 1)}
    return {name: (x + width / 2, y + height / 2) for name, (x, y, width, height) in rects.items()}
