"""Stretches of time and what is left between them: interval arithmetic, pure.

A stretch is a pair (start, end) of seconds on one clock, start <= end; half open, so that stretches
which only touch do not overlap and leave no gap.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Stretch = tuple[float, float]


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Merge stretches that overlap or touch; return them in order, without empty ones."""
    merged: list[Stretch] = []
    for start, end in sorted(stretch for stretch in stretches if stretch[1] > stretch[0]):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def overlaps(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return what two or more of the stretches cover, merged and in order."""
    twice: list[Stretch] = []
    covered = float("-inf")
    for start, end in sorted(stretch for stretch in stretches if stretch[1] > stretch[0]):
        if start < covered:
            twice.append((start, min(end, covered)))
        covered = max(covered, end)
    return union(twice)


def within(stretches: Iterable[Stretch], low: float, high: float) -> list[Stretch]:
    """Cut stretches to what lies from ``low`` to ``high``."""
    return [
        (max(start, low), min(end, high))
        for start, end in stretches
        if min(end, high) > max(start, low)
    ]


def gaps(
    merged: Sequence[Stretch], low: float, high: float, longer_than: float = 0.0
) -> list[Stretch]:
    """Return the gaps between ``merged`` from ``low`` to ``high`` that exceed ``longer_than`` s."""
    inside = within(merged, low, high)
    ends = [low, *(end for _, end in inside)]
    starts = [*(start for start, _ in inside), high]
    between = zip(ends, starts, strict=True)
    return [(end, start) for end, start in between if start - end > longer_than]


def length(stretches: Iterable[Stretch]) -> float:
    """Add up the seconds of stretches that do not overlap."""
    return sum(end - start for start, end in stretches)


def kept_since(merged: Sequence[Stretch], until: float, longest_break: float) -> float:
    """Walk back from ``until`` over breaks of at most ``longest_break`` s; return how far."""
    since = until
    for start, end in reversed(within(merged, float("-inf"), until)):
        if since - end > longest_break:
            break
        since = start
    return since


def shares(merged: Sequence[Stretch], edges: Sequence[float]) -> list[float]:
    """Return the covered share (0 to 1) of each cell between neighbours of ``edges``, ascending."""
    found, at = [], 0
    for low, high in pairwise(edges):
        while at < len(merged) and merged[at][1] <= low:
            at += 1
        filled, ahead = 0.0, at
        while ahead < len(merged) and merged[ahead][0] < high:
            filled += min(merged[ahead][1], high) - max(merged[ahead][0], low)
            ahead += 1
        found.append(filled / (high - low))
    return found
