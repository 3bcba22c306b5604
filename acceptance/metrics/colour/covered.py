"""Patches that something covers as a whole: a patch of glare, a leaf, a finger.

Nothing within such a patch tells, but what covers it seldom ends at its border: it goes on in a
patch beside it, or ends within its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics._shared.ordered import quantiles
from acceptance.metrics._shared.region_codes import within
from acceptance.scene.views import mean_frame, middle_half

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

PART = 0.05  # of a patch within its border, that has another level
FAR, NOISE = 0.1, 8.0  # of the range, and of the patches' usual scatter: surely another level
REACHED = 0.8, 1.2  # of the way to another level: it is that one, and no blur or further one
BESIDE = 1.6  # of the least distance of two patches: those that touch, at a corner too


@dataclass(frozen=True, kw_only=True)
class _SeenPatch:
    """Luma of a patch within its border: the middle's, the darkest and the lightest.

    ``place`` (2,) is the patch's, ``scatter`` the standard deviation of its middle.
    """

    place: Array
    middle: float
    darkest: float
    lightest: float
    scatter: float

    def mixed(self, far: float) -> bool:
        """Whether a part of the patch is ``far`` codes from its middle."""
        return max(self.lightest - self.middle, self.middle - self.darkest) > far

    def goes_on_in(self, other: _SeenPatch, far: float) -> bool:
        """Whether a part of the other patch has this one's level, ``far`` from its middle."""
        apart = self.middle - other.middle
        if abs(apart) < far:
            return False
        reached = other.lightest if apart > 0 else other.darkest
        return REACHED[0] < (reached - other.middle) / apart < REACHED[1]


def covered(scene: Scene, views: Sequence[View]) -> list[bool]:
    """Return which of the patches (n views) something covers, or lies on in part."""
    seen = [_seen(scene, view) for view in views]
    usual = float(np.median([patch.scatter for patch in seen])) if seen else 0.0
    far = max(FAR * (scene.code_white - scene.code_black), NOISE * usual)
    places = np.array([patch.place for patch in seen]).reshape(-1, 2)
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    near = (apart > 0) & (apart < BESIDE * apart[apart > 0].min(initial=np.inf))
    return [
        patch.mixed(far) or any(patch.goes_on_in(seen[other], far) for other in np.flatnonzero(by))
        for patch, by in zip(seen, near, strict=True)
    ]


def _seen(scene: Scene, view: View) -> _SeenPatch:
    codes = mean_frame(view.luma)
    middle, inner = middle_half(codes[None]), codes[within(view)]
    darkest, lightest = quantiles(inner if inner.size else middle, (PART, 1 - PART))
    return _SeenPatch(
        place=scene.place(view),
        middle=float(middle.mean()),
        darkest=darkest,
        lightest=lightest,
        scatter=float(middle.std()),
    )
