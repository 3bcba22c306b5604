"""What findings rest on: facts of parents, and the note that says why nothing was measured."""

from __future__ import annotations

import pytest

from acceptance.checks.case import Case, inherited
from acceptance.model import (
    Answer,
    Finding,
    How,
    Level,
    Note,
    Plan,
    Provenance,
    Reason,
    Requirement,
    Shot,
    Subject,
    SubjectKind,
    Verdict,
)

ASKED = Requirement(
    id="snr", clause="5", how=How.MEASURED, text="信噪比。", text_en="S/N.", quantity="noise.snr",
    assignment=Provenance(source="X", level=Level.SEEN),
)  # fmt: skip
CLIPPED = Reason(code="clipped")


def test_a_subject_listed_before_its_parents_has_their_facts() -> None:
    camera = Subject(id="camera", kind=SubjectKind.FIXED, parent="hall")
    hall = Subject(id="hall", kind=SubjectKind.SITE, parent="site", facts={"place": "hall"})
    site = Subject(id="site", kind=SubjectKind.SITE, facts={"system": "digital"})
    found = inherited((camera, hall, site))
    assert found["camera"] == {"place": "hall", "system": "digital"}


@pytest.mark.parametrize(
    ("note", "code"),
    [
        (Note(reason=CLIPPED, shot="s", subject="camera"), "clipped"),
        (Note(reason=CLIPPED, subject="other"), "not_measured"),
    ],
)
def test_a_note_counts_by_its_shot_and_without_one_by_its_subject(note: Note, code: str) -> None:
    shot = Shot(id="s", subject="camera", clip="a.mp4", conditions=())
    camera, other = (Subject(id=name, kind=SubjectKind.FIXED) for name in ("camera", "other"))
    case = Case(
        plan=Plan(subjects=(camera, other), shots=(shot,)), measurements=(), notes=(note,),
        shots={"s": shot}, today="2026-11-25",
    )  # fmt: skip
    assert case.why_missing(ASKED, "camera").code == code


def test_a_note_on_one_tile_of_a_wall_says_nothing_of_another() -> None:
    """One on the room, whose film it is, is about all tiles."""
    names = ("room", "gate", "yard")
    shot = Shot(id="s", subject="room", clip="a.mp4", wall=(("gate", "yard"),), conditions=())
    subjects = tuple(Subject(id=name, kind=SubjectKind.FIXED) for name in names)
    codes = {
        about: [
            Case(
                plan=Plan(subjects=subjects, shots=(shot,)), measurements=(), shots={"s": shot},
                notes=(Note(reason=CLIPPED, shot="s", subject=about),), today="2026-11-25",
            ).why_missing(ASKED, name).code
            for name in names[1:]
        ]
        for about in names
    }  # fmt: skip
    assert codes == {
        "room": ["clipped", "clipped"],
        "gate": ["clipped", "not_measured"],
        "yard": ["not_measured", "clipped"],
    }


@pytest.mark.parametrize(
    ("when", "day"),
    [("2026-11-20T08:00", "2026-11-20"), ("2026-11-20", "2026-11-20"), ("once", "2026-11-25")],
)
def test_an_answer_rests_on_its_own_day_and_without_one_on_today(when: str, day: str) -> None:
    camera = Subject(id="camera", kind=SubjectKind.FIXED)
    answer = Answer(subject="camera", requirement="x#a", by="Li", when=when, yes=True)
    case = Case(
        plan=Plan(subjects=(camera,), shots=(), answers=(answer,)), measurements=(), notes=(),
        shots={}, today="2026-11-25",
    )  # fmt: skip
    finding = Finding(
        subject="camera", pack="x", clause="5", requirement="x#a", verdict=Verdict.PASS,
        mandatory=True, reason=CLIPPED, answer=0,
    )  # fmt: skip
    assert case.days_of(finding) == {day}
