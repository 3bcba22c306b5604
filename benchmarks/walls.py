"""Print the tables of walls in ``docs/metrics/latency.md``: tiles found, named, and inside U.

``python benchmarks/walls.py [WALLS] [PROCESSES] [SIZES]``

Whole films of 1080 rows, 4 s at 60 frame/s, H.264, seen aslant: the clock beside a wall of 2 x 2,
3 x 3 or 4 x 4 tiles. Rates of the screens, exposures, delays, cameras (12.5 to 30 frame/s) and how
large and where each sees the clock are drawn; one tile in eight is dark, shows another view or
freezes. Then walls whose clocks are ever smaller (SIZES of them). The seed of wall n is
[2006, n, 61].
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from setting import Setting, machine, prose, table

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics import latency
from acceptance.metrics._filmed_clock.readings import read_clocks
from acceptance.metrics.latency import wall
from acceptance.model import Measurement, Shot, Tap
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.filmed_wall import Tile, film_wall, grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Box
    from acceptance.simulate.camera import Array

SIDES = (2, 3, 4)
WIDTHS = (60, 80, 100, 120, 140, 160, 200)  # px of the clocks in the tiles
SHARE, WIDE = 0.96, 970  # of the picture that the plane takes; its width
RATES = (Fraction(25), Fraction(30), Fraction(15), Fraction(25, 2))
CODES = {"dark": "tile_dark", "other": "tile_without_clock", "frozen": "tile_frozen"}


def phone(random: np.random.Generator) -> Camera:
    """Return a phone that stands a little aside."""
    pan, tilt, roll = random.uniform(-1, 1, 3) * (7, 4, 1.5)
    return Camera(
        width=1920, height=1080, rate=Fraction(60), exposure=random.uniform(0.002, 0.014),
        readout=random.uniform(0.002, 0.012), noise=0.008, share=SHARE, pan=pan, tilt=tilt,
        roll=roll, seed=int(random.integers(1 << 30)),
    )  # fmt: skip


def tile(random: np.random.Generator, box: Box) -> tuple[Tile, str]:
    """Draw a tile; return it with what is wrong with it, if anything."""
    rate = RATES[int(random.integers(len(RATES)))]
    camera = Camera(
        width=480, height=270, noise=0.01, rate=rate, exposure=random.uniform(0.001, 0.02),
        share=random.uniform(0.6, 0.95), offset=tuple(random.uniform(-12, 12, 2)),
        seed=int(random.integers(1 << 30)),
    )  # fmt: skip
    wrong = str(random.choice(list(CODES))) if random.uniform() < 1 / 8 else ""
    shows: Any = wrong if wrong in {"dark", "other"} else "clock"
    frozen = 1.5 if wrong == "frozen" else None
    delay = float(random.uniform(0.05, 0.8))
    return Tile(camera=camera, box=box, delay=delay, shows=shows, frozen=frozen), wrong


def run(number: int) -> dict[str, Any]:
    """Film and measure a wall; return of each tile what came of it."""
    random = np.random.default_rng([2006, number, 61])
    side = SIDES[number % 3]
    drawn = [tile(random, box) for box in grid(side, side, (330, 0, 640, 360), 4)]
    screens = random.choice([59.94, 60.0, 75.0, 59.3, 60.7], 2) * (
        1 + random.uniform(-5, 5, 2) / 1e5
    )
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "wall.mp4"
        truths = film_wall(
            phone(random), definition.load("clock"), clip, [each for each, _ in drawn],
            (WIDE, 360), (0, 90, 320, 180), 4.0, refresh=float(screens[0]),
            wall_refresh=float(screens[1]), start=float(random.uniform(0, 0.02)),
        )  # fmt: skip
        try:
            figures, notes = measured(side, clip)
        except GapError as gap:
            return {"side": side, "refused": gap.code}
    found = []
    for place, (truth, (_, wrong)) in enumerate(zip(truths, drawn, strict=True)):
        region = f"tile.row{place // side + 1}.column{place % side + 1}"
        found.append((wrong, notes.get(region, ""), off(figures, region, truth.delays)))
    return {"side": side, "tiles": found}


def measured(side: int, clip: Path) -> tuple[dict[tuple[str, str], Measurement], dict[str, str]]:
    """Return latencies by region and statistic, and the codes of notes by region."""
    items = list(latency.measure(build.look(_shot(side, clip))))
    figures = {
        (item.region, item.statistic): item
        for item in items
        if isinstance(item, Measurement) and item.quantity == "latency.glass_to_glass"
    }
    notes = {item.region: item.reason.code for item in items if not isinstance(item, Measurement)}
    return figures, notes


def off(
    figures: dict[tuple[str, str], Measurement], region: str, delays: Array
) -> list[tuple[str, float, float]]:
    """Return error and U, ms, of mean and worst; none of a tile without them."""
    found = []
    for statistic, true in (("mean", np.mean), ("worst", np.max)):
        figure = figures.get((region, statistic))
        if figure and len(delays):
            error = figure.value - 1000 * float(true(delays))
            found.append((statistic, error, figure.expanded))
    return found


def inside(rows: Sequence[dict[str, Any]]) -> str:
    """Return the table of tiles that show a running clock."""
    lines = []
    for side in SIDES:
        walls = [row for row in rows if row["side"] == side]
        tiles = [tile for row in walls for tile in row.get("tiles", ()) if not tile[0]]
        for statistic in ("mean", "worst"):
            got = [each for tile in tiles for each in tile[2] if each[0] == statistic]
            if not got:
                continue
            error, expanded = (np.array([each[n] for each in got]) for n in (1, 2))
            hits = f"{int(np.sum(np.abs(error) <= expanded))} of {len(got)}"
            sizes = (f"{np.median(np.abs(error)):.2f}", f"{np.abs(error).max():.2f}")
            named = f"{len(got)} of {len(tiles)}"
            lines.append((f"{side} x {side}", statistic, named, hits, *sizes,
                          f"{np.median(expanded):.2f}"))  # fmt: skip
    head = ("wall", "statistic", "tiles measured", "truth inside U", "error, median, ms",
            "largest, ms", "U, median, ms")  # fmt: skip
    return table(head, lines)


def wrongs(rows: Sequence[dict[str, Any]]) -> str:
    """Say how often what is wrong with a tile was said, and how often it was said wrongly."""
    tiles = [tile for row in rows for tile in row.get("tiles", ())]
    rightly = Counter(wrong for wrong, code, _ in tiles if wrong and code == CODES[wrong])
    every = Counter(wrong for wrong, *_ in tiles if wrong)
    falsely = Counter(code for wrong, code, _ in tiles if not wrong and code)
    said = ", ".join(
        f"{wrong} {rightly[wrong]} of {count}" for wrong, count in sorted(every.items())
    )
    refused = Counter(row["refused"] for row in rows if "refused" in row)
    return prose(
        f"Said of tiles: {said or 'none'}. Of tiles that run: {dict(falsely) or 'nothing'}. "
        f"Walls refused: {dict(refused) or 'none'}."
    )


def small(width: int) -> tuple[str, str, str, str]:
    """Film a wall of sixteen clocks of so many px; return how many are found and read."""
    random = np.random.default_rng([2006, width, 62])
    pixels = SHARE * 1920 / WIDE  # of one unit of the plane
    boxes = grid(4, 4, (330, 0, 640, 360), 4)
    camera = Camera(
        width=480, height=270, noise=0.01, exposure=0.01, share=width / (boxes[0][2] * pixels)
    )
    tiles = [
        Tile(camera=replace(camera, seed=n), box=box, delay=0.1 + 0.03 * n)
        for n, box in enumerate(boxes)
    ]
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "wall.mp4"
        film_wall(
            phone(random), definition.load("clock"), clip, tiles, (WIDE, 360), None, 0.4,
            refresh=59.6, wall_refresh=60.3,
        )  # fmt: skip
        looked = build.look(_shot(4, clip))
    read = [found.readable.mean() >= wall.READABLE for found in read_clocks(looked).values()]
    return f"{width} px", "16", str(len(read)), str(sum(read))


def _shot(side: int, clip: Path) -> Shot:
    return Shot(
        id="wall", subject="room", clip=str(clip), tap=Tap.SCREEN, chart="clock",
        wall=(("",) * side,) * side,
    )  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Print the tables."""
    walls = int(arguments[0]) if arguments else 60
    jobs = int(arguments[1]) if len(arguments) > 1 else (os.cpu_count() or 1)
    sizes = int(arguments[2]) if len(arguments) > 2 else len(WIDTHS)
    print(prose(f"Made {machine()}."))
    rows = Setting(jobs=jobs).each(run, range(walls))
    print(inside(rows) + wrongs(rows))
    if sizes:
        head = (
            "width of the clocks in a film of 1920 px",
            "tiles",
            "found",
            "read in half of the frames or more",
        )
        print(table(head, Setting(jobs=jobs).each(small, WIDTHS[:sizes])))


if __name__ == "__main__":
    main(sys.argv[1:])
