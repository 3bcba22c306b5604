"""What a plan states and can hardly be so, or is said by nobody: each may have made a pass."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from datetime import date, timedelta
from typing import TYPE_CHECKING

from acceptance.checks import planned_shots
from acceptance.checks.resources import is_day
from acceptance.checks.verdict_words import is_a_rule, labels_a_verdict, states_a_verdict, vouches
from acceptance.checks.warned.alike import is_name, is_serial, person, plain
from acceptance.checks.warned.dates import judged_on
from acceptance.checks.warned.judged import caution
from acceptance.checks.warned.overlays import confirmed_things, of_interest
from acceptance.model.basics import LONGEST_CALIBRATION, known_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Condition, Instrument, Pack, SessionWarning, Shot

LONGEST_WORK = timedelta(days=366)  # our own bound: an inspection takes weeks


def planned(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the devices of which the plan wants shots (``matrix``) that were not taken."""
    session = judged.session
    taken: dict[str, list[Shot]] = defaultdict(list)
    for shot in session.shots:
        for device in shot.subjects:
            taken[device].append(shot)
    # a re-test asks its own requirements alone of what it draws
    drawn = [sample for sample in session.samples if not sample.retest_of]
    wanted = planned_shots.wanted(session.plan, drawn)
    lacking = {
        device: sum(not any(map(one.holds, taken[device])) for one in combinations)
        for device, combinations in wanted.items()
    }
    if missing := sum(lacking.values()):
        devices = (device for device, count in lacking.items() if count)
        every = sum(map(len, wanted.values()))
        yield caution("planned_not_filmed", devices, missing=missing, planned=every)


def instruments(judged: Judged) -> Iterator[SessionWarning]:
    """Yield instruments of one serial number and other calibrations, and calibrations for ever."""
    listed: dict[tuple[str, str], list[Instrument]] = defaultdict(list)
    for instrument in judged.session.plan.instruments:
        if is_serial(instrument.serial):
            listed[plain(instrument.model), plain(instrument.serial)].append(instrument)
    alike = [
        " = ".join(one.id for one in group)
        for group in listed.values()
        if len({(one.calibrated_on, one.due) for one in group}) > 1
        and not (all(_covers_a_day(one, judged) for one in group) and _in_turn(group, judged))
    ]
    if alike:
        yield caution("instruments_alike", alike)
    long = [one.id for one in judged.session.plan.instruments if _for_ever(one, judged)]
    if long:
        yield caution("resources_open", long, trouble="held_for_years")


def _in_turn(calibrations: Sequence[Instrument], judged: Judged) -> bool:
    """Whether each day of work was read by the last calibration of an instrument before it."""
    begun = {each.id: each.calibrated_on or "" for each in calibrations}
    return not any(
        name in begun and any(begun[name] < other <= day for other in begun.values())
        for name, day in _readings(judged)
    )


def _readings(judged: Judged) -> Iterator[tuple[str, str]]:
    """Yield each instrument that was used, and the day."""
    for shot in judged.session.shots:
        for name in (*shot.instruments, *(each.instrument for each in shot.conditions)):
            yield name, judged.day_of(shot)
    for answer in judged.session.plan.answers:
        for name in (answer.instrument, *(each.instrument for each in answer.conditions)):
            yield name, known_day(answer.when)


def _covers_a_day(instrument: Instrument, judged: Judged) -> bool:
    """Whether a calibration was in force on a day of the work: it was calibrated in between."""
    begun, due = instrument.calibrated_on or "", instrument.due or ""
    return any(begun <= day <= due for day in judged.session.days_of_work if day)


def _for_ever(instrument: Instrument, judged: Judged) -> bool:
    """Whether a calibration is said to hold for more years than any does."""
    begun = instrument.calibrated_on or judged_on(judged)
    if not (instrument.due and is_day(instrument.due) and is_day(begun)):
        return False
    return date.fromisoformat(instrument.due) - date.fromisoformat(begun) > LONGEST_CALIBRATION


