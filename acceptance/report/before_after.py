"""Two sessions clause by clause, before and after a repair say.

It shows what became better, worse, tested or untested. A finding is better where its verdict is.
The difference of two figures has U = sqrt(U1^2 + U2^2): they are taken as independent (JCGM
100:2008, 5.1.2), which is too wide, never too narrow, where chart and instruments are the same.
"""

from __future__ import annotations

import math
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks.judging import SEVERITY
from acceptance.checks.warned import twins
from acceptance.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.model import Finding, Predecessor, Session, Taken

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
class ComparedRow:
    """One requirement of one subject in both sessions; ``None`` where one has no such finding.

    ``difference`` is after - before, ``expanded`` its U, ``beyond`` whether it exceeds that; None
    where the figures cannot be compared: none, another unit, no uncertainty, or only a bound.
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
    def notable(self) -> bool:
        """Whether it is worth a line.

        It is where something changed, other than that one more thing does not apply.
        """
        single = self.change in {Change.ONLY_BEFORE, Change.ONLY_AFTER}
        alone = (self.before or self.after) if single else None
        empty = alone is not None and alone.verdict is Verdict.NOT_APPLICABLE
        return (self.change is not Change.SAME and not empty) or bool(self.beyond)

    @property
    def decides(self) -> bool:
        """Whether the finding can count for a bottom line, in either session."""
        return any(finding and finding.decides for finding in (self.before, self.after))


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """All rows, in the order of the first session.

    ``apart`` says in what the sessions themselves differ (empty: in nothing), ``sessions`` who
    answers for each of the two (empty: nobody looked).
    """

    rows: tuple[ComparedRow, ...]
    apart: tuple[str, ...]
    sessions: tuple[Predecessor, ...] = ()

    @property
    def worse(self) -> bool:
        """Whether anything that can count became worse, is no longer tested, or is gone."""
        bad = {Change.WORSE, Change.NO_LONGER_TESTED}
        return any((row.change in bad or row.gone) and row.decides for row in self.rows)


def compare(before: Session, after: Session) -> Comparison:
    """Compare two sessions.

    Requirements of a pack that changed its name are paired, where only one pack did.
    """
    names = _renamed(before, after)
    first = {_key(finding, names): finding for finding in before.findings}
    second = {(finding.requirement, finding.subject): finding for finding in after.findings}
    keys = [*first, *(key for key in second if key not in first)]
    rows = (_row(key, first.get(key), second.get(key), (before, after)) for key in keys)
    return Comparison(rows=tuple(rows), apart=tuple(_apart(before, after)))


def _renamed(before: Session, after: Session) -> dict[str, str]:
    """Name of a pack of ``before`` in ``after``.

    Where each session has one pack that the other lacks, the two are paired.
    """
    gone = [name for name in before.plan.packs if name not in after.plan.packs]
    new = [name for name in after.plan.packs if name not in before.plan.packs]
    return {gone[0]: new[0]} if len(gone) == len(new) == 1 else {}


def _key(finding: Finding, names: Mapping[str, str]) -> tuple[str, str]:
    pack, _, name = finding.requirement.partition("#")
    return f"{names.get(pack, pack)}#{name}", finding.subject


def _row(
    key: tuple[str, str],
    before: Finding | None,
    after: Finding | None,
    sessions: tuple[Session, Session],
) -> ComparedRow:
    either = after or before
    difference, expanded = _difference(before, after, sessions)
    return ComparedRow(
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
    before: Finding | None, after: Finding | None, sessions: tuple[Session, Session]
) -> tuple[float | None, float | None]:
    """Return after - before and its U, where both are proper figures in one unit."""
    if before is None or after is None or before.unit != after.unit:
        return None, None
    bound = any(map(_bound, (before, after), sessions))
    if before.value is None or after.value is None or bound:
        return None, None
    both = (found.expanded_uncertainty for found in (before, after))
    halves = [expanded for expanded in both if expanded is not None]
    expanded = math.hypot(*halves) if len(halves) == len(sessions) else None
    return after.value - before.value, expanded


def _bound(finding: Finding, session: Session) -> bool:
    measured = [session.measurements[index] for index in finding.measurements]
    return any(figure.lower_bound or figure.upper_bound for figure in measured)


def _apart(before: Session, after: Session) -> Iterator[str]:
    """Name what makes two sessions hard to compare.

    That is other packs, other files of a pack, other subjects or another scope.
    """
    yield from _packs_apart(before, after)
    yield from _subjects_apart(before, after)
    if before.plan.scope is not after.plan.scope:
        yield _sentence("scope", before=before.plan.scope, after=after.plan.scope)
    if before.id not in {after.id, after.supersedes}:
        yield from _films_told(before, after)
    if _is_older(after, before):
        yield _sentence("older")


def _films_told(before: Session, after: Session) -> Iterator[str]:
    """Name the devices of which nothing was filmed anew, and those that have another one's film."""
    shown, known = _same_films(before, after), _same_films(before, before)
    new_ones = _filmed_anew(before, after)
    if again := [old for old, new in shown if old == new and new not in new_ones]:
        yield _sentence("same_films", subjects=", ".join(again))
    if other := [f"{old} = {new}" for old, new in shown if old != new and (old, new) not in known]:
        yield _sentence("other_films", subjects=", ".join(other))


