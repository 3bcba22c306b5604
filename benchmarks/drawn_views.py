"""What the scenes of the tenth set are drawn with: canvases at twice the size, light, noise, text.

A canvas is BGR (h, w, 3), 0..1, of twice the rows and columns of the film, so that edges come out
as those of a good lens: of about a pixel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planted import Floats, Picture

Random = np.random.Generator
WORDS = (
    *("gate", "lift", "ward", "camera", "floor", "shift", "total"),
    *("north", "plan", "safety", "order", "route", "exit", "pump"),
)


def canvas(size: tuple[int, int], colour: Sequence[float] | float) -> Floats:
    """Return a canvas for a film of this ``size`` (width, height)."""
    return np.full((2 * size[1], 2 * size[0], 3), colour, np.float32)


def tone(
    random: Random, least: float = 0.15, most: float = 0.8, colour: float = 0.15
) -> list[float]:
    """Draw a colour of a thing: a grey with a little colour."""
    return (random.uniform(least, most) * (1 + random.uniform(-colour, colour, 3))).tolist()


def box(on: Floats, at: tuple[float, float, float, float], colour: Sequence[float] | float) -> None:
    """Draw a box (x, y, width, height), in shares of the canvas."""
    high, wide = on.shape[:2]
    x, y, across, down = at
    left, right = (max(0, round(wide * share)) for share in (x, x + across))
    top, foot = (max(0, round(high * share)) for share in (y, y + down))
    on[top:foot, left:right] = colour


def disc(on: Floats, at: tuple[float, float], radius: float, colour: Sequence[float]) -> None:
    """Draw a disc; place and radius in shares of the canvas (its height)."""
    high, wide = on.shape[:2]
    where = round(wide * at[0] * 16), round(high * at[1] * 16)
    cv2.circle(on, where, round(high * radius * 16), tuple(colour), -1, cv2.LINE_AA, 4)


def line(
    on: Floats,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: Sequence[float],
    width: float,
) -> None:
    """Draw a line; its ``width`` is a share of the canvas's height."""
    high, wide = on.shape[:2]
    first, last = ((round(x * wide), round(y * high)) for x, y in (start, end))
    cv2.line(on, first, last, tuple(colour), max(1, round(width * high)), cv2.LINE_AA)


def words(
    on: Floats, random: Random, at: tuple[float, float], size: float, number: int,
    colour: Sequence[float],
) -> None:  # fmt: skip
    """Write some words; ``size`` is the height of the letters, in shares of the canvas."""
    high, wide = on.shape[:2]
    text = " ".join(random.choice(WORDS, number)).capitalize()
    scale = size * high / 21
    drawn = np.zeros((high, wide), np.uint8)  # letters are drawn on bytes alone
    place = round(at[0] * wide), round(at[1] * high)
    font, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(2 * scale))
    cv2.putText(drawn, text, place, font, scale, 255, thick, cv2.LINE_AA)
    on += drawn[..., None] / np.float32(255) * (np.float32(colour) - on)


def grain(random: Random, on: Floats, depth: float) -> Floats:
    """Return a texture of all sizes about 1, for the whole canvas."""
    return 1 + np.float32(depth) * planted.grain(random, *on.shape[:2])[..., None]


def ramp(on: Floats, top: float, foot: float) -> None:
    """Shade from ``top`` to ``foot``."""
    on *= np.linspace(top, foot, len(on), dtype=np.float32)[:, None, None]


def person(on: Floats, x: float, foot: float, tall: float, shirt: Sequence[float]) -> None:
    """Draw somebody who stands at ``x``, ``tall`` in shares of the canvas's height."""
    slim = tall * on.shape[0] / on.shape[1]
    disc(on, (x, foot - 0.92 * tall), 0.075 * tall, (0.45, 0.55, 0.72))
    box(on, (x - 0.14 * slim, foot - 0.84 * tall, 0.28 * slim, 0.42 * tall), shirt)
    for leg in (-0.12, 0.02):
        box(on, (x + leg * slim, foot - 0.42 * tall, 0.1 * slim, 0.42 * tall), (0.15, 0.13, 0.12))


