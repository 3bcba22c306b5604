"""What a subject is called on a page tells it from all others, however few characters there are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from acceptance.model import Subject, SubjectKind
from acceptance.report.names import CLEAR_ID, LONGEST, Names

if TYPE_CHECKING:
    from acceptance.model import Plan

DOMES = {f"hall-01-row-{row}-seat-001": "球机" for row in "AB"}
PLANS = {
    "ids that differ in their middle": DOMES,
    "the same without names": dict.fromkeys(DOMES, ""),
    "a name that reads like another's cut id": {**DOMES, "c": "球机（hall-01…seat-001）"},
    "a name that reads like another's id": {**DOMES, "c": "球机（hall-01-row-A-seat-001）"},
    "a name that is another's id": {"cam-1": "", "cam-2": "cam-1"},
    "a name that is another's number": {**DOMES, "c": "hall-01…seat-001", "d": "球机（#1）"},
    "long ids that differ in their middle": {f"{'x' * 99}{n}{'x' * 99}": "球机" for n in (1, 2)},
    "longer ids without names": {f"{'x' * 500}{n}{'x' * 500}": "" for n in (1, 2)},
    "long names and ids": {f"{'x' * 500}{n}{'x' * 500}": "球" * 900 for n in (1, 2)},
}
WIDTHS = (16, 30, 60, LONGEST)


def names(called: dict[str, str], lang: str = "zh") -> Names:
    """Make the names of devices, given by id."""
    subjects = [
        Subject(id=each, kind=SubjectKind.FIXED, name=name) for each, name in called.items()
    ]
    plan = cast("Plan", SimpleNamespace(subjects=subjects))
    return Names(plan=plan, packs=(), lang=lang)


@pytest.mark.parametrize("most", WIDTHS)
@pytest.mark.parametrize("called", PLANS.values(), ids=PLANS)
def test_no_two_subjects_are_called_alike(called: dict[str, str], most: int) -> None:
    shown = [names(called).short(each, most) for each in called]
    assert len(set(shown)) == len(called), shown
    assert max(map(len, shown)) <= max(most, CLEAR_ID) + 8  # a name's first characters, brackets


def test_an_id_is_cut_only_as_far_as_the_room_demands() -> None:
    domes = names(DOMES)
    assert domes.subject("hall-01-row-A-seat-001") == "球机（hall-01-row-A-seat-001）"
    alone = names({"hall-01-row-A-seat-001": "球机" * 20, "b": "枪机"})
    assert alone.short("hall-01-row-A-seat-001", 24) == "球机球机球…（hall-01…seat-001）"
    assert alone.short("b", 24) == "枪机"


def test_what_is_no_subject_of_the_plan_is_called_by_its_id() -> None:
    assert names(DOMES).subject("elsewhere") == "elsewhere"
