"""Pictures that were coded before they were stored without loss: exports, screenshots.

Nothing in such a file says how coarsely. Where a coder left nothing of a block but its mean or a
slope, flat parts of the picture step at the blocks' borders, every 8 px along rows and along
columns (Z. Fan and R. L. de Queiroz, Identification of bitmap compression history, IEEE Trans.
Image Processing 12, 2003). A step counts that stands alone between two pairs of equal pixels, so
that neither noise nor edges count: noise makes as many at any place. A coder makes them all over
the picture; windows and mosaics in it do not.

A coder that predicts from frames before (H.264, H.265) repeats blocks of them as they were, which
no camera's noise does: what repeats ends at the blocks' borders. So may what was drawn into a
picture without noise (black bars, titles, insets, halves of the screen), but its sides go straight
on for longer than a coder's largest blocks.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.files.scipy_later import ndimage
from acceptance.scene.earlier_jpeg import BLOCK, blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Counts = NDArray[np.float64]
    Blocks = NDArray[np.bool_]

BORDER = 7  # the last pixel of a block
# interpolated and demosaiced pictures repeat every 2 or 4 px: the pixels within a block that count
# beside its border are those as far apart
INSIDE = (1, 3, 5)
HIGHEST = 6  # codes of 8 bits: a higher step is of the picture
TILE = 32  # px: a part of the picture that counts as one, since steps come together
# times as many steps at the borders as at any place within, along rows and along columns: edges
# 8 px apart leave none beside them, which are other places along rows than along columns
MORE = 1.2
SURE, EITHER = 5.0, 2.0  # standard errors, of both directions together and of each
# share of the tiles that are not plain, and of all rows and columns of blocks, that tell of borders
WIDELY = 0.25
WINDOW, INNER, ACROSS = 4, 2, 6  # px of what repeats, and where in a block: within, over a border
PAIRS = 5  # of frames that are looked at
LONGEST = 8  # blocks along the side of the largest that a coder predicts (H.265: 64 px)
# share of the rows and columns of tiles in which more must repeat within blocks than over borders:
# letters lie in a few lines; up to half of the lines may stand still as a whole, as bars do
MOST = 0.5
# codes that a block with things in it goes through, how many of these blocks noise lets repeat in
# a JPEG, and the coarsest step at which it does not let more
THINGS, HELD, FINE = 20, 0.5, 8.0
# share that must repeat in all but a quarter of the rows and columns of blocks: of what a coder
# held 0.44 and more do, of a picture half of which stands still none
QUARTER, ALL_OVER = 0.25, 0.25


def seen(luma: NDArray[Any], unit: int = 1, frames: Sequence[NDArray[Any]] = ()) -> bool:
    """Whether ``luma`` (h, w), of which ``unit`` codes are one of 8 bits, shows a coder's blocks.

    They are seen in the picture or in what repeats from one of its film's ``frames`` to the next.
    Pictures of no more than a tile show nothing.
    """
    return min(luma.shape) > TILE and (_stepped(luma, unit) or repeats(frames))


def _stepped(luma: NDArray[Any], unit: int) -> bool:
    """Whether a picture steps at the borders of blocks all over."""
    whole = luma.astype(np.int32)
    alone = [_alone(way, HIGHEST * unit) for way in (whole, whole.T)]
    tiles = [_steps(each, TILE, TILE) for each in alone]
    lines = [_steps(each, len(each), BLOCK) for each in alone]
    scores = [_score(_more(steps)) for steps in tiles]
    together = sum(scores) / math.sqrt(len(scores))
    rough = [steps[:, steps.any(axis=0)] for steps in tiles]
    if min(map(_share, [*rough, *lines])) < WIDELY:
        return False
    return together > SURE and min(scores) > EITHER and min(map(_at_borders, tiles)) > MORE


def repeats(frames: Sequence[NDArray[Any]]) -> bool:
    """Whether parts of ``frames`` (h, w) repeat those of the one before by whole blocks.

    Frames that repeat as a whole, or nowhere, tell nothing, nor do blocks beside a side of what
    repeats that goes straight on.
    """
    pairs = list(pairwise(frames))[:PAIRS]
    if not pairs or min(frames[0].shape) < TILE + BLOCK + ACROSS:
        return False
    same = [before == after for before, after in pairs]
    within, over = (np.array([_windows(pair, start) for pair in same]) for start in (INNER, ACROSS))
    more, still = within.sum(axis=0, dtype=float) - over.sum(axis=0), within.min(axis=0)
    tiles = _tiles(np.where(_beside(still), 0.0, more[:-1, :-1]))
    moved = _tiles(1.0 - still[:-1, :-1])
    if not all(_in_most(*(each.sum(axis=way) for each in (tiles, moved))) for way in (0, 1)):
        return False
    return bool(_score(tiles) > SURE and np.sign(tiles[tiles != 0]).mean() > WIDELY)


def _in_most(more: Counts, moved: Counts) -> bool:
    """Whether there are ``more`` in most lines (n,) of tiles, of those in which something moved."""
    lines = max(float(np.count_nonzero(moved)), len(moved) / 2)
    return bool(np.sign(more).sum() > MOST * lines)


def held(frames: Sequence[NDArray[Any]], step: float) -> bool:
    """Whether most blocks of a film's JPEG ``frames`` (h, w), of 8 bits, repeat those before.

    They do so all over the picture. Noise changes blocks with things in them, where a JPEG's
    ``step`` is fine. Frames that repeat as a whole tell nothing.
    """
    pairs = [pair for pair in pairwise(frames) if not np.array_equal(*pair)][:PAIRS]
    if step > FINE or not pairs:
        return False
    same, full = (np.array(part) for part in zip(*(_blocks(*pair) for pair in pairs), strict=True))
    if not full.any() or same[full].mean() <= HELD:
        return False
    return all(
        _all_over(*(part.sum(axis=(0, way)) for part in (same & full, full))) for way in (1, 2)
    )


def _all_over(same: NDArray[np.int64], full: NDArray[np.int64]) -> bool:
    """Whether enough of the ``full`` blocks are the ``same`` in all but a quarter of lines (n,)."""
    shares = same[full > 0] / full[full > 0]
    return float(np.quantile(shares, QUARTER)) > ALL_OVER


def _blocks(before: NDArray[Any], after: NDArray[Any]) -> tuple[Blocks, Blocks]:
    """Return which blocks of two frames are the same, and which have things in them."""
    was, now = blocks(before), blocks(after)
    return (was == now).all(axis=(2, 3)), np.ptp(now, axis=(2, 3)) > THINGS


def _windows(same: Blocks, start: int) -> Blocks:
    """Return of which blocks the window that begins at its pixel ``start`` is the ``same`` (h, w).

    As many for any start: windows over borders run into the next block.
    """
    down, across = ((side - ACROSS) // BLOCK for side in same.shape)
    cut = same[start : start + down * BLOCK, start : start + across * BLOCK]
    return np.asarray(blocks(cut)[:, :, :WINDOW, :WINDOW].all(axis=(2, 3)))


def _beside(still: Blocks) -> Blocks:
    """Return which corners between four blocks (h - 1, w - 1) lie beside a straight side.

    It is one of what is ``still`` (h, w) in all frames.
    """
    across, down = _straight(still), _straight(still.T).T
    return np.asarray(across[:-1] | across[1:] | down[:, :-1] | down[:, 1:])


def _straight(still: Blocks) -> Blocks:
    """Return between which columns (h, w - 1) a side of what is ``still`` (h, w) goes on."""
    left, right = still[:, :-1], still[:, 1:]
    line = np.ones((LONGEST + 1, 1))
    sides = (ndimage.binary_opening(side, line) for side in (left & ~right, right & ~left))
    return np.asarray(np.logical_or(*sides))


def _tiles(counts: Counts) -> Counts:
    """Return the sums of ``counts`` (h, w), one for each block, in whole tiles."""
    each = TILE // BLOCK
    down, across = (side // each for side in counts.shape)
    cut = counts[: down * each, : across * each].reshape(down, each, across, each)
    return np.asarray(cut.sum(axis=(1, 3)))


def _alone(codes: NDArray[np.int32], highest: int) -> NDArray[np.bool_]:
    """Return where steps stand alone along rows of ``codes``; those up to the highest count.

    Each is at its first pixel, (h, w - 1).
    """
    step = np.abs(np.diff(codes, axis=1))
    still, counts = step == 0, (step > 0) & (step <= highest)
    alone = still[:, :-2] & still[:, 2:] & counts[:, 1:-1]
    return np.pad(alone, ((0, 0), (1, 1)))


def _steps(alone: NDArray[np.bool_], tall: int, wide: int) -> Counts:
    """Return how many steps (8, n) there are at each place in a block, in each of n tiles."""
    down, across = alone.shape[0] // tall, alone.shape[1] // wide
    tiles = alone[: down * tall, : across * wide]
    counts = tiles.reshape(down, tall, across, wide // BLOCK, BLOCK).sum(axis=(1, 3), dtype=float)
    return np.asarray(counts.reshape(-1, BLOCK).T)


def _share(steps: Counts) -> float:
    """Return the share of tiles with more steps (8, n) at borders, less that with fewer."""
    return float(np.sign(_more(steps)).mean()) if steps.size else 0.0


def _score(more: Counts) -> float:
    """Return by how many standard errors there are ``more`` in all tiles (...)."""
    return float(more.sum()) / math.sqrt(max(float((more * more).sum()), 1.0))


def _more(steps: Counts) -> Counts:
    """Return how many more steps (8, n) are at borders than at a place within, of n tiles."""
    return np.asarray(steps[BORDER] - steps[list(INSIDE)].mean(axis=0))


def _at_borders(steps: Counts) -> float:
    """Return how many more of the steps (8, n) are at borders than at any place within."""
    counts = steps.sum(axis=1)
    return float(counts[BORDER] / max(counts[list(INSIDE)].max(), 1.0))
