"""``acceptance batch``: what it prints where, and how it exits."""

from __future__ import annotations

import json
import sqlite3
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import batch_site
import pytest
from batch_site import Here

from acceptance.batch import PlanOutcome, PlanState, Summary
from acceptance.batch.database.results import Results
from acceptance.cli import batch_output, verbs
from acceptance.errors import InputError
from acceptance.model import Verdict

if TYPE_CHECKING:
    from pathlib import Path


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Call the program; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["acceptance", "batch", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        verbs.main()
    return int(ended.value.code or 0)


@pytest.mark.usefixtures("here")
def test_progress_and_errors_are_on_standard_error_and_json_is_alone_on_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    batch_site.plan(tmp_path, "a")
    (tmp_path / "b.toml").write_text("subjects = [", "utf-8")
    out = tmp_path / "out"
    assert call(monkeypatch, tmp_path, "-o", out, "--no-report", "--json", "-") == 2
    shown, said = capsys.readouterr()
    summary = json.loads(shown)
    assert [one["state"] for one in summary["outcomes"]] == ["made", "failed"]
    assert summary["exit_code"] == 2
    assert "1 of 1 clips" in said
    assert said.count("error: ") == 1
    assert "b.toml: not readable as TOML" in said


@pytest.mark.usefixtures("here")
def test_quiet_prints_nothing_and_the_table_names_plan_state_and_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    batch_site.plan(tmp_path, "门口")
    out = tmp_path / "out"
    assert call(monkeypatch, tmp_path, "-o", out, "--no-report", "--quiet") == 3
    assert capsys.readouterr() == ("", "")
    assert call(monkeypatch, tmp_path, "-o", out, "--no-report") == 3
    shown = capsys.readouterr().out
    [folder] = out.glob("2*")
    assert all(word in shown for word in ("门口.toml", "kept", folder.name, "measured now: 0"))


def test_a_dry_run_tells_and_a_database_gets_every_session(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    here: Here,
) -> None:
    batch_site.plan(tmp_path, "a")
    options = (tmp_path, "-o", tmp_path / "out", "--no-report", "--db", tmp_path / "results.db")
    for _ in range(2):
        assert call(monkeypatch, *options) == 3
    with sqlite3.connect(tmp_path / "results.db") as connection:
        assert connection.execute("select count(*) from sessions").fetchone() == (1,)
    connection.close()
    capsys.readouterr()
    assert call(monkeypatch, tmp_path, "-o", tmp_path / "out", "--no-report", "--dry-run") == 0
    shown = capsys.readouterr().out
    assert "kept" in shown
    assert "About 0.0 min with" in shown
    assert len(here.made) == 1


@pytest.mark.usefixtures("here")
def test_a_session_that_the_database_refuses_counts_in_both_exit_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise InputError("was changed", where="out")

    monkeypatch.setattr(Results, "add_folder", refuse)
    batch_site.plan(tmp_path, "a")
    options = (tmp_path, "-o", tmp_path / "out", "--no-report", "--db", tmp_path / "results.db")
    assert call(monkeypatch, *options, "--json", "-") == 2
    shown, said = capsys.readouterr()
    summary = json.loads(shown)
    assert [one["exit_code"] for one in summary["outcomes"]] == [3], "the session is open"
    assert summary["exit_code"] == 2
    assert "error: out: was changed" in said


def test_a_dry_run_that_is_quiet_still_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "b.toml").write_text("subjects = [", "utf-8")
    assert call(monkeypatch, tmp_path, "-o", tmp_path / "out", "--dry-run", "--quiet") == 2
    shown, said = capsys.readouterr()
    assert shown == ""
    assert said.count("error: ") == said.count("b.toml: not readable as TOML") == 1


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("a.png", "holds no JSON"),
        ("a.toml", "holds no JSON"),
        ("out/link.json", "holds no JSON"),
        ("out/batch.jsonl", "holds no JSON"),
        ("old/session.json", "lies inside the session folder"),
        ("old/data/new.json", "lies inside the session folder"),
    ],
)
def test_json_is_written_over_no_clip_plan_record_or_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    name: str, words: str,
) -> None:  # fmt: skip
    """Of a folder or list nobody names the clips, so that nobody compared them with the output."""
    batch_site.plan(tmp_path, "a")
    for part in ("out", "old/data"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "out" / "link.json").symlink_to("../a.png")
    (tmp_path / "out" / "batch.jsonl").write_text('{"when": ""}\n{"when": ""}\n', "utf-8")
    (tmp_path / "old" / "session.json").write_text("{}", "utf-8")
    (tmp_path / "old" / "bagit.txt").write_text("", "utf-8")
    path = tmp_path / name
    before = path.read_bytes() if path.exists() else b""
    out = ("-o", tmp_path / "out", "--no-report")
    assert call(monkeypatch, tmp_path, *out, "--json", path) == 2
    assert words in capsys.readouterr().err
    assert (path.read_bytes() if path.exists() else b"") == before


