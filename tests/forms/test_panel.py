"""A panel of raters: figures against hand calculation, and raters planted in simulated panels."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from intervals import fewest
from scipy import special

from acceptance.forms import panel
from acceptance.model import Answer, Score

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Scores = NDArray[np.float64]

PANELS = 30
NAMED = 0.995  # share of panels of 5 x 30 in which a bad rater is named (docs/people.md)
TASTE = 0.5  # grades: how far honest raters differ lastingly, at most
NOISE = 0.5  # grades: standard deviation from picture to picture


def answers(scores: Scores) -> tuple[Answer, ...]:
    """Make an answer of each column; the first two rows are experts."""
    return tuple(
        Answer(
            subject=f"c{number}",
            requirement="x#grade",
            by="",
            when="",
            scores=tuple(
                Score(rater=f"R{i:02}", score=float(grade), expert=i < 2)
                for i, grade in enumerate(column)
            ),
        )
        for number, column in enumerate(scores.T)
    )


def simulated(
    raters: int, pictures: int, seed: int, spoil: Callable[..., Scores] | None = None
) -> Scores:
    """Whole grades of raters who see pictures of known quality.

    ``spoil`` is what rater 0 does instead.
    """
    random = np.random.default_rng(seed)
    truth = random.uniform(2, 5, pictures)
    seen = (
        truth
        + random.uniform(-TASTE, TASTE, (raters, 1))
        + random.normal(0, NOISE, (raters, pictures))
    )
    if spoil:
        seen[0] = spoil(seen[0], random)
    return np.clip(np.rint(seen), 1, 5)


def erratic(seen: Scores, random: np.random.Generator) -> Scores:
    """Score without looking."""
    return random.uniform(0.5, 5.5, seen.shape)


def severe(seen: Scores, _: np.random.Generator) -> Scores:
    """Score two grades lower than honest eyes would."""
    return seen - 2


def test_mean_spread_and_interval_are_those_of_a_hand_calculation() -> None:
    """Scores 5 4 4 4 3.

    Mean 4, s = sqrt(2 / 4), half-width t(0.975, 4) s / sqrt(5) = 2.776 x 0.3162 = 0.878.
    """
    [item] = panel.items(answers(np.array([[5.0], [4], [4], [4], [3]])))
    assert (item.count, item.experts, item.lay, item.mean) == (5, 2, 3, 4.0)
    assert item.deviation == pytest.approx(math.sqrt(0.5))
    assert item.half_width == pytest.approx(0.878, abs=5e-4)


def test_one_rater_alone_has_no_spread_and_agreement_has_none_either() -> None:
    """None is not 0: from one score nothing follows about the spread."""
    [alone] = panel.items(answers(np.array([[4.0]])))
    [agreed] = panel.items(answers(np.array([[4.0], [4]])))
    assert (alone.deviation, alone.half_width) == (None, None)
    assert (agreed.deviation, agreed.half_width) == (0, 0)


def test_the_interval_holds_the_true_mean_19_times_in_20() -> None:
    """Five normal scores, 4,000 times; the claim is 95 %, its standard error 0.34 %."""
    random = np.random.default_rng(7)
    items = panel.items(answers(random.normal(3.5, 0.6, (5, 4000))))
    inside = np.mean([abs(one.mean - 3.5) <= (one.half_width or 0) for one in items])
    assert 0.94 < inside < 0.96


def test_beyond_counts_as_bt500_does() -> None:
    """Ten raters, one item: 2 among nine of 4 and 5.

    Its kurtosis is above 4, so that sqrt(20) s is the band.
    With a second stray score the kurtosis falls within 2 to 4, and 2 s is the band.
    """
    single = np.array([4, 4, 4, 4, 4, 4, 4, 4, 4, 1], float)[:, None]
    values = np.array([4, 5, 4, 5, 4, 5, 4, 5, 4, 1.5])[:, None]
    assert [int(side.sum()) for side in panel.beyond(single)] == [0, 0]
    deviations = values - values.mean()
    kurtosis = float(np.mean(deviations**4) / np.mean(deviations**2) ** 2)
    above, below = panel.beyond(values)
    assert (kurtosis <= 4) == bool(below[9])
    assert above.sum() == 0


def test_a_band_of_two_sigma_counts_to_both_sides() -> None:
    """Kurtosis of these scores is 3.5 and s 0.96.

    5 lies 2.08 s above the mean and 1 as far below.
    """
    column = np.array([3] * 8 + [2, 4] * 2 + [1, 5], float)[:, None]
    above, below = panel.beyond(column)
    assert (list(np.flatnonzero(above)), list(np.flatnonzero(below))) == ([13], [12])


@pytest.mark.parametrize(
    ("above", "below", "count", "rejected"),
    [
        (3, 3, 100, True),
        (2, 3, 100, False),
        (6, 0, 100, False),
        (4, 2, 100, False),
        (0, 0, 100, False),
        (11, 7, 60, True),
    ],
)
def test_bt500_rejects_who_errs_often_and_to_both_sides(
    above: int, below: int, count: int, *, rejected: bool
) -> None:
    """More than 5 %, and |P - Q| / (P + Q) below 0.3: who is merely severe stays."""
    assert panel.screened(above, below, count) is rejected


def test_bt500_can_name_nobody_in_a_panel_of_five() -> None:
    """A score lies at most (n - 1) / sqrt(n) = 1.79 s from the mean.

    Why this toolkit has tests of its own.
    """
    for seed in range(PANELS):
        assert not any(
            one.above or one.below for one in panel.raters(answers(simulated(5, 30, seed, erratic)))
        )


@pytest.mark.parametrize(("raters", "pictures"), [(5, 12), (5, 30), (8, 30)])
def test_honest_panels_are_left_in_peace(raters: int, pictures: int) -> None:
    """Named is at most one honest panel in twenty.

    The claim is one in a hundred for each of two tests.
    """
    named = [
        any(
            one.shifted or one.scattered
            for one in panel.raters(answers(simulated(raters, pictures, seed)))
        )
        for seed in range(PANELS)
    ]
    assert sum(named) <= PANELS / 20


def test_a_rater_who_does_not_look_is_named_and_nobody_else() -> None:
    """Panel of five, thirty pictures."""
    panels = [panel.raters(answers(simulated(5, 30, seed, erratic))) for seed in range(PANELS)]
    assert sum(raters[0].scattered for raters in panels) >= fewest(PANELS, NAMED)
    assert sum(any(one.named for one in raters[1:]) for raters in panels) <= PANELS / 20


def test_a_severe_rater_is_named_and_nobody_else() -> None:
    """BT.500 leaves such a rater in; the shift test does not."""
    panels = [panel.raters(answers(simulated(5, 30, seed, severe))) for seed in range(PANELS)]
    assert sum(raters[0].shifted for raters in panels) >= fewest(PANELS, NAMED)
    assert not any(raters[0].screened for raters in panels)
    assert sum(any(one.named for one in raters[1:]) for raters in panels) <= PANELS / 20


def test_too_few_pictures_tell_nothing_of_a_rater() -> None:
    """Of three pictures no rater is judged, and the figures stay empty rather than zero."""
    raters = panel.raters(answers(simulated(5, 3, 1, severe)))
    assert [(one.shift, one.scatter, one.named) for one in raters] == [(None, None, False)] * 5


def test_raters_of_different_pictures_are_compared_with_those_who_saw_the_same() -> None:
    """Rater 4 saw only half of the pictures.

    A picture nobody else saw says nothing of its rater.
    """
    given = [
        answer if number % 2 else replace(answer, scores=answer.scores[:4])
        for number, answer in enumerate(answers(simulated(5, 12, 3)))
    ]
    lonely = Answer(
        subject="z", requirement="x#grade", by="", when="", scores=(Score(rater="R04", score=1),)
    )
    raters = panel.raters((*given, lonely))
    assert [rater.count for rater in raters] == [12, 12, 12, 12, 7]
    assert raters[4].shift == pytest.approx(panel.raters(tuple(given))[4].shift)


def test_quantiles_are_those_of_scipy_stats_to_the_last_bit() -> None:
    """The panel takes them from scipy.special, which loads sooner."""
    from scipy import stats

    for degrees in range(1, 60):
        for risk in (0.05, 0.01, 0.05 / 15, 0.05 / 45, 1e-6):
            own = special.stdtrit(degrees, 1 - risk / 2)
            assert own == stats.t.ppf(1 - risk / 2, degrees)
            for others in (4, 29, 30, 171, 1000):
                own = special.fdtri(degrees, others, 1 - risk)
                assert own == stats.f.ppf(1 - risk, degrees, others)
