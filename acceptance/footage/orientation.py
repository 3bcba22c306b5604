"""How a picture is to be turned, and whether it is mirrored: by display matrix or EXIF."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.planes import side_data

if TYPE_CHECKING:
    import av

# orientation of EXIF (CIPA DC-008, 4.6.4): turn counterclockwise, then mirrored left to right
EXIF = {
    1: (0, False),
    2: (0, True),
    3: (180, False),
    4: (180, True),
    5: (-90, True),
    6: (-90, False),
    7: (90, True),
    8: (90, False),
}


def of_frame(frame: av.VideoFrame) -> tuple[int, bool]:
    """Return by how many degrees to turn a film's frame counterclockwise, and whether to mirror it.

    FFmpeg's own number takes a mirrored picture for a turned one.
    """
    data = side_data(frame, "DISPLAYMATRIX")
    if data is None:
        return frame.rotation, False
    matrix = np.frombuffer(memoryview(data), "=i4", count=9).reshape(3, 3)[:2, :2]
    return of_matrix(*matrix.ravel().tolist())


def of_still(frame: av.VideoFrame, exif: int) -> tuple[int, bool]:
    """Return the same of a still, whose EXIF says ``exif``, 1 to 8."""
    turn, mirrored = EXIF[exif]
    return (turn, mirrored) if mirrored else (frame.rotation, False)


def of_matrix(a: float, b: float, c: float, d: float) -> tuple[int, bool]:
    """Return turn and mirroring of a display matrix: x' = a x + c y, y' = b x + d y.

    ISO/IEC 14496-12, 6.2.2. Turns are of whole quarters, the nearest.
    """
    mirrored = a * d - b * c < 0
    if mirrored:  # mirrored once more, a turn is left
        a, c = -a, -c
    quarters = round(-math.atan2(b, a) / (math.pi / 2))
    return 90 * quarters, mirrored
