"""Sampling: how many devices, which ones, which ones again; and what is then asked of whom."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acceptance.checks import pack as packs
from acceptance.checks import sampling
from acceptance.checks.judging import bottom_line, check_plan, judge
from acceptance.checks.questions import questions
from acceptance.errors import PackError, PlanError
from acceptance.model import (
    Answer,
    Clause,
    Draw,
    Finding,
    How,
    Level,
    Pack,
    Plan,
    Provenance,
    Requirement,
    Sampling,
    Scope,
    Subject,
    SubjectKind,
    Verdict,
)

if TYPE_CHECKING:
    from pathlib import Path

SEEN = Provenance(source="GB 50339-2013", clause="19.0.4(2)", level=Level.SEEN)
SEED = "2026-216"


def rule(**fields: Any) -> Sampling:
    """20 %, at least 3, re-tested on the double (GB 50348-2004 chapter 7, GB 50339-2013 19.0.4)."""
    plain: dict[str, Any] = {"share": 0.2, "at_least": 3, "retest_factor": 2}
    return Sampling(
        **(
            {"id": "cameras", "clause": "19.0.4(2)", "text": "", "text_en": "", "figure": SEEN}
            | plain
            | fields
        )
    )


def by_level(level: str) -> Sampling:
    """GB 50348-2018 9.1.5: by model, at an inspection level, never fewer than 5."""
    return rule(share=None, at_least=5, inspection_level=level, per_model=True)


def cameras(
    count: int, kind: SubjectKind = SubjectKind.FIXED, **fields: Any
) -> tuple[Subject, ...]:
    """Cameras cam-01, cam-02 ... below nothing."""
    prefix = "cam" if kind is SubjectKind.FIXED else kind.value
    return tuple(
        Subject(id=f"{prefix}-{number:02}", kind=kind, **fields) for number in range(1, count + 1)
    )


def question(name: str = "sharp", **fields: Any) -> Requirement:
    """Make an inspected demand that is asked of a sample."""
    plain: dict[str, Any] = {
        "id": name,
        "clause": "5",
        "how": How.INSPECTED,
        "text": "",
        "text_en": "",
    }
    return Requirement(**(plain | {"assignment": SEEN, "sampling": "cameras"} | fields))


def standard(*requirements: Requirement, by: Sampling | None = None) -> Pack:
    """Make a pack of one clause with one sampling."""
    clause = Clause(number="5", title="五", mandatory=True)
    return Pack(id="x", number="X", title="X", title_en="X", edition="1", clauses=(clause,),
                requirements=requirements or (question(),), samplings=(by or rule(),))  # fmt: skip


def plan(subjects: tuple[Subject, ...], *draws: Draw, **fields: Any) -> Plan:
    """Make a plan."""
    return Plan(subjects=subjects, shots=(), packs=("x",), draws=draws, **fields)


def first(**fields: Any) -> Draw:
    """Draw by the sampling of ``standard``."""
    return Draw(**({"sampling": "x#cameras", "seed": SEED} | fields))


def again(*failed: str, **fields: Any) -> Draw:
    """Re-test of ``first``."""
    return first(
        **(
            {"seed": "2026-230", "retest_of": SEED, "failed": failed, "session": "20261125-1"}
            | fields
        )
    )


# --- how many


@pytest.mark.parametrize(
    ("lot", "n"), [(1, 1), (2, 2), (3, 3), (4, 3), (15, 3), (16, 4), (20, 4), (21, 5), (100, 20)]
)
def test_a_fifth_and_at_least_three_is_counted_exactly(lot: int, n: int) -> None:
    assert sampling.size(rule(), lot) == n


def test_a_share_is_no_floating_point_number() -> None:
    """7 % of 100 devices are 7, but 0.07 * 100 is above 7."""
    assert sampling.size(rule(share=0.07, at_least=1), 100) == 7
    assert math.ceil(0.07 * 100) == 8


@pytest.mark.parametrize(
    ("low", "high", "level_1", "level_2"),
    [
        (2, 5, None, None),
        (6, 8, 5, 5),
        (9, 15, 5, 5),
        (16, 25, 5, 5),
        (26, 50, 5, 8),
        (51, 90, 5, 13),
        (91, 150, 8, 20),
        (151, 280, 13, 32),
        (281, 500, 20, 50),
        (501, 1200, 32, 80),
        (1201, 3200, 50, 125),
        (3201, 10000, 80, 200),
    ],
)
def test_sizes_by_inspection_level_are_those_of_the_table(
    low: int, high: int, level_1: int, level_2: int
) -> None:
    """Typed in from the table of facts.md 16a, "n by the rule"; None: all."""
    for lot in (low, high):
        assert sampling.size(by_level("I"), lot) == (level_1 or lot)
        assert sampling.size(by_level("II"), lot) == (level_2 or lot)


@pytest.mark.parametrize(
    ("lot", "level_1", "level_2"),
    [
        (6, 2, 2),
        (9, 2, 3),
        (16, 3, 5),
        (26, 5, 8),
        (51, 5, 13),
        (91, 8, 20),
        (151, 13, 32),
        (281, 20, 50),
    ],
)
def test_without_a_minimum_the_code_letter_alone_counts(
    lot: int, level_1: int, level_2: int
) -> None:
    assert sampling.size(replace(by_level("I"), at_least=1), lot) == level_1
    assert sampling.size(replace(by_level("II"), at_least=1), lot) == level_2


@pytest.mark.parametrize(("level", "lot"), [("I", 10001), ("II", 35001), ("III", 100)])
def test_what_the_table_does_not_hold_is_refused(level: str, lot: int) -> None:
    with pytest.raises(
        PlanError, match=f"no sample size is known for {lot} devices at inspection level {level}"
    ):
        sampling.size(by_level(level), lot)


RULES = st.one_of(
    st.builds(rule, share=st.one_of(st.none(), st.floats(0.001, 1)), at_least=st.integers(1, 30)),
    st.builds(
        lambda level, least: replace(by_level(level), at_least=least),
        st.sampled_from(["I", "II"]),
        st.integers(5, 30),
    ),
)


@given(RULES, st.integers(1, 9999))
def test_a_sample_is_never_larger_than_its_lot_and_a_larger_lot_never_has_a_smaller_one(
    by: Sampling, lot: int
) -> None:
    n = sampling.size(by, lot)
    assert min(by.at_least, lot) <= n <= lot
    assert n <= sampling.size(by, lot + 1)
    assert by.share is None or n >= Fraction(str(by.share)) * lot


# --- which ones


def test_the_draw_is_what_sha256sum_says() -> None:
    """``printf '%s %s' 2026-216 cam-NN | sha256sum``, sorted.

    Made by coreutils, not by this program.
    """
    assert sampling.order(SEED, [one.id for one in cameras(15)])[:6] == GOLDEN
    [sample] = sampling.draw((standard(),), plan(cameras(15), first()))
    assert sample.drawn == tuple(GOLDEN[:3])
    assert (len(sample.lot), sample.standard, sample.clause) == (15, "GB 50339-2013", "19.0.4(2)")
    assert sample.requirements == ("x#sharp",)


GOLDEN = ["cam-08", "cam-10", "cam-01", "cam-12", "cam-11", "cam-13"]


@given(
    st.permutations(cameras(12) + cameras(7, SubjectKind.DOME)),
    st.text("0123456789-", min_size=1, max_size=8),
)
def test_the_order_of_the_list_changes_nothing(shuffled: list[Subject], seed: str) -> None:
    straight = sampling.draw(
        (standard(),), plan(cameras(12) + cameras(7, SubjectKind.DOME), first(seed=seed))
    )
    mixed = sampling.draw((standard(),), plan(tuple(shuffled), first(seed=seed)))
    assert {one.kind: one.drawn for one in straight} == {one.kind: one.drawn for one in mixed}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["fixed", "dome", "ptz"]), st.sampled_from("abc"), st.sampled_from("12")
        ),
        min_size=1,
    )
)
def test_every_kind_and_model_is_represented(made: list[tuple[str, str, str]]) -> None:
    devices = tuple(
        Subject(id=f"d{n}", kind=SubjectKind(kind), manufacturer=maker, model=model)
        for n, (kind, maker, model) in enumerate(made)
    )
    samples = sampling.draw((standard(by=by_level("I")),), plan(devices, first()))
    assert {(one.kind, one.manufacturer, one.model) for one in samples} == set(made)
    assert all(one.drawn and set(one.drawn) <= set(one.lot) for one in samples)
    assert sorted(device for one in samples for device in one.lot) == sorted(
        one.id for one in devices
    )


def test_another_seed_draws_others_and_every_device_about_as_often() -> None:
    """A chi-square of 15 devices over 3000 seeds.

    Beyond 36.1 (14 degrees of freedom) in one of 1000 fair draws.
    """
    names = [one.id for one in cameras(15)]
    times = dict.fromkeys(names, 0)
    for seed in range(3000):
        for name in sampling.order(str(seed), names)[:3]:
            times[name] += 1
    assert sum((count - 600) ** 2 / 600 for count in times.values()) * 14 / 12 < 36.1


def test_a_requirement_for_some_cameras_has_a_lot_of_its_own_in_the_same_order() -> None:
    """Else a sample of all might hold none of the few that it concerns."""
    analogue = {"cam-01", "cam-02"}
    few = tuple(
        replace(one, facts={"system": "analogue" if one.id in analogue else "digital"})
        for one in cameras(15)
    )
    asked = standard(question(), question("snr", when={"system": "analogue"}))
    everyone, analogue = sampling.draw((asked,), plan(few, first()))
    assert (len(everyone.lot), analogue.lot, analogue.requirements) == (
        15,
        ("cam-01", "cam-02"),
        ("x#snr",),
    )
    assert set(analogue.drawn) == {"cam-01", "cam-02"}


def test_an_inherited_fact_counts_and_one_that_nobody_states_leaves_the_device_in() -> None:
    site = Subject(id="site", kind=SubjectKind.SITE, facts={"system": "digital"})
    below = tuple(replace(one, parent="site") for one in cameras(3))
    loose = Subject(id="loose", kind=SubjectKind.FIXED)
    pack = standard(question(when={"system": "analogue"}))
    [sample] = sampling.draw((pack,), plan((site, *below, loose), first()))
    assert sample.lot == ("loose",)


def test_sites_and_systems_are_no_devices() -> None:
    subjects = (
        Subject(id="site", kind=SubjectKind.SITE),
        Subject(id="video", kind=SubjectKind.SYSTEM),
        *cameras(2),
    )
    [sample] = sampling.draw((standard(),), plan(subjects, first()))
    assert set(sample.drawn) == {"cam-01", "cam-02"}


def test_a_sampling_that_no_requirement_has_draws_of_all_devices() -> None:
    pack = standard(question(sampling=""))
    fixed, dome = sampling.draw((pack,), plan(cameras(5) + cameras(2, SubjectKind.DOME), first()))
    assert (len(fixed.drawn), len(dome.drawn), fixed.requirements) == (3, 2, ())


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


# --- packs

PACK = """
id = "own"
number = "Q/X 1"
title = "企业标准"
title_en = "Company standard"
edition = "2026"
[[clauses]]
number = "4.1"
title = "外观"
[[samplings]]
id = "cameras"
clause = "4.1"
text = "抽检二成。"
text_en = "A fifth."
figure = { source = "Q/X 1", clause = "4.1", level = "seen" }
share = 0.2
at_least = 3
[[requirements]]
id = "look"
clause = "4.1"
how = "inspected"
text = "外观。"
text_en = "Looks."
figure = { source = "Q/X 1", level = "seen" }
sampling = "cameras"
"""

BORROWER = """
id = "other"
number = "Q/X 2"
title = "另一标准"
title_en = "Another"
edition = "2026"
[[clauses]]
number = "7"
title = "外观"
[[requirements]]
id = "look"
clause = "7"
borrows = "own#look"
assignment = { source = "Q/X 2", level = "seen" }
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """Folder with a pack that has a sampling and one that borrows from it."""
    (tmp_path / "own.toml").write_text(PACK, "utf-8")
    (tmp_path / "other.toml").write_text(BORROWER, "utf-8")
    return tmp_path


