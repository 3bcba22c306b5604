"""MTF of a drawn edge: what is refused at which threshold, windows, blocks, and the ISO mode."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.special import ndtr

from acceptance.errors import GapError
from acceptance.metrics.resolution import edge, profile
from acceptance.metrics.resolution.edge import edge_mtf
from acceptance.metrics.resolution.edge_line import EdgeLine, distances, locate

Array = NDArray[np.float64]
SIGMA = 0.75


def drawn(
    rows: int = 60,
    columns: int = 50,
    *,
    lean: float = 5.0,
    levels: tuple[float, float] = (0.2, 0.8),
    noise: float = 0.0,
) -> Array:
    """Draw a Gaussian edge, dark on the left, ``lean`` px aside from first to last row.

    ``noise`` is in shares of the step.
    """
    y, x = np.mgrid[:rows, :columns].astype(float)
    slope = lean / (rows - 1)
    place = columns / 2 - 0.3 + slope * (y - (rows - 1) / 2)
    edge_profile = ndtr((x - place) / math.hypot(1, slope) / SIGMA)
    random = np.random.default_rng(8).standard_normal(edge_profile.shape)
    return np.asarray(levels[0] + (levels[1] - levels[0]) * (edge_profile + noise * random))


def crossing(level: float) -> float:
    """Where the MTF of a Gaussian of ``SIGMA`` is ``level``."""
    return math.sqrt(math.log(1 / level) / 2) / math.pi / SIGMA


def refused(image: Array, **options: Any) -> GapError:
    """Return the reason why an edge was refused."""
    with pytest.raises(GapError) as caught:
        edge_mtf(image, **options)
    return caught.value


def test_the_crossings_of_a_gaussian_edge_are_those_of_its_mtf() -> None:
    """And the window ends at twice the reach, within a knot of a third of a pixel."""
    found = edge_mtf(drawn())
    assert (found.mtf50, found.mtf30, found.mtf10) == pytest.approx(
        [crossing(level) for level in (0.5, 0.3, 0.1)], rel=2e-3
    )
    assert (found.order, found.mode, found.dark_side) == (1, "accurate", "left")
    assert found.angle == pytest.approx(math.degrees(math.atan(5 / 59)), rel=1e-3)
    line = locate(drawn(), "accurate", None)
    assert 2 * line.reach - 1 / 3 <= found.window <= 2 * line.reach + 1 / 3
    assert found.contrast == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize(("rows", "blocks"), [(40, 6), (60, 7), (127, 15), (200, 16)])
def test_errors_are_of_blocks_of_eight_rows_six_to_sixteen_of_them(rows: int, blocks: int) -> None:
    found = edge_mtf(drawn(rows, noise=0.01))
    assert found.degrees_of_freedom == blocks - 1
    assert found.u50
    assert found.u10
    without = edge_mtf(drawn(rows, noise=0.01), covariance=False)
    assert (without.u50, without.u10, without.mtf50) == (None, None, found.mtf50)


def test_in_iso_mode_the_average_over_quarters_and_the_window_over_the_region_stay_in() -> None:
    """The transform of Gaussian times raised cosine, times sinc(f / 4), by adding up."""
    x = np.arange(-23.0, 23.0, 0.01)
    spread = np.exp(-0.5 * (x / SIGMA) ** 2) * (0.5 + 0.5 * np.cos(np.pi * x / 25))
    found = edge_mtf(drawn(), mode="iso12233", order=1)
    for frequency in (0.1, 0.2, 0.3, 0.4):
        wave = float(np.cos(2 * np.pi * frequency * x) @ spread / spread.sum())
        at = float(np.interp(frequency, found.frequencies, found.mtf))
        assert at == pytest.approx(wave * np.sinc(frequency / 4), abs=4e-4)


def test_in_iso_mode_nothing_is_said_of_what_rises_beyond_the_window() -> None:
    assert edge_mtf(drawn(), mode="iso12233").beyond == 0


def test_an_mtf_that_does_not_fall_to_a_fifth_tells_no_lopsidedness() -> None:
    seen = edge._followed(drawn(), "accurate", None, None)
    assert edge._crossings(seen.fit, seen.taper, None).lag == 0
    assert edge.EdgeCrossings(mtf50=0.2, mtf10=None).lag == 0


def test_what_lies_on_an_edge_is_sought_in_what_the_profile_leaves_by_the_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The profile and what it leaves are the picture; its step is 0.6."""
    given: list[Any] = []
    monkeypatch.setattr(edge, "refuse_covered", lambda *words: given.append(words))
    edge_mtf(drawn(noise=0.01))
    [(residual, fitted, step)] = given
    assert residual + fitted == pytest.approx(drawn(noise=0.01))
    assert float(residual.std()) == pytest.approx(0.6 * 0.01, rel=0.05)
    assert step == pytest.approx(0.6, rel=0.01)


