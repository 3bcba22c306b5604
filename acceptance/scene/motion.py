"""How far pictures of a film have moved: profiles of rows and columns, many pictures at once.

The source of the method is cited in ``thumbnails``.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.files.scipy_later import fft

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.patterns import Complexes, Floats
    from acceptance.scene.thresholds import Thresholds

    Doubles = NDArray[np.float64]

BESIDE = np.array([-1, 0, 1])


class Motion:
    """Profiles in one direction that wait, and the last one before them."""

    def __init__(self, thresholds: Thresholds) -> None:
        self.thresholds = thresholds
        self.waiting: list[NDArray[Any]] = []
        self.before: Complexes | None = None
        self.fold, self.unit = 1, 1.0

    def see(self, rows: NDArray[Any], unit: float) -> None:
        """Take in the rows (n, w) of the next picture, of so many codes a ``unit``.

        Those of a band add up within their kind of number.
        """
        bands = self.thresholds.bands
        together = len(rows) // bands
        self.fold = max(1, rows.shape[1] // self.thresholds.profile_samples)
        self.unit = unit / together
        used = rows[: together * bands].reshape(bands, together, -1)
        self.waiting.append(np.add.reduce(used, axis=1, dtype=rows.dtype))

    def taken(self) -> list[float]:
        """Return by how many px the pictures that wait lie further than each one before.

        It is nan for the first and where that is not known (``shifts``).
        """
        now = spectra(profiles(np.array(self.waiting), self.unit, self.fold), self.thresholds)
        start = np.full_like(now[:1], math.nan) if self.before is None else self.before
        before = np.concatenate([start, now[:-1]])
        self.waiting, self.before = [], now[-1:]
        return [self.fold * shift for shift in shifts(before, now, self.thresholds)]


def profiles(sums: NDArray[Any], unit: float, fold: int) -> Floats:
    """Return profiles (n, 2 b, size) in codes of the sums (n, b, w) of the bands of pictures.

    Each is one of the halves, that lie beside each other, of a band; ``fold`` px are a sample.
    """
    size = sums.shape[2] // (4 * fold) * 2
    samples = sums[..., : 2 * size * fold].reshape(len(sums), -1, size, fold)
    fits = fold * int(sums.max()) < 1 << 16
    added = samples[..., 0].astype(sums.dtype if fits else np.float32)
    for place in range(1, fold):  # a resize takes three times as long
        added += samples[..., place]
    return np.asarray(added * np.float32(unit / fold), np.float32)


def spectra(waves: Floats, thresholds: Thresholds) -> Complexes:
    """Return the spectra (n, b, f) of profiles (n, b, size), without the slowest waves.

    Each has power 1, or 0 where there is next to nothing in it.
    """
    size = waves.shape[-1]
    apart = waves - np.mean(waves, axis=-1, keepdims=True)
    lines = fft.rfft(apart * _window(size))
    lines[..., : thresholds.slowest_waves] = 0
    parts = lines.view(np.float32)
    power = np.einsum("ijk,ijk->ij", parts, parts) * (2 / size)
    least = thresholds.least_profile_power
    parts *= ((power > size * least) / np.sqrt(np.maximum(power, least)))[..., None]
    return np.asarray(lines)


@lru_cache(maxsize=8)
def _window(size: int) -> Floats:
    return np.hanning(size).astype(np.float32)


def shifts(before: Complexes, now: Complexes, thresholds: Thresholds) -> list[float]:
    """Return by how many samples each picture lies further than that before, by their spectra.

    It is the way that all bands but fewer than half have moved at least, so that neither what
    fills half the view counts nor do words that are written over it. It is nan where too few
    bands correlate clearly.
    """
    size = 2 * (now.shape[-1] - 1)
    products = fft.irfft(np.conj(before) * now, size)
    places = products.argmax(axis=-1)
    peaks = np.take_along_axis(products, (places[..., None] + BESIDE) % size, axis=-1)
    left, peak, right = np.moveaxis(peaks.astype(np.float64), -1, 0)
    bend = left - 2 * peak + right
    moved = (places + size // 2) % size - size // 2 + _tops(left, right, bend)
    clear = peak > thresholds.shift_correlation
    return [
        _common(sorted(each[sure].tolist()))
        if 2 * np.count_nonzero(sure) >= sure.size
        else math.nan
        for each, sure in zip(moved, clear, strict=True)
    ]


def _tops(left: Doubles, right: Doubles, bend: Doubles) -> Doubles:
    """Return where parabolas through three samples have their tops, from the middle one."""
    tops = np.divide(left - right, bend, out=np.zeros_like(bend), where=bend != 0)
    return np.asarray(tops / 2)


def _common(moved: list[float]) -> float:
    """Return the way, to either side, that all but fewer than half of the bands moved at least.

    ``moved`` ascends.
    """
    place = max(0, (len(moved) - 1) // 2 - 1)
    return max(0.0, moved[place]) - max(0.0, -moved[-1 - place])
