"""More sound scenes of the tenth set, and the list of all (``tenth_scenes``)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import tenth_scenes as first
from drawn_views import (
    box,
    canvas,
    disc,
    grain,
    hall,
    line,
    planes,
    ramp,
    room,
    street,
    tone,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planted import Floats, Picture
    from tenth_scenes import Drawer, Random, Size


def night(random: Random, size: Size) -> Drawer:
    """Draw a street by night: lamps with a glow, lit windows, a car with its headlights."""
    still = street(random, size) * random.uniform(0.05, 0.12)
    for lamp in np.linspace(0.1, 0.9, random.integers(3, 6)):
        glow = canvas(size, 0.0)
        disc(glow, (lamp, 0.25), 0.06, (0.35, 0.6, 0.9))
        still += cv2.GaussianBlur(glow, (0, 0), 30) + 0.9 * cv2.GaussianBlur(glow, (0, 0), 120)
        disc(still, (lamp, 0.25), 0.015, (0.8, 0.95, 1.0))
    pace = random.uniform(0.1, 0.3)

    def draw(t: float) -> Floats:
        on, x = still.copy(), (0.2 + pace * t) % 1.2 - 0.1
        box(on, (x - 0.1, 0.68, 0.1, 0.08), (0.1, 0.08, 0.2))
        for lamp in (0.7, 0.75):
            disc(on, (x, lamp), 0.014, (1.0, 1.0, 1.0))
        return on

    return draw


def infrared(random: Random, size: Size) -> Drawer:
    """Draw a yard by night in the camera's own light: no colour, and insects that glow."""
    draw = first.peopled(street(random, size), random, 1)
    rows, columns = np.indices((2 * size[1], 2 * size[0]), np.float32) / (2 * size[1])
    lamp = np.exp(-((columns - 0.9) ** 2 + (rows - 0.55) ** 2) / random.uniform(0.2, 0.5))
    flies = random.uniform(0, 1, (6, 4))

    def shown(t: float) -> Floats:
        grey = draw(t).mean(axis=2) * (0.1 + lamp)
        on = np.repeat(grey[..., None], 3, 2).astype(np.float32)
        for x, y, across, down in flies:
            at = (x + (across - 0.5) * t) % 1, (y + (down - 0.5) * t) % 1
            disc(on, at, 0.01, (0.8,) * 3)
        return on

    return shown


def fog(random: Random, size: Size) -> Drawer:
    """Draw a road in fog, thicker the further away."""
    draw, thick = first.peopled(street(random, size), random), random.uniform(0.5, 0.85)
    share = np.linspace(1, 0.3, 2 * size[1], dtype=np.float32)[:, None, None] * np.float32(thick)
    return lambda t: draw(t) * (1 - share) + 0.72 * share


def drops(random: Random, size: Size) -> Drawer:
    """Draw a street through a dome on which drops of rain hang."""
    draw = first.peopled(street(random, size), random)
    mask = np.zeros((2 * size[1], 2 * size[0]), np.uint8)
    for x, y, radius in random.uniform((0, 0, 0.01), (1, 1, 0.045), (30, 3)):
        at = round(x * mask.shape[1]), round(y * mask.shape[0])
        cv2.circle(mask, at, round(radius * mask.shape[0]), 255, -1)
    share = cv2.GaussianBlur(mask, (0, 0), 2)[..., None] / np.float32(255)

    def shown(t: float) -> Floats:
        clear = draw(t)
        return clear + share * (cv2.GaussianBlur(clear, (0, 0), 12) - clear)

    return shown


def belt(random: Random, size: Size) -> Drawer:
    """Draw a belt with parcels that pass all the time."""
    still, pace = hall(random, size), random.uniform(0.15, 0.4)
    parcels = [
        (*random.uniform((0.06, 0.12), (0.16, 0.3)), tone(random, 0.3, 0.7, 0.4)) for _ in range(6)
    ]

    def draw(t: float) -> Floats:
        on = still.copy()
        box(on, (0, 0.62, 1, 0.2), 0.12)
        for number, (wide, high, colour) in enumerate(parcels):
            x = (number / 4 + pace * t) % 1.5 - 0.25
            box(on, (x, 0.75 - high, wide, high), colour)
            box(on, (x + 0.02, 0.75 - 0.7 * high, 0.03, 0.03), 0.9)
        return on

    return draw


