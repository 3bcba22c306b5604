"""Arrival times are the kernel's, and show what was sent, also while the wall clock is set."""

from __future__ import annotations

import socket
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow
from peers.capture_clock import CaptureClock
from peers.captured_files import check
from peers.rtsp_camera import camera
from peers.timed_camera import Delays, timed

from acceptance.live import stream_tables
from acceptance.live.rtsp import arrival, capture
from acceptance.live.rtsp.arrival import ArrivalClock, Stamp

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
    with timed(delays) as peer, CaptureClock() as clock:
        captured = capture(
            peer.url, tmp_path / "clip.mp4", transport="udp", frames=delays.frames, seconds=60
        )
        left = peer.departures()
    packets = stream_tables.packets(captured.packets)
    rows = np.searchsorted(left.sequence, packets.sequence)
    sent = clock.unix(left.sent)[rows]
    late = packets.arrival - sent
    assert captured.kernel_times
    assert captured.reason == "frames"
    assert len(late) == len(left.sequence) >= 2 * delays.frames
    assert np.abs(late).max() < 0.001
    frames = np.flatnonzero(np.diff(left.frame[rows], prepend=-1))  # the first packet of each
    came, went = (np.diff(times[frames]) for times in (packets.arrival, sent))
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


class SetClock:
    """A wall clock that is set by ``step`` s while a capture runs, as kernel and program see it.

    It is set between the kernel's stamp of a packet and its reader, which from then on is late
    each time: what is not taken from the stamp shows. ``came`` has the truth, by RTP's sequence:
    when packets came, in monotonic s.
    """

    LATE = 0.02  # s

    def __init__(self, step: float, monkeypatch: pytest.MonkeyPatch) -> None:
        self._step, self._wall, self._receive = step, time.time, arrival.receive
        self._set_after, self._latest = float("inf"), 0.0  # Unix s of a packet: last of before
        self.came: dict[int, float] = {}
        monkeypatch.setattr(arrival.time, "time", self._time)
        monkeypatch.setattr(arrival, "receive", self._received)

    def _time(self) -> float:
        return self._wall() + self._step * (self._set_after < float("inf"))

    def _received(self, sock: socket.socket, most: int) -> tuple[bytes, Stamp, int | None]:
        data, stamp, dropped = self._receive(sock, most)
        if sock.type != socket.SOCK_DGRAM or data[1] & 127 != 96 or stamp.kernel is None:
            return data, stamp, dropped
        since = self._wall() - stamp.kernel
        self.came[int.from_bytes(data[2:4], "big")] = time.perf_counter() - since
        if len(self.came) > 30 and stamp.kernel < self._latest + 0.2:  # where the step shows
            self._set_after = min(self._set_after, stamp.kernel)
            time.sleep(self.LATE)
        self._latest = stamp.kernel
        stated = stamp.kernel + self._step * (stamp.kernel > self._set_after)
        return data, Stamp(stated, time.perf_counter()), dropped


@pytest.mark.film
@pytest.mark.parametrize("step", [3600.0, slow(-3600.0), slow(0.4)])
def test_a_step_of_the_wall_clock_harms_no_interval(
    step: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late the camera sends: the truth is when the kernel had each packet."""
    clock = SetClock(step, monkeypatch)
    with camera() as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=60, transport="udp")
    check(captured)
    packets = stream_tables.packets(captured.packets)
    late = packets.arrival - np.array([clock.came[number] for number in packets.sequence])
    assert len(late) > 60
    assert np.ptp(late) < clock.LATE / 5


@pytest.mark.parametrize("step", [3600.0, -3600.0, 0.7, -0.7])
def test_stamps_of_before_and_after_a_step_lie_on_one_line(
    step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each packet is read 1 ms after it came; the clock is set just before the tenth is read."""
    now, wall = [1000.0], [1.7e9]
    monkeypatch.setattr(arrival.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(arrival.time, "time", lambda: wall[0] + now[0])
    monkeypatch.setattr(arrival, "_pair", lambda: (wall[0] + now[0], now[0]))
    clock, moments = ArrivalClock(), [1000.0]
    for index in range(1, 21):
        now[0] = 1000 + 0.04 * index
        stamp = wall[0] + now[0]
        now[0] += 0.001
        wall[0] += step * (index == 10)
        moments.append(clock.arrival(Stamp(stamp, now[0]), moments[-1]))
    assert moments == pytest.approx([1000 + 0.04 * index for index in range(21)], abs=1e-5)
    assert clock.unix(moments[-1]) == pytest.approx(1.7e9 + 1000.8, abs=1e-3)


@pytest.mark.parametrize("step", [0.0005, -0.0005])
@pytest.mark.parametrize("held_up", [0.0, 1.6])
def test_stamps_of_a_clock_that_is_led_in_small_steps_are_read_with_the_offset_of_their_time(
    step: float, held_up: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten steps a second, as virtual machines do it; who reads stands meanwhile, then reads all."""
    now = [1000.0]

    def wall(at: float) -> float:
        return 1.7e9 + at + step * int(10 * (at - 1000))

    monkeypatch.setattr(arrival.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(arrival.time, "time", lambda: wall(now[0]))
    monkeypatch.setattr(arrival, "_pair", lambda: (wall(now[0]), now[0]))
    clock, moments = ArrivalClock(), [1000.0]
    true = [1000 + 0.04 * index for index in range(1, 101)]
    for number, came in enumerate(true):
        now[0] = max(now[0], came) + 0.0005 + held_up * (number == 20)
        moments.append(clock.arrival(Stamp(wall(came), now[0]), moments[-1]))
    assert moments[1:] == pytest.approx(true, abs=0.0011)
    assert clock.moved == pytest.approx(abs(step) * 40, abs=0.0011)
