"""The table of quirks is whole, and each is held by a test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \|.*\| `(test_\w+)` \|$", re.MULTILINE)


def test_every_quirk_is_named_and_held_by_a_test() -> None:
    rows = ROW.findall((ROOT / "docs" / "probe.md").read_text("utf-8"))
    assert [int(number) for number, _ in rows] == [*range(1, 21)]
    written = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for _, name in rows if f"def {name}(" not in written] == []
