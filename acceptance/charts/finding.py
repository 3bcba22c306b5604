"""Find charts in a picture: where their regions lie, to a fraction of a pixel.

Three steps. OpenCV's square-marker detector (Garrido-Jurado et al., Pattern Recognition 47, 2014)
reads the fiducials that it can, in copies of the picture of two sizes. Fiducials that one
homography explains, behind one of a few lenses, are one chart. Then every fiducial of the chart,
read or not, is looked up where it is expected and aligned with its drawing by least squares (Baker
and Matthews, IJCV 56, 2004: inverse compositional, affine, with gain and offset); those that look
as drawn fix homography and lens distortion (``projection.py``).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.charts.located import Floats, Located, Mark, to_picture, undistorted
from acceptance.charts.projection import Projection, fit
from acceptance.errors import GapError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from acceptance.charts.definition import Chart
    from acceptance.model import Point

    Bytes = NDArray[np.uint8]
    # A part of the picture, the whole factor by which it is reduced, and where its first pixel lies
    # in the picture.
    Reduced = tuple[NDArray[np.float32], int, Floats]

WIDTHS = (960, 1600)  # of the copies that are searched, px
# of the copy that is searched when nothing was found, if that is once to twice the picture's
LAST_WIDTH = 3000
NEEDED = 3  # fiducials that must look as drawn
FOLLOWS_WITHIN = 0.5  # px of residual: more, and a fiducial may have been taken for what covers it
ALIKE = 0.7  # correlation of a fiducial with its drawing
ENOUGH = 5  # fiducials that tell the distortion
# distortions that are tried to see which fiducials are of one chart
LENSES = (0.0, 0.12, 0.3, 0.55, -0.08)
# of a fiducial's side, between fiducials of one chart; lets distortions between those pass
TOLERANCE = 0.35
SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
PER_CELL = 8  # samples
AROUND = 0.75  # of a fiducial's side, to each side of where it is looked up
SAMPLES = 60  # along a side: six cells and three quarters of a cell beyond on each side
GRID = np.stack(
    np.meshgrid(*2 * [(np.arange(SAMPLES) + 0.5) / (6 * PER_CELL) - 0.125]), axis=-1
).reshape(-1, 2)
# enough for what a lens bends
NODES = np.stack(np.meshgrid(*2 * [np.linspace(0, 1, 4)]), axis=-1).reshape(-1, 2)
# the code, without which any dark square would do
INSIDE = np.all(np.abs(GRID - 0.5) < 1 / 3, axis=1)
# Blur in samples and interpolation, from coarse to fine. Linear interpolation blurs by where pixels
# happen to lie and so puts a fiducial that runs along them up to 0.05 px beside its place; the last
# step, which counts, is by Lanczos.
STEPS = ((4.0, cv2.INTER_LINEAR), (2.0, cv2.INTER_LINEAR), (2.0, cv2.INTER_LANCZOS4))


def find(
    luma: NDArray[np.generic], charts: Sequence[Chart], *, copies: int | None = None
) -> list[Located]:
    """Return every chart seen in a picture, (height, width) of any depth, from left to right; none.

    An empty list.
    A chart may be seen more than once, or partly outside the picture (``Located.cut_off``), as long
    as three of its fiducials show. Its accuracy is about 0.1 px, 0.2 px behind a lens that bends
    (``benchmarks/finding.py``). At most ``copies`` of the picture are read, the smallest first:
    fewer take less time and miss small charts.
    """
    found = [
        located
        for located in _search(_eight_bits(luma), charts, copies)
        if located.fiducials_found >= NEEDED
    ]
    return sorted(found, key=lambda located: sum(corner[0] for corner in located.corners))


def follow(luma: NDArray[np.generic], last: Located) -> Located | None:
    """Return where the chart is now that was seen at ``last`` a moment ago.

    None where it has to be searched for.
    Its fiducials are aligned where they were, without search: that takes moves of up to a quarter
    of a fiducial.
    """
    start = Projection(last.homography, last.picture, last.distortion)
    marks = _look_up(_eight_bits(luma), last.chart, start)
    if len(marks) < max(NEEDED, last.fiducials_found - 1):
        return None
    projection = _projection(marks, last.chart, start)
    located = projection and _located(last.chart, projection, marks)
    return (
        located if located and located.residual <= max(FOLLOWS_WITHIN, 2 * last.residual) else None
    )


def locate_one(luma: NDArray[np.generic], chart: Chart) -> Located:
    """Return the one place where ``chart`` is seen in ``luma``, (height, width) of any depth.

    Raises ``GapError``: ``chart_not_found``, ``chart_cut_off``, ``several_charts`` (count),
    ``chart_too_small`` (width, px).
    """
    seen = _search(_eight_bits(luma), [chart])
    sure = [located for located in seen if located.fiducials_found >= NEEDED]
    if len(sure) > 1:
        raise GapError("several_charts", count=len(sure))
    if any(located.cut_off for located in sure or seen):
        raise GapError("chart_cut_off")
    if not sure:
        raise GapError("chart_not_found")
    if sure[0].width < chart.smallest:
        width = round(sure[0].width)
        raise GapError("chart_too_small", width=width)
    return sure[0]


def _eight_bits(luma: NDArray[np.generic]) -> Bytes:
    if luma.dtype == np.uint8:
        return np.ascontiguousarray(luma, dtype=np.uint8)
    values = np.asarray(luma, dtype=np.float32)
    return np.asarray(
        np.clip(values * (255 / max(float(values.max()), 1e-6)), 0, 255), dtype=np.uint8
    )


def _search(grey: Bytes, charts: Sequence[Chart], copies: int | None = None) -> list[Located]:
    """Return the charts wherever two or more of their fiducials are seen, reading ever larger copies of the picture.

    A copy in which a printed chart is found is the last; for screens, of which there may be two,
    two copies are read.
    """
    width, codes = grey.shape[1], tuple(mark.code for chart in charts for mark in chart.fiducials)
    enough = 2 if any(chart.kind == "screen" for chart in charts) else 1
    scales = [
        *(min(1.0, limit / width) for limit in WIDTHS),
        float(np.clip(LAST_WIDTH / width, 1, 2)),
    ]
    readings: dict[int, list[Floats]] = {}
    found: list[Located] = []
    for number, scale in enumerate([*dict.fromkeys(scales)][:copies], start=1):
        for code, corners in _read(grey, codes, scale, blur=0.8 if number > 1 else 0.0):
            readings.setdefault(code, []).append(corners)
        found = [
            located for chart in charts for located in _settle(grey, chart, _marks(readings, chart))
        ]
        if number >= enough and any(located.fiducials_found >= NEEDED for located in found):
            break
    return found


def _marks(readings: Mapping[int, Sequence[Floats]], chart: Chart) -> list[Mark]:
    marks = enumerate(chart.fiducials)
    return [
        Mark(number, corners) for number, mark in marks for corners in readings.get(mark.code, ())
    ]


def _read(
    grey: Bytes, codes: tuple[int, ...], scale: float, blur: float
) -> Iterator[tuple[int, Floats]]:
    """Yield the codes that the detector reads in a copy of the picture, and their corners in the picture."""
    copy = cv2.resize(
        grey,
        None,
        fx=scale,
        fy=scale,
        interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR,
    )
    if blur:
        copy = cv2.GaussianBlur(copy, (0, 0), blur)
    places, numbers, _ = _detector(codes).detectMarkers(copy)
    ratio = np.array([grey.shape[1] / copy.shape[1], grey.shape[0] / copy.shape[0]])
    for place, number in zip(places, [] if numbers is None else numbers.ravel(), strict=True):
        yield codes[int(number)], (place.reshape(4, 2).astype(np.float64) + 0.5) * ratio - 0.5


@lru_cache(maxsize=8)
def _detector(codes: tuple[int, ...]) -> cv2.aruco.ArucoDetector:
    """Return a detector of these codes.

    The window and polygon settings are for blur of half a cell.
    """
    cells = [
        np.array([code >> (15 - bit) & 1 for bit in range(16)], dtype=np.uint8).reshape(4, 4)
        for code in codes
    ]
    table = np.concatenate([cv2.aruco.Dictionary.getByteListFromBits(bits) for bits in cells])
    settings = cv2.aruco.DetectorParameters()
    settings.adaptiveThreshWinSizeMin = 13
    settings.adaptiveThreshWinSizeMax = 53
    settings.adaptiveThreshWinSizeStep = 20
    settings.polygonalApproxAccuracyRate, settings.errorCorrectionRate = 0.08, 1.0
    return cv2.aruco.ArucoDetector(cv2.aruco.Dictionary(table, 4, 2), settings)


def _settle(grey: Bytes, chart: Chart, marks: list[Mark]) -> list[Located]:
    """Return the charts that explain the marks.

    The best one first, then whatever the rest of the marks show.
    """
    found: list[Located] = []
    size = (grey.shape[1], grey.shape[0])
    while True:
        members, distortion = _explained(marks, chart, size)
        if len(members) < 2:
            return found
        marks = [mark for mark in marks if mark not in members]
        located = _through_best_lens(grey, chart, members, Projection(np.eye(3), size, distortion))
        if located is not None and not any(_overlap(located, other) for other in found):
            found.append(located)


def _through_best_lens(
    grey: Bytes, chart: Chart, marks: Sequence[Mark], start: Projection
) -> Located | None:
    """Refine; where too few fiducials then show to tell the lens, return what the best of ``LENSES`` shows."""
    located = _refine(grey, chart, marks, start)
    if located is not None and located.fiducials_found >= min(ENOUGH, len(chart.fiducials)):
        return located
    lenses = [
        replace(start, distortion=distortion)
        for distortion in LENSES
        if distortion != start.distortion
    ]
    every = [located, *(_refine(grey, chart, marks, lens) for lens in lenses)]
    found = [one for one in every if one is not None]
    return max(found, key=lambda one: (one.fiducials_found, -one.residual), default=None)


def _explained(marks: list[Mark], chart: Chart, size: tuple[int, int]) -> tuple[list[Mark], float]:
    """Return the largest set of marks that one chart explains, and with which of ``LENSES``.

    If equal, the first.
    """
    best: list[int] = []
    lens = 0.0
    for distortion in LENSES:
        straight = [
            Mark(mark.fiducial, undistorted(mark.corners, distortion, size)) for mark in marks
        ]
        members = _largest_group(straight, chart)
        if len(members) > len(best):
            best, lens = members, distortion
        if len({marks[number].fiducial for number in best}) == len(
            {mark.fiducial for mark in marks}
        ):
            break
    return [marks[number] for number in best], lens


def _largest_group(marks: list[Mark], chart: Chart) -> list[int]:
    """Return the numbers of the largest set of marks that the homography of two of them explains."""
    best: list[int] = []
    for one, other in itertools.combinations(range(len(marks)), 2):
        if marks[one].fiducial == marks[other].fiducial or (one in best and other in best):
            continue
        members = _members(marks, chart, _homography((marks[one], marks[other]), chart))
        if len(members) > len(best):
            best = members
    return best


def _members(marks: Sequence[Mark], chart: Chart, homography: Floats | None) -> list[int]:
    """Return the numbers of the marks that lie where the homography puts their fiducials."""
    if homography is None:
        return []
    members = []
    for number, mark in enumerate(marks):
        side = np.linalg.norm(np.roll(mark.corners, 1, axis=0) - mark.corners, axis=1).mean()
        away = to_picture(homography, _outline(chart, mark.fiducial)) - mark.corners
        if np.linalg.norm(away, axis=1).max() < TOLERANCE * side:
            members.append(number)
    return members


def _homography(marks: Sequence[Mark], chart: Chart) -> Floats | None:
    """Return the least-squares homography from chart mm to the corners of the marks.

    None where there is none.
    """
    found = cv2.findHomography(*_points(marks, chart), 0)[0]
    matrix: Floats = np.full((3, 3), np.nan) if found is None else np.array(found, dtype=np.float64)
    return matrix if np.all(np.isfinite(matrix)) else None


def _points(marks: Sequence[Mark], chart: Chart) -> tuple[Floats, Floats]:
    """Return the corners of the marks on the chart in mm, and in the picture in px, (4 n, 2) each."""
    places = np.concatenate([_outline(chart, mark.fiducial) for mark in marks])
    return places, np.concatenate([mark.corners for mark in marks])


def _outline(chart: Chart, fiducial: int) -> Floats:
    x, y, side, _ = chart.fiducials[fiducial].rect
    return np.asarray(SQUARE * side + np.array([x, y]))


def _refine(grey: Bytes, chart: Chart, marks: Sequence[Mark], start: Projection) -> Located | None:
    """Look every fiducial up where it is expected, twice, and fit the projection to those that look as drawn."""
    projection = _projection(marks, chart, start)
    for _ in range(2):
        if projection is None:
            return None
        marks = _look_up(grey, chart, projection)
        if len(marks) < 2:
            return None
        projection = _projection(marks, chart, projection)
    marks = _without_outlier(marks, chart, projection or start)
    projection = _projection(marks, chart, projection or start)
    return None if projection is None else _located(chart, projection, marks)


def _projection(marks: Sequence[Mark], chart: Chart, start: Projection) -> Projection | None:
    """Return the projection of the marks.

    Its distortion remains as it is where they are too few to tell.
    """
    return fit(*_points(marks, chart), start, free=len({mark.fiducial for mark in marks}) >= ENOUGH)


def _look_up(grey: Bytes, chart: Chart, projection: Projection) -> list[Mark]:
    """Return the fiducials that look as drawn where the projection puts them, or a little beside."""
    numbers = range(len(chart.fiducials))
    expected = [Mark(number, projection.to_picture(_outline(chart, number))) for number in numbers]
    inside = [
        m
        for m in expected
        if np.all(m.corners >= 0) and np.all(m.corners <= np.array(grey.shape[::-1]) - 1)
    ]
    factor = _factor(inside)
    codes = [chart.fiducials[mark.fiducial].code for mark in inside]
    bows = [_bow(projection, _outline(chart, mark.fiducial), mark.corners) for mark in inside]
    aligned = (
        (mark, *_align(_reduced(grey, mark.corners, factor), code, mark.corners, bow))
        for mark, code, bow in zip(inside, codes, bows, strict=True)
    )
    return [Mark(mark.fiducial, corners) for mark, corners, likeness in aligned if likeness > ALIKE]


def _factor(marks: Sequence[Mark]) -> int:
    """Return by which whole factor to reduce the picture, so that the samples on a fiducial miss nothing between."""
    sides = [
        np.linalg.norm(mark.corners - np.roll(mark.corners, 1, axis=0), axis=1).max()
        for mark in marks
    ]
    return max(1, math.ceil(max(sides, default=0) / (6 * PER_CELL)))


def _reduced(grey: Bytes, corners: Floats, factor: int) -> Reduced:
    """Return the picture around a fiducial, reduced.

    Its pixels are those of the whole picture reduced.
    """
    margin = AROUND * np.ptp(corners, axis=0).max()
    low = np.maximum(corners.min(axis=0) - margin, 0).astype(int) // factor * factor
    high = np.ceil((corners.max(axis=0) + margin) / factor + 1).astype(int) * factor
    part = grey[low[1] : high[1], low[0] : high[0]]
    padded = cv2.copyMakeBorder(
        part, 0, -part.shape[0] % factor, 0, -part.shape[1] % factor, cv2.BORDER_REPLICATE
    )
    size = (padded.shape[1] // factor, padded.shape[0] // factor)
    small = cv2.resize(padded.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small), factor, low.astype(np.float64)


def _bow(projection: Projection, outline: Floats, corners: Floats) -> Floats | float:
    """Return how far, in px, the lens bends ``GRID`` away from where the fiducial's corners alone would put it."""
    if not projection.distortion:
        return 0.0
    by_corners = to_picture(_perspective(corners), NODES)
    return np.asarray(
        _between()
        @ (projection.to_picture(outline[0] + NODES * (outline[2] - outline[0])) - by_corners)
    )


