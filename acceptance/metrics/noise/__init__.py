"""Noise of each grey level: temporal, fixed pattern and total, and signal-to-noise ratios.

Each flat region and grey step is analysed as in ``analysis.py``, in coded luma up to the sampling
limit (0.5 cycle/px). Of the total sigma, on the picture as recorded:

``noise.snr`` = 20 lg(nominal luma amplitude / sigma), unweighted, as GB 3659-1983, 3.3.1 defines it
for a channel; ``noise.snr_weighted`` the same with the unified weighting network of CCIR 567 (GB/T
3660-1983) along the line; ``noise.snr_patch`` = 20 lg(mean above black / sigma), per patch as in
DB11/T 384.5-2018; ``noise.snr_linear`` = 20 lg(light / sigma of light), in linear light by the tone
curve, as in ISO 15739:2023, 6.3.

A codec may erase the noise: codec, bit rate and quantiser are details of each result.
``noise.snr_before_coding`` estimates what ``noise.snr`` was before an H.264 coder, from its
quantiser step, where that is known and at most 3 sigma (simulated: ``docs/metrics/noise.md``).
``noise.cb`` and ``noise.cr`` are those of the colour differences (``chroma.py``).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._shared.coder import untouched
from acceptance.metrics._shared.grey_steps import LEAST_SIGMA
from acceptance.metrics._shared.sources import PRINT_SOURCE, TONE_SOURCE
from acceptance.metrics.noise.analysis import analyse
from acceptance.metrics.noise.before_coding import step_of
from acceptance.metrics.noise.chroma import of_colours
from acceptance.metrics.noise.field import OF_STEPS, PARTS, QUANTITIES, Field, gap_note, read_field
from acceptance.metrics.noise.parts import Noise, Variance
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note
from acceptance.scene.light import STEPS
from acceptance.scene.views import STILL_WITHIN
from acceptance.uncertainty import DECIBEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

__all__ = ["Noise", "Variance", "analyse", "measure", "serves"]

METHOD = (
    "as recorded, coded luma, {kind}, to 0.5 cycle/px; second-order surface removed; "
    "1/12 off for quantisation"
)
UNWEIGHTED_METHOD = METHOD.format(kind="unweighted")
SPATIAL_METHOD = UNWEIGHTED_METHOD + "; from the spatial scatter of each frame"
WEIGHTED_METHOD = METHOD.format(
    kind="unified weighting along the line (CCIR 567, per picture height)"
)
LINEAR_METHOD = (
    "as recorded, linear light, unweighted, to 0.5 cycle/px; slope of the tone curve at the mean"
)
BEFORE_CODING_METHOD = (
    "noise.snr, less what an H.264 coder of this quantiser step takes (simulated)"
)

VEIL = 0.02  # of nominal white, half-width: black of a camera that no grey steps show
UNSEEN = BudgetLine(
    source="below_quantisation", contribution=20 * math.log10(2) / math.sqrt(3), evaluation="B"
)


def serves(scene: Scene) -> bool:
    """Whether the scene has flat regions or grey steps, or a printed chart, which has them."""
    printed = scene.chart is not None and scene.chart.kind == "print"
    return printed or bool(scene.of_kind("flat") or scene.of_kind("grey"))


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every flat region and grey step.

    The first result carries the curve of noise against level; what a region lacks is a note. Raises
    GapError no_region, flat_picture.
    """
    views = scene.of_kind("flat") + scene.of_kind("grey")
    if not views:
        raise GapError("no_region", kind="flat")
    if not np.ptp(scene.reference.luma):
        raise GapError("flat_picture", region="")
    light = scene.linear(np.arange(1 << scene.video.depth))
    found = [_field_or_gap(scene, view, light) for view in views]
    fields = [field for field in found if isinstance(field, Field)]
    steps = [field.noise.mean for field in fields if field.view.region.kind == "grey"]
    known = (min(steps, default=-math.inf), max(steps, default=math.inf))
    items: list[Measurement | Note] = []
    for field in found:
        items += _figures(field, known) if isinstance(field, Field) else field
    levels = sorted((field.noise.mean, field.noise.total.sigma) for field in fields)
    yield from _with_curve(items, levels)


def _field_or_gap(scene: Scene, view: View, light: NDArray[np.float64]) -> Field | list[Note]:
    """Analyse the noise of a region, or note for each of its quantities why that is impossible."""
    try:
        return read_field(scene, view, light)
    except GapError as gap:
        return [gap_note(view, quantity, gap) for quantity in _wanted(view)]


