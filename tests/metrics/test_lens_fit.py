"""The fit of lens and chart over poses: it converges, wherever it starts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from marks import slow
from scipy.spatial.transform import Rotation

from acceptance.errors import GapError
from acceptance.metrics.geometry import fitting, lens, lens_models
from acceptance.model import Condition

HALF = math.hypot(1920, 1080) / 2
PIXEL, NOISE = 1 / HALF, 0.05  # half diagonals; px
FOCAL = 1.2 * 1920 / HALF
GRID = np.array([(x, y) for y in np.linspace(-0.55, 0.55, 7) for x in np.linspace(-0.9, 0.9, 11)])
STATED = (
    Condition(name="focal_length", value=6.0, unit="mm"),
    Condition(name="sensor_width", value=5.0, unit="mm"),
)
CORNERS = [0, 10, 66, 76]


@dataclass(frozen=True)
class Taken:
    """Dots of a chart as a camera sees them, and the truth (18,)."""

    truth: np.ndarray
    points: lens.Points

    @property
    def start(self) -> np.ndarray:
        """The homography (3, 3) through the outermost dots."""
        chart, seen = self.points.chart[CORNERS], self.points.seen[CORNERS]
        rows = []
        for (x, y), (u, v) in zip(chart, seen, strict=True):
            rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
            rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
        return np.asarray(np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3))

    def angle(self, found: lens.LensFit) -> float:
        """Angle in degrees between the chart as it stood and as it was found."""
        true, seen = (Rotation.from_rotvec(all_of[:3]) for all_of in (self.truth, found.parameters))
        return math.degrees(float((seen * true.inv()).magnitude()))

    def density(self, found: lens.LensFit) -> float:
        """Relative error of the pixels per metre."""
        focal = found.parameters[lens.FOCAL] - self.truth[lens.FOCAL]
        return math.exp(focal) * self.truth[5] / found.parameters[5] - 1


def taken(
    seed: int, turn: float, distance: float, bend: float, axis: tuple[float, float] = (0, 0)
) -> Taken:
    """Turn the chart by up to ``turn`` degrees about two axes; lens of up to ``bend``.

    ``axis``: by how many half diagonals the lens's axis lies off where it is expected.
    """
    random = np.random.default_rng(seed)
    pose = np.radians([*random.uniform(-turn, turn, 2), random.uniform(-5, 5)])
    place = [*random.uniform(-0.1, 0.1, 2), distance]
    centre = random.normal(0, 0.003, 2) + axis
    others = [0] * (lens.COUNT - lens.LENS.start - 1)
    optics = [math.log(FOCAL), 0, *centre, random.uniform(-bend, bend), *others]
    truth = np.concatenate([Rotation.from_euler("YXZ", pose).as_rotvec(), place, optics])
    seen = lens.seen_places(lens_models.brown, truth[None], GRID)[0]
    noise = random.normal(0, NOISE * PIXEL, seen.shape)
    return Taken(truth, lens.Points(chart=GRID, seen=seen + noise, pixel=PIXEL))


def test_pan_and_tilt_of_200_poses_are_right_to_a_tenth_of_a_degree() -> None:
    known = lens.Known(FOCAL, 0.005, 0.002)
    charts = [taken(seed, 30, 2.6, 0.05) for seed in range(200)]
    fits = [lens.fit("brown", chart.points, chart.start, known) for chart in charts]
    pairs = list(zip(charts, fits, strict=True))
    angles = [chart.angle(found) for chart, found in pairs]
    densities = [chart.density(found) for chart, found in pairs]
    assert math.sqrt(np.mean(np.square(angles))) <= 0.1
    assert math.sqrt(np.mean(np.square(densities))) <= 5e-4


@pytest.mark.parametrize("turn", [0.5, slow(2), slow(4), slow(6), 15])
@pytest.mark.parametrize("guess", [0.4, 1.0, 2.5])
def test_a_focal_length_guessed_wrong_leaves_nothing_but_the_noise(
    turn: float, guess: float
) -> None:
    """Its residual is that of the noise: sqrt(2) times 0.05 px, less what the fit takes up."""
    known = lens.Known(guess * FOCAL, 1.0, 0.002)
    for seed in range(2):
        chart = taken(seed, turn, 2.6 + seed, 0.1)
        found = lens.fit("brown", chart.points, chart.start, known)
        assert found.residual * HALF < math.sqrt(2) * NOISE * 1.3


def of_film(
    chart: Taken, enlarged: float = 1.0, points: lens.Points | None = None
) -> fitting.FittedChart:
    """Fit a chart, or ``points`` of it, as a film's is fitted, its focal length stated."""
    frame: Any = SimpleNamespace(
        corner=np.array([960, 540]) / HALF,
        scale_doubt=0.002,
        start=chart.start,
        enlarged=enlarged,
    )
    shot: Any = SimpleNamespace(conditions=STATED)
    return fitting.fit_chart(shot, frame, points or chart.points)


