"""Batches: speed beside plain decoders, Dask beside the pool, bookkeeping, truth, and kills.

``python benchmarks/batch.py SECTION...`` with any of ``workers``, ``dask``, ``bookkeeping``,
``truth`` and ``kills`` (none: all) prints a row each. Times are wall times, medians of ``--rounds``
interleaved rounds; ratios are of times in one round, since others use the machine too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from setting import machine, table

from acceptance import batch
from acceptance.batch import bundle, cache, child, tasks
from acceptance.charts import definition
from acceptance.footage import clip
from acceptance.session import integrity, store
from acceptance.session.measuring import Measured
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIPS, SECONDS, HEIGHT = 12, 20.0, 1080
BIT_RATE = 4_000_000
SETTINGS: dict[str, Any] = {"report": False, "lang": "en"}
FIELDS = batch.ForClips(fields={"chart": "acceptance", "chart_copy": "as_drawn"})
PACK = """\
id = "truth"
number = "T 1"
title = "真值"
title_en = "Truth"
edition = "2026"

[[clauses]]
number = "1"
title = "信噪比"
title_en = "S/N"
mandatory = true

[[requirements]]
id = "snr"
clause = "1"
how = "measured"
text = "信噪比不低于 38 dB。"
text_en = "S/N at least 38 dB."
quantity = "noise.snr"
limit = { at_least = 38, unit = "dB" }
[requirements.figure]
source = "T 1"
clause = "1"
level = "seen"
confirmed_by = "X"
confirmed_on = "2026-11-01"
"""
QUIET, NOISY = (0.003, 0.006), (0.03, 0.05)  # sigma of noise: about 45 to 50 dB, and 26 to 30 dB


@dataclass(frozen=True)
class Site:
    """A folder to work in."""

    place: Path

    def clips(self, count: int, seconds: float, height: int) -> Path:
        """Film the chart once, and lay it down so many times."""
        folder = self.place / f"clips{count}-{seconds:g}-{height}"
        if not folder.is_dir():
            folder.mkdir()
            film = folder / "cam1.mp4"
            camera = Camera(
                width=height * 16 // 9, height=height, rate=Fraction(25), noise=0.01,
                bit_rate=BIT_RATE, seed=3,
            )  # fmt: skip
            films.film_chart(camera, definition.load("acceptance"), film, seconds)
            for number in range(2, count + 1):
                shutil.copy(film, folder / f"cam{number}.mp4")
        return folder

    def batch(self, folder: Path, *, workers: int, scheduler: str = "") -> float:
        """Run a batch from nothing; return its wall time in s."""
        out = self.place / "out"
        shutil.rmtree(out, ignore_errors=True)
        begun = time.perf_counter()
        how = batch.Settings(**SETTINGS, workers=workers, scheduler=scheduler)
        done = batch.run([folder], out, for_clips=FIELDS, settings=how)
        seconds = time.perf_counter() - begun
        if not all(outcome.folder for outcome in done.outcomes):
            raise RuntimeError(done)
        return seconds


@dataclass(frozen=True)
class Gain:
    """How many times as fast two are as one, workers and plain decoders alike."""

    what: str
    single: float
    """Wall time of one worker, in s."""
    pair: float
    """That of two."""
    plain: float
    """Gain of two plain decoders."""

    @property
    def ratio(self) -> float:
        """Gain of the workers beside that of plain decoders."""
        return self.single / self.pair / self.plain


def decoded(folder: Path, processes: int, how: str) -> float:
    """Decode all clips plainly, in so many processes; return the wall time."""
    clips = sorted(folder.glob("*.mp4"))
    begun = time.perf_counter()
    command = [sys.executable, __file__, "--decode", how]
    parts = [clips[start::processes] for start in range(processes)]
    started = [subprocess.Popen([*command, *map(str, part)]) for part in parts]  # noqa: S603
    if sum(process.wait() for process in started):
        raise RuntimeError(parts)
    return time.perf_counter() - begun


def decode(how: str, paths: list[Path]) -> None:
    """Decode clips as a worker does (``reader``), or in one thread (``alone``)."""
    for path in paths:
        if how == "reader":
            for _ in clip.open_clip(path).frames():
                pass
            continue
        with av.open(str(path)) as container:
            container.streams.video[0].codec_context.thread_count = 1
            for _ in container.decode(video=0):
                pass


@contextlib.contextmanager
def on_one_processor() -> Iterator[None]:
    """Keep this process, and those that it starts, on one processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def workers(site: Site, options: argparse.Namespace) -> str:
    """Compare two workers with one, beside what two plain decoders gain over one.

    A worker decodes in as many threads as the reader takes, so one alone uses both processors in
    part. It is compared with decoders that do the same; and a worker on one processor, two on two,
    with decoders of one thread.
    """
    folder = site.clips(options.clips, options.seconds, options.height)
    rounds = [_gains(site, folder) for _ in range(options.rounds)]
    head = ("of two", "1 worker, s", "2 workers, s", "gain", "of plain decoders", "ratio", "bar")
    rows = []
    for gains in zip(*rounds, strict=True):
        single, pair, plain, ratio = (
            statistics.median(getattr(gain, name) for gain in gains)
            for name in ("single", "pair", "plain", "ratio")
        )
        times = f"{single:.1f}", f"{pair:.1f}", f"{single / pair:.2f}", f"{plain:.2f}"
        rows.append((gains[0].what, *times, f"**{ratio:.2f}**", ">= 0.9"))
    return table(head, rows)


