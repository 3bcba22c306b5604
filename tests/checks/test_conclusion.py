"""The conclusion of a completion acceptance: scores of its parts, the veto, and what stays open."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acceptance.checks import conclusion as grading
from acceptance.checks.conclusion import conclude
from acceptance.model import (
    Clause,
    Conclusion,
    Finding,
    How,
    Level,
    Modality,
    Outcome,
    Pack,
    Part,
    Provenance,
    Reason,
    Requirement,
    Scope,
    Scoring,
    Verdict,
)

FIRM = Provenance(source="X", level=Level.SEEN, confirmed_by="Li", confirmed_on="2026-11-01")
RECALLED = Provenance(source="X", level=Level.RECALL_HIGH)
GRADES = {
    "1": Verdict.PASS,
    "b": Verdict.CONDITIONAL_PASS,
    "0": Verdict.FAIL,
    "?": Verdict.NOT_TESTED,
    "-": Verdict.NOT_APPLICABLE,
}
PARTS = {"c": Part.CONSTRUCTION, "t": Part.TECHNICAL, "d": Part.DOCUMENTS}


def concluded(
    *,
    keys: tuple[str, ...] = (),
    figure: Provenance = FIRM,
    scope: Scope = Scope.SITE,
    **parts: str,
) -> Conclusion:
    """Conclude on items written as one sign each.

    1 conforms, b basically, 0 not, ? open, - not applicable.
    """
    items = {
        f"{part}{number}": (part, sign)
        for part, signs in parts.items()
        for number, sign in enumerate(signs)
    }
    scoring = Scoring(clause="8", figure=figure, basic_weight=0.6, pass_from=0.8, basic_from=0.6)
    requirements = tuple(
        Requirement(
            id=name,
            clause="8",
            how=How.INSPECTED,
            text="",
            text_en="",
            assignment=FIRM,
            part=PARTS[part],
            key_item=name in keys,
        )
        for name, (part, _) in items.items()
    )
    clause = Clause(number="8", title="")
    pack = Pack(
        id="p", number="P", title="", title_en="", edition="", clauses=(clause,),
        requirements=requirements, scoring=scoring,
    )  # fmt: skip
    [conclusion] = conclude(
        [pack], [finding(name, GRADES[sign]) for name, (_, sign) in items.items()], scope
    )
    return conclusion


def finding(
    name: str, verdict: Verdict, subject: str = "site", modality: Modality = Modality.SHALL
) -> Finding:
    """Find on an item of the pack."""
    return Finding(
        subject=subject, pack="p", clause="8", requirement=f"p#{name}", verdict=verdict,
        mandatory=True, reason=Reason(code="x"), modality=modality,
    )  # fmt: skip


def test_a_part_scores_one_for_what_conforms_and_six_tenths_for_what_basically_conforms() -> None:
    """K = (n1 + 0.6 n2) / n."""
    construction = concluded(c="11b0", t="1", d="1").parts[0]
    assert construction.score == pytest.approx(2.6 / 4)
    assert (construction.conform, construction.basic, construction.failed, construction.open) == (
        2,
        1,
        1,
        0,
    )


@pytest.mark.parametrize(
    ("signs", "outcome"),
    [
        ("111", Outcome.PASSED),
        # 4.8 of 6 is 0.8 exactly; in floating point it is a little less
        ("111bbb", Outcome.PASSED),
        ("1111100", Outcome.BASICALLY_PASSED),
        ("bbb", Outcome.BASICALLY_PASSED),  # 0.6 exactly
        ("bb0", Outcome.NOT_PASSED),
    ],
)
def test_the_weakest_part_decides_by_the_thresholds_themselves(
    signs: str, outcome: Outcome
) -> None:
    """All three must reach a threshold, and reaching it exactly is enough."""
    for part in PARTS:
        assert concluded(**({"c": "1", "t": "1", "d": "1"} | {part: signs})).outcome is outcome


def test_a_key_item_that_fails_fails_the_whole() -> None:
    """One failed key item is a veto, whatever the scores."""
    conclusion = concluded(c="1" * 9, t="1" * 9 + "0", d="1" * 9, keys=("t9",))
    assert conclusion.outcome is Outcome.NOT_PASSED
    assert conclusion.vetoes == ("p#t9",)
    assert concluded(c="1" * 9, t="1" * 9 + "0", d="1" * 9).outcome is Outcome.PASSED


def test_open_items_leave_the_conclusion_open_only_where_they_can_change_it() -> None:
    """Counted both ways: one open item of ten changes nothing, one of three does."""
    assert concluded(c="1" * 9 + "?", t="1", d="1").outcome is Outcome.PASSED
    doubtful = concluded(c="11?", t="1", d="1")
    assert doubtful.outcome is Outcome.OPEN
    assert doubtful.open == ("p#c2",)
    assert doubtful.parts[0].lowest == pytest.approx(2 / 3)
    assert doubtful.parts[0].highest == 1
    assert concluded(c="000?", t="1", d="1").outcome is Outcome.NOT_PASSED


def test_an_open_key_item_leaves_the_conclusion_open() -> None:
    """It may still fail, and then fails the whole."""
    assert concluded(c="1" * 9 + "?", t="1", d="1", keys=("c9",)).outcome is Outcome.OPEN


def test_a_part_of_which_nothing_was_checked_leaves_the_conclusion_open() -> None:
    """An acceptance without its documents is none."""
    conclusion = concluded(c="1", t="1", d="-")
    assert conclusion.outcome is Outcome.OPEN
    assert conclusion.parts[2].score is None


def of_one_item() -> Pack:
    """Return a pack whose scoring rests on the item ``c0`` of the construction part alone."""
    item = Requirement(
        id="c0", clause="8", how=How.INSPECTED, text="", text_en="", assignment=FIRM,
        part=Part.CONSTRUCTION,
    )  # fmt: skip
    return Pack(
        id="p", number="P", title="", title_en="", edition="", clauses=(), requirements=(item,),
        scoring=Scoring(clause="8", figure=FIRM, basic_weight=0.6, pass_from=0.8, basic_from=0.6),
    )  # fmt: skip


def test_an_item_conforms_when_that_of_every_subject_does() -> None:
    """The worst camera decides on the item; what does not apply to it does not count."""
    pack = of_one_item()
    for other, conform, failed in (
        (Verdict.PASS, 1, 0),
        (Verdict.FAIL, 0, 1),
        (Verdict.NOT_APPLICABLE, 1, 0),
    ):
        both = [finding("c0", Verdict.PASS, "camera1"), finding("c0", other, "camera2")]
        [conclusion] = conclude([pack], both, Scope.SITE)
        assert (conclusion.parts[0].conform, conclusion.parts[0].failed) == (conform, failed)


def test_what_is_only_recommended_is_in_no_score() -> None:
    """It is shown, and decides nothing."""
    pack = of_one_item()
    [conclusion] = conclude(
        [pack], [finding("c0", Verdict.FAIL, modality=Modality.SHOULD)], Scope.SITE
    )
    assert conclusion.parts[0].score is None


def test_a_recalled_formula_makes_the_conclusion_provisional() -> None:
    """Weights and thresholds that nobody confirmed are no basis for a decision."""
    assert concluded(c="1", t="1", d="1", figure=RECALLED).provisional
    assert not concluded(c="1", t="1", d="1").provisional


def test_only_a_site_is_concluded_on() -> None:
    """A device has no construction and no documents."""
    with pytest.raises(ValueError, match="not enough values"):
        concluded(c="1", t="1", d="1", scope=Scope.DEVICE)


ORDER = [Outcome.NOT_PASSED, Outcome.BASICALLY_PASSED, Outcome.PASSED]


@given(st.text("1b0?", min_size=1, max_size=8), st.data())
def test_deciding_an_open_item_never_contradicts_a_conclusion_that_was_not_open(
    signs: str, data: st.DataObject
) -> None:
    """A conclusion is drawn early only where no later answer could have changed it."""
    before = concluded(c=signs, t="1", d="1").outcome
    settled = "".join(data.draw(st.sampled_from("1b0")) if sign == "?" else sign for sign in signs)
    after = concluded(c=settled, t="1", d="1").outcome
    assert before in {Outcome.OPEN, after}


@given(st.text("1b0", min_size=1, max_size=8), st.data())
def test_a_better_grade_never_makes_the_outcome_worse(signs: str, data: st.DataObject) -> None:
    """Monotone in every item."""
    place = data.draw(st.integers(0, len(signs) - 1))
    better = signs[:place] + "1" + signs[place + 1 :]
    assert ORDER.index(concluded(c=better, t="1", d="1").outcome) >= ORDER.index(
        concluded(c=signs, t="1", d="1").outcome
    )


def test_an_item_that_basically_conforms_on_one_subject_basically_conforms() -> None:
    """The worse of the two grades that pass."""
    for verdicts in ((Verdict.PASS, Verdict.CONDITIONAL_PASS), (Verdict.CONDITIONAL_PASS,) * 2):
        found = [finding("c0", one, f"camera{at}") for at, one in enumerate(verdicts)]
        assert grading.grade(found, "p#c0") is Verdict.CONDITIONAL_PASS


def test_the_highest_score_of_a_part_of_which_nothing_is_known_is_1_and_the_lowest_0() -> None:
    part = concluded(c="1", t="1").parts[2]
    assert (part.score, part.lowest, part.highest) == (None, 0, 1)


def test_one_provisional_finding_makes_the_conclusion_provisional() -> None:
    requirement = Requirement(
        id="c0", clause="8", how=How.INSPECTED, text="", text_en="", assignment=FIRM,
        part=Part.CONSTRUCTION,
    )  # fmt: skip
    scoring = Scoring(clause="8", figure=FIRM, basic_weight=0.6, pass_from=0.8, basic_from=0.6)
    pack = Pack(
        id="p", number="P", title="", title_en="", edition="", clauses=(),
        requirements=(requirement,), scoring=scoring,
    )  # fmt: skip
    firm = finding("c0", Verdict.PASS, "camera1")
    for provisional in (False, True):
        other = replace(finding("c0", Verdict.PASS, "camera2"), provisional=provisional)
        [found] = conclude([pack], [firm, other], Scope.SITE)
        assert found.provisional is provisional


def asked(requirement: str, limit: float | None, *, provisional: bool) -> Any:
    """Make what a count of limits knows of a finding."""
    return SimpleNamespace(requirement=requirement, limit=limit, provisional=provisional)


def test_limits_are_counted_once_a_requirement_and_without_any_what_was_asked() -> None:
    bare = [asked("a", None, provisional=True), asked("b", None, provisional=False)]
    judged = [asked("c", 1.0, provisional=True), asked("d", 2.0, provisional=False)]
    again = asked("c", 1.0, provisional=True)
    assert grading.unconfirmed_limits([*bare, *judged, again, bare[0]]) == (1, 2)
    assert grading.unconfirmed_limits([*bare, asked("e", None, provisional=True)]) == (2, 3)
    assert grading.unconfirmed_limits([*bare, asked("d", 2.0, provisional=False)]) == (0, 1)
