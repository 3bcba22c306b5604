"""Flare: light that a lens scatters into what is black, by a black hole in a light surface.

``flare.veiling_glare`` is the light seen in the opening of a black box (region by hand ``hole``)
over that of the light surface around it, in %, as ISO 18844:2017 and IEC 62676-5:2018, 4.3.7 (image
flare) compare black and white. The surface is a printed chart's ground, or a flat region by hand.

Beside a chart's grey steps of reflectance R the declared light N is fitted as a (R + f)^g: the
camera's contrast g comes from the steps, and the flare f from hole and dark steps together. A
camera's own pedestal at black cannot be told from flare.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from acceptance.errors import GapError
from acceptance.footage.rounding import doubt_of_mean
from acceptance.footage.tone import inverse_oetf
from acceptance.metrics._shared.coder import doubt_by_coder
from acceptance.metrics._shared.sources import PRINT_SOURCE, TONE_SOURCE
from acceptance.model.measurement import Measurement, Note
from acceptance.scene.light import CONTRAST, contrasty
from acceptance.scene.views import middle_half
from acceptance.uncertainty import type_b

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

QUANTITIES = {"flare.veiling_glare": "%"}
QUANTITY = "flare.veiling_glare"
METHOD = "light of a black hole over that of the light surface around it, declared curve ({by})"
SMALLEST = 8  # px of the hole
PLACE = 3  # px each way
FEWEST_STEPS = 5
LIGHT = 0.3  # of the nominal amplitude: a surface around the hole is lighter
LEAST_FIT = 0.008  # relative, of a step's light: curve and print
HIDDEN = 0.5  # codes above black of a hole that reads as black or below
BRIGHTEST = 0.5  # of the light around it: that is no hole
PROBE, DARKEST = 1e-3, 1e-6
MOST_OPEN = 3.0  # relative, of the flare (standard): steps that leave more open tell nothing
LEAST_SINGULAR = 1e-9
USUAL_CURVES = ("bt709", "srgb")  # of cameras that state none


@dataclass(frozen=True, kw_only=True)
class MeanCode:
    """Mean code of a region and its standard uncertainty."""

    code: float
    doubt: float


@dataclass(frozen=True, kw_only=True)
class LitStep:
    """Light that falls back from a grey step, its relative doubt, and the step's level."""

    region: str
    light: float
    doubt: float
    level: MeanCode


def serves(scene: Scene) -> bool:
    """Whether a black hole is given by hand, or a printed chart, which may have one beside it."""
    return bool(scene.of_kind("hole")) or (scene.chart is not None and scene.chart.kind == "print")


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure at every black hole; what one lacks is a note. Raises GapError ``no_black_hole``."""
    holes = scene.of_kind("hole")
    if not holes:
        raise GapError("no_black_hole")
    for view in holes:
        try:
            yield _figure(scene, view)
        except GapError as gap:
            yield Note.of(gap, metric="flare", quantity=QUANTITY, region=view.region.name)


def _figure(scene: Scene, view: View) -> Measurement:
    """Measure at one hole. Raises GapError."""
    if min(view.luma.shape[1:]) < SMALLEST:
        raise GapError("region_too_small", region=view.region.name)
    if not np.ptp(scene.reference.luma):
        raise GapError("flat_picture", region=view.region.name)
    hole = _level(scene, view)
    floor = scene.code_black + HIDDEN * scene.code_unit
    hidden = hole.code <= floor
    if hidden:
        hole = MeanCode(code=floor + hole.doubt, doubt=hole.doubt)
    steps = _steps(scene)
    with_steps = len(steps) >= FEWEST_STEPS
    light = scene.beside(view.box)
    value, budget = _beside(scene, hole, steps, light) if with_steps else _before(scene, hole)
    most = max(value, _lightest(scene, view) * value / float(_declared(scene, hole.code)))
    if most > BRIGHTEST:
        raise GapError("hole_not_dark", region=view.region.name, share=most)
    return scene.figure(
        QUANTITY,
        100 * value,
        "%",
        [type_b(source, 100 * doubt) for source, doubt in budget.items()],
        samples=len(view.luma),
        method=METHOD.format(by="grey steps" if with_steps else "flat region"),
        region=view.region.name,
        upper_bound=hidden,
        details={"hole": hole.code, "black": scene.code_black, "steps": len(steps)},
    )


def _level(scene: Scene, view: View) -> MeanCode:
    core = middle_half(view.luma)
    still = core.mean(axis=0)  # a fixed pattern is in every frame
    noise = float(still.std()) / math.sqrt(still.size)
    coder = doubt_by_coder(scene.video, view, view.luma)
    rounded = doubt_of_mean(core, scene.code_spacing)
    return MeanCode(code=float(core.mean()), doubt=math.hypot(noise, rounded, coder))


def _lightest(scene: Scene, view: View) -> float:
    """Return the declared light of the lightest place, 3 x 3 px, of a hole's middle."""
    still = np.asarray(middle_half(view.luma).mean(axis=0), np.float64)
    places = np.lib.stride_tricks.sliding_window_view(still, (PLACE, PLACE)).mean(axis=(2, 3))
    return float(_declared(scene, places.max()))


