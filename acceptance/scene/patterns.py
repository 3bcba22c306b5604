"""What samples of one picture show: noise, detail, what changed.

The sources of the methods are cited in ``thumbnails``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.thresholds import Thresholds

    Floats = NDArray[np.float32]
    Bytes = NDArray[np.uint8]
    Complexes = NDArray[np.complexfloating[Any, Any]]


def percentage(mask: NDArray[np.bool_]) -> float:
    """Return the share of a mask that is set, in %."""
    return 100 * float(np.count_nonzero(mask)) / mask.size


def ranked(values: NDArray[Any], percentile: float) -> float:
    """Return the value below which ``percentile`` % of the values (any shape) lie."""
    place = round(percentile / 100 * (values.size - 1))
    return float(np.partition(values, place, axis=None)[place])


def median(values: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return the median along an axis; ``np.median`` takes thrice as long over looking for nan."""
    size = values.shape[axis]
    middle = (size - 1) // 2
    ordered = np.moveaxis(np.partition(values, middle, axis=axis), axis, -1)
    low = ordered[..., middle]
    if size % 2:
        return np.asarray(low)
    return np.asarray((low + ordered[..., middle + 1 :].min(axis=-1)) / 2, values.dtype)


# --- codes and lines


def eight_bits(codes: NDArray[Any], shift: int) -> Bytes:
    """Take codes of ``shift`` more bits than 8 to 8 bits."""
    return np.ascontiguousarray(codes >> shift if shift else codes, np.uint8)


