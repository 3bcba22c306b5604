"""The verb: from an empty plan to the page, and simulated laboratories, one out of focus."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import made_round
import marks
import pytest
from click.testing import CliRunner

from acceptance.cli import verbs
from acceptance.laboratories import (
    comparison_page,
    evaluation,
    round_plan,
    simulated_round,
)

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.laboratories.evaluation import LaboratoryComparison

HOSTILE = "<script>alert(1)</script>\u202e&"


def called(*arguments: object) -> str:
    result = CliRunner().invoke(verbs.cli, ["compare-labs", *map(str, arguments)])
    assert result.exit_code == 0, result.output + str(result.exception)
    return result.output


@pytest.fixture
def compared(tmp_path: Path) -> LaboratoryComparison:
    values = {f"L{n}": own for n, own in enumerate(made_round.HANDED_IN, start=1)}
    given = made_round.filled(tmp_path, values)
    return evaluation.compare(given, evaluation.collect(given, tmp_path))


def test_from_an_empty_plan_to_forms_and_page(tmp_path: Path) -> None:
    path = tmp_path / "round.toml"
    called("new", path)
    path.write_text(made_round.text(["L1", "L2", "L3"]), "utf-8")
    assert "L3.csv" in called("forms", path, "--lang", "en")
    given = round_plan.read(path)
    for number, code in enumerate(("L1", "L2", "L3")):
        made_round.fill_in(given, tmp_path, code, (40 + 0.1 * number, 40.3 + 0.1 * number))
    called("run", path, "-o", tmp_path / "page.html", "--json", tmp_path / "r.json")
    assert "实验室间比对" in (tmp_path / "page.html").read_text("utf-8")
    held = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert [score["code"] for score in held["figures"][0]["scores"]] == ["L1", "L2", "L3"]
    assert "satisfactory" in called("run", path) or "满意" in called("run", path)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("unsatisfactory", "outlier (1 %)", "algorithm A")),
        ("zh", ("不满意", "离群值（1 %）", "算法 A")),
    ],
)
def test_the_page_names_the_laboratory_that_errs(
    lang: str, words: tuple[str, ...], compared: LaboratoryComparison
) -> None:
    page = comparison_page.html(compared, lang)
    assert all(word in page for word in words)
    assert "<svg" in page
    assert compared.figures[0].outliers == ("L5",)


def test_a_blind_page_has_codes_and_neither_names_nor_origins(tmp_path: Path) -> None:
    named = made_round.text(["L1", "L2"], more="blind = true\n").replace(
        'form = "L1', 'name = "Institute of A"\nform = "L1'
    )
    path = tmp_path / "round.toml"
    path.write_text(named, "utf-8")
    given = round_plan.read(path)
    for code in ("L1", "L2"):
        made_round.fill_in(given, tmp_path, code, (40, 40.1))
    called("run", path, "-o", tmp_path / "p.html", "--json", tmp_path / "r.json")
    for file in ("p.html", "r.json"):
        text = (tmp_path / file).read_text("utf-8")
        assert "Institute" not in text
        assert "L1.csv" not in text
    path.write_text(named.replace("blind = true", "blind = false"), "utf-8")
    called("run", path, "-o", tmp_path / "p.html")
    assert "Institute of A" in (tmp_path / "p.html").read_text("utf-8")


def test_what_people_write_is_shown_and_never_run(tmp_path: Path) -> None:
    path = tmp_path / "round.toml"
    path.write_text(made_round.text(["L1", "L2"]).replace('"t"', json.dumps(HOSTILE)), "utf-8")
    given = round_plan.read(path)
    for code in ("L1", "L2"):
        made_round.fill_in(given, tmp_path, code, (40, 40.1))
    called("run", path, "-o", tmp_path / "p.html")
    page = (tmp_path / "p.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_every_note_has_its_phrase_in_both_languages(compared: LaboratoryComparison) -> None:
    from acceptance import wording

    codes = {"session_unsigned", "session_not_checked"}
    for lang in ("zh", "en"):
        notes = wording.phrases(lang)["laboratories"]["note"]
        assert codes <= set(notes)
        page = comparison_page.LaboratoryPage(found=compared, lang=lang)
        assert all(page.note(note) for figure in compared.figures for note in figure.notes)


def test_an_output_over_a_form_is_refused(tmp_path: Path) -> None:
    given = made_round.filled(tmp_path, {"L1": (1, 2), "L2": (1, 2)})
    assert given
    arguments = [
        "compare-labs",
        "run",
        str(tmp_path / "round.toml"),
        "--json",
        str(tmp_path / "L1.csv"),
    ]
    result = CliRunner().invoke(verbs.cli, arguments)
    assert result.exception is not None
    assert "input of this command" in str(result.exception)


@pytest.mark.film
@pytest.mark.parametrize("whole", [False, marks.slow(True)])
def test_the_demo_finds_the_laboratory_that_has_not_focused(
    whole: bool,  # noqa: FBT001 -- a parameter of the test
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Real measurements of simulated films; the quick case has forms alone, one film each."""
    if not whole:
        made = partial(simulated_round.make, repeats=1, sessions=0, measured=("resolution",))
        monkeypatch.setattr(simulated_round, "make", made)
        monkeypatch.setattr(simulated_round, "SECONDS", 0.08)
    output = called("demo", "-o", tmp_path / "labs", "--lang", "en", "--laboratories", 5 + whole)
    assert "Out of focus: L5; unsatisfactory: L5\n" in output
    page = (tmp_path / "labs" / "page.html").read_text("utf-8")
    assert page.count("× unsatisfactory") >= 3
    sessions = list(tmp_path.glob("labs/*/sessions/*/session.json"))
    assert len(sessions) == (simulated_round.HAND_IN_SESSIONS if whole else 0)
