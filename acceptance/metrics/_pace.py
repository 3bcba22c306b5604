"""The pace of pictures against the clock: numbering them, and the straight line on which their exposures lie.

Two clocks that each run evenly (a film's time stamps, a camera's picture numbers, a screen's refreshes) are related by
a straight line. Single readings of the clock leave up to a refresh open; the line through all of them leaves far less,
unless the two run in step: then every reading says the same, and the draws show how much stays open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._clock import CLEAR, LOW_BITS, low_bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.metrics._clock import Array, Whole

    Code = Callable[[Array, Array | float], Array]  # middles (...) and lengths to shares (..., bits)

MOST_FITTED = 120  # readings that a line is fitted to
WIDTH_RANGE = (0.03, 6.0)  # exposures in refreshes
WIDTHS_TRIED = 13
DEAD = 0.015  # share by which all cells may be off alike: curve of the camera, light from the cell beside
SIDE = 9  # of the lattice of phase and slope
DRAWS = 256
HEAD = 200  # pictures in which the period is sought
FEWEST_NEXT = 1 / 3  # share of pictures that must be followed by the very next, else any fine grid would do


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """A source that takes a picture every ``period`` refreshes: ``number`` (n,) which of its pictures each one is."""

    period: float
    number: Whole


def cadence(position: Array, reach: Array, tolerated: float = 0.03) -> Cadence | None:
    """Find the even grid on which different pictures were taken, some of which may be missing.

    ``position`` (n,) increasing, in refreshes, ``reach`` (n,) half ranges, at least 4. Sought in the opening HEAD, then
    followed through. None when no grid holds all but a ``tolerated`` share of the pictures.
    """
    if len(position) < 4:
        return None
    span = min(12, len(position) - 1)
    usual = float(np.median((position[span:] - position[:-span]) / span))
    period = _fitting_period(position[:HEAD], reach[:HEAD], usual, tolerated)
    return _followed(position, reach, period, tolerated) if period else None


def _fitting_period(position: Array, reach: Array, usual: float, tolerated: float) -> float | None:
    """Choose the period, near the usual step or below, on whose grid the pictures lie closest, relative to the period.

    Whole-numbered readings fit the periods p and 1 / (1 - 1 / p) alike: then more pictures must follow the one before.
    """
    place = position - position[0]
    step = 0.1 / max(float(np.ptp(place)), 1.0)
    rates = np.arange(1 / (1.3 * usual), 1 / max(0.3 * usual, 1.05), step)[:, None]
    turns = np.exp(2j * np.pi * rates * place)
    off = np.angle(turns / turns.mean(axis=1, keepdims=True)) / (2 * np.pi)
    fits = np.mean(np.abs(off) <= (reach + 0.3) * rates, axis=1) >= 1 - tolerated
    if not fits.any():
        return None
    spread = np.mean(off**2, axis=1)
    alike = np.flatnonzero(fits & (spread <= 1.1 * spread[fits].min()))
    following = np.mean(np.diff(np.rint(rates[alike] * place - off[alike]), axis=1) == 1, axis=1)
    alike = alike[following >= following.max() - 0.002]
    return float(1 / rates[alike[np.argmin(spread[alike])], 0])


def _followed(position: Array, reach: Array, period: float, tolerated: float) -> Cadence | None:
    """Count the pictures through, refitting period and start each time that twice as many have been numbered."""
    size = min(HEAD, len(position))
    turns = np.exp(2j * np.pi * (position[:size] - position[0]) / period)
    start = float(position[0] + np.angle(turns.mean()) * period / (2 * np.pi))
    while size < 2 * len(position):
        seen = position[: min(size, len(position))]
        start = _centred(seen, start, period)
        period, start = (float(x) for x in np.polyfit(_numbered(seen, start, period), seen, 1))
        size *= 2
    start = _centred(position, start, period)
    number = _numbered(position, start, period)
    fits = np.abs(position - start - number * period) <= reach + 0.5
    if np.mean(fits) < 1 - tolerated or np.mean(np.diff(number) == 1) < FEWEST_NEXT:
        return None
    return Cadence(period=period, number=(number - number[0]).astype(np.int64))


def _centred(position: Array, start: float, period: float) -> float:
    """Move the start to the middle of the range of what is off: at an end, readings in half refreshes make ties."""
    low, high = np.quantile(position - start - _numbered(position, start, period) * period, (0.005, 0.995))
    return start + float(low + high) / 2 if high - low < 1.5 else start


def _numbered(position: Array, start: float, period: float) -> Array:
    place = (position - start) / period
    return _distinct(np.rint(place), place)


def _distinct(number: Array, place: Array) -> Array:
    """Part two different pictures that got one number, as happens half-way between numbers: to the nearer free one."""
    number = number.copy()
    for i in np.flatnonzero(np.diff(number) == 0):
        room_after = i + 2 >= len(number) or number[i + 2] > number[i + 1] + 1
        room_before = i == 0 or number[i - 1] < number[i] - 1
        if room_after and not (room_before and place[i] - number[i] + place[i + 1] - number[i + 1] < 0):
            number[i + 1] += 1
        elif room_before:
            number[i] -= 1
    return number


@dataclass(frozen=True, kw_only=True)
class Pace:
    """A straight line through exposures: position = phase + slope (x - origin).

    ``draws`` (m, 3), phase, slope and exposure width, are a sample of what the readings leave possible, all three in
    refreshes (slope: per unit of x).
    """

    origin: float
    draws: Array

    def at(self, x: Array) -> Array:
        """(m, len(x)) positions at ``x``."""
        return np.asarray(self.draws[:, :1] + self.draws[:, 1:2] * (x - self.origin))

    def inverse(self, position: Array) -> Array:
        """(m, n) where the line reaches ``position``, (n,) or (m, n)."""
        return np.asarray(self.origin + (position - self.draws[:, :1]) / self.draws[:, 1:2])


def pace(x: Array, shares: Array, position: Array, *, code: Code = low_bits, noise: float | None = None) -> Pace:
    """Sample the lines, with one exposure width, that the shares (n, bits) at ``x`` (n,) leave possible.

    ``code`` gives the shares of exposures from their middles and lengths. Needs 4 readings. Blends tell the phase to a
    small share of a refresh; where none is seen, all that the clear readings allow stays possible, and the draws show
    it. The noise of the shares, where not given, is taken from the clear bits; Student's t with 4 degrees of freedom
    bears outliers; draws are widened where the line fits worse than that noise. The likelihood is summed on lattices
    that close in, for one width after the other, since phase and width depend on each other.
    """
    chosen = _telling(shares[:, :LOW_BITS])
    x, shares, position = x[chosen], shares[chosen, :LOW_BITS], position[chosen]
    origin = float(x.mean())
    seen = _Seen(
        x=x - origin, shares=shares, noise=noise or _noise(shares), start=_robust_line(x - origin, position), code=code
    )
    some = replace(seen, x=seen.x[::3], shares=seen.shares[::3]) if len(x) > MOST_FITTED else seen
    logs = np.linspace(math.log(WIDTH_RANGE[0]), math.log(WIDTH_RANGE[1]), WIDTHS_TRIED)
    for sharpness in (1 / 8, 1 / 2, 1.0):
        planes = [_plane(seen if sharpness == 1 else some, width, sharpness) for width in np.exp(logs)]
        used, logs = logs, _closer(logs, planes)
    draws = _drawn(planes, np.exp(used))
    middle = draws.mean(axis=0)
    misfit = code(middle[0] + middle[1] * seen.x, float(middle[2])) - shares
    return Pace(
        origin=origin, draws=middle + (draws - middle) * max(1.0, float(np.sqrt(np.mean(misfit**2))) / seen.noise)
    )


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What a line is fitted to; ``start`` is phase and slope of a line through the positions."""

    x: Array
    shares: Array
    noise: float
    start: tuple[float, float]
    code: Code


