"""A stream by INVITE becomes a clip; what was lost is counted by the packets, not by a decoder."""

from __future__ import annotations

import contextlib
import csv
import io
import socket
import threading
import time
from typing import TYPE_CHECKING

import av
import marks
import pytest
from peers import gb28181_stream
from peers.awaited import PATIENCE, OwnTime
from peers.gb28181_device import CHANNELS, ID, Device, Faults, meanwhile, packets

from acceptance.live import transcript
from acceptance.live.gb28181 import calls, media_ports, offer
from acceptance.live.gb28181.offer import MediaRequest
from acceptance.live.gb28181.program_stream import BEGIN, MOST_BEGINNINGS, ProgramStream
from acceptance.live.rtsp.stream_intake import StreamIntake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from acceptance.live.gb28181.link import Link
    from acceptance.live.gb28181.platform import Platform
    from acceptance.live.gb28181.steps import DeviceStep
    from acceptance.live.rtsp.packet_sockets import Arrived

FRAMES = 75


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[float, bytes]]:
    """Three seconds of H.264 at 25 frame/s."""
    return gb28181_stream.made(tmp_path_factory.mktemp("stream") / "h264", "h264", FRAMES)


def taken(
    platform: Platform, device: Device, clip: Path, **wanted: object
) -> dict[str, DeviceStep]:
    """Register a device and take down a stream of its first channel."""
    with device:
        meanwhile(platform, device.register)
        request = MediaRequest(channel=CHANNELS[0], **{"seconds": 30.0} | wanted)  # type: ignore[arg-type]
        steps = calls.receive(platform, platform.registrar.devices[ID], request, clip)
        platform.serve(lambda: False, 0.1)  # for what was said last to arrive
    return {step.name: step for step in steps}


def rows(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    return list(csv.DictReader(io.StringIO(path.read_text())))


def frames_of(source: Path | io.BytesIO, kind: str | None = None) -> list[bytes]:
    """Decode all frames."""
    with av.open(source, format=kind) as container:
        return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]


def first_of_frames(stream: list[tuple[float, bytes]]) -> list[int]:
    """Return the number of the first packet of each frame."""
    starts, before = [], -1.0
    for number, (due, _) in enumerate(packets(stream, 0)):
        starts += [number] if due != before else []
        before = due
    return starts


@pytest.mark.parametrize(
    ("codec", "tcp", "sockets"),
    [
        ("h264", False, "127.0.0.1"),
        marks.slow("h265", False, "127.0.0.1"),
        marks.slow("h264", True, "127.0.0.1"),
        marks.slow("h264", False, "::1"),
        marks.slow("h264", True, "::1"),
    ],
    indirect=["sockets"],
)
def test_a_stream_becomes_a_clip_with_its_packets_beside_it(
    platform: Platform, sockets: Link, codec: str, tmp_path: Path, *, tcp: bool
) -> None:
    """The clip holds what FFmpeg's own reader of programme streams finds in it."""
    stream = gb28181_stream.made(tmp_path / "stream", codec, FRAMES)
    peer, begun = Device((sockets.host, sockets.port), stream=stream), time.monotonic()
    steps = taken(platform, peer, tmp_path / "a.mp4", tcp=tcp)
    packed = io.BytesIO(b"".join(frame for _, frame in stream))
    assert frames_of(tmp_path / "a.mp4") == frames_of(packed, "mpeg")
    table = rows(tmp_path / "a.packets.csv")
    sent = [(65500 + number) % 65536 for number in peer.sent_packets]
    assert [int(row["sequence"]) for row in table] == sent
    assert len(rows(tmp_path / "a.arrivals.csv")) == FRAMES
    assert steps["INVITE"].faults == ()
    figures = steps["stream"].figures
    named = codec.replace("h265", "hevc")
    assert (figures["lost"], figures["frames"], figures["codec"]) == (0, FRAMES, named)
    assert steps["stream"].faults == ("the device ended the call before its time",)
    record = transcript.read(tmp_path / "a.stream.jsonl", "stream")
    events = {line["event"]: line for line in record}
    assert list(events) == ["described", "connected", "own_drops", "finished"]
    first, key = (float(str(events["connected"][name])) for name in ("start_up_s", "key_frame_s"))
    whole = max(float(row["arrival_s"]) for row in table if row["frame"] == "0")
    assert 0 < first < time.monotonic() - begun
    assert key - first == pytest.approx(whole - float(table[0]["arrival_s"]), abs=2e-6)
    assert events["own_drops"]["count"] == 0


