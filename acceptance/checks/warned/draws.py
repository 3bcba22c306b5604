"""What is to be known of samples: who chose the seed, how often, and what a re-test rests on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.commitments import (
    COMMITTED,
    SEEDED,
    list_digest,
    rule_digest,
    seed_entries,
)
from acceptance.checks.warned.alike import is_name, is_reason, person
from acceptance.checks.warned.judged import caution, note
from acceptance.checks.warned.overlays import of_interest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Draw, LogEntry, SessionWarning


def seeds(judged: Judged) -> Iterator[SessionWarning]:
    """Yield for each draw who gave its seed; the operator, where nobody else bears witness."""
    plan = judged.session.plan
    for draw in plan.draws:
        parameters = {"sampling": draw.sampling, "seed": draw.seed}
        pairs = [*seed_entries(plan.commitments, draw)]
        pairs = [pair for pair in pairs if _by_somebody_else(judged, pair[1])]
        fitting = [pair for pair in pairs if _fits(judged, draw, pair[0])]
        if not pairs:
            yield caution("seed_by_operator", [draw.sampling], **parameters)
        elif not fitting:
            yield caution("commitment_differs", [draw.sampling], **parameters)
        else:
            yield _witnessed(*fitting[0], draw)


def _by_somebody_else(judged: Judged, entry: LogEntry) -> bool:
    """Whether somebody gave a seed who neither tests here nor made what is tested."""
    witness = str(entry.details.get("witness", ""))
    return bool(entry.details.get("token")) or (
        is_name(witness) and person(witness) not in of_interest(judged)
    )


def _fits(judged: Judged, draw: Draw, commitment: LogEntry) -> bool:
    """Whether list and rule of a draw are those that were committed to."""
    plan, details = judged.session.plan, commitment.details
    found = list_digest(plan), rule_digest(judged.packs, draw.sampling)
    return found == (details.get("list_sha256"), details.get("rule_sha256"))


def _witnessed(commitment: LogEntry, entry: LogEntry, draw: Draw) -> SessionWarning:
    code = "seed_by_time_stamp" if entry.details.get("token") else "seed_by_witness"
    parameters = {
        "sampling": draw.sampling,
        "witness": str(entry.details.get("witness", "")),
        "statement": str(entry.details.get("statement", "")),
        "committed": commitment.when,
        "seeded": str(entry.details.get("stamped", "")) or entry.when,
    }
    return note(code, [draw.sampling], **parameters)


def commitments(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the lists that were committed to more than once, or given more than one seed."""
    groups: dict[tuple[object, object], list[LogEntry]] = defaultdict(list)
    given: dict[object, int] = defaultdict(int)
    for entry in judged.session.plan.commitments:
        details = entry.details
        if entry.what == COMMITTED:
            key = str(details.get("sampling", "")).partition("#")[2], details.get("retest_of", "")
            groups[key].append(entry)
        if entry.what == SEEDED:
            given[details.get("commitment")] += 1
    for (name, _), made in groups.items():
        count = sum(given[entry.sha256] for entry in made)
        if len(made) > 1 or count > 1:
            days = (entry.when for entry in made)
            counts = {"commitments": len(made), "seeds": count}
            yield caution("several_commitments", days, sampling=str(name), **counts)


def retests(judged: Judged) -> Iterator[SessionWarning]:
    """Yield each re-test; a caution where nobody could look into the session that failed."""
    seen = {str(entry.details.get("session", "")) for entry in judged.logged("earlier")}
    for draw in judged.session.plan.draws:
        if draw.retest_of:
            parameters = {"session": draw.session, "why": draw.why}
            if draw.session not in seen:
                yield caution("retest_unchecked", draw.failed, **parameters)
            else:
                yield (note if is_reason(draw.why) else caution)(
                    "retest", draw.failed, **parameters
                )
