"""Packets as some devices send them: what RTP allows is read, what contradicts the SDP is said."""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from marks import slow
from peers.awaited import until
from peers.cable import cable
from peers.captured_files import check, events, rows
from peers.rtsp_camera import camera
from peers.rtsp_recorder import BEGIN, GOODBYE, RATE, SIZES, Sender, film
from peers.rtsp_responder import SDP, Asked, reply, responder, usual

from acceptance.errors import DeviceError
from acceptance.live.rtsp import capture
from acceptance.live.rtsp.nal_units import Split
from acceptance.live.rtsp.packets import RtpPacket
from acceptance.live.rtsp.whole_frames import ArrivedPacket, Order, PacketRow

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.live.rtsp import Captured

TIMES = (BEGIN, BEGIN + timedelta(seconds=60))
FRAMES = 20
LONGEST = 60.0  # s: what never ends would be a failure, and no test that hangs
REQUEST = b"{method} rtsp://127.0.0.1/live RTSP/1.0\r\nCSeq: 7\r\nContent-Length: 5\r\n\r\nhello"


def taken(content: bytes, tmp_path: Path, sdp: str = SDP.format(codec="H264")) -> Captured:
    """Capture what a device sends after PLAY, all at once, as a recording."""

    def answer(asked: Asked) -> bytes:
        if asked.method == "DESCRIBE":
            return reply(asked, body=sdp, Content_Type="application/sdp")
        return usual(asked) + (content + GOODBYE if asked.method == "PLAY" else b"")

    with responder(answer) as device:
        return capture(device.url, tmp_path / "gate.mp4", replay=TIMES, timeout=2, seconds=LONGEST)


def sent(sender: Sender, frames: range = range(FRAMES), extension: bytes = b"") -> bytes:
    """Return the packets of a film."""
    units = film(SIZES[0])
    return b"".join(sender.packets(units[n], n, extension) for n in frames)


HEADERS: dict[str, tuple[dict[str, Any], bytes]] = {
    "padding": ({"padding": 7}, b""),
    "sources": ({"sources": 15}, b""),
    "extension": ({}, struct.pack("!HHI", 0xBEDE, 1, 5)),
    "all": ({"padding": 255, "sources": 3}, struct.pack("!HH", 0xABAC, 0)),
    "sequence_wraps": ({"sequence": 65530}, b""),
    "time_wraps": ({"time": (1 << 32) - 20_000}, b""),
}


@pytest.mark.film
@pytest.mark.parametrize("name", HEADERS)
def test_every_header_that_rtp_allows_is_read(name: str, tmp_path: Path) -> None:
    how, extension = HEADERS[name]
    captured = taken(sent(Sender(**how), extension=extension), tmp_path)
    check(captured)
    assert (captured.frames, captured.lost, captured.whole) == (FRAMES, 0, True)


@pytest.mark.film
def test_a_sender_that_changes_its_number_is_counted_anew(tmp_path: Path) -> None:
    """SSRC and sequence change without a pause: half a second is lost, and no packet more."""
    sender = Sender(sequence=2000)
    before = sent(sender, range(10))
    sender.ssrc, sender.sequence = 2, 900

    def answer(asked: Asked) -> bytes:
        return usual(asked) + (before if asked.method == "PLAY" else b"")

    with responder(answer) as device:
        device.later = [(0.7, sent(sender, range(10, 20)) + GOODBYE)]
        captured = capture(
            device.url, tmp_path / "gate.mp4", replay=TIMES, timeout=3, seconds=LONGEST
        )
    check(captured)
    assert (captured.frames, captured.lost) == (20, 0)


@pytest.mark.film
def test_a_device_still_sending_when_its_session_ends_reads_that_it_does(tmp_path: Path) -> None:
    """One that was hung up on at once broke off: its session stayed, and blocked a place."""
    sender = Sender()
    with responder(usual) as device:
        device.later = [(1 / RATE, sent(sender, range(index, index + 1))) for index in range(40)]
        captured = capture(device.url, tmp_path / "gate.mp4", frames=5)
        until(lambda: device.asked[-1].method == "TEARDOWN", "the end of the session")
    check(captured)
    assert (captured.frames, captured.reason) == (5, "frames")


def test_a_sender_that_goes_back_in_its_numbers_is_followed_after_a_few_packets() -> None:
    numbers = [*range(2000, 2050), *range(900, 1000)]
    order, given = Order(), []
    for place, number in enumerate(numbers):
        packet = RtpPacket(96, True, number, place, b"x")
        arrived = ArrivedPacket(packet, 0.01 * place, PacketRow(""))
        given += [each.packet.sequence for each, _ in order.put(arrived)]
    assert order.lost == 0
    assert given == [*range(2000, 2050), *range(908, 1000)]


