"""Sound scenes of the third set: other places, light and weather than those of the first two.

The list was written before the metric was repaired by what the second set had shown, and the metric
was never tuned on it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import indoor_scenes as indoor
import numpy as np
import planted
import sound_scenes as sound
from indoor_scenes import HIGH, WIDE, coloured, texture, written
from planted_faults import GREY, each
from second_set import both

if TYPE_CHECKING:
    from collections.abc import Callable

    from planted import Floats, Picture
    from sound_scenes import Change

    Light = Callable[[int], tuple[float, float, float]]


def pool(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Look at a swimming pool: nets of light run over blue water in two thirds of the view."""
    luma, cb, cr = coloured(picture, (slice(90, HIGH), slice(0, WIDE)), (22.0, -12.0))
    rows, columns = np.indices((HIGH - 90, WIDE), np.float32)
    net = np.sin(columns / 9 + 2 * np.sin(rows / 15 + index / 6)) + np.sin(rows / 7 - index / 5)
    luma[90:] = 120 + 35 * np.clip(net - 0.6, 0, 1)
    return luma, cb, cr


def night_traffic(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let pairs of headlights come near on a dark street."""
    luma, *chroma = sound.dark(0.25, 3.0)(picture, index, random)
    for lane, phase in ((180, 0), (300, 40)):
        near = (index + phase) % 80 / 80
        y, apart, size = int(100 + 130 * near), int(8 + 50 * near), 2 + 9 * near
        for x in (lane - apart, lane + apart):
            rows, columns = np.indices(luma.shape, np.float32)
            far = np.hypot(rows - y, columns - x) / size
            luma = luma + 220 / (1 + far**2)
    return np.minimum(luma, 238), *chroma


def snow_drift(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let snow drift over the ground, and flakes near the lens fall out of focus."""
    luma = picture[0].copy()
    drift = texture(21, 120, 1200)[:, 5 * index : 5 * index + WIDE]
    luma[150:] = 195 + 8 * cv2.GaussianBlur(drift, (0, 0), 2)
    for x, y in random.integers([0, 0], [WIDE, HIGH], (40, 2)).tolist():
        cv2.circle(luma, (x, y), 3, 225, -1, cv2.LINE_AA)
    return cv2.GaussianBlur(luma, (0, 0), 0.5), *picture[1:]


def leaves(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let leaves close to the lens sway, out of focus, over a third of the view."""
    mask = np.zeros((HIGH, WIDE), np.float32)
    for number in range(9):
        x = 30 + 50 * number + 12 * math.sin(index / 5 + number)
        y = 30 + 25 * math.sin(index / 7 + 2 * number)
        axes = (34, 16)
        cv2.ellipse(mask, (round(x), round(y)), axes, 30.0 * number, 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 6)
    return each(
        picture,
        lambda plane, n: (
            plane + cv2.resize(mask, plane.shape[::-1]) * ((75 if n == 1 else 118) - plane)
        ),
    )


def lightning(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let two strokes of lightning light up the night."""
    gain = 1.1 if index in {20, 21, 50, 52} else 0.28
    return sound.dark(gain, 3.0)(picture, index, random)


def web(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a spider's web, lit by the camera's own lamps, sway before the lens."""
    luma, *chroma = sound.infrared(3.0)(picture, index, random)
    threads = np.zeros_like(luma)
    sway = 6 * math.sin(index / 4)
    for number in range(7):
        end = round(WIDE * number / 6 + sway), HIGH
        cv2.line(threads, (round(260 + sway), 60), end, 1.0, 3, cv2.LINE_AA)
    for radius in (60, 110, 160):
        cv2.circle(threads, (round(260 + sway), 60), radius, 1.0, 2, cv2.LINE_AA)
    threads = cv2.GaussianBlur(threads, (0, 0), 2.5)
    return np.minimum(luma + 110 * threads, 235), *chroma


def wet_dome(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let drops run down the dome."""
    random, mask = np.random.default_rng(31), np.zeros((HIGH, WIDE), np.float32)
    for x, y, speed in random.integers([0, 0, 0], [WIDE, HIGH, 3], (35, 3)).tolist():
        cv2.ellipse(mask, (x, (y + speed * index) % HIGH), (8, 13), 0, 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 2.5)
    bent = cv2.GaussianBlur(np.roll(picture[0], 14, axis=0), (0, 0), 5)
    return picture[0] + mask * (bent + 10 - picture[0]), *picture[1:]


def plate(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Zoom in on a number plate on dark paint."""
    luma = np.full_like(picture[0], 45) + 12 * np.linspace(0, 1, HIGH, dtype=np.float32)[:, None]
    cv2.rectangle(luma, (50, 80), (430, 190), 150, -1, cv2.LINE_AA)
    written(luma, "A 21657", (75, 160), 2.6, 230)
    luma = cv2.GaussianBlur(luma, (0, 0), 0.8) + sound.noise(luma, 1.5, random)
    blue = coloured(picture, (slice(0, HIGH), slice(0, WIDE)), (0.0, 0.0))
    _, cb, cr = coloured(blue, (slice(80, 190), slice(50, 430)), (38.0, -16.0))
    return luma, cb, cr


def sunrise(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the sun rise: light doubles, and turns from red to white."""
    light, red = np.float32(0.4 + 0.6 * index / sound.FRAMES), 6 * (1 - index / sound.FRAMES)
    luma, cb, cr = picture
    return (
        16 + (luma - 16) * light,
        GREY + (cb - GREY) * light - red,
        GREY + (cr - GREY) * light + red,
    )


def lamps(light: Light, rest: float = 0.15) -> Change:
    """Light the scene by lamps of a colour, gains of red, green and blue by frame."""

    def change(picture: Picture, index: int, _: np.random.Generator) -> Picture:
        gains = np.array(light(index)) * (1 - rest) + rest
        return planted.FAULTS["colour_cast"](picture, index, {"gains": gains})

    return change


def disco(index: int) -> tuple[float, float, float]:
    """Give red, green and blue in turn, a third of a second each."""
    return tuple(1.7 if index // 8 % 3 == number else 0.5 for number in range(3))


def lawn(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a football field: grass, white lines, and players."""
    luma, cb, cr = coloured(picture, (slice(40, HIGH), slice(0, WIDE)), (-22.0, -14.0))
    luma[40:] = 95 + 9 * texture(51, HIGH - 40, WIDE)
    for ends in (((0, 90), (479, 130)), ((240, 40), (120, 269)), ((300, 60), (460, 269))):
        cv2.line(luma, *ends, 205, 2, cv2.LINE_AA)
    for number in range(6):
        x = int(40 + 70 * number + 25 * math.sin(index / 12 + number))
        cv2.rectangle(luma, (x, 110 + 15 * number), (x + 7, 130 + 15 * number), 215, -1)
        cb[55 + 7 * number : 65 + 7 * number, x // 2 : x // 2 + 4] = GREY
        cr[55 + 7 * number : 65 + 7 * number, x // 2 : x // 2 + 4] = GREY + 30 * (number % 2)
    return luma + sound.noise(luma, 1.0, random), cb, cr


def sky(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look over a roof into the blue sky, in which a cloud drifts."""
    luma, cb, cr = coloured(picture, (slice(0, 210), slice(0, WIDE)), (20.0, -12.0))
    luma[:210] = np.linspace(120, 165, 210, dtype=np.float32)[:, None]
    rows, columns = np.indices((210, WIDE), np.float32)
    cloud = np.exp(-(((columns - 150 - index) / 70) ** 2) - ((rows - 70) / 22) ** 2)
    cloud = cloud * np.clip(1 + 0.4 * texture(52, 210, WIDE), 0, 1.5)
    luma[:210] += 55 * cloud
    fade = 1 - np.clip(1.3 * cv2.resize(cloud, (WIDE // 2, 105)), 0, 1)
    for plane in (cb, cr):
        plane[:105] = GREY + fade * (plane[:105] - GREY)
    cv2.line(luma, (380, 210), (380, 90), 50, 3, cv2.LINE_AA)
    return luma + sound.noise(luma, 1.0, random), cb, cr


def both_ways(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let traffic jam both ways: the halves of the view move past each other."""

    def passed(plane: Floats, n: int) -> Floats:
        moved, half = plane.copy(), len(plane) // 2
        for part, way in ((slice(None, half), 4), (slice(half, None), -4)):
            moved[part] = np.roll(plane[part], way * index // n // 2 * 2, axis=1)
        return moved

    return each(picture, passed)


def patrol(index: int) -> float:
    """Give the way of a patrol: there, a rest, and back."""
    return 5.0 * (min(index, 25) - max(0, min(index, 65) - 40))


def flick(index: int) -> float:
    """Give the way of an operator who looks to the side and at once back."""
    return 90 * math.exp(-(((index - 37) / 9) ** 2))


def fence(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Stand a fence of bars into the lower half."""
    luma = picture[0].copy()
    luma[140:, np.arange(WIDE) % 16 < 3] = 60
    luma[150:156] = 60
    return luma, *picture[1:]


def streaks(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let rain close to the lens be lit by the camera's own lamps."""
    luma, *chroma = sound.infrared(3.0)(picture, index, random)
    rain = np.zeros_like(luma)
    for x, y in random.integers([0, 0], [WIDE, HIGH], (45, 2)).tolist():
        cv2.line(rain, (x, y), (x + 4, y + 34), 1.0, 3, cv2.LINE_AA)
    return np.minimum(luma + 90 * cv2.GaussianBlur(rain, (0, 0), 1.2), 235), *chroma


def steam(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let steam from a kitchen hide the view for a moment."""
    veil = 0.85 * math.exp(-(((index - 40) / 14) ** 2))
    return sound.fog(1 - veil, 0.3 + 2 * veil, code=175)(picture, index, random)


def lorry(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Let a lorry stand before the camera: its plain side fills four fifths of the view."""
    luma = picture[0].copy()
    luma[20:235, 30:] = 180 + np.linspace(-12, 12, 450, dtype=np.float32)
    written(luma, "LOGISTICS", (120, 130), 1.6, 90)
    luma = luma + sound.noise(luma, 1.0, random)
    planes = coloured(picture, (slice(20, 234), slice(30, WIDE)), (2.0, -2.0))
    return luma, *planes[1:]


def exit_into_light(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look from a dim garage through its exit into daylight."""
    luma, *chroma = sound.dark(0.22, 2.0)(picture, index, random)
    luma[90:180, 180:300] = np.minimum(1.4 * picture[0][90:180, 180:300], 236)
    return luma, *chroma


def fireworks(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let fireworks burst in the night sky, each in a colour of its own."""
    luma, cb, cr = sound.dark(0.3, 3.0)(picture, index, random)
    burst, age = index // 20, index % 20
    draw = np.random.default_rng(80 + burst)
    x, y = draw.integers([100, 40], [380, 110]).tolist()
    colour = draw.uniform(-45, 45, 2)
    for angle in np.linspace(0, 2 * math.pi, 26):
        far = 4.0 * age
        at = round(x + far * math.cos(angle)), round(y + far * math.sin(angle))
        cv2.circle(luma, at, 2, max(60, 235 - 8 * age), -1, cv2.LINE_AA)
        for plane, off in ((cb, colour[0]), (cr, colour[1])):
            cv2.circle(plane, (at[0] // 2, at[1] // 2), 2, GREY + float(off), -1)
    return luma, cb, cr


SCENES: dict[str, Change] = {
    "other base clips": sound.SCENES["as it is"],
    "swimming pool": pool,
    "escalator": indoor.escalator,
    "headlights at night": night_traffic,
    "snow drift": snow_drift,
    "television in view": indoor.television,
    "leaves close to the lens": leaves,
    "lightning": lightning,
    "spider's web in infrared": web,
    "wet dome": wet_dome,
    "white corridor": indoor.white_corridor,
    "shop window": indoor.shop_window,
    "gate of slats": indoor.gate,
    "number plate": plate,
    "sunrise": sunrise,
    "disco": lamps(disco),
    "sodium lamps": lamps(lambda _: (1.35, 0.95, 0.3)),
    "lawn": lawn,
    "blue sky": sky,
    "traffic both ways": both_ways,
    "patrol": sound.rolled(patrol),
    "look aside and back": sound.rolled(flick),
    "conveyor belt": indoor.belt,
    "fence": fence,
    "rain in infrared": streaks,
    "steam": steam,
    "dark coat passes": indoor.coat,
    "lorry": lorry,
    "garage exit": exit_into_light,
    "lift": indoor.lift,
    "aquarium": indoor.tank,
    "fireworks": fireworks,
    "welding": indoor.welding,
    "slides in a dark hall": indoor.slides,
    "exposure hunts far": lambda picture, index, _: (
        np.clip(16 + (1 + 0.45 * math.sin(index / 4)) * (picture[0] - 16), 0, 238),
        *picture[1:],
    ),
    "mist at dawn": both(sound.dark(0.6, 1.5), sound.fog(0.3, 0.6, code=110)),
}
