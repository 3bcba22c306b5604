"""A panel of raters: mean and spread of each item, and raters who score unlike the others.

The plain arithmetic mean decides (GB 50198-1994, chapter 4; ``checks/answers.py``). All else here
is information that moves no verdict: the spread, the 95 % confidence interval of the mean, the
screening of Rec. ITU-R BT.500, and two tests of this toolkit's own, because with five raters BT.500
can never name one: a score lies at most (n - 1) / sqrt(n) standard deviations from a mean that it
is part of, 1.79 where n is 5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.files.scipy_later import special
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
class ItemScores:
    """The scores of one answer, summed up in grades."""

    answer: Answer
    """The answer that holds them."""

    count: int
    """How many raters scored."""

    experts: int
    """How many of them are experts."""

    mean: float
    """Arithmetic mean."""

    deviation: float | None
    """Standard deviation (n - 1); None: one rater scored alone."""

    half_width: float | None
    """Half-width of the mean's 95 % interval, which may reach beyond the scale; None: one rater."""

    @property
    def lay(self) -> int:
        """How many lay persons scored."""
        return self.count - self.experts


@dataclass(frozen=True, kw_only=True)
class Rater:
    """How one rater's scores agree with the others'."""

    name: str
    """As in the scores."""

    expert: bool
    """True: an expert; False: a lay person."""

    count: int
    """How many items this rater scored."""

    above: int
    """P of BT.500: scores above the band of an item."""

    below: int
    """Q of BT.500: scores below the band of an item."""

    screened: bool
    """Whether BT.500 rejects this rater."""

    shift: float | None = None
    """Mean difference from the median of all others, in grades; None: too few raters or items."""

    scatter: float | None = None
    """Standard deviation of those differences, in grades; None: too few raters or items."""

    shifted: bool = False
    """Whether the shift is a whole grade or more, and beyond chance."""

    scattered: bool = False
    """Whether the scatter is a whole grade or more, and beyond chance."""

    @property
    def named(self) -> bool:
        """Whether any of the three tests names this rater."""
        return self.screened or self.shifted or self.scattered


def items(answers: Sequence[Answer]) -> tuple[ItemScores, ...]:
    """Sum up every answer that has scores."""
    return tuple(_item(answer) for answer in answers if answer.scores)


def _item(answer: Answer) -> ItemScores:
    scores = np.array([rated.score for rated in answer.scores])
    deviation = float(np.std(scores, ddof=1)) if len(scores) > 1 else None
    return ItemScores(
        answer=answer,
        count=len(scores),
        experts=sum(rated.expert for rated in answer.scores),
        mean=float(np.mean(scores)),
        deviation=deviation,
        half_width=deviation and _half_width(deviation, len(scores)),
    )


def _half_width(deviation: float, count: int) -> float:
    # BT.500 takes 1.96; Student's factor is honest for five raters, and wider.
    return coverage_factor(count - 1) * deviation / math.sqrt(count)


def raters(answers: Sequence[Answer]) -> tuple[Rater, ...]:
    """Compare every rater with the others over all answers that have scores; in order of names."""
    rated = [answer for answer in answers if answer.scores]
    experts = {score.rater: score.expert for answer in rated for score in answer.scores}
    names = sorted(experts)
    scores = np.full((len(names), len(rated)), np.nan)
    for column, answer in enumerate(rated):
        for score in answer.scores:
            scores[names.index(score.rater), column] = score.score
    return tuple(_raters(names, experts, scores))


def _raters(names: Sequence[str], experts: dict[str, bool], scores: Scores) -> Iterator[Rater]:
    above, below = beyond(scores)
    differences = _differences(scores)
    for row, name in enumerate(names):
        count = int(np.count_nonzero(~np.isnan(scores[row])))
        rater = Rater(
            name=name,
            expert=experts[name],
            count=count,
            above=int(above[row]),
            below=int(below[row]),
            screened=screened(int(above[row]), int(below[row]), count),
        )
        yield _compared(rater, differences[row], np.delete(differences, row, axis=0))


def _compared(rater: Rater, own: Scores, others: Scores) -> Rater:
    """Add what a rater's differences from the others show, where there are enough."""
    raters_in_all = len(others) + 1
    if raters_in_all < FEWEST_RATERS or np.count_nonzero(~np.isnan(own)) < FEWEST_ITEMS:
        return rater
    limit = RISK / raters_in_all
    return replace(
        rater,
        shift=float(np.nanmean(own)),
        scatter=float(np.nanstd(own, ddof=1)),
        shifted=_shifted(own, limit),
        scattered=_scattered(own, others, limit),
    )


def beyond(scores: Scores) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Count each rater's scores at or above mean + c s (P) and at or below mean - c s (Q).

    By Rec. ITU-R BT.500, c is 2 where the kurtosis of the item's scores lies from 2 to 4, else
    sqrt(20). ``scores`` has a row for each rater and a column for each item, NaN where one is
    missing; an item on which all agree counts for nobody.
    """
    above, below = np.zeros((2, len(scores)), np.int_)
    for column in scores.T:
        present = column[~np.isnan(column)]
        if len(present) >= FEWEST_RATERS and np.ptp(present) > 0:
            band = _band(present)
            above += column >= present.mean() + band
            below += column <= present.mean() - band
    return above, below


def _band(present: Scores) -> float:
    """Return c s of the scores of one item."""
    second, fourth = (np.mean((present - present.mean()) ** power) for power in (2, 4))
    factor = 2.0 if NORMAL[0] <= fourth / second**2 <= NORMAL[1] else math.sqrt(20)
    return float(factor * np.std(present, ddof=1))


def screened(above: int, below: int, count: int) -> bool:
    """Whether BT.500 rejects a rater: beyond the band in over 5 % of scores, on both sides."""
    total = above + below
    return total > OFTEN * count and abs(above - below) < EVEN * total


def _differences(scores: Scores) -> Scores:
    """Return each score less the median of all *other* raters' scores of that item.

    One bad rater hardly moves a median. NaN where nobody else scored.
    """
    differences = np.full_like(scores, np.nan)
    for row, own in enumerate(scores):
        others = np.delete(scores, row, axis=0)
        there = ~np.isnan(others).all(axis=0)
        differences[row, there] = own[there] - np.nanmedian(others[:, there], axis=0)
    return differences


def _shifted(own: Scores, risk: float) -> bool:
    """Whether the mean difference is a grade or more, and beyond taste by Student's t."""
    present = own[~np.isnan(own)]
    error = np.std(present, ddof=1) / math.sqrt(len(present))
    factor = special.stdtrit(len(present) - 1, 1 - risk / 2)
    mean = abs(present.mean())
    return bool(mean >= NOTICEABLE and mean - factor * error > TASTE)


def _scattered(own: Scores, others: Scores, risk: float) -> bool:
    """Whether the differences vary by a grade or more, and more than the others' by an F test.

    The idea is that of ISO 5725-2.
    """
    present = own[~np.isnan(own)]
    spread = float(np.var(present, ddof=1))
    rows = [row for row in (row[~np.isnan(row)] for row in others) if len(row) >= FEWEST_ITEMS]
    variances = [float(np.var(row, ddof=1)) for row in rows]
    if spread < NOTICEABLE**2 or not variances:
        return False
    # The others' differences hold a share of this rater's scatter, which makes the test milder,
    # never sharper.
    freedom = sum(len(row) - 1 for row in rows)
    return bool(spread > special.fdtri(len(present) - 1, freedom, 1 - risk) * np.mean(variances))
