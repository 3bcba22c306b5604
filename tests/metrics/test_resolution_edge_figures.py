"""From views of drawn edges to their figures, notes and corner ratios, by closed forms."""

from __future__ import annotations

import math
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import outcomes
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from scipy.special import ndtr

from acceptance.charts.located import Located, four, to_picture
from acceptance.errors import GapError
from acceptance.metrics import resolution
from acceptance.metrics._shared import region_codes
from acceptance.metrics.resolution import coding_loss, corners, edge_figures
from acceptance.metrics.resolution.edge import edge_mtf_probed
from acceptance.metrics.resolution.edge_figures import Edge
from acceptance.metrics.resolution.sampling import PictureSamples
from acceptance.metrics.resolution.tone import Tone, tone_of
from acceptance.model.measurement import Note

Array = NDArray[np.float64]

MTF50_TIMES_SIGMA = math.sqrt(math.log(2) / 2) / math.pi  # of a Gaussian
TONE = Tone(light=np.arange(256) / 200, name="t", doubt=0.1)


def drawn(mtf50: float = 0.25, frames: int = 2) -> Array:
    """Draw an edge in light from 0.2 to 0.8 as codes of 200 times that, leaning by 5 degrees."""
    y, x = np.mgrid[:60, :50] - np.array([29.5, 24.8])[:, None, None]
    lean = math.tan(math.radians(5))
    light = 0.2 + 0.6 * ndtr((x - y * lean) / math.hypot(1, lean) * mtf50 / MTF50_TIMES_SIGMA)
    return np.repeat(200 * light[None], frames, axis=0)


def region(**changed: Any) -> Any:
    """Make the region of an edge in the centre."""
    given = {"name": "centre.edge", "kind": "edge", "zone": "centre", "direction": "vertical"}
    return SimpleNamespace(**given | {"printed": {}, "rect": (0, 0, 9, 9)} | changed)


def view(luma: Array | None = None, **changed: Any) -> Any:
    """Make a view by hand that stands still."""
    given = {"luma": drawn() if luma is None else luma, "box": (30, 70, 50, 60), "place": None}
    return SimpleNamespace(
        **given | {"region": region(), "stable": True, "detail": (24,)} | changed
    )


def scene(*views: Any, **changed: Any) -> Any:
    """Make a scene whose light is a two hundredth of the code, whose figures are as given."""
    video = SimpleNamespace(
        height=1000,
        depth=8,
        sample_aspect=Fraction(5, 4),
        assumed=(),
        codec="h264",
        steps=None,
        coded_before=None,
        scaling=None,
        coded_columns=1.0,
        sideways=False,
    )
    given = {
        "video": video,
        "code_spacing": 1.0,
        "shown": (0, 0, 1600, 1000),
        "code_black": 16,
        "code_unit": 1,
        "code_white": 235,
        "located": (),
        "chart": None,
        "shared": {},
    }
    given |= {"of_kind": lambda kind: [one for one in views if one.region.kind == kind]}
    given |= {"linear": lambda codes: np.asarray(codes) / 200, "tone": "t", "tone_doubt": 0.1}
    given |= {"bent_curves": lambda _: [], "lit_curves": lambda _: []}
    given |= {"light_field": None}
    given |= {"shade": lambda seen: np.ones(np.shape(seen.luma)[1:])}
    given |= {"copy_curves": lambda codes: [codes / 100, codes / 300], "copy_lines": lambda _: []}
    given |= {
        "figure": lambda *words, **more: SimpleNamespace(words=words, budget=words[3], **more)
    }
    return SimpleNamespace(**given | changed)


def result(mtf50: float | None = 0.2, mtf10: float | None = 0.4, **changed: Any) -> Any:
    """Make the result of an edge; its standard errors are 1 % and 2 %."""
    given = {"mtf50": mtf50, "mtf30": 0.3, "mtf10": mtf10, "u50": 0.002, "u10": 0.008}
    given |= {"degrees_of_freedom": 15, "resolves": "horizontal", "angle": 5.12345, "order": 2}
    given |= {"dark_side": "left", "window": 7.12345, "contrast": 0.6123456, "sharpened": False}
    given |= {"overshoot": 0.0123456, "undershoot": 0.0234567, "beyond": 0.0}
    given |= {"frequencies": np.arange(257) / 256, "mtf": np.linspace(1, 0.1234567, 257)}
    return SimpleNamespace(**given | changed)


