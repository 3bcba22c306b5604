"""When a packet arrived: by the kernel's time stamp where there is one, and on one clock.

Linux stamps packets of UDP and TCP as they come in (SO_TIMESTAMPNS) and counts what it had no room
for (SO_RXQ_OVFL). Its stamps are of the wall clock, which may be set while a capture runs: they are
turned into monotonic time at once, and from there into Unix time by one pair of readings per run.
"""

from __future__ import annotations

import socket
import ssl
import struct
import sys
import time
from typing import NamedTuple

STAMP, OVERFLOW = 35, 40  # SO_TIMESTAMPNS and SO_RXQ_OVFL, which Python's socket does not name
TIMESPEC = struct.Struct("@ll")
ROOM = 128  # bytes for both
KERNEL = sys.platform == "linux"
BUFFER = 4 << 20  # bytes: with less, a busy laptop loses packets of its own
AHEAD = 0.0005  # s by which a stamp may seem to lie in the future
CLOSE, PATIENCE = 20e-6, 0.2  # s within which two clocks are read at once, and to try that
TICK = 0.05  # s: the coarsest wall clock of a system we know ticks in 16 ms


class Stamp(NamedTuple):
    """When a packet was there."""

    kernel: float | None
    """Unix s of the wall clock at that moment; None: the system does not say."""

    user: float
    """Monotonic s at which the program had it."""


def enable(sock: socket.socket) -> None:
    """Ask for the kernel's stamps and counts, and for a large buffer, as far as there are any."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    if KERNEL:
        _force_buffer(sock)
        sock.setsockopt(socket.SOL_SOCKET, STAMP, 1)
        if sock.type == socket.SOCK_DGRAM:
            sock.setsockopt(socket.SOL_SOCKET, OVERFLOW, 1)


def _force_buffer(sock: socket.socket) -> None:
    """Go beyond ``net.core.rmem_max`` where the user may (SO_RCVBUFFORCE)."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, 33, BUFFER)
    except PermissionError:
        return


def receive(sock: socket.socket, most: int) -> tuple[bytes, Stamp, int | None]:
    """Receive; return what came, when, and how many packets were dropped so far (None: unknown).

    Raises OSError.
    """
    if sys.platform == "linux" and not isinstance(sock, ssl.SSLSocket):
        data, messages, _, _ = sock.recvmsg(most, ROOM)
        kernel, dropped = _ancillary(messages)
        return data, Stamp(kernel, time.perf_counter()), dropped
    data = sock.recv(most)
    return data, Stamp(None, time.perf_counter()), None


def _ancillary(messages: list[tuple[int, int, bytes]]) -> tuple[float | None, int | None]:
    stamp, dropped = None, None
    for _, kind, content in messages:
        if kind == STAMP and len(content) >= TIMESPEC.size:
            seconds, nanoseconds = TIMESPEC.unpack_from(content)
            stamp = seconds + nanoseconds / 1e9
        elif kind == OVERFLOW and len(content) >= 4:
            (dropped,) = struct.unpack_from("=I", content)
    return stamp, dropped


class ArrivalClock:
    """One pair of readings of the wall clock and the monotonic clock, for a whole run."""

    def __init__(self) -> None:
        self._wall, self._monotonic = _pair()
        self._offsets = [self._wall - self._monotonic]

    def unix(self, monotonic: float) -> float:
        """Turn monotonic s into Unix s."""
        return self._wall + (monotonic - self._monotonic)

    def arrival(self, stamp: Stamp, earliest: float) -> float:
        """Return the monotonic s of a stamp that cannot lie before ``earliest``.

        A stamp of before a step of the wall clock is read with the offset of before. What fits
        neither offset is replaced by the moment when the program had the packet.
        """
        self._follow()
        if stamp.kernel is not None:
            for known in self._offsets:
                if earliest - AHEAD <= stamp.kernel - known <= stamp.user + AHEAD:
                    return max(earliest, min(stamp.kernel - known, stamp.user))
        return max(earliest, stamp.user)

    def _follow(self) -> None:
        """Read both clocks again: the wall clock is slewed, or set."""
        before, wall, after = time.perf_counter(), time.time(), time.perf_counter()
        if after - before > AHEAD:
            return  # interrupted in between
        offset = wall - before
        if abs(offset - self._offsets[0]) > TICK:
            self._offsets = [offset, self._offsets[0]]
        else:
            self._offsets[0] = offset


def _pair() -> tuple[float, float]:
    """Read both clocks where the wall clock has just ticked, and nothing came between.

    Some tick in 16 ms only; a busy machine may take the processor away between two readings.
    """
    shortest, pair = float("inf"), (time.time(), time.perf_counter())
    last, begun = pair
    while shortest > CLOSE and time.perf_counter() - begun < PATIENCE:
        before, wall, after = time.perf_counter(), time.time(), time.perf_counter()
        if wall != last and after - before < shortest:
            shortest, pair = after - before, (wall, (before + after) / 2)
        last = wall
    return pair
