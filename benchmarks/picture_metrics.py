"""Time in ms that each picture metric takes on one 1080p frame of the chart in memory, warm.

``python benchmarks/picture_metrics.py [REPEATS]`` prints the processor time of each metric, the
best of the repeats. The bar is 300 ms for all of them together, without the search for a
ColorChecker and without PSNR.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from acceptance import metrics
from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

PICTURE = ("resolution", "noise", "grey_scale", "colour", "geometry")
BAR = 300.0


def still() -> build.Scene:
    """Return one frame of the chart, seen."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chart.mkv"
        camera = Camera(width=1920, height=1080, blur=0.9, noise=0.006, crf=0)
        films.film_chart(camera, definition.load("acceptance"), path, 0.04)
        shot = Shot(id="still", subject="camera", clip=path.name, chart="acceptance")
        return build.look(shot, path.parent)


def milliseconds(name: str, seen: build.Scene, repeats: int) -> float:
    """Return the least processor time in which a metric measured the scene."""
    metric, best = metrics.every()[name], float("inf")
    for _ in range(repeats):
        start = time.process_time()
        try:
            list(metric.measure(seen))
        except GapError as gap:
            print(f"{name}: {gap}")
        best = min(best, 1000 * (time.process_time() - start))
    return best


def main() -> None:
    """Print a line a metric, and the sum against the bar."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    seen = still()
    taken = {name: milliseconds(name, seen, repeats) for name in PICTURE if name in metrics.every()}
    for name, time_taken in taken.items():
        print(f"{name:12s} {time_taken:7.1f} ms")
    print(f"{'together':12s} {sum(taken.values()):7.1f} ms of {BAR:.0f}")


if __name__ == "__main__":
    main()
