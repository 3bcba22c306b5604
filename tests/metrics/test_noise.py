"""Noise: the sigmas that were put in come out, within the uncertainty that is claimed.

And reasons where none can.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from intervals import fewest

from acceptance import wording
from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.footage import encode
from acceptance.metrics import grey_scale, noise
from acceptance.metrics.noise import analysis
from acceptance.metrics.noise.field import COLOURS, RATIOS
from acceptance.metrics.noise.weighting import unified_weighting
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import Truth, film_chart
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SEEDS = 24
CAMERA = Camera(width=640, height=360, crf=0, noise=0.01, fixed_noise=0.006)


def flat(
    seed: int, *, temporal: float, fixed: float, frames: int = 8, size: int = 128
) -> NDArray[np.uint8]:
    """Frames (n, size, size) of a flat region at code 120 with white noise, rounded to codes."""
    random = np.random.default_rng(seed)
    pattern = 120 + fixed * random.standard_normal((size, size))
    return np.rint(pattern + temporal * random.standard_normal((frames, size, size))).astype(
        np.uint8
    )


def look(folder: Path, frames: list[NDArray[np.uint8]], region: str = "flat1") -> build.Scene:
    """Look at frames written without loss, with one region given by hand."""
    encode.write(folder / "clip.mkv", frames, codec="ffv1")
    return build.look(
        Shot(id="s", subject="c", clip="clip.mkv", regions={region: (16, 16, 64, 64)}), folder
    )


def reasons(items: list[Measurement | Note]) -> set[str]:
    """Return why figures are missing, but those of colours, which these pictures lack."""
    notes = [item for item in items if isinstance(item, Note) and item.quantity not in COLOURS]
    return {note.reason.code for note in notes}


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, build.Scene]:
    """Film the chart without coding loss."""
    folder = tmp_path_factory.mktemp("noise")
    truth = film_chart(CAMERA, definition.load("acceptance"), folder / "chart.mp4", 0.6)
    return truth, build.look(
        Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance"), folder
    )


def test_ratios_and_gamma_of_a_stream_that_states_no_range_hold_those_of_the_other(
    filmed: tuple[Truth, build.Scene],
) -> None:
    """20 lg(255 / 219) = 1.3 dB lie between them; what is read off grey steps stays."""
    _, seen = filmed
    full = replace(seen.video, full_range=True)
    others, guessed = (
        {
            (item.quantity, item.region): item
            for metric in (noise, grey_scale)
            for item in metric.measure(replace(seen, video=video))
            if isinstance(item, Measurement)
        }
        for video in (full, replace(seen.video, assumed=("full_range",)))
    )
    ranged = ("noise.snr", "noise.snr_weighted", "noise.snr_patch", "grey_scale.gamma")
    for (quantity, region), item in guessed.items():
        lines = [line for line in item.budget if line.source == "range"]
        if quantity in ranged:
            assert abs(item.value - others[quantity, region].value) < item.expanded
            assert lines
        elif quantity != "noise.snr_before_coding":
            assert not lines


def test_frames_that_stand_there_twice_count_once(tmp_path: Path) -> None:
    """A recorder of more frames than its camera has repeats them: no figure knows more by that."""
    frames = list(flat(3, temporal=2.0, fixed=1.0))
    once, twice = (
        {item.quantity: item for item in noise.measure(look(tmp_path, shown)) if _seen(item)}
        for shown in (frames[:4], [frame for frame in frames[:4] for _ in range(2)])
    )
    assert "noise.fixed_pattern" in once
    assert once.keys() == twice.keys()
    for quantity, item in twice.items():
        assert item.value == pytest.approx(once[quantity].value)
        assert item.expanded == pytest.approx(once[quantity].expanded)


def test_a_film_of_one_picture_is_said_to_be_that_and_not_to_be_short(tmp_path: Path) -> None:
    found = noise.measure(look(tmp_path, [flat(3, temporal=2.0, fixed=1.0)[0]] * 6))
    reasons = [item.reason for item in found if isinstance(item, Note)]
    repeated = [reason for reason in reasons if reason.code == "frames_repeated"]
    assert repeated
    assert {reason.parameters["frames"] for reason in repeated} == {6}
    assert "too_few_frames" not in {reason.code for reason in reasons}


def _seen(item: Measurement | Note) -> bool:
    return isinstance(item, Measurement) and not item.quantity.startswith("noise.c")


def test_sigmas_come_back_within_the_bars() -> None:
    """Bars: bias of the temporal sigma 0.1 %, sd 0.3 %; of the fixed one 0.3 %, sd 1 %."""
    results = [analysis.analyse(flat(seed, temporal=2.0, fixed=1.5)) for seed in range(SEEDS)]
    for part, true, bias, spread in (("temporal", 2.0, 0.001, 0.003), ("fixed", 1.5, 0.003, 0.01)):
        sigma = np.array([getattr(result, part).sigma for result in results])
        assert abs(sigma.mean() / true - 1) < bias
        assert sigma.std(ddof=1) / true < spread


@pytest.mark.parametrize(
    ("temporal", "fixed", "frames", "size"),
    [
        (2.0, 1.5, 8, 128),
        (2.0, 0.0, 16, 96),
        (1.0, 3.0, 32, 64),
        (8.0, 3.0, 32, 96),
        (3.0, 1.0, 2, 96),
    ],
)
def test_the_claimed_uncertainty_is_neither_too_small_nor_too_large(
    temporal: float, fixed: float, frames: int, size: int
) -> None:
    """Error over u for many seeds.

    Most within U, all within 4 u (360 draws of Student's t), of the order of 1.
    """
    parts = {"temporal": temporal, "fixed": fixed, "total": math.hypot(temporal, fixed)}
    errors: dict[str, list[float]] = {part: [] for part in parts}
    for seed in range(SEEDS):
        result = analysis.analyse(
            flat(seed + 100, temporal=temporal, fixed=fixed, frames=frames, size=size)
        )
        for part, true in parts.items():
            variance = getattr(result, part)
            errors[part].append((variance.sigma - true) / combine(variance.budget()).uncertainty)
    for part, values in errors.items():
        assert sum(abs(value) < 2 for value in values) >= fewest(SEEDS), part
        assert max(map(abs, values)) < 4, part
        assert 0.5 < math.sqrt(np.mean(np.square(values))) < 1.6, part


@pytest.mark.parametrize("level", [120.0, 120.25, 120.5])
@pytest.mark.parametrize("sigma", [0.35, 0.45, 0.6])
def test_noise_near_quantisation_is_right_within_its_larger_uncertainty(
    sigma: float, level: float
) -> None:
    """Below half a code the result depends on where the level lies between two codes.

    The budget says so.
    """
    random = np.random.default_rng(5)
    codes = np.rint(level + sigma * random.standard_normal((16, 96, 96))).astype(np.uint8)
    total = analysis.analyse(codes).total
    assert abs(total.sigma - sigma) < 3 * combine(total.budget()).uncertainty


def test_lighting_that_falls_off_is_no_noise() -> None:
    """A paraboloid of 12 codes over the region leaves the sigmas alone."""
    y, x = np.meshgrid(np.linspace(-1, 1, 128), np.linspace(-1, 1, 128), indexing="ij")
    random = np.random.default_rng(3)
    lit = 120 - 6 * x**2 - 3 * y + 4 * x * y + random.standard_normal((128, 128))
    result = analysis.analyse(np.rint(lit + 2 * random.standard_normal((8, 128, 128))))
    assert result.fixed is not None
    assert abs(result.fixed.sigma - 1) < 3 * combine(result.fixed.budget()).uncertainty


def test_flicker_is_separated_from_random_noise() -> None:
    """A level that jumps by 1.5 codes from frame to frame leaves the temporal sigma at 2."""
    codes = flat(1, temporal=2.0, fixed=0.0, frames=16).astype(float)
    codes += 1.5 * np.random.default_rng(2).standard_normal(16)[:, None, None]
    result = analysis.analyse(codes)
    assert result.temporal is not None
    assert abs(result.temporal.sigma - 2) < 3 * combine(result.temporal.budget()).uncertainty
    assert 0.9 < result.flicker < 2.1


def test_rows_columns_and_pixels_of_the_fixed_pattern_are_separated() -> None:
    """Row sigma 1, column sigma 2, pixel sigma 1.5.

    Their own sampling errors are 1 / sqrt(2 x 128).
    """
    random = np.random.default_rng(4)
    pattern = random.standard_normal((128, 1)) + 2 * random.standard_normal((1, 128))
    pattern = pattern + 1.5 * random.standard_normal((128, 128))
    result = analysis.analyse(120 + pattern + 2 * random.standard_normal((8, 128, 128)))
    for part, true in ((result.row, 1), (result.column, 2), (result.pixel, 1.5)):
        assert part is not None
        assert abs(part.sigma - true) < 3 * combine(part.budget()).uncertainty
        assert combine(part.budget()).uncertainty < 0.1 * true


def test_a_single_frame_gives_the_total_only() -> None:
    """Temporal and fixed noise of one frame cannot be separated; their sum is measured."""
    result = analysis.analyse(flat(7, temporal=2.0, fixed=1.5, frames=1))
    assert result.temporal is None
    assert result.fixed is None
    assert abs(result.total.sigma - 2.5) < 3 * combine(result.total.budget()).uncertainty


def test_inputs_stay_as_they_were() -> None:
    """The frames may be read-only, and are not written to."""
    codes = flat(1, temporal=2.0, fixed=1.0, size=64)
    before = codes.copy()
    codes.flags.writeable = False
    analysis.analyse(codes)
    assert np.array_equal(codes, before)


def light_ratio(truth: Truth, reflectance: float, sigma: float) -> float:
    """S/N ratio, in dB, of the light that the chart sends, by the camera's own curve."""
    low, high = truth.camera.luma(np.array([reflectance - 1e-4, reflectance + 1e-4]))
    return 20 * math.log10(reflectance * (high - low) / 2e-4 / sigma)


def test_a_filmed_chart_gives_its_noise_back(filmed: tuple[Truth, build.Scene]) -> None:
    """All results of flat regions and grey steps within 3 u, S/N within 0.2 dB (lossless)."""
    truth, seen = filmed
    figures = [
        item
        for item in noise.measure(seen)
        if isinstance(item, Measurement) and item.quantity not in COLOURS
    ]
    total = math.hypot(truth.noise, truth.fixed_noise)
    of_flats = len(noise.QUANTITIES) - len(COLOURS)
    assert len(figures) == of_flats * len(seen.of_kind("flat")) + 4 * len(seen.of_kind("grey"))
    for figure in figures:
        reflectance = float(figure.details["reflectance"])
        patch = float(truth.camera.luma(reflectance)) - float(figure.details["black"])
        weighting = unified_weighting(int(figure.details["width"]), 1 / 360)
        true = {
            "noise.total": total,
            "noise.temporal": truth.noise,
            "noise.fixed_pattern": truth.fixed_noise,
            "noise.row": 0.0,
            "noise.column": 0.0,
            "noise.pixel": truth.fixed_noise,
            "noise.snr": 20 * math.log10(219 / total),
            "noise.snr_before_coding": 20 * math.log10(219 / total),
            "noise.snr_weighted": 20 * math.log10(219 / total) - 10 * math.log10(weighting.power),
            "noise.snr_patch": 20 * math.log10(patch / total),
            "noise.snr_linear": light_ratio(truth, reflectance, total),
        }[figure.quantity]
        assert figure.unit == noise.QUANTITIES[figure.quantity]
        assert abs(figure.value - true) < 3.5 * figure.uncertainty, (figure.quantity, figure.region)
        assert figure.quantity != "noise.snr" or abs(figure.value - true) < 0.2


def test_noise_against_level_is_one_curve_a_shot(filmed: tuple[Truth, build.Scene]) -> None:
    """All flat regions and grey steps, from dark to light."""
    _, seen = filmed
    (curve,) = [
        item.curve for item in noise.measure(seen) if isinstance(item, Measurement) and item.curve
    ]
    assert len(curve.x) == len(seen.of_kind("flat") + seen.of_kind("grey"))
    assert list(curve.x) == sorted(curve.x)


def test_the_weighting_has_its_published_weights() -> None:
    """625 lines, 4:3: white noise to 5 MHz 7.4 dB, triangular 12.2 dB, high frequencies 14.8 dB."""
    # 10 million samples a second: 5 MHz is half a cycle a sample
    pitch = 0.1e-6 / 39e-6  # a height lasts three quarters of a line of 52 us
    weighting = unified_weighting(4000, pitch)
    assert 10 * math.log10(weighting.power) == pytest.approx(-7.4, abs=0.05)
    frequency = np.fft.rfftfreq(4000)
    triangular = np.sum((weighting.gain * frequency) ** 2) / np.sum(frequency**2)
    assert 10 * math.log10(triangular) == pytest.approx(-12.2, abs=0.05)
    assert unified_weighting(64, 1e-6).gain[-1] == pytest.approx(1 / 5.5, rel=1e-3)


def test_weighted_noise_is_the_variance_that_passes_the_network() -> None:
    """White noise by its closed form; noise of whole rows passes whole.

    Error over u of the order of 1.
    """
    weighting = unified_weighting(96, 1 / 720)
    true, errors = 2.5 * math.sqrt(weighting.power), []
    for seed in range(SEEDS):
        codes = flat(seed + 50, temporal=2.0, fixed=1.5, size=96)
        for stable in (True, False):
            weighted = analysis.analyse(codes, stable=stable, weighting=weighting).weighted
            assert weighted is not None
            errors.append((weighted.sigma - true) / combine(weighted.budget()).uncertainty)
    assert sum(abs(error) < 2 for error in errors) >= fewest(len(errors))
    assert 0.5 < math.sqrt(np.mean(np.square(errors))) < 1.5


def test_noise_of_whole_rows_passes_the_network_whole() -> None:
    """A level that differs from row to row does not vary along the line."""
    weighting, random = unified_weighting(96, 1 / 720), np.random.default_rng(1)
    codes = 120 + 3 * random.standard_normal((96, 1)) + 0.6 * random.standard_normal((8, 96, 96))
    weighted = analysis.analyse(np.rint(codes), weighting=weighting).weighted
    assert weighted is not None
    assert weighted.sigma == pytest.approx(
        math.hypot(3, 0.6 * math.sqrt(weighting.power)), rel=3 / math.sqrt(2 * 96)
    )


@pytest.mark.parametrize("preset", ["ultrafast", "medium"])
def test_the_quantiser_shows_what_the_coder_takes(tmp_path: Path, preset: str) -> None:
    """S/N before coding within U; bit rate and QP beside each figure.

    Too coarse a coder leaves a reason.
    """
    true = 20 * math.log10(219 / 4)
    for quality in (12, 18, 34):
        codes = flat(quality, temporal=4.0, fixed=0.0)
        encode.write(
            tmp_path / "c.mp4", list(codes), options={"qp": str(quality), "preset": preset}
        )
        seen = build.look(
            Shot(id="s", subject="c", clip="c.mp4", regions={"flat1": (16, 16, 96, 96)}), tmp_path
        )
        items = list(noise.measure(seen))
        recorded, before = (
            next(item for item in items if item.quantity == name)
            for name in ("noise.snr", "noise.snr_before_coding")
        )
        assert isinstance(recorded, Measurement)
        assert recorded.details["bit_rate"] == seen.shot.stream["bit_rate"]
        assert abs(float(recorded.details["qp"]) - quality) <= 3
        if quality < 34:
            assert isinstance(before, Measurement)
            assert abs(before.value - true) < before.expanded
        else:
            assert isinstance(before, Note)
            assert before.reason.code == "noise_coded_away"


def test_a_decoder_that_tells_no_quantiser_is_said_so(tmp_path: Path) -> None:
    """Motion JPEG: no QP beside the figure, and no estimate of what was there before coding."""
    codes = [np.ascontiguousarray(frame) for frame in flat(1, temporal=4.0, fixed=0.0)]
    encode.write(tmp_path / "c.avi", codes, codec="mjpeg", pixel_format="yuvj420p", full_range=True)
    seen = build.look(
        Shot(id="s", subject="c", clip="c.avi", regions={"flat1": (16, 16, 96, 96)}), tmp_path
    )
    items = list(noise.measure(seen))
    (note,) = [item for item in items if isinstance(item, Note) and item.quantity not in COLOURS]
    assert (note.quantity, note.reason.code) == ("noise.snr_before_coding", "quantiser_not_told")
    assert not any("qp" in item.details for item in items if isinstance(item, Measurement))


def test_a_clip_of_one_frame_notes_what_needs_more(tmp_path: Path) -> None:
    """The ratios stand, temporal and fixed noise are notes."""
    frame = flat(1, temporal=2.0, fixed=1.0, frames=1)[0]
    items = list(noise.measure(look(tmp_path, [frame])))
    assert {item.quantity for item in items if isinstance(item, Measurement)} == {
        *RATIOS,
        "noise.total",
    }
    assert reasons(items) == {"too_few_frames"}


def test_a_chart_that_moves_gives_the_total_only(filmed: tuple[Truth, build.Scene]) -> None:
    """Movement mixes fixed pattern into temporal noise; their sum stays."""
    truth, seen = filmed
    views = {name: replace(view, stable=False) for name, view in seen.views.items()}
    items = list(noise.measure(replace(seen, views=views)))
    assert {item.reason.code for item in items if isinstance(item, Note)} == {"unstable_picture"}
    ratios = [
        item for item in items if isinstance(item, Measurement) and item.quantity == "noise.snr"
    ]
    true = 20 * math.log10(219 / math.hypot(truth.noise, truth.fixed_noise))
    assert all(abs(ratio.value - true) < 3 * ratio.uncertainty for ratio in ratios)


@pytest.mark.parametrize(
    ("name", "frame", "code"),
    [
        (
            "clipped black",
            np.maximum(flat(1, temporal=2.0, fixed=1.0) - np.uint8(102), 16),
            "clipped",
        ),
        (
            "clipped white",
            np.minimum(flat(1, temporal=2.0, fixed=1.0) + np.uint8(113), 235),
            "clipped",
        ),
        (
            "an edge",
            flat(1, temporal=2.0, fixed=1.0) + np.uint8(60) * (np.arange(128) > 50),
            "uneven_light",
        ),
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
    assert [item.reason.code for item in items if isinstance(item, Note)] == [code] * len(items), (
        name
    )
    assert [item.quantity for item in items] == list(noise.QUANTITIES)


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
    """A region of one code in a picture that is not blank.

    The ratio at the quantisation floor, marked as a bound.
    """
    frame = np.full((128, 128), 90, np.uint8)
    frame[:8] = 200
    items = list(noise.measure(look(tmp_path, [frame] * 3)))
    ratio = next(
        item for item in items if isinstance(item, Measurement) and item.quantity == "noise.snr"
    )
    assert ratio.value == pytest.approx(20 * math.log10(219 * math.sqrt(12)))
    assert ratio.details["at_least"] is True
    assert ratio.lower_bound is True
    assert ratio.uncertainty > 3
    assert reasons(items) == {"noise_below_quantisation"}


def test_every_method_has_chinese_words() -> None:
    """The report translates a method by its exact text."""
    known = wording.phrases("zh")["method"]
    methods = {
        noise.UNWEIGHTED_METHOD,
        noise.SPATIAL_METHOD,
        noise.WEIGHTED_METHOD,
        noise.LINEAR_METHOD,
        noise.BEFORE_CODING_METHOD,
    }
    assert methods | set(grey_scale.METHODS.values()) <= set(known)
