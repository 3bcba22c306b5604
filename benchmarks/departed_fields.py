"""Coverage of the figures of flat fields where the camera departs from the ideal.

``coverage.py departed_fields`` with all switches drawn at random together (``switched_fields``),
``field_switches`` each alone. A draw is four films of one camera: of an even surface (shading,
chroma noise), of one with defective pixels, under a lamp on the mains, and of a chart beside which
a black hole hangs (flare).
"""

from __future__ import annotations

import tempfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chroma_noise
import departed_pictures
import fields
import films
import numpy as np
import switched
import switched_fields
from draws import log_uniform

from acceptance.charts import printed_copy
from acceptance.errors import GapError
from acceptance.metrics import defects, flare, flicker, noise, shading
from acceptance.model import Condition, Measurement, Note, Shot
from acceptance.scene import build
from acceptance.simulate import even_surface
from acceptance.simulate import films as simulated
from acceptance.simulate.coding import falloff, lamps
from acceptance.simulate.processing import kernel, noise_gain, recursion_gain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from setting import Setting

    from acceptance.charts.definition import Chart
    from acceptance.simulate.camera import Array, Camera

    Row = dict[str, Any]
    Random = np.random.Generator

FULL = {"departed_fields": 300, "field_switches": 200}
WHOLE = (0.0, 0.0, float(fields.SHAPE[1]), float(fields.SHAPE[0]))
MIDDLE = (124.0, 54.0, 72.0, 72.0)
HOLE = (288.0, 98.0, 24.0, 22.0)  # mm on the chart, where nothing else is
STUCK = "defects.stuck"


def run(case: tuple[str, int]) -> Row:
    """Make the films of a case (a switch's name, or ``departed_fields``) and measure them."""
    name, number = case
    base = np.random.default_rng([2006, zlib.crc32(b"departed_fields"), number])
    random = np.random.default_rng([2006, zlib.crc32(name.encode()), number])
    on = switched_fields.some(random) if name == "departed_fields" else [name]
    camera = switched_fields.put_on(random, _camera(base), on)
    readings: list[Row] = []
    refused: list[tuple[str, str]] = []
    for film in (_even, _defective, _under_lamp, _beside_chart):
        for item, truth in film(base, random, camera, on):
            if isinstance(item, Note):
                refused.append((item.quantity, item.reason.code))
            else:
                readings.append(_row(item, truth))
    return {"case": name, "number": number, "on": on, "readings": readings, "refused": refused}


def _camera(base: Random) -> Camera:
    camera, _ = fields.shading_lens(base, fields.camera_of(base))
    return replace(
        camera, gradient=(1.0, 1.0), noise=base.uniform(0.003, 0.012),
        vignetting=base.uniform(0, 0.3),
    )  # fmt: skip


def _row(item: Measurement, truth: float) -> Row:
    keys = ("quantity", "region", "value", "expanded", "lower_bound", "upper_bound")
    return {key: getattr(item, key) for key in keys} | {"truth": truth}


Pair = tuple[Measurement | Note, float]


def _looked(
    camera: Camera,
    shown: Array,
    seconds: float,
    on: Sequence[str],
    conditions: tuple[Condition, ...] = (),
) -> build.Scene:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("field.jpg" if "jpeg" in on else "field.mkv")
        seconds = 1 / float(camera.rate) if "jpeg" in on else seconds
        even_surface.film_field(camera, path, shown.astype(np.float32), seconds)
        shot = Shot(id="s", subject="c", clip=path.name, regions={"field": WHOLE, "flat": MIDDLE},
                    conditions=conditions)  # fmt: skip
        return build.look(shot, path.parent)


def _measured(
    measure: Callable[[build.Scene], Iterable[Measurement | Note]],
    seen: build.Scene,
    quantities: Iterable[str],
) -> list[Measurement | Note]:
    """Measure; where the whole metric is refused, return the reason for each of its quantities."""
    try:
        return list(measure(seen))
    except GapError as gap:
        metrics = {quantity: quantity.partition(".")[0] for quantity in quantities}
        return [Note.of(gap, metric=metric, quantity=name) for name, metric in metrics.items()]


def _paired(found: Iterable[Measurement | Note], truths: Mapping[str, float]) -> list[Pair]:
    return [(item, truths[item.quantity]) for item in found if item.quantity in truths]


def _even(base: Random, random: Random, camera: Camera, on: Sequence[str]) -> list[Pair]:
    """Film an even surface; the light's unevenness is stated as a lux meter tells it."""
    reflectance = base.uniform(0.3, 0.8)
    shown = switched_fields.surface(random, reflectance, on)
    camera = switched_fields.exposed(camera, float(shown.max()))
    light = lamps(camera, fields.SHAPE)
    uneven = 100 * float((light.max() - light.min()) / light.mean())
    stated = (Condition(name=shading.EVENNESS, value=max(uneven, 2.0), unit="%"),)
    seen = _looked(camera, shown, 0.4, on, stated)
    low, high = camera.code_range
    gain = noise_gain(camera)
    still = (high - low) * camera.fixed_noise * gain
    moving = (high - low) * camera.noise * gain * recursion_gain(camera.recursion)
    unit = 1 << (camera.depth - 8)
    chroma = dict.fromkeys(chroma_noise.PLANES, unit * float(np.hypot(still, moving)))
    truths = fields.truths(camera)
    return _paired(_measured(shading.measure, seen, truths), truths) + _paired(
        _measured(noise.measure, seen, chroma), chroma
    )


