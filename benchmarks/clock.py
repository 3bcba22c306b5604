"""How often the filmed clock is read, and how often wrongly.

``python benchmarks/clock.py [--share 0.1]``.

*Signal*: one picture of the clock by the simulated camera is located by ``finding``. What each cell
of the screen adds to each cell that is read is taken from the photographed light, which includes
blur, neighbours and an inexact place. Frames at random indices of 24 bits are then made from the
share of the exposure for which each cell was lit, coded by the camera's curve, with the noise that
averaging over a cell leaves. *Coded*: whole films through H.264, measured like any clip. Every
exposure is split half and half between two refreshes, unless a setting says otherwise. A reading is
wrong when the true middle of the exposure lies beyond its reach by more than 0.05 refreshes.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from setting import Setting, machine, table

from acceptance.charts import definition, drawing, finding, located
from acceptance.footage.tone import inverse_oetf
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.model import Shot
from acceptance.scene import build, watch
from acceptance.simulate.camera import Camera
from acceptance.simulate.coding import coded, digitised
from acceptance.simulate.films import film_clock
from acceptance.simulate.optics import Cell, Sheet, photograph, pose
from acceptance.simulate.screens import row_delay
from acceptance.simulate.sheets import from_raster, raster_step

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = np.ndarray
CLOCK = definition.load("clock")
REFRESH = 60.0
FRAMES = 10_000
LIT_BITS = [region for region in CLOCK.regions if region.kind == "bits"]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A setting: ``exposure`` in refreshes, ``split`` half and half between two or at any phase."""

    name: str
    camera: Camera
    exposure: float = 0.6
    split: bool = True


FULL_HD = Camera(width=1920, height=1080, blur=0.8, noise=0.02, exposure=0.01)
SMALL = replace(FULL_HD, width=1280, height=720)
USUAL = replace(FULL_HD, share=0.4)


def cases() -> list[Case]:
    """Widths, then other difficulties, at 40 % of the width."""
    cameras = [(f"{share:.0%} of {camera.width} px", replace(camera, share=share))
               for camera in (FULL_HD, SMALL) for share in (0.25, 0.4, 0.6, 0.8, 0.98)]  # fmt: skip
    cameras += [(f"blur {b:g} px", replace(USUAL, blur=b)) for b in (1.5, 2, 3, 4)]
    narrow = replace(FULL_HD, share=0.25)
    cameras += [(f"25 %, blur {b:g} px", replace(narrow, blur=b)) for b in (1.5, 2, 3)]
    cameras += [(f"{s:.0%} of 1280 px", replace(SMALL, share=s)) for s in (0.2, 0.15, 0.12)]
    small = replace(SMALL, share=0.25)
    cameras += [("25% of 704 px", replace(small, width=704, height=396))]
    cameras += [(f"25 % of 1280 px, blur {b:g} px", replace(small, blur=b)) for b in (2, 3)]
    cameras += [(f"noise {n:.0%}", replace(USUAL, noise=n)) for n in (0.05, 0.1, 0.2)]
    return [Case(name=name, camera=camera) for name, camera in cameras] + _any_phase()


def _any_phase() -> list[Case]:
    """Exposures at any phase, and rolling shutters."""
    found = [
        Case(name=f"exposure {e:g} refreshes, any phase", camera=USUAL, exposure=e, split=False)
        for e in (0.06, 0.5, 1, 1.7, 2.4)
    ]
    wide = replace(FULL_HD, share=0.98)
    for readout, exposure in itertools.product((0.008, 0.016, 0.03), (0.06, 0.6, 2.4)):
        name = f"read-out {1000 * readout:g} ms, 98 %, exposure {exposure:g}, any phase"
        camera = replace(wide, readout=readout)
        found.append(Case(name=name, exposure=exposure, split=False, camera=camera))
    return found


def _sheet(camera: Camera) -> Sheet:
    """Draw the clock with its bits dark, and each bit's light."""
    scale = raster_step(camera, CLOCK)
    base = drawing.draw(CLOCK, round(scale * CLOCK.size[0]), index=0)[..., 1].copy()
    cells = []
    for region in LIT_BITS:
        light, (x, y) = drawing.light(region, (region.rect,), scale)
        cells.append(Cell(x=x, y=y, light=light.astype(np.float32)))
        if region.printed["complement"]:  # index 0: all complements are lit
            base[y : y + light.shape[0], x : x + light.shape[1]] -= light.astype(np.float32)
    return Sheet(base=np.maximum(base, 0)[None], cells=tuple(cells))


@lru_cache(maxsize=64)
def _response(camera: Camera) -> tuple[Array, Array, Array, Array] | None:
    """Photograph the clock and find it; None if it is not found.

    Returns light (read,) with all bits dark, what each bit adds to it (read, bits), pixels (read,),
    and the rows (bits,) as shares of the height.
    """
    placed = pose(camera, CLOCK.size) @ from_raster(camera, CLOCK)
    sheet = photograph(camera, [(_sheet(camera), placed)])
    shown = sheet.base[0].copy()
    for cell in sheet.cells[::3]:
        shown[_spot(cell)] += cell.light
    (luma,) = digitised(camera, coded(camera, shown[None]), 0)
    places = finding.find(luma, [CLOCK])
    if not places:
        return None
    regions = watch.clock_cells(CLOCK)
    boxes = [watch.within(located.inner(places[0], region, watch.CORE)) for region in regions]
    adds = np.zeros((len(boxes), len(sheet.cells)))
    for number, cell in enumerate(sheet.cells):
        lit = np.zeros_like(sheet.base[0])
        lit[_spot(cell)] = cell.light
        adds[:, number] = _means(lit, boxes)
    pixels = np.array([width * height for _, _, width, height in boxes])
    rows = row_delay(replace(camera, readout=1.0), sheet)
    return _means(sheet.base[0], boxes), adds, pixels, rows


