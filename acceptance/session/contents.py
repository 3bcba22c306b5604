"""What a session folder may hold: a closed list of names, and a bag that follows from the session.

No signature covers the files beside ``data/`` but the report. So nothing else may lie there, and
what describes the bag is compared, byte by byte, with what sealing would write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acceptance.errors import SessionError
from acceptance.messages import tr
from acceptance.session import evidence, journal
from acceptance.session.evidence import (
    BAG_INFO,
    BAGIT,
    LOG,
    MANIFESTS,
    PAYLOAD,
    Kind,
    Problem,
)
from acceptance.session.journal import current

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from acceptance.model import Session

OUTSIDE_DATA = {
    BAGIT, BAG_INFO, *MANIFESTS, LOG,
    "session.json", "report.pdf", "report.html", "report.xml",
}  # fmt: skip
OXUM = re.compile(rb"Payload-Oxum: (\d{1,18})\.\d+\n\Z")
MOST_OUTSIDE_DATA = 256 << 20  # bytes of one file; it is read whole
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


def require_readable(folder: Path) -> None:
    """Refuse, before anything is read, what is no file or far larger than what was sealed.

    Raises InputError for a link, pipe or device, SessionError for sizes. The size below ``data/``
    is in ``bag-info.txt``, which no signature covers: a bound of time, not of trust.
    """
    sizes = evidence.sizes(folder)
    outside = {path: size for path, size in sizes.items() if not path.startswith(PAYLOAD)}
    for path, size in outside.items():
        if size > MOST_OUTSIDE_DATA:
            what = tr("{path} has {size} bytes, too many to be read", path=path, size=size)
            raise _too_large(folder, what)
    sealed = OXUM.search(current(folder, BAG_INFO).read_bytes()) if BAG_INFO in outside else None
    total = sum(sizes.values()) - sum(outside.values())
    if sealed and total > int(sealed[1]) + MOST_TO_SPARE:
        largest = max(sizes.keys() - outside.keys(), key=sizes.__getitem__)
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
    if (folder / journal.STAGING).exists() and not journal.interrupted(folder):
        yield tr(
            "{path} was left by a change that was interrupted before it was made; it is not part "
            "of the session, and goes with the next change",
            path=journal.STAGING,
        )


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
