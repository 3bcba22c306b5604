"""Packets in, whole frames out: every order, every loss."""

from __future__ import annotations

import io
import struct

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acceptance.live.rtsp import jpeg, packets
from acceptance.live.rtsp.frame_times import TICKS, FrameTimes
from acceptance.live.rtsp.nal_units import START, Split
from acceptance.live.rtsp.packets import RtpPacket
from acceptance.live.rtsp.whole_frames import (
    ArrivedFrame,
    ArrivedPacket,
    Assembler,
    Order,
    PacketRow,
)

SPS, PPS = b"\x67sps", b"\x68pps"


def nal(number: int, size: int = 10, *, key: bool = False) -> bytes:
    """Make a slice that begins a picture: its first bit, first_mb_in_slice = 0, is set."""
    return bytes([0x65 if key else 0x41, 0x80 | number % 64]) + bytes([number % 256]) * size


def fragments(unit: bytes, size: int) -> list[bytes]:
    """Put a NAL unit of H.264 into fragments (FU-A)."""
    parts = [unit[1:][at : at + size] for at in range(0, len(unit) - 1, size)]
    first, last = 0, len(parts) - 1
    return [
        bytes([unit[0] & 0xE0 | 28, unit[0] & 31 | 0x80 * (n == first) | 0x40 * (n == last)]) + part
        for n, part in enumerate(parts)
    ]


def stream(frames: int, begin: int) -> list[RtpPacket]:
    """Make frames of one to five packets, each 3600 ticks after the other."""
    found: list[RtpPacket] = []
    for number in range(frames):
        payloads = fragments(nal(number, 50), 11) if number % 3 else [nal(number)]
        for place, payload in enumerate(payloads):
            sequence = (begin + len(found)) & 0xFFFF
            found.append(
                RtpPacket(96, place == len(payloads) - 1, sequence, 3600 * number, payload)
            )
    return found


def assembled(arrived: list[RtpPacket]) -> tuple[list[ArrivedFrame], int, list[PacketRow]]:
    """Return the whole frames, how many packets are counted as lost, and the rows."""
    found: list[ArrivedFrame] = []
    order, rows = Order(), [PacketRow("") for _ in arrived]
    assembler = Assembler(Split("h264"), found.append)
    for number, packet in enumerate(arrived):
        for each, gap in order.put(ArrivedPacket(packet, 0.001 * number, rows[number])):
            assembler.put(each, gap=gap)
    for each, gap in order.rest():
        assembler.put(each, gap=gap)
    return found, order.lost, rows


@given(st.integers(0, 65535), st.sets(st.integers(1, 70)))
def test_a_frame_is_whole_exactly_if_none_of_its_packets_is_lost(
    begin: int, lost: set[int]
) -> None:
    """Also over the end of the counter, and behind frames that are lost as a whole."""
    sent = stream(30, begin)
    kept = [packet for number, packet in enumerate(sent) if number not in lost]
    times = {packet.time for packet in sent}
    broken = {packet.time for number, packet in enumerate(sent) if number in lost}
    found, count, _ = assembled(kept)
    assert [frame.rtp_time for frame in found] == sorted(times - broken)
    assert count == len([number for number in lost if number < sent.index(kept[-1])])


@given(st.integers(0, 65535), st.randoms(use_true_random=False))
def test_packets_that_overtake_one_another_by_a_few_places_are_put_in_order(
    begin: int, random: object
) -> None:
    sent = stream(30, begin)
    shaken = sorted(range(1, len(sent)), key=lambda n: n + random.uniform(0, 5))  # type: ignore[attr-defined]
    found, lost, _ = assembled([sent[0], *(sent[number] for number in shaken)])
    assert len(found) == 30
    assert lost == 0


def test_a_packet_that_comes_twice_counts_once() -> None:
    sent = stream(10, 65530)
    found, lost, rows = assembled([packet for packet in sent for _ in (1, 2)])
    assert (len(found), lost) == (10, 0)
    assert sum(row.frame == -1 for row in rows) == len(sent)


def test_a_frame_without_marker_ends_where_rtp_time_changes() -> None:
    sent = [packet._replace(marker=False) for packet in stream(10, 0)]
    assert len(assembled(sent)[0]) == 9, "the last has not ended"


def test_parameter_sets_of_their_own_time_and_with_a_marker_belong_to_the_next_frame() -> None:
    sent = [
        RtpPacket(96, True, 1, 0, SPS),
        RtpPacket(96, True, 2, 0, PPS),
        RtpPacket(96, True, 3, 3600, nal(1, key=True)),
    ]
    [frame] = assembled(sent)[0]
    assert frame.coded.data == START + SPS + START + PPS + START + nal(1, key=True)
    assert frame.coded.key
    assert frame.coded.layout == SPS + PPS
    assert len(frame.rows) == 3


