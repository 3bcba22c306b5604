"""Edge line, window, overshoot, corner ratio and budgets by closed forms."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import outcomes
import pytest
from numpy.polynomial import legendre
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared.sources import PRINT_SOURCE, TONE_SOURCE
from acceptance.metrics.resolution import (
    corners,
    covered,
    edge,
    edge_figures,
    edge_line,
    profile,
    tails,
    whole_codes,
    wrong_curve,
)
from acceptance.metrics.resolution.edge_figures import Edge, Tone
from acceptance.metrics.resolution.edge_line import EdgeLine

Array = NDArray[np.float64]
ROWS = 40


def picture(sigma: float = 1.0, slope: float = 0.1, bend: float = 0.0) -> Array:
    """Make a Gaussian edge from 0.2 to 0.8 around column 16, leaning and bent over 40 rows."""
    y = np.linspace(-1, 1, ROWS)
    place = 16 + slope * (ROWS - 1) / 2 * y + bend * (3 * y**2 - 1) / 2
    offset = (np.arange(33) - place[:, None]) / np.hypot(1, slope)
    return np.asarray(0.5 + 0.3 * np.vectorize(math.erf)(offset / sigma / math.sqrt(2)))


def line(**changed: Any) -> EdgeLine:
    """Make a line up the middle."""
    given = {"coefficients": np.array([16.0, 2.0]), "sigma": 1.0, "reach": 3.0}
    return EdgeLine(**given | {"dark": 0.2, "light": 0.8} | changed)


@pytest.mark.parametrize("sigma", [0.7, 1.5])
@pytest.mark.parametrize("order", [1, None])
def test_a_straight_edge_is_followed_to_a_thousandth_and_its_sigma_found(
    sigma: float, order: int | None
) -> None:
    """The sigma along the row is that of the normal times the root of 1 + slope^2."""
    found = edge_line.locate(picture(sigma), "accurate", order)
    assert found.coefficients == pytest.approx([16, 1.95], abs=2e-3)
    along = math.hypot(sigma * math.hypot(1, 0.1), math.sqrt(1 / 12))
    assert found.sigma == pytest.approx(along, rel=0.03)
    assert (found.dark, found.light) == pytest.approx((0.2, 0.8), abs=0.01)
    assert found.contrast == pytest.approx(0.6, abs=0.02)


def test_a_bent_edge_is_followed_by_the_order_that_it_has() -> None:
    """A sag of half a pixel is of second order; a given order is kept."""
    assert edge_line.locate(picture(bend=0.5), "accurate", None).coefficients == pytest.approx(
        [16, 1.95, 0.5], abs=5e-3
    )
    assert edge_line.locate(picture(bend=0.5), "accurate", 1).coefficients.size == 2
    assert edge_line.locate(picture(), "iso12233", None).coefficients.size == 6
    assert edge_line.locate(picture(), "iso12233", 3).coefficients.size == 4


@pytest.mark.parametrize(
    ("terms", "degree"),
    [([0, 1, 0, 0], 1), ([0, 1, 0.03, 0], 2), ([0, 1, 0.03, 0.03], 3), ([0, 1, 0.019, 0.019], 1)],
)
def test_a_term_of_more_than_two_hundredths_of_a_pixel_is_a_bend(
    terms: list[float], degree: int
) -> None:
    y = np.linspace(-1, 1, ROWS)
    assert edge_line._curved(y, legendre.legval(y, terms)) == degree


@pytest.mark.parametrize(("times", "degree"), [(3.5, 1), (4.5, 2)])
def test_a_bend_stands_out_of_the_noise_by_four_standard_errors(times: float, degree: int) -> None:
    """The error of a Legendre term is sqrt(2 n + 1) sigma over the root of the rows."""
    y = np.linspace(-1, 1, 400)
    rest = 0.5 * (-1.0) ** np.arange(400)
    term = times * 0.5 * math.sqrt(5 / 400)
    assert edge_line._curved(y, legendre.legval(y, [0, 1, term]) + rest) == degree


def test_levels_are_medians_on_both_sides_of_the_middle() -> None:
    image = np.array([[0.1, 0.2, 0.3, 0.7, 0.8, 0.9]] * 5)
    assert edge_line._levels(image) == pytest.approx((0.2, 0.8))
    with pytest.raises(GapError) as caught:
        edge_line._levels(np.ones((5, 5)))
    assert caught.value.code == "no_edge"


@pytest.mark.parametrize(
    ("dark", "light", "contrast"), [(0.2, 0.8, 0.6), (-0.5, 0.5, math.inf), (0.0, 1.0, 1.0)]
)
def test_contrast_is_the_difference_over_the_sum(
    dark: float, light: float, contrast: float
) -> None:
    assert line(dark=dark, light=light).contrast == pytest.approx(contrast)


def test_the_distance_is_normal_to_the_line_and_negative_left_of_it() -> None:
    """A lean of 4 columns in 39 rows."""
    distance, angle = edge_line.distances(line(), np.zeros((40, 33)))
    lean = 4 / 39
    assert distance[0] == pytest.approx((np.arange(33) - 14) / math.hypot(1, lean))
    assert distance[-1] == pytest.approx((np.arange(33) - 18) / math.hypot(1, lean))
    assert angle == pytest.approx(math.degrees(math.atan(lean)))


@pytest.mark.parametrize(("sigma", "reach"), [(1.5, 4.5), (0.5, 2.4), (5.0, 15.0)])
def test_a_line_spread_without_tails_reaches_three_sigma_or_of_eight_tenths_of_a_pixel(
    sigma: float, reach: float
) -> None:
    offset = np.add.outer(np.linspace(-0.5, 0.5, 40), np.arange(-16.0, 17.0))
    slope = np.where(np.abs(offset) < 1, 1.0, 0.0)
    assert edge_line._reach(slope, offset, sigma) == pytest.approx(reach)


@pytest.mark.parametrize(("width", "reach"), [(6, 6.5), (9, 9.5), (14, 12)])
def test_a_tail_that_stays_significant_is_taken_in_up_to_twelve_pixels(
    width: int, reach: float
) -> None:
    """Each offset in 40 rows."""
    offset = np.tile(np.arange(-16.0, 17.0), (40, 1))
    slope = np.where(np.abs(offset) <= width, 0.1, 0.0) + (offset == 0)
    assert edge_line._reach(slope, offset, 1.0) == pytest.approx(reach)


def fit(coefficients: Array, position: Array) -> Any:
    """Make a fitted profile."""
    return SimpleNamespace(coefficients=coefficients, position=position, residual=np.zeros(4))


def test_the_window_is_flat_to_four_thirds_of_the_reach_and_ends_at_twice() -> None:
    """In ISO mode it falls from the edge to the farther end of the region."""
    position = np.arange(-10, 12.0)
    place = position[1:] - 0.5
    accurate = edge._taper(fit(position, position), line(reach=3.0), "accurate")
    assert accurate[np.abs(place) <= 4] == pytest.approx(1)
    assert accurate[np.abs(place) >= 6] == pytest.approx(0, abs=1e-12)
    assert accurate[place == 4.5] == pytest.approx(0.5 + 0.5 * math.cos(math.pi * 0.25))
    iso = edge._taper(fit(position, position), line(), "iso12233")
    assert iso == pytest.approx(0.5 + 0.5 * np.cos(np.pi * place / 10.5), abs=1e-9)


def test_overshoot_is_a_share_of_the_step_between_the_levels_beyond_the_reach() -> None:
    """0 and 2 beside the edge; near it from -0.2 to 2.3."""
    position = np.arange(-8, 9.0)
    flat = np.where(position < 0, 0.0, 2.0)
    over, under = edge._overshoot(fit(flat, position), line(reach=3.0))
    assert (over, under) == pytest.approx((0, 0))
    rung = flat + 0.45 * (position == 2) - 0.3 * (position == -2)
    over, under = edge._overshoot(fit(rung, position), line(reach=3.0))
    assert (over, under) == pytest.approx((0.3 / 2, 0.2 / 2))
    short = np.abs(position) <= 3
    over, under = edge._overshoot(
        fit(rung[short], position[short]), line(reach=3.0, dark=0.0, light=2.0)
    )
    assert (over, under) == pytest.approx((0.3 / 2, 0.2 / 2))


@pytest.mark.parametrize(
    ("shape", "code"),
    [((20, 16), ""), ((19, 30), "region_too_small"), ((30, 15), "region_too_small")],
)
def test_an_edge_needs_twenty_rows_and_sixteen_columns(shape: tuple[int, int], code: str) -> None:
    image = np.tile(np.linspace(0, 1, shape[1]), (shape[0], 1))
    try:
        upright, seen_as = edge._upright(image, None)
    except GapError as gap:
        assert gap.code == code  # noqa: PT017 -- or none at all
    else:
        assert (upright.shape, code) == (shape, "")
        assert seen_as == {"resolves": "horizontal", "dark_side": "left"}


@pytest.mark.parametrize(
    ("over", "under", "named"), [(0.05, 0, True), (0, 0.05, True), (0.04, 0.04, False)]
)
def test_five_per_cent_beyond_a_level_are_sharpening(
    over: float, under: float, *, named: bool
) -> None:
    seen = SimpleNamespace(overshoot=over, undershoot=under)
    assert edge.EdgeResult.sharpened.fget(seen) is named  # type: ignore[attr-defined]


def result(mtf50: float | None = 0.2, mtf10: float | None = 0.4, **changed: Any) -> Any:
    """Make the result of an edge; its standard errors are 1 % and 2 %."""
    given = {"mtf50": mtf50, "mtf30": 0.3, "mtf10": mtf10, "u50": 0.002, "u10": 0.008}
    given |= {"degrees_of_freedom": 15, "resolves": "horizontal", "angle": 5.0}
    given |= {"beyond": 0.0, "frequencies": np.arange(2) / 2, "mtf": np.array([1.0, 0.1])}
    return SimpleNamespace(**given | changed)


def seen(*results: Any, probe: Any = None, stable: bool = True, **changed: Any) -> Edge:
    """Make an edge; with the exponent raised by a tenth its MTF50 is 3 % higher."""
    view = SimpleNamespace(stable=stable, place=None, region=SimpleNamespace(zone="centre"))
    given = {"view": view, "results": results or (result(),), "levels": (0.2, 0.8)}
    given |= {"probe": probe or result(0.206, 0.404), "coarseness": {"mtf50": 0.0, "mtf10": 0.0}}
    return Edge(**given | changed)


def test_a_crossing_is_reached_where_every_picture_and_the_probe_fall_to_it() -> None:
    assert seen().reached("mtf10")
    assert not seen(result(), result(mtf10=None)).reached("mtf10")
    assert not seen(probe=result(mtf10=None)).reached("mtf10")


def test_a_moving_edge_has_the_mean_of_its_pictures_and_a_steady_one_the_first() -> None:
    """And the standard error of the mean of independent ones."""
    three = (result(0.20), result(0.22, u50=0.004), result(0.27, u50=0.004))
    assert seen(*three).value("mtf50") == pytest.approx(0.20)
    moving = seen(*three, stable=False)
    assert moving.value("mtf50") == pytest.approx(0.23)
    assert seen(*three).noise("mtf50")[0].contribution == pytest.approx(0.002)
    fits = moving.noise("mtf50")[0]
    assert fits.contribution == pytest.approx(math.sqrt((4 + 16 + 16) / 9) * 1e-3)
    assert fits.degrees_of_freedom == 15


def test_the_slope_by_the_tone_curve_is_relative_to_a_tenth_of_the_exponent() -> None:
    assert seen().tone_slope("mtf50") == pytest.approx(0.3)
    assert seen().tone_slope("mtf10") == pytest.approx(0.1)


def test_doubt_of_the_tone_curve_is_uniform_and_that_of_the_print_by_its_curves() -> None:
    """Slope 0.3 of 0.2 cycle/px; half-width 0.1."""
    light = np.linspace(0, 1, 256)
    plain = edge_figures._tone_lines(seen(), Tone(light=light, name="", doubt=0.1))["mtf50"]
    assert [(one.source, one.contribution) for one in plain] == [
        (TONE_SOURCE, pytest.approx(0.3 * 0.2 * 0.1 / math.sqrt(3)))
    ]
    tone = Tone(light=light, name="", doubt=0.1, copies=(light**1.1, light**1.1))
    bent = wrong_curve.bending(light, [light**1.1], (0.2, 0.8), [0.5])[0, 0]
    other = edge_figures._tone_lines(seen(), tone)["mtf50"][1]
    assert other.source == PRINT_SOURCE
    assert other.contribution == pytest.approx(0.2 * math.sqrt(2) * abs(bent))
    assert abs(bent) > 0.005


def test_a_tone_made_of_another_keeps_nothing_of_what_that_one_found() -> None:
    light, levels = np.linspace(0, 1, 256), (0.2, 0.8)
    tone = Tone(light=light, name="", doubt=0.1, copies=(light**1.1,))
    before = tone.bends(levels)["mtf50"][1]
    other = replace(tone, copies=(light**1.3,))
    fresh = Tone(light=light, name="", doubt=0.1, copies=(light**1.3,))
    assert other.bends(levels)["mtf50"][1] == fresh.bends(levels)["mtf50"][1]
    assert other.bends(levels)["mtf50"][1] != before
    assert tone.bends(levels)["mtf50"][1] == before
    with pytest.raises(TypeError):
        Tone(light=light, name="", doubt=0.1, _known={})  # type: ignore[call-arg]


def test_crossings_bend_by_their_own_levels() -> None:
    light, levels = np.linspace(0, 1, 256), (0.2, 0.8)
    tone = Tone(light=light, name="", doubt=0.1, bent=(light**1.1,), copies=(light**1.2,))
    for name, level in (("mtf50", 0.5), ("mtf10", 0.1)):
        for found, other in zip(tone.bends(levels)[name], (1.1, 1.2), strict=True):
            expected = wrong_curve.bending(light, [light**other], levels, [level])[0]
            assert found == pytest.approx(expected)


def test_a_crossing_in_the_noise_is_one_of_more_than_eight_per_cent() -> None:
    for u50, code in ((0.0159, None), (0.0161, "mtf_in_noise")):
        gap = edge_figures._why_not(seen(result(u50=u50)), "mtf50")
        assert (gap and gap.code) == code
    gap = edge_figures._why_not(seen(result(mtf10=None)), "mtf10")
    assert gap is not None
    assert (gap.code, gap.parameters) == ("mtf_not_reached", {"level": 10})


def test_the_same_light_bends_nothing_and_scaled_light_neither() -> None:
    light = np.linspace(0, 1, 256)
    changes = wrong_curve.bending(light, [light, 3 * light], (0.2, 0.8), [0.5, 0.1])
    assert changes == pytest.approx(np.zeros((2, 2)), abs=1e-9)


def test_the_gaussian_edge_of_the_bending_has_its_own_crossing() -> None:
    """exp(-2 (pi f)^2) is one half at 0.1874."""
    for level in (0.9, 0.5, 0.1):
        true = math.sqrt(-math.log(level) / 2) / math.pi
        assert wrong_curve._fall_of_gaussian(level) == pytest.approx(true, abs=1e-3)


def test_an_edge_that_leans_reads_along_its_normal() -> None:
    """The difference to the axis is 1 - cos of the angle, uniform."""
    found = edge_figures._direction_line(result(angle=10.0), 0.4)
    expected = 0.4 * (1 - math.cos(math.radians(10))) / math.sqrt(3)
    assert found.contribution == pytest.approx(expected)


@pytest.mark.parametrize("beyond", [0.5, 1.0, 1.5])
def test_a_cap_leaves_the_spread_of_what_lies_below_it(beyond: float) -> None:
    """By summing over a normal distribution; nothing less than a twentieth, all below the cap."""
    x = np.linspace(-8, 8, 16001) + beyond
    density = np.exp(-0.5 * (x - beyond) ** 2) / math.sqrt(2 * math.pi)
    capped = np.minimum(x, 0.0)
    true = math.sqrt(float(np.sum(density * capped**2)) * (x[1] - x[0]))
    assert edge_figures._left_by_the_cap(beyond) == pytest.approx(true, rel=1e-4)
    assert edge_figures._left_by_the_cap(-beyond) == 1
    assert edge_figures._left_by_the_cap(0.0) == 1
    assert edge_figures._left_by_the_cap(5 + beyond) == 0.05


def scene() -> Any:
    """Make a scene that gives its figures as they come, without doubt of the print."""
    return SimpleNamespace(
        figure=lambda *words, **more: SimpleNamespace(words=words, **more), copy_lines=lambda _: []
    )


def placed(zone: str, size: float, mtf50: float = 0.2, **changed: Any) -> Edge:
    """Make an edge in a zone of a chart whose diagonals are ``size`` of the picture's."""
    corners_of = size * np.array([[0, 0], [800, 0], [800, 600], [0, 600]])
    place = SimpleNamespace(corners=corners_of, picture=(800, 600))
    view = SimpleNamespace(
        stable=True, place=place, region=SimpleNamespace(zone=zone), luma=np.zeros((4, 2, 2))
    )
    return seen(result(mtf50, **changed), view=view)


