"""Names as recorders give them: the table of the docs, and what is no channel."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from acceptance.recorder import file_names

PAGE = Path(__file__).resolve().parents[2] / "docs" / "metrics" / "recordings.md"
ROW = re.compile(r"\| (.+?) \| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \|")
LINES = PAGE.read_text("utf-8").splitlines()
ROWS = [match.groups() for match in map(ROW.fullmatch, LINES) if match]


def test_the_table_has_more_than_25_recorders() -> None:
    assert len({recorder for recorder, *_ in ROWS}) > 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_name_of_a_recorder_says_channel_and_times(row: tuple[str, ...]) -> None:
    _, name, *said = row
    named = file_names.read(name)
    assert [str(part or "—") for part in (named.channel, named.start, named.end)] == said


@pytest.mark.parametrize(
    "name",
    [
        "08-30-00-1795595400.mp4",  # 30-00-1795 is no date
        "20261125/08/20261125_083000_AA00/20261125_08/20261125_083000_EE12.mkv",  # no end at once
    ],
)
def test_what_looks_like_a_second_time_is_none(name: str) -> None:
    named = file_names.read(name)
    assert named.start is not None
    assert named.start.strftime("%Y-%m-%d %H:%M:%S") == "2026-11-25 08:30:00"
    assert named.end is None


@pytest.mark.parametrize(
    "name",
    [
        "2026-11-25 08-30-00 - 09-00-00 PM.mp4",
        "2026-11-25_08-30-00 to 2026-11-25_09-00-00 PM.mp4",
        "20261125083000-20261125090000PM.mp4",
    ],
)
def test_a_name_whose_half_of_the_day_is_open_names_no_channel(name: str) -> None:
    named = file_names.read(name)
    assert (named.channel, named.start, named.end) == ("", None, None)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("cam_20261125_083000+08_15.mp4", "UTC+08:00"),
        ("cam_20261125_083000+08_30.mp4", "UTC+08:00"),
        ("cam_2026-11-25T08-30-00+08-15.mp4", "UTC+08:00"),
        ("cam_2026-11-25T08-30-00+0545.mp4", "UTC+05:45"),
        ("cam_20261125_083000_123_z.mp4", None),
        ("cam_20261125_083000_1234567 UTC.mp4", None),
        ("cam_2026-11-25T08-30-00.1234567Z.mp4", "UTC"),
        ("cam_2026-11-25T08-30-00-0900.mp4", None),
        ("cam_2026-11-25T08-30-00-1000.mp4", None),
        ("cam_2026-11-25T01-30-00-0200.mp4", None),
        ("cam_20261125T083000-0900.mp4", "UTC-09:00"),
    ],
)
def test_only_what_can_be_nothing_else_is_a_zone(name: str, zone: str | None) -> None:
    start = file_names.read(name).start
    assert start
    assert start.tzname() == zone


@pytest.mark.parametrize(
    ("numbers", "channels"), [("12569", 1), ("12121", 2), ("98765", 5), ("1256", 4)]
)
def test_numbers_that_count_recordings_are_no_channels(numbers: str, channels: int) -> None:
    names = (f"20{number}-2026112{day}083000.mp4" for day, number in enumerate(numbers))
    named = file_names.without_counters([file_names.read(name) for name in names])
    assert len({each.channel for each in named}) == channels
