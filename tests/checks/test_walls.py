"""A wall of monitors is one shot of many subjects: each is judged by its own tile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acceptance import metrics
from acceptance.checks import judging
from acceptance.checks.case import Case
from acceptance.checks.pack import load
from acceptance.checks.soundness import require_sound
from acceptance.errors import PlanError
from acceptance.model import (
    Measurement,
    Note,
    Plan,
    Reason,
    Shot,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)
from acceptance.session import plan as plans

PACK = load("gb_t_28181_2016", metrics.quantities())
DELAY = "gb_t_28181_2016#latency-centre"
QUANTITY = "latency.glass_to_glass"
WALL = Shot(
    id="wall", subject="room", clip="wall.mp4", tap=Tap.SCREEN,
    wall=(("gate", "gate"), ("yard", "hall")),
)  # fmt: skip
CAMERAS = tuple(Subject(id=name, kind=SubjectKind.FIXED) for name in ("gate", "yard", "hall"))
PLAN = Plan(
    subjects=(Subject(id="room", kind=SubjectKind.SYSTEM), *CAMERAS), shots=(WALL,),
)  # fmt: skip
FIGURE = Measurement(
    subject="gate", shot="wall", quantity=QUANTITY, value=200.0, unit="ms", uncertainty=2.0, k=2.0,
    degrees_of_freedom=None, samples=50, method="m", statistic="worst",
    region="tile.row1.column1",
)  # fmt: skip
SLOW = replace(FIGURE, value=2600.0, region="tile.row1.column2")
FROZEN = Note(
    reason=Reason(code="tile_frozen", parameters={"seconds": 4.0}), shot="wall", subject="yard",
    metric="latency", region="tile.row2.column1",
)  # fmt: skip


def verdicts(*notes: Note) -> dict[str, tuple[Verdict, str]]:
    """Verdict and reason of the delay of each camera."""
    found = judging.judge(
        [PACK], PLAN, [FIGURE, SLOW, replace(FIGURE, subject="hall", region="tile.row2.column2")],
        notes, PLAN.taken, today="2026-11-29", quantities={QUANTITY: "ms"},
    )  # fmt: skip
    return {
        finding.subject: (finding.verdict, finding.reason.code)
        for finding in found
        if finding.requirement == DELAY
    }


def test_each_camera_is_judged_by_its_own_tile_and_by_the_worst_of_several() -> None:
    """The gate has two tiles, one of them too slow; the note on the yard is not the hall's."""
    found = verdicts(FROZEN)
    assert found["gate"][0] is Verdict.FAIL
    assert found["yard"] == (Verdict.NOT_TESTED, "tile_frozen")
    assert found["hall"][0] in {Verdict.PASS, Verdict.CONDITIONAL_PASS}


def test_a_note_on_the_whole_film_counts_for_every_tile() -> None:
    """The clock's own screen is not in the film."""
    note = Note(
        reason=Reason(code="wall_without_clock"), shot="wall", subject="room", metric="latency",
        quantity=QUANTITY,
    )  # fmt: skip
    case = Case(
        plan=PLAN, measurements=(), notes=(FROZEN, note), shots={"wall": WALL}, today="2026-11-29"
    )
    asked = next(one for one in PACK.requirements if one.id == "latency-centre")
    reasons = {camera.id: case.why_missing(asked, camera.id).code for camera in CAMERAS}
    assert reasons == dict.fromkeys(("gate", "yard", "hall"), "wall_without_clock")


def test_figures_of_a_wall_are_of_its_tiles_and_of_no_other_device() -> None:
    """Those of the shot's own subject too."""
    require_sound(PLAN, [FIGURE, replace(FIGURE, subject="room")], {QUANTITY: "ms"})
    with pytest.raises(PlanError, match="room, gate, yard, hall"):
        require_sound(PLAN, [replace(FIGURE, subject="lift")], {QUANTITY: "ms"})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"wall": (("gate", "lift"),)}, "no subject 'lift'"),
        ({"wall": ((),)}, "a row of the wall has no tile"),
        ({"wall": (("gate",) * 257,)}, "256 tiles at most"),
        ({"regions": {"tile.gate": (0, 0, 9, 9)}}, "hall has no region tile.hall"),
        ({"wall": (), "regions": {"wall": (0, 0, 9, 9)}}, "not how many tiles it has"),
    ],
)
def test_a_wall_that_does_not_fit_its_plan_is_refused(
    fields: dict[str, object], words: str
) -> None:
    shot = replace(WALL, **fields)  # type: ignore[arg-type]
    with pytest.raises(PlanError, match=words):
        plans.check_parts(replace(PLAN, shots=(shot,)), "plan.toml")
