"""What was measured and misses a limit, and does not count: left aside, or averaged away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks import case
from acceptance.checks.decision import PASSES, margin
from acceptance.checks.warned.judged import caution
from acceptance.files import written_unit
from acceptance.model import Combine, Compare, Modality, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import (
        Answer,
        Finding,
        Limit,
        Measurement,
        Pack,
        Requirement,
        SessionWarning,
    )

    Asked = tuple[Pack, Requirement]


def left_aside(judged: Judged) -> Iterator[SessionWarning]:
    """Yield figures that miss a limit and were not held against it.

    Kind, fact, condition, tap or path, as the plan states them, took them out. What another
    requirement judged is none of these, as a playback that has a limit of its own.
    """
    for pack, asked in _limits(judged):
        items = [
            _named(figure)
            for index, figure in _missing(judged, asked)
            if index not in judged.used and _aside(judged, pack, asked, figure)
        ]
        if items:
            yield caution("miss_not_judged", items, requirement=f"{pack.id}#{asked.id}")


def _aside(judged: Judged, pack: Pack, asked: Requirement, figure: Measurement) -> bool:
    """Whether what misses was left aside: its subject passes, or was not asked at all."""
    finding = judged.by_name.get((f"{pack.id}#{asked.id}", figure.subject))
    if finding and finding.verdict in PASSES:
        return asked.combine is Combine.WORST and asked.compare is Compare.VALUE
    excluded = finding is None or finding.verdict is Verdict.NOT_APPLICABLE
    return excluded and not _judged_otherwise(judged, pack, figure)


def _judged_otherwise(judged: Judged, pack: Pack, figure: Measurement) -> bool:
    """Whether the pack judges the subject by another limit of the quantity, of another class.

    One that an own pack adds is none: it may ask for nothing.
    """
    return any(
        one.pack == pack.id and one.subject == figure.subject and one.quantity == figure.quantity
        for one in judged.session.findings
        if one.measurements and one.requirement not in judged.added
    )


def averaged(judged: Judged) -> Iterator[SessionWarning]:
    """Yield figures that miss the limit which their mean keeps to."""
    for pack, asked in _limits(judged):
        items = [
            _named(figure)
            for index, figure in _missing(judged, asked)
            for finding in [judged.by_name.get((f"{pack.id}#{asked.id}", figure.subject))]
            if asked.combine is Combine.MEAN
            and finding
            and finding.verdict in PASSES
            and index in finding.measurements
        ]
        if items:
            yield caution("miss_averaged", items, requirement=f"{pack.id}#{asked.id}")


def readings_aside(judged: Judged) -> Iterator[SessionWarning]:
    """Yield readings that miss a limit and were not held against it.

    A film of the same was judged in their place, or a fact took the requirement out.
    """
    for pack, asked in _limits(judged):
        requirement = f"{pack.id}#{asked.id}"
        items = [
            f"{answer.subject}: {answer.value:.4g} {answer.unit or asked.limit.unit} ({answer.by})"
            for answer in judged.session.plan.answers
            if answer.requirement == requirement and asked.limit
            and _misses(answer, asked.limit)
            and _passed_otherwise(judged.by_name.get((requirement, answer.subject)))
        ]  # fmt: skip
        if items:
            yield caution("miss_not_judged", items, requirement=requirement)


def _misses(answer: Answer, limit: Limit) -> bool:
    """Whether a reading misses a limit, in whatever unit of its kind it was read."""
    if answer.value is None:
        return False
    value = written_unit.in_unit(answer.value, answer.unit, limit.unit)
    return value is not None and margin(value, limit) < 0


def _passed_otherwise(finding: Finding | None) -> bool:
    """Whether a requirement was met, or taken out, without the answer to it."""
    settled = {*PASSES, Verdict.NOT_APPLICABLE}
    return finding is not None and finding.answer is None and finding.verdict in settled


def _limits(judged: Judged) -> Iterator[Asked]:
    for pack in judged.packs:
        for asked in pack.requirements:
            if asked.limit and asked.quantity and asked.modality is Modality.SHALL:
                yield pack, asked


def _missing(judged: Judged, asked: Requirement) -> Iterator[tuple[int, Measurement]]:
    """Yield the figures, with their indices, that are of what is asked and miss the limit."""
    limit = asked.limit
    for index, figure in judged.figures.get(asked.quantity, ()):
        like = case.is_like(asked, figure) and limit and figure.unit == limit.unit
        bound = figure.lower_bound or figure.upper_bound
        if like and limit and not bound and margin(figure.value, limit) < 0:
            yield index, figure


def _named(figure: Measurement) -> str:
    unit = "" if figure.unit == "1" else figure.unit
    return f"{figure.subject}: {figure.value:.4g} {unit}".strip() + f" ({figure.shot})"
