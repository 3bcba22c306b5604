"""Sound scenes of the sixth set: what the five before do not show of streets, halls and weather.

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

if TYPE_CHECKING:
    from planted import Floats, Picture
    from sound_scenes import Change


def moved(picture: Picture, x: float, y: float, zoom: float = 1.0) -> Picture:
    """Move (px) and enlarge a picture about its middle; its borders are mirrored."""

    def shifted(plane: Floats, n: int) -> Floats:
        middle = plane.shape[1] / 2, plane.shape[0] / 2
        matrix = cv2.getRotationMatrix2D(middle, 0, zoom)
        matrix[:, 2] += (x / n, y / n)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return each(picture, shifted)


def amber(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a traffic light blink amber, with a glow on what is near it."""
    if index % RATE >= RATE // 2:
        return picture
    luma, cb, cr = (plane.copy() for plane in picture)
    for plane, code, n in ((luma, 225, 1), (cb, 70, 2), (cr, 185, 2)):
        rows, columns = np.indices(plane.shape, np.float32)
        far = np.hypot(rows - 80 / n, columns - 240 / n) / (14 / n)
        glow = np.exp(-(far**2)) + 0.15 * np.exp(-far / 3)
        np.add(plane, np.minimum(glow, 1) * (code - plane), out=plane)
    return luma, cb, cr


