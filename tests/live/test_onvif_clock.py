"""The offset of a device's clock lies within what is stated, whatever the clock and the network do.

The truth is the offset that the device was given.
"""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import marks
import pytest
from lxml import etree
from peers.onvif_device import Faults, OnvifDevice

from acceptance.errors import DeviceError
from acceptance.live.address import Address
from acceptance.live.onvif import clock, login
from acceptance.live.onvif.client import OnvifClient

if TYPE_CHECKING:
    from acceptance.live.onvif.facts import ClockOffset


def measured(faults: Faults) -> tuple[ClockOffset, list[str]]:
    with OnvifDevice(faults) as device:
        client = OnvifClient(Address(device.host, device.port), timeout=2.0)
        found = clock.measured(client)
        client.close()
        return found, [note.code for note in client.notes]


@pytest.mark.parametrize(
    "skew", [0.3217, *(marks.slow(skew) for skew in (0.0, -0.99, 12.5, 1e6, -3e8))]
)
def test_the_true_offset_lies_within_u(skew: float) -> None:
    """How narrow U is on an idle machine: ``benchmarks/device_clock.py``."""
    found, _ = measured(Faults(clock_skew=skew))
    assert abs(found.offset - skew) <= found.half_width < 0.5
    assert found.edges == 5


def test_the_pair_of_clocks_is_read_where_nothing_came_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another program takes the processor for 30 ms between the two, twice."""
    now, reads = [100.0], [0]

    def read() -> float:
        reads[0] += 1
        now[0] += 0.03 if reads[0] in {2, 6} else 1e-6
        return now[0]

    monkeypatch.setattr(clock.time, "monotonic", read)
    monkeypatch.setattr(clock.time, "time", lambda: 1.7e9 + read())
    assert clock._wall() == pytest.approx(1.7e9, abs=1e-5)


@pytest.mark.parametrize("delay", [0.05, marks.slow(0.4), marks.slow(1.4)])
def test_a_slow_device_gets_a_wide_u_that_holds_the_truth(delay: float) -> None:
    found, _ = measured(Faults(clock_skew=0.4, delay=delay))
    assert abs(found.offset - 0.4) <= found.half_width
    assert delay / 4 < found.half_width < 2 * delay


@pytest.mark.parametrize("tick", [0.23, marks.slow(0.07), marks.slow(0.3)])
def test_a_coarse_clock_is_noted_and_its_u_holds_the_truth(tick: float) -> None:
    found, notes = measured(Faults(clock_tick=tick, clock_skew=0.1))
    assert notes == ["clock_coarse"]
    assert abs(found.offset - 0.1) <= found.half_width


@pytest.mark.parametrize(
    ("utc", "note"), [("local", "local_time_as_utc"), ("missing", "no_utc_time")]
)
def test_local_time_as_utc_and_no_utc_are_noted(utc: str, note: str) -> None:
    """Quirks 2 and 3."""
    found, notes = measured(Faults(utc=utc))
    truth, hours = (28800.0, 8) if utc == "local" else (0.0, 0)
    assert abs(found.offset - truth) <= found.half_width
    assert (found.hours, set(notes)) == (hours, {note})


@pytest.mark.parametrize("step", [0.3, -0.3])
def test_a_clock_of_ours_that_is_set_meanwhile_is_in_u_and_said(
    step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The device keeps its time; ours is right before, or after: what it was off is within U."""
    begun = time.monotonic()
    since = time.time() - begun

    def wall() -> float:
        return since + (now := time.monotonic()) + step * (now > begun + 3)

    monkeypatch.setattr(clock.time, "time", wall)
    found, notes = measured(Faults(clock_skew=0.5))
    assert notes == ["own_clock_set"]
    for truth in (0.5, 0.5 - step):
        assert abs(found.offset - truth) <= found.half_width < 0.5


@pytest.mark.parametrize(
    ("offset", "hours"),
    [(0.0, 0), (3600.0, 1), (-28800.2, -8), (28799.0, 8), (1800.0, 0), (50400.0, 14), (54000.0, 0)],
)
def test_whole_hours_are_named(offset: float, hours: int) -> None:
    assert clock.whole_hours(offset) == hours


@pytest.mark.parametrize(
    ("zone", "seconds"),
    [
        ("CST-8", 28800.0),
        ("EST5EDT,M3.2.0,M11.1.0", -18000.0),
        ("<+0530>-5:30", 19800.0),
        ("UTC0", 0.0),
        ("China Standard Time", None),
        ("", None),
    ],
)
def test_a_posix_zone_is_read(zone: str, seconds: float | None) -> None:
    assert clock.zone_offset(zone) == seconds


def test_a_clock_that_stands_still_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "LATEST", 0.2)
    with OnvifDevice(Faults(clock_tick=1e6)) as device:
        client = OnvifClient(Address(device.host, device.port), timeout=2.0)
        with pytest.raises(DeviceError, match="does not run"):
            clock.measured(client)
        client.close()


DATE = "<r><SystemDateAndTime><TimeZone><TZ>CST-8</TZ></TimeZone>{}</SystemDateAndTime></r>"
TIME = (
    "<{0}><Time><Hour>{1}</Hour><Minute>0</Minute><Second>0</Second></Time>"
    "<Date><Year>{2}</Year><Month>2</Month><Day>3</Day></Date></{0}>"
)


@pytest.mark.parametrize(
    "wrong", ["", TIME.format("UTCDateTime", "x", 2026), TIME.format("UTCDateTime", 1, 0)]
)
def test_a_reply_without_a_date_that_exists_is_a_sentence(wrong: str) -> None:
    client = OnvifClient(Address("127.0.0.1", 9))
    with pytest.raises(DeviceError, match="states no time"):
        clock.moment_of(etree.fromstring(DATE.format(wrong)), client)


def test_local_time_and_zone_stand_in_for_utc() -> None:
    client = OnvifClient(Address("127.0.0.1", 9))
    reply = etree.fromstring(DATE.format(TIME.format("LocalDateTime", 8, 2026)))
    assert clock.moment_of(reply, client) == 1770076800.0  # 2026-02-03T00:00:00Z
    assert [note.code for note in client.notes] == ["no_utc_time"]


@pytest.mark.parametrize("place", [(1, 10**20), (10**30, 2026)])
def test_numbers_that_no_clock_has_are_no_time(place: tuple[int, int]) -> None:
    client = OnvifClient(Address("127.0.0.1", 9))
    reply = etree.fromstring(DATE.format(TIME.format("UTCDateTime", *place)))
    with contextlib.suppress(DeviceError):
        assert clock.moment_of(reply, client) < 250e9


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("Sat, 28 Nov 2026 08:00:00 GMT", True),
        ("Sat Nov 28 08:00:00 2026", True),
        ("Sat, 28 Nov 2026 08:00:00 -0000", True),
        ("Sat, 28 Nov 99999999999999999999 08:00:00 GMT", False),
        ("yesterday", False),
    ],
)
def test_a_date_without_a_zone_is_utc(date: str, *, shown: bool) -> None:
    stated = login.stated_time(date)
    expected = datetime(2026, 11, 28, 8, tzinfo=UTC)
    assert stated == (expected if shown else None)
