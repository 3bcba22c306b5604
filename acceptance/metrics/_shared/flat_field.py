"""A flat field: a region by hand whose name has the word ``field``, an even surface that fills it.

A lit one is a diffuser or a light box before the lens, or an evenly lit wall; a dark one is the
lens under its cap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.footage.rounding import coarse_doubt
from acceptance.metrics._shared.coder import doubt_by_coder
from acceptance.metrics._shared.region_codes import MOST_CLIPPED, clipped_share

if TYPE_CHECKING:
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

KIND = "field"
SMALLEST = 32  # px
BLOCK, FEWEST, MOST = 16, 8, 24  # px a block, blocks each way
# scatter over time of a block against its row: times that of most blocks, and codes at 8 bit, from
# which on something moves
MOVING, LEAST_MOVING = 8.0, 0.5
CODED = 4.0  # of what a coder leaves undecided in a mean: it does not move
FEW = 4  # frames
LEAST_COLOUR = 2  # codes at 8 bit from end to end over the whole picture: nothing but the coder's


@dataclass(frozen=True, kw_only=True)
class BlockMeans:
    """Means of luma (n, rows, columns) in codes of the blocks of each frame."""

    each: Array

    @property
    def still(self) -> Array:
        """Mean of the frames (rows, columns)."""
        return np.asarray(self.each.mean(axis=0))

    def strayed(self) -> float:
        """Return the largest scatter of a block over time, in codes, if something moves; else 0.

        Of each block against its own row, since light that changes changes whole rows.
        """
        rest = self.each - self.each.mean(axis=2, keepdims=True)
        scatter = rest.std(axis=0)
        most = float(scatter.max())
        return most if most > MOVING * float(np.median(scatter)) else 0.0


def of(scene: Scene) -> tuple[View, ...]:
    """Return the flat fields of a scene."""
    return scene.of_kind(KIND)


def block_means(frames: NDArray[Any], counts: tuple[int, int]) -> BlockMeans:
    """Return the means of frames (n, h, w) in so many blocks down and across."""
    return BlockMeans(each=np.array([_means(frame, counts) for frame in frames]))


def lit(scene: Scene, view: View) -> BlockMeans:
    """Return the blocks of a field at rest.

    Raises GapError ``region_too_small``, ``flat_picture`` and ``field_moves``.
    """
    height, width = view.luma.shape[1:]
    if min(height, width) < SMALLEST:
        raise GapError("region_too_small", region=view.region.name)
    if not np.ptp(view.luma):
        raise GapError("flat_picture", region=view.region.name)
    down, across = (min(max(size // BLOCK, FEWEST), MOST) for size in (height, width))
    found = block_means(view.luma, (down, across))
    strayed = found.strayed()
    coder = CODED * by_coder(scene, view, view.luma, scene.code_spacing)
    if strayed > LEAST_MOVING * scene.code_unit + coder:
        raise GapError("field_moves", region=view.region.name, codes=strayed)
    return found


def by_coder(scene: Scene, view: View, plane: NDArray[Any], apart: float) -> float:
    """Return what a coder, or codes ``apart``, leave open in a mean of a plane (n, h, w), in codes.

    A few frames tell how noisy it is: all of a whole picture are large.
    """
    few = plane[:FEW]
    coder = doubt_by_coder(scene.video, view, few)
    return math.hypot(coder, coarse_doubt(few, apart, still=view.stable)) if apart > 1 else coder


def refuse_clipped(scene: Scene, view: View) -> None:
    """Refuse a field at black or white. Raises GapError ``clipped``."""
    some = view.luma[:: max(1, len(view.luma) // FEW)]
    share = clipped_share(some, (scene.code_black, scene.code_white))
    if share > MOST_CLIPPED:
        raise GapError("clipped", region=view.region.name, share=share)


def colourless(scene: Scene) -> bool:
    """Whether the colour planes of the whole picture hold nothing, as under infra-red."""
    planes = (scene.reference.cb, scene.reference.cr)
    most = LEAST_COLOUR * scene.code_unit
    return all(plane is None or int(np.ptp(plane)) <= most for plane in planes)


def _means(frame: NDArray[Any], counts: tuple[int, int]) -> Array:
    """Return the means (rows, columns) of a frame (h, w) in so many blocks down and across."""
    starts = [
        np.arange(count) * size // count for count, size in zip(counts, frame.shape, strict=True)
    ]
    rows = np.add.reduceat(frame, starts[0], axis=0, dtype=np.int64)
    sums = np.add.reduceat(rows, starts[1], axis=1)
    sizes = [np.diff([*start, size]) for start, size in zip(starts, frame.shape, strict=True)]
    return np.asarray(sums / np.outer(*sizes))
