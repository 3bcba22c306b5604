"""Ratios and their budgets by closed forms, on a region whose noise and tone curve are given."""

from __future__ import annotations

import math
from collections import defaultdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import outcomes
import pytest

from acceptance.errors import GapError
from acceptance.footage.planes import h264_step
from acceptance.metrics import noise
from acceptance.metrics._shared.sources import PRINT_SOURCE, TONE_SOURCE
from acceptance.metrics.noise import chroma
from acceptance.metrics.noise import field as fields
from acceptance.metrics.noise.analysis import QUANTISATION, Noise, Variance, analyse
from acceptance.metrics.noise.field import Field
from acceptance.metrics.noise.weighting import unified_weighting
from acceptance.model import BudgetLine, Measurement, Note, Shot
from acceptance.scene.code_range import NONE
from acceptance.scene.hidden import Hidden
from acceptance.scene.views import core
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SHOT = Shot(id="s", subject="c", clip="s.mp4")
MEAN = BudgetLine(source="mean", contribution=0.01)
PER_NEPER = 8.685890  # dB: 20 / ln 10


def squared(codes: Array) -> Array:
    """Light that goes with the square of the level above black: its exponent is 2."""
    return ((np.asarray(codes, float) - 16) / 219) ** 2


def straight(codes: Array) -> Array:
    """Light that goes with the level above black."""
    return (np.asarray(codes, float) - 16) / 219


def scene(linear: Callable[[Array], Array] = squared, **changed: Any) -> Any:
    """Make what a region is seen in: 8 bits, H.264, tone curve in doubt by 0.1."""
    given = {
        "code_black": 16,
        "code_white": 235,
        "shot": SimpleNamespace(id="s", subject="c", stream={"codec": "h264", "bit_rate": 1e6}),
        "video": SimpleNamespace(
            codec="h264",
            depth=8,
            sample_aspect=1,
            steps=None,
            coded_before=None,
            scaling=None,
            colour_offsets=None,
        ),
        "shown": (0, 0, 720, 576),
        "linear": linear,
        "tone_doubt": 0.1,
        "copy_curves": lambda _: [],
        "lit": lambda _: (1.0, 0.0),
        "light_field": None,
        "hidden": defaultdict(Hidden),
        "steps_unusable": False,
        "other_range": None,
        "spacings": (1.0, 1.0, 1.0),
        "used": (NONE, NONE, NONE),
        "tone": "grey_steps",
        "figure": lambda *words, **more: measurement(SHOT, *words, **more),
    }
    return SimpleNamespace(**given | changed)


def view(kind: str = "flat", **changed: Any) -> Any:
    """Make a region at rest, of 4 frames coded with QP 28."""
    region = SimpleNamespace(name=f"{kind}1", kind=kind, printed={"reflectance": 0.5})
    given = {"region": region, "stable": True, "quantiser": 28.0, "cb": None, "cr": None}
    return SimpleNamespace(**given | {"luma": np.zeros((4, 25, 38), np.uint8)} | changed)


def region(variance: float, *, mean: float = 116, kind: str = "flat", **changed: Any) -> Field:
    """Make a region of 4 frames of 20 x 30 px whose total variance is given with u = 1."""
    total = Variance(value=variance, sampling=1.0, degrees_of_freedom=20)
    parts = dict.fromkeys(("temporal", "fixed", "row", "column", "pixel"), total)
    known = Noise(mean=mean, mean_uncertainty=0.5, total=total, weighted=total, **parts)
    given = {"scene": scene(), "view": view(kind), "noise": known}
    given |= {"codes": np.zeros((4, 20, 30), np.uint8), "weighting": unified_weighting(30, 0.01)}
    return Field(**given | changed)


def lines(figure: Measurement | Note) -> dict[str, float]:
    """Contributions in dB by source."""
    assert isinstance(figure, Measurement)
    return outcomes.contributions(figure.budget)


