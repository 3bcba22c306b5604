"""Flicker of lamps on the mains, as a camera sees it: a flat field that beats from frame to frame.

Lamps shine twice a period of the mains: 100 or 120 times a second. ``flicker.amplitude`` is the
amplitude of the strongest wave in linear light over the mean, in % (for a sine the same as percent
flicker, IEEE 1789-2015, 3.2: (largest - smallest) / (largest + smallest)); ``flicker.frequency``
how often the filmed light swings, which is the alias of the lamp's frequency by the frame rate
(method: least-squares spectrum); ``flicker.bands`` how many waves a rolling shutter shows over the
picture's height.

The exposure takes the mean over its time, so all this is of the picture, not of the lamp. What
stands still in the picture (100 Hz at 25 frame/s) cannot be told from shading and is refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared import flat_field
from acceptance.metrics._shared.sources import TONE_SOURCE
from acceptance.metrics._shared.stated import number
from acceptance.metrics.flicker.wave import LightWave, alias, strongest
from acceptance.metrics.flicker.within import unseen
from acceptance.model.measurement import BudgetLine, Measurement, Note
from acceptance.uncertainty import type_b

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

QUANTITIES = {"flicker.amplitude": "%", "flicker.frequency": "Hz", "flicker.bands": "1"}
METHOD = "strongest wave of a flat field's rows in linear light over all frames, least squares"
STATED = "mains_frequency"  # condition: Hz
MAINS = (50.0, 60.0)
GRID = 0.2  # Hz by which the mains may be off (GB/T 15945-2008)
FEWEST, SHORTEST, MOST = 24, 1.0, 1500  # frames, s, and frames that are looked at
STILL = 2.0  # waves in the film that a beat must show
DARK = 0.1  # of the nominal amplitude
CODED = 1.5  # of what a coder leaves undecided in a mean: it also skips small changes (simulated)
LEAST_WITHIN = 0.01  # of the light: less is a coder's
FAINT = 0.005  # of the light: a coder makes such a wave while light of the other mains stands still
STAMPS = 1e-4  # relative: what a camera's clock may be off


@dataclass(frozen=True, kw_only=True)
class FilmedLamp:
    """A field with its wave: ``rate`` frame/s, ``height`` px, ``duration`` s, ``level`` codes.

    ``within`` is the amplitude of what swings within bands of rows, as a share of the light.
    """

    view: View
    wave: LightWave
    within: float
    rate: float
    height: float
    duration: float
    frames: int
    level: float


def serves(scene: Scene) -> bool:
    """Whether a flat field is given by hand."""
    return bool(flat_field.of(scene))


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every flat field that was filmed long enough; what it lacks is a note."""
    for view in flat_field.of(scene):
        try:
            yield from _of_field(scene, view)
        except GapError as gap:
            yield from (_note(view, quantity, gap) for quantity in QUANTITIES)


def _note(view: View, quantity: str, gap: GapError) -> Note:
    return Note.of(gap, metric="flicker", quantity=quantity, region=view.region.name)


def _of_field(scene: Scene, view: View) -> Iterator[Measurement | Note]:
    """Measure one field. Raises GapError."""
    seen = _seen(scene, view)
    if seen.within > max(seen.wave.amplitude, LEAST_WITHIN):
        raise GapError("flicker_uneven", region=view.region.name, percent=100 * seen.within)
    if seen.wave.sure and seen.wave.slow:
        raise GapError("flicker_too_slow", region=view.region.name, seconds=seen.duration)
    if not (seen.wave.sure and _lamps(scene, seen)) or seen.wave.amplitude < FAINT:
        _refuse_in_step(scene, seen)
    if not seen.wave.sure:
        yield _amplitude(scene, seen)
        gap = GapError("flicker_too_small", region=view.region.name)
        for quantity in ("flicker.frequency", "flicker.bands"):
            yield _note(view, quantity, gap)
        return
    wave = seen.wave
    yield _amplitude(scene, seen)
    per_share = math.sqrt(3) / (math.pi * seen.duration) / wave.amplitude
    lines = {
        "fit": wave.frequency_noise,
        "time_stamp_resolution": STAMPS * wave.frequency,
        "coding": per_share * _coded(scene, seen),
    }
    of_frequency = [type_b(source, contribution) for source, contribution in lines.items()]
    yield _figure(scene, seen, "flicker.frequency", wave.frequency, of_frequency)
    scale = scene.video.height / seen.height
    spread = math.hypot(wave.waves_noise, 0.01) * scale
    turned = _coded(scene, seen) / wave.amplitude / (2 * math.pi) * scale
    of_bands = [type_b("fit", spread), type_b("coding", turned)]
    yield _figure(scene, seen, "flicker.bands", wave.waves * scale, of_bands)


