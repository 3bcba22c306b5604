"""First light of a monitor, and how it responds, by how a change rises in the rows of its clock.

A film frame catches each row of the clock at another phase of a change, as monitors write their
rows one after another and films read theirs; so the rows of the frames about a change trace one
curve, as the bits of the clock's own screen do (``slow_clock``). Folded about the moments at which
a monitor is known to change, up to what is open for all of them alike, the curve of all changes
tells first light, time constant, shape and exposure together: in step, too, where the middle row
alone shows every change at one phase.

What is sampled is flat in the time constant. So what the curve leaves open is seen whatever is
expected of monitors; only then the draws are chosen by what is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock import ghosts, particles
from acceptance.metrics.latency import monitor_prior, slow_screen
from acceptance.metrics.latency.monitor_prior import SLOWEST, SLOWEST_RESPONSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array, Readings, Whole
    from acceptance.metrics.latency.monitor import Changes


BACK = 1  # frames before a change that are looked at
SETTLED = 0.016  # s after a change from which on the new picture is seen alone
ENDS = 2  # frames beyond, at either end, that show one picture alone
LOOKED_AT = 5  # of these frames: later ones show the new picture alone
STEADY = 0.12  # of light: what is off a picture by less shows that picture
TOLD = 0.3  # of light, squared: the bits of a row must change by as much all together
FEWEST_CHANGES = 8  # that the curve is folded from
FEWEST = 24  # points of the curve, of which six numbers are guessed
PHASES = 3  # of a change between two frames that set the scale of time, whatever they show
RISING = 0.05  # of a share, from which and up to which a change is rising
AGREE = 0.0003  # s (rms) by which draws may differ about one change, beside what all do alike
BIN = 0.0007  # s of the curve, at least, that count as one point, in each row
ERRORS = 4  # of a change's moment (rms) that are one point, too
NOISE = 0.03  # of a share, before any is seen
PRIOR_COUNT = 2  # shares that NOISE counts as
CURVE = 0.01  # of a share, by which points may be off whatever their number
# columns of guesses: s by which first light is late, rank of the exposure, time constant and its
# shape, logarithm of the scatter of times, s by which a row is seen later per height
LATE, RANK, SLOW, SHAPE, LOG_OFF, ROLLS = range(6)
LATEST = 0.006  # s by which first light may be late or early
QUIETEST = 0.00002  # s: least scatter of times
LEAST_LOUD = 0.0001  # s: the most scatter is this at least, however evenly the film seems to run
START, CROWD, MOVES = 1024, 256, 3  # guesses, those that are kept, and moves of each (particles)
LOOSEST, FINER = 64.0, 2**0.5  # times the noise to begin with, and what it is let down by
OUTLIER = 5.0  # times the noise: more counts as so much, for a point
WORSE = 2.0  # times the square of the noise, on average: a best fit that leaves more is none
BOTH = (0.025, 0.975)  # quantiles of 95 %
TWO_SIDED = 1.96  # standard deviations of 95 %


@dataclass(frozen=True)
class Timed:
    """When a monitor changed: draws of ``moments`` (m, c) in s.

    ``exposures`` (m,) are the numbers of those that go with each draw, ``slow`` s is what the
    monitor's time constant leaves open beyond them. ``of_rows`` says whether rows told first light.
    """

    exposures: Whole
    moments: Array
    slow: float
    of_rows: bool = False

    @property
    def alike(self) -> Array:
        """(m,) s by which all moments of a draw come later than they do on average."""
        return np.asarray((self.moments - self.moments.mean(axis=0)).mean(axis=1))

    @property
    def left_open(self) -> float:
        """What is open for all moments alike, s (95 %)."""
        return math.hypot(TWO_SIDED * float(self.alike.std()), self.slow)


def by_rows(
    known: Timed,
    changes: Changes,
    times: Array,
    exposures: Array,
    monitor: Readings,
    scatter: float,
) -> Timed:
    """Time changes by how they rise in the rows of film frames, where that tells more than before.

    The middles of the film's frames are ``times`` (n,) s, which scatter by ``scatter`` s (rms), its
    possible ``exposures`` (m,) s.
    """
    interval = float(np.median(np.diff(times)))
    curve = _Curve.of(known, changes, times, monitor) if interval <= ghosts.SLOWER else None
    if curve is None:
        return known
    order = np.argsort(exposures)
    guesses = curve.sampled(exposures[order], interval, scatter)
    if curve.worse(guesses, exposures[order]) > WORSE:
        return known
    found = _moved(known, guesses, order)
    return found if found.left_open < known.left_open else known


def _moved(known: Timed, guesses: Array, order: Whole) -> Timed:
    """Draw anew what is open for all moments alike, by what monitors there are.

    What the curve leaves open is that of all ``guesses`` (m, 6). ``order`` is that of exposures.
    """
    usual = np.exp(monitor_prior.log_slow(guesses[:, SLOW]))
    random = np.random.default_rng(6)
    drawn = guesses[random.choice(len(guesses), len(known.moments), p=usual / usual.sum())]
    late = drawn[:, LATE]
    left_open = np.abs(np.quantile(guesses[:, LATE], BOTH) - late.mean()).max()
    return Timed(
        exposures=order[particles.ranked(drawn[:, RANK], len(order))],
        moments=known.moments + (late - known.alike)[:, None],
        slow=math.hypot(slow_screen.DOUBT * float(drawn[:, SLOW].mean()), float(left_open)),
        of_rows=True,
    )


@dataclass(frozen=True, kw_only=True)
class _Curve:
    """Points (k,): s ``since`` a change in rows at a ``height``, and ``share`` of the new picture.

    ``noise`` is that of the shares.
    """

    since: Array
    height: Array
    share: Array
    noise: Array

    @classmethod
    def of(cls, known: Timed, changes: Changes, times: Array, monitor: Readings) -> _Curve | None:
        """Fold the rows of the frames about all changes; None for too few."""
        moments = known.moments.mean(axis=0)
        own = (known.moments - moments - known.alike[:, None]).std(axis=0)
        interval = float(np.median(np.diff(times)))
        ahead = round(SETTLED / interval)  # from there on one picture is seen
        whole = (changes.frame >= BACK + ENDS) & (changes.frame < len(times) - ahead - ENDS)
        which = np.flatnonzero((own < AGREE) & whole)
        if len(which) < FEWEST_CHANGES or not np.ptp(monitor.heights):
            return None
        about = changes.frame[which, None] + np.arange(-BACK, ahead + 1)
        since = times[about] - moments[which, None]
        # changes are grouped by all of their frames together: by the time of each they would be
        # by its error, too
        phase = np.median(since - interval * np.arange(about.shape[1]), axis=1)
        # phases that differ by no more than their error are one: else it would pass for time
        width = max(BIN, ERRORS * math.sqrt(float((own[which] ** 2).mean())))
        group = np.floor((phase - phase.min()) / width).astype(np.int64)
        share = _shares(monitor.low, about)
        return cls._gathered(group, since[:, :LOOKED_AT], monitor.heights, share[:, :LOOKED_AT])

    @classmethod
    def _gathered(cls, group: Whole, since: Array, heights: Array, share: Array) -> _Curve | None:
        """Take the means of each ``group`` (c,) of ``share`` (c, f, r), seen ``since`` (c, f) s.

        None where they are few, or where they have no scale of time.
        """
        seen = np.isfinite(share)
        frames = np.arange(since.shape[1])[:, None] * len(heights)
        place = group[:, None, None] * np.prod(seen.shape[1:]) + frames + np.arange(len(heights))
        late, height = (
            np.broadcast_to(part, seen.shape)[seen] for part in (since[..., None], heights)
        )
        share = share[seen]
        _, point, count = np.unique(place[seen], return_inverse=True, return_counts=True)
        if len(count) < FEWEST:
            return None
        means = [np.bincount(point, part) / count for part in (late, height, share)]
        squares = np.bincount(point, (share - means[2][point]) ** 2)
        each = np.sqrt((squares + PRIOR_COUNT * NOISE**2) / (count + PRIOR_COUNT))
        noise = np.hypot(each / np.sqrt(count), CURVE)
        if len(np.unique(group)) < PHASES and not _spans(means[0], means[2]):
            return None
        return cls(since=means[0], height=means[1], share=means[2], noise=noise)

    def sampled(self, exposures: Array, interval: float, scatter: float) -> Array:
        """(m, 6) guesses of what the curve may be; ``exposures`` (m,) s ascending."""
        rolls = interval + 1 / SLOWEST
        loud = max(1.5 * scatter, LEAST_LOUD)
        lowest = np.array([-LATEST, 0, 0, 0, math.log(QUIETEST), -rolls])
        highest = np.array([LATEST, 1, SLOWEST_RESPONSE, 1, math.log(loud), rolls])

        def start(random: np.random.Generator) -> tuple[Array, Array]:
            return random.uniform(lowest, highest, (START, len(lowest))), np.zeros(START)

        def prior(guesses: Array) -> Array:
            inside = ((guesses >= lowest) & (guesses <= highest)).all(axis=1)
            return np.where(inside, 0.0, -np.inf)

        steps = [
            partial(self.likelihood, exposures=exposures, coarse=float(coarse))
            for coarse in FINER ** np.arange(round(math.log(LOOSEST, FINER)), -1, -1)
        ]
        return particles.sample([(start, steps)], prior, size=CROWD, moves=MOVES, count=4 * CROWD)

    def likelihood(self, guesses: Array, exposures: Array, coarse: float) -> Array:
        """(m,) its logarithm, were the noise ``coarse`` times as large."""
        off = np.minimum(
            np.abs(self._expected(guesses, exposures) - self.share) / self.noise, OUTLIER
        )
        return np.asarray(-(off**2).sum(axis=1) / (2 * coarse**2))

    def worse(self, guesses: Array, exposures: Array) -> float:
        """Return how much more than noise the best of the ``guesses`` leaves (mean square)."""
        return -2 * float(self.likelihood(guesses, exposures, 1.0).max()) / len(self.share)

    def _expected(self, guesses: Array, exposures: Array) -> Array:
        """(m, k) shares of the new picture."""
        late, rank, slow, shape, log_off, rolls = guesses.T[:, :, None]
        exposure = np.interp(rank, np.linspace(0, 1, len(exposures)), exposures)
        since = self.since + rolls * self.height - late
        both = [
            slow_screen.gathered((since + off) / exposure + 0.5, slow / exposure, shape)
            for off in (np.exp(log_off), -np.exp(log_off))
        ]
        return np.asarray((both[0] + both[1]) / 2)


def _spans(since: Array, share: Array) -> bool:
    """Whether a change is seen rising at more than one time, so that rows have a scale of time.

    At one time rows that are read slowly, of a slow monitor, look like fast ones of a fast one.
    """
    rising = since[(share > RISING) & (share < 1 - RISING)]
    return bool(rising.size) and float(np.ptp(rising)) >= BIN


def _shares(low: Array, about: Whole) -> Array:
    """(c, f, r) share of the new picture in frames ``about`` (c, f) changes; nan where not seen.

    ``low`` (n, r, bits) is the light of all frames. Old and new picture are what the frames before
    and after all these show.
    """
    old, new = (
        low[edge[:, None] + np.arange(ENDS)] for edge in (about[:, 0] - ENDS, about[:, -1] + 1)
    )
    steady = _apart(old, old[:, :1]) & _apart(new, new[:, :1])
    first, step = old.mean(axis=1), new.mean(axis=1) - old.mean(axis=1)
    size = (step**2).sum(axis=2)
    way = low[about] - first[:, None]
    share = (way * step[:, None]).sum(axis=3) / np.maximum(size, TOLD)[:, None]
    seen = steady & (size > TOLD) & _apart(way, share[..., None] * step[:, None])
    return np.where(seen[:, None], share, np.nan)


def _apart(light: Array, expected: Array) -> NDArray[np.bool_]:
    """(c, r) whether ``light`` (c, f, r, bits) of all frames is as ``expected``."""
    return np.asarray((np.abs(light - expected) < STEADY).all(axis=(1, 3)))
