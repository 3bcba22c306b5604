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

from acceptance.footage.av1_headers import DECODERS
from acceptance.footage.stated_steps import JPEG, untold
from acceptance.footage.stored_steps import stored_steps
from acceptance.model.measurement import BudgetLine
from acceptance.scene.views import without_border

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo
    from acceptance.metrics.resolution.edge import EdgeResult
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

# what coders take by a step over what H.264 takes; OLDER: MPEG-1 to 4, whose step is two scales
OVER_H264 = {"h264": 1.0, "vp9": 1.0, **dict.fromkeys(DECODERS, 1.0), "mjpeg": JPEG}
OLDER = 1.3
H265 = {"mtf50": 0.95, "mtf10": 0.75, "wedge": 0.8}
# coders that smooth borders of blocks, the coarser they are the more; the coarseness from which
# they so take more of MTF50 than in proportion, and less below, by a power
FILTERED, USUAL, POWER = {"h264", "hevc"}, 0.2, 0.4
# cycle/px: an MTF50 above it loses the more, the more of it lies in fine contrast; and less below,
# that share at least
FINE, LEAST_SHARE = 0.2, 0.75
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
    finer = max(LEAST_SHARE, frequency / FINE) if name == "mtf50" else 1.0
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


def blocks_along(view: View, resolves: str) -> float:
    """Return how many transform blocks lie along an edge."""
    rows, columns = view.luma[0][without_border(view)].shape
    return float(rows if resolves == "horizontal" else columns) / TRANSFORM


def coarseness(scene: Scene, view: View, height: float, figure: str = "mtf50") -> float:
    """Return a coder's quantiser step over the step (``height`` codes) of an edge or wedge.

    It is 0 where nothing is quantised. On simulated films the effect of coding on MTF and wedges is
    about proportional to this ratio (docs/metrics/resolution.md). What a coder takes of a
    ``figure`` ("mtf50", "mtf10" or "wedge") more than H.264 does counts as a larger step, one
    that tells nothing as a coarse one.
    """
    before, levels = scene.video.coded_before, max(height, 1.0)
    stored = _stored_step(scene.video, view, figure) / levels
    if figure == "mtf50" and scene.video.codec in FILTERED:
        stored *= (stored / USUAL) ** POWER
    return max(before.detail / levels, stored) if before else stored


def _stored_step(video: VideoInfo, view: View, figure: str) -> float:
    """Return the step at which H.264 takes as much as the coder by which a view is stored.

    That of several frames is the mean of theirs: an edge is that of their mean.
    """
    stored = [stored_steps(video, quantiser) for quantiser in view.detail or (None,)]
    steps = [each.detail for each in stored if each is not None]
    if not steps:
        return untold(video.depth).detail
    over = H265[figure] if video.codec == "hevc" else OVER_H264.get(video.codec, OLDER)
    return float(np.mean(steps)) * over
