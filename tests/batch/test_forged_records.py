"""What somebody may write into a batch's record, and what the next batch makes of it: no pass."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import batch_site
import pytest
from batch_site import Here

from acceptance import batch
from acceptance.batch import PlanState, Settings, Summary
from acceptance.checks import pack
from acceptance.model import Verdict
from acceptance.session import evidence, store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Line = dict[str, Any]


def run(folder: Path) -> Summary:
    return batch.run([folder], folder / "out", settings=Settings(report=False))


def rewritten(folder: Path, change: Callable[[list[Line]], list[Line]]) -> None:
    """Change the lines of sessions in the record."""
    file = folder / "out" / "batch.jsonl"
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    made = change([line for line in lines if line["event"] == "session"])
    file.write_text("".join(json.dumps(line) + "\n" for line in made), "utf-8")


def said(**fields: object) -> Callable[[list[Line]], list[Line]]:
    return lambda lines: [{**line, **fields} for line in lines]


# What a line may say of a session that it is of.
CLAIMS = [
    said(verdict="pass"),
    said(verdict="pass", provisional=False),
    said(failed=[]),
    said(verdict="conditional_pass", failed=["1"], provisional=True),
    said(verdict="no verdict at all"),
    said(verdict=None, failed=None),
    lambda lines: [{key: line[key] for key in ("event", "key", "session", "sha256")}
                   for line in lines],
    lambda lines: [*lines, *said(verdict="pass")(lines)],
]  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_a_line_claims_of_a_kept_session_is_read_in_the_session(
    claim: Callable[[list[Line]], list[Line]], tmp_path: Path, here: Here
) -> None:
    batch_site.plan(tmp_path, "a")
    [honest] = run(tmp_path).outcomes
    rewritten(tmp_path, claim)
    [kept] = run(tmp_path).outcomes
    assert len(here.made) == 1
    assert kept.state is PlanState.KEPT
    assert (kept.verdict, kept.failed, kept.provisional, kept.exit_code()) == (
        honest.verdict, honest.failed, honest.provisional, honest.exit_code(),
    )  # fmt: skip
    assert kept.verdict is Verdict.NOT_TESTED


def other(lines: list[Line]) -> list[Line]:
    """Name the session of the first plan under the key of every other."""
    return [{**lines[0], "key": line["key"]} for line in lines]


def by_path(lines: list[Line]) -> list[Line]:
    return [{**line, "session": f"../out/{line['session']}"} for line in lines]


def below(lines: list[Line]) -> list[Line]:
    return [{**line, "session": f"{line['session']}/data/.."} for line in lines]


ELSEWHERE = [
    other, by_path, below, said(session=".."), said(session=7), said(session=""),
    said(sha256=None), said(sha256="0" * 64),
]  # fmt: skip


@pytest.mark.parametrize("change", ELSEWHERE)
def test_a_session_of_other_shots_or_from_elsewhere_is_not_kept(
    change: Callable[[list[Line]], list[Line]], tmp_path: Path, here: Here
) -> None:
    batch_site.plan(tmp_path, "a")
    batch_site.plan(tmp_path, "b")
    first = {one.session for one in run(tmp_path).outcomes}
    rewritten(tmp_path, change)
    states = {one.name: (one.state, one.session) for one in run(tmp_path).outcomes}
    kept = [session for state, session in states.values() if state is PlanState.KEPT]
    assert len(kept) == (1 if change is other else 0)
    assert len(here.made) == 4 - len(kept)
    assert first.issuperset(kept)


def test_a_session_of_other_arrivals_is_not_kept(tmp_path: Path, here: Here) -> None:
    """The clip is the same, the times at which its packets came are not."""
    plan = batch_site.plan(tmp_path, "a")
    text = plan.read_text("utf-8").replace('clip = "a.png"', 'clip = "a.png", arrivals = "a.csv"')
    assert "a.csv" in text
    plan.write_text(text, "utf-8")
    for moment in ("0.04", "0.05"):
        (tmp_path / "a.csv").write_text(f"frame,seconds\n0,0\n1,{moment}\n", "utf-8")
        [done] = run(tmp_path).outcomes
        assert done.state is PlanState.MADE, done.errors
    [kept] = run(tmp_path).outcomes
    assert kept.state is PlanState.KEPT
    rewritten(tmp_path, lambda lines: [{**lines[0], "key": lines[1]["key"]}])
    [again] = run(tmp_path).outcomes
    assert again.state is PlanState.MADE
    assert len(here.made) == 3


def emptied(session: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was filmed."""
    return session | {"shots": []}


