"""From a view of a drawn wedge to its figure: levels, places, budget, details, by closed forms."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import outcomes
import pytest
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.footage.stated_steps import StatedSteps
from acceptance.metrics._shared.sources import PRINT_SOURCE
from acceptance.metrics.resolution import printed_wedge, wedge_figures, wedge_levels
from acceptance.metrics.resolution.printed_wedge import Wedge
from acceptance.metrics.resolution.sampling import PictureSamples
from acceptance.metrics.resolution.wedge import WedgePixels
from acceptance.metrics.resolution.wedge_codes import modulation_doubt
from acceptance.scene.hidden import Hidden
from acceptance.scene.views import View

Array = NDArray[np.float64]

BLACK = 16
DARK, LIGHT = 64.4, 174.4  # codes on the wedge, lit by a tenth more than the flat regions
GREY = 150.0  # mean of the bars: not midway, so that linear light reads otherwise
SCALE = 4.0  # px/mm
RECT = (10.0, 20.0, 40.0, 75.0)
WEDGE = {"bars": 5, "from": 0.2, "to": 1.38, "form": "hyperbolic", "dark": 0.05, "light": 0.8}


def read(**changed: Any) -> Any:
    """Make a reading of 0.3 cycle/px on a modulation that falls by 2 per cycle/px."""
    frequencies = np.linspace(0.05, 0.345, 296)
    given: dict[str, Any] = {"frequencies": frequencies, "modulation": 0.7 - 2 * frequencies}
    given |= {"reading": 0.3, "u": 0.001, "degrees_of_freedom": 41, "limited_by": "criterion"}
    given |= {"half": 0.1, "aliasing": None, "bars": 5}
    return SimpleNamespace(**given | changed)


def region(**changed: Any) -> Any:
    """Make the region of a wedge of 40 mm by 75 mm."""
    given = {"name": "centre.wedge", "kind": "wedge", "zone": "centre", "rect": RECT}
    given |= {"direction": "horizontal", "printed": WEDGE}
    return SimpleNamespace(**given | changed)


def view(luma: Array, **changed: Any) -> Any:
    """Make a view that stands still; the chart is seen face on."""
    place = SimpleNamespace(to_chart=lambda points: np.asarray(points) / SCALE)
    given = {"luma": luma, "box": (30, 70, 180, 320), "place": place, "region": region()}
    return View(**given | {"cb": None, "cr": None, "stable": True} | changed)


def flat(reflectance: float, code: float) -> Any:
    """Make the view of a flat region."""
    own = region(kind="flat", name=f"flat{reflectance}", printed={"reflectance": reflectance})
    return view(np.full((2, 20, 20), code), region=own)


def scene(*views: Any, **changed: Any) -> Any:
    """Make a scene of flat regions of 60 and 160, whose figures are as they are given."""
    video = SimpleNamespace(
        width=1920,
        height=1080,
        depth=8,
        sample_aspect=Fraction(1),
        assumed=(),
        codec="ffv1",
        full_range=False,
        steps=None,
        coded_before=None,
        scaling=None,
    )
    flats = views or (flat(0.05, 60.0), flat(0.8, 160.0))
    given = {
        "video": video,
        "code_spacing": 1.0,
        "shown": (0, 0, 1920, 1080),
        "code_black": BLACK,
        "code_unit": 1,
        "code_white": 235,
        "located": (),
        "chart": None,
    }
    given |= {"of_kind": lambda kind: [one for one in flats if one.region.kind == kind]}
    given |= {"evened": lambda _, codes, part=np.s_[:, :]: codes[part]}
    given |= {"linear": lambda codes: (np.asarray(codes) / 200) ** 2}
    given |= {"light_field": None, "hidden": defaultdict(Hidden)}
    given |= {"figure": lambda *words, **more: SimpleNamespace(words=words, **more)}
    return SimpleNamespace(**given | changed)


def drawn(frames: int = 2) -> Array:
    """Draw the wedge's bars from x = 40 px, y = 80 px, where the box starts at (30, 70).

    Their modulation of the step falls straight with the frequency: 0.7 - 2 f.
    """
    down, right = np.meshgrid(np.arange(320) + 70, np.arange(180) + 30, indexing="ij")
    along, across = down / SCALE - 20, right / SCALE - 30
    frequency = 0.2 + (1.38 - 0.2) * np.clip(along / 75, 0, 1)
    amplitude = (0.7 - 2 * frequency / SCALE) * (LIGHT - DARK) * 2 / math.pi
    turns = frequency * across
    bars = GREY + amplitude * np.cos(2 * math.pi * turns)
    inside = (np.abs(turns) <= 2.25) & (along >= 0) & (along < 75)
    return np.repeat(np.where(inside, bars, LIGHT)[None], frames, axis=0)


@pytest.mark.parametrize("turned", [False, True])
def test_a_wedge_in_a_picture_is_read_in_tv_lines_along_its_bars(*, turned: bool) -> None:
    """0.3 cycle/px are 0.6 x 1080 TV lines; along rows less by the pixel's shape, 12:11."""
    luma, seen_in = drawn(), scene()
    seen_in.video.sample_aspect = Fraction(12, 11)
    here = view(luma)
    if turned:
        x, y, width, height = RECT
        turned_region = region(rect=(y, x, height, width), direction="vertical")
        here = view(luma.transpose(0, 2, 1), box=(70, 30, 320, 180), region=turned_region)
    found: Any = wedge_figures.figure(seen_in, here)
    name, value, unit, budget = found.words
    direction = "vertical" if turned else "horizontal"
    lines_per_cycle = 2160.0 if turned else 1980.0
    assert (name, unit) == (f"resolution.wedge_{direction}", "TVL")
    assert value == pytest.approx(0.3 * lines_per_cycle, rel=2e-3)
    assert (found.region, found.direction, found.samples) == ("centre.wedge", direction, 2)
    assert found.lower_bound is False
    assert found.details["limited_by"] == "criterion"
    assert found.details["half_modulation"] == pytest.approx(0.1 * lines_per_cycle, rel=0.02)
    assert outcomes.contributions(budget)["step"] == pytest.approx(
        lines_per_cycle * 0.1 * 0.05 / math.sqrt(3) / 2, rel=0.02
    )
    assert found.curve.marks["Nyquist"] == pytest.approx(0.5 * lines_per_cycle)


