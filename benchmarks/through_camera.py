"""Sections of ``docs/accuracy.md`` from films.

The whole chain from chart to figure, and what a codec does to it.
"""

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
    width=1920, height=1080, blur=0.7, noise=0.008, fixed_noise=0.003, tilt=4.0, pan=3.0, roll=2.0, distortion=0.03,
    white=0.8, gains=(1.05, 1.0, 0.94), saturation=0.9, crf=0,
)  # fmt: skip
PICTURED = (
    "resolution.mtf50", "resolution.mtf10", "resolution.wedge_horizontal", "noise.snr", "grey_scale.steps",
    "colour.delta_e00_mean", "colour.saturation", "geometry.distortion",
)  # fmt: skip
DISTORTIONS = (-0.05, 0.0, 0.05, 0.1, 0.15)
RELATIVE = {"cycle/px", "TVL", "code"}
"""Units of figures whose deviation is told in percent."""


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
    """Tell how far every figure of a filmed chart is off, without loss by a codec."""
    count = setting.runs(20)
    cases = [(seed, *((640, 360) if setting.tiny else (1280, 720))) for seed in range(count)]
    by_quantity = _sorted(reading for found in setting.each(_film, cases) for reading in found)
    rows = []
    for quantity, found in by_quantity.items():
        off = np.array([_deviation(one) for one in found])
        inside = np.mean([abs(one.off) <= one.expanded for one in found])
        told = (f"{off.mean():+.3g}", f"{np.abs(off).mean():.3g}", f"{np.abs(off).max():.3g}")
        rows.append(
            (
                f"`{quantity}`",
                _unit(quantity),
                *told,
                f"{_stated(found):.3g}",
                f"{inside:.0%}",
                len(found),
            )
        )
    head = (
        "figure",
        "unit of the error",
        "bias",
        "mean error",
        "largest",
        "U, mean",
        "inside U",
        "readings",
    )
    text = prose(
        f"{count} cameras drawn at random: 1280 x 720, blur 0.6 to 1.3 px, temporal noise 0.4 to 1.2 %, fixed pattern",
        "0.3 to 0.8 %, tilt and pan to 4 degrees, roll to 2, colour cast up to 7 %, saturation 0.8 to 1, BT.709,",
        "4:2:0, 8 bit, lossless H.264, 0.4 s; every region of the chart.",
    )
    return Part(text=text + table(head, rows))


def _sorted(readings: Iterable[Reading]) -> dict[str, list[Reading]]:
    """Sort readings by quantity."""
    found: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        found[reading.quantity].append(reading)
    return dict(sorted(found.items()))


def _unit(quantity: str) -> str:
    unit = metrics.quantities()[quantity]
    return "%" if unit in RELATIVE else unit


def _deviation(one: Reading) -> float:
    """Deviation in the figure's unit, or in percent of the truth."""
    return one.off * _scale(one)


def _scale(one: Reading) -> float:
    return 100 / one.truth if metrics.quantities()[one.quantity] in RELATIVE and one.truth else 1.0


def _stated(found: Sequence[Reading]) -> float:
    """Mean U, in the unit of ``_deviation``."""
    return float(np.mean([one.expanded * _scale(one) for one in found]))


def _lens(case: tuple[float, int, int]) -> list[Reading]:
    k, seed, width = case
    random = np.random.default_rng([2006, seed, 3])
    tilt, pan, roll = random.uniform(-15, 15, 3).tolist()
    camera = Camera(
        width=width,
        height=width * 9 // 16,
        share=0.75,
        tilt=tilt,
        pan=pan,
        roll=roll,
        distortion=k,
        seed=seed,
        crf=0,
    )
    return [one for one in films.readings(camera) if one.quantity.startswith("geometry.")]


def geometry(setting: Setting) -> Part:
    """Tell how far lens and pose are off."""
    seeds, width = setting.runs(4), 640 if setting.tiny else 1280
    lenses = DISTORTIONS[-1:] if setting.tiny else DISTORTIONS
    cases = [(k, seed, width) for k in lenses for seed in range(seeds)]
    by_quantity = _sorted(reading for found in setting.each(_lens, cases) for reading in found)
    rows = []
    for quantity, found in by_quantity.items():
        off = np.array([_deviation(one) for one in found])
        told = (
            f"{off.mean():+.3f}",
            f"{np.abs(off).mean():.3f}",
            f"{np.abs(off).max():.3f}",
            f"{_stated(found):.3f}",
        )
        inside = sum(abs(one.off) <= one.expanded for one in found)
        rows.append((f"`{quantity}`", _unit(quantity), *told, f"{inside} of {len(found)}"))
    text = prose(
        f"Lenses of k = {', '.join(f'{k:g}' for k in lenses)} (ideal radius = r (1 + k r^2), r = 1 at half the",
        f"diagonal), {seeds} poses each with tilt, pan and roll to 15 degrees, {width} x {width * 9 // 16}, lossless.",
        "Bar: distortion within 0.1 percentage point. What U holds beyond the errors seen here: print and centre.",
    )
    head = ("figure", "unit of the error", "bias", "mean error", "largest", "U, mean", "inside U")
    return Part(text=text + table(head, rows))


