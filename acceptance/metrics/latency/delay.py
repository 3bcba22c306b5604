"""Latencies of single pictures, and their mean, worst, standard deviation and 95th percentile.

What the readings leave open is carried by draws (JCGM 101:2008): each row of ``draws`` is one
possible course of all clocks and exposures. Scatter from picture to picture is taken by batch means
(B. Schmeiser, Operations Research 30 (1982) 556), since neighbouring pictures wait for the
monitor's refresh in turn and not by chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.latency.picture_age import BATCHES, LEAST_WATCHED
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.metrics.latency.picture_age import Ages
    from acceptance.model.basics import Value

REFRESH = 1000 / 60  # ms: by which a picture comes later that just missed one
RARE = 3.0  # pictures that may be expected where none is seen (95 %)
EVEN = 0.4  # ms: a scatter that noise alone may have made
# times the scatter of exposures, by which the largest of a hundred latencies is too large: between
# 1.8, where each waits for the monitor from its exposure on, and -0.6, where light keeps the pace
FOLLOWS = 0.6
# of how far the slowest of those read lies above the usual one, by which the slowest of e times as
# many may exceed it: so it is for waits for a refresh and for a little jitter, of 14 read and more
TAIL = 0.35
# ms: a mean whose draws leave more open than this is called coarse, and one of screens whose time
# constants leave more than that open: no screen responds just exponentially
FINE, SLOW = 0.5, 1.0


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Latency of each picture.

    ``draws`` (m, c) are in ms, one row for each possible course of clocks and exposures.
    ``moments`` (c,) s when each was seen; ``holds`` (m, h) ms, how long pictures stood on the
    monitor (none for a stream); ``ages`` are those of what it shows. ``exposure`` ms of the film (0
    for a stream), ``refresh_rate`` Hz of the clock screen (0: no screen). ``reading`` says what was
    read: ``blends``, ``bars`` (no blends of both clocks), ``sequence``. ``single`` ms: what is open
    about the moment of a single change, beyond the draws. ``open_phase`` ms: by how much all
    pictures may have been taken earlier or later alike, where the camera ran in step with the clock
    screen. ``open_change`` ms: by how much all changes may have come earlier or later alike, where
    no film frame mixes two pictures. ``noise_reduction`` ms: by how much all changes may have come
    later, if that and not a slow monitor left ghosts in the film. ``uneven`` ms: how the camera's
    exposures scatter about an even pace (rms), which the draws have them keep. ``scatter`` ms: how
    far single pictures may be off by themselves (rms), each its own way; ``timing`` ms: how far
    film frames may. ``converted`` ms: how far frames lie off stamps that are even all the same
    (rms), early or late in step with the camera. ``slow`` ms: what time constants of the screens
    leave open, as far as they are seen.
    """

    draws: Array
    moments: Array
    refresh_rate: float = 0.0
    exposure: float = 0.0
    reading: str = "bars"
    single: float = 0.0
    open_phase: float = 0.0
    open_change: float = 0.0
    noise_reduction: float = 0.0
    uneven: float = 0.0
    scatter: float = 0.0
    timing: float = 0.0
    converted: float = 0.0
    slow: float = 0.0
    holds: Array = field(default_factory=lambda: np.empty((1, 0)))
    ages: Ages | None = None

    @property
    def each(self) -> Array:
        """(c,) latency of each picture, ms."""
        return np.asarray(self.draws.mean(axis=0))

    @property
    def unread(self) -> float:
        """Logarithm of how many times more pictures there are than were read.

        So the slowest of all exceeds that of those read where a tail falls exponentially.
        """
        return -math.log(max(self.ages.watched, LEAST_WATCHED)) if self.ages else 0.0

    @property
    def doubt(self) -> float:
        """What is open for all pictures alike beyond the draws, ms."""
        return self.open_phase + self.open_change + self.noise_reduction + self.converted

    def details(self) -> dict[str, Value]:
        """Say with every statistic: number, standard error, least, what was read."""
        each = self.each
        left_open = 1.96 * float(self.draws.mean(axis=1).std())
        return {
            "reading": self.reading,
            "coarse": "yes" if left_open + self.doubt > FINE or self.slow > SLOW else "no",
            "sd_ms": float(self.draws.std(axis=1, ddof=1).mean()),
            "percentile_95_ms": float(np.percentile(self.draws, 95, axis=1).mean()),
            "least_ms": float(self.draws.min(axis=1).mean()),
            "standard_error_ms": float(each.std(ddof=1)) / len(each) ** 0.5,
            "pictures": len(each),
            "refresh_rate_hz": self.refresh_rate,
            "film_exposure_ms": self.exposure,
        }


