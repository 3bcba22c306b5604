"""A burnt-in clock that is set within the film, and dates that the reference tells the order of."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import benchmark
from marks import slow

from acceptance.errors import GapError
from acceptance.metrics import burnt_in_clock
from acceptance.metrics._osd_clock import one_clock

if TYPE_CHECKING:
    from acceptance.metrics.burnt_in_clock import FollowedClock

overlays = benchmark("overlays")
START = datetime(2026, 11, 25, 13, 52, 30, 370_000)  # noqa: DTZ001 -- such a clock has no zone
NIGHT = datetime(2026, 11, 25, 23, 59, 50, 370_000)  # noqa: DTZ001
FORM = "%Y-%m-%d %H:%M:%S"


@lru_cache(maxsize=2)
def strip(start: datetime, form: str = FORM, height: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Frames of a clock that shows ``start`` at 0 s, and their times."""
    overlay = overlays.Overlay(
        form=form, start=start, rate=Fraction(25, 2), seconds=20.0, height=height,
        font="Aileron", ground="still",
    )  # fmt: skip
    x, y, width, height = map(int, overlay.region())
    seen = np.stack([frame[y : y + height, x : x + width] for frame in overlays.frames(overlay)])
    return seen, np.array([float(time) for time in overlay.times])


def clock(start: datetime, by: float, begin: float, end: float) -> FollowedClock:
    """Follow a clock that is ``by`` s ahead from ``begin`` to ``end`` s."""
    (seen, times), (ahead, _) = strip(start), strip(start + timedelta(seconds=by))
    during = (times >= begin) & (times < end)
    return burnt_in_clock.followed(np.where(during[:, None, None], ahead, seen), times)


@pytest.mark.parametrize("night", [(23, 0, 1), (11, 12, 1), (11, 0, 1)])
def test_the_hours_about_midnight_go_on_however_they_are_written(
    night: tuple[int, int, int],
) -> None:
    """A clock of 12 hours may write 00 after 11: it was refused as set at midnight."""
    assert night in {tuple(hours(hour) for hour in (23, 0, 1)) for hours in one_clock.HOURS}


@pytest.mark.parametrize(
    ("by", "at"),
    [
        (3600.0, 9.3),
        slow(10.0, 4.3),
        slow(-60.0, 15.3),
        slow(86400.0, 2.3),
        slow(86400.0, 17.3),
        slow(-3600.0, 12.3),
    ],
)
def test_a_clock_that_is_set_within_the_film_is_refused(by: float, at: float) -> None:
    with pytest.raises(GapError) as caught:
        burnt_in_clock.read(clock(START, by, at, 99.0))
    assert caught.value.code in {"clock_set", "clock_unclear"}


def test_it_is_told_when_it_shows_what_in_place_of_what() -> None:
    with pytest.raises(GapError) as caught:
        burnt_in_clock.read(clock(START, 3600.0, 14.3, 99.0))
    assert caught.value.code == "clock_set"
    values = caught.value.parameters
    seen, ought = (datetime.fromisoformat(str(values[name])) for name in ("shown", "expected"))
    assert abs(seen - ought) == timedelta(hours=1)


@pytest.mark.parametrize("start", [START, slow(NIGHT)])
def test_some_frames_that_show_another_time_refuse_no_film(start: datetime) -> None:
    followed = clock(start, 3600.0, 12.4, 12.9)
    reading = burnt_in_clock.read(followed)
    assert reading.shown == (start + timedelta(seconds=reading.moment + 0.1)).replace(microsecond=0)


def test_a_year_then_day_and_month_is_read_where_it_is_stated() -> None:
    start = datetime(2024, 2, 9, 14, 12, 36, 700_000)  # noqa: DTZ001
    followed = burnt_in_clock.followed(*strip(start, "%Y-%d-%m %H:%M:%S"))
    assert burnt_in_clock.read(followed).shown.date().isoformat() == "2024-09-02"
    assert burnt_in_clock.read(followed, "YDM").shown.date() == start.date()


def test_an_hour_that_no_clock_has_is_not_read_for_another() -> None:
    """24:59:21 after midnight was read as 21:59:21: the 4 was held to be a poor 1."""
    night = datetime(2026, 3, 20, 0, 59, 20, 370_000)  # noqa: DTZ001
    followed = burnt_in_clock.followed(*strip(night, "%Y-%m-%d {of_24}:%M:%S", 12))
    with pytest.raises(GapError) as caught:
        burnt_in_clock.read(followed)
    assert caught.value.code == "clock_unclear"


@pytest.mark.parametrize(
    ("true", "order", "doubted"),
    [("2024-02-09", None, True), ("2024-02-09", "YMD", False), ("2024-09-02", None, False),
     ("2024-09-09", None, False)],
)  # fmt: skip
def test_a_date_that_only_fits_with_day_and_month_exchanged_is_doubted(
    true: str, order: str | None, *, doubted: bool
) -> None:
    shown = datetime(2024, 9, 2, 14, 0, 0)  # noqa: DTZ001
    off = (shown - datetime.fromisoformat(f"{true}T13:59:50")).total_seconds()
    found: Any = SimpleNamespace(shown=shown)
    figure: Any = SimpleNamespace(value=off)
    if not doubted:
        burnt_in_clock._check_order(found, figure, order)
        return
    with pytest.raises(GapError, match="2024-02-09 or 2024-09-02"):
        burnt_in_clock._check_order(found, figure, order)
