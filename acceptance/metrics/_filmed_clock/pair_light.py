"""How lit the two cells of each bit of a filmed clock were: light, and the camera's curve.

What one cell of a pair gathers the other lacks, so that blended pairs add up to what clear ones do.
Where they do not, the camera's curve is another than is known of it; or a screen falls more slowly
than it rises, which lights both for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock.gray_code import CLEAR, Array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CONTRAST = 6.0  # codes between the dark and the lit cells below which nothing is read
USUAL_EXPONENT = 1.0  # where no blend shows it, the curve is taken as stated
FEWEST = 6  # blended cells that show it
# what both cells of a pair may add up to: noise reduction mixes codes, which take half of the light
PAIR = 0.4, 1.7


def scale(on: Array, off: Array, linear: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Light (n, 1) of dark cells and of lit ones in each frame, nan where too alike to read."""
    low = np.median(np.minimum(on, off), axis=1, keepdims=True)
    high = np.median(np.maximum(on, off), axis=1, keepdims=True)
    return linear(low), np.where(high - low > CONTRAST, linear(high), np.nan)


def normalised(codes: Array, scale: tuple[Array, Array], linear: Callable[[Array], Array]) -> Array:
    """Scale the light of codes (n, c) so that dark cells are 0 and lit ones 1."""
    low, high = scale
    return np.asarray((linear(codes) - low) / (high - low))


def common_exponent(clocks: Iterable[tuple[Array, Array]]) -> float:
    """Return the exponent by which one camera films clocks, lit and dark light (n, bits) of each.

    From the least to the most that they show it is the nearest to the usual: what a slow screen
    adds to its own pairs looks like a curve, and a camera's picture of a clock has the curve of
    that camera, too.
    """
    found = [each for lit, dark in clocks if (each := _exponent(lit, dark))]
    if not found:
        return USUAL_EXPONENT
    return min(max(USUAL_EXPONENT, min(found)), max(found))


def _exponent(lit: Array, dark: Array) -> float | None:
    """Find the exponent at which blended pairs add up to what clear pairs do.

    None where there are too few.
    """
    blended = (np.minimum(lit, dark) > 2 * CLEAR) & (np.maximum(lit, dark) < 1 - CLEAR)
    if np.count_nonzero(blended) < FEWEST:
        return None
    exponents = np.linspace(0.4, 2.5, 211)
    sums = [float(np.median(lit[blended] ** x + dark[blended] ** x)) for x in exponents]
    return float(exponents[np.argmin(np.abs(np.array(sums) - 1.0))])


def curved(light: Array, exponent: float) -> Array:
    """Light corrected by the exponent; noise below dark stays below."""
    return np.asarray(np.sign(light) * np.abs(light) ** exponent)


def lit_shares(lit: Array, dark: Array, exponent: float) -> Array:
    """Share of the exposure during which each bit was lit, nan where the two make no pair."""
    light, shade = curved(lit, exponent), curved(dark, exponent)
    total = light + shade
    paired = (total > PAIR[0]) & (total < PAIR[1])
    return np.where(paired, light / np.where(total > 0, total, 1.0), np.nan)


def halves(lit: Array, dark: Array, exponent: float) -> Array:
    """Share of each bit where its two rows saw different exposures: the mean of both."""
    return np.asarray((curved(lit, exponent) + 1 - curved(dark, exponent)) / 2)
