"""Reaching a device: its name, TCP and TLS, each within a time, and given up at once on request.

The waits of a system end when they end: a name is looked up, a connection opened, a byte awaited
while Ctrl-C is a wish in another thread. Here every wait is cut into short ones, and an event is
looked at in between.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import selectors
import socket
import ssl
import threading
import time
from concurrent import futures
from typing import TYPE_CHECKING, TypeVar

from acceptance.errors import DeviceError
from acceptance.live.address import is_ip
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acceptance.live.address import Address

    Found = Sequence[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]]

TICK = 0.1  # s after which it is looked whether to give up
UNDER_WAY = {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", -1)}
UNREACHED = {"closed", "time_out", "unreachable", "no_tls"}
"""Codes of the errors of ``unreached`` and ``no_tls``."""

Result = TypeVar("Result")


class Patience:
    """For how long something is waited for, and who may end that before."""

    def __init__(self, seconds: float, stop: threading.Event | None = None) -> None:
        """From now on; ``stop``: set by whoever gives up."""
        self._until, self._stop = time.perf_counter() + seconds, stop

    @property
    def left(self) -> float:
        """Seconds that are left; 0 at least."""
        return max(0.0, self._until - time.perf_counter())

    def share(self, count: int) -> Patience:
        """Return one of ``count`` equal parts of what is left."""
        return Patience(self.left / count, self._stop)

    def step(self) -> float:
        """Return how long to wait before this is asked again, in s.

        Raises TimeoutError when the time is over, DeviceError (``given_up``) when somebody gave up.
        """
        if self._stop is not None and self._stop.is_set():
            raise DeviceError(tr("was not waited for any longer"), code="given_up")
        if (left := self.left) <= 0:
            raise TimeoutError
        return min(left, TICK)

    def of(self, sock: socket.socket, action: Callable[[], Result]) -> Result:
        """Do what may wait on a socket. Raises what it raises, and as ``step`` does."""
        while True:
            sock.settimeout(self.step())
            with contextlib.suppress(TimeoutError):
                return action()

    def send(self, sock: socket.socket, data: bytes) -> None:
        """Send everything. Raises OSError, and as ``step`` does."""
        sent = 0
        while sent < len(data):
            sent += self.of(sock, functools.partial(sock.send, data[sent:]))

    def ready(self, sock: socket.socket, events: int) -> None:
        """Wait for one of the events. Raises as ``step`` does."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(sock, events)
            while not waiting.select(self.step()):
                pass

    # --- names, connections

    def look_up(self, host: str, port: int) -> Found:
        """Ask for the addresses of a host; in a thread, as a resolver has no time-out.

        Raises OSError, UnicodeError, and as ``step`` does.
        """
        answer: futures.Future[Found] = futures.Future()

        def ask() -> None:
            try:
                answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except BaseException as error:  # noqa: BLE001 -- raised again by whoever waits
                answer.set_exception(error)

        if is_ip(host):
            ask()
        else:
            threading.Thread(target=ask, daemon=True).start()
        while not answer.done():
            futures.wait([answer], self.step())
        return answer.result()

    def connect(self, address: Address) -> socket.socket:
        """Open a connection; a name with several addresses shares the time among them.

        Raises OSError, UnicodeError, and as ``step`` does.
        """
        found = self.look_up(address.host, address.port)
        for number, (family, _, _, _, where) in enumerate(found):
            try:
                return _connected(family, where, self.share(len(found) - number))
            except OSError:
                if number == len(found) - 1:
                    raise
        raise OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))

    def encrypt(
        self, sock: socket.socket, context: ssl.SSLContext, host: str | None
    ) -> ssl.SSLSocket:
        """Speak TLS over a connection, which is closed where that fails; None: name no host.

        Raises OSError, ValueError, and as ``step`` does.
        """
        opened: socket.socket = sock
        try:
            encrypted = context.wrap_socket(
                sock, server_hostname=host, do_handshake_on_connect=False
            )
            opened = encrypted
            encrypted.setblocking(False)
            while True:
                try:
                    encrypted.do_handshake()
                except ssl.SSLWantReadError:
                    self.ready(encrypted, selectors.EVENT_READ)
                except ssl.SSLWantWriteError:
                    self.ready(encrypted, selectors.EVENT_WRITE)
                else:
                    return encrypted
        except BaseException:
            opened.close()
            raise


def _connected(
    family: socket.AddressFamily, where: tuple[object, ...], patience: Patience
) -> socket.socket:
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        sock.setblocking(False)
        code = sock.connect_ex(where)
        if code in UNDER_WAY:
            patience.ready(sock, selectors.EVENT_WRITE)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))
        stack.pop_all()
    return sock


def unreached(address: Address, error: Exception, hint: str, code: str = "") -> DeviceError:
    """Return the error for a connection that could not be made.

    Its code is ``closed`` (nothing listens), ``time_out`` or ``unreachable``, unless one is given.
    """
    cause, kind = _cause(error), "unreachable"
    if isinstance(error, ConnectionRefusedError):
        cause, kind = tr("nothing listens there"), "closed"
    elif isinstance(error, TimeoutError):
        kind = "time_out"
    what = tr("cannot be reached ({cause})", cause=cause)
    return DeviceError(what, where=str(address), hint=hint, code=code or kind)


def no_tls(address: Address, error: Exception, hint: str, code: str = "no_tls") -> DeviceError:
    """Return the error for a connection on which no TLS came about."""
    cause = error.reason if isinstance(error, ssl.SSLError) else ""
    what = tr("speaks no TLS that can be used ({cause})", cause=cause or _cause(error))
    return DeviceError(what, where=str(address), hint=hint, code=code)


def _cause(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return tr("no answer")
    return getattr(error, "strerror", None) or str(error)
