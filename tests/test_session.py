"""From a plan to a session folder: what is kept, what becomes a reason, what resumes, what is refused."""

from __future__ import annotations

import errno
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from acceptance import encode, plan, scene, session
from acceptance.errors import OutputError, PlanError, SessionError
from acceptance.evidence import check, check_chain
from acceptance.model import Condition, Deviation, Plan, Shot, Subject, SubjectKind, Tap, Verdict

if TYPE_CHECKING:
    from conftest import Film

LIGHT = (Condition(name="illuminance", value=500, unit="lx"), Condition(name="agc", value="off"))


def plan_of(*shots: Shot, **fields: Any) -> Plan:
    camera = Subject(id="camera", kind=SubjectKind.FIXED, facts={"system": "digital", "picture": "colour"})
    short = Deviation(what="minimum_duration", value=1, why="a test")
    return replace(
        Plan(subjects=(camera,), shots=shots, minimum_duration=1.0, deviations=(short,), operator="tester"), **fields
    )


def shot_of(film: Path, **fields: Any) -> Shot:
    return replace(Shot(id=film.stem, subject="camera", clip=str(film), conditions=LIGHT), **fields)


@pytest.fixture(scope="module")
def made(chart_film: Film, clock_film: Film, tmp_path_factory: pytest.TempPathFactory) -> tuple[session.Session, Path]:
    wanted = plan_of(shot_of(chart_film.path, chart="acceptance"), shot_of(clock_film.path, chart="clock"))
    return session.run(wanted, Path(), tmp_path_factory.mktemp("out"))


def test_the_folder_bears_the_sessions_number_and_holds_the_evidence(made: tuple[session.Session, Path]) -> None:
    done, folder = made
    assert folder.name == done.id
    names = set(done.hashes)
    assert {"data/plan.json", "data/clips/chart/chart.mp4", "data/stills/chart.jpg"} <= names
    assert {"data/packs/db50_216_2006.toml", "data/packs/gb_50198_1994.toml", "data/charts/acceptance.toml"} <= names
    assert check(folder) == ()
    assert check_chain(done.log) == ()
    assert [entry.what for entry in done.log] == ["started", *["taken", "measured"] * 2, "judged"]


def test_a_session_read_back_is_the_same(made: tuple[session.Session, Path]) -> None:
    done, folder = made
    again = session.load(folder)
    assert session.dumps(again) == session.dumps(done) == (folder / "session.json").read_bytes()
    assert again.findings == done.findings


def test_no_half_session_lies_beside_it(made: tuple[session.Session, Path]) -> None:
    _, folder = made
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_every_clause_of_the_pack_has_a_finding(made: tuple[session.Session, Path]) -> None:
    done, folder = made
    packs = session.load_packs(done.plan, folder / "data" / "packs")
    assert {clause.number for clause in packs[0].clauses} == {finding.clause for finding in done.findings}


def test_what_was_measured_agrees_with_the_simulated_truth(
    made: tuple[session.Session, Path], clock_film: Film
) -> None:
    done, _ = made
    dropped = [item.value for item in done.measurements if item.quantity == "frame_rate.dropped"]
    assert dropped == [len(clock_film.truth.camera.dropped)]
    steps = [item.value for item in done.measurements if item.quantity == "grey_scale.steps"]
    assert steps == [12]


def test_dropped_frames_fail_the_frame_rate_and_nothing_else(made: tuple[session.Session, Path]) -> None:
    done, _ = made
    assert {one.quantity for one in done.findings if one.verdict is Verdict.FAIL} == {"frame_rate.unique"}
    assert done.verdict is Verdict.FAIL


def test_a_condition_that_was_not_recorded_leaves_the_verdict_open(chart_film: Film, tmp_path: Path) -> None:
    done, _ = session.run(plan_of(shot_of(chart_film.path, conditions=())), Path(), tmp_path)
    resolution = [one for one in done.findings if one.quantity == "resolution.wedge_horizontal"]
    assert {one.verdict for one in resolution if one.value is not None} == {Verdict.INCONCLUSIVE}
    assert {one.reason.code for one in resolution if one.value is not None} == {"condition_missing"}


def test_footage_without_a_chart_gives_a_session_whose_findings_say_so(tmp_path: Path) -> None:
    encode.write(tmp_path / "grey.mkv", [np.full((240, 320), 90, np.uint8)] * 2, codec="ffv1", pixel_format="gray")
    done, folder = session.run(plan_of(shot_of(tmp_path / "grey.mkv")), Path(), tmp_path / "out")
    resolution = [one for one in done.findings if one.quantity == "resolution.wedge_horizontal"]
    assert "chart_not_found" in {one.reason.code for one in resolution}
    assert done.verdict is not Verdict.PASS
    assert (folder / "session.json").is_file()


