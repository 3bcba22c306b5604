"""What a shot or a list of recordings gives: measurements, and notes on results not obtained."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from acceptance import metrics
from acceptance.charts import printed_copy
from acceptance.errors import GapError
from acceptance.files.output import put
from acceptance.metrics import recordings as measure_recordings
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build, stills, wall_labels
from acceptance.session.log_book import LogBook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from acceptance.model import Recordings, Value
    from acceptance.recorder.recordings import Found
    from acceptance.scene.build import Scene

    Draw = Callable[[Scene, list[Measurement], list[Note]], tuple[str, list[Measurement]]]
    # ``look_and_draw``, or what gives the same of a measurement made elsewhere
    Look = Callable[[Shot, Path, Collection[str], "Progress | None"], "Measured"]


class Progress(Protocol):
    """Receives how far the work is: the shot, and the frames seen out of all frames."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of progress."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one shot gave.

    That is the shot as filmed, its measurements, and notes on results not obtained.
    """

    shot: Shot
    measurements: tuple[Measurement, ...]
    notes: tuple[Note, ...]


def measure(
    seen: Scene, wanted: Collection[str] | None = None
) -> tuple[list[Measurement], list[Note]]:
    """Measure what the scene supports, with the metrics that give a ``wanted`` quantity.

    The notes state what could not be measured, and why.
    """
    found: list[Measurement] = []
    notes = list(seen.notes)
    for name, metric in metrics.every().items():
        asked = wanted is None or not metric.QUANTITIES.keys().isdisjoint(wanted)
        if asked and metric.serves(seen):
            try:
                for item in metric.measure(seen):
                    found.append(item) if isinstance(item, Measurement) else notes.append(item)
            except GapError as gap:
                notes.append(Note.of(gap, metric=name))
    shot = seen.shot
    of_shot = [replace(note, shot=shot.id, subject=note.subject or shot.subject) for note in notes]
    return found, of_shot


def look(
    shot: Shot,
    wanted: Collection[str] | None = None,
    folder: Path = Path(),
    *,
    progress: build.Progress | None = None,
    draw: Draw | None = None,
) -> Measured:
    """Look at a shot's clip, a path below ``folder``, and measure.

    ``draw`` makes its stills and names them. Raises ClipError, ChartError and PlanError; footage
    in which nothing can be seen gives a note.
    """
    # until somebody says otherwise
    printed = replace(shot, chart_copy=shot.chart_copy or printed_copy.UNKNOWN)
    try:
        seen = build.look(printed, folder, progress=progress)
    except GapError as gap:
        note = Note.of(gap, shot=shot.id, subject=shot.subject)
        return Measured(shot=shot, measurements=(), notes=(note,))
    found, notes = measure(seen, wanted)
    for doubt in printed_copy.notices(seen.chart) if seen.chart else ():
        notes.append(Note(shot=shot.id, subject=shot.subject, metric="chart", reason=doubt))
    picture, found = draw(seen, found, notes) if draw else ("", found)
    filmed = replace(seen.shot, chart_copy=shot.chart_copy, still=picture)
    return Measured(shot=filmed, measurements=tuple(found), notes=tuple(notes))


def look_and_draw(
    shot: Shot,
    bag: Path,
    judged: Collection[str],
    progress: Progress | None,
    *,
    folder: Path | None = None,
) -> Measured:
    """Look at a shot of the session in ``bag``; add its stills.

    Quantities in ``judged`` get a still of their worst frame. The shot's paths count from
    ``folder``; None: from ``bag``. Raises as ``look`` does, and OutputError.
    """
    draw, tell = functools.partial(_draw, bag, judged), progress_of(shot.id, progress)
    return look(shot, folder=bag if folder is None else folder, progress=tell, draw=draw)


def progress_of(what: str, progress: Progress | None) -> Callable[[int, int], None]:
    """Report the progress of one shot or list of recordings, where somebody wants to know."""

    def report(done: int, total: int) -> None:
        if progress:
            progress(what, done, total)

    return report


def _draw(
    bag: Path, judged: Collection[str], seen: Scene, found: list[Measurement], notes: list[Note]
) -> tuple[str, list[Measurement]]:
    """Draw a shot's stills; return the name of the first, and the measurements with theirs."""
    shot = seen.shot.id
    name = f"data/stills/{shot}.jpg"
    put(bag / name, stills.draw(seen, wall_labels.of(found, notes)))
    pictures = stills.worst(seen, [item for item in found if item.quantity in judged])
    names = {quantity: f"data/stills/{shot}.{quantity}.jpg" for quantity in pictures}
    for quantity, picture in pictures.items():
        put(bag / names[quantity], picture)
    return name, [_with_still(item, names.get(item.quantity, "")) for item in found]


def log_measured(
    bag: Path, shot: str, measurements: int, notes: int, kept: Mapping[str, Value] | None = None
) -> None:
    """Log how many measurements and notes a shot or a list of recordings gave.

    ``kept``: the hashes of what is kept of it (``resuming``).
    """
    details: dict[str, Value] = {"shot": shot, "measurements": measurements, "notes": notes}
    LogBook(bag).append("measured", details | dict(kept or {}))


def _with_still(measurement: Measurement, name: str) -> Measurement:
    if not name:
        return measurement
    return replace(measurement, details={**measurement.details, "still": name})


def recorded(asked: Recordings, found: Found) -> list[Measurement | Note]:
    """Measure what a recorder has kept. Raises PlanError."""
    items = measure_recordings.measure(asked, found)
    return [
        replace(item, shot=asked.id, subject=asked.subject) if isinstance(item, Note) else item
        for item in items
    ]


def together(done: Sequence[Measured]) -> tuple[list[Measurement], list[Note]]:
    """Measurements and notes of all shots, then those that several shots give together."""
    found = [item for measured in done for item in measured.measurements]
    notes = [note for measured in done for note in measured.notes]
    for item in list(metrics.across([measured.shot for measured in done], found)):
        found.append(item) if isinstance(item, Measurement) else notes.append(item)
    return found, notes
