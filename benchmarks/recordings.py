"""How quickly recordings are scanned, and how exact their retention is.

``python benchmarks/recordings.py [FILES]``.
Speed: FILES links to one film of 4 Mbit/s (its length is in the table), scanned by name and
container, compared with opening the same film as a clip (which indexes its packets) and with
decoding it, as ratios of processor time of one run. Truth: channels with random ends, breaks and
clock errors, listed to the second; the error of retention compared with U.
"""

from __future__ import annotations

import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage import clip, encode
from acceptance.metrics import recordings as metric
from acceptance.model import Measurement, Recordings
from acceptance.model.basics import CHINA
from acceptance.recorder import recordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILES, SECONDS, RUNS = 500, 60.0, 2000
NOW = 1.8e9
HOUR, DAY = 3600.0, 86400.0


def pictures(number: int) -> Iterator[np.ndarray]:
    """Yield moving noise, which needs its full bit rate."""
    random = np.random.default_rng(1)
    base = random.integers(16, 236, (1080, 1920 + 512), dtype=np.uint8)
    for index in range(number):
        at = (7 * index) % 512
        yield np.ascontiguousarray(base[:, at : at + 1920])


def spent(work: Callable[[], object]) -> float:
    """Processor time of some work, in seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def speed(files: int, seconds: float) -> tuple[float, float, float]:
    """Processor time a file: scanned, opened as a clip, decoded."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        film, shelf = folder / "film.mp4", folder / "nvr"
        rates = {"b": "4000000", "maxrate": "4000000", "bufsize": "8000000"}
        frames = pictures(round(25 * seconds))
        encode.write(film, frames, options=rates | {"preset": "ultrafast"})
        shelf.mkdir()
        for index in range(files):
            clock = f"{1 + index // 1440:02}{index // 60 % 24:02}{index % 60:02}"
            (shelf / f"ch01_202611{clock}00.mp4").hardlink_to(film)
        scanned = spent(lambda: recordings.scan(shelf, zone=CHINA, now=NOW)) / files
        opened = spent(lambda: clip.open_clip(film))
        decoded = opened + spent(lambda: sum(1 for _ in clip.open_clip(film).frames()))
    return scanned, opened, decoded


def truth(runs: int, clock_error: float = 60.0) -> tuple[float, float, int]:
    """Largest error and mean U of retention in seconds, and the number of runs within U."""
    random = np.random.default_rng(2)
    runs_of_retention = [_retention(random, clock_error) for _ in range(runs)]
    errors, expanded = np.abs(runs_of_retention).T
    return float(errors.max()), float(expanded.mean()), int(np.sum(errors <= expanded))


def _retention(random: np.random.Generator, clock_error: float) -> tuple[float, float]:
    """Error and U of the retention of one channel, s."""
    until, kept = 1.79e9 + random.uniform(0, DAY), random.uniform(1, 40) * DAY
    start, offset = until - kept, random.uniform(-clock_error, clock_error)
    cuts = np.sort(random.uniform(start, until, 6))
    ends = [start, *cuts, until]
    spans = [(a, b - random.uniform(0, min(HOUR, b - a))) for a, b in pairwise(ends)]
    evidence = (
        recordings.TimeEvidence(named_start=round(a + offset), named_end=round(b + offset))
        for a, b in spans
    )
    files = [recordings.placed("", "1", names, now=NOW) for names in evidence]
    end = recordings.iso(until, CHINA)
    asked = Recordings(id="r", subject="r", source="", until=end, clock_error=clock_error)
    found = metric.measure(asked, recordings.ordered(files, CHINA, {}))
    retention = next(item for item in found if isinstance(item, Measurement))
    return retention.value * DAY - kept, retention.expanded * DAY


def main(files: int = FILES, seconds: float = SECONDS, runs: int = RUNS) -> str:
    """Return both tables."""
    scanned, opened, decoded = speed(files, seconds)
    worst, expanded, inside = truth(runs)
    return "\n".join([
        f"| {files} recordings of {seconds:g} s, 1080p25, 4 Mbit/s | one file |",
        "| --- | --- |",
        f"| opened as a clip over scanned | {opened / scanned:.0f} |",
        f"| decoded over scanned | {decoded / scanned:.0f} |",
        f"| processor time scanned | {1000 * scanned:.1f} ms |",
        "",
        "| retention, clock within 60 s | |",
        "| --- | --- |",
        f"| largest error | {worst:.1f} s |",
        f"| U | {expanded:.1f} s |",
        f"| truth inside U | {inside} of {runs} |",
    ])  # fmt: skip


if __name__ == "__main__":
    print(main(*(int(text) for text in sys.argv[1:2])))
