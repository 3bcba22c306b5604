"""Scenes made in memory from formulas, without film or codec."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import definition, located
from acceptance.charts.definition import Region
from acceptance.charts.located import Located
from acceptance.footage import encode
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.scene.views import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from numpy.typing import NDArray
    from signals import Array, DrawnWedge

    from acceptance.simulate.camera import Camera

WIDTH, HEIGHT = 1280, 720


@lru_cache
def _blank() -> build.Scene:
    """Look at a grey clip, once: the frame for every other scene."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.mkv"
        grey = [np.full((64, 64), code, np.uint8) for code in (90, 91)]
        encode.write(path, grey, codec="ffv1")
        regions = {"flat": (0.0, 0.0, 64.0, 64.0)}
        shot = Shot(id="drawn", subject="camera", clip=path.name, regions=regions)
        seen = build.look(shot, path.parent)
    uneven = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    return replace(
        seen,
        video=replace(seen.video, width=WIDTH, height=HEIGHT),
        reference=replace(seen.reference, luma=uneven, cb=uneven[::2, ::2], cr=uneven[::2, ::2]),
    )


def of(views: Iterable[View], chart: definition.Chart | None = None) -> build.Scene:
    """Return a scene of these views (of ``chart``), 1280 x 720, 8 bit, limited range, BT.709."""
    seen = replace(_blank(), views={view.region.name: view for view in views}, chart=chart)
    vars(seen)["shown"] = (0, 0, WIDTH, HEIGHT)  # the clip that was looked at is smaller
    return seen


def view(
    name: str,
    kind: str,
    frames: Array,
    printed: Mapping[str, Any] | None = None,
    *,
    direction: str = "",
    rect: tuple[float, float, float, float] | None = None,
    place: Located | None = None,
) -> View:
    """Return a region that shows ``frames`` (n, h, w) in codes; they are rounded."""
    luma = rounded(frames)
    _, height, width = luma.shape
    rect = rect or (0.0, 0.0, float(width), float(height))
    region = Region(name=name, kind=kind, rect=rect, direction=direction, printed=printed or {})
    box = (0, 0, width, height)
    return View(region=region, luma=luma, cb=None, cr=None, box=box, place=place, stable=True)


def rounded(frames: Array) -> NDArray[np.uint8]:
    """Return frames as 8-bit codes, read-only."""
    codes = np.clip(np.rint(frames), 0, 255).astype(np.uint8)
    codes.flags.writeable = False
    return codes


def filmed(random: np.random.Generator, camera: Camera, codes: Array, frames: int) -> Array:
    """Return frames (n, h, w): ``codes`` (h, w) with the camera's fixed and temporal noise."""
    low, high = camera.code_range
    still = codes + camera.fixed_noise * (high - low) * random.standard_normal(codes.shape)
    return still + camera.noise * (high - low) * random.standard_normal((frames, *codes.shape))


def patch(
    random: np.random.Generator,
    camera: Camera,
    code: float,
    frames: int,
    name: str,
    kind: str,
    reflectance: float,
) -> View:
    """Return a patch of 60 x 60 px at ``code``; ``kind`` flat, or grey with its step printed."""
    printed = {"reflectance": reflectance, "step": int("".join(filter(str.isdigit, name)) or 0)}
    return view(name, kind, filmed(random, camera, np.full((60, 60), code), frames), printed)


def place(drawn: DrawnWedge, region: Region) -> Located:
    """Return where the chart must lie for this region to be the drawn wedge."""
    x, y, width, _ = region.rect
    _, columns = drawn.shape
    left = (columns - 1) / 2 - drawn.phase[1] - (x + width / 2) * drawn.scale
    top = 15 - drawn.phase[0] - y * drawn.scale
    homography = np.array([[drawn.scale, 0, left], [0, drawn.scale, top], [0, 0, 1.0]])
    return hung(definition.load("acceptance"), homography)


def hung(chart: definition.Chart, homography: Array) -> Located:
    """Return a chart that lies so in the picture."""
    width, height = chart.size
    rim = located.to_picture(homography, [(0, 0), (width, 0), (width, height), (0, height)])
    return Located(
        chart=chart,
        homography=homography,
        corners=tuple((float(x), float(y)) for x, y in rim),  # type: ignore[arg-type]
        residual=0.1,
        fiducials_found=len(chart.fiducials),
        picture=(WIDTH, HEIGHT),
    )
