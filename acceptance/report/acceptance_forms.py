"""What an acceptance group signs beside the results: a form for each part, and who it consists of.

GB 50348-2018, chapter 10: construction, technique and documents are each accepted item by item;
at least half of the group are technical experts (10.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks import conclusion
from acceptance.model import Part, Person, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Session
    from acceptance.report.names import Names
    from acceptance.report.rows import FindingRow

# Roles in the acceptance group, in the order of its list, and words by which people name them.
GROUP = {
    "leader": ("组长", "leader"),
    "expert": ("专家", "expert"),
    "member": ("成员", "member"),
}
BLANK_LINES = 5  # to be filled in by hand, where the plan names nobody
MOST_NAMED = 3  # devices of one item


@dataclass(frozen=True, kw_only=True)
class FormLine:
    """One item of a part: a requirement over all its subjects."""

    rows: Sequence[FindingRow]
    """Of its findings that decide and apply."""

    verdict: Verdict
    """PASS, CONDITIONAL_PASS, FAIL, or INCONCLUSIVE where it is still open."""

    checked: str
    """How many were looked at; of a sample, also of how many."""

    remark: str
    """What keeps it from conforming: devices, or the reason why it is open."""

    @property
    def first(self) -> FindingRow:
        """One of the rows: clause, item and how it is checked are those of all."""
        return self.rows[0]

    @property
    def provisional(self) -> bool:
        """Whether it was judged by something that nobody confirmed."""
        return self.verdict is not Verdict.INCONCLUSIVE and any(
            row.finding.provisional for row in self.rows
        )


@dataclass(frozen=True, kw_only=True)
class AcceptanceForms:
    """The forms of an acceptance by packs that say how it concludes."""

    session: Session
    names: Names
    rows: Sequence[FindingRow]
    people: Sequence[Person]

    def parts(self, pack: str) -> list[tuple[Part, list[FormLine]]]:
        """Return the items of each part of a pack's acceptance; a part without any is left out."""
        found = [(part, self._lines(pack, part)) for part in Part]
        return [(part, lines) for part, lines in found if lines]

    @cached_property
    def group(self) -> list[Person]:
        """The acceptance group, whoever leads it first."""
        return [person for role in GROUP for person in self.people if _role(person) == role]

    @property
    def experts(self) -> int:
        """How many of the group are technical experts."""
        return sum(1 for person in self.group if _role(person) == "expert")

    @property
    def blank(self) -> list[Person]:
        """Lines to be filled in by hand, where the plan names nobody."""
        return [Person(name="", role="")] * BLANK_LINES

    @property
    def is_shown(self) -> bool:
        """Whether there is a list of the group: it is named, or the report is an acceptance's."""
        return bool(self.group) or self.session.plan.institute.report == "acceptance"

    def _lines(self, pack: str, part: Part) -> list[FormLine]:
        asked: dict[str, list[FindingRow]] = {}
        for row in self.rows:
            of_part = row.requirement is not None and row.requirement.part is part
            if of_part and row.finding.pack == pack and row.finding.decides:
                asked.setdefault(row.finding.requirement, []).append(row)
        lines = (self._line(name, rows) for name, rows in asked.items())
        return [line for line in lines if line]

    def _line(self, name: str, rows: Sequence[FindingRow]) -> FormLine | None:
        verdict = conclusion.grade([row.finding for row in rows], name)
        held = [row for row in rows if row.finding.verdict is not Verdict.NOT_APPLICABLE]
        if verdict is None:
            return None
        return FormLine(
            rows=held,
            verdict=verdict,
            checked=self._checked(name, len(held)),
            remark=self._remark(verdict, held),
        )

    def _checked(self, name: str, count: int) -> str:
        samples = [sample for sample in self.session.samples if name in sample.requirements]
        lot = sum(len(sample.lot) for sample in samples)
        return f"{count}/{lot}" if lot > count else str(count)

    def _remark(self, verdict: Verdict, rows: Sequence[FindingRow]) -> str:
        if verdict is Verdict.PASS:
            return ""
        if verdict is Verdict.INCONCLUSIVE:
            open_ = next(row for row in rows if row.finding.verdict in conclusion.OPEN)
            return wording.reason(open_.finding.reason, self.names.lang)
        wrong = [row.subject for row in rows if row.finding.verdict is not Verdict.PASS]
        more = "…" if len(wrong) > MOST_NAMED else ""
        comma = str(wording.phrases(self.names.lang)["bottom_line"]["comma"])
        return comma.join(wrong[:MOST_NAMED]) + more


def _role(person: Person) -> str:
    """Return the role of a person in the acceptance group, however it is worded, or nothing."""
    said = person.role.lower()
    return next((role for role, words in GROUP.items() if any(map(said.__contains__, words))), "")