def _declared(scene: Scene, codes: ArrayLike) -> Array:
    """Return the light of codes by the declared transfer, 1 = nominal white."""
    span = scene.code_white - scene.code_black
    signal = (np.asarray(codes, np.float64) - scene.code_black) / span
    return _of_signal(signal, scene.video.transfer)


def _of_signal(signal: Array, transfer: str) -> Array:
    return np.maximum(inverse_oetf(signal, transfer), DARKEST)


def _steps(scene: Scene) -> list[LitStep]:
    """Return the printed grey steps that are not clipped.

    Raises GapError ``uneven_light`` where a step's light would be negative: the chart's ground does
    not tell the light on it.
    """
    found = []
    for view in scene.of_kind("grey"):
        level, printed = _level(scene, view), view.region.reflectance
        if printed and scene.is_inside(level.code):
            light, doubt = scene.seen_light(view, printed), scene.lit_doubt(view, printed)
            if light <= 0:
                raise GapError("uneven_light", region=view.region.name, share=doubt)
            found.append(LitStep(region=view.region.name, light=light, doubt=doubt, level=level))
    return found


def _before(scene: Scene, hole: MeanCode) -> tuple[float, dict[str, float]]:
    """Return flare and budget before a flat region by hand. Raises GapError ``no_region``."""
    span = scene.code_white - scene.code_black
    flats = [_level(scene, view) for view in scene.of_kind("flat")]
    around = [flat for flat in flats if flat.code > scene.code_black + LIGHT * span]
    if not around:
        raise GapError("no_region", kind="flat")
    white = max(around, key=lambda flat: flat.code)
    if white.code >= scene.code_white - scene.code_unit:
        raise GapError("clipped", region="flat", share=1.0)
    dark, more, light = _declared(scene, [hole.code, hole.code + PROBE, white.code]).tolist()
    ratio, slope = dark / light, (more - dark) / PROBE
    both = [hole.code, white.code]
    own = float(np.divide(*scene.linear(both)))
    bent = [math.log(float(by[0] / by[1]) / own) for by in scene.bent_curves(both)]
    # of the logarithm: a curve that is off multiplies what is dark
    curve = math.hypot(abs(math.log(ratio)) * scene.tone_doubt / math.sqrt(3), *bent)
    return ratio, {
        "noise": slope * hole.doubt / light,
        TONE_SOURCE: ratio * math.expm1(curve),
    }


