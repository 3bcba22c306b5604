"""Findings that say the same, together: several clauses, and devices that need no row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from acceptance import wording
from acceptance.messages import language
from acceptance.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from acceptance.model import Finding

Item = TypeVar("Item")
# What needs nothing comes first, what failed last: there a reader's eye rests.
ORDER = (
    Verdict.PASS,
    Verdict.CONDITIONAL_PASS,
    Verdict.NOT_TESTED,
    Verdict.INCONCLUSIVE,
    Verdict.CONDITIONAL_FAIL,
    Verdict.FAIL,
)
# Which of several devices it was matters less than that all are alike.
ALIKE = {Verdict.PASS, Verdict.CONDITIONAL_PASS, Verdict.NOT_TESTED}


@dataclass(frozen=True, kw_only=True)
class FindingGroup:
    """One row: what holds for every subject and every requirement named."""

    first: Finding
    """Of the findings: verdict, figure and reason are those of all."""

    subjects: tuple[str, ...]
    """Ids, each once."""

    items: tuple[tuple[str, str], ...]
    """What was judged, each once: ``pack#id`` and quantity, which may be empty."""

    clauses: tuple[tuple[str, str], ...]
    """Pack and number, each once."""


def listed(finding: Finding) -> bool:
    """Whether a finding has a place in the table; else it is only counted.

    That is all that was judged, and what was not tested although it shall be.
    """
    if finding.verdict is Verdict.NOT_TESTED:
        return finding.decides
    return finding.verdict is not Verdict.NOT_APPLICABLE


def groups(findings: Iterable[Finding]) -> tuple[FindingGroup, ...]:
    """Put findings together that say the same; failures last, those that decide last of all.

    Requirements are put together where subjects, quantity, value, limit, verdict and reason are
    the same; subjects where that is so of a requirement that passed or was not tested.
    """
    chosen = [finding for finding in findings if listed(finding)]
    by_requirement = _grouped(chosen, _requirement)
    by_content = _grouped(by_requirement, lambda group: (_subjects(group), _content(group[0])))
    rows = [_group([finding for group in same for finding in group]) for same in by_content]
    return tuple(sorted(rows, key=_place))


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    """Group items by a key, in the order of their first."""
    found: dict[Hashable, list[Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return list(found.values())


def _requirement(finding: Finding) -> Hashable:
    apart = "" if finding.verdict in ALIKE else finding.subject
    return finding.requirement, apart, _content(finding)


def _subjects(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.subject for finding in findings))


def _content(finding: Finding) -> Hashable:
    """Return what two findings must share to be one row; reasons as they are read."""
    reasons = [wording.reason(why, language()) for why in (finding.reason, *finding.remarks)]
    said = (finding.verdict, finding.provisional, finding.decides, *reasons)
    if finding.value is None and finding.verdict in ALIKE:
        return said
    figure = (finding.quantity, finding.limit, finding.value, finding.unit)
    return (*said, *figure, "" if finding.quantity else finding.requirement)


def _group(findings: Sequence[Finding]) -> FindingGroup:
    return FindingGroup(
        first=findings[0],
        subjects=_subjects(findings),
        items=tuple(dict.fromkeys((each.requirement, each.quantity) for each in findings)),
        clauses=tuple(dict.fromkeys((finding.pack, finding.clause) for finding in findings)),
    )


def _place(group: FindingGroup) -> tuple[int, bool]:
    return ORDER.index(group.first.verdict), group.first.decides
