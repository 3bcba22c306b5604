"""Time that all picture metrics take on one 1080p frame of the chart in memory, warm.

``OPENBLAS_NUM_THREADS=1 python benchmarks/picture_metrics.py [REPEATS]`` (as the command starts)
prints the processor time of each metric, the best of the repeats, and that of decoding 25 frames of
1080p of the same chart (H.264 of 4 Mbit/s) in one thread in between, in the same run. The bar is
200 ms for all of them together, without the search for a ColorChecker and without PSNR. What they
share of a scene (the light, what lies on the chart) is found anew in each repeat, and counts for
the first one that asks for it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import av

from acceptance import metrics
from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Sequence

PICTURE = ("resolution", "noise", "grey_scale", "colour", "geometry")
BAR = 200.0
FRAMES = 25


def still() -> build.Scene:
    """Return one frame of the chart, seen."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chart.mkv"
        camera = Camera(width=1920, height=1080, blur=0.9, noise=0.006, crf=0)
        films.film_chart(camera, definition.load("acceptance"), path, 0.04)
        shot = Shot(id="still", subject="camera", clip=path.name, chart="acceptance")
        return build.look(shot, path.parent)


def milliseconds(names: Sequence[str], seen: build.Scene, repeats: int) -> dict[str, float]:
    """Return the least processor time in which each metric measured the scene."""
    rounds = [_round(names, fresh(seen)) for _ in range(repeats)]
    return {name: min(taken[name] for taken in rounds) for name in names}


def fresh(seen: build.Scene) -> build.Scene:
    """Return a scene of which nothing is known yet but its pixels."""
    return replace(seen, views={name: replace(view) for name, view in seen.views.items()})


def _round(names: Sequence[str], seen: build.Scene) -> dict[str, float]:
    taken = {}
    for name in names:
        start = time.process_time()
        try:
            list(metrics.every()[name].measure(seen))
        except GapError as gap:
            print(f"{name}: {gap}")
        taken[name] = 1000 * (time.process_time() - start)
    return taken


def film(folder: Path) -> Path:
    """Film the chart for as many frames as are decoded."""
    path = folder / "film.mp4"
    camera = Camera(width=1920, height=1080, noise=0.006, bit_rate=4_000_000)
    films.film_chart(camera, definition.load("acceptance"), path, FRAMES / 25)
    return path


def decoding(path: Path) -> float:
    """Return the processor time in ms of decoding a film in one thread."""
    start = time.process_time()
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        decoded = sum(1 for _ in container.decode(video=0))
    assert decoded == FRAMES  # noqa: S101 -- else the comparison says nothing
    return 1000 * (time.process_time() - start)


def main() -> None:
    """Print a line a metric, and the sum against the bar."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seen = still()
    with tempfile.TemporaryDirectory() as folder:
        path = film(Path(folder))
        frames = min(decoding(path) for _ in range(repeats))
        names = [name for name in PICTURE if name in metrics.every()]
        taken = milliseconds(names, seen, repeats)
        frames = min(frames, *(decoding(path) for _ in range(repeats)))
    for name, time_taken in taken.items():
        print(f"{name:12s} {time_taken:7.1f} ms")
    together = sum(taken.values())
    print(f"{'together':12s} {together:7.1f} ms of {BAR:.0f}")
    print(
        f"{'25 frames':12s} {frames:7.1f} ms decoded in one thread; {together / frames:.2f} of it"
    )


if __name__ == "__main__":
    main()
