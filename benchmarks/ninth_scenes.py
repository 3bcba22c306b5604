"""Sound scenes of the ninth set: real clips and photographs, moved, lit and coded in other ways.

The list was written down before anything of it was measured. Each is one film: a scene that does
not hide its base clip stands on one of the three kinds, in turn.
"""

from __future__ import annotations

import importlib.util
import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import base_clips
import cv2
import numpy as np
import planted
import sound_scenes as sound
from indoor_scenes import HIGH, WIDE, coloured, texture, written
from planted_faults import GREY
from setting import REAL
from sixth_scenes import moved

if TYPE_CHECKING:
    from planted import Floats, Picture
    from sound_scenes import Change


@lru_cache(maxsize=4)
def filmed(name: str, first: int) -> tuple[Picture, ...]:
    """Return the pictures of a scene from one of the real clips, from number ``first`` on."""
    return tuple(planted.real(REAL / f"{name}_intel.mp4", first, sound.FRAMES))


@lru_cache(maxsize=4)
def photographed(name: str) -> Picture:
    """Return a photograph of scikit-image."""
    return base_clips._photograph(name)  # noqa: SLF001 -- the benchmarks' own


@lru_cache(maxsize=1)
def faces() -> Floats:
    """Return a hundred faces of scikit-image, (100, 25, 25), 0..1."""
    found = importlib.util.find_spec("skimage")
    assert found is not None  # noqa: S101 -- see ``base_clips.kinds``
    assert found.origin is not None  # noqa: S101 -- a package has an origin
    return np.load(Path(found.origin).parent / "data" / "lfw_subset.npy")[:100].astype(np.float32)


def noisy(picture: Picture, sigma: float, random: np.random.Generator) -> Picture:
    """Add the sensor's noise to a still picture."""
    return picture[0] + sound.noise(picture[0], sigma, random), *picture[1:]