@lru_cache(maxsize=1)
def _between() -> Floats:
    """Return the matrix (grid, nodes) that interpolates by cubics from ``NODES`` to ``GRID``."""
    powers = [
        np.polynomial.polynomial.polyvander2d(points[:, 0], points[:, 1], (3, 3))
        for points in (GRID, NODES)
    ]
    return np.asarray(powers[0] @ np.linalg.inv(powers[1]))


def _perspective(corners: Floats) -> Floats:
    matrix = cv2.getPerspectiveTransform(SQUARE.astype(np.float32), corners.astype(np.float32))
    return np.asarray(matrix, dtype=np.float64)


def _align(
    reduced: Reduced, code: int, corners: Floats, bow: Floats | float
) -> tuple[Floats, float]:
    """Move a fiducial's corners until its drawing fits the picture.

    Return them and the correlation there.
    """
    picture, factor, origin = reduced
    likeness = 0.0
    for blur, interpolation in STEPS:
        drawing, solve = _drawing(code, blur)
        matrix = _perspective(corners)
        places = (to_picture(matrix, GRID) + bow - origin + 0.5) / factor - 0.5
        x, y = places.astype(np.float32).T.reshape(2, SAMPLES, SAMPLES)
        patch = cv2.remap(picture, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)
        values = np.array(cv2.GaussianBlur(patch, (0, 0), blur), dtype=np.float64).ravel()
        likeness = min(_correlation(values, drawing), _correlation(values[INSIDE], drawing[INSIDE]))
        gain, *moves = (solve[:7] @ values).tolist()
        if likeness < ALIKE / 2 or gain <= 0:
            return corners, 0.0
        moved = (
            np.column_stack([np.ones(4), SQUARE - 0.5]) @ (np.array(moves).reshape(2, 3) / gain).T
        )
        corners = to_picture(matrix, SQUARE + moved)
    return corners, likeness


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b) / max(float(np.sqrt((a @ a) * (b @ b))), 1e-9)


