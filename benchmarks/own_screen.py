"""How often a screen is refused as no screen, and a camera's picture of the clock taken for one.

``python benchmarks/own_screen.py [RUNS] [PROCESSES]``

Films at signal level of clock and monitor (``clocks.py``) of 60, 120 and 240 frame/s with switches
of ``departures.py`` at random, by a camera of 50 or 60 frame/s, whose pictures run on most like a
screen. The seed of film n is [15, n, 52]. The table is in ``docs/metrics/latency.md``.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import clocks
import departures
import numpy as np
from setting import Setting, machine, prose, table

from acceptance.errors import GapError
from acceptance.metrics.latency import own_screen, screens

if TYPE_CHECKING:
    from collections.abc import Sequence

FILMS, CAMERAS, SECONDS = (60.0, 120.0, 240.0), (50.0, 60.0, 60.0), 2.0
LEAST_READ = 0.5  # share of the frames whose clock is read


def run(number: int) -> tuple[bool | None, bool | None]:
    """Return whether screen and monitor of a film run on as a screen does; None: not read."""
    random = np.random.default_rng([15, number, 52])
    by = departures.drawn(random, departures.some(random, departures.SIGNALS))
    what = replace(clocks.drawn(random, float(random.choice(FILMS)), SECONDS), by=by)
    camera = float(random.choice(CAMERAS))
    exposure = clocks.exposure(random, camera)
    rolled = clocks.FILLED * random.uniform(0.3, 1) / camera
    what = replace(
        what,
        camera=camera * clocks.off(random),
        exposure=exposure,
        readouts=(what.readouts[0], rolled),
    )
    times, live, shown, _ = clocks.film_of(random, clocks.chain(random, what))
    found: list[bool | None] = []
    for readings in (live, shown):
        try:
            read = float(readings.readable.mean()) >= LEAST_READ
            seen = screens.live_clock(times, readings) if read else None
        except GapError:
            seen = None
        found.append(None if seen is None else own_screen.runs_on(seen))
    screen, monitor = found
    return screen, monitor


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    runs = int(arguments[0]) if arguments else 30
    jobs = int(arguments[1]) if len(arguments) > 1 else (os.cpu_count() or 1)
    rows = Setting(jobs=jobs).each(run, range(runs))
    print(prose(f"Made {machine()}."))
    body = []
    for name, at, wrong in (("screen refused", 0, False), ("picture taken for a screen", 1, True)):
        read = [row[at] for row in rows if row[at] is not None]
        body.append((name, sum(each is wrong for each in read), len(read), runs - len(read)))
    print(table(("error", "films", "of those read", "not read"), body))


if __name__ == "__main__":
    main(sys.argv[1:])