def _same_films(before: Session, after: Session) -> dict[tuple[str, str], None]:
    """Return the devices that one film stands for in each."""
    return {(one.subject, other.subject): None for one, other in _of_one_film(before, after)}


def _filmed_anew(before: Session, after: Session) -> set[str]:
    """Return the devices of which some film, maybe not each, is a new one."""
    old = {other.id for _, other in _of_one_film(before, after)}
    return {one.subject for one in after.taken if one.id not in old}


def _of_one_film(before: Session, after: Session) -> list[tuple[Taken, Taken]]:
    """Return what was taken, in each, that is of one file, or a film of the very same figures."""
    figures = (twins.by_figure(session.measurements) for session in (after, before))
    alike = {(old, new) for new, old in twins.alike_across(*figures)}
    return [
        (one, other)
        for one, other in product(before.taken, after.taken)
        if (one.sha256 and one.sha256 == other.sha256) or (one.id, other.id) in alike
    ]


def _is_older(after: Session, before: Session) -> bool:
    """Whether what is to come after was measured before, or filmed before of some device."""
    measured, first = _moment(after.started), _moment(before.started)
    if measured and first and measured < first:
        return True
    then, now = _days(before), _days(after)
    return any(max(now[name]) < min(then[name]) for name in then.keys() & now.keys())


def _moment(stated: str) -> datetime | None:
    """Return a time; None where it is none, or states no zone, and so cannot be compared."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(stated)
        return moment if moment.tzinfo else None
    return None


def _days(session: Session) -> dict[str, set[str]]:
    """Return the days of each device's films, where they are known."""
    days: dict[str, set[str]] = defaultdict(set)
    for shot in session.shots:
        if shot.filmed:
            days[shot.subject].add(shot.filmed)
    return days


def _packs_apart(before: Session, after: Session) -> Iterator[str]:
    if before.plan.packs != after.plan.packs:
        earlier, later = ", ".join(before.plan.packs), ", ".join(after.plan.packs)
        yield _sentence("packs", before=earlier, after=later)
    for name in (name for name in before.plan.packs if name in after.plan.packs):
        path = f"{PACKS}{name}.toml"
        if before.hashes.get(path) != after.hashes.get(path):
            yield _sentence("pack_file", file=path)


def _subjects_apart(before: Session, after: Session) -> Iterator[str]:
    first, second = ({subject.id: subject for subject in session.plan.subjects}
                     for session in (before, after))  # fmt: skip
    if gone := [name for name in first if name not in second]:
        yield _sentence("only_before", subjects=", ".join(gone))
    if new := [name for name in second if name not in first]:
        yield _sentence("only_after", subjects=", ".join(new))
    both = [name for name in first if name in second]
    if changed := [name for name in both if first[name] != second[name]]:
        yield _sentence("changed", subjects=", ".join(changed))


def _sentence(code: str, **parameters: str) -> str:
    """Word in English, for JSON is the same in every language."""
    return wording.word(code, "apart", "en").format(**parameters)


def rows(found: Comparison) -> dict[str, object]:
    """Return a comparison as JSON has it."""
    return {
        "apart": list(found.apart),
        "sessions": [asdict(session) for session in found.sessions],
        "worse": found.worse,
        "rows": [asdict(row) for row in found.rows],
    }
