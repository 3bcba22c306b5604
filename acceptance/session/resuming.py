"""What an interrupted run left in its workspace: taken up only where it is what the log names.

Each shot's results are kept in a file. Its hash, and those of its stills, stand in the entry
``measured`` of the log, whose entries are chained; a file that was changed since is measured again.
"""

from __future__ import annotations

import hashlib
import shutil
import stat
from typing import TYPE_CHECKING

from acceptance.errors import SessionError
from acceptance.messages import tr
from acceptance.session import measuring, store
from acceptance.session.evidence import hash_file
from acceptance.session.log_book import LOG, LogBook, check_chain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from acceptance.model import Value
    from acceptance.session.measuring import Measured

STILLS = "data/stills"


def keep(path: Path, measured: Measured, bag: Path) -> None:
    """Keep what a shot gave, and log it with the hashes of what was kept. Raises OutputError."""
    store.keep_measured(path, measured)
    counts = len(measured.measurements), len(measured.notes)
    measuring.log_measured(bag, measured.shot.id, *counts, _hashes(path, measured, bag))


def take_up(path: Path, shot: str, bag: Path) -> Measured | None:
    """Return what an interrupted run kept of a shot, if it is what the log says; else log that.

    Nothing is opened that is no regular file, or whose name comes from a file that was changed.
    """
    if not path.parent.is_dir() or not (path.is_symlink() or path.exists()):
        return None
    logged = [
        entry.details
        for entry in LogBook(bag).read()
        if entry.what == "measured" and entry.details.get("kept") == path.name
    ]
    if logged and _is_regular(path) and hash_file(path) == logged[-1].get("sha256"):
        measured = store.measured_before(path, bag)
        if measured and _stills(measured, bag) == logged[-1].get("stills"):
            return measured
    LogBook(bag).append("changed_since", {"shot": shot, "kept": path.name})
    path.unlink()
    return None


def _hashes(path: Path, measured: Measured, bag: Path) -> dict[str, Value]:
    return {"kept": path.name, "sha256": hash_file(path), "stills": _stills(measured, bag)}


def _stills(measured: Measured, bag: Path) -> str:
    """SHA-256 over names and hashes of a shot's stills; empty where one is none."""
    names = sorted(store.stills_of(measured))
    if not all(_is_regular(bag / name) for name in names):
        return ""
    listed = "".join(f"{hash_file(bag / name)}  {name}\n" for name in names)
    return hashlib.sha256(listed.encode()).hexdigest()


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def clear(bag: Path) -> bool:
    """Clear the workspace of all but log and stills; return whether a run was interrupted there.

    The rest is copied again from what the plan names. Raises SessionError for a damaged log.
    """
    entries = LogBook(bag).read()
    if check_chain(entries):
        raise SessionError(tr("the log is no chain"), where=str(bag / LOG))
    if bag.is_dir():
        data = bag / store.DATA
        _remove(path for path in bag.iterdir() if path.name not in {LOG, store.DATA})
        _remove(path for path in data.glob("*") if path != bag / STILLS)
    return bool(entries)


def drop_stills(bag: Path, done: Iterable[Measured]) -> None:
    """Drop the stills that none of the shots names."""
    named = {bag / name for measured in done for name in store.stills_of(measured)}
    _remove(path for path in (bag / STILLS).glob("*") if path not in named)


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
