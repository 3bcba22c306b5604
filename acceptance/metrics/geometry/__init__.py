"""Geometry: what the lens bends, how the camera stands to the chart, how fine it sees there.

From the chart's dots and fiducials (``dots.py``) a lens and the chart's place are fitted together
(``lens.py``): Brown or fisheye, whichever leaves less. ``geometry.distortion`` is (radius seen -
ideal radius) / ideal radius at the radius where it is largest, up to the picture's corner (ISO
9039:2008 and ISO 17850:2015, local geometric distortion; below 0 = barrel).
``geometry.tv_distortion`` is picture height distortion, EBU Tech 3249-E (1995), 2.11: how far the
image of a straight line along the picture's upper or lower border is bent, over the picture's
height; the SMIA form, twice as large, is among the details. ``geometry.pixels_per_metre`` is the
pixel density of IEC 62676-4:2014.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from acceptance.errors import GapError
from acceptance.metrics.geometry import lens as lens_model
from acceptance.metrics.geometry import preset
from acceptance.metrics.geometry.dots import dot_centres, fiducial_centres
from acceptance.metrics.geometry.preset import FOCAL_KNOWN, FOCAL_STATED
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.charts.located import Located
    from acceptance.model.basics import Value
    from acceptance.model.shot import Shot
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
    **preset.QUANTITIES,
}
FITTED = tuple(QUANTITIES)[:7]
METHOD = (
    "dots and fiducials of the chart; lens and place of the chart fitted together by least squares"
)
NEEDED, FEWEST = 4, 12  # points: at all, and for what the lens bends
# first term of the lens, standard; the usual one where the points are too few to tell
ANY_LENS, USUAL_LENS = 1.0, 0.05
FAR_OUT = 0.7  # of the half diagonal: points this far out tell what the lens does in the corner
WRONG = 5.0  # standard deviations at which a point is left out
USUAL_FOCAL, UNKNOWN = 1.0, 1.0  # picture widths, and the doubt of its ln, where nothing is known
# degrees, standard uncertainty: so near to face on that the focal length does not matter
SMALL_ANGLE = 0.5
# standard doubt of the print's height to width, beyond that of the chart's copy
PRINT_ASPECT = 2e-4
# px, standard doubt of where a chart ends, all round: what the finder was off by in simulation
OUTLINE = 0.05
FISHEYE_FROM = 0.02  # k1 above which the lens may be a fisheye
ALIKE = 1.1  # ratio of residuals below which both lenses explain the picture


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Units: ``half`` is half the diagonal in px of square pixels, ``aspect`` a pixel's width over its height."""

    place: Located
    aspect: float

    @property
    def half(self) -> float:
        """Half the picture's diagonal, px."""
        return float(np.hypot(*(self.middle * (self.aspect, 1))))

    @property
    def middle(self) -> Array:
        """The picture's middle, px."""
        return np.asarray((np.array(self.place.picture) - 1) / 2)

    @property
    def scale(self) -> float:
        """Half the chart's width, mm."""
        return self.place.chart.size[0] / 2

    def on_chart(self, points: Array) -> Array:
        """Points (n, 2) in mm as half widths of the chart from its middle."""
        return np.asarray((points - np.array(self.place.chart.size) / 2) / self.scale)

    def in_picture(self, points: Array) -> Array:
        """Points (n, 2) in px as half diagonals from the picture's middle."""
        return np.asarray((points - self.middle) * (self.aspect, 1) / self.half)

    @property
    def corner(self) -> Array:
        """The picture's lower right corner, half diagonals."""
        return self.middle * (self.aspect, 1) / self.half

    @property
    def start(self) -> Array:
        """Homography (3, 3) between these units, where the chart was found."""
        wide, high = self.place.chart.size
        chart = np.array([[self.scale, 0, wide / 2], [0, self.scale, high / 2], [0, 0, 1]])
        x, y = self.middle
        squared = (
            np.array([[self.aspect, 0, -x * self.aspect], [0, 1, -y], [0, 0, self.half]])
            / self.half
        )
        return np.asarray(squared @ self.place.homography @ chart)


