"""Whether a clock, once read, shows what it ought to all through the film: it may be set in it.

A clock that is set by tens of seconds, minutes, hours or a day ticks on evenly. So every digit is
looked at over a few seconds in turn, through the whole film: some frames of each, since a single
picture may be misread.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._osd_clock import matching
from acceptance.metrics._osd_clock.date_and_time import AHEAD, APART, LEAST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._osd_clock.date_and_time import ClockField
    from acceptance.metrics._osd_clock.font import Font
    from acceptance.metrics._osd_clock.seconds import Seconds
    from acceptance.metrics._osd_clock.ticking import Array

PER_SECOND = 5  # frames that are looked at, about
TOGETHER = 3.0  # s that are looked at together
# hours of 24, and of twice 12 that begin with 12 or with 0
HOURS = (lambda hour: hour, lambda hour: (hour - 1) % 12 + 1, lambda hour: hour % 12)
BASES = np.array([10] * 8 + [3, 10, 6, 10, 6])  # digits of year, month, day, hours, minutes, tens
FACE = "{}{}{}{}-{}{}-{}{} {}{}:{}{}:{}{}"


def check(
    strip: NDArray[np.uint8],
    times: Array,
    font: Font,
    seconds: Seconds,
    time: ClockField,
    day: ClockField,
    shown: datetime,
) -> None:
    """Check that the clock runs on from ``shown``, at the first change, and back from there.

    ``strip`` (n, h, w) is of frames at ``times`` (n,) s; ``time`` and ``day`` are where their
    digits stand. Raises GapError clock_set where a digit is another for some seconds.
    """
    frames = _some(times)
    fits = np.concatenate(
        [_fits(strip[frames], font, field) for field in (day, replace(time, edges=time.edges[:5]))],
        axis=1,
    )
    whole = [shown + timedelta(seconds=int(gone)) for gone in _gone(seconds, frames)]
    written = max((_digits(whole, hours) for hours in HOURS), key=lambda each: _total(fits, each))
    lead, at, seen, ought = _worst(fits, times[frames], written, font)
    if lead >= AHEAD:
        raise GapError("clock_set", at=at, shown=FACE.format(*seen), expected=FACE.format(*ought))


def _some(times: Array) -> NDArray[np.int_]:
    """Return the numbers of the frames that are looked at."""
    _, first = np.unique(np.floor((times - times[0]) * PER_SECOND + 1e-6), return_index=True)
    return first


def _gone(seconds: Seconds, frames: NDArray[np.int_]) -> NDArray[np.int_]:
    """Seconds (n,) that the clock has gone in ``frames`` (n,) since its first change."""
    gone = np.concatenate([[-1], seconds.count - seconds.count[0]])
    return np.asarray(gone[np.searchsorted(seconds.first, frames, side="right")], np.int_)


def _fits(strip: NDArray[np.uint8], font: Font, field: ClockField) -> Array:
    """(n, cells, 10) correlation of the cells of a field with each digit, of either polarity."""
    _, y, width, height = font.window
    row = matching.sharp(strip, (0, y + field.down, strip.shape[2], height))
    cells = [row[:, :, edge : edge + width].reshape(len(row), -1) for edge in field.edges]
    return np.stack([np.abs(font.digits.fits(cell)) for cell in cells], axis=1).astype(np.float64)


def _digits(whole: Sequence[datetime], hours: Callable[[int], int]) -> NDArray[np.int_]:
    """(n, 14) digits of date and time."""
    written = "".join(f"{each:%Y%m%d}{hours(each.hour):02}{each:%M%S}" for each in whole)
    return np.array(list(written), np.int_).reshape(len(whole), -1)


def _total(fits: Array, digits: NDArray[np.int_]) -> float:
    """Sum of the fits (n, cells, 10) of digits (n, cells + 1) over the film."""
    return float(np.take_along_axis(fits, digits[:, :-1, None], axis=2).sum())


def _worst(
    fits: Array, times: Array, digits: NDArray[np.int_], font: Font
) -> tuple[float, float, list[int], list[int]]:
    """Find where another digit leads most over the one that ought to be shown.

    Return its lead as a share of what the two differ by, the film time, and the digits (14) that
    are seen there and ought to be. Other digits go on as these do: each is some more, all along.
    """
    ought = digits[:, :-1]
    more = (ought[:, :, None] + np.arange(10)) % BASES[:, None]
    each = np.take_along_axis(fits, more, axis=2)
    apart = np.maximum(font.digits.unlike[ought[:, :, None], more], APART)
    some = max(1, round(TOGETHER * PER_SECOND))
    like, lead = _together(each, some), _together((each - each[:, :, :1]) / apart, some)
    lead[like < LEAST] = -1.0
    lead[:, :, 0] = 0.0
    window = int(lead.max(axis=(1, 2)).argmax())
    middle = min(window + some // 2, len(times) - 1)
    seen = np.take_along_axis(more[middle], lead[window].argmax(axis=1)[:, None], axis=1)[:, 0]
    unit = int(digits[middle, -1])
    return (
        float(lead[window].max()),
        float(times[middle]),
        [*seen.tolist(), unit],
        [*ought[middle].tolist(), unit],
    )


def _together(each: Array, some: int) -> Array:
    """Mean over ``some`` in turn of (n, ...)."""
    summed = np.concatenate([np.zeros_like(each[:1]), each.cumsum(axis=0)])
    return np.asarray((summed[some:] - summed[:-some]) / some)
