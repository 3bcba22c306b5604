"""Faster ways in the picture metrics of a still give what the plain way gives, written out here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from acceptance.footage import tone
from acceptance.footage.tone import DenseCurve, inverse_oetf
from acceptance.metrics.geometry.turns import turned
from acceptance.metrics.noise.weighting import unified_weighting
from acceptance.metrics.resolution import bar_images, covered, edge_line, sampling, wedge_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray


def plain_image(bars: Any, rate: float) -> tuple[float, float]:
    """Fit offset, bars and image by least squares; amplitude over the bars' and its error."""
    low, high = (np.searchsorted(bars.frequency, share * rate / 2) for share in bar_images.BAND)
    seen = slice(int(low), int(high))
    if seen.stop - seen.start < 200 or np.ptp(bars.frequency[seen]) <= 0.05 * rate:
        return 0.0, 0.0
    wave = bars.wave[seen]
    image = np.exp(2j * np.pi * rate * bars.place[seen]) * wave.conj()
    terms = [np.ones(wave.size), wave.real, wave.imag, image.real, image.imag]
    codes = bars.codes[seen] - bars.codes.mean()
    fitted, left = np.linalg.lstsq(np.array(terms).T, codes)[:2]
    error = math.sqrt(2 * float(left[0])) / wave.size
    return math.hypot(*fitted[3:]) / math.hypot(*fitted[1:3]), math.hypot(*fitted[3:]) / error


def test_images_of_all_rates_are_those_of_each_fitted_by_itself() -> None:
    random = np.random.default_rng(14)
    frequency = np.sort(random.uniform(0.1, 0.45, 3000))
    phase, place = random.uniform(0, 2 * np.pi, 3000), random.integers(0, 180, 3000).astype(float)
    image = 0.3 * np.cos(2 * np.pi * 0.6 * place - phase)
    codes = 100 + 40 * (np.cos(phase) + image) + random.normal(0, 3, 3000)
    bars = bar_images._Bars(codes=codes, wave=np.exp(1j * phase), frequency=frequency, place=place)
    found = bar_images._images(bars)
    plain = np.array([plain_image(bars, rate) for rate in bar_images.RATES]).T
    assert plain[0].max() > 0.25
    assert found == pytest.approx(plain, rel=1e-8)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_steps_and_bends_in_whole_numbers_are_those_of_real_ones(kind: type[np.generic]) -> None:
    """Of the whole range of codes: nothing overflows."""
    most = np.iinfo(kind).max  # type: ignore[type-var]  # whole
    random = np.random.default_rng(15)
    luma = random.integers(0, most + 1, (31, 40)).astype(kind)
    luma[0, :2], luma[1, :2], luma[2, :2] = (0, most), (most, 0), (0, most)
    rows = luma.astype(np.float64)
    between = (rows[:-2] + rows[2:]) / 2
    slope = np.gradient((rows[1:-1] + between) / 2, axis=1)
    off = (rows[1:-1] - between) * (1 - 2 * ((np.arange(29) + 5) % 2))[:, None]
    square = float(np.sum(slope**2))
    shift = -float(np.sum(off * slope)) / square
    assert sampling._displaced(sampling._signed(luma), 5) == pytest.approx((shift, square))
    steep = most // 12
    edges = np.abs(rows[2:] - rows[:-2]) >= steep
    bent = np.where(edges, rows[1:-1] - between, 0.0) ** 2
    even, odd = slice(0, None, 2), slice(1, None, 2)  # the first row between is an even one
    plain = [
        [edges[part].sum() for part in (even, odd)],
        [bent[part].sum() for part in (even, odd)],
    ]
    assert sampling._bends(sampling._signed(luma), 5, steep) == pytest.approx(np.array(plain))


def test_the_slope_of_a_line_and_the_steepness_of_a_surface_are_numpys() -> None:
    random = np.random.default_rng(16)
    x, y = random.normal(size=(2, 15))
    assert wedge_lines.slope_of(x, y) == pytest.approx(np.polyfit(x, y, 1)[0], rel=1e-12)
    assert wedge_lines.slope_of(x[:1], y[:1]) == 0
    values = random.normal(size=(7, 9))
    down, right = np.gradient(values)
    assert wedge_lines.steepness(values) == pytest.approx(down**2 + right**2, rel=1e-12)