def renamed(session: dict[str, Any]) -> dict[str, Any]:
    """Say another number."""
    return session | {"id": "20260602-X1"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("change", [emptied, renamed])
def test_a_session_that_is_not_of_its_plan_is_made_again(
    change: Callable[[dict[str, Any]], dict[str, Any]], tmp_path: Path
) -> None:
    """Sealed again, and its hash in the record: who writes both must still keep the shots."""
    batch_site.plan(tmp_path, "a")
    [made] = run(tmp_path).outcomes
    assert made.folder
    file = made.folder / "session.json"
    file.write_text(json.dumps(change(json.loads(file.read_bytes())), ensure_ascii=False), "utf-8")
    evidence.seal(made.folder, store.load(made.folder))
    rewritten(tmp_path, said(sha256=evidence.hash_file(file)))
    [again] = run(tmp_path).outcomes
    assert again.state is PlanState.MADE
    assert again.session != made.session


@pytest.mark.usefixtures("here")
def test_a_session_under_another_name_is_not_kept(tmp_path: Path) -> None:
    batch_site.plan(tmp_path, "a")
    [made] = run(tmp_path).outcomes
    assert made.folder
    shutil.move(made.folder, made.folder.with_name("合格"))
    rewritten(tmp_path, said(session="合格"))
    [again] = run(tmp_path).outcomes
    assert again.state is PlanState.MADE


def of_another_pack(text: str) -> str:
    return text.replace(batch_site.PACK, "picture_faults")


def of_other_facts(text: str) -> str:
    return text.replace('system = "digital"', 'system = "analogue"')


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("change", [of_another_pack, of_other_facts])
def test_a_session_of_another_plan_of_the_same_clips_is_not_kept(
    change: Callable[[str], str], tmp_path: Path
) -> None:
    path = batch_site.plan(tmp_path, "a")
    strict = path.read_text("utf-8")
    path.write_text(change(strict), "utf-8")
    [lax] = run(tmp_path).outcomes
    path.write_text(strict, "utf-8")
    run(tmp_path)
    rewritten(tmp_path, other)
    [again] = run(tmp_path).outcomes
    assert (lax.state, again.state) == (PlanState.MADE, PlanState.MADE)
    assert again.session != lax.session


@pytest.mark.usefixtures("here")
def test_a_session_of_an_older_edition_of_its_pack_is_not_kept(tmp_path: Path) -> None:
    shutil.copy(pack.file_of("picture_faults"), tmp_path / "own.toml")
    path = batch_site.plan(tmp_path, "a")
    path.write_text(
        path.read_text("utf-8").replace(batch_site.PACK, f"{tmp_path}/own.toml"), "utf-8"
    )
    [old] = batch.run([path], tmp_path / "out", settings=Settings(report=False)).outcomes
    with (tmp_path / "own.toml").open("a", encoding="utf-8") as own:
        own.write("# edited\n")

    def again() -> PlanState:
        [outcome] = batch.run([path], tmp_path / "out", settings=Settings(report=False)).outcomes
        assert outcome.session != old.session
        return outcome.state

    assert again() is PlanState.MADE
    assert again() is PlanState.KEPT
    rewritten(tmp_path, other)
    assert again() is PlanState.MADE


@pytest.mark.usefixtures("here")
def test_a_session_of_other_stills_in_a_folder_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "stills").mkdir()
    batch_site.still(tmp_path / "stills" / "0.png", 10)
    batch_site.plan(tmp_path, "a", ["stills"])
    [first] = run(tmp_path).outcomes
    assert [one.state for one in run(tmp_path).outcomes] == [PlanState.KEPT]
    batch_site.still(tmp_path / "stills" / "0.png", 20)
    run(tmp_path)
    rewritten(tmp_path, other)
    [again] = run(tmp_path).outcomes
    assert again.state is PlanState.MADE
    assert again.session != first.session
