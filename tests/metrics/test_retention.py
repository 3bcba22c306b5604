"""Retention and gaps of recordings whose times are known, and what judge makes of them."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import outcomes
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from acceptance import wording
from acceptance.cli import verbs
from acceptance.metrics import quantities
from acceptance.metrics import recordings as metric
from acceptance.metrics.recordings import coverage
from acceptance.model import (
    Answer,
    Finding,
    Measurement,
    Note,
    Plan,
    Recordings,
    Scope,
    Session,
    Subject,
    SubjectKind,
    Verdict,
)
from acceptance.recorder import listing
from acceptance.recorder.recordings import Found, Recording, TimeEvidence, ordered, placed
from acceptance.report import render
from acceptance.session import plan, runner, store
from acceptance.session.evidence import check
from acceptance.signing import verification

if TYPE_CHECKING:
    from pathlib import Path

CHINA = timezone(timedelta(hours=8))
DAY, HOUR = 86400.0, 3600.0
BEGIN = datetime(2026, 11, 1, tzinfo=CHINA)
START = BEGIN.timestamp()
NOW = datetime(2026, 11, 26, tzinfo=CHINA).timestamp()
Spans = list[tuple[float, float]]


def found_of(**channels: Spans) -> Found:
    """Make recordings from spans in days after the beginning."""
    files = [
        placed(
            "",
            name,
            TimeEvidence(named_start=START + a * DAY, named_end=START + b * DAY),
            now=NOW,
            by="list",
        )
        for name, spans in channels.items()
        for a, b in spans
    ]
    return ordered(files, CHINA, {})


def asked(**fields: Any) -> Recordings:
    return Recordings(**{"id": "kept", "subject": "recorder", "source": "list.csv", **fields})


def figures(found: Found, **fields: Any) -> dict[tuple[str, str], Measurement]:
    """Measure, by channel and figure (retention by its statistic)."""
    items = metric.measure(asked(**fields), found)
    return {
        (one.region.removeprefix("channel."), one.statistic or one.quantity.partition(".")[2]): one
        for one in items
        if isinstance(one, Measurement)
    }


def hours(days: float, *, but: Spans = ()) -> Spans:  # type: ignore[assignment]
    """One recording an hour for some days, leaving out those that begin within a span of days."""
    every = [(hour / 24, (hour + 1) / 24) for hour in range(round(24 * days))]
    return [one for one in every if not any(a <= one[0] < b for a, b in but)]


def test_known_gaps_are_found_and_retention_counts_back_over_short_ones() -> None:
    """A gap of two days ends the retention, one of two hours does not.

    Overlaps are distinguished from both.
    """
    spans = [*hours(20, but=[(5, 7), (15, 15 + 2 / 24)]), (10.0, 10.05)]
    measured = figures(found_of(gate=spans))
    value = {
        name: measured["gate", name].value
        for name in ("continuous", "span", "coverage", "longest_gap", "gaps", "overlaps")
    }
    assert value == {
        "continuous": pytest.approx(13),
        "span": pytest.approx(20),
        "longest_gap": pytest.approx(2880),
        "gaps": 2,
        "overlaps": 1,
        "coverage": pytest.approx(100 * (20 - 2 - 2 / 24) / 20),
    }
    assert measured["gate", "longest_gap"].details == {
        "from": "2026-11-06T00:00:00+08:00",
        "to": "2026-11-08T00:00:00+08:00",
    }
    details = measured["gate", "continuous"].details
    assert (details["first"], details["since"]) == (
        "2026-11-01T00:00:00+08:00",
        "2026-11-08T00:00:00+08:00",
    )
    assert not measured["gate", "continuous"].lower_bound, (
        "older recordings are there: nothing was overwritten later"
    )


def test_a_channel_that_stopped_has_kept_nothing_up_to_now() -> None:
    """The newest recording of any channel is the reference, unless the inspection's is stated."""
    measured = figures(found_of(gate=hours(20), lobby=hours(12)))
    assert measured["lobby", "continuous"].value == 0
    assert measured["lobby", "longest_gap"].value == pytest.approx(8 * 24 * 60)
    assert measured["gate", "continuous"].value == pytest.approx(20)
    stated = figures(found_of(gate=hours(20)), until="2026-11-21 12:00:00")
    assert stated["gate", "continuous"].value == pytest.approx(20.5)


