"""Capture a stream as it comes: the clip, when its frames came, every packet, what was said."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from acceptance.errors import AcceptanceError, DeviceError, OutputError, UsageError
from acceptance.live.rtsp import room, side_files
from acceptance.live.rtsp.capture_loop import CaptureEnd, CaptureLoop, Request
from acceptance.live.rtsp.url import TRANSPORTS, parse
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.footage.clip import Frame
    from acceptance.live.credentials import Credentials
    from acceptance.live.onvif.facts import EncoderSetting
    from acceptance.live.rtsp.capture_loop import LiveRates

Times = tuple[datetime, datetime]  # of a recording, from and to
LONGEST = 7 * 86400  # s of a capture
MOST_CLIPS = 20  # of a stream that changes its size again and again
ASKED = {"seconds", "frames", "interrupted", "end"}
LIVE = Request(set_up={}, play={"Range": "npt=0.000-"}, once=False)
REPLAY = {"Require": "onvif-replay"}


@dataclass(frozen=True, kw_only=True)
class Captured:
    """What was captured of a stream."""

    clip: Path
    """Fragmented MP4, frames as they were sent, times in 1/90000 s."""

    arrivals: Path
    """CSV ``frame,arrival_s``: Unix s, UTC, at which the last packet of each frame was there."""

    packets: Path
    """CSV of every packet of RTP in order of arrival."""

    stream_record: Path
    """Transcript of the kind ``stream``."""

    frames: int
    """In the clip."""

    received: int
    """Packets of RTP."""

    lost: int
    """Packets that never came, between the first and the last of each connection."""

    own_drops: int
    """Of these, packets that this machine itself had no room for."""

    foreign: int
    """Packets of another sender (SSRC) that came by the same way, and are left out."""

    connections: int
    """1 and the number of times that the stream was lost and taken up again."""

    longest_break: float
    """Longest s between two frames."""

    frame_rate: float
    """Frames per second of the clip, by arrival; 0 of fewer than two frames."""

    stated_rate: float | None
    """Frames per second that the SDP states; None: none is stated."""

    seconds: float
    """From the first packet to the last."""

    kernel_times: bool
    """Whether arrivals are the kernel's; else they are those of this program."""

    lag: float
    """Mean s from the kernel's stamp to the program."""

    clock_moved: float
    """s by which this computer's clock was set meanwhile; times are by the clock as it began."""

    reason: str
    """Why it ended: ``seconds``, ``frames``, ``interrupted`` or ``end`` (of a recording) as asked;
    else ``disc_full``, ``changed`` (size or codec), or the code of the DeviceError."""

    goes_on: datetime | None = None
    """Of a recording that ended by ``changed``: when the first picture that is not in the clip was
    filmed, by the recorder's clock; None: nobody knows."""

    @property
    def whole(self) -> bool:
        """Whether it ended as asked, with nothing lost or foreign, and never interrupted."""
        complete = not self.lost and not self.foreign
        return self.reason in ASKED and complete and self.connections == 1


def capture(
    url: str,
    clip: Path,
    *,
    credentials: Credentials | None = None,
    transport: str = "tcp",
    seconds: float | None = None,
    frames: int | None = None,
    on_frame: Callable[[Frame], None] | None = None,
    on_rates: Callable[[LiveRates], None] | None = None,
    timeout: float = 10.0,
    fingerprint: str = "",
    replay: tuple[datetime, datetime] | None = None,
    stop: threading.Event | None = None,
    stated: EncoderSetting | None = None,
) -> Captured:
    """Capture the stream at ``url`` (``rtsp://``, ``rtsps://``) into ``clip`` and files beside.

    ``credentials`` are used where the device asks; those in the URL go before. ``transport``:
    ``tcp``, ``udp`` or ``multicast``. It ends after ``seconds`` from the first packet on, after
    ``frames``, or when ``stop`` is set. ``on_frame`` gets the newest key frame, decoded, at most
    once a second, in a thread of its own; ``on_rates`` hears every second how it goes. Nothing is
    waited for longer than ``timeout`` s: a device that is silent for that long is connected to
    again, until the time is over. ``fingerprint``: SHA-256 of a certificate that is trusted though
    nobody known has signed it (rtsps). ``replay``: from when to when a recording is wanted, as it
    was filmed (RFC 2326, C.1; ONVIF Streaming, Replay); it ends where the recording does.
    ``stated``: what the device states of the stream by ONVIF, which the record keeps.

    Raises UsageError for wrong arguments, DeviceError where not one frame came, OutputError where a
    file exists or cannot be written.
    """
    place = parse(url)
    _check(transport, seconds, frames, timeout)
    side_files.require_new(clip)
    room.require(clip.parent)
    loop = CaptureLoop(
        place, clip, place.credentials or credentials, transport=transport, timeout=timeout,
        fingerprint=fingerprint, request=LIVE if replay is None else _recorded(*replay),
        ending=CaptureEnd(seconds, frames, stop or threading.Event()),
        on_frame=on_frame, on_rates=on_rates, stated=stated,
    )  # fmt: skip
    return _captured(clip, loop, loop.run())