def test_in_linear_light_the_bars_have_the_contrast_of_their_own_mean() -> None:
    """Light goes as the square of the code: 2 x mean x amplitude over the difference of squares."""
    found: Any = wedge_figures.figure(scene(), view(drawn()))
    gain = 2 * GREY / (LIGHT + DARK)
    reading = (0.7 - 0.1 / gain) / 2
    assert found.details["linear_light"] == pytest.approx(2160 * reading, rel=2e-3)


def test_without_a_step_in_linear_light_only_coded_luma_is_read() -> None:
    found: Any = wedge_figures.figure(scene(linear=np.zeros_like), view(drawn()))
    assert "linear_light" not in found.details
    assert found.details["bars"] == 5


def test_levels_and_codes_are_those_of_all_frames_together() -> None:
    """Four groups of a frame each, the first darker by 8 codes, so two codes on average."""
    luma = drawn(4)
    luma[0] -= 8
    seen = wedge_figures._seen(scene(), view(luma))
    assert seen.codes == pytest.approx(luma.mean(axis=0))
    assert seen.levels[1] == pytest.approx(LIGHT - 2)
    assert len(seen.results) == 5


def test_lines_along_rows_are_refused_where_the_pixels_shape_is_doubtful() -> None:
    """Assumed square, seen as half as wide."""
    place = SimpleNamespace(pixel_aspect=0.5, focal_length=lambda _: math.inf, residual=0.1)
    doubtful = scene(located=(place,))
    doubtful.video.assumed = ("sample_aspect",)
    with pytest.raises(GapError) as refused:
        wedge_figures.figure(doubtful, view(drawn()))
    assert refused.value.code == "pixel_aspect_doubtful"


def test_a_clipped_wedge_is_refused() -> None:
    bright = np.minimum(drawn() + 80, 255)
    with pytest.raises(GapError) as refused:
        wedge_figures.figure(scene(), view(bright))
    assert refused.value.code == "clipped"


@pytest.mark.parametrize("changed", [{"place": None}, {"region": region(printed={"bars": 5})}])
def test_a_wedge_of_which_nothing_is_known_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(GapError) as refused:
        printed_wedge.printed_in(view(np.zeros((1, 9, 9)), **changed))
    assert (refused.value.code, refused.value.parameters["region"]) == (
        "wedge_unknown", "centre.wedge"
    )  # fmt: skip


