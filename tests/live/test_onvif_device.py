"""The device that tests talk to answers as the official schema has it, and fails when asked to."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import requests
from lxml import etree
from peers import onvif_bodies
from peers.onvif_device import Faults, OnvifDevice
from requests.auth import HTTPDigestAuth
from zeep import Client
from zeep.exceptions import Fault
from zeep.wsse.username import UsernameToken

from acceptance.live.onvif import conformance


def asked(service: str, operation: str, **fields: str) -> etree._Element:
    namespace = onvif_bodies.SERVICES[service][0]
    call = etree.Element(f"{{{namespace}}}{operation}")
    for name, text in fields.items():
        etree.SubElement(call, f"{{{namespace}}}{name}").text = text
    return call


def calls(device: OnvifDevice) -> list[etree._Element]:
    """Every call that it knows, with what it needs."""
    since = {"StartPoint": "2020-01-01T00:00:00Z"}
    searches = [device.searches.begin("FindRecordings", asked("search", "FindRecordings"))]
    searches += [device.searches.begin("FindEvents", asked("search", "FindEvents", **since))]
    fields = {
        "GetStreamUri": {"ProfileToken": "main"},
        "GotoPreset": {"PresetToken": "1"},
        "FindEvents": since,
        "GetRecordingSearchResults": {"SearchToken": searches[0]},
        "GetEventSearchResults": {"SearchToken": searches[1]},
        "EndSearch": {"SearchToken": searches[0]},
    }
    return [
        asked(service, name, **fields.get(name, {}))
        for name in onvif_bodies.ANSWERS
        for service in onvif_bodies.SERVICES
        if service != "media2"
        and f"{name}Response"
        in (onvif_bodies.wsdl_folder() / onvif_bodies.SERVICES[service][1]).read_text("utf-8")
        and (service, name) != ("recording", "GetServiceCapabilities")
    ]


def test_every_reply_is_valid_by_the_official_schema() -> None:
    known = conformance._schema()
    with OnvifDevice() as device:
        replies = {
            etree.QName(call).localname: onvif_bodies.answer(device, call) for call in calls(device)
        }
    assert set(replies) == set(onvif_bodies.ANSWERS)
    for operation, content in replies.items():
        reply = etree.fromstring(content)[0][0]
        wrong = [f"{error.path}: {error.reason}" for error in known.iter_errors(reply)]
        assert wrong == [], operation


def service(device: OnvifDevice, user: str = "", password: str = "") -> object:
    """Another program: zeep with its own token, or requests with its own digest."""
    wsse = UsernameToken(user, password, use_digest=True) if user else None
    client = Client(str(onvif_bodies.wsdl_folder() / "devicemgmt.wsdl"), wsse=wsse)
    binding = "{http://www.onvif.org/ver10/device/wsdl}DeviceBinding"
    return client.create_service(binding, device.address_of("device"))


def test_zeep_reads_identity_with_the_right_token_only() -> None:
    with OnvifDevice(Faults(auth="token")) as device:
        found = service(device, "admin", "s3cret-7").GetDeviceInformation()
        assert found.SerialNumber == device.serial
        for user, password in (("", ""), ("admin", "wrong"), ("nobody", "s3cret-7")):
            with pytest.raises(Fault, match="not authorized"):
                service(device, user, password).GetDeviceInformation()
        assert device.wrong_passwords == 2


@pytest.mark.parametrize(("password", "status"), [("s3cret-7", 200), ("wrong", 401)])
def test_requests_gets_in_by_digest_with_the_right_password_only(
    password: str, status: int
) -> None:
    body = onvif_bodies.envelope(asked("device", "GetUsers"))
    with OnvifDevice(Faults(auth="digest")) as device:
        reply = requests.post(
            device.address_of("device"), body, auth=HTTPDigestAuth("admin", password), timeout=60
        )
        assert reply.status_code == status


def test_a_clock_that_is_ahead_refuses_a_token_that_is_right() -> None:
    with OnvifDevice(Faults(auth="token", clock_skew=60)) as device:
        with pytest.raises(Fault, match="not authorized"):
            service(device, "admin", "s3cret-7").GetUsers()
        before = device.clock()
        shown = service(device).GetSystemDateAndTime().UTCDateTime
        seconds = (shown.Time.Minute * 60 + shown.Time.Second - before + 1) % 3600
        assert seconds <= 1 + device.clock() - before


def test_it_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "peers.onvif_device", "broken.*=empty_500", "tls=no"]
    here = Path(__file__).resolve().parents[1]
    environment = {"PYTHONPATH": f"{here}:{here.parent}"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stdout
        port = int(running.stdout.readline())
        body = onvif_bodies.envelope(asked("device", "GetHostname"))
        with pytest.raises(urllib.error.HTTPError, match="500"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", body, timeout=60)
        running.communicate("", timeout=60)
    assert running.returncode == 0
