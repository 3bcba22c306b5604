"""A calibration is entered once: plans name it by its id, sessions hold it in full."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from acceptance.batch.database import queries, schema
from acceptance.batch.database.results import Results
from acceptance.charts import copy_template, definition
from acceptance.errors import PlanError
from acceptance.forms import register
from acceptance.model import Instrument, Person
from acceptance.session import plan, problems, runner, store

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film

REGISTER = """
[[instruments]]
id = "LX-1"
name = "照度计"
serial = "L-118"
certificate = "CAL-2026-7"
due = "2027-03-01"
unit = "lx"
range_from = 0.1
range_to = 20000
largest_error_share = 0.04

[[instruments]]
id = "A3-03"
name = "综合测试卡"
due = "2027-05-01"

[[people]]
name = "王工"
role = "tester"
methods = ["noise", "measured"]

[[chart_copies]]
id = "A3-03"
file = "charts/卡 03.toml"
"""
PLAN = """
register = "{register}"
instruments = {instruments}
people = {people}
operator = "王工"

[[subjects]]
id = "gate"
kind = "fixed"

[[shots]]
id = "chart"
subject = "gate"
clip = "chart.mp4"
chart = "acceptance"
chart_copy = "{copy}"
"""
METER = Instrument(
    id="LX-1", name="照度计", serial="L-118", certificate="CAL-2026-7", due="2027-03-01",
    unit="lx", range_from=0.1, range_to=20000.0, largest_error_share=0.04,
)  # fmt: skip
CARD = Instrument(id="A3-03", name="综合测试卡", due="2027-05-01")
TESTER = Person(name="王工", role="tester", methods=("noise", "measured"))
WORDS = {
    "register": "../register.toml", "instruments": '["LX-1", "A3-03"]', "people": '["王工"]',
    "copy": "A3-03",
}  # fmt: skip


@pytest.fixture
def laboratory(tmp_path: Path) -> Path:
    """Make a laboratory's folder with its register, one printed copy, and a folder for a plan."""
    (tmp_path / "charts").mkdir()
    (tmp_path / "job 1").mkdir()
    (tmp_path / "register.toml").write_text(REGISTER, "utf-8")
    copy_template.start(definition.load("acceptance"), "A3-03", tmp_path / "charts" / "卡 03.toml")
    return tmp_path


def written(laboratory: Path, **words: str) -> Path:
    path = laboratory / "job 1" / "plan.toml"
    path.write_text(PLAN.format(**(WORDS | words)), "utf-8")
    return path


def test_a_plan_holds_in_full_what_it_names_of_the_register(laboratory: Path) -> None:
    read = plan.read(written(laboratory))
    assert read.instruments == (METER, CARD)
    assert read.people == (TESTER,)
    [shot] = read.shots
    assert shot.chart_copy == "../charts/卡 03.toml"
    assert shot.instruments == ("A3-03",), "the copy's own calibration is asked for, too"


def test_an_entry_may_stand_in_the_plan_beside_one_of_the_register(laboratory: Path) -> None:
    own = '[ "LX-1", { id = "own", name = "手机" } ]'
    read = plan.read(written(laboratory, instruments=own, copy="as_drawn"))
    assert read.instruments == (METER, Instrument(id="own", name="手机"))


def test_a_session_keeps_what_it_was_when_the_register_changes(
    laboratory: Path, chart_film: Film
) -> None:
    """The film is measured; the printed copy is taken in as any other is."""
    path = written(laboratory)
    path.with_name("chart.mp4").write_bytes(chart_film.path.read_bytes())
    _, folder = runner.run(plan.read(path), path.parent, laboratory / "out")
    (laboratory / "register.toml").write_text(REGISTER.replace("2027-03-01", "2030-01-01"))
    (laboratory / "charts" / "卡 03.toml").unlink()
    session = store.load(folder)
    assert session.plan.instruments == (METER, CARD)
    assert session.plan.people == (TESTER,)
    [shot] = session.shots
    assert shot.chart_copy.startswith("data/charts/卡 03-")
    assert (folder / shot.chart_copy).is_file()
    held = json.loads((folder / store.PLAN).read_bytes())
    assert held["instruments"][0]["certificate"] == "CAL-2026-7"
    with Results(str(laboratory / "results.db")) as results:
        results.add_folder(folder)
        with results.database.reading() as reading:
            assert set(reading.scalars(select(schema.people.c.name))) == {"王工"}
            assert reading.execute(select(schema.chart_copies.c.serial)).scalar() == "A3-03"
            due = [row["id"] for row in queries.due(reading, "2027-04-01")]
    assert due == ["LX-1"]


