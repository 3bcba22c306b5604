"""A fifth set of faults and sound scenes, written down before anything was measured of it.

What sites show that the first four do not have: switches to infrared, menus, tours of presets,
lamps that beat with the shutter, coders that pump, dirt, glare, markings, meshes, flags, panels.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import planted_faults as first
import sound_scenes as sound
from fourth_set import thermal
from indoor_scenes import HIGH, WIDE, coloured, texture, written
from planted import RATE
from planted_faults import GREY, each

if TYPE_CHECKING:
    from planted import Drawn, Floats, Picture
    from sound_scenes import Change

ALL = slice(0, HIGH), slice(0, WIDE)


def menu(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Show date and name, and for a second the recorder's menu over a quarter of the view."""
    luma = picture[0].copy()
    written(luma, f"2026-11-29 08:15:{index // RATE:02d}", (10, 24), 0.6, 225)
    written(luma, "CAM 07 NORTH GATE", (270, 255), 0.6, 225)
    if RATE <= index < 2 * RATE:
        luma[60:190, 120:360] = 40
        for line in range(5):
            written(luma, f"{line + 1} SETTINGS", (140, 85 + 22 * line), 0.6, 210)
    return luma, *picture[1:]


def to_infrared(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Go over to infrared as it grows dark: dim, three black pictures, then without colour."""
    if index < 30:
        return sound.dark(0.7 - 0.012 * index, 1.5)(picture, index, random)
    if index < 33:
        return np.full_like(picture[0], 17), *(np.full_like(p, GREY) for p in picture[1:])
    return sound.infrared(2.0)(picture, index, random)


def led_panel(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Have a big sign of lamps in view whose scan beats with the rolling shutter."""
    luma, cb, cr = coloured(picture, (slice(40, 180), slice(150, 400)), (10.0, 25.0))
    rows = np.arange(140, dtype=np.float32)[:, None]
    band = np.sin(2 * math.pi * (rows / 46 - 0.6 * index / RATE)) > 0.4
    luma[40:180, 150:400] = np.where(band, 70, 200)
    written(luma, "SALE 50%", (175, 125), 1.4, 40)
    return luma, cb, cr


def beating_lamps(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let lamps on 50 Hz mains beat with the shutter: all light goes up and down by 8 %."""
    gain = 1 + 0.08 * math.sin(2 * math.pi * 0.9 * index / RATE)
    return 16 + gain * (picture[0] - 16), *picture[1:]


def spider(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a spider walk over the lens at night: bright, soft and big."""
    luma, *chroma = sound.infrared(2.0)(picture, index, random)
    shade = np.zeros_like(luma)
    x, y = 80 + 4 * index, 90 + round(30 * math.sin(index / 9))
    cv2.circle(shade, (x, y), 34, 1.0, -1)
    for leg in range(8):
        angle = math.pi * leg / 4 + 0.3 * math.sin(index + leg)
        tip = round(x + 85 * math.cos(angle)), round(y + 85 * math.sin(angle))
        cv2.line(shade, (x, y), tip, 1.0, 7)
    shade = cv2.GaussianBlur(shade, (0, 0), 5)
    return luma + 0.8 * shade * (215 - luma), *chroma


def tour(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Go from preset to preset: stand for 0.8 s, swing for a third of a second."""
    swung, since = divmod(index, 28)
    place = 110 * (swung + min(1.0, max(0.0, (since - 20) / 8)))
    return sound.rolled(lambda _: 2 * round(place / 2))(picture, index, random)


def pumping(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a starved coder lose detail from key frame to key frame, and find it again."""
    sigma = 0.3 + 1.1 * (index % RATE) / RATE
    luma = cv2.GaussianBlur(picture[0], (0, 0), sigma)
    return np.rint(luma / 3) * 3, *picture[1:]


def wet_road(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let lamps of cars glint on a wet road at night."""
    luma, *chroma = sound.lit(((0.3, 0.3), (0.8, 0.4)), 0.6, 0.25, 2.0)(picture, index, random)
    for number in range(3):
        x = (170 * number + 6 * index) % WIDE
        cv2.circle(luma, (x, 150), 6, 235, -1, cv2.LINE_AA)
        cv2.ellipse(luma, (x, 215), (5, 45), 0, 0, 360, 190, -1, cv2.LINE_AA)
    return luma, *chroma


def dirt(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Leave dirt on the dome: soft dark and bright spots over a sixth of the view."""
    spots = np.zeros_like(picture[0])
    for x, y, size, tone in np.random.default_rng(101).uniform(
        (0, 0, 6, -1), (WIDE, HIGH, 26, 1), (22, 4)
    ):
        cv2.circle(spots, (round(x), round(y)), round(size), 40 * float(tone), -1)
    return picture[0] + cv2.GaussianBlur(spots, (0, 0), 8), *picture[1:]


def glare(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the rising sun shine in from a corner: a veil, and ghosts in a row."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    size = 0.35 + 0.3 * index / 75
    veil = size * np.exp(-np.hypot(rows, columns) / 180)
    for number in range(4):
        place = np.hypot(rows - 50 - 45 * number, columns - 90 - 80 * number)
        veil = np.maximum(veil, 0.25 * (place < 10 + 4 * number))
    return picture[0] + veil * (238 - picture[0]), picture[1] - 8 * veil[::2, ::2], picture[2]


def barrier(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Lift a red and white barrier that goes across the whole view."""
    luma, cb, cr = (plane.copy() for plane in picture)
    angle = math.radians(min(50.0, max(0.0, 2.0 * (index - 15))))
    for part in range(16):
        ends = [
            (round(20 + far * math.cos(angle)), round(210 - far * math.sin(angle)))
            for far in (30 * part, 30 * part + 30)
        ]
        red = part % 2 == 0
        cv2.line(luma, *ends, 95 if red else 215, 16)
        half = [(x // 2, y // 2) for x, y in ends]
        cv2.line(cb, *half, GREY - 15 if red else GREY, 8)
        cv2.line(cr, *half, GREY + 75 if red else GREY, 8)
    return luma, cb, cr


def crossing(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Look at a zebra crossing from above; a car waits, somebody crosses."""
    luma = picture[0].copy()
    luma[110:] = 85 + 6 * texture(102, HIGH - 110, WIDE)
    for number in range(12):
        x = 12 + 40 * number
        points = np.array([(x, 230), (x + 20, 230), (x + 22, 140), (x + 8, 140)], np.int32)
        cv2.fillPoly(luma, [points], 205, cv2.LINE_AA)
    x = (40 + 4 * index) % WIDE
    cv2.rectangle(luma, (x, 150), (x + 16, 205), 40, -1)
    return luma, *picture[1:]


def roller_shutter(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a shop's shutter of slats come down over half the view."""
    luma = picture[0].copy()
    low = min(230, 30 + 3 * index)
    rows = (np.arange(low) - low) % 12
    luma[:low, 100:380] = np.where(rows < 3, 90, 150 + 2 * rows)[:, None]
    return luma, *picture[1:]


def net(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Look at a scaffold behind a green net over two thirds of the view."""
    luma, cb, cr = coloured(picture, (slice(0, 200), slice(0, WIDE)), (-12.0, -16.0))
    rows, columns = np.indices((200, WIDE))
    mesh = ((rows + columns) % 5 < 2) | ((rows - columns) % 5 < 2)
    luma[:200] = 0.55 * luma[:200] + np.where(mesh, 55, 35)
    for x in range(40, WIDE, 110):
        luma[:200, x : x + 6] = 170
    return luma, cb, cr


def fog_bank(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a bank of fog roll in within two seconds."""
    share = min(1.0, index / 50)
    return sound.fog(1 - 0.65 * share, 0.1 + 0.8 * share)(picture, index, random)


def flag(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a big red flag wave before half of the view."""
    luma, cb, cr = coloured(picture, (slice(20, 220), slice(0, 250)), (-12.0, 55.0))
    rows, columns = np.indices((200, 250), np.float32)
    luma[20:220, :250] = 85 + 22 * np.sin(columns / 28 + rows / 90 - index / 3)
    cv2.circle(luma, (60, 70), 18, 190, -1, cv2.LINE_AA)
    return luma, cb, cr


def panels(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look over a field of solar panels: grids that recede."""
    luma, cb, cr = coloured(picture, (slice(70, HIGH), slice(0, WIDE)), (9.0, -4.0))
    rows, columns = np.indices((HIGH - 70, WIDE), np.float32)
    deep = 4000 / (rows + 25)
    across = (columns - 240) * deep / 120
    lines = (deep % 9 < 1.2) | (across % 14 < 1.2)
    luma[70:] = np.where(lines, 170, 60 + 4 * texture(103, HIGH - 70, WIDE))
    return cv2.GaussianBlur(luma, (0, 0), 0.5) + sound.noise(luma, 1.0, random), cb, cr


def dappled(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the sun shine through leaves that stir: spots of light dance over all."""
    leaves = cv2.GaussianBlur(texture(104, HIGH + 40, WIDE + 40), (0, 0), 4)
    y, x = 20 + round(5 * math.sin(index / 5)), 20 + round(7 * math.sin(index / 7 + 1))
    gain = np.where(leaves[y : y + HIGH, x : x + WIDE] > 0, 1.15, 0.6).astype(np.float32)
    return 16 + cv2.GaussianBlur(gain, (0, 0), 2) * (picture[0] - 16), *picture[1:]


SCENES: dict[str, Change] = {
    "menu": menu,
    "over to infrared": to_infrared,
    "sign of lamps": led_panel,
    "lamps that beat": beating_lamps,
    "spider on the lens": spider,
    "tour of presets": tour,
    "coder that pumps": pumping,
    "wet road": wet_road,
    "dirt on the dome": dirt,
    "glare": glare,
    "barrier": barrier,
    "zebra crossing": crossing,
    "roller shutter": roller_shutter,
    "scaffold net": net,
    "bank of fog": fog_bank,
    "flag": flag,
    "solar panels": panels,
    "dappled light": dappled,
    "swarm at night": sound.infrared(2.5, insects=60),
    "drizzle": sound.falling(160, 5, 200),
}


def cap(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Leave the cap on the lens: black, with the sensor's noise."""
    luma = np.full_like(picture[0], 17) + drawn["sigma"] * drawn["noise"].of(picture[0])
    return np.maximum(luma, 16), *(np.full_like(plane, GREY) for plane in picture[1:])


def turned_away(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Turn to the side by ``share`` of the view after a second, upside down."""
    if index < RATE:
        return picture
    at = int(drawn["share"] * len(picture[0])) // 2 * 2

    def away(plane: Floats, n: int) -> Floats:
        return np.ascontiguousarray(np.roll(plane, at // n, axis=1)[::-1])

    return each(picture, away)


FAULTS: dict[str, first.Fault] = {
    "cap on the lens": first.same("black", cap, "sigma", 2.0, 0.7),
    "night gain by day": first.same(
        "over_exposed", planted.FAULTS["over_exposed"], "share", 0.62, 0.9
    ),
    "lamps failed": first.same("under_exposed", first.dimmed, "gain", 0.17, 0.08, sigma=1.5),
    "lens knocked": first.same("blurred", planted.FAULTS["blurred"], "sigma", 0.012, 0.022),
    "spray on the dome": first.Fault(
        expects="blurred", plant=first.grease,
        moderate={"sigma": 0.013, "veil": 0.2}, strong={"sigma": 0.022, "veil": 0.35},
    ),
    "filter stuck by day": first.cast((1.2, 0.85, 1.1), (1.35, 0.7, 1.2)),
    "earth loop": first.same("stripes", first.hum, "amplitude", 0.05, 0.1, bars=1.5, rolls=0.2),
    "radio mast near by": first.wave(20.0, 0.8, 0.2),
    "failing sensor": first.same("snow", thermal, "sigma", 0.1, 0.18),
    "engine idles": first.Fault(
        expects="shake", plant=planted.FAULTS["shake"],
        moderate={"amplitude": 0.009, "rate": 5.0, "angle": 0.8},
        strong={"amplitude": 0.018, "rate": 5.0, "angle": 0.8},
    ),
    "spray paint": first.covered(170.0, 1.0, (130.0, 122.0), folds=3.0),
    "plastic bag": first.covered(150.0, 1.0, (126.0, 129.0), folds=6.0),
    "turned away": first.same("scene_change", turned_away, "share", 0.4, 0.8),
    "freeze of 1.6 s": first.same("freeze", first.stands, "seconds", 1.6, 2.6),
}  # fmt: skip
