"""The steps of verifying: what is under test, each part read once, and what each step finds."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import __version__, metrics, wording
from acceptance.checks import judging, pack
from acceptance.errors import InputError, SessionError
from acceptance.messages import tr
from acceptance.report import render
from acceptance.session import contents, evidence, store
from acceptance.session.evidence import Kind, LogBook, Problem
from acceptance.session.integrity import changed_log, shorten
from acceptance.session.store import REPORT
from acceptance.signing.session_changes import changed_fields, changed_findings, changed_sums
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from acceptance.model import Session
    from acceptance.signing.signatures import SignatureReport

Outcome = tuple[State, tuple[str, ...]]


class Target:
    """What is under test, each part read once; every method that gives an ``Outcome`` is a step.

    ``target`` is a session folder or a report. A step may raise whatever a changed file causes.
    """

    def __init__(
        self,
        target: Path,
        trust: Sequence[Path] = (),
        *,
        roles: Sequence[str] = (),
        signers: Sequence[Path | str] = (),
        at: datetime | None = None,
    ) -> None:
        self.folder = target if target.is_dir() else None
        self.trust, self.roles, self.signers, self.at = trust, roles, signers, at
        path = target / REPORT if self.folder else target.resolve()
        self.pdf = _read(path)

    @cached_property
    def attached(self) -> tuple[bytes, ...]:
        """The contents of all attachments called ``session.json``; empty where unreadable."""
        from acceptance.signing import pades  # noqa: PLC0415 -- late: brings pyHanko

        try:
            files = pades.attachments(self.pdf) if self.pdf else ()
        except InputError:
            files = ()
        return tuple(content for name, content in files if name == store.FILE)

    @cached_property
    def on_disc(self) -> bytes:
        """``session.json`` of the folder; empty where it is missing."""
        return _read(self.folder / store.FILE) if self.folder else b""

    @cached_property
    def session(self) -> Session:
        """The session that the signature covers; where that cannot be read, the one on disc."""
        if self.attached:
            with suppress(SessionError):
                return store.parse(self.attached[0], store.FILE)
        return store.parse(self.on_disc, store.FILE)

    @cached_property
    def found(self) -> dict[str, str]:
        """The hashes of all files in the folder but for what desktops left there."""
        if not self.folder:
            return {}
        contents.require_readable(self.folder)
        return evidence.hash_session(self.folder, self.session)

    @cached_property
    def differences(self) -> tuple[Problem, ...]:
        """What differs below ``data/`` from the hashes in the session."""
        payload = {
            path: digest for path, digest in self.found.items() if path.startswith(evidence.PAYLOAD)
        }
        return evidence.compare(self.session.hashes, payload)

    @property
    def known_number(self) -> str:
        """The report number, empty where no session can be read."""
        try:
            return self.session.id
        except SessionError:
            return ""

    def signature(self) -> Outcome:
        """Check the signatures of the report."""
        if not self.pdf:
            return State.INCOMPLETE, (tr("{file} is missing", file=REPORT),)
        report = self.signatures
        problems = tuple(problem.detail for problem in report.problems)
        return report.state, problems or tuple(map(str, report.signatures))

    @cached_property
    def signatures(self) -> SignatureReport:
        """The signatures of the report, and what is wrong with them."""
        from acceptance.signing import signature_check  # noqa: PLC0415 -- late: brings pyHanko

        return signature_check.verify_pdf(
            self.pdf, self.trust, roles=self.roles, signers=self.signers, at=self.at
        )

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
            return State.INCOMPLETE, (tr("{file} is missing", file=store.FILE),)
        if self.folder and self.on_disc != self.attached[0]:
            return State.BROKEN, shorten([*changed_fields(self.attached[0], self.on_disc)])
        store.parse(self.attached[0], store.FILE)
        return State.OK, ()

    def number(self) -> Outcome:
        """Compare the number in the report with the name of its folder."""
        if self.folder and self.folder.resolve().name != self.session.id:
            what = tr(
                "the folder is named {folder}, but the report in it is number {number}",
                folder=self.folder.resolve().name,
                number=self.session.id,
            )
            return State.BROKEN, (what,)
        return State.OK, (self.session.id,)

    def manifests(self) -> Outcome:
        """Compare the folder with its manifests, and those with what sealing writes."""
        if not self.folder:
            return _alone()
        state, details = _judge_problems(contents.check(self.folder, self.session, self.found))
        return state, (*details, *shorten([*contents.remarks(self.folder, self.session)]))

    def evidence(self) -> Outcome:
        """Compare the folder with the hashes that the signature covers."""
        return _judge_problems(self.differences) if self.folder else _alone()

    def log(self) -> Outcome:
        """Check the chain of the log, and that it begins with the entries in the session."""
        if not self.folder:
            return _alone()
        contents.require_readable(self.folder)
        entries, signed = LogBook(self.folder).read(), self.session.log
        if signed and not entries:
            return State.INCOMPLETE, (tr("{file} is missing or empty", file=evidence.LOG),)
        details = [*changed_log(entries, signed)]
        return (State.BROKEN if details else State.OK), tuple(details)

    def verdicts(self) -> Outcome:
        """Judge the stored measurements against the stored packs again."""
        if not self.folder:
            return _alone()
        if any(problem.path.startswith(f"{store.PACKS}/") for problem in self.differences):
            return State.SKIPPED, (tr("the packs are not those that were signed"),)
        apart = [*self._judged_otherwise(self.folder)]
        if apart and self.session.tool_version != __version__:
            versions = tr(
                "the session was judged by version {stored}; this is version {here}",
                stored=self.session.tool_version,
                here=__version__,
            )
            return State.INDETERMINATE, (versions, *shorten(apart))
        return (State.BROKEN if apart else State.OK), shorten([*apart, *self._own_packs()])

    def _judged_otherwise(self, folder: Path) -> Iterator[str]:
        """Name where findings and sums are not those that follow from the stored packs."""
        stored = self.session
        packs = store.load_packs(stored.plan, folder / store.PACKS)
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

    def renderings(self) -> Outcome:
        """Write HTML and JUnit again from the session and compare: no signature covers them."""
        if not self.folder:
            return _alone()
        if self.session.tool_version != __version__ or self.differences:
            what = tr("only the same version can write them again, from unchanged evidence")
            return State.SKIPPED, (what,)
        problems = []
        for name, allowed in _renderings(self.session, self.folder).items():
            path = self.folder / name
            if not path.is_file():
                problems.append(Problem(kind=Kind.MISSING, path=name))
            elif path.read_bytes() not in allowed:
                problems.append(Problem(kind=Kind.CHANGED, path=name))
        return _judge_problems(problems)


def _read(path: Path) -> bytes:
    """Read a file of bounded size; give nothing of what is none, or too large."""
    if path.is_symlink() or not path.is_file():
        return b""
    return path.read_bytes() if path.stat().st_size <= contents.MOST_OUTSIDE_DATA else b""


def _renderings(session: Session, folder: Path) -> dict[str, set[bytes]]:
    """Name of a file -> what it may contain: HTML in any language, JUnit."""
    packs = store.load_packs(session.plan, folder / store.PACKS)
    profiles = store.load_profiles(packs, folder / store.PACKS)
    pages = {
        render.html(session, packs, folder, lang, profiles).encode() for lang in wording.LANGUAGES
    }
    return {"report.html": pages, "report.xml": {render.junit(session, packs).encode()}}


def _alone() -> Outcome:
    return State.INCOMPLETE, (tr("only the report was given, not the session folder"),)


def _judge_problems(problems: Sequence[Problem]) -> Outcome:
    if not problems:
        return State.OK, ()
    only_missing = all(problem.kind is Kind.MISSING for problem in problems)
    state = State.INCOMPLETE if only_missing else State.BROKEN
    return state, shorten([str(problem) for problem in problems])
