"""What a comparison found beside its figures: the map, the place, other ways to state the same."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from acceptance.metrics.compression.pairing import PicturePair
    from acceptance.metrics.compression.scores import Scores
    from acceptance.model.basics import Value

WEIGHTS = (6.0, 1.0, 1.0)  # of Y, Cb, Cr in the combined figures
STUDIO_PEAK = 219 / 255  # of the peak, black to white in limited range


def details_of(both: PicturePair, scores: Scores) -> dict[str, Value]:
    """Say beside PSNR and SSIM what else was found."""
    details = _of_map(both, scores) | _of_luma(scores) | _of_place(both)
    if not math.isnan(both.motion):
        details["common_motion"] = both.motion
    return details | _of_colour(scores)


def _of_map(both: PicturePair, scores: Scores) -> dict[str, Value]:
    """Pictures that found their place, and those that did not."""
    found, count = both.map, len(scores.times)
    seen = count * max(1.0, found.ratio)
    return {
        "frames_matched": len(found.matched),
        "frames_scored": count,
        "frames_dropped": found.dropped,
        "frames_repeated": found.repeated,
        "frames_outside": int(np.count_nonzero(found.shown < 0)) - found.unreadable,
        "first_frame": int(found.matched[0]),
        "first_shown": int(found.shown[found.matched[0]]),
        "share_of_reference": seen / both.reference.info.frames,
        "aligned_by": found.by,
        "rate_ratio": found.ratio,
    }


def _of_luma(scores: Scores) -> dict[str, Value]:
    """PSNR of luma in other ways, and what gain and offset it holds."""
    gain, offset, left = scores.fit
    return {
        "psnr_mean_of_frames": float(scores.each.mean()),
        "psnr_peak_219": scores.psnr(scores.error) + 20 * math.log10(STUDIO_PEAK),
        "psnr_compensated": scores.psnr(left),
        "gain": gain,
        "offset": offset,
    }


def _of_place(both: PicturePair) -> dict[str, Value]:
    across, down = both.registration.shift
    return {
        "shift_across_px": across,
        "shift_down_px": down,
        "bit_rate": both.recorded.info.bit_rate,
    }


def _of_colour(scores: Scores) -> dict[str, Value]:
    """PSNR and SSIM of colour differences; nothing where there are none."""
    if not np.isfinite(scores.errors).all():
        return {}
    psnr = [scores.psnr(float(error)) for error in np.nanmean(scores.errors, axis=0)]
    ssim = scores.likeness.mean(axis=0)
    return {
        "psnr_cb": psnr[1],
        "psnr_cr": psnr[2],
        "psnr_611": float(np.average(psnr, weights=WEIGHTS)),
        "ssim_cb": float(ssim[1]),
        "ssim_cr": float(ssim[2]),
        "ssim_611": float(np.average(ssim, weights=WEIGHTS)),
    }
