"""Whether a line lies on a wedge along rows or columns: a wire, a scratch, a line of an overlay.

Bars are told by their phase; what they leave has no row or column of its own. A line does: it is
in step with the bars in some places and against them in others, so that a reading may be too high
or too low.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._shared.ordered import quantiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from acceptance.metrics.resolution.wedge import WedgePixels

    Array = NDArray[np.float64]

COARSE = 0.12  # cycles a px: below, what is printed beside a sine is seen, too
FEWEST, LEAST = 10, 6  # pixels of a row or column, and rows or columns
# mean of a row or column beside that of most, in scatters of the others and of the step: 6.8 and
# 0.07 at most, and never both near, in 31 films that bear no line
LINED, LEAST_LINED = 9.0, 0.08
OF_NORMAL = 1.4826  # standard deviation over the median of what lies off the median


def refuse_lined(name: str, pixels: WedgePixels, values: Array, step: float) -> None:
    """Refuse a wedge, ``name``, on whose fine bars a line lies along rows or columns.

    ``values`` (p,) are those of its ``pixels``, ``step`` is light less dark in their unit. Raises
    GapError ``field_hidden``, and ``region_too_small`` as reading it does.
    """
    for off, scatter in _off(pixels, _left(pixels, values)):
        if off > max(LINED * scatter, LEAST_LINED * step):
            raise GapError("field_hidden", region=name)


def _left(pixels: WedgePixels, values: Array) -> Array:
    """Return what offset and bars, told by neighbouring lines, leave of values; nan: not told."""
    together = pixels.together()
    normal = together.sums(pixels.normal) + 1e-9 * np.eye(3)
    fitted = np.linalg.solve(normal, together.sums(pixels.right(values))[..., None])[..., 0]
    of_line = np.full((3, pixels.lines.count), np.nan)
    of_line[:, pixels.usable[together.centre]] = fitted.T
    of_line[:, pixels.frequency <= COARSE] = np.nan
    offset, cosine, sine = of_line[:, pixels.lines.line]
    return np.asarray(values - offset - cosine * pixels.waves[0] - sine * pixels.waves[1])


def _off(pixels: WedgePixels, left: Array) -> Iterator[tuple[float, float]]:
    """Yield, of rows and of columns, the furthest mean beside the middle one, and the scatter."""
    known = np.isfinite(left)
    for number in np.divmod(pixels.place[known], pixels.shape[1]):
        counts = np.bincount(number)
        means = (np.bincount(number, left[known]) / np.maximum(counts, 1))[counts >= FEWEST]
        if means.size >= LEAST:
            off = np.abs(means - quantiles(means, (0.5,))[0])
            yield float(off.max()), OF_NORMAL * float(quantiles(off, (0.5,))[0])
