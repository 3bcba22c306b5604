"""What ``measure``, ``run`` and ``verify`` write as JSON, field by field (``docs/formats.md``).

Their schemas (``schemas/``) are made of these classes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from acceptance import wording
from acceptance.model import (
    BottomLine,
    BudgetLine,
    Conclusion,
    Finding,
    Measurement,
    Note,
    Reason,
    Severity,
    Verdict,
)
from acceptance.report import bottom_lines, playback, warning_lines
from acceptance.report.regression import Move
from acceptance.session import store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.model import Session, SessionWarning
    from acceptance.report.playback import ShotPair
    from acceptance.report.regression import FigureMove
    from acceptance.report.warning_lines import WarningLine


@dataclass(frozen=True, kw_only=True)
class MeasureDifference:
    """How a playback differs from its live shot in one figure."""

    live_shot: str
    """Id of the live shot."""

    playback_shot: str
    """Id of the shot of its playback."""

    quantity: str
    """What was measured."""

    region: str
    """Dotted name of the region; empty: the whole picture."""

    direction: str
    """``horizontal`` or ``vertical`` in the picture; empty: none."""

    statistic: str
    """``mean``, ``worst`` ... of several values; empty where there is only one."""

    unit: str
    """Unit of all figures here."""

    live: float
    """Value of the live shot."""

    playback: float | None
    """Value of the playback; None: lost, as all figures below."""

    difference: float | None
    """Playback - live."""

    uncertainty: float | None
    """Standard uncertainty (k = 1) of the difference."""

    k: float | None
    """Its coverage factor for 95 %."""

    expanded: float | None
    """Its expanded uncertainty U = k u."""

    degrees_of_freedom: float | None
    """Effective ones of the difference; None: infinite."""

    told: str
    """``beyond`` U, ``within`` it, ``lost``, or why the difference means nothing: ``bound``,
    ``method``, ``size``."""

    budget: tuple[BudgetLine, ...]
    """Contributions to the uncertainty of the difference."""

    reason: Reason | None
    """Why it was lost; None: it was not, or nobody knows."""


@dataclass(frozen=True, kw_only=True)
class MeasureMove:
    """What became of one figure since the baseline."""

    shot: str
    """Id of the shot."""

    quantity: str
    """What was measured."""

    region: str
    """Dotted name of the region; empty: the whole picture."""

    direction: str
    """``horizontal`` or ``vertical`` in the picture; empty: none."""

    statistic: str
    """``mean``, ``worst`` ... of several values; empty where there is only one."""

    unit: str
    """Unit of all figures here; of ``before`` where it is another now."""

    before: float | None
    """Value of the baseline; None: it is new."""

    after: float | None
    """Value now; None: it vanished."""

    difference: float | None
    """After - before; None: there is none."""

    allowed: float | None
    """How far it may have moved; None: not compared."""

    tolerated: bool
    """True: ``allowed`` is a stated tolerance; False: expanded uncertainty of the difference."""

    other_method: bool
    """True: it is measured by another method than before."""

    move: Move
    """What became of it."""

    reason: Reason | None
    """Why it vanished; None: it did not, or nobody knows."""


@dataclass(frozen=True, kw_only=True)
class MeasureOutput:
    """What ``measure --json`` writes."""

    schema: str
    """Name and number of the schema of this file."""

    measurements: tuple[Measurement, ...]
    """All figures of all clips."""

    notes: tuple[Note, ...]
    """Results not obtained, and why."""

    differences: tuple[MeasureDifference, ...]
    """How playbacks differ from their live shots; empty: there is no playback."""

    moves: tuple[MeasureMove, ...]
    """What became of each figure since the baseline; empty: there is none."""


@dataclass(frozen=True, kw_only=True)
class RunFinding(Finding):
    """A finding, with what is worked out of it."""

    expanded: float | None
    """Expanded uncertainty U = k u of ``value``, in ``unit``; None: not known."""

    why: str
    """The reason, in English."""


@dataclass(frozen=True, kw_only=True)
class RunWarning:
    """One circumstance that a reader of the verdict must know."""

    code: str
    """What it is, see ``docs/warnings.md``."""

    severity: Severity
    """How much it weighs."""

    parameters: dict[str, str | float | bool]
    """What is to be known, by name."""

    items: tuple[str, ...]
    """All that it is about."""

    said: str
    """The same as a sentence, in English."""


@dataclass(frozen=True, kw_only=True)
class RunOutput:
    """What ``run --json`` writes."""

    schema: str
    """Name and number of the schema of this file."""

    session: str
    """Id of the session."""

    folder: str
    """Absolute path of the session folder."""

    report: str
    """Absolute path of the report."""

    exit_code: int
    """With which ``run`` ends: 0 pass, 1 fail, 3 open."""

    verdict: Verdict
    """The verdict of the bottom line."""

    bottom_line: BottomLine
    """What the findings add up to."""

    said: tuple[str, ...]
    """The bottom line as sentences, in English."""

    conclusions: tuple[Conclusion, ...]
    """What the acceptance group's rules make of it, one for each pack that has some."""

    warnings: tuple[RunWarning, ...]
    """How the verdict was reached, cautions first."""

    findings: tuple[RunFinding, ...]
    """One for each requirement and applicable subject, and for each clause without any."""


