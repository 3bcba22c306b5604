"""From light on a simulated camera's pixels to codes.

It applies the transfer curve (``Camera.signal``), Y'CbCr with 4:2:0 colour (ITU-R BT.709-6, 3.2 and
BT.601-7, 2.5), noise in code values and quantisation. With a ``Sensor`` exposure and noise follow
the illuminance on the scene.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from acceptance.simulate.camera import WEIGHTS
from acceptance.simulate.processing import before, kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Point
    from acceptance.simulate.camera import Camera, Light

Plane = NDArray[np.uint8 | np.uint16]
Planes = tuple[Plane, ...]

MIDDLE = 0.18  # reflectance whose noise the colour planes have everywhere
NOISE_SAMPLES = 1 << 23


def coded(camera: Camera, base: Light) -> list[Light]:
    """Return luma (h, w), and of three channels Cb and Cr of half size, of light (channels, h, w).

    Codes are of 8 bits, noise-free and not rounded.
    """
    reaching, base = falloff(camera, base.shape[1:]), base * lamps(camera, base.shape[1:])
    if len(base) == 1:
        return [grey(camera, base[0], reaching)]
    light = _lit(camera, base, reaching) * tinted(camera, base.shape[1:])
    signal = camera.signal(camera.rendered(processed(camera, light)))
    low, high = camera.code_range
    red, green, blue = WEIGHTS[camera.matrix]
    luma = red * signal[0] + green * signal[1] + blue * signal[2]
    span = 255 if camera.full_range else 224
    colours = ((signal[c] - luma) / (2 * (1 - weight)) for c, weight in ((2, blue), (0, red)))
    shift = camera.chroma_shift[0] / 2, camera.chroma_shift[1] / 2
    planes = (128 + span * moved(_halved(colour), shift) for colour in colours)
    return [low + (high - low) * luma, *planes]


def grey(camera: Camera, base: Light, reaching: Light) -> Light:
    """Return the luma of grey light (h, w) where ``reaching`` (h, w) of it reaches the sensor."""
    low, high = camera.code_range
    signal = camera.signal(_lit(camera, base, reaching))
    return np.asarray(np.float32(low) + np.float32(high - low) * signal)


def _lit(camera: Camera, base: Light, reaching: Light) -> Light:
    light = (camera.black + (camera.white - camera.black) * base) * reaching
    return np.asarray(np.float32(camera.level) * light)


def processed(camera: Camera, plane: Light) -> Light:
    """Return a plane (h, w), or planes (c, h, w), of light or of noise after the filter."""
    if not (camera.sharpening or camera.smoothing):
        return plane
    if plane.ndim > 2:
        return np.stack([processed(camera, channel) for channel in plane])
    values, border = kernel(camera), cv2.BORDER_REFLECT_101
    return np.asarray(cv2.filter2D(plane, cv2.CV_32F, values, borderType=border), np.float32)


def falloff(camera: Camera, shape: tuple[int, ...]) -> Light:
    """Return the share of the light that reaches each pixel of a picture of ``shape``."""
    if not camera.vignetting and camera.hot_spot == 1:
        return np.broadcast_to(np.float32(1), shape)
    rows, columns = (np.arange(n) - (n - 1) / 2 for n in shape)
    radius = (rows[:, None] ** 2 + columns**2) / (rows[0] ** 2 + columns[0] ** 2)
    return np.asarray((1 - camera.vignetting * radius) * camera.hot_spot**-radius, np.float32)


def tinted(camera: Camera, shape: tuple[int, ...]) -> Light:
    """Return the share of red, green and blue (3, h, w) that ``colour_shading`` leaves."""
    if camera.colour_shading == (0.0, 0.0):
        return np.ones((3, 1, 1), np.float32)
    rows, columns = (np.arange(n) - (n - 1) / 2 for n in shape)
    radius = (rows[:, None] ** 2 + columns**2) / (rows[0] ** 2 + columns[0] ** 2)
    red, blue = camera.colour_shading
    return np.stack([1 - lost * radius for lost in (red, 0.0, blue)]).astype(np.float32)


def lamps(camera: Camera, shape: tuple[int, ...]) -> Light:
    """Return the light that falls on what each pixel of a picture of ``shape`` shows.

    That of a point is as the cosine over the square of the distance: its inverse cube.
    """
    if camera.gradient == (1.0, 1.0) and camera.lamp is None:
        return np.broadcast_to(np.float32(1), shape)
    y, x = (np.arange(n) - (n - 1) / 2 for n in shape)
    across, down = ((ratio - 1) / (ratio + 1) for ratio in camera.gradient)
    light = np.outer(1 + 2 * down * y / camera.height, 1 + 2 * across * x / camera.width)
    if camera.lamp is not None:
        left, top, distance = (camera.width * length for length in camera.lamp)
        squares = (x - left) ** 2 + (y[:, None] - top) ** 2 + distance**2
        light *= ((left**2 + top**2 + distance**2) / squares) ** 1.5
    return np.asarray(light, np.float32)


def _halved(plane: Light) -> Light:
    """Return the mean of each 2 x 2 pixels; an odd last row or column counts twice."""
    even = np.pad(plane, [(0, n % 2) for n in plane.shape], mode="edge")
    return np.asarray(even.reshape(even.shape[0] // 2, 2, -1, 2).mean(axis=(1, 3)))


def moved(luma: Light, shift: Point) -> Light:
    """Return a picture moved by so many px to the right and down."""
    if shift == (0.0, 0.0):
        return luma
    size = luma.shape[::-1]
    way = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float64)
    return np.asarray(cv2.warpAffine(luma, way, size, borderMode=cv2.BORDER_REPLICATE))


def random_stream(camera: Camera, *stream: int) -> np.random.Generator:
    """Return the generator of the camera's random stream of these numbers, each at least -1."""
    return np.random.Generator(np.random.SFC64([camera.seed, *(number + 1 for number in stream)]))


