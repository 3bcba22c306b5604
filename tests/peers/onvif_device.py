"""An ONVIF device of ours (Profiles S, G and T) that fails in the ways real ones do.

::

    with OnvifDevice(Faults(clock_skew=3600, auth="digest")) as device:
        device.host, device.port      # where it listens
        device.users                  # {"admin": "s3cret-7", "guest": "guest"}
        device.clock()                # POSIX seconds that it shows
        device.calls                  # ["GetSystemDateAndTime", ...] in order of arrival
        device.head.true              # where the head of the camera really is: pan, tilt, zoom
        device.recordings             # {"rec-1": [(start, end), ...]} in POSIX seconds, may be set

Bodies come from the official WSDL (``onvif_bodies``); ``Faults`` bends them. As a program it
serves until its standard input ends and prints its port: ``python -m peers.onvif_device
clock_skew=3600 auth=digest`` with ``tests`` on the path, for instance in a network namespace.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import ipaddress
import re
import secrets
import socket
import ssl
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from lxml import etree
from peers import onvif_bodies

from acceptance.live import digest

Stretch = tuple[float, float]
DAY = 86400.0
OPEN = {  # what anybody may ask (ONVIF Core, access class PRE_AUTH)
    "GetSystemDateAndTime", "GetServices", "GetServiceCapabilities", "GetCapabilities",
    "GetHostname", "GetEndpointReference", "GetWsdlUrl",
}  # fmt: skip
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><b>&a9;</b>"
)
ENTITY = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e SYSTEM "file:///etc/passwd">]><b>&e;</b>'
HTML = "<!doctype html><html><head><title>Login</title></head><body>Please log in<br></body></html>"


@dataclass(kw_only=True)
class Faults:
    """How the device misbehaves; as it stands: not at all."""

    clock_skew: float = 0.0
    """s by which its clock is ahead of this machine's."""
    clock_tick: float = 0.0
    """s: its clock steps only so often; 0: runs smoothly. Seconds are cut off in either case."""
    utc: str = "right"
    """``right``, ``missing`` (no UTCDateTime), ``local`` (local time, UTC+8, sent as UTC)."""
    ntp: bool = True
    """Whether it says that its time comes from NTP."""
    auth: str = "both"
    """``both`` (HTTP digest and WS-UsernameToken), ``digest``, ``token``, ``none`` (all is open),
    ``any_password`` (a known user gets in with any token or digest)."""
    closed: bool = False
    """Asks for a login for the calls that are open to all, too."""
    lock_after: int = 0
    """Locks every user out after so many wrong passwords; 0: never."""
    addresses: str = "right"
    """Of XAddr and streams: ``right``, ``host`` (192.0.2.99), ``port`` (1), ``zero`` (0.0.0.0)."""
    without: tuple[str, ...] = ()
    """Operations that it does not know, for instance ``GetServices``."""
    capabilities_differ: bool = False
    """GetCapabilities knows only device and media."""
    broken: dict[str, str] = field(default_factory=dict)
    """Reply of an operation (``*``: of any): ``malformed``, ``undeclared``, ``cut``, ``empty_400``,
    ``empty_500``, ``html``, ``slow`` (a byte at a time, for ever), ``huge`` (100 MB), ``bomb``,
    ``entity``, ``silent``, ``dropped``, ``redirect`` (to HTTPS), ``nonconforming`` (a wrong
    element)."""
    delay: float = 0.0
    """s before each reply."""
    searching: int = 0
    """Polls of a search that answer ``Searching`` without a result."""
    summary: str = "right"
    """``right`` (hides gaps, as it must) or ``empty``."""
    presets: int = 3
    """How many presets there are."""
    ptz: str = "moves"
    """``moves``, ``none``, ``stuck``, ``fake_presets``, ``no_position``, ``dead_zoom``,
    ``stale`` (moves, GetStatus does not), ``lying`` (GetStatus moves, the head does not)."""
    ignores_timeout: bool = False
    """ContinuousMove goes on until Stop."""
    tls: bool = False
    """HTTPS with a self-signed certificate."""


