"""Whole films of clock and monitor that depart from the ideal (``departures``), measured."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import clocks
import departures
import numpy as np

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics import latency as metric
from acceptance.model import Measurement, Shot, Tap
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera
from acceptance.simulate.displays import Display

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Random = np.random.Generator

WIDTH, HEIGHT = 640, 360
SECONDS = {60: 6.0, 240: 3.0}
LONGEST = 2000  # frames among which lost ones are drawn


@dataclass(frozen=True, kw_only=True)
class Film:
    """A film to be made: the ``phone``, the camera under test, and what is between them."""

    phone: Camera
    own: Camera
    what: clocks.Setting
    start: float
    panels: tuple[Display, Display]

    def write(self, folder: Path) -> tuple[Path, films.Truth]:
        """Make the film."""
        # AVI numbers its frames and cannot say that they come at an uneven pace
        counted = self.phone.codec == "mjpeg" and not self.phone.uneven
        path = folder / ("film.avi" if counted else "film.mp4")
        truth = films.film_screens(
            self.phone, self.own, definition.load("clock"), path, self.what.delay,
            self.what.seconds, refresh=self.what.refresh, monitor_refresh=self.what.monitor,
            start=self.start, panels=self.panels,
        )  # fmt: skip
        return path, truth


def drawn(random: Random, seed: int, names: list[str]) -> Film:
    """Draw a film: rolling shutters of 0.3 to 1 frame time, 2 % noise, these switches on."""
    rate = int(random.choice(list(SECONDS)))
    what = clocks.drawn(random, float(rate), SECONDS[rate])
    by = departures.drawn(random, names)
    what = replace(what, by=by)
    rolled = [float(random.uniform(0.3, 1)) for _ in range(2)]
    own = Camera(
        width=WIDTH, height=HEIGHT, seed=seed, rate=rational(what.camera), exposure=what.exposure,
        readout=rolled[1] / what.camera, dropped=_some(random, by.lost[1]),
        recursion=by.recursions[1], uneven=by.uneven[1],
    )  # fmt: skip
    return Film(
        phone=_phone(random, what, rolled[0], seed),
        own=own,
        what=what,
        start=float(random.uniform(0, 0.02)),
        panels=_panels(what),
    )


def _phone(random: Random, what: clocks.Setting, rolled: float, seed: int) -> Camera:
    by, rate = what.by, round(what.film)
    codec, crf = by.coder
    return Camera(
        width=WIDTH, height=HEIGHT, noise=clocks.NOISE, crf=crf, codec=codec, seed=seed,
        rate=Fraction(rate), exposure=what.film_exposure, readout=rolled / what.film,
        full_range=codec == "mjpeg", bit_rate=round(by.frame_bits * rate), shake=by.shake,
        recursion=by.recursions[0], dropped=_some(random, by.lost[0]), uneven=by.uneven[0],
    )  # fmt: skip


def _panels(what: clocks.Setting) -> tuple[Display, Display]:
    by, rates = what.by, (what.refresh, what.monitor)
    first, second = (
        Display(scan=scan / rate, rise=rise, fall=fall)
        for scan, rate, rise, fall in zip(by.scans, rates, by.rises, by.falls, strict=True)
    )
    return first, second


def rational(rate: float) -> Fraction:
    """Return a rate as a fraction that a container can hold, exact to 0.1 ppm."""
    return Fraction(round(rate * 100_000), 100_000)


def _some(random: Random, share: float) -> frozenset[int]:
    return frozenset(np.flatnonzero(random.uniform(size=LONGEST) < share).tolist())


def film(number: int, names: list[str] | None, series: int = 41) -> dict[str, Any]:
    """Make a film with these switches on (None: drawn) and measure it: errors and U in ms."""
    random = np.random.default_rng([2006, number, series])
    on = departures.some(random, departures.FILMS) if names is None else names
    made = drawn(random, number + 1, on)
    row = conditions(made.what) | {"number": number, "switches": on}
    with tempfile.TemporaryDirectory() as folder:
        path, truth = made.write(Path(folder))
        shot = Shot(id="film", subject="c", clip=path.name, chart="clock", tap=Tap.SCREEN)
        try:
            scene = build.look(shot, path.parent)
            times = made.what.by.stamps(random, scene.series.times)
            scene = replace(scene, series=replace(scene.series, times=times))
            return row | errors(metric.measure(scene), truth.delays * 1000)
        except GapError as gap:
            return {**row, "reason": gap.code}


def conditions(what: clocks.Setting) -> dict[str, Any]:
    """Say in what setting a film was made; times in ms."""
    return {
        "film": round(what.film),
        "film_exposure": 1000 * what.film_exposure,
        "screen": what.refresh,
        "monitor": what.monitor,
        "camera": what.camera,
        "exposure": 1000 * what.exposure,
        "delay": 1000 * what.delay,
        "seconds": what.seconds,
        "by": {
            name: value
            for name, value in vars(what.by).items()
            if value != getattr(departures.Departures(), name)
        },
    }


def errors(found: Iterable[object], delays: Array) -> dict[str, Any]:
    """Errors of the statistics and their U in ms, and how the film was read."""
    truths = {
        "mean": delays.mean(),
        "worst": delays.max(),
        "sd": delays.std(ddof=1),
        "percentile_95": np.percentile(delays, 95),
    }
    row: dict[str, Any] = {}
    for figure in found:
        if not isinstance(figure, Measurement) or figure.quantity != metric.GLASS:
            continue
        row[str(figure.statistic)] = float(figure.value - truths[str(figure.statistic)])
        row[f"{figure.statistic}_expanded"] = figure.expanded
        row |= {key: figure.details[key] for key in ("reading", "coarse")}
        row["n"], row["true"] = figure.samples, len(delays)
    return row
