"""Takes down the programme stream of one call, in a thread of its own, as ``capture`` does."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

from acceptance.errors import OutputError
from acceptance.live.gb28181 import media_ports, offer
from acceptance.live.gb28181.media_ports import CallingPort
from acceptance.live.gb28181.offer import CLOCK_RATE
from acceptance.live.gb28181.program_stream import READ, ProgramStream
from acceptance.live.rtsp import packets, room, side_files
from acceptance.live.rtsp.arrival import ArrivalClock
from acceptance.live.rtsp.packet_sockets import Looks, held_up
from acceptance.live.rtsp.sdp import VideoMedia
from acceptance.live.rtsp.stream_intake import StreamIntake
from acceptance.live.transcript import Transcript
from acceptance.messages import tr

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.live.rtsp.packet_sockets import Arrived
    from acceptance.live.rtsp.stream_intake import PacketCounts

TICK = 0.25  # s after which it is looked whether to stop
MOST_HELD = 20_000  # packets that wait for the map of the stream
MOST_SSRCS = 8


class Reception:
    """One stream into a clip and the files beside it."""

    def __init__(self, host: str, clip: Path, *, tcp: bool, calling: bool = False) -> None:
        """Begin to listen at an address of this machine; ``calling``: the device is called.

        Raises OutputError where a file exists or there is no room, DeviceError where no port is
        free.
        """
        side_files.require_new(clip)
        room.require(clip.parent)
        self._clip, self._transport = clip, "tcp" if tcp else "udp"
        self._port = media_ports.open_port(host, tcp=tcp, calling=calling)
        self.port = self._port.port
        """That the device sends to."""

        self._clock, self._stream = ArrivalClock(), ProgramStream()
        self._record = Transcript(side_files.beside(clip, side_files.RECORD), "stream")
        self._intake = StreamIntake(clip, self._clock, self._record, lambda _codec, _frame: None)
        self._held: list[Arrived] = []
        self._stopping = threading.Event()
        self.own_drops: int | None = None
        """Packets that this machine had no room for; None: not known."""

        self._begun = time.perf_counter()
        self.size: tuple[int, int] | None = None
        self.ssrcs: list[int] = []
        self.error: OutputError | None = None
        self.first = self.latest = 0.0
        """Monotonic s at which the first and the latest packet came; 0: none."""

        self.looks = Looks()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def counts(self) -> PacketCounts:
        """What has come so far."""
        return self._intake.counts

    @property
    def key_frame(self) -> float:
        """Monotonic s of the first whole key frame; 0: none."""
        return self._intake.key_frame

    @property
    def changed(self) -> bool:
        """Whether a picture of another size or codec has ended the clip."""
        return self._intake.changed

    @property
    def codec(self) -> str:
        """What the map of the stream names; empty: no map came."""
        return self._stream.codec

    @property
    def broken(self) -> int:
        """Frames whose packs are not as the standard has them."""
        return self._stream.broken

    def described(self, content: bytes, channel: str, host: str) -> None:
        """Write what the device at ``host`` answered, and call it where that was agreed."""
        sdp = content.decode("gb18030", "replace")
        self._record.write("described", sdp=sdp, url=f"gb28181:{channel}")
        if isinstance(self._port, CallingPort):
            self._port.place = offer.place_of(content, host)

    @property
    def trouble(self) -> str:
        """Why the device could not be called; empty: it could, or was not."""
        return self._port.trouble if isinstance(self._port, CallingPort) else ""

    def finish(self, reason: str) -> None:
        """Stop, and close every file. Raises OutputError where one could not be written."""
        self._stopping.set()
        self._thread.join()
        expected = [OutputError] if self.error else []
        with contextlib.suppress(*expected), contextlib.ExitStack() as last_first:
            last_first.callback(self._leave_nothing)
            last_first.callback(self._port.close)
            last_first.callback(self._record.close)
            last_first.callback(self._end_record, reason)
            last_first.callback(self._intake.close)
            self._note_drops()
            self._connect_held()
            self._intake.disconnect()
        if self.error and not self.counts.frames:
            raise self.error

    def _end_record(self, reason: str) -> None:
        counts = self.counts
        side_files.finish(
            self._record, self._clip, full=self.error is not None, frames=counts.frames,
            packets=counts.packets, seconds=counts.latest - counts.first, reason=reason,
            clock_moved_s=self._clock.moved,
        )  # fmt: skip

    def _leave_nothing(self) -> None:
        if not self.counts.packets:
            side_files.remove(self._clip)

    def _note_drops(self) -> None:
        if self._port.own_drops != self.own_drops:
            self.own_drops = self._port.own_drops
            self._record.write("own_drops", connection=0, count=self.own_drops)

    # --- in the thread

    def _run(self) -> None:
        looked = time.perf_counter()
        try:
            while not self._stopping.is_set() and not self._intake.changed:
                begun, before, found = time.perf_counter(), self.latest, False
                for arrived in self._port.receive(begun + TICK):
                    found = True
                    self._take(arrived)
                found = found or held_up(begun + TICK)
                self.looks.note(begun, found=found, useful=self.latest > before)
                if (now := time.perf_counter()) > looked + 1:
                    looked = now
                    self._look_after()
        except OutputError as error:
            self.error = error

    def _take(self, arrived: Arrived) -> None:
        if arrived.control:
            if self._intake.connection >= 0:
                self._intake.put(arrived)
            return
        packet = packets.rtp(arrived.data)
        if packet is None:
            return
        self.latest = self._clock.arrival(arrived.stamp, self.latest)
        self.first = self.first or self.latest
        source = int.from_bytes(arrived.data[8:12], "big")
        if source not in self.ssrcs and len(self.ssrcs) < MOST_SSRCS:
            self.ssrcs.append(source)
        if self._intake.connection >= 0:
            self._intake.put(arrived)
            return
        self._held.append(arrived)  # until the map says what it is
        if self._stream.learn(packet.payload) or len(self._held) > MOST_HELD:
            self._connect_held()

    def _connect_held(self) -> None:
        if self._intake.connection >= 0 or not self._held:
            return
        first = packets.rtp(self._held[0].data)
        assert first is not None  # noqa: S101 -- only what can be read is held
        codec = self.codec if self.codec in READ else "h264"  # of another one no frame comes
        video = VideoMedia(
            codec=codec,
            payload_type=first.payload_type,
            clock_rate=CLOCK_RATE,
            control="",
            session="",
            frame_rate=None,
        )
        self._intake.connect(video, lambda size: self._describe(video, size), self._stream)
        held, self._held = self._held, []
        for arrived in held:
            self._intake.put(arrived)

    def _describe(self, video: VideoMedia, size: tuple[int, int]) -> None:
        self.size = size
        self._record.write(
            "connected", connection=0, transport=self._transport, codec=video.codec,
            clock_rate=video.clock_rate, payload_type=video.payload_type,
            width=size[0], height=size[1], sdp_frame_rate=None,
            start_up_s=self.counts.first - self._begun,
            key_frame_s=self.key_frame - self._begun,
        )  # fmt: skip

    def _look_after(self) -> None:
        self._intake.settle()
        self._note_drops()
        if room.is_short(self._clip.parent):
            what = tr("the disc is full")
            raise OutputError(what, where=str(self._clip), code="disc_full")