def test_a_ratio_has_the_relative_uncertainty_of_sigma_in_decibels() -> None:
    """Signal 100 over sigma 10 is 20 dB."""
    seen = region(100)
    found = noise._ratio(seen, "noise.snr", 100, seen.noise.total, "m", (MEAN,))
    of_sigma = seen.noise.total.budget()[0].contribution
    assert found.value == pytest.approx(20)
    assert lines(found)["sampling"] == pytest.approx(PER_NEPER * of_sigma / 10, rel=1e-6)
    assert lines(found)["mean"] == 0.01
    assert (found.lower_bound, found.details["at_least"]) == (False, False)


@pytest.mark.parametrize(
    ("variance", "power", "bound"),
    [(QUANTISATION, 1.0, True), (0.09, 1.0, False), (0.04, 0.25, False), (0.02, 0.25, True)],
)
def test_noise_as_small_as_quantisation_is_a_bound_that_may_be_off_by_a_factor_of_two(
    variance: float, power: float, *, bound: bool
) -> None:
    """The floor of weighted noise is what passes of that of quantisation; uniform in dB."""
    seen = region(variance)
    found = noise._ratio(seen, "noise.snr", 219, seen.noise.total, "m", power=power)
    assert found.lower_bound is bound
    sigma = math.sqrt(QUANTISATION * power) if bound else math.sqrt(variance)
    assert found.value == pytest.approx(20 * math.log10(219 / sigma))
    expected = {"below_quantisation": 6.0206 / math.sqrt(3)} if bound else lines(found)
    assert lines(found) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(("at_end", "times"), [(False, 1), (True, 3)])
def test_light_over_its_noise_is_the_level_over_its_noise_by_the_exponent(
    *, at_end: bool, times: int
) -> None:
    """100 codes above black, sigma 5, exponent 2: 100 / 2 / 5 is 20 dB."""
    found = noise._linear(region(25), MEAN, at_end=at_end)
    assert isinstance(found, Measurement)
    assert found.value == pytest.approx(20)
    tone = times * PER_NEPER * 0.1 / 2 / math.sqrt(3)
    assert lines(found)[TONE_SOURCE] == pytest.approx(tone, rel=1e-6)
    assert lines(found)["mean"] == 0.01
    assert set(lines(found)) == {
        "mean",
        TONE_SOURCE,
        "sampling",
        "lighting_surface",
        "quantisation",
    }


def test_the_slope_of_the_tone_curve_is_taken_over_a_sigma_or_at_least_a_code() -> None:
    """Light that doubles in 35 codes, exp(c / 50): over a step s the slope is sinh(s / 50) / s."""
    seen = scene(lambda codes: np.exp(codes / 50))
    for variance, step in ((0.25, 1), (9, 3)):
        found = noise._linear(region(variance, scene=seen), MEAN, at_end=False)
        assert isinstance(found, Measurement)
        signal = step / math.sinh(step / 50)
        assert found.value == pytest.approx(20 * math.log10(signal / math.sqrt(variance)), abs=1e-7)


def test_what_a_print_may_be_off_changes_the_ratio_by_its_own_slope() -> None:
    """Two curves of exponent 1 instead of 2: twice the signal each, so hypot(6.02, 6.02) dB."""
    seen = scene(copy_curves=lambda codes: [straight(codes), 3 * straight(codes)])
    found = noise._linear(region(25, scene=seen), MEAN, at_end=False)
    assert lines(found)[PRINT_SOURCE] == pytest.approx(math.hypot(6.0206, 6.0206), rel=1e-5)


@pytest.mark.parametrize(
    ("mean", "curve"),
    [
        (16, straight),
        (15.5, straight),
        (116, lambda c: 0 * c + 1),
        (16, lambda c: 0 * c),
        (116, lambda c: c - 116),
    ],
    ids=["no light", "below black", "no slope", "neither", "no light above black"],
)
def test_without_light_slope_or_level_there_is_no_ratio_of_light(
    mean: float, curve: Callable[[Array], Array]
) -> None:
    found = noise._linear(region(25, mean=mean, scene=scene(curve)), MEAN, at_end=False)
    assert isinstance(found, Note)
    assert found.reason.code == "level_at_black"


def test_half_a_code_above_black_is_a_level_and_black_itself_is_none() -> None:
    """With light at black, as of a curve that starts above nothing."""
    seen = scene(lambda codes: np.asarray(codes, float))
    half, black = (
        noise._linear(region(25, mean=mean, scene=seen), MEAN, at_end=False) for mean in (16.5, 16)
    )
    assert isinstance(half, Measurement)
    assert isinstance(black, Note)


