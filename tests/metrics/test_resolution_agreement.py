"""Edges and bars of one direction are held against each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acceptance.metrics.resolution import agreement
from acceptance.model import BudgetLine, Measurement, Note, Shot
from acceptance.uncertainty import measurement

SHOT = Shot(id="film", subject="camera", clip="film.mkv", chart="acceptance")


def read(quantity: str, lines: float, u: float, **details: str | float) -> Measurement:
    """Make a reading in TV lines in the middle, of standard uncertainty ``u``."""
    budget = [BudgetLine(source="noise and fit", contribution=u)]
    return measurement(
        SHOT, f"resolution.{quantity}", lines, "TVL", budget, samples=8, method="m",
        details={"zone": "centre", **details},
    )  # fmt: skip


def notes(*found: Measurement) -> list[Note]:
    """Return what is noted of these readings."""
    return list(agreement.compared(found))


def test_edges_that_outdo_bars_as_no_linear_camera_can_are_said_once_a_direction() -> None:
    """A bilateral filter made 682 of edges and 482 of bars, where both had 576 before."""
    [note] = notes(read("horizontal", 682, 9), read("wedge_horizontal", 482, 1))
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
    assert not notes(read("vertical", lines, u), read("wedge_vertical", bars, 1))


def test_bars_count_in_linear_light_as_edges_do() -> None:
    assert not notes(
        read("horizontal", 576, 5), read("wedge_horizontal", 450, 1, linear_light=570.0)
    )


def test_other_directions_and_other_places_are_not_compared() -> None:
    assert not notes(read("horizontal", 682, 9), read("wedge_vertical", 482, 1))
    assert not notes(
        read("horizontal", 682, 9, zone="upper_left"), read("wedge_horizontal", 482, 1)
    )


def test_bars_that_go_on_beyond_what_was_seen_or_were_not_read_contradict_no_edge() -> None:
    bars = read("wedge_horizontal", 482, 1)
    assert not notes(read("horizontal", 682, 9), replace(bars, lower_bound=True))
    assert not notes(read("horizontal", 682, 9), read("wedge_horizontal", 482, 1, linear_light=0.0))


def test_a_fifth_more_is_said_where_both_are_sure() -> None:
    [note] = notes(read("vertical", 600, 1), read("wedge_vertical", 500, 1))
    assert note.reason.code == "edges_unlike_bars"


def test_the_doubt_of_the_bars_is_allowed_too_and_a_direction_is_said_once() -> None:
    """A fifth, less than 12 % besides 2 x 20 of 500 TV lines."""
    assert not notes(read("vertical", 600, 1), read("wedge_vertical", 500, 20))
    two = [read("vertical", 600 + n, 1) for n in (0, 1)]
    assert len(notes(*two, *(read("wedge_vertical", 500 + n, 1) for n in (0, 1)))) == 1
