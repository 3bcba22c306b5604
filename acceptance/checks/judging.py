"""Measurements and answers in, findings out: one for each requirement and subject, never fewer.

Pure: nothing is read, nothing is changed, and the same input gives the same findings. What pairs
with what is in ``case.py``, the decision rules are in ``decision.py``, their words in
``docs/decision_rules.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.checks import least_duration, remarks, sampling, taken_out
from acceptance.checks.answers import answer_complaints, judge_answers
from acceptance.checks.case import Case
from acceptance.checks.decision import FAILURES
from acceptance.checks.measured import judge_measured
from acceptance.checks.resources import begins_with_day, is_day
from acceptance.errors import PlanError
from acceptance.messages import shortened, tr
from acceptance.model import BottomLine, Finding, How, Reason, Scope, Value, Verdict

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from acceptance.checks.case import Found
    from acceptance.model import (
        Answer,
        Clause,
        Concession,
        Measurement,
        Note,
        Pack,
        Plan,
        Requirement,
        Subject,
        Taken,
    )

# From the worst downwards; what is not in it was not judged.
SEVERITY = (
    Verdict.FAIL,
    Verdict.CONDITIONAL_FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.CONDITIONAL_PASS,
    Verdict.PASS,
)
DECIDED = frozenset(SEVERITY) - {Verdict.INCONCLUSIVE}


def judge(
    packs: Sequence[Pack],
    plan: Plan,
    measurements: Sequence[Measurement],
    notes: Sequence[Note],
    shots: Sequence[Taken],
    *,
    today: str,
    quantities: Container[str] | None = None,
) -> tuple[Finding, ...]:
    """Judge every requirement of every pack for every subject, and account for all other clauses.

    ``packs`` are those of the ``plan``, ``measurements`` and ``notes`` what its shots gave.
    ``shots`` are the shots as filmed and the recordings as found, ``today`` is the ISO date of the
    work of those that do not state theirs (empty: not known, and no calibration can be held against
    it), and ``quantities`` are the quantities that this toolkit measures (None: not known, so
    nothing is ``not_in_toolkit``).
    """
    case = Case(
        left_out=sampling.left_out(sampling.draw(packs, plan)),
        plan=plan,
        measurements=measurements,
        notes=notes,
        shots={shot.id: shot for shot in shots},
        today=today,
        quantities=quantities,
    )
    entries = taken_out.by_requirement(packs, plan)
    clauses = [(pack, clause) for pack in packs for clause in pack.clauses]
    return tuple(
        taken_out.explained(finding, entries)
        for pair in clauses
        for finding in _clause(case, *pair)
    )


def bottom_line(findings: Sequence[Finding], scope: Scope) -> BottomLine:
    """Add up the findings of a plan with this ``scope``.

    The lists hold ``pack#id`` (``pack#clause`` for a clause without requirement).
    Requirements with "shall" decide, and those due only when needed once they were judged; "should"
    and "may" are only shown. What leaves the bottom line open: a finding of a mandatory clause that
    was not tested, a "shall" that could not be decided, and for a site a mandatory clause of which
    nothing applies to its subjects. Nothing judged at all is NOT_TESTED. What the plan of a device
    takes out of its scope leaves nothing open.
    """
    shall = [one for one in findings if one.decides]
    untested = [one for one in shall if taken_out.leaves_open(one, scope)]
    outside = _outside(findings)
    gaps = untested or (scope is Scope.SITE and outside)
    decided = [one for one in findings if one.verdict in DECIDED]
    return BottomLine(
        verdict=_worst(findings, gaps=bool(gaps)),
        scope=scope,
        provisional=any(one.provisional for one in decided),
        failed=_references(one for one in shall if one.verdict in FAILURES),
        open=_references(one for one in shall if one.verdict is Verdict.INCONCLUSIVE),
        not_tested=_references(untested),
        outside=outside,
        taken_out=taken_out.left_out(findings, scope),
    )


def exit_code(line: BottomLine, *, strict: bool) -> int:
    """Return the exit code of a bottom line: 0 pass, 1 fail, 3 open (``docs/cli.md``).

    With ``strict`` a pass that is provisional or conditional is open.
    """
    if line.verdict in FAILURES:
        return 1
    firm = line.verdict is Verdict.PASS and not line.provisional
    passed = line.verdict in {Verdict.PASS, Verdict.CONDITIONAL_PASS}
    return 0 if passed and (firm or not strict) else 3


def _worst(findings: Sequence[Finding], *, gaps: bool) -> Verdict:
    """Return the worst verdict that decides; with ``gaps`` nothing better than inconclusive."""
    judged = [one for one in findings if one.verdict in SEVERITY]
    if not judged:
        return Verdict.NOT_TESTED
    deciding = [one.verdict for one in judged if one.decides]
    open_points = [Verdict.INCONCLUSIVE] if gaps else []
    return min([*deciding, *open_points], key=SEVERITY.index, default=Verdict.NOT_TESTED)


def _outside(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Name the mandatory clauses of which nothing applies to these subjects in this scope."""
    touched = {
        (one.pack, one.clause) for one in findings if one.verdict is not Verdict.NOT_APPLICABLE
    }
    demanding = [one for one in findings if one.mandatory and one.reason.code != "no_demand"]
    outside = (one for one in demanding if (one.pack, one.clause) not in touched)
    return tuple(dict.fromkeys(f"{one.pack}#{one.clause}" for one in outside))


