"""A burnt-in clock of known offset and rate, whose ticks lie between the frames of a film."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from films import Reading

from acceptance.metrics import burnt_in_clock
from acceptance.metrics._osd_clock.seconds import Seconds
from acceptance.metrics.burnt_in_clock import reference_time
from acceptance.model import Shot
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.model import BudgetLine

RATES = (12.5, 15.0, 20.0, 24000 / 1001, 25.0, 30000 / 1001, 30.0)  # frame/s
DRIFT = 1000e-6  # most by which the clock gains or loses: 86 s a day


def ticks(random: np.random.Generator) -> list[Reading]:
    """Read offset and rate from 15 to 60 s of film, with ticks anywhere between two frames.

    Drawn from the budget: the reference clock's error, that of the film's time stamps, and the
    delay until the time is burnt in.
    """
    interval = 1 / float(random.choice(RATES))
    stamps = np.arange(round(random.uniform(15, 60) / interval)) * interval
    accuracy, drift = random.uniform(0.01, 0.5), random.uniform(-DRIFT, DRIFT)
    stamped_fast, reference_off, late = random.standard_normal(3) / 3**0.5
    true = random.uniform(1e9, 2e9) + stamps / (1 + reference_time.FILM_CLOCK * stamped_fast)
    ahead = random.uniform(-3600, 3600) + drift * (true - true[0])
    seconds, first = _seen(np.floor(true + ahead - late * interval).astype(np.int64), stamps)
    reference = true[0] + accuracy * reference_off + stamps
    shown = reference_time.EPOCH + timedelta(seconds=first)
    half_widths = {
        "reference_clock": accuracy,
        "film_clock": reference_time.FILM_CLOCK * float(stamps[-1]),
    }
    offset = burnt_in_clock.offset(seconds, shown, reference, half_widths)
    rate = burnt_in_clock.rate(seconds)
    return [
        _reading("burnt_in_clock.offset", *offset, float(ahead[seconds.first].mean())),
        _reading("burnt_in_clock.rate", *rate, drift * burnt_in_clock.DAY),
    ]


def _seen(shown: np.ndarray, stamps: Array) -> tuple[Seconds, int]:
    """Return the clock's course, frame by frame, and what it shows from the first change on."""
    first = np.flatnonzero(np.diff(shown)) + 1
    seconds = Seconds(
        digits=shown % 10,
        first=first,
        moments=(stamps[first] + stamps[first - 1]) / 2,
        reach=(stamps[first] - stamps[first - 1]) / 2,
        count=shown[first] - shown[0],
        clear=1.0,
    )
    return seconds, int(shown[first[0]])


def _reading(quantity: str, value: float, budget: list[BudgetLine], truth: float) -> Reading:
    shot = Shot(id="drawn", subject="clock", clip="")
    found = measurement(shot, quantity, value, "", budget, samples=1, method="")
    return Reading.of(found, truth)
