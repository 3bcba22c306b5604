"""Numbers that the conditions of a shot state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import GapError
from acceptance.files import written_unit
from acceptance.forms import vocabulary

if TYPE_CHECKING:
    from acceptance.model.shot import Shot


def number(shot: Shot, name: str) -> float | None:
    """Return the number of a condition, None where it is not stated.

    It is in the condition's unit (``vocabulary.MEASURED``).

    Raises GapError condition_no_number: it is no finite number, or in a unit of another kind.
    """
    condition = next((found for found in shot.conditions if found.name == name), None)
    if condition is None:
        return None
    wanted = vocabulary.MEASURED.get(name, condition.unit)
    found = vocabulary.figure(str(condition.value))
    value = written_unit.in_unit(found[0], found[1] or condition.unit, wanted) if found else None
    if value is None:
        given = f"{condition.value} {condition.unit}".strip()
        raise GapError("condition_no_number", condition=name, given=given)
    return value
