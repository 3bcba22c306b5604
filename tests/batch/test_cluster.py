"""Clips measured on the workers of a Dask cluster on the loopback: the same, and nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import batch_site
import dask_processes
import psutil
import pytest

from acceptance import batch
from acceptance.batch import PlanState, Settings, cluster, keys
from acceptance.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dask_processes import Cluster

    from acceptance.batch import Summary

POISON = "from acceptance.batch import child; child.PROGRAM = 'poisoned_work'"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a busy machine time: patience is no subject of these tests."""
    monkeypatch.setattr(cluster, "PATIENCE", 60.0)


@pytest.fixture
def dask_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Start a cluster on the loopback whose children do what clips say."""
    with dask_processes.running(tmp_path / "cluster", POISON) as made:
        yield made


def run(folder: Path, out: Path, address: str, **fields: Any) -> Summary:
    """Run a batch of a folder on a cluster, without reports."""
    settings = Settings(report=False, workers=2, scheduler=address, **fields)
    return batch.run([folder], out, settings=settings)


def test_poison_and_a_worker_that_is_killed_cost_nothing_but_the_poisoned_clip(
    tmp_path: Path, dask_cluster: Cluster
) -> None:
    for name in ("crash", "slow-1", "slow-2", "slow-3"):
        batch_site.plan(tmp_path, name)
    kill = partial(os.kill, dask_cluster.pids[0], signal.SIGKILL)
    killer = threading.Thread(target=when_measured, args=(tmp_path / "out", kill))
    killer.start()
    done = run(tmp_path, tmp_path / "out", dask_cluster.address)
    killer.join()
    assert [one.state for one in done.outcomes] == [PlanState.FAILED, *[PlanState.MADE] * 3]
    assert "ended the process that measured it (SIGSEGV)" in done.outcomes[0].errors[0]


def test_a_scheduler_that_is_killed_is_one_sentence_and_what_was_measured_is_kept(
    tmp_path: Path, dask_cluster: Cluster
) -> None:
    batch_site.plan(tmp_path, "a")
    batch_site.plan(tmp_path, "hang")
    kill = dask_cluster.scheduler.kill
    killer = threading.Thread(target=when_measured, args=(tmp_path / "out", kill))
    killer.start()
    with pytest.raises(SetupError, match="the Dask scheduler was lost"):
        run(tmp_path, tmp_path / "out", dask_cluster.address)
    killer.join()
    assert len(list((tmp_path / "out" / ".cache").rglob("*.measured"))) == 1


def test_a_batch_that_is_interrupted_leaves_no_child_on_a_worker(
    tmp_path: Path, dask_cluster: Cluster
) -> None:
    """Also one that hangs and blocks SIGTERM; the workers themselves stay."""
    for name in ("a", "hang"):
        batch_site.plan(tmp_path, name)
    workers = [psutil.Process(pid) for pid in dask_cluster.pids]

    class Interrupts(batch.Listener):
        def advanced(self, progress: batch.BatchProgress) -> None:
            if progress.measured:
                assert any(worker.children() for worker in workers)
                raise KeyboardInterrupt

    settings = Settings(report=False, scheduler=dask_cluster.address)
    with pytest.raises(KeyboardInterrupt):
        batch.run([tmp_path], tmp_path / "out", settings=settings, listener=Interrupts())
    late = time.monotonic() + 20
    while any(worker.children() for worker in workers):
        assert time.monotonic() < late
        time.sleep(0.1)


def when_measured(out: Path, act: Callable[[], object]) -> None:
    """Act as soon as a clip is measured."""
    record, late = out / "batch.jsonl", time.monotonic() + 60
    while not record.exists() or "measured" not in record.read_text("utf-8"):
        assert time.monotonic() < late
        time.sleep(0.1)
    act()


def test_nobody_who_answers_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_site.plan(tmp_path, "a")
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:x"):
        with pytest.raises(SetupError, match="no Dask scheduler answers here"):
            run(tmp_path, tmp_path / "out", address)


MISTYPED = ("127.0.0.1", "nonsense://x", "tcp://[::1", "tcp://:8786", "tcp://127.0.0.1:0")
IN_A_FRESH_PROCESS = """
import logging, sys
from acceptance.batch import cluster
from acceptance.errors import SetupError
with cluster._quiet():
    logging.getLogger("distributed.client").critical("a traceback")
for address in sys.argv[1:]:
    try:
        with cluster.workers(address):
            print("a cluster")
    except SetupError as error:
        print(error.where)
"""


def test_a_mistyped_scheduler_is_one_sentence_and_dask_says_nothing_beside_ours() -> None:
    """Dask sets up its loggers when it is imported, and complains of clients left half made."""
    command = [sys.executable, "-c", IN_A_FRESH_PROCESS, *MISTYPED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert (done.stdout.split(), done.stderr) == ([*MISTYPED], "")


def test_a_worker_of_other_versions_is_named_before_anything_begins() -> None:
    same = {"tcp://a:1": dict(keys.toolkit())}
    cluster.require_alike(same, "tcp://s:1")
    other = same | {"tcp://b:2": keys.toolkit() | {"av": "1.0"}}
    with pytest.raises(SetupError, match=r"tcp://b:2: measures by other versions: av 1\.0 / "):
        cluster.require_alike(other, "tcp://s:1")
    failed = same | {"tcp://c:3": ModuleNotFoundError("No module named 'acceptance'")}
    with pytest.raises(SetupError, match=r"tcp://c:3: .*cannot load the toolkit"):
        cluster.require_alike(failed, "tcp://s:1")
    with pytest.raises(SetupError, match="tcp://s:1: the scheduler has no worker"):
        cluster.require_alike({}, "tcp://s:1")


def test_a_scheduler_that_allows_no_failure_is_refused(tmp_path: Path) -> None:
    batch_site.plan(tmp_path, "a")
    none = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with (
        dask_processes.running(tmp_path / "cluster", **none) as made,
        pytest.raises(SetupError, match="allows no failure"),
    ):
        run(tmp_path, tmp_path / "out", made.address)
