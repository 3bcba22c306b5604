"""Write ``docs/coverage.md``: how often the truth lies within the stated U, by simulation.

``python benchmarks/coverage.py [--share S] [--jobs N] [--cache FOLDER] [CASE...]``
``python benchmarks/coverage.py departed|switches [--share S] [--jobs N] [--cache FOLDER]
[--first N] [SWITCH...]`` prints the tables of ``docs/departures.md``,
``departed_fields|field_switches`` those of flat fields there; a run goes on from the cache.
``python benchmarks/coverage.py measurable [--jobs N]``: what is refused of ``measurable.toml``.

Every run draws every input of the budget from its stated distribution. A new case goes into
``cases.py``; figures of filmed charts are covered as soon as ``films.TRUTHS`` has their truths.
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

import departed_fields
import departed_pictures
import measurable
import numpy as np
from cases import FILMS, SIGNALS
from scipy.stats import binom
from setting import Setting, cached, machine, prose, table
from through_camera import RELATIVE

from acceptance import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIGNAL_RUNS, FILM_RUNS = 2000, 300
BAND, FILM_BAND = (0.93, 0.97), (0.91, 0.99)
CASES = {**SIGNALS, **FILMS}
COUNTS = {"grey_scale.steps"}
"""Figures that are counts, which are exempt."""


def _run(case: tuple[str, int]) -> list[dict[str, Any]]:
    name, number = case
    random = np.random.default_rng([2006, zlib.crc32(name.encode()), number])
    keys = ("quantity", "off", "expanded", "truth")
    return [{key: getattr(reading, key) for key in keys} for reading in CASES[name][1](random)]


def made(name: str, setting: Setting) -> dict[str, Any]:
    """Run a case; returns what the cache keeps: every reading's error, U and truth."""
    start, runs = time.perf_counter(), _runs(name, setting)
    by_run = setting.each(_run, [(name, number) for number in range(runs)])
    readings = [reading for found in by_run for reading in found]
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
    by_quantity: dict[str, list[Mapping[str, Any]]] = {}
    for reading in found["readings"]:
        by_quantity.setdefault(reading["quantity"], []).append(reading)
    return [_row(name, quantity, by_quantity[quantity]) for quantity in sorted(by_quantity)]


def _row(name: str, quantity: str, readings: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    off, expanded, truth = (
        np.array([reading[key] for reading in readings]) for key in ("off", "expanded", "truth")
    )
    hits, unit = int(np.sum(np.abs(off) <= expanded)), metrics.quantities()[quantity]
    if unit in RELATIVE:
        off, expanded, unit = 100 * off / truth, 100 * expanded / truth, "%"
    rms = (float(np.sqrt(np.mean(values**2))) for values in (off, expanded))
    sizes = (f"{off.mean():+.2g}", *(f"{value:.3g}" for value in rms))
    share = _share(quantity, hits, off.size, FILM_BAND if name in FILMS else BAND)
    return f"`{quantity}`", CASES[name][0], f"{hits} of {off.size}", share, *sizes, unit


def _share(quantity: str, hits: int, runs: int, band: tuple[float, float]) -> str:
    """Return the share of hits, bold if it is outside the band and chance does not explain it."""
    share = f"{hits / runs:.1%}"
    if quantity in COUNTS:
        return f"{share} (a count)"
    low, high = binom.interval(0.999, runs, 0.95)
    return share if band[0] <= hits / runs <= band[1] or low <= hits <= high else f"**{share}**"


def document(found: Mapping[str, Mapping[str, Any]], command: str) -> str:
    """Put the table together."""
    opening = prose(
        "Every figure has an uncertainty budget; U = k u should contain the truth in 95 of 100",
        "cases. This page tests that. Each run draws every input of the budget anew: noise, number",
        "of frames, sampling phase, angle, blur, level and light. Inputs that are judged rather",
        "than observed (type B) are drawn from normal distributions with the standard uncertainty",
        "that the budget states, since that is how a budget combines them. Signals are drawn from",
        "formulas and measured by the metric itself. Films go all the way from the chart through",
        "camera, file and chart finder; of each figure one region is taken at random, so that the",
        "runs are independent. Figures whose budgets include effects that such a film does not",
        "show (the centre of a lens, uneven light) are tested by signals only.",
    )
    bars = prose(
        f"Bars: {SIGNAL_RUNS} runs of signals, truth inside U in {BAND[0]:.0%} to {BAND[1]:.0%};",
        f"{FILM_RUNS} films, 273 to 297 hits. Bold: outside. Counts are exempt. Errors and U are",
        "root mean squares.",
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


DEPARTED = {
    "departed": departed_pictures,
    "switches": departed_pictures,
    "departed_fields": departed_fields,
    "field_switches": departed_fields,
}


def departed(name: str, *switches: str, setting: Setting, cache: Path | None) -> None:
    """Run films that depart from the ideal, all switches drawn together or each alone."""
    of, path = DEPARTED[name], cache / f"{name}.jsonl" if cache else None
    wanted = of.cases(name, setting, switches)
    print(of.text(name, departed_pictures.made(path, wanted, setting, of.run)))


def main(arguments: list[str]) -> None:
    """Run the cases asked for; write the document when all of them are there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--share", type=float, default=1.0, help="share of the full number of runs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--first", type=int, default=0, help="number of the first camera drawn")
    parser.add_argument("--cache", type=Path, help="folder of finished cases")
    parser.add_argument("--docs", type=Path, default=DOCS, help="folder that gets coverage.md")
    options = parser.parse_intermixed_args(arguments)
    if options.cases == ["measurable"]:
        print(measurable.text(Setting(share=options.share, jobs=options.jobs)))
        return
    if options.cases and options.cases[0] in DEPARTED:
        setting = Setting(share=options.share, jobs=options.jobs, first=options.first)
        departed(*options.cases, setting=setting, cache=options.cache)
        return
    if unknown := set(options.cases) - set(CASES):
        parser.error(f"unknown case {', '.join(sorted(unknown))}; choose from {', '.join(CASES)}")
    setting = Setting(share=options.share, jobs=options.jobs)
    named, cache = options.cases, options.cache
    wanted = CASES if cache or not named else named
    found = {name: kept(name, setting, cache, anew=name in named) for name in wanted}
    share = f" --share {options.share:g}" if options.share != 1 else ""
    text = document(found, f"python benchmarks/coverage.py{share}")
    if set(found) == set(CASES):
        (options.docs / "coverage.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
