"""No name that Windows lacks is used outside ``files.system``; the main verbs run without them.

Nothing here was run on Windows: the names are taken away from the toolkit's modules
(``as_on_windows/sitecustomize.py``), the libraries keep theirs.
"""

from __future__ import annotations

import ast
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

import lacking
import pytest

from acceptance.files import system

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.signing.chains import DemoChain

TESTS = Path(__file__).resolve().parents[1]
PACKAGE = TESTS.parent / "acceptance"
SOURCES = sorted(PACKAGE.rglob("*.py"))
HOME = PACKAGE / "files" / "system.py"


def not_on_windows(source: str) -> Iterator[str]:
    """Yield the modules and names in a source that Windows lacks, also as ``getattr(os, "x")``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(node.module or "", alias.name) for alias in node.names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names = [(node.value.id, node.attr)]
        elif isinstance(node, ast.Call) and len(node.args) > 1:
            module, name = (ast.unparse(argument) for argument in node.args[:2])
            names = [(module, name.strip("'"))]
        else:
            continue
        for module, name in names:
            missing = lacking.on_windows(module) if module.isidentifier() else frozenset()
            if missing is None or name in missing:
                yield f"{module}.{name}".rstrip(".")


def test_names_that_windows_lacks_are_in_one_module() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in SOURCES
        if path != HOME
        for name in not_on_windows(path.read_text("utf-8"))
    ]
    assert wrong == [], "Windows lacks that: call a function of files.system"
    assert {*not_on_windows(HOME.read_text("utf-8"))} >= {"fcntl", "resource", "os.O_NONBLOCK"}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import fcntl", "fcntl"),
        ("def f():\n    from resource import getrlimit", "resource.getrlimit"),
        ("import os\nos.geteuid()", "os.geteuid"),
        ("import signal\nsignal.SIGKILL", "signal.SIGKILL"),
        ("import os\ngetattr(os, 'O_NOFOLLOW', 0)", "os.O_NOFOLLOW"),
        ("import locale\nlocale.LC_MESSAGES", "locale.LC_MESSAGES"),
        ("from time import tzset", "time.tzset"),
    ],
)
def test_a_name_that_windows_lacks_is_found(source: str, name: str) -> None:
    assert [*not_on_windows(source)] == [name]


@pytest.mark.parametrize("source", ["import signal\nsignal.SIGTERM", "import os\nos.fsync(1)"])
def test_a_name_that_windows_has_is_let_pass(source: str) -> None:
    assert [*not_on_windows(source)] == []


def as_on_windows(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python where the toolkit sees what Windows has."""
    modules = [name for name in sys.stdlib_module_names if not name.startswith("_")]
    missing = {name: lacking.on_windows(name) for name in modules}
    names = {name: sorted(found or ()) for name, found in missing.items() if found != frozenset()}
    names["sys"] = sorted(lacking.on_windows("sys") or ())
    paths = os.pathsep.join(map(str, [TESTS / "as_on_windows", PACKAGE.parent, TESTS]))
    given = {"ACCEPTANCE_LACKING": json.dumps(names), "PYTHONPATH": paths}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=os.environ | given,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_names_are_really_gone(tmp_path: Path) -> None:
    for line in (
        "from acceptance.files import system; system.fcntl",
        "import acceptance.files.output as one; one.os.geteuid",
        "import acceptance.files.output as one; one.os.open('.', one.os.O_RDONLY)",
        "import acceptance.files.output as one; one.os.open('x', one.os.O_CREAT)",
    ):
        assert as_on_windows(tmp_path, "-c", line).returncode == 1, line


LOCKING = """
from pathlib import Path
from acceptance.errors import OutputError
from acceptance.session.journal import locked
busy, folder = OutputError("busy"), Path("session")
folder.mkdir()
with locked(folder, busy):
    print(sorted(path.name for path in Path().iterdir()))
    try:
        with locked(folder, busy):
            print("twice")
    except OutputError as error:
        print(error)
with locked(folder, busy):
    print("again")
print(sorted(path.name for path in Path().iterdir()))
"""


def test_a_folder_is_locked_by_a_file_beside_it_that_goes_with_the_lock(tmp_path: Path) -> None:
    done = as_on_windows(tmp_path, "-c", LOCKING)
    assert done.stdout.splitlines() == [
        "['session', 'session.lock']", "busy.", "again", "['session']",
    ], done.stderr  # fmt: skip


