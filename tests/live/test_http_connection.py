"""One request and its reply: whatever is sent, it ends in time and in memory."""

from __future__ import annotations

import contextlib
import gzip
import re
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from peers import open_device
from peers.mute_server import mute

from acceptance.errors import DeviceError
from acceptance.live import soap_request
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials
from acceptance.live.http_connection import HttpConnection, exchange
from acceptance.live.http_reply import HttpReply, ReplyEnd
from acceptance.live.onvif.client import OnvifClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def reply(content: bytes) -> HttpReply:
    return HttpReply(raw=content, ending=ReplyEnd.WHOLE)


@pytest.mark.parametrize(
    ("way", "ending"),
    [("slow", ReplyEnd.TIME_OUT), ("huge", ReplyEnd.TOO_LONG), ("silent", ReplyEnd.TIME_OUT)],
)
def test_a_reply_without_an_end_is_ended(way: str, ending: ReplyEnd) -> None:
    with open_device.serving(open_device.Device(onvif=way)) as device:
        address = Address("127.0.0.1", device.onvif_port)
        started = time.monotonic()
        seconds = 0.7 if ending is ReplyEnd.TIME_OUT else 30.0
        found = exchange(address, soap_request.clock(address), seconds=seconds, most=3_000_000)
        assert time.monotonic() - started < seconds + 10  # the device goes on for ever
    assert found.ending is ending
    assert len(found.raw) <= 3_000_000


def test_a_whole_reply_is_not_waited_for_until_the_connection_closes() -> None:
    with open_device.serving(open_device.Device()) as device:
        address = Address("127.0.0.1", device.rtsp_port)
        found = exchange(address, b"OPTIONS rtsp://x/ RTSP/1.0\r\nCSeq: 1\r\n\r\n")
    assert (found.protocol, found.status, found.ending) == ("RTSP", 200, ReplyEnd.WHOLE)
    assert found.values("PUBLIC") == ["DESCRIBE"]


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
            exchange(plain, b"", secure=True, seconds=10)
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
    assert (found.protocol, found.status, found.values("x")) == ("", 0, [])


