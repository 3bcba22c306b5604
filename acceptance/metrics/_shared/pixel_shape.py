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
WIDE = (16, 10), (3, 2), (5, 4), (17, 9), (256, 135), (2, 1), (1, 1)
RARE = {Fraction(*shape) for pair in WIDE for shape in (pair, pair[::-1])}
# pictures of sensors that have just so many pixels, all square
OWN = (2688, 1520), (2560, 1944), (2592, 1520), (3280, 2464), (4056, 3040), (4208, 3120)
SENSORS = {Fraction(*size) for size in (*OWN, (4656, 3496), (1936, 1216))}
LESS_LIKELY = 2  # times as near a rare shape must be, to be taken for the one it was scaled from
NEAR = 0.07  # of the logarithm of the shape: 16 of 240 rows, the usual step of a small picture


def other_aspect(scene: Scene) -> float | None:
    """Return the width over the height of a pixel if the picture was scaled from a usual shape.

    None where pixels are as they are said to be: where a person says it, where they are not square,
    and where the picture, or what lies between black bars in it, is exactly of a usual shape, or of
    none.
    """
    video, bare = scene.video, Fraction(*scene.shown[2:])
    if video.sample_aspect != 1 or bare in USUAL | RARE or scene.shot.coding.sample_aspect:
        return None
    stored = Fraction(video.width, video.height)
    known = stored in USUAL | RARE | SENSORS | {1 / shape for shape in SENSORS}
    away = {shape: abs(math.log(shape / stored)) for shape in USUAL | RARE}
    nearest = min(away, key=lambda shape: away[shape] * (LESS_LIKELY if shape in RARE else 1))
    return float(nearest / stored) if away[nearest] < NEAR and not known else None


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