def test_the_chart_covers_the_corners_from_85_per_cent_of_the_diagonal() -> None:
    tone = Tone(light=np.ones(2), name="t", doubt=0.1)
    for size, codes in ((0.84, ["field_not_covered"]), (0.86, [])):
        edges = [placed("centre", size), placed("upper_left", size, 0.18)]
        found: list[Any] = list(corners.ratios(scene(), edges, tone))
        assert [one.reason.code for one in found if hasattr(one, "reason")] == codes
        assert corners.coverage(edges[0].view.place) == pytest.approx(size)  # type: ignore[arg-type]
    assert list(corners.ratios(scene(), [seen()], tone)) == []


def test_a_corners_ratio_is_to_the_centre_of_its_direction_with_both_uncertainties() -> None:
    """0.18 over 0.2; errors of 0.002 each; slopes 0.3 and (0.206 / 0.18 - 1) / 0.1."""
    tone = Tone(light=np.ones(2), name="t", doubt=0.1)
    corner, centre = placed("upper_left", 1, 0.18), placed("centre", 1)
    upright = placed("lower_left", 1, 0.1, resolves="vertical")
    [found] = corners.ratios(scene(), [upright, corner, centre], tone)
    name, value, unit, budget = found.words  # type: ignore[union-attr]
    assert (name, value, unit) == ("resolution.corner_ratio", pytest.approx(0.9), "1")
    assert found.details == {"corner": 0.18, "centre": 0.2}  # type: ignore[union-attr]
    lines = outcomes.contributions(budget)
    assert lines["noise and fit"] == pytest.approx(0.002 / 0.2)
    assert lines["noise and fit, centre"] == pytest.approx(0.9 * 0.002 / 0.2)
    slopes = abs((0.206 / 0.18 - 1) / 0.1 - 0.3)
    assert lines[TONE_SOURCE] == pytest.approx(0.9 * slopes * 0.1 / math.sqrt(3))


