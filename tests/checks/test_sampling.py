"""Sampling: how many devices of a lot are tested, and which ones."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampled_lots import GOLDEN, SEED, by_level, cameras, first, plan, question, rule, standard

from acceptance.checks import sampling
from acceptance.errors import PlanError
from acceptance.model import (
    Sampling,
    Subject,
    SubjectKind,
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
