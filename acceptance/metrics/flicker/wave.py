"""The strongest wave in light over time: its frequency as filmed, amplitude, and phase by rows.

A least-squares spectrum (after N. R. Lomb, Astrophysics and Space Science 39, 1976) summed over
bands of rows, each with a phase of its own; slow drifts (exposure control) are taken out first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DRIFT = 2  # order of the polynomial in time that is no flicker
SLOWEST, DRIFTING = 2.0, 0.5  # waves in a film: fewest of a figure, and from which on are looked at
FINER = 8  # frequencies a resolution of 1 / duration
REACH = 0.3  # of a resolution about the peak in which a wave is fitted
SURE = 5.0  # standard uncertainties of an amplitude that is one
STEEPEST = 0.45  # waves a band
# a wave and a swing of the whole picture: how unlike they must be, share of the power that a wave
# alone leaves, and of that how much both together may
LEAST_APART, LEAST_STRAY, EXPLAINED = 0.02, 1e-4, 0.25
LEAST_ALONE = 2.0  # bands whose phases stray independently


@dataclass(frozen=True, kw_only=True)
class LightWave:
    """A wave in n frames at ``frequency`` Hz, as filmed, 0 to half the frame rate.

    ``amplitude`` is a share of the mean light, with standard uncertainty ``noise``; ``waves`` are
    those over all bands. ``sure``: it is no chance; ``slow``: there are too few in the film.
    """

    frequency: float
    frequency_noise: float
    amplitude: float
    noise: float
    waves: float
    waves_noise: float
    sure: bool
    slow: bool


def strongest(times: Array, light: Array) -> LightWave:
    """Find the strongest wave of light (n, bands) at ``times`` (n,) in s, at least 24 frames."""
    at = times - times.mean()
    swing = light / light.mean(axis=0) - 1
    drifts = _drifts(at)
    swing = swing - drifts @ (drifts.T @ swing)
    duration = float(np.ptp(times)) * len(times) / (len(times) - 1)
    frequency, stands_out = _peak(at, swing, drifts, duration)
    weights, rest = _fitted(at, swing, frequency, drifts)
    bands = light.shape[1]
    spread = max(float(rest.mean(axis=1).std()), float(rest.std()) / math.sqrt(bands))
    noise = spread * math.sqrt(2 / len(times))
    square = float(np.mean(np.abs(weights) ** 2)) - 2 * float(rest.var()) * 2 / len(times)
    waves, strayed = _waves(weights)
    amplitude = math.sqrt(max(square, 0.0)) / float(np.sinc(waves / bands))
    of_phase = float(rest.std()) * math.sqrt(2 / len(times)) / max(amplitude, 1e-9)
    return LightWave(
        frequency=frequency,
        frequency_noise=math.hypot(
            math.sqrt(3) / (math.pi * duration) * noise / max(amplitude, 1e-9),
            frequency * _stray(times) * math.sqrt(24 / len(times)) / duration,
        ),
        amplitude=amplitude,
        noise=noise,
        waves=waves,
        waves_noise=max(of_phase / (2 * math.pi) * math.sqrt(12 / bands), strayed),
        slow=frequency < SLOWEST / duration,
        sure=amplitude > SURE * noise and stands_out,
    )


def alias(frequency: float, rate: float) -> float:
    """Return at what frequency a wave of ``frequency`` Hz is seen at ``rate`` frame/s."""
    return abs(frequency - round(frequency / rate) * rate)


def _drifts(at: Array) -> Array:
    """Return orthonormal polynomials in time (n, terms)."""
    return np.asarray(np.linalg.qr(np.vander(at / np.abs(at).max(), DRIFT + 1))[0])


def _peak(at: Array, swing: Array, drifts: Array, duration: float) -> tuple[float, bool]:
    """Return the frequency of the strongest wave in Hz, and whether it stands out of the others."""
    rate = len(at) / duration
    frequencies = np.arange(DRIFTING / duration, rate / 2 - 1 / duration, 1 / (FINER * duration))
    power = _power(at, swing, frequencies)
    best = float(frequencies[int(power.argmax())])
    fine = best + np.linspace(-REACH, REACH, 121) / duration
    # a spectrum's peak is pulled by the wave's own mirror; a fit is not
    left = [
        float(np.sum(_fitted(at, swing, at_frequency, drifts)[1] ** 2))
        for at_frequency in fine.tolist()
    ]
    return _bottom(fine, np.array(left)), float(power.max()) > SURE * float(np.median(power))


def _power(at: Array, swing: Array, frequencies: Array) -> Array:
    """Return the power (f,) of the waves at these frequencies, all bands together."""
    power = np.zeros(len(frequencies))
    for number, frequency in enumerate(frequencies):  # one by one: all together are large
        turned = np.exp(-2j * math.pi * frequency * at) @ swing
        power[number] = float(np.sum(np.abs(turned) ** 2))
    return power


def _fitted(
    at: Array, swing: Array, frequency: float, drifts: Array
) -> tuple[NDArray[np.complex128], Array]:
    """Fit cosine, sine and drifts to each band; return complex amplitudes (bands,), and the rest.

    A slow wave and a drift look alike: fitted together neither takes from the other.
    """
    turn = 2 * math.pi * frequency * at
    terms = np.column_stack([np.cos(turn), np.sin(turn), drifts])
    weights = np.linalg.lstsq(terms, swing, rcond=None)[0]
    return weights[0] - 1j * weights[1], swing - terms @ weights


def _bottom(at: Array, left: Array) -> float:
    """Return where a curve (n,) over even places ``at`` (n,) is lowest, by its parabola there."""
    low = int(np.argmin(left))
    if not 0 < low < len(at) - 1:
        return float(at[low])
    before, here, after = left[low - 1 : low + 2]
    curved = before - 2 * here + after
    return float(at[low] + (at[1] - at[0]) * (before - after) / (2 * curved) if curved else at[low])


def _stray(times: Array) -> float:
    """Return by how much (rms, s) stamps stray from an even pace: they are rounded, or jitter."""
    at = np.arange(len(times))
    return float(np.std(times - np.polyval(np.polyfit(at, times, 1), at)))


def _waves(weights: NDArray[np.complex128]) -> tuple[float, float]:
    """Return how many waves there are over all bands, by the slope of the phase, and its doubt.

    The phase strays from an even slope where the wave has harmonics, or where exposure control
    answers it with a swing of the whole picture.
    """
    count = len(weights)
    bands = np.arange(count)
    slopes = np.linspace(-STEEPEST, STEEPEST, 40 * count + 1)
    turned = np.exp(-2j * math.pi * np.outer(slopes, bands)) @ weights
    best = int(np.abs(turned).argmax())
    even = np.exp(2j * math.pi * slopes[best] * bands + 1j * np.angle(turned[best]))
    stray = np.imag(weights / even) / max(float(np.abs(weights).mean()), 1e-12)
    square = float(np.mean(stray**2))
    alike = float(np.mean(stray[1:] * stray[:-1])) / square if square else 0.0
    alone = max(count * (1 - alike) / (1 + alike), LEAST_ALONE) if alike > -1 else count
    doubt = math.sqrt(square) / (2 * math.pi) * math.sqrt(12 / min(alone, count))
    waves = abs(float(slopes[best])) * count
    beside = _beside_whole(weights, slopes, turned)
    return waves, doubt if beside is None else math.hypot(doubt, (beside - waves) / math.sqrt(3))


def _beside_whole(
    weights: NDArray[np.complex128], slopes: Array, turned: NDArray[np.complex128]
) -> float | None:
    """Return how many waves there are beside a swing of the whole picture, if that shows.

    ``turned`` (slopes,) are sums of the weights (bands,), turned back by each slope.
    """
    count = len(weights)
    waved = turned / count
    whole = complex(weights.mean())
    common = np.exp(-2j * math.pi * np.outer(slopes, np.arange(count))).mean(axis=1)
    apart = np.maximum(1 - np.abs(common) ** 2, LEAST_APART)
    both = np.abs(waved) ** 2 + np.abs(whole) ** 2
    both = (both - 2 * np.real(np.conj(waved) * common * whole)) / apart
    both[np.abs(common) ** 2 > 1 - LEAST_APART] = 0.0
    power = float(np.mean(np.abs(weights) ** 2))
    alone, left = power - float(np.abs(waved).max()) ** 2, power - float(both.max())
    shows = alone > LEAST_STRAY * power and left < EXPLAINED * alone
    return abs(float(slopes[int(both.argmax())])) * count if shows else None