def _spot(cell: Cell) -> tuple[slice, slice]:
    """Rows and columns of a cell."""
    rows, columns = cell.light.shape
    return slice(cell.y, cell.y + rows), slice(cell.x, cell.x + columns)


def _means(picture: Array, boxes: Sequence[tuple[int, int, int, int]]) -> Array:
    """Mean of each box."""
    return np.array([picture[y : y + high, x : x + wide].mean() for x, y, wide, high in boxes])


def _light(codes: Array) -> Array:
    return inverse_oetf((np.asarray(codes, np.float64) - 16) / 219, "bt709")


def signal(case: Case, frames: int) -> tuple[float, float, int]:
    """Return the shares of frames read and read as blends, and the number read wrongly."""
    random = np.random.default_rng(2006)
    found = _response(replace(case.camera, noise=0.02, readout=0.0, exposure=0.01))
    if found is None:
        return 0.0, 0.0, 0
    base, adds, pixels, rows = found
    whole = random.integers(8, (1 << 24) - 8, frames).astype(np.float64)
    middle = whole if case.split else whole + random.uniform(0, 1, frames)
    lit = np.empty((frames, len(LIT_BITS)))
    for number, region in enumerate(LIT_BITS):
        bit = int(region.printed["bit"])
        # the chart's middle is the picture's
        at = middle + (rows[number] - 0.5) * case.camera.readout * REFRESH
        share = clock_readings.expected_shares(at, case.exposure, bit + 1)[:, bit]
        lit[:, number] = 1 - share if region.printed["complement"] else share
    codes = case.camera.luma(base + lit @ adds.T)
    codes += 219 * case.camera.noise / np.sqrt(pixels) * random.standard_normal(codes.shape)
    return _counts(clock_readings.read(codes.astype(np.float32), CLOCK, _light), middle)


def _counts(readings: clock_readings.Readings, middle: Array) -> tuple[float, float, int]:
    seen = readings.readable
    wrong = np.abs(readings.position - middle)[seen] > readings.reach[seen] + 0.05
    return float(seen.mean()), float(readings.ambiguous.mean()), int(wrong.sum())


def films(setting: Setting) -> list[tuple[str, Camera, float]]:
    """Name, camera and seconds.

    30 frame/s on 60 Hz, so that every exposure can be split half and half.
    """
    small = Camera(
        width=1280, height=720, rate=Fraction(30), noise=0.02, exposure=0.01, crf=30, seed=3
    )
    seconds = 4.0 if setting.share >= 1 else 1.0
    found = [
        (f"{share:.0%} of 1280 px, CRF {crf}", replace(small, share=share, crf=crf), seconds)
        for share, crf in itertools.product((0.25, 0.5, 1.0), (23, 30, 36))
    ]
    half = replace(small, share=0.5)
    found += [(f"50 %, CRF 30, blur {b:g} px", replace(half, blur=b), seconds) for b in (1.5, 3)]
    return found[:1] if setting.tiny else found


def film(case: tuple[str, Camera, float]) -> tuple[str, int, float, int]:
    """Return name, frames, share read and number of wrong readings of one coded film."""
    name, camera, seconds = case
    with tempfile.TemporaryDirectory() as folder:
        path, start = Path(folder) / "c.mp4", 1 / REFRESH - camera.exposure / 2
        truth = film_clock(
            camera, CLOCK, path, seconds, refresh=REFRESH, first_index=65_000, start=start
        )
        looked = build.look(Shot(id="c", subject="c", clip="c.mp4", chart="clock"), Path(folder))
    clocks = clock_readings.read_clocks(looked)
    if not clocks:
        return name, len(truth.indices), 0.0, 0
    read, _, wrong = _counts(next(iter(clocks.values())), truth.indices)
    return name, len(truth.indices), read, wrong


def main(setting: Setting) -> str:
    """Return both tables as Markdown."""
    frames = setting.runs(FRAMES, 50)
    rows = []
    for case in cases()[: 1 if setting.tiny else None]:
        read, blended, wrong = signal(case, frames)
        rows.append((case.name, f"{read:.2%}", f"{blended:.1%}", wrong))
    text = table((f"signal, {frames} frames each", "read", "of them blends", "wrong"), rows)
    coded_films = setting.each(film, films(setting))
    cells = [(name, frames, f"{read:.1%}", wrong) for name, frames, read, wrong in coded_films]
    return text + table(("coded film", "frames", "read", "wrong"), cells)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the full number of frames")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(machine(), main(Setting(share=options.share, jobs=options.jobs)), sep="\n")
