"""Connect, take what comes, and connect again until it is over."""

from __future__ import annotations

import contextlib
import math
import re
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from acceptance.errors import DeviceError, OutputError
from acceptance.live.credentials import Mask
from acceptance.live.rtsp import room, side_files
from acceptance.live.rtsp.arrival import ArrivalClock
from acceptance.live.rtsp.client import RtspClient
from acceptance.live.rtsp.key_pictures import KeyPictures
from acceptance.live.rtsp.packet_sockets import Looks, held_up
from acceptance.live.rtsp.stream_intake import StreamIntake
from acceptance.live.transcript import Transcript
from acceptance.messages import tr

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from acceptance.footage.clip import Frame
    from acceptance.live.credentials import Credentials
    from acceptance.live.onvif.facts import EncoderSetting
    from acceptance.live.rtsp.sdp import VideoMedia
    from acceptance.live.rtsp.stream_intake import PacketCounts
    from acceptance.live.rtsp.url import StreamUrl

TICK = 0.25  # s after which it is looked whether to stop
BACK_OFF, LONGEST_BACK_OFF = 0.5, 8.0  # s before the first try again, and at most
PATIENCE = 60.0  # s without the device after which a capture of unstated length ends
UNAUTHORISED = {"unauthorised", "bare_password"}  # where no try again helps
UNREADABLE = 3  # time-outs, in which packets come but no picture


class CaptureEnd(NamedTuple):
    """When a capture is over."""

    seconds: float | None
    """From the first packet on."""

    frames: int | None
    """In the clip."""

    stop: threading.Event
    """Set by whoever has seen enough."""


class Request(NamedTuple):
    """What is asked of the device."""

    set_up: Mapping[str, str]
    """Headers of SETUP."""

    play: Mapping[str, str]
    """Headers of PLAY."""

    once: bool
    """Whether what was lost cannot be taken up again: a recording would begin anew."""

    begun: float = 0.0
    """Unix s from which a recording is asked for."""


@dataclass(frozen=True, kw_only=True)
class LiveRates:
    """How a capture goes."""

    seconds: float
    """Since its first packet."""

    frames: int
    """Written so far."""

    frame_rate: float
    """Frames per second, since last time."""

    bit_rate: float
    """Bits of payload per second, since last time."""

    lost: int
    """Packets so far."""

    own_drops: int
    """Packets so far that this machine had no room for."""

    connected: bool
    """Whether the device sends at the moment."""


