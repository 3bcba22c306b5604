"""Messages of SIP (RFC 3261), as far as GB/T 28181 uses them: read strictly, written plainly."""

from __future__ import annotations

import re
from dataclasses import dataclass

from acceptance.messages import tr

MOST_HEAD = 16 << 10  # bytes of start line and headers
MOST_LINE = 4 << 10  # bytes of one header
MOST_BODY = 1 << 20  # bytes; a catalogue comes a few items a message
COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "s": "subject",
}
NEEDED = ("via", "from", "to", "call-id", "cseq")
REQUEST = re.compile(r"([A-Z]{1,20}) (sips?:\S{1,300}) SIP/2\.0")
RESPONSE = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: (.*))?")
USER = re.compile(r"sips?:([^@;>\s]{1,64})@", re.IGNORECASE)
HOST = re.compile(r"@([^;>\s]{1,64})")
COUNT = re.compile(r"(\d{1,10})\s+([A-Z]{1,20})")


class SipSyntaxError(ValueError):
    """What came is no message of SIP; the text says why."""


@dataclass(frozen=True)
class SipMessage:
    """A request or a response."""

    start: str
    """The first line, without its end."""

    headers: tuple[tuple[str, str], ...]
    """Name and value of each header, in order."""

    body: bytes = b""
    """What follows the empty line."""

    @property
    def method(self) -> str:
        """Name of the request; empty for a response."""
        match = REQUEST.fullmatch(self.start)
        return match[1] if match else ""

    @property
    def uri(self) -> str:
        """Of a request: whom it is for."""
        match = REQUEST.fullmatch(self.start)
        return match[2] if match else ""

    @property
    def status(self) -> int:
        """Code of the response, 100 to 699; 0 for a request."""
        match = RESPONSE.fullmatch(self.start)
        return int(match[1]) if match else 0

    def all(self, name: str) -> list[str]:
        """Return the values of every header of that name, whatever its letters' case."""
        name = name.lower()
        return [value for header, value in self.headers if _full(header) == name]

    def header(self, name: str) -> str:
        """Return the first header of that name; empty where there is none."""
        return next(iter(self.all(name)), "")

    @property
    def call(self) -> str:
        """The Call-ID."""
        return self.header("call-id")

    @property
    def counted(self) -> tuple[int, str]:
        """Number and method of CSeq."""
        match = COUNT.fullmatch(self.header("cseq"))
        return (int(match[1]), match[2]) if match else (0, "")

    @property
    def branch(self) -> str:
        """The mark of the transaction in the topmost Via."""
        return parameter(self.header("via").partition(",")[0], "branch")

    def head(self) -> str:
        """Write what comes before the body."""
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", ""])

    def to_bytes(self) -> bytes:
        """Write it as it is sent."""
        return self.head().encode() + self.body


def _full(name: str) -> str:
    return COMPACT.get(name.lower(), name.lower())


def user_of(header: str) -> str:
    """Return the user of the address in a From, To or Contact; empty without one."""
    match = USER.search(header)
    return match[1] if match else ""


def host_of(header: str) -> str:
    """Return host and port of the address in a Contact; empty without one."""
    match = HOST.search(header)
    return match[1] if match else ""


def parameter(header: str, name: str) -> str:
    """Return a parameter behind a header's address (``tag``, ``branch``, ``expires``)."""
    _, _, behind = header.rpartition(">")
    match = re.search(rf";\s*{name}\s*=\s*\"?([^;,\s\"]+)", f";{behind}", re.IGNORECASE)
    return match[1] if match else ""


def parse(content: bytes) -> SipMessage:
    """Read one whole message, as a datagram holds it. Raises SipSyntaxError."""
    head, _, body = _divided(content)
    start, *lines = _unfolded(head)
    if not (REQUEST.fullmatch(start) or RESPONSE.fullmatch(start)):
        raise SipSyntaxError(tr("the first line is none of SIP/2.0"))
    message = SipMessage(start, tuple(_header(line) for line in lines))
    missing = [name for name in NEEDED if not message.header(name)]
    if missing:
        raise SipSyntaxError(tr("headers missing: {names}", names=", ".join(missing)))
    if message.counted == (0, "") or message.method not in {"", message.counted[1]}:
        raise SipSyntaxError(tr("CSeq is not a number and the method"))
    length = _length(message, len(body))
    if length > len(body):
        raise SipSyntaxError(tr("the body is shorter than Content-Length says"))
    headers = tuple(pair for pair in message.headers if _full(pair[0]) != "content-length")
    return SipMessage(start, headers, body[:length])


def _divided(content: bytes) -> tuple[bytes, bytes, bytes]:
    """Part head and body; bare line feeds are let pass."""
    for end in (b"\r\n\r\n", b"\n\n"):
        head, found, body = content.partition(end)
        if found:
            break
    if not found:
        raise SipSyntaxError(tr("no empty line ends the headers"))
    if len(head) > MOST_HEAD or len(body) > MOST_BODY:
        raise SipSyntaxError(tr("too long"))
    return head, found, body


def _unfolded(head: bytes) -> list[str]:
    text = head.decode("utf-8", errors="replace").replace("\r\n", "\n")
    text = re.sub(r"\n[ \t]+", " ", text.lstrip("\n"))
    if re.search(r"[\0\r]", text):
        raise SipSyntaxError(tr("control characters in the headers"))
    return text.split("\n")


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if len(line) > MOST_LINE:
        raise SipSyntaxError(tr("too long"))
    if not colon or not re.fullmatch(r"[A-Za-z0-9.!%*_+`'~-]{1,60}\s*", name):
        raise SipSyntaxError(tr("a line of the headers is none"))
    return name.strip(), value.strip()


def _length(message: SipMessage, otherwise: int) -> int:
    stated = message.header("content-length")
    if not stated:
        return otherwise
    if not re.fullmatch(r"[0-9]{1,9}", stated):
        raise SipSyntaxError(tr("Content-Length is no number"))
    return int(stated)


class Framer:
    """Cuts the bytes of a TCP connection into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.whole = 0
        """Messages so far."""

    def feed(self, content: bytes) -> list[bytes]:
        """Add what came; return the messages that are whole. Raises SipSyntaxError: hopeless."""
        self._bytes += content
        whole = []
        while (message := self._next()) is not None:
            whole.append(message)
        self.whole += len(whole)
        return whole

    def _next(self) -> bytes | None:
        while self._bytes.startswith((b"\r", b"\n")):  # a keep-alive of RFC 5626
            del self._bytes[:1]
        end = self._bytes.find(b"\r\n\r\n", 0, MOST_HEAD + 4)
        if end < 0:
            if len(self._bytes) > MOST_HEAD:
                raise SipSyntaxError(tr("too long"))
            return None
        length = _stated(bytes(self._bytes[:end]))
        if length > MOST_BODY:
            raise SipSyntaxError(tr("too long"))
        size = end + 4 + length
        if len(self._bytes) < size:
            return None
        message = bytes(self._bytes[:size])
        del self._bytes[:size]
        return message


def _stated(head: bytes) -> int:
    match = re.search(
        rb"(?:^|\n)(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})\s*(?:$|\r)", head, re.IGNORECASE
    )
    if match is None:
        raise SipSyntaxError(tr("no Content-Length, which TCP needs"))
    return int(match[1])
