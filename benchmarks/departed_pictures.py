"""Coverage of picture figures where the camera departs from the ideal (``switched.py``).

Films of the chart, 640 x 360: ``departed`` with all switches drawn at random together,
``switches`` each alone. Of each figure one region is taken at random, so that films are
independent. Finished films are kept in a file of lines, from which a run goes on.
"""

from __future__ import annotations

import json
import zlib
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from unittest import mock

import films
import numpy as np
import switched
from films import TRUTHS, Reading
from scipy.stats import beta, binom
from setting import machine, prose, table
from through_camera import RELATIVE

from acceptance import metrics
from acceptance.charts import drawing
from acceptance.simulate import films as simulated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from setting import Setting

    from acceptance.charts.definition import Chart
    from acceptance.model import Measurement, Note
    from acceptance.simulate.camera import Array, Camera, Light
    from acceptance.simulate.optics import Sheet

    Row = dict[str, Any]

FULL = {"departed": 300, "switches": 200}
LEAST = 0.88  # share inside U for a switch alone
OPTICAL = ("blur", "share", "tilt", "pan", "roll", "offset", "distortion", "surround", "glare",
           "sheen", "motion", "centre", "tangential")  # fmt: skip
"""What of a camera decides which light reaches its pixels."""


@contextmanager
def kept_light() -> Iterator[None]:
    """Draw the chart, and what optics make of it, once: two thirds of the time of a film."""
    draw, photograph = drawing.planes, simulated.photograph
    drawn: dict[int, Light] = {}
    seen: dict[tuple[str, ...], Sheet] = {}

    def draws(chart: Chart, width: int, **_: object) -> Light:
        if width not in drawn:
            drawn[width] = draw(chart, width)
        return drawn[width]

    def photographs(camera: Camera, sources: Sequence[tuple[Sheet, Array]]) -> Sheet:
        key = tuple(str(getattr(camera, name)) for name in OPTICAL)
        if key not in seen:
            seen.clear()
            seen[key] = photograph(camera, sources)
        return seen[key]

    patched = mock.patch.object
    with patched(drawing, "planes", draws), patched(simulated, "photograph", photographs):
        yield


def run(case: tuple[str, int]) -> Row:
    """Make a film of a case (a switch's name, or ``departed``) and measure it."""
    name, number = case
    base = np.random.default_rng([2006, zlib.crc32(b"departed"), number])
    random = np.random.default_rng([2006, zlib.crc32(name.encode()), number])
    on = switched.some(random) if name == "departed" else [name]
    camera = switched.drawn_on(base, random, on)
    file = "film.jpg" if "jpeg" in on else "film.mkv"
    seconds = 0.04 if "jpeg" in on else switched.SECONDS
    truth, (found, notes) = films.filmed(camera, seconds, name=file)
    wanted = switched.figures(camera)
    readings = [
        _row(Reading.of(item, TRUTHS[item.quantity](truth, item)), item)
        for item in found
        if item.quantity in wanted
    ]
    seen = {reading["quantity"] for reading in readings}
    gaps = [[note.quantity, note.reason.code] for note in notes if note.quantity in wanted]
    missing = set(wanted) - seen - {quantity for quantity, _ in gaps}
    gaps += [[quantity, why(quantity, notes)] for quantity in sorted(missing)]
    return {"case": name, "number": number, "on": on, "readings": readings, "refused": gaps}


def chosen(row: Row) -> tuple[list[Row], list[tuple[str, str]]]:
    """Return of each figure one region's reading, or the reason of one that was refused."""
    random = np.random.default_rng([2006, row["number"]])
    readings, refused = [], []
    for quantity in TRUTHS:
        items = [reading for reading in row["readings"] if reading["quantity"] == quantity]
        gaps = [(name, reason) for name, reason in row["refused"] if name == quantity]
        if items or gaps:
            at = int(random.integers(len(items) + len(gaps)))
            if at < len(items):
                readings.append(items[at])
            else:
                refused.append(gaps[at - len(items)])
    return readings, refused


def _row(reading: Reading, item: Measurement) -> Row:
    parts = {line.source: line.contribution for line in item.budget}
    return asdict(reading) | {"parts": parts}


def why(quantity: str, notes: Iterable[Note]) -> str:
    """Return the reason for which a whole family is missing."""
    family = quantity.partition(".")[0]
    return next((note.reason.code for note in notes if note.metric == family), "not given")


def cases(name: str, setting: Setting, named: Sequence[str]) -> list[tuple[str, int]]:
    """Return the films of a table; films of one number, whose optics are shared, together."""
    numbers = range(setting.first, setting.first + setting.runs(FULL[name]))
    of = ["departed"] if name == "departed" else list(named or switched.SWITCHES)
    return [(case, number) for number in numbers for case in of]


