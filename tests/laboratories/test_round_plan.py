"""Plans of comparisons that cannot be evaluated are refused, naming the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import made_round
import pytest

from acceptance.errors import PlanError
from acceptance.laboratories import plan_template, round_plan

if TYPE_CHECKING:
    from pathlib import Path

TWO = made_round.text(["L1", "L2"])
WRONG = {
    "one laboratory": (made_round.text(["L1"]), "laboratories: must be 2 to 100, not 1"),
    "a code twice": (TWO.replace('"L2"', '"L1"'), "laboratories.code: 'L1' is given twice"),
    "a form twice": (TWO.replace("L2.csv", "L1.csv"), "laboratories.form: 'L1.csv' is given"),
    "a code in another width": (TWO.replace('"L2"', '"Ｌ1"'), "code: 'Ｌ1' is given twice"),
    "a code in small letters": (TWO.replace('"L2"', '"l1"'), "code: 'l1' is given twice"),
    "a form by another path": (
        TWO.replace("L2.csv", "./L1.csv"), "form: './L1.csv' is given twice",
    ),
    "a sigma beyond all": (f"{TWO}sigma = 5e-324\n", "5e-324 is no result of a measurement"),
    "a value beyond all": (
        f"{TWO}assigned = 1e308\nassigned_uncertainty = 1\n", "1e+308 is no result",
    ),
    "a name twice": (
        TWO.replace("form", 'name = "Institute"\nform'), "laboratories.name: 'Institute' is given",
    ),
    "no camera": (TWO.replace('"SN-1"', '" "'), "camera: must be filled in"),
    "an unknown field": (TWO.replace("chart =", "chrt ="), "chrt: unknown field"),
    "an unknown quantity": (TWO.replace("noise.snr", "noise.x"), "unknown quantity 'noise.x'"),
    "another unit": (f'{TWO}unit = "%"\n', "must be dB, not '%'"),
    "neither quantity nor name": (
        TWO.replace('quantity = "noise.snr"', 'name = "S/N"'), "name a quantity, or give name and",
    ),
    "sigma of nothing": (f"{TWO}sigma = 0\n", "sigma: must be above 0"),
    "sigma that is no number": (f"{TWO}sigma = nan\n", "sigma: must be a finite number"),
    "a value without doubt": (f"{TWO}assigned = 40\n", "belong together"),
    "a code with a folder": (TWO.replace('"L2"', '"a/L2"'), "must be a name that a file can bear"),
    "form and sessions": (
        TWO.replace('form = "L2.csv"', 'form = "L2.csv"\nsessions = ["x"]'), "which of them counts",
    ),
    "repeats of none": (f"repeats = 0\n{TWO}", "repeats: must be 1 to 50, not 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_plan_is_refused_and_the_field_named(case: str, tmp_path: Path) -> None:
    content, words = WRONG[case]
    path = tmp_path / "round.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(PlanError) as refused:
        round_plan.read(path)
    assert words in str(refused.value)


def test_rounds_of_one_laboratory_may_bear_its_name(tmp_path: Path) -> None:
    path = tmp_path / "round.toml"
    named = TWO.replace("form", 'name = "Institute"\nform')
    path.write_text(f"rounds = true\n{named}", "utf-8")
    assert [entry.name for entry in round_plan.read(path).laboratories] == ["Institute"] * 2


def test_a_figure_has_the_unit_of_its_quantity(tmp_path: Path) -> None:
    assert made_round.plan(tmp_path, ["L1", "L2"]).figures[0].unit == "dB"


def test_the_template_is_a_plan_once_title_and_camera_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "round.toml"
    begun = plan_template.text()
    path.write_text(begun, "utf-8")
    with pytest.raises(PlanError, match="title: must be filled in"):
        round_plan.read(path)
    done = begun.replace('title = ""', 'title = "t"').replace('camera = ""', 'camera = "c"')
    path.write_text(done, "utf-8")
    assert round_plan.read(path).figures[0].id == "mtf50"
    for field in ("shots", "assigned", "assigned_uncertainty", "sigma"):
        done = done.replace(f"\n# {field} ", f"\n{field} ")
    path.write_text(done, "utf-8")
    assert round_plan.read(path).figures[0].sigma == 0.01
