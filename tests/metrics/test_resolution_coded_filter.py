"""Filters that run on codes: an edge's own lopsidedness tells of them, and U holds what they do."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from intervals import fewest
from numpy.typing import NDArray
from scipy.special import ndtr

from acceptance.footage.tone import inverse_oetf
from acceptance.metrics.resolution import coded_filter
from acceptance.metrics.resolution.edge import EdgeCrossings, EdgeResult, edge_mtf_probed

Array = NDArray[np.float64]

LEAN, NOISE = math.radians(5), 0.004
MIXED = np.array([0.25, 0.5, 0.25])  # rows mixed by a deinterlacer, and columns


def oetf(light: Array) -> Array:
    """Return the signal of light by BT.709."""
    return np.where(light < 0.018, 4.5 * light, 1.099 * np.maximum(light, 0.018) ** 0.45 - 0.099)


def measured(
    sigma: float, *, coded: bool, seed: int, contrast: float = 5.0
) -> tuple[EdgeResult, EdgeCrossings, EdgeCrossings]:
    """Measure an edge by optics of so much blur, mixed in codes or in light."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:90, :70].astype(float)
    away = (x - 35 - random.uniform() - math.tan(LEAN) * (y - 45)) * math.cos(LEAN)
    light = 0.13 + 0.13 * (contrast - 1) * ndtr(away / sigma)
    picture = oetf(light) if coded else light
    picture = cv2.sepFilter2D(picture, -1, MIXED, np.ones(1), borderType=cv2.BORDER_REPLICATE)
    signal = picture if coded else oetf(picture)
    signal = signal + NOISE * random.standard_normal(signal.shape)
    found, (own, codes) = edge_mtf_probed(inverse_oetf(signal, "bt709"), signal)
    return found, own, codes


def truth(sigma: float, level: float) -> float:
    """Return where the MTF of optics and mixed columns falls to a level, along the normal."""
    f = np.linspace(0.01, 0.6, 6000)
    mixed = np.cos(math.pi * f * math.cos(LEAN)) ** 2
    mtf = np.exp(-2 * (math.pi * sigma * f) ** 2) * mixed
    return float(f[np.argmax(mtf < level)])


@pytest.mark.parametrize("sigma", [0.7, 1.0])
def test_a_filter_of_codes_is_in_the_doubt_of_both_crossings(sigma: float) -> None:
    """MTF50 was 2 %, MTF10 5 % high at U of 0.4 and 1 %."""
    inside = 0
    for seed in range(5):
        found, own, codes = measured(sigma, coded=True, seed=seed)
        doubts = coded_filter.doubts(found, own, codes)
        for name, level in (("mtf50", 0.5), ("mtf10", 0.1)):
            value, noise = getattr(found, name), getattr(found, f"u{name[3:]}")
            off = abs(value / truth(sigma, level) - 1)
            inside += off <= 2 * math.hypot(doubts.get(name, 0.0), noise / value)
        assert max(doubts.values(), default=0.0) < 0.05
    assert inside >= fewest(10)


@pytest.mark.parametrize("sigma", [0.5, 0.8, 1.3])
def test_a_camera_that_blurs_light_alone_has_no_doubt_of_filters(sigma: float) -> None:
    found = [coded_filter.doubts(*measured(sigma, coded=False, seed=seed)) for seed in range(6)]
    assert sum(bool(doubts) for doubts in found) <= 1


def test_an_edge_of_little_contrast_is_the_same_in_light_and_in_codes() -> None:
    doubts = coded_filter.doubts(*measured(0.8, coded=True, seed=1, contrast=1.6))
    assert max(doubts.values(), default=0.0) < 0.006


def test_a_spread_whose_longer_tail_is_on_the_dark_side_lags_below_zero() -> None:
    _, own, codes = measured(0.8, coded=True, seed=2)
    assert own.lag < 0 < codes.lag


def crossings(lag: float, mtf50: float | None = 0.2, mtf10: float | None = 0.4) -> EdgeCrossings:
    return EdgeCrossings(mtf50=mtf50, mtf10=mtf10, lag=lag)


def read(u10: float | None = 0.001, mtf10: float | None = 0.4) -> Any:
    """Make a result whose MTF falls by 2 a cycle/px around 0.4 and is level elsewhere.

    By 0.001 of it the phase is uncertain by 0.001 x 2 / 0.2 = 0.01 rad.
    """
    f = np.arange(257) / 256
    return SimpleNamespace(
        mtf10=mtf10, u10=u10, frequencies=f, mtf=0.1 - 2 * np.clip(f - 0.4, -0.026, 0.026)
    )


@pytest.mark.parametrize(
    ("light", "codes", "share"),
    [(-0.1, 0.1, 0.5), (-0.1, 0.3, 0.25), (-0.1, -0.05, 1.0), (-0.1, 0.85, 0.1 / 0.95),
     (-0.1, 0.95, 0.0), (-0.031, 0.031, 0.5), (-0.029, 0.029, 0.0), (-0.1, -0.1, 0.0),
     (-0.1, -0.2, 0.0), (0.1, 0.3, 0.0), (0.1, -0.1, 0.0), (0.1, 0.05, 0.0)],
)  # fmt: skip
def test_an_edge_has_gone_from_light_to_codes_by_how_its_lopsidedness_is_shared(
    light: float, codes: float, share: float
) -> None:
    """From a tenth of the way on, where three standard errors of 0.01 rad do not make it."""
    found = coded_filter.share(read(), crossings(light), crossings(codes))
    assert found == pytest.approx(share)


@pytest.mark.parametrize(("u10", "mtf10"), [(None, 0.4), (0.0, 0.4), (0.001, None)])
def test_of_an_edge_whose_error_is_not_known_no_share_is_sure(
    u10: float | None, mtf10: float | None
) -> None:
    assert coded_filter.share(read(u10, mtf10), crossings(-0.5), crossings(0.5)) == 0


def test_a_phase_is_as_uncertain_as_the_mtf_at_a_tenth_over_twice_that_tenth() -> None:
    """From 5 % below to 5 % above, as from 0.38 to 0.42 cycle/px."""
    assert coded_filter._error(read(0.003)) == pytest.approx(0.03, rel=1e-3)


def test_a_crossing_is_in_doubt_by_its_share_of_what_codes_make_of_it() -> None:
    """Half the way of 5 and of 10 %, 1.2 times as a half-width, where both have the crossing."""
    light, codes = crossings(-0.1), crossings(0.1, 0.21, 0.36)
    found = coded_filter.doubts(read(), light, codes)
    usual = 1.2 * 0.5 / math.sqrt(3)
    assert found == pytest.approx({"mtf50": usual * 0.05, "mtf10": usual * 0.1})
    assert coded_filter.doubts(read(), light, crossings(0.1, None, 0.36)).keys() == {"mtf10"}
    assert coded_filter.doubts(read(), crossings(-0.1, 0.2, None), codes).keys() == {"mtf50"}
    assert coded_filter.doubts(read(), crossings(0.1), codes) == {}
