"""Judging: which demands apply to which subjects, by facts, scope and conditions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from one_camera import (
    CAMERA,
    QUANTITIES,
    SHOT,
    TODAY,
    TREE,
    measured,
    one,
    outcome,
    plan,
    question,
    requirement,
    standard,
)

from acceptance import wording
from acceptance.checks import pack as packs
from acceptance.checks.judging import bottom_line, judge
from acceptance.model import (
    Answer,
    Clause,
    Condition,
    Note,
    Reason,
    Scope,
    Shot,
    SubjectKind,
    Value,
    Verdict,
)

# --- Subjects, facts, scope ---


def test_facts_are_inherited_down_the_tree_and_overridden() -> None:
    """The colour camera inherits from the site, the monochrome one says otherwise."""
    demand = requirement(
        subjects=(SubjectKind.FIXED,), when={"system": "digital", "picture": "colour"}
    )
    findings = judge(
        (standard(demand),), plan(subjects=TREE), (measured(),), (), (SHOT,), today=TODAY
    )
    assert [(one.subject, *outcome(one)) for one in findings] == [
        ("camera", "pass", "within_limit"),
        ("night", "not_applicable", "facts_differ"),
    ]
    assert dict(findings[1].reason.parameters) == {
        "fact": "picture",
        "value": "monochrome",
        "needed": "colour",
    }


def test_a_fact_that_nobody_stated_leaves_the_requirement_untested() -> None:
    """Otherwise a camera without facts would have nothing to meet and would pass."""
    finding = one(requirement(when={"picture": "colour"}), measured())
    assert (outcome(finding), dict(finding.reason.parameters)) == (
        ("not_tested", "fact_missing"),
        {"fact": "picture", "needed": "colour"},
    )


def test_a_requirement_without_object_gives_one_finding_on_the_root() -> None:
    """Not applicable to a device under test.

    A whole site has not shown that it has no such object.
    """
    demand = standard(question(subjects=(SubjectKind.RECORDER,)))
    [device] = judge((demand,), plan(subjects=TREE), (), (), (), today=TODAY)
    [site] = judge((demand,), plan(subjects=TREE, scope=Scope.SITE), (), (), (), today=TODAY)
    assert (device.subject, *outcome(device)) == ("site", "not_applicable", "no_subject")
    assert (site.subject, *outcome(site)) == ("site", "not_tested", "no_subject")
    assert dict(device.reason.parameters) == {"kinds": "recorder"}


def test_what_belongs_to_the_site_is_out_of_a_device_scope() -> None:
    """And is asked for in a site's acceptance."""
    demand = question(scope=Scope.SITE)
    device, site = one(demand), one(demand, given=plan(scope=Scope.SITE))
    assert (outcome(device), dict(device.reason.parameters)) == (
        ("not_applicable", "out_of_scope"),
        {"scope": "device"},
    )
    assert outcome(site) == ("not_tested", "not_answered")


@pytest.mark.parametrize(
    ("clause", "scope", "expected"),
    [
        (Clause(number="5", title="五"), Scope.DEVICE, ("not_applicable", "out_of_scope")),
        (Clause(number="5", title="五"), Scope.SITE, ("not_tested", "clause_not_seen")),
        (
            Clause(number="5", title="五", scope=Scope.DEVICE),
            Scope.DEVICE,
            ("not_tested", "clause_not_seen"),
        ),
        (
            Clause(number="5", title="五", demands=False),
            Scope.SITE,
            ("not_applicable", "no_demand"),
        ),
    ],
)
def test_a_clause_that_nothing_tests_is_accounted_for(
    clause: Clause, scope: Scope, expected: tuple[str, str]
) -> None:
    """Named by its own number, on the root subject."""
    bare = replace(standard(), clauses=(clause,))
    [finding] = judge((bare,), plan(scope=scope), (), (), (), today=TODAY)
    assert (outcome(finding), finding.requirement, finding.subject) == (expected, "x#5", "camera")


