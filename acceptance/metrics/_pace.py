"""The pace of pictures against the clock: numbering them, and the straight line on which their exposures lie.

Two clocks that each run evenly (a film's time stamps, a camera's picture numbers, a screen's refreshes) are related by
a straight line. Single readings of the clock leave up to a refresh open; the line through all of them leaves far less,
unless the two run in step: then every reading says the same, and the draws show how much stays open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._clock import CLEAR, expected_shares

if TYPE_CHECKING:
    from acceptance.metrics._clock import Array, Whole

MOST_FITTED = 200  # readings that a line is fitted to
LOW_BITS = 5  # bits that tell the place within a few refreshes
WIDTH_RANGE = (0.03, 6.0)  # exposures in refreshes
WIDTHS_TRIED = 13
DEAD = 0.015  # share by which all cells may be off alike: curve of the camera, light from the cell beside
SIDE = 9  # of the lattice of phase and slope
DRAWS = 256


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """A source that takes a picture every ``period`` refreshes: ``number`` (n,) which of its pictures each one is."""

    period: float
    number: Whole


def cadence(position: Array, reach: Array, tolerated: float = 0.03) -> Cadence | None:
    """Find the even grid on which pictures were taken, some of which may be missing.

    ``position`` (n,) increasing, in refreshes, ``reach`` (n,) half ranges, at least 4. The longest period near or below
    the usual step on whose grid all but a ``tolerated`` share of the pictures lie, first in the opening 200, then
    followed through. None when no grid holds them.
    """
    if len(position) < 4:
        return None
    span = min(12, len(position) - 1)
    usual = float(np.median((position[span:] - position[:-span]) / span))
    head = slice(0, 200)
    for shortest, longest in ((0.97, 1.03), (0.3, 1.3)):
        period = _fitting_period(position[head], reach[head], (usual * shortest, usual * longest), tolerated)
        if period:
            return _followed(position, reach, period, tolerated)
    return None


def _fitting_period(position: Array, reach: Array, between: tuple[float, float], tolerated: float) -> float | None:
    """Take the first run of fitting periods from the longest down, and of it the one whose grid lies closest."""
    shortest, longest = max(between[0], 1.05), between[1]
    step = 0.1 * shortest**2 / max(float(np.ptp(position)), 1.0)
    best, least = None, np.inf
    for period in np.arange(longest, shortest, -step):
        off = _off_grid(position, float(period))
        if np.mean(off <= reach + 0.3) < 1 - tolerated:
            if best:
                break
            continue
        if (spread := float(np.mean(off**2))) < least:
            best, least = float(period), spread
    return best


def _off_grid(position: Array, period: float) -> Array:
    turns = np.exp(2j * np.pi * (position - position[0]) / period)
    return np.asarray(np.abs(np.angle(turns / turns.mean())) * period / (2 * np.pi))


def _followed(position: Array, reach: Array, period: float, tolerated: float) -> Cadence | None:
    """Count the pictures through, refitting period and start each time that twice as many have been numbered."""
    start, size = float(position[0]), min(12, len(position))
    turns = np.exp(2j * np.pi * (position[:200] - start) / period)
    start += float(np.angle(turns.mean())) * period / (2 * np.pi)
    while True:
        number = np.rint((position[:size] - start) / period)
        if size >= 24 or size == len(position):
            period, start = (
                (float(x) for x in np.polyfit(number, position[:size], 1)) if np.ptp(number) else (period, start)
            )
        if size == len(position):
            break
        size = min(2 * size, len(position))
    number = np.rint((position - start) / period)
    fits = np.abs(position - start - number * period) <= reach + 0.5
    return (
        Cadence(period=period, number=(number - number[0]).astype(np.int64)) if np.mean(fits) >= 1 - tolerated else None
    )


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


def pace(x: Array, shares: Array, position: Array) -> Pace:
    """Sample the lines, with one exposure width, that the shares (n, bits) at ``x`` (n,) leave possible.

    Needs 4 readings. Blends tell the phase to a small share of a refresh; where none is seen, all that the clear
    readings allow stays possible, and the draws show it. The noise of the shares is taken from the clear bits;
    Student's t with 4 degrees of freedom bears outliers; draws are widened where the line fits worse than that noise.
    The likelihood is summed on lattices that close in, for one width after the other, since phase and width depend on
    each other.
    """
    chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_FITTED)).astype(int))
    x, shares, position = x[chosen], shares[chosen, :LOW_BITS], position[chosen]
    origin = float(x.mean())
    seen = _Seen(x=x - origin, shares=shares, noise=_noise(shares), start=_robust_line(x - origin, position))
    logs = np.linspace(math.log(WIDTH_RANGE[0]), math.log(WIDTH_RANGE[1]), WIDTHS_TRIED)
    for sharpness in (1 / 8, 1 / 2, 1.0):
        planes = [_plane(seen, width, sharpness) for width in np.exp(logs)]
        used, logs = logs, _closer(logs, planes)
    draws = _drawn(planes, np.exp(used))
    middle = draws.mean(axis=0)
    misfit = expected_shares(middle[0] + middle[1] * seen.x, middle[2], LOW_BITS) - shares
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


@dataclass(frozen=True, kw_only=True)
class _Plane:
    """For one width: lattice points (p, 2) of phase and slope, ``cell`` (columns: sides of a point's share), weights.

    ``best`` is the highest log likelihood; widths are as likely as their logarithms are even. Widths are weighed by it
    and not by the whole plane's: where phase and width cannot be told apart the plane grows with the width, and would
    favour long exposures for no reason in the film.
    """

    points: Array
    cell: Array
    weights: Array
    best: float


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
    return _Plane(points=points, cell=cell, weights=weights, best=float(log.max()))


def _log_likelihood(seen: _Seen, points: Array, width: float, noise: float) -> Array:
    misfit = np.abs(expected_shares(points[:, :1] + points[:, 1:] * seen.x, width, LOW_BITS) - seen.shares)
    misfit = np.maximum(misfit - DEAD, 0)
    return np.asarray(-2.5 * np.log1p((misfit / noise) ** 2 / 4).sum(axis=(1, 2)))


def _of_planes(planes: list[_Plane]) -> Array:
    best = np.array([plane.best for plane in planes])
    weights = np.exp(best - best.max())
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
