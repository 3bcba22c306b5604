"""A picture's zones with the resolution found in each, as inline SVG that reads in grey print too.

Each zone holds a row a direction: arrow, MTF50 in cycle/px, that in line widths per picture height,
limiting resolution in TV lines, corner over centre. The shade tells the share of the best MTF50;
nothing is told by it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FONTS = "'Noto Sans CJK SC'"
WIDTH, HEADING, LINE = 420.0, 22.0, 13.0
COLUMNS = (46.0, 86.0, 128.0, 164.0)  # right ends of the numbers within a zone
BLOCK = 168.0  # width of the numbers of a zone
DARKEST, LIGHTEST = 205, 255
# Middle of each zone's numbers, as shares of the picture.
PLACES = {
    "upper_left": (0.23, 0.14),
    "upper_right": (0.77, 0.14),
    "centre": (0.5, 0.5),
    "lower_left": (0.23, 0.86),
    "lower_right": (0.77, 0.86),
}
CENTRE = (0.25, 0.25, 0.5, 0.5)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one zone resolves in one direction.

    ``limit`` in TV lines and ``ratio`` to the centre where known.
    """

    direction: str
    mtf50: float
    line_widths: float
    limit: float | None = None
    ratio: float | None = None


def draw(zones: Mapping[str, Sequence[Row]], aspect: float, headings: Sequence[str]) -> str:
    """Draw the frame of a picture whose width is ``aspect`` times its height.

    ``headings`` of the four columns.
    """
    height = WIDTH / min(max(aspect, 1.0), 2.4)
    best = max((row.mtf50 for rows in zones.values() for row in rows), default=0.0)
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height + HEADING + 2:.1f}"'
    opening = (
        f'<svg {box} font-family="{FONTS}" style="font-family:{FONTS}" font-size="9.5" fill="#222">'
    )
    return "".join(
        [
            opening,
            *_heading(headings),
            *_zones(zones, best, height),
            *_rows(zones, height),
            "</svg>",
        ]
    )


def _heading(headings: Sequence[str]) -> Iterator[str]:
    yield f'<text x="2" y="12" font-size="9">{escape(" | ".join(headings))}</text>'


def _zones(zones: Mapping[str, Sequence[Row]], best: float, height: float) -> Iterator[str]:
    """Shade the quarters, then the centre over them."""
    for name, (x, y) in PLACES.items():
        if name != "centre":
            yield _box((round(x) / 2, round(y) / 2, 0.5, 0.5), zones.get(name, ()), best, height)
    yield _box(CENTRE, zones.get("centre", ()), best, height)


def _box(
    share: tuple[float, float, float, float], rows: Sequence[Row], best: float, height: float
) -> str:
    x, y, width, high = share
    place = f'x="{x * (WIDTH - 2) + 1:.1f}" y="{y * height + HEADING:.1f}" width="{width * (WIDTH - 2):.1f}"'
    fill = (
        f'height="{high * height:.1f}" fill="{_shade(rows, best)}" stroke="#555" stroke-width=".9"'
    )
    return f"<rect {place} {fill}/>"


def _shade(rows: Sequence[Row], best: float) -> str:
    if not rows or best <= 0:
        return "#fff"
    share = sum(row.mtf50 for row in rows) / len(rows) / best
    level = round(DARKEST + (LIGHTEST - DARKEST) * min(max(2 * share - 1, 0.0), 1.0))
    return f"rgb({level},{level},{level})"


def _rows(zones: Mapping[str, Sequence[Row]], height: float) -> Iterator[str]:
    for name, (x, y) in PLACES.items():
        rows = zones.get(name, ())
        left = min(max(x * WIDTH - BLOCK / 2, 6.0), WIDTH - BLOCK - 6.0)
        top = HEADING + y * height - LINE * len(rows) / 2
        for number, row in enumerate(rows):
            yield from _row(row, left, top + LINE * (number + 0.8))


def _row(row: Row, left: float, base: float) -> Iterator[str]:
    yield _arrow(left + 6, base - 3.4, upright=row.direction == "vertical")
    limit = "" if row.limit is None else f"{row.limit:.0f}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    for right, text in zip(
        COLUMNS, (f"{row.mtf50:.3f}", f"{row.line_widths:.0f}", limit, ratio), strict=True
    ):
        yield f'<text x="{left + right:.1f}" y="{base:.1f}" text-anchor="end">{text}</text>'


def _arrow(x: float, y: float, *, upright: bool) -> str:
    """Draw a double arrow along the direction that is resolved."""
    turn = f' transform="rotate(90 {x:.1f} {y:.1f})"' if upright else ""
    path = f"M{x - 5:.1f} {y:.1f}h10m-3 -2.4l3 2.4l-3 2.4m-4 0l-3 -2.4l3 -2.4"
    return f'<path d="{path}"{turn} fill="none" stroke="#222" stroke-width="1"/>'
