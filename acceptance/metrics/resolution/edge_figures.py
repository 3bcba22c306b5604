"""Results of one slanted edge in a view: MTF50, MTF10, limiting resolution in TV lines."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.footage.tone import read_off, whole_codes
from acceptance.metrics._shared.ordered import quantiles, quantiles_of_whole
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
from acceptance.metrics._shared.sources import PRINT_SOURCE, TONE_SOURCE
from acceptance.metrics.resolution import tails
from acceptance.metrics.resolution.coded_filter import doubts
from acceptance.metrics.resolution.coding_loss import (
    blocks_along,
    coarseness,
    coding,
    flatness,
    of_edge,
)
from acceptance.metrics.resolution.edge import (
    EdgeCrossings,
    EdgeResult,
    edge_mtf,
    edge_mtf_probed,
)
from acceptance.metrics.resolution.sampling import ALL
from acceptance.metrics.resolution.tone import LEVELS, Tone
from acceptance.metrics.resolution.whole_codes import undecided
from acceptance.metrics.resolution.wrong_curve import contradicted
from acceptance.model.measurement import BudgetLine, Curve, Note
from acceptance.scene.views import without_border

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.metrics.resolution.sampling import PictureSamples
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

EDGE_METHOD = "slanted edge, least-squares spline profile, linear light ({tone})"
LIMIT_METHOD = "slanted edge, MTF 10 %, at most half a cycle per pixel, linear light ({tone})"
TONE_PROBE = 0.1
LEAST_LEFT = 0.05
NOISY = 0.08  # relative standard error of a crossing above which noise, as |FFT|, lifts it
# relative, for a step of as many codes as rounding leaves undecided (simulation)
ROUNDING = {"mtf50": 3.2, "mtf10": 3.8}
LEAST_ROUNDING = 1e-5


@dataclass(frozen=True, kw_only=True)
class Edge:
    """An edge as seen.

    ``results`` are those of its pictures, the first of all frames together where they stand still;
    ``probe`` are the first picture's crossings, the exponent of its light raised by ``TONE_PROBE``.
    ``levels`` are dark and light beside the edge, as lit; ``coarseness`` is that of its coding for
    "mtf50" and "mtf10" (``coding_loss.coarseness``); ``limit`` is what its samples can carry,
    cycle/px; ``rounding`` what whole codes leave undecided of a level, over the step; ``apart`` the
    standard uncertainty in cycle/px that another edge beside it gives to a crossing, by name;
    ``exponent`` what that of the tone curve is off by, as its two sides contradict what is printed;
    ``finer`` the standard uncertainty of the step by light that is finer than its surface over the
    chart, over the step; ``filtered`` the relative standard uncertainty of a crossing, by name,
    where codes were filtered (``coded_filter``).
    """

    view: View
    results: tuple[EdgeResult, ...]
    probe: EdgeCrossings
    levels: tuple[float, float]
    coarseness: Mapping[str, float]
    limit: float = SAMPLING_LIMIT
    rounding: float = 0.0
    apart: Mapping[str, float] = field(default_factory=dict)
    exponent: float = 0.0
    finer: float = 0.0
    filtered: Mapping[str, float] = field(default_factory=dict)

    @property
    def first(self) -> EdgeResult:
        """The result that details and curve are taken from."""
        return self.results[0]

    @cached_property
    def curve(self) -> Curve:
        """The MTF of the first result, with its crossings."""
        return _curve(self.first)

    def reached(self, name: str) -> bool:
        """Whether every picture's MTF falls to the level of ``name``, "mtf50" or "mtf10"."""
        return all(getattr(result, name) is not None for result in (*self.results, self.probe))

    def value(self, name: str) -> float:
        """Return a crossing in cycle/px: of all frames together, of a moving view their mean."""
        values = [float(getattr(result, name)) for result in self.results]
        return values[0] if self.view.stable else float(np.mean(values))

    def noise(self, name: str) -> list[BudgetLine]:
        """Return the lines of this edge alone: noise of the fit, further scatter over frames."""
        values = [float(getattr(result, name)) for result in self.results]
        errors = [float(getattr(result, "u" + name[3:])) for result in self.results]
        mean = float(np.sqrt(np.mean(np.square(errors)) / len(errors)))
        fit = errors[0] if self.view.stable else mean
        freedom = self.first.degrees_of_freedom
        return [
            BudgetLine(source="noise and fit", contribution=fit, degrees_of_freedom=freedom),
            *repeat(values[1:] if self.view.stable else values, fit),
        ]

    def tails(self, name: str) -> list[BudgetLine]:
        """Return the lines of what rises beyond the window over the line spread, of finer light."""
        first = self.first
        mtf = first.frequencies, first.mtf
        return tails.lines(first.beyond, self.finer, mtf, LEVELS[name], self.value(name))

    def coding_share(self, name: str) -> float:
        """Return the relative standard uncertainty of a crossing by coding."""
        blocks = blocks_along(self.view, self.first.resolves)
        share = of_edge(name, self.value(name), self.coarseness[name], blocks)
        return share and share * flatness(self.first, name)

    def tone_slope(self, name: str) -> float:
        """Return the relative change of a crossing over that of the tone curve's exponent."""
        before = float(getattr(self.first, name))
        return (float(getattr(self.probe, name)) / before - 1) / TONE_PROBE

    def contradicted(self, name: str) -> float:
        """Return by how much of itself a crossing may be off by what its two sides show."""
        return self.tone_slope(name) * self.exponent


