"""What the first seconds of a clip show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.scene import first_look

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film


def test_the_chart_and_the_clock_are_seen_in_their_films(
    chart_film: Film, clock_film: Film
) -> None:
    assert first_look.charts_at_start(chart_film.path) == ("acceptance",)
    assert first_look.charts_at_start(clock_film.path) == ("clock",)


def test_where_nothing_is_to_be_seen_nothing_is(real_data: Path) -> None:
    clip = next(path for path in sorted(real_data.rglob("*.mp4")) if path.is_file())
    assert first_look.charts_at_start(clip) == ()
