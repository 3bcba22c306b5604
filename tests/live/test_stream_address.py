"""Where a stream is, by ONVIF: the profile that is meant, or a sentence within the stated time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from marks import slow
from peers.awaited import OwnTime
from peers.onvif_device import Faults, OnvifDevice

from acceptance.errors import DeviceError
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials
from acceptance.live.onvif import stream_address

if TYPE_CHECKING:
    from acceptance.live.onvif.stream_address import StreamAddress

ADMIN, WRONG = Credentials("admin", "s3cret-7"), Credentials("admin", "wr0ng-7")


def found(
    device: OnvifDevice, who: Credentials | None = ADMIN, profile: str = "", total: float = 20.0
) -> StreamAddress:
    place = Address(device.host, device.port)
    return stream_address.stream_address(place, who, profile=profile, timeout=1.0, total=total)


def test_the_first_profile_is_asked_for_its_stream_and_no_other() -> None:
    with OnvifDevice() as device:
        named = found(device)
        assert device.calls.count("GetStreamUri") == 1
    assert named.url == "rtsp://127.0.0.1:554/main"
    assert named.stated
    stated = named.stated
    assert (stated.profile, stated.codec, stated.width, stated.rate) == ("main", "H265", 1920, 25)


@pytest.mark.parametrize("profile", ["sub", slow("SUB")])
def test_another_profile_is_asked_for_by_its_name(profile: str) -> None:
    with OnvifDevice() as device:
        assert found(device, profile=profile).url == "rtsp://127.0.0.1:554/sub"


@pytest.mark.parametrize("named", ["host", slow("zero")])
def test_a_stream_that_is_named_elsewhere_is_looked_for_where_the_device_was_reached(
    named: str,
) -> None:
    with OnvifDevice(Faults(addresses=named)) as device:
        assert found(device).url == "rtsp://127.0.0.1:554/main"


def test_a_password_in_the_address_is_taken_out() -> None:
    with OnvifDevice() as device:
        device.rtsp = "rtsp://admin:s3cret-7@127.0.0.1/"
        assert found(device).url == "rtsp://127.0.0.1/main"


@pytest.mark.parametrize(
    ("faults", "who", "profile", "sentence"),
    [
        (Faults(), WRONG, "", "refuses the user or the password"),
        (Faults(), ADMIN, "third", "has no profile third; it has main, sub"),
        slow(Faults(), None, "", "asks for a login"),
        slow(Faults(without=("GetStreamUri",)), ADMIN, "", r"names no stream \(refuses"),
        slow(Faults(without=("GetProfiles",)), ADMIN, "", "refuses"),
        slow(Faults(broken={"*": "html"}), ADMIN, "", "answers with a web page"),
        slow(Faults(broken={"*": "silent"}), ADMIN, "", "does not answer within 1 s"),
    ],
)
def test_a_device_that_names_no_stream_is_told_with_the_reason(
    faults: Faults, who: Credentials | None, profile: str, sentence: str
) -> None:
    with OnvifDevice(faults) as device, pytest.raises(DeviceError, match=sentence) as refusal:
        found(device, who, profile)
    assert "s3cret-7" not in str(refusal.value)
    assert device.wrong_passwords <= 2


def test_what_is_no_url_of_a_stream_is_the_devices_fault() -> None:
    with OnvifDevice() as device:
        device.rtsp = "http://127.0.0.1/"
        with pytest.raises(DeviceError, match="is no URL of a stream"):
            found(device)


@pytest.mark.parametrize("faults", [Faults(delay=0.6), slow(Faults(broken={"*": "slow"}))])
def test_a_slow_device_is_left_when_the_stated_time_is_over(faults: Faults) -> None:
    with OnvifDevice(faults) as device, OwnTime() as own:
        with pytest.raises(DeviceError, match=r"the stated total time is over"):
            found(device, total=2.0)
        assert own.now < 3.5


def test_where_onvif_is_closed_it_is_looked_for_once() -> None:
    with pytest.raises(DeviceError, match=r"cannot be reached .* ONVIF switched on"):
        stream_address.of_source("127.0.0.1:9", ADMIN, timeout=1.0)
