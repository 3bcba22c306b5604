"""Grey steps: counted by a rule in closed form, from arrays and from a filmed chart."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import outcomes
import pytest
from intervals import fewest
from marks import few

from acceptance.charts import definition as chart_definition
from acceptance.charts import printed_copy
from acceptance.errors import ChartError, GapError
from acceptance.footage import encode
from acceptance.metrics import grey_scale
from acceptance.metrics._shared import grey_steps, tone_curve
from acceptance.metrics._shared.grey_steps import GreyStep
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

CAMERA = Camera(width=640, height=360, crf=0, noise=0.008)


def patch(seed: int, level: float, sigma: float) -> NDArray[np.uint8]:
    """Frames (8, 60, 80) at this level with white noise, in a border that must not count."""
    codes = level + sigma * np.random.default_rng(seed).standard_normal((8, 60, 80))
    codes[:, :12] = codes[:, -12:] = 240
    codes[:, :, :15] = 10
    return np.rint(codes).astype(np.uint8)


def measured(camera: Camera, folder: Path) -> dict[str, Measurement]:
    """Film the chart and measure its grey scale."""
    film_chart(camera, chart_definition.load("acceptance"), folder / "chart.mp4", 0.2)
    seen = build.look(Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance"), folder)
    return outcomes.figures(grey_scale.measure(seen))


def test_a_step_is_the_mean_and_noise_of_the_central_half() -> None:
    """Mean and sigma within 3 u over many seeds, and u of the order of the errors."""
    steps = [grey_steps.step(patch(seed, 100.3, 3.0)) for seed in range(24)]
    mean = np.array([(one.mean - 100.3) / one.mean_uncertainty for one in steps])
    noise = np.array([(one.noise - np.sqrt(9 + 1 / 12)) / one.noise_uncertainty for one in steps])
    for errors in (mean, noise):
        assert np.abs(errors).max() < 3.5
        assert 0.5 < np.sqrt(np.mean(errors**2)) < 1.6


def test_light_that_falls_off_across_a_step_is_no_noise() -> None:
    """A slope of 10 codes over the region leaves the noise at 2."""
    frames = (
        100 + np.linspace(-5, 5, 80) + 2 * np.random.default_rng(1).standard_normal((8, 60, 80))
    )
    step = grey_steps.step(frames)
    assert abs(step.noise - 2) < 3 * step.noise_uncertainty


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
    assert (
        grey_steps.count([GreyStep(mean=code, noise=noise) for code in codes], rising=rising).steps
        == steps
    )


def test_a_pair_at_the_threshold_makes_the_count_uncertain() -> None:
    """P = 1/2 gives a standard uncertainty of 1/2; pairs far from the threshold give none."""
    far, near = [20, 60, 100], [20, 60, 65]
    steps = [
        [GreyStep(mean=code, noise=5, mean_uncertainty=0.2) for code in codes]
        for codes in (far, near)
    ]
    assert grey_steps.count(steps[0], rising=True).uncertainty == pytest.approx(0, abs=1e-9)
    assert grey_steps.count(steps[1], rising=True).uncertainty == pytest.approx(0.5)


def test_the_count_is_within_three_u_of_the_truth_over_many_seeds() -> None:
    """Ten steps of 6 codes at sigma 5.5 (threshold 5.51): all are distinguishable in truth."""
    for seed in range(12):
        steps = [grey_steps.step(patch(100 * seed + i, 60 + 6 * i, 5.5)) for i in range(10)]
        result = grey_steps.count(steps, rising=True)
        assert abs(result.steps - 10) <= max(3 * result.uncertainty, 0)


def test_a_good_camera_shows_all_twelve_steps_and_their_codes(tmp_path: Path) -> None:
    """Every code of the curve within half a code of the camera's own curve; nothing clipped.

    Slope within U.
    """
    found = measured(CAMERA, tmp_path)
    figure = found["grey_scale.steps"]
    assert (figure.value, figure.unit, figure.details["printed"]) == (12, "1", 12)
    assert (figure.details["k"], figure.details["series"]) == (1.0, "lightness")
    assert figure.uncertainty < 0.01
    assert figure.curve is not None
    codes, light = np.array(figure.curve.y), np.array(figure.curve.x)
    assert codes == pytest.approx(CAMERA.luma(light), abs=0.5)
    assert [found[f"grey_scale.clipped_{end}"].value for end in ("low", "high")] == [0, 0]
    slope = found["grey_scale.gamma"]
    signal = (CAMERA.luma(light) - 16) / 219
    assert slope.details["used"] == np.count_nonzero((signal > 0.15) & (signal < 0.85))
    assert abs(slope.value - true_slope(light, signal)) < slope.expanded
    assert slope.expanded < 0.01
    bound = found["grey_scale.dynamic_range"]
    assert bound.lower_bound
    assert abs(bound.value - 20 * math.log10(0.9 / 0.03)) < bound.expanded < 0.1


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Look at a film of a hardly noisy camera."""
    folder = tmp_path_factory.mktemp("grey")
    camera, chart = replace(CAMERA, noise=0.002), chart_definition.load("acceptance")
    film_chart(camera, chart, folder / "chart.mp4", 0.2)
    return build.look(Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance"), folder)


def with_step(seen: build.Scene, number: int, change: Callable[[Any], Any]) -> Any:
    """Return a scene in which the codes (n, h, w) of a step are changed, and the step's name."""
    name, view = next(
        (name, view)
        for name, view in seen.views.items()
        if view.region.printed.get("step") == number
    )
    changed = np.rint(change(view.luma.astype(float))).astype(np.uint8)
    return replace(seen, views={**seen.views, name: replace(view, luma=changed)}), name


def written_over(codes: Any) -> Any:
    """Write something bright over the middle of codes (n, h, w)."""
    written, (height, width) = codes.copy(), codes.shape[1:]
    written[:, height * 2 // 5 : height // 2, width // 3 : width * 3 // 5] = 235
    return written


def by_quantity(seen: build.Scene) -> dict[str, Any]:
    """Measure the grey scale, results by quantity."""
    return {item.quantity: item for item in grey_scale.measure(seen)}


@pytest.mark.parametrize(
    ("fall", "code"), [(0.042, "uneven_light"), (0.2, "step_covered"), (None, "step_covered")]
)
def test_a_step_lit_unevenly_or_written_over_is_not_counted(
    looked: build.Scene, fall: float | None, code: str
) -> None:
    """A reason that names the step, and no share of something that is no light."""

    def change(codes: Any) -> Any:
        if fall is None:
            return written_over(codes)
        return 16 + (codes - 16) * np.linspace(1 - fall, 1 + fall, codes.shape[2])

    seen, name = with_step(looked, 9, change)
    steps = by_quantity(seen)["grey_scale.steps"]
    assert isinstance(steps, Note)
    assert (steps.reason.code, steps.reason.parameters["region"]) == (code, name)


@pytest.mark.parametrize(("covered", "doubt"), [(5, 0), (11, 100 / 12), (1, 0)])
def test_a_step_written_over_stays_one_of_those_that_may_be_clipped(
    looked: build.Scene, covered: int, doubt: float
) -> None:
    """Of twelve steps the lightest is clipped; the one below it, if hidden, may be as well."""
    lightest, _ = with_step(looked, 12, lambda codes: np.full_like(codes, 235))
    seen, _ = with_step(lightest, covered, written_over)
    found = by_quantity(seen)
    high, low = (found[f"grey_scale.clipped_{end}"] for end in ("high", "low"))
    assert high.value == pytest.approx(100 / 12)
    assert high.uncertainty == pytest.approx(doubt / math.sqrt(3), abs=1e-6)
    assert low.value == 0
    assert low.uncertainty == pytest.approx(100 / 12 / math.sqrt(3) if covered == 1 else 0)
    assert high.details["printed"] == 12


def test_crushed_blacks_and_noise_cost_steps(tmp_path: Path) -> None:
    """Light below 11 % falls to black: the three darkest steps become one, and the range ends.

    Noise costs more.
    """
    found = measured(replace(CAMERA, black=-0.12, white=1.0), tmp_path)
    assert found["grey_scale.steps"].value == 10
    assert found["grey_scale.clipped_low"].value == pytest.approx(100 * 3 / 12)
    span = found["grey_scale.dynamic_range"]
    assert abs(span.value - 20 * math.log10(0.9 / 0.12)) < span.expanded
    assert span.lower_bound
    noisy = measured(replace(CAMERA, noise=0.12), tmp_path)
    assert noisy["grey_scale.steps"].value < 8


def test_white_that_is_clipped_ends_the_range(tmp_path: Path) -> None:
    """Code 255 is reached at a light of 1.19, which a reflectance of 0.83 sends.

    The lightest of twelve steps.
    """
    found = measured(replace(CAMERA, black=0.01, white=1.43), tmp_path)
    assert found["grey_scale.clipped_high"].value == pytest.approx(100 / 12)
    assert 0.7436 < float(found["grey_scale.dynamic_range"].details["high"]) < 0.9


def wedge(seed: int, sigma: float, white: float, densities: NDArray[np.float64]) -> list[GreyStep]:
    """Show a transparent grey scale to a camera of BT.709, clipped at 16 and 235."""
    random = np.random.default_rng(seed)
    levels = Camera(black=0.004, white=white).luma(10**-densities)
    codes = (level + sigma * random.standard_normal((8, 40, 40)) for level in levels)
    return [grey_steps.step(np.clip(np.rint(one), 16, 235), 16, 235) for one in codes]


@pytest.mark.parametrize(
    ("sigma", "white", "count"), [(3.0, 2.0, 12), (6.0, 4.0, 20), (0.8, 3.0, 26)]
)
def test_dynamic_range_is_that_of_the_closed_form_within_its_uncertainty(
    sigma: float, white: float, count: int
) -> None:
    """Saturation where light x white is 1.

    The dark end where the incremental signal is the noise (straight toe).
    """
    noise = math.hypot(sigma, math.sqrt(1 / 12))
    true = math.log((1 - 0.004) / (white - 0.004) / (noise / (4.5 * 219 * (white - 0.004))))
    for seed in range(6):
        densities = np.linspace(3.6, 0, count) + 0.01 * seed
        found = tone_curve.dynamic_range(wedge(seed, sigma, white, densities), list(10**-densities))
        assert not found.bound
        assert abs(found.high - found.low - true) < 2.5 * math.hypot(found.sampling, found.steps)


def true_slope(light: NDArray[np.float64], signal: NDArray[np.float64]) -> float:
    """Slope over the mid tones, steps near their ends counting in part."""
    counts = np.interp(signal, [0.15, 0.25, 0.75, 0.85], [0, 1, 1, 0])
    lit = counts > 0
    roots = np.sqrt(counts[lit])
    return float(np.polyfit(np.log(light[lit]), np.log(signal[lit]), 1, w=roots)[0])


def test_the_slope_does_not_jump_where_the_exposure_moves_a_step_out_of_the_mid_tones() -> None:
    """Exposures 1 % apart, as two laboratories set them: at most 0.001 apart (0.004 before)."""
    chart = chart_definition.load("acceptance")
    light = np.array([r.printed["reflectance"] for r in chart.regions if r.kind == "grey"])
    slopes = []
    for white in np.geomspace(0.6, 0.98, 50):
        codes = Camera(white=white).luma(light)
        steps = [GreyStep(mean=float(code), noise=1.0) for code in codes]
        slope = tone_curve.gamma(steps, list(light), 16, 235)
        assert slope is not None
        slopes.append(slope.value)
    assert np.abs(np.diff(slopes)).max() < 0.001


def test_the_slope_has_the_uncertainty_that_it_claims() -> None:
    """Error over u for many seeds: within U as often as it should be, of the order of 1."""
    light = [0.08, 0.12, 0.17, 0.23, 0.3, 0.38, 0.49, 0.6]
    codes = Camera(black=0, white=0.9).luma(np.array(light))
    true = true_slope(np.array(light), (codes - 16) / 219)
    errors = []
    for seed in range(40):
        steps = [
            grey_steps.step(patch(100 * seed + i, code, 4.0), 16, 235)
            for i, code in enumerate(codes)
        ]
        slope = tone_curve.gamma(steps, light, 16, 235)
        assert slope is not None
        errors.append((slope.value - true) / math.hypot(slope.sampling, slope.quantisation))
    assert sum(abs(error) < 2 for error in errors) >= 34
    assert 0.6 < math.sqrt(np.mean(np.square(errors))) < 1.4


@pytest.mark.parametrize("sigma", few([0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0, 2.0], 4))
def test_the_truth_is_within_u_however_quiet_the_picture_is(sigma: float) -> None:
    """Of 200 scales, codes rounded: 93 %, by the binomial.

    Where noise is about a fifth of a code nobody can tell how much rounding moved the mean, and U
    is up to five times the error; elsewhere at most three times.
    """
    light, random = np.geomspace(0.08, 0.6, 8), np.random.default_rng(7)
    errors, expanded = [], []
    for _ in range(200):
        camera = Camera(black=0, white=random.uniform(0.7, 0.95))
        noise = sigma * random.standard_normal((8, 4, 40, 40))
        shown = np.rint(camera.luma(light)[:, None, None, None] + noise)
        steps = [grey_steps.step(codes, 16, 235) for codes in shown]
        slope = tone_curve.gamma(steps, list(light), 16, 235)
        assert slope is not None
        errors.append(slope.value - true_slope(light, (camera.luma(light) - 16) / 219))
        expanded.append(2 * math.hypot(slope.sampling, slope.quantisation))
    inside = np.count_nonzero(np.abs(errors) <= expanded)
    assert inside >= fewest(200, 0.93)
    assert np.median(expanded) <= (5 if sigma in {0.2, 0.3} else 3) * np.std(errors)


def test_a_print_that_errs_smoothly_moves_the_slope_as_the_budget_says() -> None:
    """Of 400 prints drawn from the print's own model, 2 %: the slope scatters as stated."""
    light = np.geomspace(0.1, 0.6, 8)
    steps = [GreyStep(mean=float(16 + 219 * one**0.45), noise=1.0) for one in light]
    random, ways = np.random.default_rng(3), printed_copy.tone_errors(0.02, light)
    prints = [
        light * np.exp(sum(way * random.standard_normal() for way in ways)) for _ in range(400)
    ]
    slopes = [
        slope.value
        for printed in prints
        if (slope := tone_curve.gamma(steps, list(printed), 16, 235))
    ]
    exact = tone_curve.gamma(steps, list(light), 16, 235)
    assert exact is not None
    stated = math.hypot(*(exact.value * float(exact.weights @ way) for way in ways))
    assert np.std(slopes) / stated == pytest.approx(1, abs=3 / math.sqrt(2 * 400))


def test_a_step_whose_light_came_out_below_0_does_not_count() -> None:
    """A patch of glare may make more of the light than there is; the slope was no number."""
    light = np.geomspace(0.1, 0.6, 8)
    steps = [GreyStep(mean=float(16 + 219 * one**0.45), noise=1.0) for one in light]
    slope = tone_curve.gamma(steps, [-0.01, *light[1:]], 16, 235)
    assert slope is not None
    assert slope.value == pytest.approx(0.45, abs=1e-6)
    assert 0 not in slope.chosen


def test_a_slope_needs_four_steps_in_the_mid_tones() -> None:
    """Three, or steps that are clipped, give none."""
    steps = [GreyStep(mean=code, noise=1) for code in (70, 100, 130)]
    assert tone_curve.gamma(steps, [0.1, 0.2, 0.3], 16, 235) is None
    clipped = [*steps, GreyStep(mean=160, noise=1, low=(0.5, 0.0))]
    assert tone_curve.gamma(clipped, [0.1, 0.2, 0.3, 0.4], 16, 235) is None


# The sine target, upright in the list, turned by 180 degrees in the picture: patch, its upper left
# corner in the picture in px (from the three corners that the list gives), printed density,
# published mean.
MITRE = (
    ("H", 35, 25, 0.627, 73.143), ("I", 232, 25, 1.124, 21.542), ("J", 429, 24, 1.041, 25.062),
    ("K", 626, 24, 0.922, 31.704), ("L", 824, 23, 0.809, 40.579), ("M", 1021, 22, 0.708, 53.187),
    ("N", 1218, 22, 0.604, 70.184), ("G", 35, 737, 0.615, 75.310), ("F", 232, 736, 0.148, 224.884),
    ("E", 429, 735, 0.253, 177.026), ("D", 626, 735, 0.324, 150.682),
    ("C", 824, 734, 0.416, 119.335), ("B", 1021, 734, 0.510, 93.748),
    ("A", 1218, 733, 0.612, 72.586),
)  # fmt: skip


@pytest.fixture
def mitre(real_data: Path) -> build.Scene:
    """Look at the scanned sine target; its patches as grey steps by density, the lightest first."""
    regions = {f"grey.{name}": (float(x), float(y), 196.0, 226.0) for name, x, y, *_ in MITRE}
    seen = build.look(
        Shot(id="s", subject="c", clip="sine_target_mitre.tif", regions=regions), real_data
    )
    views = {}
    for number, (name, _, _, density, _) in enumerate(sorted(MITRE, key=lambda patch: patch[3])):
        view = seen.views[f"grey.{name}"]
        printed = {"step": number, "density": density, "reflectance": 10**-density}
        views[view.region.name] = replace(view, region=replace(view.region, printed=printed))
    return replace(seen, views=views)


def test_region_means_are_those_of_the_published_answers(mitre: build.Scene) -> None:
    """Bar: half a code (median) of the fourteen grey patches, on a scan of a real chart."""
    off = [
        grey_steps.step(mitre.views[f"grey.{name}"].luma).mean - answer
        for name, *_, answer in MITRE
    ]
    assert np.median(np.abs(off)) <= 0.5
    assert np.abs(off).max() < 1.1


def test_a_scanned_grey_scale_of_fourteen_densities(mitre: build.Scene) -> None:
    """Slope as of the published means; its steps are no declared series.

    The chart ends before the scanner.
    """
    items = {item.quantity: item for item in grey_scale.measure(mitre)}
    steps, slope, span = (
        items[f"grey_scale.{name}"] for name in ("steps", "gamma", "dynamic_range")
    )
    assert isinstance(steps, Note)
    assert steps.reason.code == "steps_not_declared"
    assert isinstance(slope, Measurement)
    density, answer = np.array([row[-2:] for row in MITRE], float).T
    inside = np.minimum(answer / 255 - 0.15, 0.85 - answer / 255)
    weight = np.clip(inside / 0.1, 0, 1)  # half at 20 and 80 %
    assert slope.details["used"] == np.count_nonzero(weight)
    found = np.polyfit(-density, np.log10(answer / 255), 1, w=np.sqrt(weight))
    assert slope.value == pytest.approx(found[0], rel=0.01)
    assert isinstance(span, Measurement)
    assert span.lower_bound
    assert span.value == pytest.approx(20 * (1.124 - 0.148))


def test_a_blank_picture_and_a_picture_without_steps_have_reasons(tmp_path: Path) -> None:
    """No number from a clip without the chart, nor from grey regions not declared as steps."""
    encode.write(tmp_path / "blank.mkv", [np.full((128, 128), 90, np.uint8)] * 3, codec="ffv1")
    regions = {"grey1": (10, 10, 40, 40), "grey2": (60, 10, 40, 40)}
    seen = build.look(Shot(id="s", subject="c", clip="blank.mkv", regions=regions), tmp_path)
    assert grey_scale.serves(seen)
    with pytest.raises(GapError) as gap:
        list(grey_scale.measure(seen))
    assert gap.value.code == "no_region"
    views = {
        name: replace(
            view, region=replace(view.region, printed={"step": i, "reflectance": 0.1 * i})
        )
        for i, (name, view) in enumerate(seen.views.items())
    }
    with pytest.raises(GapError) as gap:
        list(grey_scale.measure(replace(seen, views=views)))
    assert gap.value.code == "flat_picture"


def definition(steps: str) -> str:
    """Return the acceptance chart with another declaration of its steps."""
    text = chart_definition.load("acceptance").source.read_text("utf-8")
    before, _, rest = text.partition("[steps]\n")
    return before + steps + rest[rest.index("[regions]") :]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ('series = "lightness"\nnumber = 2\ndensities = [1.523, 1.294]', "other densities"),
        ('series = "lightness"\nnumber = 3\ndensities = [1.523, 1.294]', "3 numbers"),
        ('series = "density"\nnumber = 12\ndensities = {all}', "equal density"),
        ('series = "grey"\nnumber = 12\ndensities = {all}', "one of"),
        ('series = "lightness"\nnumber = 12\ndensities = {all}\nwhy = 1', "unknown field"),
    ],
)
def test_a_declared_series_must_be_what_the_chart_shows(
    tmp_path: Path, steps: str, message: str
) -> None:
    """Number, densities and equal steps are checked when the chart is read."""
    declared = chart_definition.load("acceptance").steps
    assert declared is not None
    path = tmp_path / "one.toml"
    path.write_text(
        definition(f"[steps]\n{steps}\n\n".replace("{all}", str(list(declared.densities)))), "utf-8"
    )
    with pytest.raises(ChartError, match=message):
        chart_definition.load(str(path))


def test_the_trimmed_mean_is_that_of_scipy_stats_to_1e_14() -> None:
    from scipy import stats

    random = np.random.default_rng(8)
    for sides in ((1, 1), (3, 3), (2, 5), (16, 16), (37, 53), (120, 90)):
        for values in (random.normal(100, 3, sides), random.integers(16, 20, sides) / 32):
            plain = float(stats.trim_mean(values, 0.1, axis=None))
            assert grey_steps.trimmed_mean(values) == pytest.approx(plain, rel=1e-14)
