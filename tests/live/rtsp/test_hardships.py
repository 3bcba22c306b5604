"""Loss, kills, pulled cables, full discs and a clock that is set: what was captured is kept."""

from __future__ import annotations

import errno
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow
from peers.cable import GROUP, HERE, THERE, cable
from peers.captured_files import check, events, rows
from peers.rtsp_camera import camera

from acceptance.errors import OutputError
from acceptance.files import output
from acceptance.footage import clip as footage
from acceptance.live.rtsp import arrival, capture, packet_sockets, room
from acceptance.live.rtsp.arrival import ArrivalClock, Stamp
from acceptance.live.rtsp.packets import OneSender

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.live.rtsp import Captured

TOOL = """
import pathlib, sys
from acceptance.live.rtsp import capture
capture(sys.argv[1], pathlib.Path(sys.argv[2]))
"""


@pytest.mark.film
@pytest.mark.parametrize("per_mille", [20, slow(10), slow(100)])  # of hundreds of packets
def test_loss_is_what_the_firewall_counted(per_mille: int, tmp_path: Path) -> None:
    """Between the first and the last packet: losing begins after the one, ends before the other."""
    with cable() as link, camera(host=THERE, prefix=link.prefix, noise=6) as peer:
        counted: list[int] = []

        def lose() -> None:
            time.sleep(1.0)
            link.lose(per_mille)
            time.sleep(4.0)
            counted.append(link.lost())

        loser = threading.Thread(target=lose)
        loser.start()
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=6, transport="udp")
        loser.join()
    assert captured.lost == counted[0] > 0
    assert captured.own_drops == 0
    assert [line["count"] for line in events(captured, "own_drops")] == [0]
    check(captured, whole=False)
    reports = events(captured, "sender_report")
    assert reports, "GStreamer sends one within five seconds"
    for report in reports:
        assert report["ntp_s"] == pytest.approx(report["arrival_s"], abs=0.1)


@pytest.mark.film
def test_a_second_sender_on_the_same_port_is_not_taken_for_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    pair = packet_sockets.udp_pair

    def noted(family: int, host: str, *zone: int) -> tuple[socket.socket, ...]:
        sockets = pair(family, host, *zone)
        opened.append(sockets[0].getsockname()[1])
        return sockets

    monkeypatch.setattr(packet_sockets, "udp_pair", noted)
    over = threading.Event()

    def disturb() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number in range(2000):
                if opened and number > 20 and not over.wait(0.002):
                    rtp = struct.pack("!BBHII", 0x80, 96, 9 * number & 0xFFFF, number, 1)
                    sender.sendto(rtp + bytes(100), ("127.0.0.1", opened[0]))
                    goodbye = struct.pack("!BBHI", 0x81, 203, 1, 1)
                    sender.sendto(goodbye, ("127.0.0.1", opened[0] + 1))
                else:
                    over.wait(0.05)

    with camera() as peer:
        other = threading.Timer(0.5, disturb)
        other.start()
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=3, transport="udp")
        over.set()
        other.join()
    assert (captured.lost, captured.connections, captured.reason) == (0, 1, "seconds")
    assert captured.foreign > 100
    assert not captured.whole
    check(captured)


def test_another_sender_is_followed_once_the_first_is_silent() -> None:
    sender = OneSender()
    moments = [(7, 0.0), (8, 0.1), (7, 0.3), (8, 0.7), (8, 0.9), (8, 1.0), (7, 1.1)]
    taken = [sender.takes(ssrc, moment) for ssrc, moment in moments]
    assert taken == [True, False, True, False, True, True, False]


def test_the_announced_sender_is_followed_whoever_comes_first() -> None:
    sender = OneSender(7)
    moments = [(8, 0.0), (8, 0.1), (7, 0.3), (8, 0.4), (7, 0.6), (8, 1.0), (8, 1.2), (7, 1.3)]
    taken = [sender.takes(ssrc, moment) for ssrc, moment in moments]
    assert taken == [False, False, True, False, True, False, True, True]


def test_a_sender_that_was_announced_wrongly_costs_half_a_second() -> None:
    sender = OneSender(7)
    taken = [sender.takes(8, moment) for moment in (0.0, 0.4, 0.6, 0.7)]
    assert taken == [False, False, True, True]


