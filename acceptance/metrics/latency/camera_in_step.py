"""A camera in step with the clock screen takes its pictures at few phases of a refresh."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock.cadence import refuse_every_refresh
from acceptance.metrics._filmed_clock.gray_code import FEWEST_BLENDS
from acceptance.metrics._filmed_clock.readings import CLEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array, Readings

IN_STEP = 0.8  # likeness of phases from which they are one
PHASES = range(1, 7)  # of a refresh at which a camera in step takes its pictures


def open_phase(number: NDArray[np.int64], taken: Array) -> float:
    """Return what an open phase adds to the draws, half width in refreshes, 0 for little.

    ``taken`` (m, c) are draws of when pictures ``number`` (c,) were, in refreshes. A camera that
    runs in step with the screen takes its pictures at the same few phases of a refresh (one at 30
    of 60 Hz, five at 25); an exposure that blends no two refreshes does not say which. All that
    rows and exposures allow is as likely, of which draws hold the middle for likelier: they hold
    its ends with few lengths and read-outs only.

    A half width counts with a third of its square as variance (rectangular), so the standard
    deviation of what draws hold takes three times its square off that of the half width: draws and
    what is added have together the variance of a flat phase.
    """
    phases = _phases(number, taken.mean(axis=0))
    if not phases:
        return 0.0
    alike = taken.mean(axis=1) - taken.mean()
    half = min(1 / (2 * phases), float(np.abs(alike).max()))
    return math.sqrt(max(half**2 - 3 * float(alike.var()), 0.0))


def _phases(number: NDArray[np.int64], taken: Array) -> int:
    """Return at how many phases of a refresh pictures were ``taken`` (c,), 0 for many."""
    each = float(np.polyfit(number, taken, 1)[0])
    for phases in PHASES:
        swept = abs(each * phases - round(each * phases)) / phases * float(np.ptp(number))
        if swept < 1 / phases:
            return phases
    return 0


def check_pace(pictures: Readings) -> None:
    """Raise GapError clock_too_slow where the camera may take a picture in every refresh.

    When each was taken is then open by a refresh, unless exposures that blend two refreshes show
    ever other phases.
    """
    if len(pictures.index) < 2:
        return
    blended = (np.abs(pictures.low - 0.5) < 0.5 - CLEAR).any(axis=(1, 2))
    turns = np.exp(2j * np.pi * pictures.position[blended])
    if len(turns) < FEWEST_BLENDS or abs(turns.mean()) > IN_STEP:
        refuse_every_refresh(float(np.median(np.diff(pictures.position))))
