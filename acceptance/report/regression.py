"""Figures held against those of an earlier build: what moved, which way, by how much.

Pure. Two figures are of one thing where shot, quantity, region, direction and statistic are the
same. A figure moved where the difference is beyond 2 sqrt(u1² + u2²), both being taken as
independent (JCGM 100:2008, 5.1.2, k = 2), or beyond a tolerance that was stated instead. What both
share (the print, the method) cancels in truth, so that this U is rather too large: small moves go
unnoticed unless a tolerance is stated. A figure that is only a bound moved where what it leaves
possible and the other figure are apart.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from operator import itemgetter
from typing import TYPE_CHECKING

from acceptance.errors import UsageError
from acceptance.messages import shortened, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acceptance.model import Measurement, Note, Reason

WIDE = 10  # times the U of now, and a tenth of the figure: a baseline's U above both is told
ROUNDING = 1e-9  # share of a figure that another processor may add or take
Key = tuple[str, str, str, str, str]
Noted = dict[tuple[str, str, str, str], tuple[int, "Reason"]]


class Move(StrEnum):
    """What became of a figure."""

    SAME = "same"
    UP = "up"
    DOWN = "down"
    VANISHED = "vanished"
    UNIT = "unit"
    NEW = "new"


FAILING = frozenset({Move.UP, Move.DOWN, Move.VANISHED, Move.UNIT})


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """How far figures may move, in place of their uncertainty."""

    name: str
    """Quantity (``noise.snr``), its last part (``snr``) or its family (``noise``)."""

    value: float
    """In the figure's unit, or as a share of its former value; 0 or more."""

    relative: bool
    """True: a share."""


@dataclass(frozen=True, kw_only=True)
class FigureMove:
    """One figure, before and now."""

    before: Measurement | None
    """None: it is new."""

    after: Measurement | None
    """None: it vanished."""

    move: Move
    """What became of it."""

    difference: float | None = None
    """After - before, in its unit; None: there is none."""

    allowed: float | None = None
    """How far it may have moved, in its unit; None: not compared."""

    tolerated: bool = False
    """True: ``allowed`` is a stated tolerance; False: the uncertainty of the difference."""

    reason: Reason | None = None
    """Why it vanished, where a note says so."""

    @property
    def figure(self) -> Measurement:
        """The figure itself: as it was, or as it is where it is new."""
        figure = self.before or self.after
        assert figure is not None  # noqa: S101 -- one of them is there
        return figure

    @property
    def other_method(self) -> bool:
        """Whether it is measured otherwise than before."""
        both = self.before is not None and self.after is not None
        return both and self.before.method != self.after.method  # type: ignore[union-attr]

    @property
    def fails(self) -> bool:
        """Whether it moved, vanished, or is in another unit."""
        return self.move in FAILING

    @property
    def hardly_could(self) -> bool:
        """Whether it is the same because the baseline's U is so large, and not by a tolerance.

        That may be of a short film, or written into the baseline so that nothing ever moves.
        """
        if self.before is None or self.after is None or self.tolerated or self.fails:
            return False
        usual = max(WIDE * self.after.expanded, abs(self.after.value) / WIDE)
        return self.before.expanded > usual


def tolerance(text: str) -> Tolerance:
    """Read ``NAME=VALUE`` (in the figure's unit) or ``NAME=VALUE%`` (of its former value).

    Raises UsageError.
    """
    name, _, value = (part.strip() for part in text.partition("="))
    number = value.removesuffix("%")
    try:
        size = float(number)
    except ValueError:
        size = math.nan
    if not name or not (0 <= size < math.inf):
        what = tr("tolerance {text!r}: write NAME=VALUE or NAME=VALUE%, not negative", text=text)
        raise UsageError(what)
    relative = value.endswith("%")
    return Tolerance(name=name, value=size / 100 if relative else size, relative=relative)


def read_tolerances(texts: Iterable[str]) -> tuple[Tolerance, ...]:
    """Read several, no two of one name. Raises UsageError."""
    found = tuple(map(tolerance, texts))
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(tr("two tolerances of {name!r}; keep one", name=name))
    return found


