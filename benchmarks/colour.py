"""Colour: errors, what a coder does to a patch, and how reliably a ColorChecker is found.

``python benchmarks/colour.py [films] [coder] [checker]``; without names all three.
``benchmarks/coverage.py colour`` shows how often the truth lies within U.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import colours
import cv2
import numpy as np
from setting import REAL, table

from acceptance.charts import colorchecker, definition, located
from acceptance.footage import clip
from acceptance.footage.colorimetry import picture_of
from acceptance.metrics import colour
from acceptance.model import Measurement, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from signals import Array

    from acceptance.scene.build import Scene
    from acceptance.simulate.films import Truth

CASTS = ((1.0, 1.0, 1.0), (1.06, 1.0, 0.94), (1.1, 1.0, 0.8))
SATURATIONS = (1.0, 0.95, 0.8)
CRFS = (0, 18, 23, 28, 36)
CAMERA = Camera(white=0.75, noise=0.006)
STILLS = (
    "iso12233_te170_rpi_ctt.png",
    "oecf_sfr_target_burns.jpg",
    "oecf_step_ferazambuja.jpg",
    "sfrplus_ferazambuja.jpg",
    "sine_target_mitre.tif",
    "slanted_edge_burns_1.tif",
    "slanted_edge_burns_h.tif",
)


def filmed(camera: Camera, name: str) -> Scene:
    """Film a chart and look at the film."""
    with tempfile.TemporaryDirectory() as folder:
        film_chart(camera, definition.load(name), Path(folder) / "film.mkv", 0.4)
        shot = Shot(id="film", subject="camera", clip="film.mkv", chart=name)
        return build.look(shot, Path(folder))


def films() -> None:
    """Print what is measured of cameras of known colours."""
    rows = []
    casts = zip(CASTS, SATURATIONS, strict=True)
    for name, cast, crf in itertools.product(("acceptance", "colorchecker"), casts, (0, 23)):
        gains, saturation = cast
        camera = replace(CAMERA, gains=gains, saturation=saturation, crf=crf, seed=crf + 1)
        truths = colours.truths(camera, definition.load(name))
        results = colour.measure(filmed(camera, name))
        found = [figure for figure in results if isinstance(figure, Measurement)]
        cells = [f"{m.value:.2f} ± {m.expanded:.2f} ({truths[m.quantity]:.2f})" for m in found]
        rows.append((name, " ".join(f"{gain:g}" for gain in gains), saturation, crf, *cells))
    names = [figure.quantity.removeprefix("colour.") for figure in found]
    print(table(("chart", "gains", "saturation", "CRF", *names), rows))


def coder() -> None:
    """Print the RMS error of the mean codes of 24 patches, and the error that the budget states."""
    rows = []
    sizes = ((1280, 0.004), (1280, 0.012), (640, 0.004))
    for (width, noise), crf in itertools.product(sizes, CRFS):
        camera = replace(
            CAMERA, width=width, height=width * 9 // 16, noise=noise, crf=crf, seed=crf + 1
        )
        seen = colour.compare(filmed(camera, "acceptance")).patches
        lights = colours.printed(definition.load("acceptance"))
        true = np.array([colours.planes(camera, light) for light in lights])
        off = np.array([patch.codes for patch in seen]) - true
        stated = [patch.coding**2 + patch.doubts**2 + patch.rounding**2 for patch in seen]
        both = (_rms(off), np.sqrt(np.mean(stated, axis=0)))
        cells = (" ".join(f"{value:.2f}" for value in planes) for planes in both)
        rows.append((width, noise, crf, *cells))
    print(table(("width", "noise", "CRF", "error of Y', Cb, Cr, codes", "stated"), rows))


def _rms(values: Array) -> Array:
    return np.asarray(np.sqrt(np.mean(values**2, axis=0)))


def checker(cases: int = 100) -> None:
    """Print how often a ColorChecker is found where there is one, and where there is none."""
    chart = definition.load("colorchecker")
    _where_there_is_one(chart, cases)
    _where_there_is_none(chart)


def _where_there_is_one(chart: definition.Chart, cases: int) -> None:
    for share in (0.2, 0.4, 0.8):
        good, offs, seconds = 0, [], []
        for case in range(cases):
            random = np.random.default_rng([24, case, round(10 * share)])
            truth, picture = _posed(random, share, chart)
            start = time.perf_counter()
            found = colorchecker.find(picture, chart)
            seconds.append(time.perf_counter() - start)
            offs += [_off(found[0], truth)] if len(found) == 1 else []
            good += len(found) == 1 and offs[-1] < 0.1
        print(
            f"{share:.0%} of the width: {good}/{cases}; off by {np.median(offs):.3f} of a patch "
            f"(median), {max(offs):.3f} (worst); {np.median(seconds):.2f} s"
        )


def _where_there_is_none(chart: definition.Chart) -> None:
    for name in ("bottle_intel.mp4", "car_park_intel.mp4", "lobby_intel.mp4"):
        opened = clip.open_clip(REAL / name)
        wanted = set(np.linspace(0, len(opened.packets) - 1, 50).astype(int).tolist())
        frames = (frame for frame in opened.frames() if frame.index in wanted)
        pictures = [picture_of(frame, opened.info) for frame in frames]
        print(f"{name}: {_count(pictures, chart)} in {len(pictures)} pictures")
    stills = [np.asarray(cv2.imread(str(REAL / name)), np.uint8) for name in STILLS]
    print(f"pictures of other charts: {_count(stills, chart)} in {len(STILLS)}")


def _count(pictures: Iterable[NDArray[np.uint8]], chart: definition.Chart) -> int:
    return sum(len(colorchecker.find(picture, chart)) for picture in pictures)


def _posed(
    random: np.random.Generator, share: float, chart: definition.Chart
) -> tuple[Truth, NDArray[np.uint8]]:
    """Film the chart tilted by up to 30 degrees about any axis, at any roll, with a cast.

    Return the film's truth and its middle picture, BGR.
    """
    tilt, turn = random.uniform(0, 30), random.uniform(0, 2 * np.pi)
    camera = Camera(
        height=960,
        share=share,
        tilt=tilt * np.cos(turn),
        pan=tilt * np.sin(turn),
        roll=random.uniform(-180, 180),
        blur=random.uniform(0.6, 1.5),
        noise=random.uniform(0.002, 0.02),
        white=random.uniform(0.3, 0.9),
        gains=(random.uniform(0.8, 1.2), 1.0, random.uniform(0.7, 1.2)),
        saturation=random.uniform(0.6, 1.2),
        surround=random.uniform(0.05, 0.8),
        crf=int(random.integers(10, 32)),
        seed=int(random.integers(1e6)),
    )
    with tempfile.TemporaryDirectory() as folder:
        truth = film_chart(camera, chart, Path(folder) / "film.mkv", 0.12)
        opened = clip.open_clip(Path(folder) / "film.mkv")
        return truth, picture_of(list(opened.frames())[1], opened.info)


def _off(found: located.Located, truth: Truth) -> float:
    """Return the largest distance of a patch from its place, in sides of a patch."""
    places = [located.quad(found, region, 0.0)[0] for region in found.chart.regions]
    rects = [region.rect for region in found.chart.regions]
    away = [
        np.hypot(*(at - truth.point(x + w / 2, y + h / 2)))
        for at, (x, y, w, h) in zip(places, rects, strict=True)
    ]
    corners = located.quad(found, found.chart.regions[0])
    return float(max(away) / np.linalg.norm(corners[1] - corners[0]))


PARTS = {"films": films, "coder": coder, "checker": checker}

if __name__ == "__main__":
    cv2.setNumThreads(1)
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
