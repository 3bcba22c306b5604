"""The mark that says which half of the day a clock of 12 hours shows: AM, PM, am, pm, 上午, 下午.

Letters are no part of what the seconds teach. So they are drawn in the fonts inside OpenCV, at the
height of the clock's own digits, and looked for beside the time, before or after it (normalised
correlation: J. P. Lewis, Vision Interface 1995). A mark counts only where both its characters are
found, stand by themselves (no CAM, no PM2.5), and the first leads that of the other half.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.metrics._osd_clock.matching import BROAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

HALF = 43200  # s
MARKS = (("A", "P", "M"), ("a", "p", "m"), ("上", "下", "午"))  # first of either half, second
FACES, WEIGHTS, OUTLINES = ("sans", "uni"), (400, 700), (0, 4)
SIZES, WIDTHS = (0.84, 0.92, 1.0, 1.09, 1.19), (0.8, 1.0, 1.25)
DRAWN, FRAME = 64, 40  # px, size that letters are drawn in, and what is left round them
ABOVE, BELOW = 0.3, 0.35  # of the digits' height, what is compared above and below them
SLACK = 0.12  # digit heights by which a letter may stand higher or lower
FARTHEST = 2.0  # digit heights from the time to the mark
SECOND = (0.4, 1.7)  # digit heights from the left edge of the first character to the second's
LEAST, AHEAD = 0.6, 0.12  # correlation of either character; lead of the first over the other half's
BLANK = 0.1  # of the ink beside the time, below which there is no character
BESIDE, BARE = 0.42, 0.27  # digit heights beside a mark; share of its ink that may stand there


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """A mark at best: ``score`` of its weaker character, ``lead`` of its ``half``, its columns.

    ``alone``: hardly any ink stands just before and after it.
    """

    score: float
    lead: float
    half: int
    begin: int
    end: int
    alone: bool = False


def read(picture: Floats, begin: int, end: int, row: int, height: int) -> int | None:
    """Half of the day, 0 or 1, that a mark beside the time shows; None where none is sure.

    ``picture`` (h, w) is the mean of frames of one half of the day; the time covers the columns
    from ``begin`` to ``end`` px, its digits ``height`` px from ``row`` on.
    """
    top = row - round((ABOVE + SLACK) * height)
    rows = np.arange(top, row + height + round((BELOW + SLACK) * height))
    flat = picture - cv2.GaussianBlur(picture, (0, 0), BROAD * height)
    band = flat[np.clip(rows, 0, len(flat) - 1)]
    reach = round((FARTHEST + SECOND[1] + 1.5) * height)
    sides = band[:, max(0, begin - reach) : begin], band[:, end : end + reach]
    found = [mark for side in sides for mark in _marks(side, height)]
    sure = [mark for mark in found if mark.alone and mark.score >= LEAST and mark.lead >= AHEAD]
    return max(sure, key=lambda mark: mark.score).half if sure else None


def _marks(side: Floats, height: int) -> Iterator[_Mark]:
    """Yield the best place of each kind of mark, of either polarity, beside the time."""
    for (morning, evening, second), sign in product(MARKS, (1, -1)):
        ink = np.ascontiguousarray(side * np.float32(sign))
        firsts = [_fits(ink, letter, height) for letter in (morning, evening)]
        mark = _placed(firsts, _fits(ink, second, height), height)
        if mark:
            yield replace(mark, alone=_alone(ink, mark, height))


def _placed(
    firsts: list[tuple[Floats, Floats]], second: tuple[Floats, Floats], height: int
) -> _Mark | None:
    """Find where first and second character fit best together; fits and widths (w,) of each."""
    near, far = (round(heights * height) for heights in SECOND)
    most = np.maximum(firsts[0][0], firsts[1][0])
    if len(most) <= far:
        return None
    after = np.lib.stride_tricks.sliding_window_view(
        np.pad(second[0], (0, far + 1), constant_values=-1), far + 1
    )[: len(most), near:]
    at = int(np.argmax(np.minimum(most, after.max(axis=1))))
    other = at + near + int(np.argmax(after[at]))
    around = slice(max(0, at - 2), at + 3)
    scores = [float(fits[around].max()) for fits, _ in firsts]
    half = int(scores[1] > scores[0])
    return _Mark(
        score=min(scores[half], float(second[0][min(other, len(most) - 1)])),
        lead=abs(scores[1] - scores[0]),
        half=half,
        begin=at,
        end=other + round(float(second[1][min(other, len(most) - 1)])),
    )


def _alone(side: Floats, mark: _Mark, height: int) -> bool:
    wide = max(2, round(BESIDE * height))
    ink = np.maximum(side[round((ABOVE + SLACK) * height) :][:height], 0)
    inside = float(ink[:, mark.begin : mark.end].mean())
    around = ink[:, max(0, mark.begin - wide) : mark.begin], ink[:, mark.end : mark.end + wide]
    return all(part.size == 0 or float(part.mean()) <= BARE * inside for part in around)


def _fits(part: Floats, letter: str, height: int) -> tuple[Floats, Floats]:
    """Highest correlation (w,) of a letter by its left edge, over faces and sizes; its width."""
    best = np.full(part.shape[1], -1, np.float32)
    widths = np.zeros(part.shape[1], np.float32)
    for template in _templates(letter, height):
        if template.shape[1] > part.shape[1] or template.shape[0] > part.shape[0]:
            continue
        fits = cv2.matchTemplate(part, template, cv2.TM_CCOEFF_NORMED).max(axis=0)
        power = np.convolve(np.square(part).sum(axis=0), np.ones(template.shape[1]), "valid")
        fits[power < BLANK * power.max()] = -1
        higher = fits > best[: len(fits)]
        best[: len(fits)][higher] = fits[higher]
        widths[: len(fits)][higher] = template.shape[1]
    return best, widths


@lru_cache(maxsize=64)
def _templates(letter: str, height: int) -> tuple[Floats, ...]:
    """Draw a letter in every face, weight, size and width, as sharp as ``read`` makes the picture.

    The digits that belong to it would be ``height`` px high at size 1, and fill the rows between
    ABOVE and BELOW.
    """
    rows = round((ABOVE + 1 + BELOW) * height)
    drawn = []
    looks = product(FACES, WEIGHTS, OUTLINES)
    for look, size, width in product(looks, SIZES, WIDTHS):
        picture, digits, base = _drawn(letter, *look)
        scale = size * height / digits
        wide = max(3, round(picture.shape[1] * scale * width))
        small = cv2.resize(picture, (wide, round(picture.shape[0] * scale)), interpolation=3)
        top = round(base * scale) - round((ABOVE + 1) * height)
        small = np.pad(small, ((max(0, -top), rows), (0, 0)))[max(0, top) :][:rows]
        drawn.append(small - cv2.GaussianBlur(small, (0, 0), BROAD * height))
    return tuple(drawn)


@lru_cache
def _drawn(letter: str, face: str, weight: int, outline: int) -> tuple[Floats, int, int]:
    """Return a letter's picture, cropped at its sides, height of that font's 0, and its base row.

    It is 1 in the strokes, -1 in an outline so many px wide.
    """
    font, base = cv2.FontFace(face), FRAME + DRAWN
    canvas = np.zeros((2, base + FRAME, 3 * DRAWN), np.uint8)
    for picture, text in zip(canvas, (letter, "0"), strict=True):
        cv2.putText(picture, text, (FRAME, base), 255, font, DRAWN, weight)
    columns = np.flatnonzero(canvas[0].max(axis=0) > 127)
    digits = np.flatnonzero(canvas[1].max(axis=1) > 127)
    cropped = canvas[0][:, columns[0] - 2 : columns[-1] + 3].astype(np.float32) / 255
    widened = cv2.dilate(cropped, np.ones((2 * outline + 1, 2 * outline + 1)))
    return 2 * cropped - widened, int(np.ptp(digits)) + 1, int(digits[-1]) + 1
