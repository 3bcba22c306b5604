"""The front of the report: cover, notices, conclusion and summary."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks.decision import FAILURES
from acceptance.model import Person, Scope, Verdict
from acceptance.report import bottom_lines, own_pages, warning_lines
from acceptance.report.rows import UNJUDGED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Session
    from acceptance.report.names import Names
    from acceptance.report.rows import FindingRow
    from acceptance.report.warning_lines import Overview, WarningLine

SIGNING = ("tester", "reviewer", "approver")  # 主检, 审核, 批准


def _neutral(text: str) -> str:
    """Return what no reader would take for a verdict, else nothing: plans are refused before."""
    return text if own_pages.is_neutral(text) else ""


@dataclass(frozen=True, kw_only=True)
class CoverPage:
    """What the report is called, and what was tested."""

    names: Names

    @property
    def title(self) -> str:
        """The report's title: the project's own, else the institute's, else that of the scope."""
        plan = self.names.plan
        usual = "title_site" if plan.scope is Scope.SITE else "title_device"
        code = f"title_{plan.institute.report}" if plan.institute.report else usual
        phrases = own_pages.worded(plan.institute, self.names.lang)
        return _neutral(plan.project.report_title) or phrases["report"][code]

    @property
    def laboratory(self) -> str:
        """Who tests: by the plan, else the institute."""
        plan = self.names.plan
        return _neutral(plan.project.laboratory) or _neutral(plan.institute.name)

    @property
    def address(self) -> str:
        """Where it is: by the plan, else the institute."""
        plan = self.names.plan
        return _neutral(plan.project.laboratory_address) or _neutral(plan.institute.address)

    @property
    def subjects(self) -> str:
        """The names of all subjects that have one, with commas between them."""
        comma: str = wording.phrases(self.names.lang)["bottom_line"]["comma"]
        return comma.join(subject.name for subject in self.names.plan.subjects if subject.name)


@dataclass(frozen=True, kw_only=True)
class NoticesPage:
    """What a reader is told about the report itself."""

    session: Session
    lang: str

    @property
    def vouched(self) -> list[str]:
        """Who answers for each of the older sessions that this one rests on."""
        return [bottom_lines.vouched(one, self.lang) for one in self.session.predecessors]

    @property
    def amendment(self) -> dict[str, str]:
        """Why an earlier report was replaced, by whom, and the SHA-256 of its session.json."""
        again = (entry for entry in reversed(self.session.log) if entry.what == "judged_again")
        latest = next(again, None)
        details = latest.details if latest else {}
        return {name: str(details[name]) for name in ("why", "by", "sha256") if details.get(name)}


@dataclass(frozen=True, kw_only=True)
class RowGroup:
    """Findings of one requirement on several devices, with the same reason."""

    rows: Sequence[FindingRow]
    comma: str

    more: str
    """How many there are, where not all are named."""

    beside: str
    """The same in brackets, where all are."""

    @property
    def first(self) -> FindingRow:
        """Of the findings: item and reason are those of all."""
        return self.rows[0]

    @property
    def subjects(self) -> list[str]:
        """Names of the devices."""
        return list(dict.fromkeys(row.subject for row in self.rows))

    def named(self, most: int) -> str:
        """Name the devices in about ``most`` characters, and say how many there are."""
        names = self.subjects
        ends = itertools.accumulate(len(name) + len(self.comma) for name in names)
        shown = max(1, sum(end <= most for end in ends))
        if shown < len(names):
            return self.comma.join(names[:shown]) + self.more.format(count=len(names))
        return self.comma.join(names) + (
            self.beside.format(beside=len(names)) if len(names) > 1 else ""
        )


