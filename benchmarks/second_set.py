"""A second set of faults and sound scenes, made after the metric was tuned and not tuned on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import planted_faults as first
import sound_scenes as sound
from planted import RATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from planted import Drawn, Floats, Picture
    from sound_scenes import Change


def stuck_filter(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Leave the infrared filter out by day: colours pale and reddish."""
    pale = first.each(
        picture, lambda plane, n: plane if n == 1 else first.GREY + 0.5 * (plane - first.GREY)
    )
    return planted.FAULTS["colour_cast"](pale, index, drawn)


def grain(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Amplify a dark picture: half the light and much noise."""
    return planted.FAULTS["snow"](first.dimmed(picture, index, drawn | {"sigma": 0}), index, drawn)


def knocked(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Knock the camera round its axis by ``degrees`` after a second."""

    def turned(plane: Floats, _: int) -> Floats:
        middle = plane.shape[1] / 2, plane.shape[0] / 2
        matrix = cv2.getRotationMatrix2D(middle, drawn["degrees"], 1.3)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return first.each(picture, turned) if index >= RATE else picture


def no_video(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Show black with a line of words of a ``size``."""
    luma, *chroma = planted.FAULTS["black"](picture, index, drawn | {"lift": 2.0})
    words = np.zeros(luma.shape, np.uint8)
    if drawn["size"]:
        cv2.putText(words, "NO VIDEO", (150, 140), cv2.FONT_HERSHEY_SIMPLEX, drawn["size"], 190, 2)
    return np.maximum(luma, words), *chroma


def strip(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Stick tape over all but a strip of ``share`` at the right."""
    covered = first.cover(picture, index, drawn | {"open": 0.0})
    free = 1 - drawn["share"]

    def seen(over: Floats, under: Floats) -> Floats:
        at = int(free * over.shape[1])
        return np.concatenate([over[:, :at], under[:, at:]], axis=1)

    return tuple(seen(over, under) for over, under in zip(covered, picture, strict=True))


def _shake(amplitudes: tuple[float, float], rate: float, angle: float) -> first.Fault:
    low, high = amplitudes
    plant = planted.FAULTS["shake"]
    return first.same("shake", plant, "amplitude", low, high, rate=rate, angle=angle)


FAULTS: dict[str, first.Fault] = {
    "no video": first.same("black", no_video, "size", 0.7, 0.0),
    "gain stuck": first.same("over_exposed", planted.FAULTS["over_exposed"], "share", 0.58, 0.9),
    "iris shut": first.same("under_exposed", first.dimmed, "gain", 0.17, 0.07, sigma=2.0),
    "condensation": first.Fault(
        expects="blurred", plant=first.grease,
        moderate={"sigma": 0.013, "veil": 0.4}, strong={"sigma": 0.022, "veil": 0.55},
    ),
    "smeared at 20 degrees": first.same("blurred", first.smear, "length", 0.05, 0.09, angle=0.35),
    "smeared at 70 degrees": first.same("blurred", first.smear, "length", 0.05, 0.09, angle=1.22),
    "fluorescent cast": first.cast((1.05, 1.12, 0.75), (1.1, 1.2, 0.55)),
    "infrared filter stuck": first.Fault(
        expects="colour_cast", plant=stuck_filter,
        moderate=first.gains(1.25, 1.0, 1.15), strong=first.gains(1.5, 1.0, 1.35),
    ),
    "three hum bars": first.same(
        "stripes", first.hum, "amplitude", 0.04, 0.08, bars=3.0, rolls=0.4
    ),
    "one and a half hum bars, slow": first.same(
        "stripes", first.hum, "amplitude", 0.06, 0.12, bars=1.5, rolls=0.25
    ),
    "beat": first.wave(22.0, 1.2, 0.2),
    "grain at night": first.same("snow", grain, "sigma", 0.09, 0.16, specks=0.0, gain=0.5),
    "sparkle": first.same("snow", planted.FAULTS["snow"], "specks", 0.08, 0.2),
    "swaying pole": _shake((0.025, 0.045), 1.0, 0.1),
    "jolts": _shake((0.008, 0.016), 5.0, 1.2),
    "plastic bag": first.covered(150.0, 1.5, (128.0, 126.0), folds=10.0),
    "spray paint": first.covered(40.0, 2.0, (126.0, 131.0), folds=3.0),
    "tape": first.same(
        "covered_lens", strip, "share", 0.06, 0.02,
        level=120.0, slope=15.0, sigma=1.0, colour=(120.0, 134.0),
    ),
    "freeze of 2 s": first.same("freeze", first.stands, "seconds", 2.0, 3.0),
    "knocked": first.same("scene_change", knocked, "degrees", 25.0, 60.0),
}  # fmt: skip


def both(*changes: Change) -> Change:
    """Apply one change after the other."""

    def change(picture: Picture, index: int, random: np.random.Generator) -> Picture:
        for each in changes:
            picture = each(picture, index, random)
        return picture

    return change


def lit_by(gain: Callable[[int], float]) -> Change:
    """Let light change by frame."""
    return lambda picture, index, _: (16 + gain(index) * (picture[0] - 16), *picture[1:])


def snowed(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Lay snow on the ground: the lower half is nearly white."""
    luma = picture[0].copy()
    half = len(luma) // 2
    luma[half:] = 190 + 0.15 * (luma[half:] - 100)
    colours = (plane.copy() for plane in picture[1:])
    return luma, *(
        np.concatenate([plane[: half // 2], 0.2 * (plane[half // 2 :] - 128) + 128])
        for plane in colours
    )


def doorway(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Look against a door into the sun: a quarter of the view is white, the rest dim."""
    luma = 16 + 0.6 * (picture[0] - 16)
    luma[30:240, 170:320] = 240
    return luma, *picture[1:]


def train(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a train pass that fills most of the view."""
    wagon = planted.grain(np.random.default_rng(8), 150, 1600)
    at = 14 * index - 300
    luma = picture[0].copy()
    if 0 <= at <= 1600 - luma.shape[1]:
        luma[70:220] = 110 + 12 * wagon[:, at : at + luma.shape[1]]
    return luma, *picture[1:]


def flags(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let flags fly over a third of the view."""
    luma = picture[0].copy()
    rows, columns = np.indices((120, 260), np.float32)
    luma[20:140, 40:300] = 120 + 50 * np.sin(columns / 12 + rows / 30 - index / 2)
    return luma, *picture[1:]


def blue_light(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let a blue light flash over two fifths of the view."""
    planes = tuple(plane.copy() for plane in picture)
    if index // 6 % 2:
        for plane, n, more in zip(planes, (1, 2, 2), (15, 25, -5), strict=True):
            plane[:, : plane.shape[1] * 2 // 5] += more * (n > 0)
    return planes


def drops(picture: Picture, _: int, __: np.random.Generator) -> Picture:
    """Leave drops of rain on the dome: soft patches."""
    luma, random = picture[0], np.random.default_rng(11)
    mask = np.zeros_like(luma)
    for x, y in random.integers([0, 0], luma.shape[::-1], (25, 2)).tolist():
        cv2.circle(mask, (x, y), 12, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 3)
    return luma + mask * (cv2.GaussianBlur(luma, (0, 0), 6) + 8 - luma), *picture[1:]


def smoke(picture: Picture, index: int, _: np.random.Generator) -> Picture:
    """Let smoke drift through half the view."""
    cloud = planted.grain(np.random.default_rng(3), 270, 960)
    veil = np.clip(0.4 + 0.3 * cv2.GaussianBlur(cloud, (0, 0), 12), 0, 0.8)
    veil = veil[:, 3 * index : 3 * index + 480]
    return picture[0] + veil * (170 - picture[0]), *picture[1:]


def sea(picture: Picture, index: int, random: np.random.Generator) -> Picture:
    """Look at the sea: waves run over the lower half."""
    luma = picture[0].copy()
    rows, columns = np.indices((135, 480), np.float32)
    swell = np.sin(rows / (3 + rows / 20) + 0.4 * np.sin(columns / 40) - index / 3)
    luma[135:] = 90 + 18 * swell + 8 * planted.grain(random, 135, 480)
    return luma, *picture[1:]


def corridor(picture: Picture, _: int, random: np.random.Generator) -> Picture:
    """Look along an empty corridor: plain walls, and the lines where they meet."""
    luma = np.full_like(picture[0], 140)
    for points, code in (
        (((0, 0), (200, 100), (280, 100), (480, 0)), 185),
        (((0, 270), (200, 170), (280, 170), (480, 270)), 95),
        (((200, 100), (280, 100), (280, 170), (200, 170)), 60),
    ):
        cv2.fillPoly(luma, [np.array(points, np.int32)], code, cv2.LINE_AA)
    light = np.linspace(0.9, 1.1, luma.shape[0], dtype=np.float32)[:, None]
    luma = luma * light + sound.noise(luma, 1.5, random)
    return luma, *(np.full_like(plane, first.GREY) for plane in picture[1:])


SCENES: dict[str, Change] = {
    "as it is": sound.SCENES["as it is"],
    "mist and rain": both(sound.fog(0.4, 1.0), sound.falling(150, 12, 200)),
    "fog at night": both(sound.dark(0.45, 2.0), sound.fog(0.5, 1.0, code=60)),
    "infrared in fog": both(sound.fog(0.35, 1.0, code=120), sound.infrared(2.5)),
    "snow on the ground": snowed,
    "door into the sun": doorway,
    "exposure hunts": lit_by(lambda index: 1 + 0.15 * math.sin(index / 6)),
    "lamps flicker": lit_by(lambda index: 1 + 0.06 * math.sin(index * 2.1)),
    "train": train,
    "flags": flags,
    "blue light": blue_light,
    "drops on the dome": drops,
    "smoke": smoke,
    "sea": sea,
    "empty corridor": corridor,
    "slow pan aslant that stops": sound.rolled(
        lambda index: 2.0 * min(index, 40), lambda index: 1.0 * min(index, 40)
    ),
    "quick look round": sound.rolled(lambda index: 100 * math.sin(index / 10)),
    "dim, noisy, insects": both(sound.infrared(4.0, insects=12), sound.dark(0.6, 2.0)),
}
