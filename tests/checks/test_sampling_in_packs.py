"""Samplings as packs state them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sampled_lots import GOLDEN, again, by_level, cameras, first, plan, question, rule, standard

from acceptance.checks import pack as packs
from acceptance.checks import sampling
from acceptance.errors import PackError, PlanError
from acceptance.model import (
    Draw,
    Plan,
    SubjectKind,
)

if TYPE_CHECKING:
    from pathlib import Path

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
