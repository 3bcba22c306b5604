"""RTP packets of a simulated camera over a simulated network, with the truth about both.

The camera sends one frame after the other, each in packets that follow each other at once; the
network delays each by a random time without overtaking (unless asked to), and loses some. What
arrives is put into the tables that a capture writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from acceptance.live.rtsp.side_files import HEADING
from acceptance.live.stream_tables import PacketTable
from acceptance.live.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from acceptance.live.transcript import Field

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
    # delays in s of so many frames, drawn at random
    Delays = Callable[[np.random.Generator, int], Floats]

BEGIN = 1795617283.0  # Unix s
CLOCK_RATE = 90000
PACKET = 1400  # bytes of payload, at most
SPACING = 20e-6  # s from one packet of a frame to the next
TO_USER = 170e-6  # s from the kernel to the program
START_UP = 0.12  # s
WRAP, RTP_WRAP = 1 << 16, 1 << 32


def steady(_: np.random.Generator, frames: int) -> Floats:
    """No delay beyond the shortest."""
    return np.zeros(frames)


@dataclass(frozen=True, kw_only=True)
class Stream:
    """What camera and network do."""

    seconds: float = 60.0
    """Length on the tester's clock."""
    rate: float = 25.0
    """Frames per second of the tester's clock."""
    nominal_rate: float | None = None
    """Frame rate by which the camera counts its RTP times on; None: the true one."""
    group: int = 50
    """Frames from one key frame to the next."""
    key_size: int = 60_000
    """Bytes of a key frame."""
    size: int = 12_000
    """Mean bytes of other frames; they scatter by a fifth."""
    wander: float = 0.0
    """Standard deviation of the share by which all sizes wander together, as motion makes them."""
    memory: float = 0.5
    """Seconds after which that is forgotten to 37 %."""
    loss: float = 0.0
    """Probability that a packet is lost, each on its own."""
    burst: float = 1.0
    """Packets lost at once, on average, at the same ``loss``."""
    duplicated: float = 0.0
    """Probability that a packet arrives twice."""
    overtaken: float = 0.0
    """Probability that a packet is late by ``late`` and so overtaken."""
    late: float = 0.002
    """Seconds by which an overtaken packet is late."""
    delays: Delays = field(default=steady)
    """Delay of each frame beyond the shortest, in s; none overtakes the one before."""
    drift: float = 0.0
    """By how much the camera's clock is fast, ppm."""
    jumps: Mapping[int, float] = field(default_factory=dict)
    """Frames before which the RTP time is set, by so many s."""
    resets: frozenset[int] = frozenset()
    """Frames before which sequence numbers and RTP time begin anew."""
    sequence: int = 60_000
    """First sequence number: it wraps soon."""
    rtp_time: int = RTP_WRAP - 900_000
    """First RTP time: it wraps after 10 s."""
    reconnects: Mapping[int, float] = field(default_factory=dict)
    """Frames before which the connection was lost, for so many s."""
    clock_error: float = 0.0
    """Seconds by which the camera's clock is ahead in its sender reports."""
    kernel: bool = True
    """Whether arrivals are stamped by the kernel."""
    seed: int = 1
    """Of all that is random."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What arrived, and the truth."""

    table: PacketTable
    """As a capture writes it."""
    delays: Floats
    """Delay of each frame (frames,) in s, beyond the shortest."""
    lost: int
    """Packets that were lost between the first and the last that arrived of each connection."""
    sent: int
    """Packets that were sent between these, lost ones among them."""
    keys: Whole
    """Numbers of the key frames."""


