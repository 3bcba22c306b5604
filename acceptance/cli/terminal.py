"""What the terminal shows: tables, progress, sentences.

Progress bars on a terminal, plain lines elsewhere.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import sys
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from acceptance import wording
from acceptance.model import (
    Clause,
    Conflict,
    DecisionRule,
    Limit,
    Provenance,
    Requirement,
    Sampling,
    Verdict,
)
from acceptance.report.before_after import Change
from acceptance.report.playback import Significance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.checks.pack_changes import Change as PackChange
    from acceptance.model import Finding, Measurement, Note, Pack, Session
    from acceptance.report.before_after import ComparedRow, Comparison
    from acceptance.report.playback import ShotPair
    from acceptance.session.runner import Progress as Tell

MARKS = {
    Verdict.FAIL: "red",
    Verdict.CONDITIONAL_FAIL: "red",
    Verdict.PASS: "green",
    Verdict.CONDITIONAL_PASS: "green",
}
# Where nobody has set a width (a pipe, a log), rows are wide enough to be searched.
WIDE = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 180
console = Console(highlight=False, width=WIDE)
errors = Console(highlight=False, stderr=True, soft_wrap=True)


def say(text: str, style: str = "") -> None:
    """Print one sentence as it is."""
    console.print(text, style=style or None, markup=False, soft_wrap=True)


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], styles: Sequence[str] = ()
) -> None:
    """Print a table; ``styles`` has one style a row."""
    grid = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for number, row in enumerate(rows):
        grid.add_row(*(Text(str(cell)) for cell in row), style=styles[number] if styles else None)
    console.print(grid)


@contextlib.contextmanager
def progress(unit: str = "frame") -> Iterator[Tell]:
    """Give a callback for ``session.run``.

    A bar a shot on a terminal, a line a shot elsewhere, counting ``unit``.
    """
    if not console.is_terminal:
        yield functools.partial(_plain, unit)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield tell


def _plain(unit: str, what: str, done: int, total: int) -> None:
    if done in {1, total}:
        say(f"{what}: {unit} {done} of {total}")


def measurements(found: Sequence[Measurement], notes: Sequence[Note]) -> None:
    """Print measurements as a table and notes as sentences."""
    rows = [
        (
            item.quantity,
            wording.region(item.region, "en"),
            item.direction,
            item.statistic,
            wording.bound(item)
            + wording.figure(item.value, item.unit, "en", expanded=item.expanded, k=item.k),
            item.method,
            item.shot,
        )
        for item in found
    ]
    table(
        "Measured",
        ("quantity", "region", "direction", "statistic", "value", "method", "shot"),
        rows,
    )
    for note in notes:
        place = ", ".join(
            part for part in (note.shot, note.metric, note.quantity, note.region) if part
        )
        say(f"not had ({place}): {wording.reason(note.reason, 'en')}", "yellow")


def differences(pair: ShotPair) -> None:
    """Print what a playback differs in, what is beyond its uncertainty first, and what it no longer shows."""
    rows = [
        (
            one.live.quantity,
            wording.region(one.live.region, "en"),
            one.live.direction,
            wording.bound(one.live) + wording.figure(one.live.value, one.live.unit, "en"),
            wording.bound(one.playback) + wording.figure(one.playback.value, one.live.unit, "en"),
            wording.figure(one.difference, one.live.unit, "en", expanded=one.expanded, k=one.k),
            wording.word(one.significance, "told", "en"),
        )
        for one in sorted(
            pair.differences, key=lambda one: one.significance is not Significance.BEYOND
        )
    ]
    columns = (
        "quantity",
        "region",
        "direction",
        "live",
        "playback",
        "difference",
        "beyond its uncertainty",
    )
    table(f"{pair.live.id} live, {pair.playback.id} in playback", columns, rows)
    for one in pair.losses:
        why = f": {wording.reason(one.reason, 'en')}" if one.reason else ""
        say(
            f"live only: {one.live.quantity} {wording.region(one.live.region, 'en')}{why}", "yellow"
        )


def findings(session: Session) -> None:
    """Print what was judged, and count the rest."""
    judged = [
        one
        for one in session.findings
        if one.verdict not in {Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}
    ]
    rows = [
        (
            one.subject,
            one.requirement,
            wording.quantity(one.quantity, "en"),
            wording.limit(one.limit, "en") if one.limit else "",
            wording.figure(
                one.value, one.unit, "en", expanded=(one.uncertainty or 0) * (one.k or 0)
            )
            if one.value is not None
            else "",
            one.verdict + (" (provisional)" if one.provisional else ""),
            "; ".join(wording.reason(why, "en") for why in (one.reason, *one.remarks)),
        )
        for one in judged
    ]
    styles = [MARKS.get(one.verdict, "yellow") for one in judged]
    table(
        "Judged",
        ("subject", "requirement", "what", "limit", "value", "verdict", "why"),
        rows,
        styles,
    )
    rest = [one.verdict for one in session.findings]
    say(
        f"Not tested: {rest.count(Verdict.NOT_TESTED)}; not applicable: {rest.count(Verdict.NOT_APPLICABLE)}"
    )


def clauses(rows: Sequence[dict[str, Any]]) -> None:
    """Print the rows of ``checks.matrix``, a table a pack."""
    told = {True: "yes", False: "no", None: "not told"}
    columns = (
        "clause",
        "title",
        "mandatory",
        "how",
        "by",
        "limit",
        "figure",
        "assignment",
        "measured here",
    )
    for name, of_pack in itertools.groupby(rows, key=lambda row: row["pack"]):
        cells = [
            (
                row["clause"],
                row["title"],
                told[row["mandatory"]],
                row["how"]
                if row["modality"] in {None, "shall"}
                else f"{row['how']} ({row['modality']})",
                row["quantity"]
                if row["how"] == "measured"
                else row["requirement"].partition("#")[2],
                _limit(row),
                _provenance(row["provenance"]["figure"]),
                _provenance(row["provenance"]["assignment"]),
                told[row["measured_here"]],
            )
            for row in of_pack
        ]
        table(f"Clauses of {name}", columns, cells)


def against(rows: Sequence[dict[str, Any]], here: str, there: str) -> None:
    """Print the rows of ``checks.matrix.against``."""
    sides = [
        (
            one["clause"],
            one["requirement"],
            *(part for row in (one["here"], one["there"]) for part in _asked(row)),
        )
        for one in rows
    ]
    columns = ("clause", "requirement", f"limit: {here}", "figure", f"limit: {there}", "figure")
    table(f"Where {there} asks otherwise", columns, sides)


def _asked(row: dict[str, Any] | None) -> tuple[str, str]:
    if row is None:
        return "not asked", ""
    limit = _limit(row) or row["how"]
    return (
        limit if row["modality"] == "shall" else f"{limit} ({row['modality']})",
        _provenance(row["provenance"]["figure"]),
    )


def _limit(row: dict[str, Any]) -> str:
    return wording.limit(Limit(**row["limit"]), "en") if row["limit"] else ""


def _provenance(given: dict[str, Any] | None) -> str:
    return f"{given['source']} {given['clause']} ({given['level']})" if given else ""


def changes(found: Sequence[PackChange], here: str, there: str) -> None:
    """Print what one pack has otherwise than another, in order of clause."""
    rows = [
        (one.clause, f"{one.kind} {one.name}", one.field, _held(one.here), _held(one.there))
        for one in found
    ]
    table(f"What {there} has otherwise than {here}", ("clause", "what", "field", here, there), rows)


def _held(value: object) -> str:
    """Write the value of a field of a pack, or name the whole thing."""
    match value:
        case None | "":
            told = "-"
        case Provenance():
            told = _source(value)
        case Limit():
            told = wording.limit(value, "en")
        case DecisionRule():
            told = wording.rule(value, "en")
        case Mapping():
            told = ", ".join(f"{name} = {_held(one)}" for name, one in value.items())
        case tuple():
            told = ", ".join(map(_held, value))
        case Clause() | Requirement() | Sampling() | Conflict():
            told = (value.title_en or value.title) if isinstance(value, Clause) else value.text_en
        case _:
            told = str(value)
    return told


def _source(one: Provenance) -> str:
    record = ", ".join(part for part in (one.confirmed_by, one.confirmed_on, one.copy) if part)
    known = f"{one.level}; confirmed: {record}" if one.confirmed_by else str(one.level)
    note = f": {one.note_en or one.note}" if one.note else ""
    return f"{one.source} {one.clause}".strip() + f" ({known}){note}"


def standing(pack: Pack) -> None:
    """Print how much of a pack is firm, and what it was built on."""
    firm = [
        one
        for one in pack.requirements
        if one.assignment.firm and (one.figure is None or one.figure.firm)
    ]
    extended = f", extends {' <- '.join(pack.extends)}" if pack.extends else ""
    counts = f"{len(pack.clauses)} clauses, {len(pack.requirements)} requirements, of which {len(firm)} firm"
    say(
        f"{pack.id} ({pack.number}) can be used: {counts}; withdrawn: {len(pack.withdrawn)}{extended}"
    )


def compared(found: Comparison, *, every: bool) -> None:
    """Print two sessions side by side.

    What differs in verdict or beyond the uncertainty of both, or everything.
    """
    for line in found.apart:
        say(f"not alike: {line}", "yellow")
    shown = [row for row in found.rows if every or row.notable]
    cells = [
        (
            row.clause,
            row.requirement,
            row.subject,
            _judged(row.before),
            _judged(row.after),
            _by(row),
            row.change,
        )
        for row in shown
    ]
    styles = [
        "red" if row.change is Change.WORSE else "green" if row.change is Change.BETTER else ""
        for row in shown
    ]
    columns = (
        "clause",
        "requirement",
        "subject",
        "before",
        "after",
        "difference (* beyond its U)",
        "change",
    )
    table("Before and after", columns, cells, styles)
    counts = Counter(row.change for row in found.rows)
    say(", ".join(f"{change}: {counts[change]}" for change in Change if counts[change]))


def _judged(one: Finding | None) -> str:
    if one is None:
        return ""
    if one.value is None:
        return one.verdict
    expanded = one.k * one.uncertainty if one.k and one.uncertainty else None
    return f"{one.verdict}, {wording.figure(one.value, one.unit, 'en', expanded=expanded)}"


def _by(row: ComparedRow) -> str:
    one = row.after
    if row.difference is None or one is None:
        return ""
    return wording.figure(row.difference, one.unit, "en", expanded=row.expanded) + (
        " *" if row.beyond else ""
    )
