"""What hides the view: blocks that show nothing, and whether it may be a veil and no cover.

Fog, smoke and steam let something through: faint relief that is nowhere clear, or shading that
moves. What lies on a lens does neither. ``docs/metrics/faults.md`` has the evidence.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from acceptance.scene import patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.patterns import Bytes, Floats
    from acceptance.scene.thresholds import Thresholds


class Covers:
    """The pictures of a second or two: their mean, which lasts, and the means of their blocks.

    Where the view has become another at once, and has stayed so for most of a second, those before
    count no longer: their detail would be taken for that of what hides the view.
    """

    def __init__(self, apart: float, thresholds: Thresholds) -> None:
        """Begin with pictures that are ``apart`` s from one to the next."""
        self.thresholds = thresholds
        number, self.settled = (
            max(thresholds.fewest_lasting, round(seconds / apart))
            for seconds in (thresholds.lasting_seconds, thresholds.settled_seconds)
        )
        self.since = 0  # pictures since the view became another
        self.blank = np.zeros(thresholds.blocks[::-1], np.bool_)  # blocks that showed nothing
        self.pictures: deque[Bytes] = deque(maxlen=number)
        self.total: NDArray[np.uint16] = np.zeros((), np.uint16)  # of them
        # no longer: else a cover that creeps is a veil until what it did is forgotten
        self.means: deque[Floats] = deque(maxlen=number)

    def see(self, samples: Bytes, noise: Floats) -> dict[str, float]:
        """Take in the samples of the next picture, and the ``noise`` (codes) of its blocks.

        Return ``blank``, the share in % of the blocks that show nothing but shading and noise, and
        ``veiled``, 1 where what hides them may be a veil, else 0.
        """
        limits = self.thresholds
        self._keep(samples, noise)
        lasting = self._lasting()
        relief = patterns.relief(lasting, limits)
        nothing = np.hypot(limits.faint_codes, limits.noise_left_share * noise)
        # what fog or a blur leaves of a scene has no detail, but is no shading either
        flat = np.hypot(limits.relief_codes, limits.relief_noise_share * noise)
        blank = (patterns.detail(lasting, limits) < nothing) & (relief < flat)
        self.blank = blank
        veiled = self._stirs(blank, noise) or self._is_faint(relief[~blank])
        return {"blank": patterns.percentage(blank), "veiled": float(veiled)}

    def _keep(self, samples: Bytes, noise: Floats) -> None:
        """Keep the next picture, and forget those of another view once this one has settled."""
        jumped = bool(self.pictures) and self._is_another(samples, noise)
        self.since = 1 if jumped else self.since + 1
        if len(self.pictures) == self.pictures.maxlen:
            self._forget()
        self.total = self.total + samples
        self.pictures.append(samples)
        self.means.append(patterns.block_means(samples.astype(np.float32), self.thresholds))
        if self.since == self.settled:
            while len(self.pictures) > self.settled:
                self._forget()

    def _forget(self) -> None:
        """Forget the oldest picture."""
        self.total -= self.pictures.popleft()
        self.means.popleft()

    def _is_another(self, samples: Bytes, noise: Floats) -> bool:
        """Whether most blocks that showed something are others, whatever the light does."""
        limits = self.thresholds
        step = samples.astype(np.float32) - self.pictures[-1]
        changed = patterns.block_means(np.abs(step - step.mean()), limits)
        unlike = changed > np.hypot(limits.jump_codes, limits.jump_noise_share * noise)
        telling = unlike[~self.blank]
        enough = telling.size > limits.telling_share * unlike.size
        return enough and bool(np.count_nonzero(telling) > limits.jump_share * telling.size)

    def _lasting(self) -> Floats:
        """Return the mean of the last pictures."""
        return np.asarray(self.total * np.float32(1 / len(self.pictures)))

    def _stirs(self, blank: NDArray[np.bool_], noise: Floats) -> bool:
        """Whether something moves in blocks that show nothing: they change as the others do not."""
        limits, fewest = self.thresholds, self.thresholds.stirred_share * blank.size
        if np.count_nonzero(blank) < fewest:
            return False
        means = np.array(self.means)
        usual = patterns.median(means.reshape(len(means), -1), axis=1)
        apart = means - usual[:, None, None]
        still = np.hypot(limits.stir_codes, limits.stir_noise_share * noise)
        stirred = blank & (apart.std(axis=0) > still)
        return bool(np.count_nonzero(stirred) >= fewest)

    def _is_faint(self, relief: NDArray[np.float32]) -> bool:
        """Whether most of the ``relief`` (codes) that is left is faint: a veil leaves none clear.

        Beside a cover the scene is as clear as ever; in a block or two a codec leaves as much.
        """
        faint, clear = self.thresholds.veiled_relief_codes
        seen = relief[relief >= faint]
        enough = seen.size >= self.thresholds.veiled_share * math.prod(self.thresholds.blocks)
        return enough and bool(np.count_nonzero(seen < clear) > seen.size / 2)
