"""Colours whose matrix or primaries are stated wrongly: what the patches say against it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import outcomes
import pytest
from numpy.typing import NDArray

from acceptance.charts import definition
from acceptance.charts.drawing import linear_rgb
from acceptance.footage import gamut
from acceptance.footage.colorimetry import lab_of, light_of
from acceptance.footage.gamut import TO_XYZ, of_code
from acceptance.footage.planes import WEIGHTS
from acceptance.metrics import colour
from acceptance.metrics.colour.fitted_matrix import turn
from acceptance.metrics.colour.other_coding import ANY_HAS, better_coding
from acceptance.model import Coding, Note, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.metrics.colour import ColourComparison

Array = NDArray[np.float64]

CHART = definition.load("acceptance")
PRINTED = np.array(
    [linear_rgb(region.printed["lab"]) for region in CHART.regions if region.kind == "colour"]
)
AIMS = lab_of(PRINTED)
CAMERA = Camera(width=640, height=360, blur=0.8, noise=0.006, white=0.75, share=0.88, crf=0)
CASTS = ((1.0, 1.0, 1.0), (1.1, 1.0, 0.88))
# codings by their primaries' code point and their matrix
BT709, BT601, BT2020, P3 = (1, "bt709"), (1, "bt601"), (9, "bt2020"), (12, "bt709")
RIGHT = [(each, each) for each in (BT709, BT601, BT2020, P3)]
WRONG = [
    (BT709, BT2020), (BT2020, BT709), (BT2020, P3), (P3, BT2020), (BT709, P3), (P3, BT709),
    (BT709, BT601), (BT601, BT709),
]  # fmt: skip


def to_bt709(code: int) -> Array:
    """Return the matrix (3, 3) to light of BT.709 from that of other primaries."""
    other = of_code(code)
    return np.array(other.to_bt709) if other else np.eye(3)


def stretched(light: Array, saturation: float) -> Array:
    """Return light whose distance from its own luminance is stretched."""
    luminance = (light @ TO_XYZ[1])[:, None]
    return luminance + saturation * (light - luminance)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    return filmed(CAMERA, tmp_path_factory.mktemp("plain"))


def filmed(camera: Camera, folder: Path) -> build.Scene:
    """Film the chart; return the scene."""
    film_chart(camera, CHART, folder / "film.mkv", 0.2)
    shot = Shot(id="s", subject="c", clip="film.mkv", chart="acceptance", chart_copy="as_drawn")
    return build.look(shot, folder)


def stated(scene: build.Scene, coding: tuple[int, str], **more: Any) -> build.Scene:
    """Return a scene whose stream states another coding."""
    code, matrix = coding
    return replace(scene, video=replace(scene.video, gamut=of_code(code), matrix=matrix, **more))


def drawn_light(random: np.random.Generator) -> Array:
    """Draw a camera with a cast, other saturation, flare, and a matrix that is off by 3 %."""
    off = 0.03 * random.standard_normal((3, 3))
    light = PRINTED @ (np.eye(3) + off - off.mean(axis=1, keepdims=True)).T
    light = stretched(light, random.uniform(0.7, 1.3))
    light = light * [random.uniform(0.9, 1.1), 1.0, random.uniform(0.85, 1.1)]
    return light + random.uniform(0, 0.02) * np.array([random.uniform(0.8, 1.2), 1.0, 1.0])


def coded(light: Array, coding: tuple[int, str], random: np.random.Generator) -> Array:
    """Return the Y', Cb, Cr codes (n, 3), 8 bit, of light by a coding, with noise of the means."""
    code, matrix = coding
    own = np.maximum(light @ np.linalg.inv(to_bt709(code)).T, 0)
    signal = np.clip(CAMERA.signal(CAMERA.black + (CAMERA.white - CAMERA.black) * own), 0, 1.09)
    red, green, blue = WEIGHTS[matrix]
    luma = signal @ [red, green, blue]
    planes = [
        16 + 219 * luma,
        128 + 112 * (signal[:, 2] - luma) / (1 - blue),
        128 + 112 * (signal[:, 0] - luma) / (1 - red),
    ]
    return np.column_stack(planes) + 0.03 * random.standard_normal(light.shape)


def compared(scene: build.Scene, codes: Array) -> ColourComparison:
    """Return what is seen of patches of these codes, as the scene's stream states them."""
    plain = colour.compare(scene)
    patches = tuple(
        replace(patch, codes=each) for patch, each in zip(plain.patches, codes, strict=True)
    )
    return replace(plain, patches=patches)


def doubted(scene: build.Scene, true: tuple[int, str], said: tuple[int, str], count: int) -> int:
    """Return of how many drawn cameras the coding that is said is doubted."""
    lying, found = stated(scene, said), 0
    for number in range(count):
        random = np.random.default_rng([61, number])
        codes = coded(drawn_light(random), true, random)
        found += better_coding(lying, compared(lying, codes)) is not None
    return found


# --- arithmetic


