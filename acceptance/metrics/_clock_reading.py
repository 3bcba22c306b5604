"""Date and time read from the cells of a clock whose font is known: the layout first, then the digits.

A time is a hypothesis about every second of the film: the tens go up when the seconds pass nine, the minutes when they
pass fifty-nine. The one is taken that all seconds bear out together, and only if no cell could as well hold another
digit. Dates are those of the calendar from 2000 to 2099.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._ticking import LEARNT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._clock_face import Font
    from acceptance.metrics._ticking import Array

ADVANCE = (0.85, 1.5)  # of the width that digits cover, from one digit to the next
COLON = (0.15, 1.8)  # of an advance, width of what stands between hours and minutes
SEPARATOR = (0.15, 2.8)  # of an advance, width of what stands between the parts of a date: 年 is wide
LEAST = 0.45  # correlation of a cell with its digit
AHEAD = 0.16  # share of the way to another reading by which it must lead; wrong readings had up to 0.12
ALIKE = 1e-6  # of unlikeness, below which two digits are one
GROUPS = {"YMD": (4, 2, 2), "MDY": (2, 2, 4)}  # digits between separators; DMY has those of MDY
WRITTEN = {"YMD": "%Y%m%d", "MDY": "%m%d%Y", "DMY": "%d%m%Y"}


@dataclass(frozen=True, kw_only=True)
class Cells:
    """How well each digit fits everywhere: ``fits`` (n seconds, 10, w) by the left edge of a cell.

    ``units`` is the left edge of the seconds' units, ``first`` what they show in the first second; digits cover
    ``ink`` px. ``seconds`` (n,) are counted from ``Font.moment``; ``unlike`` (10, 10): 1 - correlation of two
    digits.
    """

    fits: NDArray[np.float32]
    seconds: NDArray[np.int_]
    units: int
    first: int
    ink: int
    unlike: Array


def near(fits: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Give the best of ``fits`` (..., w) within a pixel: characters stand at whole pixels, their advance does not."""
    return np.asarray(np.maximum(fits, np.maximum(np.roll(fits, 1, -1), np.roll(fits, -1, -1))))


@dataclass(frozen=True, kw_only=True)
class Part:
    """What was read, least correlation over the cells, least lead over another reading (0 to 1), and the left edges.

    ``chosen`` is the number of the hypothesis.
    """

    value: int
    chosen: int
    least: float
    ahead: float
    edges: tuple[int, ...]
    advance: float = 0.0


def cells(strip: NDArray[np.uint8], times: Array, font: Font) -> Cells:
    """Correlate every place of the digits' row with every digit, second by second; either polarity counts."""
    _, y, _, height = font.window
    early = times <= times[0] + LEARNT
    number = np.floor(times[early] - font.moment + 1e-6).astype(int)
    seconds = np.array([one for one in range(int(number.min()), int(number.max()) + 1) if np.sum(number == one) >= 2])
    band = strip[early, max(0, y - 1) : y + height + 1]
    means = [band[number == second].mean(axis=0, dtype=np.float32) for second in seconds]
    return Cells(
        fits=np.array([[_fit(mean, digit) for digit in font.digits] for mean in means], np.float32),
        seconds=seconds,
        units=font.window[0],
        first=int(font.first + seconds[0]) % 10,
        ink=font.ink,
        unlike=1 - _correlated(font.digits),
    )


def _correlated(digits: Array) -> Array:
    """(10, 10) correlation of the digits with each other."""
    return np.corrcoef(digits.reshape(10, -1))


def _fit(picture: NDArray[np.float32], digit: Array) -> NDArray[np.float32]:
    """(w,) highest correlation over a pixel up or down, of either polarity."""
    map_ = np.abs(cv2.matchTemplate(picture, digit.astype(np.float32), cv2.TM_CCOEFF_NORMED)).max(axis=0)
    return np.asarray(np.where(np.isfinite(map_) & (map_ <= 1.01), map_, 0), np.float32)


