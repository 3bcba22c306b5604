"""Points that are off alike: a cover that bends the picture, a print that is not flat."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from intervals import fewest
from marks import slow

from acceptance.metrics.geometry import lens, misfit
from acceptance.metrics.geometry.lens import Known, Points

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import cases

HALF = 400.0  # px
CHART = np.stack(np.meshgrid(np.linspace(-1, 1, 8), np.linspace(-0.6, 0.6, 6)), axis=2)


@pytest.mark.parametrize("charts", [range(20), slow(range(20, 320))])
def test_charts_behind_an_uneven_cover_lie_inside(charts: range) -> None:
    """Bent by up to a pixel here and there: 112 of 150 densities were inside."""
    readings = [
        reading
        for number in charts
        for reading in cases.lens_behind_cover(np.random.default_rng([2006, number, 91]))
    ]
    for quantity in sorted({reading.quantity for reading in readings}):
        some = [each for each in readings if each.quantity == quantity]
        inside = sum(abs(each.value - each.truth) <= each.expanded for each in some)
        assert inside >= fewest(len(some), 0.88), quantity


def fitted(off: np.ndarray, seed: int = 1) -> lens.LensFit:
    """Fit a chart seen nearly face on; ``off`` (48, 2) px, and noise of 0.03 px."""
    chart = CHART.reshape(-1, 2)
    noise = 0.03 * np.random.default_rng(seed).standard_normal(chart.shape)
    start = np.array([[0.55, 0.01, 0.0], [-0.01, 0.55, 0.01], [0.02, 0.0, 1.0]])
    places = np.column_stack([chart, np.ones(len(chart))]) @ start.T
    seen = places[:, :2] / places[:, 2:] + (off + noise) / HALF
    points = Points(chart=chart, seen=seen, pixel=1 / HALF)
    return lens.fit("brown", points, start, Known(1.6, 0.03, 2e-4))


def turn(parameters: np.ndarray) -> np.ndarray:
    return parameters[:, :3]


def test_noise_alone_is_no_misfit_and_a_bulge_is_one() -> None:
    """0.5 px in one corner of the chart; one point that is off is none."""
    chart = CHART.reshape(-1, 2)
    away = np.sum((chart - [0.6, 0.3]) ** 2, axis=1, keepdims=True)
    bulge = 0.5 * np.exp(-away / 0.18) * [1.0, 0.0]
    stain = np.zeros_like(chart)
    stain[20] = 0.2
    said = [
        sum("misfit" in fitted(off, seed).contributions(turn) for seed in range(10))
        for off in (np.zeros_like(chart), stain, bulge)
    ]
    assert said[0] <= 3
    assert said[1] <= 3
    assert said[2] == 10


def test_what_is_unexplained_does_not_depend_on_the_order_of_points() -> None:
    found = fitted(0.2 * np.sin(4 * CHART.reshape(-1, 2)))
    order = np.random.default_rng(2).permutation(len(found.seen))
    both = np.concatenate([order, order + len(order)])
    rows = np.concatenate([both, np.arange(2 * len(order), len(found.slopes))])
    misses = found.misses.T.ravel() / found.noise
    whole = misfit.unexplained(found.seen, misses, found.slopes)
    other = misfit.unexplained(found.seen[order], misses[both], found.slopes[rows])
    assert whole.any()
    assert other == pytest.approx(whole[np.ix_(both, both)], rel=1e-6, abs=1e-9)
