"""Dark and light code of a wedge where all of it is resolved, and how well they are known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.scene.views import mean_frame, without_border

if TYPE_CHECKING:
    from acceptance.metrics.resolution.printed_wedge import Wedge
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

STEP_DOUBT = 0.02
PARTS = 3  # each way, of a flat region
LEFT_OUT = 2  # of its parts, the darkest and the lightest: a small patch of glare
MOST_HIDDEN = 0.2  # of a flat region: more would be in the parts that are not left out


def beside(angle: Array, wedge: Wedge) -> NDArray[np.bool_]:
    """Return where (h, w) the ground beside the bars is seen, but for the view's rim."""
    return (np.abs(angle) > np.pi * (wedge.bars + 1.5)) & _inner(angle)


def _inner(angle: Array) -> NDArray[np.bool_]:
    """Return where (h, w) is not the view's rim."""
    inner = np.zeros(angle.shape, dtype=bool)
    inner[4:-4, 4:-4] = True
    return inner


def levels(
    scene: Scene, view: View, codes: Array, angle: Array, ground: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """Return dark and light code where all is resolved, and the step's relative uncertainty.

    They are from the flat regions printed at the wedge's two levels, scaled by the light beside the
    wedge's bars (``ground``, (h, w)); without such regions from the middles of the coarsest bars,
    by their phase ``angle`` (h, w). Raises GapError: field_hidden, of such a region.
    """
    # codes that lie apart have no median between them
    middle = np.median if scene.code_spacing == 1 else np.mean
    light = float(middle(codes[ground])) if ground.sum() > 50 else math.nan
    dark_flat, light_flat = (_flat(scene, view.region.printed[name]) for name in ("dark", "light"))
    if dark_flat is not None and light_flat is not None and math.isfinite(light):
        ratio = (light - scene.code_black) / float(light_flat.mean() - scene.code_black)
        step = float(light_flat.mean() - dark_flat.mean())
        spread = max(float(np.ptp(parts)) for parts in (dark_flat, light_flat))
        spread /= max(abs(step), 1.0)
        doubt = max(STEP_DOUBT, abs(ratio - 1) / 2, spread / 2)
        return light - step * ratio, light, doubt / math.sqrt(3)
    inner = _inner(angle)
    coarse = np.abs(np.abs(angle) % (2 * np.pi)) < 0.5
    dark = float(np.percentile(codes[coarse & inner], 2))
    top = light if math.isfinite(light) else float(np.percentile(codes[inner], 98))
    return dark, top, 2 * STEP_DOUBT / math.sqrt(3)


def _flat(scene: Scene, reflectance: float) -> Array | None:
    """Return the mean codes (n,) of parts of the flat region of this printed reflectance.

    None where there is no such region. Raises GapError: field_hidden.
    """
    for view in scene.of_kind("flat"):
        if math.isclose(view.region.printed.get("reflectance", -1.0), reflectance, rel_tol=1e-6):
            lying = scene.hidden[view.region.name]
            if lying.around > MOST_HIDDEN or lying.unlike:
                raise GapError("field_hidden", region=view.region.name)
            return _parts(scene.evened(view, mean_frame(view.luma), without_border(view)))
    return None


def _parts(codes: Array) -> Array:
    """Return the means (n,) of parts of a region (h, w), without the outermost."""
    strips = np.array_split(codes, PARTS)
    parts = [part for strip in strips for part in np.array_split(strip, PARTS, axis=1)]
    means = np.sort([part.mean() for part in parts if part.size])
    return means[LEFT_OUT : means.size - LEFT_OUT] if means.size > 2 * LEFT_OUT else means
