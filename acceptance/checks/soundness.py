"""Numbers that no verdict can rest on are refused before they are judged."""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING, TypeGuard, TypeVar

from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.model import Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from acceptance.model import Plan


Kind = TypeVar("Kind", Measurement, Note)


def listed(things: Iterable[Kind], kind: type[Kind]) -> tuple[Kind, ...]:
    """Return things of one kind as a tuple. Raises PlanError for what is none, or no list."""
    try:
        found = tuple(things)
    except TypeError as error:
        what = tr("must be a list of {kind}, not {thing!r:.80}", kind=kind.__name__, thing=things)
        raise PlanError(what, hint=tr("Give what was measured")) from error
    for number, thing in enumerate(found, start=1):
        if not isinstance(thing, kind):
            what = tr("must be a {kind}, not {thing!r:.80}", kind=kind.__name__, thing=thing)
            where = f"{kind.__name__} {number}"
            raise PlanError(what, where=where, hint=tr("Give what was measured"))
    return found


def require_sound(
    plan: Plan, measurements: Iterable[Measurement], units: Mapping[str, str]
) -> None:
    """Refuse measurements that fit no shot of the plan, no quantity or no unit, or are no numbers.

    ``units`` are those of the quantities that can be judged. Raises PlanError that names the first.
    """
    shots = plan.taken
    subjects = {shot.id: shot.subjects for shot in shots}
    for number, found in enumerate(measurements, start=1):
        complaint = next(_complaints(found, subjects, units), None)
        if complaint:
            where = tr("measurement {number} ({quantity})", number=number, quantity=found.quantity)
            hint = tr("Correct it before it is judged")
            raise PlanError(complaint, where=where, hint=hint)


def _complaints(
    found: Measurement, subjects: Mapping[str, tuple[str, ...]], units: Mapping[str, str]
) -> Iterator[str]:
    if found.quantity not in units:
        yield tr("no such quantity is measured here")
    elif found.unit != units[found.quantity]:
        yield tr("unit {unit!r}, must be {needed!r}", unit=found.unit, needed=units[found.quantity])
    if not isinstance(found.shot, str) or found.shot not in subjects:
        yield tr("the plan has no shot {shot!r}", shot=found.shot)
    elif found.subject not in subjects[found.shot]:
        named = {"shot": found.shot, "subject": ", ".join(subjects[found.shot])}
        yield tr("shot {shot!r} is of subject {subject!r}", **named)
    yield from _impossible(found)


def _impossible(found: Measurement) -> Iterator[str]:
    if not _finite(found.value):
        yield tr("the value is no finite number")
    if not (_finite(found.uncertainty) and found.uncertainty >= 0):
        yield tr("the uncertainty is no finite number, 0 or more")
    if not (_finite(found.k) and found.k > 0):
        yield tr("the coverage factor is no finite number above 0")
    if not (_finite(found.samples) and found.samples >= 0):
        yield tr("the number of samples is no number, 0 or more")
    if not (found.degrees_of_freedom is None or _above_zero(found.degrees_of_freedom)):
        yield tr("the degrees of freedom are not above 0")


def _finite(value: object) -> bool:
    """Whether it is a finite number at all: a program may have put anything there."""
    try:
        return _is_number(value) and math.isfinite(value)
    except OverflowError:
        return False


def _above_zero(value: object) -> bool:
    return _is_number(value) and value > 0


def _is_number(value: object) -> TypeGuard[float]:
    """Whether it can be reckoned with as a float: no truth value, no Decimal, no array."""
    return isinstance(value, Real) and not isinstance(value, bool)
