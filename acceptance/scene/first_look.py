"""Which charts show in the first seconds of a clip, before anything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.charts import colorchecker, definition, finding
from acceptance.errors import GapError
from acceptance.footage import clip
from acceptance.footage.colorimetry import picture_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.charts.nouns import Chart

SECONDS, APART = 2.0, 1.0  # s of the clip that are decoded, and between two pictures looked at


def charts_at_start(path: Path) -> tuple[str, ...]:
    """Return the names of the charts seen, from left to right; a name twice: two copies of it.

    Every shipped chart is looked for in one picture a second until one is found; charts without
    fiducials only where no other is. Empty: none is seen. Raises ClipError.
    """
    opened = clip.open_clip(path)
    charts = [definition.load(name) for name in definition.names()]
    pictures = []
    for frame in _pictures(opened):
        pictures.append(frame)
        found = finding.find(frame.luma, [chart for chart in charts if not chart.found_by])
        if found:
            return tuple(located.chart.name for located in found)
    return _by_colours(opened, pictures, [chart for chart in charts if chart.found_by])


def _pictures(opened: clip.Clip) -> Iterator[clip.Frame]:
    """Yield the first frame of each second."""
    start = due = None
    for frame in opened.frames():
        time = float(frame.time)
        start = time if start is None else start
        if time - start > SECONDS:
            return
        if due is None or time >= due:
            due = time + APART
            yield frame


def _by_colours(
    opened: clip.Clip, pictures: Sequence[clip.Frame], charts: Sequence[Chart]
) -> tuple[str, ...]:
    """Return the charts that are found by their colours; several copies are not told apart."""
    if not pictures or pictures[0].cb is None:
        return ()
    found: list[str] = []
    for chart in charts:
        try:
            seen = colorchecker.places(
                lambda number: picture_of(pictures[number], opened.info), len(pictures), chart
            )
        except GapError:
            continue
        found += [chart.name] * bool(seen)
    return tuple(found)
