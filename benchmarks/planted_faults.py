"""Thirty faults, each at a moderate and a strong strength, given in physical terms.

The list was written before the metric was tuned on it. Gains are of the coded picture, lengths in
shares of the picture's height, amplitudes in shares of the nominal amplitude (219 codes).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import planted
from planted import RATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from planted import Drawn, Floats, Picture

    Plant = Callable[[Picture, int, Drawn], Picture]
GREY = 128


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault by the figure that must rise, how it is planted, and its two strengths."""

    expects: str
    plant: Plant
    moderate: dict[str, Any]
    strong: dict[str, Any]


def each(picture: Picture, change: Callable[[Floats, int], Floats]) -> Picture:
    """Change each plane, which is given with how much smaller it is than the luma."""
    return tuple(change(plane, n) for plane, n in zip(picture, (1, 2, 2), strict=True))


def dimmed(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Take light away but for ``gain``, and add noise of ``sigma`` codes."""
    luma, *chroma = picture
    noise = drawn["sigma"] * drawn["noise"].of(luma)
    return 16 + drawn["gain"] * (luma - 16) + noise, *(
        GREY + drawn["gain"] * (plane - GREY) for plane in chroma
    )


def no_signal(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Show a blue screen, with words in one of its corners if they have a ``size``."""
    luma = np.full(picture[0].shape, 45, np.uint8)
    if drawn["size"]:
        cv2.putText(luma, "NO SIGNAL", (30, 40), cv2.FONT_HERSHEY_SIMPLEX, drawn["size"], 200, 2)
    return luma.astype(np.float32), np.full_like(picture[1], 220), np.full_like(picture[2], 110)


def sun(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Let the sun shine into the lens: a white disc of ``share`` of the picture, and a veil."""
    luma = picture[0]
    rows, columns = np.indices(luma.shape, np.float32)
    radius = math.sqrt(drawn["share"] * luma.size / math.pi)
    far = np.hypot(rows - luma.shape[0] / 2, columns - luma.shape[1] / 2) / radius
    glare = 260 * np.clip(2 - far, 0, 1)
    white = glare > 255
    veiled = np.minimum(luma + 0.5 * glare, 240)
    return np.where(far < 1, 240, veiled), *(
        np.where(cv2.resize(white.astype(np.uint8), plane.shape[::-1]) > 0, GREY, plane)
        for plane in picture[1:]
    )


def disc(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Focus wrongly: a disc of ``radius``, with the sensor's noise on top."""

    def blurred(plane: Floats, n: int) -> Floats:
        radius = max(1.0, drawn["radius"] * len(picture[0]) / n)
        rows, columns = np.indices((2 * math.ceil(radius) + 1,) * 2) - math.ceil(radius)
        kernel = np.clip(radius + 0.5 - np.hypot(rows, columns), 0, 1)
        return cv2.filter2D(plane, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)

    luma, cb, cr = each(picture, blurred)
    return luma + drawn["noise"].of(luma), cb, cr


def smear(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Smear by ``length`` in a direction, in degrees: a loose lens group, too long a shutter."""

    def smeared(plane: Floats, n: int) -> Floats:
        reach = max(1, round(drawn["length"] * len(picture[0]) / n / 2))
        kernel = np.zeros((2 * reach + 1,) * 2, np.float32)
        way = np.array([math.cos(drawn["angle"]), math.sin(drawn["angle"])]) * reach
        start, end = (np.rint(reach + sign * way).astype(int).tolist() for sign in (-1, 1))
        cv2.line(kernel, start, end, 1.0)
        return cv2.filter2D(plane, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)

    luma, cb, cr = each(picture, smeared)
    return luma + drawn["noise"].of(luma), cb, cr


def grease(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Smear grease on the dome: blur of ``sigma``, and a veil that takes contrast away."""
    blurred = planted.FAULTS["blurred"](picture, 0, drawn)
    return each(blurred, lambda plane, n: plane + drawn["veil"] * ((150, 128)[n > 1] - plane))


def columns(picture: Picture, _: int, drawn: Drawn) -> Picture:
    """Add every other group of columns: a faulty read-out, ``period`` in shares of the height."""
    luma = picture[0]
    turns = np.arange(luma.shape[1], dtype=np.float32) / (drawn["period"] * len(luma))
    return luma + 219 * drawn["amplitude"] * np.sign(np.sin(2 * math.pi * turns)), *picture[1:]


def hum(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add bars of the mains: ``bars`` to a picture height, that roll ``rolls`` heights a second."""
    luma = picture[0]
    turns = drawn["bars"] * (np.arange(len(luma)) / len(luma) + drawn["rolls"] * index / RATE)
    wave = np.sin(2 * math.pi * turns)[:, None].astype(np.float32)
    return luma + np.float32(219 * drawn["amplitude"]) * wave, *picture[1:]


def wind(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Let wind shake the pole: two slow sines each way that add up to no period."""
    seconds = index / RATE
    x = math.sin(2 * math.pi * 1.7 * seconds) + 0.6 * math.sin(2 * math.pi * 3.1 * seconds + 1)
    y = math.sin(2 * math.pi * 2.3 * seconds + 2) + 0.6 * math.sin(2 * math.pi * 4.3 * seconds)
    size = drawn["amplitude"] * len(picture[0])

    def moved(plane: Floats, n: int) -> Floats:
        matrix = np.array([[1, 0, size * x / n], [0, 1, size * y / n]], np.float32)
        return cv2.warpAffine(plane, matrix, plane.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    return each(picture, moved)


def cover(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Cover the lens; what does so has folds of ``folds`` codes that are far out of focus."""
    covered = planted.FAULTS["covered_lens"](picture, index, drawn)
    if "folds" in drawn and "pattern" not in drawn:
        rough = drawn["random"].standard_normal(picture[0].shape, np.float32)
        smooth = cv2.GaussianBlur(rough, (0, 0), 0.15 * len(picture[0]))
        drawn["pattern"] = drawn["folds"] * smooth / smooth.std()
    luma = covered[0] + drawn.get("pattern", 0)
    side = math.sqrt(drawn["open"])
    corner = tuple(slice(0, int(side * size)) for size in luma.shape)
    luma[corner] = covered[0][corner]
    return luma, *covered[1:]


def stands(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Freeze for ``seconds`` from 1 s on."""
    going = index < RATE or index >= RATE + drawn["seconds"] * RATE
    drawn["kept"] = picture if going else drawn["kept"]
    return drawn["kept"]


def turned(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Turn the camera by ``share`` of the view at once, after a second."""
    at = int(drawn["share"] * picture[0].shape[1]) // 2 * 2
    return each(picture, lambda plane, n: np.roll(plane, -at // n * (index >= RATE), axis=1))


def gains(*gains: float) -> dict[str, Any]:
    """Gains of red, green and blue."""
    return {"gains": np.array(gains)}


def same(expects: str, plant: Plant, name: str, low: object, high: object, **more: Any) -> Fault:  # noqa: ANN401 -- values of any kind that a plant takes
    """Return a fault whose strengths differ in one value."""
    return Fault(
        expects=expects, plant=plant, moderate=more | {name: low}, strong=more | {name: high}
    )


def wave(waves: float, angle: float, drift: float) -> Fault:
    """Return a wave of 5 or 10 % of the amplitude, so many to a picture height."""
    return same("stripes", planted.FAULTS["stripes"], "amplitude", 0.05, 0.10,
                 waves=waves, angle=angle, drift=drift)  # fmt: skip


def _shake(angle: float) -> Fault:
    return Fault(
        expects="shake",
        plant=planted.FAULTS["shake"],
        moderate={"amplitude": 0.01, "rate": 3.0, "angle": angle},
        strong={"amplitude": 0.02, "rate": 4.0, "angle": angle},
    )


def covered(level: float, sigma: float, colour: tuple[float, float], **more: float) -> Fault:
    """Return a cover of this level, noise and colour that leaves 4 % of the view, or none."""
    drawn = {"level": level, "sigma": sigma, "colour": colour, "slope": 10.0, **more}
    return same("covered_lens", cover, "open", 0.04, 0.0, **drawn)


def _smear(angle: float) -> Fault:
    return same("blurred", smear, "length", 0.04, 0.08, angle=angle)


def cast(low: tuple[float, ...], high: tuple[float, ...]) -> Fault:
    """Return a cast by gains of red, green and blue."""
    plant = planted.FAULTS["colour_cast"]
    return Fault(expects="colour_cast", plant=plant, moderate=gains(*low), strong=gains(*high))


FAULTS: dict[str, Fault] = {
    "lens cap that leaks": same("black", dimmed, "gain", 0.04, 0.0, sigma=1.0),
    "blue screen": same("covered_lens", no_signal, "size", 0.8, 0.0),
    "over-exposed": same("over_exposed", planted.FAULTS["over_exposed"], "share", 0.6, 0.85),
    "sun in the lens": same("over_exposed", sun, "share", 0.55, 0.8),
    "under-exposed": same("under_exposed", dimmed, "gain", 0.2, 0.1, sigma=1.0),
    "under-exposed, noisy": same("under_exposed", dimmed, "gain", 0.18, 0.1, sigma=4.0),
    "defocus, Gaussian": same("blurred", planted.FAULTS["blurred"], "sigma", 0.01, 0.018),
    "defocus, disc": same("blurred", disc, "radius", 0.018, 0.035),
    "smeared along rows": _smear(0.0),
    "smeared along columns": _smear(math.pi / 2),
    "smeared aslant": _smear(math.pi / 4),
    "grease on the dome": Fault(
        expects="blurred", plant=grease,
        moderate={"sigma": 0.01, "veil": 0.2}, strong={"sigma": 0.02, "veil": 0.4},
    ),
    "warm cast": cast((1.2, 1.0, 0.8), (1.4, 1.0, 0.6)),
    "cold cast": cast((0.8, 1.0, 1.2), (0.6, 1.0, 1.4)),
    "green cast": cast((0.93, 1.13, 0.93), (0.85, 1.3, 0.85)),
    "magenta cast": cast((1.08, 0.87, 1.08), (1.15, 0.7, 1.15)),
    "interference": wave(35.0, 0.6, 0.05),
    "lines": wave(14.0, math.pi / 2, 0.02),
    "columns": same("stripes", columns, "amplitude", 0.04, 0.08, period=0.05),
    "one hum bar": same("stripes", hum, "amplitude", 0.05, 0.1, bars=1.0, rolls=0.6),
    "two hum bars": same("stripes", hum, "amplitude", 0.05, 0.1, bars=2.0, rolls=-0.3),
    "snow": same("snow", planted.FAULTS["snow"], "sigma", 0.08, 0.15, specks=0.0),
    "specks": same("snow", planted.FAULTS["snow"], "specks", 0.06, 0.15),
    "shake, level": _shake(0.0),
    "shake, upright": _shake(math.pi / 2),
    "wind": same("shake", wind, "amplitude", 0.01, 0.02),
    "cap": covered(24.0, 1.5, (128.0, 128.0)),
    "paper": covered(170.0, 1.0, (124.0, 132.0)),
    "hand": covered(80.0, 1.0, (115.0, 150.0), folds=6.0),
    "cover without noise": covered(60.0, 0.0, (128.0, 128.0)),
    "freeze": same("freeze", stands, "seconds", 1.5, 2.6),
    "turned away": same("scene_change", turned, "share", 0.25, 0.5),
}  # fmt: skip
