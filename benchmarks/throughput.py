"""Throughput of measuring a film, compared with plain decoding, and memory by length.

``python benchmarks/throughput.py`` films the clock and the acceptance chart at 1080p25, H.264 of 4
Mbit/s with a key frame every two seconds, for 180 s, and cuts the first 60 s of each. It decodes
each plainly and measures it in turn, each in a process of its own: of the clock all time metrics
and faults, of the chart all picture metrics. The first tables compare what the *further* 120 s
cost, from opening the clip to the last figure, so that what does not grow with the film does not
count. Then, for 60 s of the clock, the time runs from the first frame to the last; what the metrics
need after the last frame is listed separately. On a shared machine both columns matter: wall time
and processor time. ``--films FOLDER`` keeps the films and uses those that are there.
"""

from __future__ import annotations

import argparse
import json
import os
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
    from collections.abc import Iterable, Mapping

FAMILIES = {
    "clock": ("frame_rate", "latency", "faults", "burnt_in_clock"),
    "chart": ("resolution", "noise", "grey_scale", "colour", "geometry"),
}
SECONDS, LONG, TIMES_OVER, BIT_RATE = 60.0, 180.0, 4, 4_000_000


def film(path: Path, seconds: float, height: int = 1080) -> None:
    """Film the clock; arrival times and the screen's log go beside the film."""
    camera = _camera(height, share=0.6)
    arrivals, log = path.with_name("arrivals.csv"), path.with_name("log.csv")
    films.film_clock(
        camera, definition.load("clock"), path, seconds, arrivals_path=arrivals, log_path=log
    )


def film_of_chart(path: Path, seconds: float, height: int = 1080) -> None:
    """Film the acceptance chart."""
    films.film_chart(_camera(height, share=0.9), definition.load("acceptance"), path, seconds)


def _camera(height: int, share: float) -> Camera:
    return Camera(
        width=height * 16 // 9, height=height, noise=0.006, share=share, exposure=0.01,
        bit_rate=BIT_RATE, seed=3,
    )  # fmt: skip