@pytest.mark.parametrize(("direction", "length"), [("horizontal", 75.0), ("vertical", 40.0)])
def test_a_wedge_that_resolves_along_rows_runs_down(direction: str, length: float) -> None:
    printed = printed_wedge.printed_in(
        view(np.zeros((1, 9, 9)), region=region(direction=direction))
    )
    assert printed == Wedge(bars=5, start=0.2, end=1.38, length=length, form="hyperbolic")


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_a_pixels_place_is_from_the_wedges_first_end_and_its_axis(direction: str) -> None:
    """The pixel at column 3 and row 5 of the box: 8.25 mm right and 18.75 mm down the chart."""
    here = view(np.zeros((1, 8, 6)), region=region(direction=direction))
    along, across = printed_wedge.places_on(here)
    right, down = (30 + 3) / SCALE - 10, (70 + 5) / SCALE - 20
    expected = (down, right - 20) if direction == "horizontal" else (right, down - 37.5)
    assert (along[5, 3], across[5, 3]) == pytest.approx(expected)


ANGLE = np.pi * np.linspace(-14, 14, 1200).reshape(30, 40).T  # 40 rows of 30
RIM = np.zeros((40, 30), dtype=bool)
RIM[4:36, 4:26] = True
CODES = 100 + 20 * np.random.default_rng(4).standard_normal((40, 30))
FIVE = Wedge(bars=5, start=0.2, end=1.38, length=75)


def levels_of(lit: Any, angle: Array) -> tuple[float, float, float]:
    """Tell the levels of a wedge of five bars whose codes are noise."""
    ground = wedge_levels.beside(angle, FIVE)
    return wedge_levels.levels(lit, view(CODES[None]), CODES, angle, ground)


@pytest.mark.parametrize(("ratio", "doubt"), [(1.1, 0.05), (1.0, 0.02), (0.97, 0.02), (0.9, 0.05)])
def test_the_levels_of_the_flat_regions_follow_the_light_beside_the_wedge(
    ratio: float, doubt: float
) -> None:
    """Above black both in one ratio; the doubt is half of its distance from 1, at least 2 %."""
    beside = RIM & (np.abs(ANGLE) > 6.5 * np.pi)
    seen = float(np.median(CODES[beside]))
    flat_light = BLACK + (seen - BLACK) / ratio
    flat_dark = flat_light - 40
    lit = scene(flat(0.05, flat_dark), flat(0.8, flat_light))
    dark, light, relative = levels_of(lit, ANGLE)
    assert light == pytest.approx(seen)
    assert dark == pytest.approx(seen - 40 * ratio)
    assert relative == pytest.approx(doubt / math.sqrt(3))


@pytest.mark.parametrize("flats", [(), ((0.05, 60.0),), ((0.8, 160.0),)])
def test_without_both_flat_regions_the_coarsest_bars_tell_the_dark_level(
    flats: tuple[tuple[float, float], ...],
) -> None:
    """The second percentile where a bar's middle is near."""
    other = flat(0.3, 90.0)
    lit = scene(other, *(flat(*one) for one in flats))
    dark, light, relative = levels_of(lit, ANGLE)
    middle = RIM & (np.abs(ANGLE) % (2 * np.pi) < 0.5)
    assert dark == pytest.approx(float(np.percentile(CODES[middle], 2)))
    assert light == pytest.approx(float(np.median(CODES[RIM & (np.abs(ANGLE) > 6.5 * np.pi)])))
    assert relative == pytest.approx(2 * 0.02 / math.sqrt(3))


@pytest.mark.parametrize(("count", "enough"), [(51, True), (50, False)])
def test_light_beside_a_wedge_takes_more_than_fifty_pixels(count: int, *, enough: bool) -> None:
    """Else the 98th percentile of the wedge is light; those at the rim do not count."""
    beside = np.zeros(RIM.sum(), dtype=bool)
    beside[:count] = True
    angle = np.full(RIM.shape, 7 * np.pi)
    angle[RIM] = np.where(beside, 7 * np.pi, 0.1)
    dark, light, relative = levels_of(scene(), angle)
    inside = CODES[RIM]
    if enough:
        assert light == pytest.approx(float(np.median(inside[:count])))
        return
    assert light == pytest.approx(float(np.percentile(inside, 98)))
    assert dark == pytest.approx(float(np.percentile(inside[count:], 2)))
    assert relative == pytest.approx(2 * 0.02 / math.sqrt(3))


