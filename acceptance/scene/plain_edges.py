"""Slanted edges found in a picture without a chart: usable ones only, the best first.

Contours of the picture cut at several levels are split at their corners (Douglas and Peucker 1973);
every side that leans a little off the rows or columns becomes an upright box that holds the edge,
two clean plain sides and nothing else (no lettering, dirt or coloured overlay). A contour with
other things spread within it is a frame or the rim of a card, not the edge of an object, and is
passed over, as is what runs out of a picture that shows other things. What is clipped, faint, bent
beyond a cubic, too short or not slanted is refused. An object's own softness counts as the
camera's: edges are ranked by how well they can be measured, not by how sharp they are.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model import Point

    Picture = NDArray[np.float32]

Array = NDArray[np.float64]
Box = tuple[int, int, int, int]

CUTS = 9  # levels at which the picture is cut
CORNER = 2.0  # px by which a contour may leave a straight side
SPECK = 16.0  # px^2: anything smaller is no object
# share of a contour over which the things within it are spread, from which it is a frame
FRAME = 0.45
ALONE = 0.02  # share of the picture that other things may take
SHORTEST = 32  # rows of a usable box
LEAN = 2.0  # px by which an edge must lean within its box
FLATTEST, STEEPEST = 2.0, 25.0  # degrees off the axis
ASTRAY = 1.0  # px between the contour and the edge of the box's two plains
BOW = 0.015  # largest departure from straight, as a share of the length
ROUGHEST = 0.5  # px, RMS of the rows about a cubic
FAINTEST = 0.12  # step as a share of the code range
UNEVEN = 0.1  # of the step, by which a plain side may vary
COLOURED = 0.06  # of the code range, by which colour may vary on a side
REACHES = (32, 24, 16, 12)  # px of field wanted on each side of the edge, best first
MARGIN = 3  # px of the box left to the picture's border
MOST_CLIPPED = 0.005
MOST = 24
APART = 6.0  # px between two edges, else they are one


@dataclass(frozen=True, kw_only=True)
class PlainEdge:
    """A slanted edge found in a picture."""

    box: Box
    """x, y, width, height in px."""
    direction: str
    """Direction that it resolves: ``horizontal`` of a near-vertical edge, else ``vertical``."""
    ends: tuple[Point, Point]
    """Its two ends in px."""
    step: float
    """Difference of its two sides in codes."""
    angle: float
    """Degrees off the axis."""
    softness: float
    """Sigma of its spread in px."""
    merit: float
    """How well it can be measured: step over noise, times the root of its length in px."""


@dataclass(frozen=True, kw_only=True)
class _Field:
    """The picture turned so that its edges are near-vertical; planes (rows, columns)."""

    luma: Picture
    """In 0..1 of the code range."""
    smooth: Picture
    """Luma, blurred by 1 px."""
    colours: tuple[Picture, ...]
    """Colour differences at the size of luma, as shares of the code range, blurred by 1 px."""
    clipped: NDArray[np.bool_]
    scale: float
    """Codes of the range."""
    direction: str
    """Direction that near-vertical edges of this field resolve."""


def find(
    luma: NDArray[Any],
    cb: NDArray[Any] | None = None,
    cr: NDArray[Any] | None = None,
    *,
    black: float = 0.0,
    white: float = 255.0,
) -> tuple[PlainEdge, ...]:
    """Find the usable slanted edges of a picture, best first, at most 24.

    ``luma`` (height, width), ``cb`` and ``cr`` are codes, as subsampled (None: monochrome);
    ``black`` and ``white`` are the codes of nominal black and white. Boxes may overlap, edges do
    not. None found: an empty tuple.
    """
    large = luma.ndim == 2 and min(luma.shape) >= SHORTEST + 2 * MARGIN
    if not large or white <= black or not np.isfinite(luma).all():
        return ()
    chosen: list[PlainEdge] = []
    for field in _fields(luma, cb, cr, black, white):
        chosen += _distinct([edge for side in _sides(field) if (edge := _edge(field, side))])
    return tuple(sorted(chosen, key=lambda edge: -edge.merit)[:MOST])


def _distinct(edges: Sequence[PlainEdge]) -> list[PlainEdge]:
    """Of edges of one direction that lie on each other, keep the best."""
    chosen: list[PlainEdge] = []
    for edge in sorted(edges, key=lambda edge: -edge.merit):
        if not any(_same(edge, other) for other in chosen):
            chosen.append(edge)
    return chosen


def _fields(
    luma: NDArray[Any], cb: NDArray[Any] | None, cr: NDArray[Any] | None, black: float, white: float
) -> Iterator[_Field]:
    """Yield the picture as it is, then transposed."""
    span, size = np.float32(white - black), luma.shape[::-1]
    scaled = np.asarray((luma.astype(np.float32) - np.float32(black)) / span, np.float32)
    coded = [plane.astype(np.float32) for plane in (cb, cr) if plane is not None]
    planes = [scaled, *(cv2.resize(plane / span, size) for plane in coded)]
    smooth, *colours = (
        np.asarray(cv2.GaussianBlur(plane, (0, 0), 1.0), np.float32) for plane in planes
    )
    clipped = (luma >= max(white, int(luma.max()))) | (luma <= min(black, int(luma.min())))
    field = _Field(
        luma=scaled,
        smooth=smooth,
        colours=tuple(colours),
        clipped=clipped,
        scale=float(span),
        direction="horizontal",
    )
    yield field
    yield _transposed(field)


def _transposed(field: _Field) -> _Field:
    return replace(
        field,
        luma=np.ascontiguousarray(field.luma.T),
        smooth=np.ascontiguousarray(field.smooth.T),
        colours=tuple(np.ascontiguousarray(plane.T) for plane in field.colours),
        clipped=field.clipped.T,
        direction="vertical",
    )


def _sides(field: _Field) -> Iterator[Array]:
    """Yield the near-vertical sides of contours: points (n, 2) column and row, rows ascending.

    Each side comes once.
    """
    seen: set[tuple[int, ...]] = set()
    for contour in _outlines(field):
        for side in _straight(contour.reshape(-1, 2)):
            ends = tuple(np.rint(side[[0, -1]].ravel() / CORNER / 2).astype(int).tolist())
            if ends not in seen:
                seen.add(ends)
                yield side


def _outlines(field: _Field) -> Iterator[NDArray[Any]]:
    """Yield the contours of objects, from cuts at the middle level outwards."""
    low, high = np.percentile(field.smooth, (2, 98))
    levels = np.linspace(low, high, CUTS + 2)[1:-1]
    ordered = sorted(levels, key=lambda level: abs(level - (low + high) / 2))
    cuts = [_contours(field.smooth > level) for level in ordered]
    others = max(areas.sum() - areas.max(initial=0.0) for _, areas, _ in cuts)
    alone = others <= ALONE * field.smooth.size
    for contours, areas, within in cuts:
        for contour, area, inner in zip(contours, areas, within, strict=True):
            an_object = len(contour) > 2 * SHORTEST and inner <= FRAME * area
            if an_object and (alone or _whole(contour, field)):
                yield contour


def _contours(mask: NDArray[np.bool_]) -> tuple[Sequence[NDArray[Any]], Array, Array]:
    """Return the contours of a cut, the area of each, and the area of what lies right within it.

    The latter is that of the upright box round all its inner contours; areas in px^2.
    """
    contours, tree = cv2.findContours(mask.astype(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    areas = np.array([cv2.contourArea(contour) for contour in contours])
    boxes = np.array([cv2.boundingRect(contour) for contour in contours]).reshape(-1, 4)
    inner = np.flatnonzero((areas > SPECK) & (_parents(tree) >= 0))
    over = _parents(tree)[inner]
    low, high = np.full((len(contours), 2), np.inf), np.full((len(contours), 2), -np.inf)
    np.minimum.at(low, over, boxes[inner, :2])
    np.maximum.at(high, over, boxes[inner, :2] + boxes[inner, 2:])
    return contours, areas, np.where(high > low, high - low, 0).prod(axis=1)


def _parents(tree: NDArray[Any] | None) -> NDArray[np.intp]:
    return np.empty(0, np.intp) if tree is None else tree.reshape(-1, 4)[:, 3].astype(np.intp)


def _whole(contour: NDArray[Any], field: _Field) -> bool:
    """Whether a contour stays off the picture's border."""
    x, y, width, height = cv2.boundingRect(contour)
    rows, columns = field.smooth.shape
    return bool(min(x, y) > 0 and x + width < columns and y + height < rows)


