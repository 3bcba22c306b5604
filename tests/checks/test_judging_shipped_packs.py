"""Judging by the shipped packs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from one_camera import (
    CAMERA,
    QUANTITIES,
    SHIPPED,
    SHOT,
    TODAY,
    measured,
    outcome,
    plan,
)

from acceptance.checks import pack as packs
from acceptance.checks.judging import bottom_line, judge
from acceptance.model import (
    Condition,
    Deviation,
    Finding,
    Measurement,
    Plan,
    Scope,
    Shot,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)

kinds = st.lists(st.sampled_from(SubjectKind), min_size=1, max_size=6)
stated = st.fixed_dictionaries(
    {},
    optional={
        "system": st.sampled_from(["digital", "analogue"]),
        "picture": st.sampled_from(["colour", "monochrome"]),
        "place": st.sampled_from(["important", "ordinary"]),
    },
)


@settings(max_examples=40, deadline=None)
@given(kinds, stated, st.sampled_from(Scope))
def test_every_clause_and_every_requirement_gets_its_findings(
    chosen: list[SubjectKind], facts: dict[str, str], scope: Scope
) -> None:
    """Never fewer than one per requirement and applicable subject, whatever the plan."""
    subjects = tuple(
        Subject(id=str(number), kind=kind, facts=facts) for number, kind in enumerate(chosen)
    )
    asked = plan(subjects=subjects, scope=scope)
    findings = judge(SHIPPED, asked, (), (), (), today=TODAY, quantities=QUANTITIES)
    assert {(one.pack, one.clause) for one in findings} == {
        (p.id, c.number) for p in SHIPPED for c in p.clauses
    }
    for standard_ in SHIPPED:
        for demand in standard_.requirements:
            mine = [one for one in findings if one.requirement == f"{standard_.id}#{demand.id}"]
            applicable = {
                s.id for s in subjects if not demand.subjects or s.kind in demand.subjects
            }
            outside = scope is Scope.DEVICE and demand.scope is Scope.SITE
            assert len(mine) == (1 if outside else max(1, len(applicable)))
            assert outside or not applicable or {one.subject for one in mine} == applicable
    assert not {one.verdict for one in findings} & {
        Verdict.PASS,
        Verdict.FAIL,
        Verdict.CONDITIONAL_PASS,
    }
    assert bottom_line(findings, scope).verdict is Verdict.NOT_TESTED


LIT = replace(
    SHOT,
    conditions=(
        Condition(name="illuminance", value=500, unit="lx"),
        Condition(name="agc", value="off"),
    ),
)
PHONE = Shot(id="phone", subject="camera", clip="phone.mp4", tap=Tap.SCREEN)
DEMO = plan(
    subjects=(CAMERA,),
    packs=("db50_216_2006",),
    minimum_duration=6,
    deviations=(Deviation(what="minimum_duration", value=6, why="demonstration"),),
)


def figures(
    resolution: float = 600, count: int = 150, latency: float = 180
) -> tuple[Measurement, ...]:
    """Make what the toolkit measures of a camera; by default of a good one."""
    return (
        measured(
            resolution,
            quantity="resolution.wedge_horizontal",
            unit="TVL",
            region="centre.wedge_horizontal",
        ),
        measured(12, quantity="grey_scale.steps", unit="1"),
        measured(42),
        measured(
            count / 6, quantity="frame_rate.unique", unit="frame/s", count=count, duration=6.0
        ),
        measured(
            latency, quantity="latency.glass_to_glass", unit="ms", statistic="worst", shot="phone"
        ),
    )


def db50(measurements: tuple[Measurement, ...]) -> tuple[Finding, ...]:
    """Judge a digital colour camera under DB50/216-2006."""
    pack = packs.load("db50_216_2006", QUANTITIES)
    return judge((pack,), DEMO, measurements, (), (LIT, PHONE), today=TODAY, quantities=QUANTITIES)


def test_a_good_camera_passes_what_a_device_can_show_of_db50_216() -> None:
    """Resolution, grey scale, S/N, frame rate, delay.

    The pass is provisional, and no mandatory clause stays open.
    """
    findings = db50(figures())
    passed = {one.requirement.partition("#")[2] for one in findings if one.verdict is Verdict.PASS}
    assert passed == {
        "5.2/resolution-colour",
        "5.2/grey-scale",
        "5.2/noise-colour-digital",
        "5.2/frame-rate",
        "5.3.1/resolution-colour",
        "5.4.2/latency",
    }
    line = bottom_line(findings, Scope.DEVICE)
    assert (line.verdict, line.provisional, line.failed, line.not_tested) == (
        Verdict.PASS,
        True,
        (),
        (),
    )


def test_three_faults_fail_what_they_touch_and_nothing_else() -> None:
    """Soft focus, dropped frames and a delay above two seconds."""
    findings = db50(figures(resolution=200, count=120, latency=2400))
    failed = {one.requirement.partition("#")[2] for one in findings if one.verdict is Verdict.FAIL}
    assert failed == {
        "5.2/resolution-colour",
        "5.3.1/resolution-colour",
        "5.2/frame-rate",
        "5.4.2/latency",
    }
    assert bottom_line(findings, Scope.DEVICE).verdict is Verdict.FAIL


@pytest.mark.parametrize(("seconds", "verdict"), [(2000.0, Verdict.PASS), (2000.5, Verdict.FAIL)])
def test_two_seconds_of_delay_are_still_allowed(seconds: float, verdict: Verdict) -> None:
    """The limit itself conforms under simple acceptance."""
    [finding] = [
        one for one in db50(figures(latency=seconds)) if one.requirement.endswith("#5.4.2/latency")
    ]
    assert finding.verdict is verdict


def test_a_delay_that_was_not_filmed_at_the_screen_is_not_taken_for_the_way_to_the_centre() -> None:
    """Glass to glass is seen where the monitor is."""
    moved = tuple(replace(one, shot="s") for one in figures())
    [finding] = [one for one in db50(moved) if one.requirement.endswith("#5.4.2/latency")]
    assert outcome(finding) == ("not_tested", "tap_not_accepted")


def test_chapter_6_lies_outside_a_device_scope() -> None:
    """Design, construction, testing, acceptance and maintenance belong to the site."""
    chapter = [one for one in db50(figures()) if one.clause.startswith("6.")]
    assert chapter
    assert {outcome(one) for one in chapter} == {("not_applicable", "out_of_scope")}


def test_the_bottom_line_names_the_mandatory_clauses_that_lie_outside() -> None:
    """A camera alone says nothing of screens, recorders and works on site.

    A reader must not think that it does.
    """
    shipped = packs.load_all(["db50_216_2006"], {})
    camera = Subject(
        id="camera", kind=SubjectKind.FIXED, facts={"system": "digital", "picture": "colour"}
    )
    findings = judge(shipped, Plan(subjects=(camera,), shots=()), (), (), (), today="2026-11-25")
    outside = bottom_line(findings, Scope.DEVICE).outside
    clauses = {reference.partition("#")[2] for reference in outside}
    assert {"5.5.2", "5.5.3", "5.5.4", "6.1", "6.2", "6.3", "6.4", "6.5"} <= clauses
    assert not {"5.2", "5.3.1", "5.4.2", "6"} & clauses
