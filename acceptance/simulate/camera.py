"""A simulated camera of known quality.

Where things lie, what light falls on each pixel, what code comes out.
A pinhole camera with one radial term looks at planes of light. The light is resampled on a grid
three times finer than the pixels (quadratic B-spline), blurred by a Gaussian and integrated over
square pixels, all in linear light; then come the transfer curve (ITU-R BT.709-6, 1.2), Y'CbCr with
4:2:0 colour (ITU-R BT.709-6, 3.2 and BT.601-7, 2.5), noise in code values and quantisation. Face
on, the MTF at 50 % is right to 0.05 %; tilted by 10 degrees to 0.3 %. With a ``Sensor`` exposure
and noise follow the illuminance on the scene.

Picture coordinates are pixels, integer = pixel centre, x to the right, y down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.sparse import csr_array
from scipy.special import ndtr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model import Point

Array = NDArray[np.float64]
Light = NDArray[np.float32]
Planes = tuple[NDArray[np.uint8], ...]

FINE = 3
STRIP = 192
FOCAL = 1.2
MIDDLE = 0.18  # reflectance whose noise the colour planes have everywhere
NOISE_SAMPLES = 1 << 23
WEIGHTS = {"bt709": (0.2126, 0.7152, 0.0722), "bt601": (0.299, 0.587, 0.114)}


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """Exposure and noise in ``illuminance`` lx.

    Photon and read noise, lifted by automatic gain (EMVA 1288, linear).
    At the longest exposure nominal white gives ``per_lux`` electrons a lx; in good light the
    exposure is cut so that it gives ``full``. Below that the gain rises, ``most_gain`` times at
    most; from there on the picture darkens.
    """

    illuminance: float
    per_lux: float = 400.0
    full: float = 8000.0
    read: float = 4.0
    most_gain: float = 100.0

    @property
    def electrons(self) -> float:
        """Electrons that nominal white gives."""
        return min(self.full, self.per_lux * self.illuminance)

    @property
    def level(self) -> float:
        """Share of its nominal level that the picture keeps."""
        return min(1.0, self.most_gain * self.electrons / self.full)

    def sigma(self, light: Array | float) -> Array:
        """Noise of light (1 = nominal white), itself before gain, in the picture's light after gain."""
        noise = np.sqrt(self.electrons * np.maximum(light, 0) + self.read**2)
        return np.asarray(self.level / self.electrons * noise)


