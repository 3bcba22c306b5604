"""Sequence numbers: what is missing, what came twice, what was overtaken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from acceptance.live.stream_tables import PacketTable

    Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

WRAP = 1 << 16
# RFC 3550, A.1: steps beyond which a sender has begun anew (MAX_DROPOUT, MAX_MISORDER) ...
AHEAD, BEHIND = 3000, 100
LATEST = 1.0  # s: ... unless the packets of so long a time explain it
OUTAGE = 3.0  # times the usual packet rate that an outage may hide
NEXT = 100  # packets within which the one after a new beginning follows


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """Packets (n,) with numbers that do not wrap."""

    number: Whole
    """Sequence number, counted on over the wraps of its run."""
    run: Whole
    """Run of the numbers: another after a reconnect, and where the sender began anew."""
    first: NDArray[np.bool_]
    """Whether no packet before it has its number: it is no duplicate."""
    overtaken: NDArray[np.bool_]
    """Whether a packet with a higher number came before (RFC 4737, 3.3); no duplicates."""
    late: Floats
    """By how many s it came after the first that overtook it (RFC 4737, 4.3); 0 for others."""

    @property
    def expected(self) -> int:
        """Packets from the lowest to the highest number of each run."""
        return sum(int(np.ptp(self.number[self.run == run])) + 1 for run in np.unique(self.run))

    @property
    def received(self) -> int:
        """Packets without duplicates."""
        return int(self.first.sum())

    @property
    def missing(self) -> int:
        """Numbers between the ends of the runs that never came."""
        return self.expected - self.received

    def holes(self) -> tuple[Whole, Whole]:
        """Where numbers are missing: place (m,) among those expected, and how many there."""
        places, sizes, before = [], [], 0
        for run in np.unique(self.run):
            own = np.unique(self.number[self.run == run])
            steps = np.diff(own)
            hole = np.flatnonzero(steps > 1)
            places.append(before + own[hole] - own[0])
            sizes.append(steps[hole] - 1)
            before += int(own[-1] - own[0]) + 1
        return np.concatenate(places), np.concatenate(sizes)


def numbered(packets: PacketTable) -> Numbered:
    """Count sequence numbers on over their wraps, each connection on its own."""
    parts = []
    runs = 0
    for connection in np.unique(packets.connection):
        own = packets.connection == connection
        number, run = _unwrapped(packets.sequence[own], packets.arrival[own])
        parts.append((number, run + runs, packets.arrival[own]))
        runs += int(run[-1]) + 1
    every = [_examined(number[run == each], arrival[run == each], int(each))
             for number, run, arrival in parts for each in np.unique(run)]  # fmt: skip
    columns = {name: np.concatenate([getattr(part, name) for part in every]) for name in FIELDS}
    return Numbered(**columns)


FIELDS = tuple(Numbered.__dataclass_fields__)


def _unwrapped(sequence: Whole, arrival: Floats) -> tuple[Whole, Whole]:
    """Return numbers and runs of one connection's packets, in order of arrival."""
    step = (np.diff(sequence) + WRAP // 2) % WRAP - WRAP // 2
    rate = len(sequence) / max(float(np.ptp(arrival)), 1e-3)
    passed = np.diff(arrival)
    ahead = step > np.maximum(AHEAD, OUTAGE * rate * passed)
    behind = step < -max(BEHIND, LATEST * rate)
    follows = np.append(np.abs(step[1:]) <= NEXT, False)[: len(step)]
    anew = (ahead | behind) & follows
    run = np.concatenate([[0], np.cumsum(anew)]).astype(np.int64)
    number = sequence[:1].sum() + np.concatenate([[0], np.cumsum(step)])
    return number.astype(np.int64), run


def _examined(number: Whole, arrival: Floats, run: int) -> Numbered:
    """Look at one run, in order of arrival."""
    first = np.zeros(len(number), np.bool_)
    first[np.unique(number, return_index=True)[1]] = True
    highest = np.maximum.accumulate(number)
    overtaken = first & (number < highest)
    overtaker = np.searchsorted(highest, number, side="right")
    late = np.where(overtaken, arrival - arrival[np.minimum(overtaker, len(number) - 1)], 0.0)
    return Numbered(
        number=number,
        run=np.full(len(number), run),
        first=first,
        overtaken=overtaken,
        late=late,
    )
