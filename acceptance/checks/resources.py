"""Why an instrument or a person spoils a finding (ISO/IEC 17025:2017, 6.2 and 6.4; GB 50348-2018, 9.1.3).

Nothing here turns a verdict round: what was read with an instrument out of its range, or by somebody who is not
authorised, is kept and left undecided, with the reason.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.model import How, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from acceptance.model import Answer, Instrument, Plan, Requirement


def instrument_trouble(plan: Plan, used: Iterable[str], perhaps: Iterable[str], today: str) -> Reason | None:
    """Why an instrument spoils what it measured on the day ``today``; a name in ``perhaps`` may be mere free text."""
    known = {one.id: one for one in plan.instruments}
    used = list(used)
    for name in used:
        if name not in known:
            return Reason(code="instrument_missing", parameters={"instrument": name})
    for one in (known[name] for name in (*used, *perhaps) if name in known):
        if one.due is not None and one.due < today:
            return Reason(code="instrument_expired", parameters={"instrument": one.id, "due": one.due})
        if one.calibrated_on is not None and one.calibrated_on > today:
            parameters = {"instrument": one.id, "date": one.calibrated_on}
            return Reason(code="instrument_calibrated_later", parameters=parameters)
    return None


def reading_trouble(answer: Answer, requirement: Requirement, instruments: Sequence[Instrument]) -> Reason | None:
    """Why a reading of an instrument cannot be judged: none named, never calibrated, or outside its range."""
    if requirement.how is not How.READ or answer.value is None:
        return None
    one = next((one for one in instruments if one.id == answer.instrument), None)
    if one is None:
        return Reason(code="instrument_not_named")
    if one.due is None:
        return Reason(code="instrument_uncalibrated", parameters={"instrument": one.id})
    low = -math.inf if one.range_from is None else one.range_from
    high = math.inf if one.range_to is None else one.range_to
    if one.unit != answer.unit or low <= answer.value <= high:
        return None
    read = f"{answer.value:g} {answer.unit}"
    return Reason(
        code="outside_range", parameters={"instrument": one.id, "value": read, "range": f"{low:g} … {high:g}"}
    )


def reading_uncertainty(answer: Answer, instruments: Sequence[Instrument]) -> float | None:
    """Return the standard uncertainty of a reading: its own, else the instrument's largest error over the root of 3.

    A largest error is all that is known, so the distribution is taken as uniform (JCGM 100:2008, 4.3.7).
    """
    one = next((one for one in instruments if one.id == answer.instrument), None)
    if answer.uncertainty is not None or answer.value is None or one is None or one.unit != answer.unit:
        return answer.uncertainty
    if one.largest_error is None and one.largest_error_share is None:
        return None
    largest = (one.largest_error or 0.0) + (one.largest_error_share or 0.0) * abs(answer.value)
    return largest / math.sqrt(3)


def person_trouble(plan: Plan, name: str, requirement: Requirement) -> Reason | None:
    """Why who measured or answered spoils the finding: not in the plan's list of people, or not authorised for it.

    A plan that lists nobody, and a person without methods, say nothing about authority, and nothing is held against it.
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
