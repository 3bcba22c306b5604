"""What looks like one film or one device and is not: honest cases of the warnings on twins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from reached_session import SHOT, Case, figure, reach
from ways_by_file import CORNERS, PASSED, SHAKEN, called, framed
from ways_by_name import FIGURES
from ways_to_bend import CAMERAS, HONEST, PASSES

from acceptance.model import SubjectKind
from acceptance.session import earlier

if TYPE_CHECKING:
    from pathlib import Path


def told(case: Case, out: Path) -> dict[str, tuple[str, ...]]:
    """Return what a session of a case is warned of, by code."""
    return {one.code: one.items for one in reach(case, out)[0].warnings or ()}


# --- charts at one place


def moved(x: float) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Move the charts so that their first corner stands at ``x``."""
    by = x - CORNERS[0][0][0]
    return tuple(tuple((left + by, top) for left, top in one) for one in CORNERS)


def test_films_of_a_clock_at_one_place_are_not_framed_alike(tmp_path: Path) -> None:
    case = framed(SHAKEN)
    assert "framed_alike" in told(case, tmp_path / "a")
    clocks = tuple(replace(shot, chart="clock") for shot in case.shots)
    assert "framed_alike" not in told(replace(case, shots=clocks), tmp_path / "b")


def test_one_file_for_two_devices_is_told_once(tmp_path: Path) -> None:
    found = told(framed(CORNERS, sha256=SHOT.sha256), tmp_path)
    assert "footage_shared" in found
    assert "framed_alike" not in found


def test_charts_on_both_sides_of_half_a_pixel_are_told(tmp_path: Path) -> None:
    """They round to neighbours."""
    case = framed(moved(100.54))
    first = replace(case.shots[0], corners=moved(100.46))
    assert "framed_alike" in told(replace(case, shots=(first, case.shots[1])), tmp_path)


@pytest.mark.parametrize("kind", [SubjectKind.RECORDER, SubjectKind.SCREEN])
def test_what_a_recorder_or_a_screen_shows_is_the_picture_of_a_camera(
    tmp_path: Path, kind: SubjectKind
) -> None:
    case = framed(SHAKEN)
    camera, other = case.plan.subjects
    plan = replace(case.plan, subjects=(camera, replace(other, kind=kind)))
    assert "framed_alike" not in told(replace(case, plan=plan), tmp_path)


@pytest.mark.parametrize("other", [tuple(one[:3] for one in SHAKEN), SHAKEN * 2, ((),)])
def test_charts_of_another_number_of_corners_stand_elsewhere(
    tmp_path: Path, other: tuple[tuple[tuple[float, float], ...], ...]
) -> None:
    assert "framed_alike" not in told(framed(other), tmp_path)


@pytest.mark.parametrize(("ssim", "is_told"), [(0.999999, False), (1 - 1e-10, True)])
def test_a_clip_that_differs_from_its_reference_anywhere_is_not_its_copy(
    tmp_path: Path, ssim: float, *, is_told: bool
) -> None:
    case = replace(PASSED, measurements=(*PASSES, figure("compression.ssim", ssim, unit="1")))
    assert ("reference_is_clip" in told(case, tmp_path)) is is_told


# --- devices that had another id


def renamed(out: Path, first: Case, second: Case) -> tuple[str, ...]:
    """Return the devices that are told to have had another id in a first session."""
    reach(first, out)
    return told(second, out).get("renamed", ())


@pytest.mark.parametrize("most", [earlier.MOST_SOUGHT, 0], ids=["few names", "many"])
@pytest.mark.parametrize(
    ("then", "now", "is_told"),
    [
        ({"serial": "SN 77"}, {"serial": "sn77"}, True),
        ({"serial": "SN 77"}, {"serial": "SN-78"}, False),
        ({"serial": "SN 77"}, {"serial": "SN 77", "manufacturer": "乙"}, False),
        ({"serial": "无"}, {"serial": "无"}, False),
        ({"address": "192.168.1.64"}, {"address": "192.168.1.64"}, False),
        ({"source": "rtsp://192.168.1.64/1"}, {"source": "rtsp://192.168.1.64/1"}, False),
    ],
)
def test_a_device_is_told_by_maker_and_serial_number_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, then: dict[str, str],
    now: dict[str, str], *, is_told: bool,
) -> None:  # fmt: skip
    """However the number is written, and whether every session is read or those with its names."""
    monkeypatch.setattr(earlier, "MOST_SOUGHT", most)
    maker = {"manufacturer": "甲"}
    first = called("cam-1", HONEST.measurements, **maker | then)
    second = called("gate-9", PASSES, **maker | now)
    assert renamed(tmp_path, first, second) == (("cam-1 = gate-9",) if is_told else ())


def test_a_device_of_both_sessions_was_not_renamed(tmp_path: Path) -> None:
    """Whichever of the two of one number it is."""
    loose = called("cam-1", HONEST.measurements, serial="SN 77")
    good = called("gate-9", PASSES, serial="SN 77")
    beside = (*loose.plan.subjects, *good.plan.subjects)
    first = replace(loose, plan=replace(loose.plan, subjects=beside))
    second = replace(good, plan=replace(good.plan, subjects=beside))
    assert renamed(tmp_path / "a", loose, second) == ()
    assert renamed(tmp_path / "b", first, good) == ()
    assert renamed(tmp_path / "c", loose, good) == ("cam-1 = gate-9",)


# --- films packed anew


@pytest.mark.parametrize(("shared", "is_told"), [(3, True), (2, False)])
def test_a_film_of_an_earlier_session_is_known_by_as_many_figures_as_in_one_session(
    tmp_path: Path, shared: int, *, is_told: bool
) -> None:
    figures = [*FIGURES[:shared], *(replace(one, value=one.value + 1) for one in FIGURES[shared:])]

    reach(called(CAMERAS[1].id, FIGURES), tmp_path)
    found = told(called("cam-1", figures), tmp_path)
    assert ("footage_shared_before" in found) is is_told