class Head:
    """The moving part of a camera: pan, tilt (-1 to 1) and zoom (0 to 1)."""

    speed = 1.0  # units a second at velocity 1

    def __init__(self, faults: Faults) -> None:
        self._faults, self._lock = faults, threading.RLock()
        self._from = (0.0, 0.0, 0.0)
        self._velocity = (0.0, 0.0, 0.0)
        self._since, self._until = time.monotonic(), 0.0
        self.presets = {
            str(number): (round(-0.9 + 1.8 * number / max(faults.presets, 2), 4), 0.2, 0.0)
            for number in range(1, faults.presets + 1)
        }

    def _at(self, moment: float) -> tuple[float, float, float]:
        seconds = max(0.0, min(moment, self._until) - self._since)
        pan, tilt, zoom = (
            start + velocity * seconds * self.speed
            for start, velocity in zip(self._from, self._velocity, strict=True)
        )
        return max(-1.0, min(1.0, pan)), max(-1.0, min(1.0, tilt)), max(0.0, min(1.0, zoom))

    @property
    def true(self) -> tuple[float, float, float]:
        """Where it really is."""
        with self._lock:
            still = self._faults.ptz in {"stuck", "lying"}
            return (0.0, 0.0, 0.0) if still else self._at(time.monotonic())

    @property
    def shown(self) -> tuple[float, float, float]:
        """Where GetStatus says that it is."""
        with self._lock:
            still = self._faults.ptz in {"stuck", "stale"}
            return (0.0, 0.0, 0.0) if still else self._at(time.monotonic())

    @property
    def moving(self) -> bool:
        """Whether it is on its way."""
        with self._lock:
            return any(self._velocity) and time.monotonic() < self._until

    def obey(self, operation: str, asked: etree._Element) -> None:
        """Do what a call asks for."""
        with self._lock:
            now = time.monotonic()
            self._from, self._since = self._at(now), now
            self._velocity, self._until = (0.0, 0.0, 0.0), now
            if operation == "ContinuousMove":
                self._run(_numbers(asked, "Velocity"), _seconds(asked.findtext("{*}Timeout")))
            elif operation == "AbsoluteMove":
                self._go(_numbers(asked, "Position"))
            elif operation == "GotoPreset":
                target = self.presets[asked.findtext("{*}PresetToken") or ""]
                if self._faults.ptz != "fake_presets":
                    self._go(target)

    def _run(self, velocity: tuple[float | None, ...], seconds: float) -> None:
        pan, tilt, zoom = (part or 0.0 for part in velocity)
        self._velocity = pan, tilt, 0.0 if self._faults.ptz == "dead_zoom" else zoom
        self._until = self._since + (1e9 if self._faults.ignores_timeout else seconds)

    def _go(self, target: tuple[float | None, ...]) -> None:
        way = [
            0.0 if end is None else end - start
            for start, end in zip(self._from, target, strict=True)
        ]
        if self._faults.ptz == "dead_zoom":
            way[2] = 0.0
        takes = max(map(abs, way)) / (2 * self.speed)
        if takes:
            self._velocity = (way[0] / takes, way[1] / takes, way[2] / takes)
            self._until = self._since + takes / self.speed


def _numbers(asked: etree._Element, name: str) -> tuple[float | None, float | None, float | None]:
    plane = asked.find(f"{{*}}{name}/{{*}}PanTilt")
    line = asked.find(f"{{*}}{name}/{{*}}Zoom")
    return (
        None if plane is None else float(plane.get("x", "0")),
        None if plane is None else float(plane.get("y", "0")),
        None if line is None else float(line.get("x", "0")),
    )


def _seconds(duration: str | None) -> float:
    match = re.fullmatch(r"PT(?:(\d+)M)?(?:([\d.]+)S)?", duration or "")
    return 60.0 * float(match[1] or 0) + float(match[2] or 0) if match else 10.0


class Searches:
    """Searches for recordings and events that are under way."""

    piece = 10  # results a reply

    def __init__(self, device: OnvifDevice) -> None:
        self._device, self._lock = device, threading.Lock()
        self._open: dict[str, tuple[int, list]] = {}

    def begin(self, operation: str, asked: etree._Element) -> str:
        """Look everything up, and hand it out later."""
        found = self._events(asked) if operation == "FindEvents" else list(self._device.recordings)
        token = secrets.token_hex(4)
        with self._lock:
            self._open[token] = (self._device.faults.searching, found)
        return token

    def results(self, token: str) -> tuple[str, list]:
        """Return the state of a search and its next results. Raises LookupError."""
        with self._lock:
            polls, left = self._open[token]
            if polls:
                self._open[token] = polls - 1, left
                return "Searching", []
            now, later = left[: self.piece], left[self.piece :]
            self._open[token] = 0, later
        return ("Searching" if later else "Completed"), now

    def end(self, token: str) -> None:
        """Forget a search. Raises LookupError."""
        with self._lock:
            del self._open[token]

    @property
    def still_open(self) -> int:
        """How many were begun and not ended."""
        return len(self._open)

    def _events(self, asked: etree._Element) -> list[tuple[str, float, bool]]:
        begin = datetime.fromisoformat(asked.findtext("{*}StartPoint") or "").timestamp()
        text = asked.findtext("{*}EndPoint")
        end = datetime.fromisoformat(text).timestamp() if text else float("inf")
        only = [each.text for each in asked.iter("{*}IncludedRecordings")]
        events = [
            (token, moment, present)
            for token, kept in self._device.recordings.items()
            if not only or token in only
            for stretch in kept
            for moment, present in zip(stretch, (True, False), strict=True)
            if min(begin, end) <= moment <= max(begin, end)
        ]
        return sorted(events, key=lambda event: event[1], reverse=end < begin)


