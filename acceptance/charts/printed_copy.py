"""A printed copy of a chart.

The file of what was measured of it, and the chart with that in place of the design.
What nobody measured is as designed, with the doubt that a careful print without measurement leaves.
The three half-widths are this toolkit's own (``docs/formats.md`` says how they were come by), taken
as rectangular (JCGM 100:2008, 4.3.7). Reflectances and densities are those of D50, 2 degrees, 45:0,
no filter (ISO 13655 M0 or M1).
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts.definition import Chart, Copy, Region, load, names, scaled
from acceptance.errors import ChartError
from acceptance.files.strict_toml import Table, parse, wrong
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from acceptance.model import Shot

# the film shows the drawing itself: a simulation, or a chart shown on a screen
AS_DRAWN = "as_drawn"
UNKNOWN = "unknown"  # a print of which nothing is known
REFLECTANCE, SCALE, LAB = 0.15, 0.005, 6.0  # half-widths of an unmeasured print
# of the logarithm of a ratio of reflectances: sigma of how tone errors correlate
ALIKE = math.log(5) / 2
LEAST_WAY = 0.02  # of a variance of one a step
LARGEST_SCALE = 5.0  # the edge plate may be printed as a poster
GREYS = ("grey", "flat", "reference")


def wanted(shot: Shot, folder: Path) -> list[Chart]:
    """Return the charts to look for in a shot, each as its copy shows it.

    ``shot.chart_copy`` is the path of a copy's file below ``folder``; a serial number or anything
    else of which there is no file (unmeasured); or ``AS_DRAWN``. Empty: nothing is said, and the
    charts are taken as drawn. What a screen shows has no copy. Raises ``ChartError`` where a file
    is wrong.
    """
    known = [load(shot.chart)] if shot.chart else [load(name) for name in names()]
    if shot.chart_copy in {"", AS_DRAWN}:
        return known
    if not shot.copy_file:
        return [
            replace(one, copy=unmeasured(shot.chart_copy, one)) if one.kind == "print" else one
            for one in known
        ]
    path = folder / shot.copy_file
    table = _parsed(path)[0]
    about = shot.chart or table.one_of("chart", names())
    return [
        read(path, one) if one.kind == "print" else one
        for one in known
        if shot.chart or one.kind != "print" or one.name == about
    ]


def notice(chart: Chart) -> Reason | None:
    """Return what the report must say about the copy.

    Nothing where all of it was measured and is not due.
    """
    copy, plain = chart.copy, unmeasured("", chart)
    if copy is None:
        return None
    if copy.expired:
        return Reason(code="copy_expired", parameters={"copy": copy.serial, "due": copy.due})
    kinds = {one.kind for one in chart.regions}
    guessed = (
        copy.scale_doubt >= plain.scale_doubt,
        copy.reflectance_doubt >= plain.reflectance_doubt and not kinds.isdisjoint(GREYS),
        copy.lab_doubt >= plain.lab_doubt and "colour" in kinds,
    )
    if chart.makers_lab_doubt or not any(guessed):
        return None
    doubts = {
        "reflectance": copy.reflectance_doubt,
        "scale": copy.scale_doubt,
        "lab": copy.lab_doubt,
    }
    told = {name: math.sqrt(3) * doubt for name, doubt in doubts.items()}
    return Reason(code="copy_unmeasured", parameters={"copy": copy.serial, **told})


def unmeasured(serial: str, chart: Chart) -> Copy:
    """Return what is known of a print that nobody measured.

    Of one whose colours its maker publishes, what he says.
    An error of d in L* is one of 3 d / (L* + 16) in reflectance: d / 22 at L* = 50.
    """
    return Copy(
        serial=serial,
        reflectance_doubt=chart.makers_lab_doubt / 22 or REFLECTANCE / math.sqrt(3),
        scale_doubt=SCALE / math.sqrt(3),
        lab_doubt=chart.makers_lab_doubt or LAB / math.sqrt(3),
    )


def tone_errors(doubt: float, reflectances: ArrayLike) -> list[NDArray[np.float64]]:
    """Relative errors (n,) of printed ``reflectances`` (n,), for each way in which a print of this ``doubt`` may err.

    A printer's tone errors run smoothly from step to step: those of two steps correlate by a
    Gaussian of the logarithm of their ratio, 0.14 at 5:1. The ways are the principal components,
    one standard uncertainty each, whose effects add in squares (JCGM 100:2008, 5.2). No doubt, no
    ways.
    """
    if not doubt:
        return []
    logarithms = np.log(np.asarray(reflectances, np.float64))
    apart = (logarithms[:, None] - logarithms) / ALIKE
    sizes, ways = np.linalg.eigh(np.exp(-(apart**2) / 2))
    return [
        doubt * math.sqrt(size) * way
        for size, way in zip(sizes, ways.T, strict=True)
        if size > LEAST_WAY
    ]


def _parsed(path: Path) -> tuple[Table, bytes]:
    try:
        text = path.read_bytes()
    except OSError as error:
        hint = "Start one with acceptance chart NAME --copy SERIAL -o FILE.toml"
        raise ChartError(
            "There is no such copy", where=str(path), hint=hint, code="chart_unknown"
        ) from error
    return parse(text, str(path)), text


def read(path: Path, chart: Chart, today: str | None = None) -> Chart:
    """Return the chart with what the copy's file says in place of the design.

    Raises ``ChartError``.
    ``today`` is the ISO date on which it must not be due yet (default: the day on which this is
    called).
    """
    table, text = _parsed(path)
    if (about := table.take("chart", str)) != chart.name:
        raise wrong(
            table.place("chart"), f"this is a copy of {about}, and the chart is {chart.name}"
        )
    measured_on, due = _dates(table)
    copy = replace(
        unmeasured(table.take("serial", str), chart),
        by=table.take("by", str, ""),
        measured_on=measured_on,
        due=due,
        sha256=hashlib.sha256(text).hexdigest(),
    )
    chart = replace(chart, copy=copy)
    parts: Mapping[str, Callable[[Table, Chart], Chart]] = {
        "reflectance": _grey,
        "length": _length,
        "colour": _colour,
    }
    for part in [name for name in parts if name in table.content]:
        if not copy.measured_on or not copy.by:
            raise wrong(
                table.place(part), "who measured this, and when, must be said: by and measured_on"
            )
        chart = parts[part](table.table(part), chart)
    table.end()
    return _expired(chart, today or datetime.now().astimezone().date().isoformat())


def _dates(table: Table) -> tuple[str, str]:
    """Return when it was measured and when that falls due, as ISO dates, empty where not said."""
    days = (
        table.take(key, date) if key in table.content else None for key in ("measured_on", "due")
    )
    measured_on, due = (day.isoformat()[:10] if day else "" for day in days)
    if due and due < measured_on:
        raise wrong(table.place("due"), "it falls due before it was measured")
    return measured_on, due


def _expired(chart: Chart, today: str) -> Chart:
    """Keep the values of an expired calibration, with the doubt of an unmeasured print where that is larger."""
    copy, plain = chart.copy, unmeasured("", chart)
    if copy is None or not copy.due or today <= copy.due:
        return chart
    return replace(
        chart,
        copy=replace(
            copy,
            expired=True,
            reflectance_doubt=max(copy.reflectance_doubt, plain.reflectance_doubt),
            scale_doubt=max(copy.scale_doubt, plain.scale_doubt),
            lab_doubt=max(copy.lab_doubt, plain.lab_doubt),
        ),
    )


def _known(chart: Chart, **doubts: float) -> Copy:
    if chart.copy is None:
        raise ValueError("a chart without copy")
    return replace(chart.copy, **doubts)  # type: ignore[arg-type]


def _values(table: Table, chart: Chart, kinds: tuple[str, ...]) -> tuple[Table, list[Region]]:
    """Return the table of values and the regions that must all stand in it."""
    table.take("instrument", str)
    values = table.table("values")
    regions = [one for one in chart.regions if one.kind in kinds]
    if missing := [one.name for one in regions if one.name not in values.content]:
        raise wrong(values.where, f"all must be measured; missing: {', '.join(missing)}")
    return values, regions


def _grey(table: Table, chart: Chart) -> Chart:
    """Put measured reflectances in.

    Edges and wedges get those of the flat regions that bear their two levels.
    """
    density = table.one_of("quantity", ("reflectance", "density"), "reflectance") == "density"
    doubt = table.above_zero("uncertainty") / 2 * (math.log(10) if density else 1)
    values, regions = _values(table, chart, GREYS)
    measured = {one.name: _reflectance(values, one.name, density=density) for one in regions}
    values.end()
    table.end()
    levels = {
        one.printed["reflectance"]: measured[one.name] for one in regions if one.kind == "flat"
    }

    def put(region: Region) -> Region:
        light = measured.get(region.name)
        told = {} if light is None else {"reflectance": light, "density": -math.log10(light)}
        told |= {end: levels.get(region.printed[end], region.printed[end]) for end in _ends(region)}
        return replace(
            region,
            printed={**region.printed, **{k: v for k, v in told.items() if k in region.printed}},
        )

    return replace(
        chart, regions=tuple(map(put, chart.regions)), copy=_known(chart, reflectance_doubt=doubt)
    )


def _ends(region: Region) -> tuple[str, ...]:
    return ("dark", "light") if region.kind in {"edge", "wedge"} else ()


def _reflectance(values: Table, name: str, *, density: bool) -> float:
    value = 10 ** -values.take(name, float) if density else values.light(name)
    if not 0 < value <= 1:
        raise wrong(
            values.place(name), f"a reflectance lies above 0 and is at most 1, not {value:.4g}"
        )
    return float(value)


def _length(table: Table, chart: Chart) -> Chart:
    """Scale the chart by the mean of measured over designed distances between centres of regions."""
    table.take("instrument", str)
    doubt = table.above_zero("uncertainty") / 2
    ratios, lengths = [], []
    for entry in table.tables("distances"):
        designed = math.dist(
            *(_centre(chart, entry.take(end, str), entry) for end in ("from", "to"))
        )
        ratios.append(entry.above_zero("mm") / max(designed, 1e-9))
        lengths.append(designed)
        entry.end()
    table.end()
    if not ratios or not all(1 / LARGEST_SCALE < one < LARGEST_SCALE for one in ratios):
        raise wrong(
            table.place("distances"),
            "at least one distance is needed, none more than five times off the design",
        )
    spread = (max(ratios) - min(ratios)) / 2 / math.sqrt(3)
    relative = math.hypot(doubt * len(lengths) / sum(lengths), spread)
    return replace(
        scaled(chart, sum(ratios) / len(ratios)), copy=_known(chart, scale_doubt=relative)
    )


def _centre(chart: Chart, name: str, entry: Table) -> tuple[float, float]:
    if name not in (places := _places(chart)):
        raise wrong(entry.where, f"the chart has no region {name!r}")
    return places[name]


def _places(chart: Chart) -> dict[str, tuple[float, float]]:
    """Return the centres of everything printed; the fiducials are called fiducial1 and so on."""
    rects = {one.name: one.rect for one in chart.regions}
    rects |= {
        f"fiducial{number}": mark.rect for number, mark in enumerate(chart.fiducials, start=1)
    }
    return {name: (x + width / 2, y + height / 2) for name, (x, y, width, height) in rects.items()}


def _colour(table: Table, chart: Chart) -> Chart:
    """Put measured CIELAB values (D50, 2 degrees) in."""
    doubt = table.above_zero("uncertainty") / 2
    values, regions = _values(table, chart, ("colour",))
    measured = {one.name: values.numbers(one.name, 3) for one in regions}
    values.end()
    table.end()
    put = tuple(
        replace(one, printed={**one.printed, "lab": measured[one.name]})
        if one.name in measured
        else one
        for one in chart.regions
    )
    return replace(chart, regions=put, copy=_known(chart, lab_doubt=doubt))


def template(chart: Chart, serial: str) -> str:
    """Return the beginning of a copy's file.

    The design's values, commented out, to be replaced by measured ones.
    """
    greys = [
        f"{_key(one.name)} = {one.printed['reflectance']:g}"
        for one in chart.regions
        if one.kind in GREYS
    ]
    colours = [
        f"{_key(one.name)} = {[*one.printed['lab']]}"
        for one in chart.regions
        if one.kind == "colour"
    ]
    parts = [
        HEAD.format(chart=chart.name, serial=_quoted(serial)),
        _part("reflectance", REFLECTANCE_HEAD, greys),
        LENGTH_HEAD.format(pairs=_pairs(chart)),
        _part("colour", COLOUR_HEAD, colours),
    ]
    return "\n".join(part for part in parts if part)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _key(name: str) -> str:
    return f'"{name}"' if "." in name else name


def _part(name: str, head: str, values: list[str]) -> str:
    return (
        "\n".join([head, f"# [{name}.values]", *(f"# {line}" for line in values), ""])
        if values
        else ""
    )


def _pairs(chart: Chart) -> str:
    """Name the ends of the first row and column of dots, of fiducials, or of whatever there is."""
    dots = [one.name for one in chart.regions if one.kind == "grid"]
    places = _places(chart)
    ends = dots or [name for name in places if name.startswith("fiducial")] or [*places]
    first, (x0, y0) = ends[0], places[ends[0]]
    across = max(
        (name for name in ends if abs(places[name][1] - y0) < 1e-6),
        key=lambda name: places[name][0],
    )
    down = max(
        (name for name in ends if abs(places[name][0] - x0) < 1e-6),
        key=lambda name: places[name][1],
    )
    lengths = [(name, math.dist(places[first], places[name])) for name in (across, down)]
    return "\n".join(
        f'#   {{ from = "{first}", to = "{name}", mm = {mm:g} }},' for name, mm in lengths
    )


HEAD = """# A printed copy of the chart {chart}: what was measured of it. Take the "# " away before what was. What stays
# commented out is taken as designed, with the doubt of an unmeasured print, and the report says so.
# How to measure: test_charts/README.md.

chart = "{chart}"
serial = {serial}
by = ""
# measured_on = 2026-11-25
# due = 2027-11-25
"""
REFLECTANCE_HEAD = """# Neutral regions, all of them. `quantity` is "reflectance" (0 to 1) or "density" (absolute).
# `uncertainty` is expanded (k = 2): of reflectances relative (0.02 = 2 %), of densities in density.
# Below is the design, as reflectances.
# [reflectance]
# instrument = ""
# quantity = "reflectance"
# uncertainty = 0.02"""
LENGTH_HEAD = """# Distances between the centres of two regions (dots, or fiducial1 and so on), at least one;
# better along and across. `uncertainty` in mm, expanded (k = 2).
# [length]
# instrument = ""
# uncertainty = 0.3
# distances = [
{pairs}
# ]
"""
COLOUR_HEAD = """# Colours, all of them: CIELAB, D50, 2 degrees. `uncertainty` as colour difference, expanded (k = 2).
# [colour]
# instrument = ""
# uncertainty = 1.0"""