def compare(
    before: Sequence[Measurement],
    after: Sequence[Measurement],
    notes: Sequence[Note] = (),
    tolerances: Sequence[Tolerance] = (),
) -> tuple[FigureMove, ...]:
    """Hold figures against earlier ones, in their order; new ones come last.

    ``notes`` are those of now. Raises UsageError for a tolerance of something that is not there.
    """
    require_known(tolerances, before)
    stated = {one.name: one for one in tolerances}
    then, now = ({_key(figure): figure for figure in figures} for figures in (before, after))
    why = _first_of_each(notes)
    moves = [
        _move(figure, now[key], stated) if key in now else _vanished(figure, why)
        for key, figure in then.items()
    ]
    new = (figure for key, figure in now.items() if key not in then)
    return (*moves, *(FigureMove(before=None, after=each, move=Move.NEW) for each in new))


def _key(figure: Measurement) -> Key:
    return figure.shot, figure.quantity, figure.region, figure.direction, figure.statistic


def _names(figure: Measurement) -> tuple[str, str, str]:
    """Return what a tolerance can call a figure, the most exact first."""
    family, _, last = figure.quantity.partition(".")
    return figure.quantity, last, family


def require_known(tolerances: Iterable[Tolerance], figures: Sequence[Measurement]) -> None:
    """Refuse a tolerance that is of none of the figures. Raises UsageError."""
    known = {name for figure in figures for name in _names(figure)}
    for tolerance in tolerances:
        if tolerance.name not in known:
            near = difflib.get_close_matches(tolerance.name, known, n=1)
            guess = near or sorted({figure.quantity for figure in figures})
            parameters = {"name": tolerance.name, "known": shortened(guess)}
            what = tr(
                "no figure of the baseline is called {name!r}; perhaps: {known}", **parameters
            )
            raise UsageError(what)


def concerns(tolerance: Tolerance, figures: Iterable[Measurement]) -> bool:
    """Whether a tolerance is of one of the figures."""
    return any(tolerance.name in _names(figure) for figure in figures)


def _move(before: Measurement, after: Measurement, stated: Mapping[str, Tolerance]) -> FigureMove:
    if before.unit != after.unit:
        return FigureMove(before=before, after=after, move=Move.UNIT)
    tolerance = next((stated[name] for name in _names(before) if name in stated), None)
    allowed = math.hypot(before.expanded, after.expanded)
    if tolerance:
        allowed = tolerance.value * (abs(before.value) if tolerance.relative else 1.0)
    difference = after.value - before.value
    allowed = max(allowed, ROUNDING * max(abs(before.value), abs(after.value)))
    return FigureMove(
        before=before,
        after=after,
        move=_direction(before, after, difference, allowed),
        difference=difference,
        allowed=allowed,
        tolerated=tolerance is not None,
    )


def _direction(before: Measurement, after: Measurement, difference: float, allowed: float) -> Move:
    """Say which way a figure went. A number that is none went down; infinity allows nothing."""
    if abs(difference) <= allowed < math.inf:
        return Move.SAME
    up = difference > 0
    # a bound leaves everything on its open side possible
    open_side = (
        (before.lower_bound, after.upper_bound) if up else (before.upper_bound, after.lower_bound)
    )
    if any(open_side):
        return Move.SAME
    return Move.UP if up else Move.DOWN


def _first_of_each(notes: Iterable[Note]) -> Noted:
    """Return the first note about each thing, and its place among them all."""
    first: Noted = {}
    for place, note in enumerate(notes):
        about = note.shot, note.region, note.quantity, note.metric
        first.setdefault(about, (place, note.reason))
    return first


def _vanished(figure: Measurement, why: Noted) -> FigureMove:
    return FigureMove(before=figure, after=None, move=Move.VANISHED, reason=_reason(figure, why))


def _reason(figure: Measurement, why: Noted) -> Reason | None:
    """Return what notes say of a figure that is not there: the most exact, of those the first."""
    family = figure.quantity.partition(".")[0]
    for quantity, metric in ((figure.quantity, family), ("", family), ("", "")):
        about = product({figure.shot, ""}, {figure.region, ""}, [quantity], {metric, ""})
        found = [why[key] for key in about if key in why]
        if found:
            return min(found, key=itemgetter(0))[1]
    return None
