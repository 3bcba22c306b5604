"""Whatever interrupts ``run`` or ``judge``: there is a whole session or none; the next makes one.

Nothing is really measured here: a process that decoded cannot be forked, and to be killed is why.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from interrupting import calls, defective, full, interrupted, killed, points
from marks import few
from sample_pdf import BlankVolumes, SignedVolumes

from acceptance.errors import AcceptanceError, OutputError
from acceptance.files.output import put
from acceptance.footage import container
from acceptance.model import Plan, Shot, Subject, SubjectKind
from acceptance.report import render
from acceptance.session import (
    intake,
    integrity,
    journal,
    log_book,
    measuring,
    predecessors,
    runner,
    store,
    workspace,
)
from acceptance.session.evidence import hash_files
from acceptance.session.log_book import LogBook, check_chain
from acceptance.signing import issuing

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.model import Precedence, Predecessor

SMALL = "gb_t_28181_2022"  # a pack of few clauses: how many are judged does not matter
# What some reader or other takes for the end of a line.
ENDS = "\u2028\u2029\u0085\r\x0b\x0c\x1c\x1d\x1e"


class Issue:
    """Issues a report whose pages are empty, and which nobody signs."""

    def ready(self) -> None:
        """Nothing is needed."""

    def predecessor(self, folder: Path, role: Precedence) -> Predecessor:
        """Nobody has signed it."""
        return predecessors.examine(folder, role)

    def __call__(self, folder: Path) -> None:
        """Issue it."""
        issuing.issue(folder)


def look(shot: Shot, bag: Path, *_: object) -> measuring.Measured:
    """Measure nothing, and draw a still."""
    put(bag / "data" / "stills" / "grey.jpg", b"grey")
    still = replace(shot, still="data/stills/grey.jpg")
    return measuring.Measured(shot=still, measurements=(), notes=())


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Plan one clip that is measured at once."""
    monkeypatch.setattr(render, "volumes", BlankVolumes)
    monkeypatch.setattr(measuring, "look_and_draw", look)
    monkeypatch.setattr(intake, "check", lambda *_: None)
    monkeypatch.setattr(container, "day_of", lambda _: "2026-06-02")
    (tmp_path / "grey.mkv").write_bytes(bytes(range(256)))
    camera = Subject(id="camera", kind=SubjectKind.FIXED)
    shot = Shot(id="grey", subject="camera", clip=str(tmp_path / "grey.mkv"), chart="acceptance")
    return Plan(subjects=(camera,), shots=(shot,), packs=(SMALL,), operator="tester")


def run(wanted: Plan, out: Path) -> Path:
    """Measure, judge and report."""
    return runner.run(wanted, Path(), out, issue=Issue())[1]


def judge(old: Path, out: Path) -> Path:
    """Judge again and report."""
    packs = ["gb_50395_2007"]
    return runner.judge_again(old, packs, out, why="x", by="tester", issue=Issue())[1]


def fail(
    monkeypatch: pytest.MonkeyPatch, place: object, name: str, wanted: Plan, out: Path
) -> None:
    """Run, and fail where a function is called."""
    with monkeypatch.context() as here:
        here.setattr(place, name, lambda *_: full())
        with pytest.raises((OutputError, OSError)):
            run(wanted, out)


def sessions(out: Path) -> list[Path]:
    """Return the sessions in a folder, each whole; nothing else is there but hidden work."""
    found = [path for path in out.iterdir() if not path.name.startswith(".")]
    for folder in found:
        integrity.require_intact(folder)
        assert not (folder / journal.STAGING).exists()
    return found


@pytest.fixture(params=["run", "judge"])
def act(request: pytest.FixtureRequest, wanted: Plan, tmp_path: Path) -> Callable[[Path], Path]:
    """Return what makes a session in a folder: of a plan, or of an old session."""
    if request.param == "run":
        return partial(run, wanted)
    return partial(judge, run(wanted, tmp_path / "old"))