def _straight(points: NDArray[Any]) -> Iterator[Array]:
    """Yield the long sides of a closed contour that are near-vertical but not upright."""
    corners = cv2.approxPolyDP(points.reshape(-1, 1, 2), CORNER, True).reshape(-1, 2)
    numbers, wanted = (np.asarray(pair, np.int64) @ (1 << 32, 1) for pair in (points, corners))
    places = np.flatnonzero(np.isin(numbers, wanted))
    around = np.concatenate([points, points[: places[0] + 1]])
    for start, end in itertools.pairwise([*places.tolist(), len(points) + int(places[0])]):
        across, down = np.abs(around[end] - around[start]).tolist()
        if down >= SHORTEST and LEAN <= across <= down * math.tan(math.radians(STEEPEST)):
            stretch = around[start : end + 1]
            descending = stretch[-1, 1] <= stretch[0, 1]
            yield np.asarray(stretch[::-1] if descending else stretch, np.float64)


def _edge(field: _Field, side: Array) -> PlainEdge | None:
    """Return the best box on one side of a contour; None where it is no usable edge."""
    rows = np.arange(int(side[0, 1]), int(side[-1, 1]) + 1)
    place = np.asarray(Polynomial.fit(side[:, 1], side[:, 0], 3)(rows))
    softness, step = _spread(field, rows, place)
    if step < FAINTEST or 3 * softness + 3 > REACHES[-1]:
        return None
    gap = math.ceil(max(3 * softness, 3.0)) + 1
    left, right = (_plain_to(field, rows, place, way * gap, UNEVEN * step) for way in (-1, 1))
    first, last, start, end = _box(place, left, right)
    if last - first < SHORTEST:
        return None
    box = start, int(rows[first]), end - start, last - first
    return _checked(field, box, place[first:last], gap, softness)