def edge(*results: Any, probe: Any = None, **changed: Any) -> Edge:
    """Make an edge as seen; with the exponent raised by a tenth its MTF50 is 3 % higher."""
    given = {"view": view(), "results": results or (result(),), "levels": (0.2, 0.8)}
    given |= {
        "probe": probe or result(0.206, 0.404),
        "coarseness": dict.fromkeys(edge_figures.LEVELS, 0.1),
    }
    return Edge(**given | changed)


def test_a_coder_moves_a_crossing_the_farther_the_flatter_the_mtf_falls_to_it() -> None:
    """MTF10 lay at 0.92 +- 0.15 cycle/px for 0.50, where a coder had lifted the end of an MTF."""
    usual = 1 - math.sqrt(math.log(0.15) / math.log(0.1))
    at = np.arange(257) / 256
    gaussian = np.exp(-((at / 0.4) ** 2) * math.log(10))
    lifted = np.maximum(gaussian, 0.16 - at / 15)
    shares = [
        edge(result(0.2, at10, mtf=mtf)).coding_share("mtf10")
        for mtf, at10 in ((gaussian, 0.4), (lifted, 0.9))
    ]
    flat = 1 - np.interp(-0.15, -lifted, at) / 0.9
    assert shares[1] / shares[0] == pytest.approx(flat / usual, rel=0.05)
    assert shares[1] > 6 * shares[0]


def test_the_tone_of_a_scene_is_the_light_of_every_code() -> None:
    found = tone_of(scene())
    assert found.light == pytest.approx(np.arange(256) / 200)
    assert (found.name, found.doubt) == ("t", 0.1)
    assert found.copies[1] == pytest.approx(np.arange(256) / 300)


def test_an_edge_is_measured_on_all_frames_together_and_on_groups_of_them() -> None:
    """Four frames, the first blurred by half as much again and darker by 8 codes.

    Each row is a little lighter than the one above, so that no two shares of pixels have one level.
    """
    luma = drawn(frames=4)
    luma[0] = drawn(0.17)[0] - 8
    luma += np.linspace(-1, 1, 60)[:, None]
    found = edge_figures.seen(scene(), view(luma), TONE)
    light = luma.mean(axis=0) / 200
    assert len(found.results) == 5
    assert found.first.mtf50 == pytest.approx(resolution.edge_mtf(light).mtf50)
    assert found.results[1].mtf50 == pytest.approx(0.17, rel=1e-3)
    assert found.probe.mtf50 == pytest.approx(resolution.edge_mtf(light**1.1).mtf50, rel=1e-4)
    assert found.levels == pytest.approx(np.percentile(light, (10, 90)))
    step = float(np.ptp(np.percentile(light, (10, 90)))) * 200
    assert found.coarseness["mtf10"] == pytest.approx(0.625 * 2 ** (24 / 6) / step)


def test_a_steady_edge_scatters_between_groups_of_frames_and_a_moving_one_between_frames() -> None:
    """The variance of their mean beyond that of the fit.

    Of a moving one the fits are independent; of a steady one the first is of all frames.
    """
    results = [result(at, u50=u) for at, u in ((0.20, 2e-3), (0.22, 3e-3), (0.18, 6e-3))]
    fit, repeat = edge(*results).noise("mtf50")
    assert (fit.contribution, fit.degrees_of_freedom) == (2e-3, 15)
    assert repeat.contribution == pytest.approx(math.sqrt(0.02**2 - 2e-3**2))
    fit, repeat = edge(*results, view=view(stable=False)).noise("mtf50")
    assert fit.contribution == pytest.approx(7e-3 / 3)
    assert repeat.contribution == pytest.approx(math.sqrt(0.02**2 / 3 - (7e-3 / 3) ** 2))


def test_an_edge_is_read_as_evenly_lit_and_its_levels_as_they_are_lit() -> None:
    """Half the light on the dark side, all of it on the other."""
    shade = np.linspace(0.5, 1, 50) * np.ones((60, 1))
    plain = edge_figures.seen(scene(), view(), TONE)
    found = edge_figures.seen(scene(shade=lambda _: shade), view(drawn() * shade), TONE)
    assert found.first.mtf50 == pytest.approx(plain.first.mtf50, rel=1e-3)
    assert found.first.contrast == pytest.approx(0.6, rel=0.01)
    assert found.probe.mtf50 == pytest.approx(plain.probe.mtf50, rel=1e-3)
    assert found.levels == pytest.approx([0.75 * level for level in plain.levels], rel=1e-3)


