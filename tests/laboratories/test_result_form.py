"""Forms: written once, filled in by people as people do, and read back or refused."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import made_round
import openpyxl
import pytest

from acceptance.errors import OutputError, PlanError, UsageError
from acceptance.laboratories import evaluation, result_form, round_plan

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_form_is_read_back_in_either_language_from_a_workbook(lang: str, tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"], handed_in='form = "{code}.xlsx"')
    [path, _] = result_form.write(given, tmp_path, lang=lang)
    book = openpyxl.load_workbook(path)
    heads = [cell.value for cell in book.active[1]]
    column = {name: heads.index(result_form.COLUMNS[name][0 if lang == "zh" else -1]) + 1
              for name in ("camera", "value", "expanded", "k")}  # fmt: skip
    book.active.cell(2, column["camera"]).value = made_round.CAMERA
    for row, (value, doubt) in enumerate([(40.25, 0.3), (40.5, 0.4)], start=2):
        book.active.cell(row, column["value"]).value = value
        book.active.cell(row, column["expanded"]).value = doubt
        book.active.cell(row, column["k"]).value = 2.5
    book.save(path)
    found = result_form.read(given, given.laboratories[0], tmp_path)
    report = found.figures["snr"]
    assert report.values == (40.25, 40.5)
    assert report.expanded == pytest.approx(math.hypot(0.3, 0.4) / math.sqrt(2))
    assert report.uncertainty == pytest.approx(report.expanded / 2.5)
    assert [note.code for note in found.notes] == ["chart_not_stated"]


def test_u_without_k_is_of_k_2_and_may_stand_in_one_row_or_be_missing(tmp_path: Path) -> None:
    given = made_round.filled(tmp_path, {"L1": (1, 2), "L2": (1, 2)}, k="")
    report = result_form.read(given, given.laboratories[0], tmp_path).figures["snr"]
    assert report.uncertainty == pytest.approx(0.1)
    made_round.fill_in(given, tmp_path, "L2", (1, 2), expanded="", k="")
    report = result_form.read(given, given.laboratories[1], tmp_path).figures["snr"]
    assert (report.uncertainty, report.expanded) == (None, None)


def test_repeats_may_be_missing_or_more_than_asked(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"])
    made_round.fill_in(given, tmp_path, "L1", (1, 2, 3))
    assert len(result_form.read(given, given.laboratories[0], tmp_path).figures["snr"].values) == 3


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "another camera": ({"camera": "SN-2"}, "is of 'SN-2'; the plan compares 'SN-1'"),
    "another print": ({"chart_copy": "P-8"}, "is of 'P-8'; the plan compares 'P-7'"),
    "another laboratory": ({"laboratory": "L2"}, "is of L2, not of L1"),
    "another unit": ({"unit": "%"}, "must be dB, not '%'"),
    "no unit": ({"unit": ""}, "must be dB, not ''"),
    "an unknown figure": ({"figure": "snrr"}, "unknown figure 'snrr'"),
    "no number": ({"value": "about 40"}, "'about 40' is not a number"),
    "not a number": ({"value": "nan"}, "'nan' is not a number"),
    "infinity": ({"value": "inf"}, "'inf' is not a number"),
    "a number whose square is infinite": ({"value": "1e308"}, "1e+308 is no result"),
    "U of next to nothing": ({"expanded": "5e-324"}, "5e-324 is no result"),
    "a factor beyond all": ({"k": "1e308"}, "1e+308 is no result"),
    "a decimal comma": ({"value": "40,2"}, "'40,2' is not a number"),
    "U of nothing": ({"expanded": "0"}, "must be above 0"),
    "U below nothing": ({"expanded": "-0.2"}, "must be above 0"),
    "k of nothing": ({"k": "0"}, "must be above 0"),
    "k without U": ({"expanded": ""}, "a coverage factor without its uncertainty"),
    "no result": ({"value": ""}, "has an uncertainty, but no result"),
    "nothing": ({"value": "", "expanded": "", "k": ""}, "no result is filled in"),
    "no day": ({"date": "yesterday"}, "date"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_form_that_cannot_be_compared_is_refused(case: str, tmp_path: Path) -> None:
    cells, words = WRONG[case]
    given = made_round.plan(tmp_path, ["L1", "L2"])
    once = {name: cell for name, cell in cells.items() if name != "value"}
    made_round.fill_in(given, tmp_path, "L1", (cells.get("value", 40.0),), **once)
    with pytest.raises(PlanError) as refused:
        result_form.read(given, given.laboratories[0], tmp_path)
    assert words in str(refused.value)
    assert "L1.csv" in str(refused.value)


def test_a_copy_of_somebody_else_s_form_is_refused(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"])
    made_round.fill_in(given, tmp_path, "L1", (40.0, 40.2), laboratory="")
    made_round.fill_in(given, tmp_path, "L2", (40.0, 40.2), laboratory="")
    with pytest.raises(PlanError, match="was handed in by L1 and L2"):
        evaluation.collect(given, tmp_path)


def test_control_characters_of_a_plan_make_no_workbook_impossible(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"], handed_in='form = "{code}.xlsx"')
    given = replace(given, figures=(replace(given.figures[0], name="a\x01\x0b"),))
    [path, _] = result_form.write(given, tmp_path, lang="en")
    assert openpyxl.load_workbook(path).active["F2"].value == "a\\x01\\x0b"


def test_a_form_that_is_missing_or_lies_elsewhere_is_refused(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"])
    with pytest.raises(PlanError, match=r"L1\.csv"):
        result_form.read(given, given.laboratories[0], tmp_path)
    given = made_round.plan(tmp_path, ["L1", "L2"], handed_in='form = "../{code}.csv"')
    with pytest.raises(PlanError, match="outside"):
        result_form.read(given, given.laboratories[0], tmp_path)


def test_a_form_is_never_written_over(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"])
    result_form.write(given, tmp_path)
    with pytest.raises(OutputError):
        result_form.write(given, tmp_path)


def test_nobody_needs_a_form_where_all_hand_in_sessions(tmp_path: Path) -> None:
    given = made_round.plan(tmp_path, ["L1", "L2"], handed_in='sessions = ["{code}"]')
    with pytest.raises(UsageError):
        result_form.write(given, tmp_path)


def test_a_figure_measured_by_other_means_is_named_by_its_own_words() -> None:
    figure = round_plan.ComparedFigure(id="lamp", name="Lamp, 5 m", unit="lx")
    assert result_form.describe(figure, "en") == "Lamp, 5 m"
