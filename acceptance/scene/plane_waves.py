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

from acceptance.files.scipy_later import fft
from acceptance.scene.parts import reach
from acceptance.scene.patterns import block_means, percentage, ranked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.thresholds import Thresholds

    Floats = NDArray[np.float32]
    Bytes = NDArray[np.uint8]
    Complexes = NDArray[np.complexfloating[Any, Any]]

BESIDE = 5  # lines of a spectrum to each side with which a line is compared
ALONG = 4.0  # samples along a stripe, over which nothing changes but what is not of the stripes
THING = 3  # samples about a place within which a wave is looked for on things
OTHER_WAY = 0.85  # cosine of the angle from which a line is of another direction
AROUND = 2 * BESIDE + 1
THIN = slice(1, None, 4)  # samples about which a wave is measured: it is blurred by 8 at least
Line = tuple[float, float, float]  # amplitude in codes; turn a row, turn a column (rad)


@dataclass(frozen=True, kw_only=True)
class PictureWave:
    """The strongest wave of a picture, in codes of amplitude."""

    everywhere: float
    """What both halves have, and nine tenths of the samples that are not clipped."""

    somewhere: float = 0.0
    """What one fifth of the samples have at least; 0 where the halves show no wave."""

    crossed: float = 100.0
    """Share in % of the blocks that show something else: what changes along the stripes.

    Of a wave that is weak somewhere this, what follows and how it went on are not looked at.
    """

    reach: float = 1.0
    """Share (0..1) of the rows, or columns, of these blocks in which something else is seen."""

    lattice: float = 0.0
    """Amplitude of the strongest wave in another direction over this one's: tiles have both."""

    turned: float = 0.0
    """Turns (0..0.5) by which the wave has gone on since the picture before."""

    changed: float = 0.0
    """By how much it has changed besides, in codes: noise leaves little of itself in a wave."""

    added: float = 0.0
    """What it has in half of the picture, and in half of where the scene is seen as well.

    It is 0 where it does not drift, or stands beside the scene: things hide what is behind."""


def over_all(
    samples: Bytes, before: Bytes | None, could: NDArray[np.bool_], thresholds: Thresholds
) -> PictureWave:
    """Return the strongest wave of ``samples``, of which those that ``could`` are not clipped.

    ``before`` are those of the picture before.
    """
    half = samples.shape[1] // 2
    parts = samples[:, :half], samples[:, -half:]
    spectra = [_spectrum(part, thresholds) for part in parts]
    lines = [_strongest(spectrum, parts[0].shape, thresholds) for spectrum in spectra]
    least, spectrum = min(zip(lines, spectra, strict=True), key=lambda pair: pair[0])
    if least[0] < thresholds.least_wave_codes:
        return PictureWave(everywhere=least[0])
    here, clear = _local(samples, least), could[THIN, THIN]
    light = np.abs(here)
    seen = light[clear] if clear.mean() > thresholds.least_unclipped_share else light
    most, somewhere = (ranked(seen, share) for share in thresholds.wave_percentiles)
    everywhere = min(least[0], most)
    if max(everywhere, ranked(seen, 50) / 2) < thresholds.least_wave_codes:
        return PictureWave(everywhere=everywhere, somewhere=somewhere)
    then = here if before is None else _local(before, least)
    turned, alike = _kept(here, then)
    crossed = _crossed(samples, least, thresholds)
    drifts = turned > thresholds.drift_turns and alike >= thresholds.added_likeness
    added = _added(light, clear, crossed, thresholds) if drifts else 0.0
    if before is not None and added >= thresholds.least_wave_codes:
        step = samples.astype(np.float32) - before
        over = _along(samples, least) > thresholds.thing_codes
        added *= _lies_over(step, _wave(here - then, least, samples.shape), over, thresholds)
    return PictureWave(
        everywhere=everywhere,
        somewhere=somewhere,
        crossed=percentage(crossed),
        reach=_reach(crossed),
        lattice=_other_way(spectrum, parts[0].shape, least, thresholds) / least[0],
        turned=turned,
        changed=everywhere * math.sqrt(2 - 2 * alike),
        added=added,
    )


