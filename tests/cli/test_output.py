"""What goes where: results to standard output, progress never; few lines first, all on demand."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import plain_pages
import pytest
from click.testing import CliRunner
from issued_session import PACK_TEXT
from rich.console import Console
from sample_session import pack_of_db50, session_of
from test_schemas import check

from acceptance import __main__, wording
from acceptance.cli import demo, tables, terminal, verbs
from acceptance.footage import encode
from acceptance.model import Modality, Verdict
from acceptance.report import headlines

if TYPE_CHECKING:
    import pathlib

    from click.testing import Result
    from conftest import Film

    from acceptance.model import Finding, Session
    from acceptance.session.measuring import Progress

pytestmark = pytest.mark.usefixtures("_measured_once")
PROGRESS = re.compile(r"\d+ of \d+")
RED = "\x1b[31m"


def acceptance(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command line, with plain pages, in a process whose output is no terminal."""
    command = (sys.executable, plain_pages.__file__, __main__.__file__, *map(str, arguments))
    wide = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=wide)


def here(*arguments: object) -> Result:
    """Run the command line in this process, where it does not matter what is a terminal."""
    return CliRunner().invoke(verbs.cli, [*map(str, arguments)], standalone_mode=False)


def headline_lines(shown: str) -> list[str]:
    """Return the lines below the heading, up to what is missing."""
    lines = shown.partition("Headline figures\n")[2].splitlines()
    return list(
        itertools.takewhile(lambda line: not re.match("not measured|More figures", line), lines)
    )


@pytest.fixture(scope="module")
def measured(chart_film: Film) -> subprocess.CompletedProcess[str]:
    return acceptance("measure", chart_film.path)


def test_measure_shows_ten_headline_figures_a_line_each_in_words(
    measured: subprocess.CompletedProcess[str],
) -> None:
    figures = headline_lines(measured.stdout)
    assert len(figures) == headlines.MOST
    assert re.match(r"Horizontal resolution \(centre wedge\) +\(\d", figures[0])
    assert "±" in figures[0]
    assert not re.search(r"\b[a-z]+\.[a-z_]+ ", "".join(figures))
    assert any("worst of 8" in figure for figure in figures)


def test_a_headline_figure_keeps_to_its_line_on_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "console", Console(width=30, highlight=False))
    terminal.aligned("Figures", [("a" * 20, "1 ± 1", "here"), ("ΔE 色", "2", "")])
    assert capsys.readouterr().out.splitlines() == [
        "Figures",
        f"{'a' * 20}  1 ± 1  here",
        f"ΔE 色{' ' * 15}  2",
    ]


def test_measure_says_what_is_missing_and_how_much_more_there_is(
    measured: subprocess.CompletedProcess[str],
) -> None:
    assert "not measured (Rate of unique frames, Dropped frames): no clock chart" in measured.stdout
    assert re.search(
        r"More figures: \d{2,}; results not obtained: \d+\. All of them: -v", measured.stdout
    )


