"""What is known of a simulated camera: its optics, its sensor, its timing and its coding."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.simulate.processing import response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Point

Array = NDArray[np.float64]
Light = NDArray[np.float32]

TICKS = 90_000  # a second, of time stamps
TREMOR = np.array([0.4, 1.1, 2.3, 7.9])  # Hz, of hands
WEIGHTS = {"bt709": (0.2126, 0.7152, 0.0722), "bt601": (0.299, 0.587, 0.114)}


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """Exposure and noise in ``illuminance`` lx: photon and read noise, and gain (EMVA 1288).

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
        """Return the noise, after gain, of light (1 = nominal white) before gain."""
        noise = np.sqrt(self.electrons * np.maximum(light, 0) + self.read**2)
        return np.asarray(self.level / self.electrons * noise)


@dataclass(frozen=True, kw_only=True)
class Defect:
    """A pixel at column ``x``, row ``y`` that is ``hot``, ``dead`` or ``stuck``.

    ``code`` is what a hot one adds to luma before noise, and what a stuck one always shows; a dead
    one shows black.
    """

    kind: str
    x: int
    y: int
    code: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Flicker:
    """A lamp whose light swings by ``depth`` (0..1) of its mean, ``frequency`` times a second.

    ``phase`` is in turns.
    """

    frequency: float
    depth: float
    phase: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A camera of known quality.

    ``blur`` is the sigma of the optical Gaussian in px, in linear light (at least 0.2); pixel
    integration (a unit square) comes on top, so that along a row MTF(f) = exp(-2 pi^2 blur^2 f^2)
    |sinc f| where it neither moves nor processes its picture. ``noise`` (temporal, white) and
    ``fixed_noise`` are sigmas as shares of the code range (219; full range 255), added to coded
    values of all planes. ``share`` is the chart's width over the picture's when seen face on;
    ``tilt``, ``pan``, ``roll`` are degrees (positive roll turns the chart clockwise in the
    picture), ``offset`` px. ``distortion`` k: ideal radius = radius (1 + k radius^2), radius 1 at
    half the diagonal, positive = barrel. ``black`` and ``white`` are the light that reflectance 0
    and 1 send to the sensor (1 = nominal white), ``surround`` is the reflectance around the chart,
    ``vignetting`` the share of light lost in the picture's corner, ``colour_shading`` the share of
    red and of blue lost there beyond that, ``hot_spot`` the light at the centre over that in the
    corner of a beam that falls off as a Gaussian (1: even). ``gains`` on red, green and blue are a
    colour cast, ``saturation`` stretches the distance of each colour from its own luminance. With a
    ``sensor`` the temporal noise is the sensor's and ``noise`` does not count. ``chroma_noise`` is
    the temporal noise of the colour planes (None: as that of luma). ``exposure`` and ``readout``
    (rolling shutter, first to last row) are seconds. ``dropped`` source frames are never delivered;
    in place of ``repeated`` ones the picture before is delivered again. ``glare`` is a white disc
    on the chart: x, y, radius in mm; ``sheen`` is a lamp mirrored in its surface, which adds light
    where dark is printed, too: x, y, sigma in mm of a Gaussian, and its middle's light over that of
    reflectance 1. The chart is lit in proportion to the picture's columns and rows, ``gradient``
    (across, down) being the light at the right and lower end over that at the left and upper one,
    and by a ``lamp`` that is a point: x, y (to the right and down of the picture's middle) and
    distance before the chart, in picture widths; its light is 1 in the middle. ``combing`` shifts
    every second row to the right, px, as fields do that were taken one after the other; ``doubled``
    rows: every second one repeats the one above, or, ``interpolated``, is the mean of its
    neighbours; ``zoom`` above 1 enlarges the middle of the finished picture by bicubic
    interpolation, noise and all: the truth is that of the picture before. What the camera does to
    its picture (charts and flat fields; ``processing.py``): ``sharpening`` raises detail by this
    share (an unsharp mask of 1 px), ``smoothing`` is the sigma in px of a Gaussian that reduces
    noise in space; both in linear light and on the noise alike, so that MTF and noise are known.
    ``motion`` is how far it moves across and down while a frame is exposed, px. ``tone`` above 0
    takes contrast off the middle of the transfer curve, below 0 adds it (an S). ``chroma_shift`` is
    how far colours lie to the right of, and below, luma, px. ``depth`` is 8 or 10 bits. The lens's
    axis passes ``centre`` px off the picture's middle; ``tangential`` are p1 and p2 of Brown's
    model, radius 1 at half the diagonal. A veil of light is a higher ``black``. ``scale`` is
    FFmpeg's quantiser scale of JPEG (2 best, 31; 0: its own choice). ``transfer`` is bt709, srgb or
    linear. ``crf`` 0 with libx264 is lossless; a ``bit_rate`` (bit/s) above 0 takes its place: held
    over each second, a key frame every two, as cameras are set up. Held by hand the picture wanders
    by ``shake`` px (rms). ``recursion`` is the share of the frame before in each, as noise
    reduction mixes it in (of a chart that stands still: of the noise). ``defects`` and the flicker
    of a lamp on the ``mains`` are seen in films of a flat field (``even_surface.film_field``).
    Exposures come by ``uneven`` s (rms) beside their even slots, and time stamps with them;
    ``stamp_jitter`` s (rms) moves stamps alone.
    """

    width: int = 1280
    height: int = 720
    rate: Fraction = Fraction(25)
    blur: float = 0.6
    noise: float = 0.004
    fixed_noise: float = 0.0
    chroma_noise: float | None = None
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
    colour_shading: Point = (0.0, 0.0)
    defects: tuple[Defect, ...] = ()
    mains: Flicker | None = None
    sensor: Sensor | None = None
    dropped: frozenset[int] = frozenset()
    repeated: frozenset[int] = frozenset()
    glare: tuple[float, float, float] | None = None
    sheen: tuple[float, float, float, float] | None = None
    gradient: Point = (1.0, 1.0)
    lamp: tuple[float, float, float] | None = None
    combing: float = 0.0
    doubled: bool = False
    interpolated: bool = False
    zoom: float = 1.0
    sharpening: float = 0.0
    smoothing: float = 0.0
    motion: Point = (0.0, 0.0)
    tone: float = 0.0
    chroma_shift: Point = (0.0, 0.0)
    depth: int = 8
    centre: Point = (0.0, 0.0)
    tangential: Point = (0.0, 0.0)
    scale: int = 0
    seed: int = 1
    codec: str = "libx264"
    crf: int = 20
    bit_rate: int = 0
    shake: float = 0.0
    recursion: float = 0.0
    uneven: float = 0.0
    stamp_jitter: float = 0.0
    preset: str = "veryfast"

    def moments(self, numbers: Sequence[int]) -> Array:
        """Return when the exposures of frames begin, s, that of frame 0 at about 0."""
        off = self.uneven * self._random(numbers, 1)
        return np.asarray(np.array(numbers) / float(self.rate) + off)

    def stamps(self, numbers: Sequence[int]) -> tuple[Fraction, ...]:
        """Return the time stamps of frames in these slots, s, ascending."""
        if not self.uneven and not self.stamp_jitter:
            return tuple(number / self.rate for number in numbers)
        at = self.moments(numbers) + self.stamp_jitter * self._random(numbers, 2)
        ticks = np.rint((at - min(0.0, float(at[0]))) * TICKS).astype(np.int64)
        ascending = np.maximum.accumulate(ticks - np.arange(len(ticks))) + np.arange(len(ticks))
        return tuple(Fraction(int(tick), TICKS) for tick in ascending)

    def shift(self, number: int) -> Point:
        """Return by how many px to the right and down frame ``number`` is off, held by hand."""
        if not self.shake:
            return (0.0, 0.0)
        turns = np.random.default_rng([self.seed, 3]).uniform(size=(2, len(TREMOR)))
        waves = np.sin(2 * np.pi * (TREMOR * number / float(self.rate) + turns))
        across, down = (self.shake * (2 / len(TREMOR)) ** 0.5 * waves.sum(axis=1)).tolist()
        return across, down

    def _random(self, numbers: Sequence[int], stream: int) -> Array:
        """Return normal values, limited to twice their standard deviation, always the same ones."""
        values = [
            np.random.default_rng([self.seed, stream, number + (1 << 20)]).standard_normal()
            for number in numbers
        ]
        return np.clip(values, -2, 2)

    @property
    def code_range(self) -> tuple[float, float]:
        """Codes of nominal black and white luma, 8 bit."""
        return (0.0, 255.0) if self.full_range else (16.0, 235.0)

    def luma(self, reflectance: Array | float) -> Array:
        """Return the luma code of a neutral of this linear reflectance, 0..1.

        It is noise-free, not rounded, and without vignetting.
        """
        low, high = self.code_range
        light = self.black + (self.white - self.black) * np.asarray(reflectance, np.float64)
        return np.asarray(low + (high - low) * self.signal(self.level * light))

    def signal(self, light: Array | Light) -> Array | Light:
        """Return the signal 0..1 of light (1 = nominal white), by the transfer curve.

        The curve is that of ITU-R BT.709-6, 1.2; IEC 61966-2-1.
        """
        x = np.maximum(light, 0)
        if self.transfer == "linear":
            signal = x
        elif self.transfer == "srgb":
            signal = np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)
        else:
            signal = np.where(x < 0.018, 4.5 * x, 1.099 * x**0.45 - 0.099)
        return self._toned(signal) if self.tone else signal

    def _toned(self, signal: Array | Light) -> Array | Light:
        """Return the signal along an S; what is above nominal white stays."""
        bend = np.float32(self.tone / (2 * np.pi)) * np.sin(2 * np.pi * np.minimum(signal, 1))
        return np.asarray(signal + bend, np.asarray(signal).dtype)

    @property
    def level(self) -> float:
        """Share of its nominal level that the picture keeps where gain cannot replace light."""
        return self.sensor.level if self.sensor else 1.0

    def sigma(self, codes: Array | Light | float) -> Array:
        """Return the temporal noise, in codes, where noise-free luma is ``codes``.

        It is linear in noise; one value without sensor.
        """
        low, high = self.code_range
        if self.sensor is None:
            return np.asarray(self.noise * (high - low))
        light = np.linspace(0, 1.5, 6001)
        signal = np.asarray(self.signal(light), np.float64)
        noise = np.gradient(signal, light) * self.sensor.sigma(light / self.level)
        return np.asarray(np.interp(codes, low + (high - low) * signal, (high - low) * noise))

    def rendered(self, light: Light) -> Light:
        """Return linear light (3, ...) as the camera colours it: ``gains``, then ``saturation``."""
        if self.saturation == 1 and self.gains == (1.0, 1.0, 1.0):
            return light
        cast = np.stack([gain * plane for gain, plane in zip(self.gains, light, strict=True)])
        luminance = np.tensordot(np.array(WEIGHTS["bt709"]), cast, axes=1)
        return np.asarray(luminance + self.saturation * (cast - luminance), np.float32)

    def mtf(self, frequency: Array | float, angle: float = 0.0) -> Array:
        """Return the MTF at ``frequency`` (cycle/px), ``angle`` degrees off the rows.

        It is that of the Gaussian and the square pixel, of motion and of the camera's processing.
        """
        f, turn = np.asarray(frequency, np.float64), math.radians(angle)
        across, down = f * math.cos(turn), f * math.sin(turn)
        pixel = np.sinc(across) * np.sinc(down)
        moved = np.sinc(across * self.motion[0]) * np.sinc(down * self.motion[1])
        lens = np.exp(-2 * (np.pi * self.blur * f) ** 2) * np.abs(pixel * moved)
        return np.asarray(lens * response(self, across, down))