def _beside(
    scene: Scene, hole: MeanCode, steps: Sequence[LitStep], around: float
) -> tuple[float, dict[str, float]]:
    """Return flare over the chart's ground, and its budget, from grey steps and the hole.

    ``around`` is the light beside the hole over the chart's mean. Raises GapError ``uneven_light``
    where the steps contradict each other, as those that glare lies over.
    """
    ground = around * (scene.chart.background if scene.chart else 1.0)
    levels = [*(step.level for step in steps), hole]
    codes = np.array([level.code for level in levels])
    light = _declared(scene, codes)
    slopes = (_declared(scene, codes + PROBE) - light) / PROBE / light
    doubts = np.array([level.doubt for level in levels]) * slopes
    doubts = np.hypot(doubts, [*(step.doubt for step in steps), 0.0])
    copy = scene.chart.reflectance_doubt if scene.chart else 0.0
    printed = np.array([*(step.light for step in steps), 0.0])
    sigma = np.hypot(doubts, np.where(printed > 0, math.hypot(LEAST_FIT, copy), LEAST_FIT))
    signal = (codes - scene.code_black) / (scene.code_white - scene.code_black)

    def bent(transfer: str) -> Callable[[float, Array], Array]:
        return lambda bend, _: np.log(_of_signal(contrasty(signal, -bend), transfer))

    def bowed(bend: float, light_of: Array) -> Array:
        return np.asarray(np.log(light) + bend * (np.log(light_of) - np.log(ground)) ** 2)

    flare, relative, misfit = _fitted(bent(scene.video.transfer), printed, sigma)
    if relative > MOST_OPEN:
        raise _contradicted(steps, light[:-1])
    bow, _, worse = _fitted(bowed, printed, sigma)
    others = [(bow, min(1.0, misfit / worse))]
    if "transfer" in scene.video.assumed:
        others += [(_fitted(bent(curve), printed, sigma)[0], 1.0) for curve in USUAL_CURVES]
    value = flare / (ground + flare)
    off = [weight * (value - other / (ground + other)) for other, weight in others]
    budget = {
        "fit": value * (1 - value) * relative,
        TONE_SOURCE: math.hypot(*off) / math.sqrt(3),
    }
    return value, budget | ({PRINT_SOURCE: value * (1 - value) * copy} if copy else {})


def _contradicted(steps: Sequence[LitStep], light: Array) -> GapError:
    """Return the refusal that names the step whose light (n,) is off the others' by most."""
    ratios = light / [step.light for step in steps]
    off = np.exp(np.abs(np.log(ratios / np.median(ratios)))) - 1
    worst = int(np.argmax(off))
    return GapError("uneven_light", region=steps[worst].region, share=float(off[worst]))


def _fitted(
    seen: Callable[[float, Array], Array], printed: Array, sigma: Array
) -> tuple[float, float, float]:
    """Return flare, as a reflectance, its relative doubt, and the misfit, by a curve of one bend.

    ``seen`` is the logarithm of the light that the codes stand for, by the bend of the curve and
    the light itself, all (n,); that of the hole is the last, printed 0.
    """
    from scipy.optimize import least_squares  # noqa: PLC0415 -- late: slow to load, seldom needed

    def residuals(parameters: Array) -> Array:
        gain, contrast, flare, bend = parameters
        light = printed + max(math.exp(flare), DARKEST)
        off = (gain + contrast * np.log(light) - seen(bend, light)) / sigma
        return np.append(off, bend / CONTRAST)

    first = seen(0.0, printed + 1.0)
    gain = float(first[:-1].max()) - math.log(float(printed.max()))
    found = least_squares(residuals, [gain, 1.0, float(first[-1]) - gain, 0.0])
    _, singular, directions = np.linalg.svd(found.jac, full_matrices=False)
    # not a pseudo-inverse: what the steps leave open would count as certain
    open_by = directions[:, 2] / np.maximum(singular, LEAST_SINGULAR)
    misfit = max(1.0, float(np.sum(found.fun**2)) / max(len(sigma) - 3, 1))
    return math.exp(found.x[2]), math.sqrt(float(np.sum(open_by**2)) * misfit), misfit
