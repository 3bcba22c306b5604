"""Fiducials in a picture: read, and aligned with their drawing to a fraction of a pixel.

OpenCV's square-marker detector (Garrido-Jurado et al., Pattern Recognition 47, 2014) reads the
codes that it can. A fiducial that is expected somewhere, read or not, is aligned there with its
drawing by least squares (Baker and Matthews, IJCV 56, 2004: inverse compositional, affine, with
gain and offset).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from acceptance.charts.located import Floats, Mark, to_picture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.charts.nouns import Chart

Bytes = NDArray[np.uint8]
# A part of the picture, the whole factor by which it is reduced, and where its first pixel lies in
# the picture.
Reduced = tuple[NDArray[np.float32], int, Floats]

# least circumference of a fiducial over the picture's larger side: as OpenCV has it, and of charts
# that may be small
USUAL, SMALL = 0.03, 0.01
ALIKE = 0.7  # correlation of a fiducial with its drawing
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


def read(
    grey: Bytes, codes: tuple[int, ...], scale: float, blur: float, smallest: float = USUAL
) -> Iterator[tuple[int, Floats]]:
    """Yield the codes that the detector reads in a copy of the picture, and their corners (4, 2).

    The copy is ``scale`` times as large and blurred by ``blur`` px; corners are px of the picture.
    ``smallest`` is the least circumference that is looked for, over the picture's larger side.
    """
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    copy = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=interpolation)
    if blur:
        copy = cv2.GaussianBlur(copy, (0, 0), blur)
    places, numbers, _ = _detector(codes, smallest).detectMarkers(copy)
    ratio = np.array([grey.shape[1] / copy.shape[1], grey.shape[0] / copy.shape[0]])
    for place, number in zip(places, [] if numbers is None else numbers.ravel(), strict=True):
        yield codes[int(number)], (place.reshape(4, 2).astype(np.float64) + 0.5) * ratio - 0.5


@lru_cache(maxsize=8)
def _detector(codes: tuple[int, ...], smallest: float) -> cv2.aruco.ArucoDetector:
    """Return a detector of these codes, with settings for a blur of half a cell."""
    cells = [
        np.array([code >> (15 - bit) & 1 for bit in range(16)], dtype=np.uint8).reshape(4, 4)
        for code in codes
    ]
    table = np.concatenate([cv2.aruco.Dictionary.getByteListFromBits(bits) for bits in cells])
    settings = cv2.aruco.DetectorParameters()
    settings.adaptiveThreshWinSizeMin = 13
    settings.adaptiveThreshWinSizeMax = 53
    settings.adaptiveThreshWinSizeStep = 20
    settings.minMarkerPerimeterRate = smallest
    settings.polygonalApproxAccuracyRate, settings.errorCorrectionRate = 0.08, 1.0
    return cv2.aruco.ArucoDetector(cv2.aruco.Dictionary(table, 4, 2), settings)


def outline(chart: Chart, fiducial: int) -> Floats:
    """Return the corners (4, 2) of a fiducial on the chart, in mm."""
    x, y, side, _ = chart.fiducials[fiducial].rect
    return np.asarray(SQUARE * side + np.array([x, y]))


class ChartToPicture(Protocol):
    """How a chart comes into a picture."""

    @property
    def distortion(self) -> float:
        """First term of the lens, 0 of one that does not bend."""

    def to_picture(self, points: Floats) -> Floats:
        """Return where points of the chart, (n, 2) in mm, lie in the picture, in px."""


def look_up(grey: Bytes, chart: Chart, projection: ChartToPicture) -> list[Mark]:
    """Return the fiducials that look as drawn where the projection puts them, or near it."""
    numbers = range(len(chart.fiducials))
    expected = [Mark(number, projection.to_picture(outline(chart, number))) for number in numbers]
    last = np.array(grey.shape[::-1]) - 1
    inside = [mark for mark in expected if np.all((mark.corners >= 0) & (mark.corners <= last))]
    factor = _factor(inside)
    codes = [chart.fiducials[mark.fiducial].code for mark in inside]
    bows = [_bow(projection, outline(chart, mark.fiducial), mark.corners) for mark in inside]
    aligned = (
        (mark, *_align(_reduced(grey, mark.corners, factor), code, mark.corners, bow))
        for mark, code, bow in zip(inside, codes, bows, strict=True)
    )
    return [Mark(mark.fiducial, corners) for mark, corners, likeness in aligned if likeness > ALIKE]


def _factor(marks: Sequence[Mark]) -> int:
    """Return the whole factor by which to reduce the picture, so that samples miss no pixel."""
    sides = (mark.corners - np.roll(mark.corners, 1, axis=0) for mark in marks)
    longest = max((np.linalg.norm(side, axis=1).max() for side in sides), default=0)
    return max(1, math.ceil(longest / (6 * PER_CELL)))


def _reduced(grey: Bytes, corners: Floats, factor: int) -> Reduced:
    """Return the picture around a fiducial, as it is in the whole picture reduced."""
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


def _bow(projection: ChartToPicture, place: Floats, corners: Floats) -> Floats | float:
    """Return how far, in px, the lens bends ``GRID`` away from where the corners alone put it."""
    if not projection.distortion:
        return 0.0
    by_corners = to_picture(_perspective(corners), NODES)
    by_lens = projection.to_picture(place[0] + NODES * (place[2] - place[0]))
    return np.asarray(_between() @ (by_lens - by_corners))


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
    """Move a fiducial's corners until its drawing fits; return them and the correlation there."""
    picture, factor, origin = reduced
    likeness = 0.0
    for blur, interpolation in STEPS:
        drawing, solve = _drawing(code, blur)
        matrix = _perspective(corners)
        places = (to_picture(matrix, GRID) + bow - origin + 0.5) / factor - 0.5
        values = _sampled(picture, places, blur, interpolation)
        likeness = min(_correlation(values, drawing), _correlation(values[INSIDE], drawing[INSIDE]))
        gain, *moves = (solve[:7] @ values).tolist()
        if likeness < ALIKE / 2 or gain <= 0:
            return corners, 0.0
        motion = np.array(moves).reshape(2, 3) / gain
        moved = np.column_stack([np.ones(4), SQUARE - 0.5]) @ motion.T
        corners = to_picture(matrix, SQUARE + moved)
    return corners, likeness


