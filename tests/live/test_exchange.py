"""One request and its reply: whatever is sent, it ends in time and in memory."""

from __future__ import annotations

import time

import pytest
from peers import open_device

from acceptance.errors import DeviceError
from acceptance.live import soap_request, tls
from acceptance.live.address import Address
from acceptance.live.exchange import RawReply, ReplyEnd, exchange


def reply(content: bytes) -> RawReply:
    return RawReply(content=content, ending=ReplyEnd.WHOLE, seconds=0.0)


@pytest.mark.parametrize(
    ("way", "ending"),
    [("slow", ReplyEnd.TIME_OUT), ("huge", ReplyEnd.TOO_LONG), ("silent", ReplyEnd.TIME_OUT)],
)
def test_a_reply_without_an_end_is_ended(way: str, ending: ReplyEnd) -> None:
    with open_device.serving(open_device.Device(onvif=way)) as device:
        address = Address("127.0.0.1", device.onvif_port)
        started = time.monotonic()
        found = exchange(address, soap_request.clock(address), seconds=0.7, most=3_000_000)
        assert time.monotonic() - started < 1.2
    assert found.ending is ending
    assert len(found.content) <= 3_000_000


def test_a_whole_reply_is_not_waited_for_until_the_connection_closes() -> None:
    with open_device.serving(open_device.Device()) as device:
        address = Address("127.0.0.1", device.rtsp_port)
        found = exchange(address, b"OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert (found.protocol, found.status, found.ending) == ("RTSP", 200, ReplyEnd.WHOLE)
    assert found.headers("PUBLIC") == ["DESCRIBE"]


def test_who_cannot_be_reached_is_told_apart() -> None:
    closed = Address("127.0.0.1", open_device.free_port())
    with pytest.raises(DeviceError, match="nothing listens there") as caught:
        exchange(closed, b"")
    assert caught.value.code == "closed"
    with pytest.raises(DeviceError, match="cannot be reached") as caught:
        exchange(Address("255.255.255.255", 80), b"", seconds=1)
    assert caught.value.code == "unreachable"
    with open_device.serving(open_device.Device()) as device:
        plain = Address("127.0.0.1", device.onvif_port)
        with pytest.raises(DeviceError, match="speaks no TLS") as caught:
            exchange(plain, b"", secure=tls.unverified(), seconds=1)
    assert caught.value.code == "no_tls"


def test_an_ipv6_literal_is_reached() -> None:
    with open_device.serving(open_device.Device(), "::1") as device:
        address = Address("::1", device.onvif_port)
        found = exchange(address, soap_request.clock(address))
    assert b"GetSystemDateAndTimeResponse" in found.body
    assert f"Host: [::1]:{address.port}".encode() in device.requests[0]


def test_chunks_are_joined_and_half_a_chunk_is_kept() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert reply(head + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").body == b"abcde"
    assert reply(head + b"3\r\nabc\r\nff\r\nde").body == b"abcde"
    assert reply(head + b"zz\r\nabc").body == b""


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"HTTP/1.1\r\n", b"220 smtp ready\r\n"])
def test_what_is_neither_http_nor_rtsp_has_no_status(content: bytes) -> None:
    found = reply(content)
    assert (found.protocol, found.status, found.headers("x")) == ("", 0, [])
