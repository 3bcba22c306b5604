"""The transcript of a conversation with a device: lines of JSON, each whole on the disc at once.

What is killed keeps what it has written; passwords are masked before anything is written.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from acceptance.errors import SessionError
from acceptance.files import output, regular
from acceptance.live.credentials import Mask
from acceptance.messages import tr

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
MOST_BYTES = 256 << 20
Field = str | int | float | bool | None | bytes | list["Field"] | dict[str, "Field"]


class Transcript:
    """A file of lines ``{"event": ..., "utc": ..., "monotonic": ..., ...}``.

    The first is ``{"event": "transcript", "kind": ..., "format": 1}``.
    ``utc``: ISO time of the tester's clock; ``monotonic``: s, for intervals. May be written to by
    several threads.
    """

    def __init__(self, path: Path, kind: str, mask: Mask | None = None) -> None:
        """Begin a new file. Raises OutputError, also where it exists."""
        output.require_new(path)
        self.path, self._mask, self._lock = path, mask or Mask(), threading.Lock()
        self._lines = 0
        with output.writing(path.parent, named=path):
            self._file = path.open("x", encoding="utf-8", newline="\n")
        self.write("transcript", kind=kind, format=FORMAT)

    def write(self, event: str, **fields: Field) -> int:
        """Write one line and return its number, from 1. Raises OutputError."""
        stamps = {"utc": datetime.now(UTC).isoformat(), "monotonic": time.monotonic()}
        line = json.dumps({"event": event, **stamps, **fields}, ensure_ascii=False, default=_bytes)
        with self._lock, output.writing(self.path.parent, named=self.path):
            self._file.write(self._mask(line) + "\n")
            self._file.flush()
            self._lines += 1
            return self._lines

    def close(self) -> None:
        """Bring it to the disc and close it."""
        with self._lock, output.writing(self.path.parent, named=self.path):
            if not self._file.closed:
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _bytes(content: object) -> str | dict[str, str]:
    """Write bytes as text where they are UTF-8, else in base64."""
    if not isinstance(content, bytes):
        raise TypeError(type(content).__name__)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}


def read(path: Path, kind: str) -> list[dict[str, Field]]:
    """Read a transcript of that kind without its first line; a last line cut short is left out.

    Raises SessionError where it is none.
    """
    hint = tr("Give the file as the toolkit wrote it")
    try:
        whole, _, _ = regular.content(path, MOST_BYTES).decode().rpartition("\n")
        lines = [json.loads(line) for line in whole.split("\n")]
    except (OSError, ValueError, RecursionError):
        lines = []
    head = {"event": "transcript", "kind": kind, "format": FORMAT}
    sound = all(isinstance(line, dict) and isinstance(line.get("event"), str) for line in lines)
    if not lines or not sound or not head.items() <= lines[0].items():
        what = tr("is no transcript of the kind {kind}", kind=kind)
        raise SessionError(what, where=str(path), hint=hint)
    return lines[1:]
