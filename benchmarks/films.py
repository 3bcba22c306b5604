"""Films of the acceptance chart by a simulated camera, measured like footage, with their truths.

A new figure needs one function in ``TRUTHS``, which gives its truth from the film's truth and the
measurement.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import colours
import numpy as np
from scipy.optimize import brentq

from acceptance.charts import definition, printed_copy
from acceptance.metrics import colour
from acceptance.metrics._shared.tone_curve import mid_tone_weights, slope_weights
from acceptance.model import Measurement, Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate import films
from acceptance.simulate.coding import falloff, lamps
from acceptance.simulate.processing import response
from acceptance.simulate.sheets import sheen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from acceptance.model import Note
    from acceptance.simulate.camera import Array, Camera

CHART = "acceptance"
PHASE = np.linspace(0, 2 * np.pi, 256, endpoint=False)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A figure of a film: its value (or lower bound), U, and its truth."""

    quantity: str
    region: str
    value: float
    expanded: float
    truth: float
    lower_bound: bool = False
    upper_bound: bool = False

    @classmethod
    def of(cls, figure: Measurement, truth: float, *, region: str = "") -> Reading:
        """Pair a measurement and its truth; ``region`` where it is not that of the measurement."""
        return cls(
            quantity=figure.quantity, region=region or figure.region, value=figure.value,
            expanded=figure.expanded, truth=truth, lower_bound=figure.lower_bound,
            upper_bound=figure.upper_bound,
        )  # fmt: skip

    @property
    def off(self) -> float:
        """Deviation from the truth."""
        return self.value - self.truth

    @property
    def inside(self) -> bool:
        """Whether the truth is inside U; of a bound, whether it is on its side."""
        low = self.off >= -self.expanded or self.lower_bound
        return low and (self.off <= self.expanded or self.upper_bound)


def paired(found: Iterable[object], truths: Mapping[str, float]) -> list[Reading]:
    """Pair the measurements among ``found`` with the truths of their quantities."""
    return [
        Reading.of(item, truths[item.quantity])
        for item in found
        if isinstance(item, Measurement) and item.quantity in truths
    ]


def readings(
    camera: Camera, seconds: float = 0.4, printed: definition.Chart | None = None
) -> list[Reading]:
    """Film the chart, measure it, and pair each figure that has a truth with it.

    ``printed`` is a copy of the chart that nobody has measured.
    """
    copy = "unmeasured" if printed else printed_copy.AS_DRAWN
    truth, (measured, _) = filmed(camera, seconds, printed, copy)
    return [
        Reading.of(figure, TRUTHS[figure.quantity](truth, figure))
        for figure in measured
        if figure.quantity in TRUTHS
    ]


def measured(camera: Camera, seconds: float, shown: definition.Chart) -> list[Measurement]:
    """Film the copy that hangs there, and return all that is measured of it as the chart."""
    return filmed(camera, seconds, shown)[1][0]


def filmed(
    camera: Camera,
    seconds: float,
    shown: definition.Chart | None = None,
    copy: str = printed_copy.AS_DRAWN,
    name: str = "film.mkv",
) -> tuple[films.Truth, tuple[list[Measurement], list[Note]]]:
    """Film the chart, or the copy that hangs there; return the truth and all that is measured."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        truth = films.film_chart(camera, shown or definition.load(CHART), path, seconds)
        shot = Shot(id="film", subject="camera", clip=path.name, chart=CHART, chart_copy=copy)
        return truth, measuring.measure(build.look(shot, path.parent), TRUTHS.keys())


def _edge_angle(truth: films.Truth, region: definition.Region) -> float:
    """Degrees by which the normal of an edge leans off the rows in the picture."""
    x, y, width, height = region.rect
    lean = math.tan(math.radians(region.printed["angle"]))
    along = np.array([lean, 1.0] if region.direction == "horizontal" else [1.0, lean])
    middle = np.array([x + width / 2, y + height / 2])
    start, end = (np.array(truth.point(*(middle + side * along))) for side in (-5, 5))
    across = end - start
    return math.degrees(math.atan2(-across[0], across[1]))


def crossing(camera: Camera, level: float, angle: float = 0.0) -> float:
    """Frequency, cycle/px, where optics, pixel and what the camera does leave ``level``."""
    return float(brentq(lambda f: float(recorded_mtf(camera, f, angle)) - level, 1e-3, 0.99))


def recorded_mtf(camera: Camera, frequency: Array | float, angle: float = 0.0) -> Array:
    """Return the camera's MTF in the picture that it delivers: zoomed, with doubled rows."""
    f, turn = camera.zoom * np.asarray(frequency), math.radians(angle)
    found = camera.mtf(f, angle)
    if camera.zoom > 1:
        found = found * _cubic(f * math.cos(turn)) * _cubic(f * math.sin(turn))
    held = np.cos(np.pi * np.asarray(frequency) * math.sin(turn)) if camera.doubled else 1.0
    return np.asarray(np.abs(found * held))


