"""The verb ``pack``: an overlay is created, filled in, checked, and compared with its base."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from in_process import acceptance

from acceptance import metrics
from acceptance.checks import pack as packs

if TYPE_CHECKING:
    from pathlib import Path

BASE = "db50_216_2006"
CONFIRMED = """
[[confirmations]]
requirement = "5.2/grey-scale"
level = "seen"
by = "张三"
on = "2026-11-20"
copy = "12 号"
[[requirements]]
id = "5.2/resolution-colour"
limit = { at_least = 300, unit = "TVL" }
figure = { source = "DB50/216-2006", clause = "5.2.1", level = "seen" }
modality = "should"
[[withdrawals]]
requirement = "5.1/linkage"
why = "正文无此要求"
"""


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return an overlay as ``new-overlay`` starts it."""
    path = tmp_path / "own.toml"
    assert acceptance(monkeypatch, "pack", "new-overlay", BASE, "-o", path) == 0
    return path


def test_an_overlay_that_was_only_started_changes_nothing(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base, mine = packs.load(BASE, metrics.quantities()), packs.load(str(own), metrics.quantities())
    assert mine.requirements == base.requirements
    assert mine.clauses == base.clauses
    capsys.readouterr()
    monkeypatch.setattr("acceptance.cli.terminal.console.stderr", False)
    assert acceptance(monkeypatch, "pack", "check", own) == 0
    printed = capsys.readouterr().out
    assert "of which firm: 0; withdrawn: 0" in printed
    assert "own extends db50_216_2006" in printed


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_filled_in_everywhere_leaves_nothing_provisional(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    """The form has a place for every provisional requirement, clause, sampling and the scoring."""
    path = tmp_path / "own.toml"
    assert acceptance(monkeypatch, "pack", "new-overlay", BASE, "-o", path, "--lang", lang) == 0
    filled = path.read_text("utf-8").replace("\n# ", "\n").replace('on = ""', 'on = "2026-11-20"')
    path.write_text(filled.replace('""', '"x"'), "utf-8")
    mine = packs.load(str(path), metrics.quantities())
    assert mine.requirements
    for requirement in mine.requirements:
        assert requirement.assignment.firm
        assert requirement.figure is None or requirement.figure.firm
    demanding = {clause.number for clause in mine.clauses if clause.demands}
    assert demanding == {requirement.clause for requirement in mine.requirements}
    assert mine.scoring is None or mine.scoring.figure.firm
    assert all(one.figure.firm for one in mine.samplings if "#" not in one.id)


def test_an_overlay_of_an_overlay_is_named_from_where_it_lies(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = own.parent.parent / "second.toml"
    assert acceptance(monkeypatch, "pack", "new-overlay", own, "-o", second) == 0
    assert packs.load(str(second), metrics.quantities()).extends == ("own", BASE)


def test_an_overlay_is_not_started_where_it_could_not_name_its_base(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pack extends only what lies in its own folder or below."""
    second = own.parent / "deeper" / "second.toml"
    assert acceptance(monkeypatch, "pack", "new-overlay", own, "-o", second) == 64
    assert "beside the pack that it extends" in " ".join(capsys.readouterr().err.split())
    assert not second.exists()


@pytest.mark.parametrize("name", ["capital.TOML", "own.toml", "own.txt", f"{BASE}.toml"])
def test_an_overlay_is_not_started_where_it_would_spoil_something(
    own: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An existing file may hold confirmations; an overlay needs another name than its base."""
    before = own.read_bytes()
    assert acceptance(monkeypatch, "pack", "new-overlay", BASE, "-o", own.parent / name) == 64
    assert own.read_bytes() == before


def test_a_wrong_pack_ends_with_2_and_a_sentence(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text(own.read_text("utf-8") + CONFIRMED.replace("5.2/grey", "5.2/gray"), "utf-8")
    assert acceptance(monkeypatch, "pack", "check", own) == 2
    assert "confirmation of requirement 5.2/gray-scale" in capsys.readouterr().err


def test_check_shows_what_an_overlay_changes(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text(own.read_text("utf-8") + CONFIRMED, "utf-8")
    monkeypatch.setattr("acceptance.cli.terminal.console.width", 200)
    monkeypatch.setattr("acceptance.cli.terminal.console.stderr", False)
    assert acceptance(monkeypatch, "pack", "check", own) == 0
    printed = capsys.readouterr().out
    assert "confirmed: 张三, 2026-11-20, 12 号" in printed
    assert "of which firm: 1; withdrawn: 1" in printed
    assert "own extends db50_216_2006" in printed


def test_two_packs_are_compared_field_by_field_in_order_of_clause(
    own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own.write_text(own.read_text("utf-8") + CONFIRMED, "utf-8")
    capsys.readouterr()
    assert acceptance(monkeypatch, "pack", "diff", BASE, own, "--json", "-") == 0
    rows = json.loads(capsys.readouterr().out)
    changes = {(row["name"], row["field"]): (row["here"], row["there"]) for row in rows}
    assert set(changes) == {
        ("5.1/linkage", ""),
        ("5.2/resolution-colour", "limit"),
        ("5.2/resolution-colour", "figure"),
        ("5.2/resolution-colour", "modality"),
        ("5.2/resolution-colour", "borrows"),
        ("5.2/grey-scale", "figure"),
        ("5.2/grey-scale", "assignment"),
    }
    before, after = changes["5.2/resolution-colour", "limit"]
    assert (before["at_least"], after["at_least"]) == (270, 300)
    assert changes["5.2/resolution-colour", "modality"] == ("shall", "should")
    assert changes["5.1/linkage", ""][1] is None
    assert changes["5.2/grey-scale", "assignment"][1]["copy"] == "12 号"
    assert [row["clause"] for row in rows] == sorted(row["clause"] for row in rows)


def test_the_table_shows_values_and_never_python(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Texts, limits, provenances and whole requirements, of the literal and the current profile."""
    monkeypatch.setattr("acceptance.cli.terminal.console.width", 240)
    monkeypatch.setattr("acceptance.cli.terminal.console.stderr", False)
    assert acceptance(monkeypatch, "pack", "diff", BASE, f"{BASE}_current") == 0
    printed = capsys.readouterr().out
    assert "≥" in printed
    assert "GB 50198-2011" in printed
    python = ("built-in", "object at", "Requirement(", "Provenance(")
    assert [word for word in python if word in printed] == []


def test_a_pack_differs_from_itself_in_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in packs.names():
        assert acceptance(monkeypatch, "pack", "diff", name, name, "--json", "-") == 0
        assert json.loads(capsys.readouterr().out) == []