def test_late_packets_from_far_back_are_no_new_beginning() -> None:
    late = [1800, 2050, 1801, 2051, 1802, 2052, 1700, 1701, 1702, 2053]
    order, given = Order(), []
    for place, number in enumerate([*range(2000, 2050), *late]):
        arrived = ArrivedPacket(RtpPacket(96, True, number, 0, b"x"), 0.01 * place, PacketRow(""))
        given += [each.packet.sequence for each, _ in order.put(arrived)]
    assert (given, order.lost) == ([*range(2000, 2054)], 0)


@pytest.mark.film
@pytest.mark.parametrize("method", ["OPTIONS", "ANNOUNCE", "GET_PARAMETER", "REDIRECT", ""])
def test_a_device_may_ask_between_its_packets(method: str, tmp_path: Path) -> None:
    """Or send empty lines."""
    sender, request = Sender(), REQUEST.replace(b"{method}", method.encode())
    request = request if method else b"\r\n\r\n"
    content = sent(sender, range(10)) + request + sent(sender, range(10, 20))
    captured = taken(content, tmp_path)
    check(captured)
    assert (captured.frames, captured.connections, captured.whole) == (FRAMES, 1, True)


SDPS = {
    "no_parameter_sets": SDP.format(codec="H264"),
    "two_videos": "v=0\r\nm=video 0 RTP/AVP 99\r\na=rtpmap:99 SVAC/90000\r\na=control:track0\r\n"
    + SDP.format(codec="H264")[5:],
    "absolute_control": SDP.format(codec="H264").replace("track1", "rtsp://192.0.2.1/live/track1"),
    "control_of_the_host": SDP.format(codec="H264").replace("track1", "//[x"),
    "huge_lines": SDP.format(codec="H264") + "a=" + "x" * 900_000 + "\r\n",
    "many_types": SDP.format(codec="H264").replace("AVP 96", "AVP " + "9" * 5000 + " 96"),
    "no_port": SDP.format(codec="H264").replace("video 0", "video " + "9" * 5000),
    "wrong_sets": SDP.format(codec="H264") + "a=fmtp:96 sprop-parameter-sets=AAAA,!!!\r\n",
    "blanks": SDP.format(codec="H264").replace("\r\n", " \r\n\r\n"),
}


@pytest.mark.film
@pytest.mark.parametrize("name", SDPS)
def test_a_stream_is_found_in_every_description(name: str, tmp_path: Path) -> None:
    captured = taken(sent(Sender()), tmp_path, SDPS[name])
    assert (captured.frames, captured.whole) == (FRAMES, True)


def test_packets_of_another_kind_than_announced_are_named(tmp_path: Path) -> None:
    content = sent(Sender(payload_type=97))

    def answer(asked: Asked) -> bytes:
        return usual(asked) + (content if asked.method == "PLAY" else b"")

    with responder(answer) as device, pytest.raises(DeviceError, match=r"payload type \(97\)"):
        capture(device.url, tmp_path / "gate.mp4", timeout=0.5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.film
def test_packets_that_become_another_kind_are_no_stream_any_more(tmp_path: Path) -> None:
    """The device is connected to again: it describes another codec by then."""
    sender = Sender()
    content = sent(sender, range(10))
    sender.payload_type = 97
    other = b"\0SLOW\0" + sent(sender, range(10, 11))

    def answer(asked: Asked) -> bytes:
        return usual(asked) + (content + other if asked.method == "PLAY" else b"")

    with responder(answer) as device:
        captured = capture(
            device.url, tmp_path / "gate.mp4", replay=TIMES, timeout=0.7, seconds=LONGEST
        )
    assert (captured.frames, captured.reason) == (10, "end")
    assert [line["reason"] for line in events(captured, "disconnected")] == ["silent"]
    assert len(rows(captured.arrivals)) == 10


@pytest.mark.parametrize(
    ("codec", "payload"), [("h264", bytes([28, 0x40])), ("hevc", bytes([49 << 1, 0, 0x40]))]
)
def test_the_end_of_a_fragment_that_never_began_is_no_picture(codec: str, payload: bytes) -> None:
    assert Split(codec).frame([payload]) is None


@pytest.mark.film
@pytest.mark.parametrize("transport", ["udp", slow("tcp")])
def test_a_camera_is_reached_by_its_link_local_address(transport: str, tmp_path: Path) -> None:
    """Whose zone is this machine's own: no request names it."""
    with cable() as link:
        host = link.link_local()
        with camera(host="::", prefix=link.prefix) as peer:
            url = f"rtsp://[{host}%25{link.namespace}]:{peer.port}/live"
            captured = capture(
                url, tmp_path / "gate.mp4", frames=20, transport=transport, seconds=LONGEST
            )
    check(captured)
    assert (captured.frames, captured.whole) == (20, True)
    assert link.namespace not in captured.stream_record.read_text("utf-8")
