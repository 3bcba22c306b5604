"""From a plan to a session folder.

What is kept, what becomes a reason, what resumes, what is refused.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from acceptance.errors import GapError, NewerSessionError, OutputError, PlanError, SessionError
from acceptance.files.output import put
from acceptance.footage import encode
from acceptance.model import (
    Answer,
    Condition,
    Deviation,
    Plan,
    Shot,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)
from acceptance.report import render
from acceptance.scene import build
from acceptance.session import measuring, plan, predecessors, runner, store
from acceptance.session.evidence import check, hash_file
from acceptance.session.log_book import LogBook, check_chain

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Film

    from acceptance.model import Precedence, Predecessor

pytestmark = pytest.mark.usefixtures("_measured_once")
LIGHT = (Condition(name="illuminance", value=500, unit="lx"), Condition(name="agc", value="off"))


def plan_of(*shots: Shot, **fields: Any) -> Plan:
    camera = Subject(
        id="camera", kind=SubjectKind.FIXED, facts={"system": "digital", "picture": "colour"}
    )
    short = Deviation(what="minimum_duration", value=1, why="a test")
    return replace(
        Plan(
            subjects=(camera,),
            shots=shots,
            minimum_duration=1.0,
            deviations=(short,),
            operator="tester",
        ),
        **fields,
    )


def shot_of(film: Path, **fields: Any) -> Shot:
    return replace(Shot(id=film.stem, subject="camera", clip=str(film), conditions=LIGHT), **fields)


@pytest.fixture(scope="module")
def made(
    chart_film: Film, clock_film: Film, tmp_path_factory: pytest.TempPathFactory
) -> tuple[runner.Session, Path]:
    wanted = plan_of(
        shot_of(chart_film.path, chart="acceptance"), shot_of(clock_film.path, chart="clock")
    )
    return runner.run(wanted, Path(), tmp_path_factory.mktemp("out"))


def test_the_folder_bears_the_sessions_number_and_holds_the_evidence(
    made: tuple[runner.Session, Path],
) -> None:
    done, folder = made
    assert folder.name == done.id
    names = set(done.hashes)
    assert {"data/plan.json", "data/clips/chart/chart.mp4", "data/stills/chart.jpg"} <= names
    assert {
        "data/packs/db50_216_2006.toml",
        "data/packs/gb_50198_1994.toml",
        "data/charts/acceptance.toml",
    } <= names
    assert check(folder) == ()
    assert check_chain(done.log) == ()
    assert [entry.what for entry in done.log] == ["started", *["taken", "measured"] * 2, "judged"]


def test_a_session_read_back_is_the_same(made: tuple[runner.Session, Path]) -> None:
    done, folder = made
    again = store.load(folder)
    assert store.dumps(again) == store.dumps(done) == (folder / "session.json").read_bytes()
    assert again.findings == done.findings


def test_no_half_session_lies_beside_it(made: tuple[runner.Session, Path]) -> None:
    _, folder = made
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_every_clause_of_the_pack_has_a_finding(made: tuple[runner.Session, Path]) -> None:
    done, folder = made
    packs = store.load_packs(done.plan, folder / "data" / "packs")
    assert {clause.number for clause in packs[0].clauses} == {
        finding.clause for finding in done.findings
    }


def test_what_was_measured_agrees_with_the_simulated_truth(
    made: tuple[runner.Session, Path], clock_film: Film
) -> None:
    done, _ = made
    dropped = [
        item.value
        for item in done.measurements
        if item.quantity == "frame_rate.dropped" and item.shot == "clock"
    ]
    assert dropped == [len(clock_film.truth.camera.dropped)]
    steps = [item.value for item in done.measurements if item.quantity == "grey_scale.steps"]
    assert steps == [12]


def test_dropped_frames_fail_the_frame_rate_and_nothing_else(
    made: tuple[runner.Session, Path],
) -> None:
    done, _ = made
    assert {one.quantity for one in done.findings if one.verdict is Verdict.FAIL} == {
        "frame_rate.unique"
    }
    assert done.verdict is Verdict.FAIL


def test_a_condition_that_was_not_recorded_leaves_the_verdict_open(
    chart_film: Film, tmp_path: Path
) -> None:
    done, _ = runner.run(plan_of(shot_of(chart_film.path, conditions=())), Path(), tmp_path)
    resolution = [one for one in done.findings if one.quantity == "resolution.wedge_horizontal"]
    assert {one.verdict for one in resolution if one.value is not None} == {Verdict.INCONCLUSIVE}
    assert {one.reason.code for one in resolution if one.value is not None} == {"condition_missing"}


def test_footage_without_a_chart_gives_a_session_whose_findings_say_so(tmp_path: Path) -> None:
    encode.write(
        tmp_path / "grey.mkv",
        [np.full((240, 320), 90, np.uint8)] * 2,
        codec="ffv1",
        pixel_format="gray",
    )
    done, folder = runner.run(plan_of(shot_of(tmp_path / "grey.mkv")), Path(), tmp_path / "out")
    resolution = [one for one in done.findings if one.quantity == "resolution.wedge_horizontal"]
    assert "chart_not_found" in {one.reason.code for one in resolution}
    assert done.verdict is not Verdict.PASS
    assert (folder / "session.json").is_file()


def test_a_clip_of_one_frame_gives_no_temporal_figure_but_a_reason(tmp_path: Path) -> None:
    encode.write(
        tmp_path / "one.mkv", [np.full((240, 320), 90, np.uint8)], codec="ffv1", pixel_format="gray"
    )
    seen = build.look(shot_of(tmp_path / "one.mkv", regions={"flat": (10, 10, 100, 100)}))
    found, notes = measuring.measure(seen)
    assert not [item for item in found if item.quantity.startswith("frame_rate")]
    assert "too_few_frames" in {note.reason.code for note in notes}
    assert {(note.shot, note.subject) for note in notes} == {("one", "camera")}


def test_an_interrupted_run_leaves_no_session_and_goes_on_from_the_shots_it_measured(
    chart_film: Film, clock_film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = plan_of(
        shot_of(clock_film.path, chart="clock"), shot_of(chart_film.path, chart="acceptance")
    )
    looked: list[str] = []
    look = build.look

    def interrupted(shot: Shot, *rest: Any, **options: Any) -> build.Scene:
        looked.append(shot.id)
        if len(looked) == 2:
            raise KeyboardInterrupt
        return look(shot, *rest, **options)

    monkeypatch.setattr(build, "look", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runner.run(wanted, Path(), tmp_path)
    assert all(path.name.startswith(".partial-") for path in tmp_path.iterdir())
    done, folder = runner.run(wanted, Path(), tmp_path)
    assert looked == ["clock", "chart", "chart"]
    assert "resumed" in {entry.what for entry in done.log}
    assert not (folder / "resume").exists()
    assert {item.shot for item in done.measurements} == {"clock", "chart"}


def grey(path: Path, *, height: int = 240) -> Path:
    """Write a film of two grey pictures, which is measured at once."""
    encode.write(
        path, [np.full((height, 320), 90, np.uint8)] * 2, codec="ffv1", pixel_format="gray"
    )
    return path


@dataclass(frozen=True)
class Issue:
    """What a run does with the finished folder instead of issuing a report."""

    call: Callable[[Path], None]

    def ready(self) -> None:
        """Nothing is needed."""

    def predecessor(self, folder: Path, role: Precedence) -> Predecessor:
        """Without a report, there is no signature to look at."""
        return predecessors.examine(folder, role)

    def __call__(self, folder: Path) -> None:
        """Do it."""
        self.call(folder)


def test_a_run_that_fails_before_it_measured_anything_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "look", interrupted)
    with pytest.raises(KeyboardInterrupt):
        runner.run(plan_of(shot_of(grey(tmp_path / "grey.mkv"))), Path(), tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_a_report_that_cannot_be_written_leaves_no_session_and_the_next_run_measures_nothing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, out = plan_of(shot_of(grey(tmp_path / "grey.mkv"))), tmp_path / "out"

    def full(_: Path) -> None:
        raise OutputError("cannot be written")

    with pytest.raises(OutputError):
        runner.run(wanted, Path(), out, issue=Issue(full))
    assert not [path for path in out.iterdir() if not path.name.startswith(".")]
    monkeypatch.setattr(build, "look", None)
    done, folder = runner.run(wanted, Path(), out)
    assert [path.name for path in out.iterdir()] == [folder.name]
    assert {entry.what for entry in done.log} >= {"resumed", "judged"}
    assert check(folder) == ()


def fraud(kept: Path, bag: Path) -> None:
    """Put a better figure into the kept results."""
    content = json.loads(kept.read_bytes())
    content["measurements"] = []
    kept.write_text(json.dumps(content), "utf-8")
    del bag


def another_still(kept: Path, bag: Path) -> None:
    """Put another picture under the name of a still."""
    del kept
    (bag / "data" / "stills" / "chart.jpg").write_bytes(b"another picture")


def still_gone(kept: Path, bag: Path) -> None:
    del kept
    (bag / "data" / "stills" / "chart.jpg").unlink()


def still_a_pipe(kept: Path, bag: Path) -> None:
    still_gone(kept, bag)
    os.mkfifo(bag / "data" / "stills" / "chart.jpg")


def kept_a_pipe(kept: Path, bag: Path) -> None:
    del bag
    kept.unlink()
    os.mkfifo(kept)


def kept_a_link(kept: Path, bag: Path) -> None:
    """Link to the very file."""
    kept.symlink_to(kept.rename(bag.parent / "elsewhere"))


def kept_no_log(kept: Path, bag: Path) -> None:
    """Begin a new log, to which nobody had to add what was kept."""
    del kept
    (bag / "log.jsonl").unlink()


def not_logged(kept: Path, bag: Path) -> None:
    """Take the entry out of the log, and chain the others again."""
    del kept
    entries = [entry for entry in LogBook(bag).read() if entry.what != "measured"]
    (bag / "log.jsonl").unlink()
    for entry in entries:
        LogBook(bag).append(entry.what, entry.details, when=entry.when)


def entry_edited(kept: Path, bag: Path) -> None:
    """Change the kept results, and their hash in the log, but not the chain."""
    before = hash_file(kept)
    fraud(kept, bag)
    text = (bag / "log.jsonl").read_text("utf-8")
    (bag / "log.jsonl").write_text(text.replace(before, hash_file(kept)), "utf-8")


FRAUDS = (
    fraud, another_still, still_gone, still_a_pipe, kept_a_pipe, kept_a_link, kept_no_log,
    not_logged, entry_edited,
)  # fmt: skip


@pytest.fixture(scope="module")
def interrupted(chart_film: Film, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measure a chart, and interrupt the run before there is a session."""
    out = tmp_path_factory.mktemp("interrupted")

    def stop(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(plan_of(shot_of(chart_film.path)), Path(), out, issue=Issue(stop))
    return out


@pytest.mark.parametrize("act", [None, *FRAUDS])
def test_what_an_interrupted_run_kept_is_taken_up_only_as_the_log_has_it(
    interrupted: Path,
    chart_film: Film,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Path, Path], None] | None,
) -> None:
    """Otherwise it is measured again, and the log says so."""
    out = shutil.copytree(interrupted, tmp_path / "out")
    [work] = out.iterdir()
    if act:
        act(next((work / "resume").iterdir()), work / "session")

    def look(*_: Any, **__: Any) -> None:
        raise GapError("no_frames")

    monkeypatch.setattr(build, "look", look)
    done, folder = runner.run(plan_of(shot_of(chart_film.path)), Path(), out)
    assert [note.reason.code for note in done.notes if note.reason.code == "no_frames"] == [
        "no_frames"
    ] * bool(act), "measured again"
    assert bool(done.measurements) is not bool(act)
    says = {entry.what for entry in done.log} | done.log[0].details.keys()
    assert bool({"changed_since", "set_aside"} & says) is bool(act)
    assert check(folder) == ()
    assert check_chain(done.log) == ()