def test_a_kill_leaves_a_whole_session_or_none_and_the_next_attempt_makes_one(
    act: Callable[[Path], Path], tmp_path: Path
) -> None:
    old = hash_files(tmp_path / "old") if (tmp_path / "old").exists() else {}
    for number, at in enumerate(points(len(calls(lambda: act(tmp_path / "counted"))))):
        out = tmp_path / f"{number}"
        assert killed(partial(act, out), at)
        before = sessions(out) if out.exists() else []
        made = act(out)
        assert {*before, made} == set(sessions(out))
        assert check_chain(store.load(made).log) == ()
    assert not old or hash_files(tmp_path / "old") == old


def test_a_fault_is_said_leaves_a_whole_session_or_none_and_the_next_attempt_makes_one(
    act: Callable[[Path], Path], tmp_path: Path
) -> None:
    for number, at in enumerate(points(len(calls(lambda: act(tmp_path / "counted"))))):
        out, fault = tmp_path / f"{number}", (full, defective)[number % 2]
        with contextlib.suppress(OutputError), interrupted(at, fault):
            act(out)
        before = sessions(out) if out.exists() else []
        made = act(out)
        assert {*before, made} == set(sessions(out))


def test_a_run_killed_when_its_report_was_signed_is_finished_by_the_next(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signed report is never written over, but this one belongs to no session yet."""
    monkeypatch.setattr(render, "volumes", SignedVolumes)
    fail(monkeypatch, workspace, "move", wanted, tmp_path / "out")
    [signed] = (tmp_path / "out").glob(".partial-*/session/report.pdf")
    assert b"/ByteRange" in signed.read_bytes()
    made = run(wanted, tmp_path / "out")
    assert (made / "report.pdf").read_bytes().endswith(b"%/ByteRange")


def test_names_with_every_kind_of_line_end_leave_the_log_readable(tmp_path: Path) -> None:
    book = LogBook(tmp_path)
    given = [book.append("started", {"operator": f"张{end}三"}) for end in ENDS]
    assert book.read() == tuple(given)
    assert check_chain(book.read()) == ()


def test_an_interrupted_run_with_such_a_name_goes_on_from_what_it_measured(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = replace(wanted, operator=f"张{ENDS}三")
    fail(monkeypatch, Issue, "__call__", named, tmp_path / "out")
    monkeypatch.setattr(measuring, "look_and_draw", None)
    made = run(named, tmp_path / "out")
    assert "resumed" in {entry.what for entry in store.load(made).log}


@pytest.mark.parametrize("damage", ["no entry", "an entry changed", "no text"])
def test_work_with_a_damaged_log_is_moved_aside_and_the_new_log_says_where(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    out = tmp_path / "out"
    kept: list[set[str]] = []
    for number in (1, 2):
        fail(monkeypatch, Issue, "__call__", wanted, out)
        [work] = [path for path in out.glob(".partial-*") if "damaged" not in path.name]
        log = work / "session" / "log.jsonl"
        first, *rest = log.read_bytes().split(b"\n")
        changed = {
            "no entry": b"{}",
            "an entry changed": first.replace(b"tester", b"taster"),
            "no text": b"\xff",
        }
        log.write_bytes(b"\n".join((changed[damage], *rest)))
        kept.append({name for name in hash_files(work) if "clips" in name or "resume" in name})
        made = run(wanted, out)
        aside = out / f"{work.name}.damaged-{number}"
        assert store.load(made).log[0].details["set_aside"] == aside.name
        assert kept[-1] <= set(hash_files(aside))
    assert len(kept[0]) > 1


def test_a_clock_that_was_set_back_is_said_and_nothing_is_logged(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run(wanted, tmp_path / "out")
    before = hash_files(made)

    def clock(back: timedelta) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return datetime.now(tz) - back

        monkeypatch.setattr(log_book, "datetime", Clock)

    clock(timedelta(days=1))
    for verb in (partial(issuing.issue, made), partial(judge, made, tmp_path / "again")):
        with pytest.raises(OutputError, match=r"clock shows .*, before the last entry") as caught:
            verb()
        assert "Set the clock right" in caught.value.hint
        assert "it was ahead at that entry: docs/verify.md" in caught.value.hint
    assert hash_files(made) == before
    clock(timedelta(seconds=20))  # as a time server does
    issuing.issue(made)


def test_a_seal_interrupted_after_its_journal_is_read_by_judge_as_it_will_be(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judging again writes nothing into the old session, and takes the log of after the change."""
    made = run(wanted, tmp_path / "out")
    monkeypatch.setattr(journal, "_roll_forward", lambda _: full())
    with pytest.raises(OutputError):
        issuing.issue(made)
    monkeypatch.undo()
    monkeypatch.setattr(render, "volumes", BlankVolumes)
    before = hash_files(made)
    assert journal.interrupted(made)
    again = store.load(judge(made, tmp_path / "again"))
    assert [entry.what for entry in again.log].count("reported") == 2
    assert hash_files(made) == before


@pytest.mark.parametrize(
    "planted",
    [
        {"journal.json": b"rubbish"},
        {"journal.json": b"{}"},
        {"journal.json": b'{"report.pdf": "00"}', "0": b"%PDF"},
        {"journal.json": b'{"../../x": "00"}', "0": b"x"},
        {"journal.json": b'{"data/plan.json": "00"}', "0": b"x"},
        {"journal.json": b"[" * 100_000},
        {"journal.json": b" " * 100_000 + b"{}"},
    ],
)
def test_a_journal_that_fits_nothing_is_refused_and_nothing_is_written(
    wanted: Plan, tmp_path: Path, planted: dict[str, bytes]
) -> None:
    made = run(wanted, tmp_path / "out")
    (made / journal.STAGING).mkdir()
    for name, content in planted.items():
        (made / journal.STAGING / name).write_bytes(content)
    before = hash_files(tmp_path)
    with pytest.raises(AcceptanceError):
        issuing.issue(made)
    with pytest.raises(AcceptanceError, match="changed after it was sealed"):
        integrity.require_intact(made)
    assert hash_files(tmp_path) == before


@pytest.mark.parametrize("kept", ["", "x/0", "@eaDir/report.pdf"])
def test_a_drives_own_folder_in_the_staging_folder_keeps_no_change_out(
    tmp_path: Path, kept: str
) -> None:
    for name in ("0", "@eaDir/0@SynoEAStream", "@eaDir/0/SYNOPHOTO_THUMB_M.jpg", kept):
        path = tmp_path / journal.STAGING / name
        if name and not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
    refused = pytest.raises(OutputError) if kept else contextlib.nullcontext()
    with refused, journal.changing(tmp_path) as change:
        change.files["report.pdf"] = b"new"
    staging = tmp_path / journal.STAGING
    assert staging.exists() is bool(kept)
    assert (tmp_path / "report.pdf").exists() is (not kept)


def test_a_link_in_place_of_the_staging_folder_is_not_followed(
    wanted: Plan, tmp_path: Path
) -> None:
    made, elsewhere = run(wanted, tmp_path / "out"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "0").write_bytes(b"precious")
    (made / journal.STAGING).symlink_to(elsewhere)
    with pytest.raises(AcceptanceError):
        issuing.issue(made)
    assert (elsewhere / "0").read_bytes() == b"precious"
    (made / journal.STAGING).unlink()
    shutil.copytree(elsewhere, made / journal.STAGING)
    (made / journal.STAGING / "journal.json").symlink_to(elsewhere / "0")
    with pytest.raises(AcceptanceError):
        issuing.issue(made)
    assert json.loads((made / store.FILE).read_bytes())["operator"] == "tester"


@pytest.mark.parametrize("place", few(["", *workspace.FOLDERS], len(workspace.FOLDERS)))
def test_a_link_in_place_of_a_folder_of_the_work_is_refused_and_what_it_leads_to_stays(
    wanted: Plan, tmp_path: Path, place: str
) -> None:
    """All that lay there was taken for what a killed run had left, and removed."""
    out, theirs = tmp_path / "out", tmp_path / "theirs"
    (theirs / "resume").mkdir(parents=True)
    for name in ("holiday.jpg", "resume/mine.json"):
        (theirs / name).write_bytes(b"precious")
    before = hash_files(theirs)
    link = out / work_of(wanted, tmp_path / "killed") / place
    link.parent.mkdir(parents=True)
    link.symlink_to(theirs)
    with pytest.raises(AcceptanceError, match="contains a link to another folder"):
        run(wanted, out)
    assert hash_files(theirs) == before
    link.unlink()
    assert sessions(out) == []
    assert run(wanted, out) in sessions(out)


@pytest.mark.parametrize("name", ["log.jsonl", "plan.toml", "data/stills/grey.jpg"])
def test_a_link_in_place_of_a_file_of_the_work_is_refused_and_never_written_to(
    wanted: Plan, tmp_path: Path, name: str
) -> None:
    """Log and stills were written through it."""
    link = tmp_path / "out" / work_of(wanted, tmp_path / "killed") / "session" / name
    link.parent.mkdir(parents=True)
    (tmp_path / "theirs").write_bytes(b"precious, without a line end")
    link.symlink_to(tmp_path / "theirs")
    with pytest.raises(AcceptanceError, match="is a link"):
        run(wanted, tmp_path / "out")
    assert (tmp_path / "theirs").read_bytes() == b"precious, without a line end"


def work_of(wanted: Plan, out: Path) -> str:
    """Return the name of the work folder: that of a run that was killed."""
    assert killed(partial(run, wanted, out), 5)
    [work] = out.glob(".partial-*")
    return work.name


def test_a_pipe_in_place_of_the_log_of_a_killed_run_is_moved_aside(
    wanted: Plan, tmp_path: Path
) -> None:
    """To flush it was to wait for somebody who writes."""
    work = tmp_path / "out" / work_of(wanted, tmp_path / "killed")
    (work / "session").mkdir(parents=True)
    os.mkfifo(work / "session" / "log.jsonl")
    made = run(wanted, tmp_path / "out")
    assert store.load(made).log[0].details["set_aside"] == f"{work.name}.damaged-1"


@pytest.mark.parametrize(
    "name",
    few(
        [
            *("session/log (1).jsonl", "session - 副本/log.jsonl", "resume/grey-1 (1).json"),
            *("captured/grey (1)/a.mp4", "照片.jpg", "20260602-X1/session.json"),
            *("session/20260602-X1/session.json", "resume - 副本/a.json"),
        ],
        4,
    ),
)
def test_what_somebody_put_into_the_work_of_a_killed_run_is_moved_aside_and_never_removed(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A merge of two folders leaves such copies; what a desktop leaves is no reason to stop."""
    out = tmp_path / "out"
    fail(monkeypatch, Issue, "__call__", wanted, out)
    [work] = out.glob(".partial-*")
    for put_there in (name, ".DS_Store", "session/Thumbs.db"):
        (work / put_there).parent.mkdir(parents=True, exist_ok=True)
        (work / put_there).write_bytes(b"precious")
    made = run(wanted, out)
    [entry] = [entry for entry in store.load(made).log if entry.what == "others_aside"]
    aside = out / str(entry.details["others_aside"])
    assert [*hash_files(aside)] == [name]
    assert {path.name for path in out.iterdir()} == {made.name, aside.name}
    assert "others_aside" not in {entry.what for entry in store.load(run(wanted, out)).log}


def test_a_run_into_the_work_of_another_is_refused_which_would_take_it_along(
    wanted: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, Issue, "__call__", wanted, tmp_path / "out")
    [work] = (tmp_path / "out").glob(".partial-*")
    for place in (work, work / "mine"):
        with pytest.raises(OutputError, match="lies in the work folder"):
            run(wanted, place)
    assert run(wanted, tmp_path / ".partial-work").is_dir()
