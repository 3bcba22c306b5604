"""The beginning of a printed copy's file, to be filled in with what is measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.charts.nouns import GREYS, centres
from acceptance.errors import UsageError
from acceptance.files.output import put
from acceptance.messages import tr

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.charts.nouns import Chart

HEAD = """\
# A printed copy of the chart {chart}: what was measured of it. Remove the "# " before what was.
# What stays commented out is taken as designed, with the uncertainty of an unmeasured print, and
# the report says so. How to measure: test_charts/README.md.

chart = "{chart}"
serial = {serial}
by = ""
# measured_on = 2026-11-25
# due = 2027-11-25
"""
REFLECTANCE_HEAD = """\
# Neutral regions, all of them. `quantity` is "reflectance" (0 to 1) or "density" (absolute).
# `uncertainty` is expanded (k = 2): of reflectances relative (0.02 = 2 %), of densities in density.
# Below is the design, as reflectances.
# [reflectance]
# instrument = ""
# quantity = "reflectance"
# uncertainty = 0.02"""
LENGTH_HEAD = """\
# Distances between the centres of two regions (dots, or fiducial1 and so on), at least one;
# better along and across. `uncertainty` in mm, expanded (k = 2).
# [length]
# instrument = ""
# uncertainty = 0.3
# distances = [
{pairs}
# ]
"""
COLOUR_HEAD = """\
# Colours, all of them: CIELAB, D50, 2 degrees.
# `uncertainty` as colour difference, expanded (k = 2).
# [colour]
# instrument = ""
# uncertainty = 1.0"""


def start(chart: Chart, serial: str, file: Path | None) -> None:
    """Write the beginning of a new copy's file.

    Raises UsageError: the chart is never printed, the copy has no serial number, the file no name
    that ends in .toml, or it exists and may hold measurements; and OutputError.
    """
    if chart.kind != "print":
        what = tr("{chart} is shown on a screen and has no printed copies", chart=chart.name)
        raise UsageError(what)
    if not serial.strip() or file is None or file.suffix.lower() != ".toml":
        what = tr("give the copy a serial number and name its file: --copy SERIAL -o FILE.toml")
        raise UsageError(what)
    if file.exists() or file.is_symlink():
        what = tr("{file} already exists and may hold measurements; name another", file=file)
        raise UsageError(what)
    put(file, template(chart, serial).encode())


def template(chart: Chart, serial: str) -> str:
    """Return the text of a new copy's file: the design's values, commented out."""
    greys = [region for region in chart.regions if region.kind in GREYS]
    colours = [region for region in chart.regions if region.kind == "colour"]
    reflectances = [f"{_key(grey.name)} = {grey.printed['reflectance']:g}" for grey in greys]
    labs = [f"{_key(colour.name)} = {[*colour.printed['lab']]}" for colour in colours]
    parts = [
        HEAD.format(chart=chart.name, serial=_quoted(serial)),
        _part("reflectance", REFLECTANCE_HEAD, reflectances),
        LENGTH_HEAD.format(pairs=_pairs(chart)),
        _part("colour", COLOUR_HEAD, labs),
    ]
    return "\n".join(part for part in parts if part)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _key(name: str) -> str:
    return f'"{name}"' if "." in name else name


def _part(name: str, head: str, values: list[str]) -> str:
    lines = [head, f"# [{name}.values]", *(f"# {line}" for line in values), ""]
    return "\n".join(lines) if values else ""


def _pairs(chart: Chart) -> str:
    """Name the ends of the first row and column of dots, of fiducials, or of whatever there is."""
    dots = [region.name for region in chart.regions if region.kind == "grid"]
    places = centres(chart)
    names = dots or [name for name in places if name.startswith("fiducial")] or [*places]
    first, (x0, y0) = names[0], places[names[0]]
    row = [name for name in names if abs(places[name][1] - y0) < 1e-6]
    column = [name for name in names if abs(places[name][0] - x0) < 1e-6]
    across = max(row, key=lambda name: places[name][0])
    down = max(column, key=lambda name: places[name][1])
    lengths = [(name, math.dist(places[first], places[name])) for name in (across, down)]
    pairs = (f'#   {{ from = "{first}", to = "{name}", mm = {mm:g} }},' for name, mm in lengths)
    return "\n".join(pairs)
