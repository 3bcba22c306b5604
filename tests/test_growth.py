"""What grows with a site: looked up, never searched, and bounded where a bound is needed.

Counts of comparisons and of calls, never times; ``benchmarks/growth.py`` has the times.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from issued_session import measurement

from acceptance.checks import case, judging, pack, sampling
from acceptance.cli import terminal
from acceptance.errors import PackError, PlanError
from acceptance.files import spreadsheet, strict_toml
from acceptance.forms import devices, item_count, panel_key
from acceptance.messages import MOST_NAMES, shortened
from acceptance.model import Answer, Note, Plan, Reason, Sample, Subject, SubjectKind
from acceptance.pytest_plugin.plan_test import MeasuredModule
from acceptance.report import questionnaire, regression
from acceptance.session import plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Counted(str):
    """A text that counts how often any of its kind is compared."""

    __slots__ = ()
    comparisons = 0

    def __eq__(self, other: object) -> bool:
        """Compare and count."""
        Counted.comparisons += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def cameras(count: int, parent: str | None = None) -> tuple[Subject, ...]:
    return tuple(
        Subject(id=Counted(f"C{number}"), kind=SubjectKind.FIXED, parent=parent)
        for number in range(count)
    )


def comparisons_of_a_plan(count: int, folder: Path) -> int:
    Counted.comparisons = 0
    plan.check(Plan(subjects=cameras(count)), folder, "plan")
    return Counted.comparisons


def test_four_times_the_devices_of_a_plan_cost_four_times_the_comparisons(tmp_path: Path) -> None:
    few, many = (comparisons_of_a_plan(count, tmp_path) for count in (200, 800))
    assert many <= 5 * max(few, 200)


def comparisons_of_a_sample(count: int) -> int:
    ids = tuple(Counted(f"C{number}") for number in range(count))
    lot = Sample(
        sampling="own#few", standard="", clause="", seed="1", kind=SubjectKind.FIXED,
        lot=tuple(Counted(name) for name in ids), drawn=ids[::2], requirements=("own#a", "own#b"),
    )  # fmt: skip
    Counted.comparisons = 0
    found = sampling.left_out([lot])
    assert len(found) == count
    return Counted.comparisons


def test_what_a_sample_leaves_out_is_looked_up() -> None:
    few, many = comparisons_of_a_sample(200), comparisons_of_a_sample(800)
    assert 0 < many <= 5 * few


def test_answers_are_looked_up_by_subject_and_requirement() -> None:
    answers = tuple(
        Answer(subject=one.id, requirement="own#a", by="x", when="2026-11-26", yes=True)
        for one in cameras(500)
    )
    given = case.Case(
        plan=Plan(subjects=cameras(500), answers=answers),
        measurements=(), notes=(), shots={}, today="2026-11-26",
    )  # fmt: skip
    Counted.comparisons = 0
    found = [list(given.answers_to("own#a", f"C{number}")) for number in range(500)]
    assert found == [[number] for number in range(500)]
    assert Counted.comparisons <= 5 * 500


def test_a_device_far_down_inherits_from_all_above_it_without_deep_calls() -> None:
    """Deeper than Python's calls may be."""
    line = tuple(
        Subject(
            id=f"S{number}",
            kind=SubjectKind.SYSTEM,
            parent=f"S{number - 1}" if number else None,
            facts={} if number else {"picture": "colour"},
        )
        for number in range(3000)
    )
    for order in (line, line[::-1]):
        assert case.inherited(order)["S2999"] == {"picture": "colour"}
        judging.check_plan((), Plan(subjects=order))


def test_subjects_in_a_circle_end_and_are_refused() -> None:
    circle = (
        Subject(id="a", kind=SubjectKind.SYSTEM, parent="b", facts={"x": "1"}),
        Subject(id="b", kind=SubjectKind.SYSTEM, parent="a", facts={"y": "2"}),
    )
    assert case.inherited(circle)["a"] == {"x": "1", "y": "2"}
    with pytest.raises(PlanError, match="ancestor"):
        judging.check_plan((), Plan(subjects=circle))


