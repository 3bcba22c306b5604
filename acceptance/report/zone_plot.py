"""A picture's zones with the resolution found in each, as inline SVG that reads in grey print too.

Each zone has a row a direction: arrow, MTF50 in cycle/px, that in line widths per picture height,
limiting resolution in TV lines, corner over centre. The shade shows the share of the best MTF50,
which the figures show too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.report import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
class ZoneRow:
    """What one zone resolves in one direction.

    ``limit`` is in TV lines; ``ratio`` is that to the centre, where known.
    """

    direction: str
    mtf50: float
    line_widths: float
    limit: float | None = None
    ratio: float | None = None


def draw(zones: Mapping[str, Sequence[ZoneRow]], aspect: float, headings: Sequence[str]) -> str:
    """Draw the frame of a picture whose width is ``aspect`` times its height.

    ``headings`` are those of the four columns.
    """
    height = WIDTH / min(max(aspect, 1.0), 2.4)
    best = max((row.mtf50 for rows in zones.values() for row in rows), default=0.0)
    heading = svg.text(" | ".join(headings), 'x="2" y="12" font-size="9"')
    parts = [heading, *_zones(zones, best, height), *_rows(zones, height)]
    return svg.drawing(f"{WIDTH:g} {height + HEADING + 2:.1f}", "9.5", parts)


def _zones(zones: Mapping[str, Sequence[ZoneRow]], best: float, height: float) -> Iterator[str]:
    """Shade the quarters, then the centre over them."""
    for name, (x, y) in PLACES.items():
        if name != "centre":
            yield _box((round(x) / 2, round(y) / 2, 0.5, 0.5), zones.get(name, ()), best, height)
    yield _box(CENTRE, zones.get("centre", ()), best, height)


def _box(
    share: tuple[float, float, float, float], rows: Sequence[ZoneRow], best: float, height: float
) -> str:
    x, y, width, high = share
    return svg.rect(
        (f"{x * (WIDTH - 2) + 1:.1f}", f"{y * height + HEADING:.1f}"),
        (f"{width * (WIDTH - 2):.1f}", f"{high * height:.1f}"),
        f'fill="{_shade(rows, best)}" stroke="#555" stroke-width=".9"',
    )


def _shade(rows: Sequence[ZoneRow], best: float) -> str:
    if not rows or best <= 0:
        return "#fff"
    share = sum(row.mtf50 for row in rows) / len(rows) / best
    return svg.grey(round(DARKEST + (LIGHTEST - DARKEST) * min(max(2 * share - 1, 0.0), 1.0)))


def _rows(zones: Mapping[str, Sequence[ZoneRow]], height: float) -> Iterator[str]:
    for name, (x, y) in PLACES.items():
        rows = zones.get(name, ())
        left = min(max(x * WIDTH - BLOCK / 2, 6.0), WIDTH - BLOCK - 6.0)
        top = HEADING + y * height - LINE * len(rows) / 2
        for number, row in enumerate(rows):
            yield from _row(row, left, top + LINE * (number + 0.8))


def _row(row: ZoneRow, left: float, base: float) -> Iterator[str]:
    yield arrow(left + 6, base - 3.4, upright=row.direction == "vertical")
    limit = "" if row.limit is None else f"{row.limit:.0f}"
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    figures = (f"{row.mtf50:.3f}", f"{row.line_widths:.0f}", limit, ratio)
    for right, figure in zip(COLUMNS, figures, strict=True):
        yield svg.text(figure, f'x="{left + right:.1f}" y="{base:.1f}" text-anchor="end"')


def arrow(x: float, y: float, *, upright: bool) -> str:
    """Draw a double arrow along the direction that is resolved."""
    turn = f' transform="rotate(90 {x:.1f} {y:.1f})"' if upright else ""
    route = f"M{x - 5:.1f} {y:.1f}h10m-3 -2.4l3 2.4l-3 2.4m-4 0l-3 -2.4l3 -2.4"
    return f'<path d="{route}"{turn} fill="none" stroke="{svg.INK}" stroke-width="1"/>'
