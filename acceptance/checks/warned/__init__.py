"""What a reader must know of how a verdict was reached: the one place that finds it.

Pure: packs, plan, measurements, findings and log in, warnings out, so that ``verify`` can find them
again. What each code means and what to do is in ``docs/warnings.md``. To add one: a function that
yields it, its name in ``SOURCES``, its phrase and title in the phrase files, its row in the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks.warned import (
    chart_places,
    dates,
    doubtful,
    draws,
    footage,
    history,
    misses,
    overlays,
    parties,
    resources,
    taken_out,
    twins,
    verdicts,
)
from acceptance.checks.warned.judged import Judged
from acceptance.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from acceptance.model import SessionWarning

__all__ = ["Judged", "warnings"]

# In the order in which warnings of one severity are told.
SOURCES: tuple[Callable[[Judged], Iterator[SessionWarning]], ...] = (
    overlays.weaker_limits,
    overlays.weaker_rules,
    overlays.files,
    dates.below_advice,
    history.judged_again,
    history.unsigned_predecessors,
    history.earlier_sessions,
    history.unreadable,
    history.retaken,
    verdicts.other_profiles,
    verdicts.provisional,
    misses.left_aside,
    misses.averaged,
    misses.readings_aside,
    dates.sources,
    dates.ahead,
    dates.contradicted,
    dates.unstated,
    dates.received,
    doubtful.days,
    doubtful.words,
    verdicts.answered_by_hand,
    verdicts.stated_uncertainties,
    verdicts.silent_raters,
    doubtful.raters,
    taken_out.withdrawn,
    taken_out.by_plan,
    taken_out.untested_devices,
    doubtful.planned,
    taken_out.nothing_judged,
    taken_out.out_of_scope,
    taken_out.not_applicable,
    twins.footage,
    chart_places.framed_alike,
    twins.evidence,
    twins.references,
    twins.devices,
    twins.models,
    draws.seeds,
    draws.commitments,
    draws.retests,
    footage.regions,
    footage.clocks,
    footage.chart_copies,
    footage.own_charts,
    footage.copies_otherwise,
    footage.still_pictures,
    footage.cut_short,
    footage.coding,
    footage.several_streams,
    footage.recordings,
    footage.contradicted,
    footage.arrivals,
    footage.conditions,
    footage.statements,
    resources.instruments,
    doubtful.instruments,
    resources.people,
    parties.parties,
    overlays.confirmations,
    doubtful.confirmations,
    verdicts.within_uncertainty,
    doubtful.concessions,
    verdicts.decided_beside,
    history.resumed,
    history.measured_before,
)
ORDER = tuple(Severity)


def warnings(judged: Judged) -> tuple[SessionWarning, ...]:
    """Find all that a reader must know, cautions first.

    The session's findings, samples and log must be those of this judging.
    """
    found = [warning for source in SOURCES for warning in source(judged)]
    return tuple(sorted(found, key=lambda warning: ORDER.index(warning.severity)))