def ticker(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let red words run along a sign of lamps over a fifth of the view."""
    luma, cb, cr = coloured(picture, (slice(30, 80), slice(0, WIDE)), (0.0, 0.0))
    words = np.full((50, 1400), 25, np.float32)
    written(words, "PLATFORM 4  DELAYED 12 MIN  MIND THE GAP", (480, 38), 1.4, 120)
    dots = (np.indices((50, WIDE)).sum(axis=0) % 4 < 3).astype(np.float32)
    luma[30:80] = 25 + (words[:, 8 * index : 8 * index + WIDE] - 25) * dots
    lit = cv2.resize((luma[30:80] > 60).astype(np.float32), (WIDE // 2, 25))
    cr[15:40] += 90 * lit
    return luma, cb, cr


def behind_glass(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Look through a window that mirrors the lit room behind, where somebody walks."""
    room = np.full((HIGH, WIDE), 60, np.float32)
    for x in (60, 190, 330):
        cv2.rectangle(room, (x, 40), (x + 70, 60), 230, -1)
    cv2.rectangle(room, (90 + 3 * index, 110), (130 + 3 * index, 250), 140, -1)
    room = cv2.GaussianBlur(room, (0, 0), 3)
    return 0.72 * picture[0] + 0.28 * room, *(GREY + 0.72 * (p - GREY) for p in picture[1:])


def settling(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let exposure settle from four stops of a door that was opened: bright, then right."""
    gain = 1 + 1.2 * math.exp(-index / 8)
    luma, *chroma = picture
    return np.minimum(16 + gain * (luma - 16), 238), *(
        GREY + gain**0.5 * (p - GREY) for p in chroma
    )


def snowfall(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let flakes of all sizes fall slowly over white ground and roofs."""
    luma, *chroma = (plane.copy() for plane in picture)
    luma[170:] = 190 + 0.15 * (luma[170:] - 128) + 4 * texture(201, HIGH - 170, WIDE)
    flakes = np.random.default_rng(202).uniform((0, 0, 1, 3), (WIDE, HIGH, 4, 7), (140, 4))
    for x, y, size, speed in flakes:
        at = round(x + 6 * math.sin(index / 8 + y)), round(y + speed * index) % HIGH
        cv2.circle(luma, at, round(size), 215 + 3 * size, -1, cv2.LINE_AA)
    return luma, *(GREY + 0.7 * (plane - GREY) for plane in chroma)


def canal(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look over a canal: waves run over grey-green water in three quarters of the view."""
    luma, cb, cr = coloured(picture, (slice(66, HIGH), slice(0, WIDE)), (-3.0, -6.0))
    rows, columns = np.indices((HIGH - 66, WIDE), np.float32)
    near = 0.25 + rows / (HIGH - 66)
    wave = np.sin(rows / near / 3 + 1.5 * np.sin(columns / near / 31 + index / 9) - index / 4)
    wave += 0.6 * np.sin(columns / near / 7 - rows / near / 5 + index / 3)
    luma[66:] = 105 + 14 * near * wave + 3 * texture(203, HIGH - 66, WIDE)
    return luma + sound.noise(luma, 1.0, random), cb, cr


def passer(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let somebody stand right before the lens for two seconds: a jacket, a zip, an arm."""
    if not 12 <= index < 62:
        return picture
    luma, cb, cr = coloured(picture, (slice(0, HIGH), slice(40, 440)), (6.0, -4.0))
    body = 70 + 14 * cv2.GaussianBlur(texture(204, HIGH, 400), (0, 0), 6)
    cv2.line(body, (200, 0), (205, HIGH), 130, 8)
    cv2.line(body, (40, 0), (90, HIGH), 45, 16)
    sway = round(4 * math.sin(index / 6))
    luma[:, 40:440] = np.roll(cv2.GaussianBlur(body, (0, 0), 3), sway, axis=1)
    return luma, cb, cr


def slow_tour(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Drive slowly aside and up while zooming in."""
    return moved(picture, -1.4 * index, 0.5 * index, 1 + 0.008 * index)


def back_to_colour(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Go from infrared to colour at dawn: three pink pictures while the filter moves in."""
    if index < 35:
        return sound.infrared(2.0)(picture, index, random)
    gains = (1.5, 0.8, 1.3) if index < 38 else (1.0, 1.0, 1.0)
    lit = planted.FAULTS["colour_cast"](picture, index, {"gains": np.array(gains)})
    return sound.dark(0.75, 1.5)(lit, index, random)


def balance_drifts(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the white balance follow a cloud: a little warm, then a little cold."""
    off = 0.05 * math.sin(2 * math.pi * index / 75)
    gains = np.array((1 + off, 1.0, 1 - off))
    return planted.FAULTS["colour_cast"](picture, index, {"gains": gains})


def dome_seam(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Look through the edge of a dome: the lower third is bent and seen twice."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    bent = np.clip(rows - 180, 0, None) ** 2 / 500
    twice = cv2.remap(picture[0], columns + bent, rows - bent, cv2.INTER_LINEAR,
                      borderMode=cv2.BORDER_REFLECT)  # fmt: skip
    weight = 0.5 * np.clip((rows - 180) / 20, 0, 1)
    return (1 - weight) * picture[0] + weight * twice, *picture[1:]


def web_by_day(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a spider's web, out of focus and in the sun, sway before the view."""
    luma, mask = picture[0], np.zeros((HIGH, WIDE), np.float32)
    middle = 240 + round(5 * math.sin(index / 7)), 120 + round(3 * math.sin(index / 5))
    for ray in range(14):
        angle = math.pi * ray / 7
        end = round(middle[0] + 400 * math.cos(angle)), round(middle[1] + 400 * math.sin(angle))
        cv2.line(mask, middle, end, 1.0, 3)
    for ring in range(30, 280, 26):
        cv2.circle(mask, middle, ring, 1.0, 3)
    return luma + 0.35 * cv2.GaussianBlur(mask, (0, 0), 2) * (225 - luma), *picture[1:]


def overlays(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Show a clock with hundredths, a speed, a plate that changes, and frames round cars."""
    luma = picture[0].copy()
    written(luma, f"2026-11-30 08:15:{index // RATE:02d}.{4 * index % 100:02d}", (8, 24), 0.6, 230)
    written(luma, f"{48 + 7 * (index // 9) % 31} km/h", (350, 24), 0.7, 230)
    written(luma, f"YU A{1000 + 377 * (index // 13)}", (8, 255), 0.8, 230)
    x = 30 + 4 * index % 340
    cv2.rectangle(luma, (x, 120), (x + 90, 200), 235, 2)
    return luma, *picture[1:]


def quad(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Show four views in one picture: the view, mirrored, at night, and in fog."""
    views = (
        picture, each(picture, lambda plane, _: plane[:, ::-1]),
        sound.dark(0.4, 1.5)(picture, index, random), sound.fog(0.5, 0.3)(picture, index, random),
    )  # fmt: skip
    planes = []
    for number in range(3):
        small = [cv2.resize(v[number], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
                 for v in views]  # fmt: skip
        high, wide = picture[number].shape
        whole = np.vstack([np.hstack(small[:2]), np.hstack(small[2:])])
        planes.append(cv2.resize(whole, (wide, high)))
    return tuple(planes)


def masks(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Leave two fifths of the view under masks: two black ones, one of coarse squares."""
    luma, cb, cr = (plane.copy() for plane in picture)
    squares = cv2.resize(luma[20:140, 300:460], (10, 8), interpolation=cv2.INTER_AREA)
    luma[20:140, 300:460] = cv2.resize(squares, (160, 120), interpolation=cv2.INTER_NEAREST)
    for rows, columns in ((slice(0, 150), slice(0, 190)), (slice(200, 270), slice(300, 480))):
        luma[rows, columns] = 16
        half = slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2)
        cb[half] = cr[half] = GREY
    return luma, cb, cr


def door(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look at a shut door that fills the view: its frame, a handle, a number, a sill."""
    luma = np.full_like(picture[0], 150) + 1.5 * texture(205, HIGH, WIDE)
    for x in (40, 436):
        luma[:, x : x + 6] = 90
    cv2.rectangle(luma, (370, 130), (410, 142), 60, -1)
    cv2.circle(luma, (390, 170), 5, 40, -1, cv2.LINE_AA)
    written(luma, "314", (210, 90), 0.8, 60)
    luma[250:] = 80
    chroma = np.full_like(picture[1], GREY - 4), np.full_like(picture[2], GREY + 5)
    return luma + sound.noise(luma, 1.2, random), *chroma


def curtain(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a curtain of folds swing in the wind before two thirds of the view."""
    rows, columns = np.indices((HIGH, 320), np.float32)
    sway = 12 * np.sin(index / 7 + rows / 120) * rows / HIGH
    luma, cb, cr = coloured(picture, (slice(0, HIGH), slice(0, 320)), (4.0, 2.0))
    luma[:, :320] = 165 + 22 * np.sin((columns + sway) / 7) + 8 * np.sin((columns + sway) / 17)
    return luma, cb, cr


def from_above(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look down on a car park: rows of bays, two in three taken, one car drives."""
    luma, cb, cr = (np.full_like(p, c) for p, c in zip(picture, (95, GREY, GREY), strict=True))
    luma += 5 * texture(206, HIGH, WIDE)
    cars = np.random.default_rng(207)
    for top in (15, 100, 185):
        for x in range(6, WIDE, 26):
            luma[top : top + 60, x : x + 2] = 205
            code, off_b, off_r = cars.uniform((40, -14, -14), (220, 14, 14))
            if cars.uniform() < 0.66:
                luma[top + 6 : top + 54, x + 6 : x + 22] = code
                luma[top + 18 : top + 26, x + 8 : x + 20] = 45
                half = slice(top // 2 + 3, top // 2 + 27), slice(x // 2 + 3, x // 2 + 11)
                cb[half] += off_b
                cr[half] += off_r
    left = (10 + 5 * index) % (WIDE - 50)
    luma[80:95, left : left + 40] = 190
    return cv2.GaussianBlur(luma, (0, 0), 0.6) + sound.noise(luma, 1.2, random), cb, cr


def tunnel(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look into a tunnel lit by sodium lamps in two rows, in which cars drive."""
    lit = planted.FAULTS["colour_cast"](picture, index, {"gains": np.array((1.4, 0.95, 0.25))})
    luma, cb, cr = sound.dark(0.6, 2.0)(lit, index, random)
    for step in range(8):
        far = 1 / (1 + 0.5 * step)
        for side in (-1, 1):
            cv2.circle(luma, (round(240 + 200 * side * far), round(110 - 90 * far)),
                       max(1, round(8 * far)), 232, -1, cv2.LINE_AA)  # fmt: skip
    return luma, cb, cr


def lanes(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look along a swimming hall: blue tiles, ropes of red and white, a roof of beams."""
    luma, cb, cr = coloured(picture, (slice(110, HIGH), slice(0, WIDE)), (20.0, -14.0))
    luma[110:] = 140 + 4 * texture(208, HIGH - 110, WIDE)
    for lane in range(-3, 4):
        for piece in range(12):
            near = [piece / 12, (piece + 0.6) / 12]
            ends = [(round(240 + lane * (25 + 80 * n)), round(112 + 156 * n)) for n in near]
            cv2.line(luma, *ends, 215 if piece % 2 else 90, 3, cv2.LINE_AA)
    for beam in range(6):
        cv2.rectangle(luma, (0, 12 + 15 * beam), (WIDE, 16 + 15 * beam), 75, -1)
    x = 200 + round(20 * math.sin(index / 5))
    cv2.circle(luma, (x, 240 - index), 6, 220, -1, cv2.LINE_AA)
    return luma + sound.noise(luma, 1.0, random), cb, cr


def plume(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let smoke drift up from a stove through the middle of the view."""
    cloud = cv2.GaussianBlur(texture(209, HIGH * 3, WIDE), (0, 0), 9)
    cloud = cloud[4 * index % HIGH : 4 * index % HIGH + HIGH]
    columns = np.arange(WIDE, dtype=np.float32)[None]
    share = np.clip(0.45 + 0.35 * cloud / cloud.std(), 0, 0.9)
    share = share * np.exp(-(((columns - 240) / 130) ** 2))
    half = cv2.resize(share, (WIDE // 2, HIGH // 2))
    return picture[0] + share * (170 - picture[0]), *(p + half * (GREY - p) for p in picture[1:])


def afterglow(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Stand roofs and trees in silhouette before an orange sky."""
    luma, cb, cr = sound.dark(0.3, 1.2)(picture, index, random)
    luma[:110] = np.linspace(110, 190, 110, dtype=np.float32)[:, None]
    cb[:55], cr[:55] = GREY - 28, GREY + 24
    roofs = np.random.default_rng(210).integers(50, 110, 16)
    for number, top in enumerate(roofs.tolist()):
        luma[top:110, 30 * number : 30 * number + 30] = 32
        cb[top // 2 : 55, 15 * number : 15 * number + 15] = GREY
        cr[top // 2 : 55, 15 * number : 15 * number + 15] = GREY + 2
    return luma, cb, cr


def lifting(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let fog lift within three seconds, from hardly anything to a clear view."""
    share = index / sound.FRAMES
    return sound.fog(0.12 + 0.6 * share, 2.5 - 2.2 * share)(picture, index, random)


def mast(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a mast sway in the wind by 0.2 % of the height."""
    at = index / RATE
    return moved(picture, 0.54 * math.sin(8.2 * at), 0.3 * math.sin(11.0 * at + 1))


def revolving(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a revolving door of glass and steel turn before the view."""
    luma = picture[0].copy()
    for wing in range(4):
        x = 240 + round(200 * math.cos(0.09 * index + math.pi * wing / 2))
        cv2.line(luma, (x, 0), (x, HIGH), 55, 9, cv2.LINE_AA)
        luma[:, min(x, 240) : max(x, 240)] += 9
    return luma, *picture[1:]


def crowd(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at a full stand: thousands of heads and shirts that never rest."""
    heads = np.random.default_rng(211)
    luma, cb, cr = (np.full_like(p, c) for p, c in zip(picture, (80, GREY, GREY), strict=True))
    for row in range(8, HIGH, 9):
        for x, code, blue, red, way in heads.uniform(
            (0, 60, -30, -30, 0), (WIDE, 210, 30, 30, 7), (60, 5)
        ).tolist():
            at = round(x + 1.5 * math.sin(index / 4 + way)), round(row + math.sin(index / 3 + way))
            cv2.circle(luma, at, 3, code, -1, cv2.LINE_AA)
            cb[at[1] // 2 : at[1] // 2 + 3, at[0] // 2 : at[0] // 2 + 3] = GREY + blue
            cr[at[1] // 2 : at[1] // 2 + 3, at[0] // 2 : at[0] // 2 + 3] = GREY + red
    return luma + sound.noise(luma, 1.0, random), cb, cr


def neon(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a pink and a blue sign of neon light a street at night."""
    luma, cb, cr = sound.dark(0.25, 2.5)(picture, index, random)
    for x, blue, red in ((110, 18, 45), (360, 55, -10)):
        for plane, off, n in ((luma, 130, 1), (cb, blue, 2), (cr, red, 2)):
            rows, columns = np.indices(plane.shape, np.float32)
            glow = np.exp(-np.hypot(rows - 90 / n, columns - x / n) / (60 / n))
            np.add(plane, off * glow, out=plane)
        written(luma, "BAR" if x < 200 else "HOTEL", (x - 45, 100), 1.2, 225)
    return np.minimum(luma, 235), cb, cr


def slatted_light(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let the sun throw the shadows of a blind on the floor, and a cloud take them away."""
    rows, columns = np.indices((HIGH, WIDE), np.float32)
    bars = np.sin((rows + 0.35 * columns) / 3.2) > 0
    sun = 0.5 + 0.5 * math.cos(index / 12)
    gain = 1 + np.where(bars, 0.35, -0.15) * sun * (rows > 150) * (columns > 120)
    return 16 + cv2.GaussianBlur(gain.astype(np.float32), (0, 0), 1) * (picture[0] - 16), *picture[
        1:
    ]


def wiper(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a wiper go over the window of the housing, there and back."""
    angle = math.radians(20 + 140 * abs((index / 30) % 2 - 1))
    end = round(240 + 330 * math.cos(angle)), round(290 - 330 * math.sin(angle))
    shade = np.zeros((HIGH, WIDE), np.float32)
    cv2.line(shade, (240, 290), end, 1.0, 26)
    shade = cv2.GaussianBlur(shade, (0, 0), 4)
    return picture[0] + 0.95 * shade * (28 - picture[0]), *picture[1:]


def failing_lamp(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Let a fluorescent lamp fail: light goes on and off at random in half of the view."""
    on = np.random.default_rng(212).uniform(0, 1, 200)[index // 2] < 0.6
    luma = picture[0].copy()
    columns = np.clip((np.arange(WIDE, dtype=np.float32) - 180) / 120, 0, 1)
    luma = 16 + (luma - 16) * (1 - (0.0 if on else 0.55) * columns)
    return luma + sound.noise(luma, 1.0, random), *picture[1:]


SCENES: dict[str, Change] = {
    "amber light": amber, "words that run": ticker, "behind glass": behind_glass,
    "exposure settles": settling, "snowfall": snowfall, "canal": canal,
    "somebody before the lens": passer, "slow tour": slow_tour,
    "back to colour": back_to_colour, "balance drifts": balance_drifts,
    "seam of the dome": dome_seam, "spider's web by day": web_by_day,
    "overlays change": overlays, "four views": quad, "privacy masks": masks, "shut door": door,
    "curtain": curtain, "car park from above": from_above, "tunnel": tunnel,
    "swimming hall": lanes, "plume of smoke": plume, "afterglow": afterglow,
    "fog lifts": lifting, "mast in the wind": mast, "revolving door": revolving,
    "crowd": crowd, "neon": neon, "shadows of a blind": slatted_light, "wiper": wiper,
    "lamp that fails": failing_lamp,
}  # fmt: skip
