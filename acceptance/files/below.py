"""What lies below a folder that others made: regular files at any depth, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from acceptance.errors import InputError
from acceptance.messages import cause_of, tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_SHOWN = 300  # characters of a path that is too long to be opened


def files_below(folder: Path) -> Iterator[str]:
    """Yield the paths of all files, relative to ``folder`` and with forward slashes.

    Raises InputError for a link, pipe or device, and for a folder that cannot be listed.
    """
    waiting = [""]
    while waiting:
        within = waiting.pop()
        for entry in _listing(folder, within):
            path = f"{within}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{path}/")
                continue
            _require_file(entry, folder / within)
            yield path


def empty_folders(folder: Path) -> Iterator[str]:
    """Yield the paths of all folders in which nothing lies, as ``files_below`` yields files."""
    waiting = [""]
    while waiting:
        within = waiting.pop()
        entries = _listing(folder, within)
        if within and not entries:
            yield within.removesuffix("/")
        below = (entry for entry in entries if entry.is_dir(follow_symlinks=False))
        waiting += [f"{within}{entry.name}/" for entry in below]


def _listing(folder: Path, within: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder / within) as entries:
            return list(entries)
    except OSError as error:
        what = tr("cannot be read ({cause})", cause=cause_of(error))
        hint = tr("Check the path and its permissions")
        raise InputError(what, where=str(folder / within)[:LONGEST_SHOWN], hint=hint) from error


def _require_file(entry: os.DirEntry[str], parent: Path) -> None:
    """Refuse what is neither folder nor regular file."""
    if entry.is_file(follow_symlinks=False):
        return
    if entry.is_dir():
        what = tr("contains a link to another folder ({link})", link=entry.name)
        hint = tr("Replace the link with the files themselves")
    else:
        what = tr("{name} is a link, a pipe or a device, not a file", name=entry.name)
        hint = tr("Put the file itself in its place")
    raise InputError(what, where=str(parent), hint=hint)
