"""Sound scenes that look faulty: fog, rain, snow, night, walls, pans, sunsets; none may be alarmed.

``fault_shares.py`` measures them on base clips of three kinds. The list was written before the
metric was tuned on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from planted_faults import GREY, each

if TYPE_CHECKING:
    from collections.abc import Callable

    from planted import Floats, Picture

    Change = Callable[[Picture, int, np.random.Generator], Picture]
FRAMES = 75


def noise(luma: Floats, sigma: float, random: np.random.Generator) -> Floats:
    """Return noise of ``sigma`` codes."""
    return np.float32(sigma) * random.standard_normal(luma.shape, np.float32)


def fog(contrast: float, blur: float, code: float = 165, share: float = 1.0) -> Change:
    """Take contrast and sharpness away, in the upper ``share`` of the picture."""

    def change(picture: Picture, _: int, random: np.random.Generator) -> Picture:
        def veiled(plane: Floats, n: int) -> Floats:
            rows = round(share * len(plane))
            ground = code if n == 1 else GREY
            seen = cv2.GaussianBlur(plane[:rows], (0, 0), blur / n)
            return np.concatenate([ground + contrast * (seen - ground), plane[rows:]])

        luma, *chroma = each(picture, veiled)
        return luma + noise(luma, 1.0, random), *chroma

    return change


def dark(gain: float, sigma: float) -> Change:
    """Take light away, and add the noise of its lack."""

    def change(picture: Picture, _: int, random: np.random.Generator) -> Picture:
        luma, *chroma = picture
        return 16 + gain * (luma - 16) + noise(luma, sigma, random), *(
            GREY + gain * (plane - GREY) for plane in chroma
        )

    return change


def _spot(shape: tuple[int, ...], place: tuple[float, float], reach: float) -> Floats:
    """Light that falls off from a place (x, y in shares of the picture), 0..1."""
    rows, columns = np.indices(shape, np.float32)
    x, y = columns / shape[1] - place[0], rows / shape[0] - place[1]
    return np.exp(-(x**2 + y**2) / (2 * reach**2))


def lit(places: tuple[tuple[float, float], ...], reach: float, rest: float, sigma: float) -> Change:
    """Leave light around lamps only, and ``rest`` of it elsewhere."""

    def change(picture: Picture, _: int, random: np.random.Generator) -> Picture:
        def shown(plane: Floats, n: int) -> Floats:
            light = sum(_spot(plane.shape, place, reach) for place in places)
            ground = 16 if n == 1 else GREY
            return ground + (plane - ground) * np.clip(rest + light, 0, 1).astype(np.float32)

        luma, *chroma = each(picture, shown)
        return luma + noise(luma, sigma, random), *chroma

    return change


def infrared(sigma: float, insects: int = 0) -> Change:
    """Light the scene by the camera's own lamps: no colour, bright in the middle."""
    lamp = lit(((0.5, 0.55),), 0.32, 0.25, sigma)

    def change(picture: Picture, index: int, random: np.random.Generator) -> Picture:
        luma = lamp(picture, index, random)[0]
        for number in range(insects):
            way = np.random.default_rng(number).uniform(0, 6, 4)
            x = int(luma.shape[1] * (0.5 + 0.4 * np.sin(way[0] + way[1] * index / 25)))
            y = int(luma.shape[0] * (0.5 + 0.4 * np.sin(way[2] + way[3] * index / 25)))
            cv2.circle(luma, (x, y), 3, 230, -1, cv2.LINE_AA)
        return luma, *(np.full_like(plane, GREY) for plane in picture[1:])

    return change


