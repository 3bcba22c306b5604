"""Slow screens: the light integrated over exposures, against integration by small steps."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.simulate.displays import Display

EDGES = np.array([0.0, 0.010, 0.013, 0.040])
VALUES = np.array([[0.0, 1.0], [1.0, 0.2], [0.0, 0.9], [1.0, 0.0]])


def traced(panel: Display, begin: float, exposure: float, cell: int) -> float:
    """Mean light by small steps of time."""
    step, light, seen = 1e-6, VALUES[0, cell], []
    for time in np.arange(0, begin + exposure, step):
        aim = VALUES[np.searchsorted(EDGES, time, side="right") - 1, cell]
        constant = panel.rise if aim > light else panel.fall
        light = aim + (light - aim) * np.exp(-step / constant) if constant else aim
        seen.append(light)
    return float(np.mean(seen[round(begin / step) :]))


@pytest.mark.parametrize("panel", [Display(), Display(rise=0.003, fall=0.001), Display(rise=0.002)])
@pytest.mark.parametrize(("begin", "exposure"), [(0.009, 0.002), (0.012, 0.02), (0.041, 0.004)])
def test_light_is_integrated_as_by_small_steps(
    panel: Display, begin: float, exposure: float
) -> None:
    found = panel.mean_over(EDGES, VALUES, np.full((1, 2), begin), exposure)[0]
    for cell in (0, 1):
        assert found[cell] == pytest.approx(traced(panel, begin, exposure, cell), abs=2e-3)