def test_measure_v_shows_every_figure_and_every_note(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setattr(terminal.console, "width", 200)
    everything = here("measure", chart_film.path, "-v").stdout
    here("measure", chart_film.path, "--json", tmp_path / "m.json")
    answer = json.loads((tmp_path / "m.json").read_text("utf-8"))
    assert {item["quantity"] for item in answer["measurements"]} <= set(
        re.findall(r"[a-z_]+\.[a-z0-9_]+", everything)
    )
    assert len(answer["measurements"]) > 10 * headlines.MOST
    assert everything.count("not measured (") == len(answer["notes"])
    assert "More figures" not in everything


def test_a_metric_that_is_named_is_shown_whole(
    chart_film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal.console, "width", 200)
    shown = here("measure", chart_film.path, "--metric", "noise").stdout
    assert len(re.findall(r"^│ noise\.", shown, re.MULTILINE)) > headlines.MOST


def test_of_several_clips_it_is_said_which_one_a_figure_is_of(
    chart_film: Film, clock_film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal.console, "width", 200)
    shown = here("measure", chart_film.path, clock_film.path).stdout
    figures = headline_lines(shown)
    assert len(figures) == headlines.MOST
    dropped = next(figure for figure in figures if "Dropped frames" in figure)
    assert clock_film.path.name in dropped
    assert f"Dropped frames; {chart_film.path.name}): no clock chart" in shown


def test_progress_of_measure_is_not_on_standard_output(
    chart_film: Film, measured: subprocess.CompletedProcess[str]
) -> None:
    assert not PROGRESS.search(measured.stdout)
    assert PROGRESS.search(measured.stderr)
    as_json = acceptance("measure", chart_film.path, "--metric", "noise", "--json", "-")
    assert json.loads(as_json.stdout)["measurements"]
    assert PROGRESS.search(as_json.stderr)


def test_run_prints_the_table_and_what_to_do_next_and_its_progress_elsewhere(
    chart_film: Film, tmp_path: pathlib.Path
) -> None:
    asked = ("run", chart_film.path, "-o", tmp_path / "out", "--fact", "picture=colour")
    done = acceptance(*asked, "--json", tmp_path / "run.json")
    assert done.returncode == 3
    assert not PROGRESS.search(done.stdout)
    assert PROGRESS.search(done.stderr)
    *before, report, step = done.stdout.splitlines()
    assert any("Verdict: inconclusive" in line for line in before[-20:])
    assert report.endswith("report.pdf")
    assert step == "Next: state in the plan: illuminance, system"
    content = json.loads((tmp_path / "run.json").read_text("utf-8"))
    check("run-1", content)
    assert (content["exit_code"], content["verdict"]) == (3, "inconclusive")
    [folder] = (tmp_path / "out").iterdir()
    assert (content["folder"], content["session"]) == (str(folder), folder.name)
    check("session-1", json.loads((folder / "session.json").read_text("utf-8")))


def test_json_of_run_on_standard_output_has_that_to_itself_also_where_it_fails(
    tmp_path: pathlib.Path,
) -> None:
    clip = tmp_path / "grey film.mkv"
    pictures = [np.full((240, 320), 90, np.uint8)] * 50
    encode.write(clip, pictures, codec="ffv1", pixel_format="gray")
    strict = tmp_path / "made_up.toml"
    fast = 'limit = { at_least = 40, unit = "frame/s" }'
    pack = PACK_TEXT.replace('limit = { at_least = 8, unit = "1" }', fast)
    strict.write_text(pack.replace("grey_scale.steps", "frame_rate.mean"), "utf-8")
    done = acceptance("run", clip, "-o", tmp_path, "--pack", strict, "--json", "-")
    content = json.loads(done.stdout)
    check("run-1", content)
    assert done.returncode == content["exit_code"] == 1
    [failed] = [one for one in content["findings"] if one["verdict"] == "fail"]
    assert failed["quantity"] == "frame_rate.mean"
    assert failed["value"] + failed["expanded"] < 40
    assert "Conclusion: " in done.stderr
    again = acceptance("run", clip, "-o", tmp_path, "--pack", strict, "--json", clip)
    assert again.returncode == 2
    assert "is an input of this command" in again.stderr


def test_progress_of_the_demo_is_not_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    result = demo.DemoResult(
        name="good",
        session=session_of(pack_of_db50()),
        folder=tmp_path,
        planted=frozenset(),
        found=frozenset(),
        valid=True,
    )

    def make(out: pathlib.Path, *, lang: str, progress: Progress) -> tuple[demo.DemoResult, ...]:
        del out, lang
        progress("good: filming", 3, 3)
        return (result,)

    monkeypatch.setattr(demo, "make", make)
    done = CliRunner().invoke(verbs.cli, ["demo", "-o", str(tmp_path)], standalone_mode=False)
    assert "good: filming: 3 of 3" in done.stderr
    assert "filming" not in done.stdout
    assert "acceptance verify" in done.stdout


def test_bars_on_a_terminal_are_not_on_standard_output_either(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "errors", Console(stderr=True, force_terminal=True))
    with terminal.progress() as show:
        show("gate", 1, 2)
        show("gate", 2, 2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "gate" in shown.err


def findings_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Print the findings of the sample session on a terminal; return the lines."""
    console = Console(force_terminal=True, color_system="standard", highlight=False, width=200)
    monkeypatch.setattr(terminal, "console", console)
    tables.findings(session_of(pack_of_db50()), [pack_of_db50()])
    return capsys.readouterr().out.splitlines()


def test_failures_are_red_and_below_everything_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    lines = findings_on(monkeypatch, capsys)
    red = [number for number, line in enumerate(lines) if RED in line]
    others = [number for number, line in enumerate(lines) if "│" in line and RED not in line]
    assert red
    assert min(red) > max(others)
    worded = re.compile("does not|conditional fail")
    assert all(worded.search(lines[number]) for number in red if "db50" in lines[number])


def test_without_colour_the_words_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    lines = findings_on(monkeypatch, capsys)
    assert not any(RED in line for line in lines)
    verdicts = [line for line in lines if "db50" in line]
    assert "conforms" in verdicts[0]
    assert "does not" in verdicts[-1]


def test_what_does_not_apply_is_one_line_of_counts(capsys: pytest.CaptureFixture[str]) -> None:
    done = session_of(pack_of_db50())
    tables.findings(done, [pack_of_db50()])
    shown = capsys.readouterr().out
    missing = sum(each.verdict is Verdict.NOT_APPLICABLE for each in done.findings)
    assert missing
    assert f"not applicable: {missing}" in shown
    assert len(re.findall("not applicable", shown)) == 1


def test_a_cell_names_three_and_counts_the_rest() -> None:
    assert tables.some(["a", "", "b", "a"]) == "a, b"
    assert tables.some("abcde") == "a, b, c and 2 more"
    clauses = [("db50", "5.2"), ("db50", "5.3"), ("gb", "1")]
    assert tables.clause_numbers(clauses) == "db50 5.2, 5.3; gb 1"


def judged(verdict: Verdict, **changes: object) -> tuple[Finding, Session]:
    """Return a finding of the sample session, changed, and the session with it alone."""
    done = session_of(pack_of_db50())
    found = next(each for each in done.findings if each.verdict is verdict and each.limit)
    finding = replace(found, **changes)
    return finding, replace(done, findings=(finding,))


def cells(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what stands in the last row of the table, cell by cell."""
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    rows = [[part.strip() for part in line.strip("│").split("│")] for line in lines]
    return ["".join(parts) for parts in zip(*rows, strict=True)]


def test_a_chinese_table_has_the_words_of_reports_and_chinese_punctuation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACCEPTANCE_LANG", "zh")
    monkeypatch.setattr(terminal, "console", Console(highlight=False, width=300))
    finding, done = judged(Verdict.PASS, provisional=True, modality=Modality.SHOULD)
    tables.findings(done, [pack_of_db50()])
    *_, verdict, why = cells(capsys)
    assert not finding.decides
    assert verdict == "符合（暂定、推荐性）"
    assert not re.search(r"[;,(] ?[\u4e00-\u9fff]|[\u4e00-\u9fff][;,(]", why)
    assert tables.clause_numbers([("a", "1"), ("a", "2"), ("b", "3")]) == "a 1、2；b 3"


def test_a_borrowed_limit_names_the_standard_that_states_it_and_an_own_limit_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "console", Console(highlight=False, width=300))
    pack = pack_of_db50()
    finding, done = judged(Verdict.PASS)
    asked = next(each for each in pack.requirements if finding.requirement.endswith(f"#{each.id}"))
    assert asked.figure
    assert finding.limit
    for borrows, source in (("", ""), ("gb#x", asked.figure.source)):
        lent = replace(asked, borrows=borrows)
        others = tuple(each for each in pack.requirements if each is not asked)
        tables.findings(done, [replace(pack, requirements=(lent, *others))])
        assert cells(capsys)[3] == wording.limit(finding.limit, "en") + source


def test_what_has_no_quantity_is_named_by_what_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "console", Console(highlight=False, width=300))
    pack = pack_of_db50()
    finding, done = judged(Verdict.PASS, quantity="")
    asked = next(each for each in pack.requirements if finding.requirement.endswith(f"#{each.id}"))
    tables.findings(done, [pack])
    shown = cells(capsys)[2]
    assert shown
    assert asked.text_en.startswith(shown.removesuffix("…"))
