"""Judging an old session again without its video.

By an overlay, by the profile of today, and from old versions.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from acceptance.cli import verbs
from acceptance.errors import OutputError
from acceptance.model import (
    Answer,
    Concession,
    Condition,
    Plan,
    Scope,
    Shot,
    Subject,
    SubjectKind,
    Verdict,
)
from acceptance.session import runner, store
from acceptance.session.evidence import seal
from acceptance.signing import verification
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from conftest import Film

BASE = "db50_216_2006"
LIGHT = (Condition(name="illuminance", value=500, unit="lx"), Condition(name="agc", value="off"))
RECORD = 'level = "seen"\nby = "张三"\non = "2026-11-20"\ncopy = "12 号"\n'
# Fields that sessions of version 0.3.0 did not have.
LATER = {
    "plan": ("device_list", "draws", "matrix", "answer_files", "score_files"),
    "": ("conclusions", "samples"),
    "findings": ("remarks",),
}


@pytest.fixture(scope="module")
def old(chart_film: Film, tmp_path_factory: pytest.TempPathFactory) -> tuple[runner.Session, Path]:
    """Make a session with an answer and a concession, and take its video away."""
    site = Subject(id="site", kind=SubjectKind.SITE)
    camera = Subject(
        id="camera",
        parent="site",
        kind=SubjectKind.FIXED,
        facts={"system": "digital", "picture": "colour"},
    )
    who: dict[str, str] = {"subject": "site", "by": "李", "when": "2026-11-20"}
    plan = Plan(
        subjects=(site, camera),
        scope=Scope.SITE,
        shots=(
            Shot(
                id="shot",
                subject="camera",
                clip=str(chart_film.path),
                chart="acceptance",
                conditions=LIGHT,
            ),
        ),
        answers=(Answer(requirement=f"{BASE}#5.1/coverage", yes=True, **who),),
        concessions=(
            Concession(requirement=f"{BASE}#5.1/coverage", decision="接收", why="x", **who),
        ),
    )
    done, folder = runner.run(plan, Path(), tmp_path_factory.mktemp("out"))
    shutil.rmtree(folder / "data" / "clips")
    return done, folder


def again(old: Path, pack: object, out: Path) -> tuple[runner.Session, Path]:
    return runner.judge_again(old, [str(pack)], out, why="x", by="y")


def states(folder: Path) -> dict[str, State]:
    """Verify evidence, log and verdicts of a folder that has no report."""
    return {
        step.name: step.state
        for step in verification.verify(folder).steps
        if step.name in {"evidence", "log", "verdicts"}
    }


def diff(monkeypatch: pytest.MonkeyPatch, before: Path, after: Path) -> int:
    monkeypatch.setattr(sys, "argv", ["acceptance", "diff", str(before), str(after), "--json", "-"])
    with pytest.raises(SystemExit) as ended:
        verbs.main()
    return int(ended.value.code or 0)


def by_name(done: runner.Session) -> dict[str, Any]:
    """Name findings by requirement, of several subjects the one that was judged."""
    judged = {Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE}
    ordered = sorted(done.findings, key=lambda finding: finding.verdict in judged)
    return {finding.requirement.partition("#")[2]: finding for finding in ordered}


def test_an_overlay_makes_firm_what_it_confirms_and_judges_by_what_it_corrects(
    old: tuple[runner.Session, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And years later neither the overlay's file nor anything else outside the folder is needed."""
    done, folder = old
    overlay = tmp_path / "institute.toml"
    overlay.write_text(
        f"""
id = "institute"
extends = "{BASE}"
[[confirmations]]
requirement = "5.2/grey-scale"
{RECORD}
[[confirmations]]
requirement = "5.2/resolution-colour"
{RECORD}
[[requirements]]
id = "5.2/resolution-colour"
limit = {{ at_least = 3000, unit = "TVL" }}
figure = {{ source = "DB50/216-2006", clause = "5.2.1", level = "seen" }}
""",
        "utf-8",
    )
    judged, place = again(folder, overlay, tmp_path / "out")
    overlay.unlink()
    before, after = by_name(done), by_name(judged)
    assert (before["5.2/grey-scale"].provisional, after["5.2/grey-scale"].provisional) == (
        True,
        False,
    )
    assert after["5.2/grey-scale"].verdict is before["5.2/grey-scale"].verdict is Verdict.PASS
    assert before["5.2/resolution-colour"].verdict is Verdict.PASS
    assert after["5.2/resolution-colour"].verdict is Verdict.FAIL
    changed = {
        name
        for name, finding in after.items()
        if replace(finding, pack=BASE, requirement="") != replace(before[name], requirement="")
    }
    assert changed == {"5.2/grey-scale", "5.2/resolution-colour"}
    assert after["5.1/coverage"].verdict is Verdict.PASS, "the answer went along"
    assert [one.requirement for one in judged.plan.concessions] == ["institute#5.1/coverage"]
    assert states(place) == dict.fromkeys(("evidence", "log", "verdicts"), State.OK)
    assert diff(monkeypatch, folder, place) == 1, "a resolution that fails now is worse"
    shown = json.loads(capsys.readouterr().out)
    assert {row["requirement"] for row in shown["rows"] if row["change"] == "worse"} == {
        "institute#5.2/resolution-colour"
    }
    assert diff(monkeypatch, folder, folder) == 0


