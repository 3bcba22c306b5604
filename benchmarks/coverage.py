"""Write ``docs/coverage.md``: how often the truth lies within the stated U, by simulation.

``python benchmarks/coverage.py [--share S] [--jobs N] [--cache FOLDER] [CASE...]``

Every run draws every input of the budget from its stated distribution. A newcomer adds a function of a random
generator that returns ``Reading``s (a figure, its U, its truth), and a line in ``SIGNALS``; figures of filmed charts
come by themselves, by ``films.TRUTHS``.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import colours
import films
import low_light
import numpy as np
import scenes
import sequence
from films import Reading
from scipy.special import ndtr
from scipy.stats import binom
from setting import Setting, cached, machine, prose, table
from signals import DrawnWedge, printed_wedge
from through_camera import RELATIVE, drawn_camera

from acceptance import charts, metrics
from acceptance.camera import Camera, observed, pose
from acceptance.metrics import _lens, geometry, resolution
from acceptance.metrics import colour as colour_metric
from acceptance.metrics import noise as noise_metric
from acceptance.metrics._wedge_figures import STEP_DOUBT
from acceptance.model import Measurement
from acceptance.scene import DOUBT_OF_DECLARED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from signals import Array

DOCS = Path(__file__).resolve().parent.parent / "docs"
SIGNAL_RUNS, FILM_RUNS = 2000, 300
BAND, FILM_BAND = (0.93, 0.97), (0.91, 0.99)
CHART = charts.load("acceptance")
GRID = tuple(region for region in CHART.regions if region.kind == "grid")
COUNTS = {"grey_scale.steps"}
"""Figures that are counted; exempt."""


def _camera(random: np.random.Generator) -> Camera:
    return Camera(
        width=scenes.WIDTH,
        height=scenes.HEIGHT,
        blur=random.uniform(0.6, 1.4),
        noise=random.uniform(0.003, 0.015),
        fixed_noise=random.uniform(0.0, 0.006),
        white=random.uniform(0.7, 0.95),
    )


def _frames(random: np.random.Generator) -> int:
    return int(random.integers(8, 33))


def _paired(measured: Iterable[object], truths: Mapping[str, float]) -> list[Reading]:
    return [
        Reading(quantity=m.quantity, region=m.region, value=m.value, expanded=m.expanded, truth=truths[m.quantity])
        for m in measured
        if isinstance(m, Measurement) and m.quantity in truths
    ]


# --- signals


def _edge_codes(random: np.random.Generator, camera: Camera, exponent: float) -> tuple[Array, float]:
    """Noise-free codes of an edge of the chart, by a camera whose curve is off by ``exponent``; and its angle."""
    angle, shape = random.uniform(3, 8), (int(random.integers(60, 121)), int(random.integers(60, 121)))
    y, x = (np.arange(n) - (n - 1) / 2 for n in shape)
    turn = math.radians(angle)
    across = (x - random.uniform(-0.5, 0.5)) * math.cos(turn) - y[:, None] * math.sin(turn)
    # The pixel's own square: summed over nine strips along the rows, and along the edge as what little blur it is.
    strips = ((np.arange(9) + 0.5) / 9 - 0.5) * math.cos(turn)
    blur = math.sqrt(camera.blur**2 + math.sin(turn) ** 2 / 12)
    profile = np.mean([ndtr((across + strip) / blur) for strip in strips], axis=0)
    light = camera.black + (camera.white - camera.black) * (0.15 + 0.6 * profile)
    low, high = camera.code_range
    signal = np.asarray(camera.luma((light ** (1 / (1 + exponent)) - camera.black) / (camera.white - camera.black)))
    return np.clip(signal, low, high), angle


def edge_by_hand(random: np.random.Generator) -> list[Reading]:
    """Measure an edge without grey steps: the curve is the declared one, give or take what is stated."""
    camera = _camera(random)
    exponent = random.normal(0, DOUBT_OF_DECLARED / math.sqrt(3))
    codes, angle = _edge_codes(random, camera, exponent)
    view = scenes.view("edge", "edge", scenes.filmed(random, camera, codes, _frames(random)))
    return _paired(resolution.measure(scenes.of([view])), _edge_truths(camera, angle))


def edge_with_steps(random: np.random.Generator) -> list[Reading]:
    """Measure an edge beside grey steps that tell the curve, whatever it is, from a copy that is a little off."""
    camera, frames = _camera(random), _frames(random)
    camera = replace(camera, transfer=str(random.choice(["bt709", "srgb"])))
    chart = charts.load(films.CHART)
    codes, angle = _edge_codes(random, camera, 0.0)
    edge = scenes.view("edge", "edge", scenes.filmed(random, camera, codes, frames))
    steps = [
        scenes.patch(random, camera, float(camera.luma(level)), frames, region.name, "grey", level)
        for region in chart.regions
        if region.kind == "grey" and (level := region.printed["reflectance"])
    ]
    return _paired(resolution.measure(scenes.of([edge, *steps])), _edge_truths(camera, angle))


def _edge_truths(camera: Camera, angle: float) -> dict[str, float]:
    names = {"resolution.mtf50": 0.5, "resolution.mtf10": 0.1}
    truths = {name: films.crossing(camera, level, angle) for name, level in names.items()}
    return truths | {"resolution.horizontal": 2 * min(films.crossing(camera, 0.1), 0.5) * camera.height}


def wedge(random: np.random.Generator) -> list[Reading]:
    """Measure the acceptance chart's wedge in coded luma, its step a little off that of the flat regions."""
    camera, frames = replace(_camera(random), fixed_noise=0.0), _frames(random)
    region = charts.load(films.CHART).region("centre.wedge_horizontal")
    drawn = DrawnWedge(
        wedge=printed_wedge("hyperbolic"),
        blur=camera.blur,
        phase=(random.uniform(0, 1), random.uniform(0, 1)),
        fine=4,
    )
    codes = np.asarray(camera.luma(drawn.draw()))
    view = scenes.view(
        region.name,
        "wedge",
        scenes.filmed(random, camera, codes, frames),
        region.printed,
        direction="horizontal",
        rect=region.rect,
        place=scenes.place(drawn, region),
    )
    dark, light = (float(camera.luma(level)) for level in (drawn.dark, drawn.light))
    levels = (dark + random.normal(0, STEP_DOUBT / math.sqrt(3)) * (light - dark), light)
    flats = [
        scenes.patch(random, camera, code, frames, f"flat{level}", "flat", level)
        for code, level in zip(levels, (drawn.dark, drawn.light), strict=True)
    ]
    truth = films.wedge_lines(camera, drawn.dark, drawn.light)
    return _paired(resolution.measure(scenes.of([view, *flats])), {"resolution.wedge_horizontal": truth})


