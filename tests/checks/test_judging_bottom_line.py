"""Judging: provisional findings, and how findings add up to the bottom line."""

from __future__ import annotations

import pytest
from one_camera import (
    found,
    measured,
    one,
    requirement,
)

from acceptance.checks.judging import bottom_line
from acceptance.model import (
    Finding,
    Level,
    Modality,
    Provenance,
    Scope,
    Verdict,
)


@pytest.mark.parametrize("doubted", ["figure", "assignment"])
def test_a_finding_is_provisional_unless_both_provenances_are_firm(doubted: str) -> None:
    """Seen is not enough: somebody must have confirmed it against an authentic copy."""
    seen = Provenance(source="X", level=Level.SEEN)
    assert not one(requirement(), measured()).provisional
    assert one(requirement(**{doubted: seen}), measured()).provisional


RECOMMENDED = {"mandatory": False}
ADVISED = {"modality": Modality.SHOULD}
NEEDED = {"modality": Modality.CONDITIONAL}


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ([], Verdict.NOT_TESTED),
        ([found(Verdict.NOT_TESTED)], Verdict.NOT_TESTED),
        ([found(Verdict.NOT_APPLICABLE)], Verdict.NOT_TESTED),
        ([found(Verdict.PASS), found(Verdict.NOT_APPLICABLE)], Verdict.PASS),
        ([found(Verdict.PASS), found(Verdict.FAIL)], Verdict.FAIL),
        ([found(Verdict.PASS), found(Verdict.FAIL, **RECOMMENDED)], Verdict.FAIL),
        ([found(Verdict.PASS), found(Verdict.FAIL, **ADVISED)], Verdict.PASS),
        ([found(Verdict.PASS), found(Verdict.CONDITIONAL_FAIL)], Verdict.CONDITIONAL_FAIL),
        ([found(Verdict.PASS), found(Verdict.CONDITIONAL_PASS)], Verdict.CONDITIONAL_PASS),
        ([found(Verdict.PASS), found(Verdict.NOT_TESTED)], Verdict.INCONCLUSIVE),
        ([found(Verdict.PASS), found(Verdict.NOT_TESTED, **RECOMMENDED)], Verdict.PASS),
        (
            [found(Verdict.PASS), found(Verdict.NOT_TESTED, modality=Modality.CONDITIONAL)],
            Verdict.PASS,
        ),
        ([found(Verdict.PASS), found(Verdict.INCONCLUSIVE)], Verdict.INCONCLUSIVE),
        ([found(Verdict.PASS), found(Verdict.INCONCLUSIVE, **RECOMMENDED)], Verdict.INCONCLUSIVE),
        ([found(Verdict.PASS), found(Verdict.FAIL, **NEEDED)], Verdict.FAIL),
        ([found(Verdict.PASS), found(Verdict.INCONCLUSIVE, **NEEDED)], Verdict.INCONCLUSIVE),
        ([found(Verdict.PASS, **NEEDED)], Verdict.PASS),
        ([found(Verdict.FAIL), found(Verdict.NOT_TESTED)], Verdict.FAIL),
        ([found(Verdict.PASS, **ADVISED)], Verdict.NOT_TESTED),
    ],
)
def test_what_the_findings_add_up_to(findings: list[Finding], verdict: Verdict) -> None:
    """A failed shall fails, an open mandatory clause leaves open, an advice decides nothing."""
    assert bottom_line(findings, Scope.DEVICE).verdict is verdict


def test_the_bottom_line_names_what_failed_what_is_open_and_what_was_not_tested() -> None:
    """By requirement, each once, with its scope."""
    line = bottom_line(
        [
            found(Verdict.FAIL, "a"),
            found(Verdict.FAIL, "a"),
            found(Verdict.INCONCLUSIVE, "b"),
            found(Verdict.NOT_TESTED, "c"),
            found(Verdict.NOT_TESTED, "d", **RECOMMENDED),
        ],
        Scope.SITE,
    )
    assert (line.failed, line.open, line.not_tested, line.scope) == (
        ("x#a",),
        ("x#b",),
        ("x#c",),
        Scope.SITE,
    )


def test_what_is_due_only_when_needed_counts_once_it_was_judged() -> None:
    """An objective test that was made and failed is not just for show."""
    line = bottom_line(
        [found(Verdict.FAIL, "a", **NEEDED), found(Verdict.INCONCLUSIVE, "b", **NEEDED)],
        Scope.DEVICE,
    )
    assert (line.failed, line.open) == (("x#a",), ("x#b",))


@pytest.mark.parametrize(
    ("scope", "verdict", "expected"),
    [
        (Scope.DEVICE, Verdict.PASS, Verdict.PASS),
        (Scope.SITE, Verdict.PASS, Verdict.INCONCLUSIVE),
        (Scope.SITE, Verdict.FAIL, Verdict.FAIL),
    ],
)
def test_a_site_does_not_pass_while_a_mandatory_clause_lies_outside(
    scope: Scope, verdict: Verdict, expected: Verdict
) -> None:
    """A device need not show it; the acceptance of a site may not leave it out."""
    line = bottom_line([found(verdict), found(Verdict.NOT_APPLICABLE, "b", clause="6")], scope)
    assert (line.verdict, line.outside) == (expected, ("x#6",))


def test_the_bottom_line_is_provisional_with_any_provisional_verdict() -> None:
    """What was not judged does not count."""
    assert bottom_line(
        [found(Verdict.PASS), found(Verdict.PASS, provisional=True)], Scope.DEVICE
    ).provisional
    assert not bottom_line(
        [found(Verdict.PASS), found(Verdict.NOT_TESTED, provisional=True)], Scope.DEVICE
    ).provisional
