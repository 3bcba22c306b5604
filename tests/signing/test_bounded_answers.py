"""What authorities answer over HTTP: nobody is held, nothing is filled, no password goes astray."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import re
import signal
import socket
import threading
import time
from typing import TYPE_CHECKING

import pki
import pytest
import requests
from sample_pdf import blank_pdf

from acceptance.errors import DeviceError, InputError
from acceptance.signing import bounded_answers, levels, pades

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Give what sets the time that an answer may take."""

    def set_to(seconds: float) -> None:
        defaults = bounded_answers.answer.__kwdefaults__
        monkeypatch.setattr(
            bounded_answers.answer, "__kwdefaults__", defaults | {"seconds": seconds}
        )
        monkeypatch.setattr(levels, "LIST_SECONDS", seconds)

    return set_to


@contextlib.contextmanager
def serving(
    say: Callable[[socket.socket], None], heard: list[bytes] | None = None
) -> Iterator[str]:
    """Answer a request on the loopback, and keep it in ``heard``."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with contextlib.suppress(OSError), server.accept()[0] as asked:
                (heard if heard is not None else []).append(whole_request(asked))
                say(asked)

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/tsa"


def whole_request(asked: socket.socket) -> bytes:
    """Read a request with its body: what is left unread resets the connection."""
    came = b""
    while more := asked.recv(1 << 16):
        came += more
        head, end, body = came.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        if end and len(body) >= int(length[1] if length else 0):
            break
    return came


def endless(asked: socket.socket) -> None:
    asked.sendall(REPLY + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        asked.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")


def in_drops(asked: socket.socket) -> None:
    asked.sendall(REPLY + b"Content-Length: 100000\r\n\r\n")
    while True:
        asked.sendall(b"x")
        time.sleep(0.05)


def sends_on(asked: socket.socket, other: str) -> None:
    where = other.replace("127.0.0.1", "localhost").encode()
    asked.sendall(b"HTTP/1.1 307 Moved\r\nContent-Length: 0\r\nLocation: " + where + b"\r\n\r\n")


def elsewhere(asked: socket.socket) -> None:
    asked.sendall(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n")


def endless_elsewhere(asked: socket.socket) -> None:
    """Send on and on, to a port where nobody is."""
    asked.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n")
    asked.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        asked.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")


def a_page(asked: socket.socket) -> None:
    asked.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")


REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n"


@pytest.mark.parametrize(
    ("say", "says"),
    [
        (endless, "answers with more than 1 MB"),
        (in_drops, "is not done answering after 0.5 s"),
        (elsewhere, "it is no address on the web"),
        (endless_elsewhere, "nothing listens there"),
        (a_page, "answers with text/html"),
        (lambda asked: asked.sendall(b"no HTTP\r\n\r\n"), "gives no time stamp"),
    ],
    ids=["endless", "in drops", "elsewhere", "302, endless", "a page", "no HTTP"],
)
def test_an_authority_holds_nobody_and_fills_no_memory(
    say: Callable[[socket.socket], None], says: str, bounded: Callable[[float], None]
) -> None:
    """Nothing is signed."""
    bounded(0.5 if say is in_drops else 30)
    signer = pki.holder("张三", pki.authority("某机构")).signer()
    with serving(say) as address, pytest.raises(DeviceError, match=says):
        pades.sign(blank_pdf(), signer, stamping=levels.stamping(address))


def test_whoever_interrupts_while_an_authority_is_silent_is_heard_at_once(
    bounded: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Nor does anything else go to the screen than that."""
    bounded(30)
    over = threading.Event()

    def silent(_: socket.socket) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        over.wait(30)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    signer, began = pki.holder("张三", pki.authority("某机构")).signer(), time.monotonic()
    try:
        with serving(silent) as address, pytest.raises(KeyboardInterrupt):
            pades.sign(blank_pdf(), signer, stamping=levels.stamping(address))
    finally:
        signal.signal(signal.SIGINT, before)
        over.set()
    gc.collect()
    assert time.monotonic() - began < 15
    assert not caplog.records


def test_a_list_that_does_not_come_is_told_with_the_cause(bounded: Callable[[float], None]) -> None:
    bounded(0.3)
    certificate = pki.holder("张三", pki.authority("某机构")).signer().key.signing_cert
    with (
        serving(in_drops) as address,
        pytest.raises(InputError, match=r"done answering after 0\.3"),
    ):
        levels._fetched(certificate, [address])


def test_each_address_of_a_list_is_told_with_its_cause_and_without_its_key() -> None:
    certificate = pki.holder("张三", pki.authority("某机构")).signer().key.signing_cert
    places = ["http://lee:s3cret@127.0.0.1:9/a?key=k", "http://tsa.invalid/b?key=k"]
    with (
        serving(lambda asked: asked.sendall(b"HTTP/1.1 403 No\r\n\r\n")) as third,
        pytest.raises(InputError) as caught,
    ):
        levels._fetched(certificate, [*places, f"{third}?key=k"])
    assert "http://127.0.0.1:9/a: nothing listens there" in str(caught.value)
    assert "http://tsa.invalid/b: the host is not known" in str(caught.value)
    assert f"{third}: refuses (403 No)" in str(caught.value)
    assert "key=" not in str(caught.value)


