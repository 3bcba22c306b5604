"""Find a ColorChecker Classic in a picture, by the order of its 24 colours alone.

OpenCV's detector (``cv2.mcc``; P. D. Marrero Fernandez et al., IEEE TIP 28, 2019) proposes where
one might be; it does so in pictures that have none. So nothing that it says is taken for granted:
every patch is grown from its middle until its colour ends, the homography is fitted anew to the
patches, and the place counts only when the patches lie and measure as drawn, are flat, are parted
by something darker, and show the printed colours in the printed order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from acceptance.charts.located import Floats, Located, four, quad, to_picture
from acceptance.errors import GapError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from acceptance.charts.nouns import Chart, Region

Picture = NDArray[np.uint8]

WIDTH = 1280  # px of the copy that is searched
MOST = 3  # places that the detector is asked for
NEEDED = 14  # patches, of 24, that must show their borders; dark ones hardly differ from the frame
AREA = (0.75, 1.3)  # of a patch as drawn
AWAY = 0.12  # of a patch's side, between a patch's middle and where the homography puts it (RMS)
ALIKE = 0.75  # correlation of lightness and of the two colour differences with the printed ones
UNEVEN = 12.0  # codes: median over the patches of their standard deviation
DARKER = 0.75  # largest share of a light patch's green code that the frame around it may have
STILL = 0.1  # of a patch's side; only the middle half of a patch is measured
GAP = 1.1  # sides of a patch, through the middle of the gaps


@dataclass(frozen=True, eq=False)
class Patch:
    """A patch as seen: its middle (2,) px, and its area in px^2 over that of the drawing there."""

    number: int
    middle: Floats
    area: float


def find(picture: Picture, chart: Chart) -> list[Located]:
    """Return every ColorChecker seen in a BGR picture (height, width, 3), 8 bit.

    Those regions of ``chart`` are used that are of kind "colour", at least 24.
    ``Located.fiducials_found`` counts the patches whose borders were seen, ``residual`` is the RMS
    distance in px of their middles from where the homography has them. In a picture of greys, such
    as infrared cameras send, there is none, and OpenCV would search it for as long as any other.
    """
    found: list[Located] = []
    if _is_grey(picture):
        return found
    for homography in _proposals(picture, chart):
        located = _settle(picture, chart, homography)
        large = located is not None and located.width >= chart.smallest
        if located is not None and large and looks_right(picture, located):
            found.append(located)
    return found


def places(picture: Callable[[int], Picture], count: int, chart: Chart) -> list[Located]:
    """Return where one ColorChecker is seen in a film of ``count`` pictures.

    Three pictures of the film are searched. A chart that stands still has one place; one that moves
    is looked for in all pictures and has a place for each. Not seen, or not in all of them: an
    empty list. Raises ``GapError`` ``several_charts`` (count).
    """
    seen = [find(picture(number), chart) for number in sorted({0, count // 2, count - 1})]
    if (most := max(len(found) for found in seen)) > 1:
        raise GapError("several_charts", count=most)
    sole = [found[0] for found in seen if len(found) == 1]
    if not sole or max(_shift(sole[0], later) for later in sole) < STILL:
        return sole[:1]
    each = [find(picture(number), chart) for number in range(count)]
    return [found[0] for found in each] if all(len(found) == 1 for found in each) else []


def _shift(before: Located, after: Located) -> float:
    """Return how far, as a share of a patch's side, the corner that differs most has moved."""
    away = np.abs(np.array(before.corners) - np.array(after.corners)).max()
    first = quad(before, _colours(before.chart)[0])
    return float(away / np.sqrt(cv2.contourArea(_whole(first))))


def _proposals(picture: Picture, chart: Chart) -> Iterator[Floats]:
    """Yield homographies chart mm -> picture px of the places that OpenCV proposes."""
    copy = _reduced(picture)
    ratio = np.array(picture.shape[1::-1]) / copy.shape[1::-1]
    detector = cv2.mcc.CCheckerDetector.create()
    detector.setColorChartType(cv2.mcc.MCC24)
    if min(copy.shape[:2]) < chart.smallest / 2 or not detector.process(copy, MOST):
        return
    for checker in detector.getListColorChecker():
        middles = np.array(checker.getColorCharts(), np.float64).reshape(-1, 4, 2).mean(axis=1)
        homography = _fitted(chart, range(len(middles)), (middles + 0.5) * ratio - 0.5)
        if homography is not None:
            yield homography


