"""Where the bars of a wedge lie, by the bars themselves.

The chart's place in the picture knows one term of a lens (``charts.projection``). Behind a fisheye
it is off by a pixel and more, and by several per cent in scale, so that the bars run out of step
with the phase that is expected of them, and a reading, which rests on their frequency, is off by as
much. The phases of the bars on each side of the axis tell both, line by line; parabolas through
them along the wedge are taken off.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.resolution import wedge_lines
from acceptance.metrics.resolution.wedge import WedgePixels, read
from acceptance.metrics.resolution.wedge_lines import PixelLines

if TYPE_CHECKING:
    from acceptance.metrics.resolution.printed_wedge import Wedge

Array = NDArray[np.float64]

LEAST = 12  # lines that tell
# share by which bars are closer, and rad by which they are aside, at a reading: less is left
CLOSER, ASIDE = 0.003, 0.2
ROUNDS = 4


def as_seen(
    codes: Array, place: tuple[Array, Array], wedge: Wedge, step: float
) -> tuple[tuple[Array, Array], bool]:
    """Return the ``place`` (h, w) of pixels in mm along and across a wedge, across by its bars.

    And whether these are elsewhere than they should be. ``codes`` (h, w) are the picture, ``step``
    light less dark code. Raises GapError as ``read`` does.
    """
    along, across = place
    for tried in range(ROUNDS):
        pixels = WedgePixels.of(wedge, along, across)
        off = _off(pixels.values(codes), pixels, wedge, step)
        if off is None:
            return (along, across), tried > 0
        closer, aside = (np.polyval(each, along) for each in off)
        across = across * (1 + closer) + aside
    return (along, across), True


def _off(
    values: Array, pixels: WedgePixels, wedge: Wedge, step: float
) -> tuple[Array, Array] | None:
    """Return parabolas along the wedge: by which share bars are closer, and how many mm aside.

    None where the pixels' ``values`` (p,) do not tell, or where they are where they should be.
    """
    reading = read(values, pixels, wedge, step).reading
    resolved = pixels.frequency[pixels.usable] <= reading
    left, right = (_phasors(values, pixels, side)[resolved] for side in (-1, 1))
    both = (-1 if wedge.bars % 2 else 1) * (left + right).conj()  # the middle is dark, or light
    if left.size < LEAST or both[0].real <= 0:  # it might be another bar
        return None
    along = (pixels.usable[resolved] + 0.5) * wedge.length / pixels.lines.count
    turns = 2 * np.pi * wedge.frequency(along)
    weight, apart = np.abs(both), np.angle(left * right.conj())
    closer = np.polyfit(along, apart / (math.pi * wedge.periods), 2, w=weight)
    aside = np.polyfit(along, np.unwrap(np.angle(both)) / turns, 2, w=weight * turns)
    end = along[-1]
    still = abs(np.polyval(closer, end)) < CLOSER, abs(np.polyval(aside, end)) * turns[-1] < ASIDE
    return None if all(still) else (closer, aside)


def _phasors(values: Array, pixels: WedgePixels, side: int) -> NDArray[np.complex128]:
    """Return amplitude and phase of the bars of each usable line on one side of the axis."""
    own = side * pixels.turns > 0
    lines = PixelLines(line=pixels.lines.line[own], count=pixels.lines.count)
    waves = pixels.waves[:, own]
    normal = wedge_lines.normal(waves, lines)[pixels.usable] + 1e-9 * np.eye(3)
    right = wedge_lines.right(values[own], waves, lines)[pixels.usable]
    fitted = np.linalg.solve(normal, right[..., None])[..., 0]
    return np.asarray(fitted[:, 1] + 1j * fitted[:, 2])
