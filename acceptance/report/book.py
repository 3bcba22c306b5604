"""What each page of the report shows, sorted.

Rows by subject and clause, curves by plot, requirements by source.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from acceptance import wording
from acceptance.checks import pack_differences
from acceptance.model import (
    Answer,
    BudgetLine,
    Clause,
    Compare,
    Concession,
    Finding,
    Measurement,
    Pack,
    Person,
    Requirement,
    Scope,
    Scoring,
    Session,
    Shot,
    Subject,
    Verdict,
)
from acceptance.report import channels, exhibits, playback
from acceptance.report.rows import UNJUDGED, Outcome, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from acceptance.checks.pack_differences import Dispute, Parting
    from acceptance.report.exhibits import Exhibit
    from acceptance.report.playback import Pair

MOST_ROWS = 400
MOST_REASONS = 3
SIGNING = ("tester", "reviewer", "approver")  # 主检, 审核, 批准
MAIN_SHARE = 0.1


@dataclass(frozen=True, kw_only=True)
class Book:
    """A session and its packs, looked at as the pages need them.

    ``folder`` is the session folder.
    """

    session: Session
    packs: Sequence[Pack]
    folder: Path
    lang: str
    profiles: Sequence[tuple[Pack, Pack]] = ()

    @property
    def title(self) -> str:
        """The report's title: the project's own, else the usual one for the scope."""
        plan = self.session.plan
        usual = "title_site" if plan.scope is Scope.SITE else "title_device"
        return plan.project.report_title or str(wording.phrases(self.lang)["report"][usual])

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """Subjects by id."""
        return {one.id: one for one in self.session.plan.subjects}

    @cached_property
    def requirements(self) -> dict[str, Requirement]:
        """Requirements by ``pack#id``."""
        return {f"{pack.id}#{one.id}": one for pack in self.packs for one in pack.requirements}

    @cached_property
    def clauses(self) -> dict[tuple[str, str], Clause]:
        """Clauses by pack and number."""
        return {(pack.id, one.number): one for pack in self.packs for one in pack.clauses}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every finding, numbered in order."""
        return tuple(
            self._row(number, one) for number, one in enumerate(self.session.findings, start=1)
        )

    def _row(self, number: int, finding: Finding) -> Row:
        requirement = self.requirements.get(finding.requirement)
        clause = self.clauses.get((finding.pack, finding.clause)) or Clause(
            number=finding.clause, title=""
        )
        words = requirement and self.text(requirement, "text")
        return Row(
            number=number,
            finding=finding,
            clause=clause,
            requirement=requirement,
            subject=self.subject(finding.subject),
            item=(words or self.text(clause, "title") or finding.requirement).rstrip("。."),
            result=self._result(finding),
            rule=self._rule(finding, requirement),
            note=" ".join(
                part
                for part in (self._note(finding), self._deviation(finding, requirement))
                if part
            ),
            remarks=[wording.reason(one, self.lang) for one in finding.remarks],
        )

    def subject(self, identifier: str) -> str:
        """Name a subject, by its id where it has no name."""
        one = self.subjects.get(identifier)
        return (one.name if one else "") or identifier

    def text(self, noun: object, field: str) -> str:
        """Return a field that a pack gives in both languages."""
        chinese, english = getattr(noun, field), getattr(noun, f"{field}_en")
        return str((english or chinese) if self.lang == "en" else (chinese or english))

    def _answer(self, finding: Finding) -> Answer | None:
        return None if finding.answer is None else self.session.plan.answers[finding.answer]

    def _result(self, finding: Finding) -> str:
        answer, label = self._answer(finding), wording.phrases(self.lang)["label"]
        if answer and answer.grade:
            return wording.word(answer.grade, "grade", self.lang)
        if answer and answer.yes is not None:
            return str(label["yes"] if answer.yes else label["no"])
        if answer and answer.scores and finding.value is not None:
            raters = len({one.rater for one in answer.scores})
            return str(label["score_mean"]).format(
                mean=wording.number(finding.value), raters=raters
            )
        if finding.value is None:
            return wording.DASH
        expanded = finding.k * finding.uncertainty if finding.k and finding.uncertainty else None
        bounds = {
            wording.bound(self.session.measurements[index]) for index in finding.measurements
        } - {""}
        figure = wording.figure(
            finding.value, finding.unit, self.lang, expanded=expanded, k=finding.k
        )
        return "".join(bounds if len(bounds) == 1 else ()) + figure

    def _rule(self, finding: Finding, requirement: Requirement | None) -> str:
        if finding.decision_rule is None:
            return (
                wording.word("answer", "rule", self.lang)
                if finding.answer is not None
                else wording.DASH
            )
        if requirement and requirement.compare is Compare.COUNT:
            return wording.word("count", "rule", self.lang)
        return wording.rule(finding.decision_rule, self.lang)

    def _note(self, finding: Finding) -> str:
        """Tell which region the figure is from and which statistic it is, or of how many it is the mean."""
        ones = [self.session.measurements[index] for index in finding.measurements]
        if len(ones) > 1:
            return f"{wording.word('mean', 'statistic', self.lang)} (n = {len(ones)})"
        return " ".join(
            part
            for one in ones
            for part in (
                wording.region(one.region, self.lang),
                wording.word(one.statistic, "statistic", self.lang),
            )
            if part
        )

    def _deviation(self, finding: Finding, requirement: Requirement | None) -> str:
        """Tell where the plan shortened the film that the requirement asks for."""
        given, usual = (
            self.session.plan.minimum_duration,
            requirement and requirement.minimum_duration,
        )
        if given is None or not usual or given >= usual or finding.verdict in UNJUDGED:
            return ""
        words = {"given": wording.number(given), "usual": wording.number(usual)}
        return wording.word("minimum_duration", "deviating", self.lang).format(**words)

    def number_of(self, pack: str) -> str:
        """Return the number of a pack's standard."""
        return next((one.number for one in self.packs if one.id == pack), pack)

    def takes(self, shot: Shot) -> str:
        """Count the log's takes of a shot."""
        count = sum(
            one.what == "taken" and one.details.get("shot") == shot.id for one in self.session.log
        )
        return str(count) if count else wording.DASH

    def share(self, line: BudgetLine, one: Measurement) -> str:
        """Return the share of a budget line in the combined variance, in per cent."""
        return (
            wording.share((line.contribution / one.uncertainty) ** 2)
            if one.uncertainty
            else wording.DASH
        )

    def having(self, *verdicts: str) -> list[Row]:
        """Rows with one of these verdicts that the bottom line takes."""
        return [row for row in self.rows if row.finding.decides and row.finding.verdict in verdicts]

    @property
    def advisory(self) -> list[Row]:
        """Rows that the bottom line leaves aside."""
        return [row for row in self.rows if not row.finding.decides]

    @property
    def advised_against(self) -> list[Row]:
        """Rows left aside that do not conform or could not be decided."""
        trouble = {Verdict.FAIL, Verdict.CONDITIONAL_FAIL, Verdict.INCONCLUSIVE}
        return [row for row in self.advisory if row.finding.verdict in trouble]

    @property
    def untested(self) -> list[Row]:
        """Rows of mandatory clauses that were not tested."""
        return [row for row in self.having(Verdict.NOT_TESTED) if row.finding.mandatory]

    @property
    def by_subject(self) -> dict[str, list[Row]]:
        """Rows of each subject, but for those that do not apply, in order of pack and clause."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.finding.verdict is not Verdict.NOT_APPLICABLE:
                found[row.finding.subject].append(row)
        return dict(found)

    @property
    def provisional(self) -> bool:
        """Whether a verdict rests on a figure or an assignment that nobody confirmed."""
        return self.session.bottom_line.provisional or bool(self.to_confirm)

    @property
    def to_confirm(self) -> dict[str, Row]:
        """Provisional rows that were judged, one for each requirement."""
        judged = (row for row in self.rows if row.finding.provisional and row.requirement)
        return {
            row.finding.requirement: row for row in judged if row.finding.verdict not in UNJUDGED
        }

    def applied(self, pack: Pack) -> list[Requirement]:
        """Return the requirements of a pack that applied to at least one subject."""
        names = {row.finding.requirement for rows in self.by_subject.values() for row in rows}
        return [one for one in pack.requirements if f"{pack.id}#{one.id}" in names]

    @property
    def conflicts(self) -> list[Dispute]:
        """Where standards differ on what was judged or is due."""
        return pack_differences.conflicts(self.packs, self.session.findings)

    @property
    def parted(self) -> list[Parting]:
        """What other profiles of the packs ask otherwise, of what applied or may apply."""
        return pack_differences.partings(self.profiles, self.session.plan, self.session.findings)

    def outcomes(self, pack: Pack, clause: Clause) -> list[Outcome]:
        """Tell what came of a clause.

        By requirement and verdict, and by reason for what does not apply.
        """
        alike: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self.rows:
            if (row.finding.pack, row.finding.clause) == (pack.id, clause.number):
                aside = row.finding.verdict is Verdict.NOT_APPLICABLE
                about = (
                    wording.reason(row.finding.reason, self.lang)
                    if aside
                    else row.finding.requirement
                )
                alike[about, wording.verdict(row.finding, self.lang)].append(row)
        return [self._outcome(rows) for rows in alike.values()]

    def _outcome(self, rows: Sequence[Row]) -> Outcome:
        tells = (row.finding.reason for row in rows if row.finding.verdict is not Verdict.PASS)
        reasons = list(dict.fromkeys(wording.reason(one, self.lang) for one in tells))
        more = ["…"] if len(reasons) > MOST_REASONS else []
        items = list(dict.fromkeys(row.item for row in rows if row.requirement))
        return Outcome(
            row=rows[0], count=len(rows), items=items, reasons=reasons[:MOST_REASONS] + more
        )

    def ways(self, pack: Pack, clause: Clause) -> list[str]:
        """Tell how a clause can be checked; nothing where it demands nothing."""
        known = list(
            dict.fromkeys(one.how.value for one in pack.requirements if one.clause == clause.number)
        )
        return known or (["unknown"] if clause.demands else [])

    @property
    def counts(self) -> dict[str, int]:
        """How many findings that count have each wording of a verdict, from pass to not applicable."""
        ordered = sorted(
            (row for row in self.rows if row.finding.decides),
            key=lambda row: list(Verdict).index(row.finding.verdict),
        )
        return dict(Counter(wording.verdict(row.finding, self.lang) for row in ordered))

    @property
    def rules(self) -> dict[str, str]:
        """Decision rules used, with the largest probability of false acceptance (ILAC-G8:09/2019, k = 2)."""
        risk = wording.phrases(self.lang)["risk"]
        return {
            row.rule: row.risk(risk)
            for row in self.rows
            if wording.DASH not in {row.rule, row.result}
        }

    @property
    def amendment(self) -> dict[str, str]:
        """Why and by whom an earlier report was replaced, and the SHA-256 of its session.json, as the log tells."""
        entry = next(
            (one for one in reversed(self.session.log) if one.what == "judged_again"), None
        )
        told = entry.details if entry else {}
        return {name: str(told[name]) for name in ("why", "by", "sha256") if told.get(name)}

    @property
    def people(self) -> list[Person]:
        """Who signs: 主检, 审核 and 批准, of whom one without a name is to be filled in, then anybody else."""
        people = [replace(one, role=_role(one.role)) for one in self.session.plan.people]
        operator = self.session.operator
        if operator and operator not in {one.name for one in people}:
            people.append(Person(name=operator, role="operator"))
        signing = (
            [one for one in people if one.role == role] or [Person(name="", role=role)]
            for role in SIGNING
        )
        return [one for ones in signing for one in ones] + [
            one for one in people if one.role not in SIGNING
        ]

    @property
    def concessions(self) -> list[tuple[Concession, Row]]:
        """Concessions with the finding that each stands beside.

        In the report of an acceptance on site only.
        """
        if self.session.plan.scope is not Scope.SITE:
            return []
        rows = {(row.finding.requirement, row.finding.subject): row for row in self.rows}
        wanted = [
            (one, rows.get((one.requirement, one.subject))) for one in self.session.plan.concessions
        ]
        return [(one, row) for one, row in wanted if row]

    def conceded(self, finding: Finding) -> bool:
        """Whether the acceptance group decided something beside the finding."""
        return any(row.finding is finding for _, row in self.concessions)

    def scoring(self, pack: str) -> Scoring | None:
        """Return how the conclusion on a pack follows."""
        return next((one.scoring for one in self.packs if one.id == pack), None)

    def requirement_text(self, name: str) -> str:
        """Return the text of the requirement ``pack#id``."""
        return self.text(self.requirements[name], "text")

    def to_correct(self, pack: str) -> list[Row]:
        """Rows in a score that do not conform, or basically only.

        What the acceptance asks to be corrected.
        """
        wrong = {Verdict.FAIL, Verdict.CONDITIONAL_FAIL, Verdict.CONDITIONAL_PASS}
        rows = [
            row
            for row in self.rows
            if row.finding.pack == pack and row.requirement and row.requirement.part
        ]
        return [row for row in rows if row.finding.decides and row.finding.verdict in wrong]

    def remark(self, finding: Finding) -> str:
        """Return what the person who answered noted."""
        answer = self._answer(finding)
        return answer.note if answer else ""

    @property
    def judged(self) -> list[Measurement]:
        """Measurements that a finding rests on, by subject and quantity."""
        return self._sorted(index for row in self.rows for index in row.finding.measurements)

    @property
    def shown_beside(self) -> dict[str, list[list[Measurement]]]:
        """Measurements that no finding rests on.

        Of each subject, all regions of a quantity in a shot together.
        """
        judged = {index for row in self.rows for index in row.finding.measurements}
        others = self._sorted(
            index for index in range(len(self.session.measurements)) if index not in judged
        )
        together: dict[tuple[str, ...], list[Measurement]] = {}
        for one in others:
            together.setdefault(
                (one.subject, one.quantity, one.direction, one.statistic, one.shot), []
            ).append(one)
        by_subject = groupby(together.values(), key=lambda ones: ones[0].subject)
        return {subject: list(groups) for subject, groups in by_subject}

    def main_sources(self, ones: Sequence[Measurement]) -> str:
        """Name the budget lines that make up a tenth or more of the variance of one of these figures."""
        lines = ((line, one) for one in ones for line in one.budget if one.uncertainty)
        main = [
            line.source
            for line, one in lines
            if line.contribution**2 >= MAIN_SHARE * one.uncertainty**2
        ]
        return (
            ", ".join(wording.word(source, "budget", self.lang) for source in dict.fromkeys(main))
            or wording.DASH
        )

    def _sorted(self, indices: Iterable[int]) -> list[Measurement]:
        ones = [self.session.measurements[index] for index in dict.fromkeys(indices)]
        return sorted(ones, key=lambda one: (one.subject, one.quantity, _natural(one.region)))

    def still(self, name: str) -> str | None:
        """Return the address of a still relative to the session folder.

        None where the file is not in it.
        """
        path = (self.folder / name).resolve()
        inside = path.is_relative_to(self.folder.resolve()) and path.is_file()
        return quote(name) if inside else None

    @property
    def plots(self) -> list[Exhibit]:
        """Curves of the session, drawn."""
        return exhibits.curves(self.session.measurements, self.lang)

    def channels(self, recordings: str) -> list[channels.Row]:
        """Rows of a recorder's channels."""
        return channels.rows(self.session.measurements, recordings)

    @cached_property
    def comparisons(self) -> list[Pair]:
        """What each playback differs in from its live shot."""
        return playback.pairs(self.session.shots, self.session.measurements, self.session.notes)

    @property
    def compared_curves(self) -> list[Exhibit]:
        """Curves of live and playback side by side, drawn."""
        return exhibits.compared(self.comparisons, self.lang)

    @property
    def coverage_maps(self) -> list[Exhibit]:
        """When each channel of each recorder was recorded, drawn."""
        return exhibits.coverage_maps(self.session.measurements, self.session.recordings, self.lang)

    @property
    def timelines(self) -> list[Exhibit]:
        """What happened in each shot over time, drawn."""
        return exhibits.timelines(self.session.measurements, self.lang)

    @property
    def zone_maps(self) -> list[Exhibit]:
        """What each zone of a picture resolves, drawn."""
        return exhibits.zone_maps(self.session.measurements, self.session.shots, self.lang)

    def day(self, text: str) -> str:
        """Write the date of an ISO time; what is none stays as it is."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        phrase: str = wording.phrases(self.lang)["report"]["date"]
        return phrase.format(year=moment.year, month=moment.month, day=moment.day)


def _role(text: str) -> str:
    """Return the code of a role that is written out in one of the languages.

    Any other stays as it is.
    """
    known: dict[str, str] = {
        word: code
        for lang in wording.LANGUAGES
        for code, word in wording.phrases(lang)["role"].items()
    }
    return known.get(text.strip(), text)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key by which grey2 comes before grey10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]
