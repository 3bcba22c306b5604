"""Film the site of this example: simulated cameras look at the real charts, in place of devices.

    python examples/site/film.py [FOLDER]

Clips go to footage/ beside this file, or below FOLDER. Equal cameras share a film: each gets a copy
of it.
"""

from __future__ import annotations

import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import zoom
from scipy.sparse import csr_array

from acceptance.charts import definition
from acceptance.footage import clip, encode
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Planes = tuple[NDArray[np.uint8], ...]

FIXED = Camera(blur=0.8, noise=0.006, crf=18, seed=31)
CHARTS = {
    "fixed": FIXED,
    "dome": replace(FIXED, blur=0.9, seed=32),
    "ptz": replace(FIXED, blur=0.7, seed=33),
    "soft": replace(FIXED, blur=2.6, seed=34),  # the planted fault: out of focus
}
ANALOGUE = Camera(
    width=768, height=576, blur=0.6, noise=0.008, matrix="bt601", share=0.96, crf=0,
    preset="ultrafast", seed=35,
)  # fmt: skip
D1_PIXEL = Fraction(16, 15)  # width over height: 768 square pixels of a row become 720
UNSEEN = 1e-9  # share of a column's code that no rounding shows
PHONE = Camera(rate=Fraction(60), exposure=0.004, noise=0.006, preset="ultrafast", seed=36)
DELAY = 0.18  # s, until a picture is on the wall
CHART_S, CLOCK_S, SCREENS_S = 1.0, 6.0, 4.0
FILMS = ("clock", "screens", "d1-clock", "d1", *CHARTS)  # the long ones first

DIGITAL = {  # the film of the chart for each camera that the plan draws
    **dict.fromkeys(("dome-01", "dome-02", "dome-03"), "dome"),
    **dict.fromkeys(("ptz-01", "ptz-02", "ptz-03"), "ptz"),
    "cam-01": "fixed",
    "cam-03": "soft",
    "cam-05": "fixed",
}


def film(name: str, folder: Path) -> None:
    """Make one film of ``FILMS`` in ``folder``."""
    acceptance, clock = definition.load("acceptance"), definition.load("clock")
    path = folder / f"{name}.mp4"
    match name:
        case "clock":
            films.film_clock(replace(FIXED, crf=22, preset="ultrafast"), clock, path, CLOCK_S)
        case "screens":
            films.film_screens(PHONE, FIXED, clock, path, delay=DELAY, seconds=SCREENS_S)
        case "d1":
            films.film_chart(ANALOGUE, acceptance, folder / "analogue.mp4", CHART_S)
            frames = digitised(folder / "analogue.mp4")
            write(path, frames, crf=16)
            write(folder / "d1-kept.mp4", frames, crf=28)
        case "d1-clock":
            films.film_clock(ANALOGUE, clock, folder / "analogue-clock.mp4", CLOCK_S)
            write(path, digitised(folder / "analogue-clock.mp4"), crf=28)
        case _:
            films.film_chart(CHARTS[name], acceptance, path, CHART_S)


def digitised(square: Path) -> list[Planes]:
    """Sample an analogue picture, filmed with square pixels, like an encoder.

    The result is D1: 720 x 576 with pixels of 16:15.
    """
    return [
        tuple(_narrower(plane) for plane in (frame.luma, frame.cb, frame.cr) if plane is not None)
        for frame in clip.open_clip(square).frames()
    ]


def write(path: Path, frames: list[Planes], *, crf: int) -> None:
    """Code a D1 picture."""
    options = {"crf": str(crf), "preset": "veryfast"}
    encode.write(path, frames, matrix="bt601", sample_aspect=D1_PIXEL, options=options)


def _narrower(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    columns = np.ascontiguousarray(plane.T, np.float64)
    resampled = (_sampling(len(columns)) @ columns).T
    return np.asarray(np.clip(np.rint(resampled), 0, 255), np.uint8)


@lru_cache
def _sampling(columns: int) -> csr_array:
    """Return what each column of a row adds to each column of D1: all rows alike, by a spline.

    A spline's share of columns farther off falls below what rounding to whole codes can show.
    """
    share = (1, float(1 / D1_PIXEL))
    shares = zoom(np.eye(columns), share, order=3, mode="nearest").T
    return csr_array(np.where(np.abs(shares) > UNSEEN, shares, 0))


def hand_out(films: Path, footage: Path) -> None:
    """Give each device its clips: equal cameras get a copy of one film.

    The network recorder stores streams unchanged.
    """
    for camera, chart in DIGITAL.items():
        for name, clip_name in ((chart, "chart"), ("clock", "clock"), ("screens", "screens")):
            _copy(films / f"{name}.mp4", footage / camera / f"{clip_name}.mp4")
    _copy(films / "d1.mp4", footage / "cam-06" / "chart.mp4")
    _copy(films / "d1.mp4", footage / "cam-06" / "centre.mp4")
    _copy(films / "fixed.mp4", footage / "rec-1" / "chart.mp4")
    _copy(films / "clock.mp4", footage / "rec-1" / "clock.mp4")
    _copy(films / "d1-kept.mp4", footage / "rec-2" / "chart.mp4")
    _copy(films / "d1-clock.mp4", footage / "rec-2" / "clock.mp4")


def _copy(film_: Path, clip_: Path) -> None:
    clip_.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(film_, clip_)


def main(footage: Path) -> None:
    """Film everything, in two processes, and hand it out."""
    with TemporaryDirectory() as films, ProcessPoolExecutor(2) as pool:
        list(pool.map(film, FILMS, [Path(films)] * len(FILMS)))
        hand_out(Path(films), footage)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "footage")
