"""Section of ``docs/accuracy.md`` on time: latency from films of clocks of known delay."""

from __future__ import annotations

import tempfile
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from setting import Part, prose, table

from acceptance.charts import definition
from acceptance.metrics import latency as latency_metric
from acceptance.model import Measurement, Shot, Tap
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setting import Setting

SECONDS, SHORT = 4.0, 1.6


def _drawn(seed: int) -> tuple[np.random.Generator, Camera, definition.Chart]:
    random = np.random.default_rng([2006, seed, 9])
    camera = Camera(
        width=640, height=360, noise=0.01, exposure=random.uniform(0.004, 0.02), seed=seed + 1
    )
    return random, camera, definition.load("clock")


def _mean(found: Iterable[object]) -> Measurement:
    figures = (item for item in found if isinstance(item, Measurement))
    return next(figure for figure in figures if figure.statistic == "mean")


def _stream(case: tuple[int, float]) -> tuple[float, float]:
    """Error and U, in ms, of a stream's delay from the arrivals of its frames."""
    seed, seconds = case
    random, camera, clock = _drawn(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log, arrivals = folder / "log.csv", folder / "arrivals.csv"
        delay, path = random.uniform(0.05, 0.6), folder / "clock.mp4"
        films.film_clock(
            camera, clock, path, seconds, stream_delay=delay, start=random.uniform(0, 0.04),
            arrivals_path=arrivals, log_path=log,
        )  # fmt: skip
        shot = Shot(
            id="film", subject="c", clip=path.name, chart="clock", arrivals=arrivals.name,
            screen_log=log.name,
        )  # fmt: skip
        found = _mean(latency_metric.measure(build.look(shot, folder)))
    return found.value - 1000 * delay, found.expanded


def _screens(case: tuple[int, float]) -> tuple[float, float]:
    """Error and U, in ms, of glass to glass from a film of clock and monitor, which drift apart."""
    seed, seconds = case
    random, camera, clock = _drawn(seed)
    phone = Camera(
        width=640, height=360, rate=Fraction(60), exposure=0.008, noise=0.006, seed=seed + 5
    )
    refresh, monitor = 60 + random.uniform(-0.6, -0.2), 60 + random.uniform(0.2, 0.6)
    delay = random.uniform(0.05, 0.6)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "screens.mp4"
        truth = films.film_screens(
            phone, camera, clock, path, delay, seconds, refresh=refresh, monitor_refresh=monitor
        )
        shot = Shot(id="film", subject="c", clip=path.name, chart="clock", tap=Tap.SCREEN)
        found = _mean(latency_metric.measure(build.look(shot, path.parent)))
    return found.value - 1000 * truth.delay, found.expanded


def latency(setting: Setting) -> Part:
    """Compare measured delays with those that were simulated."""
    films, rows = setting.runs(12), []
    seconds = SHORT if setting.tiny else SECONDS
    for name, measure in (("stream, by arrivals", _stream), ("glass to glass, by film", _screens)):
        off, stated = np.array(setting.each(measure, [(seed, seconds) for seed in range(films)])).T
        away = np.abs(off)
        sizes = (f"{size:.2f}" for size in (away.mean(), away.max(), stated.mean()))
        inside = f"{np.sum(away <= stated)} of {films}"
        rows.append((name, f"{off.mean():+.2f}", *sizes, inside))
    text = prose(
        f"Films of {seconds:g} s, 640 x 360, camera at 25 frame/s, phone at 60, delays of 50 to",
        "600 ms, screens of about 60 Hz that do not run in step with the films; 1 ms of jitter on",
        "the arrivals. Error of the mean delay. Bar: 0.5 ms. Every public tool resolves at best a",
        "display frame, about 17 ms; a QR clock is biased by about 8 ms (measured in November",
        "2026). U of a stream's delay includes the screen's own delay, which no log records.",
    )
    head = ("delay", "bias, ms", "mean error", "largest", "U, mean", "inside U")
    return Part(text=text + table(head, rows))