def seen(scene: Scene, view: View, tone: Tone, sampled: PictureSamples = ALL) -> Edge:
    """Measure an edge in linear light.

    Raises GapError: clipped, what ``edge_mtf`` refuses, combed, doubled.
    """
    refuse_clipped(scene, view)
    inside = without_border(view)
    codes = [picture[inside] for picture in pictures(view)]
    shade = scene.shade(view)[inside]
    light = [read_off(tone.light, picture) / shade for picture in codes]
    dark, bright = quantiles(light[0], (0.1, 0.9))
    height = _height(codes[0])
    first, (own, probe, coded) = edge_mtf_probed(
        light[0], _probe(tone, codes[0], light[0], shade), codes[0]
    )
    sampled.refuse(view, first.resolves)
    results = first, *(edge_mtf(picture) for picture in light[1:])
    return Edge(
        view=view,
        results=results,
        limit=SAMPLING_LIMIT * sampled.of(first.resolves),
        probe=probe,
        levels=(dark * float(shade.mean()), bright * float(shade.mean())),
        coarseness={name: coarseness(scene, view, height, name) for name in LEVELS},
        rounding=undecided(scene, view, first.resolves) / max(height, 1.0),
        exponent=contradicted(scene, view, first.contrast),
        finer=_finer(scene, view),
        filtered=doubts(first, own, coded),
    )


def _finer(scene: Scene, view: View) -> float:
    """Return what finer light does to the step between an edge's two printed sides, over it."""
    printed = view.region.printed
    if scene.light_field is None or not {"dark", "light"} <= printed.keys():
        return 0.0
    added = float(scene.light_field.finer(scene.place(view)[None])[0])
    return math.sqrt(2) * added / abs(float(printed["light"]) - float(printed["dark"]))


def _height(codes: Array) -> float:
    """Return the step of an edge in codes."""
    whole = whole_codes(codes)
    lowest, highest = (
        quantiles(codes, (0.1, 0.9)) if whole is None else quantiles_of_whole(whole, (0.1, 0.9))
    )
    return highest - lowest


def _probe(tone: Tone, codes: Array, light: Array, shade: Array) -> Array:
    """Return the light of codes by another tone curve; of whole codes it is looked up, too.

    The light that ``shade`` takes out is seen by that curve as well.
    """
    whole = whole_codes(codes)
    known = light if whole is None else tone.light
    other = np.sign(known) * np.abs(known) ** (1 + TONE_PROBE)
    return np.asarray(other if whole is None else other[whole] / shade ** (1 + TONE_PROBE))


