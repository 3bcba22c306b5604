"""Batches: the same sessions as ``run`` makes, nothing done twice, and nothing lost."""

from __future__ import annotations

import errno
import json
import os
import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import batch_site
import dask_processes
import pytest
from batch_site import Here, comparable
from marks import slow

from acceptance import batch
from acceptance.batch import PlanState, Settings, cache, child, keys, tasks, work
from acceptance.batch.cache import Cache
from acceptance.charts import definition
from acceptance.errors import OutputError, PlanError, UsageError
from acceptance.session import journal, runner, store
from acceptance.session import plan as plans
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from acceptance.batch import Summary
    from acceptance.model import Session

SMALL = Camera(width=640, height=360, noise=0.01, crf=18, seed=7)
BARE = Settings(report=False, workers=2)
TWO_FILMS = """\
subjects = [{ id = "gate", kind = "fixed", facts = { system = "digital" } }]
instruments = [{ id = "meter", name = "Lux meter" }]
[[shots]]
id = "live"
subject = "gate"
clip = "gate.mp4"
chart = "acceptance"
instruments = ["meter"]
conditions = [{ name = "illuminance", value = 500, unit = "lx" }]
[[shots]]
id = "again"
subject = "gate"
clip = "again.mp4"
chart = "acceptance"
path = "playback"
tap = "recorder"
live = "live"
retaken = "reflections"
"""
ONE_FILM = """\
subjects = [{ id = "yard", kind = "fixed", facts = { system = "digital" } }]
shots = [{ id = "live", subject = "yard", clip = "yard.mp4", chart_copy = "K-7" }]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two plans of two small films."""
    folder = tmp_path_factory.mktemp("站点 1")
    chart = definition.load("acceptance")
    films.film_chart(SMALL, chart, folder / "gate.mp4", 0.2)
    films.film_chart(SMALL, chart, folder / "again.mp4", 0.4)
    # of other noise, as one film of two devices would be told: which was first is chance
    films.film_chart(replace(SMALL, seed=2), chart, folder / "yard.mp4", 0.2)
    (folder / "gate.toml").write_text(TWO_FILMS, "utf-8")
    (folder / "yard.toml").write_text(ONE_FILM, "utf-8")
    return folder


@pytest.fixture(scope="module")
def by_run(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Session]:
    """Make the sessions as ``run`` does."""
    out = tmp_path_factory.mktemp("run")
    return {
        name: runner.run(plans.read(site / name), site.absolute(), out)[0]
        for name in ("gate.toml", "yard.toml")
    }


def sessions(done: Summary) -> dict[str, Session]:
    """Load the sessions by the names of their plans' files."""
    return {Path(one.name).name: store.load(one.folder) for one in done.outcomes if one.folder}


def run(folder: Path, out: Path, **fields: object) -> Summary:
    """Run a batch of a folder, without reports."""
    return batch.run([folder], out, settings=Settings(report=False, **fields))  # type: ignore[arg-type]


@pytest.mark.film
@pytest.mark.parametrize("workers", [2, *map(slow, (1, 4, "dask"))])
def test_a_batch_makes_the_sessions_that_run_makes_whatever_the_number_of_workers(
    site: Path, by_run: dict[str, Session], tmp_path: Path, workers: int | str
) -> None:
    """Real children; every measurement, finding, still and packed file is equal to the byte."""
    with ExitStack() as stack:
        if workers == "dask":
            made = stack.enter_context(dask_processes.running(tmp_path / "cluster"))
            where = {"scheduler": made.address, "workers": 2}
        else:
            where = {"workers": workers}
        same_as_by_run(site, by_run, tmp_path, where)


def same_as_by_run(
    site: Path, by_run: dict[str, Session], tmp_path: Path, where: dict[str, Any]
) -> None:
    """Run the batch twice; compare the sessions with those of ``run``."""
    done = run(site, tmp_path / "out", **where)
    made = sessions(done)
    assert {name: comparable(one) for name, one in made.items()} == {
        name: comparable(one) for name, one in by_run.items()
    }
    assert sum(len(one.measurements) for one in made.values()) > 50
    assert done.exit_code() == 3
    again = run(site, tmp_path / "out", **where)
    assert {one.state for one in again.outcomes} == {PlanState.KEPT}
    assert sessions(again) == made


def test_a_second_run_measures_only_what_is_new(tmp_path: Path, here: Here) -> None:
    for name in "abc":
        batch_site.plan(tmp_path, name)
    run(tmp_path, tmp_path / "out")
    first = list(here.measured)
    assert len(first) == 3
    batch_site.plan(tmp_path, "d")
    done = run(tmp_path, tmp_path / "out")
    assert [one.state for one in done.outcomes] == [*[PlanState.KEPT] * 3, PlanState.MADE]
    assert len(here.measured) == 4
    assert len(here.made) == 4


