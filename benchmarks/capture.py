"""What a capture costs: processor share, memory over time, fsync, frames and packets lost.

``python benchmarks/capture.py [--minutes 10] [--streams 1] [--transport udp] [--looking]
[--no-sync]``

Each stream is 1080p25 H.264 of about 4 Mbit/s from GStreamer's RTSP server on the loopback; all are
captured by one process, whose own processor time and memory are read every second. The server
sends frame n at n / 25 s: what is missing is counted against that. ``--no-sync``: nothing is
brought to the disc; the difference is what that costs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from peers.rtsp_camera import Camera, camera

from acceptance.charts import definition
from acceptance.files import output
from acceptance.live.rtsp import Captured, capture
from acceptance.scene.chart_sighting import sighting

if TYPE_CHECKING:
    from acceptance.footage.clip import Frame

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
WARM_UP, ENDING = 10, 5  # s in the beginning and at the end in which memory does not count


class Flushes:
    """How long it takes to bring a file to the disc, in s; or nothing is brought there."""

    def __init__(self, *, real: bool) -> None:
        self.took: list[float] = []
        self._flush = output.flush if real else lambda _path: None

    def __call__(self, path: Path) -> None:
        """Flush, and take the time."""
        begun = time.perf_counter()
        self._flush(path)
        self.took.append(time.perf_counter() - begun)

    def figures(self) -> str:
        """Return how many there were, their median, and the longest."""
        took = sorted(self.took) or [0.0]
        middle, longest = 1000 * took[len(took) // 2], 1000 * took[-1]
        return f"{len(self.took)}, {middle:.1f}, {longest:.0f}"


def memory() -> float:
    """Return the resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * PAGE / 1e6


def look(frame: Frame) -> None:
    """Do what the command line does with a picture."""
    sighting(frame.luma, [definition.load("acceptance")])


def take(peer: Camera, clip: Path, seconds: float, transport: str, *, looking: bool) -> Captured:
    """Capture one stream."""
    watcher = look if looking else None
    return capture(peer.url, clip, seconds=seconds, transport=transport, on_frame=watcher)


def measured(arguments: argparse.Namespace) -> None:
    """Capture all streams at once, and print what it cost."""
    seconds, used = 60 * arguments.minutes, []
    output.flush = flushes = Flushes(real=not arguments.no_sync)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        peers = [
            stack.enter_context(camera(size=(1920, 1080), noise=4, bit_rate=4_000_000, quiet=True))
            for _ in range(arguments.streams)
        ]
        pool = stack.enter_context(ThreadPoolExecutor(arguments.streams))
        ended = threading.Event()
        begun, before = time.monotonic(), time.process_time()
        running = [
            pool.submit(
                take, peer, folder / f"{number}.mp4", seconds, arguments.transport,
                looking=arguments.looking,
            )
            for number, peer in enumerate(peers)
        ]  # fmt: skip
        while not all(each.done() for each in running):
            ended.wait(1.0)
            used.append(memory())
        share = (time.process_time() - before) / (time.monotonic() - begun)
        tell(arguments, [each.result() for each in running], share, used, flushes)


def tell(
    arguments: argparse.Namespace,
    done: list[Captured],
    share: float,
    used: list[float],
    flushes: Flushes,
) -> None:
    """Print the row of a table."""
    settled = used[WARM_UP:-ENDING] or used  # without loading, and without the end of the clips
    looking = "yes" if arguments.looking else "no"
    expected = [round(each.seconds * 25) for each in done]
    missing = sum(max(0, n - each.frames - 1) for n, each in zip(expected, done, strict=True))
    rate = sum(each.clip.stat().st_size * 8 / each.seconds for each in done) / len(done) / 1e6
    print("| streams | transport | looks | minutes | Mbit/s | % of a core | MB, first to last | "
          "frames | missing | packets lost | own drops | kernel to program, ms | "
          "fsync: calls, median, worst, ms |")  # fmt: skip
    print("|" + " --- |" * 13)
    print(
        f"| {len(done)} | {arguments.transport} | {looking} | {arguments.minutes:g} | {rate:.1f} | "
        f"{100 * share:.1f} | {settled[0]:.0f} to {settled[-1]:.0f} | "
        f"{sum(each.frames for each in done)} | {missing} | {sum(each.lost for each in done)} | "
        f"{sum(each.own_drops for each in done)} | "
        f"{1000 * max(each.lag for each in done):.2f} | {flushes.figures()} |"
    )


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--streams", type=int, default=1)
    parser.add_argument("--transport", choices=["tcp", "udp"], default="udp")
    parser.add_argument("--looking", action="store_true")
    parser.add_argument("--no-sync", action="store_true")
    measured(parser.parse_args())


if __name__ == "__main__":
    main()