def _cubic(frequency: Array | float) -> Array:
    """Return the response of OpenCV's bicubic interpolation (a = -0.75), cycles per own sample."""
    x, step = np.linspace(0, 2, 801, retstep=True)
    near, far = 1.25 * x**3 - 2.25 * x**2 + 1, -0.75 * (x**3 - 5 * x**2 + 8 * x - 4)
    wave = np.cos(2 * np.pi * np.multiply.outer(np.asarray(frequency), x))
    return np.asarray(2 * np.trapezoid(np.where(x < 1, near, far) * wave, dx=step, axis=-1))


def finest(camera: Camera, angle: float) -> float:
    """Return the frequency, cycle/px, beyond which the picture's own samples carry nothing."""
    return 0.25 if camera.doubled and angle else 0.5 / camera.zoom


def _edge(level: float) -> Callable[[films.Truth, Measurement], float]:
    """Frequency across the edge where optics and pixel leave ``level``."""

    def truth(film: films.Truth, figure: Measurement) -> float:
        return crossing(film.camera, level, _edge_angle(film, film.chart.region(figure.region)))

    return truth


def _limiting(film: films.Truth, figure: Measurement) -> float:
    """TV lines along the picture's axis, at most the sampling limit."""
    angle = 0.0 if figure.direction == "horizontal" else 90.0
    seen = min(crossing(film.camera, 0.1, angle), finest(film.camera, angle))
    return 2 * seen * film.camera.height


def _wedge(film: films.Truth, figure: Measurement) -> float:
    printed = film.chart.region(figure.region).printed
    angle = 0.0 if figure.direction == "horizontal" else 90.0
    return wedge_lines(film.camera, printed["dark"], printed["light"], angle)


def wedge_lines(camera: Camera, dark: float, light: float, angle: float = 0.0) -> float:
    """TV lines where the bars' fundamental in coded luma falls to 10 % of that of the full step."""

    def modulation(frequency: float) -> float:
        waves = (
            recorded_mtf(camera, frequency, angle) * np.cos(PHASE),
            recorded_mtf(camera, 3 * frequency, angle) * np.cos(3 * PHASE) / 3,
        )
        bars = (dark + light) / 2 + (light - dark) * 2 / np.pi * (waves[0] - waves[1])
        amplitude = 2 * np.mean(camera.luma(bars) * np.cos(PHASE))
        return float(amplitude / ((camera.luma(light) - camera.luma(dark)) * 2 / np.pi))

    seen = float(brentq(lambda f: modulation(f) - 0.1, 1e-2, 0.99))
    return 2 * min(seen, finest(camera, angle)) * camera.height


def _luma(camera: Camera, reflectance: float) -> float:
    """Noise-free luma code of a neutral in even light, the camera's cast included."""
    even = replace(camera, vignetting=0.0, hot_spot=1.0, gradient=(1.0, 1.0), lamp=None)
    return colours.planes(even, np.full(3, float(reflectance)))[0]