def test_a_borrowed_requirement_brings_the_lenders_sampling(shelf: Path) -> None:
    pack = packs.load("other", {}, folder=shelf)
    assert pack.requirements[0].sampling == "own#cameras"
    assert sampling.known((pack,))["own#cameras"].share == 0.2
    [sample] = sampling.draw((pack,), plan(cameras(10), first(sampling="own#cameras")))
    assert (len(sample.drawn), sample.standard, sample.requirements) == (
        3,
        "Q/X 1",
        ("other#look",),
    )


def test_two_packs_with_one_sampling_draw_one_sample(shelf: Path) -> None:
    both = packs.load_all(("own", "other"), {}, folder=shelf)
    [sample] = sampling.draw(both, plan(cameras(10), first(sampling="own#cameras")))
    assert sample.requirements == ("own#look", "other#look")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "share = 0.2",
            "share = 20",
            "clause 4.1, sampling cameras, field share: must be above 0 and at most 1, not 20",
        ),
        ("share = 0.2", "share = 0.0", "field share"),
        ("at_least = 3", "at_least = 0", "field at_least: at least 1 device required, not 0"),
        (
            "at_least = 3",
            'inspection_level = "III"',
            "field inspection_level: known levels: I, II",
        ),
        ("at_least = 3", "retest_factor = 1", "field retest_factor"),
        ("at_least = 3", "at_leest = 3", "sampling cameras, field at_leest: unknown field"),
        (
            'sampling = "cameras"',
            'sampling = "camera"',
            "'camera' does not resolve: pack 'own' has no sampling 'camera'",
        ),
        (
            'sampling = "cameras"',
            'sampling = "gb#all"',
            "'gb#all' does not resolve: there is no pack 'gb'",
        ),
        ('id = "cameras"', 'id = "own#cameras"', "must not contain '#'"),
        (
            'source = "Q/X 1", clause',
            'source = "", clause',
            "figure.source: a provenance must name its source",
        ),
    ],
)
def test_a_wrong_sampling_is_refused_with_file_clause_and_field(
    shelf: Path, old: str, new: str, words: str
) -> None:
    assert old in PACK
    (shelf / "own.toml").write_text(PACK.replace(old, new, 1), "utf-8")
    with pytest.raises(PackError) as caught:
        packs.load("own", {}, folder=shelf)
    assert words in str(caught.value)
    assert "own.toml" in str(caught.value)


