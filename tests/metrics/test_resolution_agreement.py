"""Edges and bars of one direction are held against each other."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
import outcomes
import pytest

from acceptance.charts import definition
from acceptance.metrics import resolution
from acceptance.metrics.resolution import agreement
from acceptance.model import BudgetLine, Measurement, Note, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

SHOT = Shot(id="film", subject="camera", clip="film.mkv", chart="acceptance")


def read(quantity: str, lines: float, u: float, **details: str | float) -> Measurement:
    """Make a reading in TV lines in the middle, of standard uncertainty ``u``."""
    budget = [BudgetLine(source="noise and fit", contribution=u)]
    return measurement(
        SHOT, f"resolution.{quantity}", lines, "TVL", budget, samples=8, method="m",
        direction=quantity.removeprefix("wedge_"), details={"zone": "centre", **details},
    )  # fmt: skip


def edge(
    direction: str, lines: float, u: float, level: str = "mtf10", **details: str | float
) -> Measurement:
    """Make a crossing of an edge in a picture of 1000 rows, ``lines`` and ``u`` in TV lines."""
    budget = [BudgetLine(source="noise and fit", contribution=u / 2000)]
    return measurement(
        SHOT, f"resolution.{level}", lines / 2000, "cycle/px", budget, samples=8, method="m",
        direction=direction,
        details={"zone": "centre", "line_widths_per_height": lines, **details},
    )  # fmt: skip


def notes(*found: Measurement) -> list[Note]:
    """Return what is noted of these readings."""
    return list(agreement.compared(found))


def test_edges_that_outdo_bars_as_no_linear_camera_can_are_said_once_a_direction() -> None:
    """A bilateral filter made 682 of edges and 482 of bars, where both had 576 before."""
    [note] = notes(edge("horizontal", 682, 9), read("wedge_horizontal", 482, 1))
    assert note.quantity == "resolution.horizontal"
    assert (note.reason.code, note.reason.parameters) == (
        "edges_unlike_bars",
        {"edges": 682, "bars": 482},
    )


@pytest.mark.parametrize(
    ("lines", "u", "bars"), [(576, 5, 567), (600, 5, 540), (682, 100, 482), (470, 5, 482)]
)
def test_what_both_uncertainties_and_an_eighth_allow_is_not_said(
    lines: float, u: float, bars: float
) -> None:
    assert not notes(edge("vertical", lines, u), read("wedge_vertical", bars, 1))


def test_bars_count_in_linear_light_as_edges_do() -> None:
    assert not notes(
        edge("horizontal", 576, 5), read("wedge_horizontal", 450, 1, linear_light=570.0)
    )


def test_other_directions_and_other_places_are_not_compared() -> None:
    assert not notes(edge("horizontal", 682, 9), read("wedge_vertical", 482, 1))
    assert not notes(
        edge("horizontal", 682, 9, zone="upper_left"), read("wedge_horizontal", 482, 1)
    )


def test_bars_that_go_on_beyond_what_was_seen_or_were_not_read_contradict_no_edge() -> None:
    bars = read("wedge_horizontal", 482, 1)
    assert not notes(edge("horizontal", 682, 9), replace(bars, lower_bound=True))
    assert not notes(edge("horizontal", 682, 9), read("wedge_horizontal", 482, 1, linear_light=0.0))


def test_a_fifth_more_is_said_where_both_are_sure() -> None:
    [note] = notes(edge("vertical", 600, 1), read("wedge_vertical", 500, 1))
    assert note.reason.code == "edges_unlike_bars"


def test_the_doubt_of_the_bars_is_allowed_too_and_a_direction_is_said_once() -> None:
    """A fifth, less than 12 % besides 2 x 20 of 500 TV lines."""
    assert not notes(edge("vertical", 600, 1), read("wedge_vertical", 500, 20))
    two = [edge("vertical", 600 + n, 1) for n in (0, 1)]
    assert len(notes(*two, *(read("wedge_vertical", 500 + n, 1) for n in (0, 1)))) == 1


def doubted(*found: Measurement, **vanished: float) -> list[Measurement]:
    """Return these readings, with what they differ by in U."""
    return outcomes.measurements(agreement.doubted(found, vanished))


def reaches(figure: Measurement, lines: float) -> bool:
    """Whether TV lines lie within U of a figure of a picture of 1000 rows."""
    scale = 2000 if figure.unit == "cycle/px" else 1
    return abs(figure.value * scale - lines) <= figure.expanded * scale


def test_what_edges_and_bars_differ_by_is_in_u_of_both() -> None:
    tenth, wedge = edge("horizontal", 682, 9), read("wedge_horizontal", 482, 1)
    corner = edge("horizontal", 660, 9, zone="upper_left")
    lines = read("edge", 682, 9)
    lines = replace(lines, quantity="resolution.horizontal", direction="horizontal")
    for figure, other in zip(
        doubted(tenth, wedge, corner, lines), (482, 682, 482, 482), strict=True
    ):
        assert reaches(figure, other)
        assert figure.budget[-1].source == "edges unlike bars"


def test_levels_are_held_against_each_other_one_by_one() -> None:
    """A median wipes out the finest bars and leaves the coarser ones."""
    half, tenth = edge("vertical", 300, 2, "mtf50"), edge("vertical", 600, 5)
    wedge = read("wedge_vertical", 420, 2, half_in_linear_light=299.0)
    first, second, bars = doubted(half, tenth, wedge)
    assert first == half
    assert reaches(second, 420)
    assert reaches(bars, 600)


def test_half_of_the_contrast_tells_where_samples_end_before_a_tenth() -> None:
    """Sharpening without halos: edges and bars both go on to the limit of the samples."""
    half, tenth = edge("horizontal", 850, 5, "mtf50"), edge("horizontal", 1100, 5)
    limit = {"sampling_limit": 1000.0, "half_in_linear_light": 520.0}
    wedge = read("wedge_horizontal", 1000, 5, linear_light=1000.0, **limit)
    first, second, bars = doubted(half, tenth, wedge)
    assert reaches(first, 520)
    assert reaches(second, 700)
    assert bars == wedge
    [note] = notes(half, tenth, wedge)
    assert note.reason.code == "edges_unlike_bars_at_half"


def test_bars_that_begin_below_half_of_the_contrast_bound_it() -> None:
    half, wedge = edge("vertical", 640, 4, "mtf50"), read("wedge_vertical", 950, 5)
    wedge = replace(wedge, details={**wedge.details, "half_at_most": 430.0})
    [first, _] = doubted(half, wedge)
    assert reaches(first, 430)
    softer = edge("vertical", 300, 4, "mtf50")
    assert doubted(softer, wedge) == [softer, wedge]


def test_bars_that_are_not_seen_at_all_contradict_edges_that_are() -> None:
    tenth = edge("horizontal", 800, 5)
    [figure] = doubted(tenth, horizontal=200.0)
    assert reaches(figure, 200)
    [note] = agreement.compared([tenth], {"horizontal": 200.0})
    assert note.reason.code == "edges_without_bars"
    assert doubted(tenth, horizontal=900.0) == [tenth]
    assert doubted(tenth, vertical=200.0) == [tenth]


@pytest.mark.parametrize("bars", [(290, 568), (307, 590)])
def test_what_linear_cameras_show_is_not_in_u(bars: tuple[float, float]) -> None:
    half, tenth = edge("horizontal", 300, 2, "mtf50"), edge("horizontal", 576, 4)
    wedge = read("wedge_horizontal", bars[1], 4, half_in_linear_light=bars[0])
    assert doubted(half, tenth, wedge) == [half, tenth, wedge]


def test_bars_may_be_as_sharp_as_edges_are_anywhere() -> None:
    """Half the chart is out of focus."""
    near, far = edge("horizontal", 800, 2), edge("horizontal", 500, 2, zone="upper_left")
    wedge = read("wedge_horizontal", 490, 2)
    assert doubted(near, far, wedge) == [near, far, wedge]
    assert doubted(near, wedge) != [near, wedge]
    coarser = read("wedge_horizontal", 450, 2)
    assert doubted(near, far, coarser) != [near, far, coarser]


def clamped(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sharpen without halos: no code beyond those beside it."""
    more = luma + 1.2 * (luma - cv2.GaussianBlur(luma, (0, 0), 1.2))
    around = np.ones((3, 3), np.uint8)
    return np.asarray(np.clip(more, cv2.erode(luma, around), cv2.dilate(luma, around)))


