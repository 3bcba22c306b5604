"""What samples of one picture show: motion against another, edges, waves, noise, detail.

The sources of the methods are cited in ``thumbnails``.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy import fft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.thresholds import Thresholds

    Floats = NDArray[np.float32]
    Bytes = NDArray[np.uint8]
    Complexes = NDArray[np.complexfloating[Any, Any]]

BESIDE = 5  # lines of a spectrum to each side with which a line is compared


def percentage(mask: NDArray[np.bool_]) -> float:
    """Return the share of a mask that is set, in %."""
    return 100 * float(np.count_nonzero(mask)) / mask.size


def ranked(values: NDArray[Any], percentile: float) -> float:
    """Return the value below which ``percentile`` % of the values (any shape) lie."""
    place = round(percentile / 100 * (values.size - 1))
    return float(np.partition(values, place, axis=None)[place])


def median(values: NDArray[Any], axis: int) -> NDArray[Any]:
    """Return the median along an axis; ``np.median`` takes twice as long over looking for nan."""
    size = values.shape[axis]
    places = (size - 1) // 2, size // 2
    ordered = np.partition(values, places, axis=axis)
    low, high = (ordered.take(place, axis=axis) for place in places)
    return np.asarray((low + high) / 2, values.dtype)


# --- motion and likeness


def spectra(rows: Floats, thresholds: Thresholds) -> tuple[Complexes, int]:
    """Return the spectra (b, f) of the mean profiles of the bands of ``rows``, and px a sample.

    Bands are halves of some rows that lie beside each other. The slowest waves are taken out. Each
    has power 1, or 0 where there is next to nothing in it.
    """
    bands, fold = thresholds.bands, max(1, rows.shape[1] // thresholds.profile_samples)
    size = rows.shape[1] // (4 * fold) * 2
    used = rows[: len(rows) // bands * bands, : 2 * size * fold]
    profiles = cv2.resize(used, (2 * size, bands), interpolation=cv2.INTER_AREA).reshape(-1, size)
    lines = fft.rfft((profiles - cv2.reduce(profiles, 1, cv2.REDUCE_AVG)) * _window(size))
    lines[:, : thresholds.slowest_waves] = 0
    power = (lines.real**2 + lines.imag**2).sum(axis=1, keepdims=True) * (2 / size)
    least = thresholds.least_profile_power
    lines *= np.where(power > size * least, 1 / np.sqrt(np.maximum(power, least)), 0)
    return np.asarray(lines), fold


@lru_cache(maxsize=8)
def _window(size: int) -> Floats:
    return np.hanning(size).astype(np.float32)


def shift(before: Complexes, now: Complexes, thresholds: Thresholds) -> float:
    """Return by how many samples the whole picture lies further than before, by its ``spectra``.

    It is the way that all bands but fewer than half have moved at least, so that neither what
    fills half the view counts nor do words that are written over it. It is nan where too few
    bands correlate clearly.
    """
    size = 2 * (before.shape[1] - 1)
    products = fft.irfft(np.conj(before) * now, size)
    at, band = products.argmax(axis=1), np.arange(len(products))
    a, b, c = (products[band, (at + beside) % size] for beside in (-1, 0, 1))
    bend = a - 2 * b + c
    fraction = np.divide(0.5 * (a - c), bend, out=np.zeros_like(bend), where=bend != 0)
    whole = ((at + size // 2) % size - size // 2).astype(fraction.dtype)
    shifts = (whole + fraction)[b > thresholds.shift_correlation].tolist()
    return _common(shifts) if 2 * len(shifts) >= before.shape[0] else math.nan


def _common(shifts: list[float]) -> float:
    """Return the way, to either side, that all but fewer than half of the bands moved at least."""
    place = max(0, (len(shifts) - 1) // 2 - 1)
    to, fro = (sorted(max(0.0, way * moved) for moved in shifts)[place] for way in (1, -1))
    return to - fro


def correlation(pattern: tuple[Floats, float], other: tuple[Floats, float]) -> float:
    """Correlate two patterns, each with its norm; nan where there is next to nothing in them."""
    norm = pattern[1] * other[1]
    return float(pattern[0] @ other[0]) / norm if norm > pattern[0].size * 1.0 else math.nan


# --- edges


def edge_widths(
    lines: Bytes, beside: Bytes, height: int, thresholds: Thresholds
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the blur (sigma, in % of the height) of each edge that ``lines`` cross, and its rise.

    Both are (m,), rises in codes.

    ``lines`` (n, size) are rows or columns of a picture of ``height`` px, ``beside`` those one
    fine sample further: an edge counts that is crossed rather squarely, since one that is crossed
    aslant looks wider than it is. What goes on rising as far again to both sides is no edge but
    shading.
    """
    reach, fine_samples = thresholds.edge_reach_samples, thresholds.fine_samples
    size = round(lines.shape[1] * min(1.0, fine_samples / height)), lines.shape[0]
    fine, other = (
        cv2.resize(some.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        for some in (lines, beside)
    )
    slope = np.abs(cv2.filter2D(fine, -1, np.array([[-0.5, 0, 0.5]], np.float32)))
    rise, further = (_rise(fine, far) for far in (reach, 2 * reach))
    near = np.ones((1, 2 * reach + 1), np.uint8)
    steepest = (slope >= cv2.dilate(slope, near)) & (slope > 0)
    square = slope >= thresholds.edge_squareness * cv2.absdiff(fine, other)
    ends = further <= thresholds.edge_end * rise
    edges = (rise >= thresholds.edge_contrast_codes) & steepest & square & ends
    widths = 100 / min(height, fine_samples) / math.sqrt(2 * math.pi) * rise[edges] / slope[edges]
    return widths, rise[edges]


def _rise(lines: NDArray[Any], reach: int) -> Floats:
    """Return by how much each line rises within ``reach`` samples to either side."""
    near = np.ones((1, 2 * reach + 1), np.uint8)
    return np.asarray(cv2.dilate(lines, near) - cv2.erode(lines, near))


# --- waves


def plane_wave(samples: Bytes, thresholds: Thresholds) -> float:
    """Return the amplitude in codes of the plane wave that stands out most from its neighbours."""
    window, waves = _plane(samples.shape, thresholds.slowest_waves)
    packed = np.abs(fft.rfft2((samples - np.float32(cv2.mean(samples)[0])) * window))
    spectrum = np.pad(fft.fftshift(packed, axes=0), BESIDE)
    weighted = spectrum * waves
    # so many rows have a line as strong: few are left to sort
    least = np.sort(weighted.max(axis=1))[-thresholds.wave_peaks]
    strong = np.flatnonzero(weighted >= least)
    peaks = strong[np.argsort(weighted.ravel()[strong])[-thresholds.wave_peaks :]]
    return max(0.0, *(_alone(spectrum, *divmod(int(peak), spectrum.shape[1])) for peak in peaks))


@lru_cache(maxsize=4)
def _plane(shape: tuple[int, int], slowest: int) -> tuple[Floats, Floats]:
    """Return a window and the waves per picture height of each line of a spectrum, 0 where slow.

    The window makes the line of a wave its amplitude; the lines have ``BESIDE`` more to each side.
    """
    rows, columns = shape
    window = _window(rows)[:, None] * _window(columns)
    down, across = np.ogrid[
        -BESIDE - rows // 2 : rows - rows // 2 + BESIDE, -BESIDE : columns // 2 + 1 + BESIDE
    ]
    waves = np.hypot(down, across * (rows / columns))
    fast = np.where(waves < slowest, 0, waves).astype(np.float32)
    return window * np.float32(2 / window.sum()), fast


def _alone(spectrum: Floats, row: int, column: int) -> float:
    """Return by how much a line is stronger than any three to five lines beside it."""
    top, left = max(0, row - BESIDE), max(0, column - BESIDE)
    around = spectrum[top : row + BESIDE + 1, left : column + BESIDE + 1].copy()
    middle = min(row, BESIDE), min(column, BESIDE)
    around[middle[0] - 2 : middle[0] + 3, max(0, middle[1] - 2) : middle[1] + 3] = 0
    return float(spectrum[row, column] - around.max())


# --- noise and detail by blocks


def noise(rows: Bytes, change: NDArray[Any], depth_shift: int, thresholds: Thresholds) -> Floats:
    """Return for each block the sigma in codes of what changes both in time and between pixels.

    ``change`` is the absolute change of all rows since the frame before, in native codes, which
    have ``depth_shift`` more bits than 8.
    """
    bend = np.abs(cv2.filter2D(rows, cv2.CV_32F, np.array([[1, -2, 1]], np.float32)))
    averaged = thresholds.rows_averaged
    changes = change[averaged // 2 :: averaged].astype(np.float32)
    in_time = block_means(changes, thresholds) / (1.128 * (1 << depth_shift))
    return np.asarray(np.minimum(in_time, block_means(bend, thresholds) / 1.954))


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
    blocks = thresholds.blocks
    columns, rows = (
        max(1, size // number) * number
        for size, number in zip(values.shape[::-1], blocks, strict=True)
    )
    return np.asarray(cv2.resize(values[:rows, :columns], blocks, interpolation=cv2.INTER_AREA))


# --- colour


def shared_colour(colours: Floats, light: Floats, thresholds: Thresholds) -> tuple[float, float]:
    """Return the colour that most ``colours`` (2, n) of this ``light`` (n,), 0..1, share, over it.

    It points along the median, which a large thing of another colour does not turn, and is at most
    what the highlights share: the brightest of those that are not clipped to white, which have the
    colour of the light.
    """
    ratios = colours / light
    middle = median(ratios, axis=1)
    way = middle / max(float(np.hypot(*middle)), 1e-9)
    along = way @ ratios
    shared = ranked(along, thresholds.cast_percentile)
    unclipped = light < thresholds.white_level
    if np.count_nonzero(unclipped) >= thresholds.fewest_highlights:
        brightest = light[unclipped] >= ranked(light[unclipped], thresholds.bright_percentile)
        highlights = along[unclipped][brightest]
        shared = min(shared, ranked(highlights, thresholds.bright_cast_percentile))
    blue, red = max(0.0, shared) * way
    return float(blue), float(red)
