"""Sound footage that looks frozen: no freeze may be proven in it.

``python benchmarks/still_scenes.py`` prints the table of ``docs/metrics/frame_rate.md``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import frame_rate as bench
import numpy as np
from numpy.typing import NDArray
from setting import machine, table

from acceptance.footage import encode

if TYPE_CHECKING:
    from acceptance.metrics._shared import freeze

Picture = NDArray[np.uint8]
Scene = Callable[[np.random.Generator], Iterator[NDArray[np.float64]]]
SIZE, FRAMES, RATE = (180, 320), 150, 25


def _noisy(
    picture: NDArray[np.float64], random: np.random.Generator, sigma: float
) -> NDArray[np.float64]:
    return picture + sigma * random.standard_normal(picture.shape)


def _texture(random: np.random.Generator, width: int = SIZE[1]) -> NDArray[np.float64]:
    return 110 + 55 * bench.texture(random, (SIZE[0], width), 5.0)


def plain(code: float, sigma: float) -> Scene:
    """Film a wall, or a lens that is covered: shading and noise."""
    ground = np.linspace(0, 10, SIZE[1])[None] + np.full(SIZE, code)
    return lambda random: (_noisy(ground, random, sigma) for _ in range(FRAMES))


def textured(sigma: float) -> Scene:
    """Film a room in which nothing moves."""

    def scene(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        ground = _texture(random)
        yield from (_noisy(ground, random, sigma) for _ in range(FRAMES))

    return scene


def thing(size: int, sigma: float) -> Scene:
    """Film a thing that walks, stops and walks before a ground without noise."""

    def scene(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        ground = _texture(random)
        for n in range(FRAMES):
            picture, left = ground.copy(), (n if n < 50 else max(50, n - 40)) * 2
            picture[80 : 80 + size, left : left + size] = 200
            yield _noisy(picture, random, sigma)

    return scene


def slides(change: str) -> Scene:
    """Show text on a plain ground, a page every 2 s: cut, slid in, or faded in."""

    def scene(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        pages = [_page(random) for _ in range(4)]
        for n in range(FRAMES):
            page, part = n // 45, min(1.0, (n % 45) / 15)
            old, new = pages[max(0, page - 1)], pages[page]
            at = round(part * SIZE[1])
            if change == "slid" and part < 1:
                yield np.concatenate([old[:, at:], new[:, :at]], axis=1)
            elif change == "faded":
                yield part * new + (1 - part) * old
            else:
                yield new

    return scene


def _page(random: np.random.Generator) -> NDArray[np.float64]:
    page = np.full(SIZE, random.choice([225, 30, 200]), np.uint8)
    for row in range(25, 180, 22):
        text = "".join(chr(letter) for letter in random.integers(65, 91, 14))
        cv2.putText(page, text, (20, row), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 120, 2)
    return page.astype(np.float64)


def tour(sigma: float) -> Scene:
    """Film with a camera that turns evenly, stops dead and turns on."""

    def scene(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        wide = _texture(random, 2 * SIZE[1])
        for n in range(FRAMES):
            at = 2 * (n if n < 50 else 50 if n < 100 else n - 50)
            yield _noisy(wide[:, at : at + SIZE[1]], random, sigma)

    return scene


def darkened(code: float, sigma: float, fade: int) -> Scene:
    """Film while the light goes out, or a hand covers the lens, from 2 s to 4 s."""

    def scene(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        moving = bench.moving(random, FRAMES, sigma)
        for n, picture in enumerate(moving):
            hidden = float(np.clip(min(n - 50, 100 - n) / fade + 1, 0, 1))
            rows = round(hidden * SIZE[0])
            seen = picture.astype(np.float64)
            seen[:rows] = _noisy(np.full((rows, SIZE[1]), code), random, sigma / 6)
            yield seen

    return scene


SCENES: dict[str, Scene] = {
    "plain wall": plain(120, 1.0),
    "plain wall, noise of 0.3": plain(120, 0.3),
    "bright wall without noise": plain(200, 0.0),
    "covered lens": plain(22, 0.4),
    "nearly black": plain(18, 1.5),
    "room at night": plain(40, 3.0),
    "room, noise of 0.5": textured(0.5),
    "room without noise": textured(0.0),
    "small thing, no noise": thing(12, 0.0),
    "larger thing, no noise": thing(40, 0.0),
    "text, cut": slides("cut"),
    "text, slid": slides("slid"),
    "text, faded": slides("faded"),
    "camera on tour": tour(0.0),
    "camera on tour, noise": tour(2.0),
    "hand before the lens": darkened(22, 2.0, 6),
    "light out": darkened(20, 2.0, 1),
}
CODERS: dict[str, tuple[str, dict[str, str]]] = {
    "CRF 36, keys 1 s": ("libx264", bench.quality(36, 25)),
    "CRF 23, keys 10 s": ("libx264", bench.quality(23, 250)),
    "300 kbit/s": ("libx264", bench.rate(300)),
    "MJPEG": ("mjpeg", {"qmin": "6", "qmax": "6"}),
}


def proven(scene: str, coder: str, seed: int = 0) -> freeze.Evidence:
    """Film a scene, code it, and look for freezes."""
    codec, options = CODERS[coder]
    random = np.random.default_rng(seed)
    pictures = [
        np.clip(np.rint(picture), 16, 235).astype(np.uint8) for picture in SCENES[scene](random)
    ]
    jpeg = {"pixel_format": "yuvj420p", "full_range": True} if codec == "mjpeg" else {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mkv"
        encode.write(path, pictures, rate=Fraction(RATE), codec=codec, options=options, **jpeg)
        return bench.found(path)


def main() -> None:
    """Print frames that are called frozen and undecided, by scene and coder."""
    rows = []
    for scene in SCENES:
        cells = []
        for coder in CODERS:
            found = proven(scene, coder)
            counts = [sum(end - start for start, end in runs) for runs in vars(found).values()]
            cells.append(" / ".join(map(str, counts)))
        rows.append((scene, *cells))
    print(table(("frozen / undecided of 150", *CODERS), rows))
    print(machine())


if __name__ == "__main__":
    main()