def test_a_sampling_given_twice_is_refused(shelf: Path) -> None:
    text = PACK[PACK.index("[[samplings]]") : PACK.index("[[requirements]]")]
    (shelf / "own.toml").write_text(PACK + text, "utf-8")
    with pytest.raises(PackError, match="duplicate id 'cameras'"):
        packs.load("own", {}, folder=shelf)


def test_up_to_five_devices_are_all_tested_at_an_inspection_level() -> None:
    """There is no code letter for fewer than six."""
    plain = rule(share=None, at_least=1, inspection_level="II")
    assert [sampling.size(plain, lot) for lot in (4, 5, 6, 8)] == [4, 5, 2, 2]


@pytest.mark.parametrize(("share", "complaints"), [(0.01, 0), (1, 0), (1.5, 1), (0, 1), (-0.1, 1)])
def test_a_share_is_above_0_and_at_most_1(share: float, complaints: int) -> None:
    assert len(list(sampling.complaints(rule(share=share)))) == complaints


def test_the_largest_lot_that_is_known_is_said() -> None:
    with pytest.raises(PlanError, match="Levels I, II are known up to 10000 devices"):
        sampling.size(by_level("II"), 10001)


def test_two_retests_of_one_lot_may_ask_different_items_and_two_lots_the_same_one() -> None:
    pack = standard(question("a"), question("b"))
    items = sampling.draw(
        (pack,),
        plan(
            cameras(15),
            first(),
            again(GOLDEN[0], requirements=("x#a",)),
            again(GOLDEN[1], requirements=("x#b",), seed="2026-231"),
        ),
    )
    assert [one.requirements for one in items] == [("x#a", "x#b"), ("x#a",), ("x#b",)]
    domes = cameras(15, SubjectKind.PTZ)
    lots = sampling.draw(
        (standard(),),
        plan(
            (*cameras(15), *domes),
            first(),
            again("cam-01"),
            again(domes[0].id, seed="2026-231"),
        ),
    )
    assert [len(one.failed) for one in lots] == [0, 0, 1, 1]


