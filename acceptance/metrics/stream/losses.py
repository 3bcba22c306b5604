"""Packets lost, overtaken and sent twice, counted by their sequence numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.stream import blocks
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from acceptance.metrics.stream.figures import CapturedStream
    from acceptance.metrics.stream.sequences import Whole
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement, Note

METHOD = "RTP sequence numbers from the lowest to the highest of each connection"
# Of a Poisson count x, u = sqrt(x + 3): whatever the mean, x +- 1.96 u holds it in 94 of 100 cases
# or more, the bound of x = 0 included. Events of sizes s (bursts) have the variance sum(s^2) in
# place of x (compound Poisson).
SMALL = 3
FEWEST = 1000  # packets, from which a share of them is given


def figures(captured: CapturedStream) -> Iterator[Measurement | Note]:
    """Yield what was counted; shares of the packets only where no transport hides losses."""
    numbered = captured.numbered
    yield captured.figure(
        "missing", numbered.missing, (), samples=numbered.expected, method=METHOD,
        details=_runs(captured),
    )  # fmt: skip
    reason = _no_share(captured)
    if reason:
        for name in ("loss", "overtaken", "duplicates"):
            yield captured.note(name, reason.code, **reason.parameters)
        return
    yield _loss(captured)
    late = 1000 * numbered.late
    overtaken = {"latest_ms": float(late.max()), "count": int(numbered.overtaken.sum())}
    yield _share(captured, "overtaken", numbered.overtaken, overtaken)
    yield _share(captured, "duplicates", ~numbered.first, {"count": int((~numbered.first).sum())})


def _no_share(captured: CapturedStream) -> Reason | None:
    """Say why what the network did to packets cannot be told; None: it can."""
    if captured.hidden:
        return Reason(code="tcp_hides_loss", parameters={"missing": captured.numbered.missing})
    if captured.numbered.expected < FEWEST:
        few = {"packets": captured.numbered.expected, "needed": FEWEST}
        return Reason(code="too_few_packets", parameters=few)
    return None


def _runs(captured: CapturedStream) -> dict[str, Value]:
    record = captured.record
    return {
        "expected": captured.numbered.expected,
        "received": captured.numbered.received,
        "transport": record.transport if record else "",
    }


def _loss(captured: CapturedStream) -> Measurement:
    """Give the share of lost packets; an upper bound where the tester's own computer lost some."""
    missing, expected = captured.numbered.missing, captured.numbered.expected
    own = captured.record.own_drops if captured.record else None
    dropped = Reason(code="own_drops", parameters={"count": own}) if own else None
    details = {"count": missing, **_runs(captured)} | ({} if own is None else {"own_drops": own})
    if not missing:
        return _none_seen(captured, "loss", expected, details)
    budget = [_line(*captured.numbered.holes(), expected)]
    return captured.figure(
        "loss", missing / expected, budget, samples=expected, method=METHOD,
        details=details, upper_bound=dropped is not None, bound_by=dropped,
    )  # fmt: skip


def _share(
    captured: CapturedStream, name: str, which: NDArray[np.bool_],
    details: Mapping[str, Value],
) -> Measurement:  # fmt: skip
    """Give the share of the packets received that ``which`` (n,) says; a bound where none."""
    count, total = int(which.sum()), len(which)
    if not count:
        return _none_seen(captured, name, total, details)
    places = np.flatnonzero(which)
    return captured.figure(
        name,
        count / total,
        [_line(places, np.ones_like(places), total)],
        samples=total,
        method=METHOD,
        details=details,
    )


def _none_seen(
    captured: CapturedStream, name: str, total: int, details: Mapping[str, Value]
) -> Measurement:
    """Bound a share of which nothing was seen: a larger one would have shown in 95 of 100 cases."""
    most = 1 - 0.05 ** (1 / total)
    return captured.figure(
        name, most, (), samples=total, method=METHOD, upper_bound=True, details=details
    )


def _line(places: Whole, sizes: Whole, total: int) -> BudgetLine:
    """Return the doubt of a share: of events at ``places`` of ``total``, each of so many packets.

    Events that come in spells scatter more from block to block; the sizes of few bursts say little
    of those to come.
    """
    chance = float((sizes**2).sum()) * (1 + SMALL / len(sizes))
    by_block = np.bincount(places * blocks.BLOCKS // total, sizes, blocks.BLOCKS)
    spells = blocks.BLOCKS * float(by_block.var(ddof=1))
    bursts = len(sizes) + SMALL - 1.0 if (sizes > 1).any() else None
    freedom = blocks.FREEDOM if spells > chance else bursts
    doubt = max(chance, spells) ** 0.5 / total
    return BudgetLine(source="packets", contribution=doubt, degrees_of_freedom=freedom)
