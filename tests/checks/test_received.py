"""Work that is said to be older than the day on which the item came."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from acceptance.checks.warned import dates

if TYPE_CHECKING:
    from acceptance.checks.warned.judged import Judged

EARLY, COME, LATE = "2026-11-20", "2026-11-25", "2026-11-26"


@pytest.mark.parametrize(
    ("films", "answers", "items"),
    [
        ([EARLY, EARLY], [], 0),
        ([EARLY, EARLY], [LATE], 0),
        ([LATE], [LATE, ""], 0),
        ([EARLY, LATE], [], 1),
        ([EARLY, ""], [], 1),
        ([EARLY, EARLY], [EARLY], 3),
        ([EARLY, ""], [EARLY], 2),
        ([], [EARLY], 1),
    ],
)
def test_films_alone_may_be_what_was_sent_in_and_an_early_answer_is_told_with_them(
    films: list[str], answers: list[str], items: int
) -> None:
    plan = SimpleNamespace(
        project=SimpleNamespace(received=COME),
        answers=[SimpleNamespace(requirement="r", subject="s", when=day) for day in answers],
    )
    taken = [SimpleNamespace(id=f"shot-{n}", filmed=day) for n, day in enumerate(films)]
    session = SimpleNamespace(taken=taken, plan=plan)
    judged = SimpleNamespace(session=session, day_of=lambda film: film.filmed)
    notes = [*dates.received(cast("Judged", judged))]
    assert [len(note.items) for note in notes] == [items] * bool(items)