def _spread(field: _Field, rows: NDArray[np.intp], place: Array) -> tuple[float, float]:
    """Return sigma in px of the edge's spread, and the height of its step.

    Sigma is that of a Gaussian of the same steepest slope.
    """
    away = np.arange(-REACHES[-1], REACHES[-1] + 1)
    profile = np.median(_strip(field.smooth, rows, place, away), axis=0)
    step = abs(float(np.median(profile[-5:]) - np.median(profile[:5])))
    steepest = float(np.abs(np.diff(profile)).max())
    if not math.isfinite(step) or steepest <= 0:
        return math.inf, 0.0
    return math.sqrt(max((step / steepest) ** 2 / (2 * math.pi) - 1, 0.1)), step


def _strip(plane: Picture, rows: NDArray[np.intp], place: Array, away: NDArray[np.intp]) -> Array:
    """Values (rows, n) at whole pixels ``away`` from the edge's place.

    They are nan beyond the picture's margin.
    """
    column = np.rint(place).astype(np.intp)[:, None] + away
    inside = (column >= MARGIN) & (column < plane.shape[1] - MARGIN)
    values = plane[rows[:, None], np.clip(column, 0, plane.shape[1] - 1)]
    return np.where(inside, values, np.nan)


def _plain_to(
    field: _Field, rows: NDArray[np.intp], place: Array, gap: int, uneven: float
) -> Array:
    """Return the column (rows,) up to which a side is plain.

    It is looked at from ``gap`` px beside the edge outwards (negative: leftwards).
    """
    way = 1 if gap > 0 else -1
    away = gap + way * np.arange(REACHES[0] + SHORTEST)
    bad = np.zeros((rows.size, away.size), np.bool_)
    for plane, most in ((field.smooth, uneven), *((colour, COLOURED) for colour in field.colours)):
        values = _strip(plane, rows, place, away)
        near = values[:, : REACHES[-1]]
        bad |= ~(np.abs(values - np.median(near[np.isfinite(near)])) <= most)
    first = np.where(bad.any(axis=1), bad.argmax(axis=1), away.size)
    return np.asarray(np.rint(place) + gap + way * (first - 1))


