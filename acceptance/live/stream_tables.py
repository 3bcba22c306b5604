"""What a capture of a stream left beside its clip: every packet, and the record of the session.

The packets are a CSV, one line a packet in order of arrival; the record is a transcript
(``live.transcript``) of kind ``stream``. Both are read within bounds: others may have written them.
"""

from __future__ import annotations

import io
import math
import warnings
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import PlanError, SessionError
from acceptance.files import regular, url_password
from acceptance.live import transcript
from acceptance.live.onvif import facts
from acceptance.live.rtsp.side_files import HEADING
from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.live.onvif.facts import EncoderSetting
    from acceptance.live.transcript import Field

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

COLUMNS = len(HEADING.split(","))
MOST_BYTES = 256 << 20  # of the packets: some 3.5 million, or two hours at 4 Mbit/s
MOST_RECORD = 16 << 20  # bytes of the record: an hour is some 0.2 MB
# Least and most of each column; a time is in Unix s, up to the year 5138.
LEAST = np.array([0, 0, 0, 0, 0, 0, 0, -1], np.float64)
MOST = np.array([1e6, 0xFFFF, 0xFFFFFFFF, 1e11, 1e11, 1e6, 1, 1e9], np.float64)
TIMES = (3, 4)  # the columns that need not be whole
BACK = 1.0  # s, by which an arrival may lie before any above it
CLOCK_RATE = 90000  # Hz, of RTP times of video (RFC 6184, 8.2.1; RFC 7798, 7.1; RFC 2435, 3)

LONGEST_TEXT = 2000  # characters that a device states
SLOWEST, FASTEST = 1000.0, 1e7  # Hz that a clock of RTP times may have


@dataclass(frozen=True, kw_only=True)
class PacketTable:
    """The RTP packets of a capture in order of arrival; each field (n,), n at least 1."""

    connection: Whole
    """Counts reconnects, from 0, never falling."""
    sequence: Whole
    """Sequence number as sent, 0 to 65535."""
    rtp_time: Whole
    """RTP time as sent, 0 to 2^32 - 1."""
    arrival: Floats
    """Unix s by the kernel's stamp; where that gives none, as ``user``."""
    user: Floats
    """Unix s when the program had it."""
    size: Whole
    """Bytes of RTP payload."""
    marker: NDArray[np.bool_]
    """Whether the packet says that it ends its frame."""
    frame: Whole
    """Frame of the clip that it belongs to; -1: of none."""

    @property
    def stamped(self) -> bool:
        """Whether the kernel stamped the arrivals."""
        return bool((self.arrival != self.user).any())


@dataclass(frozen=True, kw_only=True)
class ConnectionRecord:
    """One connection, as the client found it."""

    connection: int
    """Its number."""
    transport: str
    """``udp``, ``multicast``, ``tcp``, or empty: not stated."""
    clock_rate: float
    """Hz of the RTP times."""
    sdp_frame_rate: float | None
    """Frame/s that the SDP states; None: it states none."""
    start_up: float | None
    """Seconds from the first connect to the first packet; None: not stated."""
    key_frame: float | None
    """Seconds from the first connect to the first whole key frame; None: not stated."""


@dataclass(frozen=True, kw_only=True)
class ReportTable:
    """The sender reports of a capture in order of arrival; each field (n,), n may be 0."""

    connection: Whole
    """Connection on which each came."""
    arrival: Floats
    """Unix s of the tester's clock."""
    ntp: Floats
    """Unix s of the device's clock."""
    rtp_time: Whole
    """RTP time of that moment, 0 to 2^32 - 1."""


@dataclass(frozen=True, kw_only=True)
class StreamRecord:
    """What the client knows besides the packets."""

    connections: tuple[ConnectionRecord, ...]
    """In their order."""
    reports: ReportTable
    """The sender reports."""
    own_drops: int | None
    """Packets that the tester's own computer dropped; None: nobody counted."""
    sdp_bit_rate: float | None
    """kbit/s that the SDP states (RFC 8866, 5.8, ``b=AS``); None: it states none."""
    ended: str
    """Why the capture ended; empty: not stated."""
    packets: float | None
    """How many came in all; None: not stated."""
    clip_bytes: float | None
    """Bytes of the clip that was written with it; None: not stated."""
    packets_sha256: str = ""
    """SHA-256 of the table of packets that was written with it; empty: not stated."""
    clip_sha256: str = ""
    """SHA-256 of the clip that was written with it; empty: not stated."""
    arrivals_sha256: str = ""
    """SHA-256 of the table of arrivals that was written with it; empty: not stated."""
    encoder: EncoderSetting | None = None
    """What the device states of the stream by ONVIF; None: it was not asked."""
    clock_moved: float = 0.0
    """s by which the tester's own clock was set meanwhile; 0: it was not, or nobody looked."""
    url: str = ""
    """Where it was asked for, without a password; empty: not stated."""

    @property
    def clock_rate(self) -> float:
        """Hz of the RTP times: of the first connection, else that of all video."""
        return self.connections[0].clock_rate if self.connections else CLOCK_RATE

    @property
    def transport(self) -> str:
        """Transport of all connections; empty where they differ, or nothing is stated."""
        used = {connection.transport for connection in self.connections}
        return used.pop() if len(used) == 1 else ""


