"""Devices register, are asked and answer; what they do wrong is named, and nothing hangs."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import queue
import re
import socket
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from peers.gb28181_device import CHANNELS, ID, PASSWORD, PLATFORM, Device, Faults, meanwhile

from acceptance.errors import DeviceError
from acceptance.live import digest, transcript
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials
from acceptance.live.gb28181 import bodies, keepalives, queries, sip_message
from acceptance.live.gb28181.link import MOST_CONNECTIONS, Link
from acceptance.live.gb28181.platform import Platform
from acceptance.live.gb28181.record import KIND, ConversationRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.live.gb28181.registrar import RegisteredDevice


def registered(platform: Platform, device: Device) -> RegisteredDevice:
    """Register a device."""
    assert " 200 OK" in meanwhile(platform, device.register)
    return platform.registrar.devices[ID]


def device(platform: Platform, **options: object) -> Device:
    """Make a device of this platform."""
    return Device(("127.0.0.1", platform.port), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
def test_a_device_registers_is_asked_and_answers(platform: Platform, transport: str) -> None:
    with device(platform, transport=transport) as camera:
        registration = registered(platform, camera)
        catalogue = queries.catalogue(platform, registration)
        information = queries.information(platform, registration)
    assert [item["DeviceID"] for item in catalogue.items] == list(CHANNELS)
    assert catalogue.items[0]["Name"] == "大门1"
    figures = catalogue.step.figures
    assert (figures["sum_num"], figures["received"], figures["messages"]) == (5, 5, 3)
    assert (information.fields or {})["DeviceName"] == "录像机"
    steps = [*platform.report(), catalogue.step, information.step]
    assert [step.name for step in steps] == ["REGISTER", "REGISTER", "Catalog", "DeviceInfo"]
    assert [step.faults for step in steps] == [()] * 4


def test_a_wrong_password_is_refused_and_named(platform: Platform) -> None:
    with device(platform, password="87654321") as camera:  # noqa: S106 -- of nobody
        assert " 403 " in meanwhile(platform, camera.register)
        assert " 403 " in meanwhile(platform, camera.keep_alive)
    assert not platform.registrar.devices
    first, second, third = platform.report()
    assert (first.status, second.status, third.status) == (401, 403, 403)
    assert "wrong password" in second.faults[0]
    assert third.faults == ("the device is not registered",)


@pytest.fixture
def strong(sockets: Link, tmp_path: Path) -> Iterator[Platform]:
    """Be a platform that asks for SHA-256."""
    with transcript.Transcript(tmp_path / "b.gb28181.jsonl", KIND) as written:
        yield Platform(
            sockets, ConversationRecord(written), id=PLATFORM, timeout=10.0, algorithm="SHA-256",
            passwords=lambda name: Credentials(name, PASSWORD),
        )  # fmt: skip


def test_a_device_that_knows_sha_256_is_let_in_by_it(strong: Platform) -> None:
    with device(strong) as camera:
        registered(strong, camera)
    assert [step.faults for step in strong.report()] == [(), ()]


@pytest.mark.parametrize(
    ("password", "faults", "said"),
    [(PASSWORD, Faults(md5_only=True), "the digest is by MD5, and SHA-256 was asked for"),
     ("87654321", Faults(), "wrong password")],
)  # fmt: skip
def test_a_device_that_knows_another_hash_is_told_from_a_wrong_password(
    strong: Platform, password: str, faults: Faults, said: str
) -> None:
    with device(strong, password=password, faults=faults) as camera:
        assert " 403 " in meanwhile(strong, camera.register)
    assert strong.report()[1].faults[0].startswith(said)


def test_a_device_registers_again_and_signs_off(platform: Platform) -> None:
    with device(platform) as camera:
        registration = registered(platform, camera)
        assert registered(platform, camera) is registration
        assert registration.renewals == 1
        response = meanwhile(platform, lambda: camera.register(0))
    assert "Expires: 0" in response
    assert not platform.registrar.devices


def test_an_answer_to_registration_holds_the_platforms_time(platform: Platform) -> None:
    with device(platform) as camera:
        before = time.time()
        response = meanwhile(platform, camera.register)
        after = time.time()
    [date] = re.findall(r"Date: (\S+)\r\n", response)
    read = datetime.fromisoformat(f"{date}+08:00").timestamp()
    assert before - 0.001 <= read <= after


@pytest.mark.parametrize("ahead", [-7.0, 0.0, 3600.4])
def test_the_clock_of_a_device_is_compared_with_ours(platform: Platform, ahead: float) -> None:
    """No worse than question and answer take, however long that is."""
    with device(platform, faults=Faults(clock=ahead)) as camera:
        begun = time.monotonic()
        meanwhile(platform, lambda: camera.register(date=True))
        asked = time.monotonic()
        step = queries.status(platform, platform.registrar.devices[ID]).step
        answered = time.monotonic()
    offset, half_width = (
        step.figures[name] for name in ("clock_offset_s", "clock_offset_half_width_s")
    )
    assert isinstance(offset, float)
    assert isinstance(half_width, float)
    assert abs(offset - ahead) <= half_width + 0.002
    assert 0.5 <= half_width < 0.502 + (answered - asked) / 2  # a whole second is stated
    registered_at = platform.report()[1].figures["clock_offset_s"]
    assert isinstance(registered_at, float)
    assert ahead - (asked - begun) - 0.002 < registered_at < ahead + 0.002


def test_a_platform_that_is_held_up_before_it_asks_is_no_less_right_within_u(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = queries._asked

    def late(*asked: Any) -> Any:
        time.sleep(1.2)
        return ask(*asked)

    monkeypatch.setattr(queries, "_asked", late)
    with device(platform) as camera:
        figures = queries.status(platform, registered(platform, camera)).step.figures
    offset, half_width = figures["clock_offset_s"], figures["clock_offset_half_width_s"]
    assert abs(float(str(offset))) <= float(str(half_width)) + 0.002


def test_keep_alives_are_timed_and_missing_ones_counted(platform: Platform) -> None:
    sent: list[tuple[float, float]] = []

    def lives() -> str:
        for _ in range(3):
            before = time.monotonic()
            said = camera.keep_alive()
            sent.append((before, time.monotonic()))
        return said

    with device(platform) as camera:
        registration = registered(platform, camera)
        meanwhile(platform, lives)
    assert len(registration.keepalives) == 3
    for (before, after), at in zip(sent, registration.keepalives, strict=True):
        assert before <= at <= after
    regular = dataclasses.replace(registration, keepalives=[0.0, 0.3, 0.6, 1.5, 1.8])
    step = keepalives.regularity(regular, 2.0, 1.9, agreed=0.3)
    assert (step.figures["received"], step.figures["missing"]) == (5, 2)
    assert step.faults == ("2 keep-alives missing",)
    assert step.figures["longest_s"] == 0.9
    assert keepalives.regularity(regular, 2.0, 1.9).figures["missing"] == 2
    silent = dataclasses.replace(registration, keepalives=[])
    assert keepalives.regularity(silent, 2.0, 1.9).faults == ("no keep-alive within 2 s",)


@pytest.mark.parametrize(
    ("sends", "counted", "fault"),
    [
        (((0, 1), (2, 3)), (4, 0), "SumNum is 5, received 4"),
        (((0, 1), (1, 2), (3, 4)), (5, 1), "items came twice: 1"),
        (((0, 1, 2, 3, 4),), (5, 0), ""),
        ((), (0, 0), "accepted, but no answer within 1 s"),
    ],
)
def test_a_catalogue_is_counted_against_what_it_states(
    platform: Platform, sends: tuple[tuple[int, ...], ...], counted: tuple[int, int], fault: str
) -> None:
    platform.timeout = 3.0 if "received 4" in fault else 10.0 if sends else 1.0
    with device(platform, faults=Faults(catalogue_sends=sends)) as camera:
        step = queries.catalogue(platform, registered(platform, camera)).step
    assert (step.figures["received"], step.figures["twice"]) == counted
    assert step.faults == ((fault,) if fault else ())


def test_records_of_a_range_are_listed_and_counted(platform: Platform) -> None:
    records = [(f"2026-11-25T0{hour}:00:00", f"2026-11-25T0{hour}:59:58") for hour in range(5)]
    with device(platform, records=records) as camera:
        registration = registered(platform, camera)
        answers = queries.records(platform, registration, CHANNELS[0], 1.76e9, 1.77e9)
    assert [(item["StartTime"], item["EndTime"]) for item in answers.items] == records
    assert (answers.step.figures["sum_num"], answers.step.faults) == (5, ())
    [question] = [text for text in camera.heard if "<CmdType>RecordInfo" in text]
    assert "<StartTime>2025-10-09T16:53:20</StartTime>" in question  # local time of Beijing


def test_bodies_in_utf_8_are_read_and_named(platform: Platform) -> None:
    with device(platform, faults=Faults(encoding="utf-8")) as camera:
        answers = queries.information(platform, registered(platform, camera))
    assert (answers.fields or {})["DeviceName"] == "录像机"
    assert answers.step.faults == ("declared gb2312, written in UTF-8",)


def test_a_device_that_does_not_answer_costs_the_time_out_and_no_more(platform: Platform) -> None:
    with device(platform) as camera:
        registration = registered(platform, camera)
    platform.timeout, started = 1.0, time.monotonic()
    step = queries.information(platform, registration).step
    assert 1 <= time.monotonic() - started < 8  # not the usual 10, and not the 32 of SIP
    assert (step.status, step.ms, step.faults) == (None, None, ("no answer within 1 s",))
    assert step.figures["sent_again"] == 1  # after 0.5 s


def test_what_came_while_the_platform_was_held_up_counts(platform: Platform) -> None:
    """It stands for longer than it was to wait."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"REGISTER sip:x SIP/2.0\r\nVia: x\r\n\r\n", ("127.0.0.1", platform.port))

        def reported() -> bool:
            time.sleep(0.3)
            return bool(platform.report())

        assert platform.serve(reported, 0.1)


