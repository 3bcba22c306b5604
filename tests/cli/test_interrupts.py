"""Signals that ask to end: answered once, and again where somebody means it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from acceptance.cli import interrupts
from acceptance.files import system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def _signals() -> Iterator[None]:
    """Answer signals afterwards as before."""
    before = {number: signal.getsignal(number) for number in system.ASKING}
    yield
    for number, answer in before.items():
        signal.signal(number, answer)


def test_who_asks_twice_at_once_has_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = interrupts.EndingInTurn()
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with pytest.raises(KeyboardInterrupt):
        asked()
    now[0] += interrupts.AT_ONCE / 2
    asked()
    now[0] += interrupts.AT_ONCE
    with pytest.raises(KeyboardInterrupt):
        asked()


@pytest.mark.usefixtures("_signals")
def test_a_closed_terminal_asks_to_end_but_not_where_nohup_ignores_it() -> None:
    hangup = system.ASKING[-1]
    signal.signal(hangup, signal.SIG_IGN)
    interrupts.await_them()
    assert signal.getsignal(hangup) == signal.SIG_IGN
    signal.signal(hangup, signal.SIG_DFL)
    interrupts.await_them()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(hangup)


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize(("asked", "answer"), [(True, signal.SIG_IGN), (False, signal.SIG_DFL)])
def test_a_second_key_at_the_very_end_changes_no_exit_code(
    answer: signal.Handlers, *, asked: bool
) -> None:
    """A batch that had answered the first one was killed by the second instead of ending by 130."""
    interrupts.await_them()
    if asked:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    interrupts.over()
    assert {signal.getsignal(number) for number in system.ASKING} == {answer}


@pytest.mark.usefixtures("_signals")
def test_what_nohup_ignores_is_ignored_to_the_end() -> None:
    hangup = system.ASKING[-1]
    signal.signal(hangup, signal.SIG_IGN)
    interrupts.await_them()
    interrupts.over()
    assert signal.getsignal(hangup) == signal.SIG_IGN


INTERRUPTED = """
try:
    exec("raise KeyboardInterrupt")
except KeyboardInterrupt:
    {then}
raise SystemExit(130)
"""


@pytest.mark.parametrize(("then", "code"), [("pass", -signal.SIGINT), ("interrupts.over()", 130)])
def test_an_interrupt_while_a_class_is_made_ends_with_the_documented_code(
    tmp_path: Path, then: str, code: int
) -> None:
    """Now and then a demo that was interrupted ended by -2, as Python alone does."""
    text = f"from acceptance.cli import interrupts\n{INTERRUPTED.format(then=then)}"
    (tmp_path / "interrupted.py").write_text(text)
    command = [sys.executable, "-m", "interrupted"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == code
