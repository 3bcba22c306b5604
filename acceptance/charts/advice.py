"""Which chart suits a camera's place: how large it will be in the picture, and what can be read.

A pinhole camera looks at the chart's middle, which hangs upright straight ahead; near the axis that
holds for every lens. Pixels per metre = focal length in px / distance along the line of sight. TV
lines per picture height of a wedge's end = 2 x frequency x picture height / (pixels per
millimetre), frequency in cycles/mm (ISO 12233:2023).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.errors import PlanError, UsageError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.charts.definition import Chart

# Width in mm of the sensors that are sold under a format's name in surveillance cameras: pixels
# times pitch of common ones (1/2.8": 1920 x 2.9 um, 3840 x 1.45 um; 1/2.7": 1920 x 3.0 um; 1/1.8":
# 3840 x 2.0 um; 1/1.2": 3840 x 2.9 um), else the format's nominal width. Makers differ by some 3 %;
# the data sheet's width is better.
SENSORS: Mapping[str, float] = {
    "1/4": 3.6,
    "1/3": 4.8,
    "1/2.9": 5.38,
    "1/2.8": 5.57,
    "1/2.7": 5.76,
    "1/2.5": 5.76,
    "1/2.3": 6.17,
    "1/2": 6.4,
    "1/1.8": 7.68,
    "1/1.7": 7.6,
    "2/3": 8.8,
    "1/1.2": 11.14,
    "1": 12.8,
}
STEEPEST = 40.0  # degrees: the bar of the finder
UPRIGHT = 5.0  # degrees beyond which the chart should lean towards the camera
FILLING = 0.6  # of the picture's width, for TV lines


@dataclass(frozen=True, kw_only=True)
class Viewpoint:
    """Where a camera looks from, and through which lens.

    ``focal`` is the focal length in px; ``distance`` along the floor and ``rise`` are in m, the
    latter from the chart's middle up to the lens; ``picture`` is width and height in px.
    """

    focal: float
    picture: tuple[int, int]
    distance: float
    rise: float = 0.0

    @property
    def slant(self) -> float:
        """Metres from the lens to the chart's middle."""
        return math.hypot(self.distance, self.rise)

    @property
    def tilt(self) -> float:
        """Degrees by which an upright chart is seen from above (below: negative)."""
        return math.degrees(math.atan2(self.rise, self.distance))

    @property
    def pixels_per_metre(self) -> float:
        """Pixels per metre across the line of sight at the chart."""
        return self.focal / self.slant


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What a chart will be in the picture: sides in px and as shares of the picture's.

    ``cell`` and ``edge`` are the px of a fiducial's cell and of the shortest side of an edge.
    ``lines`` are the TV lines per picture height at the ends of its horizontal wedge, None without
    one. ``troubles`` are codes, none where the chart can be used; ``nearest`` and ``farthest`` are
    the distances from the lens, in m, between which it is neither too large nor small.
    """

    chart: Chart
    size: tuple[float, float]
    share: tuple[float, float]
    cell: float
    edge: float
    lines: tuple[float, float] | None
    troubles: tuple[str, ...]
    nearest: float
    farthest: float


def viewpoint(
    *,
    picture: tuple[int, int],
    distance: float,
    rise: float = 0.0,
    focal_length: float | None = None,
    sensor: str = "",
    field_of_view: float | None = None,
) -> Viewpoint:
    """Return the viewpoint of a camera.

    Its lens is stated by ``focal_length`` in mm with ``sensor`` (a format or a width in mm), or by
    the horizontal ``field_of_view`` in degrees. Raises ``PlanError`` where these are missing or
    impossible, ``UsageError`` where a number is none or not above 0.
    """
    for name, value in (("--distance", distance), ("--focal-length", focal_length)):
        if value is not None and not 0 < value < math.inf:
            raise UsageError(tr("{name} must be above 0, not {value:g}", name=name, value=value))
    if min(picture) < 1:
        raise UsageError(tr("--picture must be at least 1 pixel wide and high"))
    if not math.isfinite(rise):
        what = tr("--height and --chart-height must be finite numbers")
        raise UsageError(what)
    if field_of_view is not None:
        focal = picture[0] / 2 / _half_tangent(field_of_view)
    elif focal_length and sensor:
        focal = picture[0] * focal_length / sensor_width(sensor)
    else:
        raise _wrong("--advise", tr("the lens is not known"))
    return Viewpoint(focal=focal, picture=picture, distance=distance, rise=rise)


def _half_tangent(degrees: float) -> float:
    if not 0 < degrees < 170:
        what = tr(
            "a rectilinear lens cannot have a field of view of {degrees:g} degrees",
            degrees=degrees,
        )
        raise _wrong("--field-of-view", what)
    return math.tan(math.radians(degrees) / 2)


def sensor_width(text: str) -> float:
    """Return a sensor's width in mm from its format or from the width itself.

    Raises ``PlanError``.
    """
    name = text.strip().removesuffix('"').removesuffix("inch").strip()
    try:
        width = SENSORS[name] if name in SENSORS else float(name.removesuffix("mm"))
    except ValueError:
        width = 0.0
    if not 0.5 <= width <= 100:
        known = ", ".join(SENSORS)
        what = tr(
            "'{sensor}' is neither a width in mm nor one of {formats}", sensor=text, formats=known
        )
        raise _wrong("--sensor", what)
    return width


def _wrong(where: str, what: str) -> PlanError:
    hint = tr("Use --focal-length MM with --sensor FORMAT, or --field-of-view DEGREES")
    return PlanError(what, where=where, hint=hint, code="advice")


def advise(seen_by: Viewpoint, charts: Sequence[Chart], lines: float | None = None) -> list[Advice]:
    """Return what each printed chart will be from this viewpoint, the best first.

    ``lines`` are the TV lines per picture height to be read. Raises UsageError where these are not
    above 0.
    """
    if lines is not None and not 0 < lines < math.inf:
        raise UsageError(tr("--tv-lines must be above 0, not {lines:g}", lines=lines))
    printed = [chart for chart in charts if chart.fiducials and chart.kind == "print"]
    return sorted((_advice(seen_by, chart, lines) for chart in printed), key=_rank)


def _rank(advice: Advice) -> tuple[int, float]:
    """Put the fewest troubles first, then the largest chart that fits the picture."""
    largest = max(advice.share)
    return len(advice.troubles), largest if largest > 1 else 1 - advice.share[0]


def _advice(seen_by: Viewpoint, chart: Chart, lines: float | None) -> Advice:
    scale = seen_by.pixels_per_metre / 1000  # px/mm
    upright = math.cos(math.radians(seen_by.tilt))
    size = chart.size[0] * scale, chart.size[1] * scale * upright
    share = size[0] / seen_by.picture[0], size[1] / seen_by.picture[1]
    edges = (region.rect for region in chart.regions if region.kind == "edge")
    sides = (min(rect[2] * scale, rect[3] * scale * upright) for rect in edges)
    advice = Advice(
        chart=chart,
        size=size,
        share=share,
        cell=min((mark.rect[2] for mark in chart.fiducials), default=0.0) / 6 * scale,
        edge=min(sides, default=0.0),
        lines=_wedge(chart, 2 * seen_by.picture[1] / scale),
        troubles=(),
        nearest=seen_by.slant * max(share),
        farthest=seen_by.slant * size[0] / chart.smallest,
    )
    troubles = _troubles(advice, seen_by.tilt, lines)
    return replace(advice, troubles=tuple(code for code, there in troubles.items() if there))


def _wedge(chart: Chart, lines: float) -> tuple[float, float] | None:
    """Return the TV lines per picture height at the ends of the horizontal wedge.

    ``lines`` are those of 1 cycle/mm.
    """
    wedges = (region for region in chart.regions if region.kind == "wedge")
    found = [wedge.printed for wedge in wedges if wedge.direction == "horizontal"]
    return (found[0]["from"] * lines, found[0]["to"] * lines) if found else None


def _troubles(seen: Advice, tilt: float, lines: float | None) -> dict[str, bool]:
    """Return the code of everything that may be wrong, and whether it is."""
    coarsest, finest = seen.lines or (0.0, math.inf)
    wanted = coarsest if lines is None else lines
    return {
        "too_steep": abs(tilt) > STEEPEST,
        "too_large": max(seen.share) > 1,
        "too_small": seen.size[0] < seen.chart.smallest,
        "no_wedge": lines is not None and seen.lines is None,
        "wedge_too_coarse": wanted > finest,
        "wedge_too_fine": wanted < coarsest,
        "fill_more": lines is not None and seen.lines is not None and seen.share[0] < FILLING,
    }
