"""Packets of RTP and RTCP (RFC 3550), and their order."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NTP_EPOCH = 2208988800  # s from 1900 to 1970
REPLAYED = b"\xab\xac"  # of a header extension
SENDER_REPORT, GOODBYE = 200, 203
SILENT = 0.5  # s without a packet, after which another sender is followed
RECEIVER_REPORT = struct.pack("!BBHI", 0x80, 201, 1, 0)  # of nothing: opens a firewall's way


class RtpPacket(NamedTuple):
    """A packet of RTP."""

    payload_type: int
    """0 to 127."""

    marker: bool
    """Of video: the last packet of a frame."""

    sequence: int
    """0 to 65535."""

    time: int
    """0 to 2^32 - 1, in ticks of the stream's clock."""

    payload: bytes
    """What it carries."""

    ssrc: int = 0
    """Who sends it (RFC 3550, 5.1), 0 to 2^32 - 1."""

    filmed: float = 0.0
    """Of a recording: Unix s at which it was filmed, by the recorder's clock; 0: not said."""


def rtp(data: bytes) -> RtpPacket | None:
    """Read a packet of RTP; None where it is none."""
    if len(data) < 12 or data[0] >> 6 != 2:
        return None
    first, second, sequence, time, ssrc = struct.unpack_from("!BBHII", data)
    begin, end, filmed = 12 + 4 * (first & 15), len(data), 0.0
    if first & 0x10:
        if end < begin + 4:
            return None
        filmed = _filmed(data[begin : begin + 12])
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
    if first & 0x20:
        end -= data[-1]
    if begin > end:
        return None
    marker, payload = bool(second & 128), data[begin:end]
    return RtpPacket(second & 127, marker, sequence, time, payload, ssrc, filmed)


def _filmed(extension: bytes) -> float:
    """Read when a packet of a recording was filmed (ONVIF Streaming, 6.3, RTP header extension)."""
    if len(extension) < 12 or extension[:2] != REPLAYED:
        return 0.0
    since_1900 = int.from_bytes(extension[4:12], "big") / (1 << 32)
    return max(0.0, since_1900 - NTP_EPOCH)


class OneSender:
    """Follows one sender: two on one port or in one group would look like loss.

    Another is followed once the first was silent for ``SILENT`` s. The one that was announced is
    waited for as long, and followed whenever it comes: not every device announces the right one.
    """

    def __init__(self, announced: int = -1) -> None:
        """``announced``: SSRC that the device named; -1: none."""
        self._ssrc, self._heard, self._announced = announced, -math.inf, announced
        self._followed = -1
        self.other = -1
        """Who was left out last; -1: nobody."""

        self.changed = False
        """Whether the last packet taken was the first of another sender."""

    def takes(self, ssrc: int, moment: float) -> bool:
        """Whether a packet that came at ``moment`` (s) is of the sender that is followed."""
        if self._heard == -math.inf and self._announced >= 0:
            self._heard = moment
        if self._ssrc < 0 or moment > self._heard + SILENT or ssrc == self._announced:
            self._ssrc = ssrc
        if ssrc != self._ssrc:
            self.other = ssrc
            return False
        self.changed, self._followed = self._followed not in {-1, ssrc}, ssrc
        self._heard = moment
        return True


@dataclass(frozen=True, kw_only=True)
class SenderReport:
    """What a sender says of its clocks (RFC 3550, 6.4.1)."""

    ntp: float
    """Unix s of the sender's clock."""

    rtp_time: int
    """The same moment in RTP time."""

    packets: int
    """Sent so far."""

    octets: int
    """Bytes of payload sent so far."""


def sender_report(data: bytes) -> SenderReport | None:
    """Find the sender report in a packet of RTCP; None where there is none."""
    for begin in _parts(data):
        if data[begin + 1] == SENDER_REPORT and begin + 28 <= len(data):
            seconds, part, time, packets, octets = struct.unpack_from("!IIIII", data, begin + 8)
            ntp = seconds - NTP_EPOCH + part / (1 << 32)
            return SenderReport(ntp=ntp, rtp_time=time, packets=packets, octets=octets)
    return None


def is_goodbye(data: bytes) -> bool:
    """Whether a packet of RTCP says that the stream has ended (RFC 3550, 6.6)."""
    return any(data[begin + 1] == GOODBYE for begin in _parts(data))


def _parts(data: bytes) -> Iterator[int]:
    """Yield where each part of a packet of RTCP begins."""
    begin = 0
    while begin + 4 <= len(data) and data[begin] >> 6 == 2:
        yield begin
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")


def is_control(data: bytes) -> bool:
    """Whether a packet is RTCP where both come by one way (RFC 5761, 4)."""
    return len(data) >= 2 and 192 <= data[1] <= 223


def ahead(of: int, value: int, bits: int) -> int:
    """Return by how much ``value`` is ahead of ``of`` in a counter of so many bits; may be < 0."""
    half = 1 << (bits - 1)
    return ((value - of + half) & ((1 << bits) - 1)) - half
