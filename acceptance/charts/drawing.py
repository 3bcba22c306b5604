"""Draw a chart from its definition: as SVG at true size, and as a raster of exact area coverage.

Both come from one list of filled polygons, so that print, picture and simulation cannot drift
apart. A raster pixel is the area-weighted mean of the linear light within it (``pixel_shares``).
Labels are drawn in the SVG only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import cv2
import numpy as np

from acceptance.charts import clock_screen
from acceptance.charts.pixel_shares import coverage
from acceptance.errors import UsageError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from acceptance.charts.located import Floats
    from acceptance.charts.nouns import Chart, Fiducial, Region
    from acceptance.charts.pixel_shares import Cover
    from acceptance.model import Box


Colour = tuple[float, float, float]
WIDEST = 16_384  # px; some 5 GB of light
BLACK, WHITE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)

# Bradford adaptation from D50 to D65 and XYZ to linear sRGB (IEC 61966-2-1), multiplied out.
_D50 = np.array([0.96422, 1.0, 0.82521])
_D50_TO_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ]
)


@dataclass(frozen=True)
class Shape:
    """A filled polygon, (n, 2) mm, its colour in linear light and that of what it lies on."""

    points: Floats
    colour: Colour
    under: Colour


def svg(chart: Chart, *, index: int | None = None) -> str:
    """Return the chart as SVG, one user unit a millimetre.

    A clock shows the refresh ``index`` (default 0).
    """
    return _svg(chart, chart.size, _content(chart, index))


def page(chart: Chart, *, index: int | None = None) -> str:
    """Return the chart as SVG in the middle of its paper, its size written in the lower margin."""
    left, top = ((paper - size) / 2 for paper, size in zip(chart.paper, chart.size, strict=True))
    placed = [f'<g transform="translate({left:g} {top:g})">', *_content(chart, index), "</g>"]
    width, height = chart.paper
    if chart.paper != chart.size:
        text = f"{chart.name}  {chart.size[0]:g} x {chart.size[1]:g} mm, 100 %"
        placed.append(_text(text, left, height - top + width / 60, width / 100))
    return _svg(chart, (width, height), placed)


def _svg(chart: Chart, size: tuple[float, float], content: Iterable[str]) -> str:
    width, height = size
    box = f'width="{width:g}mm" height="{height:g}mm" viewBox="0 0 {width:g} {height:g}"'
    title = f"<title>{escape(chart.title)} {escape(chart.title_en)}</title>"
    return "\n".join(
        [f'<svg xmlns="http://www.w3.org/2000/svg" {box}>', title, *content, "</svg>", ""]
    )


def _content(chart: Chart, index: int | None) -> Iterator[str]:
    width, height = chart.size
    yield f'<rect width="{width:g}" height="{height:g}" fill="{_paint(_grey(chart.background))}"/>'
    for shape in shapes(chart, index or 0):
        points = " ".join(f"{x:.4f},{y:.4f}" for x, y in shape.points)
        yield f'<polygon points="{points}" fill="{_paint(shape.colour)}"/>'
    for label in chart.labels:
        yield _text(label.text, label.x, label.y, label.height)


def _text(words: str, x: float, y: float, height: float) -> str:
    place = f'x="{x:g}" y="{y:g}" font-size="{height:g}"'
    return f'<text {place} font-family="Noto Sans CJK SC, sans-serif">{escape(words)}</text>'


def draw(
    chart: Chart, width: int, *, index: int | None = None, session: str = clock_screen.NOBODY
) -> NDArray[np.float32]:
    """Draw a chart as a picture of linear light.

    Parameters
    ----------
    chart
        The chart (``charts.load``).
    width
        Columns of the picture in px, 1 or more; its height follows from square pixels.
    index
        What a clock shows: the number of its screen's refresh, 0 or more.
    session
        Six characters that a clock shows as its session.

    Returns
    -------
    (height, width, 3) float32
        Linear RGB light, 0 to 1. The chart reaches from x = -0.5 to x = ``width`` - 0.5
        (``charts.to_raster`` maps its mm to px).

    Raises
    ------
    ValueError
        When ``width`` is below 1 or above ``WIDEST``.

    Notes
    -----
    Coverage of each pixel is exact: the module's description says how.
    """
    light = planes(chart, width, index=index, session=session)
    return np.moveaxis(light.repeat(3 // len(light), axis=0), 0, 2)


def planes(
    chart: Chart, width: int, *, index: int | None = None, session: str = clock_screen.NOBODY
) -> NDArray[np.float32]:
    """Draw a chart as ``draw`` does: (3, height, width), or (1, height, width) where all is grey.

    Raises what that raises.
    """
    if not 1 <= width <= WIDEST:
        what = tr("a chart is drawn 1 to {most} px wide, not {width}", most=WIDEST, width=width)
        raise ValueError(what)
    return _painted(list(shapes(chart, index or 0, session)), chart, width)


def _painted(printed: Sequence[Shape], chart: Chart, width: int) -> NDArray[np.float32]:
    """Return the light (1 or 3, h, w) of what is ``printed`` on a chart, each over the last."""
    scale = width / chart.size[0]
    size = round(chart.size[1] * scale), width
    covers = [coverage(shape.points * scale) for shape in printed]
    gains = np.array([np.subtract(one.colour, one.under) for one in printed]).reshape(-1, 3)
    coloured = np.flatnonzero(np.ptp(gains, axis=1))
    grey = np.full(size, chart.background, np.float64)
    _paint_on(grey, covers, np.where(np.ptp(gains, axis=1), 0.0, gains[:, 0]))
    light = np.empty((3 if coloured.size else 1, *size), np.float32)
    light[:] = np.clip(grey, 0.0, 1.0, out=light[0])
    if coloured.size:
        _paint_coloured(light, grey, [covers[number] for number in coloured], gains[coloured])
    return light


def _paint_coloured(
    light: NDArray[np.float32], grey: Floats, covers: Sequence[Cover], gains: Floats
) -> None:
    """Paint coloured shapes on a chart's ``light`` (3, h, w), over what is ``grey`` (h, w)."""
    first = np.array([place for _, place in covers])
    ends = first + [cover.shape[::-1] for cover, _ in covers]
    (left, top), (right, bottom) = first.min(axis=0), ends.max(axis=0)
    moved = [(cover, (x - left, y - top)) for cover, (x, y) in covers]
    for plane, gained in zip(light, gains.T, strict=True):
        exact = grey[top:bottom, left:right].copy()
        _paint_on(exact, moved, gained)
        np.clip(exact, 0.0, 1.0, out=plane[top:bottom, left:right])


