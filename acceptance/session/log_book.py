"""The log of a session: entries, one a line, of which each holds the hash of the one before."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from acceptance.errors import OutputError, SessionError
from acceptance.files import regular
from acceptance.files.output import append, cut_half_line, disc_errors
from acceptance.messages import tr
from acceptance.model import LogEntry, Value
from acceptance.model.basics import CHINA
from acceptance.session import journal
from acceptance.session.evidence import Kind, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

LOG = "log.jsonl"
MOST = 1 << 29  # bytes of a log: some million entries
PATIENCE = 10.0  # s to wait for somebody else who adds an entry
STEP_OF_A_CLOCK = timedelta(minutes=1)


@dataclass(frozen=True)
class LogBook:
    """The append-only log of a session folder.

    Each line is a JSON object with the hash of the one before.
    """

    folder: Path
    name: str = LOG

    def append(self, what: str, details: Mapping[str, Value], *, when: str = "") -> LogEntry:
        """Add an entry at the end and return it.

        ``when`` is an ISO 8601 time, by default now in local time. Raises ``OutputError`` where the
        file cannot be written or the clock was set back, ``SessionError`` where it cannot be read.
        """
        entry = self._next(what, details, when)
        with disc_errors(self.folder / self.name):
            append(self.folder / self.name, _line(entry))
        return entry

    def with_entry(self, what: str, details: Mapping[str, Value]) -> bytes:
        """Return the log's content with an entry more, for a change of a sealed folder.

        Raises as ``append`` does.
        """
        return self._content() + _line(self._next(what, details))

    def _next(self, what: str, details: Mapping[str, Value], when: str = "") -> LogEntry:
        entries = self.read()
        if not when:
            now = datetime.now(CHINA)
            _require_later(now, entries[-1:], self.folder / self.name)
            when = now.isoformat(timespec="seconds")
        return _entry(when, what, details, entries[-1].sha256 if entries else "")

    def read(self) -> tuple[LogEntry, ...]:
        """All entries, oldest first; none where there is no log.

        A line ends at a line feed and nowhere else: names may hold other line ends. Raises
        ``SessionError`` naming the line that is not an entry.
        """
        *lines, rest = self._content().split(b"\n")
        lines += [b""] if rest else []  # cut off in the middle: no entry
        path = self.folder / self.name
        return tuple(_parse(line, f"{path}:{number}") for number, line in enumerate(lines, 1))

    def _content(self) -> bytes:
        path = journal.current(self.folder, self.name)
        try:
            return regular.content(path, MOST) if path.exists() else b""
        except OSError as error:
            what, hint = tr("the log cannot be read"), tr("Restore it from a copy")
            raise SessionError(what, where=str(self.folder / self.name), hint=hint) from error


@contextlib.contextmanager
def held(file: Path, busy: str) -> Iterator[None]:
    """Hold the folder of a log that several programs add to; half a line in it is cut off first.

    Raises OutputError: somebody else holds it for longer than ``PATIENCE`` (``busy`` says so), or
    it cannot be written.
    """
    hint = tr("Run the same command again")
    refused = OutputError(busy, where=str(file), hint=hint, code="output")
    with contextlib.ExitStack() as lock:
        _wait_for(lock, file.parent, refused)
        cut_half_line(file, MOST)
        yield


def _wait_for(lock: contextlib.ExitStack, folder: Path, refused: OutputError) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            lock.enter_context(journal.locked(folder, refused))
        except OutputError as error:
            if error is not refused or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def check_chain(entries: Sequence[LogEntry]) -> tuple[Problem, ...]:
    """Which lines of a log no longer fit: an edited line, or the one after a line removed or added.

    A log cut off at the end still forms a chain; the session's own copy of the log and the tag
    manifest show that lines are missing.
    """
    previous = ("", *(entry.sha256 for entry in entries))
    return tuple(
        Problem(kind=Kind.CHANGED, path=f"{LOG}:{number}")
        for number, (entry, before) in enumerate(zip(entries, previous, strict=False), 1)
        if entry.previous != before or entry.sha256 != _entry_hash(entry)
    )


def _require_later(now: datetime, last: Sequence[LogEntry], log: Path) -> None:
    """Refuse a clock that was set back. Raises OutputError.

    A minute is let pass: a clock that is kept right over a network steps by seconds.
    """
    for entry in last:
        before = _moment(entry)
        if before and now < before - STEP_OF_A_CLOCK:
            times = {"now": now.isoformat(timespec="seconds"), "last": entry.when}
            what = tr("this computer's clock shows {now}, before the last entry, {last}", **times)
            hint = tr(
                "Set the clock right and run the same command again. Where it is right, it was "
                "ahead at that entry: docs/verify.md tells what to do"
            )
            raise OutputError(what, where=str(log), hint=hint, code="clock")


def _moment(entry: LogEntry) -> datetime | None:
    try:
        return datetime.fromisoformat(entry.when).astimezone()
    except (ValueError, OverflowError, TypeError):
        return None  # from elsewhere; whether the log is sound is asked by others


def _line(entry: LogEntry) -> bytes:
    return (_canonical(asdict(entry)) + "\n").encode()


def _canonical(value: Mapping[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _entry_hash(entry: LogEntry) -> str:
    content = {key: value for key, value in asdict(entry).items() if key != "sha256"}
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _entry(when: str, what: str, details: Mapping[str, Value], previous: str) -> LogEntry:
    entry = LogEntry(when=when, what=what, details=dict(details), previous=previous, sha256="")
    return replace(entry, sha256=_entry_hash(entry))


def _parse(line: bytes, where: str) -> LogEntry:
    # Bytes, not meaning: a key written twice says one thing to a reader, another to a parser.
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        entry = LogEntry(**json.loads(line))
        if _line(entry) == line + b"\n":
            return entry
    what, hint = tr("this line is not a log entry"), tr("Restore the log from a copy")
    raise SessionError(what, where=where, hint=hint)
