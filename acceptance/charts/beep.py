"""The beep of the clock page: at which refreshes it sounds, and what it sounds like.

Flash and beep come once in each 64 refreshes, by a square modulo a prime later in each (a quadratic
congruence: E. L. Titlebaum, IEEE Trans. Aerospace and Electronic Systems 17 (1981) 490): shifted
against themselves, two such rows agree in hardly any place, so that it is never in doubt which beep
belongs to which flash. The beep is a chirp, whose moment is sharp even in noise and after a coder
for speech.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK, PRIME = 64, 47  # refreshes
FLASH = 8  # refreshes that the flash lasts
LOWEST, HIGHEST = 800.0, 3200.0  # Hz, from begin to end
SECONDS = 0.06
RISE = 0.25  # share of the beep in which it swells, and in which it fades


def indices(first: int, last: int) -> NDArray[np.int64]:
    """Return the refreshes from ``first`` to ``last`` at which flash and beep begin."""
    blocks = np.arange(max(first // BLOCK - 1, 0), last // BLOCK + 1)
    every = BLOCK * blocks + blocks**2 % PRIME
    return every[(every >= first) & (every <= last)]


def analytic(rate: float) -> NDArray[np.complex128]:
    """Return the beep at ``rate`` samples a second; its real part is what sounds, -1 .. 1."""
    time = np.arange(round(SECONDS * rate)) / rate
    phase = 2 * np.pi * (LOWEST * time + (HIGHEST - LOWEST) / (2 * SECONDS) * time**2)
    edge = np.minimum(time, SECONDS - time) / (RISE * SECONDS)
    swell = 0.5 - 0.5 * np.cos(np.pi * np.clip(edge, 0, 1))
    return np.asarray(swell * np.exp(1j * (phase - np.pi / 2)))
