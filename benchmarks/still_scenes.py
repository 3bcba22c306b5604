"""Sound footage that looks frozen: no freeze may be proven in it; and freezes planted in it.

``python benchmarks/still_scenes.py [--planted N] [--jobs N]`` prints the tables of
``docs/metrics/frame_rate.md``. A planted freeze must be found or undecided, never denied.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import frame_rate as bench
import numpy as np
from numpy.typing import NDArray
from setting import Setting, machine, table

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


def creeping(grain: float, speed: float, sigma: float = 0.0) -> Scene:
    """Film while the view creeps (px a frame) and then stands: a head settles, a page scrolls."""

    def scene(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        size = SIZE[0], SIZE[1] + 60
        wide = (110 + 55 * bench.texture(random, size, grain)).astype(np.float32)
        for n in range(FRAMES):
            place = np.array([[1, 0, -speed * min(n, 75)], [0, 1, 0]], np.float32)
            yield _noisy(cv2.warpAffine(wide, place, SIZE[::-1]).astype(np.float64), random, sigma)

    return scene


def averaged(sigma: float, share: float) -> Scene:
    """Film a still room through recursive noise reduction: so much of each picture is new."""

    def scene(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
        ground = _texture(random)
        seen = _noisy(ground, random, sigma)
        for _ in range(FRAMES):
            seen = seen + share * (_noisy(ground, random, sigma) - seen)
            yield seen

    return scene


def screen(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Record a screen: a page over which a pointer moves now and then."""
    page = _page(random)
    for n in range(FRAMES):
        at = 3 * (min(n, 30) + max(0, n - 110))
        shown = page.copy()
        shown[at + 10 : at + 22, at + 20 : at + 28] = 255 - shown[0, 0]
        yield shown


def infrared(random: np.random.Generator) -> Iterator[NDArray[np.float64]]:
    """Film at night by the camera's own lamp: noise, and less light towards the rim."""
    rows, columns = np.indices(SIZE)
    lamp = np.exp(-((rows / SIZE[0] - 0.5) ** 2 + (columns / SIZE[1] - 0.5) ** 2) / 0.2)
    ground = 16 + lamp * (_texture(random) - 16)
    yield from (_noisy(ground, random, 2.5) for _ in range(FRAMES))


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
    "plain wall, noise of 4": plain(120, 4.0),
    "creeping view": creeping(1.2, 0.1),
    "slowly creeping view": creeping(2.0, 0.03),
    "creeping view, noise": creeping(2.0, 0.05, 1.0),
    "recursive noise reduction": averaged(4.0, 0.2),
    "screen recording": screen,
    "infrared at night": infrared,
}
CODERS: dict[str, tuple[str, dict[str, str]]] = {
    "CRF 36, keys 1 s": ("libx264", bench.quality(36, 25)),
    "CRF 23, keys 10 s": ("libx264", bench.quality(23, 250)),
    "300 kbit/s": ("libx264", bench.rate(300)),
    "80 kbit/s": ("libx264", bench.rate(80)),
    "H.265, CRF 28": (
        "libx265",
        {"crf": "28", "g": "25", "preset": "ultrafast", "x265-params": "log-level=error:keyint=25"},
    ),
    "CRF 28, stamps doubled": ("libx264", bench.quality(28, 25)),
    "MJPEG": ("mjpeg", {"qmin": "6", "qmax": "6"}),
}


def proven(scene: str, coder: str, seed: int = 0) -> freeze.Evidence:
    """Film a scene, code it, and look for freezes."""
    return coded(drawn(scene, seed), coder)


@lru_cache(maxsize=1)  # every coder codes one scene before the next is drawn
def drawn(scene: str, seed: int) -> list[Picture]:
    """Draw a scene."""
    return [_picture(shown) for shown in SCENES[scene](np.random.default_rng(seed))]


def _picture(shown: NDArray[np.float64]) -> Picture:
    return np.asarray(np.clip(np.rint(shown), 16, 235), np.uint8)


def coded(pictures: list[Picture], coder: str) -> freeze.Evidence:
    """Code pictures and look for freezes."""
    codec, options = CODERS[coder]
    jpeg, times = codec == "mjpeg", None
    if "doubled" in coder:  # which B-frames would not bear
        options = options | {"bf": "0"}
        times = [Fraction(n - (n % 10 == 9), RATE) for n in range(len(pictures))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mkv"
        encode.write(
            path, pictures, rate=Fraction(RATE), times=times, codec=codec, options=options,
            pixel_format="yuvj420p" if jpeg else "yuv420p", full_range=jpeg,
        )  # fmt: skip
        return bench.found(path)


LIVE = ("plain wall", "plain wall, noise of 4", "room at night", "room, noise of 0.5",
        "recursive noise reduction", "infrared at night", "larger thing, no noise",
        "camera on tour, noise", "covered lens", "screen recording")  # fmt: skip


def planted(seed: int) -> tuple[str, str, str]:
    """Plant a freeze of 2 s in a drawn scene, half of them moving; return scene, coder, outcome."""
    random = np.random.default_rng([seed, 8])
    scene, coder = str(random.choice(LIVE)), str(random.choice(list(CODERS)))
    start = int(random.integers(RATE, 3 * RATE))
    if seed % 2:
        scene = "moving"
        pictures = list(bench.moving(random, FRAMES, random.uniform(0.5, 4.5)))
    else:
        pictures = [_picture(shown) for shown in SCENES[scene](random)]
    evidence = coded(bench.frozen(pictures, start), coder)
    what, _ = bench.outcome(evidence, (start, start + bench.FROZEN))
    return scene, coder, what


def of_planted(setting: Setting, number: int) -> str:
    """Return the table of planted freezes by scene."""
    runs = setting.each(planted, range(number))
    rows = []
    for scene in sorted({scene for scene, *_ in runs}):
        count = Counter(what for name, _, what in runs if name == scene)
        rows.append((scene, *(count[what] for what in OUTCOMES)))
    count = Counter(what for *_, what in runs)
    return table(("2 s planted in", *OUTCOMES), [*rows, ("all", *(count[w] for w in OUTCOMES))])


OUTCOMES = "found", "undecided", "denied", "false"


def _cell(case: tuple[str, str]) -> str:
    counts = [sum(end - start for start, end in runs) for runs in vars(proven(*case)).values()]
    return " / ".join(map(str, counts))


def main() -> None:
    """Print frames called frozen and undecided, by scene and coder, and planted freezes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--planted", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    setting = Setting(jobs=options.jobs)
    cells = iter(setting.each(_cell, [(scene, coder) for scene in SCENES for coder in CODERS]))
    rows = [(scene, *(next(cells) for _ in CODERS)) for scene in SCENES]
    print(table(("frozen / undecided of 150", *CODERS), rows), flush=True)
    print(of_planted(setting, options.planted))
    print(machine())


if __name__ == "__main__":
    main()
