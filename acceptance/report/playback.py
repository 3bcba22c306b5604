"""Live and playback compared: in what two shots of one chart through two taps differ, by figure.

playback - live with its uncertainty (JCGM 100:2008, 5.2: inputs that both share are correlated, all
others are taken as independent). Numbers only: whether a difference is beyond its uncertainty is
stated, no verdict is given.
"""

from __future__ import annotations

import math
from collections import defaultdict
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
SHARED_SOURCES = frozenset({"chart copy", "focal_length", "lens_centre", "lens_model"})
PRINT_SOURCES = frozenset({"chart copy"})
# how far a coded figure is from the camera's: what the two coders take is what is looked for
CODING_SOURCE = "coding"
# a recording has no delay; not of one shot
LEFT_OUT = frozenset({"latency", "recordings", "stream", "low_light"})
# of films that need not be equally long
COUNTS = frozenset({"frame_rate.dropped", "frame_rate.repeated"})
PER_PIXEL = frozenset({"cycle/px", "px", "px/m"})
LOST = "lost"
NUMBERS = ("playback", "difference", "uncertainty", "k", "expanded", "degrees_of_freedom")


class Significance(StrEnum):
    """What a difference means; where it means nothing, why.

    ``bound``: a figure is only a bound; ``method``: the methods differ; ``size``: pixels of two
    sizes.
    """

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
    significance: Significance
    budget: tuple[BudgetLine, ...]

    @property
    def expanded(self) -> float:
        """Expanded uncertainty U = k u of the difference, in the unit of the figures."""
        return self.k * self.uncertainty


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A figure that the live shot has and the playback has not.

    ``reason`` is that of a note that says why, if there is one.
    """

    live: Measurement
    reason: Reason | None


@dataclass(frozen=True, kw_only=True)
class Rest:
    """One quantity in regions that came out alike.

    ``outcome`` is a ``Significance``, or "lost" for the ``reason``.
    """

    lives: tuple[Measurement, ...]
    outcome: str
    reason: Reason | None


@dataclass(frozen=True, kw_only=True)
class ShotPair:
    """A live shot and a playback of the same chart.

    It holds their differences and what the playback no longer shows.
    """

    live: Shot
    playback: Shot
    differences: tuple[Difference, ...]
    losses: tuple[Loss, ...]

    @property
    def beyond(self) -> tuple[Difference, ...]:
        """Differences that are beyond their uncertainty."""
        return self._of(Significance.BEYOND)

    def _of(self, significance: Significance) -> tuple[Difference, ...]:
        return tuple(each for each in self.differences if each.significance is significance)

    @property
    def shown(self) -> list[Difference]:
        """What a page shows row by row.

        Differences beyond their uncertainty come first, then those within it of centre or whole
        picture.
        """
        near = (
            difference
            for difference in self._of(Significance.WITHIN)
            if difference.live.region.partition(".")[0] in {"", "centre"}
        )
        return [*self.beyond, *near]

    @property
    def rest(self) -> list[Rest]:
        """All others, regions together that came out alike.

        Those not shown come first, then what was lost, by its reason.
        """
        groups: dict[tuple[str, ...], list[tuple[Measurement, Reason | None]]] = defaultdict(list)
        for live, outcome, reason in self._not_shown():
            code = reason.code if reason else ""
            key = outcome, live.quantity, live.direction, live.statistic, code
            groups[key].append((live, reason))
        return [
            Rest(lives=tuple(live for live, _ in group), outcome=key[0], reason=group[0][1])
            for key, group in groups.items()
        ]

    def _not_shown(self) -> Iterator[tuple[Measurement, str, Reason | None]]:
        shown = {id(difference) for difference in self.shown}
        for difference in self.differences:
            if id(difference) not in shown:
                yield difference.live, difference.significance.value, None
        for loss in self.losses:
            yield loss.live, LOST, loss.reason

    @property
    def curves(self) -> list[tuple[Measurement, Curve, Curve]]:
        """Curves that both have: the live figure with the curve, the curve live, in playback."""
        both = ((each.live, each.live.curve, each.playback.curve) for each in self.differences)
        return [(live, a, b) for live, a, b in both if a and b and a.name == b.name]


def pairs(
    shots: Sequence[Shot], measurements: Sequence[Measurement], notes: Sequence[Note] = ()
) -> list[ShotPair]:
    """Compare every playback with its live shot.

    That is the one that it names (``live``), else the only one that fits. One fits that is of the
    same subject, chart and print, under the same conditions. ``notes`` say why a figure is missing
    in playback.
    """
    return [
        _pair(live, shot, measurements, notes)
        for shot in shots
        if shot.path is SignalPath.PLAYBACK and (live := _live(shot, shots)) is not None
    ]


def _live(playback: Shot, shots: Iterable[Shot]) -> Shot | None:
    fit = [shot for shot in shots if shot.path is SignalPath.LIVE and _fits(shot, playback)]
    return fit[0] if len(fit) == 1 else None


def _fits(live: Shot, playback: Shot) -> bool:
    if playback.live:
        return live.id == playback.live
    chart, again = (
        (shot.subject, shot.chart, shot.chart_copy,
         {(condition.name, condition.value) for condition in shot.conditions})
        for shot in (live, playback)
    )  # fmt: skip
    return live.chart is not None and chart == again


def _pair(
    live: Shot, playback: Shot, measurements: Sequence[Measurement], notes: Sequence[Note]
) -> ShotPair:
    figures, again = (_figures(shot, measurements) for shot in (live, playback))
    sides = ("width", "height")
    resized = any(live.stream.get(side) != playback.stream.get(side) for side in sides)
    shared = _shared(live, playback)
    about = [note for note in notes if note.shot == playback.id]
    differences = (
        _difference(figure, again[key], shared, resized=resized)
        for key, figure in figures.items()
        if key in again
    )
    losses = (_loss(figure, about) for key, figure in figures.items() if key not in again)
    return ShotPair(
        live=live, playback=playback, differences=tuple(differences), losses=tuple(losses)
    )


def _shared(live: Shot, playback: Shot) -> frozenset[str]:
    """Return the sources of uncertainty that both shots share: the print's only of one copy."""
    printed = (live.chart, live.chart_copy) == (playback.chart, playback.chart_copy)
    return SHARED_SOURCES if printed else SHARED_SOURCES - PRINT_SOURCES