def rolled(x: Callable[[int], float], y: Callable[[int], float] = lambda _: 0.0) -> Change:
    """Turn the camera to a place (px, even) by frame."""

    def change(picture: Picture, index: int, _: np.random.Generator) -> Picture:
        across, down = (round(way(index) / 2) * 2 for way in (x, y))
        return each(
            picture, lambda plane, n: np.roll(plane, (-down // n, -across // n), axis=(0, 1))
        )

    return change


def falling(count: int, length: int, code: float, width: int = 1) -> Change:
    """Let rain or snow fall."""

    def change(picture: Picture, _: int, random: np.random.Generator) -> Picture:
        luma = picture[0].copy()
        for x, y in random.integers([0, 0], [luma.shape[1], luma.shape[0]], (count, 2)).tolist():
            cv2.line(luma, (x, y), (x + 2, y + length), code, width, cv2.LINE_AA)
        return luma, *picture[1:]

    return change


def gusts(amplitude: float) -> Change:
    """Let trees before the camera sway: the upper half moves."""

    def change(picture: Picture, index: int, _: np.random.Generator) -> Picture:
        def swayed(plane: Floats, n: int) -> Floats:
            moved, half = plane.copy(), len(plane) // 2
            moved[:half] = np.roll(plane[:half], round(amplitude / n * np.sin(index / 3)), axis=1)
            return moved

        return each(picture, swayed)

    return change


def branch(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a branch sway before the lens, out of focus."""
    luma = picture[0].copy()
    end = round(200 + 40 * np.sin(index / 4)), round(190 + 20 * np.sin(index / 3))
    shade = np.zeros_like(luma)
    for root in (0, 40, 90):
        cv2.line(shade, (root, 0), (end[0] + root, end[1] - root), 1.0, 14, cv2.LINE_AA)
    shade = cv2.GaussianBlur(shade, (0, 0), 4)
    return luma + shade * (45 - luma), *picture[1:]


def focused(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Hunt for focus for half a second."""
    if not 30 <= index < 42:
        return picture
    return each(picture, lambda plane, n: cv2.GaussianBlur(plane, (0, 0), 4 / n))


def near(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Leave the lower half, which is near, out of focus."""

    def soft(plane: Floats, n: int) -> Floats:
        half = len(plane) // 2
        return np.concatenate([plane[:half], cv2.GaussianBlur(plane[half:], (0, 0), 5 / n)])

    return each(picture, soft)


def plain_wall(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a wall: plaster, a switch, and the skirting board."""
    luma = picture[0]
    wall = 150 + np.linspace(-20, 20, luma.shape[1], dtype=np.float32) + np.zeros_like(luma)
    grain = np.random.default_rng(5).standard_normal(luma.shape, np.float32)
    wall += 4 * cv2.GaussianBlur(grain, (0, 0), 1.0)
    wall[140:160, 350:366] = 205
    wall[-30:] = 90
    return wall + noise(luma, 1.0, random), *(np.full_like(p, GREY) for p in picture[1:])


def wall(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a wall with a picture on it."""

    def hung(plane: Floats, n: int) -> Floats:
        ground = np.full_like(plane, GREY)
        if n == 1:
            ground += 22 + np.linspace(-20, 20, plane.shape[1], dtype=np.float32)
        rows, columns = plane.shape
        at = slice(rows // 4, 3 * rows // 4), slice(columns // 3, 2 * columns // 3)
        ground[at] = plane[at]
        return ground

    luma, *chroma = each(picture, hung)
    return luma + noise(luma, 1.0, random), *chroma


def sunset(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the light fade and grow a little warmer."""
    light, red = np.float32(1 - 0.5 * index / FRAMES), 4 * index / FRAMES
    luma, cb, cr = picture
    return (
        16 + (luma - 16) * light,
        GREY + (cb - GREY) * light - red,
        GREY + (cr - GREY) * light + red,
    )


def headlights(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a car's lamps pass: glare over half the view for half a second."""
    x = (index - 25) / 20
    glare = 400 * _spot(picture[0].shape, (x, 0.55), 0.12)
    return np.minimum(picture[0] + glare, 238), *picture[1:]


def switched(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Switch a lamp on."""
    gain = 1.0 if index < 35 else 1.5
    return np.minimum(16 + gain * (picture[0] - 16), 235), *picture[1:]


def blinds(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Hang blinds into a window of a fifth of the view."""
    luma = picture[0].copy()
    luma[40:160, 300:430] = np.where(np.arange(120) % 8 < 5, 190, 120)[:, None]
    return luma, *picture[1:]


def zoom(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Zoom in evenly, to one and a half in 3 s."""

    def nearer(plane: Floats, _: int) -> Floats:
        middle = (plane.shape[1] / 2, plane.shape[0] / 2)
        matrix = cv2.getRotationMatrix2D(middle, 0, 1 + 0.5 * index / FRAMES)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1])

    return each(picture, nearer)


SCENES: dict[str, Change] = {
    "as it is": lambda picture, _, __: picture,
    "low bit rate": lambda picture, _, __: picture,
    "light fog": fog(0.5, 0.3),
    "fog": fog(0.25, 0.3),
    "dense fog": fog(0.1, 4.0),
    "half under a blanket of fog": fog(0.08, 3.0, share=0.5),
    "drizzle": falling(60, 8, 190),
    "heavy rain": falling(300, 16, 200),
    "snow": falling(150, 2, 230),
    "snow storm": falling(300, 3, 235, width=3),
    "dusk": dark(0.5, 1.5),
    "dark but fine": dark(0.3, 2.0),
    "night, noisy": dark(0.3, 4.0),
    "night with lamps": lit(((0.2, 0.5), (0.75, 0.45)), 0.16, 0.1, 3.0),
    "infrared at night": infrared(3.0),
    "infrared with insects": infrared(3.0, insects=6),
    "plain wall": plain_wall,
    "wall with a picture": wall,
    "slow pan": rolled(lambda index: 1.0 * index),
    "pan": rolled(lambda index: 4.0 * index),
    "fast pan": rolled(lambda index: 12.0 * index),
    "tilt": rolled(lambda _: 0.0, lambda index: 1.5 * index),
    "tour": rolled(lambda index: 6.0 * min(index, 25) + 6.0 * max(0, index - 50)),
    "hunting for focus": focused,
    "near things out of focus": near,
    "sunset": sunset,
    "headlights": headlights,
    "gusts": gusts(6.0),
    "branch before the lens": branch,
    "lamp switched on": switched,
    "blinds": blinds,
    "zoom": zoom,
}
