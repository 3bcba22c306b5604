"""Loss, kills, pulled cables and other senders: what was captured is kept."""

from __future__ import annotations

import itertools
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow
from peers.awaited import OwnTime, directed, until
from peers.cable import GROUP, HERE, THERE, cable
from peers.captured_files import arrived, check, events, rows
from peers.intruder import intruder
from peers.rtsp_camera import camera

from acceptance.footage import clip as footage
from acceptance.live import stream_tables
from acceptance.live.rtsp import capture, packet_sockets
from acceptance.live.rtsp.arrival import Stamp
from acceptance.live.rtsp.client import RtspClient
from acceptance.live.rtsp.packet_sockets import MOST_VAIN, Arrived
from acceptance.live.rtsp.packets import RECEIVER_REPORT, OneSender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from peers.awaited import Direction
    from peers.rtsp_camera import Camera

    from acceptance.live.rtsp import Captured
    from acceptance.live.transcript import Field

LONGEST = 60.0  # s: what never comes ends a test all the same
TOOL = """
import pathlib, sys
from acceptance.live.rtsp import capture
capture(sys.argv[1], pathlib.Path(sys.argv[2]))
"""


@pytest.mark.film
@pytest.mark.parametrize("per_mille", [20, slow(10), slow(100)])  # of hundreds of packets
def test_loss_is_what_the_firewall_counted(per_mille: int, tmp_path: Path) -> None:
    """Between the first and the last packet: losing begins after the one, ends before the other."""
    stop, counted = threading.Event(), list[int]()
    with cable() as link, camera(host=THERE, prefix=link.prefix, noise=6) as peer:

        def direction() -> Direction:
            while not (yield).frames:
                pass
            link.lose(per_mille)
            for _ in range(4):
                yield
            counted.append(link.lost())
            since = (yield).frames
            while (yield).frames <= since or not said(tmp_path, "sender_report"):
                pass
            stop.set()

        captured = capture(
            peer.url, tmp_path / "gate.mp4", seconds=LONGEST, transport="udp", stop=stop,
            on_rates=directed(direction()),
        )  # fmt: skip
    assert captured.reason == "interrupted"
    assert captured.lost == counted[0] > 0
    assert captured.own_drops == 0
    assert [line["count"] for line in events(captured, "own_drops")] == [0]
    check(captured, whole=False)
    for report in events(captured, "sender_report"):
        assert_sent_after_what_it_counts(report, captured)


def assert_sent_after_what_it_counts(report: dict[str, Field], captured: Captured) -> None:
    """Its time lies between the arrival of the last packet that it counts and its own.

    It is the wall clock's, which may be set meanwhile.
    """
    packets = stream_tables.packets(captured.packets)
    place = packets.sequence - packets.sequence[0]
    last = packets.arrival[place < int(str(report["packets"]))].max()
    late = float(str(report["arrival_s"])) + 0.01 + captured.clock_moved
    assert last - 0.1 < float(str(report["ntp_s"])) < late


def said(folder: Path, event: str) -> bool:
    """Whether the record of a capture that goes on has an event by now."""
    return f'"event": "{event}"' in (folder / "gate.stream.jsonl").read_text("utf-8")


