"""When a clip shows the flashes of the clock page, by the clock in its pictures.

All readings lie on a line, which tells the time of each flash far below a picture. Where pictures
were lost and their stamps are even all the same, the clock jumps: there another line begins. Where
stamps wander, or the page stood still for a refresh, exposures lie off the line by more than their
light allows: what pictures about a flash are off by is then added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import beep
from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.gray_code import FEWEST_BLENDS
from acceptance.metrics._filmed_clock.line_prior import SCREENS
from acceptance.metrics._filmed_clock.pace import pace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.pace import Pace
    from acceptance.metrics._filmed_clock.readings import Array, Readings

    Whole = NDArray[np.int64]

BESIDE = 8  # readings on either side of a jump
FEWEST = 8  # readings of a line
MOST_JUMPS, SELDOM = 8, 0.2  # in a film, and a second
UNEVEN = 0.1  # refreshes, rms, that exposures or stamps are off a line: stamps in ms leave 0.02
ABOUT = 0.4  # s on either side of a flash
CLEAR = clock_readings.CLEAR


@dataclass(frozen=True, kw_only=True)
class ShownFlashes:
    """When flashes are shown, ``times`` (m, f) s, in m draws of what readings leave possible.

    ``half`` a refresh in s where few blends show its phase, else 0. ``uneven`` s, rms: what single
    exposures are off by.
    """

    times: Array
    half: float = 0.0
    uneven: float = 0.0


def shown_by_clock(times: Array, readings: Readings) -> ShownFlashes:
    """Return when flashes are shown, by pictures at ``times`` (n,) s.

    Raises GapError clock_unreadable or clock_jumps_often.
    """
    # a picture that repeats the one before says nothing of its own time
    seen = np.flatnonzero(readings.readable & ~clock_readings.same_picture(readings.shares))
    if len(seen) < len(times) / 4 or len(seen) < FEWEST:
        raise GapError("clock_unreadable", share=len(seen) / max(len(times), 1))
    step = float(np.median(np.diff(times)))
    jumps, seconds = _jumps(times, readings, seen, step), float(np.ptp(times))
    if len(jumps) > min(MOST_JUMPS, SELDOM * seconds):
        raise GapError("clock_jumps_often", jumps=len(jumps), seconds=seconds)
    parts = np.split(seen, jumps)
    each = [
        _of_part(times[part], readings.only(part), step) for part in parts if len(part) >= FEWEST
    ]
    if not each:
        raise GapError("clock_unreadable", share=len(seen) / len(times))
    return ShownFlashes(
        times=np.concatenate([part.times for part in each], axis=1),
        half=max(part.half for part in each),
        uneven=max(part.uneven for part in each),
    )


def _of_part(times: Array, readings: Readings, step: float) -> ShownFlashes:
    """Return when flashes are shown in a part without a jump."""
    line, coarse = _line(times, readings, step)
    rate = float(line.slopes.mean())
    first, last = line.at(times[[0, -1]]).mean(axis=0)
    shown = line.inverse(beep.indices(int(first), int(last)).astype(np.float64))
    half = coarse * 0.5 / rate
    if max(line.uneven, rate * _stray(times, step)) <= UNEVEN:
        return ShownFlashes(times=shown, half=half)
    late = times - line.inverse(readings.position).mean(axis=0)
    near = [np.abs(times - at) <= ABOUT for at in shown.mean(axis=0).tolist()]
    off = [float(np.median(late[about])) if about.any() else 0.0 for about in near]
    # in step every reading is off its exposure alike, by up to what it leaves possible
    reach = float(np.median(readings.reach)) / rate
    alike = float(np.median(np.abs(np.diff(late)))) < reach / 3
    return ShownFlashes(
        times=shown + off,
        half=max(half, reach * alike),
        uneven=max(line.uneven / rate, reach / 3**0.5),
    )


def _stray(times: Array, step: float) -> float:
    """Return by how much (s, rms) stamps are off an even pace, whole pictures left out."""
    numbers = np.cumsum([0, *np.round(np.diff(times) / step)])
    return float(np.std(times - np.polyval(np.polyfit(numbers, times, 1), numbers)))


def _line(times: Array, readings: Readings, step: float) -> tuple[Pace, bool]:
    """Line from the clip's time to the clock's refreshes; whether few blends show its phase."""
    line = pace(
        times, readings.low, readings.position,
        heights=readings.heights, step=step, usual=SCREENS,
    )  # fmt: skip
    blends = (np.abs(readings.low - 0.5) < 0.5 - CLEAR).any(axis=(1, 2))
    return line, int(np.count_nonzero(blends)) < FEWEST_BLENDS


def _jumps(times: Array, readings: Readings, seen: Whole, step: float) -> list[int]:
    """Return the places in ``seen`` from which on the clock is off by more than a picture."""
    slopes = film_pace.stretches(times, readings)
    if not slopes.size or len(seen) <= 2 * BESIDE:
        return []
    late = times[seen] - readings.position[seen] / float(np.median(slopes))
    windows = np.median(np.lib.stride_tricks.sliding_window_view(late, BESIDE), axis=1)
    off = np.abs(windows[BESIDE:] - windows[:-BESIDE])
    found: list[int] = []
    while off.size and off.max() > step:
        # the middle of the plateau: medians change while the windows pass the jump
        place = int(np.argmax(off))
        found.append(_sharpest(late, place + BESIDE))
        off[max(place - BESIDE, 0) : place + BESIDE + 1] = 0
    return sorted(found)


def _sharpest(late: Array, near: int) -> int:
    """Return the place about ``near`` from which on the clock is off."""
    first = max(near - BESIDE // 2, 1)
    steps = np.abs(np.diff(late[first - 1 : near + BESIDE // 2]))
    return first + int(np.argmax(steps))