def _box(place: Array, left: Array, right: Array) -> tuple[int, int, int, int]:
    """Find the best run of rows with plain field on both sides.

    Return first row, last row + 1, first column, last column + 1. Best by rows times the root of
    the field's width, ``REACHES``.
    """
    best, worth = (0, 0, 0, 0), 0.0
    for first in range(0, place.size - SHORTEST + 1, 2 + place.size // 50):
        start = np.floor(np.minimum.accumulate(place[first:]))
        end = np.ceil(np.maximum.accumulate(place[first:]))
        before = start - np.maximum.accumulate(left[first:])
        room = np.minimum(before, np.minimum.accumulate(right[first:]) - end)
        longest = np.searchsorted(-room, [-reach for reach in REACHES], "right")
        for reach, rows in zip(REACHES, longest.tolist(), strict=True):
            if rows >= SHORTEST and rows * math.sqrt(reach) > worth:
                worth = rows * math.sqrt(reach)
                columns = int(start[rows - 1]) - reach, int(end[rows - 1]) + reach + 1
                best = first, first + rows, *columns
    return best


def _checked(
    field: _Field, box: Box, contour: Array, gap: int, softness: float
) -> PlainEdge | None:
    """Follow the edge through its box; None where it is clipped, faint, bent, rough or upright."""
    x, y, width, height = box
    rows = np.arange(height)
    place, step, noise = _followed(field, y + rows, contour, gap)
    straight, bent = (Polynomial.fit(rows, place, order)(rows) for order in (1, 3))
    lean = abs(float(straight[-1] - straight[0]))
    clipped = float(field.clipped[y : y + height, x : x + width].mean()) > MOST_CLIPPED
    least = max(LEAN, (height - 1) * math.tan(math.radians(FLATTEST)))
    if clipped or step < FAINTEST or lean < least or _astray(straight, bent, contour):
        return None
    if np.std(place - bent) > ROUGHEST + noise / step * math.sqrt(2 * gap):
        return None
    ends = ((float(straight[0]), float(y)), (float(straight[-1]), float(y + height - 1)))
    upright = field.direction == "horizontal"
    return PlainEdge(
        box=box if upright else (y, x, height, width),
        direction=field.direction,
        ends=ends if upright else (ends[0][::-1], ends[1][::-1]),
        step=step * field.scale,
        angle=math.degrees(math.atan2(lean, height - 1)),
        softness=softness,
        merit=step / noise * math.sqrt(height),
    )


def _astray(straight: Array, bent: Array, contour: Array) -> bool:
    """Whether an edge bends, or leaves its contour."""
    beside = bent - contour
    bow, away = np.abs(bent - straight).max(), np.abs(beside - np.median(beside)).max()
    return bool(bow > BOW * len(bent) or away > ASTRAY)


def _followed(
    field: _Field, rows: NDArray[np.intp], contour: Array, gap: int
) -> tuple[Array, float, float]:
    """Return the edge's column in each row, its step, and the noise beside it.

    The column follows from the area under the edge near the contour.
    """
    strip = _strip(field.luma, rows, contour, np.arange(-gap - 2, gap + 3))
    left, right = strip[:, :3].mean(axis=1), strip[:, -3:].mean(axis=1)
    step = float(np.median(right - left))
    place = np.rint(contour) + gap + 2.5 - ((strip - left[:, None]) / step).sum(axis=1)
    noise = float(np.std(np.diff(strip[:, :3], axis=0))) / math.sqrt(2)
    return place, abs(step), max(noise, 0.5 / field.scale)


def _same(edge: PlainEdge, other: PlainEdge) -> bool:
    """Whether two edges of one direction lie on each other halfway along their common stretch."""
    along = 1 if edge.direction == "horizontal" else 0
    low = max(edge.ends[0][along], other.ends[0][along])
    high = min(edge.ends[1][along], other.ends[1][along])
    if low > high:
        return False
    middle = (low + high) / 2
    return abs(_across(edge, along, middle) - _across(other, along, middle)) < APART


def _across(edge: PlainEdge, along: int, at: float) -> float:
    """Where an edge lies across its direction, ``at`` px along the axis ``along``."""
    (start, first), (end, last) = ((point[along], point[1 - along]) for point in edge.ends)
    return first + (last - first) * (at - start) / (end - start)