@pytest.mark.parametrize(("of_corner", "of_centre"), [(0.2, 0.2), (0.2, -0.2), (0.0, 0.1)])
def test_a_curve_that_is_off_at_both_edges_alike_moves_their_ratio_little(
    of_corner: float, of_centre: float
) -> None:
    """Both edges have a slope of 0.3: what their sides show in common cancels."""
    tone = Tone(light=np.ones(2), name="t", doubt=0.0)
    at = {"upper_left": of_corner, "centre": of_centre}
    edges = [replace(placed(zone, 1), exponent=off) for zone, off in at.items()]
    [found] = corners.ratios(scene(), edges, tone)
    lines = outcomes.contributions(found.words[3])  # type: ignore[union-attr]
    assert lines[TONE_SOURCE] == pytest.approx(0.3 * abs(of_corner - of_centre))


def test_other_curves_and_filters_of_codes_move_a_ratio_by_what_they_do_unlike() -> None:
    """Of 0.18 over 0.2: two curves change the corner 0.03 and 0.02 more; a filter 0.04 more."""
    bent = {0.1: np.array([0.04, 0.01]), 0.2: np.array([0.01, -0.01])}
    tone: Any = SimpleNamespace(
        name="t", doubt=0.0, bends=lambda levels: {"mtf50": (bent[levels[0]], np.array([9.0, 9.0]))}
    )
    corner = replace(placed("upper_left", 1, 0.18), levels=(0.1, 0.4))
    centre = replace(placed("centre", 1), levels=(0.2, 0.8))
    for filtered, share in ((0.0, 0.0), (0.05, 0.04), (-0.03, -0.04)):
        edges = [replace(corner, filtered={"mtf50": filtered} if filtered else {})]
        edges += [replace(centre, filtered={"mtf50": 0.01} if filtered else {})]
        [found] = corners.ratios(scene(), edges, tone)
        lines = outcomes.contributions(found.words[3])  # type: ignore[union-attr]
        assert lines[TONE_SOURCE] == pytest.approx(0.9 * math.hypot(0.03, 0.02, share))


