"""More sound footage that looks frozen, written down before any of it was measured.

``python benchmarks/more_still_scenes.py [SCENE ...]`` prints frames called frozen / undecided, by
coder.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import cv2
import numpy as np
from setting import machine, table
from still_scenes import CODERS, FRAMES, SIZE, _noisy, _page, _picture, _texture, coded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from acceptance.metrics._shared import freeze

    Floats = NDArray[np.float64]
    Scene = Callable[[np.random.Generator], Iterator[Floats]]


def cursor(random: np.random.Generator) -> Iterator[Floats]:
    """Show a text slide over which a small pointer creeps, stops for 2 s and hurries on."""
    page = _page(random)
    for n in range(FRAMES):
        at = n // 2 if n < 50 else 25 if n < 100 else 25 + 6 * (n - 100)
        shown = page.copy()
        shown[100:106, 10 + at % 300 : 14 + at % 300] = 255 - shown[0, 0]
        yield shown


def conveyor(sigma: float, *, stops: bool) -> Scene:
    """Film a belt whose goods look alike: it moves by its own period a picture, and may stop."""

    def scene(random: np.random.Generator) -> Iterator[Floats]:
        tile = np.tile(_texture(random, 16), (1, SIZE[1] // 16))
        for n in range(FRAMES):
            step = 16 if not stops or not 50 <= n < 100 else 0
            yield _noisy(np.roll(tile, step * n, axis=1), random, sigma)

    return scene


def upon(level: float, draw: Callable[[Floats, int], None], sigma: float) -> Scene:
    """Film a plain ground of this level, on which each picture has something drawn."""

    def scene(random: np.random.Generator) -> Iterator[Floats]:
        ground = level + 0.1 * _texture(random)
        for n in range(FRAMES):
            shown = ground.copy()
            draw(shown, n)
            yield _noisy(shown, random, sigma)

    return scene


def lamp(period: int, sigma: float) -> Scene:
    """Film a dark room in which a small lamp blinks."""

    def draw(shown: Floats, n: int) -> None:
        shown[60:66, 200:206] = 220 if n // period % 2 else 30

    return upon(20, draw, sigma)


def sunset(sigma: float) -> Scene:
    """Film while the light goes down by 0.05 codes a picture."""

    def scene(random: np.random.Generator) -> Iterator[Floats]:
        ground = _texture(random)
        yield from (_noisy(ground * (1 - n / 2500), random, sigma) for n in range(FRAMES))

    return scene


def flakes(count: int, sigma: float) -> Scene:
    """Film a white field in sparse snow, of which for seconds none falls."""

    def draw(shown: Floats, n: int) -> None:
        for flake in range(count if not 50 <= n < 95 else 0):
            y, x = (37 * flake + 5 * n) % 170, (71 * flake + 2 * n) % 310
            shown[y : y + 3, x : x + 3] = 230

    return upon(200, draw, sigma)


def gain(sigma: float) -> Scene:
    """Film a plain wall whose exposure hunts, then rests."""

    def scene(random: np.random.Generator) -> Iterator[Floats]:
        wall = 110 + np.linspace(0, 10, SIZE[1])[None] + np.zeros(SIZE)
        for n in range(FRAMES):
            level = 1 + 0.1 * np.sin(n / 3) * (n < 50 or n >= 100)
            yield _noisy(wall * level, random, sigma)

    return scene


def thumbnails(random: np.random.Generator) -> Iterator[Floats]:
    """Show a wall of small videos that a player has paused for 2 s, under a running clock."""
    grounds = [_texture(random, 2 * SIZE[1]) for _ in range(2)]
    for n in range(FRAMES):
        at = 2 * min(n, 50) + 2 * max(0, n - 100)
        shown = np.concatenate([grounds[0][:90, at : at + 320], grounds[1][90:, at : at + 320]])
        shown = np.asarray(np.clip(shown, 16, 235), np.uint8)
        shown[:20, :80] = 20
        cv2.putText(shown, f"{n:05d}", (4, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 235, 1)
        yield shown


def fog(random: np.random.Generator) -> Iterator[Floats]:
    """Film in fog through recursive noise reduction that leaves a tenth of a code."""
    ground, seen = 150 + 0.03 * _texture(random), np.zeros(SIZE)
    for _ in range(FRAMES):
        seen = 0.9 * seen + 0.1 * 0.5 * random.standard_normal(SIZE)
        yield ground + seen


def quantised(random: np.random.Generator) -> Iterator[Floats]:
    """Film a passer-by who stops, by a camera that sends a new picture only where it changed."""
    ground = _texture(random)
    for n in range(FRAMES):
        left = (n if n < 50 else 50 if n < 100 else n - 50) * 3 // 8 * 8
        shown = ground.copy()
        shown[60:150, left : left + 30] = 60
        yield shown


def caret(random: np.random.Generator) -> Iterator[Floats]:
    """Show a page of text in which nothing moves but a caret that blinks."""
    page = _page(random)
    for n in range(FRAMES):
        shown = page.copy()
        shown[30:44, 30:33] = 16 if n // 12 % 2 else 235
        yield shown


def flicker(random: np.random.Generator) -> Iterator[Floats]:
    """Film a room without noise, by a lamp that flickers and then burns evenly."""
    ground, depth, pace = _texture(random), random.uniform(0.01, 0.06), random.uniform(0.6, 2.0)
    for n in range(FRAMES):
        yield ground * (1 + depth * np.sin(pace * n) * (n < FRAMES // 2))


SCENES: dict[str, Scene] = {
    "slide with a pointer": cursor,
    "belt": conveyor(0.0, stops=False),
    "belt, noise, stops": conveyor(2.0, stops=True),
    "belt, stops": conveyor(0.0, stops=True),
    "lamp that blinks": lamp(25, 0.0),
    "lamp that blinks, noise": lamp(40, 1.5),
    "sunset": sunset(0.0),
    "sunset, noise": sunset(1.0),
    "sparse snow": flakes(12, 0.0),
    "sparse snow, noise": flakes(12, 1.5),
    "exposure hunts, rests": gain(0.0),
    "exposure hunts, rests, noise": gain(2.0),
    "paused player under a clock": thumbnails,
    "fog": fog,
    "passer-by in steps": quantised,
    "page with a caret": caret,
    "lamp that flickers, then rests": flicker,
}


def proven(scene: str, coder: str, seed: int = 0) -> freeze.Evidence:
    """Film a scene, code it, and look for freezes."""
    random = np.random.default_rng(seed)
    return coded([_picture(shown) for shown in SCENES[scene](random)], coder)


def main() -> None:
    """Print frames called frozen and undecided, by scene and coder."""
    rows = []
    for scene in sys.argv[1:] or SCENES:
        cells = [vars(proven(scene, coder)).values() for coder in CODERS]
        counts = [[sum(end - start for start, end in runs) for runs in cell] for cell in cells]
        rows.append((scene, *(" / ".join(map(str, count)) for count in counts)))
        print(rows[-1], flush=True)
    print(table(("frozen / undecided of 150", *CODERS), rows), machine(), sep="\n")


if __name__ == "__main__":
    main()