@pytest.mark.parametrize("off", [0.0, 0.25])
def test_codes_whole_or_not_are_as_evenly_lit_by_the_other_curve(off: float) -> None:
    codes, shade = np.rint(drawn()[0]) + off, np.linspace(0.5, 1, 50) * np.ones((60, 1))
    light = codes / 200 / shade
    assert edge_figures._probe(TONE, codes, light, shade) == pytest.approx(light**1.1)


def test_a_step_of_an_edge_counts_as_a_code_at_least() -> None:
    """Codes from 100.4 to 101.6, of which the light is 0.2 and 0.8, and half of them."""
    light = Tone(light=(np.arange(256) - 100) / 2, name="t", doubt=0.1)
    for share, height in ((1.0, 1.2), (0.5, 1.0)):
        found = edge_figures.seen(scene(), view(100 + share * drawn() / 100), light)
        assert found.rounding == pytest.approx(1 / math.sqrt(12) / height, rel=0.02)


def test_an_edge_whose_samples_are_not_what_they_seem_is_refused_or_limited() -> None:
    with pytest.raises(GapError, match="combed"):
        edge_figures.seen(scene(), view(), TONE, PictureSamples(shift=0.5))
    zoomed = PictureSamples(across=0.5, enlarged=2.0)
    assert edge_figures.seen(scene(), view(), TONE, zoomed).limit == 0.25


def test_an_edge_alone_has_a_curve_and_no_doubt_of_finer_light() -> None:
    assert edge().curve.name == "mtf"
    assert edge().tails("mtf50") == []


def test_of_coders_that_take_less_of_a_crossing_only_that_share_counts() -> None:
    usual, less = (
        edge(coarseness={"mtf10": coarse, "mtf50": 0.1}).coding_share("mtf10")
        for coarse in (0.1, 0.07)
    )
    assert less == pytest.approx(0.7 * usual)
    assert usual > 0


def test_what_whole_codes_leave_open_is_over_the_step_of_the_edge() -> None:
    """The root of a twelfth of 120 codes, where nothing dithers them."""
    assert edge_figures.seen(scene(), view(np.rint(drawn())), TONE).rounding == pytest.approx(
        1 / math.sqrt(12) / 120, rel=0.02
    )


def test_light_that_is_finer_than_its_surface_moves_an_edge_as_its_step_does() -> None:
    """A hundredth on each side of a step of 0.5, in 0 where nothing is printed beside the edge."""
    finer = SimpleNamespace(finer=lambda places: np.full(len(places), 0.01))
    even = {"place": lambda _: np.zeros(2), "lit": lambda _: (1.0, 0.0), "copy_doubt": 0.0}
    lit = scene(light_field=finer, **even)
    printed = region(printed={"dark": 0.2, "light": 0.7})
    found = edge_figures.seen(lit, view(region=printed, place=None), TONE)
    assert found.finer == pytest.approx(math.sqrt(2) * 0.01 / 0.5)
    swapped = view(region=region(printed={"dark": 0.7, "light": 0.2}), place=None)
    assert edge_figures.seen(lit, swapped, TONE).finer == found.finer
    assert edge_figures.seen(lit, view(region=region(printed={})), TONE).finer == 0
    first, [line] = found.first, found.tails("mtf50")
    near = np.array([0.98, 1.02]) * first.mtf50
    slope = -np.diff(np.interp(near, first.frequencies, first.mtf)) / np.ptp(near)
    assert line.source == "light finer than its surface"
    assert line.contribution == pytest.approx(found.finer * 0.5 / float(slope[0]), rel=1e-6)


def test_light_below_nothing_keeps_its_sign_under_another_exponent() -> None:
    """A curve may put the darkest codes below zero."""
    dark = Tone(light=TONE.light - 0.25, name="t", doubt=0.1)
    found = edge_figures.seen(scene(), view(), dark)
    light = drawn()[0] / 200 - 0.25
    bent = np.where(light < 0, -1, 1) * np.abs(light) ** 1.1
    assert found.probe.mtf50 == pytest.approx(resolution.edge_mtf(bent).mtf50, rel=1e-4)


def test_a_clipped_edge_is_refused() -> None:
    with pytest.raises(GapError) as refused:
        edge_figures.seen(scene(), view(np.maximum(drawn() - 40, 0)), TONE)
    assert (refused.value.code, refused.value.parameters["region"]) == ("clipped", "centre.edge")