def test_corners_without_an_edge_in_the_centre_have_no_ratio() -> None:
    tone = Tone(light=np.ones(2), name="t", doubt=0.1)
    [note] = corners.ratios(scene(), [placed("upper_left", 1)], tone)
    assert note.reason.code == "no_corner_edges"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("contrast", "tone", "added", "exponent"),
    [
        (2 / 3, "grey_steps", 0.0, 0.0),
        (5.0, "grey_steps", 0.0, 0.0),
        (0.8, "grey_steps", 0.0, math.log(9) / math.log(5) - 1),
        (0.5, "grey_steps", 0.0, math.log(3) / math.log(5) - 1),
        (0.5, "inverse_oetf_bt709", 0.0, 0.0),
        (0.5, "grey_steps", 0.15, 0.0),
    ],
)
def test_two_sides_of_an_edge_contradict_a_curve_by_the_exponent_that_they_need(
    contrast: float, tone: str, added: float, exponent: float
) -> None:
    """Printed 5:1; less contrast than that is what a veil leaves of it by a declared curve."""
    printed = {"dark": 0.15, "light": 0.75, "angle": 5.5}
    view: Any = SimpleNamespace(region=SimpleNamespace(printed=printed))
    scene: Any = SimpleNamespace(
        tone=tone, tone_doubt=0.01, copy_doubt=0.0, lit=lambda _: (1.0, added)
    )
    found = wrong_curve.contradicted(scene, view, contrast)
    assert found == pytest.approx(exponent, abs=1e-3)
    printed.pop("angle")
    assert wrong_curve.contradicted(scene, view, contrast) == found
    by_hand: Any = SimpleNamespace(region=SimpleNamespace(printed={}))
    assert wrong_curve.contradicted(scene, by_hand, contrast) == 0


