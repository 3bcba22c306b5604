"""A device that is less closed than it should be: ONVIF and RTSP of the standard library alone.

``Device`` says what it does wrong; ``serving`` starts it on the loopback, on free ports. As a
program, ``python open_device.py ADDRESS HTTP RTSP``, it is a device that is open to everybody; it
prints ``ready`` when it listens.
"""

from __future__ import annotations

import calendar
import contextlib
import re
import socket
import socketserver
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

SOAP = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s='
    '"http://www.w3.org/2003/05/soap-envelope"><s:Body>{}</s:Body></s:Envelope>'
)
FAULT = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:{}</s:Value></s:Subcode>"
    "</s:Code><s:Reason><s:Text>{}</s:Text></s:Reason></s:Fault>"
)
SDP = (
    b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=live\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
)
OPEN = {"GetSystemDateAndTime", "GetServices", "GetCapabilities", "GetServiceCapabilities",
        "GetHostname", "GetEndpointReference"}  # fmt: skip
KNOWN = OPEN | {"GetDeviceInformation", "GetUsers", "GetNTP", "GetScopes", "GetProfiles",
                "GetStreamUri", "GetNodes"}  # fmt: skip
CLOCK = (
    "<SystemDateAndTime><UTCDateTime><Time><Hour>{:%H}</Hour><Minute>{:%M}</Minute>"
    "<Second>{:%S}</Second></Time><Date><Year>{:%Y}</Year><Month>{:%m}</Month><Day>{:%d}</Day>"
    "</Date></UTCDateTime></SystemDateAndTime>"
)


@dataclass
class Device:
    """What a device does; by default it is closed, and its user ``admin`` has a password."""

    onvif: str = "digest"
    """``open``, ``digest``, ``basic``, ``token``, ``clock closed``, or a way of answering badly."""

    rtsp: str = "digest"
    """``open``, ``any path``, ``digest``, ``basic``, ``none``."""

    any_password: bool = False
    """Takes any password of ``admin``, in ONVIF and RTSP."""

    checks_clock: bool = False
    """Takes tokens only whose time is within 5 s of its own clock."""

    clock_ahead: float = 0.0
    """Its clock - the true time, s."""

    locks: bool = False
    """Says after the first wrong password that the account is locked."""

    patience: int = 1000
    """Refused calls after which it says so, too."""

    onvif_port: int = 0
    rtsp_port: int = 0
    requests: list[bytes] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)


def http(device: Device, request: bytes) -> bytes:
    """Answer a call."""
    head, _, body = request.partition(b"\r\n\r\n")
    name = (re.search(rb"<s:Body[^>]*><(\w+)", body) or [b"", b""])[1].decode()
    if special := bad(device, name):
        return special
    if name in OPEN and device.onvif != "clock closed":
        return reply(200, SOAP.format(content(device, name)))
    if name not in KNOWN:
        return reply(500, SOAP.format(FAULT.format("ActionNotSupported", "not supported")))
    if device.onvif == "open" or logged_in(device, head, body):
        return reply(200, SOAP.format(content(device, name)))
    return refusal(device)


def refusal(device: Device) -> bytes:
    if device.locks and (device.logins or len(device.requests) >= device.patience):
        return reply(401, "<html>Account locked, try again in 30 minutes</html>")
    if device.onvif == "token":
        return reply(400, SOAP.format(FAULT.format("NotAuthorized", "Sender not authorized")))
    scheme = 'Basic realm="camera"' if device.onvif == "basic" else (
        'Digest realm="camera", nonce="12ab", qop="auth"'
    )  # fmt: skip
    return reply(401, "", f"WWW-Authenticate: {scheme}\r\n")


def logged_in(device: Device, head: bytes, body: bytes) -> bool:
    """Count logins; take those of ``admin`` where any password will do."""
    token = re.search(rb"<Username>(.*?)</Username>.*<Created[^>]*>(.*?)</Created>", body)
    named = token or re.search(rb'Authorization: Digest username="(.*?)"', head)
    basic = re.search(rb"Authorization: Basic", head)
    if not (named or basic):
        return False
    device.logins.append(named[1].decode() if named else "admin")
    if token and device.checks_clock:
        sent = time.strptime(token[2].decode() + " UTC", "%Y-%m-%dT%H:%M:%SZ %Z")
        if abs(calendar.timegm(sent) - time.time() - device.clock_ahead) > 5:
            return False
    return device.any_password and device.logins[-1] == "admin"


