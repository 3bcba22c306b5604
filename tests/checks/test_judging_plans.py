"""Judging: plans that would silently leave something aside are refused."""

from __future__ import annotations

from typing import Any

import pytest
from one_camera import (
    QUANTITIES,
    READING,
    TODAY,
    TREE,
    plan,
    question,
    requirement,
    scores,
    standard,
)

from acceptance.checks.judging import check_plan, judge
from acceptance.errors import PlanError
from acceptance.model import (
    Answer,
    Deviation,
    How,
    Limit,
    Requirement,
    Score,
    Subject,
    SubjectKind,
    Value,
    Verdict,
)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"answers": [{"requirement": "x#none"}]},
            r"answer 1: no pack has the requirement 'x#none'",
        ),
        ({"answers": [{"subject": "nobody"}]}, r"answer 1: there is no subject 'nobody'.*camera"),
        (
            {"answers": [{"yes": True, "value": 1}]},
            "answer 1, x#snr for camera: answers more than once",
        ),
        (
            {"answers": [{"grade": "good"}]},
            "answer 1, x#snr for camera: there is no grade 'good'.*basically_conforms",
        ),
        ({"minimum_duration": 6}, "minimum_duration: departs from the packs without a deviation"),
        (
            {
                "minimum_duration": 1,
                "deviations": (Deviation(what="minimum_duration", value=60, why="short"),),
            },
            "minimum_duration: the deviation says 60, and the plan has 1 s",
        ),
        *(
            (
                {
                    "minimum_duration": 1,
                    "deviations": (Deviation(what="minimum_duration", value=value, why="short"),),
                },
                "minimum_duration: the deviation says ",
            )
            for value in (
                *(
                    True,
                    "60 s",
                    "1 min",
                    "1 h",
                    "100 ms",
                    "２秒",
                    "60″",
                    "60 sec.",
                    "60.",
                    "1 个小时",
                ),
                *(" ", "-", "none", "N/A", "无", "…", 0, -1, 10**309, -(10**400), 1 << 20_000),
                *("9" * 309, "9" * 5000, float("inf"), float("nan")),
            )
        ),
        (
            {"subjects": (Subject(id="a", kind=SubjectKind.FIXED, parent="b"),)},
            "subject a: there is no parent 'b'",
        ),
        (
            {
                "subjects": (
                    Subject(id="a", kind=SubjectKind.FIXED, parent="b"),
                    Subject(id="b", kind=SubjectKind.SYSTEM, parent="a"),
                )
            },
            "subject a: is its own ancestor",
        ),
    ],
)
def test_a_plan_that_would_be_partly_ignored_is_refused(
    fields: dict[str, Any], message: str
) -> None:
    """Before any footage is touched, with what to do."""
    plain = {"subject": "camera", "requirement": "x#snr", "by": "Li", "when": ""}
    fields = dict(fields)
    fields["answers"] = tuple(Answer(**(plain | one)) for one in fields.get("answers", ()))
    with pytest.raises(PlanError, match=message):
        check_plan((standard(requirement()),), plan(**fields))


@pytest.mark.parametrize(
    "value",
    [
        60, 60.0, "60", "60 s", " 60.0秒 ", "1 min", "60 seconds", "60 Sec.", "60 S", "1分钟",
        "60秒钟", "60000 ms", "30 s instead of 60 s", "60 s（标准为 300 s）", "0 min 60 s",
        "六十秒", "half a minute more", "1,0 min", "1/60 of an hour", "60″", "1′",
        # more than a number and its unit, whatever the numbers in it would be alone
        "1/2 min", "60 000 ms", "1 000 s", "3 x 20 s", "1:30 min", "60 ±1 s", "1分半", "1小时半",
        "1-2 min", "短于60秒", "短于90秒", "instead of 300 s", "见附件3分", "24小时系统，只能拍短",
        "30 s per shot", "≥ 30 S", "shortened by 30 s", "90 с", "-30 s", "90 000",
    ],
)  # fmt: skip
def test_a_deviation_may_say_a_duration_in_words(value: Value) -> None:
    """All that is not one number with one unit is read by people."""
    deviation = Deviation(what="minimum_duration", value=value, why="short")
    check_plan((standard(requirement()),), plan(minimum_duration=60, deviations=(deviation,)))


RATED = question(how=How.RATED, limit=Limit(unit="grade", at_least=4))
# What a burnt-in clock is off by, entered by hand where the film cannot be read: the still shows
# it.
PROVEN = requirement(
    quantity="burnt_in_clock.offset", limit=Limit(unit="s", at_least=-10, at_most=10), evidence=True
)


@pytest.mark.parametrize(
    ("demand", "answer", "message"),
    [
        (
            requirement(),
            {"yes": True},
            "answer 1, x#snr for camera: is answered by yes.*value only",
        ),
        (
            requirement(limit=None, figure=None),
            {"grade": "conforms"},
            "is answered by grade.*value only",
        ),
        (requirement(), {"scores": scores(4)}, "is answered by scores.*value only"),
        (READING, {"yes": True}, "is answered by yes.*value only"),
        (READING, {"value": 1, "uncertainty": -0.1}, "the uncertainty -0.1 is below 0"),
        (READING, {"value": 1, "uncertainty": float("nan")}, "the uncertainty nan is below 0"),
        (RATED, {"grade": "conforms"}, "is answered by grade.*scores only"),
        (RATED, {"value": 4, "unit": "grade"}, "is answered by value.*scores only"),
        (RATED, {"scores": scores(4, 6)}, "rater 1 scores 6.*from 1 to 5"),
        (RATED, {"scores": scores(0, 4)}, "rater 0 scores 0.*from 1 to 5"),
        (
            RATED,
            {"scores": (Score(rater="Li", score=4), Score(rater="Li", score=5))},
            "'Li' scores 2 times",
        ),
        (PROVEN, {"value": 5.4, "unit": "s"}, "answer 1, x#snr for camera: names no evidence"),
    ],
)
def test_an_answer_that_does_not_answer_the_question_is_refused(
    demand: Requirement, answer: dict[str, Any], message: str
) -> None:
    """A yes may not stand for a figure, nor a grade for the scores of raters."""
    plain = {"subject": "camera", "requirement": "x#snr", "by": "Li", "when": ""}
    with pytest.raises(PlanError, match=message):
        check_plan((standard(demand),), plan(answers=(Answer(**(plain | answer)),)))


@pytest.mark.parametrize(
    ("demand", "answer"),
    [
        (requirement(), {"value": 40, "unit": "dB"}),
        (READING, {"value": 1, "unit": "Ω", "uncertainty": 0}),
        (RATED, {"scores": scores(1, 5)}),
        (question(), {"yes": False}),
        (question(), {"grade": "conforms"}),
        (READING, {}),
        (PROVEN, {"value": 5.4, "unit": "s", "evidence": ("still.jpg",)}),
        (PROVEN, {}),
    ],
)
def test_an_answer_of_the_right_form_is_accepted(
    demand: Requirement, answer: dict[str, Any]
) -> None:
    """And one that is still empty: it comes out as not answered."""
    plain = {"subject": "camera", "requirement": "x#snr", "by": "Li", "when": TODAY}
    answered = plan(answers=(Answer(**(plain | answer)),))
    check_plan((standard(demand),), answered)
    [finding] = judge((standard(demand),), answered, (), (), (), today=TODAY, quantities=QUANTITIES)
    assert (finding.verdict is Verdict.NOT_TESTED) is not bool(answer)


def test_a_sound_plan_is_accepted() -> None:
    """The same check says nothing."""
    check_plan((standard(requirement()),), plan(subjects=TREE))