def test_a_lot_that_no_item_asks_is_retested_once_too() -> None:
    pack = standard(question(sampling=""))
    sampling.draw((pack,), plan(cameras(15), first(), again("cam-01")))
    with pytest.raises(PlanError, match="is re-tested twice"):
        sampling.draw(
            (pack,), plan(cameras(15), first(), again("cam-01"), again("cam-02", seed="3"))
        )


def test_new_draws_give_their_own_samples_and_without_new_ones_all_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sample is of a draw by its sampling, its seed and that of a first draw."""
    names = [("p#a", "s", ""), ("p#a", "t", ""), ("p#a", "t", "s"), ("p#b", "s", "")]
    samples: Any = [SimpleNamespace(sampling=a, seed=b, retest_of=c) for a, b, c in names]
    monkeypatch.setattr(sampling, "draw", lambda *_: tuple(samples))
    draws = [Draw(sampling=a, seed=b, retest_of=c) for a, b, c in names]
    plan = Plan(packs=())
    assert sampling.drawn([], plan, [], "x") == tuple(samples)
    for at, draw in enumerate(draws):
        assert sampling.drawn([], plan, [draw], "x") == (samples[at],)
    assert sampling.drawn([], plan, [draws[3], draws[1]], "x") == (samples[1], samples[3])


@pytest.mark.parametrize(
    ("names", "hint"), [({}, "The packs have no sampling"), ({"p#a": 1, "p#b": 2}, "p#a, p#b")]
)
def test_what_draws_nothing_is_refused_with_the_samplings_that_there_are(
    names: dict[str, Any], hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "draw", lambda *_: ())
    monkeypatch.setattr(sampling, "known", lambda _: names)
    with pytest.raises(PlanError, match="draws nothing") as caught:
        sampling.drawn([], Plan(packs=()), [], "x")
    assert hint in str(caught.value)
