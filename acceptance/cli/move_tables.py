"""What ``measure --baseline`` prints: which figures moved, which way, by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.cli.terminal import say, table
from acceptance.messages import tr
from acceptance.report import move_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.report.regression import FigureMove


def moves(found: Sequence[FigureMove]) -> None:
    """Print what moved or vanished, and count all; nothing where there is no baseline."""
    if not found:
        return
    failed = [move for move in found if move.fails]
    if failed:
        _table(failed[: move_lines.MOST_LISTED])
    if left := move_lines.left_out(failed):
        say(left)
    counts = move_lines.counts(found)
    say(tr("Held against the baseline: {counts}", counts=counts), "red" if failed else "green")


def _table(failed: Sequence[FigureMove]) -> None:
    columns = (
        tr("shot"), tr("quantity"), tr("where"), tr("before"), tr("after"),
        tr("difference"), tr("allowed"), tr("what"),
    )  # fmt: skip
    rows = [move_lines.cells(move) for move in failed]
    table(tr("Moved since the baseline"), columns, rows, ["red"] * len(rows))
