"""When each channel of a recorder was recorded, as inline SVG that reads in grey print too.

Each channel is a row, with time to the right. Black is recorded throughout, grey part of the cell,
white between two thin rules nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from acceptance.report import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from acceptance.model import Curve

WIDTH, NAME, RIGHT = 720.0, 120.0, 12.0
TOP, ROW, BAR, FOOT = 26.0, 15.0, 10.0, 20.0
LETTERS = 20
MOST_TICKS = 9
TICK_DAYS = (1 / 24, 0.25, 1, 2, 5, 10, 20, 30, 60, 90, 180, 365)
FRAME = 'stroke="#777" stroke-width=".5"'
FLAG = 'stroke="#000" stroke-width="1"'
FILLS = {"recorded": svg.grey(30), "partly": svg.grey(160), "nothing": "#fff"}


@dataclass(frozen=True, kw_only=True)
class CoverageRow:
    """A channel: its name, and when it was recorded.

    ``curve`` is the share of time recorded (%) against days before the inspection (0 or less),
    ``kept`` the days that are kept without a break.
    """

    name: str
    curve: Curve
    kept: float


def draw(rows: Sequence[CoverageRow], until: datetime, words: Mapping[str, str]) -> str:
    """Draw the channels up to the moment ``until``; ``words``: recorded, partly, nothing, kept."""
    oldest = min(row.curve.x[0] for row in rows)
    height = TOP + ROW * len(rows) + FOOT
    parts = [*_legend(words), *_ticks(until, oldest, len(rows))]
    for number, row in enumerate(rows):
        parts += _line(row, TOP + ROW * number, oldest)
    return svg.drawing(f"{WIDTH:g} {height:g}", "9", parts)


def _place(days: float, oldest: float) -> float:
    """Place days before the moment (0 or less) between the two ends of a row."""
    return NAME + (WIDTH - NAME - RIGHT) * (1 - days / oldest if oldest else 1.0)


def _line(row: CoverageRow, top: float, oldest: float) -> Iterator[str]:
    name = row.name if len(row.name) <= LETTERS else f"…{row.name[1 - LETTERS :]}"
    yield svg.text(name, f'x="{NAME - 6:g}" y="{top + BAR - 1:g}" text-anchor="end"')
    left, right = _place(row.curve.x[0], oldest), _place(0, oldest)
    size = f"{right - left:.1f}", f"{BAR:g}"
    yield svg.rect((f"{left:.1f}", f"{top:g}"), size, f'fill="#fff" {FRAME}')
    yield from _cells(row.curve, top, oldest)
    since = _place(-row.kept, oldest)
    flag = f"M{since:.1f} {top - 2:g}v{BAR + 4:g}m0 {-(BAR + 4) / 2:g}l4 -2.5v5z"
    yield svg.path(flag, FLAG)


def _cells(curve: Curve, top: float, oldest: float) -> Iterator[str]:
    for (start, share), (end, _) in pairwise(zip(curve.x, curve.y, strict=True)):
        if share > 0:
            level = 30 if share > 99.9 else round(225 - 1.3 * share)
            left = _place(start, oldest)
            width = max(_place(end, oldest) - left, 0.3)
            size = f"{width:.2f}", f"{BAR:g}"
            yield svg.rect((f"{left:.2f}", f"{top:g}"), size, f'fill="{svg.grey(level)}"')


def _ticks(until: datetime, oldest: float, rows: int) -> Iterator[str]:
    """Rule the map at round moments of the recorder's own clock, and date them."""
    apart = next((days for days in TICK_DAYS if -oldest / days <= MOST_TICKS), TICK_DAYS[-1])
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(days=1)
    shape = "%m-%d %H:%M" if apart < 1 else "%Y-%m-%d"
    while (days := (at - until) / timedelta(days=1)) >= oldest:
        if days <= 0:
            x, foot = _place(days, oldest), TOP + ROW * rows
            yield svg.path(f"M{x:.1f} {TOP - 3:g}V{foot:g}", 'stroke="#bbb" stroke-width=".5"')
            place = f'x="{x:.1f}" y="{foot + 11:g}" text-anchor="middle"'
            yield svg.text(at.strftime(shape), place)
        at -= timedelta(days=apart)


def _legend(words: Mapping[str, str]) -> Iterator[str]:
    x = NAME
    for name, fill in FILLS.items():
        yield svg.rect((f"{x:g}", "6"), ("12", "8"), f'fill="{fill}" {FRAME}')
        yield svg.text(words[name], f'x="{x + 16:g}" y="13.5"')
        x += 110
    yield svg.path(f"M{x:g} 5v10m0 -5l4 -2.5v5z", FLAG)
    yield svg.text(words["kept"], f'x="{x + 9:g}" y="13.5"')
