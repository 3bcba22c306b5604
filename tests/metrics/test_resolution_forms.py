"""What resolution's checks rest on, by closed forms: edges beside each other, images of bars."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from acceptance.metrics import resolution
from acceptance.metrics.resolution import bar_images, beside, wedge
from acceptance.metrics.resolution.bar_images import RATES
from acceptance.metrics.resolution.wedge_lines import PixelLines
from acceptance.scene.views import View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


# --- edges of plain objects beside each other


@dataclass(frozen=True, kw_only=True)
class Read:
    """What ``beside`` knows of an edge: where it lies, and its crossings with their noise."""

    left: float = 0.0
    across: float = 100.0
    rows: tuple[float, float] = (0.0, 50.0)
    resolves: str = "horizontal"
    place: object = None
    noisy: float = 0.01
    crossings: dict[str, float] = field(default_factory=lambda: {"mtf50": 0.2})
    apart: dict[str, float] | None = None

    @property
    def view(self) -> Any:
        """Box and place."""
        return SimpleNamespace(
            place=self.place, box=(self.left, self.rows[0], self.across, self.rows[1])
        )

    @property
    def first(self) -> Any:
        """The direction that it resolves."""
        return SimpleNamespace(resolves=self.resolves)

    def reached(self, name: str) -> bool:
        """Whether the MTF falls so far."""
        return name in self.crossings

    def value(self, name: str) -> float:
        """Return a crossing in cycle/px."""
        return self.crossings[name]

    def noise(self, name: str) -> list[Any]:
        """Return the line of noise."""
        assert name in self.crossings
        return [SimpleNamespace(contribution=self.noisy)]


def doubts(*edges: Read) -> list[float]:
    """Return what the edges make of each other's doubt of MTF50."""
    found: list[Any] = list(beside.compared(edges))  # type: ignore[arg-type]
    return [edge.apart["mtf50"] for edge in found]


@pytest.mark.parametrize(
    ("other", "half"),
    [
        (Read(crossings={"mtf50": 0.26}), 0.03),
        (Read(crossings={"mtf50": 0.228}), 0.0),  # two standard errors are 0.0283
        (Read(crossings={"mtf50": 0.229}), 0.0145),
        (Read(crossings={"mtf50": 0.26}, resolves="vertical"), 0.0),
        (Read(crossings={}), 0.0),
        (Read(crossings={"mtf50": 0.26}, left=300.0), 0.03),
        (Read(crossings={"mtf50": 0.26}, left=301.0), 0.0),
        (Read(crossings={"mtf50": 0.26}, left=301.0, across=101.0), 0.03),
        (Read(crossings={"mtf50": 0.26}, left=330.0, across=40.0), 0.03),
        (Read(crossings={"mtf50": 0.26}, left=331.0, across=40.0), 0.0),
        (Read(crossings={"mtf50": 0.26}, left=300.0, rows=(15.0, 20.0)), 0.03),
        (Read(crossings={"mtf50": 0.26}, left=300.0, rows=(18.0, 20.0)), 0.0),
    ],
)
def test_edges_within_three_sizes_doubt_each_other_by_half_of_what_they_surely_differ(
    other: Read, half: float
) -> None:
    own, another = doubts(Read(), other)
    assert own == pytest.approx(half)
    assert another == pytest.approx(half)


def test_the_edge_that_differs_most_counts_and_one_without_the_crossing_has_no_doubt() -> None:
    edges = [Read(crossings={"mtf50": value}) for value in (0.2, 0.26, 0.16)]
    assert doubts(*edges, Read(crossings={})) == pytest.approx([0.03, 0.05, 0.05, 0.0])


def test_edges_of_a_chart_are_as_they_were() -> None:
    chart = Read(place=object(), crossings={"mtf50": 0.26})
    plain = Read()
    kept, other = beside.compared([chart, plain])  # type: ignore[list-item]
    assert kept is chart
    assert other.apart == {"mtf50": 0.03, "mtf10": 0.0}


