"""A camera whose frames leave when it was planned, and of which the kernel says when they left.

The tests and a benchmark import ``timed`` from here; the same file, run as a program, is the
camera: RTSP, and RTP over UDP on the loopback. The truth is no sleep that it asked for but the
stamp of each packet as it goes to the device (SO_TIMESTAMPING, software, Linux): a busy machine
sends late, and what is measured must say so.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as a program

from peers.rtsp_camera import Faults, _coded
from peers.rtsp_responder import Asked, reply, responder, usual

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

TIMESTAMPING = 37  # SO_TIMESTAMPING
STAMPS = 1 << 1 | 1 << 4 | 1 << 7 | 1 << 11  # of sending, by software, numbered, without the packet
CLOCK_RATE = 90000
EARLY = 0.002  # s before its time at which the camera stops sleeping
AHEAD = 0.3  # s before the first frame
SETTLING = 0.5  # s after the last one, until everything has come


@dataclass(frozen=True, kw_only=True)
class Delays:
    """What is planned: frames leave at n / rate + delay, in order."""

    width: float = 0.0
    """s: each frame is delayed by anything from 0 to this, alike."""

    step: float = 0.0
    """s by which the second half comes later."""

    rate: float = 25.0
    """Frames per second."""

    frames: int = 100
    """Sent in all."""

    seed: int = 1
    """Of the delays."""

    def planned(self) -> NDArray[np.float64]:
        """Return when each frame is to leave, in s from the beginning."""
        delays = np.random.default_rng(self.seed).uniform(0, self.width, self.frames)
        delays[self.frames // 2 :] += self.step
        return np.maximum.accumulate(np.arange(self.frames) / self.rate + delays)


@dataclass(frozen=True)
class Departures:
    """When packets left; rows by packet."""

    sequence: NDArray[np.int64]
    frame: NDArray[np.int64]
    """Number of the packet's frame."""
    planned: NDArray[np.float64]
    """Monotonic s at which it was to leave."""
    sent: NDArray[np.float64]
    """Monotonic s at which the kernel gave it to the device; nan: it did not say."""


@dataclass(frozen=True)
class TimedCamera:
    """Where it is."""

    url: str
    log: Path
    process: subprocess.Popen[str]
    ended: threading.Event
    """Set once all that was sent has come: ends a capture."""

    def departures(self) -> Departures:
        """Wait for its end; return when its packets left."""
        self.process.wait(60)
        with self.log.open(encoding="utf-8") as file:
            rows = [tuple(map(float, row)) for row in csv.reader(file)]
        sequence, frame, planned, sent = np.array(rows).T
        return Departures(sequence.astype(int), frame.astype(int), planned, sent)


@contextlib.contextmanager
def timed(delays: Delays) -> Iterator[TimedCamera]:
    """Run the camera until its last frame has left or the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "sent.csv")
        command = [sys.executable, __file__, json.dumps(asdict(delays)), str(log)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            ended = threading.Event()

            def watch() -> None:
                process.wait()
                ended.set()

            threading.Thread(target=watch, daemon=True).start()
            try:
                yield TimedCamera(process.stdout.readline().strip(), log, process, ended)
            finally:
                process.kill()


# --- the program


class Sender:
    """Sends the frames of a plan to a port, and collects the kernel's stamps."""

    def __init__(
        self, delays: Delays, units: list[tuple[int, bytes]], place: tuple[str, int]
    ) -> None:
        self._delays, self._units, self._place = delays, units, place
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, TIMESTAMPING, STAMPS)
        self._sent: dict[int, float] = {}

    def run(self, log: Path) -> None:
        """Send everything; write a line for each packet."""
        units, rows = self._units, list[tuple[int, int, float]]()
        moments = time.perf_counter() + AHEAD + self._delays.planned()
        for frame, moment in enumerate(moments):
            packets = _packets(units[frame % len(units)][1], frame, len(rows), self._delays.rate)
            _wait(moment)
            for packet in packets:
                self._socket.sendto(packet, self._place)
            rows += [(len(rows) + place, frame, moment) for place in range(len(packets))]
            self._collect()
        time.sleep(SETTLING)
        self._collect()
        with log.open("w", encoding="utf-8", newline="") as file:
            written = csv.writer(file)
            for number, frame, moment in rows:
                written.writerow((number, frame, moment, self._sent.get(number, float("nan"))))

    def _collect(self) -> None:
        """Read the stamps that are there; each has the number of its packet."""
        while True:
            try:
                _, messages, _, _ = self._socket.recvmsg(
                    64, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT
                )
            except BlockingIOError:
                return
            stamps = [content for _, kind, content in messages if kind == TIMESTAMPING]
            errors = [content for level, _, content in messages if level == socket.IPPROTO_IP]
            seconds, nanoseconds = struct.unpack_from("@ll", stamps[0])
            since = time.time() - seconds - nanoseconds / 1e9  # a clock that is set moves little
            number = struct.unpack_from("=IBBBBII", errors[0])[6]
            self._sent[number] = time.perf_counter() - since


def _wait(moment: float) -> None:
    """Sleep, and look at the clock without pause for the last milliseconds."""
    if (left := moment - time.perf_counter() - EARLY) > 0:
        time.sleep(left)
    while time.perf_counter() < moment:
        pass


def _packets(unit: bytes, frame: int, first: int, rate: float) -> list[bytes]:
    """Put a coded frame into packets of RTP, a NAL unit each."""
    parts = [part for part in unit.split(b"\0\0\1") if part.strip(b"\0")]
    ticks = round(frame * CLOCK_RATE / rate) & 0xFFFFFFFF
    return [
        struct.pack(
            "!BBHII", 0x80, 96 | 0x80 * (part is parts[-1]), first + place & 0xFFFF, ticks, 7
        ) + part.rstrip(b"\0")
        for place, part in enumerate(parts)
    ]  # fmt: skip


def main(plan: str, log: Path) -> None:
    """Serve one client, and end when everything was sent."""
    delays, done = Delays(**json.loads(plan)), threading.Event()
    place: list[tuple[str, int]] = []
    units = _coded(Faults(), (320, 240))

    def send() -> None:
        with contextlib.suppress(AttributeError, OSError):  # root of Linux may go before others
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        Sender(delays, units, place[0]).run(log)
        done.set()

    def answer(asked: Asked) -> bytes:
        if asked.method == "SETUP":
            header = asked.headers["transport"]
            port = int(header.partition("client_port=")[2].partition("-")[0])
            place.append(("127.0.0.1", port))
            return reply(asked, Session="1;timeout=60", Transport=header)
        if asked.method == "PLAY":
            threading.Thread(target=send, daemon=True).start()
        return usual(asked)

    with responder(answer) as device:
        print(device.url, flush=True)  # noqa: T201 -- for whoever waits
        done.wait()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
