"""A seventh set: ten sound scenes and ten faults, written down before any was measured.

What the repairs after the sixth set look at is in both lists: noise by rows and what may pass for
it, lights of several colours, soft things that move, waves that come and go.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import planted_faults as first
import sound_scenes as sound
from indoor_scenes import HIGH, WIDE, coloured, texture, written
from planted import RATE
from planted_faults import GREY
from sixth_scenes import moved

if TYPE_CHECKING:
    from planted import Drawn, Picture
    from sound_scenes import Change


def shutter_rattles(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a roller shutter over three quarters of the view rattle in the wind."""
    luma, cb, cr = coloured(picture, (slice(0, HIGH), slice(60, 420)), (0.0, 0.0))
    rows = np.arange(HIGH, dtype=np.float32) + 1.2 * math.sin(2.1 * index)
    luma[:, 60:420] = (135 + 22 * np.sin(rows / 2.2))[:, None] + 2 * texture(301, HIGH, 360)
    return luma, cb, cr


def blind_drawn(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let somebody draw a blind of slats down before the window, over all of the width."""
    luma, cb, cr = coloured(picture, (slice(0, min(HIGH, 4 * index)), slice(0, WIDE)), (2.0, 1.0))
    down = min(HIGH, 4 * index)
    rows = np.arange(down, dtype=np.float32) - 4 * index
    luma[:down] = (150 + 30 * np.sin(rows / 1.9))[:, None]
    return luma, cb, cr


def credits_roll(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Show a screen of departures over the whole view, whose lines move up one by one."""
    luma = np.full_like(picture[0], 25)
    for line in range(12):
        minute = 7 * (line + index // 15) % 60
        words = f"{8 + line:02d}:{minute:02d} WUHAN EAST G{1000 + line}"
        written(luma, words, (20, 22 + 22 * line), 0.6, 210)
    return luma, *(np.full_like(plane, GREY) for plane in picture[1:])


def fountain(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a fountain spray over the middle of the view."""
    luma = picture[0].copy()
    drops = random.uniform((120, 60), (360, 270), (900, 2))
    for x, y in drops.tolist():
        cv2.circle(luma, (round(x), round(y)), 1, 190, -1, cv2.LINE_AA)
    mist = cv2.GaussianBlur(texture(302 + index % 3, HIGH, WIDE), (0, 0), 10)
    return luma + 12 * mist, *picture[1:]


def steam(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let steam of a kitchen roll over all of the view, thin and thick."""
    cloud = cv2.GaussianBlur(texture(305, HIGH * 2, WIDE * 2), (0, 0), 14)
    part = cloud[3 * index % HIGH :, 5 * index % WIDE :][:HIGH, :WIDE]
    share = np.clip(0.5 + 0.3 * part / cloud.std(), 0.1, 0.85)
    half = cv2.resize(share, (WIDE // 2, HIGH // 2))
    return picture[0] + share * (180 - picture[0]), *(p + half * (GREY - p) for p in picture[1:])


def dance_floor(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Light a dark hall by a green lamp from the left and a red one from the right."""
    luma, cb, cr = sound.dark(0.5, 2.0)(picture, index, random)
    columns = np.linspace(0, 1, WIDE // 2, dtype=np.float32)[None]
    level = np.clip((cv2.resize(luma, (WIDE // 2, HIGH // 2)) - 16) / 100, 0, 1)
    green, red = level * (1 - columns), level * columns
    return luma, cb - 22 * green - 10 * red, cr - 22 * green + 34 * red


def hedge(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a hedge whose leaves tremble all over."""
    still, stirred = texture(306, HIGH, WIDE), texture(307 + index % 5, HIGH, WIDE)
    luma = 90 + 24 * (0.8 * still + 0.35 * stirred)
    planes = np.full_like(picture[1], GREY - 10), np.full_like(picture[2], GREY - 8)
    return luma + sound.noise(luma, 1.0, random), *planes


def lightning(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let lightning flash at night: the rows that were read meanwhile are bright."""
    luma, *chroma = sound.dark(0.3, 2.0)(picture, index, random)
    if index % 13 == 5:
        luma[90 + index : 170 + index] += 60
    return luma, *chroma


def lorry_stops(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a lorry drive up before two fifths of the view, stand, and drive on."""
    x = round(480 - 12 * index if index < 25 else 180 - 14 * max(0, index - 50))
    luma, left = picture[0].copy(), max(0, x)
    right = max(0, min(WIDE, x + 200))
    luma[60:250, left:right] = 165
    luma[90:96, left:right] = 60
    return luma, *picture[1:]


def screen_saver(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a wave of light run along a wall of lamps in a third of the view."""
    luma = picture[0].copy()
    rows, columns = np.indices((HIGH, 160), np.float32)
    luma[:, 300:460] = 110 + 60 * np.sin((columns + rows / 2) / 3 - index / 2)
    return luma, *picture[1:]


SCENES: dict[str, Change] = {
    "shutter rattles": shutter_rattles, "blind is drawn": blind_drawn,
    "departures": credits_roll, "fountain": fountain, "kitchen steam": steam,
    "dance floor": dance_floor, "hedge": hedge, "lightning": lightning,
    "lorry stops": lorry_stops, "wall of lamps": screen_saver,
}  # fmt: skip


def bursts(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add noise by rows in two pictures of three: a converter that fails at times."""
    if index % 3 == 0:
        return picture
    rows = drawn["random"].standard_normal((len(picture[0]), 1), np.float32)
    return picture[0] + np.float32(219 * drawn["amplitude"]) * rows, *picture[1:]


def fixed_rows(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add the same offsets to rows in each picture: rows that were never balanced."""
    rows = np.random.default_rng(308).standard_normal((len(picture[0]), 1)).astype(np.float32)
    return picture[0] + np.float32(219 * drawn["amplitude"]) * rows, *picture[1:]


def carrier(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add a wave that is strongest in the middle of the view and drifts: a radio near by."""
    rows, columns = np.indices(picture[0].shape, np.float32) / len(picture[0])
    wave = np.sin(2 * math.pi * (17 * columns - 11 * rows + 0.17 * index))
    share = 0.65 + 0.35 * np.cos(2 * math.pi * (columns - 0.9) / 1.8)
    return picture[0] + np.float32(219 * drawn["amplitude"]) * share * wave, *picture[1:]


def late_cover(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Cover the lens from the second second on."""
    return picture if index < RATE else first.cover(picture, index, drawn)


def haze_on_glass(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let condensation lie on the glass: blur of ``sigma``, half of the contrast, a grey veil."""
    luma, *chroma = planted.FAULTS["blurred"](picture, index, drawn)
    return 70 + 0.6 * (luma - 16), *(GREY + 0.6 * (plane - GREY) for plane in chroma)


def drummed(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a machine shake the camera aside, five times a second."""
    size = drawn["amplitude"] * len(picture[0])
    return moved(picture, size * math.sin(2 * math.pi * 5 * index / RATE), 0)


def half_turned(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let somebody push the camera aside by ``share`` of the width between two pictures."""
    if index < RATE:
        return picture
    return first.each(
        picture, lambda plane, _: np.roll(plane, round(drawn["share"] * plane.shape[1]), axis=1)
    )


FAULTS: dict[str, first.Fault] = {
    "bursts of streaks": first.same("stripes", bursts, "amplitude", 0.05, 0.1),
    "rows out of balance": first.same("stripes", fixed_rows, "amplitude", 0.05, 0.1),
    "radio near by": first.same("stripes", carrier, "amplitude", 0.06, 0.12),
    "one slow hum bar": first.same("stripes", first.hum, "amplitude", 0.06, 0.12, bars=1.0,
                                   rolls=0.6),
    "late cover": first.same("covered_lens", late_cover, "open", 0.04, 0.0, level=90.0,
                             sigma=1.5, colour=(126.0, 131.0), slope=15.0),
    "condensation": first.same("blurred", haze_on_glass, "sigma", 0.014, 0.024),
    "blue weak": first.cast((1.08, 1.05, 0.7), (1.1, 1.1, 0.5)),
    "green filter": first.cast((0.8, 1.12, 0.8), (0.6, 1.15, 0.6)),
    "drummed": first.same("shake", drummed, "amplitude", 0.008, 0.016),
    "pushed aside": first.same("scene_change", half_turned, "share", 0.3, 0.5),
}  # fmt: skip
