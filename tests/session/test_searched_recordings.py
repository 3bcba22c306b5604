"""What a probe found a recorder to keep becomes its retention, or a reason why not."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from acceptance.errors import PlanError, SessionError
from acceptance.live import transcript
from acceptance.live.onvif import facts
from acceptance.live.onvif.facts import ClockOffset, KeptTrack
from acceptance.session import plan, remeasuring, runner, searched_recordings

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Session

DAY, END = 86400.0, 1795617283.0  # s, Unix s
WHOLE = ((END - 30 * DAY, END),)
GAPS = ((END - 30 * DAY, END - 20 * DAY), (END - 18 * DAY, END - DAY), (END - DAY + 600, END))
CHINA = timezone(timedelta(hours=8))
PLAN = """
[[subjects]]
id = "nvr"
kind = "recorder"
address = "192.0.2.5"
[[device_records]]
id = "nvr-net"
subject = "nvr"
probe = "nvr.probe.jsonl"
"""


def probed(
    folder: Path, *tracks: KeptTrack, offset: float = 0.0, address: str = "192.0.2.5:80"
) -> Path:
    """Write the record of a probe."""
    path = folder / "nvr.probe.jsonl"
    clock = ClockOffset(offset=offset, half_width=0.02, edges=5, own_uncertainty=0.01)
    with transcript.Transcript(path, facts.KIND) as record:
        facts.write(record, {"address": address, "clock": clock, "recordings": tracks})
    (folder / "plan.toml").write_text(PLAN, "utf-8")
    return path


def track(
    name: str, stretches: tuple[tuple[float, float], ...], source: str = "events"
) -> KeptTrack:
    return KeptTrack(channel=name, recording=name, track="V", stretches=stretches, source=source)


def retentions(session: Session) -> dict[str, float]:
    return {
        str(item.details["channel"]): item.value
        for item in session.measurements
        if item.quantity == "recordings.retention" and item.statistic == "continuous"
    }


def test_a_device_record_alone_gives_the_retention_of_every_channel(tmp_path: Path) -> None:
    probed(tmp_path, track("gate", WHOLE), track("yard", GAPS))
    read = plan.read(tmp_path / "plan.toml")
    assert [(asked.id, asked.source) for asked in read.recordings] == [
        ("nvr-net-kept", "nvr.probe.jsonl")
    ]
    session, folder = runner.run(read, tmp_path, tmp_path / "out")
    found = retentions(session)
    assert found["gate"] == pytest.approx(30.0, abs=0.001)
    assert found["yard"] == pytest.approx(18.0, abs=0.001)  # two days break it, ten minutes do not
    again = remeasuring.remeasure(folder, session)
    assert (again.moved, again.misstated) == ((), ())
    assert plan.with_files(read, tmp_path).recordings == read.recordings


def test_times_are_those_of_a_right_clock(tmp_path: Path) -> None:
    """A clock that is a day ahead would have recorded in the future, which no clock can."""
    path = probed(tmp_path, track("gate", ((END, END + DAY),)), offset=DAY)
    found = searched_recordings.read(path, zone=CHINA, now=END + 60)
    [recording] = found.recordings
    assert (recording.start, recording.end) == (END - DAY, END)
    assert recording.faults == ()


@pytest.mark.parametrize(
    ("fields", "kept"),
    [({}, 0.0), ({"clock_offset": 900}, 30.0), ({"clock_error": 1000}, 30.0 - 900 / DAY)],
)
def test_the_newest_stretch_of_a_recorder_whose_clock_is_ahead(
    fields: dict[str, float], kept: float, tmp_path: Path
) -> None:
    """It is refused with what to do, put right by the offset, or left to the clock's error."""
    now = datetime.now(CHINA).replace(microsecond=0)
    times = [now + timedelta(days=days, seconds=900) for days in (-30, -10, -10, 0)]
    rows = [f"gate,{begin},{end}" for begin, end in zip(times[::2], times[1::2], strict=True)]
    (tmp_path / "list.csv").write_text("\n".join(["channel,start,end", *rows]), "utf-8")
    asked = {"until": now.isoformat(), **fields}
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in asked.items())
    listed = f'[[recordings]]\nid = "kept"\nsubject = "nvr"\nsource = "list.csv"\n{text}'
    (tmp_path / "plan.toml").write_text(PLAN.partition("[[dev")[0] + listed, "utf-8")
    session, folder = runner.run(plan.read(tmp_path / "plan.toml"), tmp_path, tmp_path / "out")
    [figure] = [item for item in session.measurements if item.statistic == "continuous"]
    assert figure.value == pytest.approx(kept, abs=0.001)
    assert figure.details["not_placed"] == (not fields)
    codes = [note.reason.code for note in session.notes]
    assert codes.count("recording_in_future") == (not fields)
    again = remeasuring.remeasure(folder, session)
    assert (again.moved, again.misstated) == ((), ())
    assert not fields or figure.value - figure.expanded <= 30 <= figure.value + figure.expanded


def test_a_channel_whose_gaps_are_unknown_leaves_the_retention_open(tmp_path: Path) -> None:
    path = probed(tmp_path, track("gate", WHOLE), track("yard", WHOLE, "tracks"))
    read = plan.read(tmp_path / "plan.toml")
    assert read.recordings == ()
    session, _ = runner.run(read, tmp_path, tmp_path / "out")
    assert retentions(session) == {}
    [note] = [note for note in session.notes if note.quantity == "recordings.retention"]
    assert (note.reason.code, note.reason.parameters["channels"]) == ("no_history_of", "yard")
    with pytest.raises(PlanError, match="does not know where the gaps of yard are"):
        searched_recordings.read(path, zone=CHINA, now=END)


def test_what_is_listed_by_hand_and_the_record_of_another_device_add_nothing(
    tmp_path: Path,
) -> None:
    probed(tmp_path, track("gate", WHOLE), address="192.0.2.6:80")
    assert plan.read(tmp_path / "plan.toml").recordings == ()
    probed_here = tmp_path / "here"
    probed_here.mkdir()
    probed(probed_here, track("gate", WHOLE))
    listed = '[[recordings]]\nid = "by-hand"\nsubject = "nvr"\nsource = "nvr.probe.jsonl"\n'
    (probed_here / "plan.toml").write_text(PLAN + listed, "utf-8")
    read = plan.read(probed_here / "plan.toml")
    assert [asked.id for asked in read.recordings] == ["by-hand"]
    session, _ = runner.run(read, probed_here, probed_here / "out")
    assert retentions(session) == {"gate": pytest.approx(30.0, abs=0.001)}


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    path = probed(tmp_path)
    with pytest.raises(PlanError, match="holds no recordings"):
        searched_recordings.read(path, zone=CHINA, now=END)
    path.write_text("x\n")
    with pytest.raises(SessionError, match="is no transcript"):
        searched_recordings.read(path, zone=CHINA, now=END)
    assert plan.read(tmp_path / "plan.toml").recordings == ()  # refused by the checks of a run