def test_what_is_no_message_is_survived_and_named(platform: Platform, tmp_path: Path) -> None:
    """A flood, rubbish, a huge body, a bomb, a wrong Call-ID: who is registered is served."""
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><Notify><CmdType>&b;</CmdType></Notify>'

    def attack() -> str:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.connect(("127.0.0.1", platform.port))
            for _ in range(3000):
                stranger.send(b"REGISTER sip:x SIP/2.0\r\nVia: x\r\n\r\n")
            stranger.send(bytes(range(256)) * 200)
            stranger.send(RESPONSE.encode())
        with socket.create_connection(("127.0.0.1", platform.port)) as stranger:
            stranger.send(b"MESSAGE sip:x SIP/2.0\r\nContent-Length: 99999999\r\n\r\n")
            assert stranger.recv(10) == b""  # hung up
        with contextlib.suppress(queue.Empty):
            return camera.say(bomb)
        return camera.say(bomb)  # a flooded machine may lose what comes by UDP

    with device(platform) as camera:
        registration = registered(platform, camera)
        assert " 400 " in meanwhile(platform, attack)
        assert queries.information(platform, registration).step.faults == ()
    faults = {fault for step in platform.report() for fault in step.faults}
    assert faults == {
        "malformed: headers missing: from, to, call-id, cseq",
        "malformed: too long",
        "malformed: no empty line ends the headers",
        "declares a document type or entities",
        "responses to no request of ours, by branch or Call-ID",
    }
    lines = transcript.read(tmp_path / "a.gb28181.jsonl", KIND)
    assert {line["event"] for line in lines} == {"sent", "received", "malformed"}


