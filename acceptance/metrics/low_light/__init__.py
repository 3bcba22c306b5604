"""Low light: series at falling illuminance, scenes of two light levels, evenness of the light.

A series of shots of one subject at falling illuminance gives, at each level, the share of the
resolution at the brightest shot, the signal-to-noise ratio and the share of the frame rate; and the
minimum usable illumination (最低可用照度) by two criteria, which each result names: resolution
falls to 70 % of that at the brightest shot (a draft method of the trade for HD cameras), and the
ratio falls to the 25 dB of the usable picture (可用图像, GB 50198-2011, 3.1.9). They define the
quantity, as 10 % defines MTF10; they are not limits.

The ratio's signal is the nominal luma amplitude (GB 3659-1983, 3.3.1) as long as gain holds the
picture's level, and falls with the level from there on: a dark picture of little noise is not a
good one.

Series: ``series_figures.py``, ``light_series.py``; dynamic range: ``two_levels.py``; evenness:
``evenness.py``, ``chart_light.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.metrics.low_light import evenness, series_figures, two_levels
from acceptance.metrics.low_light.light_series import condition, series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.model.measurement import Measurement, Note
    from acceptance.model.shot import Shot
    from acceptance.scene.build import Scene

QUANTITIES: Mapping[str, str] = {
    "low_light.resolution": "%",
    "low_light.snr": "dB",
    "low_light.frame_rate": "%",
    "low_light.minimum_illumination": "lx",
    "low_light.wide_dynamic_range": "dB",
    "low_light.non_uniformity": "%",
    "low_light.hot_spot": "1",
}
OFF = {"off", "no", "false", ""}


def serves(scene: Scene) -> bool:
    """Whether the scene has two light levels, or a surface or chart that shows the light."""
    return two_levels.serves(scene) or evenness.serves(scene)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure what one shot shows: its dynamic range, or the evenness of its light.

    Raises GapError flat_picture, condition_unusable, two_charts_needed, no_region.
    """
    if two_levels.serves(scene):
        yield two_levels.dynamic_range(scene)
    else:
        yield from evenness.measure(scene)


def across(shots: Sequence[Shot], measured: Sequence[Measurement]) -> Iterator[Measurement | Note]:
    """Measure each series of shots at falling illuminance, from what each of its shots gave."""
    for levels in series(shots):
        infrared = [level for level in levels if _infrared(level.shot)]
        for level in infrared:
            yield series_figures.note(level, "minimum_illumination", "infrared_light")
        lit = [level for level in levels if level not in infrared]
        if len(lit) > 1:
            yield from series_figures.resolution(lit, measured)
            yield from series_figures.ratio(lit, measured)
            yield from series_figures.rate(lit, measured)


def _infrared(shot: Shot) -> bool:
    """Whether infra-red light was on, which no lux meter measures."""
    stated = condition(shot, "infrared")
    return stated is not None and str(stated.value).strip().lower() not in OFF
