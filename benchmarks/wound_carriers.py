"""Carriers whose crests wind, and sound films of what moves as gratings do: found, and alarmed.

``python benchmarks/wound_carriers.py`` prints the table of ``docs/metrics/faults.md``. The list was
written down before anything of it was measured: six carriers at two strengths (5 and 10 % of the
amplitude) on three base clips each, and sixteen sound scenes that change evenly all over the view:
gratings and textures before a camera that moves, and such that move before one that stands.
"""

from __future__ import annotations

import math
import tempfile
import zlib
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import base_clips
import cv2
import faults as bench
import numpy as np
import planted
from indoor_scenes import texture
from planted import HEIGHT, RATE, WIDTH
from setting import machine, table

from acceptance.footage import encode
from acceptance.metrics import faults
from acceptance.model import Measurement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray
    from planted import Picture

    Values = NDArray[Any]

FRAMES = 65
STRENGTHS = {"moderate": 0.05, "strong": 0.1}
BASES = (("drawn room", 4), ("real footage", 13), ("photograph", 12))
ROWS, COLUMNS = (each.astype(np.float32) / HEIGHT for each in np.indices((HEIGHT, WIDTH)))
TURN = 2 * math.pi


def _sine(
    across: float, down: float, depth: float, rate: float, drift: float
) -> Callable[[int], Values]:
    """Modulate by a tone of ``rate`` times a picture height; crests go on by ``drift`` turns."""

    def turns(index: int) -> Values:
        tone = np.sin(TURN * (rate * ROWS + 0.31 * index))
        return across * COLUMNS + down * ROWS + depth * tone + drift * index

    return turns


def _speech(across: float, down: float, depth: float, seed: int) -> Callable[[int], Values]:
    """Modulate by what is another in each picture: speech, music."""

    def turns(index: int) -> Values:
        random = np.random.default_rng([seed, index])
        rough = cv2.GaussianBlur(
            random.standard_normal((HEIGHT, 1)).astype(np.float32), (1, 0), 1, sigmaY=9
        )
        return np.asarray(
            across * COLUMNS + down * ROWS + depth * rough / rough.std() + 0.37 * index
        )

    return turns


def _both(index: int) -> Values:
    """Wind along rows and columns."""
    tones = np.sin(TURN * (3 * ROWS + 0.1 * index)) + np.sin(TURN * (4 * COLUMNS - 0.17 * index))
    return 22 * COLUMNS - 17 * ROWS + 0.25 * tones + 0.21 * index


CARRIERS: dict[str, Callable[[int], Values]] = {
    "of a radio": _sine(20, 14, 0.5, 3, 0.13),
    "nearly level": _sine(8, 30, 0.25, 6, 0.29),
    "fine": _sine(44, -6, 0.3, 7, 0.41),
    "of speech": _speech(27, 9, 0.3, 1),
    "deep, slow": _sine(32, -12, 0.8, 1.5, 0.17),
    "winding both ways": _both,
}


def _by_chance(number: int) -> Callable[[int], Values]:
    """Draw a carrier of any direction: 15 to 45 waves a height, modulated by 0.2 to 0.8 turns."""
    random = np.random.default_rng([15, 901, number])
    way, waves = random.uniform(-math.pi / 2, math.pi / 2), random.uniform(15, 45)
    depth, rate, drift = (random.uniform(*ends) for ends in ((0.2, 0.8), (1, 8), (0, 0.5)))
    return _sine(waves * math.cos(way), waves * math.sin(way), depth, rate, drift)


# written down, and committed, after the repair that the carriers above led to, and before a run
DRAWN = {f"by chance {number}": _by_chance(number) for number in range(12)}
DRAWN_BASES = (("lobby by day", 15), ("street", 17), ("drawn room", 10))
NOISE = {"white, 6 %": (0.06, 0.0), "white, 12 %": (0.12, 0.0), "soft, 16 %": (0.16, 0.8),
         "coarse, 16 %": (0.16, 1.6)}  # fmt: skip


