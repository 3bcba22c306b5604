"""When a clip shows the flashes of the clock page, by the clock in its pictures.

All readings lie on a line, which tells the time of each flash far below a picture. Where pictures
were lost and their stamps are even all the same, the clock jumps: there another line begins.
"""

from __future__ import annotations

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
CLEAR = clock_readings.CLEAR


def shown_by_clock(times: Array, readings: Readings) -> tuple[Array, float]:
    """Return when flashes are shown, (m, f) s, in m draws of what readings leave possible.

    In pictures at ``times`` (n,) s. Beside it half a refresh in s where few blends show its phase,
    else 0. Raises GapError clock_unreadable.
    """
    # a picture that repeats the one before says nothing of its own time
    seen = np.flatnonzero(readings.readable & ~clock_readings.same_picture(readings.shares))
    if len(seen) < len(times) / 4 or len(seen) < FEWEST:
        raise GapError("clock_unreadable", share=len(seen) / max(len(times), 1))
    step = float(np.median(np.diff(times)))
    shown, half = [], 0.0
    for part in np.split(seen, _jumps(times, readings, seen, step)):
        if len(part) < FEWEST:
            continue
        line, coarse = _line(times[part], readings.only(part), step)
        first, last = line.at(times[part[[0, -1]]]).mean(axis=0)
        shown.append(line.inverse(beep.indices(int(first), int(last)).astype(np.float64)))
        half = max(half, coarse * 0.5 / float(line.slopes.mean()))
    return np.concatenate(shown, axis=1), half


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