def test_a_wait_that_is_over_is_told_as_that() -> None:
    over = threading.Event()
    with (
        serving(lambda _: over.wait(60) and None) as address,
        pytest.raises(requests.Timeout) as silent,
    ):
        requests.get(address, timeout=0.1)
    over.set()
    assert bounded_answers.cause(silent.value) == "does not answer within 20 s"


def test_a_lack_of_memory_is_no_fault_of_the_authority(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(bounded_answers, "_answer", fails)
    with pytest.raises(MemoryError):
        asyncio.run(levels.Authority("http://127.0.0.1:1/").async_timestamp(bytes(32), "sha256"))


def test_whatever_goes_wrong_reaches_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(bounded_answers, "_answer", fails)
    with pytest.raises(MemoryError):
        asyncio.run(bounded_answers.answer("http://127.0.0.1:1/", 9, seconds=2))


@pytest.mark.parametrize(
    "address", ["http://user:secret@ho\u2100st/tsa", "http://[::1/tsa", "http://" + "a" * 70, "tsa"]
)
def test_what_is_no_address_is_told_without_anything_of_it(address: str) -> None:
    with pytest.raises(OSError, match=r"^it is no address on the web$"):
        asyncio.run(bounded_answers.answer(address, 9, seconds=9))


@pytest.mark.parametrize(
    ("first", "here", "other"),
    [
        ("http://a.example/x", "https://a.example/x", False),
        ("http://a.example/x", "http://A.example:80/y", False),
        ("http://a.example/x", "http://b.example/x", True),
    ],
)
def test_the_same_host_by_tls_or_by_its_usual_port_is_no_other(
    first: str, here: str, *, other: bool
) -> None:
    assert bounded_answers._other(first, here) == other


def test_the_login_of_an_address_goes_to_its_host_alone() -> None:
    """Also where that sends on, by 307 with the request."""
    heard: list[bytes] = []

    def says_ok(asked: socket.socket) -> None:
        asked.sendall(REPLY + b"Content-Length: 2\r\n\r\nok")

    with (
        serving(says_ok, heard) as other,
        serving(lambda asked: sends_on(asked, other), heard) as first,
    ):
        address = first.replace("//", "//u%20r:p%40w@")
        found = asyncio.run(bounded_answers.answer(address, 99, request=b"what", seconds=9))
    assert found == (levels.REPLY, b"ok")
    assert b"\r\nAuthorization: Basic dSByOnBAdw==\r\n" in heard[0]
    assert b"authorization" not in heard[1].lower()
    assert heard[1].startswith(b"POST ")


@pytest.mark.parametrize(
    ("before", "sent"),
    [("", None), ("token@", b"Basic dG9rZW46"), (":p%40w@", b"Basic OnBAdw==")],
)
def test_a_login_is_that_of_the_address_and_no_other(
    before: str, sent: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of one is one; none comes out of ``~/.netrc``."""
    (tmp_path / "netrc").write_text("default login lee password secret\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    heard: list[bytes] = []
    with serving(a_page, heard) as address:
        asyncio.run(bounded_answers.answer(address.replace("//", f"//{before}"), 99, seconds=9))
    line = next((line for line in heard[0].split(b"\r\n") if b"uthorization" in line), None)
    assert line == (sent and b"Authorization: " + sent)


def test_after_303_and_after_others_than_307_and_308_the_request_is_not_sent_again() -> None:
    heard: list[bytes] = []

    def see_other(asked: socket.socket, where: str) -> None:
        asked.sendall(b"HTTP/1.1 303 See Other\r\nLocation: " + where.encode() + b"\r\n\r\n")

    with (
        serving(a_page, heard) as other,
        serving(lambda asked: see_other(asked, other), heard) as first,
    ):
        asyncio.run(bounded_answers.answer(first, 99, request=b"what", seconds=9))
    assert heard[1].startswith(b"GET ")
    assert b"what" not in heard[1]


def test_who_sends_on_in_circles_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Circle(requests.Response):
        is_redirect = True

        def close(self) -> None:
            """Do nothing: there is no connection."""

    def sent_on(_: object, __: str, url: str, **___: object) -> Circle:
        asked.append(url)
        reply = Circle()
        reply.headers["Location"], reply.status_code = "/again", 307
        return reply

    monkeypatch.setattr(requests.Session, "request", sent_on)
    with pytest.raises(OSError, match="more than 5 times"):
        asyncio.run(bounded_answers.answer("http://a.example/", 99, seconds=9))
    assert asked == ["http://a.example/"] + 5 * ["http://a.example/again"]
