"""What a coder's quantiser leaves undecided in the mean of a patch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.footage.planes import h264_step
from acceptance.footage.rounding import rounding_doubt
from acceptance.scene.views import middle_half

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo
    from acceptance.footage.planes import Plane
    from acceptance.scene.views import View

# quantiser steps of 8 bits assumed of coders of which none is known
ASSUMED_STEP = {"mjpeg": 8.0, "hevc": 16.0, "vp9": 16.0, "av1": 16.0}
SURE_SIDE = 20.0  # px of a patch's middle half


def doubt_by_coder(video: VideoInfo, view: View, plane: Plane) -> float:
    """Return the standard uncertainty, in codes, that a quantiser leaves in a patch's mean.

    ``plane`` (n, h, w) is luma or a colour difference of the ``view``; 0 for coders without loss.
    The coefficient of an 8 x 8 block's mean is eight times that mean: the step of the mean is an
    eighth of the quantiser's, and the noise of the patch dithers it. In small patches borders run
    through a block and bring in its other coefficients; the factor for that is from simulated films
    (``benchmarks/colour.py``).
    """
    assumed = ASSUMED_STEP.get(video.codec, 0.0) * (1 << (video.depth - 8))
    step = video.steps.mean if video.steps else assumed
    if view.quantiser is not None:
        step = h264_step(view.quantiser) if video.codec == "h264" else 2 * view.quantiser
    sigma = float(middle_half(plane).std())
    small = max(0.8, (SURE_SIDE / min(middle_half(view.luma).shape[1:])) ** 1.5)
    return step / 8 * rounding_doubt(sigma / step) * small if step else 0.0
