"""Laboratories compared: what they reported, put beside each other, tested and scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.checks.warned import twins
from acceptance.errors import PlanError
from acceptance.laboratories import (
    copied_results,
    outlier_tests,
    performance,
    precision,
    result_form,
    robust,
    session_results,
)
from acceptance.messages import tr
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.laboratories.outlier_tests import OutlierTest
    from acceptance.laboratories.performance import Performance
    from acceptance.laboratories.precision import Precision
    from acceptance.laboratories.reported import FigureReport, LaboratoryReport
    from acceptance.laboratories.round_plan import ComparedFigure, Round


@dataclass(frozen=True, kw_only=True)
class AssignedValue:
    """What laboratories are scored against, in the figure's unit."""

    value: float
    """The value."""

    uncertainty: float
    """Its standard uncertainty."""

    sigma: float
    """Standard deviation for proficiency assessment; 0: none can be formed, so there is no z."""

    from_plan: bool
    """Whether the plan gives the value; else it is the laboratories' robust mean."""

    sigma_from_plan: bool
    """Whether the plan gives sigma; else it is the laboratories' robust standard deviation."""

    @property
    def negligible(self) -> bool:
        """Whether z may be used; else z' must."""
        return performance.is_negligible(self.uncertainty, self.sigma)


@dataclass(frozen=True, kw_only=True)
class LaboratoryScore:
    """One laboratory on one figure."""

    code: str
    """Of the laboratory."""

    values: tuple[float, ...]
    """Its repeats."""

    mean: float
    """Of them."""

    deviation: float | None
    """Their standard deviation; None: one repeat."""

    expanded: float | None
    """U of the mean; None: not stated."""

    h: float | None
    """Mandel's h; None: all means are alike, or two laboratories."""

    k: float | None
    """Mandel's k; None: one repeat, or nothing scatters."""

    critical_k: tuple[float, float] | None
    """At 5 % and 1 %, of so many repeats; None: there is no k."""

    z: float | None
    """z; None: there is no sigma."""

    z_prime: float | None
    """z'; None: there is no sigma."""

    zeta: float | None
    """zeta; None: no U was stated."""

    en: float | None
    """En; None: no U was stated."""

    word: Performance | None
    """By z, or by z' where the assigned value's uncertainty counts; None: neither."""

    en_word: Performance | None
    """By En; None: there is none."""


@dataclass(frozen=True, kw_only=True)
class EvaluatedFigure:
    """A figure as all laboratories measured it."""

    figure: ComparedFigure
    """Which."""

    scores: tuple[LaboratoryScore, ...] = ()
    """Of the laboratories that reported it, as in the plan."""

    precision: Precision | None = None
    """Of all results; None: fewer than two laboratories."""

    kept: Precision | None = None
    """Without the outliers; None: there are none, or fewer than three would stay."""

    tests: tuple[OutlierTest, ...] = ()
    """Cochran's and Grubbs'."""

    outliers: tuple[str, ...] = ()
    """Laboratories left out of ``kept``."""

    assigned: AssignedValue | None = None
    """None: fewer than two laboratories."""

    critical_h: tuple[float, float] | None = None
    """At 5 % and 1 %; None: fewer than three laboratories."""

    critical_k: tuple[float, float] | None = None
    """At 5 % and 1 %; None: no repeats, or not as many everywhere: each has its own."""

    notes: tuple[Reason, ...] = ()
    """What was refused, and what a reader must know."""


@dataclass(frozen=True, kw_only=True)
class LaboratoryComparison:
    """A comparison with all its figures."""

    plan: Round
    """As it was run."""

    reports: tuple[LaboratoryReport, ...]
    """Of every laboratory, as in the plan."""

    figures: tuple[EvaluatedFigure, ...]
    """As in the plan."""

    notes: tuple[Reason, ...] = ()
    """Of the whole comparison."""


