"""What became of figures since a baseline, in the words of the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.messages import in_turn, language, listed, tr
from acceptance.report.regression import Move

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Measurement
    from acceptance.report.regression import FigureMove

MOST_LISTED = 1000  # figures that moved, one a line; more are counted


def words() -> dict[Move, str]:
    """Return the word for each."""
    return {
        Move.SAME: tr("same"),
        Move.UP: tr("up"),
        Move.DOWN: tr("down"),
        Move.VANISHED: tr("vanished"),
        Move.UNIT: tr("other unit"),
        Move.NEW: tr("new"),
    }


def counts(moves: Sequence[FigureMove]) -> str:
    """Count the figures by what became of them."""
    named, found = words(), Counter(move.move for move in moves)
    counted = [
        tr("{name}: {count}", name=named[move], count=found[move]) for move in Move if found[move]
    ]
    if hardly := sum(move.hardly_could for move in moves):
        counted.append(tr("could hardly move, as the baseline's U is so large: {n}", n=hardly))
    return listed(counted)


def left_out(failed: Sequence[FigureMove]) -> str:
    """Say how many figures that moved are not listed; empty: none."""
    left = len(failed[MOST_LISTED:])
    what = tr("{count} more; give acceptance measure --json FILE for all of them", count=left)
    return what if left else ""


def cells(found: FigureMove) -> tuple[str, ...]:
    """Tell of one figure: shot, quantity, where, before, after, difference, allowed, what."""
    figure = found.figure
    where = (wording.region(figure.region, language()), figure.direction, figure.statistic)
    return (
        figure.shot,
        figure.quantity,
        listed(filter(None, where)),
        _value(found.before),
        _value(found.after),
        "" if found.difference is None else f"{found.difference:+.4g} {figure.unit}",
        "" if found.allowed is None else f"{found.allowed:.4g} {figure.unit}",
        _what(found),
    )


def line(found: FigureMove) -> str:
    """Tell of one figure in one line."""
    shot, quantity, where, before, after, difference, allowed, what = cells(found)
    name = f"{shot}: {quantity}" + (f" ({where})" if where else "")
    moved = f", {difference} (> {allowed})" if difference else ""
    return f"{name}: {what}: {before or '—'} -> {after or '—'}{moved}"


def _value(figure: Measurement | None) -> str:
    if figure is None:
        return ""
    value = wording.figure(figure.value, figure.unit, language(), expanded=figure.expanded)
    return wording.bound(figure) + value


def _what(found: FigureMove) -> str:
    remarks = [
        tr("stated tolerance") if found.tolerated else "",
        tr("other method") if found.other_method else "",
        tr("the baseline's U is very large") if found.hardly_could else "",
        wording.reason(found.reason, language()) if found.reason else "",
    ]
    return in_turn([words()[found.move], *filter(None, remarks)])
