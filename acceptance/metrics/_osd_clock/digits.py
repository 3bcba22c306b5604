"""Digits as templates: drawn from the fonts that OpenCV brings, and learnt from the clock itself.

A clock that runs shows all ten digits within ten seconds in one place, in its own font. So the film
is its own book of templates; the fonts known here only show which of the ten is nought, and whether
it is a digit at all. What is common to the ten (the background below them) is taken off before they
are compared.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

STROKES: tuple[tuple[tuple[float, ...], ...], ...] = (
    # in a box 1 wide and 2 high: six numbers are an arc (centre, radii, degrees from and to), more
    # are points of lines
    ((0.5, 1, 0.5, 1, 0, 360),),
    ((0.1, 0.4, 0.55, 0, 0.55, 2, 0.55, 2),),
    ((0.5, 0.5, 0.48, 0.5, 185, 385), (0.94, 0.72, 0, 2, 1, 2, 1, 2)),
    ((0.5, 0.5, 0.45, 0.5, 200, 450), (0.48, 1.45, 0.52, 0.55, 270, 520)),
    ((0.72, 2, 0.72, 0, 0, 1.4, 1, 1.4),),
    ((0.95, 0, 0.15, 0, 0.08, 0.95, 0.08, 0.95), (0.48, 1.35, 0.52, 0.65, 215, 500)),
    ((0.5, 1.4, 0.5, 0.6, 0, 360), (1, 1.4, 1, 1.4, 180, 262)),
    ((0, 0, 1, 0, 0.35, 2, 0.35, 2),),
    ((0.5, 0.48, 0.43, 0.48, 0, 360), (0.5, 1.46, 0.5, 0.54, 0, 360)),
    ((0.5, 0.6, 0.5, 0.6, 0, 360), (0, 0.6, 1, 1.4, 0, 82)),
)
WEIGHTS = (8, 14, 22)  # px of strokes, of digits 56 px wide and 104 px high
MATRIX = (  # the 5 x 7 dot matrix of character generators, row by row
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00010 00100 01000 11111",
    "11111 00010 00100 00010 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
)
# the seven bars that are lit: top, upper left and right, middle, lower left and right, bottom
BARS = (
    *("1110111", "0010010", "1011101", "1011011", "0111010"),
    *("1101011", "1101111", "1010010", "1111111", "1111011"),
)
OUTLINES = (0.04, 0.09)  # of the height of the pictures
SOFT = 0.06  # of a digit's height, by which both are blurred: fonts differ in their details
SMALLER = (0, 1, 2)  # px by which digits are smaller than the box of what changes
SHIFTS = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0))  # px down and across that digits may be off


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How ten pictures in the clock's order are like the digits.

    ``nought`` is the number of the one that shows 0. ``score`` is the mean correlation (-1 to 1;
    negative: dark on light), ``margin`` how much the next best order is behind; ``known`` (10, h,
    w) are the digits of the most alike font, in the order of the pictures.
    """

    nought: int
    score: float
    margin: float
    known: Array


@lru_cache
def known() -> tuple[Array, ...]:
    """Ten digits of each known font: (10, h, w), cropped to what all ten together cover.

    The background is 0. Each font plain, 1 in the strokes; with an outline, -1 in it, as on a grey
    background; and the outline alone.
    """
    plain = [_matrix(), _seven_bars(), *map(_strokes, WEIGHTS), _built_in(400), _built_in(700)]
    drawn = list(plain)
    for font, share in itertools.product(plain, OUTLINES):
        outline = _widened(font, share) - font
        drawn += [font - outline, -outline]
    return tuple(_cropped(font) for font in drawn)


def _widened(digits: Array, share: float) -> Array:
    """Strokes with their outline, so wide a share of the picture's height."""
    wide = round(share * digits.shape[1])
    return np.stack([cv2.dilate(digit, np.ones((2 * wide + 1, 2 * wide + 1))) for digit in digits])


def _matrix() -> Array:
    cells = np.array(
        [[[int(dot) for dot in row] for row in digit.split()] for digit in MATRIX], np.float64
    )
    return np.pad(np.kron(cells, np.ones((1, 10, 10))), ((0, 0), (12, 12), (12, 12)))


def _seven_bars() -> Array:
    left, right, top, middle, bottom = 0, 1, 0, 1, 2
    ends = [
        *((left, top, right, top), (left, top, left, middle), (right, top, right, middle)),
        *((left, middle, right, middle), (left, middle, left, bottom)),
        *((right, middle, right, bottom), (left, bottom, right, bottom)),
    ]
    digits = np.zeros((10, 128, 80), np.uint8)
    for digit, lit in zip(digits, BARS, strict=True):
        for bar, (x, y, to_x, to_y) in zip(lit, ends, strict=True):
            if bar == "1":
                begin, end = (12 + 56 * x, 12 + 52 * y), (12 + 56 * to_x, 12 + 52 * to_y)
                cv2.line(digit, begin, end, 255, WEIGHTS[1], cv2.LINE_AA)
    return digits / 255.0


