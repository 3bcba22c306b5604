"""Children that crash, hang or eat memory cost one sentence each, and nothing else."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from threading import Event, Timer
from typing import TYPE_CHECKING, Any

import batch_site
import pytest
from marks import slow

from acceptance import batch
from acceptance.batch import PlanState, Settings, bundle, child, tasks
from acceptance.errors import ClipError, GapError, OutputError
from acceptance.files import system
from acceptance.session import integrity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.batch import Summary

POISON = "poisoned_work"
PROGRAM = """
import signal
from acceptance.batch import child
from acceptance.files import system
for number in system.ASKING[1:]:  # the tests may run under nohup
    signal.signal(number, signal.SIG_DFL)
child.PROGRAM = "poisoned_work"
from acceptance.__main__ import main
main()
"""
GIB = 1 << 30


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let children work in a folder of this test, by which they are known among others."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let children do what the names of their clips say."""
    monkeypatch.setattr(child, "PROGRAM", POISON)


def run(folder: Path, out: Path, **fields: Any) -> Summary:
    """Run a batch of a folder without reports, two at once."""
    return batch.run([folder], out, settings=Settings(report=False, workers=2, **fields))


@pytest.mark.usefixtures("poisoned")
def test_a_clip_that_poisons_its_process_costs_one_sentence_and_nothing_else(
    tmp_path: Path, temporary: Path
) -> None:
    """A segmentation fault, a hang that blocks SIGTERM, 3 GiB of memory, and a fault of ours."""
    plans = tmp_path / "plans"
    plans.mkdir()
    for name in ("crash", "eat", "fault", "good", "hang"):
        batch_site.plan(plans, name)
    done = run(plans, tmp_path / "out", timeout=20.0, memory=2 * GIB)
    found = {Path(one.name).stem: one for one in done.outcomes}
    assert found["good"].state is PlanState.MADE
    assert all(one.state is PlanState.FAILED for name, one in found.items() if name != "good")
    words = {
        "crash": r"crash.toml: crash.png: ended the process that measured it \(SIGSEGV\). Export",
        "eat": r"eat.toml: eat.png: needs more than the 2048 MB of memory allowed. Allow more",
        "hang": r"hang.toml: hang.png: was not finished after 20 s and was stopped. Allow more",
        "fault": r"a fault of the toolkit, recorded in .*batch.jsonl",
    }
    for name, sentence in words.items():
        assert len(found[name].errors) == 1
        assert re.search(sentence, found[name].errors[0]), found[name].errors
    assert "ZeroDivisionError" in (tmp_path / "out" / "batch.jsonl").read_text("utf-8")
    assert not children(temporary)