def _references(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.requirement for one in findings))


def check_plan(packs: Sequence[Pack], plan: Plan) -> None:
    """Refuse what judging would silently leave aside, before any footage is touched.

    Raises PlanError.
    """
    _check_parents(plan.subjects)
    known = nameable(packs, plan)
    for number, answer in enumerate(plan.answers, start=1):
        check_answer(answer, answer.origin or tr("answer {number}", number=number), known)
    for number, concession in enumerate(plan.concessions, start=1):
        check_concession(concession, tr("concession {number}", number=number), known)
    least_duration.check(plan)
    taken_out.check(packs, plan)
    sampling.draw(packs, plan)


@dataclass(frozen=True)
class Nameable:
    """What answers and concessions can name: requirements by ``pack#id``, subjects by id."""

    requirements: Mapping[str, Requirement]
    subjects: Mapping[str, Subject]

    def place(self, said: Answer | Concession, where: str) -> str:
        """Name requirement and subject for a message. Raises PlanError where one is unknown."""
        requirement, subject = said.requirement, said.subject
        if requirement not in self.requirements:
            what = tr("no pack has the requirement {requirement!r}", requirement=requirement)
            hint = tr("A requirement is named pack#id; `acceptance clauses` lists them")
            raise PlanError(what, where=where, hint=hint)
        if subject not in self.subjects:
            what = tr("there is no subject {subject!r}", subject=subject)
            raise PlanError(what, where=where, hint=_choice(self.subjects))
        named = {"where": where, "requirement": requirement, "subject": subject}
        return tr("{where}, {requirement} for {subject}", **named)


def nameable(packs: Sequence[Pack], plan: Plan) -> Nameable:
    """Return what the plan's answers and concessions can name."""
    requirements = {f"{pack.id}#{one.id}": one for pack in packs for one in pack.requirements}
    return Nameable(requirements, {subject.id: subject for subject in plan.subjects})


def _choice(subjects: Iterable[str]) -> str:
    return tr("Subjects of the plan: {subjects}", subjects=shortened(subjects))


def check_concession(concession: Concession, where: str, known: Nameable) -> None:
    """Refuse one that does not state who decided what, when and why, and until when: PlanError."""
    place = known.place(concession, where)
    fields = ("decision", "by", "why")
    if missing := [name for name in fields if not getattr(concession, name).strip()]:
        what = tr("missing: {fields}", fields=", ".join(missing))
        raise PlanError(what, where=place, hint=tr("Name who decided what, and why"))
    _check_days(concession, place)


