"""Films with a planted picture fault, in a street drawn for each seed or in real footage."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import scenes

from acceptance.footage import clip, encode
from acceptance.footage.colorimetry import picture_of
from acceptance.model import Shot
from acceptance.scene.series import series_of
from acceptance.scene.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from acceptance.scene.build import Scene

    Floats = NDArray[np.float32]
    Picture = tuple[Floats, Floats, Floats]  # luma, and Cb and Cr at half the size, in codes

REAL = ("car_park_intel.mp4", "lobby_intel.mp4", "bottle_intel.mp4")
RATE, FRAMES = 25, 40
WIDTH, HEIGHT = 480, 270
STARTS = 16  # first frame of a fault that begins during the film
FROZEN = 55  # frames of a freeze: more than two key frames, which are a second apart


class Noise:
    """White noise of sigma 1, cut from one large field at places drawn anew."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random, self.field = random, random.standard_normal((700, 1400), np.float32)

    def of(self, plane: Floats) -> Floats:
        """Return noise for a plane."""
        (rows, columns), (high, wide) = plane.shape, self.field.shape
        top, left = self.random.integers([0, 0], [high - rows, wide - columns])
        return self.field[top : top + rows, left : left + columns]


@dataclass(frozen=True, kw_only=True)
class Street:
    """A fixed view: sky, houses with windows, asphalt, and cars and people that move."""

    seed: int

    def pictures(self, count: int) -> Iterator[Picture]:
        """Yield ``count`` pictures with the sensor's noise."""
        random = np.random.default_rng([216, self.seed])
        still, light = self._still(random), random.uniform(0.6, 1.0)
        movers = [_mover(random) for _ in range(random.integers(3, 7))]
        sigma, noise = random.uniform(0.6, 2.0), Noise(random)
        for index in range(count):
            luma, cb, cr = (plane.copy() for plane in still)
            for mover in movers:
                mover(luma, cb, cr, index)
            lit = 16 + (luma - 16) * light
            y, b, r = (plane + sigma * noise.of(plane) for plane in (lit, cb, cr))
            yield y, b, r

    def _still(self, random: np.random.Generator) -> Picture:
        luma, cb, cr = (np.full((HEIGHT // n, WIDTH // n), 128, np.float32) for n in (1, 2, 2))
        horizon = int(HEIGHT * random.uniform(0.25, 0.5))
        luma[:horizon] = np.linspace(random.uniform(170, 215), 190, horizon)[:, None]
        cb[: horizon // 2] += random.uniform(2, 14)
        luma[horizon:] = random.uniform(70, 120) + 6 * grain(random, HEIGHT - horizon, WIDTH)
        for _ in range(random.integers(3, 9)):
            _house(random, (luma, cb, cr), horizon)
        for _ in range(random.integers(2, 6)):
            start, end = random.integers([0, horizon], [WIDTH, HEIGHT], (2, 2)).tolist()
            cv2.line(luma, start, end, 200, int(random.integers(1, 5)), cv2.LINE_AA)
        return cv2.GaussianBlur(luma, (0, 0), random.uniform(0.5, 0.9)), cb, cr


def grain(random: np.random.Generator, rows: int, columns: int) -> Floats:
    """Texture of all sizes: noise of each octave, as strong as the one before."""
    total = np.zeros((rows, columns), np.float32)
    for octave in range(5):
        small = random.standard_normal((1 + rows >> octave, 1 + columns >> octave), np.float32)
        total += cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return total / 2


def _house(random: np.random.Generator, picture: Picture, horizon: int) -> None:
    luma, cb, cr = picture
    x, width, high = random.integers([0, 60, 40], [WIDTH - 60, 150, 135]).tolist()
    top, foot = max(0, horizon - high), horizon + int(random.integers(0, 60))
    luma[top:foot, x : x + width] = random.uniform(50, 180)
    luma[top:foot, x : x + width] += 3 * grain(random, foot - top, min(width, WIDTH - x))
    b, r = random.uniform(-14, 8), random.uniform(-6, 16)
    cb[top // 2 : foot // 2, x // 2 : (x + width) // 2] = 128 + b
    cr[top // 2 : foot // 2, x // 2 : (x + width) // 2] = 128 + r
    for row in range(top + 10, foot - 20, int(random.integers(24, 40))):
        for column in range(x + 8, x + width - 16, int(random.integers(20, 44))):
            luma[row : row + 14, column : column + 10] = random.uniform(30, 210)


def _mover(random: np.random.Generator) -> Callable[[Floats, Floats, Floats, int], None]:
    """Make a car or a person on foot, with a darker half and a bright stripe."""
    wide, high = random.integers([10, 20], [90, 60]).tolist()
    x = random.uniform(0, WIDTH)
    speed = random.choice([-1, 1]) * random.uniform(1, 6)
    y = HEIGHT * random.uniform(0.4, 0.8)
    codes, b, r = random.uniform(30, 200, 3), random.uniform(90, 160), random.uniform(100, 170)

    def draw(luma: Floats, cb: Floats, cr: Floats, index: int) -> None:
        left, top = round(x + speed * index) % (WIDTH + wide) - wide, round(y)
        at = max(0, left)
        luma[top : top + high, at : left + wide] = codes[0]
        luma[top : top + high // 2, at : left + wide] = codes[1]
        luma[top + high // 3 : top + high // 3 + 3, at : left + wide] = codes[2]
        cb[top // 2 : (top + high) // 2, at // 2 : (left + wide) // 2] = b
        cr[top // 2 : (top + high) // 2, at // 2 : (left + wide) // 2] = r

    return draw


def real(path: Path, first: int, count: int) -> Iterator[Picture]:
    """Yield ``count`` pictures of real footage from number ``first`` on, scaled to a street's."""
    for frame in clip.open_clip(path).frames():
        if frame.index == first + count:
            return
        if first <= frame.index < first + count:
            assert frame.cb is not None  # noqa: S101 -- the three clips are in colour
            assert frame.cr is not None  # noqa: S101 -- the same
            yield _scaled(frame.luma, 1), _scaled(frame.cb, 2), _scaled(frame.cr, 2)


def _scaled(plane: NDArray[np.uint8], n: int) -> Floats:
    """Resize a plane to one nth of the street's size."""
    size = (WIDTH // n, HEIGHT // n)
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def planes_of(colours: Floats) -> Picture:
    """Turn BGR (h, w, 3), 0..1, into luma, and Cb and Cr at half the size, in codes (BT.709)."""
    blue, green, red = cv2.split(colours)
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    half = (colours.shape[1] // 2, colours.shape[0] // 2)
    cb, cr = (
        cv2.resize(128 + 224 * (c - y) / k, half, interpolation=cv2.INTER_AREA)
        for c, k in ((blue, 1.8556), (red, 1.5748))
    )
    return 16 + 219 * y, cb, cr


# --- faults: each takes a picture, its number and the values drawn for the film

Drawn = dict[str, Any]


def _black(picture: Picture, _index: int, drawn: Drawn) -> Picture:
    luma = 16 + drawn["lift"] + drawn["noise"].of(picture[0])
    return luma, 0 * picture[1] + 128, 0 * picture[2] + 128


def _over(picture: Picture, _index: int, drawn: Drawn) -> Picture:
    """So much gain that ``share`` of the picture reaches white."""
    luma = picture[0] - 16
    gain = drawn.setdefault("gain", 219 / max(1.0, float(np.quantile(luma, 1 - drawn["share"]))))
    return np.minimum(16 + gain * luma, 240), *(
        np.clip(128 + gain * (p - 128), 16, 240) for p in picture[1:]
    )


def _under(picture: Picture, _index: int, drawn: Drawn) -> Picture:
    """So little gain that ``share`` of the picture stays below 12 % of the amplitude."""
    luma = picture[0] - 16
    gain = drawn.setdefault("gain", min(1.0, 0.12 * 219 / float(np.quantile(luma, drawn["share"]))))
    return 16 + gain * luma, *(128 + gain * (p - 128) for p in picture[1:])


def _blurred(picture: Picture, _index: int, drawn: Drawn) -> Picture:
    sigma = drawn["sigma"] * len(picture[0])
    luma, cb, cr = (
        cv2.GaussianBlur(p, (0, 0), sigma / n) for p, n in zip(picture, (1, 2, 2), strict=True)
    )
    return luma + drawn["noise"].of(luma), cb, cr


def _cast(picture: Picture, _index: int, drawn: Drawn) -> Picture:
    """Gains on red, green and blue, of which the luma keeps its mean (BT.709)."""
    luma, (cb, cr) = picture[0], (cv2.resize(p, picture[0].shape[::-1]) - 128 for p in picture[1:])
    light = (luma - 16) / 219
    rgb = [light + 1.5748 / 224 * 255 / 255 * cr, None, light + 1.8556 / 224 * cb]
    rgb[1] = (light - 0.2126 * rgb[0] - 0.0722 * rgb[2]) / 0.7152
    red, green, blue = (np.clip(c * g, 0, 1.1) for c, g in zip(rgb, drawn["gains"], strict=True))
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    half = picture[1].shape[::-1]
    other = [128 + 224 * (c - y) / k for c, k in ((blue, 1.8556), (red, 1.5748))]
    return 16 + 219 * y, *(
        np.clip(cv2.resize(p, half, interpolation=cv2.INTER_AREA), 16, 240) for p in other
    )


def _stripes(picture: Picture, index: int, drawn: Drawn) -> Picture:
    """Add a wave of ``amplitude`` over the whole picture that drifts."""
    rows, columns = np.indices(picture[0].shape, np.float32)
    across = drawn["waves"] * math.cos(drawn["angle"])
    down = drawn["waves"] * math.sin(drawn["angle"])
    turns = (across * columns + down * rows) / len(picture[0]) + drawn["drift"] * index
    return picture[0] + 219 * drawn["amplitude"] * np.sin(2 * math.pi * turns), *picture[1:]


def _snow(picture: Picture, _index: int, drawn: Drawn) -> Picture:
    """White noise of ``sigma``, or single samples at black and white."""
    random, shape = drawn["random"], picture[0].shape
    if not drawn["specks"]:
        return picture[0] + 219 * drawn["sigma"] * drawn["noise"].of(picture[0]), *picture[1:]
    hit, half = random.random(shape, np.float32), drawn["specks"] / 2
    luma = np.where(hit < half, 16, np.where(hit > 1 - half, 235, picture[0]))
    return luma.astype(np.float32), *picture[1:]


def _shake(picture: Picture, index: int, drawn: Drawn) -> Picture:
    angle = 2 * math.pi * drawn["rate"] * index / RATE
    size = drawn["amplitude"] * len(picture[0]) * math.sin(angle)
    dx, dy = size * math.cos(drawn["angle"]), size * math.sin(drawn["angle"])
    moved = []
    for plane, n in zip(picture, (1, 2, 2), strict=True):
        matrix, size = np.array([[1, 0, dx / n], [0, 1, dy / n]], np.float32), plane.shape[::-1]
        moved.append(cv2.warpAffine(plane, matrix, size, borderMode=cv2.BORDER_REPLICATE))
    return tuple(moved)  # type: ignore[return-value]


def _covered(picture: Picture, _index: int, drawn: Drawn) -> Picture:
    """Something held before the lens: dark or light, shaded, out of focus, noisy.

    The share ``open`` of the picture stays free, in a corner.
    """
    shape = picture[0].shape
    rows, columns = np.indices(shape, np.float32)
    shade = drawn["level"] + drawn["slope"] * (rows / shape[0] + columns / shape[1] - 1)
    luma = shade + drawn["sigma"] * drawn["noise"].of(picture[0])
    side = math.sqrt(drawn["open"])
    corner = slice(0, int(side * shape[0])), slice(0, int(side * shape[1]))
    luma[corner] = picture[0][corner]
    return luma, *(0 * p + c for p, c in zip(picture[1:], drawn["colour"], strict=True))


FAULTS: Mapping[str, Callable[[Picture, int, Drawn], Picture]] = {
    "black": _black,
    "over_exposed": _over,
    "under_exposed": _under,
    "blurred": _blurred,
    "colour_cast": _cast,
    "stripes": _stripes,
    "snow": _snow,
    "shake": _shake,
    "covered_lens": _covered,
}
NAMES = (*FAULTS, "freeze", "scene_change")


def drawn(fault: str, random: np.random.Generator) -> Drawn:
    """Draw the strength of a fault, from the least that must be found to about twice that."""
    turn = random.permutation(3)
    strengths: Mapping[str, Drawn] = {
        "black": {"lift": random.uniform(0, 5)},
        "over_exposed": {"share": random.uniform(0.6, 0.95)},
        "under_exposed": {"share": random.uniform(0.92, 0.99)},
        "blurred": {"sigma": random.uniform(0.01, 0.02)},
        "colour_cast": {
            "gains": np.array([random.uniform(1.25, 1.5), 1.0, random.uniform(0.6, 0.75)])[turn]
        },
        "stripes": {
            "amplitude": random.uniform(0.06, 0.12),
            "waves": random.uniform(8, 60),
            "angle": random.uniform(0, math.pi),
            "drift": random.uniform(-0.1, 0.1),
        },
        "snow": {
            "sigma": random.uniform(0.08, 0.16),
            "specks": random.choice([0.0, random.uniform(0.1, 0.2)]),
        },
        "shake": {
            "amplitude": random.uniform(0.01, 0.02),
            "rate": random.uniform(2, 6),
            "angle": random.uniform(0, math.pi),
        },
        "covered_lens": {
            "level": random.uniform(30, 200),
            "slope": random.uniform(-20, 20),
            "sigma": random.uniform(0, 2),
            "open": random.choice([0.0, 0.02]),
            "colour": random.uniform(110, 146, 2),
        },
    }
    return {"random": random, "noise": Noise(random), **strengths.get(fault, {})}


def write(path: Path, fault: str, seed: int, footage: Path | None) -> None:
    """Film a case at CRF 23 to 32: ``fault`` (empty: none) in a street.

    Every third case is in real footage, where there is any.
    """
    random = np.random.default_rng([16, seed, *fault.encode()])
    pictures = _base(random, seed, footage, moving=fault == "freeze")
    planted = _planted(pictures, fault, drawn(fault, random), seed)
    coded = (
        tuple(np.clip(np.rint(p), 0, 255).astype(np.uint8) for p in picture) for picture in planted
    )
    options = {"crf": str(random.integers(23, 33)), "preset": "veryfast", "g": str(RATE)}
    encode.write(path, coded, rate=Fraction(RATE), options=options)


def seen(path: Path) -> Scene:
    """Look at a film as ``scene.look`` does, but without a search for charts."""
    opened = clip.open_clip(path)
    watch = Watch(opened, ())
    for frame in opened.frames():
        watch.see(frame)
    shot = Shot(id=path.stem, subject="camera", clip=path.name)
    return replace(
        scenes.of([]),
        shot=shot,
        video=opened.info,
        series=series_of(opened, watch),
        reference=watch.kept[0],
    )


def frame_of(path: Path, number: int) -> NDArray[np.uint8]:
    """Return one frame of a film as a picture (BGR)."""
    opened = clip.open_clip(path)
    frames = (frame for frame in opened.frames() if frame.index == number)
    return picture_of(next(frames), opened.info)


def _base(
    random: np.random.Generator, seed: int, footage: Path | None, *, moving: bool
) -> Iterator[Picture]:
    if footage is None or seed % 3 or moving:
        return Street(seed=seed).pictures(FRAMES + moving * FROZEN)
    return real(footage / REAL[seed // 3 % len(REAL)], int(random.integers(0, 250)), FRAMES)


def _planted(
    pictures: Iterator[Picture], fault: str, strength: Drawn, seed: int
) -> Iterator[Picture]:
    other = Street(seed=seed + 5000).pictures(FRAMES) if fault == "scene_change" else None
    kept: Picture | None = None
    for index, picture in enumerate(pictures):
        kept = kept if kept and STARTS <= index < STARTS + FROZEN else picture
        if fault in FAULTS:
            yield FAULTS[fault](picture, index, strength)
        elif fault == "freeze":
            yield kept
        else:
            yield next(other) if other and index >= STARTS else picture
