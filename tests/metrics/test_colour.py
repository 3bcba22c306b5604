"""Colour: published difference pairs, simulated casts, coverage of the truth, refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import outcomes
import pytest
from intervals import fewest

from acceptance.charts import definition
from acceptance.charts.drawing import linear_rgb
from acceptance.errors import GapError
from acceptance.footage import encode
from acceptance.footage.colorimetry import lab_of, picture_of, signals
from acceptance.metrics import colour
from acceptance.metrics.colour import ciede2000, difference, patches, vectors
from acceptance.model import Measurement, Note, Shot
from acceptance.report.plane_plot import COVERAGE
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

# G. Sharma, W. Wu, E. N. Dalal, "The CIEDE2000 color-difference formula: implementation notes,
# supplementary test data, and mathematical observations", Color Res. Appl. 30 (2005), table 1: two
# CIELAB colours and their difference.
SHARMA = """
50 2.6772 -79.7751 50 0 -82.7485 2.0425
50 3.1571 -77.2803 50 0 -82.7485 2.8615
50 2.8361 -74.0200 50 0 -82.7485 3.4412
50 -1.3802 -84.2814 50 0 -82.7485 1.0000
50 -1.1848 -84.8006 50 0 -82.7485 1.0000
50 -0.9009 -85.5211 50 0 -82.7485 1.0000
50 0 0 50 -1 2 2.3669
50 -1 2 50 0 0 2.3669
50 2.4900 -0.0010 50 -2.4900 0.0009 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0010 7.1792
50 2.4900 -0.0010 50 -2.4900 0.0011 7.2195
50 2.4900 -0.0010 50 -2.4900 0.0012 7.2195
50 -0.0010 2.4900 50 0.0009 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0010 -2.4900 4.8045
50 -0.0010 2.4900 50 0.0011 -2.4900 4.7461
50 2.5 0 50 0 -2.5 4.3065
50 2.5 0 73 25 -18 27.1492
50 2.5 0 61 -5 29 22.8977
50 2.5 0 56 -27 -3 31.9030
50 2.5 0 58 24 15 19.4535
50 2.5 0 50 3.1736 0.5854 1.0000
50 2.5 0 50 3.2972 0 1.0000
50 2.5 0 50 1.8634 0.5757 1.0000
50 2.5 0 50 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""
CHART = definition.load("acceptance")
PRINTED = np.array(
    [linear_rgb(region.printed["lab"]) for region in CHART.regions if region.kind == "colour"]
)
AIMS = lab_of(PRINTED)
CAST = Camera(
    width=640,
    height=360,
    noise=0.01,
    white=0.8,
    gains=(1.1, 1.0, 0.85),
    saturation=0.9,
    crf=12,
    seed=3,
)


def truth(camera: Camera) -> dict[str, float]:
    """Return what the camera makes of the printed colours, by its own definition."""
    light = camera.rendered(np.clip(PRINTED.T, 0, 1).astype(np.float32)).T.astype(np.float64)
    return {
        name: float(value)
        for name, value in difference.figures(
            difference.normalised(light, AIMS), AIMS, AIMS
        ).items()
    }


def film(camera: Camera, folder: Path, seconds: float = 0.16) -> build.Scene:
    films.film_chart(camera, CHART, folder / "chart.mp4", seconds)
    return build.look(
        Shot(id="one", subject="camera", clip="chart.mp4", chart="acceptance"), folder
    )


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    return film(CAST, tmp_path_factory.mktemp("cast"))


@pytest.fixture(scope="module")
def measured(seen: build.Scene) -> Mapping[str, Measurement]:
    return outcomes.figures(colour.measure(seen))


def doctored(seen: build.Scene, **codes: int) -> build.Scene:
    """Return the scene with planes of named patches ("white_luma": 235) set to a code."""
    views = dict(seen.views)
    for name, view in seen.views.items():
        for what, code in codes.items():
            patch, _, plane = what.rpartition("_")
            if view.region.printed.get("name") == patch.replace("_", " "):
                views[name] = replace(
                    views[name], **{plane: np.full_like(getattr(view, plane), code)}
                )
    return replace(seen, views=views)


# --- arithmetic