def coding_shift(ratio: float) -> tuple[float, float]:
    """Return middle and half-width, in dB, of what an H.264 coder adds to S/N.

    ``ratio`` is the quantiser step over sigma, 0 to 3; from simulation (docs/metrics/noise.md).
    """
    return 0.15 + 0.2 * ratio, 0.15 + 0.4 * ratio


def _wanted(view: View) -> list[str]:
    return [
        quantity for quantity in QUANTITIES if view.region.kind == "flat" or quantity in OF_STEPS
    ]


def _figures(field: Field, known: tuple[float, float]) -> Iterator[Measurement | Note]:
    """Measure a region; ``known``: levels between which grey steps give the tone curve."""
    noise, above = field.noise, max(field.above, LEAST_SIGMA)
    doubt = DECIBEL * noise.mean_uncertainty / above
    mean = BudgetLine(source="mean", contribution=doubt)
    if field.view.region.kind == "flat":
        yield from _of_amplitude(field)
        yield from of_colours(field)
    more = (mean, *_of_range(field, level=True))
    yield _ratio(field, "noise.snr_patch", above, noise.total, _plain_method(field), more)
    yield _linear(field, mean, at_end=not known[0] < noise.mean < known[1])
    for quantity in _wanted(field.view):
        if quantity in PARTS:
            yield _part(field, quantity, getattr(noise, PARTS[quantity]))


def _of_amplitude(field: Field) -> Iterator[Measurement | Note]:
    """Measure the ratios over the nominal luma amplitude, which flat regions alone have."""
    amplitude, noise, power = field.amplitude, field.noise, field.weighting.power
    more = _of_range(field, level=False)
    plain = _ratio(field, "noise.snr", amplitude, noise.total, _plain_method(field), more)
    yield plain
    if noise.weighted is not None:
        quantity, method = "noise.snr_weighted", WEIGHTED_METHOD
        yield _ratio(field, quantity, amplitude, noise.weighted, method, more, power=power)
    yield _before_coding(field, plain)


def _of_range(field: Field, *, level: bool) -> tuple[BudgetLine, ...]:
    """Return the line of the code range where the stream states none, of amplitude or ``level``."""
    if not (other := field.scene.other_range):
        return ()
    black, white = other
    signals = (field.above, field.noise.mean - black) if level else (field.amplitude, white - black)
    own, otherwise = (max(signal, LEAST_SIGMA) for signal in signals)
    doubt = abs(20 * math.log10(otherwise / own)) / math.sqrt(3)
    return (BudgetLine(source="range", contribution=doubt, evaluation="B"),)


def _plain_method(field: Field) -> str:
    alone = field.noise.temporal is None and not field.noise.correlation
    return SPATIAL_METHOD if alone else UNWEIGHTED_METHOD


def _ratio(
    field: Field,
    quantity: str,
    signal: float,
    variance: Variance,
    method: str,
    more: tuple[BudgetLine, ...] = (),
    *,
    power: float = 1.0,
) -> Measurement:
    """Measure signal over sigma in dB; noise below quantisation counts as that, for a bound."""
    floor, least = (sigma * math.sqrt(power) for sigma in (field.noise.floor, field.noise.told))
    below, sigma = bool(variance.sigma <= least), max(variance.sigma, floor)
    budget = (*((UNSEEN,) if below else variance.budget(DECIBEL / sigma)), *more)
    value = 20 * math.log10(signal / sigma)
    return field.figure(quantity, value, budget, method, bound=below, signal=signal, at_least=below)