def test_a_side_without_light_counts_as_a_thousandth_and_one_below_none_tells_nothing() -> None:
    view: Any = SimpleNamespace(region=SimpleNamespace(printed={"dark": 0.0, "light": 0.75}))
    sight: Any = SimpleNamespace(
        tone="grey_steps", tone_doubt=0.0, copy_doubt=0.0, lit=lambda _: (1.0, 0.0)
    )
    expected = math.log(9) / math.log(750) - 1
    assert wrong_curve.contradicted(sight, view, 0.8) == pytest.approx(expected)
    for contrast in (1.0, 1.5, math.inf, math.nan):
        assert wrong_curve.contradicted(sight, view, contrast) == 0


def test_without_other_curves_nothing_bends() -> None:
    light = np.linspace(0, 1, 256)
    assert wrong_curve.bending(light, [], (0.2, 0.8), [0.5, 0.1]).shape == (2, 0)


def test_a_corners_ratio_holds_what_rises_beyond_both_windows() -> None:
    """An MTF that falls by 1.8 a cycle/px: 2 % of the step move MTF50 by 0.02 x 0.5 / 1.8."""
    tone = Tone(light=np.ones(2), name="t", doubt=0.0)
    corner, centre = placed("upper_left", 1, 0.18, beyond=0.02), placed("centre", 1)
    [found] = corners.ratios(scene(), [corner, centre], tone)
    lines = outcomes.contributions(found.words[3])  # type: ignore[union-attr]
    assert lines[tails.SOURCE] == pytest.approx(0.02 * 0.5 / 1.8 / math.sqrt(3) / 0.2)
    assert f"{tails.SOURCE}, centre" not in lines