def test_ciede2000_gives_the_published_differences() -> None:
    pairs = np.array([line.split() for line in SHARMA.strip().splitlines()], np.float64)
    assert len(pairs) == 34
    np.testing.assert_allclose(
        ciede2000.delta_e00(pairs[:, :3], pairs[:, 3:6]), pairs[:, 6], atol=6e-5
    )
    np.testing.assert_allclose(
        ciede2000.delta_e00(pairs[:, 3:6], pairs[:, :3]), pairs[:, 6], atol=6e-5
    )


def test_lab_of_the_primaries_is_what_the_literature_says() -> None:
    """Lindbloom's table for sRGB under D65: white, red, green, blue."""
    expected = [[100, 0, 0], [53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86]]
    np.testing.assert_allclose(
        lab_of([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]), expected, atol=0.02
    )


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", ["bt601", "bt709", "bt2020"])
def test_signals_undo_the_matrix_of_the_stream(
    seen: build.Scene, matrix: str, *, full: bool
) -> None:
    """Bars of BT.709-6 and BT.601-7: white, black and full red come out as such."""
    red = {"bt601": 0.299, "bt709": 0.2126, "bt2020": 0.2627}[matrix]
    blue = {"bt601": 0.114, "bt709": 0.0722, "bt2020": 0.0593}[matrix]
    low, span, spread = (0, 255, 255) if full else (16, 219, 224)
    video = replace(seen.video, full_range=full, matrix=matrix)
    luma = low + span * np.array([1, 0, red])
    cb = 128 + spread * np.array([0, 0, -red / (2 * (1 - blue))])
    cr = 128 + spread * np.array([0, 0, 0.5])
    np.testing.assert_allclose(
        signals(luma, cb, cr, video), [[1, 1, 1], [0, 0, 0], [1, 0, 0]], atol=1e-3
    )


# --- what a camera of known colours is said to have


def test_a_cast_and_weak_colours_are_measured_to_within_their_uncertainty(
    measured: Mapping[str, Measurement],
) -> None:
    expected = truth(CAST)
    assert set(measured) == set(colour.QUANTITIES)
    for name, value in expected.items():
        item = measured[f"colour.{name}"]
        assert item.value == pytest.approx(value, abs=item.expanded), name
    assert measured["colour.saturation"].value < 95
    assert measured["colour.white_balance"].details["cast_b"] > 3, "less blue is yellowish"


def test_a_camera_without_error_comes_out_near_zero(tmp_path: Path) -> None:
    """Though lengths are never negative: what noise adds to them is subtracted."""
    found = {
        item.quantity: item
        for item in colour.measure(film(replace(CAST, gains=(1, 1, 1), saturation=1), tmp_path))
    }
    for name in ("delta_e00_mean", "delta_e_ab_mean", "white_balance"):
        item = found[f"colour.{name}"]
        assert isinstance(item, Measurement)
        assert 0 <= item.value < 0.7
    assert found["colour.saturation"].value == pytest.approx(
        100, abs=found["colour.saturation"].expanded
    )


def test_exposure_changes_nothing() -> None:
    light = PRINTED * (1.1, 1.0, 0.8)
    np.testing.assert_allclose(
        difference.normalised(light, AIMS), difference.normalised(0.37 * light, AIMS), atol=1e-9
    )


@pytest.mark.parametrize(
    ("gains", "saturation"), [((1.06, 1.0, 0.94), 1.05), ((1.2, 1.0, 0.75), 0.7)]
)
def test_the_truth_lies_within_u_when_every_input_is_drawn_from_its_distribution(
    gains: tuple[float, float, float], saturation: float
) -> None:
    """60 runs a camera; benchmarks/coverage.py does 2,000."""
    light = (
        Camera(gains=gains, saturation=saturation)
        .rendered(PRINTED.T.astype(np.float32))
        .T.astype(np.float64)
    )
    expected = difference.figures(difference.normalised(light, AIMS), AIMS, AIMS)
    random, hits, runs = np.random.default_rng(7), dict.fromkeys(expected, 0), 60
    for _ in range(runs):
        aims, seen = disturbed(light, AIMS, random)
        lab = difference.normalised(seen, aims)
        found = difference.propagated(difference.Drawn(lab=lab, aims=aims), doubts(seen, aims, 300))
        for name, figure in found.items():
            total = combine(figure.budget)
            hits[name] += abs(figure.value - float(expected[name])) <= total.k * total.uncertainty
    assert {name: count for name, count in hits.items() if count < fewest(runs)} == {}
    assert sum(hits.values()) >= fewest(runs * len(hits))


