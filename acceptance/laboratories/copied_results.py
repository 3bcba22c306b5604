"""Results that one laboratory has from another, whatever file they came in.

A form is another file once its code was typed over, a film once it was packed anew. Told are
numbers that are equal more often than chance has it, and charts that stand at one place.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, pairwise
from statistics import median
from typing import TYPE_CHECKING

from acceptance.checks.warned import chart_places, twins
from acceptance.laboratories import precision, robust
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from acceptance.checks.warned.chart_places import Corners
    from acceptance.laboratories.reported import LaboratoryReport

MOST_CHANCE = 1e-5  # that honest results of any two laboratories of a round are equal as often


def copied(reports: Sequence[LaboratoryReport]) -> Iterator[Reason]:
    """Name the laboratories whose results, or whose films, are those of another one."""
    pairs = list(combinations(reports, 2))
    by_chance = _by_chance(reports)
    for first, second in pairs:
        named = {"laboratories": f"{first.code}, {second.code}"}
        if _chance(first, second, by_chance) * len(pairs) < MOST_CHANCE:
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


def _by_chance(reports: Sequence[LaboratoryReport]) -> dict[str, float]:
    """Return for each figure how often two results of one mean are equal, rounded as they are.

    Two draws of a normal law of standard deviation s differ by less than half a step q either way
    with q / (2 sqrt(pi) s). Laboratories with other means agree less often.
    """
    names = dict.fromkeys(name for report in reports for name in report.figures)
    return {
        name: _equal_by_chance([one.figures[name].values for one in reports if name in one.figures])
        for name in names
    }


def _equal_by_chance(results: Sequence[Sequence[float]]) -> float:
    distinct = sorted({value for values in results for value in values})
    steps = [after - before for before, after in pairwise(distinct)]
    scatter = _scatter(results)
    return min(1.0, min(steps) / (2 * math.sqrt(math.pi) * scatter)) if steps and scatter else 1.0


def _scatter(results: Sequence[Sequence[float]]) -> float:
    """Return how far results of one laboratory usually scatter; of single ones, those of all."""
    if within := [precision.variance(values) for values in results if len(values) > 1]:
        return math.sqrt(median(within))
    means = [precision.mean(values) for values in results]
    return robust.algorithm_a(means).deviation if len(means) > 1 else 0.0


def _chance(
    first: LaboratoryReport, second: LaboratoryReport, by_chance: Mapping[str, float]
) -> float:
    """Return how probable it is at most that two laboratories have as many equal results.

    In the order in which they stand, or in any: whichever is less probable, so twice that.
    """
    in_order = in_any = 1.0
    for name in first.figures.keys() & second.figures.keys():
        mine, its, alike = first.figures[name].values, second.figures[name].values, by_chance[name]
        equal = Counter(mine) & Counter(its)
        if any(map(twins.is_telling, equal)):
            return 0.0
        placed = sum(left == right for left, right in zip(mine, its, strict=False))
        in_order *= min(1.0, math.comb(min(len(mine), len(its)), placed) * alike**placed)
        in_any *= min(1.0, _ways(len(mine), len(its), equal) * alike ** equal.total())
    return 2 * min(in_order, in_any)


def _ways(mine: int, its: int, equal: Counter[float]) -> int:
    """Count how equal results may lie among those of two laboratories, in any order."""
    alike = math.prod(map(math.factorial, equal.values()))
    count = equal.total()
    return math.comb(its, count) * math.perm(mine, count) // alike