class OnvifDevice:
    """The device: a server in threads of this process; used as a context manager."""

    services = ("device", "media", "media2", "ptz", "search", "recording", "replay", "events")
    serial = "SO7-0042"
    rtsp = ""  # the address before the profile's token; by default rtsp://HOST:554/

    def __init__(
        self, faults: Faults | None = None, *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.faults = faults or Faults()
        self.users = {"admin": "s3cret-7", "guest": "guest"}
        today = time.time() // DAY * DAY
        self._since = time.time() - time.perf_counter()  # it does not follow when ours is set
        self.recordings: dict[str, list[Stretch]] = {
            f"rec-{number}": [(today - 31 * DAY, today - 1.0)] for number in (1, 2)
        }
        self.head, self.searches = Head(self.faults), Searches(self)
        self.calls: list[str] = []
        self.wrong_passwords = 0
        self._nonce = secrets.token_hex(8)
        self.closing = threading.Event()
        self._server = _Server((host, port), _Handler, self)
        self.host, self.port = self._server.server_address[:2]

    def clock(self) -> float:
        """Return what its clock shows, in POSIX seconds."""
        moment = self._since + time.perf_counter() + self.faults.clock_skew
        return (
            moment // self.faults.clock_tick * self.faults.clock_tick
            if self.faults.clock_tick
            else moment
        )

    def address_of(self, service: str) -> str:
        """Return the XAddr of a service."""
        scheme = "https" if self.faults.tls else "http"
        return f"{scheme}://{self._where(self.port)}/onvif/{service}_service"

    def stream_address(self, token: str) -> str:
        """Return the RTSP address of a profile."""
        return f"{self.rtsp or f'rtsp://{self._where(554)}/'}{token}"

    def _where(self, port: int) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        wrong = {"host": "192.0.2.99", "zero": "0.0.0.0"}  # noqa: S104 -- what cameras send
        shown_port = 1 if self.faults.addresses == "port" else port
        return f"{wrong.get(self.faults.addresses, host)}:{shown_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    # --- who is there

    @property
    def challenge(self) -> digest.Challenge:
        """How it asks for HTTP digest."""
        return digest.Challenge(
            scheme="digest", realm="SO-2000", nonce=self._nonce, algorithm="MD5", qop="auth"
        )

    def locked(self) -> bool:
        """Whether too many wrong passwords have come."""
        return 0 < self.faults.lock_after <= self.wrong_passwords

    def lets_in(self, operation: str, header: str, root: etree._Element) -> bool:
        """Whether a call may be answered; wrong passwords are counted."""
        if self.faults.auth == "none" or (operation in OPEN and not self.faults.closed):
            return True
        token = root.find(".//{*}UsernameToken")
        if (not header and token is None) or self.locked():
            return False
        right = self._right_digest(header) or (token is not None and self._right_token(token))
        stale = bool(header) and f'nonce="{self._nonce}"' not in header
        self.wrong_passwords += not right and not stale
        return right

    def _right_digest(self, header: str) -> bool:
        if not header or self.faults.auth == "token":
            return False
        user = digest.parameters(header.partition(" ")[2]).get("username", "")
        if self.faults.auth == "any_password":
            return user in self.users
        known = self.users.get(user)
        return known is not None and digest.is_right(header, self.challenge, known, "POST")

    def _right_token(self, token: etree._Element) -> bool:
        if self.faults.auth == "digest":
            return False
        user = token.findtext("{*}Username") or ""
        if self.faults.auth == "any_password":
            return user in self.users
        created, nonce = token.findtext("{*}Created") or "", token.findtext("{*}Nonce") or ""
        if user not in self.users or not created:
            return False
        apart = datetime.fromisoformat(created).timestamp() - self.clock()
        content = base64.b64decode(nonce) + created.encode() + self.users[user].encode()
        expected = base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
        return abs(apart) <= 5.0 and expected == token.findtext("{*}Password")


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type, device: OnvifDevice) -> None:
        self.device = device
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)
        if device.faults.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            with tempfile.TemporaryDirectory() as folder:
                context.load_cert_chain(_certificate(Path(folder), address[0]))
            self.socket = context.wrap_socket(
                self.socket, server_side=True, do_handshake_on_connect=False
            )

    def server_bind(self) -> None:  # without a look-up of the host's name
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that hang up are what is tried."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Write the header Date by the device's clock."""
        return super().date_time_string(timestamp or self.server.device.clock())

    def do_GET(self) -> None:
        """Answer a browser."""
        self._send(200, HTML.encode(), "text/html")

    def do_POST(self) -> None:
        """Answer a call."""
        device, faults = self.server.device, self.server.device.faults
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        root = etree.fromstring(content)
        asked = root.find(f"{{{onvif_bodies.SOAP}}}Body")[0]
        operation = etree.QName(asked).localname
        device.calls.append(operation)
        time.sleep(faults.delay)
        if not device.lets_in(operation, self.headers.get("Authorization", ""), root):
            self._refuse()
        elif operation in faults.without:
            self._send(400, onvif_bodies.fault("Receiver", "ActionNotSupported", "unknown"))
        else:
            self._answer(operation, asked, faults.broken.get(operation, faults.broken.get("*", "")))

    def _answer(self, operation: str, asked: etree._Element, broken: str) -> None:
        if broken in {"slow", "huge", "silent", "dropped"}:
            getattr(self, f"_{broken}")()
            return
        if broken == "redirect":
            self._send(302, b"", "text/html", {"Location": "https://192.0.2.7/"})
            return
        if broken in {"empty_400", "empty_500"}:
            self._send(int(broken[-3:]), b"")
            return
        try:
            content = onvif_bodies.answer(self.server.device, asked)
        except LookupError as error:
            reason = f"{operation}: {error}"
            self._send(400, onvif_bodies.fault("Sender", "InvalidArgVal", reason))
            return
        kind = "text/html" if broken == "html" else "application/soap+xml; charset=utf-8"
        self._send(200, _bent(content, broken), kind)

    def _refuse(self) -> None:
        device = self.server.device
        if device.locked():
            reason = "The user is locked: too many wrong passwords, try again in 30 minutes"
            self._send(400, onvif_bodies.fault("Sender", "NotAuthorized", reason))
        elif device.faults.auth == "token":
            reason = "Sender not authorized"
            self._send(400, onvif_bodies.fault("Sender", "NotAuthorized", reason))
        else:
            challenge = device.challenge
            header = (
                f'Digest realm="{challenge.realm}", nonce="{challenge.nonce}", algorithm=MD5, '
                'qop="auth"'
            )
            self._send(401, b"", "text/html", {"WWW-Authenticate": header})

    def _send(
        self,
        status: int,
        content: bytes,
        kind: str = "application/soap+xml; charset=utf-8",
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/soap+xml")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def _slow(self) -> None:
        self._begin()
        while not self.server.device.closing.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()

    def _huge(self) -> None:
        self._begin()
        for _ in range(100):
            self.wfile.write(b" " * 1_000_000)

    def _silent(self) -> None:
        self.server.device.closing.wait()

    def _dropped(self) -> None:
        self.close_connection = True


def _bent(content: bytes, broken: str) -> bytes:
    """Bend a good reply."""
    match broken:
        case "malformed":
            return content.replace(b"</", b"<", 1)
        case "undeclared":
            return content.replace(b"</s:Body>", b"<acme:extra>1</acme:extra></s:Body>").replace(
                b"<s:Body>", b"<acme:before/><s:Body>"
            )
        case "cut":
            return content[: len(content) * 2 // 3]
        case "nonconforming":
            end = content.rindex(b"</", 0, content.rindex(b"</s:Body>"))
            return content[:end] + b"<tt:Surprise>1</tt:Surprise>" + content[end:]
        case "html" | "bomb" | "entity":
            return {"html": HTML, "bomb": BOMB, "entity": ENTITY}[broken].encode()
    return content


def _certificate(folder: Path, host: str) -> Path:
    """Write a self-signed certificate and its key into one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "SO-2000")])
    builder = x509.CertificateBuilder(
        issuer_name=name, subject_name=name, public_key=key.public_key()
    )
    certificate = (
        builder.serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "device.pem"
    plain = serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


def _read(words: list[str]) -> tuple[Faults, dict[str, str]]:
    """Read ``name=value`` words: faults, ``broken.OPERATION=kind``, ``host=``, ``port=``."""
    faults, where = Faults(), dict[str, str]()
    kinds = {known.name: known.type for known in fields(Faults)}
    for name, _, value in (word.partition("=") for word in words):
        if name in {"host", "port"}:
            where[name] = value
        elif name.startswith("broken."):
            faults.broken[name.removeprefix("broken.")] = value
        elif kinds[name] == "bool":
            setattr(faults, name, value == "yes")
        else:
            made = {"float": float, "int": int, "str": str}.get(str(kinds[name]))
            setattr(faults, name, made(value) if made else tuple(value.split(",")))
    return faults, where


def main(words: list[str]) -> None:
    """Serve until standard input ends."""
    faults, where = _read(words)
    host, port = where.get("host", "127.0.0.1"), int(where.get("port", 0))
    with (
        OnvifDevice(faults, host=host, port=port) as device,
        contextlib.suppress(KeyboardInterrupt),
    ):
        print(device.port, flush=True)  # noqa: T201 -- a program's result
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
