"""Arrival times are the kernel's, and what they show of jitter and delay is what was sent."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow
from peers.timed_camera import Delays, timed

from acceptance.live import stream_tables
from acceptance.live.rtsp import arrival, capture

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.film
@pytest.mark.skipif(sys.platform != "linux", reason="the kernel stamps what it sends on Linux only")
@pytest.mark.parametrize(
    "delays", [Delays(width=0.03, frames=60), slow(Delays(width=0.015, step=0.02, frames=250))]
)
def test_arrivals_jitter_and_delay_are_those_of_the_kernel_s_departures(
    delays: Delays, tmp_path: Path
) -> None:
    """By the stamp of each packet as it left, so that a busy machine makes no difference."""
    with timed(delays) as peer:
        captured = capture(peer.url, tmp_path / "clip.mp4", transport="udp", stop=peer.ended)
        left = peer.departures()
    packets = stream_tables.packets(captured.packets)
    rows = np.searchsorted(left.sequence, packets.sequence)
    late = packets.arrival - left.sent[rows]
    assert captured.kernel_times
    assert len(late) == len(left.sequence) >= 2 * delays.frames
    assert np.abs(late).max() < 0.001
    frames = np.flatnonzero(np.diff(left.frame[rows], prepend=-1))  # the first packet of each
    came, went = (np.diff(times[frames]) for times in (packets.arrival, left.sent[rows]))
    nominal = np.diff(packets.rtp_time[frames]) / 90000
    jitter, true = (float(np.abs(steps - nominal).mean()) for steps in (came, went))
    assert true > 0.004
    assert jitter == pytest.approx(true, rel=0.1)
    assert np.ptp(came.cumsum() - nominal.cumsum()) == pytest.approx(
        np.ptp(went.cumsum() - nominal.cumsum()), rel=0.1
    )


def test_the_pair_of_clocks_is_read_where_nothing_came_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another program takes the processor for 30 ms between the two clocks, twice."""
    now, reads = [100.0], [0]

    def read() -> float:
        reads[0] += 1
        now[0] += 0.03 if reads[0] in {3, 6} else 1e-6
        return now[0]

    monkeypatch.setattr(arrival.time, "perf_counter", read)
    monkeypatch.setattr(arrival.time, "time", lambda: 1.7e9 + read())
    wall, monotonic = arrival._pair()
    assert wall - 1.7e9 == pytest.approx(monotonic, abs=1e-5)


def test_a_wall_clock_that_ticks_coarsely_is_read_at_its_tick() -> None:
    """The pair is real: two readings of it, an instant apart, name the same offset."""
    first, second = arrival._pair(), arrival._pair()
    assert first[0] - first[1] == pytest.approx(second[0] - second[1], abs=0.001)
    assert first[1] <= time.perf_counter()
