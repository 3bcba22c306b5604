"""The shipped packs.

Complete, with provenance, and with no number that stands anywhere but at its source.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import Any

import pytest

from acceptance.checks import pack as packs
from acceptance.checks.judging import judge
from acceptance.model import (
    Compare,
    Condition,
    How,
    Level,
    Limit,
    Measurement,
    Pack,
    Plan,
    Requirement,
    Scope,
    Shot,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)

QUANTITIES = {
    "resolution.wedge_horizontal": "TVL",
    "grey_scale.steps": "1",
    "noise.snr": "dB",
    "frame_rate.unique": "frame/s",
    "latency.glass_to_glass": "ms",
    "compression.psnr": "dB",
    "geometry.pixels_per_metre": "px/m",
}
SHIPPED = packs.load_all(packs.names(), QUANTITIES)
DB50 = next(pack for pack in SHIPPED if pack.id == "db50_216_2006")
EVERY = [(pack, one) for pack in SHIPPED for one in pack.requirements]
MEASURED = [(pack, one) for pack, one in EVERY if one.how is How.MEASURED]

# As printed in contents and foreword of DB50/216-2006; 5.4.1, 5.5.1, 5.6.1 and the other letters
# are inferred.
MANDATORY = {"5.3.1", "5.4.2", "5.5.2", "5.5.3", "5.5.4", "6", "6.1", "6.2", "6.3", "6.4", "6.5"}
MANDATORY |= {f"5.6.2 {letter})" for letter in "acej"}
TITLES = {
    "1": "范围",
    "2": "规范性引用文件",
    "3": "术语和定义",
    "4": "结构",
    "5": "技术要求",
    "5.1": "基本功能",
    "5.2": "基本技术要求",
    "5.3": "前端设备技术要求",
    "5.4": "传输要求",
    "5.5": "图像显示要求",
    "5.6": "视频图像的存储",
    "5.7": "视频图像信息系统的联网",
    "6": "系统的设计、建设、检测、验收及维护",
    "6.1": "系统的设计",
    "6.2": "系统建设",
    "6.3": "系统检测",
    "6.4": "系统验收",
    "6.5": "系统维护",
}


def name(value: object) -> str | None:
    """Name a test case."""
    return value.id if isinstance(value, Pack | Requirement) else None


def raw(pack: Pack) -> dict[str, Any]:
    """Return the pack as written."""
    return tomllib.loads(packs.file_of(pack.id).read_text(encoding="utf-8"))


def test_the_packs_that_the_standard_leans_on_are_shipped() -> None:
    """DB50/216-2006 and those that lend it figures.

    What it cites and what is nearest to its time, then later ones.
    """
    cited = {"gb_50198_1994", "gb_50348_2004", "ga_308_2001", "ga_t_75_1994", "order_196_2006"}
    near, later = (
        {"gb_50395_2007", "gb_20815_2006"},
        {"gb_50198_2011", "gb_t_28181_2016", "ga_t_1127_2013", "gb_51348_2019"},
    )
    lenders = cited | near | later | {"gb_55029_2022", "db11_t_855_2025"}
    assert set(packs.names()) >= {"db50_216_2006", *lenders}
    assert {one.borrows.partition("#")[0] for one in DB50.requirements if one.borrows} == lenders


def test_every_clause_of_the_contents_is_listed_with_its_printed_title() -> None:
    """And the sub-clauses that the foreword names or implies."""
    titles = {clause.number: clause.title for clause in DB50.clauses}
    assert titles.items() >= TITLES.items()
    implied = {"5.3.1", "5.4.1", "5.4.2", "5.5.1", "5.5.2", "5.5.3", "5.5.4", "5.6.1", "5.6.2"}
    assert set(titles) == set(TITLES) | implied | {f"5.6.2 {letter})" for letter in "abcdefghij"}


def test_the_mandatory_flags_are_exactly_those_of_the_foreword() -> None:
    """5.3.1, 5.4.2, 5.5.2 to 5.5.4, 5.6.2 a) c) e) j) and all of 6; all else is recommended."""
    assert {clause.number for clause in DB50.clauses if clause.mandatory} == MANDATORY
    assert all(clause.mandatory is not None for clause in DB50.clauses)


def test_an_inferred_clause_says_so() -> None:
    """That 5.4.1 or 5.6.2 b) exist was never read."""
    inferred = {"5.4.1", "5.5.1", "5.6.1"} | {f"5.6.2 {letter})" for letter in "bdfghi"}
    for clause in DB50.clauses:
        assert ("推断" in clause.note and "infer" in clause.note_en) == (
            clause.number in inferred | {"5.6.2"}
        )


def test_no_number_of_db50_216_itself_is_claimed() -> None:
    """Its body was not seen.

    Every limit is borrowed, every place in it is an inference with its reasoning.
    """
    assert not [one["id"] for one in raw(DB50)["requirements"] if "limit" in one]
    for requirement in DB50.requirements:
        assert (requirement.assignment.source, requirement.assignment.level) == (
            "DB50/216-2006",
            Level.INFERENCE,
        )
        assert requirement.assignment.clause == requirement.clause
        assert requirement.assignment.note
        assert requirement.assignment.note_en


def test_the_notes_of_frame_rate_and_delay_say_what_a_bench_film_leaves_open() -> None:
    """What was seen asks less than what was recalled; the delay is for the way to the centre."""
    rate, delay = (
        next(one for one in DB50.requirements if one.id == name)
        for name in ("5.2/frame-rate", "5.4.2/latency")
    )
    assert "15 帧/s" in rate.assignment.note
    assert "only 15" in rate.assignment.note_en
    assert "监控中心" in delay.assignment.note
    assert "bench film" in delay.assignment.note_en
    assert delay.taps == (Tap.SCREEN,)


def test_every_mandatory_clause_that_asks_something_is_measured_or_asked_for() -> None:
    """None may be left to chance."""
    tested = {one.clause for one in DB50.requirements}
    assert {
        clause.number for clause in DB50.clauses if clause.mandatory and clause.demands
    } <= tested


def test_what_belongs_to_chapter_6_belongs_to_the_site() -> None:
    """A device cannot show how it was designed in, built in, accepted or maintained."""
    assert {one.scope for one in DB50.requirements if one.clause.startswith("6")} == {Scope.SITE}


@pytest.mark.parametrize(("pack", "requirement"), EVERY, ids=name)
def test_every_requirement_has_its_words_and_its_origin(
    pack: Pack, requirement: Requirement
) -> None:
    """In both languages.

    The figure names the standard that states it, not the one that borrows it.
    """
    assert requirement.text.endswith("。")
    assert requirement.text_en.endswith(".")
    assert requirement.figure is not None
    source = (
        next(lender for lender in SHIPPED if lender.id == requirement.borrows.partition("#")[0])
        if requirement.borrows
        else pack
    )
    assert requirement.figure.source == source.number or not requirement.limit
    assert re.search("[\u4e00-\u9fff]", requirement.text)


@pytest.mark.parametrize("pack", SHIPPED, ids=name)
def test_every_clause_has_a_title_in_both_languages(pack: Pack) -> None:
    """The coverage matrix prints them all."""
    assert all(clause.title and clause.title_en for clause in pack.clauses)


@pytest.mark.parametrize(("pack", "requirement"), EVERY, ids=name)
def test_every_finding_by_a_shipped_pack_is_provisional(
    pack: Pack, requirement: Requirement
) -> None:
    """Nobody has confirmed a shipped figure against an authentic copy yet.

    Every finding is provisional.
    """
    assert pack.id
    assert requirement.figure is not None
    assert not (requirement.figure.firm and requirement.assignment.firm)


def shown(requirement: Requirement, value: float) -> Measurement:
    """Make a measurement of what the requirement asks, as exact as can be."""
    count = round(value * 60) if requirement.compare is Compare.COUNT else None
    return Measurement(
        subject="it",
        quantity=requirement.quantity,
        value=value,
        unit=requirement.limit.unit if requirement.limit else "",
        uncertainty=0,
        k=2,
        degrees_of_freedom=None,
        samples=1,
        method="exact",
        shot="s",
        region=requirement.region,
        direction=requirement.direction,
        statistic=requirement.statistic,
        count=count,
        duration=60.0,
    )


def just(limit: Limit, *, inside: bool) -> float:
    """Take a value a hundredth of the limit inside or outside of it; of 0, at 0 or 1."""
    end = limit.at_least if limit.at_least is not None else limit.at_most
    assert end is not None
    if end == 0:
        return 0.0 if inside else 1.0
    upwards = inside == (limit.at_least is not None)
    return end * (1.01 if upwards else 0.99)


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize(("pack", "requirement"), MEASURED, ids=name)
def test_a_value_just_inside_passes_and_just_outside_fails(
    pack: Pack, requirement: Requirement, *, inside: bool
) -> None:
    """Of every measured requirement, with the subject, tap, path, facts and conditions it names."""
    assert requirement.limit is not None
    subject = Subject(
        id="it", kind=next(iter(requirement.subjects), SubjectKind.FIXED), facts=requirement.when
    )
    tap = next(iter(requirement.taps), Tap.CAMERA)
    shot = Shot(id="s", subject="it", clip="s.mp4", tap=tap)
    shot = replace(
        shot,
        path=requirement.path or shot.path,
        conditions=(
            *(Condition(name=name, value=1) for name in requirement.conditions),
            *(Condition(name=name, value=value) for name, value in requirement.only_with.items()),
        ),
    )
    plan = Plan(subjects=(subject,), shots=(shot,), scope=Scope.SITE)
    findings = judge(
        (pack,),
        plan,
        (shown(requirement, just(requirement.limit, inside=inside)),),
        (),
        (shot,),
        today="2026-11-20",
    )
    [finding] = [
        finding for finding in findings if finding.requirement == f"{pack.id}#{requirement.id}"
    ]
    assert finding.verdict is (Verdict.PASS if inside else Verdict.FAIL)
    assert finding.provisional