@lru_cache(maxsize=8)
def spread(size: int, number: int) -> NDArray[np.int64]:
    """Return the places of so many lines, evenly spread over ``size``."""
    return np.asarray((2 * np.arange(number) + 1) * size // (2 * number))


def rows_at(plane: NDArray[Any], places: NDArray[np.int64]) -> NDArray[Any]:
    """Copy the rows at these places (n,)."""
    if plane.flags.c_contiguous:  # else np.take would copy the whole plane first
        return plane.take(places, 0, mode="clip")
    return np.asarray(plane[places])


# --- change


def changed_share(rows: NDArray[Any], before: NDArray[Any], thresholds: Thresholds) -> float:
    """Return the share (0..1) of pixels that changed: of all rows (5, 36, w) where it is small.

    Whether few have changed is what tells a freeze: rows are counted a part at a time, evenly
    spread each, until what changed in those is more than that of all, whatever the others did.
    """
    changed = seen = 0
    for part in _scattered(len(rows)):
        changed += int(np.count_nonzero(rows[part] != before[part]))
        seen += rows[part].size
        if changed > thresholds.much_changed_share * rows.size:
            break
    return changed / seen


@lru_cache(maxsize=4)
def _scattered(number: int) -> list[int]:
    """Return the numbers below this, the middle first, then those furthest from it."""
    middle = number // 2
    return sorted(range(number), key=lambda place: (place != middle, -abs(place - middle)))


# --- noise and detail by blocks


def noise(
    rows: Bytes, further: Bytes, change: NDArray[Any], depth_shift: int, thresholds: Thresholds
) -> Floats:
    """Return for each block the sigma in codes of what changes both in time and between pixels.

    ``rows`` (n, w) are compared along themselves, and with the rows ``further`` (4, n, w) by -2,
    -1, 1 and 2: dashes and lines change from row to row alone. ``change`` is the absolute change of
    some rows since the frame before, in native codes, which have ``depth_shift`` more bits than 8.
    """
    bends = block_means_of_bands(_bends(rows, further, thresholds), thresholds)
    along, between, two_apart = bends.reshape(3, -1, bends.shape[1])
    curved = np.maximum(along, np.minimum(between, two_apart))
    in_time = block_means(change, thresholds) / np.float32(1.128 * (1 << depth_shift))
    return np.asarray(np.minimum(in_time, curved / 1.954))


def _bends(rows: Bytes, further: Bytes, thresholds: Thresholds) -> Floats:
    """Return the mean curvature, in codes, along and between rows of each band of blocks.

    They are (3 bands, w): along each row; from a row to its neighbours; and to those two apart,
    which are of one field: fields of a picture that moves are no noise.
    """
    down = thresholds.blocks[1]
    used = len(rows) // down * down
    twice = rows[:used].astype(np.int16)  # codes of 8 bits: so are the sums of a band
    bend = np.empty_like(twice)
    # as one long row, which takes a third of the time; where rows meet is mirrored
    np.add(twice.ravel()[:-2], twice.ravel()[2:], out=bend.ravel()[1:-1])
    bend[:, 0], bend[:, -1] = 2 * twice[:, 1], 2 * twice[:, -2]
    twice += twice
    bend -= twice
    means = [_mean_size(bend, down)]
    for above, below in ((1, 2), (0, 3)):
        np.copyto(bend, further[above, :used])
        bend += further[below, :used]
        bend -= twice
        means.append(_mean_size(bend, down))
    return np.concatenate(means)


def _mean_size(values: NDArray[np.int16], number: int) -> Floats:
    """Return the means of the sizes of ``values``, which are overwritten, of so many bands."""
    bands = np.abs(values, out=values).reshape(number, -1, values.shape[1])
    sums = np.add.reduce(bands, axis=1, dtype=np.int16)
    return np.asarray(sums * np.float32(1 / bands.shape[1]))


def shared_by_most(values: NDArray[Any]) -> NDArray[Any]:
    """Return what three in four of the last axis of ``values`` have at least, to either side."""
    ordered = np.sort(values, axis=-1)
    quarter = ordered.shape[-1] // 4
    least, most = ordered[..., quarter], ordered[..., -1 - quarter]
    return np.asarray(np.maximum(least, 0) + np.minimum(most, 0))


def noise_share(
    rows: NDArray[Any], before: NDArray[Any], could: NDArray[np.bool_], thresholds: Thresholds
) -> float:
    """Share (0..1) of the pixels that differ from before as noise makes them, in most blocks.

    A pixel counts that changed by another step than its second neighbour: what fades, or is lit
    otherwise, changes alike. It is that of the quieter quarter of the blocks with pixels that
    ``could`` show noise: what moves in one place leaves the others as they were.
    """
    step = rows.astype(np.float32) - before
    apart = np.zeros_like(step)
    apart[:, 2:] = could[:, 2:] & (step[:, 2:] != 0) & (step[:, 2:] != step[:, :-2])
    able = block_means(could.astype(np.float32), thresholds)
    shares = (block_means(apart, thresholds) / np.maximum(able, 1e-6))[able >= 0.5]
    return ranked(shares, thresholds.quiet_percentile) if shares.size else 0.0


def detail(lasting: Floats, thresholds: Thresholds) -> Floats:
    """Return the mean difference, in codes, of neighbouring samples of each block.

    Slow shading, such as that of folds far out of focus, is taken out first.
    """
    fine = lasting - cv2.GaussianBlur(lasting, (0, 0), thresholds.shading_sigma)
    across, down = cv2.absdiff(fine[:, 1:], fine[:, :-1]), cv2.absdiff(fine[1:], fine[:-1])
    return np.maximum(block_means(across, thresholds), block_means(down, thresholds))


def relief(lasting: Floats, thresholds: Thresholds) -> Floats:
    """Return what each block shows, in codes, that is wider than noise and narrower than shading.

    It is the mean difference of two blurs (D. Marr and E. Hildreth 1980), of sigma 1 and 2 samples:
    fog takes contrast away and softens, but leaves this; what is held before a lens is too far out
    of focus to have any.
    """
    fine, broad = (cv2.GaussianBlur(lasting, (0, 0), sigma) for sigma in thresholds.relief_sigmas)
    return block_means(cv2.absdiff(fine, broad), thresholds)


def block_means(values: NDArray[Any], thresholds: Thresholds) -> Floats:
    """Average to ``blocks`` (columns, rows); what is left over at right and bottom is left out."""
    down = thresholds.blocks[1]
    height = max(1, len(values) // down) * down
    return block_means_of_bands(_means_of_rows(values[:height], down), thresholds)


def block_means_of_bands(bands: Floats, thresholds: Thresholds) -> Floats:
    """Average means of bands (n, w) to ``blocks`` (n, columns), likewise."""
    across = thresholds.blocks[0]
    used = bands[:, : max(1, bands.shape[1] // across) * across]
    size = across, len(bands)
    return np.asarray(cv2.resize(used, size, interpolation=cv2.INTER_AREA))


def _means_of_rows(values: NDArray[Any], number: int) -> Floats:
    """Average as many rows as there are to so many, which divides that."""
    bands = values.reshape(number, -1, values.shape[1])
    sums = np.add.reduce(bands, axis=1, dtype=np.float32)
    return np.asarray(sums * np.float32(1 / bands.shape[1]))
