"""Laboratories whose results do not belong to the others: Cochran and Grubbs (ISO 5725-2:2019).

A statistic that is beyond what chance gives in one of twenty comparisons is a straggler, in one of
a hundred an outlier. Critical values are computed: Cochran's and Grubbs' for one laboratory from
the F and t distributions (P.-T. Wilrich, as in ``precision``), Grubbs' for two by integration
(``pair_probability``). Of unequal numbers of results Cochran's statistic is a share of the sums of
squares, and each laboratory has its own critical value (R. U. E. 't Lam, Anal. Chim. Acta 659
(2010) 68-84).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from acceptance.files.scipy_later import optimize, special
from acceptance.laboratories.precision import mean, variance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.laboratories.precision import Cells

STRAGGLER, OUTLIER = 0.05, 0.01  # levels
DRAWS, DIRECTIONS = 1500, 240
FEWEST = 3  # laboratories that a test leaves
FEWEST_FOR_PAIRS = 4


@dataclass(frozen=True, kw_only=True)
class OutlierTest:
    """A test and what it says."""

    test: str
    """``cochran``, ``grubbs_high``, ``grubbs_low``, ``grubbs_pair_high`` or ``grubbs_pair_low``."""

    laboratories: tuple[str, ...]
    """Whose results were the most extreme."""

    statistic: float
    """Large is extreme; of the tests of pairs small is."""

    critical: tuple[float, float]
    """At 5 % and at 1 %."""

    state: str
    """``within``, ``straggler`` or ``outlier``."""


def scrutinised(cells: Cells) -> tuple[OutlierTest, ...]:
    """Test the results of laboratories, at first their scatter, then their means.

    Outliers are left out of the tests that follow; at least three laboratories stay.
    """
    found: list[OutlierTest] = []
    kept = dict(cells)
    while test := _cochran(kept):
        found.append(test)
        if not _left_out(test, kept):
            break
    for high in _extremes_first(kept):
        if test := _grubbs(kept, high=high):
            found.append(test)
            _left_out(test, kept)
    if not any(test.state == "outlier" and test.test.startswith("grubbs") for test in found):
        for high in (True, False):
            if test := _grubbs_pair(kept, high=high):
                found.append(test)
                _left_out(test, kept)
    return tuple(found)


def outliers(tests: Sequence[OutlierTest]) -> tuple[str, ...]:
    """Name the laboratories that tests call outliers."""
    named = (name for test in tests if test.state == "outlier" for name in test.laboratories)
    return tuple(dict.fromkeys(named))


def _left_out(test: OutlierTest, kept: dict[str, Sequence[float]]) -> bool:
    """Take an outlier's laboratories out of those kept; say whether that was done."""
    if test.state != "outlier" or len(kept) - len(test.laboratories) < FEWEST:
        return False
    for name in test.laboratories:
        del kept[name]
    return True


def _extremes_first(cells: Cells) -> tuple[bool, bool]:
    """Whether the highest mean is tested before the lowest: the farther one is."""
    means = [mean(values) for values in cells.values()]
    high = max(means) - mean(means) >= mean(means) - min(means)
    return high, not high


def _cochran(cells: Cells) -> OutlierTest | None:
    """Test the scatter that chance has least; None where fewer than two can be compared."""
    degrees = {name: len(values) - 1 for name, values in cells.items() if len(values) > 1}
    squares = {name: degrees[name] * variance(cells[name]) for name in degrees}
    total, freedom = sum(squares.values()), sum(degrees.values())
    if len(degrees) < 2 or not total:
        return None
    shares = {name: square / total for name, square in squares.items()}

    def chance(name: str) -> tuple[float, float]:
        own, others = degrees[name], freedom - degrees[name]
        rest = max(1 - shares[name], 1e-300)
        return float(special.fdtrc(own, others, shares[name] / rest * others / own)), -shares[name]

    worst = min(degrees, key=chance)
    own, others = degrees[worst], freedom - degrees[worst]
    critical = tuple(
        critical_cochran(len(degrees), own, others, level) for level in (STRAGGLER, OUTLIER)
    )
    return _test("cochran", (worst,), shares[worst], critical)


def _grubbs(cells: Cells, *, high: bool) -> OutlierTest | None:
    """Test the highest or the lowest mean; None for fewer than three, or where all are alike."""
    means = {name: mean(values) for name, values in cells.items()}
    spread = math.sqrt(variance(list(means.values()))) if means else 0.0
    if len(means) < FEWEST or not spread:
        return None
    name = (max if high else min)(means, key=means.__getitem__)
    distance = abs(means[name] - mean(list(means.values()))) / spread
    critical = tuple(critical_grubbs(len(means), level) for level in (STRAGGLER, OUTLIER))
    return _test(f"grubbs_{_side(high=high)}", (name,), distance, critical)