def test_who_registers_in_the_name_of_a_device_does_not_keep_it_out(platform: Platform) -> None:
    """A stranger's request, again and again, between the challenge and the device's answer."""
    own, over = f"<sip:{ID}@3402000000>", threading.Event()

    def disturb() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.2", 0))
            for number in range(2000):
                head = (
                    f"Via: SIP/2.0/UDP x;branch=z9hG4bK{number}\r\nFrom: {own};tag=1\r\nTo: {own}"
                )
                tail = f"Call-ID: {number}\r\nCSeq: 1 REGISTER\r\nContact: {own}\r\n\r\n"
                request = f"REGISTER sip:x SIP/2.0\r\n{head}\r\n{tail}"
                stranger.sendto(request.encode(), ("127.0.0.1", platform.port))
                if over.wait(0.001):
                    return

    disturbing = threading.Thread(target=disturb)
    disturbing.start()
    with device(platform) as camera:
        assert " 200 " in meanwhile(platform, camera.register)
    over.set()
    disturbing.join()


def test_neither_password_nor_what_lets_guess_it_is_written(
    platform: Platform, tmp_path: Path
) -> None:
    with device(platform) as camera:
        registered(platform, camera)
    text = (tmp_path / "a.gb28181.jsonl").read_text()
    assert "Authorization: Digest" in text
    assert not re.search(r'response=\\?"[0-9a-f]', text)
    assert PASSWORD not in text


