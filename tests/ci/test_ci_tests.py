"""CI runs up to three tests that failed once more, and names them; more, or again, fail it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "ci-tests"
MAKE = """#!/bin/sh
echo "$@" >> calls
exit $(sed -n "$(wc -l < calls)p" exits)
"""


@pytest.mark.parametrize(
    ("exits", "failed", "code", "runs"),
    [
        ((0,), 0, 0, 1),
        ((2, 0), 1, 0, 2),
        ((2, 0), 3, 0, 2),
        ((2, 2), 1, 2, 2),
        ((2, 0), 4, 1, 1),
        ((2, 0), 0, 1, 1),
    ],
)
def test_few_tests_that_failed_are_run_once_more_and_named(
    exits: tuple[int, ...], failed: int, code: int, runs: int, tmp_path: Path
) -> None:
    names = [f"tests/test_a.py::test_{number}" for number in range(failed)]
    done, calls = ci_tests(tmp_path, exits, names)
    assert (done.returncode, len(calls)) == (code, runs)
    again = {"test ARGS=--last-failed --last-failed-no-failures none --numprocesses 0"}
    assert set(calls[1:]) <= again
    assert [name in done.stdout for name in names] == [code == 0] * failed


def ci_tests(
    tmp_path: Path, exits: tuple[int, ...], names: list[str]
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the script where ``make`` ends with given codes, and pytest has kept some failures."""
    cache = tmp_path / ".pytest_cache/v/cache/lastfailed"
    for folder in (tmp_path / "scripts", tmp_path / "bin", cache.parent):
        folder.mkdir(parents=True)
    shutil.copy2(SCRIPT, tmp_path / "scripts")
    cache.write_text(json.dumps(dict.fromkeys(names, True)), "utf-8")
    (tmp_path / "exits").write_text("\n".join(map(str, exits)), "utf-8")
    make = tmp_path / "bin" / "make"
    make.write_text(MAKE, "utf-8")
    make.chmod(0o755)
    path = f"{make.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [tmp_path / "scripts" / "ci-tests", "test"],
        env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done, (tmp_path / "calls").read_text("utf-8").splitlines()
