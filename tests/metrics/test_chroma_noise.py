"""Chroma noise: what was put into the colour planes comes out, and reasons where none can."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import outcomes
import pytest
from intervals import fewest

from acceptance.charts import definition
from acceptance.footage import encode
from acceptance.metrics import noise
from acceptance.metrics.noise import chroma
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import chroma_noise
import scenes

QUANTITIES = ("noise.cb", "noise.cr")


def found(seen: build.Scene) -> list[Measurement | Note]:
    return [item for item in noise.measure(seen) if item.quantity in QUANTITIES]


def look(folder: Path, frames: list[tuple[np.ndarray, ...]], **written: Any) -> build.Scene:
    encode.write(folder / "clip.mkv", frames, **written)
    regions = {"flat1": (16.0, 16.0, 96.0, 96.0)}
    return build.look(Shot(id="s", subject="c", clip="clip.mkv", regions=regions), folder)


def pictures(sigma: float, middle: float = 120.0, deep: int = 1) -> list[tuple[np.ndarray, ...]]:
    """Draw frames of 128 x 128 px with noise of 2 codes in luma, ``sigma`` in Cb and 2 x in Cr."""
    random, kind = np.random.default_rng(4), np.uint8 if deep == 1 else np.uint16
    planes = ((128, 2.0, 100.0), (64, sigma, middle), (64, 2 * sigma, middle))
    return [
        tuple(
            np.rint(deep * (level + spread * random.standard_normal((size, size)))).astype(kind)
            for size, spread, level in planes
        )
        for _ in range(12)
    ]


def test_the_truth_lies_within_u_without_a_coder_and_through_one() -> None:
    """30 fields of two planes each, and 6 coded ones: at 95 % three or four may miss."""
    random = np.random.default_rng(11)
    readings = [reading for _ in range(30) for reading in chroma_noise.recorded(random)]
    readings += [reading for _ in range(6) for reading in chroma_noise.coded(random)]
    inside = sum(abs(reading.off) <= reading.expanded for reading in readings)
    assert len(readings) > 60
    assert inside >= fewest(len(readings))


def test_a_filmed_chart_gives_the_noise_of_the_colour_planes_not_of_luma(tmp_path: Path) -> None:
    camera = Camera(width=640, height=360, crf=0, noise=0.004, chroma_noise=0.012, seed=5)
    film_chart(camera, definition.load("acceptance"), tmp_path / "chart.mp4", 0.4)
    shot = Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance")
    figures = outcomes.measurements(found(build.look(shot, tmp_path)))
    assert len(figures) >= 4
    for item in figures:
        assert item.value == pytest.approx(0.012 * 219, abs=3 * item.uncertainty)
        assert item.details["luma"] == pytest.approx(0.004 * 219, rel=0.1)


def test_ten_bits_give_codes_of_ten_bits(tmp_path: Path) -> None:
    seen = look(tmp_path, pictures(1.0, deep=4), codec="ffv1", pixel_format="yuv420p10le")
    cb, cr = found(seen)
    assert isinstance(cb, Measurement)
    assert isinstance(cr, Measurement)
    assert (cb.value, cr.value) == pytest.approx((4.0, 8.0), rel=0.05)


def test_noise_that_rounding_hides_is_an_upper_bound(tmp_path: Path) -> None:
    """Cr shows that the picture has colour."""
    frames = [(y, np.full_like(cb, 120), cr) for y, cb, cr in pictures(1.0)]
    hidden, seen = found(look(tmp_path, frames, codec="ffv1"))
    assert isinstance(hidden, Measurement)
    assert (hidden.upper_bound, hidden.value) == (True, chroma.HIDDEN)
    assert isinstance(seen, Measurement)
    assert not seen.upper_bound


@pytest.mark.parametrize("level", [120.0, 120.25, 120.5])
def test_the_bound_holds_whatever_the_level(level: float) -> None:
    """A sigma above the bound shows through rounding; one below may not."""
    random = np.random.default_rng(2)
    for sigma in (0.1, 0.2, 0.3, 0.36, 0.45):
        plane = scenes.rounded(level + sigma * random.standard_normal((8, 64, 64)))
        view = scenes.view("flat", "flat", 100 + 2 * random.standard_normal((8, 128, 128)))
        [cb, _] = found(scenes.of([replace(view, cb=plane, cr=plane)]))
        assert isinstance(cb, Measurement)
        if cb.upper_bound:
            assert sigma <= chroma.HIDDEN


def test_what_has_no_colour_has_no_chroma_noise(tmp_path: Path) -> None:
    """Grey planes, and none at all."""
    frames = pictures(0.0, 128.0)
    for number, written in enumerate(
        ({"codec": "ffv1"}, {"codec": "ffv1", "pixel_format": "gray"})
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        given = frames if number == 0 else [(luma,) for luma, *_ in frames]
        codes = [
            item.reason.code
            for item in found(look(folder, given, **written))
            if isinstance(item, Note)
        ]
        assert codes == ["monochrome"] * 2


def test_a_coder_that_took_the_noise_or_does_not_tell_is_refused(tmp_path: Path) -> None:
    coloured = pictures(1.0)
    for _, cb, _ in coloured:
        cb[:8, :8] = 60
    written: list[dict[str, Any]] = [
        {"options": {"crf": "19"}},
        {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    ]
    for options, code in zip(written, ("noise_coded_away", "quantiser_not_told"), strict=True):
        notes = found(look(tmp_path, coloured, **options))
        assert [note.reason.code for note in notes if isinstance(note, Note)] == [code] * 2
