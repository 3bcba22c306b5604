"""What holds for every metric in the folder, including future ones."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance import metrics, wording
from acceptance.footage import clip, encode
from acceptance.model import Condition, Measurement, Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate import even_surface, packets
from acceptance.simulate.camera import Camera, Defect, Flicker
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

import av_sync

if TYPE_CHECKING:
    from conftest import Film, OverlayFilm

UNITS = {"%", "1", "TVL", "code", "cycle/px", "dB", "dE", "frame/s", "kbit/s", "lx", "ms", "ppm",
         "px", "px/m", "s", "s/d", "Hz", "°"}  # fmt: skip
CITES = re.compile(r"\b(ISO|IEC|ITU|GB/T|GB|GA/T|EMVA|JCGM|DB11/T|doi|SPIE|methods?)\b")
METRICS = metrics.every()


@pytest.fixture(scope="module")
def recording(clock_film: Film, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code the film of the clock once more, as an encoder under test would."""
    path = tmp_path_factory.mktemp("recording") / "recording.mp4"
    decoded = clip.open_clip(clock_film.path).frames()
    frames = ((frame.luma, frame.cb, frame.cr) for frame in decoded)
    encode.write(path, frames, options={"crf": "30"})  # type: ignore[arg-type]  # it has colour
    return path


@pytest.fixture(scope="module")
def scenes(
    chart_film: Film, clock_film: Film, recording: Path, overlay_film: OverlayFilm
) -> list[build.Scene]:
    lit, dim = ((Condition(name="illuminance", value=lux, unit="lx"),) for lux in (300, 100))
    chart = Shot(id="chart", subject="camera", clip="chart.mp4", conditions=lit)
    clock = Shot(id="clock", subject="camera", clip="clock.mp4")
    shots = (
        (chart_film, chart),
        (chart_film, replace(chart, id="dim", conditions=dim)),
        (clock_film, replace(clock, arrivals="arrivals.csv", screen_log="screen.csv")),
        (clock_film, replace(clock, id="recording", clip=str(recording), reference="clock.mp4")),
        (overlay_film, _overlaid(overlay_film)),
        (clock_film, _captured(clock_film)),
    )
    av_sync.write(recording.with_name("sound.mp4"), "AAC in MP4", 25, 0.05, seconds=6.0)
    flashes = Shot(
        id="flashes", subject="camera", clip="sound.mp4", regions={"flash.sequence": av_sync.BOX}
    )
    looked = [build.look(shot, film.path.parent) for film, shot in shots]
    return [*looked, build.look(flashes, recording.parent), _flat_field(recording.parent)]


def _flat_field(folder: Path) -> build.Scene:
    """Film an even surface that fills the picture."""
    lamp = Flicker(frequency=120.0, depth=0.1)
    hole = tuple(Defect(kind="dead", x=x, y=y) for x in range(8, 24) for y in range(104, 120))
    camera = Camera(
        width=192, height=128, vignetting=0.2, crf=0, exposure=0.002, mains=lamp, defects=hole
    )
    even_surface.film_field(camera, folder / "field.mp4", 0.5, 1.4)
    boxes = {"field": (0, 0, 192, 96), "hole": (8, 104, 16, 16), "flat": (60, 40, 40, 40)}
    regions = {name: tuple(map(float, box)) for name, box in boxes.items()}
    return build.look(Shot(id="field", subject="camera", clip="field.mp4", regions=regions), folder)  # type: ignore[arg-type]  # four


def _overlaid(film: OverlayFilm) -> Shot:
    """Shot of a burnt-in clock with the reading of a reference clock."""
    readings = (("reference_time", "2026-11-25T13:52:30"), ("reference_time_accuracy", 0.05))
    conditions = tuple(Condition(name=name, value=value) for name, value in readings)
    regions = {"osd": film.overlay.region()}
    return Shot(
        id="overlay", subject="camera", clip=film.path.name, regions=regions, conditions=conditions
    )


def _captured(film: Film) -> Shot:
    """Shot of a stream with its packets, which came over a network that loses some."""
    path = film.path.with_name("captured.mp4")
    packets.write(path, packets.Stream(seconds=20.0, loss=0.002, reconnects={300: 2.0}))
    shutil.copy(film.path, path)
    files = {"packets": "captured.packets.csv", "stream_record": "captured.stream.jsonl"}
    return Shot(id="captured", subject="camera", clip=path.name, **files)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def measured(scenes: list[build.Scene]) -> list[Measurement]:
    return figures(scenes)


