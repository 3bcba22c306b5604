"""Doubt of a mean whose values hang together: means of blocks (G. S. Fishman, 1978; "batch means").

Delays and losses come in spells; blocks longer than a spell are as good as independent. Where
values have a period (key frames), blocks would hold it or not: there the lowest frequencies tell
how far a sum may be off (P. Heidelberger and P. D. Welch, 1981).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
BLOCKS = 20
FREEDOM = BLOCKS - 1.0
LOWEST, HIGHEST = 2, 10  # frequencies, in periods over all values; below, the taper shows the mean
# of ordinates that a Hann taper makes hang together (F. J. Harris, 1978: 35/18)
LOW_FREEDOM = 2 * (HIGHEST - LOWEST + 1) * 18 / 35


def of_mean(values: Floats) -> float:
    """Return the standard uncertainty of the mean of ``values`` (n,), in their order; n >= 40."""
    means = [float(part.mean()) for part in np.array_split(values, BLOCKS)]
    return float(np.std(means, ddof=1) / BLOCKS**0.5)


def of_sum(values: Floats) -> float:
    """Return the standard uncertainty of the sum of ``values`` (n,), in their order; n >= 40.

    A period in them adds nothing, if it is shorter than a twelfth of all.
    """
    taper = np.hanning(len(values) + 1)[:-1]
    tapered = np.fft.rfft((values - values.mean()) * taper)
    power = np.abs(tapered[LOWEST : HIGHEST + 1]) ** 2 / float(taper @ taper)
    return float((len(values) * power.mean()) ** 0.5)


def inflation(values: Floats) -> float:
    """By how much the doubt of a mean exceeds that of independent values; 1 or more."""
    alone = float(np.std(values, ddof=1)) / len(values) ** 0.5
    return float(max(1.0, of_mean(values) / alone)) if alone else 1.0


def together(parts: Sequence[Floats]) -> Floats:
    """Put arrays one after the other; empty where there is none."""
    return np.concatenate(parts) if parts else np.zeros(0)