def median(luma: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.medianBlur(np.rint(luma).astype(np.uint8), 3), np.float32)


def processed(
    folder: Path, process: Callable[[NDArray[np.float32]], NDArray[np.float32]]
) -> list[Measurement | Note]:
    """Measure a film of a simulated camera whose luma is processed, without loss."""
    camera = Camera(width=640, height=360, blur=0.7, share=0.92, noise=0.004, white=0.8, crf=0)
    film_chart(camera, definition.load("acceptance"), folder / "whole.mkv", 0.16)
    with (
        av.open(str(folder / "whole.mkv")) as whole,
        av.open(str(folder / "film.mkv"), "w") as film,
    ):
        stream = film.add_stream("libx264", rate=25, options={"crf": "0"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        for number, frame in enumerate(whole.decode(video=0)):
            codes = frame.to_ndarray()
            luma = process(codes[:360].astype(np.float32))
            codes[:360] = np.clip(np.rint(luma), 0, 255)
            made = av.VideoFrame.from_ndarray(codes, "yuv420p")
            made.pts, made.time_base = number, Fraction(1, 25)
            film.mux(stream.encode(made))
        film.mux(stream.encode(None))
    scene = build.look(Shot(id="s", subject="c", clip="film.mkv", chart="acceptance"), folder)
    return list(resolution.measure(scene))


@pytest.mark.parametrize(
    ("process", "figure", "of_bars"),
    [
        (clamped, "mtf50", "half_in_linear_light"),
        pytest.param(median, "mtf10", "linear_light", marks=pytest.mark.slow),
    ],
)
def test_processing_by_contrast_is_in_u_of_a_film(
    tmp_path: Path,
    process: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    figure: str,
    of_bars: str,
) -> None:
    """MTF50 was 0.439 ± 0.013 where bars keep half to 0.279; a wedge 212 ± 2, edges 319 TVL."""
    found = processed(tmp_path, process)
    figures = outcomes.measurements(found)
    [wedge] = (item for item in figures if item.quantity == "resolution.wedge_horizontal")
    edges = [
        item
        for item in figures
        if (item.quantity, item.direction) == (f"resolution.{figure}", "horizontal")
    ]
    bars = float(wedge.details[of_bars]) / 720
    assert edges
    assert all(abs(item.value - bars) <= item.expanded for item in edges)
    assert any(
        isinstance(item, Note) and item.reason.code.startswith("edges_unlike_bars")
        for item in found
    )
