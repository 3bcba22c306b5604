"""The laboratories of one figure as a drawing: repeats, means with U, and the assigned value."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.laboratories.performance import ACTED, WARNED
from acceptance.messages import visible
from acceptance.report import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.laboratories.evaluation import AssignedValue, EvaluatedFigure, LaboratoryScore

WIDTH, LEFT, RIGHT, ROW, TOP, FOOT = 400.0, 74.0, 14.0, 18.0, 6.0, 33.0
LONGEST_NAME = 11
MOST_OF_RANGE = 6.0  # expanded uncertainties beyond this many times the spread are cut off
BAND = 'fill="#d9dfe7"'
MIDDLE = 'stroke="#14365c" stroke-width="1.4" fill="none"'
WARNING = 'stroke="#777" stroke-width="0.8" stroke-dasharray="5 3" fill="none"'
ACTION = 'stroke="#777" stroke-width="0.8" stroke-dasharray="1.5 2.5" fill="none"'
BAR = 'stroke="#222" stroke-width="1.3" fill="none"'
MEAN = 'r="3.4" fill="#222"'
REPEAT = 'r="2" fill="#fff" stroke="#8a3b12" stroke-width="0.9"'


def drawing(found: EvaluatedFigure, names: Mapping[str, str], lang: str) -> str:
    """Return the drawing as SVG; nothing where fewer than two laboratories reported.

    ``names``: of each laboratory, by its code. The band is the assigned value with its expanded
    uncertainty, the dashes lie at 2 and 3 of sigma.
    """
    if found.assigned is None:
        return ""
    axis = _axis(found, found.assigned)
    bottom = TOP + ROW * len(found.scores)
    parts = [*_assigned(found.assigned, axis, bottom)]
    for number, score in enumerate(found.scores):
        parts += _row(score, names[score.code], axis, TOP + ROW * (number + 0.5))
    parts += _scale(axis, bottom, wording.unit(found.figure.unit, lang))
    return svg.drawing(f"{WIDTH:.0f} {bottom + FOOT:.0f}", "11", parts)


def _axis(found: EvaluatedFigure, assigned: AssignedValue) -> svg.Axis:
    """Span all repeats, the assigned value, and the uncertainties as far as they are useful."""
    values = [value for score in found.scores for value in score.values] + [assigned.value]
    spread = max(values) - min(values) or abs(assigned.value) * 0.01 or 1.0
    reach = MOST_OF_RANGE * spread
    ends = [*values]
    for score in found.scores:
        half = min(score.expanded or 0.0, reach)
        ends += [score.mean - half, score.mean + half]
    half = min(2 * assigned.uncertainty, reach)
    ends += [assigned.value - half, assigned.value + half]
    room = 0.05 * (max(ends) - min(ends)) or spread
    return svg.Axis(low=min(ends) - room, high=max(ends) + room, start=LEFT, end=WIDTH - RIGHT)


def _clipped(axis: svg.Axis, value: float) -> float:
    return min(max(axis(value), axis.start), axis.end)


def _assigned(assigned: AssignedValue, axis: svg.Axis, bottom: float) -> Iterator[str]:
    half = 2 * assigned.uncertainty
    left, right = (_clipped(axis, assigned.value + side * half) for side in (-1, 1))
    size = f"{max(right - left, 0.5):.1f}", f"{bottom - TOP:.1f}"
    yield svg.rect((f"{left:.1f}", f"{TOP:.1f}"), size, BAND)
    yield svg.path(f"M{axis(assigned.value):.1f} {TOP:.1f}V{bottom:.1f}", MIDDLE)
    for times, style in ((WARNED, WARNING), (ACTED, ACTION)):
        for side in (-times, times):
            at = assigned.value + side * assigned.sigma
            if assigned.sigma and axis.low < at < axis.high:
                yield svg.path(f"M{axis(at):.1f} {TOP:.1f}V{bottom:.1f}", style)


def _row(score: LaboratoryScore, name: str, axis: svg.Axis, middle: float) -> Iterator[str]:
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    yield svg.label(LEFT - 8, middle + 4, visible(short), "end")
    if score.expanded:
        left, right = (_clipped(axis, score.mean + side * score.expanded) for side in (-1, 1))
        yield svg.path(f"M{left:.1f} {middle:.1f}H{right:.1f}", BAR)
        for end, value in ((left, -score.expanded), (right, score.expanded)):
            if axis.low <= score.mean + value <= axis.high:
                yield svg.path(f"M{end:.1f} {middle - 4:.1f}v8", BAR)
    if len(score.values) > 1:
        for value in score.values:
            yield svg.circle(axis(value), middle + 5, REPEAT)
    yield svg.circle(axis(score.mean), middle, MEAN)


def _scale(axis: svg.Axis, bottom: float, unit: str) -> Iterator[str]:
    yield svg.path(f"M{axis.start:.1f} {bottom:.1f}H{axis.end:.1f}")
    ticks = axis.ticks(4)
    digits = _digits(ticks)
    for tick in ticks:
        yield svg.path(f"M{axis(tick):.1f} {bottom:.1f}v4")
        text = f"{tick:.{digits}f}".replace("-", wording.MINUS)
        yield svg.label(axis(tick), bottom + 15, text, "middle")
    if unit.strip() not in {"", "1"}:
        yield svg.label((axis.start + axis.end) / 2, bottom + 29, unit, "middle")


def _digits(ticks: tuple[float, ...]) -> int:
    """Return how many decimals tell neighbouring ticks apart."""
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    return max(0, math.ceil(-math.log10(step) - 1e-9))
