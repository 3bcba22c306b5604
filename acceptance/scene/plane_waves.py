"""A plane wave over a picture: how strong it is where it is weakest, and what else is in view.

An electrical wave lies over all that is seen, as strong on one thing as on the next. Slats, fences
and blinds are things: other things stand beside and before them, and where nothing but them is in
view, no picture tells them from a wave.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from scipy import fft

from acceptance.scene.patterns import block_means, percentage, ranked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.thresholds import Thresholds

    Floats = NDArray[np.float32]
    Bytes = NDArray[np.uint8]
    Complexes = NDArray[np.complexfloating[Any, Any]]

BESIDE = 5  # lines of a spectrum to each side with which a line is compared
ALONG = 4.0  # samples along a stripe, over which nothing changes but what is not of the stripes
OTHER_WAY = 0.85  # cosine of the angle from which a line is of another direction
# amplitude in codes; turn a row, turn a column (rad); amplitude of the strongest other direction
Line = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class PictureWave:
    """The strongest wave of a picture, in codes of amplitude."""

    everywhere: float
    """What both halves have, and nine tenths of the samples that are not clipped."""

    somewhere: float = 0.0
    """What one fifth of the samples have at least; 0 where the halves show no wave."""

    crossed: float = 100.0
    """Share in % of the blocks that show something else: what changes along the stripes."""

    lattice: float = 0.0
    """Amplitude of the strongest wave in another direction over this one's: tiles have both."""

    turned: float = 0.0
    """Turns (0..0.5) by which the wave has gone on since the picture before."""


def over_all(
    samples: Bytes, before: Bytes | None, could: NDArray[np.bool_], thresholds: Thresholds
) -> PictureWave:
    """Return the strongest wave of ``samples``, of which those that ``could`` are not clipped.

    ``before`` are those of the picture before.
    """
    half = samples.shape[1] // 2
    halves = samples[:, :half], samples[:, -half:]
    least = min(plane_wave(part, thresholds) for part in halves)
    if least[0] < thresholds.least_wave_codes:
        return PictureWave(everywhere=least[0])
    here = _local(samples, least)
    light = np.abs(here)
    seen = light[could] if could.mean() > thresholds.least_unclipped_share else light.ravel()
    everywhere, somewhere = (ranked(seen, share) for share in thresholds.wave_percentiles)
    return PictureWave(
        everywhere=min(least[0], everywhere),
        somewhere=somewhere,
        crossed=_crossed(samples, least, thresholds),
        lattice=least[3] / least[0],
        turned=0.0 if before is None else _turned(here, _local(before, least)),
    )


def plane_wave(samples: Bytes, thresholds: Thresholds) -> Line:
    """Return the plane wave that stands out most from its neighbours."""
    window, waves = _plane(samples.shape, thresholds.slowest_waves)
    packed = np.abs(fft.rfft2((samples - np.float32(cv2.mean(samples)[0])) * window))
    spectrum = np.pad(fft.fftshift(packed, axes=0), BESIDE)
    weighted = spectrum * waves
    # so many rows have a line as strong: few are left to sort
    least = np.sort(weighted.max(axis=1))[-thresholds.wave_peaks]
    strong = np.flatnonzero(weighted >= least)
    peaks = strong[np.argsort(weighted.ravel()[strong])[-thresholds.wave_peaks :]]
    alone = {int(peak): _alone(spectrum, *divmod(int(peak), spectrum.shape[1])) for peak in peaks}
    best = max(alone, key=lambda peak: alone[peak])
    row, column = divmod(best, spectrum.shape[1])
    turns = _turns(np.array([row, column]), samples.shape)
    rows, columns = _turns(np.indices(spectrum.shape, np.float32), samples.shape)
    along = np.abs(rows * turns[0] + columns * turns[1])
    other = along < OTHER_WAY * np.hypot(rows, columns) * np.hypot(*turns)
    place = divmod(int(np.argmax(weighted * other)), spectrum.shape[1])
    return max(0.0, alone[best]), float(turns[0]), float(turns[1]), _alone(spectrum, *place)


def _turns(places: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return the turns a row and a column (rad) of ``places`` in a spectrum, row and column."""
    down, across = places[0] - BESIDE - shape[0] // 2, places[1] - BESIDE
    return np.asarray((2 * math.pi * down / shape[0], 2 * math.pi * across / shape[1]))


@lru_cache(maxsize=4)
def _plane(shape: tuple[int, int], slowest: int) -> tuple[Floats, Floats]:
    """Return a window and the waves per picture height of each line of a spectrum, 0 where slow.

    The window makes the line of a wave its amplitude; the lines have ``BESIDE`` more to each side.
    """
    rows, columns = shape
    window = np.multiply.outer(*(np.hanning(size).astype(np.float32) for size in shape))
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


def _local(samples: Bytes, line: Line) -> Complexes:
    """Return amplitude in codes and phase of a wave about each sample, within a period or so."""
    _, down, across, _ = line
    turn = math.hypot(down, across)
    shading, near = max(3.0, math.pi / turn), max(8.0, 1.2 * math.pi / turn)
    light = samples.astype(np.float32)
    fine = light - cv2.GaussianBlur(light, (0, 0), shading)
    rows, columns = np.ogrid[: samples.shape[0], : samples.shape[1]]
    angle = (down * rows + across * columns).astype(np.float32)
    even, odd = (cv2.GaussianBlur(fine * wave(angle), (0, 0), near) for wave in (np.cos, np.sin))
    left = 1 - math.exp(-((turn * shading) ** 2) / 2)  # of the wave, beside its shading
    return np.asarray(2 / left * (even - 1j * odd))


def _turned(now: Complexes, before: Complexes) -> float:
    """Return by how many turns (0..0.5) most of a wave has gone on."""
    product = complex(np.vdot(before, now))
    return abs(math.atan2(product.imag, product.real)) / (2 * math.pi)


def _crossed(samples: Bytes, line: Line, thresholds: Thresholds) -> float:
    """Return the share in % of the blocks in which something changes along the stripes."""
    _, down, across, _ = line
    turn = math.hypot(down, across)
    moved = np.array([[1, 0, ALONG * down / turn], [0, 1, -ALONG * across / turn]], np.float32)
    light = cv2.GaussianBlur(samples.astype(np.float32), (0, 0), 1)
    other = cv2.warpAffine(light, moved, light.shape[::-1], borderMode=cv2.BORDER_REFLECT)
    changed = block_means(cv2.absdiff(light, other), thresholds)
    return percentage(changed > thresholds.crossing_codes)