def test_a_flat_region_is_known_by_its_reflectance_and_read_without_its_border() -> None:
    """A tenth of its size, at least four pixels, which its neighbours blur into."""
    luma = np.full((2, 60, 80), 90.0)
    luma[:, 6:54, 6:74] = 100.0
    grey = view(luma, region=region(kind="flat", printed={"reflectance": 0.3}))
    bare = view(luma, region=region(kind="flat", printed={}))
    lit = scene(bare, grey)
    assert wedge_levels._flat(lit, 0.3) == pytest.approx(100)
    assert wedge_levels._flat(lit, 0.3001) is None
    assert wedge_levels._flat(lit, 1.0) is None


@pytest.mark.parametrize("reflectance", [0.05, 0.8])
def test_a_flat_region_that_glare_lies_on_is_no_level_of_a_wedge(reflectance: float) -> None:
    """It made the step seven times too small, and the wedge read 317 for 235 TVL.

    Soft glare, which has no other level but uneven parts: 303 +- 5 for 284.
    """
    lying = defaultdict(Hidden, {f"flat{reflectance}": Hidden(around=0.19)})
    assert levels_of(scene(hidden=lying), ANGLE) == levels_of(scene(), ANGLE)
    for hidden in (Hidden(around=0.21), Hidden(unlike=True)):
        lying[f"flat{reflectance}"] = hidden
        with pytest.raises(GapError, match="field_hidden"):
            levels_of(scene(hidden=lying), ANGLE)


def test_a_small_patch_of_glare_on_a_flat_region_is_left_out() -> None:
    """Two of its nine parts may be struck."""
    lit = scene(flat(0.05, 60.0), flat(0.8, 160.0))
    patchy = flat(0.05, 60.0)
    patchy.luma[:, 5:8, 5:12] = 200.0
    assert levels_of(scene(patchy, flat(0.8, 160.0)), ANGLE) == levels_of(lit, ANGLE)


def test_what_parts_of_a_flat_region_differ_by_is_in_doubt_of_the_step() -> None:
    """Half of it: light on the region is not known to less."""
    light = flat(0.8, float(np.median(CODES[wedge_levels.beside(ANGLE, FIVE)])))
    sloped = flat(0.05, 60.0)
    sloped.luma[:] += np.linspace(-3.8, 3.8, 20)  # of which parts lie 1.6 codes apart
    even, there, least = levels_of(scene(flat(0.05, 60.0), light), ANGLE)
    dark, _, doubt = levels_of(scene(sloped, light), ANGLE)
    assert dark == pytest.approx(even)
    assert least == pytest.approx(0.02 / math.sqrt(3))
    assert doubt == pytest.approx(2 * 1.6 / 2 / (there - dark) / math.sqrt(3))


def seen_wedge(*results: Any, stable: bool = True, across: Array | None = None) -> Any:
    """Make a wedge as seen, its axis down the picture."""
    here = np.tile(np.arange(5.0), (6, 1)) if across is None else across
    return wedge_figures._SeenWedge(
        view=view(np.zeros((4, 6, 5)), stable=stable), printed=FIVE, place=(here, here),
        pixels=WedgePixels.of(FIVE, here, here), codes=here, levels=(DARK, LIGHT),
        step_doubt=0.01, results=results,
    )  # fmt: skip


def test_a_wedge_resolves_in_the_direction_in_which_it_is_crossed_in_the_picture() -> None:
    """However the chart hangs; aslant by what is steeper."""
    rows, columns = np.mgrid[0:6, 0:5].astype(float)
    assert seen_wedge(across=columns).direction == "horizontal"
    assert seen_wedge(across=-rows).direction == "vertical"
    assert seen_wedge(across=columns - 0.9 * rows).direction == "horizontal"
    assert seen_wedge(across=0.9 * columns - rows).direction == "vertical"


def test_a_moving_wedge_has_the_mean_of_its_readings_and_a_steady_one_the_first() -> None:
    results = (read(reading=0.30), read(reading=0.33), read(reading=0.36))
    assert seen_wedge(*results).value == 0.30
    assert seen_wedge(*results).first is results[0]
    assert seen_wedge(*results, stable=False).value == pytest.approx(0.33)


def test_a_reading_is_a_lower_bound_where_a_picture_that_counts_is_resolved_to_the_end() -> None:
    end, within = read(limited_by="wedge_end"), read()
    assert seen_wedge(end, within).lower_bound
    assert not seen_wedge(within, end).lower_bound
    assert seen_wedge(within, end, stable=False).lower_bound
    assert not seen_wedge(within, within, stable=False).lower_bound


