"""The last lines of ``run`` and ``judge``: verdict, where the report is, what to do next."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks import judging
from acceptance.checks.decision import FAILURES, PASSES
from acceptance.cli import tables, terminal
from acceptance.messages import in_turn, language, listed, tr, tr_count
from acceptance.model import How, Verdict
from acceptance.report import bottom_lines, warning_lines
from acceptance.session import store, workspace
from acceptance.signing import renderings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from acceptance.errors import AcceptanceError, SetupError
    from acceptance.model import Finding, Pack, Session
    from acceptance.report.warning_lines import WarningLine

# What the plan should have said: the reason's code, and which parameter of it names that.
UNSTATED = {
    "fact_missing": "fact",
    "condition_missing": "condition",
    "condition_not_recorded": "condition",
}
ANSWERED = {How.RATED, How.INSPECTED, How.READ, How.DOCUMENTED}


def conclude(
    done: Session,
    folder: Path,
    packs: Sequence[Pack],
    *,
    signed: bool,
    strict: bool,
    lang: str = "zh",
    no_pdf: SetupError | None = None,
) -> int:
    """Print verdict, report and what to do next; return the exit code.

    ``lang`` is the report's language, ``no_pdf`` says why it is HTML alone.
    """
    space = wording.word("space", "bottom_line", language())
    terminal.say(space.join(_verdict(done)), _style(done))
    for line in _reached(done, packs):
        terminal.say(line)
    for conclusion in done.conclusions:
        word = wording.outcome(conclusion, language())
        parameters = {"pack": conclusion.pack, "outcome": word}
        terminal.say(tr("Acceptance group's conclusion by {pack}: {outcome}", **parameters))
    file = folder / (renderings.HTML if no_pdf else store.REPORT)
    terminal.say(tr("Session and report: {file}", file=file))
    if no_pdf:
        html_alone(folder, no_pdf, lang)
    for line in _moved_aside(done, folder.parent):
        terminal.say(line, "yellow")
    for step in next_steps(done, folder, signed=signed, as_pdf=not no_pdf):
        terminal.say(tr("Next: {step}", step=step))
    return judging.exit_code(done.bottom_line, strict=strict)


def _moved_aside(done: Session, beside: Path) -> Iterator[str]:
    """Say what was found in the work folder of an interrupted run, and where it is now."""
    for entry in done.log:
        if others := entry.details.get("others_aside"):
            yield tr(
                "What others had put into the work folder of an interrupted run was moved to "
                "{place}",
                place=beside / str(others),
            )
        if (aside := entry.details.get("set_aside")) and entry.what == "set_aside":
            yield tr(
                "The capture of {shot} was cut off; what it had left was moved to {place}",
                shot=entry.details["shot"],
                place=beside / str(aside),
            )
        elif aside:
            yield tr(
                "The log of an interrupted run was damaged; what it had measured was moved to "
                "{place}",
                place=beside / str(aside),
            )


def usual_pages(refused: Iterable[AcceptanceError]) -> None:
    """Say on standard error which pages of the institute the usual ones stand for, and why."""
    for error in refused:
        said = tr(
            "The institute's own page was not used; the usual page stands in its place: {problem}",
            problem=error,
        )
        terminal.errors.print(said, style="yellow", markup=False)


def html_alone(folder: Path, why: SetupError, lang: str) -> None:
    """Say why there is no PDF, and how it is made later."""
    later = workspace.pdf_later(folder, lang)
    said = tr("The report is HTML alone: {problem}. {later}", problem=why.what, later=later)
    terminal.say(said, "yellow")
    terminal.say(f"{why.hint}.")


def _style(done: Session) -> str:
    """Return the colour of the verdict; a pass by no confirmed limit is not green."""
    if wording.none_confirmed(bottom_lines.unconfirmed(done)):
        return "yellow"
    return tables.MARKS.get(done.verdict, "yellow")


def kept_packs(done: Session, folder: Path) -> tuple[Pack, ...]:
    """Load the packs that a session was judged by from its folder; none where there are none."""
    kept = folder / store.PACKS
    return store.load_packs(done.plan, kept) if kept.is_dir() else ()


def _reached(done: Session, packs: Sequence[Pack]) -> list[str]:
    """Say how the verdict was reached, as the first page of the report does."""
    overview = warning_lines.overview(done, language(), packs)
    return [*map(_worded, overview.lines), *([overview.rest] if overview.rest else [])]


def _worded(line: WarningLine) -> str:
    severity = wording.word(line.severity, "severity", language())
    parts = {"title": line.title, "sentence": line.sentence}
    return tr("{severity}: {title}. {sentence}", severity=severity, **parts)


def _verdict(done: Session) -> list[str]:
    """Word the verdict with its scope, and how much lies outside it."""
    overall = bottom_lines.sentences(done, language(), ())[0]
    sentences = [tr("Conclusion: {bottom_line}", bottom_line=overall)]
    if outside := len(done.bottom_line.outside):
        beyond = tr_count(
            "{count} mandatory clause lies outside it and was not tested.",
            "{count} mandatory clauses lie outside it and were not tested.",
            outside,
        )
        sentences.append(beyond)
    return sentences


def next_steps(done: Session, folder: Path, *, signed: bool, as_pdf: bool = True) -> list[str]:
    """Say what to do with a session of this verdict: one thing, or two."""
    place = shlex.quote(str(folder))
    lacking, deliver = _complete(done), _deliver(place, signed=signed, as_pdf=as_pdf)
    if done.verdict in FAILURES:
        return [_repair(done, place), lacking or deliver]
    if done.verdict in PASSES:
        confirm = [_confirm(done)] if done.bottom_line.provisional else []
        return [*confirm, deliver]
    return [lacking or deliver]


def _repair(done: Session, place: str) -> str:
    failed = [each for each in done.findings if each.decides and each.verdict in FAILURES]
    return tr(
        "repair {subjects} ({clauses}) and film or inspect again; then compare: "
        "acceptance diff {folder} NEW_SESSION",
        subjects=tables.some(finding.subject for finding in failed),
        clauses=_clauses(failed),
        folder=place,
    )


def _clauses(findings: Iterable[Finding]) -> str:
    return tables.clause_numbers(dict.fromkeys((each.pack, each.clause) for each in findings))


def _complete(done: Session) -> str:
    """Say what is missing for a verdict: facts, answers, shots, or what made a result unusable."""
    line = done.bottom_line
    due = {*line.open, *line.not_tested}
    lacking = [each for each in done.findings if each.requirement in due]
    unstated = [each for each in lacking if each.reason.code in UNSTATED]
    other = [each for each in lacking if each.reason.code not in UNSTATED]
    asked = [each for each in other if each.verdict is Verdict.NOT_TESTED]
    steps = (
        _state(unstated),
        _answer([each for each in asked if each.how in ANSWERED]),
        _film([each for each in asked if each.how is How.MEASURED], matrix=bool(done.plan.matrix)),
        _clear_up([each for each in other if each.verdict is Verdict.INCONCLUSIVE]),
    )
    return in_turn(filter(None, steps))


def _state(unstated: list[Finding]) -> str:
    names = (
        wording.word(str(finding.reason.parameters[parameter]), parameter, language())
        for finding in unstated
        for parameter in [UNSTATED[finding.reason.code]]
    )
    facts = listed(dict.fromkeys(names))
    return tr("state in the plan: {facts}", facts=facts) if facts else ""


def _answer(unanswered: list[Finding]) -> str:
    if not unanswered:
        return ""
    return tr(
        "answer {clauses}: acceptance sheet PLAN.toml -o sheet.pdf --fill answers.csv",
        clauses=_clauses(unanswered),
    )


def _film(unmeasured: list[Finding], *, matrix: bool) -> str:
    if not unmeasured:
        return ""
    what = tr("measure {clauses}", clauses=_clauses(unmeasured))
    return tr("{what}: acceptance status PLAN.toml", what=what) if matrix else what


def _clear_up(inconclusive: list[Finding]) -> str:
    if not inconclusive:
        return ""
    return tr("clear up {clauses}, as said under 'why'", clauses=_clauses(inconclusive))


def _confirm(done: Session) -> str:
    unconfirmed = (each.pack for each in done.findings if each.provisional and each.decides)
    return tr(
        "confirm the provisional figures by the standards' text: "
        "acceptance pack new-overlay {pack} -o own.toml; then acceptance judge",
        pack=next(unconfirmed, ", ".join(done.plan.packs)),
    )


def _deliver(place: str, *, signed: bool, as_pdf: bool) -> str:
    if not as_pdf:
        return tr(
            "make the PDF and sign it, where that is possible: "
            "acceptance report {folder} --sign key.p12",
            folder=place,
        )
    if not signed:
        return tr("sign the report: acceptance sign {folder} --key key.p12", folder=place)
    return tr(
        "hand over the folder, and your root certificate by another way; "
        "check: acceptance verify {folder} --trust root.pem",
        folder=place,
    )
