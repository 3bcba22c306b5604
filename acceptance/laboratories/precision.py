"""Repeatability and reproducibility of one figure by several laboratories (ISO 5725-2:2019).

Numbers of results may differ from laboratory to laboratory. The formulae are those of the basic
method, with the statistics h and k of Mandel; their critical values are exact (P.-T. Wilrich,
AStA Advances in Statistical Analysis 97 (2013) 1-10).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import UsageError
from acceptance.files.scipy_later import special
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Cells = Mapping[str, Sequence[float]]  # results of each laboratory, one or more


@dataclass(frozen=True, kw_only=True)
class Precision:
    """Standard deviations of a method, in the unit of the figure."""

    laboratories: int
    """How many."""

    results: int
    """Of all laboratories together."""

    mean: float
    """Of all results."""

    repeatability: float | None
    """s_r; None: no laboratory gave two results."""

    between: float | None
    """s_L, 0 where the results of one laboratory scatter as much as those of all; None: no s_r."""

    reproducibility: float
    """s_R; where there is no s_r, the standard deviation of the single results."""


def precision(cells: Cells) -> Precision:
    """Return repeatability and reproducibility of two laboratories or more.

    Raises UsageError for fewer.
    """
    if len(cells) < 2:
        raise UsageError(tr("a comparison needs two laboratories or more"))
    counts = np.array([len(values) for values in cells.values()], float)
    means = np.array([mean(values) for values in cells.values()])
    total = float(counts.sum())
    middle = mean([value for values in cells.values() for value in values])
    within = pooled(cells)
    among = float(counts @ (means - middle) ** 2) / (len(cells) - 1)
    size = (total - float(counts @ counts) / total) / (len(cells) - 1)
    between = None if within is None else math.sqrt(max(0.0, (among - within**2) / size))
    spread = math.sqrt(among) if within is None or between is None else math.hypot(within, between)
    return Precision(
        laboratories=len(cells), results=int(total), mean=middle,
        repeatability=within, between=between, reproducibility=spread,
    )  # fmt: skip


def pooled(cells: Cells) -> float | None:
    """Return s_r, the pooled standard deviation within laboratories; None where none has two."""
    degrees = sum(len(values) - 1 for values in cells.values())
    if not degrees:
        return None
    squares = sum((len(values) - 1) * variance(values) for values in cells.values())
    return math.sqrt(squares / degrees)


def mean(values: Sequence[float]) -> float:
    """Return the mean of results; of results all alike exactly that.

    To 14 digits: means of the same decimals (0.1 and 0.2, twice 0.15) are alike.
    """
    alike = max(values) == min(values)
    return values[0] if alike else float(f"{math.fsum(values) / len(values):.14g}")


def variance(values: Sequence[float]) -> float:
    """Return the variance of results, exactly 0 where all are alike or there is only one."""
    if max(values) == min(values):
        return 0.0
    return float(np.var(values, ddof=1))


def mandel_h(cells: Cells) -> dict[str, float]:
    """Return Mandel's h: how far each laboratory's mean is from that of all, in their own spread.

    Empty where all means are alike.
    """
    means = {name: mean(values) for name, values in cells.items()}
    spread = math.sqrt(variance(list(means.values())))
    middle = mean(list(means.values()))
    return {name: (own - middle) / spread for name, own in means.items()} if spread else {}


def mandel_k(cells: Cells) -> dict[str, float]:
    """Return Mandel's k: the spread within each laboratory that has one, over that of all (s_r).

    Empty where nothing scatters.
    """
    repeated = {name: values for name, values in cells.items() if len(values) > 1}
    within = pooled(repeated)
    if not within:
        return {}
    return {name: math.sqrt(variance(values)) / within for name, values in repeated.items()}


def critical_h(laboratories: int, level: float) -> float:
    """Return what abs(h) exceeds by chance with probability ``level``; three laboratories or more.

    h is Student's t of p - 2 degrees of freedom, scaled.
    """
    freedom = laboratories - 2
    t = float(special.stdtrit(freedom, 1 - level / 2))
    return (laboratories - 1) * t / math.sqrt(laboratories * (t**2 + freedom))


def critical_k(own: int, others: int, level: float) -> float:
    """Return what a laboratory's k exceeds by chance with probability ``level``: a ratio of F.

    ``own`` and ``others`` are degrees of freedom, 1 or more: its own, and those of the others.
    """
    ratio = float(special.fdtri(own, others, 1 - level))
    return math.sqrt((own + others) * ratio / (own * ratio + others))