def test_a_drawn_edge_has_its_crossings_and_its_tv_lines() -> None:
    """MTF10 is at sqrt(ln 10 / ln 2) of MTF50; a cycle a pixel is 2 x 1000 / (5 / 4) TV lines."""
    found: list[Any] = list(resolution.measure(scene(view())))
    mtf10 = 0.25 * math.sqrt(math.log(10) / math.log(2))
    assert [one.words[:3] for one in found] == [
        ("resolution.mtf50", pytest.approx(0.25, rel=1e-3), "cycle/px"),
        ("resolution.mtf10", pytest.approx(mtf10, rel=1e-3), "cycle/px"),
        ("resolution.horizontal", pytest.approx(1600 * mtf10, rel=1e-3), "TVL"),
    ]
    for figure in found:
        assert (figure.region, figure.direction, figure.samples) == ("centre.edge", "horizontal", 2)
    assert found[0].details["line_widths_per_height"] == pytest.approx(400, rel=1e-3)
    assert found[1].details["line_widths_per_height"] == pytest.approx(1600 * mtf10, rel=1e-3)
    sources = [set(outcomes.contributions(one.words[3])) for one in found]
    common = {"noise and fit", "quantisation", "tone curve", "chart copy", "coding"}
    assert sources == [common, common, common | {"edge direction"}]


def test_coding_takes_off_a_share_of_its_coarseness() -> None:
    """Of MTF50 and of MTF10, on the 7.5 transform blocks of 60 rows."""
    found: list[Any] = list(edge_figures.figures(scene(), edge(), TONE))
    coded = [outcomes.contributions(one.words[3])["coding"] for one in found]
    half, tenth = (coding_loss.OF_EDGE[name].share(0.1, 7.5) for name in ("mtf50", "mtf10"))
    assert coded == pytest.approx([half * 0.2, tenth * 0.4, 1600 * tenth * 0.4])


@pytest.mark.parametrize(
    ("changed", "noted", "measured"),
    [
        ({"mtf10": None}, {"mtf10": "mtf_not_reached", "horizontal": "mtf_not_reached"}, ["mtf50"]),
        ({"u10": 0.04}, {"mtf10": "mtf_in_noise", "horizontal": "mtf_in_noise"}, ["mtf50"]),
        ({"u50": 0.04}, {"mtf50": "mtf_in_noise"}, ["mtf10", "horizontal"]),
    ],
)
def test_a_crossing_that_is_none_is_noted_for_each_figure_that_hangs_on_it(
    changed: dict[str, Any], noted: dict[str, str], measured: list[str]
) -> None:
    found: list[Any] = list(edge_figures.figures(scene(), edge(result(**changed)), TONE))
    notes = {one.quantity: one for one in found if isinstance(one, Note)}
    assert {name: one.reason.code for name, one in notes.items()} == {
        f"resolution.{name}": code for name, code in noted.items()
    }
    assert {one.region for one in notes.values()} == {"centre.edge"}
    levels = {one.reason.parameters["level"] for one in notes.values()}
    assert levels == {50 if "mtf50" in noted else 10}
    assert [one.words[0] for one in found if not isinstance(one, Note)] == [
        f"resolution.{name}" for name in measured
    ]


def test_tv_lines_along_rows_are_noted_where_the_pixels_shape_is_doubtful() -> None:
    doubtful = scene(located=(SimpleNamespace(pixel_aspect=0.5, focal_length=lambda _: math.inf),))
    doubtful.video.assumed = ("sample_aspect",)
    found: list[Any] = list(edge_figures.figures(doubtful, edge(), TONE))
    assert (found[-1].quantity, found[-1].reason.code) == (
        "resolution.horizontal", "pixel_aspect_doubtful"
    )  # fmt: skip
    upright = edge(result(resolves="vertical"))
    [*_, lines] = edge_figures.figures(doubtful, upright, TONE)
    assert lines.words[:2] == ("resolution.vertical", pytest.approx(2000 * 0.4))  # type: ignore[union-attr]


