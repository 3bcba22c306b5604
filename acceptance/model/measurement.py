"""Numbers that were measured, with their uncertainty, and figures that could not be obtained."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 -- pydantic reads the annotations at run time
from dataclasses import dataclass, field
from typing import Protocol

from acceptance.model.basics import Reason, Value


@dataclass(frozen=True, kw_only=True)
class BudgetLine:
    """One input of an uncertainty budget: its standard contribution in the unit of the result."""

    source: str
    contribution: float
    degrees_of_freedom: float | None = None
    evaluation: str = "A"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line that the report draws. ``marks`` are named abscissae worth a tick (MTF50 ...).

    ``x_logarithmic``: equal ratios of x are to be drawn equally long; x is above 0.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    x_label: str
    y_label: str
    x_unit: str = ""
    y_unit: str = ""
    x_logarithmic: bool = False
    marks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened in a clip from ``start`` to ``end``, in s since its first frame, to ``count`` frames.

    ``kind`` is a word of the phrase files (``timeline``): the report's timeline draws a lane for
    each.
    """

    kind: str
    start: float
    end: float
    count: int = 1


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A number with its unit, uncertainty, method and origin; it knows no limit and no clause.

    ``uncertainty`` is standard (k = 1), ``k`` the coverage factor for 95 % at
    ``degrees_of_freedom`` (None: infinite), ``expanded`` = k u. ``count`` and ``duration``
    (seconds) stand behind a rate that is judged as a count. ``lower_bound``: the true value is this
    or higher, for instance where a wedge was resolved to its very end; ``upper_bound``: this or
    lower, for instance the illuminance of the darkest shot where that still was good enough.
    ``bound_by``: why it is only a bound, where that tells more; it becomes the reason of what the
    bound leaves open.
    """

    subject: str
    quantity: str
    value: float
    unit: str
    uncertainty: float
    k: float
    degrees_of_freedom: float | None
    samples: int
    method: str
    shot: str
    region: str = ""
    direction: str = ""
    statistic: str = ""
    count: int | None = None
    duration: float | None = None
    lower_bound: bool = False
    upper_bound: bool = False
    bound_by: Reason | None = None
    budget: tuple[BudgetLine, ...] = ()
    details: Mapping[str, Value] = field(default_factory=dict)
    curve: Curve | None = None
    events: tuple[Event, ...] = ()

    @property
    def expanded(self) -> float:
        """Expanded uncertainty U = k u, in the unit of the value."""
        return self.k * self.uncertainty


class Gap(Protocol):
    """What a note is made of: an error that knows its phrase (``errors.GapError``)."""

    @property
    def code(self) -> str:
        """The code of its phrase."""

    @property
    def parameters(self) -> Mapping[str, Value]:
        """What the phrase names."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A figure that could not be had, and why.

    It becomes the reason of the findings that it leaves open.
    """

    reason: Reason
    shot: str = ""
    subject: str = ""
    metric: str = ""
    quantity: str = ""
    region: str = ""

    @classmethod
    def of(
        cls,
        gap: Gap,
        *,
        shot: str = "",
        subject: str = "",
        metric: str = "",
        quantity: str = "",
        region: str = "",
    ) -> Note:
        """Turn a gap into the note of it."""
        return cls(
            reason=Reason(code=gap.code, parameters=gap.parameters),
            shot=shot,
            subject=subject,
            metric=metric,
            quantity=quantity,
            region=region,
        )