def _gains(site: Site, folder: Path) -> tuple[Gain, Gain]:
    """Measure both once, in turn."""
    reader, alone = (
        decoded(folder, 1, how) / decoded(folder, 2, how) for how in ("reader", "alone")
    )
    single, pair = site.batch(folder, workers=1), site.batch(folder, workers=2)
    with on_one_processor():
        pinned = site.batch(folder, workers=1)
    return (
        Gain("with all threads", single, pair, reader),
        Gain("a processor each", pinned, pair, alone),
    )


def dask(site: Site, options: argparse.Namespace) -> str:
    """Compare a cluster of two workers, which is up, with two processes of the pool."""
    from distributed import LocalCluster  # noqa: PLC0415 -- an extra

    folder = site.clips(options.clips, options.seconds, options.height)
    rounds = []
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as made:
        for _ in range(options.rounds):
            pool = site.batch(folder, workers=2)
            cluster = site.batch(folder, workers=2, scheduler=made.scheduler_address)
            rounds.append((pool / cluster, pool, cluster))
    ratio, pool, cluster = (statistics.median(column) for column in zip(*rounds, strict=True))
    head = ("pool of 2, s", "LocalCluster of 2, s", "ratio", "bar")
    return table(head, [(f"{pool:.1f}", f"{cluster:.1f}", f"**{ratio:.2f}**", ">= 0.85")])


def bookkeeping(site: Site, options: argparse.Namespace) -> str:
    """Let children answer at once; what is left is the batch's own work."""
    folder = site.place / "stills"
    folder.mkdir(exist_ok=True)
    for number in range(options.books):
        (folder / f"cam{number}.png").write_bytes(b"still %d" % number)
    real, child.answer = child.answer, at_once
    try:
        rounds = [_kept_books(site, folder) for _ in range(options.rounds)]
    finally:
        child.answer = real
    first, again, processor = (statistics.median(column) for column in zip(*rounds, strict=True))
    head = ("clips", "ms a clip", "processor time, ms", "second run, ms", "bar")
    row = (options.books, f"**{first:.2f}**", f"{processor:.2f}", f"{again:.2f}", "<= 5")
    return table(head, [row])


def _kept_books(site: Site, folder: Path) -> tuple[float, float, float]:
    count = sum(1 for _ in folder.iterdir()) / 1000
    used = time.process_time()
    first = site.batch(folder, workers=2)
    used = time.process_time() - used
    begun = time.perf_counter()
    how = batch.Settings(**SETTINGS, workers=2)
    batch.run([folder], site.place / "out", for_clips=FIELDS, settings=how)
    return first / count, (time.perf_counter() - begun) / count, used / count


def at_once(task: bytes, *_: object, **__: object) -> child.Reply:
    """Answer in place of a child: nothing is measured, and no session is made."""
    asked = tasks.parse(task)
    if isinstance(asked, tasks.MeasureTask):
        [shot] = store.parse_plan(asked.plan.encode()).shots
        given = store.dump_measured(Measured(shot=shot, measurements=(), notes=()))
        entry = bundle.pack(asked.key, {cache.MEASURED: given})
        return child.Reply(parts={cache.MEASURED: entry}, seconds=0.0)
    made = {"session": "x", "sha256": "", "verdict": "pass", "provisional": False, "failed": []}
    return child.Reply(parts={tasks.REPLY: json.dumps(made).encode()}, seconds=0.0)


def truth(site: Site, options: argparse.Namespace) -> str:
    """Judge clips whose noise is known, some of them broken, against the truth."""
    folder = site.place / "truth"
    folder.mkdir()
    (site.place / "truth.toml").write_text(PACK, "utf-8")
    known = dict(_filmed(folder, options.truth))
    broken = list(_broken(folder, known))
    options_of_clips = batch.ForClips(packs=(str(site.place / "truth.toml"),), fields=FIELDS.fields)
    how = batch.Settings(**SETTINGS, workers=2, timeout=120)
    begun = time.perf_counter()
    done = batch.run([folder], site.place / "verdicts", for_clips=options_of_clips, settings=how)
    seconds = time.perf_counter() - begun
    found = {one.name: one for one in done.outcomes}
    right = sum(str(found[name].verdict) == verdict for name, verdict in known.items())
    lines = sum(len(found[name].errors) == 1 for name in broken)
    head = ("clips", "verdicts right", "broken", "one line each", "seconds")
    row = (len(known), f"**{right}**", len(broken), f"**{lines}**", f"{seconds:.0f}")
    wrong = [
        f"{name}: {found[name].verdict}, {verdict}\n"
        for name, verdict in known.items()
        if str(found[name].verdict) != verdict
    ]
    said = [f"    {error}\n" for name in broken for error in found[name].errors]
    return table(head, [row]) + "".join([*wrong, *said])


