"""Sound clips of three kinds on which faults are planted: a drawn room, real footage, photographs.

Photographs are those that scikit-image brings along. Each has the noise of a sensor, and something
moves in it. All are 480 x 270, 25 frame/s.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import planted
import tenth_set
from planted import HEIGHT, WIDTH, Noise, planes_of
from setting import REAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from planted import Picture

NUMBERS = (
    range(3),
    range(3, 6),
    range(6, 9),
    range(9, 11),
    range(11, 12),
    range(12, 13),
    range(13, 14),
    range(14, 15),
    range(15, 16),
    tenth_set.NUMBERS,
)  # of the clips of each set
FIRST = {"car_park_intel.mp4": 60, "lobby_intel.mp4": 300, "bottle_intel.mp4": 100}
PHOTOGRAPHS = (
    *("motorcycle_left.png", "astronaut.png", "camera.png"),
    *("rocket.jpg", "motorcycle_right.png", "chelsea.png"),
    *("coffee.png", "coins.png", "gravel.png"),
    *("brick.png", "grass.png"),
)


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room with a door, shelves and a window, in which people walk about."""

    seed: int

    def pictures(self, count: int) -> Iterator[Picture]:
        """Yield ``count`` pictures with the sensor's noise."""
        random = np.random.default_rng([15, self.seed])
        still, noise = self._still(random), Noise(random)
        people = [_person(random) for _ in range(random.integers(1, 4))]
        sigma = random.uniform(0.8, 2.0)
        for index in range(count):
            planes = tuple(plane.copy() for plane in still)
            for walk in people:
                walk(planes, index)
            yield tuple(plane + sigma * noise.of(plane) for plane in planes)

    def _still(self, random: np.random.Generator) -> Picture:
        luma, cb, cr = (np.full((HEIGHT // n, WIDTH // n), 128, np.float32) for n in (1, 2, 2))
        floor = int(HEIGHT * random.uniform(0.6, 0.75))
        luma[:floor] = random.uniform(130, 175)
        luma[floor:] = random.uniform(70, 110) + 5 * planted.grain(random, HEIGHT - floor, WIDTH)
        luma[floor - 6 : floor] = random.uniform(40, 70)
        planes = luma, cb, cr
        left = int(random.integers(20, 80))
        _box(planes, (left, floor - 150, 62, 150), random.uniform(60, 100), (-6, 10))
        _box(planes, (left + 48, floor - 70, 5, 10), 190)
        window = int(random.integers(330, 390))
        _box(planes, (window, 25, 80, 70), 215, (6, -4))
        for column in (window, window + 39, window + 78):
            _box(planes, (column, 25, 3, 70), 60)
        for shelf in range(floor - 120, floor - 20, 34):
            self._books(random, planes, shelf)
        shade = np.linspace(1.1, 0.85, WIDTH, dtype=np.float32) * random.uniform(0.85, 1.05)
        return cv2.GaussianBlur(16 + (luma - 16) * shade, (0, 0), 0.6), cb, cr

    def _books(self, random: np.random.Generator, planes: Picture, top: int) -> None:
        at = 170
        while at < 300:
            wide, high = random.integers([5, 20], [14, 31]).tolist()
            colour = random.uniform(-20, 20, 2)
            _box(planes, (at, top + 31 - high, wide, high), random.uniform(40, 200), colour)
            at += wide + 1
        _box(planes, (166, top + 31, 140, 3), 50)


def _box(
    planes: Picture,
    place: tuple[int, int, int, int],
    code: float,
    colour: tuple[float, float] = (0, 0),
) -> None:
    """Draw a box at (x, y, width, height) of this luma, ``colour`` off grey in Cb and Cr."""
    x, y, wide, high = place
    luma, *chroma = planes
    luma[max(0, y) : y + high, max(0, x) : max(0, x + wide)] = code
    for plane, off in zip(chroma, colour, strict=True):
        plane[max(0, y) // 2 : (y + high) // 2, max(0, x) // 2 : max(0, x + wide) // 2] = 128 + off


def _person(random: np.random.Generator) -> Callable[[Picture, int], None]:
    x, speed = random.uniform(0, WIDTH), random.choice([-1, 1]) * random.uniform(1, 3)
    top, codes = int(random.integers(70, 120)), random.uniform(40, 190, 3)
    shirt = random.uniform(-15, 15, 2)

    def walk(planes: Picture, index: int) -> None:
        left = round(x + speed * index) % (WIDTH + 40) - 40
        _box(planes, (left + 8, top, 16, 20), 150, (-8, 12))
        _box(planes, (left, top + 20, 32, 50), codes[0], shirt)
        _box(planes, (left, top + 40, 32, 3), codes[1])
        _box(planes, (left + 4, top + 70, 24, 60), codes[2])

    return walk


def photograph(number: int, count: int) -> Iterator[Picture]:
    """Yield ``count`` pictures of a photograph before which a cut-out of another one moves."""
    random = np.random.default_rng([16, number])
    still, other = (
        _photograph(PHOTOGRAPHS[n]) for n in (number % len(PHOTOGRAPHS), (number + 1) % 3)
    )
    noise, sigma, speed = Noise(random), random.uniform(0.8, 2.0), int(random.choice([-3, 2, 3]))
    for index in range(count):
        planes = tuple(plane.copy() for plane in still)
        left = int((120 + speed * index) % (WIDTH - 60)) // 2 * 2
        for plane, piece, n in zip(planes, other, (1, 2, 2), strict=True):
            at = slice(150 // n, 210 // n), slice(left // n, left // n + 60 // n)
            plane[at] = piece[100 // n : 160 // n, 200 // n : 260 // n]
        yield tuple(plane + sigma * noise.of(plane) for plane in planes)


@lru_cache(maxsize=8)
def _photograph(name: str) -> Picture:
    """Return the planes (BT.709, limited range) of a photograph cut to the shape of a film."""
    found = importlib.util.find_spec("skimage")
    assert found is not None, "scikit-image is not installed"  # noqa: S101 -- see ``kinds``
    assert found.origin is not None  # noqa: S101 -- a package has an origin
    picture = cv2.imread(str(Path(found.origin).parent / "data" / name))
    assert picture is not None  # noqa: S101 -- the file comes with the package
    high, wide = picture.shape[:2]
    rows = min(high, wide * HEIGHT // WIDTH)
    top = (high - rows) // 2
    size = (WIDTH, HEIGHT)
    cut = cv2.resize(picture[top : top + rows], size, interpolation=cv2.INTER_AREA)
    return planes_of(cut.astype(np.float32) / 255)


def _real(number: int, count: int) -> Iterator[Picture]:
    name = planted.REAL[number % len(planted.REAL)]
    return planted.real(REAL / name, FIRST[name] + 40 * (number // len(planted.REAL)), count)


KINDS: dict[str, Callable[[int, int], Iterator[Picture]]] = {
    "drawn room": lambda number, count: Room(seed=number).pictures(count),
    "real footage": _real,
    "photograph": photograph,
}


def _night(number: int, count: int) -> Iterator[Picture]:
    """Yield another street by night, lit by the camera's lamp: no colour, noise of 2.5."""
    random = np.random.default_rng([17, number])
    rows, columns = np.indices((HEIGHT, WIDTH), np.float32)
    lamp = 0.3 + 0.8 * np.exp(-((rows - 150) ** 2 + (columns - 240) ** 2) / (2 * 130**2))
    grey = np.full((HEIGHT // 2, WIDTH // 2), 128, np.float32)
    for luma, *_ in planted.Street(seed=900 + number).pictures(count):
        noise = np.float32(2.5) * random.standard_normal(luma.shape, np.float32)
        yield 16 + lamp * (luma - 16) + noise, grey, grey


NINTH: dict[str, Callable[[int, int], Iterator[Picture]]] = {
    "lobby by day": lambda _, count: planted.real(REAL / "lobby_intel.mp4", 520, count),
    "street": lambda number, count: planted.Street(seed=902 + number).pictures(count),
    "night, infrared": _night,
}  # kinds of the ninth set
TENTH = {kind: partial(tenth_set.pictures, kind) for kind in tenth_set.KINDS}


def kinds(number: int = 1) -> list[str]:
    """Return the kinds of a set, 1 to 10, that can be made on this machine."""
    films = all((REAL / name).is_file() for name in planted.REAL)
    there = {
        "real footage": films,
        "lobby by day": films,
        "photograph": importlib.util.find_spec("skimage") is not None,
    }
    of_set = {9: NINTH, 10: TENTH}.get(number, KINDS)
    return [kind for kind in of_set if there.get(kind, True)]


def pictures(kind: str, number: int, count: int) -> Iterator[Picture]:
    """Yield ``count`` pictures of a base clip."""
    return (KINDS | NINTH | TENTH)[kind](number, count)