def test_a_clip_of_one_frame_gives_no_temporal_figure_but_a_reason(tmp_path: Path) -> None:
    encode.write(tmp_path / "one.mkv", [np.full((240, 320), 90, np.uint8)], codec="ffv1", pixel_format="gray")
    seen = scene.look(shot_of(tmp_path / "one.mkv", regions={"flat": (10, 10, 100, 100)}))
    found, notes = session.measure(seen)
    assert not [item for item in found if item.quantity.startswith("frame_rate")]
    assert "too_few_frames" in {note.reason.code for note in notes}
    assert {(note.shot, note.subject) for note in notes} == {("one", "camera")}


def test_an_interrupted_run_leaves_no_session_and_goes_on_from_the_shots_it_measured(
    chart_film: Film, clock_film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = plan_of(shot_of(clock_film.path, chart="clock"), shot_of(chart_film.path, chart="acceptance"))
    looked: list[str] = []
    look = scene.look

    def interrupted(shot: Shot, *rest: Any, **options: Any) -> scene.Scene:
        looked.append(shot.id)
        if len(looked) == 2:
            raise KeyboardInterrupt
        return look(shot, *rest, **options)

    monkeypatch.setattr(scene, "look", interrupted)
    with pytest.raises(KeyboardInterrupt):
        session.run(wanted, Path(), tmp_path)
    assert all(path.name.startswith(".partial-") for path in tmp_path.iterdir())
    done, folder = session.run(wanted, Path(), tmp_path)
    assert looked == ["clock", "chart", "chart"]
    assert "resumed" in {entry.what for entry in done.log}
    assert not (folder / "resume").exists()
    assert {item.shot for item in done.measurements} == {"clock", "chart"}


def test_a_full_disc_is_an_error_that_says_what_to_do(
    chart_film: Film, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        session.run(plan_of(shot_of(chart_film.path)), Path(), tmp_path)
    assert "Make room and run again" in caught.value.hint


def test_an_output_folder_that_is_a_file_is_refused(chart_film: Film, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        session.run(plan_of(shot_of(chart_film.path)), Path(), tmp_path / "out")


def test_judging_again_needs_no_video_and_leaves_the_old_session_as_it_is(
    made: tuple[session.Session, Path], tmp_path: Path
) -> None:
    done, folder = made
    before = (folder / "session.json").read_bytes()
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    shutil.rmtree(old / "data" / "clips")
    again, place = session.judge_again(old, ["gb_50395_2007"], tmp_path / "out", why="newer pack", by="tester")
    assert (folder / "session.json").read_bytes() == before
    assert again.supersedes == done.id
    assert again.measurements == done.measurements
    assert {finding.pack for finding in again.findings} == {"gb_50395_2007"}
    assert again.log[: len(done.log)] == done.log
    assert [entry.what for entry in again.log[-2:]] == ["judged_again", "judged"]
    assert sorted(path.name for path in (place / "data" / "packs").iterdir()) == ["gb_50395_2007.toml"]


def test_a_folder_without_session_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SessionError, match="there is no session here"):
        session.load(tmp_path)


def test_a_session_with_an_unknown_field_is_refused(made: tuple[session.Session, Path]) -> None:
    content = json.loads(session.dumps(made[0])) | {"verdict_override": "pass"}
    with pytest.raises(SessionError, match="this is not a session"):
        session.parse(json.dumps(content).encode(), "session.json")


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
        (("clip =", "clp ="), r"plan.toml: shots.0.clip: .*required|plan.toml: shots.0.clp"),
        (('kind = "fixed"', 'kind = "fixt"'), r"plan.toml: subjects.0.kind: Input should be"),
        (('subject = "camera"', 'subject = "other"'), r"shot one: there is no subject 'other'"),
        (('clip = "one.mp4"', 'clip = "../one.mp4"'), r"shot one, clip: \.\./one\.mp4 lies outside the plan's folder"),
        (('clip = "one.mp4"', 'clip = "/etc/passwd"'), r"lies outside the plan's folder"),
        (('id = "one"', 'id = "a/b"'), r"the shot id 'a/b' may hold"),
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


def test_a_plan_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="there is no such plan"):
        plan.read(tmp_path / "plan.toml")