@pytest.mark.parametrize("sockets", ["127.0.0.1", marks.slow("::1")], indirect=True)
def test_a_device_is_called_for_its_stream_over_tcp(
    platform: Platform, sockets: Link, stream: list[tuple[float, bytes]], tmp_path: Path
) -> None:
    """``setup:active``: at the address and port that its answer names."""
    peer, platform.timeout = Device((sockets.host, sockets.port), stream=stream), 4.0
    steps = taken(platform, peer, tmp_path / "a.mp4", tcp=True, calling=True)
    assert steps["INVITE"].faults == ()
    figures = steps["stream"].figures
    assert (figures["lost"], figures["frames"]) == (0, FRAMES)
    [invite] = [text for text in peer.heard if text.startswith("INVITE")]
    assert "m=video 9 TCP/RTP/AVP 96\r\n" in invite
    assert "a=setup:active\r\na=connection:new\r\n" in invite


def test_a_device_that_cannot_be_called_is_named(platform: Platform, tmp_path: Path) -> None:
    peer = Device(("127.0.0.1", platform.port), faults=Faults(deaf=True))
    platform.timeout, begun = 1.0, time.monotonic()
    steps = taken(platform, peer, tmp_path / "a.mp4", tcp=True, calling=True)
    assert time.monotonic() - begun < 5
    assert steps["stream"].faults == (
        "no packet came", "cannot be reached (nothing listens there)",
    )  # fmt: skip
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize(
    ("said", "place"),
    [
        (b"c=IN IP4 192.0.2.7\r\nm=video 30000 TCP/RTP/AVP 96\r\n", "192.0.2.7:30000"),
        (b"c=IN IP4 0.0.0.0\r\nm=video 30000 TCP/RTP/AVP 96\r\n", "192.0.2.9:30000"),
        (b"c=IN IP4 gate.example\r\nm=video 30000 TCP/RTP/AVP 96\r\n", "192.0.2.9:30000"),
        (b"c=IN IP6 2001:db8::7\r\nm=video 30000 TCP/RTP/AVP 96\r\n", "[2001:db8::7]:30000"),
        (b"m=video 0 TCP/RTP/AVP 96\r\n", "None"),
        (b"m=video 99999 TCP/RTP/AVP 96\r\n", "None"),
        (b"m=audio 8 RTP/AVP 8\r\n", "None"),
    ],
)
def test_where_a_device_is_called_is_what_its_answer_names(said: bytes, place: str) -> None:
    assert str(offer.place_of(said, "192.0.2.9")) == place


@pytest.mark.parametrize(("calling", "setup"), [(True, "active"), (False, "passive")])
def test_an_answer_in_which_both_or_neither_call_is_named(setup: str, *, calling: bool) -> None:
    wanted = MediaRequest(channel=CHANNELS[0], seconds=1, tcp=True, calling=calling)
    said = (
        "v=0\r\ns=Play\r\nm=video 1 TCP/RTP/AVP 96\r\na=rtpmap:96 PS/90000\r\n"
        f"a=setup:{setup}\r\ny=0200000001\r\n"
    )
    found = offer.departures(said.encode(), wanted, "0200000001")
    assert found == [f"the answer's SDP has a=setup:{setup}"]


