"""A network between tester and camera that delays each frame by a random time: two TUN devices.

The tests import ``relay`` from here; the same module, run as a program, hands the packets over. It
draws one delay for each RTP time, keeps the order, and writes down when each frame's first packet
came and went.
"""

from __future__ import annotations

import contextlib
import csv
import ctypes
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from peers.cable import ends, run

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parents[1]
HERE, THERE = ends("10.214")
TUNSETIFF, TUN_WITHOUT_HEADER = 0x400454CA, 0x1001
UDP, PAYLOAD_TYPE, LARGEST = 17, 96, 2048


@dataclass(frozen=True)
class Relay:
    """The camera is started with ``prefix`` before its words, and reached at ``THERE``."""

    namespace: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def prefix(self) -> tuple[str, ...]:
        """Words before those of a program at the far end."""
        return ("ip", "netns", "exec", self.namespace)

    def passed(self) -> list[tuple[int, float, float]]:
        """End it; return RTP time of each frame, and when its first packet came and went (s)."""
        self.process.terminate()
        self.process.wait()
        with self.log.open(encoding="utf-8") as file:
            return [(int(row[0]), float(row[1]), float(row[2])) for row in csv.reader(file)]


@contextlib.contextmanager
def relay(width: float) -> Iterator[Relay]:
    """Delay frames by 0 to ``width`` s; skip the test where the kernel forbids it."""
    name = f"far{os.getpid() % 100000}"
    if not Path("/dev/net/tun").exists() or os.geteuid():
        pytest.skip("no TUN devices here, or not root")
    try:
        run("ip", "netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespaces here: {error}")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "passed.csv")
        command = [sys.executable, "-m", "peers.relay", name, str(width), str(log)]
        try:
            with subprocess.Popen(command, cwd=TESTS, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
                for place, address in (((), HERE), (("-n", name), THERE)):
                    run("ip", *place, "addr", "add", f"{address}/30", "dev", name)
                    run("ip", *place, "link", "set", name, "up")
                run("ip", "-n", name, "link", "set", "lo", "up")
                try:
                    yield Relay(name, process, log)
                finally:
                    process.kill()
        finally:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _tun(name: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), TUN_WITHOUT_HEADER))
    return device


def _hand(device: int, packet: bytes) -> None:
    with contextlib.suppress(OSError):  # the other end is not up yet
        os.write(device, packet)


def _rtp_time(packet: bytes) -> int | None:
    """RTP time of a packet of IPv4; None: it is none of RTP."""
    payload = packet[4 * (packet[0] & 15) + 8 :]
    rtp = packet[9] == UDP and len(payload) > 12 and payload[0] >> 6 == 2
    if not rtp or payload[1] & 127 != PAYLOAD_TYPE:
        return None
    return int.from_bytes(payload[4:8], "big")


def main(name: str, width: float, log: Path) -> None:
    """Hand packets over until told to end."""
    near = _tun(name)
    namespace = os.open(f"/run/netns/{name}", os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(namespace, 0):
        raise OSError(ctypes.get_errno())
    far = _tun(name)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print("ready", flush=True)  # noqa: T201 -- for the test that waits
    draws, waiting = np.random.default_rng(2006), deque[tuple[float, float, bytes, int | None]]()
    latest, delay, due = None, 0.0, 0.0
    with log.open("w", encoding="utf-8", newline="") as file:
        passed = csv.writer(file)
        noted = None
        while True:
            rest = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 1.0
            readable, _, _ = select.select([near, far], [], [], rest)
            now = time.monotonic()
            if near in readable:
                _hand(far, os.read(near, LARGEST))
            if far in readable:
                packet = os.read(far, LARGEST)
                moment = _rtp_time(packet) if packet[0] >> 4 == 4 else None
                if moment is not None and moment != latest:
                    latest, delay = moment, draws.uniform(0, width)
                due = max(due, now + delay) if moment is not None else now
                waiting.append((due, now, packet, moment))
            while waiting and waiting[0][0] <= time.monotonic():
                _, came, packet, moment = waiting.popleft()
                _hand(near, packet)
                if moment is not None and moment != noted:
                    noted = moment
                    passed.writerow((moment, came, time.monotonic()))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]))
