"""Judging: what pairs with what, what is missing, and frame counts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_camera import (
    frames,
    lines,
    measured,
    one,
    outcome,
    plan,
    rate,
    requirement,
    tv_lines,
)

from acceptance.model import (
    BudgetLine,
    Combine,
    Deviation,
    Limit,
    Measurement,
    Note,
    Reason,
    SignalPath,
    Tap,
    Verdict,
)

# --- What pairs ---


def test_a_measurement_that_pairs_is_judged_and_the_finding_says_on_what() -> None:
    """Value, unit, uncertainty, k and the index of the measurement are in the finding."""
    finding = one(requirement(), measured(99, quantity="other"), measured(40))
    assert outcome(finding) == ("pass", "within_limit")
    assert (finding.value, finding.unit, finding.uncertainty, finding.k, finding.measurements) == (
        40,
        "dB",
        0.5,
        2,
        (1,),
    )
    assert finding.probability == pytest.approx(1.0)


def test_the_unrounded_value_is_judged() -> None:
    """35.9999 would round to 36."""
    assert one(requirement(), measured(35.9999)).verdict is Verdict.FAIL


def test_the_worst_measurement_decides_with_its_own_uncertainty() -> None:
    """The most unfavourable with regard to the limit, whichever side it is on."""
    three = (measured(40), measured(37, uncertainty=0.9), measured(39))
    low = one(requirement(), *three)
    high = one(requirement(limit=Limit(unit="dB", at_most=38)), *three)
    assert (low.value, low.uncertainty, low.measurements) == (37, 0.9, (1,))
    assert (high.value, high.verdict, high.measurements) == (40, Verdict.FAIL, (0,))


def test_the_mean_is_judged_with_its_combined_uncertainty() -> None:
    """Two independent measurements of u = 3 and 4 have a mean of u = 2.5."""
    finding = one(
        requirement(combine=Combine.MEAN), measured(40, uncertainty=3), measured(36, uncertainty=4)
    )
    assert (finding.value, finding.measurements) == (38, (0, 1))
    assert finding.uncertainty == pytest.approx(2.5)
    assert finding.k == pytest.approx(1.96, abs=0.001)


@pytest.mark.parametrize(
    ("wanted", "fields", "pairs"),
    [
        ({}, {"region": "centre.flat"}, True),
        ({"region": "centre"}, {"region": "centre.flat"}, True),
        ({"region": "centre"}, {"region": ""}, True),
        ({"region": "centre"}, {"region": "upper_left.flat"}, False),
        ({"region": "flat"}, {"region": "centre.flat"}, True),
        ({"direction": "horizontal"}, {"direction": "vertical"}, False),
        ({"direction": "horizontal"}, {"direction": ""}, True),
        ({"statistic": "worst"}, {"statistic": "worst"}, True),
        ({"statistic": "worst"}, {"statistic": "mean"}, False),
        ({"statistic": "worst"}, {"statistic": ""}, True),
        ({}, {"statistic": "mean"}, False),
        ({}, {"statistic": "worst"}, True),
        ({}, {"subject": "other"}, False),
        ({}, {"quantity": "noise.snr_patch"}, False),
    ],
)
def test_quantity_region_direction_statistic_and_subject_must_fit(
    wanted: dict[str, str], fields: dict[str, str], *, pairs: bool
) -> None:
    """What does not fit leaves the requirement untested, never judged by something else."""
    finding = one(requirement(**wanted), measured(**fields))
    assert finding.verdict is (Verdict.PASS if pairs else Verdict.NOT_TESTED)


def test_a_tap_or_path_that_is_not_accepted_is_named() -> None:
    """The footage was there, taken at the wrong place: the reason says so."""
    tap = one(requirement(taps=(Tap.RECORDER,)), measured())
    path = one(requirement(path=SignalPath.PLAYBACK), measured())
    assert (outcome(tap), dict(tap.reason.parameters)) == (
        ("not_tested", "tap_not_accepted"),
        {"tap": "camera"},
    )
    assert (outcome(path), dict(path.reason.parameters)) == (
        ("not_tested", "path_not_accepted"),
        {"path": "live"},
    )


def test_a_region_that_is_not_the_required_one_is_named() -> None:
    """A region given by hand pairs only when its name says where it lies."""
    finding = one(requirement(region="centre"), measured(region="wedge1"))
    assert (outcome(finding), dict(finding.reason.parameters)) == (
        ("not_tested", "region_not_accepted"),
        {"region": "wedge1", "needed": "centre"},
    )


def test_directions_may_not_be_mixed() -> None:
    """A quantity given per direction, and a requirement that names none: not judged by chance."""
    finding = one(requirement(), measured(direction="horizontal"), measured(direction="vertical"))
    assert outcome(finding) == ("inconclusive", "directions_mixed")


def test_a_unit_that_differs_is_not_judged() -> None:
    """An old session under a newer pack."""
    assert outcome(one(requirement(), measured(unit="1"))) == ("inconclusive", "unit_differs")


def test_a_requirement_without_limit_is_not_judged_but_keeps_the_figure() -> None:
    """The figure is worth printing although no limit is known."""
    finding = one(requirement(limit=None, figure=None), measured())
    assert (outcome(finding), finding.value) == (("inconclusive", "no_limit_known"), 40)


# --- What is missing ---


def test_what_was_not_measured_says_why() -> None:
    """The toolkit, a note, or simply no footage."""
    assert outcome(one(requirement())) == ("not_tested", "not_measured")
    assert outcome(one(requirement(), quantities={})) == ("not_tested", "not_in_toolkit")


@pytest.mark.parametrize(
    ("note", "code"),
    [
        (
            Note(reason=Reason(code="clipped"), shot="s", quantity="noise.snr", metric="noise"),
            "clipped",
        ),
        (Note(reason=Reason(code="clipped"), shot="s", metric="noise"), "clipped"),
        (Note(reason=Reason(code="chart_not_found"), shot="s"), "chart_not_found"),
        (Note(reason=Reason(code="chart_not_found"), subject="camera"), "chart_not_found"),
        (Note(reason=Reason(code="clipped"), shot="s", metric="resolution"), "not_measured"),
        (
            Note(reason=Reason(code="clipped"), shot="s", quantity="noise.fixed_pattern"),
            "not_measured",
        ),
        (Note(reason=Reason(code="clipped"), shot="other", quantity="noise.snr"), "not_measured"),
    ],
)
def test_the_note_of_the_metric_becomes_the_reason(note: Note, code: str) -> None:
    """Of the quantity, of its metric, of the shot; never of another."""
    assert outcome(one(requirement(), notes=(note,))) == ("not_tested", code)


def test_the_note_that_tells_most_is_taken() -> None:
    """About the quantity rather than about the shot."""
    whole = Note(reason=Reason(code="truncated_clip"), shot="s")
    exact = Note(reason=Reason(code="clipped"), shot="s", quantity="noise.snr")
    assert one(requirement(), notes=(whole, exact)).reason.code == "clipped"


# --- A limit above the picture's own limit ---


@pytest.mark.parametrize(
    ("value", "sampling_limit", "flagged"),
    [(255, 264, True), (262, 270, False), (290, 540, False), (255, None, False)],
)
def test_a_limit_above_what_the_picture_can_carry_is_flagged(
    *, value: float, sampling_limit: float | None, flagged: bool
) -> None:
    """CIF samples 352 x 3/4 = 264 TVL at most, below the 270 of GB 50395-2007, 5.0.10."""
    finding = one(tv_lines(at_least=270), lines(value, sampling_limit))
    expected = Reason(
        code="limit_above_sampling",
        parameters={"limit": 270, "sampling_limit": sampling_limit or 0, "unit": "TVL"},
    )
    assert finding.remarks == ((expected,) if flagged else ())


@given(st.floats(10, 600), st.floats(100, 600))
def test_the_flag_never_changes_the_verdict(value: float, sampling_limit: float) -> None:
    flagged, plain = (
        one(tv_lines(at_least=270), lines(value, limit)) for limit in (sampling_limit, None)
    )
    assert replace(flagged, remarks=()) == plain


def test_an_upper_limit_is_never_beyond_the_sampling_limit() -> None:
    assert one(tv_lines(at_most=600), lines(250, 264)).remarks == ()


# --- Frame counts ---


def test_a_rate_is_judged_as_a_count() -> None:
    """1499 frames in 60 s are 24.98 frame/s and pass; a plain comparison would fail them."""
    assert outcome(one(rate(), frames(1499, 60.0))) == ("pass", "count_within_limit")
    assert outcome(one(rate(), frames(1498, 60.0))) == ("fail", "count_outside_limit")


@pytest.mark.parametrize(
    ("count", "repeats", "expected"),
    [
        (1499, 15, ("pass", "count_within_limit")),
        (1498, 0, ("fail", "count_outside_limit")),
        (1497, 2, ("inconclusive", "count_open_by_page")),
        (1497, 1, ("fail", "count_outside_limit")),
        (900, 15, ("fail", "count_outside_limit")),
    ],
)
def test_repeats_that_may_be_the_pages_fail_no_camera(
    count: int, repeats: int, expected: tuple[str, str]
) -> None:
    """Nobody logged the page: two pauses of it failed a camera that repeats nothing."""
    assert outcome(one(rate(), with_repeats(count, repeats))) == expected


@pytest.mark.parametrize(
    ("count", "repeats", "expected"),
    [
        (1490, 8, "fail"),
        (1490, 9, "inconclusive"),
        (1490, 15, "inconclusive"),
        (1499, 2, "pass"),
        (1500, 15, "inconclusive"),
        (1502, 15, "fail"),
    ],
)
def test_between_two_ends_all_counts_that_repeats_leave_open_are_looked_at(
    count: int, repeats: int, expected: str
) -> None:
    """1490 and 1505 fail 25 frame/s, 1499 to 1501 between them do not."""
    exactly = replace(rate(), limit=Limit(at_least=25, at_most=25, unit="frame/s"))
    assert outcome(one(exactly, with_repeats(count, repeats)))[0] == expected


def with_repeats(count: int, repeats: int) -> Measurement:
    """Return frames of 60 s, of which so many repeats may be those of the clock's page."""
    line = BudgetLine(source="page_stood", contribution=repeats / 3**0.5 / 60, evaluation="B")
    return replace(frames(count, 60.0), budget=(line,))


