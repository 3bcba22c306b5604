"""What a recorder has kept is right in every pattern of gaps, as a list that the toolkit reads."""

from __future__ import annotations

import time
from datetime import UTC
from typing import TYPE_CHECKING

import marks
import pytest
from peers.onvif_device import DAY, Faults, OnvifDevice

from acceptance.errors import DeviceError
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials
from acceptance.live.onvif import identity, recordings
from acceptance.live.onvif.client import OnvifClient
from acceptance.model import Recordings
from acceptance.recorder import listing
from acceptance.session import measuring

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.live.onvif.facts import KeptTrack

NOW = time.time() // 3600 * 3600.0
HOUR = 3600.0


def kept(
    planted: dict[str, list[tuple[float, float]]], faults: Faults | None = None
) -> tuple[tuple[KeptTrack, ...], list[str], OnvifDevice]:
    with OnvifDevice(faults or Faults()) as device:
        device.recordings = planted
        who = Credentials("admin", "s3cret-7")
        client = OnvifClient(Address(device.host, device.port), credentials=who, timeout=5.0)
        identity.services(client)
        found = recordings.kept(client)["recordings"]
        client.close()
        return found, [note.code for note in client.notes], device


def days(*edges: float) -> list[tuple[float, float]]:
    """Stretches from and to so many days before now."""
    return [(NOW - a * DAY, NOW - b * DAY) for a, b in zip(edges[::2], edges[1::2], strict=True)]


PATTERNS = {
    "none": days(31, 0),
    "gap of a week": days(31, 20, 13, 0),
    "two days, four weeks off, one day": days(31, 29, 1, 0),
    "gap at the end": days(31, 5, 4.9, 4.8),
    "an hour": days(31, 15, 15 - 1 / 24, 0),
    "six seconds": days(31, 15, 15 - 6 / DAY, 0),
    "hourly files that touch": [(NOW - n * HOUR, NOW - (n - 1) * HOUR) for n in range(48, 0, -1)],
    "every second hour": [(NOW - n * HOUR, NOW - (n - 1) * HOUR) for n in range(48, 0, -2)],
    "many": [(NOW - n * 600, NOW - n * 600 + 590.0) for n in range(600, 0, -1)],
}


@pytest.mark.parametrize(
    "pattern",
    [
        name if name in {"gap of a week", "hourly files that touch"} else marks.slow(name)
        for name in PATTERNS
    ],
)
def test_every_planted_gap_is_found_and_none_else(pattern: str, tmp_path: Path) -> None:
    """Also by the reader of lists and the metric that judges retention."""
    planted = PATTERNS[pattern]
    found, notes, device = kept({"rec-1": planted}, Faults(searching=2))
    (track,) = found
    assert track.source == "events"
    expected = [pytest.approx(stretch, abs=0.01) for stretch in planted]
    assert list(track.stretches) == expected
    assert device.searches.still_open == 0
    assert notes == (["summary_hides_gaps"] if _gaps(planted) else [])
    path = tmp_path / "list.csv"
    path.write_bytes(recordings.listing(found))
    listed = listing.read(path, zone=UTC, now=NOW)
    assert [(each.start, each.end) for each in listed.recordings] == [
        pytest.approx(stretch, abs=1.0) for stretch in planted
    ]
    asked = Recordings(id="r", subject="r", source=str(path), utc_offset="+00:00", clock_error=1.0)
    measured = {
        figure.quantity: figure for figure in measuring.recorded(asked, listed) if figure.quantity
    }
    gaps = measured["recordings.gaps"]
    assert gaps.value == len(_gaps(planted))


def _gaps(planted: list[tuple[float, float]]) -> list[float]:
    ends, starts = [end for _, end in planted[:-1]], [start for start, _ in planted[1:]]
    return [b - a for a, b in zip(ends, starts, strict=True) if b - a > 5.0]