def test_judging_is_always_done_anew_and_measuring_is_not(tmp_path: Path, here: Here) -> None:
    """Facts, people, instruments and limits make a new session of what was measured before."""
    path = batch_site.plan(tmp_path, "a")
    run(tmp_path, tmp_path / "out")
    path.write_text(path.read_text("utf-8") + 'operator = "Li Lei"\n', "utf-8")
    done = run(tmp_path, tmp_path / "out")
    assert [one.state for one in done.outcomes] == [PlanState.MADE]
    assert (len(here.measured), len(here.made)) == (1, 2)
    [made] = sessions(done).values()
    assert [entry.what for entry in made.log].count("measured_before") == 1
    [said] = [one for one in made.warnings or () if one.code == "measured_before"]
    assert said.items == tuple(shot.id for shot in made.shots)
    assert len(list((tmp_path / "out").glob("2*"))) == 2


@pytest.mark.parametrize(
    ("lost", "state"),
    [
        ("data/plan.json", PlanState.MADE),
        slow("log.jsonl", PlanState.MADE),
        ("manifest-sha256.txt", PlanState.MADE),
        ("data/clips", PlanState.KEPT),
    ],
)
def test_a_session_of_which_something_is_lost_is_made_again_but_for_footage(
    tmp_path: Path, here: Here, lost: str, state: PlanState
) -> None:
    batch_site.plan(tmp_path, "a")
    [first] = run(tmp_path, tmp_path / "out").outcomes
    assert first.folder is not None
    place = first.folder / lost
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    [again] = run(tmp_path, tmp_path / "out").outcomes
    assert again.state is state
    assert len(here.measured) == 1


@pytest.mark.parametrize(
    ("changed", "before", "after"),
    [(store.FILE, b"fixed", b"dome"), ("data/plan.json", b"fixed", b"dome5"),
     ("log.jsonl", b"started", b"Started")],
)  # fmt: skip
def test_a_session_that_was_changed_since_is_made_again(
    tmp_path: Path, here: Here, changed: str, before: bytes, after: bytes
) -> None:
    """Whichever of its files, of the same size or not."""
    batch_site.plan(tmp_path, "a")
    [first] = run(tmp_path, tmp_path / "out").outcomes
    assert first.folder is not None
    file = first.folder / changed
    assert before in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(before, after))
    [again] = run(tmp_path, tmp_path / "out").outcomes
    assert again.state is PlanState.MADE
    assert again.session != first.session
    assert len(here.measured) == 1


def test_the_cache_forgets_what_no_batch_has_used_for_long(tmp_path: Path, here: Here) -> None:
    """What a batch looks up is used, also where its session is kept."""
    for name in "ab":
        batch_site.plan(tmp_path, name)
    run(tmp_path, tmp_path / "out")
    entries = set((tmp_path / "out" / ".cache").rglob("*.measured"))
    for entry in entries:
        os.utime(entry, (0, 0))
    (tmp_path / "b.toml").unlink()
    settings = Settings(report=False, workers=1, forget=30)
    batch.run([tmp_path], tmp_path / "out", settings=settings)
    [left] = (tmp_path / "out" / ".cache").rglob("*.measured")
    assert left in entries
    assert len(here.measured) == 2
    with pytest.raises(UsageError, match="above 0"):
        Settings(forget=0).require_ready()


@pytest.mark.parametrize("damage", [b"", b"{}\n", None])
def test_a_damaged_entry_of_the_cache_is_measured_again_and_said(
    tmp_path: Path, here: Here, damage: bytes | None
) -> None:
    batch_site.plan(tmp_path, "a")
    run(tmp_path, tmp_path / "out", cache=tmp_path / "cache")
    [entry] = (tmp_path / "cache").rglob("*.measured")
    whole = entry.read_bytes()
    entry.write_bytes(whole[:-3] if damage is None else damage)
    [outcome] = run(tmp_path, tmp_path / "other", cache=tmp_path / "cache").outcomes
    assert outcome.damaged == ("s1",)
    assert len(here.measured) == 2
    assert entry.read_bytes() == whole


