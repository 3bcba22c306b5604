"""Two sessions before and after a repair.

What is better, worse, tested now, and which differences mean something.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_session import pack_of_db50, session_of

from acceptance.model import Modality, Session, Verdict
from acceptance.report.before_after import Change, ComparedRow, compare

BEFORE = session_of(pack_of_db50())
NAME = next(
    (one.requirement, one.subject)
    for one in BEFORE.findings
    if one.value is not None and one.uncertainty and one.modality is Modality.SHALL
)


def changed(**fields: Any) -> Session:
    """Return the sample session with one finding otherwise."""
    findings = (
        replace(one, **fields) if (one.requirement, one.subject) == NAME else one
        for one in BEFORE.findings
    )
    return replace(BEFORE, findings=tuple(findings))


def row(before: Session, after: Session) -> ComparedRow:
    """Return the row of that finding."""
    return next(
        one for one in compare(before, after).rows if (one.requirement, one.subject) == NAME
    )


def test_a_session_differs_from_itself_in_nothing() -> None:
    found = compare(BEFORE, BEFORE)
    assert {one.change for one in found.rows} == {Change.SAME}
    assert not any(one.beyond for one in found.rows)
    assert not found.worse
    assert found.apart == ()
    assert len(found.rows) == len(BEFORE.findings)


@pytest.mark.parametrize(
    ("before", "after", "change", "worse"),
    [
        (Verdict.FAIL, Verdict.PASS, Change.BETTER, False),
        (Verdict.PASS, Verdict.FAIL, Change.WORSE, True),
        (Verdict.FAIL, Verdict.INCONCLUSIVE, Change.BETTER, False),
        (Verdict.CONDITIONAL_FAIL, Verdict.CONDITIONAL_PASS, Change.BETTER, False),
        (Verdict.PASS, Verdict.CONDITIONAL_PASS, Change.WORSE, True),
        (Verdict.NOT_TESTED, Verdict.FAIL, Change.NOW_TESTED, False),
        (Verdict.NOT_APPLICABLE, Verdict.PASS, Change.NOW_TESTED, False),
        (Verdict.PASS, Verdict.NOT_TESTED, Change.NO_LONGER_TESTED, True),
        (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE, Change.SAME, False),
    ],
)
def test_better_and_worse_follow_the_verdicts(
    before: Verdict, after: Verdict, change: Change, *, worse: bool
) -> None:
    first, second = changed(verdict=before), changed(verdict=after)
    assert row(first, second).change is change
    assert compare(first, second).worse is worse


def test_what_should_be_makes_no_session_worse() -> None:
    """It is shown and never counts."""
    first, second = (
        changed(verdict=one, modality=Modality.SHOULD) for one in (Verdict.PASS, Verdict.FAIL)
    )
    assert row(first, second).change is Change.WORSE
    assert not compare(first, second).worse


@pytest.mark.parametrize(
    ("difference", "beyond"), [(4.9, False), (5.1, True), (-5.1, True), (0.0, False)]
)
def test_a_difference_is_marked_where_it_exceeds_the_uncertainty_of_both(
    difference: float, *, beyond: bool
) -> None:
    """U of 3 and of 4 make one of 5."""
    first = changed(value=40.0, uncertainty=1.5, k=2.0, measurements=())
    second = changed(value=40.0 + difference, uncertainty=2.0, k=2.0, measurements=())
    found = row(first, second)
    assert found.difference == pytest.approx(difference)
    assert found.expanded == pytest.approx(5)
    assert found.beyond is beyond


@pytest.mark.parametrize(
    "fields",
    [
        {"unit": "x"},
        {"value": None},
        {"uncertainty": None},
    ],
)
def test_figures_that_cannot_be_compared_are_not_marked(
    fields: dict[str, Any],
) -> None:
    """Another unit, no figure, no uncertainty."""
    first = changed(value=40.0, uncertainty=1.0, k=2.0, measurements=())
    second = changed(**{"value": 90.0, "uncertainty": 1.0, "k": 2.0, "measurements": (), **fields})
    assert row(first, second).beyond is None


def test_a_bound_is_no_figure_to_subtract() -> None:
    first = changed(value=40.0, uncertainty=1.0, k=2.0, measurements=(0,))
    bounds = tuple(replace(one, lower_bound=True) for one in BEFORE.measurements)
    assert (
        row(
            first,
            replace(
                changed(value=90.0, uncertainty=1.0, k=2.0, measurements=(0,)), measurements=bounds
            ),
        ).beyond
        is None
    )


def test_what_only_one_session_has_is_named() -> None:
    [gone] = [one for one in BEFORE.findings if (one.requirement, one.subject) == NAME]
    less = replace(BEFORE, findings=tuple(one for one in BEFORE.findings if one is not gone))
    assert row(BEFORE, less).change is Change.ONLY_BEFORE
    assert compare(BEFORE, less).worse
    assert row(less, BEFORE).change is Change.ONLY_AFTER


def test_what_never_applied_and_is_asked_no_more_makes_nothing_worse() -> None:
    """A pack of another edition asks other things of cameras that are not there."""
    before = changed(verdict=Verdict.NOT_APPLICABLE)
    less = replace(
        BEFORE,
        findings=tuple(one for one in BEFORE.findings if (one.requirement, one.subject) != NAME),
    )
    found = row(before, less)
    assert (found.change, found.notable) == (Change.ONLY_BEFORE, False)
    assert not compare(before, less).worse


def test_an_overlay_is_paired_with_its_base_and_the_packs_are_named() -> None:
    """Judged again by the institute's own pack, the same clauses stand side by side."""
    [base] = BEFORE.plan.packs
    findings = (
        replace(one, pack="own", requirement=one.requirement.replace(base, "own"))
        for one in BEFORE.findings
    )
    after = replace(BEFORE, plan=replace(BEFORE.plan, packs=("own",)), findings=tuple(findings))
    found = compare(BEFORE, after)
    assert {one.change for one in found.rows} == {Change.SAME}
    assert found.apart == (f"judged by {base} before and by own after",)


