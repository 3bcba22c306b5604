"""A recorder that speaks GB/T 28181, written apart from the toolkit, with faults to order.

It registers, keeps alive, answers questions and sends a programme stream (of
``gb28181_stream.py``) over RTP; in threads of the test's process.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import queue
import re
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ID, PLATFORM = "34020000001110000001", "34020000002000000001"
CHANNELS = tuple(f"340200000013200000{number:02d}" for number in range(1, 6))
PASSWORD = "12345678"  # noqa: S105 -- of a device that is simulated
PACKET = 1400  # bytes of payload


@dataclass
class Faults:
    """What the device does wrong, as told."""

    catalogue_sends: tuple[tuple[int, ...], ...] = ((0, 1), (2, 3), (4,))
    """Which channels each message of the catalogue holds."""

    silent: frozenset[str] = frozenset()
    """Questions that are accepted and never answered; ``INVITE``: never answered at all."""

    encoding: str = "gb18030"
    """In which bodies are written, whatever they declare."""

    clock: float = 0.0
    """s by which the device's clock is ahead."""

    lost: frozenset[int] = frozenset()
    """Packets of the stream that are left out, counted from 0."""

    ssrc: int | None = None
    """In place of the one asked for."""

    md5_only: bool = False
    """Whether it knows no other hash, whatever is asked for."""

    refuse: int = 0
    """Status that INVITE is answered with."""

    svac: bool = False
    """Whether the map of the stream names another codec than it has."""

    late: float = 0.0
    """s after which INVITE is accepted."""

    deaf: bool = False
    """Whether nobody listens at the port where it is to be called."""

    hang_up: int = 0
    """After so many packets the device says BYE."""

    stall: int = 0
    """After so many packets nothing more comes."""


