"""When frames came, against their RTP times: stretches, jumps, and the slope of the two clocks.

The first packet of a frame is taken: it waits for no other of its frame. Where the packet before it
is missing nobody knows whether it is the first, and the frame gives no delay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics.stream import blocks

if TYPE_CHECKING:
    from acceptance.live.stream_tables import PacketTable
    from acceptance.metrics.stream.sequences import Numbered

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Places = NDArray[np.intp]

WRAP = 1 << 32
JUMP = 0.2  # s, by which RTP time and arrival must part for a jump of the RTP time
ODD = 4.0  # usual steps from which one is no step from frame to frame
LONG = 10.0  # s: a step that no lost packets explain
OUT_OF_ORDER = 0.02  # share of steps back from which pictures are sent in another order than shown
SLOWEST = 0.1  # seconds of arrival per second of RTP time, and of RTP time per second of arrival
FEWEST = 50  # frames from which delays are looked at


@dataclass(frozen=True, kw_only=True)
class Frames:
    """The frames (n,) of a capture in the order in which they were sent."""

    elapsed: Floats
    """RTP time in s since the first frame of the stretch."""
    arrival: Floats
    """Unix s at which the first packet came."""
    stretch: Whole
    """Stretch: another after a reconnect, a new beginning, a jump of the RTP time."""
    known: NDArray[np.bool_]
    """Whether the first packet is surely the first that was sent."""
    jumps: int
    """Jumps of the RTP time, and new beginnings of the numbers, within connections."""

    @cached_property
    def stretches(self) -> list[Places]:
        """The places of the frames of each stretch of two frames or more."""
        ends = np.flatnonzero(np.diff(self.stretch)) + 1
        return [part for part in np.split(np.arange(len(self.stretch)), ends) if len(part) > 1]

    @cached_property
    def steps(self) -> Floats:
        """RTP time in s from each frame to the next, within stretches."""
        return blocks.together([np.diff(self.elapsed[own]) for own in self.stretches])

    @property
    def in_order(self) -> bool:
        """Whether pictures are sent in the order in which they are shown."""
        return bool(np.mean(self.steps < 0) <= OUT_OF_ORDER)

    @property
    def interval(self) -> float:
        """Usual RTP time in s from one frame to the next."""
        return float(np.median(np.abs(self.steps)))


@dataclass(frozen=True, kw_only=True)
class Delays:
    """Delays of the frames (n,) whose first packet is known, the slope of the clocks removed."""

    since: Floats
    """Arrival in s since the first packet of the capture."""
    residual: Floats
    """Arrival minus RTP time minus their line, in s; mean 0 in each stretch."""
    stretch: Whole
    """Stretch."""
    slope: float
    """Seconds of arrival per second of RTP time, minus 1."""
    doubt: float
    """Standard uncertainty of the slope."""
    lever: float
    """Seconds from the middle of the longest stretch to its end."""

    @property
    def steps(self) -> list[Floats]:
        """How the delay changes from one frame to the next, in s, for each stretch."""
        ends = np.flatnonzero(np.diff(self.stretch)) + 1
        return [np.diff(part) for part in np.split(self.residual, ends)]


def frames(packets: PacketTable, numbered: Numbered, clock_rate: float) -> Frames:
    """Put packets together to frames: those that follow each other with one RTP time.

    What a device had in stock and sent at once when it was asked is left out: packets before the
    first that belong to a frame of the clip. ``clock_rate`` is that of the RTP times in Hz. Raises
    GapError ``too_few_frames``.
    """
    live = _live(packets)
    parts: list[Frames] = []
    stretches = 0
    for run in np.unique(numbered.run):
        own = np.flatnonzero((numbered.run == run) & numbered.first & live)
        if not len(own):
            continue
        own = own[np.argsort(numbered.number[own], kind="stable")]
        part = _run(packets, own, numbered.number[own], clock_rate)
        parts.append(replace(part, stretch=part.stretch + stretches))
        stretches += part.jumps + 1
    found = Frames(
        elapsed=np.concatenate([part.elapsed for part in parts]),
        arrival=np.concatenate([part.arrival for part in parts]),
        stretch=np.concatenate([part.stretch for part in parts]),
        known=np.concatenate([part.known for part in parts]),
        jumps=stretches - len(np.unique(packets.connection[live])),
    )
    if not found.stretches or not found.interval:
        raise GapError("too_few_frames", frames=len(found.elapsed), needed=2)
    return found


def _live(packets: PacketTable) -> NDArray[np.bool_]:
    """Say which packets (n,) come no earlier than the first of a frame of the clip."""
    live = np.zeros(len(packets.frame), np.bool_)
    for connection in np.unique(packets.connection):
        own = np.flatnonzero(packets.connection == connection)
        shown = np.flatnonzero(packets.frame[own] >= 0)
        live[own[shown[0] if len(shown) else 0 :]] = True
    return live


def _run(packets: PacketTable, own: Places, number: Whole, clock_rate: float) -> Frames:
    """Look at the packets of one run, in the order of their numbers."""
    rtp_time, arrival = packets.rtp_time[own], packets.arrival[own]
    begins = np.flatnonzero(np.diff(rtp_time, prepend=rtp_time[0] - 1))
    missing = np.diff(number, prepend=number[0] - 1)[begins] - 1
    came = arrival[begins]
    ticks = (np.diff(rtp_time[begins]) + WRAP // 2) % WRAP - WRAP // 2
    step = ticks / clock_rate
    jump = _jumps(step, np.diff(came), missing[1:])
    stretch = np.concatenate([[0], np.cumsum(jump)]).astype(np.int64)
    elapsed = np.concatenate([[0.0], np.cumsum(np.where(jump, 0.0, step))])
    first = np.flatnonzero(np.diff(stretch, prepend=-1))
    return Frames(
        elapsed=elapsed - elapsed[first][stretch],
        arrival=came,
        stretch=stretch,
        known=missing == 0,
        jumps=int(stretch[-1]),
    )


def _jumps(step: Floats, passed: Floats, missing: Whole) -> NDArray[np.bool_]:
    """Find the steps before which the RTP time was set.

    The step is none from one frame to the next, the arrivals do not confirm it, and it is back,
    or too long, or no packets are missing that would explain it.
    """
    usual = float(np.median(np.abs(step))) if len(step) else 0.0
    odd = np.abs(step - usual) > max(JUMP, ODD * usual)
    alone = np.abs(step - passed) > JUMP
    return np.asarray(odd & alone & ((step < 0) | (step > LONG) | (missing == 0)))


def delays(found: Frames) -> Delays:
    """Fit one slope to all stretches, each with an offset of its own (least squares).

    Raises GapError: ``too_few_frames``, and ``sent_out_of_order`` where pictures are sent in
    another order than shown; ``rtp_clock_wrong`` where its rate is far off.
    """
    if not found.in_order:
        raise GapError("sent_out_of_order")
    parts = [own[found.known[own]] for own in found.stretches]
    parts = [own for own in parts if len(own) > 2]
    count = sum(map(len, parts))
    if count < FEWEST:
        raise GapError("too_few_frames", frames=count, needed=FEWEST)
    times = [found.elapsed[own] - found.elapsed[own].mean() for own in parts]
    delay = [_delay(found, own) for own in parts]
    x, y = np.concatenate(times), np.concatenate(delay)
    spread = float(x @ x)
    slope = float(x @ y) / spread
    if not SLOWEST <= 1 + slope <= 1 / SLOWEST:
        raise GapError("rtp_clock_wrong", ratio=1 / (1 + slope) if slope > -1 else 0.0)
    residual = y - slope * x
    scatter = float(residual @ residual) / (count - len(parts) - 1)
    return Delays(
        since=found.arrival[np.concatenate(parts)] - found.arrival[0],
        residual=residual,
        stretch=np.concatenate([found.stretch[own] for own in parts]),
        slope=slope,
        doubt=blocks.inflation(residual) * (scatter / spread) ** 0.5,
        lever=max(float(np.abs(part).max()) for part in times),
    )


def _delay(found: Frames, own: Places) -> Floats:
    """Arrival minus RTP time in s, mean 0: Unix times are large, so their first goes off first."""
    apart = (found.arrival[own] - found.arrival[own[0]]) - found.elapsed[own]
    return np.asarray(apart - apart.mean())