def _check_days(concession: Concession, place: str) -> None:
    for name in ("when", "expires"):
        day = getattr(concession, name)
        dated = begins_with_day(day) if name == "when" else not day or is_day(day[:10])
        if not dated:
            what = tr("{day!r} is not a date; write it like 2026-11-25", day=day)
            raise PlanError(what, where=f"{place}, {name}", hint=tr("Correct when or expires"))
    if concession.expires and concession.expires[:10] < concession.when[:10]:
        what = tr("expires before it was decided")
        raise PlanError(what, where=place, hint=tr("Correct when or expires"))


def check_answer(answer: Answer, where: str, known: Nameable) -> None:
    """Refuse an answer that does not fit its requirement, by PlanError."""
    place = known.place(answer, where)
    for what, hint in answer_complaints(answer, known.requirements[answer.requirement]):
        raise PlanError(what, where=place, hint=hint)


def _check_parents(subjects: Sequence[Subject]) -> None:
    """Refuse an unknown parent, and a subject that is its own ancestor."""
    known, rooted = {subject.id: subject for subject in subjects}, set[str]()
    for subject in subjects:
        line, child = {subject.id}, subject
        while child.parent is not None and child.id not in rooted:
            if child.parent not in known:
                where = tr("subject {subject}", subject=child.id)
                what = tr("there is no parent {parent!r}", parent=child.parent)
                raise PlanError(what, where=where, hint=_choice(known))
            if child.parent in line:
                where = tr("subject {subject}", subject=subject.id)
                hint = tr("Subjects must form a tree")
                raise PlanError(tr("is its own ancestor"), where=where, hint=hint)
            line.add(child.parent)
            child = known[child.parent]
        rooted |= line


def _clause(case: Case, pack: Pack, clause: Clause) -> Iterator[Finding]:
    blank = _blank(case, pack, clause)
    requirements = [one for one in pack.requirements if one.clause == clause.number]
    if not requirements:
        yield _bare_clause(case, clause, blank)
    for requirement in requirements:
        yield from _requirement(case, requirement, _asking(blank, requirement))


def _bare_clause(case: Case, clause: Clause, blank: Finding) -> Finding:
    """Account for a clause that nothing tests."""
    if not clause.demands:
        return _settle(blank, Verdict.NOT_APPLICABLE, "no_demand")
    if case.out_of_scope(clause.scope):
        return _settle(blank, Verdict.NOT_APPLICABLE, "out_of_scope", scope=case.plan.scope.value)
    return blank


def _settle(blank: Finding, verdict: Verdict, code: str, **parameters: Value) -> Finding:
    return replace(blank, verdict=verdict, reason=Reason(code=code, parameters=parameters))


def _blank(case: Case, pack: Pack, clause: Clause) -> Finding:
    """Make the finding on the root subject that nothing is known about yet."""
    return Finding(
        subject=case.root,
        pack=pack.id,
        clause=clause.number,
        requirement=f"{pack.id}#{clause.number}",
        verdict=Verdict.NOT_TESTED,
        mandatory=clause.mandatory is not False,
        reason=Reason(code="clause_not_seen"),
    )


def _asking(blank: Finding, requirement: Requirement) -> Finding:
    """Make the blank finding on a clause one on a requirement of it."""
    limit, figure = requirement.limit, requirement.figure
    return replace(
        blank,
        requirement=f"{blank.pack}#{requirement.id}",
        how=requirement.how,
        modality=requirement.modality,
        quantity=requirement.quantity,
        limit=limit,
        unit=limit.unit if limit else "",
        decision_rule=requirement.decision_rule if limit else None,
        provisional=not (requirement.assignment.firm and (figure is None or figure.firm)),
    )