def test_the_details_of_an_edge_are_rounded_to_what_they_are_worth() -> None:
    found = edge_figures._details(edge(), 0.20000777, 1600.0)
    assert found == {
        "zone": "centre", "box": "30, 70, 50, 60", "line_widths_per_height": 320.01,
        "angle": 5.123, "edge_order": 2, "dark_side": "left", "window": 7.12, "contrast": 0.6123,
        "overshoot": 0.0123, "undershoot": 0.0235, "sharpened": False,
        "mtf50": 0.2, "mtf30": 0.3, "mtf10": 0.4,
    }  # fmt: skip
    digits = edge(result(0.2123456, None, mtf30=0.3234567))
    found = edge_figures._details(digits, 0.2, 1600.0)
    assert (found["mtf50"], found["mtf30"]) == (0.21235, 0.32346)
    assert "mtf10" not in found


def test_the_curve_of_an_edge_has_every_other_frequency_up_to_three_quarters_of_a_cycle() -> None:
    found = edge_figures._curve(result(mtf10=None))
    assert found.x == tuple(float(at) for at in np.arange(97) / 128)
    assert found.y == tuple(round(1 - (1 - 0.1234567) * at / 128, 5) for at in range(97))
    assert found.marks == {"MTF50": 0.2, "MTF30": 0.3, "Nyquist": 0.5}


@pytest.mark.parametrize(
    ("mtf10", "at", "limited_by"),
    [(0.4, 0.4, "criterion"), (0.5, 0.5, "criterion"), (0.51234, 0.5, "sampling_limit")],
)
def test_limiting_resolution_ends_at_half_a_cycle_per_pixel(
    mtf10: float, at: float, limited_by: str
) -> None:
    """The spread is that of all lines, and less of it is left the further MTF10 lies beyond."""
    budget = edge().noise("mtf10")
    found: Any = edge_figures._limiting(scene(), edge(result(0.2, mtf10)), TONE, budget)
    lean = at * (1 - math.cos(math.radians(5.12345))) / math.sqrt(3)
    share = edge_figures._left_by_the_cap((mtf10 - 0.5) / math.hypot(0.008, lean))
    assert found.words[1] == pytest.approx(1600 * at)
    assert outcomes.contributions(found.words[3]) == pytest.approx(
        {"noise and fit": 1600 * 0.008 * share, "edge direction": 1600 * lean * share}
    )
    assert share < 1 or mtf10 <= 0.5
    assert found.details == {
        "criterion": "MTF10", "limited_by": limited_by, "sampling_limit": 800.0,
        "line_widths_per_height": 1600 * at, "cycles_per_pixel": mtf10, "zone": "centre",
        "sharpened": False,
    }  # fmt: skip
    assert found.samples == 2


def test_the_line_widths_of_a_limit_are_rounded_to_a_hundredth() -> None:
    found = edge_figures._limiting_details(edge(), 0.40000777, 1600.0)
    assert found["line_widths_per_height"] == 640.01


def test_an_edge_without_any_spread_keeps_the_least_share_beyond_the_cap() -> None:
    certain = edge(result(0.2, 0.6, angle=0.0))
    found: Any = edge_figures._limiting(scene(), certain, TONE, [])
    assert outcomes.contributions(found.words[3]) == {"edge direction": 0.0}


def test_regions_serve_where_there_is_an_edge_or_a_wedge() -> None:
    wedge = view(region=region(kind="wedge"))
    assert resolution.serves(scene(wedge))
    assert resolution.serves(scene(view()))
    assert not resolution.serves(scene(view(region=region(kind="flat"))))


@pytest.mark.parametrize(("direction", "named"), [("", "horizontal"), ("vertical", "vertical")])
def test_what_was_not_obtained_is_noted_for_every_figure_of_its_region(
    direction: str, named: str
) -> None:
    """A flat edge and a wedge of which nothing is known."""
    grey = view(np.full((2, 60, 50), 100.0), region=region(name="a", direction=direction))
    wedge = view(region=region(name="b", kind="wedge", direction=direction))
    found: list[Any] = list(resolution.measure(scene(grey, wedge)))
    assert [(one.quantity, one.reason.code, one.region) for one in found] == [
        ("resolution.mtf50", "no_edge", "a"),
        ("resolution.mtf10", "no_edge", "a"),
        (f"resolution.{named}", "no_edge", "a"),
        (f"resolution.wedge_{named}", "wedge_unknown", "b"),
    ]
    assert found[-1].reason.parameters == {"region": "b"}
    assert "region" not in found[0].reason.parameters


