"""Live against playback: what two shots of one chart through two taps differ in, figure by figure.

playback - live with its uncertainty (JCGM 100:2008, 5.2: inputs that both share are correlated, all
others are taken as independent). Numbers only: whether a difference is beyond its uncertainty is
told, no verdict is given.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from acceptance.model import BudgetLine, SignalPath
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from acceptance.model import Curve, Measurement, Note, Reason, Shot

# Inputs that are the same in both shots, so that they act on both figures alike: the print, and the
# lens.
SHARED = frozenset({"chart copy", "focal_length", "lens_centre", "lens_model"})
PRINT = frozenset({"chart copy"})
# how far a coded figure is from the camera's: what the two coders take is what is looked for
CODING = "coding"
# a recording has no delay; not of one shot
LEFT_OUT = frozenset({"latency", "recordings", "stream", "low_light"})
# of films that need not be equally long
COUNTS = frozenset({"frame_rate.dropped", "frame_rate.repeated"})
PER_PIXEL = frozenset({"cycle/px", "px", "px/m"})


class Told(StrEnum):
    """What a difference tells; where it tells nothing, why."""

    BEYOND = "beyond"
    WITHIN = "within"
    BOUND = "bound"
    METHOD = "method"
    SIZE = "size"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One figure live and in playback.

    ``difference`` is playback - live, ``uncertainty`` its standard uncertainty.
    """

    live: Measurement
    playback: Measurement
    difference: float
    uncertainty: float
    k: float
    degrees_of_freedom: float | None
    told: Told
    budget: tuple[BudgetLine, ...]

    @property
    def expanded(self) -> float:
        """Expanded uncertainty U = k u of the difference, in the unit of the figures."""
        return self.k * self.uncertainty


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A figure that the live shot has and the playback has not.

    ``reason`` where a note tells why.
    """

    live: Measurement
    reason: Reason | None


@dataclass(frozen=True, kw_only=True)
class Rest:
    """One quantity in regions that came out alike.

    As ``Told`` has it, or "lost" for the ``reason``.
    """

    lives: tuple[Measurement, ...]
    told: str
    reason: Reason | None


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A live shot and a playback of the same chart, with what they differ in and what the playback no longer shows."""

    live: Shot
    playback: Shot
    differences: tuple[Difference, ...]
    losses: tuple[Loss, ...]

    @property
    def beyond(self) -> tuple[Difference, ...]:
        """Differences that are beyond their uncertainty."""
        return tuple(one for one in self.differences if one.told is Told.BEYOND)

    @property
    def shown(self) -> list[Difference]:
        """What a page shows row by row.

        Differences beyond, then those that can be told of centre or whole picture.
        """
        near = (one for one in self.differences if one.told is Told.WITHIN)
        return [
            *self.beyond,
            *(one for one in near if one.live.region.partition(".")[0] in {"", "centre"}),
        ]

    @property
    def rest(self) -> list[Rest]:
        """All others, regions together that came out alike.

        Those not shown, then what was lost, by its reason.
        """
        shown = {id(one) for one in self.shown}
        others = [
            (one.live, one.told.value, None) for one in self.differences if id(one) not in shown
        ]
        lost = [(one.live, "lost", one.reason) for one in self.losses]
        groups: dict[tuple[str, ...], list[tuple[Measurement, str, Reason | None]]] = {}
        for live, told, reason in (*others, *lost):
            key = (
                live.quantity,
                live.direction,
                live.statistic,
                told,
                reason.code if reason else "",
            )
            groups.setdefault(key, []).append((live, told, reason))
        return [
            Rest(lives=tuple(one[0] for one in ones), told=ones[0][1], reason=ones[0][2])
            for ones in groups.values()
        ]

    @property
    def curves(self) -> list[tuple[Measurement, Curve, Curve]]:
        """Curves that both have.

        The live figure that bears one, the curve live, the curve in playback.
        """
        both = ((one.live, one.live.curve, one.playback.curve) for one in self.differences)
        return [(live, a, b) for live, a, b in both if a and b and a.name == b.name]


def pairs(
    shots: Sequence[Shot], measurements: Sequence[Measurement], notes: Sequence[Note] = ()
) -> list[Pair]:
    """Hold every playback beside its live shot.

    The one that it names (``live``), else the only one that fits.
    One fits that is of the same subject, chart and print, under the same conditions. ``notes`` tell
    why a figure is missing in playback.
    """
    return [
        _pair(live, shot, measurements, notes)
        for shot in shots
        if shot.path is SignalPath.PLAYBACK and (live := _live(shot, shots)) is not None
    ]


def _live(playback: Shot, shots: Iterable[Shot]) -> Shot | None:
    fit = [one for one in shots if one.path is SignalPath.LIVE and _fits(one, playback)]
    return fit[0] if len(fit) == 1 else None


def _fits(live: Shot, playback: Shot) -> bool:
    if playback.live:
        return live.id == playback.live
    stated = [{(one.name, one.value) for one in shot.conditions} for shot in (live, playback)]
    same = (live.subject, live.chart, live.chart_copy) == (
        playback.subject,
        playback.chart,
        playback.chart_copy,
    )
    return same and live.chart is not None and stated[0] == stated[1]