def collect(plan: Round, folder: Path, trust: Sequence[Path] = ()) -> tuple[LaboratoryReport, ...]:
    """Read what every laboratory of a plan in ``folder`` handed in.

    Raises PlanError for a laboratory without form and sessions and for one session, film or form of
    two laboratories; else as ``result_form.read`` and ``session_results.read`` do.
    """
    reports = []
    for laboratory in plan.laboratories:
        if laboratory.form:
            reports.append(result_form.read(plan, laboratory, folder))
        elif laboratory.sessions:
            reports.append(session_results.read(plan, laboratory, folder, trust))
        else:
            what = tr("has neither a form nor sessions")
            hint = tr("acceptance compare-labs forms writes forms; name the filled-in one here")
            raise PlanError(what, where=laboratory.code, hint=hint)
    _check_apart(reports)
    return tuple(reports)


def _check_apart(reports: Sequence[LaboratoryReport]) -> None:
    """Refuse results that two laboratories hand in."""
    owners: dict[str, str] = {}
    for report in reports:
        known = {**{name: name for name in report.origin}, **report.handed_in}
        for mark, name in known.items():
            other = owners.setdefault(mark, report.code)
            if other != report.code:
                what = tr("{name} was handed in by {first} and {second}",
                          name=name, first=other, second=report.code)  # fmt: skip
                raise PlanError(what, where=report.code, hint=tr("Name each laboratory's own"))


def compare(plan: Round, reports: Sequence[LaboratoryReport]) -> LaboratoryComparison:
    """Evaluate every figure of a plan on what the laboratories reported."""
    return LaboratoryComparison(
        plan=plan,
        reports=tuple(reports),
        figures=tuple(evaluate(figure, reports) for figure in plan.figures),
        notes=(*_differing(reports), *copied_results.copied(reports, _shared(plan))),
    )


def _shared(plan: Round) -> set[str]:
    """Return the figures that any two films of a camera share."""
    return {one.id for one in plan.figures if not twins.is_of_pictures(one.quantity)}


def _differing(reports: Sequence[LaboratoryReport]) -> Iterator[Reason]:
    """Say what of chart and toolkit was not the same everywhere."""
    versions = {version for report in reports for version in report.versions}
    if len(versions) > 1:
        yield Reason(code="versions", parameters={"versions": ", ".join(sorted(versions))})
    if len({chart for report in reports for chart in report.charts}) > 1:
        yield Reason(code="chart_editions")


def evaluate(figure: ComparedFigure, reports: Sequence[LaboratoryReport]) -> EvaluatedFigure:
    """Evaluate one figure; with fewer than two laboratories only say so."""
    given = {
        report.code: report.figures[figure.id] for report in reports if figure.id in report.figures
    }
    absent = [report.code for report in reports if report.code not in given]
    notes = [_note("no_result", absent)] if absent else []
    if len(given) < 2:
        too_few = Reason(code="too_few", parameters={"count": len(given)})
        return EvaluatedFigure(figure=figure, notes=(*notes, too_few))
    cells = {code: report.values for code, report in given.items()}
    tests = outlier_tests.scrutinised(cells)
    left_out = outlier_tests.outliers(tests)
    kept = {code: values for code, values in cells.items() if code not in left_out}
    assigned = assign(figure, cells)
    return EvaluatedFigure(
        figure=figure,
        scores=tuple(_scores(given, assigned)),
        precision=precision.precision(cells),
        kept=precision.precision(kept) if left_out and len(kept) >= outlier_tests.FEWEST else None,
        tests=tests,
        outliers=left_out,
        assigned=assigned,
        critical_h=_critical_h(cells),
        critical_k=_critical_k(cells),
        notes=(*notes, *_notes(given, assigned)),
    )


def assign(figure: ComparedFigure, cells: precision.Cells) -> AssignedValue:
    """Return the assigned value: the plan's, or the robust mean of two laboratories or more."""
    found = robust.algorithm_a([precision.mean(values) for values in cells.values()])
    given = figure.assigned is not None and figure.assigned_uncertainty is not None
    value, doubt = found.mean, found.uncertainty
    if figure.assigned is not None and figure.assigned_uncertainty is not None:
        value, doubt = figure.assigned, figure.assigned_uncertainty
    return AssignedValue(
        value=value, uncertainty=doubt, sigma=figure.sigma or found.deviation,
        from_plan=given, sigma_from_plan=figure.sigma is not None,
    )  # fmt: skip


