"""Sessions held against one another: a film that stands for another device in one of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from reached_session import CAMERA, SHOT, Case, reach

from acceptance.errors import SessionError
from acceptance.model import Plan, Scope
from acceptance.session import side_by_side
from acceptance.signing.signatures import State
from acceptance.signing.verification import verify

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Session

FILM, OTHER = "ab" * 32, "cd" * 32
ELSEWHERE = tuple(tuple((1.1 * x, 1.1 * y) for x, y in one) for one in SHOT.corners)
CUT_OUT = tuple(tuple((x + 32.03, y + 8.0) for x, y in one) for one in SHOT.corners)


def of(
    folder: Path, name: str, film: str, serial: str = "", **shot: object
) -> tuple[Session, Path]:
    """Seal a session of one camera and one film."""
    camera = replace(CAMERA, id=name, serial=serial)
    taken = replace(SHOT, subject=name, sha256=film, **shot)  # type: ignore[arg-type]
    plan = Plan(subjects=(camera,), operator="L", scope=Scope.DEVICE)
    return reach(Case(plan=plan, shots=(taken,)), folder)


@pytest.mark.parametrize(
    ("name", "film", "fields", "devices"),
    [
        ("gate-2", FILM, {"corners": ELSEWHERE}, "gate-2 = gate-1"),
        ("gate-2", OTHER, {}, "gate-2 = gate-1"),
        ("gate-2", OTHER, {"corners": CUT_OUT}, "gate-2 = gate-1"),
        ("gate-1", FILM, {"serial": "SN 2"}, "gate-1 SN 2 = gate-1 SN 1"),
        ("gate-1", FILM, {"serial": "sn1"}, ""),
        ("gate-1", FILM, {}, ""),
        ("gate-2", OTHER, {"corners": ELSEWHERE}, ""),
    ],
    ids=[
        "same file",
        "coded again",
        "cut",
        "another number",
        "that number",
        "no number",
        "another",
    ],
)
def test_a_film_that_stands_for_another_device_elsewhere_is_told(
    name: str, film: str, fields: dict[str, object], devices: str, tmp_path: Path
) -> None:
    mine, _ = of(tmp_path / "a", "gate-1", FILM, "SN 1")
    other, _ = of(tmp_path / "b", name, film, **fields)  # type: ignore[arg-type]
    sentences = list(side_by_side.contradictions(mine, [tmp_path / "b"]))
    said = f"one film stands for several devices, here and in {other.id}: {devices}"
    assert sentences == ([said] if devices else [])


def test_a_session_contradicts_neither_itself_nor_what_cannot_be_read(tmp_path: Path) -> None:
    mine, folder = of(tmp_path, "gate-1", FILM)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "session.json").write_text("{", "utf-8")
    [sentence] = side_by_side.contradictions(mine, [folder, tmp_path])
    assert sentence.startswith("broken was not compared")
    with pytest.raises(SessionError, match="there is no session here"):
        list(side_by_side.contradictions(mine, [tmp_path / "none"]))


def test_verify_holds_the_session_that_was_made_first_against_a_later_one(tmp_path: Path) -> None:
    _, first = of(tmp_path / "out", "gate-1", FILM, corners=ELSEWHERE)
    of(tmp_path / "out", "gate-2", FILM)
    asked = verify(first, beside=[tmp_path / "out"]).steps[-1]
    assert (asked.name, asked.state) == ("beside", State.INDETERMINATE)
    assert "gate-2 = gate-1" in asked.details[0]
    assert "beside" not in {step.name for step in verify(first).steps}