def _filmed(folder: Path, count: int) -> Iterator[tuple[str, str]]:
    """Film small charts with little noise or much; yield name and verdict."""
    chance = random.Random(13)  # noqa: S311 -- repeatable
    for number in range(count):
        passes = chance.random() < 0.5
        low, high = QUIET if passes else NOISY
        camera = Camera(
            width=640, height=360, noise=chance.uniform(low, high), crf=8, seed=number
        )  # fmt: skip
        name = f"cam{number}"
        films.film_chart(camera, definition.load("acceptance"), folder / f"{name}.mp4", 0.4)
        yield name, "pass" if passes else "fail"


def _broken(folder: Path, known: dict[str, str]) -> Iterator[str]:
    """Lay down files that are broken, each in another way; yield their names."""
    whole = (folder / f"{next(iter(known))}.mp4").read_bytes()
    noise = random.Random(1).randbytes(len(whole))  # noqa: S311 -- repeatable
    broken: dict[str, bytes] = {
        "empty.mp4": b"",
        "text.mp4": "这不是视频\n".encode() * 100,
        "cut.mp4": whole[: len(whole) // 2],
        "noise.mp4": noise,
        "head.mp4": whole[:40],
        "zeros.mkv": bytes(100_000),
        "still.png": b"\x89PNG\r\n\x1a\n" + noise[:1000],
        "jpeg.jpg": b"\xff\xd8\xff\xe0" + noise[:1000],
        "shuffled.mp4": whole[:32] + noise[32:],
    }
    for name, content in broken.items():
        (folder / name).write_bytes(content)
        yield name.partition(".")[0]
    silence = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
    silence.sample_rate = 48000
    with av.open(str(folder / "sound.mov"), "w") as target:
        stream = target.add_stream("pcm_s16le", rate=48000, layout="mono")
        target.mux([*stream.encode(silence), *stream.encode(None)])
    yield "sound"


def kills(site: Site, options: argparse.Namespace) -> str:
    """Kill the whole batch with SIGKILL at seeded moments; then let it finish."""
    folder, out = site.clips(6, 0.2, 360), site.place / "killed"
    chance, lost, finished = random.Random(20), 0, 0  # noqa: S311 -- repeatable
    for _ in range(options.kills):
        process = _command(folder, out)
        try:
            process.communicate(timeout=chance.uniform(1.0, 12.0))
            finished += 1
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
        lost += _broken_sessions(out)
        if finished and process.returncode >= 0:
            shutil.rmtree(out)
    process = _command(folder, out)
    process.communicate()
    sessions = list(out.glob("2*"))
    measured = (out / "batch.jsonl").read_text("utf-8").count('"event": "measured"')
    head = ("kills", "sessions broken", "runs that were through", "then exit code", "sessions")
    row = (options.kills, f"**{lost}**", finished, process.returncode, len(sessions))
    return table(head, [row]) + f"measured in the last output: {measured} times for 6 clips\n"


def _command(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "acceptance", "batch", str(folder), "-o", str(out)]
    more = ["--no-report", "--chart", "acceptance", "--chart-copy", "as_drawn", "--quiet"]
    return subprocess.Popen([*command, *more], stderr=subprocess.PIPE)  # noqa: S603 -- our own


def _broken_sessions(out: Path) -> int:
    broken = 0
    for folder in out.glob("2*"):
        try:
            integrity.require_intact(folder)
        except Exception as error:  # noqa: BLE001 -- counted
            print(folder, error)
            broken += 1
    return broken


SECTIONS: dict[str, Callable[[Site, argparse.Namespace], str]] = {
    "workers": workers,
    "dask": dask,
    "bookkeeping": bookkeeping,
    "truth": truth,
    "kills": kills,
}


def main() -> None:
    """Do what was asked, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", help=", ".join(SECTIONS))
    parser.add_argument("--decode", nargs="+", metavar=("HOW", "CLIP"), help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clips", type=int, default=CLIPS, help="of workers and dask")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each of them")
    parser.add_argument("--height", type=int, default=HEIGHT, help="of each of them, px")
    parser.add_argument("--books", type=int, default=1000, help="clips of bookkeeping")
    parser.add_argument("--truth", type=int, default=290, help="whole clips of truth")
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    if options.decode:
        how, *paths = options.decode
        decode(how, [Path(path) for path in paths])
        return
    print(machine())
    with tempfile.TemporaryDirectory() as name:
        for section in options.sections or SECTIONS:
            print(f"\n## {section}\n{SECTIONS[section](Site(Path(name)), options)}", flush=True)


if __name__ == "__main__":
    main()
