"""Budget lines in, combined standard uncertainty, degrees of freedom and coverage factor out.

Law of propagation for uncorrelated inputs (JCGM 100:2008, 5.1) with effective degrees of freedom
after Welch-Satterthwaite (JCGM 100:2008, G.4), computed by GTC; k is Student's t for 95 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np

from acceptance.model import BudgetLine, Measurement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.model import Curve, Event, Reason, Taken, Value

COVERAGE = 0.95
MOST_DEGREES = 1e6
DECIBEL = 20 / math.log(10)  # dB for a relative change of an amplitude


@dataclass(frozen=True, kw_only=True)
class Combined:
    """What a budget comes to."""

    uncertainty: float
    """Standard uncertainty (k = 1), in the unit of the result."""

    degrees_of_freedom: float | None
    """Effective ones; None: infinite."""

    k: float
    """Coverage factor for 95 %."""


class Particulars(TypedDict, total=False):
    """Fields of a Measurement that not every measurement has."""

    region: str
    direction: str
    statistic: str
    count: int | None
    duration: float | None
    lower_bound: bool
    upper_bound: bool
    bound_by: Reason | None
    details: Mapping[str, Value]
    curve: Curve | None
    events: tuple[Event, ...]


@lru_cache(maxsize=1024)
def coverage_factor(degrees_of_freedom: float | None) -> float:
    """Return Student's t for 95 %, two-sided: 1.98 for 120 degrees of freedom, 1.96 for None."""
    from GTC import reporting  # noqa: PLC0415 -- late: 0.2 s, which only a budget is to cost

    degrees = math.inf if degrees_of_freedom is None else max(1.0, degrees_of_freedom)
    return float(reporting.k_factor(degrees, COVERAGE * 100))


def rectangular(source: str, half_width: float) -> BudgetLine:
    """Return the line of an input of which only bounds are known (JCGM 100:2008, 4.3.7)."""
    return type_b(source, half_width / 3**0.5)


def type_b(source: str, contribution: float) -> BudgetLine:
    """Return the line of a standard contribution known otherwise than by statistics."""
    return BudgetLine(source=source, contribution=contribution, evaluation="B")


def combine(budget: Sequence[BudgetLine]) -> Combined:
    """Combine budget lines, all in the unit of the result."""
    parts = [float(line.contribution) for line in budget]
    variances = [part * part for part in parts]
    total = math.fsum(variances)
    doubt = math.fsum(
        variance * variance / line.degrees_of_freedom
        for variance, line in zip(variances, budget, strict=True)
        if line.degrees_of_freedom
    )
    effective = total * total / doubt if doubt else math.inf
    degrees = effective if effective <= MOST_DEGREES else None
    return Combined(
        uncertainty=math.hypot(*parts), degrees_of_freedom=degrees, k=coverage_factor(degrees)
    )


def measurement(
    shot: Taken,
    quantity: str,
    value: float,
    unit: str,
    budget: Sequence[BudgetLine],
    *,
    samples: int,
    method: str,
    **particulars: Unpack[Particulars],
) -> Measurement:
    """Make a Measurement of a shot, or of recordings, its budget combined.

    ``value`` and all lines of ``budget`` are in ``unit``; all else as the fields of that name.
    """
    combined = combine(budget)
    return Measurement(
        subject=shot.subject,
        shot=shot.id,
        quantity=quantity,
        value=float(value),
        unit=unit,
        uncertainty=combined.uncertainty,
        k=combined.k,
        degrees_of_freedom=combined.degrees_of_freedom,
        samples=int(samples),
        method=method,
        budget=tuple(_plain(line) for line in budget),
        **particulars,
    )


def doubted(figure: Measurement, more: Sequence[BudgetLine]) -> Measurement:
    """Add lines, in the figure's unit, to its budget."""
    if not more:
        return figure
    combined = combine(budget := (*figure.budget, *map(_plain, more)))
    return replace(
        figure,
        budget=budget,
        uncertainty=combined.uncertainty,
        k=combined.k,
        degrees_of_freedom=combined.degrees_of_freedom,
    )


def _plain(line: BudgetLine) -> BudgetLine:
    """Take numpy's numbers for Python's, which JSON can hold; others stay as they are."""
    degrees = line.degrees_of_freedom
    if type(line.contribution) is float and not isinstance(degrees, np.generic):
        return line
    return replace(
        line,
        contribution=float(line.contribution),
        degrees_of_freedom=degrees.item() if isinstance(degrees, np.generic) else degrees,
    )


def worst_false_accept(guard: float, tolerance: float = math.inf) -> float:
    """Return the probability (0 to 1) that an item at the very edge of acceptance does not conform.

    ``guard`` is the guard band w and ``tolerance`` the distance between two limits (infinite: one
    limit), both in standard uncertainties, 0 or more; normal distribution. Phi(-w/u) for one limit
    (ILAC-G8:09/2019); between two the other one adds Phi(-(T - w)/u) (JCGM 106:2012, probability of
    conformity with a two-sided tolerance).
    """
    edge = NormalDist()
    return edge.cdf(-guard) + (edge.cdf(guard - tolerance) if math.isfinite(tolerance) else 0.0)