def test_lost_packets_are_counted_and_their_frames_left_out(
    platform: Platform, stream: list[tuple[float, bytes]], tmp_path: Path
) -> None:
    starts = first_of_frames(stream)
    lost = frozenset({starts[10], starts[30], starts[31], starts[60]})
    peer = Device(("127.0.0.1", platform.port), stream=stream, faults=Faults(lost=lost))
    steps = taken(platform, peer, tmp_path / "a.mp4")
    assert steps["stream"].figures["lost"] == 4
    assert steps["stream"].figures["frames"] == FRAMES - 4
    assert "4 packets lost" in steps["stream"].faults
    indices = [int(row["frame"]) for row in rows(tmp_path / "a.packets.csv")]
    assert sorted({*indices} - {-1}) == list(range(FRAMES - 4))


def test_a_recording_is_played_back_and_ended_in_time(
    platform: Platform, stream: list[tuple[float, bytes]], tmp_path: Path
) -> None:
    peer = Device(("127.0.0.1", platform.port), stream=stream)
    with OwnTime() as own:
        begun = time.monotonic()
        steps = taken(platform, peer, tmp_path / "a.mp4", start=1.76e9, seconds=1.0)
        held_up = time.monotonic() - begun - own.now
    assert {name: (step.status, step.faults) for name, step in steps.items()} == {
        "INVITE": (200, ()),
        "stream": (200, ()),
        "BYE": (200, ()),
    }
    [invite] = [text for text in peer.heard if text.startswith("INVITE")]
    assert "s=Playback\r\n" in invite
    assert "t=1760000000 1760000001\r\n" in invite
    seconds = steps["stream"].figures["seconds"]
    assert isinstance(seconds, float)
    assert 0.9 - held_up < seconds < 1.3 + held_up


GONE = {"stream": ["the device ended the call before its time"]}
STOPPED = {"stream": ["the stream stops before its time"]}
SVAC = {"stream": ["1 packet lost", "no picture that can be read; the stream is SVAC"]}
SILENT = {"INVITE": ["no answer within 1 s"]}


@pytest.mark.parametrize(
    ("faults", "said", "methods"),
    [
        (Faults(refuse=486), {"INVITE": ["refused with 486"]}, ["ACK"]),
        marks.slow(Faults(silent=frozenset({"INVITE"})), SILENT, ["CANCEL"]),
        marks.slow(Faults(late=1.2), SILENT, ["CANCEL", "ACK", "BYE"]),
        marks.slow(Faults(ssrc=5), {"stream": ["SSRC of the packets is 0000000005"]}, ["ACK"]),
        marks.slow(Faults(hang_up=40), GONE, ["ACK"]),
        marks.slow(Faults(stall=40), STOPPED, ["ACK", "BYE"]),
        marks.slow(Faults(stall=1), STOPPED, ["ACK", "BYE"]),
        marks.slow(Faults(lost=frozenset({20}), svac=True), SVAC, ["ACK"]),
    ],
)
def test_what_goes_wrong_is_said_and_nothing_hangs(
    platform: Platform,
    stream: list[tuple[float, bytes]],
    tmp_path: Path,
    faults: Faults,
    said: dict[str, list[str]],
    methods: list[str],
) -> None:
    peer = Device(("127.0.0.1", platform.port), stream=stream, faults=faults)
    platform.timeout, begun = 10.0 if faults.refuse else 1.0, time.monotonic()
    steps = taken(platform, peer, tmp_path / "a.mp4")
    assert time.monotonic() - begun < 8
    for name, words in said.items():
        assert all(any(word in fault for fault in steps[name].faults) for word in words)
    heard = [text.split(" ")[0] for text in peer.heard if not text.startswith("SIP/2.0")]
    assert [method for method in heard if method != "INVITE"] == methods
    if "stream" in steps:
        assert len(rows(tmp_path / "a.packets.csv")) == len(peer.sent_packets)


