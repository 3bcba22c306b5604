"""Geometry asked back from simulated cameras, exact grids and known shifts."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import outcomes
import pytest
from intervals import fewest
from marks import slow
from scipy.spatial.transform import Rotation

from acceptance.charts import definition, located
from acceptance.errors import GapError
from acceptance.footage import encode
from acceptance.metrics import geometry
from acceptance.metrics.geometry import lens, lens_models
from acceptance.metrics.geometry import preset as presets
from acceptance.metrics.geometry.frame import PictureFrame
from acceptance.model import Condition, Measurement, Note, Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from pathlib import Path

CHART = definition.load("acceptance")
LENS = (
    Condition(name="focal_length", value=6.0, unit="mm"),
    Condition(name="sensor_width", value=5.0, unit="mm"),
)


def film(folder: Path, camera: Camera, *conditions: Condition, seconds: float = 0.2) -> build.Scene:
    """Film the chart and look at it."""
    films.film_chart(camera, CHART, folder / "chart.mp4", seconds)
    return build.look(
        Shot(id="chart", subject="camera", clip="chart.mp4", conditions=conditions), folder
    )


def figures(seen: build.Scene) -> dict[str, Measurement]:
    """Return every figure of a scene by quantity."""
    return outcomes.figures(geometry.measure(seen))


def bow(k: float, wide: float, high: float) -> float:
    """Return picture height distortion in % of ideal radius = r (1 + k r^2), by bisection.

    Half sides given.
    """

    def up(x: float, y: float) -> float:
        return y * (1 + k * (x * x + y * y))

    def seen(x: float, ideal: float) -> float:
        low, top = 0.0, 2 * high
        for _ in range(60):
            middle = (low + top) / 2
            low, top = (middle, top) if up(x, middle) < ideal else (low, middle)
        return low

    if k > 0:
        return 100 * (seen(wide, up(0, high)) - high) / (2 * high)
    return 100 * (high - seen(0, up(wide, high))) / (2 * high)


@pytest.mark.parametrize("k", [slow(-0.05), slow(0.0), slow(0.03), 0.2])
def test_distortion_is_right_to_a_tenth_of_a_point_through_h264(tmp_path: Path, k: float) -> None:
    share = 0.92 * (1 + 0.6 * k)
    seen = film(
        tmp_path,
        Camera(width=1280, height=720, distortion=k, share=share, noise=0.01, crf=26, seed=3),
    )
    found = figures(seen)
    truth = 100 * (1 / (1 + k) - 1)
    assert found["geometry.distortion"].details["radius"] == 1
    assert found["geometry.distortion"].value == pytest.approx(truth, abs=0.1)
    assert outcomes.within(found["geometry.distortion"], truth)
    corner = np.array([1279, 719]) / math.hypot(1279, 719)
    tv = found["geometry.tv_distortion"]
    assert outcomes.within(tv, bow(k, *corner))
    assert tv.details["form"] == "EBU"
    assert tv.details["smia"] == pytest.approx(2 * tv.value, rel=0.07)


def test_a_chart_that_runs_along_the_pixels_is_not_bent_by_them(tmp_path: Path) -> None:
    """Face on and level, all fiducials have the same place on the pixels: no average helps."""
    found = figures(film(tmp_path, Camera(noise=0.0, crf=0, share=0.9)))
    assert outcomes.within(found["geometry.distortion"], 0.0)
    assert found["geometry.distortion"].expanded < 0.02


def test_tilt_pan_roll_and_density_are_those_of_the_camera(tmp_path: Path) -> None:
    camera = Camera(tilt=-14, pan=11, roll=-4, share=0.7, distortion=0.02, seed=4)
    found = figures(film(tmp_path, camera))
    for name in ("tilt", "pan", "roll"):
        assert outcomes.within(found[f"geometry.{name}"], getattr(camera, name)), name
    assert found["geometry.tilt"].details["focal_length"] == "fitted"
    assert found["geometry.tilt"].details["focal_length_in_widths"] == pytest.approx(1.2, abs=0.05)
    density = found["geometry.pixels_per_metre"]
    assert outcomes.within(density, 1000 * camera.share * camera.width / CHART.size[0])


def test_a_stated_focal_length_gives_the_tilt_that_the_picture_alone_does_not(
    tmp_path: Path,
) -> None:
    camera = Camera(tilt=3.5, share=0.57, noise=0.03, crf=34, width=640, height=360, seed=2)
    seen = film(tmp_path, camera)
    notes = outcomes.reasons(geometry.measure(seen))
    assert notes["geometry.tilt"] == "focal_length_unknown"
    stated = figures(replace(seen, shot=replace(seen.shot, conditions=LENS)))["geometry.tilt"]
    assert outcomes.within(stated, camera.tilt)
    assert stated.details["focal_length"] == "stated"


def test_pixels_that_are_not_square_are_counted_as_they_are_stored(tmp_path: Path) -> None:
    """A picture of half the width has half the pixels per metre across, the same lens and tilt."""
    seen = film(tmp_path, Camera(tilt=10, pan=6, share=0.8, crf=12, noise=0.0, distortion=0.02))
    luma = cv2.resize(seen.reference.luma, (640, 720), interpolation=cv2.INTER_AREA)
    encode.write(tmp_path / "narrow.mkv", [luma] * 2, codec="ffv1", pixel_format="gray")
    narrow = build.look(Shot(id="n", subject="camera", clip="narrow.mkv"), tmp_path)
    narrow = replace(narrow, video=replace(narrow.video, sample_aspect=Fraction(2)))
    wide, found = figures(seen), figures(narrow)
    assert found["geometry.pixels_per_metre"].value == pytest.approx(
        wide["geometry.pixels_per_metre"].value / 2, rel=0.002
    )
    assert found["geometry.pixels_per_metre"].details["vertical"] == pytest.approx(
        wide["geometry.pixels_per_metre"].details["vertical"], rel=0.002
    )
    for name in ("tilt", "pan", "roll", "distortion"):
        narrow, whole = wide[f"geometry.{name}"], found[f"geometry.{name}"]
        tolerance = 1.5 * math.hypot(narrow.expanded, whole.expanded)
        assert narrow.value == pytest.approx(whole.value, abs=tolerance), name


def test_coverage_is_the_share_of_the_picture_that_the_chart_fills(tmp_path: Path) -> None:
    found = figures(film(tmp_path, Camera(share=0.8, width=640, height=480)))["geometry.coverage"]
    assert outcomes.within(found, 100 * 0.8 * 0.8 * (640 * 9 / 16) / 480)


def grid(
    k: float, model: str = "brown", noise: float = 0.0, seed: int = 0
) -> tuple[lens.Points, np.ndarray]:
    """Return points seen through a lens, camera turned a little, and the homography before it."""
    points = np.stack(
        np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-0.5, 0.5, 5)), axis=-1
    ).reshape(-1, 2)
    turn = Rotation.from_euler("xyz", [8, -6, 2], degrees=True).as_matrix()
    start = np.diag([2.0, 2.0, 1.0]) @ np.column_stack([turn[:, :2], [0.02, -0.03, 2.4]])
    ideal = located.to_picture(start, points)
    radius = np.linalg.norm(ideal, axis=1)
    table = np.linspace(0, 1.5, 20001)
    bent = lens_models.LENSES[model](table[None], np.array([[k, 0.0, 0.0]]))[0]
    seen = ideal * (np.interp(radius, bent, table) / radius)[:, None]
    jitter = noise * np.random.default_rng(seed).standard_normal(seen.shape)
    return lens.Points(chart=points, seen=seen + jitter, pixel=1e-3), start


KNOWN = lens.Known(2.0, 1.0, 1e-3)


@pytest.mark.parametrize("k", [-0.05, 0.1, 0.5])
def test_a_grid_seen_through_brown_gives_its_coefficient_back(k: float) -> None:
    found = lens.fit("brown", *grid(k), KNOWN)
    assert found.parameters[lens.LENS] == pytest.approx([k, 0, 0], abs=2e-4)


@pytest.mark.parametrize("bend", [0.5, 1.5])
def test_a_fisheye_is_distinguished_from_a_lens_of_browns(bend: float) -> None:
    points, start = grid(bend, "fisheye", noise=1e-5)
    fisheye, brown = (lens.fit(name, points, start, KNOWN) for name in ("fisheye", "brown"))
    assert fisheye.residual < brown.residual / 2
    radii = np.linspace(0.05, 0.65, 20)[None]  # as far as there are points
    truth = lens_models.fisheye(radii, np.array([[bend, 0.0, 0.0]]))
    assert lens_models.fisheye(radii, fisheye.parameters[None, lens.LENS]) == pytest.approx(
        truth, rel=1e-3
    )


@pytest.mark.parametrize("grids", [100, slow(300)])
def test_the_claimed_uncertainty_of_the_distortion_covers_the_truth(grids: int) -> None:
    """Grids with 0.1 px of noise: within U in 95 %, and what the scatter of such a count leaves."""

    def largest(parameters: np.ndarray) -> np.ndarray:
        return 1 / lens_models.brown(np.ones((len(parameters), 1)), parameters[:, lens.LENS]) - 1

    hits = 0
    for seed in range(grids):
        found = lens.fit("brown", *grid(0.05, noise=1e-4, seed=seed), KNOWN)
        u = math.hypot(*(float(share[0]) for share in found.contributions(largest).values()))
        hits += abs(largest(found.parameters[None])[0, 0] - (1 / 1.05 - 1)) < 1.99 * u
    assert fewest(grids) <= hits <= 0.985 * grids


def test_a_stain_among_the_dots_does_not_count(tmp_path: Path) -> None:
    seen = film(tmp_path, Camera(distortion=0.03, share=0.9))
    view = seen.views["grid17"]
    stained = np.array(view.luma)
    stained[:, :, stained.shape[2] // 2 + 3 :] = stained[
        :, :, : stained.shape[2] - stained.shape[2] // 2 - 3
    ]
    found = figures(replace(seen, views={**seen.views, "grid17": replace(view, luma=stained)}))
    assert found["geometry.distortion"].value == pytest.approx(100 * (1 / 1.03 - 1), abs=0.1)


def test_a_picture_without_dots_gives_the_reason(tmp_path: Path) -> None:
    seen = film(tmp_path, Camera(width=640, height=360))
    nowhere = measuring.measure(replace(seen, views={}, located=()), ["geometry.tilt"])[1]
    assert [note.reason.code for note in nowhere] == ["no_region"]
    few = {name: view for name, view in seen.views.items() if name in {"grid1", "grid2"}}
    bare = replace(
        seen, views=few, located=tuple(replace(place, marks=()) for place in seen.located)
    )
    assert [
        note.reason.code for note in measuring.measure(bare)[1] if note.metric == "geometry"
    ] == ["too_few_points"]


def test_a_chart_with_fiducials_only_tells_the_pixel_density_but_not_the_lens(
    tmp_path: Path,
) -> None:
    plate = definition.load("edge_plate")
    camera = Camera(share=0.12, tilt=4, width=960, height=540, seed=8)
    films.film_chart(camera, plate, tmp_path / "plate.mp4", 0.2)
    seen = build.look(
        Shot(id="p", subject="camera", clip="plate.mp4", chart="edge_plate"), tmp_path
    )
    density = figures(seen)["geometry.pixels_per_metre"]
    assert outcomes.within(density, 1000 * camera.share * camera.width / plate.size[0])
    assert density.expanded < 0.02 * density.value
    reasons = outcomes.reasons(geometry.measure(seen))
    assert reasons["geometry.distortion"] == "too_few_points"


# --- presets


def preset(name: str, number: int, x: float, y: float, *conditions: Condition) -> Shot:
    """Return a shot of a preset in which the chart lies at x, y."""
    corners = ((x, y), (x + 400, y), (x + 400, y + 225), (x, y + 225))
    return Shot(
        id=f"{name}-{number}",
        subject="dome",
        clip=f"{number}.png",
        conditions=(Condition(name="preset", value=name), *conditions),
        corners=(corners,),
        stream={"width": 1920},
    )


def test_presets_are_compared_by_where_the_chart_lies() -> None:
    places = [(100.0, 50.0), (103.0, 50.0), (100.0, 54.0), (101.0, 46.0)]
    shots = [preset("gate", number, *place, *LENS) for number, place in enumerate(places)]
    found = {
        (item.quantity, item.statistic): item
        for item in geometry.across(shots, [])
        if isinstance(item, Measurement)
    }
    away = np.array(places) - np.mean(places, axis=0)
    worst, sd = np.linalg.norm(away, axis=1).max(), math.sqrt(np.sum(away**2) / 3)
    assert found["geometry.preset_repeatability", "worst"].value == pytest.approx(worst)
    assert found["geometry.preset_repeatability", "sd"].value == pytest.approx(sd)
    angle = found["geometry.preset_repeatability_angle", "worst"]
    assert angle.value == pytest.approx(math.degrees(math.atan(worst / (1.2 * 1920))), rel=1e-4)
    [focal] = [line for line in angle.budget if line.source == "focal_length"]
    assert focal.contribution == pytest.approx(0.03 * angle.value)


def test_places_on_a_line_have_half_the_degrees_of_freedom_of_their_scatter() -> None:
    away = np.array([(-3.0, 0.0), (1.0, 0.0), (2.0, 0.0)])
    assert presets._freedom(away) == pytest.approx(2)
    assert presets._freedom(
        np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
    ) == pytest.approx(6)


def test_two_shots_of_a_preset_are_too_few_and_no_focal_length_gives_no_angle() -> None:
    few = list(geometry.across([preset("gate", n, 1, 1) for n in range(2)], []))
    assert {item.reason.code for item in few if isinstance(item, Note)} == {"too_few_preset_shots"}
    enough = list(geometry.across([preset("gate", n, 1, 1) for n in range(3)], []))
    assert [item.reason.code for item in enough if isinstance(item, Note)] == [
        "focal_length_unknown"
    ]


def stills(folder: Path, shifts: list[tuple[float, float]]) -> build.Scene:
    """Look at stills of a room, shifted by whole and part pixels."""
    rough = np.random.default_rng(5).random((400, 600)).astype(np.float32)
    room = 40 + 170 * cv2.GaussianBlur(rough, (0, 0), 4)
    room = (room - room.min()) / np.ptp(room) * 200 + 20
    frames = [
        cv2.warpAffine(room, np.array([[1, 0, x], [0, 1, y]]), (600, 400))[40:360, 60:540]
        for x, y in shifts
    ]
    encode.write(
        folder / "room.mkv",
        [frame.round().astype(np.uint8) for frame in frames],
        codec="ffv1",
        pixel_format="gray",
    )
    conditions = (Condition(name="preset", value="gate"), *LENS)
    shot = Shot(
        id="room",
        subject="dome",
        clip="room.mkv",
        conditions=conditions,
        regions={"picture": (0, 0, 480, 320)},
    )
    return build.look(shot, folder)


def test_stills_without_a_chart_are_registered_to_each_other(tmp_path: Path) -> None:
    shifts = [(0.0, 0.0), (3.4, -1.2), (-2.0, 0.6), (0.5, 5.0)]
    found = figures(stills(tmp_path, shifts))
    away = np.array(shifts) - np.mean(shifts, axis=0)
    worst = float(np.linalg.norm(away, axis=1).max())
    assert set(found) == {"geometry.preset_repeatability", "geometry.preset_repeatability_angle"}
    assert found["geometry.preset_repeatability"].value == pytest.approx(worst, abs=0.2)


def test_stills_of_different_places_are_refused(tmp_path: Path) -> None:
    seen = stills(tmp_path, [(0.0, 0.0)] * 3)
    view = seen.views["picture"]
    other = np.array(view.luma)
    other[2] = np.random.default_rng(9).integers(0, 255, other[2].shape)
    notes = measuring.measure(replace(seen, views={"picture": replace(view, luma=other)}))[1]
    assert "stills_differ" in {note.reason.code for note in notes}


def test_a_squeezed_picture_that_does_not_say_so_gives_no_angles() -> None:
    """Pixels 0.7 times as wide as high would read as a pan of 40 degrees."""
    video = SimpleNamespace(sample_aspect=1, assumed=("sample_aspect",))
    place = SimpleNamespace(pixel_aspect=0.7, focal_length=lambda _: np.inf)
    shot, chart = SimpleNamespace(conditions=()), SimpleNamespace(kind="print")
    squeezed: Any = SimpleNamespace(shot=shot, chart=chart, located=(place,), video=video)
    with pytest.raises(GapError, match="pixel_aspect_doubtful"):
        list(geometry.measure(squeezed))


def test_middle_and_corner_are_those_of_the_picture_between_black_bars() -> None:
    place: Any = SimpleNamespace(picture=(1440, 960))
    seen = PictureFrame(place=place, aspect=1.0, shown=(160, 120, 1280, 720))
    alone: Any = SimpleNamespace(picture=(1280, 720))
    without = PictureFrame(place=alone, aspect=1.0)
    assert seen.middle == pytest.approx(np.add(without.middle, (160, 120)))
    assert seen.half == pytest.approx(without.half)
    assert seen.corner == pytest.approx(without.corner)