def noise(random: np.random.Generator) -> list[Reading]:
    """Measure a flat region: sigmas, size, number of frames, level and a fall-off of light at random."""
    low, high = Camera().code_range
    frames, (rows, columns) = int(random.integers(4, 33)), random.integers(40, 129, 2)
    temporal, pixel, row, column = (random.uniform(*ends) for ends in ((0.9, 3.3), (0.7, 2), (0.2, 1), (0.2, 1)))
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    level = random.uniform(40, 180)
    slopes = (level - low) * 0.006 * random.standard_normal(3)
    codes = level + slopes[0] * x + slopes[1] * y + slopes[2] * x * x * y
    fixed = row * random.standard_normal((rows, 1)) + column * random.standard_normal(columns)
    still = codes + fixed + pixel * random.standard_normal((rows, columns))
    view = scenes.view("flat", "flat", still + temporal * random.standard_normal((frames, rows, columns)))
    sigma = math.hypot(temporal, pixel, row, column)
    truths = {
        "noise.total": sigma,
        "noise.temporal": temporal,
        "noise.fixed_pattern": math.hypot(pixel, row, column),
        "noise.row": row,
        "noise.column": column,
        "noise.pixel": pixel,
        "noise.snr": films.decibels((high - low) / sigma),
        "noise.snr_patch": films.decibels((level - low) / sigma),
    }
    return _paired(noise_metric.measure(scenes.of([view])), truths)