def test_who_is_held_up_does_not_call_a_device_silent_before_reading(
    platform: Platform,
    stream: list[tuple[float, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The thread that reads stands for longer than the platform waits; the device sends on."""
    receive, held_up = media_ports.UdpPort.receive, list[float]()

    def late(port: media_ports.UdpPort, until: float) -> Iterator[Arrived]:
        for arrived in receive(port, until):
            yield arrived
            if not held_up and not arrived.control:
                held_up.append(time.perf_counter())
                time.sleep(1.6)

    monkeypatch.setattr(media_ports.UdpPort, "receive", late)
    peer, platform.timeout = Device(("127.0.0.1", platform.port), stream=stream), 1.0
    step = taken(platform, peer, tmp_path / "a.mp4", seconds=2.5)["stream"]
    assert held_up
    assert (step.figures["ended"], step.faults) == ("seconds", ())
    assert float(str(step.figures["seconds"])) > 2.4


def test_a_picture_that_changes_ends_the_call_and_is_no_silence(
    platform: Platform,
    stream: list[tuple[float, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put = StreamIntake.put

    def changed(intake: StreamIntake, arrived: Arrived) -> None:
        put(intake, arrived)
        intake.changed = intake.counts.frames > 20

    monkeypatch.setattr(StreamIntake, "put", changed)
    peer = Device(("127.0.0.1", platform.port), stream=stream)
    step = taken(platform, peer, tmp_path / "a.mp4")["stream"]
    assert step.figures["ended"] == "changed"
    assert step.faults == ("ended: size or codec of the picture changed",)


def test_a_connection_that_waited_is_read_before_its_device_is_called_silent() -> None:
    """A look that takes a connection, or half a packet, has not found that nothing came."""
    packet = b"\x80\x60" + bytes(10)
    with (
        contextlib.closing(media_ports.TcpPort("127.0.0.1")) as port,
        socket.create_connection(("127.0.0.1", port.port)) as device,
    ):
        device.sendall(len(packet).to_bytes(2, "big") + packet)
        [arrived] = port.receive(time.perf_counter() + PATIENCE)
        assert arrived.data == packet
        device.sendall(len(packet).to_bytes(2, "big") + packet[:5])
        rest = threading.Timer(0.1, device.sendall, [packet[5:]])
        rest.start()
        [arrived] = port.receive(time.perf_counter() + PATIENCE)
        assert arrived.data == packet
        rest.join()


def test_whoever_interrupts_leaves_no_device_sending(
    platform: Platform,
    stream: list[tuple[float, bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    peer = Device(("127.0.0.1", platform.port), stream=stream)
    serve = platform.serve

    def interrupted(until: Callable[[], bool], seconds: float) -> bool:
        def looked() -> bool:
            if len(peer.sent_packets) >= 25:
                raise KeyboardInterrupt
            return until()

        return serve(looked, seconds)

    with peer:
        meanwhile(platform, peer.register)
        request = MediaRequest(channel=CHANNELS[0], seconds=30.0)
        monkeypatch.setattr(platform, "serve", interrupted)
        with pytest.raises(KeyboardInterrupt):
            calls.receive(platform, platform.registrar.devices[ID], request, tmp_path / "a.mp4")
        serve(lambda: False, 0.1)
    assert [text for text in peer.heard if text.startswith("BYE ")]
    assert len(frames_of(tmp_path / "a.mp4")) >= 20


@pytest.mark.parametrize("cut", range(20, 60, 3))
def test_a_frame_that_is_cut_off_is_counted_and_spoils_no_other(
    stream: list[tuple[float, bytes]], cut: int
) -> None:
    program = ProgramStream()
    first, second = stream[0][1], stream[1][1]
    assert program.frame([first[:cut]]) is None
    assert program.frame([first[:cut], first, second]) is not None
    assert program.frame([first]) is not None


def test_a_frame_of_broken_beginnings_is_given_up() -> None:
    stream = ProgramStream()
    assert stream.frame([BEGIN + b"x"] * 3000) is None
    assert stream.broken == 1 + MOST_BEGINNINGS
