"""Rows of a form, read to the last one: whoever filled it in corrects all that is wrong at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from acceptance.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Row = TypeVar("Row")
Made = TypeVar("Made")
MOST = 100  # wrong rows: another file than it should be has as many as it has rows


def read(rows: Iterable[Row], make: Callable[[Row], Made]) -> list[Made]:
    """Make something of each row.

    Raises the PlanError of the first that is wrong; those of the others are its ``others``.
    """
    made: list[Made] = []
    wrong: list[PlanError] = []
    for row in rows:
        try:
            made.append(make(row))
        except PlanError as error:
            wrong.append(error)
            if len(wrong) == MOST:
                break
    if wrong:
        wrong[0].others = tuple(wrong[1:])
        raise wrong[0]
    return made