class CaptureLoop:
    """One capture, over all its connections."""

    def __init__(
        self,
        place: StreamUrl,
        clip: Path,
        credentials: Credentials | None,
        *,
        transport: str,
        timeout: float,
        fingerprint: str,
        ending: CaptureEnd,
        on_frame: Callable[[Frame], None] | None,
        on_rates: Callable[[LiveRates], None] | None,
        request: Request,
        stated: EncoderSetting | None,
    ) -> None:
        """Begin the files. Raises OutputError."""
        self._place, self._clip, self._credentials = place, clip, credentials
        self._transport, self._timeout, self._ending = transport, timeout, ending
        self._request, self._on_rates, self._fingerprint = request, on_rates, fingerprint
        self._clock, self.own_drops, self.kernel_times = ArrivalClock(), 0, True
        self.stated_rate: float | None = None
        self._by_digest = False  # whether the device was answered by digest, on any connection
        self._dropped = -1  # on this connection, as written down; -1: nothing is yet
        record = side_files.beside(clip, side_files.RECORD)
        self._record = Transcript(record, "stream", Mask(credentials))
        if stated:
            self._record.write("encoder_setting", **asdict(stated))
        self._pictures = KeyPictures(on_frame)
        self._intake = StreamIntake(
            clip, self._clock, self._record, self._pictures.put, ending.frames or math.inf
        )
        self._ticked, self._begun = (0.0, 0, 0), 0.0
        self._looks: Looks | None = None  # of this connection; None: there is none to read from

    @property
    def changed_at(self) -> float | None:
        """When the first picture of another size in a recording was filmed; None: not known."""
        return self._intake.changed_at(self._begun) if self._request.once else None

    @property
    def counts(self) -> PacketCounts:
        """What has come so far."""
        return self._intake.counts

    @property
    def clock_moved(self) -> float:
        """By how many s this computer's clock was set meanwhile."""
        return self._clock.moved

    @property
    def connections(self) -> int:
        """How often packets were asked for with success."""
        return self._intake.connection + 1

    def run(self) -> str:
        """Capture the stream; return why it ended (``Captured.reason``).

        Raises DeviceError and OutputError where no frame came; nothing is left then.
        """
        reason = "interrupted"
        try:
            reason = self._until_over()
        except OutputError as error:
            reason = error.code
            if not self.counts.frames or reason != "disc_full":
                raise
        finally:
            self._finish(reason)
        if not self.counts.frames:
            what, hint = tr("nothing was captured before the end"), tr("Give it more time")
            raise DeviceError(what, where=self._place.shown, hint=hint, code="nothing")
        return reason

    def _until_over(self) -> str:
        wait = BACK_OFF
        while not (reason := self._over()):
            came, connections = self.counts.packets, self.connections
            try:
                reason = self._connection()
            except DeviceError as error:
                reason = self._lost(error, connected=self.connections > connections)
            if reason:
                break
            wait = BACK_OFF if self.counts.packets > came else min(2 * wait, LONGEST_BACK_OFF)
            self._rest(wait)
        return reason

    def _connection(self) -> str:
        """Take what one connection gives; return why it is over. Raises DeviceError."""
        begun = time.perf_counter()
        client = RtspClient(
            self._place, self._credentials, self._record,
            timeout=self._timeout, fingerprint=self._fingerprint, stop=self._ending.stop,
            by_digest=self._by_digest,
        )  # fmt: skip
        with client:
            try:
                return self._session(client, begun)
            finally:
                self._by_digest = client.by_digest

    def _session(self, client: RtspClient, begun: float) -> str:
        video = client.describe()
        client.set_up(video, self._transport, self._request.set_up)
        self.stated_rate = video.frame_rate
        self.kernel_times &= client.wire.kernel_times
        answer = client.play(self._request.play)
        self._begun = _begun(answer.value("range")) or self._request.begun
        self._intake.connect(
            video,
            lambda size: self._describe(video, size, begun),
            live=not self._request.once,
            ssrc=client.transport.ssrc if client.transport else -1,
        )
        self._dropped, self._looks = -1, Looks()
        try:
            return self._listen(client, self._looks)
        finally:
            self._looks = None
            self._note_own_drops(client)
            self._intake.disconnect()

    def _listen(self, client: RtspClient, looks: Looks) -> str:
        heard = began = time.perf_counter()
        counts, frames = self.counts, self.counts.frames
        while not (reason := self._over()):
            now, before, found = time.perf_counter(), counts.packets, True
            try:
                for arrived in client.receive(now + TICK):
                    packets = counts.packets
                    self._intake.put(arrived)
                    heard = arrived.stamp.user if counts.packets > packets else heard
            except DeviceError as error:
                if error.code != "silent":
                    raise
                found = held_up(now + TICK)
            looks.note(now, found=found, useful=counts.packets > before)
            gone = self._intake.ended and not self._request.once
            if gone or looks.empty > heard + self._timeout:
                raise self._silent()
            if counts.frames == frames and counts.latest > began + UNREADABLE * self._timeout:
                raise self._unreadable()
            self._tick(now, client)
        return reason

    def _over(self) -> str:
        """Say why it is over, nothing while it is not."""
        counts = self.counts
        if self._ending.stop.is_set():
            return "interrupted"
        if self._intake.changed:
            return "changed"
        if self._intake.ended and self._request.once:
            return "end"
        if self._ending.frames is not None and counts.frames >= self._ending.frames:
            return "frames"
        if self._ending.seconds is None or not counts.first:
            return ""
        read = time.perf_counter() if self._looks is None else self._looks.empty
        return "seconds" if max(read, counts.latest) >= counts.first + self._ending.seconds else ""

    def _lost(self, error: DeviceError, *, connected: bool) -> str:
        """Note that the stream was lost; return why it is over where no try again helps.

        Raises the error where no frame has come yet.
        """
        if error.code == "given_up":
            return "interrupted"
        if not self.counts.frames:
            raise error
        now = time.perf_counter()
        if connected:
            self._record.write(
                "disconnected", connection=self._intake.connection, reason=error.code,
                at_s=self._clock.unix(now),
            )  # fmt: skip
        if self._request.once and error.code in {"silent", "closed"}:
            return "end"
        given_up = self._ending.seconds is None and now > self.counts.latest + PATIENCE
        given_up |= self._request.once or error.code in UNAUTHORISED
        return error.code if given_up else ""

    def _rest(self, seconds: float) -> None:
        """Wait before the next try, but not beyond the end."""
        until = time.perf_counter() + seconds
        while (now := time.perf_counter()) < until and not self._over():
            self._ending.stop.wait(min(TICK, until - now))
            self._tick(now, None)

    def _tick(self, now: float, client: RtspClient | None) -> None:
        """Look after everything else, once a second."""
        before, frames, octets = self._ticked
        if now < before + 1:
            return
        counts, seconds = self.counts, max(now - before, 1e-9)
        self._ticked = now, counts.frames, counts.octets
        self._intake.settle()
        if client is not None:
            self._note_own_drops(client)
        if room.is_short(self._clip.parent):
            raise OutputError(tr("the disc is full"), where=str(self._clip), code="disc_full")
        if before and self._on_rates is not None:
            self._on_rates(
                LiveRates(
                    seconds=now - counts.first if counts.first else 0.0,
                    frames=counts.frames,
                    frame_rate=(counts.frames - frames) / seconds,
                    bit_rate=8 * (counts.octets - octets) / seconds,
                    lost=counts.lost,
                    own_drops=self.own_drops,
                    connected=client is not None,
                )
            )

    def _note_own_drops(self, client: RtspClient) -> None:
        """Write down how many packets this machine has dropped, where it counts them."""
        drops = client.own_drops
        if drops is not None and drops != self._dropped:
            self.own_drops += drops - max(self._dropped, 0)
            self._dropped = drops
            self._record.write("own_drops", connection=self._intake.connection, count=drops)

    def _describe(self, video: VideoMedia, size: tuple[int, int], begun: float) -> None:
        self._record.write(
            "connected", connection=self._intake.connection, transport=self._transport,
            codec=video.codec, clock_rate=video.clock_rate, payload_type=video.payload_type,
            width=size[0], height=size[1], sdp_frame_rate=video.frame_rate,
            start_up_s=self._intake.began - begun,
            key_frame_s=self._intake.key_frame - begun,
        )  # fmt: skip

    def _finish(self, reason: str) -> None:
        """Close everything; where nothing came, leave nothing."""
        expected = [OutputError] if reason == "disc_full" else []
        with contextlib.suppress(*expected), contextlib.ExitStack() as last_first:
            last_first.callback(self._pictures.close)
            last_first.callback(self._leave_nothing)
            last_first.callback(self._record.close)
            last_first.callback(self._end_record, reason)
            last_first.callback(self._intake.close)

    def _end_record(self, reason: str) -> None:
        counts = self.counts
        side_files.finish(
            self._record, self._clip, full=reason == "disc_full", frames=counts.frames,
            packets=counts.packets, seconds=counts.latest - counts.first, reason=reason,
            foreign=counts.foreign, clock_moved_s=self.clock_moved,
        )  # fmt: skip

    def _leave_nothing(self) -> None:
        if not self.counts.frames:
            side_files.remove(self._clip)

    def _silent(self) -> DeviceError:
        what, kind = tr("agreed to send, but nothing comes"), self._intake.other_type
        if self._intake.began:
            what = tr("has stopped sending")
        elif kind >= 0:
            what = tr("sends packets of another payload type ({kind}) than it announced", kind=kind)
        hint = tr("Look whether a firewall keeps UDP out, or try --transport tcp")
        return DeviceError(what, where=self._place.shown, hint=hint, code="silent")

    def _unreadable(self) -> DeviceError:
        what = tr("sends packets, but no picture that can be decoded")
        hint = tr("Look whether another viewer shows the stream; try --transport tcp")
        return DeviceError(what, where=self._place.shown, hint=hint, code="no_picture")


def _begun(answered: str) -> float:
    """Read from when a recorder plays (``Range: clock=20261128T083000.000Z-``); 0: not said."""
    found = re.match(r"clock\s*=\s*(\d{8}T\d{6})(\.\d{1,6})?Z", answered)
    if found is None:
        return 0.0
    try:
        begin = datetime.strptime(f"{found[1]}+0000", "%Y%m%dT%H%M%S%z")
    except ValueError:
        return 0.0
    return begin.timestamp() + float(found[2] or 0)