def test_channels_are_told_apart_also_where_their_names_are_alike() -> None:
    tracks = [
        recordings.RecordedTrack(channel="gate", recording=token, track="V", first=1.0, last=2.0)
        for token in ("a", "b")
    ]
    other = recordings.RecordedTrack(channel="yard", recording="c", track="V", first=1.0, last=2.0)
    assert [track.channel for track in recordings._named([*tracks, other])] == [
        "gate (a)", "gate (b)", "yard",
    ]  # fmt: skip


@pytest.mark.parametrize("without", ["FindEvents", "GetEventSearchResults"])
def test_a_recorder_without_history_says_that_gaps_are_not_known(without: str) -> None:
    """Quirk 20: the summary hides gaps."""
    faults = Faults(without=(without,))
    found, notes, _ = kept({"rec-1": PATTERNS["gap of a week"]}, faults)
    assert found[0].stretches == (pytest.approx((NOW - 31 * DAY, NOW), abs=0.01),)
    assert (found[0].source, notes) == ("tracks", ["gaps_not_searched"])


def test_an_empty_recorder_and_an_empty_summary_are_told() -> None:
    found, _, _ = kept({})
    assert found == ()
    with OnvifDevice(Faults(summary="empty", auth="none")) as device:
        client = OnvifClient(Address(device.host, device.port))
        identity.services(client)
        assert recordings.summary(client) == {"recorded_from": None, "recorded_until": None}
        assert [note.code for note in client.notes] == ["empty_summary"]
        client.close()


def test_a_search_that_is_never_complete_ends_with_the_total_time_and_is_ended() -> None:
    with OnvifDevice(Faults(searching=10**9, auth="none")) as device:
        client = OnvifClient(Address(device.host, device.port), total=1.0)
        identity.services(client)
        begun = time.monotonic()
        with pytest.raises(DeviceError, match="total time is over"):
            recordings.kept(client)
        assert time.monotonic() - begun < 15  # of days
        assert device.searches.still_open == 0
        client.close()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([(10, True), (20, False), (30, True)], [(10, 20), (30, 100)]),
        ([(20, False), (30, True), (40, False)], [(5, 20), (30, 40)]),
        ([(0, True), (20, False)], [(5, 20)]),
        ([(0, False), (10, True)], [(10, 100)]),
        ([(10, True), (10, False)], []),
        ([(10, True), (15, True), (20, False), (25, False)], [(10, 20)]),
        ([(10, True), (20, False), (20, True), (30, False)], [(10, 20), (20, 30)]),
        ([], [(5, 100)]),
    ],
)
def test_changes_become_stretches(
    changes: list[tuple[float, bool]], expected: list[tuple[float, float]]
) -> None:
    """What is kept begins with the track's first time, and goes on to its last."""
    track = recordings.RecordedTrack(channel="c", recording="r", track="v", first=5.0, last=100.0)
    found = [
        recordings._Change(recording="r", track="v", moment=moment, begins=begins)
        for moment, begins in changes
    ]
    assert list(recordings._walked(track, found).stretches) == expected


def test_a_name_that_a_spreadsheet_would_calculate_is_written_as_text(tmp_path: Path) -> None:
    found, _, _ = kept({"rec-1": PATTERNS["none"]})
    track = type(found[0])(**{**vars(found[0]), "channel": "=1+1"})
    path = tmp_path / "list.csv"
    path.write_bytes(recordings.listing([track]))
    assert "'=1+1" in path.read_text("utf-8")
    assert listing.read(path, zone=UTC, now=NOW).recordings[0].channel == "=1+1"


@pytest.mark.parametrize("written", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"])
def test_an_end_that_never_comes_can_be_reckoned_with(written: str) -> None:
    """What some recorders state of a recording that still runs."""
    last = recordings._moment(written)
    assert last is not None
    assert recordings._utc(last + 1) > recordings._utc(NOW)
    track = recordings.RecordedTrack(channel="c", recording="r", track="v", first=NOW, last=last)
    assert b"9923-" in recordings.listing([recordings._walked(track, [])], ahead=-1e9)