def _requirement(case: Case, requirement: Requirement, blank: Finding) -> Iterator[Finding]:
    if case.out_of_scope(requirement.scope):
        yield _settle(blank, Verdict.NOT_APPLICABLE, "out_of_scope", scope=case.plan.scope.value)
        return
    kinds = requirement.subjects
    subjects = [one for one in case.plan.subjects if not kinds or one.kind in kinds]
    if not subjects:
        # A device shows what it is; a site that names no such object may still have one.
        verdict = Verdict.NOT_TESTED if case.plan.scope is Scope.SITE else Verdict.NOT_APPLICABLE
        yield _settle(blank, verdict, "no_subject", kinds=", ".join(kinds))
    for subject in subjects:
        yield _subject(case, requirement, subject, blank)


def _subject(case: Case, requirement: Requirement, subject: Subject, blank: Finding) -> Finding:
    """Judge one subject; outside the sample only a failure that is known counts.

    ``blank`` is of the requirement: a finding is made once, as there may be a million of them.
    """
    finding = _judged(case, requirement, subject, blank)
    if finding.verdict in SEVERITY:
        beside = remarks.of(finding, requirement, case.days_of(finding))
        finding = replace(finding, remarks=(*finding.remarks, *beside))
    sample = case.left_out.get((blank.requirement, subject.id))
    known = {*FAILURES, Verdict.NOT_APPLICABLE}
    if sample is None or finding.verdict in known:
        return finding
    parameters = {"clause": f"{sample.standard} {sample.clause}", "seed": sample.seed}
    own = replace(blank, subject=subject.id)
    return _settle(own, Verdict.NOT_APPLICABLE, "not_in_sample", **parameters)


def _judged(case: Case, requirement: Requirement, subject: Subject, blank: Finding) -> Finding:
    if excluded := _excluded(case.facts(subject), requirement):
        return _bare(blank, subject, *excluded)
    measured = requirement.how is How.MEASURED
    paired = case.pairs(requirement, subject.id) if measured else ()
    if paired or case.answers_to(blank.requirement, subject.id):
        return _found(case, requirement, paired, replace(blank, subject=subject.id))
    missing = case.why_missing(requirement, subject.id) if measured else None
    return _bare(blank, subject, blank.verdict, missing or Reason(code="not_answered"))


def _bare(blank: Finding, subject: Subject, verdict: Verdict, reason: Reason) -> Finding:
    """Return what ``replace`` would in a tenth of its time: 20,000 cameras have a million."""
    made = object.__new__(Finding)
    vars(made).update(vars(blank), subject=subject.id, verdict=verdict, reason=reason)
    return made


def _found(case: Case, requirement: Requirement, paired: Found, blank: Finding) -> Finding:
    """Judge by what was measured, else by answers."""
    found = [pair for pair in paired if case.missed_condition(requirement, pair[1].shot) is None]
    if found:
        return judge_measured(case, requirement, found, blank)
    if answered := judge_answers(case, requirement, blank):
        return answered
    missed = case.missed_condition(requirement, paired[0][1].shot)
    return replace(blank, verdict=Verdict.NOT_APPLICABLE, reason=missed or blank.reason)


def _excluded(facts: Mapping[str, str], requirement: Requirement) -> tuple[Verdict, Reason] | None:
    """Settle what the facts of a subject exclude, or what needs one that is not known."""
    for fact, needed in requirement.when.items():
        if facts.get(fact, needed) != needed:
            differ: dict[str, Value] = {"fact": fact, "value": facts[fact], "needed": needed}
            return Verdict.NOT_APPLICABLE, Reason(code="facts_differ", parameters=differ)
    for fact, needed in requirement.when.items():
        if fact not in facts:
            lacks: dict[str, Value] = {"fact": fact, "needed": needed}
            return Verdict.NOT_TESTED, Reason(code="fact_missing", parameters=lacks)
    return None
