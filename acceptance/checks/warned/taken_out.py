"""What was taken out: by an overlay or a plan, out of scope, not applicable, never tested."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.sampling import NO_DEVICES
from acceptance.checks.taken_out import CODE, by_requirement
from acceptance.checks.warned.alike import is_serial
from acceptance.checks.warned.judged import caution, note
from acceptance.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Finding, SessionWarning, Subject, Taken

# Reasons by which what the plan says of a subject or a shot takes a requirement out.
STATED = frozenset({"facts_differ", "condition_differs", "condition_not_recorded", "no_subject"})


def withdrawn(judged: Judged) -> Iterator[SessionWarning]:
    """Yield each requirement, sampling or conflict that a pack leaves out of those below."""
    for pack in judged.packs:
        for gone in pack.withdrawn:
            name = f"{pack.id}#{gone.what}"
            parameters = {"requirement": name, "why": gone.why, "by": gone.confirmed_by}
            yield caution("withdrawn", [name], **parameters)


def by_plan(judged: Judged) -> Iterator[SessionWarning]:
    """Yield each requirement or clause that the plan takes out, with what was not tested of it."""
    entries = by_requirement(judged.packs, judged.session.plan)
    for entry in judged.session.plan.out_of_scope:
        items = [
            f"{one.requirement} ({one.subject})"
            for one in judged.session.findings
            if one.reason.code == CODE and entries.get(one.requirement) is entry
        ]
        name = entry.requirement or entry.clause
        if items:
            yield caution("taken_out", items, name=name, why=entry.reason, by=entry.by)
        else:
            yield note("taken_out_in_vain", [name], why=entry.reason, by=entry.by)


def out_of_scope(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what a plan of scope ``device`` leaves aside; a caution where a site is under test."""
    site = any(subject.kind in NO_DEVICES for subject in judged.session.plan.subjects)
    if asked := [finding.requirement for finding in _left(judged, {"out_of_scope"})]:
        yield (caution if site else note)("out_of_scope", asked)


def not_applicable(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what does not apply by facts or conditions that the plan states."""
    groups: dict[str, list[str]] = defaultdict(list)
    for finding in _left(judged, STATED):
        if finding.mandatory:
            groups[_stated(finding)].append(f"{finding.requirement} ({finding.subject})")
    for stated, items in groups.items():
        yield note("not_applicable", items, stated=stated)


def _stated(finding: Finding) -> str:
    """Name the fact or condition, and what it is, or the kinds that no subject is of."""
    parameters = finding.reason.parameters
    if finding.reason.code == "no_subject":
        return f"kind ≠ {parameters.get('kinds', '')}"
    name = parameters.get("fact", parameters.get("condition", ""))
    return f"{name} = {parameters.get('value', '') or '—'}"


def _left(judged: Judged, codes: set[str] | frozenset[str]) -> list[Finding]:
    return [
        finding
        for finding in judged.session.findings
        if finding.verdict is Verdict.NOT_APPLICABLE and finding.reason.code in codes
    ]


def untested_devices(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the devices of the plan of which nothing was filmed, listed or answered.

    Of a sample those that were not drawn are none.
    """
    session = judged.session
    seen = {name for shot in session.taken for name in shot.subjects}
    seen |= {answer.subject for answer in session.plan.answers}
    drawn = {device for sample in session.samples for device in sample.drawn}
    spared = {device for sample in session.samples for device in sample.lot} - drawn
    devices = [one.id for one in session.plan.subjects if _is_device(one)]
    if untested := [device for device in devices if device not in seen | spared]:
        yield caution("untested_devices", untested, all=len(devices))


def _is_device(subject: Subject) -> bool:
    """Whether it is a device by its kind, or by a number or stream, which no site or system has."""
    return subject.kind not in NO_DEVICES or is_serial(subject.serial) or bool(subject.source)


def _about(taken: Taken) -> tuple[str, ...]:
    """Return what is filmed to be judged: of a wall the subjects of its tiles, if they have any."""
    return taken.subjects[1:] or taken.subjects


def nothing_judged(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the devices that were filmed or answered for, and of which nothing is asked.

    Where nothing conforms nobody is misled. What an own pack adds may ask for nothing.
    """
    session = judged.session
    seen = dict.fromkeys(name for one in session.taken for name in _about(one))
    seen |= dict.fromkeys(answer.subject for answer in session.plan.answers)
    asked = {
        one.subject
        for one in session.findings
        if one.verdict is not Verdict.NOT_APPLICABLE and one.requirement not in judged.added
    }
    kinds = {one.id: one.kind for one in session.plan.subjects}
    left = [f"{name} ({kinds.get(name, '')})" for name in seen if name not in asked]
    if left and judged.passed:
        yield caution("nothing_judged", left)
