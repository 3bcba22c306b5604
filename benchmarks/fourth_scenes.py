"""Sound scenes of the fourth set, written down and committed before anything was measured of it.

Slats, tiles and fences that fill the view, light of one colour, things of one colour, and weather,
water and machines that the first three sets do not have.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import sound_scenes as sound
from indoor_scenes import HIGH, WIDE, coloured, texture, written
from planted_faults import GREY, each
from second_set import both
from third_scenes import lamps

if TYPE_CHECKING:
    from planted import Floats, Picture
    from sound_scenes import Change

ALL = slice(0, HIGH), slice(0, WIDE)


def corrugated(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a wall of corrugated iron that fills the view, with a small sign on it."""
    luma = 120 + 28 * np.sin(2 * math.pi * np.arange(WIDE, dtype=np.float32) / 14)
    luma = luma + np.linspace(12, -12, HIGH, dtype=np.float32)[:, None]
    cv2.rectangle(luma, (60, 60), (150, 110), 205, -1)
    written(luma, "GATE 4", (66, 94), 0.7, 40)
    return luma + sound.noise(luma, 1.2, random), *coloured(picture, ALL, (2.0, -2.0))[1:]


def closed_blind(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a closed Venetian blind over the whole window, with two cords."""
    rows = np.arange(HIGH) % 11
    luma = np.where(rows < 2, 95, 165 + 2 * rows)[:, None] + np.zeros_like(picture[0])
    luma *= np.linspace(0.9, 1.1, WIDE, dtype=np.float32)
    luma[:, 118:121] = luma[:, 358:361] = 215
    luma = cv2.GaussianBlur(luma, (0, 0), 0.6)
    return luma + sound.noise(luma, 1.2, random), *coloured(picture, ALL, (-3.0, 2.0))[1:]


def palisade(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Look through a fence that recedes: its bars come closer together over the whole view."""
    luma = picture[0].copy()
    for number in range(60):
        x = WIDE * (1 - 0.94**number) * 1.02
        wide = max(1, round(7 * 0.94**number))
        luma[:, round(x) : round(x) + wide] = 55
    return luma, *picture[1:]


def tiles(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a tiled wall with a tap and a mirror."""
    luma = np.full_like(picture[0], 190)
    luma[np.arange(HIGH) % 22 < 2] = 140
    luma[:, np.arange(WIDE) % 22 < 2] = 140
    cv2.rectangle(luma, (300, 50), (420, 150), 110, -1)
    cv2.circle(luma, (150, 160), 16, 90, -1, cv2.LINE_AA)
    luma = cv2.GaussianBlur(luma, (0, 0), 0.6)
    return luma + sound.noise(luma, 1.2, random), *coloured(picture, ALL, (3.0, -3.0))[1:]


def parquet(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Look down on brown floor boards; a white table stands on them."""
    luma, cb, cr = coloured(picture, (slice(60, HIGH), slice(0, WIDE)), (-22.0, 14.0))
    boards = 95 + 6 * texture(81, HIGH - 60, WIDE)
    boards[np.arange(HIGH - 60) % 17 < 1] = 60
    luma[60:] = boards
    luma[110:170, 200:290] = 200
    for plane in (cb, cr):
        plane[55:85, 100:145] = GREY
    return luma, cb, cr


def warehouse(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Look at a rack of equal boxes over the whole view."""
    luma = picture[0] * 0.3 + 60
    random = np.random.default_rng(82)
    for y in range(4, HIGH - 30, 38):
        luma[y + 32 : y + 36] = 45
        for x in range(3, WIDE - 30, 34):
            luma[y : y + 32, x : x + 29] = 120 + 12 * random.standard_normal()
            luma[y + 8 : y + 14, x + 6 : x + 20] = 200
    return luma, *coloured(picture, ALL, (-12.0, 8.0))[1:]


def candles(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Have dinner by candles that flicker."""
    flicker = 1 + 0.08 * math.sin(index * 1.7) + 0.05 * math.sin(index * 0.9)
    return both(lamps(lambda _: (1.35, 0.9, 0.35)), sound.dark(0.6 * flicker, 2.0))(
        picture, index, random
    )


def traffic_lights(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let traffic lights tint a wet street at night, red and then green."""
    colour = (1.3, 0.8, 0.75) if index < 40 else (0.75, 1.2, 0.9)
    return both(lamps(lambda _: colour), sound.dark(0.5, 2.0))(picture, index, random)


def bonfire(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Watch a bonfire at night: flames in the middle, their light on all around."""
    glow = 0.45 + 0.12 * math.sin(index / 2) + 0.08 * random.uniform()
    luma, cb, cr = both(lamps(lambda _: (1.3, 0.85, 0.4)), sound.dark(glow, 2.0))(
        picture, index, random
    )
    flame = np.clip(texture(83, 600, 120)[600 - 130 - 6 * (index % 75) :][:130], -0.5, 2)
    luma[120:250, 180:300] = 140 + 45 * flame
    cb[60:125, 90:150], cr[60:125, 90:150] = GREY - 40, GREY + 45
    return np.minimum(luma, 238), cb, cr


def autumn(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Look at autumn trees: yellow and red leaves over two thirds of the view, that stir."""
    luma, cb, cr = coloured(picture, (slice(0, 180), slice(0, WIDE)), (-30.0, 16.0))
    shift = round(2 * math.sin(index / 6))
    luma[:180] = 115 + 26 * np.roll(texture(84, 180, WIDE), shift, axis=1)
    return np.clip(luma, 20, 230), cb, cr + 0.0


def brick_house(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a red brick house with a white door and a window."""
    luma, cb, cr = coloured(picture, ALL, (-8.0, 18.0))
    rows, columns = np.indices((HIGH, WIDE))
    joint = (rows % 12 < 2) | ((columns + 12 * (rows // 12 % 2)) % 24 < 2)
    luma = np.where(joint, 150, 90 + 5 * texture(85, HIGH, WIDE)).astype(np.float32)
    luma[120:, 80:150], luma[60:150, 260:370] = 205, 60
    for plane in (cb, cr):
        plane[60:, 40:75] = plane[30:75, 130:185] = GREY
    return cv2.GaussianBlur(luma, (0, 0), 0.5) + sound.noise(luma, 1.0, random), cb, cr


def dust(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Let a sand storm hide the view: a brown veil."""
    luma, cb, cr = sound.fog(0.4, 0.7, code=140)(picture, 0, random)
    return luma, cb - 9.0, cr + 5.0


def hail(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Let hail fall and bounce."""
    luma = picture[0].copy()
    for x, y in random.integers([0, 0], [WIDE, HIGH], (120, 2)).tolist():
        cv2.circle(luma, (x, y), 2, 235, -1, cv2.LINE_AA)
    return luma, *picture[1:]


def frost(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Let frost grow from the rim of the dome over two fifths of the view."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    far = np.hypot((rows - 135) / 135, (columns - 240) / 240)
    veil = np.clip((far - 0.75) / 0.25, 0, 0.85)
    soft = cv2.GaussianBlur(picture[0], (0, 0), 5)
    ice = soft + 0.5 * (205 + 10 * texture(86, HIGH, WIDE) - soft)
    return picture[0] + veil * (ice - picture[0]), *picture[1:]


def heat(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let hot air over the ground bend what is seen, here this way, there that."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    way = 1.3 * np.sin(rows / 11 + columns / 17 + index / 1.7)
    luma = cv2.remap(
        picture[0], columns + way, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    return luma, *picture[1:]


def moonlight(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a snow field by the moon: dim and bluish."""
    luma = picture[0].copy()
    luma[150:] = 175 + 0.2 * (luma[150:] - 100)
    lit = lamps(lambda _: (0.88, 1.0, 1.12))
    return both(lit, sound.dark(0.4, 2.5))((luma, *picture[1:]), index, random)


def cloud(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the shadow of a cloud pass."""
    gain = 1 - 0.4 * math.exp(-(((index - 38) / 14) ** 2))
    return 16 + gain * (picture[0] - 16), *picture[1:]


def bus(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a bus pass close by: windows, a stripe and people in it fill the view."""
    luma = picture[0].copy()
    left, wide = 30 * index - 1100, 1000
    for x in range(max(0, left), min(WIDE, left + wide)):
        inside = (x - left) % 120 > 14
        luma[10:260, x] = 165
        luma[40:120, x] = 60 + 0.2 * (x - left) % 40 if inside else 150
        luma[170:180, x] = 220
    return luma, *picture[1:]


def crowd(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a crowd pour through the view both ways."""
    luma, cb, cr = (plane.copy() for plane in picture)
    draw = np.random.default_rng(87)
    for x, y, speed, code, b, r in draw.uniform(
        (0, 40, -5, 40, -20, -15), (WIDE, 230, 5, 210, 20, 25), (70, 6)
    ).tolist():
        left, top = int(x + speed * index) % (WIDE - 20), int(y)
        luma[top : top + 12, left + 3 : left + 10] = 150
        luma[top + 12 : top + 44, left : left + 14] = code
        cb[(top + 12) // 2 : (top + 44) // 2, left // 2 : left // 2 + 7] = GREY + b
        cr[(top + 12) // 2 : (top + 44) // 2, left // 2 : left // 2 + 7] = GREY + r
    return luma, cb, cr


def rolls(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a gimbal turn the picture slowly round its axis."""

    def turned(plane: Floats, _: int) -> Floats:
        middle = plane.shape[1] / 2, plane.shape[0] / 2
        matrix = cv2.getRotationMatrix2D(middle, 0.25 * index, 1)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return each(picture, turned)


def iris(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let the iris open within a second after lamps went out."""
    return sound.dark(0.3 + 0.7 * min(1.0, max(0.0, (index - 20) / 25)), 1.5)(
        picture, index, random
    )


def waterfall(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Look at a waterfall: streaks run down half the view."""
    luma = picture[0].copy()
    stream = cv2.GaussianBlur(texture(88, 1400, 240), (1, 31), 0.1, None, 6)
    at = 1400 - HIGH - 14 * index
    luma[:, 120:360] = 160 + 40 * stream[at : at + HIGH]
    return np.clip(luma, 20, 236), *picture[1:]


def reeds(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let reeds sway over the lower two thirds."""
    luma, cb, cr = coloured(picture, (slice(90, HIGH), slice(0, WIDE)), (-14.0, -4.0))
    luma[90:] = 75
    for number in range(90):
        foot = 5 * number + number % 3
        bend = 14 * math.sin(index / 6 + number / 9)
        points = np.array([(foot, HIGH), (foot + bend / 3, 180), (foot + bend, 95)], np.int32)
        cv2.polylines(luma, [points], False, 110 + 9 * (number % 8), 2, cv2.LINE_AA)
    return luma, cb, cr


def birds(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a flock of birds pass, some close to the lens and soft."""
    shade = np.zeros((HIGH, WIDE), np.float32)
    for number in range(14):
        x = (37 * number + (6 + number % 4) * index) % (WIDE + 80) - 40
        y = 20 + 17 * number + 12 * math.sin(index / 3 + number)
        wing = 6 + 14 * abs(math.sin(index / 2 + number))
        axes = round(8 + 2 * number), max(1, round(wing / 4))
        cv2.ellipse(shade, (round(x), round(y)), axes, 15, 0, 360, 1.0, -1)
    shade = cv2.GaussianBlur(shade, (0, 0), 1.5)
    return picture[0] + shade * (40 - picture[0]), *picture[1:]


def washing(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let white sheets billow on a line over half the view."""
    luma, cb, cr = coloured(picture, (slice(40, 240), slice(60, 340)), (1.0, 0.0))
    rows, columns = np.indices((200, 280), np.float32)
    luma[40:240, 60:340] = 195 + 12 * np.sin(columns / 16 + rows / 60 - index / 4)
    luma[40:240, 198:202] = 90
    return luma, cb, cr


def mirror_ball(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let spots of a mirror ball run over a dim room."""
    luma, *chroma = sound.dark(0.45, 2.0)(picture, index, random)
    for number in range(60):
        x, y = (53 * number + 7 * index) % WIDE, (31 * number + 2 * index) % HIGH
        cv2.circle(luma, (x, y), 4, 190, -1, cv2.LINE_AA)
    return luma, *chroma


def fan(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the blades of a big fan turn before the view."""
    luma, rows, columns = picture[0].copy(), *np.indices((HIGH, WIDE), np.float32)
    angle = np.arctan2(rows - 135, columns - 240) + 0.35 * index
    near = np.hypot(rows - 135, columns - 240) < 125
    luma[near & (np.sin(2 * angle) > 0.35)] = 70
    return luma, *picture[1:]


def greenhouse(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look into a greenhouse: leaves all over, and a grey path."""
    luma, cb, cr = coloured(picture, ALL, (-18.0, -14.0))
    luma = 110 + 24 * texture(89, HIGH, WIDE)
    path = np.array([(190, HIGH), (235, 60), (255, 60), (320, HIGH)], np.int32)
    cv2.fillPoly(luma, [path], 150)
    for plane in (cb, cr):
        cv2.fillPoly(plane, [path // 2], GREY)
    return np.clip(luma, 20, 230) + sound.noise(luma, 1.0, random), cb, cr


def gauge(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a pressure gauge close by: a white dial, and a pointer that trembles."""
    luma = np.full_like(picture[0], 85)
    cv2.circle(luma, (240, 135), 125, 215, -1, cv2.LINE_AA)
    for step in range(41):
        angle = math.radians(135 + 6.75 * step)
        ends = [
            (round(240 + far * math.cos(angle)), round(135 + far * math.sin(angle)))
            for far in (112 - 6 * (step % 5 == 0), 120)
        ]
        cv2.line(luma, *ends, 40, 1 + (step % 5 == 0), cv2.LINE_AA)
    angle = math.radians(240 + 2 * math.sin(index / 2))
    tip = round(240 + 100 * math.cos(angle)), round(135 + 100 * math.sin(angle))
    cv2.line(luma, (240, 135), tip, 30, 3, cv2.LINE_AA)
    written(luma, "MPa", (215, 200), 0.7, 40)
    return luma + sound.noise(luma, 1.0, random), *(np.full_like(p, GREY) for p in picture[1:])


def corn(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look along rows of corn to the horizon."""
    luma, cb, cr = coloured(picture, (slice(80, HIGH), slice(0, WIDE)), (-20.0, -8.0))
    rows, columns = np.indices((HIGH - 80, WIDE), np.float32)
    lane = (columns - 240) / (rows + 12)
    luma[80:] = 95 + 35 * np.sin(6 * lane) + 10 * texture(90, HIGH - 80, WIDE)
    return luma + sound.noise(luma, 1.0, random), cb, cr


def white_out(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look over a field of snow under a white sky, with poles and a track."""
    luma = np.full_like(picture[0], 205)
    luma[:110] = 218
    luma += 2 * cv2.GaussianBlur(texture(91, HIGH, WIDE), (0, 0), 2)
    for number in range(7):
        x, foot = 40 + 62 * number, 120 + 20 * number
        cv2.line(luma, (x, foot), (x, foot - 30 - 5 * number), 70, 1 + number // 3, cv2.LINE_AA)
    cv2.line(luma, (0, 260), (300, 112), 165, 4, cv2.LINE_AA)
    x = 4 * index
    cv2.rectangle(luma, (x, 150), (x + 30, 166), 60, -1)
    return luma + sound.noise(luma, 1.0, random), *(np.full_like(p, GREY) for p in picture[1:])


def platform(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let an underground train with lit windows come to a stop."""
    luma = picture[0].copy()
    way = round(9 * index - 0.06 * index**2)
    at = (np.arange(WIDE) + way) % 90
    luma[70:210] = 95
    luma[95:150, at > 20] = 205
    luma[180:186] = 160
    return luma, *picture[1:]


SCENES: dict[str, Change] = {
    "corrugated wall": corrugated,
    "closed blind": closed_blind,
    "fence that recedes": palisade,
    "tiles": tiles,
    "parquet": parquet,
    "rack of boxes": warehouse,
    "blue stage": lamps(lambda _: (0.35, 0.6, 1.7)),
    "darkroom": both(lamps(lambda _: (1.7, 0.4, 0.3)), sound.dark(0.6, 2.0)),
    "candles": candles,
    "traffic lights at night": traffic_lights,
    "bonfire": bonfire,
    "autumn": autumn,
    "brick house": brick_house,
    "sand storm": dust,
    "hail": hail,
    "frost on the rim": frost,
    "hot air": heat,
    "moonlight": moonlight,
    "shadow of a cloud": cloud,
    "bus passes": bus,
    "crowd": crowd,
    "gimbal turns": rolls,
    "iris opens": iris,
    "waterfall": waterfall,
    "reeds": reeds,
    "birds": birds,
    "washing": washing,
    "mirror ball": mirror_ball,
    "fan": fan,
    "greenhouse": greenhouse,
    "gauge": gauge,
    "corn": corn,
    "white-out": white_out,
    "platform": platform,
}