@pytest.mark.parametrize(
    ("known", "times"),
    [((100, 130), 1), ((116, 130), 3), ((100, 116), 3), ((120, 130), 3), ((90, 100), 3)],
)
def test_a_level_at_the_end_of_the_grey_steps_has_three_times_the_doubt(
    known: tuple[float, float], times: int
) -> None:
    """The region's mean is 116; and the ratio above black has that of the mean itself."""
    found = {one.quantity: one for one in noise._figures(region(25, kind="grey"), known)}
    tone = times * PER_NEPER * 0.1 / 2 / math.sqrt(3)
    assert lines(found["noise.snr_linear"])[TONE_SOURCE] == pytest.approx(tone, rel=1e-6)
    mean = lines(found["noise.snr_patch"])["mean"]
    assert mean == pytest.approx(PER_NEPER * 0.5 / 100, rel=1e-6)


def test_the_ends_are_those_of_the_grey_steps_and_without_steps_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Flat regions, darker and lighter than the steps, lie beyond both ends."""
    means = {"flat1": 50.0, "grey1": 60.0, "grey2": 90.0, "grey3": 120.0, "flat2": 150.0}
    views = {name: view(name[:-1]) for name in means}
    for name, seen in views.items():
        seen.region.name = name

    def read(_scene: object, seen: Any, _light: object) -> Field:
        return region(25, mean=means[seen.region.name], view=seen)

    monkeypatch.setattr(noise, "read_field", read)
    for kinds, doubtful in (
        (("flat", "grey"), {"flat1", "grey1", "grey3", "flat2"}),
        (("flat",), set()),
    ):

        def of_kind(kind: str, kinds: tuple[str, ...] = kinds) -> list[Any]:
            return [one for one in views.values() if one.region.kind == kind and kind in kinds]

        whole = scene(of_kind=of_kind, reference=SimpleNamespace(luma=np.arange(4)))
        tones = {
            one.region: lines(one)[TONE_SOURCE] / (PER_NEPER * 0.1 / 2 / math.sqrt(3))
            for one in noise.measure(whole)
            if one.quantity == "noise.snr_linear" and isinstance(one, Measurement)
        }
        assert tones == pytest.approx({name: 3 if name in doubtful else 1 for name in tones})
        assert set(tones) == {name for name in means if name[:-1] in kinds}


@pytest.mark.parametrize("ratio", [0.0, 1.0, 3.0])
def test_what_a_coder_takes_lies_between_the_published_bounds(ratio: float) -> None:
    """From -0.2 r to 0.3 + 0.6 r (docs/metrics/noise.md, 288 simulated fields)."""
    middle, half = noise.coding_shift(ratio)
    assert (middle - half, middle + half) == pytest.approx((-0.2 * ratio, 0.3 + 0.6 * ratio))


def test_the_ratio_before_coding_is_less_the_coders_share_with_its_uncertainty() -> None:
    """Quantiser step twice sigma: 0.55 dB, uniform within 0.95 dB."""
    sigma = h264_step(28.0) / 2
    seen = region(sigma**2)
    plain = noise._ratio(seen, "noise.snr", 219, seen.noise.total, "m")
    found = noise._before_coding(seen, plain)
    assert isinstance(found, Measurement)
    assert found.value == pytest.approx(plain.value - 0.55)
    assert lines(found) == pytest.approx(lines(plain) | {"coding": 0.95 / math.sqrt(3)})
    assert (found.details["step"], found.lower_bound) == (h264_step(28.0), False)


@pytest.mark.parametrize(
    ("ratio", "depth", "code"),
    [(2.99, 8, ""), (3.01, 8, "noise_coded_away"), (2, 9, "quantiser_not_told")],
)
def test_three_sigma_is_the_coarsest_step_and_eight_bits_the_deepest(
    ratio: float, depth: int, code: str
) -> None:
    video = SimpleNamespace(codec="h264", depth=depth, coded_before=None, scaling=None)
    seen = region((h264_step(28.0) / ratio) ** 2, scene=scene(video=video))
    plain = noise._ratio(seen, "noise.snr", 219, seen.noise.total, "m")
    found = noise._before_coding(seen, plain)
    assert (found.reason.code if isinstance(found, Note) else "") == code


def test_what_scaling_lists_take_of_noise_nobody_knows() -> None:
    video = SimpleNamespace(codec="h264", depth=8, coded_before=None, scaling=1.375)
    seen = region(h264_step(28.0) ** 2, scene=scene(video=video))
    plain = noise._ratio(seen, "noise.snr", 219, seen.noise.total, "m")
    found = noise._before_coding(seen, plain)
    assert isinstance(found, Note)
    assert found.reason.code == "quantised_by_lists"


def test_a_part_that_is_missing_says_what_it_would_take() -> None:
    """Two frames, or a picture that moves by less than 0.1 px."""
    few = noise._part(region(25), "noise.row", None)
    moved = noise._part(region(25, view=view(stable=False)), "noise.row", None)
    assert isinstance(few, Note)
    assert (few.reason.code, few.reason.parameters) == (
        "too_few_frames",
        {"frames": 4, "needed": 2},
    )
    assert isinstance(moved, Note)
    assert (moved.reason.code, moved.reason.parameters) == ("unstable_picture", {"shift": 0.1})


def test_parts_of_noise_as_small_as_quantisation_are_not_told() -> None:
    for variance, measured in ((QUANTISATION, False), (0.1, True)):
        seen = region(variance)
        assert isinstance(noise._part(seen, "noise.row", seen.noise.row), Measurement) is measured


def test_the_method_says_whether_time_or_space_told_the_noise() -> None:
    seen = region(25)
    alone = Noise(mean=116, mean_uncertainty=0.5, total=seen.noise.total)
    assert noise._plain_method(seen) == noise.UNWEIGHTED_METHOD
    assert noise._plain_method(region(25, noise=alone)) == noise.SPATIAL_METHOD


@pytest.mark.parametrize(
    ("kinds", "chart", "served"),
    [
        (("flat",), None, True),
        (("grey",), None, True),
        ((), None, False),
        ((), "print", True),
        ((), "screen", False),
    ],
)
def test_flat_regions_grey_steps_or_a_printed_chart_are_served(
    kinds: tuple[str, ...], chart: str | None, *, served: bool
) -> None:
    seen = scene(
        of_kind=lambda kind: [1] * (kind in kinds), chart=chart and SimpleNamespace(kind=chart)
    )
    assert noise.serves(seen) is served


def test_details_give_width_and_height_of_what_was_analysed() -> None:
    """Of noise of which no flicker is known there is none."""
    details = region(25).details()
    assert details["flicker"] == 0
    assert (details["frames"], details["height"], details["width"]) == (4, 20, 30)


@pytest.mark.parametrize(("kind", "shape"), [("flat", (32, 40)), ("grey", (24, 30))])
def test_the_middle_of_a_region_is_analysed_four_fifths_of_a_flat_one_three_of_a_step(
    kind: str, shape: tuple[int, int]
) -> None:
    """Of 40 x 50 px; only a flat region is weighted."""
    random = np.random.default_rng(1)
    luma = np.rint(120 + 2 * random.standard_normal((4, 40, 50))).astype(np.uint8)
    found = fields.read_field(scene(), view(kind, luma=luma), straight(np.arange(256)))
    assert found.codes.shape == (4, *shape)
    assert (found.noise.weighted is not None) is (kind == "flat")


@pytest.mark.parametrize(
    ("shape", "jump", "code"),
    [
        ((4, 12, 12), 0, ""),
        ((4, 11, 40), 0, "region_too_small"),
        ((4, 40, 11), 0, "region_too_small"),
        ((4, 12, 12), 10, ""),
        ((4, 12, 12), 12, "unstable_light"),
    ],
)
def test_a_region_is_of_twelve_pixels_and_its_light_steady_within_a_twentieth(
    shape: tuple[int, int, int], jump: int, code: str
) -> None:
    """A twentieth of 219 codes is 11."""
    codes = np.full(shape, 100)
    codes[1] += jump
    try:
        fields._refuse(codes, scene(), view(luma=codes), straight(np.arange(256)))
    except GapError as gap:
        assert gap.code == code  # noqa: PT017 -- or none at all
    else:
        assert not code


def test_by_a_declared_curve_the_cameras_black_is_in_doubt() -> None:
    """2 % of nominal white, rectangular, of the light on the region; none by grey steps."""
    seen = region(100, scene=scene(tone="inverse_oetf_bt709"))
    found = noise._linear(seen, MEAN, at_end=False)
    light = float(squared(np.array(116.0)))
    assert lines(found)["veil"] == pytest.approx(PER_NEPER * 0.02 / light / math.sqrt(3))
    assert "veil" not in lines(noise._linear(region(100), MEAN, at_end=False))


@pytest.mark.parametrize(("reflectance", "share"), [(0.5, 0.2), (None, 0.4)])
def test_where_the_steps_cannot_be_used_linear_light_is_not_known(
    reflectance: float | None, share: float
) -> None:
    """The note tells how unsure the light is: on white, where it is not known what was printed."""
    unsure = scene(steps_unusable=True, lit_doubt=lambda _, printed: 0.4 * printed)
    seen = region(100, scene=unsure)
    seen.view.region.reflectance = reflectance
    found = noise._linear(seen, MEAN, at_end=False)
    assert isinstance(found, Note)
    assert (found.reason.code, found.reason.parameters["share"]) == ("uneven_light", share)


@pytest.mark.parametrize("tone", ["grey_steps", "inverse_oetf_bt709"])
def test_a_stream_that_states_no_range_has_the_ratio_by_the_other_in_its_doubt(tone: str) -> None:
    """Codes 16 to 235 or 10 to 250, rectangular; what grey steps tell of light needs no range."""
    unstated = scene(other_range=(10, 250), tone=tone)
    found = {one.quantity: one for one in noise._figures(region(100, scene=unstated), (0, 255))}
    of_amplitude = 20 * math.log10(240 / 219) / math.sqrt(3)
    of_level = 20 * math.log10(106 / 100) / math.sqrt(3)
    for name, expected in (
        ("noise.snr", of_amplitude), ("noise.snr_weighted", of_amplitude),
        ("noise.snr_patch", of_level),
        ("noise.snr_linear", 0.0 if tone == "grey_steps" else of_level),
    ):  # fmt: skip
        assert lines(found[name]).get("range", 0.0) == pytest.approx(expected), name


def test_a_level_at_black_counts_as_that_of_quantisation_by_either_range() -> None:
    """0.1 codes above one black, 16.1 above the other."""
    seen = region(100, mean=16.1, scene=scene(other_range=(0, 255)))
    [line] = noise._of_range(seen, level=True)
    expected = 20 * math.log10(16.1 * math.sqrt(12)) / math.sqrt(3)
    assert line.contribution == pytest.approx(expected)


def test_light_that_lenses_and_paper_add_is_no_signal() -> None:
    """A tenth of nominal white at half the light: the slope stays, the light is less."""
    added = scene(straight, lit=lambda _: (0.5, 0.1))
    found = noise._linear(region(25, scene=added), MEAN, at_end=False)
    assert isinstance(found, Measurement)
    assert found.value == pytest.approx(20 * math.log10((100 - 0.05 * 219) / 5))


def of_colour(plane: Array, **changed: Any) -> Measurement:
    """Measure a plane of colour of a region."""
    found = chroma._figure(region(25, **changed), "noise.cb", plane)
    assert isinstance(found, Measurement)
    return found


def test_noise_of_colour_is_put_back_by_what_a_coder_takes_with_the_doubt_of_that() -> None:
    """Of a step of 1.6 sigma it takes 0.08 + 0.37 x 1.6 dB, in doubt by 0.05 + 0.16 x 1.6."""
    plane = np.rint(128 + 10 * np.random.default_rng(1).standard_normal((4, 40, 50)))
    found, total = of_colour(plane), analyse(core(plane, 0.8)).total
    ratio = h264_step(28.0) / total.sigma
    assert ratio == pytest.approx(1.6, abs=0.1)
    gain = 10 ** ((0.08 + 0.37 * ratio) / 20)
    assert found.value == pytest.approx(gain * total.sigma)
    assert lines(found)["sampling"] == pytest.approx(gain * total.budget()[0].contribution)
    coding = (0.05 + 0.16 * ratio) / PER_NEPER
    assert lines(found)["coding"] == pytest.approx(found.value * coding, rel=1e-6)
    details = found.details
    assert (details["step"], details["recorded"]) == (h264_step(28.0), total.sigma)
    assert (details["frames"], details["height"], details["width"]) == (4, 32, 40)
    assert (details["luma"], details["reflectance"], found.samples) == (5.0, 0.5, 4 * 32 * 40)
    assert not found.upper_bound


@pytest.mark.parametrize(("offsets", "steps"), [((0, 4), 1), ((-6, 4), 0.5), ((3, -2), 2**0.5)])
def test_noise_of_colour_counts_by_the_step_of_its_own_plane(
    offsets: tuple[int, int], steps: float
) -> None:
    """What a coder takes was tried with quantisers of colour as that of luma."""
    plane = np.rint(128 + 15 * np.random.default_rng(1).standard_normal((4, 40, 50)))
    given = scene()
    given.video.colour_offsets = offsets
    found, sigma = of_colour(plane, scene=given), analyse(core(plane, 0.8)).total.sigma
    step = steps * h264_step(28.0)
    assert found.details["step"] == pytest.approx(step)
    assert found.value == pytest.approx(sigma * 10 ** ((0.08 + 0.37 * step / sigma) / 20))


def test_noise_of_colour_that_rounding_hides_is_anything_up_to_its_bound() -> None:
    """Rectangular from none to 0.37 codes; without a coder there is no step to tell."""
    found = of_colour(np.full((4, 40, 50), 128.0), view=view(quantiser=0.0))
    assert (found.value, found.upper_bound) == (0.37, True)
    assert lines(found) == {"below_quantisation": pytest.approx(0.37 / math.sqrt(12))}
    assert "step" not in found.details


def test_noise_of_colour_is_not_told_through_a_step_of_more_than_two_and_a_half_sigma() -> None:
    plane = np.rint(128 + 6 * np.random.default_rng(1).standard_normal((4, 40, 50)))
    with pytest.raises(GapError) as caught:
        of_colour(plane)
    assert caught.value.code == "noise_coded_away"


def test_without_a_coder_the_noise_of_colour_is_as_recorded_and_a_frame_once_more_is_none() -> None:
    """A coder that skips what did not change shows what it recorded: there each frame counts."""
    frames = np.rint(128 + 10 * np.random.default_rng(1).standard_normal((2, 40, 50)))
    plain, coded = (
        of_colour(np.repeat(frames, 2, axis=0), view=view(quantiser=q)) for q in (0.0, 28.0)
    )
    total = analyse(core(frames, 0.8)).total
    assert plain.value == pytest.approx(total.sigma)
    assert lines(plain) == {
        line.source: pytest.approx(line.contribution) for line in total.budget()
    }
    assert (plain.details["frames"], coded.details["frames"]) == (2, 4)


@pytest.mark.parametrize("reflectance", [0.5, None])
def test_the_light_on_a_region_is_in_doubt_where_steps_elsewhere_gave_the_curve(
    reflectance: float | None,
) -> None:
    """By its relative uncertainty in decibels; not where what was printed is not known."""
    lit = scene(light_field=object(), lit_doubt=lambda _, printed: 0.04 * printed)
    seen = region(100, scene=lit)
    seen.view.region.reflectance = reflectance
    found = lines(noise._linear(seen, MEAN, at_end=False))
    expected = {"lighting": pytest.approx(PER_NEPER * 0.02, rel=1e-6)} if reflectance else {}
    assert {name: found[name] for name in found.keys() & {"lighting"}} == expected


def test_parts_of_frames_that_depend_on_each_other_all_along_are_not_told() -> None:
    """The note says how much they do; parts that were told in spite of it are given."""
    total = Variance(value=25.0, sampling=1.0, degrees_of_freedom=20)
    known = Noise(mean=116, mean_uncertainty=0.5, total=total, row=total, correlation=0.4)
    seen = region(25, noise=known)
    note = noise._part(seen, "noise.fixed_pattern", None)
    assert isinstance(note, Note)
    assert (note.reason.code, note.reason.parameters) == ("frames_depend", {"correlation": 0.4})
    assert isinstance(noise._part(seen, "noise.row", known.row), Measurement)
    assert noise._plain_method(seen) == noise.UNWEIGHTED_METHOD
    assert seen.details()["correlation"] == 0.4


@pytest.mark.parametrize(("once_more", "code"), [(1, "frames_repeated"), (0, "too_few_frames")])
def test_a_part_that_is_missing_says_whether_frames_were_or_only_stood_there(
    once_more: int, code: str
) -> None:
    """One frame was analysed, of one or of two that are equal."""
    known = Noise(mean=116, mean_uncertainty=0.5, total=region(25).noise.total)
    seen = region(
        25, noise=known, codes=np.zeros((1, 20, 30), np.uint8),
        view=view(luma=np.zeros((1 + once_more, 25, 38), np.uint8)),
    )  # fmt: skip
    note = noise._part(seen, "noise.row", None)
    assert isinstance(note, Note)
    assert (note.reason.code, note.reason.parameters["frames"]) == (code, 1 + once_more)


def test_noise_below_quantisation_is_told_of_the_part_or_else_of_all() -> None:
    seen = region(0.04)
    part = Variance(value=0.01, sampling=1.0, degrees_of_freedom=20)
    for given, sigma in ((part, 0.1), (None, 0.2)):
        note = noise._part(seen, "noise.row", given)
        assert isinstance(note, Note)
        assert note.reason.parameters["sigma"] == pytest.approx(sigma)


@pytest.mark.parametrize(("codec", "frames"), [("ffv1", 2), ("h264", 4)])
def test_frames_that_stand_there_twice_count_once_where_nothing_was_coded_away(
    codec: str, frames: int
) -> None:
    """Pixels twice as wide as high lie two of 576 picture heights apart for the weighting."""
    random = np.random.default_rng(1)
    two = np.rint(120 + 2 * random.standard_normal((2, 40, 50))).astype(np.uint8)
    seen = view(luma=np.repeat(two, 2, axis=0), quantiser=None)
    video = SimpleNamespace(
        codec=codec, depth=8, sample_aspect=2, steps=None, coded_before=None, scaling=None
    )
    found = fields.read_field(scene(video=video), seen, straight(np.arange(256)))
    assert len(found.codes) == frames
    assert found.weighting.gain == pytest.approx(unified_weighting(40, 2 / 576).gain)


def uncoded(codes: Array, **changed: Any) -> Field:
    """Read a field of codes (n, h, w) that no coder changed, lit evenly by the light curve."""
    video = SimpleNamespace(
        codec="ffv1", depth=8, sample_aspect=1, steps=None, coded_before=None, scaling=None
    )
    seen = view(luma=np.rint(codes).astype(int), quantiser=None)
    return fields.read_field(scene(video=video, **changed), seen, straight(np.arange(256)))


def wavy(level: float, high: float) -> Array:
    """Draw waves of 20 px in 4 frames of noise of 0.6 codes."""
    down, across = np.indices((80, 80))
    waves = high * np.sin(2 * math.pi * (across + 0.4 * down) / 20)
    return level + waves + 0.6 * np.random.default_rng(5).standard_normal((4, 80, 80))


def test_waves_from_half_a_hundredth_of_the_amplitude_on_are_refused_weaker_ones_in_u() -> None:
    """Light goes with the square of the level: its share is twice that of the level."""
    with pytest.raises(GapError) as caught:
        uncoded(wavy(120, 2.5))
    assert caught.value.code == "uneven_light"
    assert caught.value.parameters["share"] == pytest.approx(2 * math.sqrt(8) * 1.3 / 104, rel=0.1)
    weak = uncoded(wavy(120, 1.0)).noise
    assert weak.coarse == pytest.approx(0.27, rel=0.4)
    doubt = 2 * math.hypot(*(line.contribution for line in weak.total.budget()))
    assert weak.total.sigma - 0.6 <= doubt


@pytest.mark.parametrize(("level", "sigma", "crf"), [(26, 2.0, 23), (30.4, 1.0, 28)])
def test_dark_fields_through_a_coder_are_measured(
    tmp_path: Path, level: float, sigma: float, crf: int
) -> None:
    """A hundredth of their level is a tenth of a code: what the coder leaves was refused."""
    random = np.random.default_rng(2)
    light = level + 0.002 * np.indices((160, 160))[1]
    drawn = np.rint(light + sigma * random.standard_normal((8, 160, 160))).astype(np.uint8)
    luma = coded(tmp_path / "dark.mp4", drawn, crf)[:, 20:140, 20:140]
    found = fields.read_field(scene(), view(luma=luma, quantiser=crf), straight(np.arange(256)))
    assert found.noise.coarse == 0


def coded(path: Path, luma: NDArray[np.uint8], crf: int) -> NDArray[np.integer]:
    """Code frames (n, h, w) of luma by H.264 and decode them."""
    height, width = luma.shape[1:]
    with av.open(path, "w") as film:
        stream = film.add_stream("libx264", rate=25, options={"crf": str(crf), "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in luma:
            planes = np.full((height * 3 // 2, width), 128, np.uint8)
            planes[:height] = frame
            film.mux(stream.encode(av.VideoFrame.from_ndarray(planes, "yuv420p")))
        film.mux(stream.encode())
    with av.open(path) as film:
        return np.array([each.to_ndarray()[:height] for each in film.decode(video=0)])


@pytest.mark.parametrize("level", [13.0, 16.0])
def test_waves_at_black_have_a_share_that_is_a_number_or_none(level: float) -> None:
    """Light ends at black, where the mean has none of which waves could be a share."""
    found = Noise(
        mean=level,
        mean_uncertainty=0.1,
        total=Variance(value=4.0, sampling=0.1, degrees_of_freedom=20),
        coarse=4.0,
    )
    dark = scene(lambda codes: np.clip(straight(codes), 0, None))
    if level + math.sqrt(8) <= 16:
        fields._refuse_coarse(found, dark, "flat1")
        return
    with pytest.raises(GapError) as caught:
        fields._refuse_coarse(found, dark, "flat1")
    assert caught.value.parameters["share"] == pytest.approx(2)


def test_a_still_is_not_refused_for_blots_that_noise_reduction_may_have_left() -> None:
    field = uncoded(wavy(120, 2.0)[:1])
    assert field.noise.coarse > 1


def test_planes_are_counted_in_their_own_steps() -> None:
    """Codes of luma two apart, of Cb four: both tell the noise of before they were rounded."""
    random = np.random.default_rng(3)
    noise = np.rint(30 + random.standard_normal((4, 80, 80))).astype(int)
    steps = {"spacings": (2.0, 4.0, 1.0), "used": (NONE, NONE, NONE)}
    assert uncoded(2 * noise, **steps).noise.total.sigma == pytest.approx(2, rel=0.03)
    seen = region(25, scene=scene(**steps), view=view(quantiser=0.0))
    found = chroma._figure(seen, "noise.cb", 4 * noise)
    assert found.value == pytest.approx(4, rel=0.03)
    third = {"spacings": (2.0, 4.0, 3.0), "used": (NONE, NONE, NONE)}
    seen = region(25, scene=scene(**third), view=view(quantiser=0.0))
    assert chroma._figure(seen, "noise.cr", 3 * noise).value == pytest.approx(3, rel=0.03)
    hidden = chroma._figure(seen, "noise.cr", np.full((4, 80, 80), 90))
    assert (hidden.value, hidden.upper_bound) == (pytest.approx(0.37 * 3), True)


@pytest.mark.parametrize(("frames", "asked"), [(1, 0), (2, 1)])
def test_two_frames_tell_what_is_coarse(
    frames: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Noise] = []
    monkeypatch.setattr(fields, "_refuse_coarse", lambda noise, *_: called.append(noise))
    uncoded(np.rint(90 + np.random.default_rng(1).standard_normal((frames, 40, 40))).astype(int))
    assert len(called) == asked
