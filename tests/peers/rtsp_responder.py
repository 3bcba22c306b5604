"""A device that answers RTSP as a test tells it to, and mostly wrongly."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SDP = (
    "v=0\r\ns=-\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 {codec}/90000\r\na=control:track1\r\n"
)  # fmt: skip
PUBLIC = {"Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"}


class Asked(NamedTuple):
    """A request."""

    method: str
    url: str
    headers: dict[str, str]


class Responder:
    """Listens on the loopback; ``answer`` gets each request and returns the bytes to send."""

    def __init__(self, answer: Callable[[Asked], bytes]) -> None:
        self.answer, self.asked = answer, list[Asked]()
        self.later: list[tuple[float, bytes]] = []  # s after PLAY was answered, and what is sent
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"rtsp://127.0.0.1:{self.port}/live"
        self._ended = threading.Event()

    def serve(self) -> None:
        """Answer until it is closed."""
        while not self._ended.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def close(self) -> None:
        """Hang up."""
        self._ended.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _talk(self, sock: socket.socket) -> None:
        held = b""
        with sock, contextlib.suppress(OSError):
            while data := sock.recv(65536):
                held += data
                while b"\r\n\r\n" in held:
                    head, _, held = held.partition(b"\r\n\r\n")
                    self.asked.append(_read(head))
                    self._send(sock, self.answer(self.asked[-1]))
                    if self.asked[-1].method == "PLAY":
                        self._send_later(sock)

    def _send_later(self, sock: socket.socket) -> None:
        for seconds, content in self.later:
            self._ended.wait(seconds)
            sock.sendall(content)

    def _send(self, sock: socket.socket, content: bytes) -> None:
        """Send; what follows the word SLOW is sent again and again, without end."""
        plain, slow, rest = content.partition(b"\0SLOW\0")
        sock.sendall(plain)
        while slow and not self._ended.wait(0.05):
            sock.sendall(rest)


def _read(head: bytes) -> Asked:
    first, *lines = head.decode().split("\r\n")
    method, url, _ = first.split(" ", 2)
    pairs = (line.split(": ", 1) for line in lines)
    return Asked(method, url, {name.lower(): value for name, value in pairs})


def reply(asked: Asked, status: str = "200 OK", body: str = "", **headers: str) -> bytes:
    """Write a reply; ``_`` in the names of headers stands for ``-``."""
    lines = [f"RTSP/1.0 {status}", f"CSeq: {asked.headers.get('cseq', '0')}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def usual(asked: Asked, codec: str = "H264") -> bytes:
    """Answer as a device does for which all is well."""
    match asked.method:
        case "DESCRIBE":
            return reply(asked, body=SDP.format(codec=codec), Content_Type="application/sdp")
        case "SETUP":
            return reply(asked, Session="1;timeout=60", Transport=asked.headers["transport"])
    return reply(asked, **PUBLIC)


@contextlib.contextmanager
def responder(answer: Callable[[Asked], bytes]) -> Iterator[Responder]:
    """Answer for as long as the block lasts."""
    device = Responder(answer)
    thread = threading.Thread(target=device.serve, daemon=True)
    thread.start()
    try:
        yield device
    finally:
        device.close()
        thread.join(timeout=60)
