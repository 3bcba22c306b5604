"""Throughput of all time metrics and faults, compared with plain decoding, and memory by length.

``python benchmarks/throughput.py`` films the clock at 1080p25, H.264 of 4 Mbit/s, for 60 s, then
decodes it plainly and measures it in turn, each in a process of its own, and prints the median of
the ratios. The time runs from the first frame to the last; the time that the metrics need after the
last frame is listed separately. For memory the same clip is repeated four times (240 s). On a
shared machine both columns matter: wall time and processor time.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import av
from setting import machine, table

from acceptance import metrics
from acceptance.charts import definition
from acceptance.footage import clip
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Mapping

FAMILIES = ("frame_rate", "latency", "faults", "burnt_in_clock")
SECONDS, TIMES_OVER, BIT_RATE = 60.0, 4, 4_000_000


def film(path: Path, seconds: float, height: int = 1080) -> None:
    """Film the clock; arrival times and the screen's log go beside the film."""
    camera = Camera(
        width=height * 16 // 9, height=height, noise=0.006, share=0.6, exposure=0.01,
        bit_rate=BIT_RATE, seed=3,
    )  # fmt: skip
    arrivals, log = path.with_name("arrivals.csv"), path.with_name("log.csv")
    films.film_clock(
        camera, definition.load("clock"), path, seconds, arrivals_path=arrivals, log_path=log
    )


def times_over(path: Path, number: int, to: Path) -> None:
    """Write the coded frames of a clip ``number`` times, one after the other."""
    with av.open(str(path)) as source, av.open(str(to), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        length = source.streams.video[0].duration or 0
        for turn in range(number):
            source.seek(0)
            for packet in source.demux(video=0):
                if packet.dts is not None and packet.pts is not None:
                    packet.pts += turn * length
                    packet.dts += turn * length
                    packet.stream = stream
                    target.mux(packet)


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def plain(path: Path) -> dict[str, float]:
    """Decode with as many threads as PyAV takes, luma planes as views, nothing else."""
    marks: list[tuple[float, float, int]] = []
    for frame in clip.open_clip(path).frames():
        _mark(marks, frame.index)
    return _spent(marks)


def whole(path: Path) -> dict[str, float]:
    """Read the clip as ``acceptance measure`` does, and measure all time metrics and faults."""
    marks: list[tuple[float, float, int]] = []

    def progress(done: int, _total: int) -> None:
        _mark(marks, done - 1)

    log = path.with_name("log.csv").name if path.with_name("log.csv").is_file() else ""
    shot = Shot(id="film", subject="camera", clip=path.name, screen_log=log)
    seen = build.look(shot, path.parent, progress=progress)
    began = time.perf_counter()
    families = [metrics.every()[family] for family in FAMILIES if family in metrics.every()]
    found, _ = measuring.measure(seen, [name for family in families for name in family.QUANTITIES])
    return _spent(marks) | {"after": time.perf_counter() - began, "figures": float(len(found))}


def _mark(marks: list[tuple[float, float, int]], frame: int) -> None:
    """Keep the first mark and the last: wall time, processor time, number of the frame."""
    marks[1:] = []
    marks.append((time.perf_counter(), _processor(), frame))


def _spent(marks: list[tuple[float, float, int]]) -> dict[str, float]:
    (began, used, _), (ended, spent, last) = marks[0], marks[-1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall": ended - began, "processor": spent - used, "frames": float(last), "peak": peak}


def alone(how: str, path: Path) -> dict[str, float]:
    """Run one way in a process of its own."""
    done = subprocess.run(  # noqa: S603 -- this very script
        [sys.executable, __file__, "--one", how, str(path)],
        check=True,
        capture_output=True,
        text=True,
    )
    spent: dict[str, float] = json.loads(done.stdout)
    return spent


def compared(path: Path, rounds: int) -> str:
    """Return the table of plain decoding and of all metrics, in turn."""
    runs = [{how: alone(how, path) for how in ("plain", "whole")} for _ in range(rounds)]
    rows: list[tuple[object, ...]] = []
    for number, run in enumerate(runs, start=1):
        ratios = (f"{ratio:.2f}" for ratio in _ratios(run))
        rates = *_row(run["plain"]), *_row(run["whole"])
        rows.append((number, *rates, *ratios, f"{run['whole']['after']:.2f}"))
    by_kind = zip(*map(_ratios, runs), strict=True)
    medians = (statistics.median(ratios) for ratios in by_kind)
    rows.append(("median", "", "", "", "", *(f"{median:.2f}" for median in medians), ""))
    each = ("frame/s", "CPU ms a frame")
    head = ("round", *(f"{how}, {what}" for how in ("plain", "all") for what in each))
    head += ("ratio of rates", "ratio of CPU", "after the last frame, s")
    return table(head, rows)


def _row(run: Mapping[str, float]) -> tuple[str, str]:
    return f"{run['frames'] / run['wall']:.0f}", f"{1000 * run['processor'] / run['frames']:.2f}"


def _ratios(run: Mapping[str, Mapping[str, float]]) -> tuple[float, ...]:
    """Plain over whole, of wall time and of processor time."""
    return tuple(run["plain"][kind] / run["whole"][kind] for kind in ("wall", "processor"))


def memory(path: Path) -> str:
    """Return the table of peak memory by length."""
    long = path.with_name("long.mp4")
    times_over(path, TIMES_OVER, long)
    rows = []
    for film_path in (path, long):
        runs = [alone(how, film_path) for how in ("plain", "whole")]
        rows.append((f"{runs[0]['frames'] + 1:.0f}", *(f"{run['peak']:.0f}" for run in runs)))
    return table(("frames", "plain, peak MB", "all, peak MB"), rows)


def report(seconds: float, rounds: int, height: int = 1080) -> str:
    """Film, compare and return both tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        film(path, seconds, height)
        return compared(path, rounds) + memory(path)


def main() -> None:
    """Print the tables and the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("HOW", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--film", type=Path, help="use this film instead of making one")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.one:
        how, path = options.one
        print(json.dumps({"plain": plain, "whole": whole}[how](Path(path))))
        return
    if options.film:
        print(compared(options.film, options.rounds) + memory(options.film))
    else:
        print(report(SECONDS, options.rounds))
    print(machine())


if __name__ == "__main__":
    main()