@pytest.mark.usefixtures("here")
def test_a_clip_that_changes_while_the_batch_runs_is_measured_in_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No session rests on what was measured in other bytes than those that lie in it."""
    batch_site.plan(tmp_path, "a")
    keep = Cache.keep

    def late(self: Cache, key: str, content: bytes) -> None:
        keep(self, key, content)
        batch_site.still(tmp_path / "a.png", 222)

    monkeypatch.setattr(Cache, "keep", late)
    [made] = sessions(run(tmp_path, tmp_path / "out")).values()
    assert made.notes  # measured for once: a grey still without a chart
    assert made.shots[0].stream["width"] == 64


def test_a_cache_that_cannot_be_written_is_refused_before_anything_is_measured(
    tmp_path: Path, here: Here
) -> None:
    batch_site.plan(tmp_path, "a")
    (tmp_path / "notes").write_text("a file", "utf-8")
    with pytest.raises(OutputError, match=r"notes: cannot be written .*with --cache"):
        run(tmp_path, tmp_path / "out", cache=tmp_path / "notes")
    assert not here.measured


@pytest.mark.usefixtures("here")
def test_a_cache_that_holds_everything_need_not_be_writable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_site.plan(tmp_path, "a")
    run(tmp_path, tmp_path / "first", cache=tmp_path / "cache")

    def refused(**_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(cache, "TemporaryFile", refused)
    [made] = run(tmp_path, tmp_path / "second", cache=tmp_path / "cache").outcomes
    assert (made.state, made.measured) == (PlanState.MADE, 0)
    with pytest.raises(OutputError, match=r"cache: cannot be written .*with --cache"):
        run(batch_site.plan(tmp_path, "b"), tmp_path / "third", cache=tmp_path / "cache")


def test_other_files_than_those_of_the_key_give_no_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clip is exchanged after it was hashed, or a worker of a cluster has another in its place.

    Kept under the key of the former, its figures would one day be those of the former.
    """
    batch_site.plan(tmp_path, "a")

    def exchanged(task: bytes, *_: object, **__: object) -> child.Reply:
        if isinstance(tasks.parse(task), tasks.MeasureTask):
            batch_site.still(tmp_path / "a.png", 222)
        parts = work.answered(task)
        return child.Reply(
            parts=child._checked(parts, "", child.Bounds(seconds=1, memory=0)), seconds=0
        )

    monkeypatch.setattr(child, "answer", exchanged)
    [outcome] = run(tmp_path, tmp_path / "out").outcomes
    assert outcome.state is PlanState.FAILED
    assert "a.png: is not, or no longer, what the batch was started with" in outcome.errors[0]
    assert not [*(tmp_path / "out").rglob("*.measured")]
    [again] = run(tmp_path, tmp_path / "out").outcomes
    assert again.state is PlanState.MADE


