"""Grey steps: counted by a rule in closed form, from arrays and from a filmed chart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance import charts, encode, scene
from acceptance.camera import Camera
from acceptance.errors import ChartError, GapError
from acceptance.metrics import grey_scale
from acceptance.metrics.grey_scale import Step
from acceptance.model import Measurement, Shot
from acceptance.simulate import film_chart

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CAMERA = Camera(width=640, height=360, crf=0, noise=0.008)


def patch(seed: int, level: float, sigma: float) -> NDArray[np.uint8]:
    """Frames (8, 60, 80) at this level with white noise, in a border of another level that must not count."""
    codes = level + sigma * np.random.default_rng(seed).standard_normal((8, 60, 80))
    codes[:, :12] = codes[:, -12:] = 240
    codes[:, :, :15] = 10
    return np.rint(codes).astype(np.uint8)


def measured(camera: Camera, folder: Path) -> Measurement:
    """Film the chart and count its steps."""
    film_chart(camera, charts.load("acceptance"), folder / "chart.mp4", 0.2)
    seen = scene.look(Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance"), folder)
    (figure,) = grey_scale.measure(seen)
    assert isinstance(figure, Measurement)
    return figure


def test_a_step_is_the_mean_and_noise_of_the_central_half() -> None:
    """Mean and sigma within 3 u over many seeds, and u of the order of the errors."""
    steps = [grey_scale.step(patch(seed, 100.3, 3.0)) for seed in range(24)]
    mean = np.array([(one.mean - 100.3) / one.mean_uncertainty for one in steps])
    noise = np.array([(one.noise - np.sqrt(9 + 1 / 12)) / one.noise_uncertainty for one in steps])
    for errors in (mean, noise):
        assert np.abs(errors).max() < 3.5
        assert 0.5 < np.sqrt(np.mean(errors**2)) < 1.6


def test_light_that_falls_off_across_a_step_is_no_noise() -> None:
    """A slope of 10 codes over the region leaves the noise at 2."""
    frames = 100 + np.linspace(-5, 5, 80) + 2 * np.random.default_rng(1).standard_normal((8, 60, 80))
    one = grey_scale.step(frames)
    assert abs(one.noise - 2) < 3 * one.noise_uncertainty


@pytest.mark.parametrize(
    ("codes", "noise", "rising", "steps"),
    [
        ([16, 40, 64, 88], 1.0, True, 4),
        ([88, 64, 40, 16], 1.0, False, 4),
        ([16, 16, 64, 88], 1.0, True, 3),
        ([16, 17.9, 64, 88], 0.3, True, 3),
        ([16, 40, 30, 88], 1.0, True, 3),
        ([16, 40, 64, 88], 24.5, True, 1),
        ([16, 40, 70, 88], 24.5, True, 2),
        ([100, 100, 100], 0.3, True, 1),
    ],
)
def test_neighbours_count_that_keep_order_and_differ_by_more_than_noise_and_two_codes(
    codes: list[float], noise: float, steps: int, *, rising: bool
) -> None:
    """The rule, case by case."""
    assert grey_scale.count([Step(mean=code, noise=noise) for code in codes], rising=rising).steps == steps


def test_a_pair_at_the_threshold_makes_the_count_uncertain() -> None:
    """P = 1/2 gives a standard uncertainty of 1/2; pairs far from the threshold give none."""
    far, near = [20, 60, 100], [20, 60, 65]
    steps = [[Step(mean=code, noise=5, mean_uncertainty=0.2) for code in codes] for codes in (far, near)]
    assert grey_scale.count(steps[0], rising=True).uncertainty == pytest.approx(0, abs=1e-9)
    assert grey_scale.count(steps[1], rising=True).uncertainty == pytest.approx(0.5)


def test_the_count_is_within_three_u_of_the_truth_over_many_seeds() -> None:
    """Ten steps of 6 codes at sigma 5.5 (threshold 5.51): all are distinguishable in truth."""
    for seed in range(12):
        steps = [grey_scale.step(patch(100 * seed + i, 60 + 6 * i, 5.5)) for i in range(10)]
        result = grey_scale.count(steps, rising=True)
        assert abs(result.steps - 10) <= max(3 * result.uncertainty, 0)


def test_a_good_camera_shows_all_twelve_steps_and_their_codes(tmp_path: Path) -> None:
    """Every code of the curve within half a code of the camera's own curve."""
    figure = measured(CAMERA, tmp_path)
    assert (figure.value, figure.unit, figure.details["printed"]) == (12, "1", 12)
    assert figure.uncertainty < 0.01
    assert figure.curve is not None
    assert np.array(figure.curve.y) == pytest.approx(CAMERA.luma(np.array(figure.curve.x)), abs=0.5)


def test_crushed_blacks_and_noise_cost_steps(tmp_path: Path) -> None:
    """Light below 11 % falls to black: the three darkest steps become one. Noise of 12 % costs more."""
    crushed = replace(CAMERA, black=-0.12, white=1.0)
    figure = measured(crushed, tmp_path)
    assert figure.value == 10
    noisy = measured(replace(CAMERA, noise=0.12), tmp_path)
    assert noisy.value < 8


def test_a_blank_picture_and_a_picture_without_steps_have_reasons(tmp_path: Path) -> None:
    """No number from a clip without the chart, nor from grey regions that nobody declared as steps."""
    encode.write(tmp_path / "blank.mkv", [np.full((128, 128), 90, np.uint8)] * 3, codec="ffv1")
    regions = {"grey1": (10, 10, 40, 40), "grey2": (60, 10, 40, 40)}
    seen = scene.look(Shot(id="s", subject="c", clip="blank.mkv", regions=regions), tmp_path)
    assert grey_scale.serves(seen)
    with pytest.raises(GapError) as gap:
        list(grey_scale.measure(seen))
    assert gap.value.code == "no_region"
    views = {
        name: replace(view, region=replace(view.region, printed={"step": i, "reflectance": 0.1 * i}))
        for i, (name, view) in enumerate(seen.views.items())
    }
    with pytest.raises(GapError) as gap:
        list(grey_scale.measure(replace(seen, views=views)))
    assert gap.value.code == "flat_picture"


def definition(steps: str) -> str:
    """Return the acceptance chart with another declaration of its steps."""
    text = charts.load("acceptance").source.read_text("utf-8")
    before, _, rest = text.partition("[steps]\n")
    return before + steps + rest[rest.index("[regions]") :]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ('series = "lightness"\nnumber = 2\ndensities = [1.523, 1.294]', "other densities"),
        ('series = "lightness"\nnumber = 3\ndensities = [1.523, 1.294]', "3 numbers"),
        ('series = "density"\nnumber = 12\ndensities = {all}', "equal density"),
        ('series = "grey"\nnumber = 12\ndensities = {all}', "one of"),
        ('series = "lightness"\nnumber = 12\ndensities = {all}\nwhy = 1', "not known"),
    ],
)
def test_a_declared_series_must_be_what_the_chart_shows(tmp_path: Path, steps: str, message: str) -> None:
    """Number, densities and equal steps are checked when the chart is read."""
    declared = charts.load("acceptance").steps
    assert declared is not None
    path = tmp_path / "one.toml"
    path.write_text(definition(f"[steps]\n{steps}\n\n".replace("{all}", str(list(declared.densities)))), "utf-8")
    with pytest.raises(ChartError, match=message):
        charts.load(str(path))
