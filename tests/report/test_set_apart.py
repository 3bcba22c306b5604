"""Pages set side by side: the same bytes, in order, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acceptance.files import system
from acceptance.report import set_apart, typesetting
from acceptance.report.set_apart import Child, PagesBeingSet, SetPage, Task

LONG = "<p>检验报告</p>" * 40
MOMENT = datetime(2026, 11, 29, tzinfo=UTC)


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Task]:
    """Give two pages that are large, and two small ones between them."""
    monkeypatch.setattr(set_apart, "LARGE", len(LONG))
    monkeypatch.setattr(typesetting, "_JUST_SET", {})
    monkeypatch.setattr(system, "cores", lambda: 2)
    pages = (LONG, "<p>short</p>", "<p>shorter</p>", f"{LONG}<p>the last</p>")
    return {
        f"{number or ''}": Task(
            page=page, folder=tmp_path, moment=MOMENT, attachments={"a.txt": page.encode()}
        )
        for number, page in enumerate(pages)
    }


def alone(tasks: dict[str, Task]) -> dict[str, bytes]:
    return {name: task.here().pdf for name, task in tasks.items()}


def test_pages_set_side_by_side_are_those_set_one_by_one(tasks: dict[str, Task]) -> None:
    assert dict(set_apart.archived(tasks)) == alone(tasks)


def test_a_child_sets_small_pages_too_where_there_are_many(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One child, started before there were pages, sets some of them; this process the others."""
    monkeypatch.setattr(set_apart, "LARGE", 10_000)
    monkeypatch.setattr(set_apart, "WORTH", 1)
    asked: list[str] = []
    set_by_child = Child.set

    def seen(child: Child, task: Task) -> SetPage | None:
        asked.append(task.page)
        return set_by_child(child, task)

    monkeypatch.setattr(Child, "set", seen)
    child = set_apart.ahead()
    with closing(PagesBeingSet(tasks, child)) as pages:
        assert dict(pages.every()) == alone(tasks)
    assert child
    assert child.process.returncode is not None
    assert asked[0] == tasks["3"].page  # the largest first


def test_a_process_beside_others_sets_small_pages_alone(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_apart, "WORTH", 1)
    asked: list[str] = []
    set_by_child = Child.set
    monkeypatch.setattr(
        Child, "set", lambda child, task: asked.append(task.page) or set_by_child(child, task)
    )
    with set_apart.alone():
        with set_apart.alone():
            pass
        assert dict(set_apart.archived(tasks)) == alone(tasks)
    assert {*asked} == {task.page for task in tasks.values() if task.large}
    assert not set_apart._alone, "afterwards children help again"


def test_few_small_pages_are_set_here(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_apart, "Child", None)
    small = {name: tasks[name] for name in ("1", "2")}
    assert dict(set_apart.archived(small)) == alone(small)


def test_what_was_just_set_is_not_set_again(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what a child has set."""
    first = dict(set_apart.archived(tasks))
    monkeypatch.setattr(typesetting, "_archived", None)
    monkeypatch.setattr(set_apart, "Child", None)
    assert dict(set_apart.archived(tasks)) == first


def test_what_no_child_can_set_is_set_here(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Child, "set", lambda *_: None)
    assert dict(set_apart.archived(tasks)) == alone(tasks)


def test_where_no_process_can_be_started_pages_are_set_here(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: str) -> Child:
        raise OSError

    monkeypatch.setattr(set_apart, "Child", none)
    assert set_apart.ahead() is None
    assert dict(set_apart.archived(tasks)) == alone(tasks)


@pytest.mark.parametrize("error", [KeyError("SOURCE_DATE_EPOCH"), AttributeError("get")])
def test_whatever_goes_wrong_with_a_child_costs_no_page(
    error: Exception, tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object) -> None:
        raise error

    monkeypatch.setattr(Child, "set", wrong)
    assert dict(set_apart.archived(tasks)) == alone(tasks)


def test_where_no_thread_can_be_started_pages_are_set_here(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(set_apart.Thread, "start", none)
    assert dict(set_apart.archived(tasks)) == alone(tasks)


def test_a_child_that_dies_costs_no_page(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Child.__init__

    def dying(child: Child) -> None:
        begin(child)
        child.process.kill()

    monkeypatch.setattr(Child, "__init__", dying)
    assert dict(set_apart.archived(tasks)) == alone(tasks)


def test_children_end_when_nobody_wants_their_pages(tasks: dict[str, Task]) -> None:
    pages = PagesBeingSet(tasks, set_apart.ahead())
    children = [*pages.children]
    pages.close()
    until = time.monotonic() + 20
    while pages.children and time.monotonic() < until:
        time.sleep(0.05)
    assert children
    assert all(child.process.poll() is not None for child in children)


def test_a_child_that_was_started_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(set_apart, "Child", lambda module: made.append(module) or module)
    monkeypatch.setattr(system, "cores", lambda: 2)
    set_apart.start("some.module")
    given = [set_apart.ahead("some.module") for _ in range(2)]
    assert given == ["some.module"] * 2
    assert len(made) == 2


PARENT = """
import os, sys
from acceptance.report.set_apart import Child
child = Child()
child.process.stdin.write(sys.stdin.buffer.read())
child.process.stdin.flush()
print(child.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are not seen here")
def test_a_child_does_not_outlive_a_process_that_was_killed(tmp_path: Path) -> None:
    """Its page would take it minutes."""
    task = Task(page=LONG * 3000, folder=tmp_path, moment=MOMENT, attachments={})
    done = subprocess.run(
        [sys.executable, "-c", PARENT], input=task.dumps(), stdout=subprocess.PIPE, check=False
    )
    state, late = Path(f"/proc/{int(done.stdout)}/stat"), time.monotonic() + 30
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < late
        time.sleep(0.1)
