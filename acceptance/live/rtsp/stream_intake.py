"""What becomes of the packets of a stream: frames, a clip, and the files beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.live.rtsp import clip_writer, packets, side_files
from acceptance.live.rtsp.clip_writer import ClipWriter
from acceptance.live.rtsp.disc_sync import DiscSync
from acceptance.live.rtsp.frame_times import FrameTimes
from acceptance.live.rtsp.nal_units import START
from acceptance.live.rtsp.opening import Opening
from acceptance.live.rtsp.whole_frames import (
    ArrivedPacket,
    Assembler,
    Order,
    PacketRow,
    payloads_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from acceptance.live.rtsp.arrival import ArrivalClock
    from acceptance.live.rtsp.nal_units import CodedFrame
    from acceptance.live.rtsp.packet_sockets import Arrived
    from acceptance.live.rtsp.sdp import VideoMedia
    from acceptance.live.rtsp.whole_frames import ArrivedFrame, Payloads
    from acceptance.live.transcript import Transcript

    KeyFrame = Callable[[str, bytes], None]
    Described = Callable[[tuple[int, int]], None]


@dataclass
class PacketCounts:
    """What has come so far."""

    packets: int = 0
    """Of RTP, of the video."""

    octets: int = 0
    """Bytes of payload."""

    frames: int = 0
    """Written to the clip."""

    lost: int = 0
    """Packets between the first and the last of each connection that never came."""

    first_frame: float = 0.0
    """Monotonic s at which the first frame was there."""

    last_frame: float = 0.0
    """Monotonic s at which the latest frame was there."""

    longest_break: float = 0.0
    """Longest s between two frames."""

    foreign: int = 0
    """Packets of another sender, which are left out."""

    late: float = 0.0
    """Sum of s from the kernel's stamp to the program."""

    first: float = 0.0
    """Monotonic s at which the first packet was there."""

    latest: float = 0.0
    """Monotonic s at which the latest packet was there."""


