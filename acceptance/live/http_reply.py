"""A reply of HTTP or RTSP: put together from pieces within bounds, and kept as it came.

Nothing is decompressed, redirected or believed. Libraries for HTTP have no limit for a whole reply,
only one for each piece of it, and throw away what does not conform: here that is the evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_HEAD = 64 << 10  # bytes of status line and headers
HEAD_END = re.compile(rb"\r?\n\r?\n")
CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r?\n")
LONGEST_LINE = 4 << 10  # bytes before a chunk
STATUS = re.compile(rb"(HTTP|RTSP)/(\d\.\d) +(\d{3})")
BODILESS = {204, 304}


class ReplyEnd(StrEnum):
    """How a reply ended."""

    WHOLE = "whole"
    CLOSED = "closed"  # by the other side
    TIME_OUT = "time_out"
    TOO_LONG = "too_long"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class HttpReply:
    """What came back, and when; moments are of ``time.monotonic``."""

    raw: bytes
    """All bytes as they came, headers included; at most as many as were allowed."""

    ending: ReplyEnd
    """How it ended."""

    sent: float = 0.0
    """When the request began to be sent."""

    begun: float = 0.0
    """When the headers were there."""

    ended: float = 0.0
    """When the last byte was there."""

    failure: str = ""
    """Why there is no whole reply: a sentence without full stop; empty: it is whole."""

    @property
    def protocol(self) -> str:
        """``HTTP``, ``RTSP`` or empty."""
        match = STATUS.match(self.raw, _begin(self.raw))
        return match[1].decode() if match else ""

    @property
    def status(self) -> int:
        """Status code; 0: there is none."""
        match = STATUS.match(self.raw, _begin(self.raw))
        return int(match[3]) if match else 0

    def values(self, name: str) -> list[str]:
        """Return every header of that name, in any case."""
        return _values(_head(self.raw), name)

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by name in lower case; several of one name are joined by commas."""
        pairs, found = _pairs(_head(self.raw)), dict[str, str]()
        for name, value in pairs:
            found[name] = f"{found[name]}, {value}" if name in found else value
        return found

    @property
    def body(self) -> bytes:
        """What follows the headers, without the marks of chunks."""
        head, begin = _head(self.raw), _begin(self.raw)
        found = HEAD_END.search(self.raw, begin)
        body = self.raw[found.end() :] if found else b""
        if _is_chunked(head):
            return _joined(body)
        length = _length(head)
        return body if length is None else body[:length]

    @property
    def compressed(self) -> str:
        """How its body is compressed, though nobody asked for that; empty: it is not."""
        kinds = [kind for kind in self.values("content-encoding") if kind.lower() != "identity"]
        return ", ".join(kinds)


class ReplyReader:
    """Puts a reply together, and tells when it is over."""

    def __init__(self, most: int) -> None:
        """``most``: bytes of a whole reply."""
        self.came = bytearray()
        self.ending: ReplyEnd | None = None  # None: more is to come
        self.keeps_open = False  # whether another request may follow on the connection
        self.until_closed = False  # whether nothing else ends it
        self.begun = False  # whether the headers are there
        self._most = most
        self._at = self._end = 0  # where the next chunk begins; where the body ends
        self._chunked = False

    @property
    def looks_right(self) -> bool:
        """Whether what came begins as a reply does."""
        return bool(STATUS.match(self.came))

    def add(self, piece: bytes) -> None:
        """Take what came; nothing: the other side has closed the connection."""
        self.came += piece
        if not piece:
            self.ending = ReplyEnd.CLOSED
            return
        if not self.begun:
            self._look_for_head()
        if self.begun and self.ending is None:
            self._look_for_end()
        if self.ending is None and len(self.came) > self._most:
            self.ending = ReplyEnd.TOO_LONG
            del self.came[self._most :]

    def _look_for_head(self) -> None:
        content = self.came
        begin = _begin(content)
        found = HEAD_END.search(content, begin)
        if found is None:
            if len(content) > MOST_HEAD:
                self.ending = ReplyEnd.TOO_LONG
            return
        head = bytes(content[begin : found.start()])
        self.begun, self._at = True, found.end()
        self._learn(head)

    def _learn(self, head: bytes) -> None:
        """Take from the headers how long the body is."""
        match, length = STATUS.match(head), _length(head)
        if match is None or len(set(_values(head, "content-length"))) > 1:
            self.ending = ReplyEnd.BROKEN
            return
        asked = ", ".join(_values(head, "connection")).lower()
        self.keeps_open = "close" not in asked and (match[2] != b"1.0" or "keep-alive" in asked)
        self._chunked = _is_chunked(head)
        if int(match[3]) in BODILESS or (length is None and match[1] == b"RTSP"):
            length, self._chunked = 0, False
        self.until_closed = length is None and not self._chunked
        self.keeps_open &= not self.until_closed
        self._end = self._at + (length or 0)

    def _look_for_end(self) -> None:
        while self._chunked and self.ending is None:
            if not self._next_chunk():
                return
        if not self.until_closed and len(self.came) >= self._end and self.ending is None:
            self.ending = ReplyEnd.WHOLE
        if self.ending is ReplyEnd.WHOLE:
            self.keeps_open &= len(self.came) == self._end  # what comes unasked answers nothing

    def _next_chunk(self) -> bool:
        """Step over a chunk; False where more has to come first."""
        line = CHUNK.match(self.came, self._at)
        if line is None:
            hopeless = b"\n" in self.came[self._at :] or len(self.came) > self._at + LONGEST_LINE
            self.ending = ReplyEnd.BROKEN if hopeless else None
            return False
        size = int(line[1], 16)
        if size:
            self._at = line.end() + size + 2
            return self._at <= len(self.came)
        end = HEAD_END.search(self.came, line.end() - 2)
        if end is None:
            return False
        self._chunked, self._end = False, end.end()
        return True


def _begin(content: bytes | bytearray) -> int:
    """Return where the final reply begins: after those that only say that it will come (1xx)."""
    begin = 0
    while (status := STATUS.match(content, begin)) and status[3].startswith(b"1"):
        end = HEAD_END.search(content, begin)
        if end is None:
            break
        begin = end.end()
    return begin


def _head(content: bytes) -> bytes:
    begin = _begin(content)
    found = HEAD_END.search(content, begin)
    return content[begin : found.start() if found else len(content)][:MOST_HEAD]


def _pairs(head: bytes) -> list[tuple[str, str]]:
    lines = re.split(r"\r?\n", head.decode("latin-1"))[1:]
    pairs = (line.partition(":") for line in lines)
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]


def _values(head: bytes, name: str) -> list[str]:
    return [value for known, value in _pairs(head) if known == name.lower()]


def _length(head: bytes) -> int | None:
    """Return the length of the body in bytes; None: not stated, or nonsense."""
    stated = next(iter(_values(head, "content-length")), "")
    decimal = stated.isascii() and stated.isdecimal()
    return int(stated.lstrip("0")[:15] or "0") if decimal else None


def _is_chunked(head: bytes) -> bool:
    coded = ", ".join(_values(head, "transfer-encoding")).lower()
    return coded.rpartition(",")[2].strip() == "chunked"


def _joined(body: bytes) -> bytes:
    """Join the chunks of a body as far as they came."""
    chunks, at = [], 0
    while (match := CHUNK.match(body, at)) and int(match[1], 16):
        end = match.end() + int(match[1], 16)
        chunks.append(body[match.end() : end])
        at = end + 2
    return b"".join(chunks)
