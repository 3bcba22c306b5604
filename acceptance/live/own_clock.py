"""How far this computer's own clock may be off: stated, or as chrony or an NTP server says."""

from __future__ import annotations

import socket
import struct
import subprocess
import time
from dataclasses import dataclass

from acceptance.errors import DeviceError
from acceptance.live.reaching import Patience
from acceptance.messages import tr

CHRONY = ("chronyc", "-c", "tracking")
FIELDS = 14  # of its line
NTP_PORT, NTP_EPOCH, FRACTION = 123, 2208988800, 2.0**32
ATTEMPTS = 4
PATIENCE = 3.0  # s for chronyc
LOOK_UP = 10.0  # s for the resolver


@dataclass(frozen=True, kw_only=True)
class OwnClock:
    """This computer's clock against UTC; seconds."""

    offset: float = 0.0
    """By how much it is known to be ahead; figures are corrected by it."""

    uncertainty: float | None = None
    """Half-width of what is left; None: not known."""

    source: str = ""
    """``stated``, ``chrony`` or ``ntp``; empty: not known."""


def known(stated: float | None = None, server: str = "") -> OwnClock:
    """Return what is known: stated (s), by an NTP server, else by chrony on this computer.

    Raises DeviceError where the server that was named does not answer.
    """
    if stated is not None:
        return OwnClock(uncertainty=stated, source="stated")
    if server:
        return by_ntp(server)
    return by_chrony() or OwnClock()


def by_chrony() -> OwnClock | None:
    """Ask chrony how far off it can be (``chronyc tracking``); None where it does not run.

    The bound is that of its manual: offset, half the root delay and the root dispersion.
    """
    try:
        done = subprocess.run(CHRONY, capture_output=True, text=True, timeout=PATIENCE, check=True)  # noqa: S603 -- fixed words
    except (OSError, subprocess.SubprocessError):
        return None
    fields = done.stdout.strip().split(",")
    if len(fields) != FIELDS or fields[-1].startswith("Not"):
        return None
    try:
        offset, delay, dispersion = (float(fields[place]) for place in (4, 10, 11))
    except ValueError:
        return None
    return OwnClock(uncertainty=abs(offset) + delay / 2 + dispersion, source="chrony")


def by_ntp(server: str, port: int = NTP_PORT, timeout: float = 1.0) -> OwnClock:
    """Ask an NTP server (RFC 5905, client mode); the shortest of a few round trips counts.

    Raises DeviceError.
    """
    try:
        family, _, _, _, where = Patience(LOOK_UP).look_up(server, port)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.settimeout(timeout)
            asking.connect(where)
            rounds = [_round(asking) for _ in range(ATTEMPTS)]
    except (OSError, UnicodeError, ValueError, struct.error) as error:
        what = tr("does not answer as an NTP server ({cause})", cause=error)
        hint = tr("Name another server, or state --clock-uncertainty")
        raise DeviceError(what, where=server, hint=hint) from error
    doubt, offset = min(rounds)
    return OwnClock(offset=offset, uncertainty=doubt, source="ntp")


def _round(asking: socket.socket) -> tuple[float, float]:
    """Return half-width and value of the offset that an exchange gives. Raises ValueError."""
    begun, sent = time.monotonic(), time.time()  # what comes between makes the round longer
    stamp = struct.pack("!d", sent)  # comes back as it is: only this answer is ours
    asking.send(struct.pack("!B39x", 0x23) + stamp)
    for _ in range(ATTEMPTS):
        reply = asking.recv(512)
        elapsed = time.monotonic() - begun
        if len(reply) >= 48 and reply[24:32] == stamp:
            break
    else:
        raise ValueError(tr("it answers something else"))
    mode, stratum = reply[0] & 7, reply[1]
    if mode != 4 or not 0 < stratum < 16 or reply[0] >> 6 == 3:
        raise ValueError(tr("its own clock is not set"))
    delay, dispersion = struct.unpack("!II", reply[4:12])
    received, answered = (_seconds(reply[place : place + 8]) for place in (32, 40))
    offset = (sent + sent + elapsed) / 2 - (received + answered) / 2
    trip = max(0.0, elapsed - (answered - received))
    return trip / 2 + delay / 2 / 65536 + dispersion / 65536, offset


def _seconds(stamp: bytes) -> float:
    whole, part = struct.unpack("!II", stamp)
    return float(whole - NTP_EPOCH) + float(part) / FRACTION