def lens(random: np.random.Generator) -> list[Reading]:
    """Measure the points of a chart: lens, its centre, print, pose and the points' noise at random; square pixels."""
    size = np.array([scenes.WIDTH, scenes.HEIGHT])
    half = float(np.hypot(*(size - 1))) / 2
    places = np.array([[x + w / 2, y + h / 2] for x, y, w, h in (one.rect for one in (*CHART.fiducials, *GRID))])
    camera = Camera(
        width=scenes.WIDTH,
        height=scenes.HEIGHT,
        share=random.uniform(0.7, 0.95),
        tilt=random.uniform(-25, 25),
        pan=random.uniform(-25, 25),
        roll=random.uniform(-10, 10),
        distortion=random.uniform(-0.05, 0.15),
    )
    shift = half * _lens.CENTRE_DOUBT * random.standard_normal(2)
    print_ = [1.0, math.exp(geometry.PRINT_ASPECT * random.standard_normal())]
    printed = (places - np.array(CHART.size) / 2) * print_ + np.array(CHART.size) / 2
    matrix = pose(camera, CHART.size)
    seen = (
        observed(camera, matrix, printed.T).T
        + shift
        + random.uniform(0.02, 0.15) * random.standard_normal(places.shape)
    )
    corners = ((0.0, 0.0),) * 4
    place = charts.Located(
        chart=CHART, homography=matrix, corners=corners, residual=0.1, fiducials_found=8, picture=(size[0], size[1]),
        distortion=camera.distortion,
    )  # fmt: skip
    frame = geometry.Frame(place=place, aspect=1.0)
    points = _lens.Points(chart=frame.on_chart(places), seen=frame.in_picture(seen), pixel=1 / half)
    found = [one for one in geometry.of_points(scenes.of([]), frame, points) if isinstance(one, Measurement)]
    reach = float(found[0].details["radius"])
    truths = {
        "geometry.distortion": 100 * (1 / (1 + camera.distortion * reach**2) - 1),
        "geometry.tilt": camera.tilt,
        "geometry.pan": camera.pan,
        "geometry.roll": camera.roll,
        "geometry.pixels_per_metre": 1000 * camera.share * camera.width / CHART.size[0],
    }
    return _paired(found, truths)


def colour(random: np.random.Generator) -> list[Reading]:
    """Measure 24 patches and 12 grey steps of a camera with a cast, from a copy that is a little off."""
    camera = colours.drawn_camera(random)
    truths = colours.truths(camera, charts.load(films.CHART))
    return _paired(colour_metric.measure(colours.drawn(random, camera)), truths)


SIGNALS: Mapping[str, tuple[str, Callable[[np.random.Generator], list[Reading]]]] = {
    "edge_by_hand": ("edge, declared curve", edge_by_hand),
    "edge_with_steps": ("edge, grey steps", edge_with_steps),
    "wedge": ("wedge", wedge),
    "noise": ("flat region", noise),
    "series": ("series of illuminances", low_light.series),
    "wall": ("wall in a beam", low_light.wall),
    "lens": ("points of the chart", lens),
    "colour": ("24 patches, cast", colour),
    "sequence": ("recorded sequence", sequence.recorded),
}


# --- films


def filmed(random: np.random.Generator) -> list[Reading]:
    """Film the chart small and without loss; of every figure one region at random, so that runs are independent."""
    camera = drawn_camera(random, 640, 360)
    found = films.readings(replace(camera, blur=random.uniform(0.6, 1.0)), 0.32)
    chosen = []
    for quantity in sorted({one.quantity for one in found}):
        regions = [one for one in found if one.quantity == quantity]
        chosen.append(regions[int(random.integers(len(regions)))])
    return chosen


