"""Write ``docs/coverage.md``: how often the truth lies within the stated U, by simulation.

``python benchmarks/coverage.py [--share S] [--jobs N] [--cache FOLDER] [CASE...]``

Every run draws every input of the budget from its stated distribution. A newcomer adds a case in
``cases.py``; figures of filmed charts come by themselves, by ``films.TRUTHS``.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from cases import FILMS, SIGNALS
from scipy.stats import binom
from setting import Setting, cached, machine, prose, table
from through_camera import RELATIVE

from acceptance import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIGNAL_RUNS, FILM_RUNS = 2000, 300
BAND, FILM_BAND = (0.93, 0.97), (0.91, 0.99)
CASES = {**SIGNALS, **FILMS}
COUNTS = {"grey_scale.steps"}
"""Figures that are counted; exempt."""


def _run(case: tuple[str, int]) -> list[dict[str, Any]]:
    name, number = case
    random = np.random.default_rng([2006, zlib.crc32(name.encode()), number])
    return [
        {"quantity": one.quantity, "off": one.off, "expanded": one.expanded, "truth": one.truth}
        for one in CASES[name][1](random)
    ]


def made(name: str, setting: Setting) -> dict[str, Any]:
    """Run a case; returns what the cache keeps: every reading's error, U and truth."""
    start, runs = time.perf_counter(), _runs(name, setting)
    readings = [
        one
        for found in setting.each(_run, [(name, number) for number in range(runs)])
        for one in found
    ]
    seconds = round(time.perf_counter() - start, 1)
    print(f"{name}: {runs} runs, {seconds} s", flush=True)
    return {"runs": runs, "seconds": seconds, "readings": readings, "machine": machine()}


def kept(name: str, setting: Setting, cache: Path | None, *, anew: bool) -> dict[str, Any]:
    """Take a case from the cache, or run it and keep it there."""
    path = cache / f"coverage_{name}.json" if cache else None
    return cached(
        path,
        lambda: made(name, setting),
        lambda found: not anew and found["runs"] == _runs(name, setting),
    )


def _runs(name: str, setting: Setting) -> int:
    return setting.runs(FILM_RUNS) if name in FILMS else setting.runs(SIGNAL_RUNS, 4)


def rows(name: str, found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return a row for each figure of a case."""
    told: list[tuple[str, ...]] = []
    for quantity in sorted({one["quantity"] for one in found["readings"]}):
        readings = [one for one in found["readings"] if one["quantity"] == quantity]
        off, expanded, truth = (
            np.array([one[key] for one in readings]) for key in ("off", "expanded", "truth")
        )
        hits, unit = int(np.sum(np.abs(off) <= expanded)), metrics.quantities()[quantity]
        if unit in RELATIVE:
            off, expanded, unit = 100 * off / truth, 100 * expanded / truth, "%"
        sizes = (
            f"{off.mean():+.2g}",
            f"{np.sqrt(np.mean(off**2)):.3g}",
            f"{np.sqrt(np.mean(expanded**2)):.3g}",
        )
        share = _share(quantity, hits, off.size, FILM_BAND if name in FILMS else BAND)
        told.append((f"`{quantity}`", CASES[name][0], f"{hits} of {off.size}", share, *sizes, unit))
    return told


def _share(quantity: str, hits: int, runs: int, band: tuple[float, float]) -> str:
    """Tell the share of hits.

    Bold outside the band, or outside what chance makes of 95 % in few runs.
    """
    share = f"{hits / runs:.1%}"
    if quantity in COUNTS:
        return f"{share} (a count)"
    low, high = binom.interval(0.999, runs, 0.95)
    return share if band[0] <= hits / runs <= band[1] or low <= hits <= high else f"**{share}**"


def document(found: Mapping[str, Mapping[str, Any]], command: str) -> str:
    """Put the table together."""
    opening = prose(
        "Every figure carries an uncertainty budget; U = k u is to hold the truth in 95 of 100 cases. Here that is",
        "tried. Each run draws every input of the budget anew: noise, number of frames, sampling phase, angle, blur,",
        "level and light; the inputs that are judged rather than observed (type B) from normal distributions with the",
        "standard uncertainty that the budget states, since that is how a budget combines them. Signals are drawn from",
        "formulas and measured by the metric itself; films go the whole way from the chart through camera, file and",
        "chart finder, and of each figure one region is taken, drawn at random, so that the runs are independent;",
        "figures whose budgets hold what such a film does not show (a lens's centre, uneven light) are tried by",
        "signals only.",
    )
    bars = prose(
        f"Bars: {SIGNAL_RUNS} runs of signals, truth inside U in {BAND[0]:.0%} to {BAND[1]:.0%}; {FILM_RUNS} films,",
        "273 to 297 hits. Bold: outside. Counts are exempt. Errors and U are root mean squares.",
    )
    head = ("figure", "case", "truth inside U", "share", "bias", "error, rms", "U, rms", "unit")
    every = [row for name, case in found.items() for row in rows(name, case)]
    machines = "; ".join(dict.fromkeys(case["machine"] for case in found.values()))
    seconds = sum(case["seconds"] for case in found.values())
    made_on = prose(f"Made {machines}. It took {seconds / 60:.0f} minutes.")
    parts = [
        "# Coverage of the stated uncertainties\n",
        opening,
        f"```text\n{command}\n```\n",
        made_on,
        bars,
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join([*parts, table(head, every)])).rstrip() + "\n"


def main(arguments: list[str]) -> None:
    """Run what was asked for, and write the document when every case is there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--share", type=float, default=1.0, help="share of the full number of runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--cache", type=Path, help="folder of finished cases")
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder that gets coverage.md")
    given = parser.parse_args(arguments)
    if unknown := set(given.cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    setting = Setting(share=given.share, jobs=given.jobs)
    wanted = CASES if given.cache or not given.cases else given.cases
    found = {name: kept(name, setting, given.cache, anew=name in given.cases) for name in wanted}
    text = document(
        found, "python benchmarks/coverage.py" + f" --share {given.share:g}" * (given.share != 1)
    )
    if set(found) == set(CASES):
        (given.docs / "coverage.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
