"""The pseudo-random binary sequence that drives a region of the clock screen, an LED or a flash.

It is a maximal-length sequence of 15 stages with the polynomial x^15 + x^14 + 1, that of the 32
767-bit test sequence of ITU-T O.150 (1996); S. W. Golomb, Shift Register Sequences (1967). Chip n
is 1 (lit) or 0 (dark), n = 0, 1, 2 ...:

    chip[n] = bit n of START (bit 0 is the lowest)      for n < 15
    chip[n] = chip[n - 14] XOR chip[n - 15]             for n >= 15

and chip[n + 32767] = chip[n]. On the clock screen n is the refresh index. The same in JavaScript:

    const chip = new Uint8Array(32767);
    for (let n = 0; n < 32767; n++)
        chip[n] = n < 15 ? (0x5B2E >> n) & 1 : chip[n - 14] ^ chip[n - 15];
    const level = index => chip[index % 32767];

Nearly any two stretches differ in half their chips, so that a delay shows once and nowhere else;
the one dull stretch of such a sequence (15 equal chips, then sparse ones) is put near its end by
the choice of START.

A *place* is a time in chips: place 7.25 is a quarter of the way through chip 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

STAGES = 15
PERIOD = (1 << STAGES) - 1
START = 0x5B2E


@cache
def chips() -> NDArray[np.uint8]:
    """Return one period, (32767,) of 0 and 1, read-only."""
    register = [START >> n & 1 for n in range(STAGES)]
    for n in range(STAGES, PERIOD):
        register.append(register[n - STAGES + 1] ^ register[n - STAGES])
    period = np.array(register, np.uint8)
    period.flags.writeable = False
    return period


def level(index: ArrayLike) -> NDArray[np.uint8]:
    """Return 1 where the sequence is lit, else 0, at the chips ``index`` (integers, any shape)."""
    return np.asarray(chips()[np.asarray(index, np.int64) % PERIOD])


def mean(begin: ArrayLike, end: ArrayLike) -> NDArray[np.float64]:
    """Return the mean level, 0..1, from place ``begin`` to ``end`` > ``begin``, of any shape."""
    first, last = np.asarray(begin, np.float64), np.asarray(end, np.float64)
    return np.asarray((_lit_until(last) - _lit_until(first)) / (last - first))


@dataclass(frozen=True, kw_only=True, eq=False)
class Drive:
    """What drove a light: ``levels`` (k,), each from one of ``begins`` (k + 1,) to the next.

    ``begins`` are in s, ascending.
    """

    begins: NDArray[np.float64]
    levels: NDArray[np.float64]

    @cached_property
    def unit(self) -> float:
        """Time in s between changes of the level, lower quartile: the chip of a sequence."""
        changes = self.begins[:-1][np.concatenate([[True], np.diff(self.levels) != 0])]
        return float(np.percentile(np.diff(changes), 25))

    def mean(self, begin: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean level from ``begin`` to ``end`` > ``begin`` (s, any shape).

        Before and after the drive it is dark.
        """
        until_end, until_begin = (
            np.interp(time, self.begins, self._until) for time in (end, begin)
        )
        return np.asarray((until_end - until_begin) / (end - begin))

    @cached_property
    def _until(self) -> NDArray[np.float64]:
        return np.concatenate([[0.0], np.cumsum(self.levels * np.diff(self.begins))])


def of_chips(chip: float, rounds: int = 2) -> Drive:
    """Return the drive that runs ``rounds`` times through the sequence, in chips of ``chip`` s."""
    return Drive(
        begins=chip * np.arange(rounds * PERIOD + 1.0),
        levels=np.tile(chips().astype(np.float64), rounds),
    )


@cache
def _lit_before() -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(chips(), dtype=np.int64)])


def _lit_until(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chips lit from place 0 on; a straight line within each chip."""
    chip = np.floor(place)
    rounds, number = np.divmod(chip.astype(np.int64), PERIOD)
    whole = rounds * _lit_before()[-1] + _lit_before()[number]
    return np.asarray(whole + (place - chip) * chips()[number])
