"""Tables that verbs print: findings, clauses, and two of them side by side."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from acceptance import wording
from acceptance.cli.terminal import counted, say, table
from acceptance.messages import in_turn, language, listed, tr, tr_count
from acceptance.model import (
    Clause,
    Conflict,
    DecisionRule,
    Limit,
    Provenance,
    Requirement,
    Sampling,
    Verdict,
    Vouched,
)
from acceptance.report import bottom_lines, finding_groups
from acceptance.report.before_after import Change
from acceptance.report.names import Names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from acceptance.checks.pack_changes import FieldChange
    from acceptance.model import Finding, Pack, Session
    from acceptance.report.before_after import ComparedRow, Comparison
    from acceptance.report.finding_groups import FindingGroup

MARKS = {
    Verdict.FAIL: "red",
    Verdict.CONDITIONAL_FAIL: "red",
    Verdict.PASS: "green",
    Verdict.CONDITIONAL_PASS: "green",
}
MOST_NAMED = 3  # names in one cell; more are counted
LONGEST_TEXT = 40  # characters of a requirement in a cell
CHANGES = {Change.WORSE: "red", Change.BETTER: "green"}


def findings(session: Session, packs: Sequence[Pack]) -> None:
    """Print what was judged by which packs, or is due, failures last, and count the rest."""
    names = Names(plan=session.plan, packs=packs, lang=language())
    rows = finding_groups.groups(session.findings)
    styles = [MARKS.get(row.first.verdict, "yellow") for row in rows]
    columns = (
        tr("subject"), tr("clauses"), tr("what"), tr("limit"),
        tr("value"), tr("verdict"), tr("why"),
    )  # fmt: skip
    table(tr("Judged"), columns, [_finding(row, names) for row in rows], styles)
    untested = [each for each in session.findings if each.verdict is Verdict.NOT_TESTED]
    counts = tr(
        "Not tested: {not_tested} (not listed, as only recommended: {unlisted}); "
        "not applicable: {not_applicable}",
        not_tested=len(untested),
        unlisted=sum(not finding_groups.listed(each) for each in untested),
        not_applicable=sum(each.verdict is Verdict.NOT_APPLICABLE for each in session.findings),
    )
    say(counts)


def _finding(row: FindingGroup, names: Names) -> tuple[str, ...]:
    first = row.first
    reasons = (first.reason, *first.remarks)
    return (
        _subjects(row.subjects),
        clause_numbers(row.clauses),
        some(_item(*item, names) for item in row.items),
        _judged_by(first, names),
        _value(first),
        _verdict(first),
        in_turn(wording.reason(reason, language()) for reason in reasons),
    )


def _subjects(ids: Sequence[str]) -> str:
    if len(ids) <= MOST_NAMED:
        return listed(ids)
    return tr_count("{count} subject", "{count} subjects", len(ids))


def clause_numbers(clauses: Iterable[tuple[str, str]]) -> str:
    """Name clauses (pack id, number), each pack once."""
    packs = itertools.groupby(clauses, key=lambda clause: clause[0])
    return in_turn(f"{pack} {listed(number for _, number in of)}" for pack, of in packs)


def some(names: Iterable[str]) -> str:
    """Name the first few, each once, and count the rest."""
    every = [name for name in dict.fromkeys(names) if name]
    named, more = listed(every[:MOST_NAMED]), len(every) - MOST_NAMED
    return tr("{names} and {count} more", names=named, count=more) if more > 0 else named


def _item(requirement: str, quantity: str, names: Names) -> str:
    """Name what was judged: the quantity, else what is required."""
    asked = names.requirements.get(requirement)
    text = wording.cut(names.text(asked, "text"), LONGEST_TEXT) if asked else ""
    return wording.quantity(quantity, language()) or text


def _judged_by(finding: Finding, names: Names) -> str:
    """Word the limit, and below it the standard that it was borrowed from."""
    if finding.limit is None or finding.verdict is Verdict.NOT_TESTED:
        return ""
    asked = names.requirements.get(finding.requirement)
    source = asked.figure.source if asked and asked.borrows and asked.figure else ""
    return "\n".join(filter(None, (wording.limit(finding.limit, language()), source)))


def _value(finding: Finding) -> str:
    if finding.value is None:
        return ""
    expanded = (finding.uncertainty or 0) * (finding.k or 0)
    return wording.figure(finding.value, finding.unit, language(), expanded=expanded)


def _verdict(finding: Finding) -> str:
    verdict = wording.verdict(finding, language())
    judged = finding.verdict is not Verdict.NOT_TESTED
    marks = [tr("provisional")] if finding.provisional and judged else []
    marks += [] if finding.decides else [tr("recommended only")]
    return tr("{verdict} ({marks})", verdict=verdict, marks=listed(marks)) if marks else verdict


def clauses(rows: Sequence[dict[str, Any]]) -> None:
    """Print the rows of ``clause_table.rows``, a table a pack."""
    columns = (
        tr("clause"), tr("title"), tr("mandatory"), tr("how"), tr("by"), tr("limit"),
        tr("figure"), tr("assignment"), tr("measured here"),
    )  # fmt: skip
    for name, of_pack in itertools.groupby(rows, key=lambda row: row["pack"]):
        table(tr("Clauses of {pack}", pack=name), columns, [_clause(row) for row in of_pack])


def _clause(row: dict[str, Any]) -> tuple[str, ...]:
    known = {True: tr("yes"), False: tr("no"), None: tr("not stated")}
    how, plain = wording.word(row["how"], "how", language()), row["modality"] in {None, "shall"}
    by_name = row["requirement"].partition("#")[2]
    return (
        row["clause"],
        row["title"],
        known[row["mandatory"]],
        how if plain else f"{how} ({wording.word(row['modality'], 'modality', language())})",
        row["quantity"] if row["how"] == "measured" else by_name,
        _limit(row),
        _provenance(row["provenance"]["figure"]),
        _provenance(row["provenance"]["assignment"]),
        known[row["measured_here"]],
    )


def against(rows: Sequence[dict[str, Any]], here: str, there: str) -> None:
    """Print the rows of ``clause_table.against``."""
    sides = [
        (row["clause"], row["requirement"], *_asked(row["here"]), *_asked(row["there"]))
        for row in rows
    ]
    columns = (
        tr("clause"), tr("requirement"),
        tr("limit: {pack}", pack=here), tr("figure"),
        tr("limit: {pack}", pack=there), tr("figure"),
    )  # fmt: skip
    table(tr("Where {pack} asks something else", pack=there), columns, sides)


def _asked(row: dict[str, Any] | None) -> tuple[str, str]:
    if row is None:
        return tr("not asked"), ""
    limit = _limit(row) or wording.word(row["how"], "how", language())
    modality = wording.word(row["modality"], "modality", language())
    return (
        limit if row["modality"] == "shall" else f"{limit} ({modality})",
        _provenance(row["provenance"]["figure"]),
    )


def _limit(row: dict[str, Any]) -> str:
    return wording.limit(Limit(**row["limit"]), language()) if row["limit"] else ""


def _provenance(source: dict[str, Any] | None) -> str:
    return f"{source['source']} {source['clause']} ({source['level']})" if source else ""


def changes(found: Sequence[FieldChange], here: str, there: str) -> None:
    """Print where one pack differs from another, in order of clause."""
    rows = [_change(change) for change in found]
    title = tr("Where {there} differs from {here}", there=there, here=here)
    table(title, (tr("clause"), tr("what"), tr("field"), here, there), rows)


def _change(change: FieldChange) -> tuple[str, ...]:
    what = f"{change.kind} {change.name}"
    return change.clause, what, change.field, _field(change.here), _field(change.there)


def _field(value: object) -> str:
    """Write the value of a field of a pack, or name the whole thing."""
    match value:
        case None | "":
            return "-"
        case Mapping():
            return ", ".join(f"{name} = {_field(entry)}" for name, entry in value.items())
        case tuple():
            return ", ".join(map(_field, value))
        case Clause():
            return value.title_en or value.title
        case Requirement() | Sampling() | Conflict():
            return value.text_en
    return _rule(value)


def _rule(value: object) -> str:
    match value:
        case Provenance():
            return _source(value)
        case Limit():
            return wording.limit(value, language())
        case DecisionRule():
            return wording.rule(value, language())
    return str(value)


def _source(source: Provenance) -> str:
    record = ", ".join(filter(None, (source.confirmed_by, source.confirmed_on, source.copy)))
    level = str(source.level)
    if source.confirmed_by:
        level = tr("{level}; confirmed: {record}", level=level, record=record)
    note = f": {source.note_en or source.note}" if source.note else ""
    return f"{source.source} {source.clause}".strip() + f" ({level}){note}"


def standing(pack: Pack) -> None:
    """Print how much of a pack is firm, and what it was built on."""
    firm = sum(
        requirement.assignment.firm and (requirement.figure is None or requirement.figure.firm)
        for requirement in pack.requirements
    )
    counts = tr(
        "{pack} ({number}) can be used. Clauses: {clauses}; requirements: {requirements}, "
        "of which firm: {firm}; withdrawn: {withdrawn}",
        pack=pack.id, number=pack.number, clauses=len(pack.clauses),
        requirements=len(pack.requirements), firm=firm, withdrawn=len(pack.withdrawn),
    )  # fmt: skip
    say(counts)
    if pack.extends:
        say(tr("{pack} extends {chain}", pack=pack.id, chain=" <- ".join(pack.extends)))


def compared(found: Comparison, *, every: bool) -> None:
    """Print two sessions side by side.

    Rows that differ in verdict or beyond the uncertainty of both are shown, or all.
    """
    for session in found.sessions:
        said = bottom_lines.vouched(session, language())
        say(said, "" if session.signature is Vouched.SIGNED else "yellow")
    for line in found.apart:
        say(tr("not comparable: {line}", line=line), "yellow")
    shown = [row for row in found.rows if every or row.notable]
    columns = (
        tr("clause"), tr("requirement"), tr("subject"), tr("before"), tr("after"),
        tr("difference (* beyond its U)"), tr("change"),
    )  # fmt: skip
    styles = [CHANGES.get(row.change, "") for row in shown]
    table(tr("Before and after"), columns, [_compared(row) for row in shown], styles)
    counts = Counter(row.change for row in found.rows)
    words = _change_words()
    say(counted({words[change]: counts[change] for change in Change if counts[change]}))


def _compared(row: ComparedRow) -> tuple[str, ...]:
    before, after = _judged(row.before), _judged(row.after)
    change = _change_words()[row.change]
    return row.clause, row.requirement, row.subject, before, after, _by(row), change


def _change_words() -> dict[Change, str]:
    return {
        Change.BETTER: tr("better"),
        Change.WORSE: tr("worse"),
        Change.SAME: tr("same"),
        Change.NOW_TESTED: tr("now tested"),
        Change.NO_LONGER_TESTED: tr("no longer tested"),
        Change.ONLY_BEFORE: tr("only before"),
        Change.ONLY_AFTER: tr("only after"),
    }


def _judged(finding: Finding | None) -> str:
    if finding is None:
        return ""
    verdict = wording.verdict(finding, language())
    return listed(filter(None, (verdict, _value(finding))))


def _by(row: ComparedRow) -> str:
    if row.difference is None or row.after is None:
        return ""
    figure = wording.figure(row.difference, row.after.unit, language(), expanded=row.expanded)
    return f"{figure} *" if row.beyond else figure