def figures(scenes: list[build.Scene]) -> list[Measurement]:
    """Measure every scene, and all of them together."""
    each = ((seen.shot, *measuring.measure(seen)) for seen in scenes)
    done = [
        measuring.Measured(shot=shot, measurements=tuple(f), notes=tuple(n)) for shot, f, n in each
    ]
    return measuring.together(done)[0]


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_says_what_it_measures_and_by_which_method(name: str) -> None:
    metric = METRICS[name]
    assert metric.QUANTITIES
    for quantity, unit in metric.QUANTITIES.items():
        assert quantity.startswith(f"{name}."), quantity
        assert unit in UNITS, quantity
    assert CITES.search(metric.__doc__ or ""), "the docstring cites the method's source"


def test_quantities_are_measured_by_one_metric_each() -> None:
    every = [quantity for metric in METRICS.values() for quantity in metric.QUANTITIES]
    assert len(every) == len(set(every))


def test_every_measurement_is_of_an_offered_quantity_in_its_unit(
    measured: list[Measurement],
) -> None:
    offered = metrics.quantities()
    assert {item.quantity.split(".")[0] for item in measured} == set(METRICS)
    for item in measured:
        assert offered[item.quantity] == item.unit
        assert item.method
        assert item.samples > 0
        assert np.isfinite(item.value)


def test_every_uncertainty_is_what_its_budget_combines_to(measured: list[Measurement]) -> None:
    for item in measured:
        combined = combine(item.budget)
        assert item.uncertainty == pytest.approx(combined.uncertainty)
        assert item.k == pytest.approx(combined.k)
        assert item.expanded == pytest.approx(item.k * item.uncertainty)


def worded(measured: list[Measurement]) -> list[Measurement]:
    """Measurements of metrics that have names in the phrase files, and so words for all else."""
    named = {code.split(".")[0] for code in wording.phrases("zh")["quantity"]}
    return [item for item in measured if item.quantity.split(".")[0] in named]


def test_every_measurement_can_be_written_as_json(measured: list[Measurement]) -> None:
    """A number of numpy's passes every other test and stops the writing of a session."""
    for item in measured:
        assert json.loads(json.dumps(asdict(item)))["quantity"] == item.quantity


def test_every_source_of_a_budget_has_words_in_both_languages(measured: list[Measurement]) -> None:
    sources = {line.source for item in worded(measured) for line in item.budget}
    for lang in ("zh", "en"):
        known = wording.phrases(lang).get("budget", {})
        assert {source for source in sources if source not in known} == set(), lang


def test_every_method_has_chinese_words(measured: list[Measurement]) -> None:
    """The English ones are in the code."""
    methods = {item.method for item in worded(measured)}
    assert {method for method in methods if method not in wording.phrases("zh")["method"]} == set()


def test_measuring_changes_nothing_that_it_was_given(scenes: list[build.Scene]) -> None:
    for seen in scenes:
        before = {name: view.luma.tobytes() for name, view in seen.views.items()}
        cells = {name: values.copy() for name, values in seen.series.cells.items()}
        measuring.measure(seen)
        assert before == {name: view.luma.tobytes() for name, view in seen.views.items()}
        for name, values in cells.items():
            np.testing.assert_array_equal(values, seen.series.cells[name])


def test_measuring_twice_gives_the_same_figures(
    scenes: list[build.Scene], measured: list[Measurement]
) -> None:
    assert figures(scenes) == measured


def test_a_blank_picture_gives_reasons_and_no_numbers(tmp_path: Path, chart_film: Film) -> None:
    """Regions are placed like those of a chart, so that every picture metric has to answer."""
    grey = [np.full((720, 1280), 90, np.uint8)] * 4
    encode.write(tmp_path / "blank.mkv", grey, codec="ffv1", pixel_format="gray")
    filmed = Shot(id="one", subject="camera", clip=chart_film.path.name)
    seen = build.look(filmed, chart_film.path.parent)
    regions = {name: tuple(map(float, view.box)) for name, view in seen.views.items()}
    unmarked = Shot(id="blank", subject="camera", clip="blank.mkv")
    shot = replace(unmarked, regions=regions)  # type: ignore[arg-type]
    blank = build.look(shot, tmp_path)
    as_printed = {
        name: replace(view, region=seen.views[name].region) for name, view in blank.views.items()
    }
    found, notes = measuring.measure(replace(blank, views=as_printed, chart=seen.chart))
    times = {"frame_rate.mean", "frame_rate.jitter", "frame_rate.longest_gap"}
    proper = {item.quantity for item in found if not (item.lower_bound or item.upper_bound)}
    assert proper <= times | {"grey_scale.steps"}
    assert all(item.value <= 1 for item in found if item.quantity == "grey_scale.steps"), (
        "one step, not two"
    )
    assert {note.metric for note in notes} >= {"resolution", "noise"}
    for note in notes:
        for lang in ("zh", "en"):
            assert note.reason.code in wording.phrases(lang)["reason"], note.reason.code
