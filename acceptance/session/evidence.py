"""Evidence: hashes, a BagIt bag around the session folder, and a log of chained entries.

The folder is a bag in place (RFC 8493): payload below ``data/``, all else beside it is a tag file.
Nothing is moved (as ``bagit.make_bag`` would), so that a session can be sealed again after it was
reported, signed or judged again. Each entry of the log holds the hash of the one before.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from acceptance.errors import InputError
from acceptance.files import paths
from acceptance.files.below import files_below
from acceptance.files.litter import is_litter
from acceptance.messages import cause_of, tr
from acceptance.session import journal

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from acceptance.model import Session
    from acceptance.session.journal import FolderChange

PAYLOAD = "data/"
BAGIT = "bagit.txt"
BAGIT_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
BAG_INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
MANIFESTS = (MANIFEST, TAG_MANIFEST)
MANIFEST_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?([^\n]+)")


class Kind(StrEnum):
    """How a file on disc differs from what was recorded."""

    MISSING = "missing"
    ADDED = "added"
    CHANGED = "changed"
    TWIN = "twin"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One difference.

    ``path`` is relative to the session folder, with forward slashes; for the log it is a line:
    ``log.jsonl:2``.
    """

    kind: Kind
    path: str

    def __str__(self) -> str:
        if self.kind is Kind.MISSING:
            return tr("{path} missing", path=self.path)
        if self.kind is Kind.ADDED:
            return tr("{path} added", path=self.path)
        if self.kind is Kind.TWIN:
            return tr(
                "{path} ({escaped}) is the name of another file in another Unicode form",
                path=self.path, escaped=ascii(PurePosixPath(self.path).name),
            )  # fmt: skip
        return tr("{path} changed", path=self.path)


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal, read in blocks.

    Raises ``InputError`` where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        what = tr("cannot be read ({cause})", cause=cause_of(error))
        hint = tr("Check the path and its permissions")
        raise InputError(what, where=str(path), hint=hint) from error


def hash_files(folder: Path) -> dict[str, str]:
    """Path below ``folder`` -> SHA-256 of every file in it, sorted by path.

    Raises InputError for a file that cannot be read, and for a link, pipe or device.
    """
    return {path: hash_file(folder / path) for path in sorted(files_below(folder))}


def hash_session(folder: Path, session: Session, unread: Container[str] = ()) -> dict[str, str]:
    """Hash a session folder as ``hash_files`` does, without what desktops left in it.

    A change that was interrupted counts as made (``journal``). Files in ``unread`` are not read;
    their hash is empty.
    """
    files = set(files_below(folder)) - litter(folder, session) - journal.parts(folder)
    return {
        path: "" if path in unread else hash_file(journal.current(folder, path))
        for path in sorted(files | journal.pending(folder))
    }


def of_other_size(folder: Path, session: Session) -> set[str]:
    """Return the files below ``data/`` that have not the size that the session gives them.

    None where the session gives no sizes (before 0.7.0). No file is opened.
    """
    names = set(files_below(folder)) - litter(folder, session)
    found = {path: (folder / path).lstat().st_size for path in names if path.startswith(PAYLOAD)}
    lies = _found_as(session.sizes, found)
    right = {lies[path] for path, size in session.sizes.items() if found.get(lies[path]) == size}
    return found.keys() - right if session.sizes else set()


def litter(folder: Path, session: Session) -> set[str]:
    """Return the files that desktops leave in every folder; none that the session lists."""
    found = set(files_below(folder)) - session.hashes.keys()
    return {path for path in found if is_litter(path, (folder / path).lstat().st_size)}


def sizes(folder: Path) -> dict[str, int]:
    """Path below ``folder`` -> size in bytes of every file in it but litter; none is opened.

    Raises InputError as ``hash_files`` does for what is no regular file.
    """
    found = {path: (folder / path).lstat().st_size for path in files_below(folder)}
    return {path: size for path, size in found.items() if not is_litter(path, size)}


def compare(listed: Mapping[str, str], found: Mapping[str, str]) -> tuple[Problem, ...]:
    """Compare the hashes found with the hashes recorded; the result is sorted by path.

    Names are compared exactly. A listed file that is not there may lie there under a Unicode normal
    form of its name, because some file systems change names in this way and in no other.
    """
    names = _found_as(listed, found)
    left = found.keys() - names.values()
    problems = [
        *(_differing(path, digest, found.get(names[path])) for path, digest in listed.items()),
        *(Problem(kind=Kind.ADDED, path=path) for path in left),
    ]
    return tuple(sorted(filter(None, problems), key=lambda problem: problem.path))


def twins(names: Iterable[str]) -> tuple[Problem, ...]:
    """Name the files whose names are one in Unicode form C (K and the Kelvin sign), all but one.

    A file system that changes names keeps only one of them, and a reader takes one for the other.
    """
    forms: dict[str, list[str]] = {}
    for name in sorted(names):
        forms.setdefault(unicodedata.normalize("NFC", name), []).append(name)
    return tuple(
        Problem(kind=Kind.TWIN, path=name) for alike in forms.values() for name in alike[1:]
    )


