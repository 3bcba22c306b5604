"""Measurements that were made before, one file each, by the key of what they were made of.

A file holds what the shot gave and its stills, with their hashes (``bundle``). It is written beside
its place and renamed; one that is damaged counts as none, and is measured again.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from acceptance.batch import bundle
from acceptance.files import regular
from acceptance.files.output import disc_errors, writing
from acceptance.messages import tr
from acceptance.session import store

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.session.measuring import Measured

MEASURED = "measured.json"
MOST = 512 << 20  # bytes of an entry
DAY = 86_400.0  # s
STILL = re.compile(r"data/stills/[\w.-]+\.jpg")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a shot gave, and its stills by their paths in a session."""

    measured: Measured
    stills: dict[str, bytes]


class Damaged(ValueError):  # noqa: N818 -- never shown: who asks measures again
    """An entry that is not as it was written."""


def dump(key: str, measured: Measured, bag: Path) -> bytes:
    """Write an entry: what a shot gave, and the stills in ``bag`` that it names."""
    stills = {name: (bag / name).read_bytes() for name in sorted(store.stills_of(measured))}
    return bundle.pack(key, {MEASURED: store.dump_measured(measured), **stills})


def parse(content: bytes, key: str) -> Entry:
    """Read what ``dump`` wrote under this key. Raises Damaged."""
    try:
        parts = bundle.unpack(content, key)
        measured = store.parse_measured(parts.pop(MEASURED, b""))
    except (ValueError, RecursionError) as error:
        raise Damaged(key) from error
    named = store.stills_of(measured)
    if parts.keys() != named or not all(map(STILL.fullmatch, named)):
        raise Damaged(key)
    return Entry(measured=measured, stills=parts)


@dataclass(frozen=True)
class Cache:
    """A folder of entries."""

    folder: Path

    def path(self, key: str) -> Path:
        """Return where the entry of a key is, or would be."""
        return self.folder / key[:2] / f"{key}.measured"

    def holds(self, key: str) -> bool:
        """Whether there is a whole entry of a key, which counts as used now. Raises Damaged."""
        content = self._content(key)
        try:
            held = content is not None and bool(bundle.unpack(content, key))
        except ValueError as error:
            raise Damaged(key) from error
        if held:
            with contextlib.suppress(OSError):  # somebody else's cache, which is only read
                os.utime(self.path(key))
        return held

    def require_writable(self) -> None:
        """Refuse before a clip is measured what would be refused after. Raises OutputError."""
        hint = tr("Choose another folder for measurements with --cache")
        with disc_errors(self.folder, hint=hint):
            self.folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=self.folder):
                pass

    def forget(self, days: float) -> None:
        """Remove the entries that no batch has used for so many days. Raises OutputError."""
        oldest = time.time() - days * DAY
        with writing(self.folder):
            for path in self.folder.glob("*/*.measured"):
                with contextlib.suppress(FileNotFoundError):  # by another batch, meanwhile
                    if path.stat().st_mtime < oldest:
                        path.unlink()

    def find(self, key: str) -> Entry | None:
        """Return what was kept under a key; None: nothing. Raises Damaged."""
        content = self._content(key)
        return None if content is None else parse(content, key)

    def _content(self, key: str) -> bytes | None:
        try:
            return regular.content(self.path(key), MOST)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Damaged(key) from error

    def keep(self, key: str, content: bytes) -> None:
        """Keep what ``dump`` wrote. Raises OutputError, and ValueError where it is not whole.

        It is not waited for the disc: what a power failure damages is measured again.
        """
        bundle.unpack(content, key)
        path = self.path(key)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with writing(path.parent):
            try:
                draft.write_bytes(content)
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