def test_codes_that_lie_apart_leave_more_of_an_edge_open() -> None:
    """Of plain levels without noise 8 / sqrt(12) codes, where whole codes leave 1 / sqrt(12)."""
    plain = np.full((4, 60, 40), 50, np.uint8)
    plain[:, :, 20:] = 154
    for apart in (1.0, 2.0, 8.0):
        sight: Any = SimpleNamespace(code_spacing=apart, shared={}, of_kind=lambda _: ())
        view: Any = SimpleNamespace(luma=plain, place=None, stable=True)
        assert whole_codes.undecided(sight, view, "horizontal") == pytest.approx(
            apart / math.sqrt(12)
        )


def test_what_rises_beyond_the_centres_window_moves_the_ratio_by_that_of_the_corner() -> None:
    """0.18 over 0.2 is 0.9; the centre's part is that of its own MTF50, times 0.9."""
    tone = Tone(light=np.ones(2), name="t", doubt=0.0)
    corner, centre = placed("upper_left", 1, 0.18), placed("centre", 1, beyond=0.02)
    [found] = corners.ratios(scene(), [corner, centre], tone)
    lines = outcomes.contributions(found.words[3])  # type: ignore[union-attr]
    expected = 0.9 * 0.02 * 0.5 / 1.8 / math.sqrt(3) / 0.2
    assert lines[f"{tails.SOURCE}, centre"] == pytest.approx(expected)


