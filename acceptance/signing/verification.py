"""Check a session folder, or a report alone, offline.

Is it what was signed, is it all there, do the verdicts follow.
The chain of trust runs from a root certificate that the verifier brings, over the signature, to the
report; to the ``session.json`` attached in it, which the signature covers; to the hashes of every
file below ``data/`` in that; and to the verdicts, which are judged again from the stored packs and
measurements. Manifests and log are checked as well, but nothing rests on them: who changes a file
can change them too (``docs/verify.md``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from acceptance import __version__, metrics, wording
from acceptance.checks import conclusion, judge, pack
from acceptance.errors import InputError, SessionError
from acceptance.report import render
from acceptance.session import evidence, store
from acceptance.session.evidence import Kind, LogBook, Problem
from acceptance.signing import pades
from acceptance.signing.pades import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from acceptance.model import Finding, Pack, Session

REPORT = "report.pdf"
EXIT_CODES = {State.OK: 0, State.BROKEN: 1, State.INCOMPLETE: 2, State.INDETERMINATE: 3}
# The same figures on another processor may differ in their last digits; a verdict may not.
ROUNDING = 1e-9
SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was checked.

    ``details`` are sentences that name what was found, or what changed.
    """

    name: str
    state: State
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Check:
    """All steps, in order.

    ``number`` is the report number, empty where no session could be read.
    """

    number: str
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """The worst of the steps: broken before incomplete before indeterminate."""
        return pades.worst(step.state for step in self.steps)

    @property
    def exit_code(self) -> int:
        """0 valid and complete, 1 broken, 2 incomplete, 3 indeterminate."""
        return EXIT_CODES[self.state]


def verify(
    target: Path,
    trust: Sequence[Path] = (),
    *,
    roles: Sequence[str] = (),
    at: datetime | None = None,
) -> Check:
    """Check a session folder, or one ``report.pdf`` by itself (which is incomplete at best).

    ``trust``, ``roles`` and ``at`` as in ``signing.verify_pdf``. Raises ``SessionError`` where
    there is neither report nor session, and ``InputError`` for a trust file that cannot be read.
    Whatever else is wrong is in the result.
    """
    case = _Case(target, trust, roles, at)
    if not case.pdf and not (target / store.FILE).is_file():
        raise SessionError(
            "there is neither a report nor a session here", where=str(target), hint="Check the path"
        )
    pades.load_trust(trust)
    steps = {
        "signature": case.signature,
        "attachment": case.attachment,
        "number": case.number,
        "manifests": case.manifests,
        "evidence": case.evidence,
        "log": case.log,
        "verdicts": case.verdicts,
        "renderings": case.renderings,
    }
    done = tuple(_run(name, step) for name, step in steps.items())
    return Check(number=case.known_number, steps=done)


def require_intact(folder: Path) -> None:
    """Refuse to build on a session folder that is not as it was sealed.

    Footage that was taken away is no change.
    Raises SessionError naming what differs: from the manifests, from the hashes in the session,
    from the session that its report carries, or in the log's chain.
    """
    case = _Case(folder, (), (), None)
    found = [*evidence.check(folder, case.found), *case.differences]
    kept = [
        str(one)
        for one in found
        if one.kind is not Kind.MISSING or not one.path.startswith("data/clips/")
    ]
    steps = [_run("attachment", case.attachment), _run("log", case.log)]
    if case.pdf and b"/ByteRange" in case.pdf:
        steps.append(_run("signature", case.signature))
    kept += [detail for step in steps if step.state is State.BROKEN for detail in step.details]
    if kept:
        hint = "Restore the folder from a copy, or measure again"
        raise SessionError(
            f"this session was changed after it was sealed: {'; '.join(_shorten(kept))}",
            where=str(folder),
            hint=hint,
        )


Outcome = tuple[State, tuple[str, ...]]
ALONE: Outcome = (State.INCOMPLETE, ("only the report was given, not the session folder",))