def _is_grey(picture: Picture) -> bool:
    """Whether red, green and blue are alike everywhere: ``looks_right`` would find no colours."""
    blue, green, red = (picture[..., number] for number in range(3))
    return np.array_equal(green, red) and np.array_equal(green, blue)


def _reduced(picture: Picture) -> Picture:
    """Return the picture at most ``WIDTH`` wide."""
    scale = min(1.0, WIDTH / picture.shape[1])
    if scale == 1:
        return picture
    copy = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(copy, np.uint8)


def _colours(chart: Chart) -> list[Region]:
    return [region for region in chart.regions if region.kind == "colour"]


def _middles(chart: Chart, numbers: Sequence[int]) -> Floats:
    rects = np.array([_colours(chart)[number].rect for number in numbers])
    return np.asarray(rects[:, :2] + rects[:, 2:] / 2)


def _fitted(chart: Chart, numbers: Sequence[int], middles: Floats) -> Floats | None:
    """Return the least-squares homography from the patches' middles on the chart to the picture.

    Return None where there is none that has the whole chart on one side of its horizon.
    """
    matrix = cv2.findHomography(_middles(chart, numbers), middles, 0)[0]
    if matrix is None or not np.all(np.isfinite(matrix)):
        return None
    width, height = chart.size
    depths = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]]) @ matrix[2]
    return np.asarray(matrix, np.float64) if depths.min() * depths.max() > 0 else None


def _settle(picture: Picture, chart: Chart, homography: Floats | None) -> Located | None:
    """Grow every patch where it is expected and fit the homography to these, three times."""
    for _ in range(3):
        if homography is None:
            return None
        located = _located(picture, chart, homography, ())
        patches = [patch for number in range(24) if (patch := _grown(picture, located, number))]
        if len(patches) < NEEDED:
            return None
        numbers = [patch.number for patch in patches]
        homography = _fitted(chart, numbers, np.array([patch.middle for patch in patches]))
    return None if homography is None else _located(picture, chart, homography, patches)


def _grown(picture: Picture, located: Located, number: int) -> Patch | None:
    """Return a patch as far as its colour reaches from its middle; None if not of its size."""
    region = _colours(located.chart)[number]
    outer, whole = quad(located, region, 1.5), quad(located, region)
    within = np.all((whole > 2) & (whole < np.array(picture.shape[1::-1]) - 3))
    if not within or np.ptp(whole, axis=0).min() < 6:
        return None
    low = np.maximum(_whole(outer.min(axis=0)), 0)
    high = np.minimum(_whole(outer.max(axis=0)) + 1, picture.shape[1::-1])
    window = picture[low[1] : high[1], low[0] : high[0]].astype(np.float32)
    inner, frame = quad(located, region, 0.4) - low, quad(located, region, GAP) - low
    area, middle = _reach(window, inner, frame, np.rint(whole.mean(axis=0) - low).astype(int))
    area /= max(cv2.contourArea(whole.astype(np.float32)), 1.0)
    if not AREA[0] < area < AREA[1]:
        return None
    return Patch(number=number, middle=np.asarray(middle + low), area=area)


def _reach(
    window: NDArray[np.float32], inner: Floats, frame: Floats, start: NDArray[np.int_]
) -> tuple[float, Floats]:
    """Return area in px^2 (0: none) and middle of the patch around ``start``.

    Its colour is that within ``inner``; it ends half way to the colour along ``frame``.
    """
    colour = np.median(_inside(window, inner), axis=0)
    away = float(np.abs(np.median(_along(window, frame), axis=0) - colour).max())
    reach = (np.abs(window - colour).max(axis=2) < max(6.0, away / 2)).astype(np.uint8)
    _, labels, stats, middles = cv2.connectedComponentsWithStats(reach, connectivity=4)
    x, y = np.clip(start, 0, np.array(window.shape[1::-1]) - 1)
    area = float(stats[labels[y, x], cv2.CC_STAT_AREA]) if labels[y, x] and reach[y, x] else 0.0
    return area, np.asarray(middles[labels[y, x]])


