"""Sampling after a failure, and what is asked of whom."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sampled_lots import (
    GOLDEN,
    SEED,
    again,
    by_level,
    cameras,
    first,
    plan,
    question,
    rule,
    standard,
)

from acceptance.checks import sampling
from acceptance.checks.judging import bottom_line, check_plan, judge
from acceptance.checks.questions import questions
from acceptance.errors import PlanError
from acceptance.model import (
    Answer,
    Draw,
    Finding,
    Pack,
    Plan,
    Scope,
    SubjectKind,
    Verdict,
)

# --- which ones again


def test_a_retest_is_of_the_double_with_the_failed_and_otherwise_new_ones() -> None:
    bad = GOLDEN[1]
    initial, enlarged = sampling.draw((standard(),), plan(cameras(15), first(), again(bad)))
    assert len(enlarged.drawn) == 2 * len(initial.drawn)
    assert set(enlarged.drawn) & set(initial.drawn) == {bad}
    assert enlarged.drawn[0] == bad
    assert (enlarged.retest_of, enlarged.failed, enlarged.session, enlarged.seed) == (
        SEED,
        (bad,),
        "20261125-1",
        "2026-230",
    )


def test_where_the_lot_ends_a_retest_takes_in_those_that_passed() -> None:
    [initial] = sampling.draw((standard(),), plan(cameras(4), first()))
    _, enlarged = sampling.draw((standard(),), plan(cameras(4), first(), again(initial.drawn[2])))
    assert sorted(enlarged.drawn) == [device.id for device in cameras(4)]
    assert enlarged.drawn[0] == initial.drawn[2]
    assert enlarged.drawn[1] not in initial.drawn


def test_only_the_lot_that_failed_is_tested_again() -> None:
    both = cameras(10) + cameras(10, SubjectKind.DOME)
    drawn = sampling.draw((standard(),), plan(both, first(), again("dome-01")))
    assert [(one.kind.value, one.retest_of) for one in drawn] == [
        ("fixed", ""),
        ("dome", ""),
        ("dome", SEED),
    ]


def test_other_items_keep_their_first_sample() -> None:
    pack = standard(question("a"), question("b"))
    initial, enlarged = sampling.draw(
        (pack,), plan(cameras(15), first(), again(GOLDEN[0], requirements=("x#a",)))
    )
    assert (initial.requirements, enlarged.requirements) == (("x#a", "x#b"), ("x#a",))
    asked = sampling.asked((initial, enlarged))
    assert asked["x#a", "cam-01"] is enlarged
    assert asked["x#b", "cam-01"] is initial


@pytest.mark.parametrize(
    ("draws", "words"),
    [
        (
            (first(sampling="x#other"),),
            "draw 1, x#other: no pack of the plan has this sampling. Samplings: x#cameras.",
        ),
        ((first(seed=""),), "the seed '' is empty or has stray spaces"),
        ((first(seed=" 1"),), "the seed ' 1' is empty or has stray spaces"),
        ((first(seed="a\nb"),), "is empty or has stray spaces"),
        ((first(), first(seed="other")), "draw 2, x#cameras: is drawn twice"),
        ((first(failed=("cam-01",)),), "failed belongs to a re-test"),
        ((first(), again("cam-99")), "draw 2, x#cameras: 'cam-99' is in no lot of this sampling"),
        ((first(), again("cam-01", requirements=("x#b",))), "'x#b' is in no lot"),
        ((first(), again()), "names no device that failed"),
        ((first(), again("cam-01", session="")), "names no session in which devices failed"),
        ((first(), again("cam-01", retest_of="2025-1")), "no first draw has the seed '2025-1'"),
        ((again("cam-01"), first()), f"no first draw has the seed '{SEED}'"),
        (
            (first(), again("cam-01"), again("cam-02", seed="3")),
            "A re-test is done once; a second failure stands",
        ),
        (
            (first(), again("cam-01"), again("cam-02", seed="3", retest_of="2026-230")),
            "a re-test is not tested again",
        ),
    ],
)
def test_a_draw_that_cannot_be_is_refused_before_any_footage_is_touched(
    draws: tuple[Draw, ...], words: str
) -> None:
    with pytest.raises(PlanError) as caught:
        check_plan((standard(),), plan(cameras(15), *draws))
    assert words in str(caught.value)


def test_without_a_rule_for_it_there_is_no_retest() -> None:
    with pytest.raises(PlanError, match="has no rule for a re-test"):
        check_plan(
            (standard(by=rule(retest_factor=0)),), plan(cameras(15), first(), again("cam-01"))
        )


def test_a_draw_by_model_names_the_device_without_one() -> None:
    with pytest.raises(PlanError, match="subject cam-01: has no model"):
        sampling.draw((standard(by=by_level("I")),), plan(cameras(3), first()))


# --- what is asked of whom


def answer(device: str, *, yes: bool, requirement: str = "x#sharp") -> Answer:
    """Answer the question about a device."""
    return Answer(subject=device, requirement=requirement, by="a", when="2026-11-25", yes=yes)


def verdicts(asked: Plan, pack: Pack | None = None) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Judge; return the verdict (or ``not_in_sample``) by device, and all findings."""
    found = judge((pack or standard(),), asked, (), (), (), today="2026-11-25")
    by_device = {
        one.subject: one.reason.code if one.reason.code == "not_in_sample" else one.verdict.value
        for one in found
    }
    return by_device, found