def _defective(base: Random, random: Random, camera: Camera, on: Sequence[str]) -> list[Pair]:
    """Film a surface with defective pixels."""
    shown = switched_fields.surface(random, fields.LEVEL, on)
    camera = switched_fields.exposed(camera, float(shown.max()))
    camera = replace(camera, defects=fields.planted(base))
    found = _measured(defects.measure, _looked(camera, shown, 0.6, on), defects.QUANTITIES)
    stuck = any(isinstance(item, Measurement) and item.quantity == STUCK for item in found)
    counted = dict.fromkeys(defects.QUANTITIES, 0.0)
    for defect, off in zip(camera.defects, _offs(camera, shown), strict=True):
        kind = defect.kind
        if kind == "stuck" and not stuck:
            kind = "hot" if off > 0 else "dead"
        counted[f"defects.{kind}"] += abs(off) >= defects.THRESHOLD
    return _paired(found, counted)


def _offs(camera: Camera, shown: Array) -> Iterator[float]:
    """Yield by what share of the range each defective pixel is off in the finished picture."""
    low, high = camera.code_range
    reaching = falloff(camera, fields.SHAPE) * lamps(camera, fields.SHAPE)
    filtered = float(kernel(camera).max())
    for defect in camera.defects:
        at = defect.y, defect.x
        lit = (camera.black + (camera.white - camera.black) * shown[at]) * reaching[at]
        level = float(camera.signal(np.asarray(lit)))
        stuck = (round(defect.code) - low) / (high - low) - level
        offs = {"hot": defect.code / (high - low), "dead": -level, "stuck": stuck}
        yield offs[defect.kind] * (1 if defect.kind == "stuck" else filtered)


def _under_lamp(base: Random, random: Random, camera: Camera, on: Sequence[str]) -> list[Pair]:
    """Film under a lamp on the mains; a still shows no flicker."""
    lamp = fields.under_lamp(base, 0)
    shown = switched_fields.surface(random, base.uniform(0.2, 0.7), on)
    if "jpeg" in on:
        return []
    camera = replace(
        switched_fields.exposed(camera, 1.3 * float(shown.max())),
        mains=lamp.mains, rate=lamp.rate, exposure=lamp.exposure, readout=lamp.readout,
    )  # fmt: skip
    swings = fields.swings(camera)
    light = float((camera.white - camera.black) * np.mean(shown))
    swings["flicker.amplitude"] *= light / (light + camera.black)
    seen = _looked(camera, shown, 2.0, on)
    return _paired(_measured(flicker.measure, seen, swings), swings)


def _beside_chart(base: Random, random: Random, camera: Camera, on: Sequence[str]) -> list[Pair]:
    """Film a black hole before the chart; the veil is the flare."""
    known = [name for name in on if name != "starved"]
    drawn = switched.drawn_on(base, random, known)
    veil = log_uniform(base, 0.003, 0.05)
    black = drawn.white * veil / (1 + veil)
    rate = 4 * camera.bit_rate  # of a picture four times as large
    drawn = replace(drawn, black=black, gains=(1.0, 1.0, 1.0), bit_rate=rate)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("film.jpg" if "jpeg" in on else "film.mkv")
        truth = simulated.film_chart(drawn, _hung(), path, 0.04 if "jpeg" in on else 0.32)
        regions = {"hole": _opening(truth)}
        shot = Shot(id="s", subject="c", clip=path.name, chart=films.CHART,
                    chart_copy=printed_copy.AS_DRAWN, regions=regions)  # fmt: skip
        found = _measured(flare.measure, build.look(shot, path.parent), [flare.QUANTITY])
    column, row = truth.point(HOLE[0] + HOLE[2] / 2, HOLE[1] + HOLE[3] / 2)
    lit = float(lamps(drawn, (drawn.height, drawn.width))[round(row), round(column)])
    around = lit * (drawn.white - drawn.black) * truth.chart.background
    return _paired(found, {flare.QUANTITY: 100 * drawn.black / (drawn.black + around)})


def _hung() -> Chart:
    """Return the chart with a black hole before it."""
    chart = switched.CHART
    hole = replace(chart.region("grey1"), name="x.grey_hole", rect=HOLE)
    return replace(chart, regions=(*chart.regions, replace(hole, printed={"reflectance": 0.0})))


def _opening(truth: simulated.Truth) -> tuple[float, float, float, float]:
    """Return the middle of the hole (x, y, width, height) in the picture."""
    x, y, across, down = HOLE
    places = [(x + i * across, y + j * down) for i in (0.2, 0.8) for j in (0.2, 0.8)]
    at = np.sort([truth.point(*place) for place in places], axis=0)
    (left, top), (width, height) = at[1].tolist(), (at[2] - at[1]).tolist()
    return left, top, width, height


QUANTITIES = [*shading.QUANTITIES, *chroma_noise.PLANES, *defects.QUANTITIES,
              *flicker.QUANTITIES, flare.QUANTITY]  # fmt: skip


def cases(name: str, setting: Setting, named: Sequence[str]) -> list[tuple[str, int]]:
    """Return the draws of a table."""
    count = setting.runs(FULL[name])
    of = [name] if name == "departed_fields" else list(named or switched_fields.SWITCHES)
    numbers = range(setting.first, setting.first + count)
    return [(case, number) for number in numbers for case in of]


def tally(rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    """Return, for each figure, its readings and the reasons of refusals."""
    found: dict[str, dict[str, Any]] = {
        quantity: {"readings": [], "refused": []} for quantity in QUANTITIES
    }
    for row in rows:
        for reading in row["readings"]:
            found[reading["quantity"]]["readings"].append(reading)
        for quantity, reason in row["refused"]:
            found[quantity]["refused"].append(reason)
    return {name: of for name, of in found.items() if of["readings"] or of["refused"]}


def text(name: str, rows: Sequence[Row]) -> str:
    """Return the tables of a run."""
    together = name == "departed_fields"
    return departed_pictures.tables(rows, tally, switched_fields.SWITCHES, together=together)
