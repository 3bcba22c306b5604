"""Pixels that may not be square: those of a picture whose size is nearly that of a usual shape.

Coders that want multiples of 16 make 640 x 368 of 640 x 360. Some scale the picture, so that its
pixels are 1.022 times as wide as high; some add rows, and its pixels stay square; nothing in the
stream says which.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from acceptance.metrics._shared.sources import ASPECT_SOURCE
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from acceptance.scene.build import Scene

USUAL = {Fraction(16, 9), Fraction(9, 16), Fraction(4, 3), Fraction(3, 4)}
STEP = 16  # px that coders round a side to
# pictures of sensors that have just so many pixels, all square, and look as if rounded
OWN = [
    *((2688, 1520), (2960, 1668), (2592, 1936), (1928, 1088), (1456, 1088), (808, 608)),
    *((4080, 3072), (4624, 3472), (4640, 3472), (4080, 2296), (4624, 2604)),
]
SENSORS = {frozenset(size) for size in OWN}


def other_aspect(scene: Scene) -> float | None:
    """Return the width over the height of a pixel if the picture was scaled from a usual shape.

    None where pixels are as they are said to be: where a person says it, where they are not square,
    and where the picture, or what lies between black bars in it, is exactly of a usual shape, or no
    side of it is one of these rounded as coders round.
    """
    video, bare = scene.video, Fraction(*scene.shown[2:])
    if video.sample_aspect != 1 or bare in USUAL or scene.shot.coding.sample_aspect:
        return None
    width, height = video.width, video.height
    if frozenset((width, height)) in SENSORS or Fraction(width, height) in USUAL:
        return None
    scaled = [
        shape
        for shape in USUAL
        if _rounded(height, width / shape) or _rounded(width, height * shape)
    ]
    stored = Fraction(width, height)
    nearest = min(scaled, key=lambda shape: abs(math.log(shape / stored)), default=stored)
    return float(nearest / stored) if scaled else None


def _rounded(side: int, ideal: Fraction) -> bool:
    """Whether a ``side`` is a multiple of STEP next to an ``ideal`` one that is none.

    Not where both are within a pixel: all sizes are whole.
    """
    return side % STEP == 0 and 1 <= abs(side - ideal) < STEP and ideal % STEP != 0


def lines_by_aspect(scene: Scene, direction: str, value: float) -> list[BudgetLine]:
    """Return the line of TV lines along rows, ``value``, whose pixels may not be square."""
    other = other_aspect(scene) if direction == "horizontal" else None
    if other is None:
        return []
    return [aspect_line(value * (1 - 1 / other))]


def aspect_line(apart: float) -> BudgetLine:
    """Return the line of two values, as likely, ``apart`` from one another, of which one is given.

    It is off by nothing or by all of it: the root mean square.
    """
    return BudgetLine(source=ASPECT_SOURCE, contribution=abs(apart) / math.sqrt(2), evaluation="B")
