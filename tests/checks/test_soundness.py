"""Measurements from elsewhere: what fits no shot, no quantity or no unit, or is no number."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from acceptance.checks.soundness import listed, require_sound
from acceptance.errors import PlanError
from acceptance.model import Measurement, Plan, Shot, Subject, SubjectKind

PLAN = Plan(
    subjects=(Subject(id="camera", kind=SubjectKind.FIXED),),
    shots=(Shot(id="s", subject="camera", clip="s.mp4"),),
)
SOUND = Measurement(
    subject="camera", shot="s", quantity="noise.snr", value=40, unit="dB", uncertainty=0.5, k=2,
    degrees_of_freedom=None, samples=1, method="m",
)  # fmt: skip


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"value": -1e9},
        {"uncertainty": 0},
        {"k": 0.5},
        {"degrees_of_freedom": 0.5},
        {"samples": 0},
    ],
)
def test_a_measurement_may_have_any_finite_value_and_any_uncertainty_from_0(
    fields: dict[str, Any],
) -> None:
    require_sound(PLAN, [SOUND, replace(SOUND, **fields)], {"noise.snr": "dB"})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"quantity": "noise.none"}, "no such quantity"),
        ({"unit": "1"}, "unit '1', must be 'dB'"),
        ({"shot": "t"}, "the plan has no shot 't'"),
        ({"subject": "other"}, "shot 's' is of subject 'camera'"),
        ({"value": math.nan}, "the value is no finite number"),
        ({"value": "forty"}, "the value is no finite number"),
        ({"value": 10**400}, "the value is no finite number"),
        ({"uncertainty": -0.1}, "the uncertainty is no finite number, 0 or more"),
        ({"uncertainty": math.inf}, "the uncertainty is no finite number, 0 or more"),
        ({"uncertainty": math.nan}, "the uncertainty is no finite number, 0 or more"),
        ({"k": 0}, "the coverage factor is no finite number above 0"),
        ({"k": -2}, "the coverage factor is no finite number above 0"),
        ({"k": math.inf}, "the coverage factor is no finite number above 0"),
        ({"samples": -1}, "the number of samples is no number, 0 or more"),
        ({"samples": math.inf}, "the number of samples is no number, 0 or more"),
        ({"degrees_of_freedom": 0}, "the degrees of freedom are not above 0"),
        ({"degrees_of_freedom": -1}, "the degrees of freedom are not above 0"),
    ],
)
def test_a_measurement_that_does_not_fit_is_refused_by_its_number(
    fields: dict[str, Any], words: str
) -> None:
    wrong = replace(SOUND, **fields)
    with pytest.raises(PlanError, match=rf"measurement 2 \({wrong.quantity}\).*{words}"):
        require_sound(PLAN, [SOUND, wrong], {"noise.snr": "dB"})


def test_a_list_of_measurements_is_taken_as_a_tuple_and_what_is_none_is_named() -> None:
    """By its place, the first of all being 1."""
    assert listed(iter([SOUND, SOUND]), Measurement) == (SOUND, SOUND)
    with pytest.raises(PlanError, match="Measurement 2"):
        listed([SOUND, "forty"], Measurement)  # type: ignore[list-item]
    with pytest.raises(PlanError, match="must be a list of Measurement"):
        listed(3, Measurement)  # type: ignore[arg-type]
