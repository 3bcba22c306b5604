"""What a session folder may hold: a closed list of names, and a bag that follows from the session.

No signature covers the files beside ``data/`` but the report. So nothing else may lie there, and
what describes the bag is compared, byte by byte, with what sealing would write.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from acceptance.errors import SessionError
from acceptance.files.below import empty_folders
from acceptance.messages import tr
from acceptance.report.file_names import ANNEXES
from acceptance.session import evidence, journal, store
from acceptance.session.evidence import BAG_INFO, BAGIT, MANIFESTS, PAYLOAD, Kind, Problem
from acceptance.session.journal import current
from acceptance.session.log_book import LOG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from acceptance.model import Session

OUTSIDE_DATA: set[str] = {
    BAGIT, BAG_INFO, *MANIFESTS, LOG,
    "session.json", "report.html", "report.xml", store.REPORT, *ANNEXES.values(),
}  # fmt: skip
OXUM = re.compile(rb"Payload-Oxum: (\d{1,18})\.\d+\n\Z")
MOST_OUTSIDE_DATA = 256 << 20  # bytes of one file; it is read whole
# What is parsed as well: a megabyte of brackets becomes thirty of objects.
MOST_PARSED = dict.fromkeys((LOG, *MANIFESTS), 24 << 20) | {
    store.FILE: store.MOST, store.REPORT: 128 << 20,
}  # fmt: skip
MOST_TO_SPARE = 1 << 30  # bytes below data/ that may be too many and are still read, to be named


def check(folder: Path, session: Session, found: Mapping[str, str]) -> tuple[Problem, ...]:
    """Name what differs from the manifests, from the list of names, and from what sealing writes.

    ``found``: the hashes of the folder (``evidence.hash_session``).
    """
    problems = (
        *evidence.check(folder, found),
        *(Problem(kind=Kind.ADDED, path=path) for path in sorted(_strange(found))),
        *_wrong_tags(folder, session, found),
    )
    return tuple({problem.path: problem for problem in reversed(problems)}.values())[::-1]


def hashes(folder: Path, session: Session) -> dict[str, str]:
    """Hash a session folder as ``evidence.hash_session`` does, in bounded time.

    A file below ``data/`` of another size than the session says is not read: its hash is empty.
    Raises InputError for a link, pipe or device, SessionError for what is too large.
    """
    require_readable(folder)
    if not session.sizes:
        _require_sealed_size(folder)
    return evidence.hash_session(folder, session, evidence.of_other_size(folder, session))


def other_sizes(folder: Path, session: Session) -> Iterator[str]:
    """Say which files below ``data/`` have another size than the session gives them."""
    for path in sorted(evidence.of_other_size(folder, session) & session.sizes.keys()):
        counts = {"size": (folder / path).lstat().st_size, "due": session.sizes[path]}
        yield tr("{path} has {size} bytes, not {due}; it was not read", path=path, **counts)


def garbled(folder: Path, session: Session) -> Iterator[str]:
    """Say that files may lie there under names that the program which unpacked them garbled.

    Chinese names are written in UTF-8 and read as GBK, or the other way round. Sizes and endings
    alone are looked at: whoever gives the files their names back is told the rest.
    """
    here = evidence.sizes(folder)
    left = {(here[path], PurePosixPath(path).suffix): path for path in here.keys() - session.hashes}
    lacking = sorted(path for path in session.sizes.keys() - here if not path.isascii())
    pairs = [
        (left.get((session.sizes[path], PurePosixPath(path).suffix)), path) for path in lacking
    ]
    for there, path in [pair for pair in pairs if pair[0]][:1]:
        yield tr(
            "{there} is as large as {path}, which is missing: the program that unpacked the folder "
            "may have garbled names. Unpack it again with one that takes them for UTF-8",
            there=there, path=path,
        )  # fmt: skip


def require_readable(folder: Path) -> None:
    """Refuse, before anything is read, what is no file, or beside ``data/`` too large.

    Raises InputError for a link, pipe or device, SessionError for sizes and where no folder is.
    """
    if not folder.is_dir():
        raise store.none_here(str(folder))
    waiting = {name: current(folder, name).stat().st_size for name in journal.pending(folder)}
    for path, size in (*evidence.sizes(folder).items(), *waiting.items()):
        if size > most(path) and not path.startswith(PAYLOAD):
            raise _too_large(folder, too_many_bytes(path, size))


def most(path: str) -> int:
    """Return how many bytes a file beside ``data/`` may have."""
    return MOST_PARSED.get(path, MOST_OUTSIDE_DATA)


def too_many_bytes(path: str, size: int) -> str:
    """Say that a file is too large to be read."""
    return tr("{path} has {size} bytes, too many to be read", path=path, size=size)


def _require_sealed_size(folder: Path) -> None:
    """Refuse far more below ``data/`` than was sealed, in a session that gives no sizes itself.

    That size is in ``bag-info.txt``, which no signature covers: a bound of time, not of trust.
    """
    sizes = evidence.sizes(folder)
    payload = {path: size for path, size in sizes.items() if path.startswith(PAYLOAD)}
    sealed = OXUM.search(current(folder, BAG_INFO).read_bytes()) if BAG_INFO in sizes else None
    total = sum(payload.values())
    if sealed and total > int(sealed[1]) + MOST_TO_SPARE:
        largest = max(payload, key=payload.__getitem__)
        counts = {"total": total, "sealed": int(sealed[1]), "path": largest, "size": sizes[largest]}
        what = tr(
            "data/ holds {total} bytes where {sealed} were sealed; the largest file is {path}, "
            "{size} bytes",
            **counts,
        )
        raise _too_large(folder, what)


def _too_large(folder: Path, what: str) -> SessionError:
    return SessionError(what, where=str(folder), hint=tr("Restore the folder from a copy"))


def remarks(folder: Path, session: Session) -> Iterator[str]:
    """Say what lies in the folder and is not read: of a desktop, or of a change never made."""
    for path in sorted(evidence.litter(folder, session)):
        yield tr("{path} was left by a desktop; it is not part of the session", path=path)
    for path in sorted(_empty(folder, session)):
        yield tr("{path} is an empty folder; it is not part of the session", path=path)
    if (folder / journal.STAGING).exists() and not journal.interrupted(folder):
        yield tr(
            "{path} was left by a change that was interrupted before it was made; it is not part "
            "of the session, and goes with the next change",
            path=journal.STAGING,
        )


def _empty(folder: Path, session: Session) -> set[str]:
    """Return the folders in which nothing lies, and nothing of the session ever did."""
    known = {f"{parent}" for path in session.hashes for parent in PurePosixPath(path).parents}
    empty = {*empty_folders(folder)} - known
    return {path for path in empty if path.partition("/")[0] != journal.STAGING}


def _strange(found: Mapping[str, str]) -> set[str]:
    return {path for path in found if not path.startswith(PAYLOAD)} - OUTSIDE_DATA


def _wrong_tags(folder: Path, session: Session, found: Mapping[str, str]) -> Iterator[Problem]:
    """Find tag files that sealing would write otherwise."""
    if BAG_INFO not in found:
        yield Problem(kind=Kind.MISSING, path=BAG_INFO)
    elif not _follows(folder, session, found):
        yield Problem(kind=Kind.CHANGED, path=BAG_INFO)
    if BAGIT in found and current(folder, BAGIT).read_bytes() != evidence.BAGIT_TEXT:
        yield Problem(kind=Kind.CHANGED, path=BAGIT)
    for name in MANIFESTS:
        if name in found and not evidence.is_as_written(current(folder, name)):
            yield Problem(kind=Kind.CHANGED, path=name)


def _follows(folder: Path, session: Session, found: Mapping[str, str]) -> bool:
    """Whether ``bag-info.txt`` is as sealing writes it.

    Its last line is the payload's size, known only where the payload is what the session lists.
    """
    payload = {path: digest for path, digest in found.items() if path.startswith(PAYLOAD)}
    written, due = (
        current(folder, BAG_INFO).read_bytes(),
        evidence.bag_info(folder, payload, session),
    )
    if evidence.compare(session.hashes, payload):
        written, due = (OXUM.sub(b"", text) for text in (written, due))
    return written == due
