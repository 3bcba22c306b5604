"""Print the tables of ``docs/metrics/latency.md``: error and coverage, by signals and by films.

``python benchmarks/latency.py [--share S] [--jobs N] [--cache FOLDER] [--seconds T]
[signals|films|bars|lights ...]``

Signals: ``clocks.py``, 2,000 runs, half of them films of clock and monitor and half streams. Films:
12 of 60 s, 640 x 360, coded with CRF 30, three in four at 60 and one in four at 240 frame/s. Bars:
signals at 240 frame/s with exposures of 1 ms. Finished films and batches of signals are kept in the
cache, so that an interrupted run can be resumed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clocks
import numpy as np
from setting import Setting, cached, machine, prose, table

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics import latency as metric
from acceptance.model import Measurement, Shot, Tap
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from films import Reading

SIGNALS, FILMS, BATCH = 2000, 12, 10
BARS, WITHIN = 100, 2.0  # ms
SECONDS = 60.0
WIDTH, HEIGHT = 640, 360
Rows = list[dict[str, Any]]


def batch(case: tuple[int, int, Path | None]) -> Rows:
    """Run signals from a number on, half films and half streams."""
    first, count, cache = case
    path = cache / f"latency_signals_{first}.json" if cache else None

    def make() -> dict[str, Any]:
        return {"rows": [row for number in range(first, first + count) for row in _signal(number)]}

    rows: Rows = cached(path, make, lambda found: "rows" in found)["rows"]
    return rows


def _signal(number: int) -> Rows:
    random = np.random.default_rng([2006, number, 17])
    kind: Callable[[np.random.Generator], list[Any]] = clocks.film if number % 2 else clocks.stream
    try:
        return [_row(reading) for reading in kind(random)]
    except GapError as gap:
        print(f"signal {number}: {gap.code}", flush=True)
        return []


def _row(reading: Reading) -> dict[str, Any]:
    return {
        "what": reading.quantity,
        "statistic": reading.region,
        "off": reading.off,
        "expanded": reading.expanded,
    }


def film(case: tuple[int, float, Path | None]) -> dict[str, Any]:
    """Make a whole film of known delay and measure it."""
    number, seconds, cache = case
    path = cache / f"latency_film_{number}.json" if cache else None
    return cached(path, lambda: _film(number, seconds), lambda found: found["seconds"] == seconds)


def _film(number: int, seconds: float) -> dict[str, Any]:
    random = np.random.default_rng([2006, number, 18])
    what = clocks.drawn(random, 240.0 if number % 4 == 3 else 60.0, seconds)
    common = Camera(width=WIDTH, height=HEIGHT, noise=clocks.NOISE, crf=30, seed=number + 1)
    rolled = [float(random.uniform(0.3, 1)) for _ in range(2)]
    phone = replace(
        common, rate=Fraction(round(what.film)), exposure=what.film_exposure,
        readout=rolled[0] / what.film,
    )  # fmt: skip
    own = replace(
        common, rate=_rate(what.camera), exposure=what.exposure, readout=rolled[1] / what.camera
    )
    row = _conditions(what, seconds)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        truth = films.film_screens(
            phone, own, definition.load("clock"), path, what.delay, seconds, refresh=what.refresh,
            monitor_refresh=what.monitor, start=float(random.uniform(0, 0.02)),
        )  # fmt: skip
        shot = Shot(id="film", subject="c", clip=path.name, chart="clock", tap=Tap.SCREEN)
        truths = {"mean": truth.delays.mean() * 1000, "worst": truth.delays.max() * 1000}
        try:
            found = list(metric.measure(build.look(shot, path.parent)))
        except GapError as gap:
            return {**row, "reason": gap.code}
    return row | _errors(found, truths)


def _conditions(what: clocks.Setting, seconds: float) -> dict[str, Any]:
    return {
        "film": round(what.film),
        "film_exposure": 1000 * what.film_exposure,
        "screen": what.refresh,
        "monitor": what.monitor,
        "camera": what.camera,
        "exposure": 1000 * what.exposure,
        "delay": 1000 * what.delay,
        "seconds": seconds,
    }


def _errors(found: Sequence[object], truths: Mapping[str, float]) -> dict[str, Any]:
    """Errors of the statistics and their U in ms, and how the film was read."""
    row: dict[str, Any] = {}
    for figure in found:
        if not isinstance(figure, Measurement) or figure.quantity != metric.GLASS:
            continue
        if figure.statistic in truths:
            row[figure.statistic] = float(figure.value - truths[figure.statistic])
            row[f"{figure.statistic}_expanded"] = figure.expanded
            row |= {key: figure.details[key] for key in ("reading", "coarse")}
            row["n"] = figure.samples
    return row


def _rate(rate: float) -> Fraction:
    """Return a rate as a fraction that a container can hold, exact to 0.1 ppm."""
    return Fraction(round(rate * 100_000), 100_000)


def signals(setting: Setting, cache: Path | None, seconds: float) -> str:
    """Return the table of coverage by signals."""
    del seconds
    runs = setting.runs(SIGNALS, 2)
    size = min(BATCH, runs)
    found = setting.each(batch, [(first, size, cache) for first in range(0, runs, size)])
    return _covered([row for rows in found for row in rows])


def _covered(every: Rows) -> str:
    """Make a table of how often the truth lies inside U."""
    lines = []
    for what, statistic in sorted({(row["what"], row["statistic"]) for row in every}):
        chosen = [row for row in every if (row["what"], row["statistic"]) == (what, statistic)]
        off, expanded = (np.array([row[key] for row in chosen]) for key in ("off", "expanded"))
        hits = int(np.sum(np.abs(off) <= expanded))
        medians = (f"{np.median(values):.2f}" for values in (np.abs(off), expanded))
        share = f"{hits} of {off.size}", f"{hits / off.size:.1%}"
        lines.append((f"`{what}`", statistic, *share, f"{off.mean():+.2f}", *medians))
    head = ("figure", "statistic", "truth inside U", "share", "bias, ms", "error, median, ms",
            "U, median, ms")  # fmt: skip
    return table(head, lines)


def whole_films(setting: Setting, cache: Path | None, seconds: float) -> str:
    """Return the table of errors of whole films."""
    numbers = range(setting.runs(FILMS))
    found = setting.each(film, [(number, seconds, cache) for number in numbers])
    lines = [_line(row) for row in found]
    head = ("film, frame/s", "exposure, ms", "screen, Hz", "monitor, Hz", "camera, frame/s",
            "exposure, ms", "read", "mean: error, ms", "U", "worst: error, ms", "U")  # fmt: skip
    return table(head, lines)


def _line(row: Mapping[str, Any]) -> tuple[str, ...]:
    setting = (
        str(row["film"]),
        f"{row['film_exposure']:.1f}",
        *(f"{row[key]:.3f}" for key in ("screen", "monitor", "camera")),
        f"{row['exposure']:.1f}",
    )
    if "mean" not in row:
        return *setting, str(row.get("reason", "")), *["-"] * 4
    read = str(row["reading"]) + (", coarse" if row["coarse"] == "yes" else "")
    sizes = [text for key in ("mean", "worst")
             for text in (f"{row[key]:+.2f}", f"{row[f'{key}_expanded']:.2f}")]  # fmt: skip
    return *setting, read, *sizes


def bars(setting: Setting, cache: Path | None, seconds: float) -> str:
    """Return the table of errors at 240 frame/s, of films with blends and of those without."""
    del cache, seconds
    by_reading: dict[str, list[tuple[float, float]]] = {}
    for bar in setting.each(_bar, list(range(setting.runs(BARS)))):
        if bar:
            by_reading.setdefault(bar[0], []).append(bar[1:])
    lines = []
    for reading in sorted(by_reading):
        off, expanded = np.array(by_reading[reading]).T
        off = np.abs(off)
        inside = [f"{np.sum(off <= most)} of {off.size}" for most in (WITHIN, expanded)]
        sizes = (f"{np.median(off):.2f}", f"{off.max():.2f}", f"{np.median(expanded):.2f}")
        lines.append((reading, str(off.size), *inside, *sizes))
    head = ("read", "films", "mean within 2 ms", "inside U", "error, median, ms", "largest, ms",
            "U, median, ms")  # fmt: skip
    return table(head, lines)


def _bar(number: int) -> tuple[str, float, float] | None:
    try:
        reading, mean = clocks.bars(np.random.default_rng([2006, number, 20]))
    except GapError as gap:
        print(f"bars {number}: {gap.code}", flush=True)
        return None
    return reading, mean.off, mean.expanded


def lights(setting: Setting, cache: Path | None, seconds: float) -> str:
    """Return the table of coverage by driven lights, a tenth as many runs."""
    del cache, seconds
    runs = setting.runs(SIGNALS // 10)
    found = setting.each(_light, list(range(runs)))
    return _covered([row for rows in found for row in rows])


def _light(number: int) -> Rows:
    random = np.random.default_rng([2006, number, 19])
    kind = clocks.light if number % 2 else clocks.light_stream
    try:
        return [_row(reading) for reading in kind(random)]
    except GapError as gap:
        print(f"light {number}: {gap.code}", flush=True)
        return []


PARTS = {"signals": signals, "films": whole_films, "bars": bars, "lights": lights}


def main(arguments: list[str]) -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--share", type=float, default=1.0, help="share of the full number of runs")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--cache", type=Path, help="folder of finished films and batches")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="length of a whole film")
    options = parser.parse_args(arguments)
    setting = Setting(share=options.share, jobs=options.jobs)
    print(prose(f"Made {machine()}."))
    for name in options.parts or PARTS:
        print(PARTS[name](setting, options.cache, options.seconds), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
