"""How an edge's step may be another than its line spread shows, and what that moves.

A halo of the lens, or of a dirty dome, spreads a share of the light over many pixels: too faint,
pixel by pixel, for the window to follow, though the MTF counts it at frequency 0. Uneven light
that nobody corrected looks the same. Light that is finer than its surface over the chart, as of a
ghost in the lens, falls on the two sides of an edge differently. The sharp border of any aperture
diffracts light into a line spread that falls as 1/x^2 only (J. W. Goodman, Introduction to Fourier
Optics, 6.3): what it has beyond a window goes on beyond any region.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from acceptance.model.measurement import BudgetLine

Array = NDArray[np.float64]

SOURCE, FINER = "spread beyond the window", "light finer than its surface"
FAR, NEAR = 0.7, 1.5  # of the way to the border, beyond so many windows: what a step ends at
SURE, FEWEST = 3.0, 4  # standard errors, and blocks that they come from
MOST = 2.0  # standard errors that a share is larger by at most
LEAST = 0.005  # of the step: less moves a crossing by less than its smallest U
# of the window, where it begins to fall, and where half of what lies there is left out; of the way
# to the border, where what is printed beside an edge begins to spread into it
FALLS, HALF, CLEAR = 0.6, 5 / 6, 0.95


def beyond(image: Array, distance: Array, window: float, seen: float, blocks: int) -> float:
    """Return the share of the step that rises beyond the window; 0 where noise may make it.

    ``image`` (rows, columns) is light, dark where the ``distance`` (rows, columns) px from the edge
    is below 0; ``window`` is its half-width, px, and ``seen`` the step within it; ``blocks`` of
    rows give the standard error.
    """
    widest = np.array([-distance.min(), distance.max()])
    least = window + FAR * (widest - window)
    if least.min() < NEAR * window:
        return 0.0
    group = np.arange(len(image)) * blocks // len(image)
    light, dark = (
        _means(image, part, group) for part in (distance > least[1], distance < -least[0])
    )
    steps = (light - dark)[np.isfinite(light - dark)]
    if steps.size < FEWEST:
        return 0.0
    # the window's own step rests on the pixels where it falls, a third of its half-width
    fewer = float(np.mean(widest - least)) / (window / 3)
    error = float(steps.std(ddof=1)) * math.sqrt((1 + fewer) / steps.size)
    more = float(steps.mean()) - seen
    return abs(more) / seen if abs(more) > max(SURE * error, LEAST * seen) else 0.0


def diffracted(image: Array, distance: Array, window: float, seen: float, blocks: int) -> float:
    """Return the most of the step that diffraction may take beyond the window, as ``beyond`` does.

    From where the window begins to fall on, light nears its level by 1/x. It may go with the
    distance besides, on each side by another slope: such light is uneven, not spread.
    """
    away, widest = np.abs(distance), min(-distance.min(), distance.max())
    if CLEAR * widest < NEAR * FALLS * window:
        return 0.0
    chosen = (away > FALLS * window) & (away < CLEAR * widest)
    group = np.broadcast_to((np.arange(len(image)) * blocks // len(image))[:, None], image.shape)
    parts = (chosen & (group == block) for block in range(blocks))
    spread = np.array([_spread(image[part], distance[part]) for part in parts if part.any()])
    error = float(spread.std(ddof=1)) / math.sqrt(spread.size)
    share, doubt = (2 * of / (HALF * window * seen) for of in (float(spread.mean()), error))
    return share + MOST * doubt if share > max(SURE * doubt, LEAST) else 0.0


def _spread(light: Array, distance: Array) -> float:
    """Return the light (n,) times px by which it nears its level on either side of an edge."""
    away, bright = np.abs(distance), distance > 0
    terms = np.stack([bright, ~bright, away * bright, away * ~bright, -1 / distance], axis=1)
    return float(np.linalg.lstsq(terms, light, rcond=None)[0][-1])


def _means(image: Array, part: NDArray[np.bool_], group: NDArray[np.intp]) -> Array:
    """Return the mean of a ``part`` of the pixels in each ``group`` of rows; nan: none there."""
    sums, counts = (np.bincount(group, np.where(part, of, 0.0).sum(axis=1)) for of in (image, 1.0))
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def lines(
    share: float, finer: float, mtf: tuple[Array, Array], level: float, crossing: float
) -> list[BudgetLine]:
    """Return the lines of what is wrong with the step, of a crossing.

    ``mtf`` are frequencies (n,) in cycle/px and modulation (n,), which falls to ``level`` at the
    ``crossing``. A ``share`` of the step that rises beyond the window counts at frequency 0 if it
    is of the lens, and not at all if it is light: the crossing is off by anything up to what the
    whole of it makes. ``finer`` is the standard uncertainty, over the step, of what finer light
    adds to it.
    """
    near = np.array([0.98, 1.02]) * crossing
    fall = max(-float(np.diff(np.interp(near, *mtf))[0]), 1e-3)
    parts = (SOURCE, share / math.sqrt(3)), (FINER, finer)
    return [
        BudgetLine(
            source=name, contribution=part * level * float(np.ptp(near)) / fall, evaluation="B"
        )
        for name, part in parts
        if part
    ]