def serves(scene: Scene) -> bool:
    """Whether the scene has a printed chart, or stills of a preset."""
    return (scene.chart is not None and scene.chart.kind == "print") or preset.serves(scene)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure what dots and fiducials tell. Raises GapError no_region, too_few_points.

    Single figures become notes.
    """
    if preset.serves(scene):
        yield from preset.measure(scene)
    if scene.chart is None or scene.chart.kind != "print":
        return
    if not scene.located:
        raise GapError("no_region", kind="grid")
    frame = Frame(place=scene.located[0], aspect=float(scene.video.sample_aspect))
    yield from of_points(scene, frame, _points(scene, frame))


def of_points(
    scene: Scene, frame: Frame, points: lens_model.Points
) -> Iterator[Measurement | Note]:
    """Measure what points of the chart tell, wherever they come from.

    Of the scene only the shot counts.
    """
    known, stated = _known(scene, frame, len(points.seen))
    fitted = _fit(frame, points, known)
    kept = _without_wrong(points, next(iter(fitted.values())))
    if len(kept.seen) < len(points.seen):
        points, fitted = kept, _fit(frame, kept, known)
    yield from _of_lens(scene, frame, points, fitted, stated=stated)


def points_seen(scene: Scene) -> Array:
    """Return where the dots and fiducials of a located chart are seen, (n, 2) px."""
    return np.concatenate(
        [dot_centres(scene.of_kind("grid"), scene.linear)[1], fiducial_centres(scene.located[0])[1]]
    )


def across(shots: Sequence[Shot], measured: Sequence[Measurement]) -> Iterator[Measurement | Note]:
    """How well presets are found again, from shots of one subject with the same condition ``preset``."""
    yield from preset.across(shots, measured)


def _points(scene: Scene, frame: Frame) -> lens_model.Points:
    parts = dot_centres(scene.of_kind("grid"), scene.linear), fiducial_centres(frame.place)
    places, seen = (np.concatenate(part) for part in zip(*parts, strict=True))
    if len(places) < NEEDED:
        raise GapError("too_few_points", points=len(places), needed=NEEDED)
    return lens_model.Points(
        chart=frame.on_chart(places), seen=frame.in_picture(seen), pixel=1 / frame.half
    )


def _known(scene: Scene, frame: Frame, points: int) -> tuple[lens_model.Known, bool]:
    """Gather what is known before the fit, and whether the focal length is among it."""
    width = 2 * frame.corner[0]
    focal = preset.focal_length(scene.shot)
    aspect = math.hypot(PRINT_ASPECT, _scale_doubt(frame))
    lens = ANY_LENS if points >= FEWEST else USUAL_LENS
    if focal is None:
        return lens_model.Known(USUAL_FOCAL * width, UNKNOWN, aspect, lens), False
    return lens_model.Known(focal * width, FOCAL_STATED, aspect, lens), True


def _scale_doubt(frame: Frame) -> float:
    return frame.place.chart.scale_doubt


def _fit(
    frame: Frame, points: lens_model.Points, known: lens_model.Known
) -> Mapping[str, lens_model.Fit]:
    """Fits by lens, the better one first; a fisheye is only tried on a barrel."""
    brown = lens_model.fit("brown", points, frame.start, known)
    lenses = {"brown": brown}
    if brown.parameters[lens_model.LENS][0] > FISHEYE_FROM:
        lenses["fisheye"] = lens_model.fit("fisheye", points, frame.start, known)
    return dict(sorted(lenses.items(), key=lambda item: item[1].residual))


def _of_lens(
    scene: Scene,
    frame: Frame,
    points: lens_model.Points,
    fitted: Mapping[str, lens_model.Fit],
    *,
    stated: bool,
) -> Iterator[Measurement | Note]:
    best = next(iter(fitted.values()))
    covered = float(np.linalg.norm(points.seen, axis=1).max())
    reach = 1.0 if covered >= FAR_OUT else covered
    values = {
        one.model: _figures(one.model, one.parameters[None], frame, reach)[0]
        for one in fitted.values()
    }
    shares = best.contributions(lambda parameters: _figures(best.model, parameters, frame, reach))
    apart = _apart(fitted, values)
    focal_doubt = math.sqrt(best.covariance[lens_model.FOCAL, lens_model.FOCAL])
    details = _details(frame, best, fitted, covered, reach)
    for number, quantity in enumerate(FITTED):
        value, budget = (
            float(values[best.model][number]),
            _budget(best, shares, number, apart[number]),
        )
        if quantity == "geometry.pixels_per_metre":
            budget = (
                *budget,
                BudgetLine(
                    source="chart copy", contribution=value * _scale_doubt(frame), evaluation="B"
                ),
            )
        if quantity == "geometry.coverage":
            budget = (
                *budget,
                BudgetLine(source="outline", contribution=_outline(value, frame), evaluation="B"),
            )
        reason = _why_not(
            quantity, budget, len(points.seen), covered, 0.0 if stated else focal_doubt
        )
        if reason:
            yield _note(scene, quantity, reason)
            continue
        yield scene.figure(
            quantity,
            value,
            QUANTITIES[quantity],
            budget,
            samples=len(points.seen),
            method=METHOD,
            details=details | _more(quantity, values[best.model], focal_doubt, stated=stated),
            curve=_curve(best, reach) if quantity == "geometry.distortion" else None,
        )


def _why_not(
    quantity: str, budget: Sequence[BudgetLine], points: int, covered: float, focal_doubt: float
) -> Reason | None:
    """Tell why a figure cannot be had.

    Too few points, corners not covered, or a focal length that is not known.
    """
    if "distortion" in quantity and points < FEWEST:
        return Reason(code="too_few_points", parameters={"points": points, "needed": FEWEST})
    if quantity == "geometry.tv_distortion" and covered < FAR_OUT:
        return Reason(
            code="corners_not_covered", parameters={"covered": covered, "needed": FAR_OUT}
        )
    doubt = math.sqrt(sum(line.contribution**2 for line in budget))
    angle = quantity in {"geometry.tilt", "geometry.pan"}
    if angle and focal_doubt > FOCAL_KNOWN and doubt > SMALL_ANGLE:
        return Reason(code="focal_length_unknown", parameters={"doubt": focal_doubt})
    return None


def _figures(model: str, parameters: Array, frame: Frame, reach: float) -> Array:
    """Figures (m, 10) of parameters (m, 12).

    Those of ``FITTED``, vertical density, SMIA distortion, focal length.
    Angles are those of ``camera.pose``: the chart turned by pan, tilt, then roll, in degrees; the
    focal length is in picture widths.
    """
    lens = lens_model.LENSES[model]
    radii = np.linspace(0.02, 1, 50) * reach
    bent = radii / lens(radii[None], parameters[:, lens_model.LENS]) - 1
    at = np.argmax(np.abs(bent.mean(axis=0)))
    height, bow = _bow(lens, parameters[:, lens_model.LENS], frame.corner)
    turn = Rotation.from_rotvec(parameters[:, :3]).as_matrix()
    tilt = np.arcsin(turn[:, 2, 1])
    pan = np.arctan2(-turn[:, 2, 0], turn[:, 2, 2])
    roll = np.arctan2(-turn[:, 0, 1], turn[:, 1, 1])
    across, down = _density(lens, parameters, frame)
    focal = np.exp(parameters[:, lens_model.FOCAL]) / (2 * frame.corner[0])
    angles = [np.degrees(angle) for angle in (tilt, pan, roll)]
    tv = 100 * bow / (2 * frame.corner[1])
    filled = _coverage(lens, parameters, frame)
    return np.stack(
        [100 * bent[:, at], tv, *angles, across, filled, down, 100 * bow / height, focal], axis=1
    )


def _bow(lens: lens_model.Lens, bends: Array, corner: Array) -> tuple[Array, Array]:
    """Height (m,) above the middle of the outermost straight line that is whole in the picture, and its bow there.

    A line at ideal height H is seen at height h above the picture's middle, and c at its left and
    right border; the outermost one has max(h, c) = the picture's half height. The bow is c - h,
    below 0 for a barrel.
    """
    wide, high = corner
    middle = np.full((len(bends), 1), high)
    aside = middle.copy()
    barrel = (
        lens(np.hypot(wide, aside), bends) / np.hypot(wide, aside) > lens(middle, bends) / middle
    )
    for _ in range(20):
        up = lens(middle, bends)
        out = aside * lens(np.hypot(wide, aside), bends) / np.hypot(wide, aside)
        aside = np.where(barrel, aside * up / out, aside)
        middle = np.where(barrel, middle, middle * out / up)
    return middle[:, 0], (aside - middle)[:, 0]


def _coverage(lens: lens_model.Lens, parameters: Array, frame: Frame) -> Array:
    """Share (m,) in % of the picture that the chart fills, as far as it is in the picture."""
    side = np.linspace(0, 1, 64, endpoint=False)
    rim = np.concatenate(
        [np.stack([side, 0 * side], axis=1), np.stack([1 + 0 * side, side], axis=1)]
    )
    outline = frame.on_chart(np.concatenate([rim, 1 - rim]) * np.array(frame.place.chart.size))
    edge = frame.corner + np.array([frame.aspect, 1]) / (2 * frame.half)
    x, y = np.moveaxis(
        np.clip(lens_model.seen_places(lens, parameters, outline), -edge, edge), 2, 0
    )
    area = np.sum(x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y, axis=1) / 2
    return np.asarray(100 * np.abs(area) / (4 * edge[0] * edge[1]))


def _outline(coverage: float, frame: Frame) -> float:
    """Doubt, in %, of ``OUTLINE`` px all round a chart of usual shape that covers so many % of the picture."""
    picture = float(np.prod(frame.place.picture))
    return 100 * OUTLINE * 4.1 * math.sqrt(max(coverage, 0.0) / 100 * picture) / picture


def _density(lens: lens_model.Lens, parameters: Array, frame: Frame) -> tuple[Array, Array]:
    """Count the stored pixels per metre, across and down (m,), on what faces the camera at the chart's middle."""
    middle = frame.in_picture(frame.place.to_picture(np.array(frame.place.chart.size)[None] / 2))
    step = 1e-4
    around = middle + step * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    ideal = lens_model.ideal_places(lens, parameters, around)
    slopes = np.stack([ideal[:, 0] - ideal[:, 1], ideal[:, 2] - ideal[:, 3]], axis=2) / (2 * step)
    seen = (
        np.linalg.inv(slopes)
        * (np.exp(parameters[:, lens_model.FOCAL]) / parameters[:, 5])[:, None, None]
    )
    per_metre = 1000 / frame.scale * frame.half * np.linalg.norm(seen, axis=1)
    return per_metre[:, 0] / frame.aspect, per_metre[:, 1]


