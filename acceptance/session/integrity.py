"""Whether a session folder is still what was sealed: nothing is built on one that is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acceptance.errors import SessionError
from acceptance.files import regular
from acceptance.messages import tr
from acceptance.session import contents, evidence, journal, log_book, store
from acceptance.session.evidence import Kind
from acceptance.session.log_book import LogBook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from acceptance.model import LogEntry

SHOWN = 20
OF_REPORTS = {"reported", "reported_and_signed", "signed"}  # what is logged after judging
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def require_intact(folder: Path, contradictions: Iterable[str] = ()) -> None:
    """Refuse to build on a session folder that is not as it was sealed.

    Footage that was taken away is no change. ``contradictions`` are sentences on what its report
    says otherwise (``signing.verification``), which only that package can read. Raises SessionError
    naming what differs: from the manifests, from the hashes in the session, or in the log.
    """
    contents.require_readable(folder)
    session = store.load(folder)
    found = contents.hashes(folder, session)
    payload = {path: value for path, value in found.items() if path.startswith(evidence.PAYLOAD)}
    problems = (*contents.check(folder, session, found), *evidence.compare(session.hashes, payload))
    changes = [
        *(str(problem) for problem in problems if not _footage_taken_away(problem)),
        *changed_log(LogBook(folder).read(), session.log),
        *contradictions,
    ]
    if changes:
        listed = "; ".join(shorten(list(dict.fromkeys(changes))))
        what = tr("this session was changed after it was sealed: {changes}", changes=listed)
        hint = tr("Restore the folder from a copy, or measure again")
        raise SessionError(what, where=str(folder), hint=hint)


def is_as_sealed(folder: Path) -> bool:
    """Whether all that a session's manifests list is as it was sealed, footage aside.

    Footage may be taken away, and is not read: that takes long. Raises OSError where the manifests
    cannot be read, InputError where a file cannot.
    """
    listed = evidence.listed(folder).items()
    return all(
        (file := journal.current(folder, path)).is_file() and evidence.hash_file(file) == digest
        for path, digest in listed
        if not path.startswith(store.CLIPS)
    )


def _footage_taken_away(problem: evidence.Problem) -> bool:
    return problem.kind is Kind.MISSING and problem.path.startswith(store.CLIPS)


def changed_log(entries: Sequence[LogEntry], recorded: Sequence[LogEntry]) -> Iterator[str]:
    """Say where a log is no chain, or not what the session recorded with its reports behind."""
    yield from (str(problem) for problem in log_book.check_chain(entries))
    for number, entry in enumerate(entries[len(recorded) :], len(recorded) + 1):
        if not _is_of_a_report(entry):
            line = f"{log_book.LOG}:{number}"
            yield tr("{line} is no entry that follows a finished session", line=line)
            break
    for number, entry in enumerate(recorded, 1):
        if tuple(entries[number - 1 : number]) != (entry,):
            line = f"{log_book.LOG}:{number}"
            yield tr("{line} is not the entry in the session", line=line)
            break


def _is_of_a_report(entry: LogEntry) -> bool:
    """Whether an entry says that a report was written or signed, and nothing else.

    Nothing signs it, since it comes after the signature: whoever has the folder can add one.
    """
    said = entry.details
    return (
        entry.what in OF_REPORTS
        and {*said} == {"report", "sha256"}
        and said["report"] in store.REPORTS
        and regular.SHA256.fullmatch(str(said["sha256"])) is not None
        and TIME.fullmatch(entry.when) is not None
    )


def shorten(lines: Sequence[str]) -> tuple[str, ...]:
    """Cut a list of sentences down to the first ones, and say how many were left out."""
    more = len(lines) - SHOWN
    return (*lines[:SHOWN], tr("and {count} more", count=more)) if more > 0 else tuple(lines)
