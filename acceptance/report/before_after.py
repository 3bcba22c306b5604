"""Two sessions clause by clause, before and after a repair say.

What became better, worse, tested or untested.
A finding is better where its verdict is. The difference of two figures has U = sqrt(U1^2 + U2^2):
they are taken as independent (JCGM 100:2008, 5.1.2), which is too wide, never too narrow, where
chart and instruments are the same.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from acceptance.checks.judge import SEVERITY
from acceptance.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.model import Finding, Session

PACKS = "data/packs/"


class Change(StrEnum):
    """What became of a finding."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NOW_TESTED = "now tested"
    NO_LONGER_TESTED = "no longer tested"
    ONLY_BEFORE = "only before"
    ONLY_AFTER = "only after"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One requirement of one subject in both sessions; ``None`` where one has no such finding.

    ``difference`` is after - before, ``expanded`` its U, ``beyond`` whether it exceeds that; None
    where the figures cannot be held against each other: none, another unit, no uncertainty, or only
    a bound.
    """

    clause: str
    requirement: str
    subject: str
    before: Finding | None
    after: Finding | None
    change: Change
    difference: float | None = None
    expanded: float | None = None
    beyond: bool | None = None

    @property
    def gone(self) -> bool:
        """Whether it was judged before and has no finding after."""
        return self.after is None and self.before is not None and self.before.verdict in SEVERITY

    @property
    def told(self) -> bool:
        """Whether it is worth a line.

        Something changed, and not merely that one more thing does not apply.
        """
        alone = (
            (self.before or self.after)
            if self.change in {Change.ONLY_BEFORE, Change.ONLY_AFTER}
            else None
        )
        empty = alone is not None and alone.verdict is Verdict.NOT_APPLICABLE
        return (self.change is not Change.SAME and not empty) or bool(self.beyond)

    @property
    def decides(self) -> bool:
        """Whether the finding can count for a bottom line, in either session."""
        return any(one is not None and one.decides for one in (self.before, self.after))


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All rows, in the order of the first session, and in what the sessions themselves differ (empty: in nothing)."""

    rows: tuple[Row, ...]
    apart: tuple[str, ...]

    @property
    def worse(self) -> bool:
        """Whether anything that can count became worse, is no longer tested, or was judged and is gone."""
        bad = {Change.WORSE, Change.NO_LONGER_TESTED}
        return any((row.change in bad or row.gone) and row.decides for row in self.rows)


def compare(before: Session, after: Session) -> Comparison:
    """Hold two sessions beside each other.

    What one pack asks under another's name is paired where only one differs.
    """
    names = _renamed(before, after)
    first = {_key(one, names): one for one in before.findings}
    second = {(one.requirement, one.subject): one for one in after.findings}
    keys = [*first, *(key for key in second if key not in first)]
    rows = (_row(key, first.get(key), second.get(key), before, after) for key in keys)
    return Comparison(rows=tuple(rows), apart=tuple(_apart(before, after)))


def _renamed(before: Session, after: Session) -> dict[str, str]:
    """Name of a pack of ``before`` in ``after``.

    Where each has one that the other has not, they are paired.
    """
    gone = [one for one in before.plan.packs if one not in after.plan.packs]
    new = [one for one in after.plan.packs if one not in before.plan.packs]
    return {gone[0]: new[0]} if len(gone) == len(new) == 1 else {}


def _key(one: Finding, names: Mapping[str, str]) -> tuple[str, str]:
    pack, _, name = one.requirement.partition("#")
    return f"{names.get(pack, pack)}#{name}", one.subject


def _row(
    key: tuple[str, str],
    before: Finding | None,
    after: Finding | None,
    first: Session,
    second: Session,
) -> Row:
    either = after or before
    difference, expanded = _difference(before, after, first, second)
    return Row(
        clause=either.clause if either else "",
        requirement=key[0],
        subject=key[1],
        before=before,
        after=after,
        change=_change(before, after),
        difference=difference,
        expanded=expanded,
        beyond=None if difference is None or expanded is None else abs(difference) > expanded,
    )


def _change(before: Finding | None, after: Finding | None) -> Change:
    if before is None or after is None:
        return Change.ONLY_AFTER if before is None else Change.ONLY_BEFORE
    was, now = before.verdict in SEVERITY, after.verdict in SEVERITY
    if was != now:
        return Change.NOW_TESTED if now else Change.NO_LONGER_TESTED
    if not was or before.verdict is after.verdict:
        return Change.SAME
    better = SEVERITY.index(after.verdict) > SEVERITY.index(before.verdict)
    return Change.BETTER if better else Change.WORSE


def _difference(
    before: Finding | None, after: Finding | None, first: Session, second: Session
) -> tuple[float | None, float | None]:
    """Return after - before and its U, where both are proper figures in one unit."""
    ones = [(one, home) for one, home in ((before, first), (after, second)) if one is not None]
    values = [one.value for one, home in ones if one.value is not None and not _bound(one, home)]
    if len(values) < len((before, after)) or len({one.unit for one, _ in ones}) > 1:
        return None, None
    halves = [
        one.k * one.uncertainty
        for one, _ in ones
        if one.k is not None and one.uncertainty is not None
    ]
    return values[1] - values[0], math.hypot(*halves) if len(halves) == len(ones) else None


def _bound(one: Finding, home: Session) -> bool:
    measured = [home.measurements[index] for index in one.measurements]
    return any(each.lower_bound or each.upper_bound for each in measured)


def _apart(before: Session, after: Session) -> Iterator[str]:
    """Name what makes two sessions hard to compare.

    Other packs, other files of a pack, other subjects.
    """
    if before.plan.packs != after.plan.packs:
        yield f"judged by {', '.join(before.plan.packs)} before and by {', '.join(after.plan.packs)} after"
    for name in (one for one in before.plan.packs if one in after.plan.packs):
        path = f"{PACKS}{name}.toml"
        if before.hashes.get(path) != after.hashes.get(path):
            yield f"{path} is another file before and after"
    first, second = ({one.id: one for one in session.plan.subjects} for session in (before, after))
    for which, ones, others in (("before", first, second), ("after", second, first)):
        if missing := [one for one in ones if one not in others]:
            yield f"subjects only {which}: {', '.join(missing)}"
    if changed := [name for name, one in first.items() if name in second and one != second[name]]:
        yield f"subjects that are described otherwise: {', '.join(changed)}"
    if before.plan.scope is not after.plan.scope:
        yield f"scope {before.plan.scope} before and {after.plan.scope} after"


def rows(found: Comparison) -> dict[str, Any]:
    """Return a comparison as JSON holds it."""
    return {
        "apart": list(found.apart),
        "worse": found.worse,
        "rows": [asdict(row) for row in found.rows],
    }
