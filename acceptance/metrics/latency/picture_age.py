"""Age of what a person sees on the monitor: time since the middle of the exposure that made it.

A picture is as old as the latency when it appears, and gets older until the next one replaces it:
of the age over time, the mean and the worst. A monitor that freezes, at the film's begin or end
too, shows an age that no latency contains.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.metrics.latency.monitor import Changes
    from acceptance.model.basics import Value

BATCHES = 10
HALF, LEAST_WATCHED = 0.5, 0.01  # shares of a film
LEAST_OFF = 1e-4  # s
LEAST_STEP = 1.0  # ms by which an age must exceed another to count as greater


@dataclass(frozen=True, kw_only=True)
class Ages:
    """Ages in ms of each picture that appeared, by draws (m, c).

    They run from ``first``, when it appears, to ``last``, when it was last seen. ``opening`` (m,)
    is the age of the picture before them when it disappeared, nan where not known. ``missed`` is
    the greatest age that may have been shown while the monitor could not be read (0: it always
    could), ``watched`` the share of the film in which the picture was known. ``single``: by how
    much a single picture's exposure is off, where they are not on one line.
    """

    first: Array
    last: Array
    opening: Array
    missed: float
    watched: float
    single: float = 0.0

    def mean(self) -> tuple[float, list[BudgetLine]]:
        """Mean over time, and its budget: what the clocks leave open, scatter by batch means."""
        area, length = (self.last**2 - self.first**2) / 2, self.last - self.first
        drawn = area.sum(axis=1) / length.sum(axis=1)
        batches = np.array_split(np.arange(length.shape[1]), min(BATCHES, length.shape[1]))
        parts = [area[:, few].sum() / max(length[:, few].sum(), 1e-9) for few in batches]
        scatter = float(np.std(parts, ddof=1)) / len(parts) ** 0.5
        return float(drawn.mean()), [
            BudgetLine(source="phases", contribution=float(drawn.std())),
            BudgetLine(
                source="repeatability", contribution=scatter, degrees_of_freedom=len(parts) - 1.0
            ),
        ]

    def worst(self) -> tuple[float, list[BudgetLine]]:
        """Greatest that was seen, and what the clocks leave open about it."""
        drawn = np.fmax(self.last.max(axis=1), self.opening)
        lines = [BudgetLine(source="phases", contribution=float(drawn.std()))]
        if self.single:
            # the greatest of many that are off on their own lies one or two deviations high
            lines.append(
                BudgetLine(source="single_change", contribution=2 * self.single, evaluation="B")
            )
        return float(drawn.mean()), lines

    def bound_by(self) -> Reason | None:
        """Why the worst may have been greater than what was seen; None: it was not."""
        value, _ = self.worst()
        if float(self.last[:, -1].mean()) >= value - LEAST_STEP:
            return Reason(code="still_shown")
        return Reason(code="monitor_partly_unread") if self.missed > value + LEAST_STEP else None

    def details(self) -> dict[str, Value]:
        """Say with both: the least age, and how much of the film was seen."""
        return {"least_ms": float(self.first.min(axis=1).mean()), "watched_share": self.watched}


def shown(changes: Changes, times: Array, moments: Array, taken: Array) -> Ages:
    """Ages from the ``moments`` (m, c) of the changes, in s, and when pictures were ``taken``.

    The latter are (m, p) in s; ``times`` (n,) are those of the film.
    """
    made, begin = taken[:, changes.picture], moments[:, 0]
    known = np.maximum(times[changes.until], moments)
    following = np.concatenate([moments[:, 1:], np.full_like(moments[:, :1], times[-1])], axis=1)
    ends = np.maximum(np.where(changes.unbroken, following, known), moments)
    sure = changes.opening >= 0
    opening = begin - taken[:, changes.opening] if sure else np.full(len(moments), np.nan)
    seen = float((ends - moments).mean(axis=0).sum())
    if sure:
        seen += float(begin.mean() - times[0])
    return Ages(
        first=(moments - made) * 1000,
        last=(ends - made) * 1000,
        opening=opening * 1000,
        missed=1000 * _missed(changes, times, ends - moments, following - made, begin),
        watched=min(1.0, seen / max(float(times[-1] - times[0]), 1e-9)),
        single=1000 * _off_line(made.mean(axis=0)),
    )


def check_watched(ages: Ages, alone: float) -> None:
    """Raise GapError too_few_frames where most of the film is unread and pictures count ``alone``.

    Each then by itself, as far as its reading says. Those that noise reduction lets be misread all
    seem too early, and how much it leaves only many of them tell.
    """
    if not alone or ages.watched >= HALF:
        return
    count = ages.first.shape[1]
    needed = math.ceil(HALF * count / max(ages.watched, LEAST_WATCHED))
    raise GapError("too_few_frames", frames=count, needed=needed)


def _off_line(made: Array) -> float:
    """Deviation in s of each of the exposures (c,), by their second differences; 0 on a line."""
    bends = np.abs(np.diff(made, 2))
    off = 1.4826 * float(np.median(bends)) / 6**0.5 if len(bends) else 0.0
    return off if off > LEAST_OFF else 0.0


def _missed(changes: Changes, times: Array, holds: Array, oldest: Array, begin: Array) -> float:
    """Greatest age in s that may have been shown while the monitor could not be read.

    A picture may have stood until the next change that is known, ``oldest`` (m, c). Before the
    first one (at ``begin``) any may have stood, unless that was no longer than the longest of
    ``holds`` (m, c).
    """
    unread = ~changes.unbroken
    # the last picture was not followed by a change: it is unread after the frame that shows it
    unread[-1] = changes.until[-1] < len(times) - 1
    ages = oldest.mean(axis=0)[unread]
    longest = float(holds.mean(axis=0).max())
    known = times[changes.since] if changes.opening >= 0 else float(begin.mean())
    if known - times[0] > longest:
        return np.inf
    return float(ages.max(initial=0.0))