def _paint_on(exact: Floats, covers: Sequence[Cover], gains: Floats) -> None:
    """Add to a channel (rows, columns) what each shape's cover gains on what it lies on."""
    for (cover, (x, y)), gained in zip(covers, gains, strict=True):
        target = exact[y : y + cover.shape[0], x : x + cover.shape[1]]
        target += cover[: target.shape[0], : target.shape[1]] * gained


def to_raster(chart: Chart, width: int) -> Floats:
    """Return the (3, 3) homography from chart mm to the pixels of ``draw(chart, width)``."""
    scale = width / chart.size[0]
    return np.array([[scale, 0.0, -0.5], [0.0, scale, -0.5], [0.0, 0.0, 1.0]])


def png(chart: Chart, width: int, *, index: int | None = None) -> bytes:
    """Return what ``draw`` gives as a sRGB PNG file of 8 bits, of a printed chart of 16.

    Whole codes of 8 bits move the MTF50 of an edge without noise by 1 to 3 %. Raises UsageError for
    a width that is none.
    """
    if width < 1:
        raise UsageError(tr("a PNG must be at least 1 pixel wide, not {width}", width=width))
    signal = srgb(draw(chart, width, index=index))[..., ::-1]
    if chart.kind == "print":
        return bytes(cv2.imencode(".png", np.rint(65535 * signal).astype(np.uint16))[1])
    return bytes(cv2.imencode(".png", np.rint(255 * signal).astype(np.uint8))[1])


def srgb(light: NDArray[np.floating]) -> Floats:
    """Return linear light, 0 to 1, coded by the curve of sRGB (IEC 61966-2-1), 0 to 1."""
    light = np.asarray(light, dtype=np.float64)
    return np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 0.0031308) ** (1 / 2.4) - 0.055
    )


def linear_rgb(lab: tuple[float, float, float]) -> Colour:
    """Return CIELAB under D50 as linear sRGB light, which may leave 0 to 1.

    The conversion is that of ISO/CIE 11664-4, with Bradford adaptation to D65.
    """
    lightness, a, b = lab
    f = np.array([a / 500, 0.0, -b / 200]) + (lightness + 16) / 116
    xyz = _D50 * np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2)
    red, green, blue = (_D50_TO_SRGB @ xyz).tolist()
    return red, green, blue


def shapes(chart: Chart, index: int = 0, session: str = clock_screen.NOBODY) -> Iterator[Shape]:
    """Yield all that is printed on the background, in the order of painting."""
    for fiducial in chart.fiducials:
        yield from _fiducial(fiducial, _grey(chart.dark), _grey(chart.background))
    for region in chart.regions:
        if region.kind in clock_screen.SHOWN:
            yield _filled(region.rect, BLACK, chart)
            yield from (
                Shape(_box(box), WHITE, BLACK) for box in clock_screen.lit(region, index, session)
            )
        else:
            yield from _SHAPES[region.kind](region, chart)


