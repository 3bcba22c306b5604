"""Which ten figures a user sees first, and that what was refused does not vanish."""

from __future__ import annotations

import pytest

from acceptance import metrics
from acceptance.model import Measurement, Note, Reason
from acceptance.report import headlines
from acceptance.report.headlines import HEADLINES, MOST, Worse


def measured(quantity: str, value: float = 1.0, **fields: object) -> Measurement:
    given = {"unit": "1", "shot": "shot1", "statistic": ""} | fields
    return Measurement(
        subject="device",
        quantity=quantity,
        value=value,
        uncertainty=0.1,
        k=2.0,
        degrees_of_freedom=None,
        samples=1,
        method="simulated",
        **given,  # type: ignore[arg-type]
    )


def note(code: str, **fields: str) -> Note:
    return Note(reason=Reason(code=code), **{"shot": "shot1", **fields})


def everything() -> list[Measurement]:
    """One result for every headline, the least important first."""
    return [measured(each.quantity, statistic=each.statistic) for each in reversed(HEADLINES)]


def test_every_headline_is_a_quantity_that_some_metric_measures() -> None:
    assert metrics.quantities().keys() >= headlines.QUANTITIES


def test_of_everything_ten_figures_are_shown_in_the_order_of_the_table() -> None:
    shown = headlines.figures(everything(), [])
    assert [figure.headline for figure in shown] == list(HEADLINES[:MOST])
    assert MOST == 10


def test_a_quantity_that_no_clip_gave_makes_room_for_the_next() -> None:
    found = [one for one in everything() if one.quantity != "noise.snr"]
    shown = [figure.headline for figure in headlines.figures(found, [])]
    assert len(shown) == MOST
    assert HEADLINES[MOST] in shown


def test_the_worst_result_at_the_centre_stands_for_a_quantity() -> None:
    values = {
        "upper_left.edge_vertical": 0.1,
        "centre.edge_vertical": 0.3,
        "centre.edge_horizontal": 0.2,
    }
    found = [measured("resolution.mtf50", value, region=name) for name, value in values.items()]
    [figure] = headlines.figures(found, [])
    assert figure.measurement.region == "centre.edge_horizontal"
    assert (figure.among, figure.results) == (2, 3)


def test_the_middle_grey_is_the_centre_and_the_one_beside_it_is_not() -> None:
    found = [
        measured("noise.snr", 40.0, region="flat.middle"),
        measured("noise.snr", 30.0, region="flat.middle_right"),
    ]
    [figure] = headlines.figures(found, [])
    assert figure.measurement.region == "flat.middle"


def test_without_a_centre_the_worst_of_all_regions_stands_for_them() -> None:
    corners = ("upper_left", "lower_right", "lower_left")
    found = [
        measured("resolution.corner_ratio", value, region=region)
        for region, value in zip(corners, (0.9, 0.7, 0.8), strict=True)
    ]
    [figure] = headlines.figures(found, [])
    assert (figure.measurement.region, figure.among) == ("lower_right", 3)


@pytest.mark.parametrize(
    ("quantity", "statistic", "worst"),
    [
        ("noise.snr", "", 1.0),
        ("latency.glass_to_glass", "worst", 2.0),
        ("geometry.distortion", "", -3.0),
        ("grey_scale.gamma", "", 2.0),
    ],
)
def test_of_several_clips_the_worst_is_shown_whichever_way_that_is(
    quantity: str, statistic: str, worst: float
) -> None:
    values = (2.0, 1.0) if worst > 0 else (2.0, worst)
    found = [
        measured(quantity, value, statistic=statistic, shot=f"shot{number}")
        for number, value in enumerate(values)
    ]
    [figure] = headlines.figures(found, [])
    assert figure.measurement.value == worst
    assert figure.among == 2


def test_every_way_of_being_worst_occurs_in_the_table() -> None:
    assert {headline.worse for headline in HEADLINES} == set(Worse)


def test_a_bound_whose_reason_is_noted_is_no_figure_but_the_note_is_shown() -> None:
    reason = Reason(code="no_clock")
    bound = measured("frame_rate.dropped", 0.0, lower_bound=True, bound_by=reason)
    noted = note("no_clock", metric="frame_rate", quantity="frame_rate.dropped")
    assert headlines.figures([bound], [noted]) == ()
    assert [lack.notes for lack in headlines.missing([bound], [noted])] == [(noted,)]
    assert len(headlines.figures([bound], [])) == 1


def test_what_was_not_obtained_is_grouped_by_its_reason() -> None:
    notes = [
        note("no_clock", metric="frame_rate", quantity="frame_rate.unique"),
        note("chart_not_found"),
        note("no_clock", metric="frame_rate", quantity="frame_rate.dropped"),
    ]
    groups = headlines.missing([], notes)
    assert [len(lack.notes) for lack in groups] == [2, 1]
    assert groups[0].reason.startswith("no clock chart")


def test_a_family_that_gave_nothing_is_named_and_one_that_gave_its_figure_is_not() -> None:
    refused = note("low_contrast", metric="noise")
    assert headlines.missing([], [refused])
    assert not headlines.missing([measured("noise.snr", region="flat.middle")], [refused])


def test_a_refusal_in_one_clip_is_told_although_another_clip_gave_the_figure() -> None:
    refused = note("low_contrast", metric="noise", quantity="noise.snr", shot="shot2")
    assert headlines.missing([measured("noise.snr")], [refused])


def test_a_refusal_at_the_centre_is_told_although_the_corners_gave_the_figure() -> None:
    refused = note(
        "no_edge", metric="resolution", quantity="resolution.mtf50", region="centre.edge_vertical"
    )
    corner = measured("resolution.mtf50", region="upper_left.edge_vertical")
    assert headlines.missing([corner], [refused])


def test_what_is_missing_of_a_quantity_that_is_no_headline_is_only_counted() -> None:
    assert not headlines.missing([], [note("chart_has_stripes", quantity="faults.stripes")])