def over_changes(
    take: Callable[[Path, float | None, int | None, Times | None], Captured],
    clip: Path,
    seconds: float | None,
    frames: int | None,
    replay: Times | None = None,
) -> tuple[list[Captured], AcceptanceError | None]:
    """Go on in ``NAME-2.mp4`` and so on where the size or codec of the picture changes.

    ``take`` captures into a clip, for so long or so many frames, live or from a recording; what is
    left of them is asked of the next. A recording goes on from its first picture of the other size,
    where the recorder tells when that was. Raises what ``take`` raises for the first clip; of a
    later one nothing more came, and the error that says why is returned with the clips.
    """
    done = [take(clip, seconds, frames, replay)]
    while done[-1].reason == "changed" and len(done) < MOST_CLIPS:
        left = None if seconds is None else seconds - sum(part.seconds for part in done)
        fewer = None if frames is None else frames - sum(part.frames for part in done)
        if (left is not None and left <= 0) or fewer == 0:
            break
        if replay is not None:
            begin, (before, end) = done[-1].goes_on, replay
            if begin is None or not before < begin < end:  # or it begins at the same place again
                break
            replay = begin, end
        try:
            done.append(take(side_files.another(clip, len(done) + 1), left, fewer, replay))
        except (DeviceError, OutputError) as error:
            return done, error
    return done, None


def _captured(clip: Path, loop: CaptureLoop, reason: str) -> Captured:
    counts = loop.counts
    filmed = counts.last_frame - counts.first_frame
    return Captured(
        clip=clip,
        arrivals=side_files.beside(clip, side_files.ARRIVALS),
        packets=side_files.beside(clip, side_files.PACKETS),
        stream_record=side_files.beside(clip, side_files.RECORD),
        frames=counts.frames, received=counts.packets, lost=counts.lost,
        own_drops=loop.own_drops, foreign=counts.foreign, connections=loop.connections,
        longest_break=counts.longest_break,
        frame_rate=(counts.frames - 1) / filmed if filmed else 0.0,
        stated_rate=loop.stated_rate, seconds=counts.latest - counts.first,
        kernel_times=loop.kernel_times, lag=counts.late / max(1, counts.packets),
        clock_moved=loop.clock_moved, reason=reason,
        goes_on=_moment(loop.changed_at) if reason == "changed" else None,
    )  # fmt: skip


def _moment(changed_at: float | None) -> datetime | None:
    """Round up to the millisecond that a replay can be asked for: it begins at a key frame before.

    None of what is no time.
    """
    if not changed_at:
        return None
    try:
        return datetime.fromtimestamp(math.ceil(changed_at * 1e3 - 0.01) / 1e3, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _recorded(begin: datetime, end: datetime) -> Request:
    """Ask for a recording, sent no faster than it was filmed. Raises UsageError."""
    if begin.tzinfo is None or end.tzinfo is None or not begin < end:
        what = tr("a replay needs two times with their zone, the earlier one first")
        raise UsageError(what, where=f"{begin.isoformat()} - {end.isoformat()}")
    times = (moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] for moment in (begin, end))
    clock = "-".join(f"{time}Z" for time in times)
    play = {**REPLAY, "Range": f"clock={clock}", "Rate-Control": "yes"}
    return Request(set_up=REPLAY, play=play, once=True, begun=begin.timestamp())


def _check(transport: str, seconds: float | None, frames: int | None, timeout: float) -> None:
    if transport not in TRANSPORTS:
        names = " / ".join(TRANSPORTS)
        raise UsageError(tr("transport is {name}: give {names}", name=transport, names=names))
    for name, value in (("seconds", seconds), ("frames", frames), ("timeout", timeout)):
        if value is not None and not 0 < value < math.inf:
            raise UsageError(tr("{name} must be above 0, not {value:g}", name=name, value=value))
    if seconds is not None and seconds > LONGEST:
        raise UsageError(tr("a capture lasts {most} s at most", most=LONGEST))