def children(temporary: Path) -> list[str]:
    """Return the children that work in a folder now."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if POISON.encode() in line and str(temporary).encode() in line:
            found.append(line.decode())
    return found


def test_somebody_who_wants_to_stop_waits_for_no_clip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_run", slow_child(child._run))
    stopped = Event()
    Timer(0.3, stopped.set).start()
    began = time.monotonic()
    with pytest.raises(child.StoppedError):
        child.answer(b"\n", "", child.Bounds(seconds=60, memory=0), stopped)
    assert time.monotonic() - began < 30  # of 60


def slow_child(run_child: Any) -> Any:
    """Let a child sleep in place of working."""

    def instead(*given: Any) -> int:
        real = subprocess.Popen

        def sleeping(_: Any, **options: Any) -> Any:
            return real([sys.executable, "-c", "import time; time.sleep(60)"], **options)

        subprocess.Popen = sleeping  # type: ignore[assignment, misc]
        try:
            code: int = run_child(*given)
            return code
        finally:
            subprocess.Popen = real  # type: ignore[misc]

    return instead


def started(folder: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    """Start the command on a folder, with children that do what their clips say."""
    command = [sys.executable, "-c", PROGRAM, "batch", str(folder), "-o", str(out), "--no-report"]
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [*command, "--workers", "2", *more], text=True, env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for(condition: Any, seconds: float = 300.0) -> None:
    """Wait until something is so."""
    late = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < late
        time.sleep(0.05)


def measured(out: Path) -> int:
    """Count the clips measured so far."""
    record = out / "batch.jsonl"
    return record.read_text("utf-8").count('"event": "measured"') if record.exists() else 0


def sound(out: Path) -> int:
    """Count the sessions, each of which is whole."""
    folders = list(out.glob("2*"))
    for folder in folders:
        integrity.require_intact(folder)
    return len(folders)


@pytest.fixture
def three(tmp_path: Path, temporary: Path) -> Iterator[Path]:
    """Plan three clips of which each takes a second."""
    folder = tmp_path / "plans"
    folder.mkdir()
    for number in range(3):
        batch_site.plan(folder, f"slow-{number}")
    yield folder
    wait_for(lambda: not children(temporary))


@pytest.mark.parametrize("number", [signal.SIGINT, *(slow(number) for number in system.ASKING[1:])])
def test_a_batch_that_is_asked_to_end_ends_at_once_and_tells_what_is_done(
    three: Path, tmp_path: Path, temporary: Path, number: int
) -> None:
    out = tmp_path / "out"
    process = started(three, out, "--json", str(tmp_path / "summary.json"))
    wait_for(lambda: sound(out) >= 1)
    process.send_signal(number)
    time.sleep(0.05)
    process.send_signal(number)  # who presses twice breaks nothing off that is being tidied up
    shown, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "interrupted: run the same command again" in said
    assert "Traceback" not in said
    assert "Not finished: " in shown
    summary = json.loads((tmp_path / "summary.json").read_text("utf-8"))
    assert summary["unfinished"]
    assert summary["exit_code"] == 130
    assert not children(temporary)
    goes_on(three, out, sound(out))


def goes_on(plans: Path, out: Path, made: int) -> None:
    """Run the batch again; what was made or measured is not made or measured again."""
    before = measured(out)
    process = started(plans, out)
    shown, said = process.communicate(timeout=120)
    assert process.returncode == 3, said
    assert f"{made} kept" in shown
    assert sound(out) == 3
    assert measured(out) == 3
    assert before >= made


@pytest.mark.parametrize("seed", [1, *map(slow, (2, 3))])
def test_a_kill_loses_only_the_clips_in_flight(
    three: Path, tmp_path: Path, temporary: Path, seed: int
) -> None:
    """Children end with their parent, sessions are whole or not there; the next run goes on."""
    out = tmp_path / "out"
    process = started(three, out)
    wait_for(lambda: measured(out) >= 1 and children(temporary))
    time.sleep(random.Random(seed).uniform(0, 2))  # noqa: S311 -- repeatable
    process.kill()
    process.communicate()
    wait_for(lambda: not children(temporary))
    made = sound(out)
    again = run_again(three, out)
    assert sum(one.state is PlanState.KEPT for one in again.outcomes) == made
    assert {one.state for one in again.outcomes} <= {PlanState.KEPT, PlanState.MADE}
    assert measured(out) == 3


def run_again(plans: Path, out: Path) -> Summary:
    """Run the batch again in this process, with poisoned children."""
    program = child.PROGRAM
    child.PROGRAM = POISON
    try:
        return run(plans, out)
    finally:
        child.PROGRAM = program


def test_errors_come_back_as_they_were_raised() -> None:
    for error in (
        ClipError("no video", where="a.mp4", hint="export it", code="clip_not_video"),
        OutputError("full", code="disc_full"),
        GapError("several_charts", count=2),
    ):
        again = tasks.error_of(tasks.of_error(error))
        assert (type(again), str(again), again.code) == (type(error), str(error), error.code)
        assert again.parameters == error.parameters


@pytest.mark.parametrize("byte", [0, 40, -1])
def test_a_reply_or_entry_of_which_a_byte_is_another_is_none(byte: int) -> None:
    content = bytearray(bundle.pack("key", {"a.json": b"{}", "b.jpg": b"\xff\xd8"}))
    assert bundle.unpack(bytes(content), "key") == {"a.json": b"{}", "b.jpg": b"\xff\xd8"}
    with pytest.raises(ValueError, match="other"):
        bundle.unpack(bytes(content), "other")
    content[byte] ^= 1
    with pytest.raises(ValueError, match="key"):
        bundle.unpack(bytes(content), "key")
    for broken in (b"", b"[]", b"[" * 100_000, b'{"parts": 3}\n', bytes(content[:-1])):
        with pytest.raises(ValueError, match="key"):
            bundle.unpack(broken, "key")