@dataclass(frozen=True, kw_only=True)
class OwnErrors:
    """By what single pictures may be off, each its own way, ms; as in ``Latency``.

    ``gap`` is its ``open_change``, here of each change by itself; ``converted`` that of the film.
    ``unread`` is no time, but the latency's.
    """

    single: float = 0.0
    uneven: float = 0.0
    scatter: float = 0.0
    timing: float = 0.0
    gap: float = 0.0
    converted: float = 0.0
    unread: float = 0.0


NONE = OwnErrors()


def mean(draws: Array) -> tuple[float, list[BudgetLine]]:
    """Mean over the pictures, draws (m, c), and its budget: what the clocks leave open, scatter."""
    each = draws.mean(axis=0)
    parts = np.array_split(each, min(BATCHES, len(each)))
    scatter = float(np.std([part.mean() for part in parts], ddof=1)) / len(parts) ** 0.5
    value, phases = _over(draws.mean(axis=1))
    return value, [
        phases,
        BudgetLine(
            source="repeatability", contribution=scatter, degrees_of_freedom=len(parts) - 1.0
        ),
    ]


def worst(draws: Array, own: OwnErrors = NONE) -> tuple[float, list[BudgetLine]]:
    """Largest of the pictures seen, and what is open about it.

    Where single moments are noisy the picture that is slowest by all draws together is taken, as
    the slowest of each draw would be slow by chance. The slowest one may lie off the pace, or be
    timed wrong, by twice what all do (rms): what a camera scatters makes the largest one larger
    where a monitor follows each picture, smaller where it comes up all the same (FOLLOWS). Readings
    that scatter evenly make it larger, by none to all of their reach: half is taken off. Where one
    stands out, by a misreading or because it was late, it may be too large by as much. So may
    changes that lie anywhere within a gap. Pictures that were not read may be slower: by the more,
    the more they are, and the farther the largest of those read lies above the usual one (TAIL).
    """
    half = _reach(own.scatter) / 2
    each = draws.mean(axis=0)
    stands_out = float(np.ptp(np.sort(each)[-2:])) if half else 0.0
    lines = {
        "single_change": own.single,
        "uneven_camera": 2 * own.uneven / 3**0.5,
        "own_scatter": math.hypot(2 * own.timing, half, stands_out) / 3**0.5,
        "own_change": own.gap / 3**0.5,
        "unread_pictures": own.unread * TAIL * float(each.max() - np.median(each)) / 3**0.5,
    }
    largest = draws[:, int(np.argmax(each))] if own.single else draws.max(axis=1)
    value, phases = _over(largest)
    least, _ = percentile(draws, own)
    less = half + FOLLOWS * own.uneven
    return max(value - less, least) if less else value, [phases, *_lines(lines)]


