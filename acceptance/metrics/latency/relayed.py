"""A driven light as the camera's pictures on the monitor show it: which, and from when to when.

A single level does not show which picture it is of. So the camera's pace is sought first: the
period, phase and exposure of pictures that are each held until the next, whose levels go with those
of the film's frames (Pearson's r), in the opening, then on twice as many seconds each time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock.pace import Pace, pace
from acceptance.metrics._filmed_clock.readings import CLEAR
from acceptance.metrics.latency.drive import SEEN, coded, correlation, correlations
from acceptance.metrics.latency.monitor import Changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.metrics._filmed_clock.readings import Array, Whole
    from acceptance.metrics.latency.drive import Mean

OPENING = 4.0  # s
RATES = (4.0, 62.0)  # pictures a second
PHASES = np.arange(8) / 8
# of the lag, in periods, off what even pictures of no jitter would have
LAGS = np.array([-0.4, -0.2, 0.0, 0.2])
EXPOSURES = np.array([0.3, 0.9])  # of the period
LAG_SHARES = (-0.5, -0.25, 0.0, 0.25, 0.5)  # of the period, by which the lag may have gone astray
MOST_FRAMES = 60  # a second of the film that are looked at while the pace is sought
STEP = 0.4  # levels of two pictures must differ by this for the change to be timed
TRIES = 64  # moments a period
SWEEPS = 3
SAME = 0.15  # by which a level may miss that of its picture


@dataclass(frozen=True, kw_only=True)
class Source:
    """The driven light as the film sees it.

    ``mean`` gives the level between places, ``line`` turns time into place, ``exposure`` is in s.
    """

    mean: Mean
    line: Pace
    exposure: float

    def place(self, time: Array) -> Array:
        """Places at times of any shape."""
        phase, slope = self.line.draws[:, :2].mean(axis=0)
        return np.asarray(phase + slope * (time - self.line.origin))

    @property
    def slope(self) -> float:
        """Places a second."""
        return float(self.line.slopes.mean())


@dataclass(frozen=True, kw_only=True)
class Relay:
    """Pictures of a camera.

    Number k is taken at ``start`` + k ``period`` s, ``exposure`` s long, lit ``lag`` later.
    """

    start: float
    period: float
    exposure: float
    lag: float

    def taken(self, number: Array) -> Array:
        """Middles of the exposures of pictures, in s of the film."""
        return np.asarray(self.start + self.period * number)

    def levels(self, number: Array, source: Source) -> Array:
        """Levels 0..1 of pictures."""
        where = source.place(self.taken(number))
        return coded_over(source, where, self.exposure)

    def film(self, times: Array, source: Source) -> Array:
        """(n,) levels of film frames: what was held over each exposure, with one change at most."""
        ends = times + source.exposure / 2
        latest = np.floor((ends - self.start - self.lag) / self.period)
        change = self.taken(latest) + self.lag
        share = np.clip((ends - change) / source.exposure, 0, 1)
        new, old = self.levels(latest, source), self.levels(latest - 1, source)
        return np.asarray(share * new + (1 - share) * old)


def coded_over(source: Source, place: Array, exposure: float) -> Array:
    """(...) levels of exposures of ``exposure`` s about the places (...)."""
    return np.asarray(coded(source.mean, place, max(exposure * source.slope, 0.03))[..., 0])


def sought(times: Array, light: Array, source: Source, age: float) -> Relay:
    """Seek the camera's pace in the levels (n,) of the monitor at ``times`` (n,) s.

    ``age`` is that of what the monitor shows, in s. Raises GapError sequence_not_seen.
    """
    every = max(1, round(len(times) / (np.ptp(times) * MOST_FRAMES)))
    x, y = times[::every], light[::every]
    opening = x <= x[0] + OPENING
    found = _opened(x[opening], y[opening], source, age)
    span = OPENING
    while span < np.ptp(times):
        span = min(2 * span, float(np.ptp(times)))
        seen = x <= x[0] + span
        found = _refined(found, x[seen], y[seen], source)
    nearby = [replace(found, lag=found.lag + share * found.period) for share in LAG_SHARES]
    best = max(nearby, key=lambda relay: correlation(y, relay.film(x, source)))
    found = _refined(best, x, y, source)
    reached = correlation(y, found.film(x, source))
    if reached < SEEN:
        raise GapError("sequence_not_seen", correlation=reached)
    return found


def _opened(x: Array, y: Array, source: Source, age: float) -> Relay:
    """Return the relay whose levels correlate most with those of the opening."""
    periods = 1 / np.arange(RATES[0], RATES[1], 1 / (3 * OPENING))
    tried = (best for period in periods for best in _of_period(x, y, source, age, period))
    score, relay = max(tried, key=lambda scored: scored[0])
    if score <= -1:
        raise GapError("sequence_not_seen", correlation=score)
    return relay


def _of_period(
    x: Array, y: Array, source: Source, age: float, period: float
) -> Iterator[tuple[float, Relay]]:
    """Yield for each exposure the best correlation of all phases and lags, and its relay."""
    starts = x[0] - age + period * PHASES
    lags = age - period / 2 + period * LAGS
    latest = np.floor((x - starts[:, None] - lags[:, None, None]) / period)
    place = source.place(starts[:, None] + period * latest)
    for exposure in period * EXPOSURES:
        score = correlations(y, coded_over(source, place, exposure))
        at = np.unravel_index(np.argmax(score), score.shape)
        lag, start = float(lags[at[0]]), float(starts[at[1]])
        relay = Relay(start=start, period=float(period), exposure=float(exposure), lag=lag)
        yield float(score.max()), relay


def _refined(relay: Relay, x: Array, y: Array, source: Source) -> Relay:
    """Climb to the best relay near by (Nelder and Mead)."""
    from scipy.optimize import minimize  # noqa: PLC0415 -- late: 0.1 s, and few films need it

    span = float(np.ptp(x))
    simplex = np.vstack([np.zeros(4), np.diag([0.15, 0.3, 0.15, 0.4])])
    found = minimize(
        lambda steps: -correlation(y, _stepped(relay, steps, span).film(x, source)),
        np.zeros(4),
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "maxfev": 160, "xatol": 1e-3, "fatol": 1e-5},
    )
    return _stepped(relay, found.x, span)


def _stepped(relay: Relay, steps: Array, span: float) -> Relay:
    """Return a relay near by, for a film of ``span`` s.

    ``steps`` (4,) are those of start, drift over the film and lag, in periods, and of the logarithm
    of the exposure.
    """
    start, drift, lag, exposure = steps
    period = relay.period
    return Relay(
        start=relay.start + start * period,
        period=period * (1 + drift * period / span),
        lag=relay.lag + lag * period,
        exposure=float(np.clip(relay.exposure * np.exp(exposure), 0.02 * period, 1.2 * period)),
    )


def timed(times: Array, light: Array, source: Source, relay: Relay) -> tuple[Changes, Pace]:
    """Time the changes between pictures that differ, and fit the line from picture number to place.

    The line is fitted to the pictures' own levels.
    """
    relay = _numbered_from(relay, float(times[0]))
    number = np.arange(np.ceil((times[-1] - relay.start - relay.lag) / relay.period) + 1)
    shares, noise = _shares(light, relay.film(times, source))
    expected = relay.levels(number, source)
    for _ in range(2):
        changes = _changes(times, shares, expected, source, relay)
        which, own = _alone(times, shares, changes, relay, len(number))
        line = pace(
            which.astype(np.float64),
            own[:, None, None],
            source.place(relay.taken(which.astype(np.float64))),
            code=lambda where, width: coded(source.mean, where, width),
            noise=noise,
        )
        expected = coded(source.mean, line.at(number).mean(axis=0), line.width)[:, 0]
    return changes, line


def _numbered_from(relay: Relay, time: float) -> Relay:
    """Count the pictures from the one before that which is on the monitor at ``time`` s."""
    first = float(np.floor((time - relay.start - relay.lag) / relay.period)) - 1
    return replace(relay, start=relay.start + first * relay.period)


def _shares(light: Array, film: Array) -> tuple[Array, float]:
    gain, offset = np.polyfit(film, light, 1)
    shares = (light - offset) / gain
    return np.asarray(shares), max(0.01, 1.4826 * float(np.median(np.abs(shares - film))))


def _moments(
    times: Array, shares: Array, expected: Array, source: Source, relay: Relay
) -> tuple[Array, Array]:
    """(p,) moments at which pictures come up, by least squares among neighbours, and misfits.

    The misfit is the largest of a frame between the picture before and this one; nan where no frame
    is.
    """
    count, half = len(expected), source.exposure / 2
    moments = relay.taken(np.arange(count, dtype=np.float64)) + relay.lag
    tries = relay.period * np.arange(-0.5, 0.5, 1 / TRIES)
    middle, rest = moments.copy(), np.full(count, np.nan)
    for _ in range(SWEEPS):
        for k in range(1, count - 1):
            first = np.searchsorted(times, moments[k - 1] + half)
            last = np.searchsorted(times, moments[k + 1] - half)
            at = middle[k] + tries
            at = at[(at > moments[k - 1]) & (at < moments[k + 1])]
            if last - first >= 2 and at.size:
                part = np.clip((times[first:last] + half - at[:, None]) / source.exposure, 0, 1)
                off = shares[first:last] - expected[k - 1] - part * (expected[k] - expected[k - 1])
                moments[k], rest[k] = _least_squares(at, off)
    return moments, rest


def _least_squares(at: Array, off: Array) -> tuple[float, float]:
    """Return the moment of those ``at`` (t,) with least squares of ``off`` (t, f), and its misfit.

    Where several moments fit alike, it is their mean.
    """
    squares = (off**2).sum(axis=1)
    alike = np.flatnonzero(squares <= squares.min() + 1e-9)
    return at[alike].mean(), np.abs(off[alike[0]]).max()


def _changes(times: Array, shares: Array, expected: Array, source: Source, relay: Relay) -> Changes:
    """Find the film frames in which pictures come up whose level differs from the one before."""
    moments, rest = _moments(times, shares, expected, source, relay)
    step = np.append(0.0, np.diff(expected))
    frame = np.searchsorted(times, moments - source.exposure * (0.5 - CLEAR))
    inside = (frame > 0) & (frame < len(times))
    which = np.flatnonzero((np.abs(step) > STEP) & (np.nan_to_num(rest, nan=1.0) < SAME) & inside)
    frame = frame[which]
    part = (times[frame] - moments[which]) / source.exposure + 0.5
    seen = (shares[frame] - expected[which - 1]) / step[which]
    return Changes(
        picture=which,
        frame=frame,
        share=np.where(part < 1 - CLEAR, np.clip(seen, 0, 1 - 1e-6), 1.0),
        seen=np.full(len(which), np.nan),
        then=np.full(len(which), np.nan),
        unbroken=np.append(np.diff(which) == 1, np.zeros(min(len(which), 1), np.bool_)),
        until=frame,
    )


def _alone(
    times: Array, shares: Array, changes: Changes, relay: Relay, count: int
) -> tuple[Whole, Array]:
    """Pictures (k,) that frames show alone, and their mean shares (k,).

    They are taken from the frames in the middle of a picture's time, or between its two timed
    changes.
    """
    begins = relay.start + relay.lag + relay.period * (np.arange(count) + 0.3)
    ends = begins + 0.4 * relay.period
    begins[changes.picture] = times[changes.frame] + np.where(changes.share < 1, 1e-4, -1e-4)
    ends[changes.picture - 1] = times[changes.frame] - 1e-4
    first, last = np.searchsorted(times, begins), np.searchsorted(times, ends)
    which = np.flatnonzero(last > first)
    sums = np.concatenate([[0.0], np.cumsum(shares)])
    return which, np.asarray((sums[last] - sums[first])[which] / (last - first)[which])