def test_connections_that_say_nothing_do_not_keep_devices_out(platform: Platform) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_CONNECTIONS + 8):
            place = ("127.0.0.1", platform.port)
            stack.enter_context(socket.create_connection(place)).send(b"REGISTER")
            platform.serve(lambda: False, 0.001)
        camera = stack.enter_context(device(platform, transport="TCP"))
        assert queries.information(platform, registered(platform, camera)).step.faults == ()


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"' + b' encoding="x"' * 40_000,
        b"<Notify>" * 100_000,
        b"<Notify>" + b"<CmdType>a</CmdType>" * 40_000 + b"</Notify>",
        b"\xff\xfe<\x00",
        b"",
    ],
    ids=["declaration", "deep", "long", "utf-16", "empty"],
)
def test_no_body_takes_long_to_refuse_or_read(content: bytes) -> None:
    begun = time.process_time()
    with contextlib.suppress(bodies.BodyError):
        bodies.read(content)
    assert time.process_time() - begun < 1


def test_no_header_takes_long_to_read() -> None:
    begun = time.process_time()
    for value in ("sip:" * 1000, "a" * 4000, ";tag" * 1000, '"' * 4000):
        head = f"From: {value}\r\nTo: {value}\r\nVia: {value}\r\nCall-ID: a\r\nCSeq: 1 BYE\r\n\r\n"
        message = sip_message.parse(f"BYE sip:a@b SIP/2.0\r\n{head}".encode())
        assert message.branch == sip_message.user_of(message.header("from")) == ""
        digest.parameters(message.header("to"))
    assert time.process_time() - begun < 1


RESPONSE = """SIP/2.0 200 OK\r
Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKunknown\r
From: <sip:a@b>;tag=1\r
To: <sip:a@b>;tag=2\r
Call-ID: of nobody\r
CSeq: 1 MESSAGE\r
\r
"""


def test_where_any_port_will_do_it_is_one_that_is_free_for_both_transports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The system gives one that is free for TCP; for UDP it may be taken, or none is free."""
    taken: list[int] = []

    class Busy(socket.socket):
        def bind(self, address: Any) -> None:
            if self.type is socket.SOCK_DGRAM and len(taken) < busy:
                taken.append(address[1])
                raise OSError(errno.EADDRINUSE, "Address already in use")
            super().bind(address)

    monkeypatch.setattr(socket, "socket", Busy)
    busy = 3
    with Link(Address("127.0.0.1", 0)) as link:
        assert link.port
        assert len(taken) == busy
    busy = 100
    with pytest.raises(DeviceError, match="cannot listen there"):
        Link(Address("127.0.0.1", 0))


def test_a_connection_that_gives_way_to_another_may_have_spoken() -> None:
    """Seen at once: a new one, and what the oldest, which makes room for it, has sent."""
    with contextlib.ExitStack() as stack:
        link = stack.enter_context(Link(Address("127.0.0.1", 0)))
        place, opened = ("127.0.0.1", link.port), list[socket.socket]()
        for _ in range(MOST_CONNECTIONS):
            opened.append(stack.enter_context(socket.create_connection(place)))
            link.receive(1)
        stack.enter_context(socket.create_connection(place))
        opened[0].send(b"REGISTER")
        assert link.receive(1) == []


def test_a_connection_that_came_in_time_is_read_when_the_time_is_over(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[object] = []
    monkeypatch.setattr(platform, "_take", came.append)
    with socket.create_connection(("127.0.0.1", platform.port)) as device:
        device.sendall(b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n")
        assert platform.serve(lambda: bool(came), 0.0)
    assert not platform.serve(lambda: False, 0.0)