def filmed_colours(random: np.random.Generator) -> list[Reading]:
    """Film the chart in uneven light by a camera with a cast."""
    camera = replace(colours.drawn_camera(random), width=640, height=360, crf=0, seed=int(random.integers(1 << 30)))
    chart = charts.load(films.CHART)
    measured = films.measured(camera, 0.32, colours.hung(random, chart))
    return _paired(measured, colours.truths(camera, chart))


CASES = {**SIGNALS, "film": ("filmed chart", filmed), "film_colour": ("filmed chart, cast", filmed_colours)}


# --- the table


def _run(case: tuple[str, int]) -> list[dict[str, Any]]:
    name, number = case
    random = np.random.default_rng([2006, list(CASES).index(name), number])
    return [
        {"quantity": one.quantity, "off": one.off, "expanded": one.expanded, "truth": one.truth}
        for one in CASES[name][1](random)
    ]


def made(name: str, setting: Setting) -> dict[str, Any]:
    """Run a case; returns what the cache keeps: every reading's error, U and truth."""
    start, runs = time.perf_counter(), _runs(name, setting)
    readings = [one for found in setting.each(_run, [(name, number) for number in range(runs)]) for one in found]
    seconds = round(time.perf_counter() - start, 1)
    print(f"{name}: {runs} runs, {seconds} s", flush=True)
    return {"runs": runs, "seconds": seconds, "readings": readings, "machine": machine()}


def kept(name: str, setting: Setting, cache: Path | None, *, anew: bool) -> dict[str, Any]:
    """Take a case from the cache, or run it and keep it there."""
    path = cache / f"coverage_{name}.json" if cache else None
    return cached(path, lambda: made(name, setting), lambda found: not anew and found["runs"] == _runs(name, setting))


def _runs(name: str, setting: Setting) -> int:
    return setting.runs(FILM_RUNS if name.startswith("film") else SIGNAL_RUNS, 2)


def rows(name: str, found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return a row for each figure of a case."""
    told: list[tuple[str, ...]] = []
    for quantity in sorted({one["quantity"] for one in found["readings"]}):
        readings = [one for one in found["readings"] if one["quantity"] == quantity]
        off, expanded, truth = (np.array([one[key] for one in readings]) for key in ("off", "expanded", "truth"))
        hits, unit = int(np.sum(np.abs(off) <= expanded)), metrics.quantities()[quantity]
        if unit in RELATIVE:
            off, expanded, unit = 100 * off / truth, 100 * expanded / truth, "%"
        sizes = (f"{off.mean():+.2g}", f"{np.sqrt(np.mean(off**2)):.3g}", f"{np.sqrt(np.mean(expanded**2)):.3g}")
        share = _share(quantity, hits, off.size, FILM_BAND if name.startswith("film") else BAND)
        told.append((f"`{quantity}`", CASES[name][0], f"{hits} of {off.size}", share, *sizes, unit))
    return told


def _share(quantity: str, hits: int, runs: int, band: tuple[float, float]) -> str:
    """Tell the share of hits; bold outside the band, or outside what chance makes of 95 % in few runs."""
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
        "chart finder, and of each figure one region is taken, drawn at random, so that the runs are independent.",
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
    parts = ["# Coverage of the stated uncertainties\n", opening, f"```text\n{command}\n```\n", made_on, bars]
    return re.sub(r"\n{3,}", "\n\n", "\n".join([*parts, table(head, every)])).rstrip() + "\n"


def main(arguments: list[str]) -> None:
    """Run what was asked for, and write the document when every case is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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
    text = document(found, "python benchmarks/coverage.py" + f" --share {given.share:g}" * (given.share != 1))
    if set(found) == set(CASES):
        (given.docs / "coverage.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main(sys.argv[1:])