def test_in_iso_mode_nothing_is_smoothed() -> None:
    image = drawn(noise=0.02)
    line = locate(image, "iso12233", 1)
    plain = profile.profile(
        image, distances(line, image)[0], line.reach, stiffness=0.0, aperture=0.25
    )
    _, mtf = profile.spectrum(plain, edge._taper(plain, line, "iso12233"))
    assert edge_mtf(image, mode="iso12233", order=1).mtf == pytest.approx(mtf)


@pytest.mark.parametrize(
    "options", [{"mode": "iso"}, {"order": 0}, {"order": -1}, {"mode": "iso", "order": 0}]
)
def test_a_mode_or_an_order_that_is_none_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no such mode or order"):
        edge_mtf(drawn(), **options)
    assert edge_mtf(drawn(), order=1).order == 1
    assert edge_mtf(drawn(), order=2).order == 2


def test_what_is_no_finite_picture_is_refused() -> None:
    holed = drawn()
    holed[5, 5] = math.nan
    for image in (holed, drawn()[None], drawn()[0]):
        with pytest.raises(ValueError, match="finite 2-D array"):
            edge_mtf(image)


@pytest.mark.parametrize(("count", "clipped"), [(14, False), (16, True)])
def test_half_a_percent_of_clipped_pixels_is_borne(count: int, *, clipped: bool) -> None:
    """Of 3000 pixels."""
    image = drawn()
    image[0, :count] = 0.1
    if clipped:
        gap = refused(image, limits=(0.1, 0.9))
        assert (gap.code, gap.parameters["share"]) == ("clipped", pytest.approx(count / 3000))
    else:
        assert edge_mtf(image, limits=(0.1, 0.9)).mtf50


@pytest.mark.parametrize(("contrast", "enough"), [(0.19, False), (0.21, True), (0.3, True)])
def test_an_edge_needs_a_contrast_of_a_fifth(contrast: float, *, enough: bool) -> None:
    image = drawn(levels=(0.5 - 0.5 * contrast, 0.5 + 0.5 * contrast))
    if enough:
        assert edge_mtf(image).contrast == pytest.approx(contrast, abs=0.005)
    else:
        gap = refused(image)
        assert (gap.code, gap.parameters["contrast"]) == (
            "low_contrast", pytest.approx(contrast, abs=0.005)
        )  # fmt: skip


@pytest.mark.parametrize(("lean", "enough"), [(0.9, False), (1.1, True), (1.7, True)])
def test_an_edge_leans_by_a_pixel_at_least(lean: float, *, enough: bool) -> None:
    if enough:
        assert edge_mtf(drawn(lean=lean)).mtf50 == pytest.approx(crossing(0.5), rel=5e-3)
    else:
        gap = refused(drawn(lean=lean))
        assert (gap.code, gap.parameters["lean"]) == (
            "edge_not_slanted", pytest.approx(lean, rel=0.01)
        )  # fmt: skip


def line_of(reach: float = 4.0, **changed: Any) -> EdgeLine:
    """Make a line up the middle of 0.2 and 0.8."""
    given = {"coefficients": np.array([12.0, 2.0]), "sigma": 1.0, "dark": 0.2, "light": 0.8}
    return EdgeLine(**given | {"reach": reach} | changed)


def fit_of(position: Array, residual: float = 0.0) -> Any:
    """Make the fit of a profile that leaves ``residual`` of either sign."""
    return SimpleNamespace(position=position, residual=residual * np.array([1.0, -1, 1, -1]))


WIDE = np.arange(-18, 19) / 3
STEP = np.repeat([[0.0] * 12 + [1.0] * 12], 30, axis=0)  # of variance 1/4


@pytest.mark.parametrize(("residual", "explained"), [(0.34, 0.5376), (0.36, 0.4816)])
def test_a_profile_that_explains_less_than_half_of_the_picture_is_none(
    residual: float, explained: float
) -> None:
    """A quarter is its variance: 1 - 4 x residual^2."""
    if explained > 0.5:
        edge._refuse(STEP, line_of(), fit_of(WIDE, residual), 10.0)
        return
    with pytest.raises(GapError) as caught:
        edge._refuse(STEP, line_of(), fit_of(WIDE, residual), 10.0)
    assert caught.value.code == "no_edge"
    assert caught.value.parameters["explained"] == pytest.approx(explained)


@pytest.mark.parametrize(
    ("first", "last", "enough"),
    [(-4.1, 4.1, True), (-3.9, 4.1, False), (-4.1, 3.9, False), (-3.9, 3.9, False)],
)
def test_a_profile_must_reach_as_far_as_the_spread_on_both_sides(
    first: float, last: float, *, enough: bool
) -> None:
    position = np.array([first, first + 0.3, 0.0, last - 0.3, last])
    if enough:
        edge._refuse(STEP, line_of(), fit_of(position), 10.0)
        return
    with pytest.raises(GapError) as caught:
        edge._refuse(STEP, line_of(), fit_of(position), 10.0)
    assert caught.value.code == "region_too_small"
    assert caught.value.parameters == {"width": 24, "height": 30}


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_iso_window_ends_at_the_farther_end_of_the_region(side: str) -> None:
    position = np.arange(-4.0, 11.0) if side == "right" else np.arange(-10.0, 5.0)
    place = position[1:] - 0.5
    window = edge._taper(fit_of(position), line_of(), "iso12233")
    assert window == pytest.approx(np.cos(np.pi / 2 * place / 9.5) ** 2)