def _found_as(listed: Mapping[str, object], found: Mapping[str, object]) -> dict[str, str]:
    """Name of each listed file -> its name on the disc: the same, or else a form of it."""
    strange = found.keys() - listed.keys()
    return {
        path: path
        if path in found
        else next((form for form in paths.normal_forms(path) if form in strange), path)
        for path in listed
    }


def seal(folder: Path, session: Session) -> None:
    """Make the session folder a BagIt 1.0 bag, or bring its older seal up to date.

    Raises as ``journal.changing`` does.
    """
    with journal.changing(folder) as change:
        add_seal(change, session)


def add_seal(change: FolderChange, session: Session) -> None:
    """Add to a change of the session folder what seals the folder as it will be.

    No file is moved. The same files and session give the same bytes: the bagging date is the day
    the session was finished.
    """
    found = hash_session(change.folder, session)
    payload = {path: digest for path, digest in found.items() if path.startswith(PAYLOAD)}
    change.files[BAGIT] = BAGIT_TEXT
    change.files[BAG_INFO] = bag_info(change.folder, payload, session)
    change.files[MANIFEST] = _manifest(payload)
    new = {name: hashlib.sha256(content).hexdigest() for name, content in change.files.items()}
    tags = {path: found[path] for path in found.keys() - payload.keys() - {TAG_MANIFEST}} | new
    change.files[TAG_MANIFEST] = _manifest(dict(sorted(tags.items())))


def check(folder: Path, found: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """Compare a sealed folder with its manifests.

    ``found`` (``hash_files(folder)``) saves hashing twice. Whoever changes a file *and* its
    manifests passes here; ``compare`` with the signed session's hashes finds the change.
    """
    found = hash_files(folder) if found is None else found
    present = [name for name in MANIFESTS if name in found]
    parsed = [_parse_manifest(journal.current(folder, name)) for name in present]
    listed = {
        path: digest
        for digests, _ in parsed
        for path, digest in digests.items()
        if path in found or path.startswith(PAYLOAD) or not is_litter(path)  # sealed by 0.5.0
    }
    broken = {name for name, (_, whole) in zip(present, parsed, strict=True) if not whole}
    absent = {BAGIT, *MANIFESTS} - found.keys()
    sealed = {
        path: digest or listed.get(path, "")  # what was not read is for others to name
        for path, digest in found.items()
        if path != TAG_MANIFEST
    }
    differences = compare(listed, sealed)
    named = {problem.path for problem in differences}
    return (
        *twins(found),
        *(Problem(kind=Kind.MISSING, path=name) for name in sorted(absent - named)),
        *(Problem(kind=Kind.CHANGED, path=name) for name in sorted(broken - named)),
        *(problem for problem in differences if _manifest_of(problem.path) not in absent),
    )


def listed(folder: Path) -> dict[str, str]:
    """Return the paths that the manifests of a session list, and their hashes. Raises OSError."""
    parsed = [_parse_manifest(journal.current(folder, name)) for name in MANIFESTS]
    return {path: value for digests, _ in parsed for path, value in digests.items()}


def bag_info(folder: Path, payload: Iterable[str], session: Session) -> bytes:
    """Return ``bag-info.txt`` as sealing writes it, of the files of ``payload`` as they are."""
    sizes = [(folder / path).stat().st_size for path in payload]
    lines = [
        f"Bag-Software-Agent: acceptance {session.tool_version}",
        f"Bagging-Date: {session.finished[:10]}",
        f"External-Identifier: {session.id}",
        f"Payload-Oxum: {sum(sizes)}.{len(sizes)}",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def is_as_written(manifest: Path) -> bool:
    """Whether a manifest is, byte by byte, as sealing writes the lines in it."""
    listed, _ = _parse_manifest(manifest)
    return _manifest(dict(sorted(listed.items()))) == manifest.read_bytes()


def _differing(path: str, before: str, after: str | None) -> Problem | None:
    if before == after:
        return None
    return Problem(kind=Kind.MISSING if after is None else Kind.CHANGED, path=path)


def _manifest(digests: Mapping[str, str]) -> bytes:
    # RFC 8493, 2.1.3: line ends inside a name are percent-encoded.
    names = {path: path.replace("\r", "%0D").replace("\n", "%0A") for path in digests}
    return "".join(f"{digest}  {names[path]}\n" for path, digest in digests.items()).encode()


def _parse_manifest(path: Path) -> tuple[dict[str, str], bool]:
    """Path -> hash, and whether every line is valid: a hash, blanks, a path listed only once."""
    lines = path.read_bytes().decode(errors="replace").split("\n")
    matches = [match for line in lines if (match := MANIFEST_LINE.fullmatch(line))]
    listed = {
        match[2].replace("%0D", "\r").replace("%0A", "\n"): match[1].lower() for match in matches
    }
    return listed, len(listed) == len(lines) - 1 and not lines[-1]


def _manifest_of(path: str) -> str:
    return MANIFEST if path.startswith(PAYLOAD) else TAG_MANIFEST
