"""Large pages set in children: the same bytes, in order, and nothing left behind."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from acceptance.report import set_apart, typesetting
from acceptance.report.set_apart import Task

if TYPE_CHECKING:
    from pathlib import Path

LONG = "<p>检验报告</p>" * 40


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """Give two pages that are set in children, and a small one between them."""
    monkeypatch.setattr(set_apart, "LARGE", len(LONG))
    pages = (LONG, "<p>short</p>", f"{LONG}<p>the last</p>")
    moment = datetime(2026, 11, 29, tzinfo=UTC)
    return [
        Task(page=page, folder=tmp_path, moment=moment, attachments={"a.txt": page.encode()})
        for page in pages
    ]


def alone(task: Task) -> bytes:
    return typesetting.archived(task.page, task.folder, task.moment, task.attachments)


def test_pages_set_side_by_side_are_those_set_one_by_one(tasks: list[Task]) -> None:
    assert [*set_apart.archived(tasks)] == [alone(task) for task in tasks]


def test_what_no_child_can_set_is_set_here(
    tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_apart._Children, "_set", lambda *_: b"")
    assert [*set_apart.archived(tasks)] == [alone(task) for task in tasks]


def test_children_end_when_nobody_wants_their_pages(
    tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[set_apart._Children] = []

    class Seen(set_apart._Children):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(set_apart, "_Children", Seen)
    with closing(set_apart.archived([*tasks, *tasks])) as pages:
        next(pages)
    until = time.monotonic() + 20
    while made[0].running and time.monotonic() < until:
        time.sleep(0.05)
    assert not made[0].running
