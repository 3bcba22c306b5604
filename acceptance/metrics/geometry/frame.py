"""Units of chart and picture in which a lens is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from acceptance.charts.located import Located

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PictureFrame:
    """A picture with a chart in it; ``aspect`` is a pixel's width over its height.

    ``shown`` is the box (x, y, width, height) that lies between black bars; None: all of it.
    ``enlarged`` is the factor of a digital zoom, where one is seen.

    Lengths on the chart are in half widths of the chart, from its middle. Lengths in the picture
    are in half diagonals, from its middle, pixels made square.
    """

    place: Located
    aspect: float
    shown: tuple[int, int, int, int] | None = None
    enlarged: float = 1.0

    @property
    def size(self) -> Array:
        """Columns and rows of what is shown."""
        return np.array(self.shown[2:] if self.shown else self.place.picture)

    @property
    def half(self) -> float:
        """Half the picture's diagonal in px of square pixels, as high as the picture's."""
        return float(np.hypot(*((self.size - 1) / 2 * (self.aspect, 1))))

    @property
    def middle(self) -> Array:
        """The picture's middle (x, y), px."""
        first = np.array(self.shown[:2] if self.shown else (0, 0))
        return np.asarray(first + (self.size - 1) / 2)

    @property
    def scale(self) -> float:
        """Half the chart's width, mm."""
        return self.place.chart.size[0] / 2

    @property
    def corner(self) -> Array:
        """The picture's lower right corner (x, y), half diagonals."""
        return np.asarray((self.size - 1) / 2 * (self.aspect, 1) / self.half)

    @property
    def scale_doubt(self) -> float:
        """Relative standard uncertainty of the size of the chart's print."""
        return self.place.chart.scale_doubt

    def on_chart(self, points: Array) -> Array:
        """Convert points (n, 2) of the chart from mm to half widths of the chart."""
        return np.asarray((points - np.array(self.place.chart.size) / 2) / self.scale)

    def in_picture(self, points: Array) -> Array:
        """Convert points (n, 2) of the picture from px to half diagonals."""
        return np.asarray((points - self.middle) * (self.aspect, 1) / self.half)

    def in_pixels(self, places: Array) -> Array:
        """Convert places (n, 2) in the picture to px: inverse of ``in_picture``."""
        return np.asarray(places * self.half / (self.aspect, 1) + self.middle)

    @property
    def start(self) -> Array:
        """Homography (3, 3) between these units, where the chart was found."""
        wide, high = self.place.chart.size
        chart = np.array([[self.scale, 0, wide / 2], [0, self.scale, high / 2], [0, 0, 1]])
        x, y = self.middle
        squared = (
            np.array([[self.aspect, 0, -x * self.aspect], [0, 1, -y], [0, 0, self.half]])
            / self.half
        )
        return np.asarray(squared @ self.place.homography @ chart)