def test_lines_without_a_pixel_sum_to_nothing() -> None:
    lines = wedge_lines.PixelLines(line=np.array([1, 1, 4]), count=6)
    found = lines.sums(np.array([[1.0, 2, 4], [1, 1, 1]]))
    assert found.tolist() == [[0, 3, 0, 0, 4, 0], [0, 2, 0, 0, 1, 0]]
    none = wedge_lines.PixelLines(line=np.empty(0, np.intp), count=2)
    assert none.sums(np.empty(0)).tolist() == [0, 0]


@pytest.mark.parametrize("width", [139, 192])
@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_codes_are_filtered_as_the_real_numbers_that_they_are(width: int, kind: type) -> None:
    codes = np.random.default_rng(18).integers(0, 200, (20, width)).astype(kind)
    weighting = unified_weighting(width, 1 / 1080)
    found = weighting.passed(codes)
    assert found.dtype == np.float64
    assert found == pytest.approx(weighting.passed(codes.astype(np.float64)), abs=1e-12)
    with pytest.raises(ValueError, match=rf"{2 * width}\), {width}\)$"):
        weighting.passed(np.zeros((width, 2 * width)))


@pytest.mark.parametrize("depth", [8, 10, 16])
def test_light_between_codes_is_that_computed_to_a_hundred_millionth(depth: int) -> None:
    """But where the curve itself jumps, at BT.709's knee. What is no code is computed."""
    top = float((1 << depth) - 1)

    def curve(codes: NDArray[np.float64]) -> NDArray[np.float64]:
        return inverse_oetf(codes / top, "bt709")

    dense = DenseCurve.of(curve, depth)
    codes = np.random.default_rng(18).uniform(0, top, (50, 40))
    off = np.abs(dense(codes) - curve(codes))
    knee = np.abs(codes / top - 0.081) < 1.1 / 255 / 32
    assert off[~knee].max() < 1e-8
    assert off.max() < 2e-5
    beyond = np.array([-3.5, top + 1.5, 2 * top, math.nan])
    assert np.array_equal(dense(beyond), curve(beyond), equal_nan=True)


@pytest.mark.parametrize(
    ("transfer", "steepness"), [("bt709", 0.3), ("bt709", 0.75), ("srgb", 0.5)]
)
def test_light_between_codes_by_grey_steps_is_that_computed(
    transfer: str, steepness: float
) -> None:
    """To less than a millionth, but where BT.709's knee is made steeper by the steps."""

    def signal(codes: NDArray[np.float64]) -> NDArray[np.float64]:
        return (codes - 16) / 219

    printed = np.geomspace(0.03, 0.9, 12)
    seen = 16 + 219 * printed**steepness
    light, above = (inverse_oetf(signal(codes), transfer) for codes in (seen, seen + 0.05))
    by_steps = tone.curve(light, printed, np.gradient(printed, light) * (above - light))

    def curve(codes: NDArray[np.float64]) -> NDArray[np.float64]:
        return by_steps(inverse_oetf(signal(codes), transfer))

    random = np.random.default_rng(19)
    near = 16 + 219 * random.uniform(0.08, 0.082, 4000)
    codes = np.concatenate([random.uniform(0, 255, 40_000), near])
    off = np.abs(DenseCurve.of(curve, 8)(codes) - curve(codes))
    knee = (np.abs(signal(codes) - 0.081) < 1.1 / 219 / 32) & (transfer == "bt709")
    assert off[~knee].max() < 2e-7
    assert off.max() < 1.6e-4


def test_a_turned_chart_is_that_of_scipys_rotation() -> None:
    turns = np.random.default_rng(19).normal(0, 0.5, (20, 3))
    turns[0] = 0
    plain = Rotation.from_rotvec(turns).as_matrix()
    assert turned(turns) == pytest.approx(plain, abs=1e-15)


def test_the_scatter_of_chosen_values_is_numpys() -> None:
    values = np.random.default_rng(20).normal(3, 1, 500)
    chosen = values > 2.5
    assert edge_line._scatter(values, chosen) == pytest.approx(values[chosen].std(), rel=1e-10)
    assert edge_line._scatter(values, values > 99) == 0


def test_means_of_patches_are_those_of_each() -> None:
    """Rows and columns that fill no patch are left out."""
    residual = np.random.default_rng(21).normal(size=(31, 42))
    plain = residual[:28, :40].reshape(7, 4, 10, 4).mean(axis=(1, 3))
    assert covered._patches(residual) == pytest.approx(plain, rel=1e-12)