def of_measuring(
    measured: Sequence[Measurement],
    notes: Sequence[Note],
    pairs: Sequence[ShotPair],
    moves: Sequence[FigureMove] = (),
) -> dict[str, Any]:
    """Make what ``measure`` writes; each measurement also with its ``expanded`` uncertainty."""
    rows = (row for pair in pairs for row in playback.rows(pair))
    output = MeasureOutput(
        schema="measure-1",
        measurements=tuple(measured),
        notes=tuple(notes),
        differences=tuple(MeasureDifference(**row) for row in rows),
        moves=tuple(map(_move, moves)),
    )
    figures = [asdict(item) | {"expanded": item.expanded} for item in measured]
    return asdict(output) | {"measurements": figures}


def _move(found: FigureMove) -> MeasureMove:
    figure = found.figure
    return MeasureMove(
        shot=figure.shot,
        quantity=figure.quantity,
        region=figure.region,
        direction=figure.direction,
        statistic=figure.statistic,
        unit=figure.unit,
        before=found.before.value if found.before else None,
        after=found.after.value if found.after else None,
        difference=found.difference,
        allowed=found.allowed,
        tolerated=found.tolerated,
        other_method=found.other_method,
        move=found.move,
        reason=found.reason,
    )


def of_run(done: Session, folder: Path, code: int) -> dict[str, Any]:
    """Make what ``run`` writes of a session that lies in ``folder``."""
    place = folder.absolute()
    lines = warning_lines.every(done, "en", ())
    output = RunOutput(
        schema="run-1",
        session=done.id,
        folder=str(place),
        report=str(place / store.REPORT),
        exit_code=code,
        verdict=done.verdict,
        bottom_line=done.bottom_line,
        said=tuple(bottom_lines.sentences(done, "en", ())),
        conclusions=done.conclusions,
        warnings=tuple(map(_warning, done.warnings or (), lines)),
        findings=tuple(map(_finding, done.findings)),
    )
    return asdict(output)


def _finding(finding: Finding) -> RunFinding:
    own = {field.name: getattr(finding, field.name) for field in fields(finding)}
    return RunFinding(
        **own, expanded=finding.expanded_uncertainty, why=wording.reason(finding.reason, "en")
    )


def _warning(warning: SessionWarning, line: WarningLine) -> RunWarning:
    return RunWarning(
        code=warning.code,
        severity=warning.severity,
        parameters=dict(warning.parameters),
        items=warning.items,
        said=f"{line.title}. {line.sentence}",
    )
