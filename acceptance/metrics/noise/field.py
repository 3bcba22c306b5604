"""A flat region or grey step with its noise, and the results made of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.footage.stored_steps import BY_QP
from acceptance.footage.tone import read_off
from acceptance.metrics._shared.coder import doubt_by_coder, quantiser_step, untouched
from acceptance.metrics._shared.lighting import MOST_UNEVEN, NO_LIGHT, surely_uneven
from acceptance.metrics._shared.region_codes import MOST_CLIPPED
from acceptance.metrics.noise.analysis import FEWEST_BLOCKS
from acceptance.metrics.noise.dependence import distinct
from acceptance.metrics.noise.in_steps import analyse_in_steps
from acceptance.metrics.noise.weighting import Weighting, unified_weighting
from acceptance.model.measurement import Note
from acceptance.scene.views import mean_frame, with_noise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.metrics.noise.parts import Noise
    from acceptance.model.basics import Value
    from acceptance.model.measurement import BudgetLine, Measurement
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
COLOURS = ("noise.cb", "noise.cr")
QUANTITIES = {**dict.fromkeys(RATIOS, "dB"), **dict.fromkeys((*PARTS, *COLOURS), "code")}
# the quantities of a grey step
OF_STEPS = {"noise.snr_patch", "noise.snr_linear", "noise.temporal", "noise.fixed_pattern"}

# of the total variance, and of the nominal amplitude: structure coarser than noise of which the
# variance and the sigma have a share so large is refused; below it is in U
COARSE_OF_TOTAL, MOST_COARSE = 0.2, 0.005
BY_CODER = 3.0  # standard errors by which a coder's steps may seem uneven light
MOST_DRIFT = 0.05  # of the nominal amplitude, by which the light may change from frame to frame


@dataclass(frozen=True, kw_only=True)
class Field:
    """A region with its noise; ``codes`` (n, h, w) are those of its middle."""

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
        """Return the conditions of the results, and the means and sigmas behind them."""
        noise = self.noise
        parts = {name: getattr(noise, name) for name in PARTS.values()}
        printed = self.view.region.printed
        return {
            "sigma": noise.total.sigma,
            "mean": noise.mean,
            "black": self.scene.code_black,
            "white": self.scene.code_white,
            "frames": len(self.codes),
            "width": self.codes.shape[2],
            "height": self.codes.shape[1],
            "flicker": noise.flicker,
            **({"correlation": noise.correlation} if noise.correlation else {}),
            **{name: part.sigma for name, part in parts.items() if part is not None},
            **self._coding(),
            **{name: float(value) for name, value in printed.items() if name == "reflectance"},
        }

    def _coding(self) -> dict[str, Value]:
        """Return what is known of the coding: codec, bit rate, quantiser."""
        stream, quantiser = self.scene.shot.stream, self.view.quantiser
        scale = "qp" if stream.get("codec") in BY_QP else "quantiser_scale"
        details = {name: stream[name] for name in ("codec", "bit_rate") if name in stream}
        return details if quantiser is None else {**details, scale: quantiser}

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
        """Make the note that a quantity was not measured here."""
        return gap_note(self.view, quantity, GapError(code, **parameters))


def gap_note(view: View, quantity: str, gap: GapError) -> Note:
    """Turn a gap of a region into the note of a quantity."""
    return Note.of(gap, metric="noise", quantity=quantity, region=view.region.name)


def read_field(scene: Scene, view: View, light: NDArray[np.float64]) -> Field:
    """Analyse the noise of a region's middle.

    ``light`` is that of every code. Raises GapError region_too_small, clipped, uneven_light,
    uneven_or_coded, unstable_light, field_hidden.
    """
    codes = with_noise(view.luma, view.region.kind)
    if untouched(scene.video, view):  # a coder that skips a block shows what is recorded, too
        codes = distinct(codes)
    _refuse(codes, scene, view, light)
    if scene.hidden[view.region.name].at_all:
        raise GapError("field_hidden", region=view.region.name)
    weighting = unified_weighting(codes.shape[2], float(scene.video.sample_aspect) / scene.shown[3])
    noise = analyse_in_steps(
        codes,
        scene.spacings[0],
        scene.used[0],
        stable=view.stable,
        weighting=weighting if view.region.kind == "flat" else None,
        quantiser=quantiser_step(scene.video, view),
    )
    if len(codes) > 1:  # one frame does not tell blots of noise reduction from the print's
        _refuse_coarse(noise, scene, view.region.name)
    return Field(scene=scene, view=view, codes=codes, noise=noise, weighting=weighting)


def _refuse_coarse(noise: Noise, scene: Scene, region: str) -> None:
    """Refuse a region that shows waves, stripes or blots where its noise would be told."""
    sigma, amplitude = math.sqrt(noise.coarse), scene.code_white - scene.code_black
    much = noise.coarse > COARSE_OF_TOTAL * noise.total.value
    swing = math.sqrt(2) * np.array([-sigma, 0.0, sigma]) + noise.mean
    dark, mean, light = (float(level) for level in scene.linear(swing))
    if much and sigma > MOST_COARSE * amplitude and light > 0:
        share = (light - dark) / max(mean, light / 2)  # at black, where the mean has no light
        raise GapError("uneven_light", region=region, share=share)


def _refuse(
    codes: NDArray[np.integer], scene: Scene, view: View, light: NDArray[np.float64]
) -> None:
    """Refuse a region that is too small, clipped, unevenly lit, or of changing light."""
    amplitude, region = scene.code_white - scene.code_black, view.region.name
    if min(codes.shape[1:]) < 2 * FEWEST_BLOCKS:
        raise GapError("region_too_small", region=region)
    share = clipped_share(codes, scene.code_black, scene.code_white)
    if share > MOST_CLIPPED:
        raise GapError("clipped", region=region, share=share)
    uneven = surely_uneven(read_off(light, mean_frame(codes)))
    if uneven > MOST_UNEVEN:
        raise _unevenly(uneven, scene, view, light)
    drift = float(np.ptp(codes.mean(axis=(1, 2)))) / amplitude
    if drift > MOST_DRIFT:
        raise GapError("unstable_light", region=region, share=drift)


def _unevenly(uneven: float, scene: Scene, view: View, light: NDArray[np.float64]) -> GapError:
    """Return why a region that seems ``uneven`` is refused: the light, or a coder's steps too.

    Nothing tells these apart, and light that a coder hides moves the noise as recorded.
    """
    level, doubt = float(view.luma.mean()), doubt_by_coder(scene.video, view, view.luma)
    dark, seen, bright = read_off(light, np.array([level - doubt, level, level + doubt]))
    by_coder = float(bright - dark) / 2 / max(float(seen), NO_LIGHT)
    region = view.region.name
    if uneven > MOST_UNEVEN + BY_CODER * by_coder:
        return GapError("uneven_light", region=region, share=uneven)
    step = quantiser_step(scene.video, view)
    return GapError("uneven_or_coded", region=region, share=uneven, step=step)


def clipped_share(codes: NDArray[np.integer], black: float, white: float) -> float:
    """Return the share (0..1) of the samples that are clipped.

    These are the samples on the lowest code, where it is at most ``black``, and on the highest,
    where it is at least ``white``.
    """
    low, high = codes.min(), codes.max()
    share = np.mean(codes == low) if low <= black else 0.0
    return float(share + (np.mean(codes == high) if high >= white else 0.0))
