"""What a recorder has kept: names, containers, file times and lists, and which is believed."""

from __future__ import annotations

import contextlib
import os
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from acceptance.errors import PlanError
from acceptance.footage import decoding
from acceptance.recorder import capacity, file_names, folders, listing, name_times, recordings
from acceptance.recorder.recordings import TimeEvidence, placed

CHINA = timezone(timedelta(hours=8))
BEGIN = datetime(2026, 11, 1, 8, 30, tzinfo=CHINA)
NOW = datetime(2026, 11, 26, 12, tzinfo=CHINA).timestamp()
HOUR = 3600.0


def film(
    path: Path, created: datetime | None, minutes: int, *, modified: datetime | None = None
) -> None:
    """Write a film of one tiny picture a minute, its container dated ``created``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        if created:
            container.metadata["creation_time"] = created.astimezone(UTC).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            )
        stream = container.add_stream("mpeg4", rate=Fraction(1, 60))
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        for number in range(minutes):
            frame = av.VideoFrame(16, 16, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(60)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    if modified:
        os.utime(path, (modified.timestamp(), modified.timestamp()))


def codes(recording: recordings.Recording) -> list[str]:
    return [fault.code for fault in recording.faults]


# --- names


@pytest.mark.parametrize(
    ("name", "channel", "start", "end"),
    [
        ("ch01_20261125083000.mp4", "ch01", "2026-11-25 08:30:00", None),
        ("20261125-083000-0001.mp4", "", "2026-11-25 08:30:00", None),
        ("20261125-083000-ch2.mp4", "ch2", "2026-11-25 08:30:00", None),
        ("192.168.1.64_01_20261125083000000.mp4", "192.168.1.64_01", "2026-11-25 08:30:00", None),
        ("2026-11-25/08/30.00-08.40.00[R][0@0][0].dav", "",
         "2026-11-25 08:30:00", "2026-11-25 08:40:00"),
        ("5C0/2026-11-25/001/dav/08/08.30.00-08.40.00[R].dav", "5C0/001",
         "2026-11-25 08:30:00", "2026-11-25 08:40:00"),
        ("2026-11-25/001/dav/23/23.50.00-00.00.00[R][0@0][0].dav", "001",
         "2026-11-25 23:50:00", "2026-11-26 00:00:00"),
        ("NVR_ch3_main_20261125083000_20261125090000.mp4", "NVR_ch3_main",
         "2026-11-25 08:30:00", "2026-11-25 09:00:00"),
        ("大门/2026-11-25/2026-11-25 08-30-00.mp4", "大门", "2026-11-25 08:30:00", None),
        ("gate/holiday.mp4", "gate", None, None),
        ("ch1_20261345083000.mp4", "ch1", None, None),
        ("ch1_120261125083000.mp4", "", None, None),
    ],
)  # fmt: skip
def test_names_of_usual_recorders_state_channel_and_times(
    name: str, channel: str, start: str | None, end: str | None
) -> None:
    named = file_names.read(name)
    times = [moment and str(moment) for moment in (named.start, named.end)]
    assert [named.channel, *times] == [channel, start, end]


@pytest.mark.parametrize(
    ("name", "channel", "start", "end"),
    [
        ("cam1_20261125T083000Z.mp4", "cam1", "2026-11-25 08:30:00+00:00", None),
        ("cam1_2026-11-25T08-30-00+0000.mp4", "cam1", "2026-11-25 08:30:00+00:00", None),
        ("cam1_20261125083000+08:00.mp4", "cam1", "2026-11-25 08:30:00+08:00", None),
        ("cam1_20261125T083000-0500.mp4", "cam1", "2026-11-25 08:30:00-05:00", None),
        ("20261125T083000Z_20261125T090000Z.mp4", "",
         "2026-11-25 08:30:00+00:00", "2026-11-25 09:00:00+00:00"),
        ("gate_2026-11-25 05-03-57 PM.mp4", "gate", "2026-11-25 17:03:57", None),
        ("gate 2026-11-25 12.03.57 AM.mp4", "gate", "2026-11-25 00:03:57", None),
        ("gate_20261125_050357pm.mp4", "gate", "2026-11-25 17:03:57", None),
        ("2026-11-25 5-03-57 PM.mp4", "", "2026-11-25 17:03:57", None),
        ("门口_2026年11月25日下午05时03分57秒.mp4", "门口", "2026-11-25 17:03:57", None),
        ("2026年11月5日 上午8时03分57秒.mp4", "", "2026-11-05 08:03:57", None),
        ("2026-11-25_08-30-00_2026-11-25_09-00-00.mp4", "",
         "2026-11-25 08:30:00", "2026-11-25 09:00:00"),
        ("ch2 2026-11-25 23.30.00 - 2026-11-26 00.30.00.mp4", "ch2",
         "2026-11-25 23:30:00", "2026-11-26 00:30:00"),
        ("ch2_2026-11-25_23-30-00~00-30-00.mp4", "ch2",
         "2026-11-25 23:30:00", "2026-11-26 00:30:00"),
        ("2026年11月25日08时30分00秒至09时00分00秒.mp4", "",
         "2026-11-25 08:30:00", "2026-11-25 09:00:00"),
        ("RecM01_20261125_083000_084512_6D28808_1A468F9.mp4", "RecM01",
         "2026-11-25 08:30:00", "2026-11-25 08:45:12"),
        ("20261125_083000_000001.mp4", "", "2026-11-25 08:30:00", None),
        ("cam_25-11-2026_08-30-00.mp4", "cam", "2026-11-25 08:30:00", None),
        ("cam 11.25.2026 08.30.00.mp4", "cam", "2026-11-25 08:30:00", None),
        ("lobby_1795595400.mp4", "lobby", "2026-11-25 08:30:00+00:00", None),
        ("lobby/1795595400123.mp4", "lobby", "2026-11-25 08:30:00.123000+00:00", None),
        ("1795595400_1795597200.mp4", "",
         "2026-11-25 08:30:00+00:00", "2026-11-25 09:00:00+00:00"),
        ("xiaomi/2026112508/30M00S_1795595400.mp4", "xiaomi", "2026-11-25 08:30:00+00:00", None),
        ("ch1/2026-11-25/08/30.mp4", "ch1", "2026-11-25 08:30:00", None),
        ("ch1/2026/11/25/08/30-15.mp4", "ch1", "2026-11-25 08:30:15", None),
        ("20261125/08/3015.mp4", "", "2026-11-25 08:30:15", None),
        ("2026-11-25/ch3/08/30M15S.mp4", "ch3", "2026-11-25 08:30:15", None),
        ("2026112508/30.15.mp4", "", "2026-11-25 08:30:15", None),
        ("ch1/20261125/083000.mp4", "ch1", "2026-11-25 08:30:00", None),
        ("ch1/2026-11-25/08-30-00_09-00-00.mp4", "ch1",
         "2026-11-25 08:30:00", "2026-11-25 09:00:00"),
        ("2026-11-25/01/083000.mp4", "", "2026-11-25 08:30:00", None),
        ("2026-11-25/08/08-30-00.mp4", "", "2026-11-25 08:30:00", None),
        ("cam_2026-11-25T08_30_00.000Z.mp4", "cam", "2026-11-25 08:30:00+00:00", None),
    ],
)  # fmt: skip
def test_zones_halves_of_the_day_intervals_and_folders_of_hours_are_read(
    name: str, channel: str, start: str, end: str | None
) -> None:
    named = file_names.read(name)
    times = [moment and str(moment) for moment in (named.start, named.end)]
    assert [named.channel, *times] == [channel, start, end]


@pytest.mark.parametrize(
    "name", ["03-04-2026_08-30-00.mp4", "cam_1234567890.mp4", "20261125.mp4", "IMG_4711.mp4"]
)
def test_what_a_name_leaves_open_is_not_guessed(name: str) -> None:
    named = file_names.read(name)
    assert (named.start, named.end) == (None, None)
    assert named.order_open == name.startswith("03-04")


def test_the_order_of_day_and_month_is_that_of_the_other_names() -> None:
    names = ["a/03-04-2026_08-30-00.mp4", "a/13-04-2026_08-30-00.mp4"]
    assert name_times.order_of(names) == "DMY"
    assert str(file_names.read(names[0], order="DMY").start) == "2026-04-03 08:30:00"
    assert str(file_names.read(names[0], order="MDY").start) == "2026-03-04 08:30:00"
    assert name_times.order_of([*names, "04-13-2026_08-30-00.mp4"]) == ""


@pytest.mark.parametrize("number", [1, 3])
def test_a_folder_with_a_time_dates_one_recording_and_no_row_of_them(
    number: int, tmp_path: Path
) -> None:
    """Pieces of a recording under the time of its folder: only the first can have begun then."""
    (tmp_path / "20261125083000").mkdir()
    for piece in range(number):
        film(tmp_path / "20261125083000" / f"{piece:04d}.mp4", None, 10)
    found = recordings.scan(tmp_path, zone=CHINA, now=NOW).recordings
    assert [each.start_by == "name" for each in found] == [number == 1] * number


def test_a_folder_with_a_start_and_an_end_gives_both_to_all_that_it_holds() -> None:
    names = (f"cam1/20261125083000-20261125093000/{kind}.mp4" for kind in ("main", "thumb"))
    found = file_names.without_shared([file_names.read(name) for name in names])
    begun = datetime.fromisoformat("2026-11-25T08:30")
    assert [(each.start, each.end) for each in found] == 2 * [(begun, begun + timedelta(hours=1))]


@pytest.mark.parametrize(
    "name",
    [
        "cam1_99991231_240000.mp4",
        "cam1_9999-12-31 08-30-00 - 24-00-00.mp4",
        "cam1_9999-12-31 08-30-00 - 07-30-00.mp4",
        "9999-12-31/001/dav/08/08.30.00-07.40.00[R][0@0][0].dav",
        "cam1_DST00010101_003000.mp4",
    ],
)
def test_a_time_past_the_last_day_of_the_calendar_or_before_its_first_is_none(name: str) -> None:
    named = file_names.read(name)
    assert named.end is None
    assert named.start is None or named.start.hour == 8


@pytest.mark.parametrize("half", ["PM", "下午", "晚上", "오후"])
def test_a_folder_of_any_part_of_the_day_is_read(half: str) -> None:
    """Of all the words that are read in names of files."""
    named = file_names.read(f"gate/2026-11-25/{half}/08-30-00.mp4")
    assert (named.channel, str(named.start)) == ("gate", "2026-11-25 20:30:00")


@pytest.mark.parametrize("hour", range(1, 13))
@pytest.mark.parametrize("sign", ["PM", " pm", "_p.m.", "__PM", " (PM)", "下午", "午後"])
def test_a_mark_behind_the_time_is_never_passed_over(hour: int, sign: str) -> None:
    start = file_names.read(f"gate_2026-11-25 {hour:02d}-05-30{sign}.mp4").start
    assert start is not None
    assert start.hour == hour % 12 + 12


@pytest.mark.parametrize("word", ["晚上12", "夜里1", "半夜11"])
def test_a_part_of_the_day_that_leaves_the_day_open_gives_no_time(word: str) -> None:
    assert file_names.read(f"门口_2026年11月25日{word}时05分30秒.mp4").start is None


def test_what_follows_a_time_of_iso_8601_may_be_its_end_and_no_zone() -> None:
    named = file_names.read("gate_2026-11-25T08:30:00-09:00:00.mp4")
    assert [str(named.start), str(named.end)] == ["2026-11-25 08:30:00", "2026-11-25 09:00:00"]


def test_a_zone_in_the_name_counts_more_than_that_of_the_recorder(tmp_path: Path) -> None:
    film(tmp_path / "cam_20261125T003000Z.mp4", None, 10)
    [recording] = recordings.scan(tmp_path, zone=CHINA, now=NOW).recordings
    assert recordings.iso(recording.start, CHINA) == "2026-11-25T08:30:00+08:00"


def test_empty_and_broken_files_have_kept_nothing(tmp_path: Path) -> None:
    """Their names say what they were to hold: they are counted, and fill no day."""
    for day in range(1, 11):
        (tmp_path / f"ch1_202611{day:02d}000000_202611{day + 1:02d}000000.mp4").touch()
    (tmp_path / "ch1_20261112000000_20261113000000.mp4").write_bytes(b"\0" * 5000)
    found = recordings.scan(tmp_path, zone=CHINA, now=NOW)
    assert {recording.start for recording in found.recordings} == {None}
    assert {code for one in found.recordings for code in codes(one)} == {"recording_unreadable"}


def test_a_file_that_opens_but_holds_no_picture_has_kept_nothing(tmp_path: Path) -> None:
    """A Matroska header without a packet, which claims a day by its name."""
    whole = tmp_path / "ch1_20261101000000_20261102000000.mkv"
    film(whole, None, 10)
    head = whole.read_bytes().partition(b"\x1f\x43\xb6\x75")[0]  # up to the first cluster
    (tmp_path / "ch1_20261102000000_20261103000000.mkv").write_bytes(head)
    kept, empty = recordings.scan(tmp_path, zone=CHINA, now=NOW).recordings
    assert (kept.start is None, empty.start) == (False, None)
    assert codes(empty)[0] == "recording_unreadable"


def test_a_pattern_of_ones_own_reads_what_no_usual_one_does() -> None:
    named = file_names.read("store/20261125083000@yard 7.mp4", "*/{start}@{channel}.mp4")
    assert (named.channel, str(named.start)) == ("yard 7", "2026-11-25 08:30:00")
    assert file_names.read("something/else.mp4", "*/{start}@{channel}.mp4").start is None


@pytest.mark.parametrize("pattern", ["{channel}.mp4", "{start}{start}", "{start}_{camera}", "*"])
def test_a_pattern_without_a_start_or_with_an_unknown_word_is_refused(pattern: str) -> None:
    with pytest.raises(PlanError, match="is not a pattern of names"):
        file_names.compiled(pattern)


# --- sources compared with each other


def test_the_container_is_utc_by_its_standard_and_a_name_local() -> None:
    start = BEGIN.timestamp()
    evidence = TimeEvidence(named_start=start, created=start, duration=600)
    recording = placed("a.mp4", "1", evidence, now=NOW)
    assert (recording.start, recording.end) == (start, start + 600)
    assert (recording.start_by, recording.end_by) == ("name", "container")
    assert recording.faults == ()


@pytest.mark.parametrize("hours", [-8, -1, 1, 8])
def test_whole_hours_between_name_and_container_are_a_wrong_zone_or_clock(hours: int) -> None:
    """The name is taken, and the container is not silently overruled."""
    start = BEGIN.timestamp()
    created = start + hours * HOUR + 3
    evidence = TimeEvidence(named_start=start, created=created, duration=600)
    recording = placed("a.mp4", "1", evidence, now=NOW)
    assert codes(recording) == ["clock_off_by_hours"]
    assert recording.faults[0].parameters == {"hours": hours}
    assert recording.start == start


def test_a_container_dated_at_the_end_of_its_recording_is_no_fault() -> None:
    start = BEGIN.timestamp()
    evidence = TimeEvidence(named_start=start, created=start + 1800, duration=1800)
    assert placed("a", "1", evidence, now=NOW).faults == ()


@pytest.mark.parametrize(
    ("evidence", "code", "kept"),
    [
        (TimeEvidence(named_start=0.0, named_end=600.0), "clock_not_set", False),
        (TimeEvidence(named_start=NOW + 2 * HOUR, duration=600), "recording_in_future", False),
        (TimeEvidence(named_start=NOW - HOUR, named_end=NOW - 2 * HOUR), "start_after_end", False),
        (TimeEvidence(size=5), "time_unknown", False),
        (TimeEvidence(named_start=NOW - HOUR), "end_unknown", False),
        (
            TimeEvidence(named_start=NOW - HOUR, duration=600, created=0.0),
            "container_clock_not_set",
            True,
        ),
        (
            TimeEvidence(named_start=NOW - HOUR, duration=600, created=NOW - 2000),
            "container_differs",
            True,
        ),
        (
            TimeEvidence(named_start=NOW - HOUR, named_end=NOW - 1800, duration=900),
            "duration_differs",
            True,
        ),
        (
            TimeEvidence(named_start=NOW - HOUR, duration=600, modified=NOW - 2 * HOUR),
            "file_before_recording",
            True,
        ),
        (
            TimeEvidence(named_start=NOW - HOUR, named_end=NOW - 1800, readable=False),
            "recording_unreadable",
            False,
        ),
    ],
)
def test_every_wrong_clock_is_named_and_what_cannot_be_is_left_out(
    evidence: TimeEvidence, code: str, *, kept: bool
) -> None:
    recording = placed("a", "1", evidence, now=NOW)
    assert codes(recording) == [code]
    assert (recording.start is not None) == kept


def test_without_a_name_the_container_places_it_and_without_that_the_file() -> None:
    evidence = TimeEvidence(created=NOW - HOUR, duration=600, modified=NOW)
    recording = placed("a", "1", evidence, now=NOW)
    assert (recording.start, recording.start_by) == (NOW - HOUR, "container")
    assert codes(recording) == ["container_time_only"]
    recording = placed("a", "1", TimeEvidence(duration=600, modified=NOW), now=NOW)
    assert (recording.start, recording.end, recording.start_by) == (NOW - 600, NOW, "file")
    assert codes(recording) == ["file_time_only"]


# --- a folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six recordings: two right; local time in a container, cut off, named too long, of 1970."""
    place = tmp_path_factory.mktemp("nvr")
    film(place / "ch1" / "20261101083000.mp4", BEGIN, 10)
    film(place / "ch1" / "20261101084000.mkv", BEGIN + timedelta(minutes=10), 10)
    film(place / "ch2" / "20261101083000.mp4", BEGIN + timedelta(hours=8), 10)
    (place / "ch2" / "20261101084000.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    film(place / "ch3_20261101083000_20261101090000.mp4", BEGIN, 10)
    film(place / "ch4_19700101080000.mp4", None, 2)
    (place / "index.db").write_bytes(b"x")
    return place


def test_a_folder_is_placed_in_time_without_decoding(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "_decoded", None)
    seen: list[tuple[int, int]] = []
    found = recordings.scan(
        folder, zone=CHINA, now=NOW, tell=lambda done, total: seen.append((done, total))
    )
    start = BEGIN.timestamp()
    assert {
        recording.file: (recording.channel, recording.start, recording.end, codes(recording))
        for recording in found.recordings
    } == {
        "ch1/20261101083000.mp4": ("ch1", start, start + 600, []),
        "ch1/20261101084000.mkv": ("ch1", start + 600, start + 1200, []),
        "ch2/20261101083000.mp4": ("ch2", start, start + 600, ["clock_off_by_hours"]),
        "ch2/20261101084000.mp4": ("ch2", None, None, ["recording_unreadable", "end_unknown"]),
        "ch3_20261101083000_20261101090000.mp4": ("ch3", start, start + 1800, ["duration_differs"]),
        "ch4_19700101080000.mp4": ("ch4", None, None, ["clock_not_set"]),
    }
    assert found.passed_over == {".db": 1}
    assert seen[-1] == (6, 6)


def test_the_list_that_is_written_reads_back_as_what_was_found(
    folder: Path, tmp_path: Path
) -> None:
    """Times to the second; their source was the name and is now the list."""
    found = recordings.scan(folder, zone=CHINA, now=NOW)
    (tmp_path / "list.csv").write_bytes(listing.write(found))
    again = listing.read(tmp_path / "list.csv", zone=CHINA, now=NOW)
    before, after = (
        [(one.channel, one.file, one.start, one.end, codes(one)) for one in kept.recordings]
        for kept in (found, again)
    )
    assert after == before


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="there is no such folder"):
        recordings.scan(tmp_path / "none", zone=CHINA, now=NOW)


