"""Sections of ``docs/accuracy.md`` from films: the chain from chart to figure, and a codec."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import films
import numpy as np
from setting import Part, prose, table

from acceptance import metrics
from acceptance.model import Curve
from acceptance.report import plots
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from films import Reading
    from setting import Setting

    Row = Mapping[str, Sequence[Reading]]

CRFS = (18, 23, 28, 32, 36)
BIT_RATES = (1, 2, 4, 8)
MEGA = 1_000_000
SEEN = Camera(
    width=1920, height=1080, blur=0.7, noise=0.008, fixed_noise=0.003, tilt=4.0, pan=3.0, roll=2.0,
    distortion=0.03, white=0.8, gains=(1.05, 1.0, 0.94), saturation=0.9, crf=0,
)  # fmt: skip
PICTURED = (
    "resolution.mtf50", "resolution.mtf10", "resolution.wedge_horizontal", "noise.snr",
    "grey_scale.steps", "colour.delta_e00_mean", "colour.saturation", "geometry.distortion",
)  # fmt: skip
DISTORTIONS = (-0.05, 0.0, 0.05, 0.1, 0.15)
RELATIVE = {"cycle/px", "TVL", "code"}
"""Units of figures whose deviation is stated in percent."""


def drawn_camera(random: np.random.Generator, width: int, height: int) -> Camera:
    """Draw a camera that sees the whole chart nearly face on."""
    return Camera(
        width=width,
        height=height,
        blur=random.uniform(0.6, 1.3),
        noise=random.uniform(0.004, 0.012),
        fixed_noise=random.uniform(0.003, 0.008),
        share=random.uniform(0.8, 0.92),
        tilt=random.uniform(-4, 4),
        pan=random.uniform(-4, 4),
        roll=random.uniform(-2, 2),
        white=random.uniform(0.7, 0.9),
        gains=(random.uniform(0.93, 1.07), 1.0, random.uniform(0.93, 1.07)),
        saturation=random.uniform(0.8, 1.0),
        seed=int(random.integers(1 << 30)),
        crf=0,
    )


# --- without a codec


def _film(case: tuple[int, int, int]) -> list[Reading]:
    seed, width, height = case
    return films.readings(drawn_camera(np.random.default_rng([2006, seed]), width, height))


def film(setting: Setting) -> Part:
    """Compare every figure of a filmed chart with its truth, without loss by a codec."""
    count = setting.runs(20)
    cases = [(seed, *((640, 360) if setting.tiny else (1280, 720))) for seed in range(count)]
    sorted_out = by_quantity(reading for found in setting.each(_film, cases) for reading in found)
    rows = []
    for quantity, found in sorted_out.items():
        share = f"{inside(found) / len(found):.0%}"
        rows.append((f"`{quantity}`", unit_of(quantity), *sizes(found, ".3g"), share, len(found)))
    text = prose(
        f"{count} cameras drawn at random: 1280 x 720, blur 0.6 to 1.3 px, temporal noise 0.4 to",
        "1.2 %, fixed pattern 0.3 to 0.8 %, tilt and pan to 4 degrees, roll to 2, colour cast up",
        "to 7 %, saturation 0.8 to 1, BT.709, 4:2:0, 8 bit, lossless H.264, 0.4 s; every region",
        "of the chart.",
    )
    return Part(text=text + table((*HEAD, "readings"), rows))


QUIET = (0.002, 1e-6)
"""Temporal noise of quiet cameras, share of white: half a code, and none (rounding alone)."""


def _quiet(case: tuple[float, int, int, int]) -> list[Reading]:
    noise, seed, width, height = case
    camera = drawn_camera(np.random.default_rng([2006, seed]), width, height)
    found = films.readings(replace(camera, noise=noise, fixed_noise=QUIET[-1]))
    return [reading for reading in found if reading.quantity == "resolution.mtf50"]


def quiet(setting: Setting) -> Part:
    """Show what the method adds to noise: MTF50 of filmed charts that have hardly any."""
    count, rows = setting.runs(20), []
    size = (640, 360) if setting.tiny else (1280, 720)
    for noise in QUIET:
        films_read = setting.each(_quiet, [(noise, seed, *size) for seed in range(count)])
        found = [reading for readings in films_read for reading in readings]
        rms = float(np.sqrt(np.mean([_deviation(reading) ** 2 for reading in found])))
        share = f"{inside(found) / len(found):.0%}"
        rows.append((f"{noise:.1%}", f"{rms:.3f}", *sizes(found, ".3f"), share, len(found)))
    text = prose(
        f"The first {count} cameras of the section before, without fixed pattern. Bar: 0.15 % rms.",
        "Without noise, levels are rounded to whole codes alike from frame to frame, which no",
        "average takes out; U says so (*quantisation*).",
    )
    head = ("noise", "rms, %", "bias", "mean error", "largest", "U, mean", "inside U", "readings")
    return Part(text=text + table(head, rows))


HEAD = ("figure", "unit of the error", "bias", "mean error", "largest", "U, mean", "inside U")


def sizes(found: Sequence[Reading], form: str) -> tuple[str, ...]:
    """Write bias, mean error, largest error and mean U."""
    off = np.array([_deviation(reading) for reading in found])
    sizes = np.abs(off).mean(), np.abs(off).max(), _stated(found)
    return f"{off.mean():+{form}}", *(f"{size:{form}}" for size in sizes)


def inside(found: Sequence[Reading]) -> int:
    """Count the readings whose truth lies inside U."""
    return sum(abs(reading.off) <= reading.expanded for reading in found)


def by_quantity(readings: Iterable[Reading]) -> dict[str, list[Reading]]:
    """Sort readings by quantity."""
    found: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        found[reading.quantity].append(reading)
    return dict(sorted(found.items()))


def unit_of(quantity: str) -> str:
    """Return the unit in which deviations of a figure are stated."""
    unit = metrics.quantities()[quantity]
    return "%" if unit in RELATIVE else unit


def _deviation(reading: Reading) -> float:
    """Deviation in the figure's unit, or in percent of the truth."""
    return reading.off * _scale(reading)


