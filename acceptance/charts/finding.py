"""Find charts in a picture: where their regions lie, to a fraction of a pixel.

This takes three steps. Fiducials are read in copies of the picture of two sizes
(``fiducials.read``). Those that one homography explains, behind one of a few lenses, are one chart.
Then every fiducial of the chart, read or not, is looked up where it is expected
(``fiducials.look_up``); those that look as drawn fix homography and lens distortion
(``projection.fit``).
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.charts import fiducials
from acceptance.charts.located import Floats, Located, Mark, four, to_picture, undistorted
from acceptance.charts.projection import Projection, fit
from acceptance.errors import GapError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from acceptance.charts.fiducials import Bytes
    from acceptance.charts.nouns import Chart

WIDTHS = (960, 1600)  # of the copies that are searched, px
# of the copy that is searched when nothing was found, if that is once to twice the picture's
LAST_WIDTH = 3000
# times, and px of width, of the copy in which ever smaller charts are searched where there may be
# many
MOST_ENLARGED, LARGEST = 3.0, 6000
NEEDED = 3  # fiducials that must look as drawn
FOLLOWS_WITHIN = 0.5  # px of residual: more, and a fiducial may have been taken for what covers it
ENOUGH = 5  # fiducials that show the distortion
# px, and of a fiducial's side: RMS residual of fewer above which no lens that was tried shows them
UNLIKE, UNLIKE_SHARE = 1.5, 0.065
# distortions that are tried to see which fiducials are of one chart
LENSES = (0.0, 0.12, 0.3, 0.55, -0.08)
# of a fiducial's side, between fiducials of one chart; lets distortions between those pass
TOLERANCE = 0.35
CROWD = 6  # marks of each fiducial: those of two charts in three copies of the picture
ABOUT = 1.25  # times a chart's outline, within which its fiducials are sought by one of them


def find(
    luma: NDArray[np.generic], charts: Sequence[Chart], *, copies: int | None = None
) -> list[Located]:
    """Find charts in a picture.

    Parameters
    ----------
    luma
        Luma codes (height, width): uint8, or of any other type and depth, scaled by their peak.
    charts
        The charts to look for (``charts.load``).
    copies
        At most so many copies of the picture are read, the smallest first, 1 or more: fewer take
        less time and miss small charts. None: all.

    Returns
    -------
    list of Located
        Every chart seen, from left to right; corners and marks in px, 0.0 being the middle of the
        first pixel. A chart may be seen more than once, or partly outside the picture
        (``Located.cut_off``), as long as three of its fiducials show. Its accuracy is about
        0.1 px, 0.2 px behind a lens that bends (``benchmarks/finding.py``).

    Raises
    ------
    ValueError
        When ``luma`` is not a finite 2-D array with pixels in it.

    Notes
    -----
    The method is that of the module's description.
    """
    grey = _eight_bits(luma)
    return _sure(_search(grey, charts, copies)) if charts else []


def find_many(luma: NDArray[np.generic], charts: Sequence[Chart]) -> list[Located]:
    """Find charts that may be seen many times, and small, as on a wall of monitors.

    All copies of the picture are read, whatever the first ones show; all else as ``find``. Raises
    ValueError.
    """
    grey = _eight_bits(luma)
    readings: dict[int, list[Floats]] = defaultdict(list)
    scales = [*_scales(grey.shape[1]), min(MOST_ENLARGED, LARGEST / grey.shape[1])]
    for number, scale in enumerate(scales):
        sharp = number in {0, len(scales) - 1}
        _read(grey, charts, scale, readings, blur=0.0 if sharp else 0.8, smallest=fiducials.SMALL)
    return _sure([place for chart in charts for place in _each(grey, chart, readings)])


def _sure(seen: Sequence[Located]) -> list[Located]:
    """Return those with enough fiducials, from left to right."""
    found = [located for located in seen if located.fiducials_found >= NEEDED]
    return sorted(found, key=lambda located: sum(corner[0] for corner in located.corners))


def follow(luma: NDArray[np.generic], last: Located) -> Located | None:
    """Return where the chart is now that was seen at ``last`` a moment ago.

    Its fiducials are aligned where they were, without search: that takes moves of up to a quarter
    of a fiducial. None where it has to be searched for.
    """
    start = Projection(last.homography, last.picture, last.distortion)
    marks = fiducials.look_up(_eight_bits(luma), last.chart, start)
    if len(marks) < max(NEEDED, last.fiducials_found - 1):
        return None
    projection = _projection(marks, last.chart, start)
    if projection is None:
        return None
    located = _located(last.chart, projection, marks)
    return located if located.residual <= max(FOLLOWS_WITHIN, 2 * last.residual) else None


def look_again(
    luma: NDArray[np.generic], chart: Chart, through: fiducials.ChartToPicture
) -> list[Mark]:
    """Return the fiducials of a chart as they are seen ``through`` a lens that is known."""
    return fiducials.look_up(_eight_bits(luma), chart, through)


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
        raise GapError("chart_too_small", width=round(sure[0].width))
    return sure[0]


def _eight_bits(luma: NDArray[np.generic]) -> Bytes:
    whole = np.issubdtype(luma.dtype, np.integer)
    if luma.ndim != 2 or not luma.size or not (whole or np.isfinite(luma).all()):
        what = tr("charts are found in a finite 2-D array, not {shape}", shape=luma.shape)
        raise ValueError(what)
    if luma.dtype == np.uint8:
        return np.ascontiguousarray(luma, dtype=np.uint8)
    values = np.asarray(luma, dtype=np.float32)
    stretched = values * (255 / max(float(values.max()), 1e-6))
    return np.asarray(np.clip(stretched, 0, 255), dtype=np.uint8)


def _search(grey: Bytes, charts: Sequence[Chart], copies: int | None = None) -> list[Located]:
    """Return the charts wherever two or more of their fiducials are seen.

    Ever larger copies of the picture are read. One in which a printed chart is found is the last;
    for screens, of which there may be two, two copies are read.
    """
    enough = 2 if any(chart.kind == "screen" for chart in charts) else 1
    readings: dict[int, list[Floats]] = defaultdict(list)
    found: list[Located] = []
    for number, scale in enumerate(_scales(grey.shape[1])[:copies], start=1):
        _read(grey, charts, scale, readings, blur=0.8 if number > 1 else 0.0)
        found = [place for chart in charts for place in _placed(grey, chart, readings)]
        if number >= enough and any(located.fiducials_found >= NEEDED for located in found):
            break
    return found


def _placed(grey: Bytes, chart: Chart, readings: Mapping[int, Sequence[Floats]]) -> list[Located]:
    """Settle all marks of a chart together, unless they are too many for that (``_each``)."""
    marks = _marks(readings, chart)
    few = len(marks) <= CROWD * len(chart.fiducials)
    return _settle(grey, chart, marks) if few else _each(grey, chart, readings)


def _read(
    grey: Bytes,
    charts: Sequence[Chart],
    scale: float,
    readings: dict[int, list[Floats]],
    *,
    blur: float,
    smallest: float = fiducials.USUAL,
) -> None:
    """Add the corners of the fiducials that are read in one copy of the picture, by their code."""
    codes = tuple(mark.code for chart in charts for mark in chart.fiducials)
    for code, corners in fiducials.read(grey, codes, scale, blur, smallest):
        readings[code].append(corners)


def _each(grey: Bytes, chart: Chart, readings: Mapping[int, Sequence[Floats]]) -> list[Located]:
    """Settle the marks near each other apart from all others, since pairs of all are too many."""
    found: list[Located] = []
    left = _marks(readings, chart)
    while left:
        places = _settle(grey, chart, _inside(_outline(left[0], chart), left))
        found += [new for new in places if not any(_overlap(new, old) for old in found)]
        settled = {mark for place in places for mark in _inside(np.array(place.corners), left)}
        left = [mark for mark in left[1:] if mark not in settled]
    return found


def _outline(mark: Mark, chart: Chart) -> Floats:
    """Return the corners (4, 2) in px that the chart has by one of its fiducials, and about it."""
    places = np.column_stack([fiducials.outline(chart, mark.fiducial), np.ones(4)])
    affine = np.linalg.lstsq(places, mark.corners)[0]
    middle = np.array(chart.size) / 2
    corners = (fiducials.SQUARE * np.array(chart.size) - middle) * ABOUT + middle
    return np.asarray(np.column_stack([corners, np.ones(4)]) @ affine)


def _inside(outline: Floats, marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks whose middles lie within an outline (4, 2)."""
    hull = outline.astype(np.float32)
    middles = ((mark, mark.corners.mean(axis=0).tolist()) for mark in marks)
    return [mark for mark, at in middles if cv2.pointPolygonTest(hull, at, measureDist=False) >= 0]