@pytest.mark.film
def test_a_second_sender_on_the_same_port_is_not_taken_for_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with camera() as peer, intruder(monkeypatch):
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=50, transport="udp")
    assert (captured.lost, captured.connections, captured.reason) == (0, 1, "frames")
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
def test_in_a_group_with_another_sender_the_camera_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one is heard first, and sends all the time."""
    with (
        cable() as link,
        camera(host=THERE, prefix=link.prefix, multicast=GROUP) as peer,
        intruder(monkeypatch, HERE) as other,
    ):
        join = packet_sockets._member

        def joined(group: str, port: int, own: tuple[str, int]) -> socket.socket:
            sock = join(group, port, own)
            if port == 15000:
                other.send(sock, 20, time.time())
            return sock

        monkeypatch.setattr(packet_sockets, "_member", joined)
        captured = capture(peer.url, tmp_path / "gate.mp4", frames=50, transport="multicast")
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
    """All that the camera sent before is there; of what it sent after, all from a key frame on."""
    stop, pulled, plugged = threading.Event(), list[float](), list[float]()
    held_up = list[float]()
    with cable() as link, camera(host=THERE, prefix=link.prefix) as peer, OwnTime() as own:

        def direction() -> Direction:
            while not (yield).frames:
                pass
            pulled.append(time.time())
            link.pull()
            while not said(tmp_path, "disconnected"):
                yield
            link.plug()
            plugged.append(time.time())
            begun = own.now
            since = (yield).frames
            while (yield).frames <= since:
                pass
            held_up.append(time.time() - plugged[0] - (own.now - begun))
            stop.set()

        captured = capture(
            peer.url, tmp_path / "gate.mp4", seconds=LONGEST, transport="udp", timeout=2.0,
            stop=stop, on_rates=directed(direction()),
        )  # fmt: skip
        sent = np.array([line["at"] for line in peer.sent()])
    check(captured)
    assert (captured.connections, captured.reason) == (2, "interrupted")
    first, second = of_connections(captured)
    assert ((sent > first[-1]) & (sent < pulled[0])).sum() <= 2, "still on their way through it"
    assert captured.lost == 0
    # A try that the pulled cable still meets, a rest of twice the first, and a second to a key
    # frame; not in frames: who hears of the end of the first session meanwhile sends none.
    assert second[0] - plugged[0] < 2.0 + 2 * 0.5 + 1.0 + held_up[0]
    for came in (first, second):
        assert abs(((sent > came[0]) & (sent < came[-1])).sum() - (len(came) - 1)) <= 2


def of_connections(captured: Captured) -> list[NDArray[np.float64]]:
    """Return when the frames of each connection came, Unix s."""
    last = {row["frame"]: row for row in rows(captured.packets) if row["frame"] != "-1"}
    whose = np.array([int(row["connection"]) for row in last.values()])
    came = np.array([float(row["arrival_s"]) for row in last.values()])
    return [came[whose == number] for number in range(captured.connections)]


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
    """A second of the camera's, in frames: on a busy machine it sends late."""
    port, stop = free_port(), threading.Event()
    sent: list[list[float]] = []
    done: list[Captured] = []
    clip = tmp_path / "gate.mp4"

    def take() -> None:
        done.append(capture(f"rtsp://127.0.0.1:{port}/live", clip, stop=stop, timeout=5.0))

    def kept(peer: Camera) -> int:
        at, table = [line["at"] for line in peer.sent()], clip.with_suffix(".arrivals.csv")
        return sum(each >= at[0] for each in arrived(table)) if at and table.exists() else 0

    taker = threading.Thread(target=take)
    for number in range(kills + 1):
        with camera(port=port) as peer:
            if number == 0:
                taker.start()
            until(lambda peer=peer: kept(peer) > 15, "frames of this server")  # type: ignore[misc]
            time.sleep(0.037 * (number % 10))
            if number == kills:
                stop.set()
                taker.join()
        sent.append([line["at"] for line in peer.sent()])
    [captured] = done
    check(captured)
    assert captured.connections == kills + 1
    assert [line["reason"] for line in events(captured, "disconnected")] == ["closed"] * kills
    for times, came in zip(map(np.array, sent), of_connections(captured), strict=True):
        assert (times > came[0]).sum() - (len(came) - 1) < 25
    assert (np.diff([float(p.time) for p in footage.open_clip(captured.clip).packets]) > 0).all()


@pytest.mark.film
@pytest.mark.parametrize("kills", [3, slow(20)])
def test_a_tool_that_is_killed_loses_less_than_a_second_and_the_clip_is_read(
    kills: int, tmp_path: Path
) -> None:
    """It is killed when it has read all that came, so that it was not held up itself."""
    with camera() as peer:
        for number in range(kills):
            clip, begun = tmp_path / f"{number}.mp4", len(peer.sent())
            with subprocess.Popen([sys.executable, "-c", TOOL, peer.url, str(clip)]) as tool:
                until(clip.exists, "the clip")
                enough = len(peer.sent()) + 25 + number
                until(lambda enough=enough: len(peer.sent()) >= enough, "frames")  # type: ignore[misc]
                until(lambda: not unread(peer.port), "the tool")
                tool.send_signal(signal.SIGKILL)
                sent = [line["at"] for line in peer.sent()[begun:]]
            arrivals = arrived(tmp_path / f"{number}.arrivals.csv")
            opened = footage.open_clip(clip)
            shown = sum(1 for _ in opened.frames())
            assert shown == len(opened.packets)
            assert shown in {len(arrivals), len(arrivals) - 1}
            assert sum(at > arrivals[shown - 1] for at in sent) < 25