def figures(scene: Scene, edge: Edge, tone: Tone) -> Iterator[Measurement | Note]:
    """Measure MTF50 and MTF10 of one edge, and the TV lines of its MTF10."""
    limit, tone_lines = f"resolution.{edge.first.resolves}", _tone_lines(edge, tone)
    for name in LEVELS:
        if gap := _why_not(edge, name):
            quantities = [f"resolution.{name}", *([limit] if name == "mtf10" else [])]
            yield from [_refused(edge, quantity, gap) for quantity in quantities]
            continue
        figure = _crossing(scene, edge, name, tone.name, tone_lines[name])
        yield figure
        if name == "mtf10":
            yield _limiting_or_note(scene, edge, tone, figure.budget)


def _crossing(
    scene: Scene, edge: Edge, name: str, tone: str, tone_lines: Sequence[BudgetLine]
) -> Measurement:
    value = edge.value(name)
    coder = coding(value * edge.coding_share(name))
    return scene.figure(
        f"resolution.{name}",
        value,
        "cycle/px",
        [*edge.noise(name), *_rounding(edge, name), *edge.tails(name), *tone_lines, *coder],
        samples=edge.view.luma.shape[0],
        method=EDGE_METHOD.format(tone=tone),
        region=edge.view.region.name,
        direction=edge.first.resolves,
        details=_details(edge, value, lines_of(scene, edge.first.resolves)),
        curve=edge.curve,
    )


def _rounding(edge: Edge, name: str) -> list[BudgetLine]:
    """Return the line of whole codes, of an edge whose noise does not dither them."""
    doubt = ROUNDING[name] * edge.rounding * edge.value(name)
    line = BudgetLine(source="quantisation", contribution=doubt, evaluation="B")
    return [line] if edge.rounding > LEAST_ROUNDING else []


def _why_not(edge: Edge, name: str) -> GapError | None:
    """Return why a crossing was not measured, if it was not."""
    level = int(name[3:])
    if not edge.reached(name):
        return GapError("mtf_not_reached", level=level)
    noisy = edge.noise(name)[0].contribution > NOISY * edge.value(name)
    return GapError("mtf_in_noise", level=level) if noisy else None


def _refused(edge: Edge, quantity: str, gap: GapError) -> Note:
    return Note.of(gap, metric="resolution", quantity=quantity, region=edge.view.region.name)


def _tone_lines(edge: Edge, tone: Tone) -> dict[str, list[BudgetLine]]:
    """Return the lines of the tone curve and of the print, of each crossing that is reached."""
    bent = tone.bends(edge.levels)
    return {
        name: _tone_lines_of(edge, name, tone, *bent[name]) for name in LEVELS if edge.reached(name)
    }


def _tone_lines_of(
    edge: Edge, name: str, tone: Tone, bent: Array, copied: Array
) -> list[BudgetLine]:
    """Return the lines of a crossing, which other curves change by ``bent`` and ``copied``."""
    value = edge.value(name)
    slope = abs(edge.tone_slope(name)) * value
    parts = slope * tone.doubt / math.sqrt(3), value * math.hypot(*bent), edge.apart.get(name, 0.0)
    more = value * edge.contradicted(name), value * edge.filtered.get(name, 0.0)
    line = BudgetLine(source=TONE_SOURCE, contribution=math.hypot(*parts, *more), evaluation="B")
    of_copy = value * math.hypot(*copied)
    copy = BudgetLine(source=PRINT_SOURCE, contribution=of_copy, evaluation="B")
    return [line, copy] if tone.copies else [line]


def _details(edge: Edge, value: float, lines: float) -> dict[str, Value]:
    """Return the details of an MTF result; ``lines`` are the TV lines of one cycle/px."""
    first, view = edge.first, edge.view
    details: dict[str, Value] = {
        "zone": view.region.zone,
        "box": ", ".join(str(number) for number in view.box),
        "line_widths_per_height": round(value * lines, 2),
        "angle": round(first.angle, 3),
        "edge_order": first.order,
        "dark_side": first.dark_side,
        "window": round(first.window, 2),
        "contrast": round(first.contrast, 4),
        "overshoot": round(first.overshoot, 4),
        "undershoot": round(first.undershoot, 4),
        "sharpened": first.sharpened,
    }
    crossings = {"mtf50": first.mtf50, "mtf30": first.mtf30, "mtf10": first.mtf10}
    return details | {name: round(at, 5) for name, at in crossings.items() if at is not None}


