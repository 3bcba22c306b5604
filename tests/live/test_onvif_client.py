"""Calls to devices that misbehave: answered, or refused in a sentence within the stated time."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import TYPE_CHECKING, Any

import marks
import pytest
from peers.onvif_device import Faults, OnvifDevice

from acceptance.errors import DeviceError
from acceptance.live import markup
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials, Mask
from acceptance.live.onvif import identity, media, wsdl
from acceptance.live.onvif.client import OnvifClient
from acceptance.live.transcript import Transcript, read
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADMIN, WRONG = Credentials("admin", "s3cret-7"), Credentials("admin", "wr0ng-7")


@contextlib.contextmanager
def asked(
    faults: Faults, who: Credentials | None = ADMIN, **options: Any
) -> Iterator[tuple[OnvifDevice, OnvifClient]]:
    with OnvifDevice(faults) as device:
        settings = {"timeout": 10.0, "total": 60.0, "tls": faults.tls, **options}
        client = OnvifClient(Address(device.host, device.port), credentials=who, **settings)
        try:
            yield device, client
        finally:
            client.close()


def codes(client: OnvifClient) -> list[str]:
    return [note.code for note in client.notes]


@pytest.mark.parametrize(
    ("auth", "scheme"),
    [("both", "digest"), ("digest", "digest"), ("token", "token"), ("none", "")],
)
def test_a_device_is_asked_without_a_login_first_and_then_as_it_wants(
    auth: str, scheme: str
) -> None:
    with asked(Faults(auth=auth)) as (device, client):
        assert markup.text(client.call("device", "GetUsers"), "User/Username") == "admin"
        client.call("device", "GetDeviceInformation")
        assert (client.scheme, device.wrong_passwords) == (scheme, 0)
        first = ["GetUsers"] * (1 if auth == "none" else 2)
        assert device.calls == [*first, "GetDeviceInformation"]


@pytest.mark.parametrize("password", ["p@ss:w/rd", 'a"b\\c', "50% <&>", "密码-7"])
@pytest.mark.parametrize("auth", ["digest", "token"])
def test_passwords_with_special_characters_get_in(auth: str, password: str) -> None:
    with asked(Faults(auth=auth), Credentials("admin", password)) as (device, client):
        device.users["admin"] = password
        client.call("device", "GetUsers")
        assert client.scheme == auth


@pytest.mark.parametrize("skew", [-86400.0, 3600.0])
def test_a_token_is_made_at_the_device_s_time(skew: float) -> None:
    """Quirk 1: a clock that is off looks like a wrong password."""
    with asked(Faults(auth="token", clock_skew=skew)) as (device, client):
        client.clock_offset = skew + 1.0
        client.call("device", "GetUsers")
        assert device.wrong_passwords == 0


def test_a_clock_that_is_shown_to_nobody_is_taken_from_the_header() -> None:
    with asked(Faults(auth="token", closed=True, clock_skew=-7200)) as (device, client):
        client.call("device", "GetSystemDateAndTime")
        assert device.wrong_passwords == 0
        assert codes(client) == ["login_for_open_call"]


def test_a_login_for_what_is_open_to_all_is_noted() -> None:
    """Quirk 4."""
    with asked(Faults(closed=True)) as (_, client):
        identity.services(client)
        noted = {note.parameters["call"] for note in client.notes}
        assert noted == {"GetServices", "GetCapabilities"}


@pytest.mark.parametrize(("auth", "tries"), [("both", 2), ("digest", 2), ("token", 1)])
def test_a_wrong_password_is_given_to_each_scheme_once_and_never_again(
    auth: str, tries: int
) -> None:
    """Quirk 6: devices lock users out."""
    with asked(Faults(auth=auth), WRONG) as (device, client):
        for operation in ("GetUsers", "GetDeviceInformation", "GetUsers"):
            with pytest.raises(DeviceError, match="refuses the user or the password"):
                client.call("device", operation)
        assert device.wrong_passwords == tries


def test_the_first_word_of_a_lock_out_ends_all_tries() -> None:
    with asked(Faults(lock_after=1), WRONG) as (device, client):
        with pytest.raises(DeviceError, match="locked the user out"):
            client.call("device", "GetUsers")
        with pytest.raises(DeviceError, match="has locked the user out"):
            client.call("device", "GetUsers")
        assert device.calls.count("GetUsers") <= 4
        assert codes(client) == ["user_locked_out"]


def test_without_a_user_the_sentence_says_how_to_give_one() -> None:
    with asked(Faults(), None) as (_, client), pytest.raises(DeviceError, match="Give --user"):
        client.call("device", "GetUsers")


BROKEN = {
    "malformed": "not well formed",
    "cut": "not well formed",
    "empty_400": "empty; HTTP status 400",
    "empty_500": "empty; HTTP status 500",
    "html": "a web page, not with SOAP",
    "bomb": "not well formed|declares a DTD",
    "entity": "declares a DTD",
    "dropped": "hangs up",
    "redirect": r"on to https://192\.0\.2\.7/\. Give --tls",
    "silent": "does not answer within 0.3 s",
    "slow": r"not done answering after 1\.2 s|does not answer within 0\.3 s",
    "huge": "more than 8 MB",
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_answer_is_a_sentence_in_time(broken: str) -> None:
    """Quirk 10, and what hostile devices send."""
    with asked(Faults(broken={"GetUsers": broken})) as (_, client):
        begun, usual = time.monotonic(), client.connection.timeout
        client.connection.timeout = 0.3 if broken in {"silent", "slow"} else usual
        with pytest.raises(DeviceError, match=BROKEN[broken]):
            client.call("device", "GetUsers")
        assert time.monotonic() - begun < 10
        client.connection.timeout = usual
        client.call("device", "GetDeviceInformation")  # the others are answered


def test_an_entity_of_this_machine_is_never_read() -> None:
    with asked(Faults(broken={"*": "entity"}, auth="none")) as (_, client):
        answer = client.answer("device", "GetUsers", wsdl.request("device", "GetUsers"))
        assert answer.content is None
        assert b"root:" not in answer.reply.body


@pytest.mark.parametrize("broken", ["slow", "silent"])
def test_the_total_time_holds_whatever_the_device_does(broken: str) -> None:
    with asked(Faults(broken={"*": broken}), total=0.6, timeout=30.0) as (_, client):
        begun = time.monotonic()
        for _ in range(3):
            with pytest.raises(DeviceError, match="total time is over"):
                client.call("device", "GetServices", IncludeCapability=False)
        assert time.monotonic() - begun < 15  # of 30, three times


def test_undeclared_prefixes_are_overlooked_and_noted() -> None:
    with asked(Faults(broken={"GetUsers": "undeclared"})) as (_, client):
        assert markup.text(client.call("device", "GetUsers"), "User/Username") == "admin"
        assert client.notes == [Reason(code="undeclared_prefix", parameters={"call": "GetUsers"})]


def test_a_reply_whose_own_prefix_is_undeclared_is_read() -> None:
    inner = "<tds:R><tds:User><tt:Name>7</tt:Name></tds:User></tds:R>"
    text = f"<s:Envelope><s:Body>{inner}</s:Body></s:Envelope>".encode()
    parsed = markup.parsed(text)
    assert parsed.undeclared
    assert markup.text(markup.body(parsed.root), "User/Name") == "7"


@pytest.mark.parametrize("addresses", ["host", "port", "zero"])
def test_the_host_and_port_that_were_reached_are_kept(addresses: str) -> None:
    """Quirk 8."""
    with asked(Faults(addresses=addresses)) as (device, client):
        identity.services(client)
        client.call("ptz", "GetNodes")
        (note,) = client.notes
        assert note.code == "other_address"
        assert note.parameters["reached"] == f"127.0.0.1:{device.port}"


def test_services_come_from_get_capabilities_where_get_services_is_missing() -> None:
    """Quirk 9: the Extension part has recordings."""
    with asked(Faults(without=("GetServices",))) as (_, client):
        found = {service.name for service in identity.services(client)["services"]}
        assert found >= {"device", "media", "ptz", "recording", "search", "replay", "events"}
        assert codes(client) == ["no_get_services"]
        client.call("search", "GetRecordingSummary")


def test_services_that_differ_are_noted() -> None:
    with asked(Faults(capabilities_differ=True)) as (_, client):
        assert "search" in {service.name for service in identity.services(client)["services"]}
        (note,) = client.notes
        assert note.code == "capabilities_differ"
        assert "search" in str(note.parameters["services"])


def test_a_certificate_of_its_own_is_accepted_and_noted() -> None:
    """Quirk 20."""
    with asked(Faults(tls=True)) as (_, client):
        client.call("device", "GetUsers")
        found = identity.tls(client)
        assert found["tls_version"] == "TLSv1.3"
        assert "self-signed" in found["certificate_doubt"]
        assert codes(client) == ["certificate_doubt"]


def test_plain_http_where_tls_is_asked_for_is_a_sentence() -> None:
    with asked(Faults()) as (device, _):
        client = OnvifClient(Address(device.host, device.port), tls=True, timeout=10.0)
        with pytest.raises(DeviceError, match="speaks no TLS"):
            client.call("device", "GetUsers")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "no-such-host.invalid", "a" * 64 + ".b"])
def test_a_device_that_is_not_there_is_a_sentence(host: str) -> None:
    """Quirk 7."""
    client = OnvifClient(Address(host, 9), timeout=2.0)
    with pytest.raises(DeviceError, match=r"cannot be reached.*ONVIF switched on"):
        client.call("device", "GetUsers")


def test_an_address_of_ipv6_is_reached() -> None:
    with OnvifDevice(host="::1") as device:
        client = OnvifClient(Address(device.host, device.port), credentials=ADMIN)
        identity.services(client)
        assert client.notes == []
        client.close()


def test_a_connection_that_the_device_closes_between_calls_is_opened_again() -> None:
    with asked(Faults(auth="none")) as (_, client):
        client.call("device", "GetUsers")
        assert client.connection._socket
        client.connection._socket.shutdown(2)
        client.call("device", "GetUsers")


def test_no_event_subscription_is_opened_and_imports_leave_no_trace() -> None:
    """Quirk 11, and the side effects of the package."""
    before = list(logging.getLogger().handlers), logging.getLogger().level
    with asked(Faults()) as (device, client):
        identity.services(client)
        assert "CreatePullPointSubscription" not in device.calls
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == before


def test_the_record_has_every_call_and_no_password(tmp_path: Path) -> None:
    path = tmp_path / "a.probe.jsonl"
    with Transcript(path, "probe", Mask(ADMIN)) as record:
        for auth in ("token", "digest"):
            with asked(Faults(auth=auth), transcript=record) as (device, client):
                client.call("device", "GetUsers")
    calls = [line for line in read(path, "probe") if line["event"] == "call"]
    assert [line["status"] for line in calls] == [400, 200, 401, 200]
    assert "<tt:Username>admin" in str(calls[1]["reply"]).replace("ns1:", "tt:").replace(
        "ns0:", "tt:"
    )
    assert all(line["sent_monotonic"] <= line["headers_monotonic"] for line in calls)
    text = path.read_text("utf-8")
    assert ADMIN.password not in text
    assert 'response=\\"***' in text
    assert 'PasswordDigest\\">***' in text
    assert device.users["admin"] == ADMIN.password


def test_a_password_in_a_stream_address_is_noted_and_nowhere_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.probe.jsonl"
    with (
        Transcript(path, "probe") as record,
        asked(Faults(), transcript=record) as (device, client),
    ):
        device.rtsp = "rtsp://root:0ther-pass@127.0.0.1:554/"
        identity.services(client)
        found = media.encoders(client)["encoders"]
    assert {setting.address for setting in found} == {
        "rtsp://127.0.0.1:554/main", "rtsp://127.0.0.1:554/sub",
    }  # fmt: skip
    assert codes(client) == ["password_in_address"]
    assert "0ther-pass" not in path.read_text("utf-8")


@pytest.mark.parametrize("place", ["beside", "data", marks.slow("builder")])
def test_the_wsdl_is_found_where_either_package_puts_it(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel that pip builds keeps the path of the builder's Python."""
    folder = {
        "beside": tmp_path / "site-packages" / "wsdl",
        "data": tmp_path / "data" / "wsdl",
        "builder": tmp_path / "data" / "lib" / "python3.9" / "site-packages" / "wsdl",
    }[place]
    folder.mkdir(parents=True)
    (folder / "devicemgmt.wsdl").touch()

    class Spec:
        origin = str(tmp_path / "site-packages" / "onvif" / "__init__.py")

    monkeypatch.setattr(wsdl.importlib.util, "find_spec", lambda _: Spec)
    monkeypatch.setattr(wsdl.sysconfig, "get_path", lambda _: str(tmp_path / "data"))
    assert wsdl.folder.__wrapped__() == folder
