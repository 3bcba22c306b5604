"""A panel of raters.

Mean and spread of each item, and which raters' scores do not go with the others'.
The plain arithmetic mean decides (GB 50198-1994, chapter 4; ``checks/answers.py``). All else here
is information that moves no verdict: the spread, the 95 % confidence interval of the mean, the
screening of Rec. ITU-R BT.500, and two tests of this toolkit's own, because with five raters BT.500
can never name one: a score lies at most (n - 1) / sqrt(n) standard deviations from a mean that it
is part of, 1.79 where n is 5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from acceptance.uncertainty import coverage_factor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.model import Answer

    Scores = NDArray[np.float64]  # one row a rater, one column an item; NaN where not scored

NORMAL = (2.0, 4.0)  # kurtosis of a distribution that BT.500 takes for normal
OFTEN = 0.05  # share of a rater's scores beyond the band from which BT.500 counts them
EVEN = 0.3  # |P - Q| / (P + Q) below which the rater errs to both sides
NOTICEABLE, TASTE = 1.0, 0.5  # grades: a shift to be named, and one that is a matter of taste
RISK = 0.01  # that one honest rater of the panel is named by one of the two tests
FEWEST_RATERS, FEWEST_ITEMS = 3, 5


@dataclass(frozen=True, kw_only=True)
class Item:
    """What the raters of one answer say.

    ``mean``, standard deviation (n - 1) and half-width of its 95 % interval.
    Both are None where one rater scored alone. In grades; the interval may reach beyond the scale.
    """

    answer: Answer
    count: int
    experts: int
    mean: float
    deviation: float | None
    half_width: float | None

    @property
    def lay(self) -> int:
        """How many lay persons scored."""
        return self.count - self.experts


@dataclass(frozen=True, kw_only=True)
class Rater:
    """How one rater's scores go with the others'.

    ``above`` and ``below`` are P and Q of BT.500, ``screened`` its conclusion. ``shift`` is the
    mean difference from the median of all others, ``scatter`` the standard deviation of those
    differences, in grades; None where too few raters or items were there. ``shifted`` and
    ``scattered``: a whole grade or more, and beyond chance.
    """

    name: str
    expert: bool
    count: int
    above: int
    below: int
    screened: bool
    shift: float | None = None
    scatter: float | None = None
    shifted: bool = False
    scattered: bool = False

    @property
    def named(self) -> bool:
        """Whether any of the three tests names this rater."""
        return self.screened or self.shifted or self.scattered


def items(answers: Sequence[Answer]) -> tuple[Item, ...]:
    """Sum up every answer that has scores."""
    return tuple(_item(one) for one in answers if one.scores)


def _item(answer: Answer) -> Item:
    scores = np.array([one.score for one in answer.scores])
    several = len(scores) > 1
    deviation = float(np.std(scores, ddof=1)) if several else None
    return Item(
        answer=answer,
        count=len(scores),
        experts=sum(one.expert for one in answer.scores),
        mean=float(np.mean(scores)),
        deviation=deviation,
        # BT.500 takes 1.96; Student's factor is honest for five raters, and wider.
        half_width=coverage_factor(len(scores) - 1) * deviation / math.sqrt(len(scores))
        if deviation
        else deviation,
    )


def raters(answers: Sequence[Answer]) -> tuple[Rater, ...]:
    """Hold every rater against the others over all answers that have scores.

    Raters in the order of their names.
    """
    rated = [one for one in answers if one.scores]
    experts = {score.rater: score.expert for one in rated for score in one.scores}
    names = sorted(experts)
    scores = np.full((len(names), len(rated)), np.nan)
    for column, answer in enumerate(rated):
        for one in answer.scores:
            scores[names.index(one.rater), column] = one.score
    return tuple(_raters(names, experts, scores))


def _raters(names: Sequence[str], experts: dict[str, bool], scores: Scores) -> Iterator[Rater]:
    above, below = beyond(scores)
    differences = _differences(scores)
    limit = RISK / max(len(names), 1)
    for row, name in enumerate(names):
        count = int(np.count_nonzero(~np.isnan(scores[row])))
        own, others = differences[row], np.delete(differences, row, axis=0)
        enough = (
            len(names) >= FEWEST_RATERS and int(np.count_nonzero(~np.isnan(own))) >= FEWEST_ITEMS
        )
        yield Rater(
            name=name,
            expert=experts[name],
            count=count,
            above=int(above[row]),
            below=int(below[row]),
            screened=screened(int(above[row]), int(below[row]), count),
            shift=float(np.nanmean(own)) if enough else None,
            scatter=float(np.nanstd(own, ddof=1)) if enough else None,
            shifted=enough and _shifted(own, limit),
            scattered=enough and _scattered(own, others, limit),
        )


def beyond(scores: Scores) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Count each rater's scores at or above mean + c s (P) and at or below mean - c s (Q): Rec.

    ITU-R BT.500.
    c is 2 where the kurtosis of the item's scores lies from 2 to 4, else sqrt(20). ``scores`` has a
    row for each rater and a column for each item, NaN where one is missing; an item on which all
    agree counts nobody.
    """
    above, below = np.zeros((2, len(scores)), np.int_)
    for column in scores.T:
        given = column[~np.isnan(column)]
        if len(given) < FEWEST_RATERS or np.ptp(given) == 0:
            continue
        second, fourth = (np.mean((given - given.mean()) ** power) for power in (2, 4))
        factor = 2.0 if NORMAL[0] <= fourth / second**2 <= NORMAL[1] else math.sqrt(20)
        band = factor * np.std(given, ddof=1)
        above += column >= given.mean() + band
        below += column <= given.mean() - band
    return above, below


def screened(above: int, below: int, count: int) -> bool:
    """Whether BT.500 rejects a rater.

    Beyond the band in more than 5 % of ``count`` scores, and to both sides alike.
    """
    total = above + below
    return total > OFTEN * count and abs(above - below) < EVEN * total


def _differences(scores: Scores) -> Scores:
    """Return each score less the median of all *other* raters' scores of that item, which one bad rater hardly moves.

    NaN where nobody else scored.
    """
    told = np.full_like(scores, np.nan)
    for row, own in enumerate(scores):
        others = np.delete(scores, row, axis=0)
        there = ~np.isnan(others).all(axis=0)
        told[row, there] = own[there] - np.nanmedian(others[:, there], axis=0)
    return told


def _shifted(own: Scores, risk: float) -> bool:
    """Whether the mean difference is a grade or more, and Student's t rules out that it is within taste."""
    given = own[~np.isnan(own)]
    error = np.std(given, ddof=1) / math.sqrt(len(given))
    factor = stats.t.ppf(1 - risk / 2, len(given) - 1)
    return bool(abs(given.mean()) >= NOTICEABLE and abs(given.mean()) - factor * error > TASTE)


def _scattered(own: Scores, others: Scores, risk: float) -> bool:
    """Whether the differences vary by a grade or more, and by more than the others' do (F test, ISO 5725-2's idea)."""
    given = own[~np.isnan(own)]
    spread = float(np.var(given, ddof=1))
    rows = [row[~np.isnan(row)] for row in others]
    variances = [float(np.var(row, ddof=1)) for row in rows if len(row) >= FEWEST_ITEMS]
    if spread < NOTICEABLE**2 or not variances:
        return False
    # The others' differences hold a share of this rater's scatter, which makes the test milder,
    # never sharper.
    freedom = sum(len(row) - 1 for row in rows if len(row) >= FEWEST_ITEMS)
    return bool(spread > stats.f.ppf(1 - risk, len(given) - 1, freedom) * np.mean(variances))
