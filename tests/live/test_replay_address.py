"""Where a recorder replays: the recording of the time that is meant, or a sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from marks import slow
from peers.onvif_device import DAY, Faults, OnvifDevice

from acceptance.errors import DeviceError
from acceptance.live.address import Address
from acceptance.live.onvif import replay_address


def found(device: OnvifDevice, begin: float, end: float, recording: str = "") -> str:
    times = (datetime.fromtimestamp(begin, UTC), datetime.fromtimestamp(end, UTC))
    place = Address(device.host, device.port)
    named = replay_address.replay_address(
        place, None, times, recording=recording, timeout=2.0, total=30.0
    )
    assert device.searches.still_open == 0
    return named.url


@pytest.mark.parametrize("searching", [0, slow(3)])
def test_the_recording_that_covers_the_time_is_the_one(searching: int) -> None:
    with OnvifDevice(Faults(auth="none", searching=searching)) as device:
        device.recordings = {"rec-1": [(0.0 + 2 * 365 * DAY, 1e9)], "rec-2": [(1e9, 1e9 + DAY)]}
        assert found(device, 1e9 + 60, 1e9 + 120) == "rtsp://127.0.0.1:554/replay/rec-2"
        assert found(device, 1e9 - 120, 1e9 - 60) == "rtsp://127.0.0.1:554/replay/rec-1"


@pytest.mark.parametrize("named", ["rec-2", "Camera REC-2"])
def test_of_several_channels_one_is_named(named: str) -> None:
    with OnvifDevice(Faults(auth="none", addresses="host")) as device:
        moment = device.recordings["rec-1"][0][0] + DAY
        assert found(device, moment, moment + 60, named).endswith("//127.0.0.1:554/replay/rec-2")


@pytest.mark.parametrize(
    ("faults", "shift", "named", "sentence"),
    [
        (Faults(), 0.0, "", "has several recordings of that time: camera rec-1 "),
        (Faults(), -DAY, "rec-1", "has no recording of that time; it has camera rec-1 "),
        (Faults(), 0.0, "rec-3", "has no recording of that time; it has none"),
        slow(Faults(without=("GetReplayUri",)), 0.0, "rec-1", r"names no stream \(refuses"),
        slow(Faults(broken={"*": "html"}), 0.0, "rec-1", "answers with a web page"),
    ],
)
def test_what_cannot_be_replayed_is_said_in_a_sentence(
    faults: Faults, shift: float, named: str, sentence: str
) -> None:
    faults.auth = "none"
    with OnvifDevice(faults) as device:
        moment = device.recordings["rec-1"][0][0] + 60 + shift
        with pytest.raises(DeviceError, match=sentence):
            found(device, moment, moment + 60, named)


def test_a_camera_without_profile_g_is_asked_for_nothing_more() -> None:
    with OnvifDevice(Faults(auth="none")) as device:
        device.services = ("device", "media")
        with pytest.raises(DeviceError, match=r"does not offer the service search .* Profile G"):
            found(device, 1e9, 1e9 + 60)
        assert "FindRecordings" not in device.calls