@pytest.mark.parametrize("across", [slow(0.0), slow(0.005), 0.25])
def test_a_picture_cut_from_a_larger_one_has_its_axis_where_the_points_say(
    across: float,
) -> None:
    """A usual axis is held near the middle; then tilt and pan were off by 2.7 U."""
    chart = taken(7, 4, 2.6, 0.0, (across, 0.0))
    chart.truth[lens.LENS] = 0.1, 0.0, 0.0
    seen = lens.seen_places(lens_models.brown, chart.truth[None], GRID)[0]
    noise = np.random.default_rng(7).normal(0, NOISE * PIXEL, seen.shape)
    points = lens.Points(chart=GRID, seen=seen + noise, pixel=PIXEL)
    found = of_film(Taken(chart.truth, points))
    assert found.beside is (across > 0.1)
    doubt = np.sqrt(np.diag(found.best.covariance))[lens.CENTRE]
    off = found.best.parameters[lens.CENTRE] - chart.truth[lens.CENTRE]
    assert np.all(np.abs(off) < 4 * doubt)


def test_the_axis_of_an_enlarged_picture_may_lie_farther_from_its_middle() -> None:
    """As much as it was enlarged, where points say little: 87 % of pans were inside U, not 95."""
    chart = taken(7, 0, 2.6, 0.0)
    usual, enlarged = (of_film(chart, by).best.covariance for by in (1.0, 1.6))
    doubts = [np.sqrt(np.diag(each))[lens.CENTRE] for each in (usual, enlarged)]
    assert doubts[1] == pytest.approx(1.6 * doubts[0], rel=0.1)


def test_of_twelve_dots_one_may_be_stained() -> None:
    chart = taken(3, 4, 2.6, 0.05)
    few = np.linspace(0, len(GRID) - 1, 12).astype(int)
    seen = chart.points.seen[few].copy()
    seen[2] += 15 * PIXEL
    found = of_film(chart, points=lens.Points(chart=GRID[few], seen=seen, pixel=PIXEL))
    assert len(found.points.seen) == 11
    assert abs(chart.density(found.best)) < 2e-3


@pytest.mark.parametrize(("agree", "enough"), [(12, True), (11, False)])
def test_a_lens_that_hardly_half_of_the_dots_agree_with_is_none(
    agree: int, *, enough: bool
) -> None:
    """As where the finder took a strong fisheye for a chart that lies elsewhere."""
    points = lens.Points(chart=GRID[:20], seen=GRID[:20], pixel=PIXEL)
    misses = np.full((20, 2), 0.02 * PIXEL)
    misses[agree:] = 20 * PIXEL
    best: Any = SimpleNamespace(misses=misses)
    if enough:
        assert len(fitting._without_wrong(points, best).seen) == agree
    else:
        with pytest.raises(GapError, match="too_few_points"):
            fitting._without_wrong(points, best)
