"""Sessions held against one another: a film that stands for another device in one of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from reached_session import CAMERA, SHOT, Case, reach

from acceptance.model import Plan, Scope
from acceptance.session import earlier, side_by_side, store
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
        ("site-7", FILM, {"serial": "sn1"}, ""),
        ("site-7", OTHER, {"serial": "SN 1"}, ""),
        ("site-7", FILM, {"serial": "SN 2"}, "site-7 = gate-1"),
        ("gate-2", OTHER, {"corners": ELSEWHERE}, ""),
    ],
    ids=[
        "same file",
        "coded again",
        "cut",
        "another number",
        "that number",
        "no number",
        "that number under another name",
        "that number under another name, coded again",
        "another number under another name",
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


def test_one_number_of_two_makers_is_of_two_devices(tmp_path: Path) -> None:
    named = {"gate-1": "Maker A", "site-7": "Maker B", "site-8": "maker a"}
    mine, *others = (
        replace(made, plan=replace(made.plan, subjects=(replace(one, manufacturer=maker),)))
        for name, maker in named.items()
        for made in (of(tmp_path / name, name, FILM, "SN 1")[0],)
        for one in made.plan.subjects
    )
    assert [earlier.same_films(other, mine) for other in others] == [{"site-7 = gate-1"}, set()]


def rewrite(folder: Path, **fields: object) -> None:
    """Write over some of a session: its first shot's, or its number."""
    content = json.loads((folder / store.FILE).read_text("utf-8"))
    content["id"] = fields.pop("id", content["id"])
    content["shots"][0] |= fields
    (folder / store.FILE).write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_what_cannot_be_compared_is_named_and_hinders_no_other(
    wrong: float, tmp_path: Path
) -> None:
    _, folder = of(tmp_path / "mine", "gate-1", FILM, corners=ELSEWHERE)
    _, malformed = of(tmp_path / "out" / "a", "gate-2", OTHER)
    rewrite(malformed, corners=[[[wrong, 2.0]] * 4])
    _, shared = of(tmp_path / "out" / "b", "gate-2", FILM)
    (tmp_path / "unreadable" / "s" / store.FILE).mkdir(parents=True)
    places = [tmp_path / "none", malformed, tmp_path / "unreadable", shared]
    found = verify(folder, beside=places)
    assert (found.steps[-1].state, found.state) == (State.INDETERMINATE, verify(folder).state)
    assert [text.partition(":")[0] for text in found.steps[-1].details] == [
        "none was not compared",
        f"{malformed.name} was not compared",
        "s was not compared",
        f"one film stands for several devices, here and in {shared.name}",
    ]


def test_a_number_written_over_does_not_hide_another_session(tmp_path: Path) -> None:
    mine, _ = of(tmp_path / "a", "gate-1", FILM)
    _, other = of(tmp_path / "b", "gate-2", FILM)
    rewrite(other, id=mine.id)
    [said] = side_by_side.contradictions(mine, [other])
    assert said.endswith("gate-2 = gate-1")


def test_verify_holds_the_session_that_was_made_first_against_a_later_one(tmp_path: Path) -> None:
    _, first = of(tmp_path / "out", "gate-1", FILM, corners=ELSEWHERE)
    of(tmp_path / "out", "gate-2", FILM)
    asked = verify(first, beside=[tmp_path / "out"]).steps[-1]
    assert (asked.name, asked.state) == ("beside", State.INDETERMINATE)
    assert "gate-2 = gate-1" in asked.details[0]
    assert "beside" not in {step.name for step in verify(first).steps}
