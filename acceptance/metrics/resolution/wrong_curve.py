"""What a wrong tone curve does to an edge, and what an edge's own sides tell of it."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.files.scipy_later import special
from acceptance.scene.light import STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

EDGE_STEP = 0.1  # sigmas of a Gaussian edge, from place to place
LEAST_LIGHT = 1e-3  # reflectance


def contradicted(scene: Scene, view: View, contrast: float) -> float:
    """Return by what an edge's own sides show the curve's exponent to be off: a doubt of that size.

    The light of its sides, of this ``contrast``, is to that printed as a power is to its base. What
    curve and print leave in doubt anyhow is taken off. By a declared curve only more contrast than
    printed tells: a veil takes some away. 0 of an edge whose sides are not printed.
    """
    printed = view.region.printed
    if not {"dark", "light"} <= printed.keys() or not contrast < 1:
        return 0.0
    added = scene.lit(view)[1]
    dark, light = (max(float(printed[side]) + added, LEAST_LIGHT) for side in ("dark", "light"))
    off = math.log((1 + contrast) / (1 - contrast)) / math.log(light / dark) - 1
    off = off if scene.tone == STEPS else max(off, 0.0)
    known = math.hypot(scene.tone_doubt / math.sqrt(3), scene.copy_doubt)
    return math.copysign(math.sqrt(max(0.0, off**2 - known**2)), off)


def bending(
    light: Array, others: Sequence[Array], levels: tuple[float, float], at: Sequence[float]
) -> Array:
    """Return the relative change of the frequency of each MTF level under each other tone curve.

    Parameters
    ----------
    light, others
        Light of every code by the first and by k other curves.
    levels
        Dark and light beside the edge, in light.
    at
        Modulations, 0 to 1.

    Returns
    -------
    Array
        Changes (modulations, k).

    Notes
    -----
    It is computed of a Gaussian edge; the change is the same however wide it is.
    """
    if not others:
        return np.empty((len(at), 0))
    profile = levels[0] + (levels[1] - levels[0]) * _gaussian_edge()
    profiles = np.array([np.interp(profile, light, other) for other in others])
    straight = np.array([_fall_of_gaussian(level) for level in at])
    return np.asarray(_falls(profiles, at) / straight[:, None] - 1)


def _falls(profiles: Array, at: Sequence[float]) -> Array:
    """Return the frequencies, in cycles a sigma, at which the MTF of edges (k, n) falls to levels.

    As (levels, k). They are sought from 0.05 to 0.6 cycles; a matrix product would start threads
    for nothing.
    """
    spreads = np.diff(profiles)
    frequencies = np.arange(10, 121) / 200
    waves = np.abs(np.fft.rfft(spreads, round(200 / EDGE_STEP))[:, 10:121])
    falling = -waves / np.abs(spreads.sum(axis=1, keepdims=True))
    return np.array([[np.interp(-level, mtf, frequencies) for mtf in falling] for level in at])


@lru_cache
def _gaussian_edge() -> Array:
    """Return an edge of sigma 1, from 0 to 1, at every ``EDGE_STEP`` out to 6 sigmas."""
    return np.asarray(special.ndtr(np.linspace(-6, 6, round(12 / EDGE_STEP) + 1)))


@lru_cache
def _fall_of_gaussian(level: float) -> float:
    return float(_falls(_gaussian_edge()[None], [level])[0, 0])