@pytest.mark.parametrize("falls_due", ["before it is measured", "while it is measured"])
def test_a_copy_that_falls_due_in_the_night_is_not_taken_for_another_clip(
    falls_due: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_site.plan(tmp_path, "a")
    night = [[False], [True], [True]] if falls_due.startswith("before") else [[False], [False]]
    due = iter([*night, *[[True]] * 9])

    def next_day(*_: object) -> list[bool]:
        return next(due)

    monkeypatch.setattr(keys, "copies_expired", next_day)
    monkeypatch.setattr(child, "answer", in_this_process)
    [outcome] = run(tmp_path, tmp_path / "out").outcomes
    if falls_due.startswith("before"):
        assert "printed copy of its chart has fallen due" in outcome.errors[0]
    else:
        assert outcome.state is PlanState.MADE


def in_this_process(task: bytes, *_: object, **__: object) -> child.Reply:
    bounds = child.Bounds(seconds=1, memory=0)
    return child.Reply(parts=child._checked(work.answered(task), "", bounds), seconds=0)


def test_what_is_wrong_with_one_plan_ends_no_other(tmp_path: Path, here: Here) -> None:
    batch_site.plan(tmp_path, "a")
    (tmp_path / "b.toml").write_text("subjects = [", "utf-8")
    batch_site.plan(tmp_path, "c", ["absent.png"])
    (tmp_path / "absent.png").unlink()
    done = run(tmp_path, tmp_path / "out")
    assert [one.state for one in done.outcomes] == [
        PlanState.MADE, PlanState.FAILED, PlanState.FAILED,
    ]  # fmt: skip
    assert "not readable as TOML" in done.outcomes[1].errors[0]
    assert "does not exist" in done.outcomes[2].errors[0]
    assert done.exit_code() == 2
    assert len(here.measured) == 1


def test_two_batches_do_not_write_into_one_folder(tmp_path: Path, here: Here) -> None:
    batch_site.plan(tmp_path, "a")
    (tmp_path / "out").mkdir()
    with (
        journal.locked(tmp_path / "out", OutputError("busy")),
        pytest.raises(OutputError, match="another batch is writing here"),
    ):
        run(tmp_path, tmp_path / "out")
    assert not here.measured


def test_a_batch_does_not_write_into_a_session(tmp_path: Path, here: Here) -> None:
    batch_site.plan(tmp_path, "a")
    [first] = run(tmp_path, tmp_path / "out").outcomes
    assert first.folder is not None
    with pytest.raises(OutputError, match="sealed session"):
        run(tmp_path, first.folder / "more")
    assert len(here.made) == 1


def test_each_session_is_handed_on_with_its_folder_kept_ones_too(
    tmp_path: Path, here: Here
) -> None:
    batch_site.plan(tmp_path, "a")
    given: list[tuple[str, Path]] = []

    def results(session: Session, folder: Path) -> None:
        given.append((session.id, folder))

    for _ in range(2):
        batch.run([tmp_path], tmp_path / "out", settings=BARE, results=results)
    [folder] = (tmp_path / "out").glob("2*")
    assert given == [(folder.name, folder)] * 2
    assert len(here.made) == 1


def test_the_record_is_json_by_lines_and_half_a_line_is_cut_off(tmp_path: Path, here: Here) -> None:
    batch_site.plan(tmp_path, "a")
    run(tmp_path, tmp_path / "out")
    record = tmp_path / "out" / "batch.jsonl"
    events = [json.loads(line)["event"] for line in record.read_text("utf-8").splitlines()]
    assert events == ["started", "measured", "session", "ended"]
    record.write_bytes(record.read_bytes()[:-10])
    done = run(tmp_path, tmp_path / "out")
    assert [one.state for one in done.outcomes] == [PlanState.KEPT]
    lines = record.read_text("utf-8").splitlines()
    assert [json.loads(line)["event"] for line in lines] == [
        *events[:3],
        "started",
        "kept",
        "ended",
    ]
    assert len(here.made) == 1


def test_a_full_disc_ends_the_batch_with_one_sentence_and_what_is_done_stays(
    tmp_path: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        batch_site.plan(tmp_path, name)
    summaries: list[Summary] = []

    class Ear(batch.Listener):
        def ended(self, summary: Summary) -> None:
            summaries.append(summary)

    keep = Cache.keep

    def full(self: Cache, key: str, content: bytes) -> None:
        if len(here.measured) > 1:
            raise OutputError("cannot be written", code="disc_full")
        keep(self, key, content)

    monkeypatch.setattr(Cache, "keep", full)
    how = Settings(report=False, workers=1)
    with pytest.raises(OutputError, match="cannot be written"):
        batch.run([tmp_path], tmp_path / "out", settings=how, listener=Ear())
    assert [len(summaries[0].outcomes), len(summaries[0].unfinished)] == [1, 1]
    monkeypatch.setattr(Cache, "keep", keep)
    done = batch.run([tmp_path], tmp_path / "out", settings=how)
    assert sorted(one.state for one in done.outcomes) == [PlanState.KEPT, PlanState.MADE]


def test_what_would_be_done_is_foreseen_and_nothing_is_written(
    tmp_path: Path, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        batch_site.plan(tmp_path, name)
    run(tmp_path, tmp_path / "out")
    path = batch_site.plan(tmp_path, "a")
    path.write_text(path.read_text("utf-8") + 'operator = "Li Lei"\n', "utf-8")
    batch_site.plan(tmp_path, "c", ["c1.png", "c2.png"])
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.undo()
    found = batch.foresee([tmp_path], tmp_path / "out", settings=BARE)
    assert [(one.state, one.shots, one.held) for one in found] == [
        (PlanState.MADE, 1, 1), (PlanState.KEPT, 1, 1), (PlanState.MADE, 2, 0),
    ]  # fmt: skip
    times = [one.seconds or 0 for one in found]
    assert times[1] == 0 < times[0] < times[2]
    assert sorted(tmp_path.rglob("*")) == before
    assert len(here.made) == 2


@pytest.mark.usefixtures("here")
def test_a_session_reads_only_those_older_ones_that_hold_one_of_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hundreds of devices in one folder each session would read all others."""
    for name in ("a", "b"):
        batch_site.plan(tmp_path, name)
    run(tmp_path, tmp_path / "out")
    read: list[str] = []
    parse = store.parse

    def counted(content: bytes, where: str) -> Session:
        read.append(where)
        return parse(content, where)

    path = tmp_path / "a.toml"
    path.write_text(path.read_text("utf-8") + 'operator = "Li Lei"\n', "utf-8")
    monkeypatch.setattr(store, "parse", counted)
    done = run(tmp_path, tmp_path / "out")
    [made] = [one.folder for one in done.outcomes if one.state is PlanState.MADE and one.folder]
    [kept] = [one.folder for one in done.outcomes if one.state is PlanState.KEPT and one.folder]
    assert read.count(str(kept / store.FILE)) == 1  # to say itself what it concludes
    [again] = [entry for entry in store.load(made).log if entry.what == "earlier"]
    assert again.details["again"] == "a"


def test_nothing_to_measure_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="no plan and no clip in this folder"):
        run(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