@lru_cache(maxsize=2)
def _noise(seed: int, sigma: float) -> Light:
    """Return white noise; cutting it at random is five times faster than drawing more."""
    return np.float32(sigma) * _white(seed)


@lru_cache(maxsize=1)
def _white(seed: int) -> Light:
    """Draw white noise of sigma 1."""
    random = np.random.Generator(np.random.SFC64(seed))
    return random.standard_normal(NOISE_SAMPLES, np.float32)


def fixed_pattern(camera: Camera, planes: Sequence[Light]) -> list[Light]:
    """Return planes with the camera's fixed pattern noise added."""
    low, high = camera.code_range
    sigma, random = np.float32(camera.fixed_noise * (high - low)), random_stream(camera, -1, 0)
    return [
        plane + processed(camera, sigma * random.standard_normal(plane.shape, np.float32))
        for plane in planes
    ]


def digitised(
    camera: Camera, planes: Sequence[Light], source: int, recursion: float = 0.0
) -> Planes:
    """Add the temporal noise of frame ``source``, always the same for the same frame, and round.

    ``recursion`` is the share of the noise of the frame before in it.
    """
    weights = before(recursion)
    streams = (
        [random_stream(camera, source)]
        if len(weights) == 1
        else [
            random_stream(camera, source + len(weights) - back, 2) for back in range(len(weights))
        ]
    )
    frame = []
    for number, plane in enumerate(planes):
        sigma = _sigma(camera, None if number else plane)
        drawn = [_drawn(camera, sigma, plane, random) for random in streams]
        added = drawn[0] if len(drawn) == 1 else np.tensordot(weights, drawn, 1).astype(np.float32)
        frame.append(_rounded(camera, plane, processed(camera, added)))
    return tuple(_resampled(camera, plane, frame[0].shape) for plane in frame)


def _drawn(camera: Camera, sigma: Light, plane: Light, random: np.random.Generator) -> Light:
    """Return white noise of ``sigma`` codes, of the shape of a plane."""
    noise = _noise(camera.seed, 1.0 if sigma.ndim else float(sigma))
    start = random.integers(noise.size - plane.size)
    drawn = noise[start : start + plane.size].reshape(plane.shape)
    return np.asarray(sigma * drawn if sigma.ndim else drawn)


def _rounded(camera: Camera, plane: Light, added: Light) -> Plane:
    """Return a plane with what is added, as whole codes of the camera's depth.

    Half is rounded to even, as np.rint does, and all kept within the range, in one pass.
    """
    if camera.depth == 8:
        return np.asarray(cv2.add(plane, added, dtype=cv2.CV_8U), np.uint8)
    unit = 1 << (camera.depth - 8)
    codes = np.clip(np.rint(unit * (plane + added)), 0, 256 * unit - 1)
    return np.asarray(codes, np.uint16)


def _sigma(camera: Camera, luma: Light | None) -> Light:
    """Return the temporal noise, in codes, of noise-free ``luma``; None: of the colour planes."""
    if luma is None and camera.chroma_noise is not None:
        low, high = camera.code_range
        return np.asarray(camera.chroma_noise * (high - low), np.float32)
    return camera.sigma(camera.luma(MIDDLE) if luma is None else luma).astype(np.float32)


def _resampled(camera: Camera, plane: Plane, whole: tuple[int, ...]) -> Plane:
    """Return a plane, of a picture whose luma has the shape ``whole``, with other samples.

    Combed, with doubled rows or zoomed.
    """
    if camera.zoom > 1:
        plane = _zoomed(camera.zoom, plane)
    if camera.doubled:
        plane = np.repeat(plane[::2], 2, axis=0)[: len(plane)]
    if camera.interpolated:
        between = (plane[:-2:2].astype(np.float32) + plane[2::2]) / 2
        plane = plane.copy()
        plane[1:-1:2] = np.rint(between[: len(plane[1:-1:2])])
    if camera.combing:
        shift = camera.combing * plane.shape[1] / whole[1]
        plane = plane.copy()
        plane[1::2] = _shifted(plane[1::2], shift)
    return plane


def _shifted(rows: Plane, shift: float) -> Plane:
    """Return rows moved to the right by ``shift`` px (Lanczos, 8 x 8)."""
    matrix = np.array([[1, 0, shift], [0, 1, 0]], np.float32)
    size = rows.shape[1], rows.shape[0]
    moved = cv2.warpAffine(
        rows, matrix, size, flags=cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, rows.dtype)


def _zoomed(zoom: float, plane: Plane) -> Plane:
    height, width = plane.shape
    rows, columns = round(height / zoom), round(width / zoom)
    top, left = (height - rows) // 2, (width - columns) // 2
    middle = plane[top : top + rows, left : left + columns]
    large = cv2.resize(middle, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(large, plane.dtype)