def _scales(width: int) -> list[float]:
    """Return by how much to scale each copy of a picture of this width."""
    reduced = [min(1.0, limit / width) for limit in WIDTHS]
    return [*dict.fromkeys([*reduced, float(np.clip(LAST_WIDTH / width, 1, 2))])]


def _marks(readings: Mapping[int, Sequence[Floats]], chart: Chart) -> list[Mark]:
    marks = enumerate(chart.fiducials)
    return [
        Mark(number, corners) for number, mark in marks for corners in readings.get(mark.code, ())
    ]


def _settle(grey: Bytes, chart: Chart, marks: list[Mark]) -> list[Located]:
    """Return the charts that explain the marks: the best first, then what the rest shows."""
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
    """Refine; where too few fiducials then show the lens, return the best of ``LENSES``."""
    located = _refine(grey, chart, marks, start)
    if located is not None and located.fiducials_found >= min(ENOUGH, len(chart.fiducials)):
        return located
    lenses = [replace(start, distortion=k) for k in LENSES if k != start.distortion]
    every = [located, *(_refine(grey, chart, marks, lens) for lens in lenses)]
    found = [place for place in every if place is not None and not _unlike(place)]
    return max(found, key=lambda place: (place.fiducials_found, -place.residual), default=None)


def _unlike(located: Located) -> bool:
    """Whether the fiducials are too few to show their lens, and lie as none of ``LENSES`` does."""
    if located.fiducials_found >= ENOUGH:
        return False
    edges = [np.roll(mark.corners, 1, axis=0) - mark.corners for mark in located.marks]
    side = float(np.linalg.norm(edges, axis=2).mean())
    return located.residual > max(UNLIKE, UNLIKE_SHARE * side)


