"""Date and time read from the cells of a clock whose font is known.

The layout first, then the digits.
A time is a hypothesis about every second of the film: the tens go up when the seconds pass nine,
the minutes when they pass fifty-nine. The one is taken that all seconds bear out together, and only
if no cell could as well hold another digit. Dates are those of the calendar from 2000 to 2099.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._osd_clock import layout, matching
from acceptance.metrics._osd_clock.ticking import LEARNT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._osd_clock.font import Font
    from acceptance.metrics._osd_clock.matching import Templates
    from acceptance.metrics._osd_clock.ticking import Array

# Of 238 readings of films of 12 and 14 s with digits of 6 to 9 px (CRF 30) 16 were wrong: from 7 px
# on with a correlation of up to 0.55 and a lead of up to 0.15, or 0.76 and 0.04.
LEAST = 0.6  # correlation of a cell with its digit
AHEAD = 0.16  # share of the way to another reading by which it must lead
APART = 0.2  # unlikeness that counts at least: a share of hardly anything is noise
LEGIBLE = 7  # px, height of digits below which noughts and eights are one
SMALLEST = 10  # px, height of digits from which on the bar is met: 99 % read at CRF 30
ALIKE = 1e-4  # of unlikeness, below which two readings are one


@dataclass(frozen=True, kw_only=True)
class Cells:
    """What every place of the digits' row shows, by the left edge of a cell, while the tens of seconds stand.

    ``shown`` (n, w, pixels) are the mean pictures of n stretches of up to ten seconds, of which
    ``counts`` (n,) were seen; ``seconds`` (n,) is one of each, counted from ``Font.moment``.
    ``units`` is the left edge of the seconds' units, ``first`` what they show in the first of
    ``seconds``; digits cover ``ink`` px.
    """

    shown: NDArray[np.float32]
    seconds: NDArray[np.int_]
    counts: NDArray[np.int_]
    digits: Templates
    units: int
    first: int
    ink: int

    @cached_property
    def fits(self) -> NDArray[np.float32]:
        """(n, 10, w) correlation with each digit."""
        return np.moveaxis(self.digits.fits(self.shown), -1, 1)

    def mean(self, fits: NDArray[np.floating[Any]]) -> Array:
        """Mean of fits (n, ...) over the stretches."""
        return np.average(fits, axis=0, weights=self.counts)


@dataclass(frozen=True, kw_only=True)
class Part:
    """What was read, all values that are written the same, and the left edges of the digits.

    ``least`` correlation over the cells, and least lead over any other reading (0 to 1).
    """

    value: int
    same: frozenset[int]
    least: float
    ahead: float
    edges: tuple[int, ...]


def cells(strip: NDArray[np.uint8], times: Array, font: Font) -> Cells:
    """Average each second, and the seconds in which only the units change.

    See what each place of the row shows.
    """
    _, y, width, height = font.window
    early = times <= times[0] + LEARNT
    number = np.floor(times[early] - font.moment + 1e-6).astype(int)
    seconds = np.array(
        [
            one
            for one in range(int(number.min()), int(number.max()) + 1)
            if np.sum(number == one) >= 2
        ]
    )
    means = np.stack(
        [strip[early][number == second].mean(axis=0, dtype=np.float32) for second in seconds]
    )
    rows = matching.sharp(means, (0, y, strip.shape[2], height))
    _, begins, counts = np.unique(
        (font.first + seconds) // 10, return_index=True, return_counts=True
    )
    stretches = (
        matching.places(rows[at : at + count], width)
        for at, count in zip(begins, counts, strict=True)
    )
    return Cells(
        shown=np.stack([font.digits.together(one) for one in stretches]),
        seconds=seconds[begins],
        counts=counts,
        digits=font.digits,
        units=font.window[0],
        first=int(font.first + seconds[0]) % 10,
        ink=font.ink,
    )


def time_of_day(face: Cells) -> Part:
    """Read the time, s since midnight, in the first second. Raises GapError."""
    since = face.seconds - face.seconds[0]
    tens = (np.arange(6)[:, None] + (face.first + since) // 10) % 6
    course = face.mean(face.fits[np.arange(len(since)), tens].swapaxes(0, 1)).max(axis=0)
    upto = face.mean(np.maximum.accumulate(face.fits, axis=1))
    layouts = layout.of_time(upto, course, face.units, face.ink)
    if not layouts:
        _what, _hint = (
            "hours and minutes are not in the region",
            "Draw the region round date and time",
        )
        raise GapError("clock_cut_off")
    starts = np.arange(face.first, 86400, 10)
    running = (starts[:, None] + since) % 86400
    written = (
        running // 36000,
        running // 3600 % 10,
        running // 600 % 6,
        running // 60 % 10,
        running // 10 % 6,
    )
    part = _part(starts, np.stack(written), layouts, face.fits, face)
    return replace(part, edges=(*part.edges, face.units))


def calendar_date(face: Cells, time: Part, order: str | None) -> Part:
    """Read the date of the first second, as its ordinal number. ``order``: YMD, MDY, DMY or None.

    Raises GapError.
    """
    days = (time.value + face.seconds - face.seconds[0]) // 86400
    usual = int(days[np.argmax(face.counts)])
    fits = face.digits.fits(face.digits.together(face.shown[days == usual])).T
    orders = (order,) if order else tuple(layout.ORDERS)
    layouts = layout.of_date(fits.astype(np.float64), time.edges, orders)
    if not layouts:
        raise GapError("clock_no_date")
    part = _part(*_calendar(), layouts, fits[None], face)
    if len(part.same) > 1:
        both = " or ".join(str(date.fromordinal(day)) for day in sorted(part.same))
        raise GapError("clock_order_unknown", dates=both)
    return replace(part, value=part.value - usual)


@lru_cache
def _calendar() -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Every day from 2000 to 2099, as its ordinal number (d,), and its eight digits, year first (8, d, 1)."""
    days = range(date(2000, 1, 1).toordinal(), date(2100, 1, 1).toordinal())
    written = [date.fromordinal(day).strftime("%Y%m%d") for day in days]
    digits = np.array(written, "S8").view(np.uint8).reshape(-1, 8, 1).swapaxes(0, 1).astype(
        int
    ) - ord("0")
    return np.array(days), digits


