"""A site: devices from a list, drawn by seed, filmed by a matrix; its verbs and its report."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from in_process import acceptance

from acceptance.errors import PlanError, SessionError
from acceptance.model import (
    Condition,
    Matrix,
    Measurement,
    Plan,
    Sample,
    Session,
    Shot,
    SignalPath,
    Subject,
    SubjectKind,
    Verdict,
)
from acceptance.report import render, site_matrix
from acceptance.report.site_matrix import Presence
from acceptance.session import plan, predecessors, retests, runner, site_status, store
from acceptance.session.evidence import hash_file

if TYPE_CHECKING:
    import pathlib

DEVICES = "编号,类型,名称,型号\n" + "".join(
    f"cam-{n:02},枪机,枪机 {n} 号,IPC-1\n" for n in range(1, 16)
)
PACK = """
id = "own"
number = "Q/X 1"
title = "企业标准"
title_en = "Company standard"
edition = "2026"
[[clauses]]
number = "4.1"
title = "外观"
title_en = "Looks"
mandatory = true
[[samplings]]
id = "cameras"
clause = "4.1"
text = "抽检二成，至少 3 台。"
text_en = "A fifth, at least 3."
figure = { source = "Q/X 1", level = "seen", confirmed_by = "李", confirmed_on = "2026-11-01" }
share = 0.2
at_least = 3
retest_factor = 2
[[requirements]]
id = "look"
clause = "4.1"
how = "inspected"
text = "安装牢固。"
text_en = "Firmly fixed."
figure = { source = "Q/X 1", level = "seen", confirmed_by = "李", confirmed_on = "2026-11-01" }
subjects = ["fixed"]
sampling = "cameras"
"""
DRAW = '[[draws]]\nsampling = "own#cameras"\nseed = "2026-216"\n'
DRAWN = ("cam-08", "cam-10", "cam-01")
AGAIN = ("cam-10", "cam-03", "cam-06", "cam-04", "cam-07", "cam-13")


def answers(*devices: str, failing: str = "") -> str:
    """Write an answer for each device."""
    return "".join(
        f'[[answers]]\nsubject = "{one}"\nrequirement = "own#look"\nby = "a"\nwhen = "2026-11-25"\n'
        f"yes = {str(one != failing).lower()}\n"
        for one in devices
    )


@pytest.fixture
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Folder of a site: device list in GBK, a pack of its own, no plan yet."""
    (tmp_path / "devices.csv").write_bytes(DEVICES.encode("gbk"))
    (tmp_path / "own.toml").write_text(PACK, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def planned(place: pathlib.Path, text: str = "", name: str = "plan.toml") -> pathlib.Path:
    """Write a plan of the site."""
    head = 'packs = ["own.toml"]\nscope = "site"\ndevice_list = "devices.csv"\n'
    (place / name).write_text(head + text, "utf-8")
    return place / name


def run(place: pathlib.Path, text: str) -> tuple[Session, pathlib.Path]:
    """Run a plan without its report."""
    path = planned(place, text)
    return runner.run(plan.read(path), place, place / "out")


# --- from the list to the conclusion


def test_a_session_freezes_its_samples_keeps_the_list_and_says_what_it_rests_on(
    place: pathlib.Path,
) -> None:
    done, folder = run(place, DRAW + answers(*DRAWN))
    [sample] = done.samples
    assert (sample.drawn, len(sample.lot), sample.seed, sample.standard) == (
        DRAWN,
        15,
        "2026-216",
        "Q/X 1",
    )
    assert (folder / "data" / "devices" / "devices.csv").read_bytes() == DEVICES.encode("gbk")
    assert store.load(folder).samples == done.samples
    assert done.verdict is Verdict.PASS
    packs = store.load_packs(done.plan, folder / "data" / "packs")
    assert "based on samples" in render.bottom_line(done, "en", packs)
    assert "结论依据抽样" in render.bottom_line(done, "zh", packs)


def test_without_a_draw_the_conclusion_mentions_no_sample(place: pathlib.Path) -> None:
    done, _ = run(place, answers(*DRAWN))
    assert done.verdict is Verdict.INCONCLUSIVE
    assert "sample" not in render.bottom_line(done, "en")


def test_a_failed_sample_and_its_passed_retest_are_both_reported(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before, folder = run(place, DRAW + answers(*DRAWN, failing="cam-10"))
    assert before.verdict is Verdict.FAIL
    retest = ("sample", "plan.toml", "--retest", folder, "--seed", "2026-230")
    assert acceptance(monkeypatch, *retest, "-o", "again.toml") == 0
    assert "re-test of 2026-216; failed: cam-10" in capsys.readouterr().out
    again = (place / "again.toml").read_text("utf-8")
    assert f"# fixed: 6 of 15: {', '.join(AGAIN)}" in again
    after, _ = run(place, DRAW + again + answers(*AGAIN))
    first, second = after.samples
    assert (first.drawn, second.drawn) == (DRAWN, AGAIN)
    assert (second.failed, second.session) == (("cam-10",), before.id)
    assert after.verdict is Verdict.PASS
    [earlier] = after.predecessors
    assert (earlier.id, earlier.role, earlier.signature) == (before.id, "retest", "not_checked")
    assert earlier.sha256 == hash_file(folder / store.FILE)
    line = render.bottom_line(after, "en")
    assert f"The signature of session {before.id}" in line
    assert f"Devices cam-10 did not conform in the first sample (session {before.id})" in line
    stands, _ = run(place, DRAW + again + answers(*AGAIN, failing="cam-07"))
    assert stands.verdict is Verdict.FAIL


def test_a_retest_that_leaves_out_a_device_which_failed_is_refused(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its failure would be forgotten: it is in the first sample only."""
    before, folder = run(place, DRAW + answers(*DRAWN, failing="cam-10"))
    again = (
        '[[draws]]\nsampling = "own#cameras"\nseed = "2"\nretest_of = "2026-216"\n'
        f'failed = ["{DRAWN[0]}"]\nsession = "{before.id}"\n'
    )
    (place / "plan.toml").write_text((place / "plan.toml").read_text("utf-8") + again, "utf-8")
    assert acceptance(monkeypatch, "run", "plan.toml", "-o", str(folder.parent)) == 2
    left_out = f"leaves out cam-10, failed in session {before.id}"
    assert left_out in capsys.readouterr().err
    folder.rename(folder.with_name("one that was renamed"))
    with pytest.raises(PlanError, match=left_out):
        runner.run(plan.read(place / "plan.toml"), place, folder.parent)


def test_a_retest_of_a_session_that_is_not_at_hand_says_so(place: pathlib.Path) -> None:
    again = '[[draws]]\nsampling = "own#cameras"\nseed = "2"\nretest_of = "2026-216"\n'
    again += f'failed = ["{DRAWN[0]}"]\nsession = "20261101-000000-abcdef"\n'
    done, _ = run(place, DRAW + again + answers(*AGAIN))
    [earlier] = done.predecessors
    assert (earlier.role, earlier.signature) == ("retest", "absent")
    assert earlier.id == "20261101-000000-abcdef"
    assert "was not at hand: nothing of it was checked" in render.bottom_line(done, "en")


def test_another_session_in_the_place_of_the_one_that_failed_is_refused(
    place: pathlib.Path,
) -> None:
    """Nothing failed in it: whatever failed in the first would be forgotten."""
    before, folder = run(place, DRAW + answers(*DRAWN, failing="cam-10"))
    good, other = run(place, DRAW + answers(*DRAWN))
    folder.rename(place / "away")
    other.rename(folder)
    again = (
        '[[draws]]\nsampling = "own#cameras"\nseed = "2"\nretest_of = "2026-216"\n'
        f'failed = ["{DRAWN[0]}"]\nsession = "{before.id}"\n'
    )
    with pytest.raises(SessionError, match=f"holds session {good.id}, not {before.id}"):
        run(place, DRAW + again + answers(*AGAIN))


def test_a_retest_of_other_devices_than_were_tested_is_refused(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder = run(place, DRAW + answers(*DRAWN, failing="cam-10"))
    (place / "devices.csv").write_bytes((DEVICES + "cam-16,枪机,新,IPC-1\n").encode("gbk"))
    retest = ("sample", "plan.toml", "--retest", folder, "--seed", "2026-230")
    assert acceptance(monkeypatch, *retest) == 2
    changed = "the plan's first sample is not that of the session"
    assert changed in capsys.readouterr().err
    asked = plan.read(place / "plan.toml")
    packs = store.load_packs(asked)
    with pytest.raises(PlanError, match=changed):
        retests.draw_up(
            asked, packs, folder, name="", seed="2026-230", examine=predecessors.examine
        )


def test_a_retest_is_named_by_its_sampling_and_the_seed_of_the_first_draw(
    place: pathlib.Path,
) -> None:
    _, folder = run(place, DRAW + answers(*DRAWN, failing="cam-10"))
    asked = plan.read(place / "plan.toml")
    packs, [first] = store.load_packs(asked), asked.draws
    found = retests.sampling_of(asked, packs, folder, name="", examine=predecessors.examine)
    assert found == (first.sampling, first.seed)


def test_judging_again_draws_the_same(place: pathlib.Path) -> None:
    done, folder = run(place, DRAW + answers(*DRAWN))
    again, _ = runner.judge_again(folder, ("own.toml",), place / "out", why="w", by="b")
    assert (again.samples, again.verdict) == (done.samples, done.verdict)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_lists_samples_and_matrix(place: pathlib.Path, lang: str) -> None:
    matrix = '[[matrix]]\nkinds = ["fixed"]\nlight = ["day"]\nsampling = "own#cameras"\n'
    done, folder = run(place, DRAW + matrix + answers(*DRAWN))
    page = render.html(done, store.load_packs(done.plan, folder / "data" / "packs"), folder, lang)
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    rule = {"zh": "抽检二成，至少 3 台。", "en": "A fifth, at least 3."}[lang]
    words = {
        "zh": ("cam-08 枪机 8 号； cam-10", "抽样", "拍摄计划", "计划 3 项，已测 0 项，缺 3 项。"),
        "en": (
            "cam-08 枪机 8 号; cam-10",
            "Sampling",
            "Planned shots",
            "Planned 3, measured 0, missing 3.",
        ),
    }
    wanted = (rule, "2026-216", "own#look", *words[lang])
    assert [one for one in wanted if one not in plain] == []


# --- the matrix


def shot(name: str, device: str = "a", **fields: Any) -> Shot:
    """Make a shot of the main stream by day unless said otherwise."""
    axes = {"profile": fields.pop("stream", "main"), "day_night": fields.pop("light", "day")}
    conditions = tuple(Condition(name=key, value=value) for key, value in axes.items() if value)
    return Shot(id=name, subject=device, clip=f"{name}.mp4", conditions=conditions, **fields)


def done_with(*shots: Shot, measured: tuple[str, ...] = (), name: str = "s1") -> Session:
    """Make a session of these shots."""
    figure = Measurement(
        subject="a", quantity="noise.snr", value=1, unit="dB", uncertainty=0, k=2,
        degrees_of_freedom=None, samples=1, method="", shot="",
    )  # fmt: skip
    figures = tuple(replace(figure, shot=name_of_shot) for name_of_shot in measured)
    empty = runner._blank(Plan(), [], [])
    return replace(empty, id=name, shots=shots, measurements=figures)


MATRIX = Matrix(
    kinds=(SubjectKind.FIXED,),
    streams=("main", "sub"),
    paths=(SignalPath.LIVE, SignalPath.PLAYBACK),
    light=("day", "night"),
)
SITE = Plan(
    subjects=(Subject(id="a", kind=SubjectKind.FIXED), Subject(id="r", kind=SubjectKind.RECORDER)),
    matrix=(MATRIX,),
)


def test_every_combination_of_every_device_of_the_kinds_is_planned() -> None:
    grid = site_matrix.grid(SITE)
    assert len(grid.places) == 8
    assert len({one.combination for one in grid.places}) == 8
    assert {one.presence for one in grid.places} == {Presence.MISSING}
    assert not grid.complete


def test_a_shot_counts_by_how_far_it_has_come_and_the_furthest_counts() -> None:
    asked = replace(
        SITE, shots=(shot("d"), shot("n", light="night"), shot("p", path=SignalPath.PLAYBACK))
    )
    sessions = [
        done_with(shot("d"), shot("n", light="night"), measured=("d",)),
        done_with(shot("d"), name="s2"),
    ]
    grid = site_matrix.grid(asked, sessions, filmed=["d", "n", "p"])
    found = {one.shots[0]: (one.presence, one.sessions) for one in grid.places if one.shots}
    assert found == {
        "d": (Presence.MEASURED, ("s1", "s2")),
        "n": (Presence.EMPTY, ("s1",)),
        "p": (Presence.FILMED, ()),
    }
    assert grid.count(Presence.MISSING) == 5


def test_a_shot_that_names_no_stream_or_a_misspelt_one_is_named_and_fills_no_place() -> None:
    asked = replace(
        SITE, shots=(shot("none", stream=""), shot("typo", stream="mian"), shot("other", "r"))
    )
    grid = site_matrix.grid(asked, filmed=["none", "typo", "other"])
    assert grid.astray == ("none", "typo")
    assert grid.count(Presence.FILMED) == 0


def test_capitals_and_blanks_in_a_condition_do_not_count() -> None:
    asked = replace(SITE, shots=(shot("d", stream=" Main", light="DAY"),))
    assert site_matrix.grid(asked, filmed=["d"]).count(Presence.FILMED) == 1


def test_an_axis_without_values_is_not_looked_at() -> None:
    asked = replace(
        SITE, matrix=(Matrix(kinds=(SubjectKind.FIXED,)),), shots=(shot("d", stream="third"),)
    )
    [only] = site_matrix.grid(asked, filmed=["d"]).places
    assert (only.presence, only.combination.stream) == (Presence.FILMED, "")


def test_a_matrix_of_a_sample_wants_the_drawn_devices_only() -> None:
    subjects = tuple(Subject(id=name, kind=SubjectKind.FIXED) for name in "abc")
    asked = Plan(subjects=subjects, matrix=(replace(MATRIX, sampling="x#s"),))
    sample = Sample(
        sampling="x#s",
        standard="",
        clause="",
        seed="",
        kind=SubjectKind.FIXED,
        lot=("a", "b", "c"),
        drawn=("b",),
    )
    assert list(site_matrix.grid(asked, samples=[sample]).rows) == ["b"]


def test_a_site_is_complete_when_every_place_was_measured() -> None:
    shots = [
        shot(f"{stream}-{path}-{light}", stream=stream, path=path, light=light)
        for stream in MATRIX.streams
        for path in MATRIX.paths
        for light in MATRIX.light
    ]
    names = tuple(shot.id for shot in shots)
    assert site_matrix.grid(SITE, [done_with(*shots, measured=names)]).complete
    assert not site_matrix.grid(SITE, [done_with(*shots, measured=names[1:])]).complete


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[matrix]]\nkinds = []\n", "matrix 1: names no kind of device"),
        (
            '[[matrix]]\nkinds = ["fixed"]\npaths = []\n',
            "matrix 1: names no kind of device or no path",
        ),
        (
            '[[matrix]]\nkinds = ["fixed"]\nsampling = "own#cameras"\n',
            "the plan has no draw for 'own#cameras'",
        ),
        ('[[matrix]]\nkinds = ["camera"]\n', "matrix.0.kinds.0"),
    ],
)
def test_a_matrix_that_plans_nothing_is_refused(place: pathlib.Path, text: str, words: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan.read(planned(place, text))
    assert words in str(caught.value)


# --- the verbs


def test_devices_shows_what_was_understood(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert acceptance(monkeypatch, "devices", place / "devices.csv") == 0
    assert "fixed camera: 15" in capsys.readouterr().out
    assert acceptance(monkeypatch, "devices", planned(place), "--json", "-") == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)][14] == "枪机 15 号"


def test_devices_exits_with_2_and_names_the_row(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "devices.csv").write_text("id,kind\na,camera\n", "utf-8")
    assert acceptance(monkeypatch, "devices", place / "devices.csv") == 2
    assert "row 2, kind" in capsys.readouterr().err


def test_a_draw_that_sample_writes_goes_into_the_plan_as_it_is(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ("--sampling", "own#cameras", "--seed", "2026-216")
    assert acceptance(monkeypatch, "sample", planned(place), *new, "-o", "draw.toml") == 0
    out = capsys.readouterr().out
    assert "fixed: N = 15, n = 3, seed 2026-216" in out
    assert "163df002d57e" in out
    path = planned(place, (place / "draw.toml").read_text("utf-8"))
    assert acceptance(monkeypatch, "sample", path, "--json", "-") == 0
    [sample] = json.loads(capsys.readouterr().out)
    assert tuple(sample["drawn"]) == DRAWN


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "draws nothing. Name one with --sampling: own#cameras."),
        (("--sampling", "own#other", "--seed", "1"), 2, "no pack of the plan has this sampling"),
        (("--sampling", "own#cameras"), 64, "give --seed"),
        (("--seed", "1"), 64, "--seed belongs to"),
    ],
)
def test_sample_says_what_it_needs(
    place: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    assert acceptance(monkeypatch, "sample", planned(place), *arguments) == code
    assert words in capsys.readouterr().err


def test_nothing_failed_so_nothing_is_tested_again(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder = run(place, DRAW + answers(*DRAWN))
    assert acceptance(monkeypatch, "sample", "plan.toml", "--retest", folder, "--seed", "1") == 2
    assert "nothing sampled failed there" in capsys.readouterr().err


STATUS = (
    DRAW + '[[matrix]]\nkinds = ["fixed"]\nsampling = "own#cameras"\nlight = ["day", "night"]\n'
)


def test_status_exits_with_3_while_a_shot_is_missing(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    filmed = '[[shots]]\nid = "d"\nsubject = "cam-08"\nclip = "d.mp4"\n'
    lit = 'conditions = [{name="day_night", value="day"}]\n'
    path = planned(place, STATUS + filmed + lit)
    (place / "d.mp4").write_bytes(b"footage")
    assert acceptance(monkeypatch, "status", path) == 3
    counts = "● measured: 0; ◐ filmed, nothing measured: 0; ○ filmed, not tested: 1; – missing: 5"
    assert f"planned 6: {counts}" in capsys.readouterr().out
    assert acceptance(monkeypatch, "status", place, "--json", "-") == 3
    status = json.loads(capsys.readouterr().out)
    assert (status["planned"], status["filmed"], status["complete"]) == (6, 1, False)
    assert len(status["places"]) == 6


def test_status_of_a_folder_with_sessions_only_takes_the_plan_of_the_newest(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(place, STATUS + answers(*DRAWN))
    assert acceptance(monkeypatch, "status", place / "out") == 3
    assert "planned 6" in capsys.readouterr().out


def test_status_exits_with_0_when_everything_was_measured(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done, folder = run(place, STATUS.replace("light = ", "# ") + answers(*DRAWN))
    shots = tuple(shot(name, name) for name in DRAWN)
    figures = done_with(measured=DRAWN).measurements
    store.save(replace(done, shots=shots, measurements=figures), folder)
    assert acceptance(monkeypatch, "status", place) == 0
    assert "planned 3: ● measured: 3" in capsys.readouterr().out


def test_a_copy_of_a_session_counts_once_and_is_named(
    place: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done, folder = run(place, STATUS + answers(*DRAWN))
    acceptance(monkeypatch, "status", place)
    once = capsys.readouterr().out
    shutil.copytree(folder, folder.with_name(f"{folder.name} - 副本"))
    folder.rename(folder.with_name("A first name"))
    acceptance(monkeypatch, "status", place)
    shown = capsys.readouterr().out
    assert shown.startswith(once.rstrip())
    assert f"session {done.id} counts once: " in shown
    assert site_status.of(place).copies == {
        done.id: tuple(
            str(folder.with_name(name)) for name in (f"{done.id} - 副本", "A first name")
        )
    }


def test_two_sessions_of_one_number_are_refused(place: pathlib.Path) -> None:
    done, folder = run(place, STATUS + answers(*DRAWN))
    shutil.copytree(folder, folder.with_name("copy"))
    store.save(replace(done, operator="somebody else"), folder.with_name("copy"))
    with pytest.raises(SessionError, match=f"has the number of .*{done.id}|and is another session"):
        site_status.of(place)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda _: None, "there is no plan and no session here"),
        (planned, "there is no plan and no session here"),
        (
            lambda place: [planned(place, STATUS), planned(place, STATUS, "b.toml")],
            "there are several plans",
        ),
        (
            lambda place: planned(place, '[[matrix]]\nkinds = ["dome"]\n'),
            "plans no shot of any device",
        ),
    ],
)
def test_status_says_what_it_cannot_find(
    place: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    prepare: Any,
    words: str,
) -> None:
    prepare(place)
    assert acceptance(monkeypatch, "status", place) == 2
    assert words in capsys.readouterr().err