def test_nothing_but_what_was_taken_and_measured_comes_out_of_a_workspace(
    interrupted: Path, chart_film: Film, tmp_path: Path
) -> None:
    """Whatever else somebody put there meanwhile."""
    out = shutil.copytree(interrupted, tmp_path / "out")
    bag = next(out.iterdir()) / "session"
    strange = (
        "index.html", "report.en.pdf", "data/more.txt", "data/clips/other/x.mp4",
        "data/clips/chart/y.mp4", "data/stills/other.jpg", "data/stills/more/z.jpg",
        "data/answers/a.csv", "data/packs/p.toml",
    )  # fmt: skip
    for name in strange:
        (bag / name).parent.mkdir(parents=True, exist_ok=True)
        (bag / name).write_bytes(b"strange")
    done, folder = runner.run(plan_of(shot_of(chart_film.path)), Path(), out)
    assert "data/stills/chart.jpg" in done.hashes
    assert [name for name in strange if (folder / name).exists()] == []


@pytest.mark.parametrize("damage", ["resume", "log", "half a line"])
def test_a_damaged_workspace_is_measured_anew(tmp_path: Path, damage: str) -> None:
    wanted, out = plan_of(shot_of(grey(tmp_path / "grey.mkv"))), tmp_path / "out"

    def spoil(bag: Path) -> None:
        kept = next((bag.parent / "resume").iterdir())
        if damage == "resume":
            kept.write_bytes(kept.read_bytes()[:100])
        else:
            log = bag / "log.jsonl"
            log.write_text("{}\n" if damage == "log" else log.read_text() + '{"when": ')
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(wanted, Path(), out, issue=Issue(spoil))
    done, folder = runner.run(wanted, Path(), out)
    assert check_chain(done.log) == ()
    assert check(folder) == ()
    left = {path.name for path in out.iterdir()} - {folder.name}
    assert [name.endswith(".damaged-1") for name in left] == [True] * (damage == "log")