class StreamIntake:
    """Takes the packets of one stream, over all its connections."""

    def __init__(
        self,
        clip: Path,
        clock: ArrivalClock,
        record: Transcript,
        on_key_frame: KeyFrame,
        most: float = math.inf,
    ) -> None:
        """``on_key_frame`` gets a codec and a frame that a decoder can begin with.

        At most ``most`` frames are written.

        Raises OutputError.
        """
        self.counts, self.changed, self.connection = PacketCounts(), False, -1
        self.began, self.key_frame, self.ended = 0.0, 0.0, False
        """Monotonic s of the first packet and of the first whole key frame of this connection, and
        whether the device has said that it was the last."""

        self.other_type = -1
        """Payload type of this connection's latest packet that is not of the video; -1: none."""

        self._clip, self._clock, self._record = clip, clock, record
        self._on_key_frame, self._most = on_key_frame, most
        self._tables = side_files.Tables(clip)
        self._sync = DiscSync(side_files.every(clip))
        self._writer: ClipWriter | None = None
        self._codec, self._layout = "", b""
        self._times = FrameTimes(reorders=False)
        self._due: list[float] = []
        self._first: ArrivedFrame | None = None
        self._other: ArrivedFrame | None = None

    def connect(
        self,
        video: VideoMedia,
        described: Described,
        payloads: Payloads | None = None,
        *,
        live: bool = True,
        ssrc: int = -1,
    ) -> None:
        """Begin a new connection; ``described`` is called with the size at its first key frame.

        ``payloads``: how frames lie in packets; None: as RFCs have it for the codec. ``live``: a
        stock that comes first is left out (``opening``). ``ssrc``: sender that was announced; -1:
        none.
        """
        self.connection += 1
        self._video, self._described, self._shown = video, described, False
        self._sender = packets.OneSender(ssrc)
        self._order, self._opening = Order(), Opening(video.clock_rate, live=live)
        self._assembler = Assembler(payloads or payloads_of(video.codec), self._assembled)
        self._lost_before, self._reported = self.counts.lost, self.counts.latest
        self._times.anew()
        self.began, self.key_frame, self.ended, self.other_type = 0.0, 0.0, False, -1

    def put(self, arrived: Arrived) -> None:
        """Take a packet. Raises OutputError."""
        if arrived.control:
            self._report(arrived)
            return
        packet = packets.rtp(arrived.data)
        if packet is None or packet.payload_type != self._video.payload_type:
            self.other_type = -1 if packet is None else packet.payload_type
            return
        counts, user = self.counts, arrived.stamp.user
        moment = self._clock.arrival(arrived.stamp, counts.latest)
        if not self._sender.takes(packet.ssrc, moment):
            counts.foreign += 1
            return
        counts.first, self.began = counts.first or moment, self.began or moment
        counts.latest, counts.late = moment, counts.late + user - moment
        counts.packets, counts.octets = counts.packets + 1, counts.octets + len(packet.payload)
        row = PacketRow(
            f"{self.connection},{packet.sequence},{packet.time},{self._clock.unix(moment):.6f},"
            f"{self._clock.unix(user):.6f},{len(packet.payload)},{packet.marker:d}"
        )
        self._tables.packet(row)
        if self._sender.changed:  # its numbers are others
            self._in_order(self._order.anew())
        self._in_order(self._order.put(ArrivedPacket(packet, moment, row)))

    def disconnect(self) -> None:
        """Take what is still held of the connection. Raises OutputError."""
        if self.connection >= 0:
            self._in_order(self._order.rest())
            self._write(self._opening.rest())

    def settle(self) -> None:
        """Write the lines of packets whose frames are known. Raises OutputError."""
        self._tables.settle()
        self._sync.check()

    def close(self) -> None:
        """End the clip and the files beside it. Raises OutputError."""
        try:
            if self._writer is not None:
                self._tables.arrived(self._due)
                self._tables.arrived(self._moments(self._writer.close()))
        finally:
            try:
                self._tables.close()
            finally:
                self._sync.close()
        self._sync.check()

    def _in_order(self, ready: Iterable[tuple[ArrivedPacket, bool]]) -> None:
        for arrived, gap in ready:
            self._assembler.put(arrived, gap=gap)
        self.counts.lost = self._lost_before + self._order.lost

    def _report(self, arrived: Arrived) -> None:
        if int.from_bytes(arrived.data[4:8], "big") == self._sender.other:
            return
        self.ended |= packets.is_goodbye(arrived.data)
        report = packets.sender_report(arrived.data)
        if report is not None:
            self._reported = self._clock.arrival(arrived.stamp, self._reported)
            self._record.write(
                "sender_report", connection=self.connection,
                arrival_s=self._clock.unix(self._reported), ntp_s=report.ntp,
                rtp_time=report.rtp_time, packets=report.packets, octets=report.octets,
            )  # fmt: skip

    def _assembled(self, frame: ArrivedFrame) -> None:
        if frame.coded.key:
            self.key_frame = self.key_frame or frame.arrival
        self._write(self._opening.put(frame))
        self.settle()

    def _write(self, frames: Iterable[ArrivedFrame]) -> None:
        for frame in frames:
            self._first = frame if self._first is None else self._first
            over = self.changed or self.counts.frames >= self._most
            writer = None if over else self._writer_for(frame.coded)
            if writer is None:
                if self.changed and self._other is None:
                    self._other = frame
                _in_no_clip(frame)
                continue
            ticks = self._times.ticks(frame.rtp_time, frame.arrival, self._video.clock_rate)
            self._tables.arrived(self._due)
            self._due = self._moments(writer.write(frame, ticks))
            self._count(frame.arrival)
            if frame.coded.key:
                self._on_key_frame(self._video.codec, self._complete(frame.coded))

    def changed_at(self, begun: float) -> float | None:
        """Return when the first picture of another size was filmed, in Unix s; None: not known.

        ``begun``: when the recording begins that was asked for, where its packets do not say.
        """
        first, other = self._first, self._other
        if first is None or other is None or (not other.filmed and self._times.jumps):
            return None
        passed = packets.ahead(first.rtp_time, other.rtp_time, 32) / self._video.clock_rate
        return other.filmed or begun + passed

    def _count(self, arrival: float) -> None:
        counts = self.counts
        if not counts.frames:
            counts.first_frame = arrival
        else:
            counts.longest_break = max(counts.longest_break, arrival - counts.last_frame)
        counts.frames, counts.last_frame = counts.frames + 1, arrival

    def _moments(self, frames: Iterable[ArrivedFrame]) -> list[float]:
        return [self._clock.unix(frame.arrival) for frame in frames]

    def _writer_for(self, frame: CodedFrame) -> ClipWriter | None:
        """Return the writer that takes this frame; begin it where it can be, end where it must."""
        if not frame.key or (self._shown and frame.layout in {b"", self._layout}):
            return self._writer
        size = clip_writer.size_of(self._video.codec, self._complete(frame))
        if size is None:
            return self._writer
        if self._writer is None:
            self._codec = self._video.codec
            self._writer = ClipWriter(self._clip, self._codec, self._complete(frame))
            self._times = FrameTimes(reorders=self._writer.reorders)
        elif (self._video.codec, size) != (self._codec, self._writer.size):
            self.changed = True
            return None
        self._layout = frame.layout
        if not self._shown:
            self._shown = True
            self._described(size)
        return self._writer

    def _complete(self, frame: CodedFrame) -> bytes:
        """Return a key frame with parameter sets; those of the SDP where it has none."""
        if frame.layout:
            return frame.data
        return b"".join(START + unit for unit in self._video.parameter_sets) + frame.data


def _in_no_clip(frame: ArrivedFrame) -> None:
    for row in frame.rows:
        row.frame = -1
