"""A sixth set: thirty faults at two strengths, written down before anything was measured of them.

Its sound scenes are in ``sixth_scenes``. Unlike the sets before it holds faults that begin during
the film, bands that come and go, streaks, covers that move, and a clock that runs over a freeze.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import planted_faults as first
from indoor_scenes import written
from planted import RATE
from planted_faults import GREY
from sixth_scenes import SCENES, moved

if TYPE_CHECKING:
    from planted import Drawn, Floats, Picture

__all__ = ["FAULTS", "SCENES"]


def named_black(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Show black under the recorder's name and clock."""
    luma = np.full_like(picture[0], 16) + drawn["sigma"] * drawn["noise"].of(picture[0])
    written(luma, f"CH 03 08:15:{index // RATE:02d}", (12, 28), 0.7, 230)
    return np.maximum(luma, 16), *(np.full_like(plane, GREY) for plane in picture[1:])


def knee(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Expose by ``gain`` too much; a soft knee leads into white."""
    luma, *chroma = picture
    light = drawn["gain"] * np.maximum(luma - 16, 0) / 219
    bright = 1.02 * (1 - np.exp(-1.6 * light)) / (1 - math.exp(-1.6 * 1.6))
    return np.minimum(16 + 219 * bright, 238), *(GREY + 0.3 * (plane - GREY) for plane in chroma)


def back_light(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let a white window bloom over ``share`` of the view, from the left."""
    columns = np.arange(picture[0].shape[1], dtype=np.float32) / picture[0].shape[1]
    light = np.clip((drawn["share"] - columns) / 0.03 + 0.5, 0, 1)[None]
    half = cv2.resize(light, (picture[1].shape[1], 1))
    return picture[0] + light * (238 - picture[0]), *(p + half * (GREY - p) for p in picture[1:])


def lamps_out(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let the lamps go out after 0.8 s; ``gain`` of the light is left."""
    return picture if index < 20 else first.dimmed(picture, index, drawn)


def loosened(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let the lens come loose within 1.2 s, to a blur of ``sigma``."""
    sigma = drawn["sigma"] * min(1.0, (index + 1) / 30)
    return planted.FAULTS["blurred"](picture, index, drawn | {"sigma": sigma})


def iced(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let ice grow on the dome: blur of ``sigma`` and ferns that are lighter by 25 codes."""
    luma, *chroma = planted.FAULTS["blurred"](picture, index, drawn)
    ferns = cv2.GaussianBlur(np.random.default_rng(301).standard_normal(luma.shape), (0, 0), 12)
    return luma + 15 + np.float32(10 / ferns.std()) * ferns.astype(np.float32), *chroma


def median(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let a denoiser take all fine detail: medians of ``size``, softened."""
    luma = np.clip(picture[0], 0, 255).astype(np.uint8)
    soft = cv2.GaussianBlur(cv2.medianBlur(luma, drawn["size"]), (0, 0), drawn["size"] / 4)
    return soft.astype(np.float32), *(cv2.blur(plane, (5, 5)) for plane in picture[1:])


def offset(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add codes to Cb and Cr: a faulty cable or converter."""
    luma, *chroma = picture
    return luma, *(plane + off for plane, off in zip(chroma, drawn["codes"], strict=True))


def streaks(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add an offset to each row, another one in each picture: a noisy read-out."""
    rows = drawn["random"].standard_normal((len(picture[0]), 1), np.float32)
    return picture[0] + np.float32(219 * drawn["amplitude"]) * rows, *picture[1:]


def herringbone(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add a wave whose amplitude comes and goes along the rows, as of a modulated carrier."""
    rows, columns = np.indices(picture[0].shape, np.float32) / len(picture[0])
    carrier = np.sin(2 * math.pi * (26 * columns + 9 * rows + 0.3 * index))
    envelope = 0.6 + 0.4 * np.sin(2 * math.pi * (2 * columns + 0.1 * index))
    return picture[0] + np.float32(219 * drawn["amplitude"]) * carrier * envelope, *picture[1:]


def columns(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Lift two of every eight columns: one of four converters is off."""
    lifted = (np.arange(picture[0].shape[1]) % 8 < 2).astype(np.float32)
    return picture[0] + 219 * drawn["amplitude"] * lifted, *picture[1:]


def lamp_bands(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let lamps switched at 100 Hz throw bands: light of 1 - ``depth`` for two fifths of each."""
    turns = 3.3 * (np.arange(len(picture[0])) / len(picture[0])) + 0.17 * index
    light = np.where(turns % 1 < 0.4, 1 - drawn["depth"], 1.0).astype(np.float32)
    soft = cv2.GaussianBlur(light[:, None], (1, 0), 0, None, 4)
    return 16 + soft * (picture[0] - 16), *picture[1:]


def ripple(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add a bar that rolls at first one way and then the other: a supply that hunts."""
    rolls = 0.5 * math.sin(index / 12) * 12 / RATE
    turns = 2 * (np.arange(len(picture[0])) / len(picture[0])) + 2 * rolls
    wave = np.sin(2 * math.pi * turns)[:, None].astype(np.float32)
    return picture[0] + np.float32(219 * drawn["amplitude"]) * wave, *picture[1:]


def flecks(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let ``share`` of the view be flecks of 2 x 2 samples, light or dark: a weak transmitter."""
    luma = picture[0]
    small = drawn["random"].random((luma.shape[0] // 2, luma.shape[1] // 2), np.float32)
    hit = np.repeat(np.repeat(small, 2, axis=0), 2, axis=1)
    half = drawn["share"] / 2
    return np.where(hit < half, 20, np.where(hit > 1 - half, 230, luma)), *picture[1:]


def coloured_noise(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add noise to luma and half as much to both colours: an amplifier at its end, at night."""
    luma, *chroma = picture
    size = np.float32(219 * drawn["sigma"])
    return 16 + 0.5 * (luma - 16) + size * drawn["noise"].of(luma), *(
        GREY + 0.5 * (plane - GREY) + size / 2 * drawn["noise"].of(plane) for plane in chroma
    )


def fan(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a fan turn the housing on an ellipse, 3.5 times a second."""
    angle, size = 2 * math.pi * 3.5 * index / RATE, drawn["amplitude"] * len(picture[0])
    return moved(picture, size * math.cos(angle), 0.5 * size * math.sin(angle))


def bumps(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let lorries shake a bridge: a walk at random that springs back."""
    place = drawn.setdefault("place", np.zeros(2))
    pushed = drawn["random"].standard_normal(2) * drawn["sigma"] * len(picture[0])
    place += pushed - 0.45 * place
    return moved(picture, *place.tolist())


def nodding(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a worn gear nod the camera up and down, 1.3 times a second, with a rest at each end."""
    wave = math.sin(2 * math.pi * 1.3 * index / RATE)
    y = drawn["amplitude"] * len(picture[0]) * max(-0.7, min(0.7, wave)) / 0.7
    return moved(picture, 0, y)


def creeping(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Cover the lens by something that creeps over it within 0.8 s, and leaves ``open``."""
    covered = first.cover(picture, index, drawn)
    edge = round(picture[0].shape[1] * max(0.0, 1 - (index + 1) / 20))
    planes = []
    for mine, other, n in zip(covered, picture, (1, 2, 2), strict=True):
        plane: Floats = mine.copy()
        plane[:, plane.shape[1] - edge // n :] = other[:, other.shape[1] - edge // n :]
        planes.append(plane)
    return tuple(planes)


def moving_cover(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a cloth before the lens stir: its folds wander."""
    luma, *chroma = first.cover(picture, index, drawn)
    fold = 6 * np.sin(np.arange(luma.shape[1], dtype=np.float32) / 70 + index / 9)
    return luma + fold[None], *chroma


def clock_runs_on(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Freeze for ``seconds`` under a clock that runs on."""
    luma, *chroma = first.stands(picture, index, drawn)
    luma = luma.copy()
    written(luma, f"08:15:{index // RATE:02d}", (12, 28), 0.7, 230)
    return luma, *chroma


def dark_freeze(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Freeze at night."""
    return first.stands(first.dimmed(picture, index, drawn), index, drawn)


def rotated(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let somebody twist the camera by ``degrees`` between two pictures."""

    def twisted(plane: Floats, _: int) -> Floats:
        middle = plane.shape[1] / 2, plane.shape[0] / 2
        matrix = cv2.getRotationMatrix2D(middle, drawn["degrees"], 1.0)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return picture if index < RATE else first.each(picture, twisted)


FAULTS: dict[str, first.Fault] = {
    "black under a name": first.same("black", named_black, "sigma", 1.5, 0.0),
    "iris shut, gain up": first.same("black", first.dimmed, "gain", 0.02, 0.0, sigma=2.5),
    "exposure of the night": first.same("over_exposed", knee, "gain", 3.5, 7.0),
    "blooming window": first.same("over_exposed", back_light, "share", 0.62, 0.85),
    "smoked dome": first.same("under_exposed", first.dimmed, "gain", 0.17, 0.09, sigma=1.0),
    "lamps go out": first.same("under_exposed", lamps_out, "gain", 0.16, 0.08, sigma=2.0),
    "lens comes loose": first.same("blurred", loosened, "sigma", 0.013, 0.024),
    "ice": first.same("blurred", iced, "sigma", 0.013, 0.022),
    "denoiser": first.same("blurred", median, "size", 9, 17),
    "smeared at 150 degrees": first.same("blurred", first.smear, "length", 0.05, 0.09, angle=2.62),
    "focus on the dome": first.same("blurred", first.disc, "radius", 0.02, 0.045),
    "amber dome": first.cast((1.1, 1.0, 0.72), (1.15, 1.0, 0.5)),
    "lamp-light preset": first.cast((0.8, 0.98, 1.28), (0.62, 1.0, 1.5)),
    "red weak": first.cast((0.74, 1.05, 1.05), (0.5, 1.1, 1.1)),
    "faulty converter": first.same("colour_cast", offset, "codes", (-10.0, -12.0), (-20.0, -22.0)),
    "two fast hum bars": first.same("stripes", first.hum, "amplitude", 0.05, 0.1, bars=2.0,
                                    rolls=0.9),
    "streaks": first.same("stripes", streaks, "amplitude", 0.05, 0.1),
    "herringbone": first.same("stripes", herringbone, "amplitude", 0.06, 0.12),
    "one of four converters": first.same("stripes", columns, "amplitude", 0.08, 0.16),
    "bands of lamps": first.same("stripes", lamp_bands, "depth", 0.25, 0.5),
    "bar to and fro": first.same("stripes", ripple, "amplitude", 0.05, 0.1),
    "flecks": first.same("snow", flecks, "share", 0.08, 0.2),
    "coloured noise at night": first.same("snow", coloured_noise, "sigma", 0.09, 0.16),
    "fan": first.same("shake", fan, "amplitude", 0.009, 0.018),
    "lorries on a bridge": first.same("shake", bumps, "sigma", 0.008, 0.016),
    "worn gear": first.same("shake", nodding, "amplitude", 0.025, 0.05),
    "creeping cover": first.same("covered_lens", creeping, "open", 0.04, 0.0, level=60.0,
                                 sigma=1.0, colour=(122.0, 134.0), slope=20.0),
    "cloth that stirs": first.same("covered_lens", moving_cover, "open", 0.04, 0.0, level=120.0,
                                   sigma=1.0, colour=(126.0, 132.0), slope=10.0, folds=5.0),
    "freeze under a clock": first.same("freeze", clock_runs_on, "seconds", 2.0, 3.0),
    "freeze at night": first.same("freeze", dark_freeze, "seconds", 1.8, 2.8, gain=0.35,
                                  sigma=2.0),
    "twisted": first.same("scene_change", rotated, "degrees", 30.0, 75.0),
}  # fmt: skip
