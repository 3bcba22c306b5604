"""Where things come to lie on a page, and what it says, as the renderer has laid it out."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from acceptance.report import typesetting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from acceptance.report.typesetting import TextBox

MM = 25.4 / 96  # of a pixel of CSS
TOUCHING = 0.1  # mm; what overlaps by less only touches


@dataclass(frozen=True, kw_only=True)
class Rectangle:
    """A part of a page, in mm from its upper left corner."""

    left: float
    top: float
    width: float
    height: float

    def within(self, width: float, height: float, margin: float) -> bool:
        """Whether it lies on a sheet of this size, ``margin`` mm from each edge."""
        right, bottom = self.left + self.width, self.top + self.height
        return (
            min(self.left, self.top) >= margin - TOUCHING
            and right <= width - margin + TOUCHING
            and bottom <= height - margin + TOUCHING
        )

    def overlaps(self, other: Rectangle) -> bool:
        """Whether both cover some of the sheet together."""
        across = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        down = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return min(across, down) > TOUCHING


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """A document as it was laid out."""

    pages: int

    places: Mapping[str, Rectangle]
    """Where what has an ``id`` lies on the first page; what is not drawn has no place."""

    after: str
    """What the pages after it say."""

    words: str
    """What the first page says, line by line from the left, in whatever order the source has it."""


def overlapping(places: Mapping[str, Rectangle]) -> Iterator[tuple[str, str]]:
    """Name the places that overlap."""
    for (name, place), (other_name, other) in combinations(places.items(), 2):
        if place.overlaps(other):
            yield name, other_name


def laid_out(page: str, folder: Path) -> LaidOut:
    """Lay out a page with the pictures of a folder. Raises SetupError without the renderer."""
    document = typesetting.rendered(page, folder)
    first, *others = document.pages
    places = {name: _place(*corners) for name, corners in first.anchors.items()}
    after = "".join(box.text for page in others for box in typesetting.texts(page))
    return LaidOut(
        pages=len(document.pages), places=places, after=after, words=_read(typesetting.texts(first))
    )


def _place(*corners: float) -> Rectangle:
    x1, y1, x2, y2 = (MM * each for each in corners)
    return Rectangle(left=min(x1, x2), top=min(y1, y2), width=abs(x2 - x1), height=abs(y2 - y1))


def _read(boxes: Iterable[TextBox]) -> str:
    """Join texts as a reader finds them: what is about as high as the one before is beside it."""
    found = [
        (box.position_y + box.height / 2, box.position_x, box.height, box.text) for box in boxes
    ]
    lines = list[list[tuple[float, float, float, str]]]()
    for each in sorted(found):
        if lines and each[0] - lines[-1][-1][0] < min(each[2], lines[-1][-1][2]) / 2:
            lines[-1].append(each)
        else:
            lines.append([each])
    ordered = (sorted(line, key=lambda each: each[1]) for line in lines)
    return "\n".join("".join(each[3] for each in line) for line in ordered)
