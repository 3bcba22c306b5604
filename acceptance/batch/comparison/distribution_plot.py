"""The figures of many devices on one requirement, model by model, with the limit drawn in."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from acceptance import wording
from acceptance.messages import visible
from acceptance.model import Verdict
from acceptance.report import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.batch.comparison.device_comparison import (
        DeviceComparison,
        Distribution,
        JudgedFigure,
    )

WIDTH, LEFT, RIGHT, ROW, TOP, FOOT = 900.0, 210.0, 30.0, 44.0, 22.0, 34.0
MOST_MODELS = 12  # rows; the others share one
MOST_DOTS = 1500  # of a drawing; beyond, the box and the farthest stand for them
MOST_WHISKERS = 40  # dots of a row that show U
LONGEST_NAME = 26
SPREAD = 0.62  # part of a row's height over which dots are spread
GOLDEN = (math.sqrt(5) - 1) / 2  # spreads neighbours far apart, the same each time
PALE = 'fill="#e4e4e4"'
DASHED = f'stroke="{svg.INK}" stroke-width="1.6" stroke-dasharray="6 4" fill="none"'
THIN = 'stroke="#999" stroke-width="0.8" fill="none"'
BOX = 'fill="none" stroke="#14365c" stroke-width="1.4"'
DOT = 'r="3" fill="#14365c" fill-opacity="0.55"'

Rows = list[tuple[str, "list[JudgedFigure]"]]


def drawing(distribution: Distribution, found: DeviceComparison, lang: str) -> str:
    """Return the drawing as SVG."""
    rows = _rows(distribution, found, lang)
    axis = _axis(distribution)
    bottom = TOP + ROW * len(rows)
    parts = [*_limits(distribution, axis, bottom), *_scale(axis, bottom, distribution, lang)]
    for number, (name, figures) in enumerate(rows):
        middle = TOP + ROW * (number + 0.5)
        parts += [svg.label(LEFT - 10, middle + 4, visible(name), "end")]
        parts += _row(figures, axis, middle, MOST_DOTS // len(rows))
    return svg.drawing(f"{WIDTH:.0f} {bottom + FOOT:.0f}", "12", parts)


def _rows(distribution: Distribution, found: DeviceComparison, lang: str) -> Rows:
    """Put figures together by model, those that have most failures first, the rest in one row."""
    words = wording.phrases(lang)["devices"]
    models: dict[tuple[str, str], list[JudgedFigure]] = defaultdict(list)
    for figure in distribution.figures:
        device = found.matrix.devices[figure.device]
        models[device["manufacturer"], device["model"]].append(figure)
    order = sorted(models, key=lambda name: (-_failing(models[name]), name))
    unknown = str(words["not_stated"])
    rows = [(_named(*name) or unknown, models[name]) for name in order[:MOST_MODELS]]
    if others := order[MOST_MODELS:]:
        together = [figure for name in others for figure in models[name]]
        rows.append((str(words["others"]).format(count=len(others)), together))
    return [(f"{name} ({len(figures)})", figures) for name, figures in rows]


def _named(manufacturer: str, model: str) -> str:
    """Name a model; of long names the beginning of the manufacturer and the end of the model."""
    room = max(LONGEST_NAME - len(model), 6)
    short = manufacturer if len(manufacturer) <= room else f"{manufacturer[: room - 1]}…"
    return f"{short} {model if len(model) <= LONGEST_NAME else f'…{model[-LONGEST_NAME:]}'}".strip()


def _failing(figures: Sequence[JudgedFigure]) -> float:
    return sum(figure.verdict is Verdict.FAIL for figure in figures) / len(figures)


def _axis(distribution: Distribution) -> svg.Axis:
    limit = distribution.limit
    ends = [end for end in (limit.at_least, limit.at_most) if end is not None]
    values = [figure.value for figure in distribution.figures]
    held = [value for value in (*ends, *values) if math.isfinite(value)]
    low, high = min(held), max(held)
    wide = [figure.expanded or 0.0 for figure in distribution.figures]
    usual = float(np.median([expanded for expanded in wide if math.isfinite(expanded)] or [0.0]))
    room = max(0.06 * (high - low), usual) or max(abs(high), 1.0) * 0.1
    return svg.Axis(low=low - room, high=high + room, start=LEFT, end=WIDTH - RIGHT)


def _limits(distribution: Distribution, axis: svg.Axis, bottom: float) -> Iterator[str]:
    """Grey what does not conform, and draw the limit."""
    size = f"{bottom - TOP:.1f}"
    limit = distribution.limit
    for end, edge in ((limit.at_least, axis.start), (limit.at_most, axis.end)):
        if end is not None:
            at = axis(end)
            left, width = min(at, edge), abs(edge - at)
            yield svg.rect((f"{left:.1f}", f"{TOP:.1f}"), (f"{width:.1f}", size), PALE)
            yield svg.path(f"M{at:.1f} {TOP - 6:.1f}V{bottom:.1f}", DASHED)
            yield svg.label(at, TOP - 9, wording.number(end), "middle", 'font-weight="bold"')


def _scale(axis: svg.Axis, bottom: float, distribution: Distribution, lang: str) -> Iterator[str]:
    yield svg.path(f"M{LEFT:.1f} {bottom:.1f}H{WIDTH - RIGHT:.1f}")
    for tick in axis.ticks(8):
        yield svg.path(f"M{axis(tick):.1f} {bottom:.1f}v5")
        yield svg.label(axis(tick), bottom + 17, wording.number(tick), "middle")
    unit = wording.unit(distribution.limit.unit, lang)
    words = f"{wording.quantity(distribution.quantity, lang)} {unit}".strip()
    yield svg.label((LEFT + WIDTH - RIGHT) / 2, bottom + 31, visible(words), "middle")


def _row(
    figures: Sequence[JudgedFigure], axis: svg.Axis, middle: float, most: int
) -> Iterator[str]:
    known = [figure for figure in figures if math.isfinite(figure.value)]
    for number, figure in enumerate(_shown(known, most)):
        height = middle + SPREAD * ROW * ((number * GOLDEN) % 1 - 0.5) * (len(known) > 1)
        yield from _dot(figure, axis, height, whisker=len(known) <= MOST_WHISKERS)
    if len(known) > 3:
        yield from _box([figure.value for figure in known], axis, middle)


def _shown(figures: Sequence[JudgedFigure], most: int) -> list[JudgedFigure]:
    """Return all figures, or of many the failures and the farthest from the middle."""
    if len(figures) <= most:
        return [*figures]
    median = float(np.median([figure.value for figure in figures]))
    order = sorted(
        figures,
        key=lambda figure: (figure.verdict is Verdict.PASS, -abs(figure.value - median)),
    )
    return order[:most]


def _dot(figure: JudgedFigure, axis: svg.Axis, height: float, *, whisker: bool) -> Iterator[str]:
    at = axis(figure.value)
    if whisker and figure.expanded:
        left = max(axis(figure.value - figure.expanded), axis.start)
        right = min(axis(figure.value + figure.expanded), axis.end)
        yield svg.path(f"M{left:.1f} {height:.1f}H{right:.1f}", THIN)
    sign = {Verdict.FAIL: "×", Verdict.CONDITIONAL_FAIL: "△", Verdict.INCONCLUSIVE: "?"}
    if figure.verdict in sign:
        style = 'font-size="14" font-weight="bold"'
        yield svg.label(at, height + 5, sign[figure.verdict], "middle", style)
    else:
        yield svg.circle(at, height, DOT)


def _box(values: Sequence[float], axis: svg.Axis, middle: float) -> Iterator[str]:
    """Draw the middle half, and the median."""
    low, median, high = (axis(float(value)) for value in np.percentile(values, (25, 50, 75)))
    top, height = middle - ROW * 0.36, ROW * 0.72
    corner, size = (f"{low:.1f}", f"{top:.1f}"), (f"{max(high - low, 1):.1f}", f"{height:.1f}")
    yield svg.rect(corner, size, BOX)
    yield svg.path(f"M{median:.1f} {top:.1f}v{height:.1f}", BOX)
