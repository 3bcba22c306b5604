"""CI runs up to three tests that failed once more, where all others ran and passed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from marks import slow

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "ci-tests"
MAKEFILE = f"""\
test:
\t@{sys.executable} -m pytest --disable-plugin-autoload -p xdist \\
\t  --numprocesses 2 --dist loadfile --no-loadscope-reorder --rootdir . -c pytest.ini $(ARGS)
"""
ONCE = """
from pathlib import Path
def once():
    been = Path(__file__).with_name("been")
    first = not been.exists()
    been.touch()
    return first
"""
TEARDOWN = """
import pytest
@pytest.fixture(autouse=True)
def fails_at_the_end():
    yield
    assert 0
"""
# what a file of tests holds; whether it passes at last, and how often pytest ran
CASES = {
    "once": ("def test_a(): assert not once()", True, 2),
    "always": ("def test_a(): assert once() is None", False, 2),
    "skipped": ("import pytest\ndef test_a():\n if not once(): pytest.skip()\n assert 0", False, 2),
    "import": ("assert 0", False, 1),
    "teardown": (f"{TEARDOWN}\ndef test_a(): assert not once()", False, 1),
    "crash": ("import os\ndef test_a(): assert not once() or os._exit(1)", False, 1),
    "sound": ("def test_a(): pass", True, 1),
    "four": ("\n".join(f"def test_{n}(): assert 0" for n in range(4)), False, 1),
    "broken_off": ("def test_a(): assert 0\ndef test_b(): raise KeyboardInterrupt", False, 1),
}


@pytest.mark.parametrize("case", [*list(CASES)[:6], *map(slow, list(CASES)[6:])])
def test_few_tests_that_failed_are_run_once_more_and_named(case: str, tmp_path: Path) -> None:
    tests, passes, runs = CASES[case]
    (tmp_path / "scripts").mkdir()
    shutil.copy2(SCRIPT, tmp_path / "scripts")
    (tmp_path / "Makefile").write_text(MAKEFILE, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (tmp_path / "test_case.py").write_text(ONCE + tests, "utf-8")
    (tmp_path / "test_others.py").write_text("def test_it(): pass", "utf-8")
    done = subprocess.run(
        [sys.executable, tmp_path / "scripts" / "ci-tests", "test"],
        env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert (done.returncode == 0) is passes, done.stdout
    assert ("once more" in done.stdout.lower()) is (runs == 2)
    assert ("test_case.py::test_a" in done.stdout.partition("UNSTEADY")[2]) is (case == "once")
