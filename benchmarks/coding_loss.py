"""What coders take off edges and wedges, and how wide U is, by size of picture and coder.

``python benchmarks/coding_loss.py [--cameras N] [--first N] [--jobs N] [--held] [WIDTH...]`` prints
the tables of ``docs/metrics/resolution.md``. The chart is filmed by cameras drawn anew, through
each coder in turn, or with ``--held`` through H.264 at constant bit rates.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import films
import numpy as np
from departed_pictures import interval, kept_light
from films import TRUTHS, Reading
from setting import Setting, machine, prose, table
from through_camera import drawn_camera

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Case = tuple[int, int]

JPEG = {"codec": "mjpeg", "full_range": True, "matrix": "bt601"}
CODERS: Mapping[str, Mapping[str, Any]] = {
    **{
        f"H.264 {preset}, CRF {crf}": {"preset": preset, "crf": crf}
        for preset in ("veryfast", "medium")
        for crf in (20, 24, 28)
    },
    "H.264, 10 bits, CRF 24": {"crf": 24, "depth": 10},
    **{f"H.265, CRF {crf}": {"codec": "libx265", "crf": crf} for crf in (22, 28, 34)},
    **{f"VP9, CRF {crf}": {"codec": "libvpx-vp9", "crf": crf} for crf in (20, 40, 55)},
    **{f"AV1, CRF {crf}": {"codec": "libsvtav1", "crf": crf} for crf in (25, 45, 58)},
    **{f"MJPEG, scale {scale}": {**JPEG, "scale": scale} for scale in (3, 8, 16)},
}
# bits a pixel of H.264 at a constant rate, a key frame every two seconds
HELD = {
    f"H.264 {preset}, {bits:g} bit/px": {"preset": preset, "bits": bits}
    for preset in ("veryfast", "medium")
    for bits in (0.015, 0.025, 0.04, 0.08)
}
RATE, SHORT, LONG = 25, 0.32, 2.0  # frame/s; s of a film, and of one whose rate is held
FAMILIES = {
    "MTF50": ("mtf50",),
    "MTF10": ("mtf10",),
    "wedge": ("wedge_horizontal", "wedge_vertical"),
}
WIDTHS = (640, 1280, 1920)


def run(case: Case) -> dict[str, list[Reading]]:
    """Film the chart with a camera of this number and width through each coder."""
    return _through(case, CODERS, SHORT)


def run_held(case: Case) -> dict[str, list[Reading]]:
    """Film it at constant bit rates."""
    pixels = case[1] * (case[1] * 9 // 16)
    rates = {
        name: {"preset": coder["preset"], "bit_rate": round(coder["bits"] * pixels * RATE)}
        for name, coder in HELD.items()
    }
    return _through(case, rates, LONG)


def _through(
    case: Case, coders: Mapping[str, Mapping[str, Any]], seconds: float
) -> dict[str, list[Reading]]:
    number, width = case
    random = np.random.default_rng([2006, 79, number])
    camera = drawn_camera(random, width, width * 9 // 16)
    camera = replace(camera, blur=random.uniform(0.4, 1.2))
    found = {}
    with kept_light():
        for name, coder in coders.items():
            truth, (measured, _) = films.filmed(replace(camera, **coder), seconds)
            found[name] = [
                Reading.of(item, TRUTHS[item.quantity](truth, item))
                for item in measured
                if item.quantity.startswith("resolution.")
            ]
    return found


def rows(width: int, found: Sequence[Mapping[str, list[Reading]]]) -> list[tuple[str, ...]]:
    """Return a row for each coder: of each figure rms error, median U, and readings inside."""
    return [
        (str(width), name, *_sizes([item for film in found for item in film[name]]))
        for name in found[0]
    ]


def _sizes(found: Sequence[Reading]) -> list[str]:
    texts = []
    for quantities in FAMILIES.values():
        names = {f"resolution.{name}" for name in quantities}
        own = [item for item in found if item.quantity in names and not item.lower_bound]
        off, expanded = (
            100 * np.array([getattr(item, key) / item.truth for item in own])
            for key in ("off", "expanded")
        )
        inside = sum(item.inside for item in own)
        sizes = f"{np.sqrt(np.mean(off**2)):.2g}, {np.median(expanded):.2g}" if own else "none"
        texts += [sizes, f"{inside} of {len(own)} ({interval(inside, len(own))})"]
    return texts


def main(arguments: list[str]) -> None:
    """Run what is asked for; print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("widths", nargs="*", type=int, metavar="WIDTH", default=WIDTHS)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--first", type=int, default=0, help="number of the first camera")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--held", action="store_true", help="constant bit rates")
    options = parser.parse_args(arguments)
    setting, lines = Setting(jobs=options.jobs), []
    for width in options.widths:
        numbers = range(options.first, options.first + options.cameras)
        each = run_held if options.held else run
        lines += rows(width, setting.each(each, [(number, width) for number in numbers]))
    of_figures = [
        f"{name}: {what}"
        for name in FAMILIES
        for what in ("rms error, median U, %", "inside (95 %)")
    ]
    print(prose(f"Made {machine()}."))
    print(table(("width", "coder", *of_figures), lines))


if __name__ == "__main__":
    main(sys.argv[1:])