def lorry(random: Random, size: Size) -> Drawer:
    """Let a lorry drive by close to the camera: for half a second it hides most of the view."""
    draw, colour = first.peopled(street(random, size), random), tone(random, 0.2, 0.8, 0.5)
    name, pace = np.random.default_rng(random.integers(9999)), random.uniform(1.5, 2.5)
    at = random.uniform(0.6, 1.2)
    side = canvas(size, colour)
    words(side, name, (0.1, 0.55), 0.2, 2, tone(random, 0.1, 0.9))
    ramp(side, 1.1, 0.85)

    def shown(t: float) -> Floats:
        on, left = draw(t), -1 + pace * (t - at)
        first_, wide = round(left * on.shape[1]), on.shape[1]
        if -wide < first_ < wide:
            low, high = max(0, first_), min(wide, first_ + wide)
            on[round(0.05 * len(on)) :, low:high] = side[
                round(0.05 * len(on)) :, low - first_ : high - first_
            ]
        return on

    return shown


def plain_wall(random: Random, size: Size) -> Drawer:
    """Draw a plain wall with a switch and the frame of a door, past which somebody walks."""
    on = canvas(size, tone(random, 0.4, 0.85, 0.06))
    box(on, (0.12, 0.45, 0.02, 0.05), 0.9)
    box(on, (0.85, 0.05, 0.015, 0.95), 0.25)
    ramp(on, random.uniform(0.8, 1), random.uniform(0.8, 1.05))
    return first.peopled(on * grain(random, on, 0.006), random, 1)


def sunset(random: Random, size: Size) -> Drawer:
    """Draw a low sun over roofs: an orange sky, dark houses."""
    on = canvas(size, (0.2, random.uniform(0.35, 0.5), 0.95))
    ramp(on, 0.6, 1.05)
    disc(on, (random.uniform(0.3, 0.7), 0.55), 0.05, (0.6, 0.9, 1.0))
    at = -0.05
    while at < 1:
        wide, high = random.uniform(0.1, 0.25), random.uniform(0.25, 0.5)
        box(on, (at, 1 - high, wide, high), (0.03, 0.04, 0.07))
        for _ in range(4):
            where = random.uniform(at, at + wide), random.uniform(1 - high, 0.95)
            box(on, (*where, 0.012, 0.02), (0.3, 0.6, 0.8))
        at += wide
    birds = random.uniform(0, 1, (5, 2))

    def draw(t: float) -> Floats:
        shown = on.copy()
        for x, y in birds:
            disc(shown, ((x + 0.1 * t) % 1, 0.4 * y), 0.008, (0.05,) * 3)
        return shown

    return draw


def pan(random: Random, size: Size) -> Drawer:
    """Let the camera pan over a street; some slow down and stop."""
    wide = first.peopled(street(random, (2 * size[0], size[1])), random)
    pace, rest = random.uniform(0.08, 0.3), random.uniform(1.2, 3)

    def draw(t: float) -> Floats:
        at = round(pace * min(t, rest) * 2 * size[0])
        return wide(t)[:, at : at + 2 * size[0]]

    return draw


def sand(random: Random, size: Size) -> Drawer:
    """Draw a building site: sand, red earth or clay that fills the view, and a digger."""
    ground = ((0.35, 0.55, 0.7), (0.2, 0.3, 0.55), (0.4, 0.5, 0.6))[random.integers(3)]
    on = canvas(size, ground)
    on = on * grain(random, on, 0.07)
    for _ in range(8):
        disc(on, tuple(random.uniform(0, 1, 2)), random.uniform(0.01, 0.03), tone(random, 0.2, 0.5))
    pace = random.uniform(0.02, 0.08)

    def draw(t: float) -> Floats:
        shown, x = on.copy(), 0.3 + pace * t
        box(shown, (x, 0.4, 0.2, 0.15), (0.05, 0.6, 0.85))
        box(shown, (x + 0.02, 0.55, 0.18, 0.06), (0.1,) * 3)
        line(shown, (x, 0.45), (x - 0.1, 0.3 + 0.05 * math.sin(2 * t)), (0.05, 0.6, 0.85), 0.03)
        return shown

    return draw