def test_a_break_that_is_bridged_is_the_askers_choice() -> None:
    measured = figures(found_of(gate=hours(20, but=[(5, 7)])), longest_break=3 * DAY)
    assert measured["gate", "continuous"].value == pytest.approx(20)


@settings(deadline=None, max_examples=60)
@given(st.sets(st.integers(0, 24 * 15 - 1), min_size=1, max_size=60), st.integers(0, 30))
def test_retention_is_that_of_an_hourly_calendar(recorded: set[int], bridged: int) -> None:
    """Random hours are recorded; the calendar is walked back hour by hour."""
    measured = figures(
        found_of(gate=[(hour / 24, (hour + 1) / 24) for hour in recorded]),
        longest_break=bridged * HOUR + 1,
    )
    newest = max(recorded)
    since, missed, hour = newest, 0, newest
    while hour >= min(recorded) and missed <= bridged:
        missed = 0 if hour in recorded else missed + 1
        since = hour if hour in recorded else since
        hour -= 1
    assert measured["gate", "continuous"].value == pytest.approx((newest + 1 - since) / 24)
    assert measured["gate", "span"].value == pytest.approx((newest + 1 - min(recorded)) / 24)
    assert measured["gate", "coverage"].value == pytest.approx(
        100 * len(recorded) / (newest + 1 - min(recorded))
    )


def test_the_uncertainty_holds_clock_stamps_and_an_unstated_hour_of_the_day() -> None:
    """A day alone may mean any moment of it: half a day, rectangular."""
    kept = figures(found_of(gate=hours(20)), until="2026-11-20", clock_error=600.0)[
        "gate", "continuous"
    ]
    lines = outcomes.contributions(kept.budget)
    assert lines["day_boundary"] == pytest.approx(0.5 / 3**0.5)
    assert lines["recorder_clock"] == pytest.approx(600 / DAY / 3**0.5)
    assert kept.uncertainty == pytest.approx(sum(line**2 for line in lines.values()) ** 0.5)
    assert kept.value == pytest.approx(20)


def disagreeing(day: float, off: float, file: str = "") -> Recording:
    """Place a day's recording whose container is ``off`` hours ahead of its name."""
    begin = START + day * DAY
    evidence = TimeEvidence(named_start=begin, created=begin + off * HOUR, duration=DAY)
    return placed(file, "gate", evidence, now=NOW)


def test_sources_that_come_to_disagree_between_oldest_and_newest_widen_the_retention() -> None:
    """The same disagreement throughout cancels: the retention is a difference."""
    always = [disagreeing(day, 8) for day in range(20)]
    at_first = [disagreeing(day, 8 if day < 10 else 0) for day in range(20)]
    same = figures(ordered(always, CHINA, {}))["gate", "continuous"]
    turned = figures(ordered(at_first, CHINA, {}))["gate", "continuous"]
    assert "sources_at_odds" not in {line.source for line in same.budget}
    assert outcomes.contributions(turned.budget)["sources_at_odds"] == pytest.approx(1 / 3 / 3**0.5)


def test_a_container_may_tell_local_time_as_utc_and_the_budget_says_so() -> None:
    """Against a moment by another clock; between two containers of one recorder it cancels."""
    files = [
        placed(f"{day}", "gate", TimeEvidence(created=START + day * DAY, duration=DAY), now=NOW)
        for day in range(20)
    ]
    kept = figures(ordered(files, CHINA, {}), until="2026-11-21 09:00:00")["gate", "continuous"]
    assert outcomes.contributions(kept.budget)["container_zone"] == pytest.approx(8 / 24 / 3**0.5)
    alone = figures(ordered(files, CHINA, {}))["gate", "continuous"]
    assert "container_zone" not in {line.source for line in alone.budget}


def test_recordings_that_cannot_be_placed_make_every_figure_a_bound() -> None:
    """What lies in 1970 may fill the gap that is seen."""
    found = found_of(gate=hours(10))
    lost = placed("x.mp4", "gate", TimeEvidence(named_start=0.0, named_end=HOUR), now=NOW)
    measured = figures(ordered([*found.recordings, lost], CHINA, {}), in_service="2026-01-01")
    assert measured["gate", "continuous"].lower_bound
    assert measured["gate", "continuous"].bound_by is not None
    assert measured["gate", "continuous"].bound_by.code == "recordings_not_placed"
    assert measured["gate", "longest_gap"].upper_bound
    assert measured["gate", "clock_faults"].value == 1
    only = metric.measure(asked(), ordered([lost], CHINA, {}))
    assert [one.reason.code for one in only if isinstance(one, Note)] == [
        "clock_not_set",
        "no_recordings",
    ]