def _critical_h(cells: precision.Cells) -> tuple[float, float] | None:
    if len(cells) < outlier_tests.FEWEST:
        return None
    return precision.critical_h(len(cells), 0.05), precision.critical_h(len(cells), 0.01)


def _critical_k(cells: precision.Cells) -> tuple[float, float] | None:
    """Return those of the laboratories that repeated, where all did so as often."""
    counts = [len(values) for values in cells.values() if len(values) > 1]
    if len(counts) < 2 or len(set(counts)) > 1:
        return None
    return _critical_k_of(counts[0] - 1, sum(counts[1:]) - len(counts[1:]))


def _critical_k_of(own: int, others: int) -> tuple[float, float]:
    """Return those of degrees of freedom ``own`` and of the ``others``."""
    return precision.critical_k(own, others, 0.05), precision.critical_k(own, others, 0.01)


def _scores(
    given: Mapping[str, FigureReport], assigned: AssignedValue
) -> Iterator[LaboratoryScore]:
    cells = {code: report.values for code, report in given.items()}
    h = precision.mandel_h(cells) if len(cells) >= outlier_tests.FEWEST else {}
    k = precision.mandel_k(cells)
    freedom = sum(len(values) - 1 for values in cells.values())
    for code, report in given.items():
        own = len(report.values) - 1
        known = code in k and freedom > own
        mean = precision.mean(report.values)
        z = z_prime = zeta = en = None
        if assigned.sigma:
            z = performance.z_score(mean, assigned.value, assigned.sigma)
            z_prime = performance.z_score(
                mean, assigned.value, assigned.sigma, assigned.uncertainty
            )
        if report.uncertainty and report.expanded:
            zeta = performance.zeta_score(
                mean, assigned.value, report.uncertainty, assigned.uncertainty
            )
            en = performance.en_score(
                mean, assigned.value, report.expanded, 2 * assigned.uncertainty
            )
        judged = z if assigned.negligible else z_prime
        yield LaboratoryScore(
            code=code, values=report.values, mean=mean, deviation=_deviation(report.values),
            expanded=report.expanded, h=h.get(code), k=k.get(code),
            critical_k=_critical_k_of(own, freedom - own) if known else None,
            z=z, z_prime=z_prime, zeta=zeta, en=en,
            word=None if judged is None else performance.of_z(judged),
            en_word=None if en is None else performance.of_en(en),
        )  # fmt: skip


def _deviation(values: Sequence[float]) -> float | None:
    return precision.variance(values) ** 0.5 if len(values) > 1 else None


def _notes(given: Mapping[str, FigureReport], assigned: AssignedValue) -> Iterator[Reason]:
    counts = {code: len(report.values) for code, report in given.items()}
    if set(counts.values()) == {1}:
        yield Reason(code="one_repeat")
    elif len(set(counts.values())) > 1:
        listed = ", ".join(f"{code}: {count}" for code, count in counts.items())
        yield Reason(code="unbalanced", parameters={"counts": listed})
    if all(precision.variance(report.values) == 0 for report in given.values()) and any(
        count > 1 for count in counts.values()
    ):
        yield Reason(code="no_scatter_within")
    if not assigned.sigma:
        yield Reason(code="no_scatter")
    elif not assigned.negligible:
        yield Reason(code="assigned_doubtful")
    unstated = [code for code, report in given.items() if not report.expanded]
    if unstated:
        yield _note("no_uncertainty", unstated)
    beyond = [
        code
        for code, report in given.items()
        if report.uncertainty and performance.scatter_beyond(report.values, report.uncertainty)
    ]
    if beyond:
        yield _note("scatter_beyond_uncertainty", beyond)
    if not assigned.from_plan and len(unstated) < len(given):
        yield Reason(code="consensus_shared")
    if len({report.methods for report in given.values() if report.methods}) > 1:
        yield Reason(code="methods_differ")


def _note(code: str, laboratories: Sequence[str]) -> Reason:
    return Reason(code=code, parameters={"laboratories": ", ".join(laboratories)})
