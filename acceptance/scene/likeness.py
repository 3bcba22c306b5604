"""How thumbnails of a film change, and how like each other they are: many pictures at once.

A step over a few numbers takes several times as long among others, which push it out of the
processor's caches, as it takes right after itself.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.scene.parts import stayed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.patterns import Floats
    from acceptance.scene.thresholds import Thresholds

SHADING = 9, 9  # px of a thumbnail over which shading and light are taken off


class FrameLikeness:
    """Thumbnails that were not compared yet, and those before that they are compared with."""

    def __init__(self, apart: int, thresholds: Thresholds) -> None:
        across, down = thresholds.thumbnail_size
        self.thresholds, self.apart, self.size = thresholds, apart, across * down
        self.before = self.patterns_before = np.empty((0, down, across), np.float32)
        self.keys_before: deque[Floats] = deque(maxlen=2)
        self.waiting: list[Floats] = []
        self.keys: list[bool] = []
        self.seen = 0
        # views that were left, and the frames at which: the last, and one that will be
        self.lefts: deque[tuple[int, Floats]] = deque()

    def see(self, small: Floats, *, key: bool) -> None:
        """Take in the thumbnail (36, 64) of the next frame, in codes."""
        self.waiting.append(small)
        self.keys.append(key)

    def taken(self) -> dict[str, NDArray[np.floating]]:
        """Compare the thumbnails that wait; each feature is (n,), nan where there is none.

        They are mean and change, in codes. Change is that since the frame before, and since the one
        before that; at a key frame also since the key frames before. Likeness is a correlation
        without light and slow shading: to the frame before, to the one half a second ago, and to
        the one before the view changed (``like_left``), which it did at frame ``left_at``. Where it
        is another than half a second ago, so many of its parts, in %, ``stayed`` as they were.
        """
        small = np.concatenate([self.before, self.waiting])
        fresh = [each - cv2.blur(each, SHADING) for each in self.waiting]
        patterns = np.concatenate([self.patterns_before, fresh])
        powers = _powers(patterns)
        number = len(fresh)
        now = small[-number:].reshape(number, -1)
        step, twice = (cv2.absdiff(now, _before(small, apart, number)) for apart in (1, 2))
        difference = _means(step)
        changed = np.count_nonzero(step > self.thresholds.changed_codes, axis=1) / self.size
        taken = {
            "mean": _means(now),
            "difference": difference,
            "drift": _means(twice),
            "area_changed": np.where(np.isnan(difference), math.nan, 100 * changed),
            "like_before": _correlations(patterns, powers, 1, number),
            "like_ago": _correlations(patterns, powers, self.apart, number),
            **self._of_keys(),
        }
        taken |= self._of_left(patterns, taken["like_before"])
        taken["stayed"] = self._stayed(small, taken["like_ago"])
        kept = max(self.apart, 2)
        self.before, self.patterns_before = small[-kept:], patterns[-self.apart :]
        self.waiting, self.keys = [], []
        return taken

    def _stayed(self, small: Floats, like_ago: NDArray[np.floating]) -> NDArray[np.floating]:
        """Share in % of the parts that stayed for half a second, where the view did not."""
        share, start = np.full(len(like_ago), math.nan), len(small) - len(like_ago)
        for number in np.flatnonzero(like_ago < self.thresholds.changed_likeness).tolist():
            now = start + number
            share[number] = stayed(small[now - self.apart], small[now], self.thresholds)
        return share

    def _of_left(
        self, patterns: Floats, like_before: NDArray[np.floating]
    ) -> dict[str, NDArray[np.floating]]:
        """Likeness of each frame to the one before the view last changed, and when it did.

        A change over several pictures is one. What was left is compared from half a second after
        it, and until half a second after the next: a view that comes back is seen to stay.
        """
        number = len(like_before)
        fresh = patterns[len(patterns) - number :]
        like, at = np.full(number, math.nan), np.full(number, math.nan)
        for change in np.flatnonzero(like_before < self.thresholds.changed_likeness).tolist():
            if not self.lefts or self.seen + change - self.lefts[-1][0] >= self.apart:
                before = patterns[len(patterns) - number + change - 1].copy()
                self.lefts.append((self.seen + change, before))
        for changed, left in self.lefts:
            since = max(changed + self.apart - self.seen, 0)
            if since < number:
                like[since:], at[since:] = _to_one(fresh[since:], left), changed
        self.seen += number
        while len(self.lefts) > 1 and self.lefts[1][0] + self.apart <= self.seen:
            self.lefts.popleft()
        return {"like_left": like, "left_at": at}

    def _of_keys(self) -> dict[str, NDArray[np.floating]]:
        """Change of each key frame since the key frames before."""
        names = "key_difference", "key_drift"
        found = {name: np.full(len(self.keys), math.nan) for name in names}
        for number in np.flatnonzero(self.keys).tolist():
            small = self.waiting[number]
            for name, before in zip(names, reversed(self.keys_before), strict=False):
                found[name][number] = float(cv2.norm(small, before, cv2.NORM_L1)) / self.size
            self.keys_before.append(small)
        return found


def _before(pictures: Floats, apart: int, number: int) -> Floats:
    """Return those so far before the last so many pictures, (number, px); nan before the first."""
    end = max(len(pictures) - apart, 0)
    seen = pictures[max(end - number, 0) : end]
    if len(seen) < number:
        missing = np.full((number - len(seen), *seen.shape[1:]), math.nan, np.float32)
        seen = np.concatenate([missing, seen])
    return seen.reshape(number, -1)


def _to_one(patterns: Floats, other: Floats) -> NDArray[np.floating]:
    """Correlate patterns with another one; 0 where there is next to nothing in them."""
    flat, reference = patterns.reshape(len(patterns), -1), other.ravel()
    norms = np.sqrt(np.einsum("ij,ij->i", flat, flat) * float(reference @ reference))
    return np.asarray(
        np.where(norms > reference.size, flat @ reference / np.maximum(norms, 1), 0.0)
    )


def _means(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return the means (n,) of rows; OpenCV adds up in double precision without a copy in it."""
    sums = cv2.reduce(values, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F)
    return np.asarray(np.asarray(sums, np.float64).ravel() / values.shape[1])


def _powers(patterns: Floats) -> Floats:
    flat = patterns.reshape(len(patterns), -1)
    return np.asarray(np.einsum("ij,ij->i", flat, flat))


def _correlations(
    patterns: Floats, powers: Floats, apart: int, number: int
) -> NDArray[np.floating]:
    """Correlate the last so many patterns, of such ``powers``, with those ``apart`` before.

    It is nan where there is next to nothing in them.
    """
    now, before = (_before(patterns, each, number) for each in (0, apart))
    norms = np.sqrt(powers[-number:] * _before(powers, apart, number).ravel())
    products = np.einsum("ij,ij->i", now, before)
    return np.where(norms > now.shape[1], products / np.maximum(norms, 1), math.nan)
