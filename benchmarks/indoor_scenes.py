"""Sound scenes of the third set in buildings, and what all of them are drawn with."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import sound_scenes as sound
from planted_faults import GREY, each

if TYPE_CHECKING:
    from planted import Floats, Picture
HIGH, WIDE = 270, 480


@lru_cache(maxsize=8)
def texture(seed: int, high: int, wide: int) -> Floats:
    """Return texture of all sizes, of mean 0 and standard deviation 1."""
    rough = planted.grain(np.random.default_rng(seed), high, wide)
    return (rough - rough.mean()) / rough.std()


def coloured(picture: Picture, at: tuple[slice, slice], colour: tuple[float, float]) -> Picture:
    """Give a part (rows, columns) of the picture, even numbers, a colour off grey."""
    luma, *chroma = (plane.copy() for plane in picture)
    half = tuple(slice(one.start // 2, one.stop // 2) for one in at)
    for plane, off in zip(chroma, colour, strict=True):
        plane[half] = GREY + off
    return luma, *chroma


def written(luma: Floats, words: str, at: tuple[int, int], size: float, code: int) -> None:
    """Write words at (x, y) of the luma."""
    mask = np.zeros(luma.shape, np.uint8)
    wide = max(2, round(3 * size))
    cv2.putText(mask, words, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, wide, cv2.LINE_AA)
    luma += mask / np.float32(255) * (code - luma)


def escalator(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the steps of an escalator run down the middle of the view."""
    luma = picture[0].copy()
    rows = (np.arange(HIGH) + 3 * index) % 27
    luma[:, 160:320] = np.where(rows < 4, 190, 70 + 1.5 * rows)[:, None]
    return luma, *picture[1:]


def television(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Have a television in view, whose programme is cut every half second."""
    luma, cb, cr = (plane.copy() for plane in picture)
    shown = texture(40 + index // 12, 100, 160)
    luma[60:160, 200:360] = 120 + 45 * shown + 6 * (index % 2)
    colours = np.random.default_rng(index // 12).uniform(-25, 25, 2)
    cb[30:80, 100:180], cr[30:80, 100:180] = GREY + colours
    return luma, cb, cr


def white_corridor(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look along an empty white corridor with a door and a row of lamps."""
    luma = np.full_like(picture[0], 205)
    cv2.fillPoly(luma, [np.array(((0, 270), (190, 150), (290, 150), (480, 270)))], 165, cv2.LINE_AA)
    cv2.rectangle(luma, (190, 85), (290, 150), 190, -1)
    cv2.rectangle(luma, (225, 100), (255, 150), 120, -1)
    for step in range(5):
        half = 34 - 6 * step
        cv2.rectangle(luma, (240 - half, 16 * step), (240 + half, 16 * step + 5), 233, -1)
    cv2.line(luma, (0, 250), (190, 150), 110, 2, cv2.LINE_AA)
    luma = cv2.GaussianBlur(luma, (0, 0), 0.7) + sound.noise(luma, 1.2, random)
    return luma, *(np.full_like(plane, GREY) for plane in picture[1:])


def shop_window(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Look through a window in which the street behind the camera moves by."""
    return each(
        picture,
        lambda plane, n: (
            0.72 * plane + 0.28 * np.roll(cv2.flip(plane, 1), 4 * index // n // 2 * 2, axis=1)
        ),
    )


def gate(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a gate of slats roll up over half the view."""
    luma = picture[0].copy()
    foot = 270 - 2 * index
    rows = (np.arange(foot) + 2 * index) % 12
    luma[:foot, 100:340] = (110 + 30 * np.sin(rows * math.pi / 6))[:, None]
    return luma, *picture[1:]


def belt(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let parcels pass on a belt that fills most of the view."""
    luma = picture[0].copy()
    luma[100:] = 60 + 4 * texture(61, 170, 1200)[:, 3 * index : 3 * index + WIDE]
    for number in range(8):
        x = 130 * number - 3 * index
        cv2.rectangle(luma, (x, 130), (x + 80, 220), 120 + 15 * number, -1)
        cv2.rectangle(luma, (x + 50, 190), (x + 72, 210), 215, -1)
    return luma, *picture[1:]


def coat(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let somebody in a dark coat pass close to the lens."""
    luma = picture[0].copy()
    x = 40 * index - 1200
    luma[20:, max(0, x) : max(0, x + 420)] = 42
    return luma, *picture[1:]


def lift(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look into an empty lift: brushed steel, doors, and a panel of buttons."""
    luma = 130 + 25 * np.sin(np.arange(WIDE, dtype=np.float32) / 75) + np.zeros_like(picture[0])
    luma += 1.5 * texture(71, HIGH, 64)[:, :1]
    luma[:, 238:242] = 70
    luma[225:] = 85 + 5 * texture(72, 45, WIDE)
    for row in range(90, 190, 16):
        cv2.circle(luma, (440, row), 5, 215, -1, cv2.LINE_AA)
    luma = cv2.GaussianBlur(luma, (0, 0), 0.6) + sound.noise(luma, 1.2, random)
    return luma, *(np.full_like(plane, GREY) for plane in picture[1:])


def tank(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look into an aquarium: blue-green water, fish and bubbles."""
    luma, cb, cr = coloured(picture, (slice(0, HIGH), slice(0, WIDE)), (14.0, -18.0))
    luma = 16 + 0.55 * (luma - 16)
    for number in range(5):
        x = int(90 * number + 40 * math.sin(index / 15 + number))
        centre = x, 60 + 40 * number
        cv2.ellipse(luma, centre, (18, 8), 0, 0, 360, 170, -1, cv2.LINE_AA)
        cv2.ellipse(cr, (centre[0] // 2, centre[1] // 2), (9, 4), 0, 0, 360, GREY + 35, -1)
        cv2.ellipse(cb, (centre[0] // 2, centre[1] // 2), (9, 4), 0, 0, 360, GREY - 25, -1)
    return luma + sound.noise(luma, 1.0, random), cb, cr


def welding(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let an arc flicker in a dim workshop."""
    arc = random.uniform(0.3, 1.0) if index // 15 % 2 else 0.0
    rows, columns = np.indices(picture[0].shape, np.float32)
    far = np.hypot(rows - 170, columns - 330)
    luma = 16 + 0.5 * (picture[0] - 16) * (1 + 1.5 * arc * np.exp(-far / 120))
    return np.minimum(luma + arc * 400 / (1 + (far / 9) ** 2), 240), *picture[1:]


def slides(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a screen in a dark hall, whose slides change."""
    luma, *chroma = sound.dark(0.3, 2.0)(picture, index, random)
    luma[40:200, 100:380] = 210
    for line in range(5):
        words = "abcdefghijklmnop"[line + index // 40 : line + index // 40 + 10]
        written(luma, words, (115, 75 + 26 * line), 0.8, 50)
    for plane in chroma:
        plane[20:100, 50:190] = GREY
    return luma, *chroma