def time_of_day(face: Cells) -> Part:
    """Read the time, s since midnight, in the first second. Raises GapError."""
    seconds = face.seconds - face.seconds[0]
    edges, advance = _time_edges(face, seconds)
    starts = np.arange(face.first, 86400, 10)
    running = (starts[:, None] + seconds) % 86400
    units = (running // 36000, running // 3600 % 10, running // 600 % 6, running // 60 % 10, running // 10 % 6)
    digits, fits = np.stack(units), near(face.fits)
    each = np.arange(len(seconds))
    scores = np.stack([fits[each, digit, edge].mean(axis=1) for digit, edge in zip(digits, edges, strict=True)])
    return _sure(_part(starts, digits, scores, face.unlike, (*edges, face.units), advance))


def _time_edges(face: Cells, seconds: NDArray[np.int_]) -> tuple[tuple[int, ...], float]:
    """Left edges of the tens and units of hours and minutes and of the tens of seconds, and the digits' advance.

    The tens of the seconds must go up when the units pass nine; the other cells must look like some digit.
    """
    tens = (np.arange(6)[:, None] + (face.first + seconds) // 10) % 6
    tens_fit = face.fits[np.arange(len(seconds)), tens].mean(axis=1).max(axis=0)
    any_fit = face.fits.mean(axis=0).max(axis=0)
    tens_fit, any_fit = tens_fit + near(tens_fit), any_fit + near(any_fit)
    found = []
    for advance in np.arange(ADVANCE[0] * face.ink, ADVANCE[1] * face.ink, 0.25):
        for colon in np.arange(COLON[0] * advance, COLON[1] * advance, 0.5):
            steps = np.arange(1, 6) * advance + np.array([0, 1, 1, 2, 2]) * colon
            places = face.units - np.rint(steps).astype(int)
            if places[-1] >= 0:
                score = float(tens_fit[places[0]] + any_fit[places[1:]].sum())
                found.append((score, tuple(int(place) for place in places[::-1]), float(advance)))
    if not found:
        what, hint = "hours and minutes are not in the region", "Draw the region round date and time"
        raise GapError(what, hint=hint, code="clock_cut_off")
    return max(found)[1:]


def calendar_date(face: Cells, time: Part, order: str | None) -> Part:
    """Read the date of the first second, as its ordinal number. ``order``: YMD, MDY, DMY or None. Raises GapError."""
    days = (time.value + face.seconds - face.seconds[0]) // 86400
    usual = int(np.median(days))
    mean = face.fits[days == usual].mean(axis=0)
    kinds = [kind for kind in GROUPS if order is None or (kind == "YMD") == (order == "YMD")]
    _, edges, kind = max((*_date_edges(face, mean, kind, time), kind) for kind in kinds)
    if not edges:
        raise GapError("no date is in the region", hint="Draw it round date and time", code="clock_no_date")
    days, digits = _calendar(("YMD",) if kind == "YMD" else (order,) if order else ("MDY", "DMY"))
    fits = near(mean)
    scores = np.stack([fits[digit, edge] for digit, edge in zip(digits, edges, strict=True)])
    part = _sure(_part(days, digits, scores, face.unlike, edges))
    alike = {int(day) for day in days[(digits == digits[:, [part.chosen]]).all(axis=0)]}
    if len(alike) > 1:
        both = " or ".join(str(date.fromordinal(day)) for day in sorted(alike))
        hint = "Say in which order day and month stand: the condition osd_order, MDY or DMY"
        raise GapError(f"the date may be {both}", hint=hint, code="clock_order_unknown", dates=both)
    return replace(part, value=part.value - usual)


@lru_cache
def _calendar(orders: tuple[str, ...]) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Every day from 2000 to 2099, as its ordinal number (d,), and its eight digits in each order (8, d)."""
    days = range(date(2000, 1, 1).toordinal(), date(2100, 1, 1).toordinal())
    written = [date.fromordinal(day).strftime(WRITTEN[order]) for order in orders for day in days]
    digits = np.array(written, "S8").view(np.uint8).reshape(-1, 8).T.astype(int) - ord("0")
    return np.tile(np.array(days), len(orders)), digits


def _date_edges(face: Cells, mean: Array, kind: str, time: Part) -> tuple[float, tuple[int, ...]]:
    """Score and left edges of the date's eight digits, where they look most like one."""
    fits = mean + near(mean)
    width = fits.shape[1]
    free = np.ones(width, np.bool_)
    free[max(0, time.edges[0] - face.ink // 2) : time.edges[-1] + face.ink // 2] = False
    fits = np.where(free, fits, -1.0)
    best: tuple[float, tuple[int, ...]] = (-np.inf, ())
    for advance in time.advance + np.array([-0.25, 0, 0.25]):
        for separator in np.arange(SEPARATOR[0] * advance, SEPARATOR[1] * advance, 0.5):
            steps = np.rint(np.arange(8) * advance + np.repeat(np.arange(3), GROUPS[kind]) * separator).astype(int)
            starts = width - int(steps[-1])
            if starts > 0:
                score = _like_a_date([fits[:, step : step + starts] for step in steps], kind)
                at = int(np.argmax(score))
                best = max(best, (float(score[at]), tuple(int(at + step) for step in steps)))
    return best


def _like_a_date(cells: Sequence[Array], kind: str) -> Array:
    """How well eight cells (10, starts) fit a year that begins with 20, a month and a day."""
    year, others = (cells[:4], cells[4:]) if kind == "YMD" else (cells[4:], cells[:4])
    numbers = np.arange(1, 32)
    pairs = [(ten[numbers // 10] + unit[numbers % 10]) for ten, unit in (others[:2], others[2:])]
    month_day = pairs[0][:12].max(axis=0) + pairs[1].max(axis=0)
    if kind != "YMD":
        month_day = np.maximum(month_day, pairs[0].max(axis=0) + pairs[1][:12].max(axis=0))
    return np.asarray(year[0][2] + year[1][0] + year[2].max(axis=0) + year[3].max(axis=0) + month_day)


def _sure(part: Part) -> Part:
    """Return the part. Raises GapError ``clock_unclear`` where a cell could as well hold another digit."""
    if part.least < LEAST or part.ahead < AHEAD:
        hint = "Film for longer, or enter the reading by hand with the still as evidence"
        raise GapError("a digit cannot be told", hint=hint, code="clock_unclear", least=part.least, ahead=part.ahead)
    return part


def _part(
    values: NDArray[np.int_],
    digits: NDArray[np.int_],
    scores: NDArray[np.floating[Any]],
    unlike: Array,
    edges: Sequence[int],
    advance: float = 0.0,
) -> Part:
    """Choose the best of hypotheses: ``digits`` (cells, hypotheses or hypotheses x seconds), ``scores``.

    Its lead over another is a share of what two perfect readings would differ by, since some digits are much alike.
    """
    total = scores.sum(axis=0)
    best = int(np.argmax(total))
    apart = sum(unlike[digit, digit[best]] for digit in digits)
    apart = apart if apart.ndim == 1 else apart.mean(axis=1)
    other = apart > ALIKE
    leads = (total[best] - total)[other] / apart[other]
    return Part(
        value=int(values[best]),
        chosen=best,
        least=float(scores[:, best].min()),
        ahead=float(leads.min()),
        edges=tuple(edges),
        advance=advance,
    )
