"""What was found: results by subject, coverage of the clauses, conclusion of an acceptance."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.model import Scope, Verdict
from acceptance.report.rows import answer_of, fails

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acceptance.model import Clause, Concession, Conclusion, Finding, Pack, Plan, Scoring
    from acceptance.report.names import Names
    from acceptance.report.rows import FindingRow

MOST_REASONS = 3
MOST_LISTED = 1_000  # findings in annex A; a table attached to it has all
WRONG = frozenset({Verdict.FAIL, Verdict.CONDITIONAL_FAIL, Verdict.CONDITIONAL_PASS})


def concessions(plan: Plan, rows: Sequence[FindingRow]) -> list[tuple[Concession, FindingRow]]:
    """Return concessions with the finding that each belongs to, of an acceptance on site only."""
    if plan.scope is not Scope.SITE:
        return []
    found = {(row.finding.requirement, row.finding.subject): row for row in rows}
    pairs = [
        (concession, found.get((concession.requirement, concession.subject)))
        for concession in plan.concessions
    ]
    return [(concession, row) for concession, row in pairs if row]


@dataclass(frozen=True, kw_only=True)
class ResultsPage:
    """Every finding that applies, subject by subject."""

    names: Names
    rows: Sequence[FindingRow]

    @cached_property
    def by_subject(self) -> dict[str, list[FindingRow]]:
        """Rows of each subject that apply, in order of pack and clause."""
        found: dict[str, list[FindingRow]] = defaultdict(list)
        for row in self.rows:
            if row.finding.verdict is not Verdict.NOT_APPLICABLE:
                found[row.finding.subject].append(row)
        return dict(found)

    @cached_property
    def listed(self) -> dict[str, list[FindingRow]]:
        """Rows of each subject, by pack, up to ``MOST_LISTED``: those of who fails first.

        Where all fit, subjects are in their order.
        """
        every = self.by_subject
        if sum(map(len, every.values())) > MOST_LISTED:
            every = dict(sorted(every.items(), key=lambda each: not any(map(fails, each[1]))))
        totals = itertools.accumulate(map(len, every.values()))
        return {
            subject: self._by_pack(rows)
            for (subject, rows), total in zip(every.items(), totals, strict=True)
            if total <= MOST_LISTED
        }

    @property
    def left_out(self) -> list[str]:
        """Subjects whose rows are too many to be listed."""
        return [subject for subject in self.by_subject if subject not in self.listed]

    @cached_property
    def serials(self) -> dict[int, int]:
        """Number of a row -> its number in whatever is printed, from 1: listed rows come first."""
        left_out = (self._by_pack(self.by_subject[subject]) for subject in self.left_out)
        every = itertools.chain(self.listed.values(), left_out)
        numbers = (row.number for rows in every for row in rows)
        return {number: serial for serial, number in enumerate(numbers, 1)}

    @staticmethod
    def _by_pack(rows: Iterable[FindingRow]) -> list[FindingRow]:
        return sorted(rows, key=lambda row: row.finding.pack)

    @property
    def rules(self) -> dict[str, str]:
        """Decision rules used, with the largest probability of false acceptance.

        The probability follows ILAC-G8:09/2019, for k = 2.
        """
        risk = wording.phrases(self.names.lang)["risk"]
        used = (row for row in self.rows if wording.DASH not in {row.rule, row.result})
        return {row.rule: row.risk(risk) for row in used}

    @cached_property
    def _conceded(self) -> set[int]:
        return {row.number for _, row in concessions(self.names.plan, self.rows)}

    def conceded(self, row: FindingRow) -> bool:
        """Whether the acceptance group made a decision beside the finding."""
        return row.number in self._conceded


@dataclass(frozen=True, kw_only=True)
class ClauseOutcome:
    """Findings of one clause that came out alike: the first, how many, on what, and why."""

    row: FindingRow
    count: int
    demands: Sequence[str]
    reasons: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class CoveragePage:
    """Every clause, how it can be checked, and what came of it."""

    rows: Sequence[FindingRow]
    lang: str

    def ways(self, pack: Pack, clause: Clause) -> list[str]:
        """Return how a clause can be checked; nothing where it demands nothing."""
        own = (demand for demand in pack.requirements if demand.clause == clause.number)
        ways = list(dict.fromkeys(demand.how.value for demand in own))
        return ways or (["unknown"] if clause.demands else [])

    def outcomes(self, pack: Pack, clause: Clause) -> list[ClauseOutcome]:
        """Return what came of a clause.

        Requirements are counted by verdict, and by reason where they do not apply.
        """
        alike: dict[tuple[str, str], list[FindingRow]] = defaultdict(list)
        for row in self._of_clauses.get((pack.id, clause.number), ()):
            finding = row.finding
            aside = finding.verdict is Verdict.NOT_APPLICABLE
            about = self._reason(row) if aside else finding.requirement
            alike[about, wording.verdict(finding, self.lang)].append(row)
        return [self._outcome(rows) for rows in alike.values()]

    @cached_property
    def _of_clauses(self) -> Mapping[tuple[str, str], Sequence[FindingRow]]:
        found: dict[tuple[str, str], list[FindingRow]] = defaultdict(list)
        for row in self.rows:
            found[row.finding.pack, row.finding.clause].append(row)
        return found

    def _reason(self, row: FindingRow) -> str:
        return wording.reason(row.finding.reason, self.lang)

    def _outcome(self, rows: Sequence[FindingRow]) -> ClauseOutcome:
        reasons = list(
            dict.fromkeys(
                self._reason(row) for row in rows if row.finding.verdict is not Verdict.PASS
            )
        )
        more = ["…"] if len(reasons) > MOST_REASONS else []
        return ClauseOutcome(
            row=rows[0],
            count=len(rows),
            demands=list(dict.fromkeys(row.item for row in rows if row.requirement)),
            reasons=reasons[:MOST_REASONS] + more,
        )


@dataclass(frozen=True, kw_only=True)
class ConclusionPage:
    """The conclusion of an acceptance group by the rules of a pack, and its concessions."""

    names: Names
    rows: Sequence[FindingRow]

    @cached_property
    def concessions(self) -> list[tuple[Concession, FindingRow]]:
        """Concessions with the finding that each belongs to."""
        return concessions(self.names.plan, self.rows)

    def outcome(self, conclusion: Conclusion) -> str:
        """Word the outcome."""
        return wording.outcome(conclusion, self.names.lang)

    def scoring(self, pack: str) -> Scoring | None:
        """Return how the conclusion on a pack follows."""
        return next((known.scoring for known in self.names.packs if known.id == pack), None)

    def lacks_key_items(self, pack: str) -> bool:
        """Whether a pack marks no key item, so that none can veto the conclusion."""
        of_pack = (known for known in self.names.packs if known.id == pack)
        return any(not any(demand.key_item for demand in own.requirements) for own in of_pack)

    def to_correct(self, pack: str) -> list[FindingRow]:
        """Rows in a score that do not conform, or basically only.

        The acceptance asks for these to be corrected.
        """
        scored = (
            row
            for row in self.rows
            if row.finding.pack == pack and row.requirement and row.requirement.part
        )
        return [row for row in scored if row.finding.decides and row.finding.verdict in WRONG]

    def remark(self, finding: Finding) -> str:
        """Return what the person who answered noted."""
        answer = answer_of(finding, self.names.plan)
        return answer.note if answer else ""
