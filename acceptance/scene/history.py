"""What the frames of a clip show of a coder before the one by which it is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.lossless import lossless
from acceptance.footage.stated_steps import JPEG, StatedSteps, untold
from acceptance.footage.stored_steps import stored_steps
from acceptance.scene import earlier_coder, earlier_jpeg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.footage.clip import Frame, VideoInfo
    from acceptance.footage.planes import Plane

# coders with loss that leave hardly any combs of coefficients, as they predict blocks
COMBLESS = frozenset(("h264", "hevc"))


def with_coded_before(video: VideoInfo, kept: Sequence[Frame]) -> VideoInfo:
    """Return ``video`` with the steps of an earlier coder that the ``kept`` frames show.

    Coders with loss leave blocks themselves, so these are looked for in what is stored without loss
    alone. Blocks that repeat tell in a fine JPEG film, too. Combs of coefficients, a JPEG's, tell
    in H.264 and H.265 as well, where they are coarser than those are stored; where nothing says how
    coarsely, coarser than such films count. Where nothing tells, there is none.
    """
    frame, lumas = kept[len(kept) // 2], [_as_coded(each.luma, video) for each in kept]
    luma = lumas[len(kept) // 2]
    quantiser = None if frame.quantisers is None else float(frame.quantisers.mean())
    whole, stored = lossless(video.codec, quantiser), stored_steps(video, quantiser)
    coarse, unit, before = untold(video.depth), 1 << (video.depth - 8), None
    if video.codec == "mjpeg" and stored:
        before = coarse if earlier_coder.held(lumas, stored.detail) else None
    elif whole or video.codec in COMBLESS:
        own = stored.detail if stored else coarse.mean
        before = _like_h264(
            earlier_jpeg.seen(luma, unit, own)
            or (None if whole else earlier_jpeg.of_library(lumas, unit, own))
        )
        if whole and earlier_coder.seen(luma, unit, lumas):
            before = coarse.at_least(before)
    return replace(video, coded_before=before)


def _as_coded(luma: Plane, video: VideoInfo) -> Plane:
    """Turn back what was turned upright: blocks begin at its corner, and tables have a way up."""
    luma = luma[:, ::-1] if video.mirrored else luma
    return np.rot90(luma, -(video.rotation // 90)) if video.rotation else luma


def _like_h264(jpeg: StatedSteps | None) -> StatedSteps | None:
    return jpeg and StatedSteps(jpeg.mean, JPEG * jpeg.detail)
