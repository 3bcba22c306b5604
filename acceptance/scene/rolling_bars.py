"""Bars that roll up or down over the whole picture: the hum of the mains on an analogue cable.

One to a few broad bars to a picture height look like shading in any one picture, but no shading
moves. Each wave of the rows' means goes round a circle in the complex plane; light that changes
only goes to and fro on a line, and what moves in one place has no effect on most columns and rows.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.scene.patterns import median, ranked, shared_by_most

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from acceptance.scene.patterns import Complexes, Floats
    from acceptance.scene.thresholds import Thresholds

FINER = 8  # times as many lines of a spectrum in time as there are frames


class RollingBars:
    """Means of rows over the last seconds."""

    def __init__(self, frames: int, thresholds: Thresholds) -> None:
        kept = max(frames, thresholds.fewest_bar_frames)
        self.means: deque[NDArray[Any]] = deque(maxlen=kept)
        self.thresholds = thresholds

    def see(self, small: Floats, moves: Iterable[float]) -> bool:
        """Take in the thumbnail (36, 64) of the next frame, in codes; return whether it stands.

        ``moves`` says how far the picture has moved, in % of its height: shading moves with it.
        """
        stands = not any(abs(move) > self.thresholds.still_percent for move in moves)
        if not stands:
            self.means.clear()
        size = self.thresholds.bar_columns, len(small)
        self.means.append(cv2.resize(small, size, interpolation=cv2.INTER_AREA))
        return stands

    def amplitude(self, above: float = 0.0) -> float:
        """Amplitude in codes of the waves that rolled through, if it is ``above`` this; else 0.

        It is at most what most rows have: waves of the sea fill a part of them. It is 0 before
        there are enough frames.
        """
        if len(self.means) < self.thresholds.fewest_bar_frames:
            return 0.0
        shared = self._shared(np.array(self.means))
        most = math.sqrt(2) * ranked(shared.std(axis=0), self.thresholds.bar_rows)
        if most <= above:
            return 0.0
        circles = _circles(shared, self.thresholds.slowest_waves)
        found = min(max(self._steady(circles), _gone_round(circles[:, ::2], shared)), most)
        return found if found > above else 0.0

    def _steady(self, circles: Complexes) -> float:
        """Amplitude of the strongest wave that goes round at one speed, once at least; else 0.

        What passes through the view and changes the light of all of it, does not.
        """
        size = FINER * len(circles)
        lines = np.abs(np.fft.fft(circles, size, axis=0)) / len(circles)
        turns = np.abs(np.fft.fftfreq(size)) * len(circles)
        lines[turns < self.thresholds.fewest_bar_turns] = 0
        at, waves = lines.argmax(axis=0), np.arange(circles.shape[1])
        round_, back = lines[at, waves], lines[-at % size, waves]
        whole = np.sqrt(np.mean(np.abs(circles) ** 2, axis=0))
        alone = round_ >= self.thresholds.steady_bar_share * whole
        return float(np.max((round_ - back)[alone], initial=0.0))

    def _shared(self, means: NDArray[Any]) -> NDArray[Any]:
        """Return what three in four columns of ``means`` (n, rows, columns) differ by at least.

        It is against their usual, (n, rows): what moves in one place has no part in it.
        """
        return shared_by_most(means - median(means, axis=0))


def _circles(shared: Floats, slowest: int) -> Complexes:
    """Return what each wave does, (n, waves): those of 1, 1.5, 2 ... periods to the height.

    A bar and a half lies between those of one and of two, which have 0.6 of it each.
    """
    rows = shared.shape[1]
    padded = np.fft.fft(shared, 2 * rows, axis=1)[:, 2 : 2 * slowest + 1] * (2 / rows)
    return np.asarray(padded - padded.mean(axis=0))


def _gone_round(circles: Complexes, shared: Floats) -> float:
    """Lesser axis of the ellipses that all waves went round.

    What the whole picture changed by (a lorry that fills the view) is taken off.
    """
    power, turn = np.mean(np.abs(circles) ** 2, axis=0), np.abs(np.mean(circles**2, axis=0))
    rolled = math.sqrt(float(np.sum(np.maximum(power - turn, 0))))
    return rolled - math.sqrt(2) * float(shared.mean(axis=1).std())
