"""A printed copy of a chart: its file read, and the chart with measured values for designed ones.

What nobody measured is as designed, with the uncertainty that a careful print without measurement
leaves. The three half-widths are this toolkit's own (``docs/formats.md`` gives their origin), taken
as rectangular (JCGM 100:2008, 4.3.7). Reflectances and densities are those of D50, 2 degrees, 45:0,
no filter (ISO 13655 M0 or M1).
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import copy_values
from acceptance.charts.definition import load, names
from acceptance.charts.nouns import GREYS, Chart, Copy
from acceptance.errors import ChartError
from acceptance.files import regular
from acceptance.files.strict_toml import Table, parse, wrong
from acceptance.messages import tr
from acceptance.model import Reason
from acceptance.model.basics import CHINA, LONGEST_CALIBRATION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import ArrayLike, NDArray

    from acceptance.model import Shot, Value

# the film shows the drawing itself: a simulation, or a chart shown on a screen
AS_DRAWN = "as_drawn"
UNKNOWN = "unknown"  # a print of which nothing is known
REFLECTANCE, SCALE, LAB = 0.15, 0.005, 6.0  # half-widths of an unmeasured print
# from which a measured print is another one than was drawn: four times what is assumed of lengths,
# twice that of colours (and as much in L*)
FAR_SCALE, FAR_LAB = 4 * SCALE, 2 * LAB
# of the logarithm of a ratio of reflectances: sigma of how tone errors correlate
ALIKE = math.log(5) / 2
LEAST_WAY = 0.02  # of a variance of one a step
PARTS: Mapping[str, Callable[[Table, Chart, Copy], tuple[Chart, Copy]]] = {
    "reflectance": copy_values.reflectances,
    "length": copy_values.lengths,
    "colour": copy_values.colours,
}


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
        serial = shot.chart_copy
        return [
            replace(chart, copy=unmeasured(serial, chart)) if chart.kind == "print" else chart
            for chart in known
        ]
    path = folder / shot.copy_file
    table = _parsed(path)[0]
    if not shot.chart:
        about = table.one_of("chart", names())
        known = [chart for chart in known if chart.kind != "print" or chart.name == about]
    return [read(path, chart, shot.filmed) if chart.kind == "print" else chart for chart in known]


def notices(chart: Chart) -> tuple[Reason, ...]:
    """Return all that the report must say about the copy."""
    return tuple(filter(None, (notice(chart), otherwise(chart), untimely(chart))))


def untimely(chart: Chart) -> Reason | None:
    """Return that a copy was measured only after it was filmed, or years before.

    After it the result was known; prints fade and shrink.
    """
    copy = chart.copy
    if copy is None or not (copy.measured_on and copy.filmed):
        return None
    age = date.fromisoformat(copy.filmed) - date.fromisoformat(copy.measured_on)
    if timedelta(0) <= age <= LONGEST_CALIBRATION:
        return None
    code = "copy_measured_later" if age < timedelta(0) else "copy_measured_long_ago"
    parameters = {"copy": copy.serial, "date": copy.measured_on, "filmed": copy.filmed}
    return Reason(code=code, parameters=parameters)


def otherwise(chart: Chart) -> Reason | None:
    """Return how far somebody measured a copy to be from its design, where that is far.

    Whoever states it makes pixels per metre, tones and colours of the camera others.
    """
    copy = chart.copy
    if copy is None or not copy.measured_on:
        return None
    scaled = abs(copy.length - 1) > FAR_SCALE
    if not scaled and max(copy.lightness, copy.colour) <= FAR_LAB:
        return None
    parameters: dict[str, Value] = {
        "copy": copy.serial, "by": copy.by, "measured_on": copy.measured_on,
        "length": copy.length, "lightness": copy.lightness, "colour": copy.colour,
    }  # fmt: skip
    return Reason(code="copy_otherwise", parameters=parameters)


def notice(chart: Chart) -> Reason | None:
    """Return what the report must say about the copy; None where all is measured and not due."""
    copy = chart.copy
    if copy is None:
        return None
    if copy.expired:
        return Reason(code="copy_expired", parameters={"copy": copy.serial, "due": copy.due})
    if chart.makers_lab_doubt or not _guessed(copy, chart):
        return None
    reflectance, scale, lab = copy.reflectance_doubt, copy.scale_doubt, copy.lab_doubt
    doubts = {"reflectance": reflectance, "scale": scale, "lab": lab}
    half_widths = {name: math.sqrt(3) * doubt for name, doubt in doubts.items()}
    return Reason(code="copy_unmeasured", parameters={"copy": copy.serial, **half_widths})


def _guessed(copy: Copy, chart: Chart) -> bool:
    """Whether of anything on the chart no more is known than of an unmeasured print."""
    plain, kinds = unmeasured("", chart), {region.kind for region in chart.regions}
    return (
        copy.scale_doubt >= plain.scale_doubt
        or (copy.reflectance_doubt >= plain.reflectance_doubt and not kinds.isdisjoint(GREYS))
        or (copy.lab_doubt >= plain.lab_doubt and "colour" in kinds)
    )


def unmeasured(serial: str, chart: Chart) -> Copy:
    """Return the uncertainties of a print that nobody measured, or of one as its maker states them.

    An error of d in L* is one of 3 d / (L* + 16) in reflectance: d / 22 at L* = 50.
    """
    return Copy(
        serial=serial,
        reflectance_doubt=chart.makers_lab_doubt / 22 or REFLECTANCE / math.sqrt(3),
        scale_doubt=SCALE / math.sqrt(3),
        lab_doubt=chart.makers_lab_doubt or LAB / math.sqrt(3),
    )


def tone_errors(doubt: float, reflectances: ArrayLike) -> list[NDArray[np.float64]]:
    """Return, for each way in which a print may err, the relative errors (n,) of reflectances (n,).

    ``doubt`` is the relative standard uncertainty of each. A printer's tone errors run smoothly
    from step to step: those of two steps correlate by a Gaussian of the logarithm of their ratio,
    0.14 at 5:1. The ways are the principal components, one standard uncertainty each, whose effects
    add in squares (JCGM 100:2008, 5.2). No doubt, no ways.
    """
    if not doubt:
        return []
    logarithms = np.log(np.asarray(reflectances, np.float64))
    apart = (logarithms[:, None] - logarithms) / ALIKE
    sizes, ways = np.linalg.eigh(np.exp(-(apart**2) / 2))
    pairs = zip(sizes, ways.T, strict=True)
    return [doubt * math.sqrt(size) * way for size, way in pairs if size > LEAST_WAY]


def _parsed(path: Path) -> tuple[Table, bytes]:
    try:
        text = regular.content(path)
    except OSError as error:
        what = tr("there is no such copy")
        hint = tr("Start one with acceptance chart NAME --copy SERIAL -o FILE.toml")
        raise ChartError(what, where=str(path), hint=hint, code="chart_unknown") from error
    return parse(text, str(path)), text


def read(path: Path, chart: Chart, day: str = "") -> Chart:
    """Return the chart with what the copy's file says in place of the design.

    ``day`` is the ISO date on which it was filmed, when it should have been measured, and must not
    be due yet. Where nobody says it, it is that on which this is called: the last on which it can
    have been. Raises ``ChartError``.
    """
    table, text = _parsed(path)
    _check_chart(table, chart)
    copy = _as_stated(table, text, chart)
    for part in [name for name in PARTS if name in table.content]:
        if not copy.measured_on or not any(map(str.isalpha, copy.by)):
            what = tr("who measured this and when is missing: fill in by and measured_on")
            raise wrong(table.place(part), what)
        chart, copy = PARTS[part](table.table(part), chart, copy)
    table.end()
    day = day or datetime.now(CHINA).date().isoformat()
    expired = copy.due and day > copy.due
    copy = replace(copy, filmed=day)
    return replace(chart, copy=_expired(copy, chart) if expired else copy)


def _check_chart(table: Table, chart: Chart) -> None:
    copied, name = table.take("chart", str), chart.name
    if copied != name:
        what = tr("this is a copy of {copied}, and the chart is {chart}", copied=copied, chart=name)
        raise wrong(table.place("chart"), what)


def _as_stated(table: Table, text: bytes, chart: Chart) -> Copy:
    """Read who measured the copy and when; its doubts are those of an unmeasured print so far."""
    measured_on, due = _dates(table)
    return replace(
        unmeasured(table.take("serial", str), chart),
        by=table.take("by", str, ""),
        measured_on=measured_on,
        due=due,
        sha256=hashlib.sha256(text).hexdigest(),
    )


def _dates(table: Table) -> tuple[str, str]:
    """Return when it was measured and when that falls due, as ISO dates, empty where not said."""
    measured_on, due = (
        table.take(key, date).isoformat()[:10] if key in table.content else ""
        for key in ("measured_on", "due")
    )
    if due and due < measured_on:
        raise wrong(table.place("due"), tr("the recalibration is due before the measurement"))
    return measured_on, due


def _expired(copy: Copy, chart: Chart) -> Copy:
    """Give an expired calibration the doubt of an unmeasured print where that is larger."""
    plain = unmeasured("", chart)
    return replace(
        copy,
        expired=True,
        reflectance_doubt=max(copy.reflectance_doubt, plain.reflectance_doubt),
        scale_doubt=max(copy.scale_doubt, plain.scale_doubt),
        lab_doubt=max(copy.lab_doubt, plain.lab_doubt),
    )
