"""A re-test tests again whatever failed, also by a pack of one's own, and by every requirement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from reached_session import LOOK, Case, pack, reach
from ways_to_bend import CAMERAS, DRAW, answers, drawn

from acceptance.errors import PlanError
from acceptance.model import Draw, Plan, Verdict
from acceptance.session import predecessors, retests

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Session

CLEAN = LOOK.replace('"look"', '"clean"').replace("安装牢固", "清洁")


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Path]:
    """Return a session in which a camera of the sample was loose and clean, and where it lies."""
    base = drawn(DRAW, no="cam-3")
    clean = tuple(replace(one, requirement="base#clean", yes=True) for one in base.plan.answers)
    plan = replace(base.plan, answers=(*base.plan.answers, *clean))
    out = tmp_path_factory.mktemp("out")
    done, _ = reach(
        Case(packs={"base": pack(LOOK, CLEAN)}, plan=plan, shots=(), measurements=()), out
    )
    assert done.verdict is Verdict.FAIL
    assert "cam-3" in done.samples[0].drawn
    return done, out


def checked(failed: tuple[Session, Path], *draws: tuple[str, tuple[str, ...], str]) -> None:
    """Check a plan of re-tests: of a device, by some requirements, by a pack."""
    done, out = failed
    again = tuple(
        Draw(
            sampling=f"{name}#cameras", seed="9", retest_of="7", failed=(device,),
            requirements=tuple(f"{name}#{one}" for one in asked), session=done.id, why="返修",
        )
        for device, asked, name in draws
    )  # fmt: skip
    plan = Plan(subjects=CAMERAS, draws=again, answers=answers("cam-1"))
    retests.check(plan, out, lambda folder, _: predecessors.absent(folder.name))


@pytest.mark.parametrize(
    "draws",
    [
        (("cam-3", (), "base"),),
        (("cam-3", ("look",), "base"),),
        (("cam-3", ("look",), "own"),),
        (("cam-1", ("clean",), "base"), ("cam-3", ("look",), "base")),
    ],
)
def test_what_failed_is_tested_again(
    failed: tuple[Session, Path], draws: tuple[tuple[str, tuple[str, ...], str], ...]
) -> None:
    checked(failed, *draws)


@pytest.mark.parametrize(
    ("device", "asked", "name"),
    [
        ("cam-1", (), "base"),
        ("cam-3", ("clean",), "base"),
        ("cam-1", ("clean",), "base"),
        ("cam-1", (), "own"),
        ("cam-3", ("clean",), "own"),
    ],
)
def test_a_retest_of_something_else_is_refused(
    failed: tuple[Session, Path], device: str, asked: tuple[str, ...], name: str
) -> None:
    """By another requirement, or a pack whose sampling has another name, as by another device."""
    with pytest.raises(PlanError, match=f"leaves out cam-3, failed in session {failed[0].id}"):
        checked(failed, (device, asked, name))
