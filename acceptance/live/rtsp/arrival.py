"""When a packet arrived: by the kernel's time stamp where there is one, and on one clock.

Linux stamps packets of UDP and TCP as they come in (SO_TIMESTAMPNS) and counts what it had no room
for (SO_RXQ_OVFL). Its stamps are of the wall clock, which may be set while a capture runs: they are
turned into monotonic time at once, and from there into Unix time by one pair of readings per run.
How far the wall clock was set meanwhile is counted.
"""

from __future__ import annotations

import itertools
import math
import socket
import ssl
import struct
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

STAMP, OVERFLOW = 35, 40  # SO_TIMESTAMPNS and SO_RXQ_OVFL, which Python's socket does not name
TIMESPEC = struct.Struct("@ll")
ROOM = 128  # bytes for both
KERNEL = sys.platform == "linux"
BUFFER = 4 << 20  # bytes: with less, a busy laptop loses packets of its own
AHEAD = 0.0005  # s by which a stamp may seem to lie in the future
CLOSE, PATIENCE = 20e-6, 0.2  # s within which two clocks are read at once, and to try that
APART = 0.01  # s between two readings of the clocks that are kept
SLEW = 0.1  # of its pace: what moves a clock by more between two readings has set it at once


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


class ClockPair(NamedTuple):
    """Both clocks at one instant."""

    monotonic: float
    offset: float
    """Unix s of the wall clock less monotonic s."""


class ArrivalClock:
    """Turns stamps of the wall clock, which may be set meanwhile, into monotonic time.

    One pair of readings of both clocks holds for a whole run; later ones say what has become of
    the wall clock. It may leap, or be led to another time in many small steps.
    """

    def __init__(self) -> None:
        self._wall, self._monotonic = _pair()
        first = ClockPair(self._monotonic, self._wall - self._monotonic)
        self._readings, self._lowest, self._highest = [first], first.offset, first.offset

    @property
    def moved(self) -> float:
        """By how many s the wall clock has been set so far, all in all."""
        return self._highest - self._lowest

    def unix(self, monotonic: float) -> float:
        """Turn monotonic s into Unix s, by the wall clock as it was at the beginning."""
        return self._wall + (monotonic - self._monotonic)

    def arrival(self, stamp: Stamp, earliest: float) -> float:
        """Return the monotonic s of a stamp that cannot lie before ``earliest``.

        A stamp is read with the offset of its time, however late that is. What fits none is
        replaced by the moment when the program had the packet.
        """
        self._follow(earliest)
        if stamp.kernel is not None:
            for moment in self._moments(stamp.kernel):
                if earliest - AHEAD <= moment <= stamp.user + AHEAD:
                    return max(earliest, min(moment, stamp.user))
        return max(earliest, stamp.user)

    def _follow(self, earliest: float) -> None:
        """Read both clocks again; forget what is older than any stamp that still comes."""
        before, wall, after = time.perf_counter(), time.time(), time.perf_counter()
        if after - before > AHEAD:
            return  # interrupted in between
        middle, readings = (before + after) / 2, self._readings
        read = ClockPair(middle, wall - middle)
        self._lowest = min(self._lowest, read.offset)
        self._highest = max(self._highest, read.offset)
        if len(readings) > 1 and middle - readings[-2].monotonic < APART:
            readings.pop()
        readings.append(read)
        while len(readings) > 2 and readings[1].monotonic < earliest - AHEAD:
            readings.pop(0)

    def _moments(self, wall: float) -> Iterator[float]:
        """Yield the monotonic s at which the wall clock may have shown a time, the latest first."""
        readings = self._readings
        yield from _within(readings[-1].monotonic, math.inf, wall - readings[-1].offset)
        for last, first in itertools.pairwise(reversed(readings)):
            rate = (last.offset - first.offset) / max(last.monotonic - first.monotonic, CLOSE)
            moments = [wall - last.offset, wall - first.offset]
            if abs(rate) < SLEW:
                moments = [first.monotonic + (moments[1] - first.monotonic) / (1 + rate)]
            yield from _within(first.monotonic, last.monotonic, *moments)
        yield from _within(-math.inf, readings[0].monotonic, wall - readings[0].offset)


def _within(first: float, last: float, *moments: float) -> Iterator[float]:
    return (moment for moment in moments if first - AHEAD <= moment <= last + AHEAD)


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