def test_a_name_in_gbk_is_read_and_a_file_that_vanished_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disc of a recorder mounted as it is; and one that goes on recording."""
    film(tmp_path / "a.mp4", BEGIN, 2)
    (tmp_path / "a.mp4").rename(tmp_path / os.fsdecode("大门_20261101083000.mp4".encode("gbk")))
    [recording] = recordings.scan(tmp_path, zone=CHINA, now=NOW).recordings
    assert (recording.channel, recording.file) == ("大门", "大门_20261101083000.mp4")
    assert recording.end == BEGIN.timestamp() + 120
    assert "大门_2026".encode() in listing.write(recordings.scan(tmp_path, zone=CHINA, now=NOW))
    monkeypatch.setattr(recordings.container, "read", lambda path: path.with_name("gone").stat())
    [recording] = recordings.scan(tmp_path, zone=CHINA, now=NOW).recordings
    assert codes(recording) == ["recording_unreadable", "end_unknown"]


def test_a_folder_that_cannot_be_read_is_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def walk(folder: Path, onerror: Any) -> Any:
        onerror(PermissionError(13, "Permission denied", str(folder / "ch2")))

    monkeypatch.setattr(folders.os, "walk", walk)
    with pytest.raises(PlanError, match="Permission denied"):
        recordings.scan(tmp_path, zone=CHINA, now=NOW)


def test_a_folder_too_deep_to_be_walked_is_refused(tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        for _ in range(1500):
            Path("d").mkdir()
            os.chdir("d")
    try:
        with pytest.raises(PlanError, match="folders lie too deep"):
            recordings.scan(tmp_path, zone=CHINA, now=NOW)
    finally:
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)  # pytest's own way is recursive


def test_another_zone_shifts_every_time_and_no_length() -> None:
    """Without summer time a zone is one offset: all differences stay."""
    row = b"channel,start,end\n1,2026-11-01 08:30:00,2026-11-01 09:30:00\n"
    found = [_read(row, timezone(timedelta(hours=hours))) for hours in (-3, 0, 8)]
    assert {one.end - one.start for one in found if one.end and one.start} == {HOUR}
    assert [one.start - found[2].start for one in found if one.start and found[2].start] == [
        11 * HOUR,
        8 * HOUR,
        0,
    ]


def _read(content: bytes, zone: timezone = CHINA) -> recordings.Recording:
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content)
        [recording] = listing.read(path, zone=zone, now=NOW).recordings
        return recording


# --- lists


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_chinese_list_is_read_in_any_usual_coding(encoding: str, separator: str) -> None:
    rows = [
        ["序号", "通道名称", "开始时间", "结束时间", "文件名"],
        ["1", "大门", "2026/11/1 8:30:00", "2026年11月01日 09时30分00秒", "甲.mp4"],
    ]
    recording = _read("\r\n".join(separator.join(row) for row in rows).encode(encoding))
    assert (recording.channel, recording.file) == ("大门", "甲.mp4")
    start = BEGIN.timestamp()
    assert (recording.start, recording.end) == (start, start + HOUR)


def test_a_stated_offset_counts_more_than_the_zone() -> None:
    recording = _read(b"channel,start,end\n1,2026-11-01T00:30:00Z,2026-11-01T09:30:00+08:00\n")
    start = BEGIN.timestamp()
    assert (recording.start, recording.end) == (start, start + HOUR)


@pytest.mark.parametrize(
    ("content", "place", "what"),
    [
        ("camera,begin\n1,2", "row 1, end", "no such column"),
        ("time", "row 1, channel", "no such column"),
        ("channel,start,end\n1,20261101080000,20261101090000\n\n1,2026-13-01 08:00:00,x",
         "row 4, start", "is not a date"),
        ("channel,start,end\n1,2026-11-01 08:00:00,yesterday",
         "row 2, end", "'yesterday' is not a date"),
        ("channel,start,end\n1,2026-11-01,2026-11-02", "row 2, start", "is not a date and time"),
        ("channel,start,end\n ,2026-11-01 08:00:00,2026-11-01 09:00:00",
         "row 2, channel", "is empty"),
        ("channel,start,end\n1,2026-11-01 08:00:00,", "row 2, end", "is empty"),
        ("channel,start,end\n1", "row 2, start", "is empty"),
        ("channel,start,end,duration_s\n1,20261101080000,20261101090000,ten",
         "row 2, duration_s", "is not a number"),
        ("channel,start,end,duration_s\n1,20261101080000,20261101090000,6_0",
         "row 2, duration_s", "'6_0' is not a number"),
    ],
)  # fmt: skip
def test_a_bad_row_is_answered_with_file_row_and_field(
    tmp_path: Path, content: str, place: str, what: str
) -> None:
    path = tmp_path / "清单.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(PlanError) as error:
        listing.read(path, zone=CHINA, now=NOW)
    assert f"清单.csv, {place}: " in str(error.value)
    assert what in str(error.value)


def test_a_list_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "清单.csv").write_bytes(b"")
    with pytest.raises(PlanError, match=r"清单\.csv: is empty"):
        listing.read(tmp_path / "清单.csv", zone=CHINA, now=NOW)


def test_what_is_neither_utf_8_nor_gbk_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"channel\xff\xff,start")
    with pytest.raises(PlanError, match="neither UTF-8 nor GBK"):
        listing.read(path, zone=CHINA, now=NOW)


# --- capacity


def test_capacity_is_storage_over_bit_rate() -> None:
    """4 x 8 TB hold 16 streams of 4 Mbit/s for 32e12 x 8 / 64e6 / 86400 = 46.296 days."""
    storage, rates = [capacity.storage_of("4x8TB")], [capacity.bit_rate_of("16x4Mbit/s")]
    whole = capacity.calculate(storage, rates, usable=1.0, accuracy=0.0)
    assert whole.days == pytest.approx(46.296, abs=0.001)
    assert whole.uncertainty == 0
    less = capacity.calculate(storage, rates, usable=0.9, accuracy=0.1)
    assert less.days == pytest.approx(0.9 * whole.days)
    assert less.uncertainty == pytest.approx(0.1 * less.days / 3**0.5)
    assert capacity.storage_of("1TiB") == 2**40


@pytest.mark.parametrize("text", ["8", "TB", "8 m", "0TB", "x8TB"])
def test_what_is_no_storage_is_refused(text: str) -> None:
    with pytest.raises(PlanError, match="is not storage"):
        capacity.storage_of(text)