def crossed_lines(samples: Bytes, *, columns: bool, thresholds: Thresholds) -> tuple[float, float]:
    """Return the share in % of the blocks in which something changes along rows, or columns.

    And the share (0..1) of the rows, or columns, of blocks that have any of them.
    """
    line = (0.0, 0.0, math.pi) if columns else (0.0, math.pi, 0.0)
    crossed = _crossed(samples, line, thresholds)
    return percentage(crossed), _reach(crossed)


def _reach(crossed: NDArray[np.bool_]) -> float:
    return reach(crossed, np.zeros_like(crossed))


def _spectrum(samples: Bytes, thresholds: Thresholds) -> Floats:
    """Return the amplitude of each line, the slowest rows in the middle, 0 ``BESIDE`` around."""
    window, _ = _plane(samples.shape, thresholds.slowest_waves)
    packed = np.abs(fft.rfft2((samples - np.float32(cv2.mean(samples)[0])) * window))
    rows, columns = packed.shape
    spectrum = np.zeros((rows + 2 * BESIDE, columns + 2 * BESIDE), packed.dtype)
    middle = spectrum[BESIDE:-BESIDE, BESIDE:-BESIDE]
    middle[rows // 2 :], middle[: rows // 2] = np.split(packed, [-(rows // 2)])
    return spectrum


def _strongest(spectrum: Floats, shape: tuple[int, ...], thresholds: Thresholds) -> Line:
    """Return the plane wave in samples of this shape that stands out most from its neighbours."""
    weighted = spectrum[BESIDE:-BESIDE, BESIDE:-BESIDE] * _plane(shape, thresholds.slowest_waves)[1]
    # so many columns have a line as strong: few are left to sort
    least = np.partition(weighted.max(axis=0), -thresholds.wave_peaks)[-thresholds.wave_peaks]
    strong = np.flatnonzero(weighted >= least)
    peaks = strong[np.argsort(weighted.ravel()[strong])[-thresholds.wave_peaks :]]
    rows, columns = np.divmod(peaks, weighted.shape[1])
    alone = _alone(spectrum, rows, columns)
    best = int(alone.argmax())
    down, across = (float(turns[best]) for turns in _turns(rows, columns, shape))
    return max(0.0, float(alone[best])), down, across


def _other_way(
    spectrum: Floats, shape: tuple[int, ...], line: Line, thresholds: Thresholds
) -> float:
    """Return the amplitude of the strongest wave whose direction is not that of ``line``."""
    weighted = spectrum[BESIDE:-BESIDE, BESIDE:-BESIDE] * _plane(shape, thresholds.slowest_waves)[1]
    lines = np.indices(weighted.shape, np.float32)
    down, across = (turns[0] for turns in _turns(lines[:1], lines[1:], shape))
    along = np.abs(down * line[1] + across * line[2])
    other = along < OTHER_WAY * np.hypot(down, across) * math.hypot(*line[1:])
    row, column = divmod(int(np.argmax(weighted * other)), weighted.shape[1])
    return float(_alone(spectrum, np.array([row]), np.array([column]))[0])


def _turns(
    rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, ...]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the turns a row and a column (rad) of the lines at these places of a spectrum."""
    down = 2 * math.pi / shape[0] * (rows - shape[0] // 2)
    return down, 2 * math.pi / shape[1] * columns


@lru_cache(maxsize=4)
def _plane(shape: tuple[int, ...], slowest: int) -> tuple[Floats, Floats]:
    """Return a window and the waves per picture height of each line of a spectrum, 0 where slow.

    The window makes the line of a wave its amplitude.
    """
    rows, columns = shape
    window = np.multiply.outer(*(np.hanning(size).astype(np.float32) for size in shape))
    down, across = np.ogrid[-(rows // 2) : rows - rows // 2, : columns // 2 + 1]
    waves = np.hypot(down, across * (rows / columns))
    fast = np.where(waves < slowest, 0, waves).astype(np.float32)
    return window * np.float32(2 / window.sum()), fast


def _alone(spectrum: Floats, rows: NDArray[Any], columns: NDArray[Any]) -> Floats:
    """Return by how much each line (n,) is stronger than any three to five lines beside it."""
    near = np.arange(AROUND)
    around = spectrum[rows[:, None, None] + near[:, None], columns[:, None, None] + near]
    lines = around[:, BESIDE, BESIDE].copy()
    nearest = slice(BESIDE - 2, BESIDE + 3)
    around[:, nearest, nearest] = 0
    return np.asarray(lines - around.max(axis=(1, 2)))


def _local(samples: Bytes, line: Line) -> Complexes:
    """Return amplitude in codes and phase of a wave, within a period or so, about every 4th sample.

    Each way, the wave is brought to rest and blurred by one matrix.
    """
    _, down, across = line
    turn = math.hypot(down, across)
    shading, near = max(3.0, math.pi / turn), max(8.0, 1.2 * math.pi / turn)
    light = samples.astype(np.float32)
    fine = light - cv2.GaussianBlur(light, (0, 0), shading)
    upright, level = (
        _blur(size, near) * np.exp(-1j * turns * np.arange(size)).astype(np.complex64)
        for size, turns in zip(samples.shape, (down, across), strict=True)
    )
    even, odd = upright.real @ fine, upright.imag @ fine
    left = 1 - math.exp(-((turn * shading) ** 2) / 2)  # of the wave, beside its shading
    return np.asarray(np.float32(2 / left) * ((even + 1j * odd) @ level.T))


@lru_cache(maxsize=8)
def _blur(size: int, sigma: float) -> Floats:
    """Return the matrix (n, size) of a Gaussian blur about every 4th of ``size`` samples.

    Beyond the ends they are mirrored.
    """
    blurred = cv2.GaussianBlur(np.eye(size, dtype=np.float32), (1, 0), 1, sigmaY=sigma)
    return np.ascontiguousarray(blurred[THIN])


def _kept(now: Complexes, before: Complexes) -> tuple[float, float]:
    """Return by how many turns (0..0.5) most of a wave has gone on, and how alike it is (0..1)."""
    product = complex(np.vdot(before, now))
    sizes = float(np.linalg.norm(before) * np.linalg.norm(now))
    turned = abs(math.atan2(product.imag, product.real)) / (2 * math.pi)
    return turned, min(1.0, abs(product) / max(sizes, 1e-9))


def _added(
    light: Floats, clear: NDArray[np.bool_], crossed: NDArray[np.bool_], thresholds: Thresholds
) -> float:
    """Return the amplitude that half of ``light`` has, and half of it where the scene is seen.

    Where blocks are ``crossed`` it is: a wave of the supply lies over it there, slats do not.
    """
    size = light.shape[::-1]
    scene = cv2.resize(crossed.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    over, seen = light[scene & clear], light[clear]
    if over.size < thresholds.added_share * light.size:
        return 0.0
    return min(ranked(each, thresholds.added_percentile) for each in (over, seen))


def _lies_over(step: Floats, wave: Floats, over: NDArray[np.bool_], thresholds: Thresholds) -> bool:
    """Whether what samples change by is the change of the ``wave`` where things are seen, too.

    Things stand before slats that drift, however small they are, and do not change.
    """
    together, power = (cv2.blur(wave * each, (THING, THING)) for each in (step, wave))
    telling = over & (power > np.mean(power) / 2)
    if not telling.any():
        return False
    gains = together[telling] / power[telling]
    usual = ranked(gains, 50)
    return ranked(gains, thresholds.over_percentile) >= thresholds.over_share * usual


def _wave(local: Complexes, line: Line, shape: tuple[int, ...]) -> Floats:
    """Return a wave of which amplitude and phase are known about every 4th sample."""
    _, down, across = line
    rows, columns = (
        np.exp(1j * turn * np.arange(n)) for turn, n in zip((down, across), shape, strict=True)
    )
    parts = [cv2.resize(each, shape[::-1]) for each in (local.real, local.imag)]
    return np.asarray(((parts[0] + 1j * parts[1]) * np.outer(rows, columns)).real, np.float32)


def _crossed(samples: Bytes, line: Line, thresholds: Thresholds) -> NDArray[np.bool_]:
    """Return in which blocks something changes along the stripes."""
    changed = block_means(_along(samples, line), thresholds)
    return np.asarray(changed > thresholds.crossing_codes)


def _along(samples: Bytes, line: Line) -> Floats:
    """Return by how much samples change along the stripes."""
    _, down, across = line
    turn = math.hypot(down, across)
    moved = np.array([[1, 0, ALONG * down / turn], [0, 1, -ALONG * across / turn]], np.float32)
    light = cv2.GaussianBlur(samples.astype(np.float32), (0, 0), 1)
    other = cv2.warpAffine(light, moved, light.shape[::-1], borderMode=cv2.BORDER_REFLECT)
    return np.asarray(cv2.absdiff(light, other))
