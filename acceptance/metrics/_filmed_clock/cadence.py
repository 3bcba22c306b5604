"""The even grid on which a camera took its pictures: how far apart, and which is which.

Positions are those of the clock, in refreshes of the screen. The period is sought among all that
may fit (periodogram), then followed through the film, so that missing pictures leave gaps in the
numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.gray_code import Array, Whole

FEWEST = 4  # pictures
SPAN = 12  # pictures over which the usual step is taken
HEAD = 200  # pictures in which the period is sought
# refreshes a picture below which a source may take one in every refresh: such pictures, and faster
# ones of which some are left out, look alike
MIN_PERIOD = 1.1
SHORTEST_PERIOD, LONGEST_PERIOD = 0.3, 1.3  # periods tried, in usual steps; none below MIN_PERIOD
RATE_STEP = 0.1  # turns over the head from one rate tried to the next
SLACK, FOLLOWED_SLACK = 0.3, 0.5  # refreshes beyond its reach by which a picture may lie off
# turns, in RATE_STEP, by which pictures of twice as long a film may fall behind on the half's grid
SHARPENED: Array = np.arange(-12, 13, dtype=np.float64)
# pictures of which the middle one tells whether a film breaks off: single ones are off where a
# page stands still as well. In the opening every picture counts: aliases leave single ones out
AROUND = 3
ALIKE = 1.1  # times the least spread: periods that fit as well
APART = 4  # usual steps that pictures are apart at most, on average
# share of pictures that are not followed by the next, from which a grid on which all are is it
FOLLOWING = 0.25
# share of pictures that must be followed by the very next, else any fine grid would do
FEWEST_NEXT = 1 / 3
INNER = (0.005, 0.995)  # quantiles between which pictures count towards the middle of the grid
WIDEST = 1.5  # refreshes between these up to which the middle is moved


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """A source that takes a picture every ``period`` refreshes.

    ``number`` (n,) says which of its pictures each one is, from 0.
    """

    period: float
    number: Whole


def refuse_every_refresh(step: float) -> None:
    """Raise GapError clock_too_slow where pictures ``step`` refreshes apart may be one in each."""
    if step < MIN_PERIOD:
        raise GapError("clock_too_slow", step=step, needed=MIN_PERIOD)


def cadence(position: Array, reach: Array, tolerated: float = 0.03) -> Cadence | None:
    """Find the even grid on which different pictures were taken, some of which may be missing.

    ``position`` (n,) increases, in refreshes; ``reach`` (n,) are half ranges. At least 4 pictures
    are needed. The grid is sought in the opening HEAD, then followed. Return None when no grid
    holds all but a ``tolerated`` share of the pictures, or they come closer than MIN_PERIOD: longer
    periods that fit as well are then aliases.
    """
    if len(position) < FEWEST:
        return None
    usual = usual_step(position)
    if usual < MIN_PERIOD:
        return None
    period = _best_period(position[:HEAD], reach[:HEAD], usual, tolerated)
    return _followed(position, reach, period, tolerated) if period else None


def usual_step(position: Array) -> float:
    """Return how far pictures at ``position`` (n,) are apart, 0 of one alone."""
    span = min(SPAN, len(position) - 1)
    return float(np.median((position[span:] - position[:-span]) / span)) if span else 0.0


def _best_period(position: Array, reach: Array, usual: float, tolerated: float) -> float | None:
    """Choose the period on whose grid the pictures lie closest, relative to the period.

    Whole-numbered readings fit the periods p and 1 / (1 - 1 / p) alike: then more pictures must
    follow the one before.
    """
    place = position - position[0]
    # a picture that is misread by millions of refreshes asks for no finer rates
    rates = _rates(usual, min(float(np.ptp(place)), APART * usual * len(place)))
    off = _off_grid(place, rates)
    fits = np.mean(np.abs(off) <= (reach + SLACK) * rates, axis=1) >= 1 - tolerated
    return _closest(place, rates[fits], off[fits], tolerated, 1) if fits.any() else None


def _closest(place: Array, rates: Array, off: Array, tolerated: float, around: int) -> float:
    """Return the period of the ``rates`` (r, 1) on whose grid pictures lie closest, ``off`` (r, n).

    Of those that fit as well it is one on which pictures follow each other most: where readings
    slip by a refresh, other periods leave out a picture, or number two alike. Those on which all
    follow fit as well where readings slip by a half: two in three of another grid may lie closer. A
    grid on which fewer follow is believed in no case.
    """
    spread = _spread(off, tolerated)
    alike = np.flatnonzero(spread <= ALIKE * spread.min())
    broken = _broken(rates[alike] * place - off[alike], around)
    if FOLLOWING * len(place) < broken.min() <= (1 - FEWEST_NEXT) * len(place):
        every = _broken(rates * place - off, around)
        if not every.min():
            alike, broken = np.flatnonzero(every == 0), every[every == 0]
    alike = alike[broken == broken.min()]
    return float(1 / rates[alike[np.argmin(spread[alike])], 0])


def _rates(usual: float, length: float) -> Array:
    """(r, 1) rates to try, in pictures per refresh, for pictures over ``length`` refreshes."""
    slowest, fastest = 1 / (LONGEST_PERIOD * usual), 1 / max(SHORTEST_PERIOD * usual, MIN_PERIOD)
    return np.arange(slowest, fastest, RATE_STEP / max(length, 1.0))[:, None]


def _off_grid(place: Array, rates: Array) -> Array:
    """(r, n) by how much of a period each picture lies off the grid of the mean phase."""
    turns = np.exp(2j * np.pi * rates * place)
    return np.asarray(np.angle(turns / turns.mean(axis=1, keepdims=True)) / (2 * np.pi))


def _spread(off: Array, tolerated: float) -> Array:
    """(r,) mean square of what is off, less the ``tolerated`` share: misread ones lie anywhere."""
    most = int(np.ceil((1 - tolerated) * off.shape[1]))
    return np.asarray(np.mean(np.sort(off**2, axis=1)[:, :most], axis=1))


def _broken(place: Array, around: int) -> Whole:
    """(r,) how often pictures are not the very next after the one before, on each grid.

    Of each ``around`` in turn the middle one counts.
    """
    ahead = np.rint(place) - np.arange(place.shape[1])
    windows = np.lib.stride_tricks.sliding_window_view(ahead, around, axis=1)
    return np.asarray(np.count_nonzero(np.diff(np.median(windows, axis=2), axis=1), axis=1))


def _followed(position: Array, reach: Array, period: float, tolerated: float) -> Cadence | None:
    """Give all pictures numbers; sharpen the period each time that twice as many are looked at.

    Of a camera that changes its pace no sharper one may hold them, but that of its opening.
    """
    size, sharper = min(HEAD, len(position)), period
    while size < len(position):
        size = min(2 * size, len(position))
        sharper = _sharpened(position[:size], sharper, tolerated)
    for each in (sharper, period):
        grid = _Grid.through(position, each).refitted(position).centred(position)
        number = grid.numbers(position)
        fits = np.abs(position - grid.start - number * grid.period) <= reach + FOLLOWED_SLACK
        if np.mean(fits) >= 1 - tolerated and np.mean(np.diff(number) == 1) >= FEWEST_NEXT:
            return Cadence(period=grid.period, number=(number - number[0]).astype(np.int64))
    return None


def _sharpened(position: Array, period: float, tolerated: float) -> float:
    """Choose again near the ``period`` of the earlier half, by all pictures at ``position`` (n,).

    None is numbered for that. Where whole-numbered readings of about two refreshes a picture slip
    by one, they lie half-way between numbers: a line through such numbers keeps what they got.
    """
    place = position - position[0]
    length = min(float(np.ptp(place)), APART * period * len(place))
    rates = 1 / period + SHARPENED * RATE_STEP / max(length, 1.0)
    rates = rates[rates > 0][:, None]
    return _closest(place, rates, _off_grid(place, rates), tolerated, AROUND)


@dataclass(frozen=True, kw_only=True)
class _Grid:
    """Pictures at ``start`` and every ``period`` refreshes on."""

    start: float
    period: float

    @classmethod
    def through(cls, position: Array, period: float) -> _Grid:
        """Lay the grid of a period through the mean phase of pictures."""
        turns = np.exp(2j * np.pi * (position - position[0]) / period)
        start = float(position[0] + np.angle(turns.mean()) * period / (2 * np.pi))
        return cls(start=start, period=period)

    def numbers(self, position: Array) -> Array:
        """(n,) numbers of the pictures, no two alike where there is room."""
        place = (position - self.start) / self.period
        return _distinct(np.rint(place), place)

    def centred(self, position: Array) -> _Grid:
        """Move the start to the middle of the range of what is off.

        At an end of the range, readings in half refreshes make ties.
        """
        off = position - self.start - self.numbers(position) * self.period
        low, high = np.quantile(off, INNER)
        if high - low < WIDEST:
            return _Grid(start=self.start + float(low + high) / 2, period=self.period)
        return self

    def refitted(self, position: Array) -> _Grid:
        """Fit start and period by least squares to the pictures as they are now numbered."""
        numbers = self.centred(position).numbers(position)
        period, start = (float(value) for value in np.polyfit(numbers, position, 1))
        return _Grid(start=start, period=period)


def _distinct(number: Array, place: Array) -> Array:
    """Part two different pictures that got one number: one of them goes to the nearer free number.

    That happens half-way between numbers.
    """
    number = number.copy()
    for i in np.flatnonzero(np.diff(number) == 0):
        free_after = i + 2 >= len(number) or number[i + 2] > number[i + 1] + 1
        free_before = i == 0 or number[i - 1] < number[i] - 1
        nearer_before = place[i] - number[i] + place[i + 1] - number[i + 1] < 0
        if free_after and not (free_before and nearer_before):
            number[i + 1] += 1
        elif free_before:
            number[i] -= 1
    return number