def _curve(result: EdgeResult) -> Curve:
    shown = slice(0, 193, 2)
    crossings = {"MTF50": result.mtf50, "MTF30": result.mtf30, "MTF10": result.mtf10}
    marks = crossings | {"Nyquist": SAMPLING_LIMIT}
    return Curve(
        name="mtf",
        x=tuple(result.frequencies[shown].tolist()),
        y=tuple(round(m, 5) for m in result.mtf[shown].tolist()),
        x_label="frequency",
        y_label="mtf",
        x_unit="cycle/px",
        y_unit="1",
        marks={name: at for name, at in marks.items() if at is not None},
    )


def _limiting_or_note(
    scene: Scene, edge: Edge, tone: Tone, budget: Sequence[BudgetLine]
) -> Measurement | Note:
    try:
        refuse_doubtful_aspect(scene, edge.first.resolves)
    except GapError as gap:
        return _refused(edge, f"resolution.{edge.first.resolves}", gap)
    return _limiting(scene, edge, tone, budget)


def _limiting(scene: Scene, edge: Edge, tone: Tone, budget: Sequence[BudgetLine]) -> Measurement:
    """Measure limiting resolution in TV lines: MTF10, at most the sampling limit."""
    first, mtf10 = edge.first, edge.value("mtf10")
    scale, frequency = lines_of(scene, first.resolves), min(mtf10, edge.limit)
    lines = [*budget, _direction_line(first, frequency)]
    spread = math.hypot(*(line.contribution for line in lines))
    kept = scale * _left_by_the_cap((mtf10 - edge.limit) / max(spread, 1e-9))
    by_aspect = lines_by_aspect(scene, first.resolves, frequency * scale)
    return scene.figure(
        f"resolution.{first.resolves}",
        frequency * scale,
        "TVL",
        [*scaled(lines, kept), *by_aspect],
        samples=edge.view.luma.shape[0],
        method=LIMIT_METHOD.format(tone=tone.name),
        region=edge.view.region.name,
        direction=first.resolves,
        details=_limiting_details(edge, mtf10, scale),
    )


def _direction_line(result: EdgeResult, frequency: float) -> BudgetLine:
    """Return the line of the edge's lean.

    A point spread that is not round reads differently along the axis than along the edge's normal.
    """
    lean = frequency * (1 - math.cos(math.radians(result.angle))) / math.sqrt(3)
    return BudgetLine(source="edge direction", contribution=lean, evaluation="B")


def _limiting_details(edge: Edge, mtf10: float, lines: float) -> dict[str, Value]:
    """Return the details of limiting resolution; ``lines`` are the TV lines of one cycle/px."""
    return {
        "criterion": "MTF10",
        "limited_by": "criterion" if mtf10 <= edge.limit else "sampling_limit",
        "sampling_limit": edge.limit * lines,
        "line_widths_per_height": round(min(mtf10, edge.limit) * lines, 2),
        "cycles_per_pixel": mtf10,
        "zone": edge.view.region.zone,
        "sharpened": edge.first.sharpened,
    }


def _left_by_the_cap(beyond: float) -> float:
    """Return the share of its spread that a normal value keeps under a cap.

    The cap is ``beyond`` spreads below its mean. The share is the root mean square deviation of the
    capped value from the cap, at least 1/20; 1 where the mean is below the cap.
    """
    if beyond <= 0:
        return 1.0
    density = math.exp(-0.5 * beyond**2) / math.sqrt(2 * math.pi)
    below = 0.5 * math.erfc(beyond / math.sqrt(2))
    return max(LEAST_LEFT, math.sqrt(max((1 + beyond**2) * below - beyond * density, 0.0)))
