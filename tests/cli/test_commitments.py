"""The verb ``sample`` with a witness: committed first, then seeded by somebody else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from in_process import acceptance
from reached_session import LOOK, pack
from signing_authority import Authority

from acceptance.errors import OutputError
from acceptance.session import commitments, log_book, plan, runner, store
from acceptance.signing import verification
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from pathlib import Path

SAMPLING = ("sample", "plan.toml", "--sampling", "base#cameras")
CAMERAS = [f"cam-{number}" for number in range(1, 8)]
PLAN = 'packs = ["base.toml"]\noperator = "王工"\n{top}\n' + "".join(
    f'[[subjects]]\nid = "{name}"\nkind = "fixed"\n' for name in CAMERAS
)
ANSWER = (
    '[[answers]]\nsubject = "{name}"\nrequirement = "base#look"\nby = "王工"\n'
    'when = "2026-11-20"\nyes = true\n'
)
NAMED = 'commitment_file = "commitments.jsonl"'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a plan of seven cameras, and work in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.toml").write_text(pack(LOOK), "utf-8")
    (tmp_path / "plan.toml").write_text(PLAN.format(top=""), "utf-8")
    return tmp_path


def codes(place: Path, draw: str) -> set[str]:
    """Run the plan with a draw; return the codes of its warnings."""
    answers = "".join(ANSWER.format(name=name) for name in CAMERAS)
    text = PLAN.format(top=NAMED) + answers + (place / draw).read_text("utf-8")
    (place / "drawn.toml").write_text(text, "utf-8")
    done, _ = runner.run(plan.read(place / "drawn.toml"), place, place / "out")
    return {warning.code for warning in done.warnings or ()}


def test_a_seed_that_the_customer_gave_after_the_commitment_is_named_and_no_caution(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert acceptance(monkeypatch, *SAMPLING, "--commit") == 0
    [entry] = commitments.read(place / "commitments.jsonl")
    printed = capsys.readouterr().out
    assert entry.sha256 in printed
    assert NAMED in printed
    witness = ("--seed", "5213", "--witness", "重庆某局", "--statement", "函")
    assert acceptance(monkeypatch, *SAMPLING, *witness, "-o", "draw.toml") == 0
    found = codes(place, "draw.toml")
    assert "seed_by_witness" in found
    assert found.isdisjoint({"seed_by_operator", "commitment_differs", "several_commitments"})


def test_a_seed_without_a_witness_is_the_operators_and_the_command_says_so(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert acceptance(monkeypatch, *SAMPLING, "--commit") == 0
    assert acceptance(monkeypatch, *SAMPLING, "--seed", "7", "-o", "draw.toml") == 0
    assert "Nobody else bears witness" in capsys.readouterr().out
    assert "seed_by_operator" in codes(place, "draw.toml")


def test_a_seed_from_a_time_stamp_is_drawn_by_and_checked_again_by_verify(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = Authority(place)
    assert acceptance(monkeypatch, *SAMPLING, "--commit", "--request", "ask.tsq") == 0
    (place / "answer.tsr").write_bytes(authority.stamp((place / "ask.tsq").read_bytes()))
    stamp = (*SAMPLING, "--stamp", "answer.tsr", "-o", "draw.toml")
    assert acceptance(monkeypatch, *stamp) == 2
    assert acceptance(monkeypatch, *stamp, "--trust", authority.root) == 0
    capsys.readouterr()
    assert "seed_by_time_stamp" in codes(place, "draw.toml")
    [folder] = (place / "out").iterdir()
    for trust, state in (([authority.root], State.OK), ([], State.INDETERMINATE)):
        steps = {step.name: step.state for step in verification.verify(folder, trust).steps}
        assert (steps["seeds"], steps["verdicts"]) == (state, State.OK)


def test_a_seed_is_not_taken_without_a_commitment_or_after_the_list_changed(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    witness = ("--seed", "5213", "--witness", "重庆某局")
    assert acceptance(monkeypatch, *SAMPLING, *witness) == 2
    assert acceptance(monkeypatch, *SAMPLING, "--commit") == 0
    longer = PLAN.format(top="") + '[[subjects]]\nid = "cam-8"\nkind = "fixed"\n'
    (place / "plan.toml").write_text(longer, "utf-8")
    assert acceptance(monkeypatch, *SAMPLING, *witness) == 2
    assert "list or rule changed since" in " ".join(capsys.readouterr().err.split())
    assert len(commitments.read(place / "commitments.jsonl")) == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--commit", "--seed", "7"),
        ("--commit", "--stamp", "a.tsr"),
        ("--witness", "x"),
        ("--stamp", "a.tsr", "--witness", "x"),
        ("--seed", "7", "--statement", "x"),
        ("--seed", "7", "--trust", "root.pem"),
        ("--seed", "7", "--request", "a.tsq"),
    ],
)
def test_options_that_contradict_each_other_are_wrong_usage(
    place: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    commitments.commit(*_plan_and_packs(place), place / "commitments.jsonl", "base#cameras")
    assert acceptance(monkeypatch, *SAMPLING, *options) == 64


def _plan_and_packs(place: Path) -> tuple[plan.Plan, tuple[object, ...]]:
    asked = plan.read(place / "plan.toml")
    return asked, store.load_packs(asked)


def test_half_an_entry_that_nobody_was_given_is_cut_off_by_the_next(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kill or a full disc left a file in which no commitment could be read again."""
    file = place / "commitments.jsonl"
    assert acceptance(monkeypatch, *SAMPLING, "--commit") == 0
    whole = file.read_bytes()
    for verb in (("--commit",), ("--seed", "7", "--witness", "x")):
        file.write_bytes(whole + whole[: len(whole) // 2])
        assert acceptance(monkeypatch, *SAMPLING, *verb) == 0
        assert file.read_bytes().startswith(whole)
        assert len(commitments.read(file)) == 2


def test_who_commits_while_somebody_else_does_waits_and_then_says_so(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two entries after the same one were no chain, and every later command refused the file."""
    monkeypatch.setattr(log_book, "PATIENCE", 0.1)
    file = place / "commitments.jsonl"
    with log_book.held(file, "busy"), pytest.raises(OutputError, match="somebody else is writing"):
        commitments.commit(*_plan_and_packs(place), file, "base#cameras")
    assert not file.exists()
    commitments.commit(*_plan_and_packs(place), file, "base#cameras")
    assert len(commitments.read(file)) == 1


@pytest.mark.parametrize("change", ["cut", "edited", "foreign", "rubbish"])
def test_a_file_of_commitments_that_was_changed_is_refused(
    change: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert acceptance(monkeypatch, *SAMPLING, "--commit") == 0
    file = place / "commitments.jsonl"
    first, second = file.read_text("utf-8").splitlines()
    entry = json.loads(first)
    text = {
        "cut": second,
        "edited": json.dumps(entry | {"when": "2020-01-01"}),
        "foreign": json.dumps(entry | {"what": "started"}),
        "rubbish": "x",
    }[change]
    file.write_text(text + "\n", "utf-8")
    (place / "plan.toml").write_text(PLAN.format(top=NAMED), "utf-8")
    capsys.readouterr()
    assert (
        acceptance(monkeypatch, "sample", "plan.toml", "--sampling", "base#cameras", "--commit")
        == 2
    )
    assert "commitments" in capsys.readouterr().err
