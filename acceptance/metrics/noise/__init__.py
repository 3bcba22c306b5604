"""Noise of each grey level.

Temporal, fixed pattern and total, and the signal-to-noise ratios that standards mean.
Each flat region and grey step is taken apart as ``analysis.py`` tells, in coded luma up to the
sampling limit (0.5 cycle/px). Of the total sigma, on the picture as recorded:

``noise.snr`` = 20 lg(nominal luma amplitude / sigma), unweighted, as GB 3659-1983, 3.3.1 defines it
for a channel; ``noise.snr_weighted`` the same with the unified weighting network of CCIR 567 (GB/T
3660-1983) along the line; ``noise.snr_patch`` = 20 lg(mean above black / sigma), per patch as in
DB11/T 384.5-2018; ``noise.snr_linear`` = 20 lg(light / sigma of light), in linear light by the tone
curve, as in ISO 15739:2023, 6.3.

A codec may erase the noise: codec, bit rate and quantiser stand beside each figure.
``noise.snr_before_coding`` estimates what ``noise.snr`` was before an H.264 coder, from its
quantiser step, where that is known and at most 3 sigma (simulated: ``docs/metrics/noise.md``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.footage.planes import h264_step
from acceptance.metrics._shared.lighting import MOST_UNEVEN, surely_uneven
from acceptance.metrics._shared.region_codes import MOST_CLIPPED
from acceptance.metrics.noise.analysis import (
    FEWEST_BLOCKS,
    QUANTISATION,
    Noise,
    Variance,
    Weighting,
    analyse,
    clipped_share,
    core,
    unified_weighting,
)
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

RATIOS = (
    "noise.snr",
    "noise.snr_weighted",
    "noise.snr_before_coding",
    "noise.snr_patch",
    "noise.snr_linear",
)
PARTS = {
    "noise.total": "total",
    "noise.temporal": "temporal",
    "noise.fixed_pattern": "fixed",
    "noise.row": "row",
    "noise.column": "column",
    "noise.pixel": "pixel",
}
QUANTITIES = {**dict.fromkeys(RATIOS, "dB"), **dict.fromkeys(PARTS, "code")}
# of a grey step
OF_STEPS = {"noise.snr_patch", "noise.snr_linear", "noise.temporal", "noise.fixed_pattern"}

METHOD = "as recorded, coded luma, {kind}, to 0.5 cycle/px; second-order surface removed; 1/12 off for quantisation"
UNWEIGHTED = METHOD.format(kind="unweighted")
SPATIAL = UNWEIGHTED + "; from the spatial scatter of each frame"
WEIGHTED = METHOD.format(kind="unified weighting along the line (CCIR 567, per picture height)")
LINEAR = (
    "as recorded, linear light, unweighted, to 0.5 cycle/px; slope of the tone curve at the mean"
)
BEFORE_CODING = "noise.snr, less what an H.264 coder of this quantiser step takes (simulated)"

MOST_DRIFT = 0.05
DECIBEL = 20 / math.log(10)
FLOOR = math.sqrt(QUANTISATION)
COARSEST = 3.0  # quantiser step over sigma up to which the coder's effect is known
LOSSLESS = frozenset({"ffv1", "ffvhuff", "huffyuv", "utvideo", "rawvideo", "png", "tiff", "bmp"})


@dataclass(frozen=True, kw_only=True)
class Field:
    """A region with its noise: ``codes`` (n, h, w) of its middle."""

    scene: Scene
    view: View
    codes: NDArray[np.integer]
    noise: Noise
    weighting: Weighting

    @property
    def above(self) -> float:
        """Mean above nominal black, in codes."""
        return self.noise.mean - self.scene.code_black

    @property
    def amplitude(self) -> float:
        """Nominal luma amplitude in codes."""
        return float(self.scene.code_white - self.scene.code_black)

    def details(self) -> dict[str, Value]:
        """Tell under which circumstances the figures hold, and the means and sigmas behind them."""
        stream, noise = self.scene.shot.stream, self.noise
        scale = "qp" if stream.get("codec") == "h264" else "quantiser_scale"
        parts = {
            name: part.sigma
            for name in PARTS.values()
            if (part := getattr(noise, name)) is not None
        }
        return {
            "sigma": noise.total.sigma,
            "mean": noise.mean,
            "black": self.scene.code_black,
            "white": self.scene.code_white,
            "frames": len(self.codes),
            "width": self.codes.shape[2],
            "height": self.codes.shape[1],
            "flicker": noise.flicker,
            **parts,
            **{name: stream[name] for name in ("codec", "bit_rate") if name in stream},
            **({scale: self.view.quantiser} if self.view.quantiser is not None else {}),
            **{
                name: float(value)
                for name, value in self.view.region.printed.items()
                if name == "reflectance"
            },
        }

    def figure(
        self,
        quantity: str,
        value: float,
        budget: Sequence[BudgetLine],
        method: str,
        *,
        bound: bool = False,
        **more: Value,
    ) -> Measurement:
        """Make the measurement; ``bound``: the true value is this or higher."""
        return self.scene.figure(
            quantity,
            value,
            QUANTITIES[quantity],
            budget,
            samples=self.codes.size,
            method=method,
            region=self.view.region.name,
            lower_bound=bound,
            details={**self.details(), **more},
        )

    def note(self, quantity: str, code: str, **parameters: Value) -> Note:
        """Say why a quantity cannot be had here."""
        return _note(self.scene, quantity, self.view, Reason(code=code, parameters=parameters))


def serves(scene: Scene) -> bool:
    """Whether the scene has flat regions or grey steps, or a printed chart that should have them."""
    printed = scene.chart is not None and scene.chart.kind == "print"
    return printed or bool(scene.of_kind("flat") or scene.of_kind("grey"))


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every flat region and grey step. Raises GapError no_region or flat_picture.

    Other gaps are notes.
    The first figure carries the curve of noise against level.
    """
    views = scene.of_kind("flat") + scene.of_kind("grey")
    if not views:
        raise GapError("no_region", kind="flat")
    if not np.ptp(scene.reference.luma):
        raise GapError("flat_picture", region="")
    light = scene.linear(np.arange(1 << scene.video.depth))
    found = [_field_or_gap(scene, view, light) for view in views]
    fields = [one for one in found if isinstance(one, Field)]
    steps = [one.noise.mean for one in fields if one.view.region.kind == "grey"]
    known = (min(steps, default=-math.inf), max(steps, default=math.inf))
    items: list[Measurement | Note] = []
    for one in found:
        items += _figures(one, known) if isinstance(one, Field) else one
    yield from _with_curve(items, sorted((one.noise.mean, one.noise.total.sigma) for one in fields))


