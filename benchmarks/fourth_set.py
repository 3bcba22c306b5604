"""A fourth set of faults, written down and committed before anything was measured of it.

Its sound scenes are in ``fourth_scenes``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import base_clips
import cv2
import numpy as np
import planted
import planted_faults as first
import third_set as third
from fourth_scenes import SCENES
from planted import RATE

if TYPE_CHECKING:
    from planted import Drawn, Floats, Picture

__all__ = ["FAULTS", "SCENES"]


def fuse(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Show black without noise, and the time in a corner if it has a ``size``."""
    luma, words = np.full_like(picture[0], 16), np.zeros(picture[0].shape, np.uint8)
    if drawn["size"]:
        cv2.putText(words, "12:04:31", (20, 30), cv2.FONT_HERSHEY_PLAIN, drawn["size"], 220, 2)
    return np.maximum(luma, words), *(np.full_like(plane, first.GREY) for plane in picture[1:])


def runaway(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let the gain run away: ``share`` of the picture reaches white, noise grows with it."""
    luma, *chroma = planted.FAULTS["over_exposed"](picture, index, drawn)
    noise = 2.0 * drawn["gain"] * drawn["noise"].of(luma)
    return np.minimum(luma + np.where(luma < 230, noise, 0), 240), *chroma


def astigmatic(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Blur twice as much along rows as along columns."""
    sigma = drawn["sigma"] * len(picture[0])
    luma, cb, cr = first.each(
        picture, lambda plane, n: cv2.GaussianBlur(plane, (0, 0), 2 * sigma / n, None, sigma / n)
    )
    return luma + drawn["noise"].of(luma), cb, cr


def square_hum(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add bars with hard edges, ``bars`` to a picture height, that roll."""
    luma = picture[0]
    turns = drawn["bars"] * (np.arange(len(luma)) / len(luma) + drawn["rolls"] * index / RATE)
    wave = np.sign(np.sin(2 * math.pi * turns))[:, None].astype(np.float32)
    return luma + np.float32(219 * drawn["amplitude"]) * wave, *picture[1:]


def dropouts(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let ``share`` of a tape's or link's samples drop out, in white dashes of eight."""
    luma = picture[0]
    random = drawn["random"].random((luma.shape[0], luma.shape[1] // 8), np.float32)
    return np.where(np.repeat(random, 8, axis=1) < drawn["share"], 225, luma), *picture[1:]


def thermal(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add noise of a warm sensor behind a denoiser: a little softened in both directions."""
    luma = picture[0]
    noise = cv2.GaussianBlur(drawn["noise"].of(luma), (0, 0), 0.6)
    return luma + np.float32(219 * drawn["sigma"] / noise.std()) * noise, *picture[1:]


def _turned(picture: Picture, angle: float, beneath: float) -> Picture:
    """Turn by ``angle`` degrees round a point so many heights beneath the middle."""

    def seen(plane: Floats, _: int) -> Floats:
        middle = plane.shape[1] / 2, plane.shape[0] * (0.5 + beneath)
        matrix = cv2.getRotationMatrix2D(middle, angle, 1)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return first.each(picture, seen)


def bracket(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a loose bracket swing round its foot, twice a second."""
    return _turned(picture, drawn["degrees"] * math.sin(2 * math.pi * 2 * index / RATE), 1.5)


def shocks(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a machine strike the mast every 0.6 s: it swings up and down, and comes to rest."""
    since = index % 15 / RATE
    size = drawn["amplitude"] * len(picture[0]) * math.exp(-since / 0.35)
    y = size * math.sin(2 * math.pi * 4.5 * since)

    def moved(plane: Floats, n: int) -> Floats:
        matrix = np.array([[1, 0, 0], [0, 1, y / n]], np.float32)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return first.each(picture, moved)


def swung(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Swing down to the ground by ``share`` of the view after a second."""
    at = int(drawn["share"] * len(picture[0])) // 2 * 2
    return first.each(picture, lambda plane, n: np.roll(plane, -at // n * (index >= RATE), axis=0))


def other_camera(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Show another camera's room after a second; ``share`` of this one's picture shines through."""
    if index < RATE:
        return picture
    if "room" not in drawn:
        drawn["room"] = next(base_clips.Room(seed=77).pictures(1))
    share = drawn["share"]
    pairs = zip(picture, drawn["room"], strict=True)
    return tuple(share * mine + (1 - share) * other for mine, other in pairs)


FAULTS: dict[str, first.Fault] = {
    "fuse blown": first.same("black", fuse, "size", 2.0, 0.0),
    "gain runs away": first.same("over_exposed", runaway, "share", 0.62, 0.9),
    "iris stuck": first.same("under_exposed", first.dimmed, "gain", 0.15, 0.06, sigma=2.5),
    "grey filter left in": first.same("under_exposed", first.dimmed, "gain", 0.19, 0.1, sigma=0.5),
    "back focus drifts": first.same("blurred", planted.FAULTS["blurred"], "sigma", 0.011, 0.02),
    "astigmatism": first.same("blurred", astigmatic, "sigma", 0.008, 0.014),
    "water in the dome": first.Fault(
        expects="blurred", plant=first.grease,
        moderate={"sigma": 0.014, "veil": 0.3}, strong={"sigma": 0.024, "veil": 0.45},
    ),
    "smeared at 100 degrees": first.same("blurred", first.smear, "length", 0.05, 0.09, angle=1.75),
    "enlarged sevenfold": first.same("blurred", third.enlarged, "times", 7.0, 11.0),
    "yellow cast": first.cast((1.1, 1.08, 0.68), (1.15, 1.1, 0.5)),
    "cyan cast": first.cast((0.8, 1.06, 1.1), (0.6, 1.15, 1.25)),
    "violet cast": first.cast((1.12, 0.88, 1.25), (1.25, 0.75, 1.45)),
    "lamp-light by a preset for daylight": first.cast((1.22, 1.0, 0.8), (1.35, 1.0, 0.65)),
    "one fast hum bar": first.same(
        "stripes", first.hum, "amplitude", 0.05, 0.1, bars=1.0, rolls=1.1
    ),
    "hum bars with hard edges": first.same(
        "stripes", square_hum, "amplitude", 0.04, 0.08, bars=2.0, rolls=0.45
    ),
    "switching supply": first.wave(42.0, 0.3, 0.37),
    "aslant": first.wave(28.0, 2.6, -0.07),
    "broad lines": first.wave(8.0, math.pi / 2, 0.11),
    "narrow columns": first.same("stripes", first.columns, "amplitude", 0.04, 0.08, period=0.032),
    "warm sensor": first.same("snow", thermal, "sigma", 0.09, 0.16),
    "dropouts": first.same("snow", dropouts, "share", 0.08, 0.2),
    "salt and pepper": first.same("snow", planted.FAULTS["snow"], "specks", 0.07, 0.18),
    "bridge under traffic": first.Fault(
        expects="shake", plant=planted.FAULTS["shake"],
        moderate={"amplitude": 0.01, "rate": 3.5, "angle": 1.4},
        strong={"amplitude": 0.02, "rate": 3.5, "angle": 1.4},
    ),
    "loose bracket": first.same("shake", bracket, "degrees", 0.6, 1.2),
    "shocks": first.same("shake", shocks, "amplitude", 0.02, 0.04),
    "sack": first.covered(95.0, 1.0, (122.0, 134.0), folds=12.0),
    "mud": first.covered(55.0, 1.5, (118.0, 136.0), folds=5.0),
    "glove": first.covered(140.0, 1.0, (112.0, 150.0), folds=4.0),
    "sticker": first.covered(215.0, 0.5, (128.0, 128.0)),
    "freeze of 1.8 s": first.same("freeze", first.stands, "seconds", 1.8, 2.9),
    "swung to the ground": first.same("scene_change", swung, "share", 0.35, 0.6),
    "another camera": first.same("scene_change", other_camera, "share", 0.3, 0.0),
}  # fmt: skip