@pytest.mark.usefixtures("here")
def test_json_is_written_over_older_json_and_over_an_empty_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_site.plan(tmp_path, "a")
    (path := tmp_path / "now.json").touch()
    for _ in range(2):
        options = (tmp_path, "-o", tmp_path / "out", "--no-report", "--json", path)
        assert call(monkeypatch, *options) == 3
    assert json.loads(path.read_text("utf-8"))["states"] == {"kept": 1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--no-report", "--sign", "key.p12"), "cannot be signed"),
        (("--memory", "0.5"), "at least 1 GB"),
        (("--memory", "nan"), "at least 1 GB"),
        (("--memory", "inf"), "at most 1048576"),
        (("--timeout", "0"), "--timeout"),
        (("--workers", "0"), "--workers"),
    ],
)
def test_wrong_options_are_wrong_usage(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    words: str,
) -> None:
    batch_site.plan(tmp_path, "a")
    assert call(monkeypatch, tmp_path, "-o", tmp_path / "out", *options) == 64
    assert words in capsys.readouterr().err


MADE = PlanOutcome(name="a", state=PlanState.MADE, verdict=Verdict.PASS)


@pytest.mark.parametrize(
    ("verdicts", "codes"),
    [
        ([Verdict.PASS], (0, 0)),
        ([Verdict.PASS, Verdict.CONDITIONAL_PASS], (0, 3)),
        ([Verdict.PASS, Verdict.INCONCLUSIVE], (3, 3)),
        ([Verdict.INCONCLUSIVE, Verdict.FAIL], (1, 1)),
        ([Verdict.CONDITIONAL_FAIL, Verdict.PASS], (1, 1)),
        ([Verdict.FAIL, None], (2, 2)),
    ],
)
def test_the_exit_code_is_that_of_the_worst_and_no_session_is_worse_than_a_failure(
    verdicts: list[Verdict | None], codes: tuple[int, int]
) -> None:
    summary = Summary(outcomes=tuple(replace(MADE, verdict=verdict) for verdict in verdicts))
    assert (summary.exit_code(), summary.exit_code(strict=True)) == codes
    assert replace(summary, unfinished=("z",)).exit_code() == 2
    assert replace(summary, unfinished=("z",), interrupted=True).exit_code() == 130
    provisional = replace(MADE, provisional=True)
    assert (provisional.exit_code(), provisional.exit_code(strict=True)) == (0, 3)


def test_one_film_for_two_devices_is_told_at_the_end_also_where_neither_session_saw_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    films = {"a": ("11", "cam-1"), "b": ("11", "cam-2"), "c": ("22", "cam-3"), "d": ("22", "cam-3")}
    outcomes = tuple(replace(MADE, name=name, films=dict([film])) for name, film in films.items())
    summary = Summary(outcomes=outcomes)
    assert summary.shared == [("a", "b")], "one device judged by two plans is none"
    assert summary.table()["shared"] == [["a", "b"]]
    batch_output._show(summary)
    assert "One film was given for several devices: a, b" in " ".join(
        capsys.readouterr().out.split()
    )
