"""Bits of a clock that stand half-way: of a camera's picture of it, which is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Readings

# light of a bit that is half-way, by how much it may differ in the next frame, and the share of
# frames with such a bit from which they are of held pictures
HALF_WAY, SAME, STANDING = (0.2, 0.8), 0.12, 0.05


def stand(readings: Readings) -> bool:
    """Whether bits stand half-way oftener than those of a screen."""
    return standing(readings) > STANDING


def standing(readings: Readings) -> float:
    """Return the share of frames in which a bit is half-way as it was in the frame before.

    A screen's refresh changes within one frame of a film, or its light rises over two or three; it
    does not stand still half-way. A camera's exposure may have blended two refreshes for good.
    """
    seen = readings.only(np.flatnonzero(readings.readable)).low
    least, most = HALF_WAY
    half = (seen > least) & (seen < most)
    same = np.abs(np.diff(seen, axis=0)) < SAME
    return float(np.mean((half[1:] & half[:-1] & same).any(axis=(1, 2))))
