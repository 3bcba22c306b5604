"""Bars that roll up or down over the whole picture: the hum of the mains on an analogue cable.

One to a few broad bars to a picture height look like shading in any one picture, but no shading
moves. Each wave of the rows' means goes round a circle in the complex plane; light that changes
only goes to and fro on a line, and what moves in one place has no effect on most columns.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from acceptance.scene.patterns import Floats
    from acceptance.scene.thresholds import Thresholds


class RollingBars:
    """Waves of the rows' means over the last seconds."""

    def __init__(self, frames: int, thresholds: Thresholds) -> None:
        kept = max(frames, thresholds.fewest_bar_frames)
        self.waves: deque[NDArray[np.float64]] = deque(maxlen=kept)
        self.thresholds = thresholds

    def see(self, averaged: Floats, moves: Iterable[float]) -> None:
        """Take in the averaged rows (36, w) of the next frame, in codes.

        ``moves`` says how far the picture has moved, in % of its height: shading moves with it.
        """
        if any(abs(move) > self.thresholds.still_percent for move in moves):
            self.waves.clear()
        columns, rows = self.thresholds.bar_columns, len(averaged)
        means = cv2.resize(averaged, (columns, rows), interpolation=cv2.INTER_AREA)
        lines = np.fft.fft(means, axis=0)[1 : 1 + self.thresholds.slowest_waves] * (2 / rows)
        self.waves.append(np.stack([lines.real, lines.imag], axis=-1))

    def amplitude(self) -> float:
        """Amplitude in codes of the waves that rolled through; 0 before there are enough frames.

        It is the lesser axis of the ellipse that each wave went round.
        """
        if len(self.waves) < self.thresholds.fewest_bar_frames:
            return 0.0
        waves = np.array(self.waves)
        apart = np.sort(waves - np.median(waves, axis=0), axis=2)
        # by which three columns in four differ at least: what moves in one place has no part in it
        quarter = self.thresholds.bar_columns // 4
        shared = np.maximum(apart[:, :, quarter], 0) + np.minimum(apart[:, :, -1 - quarter], 0)
        circle = shared[..., 0] + 1j * shared[..., 1]
        circle -= circle.mean(axis=0)
        power, turn = np.mean(np.abs(circle) ** 2, axis=0), np.abs(np.mean(circle**2, axis=0))
        return math.sqrt(float(np.sum(np.maximum(power - turn, 0))))
