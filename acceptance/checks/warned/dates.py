"""What is to be known of the days of work: not stated, impossible, or outside a source's days."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from acceptance.checks.resources import is_day
from acceptance.checks.warned.judged import caution, note
from acceptance.checks.warned.overlays import confirmed_things
from acceptance.model.basics import in_china, known_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Answer, Pack, Reason, SessionWarning, Value

ONE_DAY = timedelta(days=1)  # by which a clip errs that has local time where UTC belongs


def below_advice(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what keeps to its limit and not to a stricter one that is generally asked."""
    groups: dict[tuple[tuple[str, Value], ...], list[str]] = defaultdict(list)
    for finding in judged.session.findings:
        for remark in finding.remarks:
            if remark.code == "below_advice":
                advice = tuple(remark.parameters.items())
                groups[advice].append(f"{finding.requirement} ({finding.subject})")
    for advice, items in groups.items():
        yield caution("below_advice", items, **dict(advice))


def sources(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the sources of limits that were replaced, or not yet in force, on the day of work."""
    remarks = [remark for one in judged.session.findings for remark in one.remarks]
    if replaced := [_ended(one) for one in remarks if one.code == "source_replaced"]:
        yield caution("source_replaced", replaced)
    if early := [_begins(one) for one in remarks if one.code == "source_not_yet"]:
        yield caution("source_not_yet", early)


def _ended(remark: Reason) -> str:
    return "{source} (… {until}, → {replaced_by})".format_map(remark.parameters)


def _begins(remark: Reason) -> str:
    return "{source} ({since} …)".format_map(remark.parameters)


def unstated(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots, recordings and answers of which nobody says on which day they were made."""
    dated = [(one.id, judged.day_of(one)) for one in judged.session.taken]
    dated += [(_asked(one), _day(one.when)) for one in judged.session.plan.answers]
    undated = [name for name, day in dated if not day]
    if undated:
        yield caution("day_not_stated", undated)


def _asked(answer: Answer) -> str:
    return f"{answer.requirement} ({answer.subject})"


def _day(text: str) -> str:
    return known_day(text) if is_day(text[:10]) else ""


def ahead(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what is said to have been filmed, answered, decided or confirmed after judging."""
    plan, last = judged.session.plan, judged_on(judged)
    dated = [(one.id, judged.day_of(one)) for one in judged.session.taken]
    dated += [(_asked(one), _day(one.when)) for one in plan.answers]
    dated += [(f"{one.requirement} ({one.subject})", _day(one.when)) for one in plan.concessions]
    dated += [(name, known_day(on)) for pack in judged.packs for name, on in _confirmed(pack)]
    if later := [f"{name}: {day}" for name, day in dated if last and day > last]:
        yield caution("day_ahead", later, run=last)


def _confirmed(pack: Pack) -> Iterator[tuple[str, str]]:
    """Yield what of a pack was confirmed, and on which day."""
    yield from ((f"{pack.id}#{name}", seen.confirmed_on) for name, seen in confirmed_things(pack))
    yield from ((f"{pack.id}#{gone.what}", gone.confirmed_on) for gone in pack.withdrawn)


def judged_on(judged: Judged) -> str:
    """Day on which it was judged first, where it was and in China, whichever is later."""
    when = next((entry.when for entry in judged.logged("judged")), judged.session.started)
    there = in_china(when)
    return max(when[:10], there.date().isoformat()) if there else ""


def contradicted(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots whose stated day is not that of the clip's own creation time.

    One day apart is a note: many cameras write local time where UTC belongs.
    """
    apart: dict[bool, list[str]] = defaultdict(list)
    for shot in judged.session.shots:
        stated = known_day(shot.filmed) if shot.filmed_by == "plan" else ""
        if shot.created and stated and stated != shot.created:
            days = date.fromisoformat(stated) - date.fromisoformat(shot.created)
            apart[abs(days) > ONE_DAY].append(f"{shot.id}: {stated} ≠ {shot.created}")
    for far, shots in apart.items():
        yield (caution if far else note)("filmed_otherwise", shots)


def received(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what was filmed or answered before the day on which the item is said to have come.

    Films that are all from before, with no answer from before, are themselves what was sent in.
    """
    plan, come = judged.session.plan, _day(judged.session.plan.project.received)
    films = [(one.id, judged.day_of(one)) for one in judged.session.taken]
    answers = [(_asked(one), _day(one.when)) for one in plan.answers]
    early = [f"{name}: {day}" for name, day in films if day and day < come]
    answered = [f"{name}: {day}" for name, day in answers if day and day < come]
    sent_in = not answered and len(early) == len(films)
    if (early or answered) and not sent_in:
        yield note("received_later", [*early, *answered], received=come)
