"""Sound scenes of the eighth set: streets, fields, yards and rooms that the seven before lack.

The list was written down before anything of it was measured.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import sound_scenes as sound
from indoor_scenes import HIGH, WIDE, coloured, texture, written
from planted import RATE
from planted_faults import GREY, each
from sixth_scenes import moved

if TYPE_CHECKING:
    from planted import Floats, Picture
    from sound_scenes import Change


def of_colour(luma: Floats, picture: Picture, blue: float, red: float) -> Picture:
    """Return a picture all of whose things are of one colour: so far off grey at code 120."""
    half = cv2.resize(np.clip((luma - 16) / 104, 0, 2), picture[1].shape[::-1])
    return luma, GREY + blue * half, GREY + red * half


def timber(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a stack of boards: each lies over all of the view, 2 to 5 rows high."""
    drawn, row = np.random.default_rng(801), 0
    luma = np.empty_like(picture[0])
    while row < HIGH:
        high = int(drawn.integers(2, 6))
        luma[row : row + high] = drawn.uniform(110, 170)
        row += high
    luma += 3 * texture(802, HIGH, WIDE) + sound.noise(luma, 1.0, random)
    return of_colour(cv2.GaussianBlur(luma, (0, 0), 0.6), picture, -6, 5)


def library(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look along shelves full of books: spines of all widths, from board to board."""
    drawn = np.random.default_rng(803)
    luma, cb, cr = (
        np.full_like(plane, code) for plane, code in zip(picture, (50, GREY, GREY), strict=True)
    )
    for top in range(4, HIGH, 66):
        left = 0
        while left < WIDE:
            wide, high = drawn.integers([4, 44], [15, 60]).tolist()
            rows = slice(top + 60 - high, top + 60)
            luma[rows, left : left + wide] = drawn.uniform(40, 200)
            half = slice(rows.start // 2, rows.stop // 2), slice(left // 2, (left + wide) // 2)
            cb[half], cr[half] = GREY + drawn.uniform(-20, 20, 2)
            left += wide
    luma = cv2.GaussianBlur(luma, (0, 0), 0.6) + sound.noise(luma, 1.5, random)
    return luma, cb, cr


def furrows(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look over a ploughed field to the horizon: furrows that run away from the camera."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    far = np.maximum(rows - 70, 1) / 200
    waves = np.sin((columns - 240) / far / 9)
    luma = np.where(rows < 72, 190, 85 + 25 * waves * np.clip(far * 1.5 - 0.2, 0, 1))
    ground = luma + 8 * texture(804, HIGH, WIDE) * (rows >= 72) + sound.noise(luma, 1.0, random)
    return of_colour(ground.astype(np.float32), picture, -7, 8)


def stadium(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at rows of seats, some of them taken."""
    luma = np.full_like(picture[0], 95)
    drawn = np.random.default_rng(805)
    for row, top in enumerate(range(10, HIGH, 18)):
        for left in range(4 + 9 * (row % 2), WIDE, 18):
            taken = drawn.random() < 0.2
            luma[top : top + 11, left : left + 13] = drawn.uniform(40, 200) if taken else 150
        luma[top + 13 : top + 15] = 60
    return coloured(
        (luma + 2 * texture(806, HIGH, WIDE) + sound.noise(luma, 1.0, random), *picture[1:]),
        (slice(0, HIGH), slice(0, WIDE)), (8.0, -8.0),
    )  # fmt: skip


def wheat(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let wind run in waves over a field of wheat that fills the view below the sky."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    gust = np.sin(columns / 40 + rows / 60 - index / 5)
    bent = np.roll(texture(807, HIGH, WIDE), round(3 * math.sin(index / 4)), axis=1)
    luma = np.where(rows < 50, 200, 135 + 12 * gust + 18 * bent).astype(np.float32)
    return of_colour(luma + sound.noise(luma, 1.0, random), picture, -16, 6)


def putting_green(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a lawn on which a white ball rolls past a flag."""
    luma = 100 + 6 * texture(808, HIGH, WIDE)
    cv2.line(luma, (300, 60), (300, 170), 225, 2, cv2.LINE_AA)
    luma += sound.noise(luma, 1.0, random)
    shown = of_colour(luma, picture, -14, -8)
    cv2.circle(luma, (60 + 4 * index, 200), 4, 232, -1, cv2.LINE_AA)
    return coloured(shown, (slice(60, 80), slice(302, 330)), (-5.0, 60.0))


def running_track(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a red running track with white lines, along which somebody runs."""
    luma = 90 + 4 * texture(809, HIGH, WIDE)
    shown = of_colour(luma, picture, -8, 26)
    for lane in range(6):
        start, end = (0, 40 + 50 * lane), (WIDE, 10 + 36 * lane)
        cv2.line(luma, start, end, 215, 2, cv2.LINE_AA)
        cv2.line(shown[2], (0, start[1] // 2), (WIDE // 2, end[1] // 2), GREY, 1)
        cv2.line(shown[1], (0, start[1] // 2), (WIDE // 2, end[1] // 2), GREY, 1)
    luma += sound.noise(luma, 1.0, random)
    left = 6 * index % WIDE // 2 * 2
    luma[90:180, left : left + 24] = 60
    return coloured(shown, (slice(90, 120), slice(left, min(WIDE, left + 24))), (20.0, -10.0))


def billiards(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look down on a billiard table under its lamps; the room around it is dark."""
    luma = np.full_like(picture[0], 30)
    luma[40:230, 60:420] = 105
    luma += sound.noise(luma, 1.2, random)
    shown = coloured((luma, *picture[1:]), (slice(0, HIGH), slice(0, WIDE)), (0.0, 0.0))
    shown = coloured(shown, (slice(40, 230), slice(60, 420)), (-6.0, -22.0))
    for ball in range(9):
        x = 90 + 36 * ball + (2 * index if ball == 4 else 0)
        cv2.circle(luma, (x, 70 + 37 * (ball % 4)), 6, 90 + 15 * ball, -1, cv2.LINE_AA)
    return shown


def street_at_night(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Let street lamps shine through fog at night: halos, and little contrast besides."""
    luma, *chroma = sound.fog(0.35, 1.0, code=60)(picture, 0, random)
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    for x, y in ((90, 60), (250, 85), (390, 70)):
        far = np.hypot(columns - x, rows - y)
        luma += 170 * np.exp(-((far / 7) ** 2)) + 60 * np.exp(-far / 35)
    return np.minimum(luma, 238), *(GREY + 0.6 * (plane - GREY) for plane in chroma)


def running_drops(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let drops run down the dome; what is behind one is bent and softened."""
    luma = picture[0].copy()
    soft = cv2.GaussianBlur(np.roll(picture[0], 14, axis=0), (0, 0), 4)
    mask = np.zeros((HIGH, WIDE), np.uint8)
    for x, y, size, speed in np.random.default_rng(810).uniform((0, 0, 5, 1), (480, 270, 12, 5),
                                                                (16, 4)):  # fmt: skip
        cv2.circle(mask, (round(x), round(y + speed * index) % HIGH), round(size), 255, -1)
    share = cv2.GaussianBlur(mask, (0, 0), 1.5) / np.float32(255)
    return luma + share * (soft - luma), *picture[1:]


def harbour(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let masts of moored boats sway before the view, each in its own time."""
    luma = picture[0].copy()
    for mast, x in enumerate(range(20, WIDE, 46)):
        lean = 9 * math.sin(index / (9 + mast % 4) + mast)
        cv2.line(luma, (x, HIGH), (round(x + lean), 20), 215 - 12 * (mast % 5), 3, cv2.LINE_AA)
    return luma, *picture[1:]


def moth(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a moth flutter close to the infrared lamp of a camera at night."""
    luma, *chroma = sound.infrared(3.0)(picture, index, random)
    x, y = 240 + 170 * math.sin(index / 5), 130 + 90 * math.sin(index / 3.1 + 1)
    blot = np.zeros_like(luma)
    cv2.ellipse(blot, (round(x), round(y)), (26, 14 + 8 * (index % 2)), 3 * index, 0, 360, 1, -1)
    return luma + cv2.GaussianBlur(blot, (0, 0), 6) * (225 - luma), *chroma


def shadow_on_wall(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let the soft shadow of a tree move over a plain wall with one socket."""
    shade = cv2.GaussianBlur(texture(811, HIGH, WIDE * 2), (0, 0), 12)
    luma = 160 + 18 * shade[:, 3 * index % WIDE :][:, :WIDE] / shade.std()
    luma[200:216, 380:396] = 215
    luma[204:212, 384:392] = 190
    return luma + sound.noise(luma, 1.2, random), *(np.full_like(p, GREY) for p in picture[1:])


def louvres(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let louvres of a window that fills the view turn open and shut."""
    opened = 0.5 + 0.5 * math.sin(index / 8)
    rows = np.arange(HIGH, dtype=np.float32) % 15 / 15
    slat = np.clip((opened - rows) * 15, 0, 1)[:, None]
    luma = 140 - 30 * rows[:, None] + slat * (picture[0] - 140 + 30 * rows[:, None])
    half = cv2.resize(slat, (1, HIGH // 2))
    return luma, *(GREY + half * (plane - GREY) for plane in picture[1:])


def perforated(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Look through a perforated sheet close to the lens: dots out of focus over all of it."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    dots = 0.5 + 0.25 * (np.cos(columns / 5) + np.cos(rows / 5))
    luma, *chroma = picture
    return 40 + (0.55 + 0.4 * dots) * (luma - 40), *(GREY + 0.7 * (p - GREY) for p in chroma)


def chain_link(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Look through a fence of wire, sharp, over all of the view."""
    luma = picture[0].copy()
    for at in range(-HIGH, WIDE, 34):
        cv2.line(luma, (at, 0), (at + HIGH, HIGH), 175, 2, cv2.LINE_AA)
        cv2.line(luma, (at, HIGH), (at + HIGH, 0), 165, 2, cv2.LINE_AA)
    return luma, *picture[1:]


def followed(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Follow somebody who walks to and fro, slowly and with stops."""
    x = 60 * math.sin(index / 13) + 12 * math.sin(index / 5)
    return moved(picture, x, 0)


def zoomed_in(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Zoom to twice the size within 0.8 s, and stay."""
    return moved(picture, 0, 0, 1 + min(1.0, max(0, index - 20) / 20))


def on_a_boat(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Stand on a boat that heaves and rolls, once in four seconds."""
    angle = 3 * math.sin(2 * math.pi * index / (4 * RATE))
    heave = 14 * math.cos(2 * math.pi * index / (4 * RATE))

    def rolled(plane: Floats, n: int) -> Floats:
        middle = plane.shape[1] / 2, plane.shape[0] / 2
        matrix = cv2.getRotationMatrix2D(middle, angle, 1.1)
        matrix[1, 2] += heave / n
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return each(picture, rolled)


def train_leaves(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a train of lit windows leave over two thirds of the view, faster and faster."""
    luma = picture[0].copy()
    columns = (np.arange(WIDE) + round(0.25 * index**2)) % 120
    luma[50:230] = 90
    luma[80:140] = np.where(columns < 80, 205, 70)
    luma[150:154] = 190
    return coloured((luma, *picture[1:]), (slice(154, 230), slice(0, WIDE)), (22.0, -12.0))


def blue_hour(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at the view in blue evening light with lit, neutral windows."""
    light = {"gains": np.array([0.78, 0.95, 1.35])}
    luma, cb, cr = planted.FAULTS["colour_cast"](sound.dark(0.6, 1.5)(picture, 0, random), 0, light)
    for x, y in ((60, 50), (150, 90), (240, 60), (330, 100), (420, 70)):
        luma[y : y + 36, x : x + 28] = 215
        cb[y // 2 : y // 2 + 18, x // 2 : x // 2 + 14] = GREY - 8
        cr[y // 2 : y // 2 + 18, x // 2 : x // 2 + 14] = GREY + 4
    return luma, cb, cr


def rotating_light(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the red light of an ambulance go round, twice a second, over the view."""
    columns = np.arange(WIDE // 2, dtype=np.float32) / WIDE * 2
    beam = np.exp(-((((columns - 0.08 * index) % 1) - 0.5) ** 2) / 0.02)[None]
    lit = cv2.resize(beam, (WIDE, 1))
    return picture[0] + 25 * lit, picture[1] - 8 * beam, picture[2] + 40 * beam


def underpass(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look out of a dark underpass: the view is lit in its middle third only."""
    luma, *chroma = sound.dark(0.14, 1.5)(picture, 0, random)
    luma[60:200, 160:320] = np.minimum(1.25 * picture[0][60:200, 160:320], 236)
    for plane, before in zip(chroma, picture[1:], strict=True):
        plane[30:100, 80:160] = before[30:100, 80:160]
    return luma, *chroma


def facade(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a house of glass: windows to all sides, some of which mirror a cloud that moves."""
    cloud = cv2.GaussianBlur(texture(812, HIGH, WIDE * 2), (0, 0), 16)
    cloud = 14 * cloud[:, 2 * index % WIDE :][:, :WIDE] / cloud.std()
    rows, columns = np.indices((HIGH, WIDE))
    frames = (rows % 30 < 3) | (columns % 44 < 3)
    drawn = np.random.default_rng(813).uniform(90, 150, (HIGH // 30 + 1, WIDE // 44 + 1))
    luma = np.where(frames, 60, drawn[rows // 30, columns // 44] + cloud).astype(np.float32)
    return of_colour(luma + sound.noise(luma, 1.0, random), picture, 9, -4)


def gravel_yard(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look down on a yard of gravel that a cat crosses."""
    luma = 120 + 20 * texture(814, HIGH, WIDE) + sound.noise(picture[0], 1.2, random)
    left = 5 * index % (WIDE - 40)
    cv2.ellipse(luma, (left + 20, 140), (18, 8), 0, 0, 360, 40, -1, cv2.LINE_AA)
    return of_colour(luma, picture, -3, 2)


def umbrellas(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Look down on a square on which umbrellas of all colours wander in the rain."""
    luma, cb, cr = (plane.copy() for plane in picture)
    drawn = np.random.default_rng(815).uniform((0, 0, -3, -2, 60, -30, -30),
                                               (480, 270, 3, 2, 200, 30, 30), (45, 7))  # fmt: skip
    for x, y, across, down, code, blue, red in drawn:
        at = round(x + across * index) % WIDE, round(y + down * index) % HIGH
        cv2.circle(luma, at, 16, code, -1, cv2.LINE_AA)
        for plane, off in ((cb, blue), (cr, red)):
            cv2.circle(plane, (at[0] // 2, at[1] // 2), 8, GREY + off, -1, cv2.LINE_AA)
    return luma, cb, cr


def poster(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a wall of large words."""
    luma = np.full_like(picture[0], 190)
    for line in range(5):
        written(luma, "WINTER SALE 50 %", (6, 50 + 52 * line), 1.7, 45)
    return luma + sound.noise(luma, 1.2, random), *(np.full_like(p, GREY) for p in picture[1:])


def chequered(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look over a chequered floor on which a cleaning machine drives."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    far = (rows + 60) / 160
    squares = np.sign(np.sin((columns - 240) / far / 12) * np.sin(70 / far))
    luma = 125 + 55 * squares + sound.noise(picture[0], 1.2, random)
    left = 4 * index % (WIDE - 80)
    luma[100:160, left : left + 60] = 80
    return cv2.GaussianBlur(luma, (0, 0), 0.7), *(np.full_like(p, GREY) for p in picture[1:])


def sheets_of_rain(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let water run down the glass in sheets: what is behind it wobbles."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    bend = 1.5 * np.sin(rows / 17 - index / 2 + 2 * np.sin(columns / 60))
    luma = cv2.remap(picture[0], columns + bend, rows, cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REFLECT)  # fmt: skip
    return luma, *picture[1:]


def long_exposure(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Expose for a fifth of a second at night: what moves leaves ghosts."""
    luma, *chroma = sound.dark(0.55, 1.0)(picture, index, random)
    ghost = np.zeros_like(luma)
    cv2.ellipse(ghost, (40 + 5 * index, 170), (22, 50), 0, 0, 360, 1, -1)
    ghost = cv2.blur(ghost, (31, 3))
    return luma + 0.5 * ghost * (70 - luma), *chroma


SCENES: dict[str, Change] = {
    "timber": timber, "library": library, "furrows": furrows, "stadium": stadium,
    "wheat": wheat, "putting green": putting_green, "running track": running_track,
    "billiards": billiards, "street lamps in fog": street_at_night,
    "running drops": running_drops, "harbour": harbour, "moth": moth,
    "shadow on a wall": shadow_on_wall, "louvres turn": louvres, "perforated sheet": perforated,
    "chain link": chain_link, "follows somebody": followed, "zooms and stays": zoomed_in,
    "on a boat": on_a_boat, "train leaves": train_leaves, "blue hour": blue_hour,
    "rotating light": rotating_light, "underpass": underpass, "house of glass": facade,
    "gravel yard": gravel_yard, "umbrellas": umbrellas, "poster": poster,
    "chequered floor": chequered, "sheets of rain": sheets_of_rain,
    "long exposure": long_exposure,
}  # fmt: skip
