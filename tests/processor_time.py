"""``pytest --processor-time`` tells what a run takes of the processors: in all, by file, by test.

It is user and system time, that of children included once they have ended, and that of every
xdist worker. What a shared fixture takes counts for the first test that asks for it.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

LONGEST = 10
KEPT = pytest.StashKey["Counter[str]"]()
STARTING = "start, collection and end"


def spent() -> float:
    """Return the processor time of this process and its ended children so far, in s."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def pytest_addoption(parser: pytest.Parser) -> None:
    help_ = "tell the processor time of the run, of each file and of the longest tests"
    parser.addoption("--processor-time", action="store_true", help=help_)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[KEPT] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    before = spent()
    done = yield
    item.config.stash[KEPT][item.nodeid] += spent() - before
    return done


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    kept = session.config.stash[KEPT]
    kept[STARTING] += spent() - sum(kept.values())
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["processor_time"] = dict(kept)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker has counted."""
    node.config.stash[KEPT].update(getattr(node, "workeroutput", {}).get("processor_time", {}))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if not config.getoption("--processor-time"):
        return
    tests = config.stash[KEPT]
    files: Counter[str] = Counter()
    for name, seconds in tests.items():
        files[name.partition("::")[0]] += seconds
    terminalreporter.section(f"processor time: {sum(tests.values()):.0f} s")
    del tests[STARTING]
    for heading, rows in (("by file", files.most_common()), ("", tests.most_common(LONGEST))):
        terminalreporter.write_line(heading or "longest tests")
        for name, seconds in rows:
            terminalreporter.write_line(f"{seconds:8.1f} s  {name}")
