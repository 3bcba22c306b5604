"""Where the beeps of the clock page sound (matched filter: G. L. Turin, IRE IT-6 (1960) 311)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import beep
from acceptance.files.scipy_later import fft

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from acceptance.footage.sound import Stretch

    Array = NDArray[np.float64]

HEARD = 0.4  # likeness to the beep, 0 .. 1, from which one is heard; noise reaches 0.25
# s before, and share of, an echo that sounds more like it than the beep
ECHO, DIRECT = 0.07, 0.7
# s after a beep in which what is fainter than this share of it is its echo
ECHOES, FAINTER = 0.3, 0.85
CHUNK = 1 << 18  # samples filtered at once
FAINT = 1e-5  # RMS below which it is silent: rounding of 16 bit


def heard(sound: Iterable[Stretch]) -> Array:
    """Return the times in s at which beeps begin, ascending."""
    found = [stretch.start + _places(stretch) / stretch.rate for stretch in sound]
    return np.sort(np.concatenate(found)) if found else np.empty(0)


def _places(stretch: Stretch) -> Array:
    """(b,) samples at which beeps begin, to a fraction of a sample."""
    likeness = like_beep(stretch.samples, stretch.rate)
    apart = int(beep.SECONDS * stretch.rate)
    begins = sorted({_direct(likeness, at, stretch.rate) for at in _peaks(likeness, apart)})
    levels = [
        float(likeness[begin] * np.linalg.norm(stretch.samples[begin : begin + apart]))
        for begin in begins
    ]
    # what comes as the sound begins may be the echo of a beep before it
    last, loud, places = 0, float(np.quantile(levels, 0.75)) if levels else 0.0, []
    for begin, level in zip(begins, levels, strict=True):
        if begin - last >= ECHOES * stretch.rate or level >= FAINTER * loud:
            places.append(_top(likeness, begin))
            last, loud = begin, level
    return np.array(places)


def _direct(likeness: Array, place: int, rate: float) -> int:
    """Return where the beep begins of which a peak may be the echo, or an echo's echo."""
    first = max(place - int(ECHO * rate), 1)
    before = likeness[first : place + 1]
    tops = np.flatnonzero((before[1:-1] >= before[:-2]) & (before[1:-1] > before[2:])) + 1
    direct = tops[before[tops] >= DIRECT * likeness[place]]
    return _direct(likeness, first + int(direct[0]), rate) if len(direct) else place


def like_beep(samples: NDArray[np.float32], rate: float) -> Array:
    """(n,) how much what begins at a sample is like the beep, 0 .. 1, whatever its level."""
    wave = beep.analytic(rate)
    size = len(wave)
    if len(samples) < size:
        return np.zeros(len(samples))
    energy = float(np.sum(np.abs(wave) ** 2)) / 2
    length = fft.next_fast_len(min(CHUNK, len(samples)) + size)
    spectrum = np.conj(fft.fft(wave, length))
    likeness = np.zeros(len(samples))
    for begin in range(0, len(samples) - size + 1, CHUNK):
        part = samples[begin : begin + CHUNK + size - 1].astype(np.float64)
        count = len(part) - size + 1
        product = np.abs(fft.ifft(fft.fft(part, length) * spectrum)[:count])
        sums = np.concatenate([[0.0], np.cumsum(part**2)])
        own = sums[size:] - sums[:-size]
        floor = size * FAINT**2
        likeness[begin : begin + count] = product / np.sqrt(energy * np.maximum(own, floor))
    return likeness


def _peaks(likeness: Array, apart: int) -> list[int]:
    """Return the highest places above HEARD, none nearer to another than ``apart``."""
    high = np.flatnonzero(likeness >= HEARD)
    if not len(high):
        return []
    groups = np.split(high, np.flatnonzero(np.diff(high) > apart) + 1)
    return [int(group[np.argmax(likeness[group])]) for group in groups]


def _top(likeness: Array, place: int) -> float:
    """Refine a peak by the parabola through it and its neighbours."""
    if not 0 < place < len(likeness) - 1:
        return float(place)
    before, at, after = likeness[place - 1 : place + 2]
    bend = before - 2 * at + after
    return place + 0.5 * float((before - after) / bend) if bend else float(place)
