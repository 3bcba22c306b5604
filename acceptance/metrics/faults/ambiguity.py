"""Where a sound camera may show as much as a faulty one, so that a level is an upper bound.

The picture does not tell a dim scene from too little light let in, fog from a lens that is soft or
covered. It does tell where that is in doubt (``docs/metrics/faults.md``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.faults.levels import HOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from acceptance.metrics.faults.levels import FaultLevel

    Features = Mapping[str, NDArray[np.float32]]

HALF = 50.0  # % of the picture from which a share may be a fault
DARKEST_SHARE = 0.67  # of what is dark: an under-exposed picture has hardly any half-shadow
HAZY_CODES = 45.0  # contrast up to which haze may soften edges
HAZY_BLUR = 0.4, 0.7  # % of the height: what haze may blur, and cannot


def why_sound(quantity: str, level: FaultLevel, features: Features) -> str:
    """Return the code of the reason why this level may be that of a sound camera, or none."""
    asked = DOUBTS.get(quantity)
    return asked[0] if asked and asked[1](level, features) else ""


def _dim(level: FaultLevel, features: Features) -> bool:
    """Whether much of what is dark is only half in shadow: so is a scene with little light."""
    darkest = _around(level, features["darkest"])
    return level.value >= HALF and darkest < DARKEST_SHARE * level.value


def _hazy(level: FaultLevel, features: Features) -> bool:
    """Whether no edge is clear: haze takes contrast away, and blurs by a little."""
    slight, strong = HAZY_BLUR
    clear = _around(level, features["edge_contrast"])
    return slight <= level.value < strong and clear < HAZY_CODES


def _veiled(level: FaultLevel, features: Features) -> bool:
    """Whether something is faintly seen or moves behind what hides the view."""
    return level.value >= HALF and _around(level, features["veiled"]) > 0


def _around(level: FaultLevel, feature: NDArray[np.float32]) -> float:
    """Return the median of a feature over the worst second; nan where it was not taken."""
    worst = np.abs(level.at - level.at[level.worst]) <= HOLD / 2
    taken = feature[level.frames[worst]]
    seen = taken[np.isfinite(taken)]
    return float(np.median(seen)) if seen.size else float("nan")


DOUBTS = {
    "faults.under_exposed": ("dim_scene", _dim),
    "faults.blurred": ("haze", _hazy),
    "faults.covered_lens": ("veil", _veiled),
}