def test_a_steady_wedge_scatters_between_groups_of_frames_and_a_moving_one_between_frames() -> None:
    """The variance of their mean beyond that of the fit.

    Of a moving one the fits are independent; of a steady one the first is of all frames.
    """
    results = [read(reading=at, u=u) for at, u in ((0.30, 2e-3), (0.32, 3e-3), (0.28, 6e-3))]
    fit, repeat = wedge_figures._own_lines(view(np.zeros((1, 9, 9))), results)
    assert (fit.contribution, fit.degrees_of_freedom) == (2e-3, 41)
    assert repeat.contribution == pytest.approx(math.sqrt(0.02**2 - 2e-3**2))
    moving = view(np.zeros((1, 9, 9)), stable=False)
    fit, repeat = wedge_figures._own_lines(moving, results)
    assert fit.contribution == pytest.approx(7e-3 / 3)
    assert repeat.contribution == pytest.approx(math.sqrt(0.02**2 / 3 - (7e-3 / 3) ** 2))
    assert repeat.degrees_of_freedom == 2


@pytest.mark.parametrize(
    ("reading", "start"), [(0.2, 145), (0.051, 0), (0.34499, 285), (0.3393, 285), (0.3387, 284)]
)
def test_doubt_of_the_step_shifts_a_reading_by_the_slope_of_eleven_lines_around_it(
    reading: float, start: int
) -> None:
    """A tenth of the step by the straight line through them, on a modulation that is bent."""
    bent = read(reading=reading)
    bent.modulation = bent.modulation + 6 * (bent.frequencies - 0.2) ** 2
    near = slice(start, start + 11)
    f = bent.frequencies[near] - bent.frequencies[near].mean()
    slope = abs(float(f @ bent.modulation[near] / (f @ f)))
    found = wedge_figures._step_share(bent, 0.03)
    assert found == pytest.approx(0.1 * 0.03 / slope)


def test_a_modulation_that_hardly_falls_counts_as_falling_by_a_twentieth_per_cycle() -> None:
    flat_modulation = read(modulation=0.2 - 0.02 * np.linspace(0.05, 0.345, 296))
    assert wedge_figures._step_share(flat_modulation, 0.03) == pytest.approx(0.1 * 0.03 / 0.05)
    steeper = read(modulation=0.2 - 0.07 * np.linspace(0.05, 0.345, 296))
    assert wedge_figures._step_share(steeper, 0.03) == pytest.approx(0.1 * 0.03 / 0.07)


def test_the_print_adds_its_own_doubt_of_the_step() -> None:
    """Slope 2: a tenth of 4 % over it; nothing without a chart or without doubt of it."""
    doubtful, certain = (SimpleNamespace(reflectance_doubt=doubt) for doubt in (0.04, 0.0))
    [line] = wedge_figures._copy(scene(chart=doubtful), read())
    assert (line.source, line.contribution) == (PRINT_SOURCE, pytest.approx(0.1 * 0.04 / 2))
    assert wedge_figures._copy(scene(chart=certain), read()) == []
    assert wedge_figures._copy(scene(), read()) == []


def blurred(reading: float, growth: float) -> float:
    """How far blur along the wedge lifts the frequency at which a Gaussian falls to a tenth.

    By adding up the modulation over the neighbouring lines that the same Gaussian mixes.
    """
    sigma = math.sqrt(math.log(10) / 2) / math.pi / reading
    away = np.linspace(-6 * sigma, 6 * sigma, 4001)
    weight = np.exp(-0.5 * (away / sigma) ** 2)
    at = reading + growth * away
    seen = float(weight @ np.exp(-2 * (np.pi * sigma * at) ** 2) / weight.sum())
    slope = 4 * math.pi**2 * sigma**2 * reading * 0.1
    return (seen - 0.1) / slope


@pytest.mark.parametrize(("reading", "growth"), [(0.3, 0.002), (0.2, 0.001), (0.4, 0.01)])
def test_blur_along_a_wedge_is_within_its_half_width(reading: float, growth: float) -> None:
    """And that is no more than a third too wide."""
    reading_of_bars = read(frequencies=reading + growth * np.arange(-9, 10), reading=reading)
    lift = blurred(reading, growth)
    assert lift <= wedge_figures._blur_along(reading_of_bars) <= 1.34 * lift


