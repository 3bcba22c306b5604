"""What ``batch`` shows: progress on standard error, then a table, or JSON."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from acceptance import wording
from acceptance.batch import Listener, PlanState
from acceptance.cli import tables, terminal
from acceptance.cli.options import write_json
from acceptance.messages import in_turn, language, listed, tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from acceptance.batch import BatchProgress, Foreseen, PlanOutcome, Summary
    from acceptance.errors import InputError

EVERY = 10.0  # s between two plain lines


class Screen(Listener):
    """Shows a batch: a bar on a terminal, plain lines elsewhere; errors at once."""

    def __init__(self, json_file: Path | None, *, quiet: bool, strict: bool) -> None:
        self.json_file, self.quiet, self.strict = json_file, quiet, strict
        self.begun, self.said, self.line = time.monotonic(), 0.0, ""
        self.lacking = 0  # sessions that the database refused
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
            TextColumn("{task.fields[failures]}", style="red"),
        )  # fmt: skip
        shown = terminal.errors.is_terminal and not quiet
        self.bars = Bars(*columns, console=terminal.errors, disable=not shown)
        self.bar = self.bars.add_task(tr("clips"), total=None, rate="", failures="")

    def __enter__(self) -> Self:
        """Show the bar."""
        self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self.bars.stop()

    def advanced(self, progress: BatchProgress) -> None:
        """Show how far it is, how fast, and how many failed."""
        rate, failures = _rate(progress, time.monotonic() - self.begun), _failures(progress)
        self.bars.update(
            self.bar, completed=progress.done, total=progress.total, rate=rate, failures=failures
        )
        due = time.monotonic() - self.said >= EVERY or progress.done == progress.total
        line = tr("{done} of {total} clips", done=progress.done, total=progress.total)
        if due and line != self.line and not self.quiet and self.bars.disable:
            self.said, self.line = time.monotonic(), line
            terminal.errors.print(in_turn(filter(None, (line, rate, failures))), markup=False)

    def finished(self, outcome: PlanOutcome) -> None:
        """Say why a plan has no session, and what was damaged."""
        for error in outcome.errors:
            _tell(outcome.name, error)
        for shot in outcome.damaged:
            what = tr(
                "{plan}: what the cache held of {shot} was damaged and was not used",
                plan=outcome.name,
                shot=shot,
            )
            terminal.errors.print(what, style="yellow", markup=False)

    def refused(self, error: InputError) -> None:
        """Say why a session is not in the database."""
        self.lacking += 1
        what = tr("error: {sentence}", sentence=error)
        terminal.errors.print(what, style="red", markup=False)

    def exit_code(self, summary: Summary) -> int:
        """As the plans have it, but 2 where the database lacks a session; 130 where interrupted."""
        if self.lacking and not summary.interrupted:
            return 2
        return summary.exit_code(strict=self.strict)

    def ended(self, summary: Summary) -> None:
        """Show what became of all."""
        self.bars.stop()
        if self.json_file:
            table = summary.table(strict=self.strict)
            write_json({**table, "exit_code": self.exit_code(summary)}, self.json_file)
        if not self.quiet:
            _show(summary)


def _tell(plan: str, error: str) -> None:
    """Say at once why a plan has no session."""
    named = error if error.startswith(plan) else f"{plan}: {error}"
    terminal.errors.print(tr("error: {sentence}", sentence=named), style="red", markup=False)


def _rate(progress: BatchProgress, seconds: float) -> str:
    if not progress.measured:
        return ""
    return tr("{rate:.1f} clips a minute", rate=60 * progress.measured / max(seconds, 1e-3))


def _failures(progress: BatchProgress) -> str:
    if not progress.failures:
        return ""
    return tr_count("{count} plan failed", "{count} plans failed", progress.failures)


def _show(summary: Summary) -> None:
    columns = tr("plan"), tr("state"), tr("verdict"), tr("clauses failed"), tr("session")
    rows = [_row(one) for one in summary.outcomes]
    styles = [_style(one) for one in summary.outcomes]
    if rows:
        terminal.table(tr("Batch"), columns, rows, styles)
    counts = summary.table()
    line = tr(
        "Plans: {plans} ({states}); clips: {shots}, measured now: {measured}",
        plans=counts["plans"],
        states=_counted(summary),
        shots=counts["shots"],
        measured=counts["measured"],
    )
    terminal.say(line)
    for names in summary.shared:
        terminal.say(
            tr("One film was given for several devices: {names}", names=tables.some(names)),
            "yellow",
        )
    if summary.unfinished:
        terminal.say(tr("Not finished: {names}", names=tables.some(summary.unfinished)), "yellow")


def _counted(summary: Summary) -> str:
    counts = Counter(_state(one.state) for one in summary.outcomes)
    counts |= Counter({tr("not finished"): len(summary.unfinished)})
    return listed(f"{count} {word}" for word, count in counts.items())


def _row(outcome: PlanOutcome) -> tuple[str, ...]:
    verdict = (
        wording.word(outcome.verdict, "verdict_overall", language()) if outcome.verdict else ""
    )
    return outcome.name, _state(outcome.state), verdict, listed(outcome.failed), outcome.session


def _style(outcome: PlanOutcome) -> str:
    return tables.MARKS.get(outcome.verdict, "yellow") if outcome.verdict else "yellow"


def _state(state: PlanState) -> str:
    words = {
        PlanState.MADE: tr("made"),
        PlanState.KEPT: tr("kept"),
        PlanState.FAILED: tr("no session"),
    }
    return words[state]


def foreseen(
    found: Sequence[Foreseen], processes: int, json_file: Path | None, *, quiet: bool
) -> int:
    """Show what a batch would do; return the exit code: 2 where a plan would have no session."""
    if json_file:
        write_json([asdict(one) for one in found], json_file)
    for foreseen_plan in found:
        if foreseen_plan.error:
            _tell(foreseen_plan.name, foreseen_plan.error)
    if not quiet:
        columns = tr("plan"), tr("state"), tr("clips"), tr("of them in the cache"), tr("why")
        rows = [(one.name, _state(one.state), one.shots, one.held, one.error) for one in found]
        terminal.table(tr("Batch"), columns, rows)
        terminal.say(_duration(found, processes))
    return 2 if any(one.state is PlanState.FAILED for one in found) else 0


def _duration(found: Sequence[Foreseen], processes: int) -> str:
    known = sum(one.seconds or 0.0 for one in found) / processes
    unknown = sum(one.seconds is None for one in found)
    parameters = {"minutes": known / 60, "processes": processes}
    if unknown:
        return tr(
            "About {minutes:.1f} min with {processes} processes; plans whose clips do not say how "
            "long they are: {count}",
            count=unknown, **parameters,
        )  # fmt: skip
    return tr("About {minutes:.1f} min with {processes} processes", **parameters)
