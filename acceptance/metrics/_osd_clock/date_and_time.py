"""Date and time read from the cells of a clock whose font is known: the layout, then the digits.

A time is a hypothesis about every second of the film: the tens go up when the seconds pass nine,
the minutes when they pass fifty-nine. The one is taken that all seconds together support most, and
only if no cell could as well hold another digit. Dates are those of the calendar from 2000 to 2099.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._osd_clock import half_day, layout, matching
from acceptance.metrics._osd_clock.half_day import HALF
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
BESIDE = 0.15  # of what a digit covers, by which a cell may be aside
HOUR = 3600
ALIKE = 1e-4  # of unlikeness, below which two readings are one


@dataclass(frozen=True, kw_only=True)
class Cells:
    """What every place of the digits' row shows, by a cell's left edge, while the tens stand.

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
class ClockField:
    """Time or date as it was read: its ``value``, and left ``edges`` of its digits.

    ``same`` are all values that are written the same. ``least`` is the least correlation over the
    cells, ``ahead`` the least lead over any other reading (0 to 1). ``down``: px below the line of
    the time.
    """

    value: int
    same: frozenset[int]
    least: float
    ahead: float
    edges: tuple[int, ...]
    down: int = 0


def cells(strip: NDArray[np.uint8], times: Array, font: Font, down: int = 0) -> Cells:
    """See what each place of a line shows, over stretches in which only the units change.

    The line is that of the time, or ``down`` px below it.
    """
    _, y, width, height = font.window
    early = times <= times[0] + LEARNT
    seconds, means = _each_second(strip[early], times[early] - font.moment)
    rows = matching.sharp(means, (0, y + down, strip.shape[2], height))
    tens = (font.first + seconds) // 10
    _, begins, counts = np.unique(tens, return_index=True, return_counts=True)
    stretches = [matching.places(part, width) for part in np.split(rows, begins[1:])]
    return Cells(
        shown=np.stack([font.digits.together(stretch) for stretch in stretches]),
        seconds=seconds[begins],
        counts=counts,
        digits=font.digits,
        units=font.window[0],
        first=int(font.first + seconds[0]) % 10,
        ink=font.ink,
    )


def _each_second(
    strip: NDArray[np.uint8], times: Array
) -> tuple[NDArray[np.int_], NDArray[np.float32]]:
    """Seconds (s,) that two frames or more show, and their mean pictures (s, h, w)."""
    number = np.floor(times + 1e-6).astype(int)
    every = range(int(number.min()), int(number.max()) + 1)
    seconds = np.array([second for second in every if np.sum(number == second) >= 2])
    means = [strip[number == second].mean(axis=0, dtype=np.float32) for second in seconds]
    return seconds, np.stack(means)


