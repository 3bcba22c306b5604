"""The date of a clock, beside its time or on another line.

A line of a name may have a date too, of a version or an installation. So where the time's own line
has as many digits more as a date that cannot be read (25 Nov 2026, 25/11/26), no other line counts;
nor where it has a number by itself that may be a day (Nov 25, where CAM25 is a name) and is another
than that line's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._osd_clock import date_and_time, layout, matching
from acceptance.metrics._osd_clock.ticking import LEARNT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from acceptance.metrics._osd_clock.date_and_time import Cells, ClockField
    from acceptance.metrics._osd_clock.font import Font
    from acceptance.metrics._osd_clock.ticking import Array

ELSEWHERE = {"clock_no_date", "clock_unclear", "clock_too_small"}  # the date may be in another line
LINES = 2  # likeliest lines that are read
A_DATE = 4  # digits, the fewest of a date
AS_CLEAR = 0.9  # of the least correlation of the time's digits, from which on something is a digit
DAYS = range(1, 32)  # of a month
OF_A_DAY = 2  # digits, the most of a day
NEXT = 1.5  # distances of the time's digits, up to which digits are of one number
NEAR = 0.45  # of that distance, within which letters of one word with digits begin
CHANGING = 2.0  # times what the hours change, from which what changes is written
BLANK = 0.5  # of the most that a column of a digit holds, below which the mean of columns is blank
APART = 0.6  # of the distance of the time's digits, by which digits are apart at least


def calendar_date(
    strip: NDArray[np.uint8],
    times: Array,
    font: Font,
    face: Cells,
    time: ClockField,
    order: str | None,
) -> ClockField:
    """Read the date beside the time, or else on another line, of digits of the same size.

    ``strip`` (n, h, w) is of frames at ``times`` (n,) s. Raises GapError as
    ``date_and_time.calendar_date``, and clock_unclear where two lines have different dates.
    """
    try:
        return date_and_time.calendar_date(face, time, order)
    except GapError as gap:
        if gap.code not in ELSEWHERE:
            raise
        beside = gap
    digits = _digits_beside(face, time)
    if len(digits) >= A_DATE:
        raise beside
    found = []
    for down in _likely(strip, times, font, time, order):
        try:
            line = date_and_time.cells(strip, times, font, down)
            day = date_and_time.calendar_date(line, time, order, beside=False)
            found.append(replace(day, down=down))
        except GapError as gap:
            if gap.code not in ELSEWHERE:
                raise
    if not found:
        raise beside
    if len({day.value for day in found}) > 1:
        raise GapError("clock_unclear", least=found[0].least, ahead=0.0)
    lone = _lone_numbers(_ink(strip, times, font, time), digits, font, time)
    if not lone.intersection(DAYS) <= {date.fromordinal(found[0].value).day}:
        raise beside
    return found[0]


def _digits_beside(face: Cells, time: ClockField) -> dict[int, int]:
    """Digits that the time's line has before and after the time, by their left edges."""
    each = face.mean(face.fits)
    fits, apart = each.max(axis=0), _apart(time)
    fits[max(0, round(time.edges[0] - apart / 2)) : round(time.edges[-1] + apart / 2)] = -1
    found: list[int] = []
    for place in np.flatnonzero(fits >= AS_CLEAR * time.least).tolist():
        if not found or place - found[-1] >= APART * apart:
            found.append(place)
    near = round(APART * apart)
    return {edge: int(each[:, edge : edge + near].max(axis=1).argmax()) for edge in found}


def _apart(time: ClockField) -> float:
    """How far the time's digits are apart, px."""
    return (time.edges[1] - time.edges[0] + time.edges[5] - time.edges[4]) / 2


def _ink(strip: NDArray[np.uint8], times: Array, font: Font, time: ClockField) -> Array:
    """How much is written in each column (w,) of the time's line, while it was learnt.

    That is what stands, and what changes far more than the hours do: fractions of a second.
    """
    _, y, width, height = font.window
    row = 0, y, strip.shape[2], height
    pictures = matching.sharp(strip[times <= times[0] + LEARNT].astype(np.float32), row)
    changes = pictures.std(axis=0).mean(axis=0)
    usual = CHANGING * float(changes[time.edges[0] : time.edges[1] + width].mean())
    stands = np.abs(pictures.mean(axis=0)).mean(axis=0)
    return np.asarray(stands + np.maximum(changes - usual, 0), np.float64)


def _lone_numbers(ink: Array, digits: Mapping[int, int], font: Font, time: ClockField) -> set[int]:
    """Numbers of one or two of the ``digits`` beside the time with nothing written next to them."""
    apart, width = _apart(time), font.window[2]
    inset, near = (width - font.ink) / 2, NEAR * apart
    least = BLANK * float(np.median([ink[edge : edge + width].max() for edge in time.edges[:4]]))

    def blank(begin: float, end: float) -> bool:
        part = ink[max(0, round(begin)) : max(0, round(end))]
        return bool(part.mean() < least) if part.size else True

    edges, found = list(digits), set[int]()
    starts = [n for n, edge in enumerate(edges) if n == 0 or edge - edges[n - 1] > NEXT * apart]
    for first, after in pairwise([*starts, len(edges)]):
        left, right = edges[first] + inset, edges[after - 1] + width - inset
        alone = blank(left - near, left - 1) and blank(right + 1, right + near)
        if after - first <= OF_A_DAY and alone:
            found.add(int("".join(str(digits[edge]) for edge in edges[first:after])))
    return found


def _likely(
    strip: NDArray[np.uint8], times: Array, font: Font, time: ClockField, order: str | None
) -> list[int]:
    """How far below the time, px, the lines are that look most like a date."""
    picture = strip[times <= times[0] + LEARNT].mean(axis=0, dtype=np.float32)
    scores = dict(_scores(picture, font, time, (order,) if order else layout.USUAL))
    height, found = font.digits.height, list[int]()
    for down in sorted(scores, key=lambda down: -scores[down]):
        if all(abs(down - other) >= height for other in found):
            found.append(down)
    return found[:LINES]


def _scores(
    picture: NDArray[np.float32], font: Font, time: ClockField, orders: tuple[str, ...]
) -> Iterator[tuple[int, float]]:
    """Yield each line that does not touch the time's, px below it, and how like a date it is."""
    _, y, width, height = font.window
    for down in range(-y, len(picture) - height - y + 1):
        if abs(down) < font.digits.height:
            continue
        row = matching.sharp(picture[None], (0, y + down, picture.shape[1], height))
        fits = np.abs(font.digits.fits(matching.places(row, width)[0]).T.astype(np.float64))
        layouts = layout.of_date(fits, time.edges, orders, beside=False)
        if layouts:
            yield down, layouts[0][0]