@dataclass(frozen=True, kw_only=True)
class _Plane:
    """For one width: lattice points (p, 2) of phase and slope, ``cell`` (columns: sides of a point's share), weights.

    ``evidence`` for the width: log of the highest likelihood times the room that it leaves to the phase; widths are as
    likely as their logarithms are even. The room left to the slope does not count: it grows with the width where film
    and screen run in step, and would speak for long exposures for no reason in the film.
    """

    points: Array
    cell: Array
    weights: Array
    evidence: float


def _telling(shares: Array) -> Whole:
    """Choose MOST_FITTED readings and as many of those that blend, which tell most where they are few.

    At random: an even choice would be blind to a beat of two clocks.
    """
    random = np.random.default_rng(1)
    every = np.arange(len(shares))
    blends = np.flatnonzero((np.abs(shares - 0.5) < 0.5 - CLEAR).any(axis=1))
    some = [random.choice(which, min(len(which), MOST_FITTED), replace=False) for which in (every, blends)]
    return np.unique(np.concatenate([*some, every[:1], every[-1:]]))


def _noise(shares: Array) -> float:
    off = np.minimum(np.abs(shares), np.abs(1 - shares))
    return max(0.01, 1.5 * float(np.median(off[off < CLEAR]))) if (off < CLEAR).any() else CLEAR