def deviation(draws: Array, own: OwnErrors = NONE) -> tuple[float, list[BudgetLine]]:
    """Take the standard deviation of the pictures; with its budget.

    Its own standard error is by the fourth moment, but at least that of normal values (JCGM
    100:2008, E.4.3); waits for a refresh are not normal: *rare* is what pictures that just missed a
    refresh would add, of which none need be seen where three are expected. Exposures off an even
    pace add in quadrature, either way. What readings and times scatter is not the pictures' own:
    *own_scatter*, between none and all that it adds, is taken off by half. Changes that lie
    anywhere within a gap (*open_change*) may hide as much, or add it; so may frames off their
    stamps in step with the camera (*film_converted*).
    """
    value, phases = _over(draws.std(axis=1, ddof=1))
    scatter = math.hypot(own.scatter, own.timing)
    added = (value - math.sqrt(max(value**2 - scatter**2, 0.0))) / 2
    value -= added
    count = draws.shape[1]
    missed = math.hypot(value, REFRESH * (RARE / count) ** 0.5) - value
    lines = {
        "rare": missed / 2 / 3**0.5,
        "uneven_camera": math.hypot(value, own.uneven) - value,
        "own_scatter": added / 3**0.5,
        "film_converted": own.converted,
        "open_change": (math.hypot(value, own.gap / 3**0.5) - value) / 3**0.5,
    }
    off = draws.mean(axis=0) - draws.mean()
    peaked = max(3.0, float(np.mean(off**4)) / max(float(np.mean(off**2)) ** 2, 1e-12))
    repeated = value / 2 * ((peaked - 1) / (count - 1)) ** 0.5
    return value, [
        phases,
        BudgetLine(source="repeatability", contribution=repeated),
        *_lines(lines),
    ]


def percentile(draws: Array, own: OwnErrors = NONE) -> tuple[float, list[BudgetLine]]:
    """95th percentile; its scatter from the order statistics beside it.

    These are the ones whose binomial ranks are one standard deviation off, or two: latencies that
    differ by whole refreshes jump. Readings that scatter evenly take it up to nine tenths of their
    reach too far: half of that is taken off.
    """
    value, phases = _over(np.percentile(draws, 95, axis=1))
    each, step = draws.mean(axis=0), 100 * (0.95 * 0.05 / draws.shape[1]) ** 0.5
    beside = [np.percentile(each, [95 - off, min(95 + off, 100)]) for off in (step, 2 * step)]
    apart = max(float(np.ptp(both)) / 2 / times for times, both in enumerate(beside, 1))
    repeated = BudgetLine(source="repeatability", contribution=apart)
    half = 0.9 * _reach(own.scatter) / 2
    lines = {
        "uneven_camera": own.uneven,
        "own_scatter": math.hypot(own.timing, half / 3**0.5),
    }
    value = max(value - half, float(draws.mean())) if half else value
    return value, [phases, repeated, *_lines(lines)]


def statistics(draws: Array, own: OwnErrors = NONE) -> dict[str, tuple[float, list[BudgetLine]]]:
    """Value and budget of each statistic of draws (m, c)."""
    return {
        "mean": mean(draws),
        "worst": worst(draws, own),
        "sd": deviation(draws, own),
        "percentile_95": percentile(draws, own),
    }


def of_each(latency: Latency) -> dict[str, tuple[float, list[BudgetLine]]]:
    """Value and budget of each statistic of a latency."""
    own = OwnErrors(
        single=latency.single,
        uneven=_beyond_noise(latency.uneven),
        scatter=_beyond_noise(latency.scatter),
        timing=_beyond_noise(latency.timing),
        gap=latency.open_change,
        converted=latency.converted,
        unread=latency.unread,
    )
    return statistics(latency.draws, own)


def _beyond_noise(rms: float) -> float:
    return rms if rms > EVEN else 0.0


def _reach(rms: float) -> float:
    """How far values that are spread evenly lie from their middle, by their rms."""
    return 3**0.5 * rms


def _lines(contributions: dict[str, float]) -> list[BudgetLine]:
    return [
        BudgetLine(source=source, contribution=contribution, evaluation="B")
        for source, contribution in contributions.items()
        if contribution
    ]


def _over(drawn: Array) -> tuple[float, BudgetLine]:
    """Mean of a statistic over the courses (m,) that are possible, and what they leave open."""
    return float(drawn.mean()), BudgetLine(source="phases", contribution=float(drawn.std()))
