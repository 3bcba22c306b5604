"""Print the table of ages in ``docs/metrics/latency.md``: how often the truth is inside U.

``python benchmarks/ages.py [RUNS] [PROCESSES]``

Films of clock and monitor at signal level (``clocks.py``) by a camera of 5, 12.5, 25 or 30 frame/s.
In half of the films the monitor freezes for 0.3 to 1.5 s: at the film's begin, within it, or to its
end. The seed of film n is [2006, n, 31].
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import clocks
import numpy as np
from setting import Setting, machine, prose, table

from acceptance.errors import GapError
from acceptance.metrics import latency
from acceptance.metrics.latency import screens
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.metrics.latency.picture_age import Ages
    from acceptance.model import BudgetLine

    Array = NDArray[np.float64]

CAMERAS = (5.0, 12.5, 25.0, 30.0)
FREEZES = ("none", "none", "none", "begin", "middle", "end")


@dataclass(frozen=True, kw_only=True)
class Frozen(clocks.Chain):
    """A chain from camera to monitor whose monitor froze for a while: ``came`` (p,) in s."""

    came: Array

    def lights(self, random: np.random.Generator) -> Array:
        """(p,) when each picture comes up."""
        del random
        return self.came


def frozen(way: clocks.Chain, random: np.random.Generator, freeze: str) -> Frozen:
    """Let the monitor hold a picture while others come."""
    came = way.lights(random)
    if freeze != "none":
        span = random.uniform(0.3, 1.5)
        begin = {"begin": -0.05, "middle": 0.4 * way.what.seconds}.get(
            freeze, way.what.seconds - span / 2
        )
        held = (came > begin) & (came < begin + span)
        came = np.where(held, came[came >= begin + span].min(initial=1e6), came)
    return Frozen(what=way.what, middles=way.middles, start=way.start, came=came)


def truth(way: Frozen, times: Array) -> tuple[float, float]:
    """Mean age from the first change in the film to its end, and the worst age, in ms."""
    came, made = way.came, way.middles
    shown = np.append(came[1:], np.inf) > came
    came, made = came[shown], made[shown]
    end = float(times[-1])
    half = way.what.film_exposure / 2
    seen = (came > times[0] + half) & (came < end - half)
    gone = np.minimum(np.append(came[1:], np.inf), end)
    first, last = (came - made)[seen], (gone - made)[seen]
    opening = came[seen][0] - made[np.flatnonzero(seen)[0] - 1]
    mean = float(np.sum(last**2 - first**2) / 2 / np.sum(last - first))
    return 1000 * mean, 1000 * max(float(last.max()), float(opening))


def film(number: int) -> tuple[clocks.Setting, Ages, Sequence[BudgetLine], tuple[float, float]]:
    """Measure a film; return its setting, ages, common budget lines, and the truth."""
    random = np.random.default_rng([2006, number, 31])
    rate, seconds = (60.0, 8.0) if random.uniform() < 0.5 else (240.0, 4.0)
    what = clocks.drawn(random, rate, seconds)
    camera = float(random.choice(CAMERAS)) * clocks.off(random)
    exposure, rolled = clocks.exposure(random, camera), clocks.FILLED * random.uniform(0.3, 1)
    what = replace(
        what, camera=camera, exposure=exposure, readouts=(what.readouts[0], rolled / camera)
    )
    way = frozen(clocks.chain(random, what), random, FREEZES[number % len(FREEZES)])
    times, live, shown, _ = clocks.film_of(random, way)
    found = screens.glass_to_glass(times, live, shown)
    common = latency.film_lines(found, 1000 / what.film, random.uniform(0, 0.1))
    return what, cast("Ages", found.ages), common, truth(way, times)


def run(number: int) -> list[dict[str, Any]]:
    """Errors of a film; those of the common lines that it does not make itself are drawn once."""
    try:
        _, ages, common, truths = film(number)
    except GapError as gap:
        return [{"refused": gap.code}]
    random = np.random.default_rng([2006, number, 32])
    drawn = [line for line in common if line.source not in clocks.MADE]
    shift = float(sum(line.contribution * random.standard_normal() for line in drawn))
    rows = []
    for statistic, (value, lines), true in zip(
        ("mean", "worst"), (ages.mean(), ages.worst()), truths, strict=True
    ):
        combined = combine([*lines, *common])
        reason = ages.bound_by() if statistic == "worst" else None
        off = value - true - shift
        expanded = combined.k * combined.uncertainty
        rows.append(
            {
                "what": statistic,
                "freeze": FREEZES[number % len(FREEZES)],
                "off": off,
                "expanded": expanded,
                "bound": reason.code if reason else "",
            }
        )
    return rows


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """Return the table."""
    lines = []
    for what in ("mean", "worst"):
        for freeze in dict.fromkeys(FREEZES):
            chosen = [row for row in rows if row.get("what") == what and row["freeze"] == freeze]
            if not chosen:
                continue
            off, expanded = (np.array([row[key] for row in chosen]) for key in ("off", "expanded"))
            given = np.array([bool(row["bound"]) for row in chosen])
            inside = (np.abs(off) <= expanded) | (given & (off <= expanded))
            hits = f"{int(np.sum(inside))} of {len(off)}"
            bounds = str(int(given.sum()))
            sizes = (f"{np.median(np.abs(off)):.2f}", f"{np.abs(off).max():.2f}")
            lines.append((what, freeze, hits, *sizes, f"{np.median(expanded):.2f}", bounds))
    head = ("statistic", "freeze", "truth inside U, or above a bound",
            "error, median, ms", "largest, ms",
            "U, median, ms", "given as bound")  # fmt: skip
    refused = [row["refused"] for row in rows if "refused" in row]
    said = prose(f"Refused: {len(refused)} ({', '.join(sorted(set(refused))) or 'none'}).")
    return table(head, lines) + said


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    runs = int(arguments[0]) if arguments else 400
    jobs = int(arguments[1]) if len(arguments) > 1 else (os.cpu_count() or 1)
    rows = Setting(jobs=jobs).each(run, range(runs))
    print(prose(f"Made {machine()}."))
    print(summary([row for some in rows for row in some]))


if __name__ == "__main__":
    main(sys.argv[1:])