def test_edges_resolve_unlike_by_the_mean_logarithm_of_each_direction() -> None:
    """Those that are reached; of one direction alone nothing is told."""
    across = [Read(crossings={"mtf50": value}) for value in (0.2, 0.3)]
    down = [Read(crossings={"mtf50": value}, resolves="vertical") for value in (0.1, 0.2, 0.4)]
    unseen = [Read(crossings={}), Read(crossings={}, resolves="vertical")]
    found = [resolution._unlike(edges) for edges in ([*across, *down, *unseen], down, unseen)]  # type: ignore[arg-type]
    assert found == pytest.approx([math.log(math.sqrt(0.06) / 0.2), 0, 0])


# --- images of bars


def bars_of(rate: float, share: float, noise: float = 0.0) -> bar_images._Bars:
    """Make bars of 0.1 to 0.5 cycle/px with an image of ``share`` at a rate of samples."""
    random, count = np.random.default_rng(3), 6000
    angle, place = random.uniform(0, 2 * np.pi, count), random.uniform(0, 400, count)
    image = share * np.cos(2 * np.pi * rate * place - angle + 1.0)
    codes = 120 + 50 * (np.cos(angle) + image + noise * random.standard_normal(count))
    wave, frequency = np.exp(1j * angle), np.linspace(0.1, 0.5, count)
    return bar_images._Bars(codes=codes, wave=wave, frequency=frequency, place=place)


@pytest.mark.parametrize("number", [20, 50, 95])
def test_an_image_is_seen_at_its_rate_by_its_amplitude_and_its_error(number: int) -> None:
    """Over 6,000 pixels from 0.1 to 0.5 cycle/px those of the band are a known number."""
    found = bar_images._images(bars_of(RATES[number], 0.4, noise=0.3))
    count = 6000 * 0.3 * RATES[number] / 2 / 0.4
    assert int(np.argmax(found[0])) == number
    assert found[0, number] == pytest.approx(0.4, abs=4 * 0.3 * math.sqrt(2 / count))
    assert found[1, number] == pytest.approx(0.4 / (0.3 * math.sqrt(2 / count)), rel=0.15)


def test_without_noise_an_image_is_found_as_it_is() -> None:
    """To the digits that sums of thousands of products keep."""
    strength, sure = bar_images._images(bars_of(RATES[50], 0.4))[:, 50]
    assert strength == pytest.approx(0.4, rel=1e-9)
    assert sure > 1e6