def test_overshoot_is_a_share_of_the_step_above_any_pedestal() -> None:
    """5 and 7 beside the edge, near it up to 7.5 and down to 4.8."""
    position = np.arange(-8, 9.0)
    levels = np.where(position < 0, 5.0, 7.0)
    ringing = levels + 0.75 * (position == 2) - 0.3 * (position == -2)
    fit = SimpleNamespace(coefficients=ringing, position=position)
    assert edge._overshoot(fit, line_of(3.0)) == pytest.approx((0.5 / 2, 0.2 / 2))


@pytest.mark.parametrize(("radius", "across"), [(16, 24), (20, 24), (28, 24), (32, 36), (36, 12)])
def test_an_edge_under_a_patch_of_glare_is_refused_however_much_it_covers(
    radius: int, across: int
) -> None:
    """The profile follows what most rows show: MTF50 was 0.10 +- 0.01 for 0.18."""
    image = drawn(noise=0.01)
    y, x = np.mgrid[:60, :50]
    image[np.hypot(y, x - across) < radius] = 1.0
    assert refused(image).code == "edge_covered"


@pytest.mark.parametrize(
    ("radius", "level", "covered"), [(4, 0.05, True), (4, 0.5, True), (0, 0.0, False)]
)
def test_an_edge_on_which_something_lies_is_refused(
    radius: int, level: float, *, covered: bool
) -> None:
    """A fly of 8 px: MTF50 was 18 % low at U of 7 %. Noise alone, of 5 % of the step, is borne."""
    image = drawn(noise=0.03 if covered else 0.05)
    y, x = np.mgrid[:60, :50]
    image[np.hypot(y - 22, x - 27) < radius] = level
    if covered:
        assert refused(image).code == "edge_covered"
    else:
        edge_mtf(image)


@pytest.mark.parametrize(("noise", "alike"), [(0.3, 0.0), (0.1, 1.0), (0.15, 1.0), (0.1, 1.5)])
def test_noise_alone_is_never_taken_for_something_on_the_edge(noise: float, alike: float) -> None:
    """``noise`` is in shares of the step, smoothed by a Gaussian of ``alike`` px (sigma)."""
    plain = edge_mtf(drawn(80, 60)).mtf50
    for seed in range(5):
        grain = np.random.default_rng(seed).standard_normal((80, 60))
        grain = gaussian_filter(grain, alike) if alike else grain
        seen = edge_mtf(drawn(80, 60) + 0.6 * noise * grain / grain.std())
        assert abs(seen.mtf50 - plain) < 4 * seen.u50  # Student's t of nine degrees and more


@pytest.mark.parametrize("radius", [16, 24, 32])
def test_glare_over_an_edge_is_told_from_the_noise_of_the_picture(radius: int) -> None:
    image = drawn(noise=0.1)
    y, x = np.mgrid[:60, :50]
    image[np.hypot(y - 5, x - 24) < radius] = 1.0
    assert refused(image).code == "edge_covered"


def test_stripes_of_a_shadow_along_an_edge_refuse_it() -> None:
    """Sun through a blind: MTF50 was 0.20 +- 0.03 and 0.31 +- 0.02 cycle/px for 0.28."""
    y, x = np.mgrid[:80, :60].astype(float)
    random = np.random.default_rng(3)
    away = x - 30 - 0.09 * (y - 40)
    light = 0.15 + 0.6 * ndtr(away / 0.7) + 0.004 * random.standard_normal(x.shape)
    assert edge_mtf(light).mtf50
    stripes = np.sin(2 * math.pi * (x + y) / 34) > 0
    with pytest.raises(GapError, match="edge_covered"):
        edge_mtf(light * (1 - 0.2 * stripes))


@pytest.mark.parametrize("side", [1, -1])
def test_a_lamp_that_falls_off_along_an_edge_covers_nothing(side: int) -> None:
    """A tenth from one end to the other, as no chart's ground tells of an edge alone."""
    plain = drawn(120, 80, levels=(0.05, 0.6), noise=0.004)
    lamp = 1 + 0.1 * side * np.linspace(-0.5, 0.5, 120)[:, None]
    assert edge_mtf(plain * lamp).mtf50 == pytest.approx(crossing(0.5), rel=0.01)
    web = 1 - 0.1 * (np.mgrid[:120, :80].sum(axis=0) // 17 % 2)
    assert refused(plain * lamp * web).code == "edge_covered"
