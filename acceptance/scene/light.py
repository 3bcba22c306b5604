"""From the codes of a scene to light: the tone curve, and the light on what is printed.

Light is linear by the inverse of the camera's curve: the chart's grey steps where it has them, else
the inverse of the declared transfer (ITU-R BT.709-6, 1.2; IEC 61966-2-1), never the display's
BT.1886. The light on the chart is read off its own ground (``light_field.py``).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from acceptance.charts import printed_copy
from acceptance.footage.rounding import doubt_of_mean
from acceptance.footage.tone import DENSE, DenseCurve, curve, inverse_oetf, read_off
from acceptance.model import BudgetLine
from acceptance.scene import hidden, light_field, rough_steps, views
from acceptance.scene.code_range import CodeRange
from acceptance.scene.ground import places_of
from acceptance.scene.light_field import DARK_SIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from acceptance.charts.definition import Chart
    from acceptance.charts.located import Located
    from acceptance.scene.ground import Samples
    from acceptance.scene.hidden import Hidden
    from acceptance.scene.light_field import LightField
    from acceptance.scene.views import View

Floats = NDArray[np.float64]

# half-widths of the exponent: with steps; of a curve that the stream states, and of one assumed
DOUBT_BETWEEN_STEPS, DOUBT_OF_DECLARED, DOUBT_OF_ASSUMED = 0.02, 0.1, 0.25
# standard doubt of the slope in a curve's middle: without steps (more is too wide), beyond them
CONTRAST, BEYOND = 0.2, 0.3
LEAST_DOUBT = 0.02  # codes: lighting over the steps is never more even
FEWEST_STEPS = 4  # grey steps from which a tone curve is drawn
STEPS = "grey_steps"  # tone of a scene whose curve the steps show


@dataclass(frozen=True, kw_only=True)
class SeenLight(CodeRange):
    """Views of a chart, and what makes light of their codes."""

    chart: Chart | None
    """The chart that is measured; None also where two copies are in the picture."""
    located: tuple[Located, ...]
    """One place of each chart in the picture."""
    views: Mapping[str, View]
    """Regions of the chart and by hand, by name."""
    ground: Samples | None = None
    """What the printed chart's own ground shows of the light on it; None: too little."""

    def of_kind(self, kind: str) -> tuple[View, ...]:
        """Every view of a kind of region, in the chart's order."""
        return tuple(view for view in self.views.values() if view.region.kind == kind)

    @cached_property
    def hidden(self) -> Mapping[str, Hidden]:
        """How far each field of one tone is not seen as printed, by the name of its region."""
        return hidden.found(self.views.values(), self, self.ground)

    @property
    def tone(self) -> str:
        """Which curve ``linear`` undoes."""
        return STEPS if self._steps else f"inverse_oetf_{self.video.transfer}"

    @property
    def tone_doubt(self) -> float:
        """Half-width of the possible error of the tone curve's exponent.

        With grey steps it is what the curve between them leaves, and the slope error that the
        steps' own standard errors make between neighbours, and what the light on the steps leaves;
        else how far a camera's own curve may lie from the declared one.
        """
        if not self._steps:
            assumed = "transfer" in self.video.assumed
            return DOUBT_OF_ASSUMED if assumed else DOUBT_OF_DECLARED
        codes, _, doubts = np.array(self._steps).T
        own = DOUBT_BETWEEN_STEPS + math.sqrt(6) * doubts.max() / np.diff(codes).min()
        return float(math.hypot(own, math.sqrt(3) * self._lit_doubt))

    @property
    def steps_doubt(self) -> float:
        """Largest relative doubt of the light on a grey step that is no darker than a dark side.

        0 where the curve is drawn through the steps, and where there are none.
        """
        if not self.light_field or self._steps or not self.of_kind("grey"):
            return 0.0
        lit = (
            self.lit_doubt(self.views[name], printed)
            for name, (_, printed, _) in self.seen_steps.items()
            if printed >= DARK_SIDE
        )
        return max(lit, default=0.0)

    @property
    def steps_unusable(self) -> bool:
        """Whether there are grey steps, but lit too doubtfully to draw the curve through them."""
        return self.steps_doubt > DOUBT_OF_DECLARED / math.sqrt(3)

    @property
    def copy_doubt(self) -> float:
        """Standard uncertainty of the tone curve's exponent that the printed copy brings.

        It is 0 where no steps are used. A printer's tone errors run smoothly from step to step;
        levels 5:1 apart, as an edge's two are, count as independent, each with the copy's doubt.
        """
        return math.sqrt(2) * self._reflectance_doubt / math.log(5)

    def copy_lines(self, sensitivity: float) -> list[BudgetLine]:
        """Budget line of the copy; ``sensitivity``: change of the result per unit of the exponent.

        There is none where the copy leaves no doubt.
        """
        doubt = abs(sensitivity) * self.copy_doubt
        line = BudgetLine(source="chart copy", contribution=doubt, evaluation="B")
        return [line] if doubt else []

    def copy_curves(self, codes: ArrayLike) -> list[Floats]:
        """Light of ``codes`` (any shape) for each way in which the print may be off.

        Each by one standard uncertainty (``printed_copy.tone_errors``). Empty where none is used.
        """
        nominal = self.nominal(codes)
        return [copied(nominal) for copied in self._copied]

    @cached_property
    def _copied(self) -> list[Callable[[Floats], Floats]]:
        """Light by the grey steps, of nominal light, for each way in which the print may be off."""
        printed, doubt = [step[1] for step in self._steps], self._reflectance_doubt
        return [self._following(1 + error) for error in printed_copy.tone_errors(doubt, printed)]

    def bent_curves(self, codes: ArrayLike) -> list[Floats]:
        """Light of ``codes`` (any shape) by a camera of one standard uncertainty more contrast.

        Its signal is the declared one along an S. Empty where steps show the curve.
        """
        return [] if self._steps else [self._bent(codes, CONTRAST)]

    def lit_curves(self, codes: ArrayLike) -> list[Floats]:
        """Light of ``codes`` (any shape) where the steps are lit otherwise than they seem to be.

        Light that is added lifts dark steps most; what changes from step to step makes an S or a
        rough curve; beyond them it may bend. Empty where that light is not known or none are used.
        """
        if self.light_field is None or not self._steps:
            return []
        steps = self.seen_steps.items()
        doubts = np.array([self.lit_doubt(self.views[name], step[1]) for name, step in steps])
        (seen, lit, _), nominal = np.array(self._steps).T, self.nominal(codes)
        printed = np.maximum([step[1] for _, step in steps], 1e-3)
        smooth = rough_steps.smoothed(self.nominal(seen), lit) - 1
        ways = [doubts, smooth, *(doubts * way for way in printed_copy.tone_errors(1.0, printed))]
        rising = (np.maximum.accumulate(lit * np.maximum(1 + way, 0.05)) / lit for way in ways)
        return [*(self._following(factor)(nominal) for factor in rising), self._beyond(codes)]

    def _beyond(self, codes: ArrayLike) -> Floats:
        """Light of ``codes`` by ``BEYOND`` more contrast where the steps show nothing."""
        at, found = np.asarray(codes, np.float64), self._light(np.asarray(codes, np.float64))
        for end, way in ((self._steps[0][0], -1.0), (self._steps[-1][0], 1.0)):
            near = np.array([end, end + way])
            light, bent = self._light(near), self._bent(near, BEYOND)
            turn = (light[1] - light[0]) / (bent[1] - bent[0])
            further = light[0] + turn * (self._bent(at, BEYOND) - bent[0])
            found = np.where(way * (at - end) > 0, further, found)
        return found

    def _bent(self, codes: ArrayLike, contrast: float) -> Floats:
        """Light of ``codes`` by a camera whose signal bends the declared one to an S."""
        return inverse_oetf(contrasty(self.signal(codes), -contrast), self.video.transfer)

    def linear(self, codes: ArrayLike) -> Floats:
        """Light of luma codes of any shape: reflectance with grey steps, else 1 = white."""
        seen = np.asarray(codes, np.float64)
        if seen.size > self._light_of_codes.size:
            with np.errstate(invalid="ignore"):  # nan where a clock was not yet found
                whole = seen.astype(np.int32)
            last = self._light_of_codes.size - 1
            if (whole == seen).all() and whole.min() >= 0 and whole.max() <= last:
                return self._light_of_codes[whole]
        return self._between(seen) if seen.size > DENSE else self._light(seen)

    def _light(self, codes: Floats) -> Floats:
        light = self.nominal(codes)
        return self._as_printed(light) if self._steps else light

    @cached_property
    def _light_of_codes(self) -> Floats:
        """Light of every whole code: looked up, which is faster than computed for each pixel."""
        return self._light(np.arange(1 << self.video.depth, dtype=np.float64))

    @cached_property
    def _between(self) -> DenseCurve:
        return DenseCurve.of(self._light, self.video.depth)

    @property
    def _reflectance_doubt(self) -> float:
        """Relative standard uncertainty of the printed steps; 0 where none are used."""
        return self.chart.reflectance_doubt if self.chart and self._steps else 0.0

    @cached_property
    def light_field(self) -> LightField | None:
        """The light over the printed chart; None where its ground does not show it.

        Fitted in turn with the tone curve through the steps, without them where they are lit too
        doubtfully to say more of the curve than the declared transfer does.
        """
        if self.ground is None:
            return None
        steps, print_doubt = self._placed_steps, self.chart.reflectance_doubt if self.chart else 0.0
        how = self.nominal, self._through, print_doubt
        field = light_field.fitted(self.ground, steps, *how)
        if (
            field
            and len(steps)
            and field.doubt_of_exponent(steps) > DOUBT_OF_DECLARED / math.sqrt(3)
        ):
            alone = light_field.fitted(self.ground, np.empty((0, 5)), *how)
            rest = field.stray.rest  # what the steps contradict stays in doubt
            return alone and replace(alone, stray=replace(alone.stray, rest=rest))
        return field

    def place(self, view: View) -> Floats:
        """Where the middle of a region lies on the chart, in half widths of it (2,)."""
        x, y, width, height = view.region.rect
        size = self.located[0].chart.size if self.located else (1.0, 1.0)
        return (np.array([x + width / 2, y + height / 2]) - np.array(size) / 2) / (size[0] / 2)

    def lit(self, view: View) -> tuple[float, float]:
        """Light on a region over the mean of the chart's, and what is added, as reflectance.

        1 and 0 where it is not known.
        """
        return self._lit.get(view.region.name, (1.0, 0.0))

    def seen_light(self, view: View, reflectance: float) -> float:
        """Light that comes from a field of a reflectance, relative to the mean light."""
        light, added = self.lit(view)
        return light * (reflectance + added)

    def beside(self, box: tuple[int, int, int, int]) -> float:
        """Light on the chart where a box (x, y, w, h) of the picture lies before or beside it.

        Over the mean light, of the chart's nearest place; 1 where it is not known.
        """
        if self.light_field is None:
            return 1.0
        x, y, width, height = box
        place = self.located[0]
        middle = place.to_chart([(x + (width - 1) / 2, y + (height - 1) / 2)])
        nearest = np.clip(middle, 0, place.chart.size)
        return float(self.light_field.at(places_of(place.chart, nearest))[0])

    def lit_doubt(self, view: View, reflectance: float) -> float:
        """Relative standard uncertainty of ``seen_light``."""
        own, added = self._lit_doubts.get(view.region.name, (0.0, 0.0))
        field = self.light_field
        return math.sqrt(own + field.darker(reflectance) ** 2 * added) if field else 0.0

    @cached_property
    def _lit(self) -> dict[str, tuple[float, float]]:
        """What ``lit`` says of each region; of all at once it takes little longer than of one."""
        if self.light_field is None or not self.views:
            return {}
        light, added = (at(self._places) for at in (self.light_field.at, self.light_field.stray.at))
        return dict(zip(self.views, zip(light.tolist(), added.tolist(), strict=True), strict=True))

    @cached_property
    def _lit_doubts(self) -> dict[str, tuple[float, float]]:
        """Squares of what is in doubt of the light on each region (``LightField.squares``)."""
        if self.light_field is None or not self.views:
            return {}
        own, added = self.light_field.squares(self._places)
        return dict(zip(self.views, zip(own.tolist(), added.tolist(), strict=True), strict=True))

    @property
    def _places(self) -> Floats:
        """``place`` of each region (n, 2)."""
        return np.array([self.place(view) for view in self.views.values()])

    def shade(self, view: View) -> Floats:
        """Light (h, w) on the pixels of a view over the mean of the chart's; ones: not known."""
        if self.light_field is None or view.place is None:
            return np.ones(view.luma.shape[1:])
        return self.light_field.over(view.place, view.box)

    def evened(
        self, view: View, codes: Floats, part: tuple[slice, slice] = (slice(None), slice(None))
    ) -> Floats:
        """Codes of a ``part`` of a view (h, w) in the chart's mean light, without what is added."""
        if self.light_field is None or view.place is None:
            return codes[part]
        added = np.broadcast_to(self.light_field.added_over(view.place, view.box), codes.shape)
        seen = read_off(self._rising, codes[part])
        return self.codes_of(seen / self.shade(view)[part] - added[part])

    def codes_of(self, light: Floats) -> Floats:
        """Codes, between whole ones too, that stand for light of any shape."""
        return np.asarray(np.interp(light, self._rising, np.arange(self._rising.size)))

    @cached_property
    def _rising(self) -> Floats:
        """Light of every whole code, nowhere less than that of a lower one."""
        return np.maximum.accumulate(self._light_of_codes)

    @cached_property
    def _as_printed(self) -> Callable[[Floats], Floats]:
        """Light by the grey steps as they are printed, of nominal light."""
        return self._following(1.0)

    def _following(self, factor: Floats | float) -> Callable[[Floats], Floats]:
        """Light by the grey steps, their printed reflectances times ``factor``."""
        seen, lit, doubts = np.array(self._steps).T
        return self._through(seen, lit, doubts, factor)

    def _through(
        self, seen: Floats, lit: Floats, doubts: Floats, factor: Floats | float = 1.0
    ) -> Callable[[Floats], Floats]:
        """Curve of light over nominal light through codes ``seen`` (n,) of light ``lit`` (n,)."""
        light = self.nominal(seen)
        slope = np.gradient(lit, light) * (self.nominal(seen + doubts) - light)
        return curve(light, lit * factor, slope)

    @cached_property
    def _steps(self) -> list[tuple[float, float, float]]:
        """Mean code, light and standard error of the code of each step, ascending.

        Its light is the printed reflectance in the light there. Empty where fewer than four are
        left, or where a lighter step does not have a higher code, or where the light on them leaves
        more doubt than the declared curve.
        """
        steps = sorted(
            (code, self.seen_light(self.views[name], reflectance), doubt)
            for name, (code, reflectance, doubt) in self.seen_steps.items()
        )
        if self._lit_doubt > DOUBT_OF_DECLARED / math.sqrt(3):
            return []
        return steps if _rising(steps) else []

    @cached_property
    def _lit_doubt(self) -> float:
        """Standard uncertainty of the tone curve's exponent by the light on the steps."""
        if self.light_field is None or not len(self._placed_steps):
            return 0.0
        if math.isinf(self.light_field.top):  # fitted without them
            return math.inf
        return self.light_field.doubt_of_exponent(self._placed_steps)

    @cached_property
    def _placed_steps(self) -> Floats:
        """Code, printed reflectance, standard error and place (n, 5) of each step.

        Empty where they are too few or do not rise, so that they draw no curve.
        """
        steps = [[*s, *self.place(self.views[name])] for name, s in self.seen_steps.items()]
        return np.array(steps if _rising(list(self.seen_steps.values())) else []).reshape(-1, 5)

    @cached_property
    def seen_steps(self) -> dict[str, tuple[float, float, float]]:
        """Mean code, printed reflectance and standard error of the code, by region, ascending.

        They are of the grey steps, else of the greys among colour patches, without those that are
        clipped or have something on them.
        """
        greys = self.of_kind("grey") or self.of_kind("colour")
        steps = {view.region.name: step for view in greys if (step := self._step(view))}
        return dict(sorted(steps.items(), key=lambda item: item[1]))

    def _step(self, view: View) -> tuple[float, float, float] | None:
        """Code, reflectance and standard error of a grey; None where clipped or hidden."""
        reflectance, lying = view.region.reflectance, self.hidden[view.region.name]
        if reflectance is None or lying.much or lying.faint:
            return None
        core = views.middle_half(view.luma)
        code, sigma = float(core.mean()), float(core.std())
        doubt = LEAST_DOUBT + doubt_of_mean(core, self.code_spacing) + sigma / math.sqrt(core.size)
        return (code, reflectance, doubt) if self.is_inside(code) else None


def contrasty(signal: Floats, contrast: float) -> Floats:
    """Return a signal (0..1, any shape) along an S of slope 1 - ``contrast`` in the middle."""
    return np.asarray(signal + contrast * np.sin(2 * np.pi * signal) / (2 * np.pi))


def _rising(steps: Sequence[tuple[float, float, float]]) -> bool:
    """Whether there are enough steps, and lighter ones have higher codes."""
    pairs = itertools.pairwise(steps)
    rising = all(low[0] < high[0] and low[1] < high[1] for low, high in pairs)
    return rising and len(steps) >= FEWEST_STEPS
