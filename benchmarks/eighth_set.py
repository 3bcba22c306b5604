"""An eighth set: thirty faults at two strengths, written down before anything of it was measured.

Its sound scenes are in ``eighth_scenes``. Besides faults of the usual kinds it has read-out that is
out of balance, carriers that lie on a part of the view or change their pitch, and faults that set
in late.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import planted_faults as first
from eighth_scenes import SCENES
from planted import RATE
from planted_faults import GREY
from sixth_scenes import moved

if TYPE_CHECKING:
    from planted import Drawn, Floats, Picture

__all__ = ["FAULTS", "SCENES"]
LATE = 25  # frame at which a fault sets in that comes late


def pedestal(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Show a sensor without light: its pedestal of ``lift`` codes and its fixed pattern."""
    pattern = np.random.default_rng(821).standard_normal(picture[0].shape).astype(np.float32)
    luma = 16 + drawn["lift"] + pattern + drawn["noise"].of(picture[0])
    return np.maximum(luma, 16), *(np.full_like(plane, GREY) for plane in picture[1:])


def flat_white(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Raise the picture by ``codes`` and clip it: a black level that ran away."""
    luma, *chroma = picture
    return np.minimum(luma + drawn["codes"], 238), *(GREY + 0.6 * (p - GREY) for p in chroma)


def crushed(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Leave ``gain`` of the light, and bend what is left by a gamma of 1.4."""
    luma, *chroma = picture
    light = np.clip((luma - 16) / 219, 0, 1) * drawn["gain"]
    return 16 + 219 * light**1.4 + 0.8 * drawn["noise"].of(luma), *(
        GREY + drawn["gain"] * (plane - GREY) for plane in chroma
    )


def clear_corner(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Blur by ``sigma`` but for a corner of 4 % of the view: fungus in the lens."""
    blurred = planted.FAULTS["blurred"](picture, index, drawn)
    luma = blurred[0].copy()
    luma[-54:, -96:] = picture[0][-54:, -96:]
    return luma, *blurred[1:]


def sharpened(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Defocus by ``sigma``, and let the camera sharpen what is left: halos."""
    luma, *chroma = planted.FAULTS["blurred"](picture, index, drawn)
    broad = cv2.GaussianBlur(luma, (0, 0), 4)
    return luma + 0.8 * (luma - broad), *chroma


def misted(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let the dome mist over from the second second on: blur, and a veil of a third."""
    if index < LATE - 5:
        return picture
    luma, *chroma = planted.FAULTS["blurred"](picture, index, drawn)
    return luma + 0.33 * (160 - luma), *(GREY + 0.7 * (plane - GREY) for plane in chroma)


def doubled(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a loose group tremble while the shutter is open: a smear that turns by frame."""
    angle = 0.4 * math.sin(index)
    return first.smear(picture, index, drawn | {"angle": 1.2 + angle})


def late_cast(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let the white balance jump to a wrong preset during the film."""
    return picture if index < LATE else planted.FAULTS["colour_cast"](picture, index, drawn)


def columns_apart(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add the same offset to each column in all pictures, another to each: no two are alike."""
    wide = picture[0].shape[1]
    offsets = np.random.default_rng(822).standard_normal((1, wide)).astype(np.float32)
    return picture[0] + np.float32(219 * drawn["amplitude"]) * offsets, *picture[1:]


def pairs_of_rows(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Multiply each pair of rows by a gain of its own that stays: amplifiers out of balance."""
    pairs = np.random.default_rng(823).standard_normal(len(picture[0]) // 2 + 1)
    gain = 1 + drawn["amplitude"] * np.repeat(pairs, 2)[: len(picture[0]), None]
    return 16 + gain.astype(np.float32) * (picture[0] - 16), *picture[1:]


def chirp(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add a wave whose pitch changes along the rows: a carrier that is swept."""
    rows, columns = np.indices(picture[0].shape, np.float32) / len(picture[0])
    turns = 12 * columns + 1.5 * columns**2 + 8 * rows + 0.21 * index
    return picture[0] + np.float32(219 * drawn["amplitude"]) * np.sin(2 * math.pi * turns), *(
        picture[1:]
    )


def upper_part(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add a wave that fades from the top of the view to a third of it at its foot."""
    rows, columns = np.indices(picture[0].shape, np.float32) / len(picture[0])
    wave = np.sin(2 * math.pi * (24 * columns + 5 * rows + 0.12 * index))
    return picture[0] + np.float32(219 * drawn["amplitude"]) * (1 - 0.67 * rows) * wave, *(
        picture[1:]
    )


def saw_hum(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add a bar with the shape of a saw that rolls up: a rectifier of a bad supply."""
    turns = np.arange(len(picture[0])) / len(picture[0]) + 0.7 * index / RATE
    saw = 2 * (turns % 1) - 1
    soft = cv2.GaussianBlur(saw.astype(np.float32)[:, None], (1, 9), 0, None, 3)
    return picture[0] + np.float32(219 * drawn["amplitude"]) * soft, *picture[1:]


def two_carriers(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add two waves of different directions that drift: two stations at once."""
    rows, columns = np.indices(picture[0].shape, np.float32) / len(picture[0])
    wave = np.sin(2 * math.pi * (18 * columns + 14 * rows + 0.23 * index))
    other = np.sin(2 * math.pi * (30 * columns - 10 * rows + 0.31 * index))
    return picture[0] + np.float32(219 * drawn["amplitude"]) * (wave + 0.6 * other), *picture[1:]


def shot_noise(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add noise that grows with the root of the light: far too few photons."""
    luma = picture[0]
    size = 219 * drawn["sigma"] * np.sqrt(np.clip((luma - 16) / 110, 0.1, 2))
    return luma + size.astype(np.float32) * drawn["noise"].of(luma), *picture[1:]


def dashes(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let ``share`` of the view be short dashes along rows, light or dark: ignition sparks."""
    hit = drawn["random"].random((len(picture[0]), picture[0].shape[1] // 3), np.float32)
    hit = np.repeat(hit, 3, axis=1)
    half = drawn["share"] / 2
    return np.where(hit < half, 20, np.where(hit > 1 - half, 232, picture[0])), *picture[1:]


def rocked(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a loose tripod rock: 2.5 times a second, to the side and upwards."""
    size = drawn["amplitude"] * len(picture[0]) * math.sin(2 * math.pi * 2.5 * index / RATE)
    return moved(picture, 0.8 * size, 0.6 * size)


def knocks(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let knocks move the camera, each of which dies away within a quarter of a second."""
    since = index % 9
    size = drawn["amplitude"] * len(picture[0]) * math.exp(-since / 4) * math.cos(1.6 * since)
    return moved(picture, 0.3 * size, size)


def tumbling(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let a drone's gimbal fail: two sines aside and two upwards, none in step with another."""
    size, at = drawn["amplitude"] * len(picture[0]), index / RATE
    x = math.sin(2 * math.pi * 1.3 * at) + 0.7 * math.sin(2 * math.pi * 3.7 * at)
    y = math.sin(2 * math.pi * 1.9 * at + 1) + 0.7 * math.sin(2 * math.pi * 4.9 * at)
    return moved(picture, size * x, size * y)


def late_bag(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Pull a bag over the lens a second and a half before the film ends."""
    return picture if index < LATE + 2 else first.cover(picture, index, drawn)


def from_below(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Push a board before the lens from below, within a second, that leaves ``open``."""
    covered = first.cover(picture, index, drawn)
    edge = round(len(picture[0]) * max(0.0, 1 - index / RATE)) // 2 * 2
    planes: list[Floats] = []
    for mine, other, n in zip(covered, picture, (1, 2, 2), strict=True):
        plane = mine.copy()
        plane[: edge // n] = other[: edge // n]
        planes.append(plane)
    return tuple(planes)


def froze_to_the_end(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Freeze ``seconds`` before the end of the film, until it ends."""
    if index < 115 - drawn["seconds"] * RATE:
        drawn["kept"] = picture
    return drawn["kept"]


def slipped(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let the camera slip down in its bracket by ``share`` of the height, within two pictures."""
    rows = drawn["share"] * len(picture[0]) * min(1.0, max(0, index - LATE) / 2)
    return moved(picture, 0, -rows)


def exchanged(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Show the input of another camera from a second on, with ``rest`` of this one's over it."""
    if index < LATE:
        return picture
    other = drawn.setdefault("other", next(planted.Street(seed=824).pictures(1)))
    return tuple(mine * drawn["rest"] + (1 - drawn["rest"]) * plane
                 for mine, plane in zip(picture, other, strict=True))  # fmt: skip


FAULTS: dict[str, first.Fault] = {
    "pedestal alone": first.same("black", pedestal, "lift", 4.0, 1.0),
    "black level ran away": first.same("over_exposed", flat_white, "codes", 120.0, 170.0),
    "gain stuck high": first.same("over_exposed", planted.FAULTS["over_exposed"], "share",
                                  0.6, 0.86),
    "gamma wrong, dark": first.same("under_exposed", crushed, "gain", 0.3, 0.18),
    "dark filter": first.same("under_exposed", first.dimmed, "gain", 0.17, 0.09, sigma=0.8),
    "fungus": first.same("blurred", clear_corner, "sigma", 0.013, 0.022),
    "defocus, sharpened": first.same("blurred", sharpened, "sigma", 0.014, 0.024),
    "dome mists over": first.same("blurred", misted, "sigma", 0.012, 0.02),
    "trembling group": first.same("blurred", doubled, "length", 0.05, 0.09),
    "ring turned": first.same("blurred", first.disc, "radius", 0.02, 0.04),
    "no cut filter": first.cast((1.25, 0.95, 1.12), (1.45, 0.85, 1.25)),
    "yellowed dome": first.cast((1.06, 1.04, 0.72), (1.1, 1.05, 0.5)),
    "wrong preset, late": first.Fault(
        expects="colour_cast", plant=late_cast,
        moderate=first.gains(0.78, 1.0, 1.28), strong=first.gains(0.6, 1.0, 1.45),
    ),
    "green weak": first.cast((1.1, 0.85, 1.1), (1.2, 0.68, 1.2)),
    "columns out of balance": first.same("stripes", columns_apart, "amplitude", 0.05, 0.1),
    "amplifiers out of balance": first.same("stripes", pairs_of_rows, "amplitude", 0.12, 0.22),
    "swept carrier": first.same("stripes", chirp, "amplitude", 0.05, 0.1),
    "carrier at the top": first.same("stripes", upper_part, "amplitude", 0.06, 0.12),
    "rectifier": first.same("stripes", saw_hum, "amplitude", 0.06, 0.12),
    "two stations": first.same("stripes", two_carriers, "amplitude", 0.05, 0.1),
    "too few photons": first.same("snow", shot_noise, "sigma", 0.08, 0.15),
    "ignition": first.same("snow", dashes, "share", 0.08, 0.18),
    "loose tripod": first.same("shake", rocked, "amplitude", 0.012, 0.024),
    "knocks": first.same("shake", knocks, "amplitude", 0.02, 0.04),
    "gimbal fails": first.same("shake", tumbling, "amplitude", 0.01, 0.02),
    "late bag": first.same("covered_lens", late_bag, "open", 0.04, 0.0, level=140.0, sigma=1.2,
                           colour=(127.0, 127.0), slope=12.0, folds=5.0),
    "board from below": first.same("covered_lens", from_below, "open", 0.04, 0.0, level=75.0,
                                   sigma=1.0, colour=(122.0, 135.0), slope=15.0),
    "freeze to the end": first.same("freeze", froze_to_the_end, "seconds", 1.8, 2.8),
    "slipped": first.same("scene_change", slipped, "share", 0.25, 0.5),
    "wrong input": first.same("scene_change", exchanged, "rest", 0.2, 0.0),
}  # fmt: skip
