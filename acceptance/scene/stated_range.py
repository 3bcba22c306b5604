"""Whether a picture contradicts the range of codes that its stream states.

Two things tell. Codes: large parts darker than limited range has, or light and dark that are cut
off at its ends in what is said to be full range. Highlights above its white tell nothing: many
cameras record them. And a chart's grey steps: the light of codes by the declared transfer is a
straight line over that printed, by one range and not by the other; codes that limited range has not
outweigh that. A camera whose curve is another mostly shows neither, and its stream is believed.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.tone import inverse_oetf
from acceptance.scene.code_range import CodeRange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.footage.clip import Frame, VideoInfo
    from acceptance.scene.light import SeenLight

    Floats = NDArray[np.float64]

BLOCK = 8  # px a side, of which means are looked at
BEYOND = 4.0  # codes at 8 bits beyond an end of limited range: more than ringing leaves in a block
END = 1.5  # codes at 8 bits from an end, within which a block is cut off there
LEAST_SHARE = 0.005  # of the blocks
LOW, HIGH = 16.0, 235.0  # black and white of limited range, codes at 8 bits
FLAT = 0.25  # quantile of the blocks' scatter that is noise alone
QUIET = 0.3  # of the noise: it is cut off
CODES_OFF = 0.4  # standard uncertainty of a step's mean code by coder and curve, codes at 8 bits
FITS, MISFITS = 2.0, 8.0  # mean squares of a line, in standard uncertainties
FEWEST = 6  # steps


def contradicted(seen: SeenLight, kept: Sequence[Frame]) -> bool:
    """Whether what is seen contradicts the range that the stream states; False: it states none."""
    if "full_range" in seen.video.assumed:
        return False
    luma = kept[len(kept) // 2].luma
    return _by_codes(luma, seen.video) or (not _proved(luma, seen.video) and _by_steps(seen))


def _by_codes(luma: NDArray[np.integer], video: VideoInfo) -> bool:
    """Whether codes lie beyond limited range, or end where it ends in what is said to be full."""
    means, scatter = _blocks(luma, video)
    if not means.size:
        return False
    if not video.full_range:
        return bool(np.mean(means < LOW - BEYOND) > LEAST_SHARE)
    inner = scatter[(means > LOW + END) & (means < HIGH - END)]
    if not len(inner):
        return False
    quiet = scatter < QUIET * np.quantile(inner, FLAT)
    ends = (
        (np.abs(means - LOW) < END, means < LOW - END),
        (np.abs(means - HIGH) < END, means > HIGH + END),
    )
    return any(
        np.mean(at & quiet) > LEAST_SHARE and not np.mean(past) > LEAST_SHARE / 10
        for at, past in ends
    )


def _proved(luma: NDArray[np.integer], video: VideoInfo) -> bool:
    """Whether full range is stated, and codes are there that limited range has not."""
    means, _ = _blocks(luma, video)
    beyond = (means < LOW - BEYOND) | (means > HIGH + BEYOND)
    return video.full_range and bool(np.count_nonzero(beyond) > LEAST_SHARE / 10 * beyond.size)


def _blocks(luma: NDArray[np.integer], video: VideoInfo) -> tuple[Floats, Floats]:
    """Return the mean of each block of a picture (h, w), and the scatter in it, 8-bit codes."""
    unit = float(1 << (video.depth - 8))
    rows, columns = (n // BLOCK for n in luma.shape)
    whole = luma[: rows * BLOCK, : columns * BLOCK].astype(np.float32)
    blocks = whole.reshape(rows, BLOCK, columns, BLOCK)
    return blocks.mean(axis=(1, 3)) / unit, blocks.std(axis=(1, 3)) / unit


def _by_steps(seen: SeenLight) -> bool:
    """Whether grey steps fit the declared transfer by the other range, and not by the stated."""
    steps = _lit_steps(seen)
    if len(steps) < FEWEST:
        return False
    other = replace(seen.video, full_range=not seen.video.full_range)
    stated, otherwise = (min(_misfits(steps, video)) for video in (seen.video, other))
    return stated > MISFITS and otherwise < min(FITS, stated / MISFITS)


def _lit_steps(seen: SeenLight) -> Floats:
    """Return mean code of each step, its light, and their standard uncertainties, (n, 4).

    That of the light is relative.
    """
    print_doubt = seen.chart.reflectance_doubt if seen.chart else 0.0
    rows = []
    for name, (code, printed, doubt) in seen.seen_steps.items():
        view = seen.views[name]
        unsure = math.hypot(print_doubt, seen.lit_doubt(view, printed))
        rows.append((code, seen.seen_light(view, printed), doubt, unsure))
    return np.array(rows).reshape(-1, 4)


def _misfits(steps: Floats, video: VideoInfo) -> Iterator[float]:
    """Yield the mean square of what a line leaves of the light of steps, by each transfer.

    ``steps`` are as ``_lit_steps`` has them. A line with light at darkness below nothing is none.
    """
    coded = CodeRange(video=video)
    unit, black, white = coded.code_unit, coded.code_black, coded.code_white
    codes, light, doubts, unsure = steps.T
    transfers = {"bt709", "srgb"} if "transfer" in video.assumed else {video.transfer}
    for transfer in transfers:
        shown, more = (
            inverse_oetf((codes + step - black) / (white - black), transfer) for step in (0, unit)
        )
        by_code = (more - shown) / unit * np.hypot(doubts, CODES_OFF * unit)
        sigma = np.maximum(np.hypot(by_code, unsure * np.abs(shown)), 1e-9)
        terms = np.column_stack([light, np.ones_like(light)]) / sigma[:, None]
        for chosen in (terms, terms[:, :1]):
            weights, *_ = np.linalg.lstsq(chosen, shown / sigma)
            off = shown / sigma - chosen @ weights
            if len(weights) == 1 or weights[1] >= 0:
                yield float(off @ off) / (len(codes) - chosen.shape[1])
                break
