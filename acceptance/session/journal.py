"""Changes to a session folder: all of a change is made or none of it, whatever interrupts it.

New files are written to ``.changes/``, under numbers. The journal, which says what each will be
called, comes last and by one rename: with it the change is made, without it it is not. Then the
files get their names. What was interrupted is finished or undone by the next change; those who only
read see the folder as it is after the change (``current``).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.errors import OutputError, SessionError
from acceptance.files import system
from acceptance.files.litter import is_litter
from acceptance.files.output import create, disc_errors, flush
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

STAGING = ".changes"
JOURNAL = f"{STAGING}/journal.json"
PARTS = re.compile(r"\d{1,3}|journal\.json(\.part)?")  # what may lie in the staging folder
NAME = re.compile(r"[a-z][a-z0-9-]*\.[a-z]+")  # nothing below data/ is ever changed
LONGEST_JOURNAL = 1 << 16  # bytes


@dataclass(frozen=True)
class FolderChange:
    """What will be written into a session folder: name -> content."""

    folder: Path

    resumed: bool
    """Whether an earlier change had been interrupted and was finished just now."""

    files: dict[str, bytes] = field(default_factory=dict)


@contextlib.contextmanager
def changing(folder: Path) -> Iterator[FolderChange]:
    """Reserve a session folder, and write at the end what the block put into ``files``.

    An earlier change that was interrupted is finished or undone first. Where the block raises,
    nothing is written. Raises OutputError (another command is changing the folder, it cannot be
    written, or another was put in its place) and SessionError (what was interrupted cannot be
    finished).
    """
    what = tr("another command is changing this session")
    hint = tr("Wait until it has finished, then look at the session before you repeat yours")
    with locked(folder, OutputError(what, where=str(folder), hint=hint, code="output")):
        with _disc_errors(folder):
            before = folder.stat()
        change = FolderChange(folder, resumed=recover(folder))
        yield change
        if change.files:
            with _disc_errors(folder):
                _require_same(folder, before)
                _stage(folder, change.files)
                _roll_forward(folder)


@contextlib.contextmanager
def locked(folder: Path, busy: OutputError) -> Iterator[None]:
    """Lock the folder (``files.system.locked``); raise ``busy`` where somebody else has."""
    with contextlib.ExitStack() as lock:
        with disc_errors(folder):
            taken = lock.enter_context(system.locked(folder))
        if not taken:
            raise busy
        yield


def recover(folder: Path) -> bool:
    """Finish or undo what was interrupted; return whether a change was finished.

    Raises SessionError where the journal does not fit the files, and OutputError.
    """
    staging = folder / STAGING
    if not staging.is_dir() or staging.is_symlink():
        return False
    with _disc_errors(folder):
        if not (folder / JOURNAL).exists() or (folder / JOURNAL).is_dir():
            _remove(folder)
            return False
        _require_whole(folder)
        _roll_forward(folder)
    return True


def interrupted(folder: Path) -> bool:
    """Whether a change is made and its files do not all have their names yet."""
    return bool(_listed(folder))


def current(folder: Path, name: str) -> Path:
    """Return where a file of a session folder is, also after a change that was interrupted."""
    return _staged(folder).get(name, folder / name)


def pending(folder: Path) -> set[str]:
    """Return the names that files of an interrupted change do not have yet."""
    return set(_staged(folder))


def parts(folder: Path) -> set[str]:
    """Return the paths of what an interrupted change left: no part of the session."""
    staging, count = folder / STAGING, len(_listed(folder))
    names = {path.name for path in staging.iterdir()} if staging.is_dir() else set()
    if (folder / JOURNAL).exists():
        own = {"journal.json", *map(str, range(count))} if count else set()
    else:
        own = {name for name in names if PARTS.fullmatch(name)}
    return {f"{STAGING}/{name}" for name in names & own}


def _disc_errors(folder: Path) -> AbstractContextManager[None]:
    hint = tr("Nothing is lost: make the folder writable, then run the same command again")
    return disc_errors(folder, hint=hint)


def _require_same(folder: Path, before: os.stat_result) -> None:
    """Refuse another folder, or a link to one, in place of the one that is locked."""
    if not os.path.samestat(folder.stat(), before):
        what = tr(
            "another folder was put in its place while this command worked; nothing is written"
        )
        hint = tr("Look at what moved it, then run the same command again")
        raise OutputError(what, where=str(folder), hint=hint, code="output")


def _stage(folder: Path, files: dict[str, bytes]) -> None:
    staging = folder / STAGING
    try:
        staging.mkdir()
        for number, content in enumerate(files.values()):
            create(staging / str(number), content)
        for place in (staging, folder):
            flush(place)
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        draft = folder / f"{JOURNAL}.part"
        create(draft, json.dumps(digests, indent=1).encode())
        draft.replace(folder / JOURNAL)
        flush(staging)
    except BaseException:
        if not (folder / JOURNAL).exists():
            with contextlib.suppress(OSError):
                _remove(folder)
        raise


def _roll_forward(folder: Path) -> None:
    for name, path in _staged(folder).items():
        path.replace(folder / name)
    flush(folder)
    _remove(folder)


def _remove(folder: Path) -> None:
    """Remove the staging folder, the journal first; what is not ours stays, and is an error.

    Litter of desktops and drives, also in folders of its own, and empty folders are nobody's, and
    would keep every later change out.
    """
    staging = folder / STAGING
    if _is_file(folder / JOURNAL):
        (folder / JOURNAL).unlink()
    for path in sorted(staging.rglob("*"), reverse=True):  # a folder behind what it holds
        name = path.relative_to(staging).as_posix()
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        elif PARTS.fullmatch(name) or is_litter(name):
            path.unlink()
    staging.rmdir()
    flush(folder)


def _require_whole(folder: Path) -> None:
    """Refuse a journal whose files are neither waiting nor in their places."""
    listed = _listed(folder)
    whole = all(_has(current(folder, name), digest) for name, digest in listed.items())
    if not listed or not whole:
        what = tr(
            "a change of this session was interrupted, and its journal does not fit the files"
        )
        raise SessionError(what, where=str(folder / JOURNAL), hint=tr("Restore it from a copy"))


def _has(path: Path, digest: str) -> bool:
    if not _is_file(path):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _staged(folder: Path) -> dict[str, Path]:
    """Name -> where the file is that will have it."""
    places = {name: folder / STAGING / str(at) for at, name in enumerate(_listed(folder))}
    return {name: path for name, path in places.items() if _is_file(path)}


def _listed(folder: Path) -> dict[str, str]:
    """Return what the journal lists, name -> SHA-256; nothing where there is none that is one."""
    path = folder / JOURNAL
    if (folder / STAGING).is_symlink() or not _is_file(path):
        return {}
    if path.stat().st_size > LONGEST_JOURNAL:
        return {}
    try:
        listed = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return {}
    fits = isinstance(listed, dict) and all(
        NAME.fullmatch(name) and isinstance(digest, str) for name, digest in listed.items()
    )
    return listed if fits else {}


def _is_file(path: Path) -> bool:
    return path.exists() and stat.S_ISREG(path.lstat().st_mode)