def packets(path: Path) -> PacketTable:
    """Read the table of packets; a last line cut short is left out. Raises PlanError."""
    content = _numbers(path)
    whole = np.delete(content, TIMES, axis=1)
    sound = (content >= LEAST) & (content <= MOST)
    if not sound.all() or (whole != np.rint(whole)).any():
        _refuse(path, tr("a number is out of range, or not whole"))
    table = PacketTable(
        connection=content[:, 0].astype(np.int64),
        sequence=content[:, 1].astype(np.int64),
        rtp_time=content[:, 2].astype(np.int64),
        arrival=content[:, 3],
        user=content[:, 4],
        size=content[:, 5].astype(np.int64),
        marker=content[:, 6] > 0,
        frame=content[:, 7].astype(np.int64),
    )
    latest = np.maximum.accumulate(table.arrival)
    if (np.diff(table.connection) < 0).any() or (latest - table.arrival > BACK).any():
        _refuse(path, tr("connections or arrival times are not in order"))
    return table


def _numbers(path: Path) -> Floats:
    """Read the numbers (n, 8) of a table with the right heading. Raises PlanError."""
    try:
        lines, _, _ = regular.content(path, MOST_BYTES).rpartition(b"\n")
        heading, _, rest = lines.partition(b"\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a table without lines, which is refused below
            content = np.loadtxt(io.BytesIO(rest), delimiter=",", ndmin=2)
    except (OSError, ValueError) as error:
        _refuse(path, tr("cannot be read ({cause})", cause=error))
    if heading.strip() != HEADING.encode():
        _refuse(path, tr("the heading is not {heading}", heading=HEADING))
    if content.size == 0:
        _refuse(path, tr("holds no packet"))
    if (width := content.shape[1]) != COLUMNS:
        _refuse(
            path,
            tr_count("the table has {count} column", "the table has {count} columns", width),
        )
    return np.asarray(content, np.float64)


def _refuse(path: Path, what: str) -> NoReturn:
    hint = tr("Give the file as the toolkit wrote it")
    raise PlanError(what, where=str(path), hint=hint, code="table")


def record(path: Path) -> StreamRecord:
    """Read the record of a capture. Raises PlanError."""
    try:
        if path.stat().st_size > MOST_RECORD:
            _refuse(path, tr("is too large"))
        lines = transcript.read(path, "stream")
    except (OSError, SessionError) as error:
        what = error.what if isinstance(error, SessionError) else str(error)
        _refuse(path, what)
    sdp = "".join(str(line.get("sdp", "")) for line in lines if line["event"] == "described")
    return StreamRecord(
        connections=tuple(_connections(lines)),
        reports=_reports(lines),
        own_drops=_own_drops(lines),
        sdp_bit_rate=_stated_bit_rate(sdp),
        ended="".join(str(line.get("reason", "")) for line in lines if line["event"] == "finished"),
        packets=_finished(lines, "packets"),
        clip_bytes=_finished(lines, "clip_bytes"),
        packets_sha256=_hashed(lines, "packets"),
        clip_sha256=_hashed(lines, "clip"),
        arrivals_sha256=_hashed(lines, "arrivals"),
        encoder=next(map(_encoder, _of("encoder_setting", lines)), None),
        clock_moved=_finished(lines, "clock_moved_s") or 0.0,
        url=next((_address(line) for line in _of("described", lines)), ""),
    )


def _of(event: str, lines: Sequence[Mapping[str, Field]]) -> Iterator[Mapping[str, Field]]:
    return (line for line in lines if line["event"] == event)


def _address(line: Mapping[str, Field]) -> str:
    url = str(line.get("url", ""))
    return url_password.without(url) if len(url) <= LONGEST_TEXT else ""


def _encoder(line: Mapping[str, Field]) -> EncoderSetting | None:
    """Read what was stated by ONVIF; None where a field is missing or wrong."""
    setting = facts.encoder_setting(line)
    values = asdict(setting).values() if setting else ()
    sound = (
        len(value) <= LONGEST_TEXT if isinstance(value, str) else _count(value) is not None
        for value in values
        if value is not None and not isinstance(value, bool)
    )
    return setting if all(sound) else None


def _finished(lines: Sequence[Mapping[str, Field]], name: str) -> float | None:
    stated = [_count(line.get(name)) for line in lines if line["event"] == "finished"]
    return stated[-1] if stated else None


def _hashed(lines: Sequence[Mapping[str, Field]], what: str) -> str:
    stated = [line.get(f"{what}_sha256") for line in lines if line["event"] == "finished"]
    return str(stated[-1] or "") if stated else ""


def _is(file: Path | None, sha256: str) -> bool:
    """Whether a file, as far as it is known, has a hash, as far as it is stated."""
    return file is None or not sha256 or regular.sha256(file) == sha256


def require_together(
    path: Path,
    stated: StreamRecord,
    table: PacketTable | None,
    clip: Path,
    packets: Path | None = None,
    arrivals: Path | None = None,
) -> None:
    """Refuse the record at ``path`` where it is of another capture than what is named with it.

    It is seen by size and hash of the clip, number and hash of the packets, and the hash of the
    arrivals, as far as the record states them; ``packets`` is the file of the ``table``. Where the
    disc was full, it states no size, and not all packets that it counts are in the table. Raises
    PlanError.
    """
    whole = stated.clip_bytes is not None
    if (whole and clip.stat().st_size != stated.clip_bytes) or not _is(clip, stated.clip_sha256):
        what = tr("is of another clip than {clip}", clip=clip.name)
    elif not _is(arrivals, stated.arrivals_sha256):
        what = tr("is of other arrivals than those that are named with it")
    elif table is not None and (
        (whole and len(table.sequence) != stated.packets) or not _is(packets, stated.packets_sha256)
    ):
        what = tr("is of other packets than those that are named with it")
    else:
        return
    hint = tr("Name the files that were written together, and as they were written")
    raise PlanError(what, where=str(path), hint=hint, code="other_capture")


def _own_drops(lines: Sequence[Mapping[str, Field]]) -> int | None:
    """Add up the last count of each connection; None where nobody counted."""
    last = {
        str(line.get("connection")): count
        for line in lines
        if line["event"] == "own_drops" and (count := _count(line.get("count"))) is not None
    }
    return int(sum(last.values())) if last else None


def _connections(lines: Sequence[Mapping[str, Field]]) -> Iterator[ConnectionRecord]:
    for line in lines:
        number = _count(line.get("connection"))
        if line["event"] == "connected" and number is not None:
            yield ConnectionRecord(
                connection=int(number),
                transport=str(line.get("transport", "")),
                clock_rate=_clock_rate(line.get("clock_rate")),
                sdp_frame_rate=_count(line.get("sdp_frame_rate")),
                start_up=_count(line.get("start_up_s")),
                key_frame=_count(line.get("key_frame_s")),
            )


def _clock_rate(value: Field) -> float:
    """Return a rate of RTP times that there is; that of all video for anything else."""
    stated = _count(value) or 0.0
    return stated if SLOWEST <= stated <= FASTEST else CLOCK_RATE


def _reports(lines: Sequence[Mapping[str, Field]]) -> ReportTable:
    """Put the sender reports into a table; one that lacks a number is left out."""
    names = ("connection", "arrival_s", "ntp_s", "rtp_time")
    found = (
        [_count(line.get(name)) for name in names]
        for line in lines
        if line["event"] == "sender_report"
    )
    rows = np.array([row for row in found if None not in row], np.float64).reshape(-1, 4)
    connection, arrival, ntp, rtp_time = rows.T
    return ReportTable(
        connection=connection.astype(np.int64),
        arrival=arrival,
        ntp=ntp,
        rtp_time=rtp_time.astype(np.int64) & 0xFFFFFFFF,
    )


def _count(value: Field) -> float | None:
    """Return a number from 0 to that of the latest moment; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MOST[TIMES[0]] and math.isfinite(value) else None


def _stated_bit_rate(sdp: str) -> float | None:
    """Return what ``b=AS`` says below the SDP's line of the video; None where it says nothing."""
    _, _, video = sdp.partition("m=video")
    media, _, _ = video.partition("\nm=")
    stated = [line[5:].strip() for line in media.splitlines() if line.startswith("b=AS:")]
    return float(stated[0]) if stated and stated[0].isdecimal() and len(stated[0]) < 10 else None