def test_the_true_vector_of_each_patch_lies_in_the_ellipse_that_the_report_draws() -> None:
    """95 % of 60 runs, less what chance allows once in 10,000 of each patch."""
    camera = Camera(gains=(1.06, 1.0, 0.94), saturation=1.05)
    light = camera.rendered(PRINTED.T.astype(np.float32)).T.astype(np.float64)
    true = (difference.normalised(light, AIMS) - AIMS)[:, 1:]
    random, hits, runs = np.random.default_rng(11), np.zeros(len(AIMS)), 60
    for _ in range(runs):
        aims, seen = disturbed(light, AIMS, random)
        nominal = difference.Drawn(lab=difference.normalised(seen, aims), aims=aims)
        across, up, together = vectors.spreads(nominal, doubts(seen, aims, 300))
        off = ((nominal.lab - nominal.aims)[:, 1:] - true) / np.column_stack([across, up])
        square = (off**2).sum(axis=1) - 2 * together * off[:, 0] * off[:, 1]
        hits += square / (1 - together**2) <= COVERAGE**2
    assert {int(number): hits[number] for number in np.flatnonzero(hits < fewest(runs))} == {}
    assert hits.mean() < runs, "an ellipse that holds everything says nothing"


def test_the_places_of_the_patches_in_the_plane_are_stored_with_one_figure(
    measured: Mapping[str, Measurement],
) -> None:
    details = measured["colour.delta_e00_mean"].details
    a, b = (np.array([float(each) for each in str(details[name]).split("; ")])
            for name in ("seen_a", "seen_b"))  # fmt: skip
    assert len(str(details["patch_names"]).split("; ")) == len(a) == details["patches"]
    expected = difference.normalised(CAST.rendered(PRINTED.T.astype(np.float32)).T, AIMS)
    np.testing.assert_allclose(np.column_stack([a, b]), expected[:, 1:], atol=1.5)
    others = [item for name, item in measured.items() if name != "colour.delta_e00_mean"]
    assert not any("patch_names" in item.details for item in others), "once is enough"


