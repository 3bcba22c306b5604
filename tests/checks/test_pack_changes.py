"""What two packs differ in, field by field, and which differences concern a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acceptance.checks import pack_changes, pack_confirmation, pack_differences
from acceptance.checks.judging import judge
from acceptance.model import (
    Clause,
    Conflict,
    How,
    Level,
    Pack,
    Plan,
    Provenance,
    Requirement,
    Scope,
    Scoring,
    Subject,
    SubjectKind,
)

SEEN = Provenance(source="X", level=Level.SEEN)
ASKED = Requirement(
    id="a", clause="5", how=How.INSPECTED, text="文", text_en="text", assignment=SEEN,
    conditions=("agc",), when={"system": "digital"},
)  # fmt: skip
SCORING = Scoring(clause="8", figure=SEEN, basic_weight=0.6, pass_from=0.8, basic_from=0.6)
PACK = Pack(
    id="x", number="X", title="甲", title_en="A", edition="1",
    clauses=(Clause(number="5", title="五"), Clause(number="10", title="十")),
    requirements=(ASKED, replace(ASKED, id="b", clause="10")),
)  # fmt: skip


def test_changes_stand_in_the_order_of_the_pack_its_clauses_and_their_numbers() -> None:
    """The pack itself first, then clause 5 before clause 10."""
    first, second = PACK.requirements
    other = replace(
        PACK, title="乙", scoring=SCORING,
        clauses=(PACK.clauses[0], replace(PACK.clauses[1], title="拾")),
        requirements=(replace(first, text="别"), replace(second, quantity="q")),
    )  # fmt: skip
    found = [(one.kind, one.name, one.field) for one in pack_changes.changes(PACK, other)]
    assert found[0][0] == "pack"
    assert found[1:] == [
        ("requirement", "a", "text"),
        ("scoring", "", ""),
        ("clause", "10", "title"),
        ("requirement", "b", "quantity"),
    ]
    assert pack_changes.changes(PACK, PACK) == []


def test_a_conflict_comes_last_and_is_the_same_under_another_packs_name() -> None:
    """Its id and its requirements name the pack, which is no change of what it says."""
    conflict = Conflict(id="x#c", text="文", text_en="text", requirements=("x#a",))
    renamed = replace(conflict, id="y#c", requirements=("y#a",))
    pack, other = replace(PACK, conflicts=(conflict,)), replace(PACK, id="y", conflicts=(renamed,))
    assert pack_changes.changes(pack, other) == []
    said = replace(other, conflicts=(replace(renamed, text="别"),), scoring=SCORING)
    found = [(one.kind, one.name, one.field) for one in pack_changes.changes(pack, said)]
    assert found == [("scoring", "", ""), ("conflict", "c", "text")]


def test_a_requirement_tells_the_fields_in_which_it_departs_and_a_new_one_none() -> None:
    first, second = PACK.requirements
    changed = replace(
        PACK, id="y", requirements=(replace(first, text="别"), second, replace(first, id="c"))
    )
    traced = pack_changes.traced(changed, PACK)
    assert [dict(one.changed_by) for one in traced.requirements] == [{"y": ("text",)}, {}, {}]


def test_a_change_is_written_as_json_holds_it() -> None:
    """Tables, lists and plain values."""
    other = replace(PACK, requirements=PACK.requirements[1:])
    [change] = pack_changes.changes(PACK, other)
    written = pack_changes.row(change)
    here: Any = written["here"]
    assert (written["kind"], written["name"], written["clause"], written["there"]) == (
        "requirement", "a", "5", None,
    )  # fmt: skip
    assert (here["text"], here["conditions"], here["when"]) == (
        "文",
        ["agc"],
        {"system": "digital"},
    )
    assert here["assignment"]["source"] == "X"


@pytest.mark.parametrize(
    ("asked", "scope", "facts", "applies"),
    [
        ({"when": {}}, Scope.DEVICE, {}, True),
        ({"scope": Scope.SITE}, Scope.DEVICE, {}, False),
        ({"scope": Scope.SITE}, Scope.SITE, {}, True),
        ({"subjects": (SubjectKind.FIXED, SubjectKind.DOME)}, Scope.DEVICE, {}, True),
        ({"subjects": (SubjectKind.DOME,)}, Scope.DEVICE, {}, False),
        ({}, Scope.DEVICE, {"system": "digital"}, True),
        ({}, Scope.DEVICE, {"system": "analogue"}, False),
        (
            {"when": {"system": "digital", "place": "gate"}},
            Scope.DEVICE,
            {"system": "digital", "place": "hall"},
            False,
        ),
    ],
)
def test_a_requirement_of_the_other_standard_concerns_a_plan_that_it_may_apply_to(
    asked: dict[str, Any], scope: Scope, facts: dict[str, str], *, applies: bool
) -> None:
    """Within the scope, of its kinds, and not excluded by a fact that is stated."""
    camera = Subject(id="camera", kind=SubjectKind.FIXED, facts=facts)
    plan = Plan(subjects=(camera,), packs=("x",), scope=scope)
    assert pack_differences._may_apply(replace(ASKED, **asked), plan) is applies


def test_profiles_part_in_what_applied_and_in_what_only_the_other_one_may_ask() -> None:
    """``b`` does not apply to a digital camera, nor does ``d``."""
    first, second = PACK.requirements
    analogue = {"system": "analogue"}
    pack = replace(PACK, requirements=(first, replace(second, when=analogue)))
    asked = (
        replace(first, text="别"), replace(second, when=analogue, text="别"),
        replace(first, id="c"), replace(first, id="d", when=analogue),
    )  # fmt: skip
    other = replace(PACK, id="y", requirements=asked)
    camera = Subject(id="camera", kind=SubjectKind.FIXED, facts={"system": "digital"})
    plan = Plan(subjects=(camera,), packs=("x",), scope=Scope.DEVICE)
    findings = judge([pack], plan, (), (), (), today="2026-11-25")
    [parting] = pack_differences.partings([(pack, other)], plan, findings)
    assert [one.requirement for one in parting.differences] == ["a", "c"]


def test_the_latest_day_is_that_of_the_first_time_zone_to_begin_it() -> None:
    """UTC+14, Kiribati; and no zone is further ahead."""
    before = (datetime.now(UTC) + timedelta(hours=14)).date()
    found = pack_confirmation.today()
    assert before <= found <= (datetime.now(UTC) + timedelta(hours=14)).date()
    assert timedelta(hours=14) == pack_confirmation.FIRST_TO_BEGIN_A_DAY