@dataclass
class Device:
    """A device; a context manager that starts and ends its threads."""

    platform: tuple[str, int]
    password: str = PASSWORD
    transport: str = "UDP"
    id: str = ID
    faults: Faults = field(default_factory=Faults)
    stream: list[tuple[float, bytes]] = field(default_factory=list)
    records: list[tuple[str, str]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    sent_packets: list[int] = field(default_factory=list)

    def __enter__(self) -> Self:
        kind = socket.SOCK_DGRAM if self.transport == "UDP" else socket.SOCK_STREAM
        self._family = socket.AF_INET6 if ":" in self.platform[0] else socket.AF_INET
        self._socket = socket.socket(self._family, kind)
        self._socket.connect(self.platform)
        self._waiting: dict[tuple[str, int], queue.Queue[str]] = {}
        self._calls = itertools.count(1)
        self._ended = threading.Event()
        self._salt = time.monotonic_ns()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    # --- what it says by itself

    def register(self, expires: int = 3600, *, date: bool = False) -> str:
        """Register; return the final response."""
        call = f"register{next(self._calls)}-{self._salt}"
        first = self._ask("REGISTER", call, 1, expires=expires, date=date)
        challenge = re.search(r'realm="([^"]*)", nonce="([^"]*)"', first)
        if challenge is None:
            return first
        realm, nonce = challenge.groups()
        uri = f"sip:{PLATFORM}@{realm}"
        asked = re.search(r"algorithm=([\w-]+)", first)
        name = asked[1] if asked and not self.faults.md5_only else "MD5"

        def hashed(text: str) -> str:
            return hashlib.new(name.replace("-", "").lower(), text.encode()).hexdigest()

        secret = hashed(f"{self.id}:{realm}:{self.password}")
        answer = hashed(f"{secret}:{nonce}:{hashed(f'REGISTER:{uri}')}")
        given = f'username="{self.id}", realm="{realm}", nonce="{nonce}", uri="{uri}"'
        more = f'Authorization: Digest {given}, response="{answer}", algorithm={name}\r\n'
        return self._ask("REGISTER", call, 2, more, expires=expires, date=date)

    def keep_alive(self) -> str:
        """Say that it is there; return the response."""
        return self.say(_xml("Notify", "Keepalive", "1", self.id, "<Status>OK</Status>"))

    def say(self, text: str) -> str:
        """Send a body; return the response."""
        body = text.encode(self.faults.encoding)
        return self._ask("MESSAGE", f"message{next(self._calls)}-{self._salt}", 1, body=body)

    def _ask(
        self, method: str, call: str, number: int, more: str = "", *,
        body: bytes = b"", expires: int | None = None, date: bool = False,
    ) -> str:  # fmt: skip
        realm = PLATFORM[:10]
        place = self._place()
        if expires is not None:
            more += f"Contact: <sip:{self.id}@{place}>\r\nExpires: {expires}\r\n"
        if date:
            more += f"Date: {self._now(3)}\r\n"
        to = self.id if method == "REGISTER" else PLATFORM
        head = (
            f"{method} sip:{PLATFORM}@{realm} SIP/2.0\r\n"
            f"Via: SIP/2.0/{self.transport} {place};rport;branch=z9hG4bK{call}{number}\r\n"
            f"From: <sip:{self.id}@{realm}>;tag=1\r\nTo: <sip:{to}@{realm}>\r\n"
            f"Call-ID: {call}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\n{more}"
            f"Content-Type: Application/MANSCDP+xml\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        waiting = self._waiting[call, number] = queue.Queue()
        self._socket.send(head.encode() + body)
        return waiting.get(timeout=3)

    def _place(self) -> str:
        host, port, *_ = self._socket.getsockname()
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def _now(self, places: int) -> str:
        now = time.time() + self.faults.clock + 8 * 3600
        whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        return whole + f"{now % 1:.9f}"[1 : places + 2] if places else whole

    # --- what it answers

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            for message in self._messages():
                text = message.decode("gb18030", errors="replace")
                self.heard.append(text)
                if text.startswith("SIP/2.0"):
                    call = _found("Call-ID: (.*)\r\n", text)
                    number = int(_found(r"CSeq: (\d+) ", text))
                    if (call, number) in self._waiting:
                        self._waiting[call, number].put(text)
                else:
                    threading.Thread(target=self._answer, args=(text,), daemon=True).start()

    def _messages(self) -> Iterator[bytes]:
        rest = b""
        while not self._ended.is_set():
            rest += self._socket.recv(65535)
            if not rest:
                return
            while b"\r\n\r\n" in rest:
                head, _, body = rest.partition(b"\r\n\r\n")
                match = re.search(rb"Content-Length: (\d+)", head)
                length = int(match[1]) if match else 0
                if len(body) < length:
                    break
                yield head + b"\r\n\r\n" + body[:length]
                rest = body[length:]

    def _answer(self, request: str) -> None:
        with contextlib.suppress(OSError, queue.Empty):  # one of both has gone
            self._answer_to(request)

    def _answer_to(self, request: str) -> None:
        method = request.split(" ", 1)[0]
        if method == "MESSAGE":
            self._respond(request, "200 OK")
            command = re.search("<CmdType>(.*?)</CmdType>", request)
            if command and command[1] not in self.faults.silent:
                self._told(command[1], request)
        elif method == "INVITE" and "INVITE" not in self.faults.silent:
            self._invited(request)
        elif method == "BYE":
            self._hung_up.set()
            self._respond(request, "200 OK")
        elif method == "CANCEL":
            self._respond(request, "200 OK")

    def _respond(self, request: str, status: str, more: str = "", body: str = "") -> None:
        kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq): .*\r\n", request, re.MULTILINE)
        head = re.sub(r"^(To: [^\r;]*)\r", r"\1;tag=9\r", "".join(kept), flags=re.MULTILINE)
        text = f"SIP/2.0 {status}\r\n{head}{more}Content-Length: {len(body)}\r\n\r\n{body}"
        self._socket.send(text.encode())

    def _told(self, command: str, request: str) -> None:
        number, target = _found("<SN>(.*?)</SN>", request), _found("<DeviceID>(.*?)<", request)
        for rest in ANSWERS[command](self):
            self.say(_xml("Response", command, number, target, rest))

    def catalogue(self) -> Iterator[str]:
        """Yield the parts of the answer."""
        for channels in self.faults.catalogue_sends:
            items = "".join(_channel(CHANNELS[each]) for each in channels)
            listed = f'<DeviceList Num="{len(channels)}">{items}</DeviceList>'
            yield f"<SumNum>{len(CHANNELS)}</SumNum>{listed}"

    def information(self) -> Iterator[str]:
        """Yield the answer."""
        yield ("<DeviceName>录像机</DeviceName><Result>OK</Result><Manufacturer>测试</Manufacturer>"
               "<Model>NVR</Model><Firmware>V1</Firmware><Channel>5</Channel>")  # fmt: skip

    def status(self) -> Iterator[str]:
        """Yield the answer."""
        yield ("<Result>OK</Result><Online>ONLINE</Online><Status>OK</Status>"
               f"<DeviceTime>{self._now(0)}</DeviceTime>")  # fmt: skip

    def record_list(self) -> Iterator[str]:
        """Yield the parts of the answer, two records a message."""
        for at in range(0, len(self.records), 2):
            some = self.records[at : at + 2]
            items = "".join(
                f"<Item><DeviceID>{CHANNELS[0]}</DeviceID><Name>一</Name><FilePath>/{start}</FilePath>"
                f"<StartTime>{start}</StartTime><EndTime>{end}</EndTime><Secrecy>0</Secrecy>"
                f"<Type>time</Type></Item>"
                for start, end in some
            )  # fmt: skip
            listed = f'<RecordList Num="{len(some)}">{items}</RecordList>'
            yield f"<SumNum>{len(self.records)}</SumNum>{listed}"

    # --- the stream

    def _invited(self, request: str) -> None:
        if self.faults.refuse:
            self._respond(request, f"{self.faults.refuse} No")
            return
        self._hung_up = threading.Event()
        asked = int(_found(r"y=(\d+)", request))
        ssrc = asked if self.faults.ssrc is None else self.faults.ssrc
        kind = _found(r"m=video \d+ (\S+)", request)
        version = "IP6" if self._family == socket.AF_INET6 else "IP4"
        self._respond(request, "100 Trying")
        time.sleep(self.faults.late)
        active = "a=setup:active" in request
        own, name = self._socket.getsockname()[0], _found("s=(.*)\r\n", request)
        awaiting = socket.create_server((own, 0), family=self._family) if active else None
        port = awaiting.getsockname()[1] if awaiting else 30000
        if awaiting and self.faults.deaf:
            awaiting.close()
        setup = ["a=setup:passive" if active else "a=setup:active"] if "TCP" in kind else []
        lines = (
            *("v=0", f"o={self.id} 0 0 IN {version} {own}", f"s={name}"),
            *(f"c=IN {version} {own}", "t=0 0"),
            *(f"m=video {port} {kind} 96", "a=sendonly", "a=rtpmap:96 PS/90000", *setup),
            *(f"y={ssrc:010d}", ""),
        )
        self._respond(request, "200 OK", "Content-Type: application/sdp\r\n", "\r\n".join(lines))
        if awaiting:
            with awaiting:
                self._send_by(awaiting.accept()[0], ssrc, tcp=True)
            return
        target = _found(r"c=IN IP[46] (\S+)", request), int(_found(r"m=video (\d+)", request))
        self._send(target, ssrc, tcp=kind.startswith("TCP"))
        if not (self._hung_up.is_set() or self._ended.is_set()):
            self._hang_up(request)

    def _send(self, target: tuple[str, int], ssrc: int, *, tcp: bool) -> None:
        kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
        media = socket.socket(self._family, kind)
        media.connect(target)
        self._send_by(media, ssrc, tcp=tcp)

    def _send_by(self, media: socket.socket, ssrc: int, *, tcp: bool) -> None:
        with media, contextlib.suppress(OSError):
            begun, stream = time.monotonic(), self.stream
            if self.faults.svac:
                old, new = b"\x1b\xe0\x00\x0a", b"\x80\xe0\x00\x0a"
                stream = [(due, frame.replace(old, new)) for due, frame in stream]
            for number, (due, packet) in enumerate(packets(stream, ssrc)):
                time.sleep(max(begun + due - time.monotonic(), 0))
                over = self.faults.hang_up and number == self.faults.hang_up
                if self.faults.stall and number == self.faults.stall:
                    self._hung_up.wait(20)
                if over or self._hung_up.is_set() or self._ended.is_set():
                    return
                if number not in self.faults.lost:
                    media.send(struct.pack("!H", len(packet)) + packet if tcp else packet)
                    self.sent_packets.append(number)

    def _hang_up(self, request: str) -> None:
        """End the call with BYE."""
        call = _found("Call-ID: (.*)\r\n", request)
        lines = (
            f"BYE sip:{PLATFORM}@{PLATFORM[:10]} SIP/2.0",
            f"Via: SIP/2.0/{self.transport} {self._place()};branch=z9hG4bKbye{call}",
            "From: " + _found("To: (.*)\r\n", request) + ";tag=9",
            "To: " + _found("From: (.*)\r\n", request),
            *(f"Call-ID: {call}", "CSeq: 2 BYE", "Content-Length: 0", "", ""),
        )
        self._socket.send("\r\n".join(lines).encode())


ANSWERS: dict[str, Callable[[Device], Iterator[str]]] = {
    "Catalog": Device.catalogue,
    "DeviceInfo": Device.information,
    "DeviceStatus": Device.status,
    "RecordInfo": Device.record_list,
}


class Serving(Protocol):
    """What a platform of the toolkit can do."""

    def serve(self, until: Callable[[], bool], seconds: float) -> bool:
        """Answer devices until the condition holds."""


def meanwhile(platform: Serving, act: Callable[[], str]) -> str:
    """Let a device act while the platform serves it."""
    with ThreadPoolExecutor(1) as pool:
        acting = pool.submit(act)
        assert platform.serve(acting.done, 20)
        return acting.result()


def packets(stream: list[tuple[float, bytes]], ssrc: int) -> Iterator[tuple[float, bytes]]:
    """Put frames (s since the first, programme stream) into packets of RTP."""
    sequence = 65500  # turns over in the first second
    for due, frame in stream:
        parts = [frame[at : at + PACKET] for at in range(0, len(frame), PACKET)]
        for part in parts:
            marker = 0x80 if part is parts[-1] else 0
            clock = round(due * 90000) & 0xFFFFFFFF
            head = struct.pack("!BBHII", 0x80, marker | 96, sequence, clock, ssrc)
            yield due, head + part
            sequence = sequence + 1 & 0xFFFF


def _found(pattern: str, text: str) -> str:
    [found] = re.findall(pattern, text)[:1]
    return str(found)


def _xml(kind: str, command: str, number: str, target: str, rest: str) -> str:
    return (
        f'<?xml version="1.0" encoding="GB2312"?>\r\n<{kind}><CmdType>{command}</CmdType>'
        f"<SN>{number}</SN><DeviceID>{target}</DeviceID>{rest}</{kind}>\r\n"
    )


def _channel(code: str) -> str:
    return (
        f"<Item><DeviceID>{code}</DeviceID><Name>大门{code[-1]}</Name><Manufacturer>测试</Manufacturer>"
        f"<Model>IPC</Model><Parental>0</Parental><ParentID>{ID}</ParentID><Status>ON</Status></Item>"
    )
