"""Clips measured on the workers of a Dask cluster on the loopback: the same, and nothing lost."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import batch_site
import dask
import pytest
from distributed import LocalCluster

from acceptance import batch
from acceptance.batch import PlanState, Settings, cluster, keys
from acceptance.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.batch import Summary

LOCAL = {
    "n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None,
}  # fmt: skip


@contextmanager
def poisoned(**options: Any) -> Iterator[LocalCluster]:
    """Start two workers whose children do what the names of their clips say."""
    poison = "from acceptance.batch import child; child.PROGRAM = 'poisoned_work'"
    with LocalCluster(**LOCAL, preload=[poison], **options) as made:
        yield made


def run(folder: Path, out: Path, address: str, **fields: Any) -> Summary:
    """Run a batch of a folder on a cluster, without reports."""
    settings = Settings(report=False, workers=2, scheduler=address, **fields)
    return batch.run([folder], out, settings=settings)


def test_poison_and_a_worker_that_is_killed_cost_nothing_but_the_poisoned_clip(
    tmp_path: Path,
) -> None:
    for name in ("crash", "slow-1", "slow-2", "slow-3"):
        batch_site.plan(tmp_path, name)
    with poisoned() as made:
        victim = next(iter(made.workers.values())).pid
        killer = threading.Timer(2.0, os.kill, (victim, signal.SIGKILL))
        killer.start()
        done = run(tmp_path, tmp_path / "out", made.scheduler_address)
        killer.join()
    assert [one.state for one in done.outcomes] == [PlanState.FAILED, *[PlanState.MADE] * 3]
    assert "ended the process that measured it (SIGSEGV)" in done.outcomes[0].errors[0]


def test_a_scheduler_that_is_lost_is_one_sentence_and_what_was_measured_is_kept(
    tmp_path: Path,
) -> None:
    batch_site.plan(tmp_path, "a")
    batch_site.plan(tmp_path, "hang")
    record = tmp_path / "out" / "batch.jsonl"
    with poisoned() as made:
        closer = threading.Thread(target=close_when_measured, args=(made, record))
        closer.start()
        with pytest.raises(SetupError, match="the Dask scheduler was lost"):
            run(tmp_path, tmp_path / "out", made.scheduler_address, timeout=8.0)
        closer.join()
    assert len(list((tmp_path / "out" / ".cache").rglob("*.measured"))) == 1


def close_when_measured(made: LocalCluster, record: Path) -> None:
    """Close the scheduler as soon as a clip is measured."""
    while not record.exists() or "measured" not in record.read_text("utf-8"):
        time.sleep(0.1)
    made.sync(made.scheduler.close)


def test_nobody_who_answers_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_site.plan(tmp_path, "a")
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    for address in ("tcp://127.0.0.1:9", "nonsense://x", "127.0.0.1:x"):
        with pytest.raises(SetupError, match="no Dask scheduler answers here"):
            run(tmp_path, tmp_path / "out", address)


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
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(**LOCAL | {"n_workers": 0}) as made,
        pytest.raises(SetupError, match="allows no failure"),
    ):
        run(tmp_path, tmp_path / "out", made.scheduler_address)