def _apart(fitted: Mapping[str, lens_model.Fit], values: Mapping[str, Array]) -> Array:
    """Give the standard doubt (10,) that remains where both lenses explain the picture.

    They are its two ends.
    """
    best, *others = fitted.values()
    both = [other for other in others if other.residual < ALIKE * best.residual]
    differences = [values[best.model] - values[other.model] for other in both]
    return np.abs(differences[0]) / math.sqrt(3) if differences else np.zeros(10)


def _budget(
    best: lens_model.Fit, shares: Mapping[str, Array], number: int, apart: float
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


def _without_wrong(points: lens_model.Points, best: lens_model.Fit) -> lens_model.Points:
    """Leave out what lies far from where it should be (a stain, a finger).

    The rest must still be enough.
    """
    away = np.linalg.norm(best.misses, axis=1)
    limit = max(WRONG * float(np.median(away)), 0.3 * points.pixel)
    good = away <= limit
    kept = lens_model.Points(chart=points.chart[good], seen=points.seen[good], pixel=points.pixel)
    return kept if len(kept.seen) >= FEWEST else points


def _details(
    frame: Frame,
    best: lens_model.Fit,
    fitted: Mapping[str, lens_model.Fit],
    covered: float,
    reach: float,
) -> dict[str, Value]:
    first, second = best.parameters[lens_model.LENS].tolist()
    names = ("k1", "k2") if best.model == "brown" else ("curvature", "k")
    return {
        "lens": best.model,
        names[0]: first,
        names[1]: second,
        "radius": reach,
        "covered": covered,
        "centre_x": float(best.parameters[lens_model.CENTRE][0] * frame.half / frame.aspect),
        "centre_y": float(best.parameters[lens_model.CENTRE][1] * frame.half),
        **{f"residual_{name}": one.residual * frame.half for name, one in fitted.items()},
    }


def _more(quantity: str, values: Array, focal_doubt: float, *, stated: bool) -> dict[str, Value]:
    """Details of one figure only."""
    _, _, tilt, pan, _, _, _, down, smia, focal = values.tolist()
    if quantity == "geometry.tv_distortion":
        return {"form": "EBU", "smia": smia}
    if quantity == "geometry.pixels_per_metre":
        return {"vertical": down}
    if quantity in {"geometry.tilt", "geometry.pan"}:
        known = "stated" if stated else "fitted" if focal_doubt <= FOCAL_KNOWN else "not_needed"
        off_axis = math.degrees(
            math.acos(math.cos(math.radians(tilt)) * math.cos(math.radians(pan)))
        )
        return {"focal_length": known, "focal_length_in_widths": focal, "off_axis": off_axis}
    return {}


def _curve(best: lens_model.Fit, reach: float) -> Curve:
    radii = np.linspace(0.02, reach, 50)
    bent = (
        radii
        / lens_model.LENSES[best.model](radii[None], best.parameters[None, lens_model.LENS])[0]
        - 1
    )
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