def test_a_sentence_names_a_few_of_many() -> None:
    assert shortened(["a", "b"]) == "a, b"
    assert shortened("x" * MOST_NAMES).count("x") == MOST_NAMES
    assert shortened("x" * 100_000) == f"{shortened('x' * MOST_NAMES)}, …"


# --- Bounds


@pytest.mark.parametrize(
    ("bound", "table", "what"),
    [
        ("MOST_ROWS", "id,kind\na,site\nb,fixed\nc,fixed\n", "row 4: 4 rows; 3 at most"),
        ("MOST_COLUMNS", "id,kind,x,y\na,site,1,2\n", "row 1: 4 columns; 3 at most"),
        ("MOST_CHARACTERS", "id\nabcd\n", "row 2: 4 characters in a cell; 3 at most"),
    ],
)
def test_a_table_over_a_bound_is_refused_with_the_bound(
    bound: str, table: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, bound, 3)
    (tmp_path / "list.csv").write_text(table)
    with pytest.raises(PlanError, match=what):
        spreadsheet.rows(tmp_path / "list.csv")


@pytest.mark.parametrize("bound", ["MOST", "MOST_OF_A_PLAN"])
def test_a_list_of_more_devices_than_can_be_judged_is_refused(
    bound: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """499,000 devices, within the rows of a table, took a plan over a minute and 1.2 GB."""
    monkeypatch.setattr(devices, bound, 2)
    (tmp_path / "list.csv").write_text("id,kind\na,fixed\nb,fixed\n")
    assert len(devices.read(tmp_path / "list.csv")) == 2
    (tmp_path / "list.csv").write_text("id,kind\na,fixed\nb,fixed\nc,fixed\n")
    with pytest.raises(PlanError, match=r"3 (rows|devices); 2 at most"):
        devices.read(tmp_path / "list.csv")


def test_blank_rows_and_columns_of_a_workbook_do_not_count(tmp_path: Path) -> None:
    """A style in the last cell that Excel has is no content; a text there is refused at once."""
    book = openpyxl.Workbook()
    book.active.append(["id", "kind"])
    book.active.append(["a", "site"])
    book.active.cell(1_048_576, 16_384).number_format = "0.0"
    book.save(tmp_path / "list.xlsx")
    assert len(spreadsheet.rows(tmp_path / "list.xlsx")) == 2
    book.active.cell(1_048_576, 16_384).value = "far away"
    book.save(tmp_path / "list.xlsx")
    with pytest.raises(PlanError, match="1048576 rows; 500000 at most"):
        spreadsheet.rows(tmp_path / "list.xlsx")


def test_a_long_title_is_refused_with_its_place_in_the_file(tmp_path: Path) -> None:
    title = "监" * (strict_toml.MOST_CHARACTERS + 1)
    (tmp_path / "plan.toml").write_text(f'[project]\ntitle = "{title}"\n', "utf-8")
    with pytest.raises(PlanError, match=r"project.title: 1001 characters; 1000 at most"):
        plan.read(tmp_path / "plan.toml")


def test_deep_nesting_in_a_plan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text("a = " + "[" * 5000 + "]" * 5000)
    with pytest.raises(PlanError, match="not readable as TOML"):
        plan.read(tmp_path / "plan.toml")


def test_a_long_field_of_a_device_is_refused(tmp_path: Path) -> None:
    name = "x" * (strict_toml.MOST_CHARACTERS + 1)
    (tmp_path / "list.csv").write_text(f"id,kind,name\na,site,{name}\n")
    with pytest.raises(PlanError, match="row 2, name: 1001 characters"):
        devices.read(tmp_path / "list.csv")


def chain(folder: Path, length: int) -> str:
    """Write packs of which each extends the next; the last is a shipped one."""
    below = "db50_216_2006"
    for number in range(length - 1):
        text = f'id = "c{number}"\nextends = "{below}"\n'
        (folder / f"c{number}.toml").write_text(text)
        below = f"c{number}.toml"
    return str(folder / below)


def test_eight_packs_may_extend_each_other_and_nine_are_refused(tmp_path: Path) -> None:
    eight = pack.load(chain(tmp_path, pack.MOST_IN_A_CHAIN), {})
    assert len(eight.extends) == pack.MOST_IN_A_CHAIN - 1
    with pytest.raises(PackError, match="a chain of more than 8 packs"):
        pack.load(chain(tmp_path, pack.MOST_IN_A_CHAIN + 1), {})


def test_more_items_than_anybody_fills_in_are_refused() -> None:
    item_count.check_items(item_count.MOST_ITEMS, "sheet")
    with pytest.raises(PlanError, match="10001 items; 10000 at most"):
        item_count.check_items(item_count.MOST_ITEMS + 1, "sheet")
    clip = panel_key.PanelClip(
        subject="a", items=(panel_key.PanelItem(text="x", requirements=("own#a",)),) * 2
    )
    with pytest.raises(PlanError, match="panel: would have 10010 items"):
        panel_key.draw_up([clip] * 1001, raters=5, seed=1, leader="x")


def test_files_of_a_sheet_are_numbered_only_where_there_are_several(tmp_path: Path) -> None:
    assert questionnaire.volume_files(tmp_path / "s.pdf", 1) == [tmp_path / "s.pdf"]
    names = [path.name for path in questionnaire.volume_files(tmp_path / "s.pdf", 3)]
    assert names == ["s-1.pdf", "s-2.pdf", "s-3.pdf"]


def test_a_long_table_is_printed_plain_with_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(number, "two\nlines") for number in range(terminal.MOST_RULED + 1)]
    terminal.table("title", ("a", "b"), rows)
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["title", "a\tb"]
    assert printed[2:] == [f"{number}\ttwo lines" for number, _ in rows]


