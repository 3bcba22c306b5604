"""Low light of known truth: series of illuminances and walls as signals, and a filmed series.

``python benchmarks/low_light.py`` films the series (960 x 540, seven levels) and prints its figures
beside their truth.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import films
import numpy as np
import scenes
from films import Reading, paired

from acceptance.charts import definition
from acceptance.metrics import low_light
from acceptance.metrics._shared import lighting
from acceptance.model import BudgetLine, Condition, Measurement, Shot
from acceptance.scene import build
from acceptance.scene.light import DOUBT_OF_DECLARED
from acceptance.session import measuring
from acceptance.simulate.camera import Camera, Sensor
from acceptance.simulate.films import film_chart
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from acceptance.simulate.films import Truth

DEGREES = 12  # of freedom of a drawn figure
BRIGHTEST = 300.0  # lx


def series(random: np.random.Generator) -> list[Reading]:
    """Measure a series whose figures are straight lines in the logarithm of the illuminance.

    Only the true crossing of the criterion lies off the line, by as much as the interpolation
    allows; lux meter and filters err within their accuracies; figures scatter about their truth,
    with standard deviations estimated with 12 degrees of freedom.
    """
    count, step = int(random.integers(5, 8)), random.uniform(math.log(1.6), math.log(3))
    # steps below the brightest, where both criteria are met for the last time
    at = random.uniform(0.6, 3.4)
    weight, index = 1 - at % 1, np.arange(count)
    off = random.normal(0, weight * (1 - weight) * step / 2 / math.sqrt(3))
    crossing = BRIGHTEST * math.exp(-at * step + off)
    resolution = 600 * (1 - 0.3 / at * index[index < 2.5 * at])
    ratio = 25 + random.uniform(4, 8) * step * (at - index)
    spreads = random.uniform(2, 8), random.uniform(0.03, 0.4)
    figures: list[Measurement] = []
    shots = _shots(random, count, step)
    for shot, snr in zip(shots, ratio, strict=True):
        patch = _figure(random, shot, "noise.snr_patch", snr, spreads[1])
        figures += [patch, replace(patch, quantity="noise.snr")]
    for shot, lines in zip(shots[: resolution.size], resolution, strict=True):
        figures.append(_figure(random, shot, "resolution.wedge_horizontal", lines, spreads[0]))
    results = low_light.across(shots, figures)
    found = [figure for figure in results if isinstance(figure, Measurement)]
    truths: dict[tuple[str, str], float] = {("low_light.minimum_illumination", ""): crossing}
    truths |= {("low_light.snr", shot.id): snr for shot, snr in zip(shots, ratio, strict=True)}
    shares = zip(shots, 100 * resolution / resolution[0], strict=False)
    truths |= {("low_light.resolution", shot.id): share for shot, share in shares}
    # one level of each run, so that runs are independent
    level = str(random.integers(1, resolution.size))
    return _readings((item for item in found if item.shot == level or item.statistic), truths)


def _shots(random: np.random.Generator, count: int, step: float) -> list[Shot]:
    """Draw the levels: the lux meter reads the brightest, filters make the others; both err."""
    meter, glass = random.uniform(2, 12), random.uniform(2, 8)
    read = BRIGHTEST * (1 + random.normal(0, meter / 100 / math.sqrt(3)))
    shots = []
    for number in range(count):
        error = random.normal(0, glass / 100 / math.sqrt(3)) * (number > 0)
        values = {"illuminance": read, "illuminance_accuracy": meter}
        if number:
            stated = math.exp(-number * step) * (1 + error)
            values |= {"filter": stated, "filter_accuracy": glass}
        lit = tuple(Condition(name=name, value=value) for name, value in values.items())
        shot = Shot(id=str(number), subject="camera", clip="", chart="acceptance", conditions=lit)
        shots.append(shot)
    return shots


def _figure(
    random: np.random.Generator, shot: Shot, quantity: str, truth: float, u: float
) -> Measurement:
    stated = u * math.sqrt(random.chisquare(DEGREES) / DEGREES)
    budget = [BudgetLine(source="noise and fit", contribution=stated, degrees_of_freedom=DEGREES)]
    region = "flat.middle" if quantity.startswith("noise") else "centre.wedge_horizontal"
    value = float(random.normal(truth, u))
    return measurement(shot, quantity, value, "", budget, samples=8, method="drawn", region=region)


def _readings(
    found: Iterable[Measurement], truths: Mapping[tuple[str, str], float]
) -> list[Reading]:
    """Pair figures with their truths; the two minimum illuminations by criterion.

    Bounds are no readings.
    """
    return [
        Reading.of(item, truths[item.quantity, "" if item.statistic else item.shot])
        for item in found
        if not (item.lower_bound or item.upper_bound)
    ]


def wall(random: np.random.Generator) -> list[Reading]:
    """Measure a wall lit by a beam; the camera's curve is a little off the declared one."""
    rows, columns = random.integers(150, 300, 2)
    aside, hot = random.uniform(-0.2, 0.2, 2), random.uniform(1.05, 4.0)
    y, x = np.linspace(-1, 1, rows)[:, None] - aside[0], np.linspace(-1, 1, columns) - aside[1]
    light = 0.8 * hot ** -((y**2 + x**2) / 2)
    camera = Camera(black=0.0, white=1.0)
    exponent = random.normal(0, DOUBT_OF_DECLARED / math.sqrt(3))
    codes = camera.luma(light ** (1 / (1 + exponent)))
    frames = codes + random.uniform(0.5, 4) * random.standard_normal((4, rows, columns))
    found = low_light.measure(scenes.of([scenes.view("wall.flat", "flat", frames)]))
    grid = lighting.blocks(light)
    middle, rim = lighting.middle_and_rim(grid.shape)
    truths = {
        "low_light.non_uniformity": 100 * float(np.ptp(grid) / grid.mean()),
        "low_light.hot_spot": float(grid[middle].mean() / grid[rim].mean()),
    }
    return paired(found, truths)