@dataclass(frozen=True, kw_only=True)
class Camera:
    """What is known of the camera.

    ``blur`` is the sigma of the optical Gaussian in px, in linear light (at least 0.2); pixel
    integration (a unit square) comes on top, so that along a row MTF(f) = exp(-2 pi^2 blur^2 f^2)
    |sinc f|. ``noise`` (temporal, white) and ``fixed_noise`` are sigmas as shares of the code range
    (219; full range 255), added to coded values of all planes. ``share`` is the chart's width over
    the picture's when seen face on; ``tilt``, ``pan``, ``roll`` are degrees (positive roll turns
    the chart clockwise in the picture), ``offset`` px. ``distortion`` k: ideal radius = radius (1 +
    k radius^2), radius 1 at half the diagonal, positive = barrel. ``black`` and ``white`` are the
    light that reflectance 0 and 1 send to the sensor (1 = nominal white), ``surround`` is the
    reflectance around the chart, ``vignetting`` the share of light lost in the picture's corner,
    ``hot_spot`` the light at the centre over that in the corner of a beam that falls off as a
    Gaussian (1: even). ``gains`` on red, green and blue are a colour cast, ``saturation`` stretches
    the distance of each colour from its own luminance. With a ``sensor`` the temporal noise is the
    sensor's and ``noise`` does not count. ``exposure`` and ``readout`` (rolling shutter, first to
    last row) are seconds. ``dropped`` source frames are never delivered; in place of ``repeated``
    ones the picture before is delivered again. ``glare`` is a white disc on the chart: x, y, radius
    in mm. ``transfer`` is bt709, srgb or linear. ``crf`` 0 with libx264 is lossless; a ``bit_rate``
    (bit/s) above 0 takes its place: held over each second, a key frame every two, as cameras are
    set up.
    """

    width: int = 1280
    height: int = 720
    rate: Fraction = Fraction(25)
    blur: float = 0.6
    noise: float = 0.004
    fixed_noise: float = 0.0
    transfer: str = "bt709"
    matrix: str = "bt709"
    full_range: bool = False
    exposure: float = 0.01
    readout: float = 0.0
    share: float = 0.9
    tilt: float = 0.0
    pan: float = 0.0
    roll: float = 0.0
    offset: Point = (0.0, 0.0)
    distortion: float = 0.0
    black: float = 0.01
    white: float = 0.9
    surround: float = 0.2
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    vignetting: float = 0.0
    hot_spot: float = 1.0
    sensor: Sensor | None = None
    dropped: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    glare: tuple[float, float, float] | None = None
    seed: int = 1
    codec: str = "libx264"
    crf: int = 20
    bit_rate: int = 0
    preset: str = "veryfast"

    @property
    def code_range(self) -> tuple[float, float]:
        """Codes of nominal black and white luma, 8 bit."""
        return (0.0, 255.0) if self.full_range else (16.0, 235.0)

    def luma(self, reflectance: Array | float) -> Array:
        """Noise-free luma code, not rounded, of a neutral of this linear reflectance (0..1), without vignetting."""
        low, high = self.code_range
        light = self.black + (self.white - self.black) * np.asarray(reflectance, np.float64)
        return np.asarray(low + (high - low) * _transfer(self, self.level * light))

    @property
    def level(self) -> float:
        """Share of its nominal level that the picture keeps where gain cannot make up for the want of light."""
        return self.sensor.level if self.sensor else 1.0

    def sigma(self, codes: Array | Light | float) -> Array:
        """Temporal noise, in codes, where noise-free luma is ``codes``, linear in noise.

        One value without sensor.
        """
        low, high = self.code_range
        if self.sensor is None:
            return np.asarray(self.noise * (high - low))
        light = np.linspace(0, 1.5, 6001)
        signal = np.asarray(_transfer(self, light), np.float64)
        noise = np.gradient(signal, light) * self.sensor.sigma(light / self.level)
        return np.asarray(np.interp(codes, low + (high - low) * signal, (high - low) * noise))

    def rendered(self, light: Light) -> Light:
        """Linear light (3, ...) as the camera's colours come out of it.

        ``gains``, then ``saturation``.
        """
        if self.saturation == 1 and self.gains == (1.0, 1.0, 1.0):
            return light
        cast = np.stack([gain * plane for gain, plane in zip(self.gains, light, strict=True)])
        luminance = np.tensordot(np.array(WEIGHTS["bt709"]), cast, axes=1)
        return np.asarray(luminance + self.saturation * (cast - luminance), np.float32)

    def mtf(self, frequency: Array | float, angle: float = 0.0) -> Array:
        """MTF at ``frequency`` (cycle/px) along a direction ``angle`` degrees off the rows.

        Gaussian, square pixel.
        """
        f, turn = np.asarray(frequency, np.float64), math.radians(angle)
        pixel = np.abs(np.sinc(f * math.cos(turn)) * np.sinc(f * math.sin(turn)))
        return np.asarray(np.exp(-2 * (np.pi * self.blur * f) ** 2) * pixel)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The light (h, w) that a lit cell adds at column ``x``, row ``y`` of its sheet."""

    x: int
    y: int
    light: Light


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A plane of light (1 = white).

    ``base`` (channels, h, w) with every cell dark, and what each cell adds.
    """

    base: Light
    cells: tuple[Cell, ...] = ()


def pose(camera: Camera, size: Point, aside: float = 0.0, scale: float = 1.0) -> Array:
    """Homography mm -> ideal px of a plane of ``size`` mm turned about its centre, ``aside`` px off the middle."""
    tilt, pan, roll = (math.radians(angle) for angle in (camera.tilt, camera.pan, camera.roll))
    about_x = np.array(
        [[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]]
    )
    about_y = np.array(
        [[math.cos(pan), 0, math.sin(pan)], [0, 1, 0], [-math.sin(pan), 0, math.cos(pan)]]
    )
    about_z = np.array(
        [[math.cos(roll), -math.sin(roll), 0], [math.sin(roll), math.cos(roll), 0], [0, 0, 1]]
    )
    axes = (about_z @ about_x @ about_y)[:, :2]
    focal = FOCAL * camera.width
    distance = focal * size[0] / (camera.share * scale * camera.width)
    middle_x, middle_y = ((n - 1) / 2 for n in (camera.width, camera.height))
    lens = np.array(
        [
            [focal, 0, middle_x + camera.offset[0] + aside],
            [0, focal, middle_y + camera.offset[1]],
            [0, 0, 1],
        ]
    )
    placed = np.column_stack([axes, np.array([0, 0, distance]) - axes @ np.array(size) / 2])
    return np.asarray(lens @ placed)


def observed(camera: Camera, homography: Array, points: Array) -> Array:
    """Points (2, n) into the picture, distortion included.

    R (1 + k r^2) = ideal radius, solved by iteration.
    """
    centre = np.array([[camera.width - 1], [camera.height - 1]]) / 2
    mapped = homography @ np.vstack([points, np.ones(points.shape[1])])
    ideal = (mapped[:2] / mapped[2] - centre) / np.hypot(*centre)
    seen = ideal
    for _ in range(40 if camera.distortion else 0):
        seen = ideal / (1 + camera.distortion * np.sum(seen**2, axis=0))
    return np.asarray(centre + seen * np.hypot(*centre))


