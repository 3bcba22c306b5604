"""A ninth set: thirty faults at two strengths, written down before anything of it was measured.

Its sound scenes are in ``ninth_scenes``. Its base clips are of three kinds of its own
(``base_clips.NINTH``): a lobby by day, a street, and a night under the camera's infrared lamp.
Colours shared by all of a picture are added to a night as well: a cut filter that hangs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import planted_faults as first
import sound_scenes as sound
from indoor_scenes import texture, written
from ninth_scenes import SCENES
from planted import RATE
from planted_faults import GREY, each
from sixth_scenes import moved
from sixth_set import streaks

if TYPE_CHECKING:
    from typing import Any

    from planted import Drawn, Floats, Picture

__all__ = ["CODERS", "FAULTS", "SCENES"]
SETS_IN = 18  # frame from which on a fault is there that sets in
CODERS: dict[str, dict[str, Any]] = {  # how the films of some scenes are coded
    "starved coder": {"options": dict.fromkeys(("b", "maxrate", "bufsize"), "90000")},
    "ten bits": {"codec": "libx265", "pixel_format": "yuv420p10le", "options": {"crf": "26"}},
    "motion JPEG": {"codec": "mjpeg", "pixel_format": "yuvj420p", "options": {"qmin": "6",
                    "qmax": "6"}, "full_range": True},
}  # fmt: skip


def signal_gone(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Lose the signal: black from 0.7 s on, under words of ``size`` that the recorder writes."""
    if index < SETS_IN:
        return picture
    luma = np.full_like(picture[0], 16)
    if drawn["size"]:
        written(luma, "VIDEO LOSS", (20, 36), drawn["size"], 220)
    return luma, *(np.full_like(plane, GREY) for plane in picture[1:])