def _explained(marks: list[Mark], chart: Chart, size: tuple[int, int]) -> tuple[list[Mark], float]:
    """Return the largest set of marks that one chart explains, and with which of ``LENSES``.

    Of equally large sets it is the first.
    """
    best: list[int] = []
    lens = 0.0
    different = {mark.fiducial for mark in marks}
    for k in LENSES:
        straight = [Mark(mark.fiducial, undistorted(mark.corners, k, size)) for mark in marks]
        members = _largest_group(straight, chart)
        if len(members) > len(best):
            best, lens = members, k
        if {marks[number].fiducial for number in best} == different:
            break
    return [marks[number] for number in best], lens


def _largest_group(marks: list[Mark], chart: Chart) -> list[int]:
    """Return the numbers of the most marks that the homography of two of them explains.

    In a picture full of texture there may be a hundred marks, so all are looked at in one go.
    """
    best: list[int] = []
    if len(marks) < 2:
        return best
    outlines, corners = (points.reshape(-1, 4, 2) for points in _points(marks, chart))
    sides = np.linalg.norm(np.roll(corners, 1, axis=1) - corners, axis=2).mean(axis=1)
    for a, b in itertools.combinations(range(len(marks)), 2):
        if marks[a].fiducial == marks[b].fiducial or (a in best and b in best):
            continue
        homography = _homography(outlines[[a, b]], corners[[a, b]])
        if homography is not None:
            away = to_picture(homography, outlines.reshape(-1, 2)).reshape(corners.shape) - corners
            near = np.linalg.norm(away, axis=2).max(axis=1) < TOLERANCE * sides
            if np.count_nonzero(near) > len(best):
                best = np.flatnonzero(near).tolist()
    return best