# --- with one


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
        label: _sorted(one for film in found[i * seeds : (i + 1) * seeds] for one in film)
        for i, label in enumerate(cameras)
    }
    quantities = sorted({quantity for row in by_setting.values() for quantity in row})
    pictured = {f"codec_{file}_{q.replace('.', '_')}.svg": q for q in PICTURED if q in quantities}
    shown = "".join(
        f"![{quantity} against {name}](pictures/{at})\n" for at, quantity in pictured.items()
    )
    text = prose(
        f"{width} x {height}, 25 frame/s, {seconds:g} s, x264 veryfast, blur {SEEN.blur:g} px, temporal noise",
        f"{SEEN.noise:.1%}, fixed {SEEN.fixed_noise:.1%}, tilted by {SEEN.tilt:g}, panned by {SEEN.pan:g}, rolled by",
        f"{SEEN.roll:g} degrees, barrel of k = {SEEN.distortion:g}, a cast and saturation {SEEN.saturation:g}; {seeds}",
        "films at each setting, every region of the chart. Mean deviation from what is true before the codec, and the",
        "mean U stated; bold: the deviation is larger than U. In brackets: readings inside U. Noise figures are of the",
        "recorded picture, and so is their U: a codec that smooths noise away changes the picture;",
        "`noise.snr_before_coding` alone speaks of the camera. Elsewhere U has a line for the codec.",
    )
    text += table(
        ("figure", "unit", *(f"{name} {label}" for label in cameras)), _rows(by_setting, quantities)
    )
    text += f"{_said(by_setting, name)}\n\n{shown}"
    return Part(
        text=text,
        pictures={at: _picture(by_setting, quantity, name) for at, quantity in pictured.items()},
    )


def _rows(by_setting: Mapping[str, Row], quantities: Sequence[str]) -> list[tuple[str, ...]]:
    return [
        (
            f"`{quantity}`",
            _unit(quantity),
            *(_cell(row.get(quantity, ())) for row in by_setting.values()),
        )
        for quantity in quantities
    ]


def _cell(found: Sequence[Reading]) -> str:
    """Mean deviation, U, and how many lie inside."""
    if not found:
        return "refused"
    off, stated = float(np.mean([_deviation(one) for one in found])), _stated(found)
    inside = sum(abs(one.off) <= one.expanded for one in found)
    bound = "at least " if all(one.lower_bound for one in found) else ""
    told = f"{bound}{round(off, 4):+.2g} ± {stated:.2g} ({inside}/{len(found)})"
    return f"**{told}**" if abs(off) > stated else told


def _said(by_setting: Mapping[str, Row], name: str) -> str:
    """Say in words where the codec moves a figure outside U."""
    lines = []
    for quantity in sorted({quantity for row in by_setting.values() for quantity in row}):
        moved = [
            label
            for label, row in by_setting.items()
            if (found := row.get(quantity))
            and abs(np.mean([_deviation(one) for one in found])) > _stated(found)
        ]
        gone = [label for label, row in by_setting.items() if not row.get(quantity)]
        if moved or gone:
            words = [f"outside U at {name} {', '.join(moved)}"] * bool(moved)
            words += [f"refused at {name} {', '.join(gone)}"] * bool(gone)
            lines.append(f"- `{quantity}`: {'; '.join(words)}.")
    return (
        "\n".join(["On average the codec moves these figures:", "", *lines])
        if lines
        else "No figure leaves its U."
    )


def _picture(by_setting: Mapping[str, Row], quantity: str, name: str) -> str:
    """Draw mean deviation against the setting, between + U and - U."""
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
            y_unit=_unit(quantity),
        )

    curves = {
        "deviation, mean": line(lambda found: float(np.mean([_deviation(one) for one in found]))),
        "+ U": line(_stated),
        "\u2212 U": line(lambda found: -_stated(found)),
    }
    return plots.draw(curves)
