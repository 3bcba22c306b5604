"""The pictures of the documents, made again: ``python benchmarks/pictures.py [NAME...]`` writes docs/pictures/NAME."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance import charts, plots, scene, simulate, wording
from acceptance.camera import Camera
from acceptance.metrics import noise
from acceptance.model import Curve, Measurement, Shot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def noise_levels() -> bytes:
    """Noise against level of one camera (total sigma 2 codes), as it is and through two coders."""
    curves = {name: _noise_curve(quality) for name, quality in (("lossless", 0), ("CRF 17", 17), ("CRF 20", 20))}
    words = wording.phrases("en")
    return plots.draw(
        {name: plots.in_words(one, words["curve"], words["unit"]) for name, one in curves.items()}
    ).encode()


def _noise_curve(quality: int) -> Curve:
    camera = Camera(noise=0.008, fixed_noise=0.0044, crf=quality)
    with tempfile.TemporaryDirectory() as folder:
        simulate.film_chart(camera, charts.load("acceptance"), Path(folder) / "chart.mp4", 1.0)
        seen = scene.look(Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance"), Path(folder))
        figures = [one for one in noise.measure(seen) if isinstance(one, Measurement)]
    return next(one.curve for one in figures if one.curve)


PICTURES: Mapping[str, Callable[[], bytes]] = {
    "noise_levels.svg": noise_levels,
}


def main() -> None:
    """Write the pictures that were named, or all."""
    for name in sys.argv[1:] or PICTURES:
        (FOLDER / name).write_bytes(PICTURES[name]())
        print(FOLDER / name)


if __name__ == "__main__":
    main()
