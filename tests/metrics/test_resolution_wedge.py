"""Reading of a wedge on drawn bars whose modulation is known, and its rule part by part."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics.resolution import wedge
from acceptance.metrics.resolution.printed_wedge import Wedge
from acceptance.metrics.resolution.wedge_lines import PixelLines

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]

PRINTED = Wedge(bars=5, start=0.05, end=0.345, length=300)
STEP = 120.0
FULL = STEP * 2 / math.pi  # amplitude of the fundamental of a square wave of this step
RISE = (PRINTED.end - PRINTED.start) / PRINTED.length  # of the frequency from line to line


def falling(frequency: Array) -> Array:
    """Fall straight from 0.6: one half at 0.1 cycle/px, a tenth at 0.3."""
    return 0.7 - 2 * frequency


def drawn(
    modulation: Callable[[Array], Array], printed: Wedge = PRINTED
) -> tuple[Array, Array, Array, Wedge]:
    """Draw the fundamental of the bars, a millimetre a pixel, on a grey of 100.

    Returns the picture, the places along and across, and the wedge.
    """
    along, across = np.meshgrid(np.arange(320) - 9.5, np.arange(100) - 49.7, indexing="ij")
    frequency = printed.start + (printed.end - printed.start) * along / printed.length
    bars = modulation(frequency) * np.cos(2 * math.pi * frequency * across)
    return 100 + FULL * bars, along, across, printed


def normal(frequency: float, printed: Wedge = PRINTED) -> float:
    """Frequency of a line normal to its bars: those of a wedge fan out.

    The place across a line spreads evenly over the periods between the middles of the outer bars.
    """
    spread = printed.periods / frequency / math.sqrt(12)
    return math.hypot(frequency, spread * RISE)


def test_a_wedge_whose_modulation_falls_straight_is_read_where_it_is_a_tenth() -> None:
    """And one half where it is one half.

    The bars are counted in lines 10 to 289: three are left out at each end, seven are neighbours.
    """
    read = wedge.wedge_reading(*drawn(falling), STEP)
    assert read.reading == pytest.approx(0.3, rel=1e-3)
    assert read.half == pytest.approx(normal(0.1), rel=2e-3)
    assert read.limited_by == "criterion"
    assert (read.aliasing, read.bars, set(read.counts)) == (None, 5, {5})
    frequency = PRINTED.start + RISE * (np.arange(10, 290) + 0.5)
    assert read.modulation == pytest.approx(falling(frequency), abs=2e-3)
    assert read.frequencies == pytest.approx([normal(one) for one in frequency], rel=5e-3)


def test_the_unit_of_the_picture_does_not_matter() -> None:
    """A step of a half, or of 120 codes."""
    luma, *place = drawn(falling)
    codes = wedge.wedge_reading(luma, *place, STEP)
    light = wedge.wedge_reading(luma / 240, *place, 0.5)
    assert light.reading == pytest.approx(codes.reading)
    assert light.u == pytest.approx(codes.u, rel=1e-6)


def test_a_step_twice_as_high_halves_the_modulation() -> None:
    """A tenth of it is a fifth of the other: at 0.25 cycle/px."""
    read = wedge.wedge_reading(*drawn(falling), 2 * STEP)
    assert read.reading == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize("step", [0.0, -1.0, math.nan])
def test_a_wedge_without_a_step_is_not_resolved(step: float) -> None:
    with pytest.raises(GapError) as refused:
        wedge.wedge_reading(*drawn(falling), step)
    assert refused.value.code == "wedge_not_resolved"


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("fault", ["not finite", "of another shape", "flat"])
def test_what_is_no_three_finite_pictures_of_one_shape_is_refused(which: int, fault: str) -> None:
    """Each of picture, place along and place across; flat: all of them one row of numbers."""
    *arrays, printed = drawn(falling)
    if fault == "not finite":
        arrays[which][3, 3] = math.inf
    elif fault == "of another shape":
        arrays[which] = arrays[which][:, 1:]
    else:
        arrays = [one[which] for one in arrays]
    with pytest.raises(ValueError, match="three finite 2-D arrays"):
        wedge.wedge_reading(*arrays, printed, STEP)


def test_lines_of_pictures_of_three_dimensions_are_refused() -> None:
    *arrays, printed = drawn(falling)
    with pytest.raises(ValueError, match="three finite 2-D arrays"):
        wedge.wedge_reading(*(one[None] for one in arrays), printed, STEP)


def with_false_bars(share: float) -> tuple[Array, Array, Array, Wedge]:
    """Draw half modulation, and three cycles instead of four beyond line 149.

    ``share`` is their modulation.
    """
    luma, along, across, printed = drawn(lambda frequency: np.full_like(frequency, 0.5))
    turns = across * printed.frequency(along)
    false = 100 + share * FULL * np.cos(2 * math.pi * turns * 3 / 4)
    return np.where(along >= 150, false, luma), along, across, printed


@pytest.mark.parametrize(("share", "seen"), [(0.07, True), (0.035, False)])
def test_bars_too_few_are_aliasing_where_they_show_in_more_than_a_twentieth(
    share: float, *, seen: bool
) -> None:
    """From the first group of 15 lines that holds no true bars: of line 157 in the middle."""
    read = wedge.wedge_reading(*with_false_bars(share), STEP)
    first = normal(PRINTED.start + RISE * 157.5)
    assert read.aliasing == (pytest.approx(first, rel=1e-3) if seen else None)
    assert read.frequencies[read.counts == 4][0] == pytest.approx(first, rel=1e-3)
    assert read.reading < first


EVEN = Wedge(bars=5, start=0.125, end=0.125, length=60)


def even() -> tuple[Array, Array]:
    """Places on a wedge of one frequency: four periods are 32 px, and pixels lie between them."""
    return tuple(np.meshgrid(np.arange(64.0) - 2, np.arange(48) - 23.5, indexing="ij"))  # type: ignore[return-value]


def test_the_amplitude_of_bars_that_are_counted_is_that_of_the_bars() -> None:
    """Three cycles of 7 on a grey: half a cycle short of a whole number, nothing leaks."""
    along, across = even()
    angle = 2 * math.pi * across / 8
    luma = 50 + 7 * np.cos(angle * 3 / 4 + 0.3)
    pixels = wedge.WedgePixels.of(EVEN, along, across)
    lines, amplitude = wedge._smoothed(pixels, pixels.values(luma), EVEN, 10.0)
    assert amplitude == pytest.approx(np.full(amplitude.size, 7.0))
    assert set(lines.counts) == {4}
    assert lines.modulation == pytest.approx(np.zeros(amplitude.size), abs=1e-9)


def test_modulation_and_its_error_are_shares_of_the_full_amplitude() -> None:
    """Bars of 4 where 10 are full; noise that every other line turns round scatters them."""
    along, across = even()
    angle = 2 * math.pi * across / 8
    turned = np.where(np.arange(64) % 2, 0.5, -0.5)[:, None]
    pixels = wedge.WedgePixels.of(EVEN, along, across)
    values = pixels.values(50 + (4 + turned) * np.cos(angle))
    made = [wedge._smoothed(pixels, values, EVEN, full)[0] for full in (1.0, 10.0)]
    assert made[1].modulation.mean() == pytest.approx(0.4, abs=0.01)
    assert made[1].error == pytest.approx(made[0].error / 10)
    assert made[1].error.min() > 0.005


def test_pixels_count_from_the_middle_of_the_first_bar_to_that_of_the_last() -> None:
    """With both: four periods of 4 px are 17 px, from the first line on."""
    printed = Wedge(bars=5, start=0.25, end=0.25, length=20)
    along, across = np.meshgrid(np.arange(-3.0, 26), np.arange(-12.0, 13), indexing="ij")
    pixels = wedge.WedgePixels.of(printed, along, across)
    expected = (np.abs(across) <= 8) & (along >= 0) & (along < 20)
    assert np.array_equal(pixels.place, np.flatnonzero(expected))
    assert np.array_equal(pixels.lines.line, along[expected])
    assert pixels.turns == pytest.approx(across[expected] / 4)
    assert pixels.frequency == pytest.approx(np.full(20, 0.25))
    assert list(pixels.usable) == list(range(3, 17))
    bars = np.cos(2 * math.pi * pixels.turns)
    assert np.argmax(pixels.powers(bars, 4), axis=1).tolist() == [2] * 14


@pytest.mark.parametrize(("lines", "refused"), [(28, False), (27, True)])
def test_fewer_than_fourteen_groups_of_lines_are_too_few(lines: int, *, refused: bool) -> None:
    """Of equal frequency seven lines are left over at each end."""
    nothing = np.zeros(0)
    pixels = wedge.WedgePixels(
        shape=(5, 9), place=nothing.astype(np.intp), turns=nothing,
        lines=PixelLines(line=nothing.astype(np.intp), count=lines),
        frequency=np.full(lines, 0.2), usable=np.arange(lines),
    )  # fmt: skip
    if not refused:
        assert list(pixels.together().centre) == list(range(7, 21))
        return
    with pytest.raises(GapError) as caught:
        pixels.together()
    assert (caught.value.code, caught.value.parameters) == (
        "region_too_small", {"width": 9, "height": 5}
    )  # fmt: skip


def smoothed(modulation: Array, frequencies: Array, **changed: Any) -> wedge._SmoothedLines:
    """Make lines whose error is a hundredth and whose five bars are all seen."""
    size = frequencies.size
    given: dict[str, Any] = {"error": np.full(size, 0.01), "counts": np.full(size, 5)}
    given |= {"half": 2 + np.arange(size) % 5, "frequencies": frequencies}
    return wedge._SmoothedLines(modulation=modulation, **given | changed)


STEPS = 0.1 + 0.01 * np.arange(39)  # cycle/px: 0.1 to 0.48


def test_degrees_of_freedom_are_the_lines_around_the_reading_less_four() -> None:
    """The reading of 0.355 lies before line 26, of 0.36; within 24 % of it are lines 18 to 34.

    Those at their ends bring half a group each: line 26 has three on each side.
    """
    read = wedge._read(smoothed(0.1 + 2 * (0.355 - STEPS), STEPS), 5, None)
    assert (read.reading, read.limited_by) == (pytest.approx(0.355), "criterion")
    assert read.degrees_of_freedom == 17 + 2 * 3 - 4
    assert read.u == pytest.approx(0.96 * 0.01 / 2)
    assert read.half == pytest.approx(0.155)
    assert (read.bars, read.aliasing) == (5, None)


def test_a_wedge_that_is_resolved_throughout_ends_with_its_last_line() -> None:
    """Line 38, of 0.48, has five lines on each side; within 24 % are lines 27 to 38."""
    read = wedge._read(smoothed(0.9 - STEPS, STEPS), 5, 0.4)
    assert (read.reading, read.limited_by) == (STEPS[-1], "wedge_end")
    assert read.degrees_of_freedom == 12 + 2 * 5 - 4
    assert read.aliasing == 0.4
    assert read.half == pytest.approx(0.4)


def test_the_first_of_the_ends_limits_a_wedge() -> None:
    """Miscounted from 0.2 on, below the criterion from 0.3 on; no further than half a cycle."""
    counts = np.where(STEPS > 0.195, 4, 5)
    both = wedge._read(smoothed(0.7 - 2 * STEPS, STEPS, counts=counts), 5, None)
    assert (both.reading, both.limited_by) == (pytest.approx(0.2), "bar_count")
    far = wedge._read(smoothed(1.5 - STEPS, STEPS + 0.1), 5, None)
    assert (far.reading, far.limited_by) == (0.5, "sampling_limit")
    assert far.half is None


@pytest.mark.parametrize(
    ("modulation", "counts", "refused"),
    [
        ([0.05, 0.5, 0.5], [5, 5, 5], True),
        ([0.5, 0.05, 0.5], [5, 5, 5], False),
        ([0.5, 0.5, 0.5], [4, 5, 5], True),
        ([0.5, 0.5, 0.5], [5, 6, 5], False),
    ],
)
def test_a_wedge_whose_first_line_is_not_resolved_is_not(
    modulation: list[float], counts: list[int], *, refused: bool
) -> None:
    lines = smoothed(np.array(modulation), np.array([0.1, 0.2, 0.4]), counts=np.array(counts))
    if refused:
        with pytest.raises(GapError) as caught:
            wedge._ends(lines, 5)
        assert caught.value.code == "wedge_not_resolved"
    else:
        assert set(wedge._ends(lines, 5)) > {"wedge_end", "sampling_limit"}


def test_a_modulation_that_is_low_from_the_start_never_falls() -> None:
    frequencies, modulation = np.array([0.1, 0.2, 0.4]), np.array([0.4, 0.6, 0.3])
    assert wedge._crossing(frequencies, modulation, 0.5) is None
    assert wedge._crossing(frequencies, modulation, 0.2) is None


def test_lines_far_apart_are_joined_straight() -> None:
    """From 0.5 to 0.05 between 0.2 and 0.4: a tenth is eight ninths of the way."""
    frequencies, modulation = np.array([0.1, 0.2, 0.4, 0.8]), np.array([0.9, 0.5, 0.05, 0.01])
    found = wedge._between(frequencies, modulation, 2)
    assert found == pytest.approx(0.2 + 0.2 * 8 / 9)
    assert wedge._crossing(frequencies, modulation, 0.7) == pytest.approx(0.15)


@pytest.mark.parametrize(("count", "curved"), [(5, False), (6, True)])
def test_six_lines_carry_a_parabola_and_five_do_not(count: int, *, curved: bool) -> None:
    """A tenth above a parabola through (0.302, 0), seen at the lines only."""
    frequencies = 0.29 + 0.01 * np.arange(count)
    modulation = 0.1 + 8 * (0.302 - frequencies) + 90 * (0.302 - frequencies) ** 2
    found = wedge._between(frequencies, modulation, 2)
    left, right = modulation[1] - 0.1, modulation[2] - 0.1
    straight = 0.3 + 0.01 * left / (left - right)
    assert abs(straight - 0.302) > 1e-4
    assert found == pytest.approx(0.302 if curved else straight, abs=1e-9)


@pytest.mark.parametrize(
    ("roots", "sign", "at", "truth"),
    [
        ((0.3055, 0.3455), 1.0, 1, 0.3055),  # falls in the first gap
        ((0.2655, 0.3445), -1.0, 5, 0.3445),  # in the last
        ((0.305, 0.335), -1.0, 4, 0.335),  # rises before it falls
        ((0.305, 0.335), 1.0, 1, 0.305),  # falls before it rises
    ],
)
def test_of_a_parabolas_two_crossings_that_near_the_line_counts(
    roots: tuple[float, float], sign: float, at: int, truth: float
) -> None:
    """Those outside the lines do not."""
    frequencies = 0.3 + 0.01 * np.arange(6)
    modulation = 0.1 + sign * 20 * (frequencies - roots[0]) * (frequencies - roots[1])
    assert wedge._between(frequencies, modulation, at) == pytest.approx(truth, abs=1e-9)


def test_the_parabola_is_that_of_least_squares() -> None:
    """Through lines of no such form, solved by the normal equations."""
    random = np.random.default_rng(2)
    frequencies = 0.3 + 0.004 * np.arange(12)
    modulation = 0.1 + 2 * (0.322 - frequencies) + 0.01 * random.standard_normal(12)
    columns = np.stack([(frequencies - 0.32) ** 2, frequencies - 0.32, np.ones(12)], axis=1)
    terms = np.linalg.solve(columns.T @ columns, columns.T @ (modulation - 0.1))
    near = min(np.roots(terms) + 0.32, key=lambda root: abs(root - 0.322))
    low = int(np.flatnonzero(modulation < 0.1)[0])
    assert wedge._between(frequencies, modulation, low) == pytest.approx(near, abs=1e-9)


@pytest.mark.parametrize("bend", [0.0, 30.0, -10.0])
def test_a_single_line_too_low_is_crossed_where_it_lies(bend: float) -> None:
    """The parabola through all of them crosses nowhere, or beyond both ends only."""
    frequencies = 0.3 + 0.01 * np.arange(7)
    modulation = 0.11 + bend * (frequencies - 0.33) ** 2
    modulation[3] = 0.095
    expected = 0.32 + 0.01 * (modulation[2] - 0.1) / (modulation[2] - 0.095)
    assert wedge._between(frequencies, modulation, 3) == pytest.approx(expected)


def test_lines_near_one_differ_by_a_quarter_at_most_and_are_no_more_than_thirty_one() -> None:
    """Of 10 % a line: two on each side; of equal frequency: 15."""
    assert wedge._near(0.1 * 1.1 ** np.arange(12), 6) == slice(4, 9)
    assert wedge._near(np.full(100, 0.2), 50) == slice(35, 66)
    assert wedge._near(np.full(100, 0.2), 3) == slice(0, 19)
    assert wedge._near(np.full(100, 0.2), 98) == slice(83, 100)
    assert wedge._near(np.array([0.1, 0.2, 0.4]), 1) == slice(1, 2)


def test_the_error_of_a_reading_is_that_of_the_modulation_over_its_slope() -> None:
    """The root mean square of the errors, over the slope of a straight line through the lines."""
    frequencies = 0.3 + 0.01 * np.arange(5)
    modulation = 0.2 - 3 * (frequencies - 0.3) + 40 * (frequencies - 0.32) ** 2
    error = np.array([0.01, 0.02, 0.03, 0.02, 0.01])
    rms = math.sqrt((1 + 4 + 9 + 4 + 1) / 5) * 0.01
    found = wedge._standard_error(frequencies, modulation, error, 2)
    assert found == pytest.approx(0.96 * rms / 3)


def test_two_lines_have_a_slope_and_one_has_none() -> None:
    pair = wedge._standard_error(
        np.array([0.3, 0.31]), np.array([0.2, 0.15]), np.array([0.01, 0.01]), 1
    )
    assert pair == pytest.approx(0.96 * 0.01 / 5)
    alone = wedge._standard_error(np.array([0.3]), np.array([0.2]), np.array([0.01]), 0)
    assert alone > 1e6


def test_without_a_step_a_wedge_is_not_resolved_whatever_its_places_are() -> None:
    luma, along, across, printed = drawn(falling)
    with pytest.raises(GapError, match="wedge_not_resolved"):
        wedge.wedge_reading(luma, 0 * along, 0 * across, printed, 0.0)
