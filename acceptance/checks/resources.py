"""Why an instrument or a person spoils a finding.

The rules follow ISO/IEC 17025:2017, 6.2 and 6.4, and GB 50348-2018, 9.1.3. Nothing here reverses a
verdict: what was read with an instrument out of its range, or by somebody who is not authorised, is
kept and left undecided, with the reason.
"""

from __future__ import annotations

import math
from datetime import MAXYEAR, MINYEAR, date
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.files import written_unit
from acceptance.files.repeated import repeated
from acceptance.messages import tr
from acceptance.model import How, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from acceptance.model import Answer, Instrument, Plan, Requirement, Value

END_YEARS = f"{MINYEAR:04}", f"{MAXYEAR:04}"


def check(plan: Plan) -> None:
    """Refuse instruments, people, shots and answers that cannot be compared with each other.

    Raises PlanError.
    """
    for complaint in complaints(plan):
        raise complaint


def complaints(plan: Plan) -> Iterator[PlanError]:
    """Yield an error for each of them."""
    yield from _of_lists(plan)
    yield from _of_conditions(plan)
    for shot in plan.shots:
        if shot.filmed and not is_day(shot.filmed):
            what = tr("{day!r} is not a date; write it like 2026-11-25", day=shot.filmed)
            where = tr("shot {shot}, filmed", shot=shot.id)
            yield PlanError(what, where=where, hint=tr("State the day of filming, or leave it out"))
    for number, answer in enumerate(plan.answers, start=1):
        if not answer.by.strip() or not begins_with_day(answer.when):
            where = tr(
                "{where}, {requirement} for {subject}",
                where=answer.origin or tr("answer {number}", number=number),
                requirement=answer.requirement, subject=answer.subject,
            )  # fmt: skip
            hint = tr("Give by, and when as a date like 2026-11-25")
            yield PlanError(tr("does not say by whom and when"), where=where, hint=hint)
    if plan.people and not plan.operator and plan.taken:
        what = tr("people are listed, but it is not stated who measured")
        hint = tr("Name one of them as operator")
        yield PlanError(what, where="operator", hint=hint)


def _of_conditions(plan: Plan) -> Iterator[PlanError]:
    """Yield an error where a condition is stated twice: one of the values would go unheard."""
    stated = [
        (tr("shot {shot}, conditions", shot=taken.id), taken.conditions) for taken in plan.taken
    ]
    for answer in plan.answers:
        where = tr(
            "{requirement} ({subject}), conditions",
            requirement=answer.requirement, subject=answer.subject,
        )  # fmt: skip
        stated.append((where, answer.conditions))
    for where, conditions in stated:
        for name in repeated(condition.name for condition in conditions):
            hint = tr("Keep the one that held")
            yield PlanError(tr("{name} is stated twice", name=name), where=where, hint=hint)


def _of_lists(plan: Plan) -> Iterator[PlanError]:
    for name in repeated(instrument.id for instrument in plan.instruments):
        where = tr("instrument {instrument}", instrument=name)
        hint = tr("Remove one of them, or give each its own id")
        yield PlanError(tr("duplicate id {id!r}", id=name), where=where, hint=hint)
    for name in repeated(person.name for person in plan.people):
        where = tr("person {person}", person=name)
        hint = tr("Remove one of them, or make the names differ")
        yield PlanError(tr("duplicate name {name!r}", name=name), where=where, hint=hint)
    for instrument in plan.instruments:
        for field, wrong in _complaints(instrument):
            where = tr("instrument {instrument}, {field}", instrument=instrument.id, field=field)
            yield PlanError(wrong, where=where, hint=tr("Correct the list of instruments"))


def _complaints(instrument: Instrument) -> Iterator[tuple[str, str]]:
    """Yield field and what is wrong.

    Dates must be comparable, errors not below 0, and ranges have a unit.
    """
    for name, day in (("calibrated_on", instrument.calibrated_on), ("due", instrument.due)):
        if day is not None and not is_day(day):
            yield name, tr("{day!r} is not a date; write it like 2026-11-25", day=day)
    for name in ("largest_error", "largest_error_share"):
        error = getattr(instrument, name)
        if error is not None and not error >= 0:
            yield name, tr("{error:g} is below 0", error=error)
    if (share := instrument.largest_error_share) is not None and share > 1:
        yield (
            "largest_error_share",
            tr("{share:g} is above 1; of 4 % the share is 0.04", share=share),
        )
    low, high = instrument.range_from, instrument.range_to
    if low is not None and high is not None and low > high:
        yield "range_from", tr("{low:g} is above range_to", low=low)
    if not instrument.unit and {low, high, instrument.largest_error} != {None}:
        yield "unit", tr("is missing; range and largest error need one")