def disturbed(
    light: NDArray[np.float64], aims: NDArray[np.float64], random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw one print and one picture: colours of the copy, exponent of the tone curve, noise."""
    printed = aims + 1 / np.sqrt(3) * random.standard_normal(aims.shape)
    exponent = 1 + 0.03 * random.uniform(-1, 1)
    return printed, np.sign(light) * np.abs(light) ** exponent * (
        1 + 0.01 * random.standard_normal(light.shape)
    )


def doubts(
    light: NDArray[np.float64], aims: NDArray[np.float64], draws: int
) -> dict[str, difference.Drawn]:
    random = np.random.default_rng(1)
    printed = aims + 1 / np.sqrt(3) * random.standard_normal((draws, *aims.shape))
    curved = np.sign(light) * np.abs(light) ** (1 + 0.03 * random.uniform(-1, 1, (draws, 1, 1)))
    noisy = light * (1 + 0.01 * random.standard_normal((draws, *light.shape)))
    return {
        "chart copy": difference.Drawn(lab=difference.normalised(light, printed), aims=printed),
        "tone curve": difference.Drawn(lab=difference.normalised(curved, aims), aims=aims),
        "noise": difference.Drawn(lab=difference.normalised(noisy, aims), aims=aims),
    }


# --- what is refused


def test_a_matrix_that_no_stream_states_is_in_doubt(seen: build.Scene) -> None:
    """BT.601 read as BT.709 makes colours of its own: they are inside U."""
    [other] = {"bt601", "bt709"} - {seen.video.matrix}
    guessed = replace(seen, video=replace(seen.video, matrix=other, assumed=("matrix",)))
    stated, found = (outcomes.figures(colour.measure(scene)) for scene in (seen, guessed))
    off = {name: abs(item.value - stated[name].value) for name, item in found.items()}
    assert off["colour.delta_e00_mean"] > stated["colour.delta_e00_mean"].expanded
    assert all(value <= found[name].expanded for name, value in off.items())


def test_a_code_range_that_no_stream_states_is_in_doubt(seen: build.Scene) -> None:
    """Codes of the limited range read as of the full one lose saturation: it is inside U."""
    video = replace(seen.video, full_range=not seen.video.full_range, assumed=("full_range",))
    stated, found = (
        outcomes.figures(colour.measure(scene)) for scene in (seen, replace(seen, video=video))
    )
    assert stated.keys() == found.keys()
    for name, item in found.items():
        assert abs(item.value - stated[name].value) <= item.expanded, name
        assert "range" in {line.source for line in item.budget}, name


def test_a_clipped_patch_is_left_out_and_named(seen: build.Scene) -> None:
    [note, *found] = colour.measure(doctored(seen, white_luma=235, yellow_luma=240))
    assert isinstance(note, Note)
    assert note.reason.code == "patches_left_out"
    assert note.reason.parameters == {"count": 2, "names": "yellow, white"}
    assert {item.details["patches"] for item in found if isinstance(item, Measurement)} == {22}


@pytest.mark.parametrize("most", [7, 200, 5000, 1 << 18])
def test_clipped_pixels_are_counted_in_groups_of_bounded_size(
    seen: build.Scene, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Small patches together, large ones in parts, to what all at once give."""
    scene = doctored(seen, white_luma=235, yellow_luma=233)
    views = [view for view in scene.of_kind("colour") if "lab" in view.region.printed]
    light = np.array([linear_rgb(view.region.printed["lab"]) for view in views])
    plain = []
    for view, lit in zip(views, light, strict=True):
        rgb = signals(*patches._middle_samples(view), scene.video)
        dark = (rgb < patches.END) & (lit > patches.SHOWN)
        plain.append(float(np.mean(((rgb > 1 - patches.END) | dark).any(axis=-1))))
    assert len(set(plain)) > 1
    sizes: list[int] = []

    def counted(luma: NDArray[np.integer], *planes: Any) -> NDArray[np.float64]:
        sizes.append(luma.size)
        return signals(luma, *planes)

    monkeypatch.setattr(patches, "signals", counted)
    monkeypatch.setattr(patches, "MOST_SAMPLES", most)
    assert patches._clipped(scene, views, light) == plain
    assert max(sizes) <= most
    assert len(sizes) <= 2 * sum(sizes) / most + 1, "no group is smaller than it has to be"
    assert patches._clipped(scene, [], light[:0]) == []


def test_a_patch_with_the_edge_of_a_shadow_across_is_left_out_and_named(
    seen: build.Scene,
) -> None:
    """Half of it at a third of the light, as behind a thumb; the others keep their figures."""
    views = {}
    for name, view in seen.views.items():
        luma = view.luma.copy()
        if view.region.printed.get("name") == "dark skin":
            luma[:, : luma.shape[1] // 2] = 16 + (luma[:, : luma.shape[1] // 2] - 16) // 3
        views[name] = replace(view, luma=luma)
    shaded = outcomes.figures(colour.measure(replace(seen, views=views)))  # fmt: skip
    plain = outcomes.figures(colour.measure(seen))
    worst = "colour.delta_e00_worst"
    assert shaded[worst].details["left_out"] == "dark skin"
    assert abs(shaded[worst].value - plain[worst].value) <= plain[worst].expanded


def struck(seen: build.Scene, level: int, *beside: str) -> build.Scene:
    """Cover "neutral 8" as a whole at a luma level, and of patches beside it the lower half."""
    views = {}
    for name, view in seen.views.items():
        luma, patch = view.luma.copy(), view.region.printed.get("name")
        if patch == "neutral 8" or patch in beside:
            luma[:, luma.shape[1] // 2 if patch in beside else 0 :] = level
        views[name] = replace(view, luma=luma)
    return replace(seen, views=views)


@pytest.mark.parametrize(("level", "beside"), [(228, "green"), (228, "neutral 6.5"), (30, "green")])
def test_a_patch_that_is_covered_as_a_whole_is_told_by_what_goes_on_beside_it(
    level: int, beside: str, seen: build.Scene
) -> None:
    """Glare on one of the neutrals set the exposure of all: colours were off by 20 U."""
    found = list(colour.measure(struck(seen, level, beside)))
    figures = outcomes.figures(found)
    worst = figures["colour.delta_e00_worst"]
    assert set(str(worst.details["left_out"]).split(", ")) == {"neutral 8", beside}
    plain = next(item for item in colour.measure(seen) if item.quantity == worst.quantity)
    assert isinstance(plain, Measurement)
    assert abs(worst.value - plain.value) <= plain.expanded


def test_nothing_lies_on_a_free_chart(seen: build.Scene) -> None:
    kinds = [view.region.kind for view in seen.views.values() if view.region.name in seen.hidden]
    assert {kind: kinds.count(kind) for kind in kinds} == {"grey": 12, "flat": 5, "colour": 24}
    assert not any(found.at_all or found.faint for found in seen.hidden.values())


def test_smear_of_a_third_of_the_patches_is_in_u_and_moves_no_other_line(
    seen: build.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(patches_smeared: int) -> dict[str, Any]:
        planes = iter([0.5] * 3 * patches_smeared)
        monkeypatch.setattr(patches, "_smeared", lambda *_: next(planes, 0.0))
        random = np.random.default_rng(1)
        return colour._lights(seen, colour.compare(seen), random, None)

    none, few, many = drawn(0), drawn(3), drawn(12)
    assert few.keys() == none.keys()
    assert many.pop("smear").std(axis=0).any()
    assert many.keys() == none.keys()
    assert all(np.array_equal(light, none[source]) for source, light in many.items())


def test_too_many_clipped_patches_are_refused(seen: build.Scene) -> None:
    names = [view.region.printed["name"].replace(" ", "_") for view in seen.of_kind("colour")[:7]]
    with pytest.raises(GapError) as caught:
        list(colour.measure(doctored(seen, **{f"{name}_luma": 255 for name in names})))
    assert caught.value.code == "too_few_patches"
    assert caught.value.parameters["patches"] == 17


def test_a_picture_without_colours_is_refused_as_monochrome(seen: build.Scene) -> None:
    grey = {
        n: replace(v, cb=np.full_like(v.cb, 128), cr=np.full_like(v.cr, 128))
        for n, v in seen.views.items()
    }
    without = {n: replace(v, cb=None, cr=None) for n, v in seen.views.items()}
    for scene_seen in (
        replace(seen, views=grey),
        replace(seen, views=without, reference=replace(seen.reference, cb=None, cr=None)),
    ):
        with pytest.raises(GapError) as caught:
            list(colour.measure(scene_seen))
        assert caught.value.code == "monochrome"


def test_patches_that_hardly_differ_are_refused(seen: build.Scene) -> None:
    flat = {n: replace(v, luma=np.full_like(v.luma, 90)) for n, v in seen.views.items()}
    with pytest.raises(GapError) as caught:
        list(colour.measure(replace(seen, views=flat)))
    assert caught.value.code == "low_contrast"


def test_a_scene_without_patches_is_refused(seen: build.Scene) -> None:
    with pytest.raises(GapError) as caught:
        list(colour.measure(replace(seen, views={})))
    assert caught.value.code == "no_region"


def test_patches_of_a_few_pixels_are_refused(seen: build.Scene) -> None:
    def cut(plane: NDArray[np.uint8] | None, size: int) -> NDArray[np.uint8]:
        assert plane is not None
        return plane[:, :size, :size]

    views = {
        n: replace(v, luma=cut(v.luma, 10), cb=cut(v.cb, 5), cr=cut(v.cr, 5))
        for n, v in seen.views.items()
    }
    with pytest.raises(GapError) as caught:
        list(colour.measure(replace(seen, views=views)))
    assert caught.value.code == "too_few_patches"


def test_the_picture_of_a_frame_has_its_colours(tmp_path: Path) -> None:
    encode.write(
        tmp_path / "red.mkv",
        [
            (
                np.full((48, 64), 63, np.uint8),
                np.full((24, 32), 102, np.uint8),
                np.full((24, 32), 240, np.uint8),
            )
        ]
        * 2,
        matrix="bt709",
        codec="ffv1",
    )
    seen = build.look(Shot(id="red", subject="camera", clip="red.mkv"), tmp_path)
    np.testing.assert_allclose(picture_of(seen.reference, seen.video)[24, 32], [0, 0, 255], atol=2)