def _linear(field: Field, mean: BudgetLine, *, at_end: bool) -> Measurement | Note:
    """Measure S/N in linear light: the slope of the tone curve at the mean turns codes into light.

    The uncertainty of the slope is three times as large ``at_end`` of the curve, which has
    neighbours on one side only.
    """
    quantity, total = "noise.snr_linear", field.noise.total
    step = max(total.sigma, 1.0)
    near = np.array([-step, 0.0, step]) + field.noise.mean
    below, seen, above = field.scene.linear(near)
    lit, added = field.scene.lit(field.view)
    light, slope = seen - lit * added, (above - below) / (2 * step)
    if light <= 0 or slope <= 0 or field.above <= 0:
        return field.note(quantity, "level_at_black", region=field.view.region.name)
    if field.scene.steps_unusable:
        return field.note(
            quantity, "uneven_light", region=field.view.region.name, share=_unsure(field)
        )
    exponent = slope * field.above / light
    doubt = (3 if at_end else 1) * DECIBEL * field.scene.tone_doubt / exponent / math.sqrt(3)
    tone = BudgetLine(source=TONE_SOURCE, contribution=doubt, evaluation="B")
    prints = [2 * step * lit[1] / (lit[2] - lit[0]) for lit in field.scene.copy_curves(near)]
    moved = [20 * math.log10(signal * slope / light) for signal in prints]
    ranged = () if field.scene.tone == STEPS else (*_of_range(field, level=True), _veil(light))
    lines = (mean, tone, *ranged, *_lighting(field), *_print_line(moved))
    return _ratio(field, quantity, light / slope, total, LINEAR_METHOD, lines)


def _unsure(field: Field) -> float:
    """Return the relative standard uncertainty of the light on a field."""
    return field.scene.lit_doubt(field.view, float(field.view.region.reflectance or 1.0))


def _veil(light: float) -> BudgetLine:
    """Return the line of light in the camera's black, which a declared curve takes for signal."""
    return BudgetLine(
        source="veil", contribution=DECIBEL * VEIL / light / math.sqrt(3), evaluation="B"
    )


def _lighting(field: Field) -> list[BudgetLine]:
    """Return the line of the light on the field, which the curve through lit steps takes over."""
    reflectance = field.scene.light_field and field.view.region.reflectance
    if not reflectance:
        return []
    doubt = DECIBEL * field.scene.lit_doubt(field.view, reflectance)
    return [BudgetLine(source="lighting", contribution=doubt, evaluation="B")]


def _print_line(moved: Sequence[float]) -> list[BudgetLine]:
    """Return the line of what the ways in which the print may be off change, in dB."""
    if not moved:
        return []
    return [BudgetLine(source=PRINT_SOURCE, contribution=math.hypot(*moved), evaluation="B")]


def _before_coding(field: Field, recorded: Measurement) -> Measurement | Note:
    """Estimate S/N before an H.264 coder from its quantiser step."""
    quantity, sigma = "noise.snr_before_coding", field.noise.total.sigma
    if untouched(field.scene.video, field.view):
        return replace(recorded, quantity=quantity)
    try:
        step = step_of(field.scene, field.view, sigma, hidden=recorded.lower_bound)
    except GapError as gap:
        return gap_note(field.view, quantity, gap)
    shift, half = coding_shift(step / sigma)
    line = BudgetLine(source="coding", contribution=half / math.sqrt(3), evaluation="B")
    return field.figure(
        quantity, recorded.value - shift, (*recorded.budget, line), BEFORE_CODING_METHOD, step=step
    )


def _part(field: Field, quantity: str, part: Variance | None) -> Measurement | Note:
    """Measure the sigma of a part of the noise, or note why there is none."""
    if field.noise.hidden:
        code, sigma = "noise_below_quantisation", (part or field.noise.total).sigma
        floor = field.noise.told
        return field.note(quantity, code, region=field.view.region.name, sigma=sigma, floor=floor)
    if part is None and field.noise.correlation:
        correlation = field.noise.correlation
        return field.note(quantity, "frames_depend", correlation=correlation)
    if part is None and field.view.stable:
        frames = len(field.view.luma)
        if frames > len(field.codes):
            return field.note(quantity, "frames_repeated", frames=frames)
        return field.note(quantity, "too_few_frames", frames=frames, needed=2)
    if part is None:
        return field.note(quantity, "unstable_picture", shift=STILL_WITHIN)
    return field.figure(quantity, part.sigma, part.budget(), _plain_method(field))


def _with_curve(
    items: Sequence[Measurement | Note], levels: Sequence[tuple[float, float]]
) -> Iterator[Measurement | Note]:
    """Attach the curve of noise against level to the first measurement."""
    curve = Curve(
        name="noise",
        x=tuple(level for level, _ in levels),
        y=tuple(sigma for _, sigma in levels),
        x_label="luma_code",
        y_label="noise",
        x_unit="code",
        y_unit="code",
    )
    first = next((item for item in items if isinstance(item, Measurement)), None)
    for item in items:
        yield replace(first, curve=curve) if first is not None and item is first else item