def test_the_profile_of_today_judges_the_same_film_by_todays_editions(
    old: tuple[runner.Session, Path], tmp_path: Path
) -> None:
    done, folder = old
    judged, place = again(folder, "db50_216_2006_current", tmp_path / "out")
    before, after = by_name(done), by_name(judged)
    assert judged.measurements == done.measurements
    both = (
        before["5.2/resolution-colour"].limit.at_least,
        after["5.2/resolution-colour"].limit.at_least,
    )
    assert both == (270, 400)
    left = [
        entry.details.get("left_out", "") for entry in judged.log if entry.what == "judged_again"
    ]
    kept = {one.requirement for one in judged.plan.answers}
    assert kept or "5.1/coverage" in str(left), "an answer goes along or is named as left out"
    assert states(place) == dict.fromkeys(("evidence", "log", "verdicts"), State.OK)


def test_a_session_judged_again_can_be_judged_again(
    old: tuple[runner.Session, Path], tmp_path: Path
) -> None:
    _, folder = old
    _, second = again(folder, "gb_50395_2007", tmp_path / "out")
    third, place = again(second, BASE, tmp_path / "out")
    assert third.supersedes == second.name
    assert states(place)["verdicts"] is State.OK
    assert [one.what for one in third.log].count("judged_again") == 2


def test_a_session_of_an_earlier_version_is_read_and_judged(
    old: tuple[runner.Session, Path], tmp_path: Path
) -> None:
    """Its ``session.json`` lacks what came later."""
    done, folder = old
    copy = tmp_path / folder.name
    shutil.copytree(folder, copy)
    content = json.loads((copy / store.FILE).read_bytes())
    for name in LATER[""]:
        content.pop(name, None)
    for name in LATER["plan"]:
        content["plan"].pop(name, None)
    for finding in content["findings"]:
        finding.pop("remarks", None)
    for subject in content["plan"]["subjects"]:
        subject.pop("address", None)
    for answer in content["plan"]["answers"]:
        answer.pop("origin", None)
        answer.pop("conditions", None)
    (copy / store.FILE).write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    seal(copy, done)  # as the earlier version did
    then = [replace(one, remarks=()) for one in done.findings]
    assert list(store.load(copy).findings) == then
    judged, _ = again(copy, BASE, tmp_path / "out")
    assert judged.findings == done.findings


@pytest.mark.parametrize("below", ["", "data", "data/clips/new"])
def test_nothing_is_put_together_in_a_sealed_session(
    old: tuple[runner.Session, Path], tmp_path: Path, below: str
) -> None:
    """Neither judged again nor run, nor by way of a link: the seal would be broken."""
    folder = Path(shutil.copytree(old[1], tmp_path / old[1].name))
    (tmp_path / "link").symlink_to(folder)
    before = sorted(folder.rglob("*"))
    for out in (folder / below, tmp_path / "link" / below):
        with pytest.raises(OutputError, match="lies in the sealed session"):
            runner.judge_again(folder, [BASE], out, why="again", by="Li")
        with pytest.raises(OutputError, match="lies in the sealed session"):
            runner.run(replace(old[0].plan, shots=(), answers=(), concessions=()), tmp_path, out)
    assert sorted(folder.rglob("*")) == before


def test_what_a_killed_judge_left_does_not_hinder_the_next(
    old: tuple[runner.Session, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill leaves the work folder as it is, half copied."""
    with monkeypatch.context() as killed:
        killed.setattr(runner, "finish", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        child = os.fork()
        if not child:
            runner.judge_again(old[1], [BASE], tmp_path, why="again", by="Li")
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert [path.name[:9] for path in tmp_path.iterdir()] == [".partial-"]
    done, folder = runner.judge_again(old[1], [BASE], tmp_path, why="again", by="Li")
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    assert done.supersedes == old[0].id
