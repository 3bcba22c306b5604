"""A third set of faults, written down before the repair of what the second set had shown.

The metric was never tuned on it: it is measured once. Its sound scenes are in ``third_scenes``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import planted_faults as first
from planted import RATE
from third_scenes import SCENES

if TYPE_CHECKING:
    from planted import Drawn, Floats, Picture

__all__ = ["FAULTS", "SCENES"]


def crushed(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Take light away by a wrong gamma: ``gain`` times the square of each level."""
    luma, *chroma = picture
    light = np.clip((luma - 16) / 219, 0, 1)
    factor = drawn["gain"] * light
    small = cv2.resize(factor, chroma[0].shape[::-1], interpolation=cv2.INTER_AREA)
    dark = 16 + 219 * factor * light + 1.5 * drawn["noise"].of(luma)
    return dark, *(first.GREY + small * (plane - first.GREY) for plane in chroma)


def bloomed(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Expose for ``share`` of the picture to reach white, and let white run over its edges."""
    luma, *chroma = planted.FAULTS["over_exposed"](picture, index, drawn)
    spread = cv2.GaussianBlur(luma, (0, 0), 3)
    return np.minimum(np.maximum(luma, spread), 240), *chroma


def frosted(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Scratch the dome: all is blurred but for a ``sharp`` share of the light."""

    def seen(plane: Floats, n: int) -> Floats:
        soft = cv2.GaussianBlur(plane, (0, 0), drawn["sigma"] * len(picture[0]) / n)
        return soft + drawn["sharp"] * (plane - soft)

    luma, cb, cr = first.each(picture, seen)
    return luma + drawn["noise"].of(luma), cb, cr


def enlarged(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Enlarge a picture of so many times fewer rows and columns."""

    def coarse(plane: Floats, _: int) -> Floats:
        wide, high = (max(2, round(size / drawn["times"])) for size in plane.shape[::-1])
        small = cv2.resize(plane, (wide, high), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, plane.shape[::-1], interpolation=cv2.INTER_CUBIC)

    return first.each(picture, coarse)


def weak(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add the noise of a weak analogue signal, which is softened along rows."""
    luma = picture[0]
    noise = cv2.GaussianBlur(drawn["noise"].of(luma), (3, 1), 0.6)
    return luma + np.float32(219 * drawn["sigma"] / noise.std()) * noise, *picture[1:]


def dashes(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Break ``share`` of the lines' samples up into dashes of four, black or white."""
    luma = picture[0]
    random = drawn["random"].random((luma.shape[0], luma.shape[1] // 4), np.float32)
    hit = np.repeat(random, 4, axis=1)
    half = drawn["share"] / 2
    return np.where(hit < half, 16, np.where(hit > 1 - half, 235, luma)), *picture[1:]


def _moved(picture: Picture, x: float, y: float) -> Picture:
    def shifted(plane: Floats, n: int) -> Floats:
        matrix = np.array([[1, 0, x / n], [0, 1, y / n]], np.float32)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return first.each(picture, shifted)


def jerks(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Jerk each frame to another place, ``sigma`` of the height off."""
    x, y = drawn["sigma"] * len(picture[0]) * drawn["random"].standard_normal(2)
    return _moved(picture, float(x), float(y))


def gusty_mast(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let gusts sway a mast, nine times in ten seconds, more and less."""
    seconds = index / RATE
    gust = 0.75 + 0.25 * math.sin(2 * math.pi * 0.3 * seconds)
    size = drawn["amplitude"] * len(picture[0]) * gust
    angle = 2 * math.pi * 0.9 * seconds
    return _moved(picture, size * math.sin(angle), 0.2 * size * math.sin(2 * angle))


def other_way(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Show another view after a second: from the other side, and overhead."""
    if index < RATE:
        return picture
    code = drawn["flip"]
    return first.each(picture, lambda plane, _: np.ascontiguousarray(cv2.flip(plane, code)))


def zoomed(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Zoom at once after a second."""

    def nearer(plane: Floats, _: int) -> Floats:
        middle = (plane.shape[1] / 2, plane.shape[0] / 2)
        matrix = cv2.getRotationMatrix2D(middle, 0, drawn["zoom"])
        return cv2.warpAffine(plane, matrix, plane.shape[::-1])

    return first.each(picture, nearer) if index >= RATE else picture


FAULTS: dict[str, first.Fault] = {
    "shutter stays shut": first.same("black", first.dimmed, "gain", 0.035, 0.01, sigma=1.5),
    "bloom": first.same("over_exposed", bloomed, "share", 0.6, 0.88),
    "gamma crushed": first.same("under_exposed", crushed, "gain", 0.3, 0.15),
    "shutter too short": first.same("under_exposed", first.dimmed, "gain", 0.16, 0.08, sigma=3.0),
    "focus too near": first.same("blurred", first.disc, "radius", 0.022, 0.04),
    "smeared at 125 degrees": first.same("blurred", first.smear, "length", 0.05, 0.09, angle=2.18),
    "frosted dome": first.Fault(
        expects="blurred", plant=frosted,
        moderate={"sigma": 0.012, "sharp": 0.1}, strong={"sigma": 0.02, "sharp": 0.0},
    ),
    "enlarged": first.same("blurred", enlarged, "times", 6.0, 10.0),
    "lamp-light balance by day": first.cast((0.75, 1.0, 1.3), (0.55, 1.0, 1.5)),
    "red lost": first.cast((0.75, 1.08, 1.08), (0.4, 1.15, 1.15)),
    "blue lost": first.cast((1.05, 1.02, 0.72), (1.05, 1.02, 0.4)),
    "two and a half hum bars": first.same(
        "stripes", first.hum, "amplitude", 0.05, 0.1, bars=2.5, rolls=0.5
    ),
    "radio": first.wave(50.0, 2.0, 0.13),
    "comb": first.wave(10.0, math.pi / 2, -0.3),
    "weak signal": first.same("snow", weak, "sigma", 0.08, 0.15),
    "dashes": first.same("snow", dashes, "share", 0.06, 0.15),
    "gusty mast": first.same("shake", gusty_mast, "amplitude", 0.03, 0.05),
    "jerks": first.same("shake", jerks, "sigma", 0.006, 0.012),
    "cloth": first.covered(110.0, 1.0, (126.0, 133.0), folds=14.0),
    "leaf on the dome": first.covered(70.0, 1.0, (116.0, 120.0), folds=8.0),
    "foam": first.covered(205.0, 1.0, (128.0, 128.0), folds=4.0),
    "freeze, on and off": first.same("freeze", first.stands, "seconds", 1.7, 2.8),
    "another view": first.same("scene_change", other_way, "flip", 1, -1),
    "zoom at once": first.same("scene_change", zoomed, "zoom", 1.6, 2.5),
}  # fmt: skip
