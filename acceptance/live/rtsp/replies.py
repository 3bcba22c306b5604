"""The text of RTSP (RFC 2326): requests out, replies in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BREAK = re.compile(r"[\r\n]+")
STATUS = re.compile(r"RTSP/\d\.\d\s+(\d{3})\s*(.*)")


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
    pairs = (line.partition(":") for line in rest if ":" in line)
    headers = tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)
    return RtspReply(status=int(found[1]), phrase=found[2].strip(), headers=headers)


def length(reply: RtspReply) -> int:
    """Return the length of the body in bytes; -1 where the header is nonsense."""
    given = reply.value("content-length") or "0"
    return int(given) if given.isascii() and given.isdecimal() else -1


def parts(header: str) -> dict[str, str]:
    """Read ``a;b=c;d="e"``; names in lower case, empty where a part has no value."""
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
