"""The chart as it leaves the printer: its PDF, rendered by poppler, filmed, found and measured.

Drawing and finding come from one file; this test brings in a renderer that is not ours, so that they do not only agree
with each other.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from acceptance import charts, drawing, report, scene, session, simulate, tone
from acceptance.camera import Camera
from acceptance.model import Shot

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

WIDTH = 8000  # px of poppler's rendering, which is then averaged in linear light


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float32]:
    """Have poppler draw the PDF of the chart: linear light (h, w, 3)."""
    if not shutil.which("pdftoppm"):
        pytest.skip("poppler-utils is not installed (make test installs it)")
    folder = tmp_path_factory.mktemp("print")
    chart = charts.load("acceptance")
    (folder / "chart.pdf").write_bytes(report.pdf_of_svg(drawing.svg(chart), *chart.size))
    size = ["-scale-to-x", str(WIDTH), "-scale-to-y", str(round(WIDTH * chart.size[1] / chart.size[0]))]
    subprocess.run(["pdftoppm", "-png", "-singlefile", *size, "chart.pdf", "chart"], cwd=folder, check=True)
    picture = cv2.cvtColor(cv2.imread(str(folder / "chart.png")), cv2.COLOR_BGR2RGB)
    return tone.inverse_oetf(picture / 255, "srgb").astype(np.float32)


def shrunk(light: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    height = round(light.shape[0] * width / light.shape[1])
    return np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def test_poppler_and_the_raster_draw_the_same_chart(rendered: NDArray[np.float32]) -> None:
    """In every region, within what 8 bit of sRGB and poppler's own anti-aliasing of edges leave."""
    chart = charts.load("acceptance")
    own, theirs = drawing.raster(chart, 1600), shrunk(rendered, 1600)
    for region in chart.regions:
        x, y, w, h = (round(value * 1600 / chart.size[0]) for value in region.rect)
        difference = np.abs(own[y + 2 : y + h - 2, x + 2 : x + w - 2] - theirs[y + 2 : y + h - 2, x + 2 : x + w - 2])
        assert difference.mean() < 0.006, region.name


def test_the_printed_chart_filmed_gives_the_cameras_resolution(
    rendered: NDArray[np.float32], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "raster", lambda _chart, width, **_: shrunk(rendered, width))
    camera = Camera(blur=1.0, noise=0.004, crf=0, seed=3)
    truth = simulate.film_chart(camera, charts.load("acceptance"), tmp_path / "film.mp4", 0.4)
    seen = scene.look(Shot(id="one", subject="camera", clip="film.mp4"), tmp_path)
    assert np.abs(np.array(seen.shot.corners[0]) - np.array(truth.corners)).max() < 0.15
    found, _ = session.measure(seen, {"resolution.mtf50", "grey_scale.steps"})
    edges = [item for item in found if item.quantity == "resolution.mtf50"]
    frequency = np.linspace(0, 0.5, 5001)
    expected = float(np.interp(-0.5, -camera.mtf(frequency), frequency))
    deviations = [abs(item.value - expected) / item.expanded for item in edges]
    assert len(edges) == 10
    assert sum(one <= 1 for one in deviations) >= 8, "U is for 95 %: three of ten outside would have a chance of 1 %"
    assert max(deviations) < 2
    assert [item.value for item in found if item.quantity == "grey_scale.steps"] == [12]
