"""What a coder may take off a figure of resolution, by its quantiser and by how much it rests on.

A quantiser takes fine contrast where it is small beside its step, and block by block by chance. So
the loss has a part that is alike everywhere, and one that is the smaller the more transform blocks
a figure rests on: those along an edge, or those of a wedge whose bars are nearly as fine as the
reading. Shares are from simulation (``benchmarks/coding_loss.py``, docs/metrics/resolution.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.lossless import lossless
from acceptance.footage.planes import h264_step
from acceptance.footage.stated_steps import UNTOLD
from acceptance.metrics._shared.coder import untouched
from acceptance.metrics._shared.region_codes import within
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo
    from acceptance.metrics.resolution.edge import EdgeResult
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

# what JPEG takes by a step over what H.264 takes; OLDER: MPEG-1 to 4, whose step is two scales
JPEG, OLDER = 0.9, 1.3
# of MTF50 H.265 takes as much as H.264 at this step (codes), by a power less below and more above,
# where it filters the more; of the rest this share at any step
FILTERED, POWER = 30.0, 0.3
H265 = {"mtf10": 0.7, "wedge": 0.65}
FINE = 0.3  # cycle/px: an MTF50 above it loses the more, the more of it lies in fine contrast
ABOVE = {"mtf50": 0.6, "mtf10": 0.15}  # where the slope of an MTF above a crossing begins
TRANSFORM = 8.0  # px, the side of a block
FEWEST_BLOCKS = 0.5


@dataclass(frozen=True)
class CodingLoss:
    """Relative standard uncertainty by coding, for a coarseness of 1.

    ``common`` is the part of all blocks, ``single`` that of a single one.
    """

    common: float
    single: float

    def share(self, coarse: float, blocks: float) -> float:
        """Return that of a figure that rests on ``blocks`` coded as ``coarse`` as this."""
        return coarse * math.hypot(self.common, self.single / math.sqrt(max(blocks, FEWEST_BLOCKS)))


OF_EDGE = {"mtf50": CodingLoss(0.22, 0.5), "mtf10": CodingLoss(0.42, 1.35)}
OF_WEDGE = CodingLoss(0.22, 0.28)


def coding(contribution: float) -> list[BudgetLine]:
    """Return the line of what coding may take off; none where nothing is quantised."""
    line = BudgetLine(source="coding", contribution=contribution, evaluation="B")
    return [line] if contribution else []


def of_edge(name: str, frequency: float, coarse: float, blocks: float) -> float:
    """Return the relative standard uncertainty of a crossing at ``frequency`` cycle/px.

    ``name`` is "mtf50" or "mtf10"; ``coarse`` and ``blocks`` as ``CodingLoss.share`` takes them.
    """
    finer = max(1.0, frequency / FINE) if name == "mtf50" else 1.0
    return finer * OF_EDGE[name].share(coarse, blocks)


def flatness(result: EdgeResult, name: str) -> float:
    """Return how much flatter an MTF falls to a crossing than a Gaussian's does, 1 or more.

    What a coder lifts moves a crossing the farther, the flatter the MTF is there.
    """
    level, above = int(name[3:]) / 100, ABOVE[name]
    mtf, frequencies = result.mtf, result.frequencies
    below = int(np.argmax(mtf < above))
    start = np.interp(-above, -mtf[below - 1 : below + 1], frequencies[below - 1 : below + 1])
    usual = 1 - math.sqrt(math.log(above) / math.log(level))
    return max(1.0, (1 - float(start) / float(getattr(result, name))) / usual)


def taken(video: VideoInfo) -> dict[str, float]:
    """Return what a coder takes of other figures, over what its step says of MTF50, by name.

    They are ``mtf10`` and ``wedge``; those that are missing lose as much.
    """
    if video.codec != "hevc" or not video.steps or video.coded_before:
        return {}
    more = _filtered(video, video.steps.detail)
    return {name: share / more for name, share in H265.items()}


def _filtered(video: VideoInfo, step: float) -> float:
    """Return what H.265 takes of MTF50 by a step, over what H.264 takes."""
    return math.pow(step / (FILTERED * float(1 << (video.depth - 8))), POWER)


def blocks_along(view: View, resolves: str) -> float:
    """Return how many transform blocks lie along an edge."""
    rows, columns = view.luma[0][within(view)].shape
    return float(rows if resolves == "horizontal" else columns) / TRANSFORM


def coarseness(scene: Scene, view: View, height: float) -> float:
    """Return a coder's quantiser step over the step (``height`` codes) of an edge or wedge.

    It is 0 where nothing is quantised. On simulated films the effect of coding on MTF and wedges is
    proportional to this ratio, up to a half of it (docs/metrics/resolution.md).
    A coder of which neither decoder nor stream says how it quantised counts as a coarse one, and
    what each takes more than H.264 does counts as a larger step.
    """
    return _step(scene.video, view) / max(height, 1.0)


def _step(video: VideoInfo, view: View) -> float:
    """Return the quantiser step in codes, of H.264 as it is, of others one that takes as much."""
    if untouched(video, view):
        return 0.0
    before = video.coded_before.detail if video.coded_before else 0.0
    return max(before, _own_step(video, view))


def _own_step(video: VideoInfo, view: View) -> float:
    """Return the same of the coder by which a view is stored, whatever was before it."""
    if lossless(video.codec, view.quantiser):
        return 0.0
    if video.steps:
        step = video.steps.detail
        if video.codec == "mjpeg":
            return JPEG * step
        return step * _filtered(video, step)
    if view.quantiser is None:
        return UNTOLD.detail * float(1 << (video.depth - 8))
    return h264_step(view.quantiser) if video.codec == "h264" else 2 * view.quantiser * OLDER
