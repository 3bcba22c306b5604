"""What is written over the tiles in the still of a wall: latency, or that there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from acceptance.model import Measurement, Note, Value

SHOWN = ("latency.glass_to_glass", "latency.tile_lag")
TILE = "tile."
FONT = cv2.FONT_HERSHEY_SIMPLEX
INK, PAPER = (255, 255, 255), (0, 0, 0)
SIZE = 1 / 45  # of a line, of the picture's height
TALL = 22.0  # px of the font's capitals at scale 1


@dataclass(frozen=True, kw_only=True)
class TileLabel:
    """Lines of text about a point (x, y) of the picture, px."""

    x: int
    y: int
    lines: tuple[str, ...]


def of(found: Iterable[Measurement], notes: Iterable[Note]) -> list[TileLabel]:
    """Return a label for each tile: mean and worst with U, in ms, or the code of why it has none.

    Digits and codes only: they are the same in every language.
    """
    places: dict[str, tuple[int, int]] = {}
    lines: dict[str, list[str]] = {}
    for figure in found:
        if figure.region.startswith(TILE) and figure.quantity in SHOWN:
            places[figure.region] = _place(figure.details)
            if figure.statistic in {"mean", "worst"}:
                text = f"{figure.statistic} {figure.value:.1f} +- {figure.expanded:.1f} ms"
                lines.setdefault(figure.region, [_name(figure.region)]).append(text)
    for note in notes:
        if note.region.startswith(TILE) and "x" in note.reason.parameters:
            places[note.region] = _place(note.reason.parameters)
            lines[note.region] = [_name(note.region), f"- ({note.reason.code})"]
    return [
        TileLabel(x=x, y=y, lines=tuple(lines[region]))
        for region, (x, y) in places.items()
        if region in lines
    ]


def _place(stated: Mapping[str, Value]) -> tuple[int, int]:
    return int(stated["x"]), int(stated["y"])


def _name(region: str) -> str:
    """Return a tile's name as it is written: 2.3 for row 2, column 3."""
    return region.removeprefix(TILE).replace("row", "").replace("column", "")


def write(picture: NDArray[np.uint8], labels: Sequence[TileLabel]) -> None:
    """Write labels into a picture (h, w, 3)."""
    step = max(10, round(picture.shape[0] * SIZE))
    scale = 0.7 * step / TALL
    thick = max(1, round(scale * 2))
    for label in labels:
        sizes = [cv2.getTextSize(line, FONT, scale, thick)[0] for line in label.lines]
        width, height = max(size[0] for size in sizes), step * len(label.lines)
        left, top = label.x - width // 2, label.y - height // 2
        corner = (left - step // 3, top - step // 3), (left + width + step // 3, top + height)
        cv2.rectangle(picture, *corner, PAPER, cv2.FILLED)
        for number, line in enumerate(label.lines, start=1):
            at = (left, top + number * step - step // 3)
            cv2.putText(picture, line, at, FONT, scale, INK, thick, cv2.LINE_AA)
