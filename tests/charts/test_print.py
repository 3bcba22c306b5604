"""The chart as it leaves the printer: its PDF, rendered by poppler, filmed, found and measured.

Drawing and finding come from one file; this test brings in a renderer that is not ours, so that
they do not only agree with each other.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from marks import slow

from acceptance.charts import definition, drawing
from acceptance.footage import tone
from acceptance.model import Shot
from acceptance.report import render
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH = 4000  # px of poppler's rendering, which is then averaged in linear light


@lru_cache(maxsize=2)
def rendered(name: str, width: int = WIDTH) -> NDArray[np.float32]:
    """Return linear light (h, w, 3) of the chart's PDF by poppler, ``width`` px wide."""
    if not shutil.which("pdftoppm"):
        pytest.skip("poppler-utils is not installed (make test installs it)")
    chart = definition.load(name)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "chart.pdf").write_bytes(
            render.pdf_of_svg(drawing.page(chart), *chart.paper)
        )
        # ``width`` is so many px a mm that the chart begins and ends with a whole pixel.
        paper = [round(length * width / chart.size[0]) for length in chart.paper]
        size = ["-scale-to-x", str(paper[0]), "-scale-to-y", str(paper[1])]
        subprocess.run(
            ["pdftoppm", "-png", "-singlefile", *size, "chart.pdf", "chart"], cwd=folder, check=True
        )
        picture = cv2.cvtColor(cv2.imread(str(Path(folder) / "chart.png")), cv2.COLOR_BGR2RGB)
    height = round(width * chart.size[1] / chart.size[0])
    left, top = (paper[0] - width) // 2, (paper[1] - height) // 2
    light = tone.inverse_oetf(np.arange(256) / 255, "srgb").astype(np.float32)
    return np.asarray(light[picture[top : top + height, left : left + width]])


def shrunk(light: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    height = round(light.shape[0] * width / light.shape[1])
    return np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA), np.float32)


@pytest.mark.parametrize(("name", "width"), [("acceptance", WIDTH), slow("acceptance_a0", 4480)])
def test_poppler_and_the_raster_draw_the_same_chart(name: str, width: int) -> None:
    """In every region, within what 8 bit of sRGB and poppler's own anti-aliasing of edges leave."""
    chart = definition.load(name)
    own, theirs = drawing.draw(chart, 1600), shrunk(rendered(name, width), 1600)
    for region in chart.regions:
        x, y, w, h = (round(value * 1600 / chart.size[0]) for value in region.rect)
        difference = np.abs(
            own[y + 2 : y + h - 2, x + 2 : x + w - 2] - theirs[y + 2 : y + h - 2, x + 2 : x + w - 2]
        )
        assert difference.mean() < 0.006, region.name


@pytest.mark.parametrize(
    ("name", "width", "share", "edges", "outside"),
    [
        ("acceptance", WIDTH, 0.9, 10, 2),
        slow("acceptance_a2", 5600, 0.9, 10, 2),
        slow("acceptance_a0", 4480, 0.9, 10, 2),
        slow("edge_plate", 3800, 0.12, 2, 0),
    ],
)
def test_the_printed_chart_filmed_gives_the_cameras_resolution(
    name: str,
    width: int,
    share: float,
    edges: int,
    outside: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """U is for 95 %: three of ten outside would have a chance of 1 %."""
    picture = rendered(name, width)
    monkeypatch.setattr(drawing, "draw", lambda _chart, width, **_: shrunk(picture, width))
    camera = Camera(blur=1.0, noise=0.004, crf=0, seed=3, share=share)
    truth = films.film_chart(camera, definition.load(name), tmp_path / "film.mp4", 0.4)
    seen = build.look(Shot(id="one", subject="camera", clip="film.mp4"), tmp_path)
    assert seen.chart is not None
    assert seen.chart.name == name
    away = np.abs(np.array(seen.shot.corners[0]) - np.array(truth.corners)).max()
    assert away < (0.15 if share == 0.9 else 0.3), "the finder's own tests allow 0.3"
    found, _ = measuring.measure(seen, {"resolution.mtf50", "grey_scale.steps"})
    frequency = np.linspace(0, 0.5, 5001)
    expected = float(np.interp(-0.5, -camera.mtf(frequency), frequency))
    given = [item for item in found if item.quantity == "resolution.mtf50"]
    deviations = [abs(item.value - expected) / item.expanded for item in given]
    assert len(given) == edges
    assert sum(one > 1 for one in deviations) <= outside
    assert max(deviations) < 2
    if share == 0.9:
        assert [item.value for item in found if item.quantity == "grey_scale.steps"] == [12]
