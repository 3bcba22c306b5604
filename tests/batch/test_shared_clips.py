"""Two plans of one batch that ask the same of one clip."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import batch_site
import pytest
from batch_site import Here

from acceptance import batch
from acceptance.batch import PlanState, Settings, child, foreseen, planned
from acceptance.errors import ClipError
from acceptance.session import store

if TYPE_CHECKING:
    from pathlib import Path

BARE = Settings(report=False, workers=1)
LOOK_UP, LONG = planned.look_up, 60.0  # s


class FailingOnce(Here):
    """Loses the first clip that it measures."""

    def __call__(self, task: bytes, where: str, *given: object, **named: Any) -> child.Reply:
        """Answer a task."""
        if not self.measured:
            self.measured.append(where)
            raise ClipError("was stopped", where=where)
        return super().__call__(task, where, *given, **named)


class Late(Here):
    """Looks the plan b up before a's clip is measured, and tells it after a's session is made."""

    def __init__(self) -> None:
        super().__init__()
        self.looked, self.told = threading.Event(), threading.Event()

    def look_up(self, each: planned.Planned, *given: Any) -> planned.LookedUp:
        """Look a plan up."""
        seen = LOOK_UP(each, *given)
        if each.name.endswith("b.toml"):
            self.looked.set()
            assert self.told.wait(LONG)
        return seen

    def __call__(self, task: bytes, where: str, *given: object, **named: Any) -> child.Reply:
        """Answer a task."""
        assert self.looked.wait(LONG)
        reply = super().__call__(task, where, *given, **named)
        if self.made:
            self.told.set()
        return reply


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Write two plans of one clip."""
    folder = tmp_path / "plans"
    folder.mkdir()
    plan = batch_site.plan(folder, "a").read_text("utf-8")
    (folder / "b.toml").write_text(f'operator = "王工"\n{plan}', "utf-8")
    return folder


def test_what_two_plans_ask_of_one_clip_is_measured_once(
    two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is first; and neither session says that an earlier batch had measured it."""
    here = Here()
    monkeypatch.setattr(child, "answer", here)
    expected = batch.foresee([two], tmp_path / "out", settings=BARE)
    times = [each.seconds for each in expected]
    assert times.count(foreseen.START) == 1, "it only makes a session"
    done = batch.run([two], tmp_path / "out", settings=BARE)
    assert len(here.measured) == 1
    assert sorted(outcome.measured for outcome in done.outcomes) == [0, 1]
    for outcome in done.outcomes:
        assert outcome.folder
        events = {entry.what for entry in store.load(outcome.folder).log}
        assert "measured" in events
        assert "measured_before" not in events


def test_a_shared_clip_that_is_lost_is_tried_for_the_other_plan(
    two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error is of one plan, and names it."""
    monkeypatch.setattr(child, "answer", FailingOnce())
    done = batch.run([two], tmp_path / "out", settings=BARE)
    [failed] = [outcome for outcome in done.outcomes if outcome.errors]
    [made] = [outcome for outcome in done.outcomes if not outcome.errors]
    assert failed.errors[0].startswith(failed.name)
    assert (made.state, made.measured) == (PlanState.MADE, 1)


def test_a_clip_that_was_measured_since_it_was_looked_up_is_not_measured_again(
    two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Late()
    monkeypatch.setattr(child, "answer", late)
    monkeypatch.setattr(planned, "look_up", late.look_up)
    done = batch.run([two], tmp_path / "out", settings=replace(BARE, workers=2))
    assert [outcome.state for outcome in done.outcomes] == [PlanState.MADE] * 2
    assert [outcome.measured for outcome in done.outcomes] == [1, 0]
    assert len(late.measured) == 1