def photograph(camera: Camera, sources: Sequence[tuple[Sheet, Array]]) -> Sheet:
    """Picture, as light, of sheets before a uniform surround.

    Each with its homography sheet px -> ideal picture px.
    """
    base = np.full(
        (len(sources[0][0].base), camera.height, camera.width), camera.surround, np.float32
    )
    cells = []
    for sheet, homography in sources:
        x, y, light = _project(camera, sheet.base - np.float32(camera.surround), homography)
        base[:, y : y + light.shape[1], x : x + light.shape[2]] += light
        for cell in sheet.cells:
            shift = np.array([[1, 0, cell.x], [0, 1, cell.y], [0, 0, 1]])
            x, y, light = _project(camera, cell.light[None], homography @ shift)
            cells.append(Cell(x=x, y=y, light=light[0]))
    return Sheet(base=base, cells=tuple(cells))


def _project(camera: Camera, image: Light, homography: Array) -> tuple[int, int, Light]:
    """Column, row and light (channels, h, w) of an image (channels, rows, columns) that is dark outside.

    The image's own samples (a box each) and the quadratic B-spline between them blur by a variance
    of 1/12 + 3/12 of a sample squared, which is taken off the Gaussian; at the middle of the image,
    where a tilted one has its mean grain.
    """
    _, rows, columns = image.shape
    grain = _grain(camera, homography, columns / 2, rows / 2)
    sigma_x, sigma_y = np.sqrt(np.maximum(camera.blur**2 - grain / 3, 0.0)).tolist()
    x, y, width, height = _reach(camera, homography, columns, rows, 4 * camera.blur + 2)
    across, down = _optics(width, sigma_x), _optics(height, sigma_y)
    inverse = np.linalg.inv(homography).astype(np.float64)
    fine_x = _fine(x, across)
    strips: list[Array] = np.array_split(_fine(y, down), max(1, down.shape[1] // STRIP))
    fine = [
        [across @ plane.T for plane in _sampled(camera, image, inverse, fine_x, strip)]
        for strip in strips
    ]
    return (
        x,
        y,
        np.stack([down @ np.hstack(planes).T for planes in zip(*fine, strict=True)]).astype(
            np.float32
        ),
    )


def _grain(camera: Camera, homography: Array, x: float, y: float) -> Array:
    """Squared extent in px^2, along picture x and y (2,), of one image sample at (x, y)."""
    corner, right, down = observed(camera, homography, np.array([[x, x + 1, x], [y, y, y + 1]])).T
    return np.asarray((right - corner) ** 2 + (down - corner) ** 2)


def _reach(
    camera: Camera, homography: Array, columns: int, rows: int, margin: float
) -> tuple[int, int, int, int]:
    """Pixel box x, y, width, height that the image's light can reach; at least one pixel."""
    side = np.linspace(0, 1, 17)
    edge = np.hstack(
        [[side, 0 * side], [side, 0 * side + 1], [0 * side, side], [0 * side + 1, side]]
    )
    seen = observed(camera, homography, edge * [[columns], [rows]] - 0.5)
    low = (
        np.floor(seen.min(axis=1) - margin)
        .astype(int)
        .clip(0, [camera.width - 1, camera.height - 1])
    )
    high = (
        np.ceil(seen.max(axis=1) + margin + 1)
        .astype(int)
        .clip(low + 1, [camera.width, camera.height])
    )
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def _optics(count: int, sigma: float) -> csr_array:
    """Matrix (count, fine samples).

    Gaussian and unit box of ``count`` pixels, FINE samples a pixel, with margins.
    """
    margin = math.ceil(4 * sigma) + 1
    length = (2 * margin + 1) * FINE
    offset = (np.arange(length) + 0.5) / FINE - margin - 0.5
    spread = max(sigma, 1e-6)
    kernel = ndtr((offset + 0.5) / spread) - ndtr((offset - 0.5) / spread)
    columns = np.arange(count)[:, None] * FINE + np.arange(length)
    values = np.tile((kernel / kernel.sum()).astype(np.float32), count)
    starts = np.arange(count + 1) * length
    return csr_array((values, columns.ravel(), starts), shape=(count, (count + 2 * margin) * FINE))


def _fine(first: int, optics: csr_array) -> Array:
    """Picture coordinates of the fine samples of pixels from ``first`` on."""
    pixels, samples = optics.shape
    return np.asarray(
        first - 0.5 + (np.arange(samples) + 0.5 - (samples - pixels * FINE) / 2) / FINE
    )


def _sampled(camera: Camera, image: Light, inverse: Array, x: Array, y: Array) -> Iterator[Light]:
    """Each channel of the image at picture columns ``x`` and rows ``y``, B-spline, 0 outside."""
    centre_x, centre_y = (camera.width - 1) / 2, (camera.height - 1) / 2
    across, down = (x - centre_x)[None, :], (y - centre_y)[:, None]
    stretch = (
        1 + camera.distortion * (across**2 + down**2) / (centre_x**2 + centre_y**2)
        if camera.distortion
        else 1.0
    )
    ideal_x, ideal_y = centre_x + across * stretch, centre_y + down * stretch
    column, row, depth = (a * ideal_x + b * ideal_y + c for a, b, c in inverse)
    for plane in image:
        yield map_coordinates(
            plane,
            [row / depth, column / depth],
            order=2,
            prefilter=False,
            mode="grid-constant",
            output=np.float32,
        )


def _transfer(camera: Camera, light: Array | Light) -> Array | Light:
    """Transfer curve: light (1 = nominal white) -> signal 0..1."""
    x = np.maximum(light, 0)
    if camera.transfer == "linear":
        return x
    if camera.transfer == "srgb":
        return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
    return np.where(x < 0.018, 4.5 * x, 1.099 * x**0.45 - 0.099)


def coded(camera: Camera, base: Light) -> list[Light]:
    """Noise-free luma (h, w), and for three channels Cb and Cr of half size, in 8-bit codes, not rounded."""
    light = (camera.black + (camera.white - camera.black) * base) * _falloff(camera, base.shape[1:])
    light = np.float32(camera.level) * light
    signal = _transfer(camera, light if len(base) == 1 else camera.rendered(light))
    low, high = camera.code_range
    if len(base) == 1:
        return [np.float32(low) + np.float32(high - low) * signal[0]]
    red, green, blue = WEIGHTS[camera.matrix]
    luma = red * signal[0] + green * signal[1] + blue * signal[2]
    span = 255 if camera.full_range else 224
    colours = ((signal[c] - luma) / (2 * (1 - weight)) for c, weight in ((2, blue), (0, red)))
    return [low + (high - low) * luma, *(128 + span * _halved(colour) for colour in colours)]


def _falloff(camera: Camera, shape: tuple[int, ...]) -> Light | np.float32:
    if not camera.vignetting and camera.hot_spot == 1:
        return np.float32(1)
    rows, columns = (np.arange(n) - (n - 1) / 2 for n in shape)
    radius = (rows[:, None] ** 2 + columns**2) / (rows[0] ** 2 + columns[0] ** 2)
    return np.asarray((1 - camera.vignetting * radius) * camera.hot_spot**-radius, np.float32)


def _halved(plane: Light) -> Light:
    """Mean of each 2x2 pixels; an odd last row or column counts twice."""
    even = np.pad(plane, [(0, n % 2) for n in plane.shape], mode="edge")
    return np.asarray(even.reshape(even.shape[0] // 2, 2, -1, 2).mean(axis=(1, 3)))


def random_stream(camera: Camera, *stream: int) -> np.random.Generator:
    """Return the generator of the camera's own random stream of these numbers (each at least -1)."""
    return np.random.Generator(np.random.SFC64([camera.seed, *(number + 1 for number in stream)]))


@lru_cache(maxsize=2)
def _noise(seed: int) -> Light:
    """Draw white noise of sigma 1.

    Frames cut theirs out of it at random places, five times faster than drawing.
    """
    return np.random.Generator(np.random.SFC64(seed)).standard_normal(NOISE_SAMPLES, np.float32)


def fixed_pattern(camera: Camera, planes: Sequence[Light]) -> list[Light]:
    """Planes with the camera's fixed pattern noise added."""
    low, high = camera.code_range
    sigma, random = np.float32(camera.fixed_noise * (high - low)), random_stream(camera, -1, 0)
    return [plane + sigma * random.standard_normal(plane.shape, np.float32) for plane in planes]


def digitised(camera: Camera, planes: Sequence[Light], source: int) -> Planes:
    """Add the temporal noise of source frame ``source`` and round.

    The same frame always comes out the same.
    """
    random, noise = random_stream(camera, source), _noise(camera.seed)
    frame = []
    for number, plane in enumerate(planes):
        sigma = camera.sigma(plane if number == 0 else camera.luma(MIDDLE)).astype(np.float32)
        start = random.integers(noise.size - plane.size)
        noisy = plane + sigma * noise[start : start + plane.size].reshape(plane.shape)
        frame.append(np.clip(np.rint(noisy, out=noisy), 0, 255, out=noisy).astype(np.uint8))
    return tuple(frame)
