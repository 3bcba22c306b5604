"""Numbers that the conditions of a shot state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import GapError

if TYPE_CHECKING:
    from acceptance.model.shot import Shot


def number(shot: Shot, name: str) -> float | None:
    """Return the number of a condition, None where it is not stated.

    Raises GapError condition_no_number.
    """
    for condition in shot.conditions:
        if condition.name == name:
            try:
                return float(condition.value)
            except ValueError as error:
                given = str(condition.value)
                raise GapError("condition_no_number", condition=name, given=given) from error
    return None
