"""Facts of a probe are read as they were found, and from nothing else."""

from __future__ import annotations

import json
import threading
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import marks
import pytest
from peers.onvif_device import DAY, Faults, OnvifDevice

from acceptance.errors import DeviceError, SessionError
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials
from acceptance.live.onvif import asking, clock, conformance, facts
from acceptance.live.onvif.asking import Probe
from acceptance.live.onvif.facts import ClockOffset, DeviceFacts
from acceptance.live.own_clock import OwnClock

if TYPE_CHECKING:
    from pathlib import Path

ADMIN = Credentials("admin", "s3cret-7")


def probed(
    path: Path, faults: Faults | None = None, *, total: float = 60.0, own: OwnClock | None = None
) -> tuple[DeviceFacts, OnvifDevice]:
    with OnvifDevice(faults or Faults()) as device:
        address = Address(device.host, device.port)
        tls = device.faults.tls
        probe = Probe(
            address, path, credentials=ADMIN, total=total, timeout=10.0, own_clock=own, tls=tls
        )
        return probe.run(), device


@pytest.fixture
def _few_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "EDGES", 1)


@pytest.mark.usefixtures("_few_edges")
def test_what_a_device_says_is_read_again_from_the_record(tmp_path: Path) -> None:
    path = tmp_path / "a.probe.jsonl"
    own = OwnClock(offset=0.5, uncertainty=0.002, source="stated")
    found, device = probed(path, Faults(tls=True, clock_skew=2.0), own=own)
    assert facts.read(path) == found
    assert (found.model, found.serial_number) == ("SO-2000", device.serial)
    assert [(user.name, user.level) for user in found.users] == [
        ("admin", "Administrator"), ("guest", "User"),
    ]  # fmt: skip
    main = found.encoders[0]
    assert (main.media, main.codec, main.width, main.rate, main.key_interval) == (
        2, "H265", 1920, 25.0, 50,
    )  # fmt: skip
    assert {setting.codec for setting in found.encoders if setting.media == 1} == {"H264"}
    assert {setting.media for setting in found.encoders if setting.moves} == {1}
    assert main.address == "rtsp://127.0.0.1:554/main"
    assert found.interfaces == ("eth0 02:00:5e:10:00:07 192.0.2.7/24",)
    assert found.protocols == ("HTTPS 443", "RTSP 554")
    assert (found.time_source, found.time_servers, found.zone) == ("NTP", ("192.0.2.1",), "CST-8")
    assert found.clock is not None
    assert found.clock.expanded is not None
    assert abs(found.clock.offset - 2.5) <= found.clock.expanded
    assert found.recorded_until is not None
    assert found.recorded_from is not None
    assert found.recorded_until - found.recorded_from == pytest.approx(31 * DAY - 1)
    assert (found.failed, len(found.ptz_presets)) == ((), 3)
    assert {note.code for note in found.notes} == {"certificate_doubt"}
    known = {field.name for field in fields(DeviceFacts)}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert {line["name"] for line in lines if line["event"] == "fact"} <= known


@pytest.mark.usefixtures("_few_edges")
@pytest.mark.parametrize(
    ("skew", "code"), [(-12.5, "clock_off"), marks.slow(3600.0, "clock_hours_off")]
)
def test_a_wrong_clock_is_noted_and_the_login_by_token_holds(
    skew: float, code: str, tmp_path: Path
) -> None:
    """Quirks 1 and 2."""
    found, device = probed(tmp_path / "a.probe.jsonl", Faults(clock_skew=skew, auth="token"))
    assert [note.code for note in found.notes] == [code]
    assert (found.login, device.wrong_passwords, found.failed) == ("token", 0, ())


@pytest.mark.usefixtures("_few_edges")
def test_a_call_that_fails_costs_its_facts_only(tmp_path: Path) -> None:
    broken = {"GetUsers": "html", "GetNTP": "malformed", "GetPresets": "empty_400"}
    found, _ = probed(tmp_path / "a.probe.jsonl", Faults(broken=broken))
    assert [failure.partition(":")[0] for failure in found.failed] == [
        "GetNTP", "GetUsers", "GetPresets",
    ]  # fmt: skip
    assert found.users == ()
    assert found.encoders


@pytest.mark.parametrize("broken", ["html", marks.slow("bomb"), marks.slow("dropped")])
def test_what_speaks_no_onvif_is_an_error_after_three_calls(tmp_path: Path, broken: str) -> None:
    with pytest.raises(DeviceError):
        probed(tmp_path / "a.probe.jsonl", Faults(broken={"*": broken}))


def test_the_total_time_ends_a_probe_and_what_was_found_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.probe.jsonl"
    found, _ = probed(path, Faults(delay=0.2), total=2.0)
    assert found.model == "SO-2000"
    assert any("total time is over" in failure for failure in found.failed)
    assert facts.read(path) == found


@pytest.mark.usefixtures("_few_edges")
def test_a_reply_that_does_not_conform_is_named_with_its_element(tmp_path: Path) -> None:
    found, _ = probed(tmp_path / "a.probe.jsonl", Faults(broken={"GetScopes": "nonconforming"}))
    (note,) = found.notes
    assert note.code == "reply_nonconforming"
    assert note.parameters["call"] == "GetScopes"
    assert "Surprise" in str(note.parameters["why"])


def test_the_schema_is_loaded_once_also_by_several_threads() -> None:
    threads = [threading.Thread(target=conformance._schema) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert conformance._loaded.cache_info().misses == 1


LINE = '{{"event": "fact", "name": "{}", "value": {}}}\n'
HEAD = '{"event": "transcript", "kind": "probe", "format": 1}\n'


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", "1"),
        ("nothing", '"x"'),
        ("users", '[{"name": "a"}]'),
        ("users", '{"name": "a", "level": "b"}'),
        ("clock", '{"offset": "soon"}'),
        ("recordings", "[[1, 2]]"),
        ("recorded_from", "true"),
        ("notes", "[1]"),
    ],
)
def test_a_record_with_facts_of_another_kind_is_refused(
    name: str, value: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.probe.jsonl"
    path.write_text(HEAD + LINE.format(name, value), "utf-8")
    with pytest.raises(SessionError, match="no record of a probe"):
        facts.read(path)


@pytest.mark.parametrize(("own", "expanded"), [(None, None), (0.002, 0.012)])
def test_u_is_known_where_this_computer_s_clock_is(
    own: float | None, expanded: float | None
) -> None:
    offset = ClockOffset(offset=1.0, half_width=0.01, edges=5, own_uncertainty=own)
    assert offset.expanded == (None if expanded is None else pytest.approx(expanded))


@pytest.mark.usefixtures("_few_edges")
def test_nothing_is_asked_that_changes_a_device(tmp_path: Path) -> None:
    """Only reading calls without --actuate."""
    changing: Any = ("Set", "Create", "Delete", "Add", "Remove", "Goto", "Continuous", "Absolute")
    _, device = probed(tmp_path / "a.probe.jsonl")
    assert [call for call in device.calls if call.startswith(changing)] == []
    assert device.searches.still_open == 0
    assert asking.FIRST == 3
