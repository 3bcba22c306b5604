"""Words of facts: what no requirement can mean is refused, so that none is lost by a typo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acceptance import metrics
from acceptance.checks import facts, pack
from acceptance.checks.judging import judge
from acceptance.errors import PlanError
from acceptance.model import Plan, Subject, SubjectKind, Verdict

PACK = pack.load("gb_50198_2011", metrics.quantities())


def plan(**words: str) -> Plan:
    """One camera with facts."""
    return Plan(
        subjects=(Subject(id="cam-1", kind=SubjectKind.FIXED, facts=words),), packs=(PACK.id,)
    )


@pytest.mark.parametrize("word", ["Digital", "数字", "digital ", "hybrid"])
def test_a_word_that_no_demand_means_is_refused_with_subject_and_fact(word: str) -> None:
    with pytest.raises(PlanError, match=r"subject cam-1, fact system: .*analogue / digital"):
        facts.check((PACK,), plan(system=word))


def test_such_a_word_would_have_made_every_demand_of_either_kind_vanish() -> None:
    """Neither the analogue nor the digital resolution would be asked for."""
    findings = judge([PACK], plan(system="Digital"), (), (), (), today="2026-11-25")
    asked = [
        one
        for one in findings
        if one.requirement.endswith(("#resolution-digital", "#resolution-analogue"))
    ]
    assert {one.verdict for one in asked} == {Verdict.NOT_APPLICABLE}
    assert len(asked) == 2


@pytest.mark.parametrize("word", ["important", "lobby", ""])
def test_a_fact_that_may_be_anything_is_compared_with_nothing(word: str) -> None:
    facts.check((PACK,), plan(place=word, floor="1"))


@pytest.mark.parametrize("word", ["Important", " important", "重要", "重点部位", "importent"])
def test_a_known_word_written_otherwise_is_refused(word: str) -> None:
    with pytest.raises(PlanError, match="Write important"):
        facts.check((PACK,), plan(place=word))


def test_a_question_of_yes_or_no_takes_both_and_nothing_else() -> None:
    law = pack.load("counter_terrorism_law", metrics.quantities())
    facts.check((law,), plan(counter_terror="no"))
    with pytest.raises(PlanError, match="no / yes"):
        facts.check((law,), plan(counter_terror="是"))


def test_a_pack_of_ones_own_may_know_further_words() -> None:
    first, *others = PACK.requirements
    own = replace(PACK, requirements=(replace(first, when={"system": "hybrid"}), *others))
    facts.check((own,), plan(system="hybrid"))
    with pytest.raises(PlanError, match="hybird"):
        facts.check((own,), plan(system="hybird"))


def test_every_word_that_a_shipped_pack_asks_for_is_known() -> None:
    for name in pack.names():
        for requirement in pack.load(name, metrics.quantities()).requirements:
            for fact, word in requirement.when.items():
                assert word in facts.WORDS.get(fact, facts.YES_NO) or fact == "place", (
                    name,
                    requirement.id,
                    fact,
                    word,
                )