def unread(port: int) -> int:
    """Count the bytes that came from a port of the loopback and wait for their reader."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text("utf-8").splitlines()[1:]]
    waiting = [line[4].split(":")[1] for line in lines if line[2] == f"0100007F:{port:04X}"]
    return sum(int(size, 16) for size in waiting)


@pytest.mark.film
def test_a_stopped_process_is_noticed(tmp_path: Path) -> None:
    stop = threading.Event()
    with camera() as peer:

        def direction() -> Direction:
            while not (yield).frames:
                pass
            peer.process.send_signal(signal.SIGSTOP)
            while not said(tmp_path, "disconnected"):
                yield
            stop.set()

        captured = capture(
            peer.url, tmp_path / "gate.mp4", seconds=LONGEST, timeout=2.0, stop=stop,
            on_rates=directed(direction()),
        )  # fmt: skip
        peer.process.send_signal(signal.SIGCONT)
    check(captured)
    assert captured.reason == "interrupted"
    [lost] = events(captured, "disconnected")
    assert lost["reason"] == "silent"
    silence = float(str(lost["at_s"])) - of_connections(captured)[0][-1]
    assert 2.0 <= silence < 8.0


@pytest.mark.film
def test_who_is_held_up_does_not_take_a_camera_for_silent_before_looking(tmp_path: Path) -> None:
    """The program stands for longer than it waits for a silent device; the packets are there."""
    stop = threading.Event()

    def direction() -> Direction:
        while not (yield).frames:
            pass
        time.sleep(2.5)
        since = (yield).frames
        while (yield).frames <= since:
            pass
        stop.set()

    with camera() as peer:
        captured = capture(
            peer.url, tmp_path / "gate.mp4", seconds=LONGEST, timeout=2.0, stop=stop,
            on_rates=directed(direction()),
        )  # fmt: skip
    check(captured)
    assert (captured.connections, captured.lost, captured.reason) == (1, 0, "interrupted")


@pytest.mark.film
@pytest.mark.parametrize(("held_up", "seconds"), [(2.5, 4.0), (3.5, 3.0)])
def test_who_is_held_up_reads_what_came_before_it_judges(
    held_up: float, seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the time-out, or the end, too; what is read first then is no packet of the video."""
    receive, looks = RtspClient.receive, itertools.count()

    def late(client: RtspClient, until: float) -> Iterator[Arrived]:
        look = next(looks)
        if look == 21:
            yield Arrived(
                control=True, data=RECEIVER_REPORT, stamp=Stamp(None, time.perf_counter())
            )
            return
        yield from receive(client, until)
        if look == 20:
            time.sleep(held_up)

    monkeypatch.setattr(RtspClient, "receive", late)
    with camera() as peer:
        captured = capture(
            peer.url, tmp_path / "gate.mp4", seconds=seconds, timeout=2.0, transport="udp"
        )
        sent = np.array([line["at"] for line in peer.sent()])
    check(captured)
    assert (captured.connections, captured.lost, captured.reason) == (1, 0, "seconds")
    [came] = of_connections(captured)
    assert ((sent > came[-1]) & (sent < came[0] + seconds)).sum() <= 2, "a frame is under way"


def test_a_device_is_silent_where_a_look_found_nothing_or_others_send_for_ever() -> None:
    looks = packet_sockets.Looks()
    for number in range(3 * MOST_VAIN):  # a flood
        looks.note(87.0 + number / 1000, found=True, useful=False)
        assert looks.empty == 0
    looks.note(90.0, found=True, useful=False)
    assert looks.empty == 90
    looks.note(90.5, found=True, useful=True)
    for number in range(MOST_VAIN):  # reports now and then
        looks.note(91.0 + number / 5, found=True, useful=False)
        assert looks.empty == 90
    looks.note(93.1, found=True, useful=False)
    assert looks.empty == 93.1
    looks.note(94.0, found=True, useful=True)
    looks.note(95.0, found=True, useful=False)
    assert looks.empty == 93.1
    looks.note(96.0, found=False, useful=False)
    assert looks.empty == 96


def test_a_look_that_ended_long_after_its_time_may_have_found_nothing_unlooked() -> None:
    now = time.perf_counter()
    assert packet_sockets.held_up(now - 1)
    assert not packet_sockets.held_up(now)
