"""Results that one laboratory has from another, whatever file they came in.

A form is another file once its code was typed over, a film once it was packed anew. Told are
numbers that are equal more often than chance has it, and charts that stand at one place.

How coarse a laboratory reads a figure only its own results tell: decimals do not, where frames are
counted in milliseconds, say. So a single result, or the same one each time, tells nothing, and
the coarser, steadier laboratory of two says how often they are equal by chance.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from acceptance.checks.warned import chart_places, twins
from acceptance.laboratories import precision
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from acceptance.checks.warned.chart_places import Corners
    from acceptance.laboratories.reported import LaboratoryReport

    Values = tuple[float, ...]

MOST_CHANCE = 1e-5  # that honest results of any two laboratories of a round are equal as often
# share of the results that are another's, where they are; of another share it takes more of them
COPIED = 2 / 3
ONE_FILM = 3  # figures of many digits: one alone may be determined by something else


def copied(reports: Sequence[LaboratoryReport], left_out: Collection[str] = ()) -> Iterator[Reason]:
    """Name the laboratories whose results, or whose films, are those of another one.

    ``left_out``: figures that any two films share, as those of time.
    """
    pairs = list(combinations(reports, 2))
    for first, second in pairs:
        named = {"laboratories": f"{first.code}, {second.code}"}
        results = list(_of_both(first, second, left_out))
        if _are_of_one_film(results) or _chance(results) * len(pairs) < MOST_CHANCE:
            yield Reason(code="results_alike", parameters=named)
        if any(chart_places.alike(mine, its) for mine in first.places for its in second.places):
            yield Reason(code="films_alike", parameters=named)


def set_up_once(repeats: Iterable[Mapping[str, Corners]]) -> Iterator[Reason]:
    """Name the shots in which the camera stood as in another repeat: cut from one film, say.

    ``repeats``: of each figure its shots, and where the chart stands in each.
    """
    found = (
        pair
        for places in repeats
        for pair in combinations(places, 2)
        if chart_places.alike(*(places[shot] for shot in pair))
    )
    if shots := dict.fromkeys(shot for pair in found for shot in pair):
        yield Reason(code="set_up_once", parameters={"shots": ", ".join(shots)})


def _of_both(
    first: LaboratoryReport, second: LaboratoryReport, left_out: Collection[str]
) -> Iterator[tuple[Values, Values]]:
    """Yield the results of two laboratories on each figure that both report."""
    for name in first.figures:
        if name in second.figures and name not in left_out:
            yield first.figures[name].values, second.figures[name].values


def _are_of_one_film(results: Iterable[tuple[Values, Values]]) -> bool:
    """Whether some results have digits that chance gives once, and that nobody repeats."""
    equal = {
        value
        for mine, its in results
        if len({*mine}) == len(mine) and len({*its}) == len(its)
        for value in {*mine} & {*its}
    }
    return sum(map(twins.is_telling, equal)) >= ONE_FILM


def _chance(results: Iterable[tuple[Values, Values]]) -> float:
    """Return how probable it is at most that honest results are equal as often.

    That is 1 / E, by Markov's inequality, with E the likelihood ratio of a share ``COPIED`` of them
    being copied to none: its mean over honest results is 1, of many figures together, too. In the
    order in which they stand, or in any: whichever is less probable, so twice that. Figures are
    taken as independent.
    """
    in_order = in_any = 0.0
    for mine, its in results:
        by_chance = max(map(_equal_by_chance, (mine, its)))
        if by_chance < 1:
            count = min(len(mine), len(its))
            placed = sum(left == right for left, right in zip(mine, its, strict=False))
            equal = Counter(mine) & Counter(its)
            in_order += _evidence(placed, count, by_chance)
            in_any += _evidence(equal.total(), count, by_chance) - _ways(mine, its, equal)
    return 2 * math.exp(-max(in_order, in_any))


def _evidence(equal: int, count: int, by_chance: float) -> float:
    """Return the logarithm of the likelihood ratio of so many equal results of ``count``."""
    favoured = (COPIED + (1 - COPIED) * by_chance) / by_chance
    return equal * math.log(favoured) + (count - equal) * math.log(1 - COPIED)


def _ways(mine: Values, its: Values, equal: Counter[float]) -> float:
    """Return the logarithm of how many orders there are for each that has the same ones equal."""
    alike = math.prod(map(math.factorial, equal.values()))
    return math.log(math.perm(max(len(mine), len(its)), equal.total()) / alike)


def _equal_by_chance(values: Values) -> float:
    """Return how often results of one laboratory are equal; 1 where they do not tell.

    Two draws of a normal law of standard deviation s differ by less than half a step q either way
    with q / (2 sqrt(pi) s); as often as its own are equal, where an outlier makes s too large. The
    step is at most the least that two of them differ by. Laboratories with other means agree less.
    """
    steps = [after - before for before, after in pairwise(sorted({*values}))]
    variance = precision.variance(values)
    if not (steps and variance):
        return 1.0
    normal = min(steps) / (2 * math.sqrt(math.pi * variance))
    ties = sum(math.comb(times, 2) for times in Counter(values).values())
    return min(1.0, max(normal, ties / math.comb(len(values), 2)))
