"""What each edge resolves, written over the still at its place, as inline SVG for grey print.

The still is lightened so that figures read on it. Each edge has its MTF50 in a white box, an arrow
along the direction that is resolved, and a bar as long as the share of the best edge; each zone is
framed and named, with the mean of its edges.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from acceptance.report import svg, zone_plot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.report.svg import Dot, Rect

WIDTH = 560.0
LABEL = (36.0, 23.0)
FONT, NAME_FONT = 9.5, 9.0
MOST_LABELS = 40
STEPS = (0.0, 0.6, -0.6, 1.1, -1.1, 1.7, -1.7, 2.2, -2.2)  # of a label's size, away from its edge
VEIL = 'fill="#fff" fill-opacity=".45"'
# PDF/A-3 knows no smoothing (ISO 19005-3, 6.2.8); the web page's style sheet takes it back.
ARCHIVED = 'preserveAspectRatio="none" image-rendering="crisp-edges"'
BOX = 'fill="#fff" stroke="#222" stroke-width=".8"'


@dataclass(frozen=True, kw_only=True)
class EdgePlace:
    """An edge in the picture: its box in px of the picture, and what it resolves."""

    box: Rect
    direction: str
    mtf50: float
    reading: str = ""
    """What a pointer on the edge reads, in words."""


@dataclass(frozen=True, kw_only=True)
class ZoneFrame:
    """The edges of a zone, and what stands over them."""

    title: str
    edges: Sequence[EdgePlace]


def draw(still: str, size: tuple[float, float], zones: Sequence[ZoneFrame]) -> str:
    """Draw over the ``still`` (an address) of a picture of this size in px (SVG)."""
    scale = WIDTH / size[0]
    height = size[1] * scale
    place = f'x="0" y="0" width="{WIDTH:g}" height="{height:.1f}"'
    parts = [f'<image {place} {ARCHIVED} href="{escape(still)}"/>', f"<rect {place} {VEIL}/>"]
    edges = [edge for zone in zones for edge in zone.edges][:MOST_LABELS]
    parts += [_frame(_hull(zone.edges, scale)) for zone in zones]
    taken = []
    for zone in zones:
        words, (x, y) = _title(zone, scale, height)
        parts += words
        taken.append((x, y, svg.width(zone.title, NAME_FONT) + 6, 12.0))
    choices = [_choices(edge, scale, height) for edge in edges]
    best = max((edge.mtf50 for edge in edges), default=0.0)
    for edge, corner in zip(edges, svg.placed(choices, LABEL, taken), strict=True):
        parts += _label(edge, corner, scale, best)
    return svg.drawing(f"{WIDTH:g} {height:.1f}", f"{FONT:g}", parts)


def _hull(edges: Sequence[EdgePlace], scale: float) -> Rect:
    """Return the rectangle around the edges of a zone, in units of the drawing."""
    left, top = (min(edge.box[axis] for edge in edges) for axis in (0, 1))
    right, bottom = (max(edge.box[axis] + edge.box[axis + 2] for edge in edges) for axis in (0, 1))
    return left * scale, top * scale, (right - left) * scale, (bottom - top) * scale


def _frame(hull: Rect) -> str:
    """Draw a dashed frame that shows on dark and on light ground."""
    x, y, wide, high = hull
    corner, size = (f"{x:.1f}", f"{y:.1f}"), (f"{wide:.1f}", f"{high:.1f}")
    light = svg.rect(corner, size, 'fill="none" stroke="#fff" stroke-width="3"')
    dark = 'fill="none" stroke="#222" stroke-width="1.2" stroke-dasharray="5 3"'
    return light + svg.rect(corner, size, dark)


def _title(zone: ZoneFrame, scale: float, height: float) -> tuple[list[str], Dot]:
    """Write a zone's name above its frame, or below where no room is; give the corner too."""
    x, y, _, high = _hull(zone.edges, scale)
    words = svg.fitted(zone.title, WIDTH - 8, NAME_FONT)
    wide = svg.width(words, NAME_FONT) + 6
    left = min(max(x, 1.0), WIDTH - wide - 1)
    top = y - 13 if y >= 14 else min(y + high + 1, height - 13)
    ground = svg.rect((f"{left:.1f}", f"{top:.1f}"), (f"{wide:.1f}", "12"), 'fill="#fff"')
    style = f'font-size="{NAME_FONT:g}" font-weight="bold"'
    return [ground, svg.label(left + 3, top + 9.3, words, style=style)], (left, top)


def _middle(edge: EdgePlace, scale: float) -> Dot:
    x, y, wide, high = edge.box
    return (x + wide / 2) * scale, (y + high / 2) * scale


def _choices(edge: EdgePlace, scale: float, height: float) -> list[Dot]:
    """Offer places for a label: on its edge, then beside it, always within the picture."""
    x, y = _middle(edge, scale)
    ways = sorted(
        ((across, down) for across in STEPS for down in STEPS),
        key=lambda way: (abs(way[0]) + abs(way[1]), way),
    )
    return [
        (
            min(max(x + across * LABEL[0] - LABEL[0] / 2, 1.0), WIDTH - LABEL[0] - 1),
            min(max(y + down * LABEL[1] - LABEL[1] / 2, 1.0), height - LABEL[1] - 1),
        )
        for across, down in ways
    ]


def _label(edge: EdgePlace, corner: Dot, scale: float, best: float) -> Iterator[str]:
    (x, y), (left, top) = _middle(edge, scale), corner
    read = f' data-value="{escape(edge.reading)}"' if edge.reading else ""
    yield svg.circle(x, y, f'r="2.4" fill="#222" stroke="#fff" stroke-width="1"{read}')
    inside = left <= x <= left + LABEL[0] and top <= y <= top + LABEL[1]
    if not inside:
        middle = f"{left + LABEL[0] / 2:.1f} {top + LABEL[1] / 2:.1f}"
        yield svg.path(f"M{x:.1f} {y:.1f}L{middle}", 'stroke="#222" stroke-width=".8"')
    size = (f"{LABEL[0]:g}", f"{LABEL[1]:g}")
    yield svg.rect((f"{left:.1f}", f"{top:.1f}"), size, BOX)
    yield svg.label(left + LABEL[0] / 2, top + 9.5, f"{edge.mtf50:.3f}", "middle")
    yield zone_plot.arrow(left + 7.5, top + 17, upright=edge.direction == "vertical")
    room = LABEL[0] - 17
    share = edge.mtf50 / best if best > 0 else 0.0
    bar = (f"{left + 14:.1f}", f"{top + 14.5:.1f}")
    yield svg.rect(bar, (f"{room:g}", "5"), 'fill="#fff" stroke="#222" stroke-width=".5"')
    yield svg.rect(bar, (f"{room * min(max(share, 0.0), 1.0):.1f}", "5"), f'fill="{svg.INK}"')
