"""Every wait for a device ends in its time, and at once where somebody gives up."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from peers.mute_server import full, mute
from peers.onvif_device import Faults, OnvifDevice

from acceptance.errors import DeviceError
from acceptance.live import authorisation, tls
from acceptance.live.address import Address
from acceptance.live.onvif import replay_address, stream_address
from acceptance.live.onvif.client import OnvifClient
from acceptance.live.reaching import Patience
from acceptance.live.rtsp import capture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LONG = 30.0  # s: far more than any of the tests may take
AT_ONCE = 10.0  # s on a very busy machine, and far from LONG


def given_up(action: Callable[[Patience], object]) -> tuple[str, float]:
    """Wait for something in vain, and give up after 0.2 s; return the code, and s from then on."""
    stop, begun = threading.Event(), time.monotonic()
    timer = threading.Timer(0.2, stop.set)
    timer.start()
    with pytest.raises(DeviceError) as caught:
        action(Patience(LONG, stop))
    timer.join()
    return caught.value.code, time.monotonic() - begun - 0.2


def too_late(action: Callable[[Patience], object]) -> float:
    """Wait for something in vain for 0.3 s; return how long it took, s."""
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        action(Patience(0.3))
    return time.monotonic() - begun


@contextlib.contextmanager
def resolving(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a resolver that never answers."""
    ended = threading.Event()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *_, **__: ended.wait(LONG))
        yield
    ended.set()


WAITS = ("name", "connection", "handshake", "reply", "send")


@pytest.mark.parametrize("what", WAITS)
def test_a_wait_ends_in_time_and_at_once_where_somebody_gives_up(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.ExitStack() as stack:
        server, port = stack.enter_context(mute()), stack.enter_context(full())
        if what == "name":
            stack.enter_context(resolving(monkeypatch))

        def opened(patience: Patience) -> socket.socket:
            return stack.enter_context(patience.connect(Address("127.0.0.1", server.port)))

        def received(patience: Patience) -> bytes:
            sock = opened(patience)
            return patience.of(sock, lambda: sock.recv(1))

        actions: dict[str, Callable[[Patience], object]] = {
            "name": lambda patience: patience.connect(Address("camera.example", 554)),
            "connection": lambda patience: patience.connect(Address("127.0.0.1", port)),
            "handshake": lambda patience: patience.encrypt(
                opened(patience), ssl.create_default_context(), "camera"
            ),
            "reply": received,
            "send": lambda patience: patience.send(opened(patience), bytes(64 << 20)),
        }
        code, seconds = given_up(actions[what])
        assert code == "given_up"
        assert seconds < AT_ONCE
        assert 0.3 <= too_late(actions[what]) < 0.3 + AT_ONCE


def test_a_name_with_several_addresses_shares_the_time_among_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first answers to nobody: the second is reached all the same."""
    with mute() as server, full() as port:
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", number))
            for number in (port, server.port)
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        begun = time.monotonic()
        with Patience(4.0).connect(Address("camera.example", 80)) as sock:
            assert sock.getpeername()[1] == server.port
        assert time.monotonic() - begun < 2.0 + AT_ONCE


def test_a_resolver_that_does_not_answer_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorisation, "LOOK_UP", 0.2)
    with resolving(monkeypatch), pytest.raises(DeviceError, match="name is not known"):
        authorisation.resolved("camera.example")


def test_an_audit_s_look_at_tls_ends_in_time() -> None:
    with mute() as server:
        place, begun = Address("127.0.0.1", server.port), time.monotonic()
        with pytest.raises(DeviceError, match=r"speaks no TLS .*no answer"):
            tls.certificate(place, 0.3)
        assert not tls.accepts(place, tls.NEWEST, 0.3)
        assert time.monotonic() - begun < 2 * (0.3 + AT_ONCE)


ROOMS = ("reply", "rtsps", "refilled", "onvif", "replay", "move")


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_gives_up_at_once(room: str, tmp_path: Path) -> None:
    """A mute RTSP, a mute TLS, one that sends on and on, and two ways of asking by ONVIF."""
    stop = threading.Event()
    first = b"RTSP/1.0 200 OK\r\nX: y" if room == "refilled" else b""
    with mute(first) as server:
        place, scheme = Address("127.0.0.1", server.port), "rtsps" if room == "rtsps" else "rtsp"
        now = (datetime.now(UTC), datetime.now(UTC))

        def act() -> object:
            if room == "onvif":
                return stream_address.stream_address(place, None, timeout=LONG, stop=stop)
            if room == "replay":
                return replay_address.replay_address(place, None, now, timeout=LONG, stop=stop)
            if room == "move":
                return OnvifClient(place, timeout=LONG, stop=stop).call("device", "GetUsers")
            url = f"{scheme}://127.0.0.1:{server.port}/live"
            return capture(url, tmp_path / "gate.mp4", timeout=LONG, stop=stop)

        def give_up() -> None:
            server.reached.wait(LONG)
            time.sleep(0.1)
            stop.set()

        threading.Thread(target=give_up, daemon=True).start()
        with pytest.raises(DeviceError, match=r"before the end|not waited for"):
            act()
        assert server.reached.is_set()
        stop.wait(LONG)
    assert list(tmp_path.iterdir()) == []


def test_who_gives_up_still_stops_a_head_that_moves() -> None:
    stop = threading.Event()
    stop.set()
    with OnvifDevice(Faults(auth="none")) as device:
        client = OnvifClient(Address(device.host, device.port), stop=stop)
        with pytest.raises(DeviceError, match="not waited for"):
            client.call("ptz", "GetNodes")
        with client.granted(5.0):
            client.call("ptz", "GetNodes")
        with pytest.raises(DeviceError, match="not waited for"):
            client.call("ptz", "GetNodes")
        client.close()
    assert device.calls == ["GetNodes"]
