"""Result of one wedge in a view: where its bars end in coded luma, in TV lines."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared.pixel_shape import lines_by_aspect
from acceptance.metrics._shared.region_codes import (
    SAMPLING_LIMIT,
    lines_of,
    pictures,
    refuse_clipped,
    refuse_doubtful_aspect,
    repeat,
    scaled,
)
from acceptance.metrics._shared.sources import PRINT_SOURCE
from acceptance.metrics.resolution.coding_loss import OF_WEDGE, TRANSFORM, coarseness, coding
from acceptance.metrics.resolution.lying_line import refuse_lined
from acceptance.metrics.resolution.printed_wedge import phase, places_on, printed_in
from acceptance.metrics.resolution.sampling import ALL
from acceptance.metrics.resolution.wedge import CRITERION, WedgePixels, WedgeResult, read
from acceptance.metrics.resolution.wedge_codes import modulation_doubt
from acceptance.metrics.resolution.wedge_levels import beside, levels
from acceptance.metrics.resolution.wedge_lines import SPAN, slope_of
from acceptance.metrics.resolution.wedge_place import as_seen
from acceptance.metrics.resolution.whole_codes import left_apart
from acceptance.model.measurement import BudgetLine, Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.metrics.resolution.printed_wedge import Wedge
    from acceptance.metrics.resolution.sampling import PictureSamples
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

WEDGE_METHOD = (
    "wedge by the chart's geometry, 10 % of the step, bar count, "
    "at most half a cycle per pixel, coded luma"
)
CRITERION_METHOD = "10 % of the step"
HALF = 0.5
# of the logarithm by which edges differ by direction: half-width of what a reading then is off, and
# what is chance
UNLIKE, ROUND = 0.3, 0.03
STRIPS, FEWEST = 6, 12  # of the ground on each side of a wedge, and pixels in each
# px, and share of the width, by which fiducials are off where the lens is another (rms): a blur of
# 2.3 px leaves 0.4 px behind usual ones, 0.5 px at 3840
OFF_PLACE, OF_WIDTH = 0.6, 1 / 2000
MOVED = 0.004  # of a reading, standard, where the bars were not where they should be
MOST_SHADED = 0.25  # of its light, by which they may differ


@dataclass(frozen=True, kw_only=True)
class _SeenWedge:
    """A wedge as seen.

    ``place`` is that of its pixels, each (h, w), in mm along and across, ``pixels`` are those
    between its bars; ``codes`` (h, w) are those of the first picture, ``levels`` dark and light
    code where all is resolved, with the step's relative standard uncertainty ``step_doubt``.
    ``results`` are those of its pictures, the first of all frames together where they stand still;
    ``limit`` is what its samples can carry, cycle/px.
    """

    view: View
    printed: Wedge
    place: tuple[Array, Array]
    pixels: WedgePixels
    codes: Array
    levels: tuple[float, float]
    step_doubt: float
    results: tuple[WedgeResult, ...]
    moved: bool = False
    limit: float = SAMPLING_LIMIT

    @property
    def first(self) -> WedgeResult:
        """The result that details and curve are taken from."""
        return self.results[0]

    @property
    def direction(self) -> str:
        """The direction in the picture in which the wedge resolves, however the chart hangs."""
        return _direction(self.place[1])

    @property
    def value(self) -> float:
        """The reading in cycle/px: of all frames together, of a moving view their mean."""
        if self.view.stable:
            return self.first.reading
        return float(np.mean([result.reading for result in self.results]))

    @property
    def lower_bound(self) -> bool:
        """Whether a picture that counts is resolved to the wedge's end."""
        own = self.results[:1] if self.view.stable else self.results
        return any(result.limited_by == "wedge_end" for result in own)