@lru_cache(maxsize=64)
def _drawing(code: int, blur: float) -> tuple[Floats, Floats]:
    """Return a fiducial drawn on ``GRID``, (n,), and what solves a patch for gain, motion, offset and blur, (9, n).

    A patch that shows the drawing moved by d is about gain x (drawing - gradient . d) + offset +
    blur x Laplacian; without the last term a picture sharper than the drawing would seem smaller at
    the corners.
    """
    cells = np.zeros((8, 8))
    cells[[0, -1]] = cells[:, [0, -1]] = 1
    cells[2:6, 2:6] = np.array([code >> (15 - bit) & 1 for bit in range(16)]).reshape(4, 4)
    column, row = np.floor(GRID * 6 + 1).astype(int).T
    drawn = cv2.GaussianBlur(
        cells[row, column].reshape(SAMPLES, SAMPLES), (0, 0), np.hypot(blur, PER_CELL / 4)
    )
    down, right = np.gradient(drawn, 1 / (6 * PER_CELL))
    place = np.column_stack([np.ones(len(GRID)), GRID - 0.5])
    moves = [-right.reshape(-1, 1) * place, -down.reshape(-1, 1) * place]
    others = [np.ones((len(GRID), 1)), cv2.Laplacian(drawn, cv2.CV_64F).reshape(-1, 1)]
    return drawn.ravel(), np.linalg.pinv(np.hstack([drawn.reshape(-1, 1), *moves, *others]))


