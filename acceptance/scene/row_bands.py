"""Means of bands of rows of a flat field, in every frame: how its light changes over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.scene.named_boxes import boxes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from acceptance.footage.clip import Frame
    from acceptance.model import Box

KIND = "field"  # the word in a region's name that asks for them
MOST = 48  # bands


class RowBands:
    """Takes the means of bands while frames are decoded."""

    def __init__(self, regions: Mapping[str, Box]) -> None:
        self.boxes = boxes_of(KIND, regions)
        self.means: dict[str, list[NDArray[np.float32]]] = {name: [] for name in self.boxes}

    def see(self, frame: Frame) -> None:
        """Take in one decoded frame."""
        for name, (x, y, width, height) in self.boxes.items():
            part = frame.luma[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)]
            if part.size:
                self.means[name].append(_means(part))

    def columns(self) -> dict[str, NDArray[np.float32]]:
        """Return the mean codes (n, bands) of each region, from its upper end down."""
        return {name: np.array(means) for name, means in self.means.items() if means}


def _means(part: NDArray[np.integer]) -> NDArray[np.float32]:
    rows, columns = part.shape
    starts = np.arange(min(rows, MOST)) * rows // min(rows, MOST)
    sums = np.add.reduceat(part.sum(axis=1, dtype=np.int64), starts)
    return np.asarray(sums / (columns * np.diff([*starts, rows])), np.float32)
