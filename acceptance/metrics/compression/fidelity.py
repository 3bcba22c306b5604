"""How near one picture comes to another: squared error and structural similarity, on codes.

SSIM follows Z. Wang et al., IEEE Trans. Image Processing 13 (2004) 600-612 (doi
10.1109/TIP.2003.819861): Gaussian window of 11 x 11 taps with sigma 1.5, K1 = 0.01, K2 = 0.03, L =
2^n - 1, variances with 1/N, no decimation, mean over the windows that lie wholly in the picture.
scikit-image says so with ``gaussian_weights=True, sigma=1.5, use_sample_covariance=False``, libvmaf
(to 0.0004) ``float_ssim:scale=1``; the filter ``ssim`` of ffmpeg (blocks of 8 x 8) is another
figure of the same name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.messages import tr

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo
    from acceptance.footage.planes import Plane

RADIUS, SIGMA = 5, 1.5
WINDOW = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / SIGMA) ** 2)
WINDOW /= WINDOW.sum()
K1, K2 = 0.01, 0.03
SMALLEST = 2 * RADIUS + 1


def squared_error(plane: Plane, other: Plane) -> float:
    """Mean squared difference of two planes (h, w), in codes squared."""
    kind = np.float32 if plane.dtype != other.dtype else plane.dtype
    total = cv2.norm(plane.astype(kind, copy=False), other.astype(kind, copy=False), cv2.NORM_L2SQR)
    return float(total) / plane.size


def ssim(plane: Plane, other: Plane, peak: float) -> float:
    """Compute the structural similarity of two pictures.

    Parameters
    ----------
    plane, other
        Codes (h, w) of both pictures, 0 to ``peak``, at least 11 x 11 px.
    peak
        Highest code, 2^n - 1.

    Returns
    -------
    float
        Mean over all windows, -1 to 1; equal planes give 1.

    Raises
    ------
    ValueError
        When the planes are not two finite 2-D arrays of one shape of at least 11 x 11 px, or
        ``peak`` is not above 0.

    Notes
    -----
    Z. Wang et al., IEEE Trans. Image Processing 13 (2004) 600-612; see the module's description.
    """
    if plane.ndim != 2 or plane.shape != other.shape or min(plane.shape) < SMALLEST:
        shapes = {"shape": plane.shape, "other": other.shape, "least": SMALLEST}
        what = tr(
            "SSIM needs two planes of one shape, {least} px or more, not {shape} and {other}",
            **shapes,
        )
        raise ValueError(what)
    if not (peak > 0 and np.isfinite(plane).all() and np.isfinite(other).all()):
        raise ValueError(tr("SSIM needs finite codes and a peak above 0, not {peak}", peak=peak))
    # sums of squares about the middle keep their digits in single precision
    middle = (peak + 1) / 2
    x, y = (codes.astype(np.float32) - np.float32(middle) for codes in (plane, other))
    mean_x, mean_y = _windowed(x), _windowed(y)
    power, product = _windowed(x * x + y * y), _windowed(x * y)
    power -= mean_x * mean_x + mean_y * mean_y  # both variances
    product -= mean_x * mean_y  # covariance
    mean_x, mean_y = mean_x + middle, mean_y + middle
    c1, c2 = (K1 * peak) ** 2, (K2 * peak) ** 2
    above = (2 * mean_x * mean_y + c1) * (2 * product + c2)
    below = (mean_x * mean_x + mean_y * mean_y + c1) * (power + c2)
    return float(np.mean(above / below, dtype=np.float64))


def _windowed(plane: Plane) -> Plane:
    return cv2.sepFilter2D(plane, -1, WINDOW, WINDOW)[RADIUS:-RADIUS, RADIUS:-RADIUS]


def detail(plane: Plane) -> float:
    """Mean square (codes^2) of what a blur of sigma 3 px takes from a plane (h, w), noise too."""
    codes = plane.astype(np.float32)
    return squared_error(codes, cv2.GaussianBlur(codes, (0, 0), 3))


def decibels(error: float, peak: float) -> float:
    """Peak signal-to-noise ratio in dB of a mean squared ``error``; 1.0 at peak 255 is 48.13 dB.

    ``error`` is above 0.
    """
    return 10 * math.log10(peak * peak / error)


@dataclass(frozen=True, kw_only=True)
class Codes:
    """What the codes of a stream mean: black and white of luma, middle and span of chroma."""

    depth: int
    full_range: bool

    @classmethod
    def of(cls, info: VideoInfo) -> Codes:
        """Take the coding that a clip states."""
        return cls(depth=info.depth, full_range=info.full_range)

    @property
    def peak(self) -> float:
        """Highest code, 2^n - 1."""
        return float((1 << self.depth) - 1)

    def span(self, *, chroma: bool) -> float:
        """Codes from black to white, or from one end of a colour difference to the other."""
        return self.peak if self.full_range else float((224 if chroma else 219) << (self.depth - 8))

    def zero(self, *, chroma: bool) -> float:
        """Code of black, or of no colour."""
        if chroma:
            return float(1 << (self.depth - 1))
        return 0.0 if self.full_range else float(16 << (self.depth - 8))


def brought_to(plane: Plane, coding: Codes, wanted: Codes, *, chroma: bool) -> Plane:
    """Express codes (h, w) of one coding in another, unrounded.

    Where both are the same, the plane itself is returned.
    """
    if coding == wanted:
        return plane
    gain = wanted.span(chroma=chroma) / coding.span(chroma=chroma)
    above_zero = plane.astype(np.float32) - coding.zero(chroma=chroma)
    return above_zero * gain + wanted.zero(chroma=chroma)


def cut(plane: Plane, shift: tuple[int, int], luma: tuple[int, ...]) -> Plane:
    """Cut a plane to what it shares with a picture that lies ``shift`` elsewhere.

    The plane is of a picture with ``luma`` (rows, columns). ``shift`` is (across, down) in luma px:
    the moved picture is cut by the shift, the one that stays by its negative.
    """
    rows, columns = plane.shape
    across, down = round(shift[0] * columns / luma[1]), round(shift[1] * rows / luma[0])
    return plane[max(0, down) : rows + min(0, down), max(0, across) : columns + min(0, across)]