@given(st.binary(min_size=3, max_size=400), st.integers(1, 50))
def test_fragments_and_aggregates_give_back_what_was_put_in(content: bytes, size: int) -> None:
    unit = b"\x41\x80" + content
    frame = Split("h264").frame(fragments(unit, size))
    assert frame is not None
    assert frame.data == START + unit
    together = b"\x18" + b"".join(len(u).to_bytes(2, "big") + u for u in (SPS, PPS, unit))
    frame = Split("h264").frame([together])
    assert frame is not None
    assert frame.data == b"".join(START + each for each in (SPS, PPS, unit))


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_nonsense_breaks_nothing(payloads: list[bytes]) -> None:
    for kind in (Split("h264"), Split("hevc"), jpeg):
        frame = kind.frame(payloads)
        assert frame is None or frame.data
        for payload in payloads:
            assert kind.begins(payload) in {True, False}
            packets.rtp(payload)
            packets.sender_report(payload)
            packets.is_goodbye(payload)


@pytest.mark.parametrize("quality", [10, 50, 90, 255])
def test_a_picture_of_mjpeg_is_the_one_that_was_coded(quality: int) -> None:
    """The scan of a real picture, whose head is made again; Q 255: tables come with the packet."""
    coded, tables = picture(quality)
    begin = coded.index(b"\xff\xda")
    scan = coded[begin + 2 + int.from_bytes(coded[begin + 2 : begin + 4], "big") :]
    head = struct.pack("!BBHBBBB", 0, 0, 0, 1, quality, 64 // 8, 48 // 8)
    if quality == 255:
        head += struct.pack("!BBH", 0, 0, 128) + tables
    frame = jpeg.frame([head + scan])
    assert frame is not None
    with av.open(io.BytesIO(frame.data), "r", format="mjpeg") as made:
        again = next(made.decode(video=0)).to_ndarray()
    with av.open(io.BytesIO(coded), "r", format="mjpeg") as original:
        assert np.array_equal(again, next(original.decode(video=0)).to_ndarray())


def picture(quality: int) -> tuple[bytes, bytes]:
    """Code a picture with the tables of RFC 2435 for Q; return it and the tables."""
    import cv2

    grey = np.add.outer(np.arange(48) * 3, np.arange(64) * 2).astype(np.uint8)
    colours = np.dstack([grey, grey[::-1], grey[:, ::-1]])
    level = 75 if quality == 255 else quality
    options = [cv2.IMWRITE_JPEG_QUALITY, level]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
    content = cv2.imencode(".jpg", colours, options)[1].tobytes()
    at, tables = 0, b""
    while (at := content.find(b"\xff\xdb", at)) >= 0:
        tables += content[at + 5 : at + 69]
        at += 4
    return content, tables


def test_times_go_on_as_sent_and_over_jumps_as_the_frames_came() -> None:
    times, arrival = FrameTimes(reorders=False), 100.0
    sent = [(1 << 32) - 7200, (1 << 32) - 3600, 0, 3600, 900_000_000, 900_003_600, 5]
    shown = [times.ticks(each, arrival + 0.04 * n, TICKS) for n, each in enumerate(sent)]
    assert shown == [3600 * n for n in range(len(sent))]
    assert times.jumps == 2


def test_a_stall_that_is_made_up_for_is_no_jump() -> None:
    """Frames wait 3 s in a network and then come at once: their times are as sent."""
    times = FrameTimes(reorders=False)
    came = [0.0, 0.04, *(3.0 + 0.001 * n for n in range(70)), 3.12]
    shown = [times.ticks(3600 * n, 10 + at, TICKS) for n, at in enumerate(came)]
    assert shown == [3600 * n for n in range(len(came))]


def test_a_sender_report_and_a_goodbye_are_found_behind_others() -> None:
    receiver = struct.pack("!BBHI", 0x80, 201, 1, 7)
    report = struct.pack("!BBHIIIIII", 0x80, 200, 6, 7, 2208988800 + 5, 1 << 31, 90, 3, 400)
    found = packets.sender_report(receiver + report)
    assert found is not None
    assert (found.ntp, found.rtp_time, found.packets, found.octets) == (5.5, 90, 3, 400)
    assert packets.is_goodbye(receiver + report + struct.pack("!BBHI", 0x81, 203, 1, 7))
    assert not packets.is_goodbye(receiver + report)
