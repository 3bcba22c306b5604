"""A clock screen that responds slowly: first light, and the film's exposure, by how a bit rises.

Folded about the refreshes at which they change, all bits of all frames trace one curve: how much of
the new state an exposure has gathered so long after first light. A box that is fitted to it is too
long and lies too late; so exposure, time constant and first light are fitted to the curve. Where
film and screen run in step, parts of the curve are never seen, and nothing is said.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.files.scipy_later import optimize
from acceptance.metrics._filmed_clock import ghosts
from acceptance.metrics._filmed_clock.line_prior import LAG, LOG_WIDTH, PHASE, SHORTEST, SLOPE
from acceptance.metrics.latency import slow_screen
from acceptance.metrics.latency.monitor_prior import RESPONDS

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.pace import Pace
    from acceptance.metrics._filmed_clock.readings import Array, Readings

BINS, FEWEST = 64, 24  # points of the curve, per refresh at one height, and in all
NOISE, CURVE = 0.025, 0.01  # of a share; by which points may be off whatever their number
TIME_CONSTANTS = (0.0, 0.06, 0.2)  # refreshes, to start from
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
LATE, LOG_LENGTH, SLOW, OFF, ROLLS, DRIFT, SHAPE = range(7)  # columns of fits
GHOST = 7  # and, where recursion is in doubt, the share of the frame before
# the largest share that is fitted; standard deviation up to which one is told
MOST_GHOST, UNSURE_GHOST = 0.9, 0.06
# refreshes: at most, and by how much a fit is moved to see what it rests on
MOST = np.array([0.5, 0.0, 0.7, 0.0, 0.3, 0.3, 0.4])
MOVES = np.array([0.005, 0.02, 0.02, 0.02, 0.005, 0.005, 0.1, 0.02])
KNOWN_BEFORE = 75.0  # information about a shape that is anything up to the most
SINGULAR = 1e-10  # of the most that is known of anything: what is known of nothing
LEAST = 0.002  # refreshes, scatter that is always possible
PARTS = 4  # of the film
# times the interval of frames: the longest exposure that is tried, and from which a fit is none;
# times the noise by which the curve may be off
TRIED, FULL, WORSE = 1.1, 1.03, 2.0
# of the logarithm of the exposure, and refreshes of first light, from which the fit says nothing
UNSURE, UNSURE_LATE = 0.35, 0.03
# time constants by which a box lies late (0.83 to 0.97 for exposures of 1 to 20 time constants)
BOX_LATE = 0.9
AS_BOX = 12**0.5  # length of a box that scatters as much as an exponential of time constant 1
SHORTENED = 0.25  # least share of a box that an exposure is


@dataclass(frozen=True, kw_only=True)
class FirstLight:
    """The clock's ``line`` (m draws), by its first light where frames show that.

    ``exposures`` (m,) of the film are in s. ``box_late`` is by how many refreshes boxes that are
    fitted to other exposures lie late, ``slow`` s what its time constant leaves open.
    """

    line: Pace
    exposures: Array
    box_late: float
    slow: float


def first_light(times: Array, line: Pace, readings: Readings, scatter: float) -> FirstLight:
    """Return what frames exposed at ``times`` (n,) s, or ``scatter`` s (rms) off, show of a clock.

    ``line`` is that of boxes fitted to the ``readings``. Where the curve is not seen the exposures
    may be those boxes, or shorter ones of a clock that responds slowly.
    """
    interval = float(np.median(np.diff(times)))
    fits, constant = _fits(times, line, readings, scatter)
    if not len(fits):
        boxes = line.widths / line.slopes
        own = np.minimum(_shorter(boxes), interval)
        return FirstLight(line=line, exposures=own, box_late=0.0, slow=_least(boxes, interval))
    rate = float(line.slopes.mean())
    widths = np.clip(np.exp(fits[:, LOG_LENGTH]), SHORTEST, max(rate * interval, SHORTEST))
    return FirstLight(
        line=_moved(line, fits, widths, times),
        exposures=widths / rate,
        box_late=BOX_LATE * constant,
        slow=slow_screen.DOUBT * constant / rate,
    )


def recursion(times: Array, line: Pace, readings: Readings, scatter: float) -> float | None:
    """Return the share of the frame before in each that noise reduction left, None if not told.

    As ``first_light``, of ``readings`` in which either that or the screen left one. Shares beyond
    those that are taken off are not told.
    """
    curve = _Curve.of(times, line, readings)
    if curve is None:
        return None
    rate = float(line.slopes.mean())
    interval = max(rate * float(np.median(np.diff(times))), 2 * SHORTEST)
    curve = replace(curve, interval=interval)
    most = 1.5 * rate * scatter + LEAST
    best, covariance, worse = curve.fitted(line.width, TRIED * interval, most, readings.tried)
    swept = _gap(line.at(times).mean(axis=0)) < interval / 2
    sure = math.sqrt(covariance[GHOST, GHOST]) < UNSURE_GHOST and best[GHOST] <= ghosts.MOST
    return float(best[GHOST]) if swept and sure and worse < WORSE else None


def _shorter(boxes: Array) -> Array:
    """(m,) exposures that may look like ``boxes`` (m,), all in s.

    A box is longer by the scatter of an exponential response.
    """
    random = np.random.default_rng(3)
    slow = AS_BOX * random.exponential(random.choice(RESPONDS, len(boxes)))
    return np.asarray(np.sqrt(np.maximum(boxes**2 - slow**2, (SHORTENED * boxes) ** 2)))


def _least(boxes: Array, interval: float) -> float:
    """Return the least time constant (s) of a clock: its exposures look longer than a frame."""
    return math.sqrt(max(float(np.median(boxes)) ** 2 - interval**2, 0.0)) / AS_BOX


def _fits(times: Array, line: Pace, readings: Readings, scatter: float) -> tuple[Array, float]:
    """(m, 7) draws of what fits the curve, none where it is not seen, and the time constant."""
    nothing = np.empty((0, 7)), 0.0
    curve = None if readings.ghost else _Curve.of(times, line, readings)
    if curve is None:
        return nothing
    rate = float(line.slopes.mean())
    interval = max(rate * float(np.median(np.diff(times))), 2 * SHORTEST)
    best, covariance, worse = curve.fitted(
        line.width, TRIED * interval, 1.5 * rate * scatter + LEAST
    )
    unsure, length = np.sqrt(np.diag(covariance)), np.exp(best[LOG_LENGTH])
    whole = length / 2 + best[SLOW] >= _gap(line.at(times).mean(axis=0))
    sure = unsure[LOG_LENGTH] < UNSURE and unsure[LATE] < UNSURE_LATE
    if not (whole and sure and worse < WORSE and length < FULL * interval):
        return nothing
    random = np.random.default_rng(5)
    fits = random.multivariate_normal(best, covariance, len(line.draws), method="eigh")
    return fits, float(best[SLOW])


def _moved(line: Pace, fits: Array, widths: Array, times: Array) -> Pace:
    """Return the line (m draws) with ``fits`` (m, 7) added, and exposures of ``widths`` (m,)."""
    draws, half = line.draws.copy(), float(np.ptp(times)) / 2
    middle = (line.origin - times[0]) / half - 1
    draws[:, PHASE] += fits[:, LATE] + middle * fits[:, DRIFT]
    draws[:, SLOPE] += fits[:, DRIFT] / half
    draws[:, LAG] += fits[:, ROLLS]
    draws[:, LOG_WIDTH] = widths
    return replace(line, draws=draws)


def _gap(place: Array) -> float:
    """Return the widest gap between the phases of a refresh at which ``place`` (n,) are."""
    phases = np.sort(np.mod(place, 1.0))
    return float(np.diff(phases, append=phases[0] + 1).max())


@dataclass(frozen=True, kw_only=True)
class _Curve:
    """Points (k,): refreshes ``since`` a bit's change at a ``height``, and ``share`` of the new.

    ``noise`` is that of the shares. ``interval`` is from frame to frame, in refreshes, where what
    is left of the frame before is fitted as well.
    """

    since: Array
    height: Array
    time: Array
    share: Array
    noise: Array
    interval: float = 0.0

    @classmethod
    def of(cls, times: Array, line: Pace, readings: Readings) -> _Curve | None:
        """Fold all bits; None for too few."""
        place = line.at(times).mean(axis=0)[:, None] + line.lag * readings.heights
        step = 2.0 ** np.arange(readings.low.shape[2])
        turn = place[:, :, None] / (2 * step)
        since = 2 * step * (turn - np.floor(turn)) - step
        share = np.where(np.floor(turn) % 2 == 0, readings.low, 1 - readings.low)
        near = (np.abs(since) < 1) & np.isfinite(share)
        rows = np.broadcast_to(np.arange(len(readings.heights))[:, None], share.shape)[near]
        film = 2 * (times - times[0]) / np.ptp(times) - 1
        film = np.broadcast_to(film[:, None, None], share.shape)[near]
        part = np.minimum((film + 1) / 2 * PARTS, PARTS - 1).astype(np.int64)
        which = (part * len(readings.heights) + rows) * 4 * BINS
        which += np.floor((since[near] + 1) * BINS).astype(np.int64)
        _, point, count = np.unique(which, return_inverse=True, return_counts=True)
        if len(count) < FEWEST:
            return None
        means = [
            np.bincount(point, values) / count
            for values in (since[near], readings.heights[rows], film, share[near])
        ]
        return cls(
            since=means[0], height=means[1], time=means[2], share=means[3],
            noise=np.hypot(NOISE / np.sqrt(count), CURVE),
        )  # fmt: skip

    def off(self, fit: Array) -> Array:
        """(k,) by how much shares are off a ``fit``, over their noise."""
        at = self.since + fit[LATE] + fit[ROLLS] * self.height + fit[DRIFT] * self.time
        at = at[:, None] + fit[OFF] * NODES
        gathered = self._gathered(at, fit)
        return np.asarray((gathered @ WEIGHTS / WEIGHTS.sum() - self.share) / self.noise)

    def _gathered(self, at: Array, fit: Array) -> Array:
        """(k, nodes) share of the new state in frames ``at`` so long after first light."""
        length = np.exp(fit[LOG_LENGTH])
        part = fit[GHOST] if self.interval else 0.0
        # back to a frame before the first light of every change, which left nothing of the new
        frames = math.ceil((at.max() + length / 2) / self.interval) if self.interval else 1
        own = [
            part**back * slow_screen.gathered((at - back * self.interval) / length + 0.5,
                                              fit[SLOW] / length, fit[SHAPE])
            for back in range(max(frames, 1))
        ]  # fmt: skip
        return np.asarray((1 - part) * sum(own))

    def fitted(
        self, width: float, longest: float, scatter: float, ghost: float = 0.0
    ) -> tuple[Array, Array, float]:
        """Return the best fit (7,) or (8,), its covariance, and how much noise it leaves.

        These are refreshes: by how much the line is late, logarithm of the exposure, time constant,
        scatter of times (at most ``scatter``), lag beyond that of the line, and drift; then the
        shape of the response. Where there is an ``interval``, the last is the share of the frame
        before, none or about a ``ghost``.
        """
        highest = np.add(MOST, [0, np.log(longest), 0, scatter, 0, 0, 0])
        lowest = np.array([-MOST[LATE], np.log(SHORTEST / 2), 0, 0, -MOST[ROLLS], -MOST[DRIFT], 0])
        shares = [np.empty(0)]
        if self.interval:
            highest, lowest = np.append(highest, MOST_GHOST), np.append(lowest, 0.0)
            shares = [np.zeros(1), np.array([ghost])]
        tries = []
        for slow, share in itertools.product(TIME_CONSTANTS, shares):
            length = np.sqrt(max(width**2 - 12 * slow**2, (width / 5) ** 2))
            start = np.append([slow, np.log(length), slow, scatter / 3, 0, 0, 0.2], share)
            inside = np.clip(start, *np.quantile([lowest, highest], [0.01, 0.99], axis=0))
            tries.append(
                optimize.least_squares(
                    self.off, inside, loss="soft_l1", bounds=(lowest, highest), diff_step=1e-4
                )
            )
        best = min(tries, key=lambda tried: float(tried.cost))
        worse = 2 * float(best.cost) / len(self.since)
        covariance = np.asarray(
            np.linalg.pinv(self._known(best.x), rcond=SINGULAR, hermitian=True), np.float64
        )
        return best.x, covariance * max(1.0, worse), worse

    def _known(self, fit: Array) -> Array:
        """(k, k) information about a fit (k,).

        What cannot be less than none is moved upwards only, the shape towards its middle.
        """
        slopes = []
        inward = np.ones(len(fit))
        inward[SHAPE] = 1 if fit[SHAPE] < MOST[SHAPE] / 2 else -1
        for column, move in enumerate(MOVES[: len(fit)] * np.diag(inward)):
            before = fit if column in (SLOW, OFF, SHAPE, GHOST) else fit - move
            apart = (fit + move - before)[column]
            slopes.append((self.off(fit + move) - self.off(before)) / apart)
        before = np.zeros(len(fit))
        before[SHAPE] = KNOWN_BEFORE
        return np.asarray(np.stack(slopes) @ np.stack(slopes).T + np.diag(before))
