"""What hides the view: blocks that show nothing, and whether it may be a veil and no cover.

Fog, smoke and steam let something through: faint relief that is nowhere clear, or shading that
moves. What lies on a lens does neither. ``docs/metrics/faults.md`` has the evidence.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.scene import patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.scene.patterns import Bytes, Floats
    from acceptance.scene.thresholds import Thresholds


@dataclass(frozen=True)
class Look:
    """A picture of which covers are looked for."""

    samples: Bytes
    noise: Floats
    """Of blocks, in codes."""
    means: Floats
    """Of blocks."""
    blank: NDArray[np.bool_]
    """Blocks that showed nothing in what lasted until then."""


class Covers:
    """The pictures of a second or two: their mean, which lasts, and the means of their blocks.

    Where the view has become another before a film ends, and stays so to its end for most of a
    second, those before do not count: their detail would be taken for that of what hides the view.
    What passes close to the lens goes again, and no film that goes on needs this.
    """

    def __init__(self, apart: float, thresholds: Thresholds) -> None:
        """Begin with pictures that are ``apart`` s from one to the next."""
        self.thresholds = thresholds
        number, self.settled, ending = (
            max(thresholds.fewest_lasting, round(seconds / apart))
            for seconds in (
                thresholds.lasting_seconds,
                thresholds.settled_seconds,
                thresholds.ending_seconds,
            )
        )
        self.pictures: deque[Bytes] = deque(maxlen=number)
        self.total: NDArray[np.uint16] = np.zeros((), np.uint16)  # of them
        # no longer: else a cover that creeps is a veil until what it did is forgotten
        self.means: deque[Floats] = deque(maxlen=number)
        self.last: deque[Look] = deque(maxlen=ending)

    def see(self, samples: Bytes, noise: Floats) -> dict[str, float]:
        """Take in the samples of the next picture, and the ``noise`` (codes) of its blocks.

        Return ``blank``, the share in % of the blocks that show nothing but shading and noise, and
        ``veiled``, 1 where what hides them may be a veil, else 0.
        """
        if len(self.pictures) == self.pictures.maxlen:
            self.total -= self.pictures.popleft()
        self.total = self.total + samples
        self.pictures.append(samples)
        self.means.append(patterns.block_means(samples.astype(np.float32), self.thresholds))
        blank, veiled = self._hidden(self._lasting(), self.means, noise)
        self.last.append(Look(samples, noise, self.means[-1], blank))
        return {"blank": patterns.percentage(blank), "veiled": float(veiled)}

    def _lasting(self) -> Floats:
        """Return the mean of the last pictures."""
        return np.asarray(self.total * np.float32(1 / len(self.pictures)))

    def ending(self) -> list[dict[str, float]]:
        """Return what ``see`` gives of the last pictures by the view that they end with alone.

        It is empty where that has not settled, or is the same as before.
        """
        looks = list(self.last)
        start = len(looks)
        while start and self._unlike(looks[start - 1]).mean() <= self.thresholds.same_share:
            start -= 1
        if len(looks) - start < self.settled or not start or not self._is_another(looks[0]):
            return []
        return [
            self._by_itself(looks[start : end + 1])
            for end in range(start + self.settled - 1, len(looks))
        ]

    def _by_itself(self, looks: list[Look]) -> dict[str, float]:
        """Return what the last of these pictures shows where none before them count."""
        lasting = np.asarray(np.mean([look.samples for look in looks], axis=0), np.float32)
        blank, veiled = self._hidden(lasting, [look.means for look in looks], looks[-1].noise)
        return {"blank": patterns.percentage(blank), "veiled": float(veiled)}

    def _unlike(self, look: Look) -> NDArray[np.bool_]:
        """Return the blocks that are others in the last picture, whatever the light does."""
        limits, last = self.thresholds, self.last[-1]
        step = last.samples.astype(np.float32) - look.samples
        changed = patterns.block_means(np.abs(step - step.mean()), limits)
        least = np.hypot(limits.jump_codes, limits.jump_noise_share * last.noise)
        return np.asarray(changed > least)

    def _is_another(self, look: Look) -> bool:
        """Whether most blocks that showed something are others in the last picture."""
        limits = self.thresholds
        telling = self._unlike(look)[~look.blank]
        enough = telling.size > limits.telling_share * look.blank.size
        return enough and bool(np.count_nonzero(telling) > limits.jump_share * telling.size)

    def _hidden(
        self, lasting: Floats, means: Sequence[Floats], noise: Floats
    ) -> tuple[NDArray[np.bool_], bool]:
        """Return the blocks that show nothing, and whether what hides them may be a veil."""
        limits = self.thresholds
        relief = patterns.relief(lasting, limits)
        nothing = np.hypot(limits.faint_codes, limits.noise_left_share * noise)
        # what fog or a blur leaves of a scene has no detail, but is no shading either
        flat = np.hypot(limits.relief_codes, limits.relief_noise_share * noise)
        blank = (patterns.detail(lasting, limits) < nothing) & (relief < flat)
        veiled = self._stirs(blank, means, noise) or self._is_faint(relief[~blank])
        return blank, veiled

    def _stirs(self, blank: NDArray[np.bool_], seen: Sequence[Floats], noise: Floats) -> bool:
        """Whether something moves in blocks that show nothing: they change as the others do not."""
        limits, fewest = self.thresholds, self.thresholds.stirred_share * blank.size
        if np.count_nonzero(blank) < fewest:
            return False
        means = np.array(seen)
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
