"""Numbers of reports are drawn from the institute's list, each once, whatever happens."""

from __future__ import annotations

import json
import multiprocessing
import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from acceptance.errors import OutputError, PlanError
from acceptance.model import Institute
from acceptance.session import report_numbers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

YEAR = datetime.now().astimezone().year


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    file = tmp_path / "numbers.jsonl"
    report_numbers.begin(file)
    return file


def institute(scheme: str) -> Institute:
    return Institute(file="institute.toml", number=scheme)


def draw(file: Path, scheme: str = "{year}-{serial:04d}") -> str:
    return report_numbers.draw(institute(scheme), file, "a project", file.parent / "out")


def _draw_many(file: Path) -> list[str]:
    return [draw(file) for _ in range(10)]


def test_serials_follow_on_each_other(numbers: Path) -> None:
    assert [draw(numbers) for _ in range(3)] == [f"{YEAR}-000{serial}" for serial in (1, 2, 3)]


def test_the_next_number_is_told_without_drawing_it(numbers: Path) -> None:
    scheme = institute("{year}-{serial:04d}")
    assert report_numbers.following(scheme, numbers) == draw(numbers)
    assert report_numbers.following(scheme, numbers) == f"{YEAR}-0002"


def test_a_list_may_begin_with_another_serial(tmp_path: Path) -> None:
    file = tmp_path / "numbers.jsonl"
    report_numbers.begin(file, 121)
    assert draw(file, "渝检字第{year}-{serial:04d}号") == f"渝检字第{YEAR}-0121号"
    assert draw(file, "渝检字第{year}-{serial:04d}号") == f"渝检字第{YEAR}-0122号"


def test_the_serial_begins_anew_with_each_year_that_the_scheme_names(numbers: Path) -> None:
    draw(numbers)
    book = report_numbers.LogBook(numbers.parent, numbers.name)
    book.append("number_drawn", {"number": f"{YEAR - 1}-0044", "serial": 44, "project": ""})
    assert draw(numbers) == f"{YEAR}-0002"


def test_a_scheme_without_a_date_counts_on(numbers: Path) -> None:
    assert [draw(numbers, "A{serial}") for _ in range(2)] == ["A1", "A2"]


def test_processes_that_draw_at_one_time_never_get_the_same(numbers: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        drawn = [number for part in pool.map(_draw_many, [numbers] * 4) for number in part]
    assert sorted(drawn) == [f"{YEAR}-{serial:04d}" for serial in range(1, 41)]


def test_half_a_line_that_nobody_was_given_is_cut_off(numbers: Path) -> None:
    draw(numbers)
    with numbers.open("ab") as file:
        file.write(b'{"details":{"number":"20')
    assert draw(numbers) == f"{YEAR}-0002"
    assert len(numbers.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("0001", "0007"),
        lambda text: "".join(text.splitlines(keepends=True)[:1] + text.splitlines(True)[2:]),
        lambda text: text.splitlines(keepends=True)[1],
        lambda _: "",
    ],
    ids=["a number changed", "a line taken out", "the beginning taken away", "emptied"],
)
def test_a_list_that_was_changed_gives_no_number(
    numbers: Path, change: Callable[[str], str]
) -> None:
    draw(numbers)
    draw(numbers)
    numbers.write_text(change(numbers.read_text()))
    with pytest.raises(PlanError, match=r"the list of numbers was changed|not a log entry"):
        draw(numbers)


def test_a_list_that_was_set_back_is_noticed_by_the_report_that_lies_there(numbers: Path) -> None:
    before = numbers.read_bytes()
    (numbers.parent / "out" / draw(numbers)).mkdir(parents=True)
    numbers.write_bytes(before)
    with pytest.raises(OutputError, match=r"a report has that already.*set back"):
        draw(numbers)


def test_where_there_is_no_list_the_error_says_how_to_begin_it(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="acceptance templates export"):
        draw(tmp_path / "numbers.jsonl")


@pytest.mark.parametrize(
    "scheme",
    [
        "{year}", "{serial}{serial}", "{serial", "{0}", "{}", "{serial!r}", "{serial:d}",
        "{serial.__class__}", "{year[0]}{serial}", "{name}-{serial}", "a/{serial}", "..{serial}",
        ".{serial}", "{serial}.", " {serial}", "a\\{serial}", "a:{serial}", "{serial:{year}}",
        "{serial:999999999d}", "con{serial:{year}}", "x" * 90 + "{serial}", "\u202e\n{serial}",
    ],
)  # fmt: skip
def test_a_scheme_that_names_no_folder_or_no_report_alone_is_refused(
    numbers: Path, scheme: str
) -> None:
    with pytest.raises(PlanError, match="makes no numbers"):
        draw(numbers, scheme)
    assert len(numbers.read_text().splitlines()) == 1


def test_the_list_names_the_project_and_the_time_of_each_number(numbers: Path) -> None:
    draw(numbers)
    entry = json.loads(numbers.read_text().splitlines()[1])
    assert entry["details"]["project"] == "a project"
    assert re.match(rf"{YEAR}-\d\d-\d\dT", entry["when"])


@pytest.mark.parametrize(
    "name", ["numbers (1).jsonl", "numbers - 副本.jsonl", "numbers.sync-conflict-1.jsonl"]
)
def test_a_copy_of_the_list_that_went_on_by_itself_gives_no_number(
    numbers: Path, name: str
) -> None:
    """As a shared folder keeps of both, where two people drew at once."""
    draw(numbers)
    copy = numbers.with_name(name)
    copy.write_bytes(numbers.read_bytes())
    report_numbers.draw(institute("{year}-{serial:04d}"), copy, "x", numbers.parent / "other")
    for ask in (draw, lambda file: report_numbers.check(institute("{serial:04d}"), file)):
        with pytest.raises(PlanError, match="is a copy of it in which other numbers were drawn"):
            ask(numbers)
    copy.rename(copy.with_suffix(".old"))
    assert draw(numbers) == f"{YEAR}-0002"


def test_a_copy_as_the_list_was_once_another_list_and_rubbish_are_no_matter(
    numbers: Path, tmp_path: Path
) -> None:
    draw(numbers)
    (tmp_path / "numbers of May.jsonl").write_bytes(numbers.read_bytes())
    (tmp_path / "rubbish.jsonl").write_bytes(b"{")
    report_numbers.begin(tmp_path / "second.jsonl", 500)
    draw(tmp_path / "second.jsonl")
    assert [draw(numbers), draw(numbers)] == [f"{YEAR}-0002", f"{YEAR}-0003"]