def test_words_of_a_refusal_are_looked_up_where_a_table_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each of half a million rows they took most of the time of reading them."""
    asked: list[str] = []
    monkeypatch.setattr(spreadsheet, "tr", lambda text, **_: asked.append(text) or text)
    monkeypatch.setattr(spreadsheet, "MOST_COLUMNS", 3)
    path = tmp_path / "list.csv"
    path.write_text("id,kind,,,\n" + "a,fixed,,,\n" * 100, "utf-8")  # empty columns do not count
    assert len(spreadsheet.rows(path)) == 101
    path.write_text("id,kind\n" + "a,fixed\n" * 100, "utf-8")
    asked.clear()
    assert len(spreadsheet.rows(path)) == 101
    assert len(asked) <= 1, "of the file, none of its rows"
    path.write_text("id,kind,,d\n", "utf-8")
    with pytest.raises(PlanError):
        spreadsheet.rows(path)
    assert "columns" in asked


class Read(list[object]):
    """A list that counts how often it is gone through."""

    times = 0

    def __iter__(self) -> Iterator[object]:
        """Go through it and count."""
        self.times += 1
        return super().__iter__()


def test_notes_are_gone_through_once_however_many_figures_vanished() -> None:
    """For each of 100,000 figures that were gone, each note was looked at three times."""
    notes: Any = Read(
        Note(reason=Reason(code=f"c{number}"), shot=shot, metric=metric)
        for number, (shot, metric) in enumerate([("other", "noise"), ("", ""), ("", "noise")])
    )
    gone = [replace(measurement("noise.snr", "dB", 40.0), region=f"r{n}") for n in range(50)]
    moves = regression.compare(gone, [], notes)
    assert {move.reason and move.reason.code for move in moves} == {"c1"}
    assert notes.times == 1


def test_figures_are_gone_through_once_however_many_shots_have_a_baseline(tmp_path: Path) -> None:
    figure = measurement("noise.snr", "dB", 40.0)
    figures = Read(replace(figure, shot=f"s{number}") for number in range(50))
    module: Any = SimpleNamespace(figures=None)
    module.measured = lambda: (SimpleNamespace(measurements=figures), tmp_path)
    for known in [*figures, replace(figure, shot="none")]:
        found = MeasuredModule.figures_of(module, known.shot)  # type: ignore[attr-defined]
        assert found == [known] * (known.shot != "none")  # type: ignore[attr-defined]
    assert figures.times == 2  # this loop, and theirs