def _seen(scene: Scene, view: View) -> FilmedLamp:
    """Find the strongest wave of a field. Raises GapError."""
    flat_field.lit(scene, view)
    codes = scene.series.bands.get(view.region.name, np.empty((0, 1)))[:MOST].astype(np.float64)
    times = scene.series.times[: len(codes)]
    if (np.diff(times) <= 0).any():  # the clock was set back
        codes, times = codes[: _rising(times)], times[: _rising(times)]
    lasting = float(np.ptp(times)) if len(times) else 0.0
    if len(codes) < FEWEST or lasting < SHORTEST:
        rate = (len(times) - 1) / lasting if lasting else 0.0
        needed = max(FEWEST, math.ceil(SHORTEST * rate) + 1)
        raise GapError("too_few_frames", frames=len(codes), needed=needed)
    darkest = float(codes.mean(axis=0).min())
    share = (darkest - scene.code_black) / (scene.code_white - scene.code_black)
    if share < DARK:
        raise GapError("field_too_dark", region=view.region.name, share=share)
    flat_field.refuse_clipped(scene, view)
    duration = float(np.ptp(times)) * len(times) / (len(times) - 1)
    level = float(codes.mean())
    return FilmedLamp(
        view=view,
        within=unseen(view.luma) * _light_a_code(scene, level),
        wave=strongest(times, scene.linear(codes)),
        rate=len(times) / duration,
        height=float(view.luma.shape[1]),
        duration=duration,
        frames=len(codes),
        level=level,
    )


def _mains(scene: Scene) -> tuple[float, ...]:
    stated = number(scene.shot, STATED)
    return MAINS if stated is None else (stated,)


def _lamps(scene: Scene, seen: FilmedLamp) -> list[float]:
    """Return the frequencies of lamps, Hz, that would beat as was seen."""
    near = 2 * GRID + 3 * seen.wave.frequency_noise
    return [
        2 * mains
        for mains in _mains(scene)
        if abs(alias(2 * mains, seen.rate) - seen.wave.frequency) <= near
    ]


def _rising(times: Array) -> int:
    """Return how many times rise before the first that does not."""
    return 1 + int(np.argmax(np.diff(times) <= 0))


def _refuse_in_step(scene: Scene, seen: FilmedLamp) -> None:
    """Refuse where light of a mains frequency would stand still. Raises GapError."""
    for mains in _mains(scene):
        beat = alias(2 * mains, seen.rate)
        slowest = STILL / seen.duration
        if beat < slowest or beat > seen.rate / 2 - slowest / 2:
            raise GapError("flicker_in_step", rate=seen.rate, lamp=2 * mains)


def _amplitude(scene: Scene, seen: FilmedLamp) -> Measurement:
    """Measure the amplitude; an upper bound where the wave may be chance."""
    wave = seen.wave
    value = wave.amplitude if wave.sure else wave.amplitude + 2 * wave.noise
    budget = [
        type_b("sampling", 100 * wave.noise),
        type_b(TONE_SOURCE, 100 * value * _of_curve(scene, np.array([seen.level]))),
        type_b("coding", 100 * _coded(scene, seen)),
        type_b("within_bands", 100 * (math.hypot(value, seen.within) - value) / math.sqrt(3)),
    ]
    return _figure(scene, seen, "flicker.amplitude", 100 * value, budget, bound=not wave.sure)


def _coded(scene: Scene, seen: FilmedLamp) -> float:
    """Return what a coder leaves undecided in the mean light, as a share of it."""
    coder = flat_field.by_coder(scene, seen.view, seen.view.luma, scene.code_spacing)
    return CODED * coder * _light_a_code(scene, seen.level)


def _light_a_code(scene: Scene, level: float) -> float:
    """Return by what share the light at a mean code changes with one code."""
    mean = np.array([level])
    light, more = (float(scene.linear(at)[0]) for at in (mean, mean + 1.0))
    return (more - light) / light


def _of_curve(scene: Scene, mean: Array) -> float:
    """Return the relative standard uncertainty of a small contrast by the tone curve at a code."""
    codes = np.concatenate([mean - 1, mean + 1])
    own = math.log(float(np.divide(*scene.linear(codes)[::-1])))
    bent = [math.log(float(np.divide(*light[::-1]))) for light in scene.bent_curves(codes)]
    exponent = math.hypot(scene.tone_doubt / math.sqrt(3), scene.copy_doubt)
    return math.hypot(exponent, *(other / own - 1 for other in bent))


def _figure(
    scene: Scene,
    seen: FilmedLamp,
    quantity: str,
    value: float,
    budget: Sequence[BudgetLine],
    *,
    bound: bool = False,
) -> Measurement:
    return scene.figure(
        quantity,
        value,
        QUANTITIES[quantity],
        budget,
        samples=seen.frames,
        method=METHOD,
        region=seen.view.region.name,
        upper_bound=bound,
        details=_details(scene, seen),
    )


def _details(scene: Scene, seen: FilmedLamp) -> dict[str, Value]:
    """Return frame rate, and which lamps would beat as was seen."""
    details: dict[str, Value] = {"frame_rate": seen.rate, "tone_level": seen.level}
    if not seen.wave.sure:
        return details
    lamps = _lamps(scene, seen)
    details["lamps"] = ", ".join(f"{lamp:g} Hz" for lamp in lamps)
    if len(lamps) == 1:
        waves = seen.wave.waves
        details["read_out"] = 1000 * waves / lamps[0]  # ms, over the field's height
    return details