@pytest.mark.parametrize(
    ("reading", "lift", "tolerance"),
    [(0.25, 0, 0), (0.3, 0, 0), (0.4, 0.2, 0.05), (0.46, 0.9, 0.01)],
)
def test_few_pixels_a_bar_lift_a_reading_by_no_more_than_twice_their_uncertainty(
    reading: float, lift: float, tolerance: float
) -> None:
    """In percent, as in the simulation: 0.2 at 0.40 cycle/px, 0.9 at 0.46, none below 0.35."""
    doubled = 2 * wedge_figures._few_pixels(reading) / reading * 100
    assert doubled == pytest.approx(lift, abs=tolerance)


def test_the_method_has_lines_for_step_blur_and_few_pixels_each_a_standard_uncertainty() -> None:
    """A half-width counts as uniform."""
    doubtful = scene(chart=SimpleNamespace(reflectance_doubt=0.04))
    reading_of_bars = read(reading=0.32, frequencies=np.linspace(0.05, 0.345, 296))
    found = outcomes.contributions(wedge_figures._method_lines(doubtful, reading_of_bars, 0.03))
    assert list(found) == ["step", "blur along the wedge", "few pixels a bar", PRINT_SOURCE]
    assert found["step"] == pytest.approx(0.1 * 0.03 / 2)
    assert found["blur along the wedge"] * math.sqrt(3) == pytest.approx(
        wedge_figures._blur_along(reading_of_bars)
    )
    assert found["few pixels a bar"] == wedge_figures._few_pixels(0.32)


def test_coding_counts_by_the_quantisers_step_over_that_of_the_wedge() -> None:
    """QP 24 quantises by 10, over 110 codes, of a reading of 0.3."""
    quantised = scene()
    quantised.video.codec = "h264"
    seen = replace(seen_wedge(read()), view=view(np.zeros((4, 6, 5)), detail=(24.0,)))
    found = outcomes.contributions(wedge_figures._budget(quantised, seen))
    share = wedge_figures.OF_WEDGE.share(10 / 110, wedge_figures._blocks(seen.first))
    assert found["coding"] == pytest.approx(share * 0.3)
    assert {"noise and fit", "step"} < set(found)


def test_of_coders_that_take_less_of_a_wedge_only_that_share_counts() -> None:
    """QP 24 quantises by 10, as H.265 states it."""
    quantised, plain = scene(), seen_wedge(read())
    quantised.video.codec = "h264"
    bars = replace(plain, view=view(np.zeros((4, 6, 5)), detail=(24.0,)))
    usual = outcomes.contributions(wedge_figures._budget(quantised, bars))["coding"]
    quantised.video.codec, quantised.video.steps = "hevc", StatedSteps(10.0, 10.0)
    bars = replace(plain, view=view(np.zeros((4, 6, 5))))
    less = outcomes.contributions(wedge_figures._budget(quantised, bars))["coding"]
    assert less == pytest.approx(0.8 * usual)


def test_a_wedge_is_capped_by_the_samples_of_its_picture() -> None:
    """At a quarter of a cycle per pixel of one enlarged twice, whose own are as many as for 0.5."""
    plain = outcomes.contributions(wedge_figures.figure(scene(), view(drawn())).words[3])  # type: ignore[attr-defined]
    assert "blur by direction" not in plain
    sampled = PictureSamples(across=0.5, down=0.5, enlarged=2.0)
    found: Any = wedge_figures.figure(scene(), view(drawn()), sampled)
    _, value, _, budget = found.words
    assert value == pytest.approx(0.25 * 2160)
    assert found.details["limited_by"] == "sampling_limit"
    few = 0.022 * (0.5 - 0.3) / 0.16 * 0.25
    assert outcomes.contributions(budget)["few pixels a bar"] == pytest.approx(few * 2160)
    with pytest.raises(GapError, match="combed"):
        wedge_figures.figure(scene(), view(drawn()), PictureSamples(shift=0.5))


def test_a_large_picture_has_more_blocks_as_fine_as_the_reading() -> None:
    """At 0.3 cycle/px that grow by 0.001 a line: 72 lines within 12 %, of 8 px a block 9."""
    reading = read(reading=0.3, frequencies=0.05 + 0.001 * np.arange(400))
    assert wedge_figures._blocks(reading) == pytest.approx(9)