def _field_or_gap(scene: Scene, view: View, light: NDArray[np.float64]) -> Field | list[Note]:
    """Take the noise of a region apart, or note for each of its quantities why that cannot be done."""
    try:
        return _field(scene, view, light)
    except GapError as gap:
        reason = Reason(code=gap.code, parameters=gap.parameters)
        return [_note(scene, quantity, view, reason) for quantity in _wanted(view)]


def coding_shift(ratio: float) -> tuple[float, float]:
    """Middle and half-width, in dB, of what an H.264 coder adds to S/N; ``ratio``.

    Quantiser step over sigma, to 3.
    """
    return 0.15 + 0.2 * ratio, 0.15 + 0.4 * ratio


def _wanted(view: View) -> list[str]:
    return [
        quantity for quantity in QUANTITIES if view.region.kind == "flat" or quantity in OF_STEPS
    ]


def _field(scene: Scene, view: View, light: NDArray[np.float64]) -> Field:
    """Take the noise of a region's middle apart. Raises GapError for what ``_refuse`` refuses."""
    codes = core(view.luma, 0.8 if view.region.kind == "flat" else 0.6)
    _refuse(codes, scene, view.region.name, light)
    weighting = unified_weighting(
        codes.shape[2], float(scene.video.sample_aspect) / scene.video.height
    )
    noise = analyse(
        codes, stable=view.stable, weighting=weighting if view.region.kind == "flat" else None
    )
    return Field(scene=scene, view=view, codes=codes, noise=noise, weighting=weighting)


def _refuse(
    codes: NDArray[np.integer], scene: Scene, region: str, light: NDArray[np.float64]
) -> None:
    """Raise GapError for a region that is too small, clipped, unevenly lit or pumping; ``light``.

    That of each code.
    """
    amplitude = scene.code_white - scene.code_black
    if min(codes.shape[1:]) < 2 * FEWEST_BLOCKS:
        raise GapError("region_too_small", region=region)
    share = clipped_share(codes, scene.code_black, scene.code_white)
    if share > MOST_CLIPPED:
        raise GapError("clipped", region=region, share=share)
    uneven = surely_uneven(np.interp(codes.mean(axis=0), np.arange(light.size), light))
    if uneven > MOST_UNEVEN:
        raise GapError("uneven_light", region=region, share=uneven)
    drift = float(np.ptp(codes.mean(axis=(1, 2)))) / amplitude
    if drift > MOST_DRIFT:
        raise GapError("unstable_light", region=region, share=drift)