def _sampled(
    picture: NDArray[np.float32], places: Floats, blur: float, interpolation: int
) -> Floats:
    """Return the blurred picture (n,) at the places (n, 2) of ``GRID``."""
    x, y = places.astype(np.float32).T.reshape(2, SAMPLES, SAMPLES)
    patch = cv2.remap(picture, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return np.array(cv2.GaussianBlur(patch, (0, 0), blur), dtype=np.float64).ravel()


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b) / max(float(np.sqrt((a @ a) * (b @ b))), 1e-9)


@lru_cache(maxsize=64)
def _drawing(code: int, blur: float) -> tuple[Floats, Floats]:
    """Return a fiducial drawn on ``GRID``, (n,), and the matrix that solves a patch, (13, n).

    It gives gain, motion (6), offset, blur and the slopes of gain and offset (4). A patch that
    shows the drawing moved by d is about gain x (drawing - gradient . d) + offset + blur x
    Laplacian; without the blur a picture sharper than the drawing would seem smaller at the
    corners, without the slopes one that is lit unevenly would seem to lie further in.
    """
    cells = np.zeros((8, 8))
    cells[[0, -1]] = cells[:, [0, -1]] = 1
    cells[2:6, 2:6] = np.array([code >> (15 - bit) & 1 for bit in range(16)]).reshape(4, 4)
    column, row = np.floor(GRID * 6 + 1).astype(int).T
    raster = cells[row, column].reshape(SAMPLES, SAMPLES)
    drawn = cv2.GaussianBlur(raster, (0, 0), np.hypot(blur, PER_CELL / 4))
    down, right = np.gradient(drawn, 1 / (6 * PER_CELL))
    place = np.column_stack([np.ones(len(GRID)), GRID - 0.5])
    moves = [-right.reshape(-1, 1) * place, -down.reshape(-1, 1) * place]
    others = [np.ones((len(GRID), 1)), cv2.Laplacian(drawn, cv2.CV_64F).reshape(-1, 1)]
    others += [drawn.reshape(-1, 1) * place[:, 1:], place[:, 1:]]
    return drawn.ravel(), np.linalg.pinv(np.hstack([drawn.reshape(-1, 1), *moves, *others]))