def test_a_blur_that_differs_by_direction_is_a_doubt_of_a_wedge() -> None:
    """0.3 of the logarithm, half-width; none where chance explains it."""
    seen = seen_wedge(read())
    assert wedge_figures._direction_line(seen, 0.03) == []
    for unlike in (0.05, 0.2):
        [line] = wedge_figures._direction_line(seen, unlike)
        assert line.contribution == pytest.approx(0.3 * unlike / math.sqrt(3) * seen.value)


def test_few_pixels_of_an_enlarged_picture_are_its_own() -> None:
    """0.33 cycle/px of a picture enlarged 1.4 times are 0.46 of its own; the doubt is larger."""
    plain, enlarged = (wedge_figures._few_pixels(0.33, factor) for factor in (1.0, 1.4))
    assert plain < 0.001 * 0.33
    assert 0.020 * 0.33 < enlarged < 0.024 * 0.33


def test_interpolation_lifts_coarse_wedges_of_an_enlarged_picture_too() -> None:
    """By 2.1 % on average, 1 % rms between pictures."""
    plain, enlarged = (wedge_figures._few_pixels(0.15, factor) for factor in (1.0, 1.4))
    assert plain == 0
    assert 0.021 * 0.15 < 2 * enlarged < 0.047 * 0.15


def test_the_details_of_a_wedge_are_in_tv_lines_and_cycles_a_pixel() -> None:
    reading_of_bars = read(reading=0.30001234, aliasing=0.4)
    found = wedge_figures._details(seen_wedge(reading_of_bars), 2000.0)
    assert found == {
        "zone": "centre", "criterion": "10 % of the step", "limited_by": "criterion", "bars": 5,
        "sampling_limit": 1000.0, "line_widths_per_height": 600.02, "cycles_per_pixel": 0.30001234,
        "half_modulation": 200.0, "aliasing_from": 800.0,
    }  # fmt: skip
    plain = wedge_figures._details(seen_wedge(read(half=None)), 2000.0)
    assert not {"half_modulation", "aliasing_from"} & set(plain)


def test_the_curve_of_a_wedge_is_its_modulation_over_tv_lines() -> None:
    """Rounded to a thousandth of a TV line and to five digits of modulation."""
    reading_of_bars = read(
        frequencies=np.array([0.1, 0.2000001234]), modulation=np.array([0.5, 0.123456789])
    )
    found = wedge_figures._curve(seen_wedge(reading_of_bars), 2000.0)
    assert found.x == (200.0, 400.0)
    assert found.y == (0.5, 0.12346)
    assert (found.name, found.x_label, found.y_label) == ("wedge", "tv_lines", "modulation")
    assert (found.x_unit, found.y_unit) == ("TVL", "1")
    assert found.marks == {"reading": 600.0, "Nyquist": 1000.0}


def shaded(dimmed: float) -> None:
    """Look for a shadow of a share of the light, aslant across a wedge, in noise."""
    along, across = np.mgrid[0:60, -20:20].astype(np.float64)
    codes = np.where(across + 0.3 * along > 5, 200.0, 200.0 * dimmed)
    codes += np.random.default_rng(4).normal(0, 10, codes.shape)
    lit: Any = SimpleNamespace(linear=lambda values: values)
    seen: Any = SimpleNamespace(region=SimpleNamespace(name="wedge"))
    for beside in (np.abs(across) > 14, np.zeros_like(across, dtype=bool)):
        wedge_figures._refuse_shadow(lit, seen, codes, beside, (along, across))


def test_a_wedge_with_a_shadow_edge_across_is_refused() -> None:
    """One read 506 TVL at U of 38 for 567, half of it in a shadow of half the light."""
    with pytest.raises(GapError, match="uneven_light"):
        shaded(0.5)
    shaded(0.9)


def test_no_figure_is_made_of_a_wedge_that_a_shadow_lies_across() -> None:
    """Of half the light on half its length."""
    luma = drawn()
    luma[:, 160:] *= 0.5
    with pytest.raises(GapError, match="uneven_light"):
        wedge_figures.figure(scene(), view(luma))


