"""A Dask cluster of processes on the loopback.

A ``LocalCluster`` gives its thread 10 s to start, which a busy machine does not keep; so does a
client that starts a loop of its own.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from acceptance.batch import cluster

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DASK = [sys.executable, "-m", "distributed.cli.dask_{}"]


@contextmanager
def running(folder: Path, preload: str | None = None, **environment: str) -> Iterator[Cluster]:
    """Run a cluster whose workers run ``preload`` first; Dask reads ``environment``."""
    made = Cluster(folder, environment)
    try:
        made.start_all(preload)
        yield made
    finally:
        made.end()


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        """Choose its folder and its port."""
        folder.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address, self.folder = f"tcp://127.0.0.1:{self.port}", folder
        self.environment = environment
        self.started: list[subprocess.Popen[bytes]] = []

    def start_all(self, preload: str | None) -> None:
        """Start it and wait for its workers."""
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        worker = ["--nthreads", "1", "--local-directory", str(self.folder)]
        worker += ["--preload", preload] if preload else []
        for _ in range(2):
            self.start("worker", self.address, *worker)
        with cluster.connected(self.address, 60) as client:
            client.wait_for_workers(2, timeout=60)
            self.pids = list(client.run(os.getpid).values())

    def start(self, name: str, *options: str) -> subprocess.Popen[bytes]:
        """Start one of Dask's programs."""
        path = os.pathsep.join(filter(None, sys.path))
        command = [*DASK[:2], DASK[2].format(name), *options, "--no-dashboard"]
        process = subprocess.Popen(
            command, cwd=self.folder, env=os.environ | {"PYTHONPATH": path} | self.environment,
            start_new_session=True, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.started.append(process)
        return process

    def end(self) -> None:
        """End all of it."""
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
