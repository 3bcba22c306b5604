"""Grey scale: distinguishable steps, tone curve, gamma, clipping and dynamic range.

It is measured on printed steps of known light. The code of a step is the trimmed mean (10 % off
each end) of the mean frame over the central half of its region in each direction. Two neighbours
are distinguishable when their codes keep the printed order and differ by more than the larger of k
times their pooled noise (total sigma per pixel, quantisation included; k = 1, the signal-to-noise
ratio at which ISO 15739:2023 ends the dynamic range) and 2 codes of 219 (about 2 % of luminance at
mid-grey, Weber's threshold of the eye). The count is 1 + the number of distinguishable pairs. The
standards that ask for 8 steps (GB 50198-2011, 3.1.9) leave the criterion to the eye; this one is
the toolkit's own, and only a standard series that the chart declares is counted.

Gamma is the least-squares slope of the logarithm of the signal on that of the light, over the mid
tones; steps near their ends count in part. The dynamic range runs from the light at which the curve
is clipped to that at which the incremental signal is the temporal noise (ISO 15739:2023, 6.4), 20
lg of their ratio (as GA/T 1127-2013, C.3 counts 1000:1 as 60 dB).

Each pair is distinguishable with probability p = Phi(margin / u(margin)); the count's variance is
the sum of p (1 - p).
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts.printed_copy import tone_errors
from acceptance.errors import GapError
from acceptance.metrics._shared.coder import doubt_by_coder
from acceptance.metrics._shared.grey_steps import LEAST, GreyStep, K, clipped, count, step
from acceptance.metrics._shared.lighting import MOST_UNEVEN, surely_uneven
from acceptance.metrics._shared.region_codes import MOST_CLIPPED
from acceptance.metrics._shared.sources import PRINT_SOURCE
from acceptance.metrics._shared.tone_curve import Slope, dynamic_range, gamma, merged
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note
from acceptance.scene.views import middle_half
from acceptance.uncertainty import DECIBEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

QUANTITIES = {
    "grey_scale.steps": "1",
    "grey_scale.gamma": "1",
    "grey_scale.clipped_low": "%",
    "grey_scale.clipped_high": "%",
    "grey_scale.dynamic_range": "dB",
}
METHODS = {
    "grey_scale.steps": (
        "neighbouring steps: difference of trimmed means > max(k x pooled total noise, "
        "2/219 of the code range), k = 1, order kept"
    ),
    "grey_scale.gamma": (
        "least-squares slope of log signal on log light over the steps at 20 to 80 % "
        "of the amplitude, those at 15 to 25 % and at 75 to 85 % weighted by where they lie"
    ),
    "grey_scale.clipped_low": (
        "share of the steps with more than 0.5 % of the samples piled up at black"
    ),
    "grey_scale.clipped_high": (
        "share of the steps with more than 0.5 % of the samples piled up at white"
    ),
    "grey_scale.dynamic_range": (
        "20 lg (light at clipping / light where the incremental signal is the temporal noise)"
    ),
}
VEIL = 0.02  # of nominal white: half-width
MOST_LIGHTING = 0.1  # relative standard uncertainty by the light, beyond which it is refused
MOST_OF_STEP = (
    0.3  # of a step's light, beyond which steps are not counted: half of what dark ones differ by
)
SMALLEST = 4  # px, of the central half: one for each block
LEAST_LIGHT = 1e-3  # reflectance: noise below black has no logarithm


def serves(scene: Scene) -> bool:
    """Whether the scene has grey steps, or a printed chart that should have them."""
    return bool(scene.of_kind("grey")) or (scene.chart is not None and scene.chart.kind == "print")


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure the grey scale; the first result carries the tone curve.

    Raises GapError no_region (fewer than two printed steps), flat_picture and region_too_small.
    """
    views = sorted(
        (view for view in scene.of_kind("grey") if "step" in view.region.printed), key=_number
    )
    if len(views) < 2:
        raise GapError("no_region", kind="grey")
    if not np.ptp(scene.reference.luma):
        raise GapError("flat_picture", region="")
    for view in views:
        if min(middle_half(view.luma).shape[1:]) < SMALLEST:
            raise GapError("region_too_small", region=view.region.name)
    scale = _Scale(scene, views)
    items = [scale.steps(), scale.gamma(), *scale.clipping(), scale.dynamic_range()]
    first = next(item for item in items if isinstance(item, Measurement))
    yield from (replace(first, curve=scale.curve()) if item is first else item for item in items)


