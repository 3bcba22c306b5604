"""What is loaded when the program starts: help loads next to nothing, a verb what it needs.

How long that takes is measured by ``benchmarks/start.py``.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from marks import slow

from acceptance.cli import second_process, verbs
from acceptance.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film

HEAVY = {
    "GTC", "av", "cv2", "jinja2", "numpy", "openpyxl", "pydantic", "pyhanko", "rich", "scipy",
    "skimage", "sqlalchemy", "weasyprint",
}  # fmt: skip
MOST_MODULES = 400

# Run the program; print the modules that were loaded when it ended, on the last line.
PROGRAM = """
import atexit, json, sys
atexit.register(lambda: print("\\n" + json.dumps(sorted(sys.modules))))
from acceptance.__main__ import main
main()
"""
# The same until the first frame has been seen; that ends the process.
FIRST_FRAME = """
import json, os, sys
from acceptance.cli import terminal

def seen(*_):
    print("\\n" + json.dumps(sorted(sys.modules)), flush=True)
    os._exit(0)

terminal._plain = seen
from acceptance.__main__ import main
main()
"""


def loaded(program: str, *arguments: object) -> set[str]:
    """Return the modules that a new process has loaded when it ends."""
    command = (sys.executable, "-c", program, *map(str, arguments))
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_loads_few_modules_and_no_library_but_click(option: str) -> None:
    modules = loaded(PROGRAM, option)
    assert "click" in modules
    assert len(modules) <= MOST_MODULES
    assert modules & HEAVY == set()


def test_the_table_of_verbs_alone_loads_no_library_but_click() -> None:
    program = "import json, sys, acceptance.cli.verbs; print(json.dumps(list(sys.modules)))"
    modules = loaded(program)
    assert "acceptance.cli.verbs" in modules
    assert modules & HEAVY == set()


def test_measure_loads_neither_reports_nor_signatures_nor_gtc_before_the_first_frame(
    chart_film: Film,
) -> None:
    modules = loaded(FIRST_FRAME, "measure", chart_film.path)
    assert {"av", "acceptance.scene.watch"} <= modules
    late = {"GTC", "pyhanko", "cryptography", "weasyprint", "jinja2", "openpyxl", "skimage"}
    assert modules & late == set()
    assert modules & {"scipy.interpolate", "scipy.optimize", "scipy.stats"} == set()


def test_what_signs_is_not_loaded_where_nobody_signs() -> None:
    """Not by the verbs that may sign, nor to look whether a report contradicts its session."""
    program = (
        "import json, pathlib, sys\n"
        "from acceptance.cli import batch, judging, reporting, running\n"
        "from acceptance.signing import verification\n"
        "assert verification.Examined(pathlib.Path('none')).attached == ()\n"
        "print(json.dumps(list(sys.modules)))"
    )
    modules = loaded(program)
    assert "acceptance.signing.steps" in modules
    assert modules & {"pyhanko", "asn1crypto", "cryptography"} == set()


@pytest.mark.parametrize("verb", verbs.VERBS, ids=lambda verb: str(verb.name))
def test_the_short_help_of_a_verb_is_that_of_its_command(verb: verbs.Verb) -> None:
    command = verb.loaded()
    assert isinstance(command, click.Command)
    assert command.name == verb.name
    verbs.translate_help(verb)
    assert verb.get_short_help_str() == command.get_short_help_str()


def test_the_help_lists_each_verb_under_one_job() -> None:
    listed = [name for names in verbs.jobs().values() for name in names]
    assert sorted(listed) == sorted(str(verb.name) for verb in verbs.VERBS)


@pytest.mark.parametrize(("stated", "threads"), [(None, "1"), ("2", "2")])
def test_blas_has_one_thread_unless_the_environment_says_otherwise(
    stated: str | None, threads: str
) -> None:
    """Idle ones wait busily; numpy reads the variable when it is loaded, so it must come first."""
    program = (
        "import os; from acceptance import __main__; from acceptance.cli import verbs\n"
        "verbs.main = lambda: print(os.environ['OPENBLAS_NUM_THREADS'])\n"
        "__main__.main()"
    )
    kept = {key: value for key, value in os.environ.items() if key != "OPENBLAS_NUM_THREADS"}
    given = {"OPENBLAS_NUM_THREADS": stated} if stated else {}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=kept | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == threads


# The program as it is started, which tells when its own first line has run.
BEGUN = """
from acceptance import __main__ as program
then = program._open_closed_streams
def begun():
    print("begun", flush=True)
    then()
program._open_closed_streams = begun
program.main()
"""


@pytest.mark.parametrize("times", [1, slow(2)])
def test_ctrl_c_at_any_moment_is_answered_without_a_traceback(times: int) -> None:
    """While libraries load, while a device is waited for, while it says that it was interrupted."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/x"
        command = (sys.executable, "-c", BEGUN, "capture", url, "--no-look", "--timeout", "4")
        for delay in (0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.4, 0.8, 1.6, 3.2):
            with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as running:
                assert running.stdout
                assert running.stdout.readline() == "begun\n"
                for _ in range(times):
                    time.sleep(delay / times)
                    running.send_signal(signal.SIGINT)
                _, errors = running.communicate(timeout=60)
            assert running.returncode in {-signal.SIGINT, 130, 2}, (delay, errors)
            said = (
                errors.lstrip().startswith(("interrupted: ", "error: "))
                and errors.strip().count("\n") == 0
            )
            assert said or not errors, (delay, errors)


@pytest.mark.parametrize(
    ("option", "became"), [("--help", []), ("--no-such-option", ["started", "ended"])]
)
def test_a_second_process_that_the_demo_does_not_come_to_is_ended(
    option: str, became: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    class Second:
        def __init__(self, module: str) -> None:
            assert module == "acceptance.cli.demo"
            done.append("started")

        def end(self) -> None:
            done.append("ended")

    monkeypatch.setattr(second_process, "SecondProcess", Second)
    CliRunner().invoke(verbs.cli, ["demo", option], standalone_mode=False)
    assert done == became


def killed() -> None:
    """End this process as a machine that is short of memory does."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no such signal")
def test_a_second_process_that_is_killed_is_no_fault_and_others_of_ours_go_on() -> None:
    own = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    own.start()
    try:
        with (
            pytest.raises(SetupError, match="ended from outside"),
            second_process.SecondProcess("json") as second,
        ):
            second.result(second.submit(killed))
        assert own.is_alive()
    finally:
        own.kill()
        own.join()


@pytest.mark.skipif(os.name != "posix", reason="this system tracks no semaphores")
def test_an_interrupt_while_the_demo_loads_leaves_no_word_of_pythons_own(tmp_path: Path) -> None:
    """The process group, as a terminal does it; then all processes have ended."""
    command = [sys.executable, "-m", "acceptance", "demo", "-o", str(tmp_path / "demo")]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        time.sleep(0.6)
        os.killpg(running.pid, signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert "Traceback" not in errors
    assert "resource_tracker" not in errors


def test_a_verb_that_does_not_exist_is_answered_with_one_that_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["acceptance", "measur"])
    with pytest.raises(SystemExit) as caught:
        verbs.main()
    assert caught.value.code == 64
    assert "measure" in capsys.readouterr().err.splitlines()[-1]