def _grubbs_pair(cells: Cells, *, high: bool) -> OutlierTest | None:
    """Test the two highest or lowest means by what is left of the sum of squares without them."""
    means = {name: mean(values) for name, values in cells.items()}
    total = variance(list(means.values())) * (len(means) - 1)
    if len(means) < FEWEST_FOR_PAIRS or not total:
        return None
    order = sorted(means, key=means.__getitem__, reverse=high)
    rest = [means[name] for name in order[2:]]
    ratio = variance(rest) * (len(rest) - 1) / total
    critical = tuple(critical_pair(len(means), level) for level in (STRAGGLER, OUTLIER))
    return _test(f"grubbs_pair_{_side(high=high)}", tuple(order[:2]), ratio, critical, small=True)


def _side(*, high: bool) -> str:
    return "high" if high else "low"


def _test(
    test: str,
    laboratories: tuple[str, ...],
    statistic: float,
    critical: tuple[float, ...],
    *,
    small: bool = False,
) -> OutlierTest:
    straggles, lies_out = (statistic < bound if small else statistic > bound for bound in critical)
    state = "outlier" if lies_out else "straggler" if straggles else "within"
    return OutlierTest(
        test=test, laboratories=laboratories, statistic=statistic,
        critical=(critical[0], critical[1]), state=state,
    )  # fmt: skip


def critical_cochran(laboratories: int, own: int, others: int, level: float) -> float:
    """Return Cochran's critical value: the share of all squares that one laboratory has at most.

    ``own`` and ``others`` are degrees of freedom: its own, and those of the others together.
    """
    ratio = special.fdtri(own, others, 1 - level / laboratories)
    return float(1 / (1 + others / own / ratio))


def critical_grubbs(laboratories: int, level: float) -> float:
    """Return Grubbs' critical value for one mean of 3 or more, ``level`` shared by both ends."""
    freedom = laboratories - 2
    t = special.stdtrit(freedom, 1 - level / (2 * laboratories))
    return float((laboratories - 1) / math.sqrt(laboratories) * math.sqrt(t**2 / (freedom + t**2)))


@lru_cache(maxsize=256)
def critical_pair(laboratories: int, level: float) -> float:
    """Return Grubbs' critical value for two means of 4 or more, ``level`` shared by both ends."""

    def excess(ratio: float) -> float:
        return pair_probability(laboratories, ratio) - level / 2

    return float(optimize.brentq(excess, 1e-12, 1.0, xtol=1e-9))


def pair_probability(laboratories: int, ratio: float) -> float:
    """Return how often the two highest of normal means leave a ratio of squares as small as this.

    Of all pairs it is one given pair that is highest as often as any other. In the plane of that
    pair's two contrasts, whitened, the squared distance over the others' sum of squares exceeds s
    with probability (1 + s) ** (-(p - 3) / 2) in every direction; it must exceed (1 - ratio) /
    ratio, and what puts both above the highest of the others, which is drawn (seed fixed).
    """
    toward = _least_squared(laboratories)
    least = np.maximum(toward, (1 - ratio) / ratio)
    chance = float(np.sum((1 + least) ** (-(laboratories - 3) / 2))) / (DRAWS * DIRECTIONS)
    return math.comb(laboratories, 2) * chance


@lru_cache(maxsize=64)
def _least_squared(laboratories: int) -> NDArray[np.float64]:
    """Return from which squared distance on both of a pair are highest: draws by directions.

    Directions in which they never are, are left out.
    """
    rest = laboratories - 2
    drawn = np.random.default_rng(5725).standard_normal((DRAWS, rest))
    off = drawn - drawn.mean(axis=1, keepdims=True)
    highest = off.max(axis=1) / np.sqrt((off**2).sum(axis=1))
    angles = (np.arange(DIRECTIONS) + 0.5) * 2 * math.pi / DIRECTIONS
    # half the sum of the pair, and half its difference, from their shares of the squares
    total = np.cos(angles) / math.sqrt(2 * rest / laboratories)
    lower = total - np.abs(np.sin(angles)) / math.sqrt(2)
    return np.asarray((highest[:, None] / lower[lower > 0]) ** 2)