def _plane(seen: _Seen, width: float, sharpness: float) -> _Plane:
    """Sum the likelihood over phase and slope; the lattice follows the covariance that the one before found."""
    lattice = np.stack(np.meshgrid(*[np.linspace(-3, 3, SIDE)] * 2, indexing="ij"), axis=-1).reshape(-1, 2)
    middle, axes = np.array(seen.start), np.diag([0.4, 0.4 / max(float(np.abs(seen.x).max()), 1e-9)])
    for share in (1 / 8, 1 / 4, 1 / 2, 1.0, 1.0):
        points = middle + lattice @ axes.T
        log = _log_likelihood(seen, points, width, seen.noise / (sharpness * share))
        weights = np.exp(log - log.max())
        weights /= weights.sum()
        cell = axes * (6 / (SIDE - 1))
        middle = weights @ points
        off = points - middle
        axes = np.linalg.cholesky((off.T * weights) @ off + cell @ cell.T / 6)
    room = math.log(float(np.hypot(*axes[0])))  # standard deviation of the phase
    return _Plane(points=points, cell=cell, weights=weights, evidence=float(log.max()) + room)


def _log_likelihood(seen: _Seen, points: Array, width: float, noise: float) -> Array:
    misfit = np.abs(seen.code(points[:, :1] + points[:, 1:] * seen.x, width) - seen.shares)
    misfit = np.maximum(misfit - DEAD, 0)
    return np.asarray(-2.5 * np.log1p((misfit / noise) ** 2 / 4).sum(axis=(1, 2)))


def _of_planes(planes: list[_Plane]) -> Array:
    evidence = np.array([plane.evidence for plane in planes])
    weights = np.exp(evidence - evidence.max())
    return np.asarray(weights / weights.sum())


def _closer(logs: Array, planes: list[_Plane]) -> Array:
    """Logarithms of the widths to try next: where the likely ones are."""
    weights = _of_planes(planes)
    middle = float(weights @ logs)
    half = max(3 * float(np.sqrt(weights @ (logs - middle) ** 2)), float(logs[1] - logs[0]))
    low, high = np.clip([middle - half, middle + half], *np.log(WIDTH_RANGE))
    return np.linspace(float(low), float(high), WIDTHS_TRIED)


def _drawn(planes: list[_Plane], widths: Array) -> Array:
    """(DRAWS, 3) phase, slope, width."""
    random = np.random.default_rng(0)
    steps = np.log(widths[1] / widths[0])
    draws = np.empty((DRAWS, 3))
    for draw, which in zip(draws, random.choice(len(planes), DRAWS, p=_of_planes(planes)), strict=True):
        plane = planes[which]
        point = plane.points[random.choice(len(plane.weights), p=plane.weights)]
        draw[:2] = point + plane.cell @ random.uniform(-0.5, 0.5, 2)
        draw[2] = widths[which] * np.exp(steps * random.uniform(-0.5, 0.5))
    return draws


def _robust_line(x: Array, y: Array) -> tuple[float, float]:
    keep = np.ones(len(x), np.bool_)
    for _ in range(4):
        slope, start = (float(value) for value in np.polyfit(x[keep], y[keep], 1))
        off = np.abs(y - start - slope * x)
        keep = off <= max(1.5, 3 * float(np.median(off)))
    return start, slope