def test_the_database_mirrors_a_register_before_anything_is_used(laboratory: Path) -> None:
    with Results(str(laboratory / "results.db")) as results:
        assert results.add_register(laboratory / "register.toml") == 4
        assert results.add_register(laboratory / "register.toml") == 4, "once more changes nothing"
        with results.database.reading() as reading:
            rows = queries.due(reading, "2027-06-01")
    assert [(row["id"], row["last_used"]) for row in rows] == [("LX-1", ""), ("A3-03", "")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"instruments": '["LX-2"]'}, r"no entry 'LX-2' \(did you mean 'LX-1'\?\)"),
        ({"instruments": '["luxmeter"]'}, r"no entry 'luxmeter'\. Correct the register"),
        ({"people": '["王 工"]'}, r"no entry '王 工' \(did you mean '王工'\?\)"),
        ({"copy": "A3-3"}, r"shot chart.*no entry 'A3-3' \(did you mean 'A3-03'\?\)"),
        ({"register": "register.toml"}, "cannot be read"),
        ({"register": "../other/register.toml"}, "neither in the plan's folder nor in one above"),
        ({"register": "/etc/hostname"}, "lies outside"),
        ({"register": "../../../../../../../../../../../../proc/self/mem/x"}, "neither in"),
        ({"register": "..\\\\register.toml"}, "backslash"),
        ({"register": ".."}, "register.toml"),
        ({"register": ""}, "'LX-1' stands for an entry of a register, and none is named"),
    ],
)
def test_what_is_not_in_the_register_is_refused_with_a_guess(
    laboratory: Path, words: dict[str, str], said: str
) -> None:
    """``run`` and ``check`` say the same."""
    path = written(laboratory, **words)
    with pytest.raises(PlanError, match=said):
        plan.read(path)
    assert problems.of_file(path)[1]


def test_a_serial_number_that_is_like_no_entry_stays_one(laboratory: Path) -> None:
    assert plan.read(written(laboratory, copy="2019/7")).shots[0].chart_copy == "2019/7"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "A3-03"\nname', 'id = "LX-1"\nname', r"instruments\.1: 'LX-1' is entered twice"),
        ("[[chart_copies]]", '[[people]]\nname = "王工"\nrole = "x"\n[[chart_copies]]',
         "'王工' is entered twice"),
        ("charts/卡 03.toml", "../secret.toml", "outside the register's folder"),
        ("charts/卡 03.toml", "charts/卡 30.toml", "no file.*did you mean '卡 03.toml'"),
        ("certificate =", "certificat =", "unknown field.*did you mean 'certificate'"),
        ("[[people]]", "[[peopel]]", "unknown field.*did you mean 'people'"),
        ("range_to = 20000", 'range_to = "20000"', "range_to: must be a number"),
        ("range_to = 20000", "range_to = true", "range_to: must be a number"),
        ('due = "2027-03-01"', "due = 2027-03-01", "due: must be text"),
        ('role = "tester"\n', "", r"people\.0\.role: this field is missing"),
        ('methods = ["noise", "measured"]', "methods = [1]", "methods: must be text"),
        ('methods = ["noise", "measured"]', 'methods = "noise"', "methods: must be a list"),
        ('id = "LX-1"', 'id = " "', "has no id"),
        ("[[instruments]]", "[[instruments", "not readable as TOML"),
    ],
)  # fmt: skip
def test_a_register_with_a_slip_is_refused_and_the_place_is_named(
    laboratory: Path, old: str, new: str, said: str
) -> None:
    path = laboratory / "register.toml"
    assert old in REGISTER
    path.write_text(REGISTER.replace(old, new, 1), "utf-8")
    with pytest.raises(PlanError, match=said) as error:
        register.read(path)
    assert str(path) in str(error.value)


def test_a_register_of_more_entries_than_anybody_has_is_refused(
    laboratory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each plan that names it reads it whole."""
    monkeypatch.setattr(register, "MOST_ENTRIES", 2)
    register.read(laboratory / "register.toml")
    monkeypatch.setattr(register, "MOST_ENTRIES", 1)
    with pytest.raises(PlanError, match="instruments: 2 entries; 1 at most"):
        register.read(laboratory / "register.toml")


@pytest.mark.parametrize(
    ("text", "said"), [("instruments = 3", "must be a list"), ('people = ["x"]', "must be a table")]
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "register.toml").write_text(text, "utf-8")
    with pytest.raises(PlanError, match=said):
        register.read(tmp_path / "register.toml")


def test_a_copy_may_lie_beside_the_register_but_a_clip_may_not(laboratory: Path) -> None:
    path = written(laboratory)
    read = plan.read(path)
    [shot] = read.shots
    plan.check(read, path.parent, "the plan")
    with pytest.raises(PlanError, match="outside"):
        plan.check(
            replace(read, shots=(replace(shot, clip="../chart.mp4"),)), path.parent, "the plan"
        )
    with pytest.raises(PlanError, match="outside"):
        plan.check(replace(read, register=""), path.parent, "the plan")
