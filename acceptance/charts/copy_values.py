"""Values measured of a printed copy, read from its file and put in place of the design."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.charts.nouns import GREYS, Chart, Copy, Region, centres, scaled
from acceptance.charts.region_tables import PAPER
from acceptance.files.strict_toml import Table, wrong
from acceptance.footage.colorimetry import lab_of
from acceptance.messages import tr

if TYPE_CHECKING:
    from acceptance.model import Point

DOUBTS = 1e-6, 100.0  # uncertainty that is stated, in whatever unit
MOST_DOUBT = 0.3  # relative, of reflectances: with more, nothing was measured
LARGEST_SCALE = 5.0  # the edge plate may be printed as a poster


def reflectances(table: Table, chart: Chart, copy: Copy) -> tuple[Chart, Copy]:
    """Put measured reflectances, or densities, of all neutral regions in.

    Edges and wedges get those of the flat regions that have their two levels. Raises ChartError.
    """
    density = table.one_of("quantity", ("reflectance", "density"), "reflectance") == "density"
    relative = math.log(10) if density else 1.0
    bounds = DOUBTS[0], MOST_DOUBT / relative
    doubt = table.between("uncertainty", float, bounds) / 2 * relative
    values, regions = _values(table, chart, GREYS)
    measured = {one.name: _reflectance(values, one.name, density=density) for one in regions}
    values.end()
    table.end()
    flats = [region for region in regions if region.kind == "flat"]
    levels = {flat.printed["reflectance"]: measured[flat.name] for flat in flats}
    pairs = [(measured[one.name], one.printed["reflectance"]) for one in regions]
    off = max((abs(_lightness(seen) - _lightness(drawn)) for seen, drawn in pairs), default=0.0)
    printed = tuple(
        replace(region, printed={**region.printed, **_light(region, measured, levels)})
        for region in chart.regions
    )
    return replace(chart, regions=printed), replace(copy, reflectance_doubt=doubt, lightness=off)


def _lightness(light: float) -> float:
    return float(lab_of([light] * 3)[0])


def _light(
    region: Region, measured: dict[str, float], levels: dict[float, float]
) -> dict[str, float]:
    """Return those fields of a region that its measured light replaces."""
    light = measured.get(region.name)
    fields = {} if light is None else {"reflectance": light, "density": -math.log10(light)}
    if region.kind in {"edge", "wedge"}:
        designed = {end: region.printed[end] for end in ("dark", "light")}
        fields |= {end: levels.get(level, level) for end, level in designed.items()}
    return {name: value for name, value in fields.items() if name in region.printed}


def _reflectance(values: Table, name: str, *, density: bool) -> float:
    if density:
        return float(10 ** -values.between(name, float, (0.0, -math.log10(PAPER[0]))))
    return values.between(name, float, PAPER)


def _values(table: Table, chart: Chart, kinds: tuple[str, ...]) -> tuple[Table, list[Region]]:
    """Return the table of values, and the regions that must all be in it."""
    table.take("instrument", str)
    values = table.table("values")
    regions = [region for region in chart.regions if region.kind in kinds]
    if missing := [region.name for region in regions if region.name not in values.content]:
        names = ", ".join(missing)
        raise wrong(values.where, tr("all must be measured; missing: {names}", names=names))
    return values, regions


def lengths(table: Table, chart: Chart, copy: Copy) -> tuple[Chart, Copy]:
    """Scale the chart by the mean of measured over designed distances between its centres.

    Raises ChartError.
    """
    table.take("instrument", str)
    doubt = table.between("uncertainty", float, DOUBTS) / 2
    distances = [_distance(entry, chart) for entry in table.tables("distances")]
    table.end()
    designs = [designed for designed, _ in distances]
    ratios = [measured / max(designed, 1e-9) for designed, measured in distances]
    if not ratios or not all(1 / LARGEST_SCALE < ratio < LARGEST_SCALE for ratio in ratios):
        what = tr("at least one distance is required, none more than five times off the design")
        raise wrong(table.place("distances"), what)
    spread = (max(ratios) - min(ratios)) / 2 / math.sqrt(3)
    relative = math.hypot(doubt * len(designs) / sum(designs), spread)
    length, farthest = sum(ratios) / len(ratios), max(ratios, key=lambda ratio: abs(ratio - 1))
    return scaled(chart, length), replace(copy, scale_doubt=relative, length=farthest)


def _distance(entry: Table, chart: Chart) -> tuple[float, float]:
    """Read one distance: designed and measured, in mm."""
    ends = (_centre(chart, entry.take(end, str), entry) for end in ("from", "to"))
    designed, measured = math.dist(*ends), entry.above_zero("mm")
    entry.end()
    return designed, measured


def _centre(chart: Chart, name: str, entry: Table) -> Point:
    if name not in (places := centres(chart)):
        raise wrong(entry.where, tr("the chart has no region '{name}'", name=name))
    return places[name]


def colours(table: Table, chart: Chart, copy: Copy) -> tuple[Chart, Copy]:
    """Put measured CIELAB values (D50, 2 degrees) of all colours in. Raises ChartError."""
    doubt = table.between("uncertainty", float, DOUBTS) / 2
    values, regions = _values(table, chart, ("colour",))
    measured = {region.name: {"lab": values.colour(region.name)} for region in regions}
    values.end()
    table.end()
    off = max(
        (math.dist(measured[one.name]["lab"], one.printed["lab"]) for one in regions), default=0.0
    )
    printed = tuple(
        replace(region, printed={**region.printed, **measured.get(region.name, {})})
        for region in chart.regions
    )
    return replace(chart, regions=printed), replace(copy, lab_doubt=doubt, colour=off)
