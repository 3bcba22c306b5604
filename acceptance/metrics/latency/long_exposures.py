"""When a camera without an even pace took each picture, where exposures span several refreshes.

Such an exposure blends two refreshes at least, most often at both of its ends. So what it shows
says when it was taken, to a share of its length, once the length is known; and that is the same for
all pictures. It is fitted to all of them; a picture that no exposure so long explains is none, but
mixes two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock.gray_code import LOW_BITS, low_bits
from acceptance.metrics._filmed_clock.pace import DRAWS
from acceptance.metrics.latency import uneven_camera

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array, Readings

FEWEST = 12  # pictures
SHORTEST, LONGEST = 1.0, 8.0  # refreshes
COARSE, FINE, NEAR = 0.05, 0.01, 0.1  # refreshes: steps of lengths, and how far fine ones reach
STEPS = np.arange(-0.76, 0.765, 0.02)  # refreshes about what a picture was read as
SHARE_NOISE = 0.03  # standard uncertainty of the share of a blend
PLAIN = 0.8  # share of pictures that blend two refreshes at most, from which exposures are short
FITS, MOSTLY = 0.12, 0.8  # by which the light of a picture may be off; share of those that are not


def taken(pictures: Readings) -> tuple[Array, float] | None:
    """(DRAWS, n) draws of the middles of exposures, in refreshes, and what each leaves open (rms).

    Nan where a picture is unreadable, or a mixture. Return None where pictures are too few or
    exposures short, or no one length explains most of them.
    """
    read = np.flatnonzero(pictures.readable)
    if len(read) < FEWEST or np.mean(uneven_camera.plain(pictures)[read]) > PLAIN:
        return None
    light, around = pictures.shares[read, :LOW_BITS], pictures.position[read, None] + STEPS
    coarse = np.arange(SHORTEST, LONGEST, COARSE)
    best = coarse[np.argmax(_log_likelihood(_fitted(light, around, coarse)[1]))]
    lengths = np.arange(best - NEAR, best + NEAR, FINE)
    middles, off = _fitted(light, around, lengths)
    log = _log_likelihood(off)
    share = np.exp(log - log.max())
    drawn = np.random.default_rng(2).choice(len(lengths), DRAWS, p=share / share.sum())
    fits = off[np.argmax(log)] < FITS
    if np.mean(fits) < MOSTLY:
        return None
    draws = np.full((DRAWS, len(pictures.index)), np.nan)
    draws[:, read[fits]] = middles[drawn][:, fits]
    # each of the two ends of an exposure says when it was
    return draws, SHARE_NOISE * float(lengths[drawn].mean()) / 2**0.5


def _log_likelihood(off: Array) -> Array:
    """(m,) that of lengths whose pictures are ``off`` (m, n); a mixture fits none."""
    return np.asarray(-(np.minimum(off, FITS) ** 2).sum(axis=1) / (2 * SHARE_NOISE**2))


def _fitted(light: Array, around: Array, lengths: Array) -> tuple[Array, Array]:
    """(m, n) middles of exposures of ``lengths`` (m,) that explain the ``light`` (n, bits) best.

    Those ``around`` (n, k) are tried. Then (m, n) by how much the worst bit is off.
    """
    middles, worst = [], []
    each = np.arange(len(light))
    for length in lengths.tolist():
        off = np.abs(low_bits(around, length) - light[:, None])
        best = (off**2).sum(axis=2).argmin(axis=1)
        middles.append(around[each, best])
        worst.append(off[each, best].max(axis=1))
    return np.array(middles), np.array(worst, np.float64)
