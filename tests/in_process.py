"""The program run in this process: for tests of what it says, where no process is needed.

What ``verbs.main`` does for a process is passed by: terminals without UTF-8, a language set anew,
memory asked for beforehand, Ctrl-C.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from acceptance.cli import failures, verbs

if TYPE_CHECKING:
    from pathlib import Path


def program(
    *words: str, folder: Path, **environment: str | None
) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder; return its exit code and what it writes, as of a process.

    ``environment`` adds variables, or takes those away that are None.
    """
    runner = CliRunner()
    with contextlib.chdir(folder), runner.isolation(env=environment) as (out, err, _):
        try:
            code = verbs.cli.main([*words], prog_name="acceptance", standalone_mode=False) or 0
        except Exception as error:  # noqa: BLE001 -- as of the program itself
            code = failures.tell(error)
        sys.stdout.flush()
        sys.stderr.flush()
        said = [stream.getvalue().decode() for stream in (out, err)]
    return subprocess.CompletedProcess(words, code, *said)


def acceptance(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command line as a process does; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["acceptance", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        verbs.main()
    return int(ended.value.code or 0)


def called(*arguments: object) -> tuple[int, str]:
    """Run a verb; return its exit code and what it writes. Raises what the verb raises."""
    done = CliRunner().invoke(
        verbs.cli, [*map(str, arguments)], standalone_mode=False, catch_exceptions=False
    )
    return int(done.return_value or 0), done.output