def figure(
    scene: Scene, view: View, sampled: PictureSamples = ALL, unlike: float = 0.0
) -> Measurement:
    """Read one wedge in coded luma.

    ``unlike``: logarithm of the ratio in which edges resolve in the two directions. Raises
    GapError: wedge_unknown, clipped, wedge_not_resolved, region_too_small, pixel_aspect_doubtful,
    combed, uneven_light, field_hidden. A clipped wedge would read too high, since bars that are cut
    off at white seem to have more contrast.
    """
    seen = _seen(scene, view)
    direction = seen.direction
    wedge = _capped(seen, sampled, direction)
    refuse_doubtful_aspect(scene, direction)
    scale = lines_of(scene, direction)
    budget = scaled([*_budget(scene, wedge), *_direction_line(wedge, unlike)], scale)
    return scene.figure(
        f"resolution.wedge_{direction}",
        wedge.value * scale,
        "TVL",
        [*budget, *lines_by_aspect(scene, direction, wedge.value * scale)],
        samples=view.luma.shape[0],
        method=WEDGE_METHOD,
        region=view.region.name,
        direction=direction,
        lower_bound=wedge.lower_bound,
        details=_details(wedge, scale) | _in_linear_light(scene, wedge, scale),
        curve=_curve(wedge, scale),
    )


def begins(scene: Scene, view: View) -> tuple[str, float]:
    """Return the direction in which a wedge resolves and the TV lines of its coarsest bars."""
    place = places_on(view)
    pixels, direction = WedgePixels.of(printed_in(view), *place), _direction(place[1])
    coarsest = pixels.frequency[pixels.usable][:1].sum()
    return direction, float(coarsest) * lines_of(scene, direction)


def _direction(across: Array) -> str:
    down, right = np.gradient(across)
    return "horizontal" if np.abs(right).mean() >= np.abs(down).mean() else "vertical"


def _seen(scene: Scene, view: View) -> _SeenWedge:
    printed = printed_in(view)
    refuse_clipped(scene, view)
    place, codes = places_on(view), [scene.evened(view, picture) for picture in pictures(view)]
    angle = phase(printed, *place)
    ground = beside(angle, printed)
    _refuse_shadow(scene, view, codes[0], ground, place)
    dark, light, doubt = levels(scene, view, codes[0], angle, ground)
    doubt = math.hypot(doubt, _veiled(scene, view, dark, light))
    off = max(OFF_PLACE, OF_WIDTH * scene.video.width)
    moved = any(found.residual > off for found in scene.located)
    if moved:
        place, moved = as_seen(codes[0], place, printed, light - dark)
    pixels = WedgePixels.of(printed, *place)
    results = [read(pixels.values(picture), pixels, printed, light - dark) for picture in codes]
    refuse_lined(view.region.name, pixels, pixels.values(codes[0]), light - dark)
    return _SeenWedge(
        view=view,
        printed=printed,
        place=place,
        pixels=pixels,
        codes=codes[0],
        levels=(dark, light),
        step_doubt=doubt,
        moved=moved,
        results=tuple(results),
    )


def _veiled(scene: Scene, view: View, dark: float, light: float) -> float:
    """Return the relative standard uncertainty of the step by light that is added to the wedge."""
    if scene.light_field is None:
        return 0.0
    added = float(scene.light_field.added_doubt(scene.place(view)[None])[0])
    seen = scene.linear(np.array([dark, light]))
    # without steps light is in units of white, not of reflectance
    both = seen + added * seen[1] / float(view.region.printed["light"])
    return abs(float(np.diff(scene.codes_of(both))[0]) / (light - dark) - 1)


def _capped(wedge: _SeenWedge, sampled: PictureSamples, direction: str) -> _SeenWedge:
    """Return the wedge with no reading above what the picture's samples carry."""
    sampled.refuse_changed(wedge.view, direction)
    limit = SAMPLING_LIMIT * sampled.of(direction)
    results = (
        replace(result, reading=limit, limited_by="sampling_limit")
        if result.reading > limit
        else result
        for result in wedge.results
    )
    return replace(wedge, results=tuple(results), limit=limit)


def _budget(scene: Scene, wedge: _SeenWedge) -> list[BudgetLine]:
    dark, light = wedge.levels
    coarse = coarseness(scene, wedge.view, light - dark, "wedge")
    return [
        *_own_lines(wedge.view, wedge.results),
        *_rounding(scene, wedge),
        *_method_lines(scene, wedge.first, wedge.step_doubt, SAMPLING_LIMIT / wedge.limit),
        *coding(wedge.value * OF_WEDGE.share(coarse, _blocks(wedge.first))),
        *_moved(wedge),
    ]


