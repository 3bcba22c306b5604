"""The tables of a chart's TOML file read: regions, fiducials, labels and the grey series."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from acceptance.charts.nouns import Fiducial, Label, Region, Steps
from acceptance.files.strict_toml import Table, wrong
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ZONES = ("centre", "upper_left", "upper_right", "lower_left", "lower_right")
DIRECTIONS = ("", "horizontal", "vertical")
MOST_UNEQUAL = 0.05  # of a step: what rounding may make of equal steps
# in what the steps of a grey scale are equal: CIELAB L* (CIE 15), or density
SERIES = ("lightness", "density")
# What a region of each kind says about itself, and of which type.
PRINTED: Mapping[str, Mapping[str, type]] = {
    "edge": {"dark": float, "light": float, "angle": float},
    "wedge": {"bars": int, "form": str, "dark": float, "light": float, "from": float, "to": float},
    "grey": {"step": int, "reflectance": float, "density": float},
    "flat": {"reflectance": float},
    "colour": {"name": str, "lab": list},
    "grid": {"diameter": float},
    "bits": {"bit": int, "complement": bool},
    "reference": {"reflectance": float},
    "sequence": {},
    "qr": {"every": int},
    "digits": {"every": int},
}

# From where to where a number goes that a region says about itself: else it cannot be drawn, or it
# takes for ever.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "angle": (-44.0, 44.0),
    "bars": (2, 99),
    "from": (1e-3, 1e3),
    "to": (1e-3, 1e3),
    "step": (0, 999),
    "density": (-1.0, 10.0),
    "diameter": (1e-3, 1e4),
    "bit": (0, 63),
    "every": (1, 100_000),
}
PAPER = (1e-4, 1.0)  # reflectance, whose logarithm is taken
OF_PAPER = frozenset({"grey", "flat", "edge", "wedge"})
FORMS = ("hyperbolic", "linear")
MOST_REGIONS = 1_000  # each is held against each other one
CODES = (0, 0xFFFF)


def fiducials(table: Table, needed: int) -> tuple[Fiducial, ...]:
    """Read the fiducials, ``needed`` at least, each with a code of its own. Raises ChartError."""
    side = table.take("side", float)
    found = []
    for entry in table.tables("at"):
        rect = (entry.take("x", float), entry.take("y", float), side, side)
        found.append(Fiducial(code=entry.between("code", int, CODES), rect=rect))
        entry.end()
    table.end()
    if len({mark.code for mark in found}) < max(needed, len(found)):
        what = tr("a chart needs at least four fiducials, each with a code of its own")
        raise wrong(table.place("at"), what)
    return tuple(found)


def regions(kinds: Table) -> tuple[Region, ...]:
    """Read the regions, a list of tables for each kind. Raises ChartError."""
    found = tuple(
        _region(entry, kind) for kind in tuple(kinds.content) for entry in kinds.tables(kind)
    )
    if len(found) > MOST_REGIONS:
        raise wrong(
            kinds.where, tr("{count} regions; {most} at most", count=len(found), most=MOST_REGIONS)
        )
    return found


def _region(table: Table, kind: str) -> Region:
    if kind not in PRINTED:
        known = ", ".join(PRINTED)
        what = tr("unknown kind {kind!r}; kinds: {kinds}", kind=kind, kinds=known)
        raise wrong(table.where, what)
    x, y, width, height = table.numbers("rect", 4)
    region = Region(
        name=table.take("name", str),
        kind=kind,
        rect=(x, y, width, height),
        zone=table.one_of("zone", ZONES, "centre"),
        direction=table.one_of("direction", DIRECTIONS, None if kind in {"edge", "wedge"} else ""),
        printed=_printed(table.table("printed"), kind),
    )
    table.end()
    return region


def _printed(table: Table, kind: str) -> Mapping[str, Any]:
    printed: dict[str, Any] = {}
    for key, wanted in PRINTED[kind].items():
        if key == "lab":
            printed[key] = table.colour(key)
        elif key in {"reflectance", "dark", "light"}:
            bounds = PAPER if kind in OF_PAPER else (0.0, 1.0)
            printed[key] = table.between(key, float, bounds)
        elif key == "form":
            printed[key] = table.one_of(key, FORMS)
        elif key in BOUNDS:
            printed[key] = table.between(key, wanted, BOUNDS[key])
        else:
            printed[key] = table.take(key, wanted)
    table.end()
    return printed


def label(table: Table) -> Label:
    """Read a label. Raises ChartError."""
    text = table.take("text", str)
    x, y, height = (table.take(key, float) for key in ("x", "y", "height"))
    table.end()
    return Label(text=text, x=x, y=y, height=height)


def steps(table: Table, shown: Iterable[Region]) -> Steps | None:
    """Read the declared series of the grey steps; None where there is none.

    Raises ChartError where the grey regions ``shown`` have other densities, or where these are not
    equally spaced in what the series says.
    """
    if "steps" not in table.content:
        return None
    entry = table.table("steps")
    series, number = entry.one_of("series", SERIES), entry.take("number", int)
    densities = entry.numbers("densities", number)
    entry.end()
    if _printed_densities(shown) != list(densities):
        what = tr("the grey regions, in the order of their steps, have other densities")
        raise wrong(entry.place("densities"), what)
    if number < 3 or _unequal(series, densities) > MOST_UNEQUAL:
        what = tr("these are not three or more steps of equal {series}", series=series)
        raise wrong(entry.place("densities"), what)
    return Steps(series=series, densities=densities)


def _printed_densities(shown: Iterable[Region]) -> list[float]:
    """Return the densities of the grey regions, in the order of their steps."""
    printed = [region.printed for region in shown if region.kind == "grey"]
    by_step = sorted(printed, key=lambda step: int(step["step"]))
    return [float(step["density"]) for step in by_step]


def _unequal(series: str, densities: tuple[float, ...]) -> float:
    """By which share of the first step the step that differs most from it does so."""
    lightness = [116 * 10 ** (-density / 3) for density in densities]
    scale = lightness if series == "lightness" else list(densities)
    gaps = [later - earlier for earlier, later in itertools.pairwise(scale)]
    return max(abs(gap / gaps[0] - 1) for gap in gaps)