def _views() -> dict[str, Values]:
    fence = 90 + 60 * (np.sin(TURN * 21 * COLUMNS) > 0.3)
    bricks = 110 + 30 * (
        (ROWS * 18 % 1 > 0.15) & ((COLUMNS * 9 + (ROWS * 18 // 1 % 2) / 2) % 1 > 0.08)
    )
    return {
        "fence": fence.astype(np.float32), "bricks": bricks.astype(np.float32),
        "iron": (120 + 40 * np.sin(TURN * 26 * COLUMNS)).astype(np.float32),
        "gravel": 110 + 25 * texture(5, HEIGHT, WIDTH),
        "mesh": 120
        + 25 * np.sin(TURN * 18 * (COLUMNS + ROWS))
        + 25 * np.sin(TURN * 18 * (COLUMNS - ROWS)),
    }  # fmt: skip


def _shifted(view: Values, right: float, down: float) -> Values:
    moved = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return cv2.warpAffine(view, moved, (WIDTH, HEIGHT), borderMode=cv2.BORDER_WRAP)


def _thing(luma: Values, at: float) -> Values:
    """Put a post and a box before a view, ``at`` px from the left."""
    luma = luma.copy()
    cv2.rectangle(luma, (round(at) + 90, 40), (round(at) + 130, HEIGHT), 45, -1)
    cv2.rectangle(luma, (round(at) + 260, 120), (round(at) + 360, 200), 190, -1)
    return luma


def _panned(name: str, right: float) -> Callable[[int], Values]:
    return lambda i: _thing(_shifted(_views()[name], right * i, 0.0), right * i)


def _handheld(name: str) -> Callable[[int], Values]:
    def view(index: int) -> Values:
        sway = 2.5 * math.sin(TURN * 1.7 * index / RATE), 1.5 * math.cos(TURN * 1.1 * index / RATE)
        return _shifted(_thing(_views()[name], 0.0), *sway)

    return view


def _water(index: int) -> Values:
    time = index / RATE
    waves = [
        np.sin(TURN * (k * COLUMNS + 0.4 * k * ROWS + (0.8 + k / 30) * time) + k)
        for k in (13, 17, 19, 24)
    ]
    return _thing(100 + 9 * np.sum(waves, axis=0), 0.0)


def _flag(index: int) -> Values:
    folds = 0.6 * np.sin(TURN * (1.5 * COLUMNS - 1.2 * index / RATE))
    return _thing(120 + 50 * np.sign(np.sin(TURN * (14 * ROWS + folds))).astype(np.float32), 0.0)


def _escalator(index: int) -> Values:
    steps = 110 + 35 * np.sin(TURN * (16 * ROWS - 1.5 * index / RATE))
    steps[:, : WIDTH // 5] = steps[:, -WIDTH // 5 :] = 70
    return _thing(steps.astype(np.float32), -60.0)


def _corn(index: int) -> Values:
    bent = 0.01 * np.sin(TURN * (2 * COLUMNS + ROWS - 1.3 * index / RATE)) * (1 - ROWS)
    rows = cv2.GaussianBlur(texture(9, HEIGHT, WIDTH), (0, 0), 1)
    x, y = ((COLUMNS + bent) * HEIGHT).astype(np.float32), (ROWS * HEIGHT).astype(np.float32)
    return _thing(
        110 + 40 * cv2.remap(rows, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), 0.0
    )


def _lamps(index: int) -> Values:
    grid = (np.sin(TURN * 15 * COLUMNS) > 0.2) & (np.sin(TURN * 15 * ROWS) > 0.2)
    cells = (
        np.random.default_rng(index // 2)
        .integers(40, 220, (HEIGHT // 9 + 1, WIDTH // 9 + 1))
        .astype(np.float32)
    )
    lit = cv2.resize(cells, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
    return _thing(np.where(grid, lit, 30).astype(np.float32), 0.0)


def _rain(index: int) -> Values:
    drops = np.random.default_rng([7, index]).standard_normal((HEIGHT, WIDTH)).astype(np.float32)
    streaks = cv2.GaussianBlur(drops, (0, 0), 0.8, sigmaY=6)
    return _thing(_views()["iron"] + 6 * streaks / streaks.std(), 0.0)


def _blind(index: int) -> Values:
    sway = 0.004 * math.sin(TURN * 0.9 * index / RATE)
    slats = 120 + 55 * np.sin(TURN * 19 * (ROWS + sway))
    slats[:, : WIDTH // 3] = 60 + 80 * COLUMNS[:, : WIDTH // 3]
    return _thing(slats.astype(np.float32), 0.0)


SOUND: dict[str, Callable[[int], Values]] = {
    "fence, panned": _panned("fence", 0.9), "bricks, panned": _panned("bricks", -1.3),
    "corrugated iron, panned": _panned("iron", 0.55), "gravel, panned": _panned("gravel", 0.8),
    "wire mesh, panned": _panned("mesh", 0.37), "fence, by hand": _handheld("fence"),
    "bricks, by hand": _handheld("bricks"), "corrugated iron, by hand": _handheld("iron"),
    "wire mesh, by hand": _handheld("mesh"), "water": _water, "flag": _flag,
    "escalator": _escalator, "corn": _corn, "wall of lamps": _lamps, "rain on iron": _rain,
    "blind that sways": _blind,
}  # fmt: skip


def _with(name: str, share: float, base: tuple[str, int]) -> Iterator[Picture]:
    """Yield a base clip with a carrier of ``share`` of the amplitude over it."""
    for index, (luma, *chroma) in enumerate(base_clips.pictures(*base, FRAMES)):
        wave = np.sin(TURN * (CARRIERS | DRAWN)[name](index))
        yield luma + np.float32(219 * share) * wave, *chroma


def _sound(name: str) -> Iterator[Picture]:
    random = np.random.default_rng([15, zlib.crc32(name.encode())])
    half = np.full((HEIGHT // 2, WIDTH // 2), 128, np.float32)
    for index in range(FRAMES):
        luma = SOUND[name](index)
        yield luma + 1.2 * random.standard_normal(luma.shape, np.float32), half, half


def _noisy(name: str, base: tuple[str, int]) -> Iterator[Picture]:
    """Yield a base clip with noise over it, which is no carrier."""
    sigma, soft = NOISE[name]
    random = np.random.default_rng([15, zlib.crc32(name.encode())])
    for luma, *chroma in base_clips.pictures(*base, FRAMES):
        noise: Values = random.standard_normal(luma.shape, np.float32)
        if soft:
            noise = cv2.GaussianBlur(noise, (0, 0), soft)
        yield luma + 219 * sigma * noise, *chroma


def levels(pictures: Iterator[Picture], crf: int) -> dict[str, tuple[float, bool]]:
    """Return the figures of a film, and whether each is a bound."""
    coded = (
        tuple(np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in each)
        for each in pictures
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        options = {"preset": "veryfast", "g": str(RATE), "crf": str(crf)}
        encode.write(path, coded, rate=Fraction(RATE), options=options)
        return {
            figure.quantity.partition(".")[2]: (figure.value, figure.upper_bound)
            for figure in faults.measure(planted.seen(path))
            if isinstance(figure, Measurement)
        }


def of_carriers(names: Iterable[str], bases: Sequence[tuple[str, int]]) -> str:
    """Return the table of carriers found at both strengths."""
    limit, lines = bench.limits()["stripes"], []
    for number, name in enumerate(names):
        cells = []
        for share in STRENGTHS.values():
            found = [
                levels(_with(name, share, base), 23 + (number + turn) % 8)["stripes"]
                for turn, base in enumerate(bases)
            ]
            hits = sum(level > limit and not bound for level, bound in found)
            cells.append(f"{hits}/{len(bases)} ({min(found)[0]:.3g} to {max(found)[0]:.3g})")
        lines.append((name, *cells))
    return table(("carrier", *STRENGTHS), lines)


def of_others() -> str:
    """Return the table of what is no carrier."""
    limit, lines = bench.limits()["stripes"], []
    films = [(name, _sound(name)) for name in SOUND]
    films += [(f"noise, {name}", _noisy(name, DRAWN_BASES[0])) for name in NOISE]
    for number, (name, pictures) in enumerate(films):
        level, bound = levels(pictures, 23 + number % 8)["stripes"]
        said = "in doubt" if bound and level > limit else "alarm" if level > limit else ""
        lines.append((name, f"{level:.3g}", said))
    return table(("no carrier", "stripes, %", ""), lines)


def main() -> None:
    """Print the tables."""
    print(of_carriers(CARRIERS, BASES), flush=True)
    print(of_carriers(DRAWN, DRAWN_BASES), flush=True)
    print(of_others(), flush=True)
    print(machine())


if __name__ == "__main__":
    main()
