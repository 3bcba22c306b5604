"""Print the tables of ``docs/metrics/latency.md``: error and coverage, by signals and by films.

``python benchmarks/latency.py [--share S] [--jobs N] [--cache FOLDER] [--seconds T]
[signals|clips|switches|films|departed|bars|lights ...]``

Signals: ``clocks.py``, 2,000 runs, half of them films of clock and monitor, with switches of
``departures.py`` on at random, and half streams. Clips: only the films of these, the first 100,
with what is coarse and what is not within 0.5 ms. Switches: films with each switch alone, 200
each. Films: 12 of 60 s, 640 x 360, coded with CRF 30, three in four at 60 and one in
four at 240 frame/s. Departed: 100 of 3 or 6 s with switches on at random (``departed_films.py``).
Bars: signals at 240 frame/s with exposures of 1 ms. Finished films and batches of signals are kept
in the cache, so that an interrupted run can be resumed.
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
import departed_films
import departures
import numpy as np
from setting import Setting, cached, machine, prose, table

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics import latency as metric
from acceptance.model import Shot, Tap
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from films import Reading

SIGNALS, FILMS, BATCH, CLIPS = 2000, 12, 10, 100
FINE, FAST = 0.5, 240.0  # ms; frame/s
ALONE, DEPARTED = 200, 100
# numbers below these are those that the method was tuned on; those of docs/coverage.md begin here
TUNED, TUNED_ALONE = 6401, 6001
STATISTICS = ("mean", "worst", "sd", "percentile_95")
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
    try:
        return [_row(reading) for reading in _film_or_stream(random, film=number % 2 > 0)]
    except GapError as gap:
        print(f"signal {number}: {gap.code}", flush=True)
        return []


def _film_or_stream(random: np.random.Generator, *, film: bool) -> list[Reading]:
    if not film:
        return clocks.stream(random)
    on = departures.some(random, departures.SIGNALS)
    return clocks.film(random, departures.drawn(random, on))


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
        common,
        rate=departed_films.rational(what.camera),
        exposure=what.exposure,
        readout=rolled[1] / what.camera,
    )
    row = departed_films.conditions(what)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        truth = films.film_screens(
            phone, own, definition.load("clock"), path, what.delay, seconds, refresh=what.refresh,
            monitor_refresh=what.monitor, start=float(random.uniform(0, 0.02)),
        )  # fmt: skip
        shot = Shot(id="film", subject="c", clip=path.name, chart="clock", tap=Tap.SCREEN)
        try:
            found = list(metric.measure(build.look(shot, path.parent)))
        except GapError as gap:
            return {**row, "reason": gap.code}
    return row | departed_films.errors(found, truth.delays * 1000)


def signals(setting: Setting, cache: Path | None, seconds: float) -> str:
    """Return the table of coverage by signals."""
    del seconds
    runs = setting.runs(SIGNALS, 2)
    size = min(BATCH, runs)
    found = setting.each(batch, [(TUNED + first, size, cache) for first in range(0, runs, size)])
    return _covered([row for rows in found for row in rows])


def clips(setting: Setting, cache: Path | None, seconds: float) -> str:
    """Return the tables of films of signals that nothing was tuned on."""
    del seconds
    cases = [(TUNED + 2 * number, cache) for number in range(setting.runs(CLIPS))]
    found = setting.each(_clip, cases)
    read = [row for row in found if "mean" in row]
    fine, fast = (
        [row for row in read if not row["coarse"]],
        [row for row in read if row["rate"] == FAST],
    )
    within = sum(abs(row["own"]) <= FINE for row in fine)
    coarse = sum(row["coarse"] for row in fast)
    return (
        table(("films", "refused", *STATISTICS, "U of the mean, median, ms"), [_inside(found)])
        + f"\nNot coarse: {len(fine)}, their own mean within {FINE} ms: {within}. "
        + f"At {FAST:g} frame/s: {len(fast)}, coarse: {coarse}."
    )


def _clip(case: tuple[int, Path | None]) -> dict[str, Any]:
    number, cache = case
    path = cache / f"latency_clip_{number}.json" if cache else None
    return cached(path, lambda: _signal_clip(number), lambda _: True)


def _signal_clip(number: int) -> dict[str, Any]:
    random = np.random.default_rng([2006, number, 17])
    by = departures.drawn(random, departures.some(random, departures.SIGNALS))
    try:
        filmed = clocks.filmed(random, by)
    except GapError as gap:
        return {"reason": gap.code}
    row = {"rate": filmed.rate, "coarse": filmed.coarse, "own": filmed.own}
    return row | _off(filmed.readings)


def switches(setting: Setting, cache: Path | None, seconds: float) -> str:
    """Return the table of signals of films with each switch alone."""
    del seconds
    runs, lines = setting.runs(ALONE), []
    for name in ("none", *departures.ALONE):
        cases = [(TUNED_ALONE + 2 * number, name, cache) for number in range(runs)]
        found = setting.each(_alone, cases)
        lines.append((f"`{name}`", *_inside(found)))
    return table(("switch", "films", "refused", *STATISTICS, "U of the mean, median, ms"), lines)


def _alone(case: tuple[int, str, Path | None]) -> dict[str, Any]:
    number, name, cache = case
    path = cache / f"latency_alone_{name}_{number}.json" if cache else None
    return cached(path, lambda: _signal_alone(number, name), lambda _: True)


def _signal_alone(number: int, name: str) -> dict[str, Any]:
    random = np.random.default_rng([2006, number, 21])
    by = departures.drawn(random, [] if name == "none" else [name])
    try:
        readings = clocks.film(random, by)
    except GapError as gap:
        return {"reason": gap.code}
    return _off(readings)


def _off(readings: Sequence[Reading]) -> dict[str, Any]:
    off = {reading.region: reading.off for reading in readings}
    return off | {f"{reading.region}_expanded": reading.expanded for reading in readings}


def _inside(found: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """How many films, how many refused, in how many the truth was inside U, median U."""
    read = [row for row in found if "mean" in row]
    hits = [
        sum(abs(row[statistic]) <= row[f"{statistic}_expanded"] for row in read)
        for statistic in STATISTICS
    ]
    usual = f"{np.median([row['mean_expanded'] for row in read]):.2f}" if read else "-"
    return str(len(found)), str(len(found) - len(read)), *map(str, hits), usual


def departed(setting: Setting, cache: Path | None, seconds: float) -> str:
    """Return the table of whole films with switches on at random."""
    del seconds
    numbers = range(setting.runs(DEPARTED))
    found = setting.each(_departed, [(number, cache) for number in numbers])
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        coarse = {"yes": "coarse", "no": "not coarse"}.get(row.get("coarse", ""), "refused")
        groups.setdefault(f"{row['film']} frame/s, {coarse}", []).append(row)
    lines = [(name, *_inside(rows), _largest(rows)) for name, rows in sorted(groups.items())]
    head = ("films", "number", "refused", *STATISTICS, "U of the mean, median, ms",
            "largest error of the mean, ms")  # fmt: skip
    return table(head, [*lines, ("all", *_inside(found), _largest(found))])


def _departed(case: tuple[int, Path | None]) -> dict[str, Any]:
    number, cache = case
    path = cache / f"latency_departed_{number}.json" if cache else None
    return cached(path, lambda: departed_films.film(number, None, 61), lambda _: True)


def _largest(rows: Sequence[Mapping[str, Any]]) -> str:
    return f"{max((abs(row['mean']) for row in rows if 'mean' in row), default=float('nan')):.2f}"


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


PARTS = {
    "signals": signals,
    "clips": clips,
    "switches": switches,
    "films": whole_films,
    "departed": departed,
    "bars": bars,
    "lights": lights,
}


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