def _light(
    film: films.Truth, region: definition.Region, *, added: bool = True, veiled: bool = False
) -> float:
    """Light from the middle of a grey region over that of reflectance 1 in the picture's middle.

    With what sheen has ``added`` to it. The camera's black comes on top and falls off with the
    lens: ``veiled`` counts how it differs from that in the middle, too.
    """
    x, y, width, height = region.rect
    middle = x + width / 2, y + height / 2
    column, row = (round(at) for at in film.point(*middle))
    shape = film.camera.height, film.camera.width
    row, column = (min(max(at, 0), size - 1) for at, size in zip((row, column), shape, strict=True))
    reaching = [float(of(film.camera, shape)[row, column]) for of in (falloff, lamps)]
    more = float(sheen(film.camera, *(np.array(at) for at in middle))) if added else 0.0
    black = film.camera.black / (film.camera.white - film.camera.black)
    off = (reaching[0] - 1) * black if veiled else 0.0
    return (float(region.printed["reflectance"]) + more) * math.prod(reaching) + off


def _gamma(film: films.Truth, _: Measurement) -> float:
    """Slope of log signal on log light over the steps at 20 to 80 % of the amplitude."""
    low, high = film.camera.code_range
    steps = [region for region in film.chart.regions if region.kind == "grey"]
    light = np.array([_light(film, step) for step in steps])
    veiled = np.array([_light(film, step, veiled=True) for step in steps])
    signal = (np.array([_luma(film.camera, level) for level in veiled]) - low) / (high - low)
    return mid_tone_slope(signal, light)


def mid_tone_slope(signal: Array, light: Array) -> float:
    """Return the slope of log signal (n,) on log light (n,) over the mid tones."""
    counts = mid_tone_weights(signal)
    chosen = counts > 0
    logs = np.log(light[chosen])
    return float(slope_weights(logs, counts[chosen]) @ np.log(signal[chosen]))


def _sigma(film: films.Truth) -> float:
    """Return total noise in codes of 8 bits."""
    return math.hypot(film.noise, film.fixed_noise) / 2 ** (film.camera.depth - 8)


def _signal_to_noise(film: films.Truth, _: Measurement) -> float:
    """20 lg(nominal amplitude / sigma)."""
    low, high = film.camera.code_range
    return decibels((high - low) / _sigma(film))


def _of_colours(film: films.Truth, _: Measurement) -> float:
    """Return the noise of the colour planes, in codes."""
    low, high = film.camera.code_range
    temporal = film.camera.chroma_noise
    own = film.camera.noise if temporal is None else temporal
    sigma = film.noise * own / film.camera.noise if film.camera.noise else own * (high - low)
    return math.hypot(sigma, film.fixed_noise)


def _weighted(film: films.Truth, figure: Measurement) -> float:
    return _signal_to_noise(film, figure) - decibels(math.sqrt(weighting(film.camera)))


def _patch(film: films.Truth, figure: Measurement) -> float:
    """20 lg(level above black / sigma)."""
    reflectance = _light(film, film.chart.region(figure.region), veiled=True)
    level = _luma(film.camera, reflectance) - film.camera.code_range[0]
    return decibels(level / _sigma(film))


def _linear(film: films.Truth, figure: Measurement) -> float:
    """20 lg(light / sigma of light); light is reflectance, known from the grey steps."""
    region = film.chart.region(figure.region)
    seen, alone = _light(film, region), _light(film, region, added=False)
    ratio = linear_ratio(film.camera, seen, _sigma(film))
    return ratio + decibels(alone / seen)


def _colour(film: films.Truth, figure: Measurement) -> float:
    """Return the figure of the patches that were measured."""
    left_out = str(figure.details["left_out"]).split(", ")
    regions = tuple(
        region for region in film.chart.regions if region.printed.get("name") not in left_out
    )
    return colours.truths(film.camera, replace(film.chart, regions=regions))[figure.quantity]


