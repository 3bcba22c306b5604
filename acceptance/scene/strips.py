"""Strips: small regions kept in every frame, for burnt-in text that changes from frame to frame.

Bounded: of a long clip only frames at either end are kept, which show its clock at both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.scene.named_boxes import boxes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from acceptance.footage.clip import Clip, Frame
    from acceptance.model import Box

KIND = "osd"  # the word in a region's name that asks for a strip
MOST_FRAMES = 4096
MOST_BYTES = 100_000_000  # of all strips together


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A region of the picture in n frames."""

    luma: NDArray[np.uint8]
    """Codes (n, h, w) at 8 bits, read-only."""
    frames: NDArray[np.int64]
    """Numbers (n,) of the frames, ascending."""


class Strips:
    """Cuts strips while frames are decoded."""

    def __init__(self, opened: Clip, regions: Mapping[str, Box]) -> None:
        self.shift = opened.info.depth - 8
        self.boxes = boxes_of(KIND, regions)
        area = sum(width * height for _, _, width, height in self.boxes.values())
        most = min(MOST_FRAMES, max(2, MOST_BYTES // max(area, 1)))
        count = len(opened.packets)
        self.gap = range(most // 2, count - most // 2) if count > most else range(0)
        self.kept: dict[str, list[NDArray[np.uint8]]] = {name: [] for name in self.boxes}
        self.frames: list[int] = []

    def see(self, frame: Frame) -> None:
        """Keep what the regions show in this frame."""
        if not self.boxes or frame.index in self.gap:
            return
        self.frames.append(frame.index)
        for name, (x, y, width, height) in self.boxes.items():
            part = frame.luma[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)]
            self.kept[name].append((part >> self.shift).astype(np.uint8))

    def cut(self) -> dict[str, Strip]:
        """Return the strips by region."""
        frames = np.array(self.frames, np.int64)
        return {
            name: Strip(luma=_stacked(parts), frames=frames)
            for name, parts in self.kept.items()
            if parts
        }


def _stacked(parts: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    stack = np.stack(parts)
    stack.flags.writeable = False
    return stack