class _Scale:
    """The printed steps of a scene, and each as the picture shows it, in printed order.

    ``covered`` are those on which something lies, which are left out.
    """

    def __init__(self, scene: Scene, views: Sequence[View]) -> None:
        self.scene = scene
        self.black, self.white = float(scene.code_black), float(scene.code_white)
        shown = [
            replace(
                step(view.luma, self.black, self.white, scene.code_spacing),
                coding=doubt_by_coder(scene.video, view, view.luma),
            )
            for view in views
        ]
        free = [not scene.hidden[view.region.name].much for view in views]
        self.covered = [view for view in views if scene.hidden[view.region.name].much]
        self.views = views = list(itertools.compress(views, free))
        self.shown: list[GreyStep] = list(itertools.compress(shown, free))
        printed = list(map(_printed, views))
        self.light = [scene.seen_light(view, at) for view, at in zip(views, printed, strict=True)]
        self.lit_doubts = np.array(
            [scene.lit_doubt(view, at) for view, at in zip(views, printed, strict=True)]
        )
        self.doubt = scene.chart.reflectance_doubt if scene.chart else 0.0

    def steps(self) -> Measurement | Note:
        """Count the distinguishable steps.

        Only where the chart declares its series, all steps are seen and each is evenly lit.
        """
        quantity, chart = "grey_scale.steps", self.scene.chart
        if chart is None or chart.steps is None:
            return self._note(quantity, "steps_not_declared")
        if gap := self._steps_unusable(quantity, len(chart.steps.densities)):
            return gap
        least = LEAST * (self.white - self.black)
        counted = count(self.shown, rising=self.light[-1] > self.light[0], least=least)
        line = BudgetLine(source="pairs_near_threshold", contribution=counted.uncertainty)
        return self._figure(
            quantity,
            counted.steps,
            [line],
            k=K,
            series=chart.steps.series,
            least_difference=least,
            smallest_ratio=min(counted.ratios),
            pooled_noise=math.sqrt(sum(shown.noise**2 for shown in self.shown) / len(self.shown)),
        )

    def _steps_unusable(self, quantity: str, declared: int) -> Note | None:
        """Return why the steps cannot be counted: some are not seen, unevenly lit or covered."""
        seen = len(self.views) + len(self.covered)
        if declared != seen:
            return self._note(quantity, "steps_missing", seen=seen, declared=declared)
        if uneven := self._unevenly_lit():
            return self._note(quantity, "uneven_light", region=uneven[0], share=uneven[1])
        if self.lit_doubts.max() > MOST_OF_STEP:
            return self._unevenly(quantity, range(len(self.views)))
        if self.covered:
            return self._note(quantity, "step_covered", region=self.covered[0].region.name)
        return None

    def gamma(self) -> Measurement | Note:
        """Measure the slope of the tone curve over the mid tones."""
        slope = gamma(self.shown, self.light, self.black, self.white)
        if slope is None:
            return self._note("grey_scale.gamma", "too_few_mid_tones")
        lighting = self._lighting(slope)
        if min(self.light) < 0 or not lighting <= MOST_LIGHTING:
            return self._unevenly("grey_scale.gamma", slope.chosen)
        errors = tone_errors(self.doubt, slope.light)
        moved = [slope.value * float(slope.weights @ error) for error in errors]
        lines = [
            _line("sampling", slope.sampling, slope.degrees_of_freedom),
            _line("quantisation", slope.quantisation),
            _line("coding", slope.coding),
            _line("lighting", slope.value * lighting),
            *self._copy(math.hypot(*moved)),
            *self._by_other_range(slope),
        ]
        return self._figure(
            "grey_scale.gamma", slope.value, lines, used=slope.light.size, residual=slope.residual
        )

    def _by_other_range(self, slope: Slope) -> list[BudgetLine]:
        """Return the line of the code range, where the stream states none.

        Where the other range leaves too few mid tones the steps of this one are taken.
        """
        if not (other := self.scene.other_range):
            return []
        black, white = map(float, other)
        otherwise = gamma(self.shown, self.light, black, white)
        if otherwise:
            value = otherwise.value
        else:
            signals = [(self.shown[i].mean - black) / (white - black) for i in slope.chosen]
            value = float(np.polyfit(np.log(slope.light), np.log(np.maximum(signals, 1e-3)), 1)[0])
        return [_line("range", abs(value - slope.value) / math.sqrt(3))]

    def clipping(self) -> Iterator[Measurement]:
        """Measure the share of the steps that are clipped at black, and at white.

        A covered step is clipped where its neighbours on both sides are, and may be where one is.
        """
        for name in ("low", "high"):
            share, doubt = clipped([getattr(shown, name) for shown in self.shown])
            sure, perhaps = self._clipped_covered(name)
            free, every = len(self.shown), len(self.shown) + len(self.covered)
            near, unknown = doubt * free / every, perhaps / every / math.sqrt(3)
            lines = [BudgetLine(source="steps_near_clipping", contribution=100 * near)]
            lines += [_line("covered_steps", 100 * unknown)] if perhaps else []
            value = 100 * (share * free + sure) / every
            yield self._figure(f"grey_scale.clipped_{name}", value, lines, printed=every)

    def _clipped_covered(self, name: str) -> tuple[int, int]:
        """Return how many covered steps surely are clipped at an end of the range, and perhaps.

        Beyond the chart's darkest step all is clipped at black, beyond its lightest at white.
        """
        seen = [
            (_printed(view), getattr(shown, name)[0] > MOST_CLIPPED)
            for view, shown in zip(self.views, self.shown, strict=True)
        ]
        ends = [(-math.inf, name == "low"), *sorted(seen), (math.inf, name == "high")]
        places = [bisect(ends, (_printed(view), True)) for view in self.covered]
        beside = [ends[place - 1][1] + ends[place][1] for place in places]
        return beside.count(2), beside.count(1)

    def dynamic_range(self) -> Measurement | Note:
        """Measure the dynamic range; a bound where the chart ends before the camera does."""
        quantity, order = "grey_scale.dynamic_range", np.argsort(self.light)
        if self.light[order[0]] <= 0:
            return self._note(quantity, "too_few_steps", steps=0, needed=3)
        shown, light = merged([self.shown[i] for i in order], [self.light[i] for i in order])
        if len(light) < 3:
            return self._note(quantity, "too_few_steps", steps=len(light), needed=3)
        found, squares = dynamic_range(shown, light), self.lit_doubts[order] ** 2
        unsure = np.sqrt(np.interp([found.low, found.high], np.log(self.light)[order], squares))
        if unsure.max() > MOST_LIGHTING:
            return self._unevenly(quantity, range(len(self.views)))
        lines = [
            _line("sampling", DECIBEL * found.sampling),
            _line("lighting", DECIBEL * float(np.hypot(*unsure))),
            _line("step_distance", DECIBEL * found.steps),
            *self._copy(DECIBEL * math.sqrt(2) * self.doubt),
        ]
        ends = {"low": math.exp(found.low), "high": math.exp(found.high)}
        value = DECIBEL * (found.high - found.low)
        return self._figure(quantity, value, lines, bound=found.bound, **ends)

    def curve(self) -> Curve:
        """Return the tone curve: code against light."""
        order = np.argsort(self.light)
        return Curve(
            name="tone",
            x=tuple(self.light[i] for i in order),
            y=tuple(self.shown[i].mean for i in order),
            x_label="reflectance",
            y_label="luma_code",
            y_unit="code",
        )

    def _copy(self, contribution: float) -> list[BudgetLine]:
        """Return the line of the chart's print, if it is a print."""
        return [_line(PRINT_SOURCE, contribution)] if self.doubt else []

    def _unevenly_lit(self) -> tuple[str, float] | None:
        """Return name and unevenness of a step that is unevenly lit, if there is one.

        In the darker half of the steps noise hides it.
        """
        middle = sorted(self.light)[len(self.light) // 2]
        for view, light in zip(self.views, self.light, strict=True):
            if light >= middle:
                share = self._unevenness(view)
                if share > MOST_UNEVEN:
                    return view.region.name, share
        return None

    def _unevenness(self, view: View) -> float:
        light = self.scene.linear(middle_half(view.luma).mean(axis=0))
        return surely_uneven(np.maximum(light, LEAST_LIGHT))

    def _unevenly(self, quantity: str, steps: Sequence[int]) -> Note:
        """Note that the light on some of the ``steps`` is in too much doubt."""
        worst = max(steps, key=lambda step: float(self.lit_doubts[step]))
        region, share = self.views[worst].region.name, float(self.lit_doubts[worst])
        return self._note(quantity, "uneven_light", region=region, share=share)

    def _lighting(self, slope: Slope) -> float:
        """Return the relative standard uncertainty of a slope by the light on its steps.

        What is added to all of them and what differs from step to step counts; where the chart's
        ground does not show the light, how far regions that are printed alike differ.
        """
        if self.scene.light_field is None:
            return self._uneven() / slope.span / math.sqrt(3) / slope.value
        doubts = slope.weights * self.lit_doubts[list(slope.chosen)]
        chosen = list(slope.chosen)
        even = self._veiled()[chosen], self._shared()[chosen]
        veils = [float(slope.weights @ share) / math.sqrt(3) for share in even]
        return math.hypot(float(doubts.sum()), float(np.linalg.norm(doubts)), *veils)

    def _shared(self) -> NDArray[np.float64]:
        """Return the share (n,) that light added to all steps alike has in that seen of each.

        As a lamp mirrored in the print adds it: beyond what reaches the least lit place of the
        chart. It counts as the camera's black, as a veil does, and may be none.
        """
        field = self.scene.light_field
        most = field.stray.beyond_least(field.places) if field else 0.0
        lit = np.array([self.scene.lit(view)[0] for view in self.views])
        return np.asarray(most * lit / np.array(self.light))

    def _veiled(self) -> NDArray[np.float64]:
        """Return the share (n,) that a veil as the camera's own black may have in the light seen.

        It is even where the light is not, and nothing tells it from light on the chart's ground.
        """
        lit = np.array([self.scene.lit(view)[0] for view in self.views])
        means = np.array([shown.mean for shown in self.shown])
        light = np.maximum((means - self.black) / (self.white - self.black), 0.01) ** 2
        brightest = int(np.argmax(light))
        return np.asarray(VEIL * self.light[brightest] / light[brightest] / lit)

    def _uneven(self) -> float:
        """Return the largest ln(ratio of the signals) of two flat regions of one reflectance."""
        flats: dict[float, list[float]] = {}
        for view in self.scene.of_kind("flat"):
            if "reflectance" in view.region.printed:
                above = max(float(view.luma.mean()) - self.black, 1.0)
                flats.setdefault(float(view.region.printed["reflectance"]), []).append(
                    math.log(above)
                )
        return max((max(logs) - min(logs) for logs in flats.values()), default=0.0)

    def _figure(
        self,
        quantity: str,
        value: float,
        budget: Sequence[BudgetLine],
        *,
        bound: bool = False,
        **details: Value,
    ) -> Measurement:
        return self.scene.figure(
            quantity,
            value,
            QUANTITIES[quantity],
            budget,
            samples=sum(view.luma.size for view in self.views),
            method=METHODS[quantity],
            lower_bound=bound,
            details={"printed": len(self.views), **details},
        )

    def _note(self, quantity: str, code: str, **parameters: Value) -> Note:
        return Note(
            reason=Reason(code=code, parameters=parameters),
            metric="grey_scale",
            quantity=quantity,
        )


def _line(source: str, contribution: float, degrees_of_freedom: float | None = None) -> BudgetLine:
    kind = "A" if source == "sampling" else "B"
    return BudgetLine(
        source=source,
        contribution=contribution,
        degrees_of_freedom=degrees_of_freedom,
        evaluation=kind,
    )


def _printed(view: View) -> float:
    return float(view.region.printed["reflectance"])


def _number(view: View) -> int:
    return int(view.region.printed["step"])