def test_a_count_decides_before_bounds_from_films_in_which_nobody_counted() -> None:
    """A short film of a chart leaves the count as it is.

    One that shows too few frames at best fails beyond doubt.
    """
    counted, chart = frames(1500, 60.0), replace(frames(150, 6.0), upper_bound=True)
    finding = one(rate(), chart, counted)
    assert (outcome(finding), finding.measurements) == (("pass", "count_within_limit"), (1,))
    slow = one(rate(), counted, replace(frames(750, 60.0), upper_bound=True))
    assert (outcome(slow), slow.measurements) == (("fail", "count_outside_limit"), (1,))


def test_frames_that_are_only_an_upper_bound_may_fail_but_never_pass() -> None:
    """Without a clock 25 frame/s may hide repeats, 15 are too few in any case.

    The reason says what was missing.
    """
    bound = replace(frames(1500, 60.0), upper_bound=True)
    assert outcome(one(rate(), bound)) == ("inconclusive", "only_an_upper_bound")
    explained = replace(bound, bound_by=Reason(code="no_clock"))
    assert outcome(one(rate(), explained)) == ("inconclusive", "no_clock")
    assert outcome(one(rate(), replace(frames(900, 60.0), upper_bound=True))) == (
        "fail",
        "count_outside_limit",
    )


def test_the_worst_film_decides_a_rate() -> None:
    """Ranked by frames per second, not by frames."""
    finding = one(rate(), frames(1500, 60.0), frames(2900, 120.0))
    assert (finding.verdict, finding.measurements) == (Verdict.FAIL, (1,))


def test_a_film_that_is_too_short_gives_no_verdict() -> None:
    """A plan may lower the minimum, but only with a deviation."""
    why = Deviation(what="minimum_duration", value=6, why="demonstration")
    short = frames(150, 6.0)
    finding = one(rate(), short, given=plan(minimum_duration=6))
    assert (outcome(finding), dict(finding.reason.parameters)) == (
        ("inconclusive", "duration_short"),
        {"duration": 6.0, "needed": 60},
    )
    assert (
        one(rate(), short, given=plan(minimum_duration=6, deviations=(why,))).verdict
        is Verdict.PASS
    )


def test_a_rate_without_count_or_duration_is_not_judged() -> None:
    """A rate alone does not tell how many frames were missed."""
    assert outcome(one(rate(), frames(None, 60.0))) == ("inconclusive", "count_missing")
    assert outcome(one(rate(), frames(1500, None))) == ("inconclusive", "count_missing")
