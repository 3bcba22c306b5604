"""Values that were measured, with their uncertainty, and results that were not obtained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from acceptance.model.basics import Reason, Value


@dataclass(frozen=True, kw_only=True)
class BudgetLine:
    """One input of an uncertainty budget, uncorrelated with the others."""

    source: str
    """What contributes, in English; part of the record, never translated."""

    contribution: float
    """Standard contribution (k = 1), in the unit of the result."""

    degrees_of_freedom: float | None = None
    """Those of the contribution; None: infinite."""

    evaluation: str = "A"
    """``A``: by statistics, ``B``: by other means (JCGM 100:2008, 4.2 and 4.3)."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A line that the report draws."""

    name: str
    """Which curve it is, by its name in the report."""

    x: tuple[float, ...]
    """Abscissae, as many as ``y``."""

    y: tuple[float, ...]
    """Ordinates, one for each of ``x``."""

    x_label: str
    """What the abscissa shows."""

    y_label: str
    """What the ordinate shows."""

    x_unit: str = ""
    """Unit of ``x``; empty: none is printed."""

    y_unit: str = ""
    """Unit of ``y``; empty: none is printed."""

    x_logarithmic: bool = False
    """True: equal ratios of x are drawn equally long, and every x is above 0."""

    scattered: bool = False
    """True: places, drawn as points; False: a line."""

    marks: Mapping[str, float] = field(default_factory=dict)
    """Abscissae worth a tick, by name (MTF50 ...)."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """What happened in a clip, for some time; the report's timeline draws a lane for each kind."""

    kind: str
    """``dropped``, ``repeated``, ``frozen``, ``undecided``, ``gap``, ``time_jump``
    or ``key_frame``."""

    start: float
    """Seconds since the clip's first frame, jumps of its times left out."""

    end: float
    """Seconds on the same scale, not before ``start``."""

    count: int = 1
    """Frames that it covers, or pictures that are missing; 1 or more."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """A value with its unit, uncertainty, method and origin; it knows no limit and no clause."""

    subject: str
    """Id of the subject that it is of."""

    quantity: str
    """What was measured: ``noise.snr`` ... (``docs/metrics/`` describes each)."""

    value: float
    """The result, in ``unit``."""

    unit: str
    """Unit of value and uncertainty, as spelt in ``docs/formats.md``; ``1``: a count or ratio."""

    uncertainty: float
    """Standard uncertainty (k = 1), in ``unit``; 0 or more."""

    k: float
    """Coverage factor for 95 % at ``degrees_of_freedom``."""

    degrees_of_freedom: float | None
    """Effective ones of the whole budget; None: infinite."""

    samples: int
    """How many frames, pictures or pairs are behind it; pixels where it is of all their codes."""

    method: str
    """How it was measured, in English; part of the record, never translated."""

    shot: str
    """Id of the shot, or recordings, that it was measured on."""

    region: str = ""
    """Dotted name of the region (``centre.edge_horizontal``); empty: the whole picture."""

    direction: str = ""
    """``horizontal`` or ``vertical`` in the picture; empty: none."""

    statistic: str = ""
    """``mean``, ``worst`` ... of several values; empty where there is only one."""

    count: int | None = None
    """Count behind a rate that is judged as a count; None: it is no such rate."""

    duration: float | None = None
    """Seconds over which ``count`` was counted; None: it is no such rate."""

    lower_bound: bool = False
    """True: the true value is this or higher (a wedge resolved to its very end)."""

    upper_bound: bool = False
    """True: the true value is this or lower
    (illuminance of the darkest shot, where the picture is still good enough)."""

    bound_by: Reason | None = None
    """Why it is only a bound; becomes the reason of a finding that the bound leaves open.
    None: the bound says it all, or it is none."""

    budget: tuple[BudgetLine, ...] = ()
    """Contributions to the uncertainty; empty: it was not built from a budget."""

    details: Mapping[str, Value] = field(default_factory=dict)
    """What the report prints beside the value, by name."""

    curve: Curve | None = None
    """A curve that the report draws beside the value; None: it draws none."""

    events: tuple[Event, ...] = ()
    """What the value counts or is about, by time; the longest 500 of each kind."""

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
    """A result that was not obtained, and why: the reason of the findings that it leaves open."""

    reason: Reason
    """Why it was not measured."""

    shot: str = ""
    """Id of the shot or recordings; empty: of none in particular."""

    subject: str = ""
    """Id of the subject; empty: of none in particular."""

    metric: str = ""
    """Family of quantities (``noise``); empty: everything that the shot should have given."""

    quantity: str = ""
    """The quantity that is missing; empty: all of the metric."""

    region: str = ""
    """Dotted name of the region; empty: of none in particular."""

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
