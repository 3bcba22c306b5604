"""What a batch did, one JSON object a line, added as it happens: ``OUT/batch.jsonl``.

The next batch on the same output reads there which sessions are made already. A session is kept
only where it is still what the line says, and of the same clips, plan and packs: the line is
written just before the session's folder gets its name. What a kept session concludes is read in the
session, since anybody can change a line. Half a line that a kill left is cut off.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from acceptance.checks.decision import FAILURES
from acceptance.errors import AcceptanceError
from acceptance.files import regular
from acceptance.files.output import append, cut_half_line, disc_errors
from acceptance.model.basics import CHINA
from acceptance.session import integrity, store
from acceptance.session.evidence import hash_file
from acceptance.session.plan import FIELDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from acceptance.model import Finding, Session, Shot

FILE, SESSION = "batch.jsonl", "session"
MOST = 1 << 30  # bytes of a record: some million sessions


@dataclass(frozen=True)
class Record:
    """The record in an output folder."""

    out: Path

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.out / FILE

    def begin(self) -> None:
        """Cut off what is no line, so that lines can be added. Raises OutputError."""
        cut_half_line(self.path, MOST)

    def add(self, event: str, **details: object) -> None:
        """Add a line. Raises OutputError.

        Only for one of a session it is waited until it is on the disc.
        """
        when = datetime.now(CHINA).isoformat(timespec="milliseconds")
        line = json.dumps({"when": when, "event": event, **details}, ensure_ascii=False)
        content = line.encode() + b"\n"
        with disc_errors(self.path):
            if event == SESSION:
                append(self.path, content)
            else:
                append(self.path, content, flushed=False)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield the lines, the oldest first, without those that are none."""
        try:
            content = regular.content(self.path, MOST)
        except OSError:
            return
        for line in content.split(b"\n"):
            with contextlib.suppress(ValueError, RecursionError):
                if isinstance(said := json.loads(line), dict):
                    yield said

    def sessions(self) -> dict[str, dict[str, Any]]:
        """Return the sessions made so far, by the key of what they were made of."""
        made = (line for line in self.lines() if line.get("event") == SESSION)
        return {str(line.get("key")): line for line in made}


def kept(
    out: Path,
    line: dict[str, Any],
    files: Mapping[str, Mapping[str, list[str]]],
    inputs: Mapping[str, str],
) -> dict[str, Any] | None:
    """Return what the session of a line says of itself (``about``).

    None where it is not in ``out`` as it was made, with report and evidence, and of these ``files``
    (``planned.LookedUp``) and ``inputs`` (path in the session -> SHA-256). Footage and what lies
    beside it is not read (``session.integrity``); ``acceptance verify`` does.
    """
    folder = out / str(line.get("session") or ".")
    file = folder / store.FILE
    if folder.parent != out or folder.name == "..":  # nothing from elsewhere
        return None
    try:
        if line.get("without_report") and not store.is_reported(folder):
            return None  # its pages could not be set to be signed
        if not file.is_file() or hash_file(file) != line.get("sha256"):
            return None
        done = store.load(folder)
        own = {shot.id: _files(done, shot) for shot in done.shots} == files and all(
            hash_file(folder / path) == digest for path, digest in inputs.items()
        )
        sound = own and done.id == folder.name and integrity.is_as_sealed(folder)
    except (OSError, ValueError, AcceptanceError):
        return None
    return about(folder, done) if sound else None


def _files(done: Session, shot: Shot) -> dict[str, list[str]]:
    """Return the hashes of a shot's files, as its session has them."""
    named = {str(field): getattr(shot, field) for field in FIELDS if getattr(shot, field)}
    found = {
        field: sorted(
            digest
            for path, digest in done.hashes.items()
            if path == name or path.startswith(f"{name}/")
        )
        for field, name in named.items()
    }
    return found | {"clip": [shot.sha256]}


def about(folder: Path, done: Session) -> dict[str, Any]:
    """Return number, hash and verdict of the session in a folder."""
    return {
        "session": done.id,
        "sha256": hash_file(folder / store.FILE),
        "verdict": str(done.verdict),
        "provisional": done.bottom_line.provisional,
        "failed": sorted({one.clause for one in done.findings if _counts(one)}),
    }


def _counts(finding: Finding) -> bool:
    return finding.decides and finding.verdict in FAILURES