def grey(luma: Floats) -> Picture:
    """Return a picture without colour."""
    half = np.full((HIGH // 2, WIDE // 2), GREY, np.float32)
    return luma.astype(np.float32), half, half


def patrol(_: Picture, index: int, __: np.random.Generator) -> Picture:
    """Drive from preset to preset over real cars: eased, with 0.8 s of rest at each."""
    stops = ((-60, -20, 1.5), (70, 30, 1.7), (0, 0, 1.2), (-60, -20, 1.5))
    at, within = divmod(index, 25)
    share = 0.5 - 0.5 * math.cos(math.pi * min(1, max(0, within - 20) / 5))
    x, y, zoom = (a + share * (b - a) for a, b in zip(stops[at], stops[at + 1], strict=True))
    return moved(filmed("car_park", 190)[index], x, y, zoom)


def drops_at_night(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Let drops on the dome glow in the light of lamps at night."""
    luma, *chroma = sound.dark(0.45, 2.5)(picture, 0, random)
    soft, mask = cv2.GaussianBlur(luma, (0, 0), 5), np.zeros((HIGH, WIDE), np.uint8)
    rims = np.zeros((HIGH, WIDE), np.float32)
    for x, y, size in np.random.default_rng(901).uniform((0, 0, 4), (480, 270, 13), (30, 3)):
        cv2.circle(mask, (round(x), round(y)), round(size), 255, -1)
        cv2.ellipse(rims, (round(x), round(y)), (round(size),) * 2, 0, 200, 300, 90, 2)
    share = cv2.GaussianBlur(mask, (0, 0), 1) / np.float32(255)
    return luma + share * (soft - luma) + cv2.GaussianBlur(rims, (0, 0), 1), *chroma


def beams(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let the headlights of cars that turn sweep over the view at night."""
    luma, *chroma = sound.dark(0.4, 2.5)(picture, 0, random)
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    for start, speed in ((-100, 11), (620, -16)):
        beam = np.exp(-(((columns - start - speed * index) / 60) ** 2) - ((rows - 170) / 70) ** 2)
        luma = luma + beam * (1.6 * (picture[0] - 16) + 20)
    return np.minimum(luma, 238), *chroma


def welding(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let somebody weld in a corner: bursts of an arc that lights up all that is about it."""
    drawn = np.random.default_rng([902, index])
    power = drawn.uniform(0.3, 1) if index % 40 < 24 and drawn.random() < 0.7 else 0.0
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    far = np.hypot(columns - 390, rows - 190)
    light = power * (np.exp(-far / 9) * 400 + np.exp(-far / 120) * 45)
    sparks = np.zeros((HIGH, WIDE), np.float32)
    for angle, way in drawn.uniform((3.2, 5), (6.1, 40), (round(14 * power), 2)):
        at = round(390 + way * math.cos(angle)), round(190 + way * math.sin(angle))
        cv2.circle(sparks, at, 1, 120, -1)
    return np.minimum(picture[0] + light + sparks, 238), *picture[1:]


def thunder(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let lightning flash twice over a dark view in rain, each time in two strokes."""
    lit = {18: 0.9, 19: 0.4, 21: 0.7, 22: 0.3, 51: 1.0, 52: 0.5, 54: 0.6}.get(index, 0)
    dark = sound.dark(0.35, 3.0)(picture, 0, random)
    luma = dark[0] + lit * (0.9 * (picture[0] - 16) + 40)
    return sound.falling(120, 10, 150)((np.minimum(luma, 238), *dark[1:]), index, random)


def cut_filter(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Put the cut filter in and out again: colour, 0.9 s of infrared, colour."""
    if not 24 <= index < 47:
        return picture
    light = 1.35 if index in {24, 25, 46} else 1.0
    luma, *chroma = sound.infrared(2.5)(picture, index, random)
    return np.minimum(16 + light * (luma - 16), 238), *chroma


def pumping_gain(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the gain hunt 1.2 times a second while a lit sign goes on and off."""
    gain = 1 + 0.2 * math.sin(2 * math.pi * 1.2 * index / 25)
    luma = 16 + gain * (picture[0] - 16)
    luma[20:60, 20:120] = 225 if index // 10 % 2 else 60
    return np.minimum(luma, 238), *(GREY + gain * (plane - GREY) for plane in picture[1:])


def gale(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at meadows in a gale: photographed grass that bends in waves, below a pale sky."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    phase = columns / 55 - index / 3
    bent = (rows - 60).clip(0) / 210 * 7
    grass = noisy(photographed("grass.png"), 1.2, random)[0]
    luma = cv2.remap(grass, columns + bent * np.sin(phase + rows / 80), rows, cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REFLECT)  # fmt: skip
    luma[:70] = 195 + sound.noise(luma[:70], 1.2, random)
    shown = coloured(grey(luma), (slice(70, HIGH), slice(0, WIDE)), (-11.0, -5.0))
    return coloured(shown, (slice(0, 70), slice(0, WIDE)), (6.0, -3.0))


def river(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a river that mirrors a row of houses upside down, with ripples that run."""
    street = photographed("motorcycle_left.png")[0][40:160]
    rows, columns = np.indices((150, WIDE), np.float32)
    ripple = np.sin(rows * 0.9 - index / 2) * (1 + rows / 40) + np.sin(columns / 30 + index / 4)
    mirrored = cv2.remap(street[::-1].copy(), columns + 2 * ripple, (rows * 0.75 + ripple).clip(0),
                         cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)  # fmt: skip
    luma = np.concatenate([street, 30 + 0.55 * mirrored])
    shown = grey(luma + sound.noise(luma, 1.2, random))
    return coloured(shown, (slice(120, HIGH), slice(0, WIDE)), (5.0, -4.0))


def moving_stairs(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look aslant at two escalators side by side, up and down, with people on them."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    luma = picture[0].copy()
    for left, speed in ((60, 2), (260, -2)):
        step = (rows + 0.4 * columns + speed * index) % 24
        part = np.where(step < 3, 185, 65 + 2 * step)
        luma[:, left : left + 150] = part[:, left : left + 150]
        for person in range(3):
            y = (90 * person + speed * -index) % (HIGH + 60) - 60
            cv2.rectangle(luma, (left + 50, y), (left + 80, y + 56), 50 + 55 * person, -1)
            cv2.circle(luma, (left + 65, y - 8), 9, 150, -1, cv2.LINE_AA)
    return luma + sound.noise(luma, 1.0, random), *picture[1:]


def grandstand(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a stand of real faces, each of which moves in its own way."""
    luma, drawn = np.full((HIGH, WIDE), 60, np.float32), np.random.default_rng(903)
    for number in range(12 * 20):
        row, column = divmod(number, 20)
        pace, phase, size = drawn.uniform((0.05, 0, 1), (0.35, 6, 3))
        x = 24 * column + 12 * (row % 2) + round(size * math.sin(pace * index + phase)) - 10
        y = 23 * row + round(size * math.cos(1.3 * pace * index + phase)) - 4
        left, top = max(0, x), max(0, y)
        face = 30 + 190 * faces()[number % 100][top - y : HIGH - y, left - x : WIDE - x]
        luma[top : top + face.shape[0], left : left + face.shape[1]] = face
    return coloured(grey(luma + sound.noise(luma, 1.2, random)),
                    (slice(0, HIGH), slice(0, WIDE)), (-4.0, 8.0))  # fmt: skip


def monitors(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a wall of six monitors in a control room: three clips, a map, a page, one black."""
    shown = tuple(0.25 * plane + (12 if n == 1 else 96) for plane, n in
                  zip(picture, (1, 2, 2), strict=True))  # fmt: skip
    programmes = (
        filmed("car_park", 190)[index], filmed("bottle", 400)[index], filmed("lobby", 500)[index],
        photographed("coins.png"), photographed("page.png"), grey(np.full((HIGH, WIDE), 22)),
    )  # fmt: skip
    for number, programme in enumerate(programmes):
        top, left = 20 + 124 * (number // 3), 14 + 156 * (number % 3)
        for plane, other, n in zip(shown, programme, (1, 2, 2), strict=True):
            small = cv2.resize(other, (140 // n, 104 // n), interpolation=cv2.INTER_AREA)
            plane[top // n : top // n + 104 // n, left // n : left // n + 140 // n] = small
    return noisy(shown, 1.0, random)


def pane(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Film through a pane that mirrors the room behind the camera, in which a lamp swings."""
    other = moved(photographed("coffee.png"), 8 * math.sin(index / 6), 0, 1.4)
    return tuple(0.75 * a + 0.35 * (b - (16 if n == 1 else GREY)) + (0 if n == 1 else 0.25 * GREY)
                 for a, b, n in zip(picture, other, (1, 2, 2), strict=True))  # fmt: skip


def wet_snow(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let wet snow fall and stick to the lower rim of the dome, higher and higher."""
    luma, *chroma = sound.falling(120, 3, 225, width=2)(picture, index, random)
    edge = HIGH - 20 - 0.8 * index + 30 * cv2.GaussianBlur(texture(904, 32, WIDE), (0, 0), 12)[:1]
    share = np.clip((np.arange(HIGH)[:, None] - edge) / 18, 0, 1).astype(np.float32)
    half = cv2.resize(share, (WIDE // 2, HIGH // 2))
    return luma + share * (205 - luma), *(p + half * (GREY - p) for p in chroma)


def sun_patches(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let patches of sun run over the view as clouds break up."""
    cloud = cv2.GaussianBlur(texture(905, HIGH, 3 * WIDE), (0, 0), 22)
    shade = cloud[:, 6 * index : 6 * index + WIDE] / cloud.std()
    gain = 0.75 + 0.4 * (1 / (1 + np.exp(-4 * shade)))
    half = cv2.resize(gain, (WIDE // 2, HIGH // 2))
    return np.minimum(16 + gain * (picture[0] - 16), 238), *(
        GREY + half * (plane - GREY) for plane in picture[1:]
    )


def net_curtain(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a thin curtain with upright folds blow over half of the view."""
    columns = np.arange(WIDE, dtype=np.float32)
    edge = 240 + 60 * math.sin(index / 9)
    folds = 175 + 18 * np.sin(columns / 7 + 2 * math.sin(index / 7) + columns / 90)
    share = (0.7 * np.clip((edge - columns) / 6, 0, 1))[None]
    half = cv2.resize(share, (WIDE // 2, 1))
    return picture[0] + share * (folds - picture[0]), *(
        plane + half * (GREY - plane) for plane in picture[1:]
    )


def swing_door(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a dark door, close by, swing open on a bright street and shut again."""
    opened = round(300 * max(0.0, math.sin(index / 16))) // 2 * 2
    luma, cb, cr = (plane.copy() for plane in sound.dark(0.6, 1.5)(picture, 0, random))
    for plane, other, n in zip((luma, cb, cr), filmed("car_park", 190)[index], (1, 2, 2),
                               strict=True):  # fmt: skip
        shown = np.minimum(1.3 * other, 238) if n == 1 else other
        plane[20 // n :, 90 // n : (90 + opened) // n] = shown[20 // n :, : opened // n]
    luma[20:, 90 + opened : 94 + opened] = 200
    return luma, cb, cr


def night_spider(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a spider, lit by the infrared lamp and out of focus, walk over the dome."""
    luma, *chroma = sound.infrared(2.5)(picture, index, random)
    blot, x = np.zeros_like(luma), 60 + 5 * index
    y = 150 + 40 * math.sin(index / 8)
    cv2.ellipse(blot, (x, round(y)), (46, 32), 20, 0, 360, 1, -1)
    for leg in range(8):
        angle = leg * math.pi / 4 + 0.25 * math.sin(index + leg)
        tip = round(x + 110 * math.cos(angle)), round(y + 85 * math.sin(angle))
        cv2.line(blot, (x, round(y)), tip, 0.8, 7)
    return luma + cv2.GaussianBlur(blot, (0, 0), 5) * (230 - luma), *chroma


def coins_sorted(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look down on a table of coins (a photograph) over which a hand moves."""
    luma = photographed("coins.png")[0].copy()
    x = round(240 + 150 * math.sin(index / 10)) // 2 * 2
    cv2.ellipse(luma, (x, 230), (44, 70), 0, 0, 360, 165, -1, cv2.LINE_AA)
    shown = grey(luma + sound.noise(luma, 1.2, random))
    return coloured(shown, (slice(170, HIGH), slice(max(0, x - 40), x + 40)), (-8.0, 16.0))


def page_turned(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Film a page of a book (a photograph) that a reader moves on, line by line."""
    return moved(noisy(photographed("page.png"), 1.0, random), 0, -6 * (index // 20))


def coffee_by_evening(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Film a cup of coffee on a table by evening light, with steam over it."""
    steam = np.clip(cv2.GaussianBlur(texture(906, 2 * HIGH, WIDE), (0, 0), 9), 0, 9)
    luma, *chroma = sound.dark(0.6, 2.0)(photographed("coffee.png"), index, random)
    return luma + 60 * np.roll(steam, -4 * index, axis=0)[:HIGH], *chroma


def cars_in_fog(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Film real cars in fog."""
    return sound.fog(0.35, 0.8)(filmed("car_park", 190)[index], index, random)


def bottling(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Film bottles (a real clip) by half light under a lamp that swings."""
    light = 0.6 + 0.15 * math.sin(index / 7)
    return sound.dark(light, 1.5)(filmed("bottle", 400)[index], index, random)


def dome_wiped(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a cleaner wipe the dome: a cloth out of focus comes and goes, twice."""
    middle = 240 + 420 * math.cos(index / 7)
    columns = np.arange(WIDE, dtype=np.float32)
    share = np.clip((170 - np.abs(columns - middle)) / 50, 0, 1)[None]
    half = cv2.resize(share, (WIDE // 2, 1))
    cloth = 150 + 12 * np.sin(columns / 37 + index / 4)
    return picture[0] + share * (cloth - picture[0]), *(
        plane + half * (GREY + 4 - plane) for plane in picture[1:]
    )


def staircase(_: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look down a staircase of stone that somebody climbs, between walls with a hand-rail."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    steps = np.sin(900 / (rows + 40))
    wall = np.abs(columns - 240) > 90 + 0.45 * rows
    luma = np.where(wall, 165, 120 + 45 * np.sign(steps) + 4 * texture(907, HIGH, WIDE))
    luma = cv2.GaussianBlur(luma.astype(np.float32), (0, 0), 0.8)
    cv2.line(luma, (120, 0), (20, 200), 60, 4, cv2.LINE_AA)
    cv2.rectangle(luma, (220, 200 - 2 * index), (262, 290 - 2 * index), 55, -1)
    cv2.circle(luma, (241, 190 - 2 * index), 13, 150, -1, cv2.LINE_AA)
    return grey(luma + sound.noise(luma, 1.2, random))


def bridge(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Stand on a bridge that hums as a tram passes: 0.15 % of the height, six times a second."""
    luma, *chroma = moved(picture, 0, 0.4 * math.sin(2 * math.pi * 6 * index / 25))
    left = 14 * index - 300
    luma[110:200, max(0, left) : max(0, left + 260)] = 95
    luma[125:155, max(0, left) : max(0, left + 260)] = 190
    return luma, *chroma


def under_a_clock(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Write a date and time that run, and a name, over the view; it pans slowly meanwhile."""
    luma, *chroma = moved(picture, -1.2 * index, 0)
    written(luma, f"2026-11-30 21:14:{index // 25:02d}", (12, 24), 0.6, 235)
    written(luma, "CAM 09 NORTH GATE", (260, 258), 0.6, 235)
    return luma, *chroma


def unchanged(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Leave the base clip as it is: its coder is another one."""
    return picture


SCENES: dict[str, Change] = {
    "patrol over cars": patrol, "drops that glow": drops_at_night, "beams sweep": beams,
    "welding": welding, "thunder": thunder, "cut filter in and out": cut_filter,
    "gain pumps": pumping_gain, "grass in a gale": gale, "river": river,
    "two escalators": moving_stairs, "grandstand of faces": grandstand, "monitors": monitors,
    "pane that mirrors": pane, "wet snow sticks": wet_snow, "patches of sun": sun_patches,
    "net curtain": net_curtain, "swing door": swing_door, "spider by night": night_spider,
    "coins sorted": coins_sorted, "page of a book": page_turned,
    "coffee by evening": coffee_by_evening, "cars in fog": cars_in_fog, "bottling": bottling,
    "dome wiped": dome_wiped, "staircase": staircase, "bridge hums": bridge,
    "clock over a pan": under_a_clock, "starved coder": unchanged, "ten bits": unchanged,
    "motion JPEG": unchanged,
}  # fmt: skip