def _moved(wedge: _SeenWedge) -> list[BudgetLine]:
    """Return the line of what bars that were not where the chart's place says leave open."""
    line = BudgetLine(source="place of the bars", contribution=MOVED * wedge.value, evaluation="B")
    return [line] if wedge.moved else []


def _rounding(scene: Scene, wedge: _SeenWedge) -> list[BudgetLine]:
    """Return the line of codes that lie apart: whole codes say enough of bars."""
    apart, (dark, light) = scene.code_spacing, wedge.levels
    if apart == 1:
        return []
    level = left_apart(scene, wedge.view)
    doubt = modulation_doubt(level, apart, max(light - dark, 1.0), CRITERION)
    share = _step_share(wedge.first, doubt)
    return [BudgetLine(source="quantisation", contribution=share, evaluation="B")]


def _own_lines(view: View, results: Sequence[WedgeResult]) -> list[BudgetLine]:
    """Return the lines of the readings: noise of the fit, and further scatter over frames."""
    values, first = [result.reading for result in results], results[0]
    fit = first.u if view.stable else math.hypot(*(result.u for result in results)) / len(results)
    freedom = first.degrees_of_freedom
    return [
        BudgetLine(source="noise and fit", contribution=fit, degrees_of_freedom=freedom),
        *repeat(values[1:] if view.stable else values, fit),
    ]


def _method_lines(
    scene: Scene, result: WedgeResult, doubt: float, enlarged: float = 1.0
) -> list[BudgetLine]:
    """Return the lines of the method; ``doubt`` is the step's relative standard uncertainty."""
    blur = _blur_along(result) / math.sqrt(3)
    few = _few_pixels(result.reading, enlarged)
    return [
        BudgetLine(source="step", contribution=_step_share(result, doubt), evaluation="B"),
        BudgetLine(source="blur along the wedge", contribution=blur, evaluation="B"),
        BudgetLine(source="few pixels a bar", contribution=few, evaluation="B"),
        *_copy(scene, result),
    ]


def _direction_line(wedge: _SeenWedge, unlike: float) -> list[BudgetLine]:
    """Return the line of a blur that is not round: the outer bars are aslant and show of both."""
    doubt = UNLIKE * unlike / math.sqrt(3) * wedge.value
    line = BudgetLine(source="blur by direction", contribution=doubt, evaluation="B")
    return [line] if unlike > ROUND else []


def _refuse_shadow(
    scene: Scene, view: View, codes: Array, ground: NDArray[np.bool_], place: tuple[Array, Array]
) -> None:
    """Raise GapError uneven_light where a shadow's edge lies across a wedge.

    The ground on both sides, in ``STRIPS`` along the wedge, is then not of one light.
    """
    along, across = (axis[ground] for axis in place)
    if not along.size:
        return
    strip = np.clip(along / max(float(along.max()), 1e-9) * STRIPS, 0, STRIPS - 1).astype(np.intp)
    part = strip + STRIPS * (across > 0)
    counts, sums = (np.bincount(part, what, 2 * STRIPS) for what in (None, codes[ground]))
    light = scene.linear((sums / np.maximum(counts, 1))[counts >= FEWEST])
    if light.size > 1 and np.ptp(light) > MOST_SHADED * light.mean():
        share = float(np.ptp(light) / light.mean())
        raise GapError("uneven_light", region=view.region.name, share=share)


def _in_linear_light(scene: Scene, wedge: _SeenWedge, scale: float) -> dict[str, Value]:
    """Read the wedge in linear light as well, to compare it with the edge.

    ``scale`` are the TV lines of one cycle/px.
    """
    dark, light = scene.linear(np.array(wedge.levels))
    inside = scene.linear(wedge.pixels.values(wedge.codes))
    try:
        result = read(inside, wedge.pixels, wedge.printed, float(light - dark))
    except GapError:
        return {}
    found: dict[str, Value] = {"linear_light": result.reading * scale}
    if result.half is not None:
        found["half_in_linear_light"] = result.half * scale
    elif result.modulation[0] < HALF:  # its bars begin beyond
        found["half_at_most"] = float(result.frequencies[0]) * scale
    return found


