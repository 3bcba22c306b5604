"""Sound scenes of the tenth set: 36 kinds of view, each drawn anew for each number.

They were written down before any of them was measured, as those of somebody who had heard which
classes an earlier count had found alarmed: slides, black rooms, curtains, water, coloured light, a
light that comes on, tiny pictures. ``SCENES`` has for each kind what draws its pictures at t
seconds, on a canvas of twice the size.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from drawn_views import (
    box,
    canvas,
    disc,
    grain,
    hall,
    line,
    person,
    ramp,
    room,
    street,
    tone,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from planted import Floats

    Random = np.random.Generator
    Size = tuple[int, int]
    Drawer = Callable[[float], Floats]

FRAMES = 65
SIZES = ((480, 270), (640, 360), (704, 576), (352, 288))
TINY = ((64, 48), (96, 72), (128, 96), (160, 120), (176, 144))
CODERS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"codec": "libx265", "options": {"crf": "27", "preset": "veryfast"}},
    {"codec": "mpeg4", "options": {"qmin": "4", "qmax": "6"}},
)


def walkers(random: Random, number: int) -> Callable[[Floats, float], None]:
    """Let so many people walk to and fro, each at a pace of its own."""
    all_ = [
        (random.uniform(0, 1.2), random.choice((-1, 1)) * random.uniform(0.06, 0.2),
         random.uniform(0.8, 0.97), random.uniform(0.25, 0.45), tone(random, 0.1, 0.8, 0.5))
        for _ in range(number)
    ]  # fmt: skip

    def walk(on: Floats, t: float) -> None:
        for x, pace, foot, tall, shirt in all_:
            person(on, (x + pace * t) % 1.2 - 0.1, foot, tall, shirt)

    return walk


def peopled(still: Floats, random: Random, number: int = 2) -> Drawer:
    """Let people walk before a still view."""
    walk = walkers(random, number)

    def draw(t: float) -> Floats:
        on = still.copy()
        walk(on, t)
        return on

    return draw


def view(random: Random, size: Size) -> Floats:
    """Draw one of three views."""
    return (room, street, hall)[random.integers(3)](random, size)


def slide(random: Random, size: Size) -> Drawer:
    """Draw a slide on white, as a computer sends it, over which the pointer moves."""
    on = canvas(size, 1.0)
    words(on, random, (0.06, 0.16), 0.07, 3, tone(random, 0.05, 0.5, 0.6))
    for row in range(random.integers(3, 7)):
        words(on, random, (0.08, 0.3 + 0.1 * row), 0.035, random.integers(3, 6), (0.15,) * 3)
    if random.random() < 0.5:
        for bar in range(5):
            high = random.uniform(0.05, 0.25)
            box(on, (0.68 + 0.05 * bar, 0.88 - high, 0.03, high), (0.75, 0.45, 0.15))

    def draw(t: float) -> Floats:
        shown = on.copy()
        disc(shown, (0.3 + 0.1 * t, 0.5 + 0.08 * math.sin(2 * t)), 0.012, (0.1, 0.1, 0.9))
        return shown

    return draw


def paper(random: Random, size: Size) -> Drawer:
    """Draw a sheet of print below a camera on its stand, on which somebody shows something."""
    on = canvas(size, random.uniform(0.92, 1.02))
    for row in np.arange(0.08, 0.98, random.uniform(0.06, 0.1)):
        words(on, random, (0.05, row), 0.03, random.integers(6, 9), (0.12,) * 3)
    ramp(on, 1.03, random.uniform(0.96, 1.0))

    def draw(t: float) -> Floats:
        shown, x = on.copy(), 0.6 + 0.05 * math.sin(1.5 * t)
        line(shown, (1.0, 1.05), (x, 0.6), (0.45, 0.55, 0.75), 0.07)
        line(shown, (x, 0.6), (x - 0.03, 0.52), (0.2, 0.1, 0.1), 0.015)
        return shown

    return draw


def black_room(random: Random, size: Size) -> Drawer:
    """Draw a dark machine room: lamps of instruments, a sign, a screen, light below a door."""
    on = canvas(size, random.uniform(0.0, 0.02))
    for _ in range(random.integers(10, 40)):
        colour = ((0.2, 0.9, 0.3), (0.2, 0.3, 1.0), (1.0, 0.6, 0.2))[random.integers(3)]
        disc(on, tuple(random.uniform(0.05, 0.95, 2)), 0.007, colour)
    box(on, (0.8, 0.12, 0.09, 0.05), (0.3, 0.8, 0.2))
    box(on, (0.2, 0.5, 0.09, 0.1), tone(random, 0.3, 0.7))
    box(on, (0.5, 0.93, 0.12, 0.008), 0.8)
    lamps = random.uniform(0, 1, (6, 3))

    def draw(t: float) -> Floats:
        shown = on.copy()
        for x, y, phase in lamps:
            if (t + phase) % 1 < 0.5:
                disc(shown, (x, y), 0.008, (0.2, 0.9, 0.2))
        return shown

    return draw


def stage(random: Random, size: Size) -> Drawer:
    """Draw somebody in the light of a spot on a black stage."""
    on = canvas(size, random.uniform(0.0, 0.015))
    x = random.uniform(0.3, 0.7)
    pool = canvas(size, 0.0)
    wide, colour = on.shape[1], tuple(tone(random, 0.4, 0.7))
    at, axes = (round(x * wide), round(0.9 * on.shape[0])), (wide // 6, wide // 22)
    cv2.ellipse(pool, at, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
    on = np.maximum(on, cv2.GaussianBlur(pool, (0, 0), 3))
    shirt = tone(random, 0.2, 0.9, 0.4)

    def draw(t: float) -> Floats:
        shown = on.copy()
        person(shown, x + 0.06 * math.sin(1.2 * t), 0.9, 0.5, shirt)
        return shown

    return draw


def curtain(random: Random, size: Size) -> Drawer:
    """Draw a curtain that fills the view and hangs nearly still; some have a border or a gap."""
    across = np.linspace(0, 1, 2 * size[0], dtype=np.float32)
    down = np.linspace(0, 1, 2 * size[1], dtype=np.float32)[:, None]
    folds = [
        (random.uniform(6, 26), random.uniform(0, 6.3), random.uniform(0.3, 1)) for _ in range(4)
    ]
    colour = np.float32(tone(random, 0.3, 0.6, 0.8))
    cloth, gap = grain(random, canvas(size, 1.0), 0.02), random.random() < 0.5

    def draw(t: float) -> Floats:
        sway = 0.004 * math.sin(1.3 * t)
        light = sum(
            part * np.sin(6.283 * turns * (across + sway * down) + phase + 0.4 * np.sin(2 * down))
            for turns, phase, part in folds
        )
        shown = colour * cloth * (0.75 + 0.14 * np.asarray(light)[..., None])
        box(shown, (0, 0, 1, 0.04), 0.12)
        if gap:
            box(shown, (0.47, 0, 0.02, 1), 0.9)
        return shown

    return draw


def waves(random: Random, size: Size, long: float, steep: float) -> Drawer:
    """Return the light (h, w, 1), about 1, of water at t seconds: eight waves that go about."""
    rows, columns = np.indices((size[1], size[0]), np.float32) / size[1]
    all_ = [
        (
            *random.uniform(-1, 1, 2) * random.uniform(1, 4) / long,
            random.uniform(0, 6.3),
            random.uniform(1, 5),
        )
        for _ in range(8)
    ]

    def light(t: float) -> Floats:
        parts = [np.sin(6.283 * (x * columns + y * rows) + a + w * t) for x, y, a, w in all_]
        drawn = (1 + steep * np.abs(sum(parts)) - steep).astype(np.float32)
        return cv2.resize(drawn, (2 * size[0], 2 * size[1]))[..., None]

    return light


def pool(random: Random, size: Size) -> Drawer:
    """Draw a swimming pool from above: blue water, ropes of floats, a swimmer."""
    light, blue = waves(random, size, 0.3, 0.07), np.float32((0.85, 0.62, random.uniform(0.1, 0.3)))
    ropes, pace = np.arange(0.1, 1, random.uniform(0.2, 0.35)), random.uniform(0.05, 0.15)

    def draw(t: float) -> Floats:
        on = 0.85 * blue * light(t)
        for row in ropes:
            for at in range(40):
                colour = (0.15, 0.15, 0.8) if at % 4 < 2 else (0.9, 0.9, 0.9)
                box(on, (at / 40, row, 0.021, 0.014), colour)
        x = (0.2 + pace * t) % 1
        disc(on, (x, 0.28), 0.022, (0.3, 0.4, 0.6))
        box(on, (x - 0.08, 0.265, 0.07, 0.03), (0.45, 0.55, 0.7))
        return on

    return draw


def aquarium(random: Random, size: Size) -> Drawer:
    """Draw a tank of fish: blue-green water, plants, gravel."""
    on = canvas(size, (random.uniform(0.45, 0.75), 0.45, random.uniform(0.05, 0.2)))
    box(on, (0, 0.85, 1, 0.15), tone(random, 0.3, 0.5, 0.3))
    ramp(on, 1.2, 0.7)
    for _ in range(14):
        x = random.uniform(0, 1)
        line(on, (x, 0.9), (x + random.uniform(-0.05, 0.05), random.uniform(0.4, 0.7)),
             (0.1, random.uniform(0.3, 0.6), 0.1), 0.012)  # fmt: skip
    on *= grain(random, on, 0.03)
    fish = [(*random.uniform(0.1, 0.9, 2), random.uniform(-0.2, 0.2), tone(random, 0.3, 0.9, 0.9))
            for _ in range(9)]  # fmt: skip

    def draw(t: float) -> Floats:
        shown = on.copy()
        for x, y, pace, colour in fish:
            at = (x + pace * t) % 1.1 - 0.05
            disc(shown, (at, 0.75 * y), 0.025, colour)
            line(shown, (at, 0.75 * y), (at - 0.03 * np.sign(pace), 0.75 * y), colour, 0.02)
        return shown

    return draw


def lit(still: Callable[[Random, Size], Floats]) -> Callable[[Random, Size], Drawer]:
    """Light a view with lamps of one strong colour."""

    def scene(random: Random, size: Size) -> Drawer:
        lamps = (
            (0.05, 0.12, 1.0),
            (1.0, 0.2, 0.12),
            (0.9, 0.1, 0.8),
            (0.1, 0.5, 1.0),
            (0.2, 1.0, 0.25),
        )
        draw = peopled(still(random, size), random)
        colour = np.float32(lamps[random.integers(len(lamps))]) * random.uniform(0.7, 1.1)
        return lambda t: draw(t) * colour

    return scene


def light_on(random: Random, size: Size) -> Drawer:
    """Let the light come on after a while in a room that is nearly dark."""
    draw, at = peopled(room(random, size), random, 1), random.uniform(1.1, 1.7)
    dark, slow = random.uniform(0.01, 0.08), random.choice((0.02, 0.4))
    return lambda t: draw(t) * (dark + (1 - dark) * float(np.clip((t - at) / slow, 0, 1)))


def light_off_and_on(random: Random, size: Size) -> Drawer:
    """Let the light of a hall go out and come back after a second and a half."""
    draw, off = peopled(hall(random, size), random), random.uniform(0.3, 0.5)
    dark = random.uniform(0.02, 0.06)
    return lambda t: draw(t) * (dark if off < t < off + 1.5 else 1.0)


def usual(random: Random, size: Size) -> Drawer:
    """Draw a usual view with people."""
    return peopled(view(random, size), random)


def clouds(random: Random, size: Size) -> Drawer:
    """Draw a sky in which clouds drift, a mast and a roof."""
    wide = canvas(
        (2 * size[0], size[1]), (0.85, random.uniform(0.5, 0.65), random.uniform(0.3, 0.45))
    )
    soft = cv2.GaussianBlur(grain(random, wide, 0.5)[..., 0], (0, 0), 6) - random.uniform(0.8, 1.2)
    wide += np.clip(2 * soft, 0, 1)[..., None] * (np.float32(0.95) - wide)

    def draw(t: float) -> Floats:
        at = round(size[0] * 0.05 * t)
        on = wide[:, at : at + 2 * size[0]].copy()
        box(on, (0, 0.9, 0.7, 0.1), (0.25, 0.3, 0.4))
        line(on, (0.3, 0.9), (0.3, 0.4), (0.2,) * 3, 0.012)
        line(on, (0.26, 0.5), (0.34, 0.46), (0.2,) * 3, 0.008)
        return on

    return draw


def snow_field(random: Random, size: Size) -> Drawer:
    """Draw a field under snow in the sun: a fence, trees without leaves, somebody."""
    on = canvas(size, (1.0, 0.99, random.uniform(0.96, 0.99))) * grain(
        random, canvas(size, 1), 0.01
    )
    box(on, (0, 0, 1, 0.25), (0.95, 0.9, 0.85))
    for post in np.linspace(0.02, 0.98, random.integers(8, 16)):
        box(on, (post, 0.55, 0.008, 0.14), (0.2, 0.25, 0.3))
    line(on, (0, 0.6), (1, 0.6), (0.3, 0.35, 0.4), 0.008)
    for _ in range(5):
        x = random.uniform(0, 1)
        line(on, (x, 0.35), (x, 0.12), (0.15, 0.17, 0.2), 0.015)
        for _ in range(6):
            y = random.uniform(0.12, 0.28)
            line(on, (x, y + 0.03), (x + random.uniform(-0.05, 0.05), y - 0.04), (0.2,) * 3, 0.005)
    return peopled(on, random, 1)


def pitch(random: Random, size: Size) -> Drawer:
    """Draw a football ground: mown bands, white lines, players."""
    on = canvas(size, (0.12, random.uniform(0.4, 0.55), random.uniform(0.15, 0.25)))
    for band in range(0, 10, 2):
        box(on, (band / 10, 0, 0.1, 1), (0.13, 0.5, 0.2))
    on *= grain(random, on, 0.05)
    line(on, (0.5, 0), (0.5, 1), (0.85,) * 3, 0.008)
    line(on, (0, 0.12), (1, 0.12), (0.85,) * 3, 0.008)
    cv2.circle(on, (size[0], size[1]), size[1] // 3, (0.85,) * 3, 3, cv2.LINE_AA)
    walk = [
        (*random.uniform(0, 1, 2), *random.uniform(-0.1, 0.1, 2), (0.1, 0.1, 0.8))
        for _ in range(14)
    ]

    def draw(t: float) -> Floats:
        shown = on.copy()
        for x, y, across, down, shirt in walk:
            person(shown, (x + across * t) % 1, (y + down * t) % 1, 0.14, shirt)
        return shown

    return draw


def bricks(random: Random, size: Size) -> Drawer:
    """Draw a wall of bricks with a door and a window, past which people walk."""
    on = canvas(size, (0.4, 0.42, 0.45))
    across, down = random.uniform(0.05, 0.09), random.uniform(0.035, 0.06)
    for row in range(int(1 / down) + 1):
        for column in range(-1, int(1 / across) + 1):
            brick = random.uniform(0.8, 1.1) * np.float32((0.22, 0.28, 0.5))
            at = (column + 0.5 * (row % 2)) * across, row * down
            box(on, (*at, across - 0.004, down - 0.007), brick)
    box(on, (0.15, 0.4, 0.14, 0.6), tone(random, 0.2, 0.5, 0.4))
    box(on, (0.55, 0.2, 0.25, 0.3), tone(random, 0.1, 0.7, 0.2))
    return peopled(on * grain(random, on, 0.02), random)


def racks(random: Random, size: Size) -> Drawer:
    """Draw racks of machines with lamps that blink."""
    on = canvas(size, tone(random, 0.1, 0.25, 0.05))
    for rack in (0.06, 0.38, 0.7):
        box(on, (rack, 0.05, 0.26, 0.9), 0.05)
        for unit in np.arange(0.08, 0.92, random.uniform(0.05, 0.09)):
            box(on, (rack + 0.02, unit, 0.22, 0.035), tone(random, 0.15, 0.4, 0.05))
    lamps = [(*random.uniform(0.08, 0.92, 2), random.uniform(0.5, 4)) for _ in range(60)]

    def draw(t: float) -> Floats:
        shown = on.copy()
        for x, y, pace in lamps:
            if (pace * t) % 1 < 0.5:
                disc(shown, (x, y), 0.006, (0.2, 0.9, 0.3))
        return shown

    return draw


def coder(name: str, number: int) -> dict[str, Any]:
    """Return how the film of a scene is coded: nothing where it is as most films are."""
    random = np.random.default_rng([22, number, *name.encode()])
    return CODERS[random.integers(len(CODERS))]