@pytest.mark.film
def test_in_a_group_with_another_sender_the_camera_is_followed(tmp_path: Path) -> None:
    """The other one is heard first, and sends all the time."""
    over = threading.Event()
    with cable() as link, camera(host=THERE, prefix=link.prefix, multicast=GROUP) as peer:

        def disturb() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                own = socket.inet_aton(HERE)
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
                for number in range(10_000):
                    rtp = struct.pack("!BBHII", 0x80, 96, 9 * number & 0xFFFF, number, 1)
                    sender.sendto(rtp + bytes(100), (GROUP, 15000))
                    if over.wait(0.002):
                        return

        other = threading.Thread(target=disturb)
        other.start()
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=50, transport="multicast")
        over.set()
        other.join()
    check(captured)
    assert (captured.lost, captured.reason) == (0, "frames")
    assert captured.foreign > 100


@pytest.mark.film
def test_multicast_is_joined_by_the_cable_that_reaches_the_camera(tmp_path: Path) -> None:
    with cable() as link, camera(host=THERE, prefix=link.prefix, multicast=GROUP) as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=30, transport="multicast")
    check(captured)
    assert captured.whole
    assert captured.kernel_times
    [connected] = events(captured, "connected")
    assert connected["transport"] == "multicast"


@pytest.mark.film
def test_a_pulled_cable_costs_what_was_sent_meanwhile_and_nothing_else(tmp_path: Path) -> None:
    with cable() as link, camera(host=THERE, prefix=link.prefix) as peer:

        def pull() -> None:
            time.sleep(2.0)
            link.pull()
            time.sleep(3.0)
            link.plug()

        puller = threading.Thread(target=pull)
        puller.start()
        captured = capture(
            peer.url, tmp_path / "gate.mp4", seconds=12, transport="udp", timeout=1.0
        )
        puller.join()
    check(captured)
    assert captured.connections == 2
    came = np.array([float(row["arrival_s"]) for row in rows(captured.arrivals)])
    assert np.diff(came).max() < 3 + 1 + 8
    assert captured.reason == "seconds"


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
    return port


@pytest.mark.film
@pytest.mark.parametrize("kills", [3, slow(20)])
def test_a_server_that_is_killed_costs_less_than_a_second_before_it_each_time(
    kills: int, tmp_path: Path
) -> None:
    port, stop = free_port(), threading.Event()
    sent: list[list[float]] = []
    done: list[Captured] = []

    def take() -> None:
        clip = tmp_path / "gate.mp4"
        done.append(capture(f"rtsp://127.0.0.1:{port}/live", clip, stop=stop, timeout=2.0))

    taker = threading.Thread(target=take)
    for number in range(kills + 1):
        with camera(port=port) as peer:
            if number == 0:
                taker.start()
            while not peer.sent():
                time.sleep(0.05)
            time.sleep(1.2)
            if number == kills:
                stop.set()
                taker.join()
        sent.append([line["at"] for line in peer.sent()])
    [captured] = done
    check(captured)
    assert captured.connections == kills + 1
    assert [line["reason"] for line in events(captured, "disconnected")] == ["closed"] * kills
    came = np.array([float(row["arrival_s"]) for row in rows(captured.arrivals)])
    for times in sent:
        of_this = came[(came >= times[0]) & (came <= times[-1] + 0.5)]
        assert times[-1] - of_this[-1] < 1.0
        assert len(of_this) >= len(times) - 25
    assert (np.diff([float(p.time) for p in footage.open_clip(captured.clip).packets]) > 0).all()


@pytest.mark.film
@pytest.mark.parametrize("kills", [3, slow(20)])
def test_a_tool_that_is_killed_loses_less_than_a_second_and_the_clip_is_read(
    kills: int, tmp_path: Path
) -> None:
    with camera() as peer:
        for number in range(kills):
            clip = tmp_path / f"{number}.mp4"
            with subprocess.Popen([sys.executable, "-c", TOOL, peer.url, str(clip)]) as tool:
                while not clip.exists():
                    time.sleep(0.02)
                time.sleep(1.0 + 0.037 * number)
                killed = time.time()
                tool.send_signal(signal.SIGKILL)
            arrivals = rows(tmp_path / f"{number}.arrivals.csv")
            opened = footage.open_clip(clip)
            shown = sum(1 for _ in opened.frames())
            assert shown == len(opened.packets)
            assert shown in {len(arrivals), len(arrivals) - 1}
            assert killed - float(arrivals[shown - 1]["arrival_s"]) < 1.0


