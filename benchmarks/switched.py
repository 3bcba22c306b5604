"""By what films of a chart depart from the ideal: switches of the camera, each drawn at random.

``SWITCHES`` lists each under its name; ``drawn_on`` puts some of them on.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from draws import log_uniform
from films import TRUTHS
from through_camera import drawn_camera

from acceptance.charts import definition
from acceptance.metrics.geometry.lens import ASKEW_DOUBT, CENTRE_DOUBT
from acceptance.simulate.coding import lamps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from acceptance.simulate.camera import Camera

    Random = np.random.Generator

WIDTH, HEIGHT = 640, 360
SECONDS = 0.32
HALF = math.hypot(WIDTH - 1, HEIGHT - 1) / 2
CHART = definition.load("acceptance")
OFTEN = 0.15  # share of the films in which a switch is on where all are drawn
BRIGHTEST = 0.97  # light of the chart's white where most falls on it: a person sets it so


def vignetting(random: Random, camera: Camera) -> Camera:
    """Lose 10 to 50 % of the light in the corners."""
    return replace(camera, vignetting=random.uniform(0.1, 0.5))


def gradient(random: Random, camera: Camera) -> Camera:
    """Light one side up to twice as much as the other, across and down."""
    return replace(camera, gradient=(log_uniform(random, 0.5, 2), log_uniform(random, 0.5, 2)))


def lamp(random: Random, camera: Camera) -> Camera:
    """Light the chart by one lamp, 0.5 to 1.2 picture widths before it and up to 0.9 beside it."""
    beside = random.uniform(-0.9, 0.9), random.uniform(-0.5, 0.5)
    return replace(camera, lamp=(*beside, random.uniform(0.5, 1.2)))


def glare(random: Random, camera: Camera) -> Camera:
    """Put a white patch of glare of 5 to 25 mm radius anywhere on the chart."""
    return replace(camera, glare=(*_place(random), random.uniform(5, 25)))


def sheen(random: Random, camera: Camera) -> Camera:
    """Mirror a lamp in the print: a Gaussian of 30 to 120 mm, 2 to 20 % of white in its middle."""
    light = log_uniform(random, 0.02, 0.2)
    return replace(camera, sheen=(*_place(random), random.uniform(30, 120), light))


def veil(random: Random, camera: Camera) -> Camera:
    """Add light everywhere: 2 to 15 % of nominal white. A cast would colour it: there is none."""
    return replace(camera, black=log_uniform(random, 0.02, 0.15), gains=(1.0, 1.0, 1.0))


def sharpening(random: Random, camera: Camera) -> Camera:
    """Raise detail by 20 to 100 %."""
    return replace(camera, sharpening=random.uniform(0.2, 1.0))


def smoothing(random: Random, camera: Camera) -> Camera:
    """Reduce noise in space by a Gaussian of 0.3 to 0.8 px."""
    return replace(camera, smoothing=random.uniform(0.3, 0.8))


def recursion(random: Random, camera: Camera) -> Camera:
    """Reduce noise in time: 20 to 80 % of each frame is the one before."""
    return replace(camera, recursion=random.uniform(0.2, 0.8))


def tone(random: Random, camera: Camera) -> Camera:
    """Bend the transfer curve to an S, its middle up to 50 % steeper or flatter."""
    return replace(camera, tone=random.uniform(-0.5, 0.5))


def motion(random: Random, camera: Camera) -> Camera:
    """Move by 0.5 to 3 px during an exposure, across or down."""
    by = random.uniform(0.5, 3)
    return replace(camera, motion=(by, 0.0) if random.uniform() < 0.5 else (0.0, by))


def combing(random: Random, camera: Camera) -> Camera:
    """Weave fields together that are 0.3 to 4 px apart."""
    return replace(camera, combing=log_uniform(random, 0.3, 4))


def doubled(_: Random, camera: Camera) -> Camera:
    """Show every second row twice."""
    return replace(camera, doubled=True)


def zoom(random: Random, camera: Camera) -> Camera:
    """Enlarge the middle 1.14 to 1.6 times; the camera stands further away by as much."""
    by = WIDTH / (16 * int(random.integers(25, 36)))
    return replace(camera, zoom=by, share=camera.share / by)


def chroma_shift(random: Random, camera: Camera) -> Camera:
    """Move the colours by up to 2 px across and down."""
    across, down = random.uniform(-2, 2, 2).tolist()
    return replace(camera, chroma_shift=(across, down))


def lens_centre(random: Random, camera: Camera) -> Camera:
    """Bend the picture: the axis of the lens, beside the middle in every film, then counts."""
    return replace(camera, distortion=random.uniform(-0.05, 0.1))


def tangential(random: Random, camera: Camera) -> Camera:
    """Put the lens together twice as badly as the budget doubts: by 0.16 % of half the diagonal."""
    first, second = (2 * ASKEW_DOUBT * random.standard_normal(2)).tolist()
    return replace(camera, tangential=(first, second))


def h264(random: Random, camera: Camera) -> Camera:
    """Code in H.264, CRF 18 to 30."""
    return replace(camera, crf=int(random.integers(18, 31)))


def h265(random: Random, camera: Camera) -> Camera:
    """Code in H.265, CRF 20 to 30."""
    return replace(camera, codec="libx265", crf=int(random.integers(20, 31)))


def mjpeg(random: Random, camera: Camera) -> Camera:
    """Code in MJPEG, scale 2 to 8."""
    return replace(
        camera, codec="mjpeg", full_range=True, matrix="bt601", scale=int(random.integers(2, 9))
    )


def jpeg(random: Random, camera: Camera) -> Camera:
    """Take a still in JPEG, scale 2 to 8."""
    return mjpeg(random, camera)


def ten_bit(_: Random, camera: Camera) -> Camera:
    """Record 10 bits."""
    return replace(camera, depth=10)


def starved(random: Random, camera: Camera) -> Camera:
    """Give H.264 100 to 600 kbit/s."""
    return replace(camera, bit_rate=round(log_uniform(random, 1e5, 6e5)))


SWITCHES: Mapping[str, Callable[[Random, Camera], Camera]] = {
    switch.__name__: switch
    for switch in (
        vignetting, gradient, lamp, glare, sheen, veil, sharpening, smoothing, recursion, tone,
        motion, combing, doubled, zoom, chroma_shift, lens_centre, tangential, ten_bit, h264, h265,
        mjpeg, jpeg, starved,
    )
}  # fmt: skip
CODERS = ("h264", "h265", "mjpeg", "jpeg", "starved")  # one at a time
LIT = ("gradient", "lamp")  # one at a time
RECORDED = ("snr", "snr_weighted", "snr_patch", "snr_linear", "total", "temporal", "fixed_pattern",
            "pixel")  # fmt: skip
"""Noise figures that describe the picture as recorded."""


def some(random: Random) -> list[str]:
    """Draw which switches are on, each by itself; of coders and lamps one at most."""
    on = [name for name in SWITCHES if random.uniform() < OFTEN]
    for group in (CODERS, LIT):
        both = [name for name in on if name in group]
        kept = str(random.choice(both)) if both else ""
        on = [name for name in on if name not in group or name == kept]
    return [name for name in on if name != "ten_bit" or not set(on) & {"mjpeg", "jpeg"}]


def askew(random: Random, camera: Camera) -> Camera:
    """Put the lens together as lenses are: what the budget of every angle doubts, in every film."""
    across, down = (CENTRE_DOUBT * HALF * random.standard_normal(2)).tolist()
    first, second = (ASKEW_DOUBT * random.standard_normal(2)).tolist()
    return replace(camera, centre=(across, down), tangential=(first, second))


def drawn_on(base: Random, random: Random, names: Sequence[str]) -> Camera:
    """Draw a camera from ``base`` and put these switches on.

    Its exposure is set to the light on the chart.
    """
    camera = replace(drawn_camera(base, WIDTH, HEIGHT), blur=base.uniform(0.6, 1.0))
    camera = askew(base, camera)
    for name in names:
        camera = SWITCHES[name](random, camera)
    return exposed(camera)


def exposed(camera: Camera) -> Camera:
    """Set a camera's exposure to the light on the chart, so that its white is not clipped."""
    most = float(lamps(camera, (HEIGHT, WIDTH)).max())
    added = camera.sheen[3] if camera.sheen else 0.0
    return replace(camera, white=min(camera.white, BRIGHTEST / most / (0.9 + added)))


def lossy(camera: Camera) -> bool:
    """Whether the coder takes something away."""
    return camera.codec != "libx264" or camera.crf > 0 or camera.bit_rate > 0


def figures(camera: Camera) -> list[str]:
    """Return the figures whose truth is known for this camera."""
    left_out = set()
    if camera.combing or camera.zoom > 1:
        left_out |= {name for name in TRUTHS if name.startswith("noise.")}
    if lossy(camera):
        left_out |= {f"noise.{name}" for name in RECORDED}
    return [name for name in TRUTHS if name not in left_out and name != "grey_scale.steps"]


def _place(random: Random) -> tuple[float, float]:
    return random.uniform(0, CHART.size[0]), random.uniform(0, CHART.size[1])