def _homography(outlines: Floats, corners: Floats) -> Floats | None:
    """Return the least-squares homography from outlines in mm to corners in px, or None."""
    found = cv2.findHomography(outlines.reshape(-1, 2), corners.reshape(-1, 2), 0)[0]
    matrix: Floats = np.full((3, 3), np.nan) if found is None else np.array(found, dtype=np.float64)
    return matrix if np.all(np.isfinite(matrix)) else None


def _points(marks: Sequence[Mark], chart: Chart) -> tuple[Floats, Floats]:
    """Return the corners of the marks, (4 n, 2) each: on the chart in mm, in the picture in px."""
    places = np.concatenate([fiducials.outline(chart, mark.fiducial) for mark in marks])
    return places, np.concatenate([mark.corners for mark in marks])


def _refine(grey: Bytes, chart: Chart, marks: Sequence[Mark], start: Projection) -> Located | None:
    """Look every fiducial up, twice, and fit the projection to those that look as drawn."""
    projection = _projection(marks, chart, start)
    for _ in range(2):
        if projection is None:
            return None
        marks = fiducials.look_up(grey, chart, projection)
        if len(marks) < 2:
            return None
        projection = _projection(marks, chart, projection)
    marks = _without_outlier(marks, chart, projection or start)
    projection = _projection(marks, chart, projection or start)
    return None if projection is None else _located(chart, projection, marks)


def _projection(marks: Sequence[Mark], chart: Chart, start: Projection) -> Projection | None:
    """Return the projection of the marks, of the distortion of ``start`` where they are few."""
    return fit(*_points(marks, chart), start, free=len({mark.fiducial for mark in marks}) >= ENOUGH)


def _without_outlier(marks: Sequence[Mark], chart: Chart, start: Projection) -> Sequence[Mark]:
    """Leave out the fiducial without which the others fit best, if at least three times better."""
    if len(marks) <= NEEDED + 1:
        return marks
    rest = [[other for other in marks if other is not mark] for mark in marks]
    best = min(rest, key=lambda kept: _residual(kept, chart, start))
    return best if 3 * _residual(best, chart, start) < _residual(marks, chart, start) else marks


def _residual(marks: Sequence[Mark], chart: Chart, start: Projection) -> float:
    """Return the RMS distance in px of the marks from their own least-squares projection."""
    own = _projection(marks, chart, start)
    return math.inf if own is None else own.residual(*_points(marks, chart))


def _located(chart: Chart, projection: Projection, marks: Sequence[Mark]) -> Located:
    corners = projection.to_picture(fiducials.SQUARE * np.array(chart.size))
    return Located(
        chart=chart,
        homography=projection.homography,
        corners=four(corners),
        residual=projection.residual(*_points(marks, chart)),
        fiducials_found=len(marks),
        picture=projection.picture,
        distortion=projection.distortion,
        marks=tuple(marks),
    )


def _overlap(located: Located, other: Located) -> bool:
    """Whether the middle of a chart lies within another."""
    middle = np.mean(located.corners, axis=0).astype(np.float32).tolist()
    outline = np.array(other.corners, dtype=np.float32)
    return cv2.pointPolygonTest(outline, middle, measureDist=False) >= 0