def raters(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the raters of a panel whose names hardly differ: one of them may count twice.

    Titles tell people apart here: of a large panel two share a surname.
    """
    alike: dict[str, None] = {}
    for answer in judged.session.plan.answers:
        names: dict[str, list[str]] = defaultdict(list)
        for score in answer.scores:
            names[plain(score.rater) or score.rater].append(f"“{score.rater}”")
        alike |= dict.fromkeys(" ≈ ".join(group) for group in names.values() if len(group) > 1)
    if alike:
        yield caution("raters_alike", alike)


def days(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the first and last day of work where more than a year lies between them."""
    stated = [day for day in judged.session.days_of_work if is_day(day)]
    if stated and date.fromisoformat(stated[-1]) - date.fromisoformat(stated[0]) > LONGEST_WORK:
        old = [one.id for one in judged.session.taken if judged.day_of(one) == stated[0]]
        yield caution("days_far_apart", old, first=stated[0], last=stated[-1])


def words(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what a plan, or a pack of one's own, has printed as a name and that states a verdict.

    Why something was done or left out is a sentence, and may speak of verdicts.
    """
    own = [pack for pack in judged.packs if pack.id in judged.own_packs]
    said = [*_names(judged), *(name for pack in own for name in _names_of_pack(pack))]
    found = [name for name in dict.fromkeys(said) if states_a_verdict(name)]
    sources = [
        text for each in judged.session.plan.instruments for text in (each.range, each.accuracy)
    ]
    sources += [source for pack in own for source in _sources_of_pack(pack)]
    found += filter(vouches, dict.fromkeys(sources))
    rules = [rule for pack in own for rule in _rules_of_pack(pack)]
    found += filter(labels_a_verdict, dict.fromkeys(rules))
    found = [*dict.fromkeys(found)]
    if found:
        yield caution("words_of_verdict", (f"“{text}”" for text in found))


def _names(judged: Judged) -> Iterator[str]:
    """Yield what a plan calls things and people."""
    plan = judged.session.plan
    yield from (getattr(plan.project, each.name) for each in fields(plan.project))
    yield from (plan.institute.name, plan.institute.address, plan.operator)
    for device in plan.subjects:
        yield from (device.id, device.name, device.manufacturer, device.model, device.serial)
        yield device.address
    for instrument in plan.instruments:
        yield from (instrument.id, instrument.name, instrument.model, instrument.serial)
    for answer in plan.answers:
        yield from (answer.by, answer.when[10:], *(score.rater for score in answer.scores))
        yield from _stated(answer.conditions)
    yield from (text for one in plan.people for text in (one.name, one.role))
    yield from (one.by for one in plan.concessions)
    for departure in plan.deviations:
        value = str(departure.value)
        yield from (departure.what, "" if is_a_rule(value) else value)
    yield from (one.by for one in plan.out_of_scope)
    for taken in judged.session.taken:
        yield from (taken.id, taken.chart_copy, taken.screen, *_stated(taken.conditions))


def _stated(conditions: Iterable[Condition]) -> Iterator[str]:
    """Yield all that is said of conditions, by their names and in their units."""
    for each in conditions:
        yield from (each.name, str(each.value), each.unit, each.instrument, each.source)


def _names_of_pack(pack: Pack) -> Iterator[str]:
    """Yield what a pack calls itself, and who confirmed it."""
    yield from (pack.number, pack.title, pack.title_en, pack.edition)
    yield from (seen.confirmed_by for _, seen in confirmed_things(pack))


def _sources_of_pack(pack: Pack) -> Iterator[str]:
    """Yield by which sources, and copies of them, a pack asks."""
    yield from (seen.copy for _, seen in confirmed_things(pack))
    yield from (asked.figure.source for asked in pack.requirements if asked.figure)


def _rules_of_pack(pack: Pack) -> Iterator[str]:
    """Yield what a pack asks for."""
    for clause in pack.clauses:
        yield from (clause.title, clause.title_en)
    for asked in pack.requirements:
        yield from (asked.text, asked.text_en)
    for drawn in pack.samplings:
        yield from (drawn.text, drawn.text_en)


def concessions(judged: Judged) -> Iterator[SessionWarning]:
    """Yield concessions that had expired, came before the work, or are of who tests or built."""
    session, own = judged.session, of_interest(judged)
    work: dict[str, list[str]] = defaultdict(list)
    for taken in session.taken:
        for name in taken.subjects:
            work[name].append(judged.day_of(taken))
    untimely, of_own = [], []
    for given in session.plan.concessions:
        named = f"{given.requirement} ({given.subject})"
        filmed = min(filter(None, work[given.subject]), default="")
        if given.expires and given.expires[:10] < judged_on(judged):
            untimely.append(f"{named}: … {given.expires[:10]}")
        elif given.when[:10] < filmed:
            untimely.append(f"{named}: {given.when[:10]} < {filmed}")
        if person(given.by) in own or not is_name(given.by):
            of_own.append(named)
    if untimely:
        yield caution("concession_untimely", untimely)
    if of_own:
        yield caution("concession_by_operator", of_own)


def confirmations(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what was confirmed by nobody, or in no copy: a dash stands where a name should."""
    nobody = [
        f"{pack.id}#{name}"
        for pack in judged.packs
        for name, seen in confirmed_things(pack)
        if not (is_name(seen.confirmed_by) and is_serial(seen.copy))
    ]
    if nobody:
        yield caution("confirmed_by_nobody", nobody)