# --- a series that is filmed

BLURS = {100: 0.6, 30: 0.6, 10: 0.62, 3: 0.7, 1: 0.95, 0.3: 1.3, 0.1: 1.8}
"""Illuminance in lx, and the blur in px that a camera's noise reduction makes of it."""


def camera_at(lux: float) -> Camera:
    """Return the camera of the filmed series as it is in ``lux``."""
    sensor = Sensor(illuminance=lux, per_lux=600, read=5, most_gain=150)
    return Camera(width=960, height=540, blur=BLURS[lux], sensor=sensor, crf=0)


def measured() -> list[Measurement]:
    """Film the series and measure it, shot by shot and together."""
    with tempfile.TemporaryDirectory() as folder:
        return measuring.together([_shot(Path(folder), lux) for lux in BLURS])[0]


def _shot(folder: Path, lux: float) -> measuring.Measured:
    name, path = f"{lux:g}", folder / f"{lux:g}.mp4"
    film_chart(camera_at(lux), definition.load(films.CHART), path, 0.4)
    lit = (Condition(name="illuminance", value=lux, unit="lx"),)
    shot = Shot(id=name, subject="c", clip=path.name, chart=films.CHART, conditions=lit)
    return measuring.look(shot, folder=folder)


def true_ratio(lux: float) -> float:
    """Signal-to-noise ratio of middle grey by the sensor's electrons, in dB.

    It is lower where the gain no longer lifts the level in full.
    """
    camera, first = camera_at(lux), camera_at(max(BLURS))
    code, black = float(camera.luma(0.2)), camera.code_range[0]
    level = (code - black) / (float(first.luma(0.2)) - black)
    return films.decibels(219 * min(1.0, level) / float(camera.sigma(code)))


def true_lines(lux: float) -> float:
    """TV lines of the centre wedge by optics and pixel."""
    return films.wedge_lines(camera_at(lux), 0.15, 0.75)


def _truths() -> dict[tuple[str, str], float]:
    """Truths of the shares and ratios, and the illuminances at which they meet the criteria.

    These lie on straight lines between the levels.
    """
    levels = sorted(BLURS)
    lines, ratios = (np.array([*map(true, levels)]) for true in (true_lines, true_ratio))
    shares = 100 * lines / lines[-1]
    found = {}
    for lux, share, ratio in zip(levels, shares, ratios, strict=True):
        found["low_light.resolution", f"{lux:g}"] = share
        found["low_light.snr", f"{lux:g}"] = ratio
    for name, values, criterion in (("resolution_70", shares, 70.0), ("snr_25", ratios, 25.0)):
        crossing = math.exp(np.interp(criterion, values, np.log(levels)))
        found["low_light.minimum_illumination", name] = crossing
    return found


def lamps() -> Iterator[tuple[str, Measurement, float]]:
    """Film the chart in beams; yields each beam's name, a figure, and the truth of it."""
    chart = definition.load(films.CHART)
    plain = Camera(width=640, height=360, blur=0.6, noise=0.004, crf=0)
    for hot, black in ((1.0, 0.0), (1.3, 0.0), (1.3, 0.01), (3.0, 0.01)):
        with tempfile.TemporaryDirectory() as folder:
            camera = replace(plain, hot_spot=hot, black=black)
            film = film_chart(camera, chart, Path(folder) / "beam.mp4", 0.16)
            seen = build.look(Shot(id="beam", subject="c", clip="beam.mp4"), Path(folder))
        truths = _beam(film)
        for figure in low_light.measure(seen):
            if isinstance(figure, Measurement):
                yield f"{hot:g} : 1, black {black:.0%}", figure, truths[figure.quantity]


def _beam(film: Truth) -> dict[str, float]:
    """Return the true figures of a beam, from the light on the light sides of the edges."""
    camera = film.camera
    light: dict[bool, list[float]] = {True: [], False: []}
    middle = np.array([camera.width - 1, camera.height - 1]) / 2
    for region in film.chart.regions:
        if region.kind == "edge":
            x, y, width, height = region.rect
            aside = (width / 4, 0.0) if region.direction == "horizontal" else (0.0, height / 4)
            away = film.point(x + width / 2 + aside[0], y + height / 2 + aside[1]) - middle
            share = float(away @ away / (middle @ middle))
            light[region.zone == "centre"].append(camera.hot_spot**-share)
    every = np.array(light[True] + light[False])
    return {
        "low_light.non_uniformity": 100 * float(np.ptp(every) / every.mean()),
        "low_light.hot_spot": float(np.mean(light[True]) / np.mean(light[False])),
    }


def main() -> None:
    """Print every figure of the filmed series and of the filmed beams beside its truth."""
    truths = _truths()
    rows = []
    for figure in measured():
        name = figure.statistic or figure.shot
        rows.append((name, figure, truths.get((figure.quantity, name))))
    print(f"{'figure':32} {'at':>18} {'truth':>8} {'measured':>9} {'U':>7}")
    for name, figure, truth in [*rows, *lamps()]:
        if truth is not None:
            numbers = f"{truth:8.3f} {figure.value:9.3f} {figure.expanded:7.3f}"
            print(f"{figure.quantity:32} {name:>18} {numbers}")


if __name__ == "__main__":
    main()
