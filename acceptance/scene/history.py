"""What the frames of a clip show of a coder before the one by which it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.footage.lossless import lossless
from acceptance.footage.planes import h264_step
from acceptance.footage.stated_steps import UNTOLD, StatedSteps
from acceptance.scene import earlier_coder, earlier_jpeg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.footage.clip import Frame, VideoInfo

# coders with loss that leave hardly any combs of coefficients, as they predict blocks
COMBLESS = frozenset(("h264", "hevc"))


def coded_before(video: VideoInfo, kept: Sequence[Frame]) -> StatedSteps | None:
    """Return the steps in codes of an earlier coder that the ``kept`` frames show; None of none.

    Blocks are looked for in what is stored without loss alone, as coders with loss leave them
    themselves, a JPEG's combs in what is stored otherwise than by such a coder, and blocks that
    repeat in what is stored picture by picture.
    """
    frame, lumas = kept[len(kept) // 2], [each.luma for each in kept]
    quantiser = None if frame.quantisers is None else float(frame.quantisers.mean())
    unit = 1 << (video.depth - 8)
    untold = StatedSteps(UNTOLD.mean * unit, UNTOLD.detail * unit)
    if video.codec == "mjpeg" and video.steps:
        return untold if earlier_coder.held(lumas, video.steps.detail) else None
    whole = lossless(video.codec, quantiser)
    if not whole and video.codec not in COMBLESS:
        return None
    jpeg = earlier_jpeg.seen(frame.luma, unit, _stored_step(video, quantiser))
    return untold.at_least(jpeg) if whole and earlier_coder.seen(frame.luma, unit, lumas) else jpeg


def _stored_step(video: VideoInfo, quantiser: float | None) -> float:
    """Return the step in codes by which a frame is stored; 0 where it is not told."""
    if video.steps:
        return video.steps.detail
    return 0.0 if quantiser is None else h264_step(quantiser)