def iris_shuts(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let the iris shut within a second, until ``gain`` of the light is left."""
    gain = max(drawn["gain"], 1 - index / RATE)
    return first.dimmed(picture, index, drawn | {"gain": gain, "sigma": 1.0})


def knee(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Expose by ``stops`` too much, with a knee that bends what is above code 200."""
    gain = 2 ** drawn["stops"]
    luma = gain * (picture[0] - 16) + 16
    bent = np.where(luma > 200, 200 + 38 * np.tanh((luma - 200) / 40), luma)
    return bent, *(GREY + np.clip(gain * 0.5, 0, 1) * (plane - GREY) for plane in picture[1:])


def flooded(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let a lamp flood the view from the side: ``reach`` widths of it are white."""
    rows, columns = np.indices(picture[0].shape, np.float32) / picture[0].shape[1]
    light = 260 * np.clip(1 + (drawn["reach"] - columns - 0.2 * rows) / 0.2, 0, 1)
    veil = np.clip(light / 260, 0, 1)
    half = cv2.resize(veil, picture[1].shape[::-1])
    return np.minimum(picture[0] + light, 239), *(
        plane + half * (GREY - plane) for plane in picture[1:]
    )


def short_shutter(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Leave ``gain`` of the light, but for a lamp in view (1 % of it)."""
    luma, *chroma = first.dimmed(picture, 0, drawn | {"sigma": 1.5})
    cv2.circle(luma, (380, 60), 20, 225, -1, cv2.LINE_AA)
    return luma, *chroma


def ring(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Focus a mirror lens wrongly: each point becomes a ring of ``radius``."""

    def blurred(plane: Floats, n: int) -> Floats:
        radius = max(1.0, drawn["radius"] * len(picture[0]) / n)
        rows, columns = np.indices((2 * math.ceil(radius) + 1,) * 2) - math.ceil(radius)
        far = np.hypot(rows, columns)
        kernel = np.clip(radius + 0.5 - far, 0, 1) * np.clip(far - 0.4 * radius + 0.5, 0, 1)
        return cv2.filter2D(plane, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)

    luma, *chroma = each(picture, blurred)
    return luma + drawn["noise"].of(luma), *chroma


def sprayed(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Blur by ``sigma`` and by twice of it, from place to place: spray on the dome."""
    little = planted.FAULTS["blurred"](picture, index, drawn)
    more = planted.FAULTS["blurred"](picture, index, drawn | {"sigma": 2 * drawn["sigma"]})
    rough = cv2.GaussianBlur(texture(911, *picture[0].shape), (0, 0), 8)
    share = np.clip(0.5 + rough / rough.std(), 0, 1)
    return tuple(a + cv2.resize(share, a.shape[::-1]) * (b - a)
                 for a, b in zip(little, more, strict=True))  # fmt: skip


def zoomed_out_of_focus(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Zoom in by a third within half a second; focus does not follow (``sigma``)."""
    share = min(1.0, index / 12)
    blurred = planted.FAULTS["blurred"](picture, index, drawn | {"sigma": drawn["sigma"] * share
                                                                 + 1e-4})  # fmt: skip
    return moved(blurred, 0, 0, 1 + share / 3)


def tinted(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add ``off`` codes to Cb and Cr of all that is not dark: a matrix with an offset."""
    lit = cv2.resize(np.clip((picture[0] - 30) / 60, 0, 1), picture[1].shape[::-1])
    return picture[0], *(
        plane + lit * off for plane, off in zip(picture[1:], drawn["off"], strict=True)
    )


def herringbone(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add a carrier that is modulated in frequency: its crests wind."""
    rows, columns = np.indices(picture[0].shape, np.float32) / len(picture[0])
    turns = 26 * columns + 6 * rows + 0.35 * np.sin(2 * math.pi * (5 * rows + index / 17))
    wave = np.sin(2 * math.pi * (turns + 0.27 * index))
    return picture[0] + np.float32(219 * drawn["amplitude"]) * wave, *picture[1:]


def each_eighth(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Lift each eighth column: one of eight converters has an offset."""
    comb = (np.arange(picture[0].shape[1]) % 8 == 3).astype(np.float32)
    return picture[0] + 219 * drawn["amplitude"] * comb, *picture[1:]


def line_errors(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let ``share`` of the rows, others in each picture, be light or dark by 60 codes."""
    hit = drawn["random"].random((len(picture[0]), 1))
    half = drawn["share"] / 2
    codes = np.where(hit < half, -60, np.where(hit > 1 - half, 60, 0)).astype(np.float32)
    return picture[0] + codes, *picture[1:]


def coarse_specks(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let ``share`` of the view be specks of two by two samples, light or dark."""
    high, wide = picture[0].shape
    hit = np.repeat(drawn["random"].random((high // 2, wide // 2), np.float32), 2, 0).repeat(2, 1)
    half = drawn["share"] / 2
    return np.where(hit < half, 20, np.where(hit > 1 - half, 232, picture[0])), *picture[1:]


def weak_aerial(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Receive a weak signal: two thirds of the contrast, and noise of ``sigma``."""
    weak = each(picture, lambda plane, n: plane + 0.35 * ((110, GREY)[n > 1] - plane))
    return planted.FAULTS["snow"](weak, index, drawn | {"specks": 0})


def soft_noise(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add noise of ``sigma`` that a camera has softened by 0.7 of a sample, in colour too."""
    soft = cv2.GaussianBlur(drawn["noise"].of(picture[0]), (0, 0), 0.7)
    luma = picture[0] + np.float32(219 * drawn["sigma"]) * soft
    return luma, *(plane + 60 * drawn["sigma"] * drawn["noise"].of(plane) for plane in picture[1:])


def pole_sways(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Turn the camera on its pole by ``angle`` degrees to each side, twice a second."""
    angle = drawn["angle"] * math.sin(2 * math.pi * 2 * index / RATE)

    def turned(plane: Floats, _: int) -> Floats:
        foot = plane.shape[1] / 2, 2.0 * plane.shape[0]
        matrix = cv2.getRotationMatrix2D(foot, angle, 1.0)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return each(picture, turned)


def machine_hall(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Move the camera up slowly and down at once, 4.5 times a second."""
    turns = 4.5 * index / RATE % 1
    return moved(picture, 0, drawn["amplitude"] * len(picture[0]) * (2 * turns - 1))


def painted(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Spray paint on the dome at 0.7 s; ``left`` of the view shows through in thin places."""
    if index < SETS_IN:
        return picture
    high, wide = picture[0].shape
    thin = cv2.GaussianBlur(texture(912, high, wide), (0, 0), 14)
    clear = np.clip((thin - np.quantile(thin, 1 - drawn["left"])) / thin.std() * 4, 0, 0.7)
    codes = 70 + drawn["noise"].of(picture[0]), np.float32(118), np.float32(150)
    return tuple(
        code + cv2.resize(clear, plane.shape[::-1]) * (plane - code)
        for plane, code in zip(picture, codes, strict=True)
    )


def knocked(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Knock the camera down: it hangs turned by ``angle`` and aside, from 1 s on."""
    if index < RATE:
        return picture

    def hangs(plane: Floats, n: int) -> Floats:
        middle = plane.shape[1] / 2, plane.shape[0] / 2
        matrix = cv2.getRotationMatrix2D(middle, drawn["angle"], 1.2)
        matrix[:, 2] += (-3 * drawn["angle"] / n, 1.5 * drawn["angle"] / n)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return each(picture, hangs)


def put_elsewhere(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Show another place from 1 s on, without a cut of light: the stand was carried off."""
    if index < RATE:
        return picture
    other = drawn.setdefault("other", sound.dark(1.0, 1.0)(
        next(planted.Street(seed=931).pictures(1)), 0, drawn["random"]))  # fmt: skip
    return tuple(drawn["rest"] * a + (1 - drawn["rest"]) * b
                 for a, b in zip(picture, other, strict=True))  # fmt: skip


def off(*codes: float) -> dict[str, Any]:
    """Offsets of Cb and Cr."""
    return {"off": codes}


FAULTS: dict[str, first.Fault] = {
    "signal gone": first.same("black", signal_gone, "size", 1.0, 0.0),
    "iris shuts": first.same("black", iris_shuts, "gain", 0.03, 0.0),
    "exposed too long": first.same("over_exposed", knee, "stops", 2.6, 3.6),
    "flooded by a lamp": first.same("over_exposed", flooded, "reach", 0.7, 0.95),
    "iris stuck": first.same("under_exposed", first.dimmed, "gain", 0.16, 0.08, sigma=2.5),
    "shutter too short": first.same("under_exposed", short_shutter, "gain", 0.15, 0.07),
    "ring-shaped defocus": first.same("blurred", ring, "radius", 0.017, 0.03),
    "spray on the dome": first.same("blurred", sprayed, "sigma", 0.011, 0.018),
    "wiped with oil": first.same("blurred", first.smear, "length", 0.05, 0.09, angle=-0.5),
    "focus left behind": first.same("blurred", zoomed_out_of_focus, "sigma", 0.011, 0.02),
    "smear upright": first.same("blurred", first.smear, "length", 0.05, 0.09, angle=1.5),
    "cyan filter": first.cast((0.78, 1.05, 1.1), (0.6, 1.1, 1.2)),
    "old amber dome": first.cast((1.15, 1.02, 0.7), (1.3, 1.0, 0.5)),
    "offset of blue": first.Fault(expects="colour_cast", plant=tinted, moderate=off(14, -2),
                                  strong=off(30, -4)),
    "offset of red": first.Fault(expects="colour_cast", plant=tinted, moderate=off(3, -14),
                                 strong=off(6, -30)),
    "hum, two bars and a half": first.same("stripes", first.hum, "amplitude", 0.05, 0.1,
                                           bars=2.5, rolls=0.4),
    "switching supply, fine": first.wave(45.0, 1.35, 0.37),
    "herringbone": first.same("stripes", herringbone, "amplitude", 0.05, 0.1),
    "one converter of eight": first.same("stripes", each_eighth, "amplitude", 0.08, 0.16),
    "noise by rows": first.same("stripes", streaks, "amplitude", 0.035, 0.07),
    "line errors": first.same("stripes", line_errors, "share", 0.1, 0.25),
    "coarse specks": first.same("snow", coarse_specks, "share", 0.06, 0.14),
    "weak aerial": first.same("snow", weak_aerial, "sigma", 0.08, 0.15),
    "soft noise": first.same("snow", soft_noise, "sigma", 0.16, 0.3),
    "pole sways": first.same("shake", pole_sways, "angle", 0.4, 0.8),
    "machine hall": first.same("shake", machine_hall, "amplitude", 0.009, 0.018),
    "paint on the dome": first.same("covered_lens", painted, "left", 0.05, 0.0),
    "freeze for a while": first.same("freeze", first.stands, "seconds", 1.6, 2.5),
    "knocked down": first.same("scene_change", knocked, "angle", 15.0, 32.0),
    "carried off": first.same("scene_change", put_elsewhere, "rest", 0.15, 0.0),
}  # fmt: skip
