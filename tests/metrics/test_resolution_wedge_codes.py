"""What codes that lie apart leave open of a wedge's bars."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.special import ndtr

from acceptance.footage.rounding import rounding_doubt
from acceptance.metrics.resolution.wedge_codes import FULL, NEAR, modulation_doubt
from acceptance.metrics.resolution.whole_codes import left_apart

if TYPE_CHECKING:
    from numpy.typing import NDArray

APART = 8.0
PHASE = 2 * np.pi * np.arange(1000) / 1000
OFFSETS = np.arange(16) / 16


def rounded_amplitude(amplitude: float, offset: float, noise: float) -> float:
    """Return the mean fundamental of bars that are rounded to whole steps in normal noise."""
    bars = offset + amplitude * np.cos(PHASE)
    borders = np.arange(-4, 6)[:, None] - 0.5
    rounded = ndtr((bars - borders) / max(noise, 1e-6)).sum(axis=0)
    return float(2 * np.mean(rounded * np.cos(PHASE)))


@pytest.mark.parametrize("noise", [0.0, 0.15, 0.3])
@pytest.mark.parametrize("step", [60.0, 90.0, 140.0])
def test_bars_of_few_codes_are_in_doubt_by_what_rounding_takes_or_adds(
    step: float, noise: float
) -> None:
    """Over all places of the bars between two codes; lines of like amplitude are read together."""
    own = FULL * step * 0.1 / APART
    near = own * NEAR[::7]
    off = [
        np.mean([rounded_amplitude(a, offset, noise) - a for a in near]) / own for offset in OFFSETS
    ]
    rms = float(np.sqrt(np.mean(np.square(off))))
    level = APART * rounding_doubt(noise)
    of_step = math.sqrt(2) * level / step
    said = modulation_doubt(level, APART, step, 0.1)
    assert 0.8 * rms <= said <= 3 * math.hypot(rms, of_step) + 0.01


def view(levels: NDArray[np.float64], noise: float, *, stable: bool = True) -> Any:
    seen = levels + noise * np.random.default_rng(3).standard_normal((8, *levels.shape[-2:]))
    return SimpleNamespace(luma=(8 * np.rint(seen)).astype(np.uint16), stable=stable)


def test_a_view_whose_ground_lies_between_two_codes_is_in_as_much_doubt_as_others() -> None:
    """Its flicker of half a step is not taken for noise that dithers the bars."""
    plain = [view(np.full((16, 16), level), 0.08) for level in np.linspace(4, 20, 30)]
    sight: Any = SimpleNamespace(
        code_spacing=8.0, shared={}, of_kind=lambda kind: plain if kind == "grey" else ()
    )
    between = view(np.full((40, 40), 10.5), 0.08)
    expected = 8 * rounding_doubt(0.08)
    assert left_apart(sight, between) == pytest.approx(expected, rel=0.1)
    assert left_apart(sight, view(np.full((40, 40), 10.0), 0.08)) == left_apart(sight, between)
    moving = view(np.full((40, 40), 10.5), 0.08, stable=False)
    assert left_apart(sight, moving) == pytest.approx(8 * rounding_doubt(0.0))


def bessel(x: float) -> float:
    """Return J1(x) by Bessel's integral, (1 / pi) of cos(t - x sin t) from 0 to pi."""
    t = np.pi * (np.arange(2000) + 0.5) / 2000
    return float(np.mean(np.cos(t - x * np.sin(t))))


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.2])
@pytest.mark.parametrize("amplitude", [1e-6, 0.3, 0.499, 0.501, 1.2])
def test_bars_are_off_by_the_first_term_of_rounding_over_those_of_like_amplitude(
    amplitude: float, noise: float
) -> None:
    """Root mean square over places between two codes: sqrt(2) / pi of J1(2 pi A), over A steps.

    The mean over amplitudes from 0.8 to 1.25 counts, and half of each by itself; bars of less than
    a step may vanish.
    """
    step, damped = 1000.0, rounding_doubt(noise) * math.sqrt(12)
    waves = [bessel(2 * math.pi * amplitude * near) for near in np.geomspace(0.8, 1.25, 15)]
    wave = math.hypot(float(np.mean(waves)), 0.5 * float(np.sqrt(np.mean(np.square(waves)))))
    of_bars = math.sqrt(2) / math.pi * damped * wave / amplitude
    of_bars *= 1 + damped**3 if amplitude < 0.5 else 1
    level = APART * rounding_doubt(noise)
    found = modulation_doubt(level, APART, step, amplitude * APART / (2 / math.pi * step))
    assert found == pytest.approx(math.hypot(of_bars, math.sqrt(2) * level / step), rel=1e-6)


def test_both_levels_that_bars_are_held_against_are_in_doubt() -> None:
    """Of bars that J1 leaves alone, 3.83 / (2 pi) steps, hardly anything else is."""
    found = modulation_doubt(1.0, 1e-3, 10.0, 0.5)
    assert found == pytest.approx(math.sqrt(2) * 0.1, rel=0.01)
