"""Print the table of ``docs/metrics/read_out.md``: how often the truth is inside U.

``python benchmarks/read_out.py [RUNS] [PROCESSES]``

Signals of the clock (``clocks.py``): clips of 6 s of the camera itself, and films of clock and
monitor. Read-outs of 0.1 to 1 frame time, either way; screens that light up at once, or scan for
0.3 to 0.97 of a refresh, of which one in three is stated to 1 ms. The seed of run n is
[2006, n, 41]. Last, of a quarter as many runs, clips of 60 frame/s before screens of 50, 59.94 and
60 Hz: as fast as their clock, or faster.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import clocks
import numpy as np
from setting import Setting, machine, prose, table

from acceptance.errors import GapError
from acceptance.metrics import read_out as metric
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS = 6.0
FAST, REFRESHES = 60.0, (50.0, 59.94, 60.0)  # frame/s, before screens of so many Hz
FEWER = 4  # runs of all cameras for one of each of these


def draw(number: int, refresh: float) -> tuple[dict[str, float], metric.Lag, tuple[float, float]]:
    """Draw a run; return its truth, what was found, and scan and doubt in ms that are stated.

    A ``refresh`` above 0 Hz is that of the screen before a clip of FAST frame/s.
    """
    random = np.random.default_rng([2006, number, 41])
    filmed = bool(number % 3 == 0) and not refresh
    film = 240.0 if random.uniform() < 0.5 else 60.0
    what = clocks.drawn(random, film, 4.0 if filmed else SECONDS)
    if refresh:
        camera, refresh = FAST * clocks.off(random), refresh * clocks.off(random)
        exposure = clocks.exposure(random, FAST)
        what = replace(what, camera=camera, refresh=refresh, exposure=exposure)
    scan = float(random.choice([0.0, 1.0])) * random.uniform(0.3, 0.97) / what.refresh
    height = float(random.uniform(0.3, 0.95) * random.choice([-1, 1, 1, 1]))
    rate = what.camera
    readout = float(random.uniform(0.1, 1) * random.choice([-1, 1, 1])) / rate
    over = readout * height - scan  # over the height of the clock, s
    if filmed:
        way = clocks.chain(random, replace(what, readouts=(what.readouts[0] - scan, over)))
        _, _, monitor, _ = clocks.film_of(random, way)
        found = metric.of_monitor(monitor, 1000 / what.refresh)
    else:
        times = random.uniform(0, 0.1) + np.arange(int(SECONDS * rate)) / rate
        live = clocks.readings(
            random,
            lambda at: clock_readings.expected_shares(
                5000 + what.refresh * (times + over * at), what.exposure * what.refresh, 24
            ),
            what.refresh * over,
        )
        found = metric.of_frames(times, live)
    stated = random.uniform() < 1 / 3
    known = (1000 * scan + random.uniform(-1, 1), metric.STATED_SCAN)
    half = found.refresh / 2
    truth = {"read_out": 1000 * readout, "height": height, "filmed": float(filmed),
             "stated": float(stated), "film": film}  # fmt: skip
    return truth, found, known if stated else (half, half)


def run(number: int, refresh: float = 0.0) -> dict[str, Any]:
    """Return error and U of a run, as ``draw``."""
    try:
        truth, found, (scan, doubt) = draw(number, refresh)
    except GapError as gap:
        return {"refused": gap.code}
    value, lines = metric.read_out(found, truth["height"], scan, doubt)
    combined = combine(lines)
    kind = "on a monitor" if truth["filmed"] else "of the camera's own"
    kind = f"of {FAST:g} frame/s before {refresh:g} Hz" if refresh else kind
    known = "stated" if truth["stated"] else "not known"
    return {
        "what": (f"clip {kind}", known),
        "off": value - truth["read_out"],
        "expanded": combined.k * combined.uncertainty,
        "wrong_way": abs(value) > combined.k * combined.uncertainty
        and value * truth["read_out"] < 0,
    }


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """Return the table."""
    lines = []
    for what in sorted({row["what"] for row in rows if "what" in row}):
        chosen = [row for row in rows if row.get("what") == what]
        off, expanded = (np.array([row[key] for row in chosen]) for key in ("off", "expanded"))
        hits = f"{int(np.sum(np.abs(off) <= expanded))} of {len(off)}"
        wrong = str(sum(row["wrong_way"] for row in chosen))
        sizes = (f"{np.median(np.abs(off)):.2f}", f"{np.abs(off).max():.2f}")
        lines.append((*what, hits, *sizes, f"{np.median(expanded):.2f}", wrong))
    head = ("read from", "scan of the screen", "truth inside U", "error, median, ms",
            "largest, ms", "U, median, ms", "wrong direction")  # fmt: skip
    refused = [row["refused"] for row in rows if "refused" in row]
    said = prose(f"Refused: {len(refused)} ({', '.join(sorted(set(refused))) or 'none'}).")
    return table(head, lines) + said


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    runs = int(arguments[0]) if arguments else 600
    jobs = int(arguments[1]) if len(arguments) > 1 else (os.cpu_count() or 1)
    rows = Setting(jobs=jobs).each(run, range(runs))
    for refresh in REFRESHES:
        rows += Setting(jobs=jobs).each(partial(run, refresh=refresh), range(runs // FEWER))
    print(prose(f"Made {machine()}."))
    print(summary(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
