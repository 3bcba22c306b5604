"""Findings that say the same become one row, and failures come last."""

from __future__ import annotations

from acceptance.model import Finding, Limit, Modality, Reason, Verdict
from acceptance.report import finding_groups

WITHIN, LIMIT = Reason(code="within_limit"), Limit(unit="TVL", at_least=270)


def finding(
    clause: str, verdict: Verdict = Verdict.PASS, subject: str = "cam", **fields: object
) -> Finding:
    given = {"pack": "db50", "requirement": f"db50#{clause}/x", "reason": WITHIN} | fields
    return Finding(
        subject=subject,
        clause=clause,
        verdict=verdict,
        mandatory=True,
        **given,  # type: ignore[arg-type]
    )


def resolution(clause: str, value: float = 300.0, **fields: object) -> Finding:
    given = {"quantity": "resolution.wedge_horizontal", "limit": LIMIT, "unit": "TVL"} | fields
    return finding(clause, value=value, **given)  # type: ignore[arg-type]


def test_one_figure_in_several_clauses_and_packs_is_one_row_that_names_all() -> None:
    other = resolution("3", pack="gb", requirement="gb#3/x")
    [row] = finding_groups.groups([resolution("5.2"), resolution("5.3.1"), other])
    assert row.clauses == (("db50", "5.2"), ("db50", "5.3.1"), ("gb", "3"))


def test_another_value_limit_verdict_or_mark_is_another_row() -> None:
    same = resolution("5.2")
    others = [
        resolution("5.3", value=301.0),
        resolution("5.4", limit=Limit(unit="TVL", at_least=280)),
        resolution("5.5", verdict=Verdict.FAIL),
        resolution("5.6", provisional=True),
        resolution("5.7", modality=Modality.SHOULD),
        resolution("5.8", reason=Reason(code="inside_guard_band")),
    ]
    assert len(finding_groups.groups([same, *others])) == 1 + len(others)


def test_devices_for_which_the_same_was_not_tested_are_one_row() -> None:
    cameras = [f"cam-{number}" for number in range(12)]
    unknown = Reason(code="not_answered")
    untested = [finding("5.2", Verdict.NOT_TESTED, name, reason=unknown) for name in cameras]
    [row] = finding_groups.groups(untested)
    assert row.subjects == tuple(cameras)


def test_clauses_that_do_not_hold_for_the_same_devices_stay_apart() -> None:
    untested = [
        finding("5.2", Verdict.NOT_TESTED, "cam-1"),
        finding("5.2", Verdict.NOT_TESTED, "cam-2"),
        finding("5.3", Verdict.NOT_TESTED, "cam-1"),
    ]
    rows = finding_groups.groups(untested)
    assert [(len(row.subjects), len(row.clauses)) for row in rows] == [(2, 1), (1, 1)]


def test_devices_that_failed_alike_are_named_one_by_one() -> None:
    failed = [resolution("5.2", verdict=Verdict.FAIL, subject=name) for name in ("a", "b")]
    assert [row.subjects for row in finding_groups.groups(failed)] == [("a",), ("b",)]


def test_passes_come_first_then_what_is_open_then_failures_and_last_those_that_decide() -> None:
    verdicts = (
        Verdict.FAIL,
        Verdict.PASS,
        Verdict.INCONCLUSIVE,
        Verdict.NOT_TESTED,
        Verdict.CONDITIONAL_PASS,
    )
    mixed = [finding(str(number), verdict) for number, verdict in enumerate(verdicts)]
    advice = finding("9", Verdict.FAIL, modality=Modality.SHOULD)
    rows = finding_groups.groups([*mixed, advice])
    assert [row.first.verdict for row in rows] == [
        Verdict.PASS,
        Verdict.CONDITIONAL_PASS,
        Verdict.NOT_TESTED,
        Verdict.INCONCLUSIVE,
        Verdict.FAIL,
        Verdict.FAIL,
    ]
    assert [row.first.decides for row in rows[-2:]] == [False, True]


def test_what_does_not_apply_or_is_only_recommended_and_not_tested_has_no_row() -> None:
    findings = [
        finding("1", Verdict.NOT_APPLICABLE),
        finding("2", Verdict.NOT_TESTED, modality=Modality.SHOULD),
    ]
    assert finding_groups.groups(findings) == ()


def test_open_answers_without_a_figure_are_named_one_by_one() -> None:
    opened = [finding(clause, Verdict.INCONCLUSIVE) for clause in ("6.1", "6.2")]
    assert len(finding_groups.groups(opened)) == 2
