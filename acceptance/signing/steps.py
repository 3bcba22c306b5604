"""The steps of verifying, and what each finds."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from acceptance import __version__, metrics
from acceptance.checks import judging, pack
from acceptance.errors import SessionError
from acceptance.messages import language, tr
from acceptance.model import Vouched
from acceptance.model.basics import CHINA
from acceptance.report import bottom_lines
from acceptance.session import commitments, contents, evidence, journal, log_book, store
from acceptance.session.integrity import changed_log, shorten
from acceptance.session.journal import current
from acceptance.session.log_book import LogBook
from acceptance.session.store import REPORT
from acceptance.signing import renderings, roles
from acceptance.signing.fitness import CLOCKS_APART
from acceptance.signing.session_changes import (
    changed_fields,
    changed_findings,
    changed_sums,
    changed_warnings,
)
from acceptance.signing.shown_steps import ShownSteps, alone, judge_problems
from acceptance.signing.signatures import State, worst

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.model import Pack
    from acceptance.signing.shown_steps import Outcome


class Examined(ShownSteps):
    """A target under test; every method that gives an ``Outcome`` is a step.

    A step may raise whatever a changed file causes.
    """

    def conclusion(self) -> Outcome:
        """Word the bottom line of the session."""
        return State.OK, (bottom_lines.sentences(self.session, language(), ())[0],)

    def signature(self) -> Outcome:
        """Check the signatures of the report."""
        if not self.pdf:
            return self._html_alone() or _not_read(self.report, REPORT)
        from acceptance.signing import signature_entries  # noqa: PLC0415 -- late: brings pyHanko

        report = self.signatures
        problems = tuple(problem.detail for problem in report.problems)
        early = tuple(self._signed_before_finished())
        number = self.known_number
        reasons = tuple(number and signature_entries.other_reasons(report.signatures, number))
        state = worst(
            (
                report.state,
                State.INDETERMINATE if early else State.OK,
                State.BROKEN if reasons else State.OK,
            )
        )
        return state, problems + reasons + early or tuple(map(str, report.signatures))

    def _signed_before_finished(self) -> Iterator[str]:
        """Say which signatures are older, by their signers' clocks, than what they sign."""
        with suppress(SessionError, ValueError, OverflowError):
            finished = datetime.fromisoformat(self.session.finished)
            signed = [(each.role, each.when) for each in self.signatures.signatures]
            for role, when in signed if finished.tzinfo else ():
                if when and when.tzinfo and when < finished - CLOCKS_APART:
                    yield tr(
                        "{role}: signed on {when:%Y-%m-%d %H:%M}, and the session was finished on "
                        "{finished:%Y-%m-%d %H:%M}; one of the clocks was wrong",
                        role=roles.word(role), when=when.astimezone(CHINA),
                        finished=finished.astimezone(CHINA),
                    )  # fmt: skip

    def _html_alone(self) -> Outcome | None:
        """Say that nobody signed, where no PDF lies there and the log says that none was made.

        The log proves nothing: whoever took a PDF away could have written this.
        """
        if not self.folder or self.report.exists():
            return None
        contents.require_readable(self.folder)
        written = [entry for entry in LogBook(self.folder).read() if "report" in entry.details]
        if not written or written[-1].details["report"] != renderings.HTML:
            return None
        what = tr(
            "nobody signed: there is HTML, and no PDF; by the log none could be made where the "
            "report was written. Make it with acceptance report, on a machine with Pango"
        )
        return State.INCOMPLETE, (what,)

    def predecessors(self) -> Outcome:
        """Say who answers for the sessions that this one rests on, and by whose roots.

        Whoever judged again chose the roots. Indeterminate where none of them is a verifier's.
        """
        earlier = self.session.predecessors
        if twice := self._named_twice():
            return State.BROKEN, (tr("the older sessions go in a circle: {names}", names=twice),)
        if self.session.warnings is not None and self._amended_otherwise():
            return State.BROKEN, (tr("the log tells of another session that was judged again"),)
        strange = [
            tr("{session} was checked against roots that are not yours", session=one.id)
            for one in earlier
            if one.signature is Vouched.SIGNED and set(self.roots).isdisjoint(one.roots)
        ]
        said = [bottom_lines.vouched(one, language()) for one in earlier]
        return (State.INDETERMINATE if strange else State.OK), (*strange, *said)

    def _named_twice(self) -> str:
        """Name the sessions among the older ones that are this one, or two of one number."""
        older = {(one.id, one.sha256) for one in self.session.predecessors}
        numbers = [self.session.id, *(name for name, _ in older)]
        return ", ".join(sorted({name for name in numbers if numbers.count(name) > 1}))

    def _amended_otherwise(self) -> bool:
        """Whether the log names another amended session than the report and those it rests on."""
        again = [one.details for one in self.session.log if one.what == "judged_again"][-1:]
        logged = [(details.get("session"), details.get("sha256")) for details in again]
        named = {(one.id, one.sha256) for one in self.session.predecessors}
        numbers = [number for number, _ in logged] or [""]
        return not named.issuperset(logged) or numbers != [self.session.supersedes]

    def attachment(self) -> Outcome:
        """Compare the session in the report with the one on disc, byte by byte."""
        if not self.pdf:
            return State.SKIPPED, ()
        if len(self.attached) != 1:
            what = tr(
                "{report} has {count} readable attachments named {file}, not exactly one",
                report=REPORT, count=len(self.attached), file=store.FILE,
            )  # fmt: skip
            return State.BROKEN, (what,)
        if self.folder and not self.on_disc:
            return _not_read(current(self.folder, store.FILE), store.FILE)
        if self.folder and self.on_disc != self.attached[0]:
            return State.BROKEN, shorten([*changed_fields(self.attached[0], self.on_disc)])
        signed = store.parse(self.attached[0], store.FILE)
        if signed.tool_version == __version__ and store.dumps(signed) != self.attached[0]:
            what = tr("{file} in the report is not as this tool writes it", file=store.FILE)
            return State.BROKEN, (what,)
        return self._attached_beside()

    def _attached_beside(self) -> Outcome:
        """Check that nothing is attached but the session and what was made of it."""
        names = [name for name, _ in self.attachments]
        if strange := sorted({*names} - {store.FILE, renderings.FILE}):
            return State.BROKEN, tuple(tr("{path} added", path=name) for name in strange)
        if names.count(renderings.FILE) > 1:
            return State.BROKEN, (tr("{path} added", path=renderings.FILE),)
        if self.made is None and renderings.due(self.session.tool_version):
            what = tr("{path} is missing in the report", path=renderings.FILE)
            return State.BROKEN, (what,)
        if self.made is None:
            what = tr(
                "version {version} signed no hashes of {files}",
                version=self.session.tool_version,
                files=", ".join(renderings.MADE),
            )
            return State.OK, (what,)
        return State.OK, ()

    def number(self) -> Outcome:
        """Name the report: its number counts, whatever its folder is called."""
        number = self.session.id
        if self.folder and (name := self.folder.resolve().name) != number:
            what = tr(
                "{number}; the folder is named {folder}: renamed, or a copy",
                folder=name, number=number,
            )  # fmt: skip
            return State.OK, (what,)
        return State.OK, (number,)

    def manifests(self) -> Outcome:
        """Compare the folder with its manifests, and those with what sealing writes."""
        if not self.folder:
            return alone()
        state, details = judge_problems(contents.check(self.folder, self.session, self.found))
        if journal.interrupted(self.folder):
            what = tr(
                "interrupted: a change was made whose files do not all have their names yet; the "
                "next `acceptance report` or `acceptance sign` of this folder gives them"
            )
            state, details = worst((state, State.INCOMPLETE)), (what, *details)
        return state, (*details, *shorten([*contents.remarks(self.folder, self.session)]))

    def evidence(self) -> Outcome:
        """Compare the folder with the hashes that the signature covers."""
        if not self.folder:
            return alone()
        state, details = judge_problems(self.differences)
        why = contents.garbled(self.folder, self.session) if self.differences else ()
        sizes = contents.other_sizes(self.folder, self.session)
        return state, (*details, *shorten([*why, *sizes]))

    def log(self) -> Outcome:
        """Check the chain of the log, and that it begins with the entries in the session."""
        if not self.folder:
            return alone()
        contents.require_readable(self.folder)
        entries, signed = LogBook(self.folder).read(), self.session.log
        if signed and not entries:
            return State.INCOMPLETE, (tr("{file} is missing or empty", file=log_book.LOG),)
        details = [*changed_log(entries, signed)]
        return (State.BROKEN if details else State.OK), tuple(details)

    def verdicts(self) -> Outcome:
        """Judge the stored measurements against the stored packs again."""
        if not self.folder:
            return alone()
        if any(problem.path.startswith(f"{store.PACKS}/") for problem in self.differences):
            return State.SKIPPED, (tr("the packs are not those that were signed"),)
        packs = store.load_packs(self.session.plan, self.folder / store.PACKS)
        apart = [*self._judged_otherwise(packs)]
        warned = [*self._warned_otherwise(packs, self.folder / store.PACKS)]
        if self.session.tool_version != __version__:
            versions = tr(
                "the session was judged by version {stored}; this is version {here}",
                stored=self.session.tool_version,
                here=__version__,
            )
            # another version may have known fewer warnings: they are told, and break nothing
            details = (versions, *shorten([*apart, *warned])) if apart or warned else ()
            own = () if apart else shorten([*self._own_packs()])
            return (State.INDETERMINATE if apart else State.OK), (*details, *own)
        apart += warned
        return (State.BROKEN if apart else State.OK), shorten([*apart, *self._own_packs()])

    def _warned_otherwise(self, packs: Sequence[Pack], kept: Path) -> Iterator[str]:
        """Name warnings that are stored and do not follow, or follow and are not stored."""
        yield from changed_warnings(self.session, store.warnings(self.session, packs, kept))

    def _judged_otherwise(self, packs: Sequence[Pack]) -> Iterator[str]:
        """Name where findings and sums are not those that follow from the stored packs."""
        stored = self.session
        inputs = packs, stored.plan, stored.measurements, stored.notes, stored.taken
        today = stored.unstated_day
        findings = judging.judge(*inputs, today=today, quantities=metrics.quantities())
        yield from changed_findings(stored.findings, findings)
        yield from changed_sums(stored, findings, packs)

    def _own_packs(self) -> Iterator[str]:
        """Name the packs that have a shipped pack's name and are not that pack.

        Whoever reads the report must know.
        """
        for path, digest in self.session.hashes.items():
            folder, _, name = path.rpartition("/")
            shipped = pack.FOLDER / name
            is_shipped = folder == store.PACKS and shipped.is_file()
            if is_shipped and evidence.hash_file(shipped) != digest:
                yield tr(
                    "{file} is not the pack of that name in version {version}",
                    file=path,
                    version=__version__,
                )

    def seeds(self) -> Outcome:
        """Check the time stamps that gave the seeds of samples, against the given roots."""
        stamped = [entry for entry in self.session.plan.commitments if entry.details.get("token")]
        if not stamped:
            return State.OK, ()
        from acceptance.signing import time_stamps  # noqa: PLC0415 -- late: brings pyHanko

        problems = [*commitments.problems(self.session.plan.commitments)]
        if problems:
            return State.BROKEN, tuple(problems)
        checked = [time_stamps.again(entry.details, self.trust) for entry in stamped]
        return worst(state for state, _ in checked), tuple(detail for _, detail in checked)


def _not_read(path: Path, name: str) -> Outcome:
    """Say why ``target.read`` gave nothing."""
    if path.is_file() and path.stat().st_size > contents.most(name):
        return State.BROKEN, (contents.too_many_bytes(name, path.stat().st_size),)
    return State.INCOMPLETE, (tr("{file} is missing", file=name),)
