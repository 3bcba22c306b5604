"""Noise of the colour differences Cb and Cr of a flat region, beside that of luma.

The total sigma of each plane as coded (temporal and fixed; ITU-R BT.709-6, 3.4: 224 codes from end
to end at 8 bit), analysed as luma is (``analysis.py``), to half a cycle per sample of colour. It is
that of the camera: what an H.264 coder takes is put back by its quantiser step, and refused where
that is not known.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.errors import GapError
from acceptance.footage.planes import h264_step
from acceptance.metrics._shared.coder import quantiser_step, untouched
from acceptance.metrics._shared.flat_field import colourless
from acceptance.metrics.noise.before_coding import step_of
from acceptance.metrics.noise.dependence import distinct
from acceptance.metrics.noise.field import QUANTITIES, gap_note
from acceptance.metrics.noise.in_steps import analyse_in_steps
from acceptance.scene.views import with_noise
from acceptance.uncertainty import type_b

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from acceptance.footage.clip import VideoInfo
    from acceptance.metrics.noise.field import Field
    from acceptance.metrics.noise.parts import Noise
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement, Note

METHOD = (
    "coded Cb or Cr, unweighted, to 0.5 cycle per colour sample; second-order surface removed; "
    "1/12 off for quantisation; before an H.264 coder by its quantiser step (simulated)"
)
PLANES = {"noise.cb": "cb", "noise.cr": "cr"}
# steps: noise that a level in the middle between two changes of code may hide (variance seen, less
# 1/12, at or below 1/12)
HIDDEN = 0.37
# offset of the quantisers of colour that this is known of: x264's fast presets have none, from
# ``fast`` on -2
USUAL = 0
COARSEST = 2.5  # quantiser step over sigma up to which the coder's effect is known


def of_colours(field: Field) -> Iterator[Measurement | Note]:
    """Measure the noise of Cb and Cr, or note why there is none."""
    grey = field.view.cb is None or colourless(field.scene)
    for quantity, name in PLANES.items():
        try:
            yield _figure(field, quantity, None if grey else getattr(field.view, name))
        except GapError as gap:
            yield gap_note(field.view, quantity, gap)


def coding_shift(ratio: float) -> tuple[float, float]:
    """Return what an H.264 coder takes off the sigma of a colour plane, and its doubt, in dB.

    ``ratio`` is luma's quantiser step over sigma as recorded, 0 to 2.5, where colours are quantised
    by ``USUAL`` less; from simulation (docs/metrics/noise.md).
    """
    return 0.08 + 0.37 * ratio, 0.05 + 0.16 * ratio


def _figure(field: Field, quantity: str, plane: NDArray[np.integer] | None) -> Measurement:
    if plane is None:
        raise GapError("monochrome")
    codes, coded = with_noise(plane, "flat"), not untouched(field.scene.video, field.view)
    codes = codes if coded else distinct(codes)
    number = [*PLANES].index(quantity)
    noise = _noise(field, codes, 1 + number)
    sigma, hidden = noise.total.sigma, noise.hidden
    seen = field.scene, field.view
    step = 0.0
    if coded:
        coarser = _coarser(field.scene.video, number)
        step = step_of(*seen, sigma, hidden=hidden, coarsest=COARSEST, coarser=coarser)
    if hidden:
        value = HIDDEN * noise.unit
        budget = [type_b("below_quantisation", value / math.sqrt(12))]
    else:
        shift, doubt = coding_shift(step / sigma) if coded else (0.0, 0.0)
        gain = 10 ** (shift / 20)
        value, budget = sigma * gain, [*noise.total.budget(gain)]
        budget += [type_b("coding", value * math.log(10) / 20 * doubt)] if coded else []
    return field.scene.figure(
        quantity,
        value,
        QUANTITIES[quantity],
        budget,
        samples=codes.size,
        method=METHOD,
        region=field.view.region.name,
        upper_bound=hidden,
        details=_details(field, noise, codes, step),
    )


def _coarser(video: VideoInfo, number: int) -> float:
    """Return how much coarser than usual a stream quantises the colour of this number."""
    offsets = video.colour_offsets or (USUAL, USUAL)
    return h264_step(offsets[number]) / h264_step(USUAL)


def _noise(field: Field, codes: NDArray[np.integer], number: int) -> Noise:
    """Return the noise of codes (n, h, w) of the plane of this number."""
    scene, view = field.scene, field.view
    apart, used = scene.spacings[number], scene.used[number]
    step = quantiser_step(scene.video, view)
    return analyse_in_steps(codes, apart, used, stable=view.stable, quantiser=step)


def _details(
    field: Field, noise: Noise, codes: NDArray[np.integer], step: float
) -> dict[str, Value]:
    parts = {"temporal": noise.temporal, "fixed": noise.fixed}
    printed = field.view.region.printed
    return {
        "recorded": noise.total.sigma,
        "luma": field.noise.total.sigma,
        "mean": noise.mean,
        "frames": len(codes),
        "width": codes.shape[2],
        "height": codes.shape[1],
        **{name: part.sigma for name, part in parts.items() if part is not None},
        **({"step": step} if step else {}),
        **{name: float(value) for name, value in printed.items() if name == "reflectance"},
    }
