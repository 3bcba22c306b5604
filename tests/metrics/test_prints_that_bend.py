"""A print that is not flat: its lens is not blamed for it, and no fit of it goes on for ever."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.optimize
from intervals import fewest
from marks import slow

from acceptance.metrics.geometry import lens, lens_figures

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import lens_laws
import scenes


@pytest.mark.parametrize("numbers", [range(6), slow(range(100, 150))])
def test_the_lens_before_a_rolled_print_lies_inside(numbers: range) -> None:
    """Of 25, distortion was inside U in 15, at worst 5.1 U off; U was twice as wide."""
    found = [lens_laws.case(lens_laws.ROLLED, number) for number in numbers]
    inside = [
        abs(value - truth) <= expanded
        for figures in found
        if figures
        for value, expanded, truth in figures.values()
    ]
    assert sum(inside) >= fewest(len(inside), 0.93)


def test_a_rolled_print_is_said_and_by_how_much() -> None:
    """Its ends lie half a width squared over two radii off the plane at its middle."""
    wide, high = lens_laws.CHART.size
    half = wide / 2
    least, most = (half**2 / 2 / radius for radius in reversed(lens_laws.RADII))
    for number in range(4):
        _, _, chart = lens_laws.drawn(lens_laws.ROLLED, number) or pytest.fail("no chart")
        note = next(
            item
            for item in lens_figures.figures(scenes.of([]), chart)
            if getattr(item, "reason", None) and item.reason.code == "print_not_flat"
        )
        off = float(note.reason.parameters["off"])
        assert 0.8 * least * (high / wide) ** 2 < off < 1.2 * most


@pytest.mark.parametrize("law", ["Brown's, one term", "equidistant", "moustache"])
def test_no_lens_is_taken_for_a_rolled_print(law: str) -> None:
    seen = [lens_laws.drawn(law, number) for number in range(8)]
    assert not any(drawn[2].bent for drawn in seen if drawn)


def test_a_fit_ends_where_the_points_fit_no_lens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dots strewn about took up to 16 s and tens of thousands of steps."""
    steps: list[int] = []
    plain = scipy.optimize.least_squares

    def counted(*arguments: Any, **settings: Any) -> Any:
        steps.append((found := plain(*arguments, **settings)).nfev)
        return found

    monkeypatch.setattr(scipy.optimize, "least_squares", counted)
    random = np.random.default_rng(1)
    dots = lens_laws._dots()
    seen = lens_laws.MIDDLE + 1.5 * dots + 40 * random.standard_normal(dots.shape)
    lens_laws._fitted(np.diag([1.5, 1.5, 1.0]), dots, seen)
    assert max(steps) <= lens.MOST_STEPS