@dataclass(frozen=True, kw_only=True)
class SummaryPage:
    """What the findings add up to, and the rows that anybody has to act on."""

    session: Session
    names: Names
    rows: Sequence[FindingRow]

    @property
    def lines(self) -> list[str]:
        """The bottom line, sentence by sentence."""
        return bottom_lines.sentences(self.session, self.names.lang, self.names.packs)

    @property
    def answer(self) -> str:
        """The verdict alone."""
        return bottom_lines.answer(self.session, self.names.lang)

    @property
    def mark(self) -> str:
        """The verdict that the first page is marked by; empty where no limit was confirmed."""
        unconfirmed = bottom_lines.unconfirmed(self.session)
        none = wording.none_confirmed(unconfirmed)
        return "" if none else str(self.session.bottom_line.verdict)

    @property
    def failed(self) -> list[FindingRow]:
        """Rows that fail."""
        return self.having(*FAILURES)

    @property
    def warnings(self) -> list[WarningLine]:
        """How the verdict was reached, all of it."""
        return warning_lines.every(self.session, self.names.lang, self.names.packs)

    @cached_property
    def overview(self) -> Overview:
        """The same for the first page, which names every code."""
        return warning_lines.overview(self.session, self.names.lang, self.names.packs)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings that count have each wording of a verdict, in the order of verdicts."""
        ordered = sorted(
            (row.finding for row in self.rows if row.finding.decides),
            key=lambda finding: list(Verdict).index(finding.verdict),
        )
        return dict(Counter(wording.verdict(finding, self.names.lang) for finding in ordered))

    def having(self, *verdicts: str) -> list[FindingRow]:
        """Rows with one of these verdicts that the bottom line takes."""
        return [row for row in self.rows if row.finding.decides and row.finding.verdict in verdicts]

    def grouped(self, rows: Sequence[FindingRow]) -> list[RowGroup]:
        """Put rows together that ask the same and are open for the same reason."""
        alike: dict[tuple[str, ...], list[FindingRow]] = {}
        for row in rows:
            finding = row.finding
            why = wording.reason(finding.reason, self.names.lang)
            alike.setdefault((finding.requirement, finding.verdict, why), []).append(row)
        words = wording.phrases(self.names.lang)
        comma, more = str(words["bottom_line"]["comma"]), str(words["text"]["and_more"])
        beside = str(words["report"]["beside"])
        return [
            RowGroup(rows=group, comma=comma, more=more, beside=beside) for group in alike.values()
        ]

    def by_reason(self, rows: Sequence[FindingRow]) -> list[tuple[str, list[FindingRow]]]:
        """Put rows together that are open for the same reason, in words."""
        found: dict[str, list[FindingRow]] = {}
        for row in rows:
            why = wording.reason(row.finding.reason, self.names.lang)
            found.setdefault(why, []).append(row)
        return list(found.items())

    def by_clause(self, rows: Sequence[FindingRow]) -> list[tuple[str, FindingRow]]:
        """Name the clauses of rows, each once with its first row."""
        found: dict[tuple[str, str], FindingRow] = {}
        for row in rows:
            found.setdefault((row.finding.pack, row.finding.clause), row)
        several = len({pack for pack, _ in found}) > 1
        return [
            (f"{self.names.standard(pack)} {clause}" if several else clause, row)
            for (pack, clause), row in found.items()
        ]

    @property
    def days_of_work(self) -> str:
        """The days on which was filmed and answered, the first and the last where there are more.

        It says where the day of something is not stated.
        """
        words = wording.phrases(self.names.lang)["report"]
        days = [self.names.day(day) for day in self.session.days_of_work if day]
        if not days:
            return str(words["no_day"])
        span = " – ".join(dict.fromkeys((days[0], days[-1])))
        missing = "" in self.session.days_of_work
        return str(words["day_missing"]).format(days=span) if missing else span

    @property
    def untested(self) -> list[FindingRow]:
        """Rows of mandatory clauses that were not tested."""
        return [row for row in self.having(Verdict.NOT_TESTED) if row.finding.mandatory]

    @property
    def advisory(self) -> list[FindingRow]:
        """Rows that the bottom line leaves aside."""
        return [row for row in self.rows if not row.finding.decides]

    @property
    def advised_against(self) -> list[FindingRow]:
        """Rows left aside that do not conform or could not be decided."""
        trouble = {*FAILURES, Verdict.INCONCLUSIVE}
        return [row for row in self.advisory if row.finding.verdict in trouble]

    @cached_property
    def to_confirm(self) -> dict[str, FindingRow]:
        """Provisional rows that were judged, one for each requirement."""
        judged = (row for row in self.rows if row.finding.provisional and row.requirement)
        return {
            row.finding.requirement: row for row in judged if row.finding.verdict not in UNJUDGED
        }

    @property
    def provisional(self) -> bool:
        """Whether a verdict rests on a figure or an assignment that nobody confirmed."""
        return self.session.bottom_line.provisional or bool(self.to_confirm)

    @property
    def signing(self) -> list[Person]:
        """The first to sign in each role, as the first page has places for them."""
        signers: dict[str, Person] = {}
        for person in self.people:
            signers.setdefault(person.role, person)
        return [signers[role] for role in SIGNING]

    @property
    def people(self) -> list[Person]:
        """Who signs: 主检, 审核, 批准 (a name that is missing is left blank), then all others."""
        people = [replace(person, role=_role(person.role)) for person in self.session.plan.people]
        operator = self.session.operator
        if operator and operator not in {person.name for person in people}:
            people.append(Person(name=operator, role="operator"))
        signing = (
            [person for person in people if person.role == role] or [Person(name="", role=role)]
            for role in SIGNING
        )
        others = [person for person in people if person.role not in SIGNING]
        return [*(person for signers in signing for person in signers), *others]


def _role(text: str) -> str:
    """Return the code of a role that is written out in one of the languages.

    Any other stays as it is.
    """
    codes: dict[str, str] = {
        word: code
        for lang in wording.LANGUAGES
        for code, word in wording.phrases(lang)["role"].items()
    }
    return codes.get(text.strip(), text)