def light(region: Region, boxes: Iterable[Box], scale: float) -> tuple[Floats, tuple[int, int]]:
    """Return the light (h, w) that lit boxes add to a screen's region, and its first pixel's x, y.

    ``scale`` is in pixels a unit of the chart; the array holds the whole region.
    """
    whole, (left, top) = coverage(_box(region.rect) * scale)
    whole[:] = 0
    for box in boxes:
        cover, (x, y) = coverage(_box(box) * scale)
        target = whole[y - top : y - top + cover.shape[0], x - left : x - left + cover.shape[1]]
        target += cover[: target.shape[0], : target.shape[1]]
    return np.minimum(whole, 1.0), (left, top)


def _grey(value: float) -> Colour:
    return value, value, value


def _paint(colour: Colour) -> str:
    shares = (100 * float(value) for value in srgb(np.clip(np.array(colour), 0, 1)))
    return f"rgb({', '.join(f'{share:.3f}%' for share in shares)})"


def _box(rect: Box) -> Floats:
    x, y, width, height = rect
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]])


def _filled(rect: Box, colour: Colour, chart: Chart) -> Shape:
    return Shape(_box(rect), colour, _grey(chart.background))


def _fiducial(fiducial: Fiducial, dark: Colour, light: Colour) -> Iterator[Shape]:
    yield Shape(_box(fiducial.rect), dark, light)
    x, y, side, _ = fiducial.rect
    cell = side / 6
    for bit in range(16):
        if fiducial.code >> (15 - bit) & 1:
            row, column = divmod(bit, 4)
            left, top = x + cell * (column + 1), y + cell * (row + 1)
            yield Shape(_box((left, top, cell, cell)), light, dark)


def _edge(region: Region, chart: Chart) -> Iterator[Shape]:
    """Draw dark on the left of (or above) a straight edge through the middle of the rectangle."""
    x, y, width, height = region.rect
    light = _grey(region.printed["light"])
    yield _filled(region.rect, light, chart)
    along, across = (height, width) if region.direction == "horizontal" else (width, height)
    shift = along / 2 * math.tan(math.radians(region.printed["angle"]))
    dark = np.array([[0, 0], [across / 2 + shift, 0], [across / 2 - shift, along], [0, along]])
    points = dark if region.direction == "horizontal" else dark[:, ::-1]
    yield Shape(points + np.array([x, y]), _grey(region.printed["dark"]), light)


def _wedge(region: Region, chart: Chart) -> Iterator[Shape]:
    """Draw bars half a period wide about the middle line, of a frequency linear along the region.

    The sides are hyperbolas, as polygons of 240 points, closest where the curvature is greatest:
    0.4 um off at most.
    """
    x, y, width, height = region.rect
    dark, light = _grey(region.printed["dark"]), _grey(region.printed["light"])
    yield _filled(region.rect, light, chart)
    horizontal = region.direction == "horizontal"
    for points in _bars(region, *((height, width) if horizontal else (width, height))):
        yield Shape((points if horizontal else points[:, ::-1]) + np.array([x, y]), dark, light)


def _bars(region: Region, along: float, across: float) -> Iterator[Floats]:
    """Yield the outline (480, 2) of each bar of a wedge: across and along."""
    low, high, bars = (region.printed[key] for key in ("from", "to", "bars"))
    frequency = np.linspace(low**-0.5, high**-0.5, 240) ** -2
    place = (frequency - low) / (high - low) * along
    for bar in range(bars):
        left = bar - bars / 2 + 0.25
        sides = [across / 2 + edge / frequency for edge in (left, left + 0.5)]
        before, after = (np.stack([side, place], axis=1) for side in sides)
        yield np.concatenate([before, after[::-1]])


def _uniform(region: Region, chart: Chart) -> Iterator[Shape]:
    yield _filled(region.rect, _grey(region.printed["reflectance"]), chart)


def _colour(region: Region, chart: Chart) -> Iterator[Shape]:
    yield _filled(region.rect, linear_rgb(region.printed["lab"]), chart)


def _dot(region: Region, chart: Chart) -> Iterator[Shape]:
    """Draw a disc as a polygon of 64 sides and the disc's area."""
    x, y, width, height = region.rect
    turn = 2 * np.pi * np.arange(64) / 64
    radius = region.printed["diameter"] / 2 * math.sqrt(2 * np.pi / 64 / math.sin(2 * np.pi / 64))
    across, down = x + width / 2 + radius * np.cos(turn), y + height / 2 + radius * np.sin(turn)
    points = np.stack([across, down], axis=1)
    yield Shape(points, _grey(chart.dark), _grey(chart.background))


_SHAPES: Mapping[str, Callable[[Region, Chart], Iterator[Shape]]] = {
    "edge": _edge,
    "wedge": _wedge,
    "grey": _uniform,
    "flat": _uniform,
    "reference": _uniform,
    "colour": _colour,
    "grid": _dot,
}
