"""Fields on which something lies that is not printed there: writing of a recorder, a stain, a leaf.

It makes the blocks of a field differ as in no other field of its kind.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from acceptance.scene import rough_steps
from acceptance.scene.blocks import BLOCKS, standard_error
from acceptance.scene.views import mean_frame, middle_half

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from acceptance.scene.views import View

    Floats = NDArray[np.float64]

# standard error of a field's mean, from its blocks, over the median of all, and in codes of 8 bits,
# or of fewer if the picture has fewer: beyond both something lies on it
MOST_UNLIKE, LEAST_UNLIKE = 5.0, 0.5
# the same of a grey step that is also off the curve through its neighbours by so much of its light
FAINTLY_UNLIKE, OFF = 0.1, 0.03


def marked(doubts: Sequence[float], unit: float) -> NDArray[np.bool_]:
    """Return on which of n fields something lies, by the standard errors (n,) of their means.

    They are in codes, of which ``unit`` are one step (``CodeRange.code_step``). At least half
    of the fields are free.
    """
    known = np.asarray(doubts, np.float64)
    if not known.size:
        return np.zeros(0, np.bool_)
    return np.asarray(known > max(MOST_UNLIKE * float(np.median(known)), LEAST_UNLIKE * unit))


def free(views: Sequence[View], unit: float, nominal: Callable[[Floats], Floats]) -> list[View]:
    """Return the views of grey steps on which nothing lies.

    ``nominal`` gives the light of codes by the declared transfer: what lies faintly on a single
    step is told by the others.
    """
    doubts = np.array([_doubt(middle_half(view.luma)) for view in views])
    lying = marked(doubts.tolist(), unit)
    if len(views):
        faintly = doubts > max(MOST_UNLIKE * float(np.median(doubts)), FAINTLY_UNLIKE * unit)
        lying |= faintly & (np.abs(_off_neighbours(views, nominal)) > OFF)
    return list(itertools.compress(views, ~lying))


def _off_neighbours(views: Sequence[View], nominal: Callable[[Floats], Floats]) -> Floats:
    """Return how far the light of each of n steps is off that of its neighbours by level."""
    printed = np.array([float(view.region.reflectance or 0.0) for view in views])
    codes = np.array([float(middle_half(view.luma).mean()) for view in views])
    order = np.argsort(printed)
    off = np.zeros(len(views))
    off[order] = rough_steps.off_neighbours(nominal(codes[order]), printed[order])
    return off


def _doubt(frames: NDArray[np.integer]) -> float:
    """Return the standard error of the mean of frames (n, h, w); 0 where the field is too small."""
    still = mean_frame(frames)
    return standard_error(still) if min(still.shape) >= BLOCKS else 0.0