def decibels(ratio: float) -> float:
    """20 lg of a ratio of amplitudes."""
    return 20 * math.log10(ratio)


def linear_ratio(camera: Camera, reflectance: float, sigma: float) -> float:
    """S/N in dB in terms of reflectance, for noise of ``sigma`` codes."""
    step = 1e-3
    slope = (_luma(camera, reflectance + step) - _luma(camera, reflectance - step)) / (2 * step)
    return decibels(reflectance * slope / sigma)


@lru_cache
def weighting(camera: Camera) -> float:
    """Share of noise power passed by CCIR 567's unified network; 39 us a picture height.

    The noise is white, or as the camera's processing leaves it.
    """
    across = np.linspace(0, 0.5, 401)
    omega = 2 * np.pi * across * camera.height / 39.0
    passed = (1 + (omega * 0.245 / 4.5) ** 2) / (1 + (omega * 0.245 * (1 + 1 / 4.5)) ** 2)
    power = np.mean([response(camera, across, np.full(401, f)) ** 2 for f in across], axis=0)
    return float(np.trapezoid(passed * power) / np.trapezoid(power))


def _distortion(film: films.Truth, figure: Measurement) -> float:
    """Return seen over ideal radius, less 1, in %, at the radius to which the figure applies."""
    radius = float(figure.details["radius"]) / film.camera.zoom
    return 100 * (1 / (1 + film.camera.distortion * radius**2) - 1)


def pixels_per_metre(camera: Camera, chart: definition.Chart) -> float:
    """Pixels per metre of the chart where it faces the camera."""
    return 1000 * camera.zoom * camera.share * camera.width / chart.size[0]


def _coverage(film: films.Truth, _: Measurement) -> float:
    """Return the area of the chart's outline over that of the picture, in %.

    The whole chart is in the picture.
    """
    side, (wide, high) = np.linspace(0, 1, 64, endpoint=False), film.chart.size
    ways = (lambda s: (s, 0), lambda s: (1, s), lambda s: (1 - s, 1), lambda s: (0, 1 - s))
    rim = [way(s) for way in ways for s in side]
    x, y = np.array([film.point(wide * across, high * down) for across, down in rim]).T
    area = abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))) / 2
    return 100 * film.camera.zoom**2 * area / (film.camera.width * film.camera.height)


TRUTHS: Mapping[str, Callable[[films.Truth, Measurement], float]] = {
    "resolution.mtf50": _edge(0.5),
    "resolution.mtf10": _edge(0.1),
    "resolution.horizontal": _limiting,
    "resolution.vertical": _limiting,
    "resolution.wedge_horizontal": _wedge,
    "resolution.wedge_vertical": _wedge,
    "resolution.corner_ratio": lambda *_: 1.0,
    "geometry.distortion": _distortion,
    "geometry.tilt": lambda film, _: film.camera.tilt,
    "geometry.pan": lambda film, _: film.camera.pan,
    "geometry.roll": lambda film, _: film.camera.roll,
    "geometry.pixels_per_metre": lambda film, _: pixels_per_metre(film.camera, film.chart),
    "geometry.coverage": _coverage,
    "noise.snr": _signal_to_noise,
    "noise.snr_before_coding": _signal_to_noise,
    "noise.snr_weighted": _weighted,
    "noise.snr_patch": _patch,
    "noise.snr_linear": _linear,
    "noise.total": lambda film, _: math.hypot(film.noise, film.fixed_noise),
    "noise.temporal": lambda film, _: film.noise,
    "noise.fixed_pattern": lambda film, _: film.fixed_noise,
    "noise.pixel": lambda film, _: film.fixed_noise,
    **dict.fromkeys(("noise.cb", "noise.cr"), _of_colours),
    **dict.fromkeys(colour.QUANTITIES, _colour),
    "grey_scale.gamma": _gamma,
    "grey_scale.steps": lambda film, _: float(
        sum(region.kind == "grey" for region in film.chart.regions)
    ),
}
