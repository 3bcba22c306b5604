"""What is written beside a clip: when its frames came, every packet, and the conversation."""

from __future__ import annotations

import contextlib
import hashlib
from collections import deque
from typing import TYPE_CHECKING

from acceptance.files import output

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from acceptance.live.rtsp.whole_frames import PacketRow
    from acceptance.live.transcript import Field, Transcript

ARRIVALS, PACKETS, RECORD = ".arrivals.csv", ".packets.csv", ".stream.jsonl"
HEADING = "connection,sequence,rtp_time,arrival_s,user_s,bytes,marker,frame"


def beside(clip: Path, ending: str) -> Path:
    """Name a file beside a clip."""
    return clip.with_name(clip.stem + ending)


def another(clip: Path, number: int) -> Path:
    """Name the next clip of a stream, which does not exist yet."""
    named = clip.with_name(f"{clip.stem}-{number}{clip.suffix}")
    return another(clip, number + 1) if any(path.exists() for path in every(named)) else named


def every(clip: Path) -> tuple[Path, ...]:
    """Name the clip and all files beside it."""
    return clip, *(beside(clip, ending) for ending in (ARRIVALS, PACKETS, RECORD))


def require_new(clip: Path) -> None:
    """Refuse to write over an earlier capture. Raises OutputError."""
    for path in every(clip):
        output.require_new(path)


def remove(clip: Path) -> None:
    """Remove what was begun of a capture in which nothing came. Raises OutputError."""
    with output.disc_errors(clip):
        for path in every(clip):
            path.unlink(missing_ok=True)


def size(clip: Path) -> int | None:
    """Return the bytes of a clip by which its record is known to be its own; None without one.

    Raises OutputError.
    """
    with output.disc_errors(clip):
        return clip.stat().st_size if clip.exists() else None


def sha256(clip: Path, ending: str = PACKETS) -> str | None:
    """Return the hash of a file of a capture by which its record is known to be of it.

    None where there is none. Raises OutputError where the medium was removed.
    """
    file = beside(clip, ending)
    with output.disc_errors(clip):
        if not file.exists():
            return None
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()


def finish(record: Transcript, clip: Path, *, full: bool, **fields: Field) -> None:
    """Write the last line of a record, by which clip and packets are known to be its own.

    It is written also where these cannot be read again; ``full``: the disc was full, so that of the
    clip and its arrivals there may be more or less. Raises OutputError.
    """
    known: dict[str, Field] = {"clip_bytes": None, "packets_sha256": None}
    try:
        known["clip_bytes"] = None if full else size(clip)
        known["packets_sha256"] = sha256(clip)
        if not full:
            known["clip_sha256"] = sha256(clip, clip.suffix)
            known["arrivals_sha256"] = sha256(clip, ARRIVALS)
    finally:
        record.write("finished", **fields, **known)


class Tables:
    """``NAME.packets.csv`` and ``NAME.arrivals.csv``, line by line.

    A packet's line waits until the number of its frame is known; the lines stay in order of
    arrival. A frame's arrival is written once its picture is on the disc.
    """

    def __init__(self, clip: Path) -> None:
        """Begin both. Raises OutputError."""
        self._clip, self._next = clip, 0
        self._rows: deque[PacketRow] = deque()
        self._stack = contextlib.ExitStack()
        with self._writing():
            self._packets = self._stack.enter_context(
                beside(clip, PACKETS).open("x", encoding="utf-8", newline="\n")
            )
            self._arrivals = self._stack.enter_context(
                beside(clip, ARRIVALS).open("x", encoding="utf-8", newline="\n")
            )
            self._packets.write(HEADING + "\n")
            self._arrivals.write("frame,arrival_s\n")

    def packet(self, row: PacketRow) -> None:
        """Take a packet's line."""
        self._rows.append(row)

    def arrived(self, moments: Iterable[float]) -> None:
        """Write when the next frames came, in Unix s. Raises OutputError."""
        with self._writing():
            for moment in moments:
                self._arrivals.write(f"{self._next},{moment:.6f}\n")
                self._next += 1
            self._arrivals.flush()

    def settle(self) -> None:
        """Write the lines of the packets whose frames are known. Raises OutputError."""
        with self._writing():
            while self._rows and self._rows[0].frame is not None:
                row = self._rows.popleft()
                self._packets.write(f"{row.text},{row.frame}\n")
            self._packets.flush()

    def close(self) -> None:
        """Write what waits, and close. Raises OutputError."""
        for row in self._rows:
            row.frame = -1 if row.frame is None else row.frame
        try:
            self.settle()
        finally:
            with self._writing():
                self._stack.close()

    def _writing(self) -> contextlib.AbstractContextManager[None]:
        return output.writing(self._clip.parent, named=self._clip)