# Exit code and words of each command; one process, because loading the libraries takes longest.
VERBS = """
import sys
from pathlib import Path
from plain_pages import plain
from acceptance.cli import verbs

def call(*words):
    code = verbs.cli.main(words, standalone_mode=False, prog_name="acceptance") or 0
    print("code", words[0], code, flush=True)

key, root = sys.argv[1:]
PACK = "gb_t_28181_2022"
call("chart", "acceptance", "-o", "图.png", "--width", "1280")
call("run", "图.png", "--chart", "acceptance", "-o", "out", "--pack", PACK)
[session] = [path for path in Path("out").iterdir() if not path.name.startswith(".")]
later = plain()
later.__enter__()  # the first report was laid out
call("diff", str(session), str(session))
call("sign", str(session), "--key", key)
call("verify", str(session), "--trust", root)
call("judge", str(session), "--pack", PACK, "--why", "试", "--by", "甲", "-o", "again")
call("clauses", PACK)
"""


def test_the_main_verbs_run_without_the_names_that_windows_lacks(
    chain: DemoChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCEPTANCE_KEY_PASSWORD", chain.password)
    done = as_on_windows(tmp_path, "-c", VERBS, str(chain.signer), str(chain.root))
    codes = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("code ")]
    assert codes == [
        ["chart", "0"], ["run", "3"], ["diff", "0"], ["sign", "0"], ["verify", "0"],
        ["judge", "3"], ["clauses", "0"],
    ], done.stderr  # fmt: skip
    assert [path.name for path in tmp_path.rglob("*.lock")] == []
    session = next(tmp_path.glob("out/*/session.json")).read_bytes()
    assert b"\\" not in session


def test_memory_is_limited_for_this_process_and_never_raised() -> None:
    """In a child: the limit holds for ever."""
    program = (
        "from acceptance.files import system; assert system.memory_limit() is None\n"
        "assert system.limit_memory(2 << 30); assert system.memory_limit() == 2 << 30\n"
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "system.limit_memory(2 << 30); assert system.memory_limit() == 1 << 30\n"
        "bytearray(3 << 30)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.stderr.endswith(b"MemoryError\n")
    unlimited = resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
    assert (system.memory_limit() is None) == unlimited


CHILD = (
    "from acceptance.files import system; import sys, time\n"
    "system.end_with_parent(int(sys.argv[1])); time.sleep(float(sys.argv[2])); print('there')"
)
PARENT = f"""
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {CHILD!r}, str(os.getpid()), "60"])
time.sleep(1)
os.kill(os.getpid(), 9)
"""


def test_a_child_ends_with_the_process_that_started_it() -> None:
    """Both write to one pipe, which is closed when the last of them has ended."""
    done = subprocess.run([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, timeout=50)  # noqa: PLW1510
    assert done.returncode == -9


def test_a_child_whose_starter_ended_before_it_asked_ends_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By then its parent is another process: that one may live for ever."""
    ended: Queue[int] = Queue()
    monkeypatch.setattr(system.os, "getppid", lambda: 1)
    monkeypatch.setattr(system.os, "_exit", ended.put)
    system.end_with_parent(4711)
    assert ended.get(timeout=10) == 1


def test_a_child_goes_on_while_its_starter_does() -> None:
    command = [sys.executable, "-c", CHILD, str(os.getpid()), "0.1"]
    assert subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout == b"there\n"


def test_where_nobody_knows_whether_a_parent_has_ended_a_child_goes_on(tmp_path: Path) -> None:
    assert as_on_windows(tmp_path, "-c", CHILD, "4711", "0.2").stdout == "there\n"


CLEARED = """
import resource
import numpy as np
from acceptance.files import system
{call}
begun = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    np.ones(2_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - begun)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left alone")
def test_memory_of_arrays_is_cleared_once_where_it_is_kept() -> None:
    """In pages of 4 kB: how many huge ones there are depends on what else the machine does."""
    small = os.environ | {"NUMPY_MADVISE_HUGEPAGE": "0"}
    given_back, kept = (
        int(subprocess.check_output([sys.executable, "-c", CLEARED.format(call=call)], env=small))
        for call in ("", "system.keep_freed_memory()")
    )
    assert kept < given_back / 2
