"""The text of RTSP (RFC 2326): requests out, replies in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BREAK = re.compile(r"[\r\n]+")
STATUS = re.compile(r"RTSP/\d\.\d\s+(\d{3})\s*(.*)")
REQUEST = re.compile(r"([A-Z_]{3,20}) \S+ RTSP/\d\.\d")
HEARD = {"OPTIONS", "GET_PARAMETER", "SET_PARAMETER", "ANNOUNCE"}  # what a device may say
LONGEST_PHRASE = 200  # characters of a device's own words


@dataclass(frozen=True, kw_only=True)
class RtspReply:
    """What a device answers."""

    status: int
    """200: done; 401: who is there?; 453, 503: too much at once."""

    phrase: str
    """The device's own words for it."""

    headers: tuple[tuple[str, str], ...]
    """In the order sent, names in lower case; some come twice."""

    body: bytes = b""
    """What follows the headers, for instance an SDP."""

    def values(self, name: str) -> tuple[str, ...]:
        """Return every header of that name (lower case)."""
        return tuple(value for known, value in self.headers if known == name)

    def value(self, name: str) -> str:
        """Return the first header of that name, empty where there is none."""
        return next(iter(self.values(name)), "")


def request(method: str, url: str, headers: Mapping[str, str]) -> bytes:
    """Write a request; a line break in a header would begin another, so it is taken out."""
    lines = [f"{method} {url} RTSP/1.0"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(BREAK.sub(" ", line) for line in lines) + "\r\n\r\n").encode()


def head(text: bytes) -> RtspReply | None:
    """Read the status line and headers; None where it is no reply of RTSP."""
    first, *rest = text.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    found = STATUS.fullmatch(first.strip())
    if found is None:
        return None
    phrase = found[2].strip()[:LONGEST_PHRASE]
    return RtspReply(status=int(found[1]), phrase=phrase, headers=_headers(rest))


def _headers(lines: Iterable[str]) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition(":") for line in lines if ":" in line)
    return tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)


def asked(text: bytes) -> RtspReply | None:
    """Read a request of the device's own, which is answered with what this returns; None: none.

    RFC 2326 lets devices ask, too: OPTIONS and GET_PARAMETER to see who listens, ANNOUNCE.
    """
    first, _, rest = text.decode("utf-8", "replace").partition("\n")
    found = REQUEST.fullmatch(first.strip())
    if found is None:
        return None
    status, phrase = (200, "OK") if found[1] in HEARD else (501, "Not Implemented")
    return RtspReply(status=status, phrase=phrase, headers=_headers(rest.split("\n")))


def answered(reply: RtspReply) -> bytes:
    """Write the answer to a request of a device."""
    text = f"RTSP/1.0 {reply.status} {reply.phrase}\r\nCSeq: {reply.value('cseq')}\r\n\r\n"
    return text.encode()


def length(reply: RtspReply) -> int:
    """Return the length of the body in bytes; -1 where the header is nonsense."""
    return number(reply.value("content-length") or "0")


def number(text: str, most: int = 10**9) -> int:
    """Read a number from 0 to ``most`` as a device writes it; -1 where it is none."""
    found = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else -1
    return found if found <= most else -1


def parts(header: str) -> dict[str, str]:
    """Read ``a;b=c;d="e"``; names in lower case, empty where a part has no value."""
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
