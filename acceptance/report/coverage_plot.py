"""When each channel of a recorder was recorded, as inline SVG that reads in grey print too.

One row a channel, time to the right. Black: recorded throughout; grey: part of the cell; white
between two thin rules: nothing. Nothing is told by colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from acceptance.model import Curve

FONTS = "'Noto Sans CJK SC'"
WIDTH, NAME, RIGHT = 720.0, 120.0, 12.0
TOP, ROW, BAR, FOOT = 26.0, 15.0, 10.0, 20.0
LETTERS = 20
MOST_TICKS = 9
TICK_DAYS = (1 / 24, 0.25, 1, 2, 5, 10, 20, 30, 60, 90, 180, 365)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A channel: its name, share of time recorded (%) against days before ``until``, and the days that are kept."""

    name: str
    curve: Curve
    kept: float


def draw(rows: Sequence[Row], until: datetime, words: Mapping[str, str]) -> str:
    """Draw the channels up to the moment ``until``; ``words``: recorded, partly, nothing, kept."""
    oldest = min(row.curve.x[0] for row in rows)
    height = TOP + ROW * len(rows) + FOOT
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}"'
    opening = (
        f'<svg {box} font-family="{FONTS}" style="font-family:{FONTS}" font-size="9" fill="#222">'
    )
    lines = (_line(row, TOP + ROW * number, oldest) for number, row in enumerate(rows))
    parts = [
        opening,
        *_legend(words),
        *_ticks(until, oldest, len(rows)),
        *(part for line in lines for part in line),
    ]
    return "".join([*parts, "</svg>"])


def _place(days: float, oldest: float) -> float:
    """Place days before the moment (0 or less) between the two ends of a row."""
    return NAME + (WIDTH - NAME - RIGHT) * (1 - days / oldest if oldest else 1.0)


def _line(row: Row, top: float, oldest: float) -> Iterator[str]:
    name = row.name if len(row.name) <= LETTERS else f"…{row.name[1 - LETTERS :]}"
    yield f'<text x="{NAME - 6:g}" y="{top + BAR - 1:g}" text-anchor="end">{escape(name)}</text>'
    left, right = _place(row.curve.x[0], oldest), _place(0, oldest)
    frame = f'x="{left:.1f}" y="{top:g}" width="{right - left:.1f}" height="{BAR:g}"'
    yield f'<rect {frame} fill="#fff" stroke="#777" stroke-width=".5"/>'
    for (start, share), (end, _) in pairwise(zip(row.curve.x, row.curve.y, strict=True)):
        if share > 0:
            level = 30 if share > 99.9 else round(225 - 1.3 * share)
            x, wide = _place(start, oldest), max(_place(end, oldest) - _place(start, oldest), 0.3)
            place = f'x="{x:.2f}" y="{top:g}" width="{wide:.2f}" height="{BAR:g}"'
            yield f'<rect {place} fill="rgb({level},{level},{level})"/>'
    since = _place(-row.kept, oldest)
    flag = f"M{since:.1f} {top - 2:g}v{BAR + 4:g}m0 {-(BAR + 4) / 2:g}l4 -2.5v5z"
    yield f'<path d="{flag}" stroke="#000" stroke-width="1"/>'


def _ticks(until: datetime, oldest: float, rows: int) -> Iterator[str]:
    """Rule the map at round moments of the recorder's own clock, and date them."""
    apart = next((one for one in TICK_DAYS if -oldest / one <= MOST_TICKS), TICK_DAYS[-1])
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(days=1)
    shape = "%m-%d %H:%M" if apart < 1 else "%Y-%m-%d"
    while (days := (at - until) / timedelta(days=1)) >= oldest:
        if days <= 0:
            x, foot = _place(days, oldest), TOP + ROW * rows
            yield f'<path d="M{x:.1f} {TOP - 3:g}V{foot:g}" stroke="#bbb" stroke-width=".5"/>'
            yield f'<text x="{x:.1f}" y="{foot + 11:g}" text-anchor="middle">{at.strftime(shape)}</text>'
        at -= timedelta(days=apart)


def _legend(words: Mapping[str, str]) -> Iterator[str]:
    x = NAME
    for name, fill in (
        ("recorded", "rgb(30,30,30)"),
        ("partly", "rgb(160,160,160)"),
        ("nothing", "#fff"),
    ):
        yield f'<rect x="{x:g}" y="6" width="12" height="8" fill="{fill}" stroke="#777" stroke-width=".5"/>'
        yield f'<text x="{x + 16:g}" y="13.5">{escape(words[name])}</text>'
        x += 110
    yield f'<path d="M{x:g} 5v10m0 -5l4 -2.5v5z" stroke="#000" stroke-width="1"/>'
    yield f'<text x="{x + 9:g}" y="13.5">{escape(words["kept"])}</text>'