def test_light_of_undoes_lab_of() -> None:
    np.testing.assert_allclose(light_of(AIMS), PRINTED, atol=1e-12)
    np.testing.assert_allclose(light_of(AIMS[3]), PRINTED[3], atol=1e-12)


def test_casts_saturation_and_flare_are_no_turn() -> None:
    assert turn(PRINTED, AIMS) < 1e-6
    assert turn(0.3 * PRINTED * [1.2, 1.0, 0.7], AIMS) < 1e-6
    assert turn(stretched(PRINTED, 1.4), AIMS) < 1e-6
    assert turn(stretched(PRINTED, 0.1), AIMS) < 1e-5
    grey = PRINTED.mean(axis=1)
    flare = (grey.max() - grey)[:, None] * [0.02, 0.01, 0.0]
    assert turn(PRINTED + flare, AIMS) < ANY_HAS


@pytest.mark.parametrize(("code", "least"), [(9, 0.3), (12, 0.1)])
def test_other_primaries_turn_colours(code: int, least: float) -> None:
    assert turn(PRINTED @ to_bt709(code).T, AIMS) > least
    assert turn(PRINTED @ np.linalg.inv(to_bt709(code)).T, AIMS) > least


@pytest.mark.parametrize(
    ("primaries", "matrix", "name"),
    [(2, 9, "BT.2020"), (2, 1, "BT.709"), (1, 9, "BT.709"), (12, 1, "Display P3")],
)
def test_primaries_that_nobody_states_are_those_of_the_matrix(
    primaries: int, matrix: int, name: str
) -> None:
    frame: Any = SimpleNamespace(color_primaries=primaries, colorspace=matrix)
    assert gamut.name_of(gamut.of_frame(frame, "hevc")) == name


# --- drawn cameras


@pytest.mark.film
@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("true", "said"), RIGHT)
def test_what_is_stated_rightly_is_hardly_ever_doubted(
    seen: build.Scene, true: tuple[int, str], said: tuple[int, str], count: int
) -> None:
    assert doubted(seen, true, said, count) <= max(1, 0.02 * count)


@pytest.mark.film
@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("true", "said"), WRONG)
def test_what_is_stated_wrongly_is_doubted(
    seen: build.Scene, true: tuple[int, str], said: tuple[int, str], count: int
) -> None:
    """P3 and BT.709 are as far apart as a camera's own matrix of colours may be off."""
    near = {true, said} == {BT709, P3}
    assert doubted(seen, true, said, count) >= (0.3 if near else 0.75) * count


# --- films


@pytest.mark.film
@pytest.mark.parametrize("gains", CASTS)
def test_the_colours_of_a_wrong_matrix_are_noted_and_have_the_other_in_u(
    tmp_path: Path, gains: tuple[float, float, float]
) -> None:
    """BT.601 stated as BT.709: a perfect camera had a mean difference of 1.7 +- 0.7."""
    right = filmed(replace(CAMERA, matrix="bt601", gains=gains), tmp_path)
    assert not notes(right)
    assert notes(stated(right, BT709)) == ["matrix_doubtful"]
    assert_both_in_u(right, stated(right, BT709))


@pytest.mark.film
@pytest.mark.parametrize("gains", CASTS)
@pytest.mark.parametrize(("said", "saturation"), [(BT2020, 0.8), ((9, "bt709"), 1.0), (P3, 1.0)])
def test_primaries_that_the_colours_contradict_are_noted_and_both_are_in_u(
    tmp_path: Path, gains: tuple[float, float, float], said: tuple[int, str], saturation: float
) -> None:
    """A perfect camera stated as of BT.2020 had a mean difference of 4.4 +- 0.1."""
    right = filmed(replace(CAMERA, saturation=saturation, gains=gains), tmp_path)
    assert not notes(right)
    assert notes(stated(right, said)) == ["primaries_doubtful"]
    assert_both_in_u(right, stated(right, said))


@pytest.mark.film
def test_a_matrix_that_nobody_states_is_in_doubt_without_a_note(seen: build.Scene) -> None:
    """With other primaries it is said: both are in the line of these."""
    assert not notes(stated(seen, BT601, assumed=("matrix",)))
    assert notes(stated(seen, BT2020, assumed=("matrix",))) == ["primaries_doubtful"]
    lying = stated(seen, (9, "bt709"))
    named = replace(lying, shot=replace(lying.shot, coding=Coding(matrix="bt709")))
    assert notes(named) == ["primaries_doubtful"]


def notes(scene: build.Scene) -> list[str]:
    return [item.reason.code for item in colour.measure(scene) if isinstance(item, Note)]


def assert_both_in_u(right: build.Scene, lying: build.Scene) -> None:
    """Assert that the figures as rightly stated lie within U of those that are not."""
    true, said = (outcomes.figures(colour.measure(each)) for each in (right, lying))
    for name in ("colour.delta_e00_mean", "colour.delta_e00_worst", "colour.saturation"):
        assert abs(said[name].value - true[name].value) <= said[name].expanded, name
