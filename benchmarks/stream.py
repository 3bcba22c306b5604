"""Coverage of the figures of streams: ``python benchmarks/stream.py [RUNS]``.

Simulated streams with known loss, jitter, clocks and rates; the truth is that of the network and
camera, not of the packets that happened to be lost. It prints the table of docs/metrics/stream.md.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom
from setting import Setting, table

from acceptance.footage import encode
from acceptance.live import stream_tables
from acceptance.metrics import stream as metric
from acceptance.model import Measurement, Shot
from acceptance.scene import build
from acceptance.simulate import packets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.scene.build import Scene

RUNS = 400
PLANTED = 0.010  # s, half of the largest delay that is planted
MEAN_SIZE = (60_000 + 49 * 12_000) / 50  # bytes of a frame


def uniform(random: np.random.Generator, frames: int) -> packets.Floats:
    """Delay each frame on its own: E|D| of two is a third of the width."""
    return random.uniform(0, 2 * PLANTED, frames)


def wandering(random: np.random.Generator, frames: int) -> packets.Floats:
    """Let the delay wander, as queues do: it forgets itself within some ten frames."""
    steps = random.normal(0, 1, frames)
    for place in range(1, frames):
        steps[place] = 0.9 * steps[place - 1] + 0.19**0.5 * steps[place]
    return np.asarray(PLANTED + PLANTED / 4 * steps).clip(0)


def _skewed(random: np.random.Generator, frames: int) -> packets.Floats:
    """Delay most frames little and some much: E|D| of two is the mean."""
    return random.exponential(PLANTED / 2, frames)


@dataclass(frozen=True)
class Case:
    """Streams of one kind, and what is true of them, by quantity and statistic."""

    name: str
    stream: packets.Stream
    truth: Mapping[str, float] = field(default_factory=dict)


THIRD = 1000 * 2 * PLANTED / 3
SECONDS = 40.0
EVEN = packets.Stream(seconds=SECONDS, delays=uniform, drift=60.0, loss=0.002, clock_error=0.3)
MEAN = 25 * MEAN_SIZE * 8 / 1000 * 0.998  # kbit/s
COMMON = {
    "clock_drift rtp_time": 60.0,
    "frame_rate": 25.0,
    "bit_rate mean": MEAN,
    "loss": 0.002,
}
CASES = (
    Case(
        "independent delays of 0 to 20 ms, loss of 0.2 %, 60 ppm",
        EVEN,
        COMMON
        | {"jitter mean": THIRD, "delay_variation percentile_95": 19.0, "report_offset": 0.29},
    ),
    Case(
        "delays that wander, losses in bursts of 4",
        replace(EVEN, delays=wandering, burst=4.0),
        COMMON | {"jitter mean": 1000 * PLANTED / 4 * (0.2 * 2 / np.pi) ** 0.5},
    ),
    Case(
        "skewed delays, a jump of the RTP time, a reconnect, loss of 1e-4",
        replace(EVEN, delays=_skewed, loss=1e-4, jumps={300: 7.0}, reconnects={600: 2.0}),
        COMMON
        | {
            "loss": 1e-4,
            "bit_rate mean": 25 * MEAN_SIZE * 8 / 1000,
            "jitter mean": 500 * PLANTED,
        },
    ),
    Case(
        "RTP times at 25 frame/s although 20 are sent (live.md, quirk 14)",
        replace(EVEN, rate=20.0, nominal_rate=25.0),
        {"frame_rate": 20.0, "jitter mean": THIRD, "loss": 0.002, "bit_rate mean": 20 / 25 * MEAN},
    ),
    Case(
        "sizes that wander by 20 %, a key frame every 8 s, the end anywhere",
        replace(EVEN, seconds=60.0, wander=0.2, group=200, loss=0.0),
        {"frame_rate": 25.0, "bit_rate mean": 25 * (60_000 + 199 * 12_000) / 200 * 8 / 1000},
    ),
)


def scene_of(folder: Path) -> Scene:
    """Look at a clip of nothing: the figures are made of the packets."""
    encode.write(folder / "clip.mp4", [np.full((48, 64), 90, np.uint8)] * 5)
    return build.look(Shot(id="s", subject="c", clip="clip.mp4"), folder)


def figures(scene: Scene, stream: packets.Stream) -> dict[str, Measurement]:
    """Measure a stream with its record; by quantity and statistic."""
    with tempfile.TemporaryDirectory() as name:
        clip = Path(name) / "clip.mp4"
        sent = packets.write(clip, stream)
        record = stream_tables.record(clip.with_suffix(".stream.jsonl"))
    frames = np.arange(len(sent.delays))
    keys = np.isin(frames, sent.keys)
    series = replace(scene.series, times=frames / stream.rate, keys=keys)
    seen = replace(scene, packets=sent.table, stream_record=record, series=series)
    items = metric.measure(seen)
    return {
        f"{item.quantity.removeprefix('stream.')} {item.statistic}".strip(): item
        for item in items
        if isinstance(item, Measurement)
    }


def _run(asked: tuple[int, int]) -> list[tuple[str, bool, float, float]]:
    """Measure one stream: of each figure whether the truth lies inside U, its error, and U."""
    number, seed = asked
    case = CASES[number]
    anywhere = case.stream.seconds + (seed % 50) / 25  # the phase in which the capture ends
    stream = replace(case.stream, seed=seed, seconds=anywhere)
    sent = packets.send(stream)
    came = len(np.unique(sent.table.frame)) / len(sent.delays)  # whole frames may be lost
    truth = {**case.truth, "frame_rate": came * case.truth["frame_rate"]}
    with tempfile.TemporaryDirectory() as name:
        found = figures(scene_of(Path(name)), stream)
    return [
        (figure, holds(item, truth[figure]), item.value - truth[figure], item.expanded)
        for figure, item in found.items()
        if figure in truth
    ]


def holds(item: Measurement, truth: float) -> bool:
    """Whether a figure with its U, or its bound, holds the truth."""
    if item.upper_bound:
        return truth <= item.value
    return abs(item.value - truth) <= item.expanded


def main(runs: int = RUNS) -> None:
    """Print a row for each figure."""
    setting, rows = Setting(), []
    for number, case in enumerate(CASES):
        found = setting.each(_run, [(number, 1 + seed) for seed in range(runs)])
        every = [row for run in found for row in run]
        for figure in dict.fromkeys(row[0] for row in every):
            own = [row[1:] for row in every if row[0] == figure]
            inside, off, expanded = zip(*own, strict=True)
            low, high = binom.interval(0.99, len(inside), 0.95)
            share = f"{sum(inside)} of {len(inside)}" + ("" if sum(inside) >= low else " !")
            errors = (f"{np.mean(off):+.2g}", f"{np.std(off):.2g}", f"{np.mean(expanded):.2g}")
            rows.append([case.name, f"`{figure}`", f"{case.truth[figure]:.4g}", share, *errors])
        print(case.name, f"{low:.0f} to {high:.0f}", file=sys.stderr)
    print(table(["stream", "figure", "truth", "truth inside U", "bias", "sd", "U"], rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
