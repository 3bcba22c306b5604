"""Servers that take a connection and say nothing, and one that does not even take it."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class MuteServer:
    """Accepts, reads, says ``first`` and then nothing; ``reached`` is set by the first bytes."""

    def __init__(self, first: bytes = b"") -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.reached, self._first = threading.Event(), first
        self._held: list[socket.socket] = []

    def serve(self) -> None:
        """Accept until it is closed."""
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._socket.accept()
                self._held.append(sock)
                sock.recv(65536)
                self.reached.set()
                sock.sendall(self._first)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for sock in (self._socket, *self._held):
            sock.close()


@contextlib.contextmanager
def mute(first: bytes = b"") -> Iterator[MuteServer]:
    """Be mute for as long as the block lasts."""
    server = MuteServer(first)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
        server.close()  # what was taken meanwhile


@contextlib.contextmanager
def full() -> Iterator[int]:
    """Yield a port whose queue is full: a connection to it is neither taken nor refused."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]
