"""Light of more than one colour on a chart, as fields that are printed alike show it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from acceptance.errors import GapError
from acceptance.metrics.colour import mixed_light
from acceptance.scene.blocks import standard_error

CODES = 200.0  # of white; light is codes over that in these scenes


def view(name: str, left: float, red: float, blue: float, reflectance: float = 0.2) -> Any:
    """Make a neutral field at this place (mm), lit by so much red and blue beside green."""
    light = reflectance * np.array([red, 1.0, blue])
    luma = float(light @ [0.2126, 0.7152, 0.0722])
    cb, cr = (light[2] - luma) / 1.8556, (light[0] - luma) / 1.5748
    planes = [16 + 219 * luma, 128 + 224 * cb, 128 + 224 * cr]
    luma_plane, cb_plane, cr_plane = (np.full((1, 16, 16), code) for code in planes)
    region = SimpleNamespace(name=name, reflectance=reflectance, rect=(left, 80.0, 40.0, 40.0))
    return SimpleNamespace(luma=luma_plane, cb=cb_plane, cr=cr_plane, region=region, quantiser=None)


def coded(name: str, left: float, luma: float, red: float = 0.0, reflectance: float = 0.2) -> Any:
    """Make a grey field of these codes, ``red`` codes of Cr beside grey."""
    planes = {"luma": luma, "cb": 128.0, "cr": 128.0 + red}
    filled = {plane: np.full((1, 16, 16), code) for plane, code in planes.items()}
    region = SimpleNamespace(name=name, reflectance=reflectance, rect=(left, 80.0, 40.0, 40.0))
    return SimpleNamespace(**filled, region=region, quantiser=None)


def scene(*views: Any, power: float = 1.0, **changed: Any) -> Any:
    """Make a scene of BT.709, limited range, whose light is its signal, or that to a power."""
    video = SimpleNamespace(
        matrix="bt709",
        full_range=False,
        depth=8,
        codec="ffv1",
        steps=None,
        coded_before=None,
        scaling=None,
        gamut=None,
    )
    given: dict[str, Any] = {
        "of_kind": lambda kind: list(views) if kind == "flat" else [],
        "chart": SimpleNamespace(size=(400.0, 225.0)),
        "video": video,
        "spacings": (1.0, 1.0, 1.0),
        "code_black": 16,
        "code_white": 235,
        "linear": lambda codes: np.maximum((np.asarray(codes) - 16) / 219, 0) ** power,
    }
    return SimpleNamespace(**given | changed)


def test_the_slope_of_colour_is_that_of_fields_printed_alike() -> None:
    """Over 1.12 half widths: red 4 % less at the right, blue 4 % more."""
    left, right = view("left", 46.0, 1.02, 0.98), view("right", 270.0, 0.98, 1.02)
    other = view("light", 90.0, 1.3, 0.7, reflectance=0.5)
    slope = mixed_light.gradient(scene(left, other, right))
    assert slope[1] == pytest.approx(0.0, abs=1e-9)
    wanted = np.log([0.98 / 1.02, 1.0, 1.02 / 0.98]) / 1.12
    found = slope[0] - slope[0][1]
    assert found == pytest.approx(wanted, rel=0.01, abs=1e-6)


def test_light_of_one_colour_has_no_slope_whatever_its_colour() -> None:
    cast = [view("left", 46.0, 1.2, 0.7), view("right", 270.0, 1.2, 0.7)]
    assert not mixed_light.gradient(scene(*cast)).any()
    assert not mixed_light.gradient(scene(cast[0])).any()
    assert not mixed_light.gradient(scene()).any()


def test_light_that_differs_by_more_is_refused() -> None:
    """Colours of a perfect camera were 1.1 +- 0.14 dE off, its white balance 1.8 +- 0.07."""
    lit = scene(view("left", 46.0, 1.1, 0.9), view("right", 270.0, 0.9, 1.1))
    with pytest.raises(GapError, match="uneven_light"):
        mixed_light.gradient(lit)


@pytest.mark.parametrize("luma", [25, 36, 50, 76, 110])
def test_what_whole_codes_make_of_one_light_is_no_other_light(luma: float) -> None:
    """Half a code of colour is 60 % of the light of a field nine codes above black."""
    fields = coded("left", 46.0, luma), coded("right", 270.0, luma, 0.5)
    assert not mixed_light.gradient(scene(*fields, power=2.2)).any()


@pytest.mark.parametrize(("luma", "apart"), [(50, 1.0), (76, 2.0), (110, 2.0)])
def test_fields_that_may_be_less_apart_than_refuses_are_not_refused(
    luma: float, apart: float
) -> None:
    fields = coded("left", 46.0, luma), coded("right", 270.0, luma, apart)
    slope = mixed_light.gradient(scene(*fields, power=2.2))
    assert luma == 50 or slope.any()
    far = coded("left", 46.0, luma, -apart * 3), coded("right", 270.0, luma, apart * 3)
    with pytest.raises(GapError, match="uneven_light"):
        mixed_light.gradient(scene(*far, power=2.2))


def test_codes_that_lie_apart_hide_what_lies_between_them() -> None:
    fields = coded("left", 46.0, 110), coded("right", 270.0, 110, 4.0)
    with pytest.raises(GapError, match="uneven_light"):
        mixed_light.gradient(scene(*fields, power=2.2))
    assert not mixed_light.gradient(scene(*fields, power=2.2, spacings=(4.0, 8.0, 8.0))).any()


def test_what_a_coder_makes_of_one_light_is_no_other_light() -> None:
    """H.264 at QP 30 leaves a code of colour: 15 % of the light of a field 20 above black."""
    fields = coded("left", 46.0, 36), coded("right", 270.0, 36, 1.6)
    with pytest.raises(GapError, match="uneven_light"):
        mixed_light.gradient(scene(*fields, power=2.2))
    for field in fields:
        field.quantiser = 30.0
    coder = SimpleNamespace(
        matrix="bt709",
        full_range=False,
        depth=8,
        codec="h264",
        steps=None,
        coded_before=None,
        scaling=None,
        gamut=None,
    )
    assert not mixed_light.gradient(scene(*fields, power=2.2, video=coder)).any()


@pytest.mark.parametrize(("left", "right"), [(0.2, 0.2), (0.198, 0.202), (0.19, 0.2)])
def test_fields_of_one_ink_are_compared_as_measured_of_a_copy(left: float, right: float) -> None:
    lit = view("left", 46.0, 1.1, 0.9, left), view("right", 270.0, 0.9, 1.1, right)
    with pytest.raises(GapError, match="uneven_light"):
        mixed_light.gradient(scene(*lit))
    other = view("left", 46.0, 1.1, 0.9, 0.15), view("right", 270.0, 0.9, 1.1, right)
    assert not mixed_light.gradient(scene(*other)).any()


@pytest.mark.parametrize("side", [1, 3, 6])
def test_fields_of_a_few_pixels_are_compared_too(side: int) -> None:
    """Colours of 4:2:0 leave a field of 12 px six; their middle half was no blocks of a field."""
    views = [coded("left", 46.0, 110.0), coded("right", 270.0, 110.0)]
    for small in views:
        small.cb, small.cr = small.cb[:, :side, :side], small.cr[:, :side, :side]
    assert not mixed_light.gradient(scene(*views)).any()


@pytest.mark.parametrize("shape", [(3, 3), (2, 9), (4, 4), (1, 7)])
def test_the_error_of_a_mean_is_that_of_all_values_where_these_are_few(
    shape: tuple[int, int],
) -> None:
    random = np.random.default_rng(1)
    found = [standard_error(random.standard_normal(shape)) ** 2 for _ in range(4000)]
    assert np.mean(found) == pytest.approx(1 / np.prod(shape), rel=0.1)


@pytest.mark.parametrize(("share", "counts"), [(0.003, False), (0.01, True)])
def test_light_of_two_colours_counts_from_half_a_percent_on(share: float, *, counts: bool) -> None:
    """Noise dithers the codes, so that the difference is sure."""
    views = [view("left", 46.0, 1 + share / 2, 1.0), view("right", 270.0, 1 - share / 2, 1.0)]
    random = np.random.default_rng(5)
    for field in views:
        for plane in ("luma", "cb", "cr"):
            noise = 1.0 * random.standard_normal((1, 256, 256))
            setattr(field, plane, np.rint(getattr(field, plane)[0, 0, 0] + noise).astype(np.uint8))
    assert mixed_light.gradient(scene(*views)).any() == counts