def test_what_curve_and_print_leave_in_doubt_anyhow_contradicts_nothing() -> None:
    """An exponent 0.365 too large; the curve in doubt by 0.3, rectangular, the print by 0.2."""
    printed = {"dark": 0.15, "light": 0.75, "angle": 5.5}
    view: Any = SimpleNamespace(region=SimpleNamespace(printed=printed))
    scene: Any = SimpleNamespace(
        tone="grey_steps", tone_doubt=0.3, copy_doubt=0.2, lit=lambda _: (1.0, 0.0)
    )
    off = math.log(9) / math.log(5) - 1
    found = wrong_curve.contradicted(scene, view, 0.8)
    assert found == pytest.approx(math.sqrt(off**2 - 0.3**2 / 3 - 0.2**2))


def test_one_picture_tells_the_noise_beside_its_edges() -> None:
    """Rows that lie a code apart."""
    rows = np.repeat((np.arange(40) % 2)[:, None] * 2, 30, axis=1).astype(np.uint8)
    view: Any = SimpleNamespace(luma=rows[None], place=None, stable=True)
    assert whole_codes.roughness(view, "horizontal") == pytest.approx(2 / 0.954)
    assert whole_codes.roughness(view, "vertical") == 0
    five = np.array([rows, rows, 0 * rows, 0 * rows, rows])
    view = SimpleNamespace(luma=five, place=None, stable=True)
    assert whole_codes.roughness(view, "horizontal") == pytest.approx(1 / 0.954), "of four frames"