# --- Demands that apply only with a condition ---


FED = requirement(only_with={"fed_to_encoder": "yes"})


def fed(*values: Value, **fields: Any) -> Shot:
    """Make a shot on which ``fed_to_encoder`` is recorded with each of ``values``."""
    return replace(
        SHOT,
        conditions=tuple(Condition(name="fed_to_encoder", value=one) for one in values),
        **fields,
    )


@pytest.mark.parametrize("value", ["yes", "Yes ", True])
def test_a_demand_that_applies_only_with_a_condition_is_judged_with_it(value: Value) -> None:
    assert one(FED, measured(40), shots=(fed(value),)).verdict is Verdict.PASS
    assert one(FED, measured(30), shots=(fed(value),)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ((), "condition_not_recorded"),
        (("no",), "condition_differs"),
        (("?",), "condition_differs"),
        ((False,), "condition_differs"),
        ((1,), "condition_differs"),
        (("yes", "no"), "condition_differs"),
    ],
)
def test_without_that_condition_it_does_not_apply_however_good_the_figure(
    values: tuple[Value, ...], code: str
) -> None:
    """PSNR of what was not fed to the encoder is no verdict on the encoder.

    Both languages word the reason.
    """
    for value in (20, 40):
        finding = one(FED, measured(value), shots=(fed(*values),))
        assert outcome(finding) == ("not_applicable", code)
        assert (finding.value, finding.measurements) == (None, ())
    for lang in ("zh", "en"):
        assert code in wording.phrases(lang)["reason"]
        assert wording.reason(finding.reason, lang).count("fed_to_encoder") == 0


def test_only_the_shots_that_have_the_condition_are_judged() -> None:
    """The worst of two is that of the shot that counts."""
    other = replace(SHOT, id="t")
    finding = one(FED, measured(20, shot="t"), measured(40), shots=(fed("yes"), other))
    assert (finding.verdict, finding.measurements) == (Verdict.PASS, (1,))


def test_what_somebody_read_off_an_instrument_is_still_judged() -> None:
    """An answer stands where no figure of the toolkit does."""
    read = Answer(
        subject="camera",
        requirement="x#snr",
        by="Li",
        when="",
        value=40,
        unit="dB",
        evidence=("analyser.pdf",),
    )
    assert one(FED, measured(20), given=plan(answers=(read,))).verdict is Verdict.PASS


def test_where_nothing_was_measured_it_is_not_tested_as_ever() -> None:
    """No reference, or one that was refused: the reason is the metric's."""
    note = Note(reason=Reason(code="reference_size"), shot="s", metric="noise")
    assert outcome(one(FED, shots=(fed("yes"),))) == ("not_tested", "not_measured")
    assert outcome(one(FED, shots=(fed("yes"),), notes=(note,))) == ("not_tested", "reference_size")


def test_psnr_counts_only_where_the_sequence_was_fed_to_the_encoder() -> None:
    """GB 50198-2011, 5.5.4, in its own pack and where DB50/216-2006 borrows it.

    A failure then counts.
    """
    for name, wanted in (("gb_50198_2011", "psnr"), ("db50_216_2006", "6.3/psnr")):
        pack = packs.load(name, QUANTITIES | {"compression.psnr": "dB"})
        shown = measured(28, quantity="compression.psnr")
        asked = plan(subjects=(CAMERA,), packs=(name,), scope=Scope.SITE)
        for shot, verdict in ((SHOT, Verdict.NOT_APPLICABLE), (fed("yes"), Verdict.FAIL)):
            findings = judge((pack,), asked, (shown,), (), (shot,), today=TODAY)
            [finding] = [found for found in findings if found.requirement == f"{name}#{wanted}"]
            assert finding.verdict is verdict
            failed = bottom_line(findings, Scope.SITE).failed
            assert failed == ((f"{name}#{wanted}",) if verdict is Verdict.FAIL else ())
