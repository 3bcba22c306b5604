"""Rows of the coverage matrix, facts that are asked for, and the form in which people answer."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance.checks import clause_table, facts
from acceptance.checks.questions import Question, questions
from acceptance.model import (
    Clause,
    How,
    Level,
    Limit,
    Modality,
    Pack,
    Part,
    Plan,
    Provenance,
    Requirement,
    Scope,
    Subject,
    SubjectKind,
)

SEEN = Provenance(source="X", level=Level.SEEN)
RECALLED = Provenance(source="Y", level=Level.RECALL_HIGH)
CAMERA = Subject(id="camera", kind=SubjectKind.FIXED)


def asked(name: str, how: How, **fields: Any) -> Requirement:
    """Make a requirement of clause 5."""
    given: dict[str, Any] = {"clause": "5", "text": "文", "text_en": "text", "assignment": SEEN}
    return Requirement(**({"id": name, "how": how} | given | fields))


SNR = asked(
    "snr", How.MEASURED, quantity="noise.snr", limit=Limit(unit="dB", at_least=36), figure=RECALLED,
    region="centre", direction="horizontal", conditions=("agc",), only_with={"fed": "yes"},
    borrows="y#snr", key_item=True, part=Part.TECHNICAL, sampling="s", scope=Scope.SITE,
    modality=Modality.SHOULD,
)  # fmt: skip
LOOK = asked("look", How.INSPECTED)
PACK = Pack(
    id="x", number="X", title="", title_en="", edition="",
    clauses=(
        Clause(number="5", title="五", title_en="five"),
        Clause(number="6", title="六", note="注", note_en="note", scope=Scope.SITE),
        Clause(number="7", title="七", demands=False),
    ),
    requirements=(SNR, LOOK),
)  # fmt: skip


def test_each_requirement_and_each_clause_without_any_has_a_row() -> None:
    rows = list(clause_table.rows(PACK, {"noise.snr"}))
    assert [row["requirement"] for row in rows] == ["x#snr", "x#look", "x#6", "x#7"]
    covered = [row["covered_by"] for row in rows]
    assert covered == ["measurement", "question", "nothing", "no_demand"]
    assert [row["how"] for row in rows] == ["measured", "inspected", "unknown", "unknown"]
    assert [row["measured_here"] for row in rows] == [True, False, False, False]
    [missing, *_] = clause_table.rows(PACK, set())
    assert (missing["covered_by"], missing["measured_here"]) == ("not_in_toolkit", False)


def test_a_row_holds_what_its_requirement_states() -> None:
    full, plain, bare, _ = clause_table.rows(PACK, {"noise.snr"})
    expected = {
        "text": "文", "text_en": "text", "modality": "should", "key_item": True, "scope": "site",
        "part": str(Part.TECHNICAL), "sampling": "s", "quantity": "noise.snr", "region": "centre",
        "direction": "horizontal", "conditions": ["agc"], "only_with": {"fed": "yes"},
        "borrows": "y#snr",
    }  # fmt: skip
    assert {name: full[name] for name in expected} == expected
    assert (full["limit"]["at_least"], full["limit"]["unit"]) == (36, "dB")
    assert full["provenance"]["figure"]["source"] == "Y"
    assert full["provenance"]["assignment"]["source"] == "X"
    assert (plain["limit"], plain["part"], plain["key_item"]) == (None, None, False)
    assert plain["provenance"]["figure"] is None
    assert (bare["text"], bare["text_en"], bare["scope"]) == ("注", "note", "site")
    empty = {
        "modality": None, "key_item": False, "part": None, "sampling": "", "quantity": "",
        "region": "", "direction": "", "limit": None, "conditions": [], "only_with": {},
        "borrows": "", "provenance": {"figure": None, "assignment": None},
    }  # fmt: skip
    assert {name: bare[name] for name in empty} == empty


def test_where_two_packs_differ_the_row_of_each_stands_beside_the_other() -> None:
    """One asks 36 dB; the other nothing."""
    other = Pack(
        id="y", number="Y", title="", title_en="", edition="", clauses=PACK.clauses,
        requirements=(LOOK,),
    )  # fmt: skip
    [row] = clause_table.against(PACK, other, {"noise.snr"})
    assert (row["clause"], row["there"]) == ("5", None)
    assert row["here"]["requirement"] == "x#snr"
    assert row["here"]["title"] == "五"


@pytest.mark.parametrize(
    ("how", "fields", "form"),
    [
        (How.RATED, {"limit": Limit(unit="", at_least=4)}, "scores"),
        (How.READ, {}, "value"),
        (How.MEASURED, {}, "value"),
        (How.INSPECTED, {"limit": Limit(unit="m", at_least=2)}, "value"),
        (How.INSPECTED, {}, "grade"),
        (How.DOCUMENTED, {}, "yes"),
    ],
)
def test_the_form_of_an_answer_follows_from_how_it_is_checked(
    how: How, fields: dict[str, Any], form: str
) -> None:
    question = Question(
        subject=CAMERA, pack=PACK, clause=PACK.clauses[0], requirement=asked("a", how, **fields)
    )
    assert (question.form, question.reference) == (form, "x#a")


def test_people_are_asked_what_is_not_measured_and_told_which_fact_is_missing_first() -> None:
    """Nor is a fact that a measurement waits for, or a point that nobody knows how to check."""
    earth = asked("earth", How.INSPECTED, when={"earth": "common"})
    steps = asked("steps", How.MEASURED, quantity="grey_scale.steps", when={"picture": "colour"})
    pack = Pack(
        id="x", number="X", title="", title_en="", edition="", clauses=PACK.clauses,
        requirements=(LOOK, earth, steps, asked("unknown", How.UNKNOWN)),
    )  # fmt: skip
    found, waiting = questions([pack], Plan(subjects=(CAMERA,), packs=("x",)), {"noise.snr"})
    assert [(one.reference, one.pack.id, one.clause.number) for one in found] == [
        ("x#look", "x", "5")
    ]
    assert [one.requirement for one in waiting] == ["x#earth"]


def test_the_facts_of_a_kind_of_device_are_those_that_its_requirements_ask_for() -> None:
    """With the words of a closed list, of yes and no, or other."""
    pack = Pack(
        id="x", number="X", title="", title_en="", edition="", clauses=PACK.clauses,
        requirements=(
            asked("a", How.INSPECTED, when={"system": "digital"}, subjects=(SubjectKind.FIXED,)),
            asked("b", How.INSPECTED, when={"lift": "yes"}),
            asked("c", How.INSPECTED, when={"place": "gate"}, subjects=(SubjectKind.DOME,)),
            asked("d", How.INSPECTED, when={"place": "hall"}, subjects=(SubjectKind.DOME,)),
        ),
    )  # fmt: skip
    fixed, every = (facts.choices([pack], kinds) for kinds in ((SubjectKind.FIXED,), ()))
    assert fixed == {"system": ("digital", "analogue"), "lift": ("yes", "no")}
    assert every == {**fixed, "place": ("gate", "hall", "other")}
