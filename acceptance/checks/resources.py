"""Why an instrument or a person spoils a finding (ISO/IEC 17025:2017, 6.2 and 6.4; GB 50348-2018, 9.1.3).

Nothing here turns a verdict round: what was read with an instrument out of its range, or by
somebody who is not authorised, is kept and left undecided, with the reason.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.model import How, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from acceptance.model import Answer, Instrument, Plan, Requirement


def check(plan: Plan) -> None:
    """Refuse instruments, people and answers that cannot be held against each other.

    Raises PlanError.
    """
    _check_lists(plan)
    for number, answer in enumerate(plan.answers, start=1):
        if not answer.by.strip() or not is_day(answer.when[:10]):
            where = (
                f"{answer.origin or f'answer {number}'}, {answer.requirement} for {answer.subject}"
            )
            raise PlanError(
                "does not say by whom and when",
                where=where,
                hint="Write by, and when like 2026-11-25",
            )
    if plan.people and not plan.operator and (plan.shots or plan.recordings):
        hint = "Say who measures: operator = one of them"
        raise PlanError(
            "people are listed, but nobody is said to have measured", where="operator", hint=hint
        )


def _check_lists(plan: Plan) -> None:
    for what, names in (
        ("instrument", [one.id for one in plan.instruments]),
        ("person", [p.name for p in plan.people]),
    ):
        for name, count in Counter(names).items():
            if count > 1:
                hint = "Only one of them can be meant: leave the others out, or name them apart"
                raise PlanError(f"stands {count} times", where=f"{what} {name}", hint=hint)
    for one in plan.instruments:
        for field, wrong in _complaints(one):
            raise PlanError(
                wrong, where=f"instrument {one.id}, {field}", hint="Correct the list of instruments"
            )


def _complaints(one: Instrument) -> Iterator[tuple[str, str]]:
    """Yield field and what is wrong.

    A date that cannot be compared, an error below 0, a range without unit.
    """
    for name in ("calibrated_on", "due"):
        day = getattr(one, name)
        if day is not None and not is_day(day):
            yield name, f"{day!r} is no date; write it like 2026-11-25"
    for name in ("largest_error", "largest_error_share"):
        if not (getattr(one, name) or 0) >= 0:
            yield name, f"{getattr(one, name):g} is below 0"
    if None not in {one.range_from, one.range_to} and one.range_from > one.range_to:  # type: ignore[operator]
        yield "range_from", f"{one.range_from:g} is above range_to"
    if not one.unit and any(
        value is not None for value in (one.range_from, one.range_to, one.largest_error)
    ):
        yield "unit", "is missing: range and largest error have one"


def is_day(text: str) -> bool:
    """Whether a text is a date as 2026-11-25, so that dates can be compared as text."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def instrument_trouble(
    plan: Plan, used: Iterable[str], perhaps: Iterable[str], today: str
) -> Reason | None:
    """Why an instrument spoils what it measured on the day ``today``.

    A name in ``perhaps`` may be mere free text.
    """
    known = {one.id: one for one in plan.instruments}
    used = list(used)
    for name in used:
        if name not in known:
            return Reason(code="instrument_missing", parameters={"instrument": name})
    for one in (known[name] for name in (*used, *perhaps) if name in known):
        if one.due is not None and one.due < today:
            return Reason(
                code="instrument_expired", parameters={"instrument": one.id, "due": one.due}
            )
        if one.calibrated_on is not None and one.calibrated_on > today:
            parameters = {"instrument": one.id, "date": one.calibrated_on}
            return Reason(code="instrument_calibrated_later", parameters=parameters)
    return None


def reading_trouble(
    answer: Answer, requirement: Requirement, instruments: Sequence[Instrument]
) -> Reason | None:
    """Why a reading of an instrument cannot be judged.

    None named, never calibrated, or outside its range.
    What the toolkit would measure may be answered from evidence instead, a still or a list for
    instance.
    """
    if answer.value is None:
        return None
    if requirement.how is How.MEASURED and not (answer.instrument or answer.evidence):
        return Reason(code="instrument_not_named")
    return _unfit(answer, answer.value, instruments) if requirement.how is How.READ else None


def _unfit(answer: Answer, value: float, instruments: Sequence[Instrument]) -> Reason | None:
    one = next((one for one in instruments if one.id == answer.instrument), None)
    if one is None:
        return Reason(code="instrument_not_named")
    if one.due is None:
        return Reason(code="instrument_uncalibrated", parameters={"instrument": one.id})
    low = -math.inf if one.range_from is None else one.range_from
    high = math.inf if one.range_to is None else one.range_to
    # In another unit it is derived, an area from lengths for instance, and the range is that of
    # what was read.
    if one.unit != answer.unit or low <= value <= high:
        return None
    return Reason(
        code="outside_range",
        parameters={
            "instrument": one.id,
            "value": f"{value:g} {answer.unit}",
            "range": f"{low:g} … {high:g}",
        },
    )


def reading_remark(answer: Answer, instruments: Sequence[Instrument]) -> Reason | None:
    """Tell where a figure was computed from what an instrument showed in another unit.

    Its range says nothing then.
    """
    one = next((one for one in instruments if one.id == answer.instrument), None)
    if answer.value is None or one is None or one.unit in {"", answer.unit}:
        return None
    return Reason(code="range_not_held", parameters={"instrument": one.id, "unit": one.unit})


def reading_uncertainty(answer: Answer, instruments: Sequence[Instrument]) -> float | None:
    """Return the standard uncertainty of a reading.

    Its own, else the instrument's largest error over the root of 3.
    A largest error is all that is known, so the distribution is taken as uniform (JCGM 100:2008,
    4.3.7).
    """
    one = next((one for one in instruments if one.id == answer.instrument), None)
    if (
        answer.uncertainty is not None
        or answer.value is None
        or one is None
        or one.unit != answer.unit
    ):
        return answer.uncertainty
    if one.largest_error is None and one.largest_error_share is None:
        return None
    largest = (one.largest_error or 0.0) + (one.largest_error_share or 0.0) * abs(answer.value)
    return largest / math.sqrt(3)


def person_trouble(plan: Plan, name: str, requirement: Requirement) -> Reason | None:
    """Why who measured or answered spoils the finding.

    Not in the plan's list of people, or not authorised for it.
    A plan that lists nobody, and a person without methods, say nothing about authority, and nothing
    is held against it.
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