def _scale(reading: Reading) -> float:
    relative = metrics.quantities()[reading.quantity] in RELATIVE
    return 100 / reading.truth if relative and reading.truth else 1.0


def _mean(found: Sequence[Reading]) -> float:
    """Mean deviation."""
    return float(np.mean([_deviation(reading) for reading in found]))


def _stated(found: Sequence[Reading]) -> float:
    """Mean U, in the unit of ``_deviation``."""
    return float(np.mean([reading.expanded * _scale(reading) for reading in found]))


def _lens(case: tuple[float, int, int]) -> list[Reading]:
    k, seed, width = case
    random = np.random.default_rng([2006, seed, 3])
    tilt, pan, roll = random.uniform(-15, 15, 3).tolist()
    camera = Camera(
        width=width, height=width * 9 // 16, share=0.75, tilt=tilt, pan=pan, roll=roll,
        distortion=k, seed=seed, crf=0,
    )  # fmt: skip
    found = films.readings(camera)
    return [reading for reading in found if reading.quantity.startswith("geometry.")]


def geometry(setting: Setting) -> Part:
    """Compare lens and pose with their truth."""
    seeds, width = setting.runs(4), 640 if setting.tiny else 1280
    lenses = DISTORTIONS[-1:] if setting.tiny else DISTORTIONS
    cases = [(k, seed, width) for k in lenses for seed in range(seeds)]
    sorted_out = by_quantity(reading for found in setting.each(_lens, cases) for reading in found)
    rows = []
    for quantity, found in sorted_out.items():
        share = f"{inside(found)} of {len(found)}"
        rows.append((f"`{quantity}`", unit_of(quantity), *sizes(found, ".3f"), share))
    text = prose(
        f"Lenses of k = {', '.join(f'{k:g}' for k in lenses)} (ideal radius = r (1 + k r^2), r = 1",
        f"at half the diagonal), {seeds} poses each with tilt, pan and roll to 15 degrees,",
        f"{width} x {width * 9 // 16}, lossless. Bar: distortion within 0.1 percentage point. U",
        "also includes two contributions not present here: the print and the centre of the lens.",
    )
    return Part(text=text + table(HEAD, rows))


# --- with a codec


def codec_crf(setting: Setting) -> Part:
    """Follow every figure through constant quality."""
    cameras = {"lossless": SEEN} | {str(crf): replace(SEEN, crf=crf) for crf in CRFS}
    return _codec(setting, cameras, "CRF", "crf")


def codec_bit_rate(setting: Setting) -> Part:
    """Follow every figure through a constant bit rate."""
    cameras = {str(rate): replace(SEEN, bit_rate=rate * MEGA) for rate in BIT_RATES}
    return _codec(setting, cameras, "Mbit/s", "bit_rate")


def _filmed(case: tuple[Camera, float]) -> list[Reading]:
    camera, seconds = case
    return films.readings(camera, seconds)


