"""What is open about instruments and people: not calibrated, expired, no authorisation named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks.warned.alike import is_name, is_serial
from acceptance.checks.warned.judged import caution, note
from acceptance.model.basics import known_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Answer, Instrument, SessionWarning


# Notes on printed copies of charts, and what they are among instruments.
COPIES = {"copy_measured_later": "calibrated_later", "copy_measured_long_ago": "measured_long_ago"}


def instruments(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the instruments in use that nobody listed, or whose calibration is not shown.

    A printed copy of a chart is one, once somebody measured it.
    """
    known = {one.id: one for one in judged.session.plan.instruments}
    troubles: dict[str, list[str]] = {}
    for name, day in _used(judged):
        trouble = _trouble(known[name], day) if name in known else "not_listed"
        if trouble:
            troubles.setdefault(trouble, []).append(name)
    for each in judged.session.notes:
        if why := COPIES.get(each.reason.code):
            copy = "{copy} ({date})".format_map(each.reason.parameters)
            troubles.setdefault(why, []).append(copy)
    for trouble, names in troubles.items():
        yield caution("resources_open", names, trouble=trouble)
    calibrated = (known[name] for name, _ in _used(judged) if name in known and known[name].due)
    if nameless := [one.id for one in calibrated if not _is_identified(one)]:
        yield note("resources_open", nameless, trouble="not_identified")
    used = (known[name] for name, _ in _used(judged) if name in known and known[name].due)
    if undated := [one.id for one in used if not one.calibrated_on]:
        yield note("resources_open", undated, trouble="calibration_undated")


def _is_identified(instrument: Instrument) -> bool:
    """Whether a calibration can be found: by the number of the instrument or of the certificate."""
    return is_serial(instrument.serial) or is_serial(instrument.certificate)


def _used(judged: Judged) -> Iterator[tuple[str, str]]:
    """Name all instruments in use, each with the day of its use; empty: not known.

    A name that may also be free text only where it is listed.
    """
    plan = judged.session.plan
    listed = {one.id for one in plan.instruments}
    for shot in judged.session.taken:
        day = judged.day_of(shot)
        yield from ((name, day) for name in shot.instruments)
        perhaps = (shot.chart_copy, shot.screen, *(one.instrument for one in shot.conditions))
        yield from ((name, day) for name in perhaps if name in listed)
    for answer in plan.answers:
        perhaps = tuple(one.instrument for one in answer.conditions)
        day = known_day(answer.when)
        yield from ((name, day) for name in perhaps if name in listed)
        yield from ((name, day) for name in [answer.instrument] if name)


def _trouble(instrument: Instrument, day: str) -> str:
    if instrument.due is None:
        return "not_calibrated"
    if not day:  # said once for all that is undated
        return ""
    later = instrument.calibrated_on is not None and instrument.calibrated_on > day
    return "expired" if instrument.due < day else "calibrated_later" if later else ""


def _all_named(answer: Answer) -> bool:
    """Whether it is said who answered, and of a panel who rated."""
    return all(map(is_name, (answer.by, *(score.rater for score in answer.scores))))


def people(judged: Judged) -> Iterator[SessionWarning]:
    """Yield whose authority the plan does not show, and whether it says who measured."""
    session = judged.session
    took_part = dict.fromkeys([session.operator, *(one.by for one in session.plan.answers)])
    authorised = {one.name for one in session.plan.people if one.methods}
    if open_people := [name for name in took_part if name and name not in authorised]:
        yield note("resources_open", open_people, trouble="not_authorised")
    filmed = [] if is_name(session.operator) else [shot.id for shot in session.taken]
    answered = (one for one in session.plan.answers if not _all_named(one))
    if nobody := [*filmed, *(f"{one.requirement} ({one.subject})" for one in answered)]:
        yield caution("resources_open", nobody, trouble="nobody_named")