def _part(
    values: NDArray[np.int_],
    digits: NDArray[np.int_],
    layouts: Sequence[tuple[int, ...]],
    fits: NDArray[np.floating[Any]],
    face: Cells,
) -> Part:
    """Choose the best of hypotheses, ``digits`` (cells, hypotheses, stretches), in the best of layouts.

    The lead over another reading is a share of what two perfect ones would differ by, since some
    digits are much alike. Raises GapError ``clock_unclear`` or ``clock_too_small`` where a cell
    could as well hold another digit.
    """
    weights = (face.counts / face.counts.sum() if len(fits) > 1 else np.ones(1)).astype(np.float32)[
        :, None
    ]
    written = (
        (digits.swapaxes(0, 1)[..., None] == np.arange(10))
        .astype(np.float32)
        .reshape(len(values), -1)
    )
    edges = np.array(layouts)
    # Of each layout, cell, stretch and digit.
    seen = (fits.swapaxes(0, 1)[:, :, edges] * weights[:, :, None]).transpose(2, 3, 1, 0)
    total = seen.reshape(len(edges), -1) @ written.T
    layout, chosen = np.unravel_index(int(np.argmax(total)), total.shape)
    placed = digits[np.argsort(edges[layout]), chosen][edges.argsort(axis=1).argsort(axis=1)]
    apart = (face.digits.unlike[placed] * weights).reshape(len(edges), -1).astype(
        np.float32
    ) @ written.T
    other = apart > ALIKE
    same = ~other & (np.sort(edges, axis=1) == np.sort(edges[layout])).all(axis=1)[:, None]
    cells = np.take_along_axis(seen[layout], digits[:, chosen, :, None], axis=2).sum(axis=(1, 2))
    part = Part(
        value=int(values[chosen]),
        same=frozenset(values[same.any(axis=0)].tolist()),
        least=float(cells.min()),
        ahead=float(
            ((total[layout, chosen] - total)[other] / np.maximum(apart[other], APART)).min()
        ),
        edges=tuple(edges[layout].tolist()),
    )
    return _sure(part, face.digits.height)


def _sure(part: Part, height: int) -> Part:
    if height >= LEGIBLE and part.least >= LEAST and part.ahead >= AHEAD:
        return part
    if height < SMALLEST:
        raise GapError("clock_too_small", height=height, needed=SMALLEST)
    raise GapError("clock_unclear", least=part.least, ahead=part.ahead)
