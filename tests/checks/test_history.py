"""What a log tells of sessions before, though this session has no film of what it names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from acceptance.checks.warned import history
from acceptance.model import LogEntry


def test_a_subject_that_only_earlier_sessions_filmed_again_is_told() -> None:
    """Two logs name it, and this session has no shot of it."""
    log = [
        LogEntry(
            when="", what="earlier", details={"session": session, "retaken": "cam-9"},
            previous="", sha256="",
        )
        for session in ("first", "second")
    ]  # fmt: skip
    judged: Any = SimpleNamespace(
        session=SimpleNamespace(shots=(), measurements=()),
        logged=lambda what: [entry for entry in log if entry.what == what],
    )
    [warning] = history.retaken(judged)
    assert (warning.code, [*warning.items]) == ("retaken", ["cam-9 ×2"])