def room(random: Random, size: tuple[int, int]) -> Floats:
    """Draw an office: wall, floor, door, shelves with books, a desk with a screen, a picture."""
    on = canvas(size, tone(random, 0.5, 0.75, 0.05))
    floor = random.uniform(0.62, 0.78)
    box(on, (0, floor, 1, 1), tone(random, 0.2, 0.4))
    box(on, (0, floor - 0.02, 1, 0.02), 0.15)
    door = random.uniform(0.02, 0.12)
    box(on, (door, floor - 0.52, 0.13, 0.52), tone(random, 0.25, 0.5, 0.3))
    box(on, (door + 0.1, floor - 0.26, 0.012, 0.03), 0.8)
    for shelf in (0.12, 0.28, 0.44):
        at = 0.4
        while at < 0.66:
            wide, high = random.uniform(0.01, 0.03), random.uniform(0.07, 0.12)
            box(on, (at, shelf + 0.12 - high, wide, high), tone(random, 0.1, 0.8, 0.4))
            at += wide + 0.003
        box(on, (0.39, shelf + 0.12, 0.29, 0.012), tone(random, 0.2, 0.3))
    box(on, (0.72, floor - 0.12, 0.26, 0.02), tone(random, 0.3, 0.6, 0.3))
    box(on, (0.76, floor - 0.3, 0.14, 0.16), 0.06)
    box(on, (0.77, floor - 0.28, 0.12, 0.12), tone(random, 0.4, 0.8, 0.3))
    box(on, (0.78, 0.08, 0.12, 0.16), tone(random, 0.3, 0.9, 0.4))
    box(on, (0.79, 0.1, 0.1, 0.12), tone(random, 0.3, 0.9, 0.4))
    ramp(on, random.uniform(0.9, 1.1), random.uniform(0.75, 1))
    return on * grain(random, on, 0.015)


def street(random: Random, size: tuple[int, int]) -> Floats:
    """Draw a street: sky, houses with windows, a road with its markings, kerbs."""
    on = canvas(size, tone(random, 0.25, 0.45, 0.05))
    horizon = random.uniform(0.3, 0.5)
    box(on, (0, 0, 1, horizon), (0.95, random.uniform(0.8, 0.9), random.uniform(0.7, 0.85)))
    at = -0.05
    while at < 1:
        wide, high = random.uniform(0.12, 0.3), random.uniform(0.12, horizon)
        box(on, (at, horizon - high, wide, high + 0.08), tone(random, 0.2, 0.7, 0.25))
        glass = random.uniform(0.05, 0.3)
        for row in np.arange(horizon - high + 0.03, horizon - 0.05, 0.075):
            for column in np.arange(at + 0.02, at + wide - 0.03, random.uniform(0.035, 0.06)):
                box(on, (column, row, 0.018, 0.04), glass * random.uniform(0.6, 2.5))
        at += wide
    for lane in (-0.2, 0.3, 0.62, 1.2):
        line(on, (0.48 + 0.1 * (lane - 0.5), horizon + 0.08), (lane, 1), (0.75,) * 3, 0.008)
    return on * grain(random, on, 0.04)


def hall(random: Random, size: tuple[int, int]) -> Floats:
    """Draw a station's hall: columns, lamps, signs, a tiled floor, benches."""
    on = canvas(size, tone(random, 0.35, 0.55, 0.06))
    box(on, (0, 0, 1, 0.25), tone(random, 0.15, 0.3, 0.05))
    box(on, (0, 0.68, 1, 0.32), tone(random, 0.35, 0.5, 0.1))
    for row in 0.68 + 0.32 * np.linspace(0, 1, 6) ** 1.6:
        line(on, (0, row), (1, row), (0.22,) * 3, 0.004)
    for column in np.linspace(-1, 2, 13):
        line(on, (0.5 + 0.4 * (column - 0.5), 0.68), (column, 1), (0.22,) * 3, 0.004)
    for lamp in np.linspace(0.1, 0.9, 4):
        box(on, (lamp - 0.04, 0.1, 0.08, 0.02), 1.0)
    for column in np.linspace(random.uniform(0.05, 0.15), 0.9, 4):
        box(on, (column, 0.18, 0.045, 0.56), tone(random, 0.5, 0.7, 0.05))
        box(on, (column + 0.033, 0.18, 0.012, 0.56), 0.25)
    box(on, (0.36, 0.27, 0.22, 0.09), (0.5, 0.2, 0.05))
    words(on, random, (0.375, 0.335), 0.035, 2, (0.95,) * 3)
    for bench in (0.22, 0.66):
        box(on, (bench, 0.66, 0.14, 0.03), tone(random, 0.15, 0.3, 0.5))
    return on * grain(random, on, 0.02)


def planes(on: Floats, random: Random, sigma: float) -> Picture:
    """Turn a canvas into planes at the film's size, with the sensor's noise."""
    size = on.shape[1] // 2, on.shape[0] // 2
    small = cv2.resize(np.clip(on, 0, 1), size, interpolation=cv2.INTER_AREA)
    found = planted.planes_of(small)
    if not sigma:
        return found
    return tuple(
        plane + np.float32(sigma) * random.standard_normal(plane.shape, np.float32)
        for plane in found
    )