def time_of_day(face: Cells) -> ClockField:
    """Read the time, s since midnight, in the first second, of 24 hours and of twice 12.

    ``same`` has both halves of the day where either would be written so. Raises GapError
    clock_cut_off, and as ``calendar_date``.
    """
    since = face.seconds - face.seconds[0]
    tens = (np.arange(6)[:, None] + (face.first + since) // 10) % 6
    course = face.mean(face.fits[np.arange(len(since)), tens].swapaxes(0, 1)).max(axis=0)
    upto = face.mean(np.maximum.accumulate(face.fits, axis=1))
    layouts = layout.of_time(upto, course, face.units, face.ink)
    if not layouts:
        raise GapError("clock_cut_off")
    starts = np.arange(face.first, 86400, 10)
    seconds = (starts[:, None] + since) % 86400
    twelve = (seconds - HOUR) % HALF + HOUR
    written = np.concatenate([_digits_of_time(seconds), _digits_of_time(twelve)], axis=1)
    time = _likeliest(np.tile(starts, 2), written, layouts, face.fits, face)
    return replace(time, edges=(*time.edges, face.units))


def _digits_of_time(seconds: NDArray[np.int_]) -> NDArray[np.int_]:
    """(5, ...) digits of hours, of minutes and the tens of seconds."""
    hours = seconds // 36000, seconds // 3600 % 10
    minutes = seconds // 600 % 6, seconds // 60 % 10
    return np.stack([*hours, *minutes, seconds // 10 % 6])


def settled(
    time: ClockField, face: Cells, strip: NDArray[np.uint8], times: Array, font: Font
) -> ClockField:
    """Settle which half of the day a time of 12 hours is in, by the mark beside it.

    Where there is none that can be read, ``same`` still has both halves. Raises GapError
    clock_half_day where the film then goes over twelve, so that its date may change or not.
    """
    if len(time.same) == 1:
        return time
    since = np.floor(times[times <= times[0] + LEARNT] - font.moment + 1e-6) - face.seconds[0]
    later = (time.value % HALF + since) // HALF
    usual = int(np.median(later))
    _, y, width, _ = font.window
    half = half_day.read(
        strip[: len(later)][later == usual].mean(axis=0, dtype=np.float32),
        time.edges[0],
        time.edges[-1] + width,
        y + face.digits.top,
        face.digits.height,
    )
    if half is not None:
        value = time.value % HALF + (half - usual) % 2 * HALF
        return replace(time, value=value, same=frozenset({value}))
    if later.min() < later.max():
        midnight = datetime.min  # noqa: DTZ901 -- a time of day, of no zone
        raise GapError("clock_half_day", shown=clock_face(midnight + timedelta(seconds=time.value)))
    return replace(time, value=of_24_hours(time))


def of_24_hours(time: ClockField) -> int:
    """Return the value of a clock of 24 hours that is written so: 12:30 is after noon."""
    return next(value for value in sorted(time.same) if value >= HOUR or len(time.same) == 1)


def clock_face(when: datetime) -> str:
    """Write a time as a clock of 12 hours without a mark shows it."""
    return when.strftime("%I:%M:%S")


def calendar_date(
    face: Cells, time: ClockField, order: str | None, *, beside: bool = True
) -> ClockField:
    """Read the date of the first second, as its ordinal number, in an ``order`` or any usual one.

    ``time`` is settled: a day ends at its midnight; ``beside``: it is in the same line. Raises
    GapError clock_no_date, clock_order_unknown, clock_unclear or clock_too_small.
    """
    days = (time.value + face.seconds - face.seconds[0]) // 86400
    usual = int(days[np.argmax(face.counts)])
    fits = face.digits.fits(face.digits.together(face.shown[days == usual])).T
    orders = (order,) if order else layout.USUAL
    layouts = layout.of_date(fits.astype(np.float64), time.edges, orders, beside=beside)
    if not layouts:
        raise GapError("clock_no_date")
    day = _likeliest(*_calendar(), [edges for _, edges in layouts], fits[None], face)
    if len(day.same) > 1:
        both = " or ".join(str(date.fromordinal(same)) for same in sorted(day.same))
        raise GapError("clock_order_unknown", dates=both)
    return replace(day, value=day.value - usual)


@lru_cache
def _calendar() -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Every day from 2000 to 2099: ordinal numbers (d,), and digits, year first, (8, d, 1)."""
    days = range(date(2000, 1, 1).toordinal(), date(2100, 1, 1).toordinal())
    written = [date.fromordinal(day).strftime("%Y%m%d") for day in days]
    characters = np.array(written, "S8").view(np.uint8).reshape(-1, 8, 1).swapaxes(0, 1)
    return np.array(days), characters.astype(int) - ord("0")


def _likeliest(
    values: NDArray[np.int_],
    digits: NDArray[np.int_],
    layouts: Sequence[tuple[int, ...]],
    fits: NDArray[np.floating[Any]],
    face: Cells,
) -> ClockField:
    """Choose the value that fits best, in the best layout.

    ``digits`` (cells, values, stretches) are those that a value would show, ``fits`` (stretches,
    10, w) those of every place. The lead over another reading is a share of what two perfect ones
    would differ by, since some digits are much alike. Raises GapError ``clock_unclear`` or
    ``clock_too_small`` where a cell could as well hold another digit.
    """
    usual = face.counts / face.counts.sum() if len(fits) > 1 else np.ones(1)
    weights = usual.astype(np.float32)[:, None]
    written = _one_hot(digits)
    edges = np.array(layouts)
    # of each layout, cell, stretch and digit
    seen = (fits.swapaxes(0, 1)[:, :, edges] * weights[:, :, None]).transpose(2, 3, 1, 0)
    total = seen.reshape(len(edges), -1) @ written.T
    best, chosen = np.unravel_index(int(np.argmax(total)), total.shape)
    placed = digits[np.argsort(edges[best]), chosen][edges.argsort(axis=1).argsort(axis=1)]
    unlike = (face.digits.unlike[placed] * weights).reshape(len(edges), -1)
    apart = unlike.astype(np.float32) @ written.T
    other = apart > ALIKE
    same = ~other & (np.sort(edges, axis=1) == np.sort(edges[best])).all(axis=1)[:, None]
    cells = np.take_along_axis(seen[best], digits[:, chosen, :, None], axis=2).sum(axis=(1, 2))
    leads = (total[best, chosen] - total)[other] / np.maximum(apart[other], APART)
    behind = _behind(fits, edges[best], digits[:, chosen], usual, face)
    field = ClockField(
        value=int(values[chosen]),
        same=frozenset(values[same.any(axis=0)].tolist()),
        least=float(cells.min()),
        ahead=float(leads.min()) if behind < AHEAD else -behind,
        edges=tuple(edges[best].tolist()),
    )
    return _sure(field, face.digits.height)


def _behind(
    fits: NDArray[np.floating[Any]],
    edges: NDArray[np.int_],
    digits: NDArray[np.int_],
    usual: Array,
    face: Cells,
) -> float:
    """Return by how much a cell is behind some other digit, even of no reading (24:00, year 2569).

    ``digits`` (cells, stretches) are read at ``edges`` (cells,). As what no reading has may have
    moved the layout, either is looked for beside its place, too.
    """
    beside = max(1, round(BESIDE * face.ink))
    near = np.clip(edges[:, None] + np.arange(-beside, beside + 1), 0, fits.shape[2] - 1)
    more = (digits[:, :, None] + np.arange(10)) % 10
    stretches = np.arange(len(fits))[:, None, None]
    each = fits[stretches, more[..., None], near[:, None, None, :]]
    best = np.average(each, axis=1, weights=usual).max(axis=-1)
    apart = np.average(face.digits.unlike[digits[..., None], more], axis=1, weights=usual)
    return float(((best - best[:, :1]) / np.maximum(apart, APART)).max())


def _one_hot(digits: NDArray[np.int_]) -> NDArray[np.float32]:
    """(values, cells x stretches x 10) 1 for the digit that a cell shows, from digits (c, v, s)."""
    shown = (digits.swapaxes(0, 1)[..., None] == np.arange(10)).astype(np.float32)
    return np.asarray(shown.reshape(digits.shape[1], -1))


def _sure(field: ClockField, height: int) -> ClockField:
    if height >= LEGIBLE and field.least >= LEAST and field.ahead >= AHEAD:
        return field
    if height < SMALLEST:
        raise GapError("clock_too_small", height=height, needed=SMALLEST)
    raise GapError("clock_unclear", least=field.least, ahead=field.ahead)