def _figures(shot: Shot, measurements: Sequence[Measurement]) -> dict[tuple[str, ...], Measurement]:
    """Return what can be compared of a shot."""
    return {
        (each.quantity, each.region, each.direction, each.statistic, each.unit): each
        for each in measurements
        if each.shot == shot.id
        and each.quantity.partition(".")[0] not in LEFT_OUT
        and each.quantity not in COUNTS
    }


def _loss(live: Measurement, notes: Sequence[Note]) -> Loss:
    """Look for the note that says most.

    First come notes on quantity and region, then on the quantity, its metric, the shot.
    """
    family = live.quantity.partition(".")[0]
    wanted = ((live.quantity, live.region), (live.quantity, ""), ("", live.region), ("", ""))
    for quantity, region in wanted:
        for note in notes:
            if (note.quantity, note.region) == (quantity, region) and note.metric in {family, ""}:
                return Loss(live=live, reason=note.reason)
    return Loss(live=live, reason=None)


def _difference(
    live: Measurement, playback: Measurement, shared: frozenset[str], *, resized: bool
) -> Difference:
    budget = tuple(_budget(live, playback, shared))
    total = combine(budget)
    difference = playback.value - live.value
    beyond = abs(difference) > total.k * total.uncertainty
    plain = Significance.BEYOND if beyond else Significance.WITHIN
    return Difference(
        live=live,
        playback=playback,
        difference=difference,
        uncertainty=total.uncertainty,
        k=total.k,
        degrees_of_freedom=total.degrees_of_freedom,
        significance=_trouble(live, playback, resized=resized) or plain,
        budget=budget,
    )


def _trouble(live: Measurement, playback: Measurement, *, resized: bool) -> Significance | None:
    """Say why a difference means nothing.

    One side may be only a bound, the pixels of two sizes, or the methods different.
    """
    if any(figure.lower_bound or figure.upper_bound for figure in (live, playback)):
        return Significance.BOUND
    if resized and live.unit in PER_PIXEL:
        return Significance.SIZE
    return Significance.METHOD if live.method != playback.method else None


def _budget(
    live: Measurement, playback: Measurement, shared: frozenset[str]
) -> Iterator[BudgetLine]:
    """List the inputs of the difference.

    They are those of either figure; of inputs that both share, what does not cancel.
    """
    for line in (*live.budget, *playback.budget):
        if line.source not in shared and line.source != CODING_SOURCE:
            yield line
    for source in sorted(shared):
        first, second = (
            [line for line in figure.budget if line.source == source] for figure in (live, playback)
        )
        left = abs(_root(first) - _root(second))
        if left:
            freedom = _least_freedom([*first, *second])
            yield BudgetLine(
                source=source, contribution=left, degrees_of_freedom=freedom, evaluation="B"
            )


def _least_freedom(lines: Sequence[BudgetLine]) -> float | None:
    """Return the fewest degrees of freedom of the lines; None where all are infinite."""
    freedoms = (line.degrees_of_freedom for line in lines)
    return min((freedom for freedom in freedoms if freedom), default=None)


def _root(lines: Sequence[BudgetLine]) -> float:
    return math.sqrt(sum(line.contribution**2 for line in lines))


def rows(pair: ShotPair) -> Iterator[dict[str, Any]]:
    """Return what ``measure --json`` has of a pair (``docs/formats.md``).

    The differences come first, then what was lost.
    """
    for each in pair.differences:
        numbers = {
            "playback": each.playback.value,
            "difference": each.difference,
            "uncertainty": each.uncertainty,
            "k": each.k,
            "expanded": each.expanded,
            "degrees_of_freedom": each.degrees_of_freedom,
        }
        budget = [asdict(line) for line in each.budget]
        outcome = {"told": each.significance.value, "budget": budget, "reason": None}
        yield _row(pair, each.live) | numbers | outcome
    for loss in pair.losses:
        why = loss.reason and asdict(loss.reason)
        empty: dict[str, object] = dict.fromkeys(NUMBERS)
        yield _row(pair, loss.live) | empty | {"told": LOST, "budget": [], "reason": why}


def _row(pair: ShotPair, live: Measurement) -> dict[str, object]:
    return {
        "live_shot": pair.live.id,
        "playback_shot": pair.playback.id,
        "quantity": live.quantity,
        "region": live.region,
        "direction": live.direction,
        "statistic": live.statistic,
        "unit": live.unit,
        "live": live.value,
    }