def test_other_subjects_and_another_file_of_a_pack_are_named() -> None:
    [base] = BEFORE.plan.packs
    first, *others = BEFORE.plan.subjects
    subjects = (replace(first, id="new"), *(replace(one, model="repaired") for one in others))
    hashes = {**BEFORE.hashes, f"data/packs/{base}.toml": "0" * 64}
    apart = compare(
        BEFORE, replace(BEFORE, hashes=hashes, plan=replace(BEFORE.plan, subjects=subjects))
    ).apart
    assert f"data/packs/{base}.toml is another file before and after" in apart
    assert f"subjects only before: {first.id}" in apart
    assert "subjects only after: new" in apart
    assert any(line.startswith("subjects described differently") for line in apart)


def filmed(session: Session, day: str, subject: str = "") -> Session:
    """Let all films be of a day, and of another device."""
    shots = (
        replace(one, sha256=f"{number:064x}", filmed=day, subject=subject or one.subject)
        for number, one in enumerate(session.shots, 1)
    )
    return replace(session, shots=tuple(shots))


def test_what_was_not_filmed_anew_is_told_and_not_where_only_the_judging_is_new() -> None:
    first = filmed(BEFORE, "2026-06-01")
    other = "other"
    assert [line.partition(":")[0] for line in compare(first, replace(first, id="b")).apart] == [
        "judged from the very same films in both, nothing was filmed anew"
    ]
    exchanged = compare(first, replace(filmed(first, "2026-06-01", other), id="b")).apart
    assert f"{first.shots[0].subject} = {other}" in exchanged[-1]
    assert compare(first, replace(first, id="b", supersedes=first.id)).apart == ()
    anew = filmed(first, "2026-06-02")
    anew = replace(
        anew,
        shots=tuple(replace(one, sha256="ff" * 32) for one in anew.shots),
        measurements=(),
        findings=(),
    )
    assert compare(first, anew).apart == ()


def test_an_older_session_in_place_of_a_newer_one_is_told() -> None:
    first = filmed(BEFORE, "2026-06-02")
    early = replace(first, supersedes=first.id, started="2020-01-01T08:00:00+08:00")
    sentences = ("what comes after was measured or filmed before what it is compared with",)
    assert compare(first, early).apart == sentences
    assert (
        compare(first, replace(filmed(BEFORE, "2026-06-01"), supersedes=first.id)).apart
        == sentences
    )
    assert compare(first, replace(filmed(BEFORE, "2026-06-02"), supersedes=first.id)).apart == ()


def test_a_device_of_which_some_film_is_new_was_filmed_anew() -> None:
    first = filmed(BEFORE, "2026-06-01")
    kept, *others = first.shots
    new = next(one for one in others if one.subject == kept.subject)
    shots = (replace(one, sha256="ff" * 32) if one is new else one for one in first.shots)
    measured = tuple(one for one in first.measurements if one.shot != new.id)
    after = replace(first, id="b", shots=tuple(shots), measurements=measured, findings=())
    [said] = compare(first, after).apart
    subjects = dict.fromkeys(one.subject for one in first.shots)
    assert said.endswith(": " + ", ".join(name for name in subjects if name != kept.subject))


@pytest.mark.parametrize("started", ["2020-01-01T08:00:00", "", "yesterday"])
def test_a_start_without_zone_or_none_at_all_is_no_earlier_one(started: str) -> None:
    after = replace(BEFORE, started=started)
    assert compare(BEFORE, after).apart == compare(after, BEFORE).apart == ()
