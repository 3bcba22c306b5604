"""Pages set before a signature is known to hold: the same answers, and nothing believed early."""

from __future__ import annotations

import json
import shutil
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from issued_session import CLIP, details, issued

from acceptance.cli import verbs
from acceptance.report import set_apart, typesetting
from acceptance.signing import pages_ahead, shown_steps, verification
from acceptance.signing.pages_ahead import PagesOrder
from acceptance.signing.steps import Examined
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.report.set_apart import SetPage, Task
    from acceptance.signing.chains import DemoChain


class StandIn:
    """A child that is none: it makes what is ordered in this process."""

    def __init__(self) -> None:
        self.process, self.ended, self.slow = self, False, False
        self.killed = Event()
        self.orders: list[PagesOrder] = []

    def ask(self, line: bytes) -> dict[str, Any]:
        """Make what is ordered."""
        self.orders.append(PagesOrder(**json.loads(line)))
        if self.slow:
            self.killed.wait(60)
            return {}
        return pages_ahead.answered(self.orders[-1])

    def set(self, task: Task) -> SetPage:
        """Set a page."""
        return task.here()

    def kill(self) -> None:
        """Take note that it was ended."""
        self.ended = True
        self.killed.set()

    end = kill


@pytest.fixture
def child(_plain_pages: None, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Give the child that is started for a session of whatever size, as in a new process."""
    made = StandIn()
    monkeypatch.setattr(typesetting, "set_here", lambda _: False)
    monkeypatch.setattr(set_apart, "MANY", 0)
    monkeypatch.setattr(set_apart, "ahead", lambda _: made)
    return made


@pytest.fixture(scope="module")
def original(
    _plain_pages: None, tmp_path_factory: pytest.TempPathFactory, chain: DemoChain
) -> Path:
    return issued(tmp_path_factory.mktemp("issued") / "20260602-X1", chain, [CLIP])


def test_what_a_child_made_ahead_is_compared(
    child: StandIn, folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTML, JUnit and pages are the child's; this process makes none of them again."""
    monkeypatch.setattr(shown_steps, "Volumes", None)
    result = verify(folder, [chain.root])
    assert result.exit_code == 0, details(result)
    assert len(child.orders) == 1
    assert child.ended


@pytest.mark.usefixtures("_plain_pages")
def test_a_process_starts_no_child_for_the_pages_that_it_has_just_set(
    tmp_path: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same report, signed, in a process that has set others, or none."""
    started: list[str] = []
    monkeypatch.setattr(set_apart, "MANY", 0)
    monkeypatch.setattr(set_apart, "ahead", started.append)
    monkeypatch.setattr(typesetting, "_JUST_SET", {})
    folder = issued(tmp_path / "20260602-X-set-here", chain, [CLIP])  # a name that no other has
    assert verify(folder, [chain.root]).exit_code == 0
    assert not started
    other = typesetting.SetPage(pdf=b"%PDF-other", stills={})
    monkeypatch.setattr(typesetting, "_JUST_SET", {"": other})
    assert verify(folder, [chain.root]).exit_code == 0
    assert started == [pages_ahead.MODULE]


@pytest.mark.parametrize("name", ["report.html", "report.xml", "annex-f.pdf"])
def test_what_lies_there_instead_is_found(
    name: str, child: StandIn, folder: Path, chain: DemoChain
) -> None:
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    assert verify(folder, [chain.root]).exit_code == 1
    assert child.ended


@pytest.mark.usefixtures("child")
def test_pages_that_do_not_follow_are_found(
    folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pages_ahead.answered

    def other(order: PagesOrder) -> dict[str, Any]:
        answer: dict[str, Any] = made(order)
        tasks = {name: json.loads(task) for name, task in answer["tasks"].items()}
        tasks[""]["page"] = tasks[""]["page"].replace("</body>", "<p>合格</p></body>")
        return answer | {"tasks": {name: json.dumps(task) for name, task in tasks.items()}}

    monkeypatch.setattr(pages_ahead, "answered", other)
    result = verify(folder, [chain.root])
    assert [step.name for step in result.steps if step.state == "broken"] == ["pages"]


def test_nothing_is_ordered_of_what_is_broken_already(
    child: StandIn, folder: Path, chain: DemoChain
) -> None:
    """A file of another size is not opened by the child, nor are pages of another session set."""
    for name, change in (
        ("session.json", lambda content: content + b"\n"),
        (CLIP, lambda content: content + b"more"),
        ("data/plan.json", lambda content: content[:-1]),
    ):
        copy = shutil.copytree(folder, folder.with_name(f"copy-{len(name)}") / folder.name)
        (copy / name).write_bytes(change((copy / name).read_bytes()))
        assert verify(copy, [chain.root]).exit_code == 1
    assert child.orders == []
    assert child.ended


def test_large_sessions_wait_until_signature_and_evidence_hold(
    child: StandIn, folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_steps, "MOST", len((folder / "session.json").read_bytes()))
    result = verify(folder, [chain.root])
    assert result.exit_code == 0, details(result)
    assert child.orders == []


def test_a_session_whose_signature_is_broken_is_not_looked_at(
    child: StandIn, folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is ended before HTML and JUnit are compared: a child may take for ever."""
    report = (folder / "report.pdf").read_bytes()
    changed = report.replace(b"/ByteRange", b"/ByteRanga")
    (folder / "report.pdf").write_bytes(changed)
    ended: list[bool] = []
    compare = Examined.renderings
    monkeypatch.setitem(
        verification.STEPS, "renderings", lambda seen: ended.append(child.ended) or compare(seen)
    )
    child.slow = True
    result = verify(folder, [chain.root])
    assert result.exit_code == 1
    assert result.steps[-1].state == "skipped"
    assert ended == [True]
    assert child.orders


def test_html_that_does_not_follow_is_found_by_what_the_child_made(
    child: StandIn, folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pages_ahead.answered

    def other(order: PagesOrder) -> dict[str, Any]:
        answer: dict[str, Any] = made(order)
        return answer | {"hashes": answer["hashes"] | {"report.html": "0" * 64}}

    monkeypatch.setattr(pages_ahead, "answered", other)
    result = verify(folder, [chain.root])
    assert [step.name for step in result.steps if step.state == "broken"] == ["renderings"]
    assert child.ended


def test_a_child_that_fails_costs_no_page(
    child: StandIn, folder: Path, chain: DemoChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_: PagesOrder) -> dict[str, object]:
        raise OSError

    monkeypatch.setattr(pages_ahead, "answered", dies)
    result = verify(folder, [chain.root])
    assert result.exit_code == 0, details(result)
    assert len(child.orders) == 1


@pytest.mark.parametrize(("arguments", "started"), [
    (["verify", "large"], [pages_ahead.MODULE]),
    (["verify", "small"], []),
    (["verify", "large/report.pdf"], []),
    (["verify", "--help"], []),
    (["sign", "large"], []),
])  # fmt: skip
def test_the_child_starts_before_the_libraries_of_this_process_load(
    arguments: list[str], started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in (("large", set_apart.MANY), ("small", set_apart.MANY - 1)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "session.json").write_bytes(b" " * size)
    monkeypatch.chdir(tmp_path)
    seen: list[str] = []
    monkeypatch.setattr(set_apart, "start", seen.append)
    CliRunner().invoke(verbs.cli, arguments)
    assert seen == started
