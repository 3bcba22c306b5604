"""Where a recorded picture lies on its reference: shift and scale, whatever gain and offset.

Phase correlation (scikit-image) finds the whole shift, then the affine transform with the largest
enhanced correlation coefficient the rest (G. D. Evangelidis, E. Z. Psarakis, IEEE Trans. PAMI 30
(2008) 1858-1865, doi 10.1109/TPAMI.2008.113). The result is the median over several pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from acceptance.footage.planes import Plane

WIDTH = 640  # px at which pictures are compared
SMOOTHING = 5  # px, for the gradient's sake
ROUNDS = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_COUNT, 50, 1e-5)
LEAST_CORRELATION = 0.5


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Where points of the reference are recorded: x from the middle at ``scale`` x + ``shift``.

    All places are in px. ``shift`` and ``scale`` are (across, down); ``likeness`` is the
    correlation there, up to 1.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    likeness: float = 1.0

    @property
    def whole(self) -> tuple[int, int]:
        """The shift in whole pixels."""
        return round(self.shift[0]), round(self.shift[1])

    @property
    def rest(self) -> float:
        """What whole pixels leave of the shift, in px: the longer of across and down."""
        return max(abs(shift - whole) for shift, whole in zip(self.shift, self.whole, strict=True))

    def stretch(self, width: int, height: int) -> float:
        """How far the scale displaces a picture's border, in px: the longer of across and down."""
        return max(abs(self.scale[0] - 1) * width / 2, abs(self.scale[1] - 1) * height / 2)


def register(pairs: Iterable[tuple[Plane, Plane]]) -> Registration | None:
    """Find where the recorded of ``pairs`` (recorded, reference; luma (h, w)) lie.

    The result is the median over the pairs; None where none of them shows it.
    """
    found = [place for pair in pairs if (place := _of_pair(*pair)) is not None]
    if not found:
        return None
    rows = [(*place.shift, *place.scale, place.likeness) for place in found]
    middle = np.median(rows, axis=0).tolist()
    return Registration(
        shift=(middle[0], middle[1]), scale=(middle[2], middle[3]), likeness=middle[4]
    )


def _of_pair(recorded: Plane, reference: Plane) -> Registration | None:
    smaller = min(1.0, WIDTH / recorded.shape[1])
    seen, wanted = (_reduced(plane, smaller) for plane in (recorded, reference))
    if min(seen.std(), wanted.std()) == 0:
        return None
    likeness, found = _transform(seen, wanted)
    if likeness < LEAST_CORRELATION:
        return None
    middle = np.array([(wanted.shape[1] - 1) / 2, (wanted.shape[0] - 1) / 2])
    shift = (found @ np.append(middle, 1) - middle) / smaller
    across, down = shift.tolist()
    return Registration(
        shift=(across, down),
        scale=(float(found[0, 0]), float(found[1, 1])),
        likeness=likeness,
    )


def _transform(seen: Plane, wanted: Plane) -> tuple[float, NDArray[np.float32]]:
    """Correlation and affine transform (2, 3) of the best match; 0 where it does not converge."""
    from skimage.registration import phase_cross_correlation  # noqa: PLC0415 -- late: 0.1 s

    whole, *_ = phase_cross_correlation(seen, wanted)  # type: ignore[no-untyped-call]  # no types
    down, across = whole
    start = np.array([[1, 0, across], [0, 1, down]], np.float32)
    everywhere = np.ones(wanted.shape, np.uint8)
    try:
        likeness, found = cv2.findTransformECC(
            wanted, seen, start, cv2.MOTION_AFFINE, ROUNDS, everywhere, SMOOTHING
        )
    except cv2.error as error:
        if error.code == cv2.Error.StsNoMem:
            raise
        return 0.0, start
    return float(likeness), np.asarray(found, np.float32)


def _reduced(plane: Plane, smaller: float) -> Plane:
    plane = plane.astype(np.float32)
    if smaller >= 1:
        return plane
    return cv2.resize(plane, None, fx=smaller, fy=smaller, interpolation=cv2.INTER_AREA)
