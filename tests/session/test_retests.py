"""A re-test is of the devices that failed, also by a pack of one's own."""

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
    return _failed(tmp_path_factory.mktemp("out"), dirty="")


@pytest.fixture(scope="module")
def loose_and_dirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Path]:
    """Return a session in which it was dirty, too."""
    return _failed(tmp_path_factory.mktemp("out"), dirty="cam-3")


def _failed(out: Path, dirty: str) -> tuple[Session, Path]:
    base = drawn(DRAW, no="cam-3")
    clean = tuple(
        replace(one, requirement="base#clean", yes=one.subject != dirty)
        for one in base.plan.answers
    )
    plan = replace(base.plan, answers=(*base.plan.answers, *clean))
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
        (("cam-3", ("clean",), "base"),),
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
        ("cam-1", ("look",), "base"),
        ("cam-1", ("clean",), "base"),
        ("cam-1", (), "own"),
        ("cam-1", ("look",), "own"),
    ],
)
def test_a_retest_of_another_device_is_refused(
    failed: tuple[Session, Path], device: str, asked: tuple[str, ...], name: str
) -> None:
    """By whichever requirement, and by a pack of another name."""
    with pytest.raises(PlanError, match=f"leaves out cam-3, failed in session {failed[0].id}"):
        checked(failed, (device, asked, name))


@pytest.mark.parametrize("asked", [("look",), ("clean",), ("look", "clean"), ()])
def test_a_device_may_be_tested_again_by_one_of_what_it_failed_by(
    loose_and_dirty: tuple[Session, Path], asked: tuple[str, ...]
) -> None:
    """The other stays judged on the first sample."""
    checked(loose_and_dirty, ("cam-3", asked, "base"))
    with pytest.raises(PlanError, match="leaves out cam-3"):
        checked(loose_and_dirty, ("cam-1", asked, "base"))
