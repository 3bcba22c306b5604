"""Budget lines in, combined standard uncertainty, degrees of freedom and coverage factor out.

Law of propagation for uncorrelated inputs (JCGM 100:2008, 5.1) with effective degrees of freedom
after Welch-Satterthwaite (JCGM 100:2008, G.4), computed by GTC; k is Student's t for 95 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import GTC
from GTC import reporting

from acceptance.model import Measurement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import BudgetLine, Recordings, Shot

COVERAGE = 0.95
MOST_DEGREES = 1e6


@dataclass(frozen=True, kw_only=True)
class Combined:
    """Standard uncertainty (k = 1), effective degrees of freedom (None: infinite) and coverage factor for 95 %."""

    uncertainty: float
    degrees_of_freedom: float | None
    k: float


def coverage_factor(degrees_of_freedom: float | None) -> float:
    """Student's t for 95 % two-sided; 1.96 where ``degrees_of_freedom`` is None.

    U 0.32 with 120 gives 1.98.
    """
    return float(
        reporting.k_factor(
            math.inf if degrees_of_freedom is None else max(1.0, degrees_of_freedom), COVERAGE * 100
        )
    )


def combine(budget: Sequence[BudgetLine]) -> Combined:
    """Combine budget lines, all in the unit of the result."""
    total = GTC.ureal(0.0, 0.0)
    for line in budget:
        total += GTC.ureal(0.0, abs(line.contribution), line.degrees_of_freedom or math.inf)
    degrees = None if not math.isfinite(total.df) or total.df > MOST_DEGREES else float(total.df)
    return Combined(
        uncertainty=float(total.u), degrees_of_freedom=degrees, k=coverage_factor(degrees)
    )


def measurement(
    shot: Shot | Recordings,
    quantity: str,
    value: float,
    unit: str,
    budget: Sequence[BudgetLine],
    *,
    samples: int,
    method: str,
    **fields: Any,  # noqa: ANN401 -- the remaining fields of Measurement
) -> Measurement:
    """Make a Measurement of a shot, or of recordings, its budget combined."""
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
        samples=samples,
        method=method,
        budget=tuple(budget),
        **fields,
    )


def worst_false_accept(guard: float, tolerance: float = math.inf) -> float:
    """Probability (0..1) that an item at the very edge of acceptance does not conform.

    The worst that a rule lets pass.
    ``guard`` is the guard band w and ``tolerance`` the distance between two limits (infinite: one
    limit), both in standard uncertainties, 0 or more; normal distribution. Phi(-w/u) for one limit
    (ILAC-G8:09/2019); between two the other one adds Phi(-(T - w)/u) (JCGM 106:2012, probability of
    conformity with a two-sided tolerance).
    """
    edge = NormalDist()
    return edge.cdf(-guard) + (edge.cdf(guard - tolerance) if math.isfinite(tolerance) else 0.0)