def covered_by(scatter: float, step: float) -> str:
    """Return how a residual of 16 x 12 px with one band that is off is answered."""
    residual = np.full((16, 12), 0.01)
    residual[4:8] = scatter
    residual[:, ::2] *= -1  # nothing coarse
    try:
        covered.refuse_covered(residual, np.zeros(residual.shape), step)
    except GapError as gap:
        return gap.code
    return ""


@pytest.mark.parametrize(
    ("scatter", "step", "code"),
    [
        (0.049, 1.0, ""),
        (0.051, 1.0, "edge_covered"),
        (0.051, 1.1, ""),
        (0.036, 0.7, "edge_covered"),
        (0.034, 0.5, ""),
    ],
)
def test_a_band_of_four_rows_that_scatters_as_a_twentieth_of_the_step_is_covered(
    scatter: float, step: float, code: str
) -> None:
    """Where the other bands scatter by 0.01, 3.5 times as much is needed besides."""
    assert covered_by(scatter, step) == code


def test_patches_are_means_of_four_by_four_pixels() -> None:
    """What is left over on either side is none."""
    residual = np.add.outer(np.arange(9.0), 10 * np.arange(13.0))
    expected = np.add.outer([1.5, 5.5], [15.0, 55.0, 95.0])
    assert covered._patches(residual) == pytest.approx(expected)


def test_a_window_reaches_from_where_it_opens_to_where_it_closes() -> None:
    assert profile._inside(np.array([0.0, 0.1, 1.0, 0.0, 0.1, 0.0])) == slice(1, 5)


def test_nobody_writes_to_frequencies_that_all_edges_share() -> None:
    with pytest.raises(ValueError, match="read-only"):
        profile._grid(0.0)[0][0] = 1.0


def test_rounding_is_a_share_of_a_crossing_and_none_of_an_edge_that_noise_dithers() -> None:
    """Of an edge whose codes leave 1 % of its step open; by default nothing."""
    open_by = replace(seen(result(0.2)), rounding=0.01)
    for name, share in (("mtf50", 3.2 * 0.2), ("mtf10", 3.8 * 0.4)):
        [line] = edge_figures._rounding(open_by, name)
        assert line.contribution == pytest.approx(0.01 * share)
    assert edge_figures._rounding(replace(open_by, rounding=1.5e-5), "mtf50")
    assert edge_figures._rounding(replace(open_by, rounding=0.5e-5), "mtf50") == []
    assert edge_figures._rounding(seen(result(0.2)), "mtf50") == []


@pytest.mark.parametrize("fraction", [0.0, 0.25])
def test_the_step_of_an_edge_is_from_the_tenth_to_the_ninetieth_percent(fraction: float) -> None:
    codes = np.add.outer(np.zeros(5), np.arange(101.0)) + fraction
    assert edge_figures._height(codes) == pytest.approx(80, abs=1)


def test_a_quarter_of_the_bands_is_enough_to_tell_what_lies_on_the_others() -> None:
    residual = np.full((16, 12), 0.01)
    residual[4:12] = 0.06
    residual[:, ::2] *= -1  # nothing coarse
    with pytest.raises(GapError) as caught:
        covered.refuse_covered(residual, np.zeros(residual.shape), 1.0)
    assert caught.value.parameters["share"] == pytest.approx(0.06)
