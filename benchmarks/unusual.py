"""What is said of pictures as people deliver them (``unusual.toml``): inside U, refused, or wrong.

``python benchmarks/unusual.py [NUMBER...] [--jobs N]`` prints a row for each situation. A film of
the usual camera is made without loss, its pictures are changed, and coded and tagged as stated.
Figures whose truth such a change takes away are left out (``LOST``).
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import films
import measurable
import numpy as np
import switched
import troubled_pictures
import unusual_pictures
from films import TRUTHS, Reading
from setting import machine, prose, table

from acceptance.charts import printed_copy
from acceptance.charts.definition import load
from acceptance.errors import AcceptanceError
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Measurement, Note
    from acceptance.simulate.camera import Array
    from acceptance.simulate.films import Truth

LISTED = Path(__file__).with_name("unusual.toml")
ANGLES = ("geometry.tilt", "geometry.pan", "geometry.roll")
ZOOM = 1280 / 854  # of what a recorder enlarged
BETWEEN = 0.75  # of the rows, between the bars of "letterboxed"
ENLARGED = ("noise.", "resolution.mtf", "resolution.corner")
LOST: dict[str, tuple[str, ...]] = {
    "cut": ("geometry.coverage",),
    "mirrored": ANGLES,
    "crumpled": ("geometry.",),
    "badly_crumpled": ("geometry.", "resolution."),
    "soft_shadow": ("noise.snr_patch", "noise.snr_linear"),
    "hard_shadow": ("noise.snr_patch", "noise.snr_linear"),
    "local_tone": ("noise.", "grey_scale.", "resolution.", "colour."),
    "grey": ("colour.", "noise.cb", "noise.cr"),
    "squeezed": ("resolution.mtf", "resolution.horizontal", "resolution.wedge_horizontal",
                 "resolution.corner", "noise.", "geometry.pixels"),
    "pumping": ("noise.",),
    "drop": ("noise.",),
    "bayer": ("noise.", "resolution.", "colour."),
    "enlarged_linear": ENLARGED,
    "enlarged_lanczos": ENLARGED,
    "enlarged_nearest": ENLARGED,
    "screenshot": ("noise.", "resolution.", "geometry.pixels"),
    "twice": ("noise.", "resolution.", "geometry."),
    "narrowed": ("resolution.mtf", "resolution.horizontal", "resolution.wedge_horizontal",
                 "resolution.corner", "noise.", "geometry.pixels"),
    "pq": ("noise.", "grey_scale.", "resolution.wedge", "colour."),
    "rows_differ": ("noise.",),
    "tinted": ("colour.", "noise.cb", "noise.cr"),
    "held": ("noise.fixed", "noise.pixel"),
    "png16": ("noise.",),
    "posterised": ("noise.",),
    "contrast": ("noise.", "grey_scale.", "resolution.wedge", "colour."),
    "dark_corner": ("noise.snr_patch", "noise.snr_linear"),
    "letterboxed": (),
    **troubled_pictures.LOST,
}  # fmt: skip
CHANGES = {**unusual_pictures.CHANGES, **troubled_pictures.CHANGES}
RECORDED = tuple(f"noise.{name}" for name in switched.RECORDED)


def run(number: int) -> dict[str, Any]:
    """Make a situation of the list and measure it."""
    seen = measurable.situations(LISTED)[number]
    given = seen.get("camera", {}).items()
    own = {name: tuple(value) if isinstance(value, list) else value for name, value in given}
    camera = switched.exposed(Camera(**{**measurable.USUAL, "seed": 900 + number, **own}))
    camera = replace(camera, white=own.get("white", camera.white))
    changes, how = seen.get("picture", []), seen.get("delivery", {})
    with tempfile.TemporaryDirectory() as folder:
        truth, path = _made(Path(folder), camera, changes, how)
        try:
            found, notes = _measured(path)
        except AcceptanceError as error:
            return {
                "seen": seen["seen"],
                "right": 0,
                "given": 0,
                "wrong": [],
                "refused": [str(error)],
            }
    if any(change.startswith("enlarged") for change in changes):
        truth = replace(truth, camera=replace(camera, zoom=ZOOM))
    lost = [name for key in (*changes, *how) for name in LOST.get(key, ())]
    kept = how.get("codec") == "ffv1" or not (camera.crf or changes or how)
    lost += () if kept else RECORDED
    readings = [
        Reading.of(item, _truth(truth, item, changes))
        for item in found
        if item.quantity in TRUTHS and not item.quantity.startswith(tuple(lost or ["-"]))
    ]
    wrong = [_said(reading) for reading in readings if not _right(reading, truth.camera)]
    codes = Counter(note.reason.code for note in notes).most_common()
    return {
        "seen": seen["seen"],
        "right": len(readings) - len(wrong),
        "given": len(readings),
        "wrong": wrong,
        "refused": [f"{name} ({count})" for name, count in codes],
    }


def _truth(film: Truth, item: Measurement, changes: Sequence[str]) -> float:
    """Return a figure's truth in pictures that these changes blur, sharpen or cover."""
    if "tilted_focus" in changes and item.quantity.startswith("resolution."):
        x, y, width, height = film.chart.region(item.region).rect
        across = film.point(x + width / 2, y + height / 2)[0] / film.camera.width
        own = math.hypot(film.camera.blur, troubled_pictures.tilted_focus(across))
        film = replace(film, camera=replace(film.camera, blur=own))
    plain = films.recorded_mtf

    def changed(camera: Camera, frequency: Array | float, angle: float = 0.0) -> Array:
        turn, found = math.radians(angle), plain(camera, frequency, angle)
        u, v = (np.asarray(frequency) * of(turn) for of in (math.cos, math.sin))
        return found * math.prod(
            troubled_pictures.MTF[c](u, v) for c in changes if c in troubled_pictures.MTF
        )

    with mock.patch.object(films, "recorded_mtf", changed):
        return TRUTHS[item.quantity](film, item) * _of_shown(item, changes)