def made(
    path: Path | None,
    wanted: Sequence[tuple[str, int]],
    setting: Setting,
    make: Callable[[tuple[str, int]], Row] = run,
) -> list[Row]:
    """Return the films' rows, from the file as far as it has them; others are added to it."""
    lines = path.read_text("utf-8").splitlines() if path and path.is_file() else []
    rows = {(row["case"], row["number"]): row for row in map(json.loads, lines)}
    missing = [case for case in wanted if case not in rows]
    step = 24 * max(1, setting.jobs)
    for start in range(0, len(missing), step):
        part = missing[start : start + step]
        with kept_light():
            new = setting.each(make, part)
        rows |= dict(zip(part, new, strict=True))
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in new)
    return [rows[case] for case in wanted]


def hit(reading: Row) -> bool:
    """Whether the truth is inside U; of a bound, whether it is on its side."""
    off = reading["value"] - reading["truth"]
    if reading["lower_bound"]:
        return bool(off <= reading["expanded"])
    if reading["upper_bound"]:
        return bool(-off <= reading["expanded"])
    return bool(abs(off) <= reading["expanded"])


def tally(rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """Return, for each figure: readings, hits, errors and U, and reasons of refusals."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        readings, refused = chosen(row)
        for reading in readings:
            of = found.setdefault(reading["quantity"], {"readings": [], "refused": []})
            of["readings"].append(reading)
        for quantity, reason in refused:
            of = found.setdefault(quantity, {"readings": [], "refused": []})
            of["refused"].append(reason)
    return {name: found[name] for name in TRUTHS if name in found}


def low(hits: int, count: int, share: float) -> bool:
    """Whether so few hits are less than chance makes of a share inside U, three sigma."""
    return bool(count and binom.cdf(hits, count, share) < 0.00135)


def interval(hits: int, count: int) -> str:
    """Return the 95 % interval of the share (Clopper and Pearson), in %."""
    least = beta.ppf(0.025, hits, count - hits + 1) if hits else 0.0
    most = beta.ppf(0.975, hits + 1, count - hits) if hits < count else 1.0
    return f"{100 * least:.0f} to {100 * most:.0f}"


def rows_of(found: Mapping[str, dict[str, Any]], share: float) -> list[tuple[str, ...]]:
    """Return a row for each figure: hits, interval, rms error, median U, refusals."""
    return [_line(quantity, of, share) for quantity, of in found.items()]


def _line(quantity: str, of: dict[str, Any], share: float) -> tuple[str, ...]:
    readings, refused = of["readings"], of["refused"]
    count, hits = len(readings), sum(map(hit, readings))
    whole = count + len(refused)
    said = f"{len(refused)} of {whole}"
    if refused:
        said += f" ({max(set(refused), key=refused.count)})"
    if not readings:
        return f"`{quantity}`", "", "", "", "", "", said
    off, expanded = (
        np.array(values)
        for values in zip(
            *((r["value"] - r["truth"], r["expanded"]) for r in readings), strict=True
        )
    )
    unit = metrics.quantities()[quantity]
    if unit in RELATIVE:
        truth = np.array([reading["truth"] for reading in readings])
        off, expanded, unit = 100 * off / truth, 100 * expanded / truth, "%"
    text = f"{hits} of {count}"
    text = f"**{text}**" if low(hits, count, share) else text
    rms = f"{np.sqrt(np.mean(off**2)):.3g}"
    return (
        f"`{quantity}`", text, interval(hits, count), rms, f"{np.median(expanded):.3g}", unit, said,
    )  # fmt: skip


HEAD = ("figure", "truth inside U", "95 % interval, %", "error, rms", "U, median", "unit",
        "refused")  # fmt: skip


def text(name: str, rows: Sequence[Row]) -> str:
    """Return the tables of a run."""
    return tables(rows, tally, switched.SWITCHES, together=name == "departed")


def tables(
    rows: Sequence[Row],
    tallied: Callable[[Iterable[Row]], dict[str, dict[str, Any]]],
    switches: Mapping[str, object],
    *,
    together: bool,
) -> str:
    """Return the table of all switches ``together``, or that of each."""
    said = prose(f"Made {machine()}.")
    if together:
        return f"{said}{table(HEAD, rows_of(tallied(rows), 0.95))}"
    parts = [said]
    for case in dict.fromkeys(row["case"] for row in rows):
        own = [row for row in rows if row["case"] == case]
        what = (switches[case].__doc__ or "").strip().replace("\n", " ")
        parts.append(f"### {case}\n\n{what} {len(own)} draws.\n")
        parts.append(table(HEAD, rows_of(tallied(own), LEAST)))
    return "\n".join(parts)