def test_faults_of_one_kind_are_counted_and_the_first_file_is_named() -> None:
    days = [disagreeing(day, -8 if day % 2 else 1, f"{day}.mp4") for day in range(10)]
    found = ordered(days, CHINA, {})
    notes = [item for item in metric.measure(asked(), found) if isinstance(item, Note)]
    faults = [(item.reason.code, dict(item.reason.parameters), item.region) for item in notes]
    assert faults == [
        ("clock_off_by_hours", {"hours": -8, "count": 5, "file": "1.mp4"}, "channel.gate"),
        ("clock_off_by_hours", {"hours": 1, "count": 5, "file": "0.mp4"}, "channel.gate"),
    ]
    assert "-8".replace("-", "\u2212") in wording.reason(notes[0].reason, "zh")


def test_ten_thousand_recordings_are_measured_and_their_map_stays_small() -> None:
    """Forty channels of ten days; every channel's curve has at most a few hundred points."""
    channels = {f"channel-{number}": hours(10.4) for number in range(40)}
    found = found_of(**channels)
    assert len(found.recordings) == 40 * 250
    measured = figures(found)
    assert len(measured) == 40 * 7
    assert all(
        one.value == pytest.approx(250 / 24)
        for key, one in measured.items()
        if key[1] == "continuous"
    )
    curves = [one.curve for one in measured.values() if one.curve]
    assert len(curves) == 40
    assert max(len(curve.x) for curve in curves) <= coverage.MOST_CELLS + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("until", "today"),
        ("in_service", "2026-13-01"),
        ("utc_offset", "CST"),
        ("gap", -1.0),
        ("name_pattern", "*"),
    ],
)
def test_a_field_of_the_plan_that_makes_no_sense_is_refused_by_name(field: str, value: Any) -> None:
    from acceptance.errors import PlanError

    with pytest.raises(PlanError, match=r"is no|must be"):
        metric.check(asked(**{field: value}))


def test_every_quantity_of_recordings_is_offered_with_its_unit() -> None:
    assert quantities().items() >= metric.QUANTITIES.items()
    measured = figures(found_of(gate=hours(2)))
    assert {one.quantity for one in measured.values()} == set(metric.QUANTITIES)
    assert all(one.unit == metric.QUANTITIES[one.quantity] for one in measured.values())


# --- into a session


PACKS = ("order_196_2006", "gb_55029_2022", "order_799_2025")


def write(folder: Path, found: Found) -> None:
    with (folder / "录像清单.csv").open("w", encoding="gbk", newline="") as file:
        table = csv.writer(file)
        table.writerow(["通道", "开始时间", "结束时间"])
        for recording in found.recordings:
            times = (
                datetime.fromtimestamp(at or 0, CHINA).strftime("%Y-%m-%d %H:%M:%S")
                for at in (recording.start, recording.end)
            )
            table.writerow([recording.channel, *times])


def run(
    folder: Path, found: Found, *, answers: tuple[Answer, ...] = (), **fields: Any
) -> tuple[Session, Path]:
    write(folder, found)
    wanted = Plan(
        subjects=(Subject(id="recorder", kind=SubjectKind.RECORDER),),
        shots=(),
        packs=PACKS,
        scope=Scope.SITE,
        answers=answers,
        recordings=(asked(source="录像清单.csv", **fields),),
    )
    plan.check(wanted, folder, "plan")
    return runner.run(wanted, folder, folder / "out")


def finding(done: Session, requirement: str) -> Finding:
    [found] = [found for found in done.findings if found.requirement == requirement]
    return found


def capacity_of(days: float, *, uncertainty: float, note: str = "") -> Answer:
    """Answer what the recorder's discs can hold."""
    return Answer(
        subject="recorder",
        requirement="gb_55029_2022#retention-capacity",
        by="王工",
        when="2026-11-25",
        value=days,
        unit="d",
        uncertainty=uncertainty,
        note=note,
    )