def dashboard(random: Random, size: Size) -> Drawer:
    """Draw the screen of a control room: light curves, numbers and lists on a dark ground."""
    on = canvas(size, (0.09, 0.06, 0.05))
    for left in (0.03, 0.36, 0.69):
        for top in (0.06, 0.54):
            box(on, (left, top, 0.28, 0.4), (0.13, 0.1, 0.08))
            words(on, random, (left + 0.01, top + 0.06), 0.035, 2, (0.85,) * 3)
            for row in range(4):
                words(on, random, (left + 0.01, top + 0.15 + 0.07 * row), 0.025, 2, (0.7, 0.8, 0.5))

    def draw(t: float) -> Floats:
        shown = on.copy()
        for at in range(30):
            x = 0.38 + at * 0.008
            high = 0.75 - 0.1 * math.sin(0.4 * at + 2 * t)
            line(shown, (x, high), (x + 0.008, 0.75 - 0.1 * math.sin(0.4 * (at + 1) + 2 * t)),
                 (0.3, 0.9, 0.95), 0.006)  # fmt: skip
        return shown

    return draw


def blinds(random: Random, size: Size) -> Drawer:
    """Draw a window with blinds through which the sun falls, in a room."""
    on = room(random, size)
    left, wide = random.uniform(0.3, 0.5), random.uniform(0.2, 0.45)
    step = random.uniform(0.025, 0.05)
    for row in np.arange(0.08, 0.62, step):
        box(on, (left, row, wide, 0.6 * step), random.uniform(0.85, 1.0))
        box(on, (left, row + 0.6 * step, wide, 0.4 * step), 0.3)
    return first.peopled(on, random, 1)


def leaves(random: Random, size: Size) -> Drawer:
    """Draw bushes that wind stirs, below a bright sky, beside a path."""
    on = canvas(size, (0.15, random.uniform(0.35, 0.5), random.uniform(0.2, 0.35)))
    for x, y, radius, light in random.uniform((0, 0.2, 0.006, 0.3), (1, 1, 0.02, 1.5), (1500, 4)):
        disc(on, (x, y), radius, (light * np.float32((0.15, 0.42, 0.25))).tolist())
    box(on, (0, 0, 1, 0.18), (0.95, 0.9, 0.85))
    box(on, (0.4, 0.55, 0.2, 0.45), tone(random, 0.4, 0.6, 0.05))
    rows, columns = np.indices(on.shape[:2], np.float32)
    strong = random.uniform(1, 4)

    def draw(t: float) -> Floats:
        sway = strong * np.sin(5 * t + columns / 90 + np.sin(rows / 60)) * (rows > 0.2 * len(on))
        return cv2.remap(on, columns + sway, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)

    return draw


def flag(random: Random, size: Size) -> Drawer:
    """Draw a flag of two or three colours that waves before the sky, over half of the view."""
    colours = [tone(random, 0.2, 0.7, 0.9) for _ in range(random.integers(1, 4))]
    sky = canvas(size, (0.9, 0.8, 0.7))
    box(sky, (0, 0.9, 1, 0.1), 0.2)
    rows, columns = np.indices(sky.shape[:2], np.float32)
    share = np.minimum(columns / sky.shape[1], 1)

    def draw(t: float) -> Floats:
        cloth = sky.copy()
        for number, colour in enumerate(colours):
            box(cloth, (0.1, 0.15 + 0.6 * number / len(colours), 0.75, 0.6 / len(colours)), colour)
        wave = np.sin(14 * share - 6 * t)
        shade = np.where(sky == cloth, 1, 1 + 0.15 * wave[..., None]).astype(np.float32)
        bent = rows + 0.03 * len(sky) * share * wave
        return cv2.remap(
            cloth * shade, columns, bent, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
        )

    return draw