def _figures(field: Field, known: tuple[float, float]) -> Iterator[Measurement | Note]:
    """Every figure of a region; ``known``: levels between which grey steps tell the tone curve."""
    plain = SPATIAL if field.noise.temporal is None else UNWEIGHTED
    mean = BudgetLine(
        source="mean", contribution=DECIBEL * field.noise.mean_uncertainty / max(field.above, FLOOR)
    )
    if field.view.region.kind == "flat":
        unweighted = _ratio(field, "noise.snr", field.amplitude, field.noise.total, plain)
        yield unweighted
        weighted, power = field.noise.weighted, field.weighting.power
        if weighted is not None:
            yield _ratio(
                field, "noise.snr_weighted", field.amplitude, weighted, WEIGHTED, power=power
            )
        yield _before_coding(field, unweighted)
    yield _ratio(
        field, "noise.snr_patch", max(field.above, FLOOR), field.noise.total, plain, (mean,)
    )
    yield _linear(field, mean, at_end=not known[0] < field.noise.mean < known[1])
    for quantity in _wanted(field.view):
        if quantity in PARTS:
            yield _part(field, quantity, getattr(field.noise, PARTS[quantity]))


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
    """Signal over sigma in dB.

    Where the noise lies below quantisation, the ratio at that floor, which is a bound.
    """
    floor = FLOOR * math.sqrt(power)
    below = variance.sigma <= floor
    sigma = max(variance.sigma, floor)
    lines = (
        (
            BudgetLine(
                source="below_quantisation",
                contribution=20 * math.log10(2) / math.sqrt(3),
                evaluation="B",
            ),
        )
        if below
        else variance.budget(DECIBEL / sigma)
    )
    value = 20 * math.log10(signal / sigma)
    budget = (*lines, *more)
    return field.figure(
        quantity, value, budget, method, bound=bool(below), signal=signal, at_least=bool(below)
    )


def _linear(field: Field, mean: BudgetLine, *, at_end: bool) -> Measurement | Note:
    """S/N in linear light: the slope of the tone curve at the mean turns codes into light.

    The slope is known a third as well ``at_end`` of the curve, where it has neighbours on one side
    only.
    """
    step = max(field.noise.total.sigma, 1.0)
    near = np.array([-step, 0.0, step]) + field.noise.mean
    below, light, above = field.scene.linear(near)
    slope = (above - below) / (2 * step)
    if light <= 0 or slope <= 0 or field.above <= 0:
        return field.note("noise.snr_linear", "level_at_black", region=field.view.region.name)
    exponent = slope * field.above / light
    doubt = (3 if at_end else 1) * DECIBEL * field.scene.tone_doubt / exponent / math.sqrt(3)
    tone = BudgetLine(source="tone curve", contribution=doubt, evaluation="B")
    prints = [2 * step * one[1] / (one[2] - one[0]) for one in field.scene.copy_curves(near)]
    moved = math.hypot(*(20 * math.log10(signal * slope / light) for signal in prints))
    copy = [BudgetLine(source="chart copy", contribution=moved, evaluation="B")] if prints else []
    return _ratio(
        field, "noise.snr_linear", light / slope, field.noise.total, LINEAR, (mean, tone, *copy)
    )


def _before_coding(field: Field, recorded: Measurement) -> Measurement | Note:
    """Estimate S/N before an H.264 coder from its quantiser step."""
    quantity, codec, region = (
        "noise.snr_before_coding",
        str(field.scene.video.codec),
        field.view.region.name,
    )
    if codec in LOSSLESS:
        return replace(recorded, quantity=quantity)
    if codec != "h264" or field.view.quantiser is None or field.scene.video.depth > 8:
        return field.note(quantity, "quantiser_not_told", codec=codec)
    step, sigma = h264_step(field.view.quantiser), field.noise.total.sigma
    if step > COARSEST * sigma or recorded.lower_bound:
        return field.note(quantity, "noise_coded_away", region=region, step=step, sigma=sigma)
    shift, half = coding_shift(step / sigma)
    line = BudgetLine(source="coding", contribution=half / math.sqrt(3), evaluation="B")
    return field.figure(
        quantity, recorded.value - shift, (*recorded.budget, line), BEFORE_CODING, step=step
    )


def _part(field: Field, quantity: str, part: Variance | None) -> Measurement | Note:
    """Sigma of a part of the noise, or why there is none."""
    if part is None and field.view.stable:
        return field.note(quantity, "too_few_frames", frames=len(field.codes), needed=2)
    if part is None:
        return field.note(quantity, "unstable_picture", shift=0.1)
    if field.noise.total.value <= QUANTISATION:
        region = field.view.region.name
        return field.note(
            quantity, "noise_below_quantisation", region=region, sigma=part.sigma, floor=FLOOR
        )
    method = SPATIAL if field.noise.temporal is None else UNWEIGHTED
    return field.figure(quantity, part.sigma, part.budget(), method)


def _with_curve(
    items: Sequence[Measurement | Note], levels: Sequence[tuple[float, float]]
) -> Iterator[Measurement | Note]:
    """Hang the curve of noise against level on the first measurement."""
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


def _note(scene: Scene, quantity: str, view: View, reason: Reason) -> Note:
    return Note(
        reason=reason,
        shot=scene.shot.id,
        subject=scene.shot.subject,
        metric="noise",
        quantity=quantity,
        region=view.region.name,
    )