@pytest.mark.parametrize(
    ("strength", "sure", "seen"),
    [([0.5], [7.6], True), ([0.5], [7.4], False), ([0.19], [20.0], False),
     ([0.5, 0.3], [5.5, 5.5], True), ([0.5, 0.3], [5.2, 5.2], False),
     ([0.5, 0.19], [9.0, 9.0], False)],
)  # fmt: skip
def test_an_image_is_strong_in_every_wedge_and_sure_in_all_together(
    strength: list[float], sure: list[float], *, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fifth of the bars, and 7.5 standard errors."""
    images = iter(zip(strength, sure, strict=True))

    def image(_: object, band: tuple[float, float]) -> Array:
        alone = np.zeros(RATES.size)
        alone[40] = band == bar_images.BAND
        return np.multiply.outer(next(images) if alone.any() else (1.0, 1.0), alone)

    monkeypatch.setattr(bar_images, "_bars", lambda view: view)
    monkeypatch.setattr(bar_images, "_images", image)
    view = SimpleNamespace(place=object(), region=SimpleNamespace(printed={"from": 1.0}))
    found = bar_images.factor([view] * len(sure))  # type: ignore[list-item]
    assert found == pytest.approx(1 / RATES[40] if seen else 1.0)


@pytest.mark.parametrize(("top", "at"), [(0.8, 1), (1.3, 1), (50.4, 50), (98.7, 99)])
def test_the_rate_is_the_top_of_a_parabola(top: float, at: int) -> None:
    values = 9 - (np.arange(RATES.size) - top) ** 2
    expected = RATES[0] + top * (RATES[1] - RATES[0])
    assert bar_images._top(values, at) == pytest.approx(expected)


@pytest.mark.parametrize("at", [0, RATES.size - 1])
def test_a_rate_at_either_end_is_as_it_is(at: int) -> None:
    assert bar_images._top(np.zeros(RATES.size), at) == RATES[at]


def test_a_top_that_is_level_is_where_it_is() -> None:
    assert bar_images._top(np.ones(RATES.size), 30) == RATES[30]


def test_lines_of_a_wedge_are_summed_also_where_the_first_has_no_pixels() -> None:
    lines = PixelLines(line=np.array([1, 1, 2, 4]), count=5)
    assert lines.sums(np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [0, 3, 4, 0, 8]


def test_bars_of_nearly_one_frequency_have_no_image_that_is_not_their_own() -> None:
    bars = replace(bars_of(0.65, 0.4), frequency=np.linspace(0.3, 0.301, 6000))
    assert not bar_images._images(bars).any()
    spread = replace(bars_of(0.65, 0.4), frequency=np.linspace(0.27, 0.32, 6000))
    assert bar_images._images(spread)[0, 50] == pytest.approx(0.4, rel=0.05), (
        "0.05 of 0.65 cycle/px"
    )


@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_bars_are_the_pixels_between_the_outermost_ones_by_rising_frequency(
    direction: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine bars from 0.05 to 0.365 cycle/px: four periods on either side of the middle.

    Of many pixels every third line across the bars is looked at, whichever way they run.
    """
    printed = {"bars": 9, "from": 0.05, "to": 0.365, "form": "hyperbolic"}
    region = SimpleNamespace(
        printed=printed, rect=(0.0, 0.0, 90.0, 160.0), direction="horizontal", name="wedge"
    )
    luma, size = np.tile(np.arange(90.0), (160, 1)), (90, 160)
    to_chart = (lambda points: points + 0.5) if direction == "horizontal" else _turned
    if direction == "vertical":
        luma, size = luma.T, (160, 90)
    place: Any = SimpleNamespace(to_chart=to_chart)
    given: Any = {"region": region, "place": place, "box": (0, 0, *size), "stable": True}
    view = View(luma=luma[None], cb=None, cr=None, **given)
    every = bar_images._bars(view)
    wide = np.minimum(45, 4 / np.linspace(0.05, 0.365, 160))
    assert every.codes.size == pytest.approx(2 * wide.sum(), rel=0.02)
    assert np.ptp(every.frequency) == pytest.approx(0.315, rel=0.05)
    assert (np.diff(every.frequency) >= 0).all()
    assert every.place == pytest.approx(every.codes), "the code is the place across the bars"
    monkeypatch.setattr(bar_images, "ENOUGH", every.codes.size // 3)
    third = bar_images._bars(view)
    assert third.codes.size == pytest.approx(every.codes.size / 3, rel=0.05)
    assert np.ptp(third.frequency) == pytest.approx(0.315, rel=0.06)
    two = replace(view, luma=np.array([luma, luma + 10]))
    means = [bar_images._bars(replace(two, stable=still)).codes.mean() for still in (True, False)]
    assert means == pytest.approx([third.codes.mean() + 5, third.codes.mean()]), "at rest, moving"


def _turned(points: Array) -> Array:
    return np.asarray(points)[..., ::-1] + 0.5


def test_regions_whose_place_or_scale_is_not_known_say_nothing_of_a_zoom() -> None:
    views = [
        SimpleNamespace(place=place, region=SimpleNamespace(printed=printed))
        for place, printed in ((None, {"from": 0.1}), (object(), {}))
    ]
    assert bar_images.factor(views) == 1.0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "roots"),
    [((2.0, -4.0, 0.0), [0.5]), ((2.0, 0.0, 0.0), []), ((1.0, 0.0, 4.0), []),
     ((0.06, -0.5, 1.0), [0.2, 0.3]), ((-0.04, 0.0, 1.0), [-0.2, 0.2])],
)  # fmt: skip
def test_a_parabola_is_0_at_two_places_at_one_or_nowhere(
    terms: tuple[float, float, float], roots: list[float]
) -> None:
    """Straight ones at one, level ones nowhere."""
    x = np.linspace(0.05, 0.6, 9)
    y = terms[0] + terms[1] * x + terms[2] * x**2
    assert sorted(wedge._roots(x, y)) == pytest.approx(roots)