class _Case:
    """What is under test, each part read once; every method that gives an ``Outcome`` is a step."""

    def __init__(
        self, target: Path, trust: Sequence[Path], roles: Sequence[str], at: datetime | None
    ) -> None:
        self.folder = target if target.is_dir() else None
        self.trust, self.roles, self.at = trust, roles, at
        path = target / REPORT if self.folder else target
        self.pdf = path.read_bytes() if path.is_file() else b""

    @cached_property
    def attached(self) -> tuple[bytes, ...]:
        """Return the contents of all attachments called ``session.json``.

        None where they cannot be read.
        """
        try:
            files = pades.attachments(self.pdf) if self.pdf else ()
        except InputError:
            files = ()
        return tuple(content for name, content in files if name == store.FILE)

    @cached_property
    def on_disc(self) -> bytes:
        """Return ``session.json`` of the folder; empty where it is missing."""
        path = self.folder / store.FILE if self.folder else None
        return path.read_bytes() if path and path.is_file() else b""

    @cached_property
    def session(self) -> Session:
        """Return the session that the signature covers.

        Where that cannot be read, the one on disc.
        """
        if self.attached:
            with suppress(SessionError):
                return store.parse(self.attached[0], store.FILE)
        return store.parse(self.on_disc, store.FILE)

    @cached_property
    def found(self) -> dict[str, str]:
        """Return the hashes of all files in the folder."""
        return evidence.hash_files(self.folder) if self.folder else {}

    @cached_property
    def differences(self) -> tuple[Problem, ...]:
        """Return what differs below ``data/`` from the hashes in the session."""
        payload = {
            path: digest for path, digest in self.found.items() if path.startswith(evidence.PAYLOAD)
        }
        return evidence.compare(self.session.hashes, payload)

    @property
    def known_number(self) -> str:
        """Return the report number, or nothing where no session can be read."""
        try:
            return self.session.id
        except SessionError:
            return ""

    def signature(self) -> Outcome:
        """Check the signatures of the report."""
        if not self.pdf:
            return State.INCOMPLETE, (f"{REPORT} is missing",)
        report = pades.verify_pdf(self.pdf, self.trust, roles=self.roles, at=self.at)
        return report.state, tuple(problem.detail for problem in report.problems) or tuple(
            map(str, report.signatures)
        )

    def attachment(self) -> Outcome:
        """Compare the session in the report with the one on disc, byte by byte."""
        if not self.pdf:
            return State.SKIPPED, ()
        if len(self.attached) != 1:
            return State.BROKEN, (
                f"{REPORT} carries {len(self.attached)} readable attachments called {store.FILE}",
            )
        if self.folder and not self.on_disc:
            return State.INCOMPLETE, (f"{store.FILE} is missing",)
        if self.folder and self.on_disc != self.attached[0]:
            return State.BROKEN, _shorten([*_changed_fields(self.attached[0], self.on_disc)])
        store.parse(self.attached[0], store.FILE)
        return State.OK, ()

    def number(self) -> Outcome:
        """Compare the number in the report with the name of its folder."""
        if self.folder and self.folder.resolve().name != self.session.id:
            name = self.folder.resolve().name
            return State.BROKEN, (
                f"the folder is called {name}, the report in it is number {self.session.id}",
            )
        return State.OK, (self.session.id,)

    def manifests(self) -> Outcome:
        """Compare the folder with the manifests of its bag."""
        return _judge_problems(evidence.check(self.folder, self.found)) if self.folder else ALONE

    def evidence(self) -> Outcome:
        """Compare the folder with the hashes that the signature covers."""
        return _judge_problems(self.differences) if self.folder else ALONE

    def log(self) -> Outcome:
        """Check the chain of the log, and that it begins with what was in it when the session was finished."""
        if not self.folder:
            return ALONE
        entries, signed = LogBook(self.folder).read(), self.session.log
        if signed and not entries:
            return State.INCOMPLETE, (f"{evidence.LOG} is missing or empty",)
        problems = evidence.check_chain(entries)
        apart = [
            number
            for number, entry in enumerate(signed, 1)
            if entries[number - 1 : number] != (entry,)
        ]
        gone = (f"{evidence.LOG}:{apart[0]} is not what the session holds",) if apart else ()
        return (State.BROKEN if problems or apart else State.OK), (*map(str, problems), *gone)

    def verdicts(self) -> Outcome:
        """Judge the stored measurements against the stored packs again."""
        if not self.folder:
            return ALONE
        if any(problem.path.startswith("data/packs/") for problem in self.differences):
            return State.SKIPPED, ("the packs are not those that were signed",)
        stored = self.session
        packs = store.load_packs(stored.plan, self.folder / "data" / "packs")
        inputs = (packs, stored.plan, stored.measurements, stored.notes, stored.taken)
        findings = judge.judge(
            *inputs, today=store.day_of_work(stored), quantities=metrics.quantities()
        )
        apart = [
            *_changed_findings(stored.findings, findings),
            *_changed_sums(stored, findings, packs),
        ]
        if apart and stored.tool_version != __version__:
            versions = (
                f"the session was judged by version {stored.tool_version}, this is {__version__}"
            )
            return State.INDETERMINATE, (versions, *_shorten(apart))
        return (State.BROKEN if apart else State.OK), _shorten([*apart, *self._own_packs()])

    def _own_packs(self) -> Iterator[str]:
        """Name the packs that bear a shipped pack's name and are not that pack.

        Who reads the report must know.
        """
        for path, digest in self.session.hashes.items():
            folder, _, name = path.rpartition("/")
            shipped = pack.FOLDER / name
            if (
                folder == "data/packs"
                and shipped.is_file()
                and evidence.hash_file(shipped) != digest
            ):
                yield f"{path} is not the pack of that name that version {__version__} ships"

    def renderings(self) -> Outcome:
        """Write HTML and JUnit again from the session and compare.

        The signature does not cover them otherwise.
        """
        if not self.folder:
            return ALONE
        if self.session.tool_version != __version__ or self.differences:
            return State.SKIPPED, (
                "they can only be written again by the same version from unchanged evidence",
            )
        packs = store.load_packs(self.session.plan, self.folder / "data" / "packs")
        profiles = store.load_profiles(packs, self.folder / "data" / "packs")
        pages = {
            render.html(self.session, packs, self.folder, lang, profiles)
            for lang in wording.LANGUAGES
        }
        expected = {"report.html": pages, "report.xml": {render.junit(self.session, packs)}}
        problems = []
        for name, allowed in expected.items():
            path = self.folder / name
            if not path.is_file():
                problems.append(Problem(kind=Kind.MISSING, path=name))
            elif path.read_text("utf-8") not in allowed:
                problems.append(Problem(kind=Kind.CHANGED, path=name))
        return _judge_problems(problems)


