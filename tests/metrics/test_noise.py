"""Noise: the sigmas that were put in come out, within the uncertainty that is claimed; and reasons where none can."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance import charts, encode, scene
from acceptance.camera import Camera
from acceptance.errors import GapError
from acceptance.metrics import noise
from acceptance.model import Measurement, Note, Shot
from acceptance.simulate import Truth, film_chart
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SEEDS = 24
CAMERA = Camera(width=640, height=360, crf=0, noise=0.01, fixed_noise=0.006)


def flat(seed: int, *, temporal: float, fixed: float, frames: int = 8, size: int = 128) -> NDArray[np.uint8]:
    """Frames (n, size, size) of a flat region at code 120 with white noise of these sigmas, rounded to codes."""
    random = np.random.default_rng(seed)
    pattern = 120 + fixed * random.standard_normal((size, size))
    return np.rint(pattern + temporal * random.standard_normal((frames, size, size))).astype(np.uint8)


def look(folder: Path, frames: list[NDArray[np.uint8]], region: str = "flat1") -> scene.Scene:
    """Look at frames written without loss, with one region given by hand."""
    encode.write(folder / "clip.mkv", frames, codec="ffv1")
    return scene.look(Shot(id="s", subject="c", clip="clip.mkv", regions={region: (16, 16, 64, 64)}), folder)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, scene.Scene]:
    """Film the chart without coding loss."""
    folder = tmp_path_factory.mktemp("noise")
    truth = film_chart(CAMERA, charts.load("acceptance"), folder / "chart.mp4", 0.6)
    return truth, scene.look(Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance"), folder)


def test_sigmas_come_back_within_the_bars() -> None:
    """Bars: bias of the temporal sigma 0.1 %, sd 0.3 %; of the fixed one 0.3 %, sd 1 %."""
    results = [noise.analyse(flat(seed, temporal=2.0, fixed=1.5)) for seed in range(SEEDS)]
    for part, true, bias, spread in (("temporal", 2.0, 0.001, 0.003), ("fixed", 1.5, 0.003, 0.01)):
        sigma = np.array([getattr(result, part).sigma for result in results])
        assert abs(sigma.mean() / true - 1) < bias
        assert sigma.std(ddof=1) / true < spread


@pytest.mark.parametrize(
    ("temporal", "fixed", "frames", "size"),
    [(2.0, 1.5, 8, 128), (2.0, 0.0, 16, 96), (1.0, 3.0, 32, 64), (8.0, 3.0, 32, 96), (3.0, 1.0, 2, 96)],
)
def test_the_claimed_uncertainty_is_neither_too_small_nor_too_large(
    temporal: float, fixed: float, frames: int, size: int
) -> None:
    """Error over u for many seeds: most within U, all within 4 u (360 draws of Student's t), of the order of 1."""
    parts = {"temporal": temporal, "fixed": fixed, "total": math.hypot(temporal, fixed)}
    errors: dict[str, list[float]] = {part: [] for part in parts}
    for seed in range(SEEDS):
        result = noise.analyse(flat(seed + 100, temporal=temporal, fixed=fixed, frames=frames, size=size))
        for part, true in parts.items():
            variance = getattr(result, part)
            errors[part].append((variance.sigma - true) / combine(variance.budget()).uncertainty)
    for part, values in errors.items():
        assert sum(abs(value) < 2 for value in values) >= 0.8 * SEEDS, part
        assert max(map(abs, values)) < 4, part
        assert 0.5 < math.sqrt(np.mean(np.square(values))) < 1.6, part


@pytest.mark.parametrize("level", [120.0, 120.25, 120.5])
@pytest.mark.parametrize("sigma", [0.35, 0.45, 0.6])
def test_noise_near_quantisation_is_right_within_its_larger_uncertainty(sigma: float, level: float) -> None:
    """Below half a code the result depends on where the level lies between two codes; the budget says so."""
    random = np.random.default_rng(5)
    codes = np.rint(level + sigma * random.standard_normal((16, 96, 96))).astype(np.uint8)
    total = noise.analyse(codes).total
    assert abs(total.sigma - sigma) < 3 * combine(total.budget()).uncertainty


def test_lighting_that_falls_off_is_no_noise() -> None:
    """A paraboloid of 12 codes over the region leaves the sigmas alone."""
    y, x = np.meshgrid(np.linspace(-1, 1, 128), np.linspace(-1, 1, 128), indexing="ij")
    random = np.random.default_rng(3)
    lit = 120 - 6 * x**2 - 3 * y + 4 * x * y + random.standard_normal((128, 128))
    result = noise.analyse(np.rint(lit + 2 * random.standard_normal((8, 128, 128))))
    assert result.fixed is not None
    assert abs(result.fixed.sigma - 1) < 3 * combine(result.fixed.budget()).uncertainty


def test_flicker_is_told_from_random_noise() -> None:
    """A level that jumps by 1.5 codes from frame to frame leaves the temporal sigma at 2."""
    codes = flat(1, temporal=2.0, fixed=0.0, frames=16).astype(float)
    codes += 1.5 * np.random.default_rng(2).standard_normal(16)[:, None, None]
    result = noise.analyse(codes)
    assert result.temporal is not None
    assert abs(result.temporal.sigma - 2) < 3 * combine(result.temporal.budget()).uncertainty
    assert 0.9 < result.flicker < 2.1


def test_rows_columns_and_pixels_of_the_fixed_pattern_are_told_apart() -> None:
    """Row sigma 1, column sigma 2, pixel sigma 1.5; their own sampling errors are 1 / sqrt(2 x 128)."""
    random = np.random.default_rng(4)
    pattern = random.standard_normal((128, 1)) + 2 * random.standard_normal((1, 128))
    pattern = pattern + 1.5 * random.standard_normal((128, 128))
    result = noise.analyse(120 + pattern + 2 * random.standard_normal((8, 128, 128)))
    assert (result.row, result.column) == pytest.approx((1, 2), rel=3 / math.sqrt(2 * 128))
    assert result.pixel == pytest.approx(1.5, rel=0.03)


def test_a_single_frame_gives_the_total_only() -> None:
    """Temporal and fixed noise of one frame cannot be told apart, their sum can be had."""
    result = noise.analyse(flat(7, temporal=2.0, fixed=1.5, frames=1))
    assert result.temporal is None
    assert result.fixed is None
    assert abs(result.total.sigma - 2.5) < 3 * combine(result.total.budget()).uncertainty


def test_inputs_stay_as_they_were() -> None:
    """The frames may be read-only, and are not written to."""
    codes = flat(1, temporal=2.0, fixed=1.0, size=64)
    before = codes.copy()
    codes.flags.writeable = False
    noise.analyse(codes)
    assert np.array_equal(codes, before)


def test_a_filmed_chart_gives_its_noise_back(filmed: tuple[Truth, scene.Scene]) -> None:
    """Every figure of every flat region within 3 U/k of the truth, and the ratio within 0.2 dB (lossless film)."""
    truth, seen = filmed
    figures = [item for item in noise.measure(seen) if isinstance(item, Measurement)]
    total = math.hypot(truth.noise, truth.fixed_noise)
    assert len(figures) == 4 * len(seen.of_kind("flat"))
    for figure in figures:
        black = figure.details["black"]
        patch = float(truth.camera.luma(float(figure.details["reflectance"]))) - float(black)
        true = {
            "noise.temporal": truth.noise,
            "noise.fixed_pattern": truth.fixed_noise,
            "noise.snr": 20 * math.log10(219 / total),
            "noise.snr_patch": 20 * math.log10(patch / total),
        }[figure.quantity]
        assert figure.unit == noise.QUANTITIES[figure.quantity]
        assert abs(figure.value - true) < 3 * figure.uncertainty, (figure.quantity, figure.region)
        assert figure.unit != "dB" or abs(figure.value - true) < 0.2


def test_a_clip_of_one_frame_notes_what_needs_more(tmp_path: Path) -> None:
    """The ratios stand, temporal and fixed noise are notes."""
    frame = flat(1, temporal=2.0, fixed=1.0, frames=1)[0]
    items = list(noise.measure(look(tmp_path, [frame])))
    assert [item.quantity for item in items if isinstance(item, Measurement)] == ["noise.snr", "noise.snr_patch"]
    assert {item.reason.code for item in items if isinstance(item, Note)} == {"too_few_frames"}


def test_a_chart_that_moves_gives_the_total_only(filmed: tuple[Truth, scene.Scene]) -> None:
    """Movement mixes fixed pattern into temporal noise; their sum stays."""
    truth, seen = filmed
    views = {name: replace(view, stable=False) for name, view in seen.views.items()}
    items = list(noise.measure(replace(seen, views=views)))
    assert {item.reason.code for item in items if isinstance(item, Note)} == {"unstable_picture"}
    ratios = [item for item in items if isinstance(item, Measurement) and item.quantity == "noise.snr"]
    true = 20 * math.log10(219 / math.hypot(truth.noise, truth.fixed_noise))
    assert all(abs(ratio.value - true) < 3 * ratio.uncertainty for ratio in ratios)


@pytest.mark.parametrize(
    ("name", "frame", "code"),
    [
        ("clipped black", np.maximum(flat(1, temporal=2.0, fixed=1.0) - np.uint8(102), 16), "clipped"),
        ("clipped white", np.minimum(flat(1, temporal=2.0, fixed=1.0) + np.uint8(113), 235), "clipped"),
        ("an edge", flat(1, temporal=2.0, fixed=1.0) + np.uint8(60) * (np.arange(128) > 50), "uneven_light"),
        (
            "pumping light",
            flat(1, temporal=2.0, fixed=1.0) + (6 * np.arange(8)).astype(np.uint8)[:, None, None],
            "unstable_light",
        ),
    ],
)
def test_what_cannot_be_measured_gets_its_reason(
    tmp_path: Path, name: str, frame: NDArray[np.uint8], code: str
) -> None:
    """One note for each quantity, and no number."""
    items = list(noise.measure(look(tmp_path, list(frame))))
    assert [item.reason.code for item in items if isinstance(item, Note)] == [code] * 4, name
    assert len(items) == 4


def test_a_blank_picture_gives_a_reason_and_no_number(tmp_path: Path) -> None:
    """One uniform colour."""
    with pytest.raises(GapError) as gap:
        list(noise.measure(look(tmp_path, [np.full((128, 128), 90, np.uint8)] * 3)))
    assert gap.value.code == "flat_picture"


def test_without_a_flat_region_there_is_a_reason(tmp_path: Path) -> None:
    """A scene whose only region is an edge."""
    seen = look(tmp_path, list(flat(1, temporal=2.0, fixed=1.0)), region="edge1")
    assert not noise.serves(seen)
    with pytest.raises(GapError) as gap:
        list(noise.measure(seen))
    assert gap.value.code == "no_region"


def test_noise_that_the_codec_erased_gives_a_bound_and_not_infinity(tmp_path: Path) -> None:
    """A region of one code in a picture that is not blank: the ratio at the quantisation floor, marked as a bound."""
    frame = np.full((128, 128), 90, np.uint8)
    frame[:8] = 200
    items = list(noise.measure(look(tmp_path, [frame] * 3)))
    ratio = next(item for item in items if isinstance(item, Measurement) and item.quantity == "noise.snr")
    assert ratio.value == pytest.approx(20 * math.log10(219 * math.sqrt(12)))
    assert ratio.details["at_least"] is True
    assert ratio.lower_bound is True
    assert ratio.uncertainty > 3
    assert {item.reason.code for item in items if isinstance(item, Note)} == {"noise_below_quantisation"}
