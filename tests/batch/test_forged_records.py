"""What somebody may write into a batch's record, and what the next batch makes of it: no pass."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import batch_site
import pytest
from batch_site import Here

from acceptance import batch
from acceptance.batch import PlanState, Settings, Summary, child
from acceptance.model import Verdict
from acceptance.session import evidence, store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Line = dict[str, Any]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    """Answer in this process; count what is measured."""
    answers = Here()
    monkeypatch.setattr(child, "answer", answers)
    return answers


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