def _of_shown(item: Measurement, changes: Sequence[str]) -> float:
    """Return by what a truth changes where black bars leave ``BETWEEN`` of the rows."""
    if "letterboxed" not in changes:
        return 1.0
    return BETWEEN if item.unit == "TVL" else 1 / BETWEEN if "coverage" in item.quantity else 1.0


def _made(
    folder: Path, camera: Camera, changes: Sequence[str], how: dict[str, Any]
) -> tuple[Truth, Path]:
    """Film the chart, change the pictures and deliver them; return the truth and the file."""
    chart, path = load(films.CHART), folder / _file(how)
    if not changes and not how:
        return film_chart(camera, chart, path, switched.SECONDS), path
    plain = replace(camera, codec="libx264", crf=0, bit_rate=0)
    truth = film_chart(plain, chart, folder / "lossless.mkv", switched.SECONDS)
    pictures = unusual_pictures.pictures_of(folder / "lossless.mkv")
    for change in changes:
        pictures = [CHANGES[change](p, n) for n, p in enumerate(pictures)]
    if "held" in changes:
        pictures = [picture for picture in pictures for _ in (0, 1)]
    if how.get("jpeg") or how.get("png16"):
        unusual_pictures.still(pictures[0], path, int(how.get("jpeg", 0)))
    elif "screenshot" in how:
        unusual_pictures.screenshot(pictures[0], path, how["screenshot"])
    else:
        kept = pictures[:1] if how.get("still") else pictures
        unusual_pictures.delivered(kept, path, camera, how)
    return truth, path


def _file(how: dict[str, Any]) -> str:
    if "screenshot" in how or how.get("png16"):
        return "film.png"
    if how.get("still") or how.get("jpeg"):
        return "film.jpg"
    return str(how.get("file", "film.mkv" if how.get("interlaced") or not how else "film.mp4"))


def _measured(path: Path) -> tuple[list[Measurement], list[Note]]:
    copy = printed_copy.AS_DRAWN
    shot = Shot(id="film", subject="camera", clip=path.name, chart=films.CHART, chart_copy=copy)
    return measuring.measure(build.look(shot, path.parent), TRUTHS.keys())


def _right(reading: Reading, camera: Camera) -> bool:
    """Whether a reading is inside U; TV lines of what was enlarged only not above what it has."""
    if camera.zoom > 1 and reading.quantity.startswith("resolution."):
        return reading.value - reading.expanded <= camera.height / camera.zoom
    if reading.quantity == "geometry.roll":
        off = (reading.off + 180) % 360 - 180
        return abs(off) <= reading.expanded
    return reading.inside


def _said(reading: Reading) -> str:
    return (
        f"`{reading.quantity}` {reading.region} {reading.value:.4g} ± {reading.expanded:.2g} for "
        f"{reading.truth:.4g}"
    )


def main(arguments: list[str]) -> None:
    """Run the list, or the numbers given; print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args(arguments)
    numbers = options.numbers or list(range(len(measurable.situations(LISTED))))
    rows = []
    for number in numbers:
        case = run(number)
        rows.append(
            (str(number), case["seen"], f"{case['right']} of {case['given']}",
             "; ".join(case["wrong"]), ", ".join(case["refused"]))
        )  # fmt: skip
        print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    head = ("", "situation", "truth inside U", "outside", "refused, and notes (number)")
    print(prose(f"Made {machine()}."))
    print(table(head, rows))


if __name__ == "__main__":
    main(sys.argv[1:])