def is_day(text: str) -> bool:
    """Whether a text is a date as 2026-11-25, so that dates can be compared as text."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def begins_with_day(text: str) -> bool:
    """Whether a time has a day, in any zone: not so in the first year and the last one."""
    return is_day(text[:10]) and text[:4] not in END_YEARS


def instrument_trouble(
    plan: Plan, used: Iterable[str], perhaps: Iterable[str], today: str
) -> Reason | None:
    """Why an instrument spoils what it measured on the day ``today`` (empty: not known).

    A name in ``perhaps`` may also be free text.
    """
    known = {one.id: one for one in plan.instruments}
    used = list(used)
    for name in used:
        if name not in known:
            return Reason(code="instrument_missing", parameters={"instrument": name})
    troubles = (_day_trouble(known[name], today) for name in (*used, *perhaps) if name in known)
    return next((trouble for trouble in troubles if trouble is not None), None)


def _day_trouble(instrument: Instrument, today: str) -> Reason | None:
    """Why the instrument's calibration does not hold on a day: due before, or calibrated later."""
    due, calibrated = instrument.due, instrument.calibrated_on
    if not today and (due or calibrated):
        return Reason(code="day_not_stated", parameters={"instrument": instrument.id})
    if due is not None and due < today:
        parameters = {"instrument": instrument.id, "due": due}
        return Reason(code="instrument_expired", parameters=parameters)
    if calibrated is not None and calibrated > today:
        parameters = {"instrument": instrument.id, "date": calibrated}
        return Reason(code="instrument_calibrated_later", parameters=parameters)
    return None


def reading_trouble(
    answer: Answer, requirement: Requirement, instruments: Sequence[Instrument]
) -> Reason | None:
    """Why a reading cannot be judged: no instrument, never calibrated, or outside its range.

    What the toolkit would measure may be answered from evidence instead, for instance a still or a
    list.
    """
    if answer.value is None:
        return None
    if requirement.how is How.MEASURED and not (answer.instrument or answer.evidence):
        return Reason(code="instrument_not_named")
    return _unfit(answer, answer.value, instruments) if requirement.how is How.READ else None


def _unfit(answer: Answer, value: float, instruments: Sequence[Instrument]) -> Reason | None:
    used = _used(answer, instruments)
    if used is None:
        return Reason(code="instrument_not_named")
    if used.due is None:
        return Reason(code="instrument_uncalibrated", parameters={"instrument": used.id})
    # In a unit of another kind it is derived, an area from lengths for instance, and the range is
    # that of what was read.
    read = _in_unit_of(used, value, answer.unit)
    return None if read is None else _outside_range(used, read)


def _in_unit_of(used: Instrument, value: float, unit: str) -> float | None:
    """Return a value in the unit of an instrument; None: it is of another kind, or not stated."""
    if not (used.unit and unit):
        return value if used.unit == unit else None
    return written_unit.in_unit(value, unit, used.unit)


def _outside_range(used: Instrument, value: float) -> Reason | None:
    low = -math.inf if used.range_from is None else used.range_from
    high = math.inf if used.range_to is None else used.range_to
    if low <= value <= high or any(math.isclose(value, end) for end in (low, high)):
        return None
    reading, limits = f"{value:g} {used.unit}", f"{low:g} … {high:g}"
    parameters: dict[str, Value] = {"instrument": used.id, "value": reading, "range": limits}
    return Reason(code="outside_range", parameters=parameters)


def _used(answer: Answer, instruments: Sequence[Instrument]) -> Instrument | None:
    return next((one for one in instruments if one.id == answer.instrument), None)


def reading_remark(answer: Answer, instruments: Sequence[Instrument]) -> Reason | None:
    """Remark that a value was computed from readings in another unit: their range says nothing."""
    used = _used(answer, instruments)
    if answer.value is None or used is None or not used.unit:
        return None
    if _in_unit_of(used, answer.value, answer.unit) is not None:
        return None
    return Reason(code="range_not_held", parameters={"instrument": used.id, "unit": used.unit})


def reading_uncertainty(answer: Answer, instruments: Sequence[Instrument]) -> float | None:
    """Return the standard uncertainty of a reading, in its unit; None where it is not known.

    It is the reading's own, else the instrument's largest error over the root of 3: as nothing else
    is known, the distribution is taken as uniform (JCGM 100:2008, 4.3.7).
    """
    used = _used(answer, instruments)
    if answer.uncertainty is not None or answer.value is None:
        return answer.uncertainty
    each = None if used is None else _in_unit_of(used, 1.0, answer.unit)
    if used is None or not each:
        return None
    if used.largest_error is None and used.largest_error_share is None:
        return None
    absolute = (used.largest_error or 0.0) / each
    return (absolute + (used.largest_error_share or 0.0) * abs(answer.value)) / math.sqrt(3)


def person_trouble(plan: Plan, name: str, requirement: Requirement) -> Reason | None:
    """Why the person who measured or answered spoils the finding: unknown, or not authorised.

    A plan that lists nobody, and a person without methods, state nothing about authority, so that
    nothing is spoilt.
    """
    if not plan.people or not name:
        return None
    person = next((one for one in plan.people if one.name == name), None)
    if person is None:
        return Reason(code="person_unknown", parameters={"person": name})
    family = requirement.quantity.partition(".")[0]
    if not person.methods or {requirement.how, requirement.quantity, family} & set(person.methods):
        return None
    return Reason(code="person_not_authorised", parameters={"person": name, "how": requirement.how})