def _step_share(result: WedgeResult, doubt: float) -> float:
    """Return the uncertainty of a reading, cycle/px, by that of the step, ``doubt`` (relative).

    It is criterion x doubt over the slope of the modulation.
    """
    at = int(
        np.clip(np.searchsorted(result.frequencies, result.reading), 5, result.frequencies.size - 6)
    )
    near = slice(at - 5, at + 6)
    slope = abs(slope_of(result.frequencies[near], result.modulation[near]))
    return CRITERION * doubt / max(slope, 0.05)


def _copy(scene: Scene, result: WedgeResult) -> list[BudgetLine]:
    """Return the line of the print: the wedge's ink may differ from that of the flat regions."""
    doubt = scene.chart.reflectance_doubt if scene.chart else 0.0
    share = _step_share(result, doubt)
    return [BudgetLine(source=PRINT_SOURCE, contribution=share, evaluation="B")] if doubt else []


def _blur_along(result: WedgeResult) -> float:
    """Return how far, in cycle/px, blur along the wedge can lift a reading.

    It mixes lines of neighbouring frequency. For a round Gaussian whose MTF is 10 % at f, sigma is
    0.3415 / f px; a mean over neighbouring lines adds half of sigma^2 times the second derivative
    of the MTF along the wedge, where f grows by g a line. Over the MTF's own slope that is 0.268 (g
    / f^2)^2 of f. Bars aslant take part of it away again, so it is a half-width and no correction.
    """
    return 0.268 * (_growth(result) / result.reading**2) ** 2 * result.reading


def _growth(result: WedgeResult) -> float:
    """Return by how much the frequency grows from line to line, cycle/px."""
    return float(np.median(np.abs(np.diff(result.frequencies))))


def _blocks(result: WedgeResult) -> float:
    """Return how many transform blocks, along the wedge, have bars nearly as fine as the reading.

    Nearly: within ``SPAN``, as lines are read together.
    """
    return 2 * SPAN * result.reading / _growth(result) / TRANSFORM


def _few_pixels(reading: float, enlarged: float = 1.0) -> float:
    """Return the further standard uncertainty, cycle/px, of a reading near the end of its samples.

    In simulation (``benchmarks/coverage.py wedge``) readings above 0.35 cycle/px come out the
    higher the fewer pixels there are a bar: 0.2 % at 0.40, 0.3 % at 0.44, 0.9 % at 0.46, by chance
    of the sampling phase. In a picture ``enlarged`` by a zoom its own pixels count, and what is
    interpolated between them lifts readings: by 2 % at any frequency (1 % rms between pictures),
    by up to 5 % near the end (184 readings of ``switches zoom``, 7400 to 7548).
    """
    near = max(reading * enlarged - 0.3, 0) / 0.16
    return (0.0045 * near**3 if enlarged == 1 else max(0.019, 0.022 * near)) * reading


def _details(wedge: _SeenWedge, scale: float) -> dict[str, Value]:
    result = wedge.first
    details: dict[str, Value] = {
        "zone": wedge.view.region.zone,
        "criterion": CRITERION_METHOD,
        "limited_by": result.limited_by,
        "bars": result.bars,
        "sampling_limit": wedge.limit * scale,
        "line_widths_per_height": round(result.reading * scale, 2),
        "cycles_per_pixel": result.reading,
    }
    for name, at in (("half_modulation", result.half), ("aliasing_from", result.aliasing)):
        if at is not None:
            details[name] = at * scale
    return details


def _curve(wedge: _SeenWedge, scale: float) -> Curve:
    result = wedge.first
    return Curve(
        name="wedge",
        x=tuple(round(float(f) * scale, 3) for f in result.frequencies),
        y=tuple(round(float(m), 5) for m in result.modulation),
        x_label="tv_lines",
        y_label="modulation",
        x_unit="TVL",
        y_unit="1",
        marks={"reading": result.reading * scale, "Nyquist": wedge.limit * scale},
    )
