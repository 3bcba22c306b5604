"""A carrier over all of a picture whose crests wind: a signal that is modulated in frequency.

It is no single wave: its spectrum is spread, so that no line of it stands out. But two things are
as in no other pattern. What is added is equally strong in every part of the view. And at each place
it is equally strong in one picture as in the next, as only its phase goes on: noise, and textures
that move, are now stronger and now weaker there, which their fourth moment tells (2 of normal
values, 1 of a constant amplitude; A. Papoulis, Probability, Random Variables, and Stochastic
Processes). What lies below it stays: where all moves, it is the camera.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.files.scipy_later import fft
from acceptance.scene.patterns import ranked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.thresholds import Thresholds

    Floats = NDArray[np.float32]
    Bytes = NDArray[np.uint8]
    Which = NDArray[np.bool_]

LOOKS = 6  # pictures in turn that are held against each other
SLOWEST, FASTEST = 12.0, 60.0  # waves a picture height
SPREAD = 6.0  # waves a picture height over which what changes is gathered: sidebands
SHADING, NEAR = 4.0, 2.5  # samples: blurs that take off shading, and within which it is read
FINE, COARSE = 5.0, 20.0  # samples: blurs between which the scene below it is seen
SEEN = 1.0  # codes (rms) from which there is a scene, and its likeness if it stays
STAYS = 0.5
THIN = slice(1, None, 3)  # samples at which it is read
ONE_WAY = 0.5  # of what changes about a carrier, that does not in the mirrored direction
EVERYWHERE = 0.8  # of what half of the view has, which nine tenths must have
CONSTANT = 1.5  # fourth moment: of six pictures 1.6 and more if normal, 1.2 to 1.5 of a carrier


class WoundCarrier:
    """The last pictures of a film, and what each changed by."""

    def __init__(self, thresholds: Thresholds) -> None:
        """Begin without any picture."""
        self.thresholds = thresholds
        self.samples: deque[Bytes] = deque(maxlen=LOOKS)
        self.powers: deque[Floats] = deque(maxlen=LOOKS - 1)

    def see(self, samples: Bytes, could: Which) -> float:
        """Return the amplitude (codes) of a carrier in the last pictures, 0 where there is none.

        ``samples`` are those of the next picture; those that ``could`` are not clipped.
        """
        if self.samples:
            self.powers.append(_power(samples, self.samples[-1]))
        self.samples.append(samples)
        if len(self.samples) < LOOKS:
            return 0.0
        carrier = _Carrier.in_changes(np.sum(self.powers, axis=0), samples.shape)
        clear = could[THIN, THIN]
        if clear.mean() <= self.thresholds.least_unclipped_share:
            return 0.0
        if carrier is None or not _same_scene(self.samples[0], samples):
            return 0.0
        return _amplitude(np.stack([carrier.light(each)[clear] for each in self.samples]))


def _amplitude(each: NDArray[np.complexfloating]) -> float:
    """Return what nine tenths have of a carrier that is ``each`` (LOOKS, n) in the pictures.

    0 where it is not one.
    """
    power = np.abs(each - each.mean(axis=0)) ** 2
    mean = power.mean(axis=0)
    moment = (power**2).mean(axis=0) / np.maximum(mean, 1e-9) ** 2
    least, usual = (ranked(mean, percentile) for percentile in (10, 50))
    if least < EVERYWHERE**2 * usual or ranked(moment, 50) > CONSTANT:
        return 0.0
    return float(np.sqrt(least * LOOKS / (LOOKS - 1)))  # one is taken off with the mean


@dataclass(frozen=True, kw_only=True)
class _Carrier:
    """A wave by its turns a row and a column (rad)."""

    down: float
    across: float

    @classmethod
    def in_changes(cls, power: Floats, shape: tuple[int, ...]) -> _Carrier | None:
        """Return that about which most changes, but not in the mirrored direction, too.

        Noise changes alike in both; None where all does.
        """
        rows, columns = shape
        power = np.roll(power, rows // 2, axis=0)
        near = cv2.GaussianBlur(power, (0, 0), SPREAD * columns / rows, sigmaY=SPREAD)
        one_way = near - np.roll(near[::-1], 1 - rows % 2, axis=0)
        row, column = divmod(int(np.argmax(one_way * _plane(shape)[1])), power.shape[1])
        if one_way[row, column] <= ONE_WAY * near[row, column]:
            return None
        return cls(down=2 * np.pi * (row - rows // 2) / rows, across=2 * np.pi * column / columns)

    def light(self, samples: Bytes) -> NDArray[np.complexfloating]:
        """Return amplitude in codes and phase at some samples."""
        light = samples.astype(np.float32)
        fine = light - cv2.GaussianBlur(light, (0, 0), SHADING)
        row, column = np.ogrid[: samples.shape[0], : samples.shape[1]]
        turns = (self.down * row + self.across * column).astype(np.float32)
        even, odd = (
            cv2.GaussianBlur(fine * wave(turns), (0, 0), NEAR)[THIN, THIN]
            for wave in (np.cos, np.sin)
        )
        return np.asarray(2 * (even - 1j * odd))


@lru_cache(maxsize=4)
def _plane(shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Return a window, and the waves a picture height of each line, 0 where no carrier is.

    The slowest rows are in the middle.
    """
    rows, columns = shape
    window = np.multiply.outer(*(np.hanning(size).astype(np.float32) for size in shape))
    down = (np.arange(rows) - rows // 2)[:, None]
    waves = np.hypot(down, np.arange(columns // 2 + 1) * (rows / columns))
    carriers = (waves >= SLOWEST) & (waves < FASTEST)
    return window, np.where(carriers, waves, 0).astype(np.float32)


def _power(now: Bytes, before: Bytes) -> Floats:
    """Return the power of each line of what changed."""
    step = now.astype(np.float32) - before
    packed = fft.rfft2((step - step.mean()) * _plane(now.shape)[0])
    return np.asarray(packed.real**2 + packed.imag**2, np.float32)


def _same_scene(first: Bytes, last: Bytes) -> bool:
    """Whether a scene is seen below all that is fine, and is the same in both pictures."""
    before, after = (_scene(picture) for picture in (first, last))
    sizes = [float(np.sqrt(np.mean(each**2))) for each in (before, after)]
    return min(sizes) >= SEEN and float(np.mean(before * after)) >= STAYS * sizes[0] * sizes[1]


def _scene(samples: Bytes) -> Floats:
    light = samples.astype(np.float32)
    return np.asarray(
        cv2.GaussianBlur(light, (0, 0), FINE) - cv2.GaussianBlur(light, (0, 0), COARSE)
    )
