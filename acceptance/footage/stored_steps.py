"""How coarsely a frame, or a part of one, is stored: as its decoder says, or its stream."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.footage.lossless import lossless
from acceptance.footage.planes import h264_step
from acceptance.footage.stated_steps import StatedSteps

if TYPE_CHECKING:
    from acceptance.footage.description import VideoInfo

BY_QP = {"h264", "hevc"}
"""Coders whose quantiser is a QP, not a scale."""


def stored_steps(video: VideoInfo, quantiser: float | None) -> StatedSteps | None:
    """Return the quantiser steps in the video's own codes; 0: nothing is lost, None: not told.

    ``quantiser`` is what the decoder says (``planes.quantisers``), or the stream. The QP of H.264
    and H.265 of more than 8 bits counts from a finer step, and so is in its own codes.
    """
    if lossless(video.codec, quantiser):
        return StatedSteps(0.0, 0.0)
    coarser = max(video.scaling or 1.0, 1.0)
    if quantiser is None:
        return video.steps and replace(video.steps, detail=video.steps.detail * coarser)
    step = h264_step(quantiser) if video.codec in BY_QP else 2 * quantiser
    return StatedSteps(step, step * coarser)