def _without_outlier(marks: Sequence[Mark], chart: Chart, start: Projection) -> Sequence[Mark]:
    """Leave out the fiducial that fits worst when, left out, the others fit at least three times better."""
    if len(marks) <= NEEDED + 1:
        return marks
    rest = [[other for other in marks if other is not mark] for mark in marks]
    best = min(rest, key=lambda kept: _residual(kept, chart, start))
    return best if 3 * _residual(best, chart, start) < _residual(marks, chart, start) else marks


def _residual(marks: Sequence[Mark], chart: Chart, start: Projection) -> float:
    """Return the RMS distance in px of the marks' corners from their own least-squares projection."""
    own = _projection(marks, chart, start)
    return math.inf if own is None else own.residual(*_points(marks, chart))


def _located(chart: Chart, projection: Projection, marks: Sequence[Mark]) -> Located:
    a, b, c, d = (_point(corner) for corner in projection.to_picture(SQUARE * np.array(chart.size)))
    return Located(
        chart=chart,
        homography=projection.homography,
        corners=(a, b, c, d),
        residual=projection.residual(*_points(marks, chart)),
        fiducials_found=len(marks),
        picture=projection.picture,
        distortion=projection.distortion,
        marks=tuple(marks),
    )


def _point(values: Floats) -> Point:
    x, y = values.tolist()
    return x, y


def _overlap(one: Located, other: Located) -> bool:
    """Tell whether the middle of one lies within the other."""
    middle = np.mean(one.corners, axis=0).astype(np.float32).tolist()
    return (
        cv2.pointPolygonTest(np.array(other.corners, dtype=np.float32), middle, measureDist=False)
        >= 0
    )
