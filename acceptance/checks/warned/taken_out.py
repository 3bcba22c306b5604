"""What was taken out: withdrawn by an overlay, out of scope, not applicable, never tested."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.sampling import NO_DEVICES
from acceptance.checks.warned.judged import caution, note
from acceptance.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Finding, SessionWarning

# Reasons by which what the plan says of a subject or a shot takes a requirement out.
STATED = frozenset({"facts_differ", "condition_differs", "condition_not_recorded"})


def withdrawn(judged: Judged) -> Iterator[SessionWarning]:
    """Yield each requirement, sampling or conflict that a pack leaves out of those below."""
    for pack in judged.packs:
        for one in pack.withdrawn:
            name = f"{pack.id}#{one.what}"
            by = one.confirmed_by
            yield caution("withdrawn", [name], requirement=name, why=one.why, by=by or "—")


def out_of_scope(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what a plan of scope ``device`` leaves aside; a caution where a site is under test."""
    left = _left(judged, {"out_of_scope"})
    site = any(one.kind in NO_DEVICES for one in judged.session.plan.subjects)
    if left:
        yield (caution if site else note)("out_of_scope", (one.requirement for one in left))


def not_applicable(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what does not apply by facts or conditions that the plan states."""
    groups: dict[str, list[str]] = defaultdict(list)
    for one in _left(judged, STATED):
        if one.mandatory:
            groups[_stated(one)].append(f"{one.requirement} ({one.subject})")
    for stated, items in groups.items():
        yield note("not_applicable", items, stated=stated)


def _stated(finding: Finding) -> str:
    """Name the fact or condition, and what it is: ``picture = monochrome``."""
    parameters = finding.reason.parameters
    name = parameters.get("fact", parameters.get("condition", ""))
    return f"{name} = {parameters.get('value', '') or '—'}"


def _left(judged: Judged, codes: set[str] | frozenset[str]) -> list[Finding]:
    return [
        one
        for one in judged.session.findings
        if one.verdict is Verdict.NOT_APPLICABLE and one.reason.code in codes
    ]


def untested_devices(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the devices of the plan of which nothing was filmed, listed or answered.

    Of a sample those that were not drawn are none.
    """
    session = judged.session
    seen = {shot.subject for shot in session.taken}
    seen |= {answer.subject for answer in session.plan.answers}
    drawn = {device for sample in session.samples for device in sample.drawn}
    spared = {device for sample in session.samples for device in sample.lot} - drawn
    devices = [one.id for one in session.plan.subjects if one.kind not in NO_DEVICES]
    if untested := [device for device in devices if device not in seen | spared]:
        yield caution("untested_devices", untested, all=len(devices))
