"""What a coder's quantiser leaves undecided in the mean of a patch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.footage.lossless import lossless
from acceptance.footage.rounding import rounding_doubt
from acceptance.footage.stated_steps import untold
from acceptance.footage.stored_steps import stored_steps
from acceptance.scene.views import middle_half

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo
    from acceptance.footage.planes import Plane
    from acceptance.scene.views import View

# quantiser steps of coders of 8 bits that are assumed where neither decoder nor stream states one
ASSUMED_STEP = {"mjpeg": 8.0}
SURE_SIDE = 20.0  # px of a patch's middle half


def untouched(video: VideoInfo, view: View) -> bool:
    """Whether a view's codes are those of the camera: no coder took anything, nor one before."""
    return lossless(video.codec, view.quantiser) and not video.coded_before


def quantiser_step(video: VideoInfo, view: View) -> float:
    """Return a coder's quantiser step of a mean in the video's own codes; 0: nothing is lost.

    It is that of the coder by which a view is stored, or of one before it that was coarser.
    """
    before = video.coded_before.mean if video.coded_before else 0.0
    stored = stored_steps(video, view.quantiser)
    if stored is None:
        return max(before, ASSUMED_STEP.get(str(video.codec), untold(video.depth).mean))
    return max(before, stored.mean)


def doubt_by_coder(video: VideoInfo, view: View, plane: Plane) -> float:
    """Return the standard uncertainty, in codes, that a quantiser leaves in a patch's mean.

    ``plane`` (n, h, w) is luma or a colour difference of the ``view``; 0 for coders without loss.
    The coefficient of an 8 x 8 block's mean is eight times that mean: the step of the mean is an
    eighth of the quantiser's, and the noise of the patch dithers it. In small patches borders run
    through a block and bring in its other coefficients; the factor for that is from simulated films
    (``benchmarks/colour.py``).
    """
    step = quantiser_step(video, view)
    if not step:
        return 0.0
    sigma = float(middle_half(plane).std())
    small = max(0.8, math.pow(SURE_SIDE / min(middle_half(view.luma).shape[1:]), 1.5))
    return step / 8 * rounding_doubt(sigma / step) * small