def send(stream: Stream) -> Sent:
    """Send a stream."""
    random = np.random.default_rng(stream.seed)
    frames = round(stream.seconds * stream.rate)
    number = np.arange(frames)
    keys = number[number % stream.group == 0]
    sizes = _sizes(stream, frames, keys, random)
    delays = stream.delays(random, frames)
    counts = -(-sizes // PACKET)
    frame = np.repeat(number, counts)
    within = np.arange(frame.size) - np.repeat(np.cumsum(counts) - counts, counts)
    outage = np.cumsum([stream.reconnects.get(each, 0.0) for each in range(frames)])
    taken = BEGIN + number / stream.rate + outage
    late = np.where(random.random(frame.size) < stream.overtaken, stream.late, 0.0)
    queued = np.maximum.accumulate((taken + delays)[frame] + within * SPACING)
    arrival = queued + late
    begins = np.isin(number, [*stream.reconnects])
    table = PacketTable(
        connection=np.cumsum(begins, dtype=np.int64)[frame],
        sequence=_sequence(stream, frame, random),
        rtp_time=_rtp_times(stream, outage, random)[frame],
        arrival=arrival,
        user=arrival + TO_USER if stream.kernel else arrival,
        size=np.minimum(PACKET, sizes[frame] - within * PACKET),
        marker=within == counts[frame] - 1,
        frame=frame,
    )
    arrived = ~_lost(stream, frame.size, random)
    ends = _ends(table.connection, arrived)
    copies = np.where(random.random(frame.size) < stream.duplicated, 2, 1)
    return Sent(
        table=_in_order(table, np.repeat(np.flatnonzero(arrived), copies[arrived])),
        delays=queued[np.flatnonzero(within == 0)] - taken,
        lost=int((ends & ~arrived).sum()),
        sent=int(ends.sum()),
        keys=keys,
    )


def _sizes(stream: Stream, frames: int, keys: Whole, random: np.random.Generator) -> Whole:
    """Return the bytes of each frame, of which ``keys`` are key frames."""
    sizes = (stream.size * random.uniform(0.8, 1.2, frames)).astype(np.int64)
    sizes[keys] = stream.key_size
    if stream.wander:
        sizes = (sizes * _wander(stream, frames, random)).astype(np.int64)
    return sizes


def _wander(stream: Stream, frames: int, random: np.random.Generator) -> Floats:
    """Return by how much each frame is larger: 1 on average, never below a tenth."""
    kept = np.exp(-1 / (stream.memory * stream.rate))
    steps = random.normal(0, 1, frames)
    for place in range(1, frames):
        steps[place] = kept * steps[place - 1] + (1 - kept**2) ** 0.5 * steps[place]
    return np.asarray((1 + stream.wander * steps).clip(0.1))


def _sequence(stream: Stream, frame: Whole, random: np.random.Generator) -> Whole:
    """Return the sequence number of each packet; they begin anew where the camera does."""
    first = np.flatnonzero(np.diff(frame, prepend=-1))
    numbers = stream.sequence + np.arange(frame.size)
    for reset in sorted(stream.resets):
        numbers[first[reset] :] += int(random.integers(5000, 60_000))
    return numbers % WRAP


def _rtp_times(stream: Stream, outage: Floats, random: np.random.Generator) -> Whole:
    """Return the RTP time of each frame, as sent."""
    nominal = stream.nominal_rate or stream.rate
    passed = np.arange(outage.size) / nominal + outage
    for frame, step in stream.jumps.items():
        passed[frame:] += step
    ticks = stream.rtp_time + np.rint(passed * CLOCK_RATE * (1 + stream.drift * 1e-6))
    whole = ticks.astype(np.int64)
    for reset in sorted(stream.resets):
        whole[reset:] += int(random.integers(RTP_WRAP // 8, RTP_WRAP // 2))
    return whole % RTP_WRAP


def _lost(stream: Stream, packets: int, random: np.random.Generator) -> NDArray[np.bool_]:
    """Draw the lost packets: bursts of geometric length (E. N. Gilbert, 1960)."""
    begin = stream.loss / stream.burst / max(1 - stream.loss, 1e-9)
    lost, losing = np.zeros(packets, np.bool_), False
    draws = random.random(packets)
    for place in range(packets if stream.loss else 0):
        losing = draws[place] < (1 - 1 / stream.burst if losing else begin)
        lost[place] = losing
    return lost


def _ends(connection: Whole, arrived: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which packets lie between the first and the last that arrived of their connection."""
    place = np.flatnonzero(arrived)
    inside = np.zeros(connection.size, np.bool_)
    for number in np.unique(connection[place]):
        own = place[connection[place] == number]
        inside[own[0] : own[-1] + 1] = True
    return inside


def _in_order(table: PacketTable, rows: Whole) -> PacketTable:
    """Take rows of a table, in order of arrival."""
    ordered = rows[np.lexsort((table.arrival[rows], table.connection[rows]))]
    return PacketTable(**{name: column[ordered] for name, column in vars(table).items()})


def write(clip: Path, stream: Stream, *, transport: str = "udp", every: float = 5.0) -> Sent:
    """Send a stream, and write what a capture leaves beside its clip.

    ``every``: seconds from one sender report to the next; 0: there are none.
    """
    sent = send(stream)
    write_table(clip.with_suffix(".packets.csv"), sent.table)
    with Transcript(clip.with_suffix(".stream.jsonl"), "stream") as record:
        sdp = "v=0\r\nm=video 0 RTP/AVP 96\r\nb=AS:4096\r\na=framerate:25\r\n"
        record.write("described", sdp=sdp, url="rtsp://192.0.2.1/live")
        for number in np.unique(sent.table.connection).tolist():
            record.write(
                "connected", connection=number, transport=transport, codec="h264",
                clock_rate=CLOCK_RATE, payload_type=96, width=1920, height=1080,
                sdp_frame_rate=25.0, start_up_s=START_UP, key_frame_s=2 * START_UP,
            )  # fmt: skip
        for report in _reports(stream, sent.table, every):
            record.write("sender_report", **report)
        record.write("own_drops", connection=0, count=0)
        count = len(sent.table.size)
        record.write("finished", packets=count, seconds=stream.seconds, reason="seconds")
    return sent


def write_table(path: Path, table: PacketTable) -> None:
    """Write a table of packets."""
    columns = (column.tolist() for column in vars(table).values())
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{HEADING}\n")
        for connection, sequence, rtp_time, arrival, user, size, marker, frame in zip(
            *columns, strict=True
        ):
            stamps = f"{arrival:.6f},{user:.6f}"
            numbers = f"{connection},{sequence},{rtp_time},{stamps},{size},{int(marker)},{frame}"
            file.write(f"{numbers}\n")


def _reports(stream: Stream, table: PacketTable, every: float) -> list[dict[str, Field]]:
    """Make the sender reports, as sent when a frame was."""
    if not every:
        return []
    times = np.arange(table.arrival[0], table.arrival[-1], every)
    found = np.searchsorted(table.arrival, times)
    passed = table.arrival[found] - BEGIN
    ntp = BEGIN + stream.clock_error + passed * (1 + stream.drift * 1e-6)
    return [
        {
            "connection": int(table.connection[at]),
            "arrival_s": float(table.arrival[at]),
            "ntp_s": float(seconds),
            "rtp_time": int(table.rtp_time[at]),
            "packets": int(at),
            "octets": int(table.size[:at].sum()),
        }
        for at, seconds in zip(found.tolist(), ntp.tolist(), strict=True)
    ]
