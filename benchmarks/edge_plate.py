"""How often the edge plate is found, and its MTF50 correct, at 5 to 8 % of a picture's width.

``python benchmarks/edge_plate.py [cases]``. Each case is seeded: 96 to 154 px wide, anywhere in a
1080p picture, roll to 10 and tilt to 15 degrees, blur 1 px, noise 2 %, eight frames of H.264. Only
the surroundings of the plate are filmed (480 x 320 px) and set into a picture of rectangles and
slopes, in which the plate is looked for. MTF50 is compared with that of the simulated camera:
without coding loss (CRF 0), and at CRF 28, where the coder takes some of it.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from finding import HEIGHT, WIDTH, scene_behind

from acceptance.charts import definition, finding
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

PLATE = definition.load("edge_plate")
KNOWN = [definition.load(name) for name in definition.names()]
FILM = (480, 320)


def camera(rng: np.random.Generator, case: int) -> Camera:
    """Return the camera of a case."""
    return Camera(
        width=FILM[0],
        height=FILM[1],
        blur=1.0,
        noise=0.02,
        share=rng.uniform(0.05, 0.08) * WIDTH / FILM[0],
        offset=(rng.uniform(-8, 8), rng.uniform(-8, 8)),
        roll=rng.uniform(-10, 10),
        tilt=rng.uniform(-15, 15),
        pan=rng.uniform(-15, 15),
        seed=case + 1,
    )


def is_found(rng: np.random.Generator, seen: build.Scene) -> bool:
    """Set the film's middle frame into a 1080p picture and look for every known chart there."""
    light = scene_behind(rng)[::2, ::2]
    codes = 16 + 219 * light**0.45 + 4.4 * rng.standard_normal(light.shape)
    luma = np.clip(codes, 0, 255).astype(np.uint8)
    x, y = int(rng.integers(0, WIDTH - FILM[0])), int(rng.integers(0, HEIGHT - FILM[1]))
    luma[y : y + FILM[1], x : x + FILM[0]] = seen.reference.luma
    places = finding.find(luma, [chart for chart in KNOWN if chart.fiducials])
    if [place.chart.name for place in places] != [PLATE.name] or not seen.located:
        return False
    expected = np.add(seen.shot.corners[0], (x, y))
    return bool(np.abs(places[0].corners - expected).max() < 2)


def figures(seen: build.Scene, filmed_by: Camera) -> list[tuple[float, float]]:
    """Return deviation and U of each edge's MTF50, both relative to the truth."""
    frequency = np.linspace(0, 0.6, 6001)
    rows = []
    for item in measuring.measure(seen, {"resolution.mtf50"})[0]:
        if item.quantity == "resolution.mtf50":
            modulation = filmed_by.mtf(frequency, float(item.details["angle"]))
            truth = np.interp(-0.5, -modulation, frequency)
            rows.append((item.value / truth - 1, item.expanded / truth))
    return rows


def run(crf: int, cases: int, folder: Path) -> None:
    """Print the results of all cases at one CRF."""
    found, rows = 0, []
    for case in range(cases):
        rng = np.random.default_rng([216, case])
        filmed_by = replace(camera(rng, case), crf=crf)
        films.film_chart(filmed_by, PLATE, folder / "film.mp4", 0.32)
        seen = build.look(Shot(id="one", subject="camera", clip="film.mp4"), folder)
        found += is_found(rng, seen)
        rows += figures(seen, filmed_by)
    deviation, expanded = np.array(rows).T
    worst, inside = np.quantile(np.abs(deviation), 0.95), np.mean(np.abs(deviation) <= expanded)
    print(
        f"CRF {crf:2d}: found {found} of {cases}; MTF50 of {len(rows)} of {2 * cases} edges, "
        f"off by {np.median(deviation):+.1%} (median), {worst:.1%} (95 %), "
        f"U {np.median(expanded):.1%} (median); the truth within U in {inside:.1%}",
        flush=True,
    )


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as place:
        for each in (0, 28):
            run(each, number, Path(place))