def _run(name: str, step: Callable[[], Outcome]) -> Step:
    try:
        state, details = step()
    except Exception as error:  # noqa: BLE001 - a changed file can make any step fail in any way, which is a finding
        state, details = State.BROKEN, (f"cannot be checked: {error or type(error).__name__}",)
    return Step(name=name, state=state, details=details)


def _judge_problems(problems: Sequence[Problem]) -> Outcome:
    if not problems:
        return State.OK, ()
    only_missing = all(problem.kind is Kind.MISSING for problem in problems)
    return (State.INCOMPLETE if only_missing else State.BROKEN), _shorten(
        [str(problem) for problem in problems]
    )


def _changed_fields(before: bytes, after: bytes) -> Iterator[str]:
    try:
        fields = [*_differences(json.loads(before), json.loads(after))]
    except ValueError:
        fields = []
    for name, signed, found in fields:
        yield f"{store.FILE}: {name} is {found!r}, signed was {signed!r}"
    if not fields:
        yield f"{store.FILE} is not, byte by byte, what the report carries"


def _changed_findings(stored: Sequence[Finding], judged: Sequence[Finding]) -> Iterator[str]:
    before, after = (
        {(one.requirement, one.subject): one for one in findings} for findings in (stored, judged)
    )
    for key in [*before, *(key for key in after if key not in before)]:
        name = f"{key[0]} of {key[1]}"
        if key not in after or key not in before:
            yield f"{name}: a finding that is {'stored but does not follow' if key in before else 'due but not stored'}"
            continue
        fields = [*_differences(asdict(before[key]), asdict(after[key]), rounding=ROUNDING)]
        yield from (
            f"{name}: {field} is stored as {was!r}, judged as {now!r}" for field, was, now in fields
        )
    if len(before) != len(stored):
        yield "a finding is stored twice"


def _changed_sums(
    stored: Session, judged: Sequence[Finding], packs: Sequence[Pack]
) -> Iterator[str]:
    """Name where bottom line and conclusions are not what the findings add up to."""
    scope = stored.plan.scope
    after = {
        "bottom line": (asdict(stored.bottom_line), asdict(judge.bottom_line(judged, scope))),
        "conclusions": (
            [asdict(one) for one in stored.conclusions],
            [asdict(one) for one in conclusion.conclude(packs, judged, scope)],
        ),
    }
    for what, (stands, follows) in after.items():
        for field, was, now in _differences(stands, follows):
            yield f"{what}: {field} is stored as {was!r}, judged as {now!r}"


def _differences(
    before: object, after: object, name: str = "", *, rounding: float = 0.0
) -> Iterator[tuple[str, object, object]]:
    """Yield the places where two trees of mappings, sequences and plain values differ, with both values."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            below = f"{name}.{key}" if name else str(key)
            yield from _differences(before.get(key), after.get(key), below, rounding=rounding)
    elif _is_list(before) and _is_list(after) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(one, other, f"{name}[{index}]", rounding=rounding)
    elif isinstance(before, float) and isinstance(after, float):
        if not math.isclose(before, after, rel_tol=rounding):
            yield name, before, after
    elif before != after:
        yield name, _brief(before), _brief(after)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _brief(value: object) -> object:
    return f"{len(value)} entries" if isinstance(value, Mapping) or _is_list(value) else value


def _shorten(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - SHOWN
    return (*lines[:SHOWN], f"and {more} more") if more > 0 else tuple(lines)
