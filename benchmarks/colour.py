"""Colour: how far off, what a coder does to a patch, and how surely a ColorChecker is found.

``python benchmarks/colour.py [films] [coder] [checker]``; without names all three. How often the
truth lies within U is told by ``benchmarks/coverage.py colour``.
"""

from __future__ import annotations

import sys
import tempfile
import time
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
from acceptance.simulate import films as film_maker
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from signals import Array

    from acceptance.scene.build import Scene

CASTS = ((1.0, 1.0, 1.0), (1.06, 1.0, 0.94), (1.1, 1.0, 0.8))
SATURATIONS = (1.0, 0.95, 0.8)
CRFS = (0, 18, 23, 28, 36)
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
        film_maker.film_chart(camera, definition.load(name), Path(folder) / "film.mkv", 0.4)
        return build.look(
            Shot(id="film", subject="camera", clip="film.mkv", chart=name), Path(folder)
        )


def films() -> None:
    """Print what is measured of cameras of known colours."""
    rows = []
    for name in ("acceptance", "colorchecker"):
        for gains, saturation in zip(CASTS, SATURATIONS, strict=True):
            for crf in (0, 23):
                camera = Camera(
                    gains=gains,
                    saturation=saturation,
                    white=0.75,
                    noise=0.006,
                    crf=crf,
                    seed=crf + 1,
                )
                truths = colours.truths(camera, definition.load(name))
                found = [
                    one
                    for one in colour.measure(filmed(camera, name))
                    if isinstance(one, Measurement)
                ]
                told = [
                    f"{m.value:.2f} ± {m.expanded:.2f} ({truths[m.quantity]:.2f})" for m in found
                ]
                rows.append((name, " ".join(f"{gain:g}" for gain in gains), saturation, crf, *told))
    names = [one.quantity.removeprefix("colour.") for one in found]
    print(table(("chart", "gains", "saturation", "CRF", *names), rows))


def coder() -> None:
    """Print the error of the patches' mean codes (rms of 24 patches) and what the budget says of it."""
    rows = []
    for width, noise in ((1280, 0.004), (1280, 0.012), (640, 0.004)):
        for crf in CRFS:
            camera = Camera(
                width=width, height=width * 9 // 16, noise=noise, white=0.75, crf=crf, seed=crf + 1
            )
            seen = colour.compare(filmed(camera, "acceptance")).patches
            lights = colours.printed(definition.load("acceptance"))
            off = np.array([patch.codes for patch in seen]) - [
                colours.planes(camera, light) for light in lights
            ]
            stated = [patch.coding**2 + patch.doubts**2 + patch.rounding**2 for patch in seen]
            both = (_rms(off), np.sqrt(np.mean(stated, axis=0)))
            told = (" ".join(f"{value:.2f}" for value in one) for one in both)
            rows.append((width, noise, crf, *told))
    print(table(("width", "noise", "CRF", "error of Y', Cb, Cr, codes", "stated"), rows))


def _rms(values: Array) -> Array:
    return np.asarray(np.sqrt(np.mean(values**2, axis=0)))


def checker(cases: int = 100) -> None:
    """Print how often a ColorChecker is found where there is one, and where there is none."""
    chart = definition.load("colorchecker")
    for share in (0.2, 0.4, 0.8):
        good, offs, seconds = 0, [], []
        for case in range(cases):
            truth, picture = _posed(
                np.random.default_rng([24, case, round(10 * share)]), share, chart
            )
            start = time.perf_counter()
            found = colorchecker.find(picture, chart)
            seconds.append(time.perf_counter() - start)
            offs += [_off(found[0], truth)] if len(found) == 1 else []
            good += len(found) == 1 and offs[-1] < 0.1
        print(
            f"{share:.0%} of the width: {good}/{cases}; off by {np.median(offs):.3f} of a patch (median), "
            f"{max(offs):.3f} (worst); {np.median(seconds):.2f} s"
        )
    for name in ("bottle_intel.mp4", "car_park_intel.mp4", "lobby_intel.mp4"):
        opened = clip.open_clip(REAL / name)
        wanted = set(np.linspace(0, len(opened.packets) - 1, 50).astype(int).tolist())
        pictures = [
            picture_of(frame, opened.info) for frame in opened.frames() if frame.index in wanted
        ]
        print(
            f"{name}: {sum(len(colorchecker.find(one, chart)) for one in pictures)} in {len(pictures)} pictures"
        )
    others = sum(
        len(colorchecker.find(np.asarray(cv2.imread(str(REAL / one)), np.uint8), chart))
        for one in STILLS
    )
    print(f"pictures of other charts: {others} in {len(STILLS)}")


def _posed(
    random: np.random.Generator, share: float, chart: definition.Chart
) -> tuple[film_maker.Truth, NDArray[np.uint8]]:
    """Film the chart tilted to 30 degrees about any axis, at any roll, with a cast.

    Return the middle picture, BGR.
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
        truth = film_maker.film_chart(camera, chart, Path(folder) / "film.mkv", 0.12)
        opened = clip.open_clip(Path(folder) / "film.mkv")
        return truth, picture_of(list(opened.frames())[1], opened.info)


def _off(found: located.Located, truth: film_maker.Truth) -> float:
    """Return how far the patch that is worst lies from its place, in sides of a patch."""
    places = [located.quad(found, region, 0.0)[0] for region in found.chart.regions]
    rects = [region.rect for region in found.chart.regions]
    away = [
        np.hypot(*(at - truth.point(x + w / 2, y + h / 2)))
        for at, (x, y, w, h) in zip(places, rects, strict=True)
    ]
    return float(
        max(away) / np.linalg.norm(np.diff(located.quad(found, found.chart.regions[0])[:2], axis=0))
    )


PARTS = {"films": films, "coder": coder, "checker": checker}

if __name__ == "__main__":
    cv2.setNumThreads(1)
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