def looks_right(picture: Picture, located: Located) -> bool:
    """Whether a BGR picture shows the chart's colours at that place, in order, flat and framed."""
    regions = _colours(located.chart)
    side = np.sqrt(cv2.contourArea(_whole(quad(located, regions[0]))))
    if located.cut_off or located.residual > AWAY * side:
        return False
    fields = [_inside(picture, quad(located, region, 0.5)) for region in regions]
    if any(len(field) < 9 for field in fields):
        return False
    seen = np.array([field.mean(axis=0) for field in fields])
    printed = np.array([region.printed["lab"] for region in regions])
    uneven = float(np.median([field.std(axis=0).max() for field in fields]))
    return (
        uneven < UNEVEN
        and _frame_to_patch(picture, located, seen) < DARKER
        and min(_likeness(seen, printed)) > ALIKE
    )


def _frame_to_patch(picture: Picture, located: Located, seen: Floats) -> float:
    """Return the ratio of green codes of frame and patch, median over the lighter patches."""
    places = [quad(located, region, GAP) for region in _colours(located.chart)]
    frame = np.array([np.median(_along(picture, place), axis=0) for place in places])
    light = seen[:, 1] >= np.median(seen[:, 1])
    return float(np.median(frame[light, 1] / seen[light, 1]))


def _likeness(seen: Floats, printed: Floats) -> list[float]:
    """Correlate BGR codes (24, 3) with CIELAB (24, 3): green, red - green, green - blue."""
    blue, green, red = seen.T
    pairs = zip((green, red - green, green - blue), printed.T, strict=True)
    return [float(np.corrcoef(code, lab)[0, 1]) if np.ptp(code) > 0 else 0.0 for code, lab in pairs]


def _inside(picture: NDArray[np.generic], corners: Floats) -> Floats:
    """Return the pixels (n, 3) within a quadrilateral."""
    part, places = _part(picture, corners)
    mask = cv2.fillConvexPoly(np.zeros(part.shape[:2], np.uint8), places, 1)
    return np.asarray(part[mask > 0], np.float64)


def _along(picture: NDArray[np.generic], corners: Floats) -> Floats:
    """Return the pixels (n, 3) on the sides of a quadrilateral."""
    part, places = _part(picture, corners)
    mask = cv2.polylines(np.zeros(part.shape[:2], np.uint8), [places], True, 1)
    return np.asarray(part[mask > 0], np.float64)


def _part(
    picture: NDArray[np.generic], corners: Floats
) -> tuple[NDArray[np.generic], NDArray[np.int32]]:
    """Return the upright part of a picture about a quadrilateral, and the corners in it."""
    x, y = np.maximum(_whole(corners.min(axis=0)) - 1, 0)
    right, down = np.maximum(_whole(corners.max(axis=0)) + 2, 0)
    return picture[y:down, x:right], _whole(corners - (x, y))


def _whole(corners: Floats) -> NDArray[np.int32]:
    return np.asarray(np.rint(corners), np.int32)


def _located(
    picture: Picture, chart: Chart, homography: Floats, patches: Sequence[Patch]
) -> Located:
    width, height = chart.size
    corners = to_picture(homography, [(0, 0), (width, 0), (width, height), (0, height)])
    away = [to_picture(homography, _middles(chart, [p.number]))[0] - p.middle for p in patches]
    return Located(
        chart=chart,
        homography=homography / homography[2, 2],
        corners=four(corners),
        residual=float(np.sqrt(np.mean(np.sum(np.square(away), axis=1)))) if away else 0.0,
        fiducials_found=len(patches),
        picture=(picture.shape[1], picture.shape[0]),
    )