def _strokes(weight: int) -> Array:
    digits = np.zeros((10, 128, 80), np.uint8)
    for digit, strokes in zip(digits, STROKES, strict=True):
        for stroke in strokes:
            points = np.array([12.0, 12.0]) + np.array([56.0, 52.0]) * _points(stroke)
            pixels = points.round().astype(np.int32)
            cv2.polylines(digit, [pixels], False, 255, weight, cv2.LINE_AA)
    return digits / 255.0


def _points(stroke: tuple[float, ...]) -> Array:
    """Points (n, 2) of an arc, six numbers, or of a chain of lines, eight or more."""
    if len(stroke) != 6:
        return np.array(stroke).reshape(-1, 2)
    x, y, across, down, begin, end = stroke
    angles = np.radians(np.linspace(begin, end, 40))
    return np.stack([x + across * np.cos(angles), y + down * np.sin(angles)], axis=1)


def _built_in(weight: int) -> Array:
    """Draw the outline font inside OpenCV."""
    face = cv2.FontFace("sans")
    digits = np.zeros((10, 128, 128), np.uint8)
    for digit in range(10):
        cv2.putText(digits[digit], str(digit), (16, 90), 255, face, 88, weight)
    return digits / 255.0


def _cropped(digits: Array) -> Array:
    rows, columns = np.nonzero(np.abs(digits).max(axis=0) > 0.5)
    return digits[:, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def likeness(pictures: Array, margin: int) -> Likeness:
    """Compare ten pictures (10, h, w) with the digits of every font, in the clock's order.

    ``margin`` is the border in px round what the digits cover. They may be displaced by a pixel.
    """
    size = pictures.shape[2] - 2 * margin, pictures.shape[1] - 2 * margin
    drawn, apart = _prepared(size, margin)
    likes = np.einsum("jp,fdp->fjd", _apart(pictures, SOFT * size[1]), apart)
    places = np.arange(10)
    orders = np.stack(
        [likes[:, places, (places - start) % 10].mean(axis=1) for start in range(10)], axis=1
    )
    number = int(np.argmax(np.abs(orders).max(axis=1)))
    best, digits = orders[number], _shown(drawn, number)
    nought = int(np.argmax(np.abs(best)))
    rest = np.delete(best * np.sign(best[nought]), nought)
    return Likeness(
        nought=nought,
        score=float(best[nought]),
        margin=float(abs(best[nought]) - rest.max()),
        known=np.roll(digits, nought, axis=0),
    )


@lru_cache(maxsize=8)
def _prepared(size: tuple[int, int], margin: int) -> tuple[Array, Array]:
    """Digits of every font in this size and a little smaller: what a coder blurs seems larger.

    As drawn (f, 10, h, w), and ready to compare, each at five places (5 f, 10, h w): up to hundreds
    of megabytes, which are touched once.
    """
    kinds = itertools.product(known(), SMALLER)
    drawn = np.stack([_scaled(font, size, less, margin) for font, less in kinds])
    apart = np.empty((len(drawn) * len(SHIFTS), 10, drawn[0, 0].size))
    for number, row in enumerate(apart):
        row[:] = _apart(_shown(drawn, number), SOFT * size[1])
    return drawn, apart


def _scaled(font: Array, size: tuple[int, int], less: int, margin: int) -> Array:
    """Ten digits in the middle of a box, ``less`` px smaller than it, with a margin."""
    smaller = max(size[0] - less, 2), max(size[1] - less, 2)
    scaled = [cv2.resize(digit, smaller, interpolation=cv2.INTER_AREA) for digit in font]
    across, down = size[0] - smaller[0] + 2 * margin, size[1] - smaller[1] + 2 * margin
    left, top = across // 2, down // 2
    return np.pad(np.stack(scaled), ((0, 0), (top, down - top), (left, across - left)))


def _shown(drawn: Array, number: int) -> Array:
    """Return the digits (10, h, w) of a font at one of five places."""
    font, place = divmod(number, len(SHIFTS))
    return np.roll(drawn[font], SHIFTS[place], (1, 2))


def _apart(pictures: Array, blur: float) -> Array:
    """Ten rows of length one: each picture, blurred, without what is common to the ten."""
    soft = np.stack([cv2.GaussianBlur(picture, (0, 0), blur) for picture in pictures])
    rows = (soft - soft.mean(axis=0)).reshape(10, -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