def test_footage_or_a_table_that_changed_since_the_interruption_is_measured_anew(
    clock_film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("clock.mp4", "arrivals.csv", "screen.csv"):
        shutil.copy(clock_film.path.with_name(name), tmp_path)
    shot = shot_of(tmp_path / "clock.mp4", arrivals=str(tmp_path / "arrivals.csv"))
    looked: list[str] = []
    look = build.look

    def counted(shot: Shot, *rest: Any, **options: Any) -> build.Scene:
        looked.append(shot.id)
        return look(shot, *rest, **options)

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "look", counted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            runner.run(plan_of(shot), Path(), tmp_path / "out", issue=Issue(interrupted))
    assert len(looked) == 1
    (tmp_path / "arrivals.csv").write_bytes((tmp_path / "arrivals.csv").read_bytes() + b"\n")
    runner.run(plan_of(shot), Path(), tmp_path / "out")
    assert len(looked) == 2


def test_two_runs_of_one_plan_do_not_share_a_workspace(tmp_path: Path) -> None:
    wanted, out = plan_of(shot_of(grey(tmp_path / "grey.mkv"))), tmp_path / "out"

    def again(_: Path) -> None:
        with pytest.raises(OutputError, match="another run of the same plan"):
            runner.run(wanted, Path(), out)

    _, folder = runner.run(wanted, Path(), out, issue=Issue(again))
    assert [path.name for path in out.iterdir()] == [folder.name]


def test_two_sessions_of_one_second_have_two_numbers(tmp_path: Path) -> None:
    wanted = plan_of(shot_of(grey(tmp_path / "grey.mkv")))
    numbers = {runner.run(wanted, Path(), tmp_path / "out")[0].id for _ in range(3)}
    assert len(numbers) == 3


def test_of_a_folder_only_the_stills_that_a_pattern_names_are_taken(tmp_path: Path) -> None:
    stills = tmp_path / "stills"
    stills.mkdir()
    for name in ("f_9.png", "f_10.png", "f_x.png", "other.png", "._f_1.png"):
        cv2.imwrite(str(stills / name), np.full((100, 200), len(name), np.uint8))
    (stills / "notes.txt").write_text("notes")
    done, folder = runner.run(
        plan_of(shot_of(stills / "f_%d.png", id="one")), Path(), tmp_path / "out"
    )
    assert {name for name in done.hashes if "clips" in name} == {
        "data/clips/one/f_9.png",
        "data/clips/one/f_10.png",
    }
    done, folder = runner.run(plan_of(shot_of(stills, id="two")), Path(), tmp_path / "out")
    assert {path.name for path in (folder / "data/clips/two/stills").iterdir()} == {
        "f_9.png",
        "f_10.png",
        "f_x.png",
        "other.png",
    }


def test_tables_of_one_name_are_refused_and_not_overwritten(
    clock_film: Film, tmp_path: Path
) -> None:
    for name in ("arrivals", "screen"):
        (tmp_path / name).mkdir()
        shutil.copy(clock_film.path.with_name(f"{name}.csv"), tmp_path / name / "log.csv")
    tables = {
        "arrivals": str(tmp_path / "arrivals/log.csv"),
        "screen_log": str(tmp_path / "screen/log.csv"),
    }
    with pytest.raises(PlanError, match="two files of one shot have this name"):
        runner.run(plan_of(shot_of(clock_film.path, **tables)), Path(), tmp_path / "out")


def test_evidence_that_is_missing_is_refused_before_anything_is_written(
    chart_film: Film, tmp_path: Path
) -> None:
    answer = Answer(
        subject="camera",
        requirement="db50_216_2006#5.2/grey-scale",
        by="tester",
        when="2026-11-25",
        evidence=("photo.jpg",),
    )
    with pytest.raises(PlanError, match="does not exist") as caught:
        runner.run(plan_of(shot_of(chart_film.path), answers=(answer,)), tmp_path, tmp_path / "out")
    assert "photo.jpg" in str(caught.value)
    os.mkfifo(tmp_path / "photo.jpg")
    with pytest.raises(PlanError, match="is no regular file"):
        runner.run(plan_of(shot_of(chart_film.path), answers=(answer,)), tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_full_disc_is_an_error_that_says_what_to_do(
    chart_film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        runner.run(plan_of(shot_of(chart_film.path)), Path(), tmp_path)
    assert "Make room and run again" in caught.value.hint


def test_an_output_folder_that_is_a_file_is_refused(chart_film: Film, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        runner.run(plan_of(shot_of(chart_film.path)), Path(), tmp_path / "out")


def test_judging_again_needs_no_video_and_leaves_the_old_session_as_it_is(
    made: tuple[runner.Session, Path], tmp_path: Path
) -> None:
    done, folder = made
    before = (folder / "session.json").read_bytes()
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    shutil.rmtree(old / "data" / "clips")
    again, place = runner.judge_again(
        old, ["gb_50395_2007"], tmp_path / "out", why="newer pack", by="tester"
    )
    assert (folder / "session.json").read_bytes() == before
    assert again.supersedes == done.id
    assert again.measurements == done.measurements
    assert {finding.pack for finding in again.findings} == {"gb_50395_2007"}
    assert again.log[: len(done.log)] == done.log
    assert [entry.what for entry in again.log[-2:]] == ["judged_again", "judged"]
    kept = {path.stem for path in (place / "data" / "packs").iterdir()}
    assert kept == {"gb_50395_2007", "gb_50198_1994", "gb_50198_2011"}, (
        "with those that it conflicts with"
    )


def test_a_folder_without_session_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="there is no session here"):
        store.load(tmp_path)


def test_a_session_with_an_unknown_field_is_refused(made: tuple[runner.Session, Path]) -> None:
    content = json.loads(store.dumps(made[0])) | {"verdict_override": "pass"}
    with pytest.raises(SessionError, match="this is not a session"):
        store.parse(json.dumps(content).encode(), "session.json")


@pytest.mark.parametrize(
    ("version", "newer"), [("9.0.0", True), ("0.99", True), ("0.4.0", False), ("", False)]
)
def test_a_session_that_a_newer_version_made_says_so(
    made: tuple[runner.Session, Path], version: str, *, newer: bool
) -> None:
    """It is sound, for all that is known; another version reads it."""
    content = json.loads((made[1] / "session.json").read_text("utf-8"))
    content |= {"approvals": [], "tool_version": version}
    with pytest.raises(SessionError) as caught:
        store.parse(json.dumps(content).encode(), "session.json")
    assert isinstance(caught.value, NewerSessionError) is newer
    assert ("Install that version" in str(caught.value)) is newer


PLAN = """
[[subjects]]
id = "camera"
kind = "fixed"

[[shots]]
id = "one"
subject = "camera"
clip = "one.mp4"
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("clip =", "clp ="),
            r"plan.toml: shots.0.clip: this field is missing|plan.toml: shots.0.clp",
        ),
        (('kind = "fixed"', 'kind = "fixt"'), r"plan.toml: subjects.0.kind: must be one of"),
        (('subject = "camera"', 'subject = "other"'), r"shot one: there is no subject 'other'"),
        (
            ('clip = "one.mp4"', 'clip = "../one.mp4"'),
            r"shot one, clip: \.\./one\.mp4 lies outside the plan's folder",
        ),
        (('clip = "one.mp4"', 'clip = "/etc/passwd"'), r"lies outside the plan's folder"),
        (
            ('clip = "one.mp4"', 'clip = "one.mp4"\nregions = { flat = [nan, 1, 2, 3] }'),
            r"regions.*finite number",
        ),
        (('id = "one"', 'id = "a/b"'), r"the id 'a/b' may contain only"),
        (("[[shots]]", "[[shots"), r"not readable as TOML"),
    ],
)
def test_a_plan_that_is_wrong_is_refused_with_file_and_field(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    (tmp_path / "plan.toml").write_text(PLAN.replace(*change))
    with pytest.raises(PlanError, match=message):
        plan.read(tmp_path / "plan.toml")


def test_a_good_plan_is_read(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN)
    read = plan.read(tmp_path / "plan.toml")
    assert (read.shots[0].tap, read.packs) == (Tap.CAMERA, ("db50_216_2006",))


def test_a_plan_may_begin_with_the_mark_that_some_editors_write(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8-sig")
    assert plan.read(tmp_path / "plan.toml").shots


def test_a_link_out_of_the_plans_folder_is_refused_also_within_a_folder_of_stills(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "plan"
    (folder / "stills").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"")
    (folder / "stills" / "1.png").symlink_to(tmp_path / "secret.png")
    for clip in ("stills", "stills/%d.png", "stills/1.png"):
        (folder / "plan.toml").write_text(PLAN.replace("one.mp4", clip))
        with pytest.raises(PlanError, match="lies outside the plan's folder"):
            plan.read(folder / "plan.toml")


def test_a_plan_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="there is no such plan"):
        plan.read(tmp_path / "plan.toml")


def test_a_link_or_device_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_bytes(b"old")
    (tmp_path / "link.json").symlink_to("real.json")
    put(tmp_path / "link.json", b"new")
    assert (tmp_path / "real.json").read_bytes() == b"new"
    assert (tmp_path / "link.json").is_symlink()
    put(Path(os.devnull), b"nothing")
    assert not Path(os.devnull).is_file()
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="Is a directory"):
        put(tmp_path / "folder", b"new")


def test_the_worst_frame_of_each_fault_is_kept_where_faults_are_asked_and_only_there(
    tmp_path: Path,
) -> None:
    """Black comes on at 1.2 s of 3 s: its picture is black.

    All of them are hashed and shown in both reports.
    """
    random = np.random.default_rng(3)
    still = random.integers(60, 200, (27, 48), np.uint8).repeat(10, axis=0).repeat(10, axis=1)
    pictures = [still if n < 30 else np.full_like(still, 16) for n in range(75)]
    encode.write(tmp_path / "film.mp4", pictures, rate=Fraction(25))
    wanted = plan_of(shot_of(tmp_path / "film.mp4"), packs=("picture_faults",))
    done, folder = runner.run(wanted, Path(), tmp_path / "out")
    kept = {one.quantity: one for one in done.measurements if "still" in one.details}
    assert {"faults.black", "faults.scene_change"} <= kept.keys()
    assert {one.details["still"] for one in kept.values()} <= done.hashes.keys()
    assert check(folder) == ()
    drawn = {
        name: cv2.imread(str(folder / str(one.details["still"]))) for name, one in kept.items()
    }
    assert all(picture is not None and picture.shape == (225, 400, 3) for picture in drawn.values())
    assert drawn["faults.black"].max() < 12  # type: ignore[union-attr]
    packs = store.load_packs(done.plan)
    for lang, words in (("zh", "黑场"), ("en", "Black picture")):
        page = render.html(done, packs, folder, lang)
        still = kept["faults.black"].details["still"]
        assert f'<figure class="frame"><a href="{still}"><img loading="lazy" src="{still}"' in page
        assert f'alt="{words}"' in page
    plain, _ = runner.run(plan_of(shot_of(tmp_path / "film.mp4")), Path(), tmp_path / "plain")
    assert [name for name in plain.hashes if name.startswith("data/stills")] == [
        "data/stills/film.jpg"
    ]
    assert 'class="frame"' not in render.html(plain, store.load_packs(plain.plan), folder, "zh")
