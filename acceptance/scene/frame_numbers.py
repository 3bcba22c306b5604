"""Numbers beside the frames in a still: they tell what each frames, in grey print too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

FONT = cv2.FONT_HERSHEY_SIMPLEX
INK, PAPER = (255, 255, 255), (0, 0, 0)
SIZE = 0.018  # height of a number, of the picture's
LEAST = 10  # px
TALL = 21  # px, height of a digit of FONT at scale 1
SMALL = 3.0  # numbers wide: of smaller regions not each has its number
APART = 6.0  # numbers wide, between two of such regions that have one

Box = tuple[int, int, int, int]  # left, top, right, bottom in px


@dataclass(frozen=True, kw_only=True)
class Framed:
    """A frame in a still."""

    number: int
    box: Box


def write(picture: NDArray[np.uint8], frames: Iterable[Framed]) -> None:
    """Write numbers into a picture (h, w, 3), each at a corner of its frame.

    No number lies over another, and of small regions side by side (bits of a clock) only some have
    theirs: they would hide the picture.
    """
    tall = max(LEAST, round(picture.shape[0] * SIZE))
    taken = list[Framed]()
    for framed in frames:
        spot = _spot(framed, picture, tall, taken)
        if spot:
            taken.append(Framed(number=framed.number, box=spot))
            _draw(picture, spot, framed.number)


def _spot(framed: Framed, picture: NDArray[np.uint8], tall: int, taken: list[Framed]) -> Box | None:
    """Return where there is room for a number: outside a corner of the frame, else inside it."""
    left, top, right, bottom = framed.box
    small = min(right - left, bottom - top) < SMALL * tall
    height, width = picture.shape[:2]
    for x, y in _corners(framed.box, tall):
        spot = (x, y, x + tall, y + tall)
        on_it = min(x, y) >= 0 and spot[2] <= width and spot[3] <= height
        if on_it and not any(_hinders(spot, each, framed, tall, small=small) for each in taken):
            return spot
    return None


def _corners(box: Box, tall: int) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = box
    yield from ((left, top - tall), (left - tall, top), (right, top), (left, bottom))
    yield left, top


def _hinders(spot: Box, other: Framed, framed: Framed, tall: int, *, small: bool) -> bool:
    """Whether a number lies over another, or too near to its like."""
    alike = small and other.number == framed.number
    apart = APART * tall if alike else 0.0
    across = max(spot[0] - other.box[2], other.box[0] - spot[2])
    down = max(spot[1] - other.box[3], other.box[1] - spot[3])
    return max(across, down) < apart


def _draw(picture: NDArray[np.uint8], spot: Box, number: int) -> None:
    left, top, right, bottom = spot
    tall = bottom - top
    scale = 0.65 * tall / TALL
    thick = max(1, round(scale * 1.6))
    (width, height), _ = cv2.getTextSize(str(number), FONT, scale, thick)
    cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), PAPER, cv2.FILLED)
    at = (left + (tall - width) // 2, top + (tall + height) // 2)
    cv2.putText(picture, str(number), at, FONT, scale, INK, thick, cv2.LINE_AA)