def test_figures_are_those_of_each_edge_in_turn() -> None:
    """Of an edge half as sharp as the first one."""
    soft = view(drawn(0.15), region=region(name="soft"))
    found: list[Any] = list(resolution.measure(scene(view(), soft)))
    values = {one.region: one.words[1] for one in found if one.words[0] == "resolution.mtf50"}
    assert values == pytest.approx({"centre.edge": 0.25, "soft": 0.15}, rel=1e-3)


@pytest.mark.parametrize(("factor", "notes"), [(1.0, 0), (1.5, 1), (2.5, 1)])
def test_a_zoom_is_noted_once_and_no_zoom_is_not(factor: float, notes: int) -> None:
    found = list(resolution._enlarged(PictureSamples(enlarged=factor)))
    assert [note.reason.parameters["factor"] for note in found] == [factor] * notes


def test_sharpening_is_noted_once_where_it_is_strongest() -> None:
    """By over- and undershoot together."""
    over, both, under = (
        edge(result(overshoot=high, undershoot=low, sharpened=True), view=view(region=here))
        for here, high, low in (
            (region(name="over"), 0.2, 0.01),
            (region(name="both"), 0.15, 0.15),
            (region(name="under"), 0.0, 0.2),
        )
    )
    [note] = resolution._sharpened([over, both, under])
    assert (note.region, note.reason.code, note.quantity) == (
        "both", "sharpened", "resolution.mtf50"
    )  # fmt: skip
    assert note.reason.parameters == {"region": "both", "overshoot": 0.15, "undershoot": 0.15}
    assert list(resolution._sharpened([edge()])) == []
    assert list(resolution._sharpened([])) == []


def placed(zone: str, mtf50: float | None = 0.2, size: float = 1.0, **changed: Any) -> Edge:
    """Make an edge in a zone of a chart whose diagonals are ``size`` of the picture's."""
    marks = 90 + size * np.array([[0, 0], [800, 0], [800, 600], [0, 600]])
    here = SimpleNamespace(corners=marks, picture=(800, 600))
    seen_at = view(place=here, region=region(zone=zone))
    return edge(result(mtf50), view=seen_at, **changed)


def test_a_corner_counts_the_coarser_of_both_codings_and_its_own_frames() -> None:
    """A share of the ratio, as of the coarser edge alone."""
    for coarse in ((0.3, 0.1), (0.1, 0.3)):
        corner, centre = placed("upper_left", 0.1834567), placed("centre")
        edges = [
            Edge(**vars(one) | {"coarseness": dict.fromkeys(edge_figures.LEVELS, at)})
            for one, at in zip((corner, centre), coarse, strict=True)
        ]
        [found] = corners.ratios(scene(), edges, TONE)
        share = edges[coarse.index(0.3)].coding_share("mtf50")
        assert outcomes.contributions(found.words[3])["coding"] == pytest.approx(share * 0.9172835)  # type: ignore[union-attr]
        assert found.details["corner"] == 0.18346  # type: ignore[union-attr]
        assert found.samples == 2  # type: ignore[union-attr]


def test_corners_are_compared_where_every_chart_in_the_picture_reaches_them() -> None:
    """The smaller one decides."""
    edges = [placed("centre"), placed("upper_left", size=0.8)]
    [note] = corners.ratios(scene(), edges, TONE)
    assert note.reason.code == "field_not_covered"  # type: ignore[union-attr]
    assert note.reason.parameters == {"share": pytest.approx(0.8), "needed": 0.85}  # type: ignore[union-attr]


def test_edges_by_hand_and_edges_without_a_crossing_have_no_part_in_corner_ratios() -> None:
    by_hand = edge(view=view(region=region(zone="lower_left")))
    unreached = placed("lower_right", None)
    found: list[Any] = list(
        corners.ratios(scene(), [by_hand, unreached, placed("upper_left"), placed("centre")], TONE)
    )
    assert [one.region for one in found] == ["upper_left"]


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_probe_of_the_same_light_has_the_same_crossings_however_the_edge_lies(turn: int) -> None:
    light = np.rot90(drawn()[0] / 200, turn)
    found, (own, probe) = edge_mtf_probed(light, light)
    assert (own.mtf50, own.lag) == (found.mtf50, pytest.approx(probe.lag, abs=1e-9))
    assert (probe.mtf50, probe.mtf10) == pytest.approx((found.mtf50, found.mtf10), rel=1e-12)
    assert found.mtf50 == resolution.edge_mtf(light).mtf50