@pytest.mark.parametrize("exposure", [1.0, 0.4])
def test_what_is_added_to_a_wedge_counts_alike_however_bright_the_film(exposure: float) -> None:
    """Light is a reflectance with grey steps, else a share of white: codes say the same of both.

    0.02 is added, of a light of which 0.8 is code 160.
    """
    field = SimpleNamespace(added_doubt=lambda places: np.full(len(places), 0.02))
    lit = scene(
        light_field=field,
        place=lambda _: np.zeros(2),
        linear=lambda codes: exposure * (np.asarray(codes) / 200) ** 2,
        codes_of=lambda light: 200 * np.sqrt(light / exposure),
    )
    found = wedge_figures._veiled(lit, view(CODES[None]), 40.0, 160.0)
    both = 200 * np.sqrt(np.array([0.04, 0.64]) + 0.64 * 0.02 / WEDGE["light"])
    assert found == pytest.approx(1 - np.diff(both)[0] / 120)
    assert found > 0.01
    assert wedge_figures._veiled(scene(), view(CODES[None]), 40.0, 160.0) == 0


@pytest.mark.parametrize("strip", range(6))
def test_ground_beside_a_wedge_that_is_lit_otherwise_in_any_strip_is_refused(strip: int) -> None:
    """Six strips along it; a quarter of their light is the most by which they may differ."""
    along = np.repeat(np.linspace(0.0, 75.0, 60)[:, None], 8, axis=1)
    across = np.repeat(np.array([[-20.0, 20.0]]), 4, axis=1) + np.zeros((60, 1))
    beside = np.ones(along.shape, dtype=bool)
    codes = np.full(along.shape, 100.0)
    lit = scene(linear=lambda values: np.asarray(values, float))
    wedge_figures._refuse_shadow(lit, view(codes), codes, beside, (along, across))
    codes[(np.arange(60) // 10 == strip)] = 70.0
    with pytest.raises(GapError) as caught:
        wedge_figures._refuse_shadow(lit, view(codes), codes, beside, (along, across))
    assert caught.value.code == "uneven_light"
    assert caught.value.parameters["share"] == pytest.approx(30 / 95, rel=0.05)


def test_whole_codes_leave_nothing_of_a_wedge_open() -> None:
    """What codes that lie apart leave is shown in ``test_resolution_wedge_codes.py``."""
    bars: Any = SimpleNamespace(view=view(np.full((2, 8, 8), 64, np.uint8)), levels=(64.0, 174.0))
    assert wedge_figures._rounding(scene(), bars) == []


@pytest.mark.parametrize(("light", "step"), [(174.0, 110.0), (65.5, 1.5), (64.5, 1.0)])
def test_codes_that_lie_apart_leave_a_share_of_the_step_open(light: float, step: float) -> None:
    """Every eighth code, without noise; a step counts as a code at least."""
    coarse = scene(code_spacing=8.0, shared={"noise_of_levels": 0.0})
    bars: Any = SimpleNamespace(
        view=view(np.full((2, 8, 8), 64, np.uint8)), levels=(64.0, light), first=read()
    )
    [line] = wedge_figures._rounding(coarse, bars)
    doubt = modulation_doubt(8 / math.sqrt(12), 8.0, step, 0.1)
    assert line.source == "quantisation"
    assert line.contribution == pytest.approx(wedge_figures._step_share(read(), doubt))


def ground(dark: list[tuple[int, int]], strips: range = range(6), rows: int = 37) -> bool:
    """Look at ground beside a wedge, whether it is refused.

    Twelve pixels in each of six strips on both sides, and a row more of 37; ``dark`` are strips and
    sides of less light, ``strips`` those that are seen.
    """
    along = np.repeat(np.arange(float(rows))[:, None], 4, axis=1)
    across = np.tile([-20.0, -15.0, 15.0, 20.0], (rows, 1))
    strip = np.minimum(along // 6, 6)
    codes = np.full(along.shape, 100.0)
    for number, side in dark:
        codes[(strip == number) & (np.sign(across) == side)] = 70.0
    beside = np.isin(strip, [*strips, 6])
    lit = scene(linear=lambda values: np.asarray(values, float))
    try:
        wedge_figures._refuse_shadow(lit, view(codes), codes, beside, (along, across))
    except GapError as gap:
        return gap.code == "uneven_light"
    return False


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("strip", range(6))
def test_a_strip_of_twelve_pixels_on_either_side_of_a_wedge_tells_of_a_shadow(
    strip: int, side: int
) -> None:
    assert ground([(strip, side)])
    assert ground([(strip, side)], rows=36), "whose last pixels are of the last strip"


def test_two_strips_are_enough_to_tell_of_a_shadow() -> None:
    assert not ground([])
    assert ground([(0, 1)], strips=range(1))
    assert not ground([(0, 1), (0, -1)], strips=range(1))