def content(device: Device, name: str) -> str:
    now = datetime.now(UTC) + timedelta(seconds=device.clock_ahead)
    place = "http://192.0.2.99:8000/onvif"
    inside = {
        "GetSystemDateAndTime": CLOCK.format(*[now] * 6),
        "GetServices": (
            f"<Service><Namespace>http://www.onvif.org/ver10/media/wsdl</Namespace>"
            f"<XAddr>{place}/Media</XAddr></Service>"
        ),
        "GetProfiles": '<Profiles token="p1"/><Profiles token="p2"/>',
        "GetStreamUri": f"<Uri>rtsp://192.0.2.99:{device.rtsp_port}/live/main</Uri>",
    }.get(name, "")
    return f"<{name}Response>{inside}</{name}Response>"


def bad(device: Device, name: str) -> bytes:
    """Answer as no device should; empty: this one answers well."""
    body = {
        "html": "<html><body>Welcome</body></html>",
        "bomb": '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]><a>&z;</a>',
        "external": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "nonsense": "\x00\x01\x02",
    }.get(device.onvif)
    if body is not None:
        return reply(200, body)
    return b"" if device.onvif != "empty" or not name else b"HTTP/1.1 500 \r\n\r\n"


def reply(status: int, body: str, headers: str = "") -> bytes:
    data = body.encode()
    head = f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def rtsp(device: Device, request: bytes) -> bytes:
    """Answer one request."""
    method, url, *_ = request.split(b" ", 2)
    path = re.sub(rb"^rtsp://[^/]*", b"", url).decode()
    if method == b"OPTIONS":
        return b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE\r\n\r\n"
    login = re.search(rb'Authorization: (?:Digest username="(.*?)"|Basic)', request)
    if login:
        device.logins.append((login[1] or b"admin").decode())
    known = login and device.logins[-1] == "admin" and device.any_password
    taken = known or device.rtsp in {"open", "any path"}
    if not taken:
        if device.locks and device.logins:
            return b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nX-Reason: account locked\r\n\r\n"
        scheme = {"basic": "Basic"}.get(device.rtsp, "Digest")
        challenge = f'WWW-Authenticate: {scheme} realm="camera", nonce="34cd"\r\n\r\n'
        return b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n" + challenge.encode()
    if device.rtsp != "any path" and path not in {"/", "/live/main"}:
        return b"RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n"
    head = f"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: {len(SDP)}\r\n\r\n"
    return head.encode() + SDP


def drip(connection: socket.socket, way: str) -> bool:
    """Answer without an end: a byte at a time, or as much as there is room for."""
    with contextlib.suppress(OSError):
        if way == "slow":
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(600):
                connection.sendall(b"X")
                time.sleep(0.1)
        elif way == "huge":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            for _ in range(100):
                connection.sendall(bytes(1_000_000))
        elif way == "silent":
            time.sleep(60)
    return way in {"slow", "huge", "silent"}


def handler(device: Device, answer: object) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            request = b""
            with contextlib.suppress(OSError):
                self.request.settimeout(5)
                while not whole(request) and (piece := self.request.recv(65536)):
                    request += piece
                device.requests.append(request)
                if request and not drip(self.request, device.onvif if answer is http else ""):
                    self.request.sendall(answer(device, request))  # type: ignore[operator]

    return Handler


def whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


class Server(socketserver.ThreadingTCPServer):
    """A thread for each connection; none keeps the test waiting."""

    allow_reuse_address = True

    def __init__(self, place: tuple[str, int], kind: type[socketserver.BaseRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        super().__init__(place, kind)

    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def serving(
    device: Device,
    address: str = "127.0.0.1",
    http_port: int = 0,
    rtsp_port: int = 0,
    context: ssl.SSLContext | None = None,
) -> Iterator[Device]:
    """Serve until the end of the block; with a context, HTTP speaks TLS."""
    with contextlib.ExitStack() as ending:
        for name, answer, port in (("onvif", http, http_port), ("rtsp", rtsp, rtsp_port)):
            if getattr(device, name) == "none":
                continue
            server = ending.enter_context(Server((address, port), handler(device, answer)))
            if context and name == "onvif":
                server.socket = context.wrap_socket(server.socket, server_side=True)
            setattr(device, f"{name}_port", server.server_address[1])
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            ending.callback(thread.join)
            ending.callback(server.shutdown)
        yield device


def free_port() -> int:
    """Return a port at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    with serving(
        Device(onvif="open", rtsp="open"), sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        threading.Event().wait()