def test_tv_lines_count_the_rows_between_black_bars() -> None:
    """16:9 in a picture of 4:3: TV lines were a third too high, by all of its rows."""
    lines = []
    for height in (1000, 750):
        barred = scene(view(), shown=(0, (1000 - height) // 2, 1600, height))
        found: list[Any] = list(resolution.measure(barred))
        lines += [item.words[1] for item in found if item.words[0] == "resolution.horizontal"]
    assert lines[1] == pytest.approx(0.75 * lines[0])


def filmed_at(aspect: float, tilt: float, yaw: float = 0.0) -> Located:
    """Make a chart in 960 x 576 px that are ``aspect`` wide, seen from above or aside (degrees).

    It fills two thirds of the width; the focal length is that width.
    """
    wide, high, lens = 400.0, 225.0, 960 * aspect
    about = Rotation.from_euler("yx", (yaw, tilt), degrees=True).as_matrix()
    across, down = about[:, 0], about[:, 1]
    first = np.array([0, 0, 1.5 * wide]) - wide / 2 * across - high / 2 * down
    camera = np.array([[lens / aspect, 0, 479.5], [0, lens, 287.5], [0, 0, 1]])
    homography = camera @ np.stack([across, down, first], axis=1)
    corners = four(to_picture(homography, [(0, 0), (wide, 0), (wide, high), (0, high)]))
    chart: Any = SimpleNamespace(size=(wide, high))
    return Located(
        chart=chart,
        homography=homography,
        corners=corners,
        residual=0.0,
        fiducials_found=4,
        picture=(960, 576),
    )


@pytest.mark.parametrize(
    ("aspect", "tilt", "yaw", "refused"),
    [
        *((4 / 5, tilt, yaw, 1) for tilt, yaw in ((0, 0), (4, 0), (-4, 0), (0, 4), (3, -3))),
        *((9 / 11, tilt, 0, 0) for tilt in (0, 5, 9, 12, -12, 14, 20, 30)),
        *((9 / 11, tilt, yaw, 0) for tilt, yaw in ((0, 12), (12, 12), (14, -5), (20, 9))),
    ],
)
def test_a_picture_as_wide_as_stored_is_not_taken_for_that_of_the_standard(
    aspect: float, tilt: float, yaw: float, refused: int
) -> None:
    """960 columns of 576 rows: the standard has 9/11, recorders that fill them 4/5.

    A chart that is seen from 12 degrees above is as low, and has the perspective of one.
    """
    doubtful = scene(located=(filmed_at(aspect, tilt, yaw),))
    doubtful.video.assumed, doubtful.video.sample_aspect = ("sample_aspect",), Fraction(9, 11)
    found: list[Any] = list(edge_figures.figures(doubtful, edge(), TONE))
    codes = [one.reason.code for one in found if isinstance(one, Note)]
    assert codes == ["pixel_aspect_doubtful"] * refused


def test_an_edge_lit_beyond_the_cameras_own_white_is_clipped() -> None:
    """White held at code 185: MTF50 was 0.33 +- 0.025 for 0.28."""
    capped = np.minimum(drawn(), 140.0)
    levels = (30.0, 60.0, 90.0, 140.0, 140.3)
    steps = [
        view(np.full((1, 8, 8), level), region=region(kind="grey", reflectance=0.1 * number))
        for number, level in enumerate(levels)
    ]
    with pytest.raises(GapError, match="clipped"):
        edge_figures.seen(scene(view(capped), *steps), view(capped), TONE)
    apart = [*steps[:-1], view(np.full((1, 8, 8), 150.0), region=steps[-1].region)]
    assert edge_figures.seen(scene(view(), *apart), view(), TONE).reached("mtf50")


@pytest.mark.parametrize("top", [8.0, 12.0, 20.0, 100.0])
def test_the_white_of_a_dark_picture_is_no_end_of_its_camera(top: float) -> None:
    """Its lightest steps are alike because there is little light on all of them."""
    printed = (0.03, 0.064, 0.12, 0.2, 0.385, 0.487, 0.606, 0.744, 0.9)
    codes = [16 + top * (level / 0.9) ** 0.45 for level in printed]

    def steps(end: float) -> list[Any]:
        return [
            view(np.full((1, 8, 8), min(code, end)), region=region(kind="grey", reflectance=level))
            for code, level in zip(codes, printed, strict=True)
        ]

    assert region_codes._whitest(scene(*steps(255))) == math.inf
    assert region_codes._whitest(scene(*steps(95))) == (94 if top == 100 else math.inf)
