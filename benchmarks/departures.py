"""By what films of clock and monitor depart from the ideal: switches, each drawn at random.

Signals (``clocks``) and whole films (``departed_films``) know the same switches. Coding and a hand
that holds the phone exist in films alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from draws import log_uniform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Random = np.random.Generator

OFTEN = 0.3  # share of the films in which a switch is on where all are drawn


@dataclass(frozen=True, kw_only=True)
class Departures:
    """All times in s; pairs are those of clock and monitor, or of film and camera."""

    scans: tuple[float, float] = (0.0, 0.0)  # refreshes from first row to last
    rises: tuple[float, float] = (0.0, 0.0)  # time constants
    falls: tuple[float, float] = (0.0, 0.0)
    even: bool = False  # light rises evenly over two time constants, not exponentially
    recursions: tuple[float, float] = (0.0, 0.0)  # share of the picture before
    uneven: tuple[float, float] = (0.0, 0.0)  # rms of exposures beside their pace
    lost: tuple[float, float] = (0.0, 0.0)  # share of pictures
    stamp_jitter: float = 0.0  # rms of stamps beside their exposures
    swapped: float = 0.0  # share of stamps exchanged with the next
    doubled: float = 0.0  # share of stamps that repeat the one before
    shake: float = 0.0  # px of 640, rms
    frame_bits: float = 0.0  # a frame of the film; 0: constant quality
    coder: tuple[str, int] = ("libx264", 30)  # and its CRF

    def stamps(self, random: Random, times: Array) -> Array:
        """Return time stamps of frames that were exposed at ``times`` (n,): some out of order."""
        if not (self.stamp_jitter or self.swapped or self.doubled):
            return times
        found = times + self.stamp_jitter * limited(random, len(times))
        for i in np.flatnonzero(random.uniform(size=len(times) - 1) < self.swapped):
            found[[i, i + 1]] = found[[i + 1, i]]
        twice = np.flatnonzero(random.uniform(size=len(times) - 1) < self.doubled)
        found[twice + 1] = found[twice]
        return np.asarray(found)


def limited(random: Random, count: int) -> Array:
    """Return normal values, limited to twice their standard deviation."""
    return np.clip(random.standard_normal(count), -2, 2)


def moved(random: Random, moments: Array, by: float, lost: float) -> Array:
    """Return ``moments`` (n,) s moved by ``by`` s (rms), without a share ``lost`` of them.

    Ideal ones draw nothing, so that all that is drawn after them stays as it was.
    """
    if by:
        moments = moments + by * limited(random, len(moments))
    return moments[random.uniform(size=len(moments)) >= lost] if lost else moments


def scan(random: Random, by: Departures) -> Departures:
    """Let both screens write their rows in 30 to 95 % of a refresh."""
    return replace(by, scans=_pair(random, 0.3, 0.95))


def response(random: Random, by: Departures) -> Departures:
    """Let both screens rise and fall with time constants of 0.5 to 4 ms, all four different."""
    return replace(by, rises=_pair(random, 5e-4, 4e-3), falls=_pair(random, 5e-4, 4e-3))


def even_response(random: Random, by: Departures) -> Departures:
    """Let both screens respond as in ``response``, but evenly, as driven beyond their level."""
    return replace(response(random, by), even=True)


def hand(random: Random, by: Departures) -> Departures:
    """Hold the phone by hand: 0.5 to 4 px of 640, rms."""
    return replace(by, shake=log_uniform(random, 0.5, 4))


def film_recursion(random: Random, by: Departures) -> Departures:
    """Mix 5 to 40 % of the frame before into each of the film's (noise reduction)."""
    return replace(by, recursions=(random.uniform(0.05, 0.4), by.recursions[1]))


def camera_recursion(random: Random, by: Departures) -> Departures:
    """Mix 5 to 40 % of the picture before into each of the camera's (noise reduction)."""
    return replace(by, recursions=(by.recursions[0], random.uniform(0.05, 0.4)))


def starved(random: Random, by: Departures) -> Departures:
    """Give the film 3 to 20 kbit a frame."""
    return replace(by, frame_bits=log_uniform(random, 3e3, 2e4))


def coder(random: Random, by: Departures) -> Departures:
    """Code the film in H.265 (CRF 24 to 38) or MJPEG."""
    codec = "libx265" if random.uniform() < 0.5 else "mjpeg"
    return replace(by, coder=(codec, int(random.integers(24, 39))))


def lost(random: Random, by: Departures) -> Departures:
    """Lose 1 to 5 % of the film's frames and 2 to 15 % of the camera's pictures."""
    return replace(by, lost=(random.uniform(0.01, 0.05), random.uniform(0.02, 0.15)))


def stamp_jitter(random: Random, by: Departures) -> Departures:
    """Let the film's time stamps jitter by 0.1 to 3 ms, rms."""
    return replace(by, stamp_jitter=log_uniform(random, 1e-4, 3e-3))


def stamp_order(random: Random, by: Departures) -> Departures:
    """Exchange 1 to 10 % of the film's stamps with the next, let 1 to 5 % repeat the last."""
    return replace(by, swapped=random.uniform(0.01, 0.1), doubled=random.uniform(0.01, 0.05))


def film_vfr(random: Random, by: Departures) -> Departures:
    """Let the film's frame rate vary: exposures and stamps by 0.3 to 3 ms, rms, off their pace."""
    return replace(by, uneven=(log_uniform(random, 3e-4, 3e-3), by.uneven[1]))


def camera_vfr(random: Random, by: Departures) -> Departures:
    """Let the camera's frame rate vary: exposures by 0.5 to 6 ms, rms, off their pace."""
    return replace(by, uneven=(by.uneven[0], log_uniform(random, 5e-4, 6e-3)))


SIGNALS: Mapping[str, Callable[[Random, Departures], Departures]] = {
    switch.__name__: switch
    for switch in (
        scan,
        response,
        film_recursion,
        camera_recursion,
        lost,
        stamp_jitter,
        stamp_order,
        film_vfr,
        camera_vfr,
    )
}
# not among those that are drawn for a film of several: its number would mean another film
ALONE = {**SIGNALS, even_response.__name__: even_response}
FILMS = {**SIGNALS, hand.__name__: hand, starved.__name__: starved, coder.__name__: coder}


def some(random: Random, names: Mapping[str, object]) -> list[str]:
    """Draw which switches are on, each by itself."""
    return [name for name in names if random.uniform() < OFTEN]


def drawn(random: Random, names: list[str]) -> Departures:
    """Draw departures with these switches on."""
    by = Departures()
    for name in names:
        by = {**ALONE, **FILMS}[name](random, by)
    return by


def _pair(random: Random, least: float, most: float) -> tuple[float, float]:
    return log_uniform(random, least, most), log_uniform(random, least, most)