def test_without_a_draw_every_device_is_asked() -> None:
    by_device, _ = verdicts(
        plan(cameras(15), answers=tuple(answer(one, yes=True) for one in GOLDEN[:3]))
    )
    assert sorted(by_device.values()) == ["not_tested"] * 12 + ["pass"] * 3


def test_with_a_draw_only_the_drawn_are_asked_and_they_carry_the_item() -> None:
    by_device, found = verdicts(
        plan(cameras(15), first(), answers=tuple(answer(one, yes=True) for one in GOLDEN[:3]))
    )
    assert {device for device, verdict in by_device.items() if verdict == "pass"} == set(GOLDEN[:3])
    assert sorted(set(by_device.values())) == ["not_in_sample", "pass"]
    assert all(
        one.verdict is Verdict.NOT_APPLICABLE for one in found if one.subject not in GOLDEN[:3]
    )
    assert bottom_line(found, Scope.SITE).verdict is Verdict.PASS


def test_a_drawn_device_that_nobody_tested_leaves_the_item_open() -> None:
    by_device, found = verdicts(plan(cameras(15), first(), answers=(answer(GOLDEN[0], yes=True),)))
    assert by_device[GOLDEN[1]] == "not_tested"
    assert bottom_line(found, Scope.SITE).verdict is Verdict.INCONCLUSIVE


def test_a_device_outside_the_sample_replaces_no_drawn_one_but_its_failure_shows() -> None:
    outside = (answer(GOLDEN[4], yes=True), answer(GOLDEN[5], yes=False))
    by_device, found = verdicts(plan(cameras(15), first(), answers=outside))
    assert (by_device[GOLDEN[4]], by_device[GOLDEN[5]]) == ("not_in_sample", "fail")
    assert bottom_line(found, Scope.SITE).verdict is Verdict.FAIL


def test_people_are_asked_about_the_drawn_devices_only() -> None:
    """Sheets and panels ask the judge what is open."""
    asked = questions((standard(),), plan(cameras(15), first()))[0]
    assert {one.subject.id for one in asked} == set(GOLDEN[:3])


def test_a_failure_in_the_sample_fails_the_item() -> None:
    answers = tuple(answer(one, yes=one != GOLDEN[1]) for one in GOLDEN[:3])
    _, found = verdicts(plan(cameras(15), first(), answers=answers))
    assert bottom_line(found, Scope.SITE).verdict is Verdict.FAIL


def retest(*failing: str) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Judge the re-test after the repair of the second device drawn."""
    draws = first(), again(GOLDEN[1])
    *_, two = sampling.draw((standard(),), plan(cameras(15), *draws))
    return verdicts(
        plan(
            cameras(15),
            *draws,
            answers=tuple(answer(one, yes=one not in failing) for one in two.drawn),
        )
    )


def test_a_retest_passes_where_all_of_the_double_sample_pass() -> None:
    by_device, found = retest()
    assert sorted(by_device.values()) == ["not_in_sample"] * 9 + ["pass"] * 6
    assert by_device[GOLDEN[0]] == "not_in_sample", "passed in the first sample, not asked again"
    assert bottom_line(found, Scope.SITE).verdict is Verdict.PASS


def test_a_second_failure_stands() -> None:
    _, found = retest(GOLDEN[1])
    assert bottom_line(found, Scope.SITE).verdict is Verdict.FAIL


def test_a_retest_that_leaves_out_a_device_stays_open() -> None:
    draws = first(), again(GOLDEN[1])
    _, found = verdicts(plan(cameras(15), *draws, answers=(answer(GOLDEN[1], yes=True),)))
    assert bottom_line(found, Scope.SITE).verdict is Verdict.INCONCLUSIVE


def test_a_fact_that_rules_a_device_out_is_told_before_the_sample() -> None:
    others = tuple(replace(one, facts={"system": "digital"}) for one in cameras(3))
    _, found = verdicts(
        plan(others, first()), standard(question(when={"system": "analogue"}), question("b"))
    )
    assert {one.reason.code for one in found if one.requirement == "x#sharp"} == {"facts_differ"}
