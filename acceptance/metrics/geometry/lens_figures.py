"""Results of a fitted lens and chart, each with its budget, or a note why there is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics._shared.pixel_shape import aspect_line
from acceptance.metrics._shared.sources import ASPECT_SOURCE, PRINT_SOURCE
from acceptance.metrics.geometry.derived import COUNT, derive
from acceptance.metrics.geometry.fitting import FAR_OUT, FEWEST
from acceptance.metrics.geometry.lens import BENT, CENTRE, LENS, MOVED
from acceptance.metrics.geometry.lens_models import LENSES
from acceptance.metrics.geometry.preset import FOCAL_KNOWN
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.metrics.geometry.fitting import FittedChart
    from acceptance.metrics.geometry.frame import PictureFrame
    from acceptance.metrics.geometry.lens import LensFit
    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]

QUANTITIES = {
    "geometry.distortion": "%",
    "geometry.tv_distortion": "%",
    "geometry.tilt": "°",
    "geometry.pan": "°",
    "geometry.roll": "°",
    "geometry.pixels_per_metre": "px/m",
    "geometry.coverage": "%",
}
METHOD = (
    "dots and fiducials of the chart; lens and place of the chart fitted together by least squares"
)
SMALL_ANGLE = (
    0.5  # degrees, standard uncertainty of an angle below which focal length is not needed
)
OUTLINE = 0.005  # px, standard uncertainty all round of where a chart ends, from simulation
ALIKE = 1.1  # ratio of residuals below which lenses explain the picture


def figures(
    scene: Scene, chart: FittedChart, other: FittedChart | None = None
) -> Iterator[Measurement | Note]:
    """Measure each of ``QUANTITIES``; of the scene only the shot is used.

    ``other`` is the fit with the pixel aspect that is possible, too.
    """
    best, frame, reach = chart.best, chart.frame, chart.reach
    values = {
        model: derive(model, lens.parameters[None], frame, reach)[0]
        for model, lens in chart.lenses.items()
    }
    shares = best.contributions(lambda parameters: derive(best.model, parameters, frame, reach))
    if chart.beside:
        yield _note(scene, "", Reason(code="axis_beside_middle", parameters=_axis(chart)))
    if chart.bent:
        yield _note(scene, "", Reason(code="print_not_flat", parameters=_sagitta(chart)))
    if chart.moved:
        yield _note(scene, "", Reason(code="picture_moved", parameters=_motion(chart)))
    apart = _apart(chart.lenses, values)
    by_aspect = _by_aspect(values[best.model], other)
    for number, quantity in enumerate(QUANTITIES):
        outline = _of_outline(quantity, float(values[best.model][number]), frame)
        budget = (*_budget(best, shares, number, apart[number]), *outline)
        budget = (*budget, *by_aspect[number])
        reason = _why_not(quantity, budget, chart)
        if reason:
            yield _note(scene, quantity, reason)
        else:
            yield _figure(scene, chart, quantity, values[best.model], budget)


def _figure(
    scene: Scene, chart: FittedChart, quantity: str, values: Array, budget: Sequence[BudgetLine]
) -> Measurement:
    """Measure one quantity; ``values`` (10,) are those of all."""
    return scene.figure(
        quantity,
        float(values[list(QUANTITIES).index(quantity)]),
        QUANTITIES[quantity],
        budget,
        samples=len(chart.points.seen),
        method=METHOD,
        details=_details(chart) | _more(quantity, values, chart),
        curve=_curve(chart.best, chart.reach) if quantity == "geometry.distortion" else None,
    )


def _of_outline(quantity: str, value: float, frame: PictureFrame) -> tuple[BudgetLine, ...]:
    """Return the line that only pixel density or coverage has: of the chart's size or outline."""
    lines = {
        "geometry.pixels_per_metre": (PRINT_SOURCE, value * frame.scale_doubt),
        "geometry.coverage": ("outline", _outline(value, frame)),
    }
    if quantity not in lines:
        return ()
    source, contribution = lines[quantity]
    return (BudgetLine(source=source, contribution=contribution, evaluation="B"),)


def _why_not(quantity: str, budget: Sequence[BudgetLine], chart: FittedChart) -> Reason | None:
    """Return why a quantity was not measured, if it was not.

    Points may be too few, corners not covered, or the focal length unknown.
    """
    points, covered = len(chart.points.seen), chart.covered
    if "distortion" in quantity and points < FEWEST:
        return Reason(code="too_few_points", parameters={"points": points, "needed": FEWEST})
    if quantity == "geometry.tv_distortion" and covered < FAR_OUT:
        return Reason(
            code="corners_not_covered", parameters={"covered": covered, "needed": FAR_OUT}
        )
    doubt = math.sqrt(sum(line.contribution**2 for line in budget))
    focal_doubt = 0.0 if chart.stated else chart.focal_doubt
    angle = quantity in {"geometry.tilt", "geometry.pan"}
    by_aspect = [line.contribution for line in budget if line.source == ASPECT_SOURCE]
    if angle and max(by_aspect, default=0.0) > SMALL_ANGLE:
        wide, high = chart.frame.place.picture
        return Reason(code="pixels_may_be_scaled", parameters={"width": wide, "height": high})
    if angle and focal_doubt > FOCAL_KNOWN and doubt > SMALL_ANGLE:
        return Reason(code="focal_length_unknown", parameters={"doubt": focal_doubt})
    return None