@contextlib.contextmanager
def answering(content: bytes | Callable[[], bytes]) -> Iterator[int]:
    """Answer each request with this on a port of the loopback.

    What follows the word SLOW is sent again and again; the word END hangs up.
    """
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            while sock.recv(65536) and not ended.is_set():
                said = content() if callable(content) else content
                plain, end, _ = said.partition(b"\0END\0")
                plain, slow, rest = plain.partition(b"\0SLOW\0")
                sock.sendall(plain)
                while slow and not ended.wait(0.05):
                    sock.sendall(rest)
                if end:
                    return

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                threading.Thread(target=talk, args=(sock,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def asking(port: int) -> contextlib.closing[OnvifClient]:
    """Ask there with a password."""
    who, place = Credentials("a", "b"), Address("127.0.0.1", port)
    return contextlib.closing(OnvifClient(place, credentials=who, timeout=10.0))


# --- what hostile devices send, by the connection that probe and capture use


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LATE = r"does not answer within 0\.4 s|not done answering after 1\.6 s"
SENT: dict[str, tuple[bytes, str]] = {
    "slow_loris": (HEAD + b"X: \0SLOW\0y", LATE),
    "slow_chunk": (CHUNKED + b"5\r\n\0SLOW\0a", LATE),  # and no end of the next one's size
    "head_without_end": (HEAD + b"X: y\r\n" * 40_000, "no HTTP"),
    "line_without_end": (b"HTTP/1.1 200 " + b"x" * 200_000, "no HTTP"),
    "interim_without_end": (b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000, "no HTTP"),
    "interim": (b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 2\r\n\r\nok", ""),
    "two_lengths": (HEAD + b"Content-Length: 2\r\nContent-Length: 9\r\n\r\nok", "no HTTP"),
    "same_length_twice": (HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", ""),
    "length_that_lies": (HEAD + b"Content-Length: 99\r\n\r\nok\0END\0", "stops in the middle"),
    "endless_length": (HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nok\0END\0", "middle"),
    "negative_length": (HEAD + b"Content-Length: -1\r\n\r\nok\0END\0", ""),
    "huge_length": (
        HEAD + b"Content-Length: 104857600\r\n\r\n" + b"x" * (9 << 20), "more than 8 MB",
    ),
    "no_length": (HEAD + b"\r\nok\0END\0", ""),
    "chunks": (CHUNKED + b"1\r\no\r\n1;a=b\r\nk\r\n0\r\nTrailer: x\r\n\r\n", ""),
    "chunk_with_an_end_inside": (CHUNKED + b"7\r\nok0\r\n\r\n\r\n0\r\n\r\n", ""),
    "chunk_size_of_nonsense": (CHUNKED + b"zz\r\nok\r\n", "no HTTP"),
    "chunk_size_beyond": (CHUNKED + b"ffffffff\r\n" + b"x" * (9 << 20), "more than 8 MB"),
    "chunk_cut": (CHUNKED + b"9\r\nok\0END\0", "stops in the middle"),
    "rtsp": (b"RTSP/1.0 200 OK\r\n\r\n", "no HTTP"),
    "banner": (b"220 mail.example ESMTP\r\n\0END\0", "no HTTP"),
    "garbage": (bytes(range(256)) * 20 + b"\0END\0", "no HTTP"),
    "nothing": (b"\0END\0", "hangs up without an answer"),
    "two_replies": ((HEAD + b"Content-Length: 2\r\n\r\nok") * 2, ""),
    "no_content": (b"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", ""),
}  # fmt: skip


BODIES = {"no_content": b"", "chunk_with_an_end_inside": b"ok0\r\n\r\n"}


@pytest.mark.parametrize("name", SENT)
def test_what_comes_ends_in_time_with_a_sentence_or_a_whole_reply(name: str) -> None:
    content, sentence = SENT[name]
    with answering(content) as port:
        begun = time.monotonic()
        connection = HttpConnection(
            Address("127.0.0.1", port), tls=False, until=begun + 30,
            timeout=0.4 if sentence == LATE else 10.0,
        )  # fmt: skip
        reply = connection.post("/", b"", {})
        connection.close()
    assert time.monotonic() - begun < 15  # of 30
    assert re.search(sentence, reply.failure) if sentence else not reply.failure
    if not sentence:
        assert reply.body == BODIES.get(name, b"ok")


def test_a_reply_that_nobody_asked_for_answers_no_later_request() -> None:
    """A second reply behind the first: the connection is not used again."""
    content, _ = SENT["two_replies"]
    with answering(content) as port:
        connection = HttpConnection(
            Address("127.0.0.1", port), tls=False, timeout=10.0, until=time.monotonic() + 30
        )
        connection.post("/", b"", {})
        assert connection._socket is None


def test_a_compressed_answer_that_nobody_asked_for_is_named_and_not_opened() -> None:
    bomb = gzip.compress(bytes(20 << 20))
    head = f"{HEAD.decode()}Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    with (
        answering(head + bomb) as port,
        asking(port) as client,
        pytest.raises(DeviceError, match=r"compressed \(gzip\)"),
    ):
        client.call("device", "GetUsers")


def test_no_other_host_is_gone_to_and_none_gets_the_password() -> None:
    with mute() as other:
        place = f"http://127.0.0.1:{other.port}/onvif/device_service"
        head = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"
        with (
            answering(head.encode()) as port,
            asking(port) as client,
            pytest.raises(DeviceError, match="sends the caller on to"),
        ):
            client.call("device", "GetUsers")
        assert not other.reached.is_set()


@pytest.mark.parametrize(
    ("words", "tries"),
    [
        pytest.param('nonce="{}", stale=true', 4, id="a nonce that is too old each time"),
        pytest.param('nonce="{}"', 3, id="another nonce each time"),
        pytest.param('nonce="{}", algorithm=SHA-512-256, qop="auth"', 3, id="SHA-512-256"),
        pytest.param('nonce="{}", algorithm=MD5-sess, qop="auth,auth-int"', 3, id="MD5-sess"),
        pytest.param('nonce="{}", algorithm=ROT13', 2, id="unknown"),
    ],
)  # fmt: skip
def test_challenges_without_end_are_answered_a_few_times_and_no_more(
    words: str, tries: int
) -> None:
    """Without and with the password by digest, and once by token."""
    asked = 0

    def content() -> bytes:
        nonlocal asked
        asked += 1
        challenge = f'WWW-Authenticate: Digest realm="r", {words.format(asked)}\r\n'
        return f"HTTP/1.1 401 No\r\n{challenge}Content-Length: 0\r\n\r\n".encode()

    with answering(content) as port, asking(port) as client:
        for _ in range(3):
            with pytest.raises(DeviceError, match="refuses the user or the password"):
                client.call("device", "GetUsers")
    assert asked <= tries + 2  # the two later calls ask once each, without a password
