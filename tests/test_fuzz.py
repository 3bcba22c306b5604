"""Sound files, damaged at random: 500 of the 20,000 cases of ``benchmarks/fuzz.py``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
import fuzz
import intact_files

CASES = 500
EACH = -(-CASES // len(fuzz.READERS))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.fixture(scope="module")
def files(folder: Path) -> dict[str, bytes]:
    return intact_files.made(folder)


@pytest.mark.parametrize("name", fuzz.READERS)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    name: str, files: dict[str, bytes], folder: Path
) -> None:
    tally = fuzz.hunt(name, files, folder, EACH)
    assert tally.failures == []
    assert tally.cases >= EACH


@pytest.mark.parametrize(
    ("reader", "error", "longest"),
    [
        (lambda path: path.read_bytes().decode(), "UnicodeDecodeError", fuzz.LONGEST),
        (lambda path: b"time_s" in path.read_bytes() or {}["missing"], "KeyError", fuzz.LONGEST),
        (lambda path: b"time_s" in path.read_bytes() or _endless(), "TooLongError", 0.02),
    ],
)
def test_the_fuzz_finds_a_reader_that_falls_over_or_never_ends(
    reader: Any,
    error: str,
    longest: float,
    files: dict[str, bytes],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A search that never finds anything would hold nothing."""
    monkeypatch.setattr(fuzz, "LONGEST", longest)
    monkeypatch.setitem(fuzz.READERS, "screen.csv", reader)
    tally = fuzz.hunt("screen.csv", files, folder, 100)
    assert [error in failure for failure in tally.failures] == [True]


def _endless() -> None:
    while True:
        pass
