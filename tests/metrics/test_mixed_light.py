"""Light of more than one colour on a chart, as fields that are printed alike show it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from acceptance.errors import GapError
from acceptance.metrics.colour import mixed_light

CODES = 200.0  # of white; light is codes over that in these scenes


def view(name: str, left: float, red: float, blue: float, reflectance: float = 0.2) -> Any:
    """Make a neutral field at this place (mm), lit by so much red and blue beside green."""
    light = reflectance * np.array([red, 1.0, blue])
    luma = float(light @ [0.2126, 0.7152, 0.0722])
    cb, cr = (light[2] - luma) / 1.8556, (light[0] - luma) / 1.5748
    planes = [16 + 219 * luma, 128 + 224 * cb, 128 + 224 * cr]
    luma_plane, cb_plane, cr_plane = (np.full((1, 16, 16), code) for code in planes)
    region = SimpleNamespace(name=name, reflectance=reflectance, rect=(left, 80.0, 40.0, 40.0))
    return SimpleNamespace(luma=luma_plane, cb=cb_plane, cr=cr_plane, region=region)


def scene(*views: Any) -> Any:
    """Make a scene of BT.709, limited range, whose light is its signal."""
    return SimpleNamespace(
        of_kind=lambda kind: list(views) if kind == "flat" else [],
        chart=SimpleNamespace(size=(400.0, 225.0)),
        video=SimpleNamespace(matrix="bt709", full_range=False, depth=8),
        code_black=16,
        code_white=235,
        linear=lambda codes: (np.asarray(codes) - 16) / 219,
    )


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