def _pair(
    live: Shot, playback: Shot, measurements: Sequence[Measurement], notes: Sequence[Note]
) -> Pair:
    shown, again = (
        {_key(one): one for one in measurements if one.shot == shot.id and _comparable(one)}
        for shot in (live, playback)
    )
    resized = any(
        live.stream.get(side) != playback.stream.get(side) for side in ("width", "height")
    )
    printed = (live.chart, live.chart_copy) == (playback.chart, playback.chart_copy)
    shared = SHARED if printed else SHARED - PRINT
    both = ((one, again[key]) for key, one in shown.items() if key in again)
    about = [note for note in notes if note.shot == playback.id]
    return Pair(
        live=live,
        playback=playback,
        differences=tuple(_difference(one, other, shared, resized=resized) for one, other in both),
        losses=tuple(_loss(one, about) for key, one in shown.items() if key not in again),
    )


def _loss(live: Measurement, notes: Sequence[Note]) -> Loss:
    """Look for the note that tells most.

    Of the quantity and region, of the quantity, of its metric, of the shot.
    """
    family = live.quantity.partition(".")[0]
    wanted = ((live.quantity, live.region), (live.quantity, ""), ("", live.region), ("", ""))
    for quantity, region in wanted:
        for note in notes:
            if (note.quantity, note.region) == (quantity, region) and note.metric in {family, ""}:
                return Loss(live=live, reason=note.reason)
    return Loss(live=live, reason=None)


def _key(one: Measurement) -> tuple[str, ...]:
    return one.quantity, one.region, one.direction, one.statistic, one.unit


def _comparable(one: Measurement) -> bool:
    return one.quantity.partition(".")[0] not in LEFT_OUT and one.quantity not in COUNTS


def _difference(
    live: Measurement, playback: Measurement, shared: frozenset[str], *, resized: bool
) -> Difference:
    budget = tuple(_budget(live, playback, shared))
    total = combine(budget)
    difference = playback.value - live.value
    beyond = abs(difference) > total.k * total.uncertainty
    told = _trouble(live, playback, resized=resized) or (Told.BEYOND if beyond else Told.WITHIN)
    return Difference(
        live=live,
        playback=playback,
        difference=difference,
        uncertainty=total.uncertainty,
        k=total.k,
        degrees_of_freedom=total.degrees_of_freedom,
        told=told,
        budget=budget,
    )


def _trouble(live: Measurement, playback: Measurement, *, resized: bool) -> Told | None:
    """Say why a difference tells nothing.

    One side is only a bound, pixels of two sizes, another method.
    """
    if any(one.lower_bound or one.upper_bound for one in (live, playback)):
        return Told.BOUND
    if resized and live.unit in PER_PIXEL:
        return Told.SIZE
    return Told.METHOD if live.method != playback.method else None


def _budget(
    live: Measurement, playback: Measurement, shared: frozenset[str]
) -> Iterator[BudgetLine]:
    """List the inputs of the difference.

    Those of either figure, and of what both share what does not cancel.
    """
    for one in (live, playback):
        yield from (
            line for line in one.budget if line.source not in shared and line.source != CODING
        )
    for source in sorted(shared):
        sides = [[line for line in one.budget if line.source == source] for one in (live, playback)]
        left = abs(_root(sides[0]) - _root(sides[1]))
        if left:
            freedoms = (line.degrees_of_freedom for side in sides for line in side)
            freedom = min((one for one in freedoms if one), default=None)
            yield BudgetLine(
                source=source, contribution=left, degrees_of_freedom=freedom, evaluation="B"
            )


def _root(lines: Sequence[BudgetLine]) -> float:
    return math.sqrt(sum(line.contribution**2 for line in lines))


def rows(pair: Pair) -> Iterator[dict[str, Any]]:
    """Give what ``measure --json`` holds of a pair (``docs/formats.md``).

    Its differences, then what was lost.
    """
    for one in pair.differences:
        yield _row(pair, one.live) | {
            "playback": one.playback.value,
            "difference": one.difference,
            "uncertainty": one.uncertainty,
            "k": one.k,
            "expanded": one.expanded,
            "degrees_of_freedom": one.degrees_of_freedom,
            "told": one.told.value,
            "budget": [asdict(line) for line in one.budget],
            "reason": None,
        }
    for lost in pair.losses:
        empty = dict.fromkeys(
            ("playback", "difference", "uncertainty", "k", "expanded", "degrees_of_freedom")
        )
        why = lost.reason and asdict(lost.reason)
        yield _row(pair, lost.live) | empty | {"told": "lost", "budget": [], "reason": why}


def _row(pair: Pair, live: Measurement) -> dict[str, Any]:
    names = {"live_shot": pair.live.id, "playback_shot": pair.playback.id}
    about = {
        name: getattr(live, name)
        for name in ("quantity", "region", "direction", "statistic", "unit")
    }
    return names | about | {"live": live.value}
