"""Which shots a plan wants of its devices, and which shot is one of them."""

from __future__ import annotations

import pytest

from acceptance.checks.planned_shots import Combination, wanted
from acceptance.model import (
    Condition,
    Matrix,
    Plan,
    Sample,
    Shot,
    SignalPath,
    Subject,
    SubjectKind,
)

LIVE, PLAYBACK = SignalPath.LIVE, SignalPath.PLAYBACK
SUBJECTS = (
    Subject(id="cam-1", kind=SubjectKind.FIXED),
    Subject(id="dome", kind=SubjectKind.DOME),
    Subject(id="cam-2", kind=SubjectKind.FIXED),
    Subject(id="nvr", kind=SubjectKind.RECORDER),
)


def planned(
    *matrix: Matrix, drawn: dict[str, tuple[str, ...]] | None = None
) -> dict[str, list[str]]:
    """Return what is wanted of each device, as stream/path/light."""
    samples = [
        Sample(sampling=rule, standard="s", clause="1", seed="x", kind=SubjectKind.FIXED,
               lot=names, drawn=names)
        for rule, names in (drawn or {}).items()
    ]  # fmt: skip
    found = wanted(Plan(subjects=SUBJECTS, matrix=matrix, packs=()), samples)
    return {
        device: [f"{one.stream}/{one.path}/{one.light}" for one in combinations]
        for device, combinations in found.items()
    }


def test_of_each_device_of_a_kind_every_combination_is_wanted() -> None:
    matrix = Matrix(
        kinds=(SubjectKind.FIXED,), streams=("main", "sub"), paths=(LIVE, PLAYBACK), light=("day",)
    )
    every = ["main/live/day", "main/playback/day", "sub/live/day", "sub/playback/day"]
    assert planned(matrix) == {"cam-1": every, "cam-2": every}


def test_what_is_not_stated_is_any_and_what_two_matrices_want_is_wanted_once() -> None:
    plain = Matrix(kinds=(SubjectKind.DOME, SubjectKind.RECORDER))
    lit = Matrix(kinds=(SubjectKind.DOME,), light=("day", "night"))
    assert planned(plain, lit, plain) == {
        "dome": ["/live/", "/live/day", "/live/night"],
        "nvr": ["/live/"],
    }


def test_a_matrix_of_a_sampling_is_of_the_devices_drawn_by_it() -> None:
    matrix = Matrix(kinds=(SubjectKind.FIXED, SubjectKind.DOME), sampling="p#a")
    drawn = {"p#a": ("cam-2", "nvr"), "p#b": ("cam-1", "dome")}
    assert planned(matrix, drawn=drawn) == {"cam-2": ["/live/"]}
    assert planned(matrix) == {}


@pytest.mark.parametrize(
    ("stream", "light", "path", "holds"),
    [("main", "day", LIVE, True), ("MAIN", "Day", LIVE, True), ("", "", LIVE, True),
     ("main", "", LIVE, True), ("", "night", LIVE, False), ("sub", "day", LIVE, False),
     ("main", "night", LIVE, False), ("main", "day", PLAYBACK, False), ("", "", PLAYBACK, False)],
)  # fmt: skip
def test_a_shot_is_of_a_combination_whose_stream_light_and_path_it_states(
    stream: str, light: str, path: SignalPath, *, holds: bool
) -> None:
    """Without regard to capitals and spaces; what a combination leaves empty may be anything."""
    stated = (Condition(name="profile", value=" Main "), Condition(name="day_night", value="DAY"))
    shot = Shot(id="s", subject="cam-1", clip="c", conditions=stated)
    combination = Combination(stream=stream, path=path, light=light)
    assert combination.holds(shot) is holds
    bare = Shot(id="s", subject="cam-1", clip="c")
    assert combination.holds(bare) is (path is LIVE and not stream and not light)
