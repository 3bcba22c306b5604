"""Slow motion as phones store it: of one even pace, which its file states and the clock confirms.

Such a film is timed by the clock that it shows. Two that know nothing of each other must say the
same: the file by how much it was slowed, and the clock, against the rate of its screen. All frames
must be there and evenly spaced, so that one factor leads from their stamps to true times; films
that were slowed in part, by ramps, or into which an export put frames, are left to be refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._filmed_clock.film_pace import Doubt
from acceptance.metrics._filmed_clock.line_prior import DRIFT, SCREEN_RATES

if TYPE_CHECKING:
    from collections.abc import Collection

    from acceptance.metrics._filmed_clock.film_pace import ClockPace
    from acceptance.metrics._filmed_clock.readings import Array, Readings
    from acceptance.scene.build import Scene

AGREED = 0.005  # by which file and clock may differ in how much slower the film plays
EVEN_STEP = 0.05  # of the interval, by which stamps may be off it
# refreshes by which readings, right to half of one, may lie off one line, but for single ones, and
# for so few of them
OFF_LINE, STRAY = 1.0, 0.02
# refreshes over which readings are averaged, and frames by which such means may lie off the line or
# off the next: by half a frame they do by themselves, and by a whole one where a frame is lost
AVERAGED, OFF_FRAMES = (2, 6), 0.7
UNSEEN = OFF_FRAMES + 0.5  # frames by which times may be off without being seen to
FASTEST_TAKEN = 250.0  # frame/s: from there on phones put frames between those that they took
STATED = 0.005  # by which a screen may be off the rate that a person states


def by_clock(scene: Scene, clocks: Collection[Readings]) -> tuple[Scene, Doubt] | None:
    """Return the scene with true times in the place of stamps, and what is in doubt of them.

    None where the film states no slow motion, or where it is not shown to be of one even pace.
    Raises GapError condition_no_number.
    """
    times, slowed = scene.series.times, scene.video.slowed
    if slowed <= 1 or "times" in scene.video.assumed or not _even(times):
        return None
    seen = film_pace.ClockPace.by(times, [each for each in clocks if _one_pace(times, each)])
    if seen is None:
        return None
    screen = _screen(scene, seen, slowed)
    if screen is None:
        return None
    factor, unsure = screen[0] / seen.rate, screen[1]
    apart = abs(factor / slowed - 1)
    if apart > AGREED or factor / float(np.median(np.diff(times))) > FASTEST_TAKEN:
        return None
    if apart < unsure:  # the clock says nothing else than the file, whose factor is a round one
        factor = slowed
    true = replace(scene.series, times=times[0] + (times - times[0]) / factor)
    jump = UNSEEN * float(np.median(np.diff(true.times)))
    return replace(scene, series=true), Doubt(share=unsure + apart, slowed=factor, jump=jump)


def _even(times: Array) -> bool:
    """Whether all frames are there, and evenly spaced."""
    steps = np.diff(times)
    usual = float(np.median(steps)) if len(steps) else 0.0
    return usual > 0 and bool(np.all(np.abs(steps - usual) < EVEN_STEP * usual))


def _one_pace(times: Array, readings: Readings) -> bool:
    """Whether readings lie on one line everywhere, as those of the clock's own screen do.

    No two that follow each other, nor the first or last, lie off it: stamps go elsewhere there.
    """
    seen = film_pace.ClockPace.by(times, [readings])
    if seen is None:
        return False
    off = readings.position[readings.readable] - seen.rate * times[readings.readable]
    off -= np.median(off)
    stray = np.abs(off) > OFF_LINE
    if np.any(stray[1:] & stray[:-1]) or stray[0] or stray[-1] or np.mean(stray) > STRAY:
        return False
    frame = seen.rate * float(np.median(np.diff(times)))
    return all(_no_step(off[~stray] / frame, round(each / frame)) for each in AVERAGED)


def _no_step(off: Array, count: int) -> bool:
    """Whether means of ``count`` readings, ``off`` the line by so many frames, stay by it."""
    if len(off) < 2 * count:
        return False
    means = np.convolve(off, np.full(count, 1 / count), "valid")
    steps = means[count:] - means[:-count]
    return bool(np.abs(np.r_[means - np.median(means), steps]).max() <= OFF_FRAMES)


def _screen(scene: Scene, seen: ClockPace, slowed: float) -> tuple[float, float] | None:
    """Return the refreshes a second of the clock's screen, and by what share they may be off.

    By its log; else as a person states it, or the usual rate beside that, if the film shows it by
    what its file says. None where nobody says it: a file that is wrong by twice makes a screen of
    60 Hz one of 120.
    """
    unsure = seen.reach
    if logged := film_pace.logged_rate(scene, seen.readings):
        return logged, unsure + DRIFT
    stated = film_pace.stated_rate(scene)
    if stated is None:
        return None
    usual = float(SCREEN_RATES[np.argmin(np.abs(SCREEN_RATES / (seen.rate * slowed) - 1))])
    near = abs(usual / (seen.rate * slowed) - 1) < film_pace.AS_USUAL
    if near and film_pace.is_stated(usual, stated):
        return usual, unsure + film_pace.AS_USUAL
    return stated, unsure + STATED
