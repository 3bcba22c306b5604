"""The place of a running clock's seconds in a strip of film, and the moments at which they change.

A digit of the seconds stands still for a second and changes between two frames. So the picture
before and after a moment differs most, at one place, when the moment is that of the change, and
least half a second from it; what moves behind the overlay does not know the second and differs as
much at either. That finds digits of any font on any background before one of them has been read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.errors import GapError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Box = tuple[int, int, int, int]

LEARNT = 40.0  # s of film that the place is looked for in
SHORTEST = 11.0  # s: all ten digits, and a change of the tens
SLOWEST = 0.2  # s between frames
BESIDE = 0.12  # s before and after a moment, at least a frame
HEIGHTS = (7, 10, 14, 20, 28, 40)  # px, of digits that are looked for
TRIMMED = 0.2  # share of the seconds, at either end, that do not count
EDGE = 0.3  # of what a digit changes, at its edge


@dataclass(frozen=True, kw_only=True)
class Ticking:
    """A digit that changes every second.

    ``moment`` (s, in film time) is that of one change, the others are whole seconds away; ``box``
    is x, y, w, h of the digit, ``strength`` says how much it stands out from all else in the strip,
    ``rival`` what share of that the next strongest does elsewhere.
    """

    moment: float
    box: Box
    strength: float
    rival: float


def ticking(strip: NDArray[np.uint8], times: Array) -> Ticking:
    """Find the digit of the seconds in ``strip`` (n, h, w), frames at ``times`` (n,) s.

    Raises GapError.
    """
    if len(times) < 3 or float(np.ptp(times)) < SHORTEST:
        seconds = float(np.ptp(times)) if len(times) else 0.0
        raise GapError("clock_too_short", seconds=seconds, needed=SHORTEST)
    step = float(np.median(np.diff(times)))
    if step > SLOWEST:
        raise GapError("clock_too_few_frames", interval=step, needed=SLOWEST)
    count = int(np.searchsorted(times, times[0] + LEARNT, side="right"))
    phases = round(1 / step)
    sums = _Sums(strip[:count], times[:count])
    moments = times[0] + np.arange(phases) / phases
    seconds = round(float(times[count - 1] - times[0]))
    differs = [sums.differs(moment, seconds) for moment in moments]
    # what differs at a moment, less what differs half a second from it
    half = phases // 2
    return _strongest([here - differs[n - half] for n, here in enumerate(differs)], moments)


class _Sums:
    """Sums over time, from which means over any stretch follow."""

    def __init__(self, strip: NDArray[np.uint8], times: Array) -> None:
        self.times = times
        self.beside = max(BESIDE, 1.5 * float(np.median(np.diff(times))))
        self.sums = np.zeros((len(strip) + 1, *strip.shape[1:]), np.float32)
        np.cumsum(
            strip.astype(np.float32) - strip.mean(axis=0, dtype=np.float32),
            axis=0,
            out=self.sums[1:],
        )

    def mean(self, begin: float, end: float) -> NDArray[np.float32] | None:
        """Mean over begin <= time < end; None where there is no frame."""
        first, last = np.searchsorted(self.times, (begin - 1e-6, end - 1e-6))
        if last <= first:
            return None
        return np.asarray((self.sums[last] - self.sums[first]) / np.float32(last - first))

    def differs(self, moment: float, seconds: int) -> NDArray[np.float32]:
        """(h, w, seconds) absolute difference of just after and before moments a second apart.

        Less what is the same every second or every other: milliseconds at a whole rate of frames,
        a colon or a dot that blinks. What digits of seconds change comes again after ten only.
        """
        apart = np.zeros((*self.sums.shape[1:], seconds), np.float32)
        seen = np.zeros(seconds, bool)
        for second in range(seconds):
            begin = moment + second
            before = self.mean(begin - self.beside, begin)
            after = self.mean(begin, begin + self.beside)
            if before is not None and after is not None:
                apart[..., second], seen[second] = after - before, True
        for alike in (seen & (np.arange(seconds) % 2 == parity) for parity in (0, 1)):
            if alike.any():
                apart[..., alike] -= apart[..., alike].mean(axis=2, keepdims=True)
        return np.abs(apart)


def _strongest(stands_out: list[NDArray[np.float32]], moments: Array) -> Ticking:
    """Find the moment, and the window of a digit's shape, at which the strip stands out most.

    That is judged over all seconds together.
    """
    heights = [height for height in HEIGHTS if height <= stands_out[0].shape[0]]
    found = [
        (*_hit(at_phase, height), phase)
        for height in heights
        for phase, at_phase in enumerate(stands_out)
    ]
    score, window, phase = max(found)
    rival = max(_hit(at_phase, window[3], window)[0] for at_phase in stands_out)
    noise = float(np.median([abs(hit[0]) for hit in found])) + 1e-6
    return Ticking(
        moment=float(moments[phase]),
        box=_digit(stands_out[phase], window),
        strength=score / noise,
        rival=rival / (score + 1e-6),
    )


def _hit(
    stands_out: NDArray[np.float32], height: int, beyond: Box | None = None
) -> tuple[float, Box]:
    """Score and place of the window that stands out most, ``beyond`` another one.

    The seconds in which it does so most and least are left out.
    """
    width = max(3, round(0.6 * height))
    means = cv2.boxFilter(stands_out, -1, (width, height), borderType=cv2.BORDER_CONSTANT)
    trimmed = max(1, round(TRIMMED * means.shape[2]))
    usual = np.sort(means, axis=2)[..., trimmed:-trimmed].mean(axis=2)
    if beyond:
        left, top, across, down = beyond
        rows = slice(max(0, top - down // 2), top + 2 * down)
        usual[rows, max(0, left - 2 * across) : left + 4 * across] = 0
    y, x = np.unravel_index(int(np.argmax(usual)), usual.shape)
    window = int(x) - width // 2, int(y) - height // 2, width, height
    return float(usual[y, x]) * (width * height) ** 0.5, window


def _digit(stands_out: NDArray[np.float32], window: Box) -> Box:
    """Box of what changes in a window and round it.

    Seconds in which all about it moves count little.
    """
    x, y, width, height = window
    inside = slice(max(0, y), y + height), slice(max(0, x), x + width)
    around = stands_out[inside[0], max(0, x - 2 * width) : x + 3 * width]
    moving = np.median(np.abs(around), axis=(0, 1))
    weights = 1 / (moving + max(float(np.median(moving)), 1.0))
    changes = cv2.blur(stands_out @ (weights / weights.sum()), (3, 3))
    level = EDGE * float(np.percentile(changes[inside], 90))
    changed = (changes > level).astype(np.uint8)
    closed = cv2.morphologyEx(changed, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed)
    part = labels[inside]
    label = int(np.argmax(np.bincount(part[part > 0].ravel()))) if (part > 0).any() else 0
    left, top, across, down = (int(value) for value in stats[label, :4])
    return left, top, across, down