@pytest.mark.film
def test_a_stopped_process_is_noticed(tmp_path: Path) -> None:
    with camera() as peer:
        stopper = threading.Timer(1.5, lambda: peer.process.send_signal(signal.SIGSTOP))
        stopper.start()
        begun = time.monotonic()
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=4, timeout=1.0)
        peer.process.send_signal(signal.SIGCONT)
    assert time.monotonic() - begun < 8
    check(captured)
    assert [line["reason"] for line in events(captured, "disconnected")] == ["silent"]


# --- the disc


def test_too_little_room_is_said_before_anything_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "NEEDED", 1 << 60)
    with pytest.raises(OutputError, match="MB are needed"):
        capture("rtsp://127.0.0.1:1/live", tmp_path / "gate.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.film
def test_a_power_cut_would_cost_about_a_second_of_every_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen by what is on the disc, and when: files are brought there while they grow."""
    brought: dict[str, list[tuple[float, int]]] = {}
    flush = output.flush

    def noted(path: Path) -> None:
        size = path.stat().st_size
        flush(path)
        brought.setdefault(path.name, []).append((time.monotonic(), size))

    monkeypatch.setattr(output, "flush", noted)
    with camera() as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=5)
    files = [captured.clip, captured.arrivals, captured.packets, captured.stream_record]
    for path in files:
        moments, sizes = zip(*brought[path.name], strict=True)
        assert len(moments) >= 5
        assert np.diff(moments).max() < 1.6, "on a busy machine"
        assert sorted(sizes) == list(sizes)
    for path in files[:3]:
        assert brought[path.name][-1][1] == path.stat().st_size
    assert brought[tmp_path.name], "new names are on the disc, too"


@pytest.mark.film
def test_what_the_disc_refuses_ends_the_capture_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        if path.suffix == ".mp4":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(output, "flush", refuse)
    with camera() as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=30)
    assert captured.reason == "disc_full"
    assert captured.frames > 10
    check(captured)


@pytest.mark.film
def test_a_disc_that_fills_up_ends_the_capture_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with camera() as peer:
        timer = threading.Timer(2.5, lambda: monkeypatch.setattr(room, "LEAST", 1 << 60))
        timer.start()
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=20)
        timer.join()
    assert captured.reason == "disc_full"
    assert captured.frames > 20
    check(captured)


@pytest.mark.film
def test_a_disc_without_any_room_keeps_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real error of a real file system of 400 kB."""
    monkeypatch.setattr(room, "NEEDED", 0)
    monkeypatch.setattr(room, "LEAST", 0)
    mount = ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        with camera(noise=8) as peer:
            captured = capture(peer.url, tmp_path / "gate.mp4", seconds=20)
        assert captured.reason == "disc_full"
        opened = footage.open_clip(captured.clip)
        assert 5 < len(opened.packets) <= captured.frames
        assert sum(1 for _ in opened.frames()) > 5
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


# --- the wall clock


@pytest.mark.film
@pytest.mark.parametrize("step", [3600.0, slow(-3600.0), slow(0.4)])
def test_a_step_of_the_wall_clock_harms_no_interval(
    step: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program's clock is set; the kernel's stamps stay, as those of before a step do."""
    real, begun = time.time, time.monotonic()
    monkeypatch.setattr(
        arrival.time, "time", lambda: real() + step * (time.monotonic() - begun > 1.5)
    )
    with camera() as peer:
        captured = capture(peer.url, tmp_path / "gate.mp4", seconds=2.5)
    check(captured)
    came = np.array([float(row["arrival_s"]) for row in rows(captured.arrivals)])
    assert np.diff(came).max() < 0.2
    assert came[-1] - came[0] == pytest.approx((len(came) - 1) / 25, abs=0.05)


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