def test_twenty_days_pass_the_order_of_2006_and_fail_those_of_today(tmp_path: Path) -> None:
    """The system has been recording for a year: what is not there was overwritten.

    The worst channel decides.
    """
    done, folder = run(
        tmp_path, found_of(gate=hours(24), lobby=hours(24)[96:]), in_service="2025-11-01"
    )
    assert finding(done, "order_196_2006#retention").verdict is Verdict.PASS
    for name in ("gb_55029_2022", "order_799_2025"):
        failed = finding(done, f"{name}#retention")
        assert (failed.verdict, failed.value) == (Verdict.FAIL, pytest.approx(20))
    kept = done.recordings[0]
    assert (kept.source, kept.files) == ("data/recordings/kept/recordings.csv", 24 * 44)
    assert done.hashes[kept.source] == kept.sha256
    assert "data/recordings/kept/given-录像清单.csv" in done.hashes
    assert check(folder) == ()
    assert len(listing.read(folder / kept.source, zone=CHINA, now=NOW).recordings) == kept.files
    assert store.load(folder) == done


def test_verify_comes_to_the_same_verdicts_and_finds_a_list_that_was_changed(
    tmp_path: Path,
) -> None:
    done, folder = run(tmp_path, found_of(gate=hours(24)), in_service="2025-11-01")
    states = {step.name: step.state for step in verification.verify(folder, ()).steps}
    assert states["verdicts"] is verification.State.OK
    kept = folder / done.recordings[0].source
    kept.write_text(kept.read_text("utf-8").replace("2026-11-01", "2026-10-01"), "utf-8")
    assert verification.verify(folder, ()).exit_code == 1


def test_a_system_younger_than_the_limit_is_inconclusive_with_its_capacity_beside_it(
    tmp_path: Path,
) -> None:
    """The calculation is a documented answer of its own and does not close the open finding."""
    note = "4x8TB x 90 % / (16x4Mbit/s = 64 Mbit/s)"
    answer = capacity_of(41.7, uncertainty=2.4, note=note)
    done, _ = run(tmp_path, found_of(gate=hours(20)), in_service="2026-11-01", answers=(answer,))
    young = finding(done, "gb_55029_2022#retention")
    assert (young.verdict, young.reason.code) == (Verdict.INCONCLUSIVE, "system_young")
    assert young.reason.parameters == {"since": "2026-11-01", "days": 20.0}
    capacity = finding(done, "gb_55029_2022#retention-capacity")
    assert (capacity.verdict, capacity.value, capacity.answer) == (Verdict.PASS, 41.7, 0)
    assert finding(done, "order_196_2006#retention").verdict is Verdict.PASS, "15 days were shown"
    assert done.verdict is Verdict.INCONCLUSIVE


def test_a_capacity_that_is_too_small_fails_although_the_system_is_young(tmp_path: Path) -> None:
    answer = capacity_of(22.0, uncertainty=1.0)
    done, _ = run(tmp_path, found_of(gate=hours(6)), in_service="2026-11-01", answers=(answer,))
    assert finding(done, "gb_55029_2022#retention-capacity").verdict is Verdict.FAIL
    assert done.verdict is Verdict.FAIL


def test_without_the_day_on_which_recording_began_too_little_is_inconclusive(
    tmp_path: Path,
) -> None:
    done, _ = run(tmp_path, found_of(gate=hours(6)))
    open_ = finding(done, "order_196_2006#retention")
    assert (open_.verdict, open_.reason.code) == (Verdict.INCONCLUSIVE, "in_service_unknown")


def test_a_channel_that_surely_fails_is_not_hidden_by_one_that_is_only_a_bound(
    tmp_path: Path,
) -> None:
    done, _ = run(
        tmp_path, found_of(gate=hours(10), yard=hours(10, but=[(4, 6)])), in_service="2026-11-01"
    )
    failed = finding(done, "order_196_2006#retention")
    assert (failed.verdict, failed.value) == (Verdict.FAIL, pytest.approx(4))