def _codec(setting: Setting, cameras: Mapping[str, Camera], name: str, file: str) -> Part:
    """Film at every setting with several seeds; a table, and a picture for each figure."""
    cameras = dict(list(cameras.items())[-2:]) if setting.tiny else cameras
    seeds, seconds = setting.runs(3), max(0.2, min(2.0, 2.0 * setting.share * 5))
    width, height = (640, 360) if setting.tiny else (SEEN.width, SEEN.height)
    cases = [
        (replace(camera, seed=seed + 1, width=width, height=height), seconds)
        for camera in cameras.values()
        for seed in range(seeds)
    ]
    found = setting.each(_filmed, cases)
    by_setting = {
        label: by_quantity(
            reading for film in found[i * seeds : (i + 1) * seeds] for reading in film
        )
        for i, label in enumerate(cameras)
    }
    quantities = sorted({quantity for row in by_setting.values() for quantity in row})
    pictured = {f"codec_{file}_{q.replace('.', '_')}.svg": q for q in PICTURED if q in quantities}
    head = ("figure", "unit", *(f"{name} {label}" for label in cameras))
    text = prose(
        f"{width} x {height}, 25 frame/s, {seconds:g} s, {CONDITIONS}; {seeds} films at each",
        f"setting, every region of the chart. {READ_AS}",
    )
    text += table(head, _rows(by_setting, quantities)) + f"{_said(by_setting, name)}\n\n"
    text += "".join(f"![{q} against {name}](pictures/{at})\n" for at, q in pictured.items())
    pictures = {at: _picture(by_setting, q, name) for at, q in pictured.items()}
    return Part(text=text, pictures=pictures)


CONDITIONS = (
    f"x264 veryfast, blur {SEEN.blur:g} px, temporal noise {SEEN.noise:.1%}, fixed "
    f"{SEEN.fixed_noise:.1%}, tilted by {SEEN.tilt:g}, panned by {SEEN.pan:g}, rolled by "
    f"{SEEN.roll:g} degrees, barrel of k = {SEEN.distortion:g}, a cast and saturation "
    f"{SEEN.saturation:g}"
)
READ_AS = (
    "Mean deviation from the truth before the codec, and the mean U stated; bold: the deviation is "
    "larger than U. In brackets: readings inside U. Noise figures, and their U, are those of the "
    "recorded picture: a codec that smooths noise changes the picture; only "
    "`noise.snr_before_coding` describes the camera. Elsewhere U includes a line for the codec."
)


def _rows(by_setting: Mapping[str, Row], quantities: Sequence[str]) -> list[tuple[str, ...]]:
    rows = []
    for quantity in quantities:
        cells = (_cell(row.get(quantity, ())) for row in by_setting.values())
        rows.append((f"`{quantity}`", unit_of(quantity), *cells))
    return rows


def _cell(found: Sequence[Reading]) -> str:
    """Mean deviation, U, and the number of readings inside U."""
    if not found:
        return "refused"
    off, stated = _mean(found), _stated(found)
    bound = "at least " if all(reading.lower_bound for reading in found) else ""
    text = f"{bound}{round(off, 4):+.2g} ± {stated:.2g} ({inside(found)}/{len(found)})"
    return f"**{text}**" if abs(off) > stated else text


def _said(by_setting: Mapping[str, Row], name: str) -> str:
    """List the figures that the codec moves outside U or removes."""
    lines = []
    for quantity in sorted({quantity for row in by_setting.values() for quantity in row}):
        found = {label: row.get(quantity, ()) for label, row in by_setting.items()}
        moved = [label for label, got in found.items() if got and abs(_mean(got)) > _stated(got)]
        gone = [label for label, got in found.items() if not got]
        if moved or gone:
            words = [f"outside U at {name} {', '.join(moved)}"] * bool(moved)
            words += [f"refused at {name} {', '.join(gone)}"] * bool(gone)
            lines.append(f"- `{quantity}`: {'; '.join(words)}.")
    if not lines:
        return "No figure leaves its U."
    return "\n".join(["On average the codec moves these figures:", "", *lines])


def _picture(by_setting: Mapping[str, Row], quantity: str, name: str) -> str:
    """Draw the mean deviation against the setting, between + U and - U."""
    numbered = {
        label: row[quantity]
        for label, row in by_setting.items()
        if label.isdigit() and row.get(quantity)
    }
    x = tuple(float(label) for label in numbered)

    def line(value: Callable[[Sequence[Reading]], float]) -> Curve:
        return Curve(
            name=quantity,
            x=x,
            y=tuple(value(found) for found in numbered.values()),
            x_label=name,
            y_label=f"{quantity.partition('.')[2]}: deviation",
            y_unit=unit_of(quantity),
        )

    curves = {
        "deviation, mean": line(_mean),
        "+ U": line(_stated),
        "\u2212 U": line(lambda found: -_stated(found)),
    }
    return plots.draw(curves)