def candles(random: Random, size: Size) -> Drawer:
    """Draw a room by the light of candles that flicker."""
    draw = first.peopled(room(random, size), random, 1)
    rows, columns = np.indices((2 * size[1], 2 * size[0]), np.float32) / (2 * size[1])
    far = np.exp(-((columns - 0.8) ** 2 + (rows - 0.6) ** 2) / 0.5)[..., None]
    phases = random.uniform(0, 6, 3)

    def shown(t: float) -> Floats:
        light = 0.9 + 0.05 * float(np.sin(t * np.array((9, 13, 23)) + phases).sum())
        on = draw(t) * far * np.float32((0.25, 0.6, 1.0)) * light
        for x in (0.42, 0.47):
            disc(on, (x, 0.6), 0.015, (0.7, 0.9, 1.0))
        return on

    return shown


def crowd(random: Random, size: Size) -> Drawer:
    """Draw a stand full of people, who move a little."""
    on = canvas(size, (0.2, 0.2, 0.22))
    places = [(x, y) for y in np.arange(0.05, 1.15, 0.1) for x in np.arange(0, 1.02, 0.045)]
    heads = [
        (x + random.normal(0, 0.01), y, tone(random, 0.1, 0.9, 0.6), random.uniform(0, 6))
        for x, y in places
    ]

    def draw(t: float) -> Floats:
        shown = on.copy()
        for x, y, shirt, phase in heads:
            at = x + 0.003 * math.sin(3 * t + phase)
            box(shown, (at - 0.016, y, 0.032, 0.07), shirt)
            disc(shown, (at, y - 0.02), 0.022, (0.4, 0.5, 0.7))
        return shown

    return draw


def garage(random: Random, size: Size) -> Drawer:
    """Draw a garage below ground: dim, a row of lamps, columns, a car that drives in."""
    draw, dim = first.peopled(hall(random, size), random, 1), random.uniform(0.25, 0.5)

    def shown(t: float) -> Floats:
        on, x = dim * draw(t), 0.1 + 0.2 * t
        box(on, (x, 0.7, 0.2, 0.12), (0.3, 0.1, 0.1))
        disc(on, (x + 0.19, 0.76), 0.015, (0.9, 0.95, 1.0))
        for lamp in np.linspace(0.1, 0.9, 5):
            box(on, (lamp, 0.1, 0.06, 0.012), 0.95)
        return on

    return shown


FROM_COMPUTERS = {"slide", "dashboard", "tiny slide"}  # have no noise
SCENES: dict[str, Callable[[Random, Size], Drawer]] = {
    "slide": first.slide,
    "paper": first.paper,
    "black room": first.black_room,
    "stage": first.stage,
    "curtain": first.curtain,
    "pool": first.pool,
    "aquarium": first.aquarium,
    "room in coloured light": first.lit(room),
    "hall in coloured light": first.lit(hall),
    "light on": first.light_on,
    "light off and on": first.light_off_and_on,
    "tiny view": first.usual,
    "tiny slide": first.slide,
    "tiny night": night,
    "clouds": first.clouds,
    "snow field": first.snow_field,
    "pitch": first.pitch,
    "bricks": first.bricks,
    "racks": first.racks,
    "night": night,
    "infrared": infrared,
    "fog": fog,
    "drops": drops,
    "belt": belt,
    "lorry": lorry,
    "plain wall": plain_wall,
    "sunset": sunset,
    "pan": pan,
    "sand": sand,
    "dashboard": dashboard,
    "blinds": blinds,
    "leaves": leaves,
    "flag": flag,
    "candles": candles,
    "crowd": crowd,
    "garage": garage,
}


def film(name: str, number: int) -> Iterator[Picture]:
    """Yield the pictures of a scene, with a size and noise of its own."""
    random = np.random.default_rng([20, number, *name.encode()])
    sizes = first.TINY if name.startswith("tiny") else first.SIZES
    draw = SCENES[name](random, sizes[random.integers(len(sizes))])
    sigma = 0.0 if name in FROM_COMPUTERS else random.uniform(0.7, 2.2)
    for index in range(first.FRAMES):
        yield planes(draw(index / planted.RATE), random, sigma)