def test_a_plan_in_toml_with_recordings_is_read_and_an_id_may_not_stand_twice(
    tmp_path: Path,
) -> None:
    from acceptance.errors import PlanError

    write(tmp_path, found_of(gate=hours(1)))
    text = 'subjects = [{ id = "r", kind = "recorder" }]\nshots = []\n'
    entry = '[[recordings]]\nid = "kept"\nsubject = "r"\nsource = "录像清单.csv"\n'
    (tmp_path / "plan.toml").write_text(text + entry, "utf-8")
    assert plan.read(tmp_path / "plan.toml").recordings[0].utc_offset == "+08:00"
    for other in ("kept", "Kept"):  # one folder on Windows and macOS
        twice = entry + entry.replace('"kept"', f'"{other}"')
        (tmp_path / "plan.toml").write_text(text + twice, "utf-8")
        with pytest.raises(PlanError, match="duplicate id 'kept'"):
            plan.read(tmp_path / "plan.toml")
    (tmp_path / "plan.toml").write_text(text + entry.replace("录像清单.csv", "../x"), "utf-8")
    with pytest.raises(PlanError, match="outside the plan's folder"):
        plan.read(tmp_path / "plan.toml")


def test_a_bad_list_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    from acceptance.errors import PlanError

    write(tmp_path, found_of(gate=hours(1)))
    (tmp_path / "录像清单.csv").write_text("channel,start,end\n1,now,then\n", "utf-8")
    wanted = Plan(
        subjects=(Subject(id="r", kind=SubjectKind.RECORDER),),
        shots=(),
        recordings=(asked(subject="r", source="录像清单.csv"),),
    )
    with pytest.raises(PlanError, match="row 2, start"):
        runner.run(wanted, tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_report_shows_a_row_a_channel_and_the_map(tmp_path: Path) -> None:
    spans = hours(20, but=[(5, 7)])
    done, folder = run(tmp_path, found_of(大门=spans, lobby=hours(20)), in_service="2026-11-01")
    packs = store.load_packs(done.plan, folder / "data" / "packs")
    for lang, words in (
        ("zh", ("录像保存", "连续保存自此时起")),
        ("en", ("Recordings kept", "kept since")),
    ):
        page = render.html(done, packs, folder, lang)
        assert all(word in page for word in (*words, "大门", "2026-11-06 00:00:00", "lobby"))
    assert "Recordings kept" not in render.html(replace_recordings(done), packs, folder, "en")


def replace_recordings(done: Session) -> Session:
    from dataclasses import replace

    return replace(done, recordings=())


# --- the verb


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(verbs.cli, ["recordings", *arguments])


def test_the_verb_tells_draws_and_writes(tmp_path: Path) -> None:
    write(tmp_path, found_of(gate=hours(20, but=[(5, 7)]), lobby=hours(20)))
    picture, figures_, kept = (tmp_path / name for name in ("map.svg", "figures.json", "list.csv"))
    files = ("-o", str(picture), "--json", str(figures_), "--list", str(kept))
    capacity = ("--disc", "4x8TB", "--stream", "16x4Mbit/s", "--usable", "100")
    done = invoke(str(tmp_path / "录像清单.csv"), *files, *capacity)
    assert done.exit_code == 0 or done.return_value == 0, done.output
    assert picture.read_text("utf-8").startswith("<svg")
    written = json.loads(figures_.read_text("utf-8"))
    wanted = ("recordings.retention", "continuous", "channel.gate")
    [retention] = [
        figure
        for figure in written["measurements"]
        if (figure["quantity"], figure["statistic"], figure["region"]) == wanted
    ]
    assert retention["value"] == pytest.approx(13)
    assert retention["expanded"] == pytest.approx(retention["k"] * retention["uncertainty"])
    assert len(listing.read(kept, zone=CHINA, now=NOW).recordings) == 24 * 38
    assert "value = 46.30" in done.output


def test_capacity_falls_back_on_the_sizes_of_the_files_and_says_when_there_are_none(
    tmp_path: Path,
) -> None:
    from acceptance.errors import PlanError

    write(tmp_path, found_of(gate=hours(2)))
    done = invoke(str(tmp_path / "录像清单.csv"), "--disc", "1TB")
    assert isinstance(done.exception, PlanError)
    assert "Add --stream" in str(done.exception)


def test_the_verb_exits_with_3_where_nothing_can_be_placed(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "channel,start,end\n1,1970-01-01 08:00:00,1970-01-01 09:00:00\n", "utf-8"
    )
    done = CliRunner().invoke(
        verbs.cli, ["recordings", str(tmp_path / "list.csv")], standalone_mode=False
    )
    assert done.return_value == 3
    assert "the clock was never set" in done.output.replace("\n", " ")