def beginning(path: Path, seconds: float, to: Path) -> None:
    """Write the coded frames of the first seconds of a clip, up to a key frame."""
    with av.open(str(path)) as source, av.open(str(to), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.pts is None:
                break
            if packet.is_keyframe and packet.pts * packet.time_base >= seconds:
                break
            packet.stream = stream
            target.mux(packet)


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
    begun = _now()
    opened = clip.open_clip(path)
    for frame in opened.frames():
        _mark(marks, frame.index, len(opened.packets))
    return _spent(marks) | _since(begun)


def whole(path: Path, kind: str = "clock") -> dict[str, float]:
    """Read the clip as ``acceptance measure`` does, and measure all quantities of its kind."""
    marks: list[tuple[float, float, int]] = []

    def progress(done: int, total: int) -> None:
        _mark(marks, done - 1, total)

    begun = _now()
    log = path.with_name("log.csv").name if path.with_name("log.csv").is_file() else ""
    named = {"screen_log": log} if kind == "clock" else {"chart": "acceptance"}
    shot = Shot(id="film", subject="camera", clip=path.name, **named)
    seen = build.look(shot, path.parent, progress=progress)
    began = time.perf_counter()
    families = [metrics.every()[family] for family in FAMILIES[kind]]
    found, _ = measuring.measure(seen, [name for family in families for name in family.QUANTITIES])
    after = {"after": time.perf_counter() - began, "figures": float(len(found))}
    return _spent(marks) | after | _since(begun)


def _now() -> tuple[float, float]:
    return time.perf_counter(), _processor()


def _since(begun: tuple[float, float]) -> dict[str, float]:
    wall, processor = _now()
    return {"all_wall": wall - begun[0], "all_processor": processor - begun[1]}


def _mark(marks: list[tuple[float, float, int]], frame: int, frames: int) -> None:
    """Keep wall time, processor time and number of the first frame and of the last."""
    if frame in {0, frames - 1}:
        marks.append((time.perf_counter(), _processor(), frame))


def _spent(marks: list[tuple[float, float, int]]) -> dict[str, float]:
    (began, used, _), (ended, spent, last) = marks[0], marks[-1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"wall": ended - began, "processor": spent - used, "frames": float(last), "peak": peak}


def alone(how: str, path: Path) -> dict[str, float]:
    """Run one way in a process of its own."""
    done = subprocess.run(  # noqa: S603 -- this very script
        [sys.executable, __file__, "--one", how, str(path)],
        env={"OPENBLAS_NUM_THREADS": "1"} | os.environ,  # as the command starts
        check=True,
        capture_output=True,
        text=True,
    )
    spent: dict[str, float] = json.loads(done.stdout)
    return spent


def further(short: Path, long: Path, kind: str, rounds: int) -> str:
    """Return the table of what the further seconds of ``long`` cost, plainly and measured."""
    rows: list[tuple[object, ...]] = []
    every: list[tuple[float, float]] = []
    for number in range(1, rounds + 1):
        runs = {
            how: [alone(how, path) for path in (short, long)] for how in ("plain", f"whole_{kind}")
        }
        costs = [
            _between(*runs[how], which) for which in ("all_wall", "all_processor") for how in runs
        ]
        every.append((costs[0] / costs[1], costs[2] / costs[3]))
        rows.append((number, *(f"{cost:.2f}" for cost in costs), *_rounded(every[-1])))
    medians = [statistics.median(ratios) for ratios in zip(*every, strict=True)]
    rows.append(("median", *[""] * 4, *_rounded(medians)))
    head = ("plain, s", "measured, s", "plain, CPU s", "measured, CPU s", "ratio", "ratio of CPU")
    return table((f"{kind}, round", *head), rows)


def _between(short: Mapping[str, float], long: Mapping[str, float], which: str) -> float:
    return long[which] - short[which]


def _rounded(ratios: Iterable[float]) -> tuple[str, ...]:
    return tuple(f"{ratio:.2f}" for ratio in ratios)


def compared(path: Path, rounds: int) -> str:
    """Return the table of plain decoding and of all metrics, in turn."""
    runs = [{how: alone(how, path) for how in ("plain", "whole_clock")} for _ in range(rounds)]
    rows: list[tuple[object, ...]] = []
    for number, run in enumerate(runs, start=1):
        ratios = (f"{ratio:.2f}" for ratio in _ratios(run))
        rates = *_row(run["plain"]), *_row(run["whole_clock"])
        rows.append((number, *rates, *ratios, f"{run['whole_clock']['after']:.2f}"))
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
    return tuple(run["plain"][kind] / run["whole_clock"][kind] for kind in ("wall", "processor"))


def memory(path: Path) -> str:
    """Return the table of peak memory by length."""
    long = path.with_name("repeated.mp4")
    times_over(path, TIMES_OVER, long)
    rows = []
    for film_path in (path, long):
        runs = [alone(how, film_path) for how in ("plain", "whole_clock")]
        rows.append((f"{runs[0]['frames'] + 1:.0f}", *(f"{run['peak']:.0f}" for run in runs)))
    return table(("frames", "plain, peak MB", "all, peak MB"), rows)


def made(folder: Path, kind: str, height: int = 1080, seconds: float = LONG) -> tuple[Path, Path]:
    """Return the films of a kind, a third and all of ``seconds``; film what is not there."""
    place = folder / kind
    place.mkdir(parents=True, exist_ok=True)
    short, long = place / "short.mp4", place / "long.mp4"
    if not long.is_file():
        (film if kind == "clock" else film_of_chart)(long, seconds, height)
    if not short.is_file():
        beginning(long, seconds * SECONDS / LONG, short)
    return short, long


def report(folder: Path, rounds: int, height: int = 1080, seconds: float = LONG) -> str:
    """Film, compare and return all tables."""
    every = {kind: made(folder, kind, height, seconds) for kind in FAMILIES}
    text = "".join(further(*pair, kind, rounds) for kind, pair in every.items())
    return text + compared(every["clock"][0], rounds) + memory(every["clock"][0])


def main() -> None:
    """Print the tables and the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("HOW", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--films", type=Path, help="folder that keeps the films")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.one:
        how, path = options.one
        _, _, kind = how.partition("_")
        print(json.dumps(whole(Path(path), kind) if kind else plain(Path(path))))
        return
    with tempfile.TemporaryDirectory() as made_here:
        print(report(options.films or Path(made_here), options.rounds))
    print(machine())


if __name__ == "__main__":
    main()