def _outline(coverage: float, frame: PictureFrame) -> float:
    """Return the uncertainty of the coverage, in %, by ``OUTLINE`` px round a usual chart."""
    picture = float(np.prod(frame.size))
    return 100 * OUTLINE * 4.1 * math.sqrt(max(coverage, 0.0) / 100 * picture) / picture


def _apart(lenses: Mapping[str, LensFit], values: Mapping[str, Array]) -> Array:
    """Return the standard uncertainty (10,) where several lenses explain the picture.

    The best one and that which differs most are the two ends.
    """
    best, *others = lenses.values()
    alike = [other for other in others if other.residual < ALIKE * best.residual]
    here = values[best.model]
    differences = [np.abs(here - values[other.model]) for other in alike]
    return np.asarray(np.max([np.zeros_like(here), *differences], axis=0) / math.sqrt(3))


def _by_aspect(values: Array, other: FittedChart | None) -> list[list[BudgetLine]]:
    """Return the lines (10) of the pixel aspect: that of ``other`` is possible, too."""
    if other is None:
        return [[]] * COUNT
    best, frame = other.best, other.frame
    others = derive(best.model, best.parameters[None], frame, other.reach)[0]
    return [[aspect_line(float(apart))] for apart in values - others]


def _budget(
    best: LensFit, shares: Mapping[str, Array], number: int, apart: float
) -> tuple[BudgetLine, ...]:
    lines = {source: float(values[number]) for source, values in shares.items()}
    lines["lens_model"] = math.hypot(lines["lens_model"], apart)
    return tuple(
        BudgetLine(
            source=source,
            contribution=contribution,
            degrees_of_freedom=best.freedom if source == "fit" else None,
            evaluation="A" if source == "fit" and best.freedom else "B",
        )
        for source, contribution in lines.items()
    )


def _details(chart: FittedChart) -> dict[str, Value]:
    """Return the details that all quantities have."""
    best, frame = chart.best, chart.frame
    first, second, _ = best.parameters[LENS].tolist()
    names = ("curvature", "k") if best.model == "fisheye" else ("k1", "k2")
    return {
        "lens": best.model,
        names[0]: first,
        names[1]: second,
        "radius": chart.reach,
        "covered": chart.covered,
        **{f"centre_{name}": off for name, off in _axis(chart).items()},
        **{f"residual_{name}": fit.residual * frame.half for name, fit in chart.lenses.items()},
    }


def _axis(chart: FittedChart) -> dict[str, float]:
    """Return how far the lens's axis is to the right of and below the picture's middle, px."""
    across, down = (chart.best.parameters[CENTRE] * chart.frame.half).tolist()
    return {"x": across / chart.frame.aspect, "y": down}


def _sagitta(chart: FittedChart) -> dict[str, Value]:
    """Return by how much, mm, the print's edges lie off the plane at its middle, at most."""
    across, down, both = chart.best.parameters[BENT].tolist()
    wide, high = chart.frame.place.chart.size
    x, y = np.meshgrid([-1, 0, 1], np.array([-1, 0, 1]) * high / wide)
    off = np.abs(across * x**2 / 2 + down * y**2 / 2 + both * x * y)
    return {"off": float(off.max()) * chart.frame.scale}


def _motion(chart: FittedChart) -> dict[str, Value]:
    """Return by how many px right and down the picture moved while its rows were read."""
    across, down = (chart.best.parameters[MOVED] * chart.frame.size[1]).tolist()
    return {"x": across / chart.frame.aspect, "y": down}


def _more(quantity: str, values: Array, chart: FittedChart) -> dict[str, Value]:
    """Return the details of one quantity only."""
    _, _, tilt, pan, _, _, _, down, smia, focal = values.tolist()
    if quantity == "geometry.tv_distortion":
        return {"form": "EBU", "smia": smia}
    if quantity == "geometry.pixels_per_metre":
        return {"vertical": down}
    if quantity in {"geometry.tilt", "geometry.pan"}:
        fit = "fitted" if chart.focal_doubt <= FOCAL_KNOWN else "not_needed"
        off_axis = math.acos(math.cos(math.radians(tilt)) * math.cos(math.radians(pan)))
        return {
            "focal_length": "stated" if chart.stated else fit,
            "focal_length_in_widths": focal,
            "off_axis": math.degrees(off_axis),
        }
    return {}


def _curve(best: LensFit, reach: float) -> Curve:
    radii = np.linspace(0.02, reach, 50)
    ideal = LENSES[best.model](radii[None], best.parameters[None, LENS])[0]
    bent = radii / ideal - 1
    return Curve(
        name="distortion",
        x=tuple((100 * radii).tolist()),
        y=tuple((100 * bent).tolist()),
        x_label="image_height",
        y_label="distortion",
        x_unit="%",
        y_unit="%",
    )


def _note(scene: Scene, quantity: str, reason: Reason) -> Note:
    return Note(
        reason=reason,
        shot=scene.shot.id,
        subject=scene.shot.subject,
        metric="geometry",
        quantity=quantity,
    )
