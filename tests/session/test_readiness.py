"""``acceptance check``: all that is wrong with a plan, what stays open, how long it runs."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from reached_session import LOOK, pack, reach
from ways_to_bend import CAMERAS, drawn

from acceptance.checks import sampling
from acceptance.cli import verbs
from acceptance.errors import PlanError
from acceptance.model import Draw
from acceptance.session import plan, readiness, runner

if TYPE_CHECKING:
    from pathlib import Path

    from kept_films import Film

WRONG = """
packs = ["db50_216_2006", "nope"]
answer_files = ["nowhere.csv"]
[[subjects]]
id = "a"
kind = "fixed"
facts = { pictrue = "colour", system = "Digitl" }
[[shots]]
id = "s"
subject = "b"
clip = "no.mp4"
filmed = "yesterday"
arrivals = "no.csv"
conditions = [{ name = "iluminance", value = 3 }]
regions = { "centre.foo" = [0, 0, 0, 1] }
[[shots]]
id = "t"
subject = "a"
clip = "../outside.mp4"
[[answers]]
subject = "a"
requirement = "db50_216_2006#5.2/level"
by = ""
when = "x"
value = 1
[[instruments]]
id = "i"
name = "i"
due = "never"
"""
ALL_WRONG = (
    "no such pack",
    "nowhere.csv",
    "no subject 'b'",
    "'never' is not a date",
    "does not say by whom",
    "'yesterday' is not a date",
    "no.mp4: the file does not exist",
    "no.csv (shot s, arrivals)",
    "must be above 0",
    "'Digitl'",
    "'pictrue'",
    "'iluminance'",
    "'centre.foo'",
    "../outside.mp4 lies outside",
)
GOOD = """
packs = ["db50_216_2006"]
[[subjects]]
id = "a"
kind = "fixed"
facts = {{ system = "digital", picture = "colour" }}
[[instruments]]
id = "lux"
name = "Lux meter"
due = "{due}"
[[shots]]
id = "chart"
subject = "a"
clip = "chart.mp4"
chart = "acceptance"
chart_copy = "as_drawn"
{filmed}
conditions = [
  {{ name = "illuminance", value = 500, unit = "lx", instrument = "lux" }},
  {{ name = "agc", value = "off" }},
]
"""


@pytest.fixture
def folder(tmp_path: Path, chart_film: Film) -> Path:
    """Return a folder with a film of the chart."""
    shutil.copy(chart_film.path, tmp_path / "chart.mp4")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    """Write a plan."""
    path = folder / "plan.toml"
    path.write_text(text, "utf-8")
    return path


def test_every_problem_is_listed_and_what_run_would_say_first_is_one_of_them(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, WRONG)
    found = readiness.of(path)
    said = [str(problem) for problem in found.problems]
    assert [one for one in ALL_WRONG if not any(one in line for line in said)] == []
    assert len(said) == len(set(said))
    assert found.exit_code == 2
    with pytest.raises(PlanError) as first:
        runner.prepare(plan.read(path))
    assert str(first.value) in said


def test_every_wrong_field_is_listed(tmp_path: Path) -> None:
    text = 'operatr = "x"\nscope = "sight"\n[[subjects]]\nid = "a"\nkind = "fixd"\n'
    said = [str(problem) for problem in readiness.of(written(tmp_path, text)).problems]
    assert len(said) == 3
    assert any("operatr: unknown field (did you mean 'operator'?)" in line for line in said)
    assert any("(did you mean 'fixed'?)" in line for line in said)


WRONG_FIELDS = """
operatr = "x"
answer_files = ["answers.csv"]
[[subjects]]
id = "a"
kind = "fxied"
facts = { pictrue = "colour" }
[[subjects]]
id = "b"
kind = "zzz"
[[subjects]]
id = "c\u202ed"
kind = "fixed"
[[shots]]
id = "s"
subject = "b"
clip = "no.mp4"
[[shots]]
id = "t"
subject = "a"
clip = 3
[[shots]]
id = "u"
subject = "a"
clip = "none.mp4"
path = "playback"
live = "t"
[[answers]]
subject = "a"
requirement = 5
by = "me"
when = "2026-01-01"
[[answers]]
subject = "a"
requirement = "db50_216_2006#no"
by = "me"
when = "2026-01-01"
"""
ANSWERS = "subject,requirement,grade,by,when\na,x,gut,me,2026-01-01\na,x,conforms,,2026-01-01\n"
LISTED = "id,kind\nc1,fixed\nc2,fxed\nc3,dome\nc3,dome\n"


def test_wrong_fields_hide_nothing_else_and_nothing_follows_from_them(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text(ANSWERS, "utf-8")
    said = [str(one) for one in readiness.of(written(tmp_path, WRONG_FIELDS)).problems]
    expected = (
        *("operatr: unknown", "'fxied'", "'zzz'", "shots.1.clip", "answers.0.requirement"),
        *("row 2, grade", "row 3, by", "c\\u202ed", "no.mp4", "'pictrue'"),
        "answer 2: no pack has",
    )
    assert [one for one in expected if not any(one in line for line in said)] == []
    assert len(said) == len(expected)


def test_each_wrong_row_of_a_list_is_told_and_its_shots_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(LISTED, "utf-8")
    text = 'device_list = "list.csv"\n[[shots]]\nid = "s"\nsubject = "c1"\nclip = "no.mp4"\n'
    path = written(tmp_path, text)
    said = [str(one) for one in readiness.of(path).problems]
    assert [line.partition(": ")[0].partition("list.csv, ")[2] for line in said[:2]] == [
        "row 3, kind",
        "row 5, id",
    ]
    assert len(said) == 3
    assert "no.mp4" in said[2]
    with pytest.raises(PlanError, match="row 3, kind"):
        plan.read(path)


def test_a_mistake_is_told_once_by_the_name_of_the_plan(tmp_path: Path) -> None:
    twins = '[[subjects]]\nid = "c\u202ed"\nkind = "fixed"\n' + 2 * SHOT
    said = [str(one) for one in readiness.of(written(tmp_path, twins)).problems]
    assert len(said) == 4
    assert sum("c\\u202ed" in line for line in said) == 1
    assert sum("duplicate id 's'" in line for line in said) == 1
    assert sum("no subject 'a'" in line for line in said) == 1
    assert not any(line.startswith("the plan") for line in said)


SHOT = '[[shots]]\nid = "s"\nsubject = "a"\nclip = "no.mp4"\n'


def test_answers_of_a_plan_are_named_by_their_own_numbers(tmp_path: Path) -> None:
    answer = '[[answers]]\nsubject = "a"\nrequirement = "db50_216_2006#x"\nby = ""\nwhen = ""\n'
    text = '[[subjects]]\nid = "a"\nkind = "fixed"\n' + answer + answer.replace("#x", "#y")
    said = [str(one) for one in readiness.of(written(tmp_path, text)).problems]
    assert sum(line.startswith("answer 2, db50_216_2006#y") for line in said) == 1
    assert sum(line.startswith("answer 1, db50_216_2006#x") for line in said) == 1


@pytest.mark.parametrize("text", ["[[", "", 'packs = "x"', "subjects = 3"])
def test_a_plan_that_is_none_is_a_problem_and_no_crash(tmp_path: Path, text: str) -> None:
    assert readiness.of(written(tmp_path, text)).exit_code == 2
    assert readiness.of(tmp_path / "missing.toml").exit_code == 2


def open_points(found: readiness.Readiness) -> dict[str, str]:
    """Return the code of its reason for each requirement that stays open."""
    return {one.requirement.partition("#")[2]: one.reason.code for one in found.open}


def test_what_stays_open_is_what_a_run_leaves_open(folder: Path) -> None:
    """The same points for the same reasons, as far as no figure decides them."""
    path = written(folder, GOOD.format(due="2026-01-01", filmed='filmed = "2026-11-20"'))
    expected = readiness.of(path)
    done, _ = runner.run(plan.read(path), folder, folder / "out")
    open_now = {
        one.requirement.partition("#")[2]: one.reason.code
        for one in done.findings
        if one.requirement in {*done.bottom_line.open, *done.bottom_line.not_tested} and one.decides
    }
    assert expected.exit_code == 3
    assert open_points(expected).items() <= open_now.items()
    assert "instrument_expired" in open_points(expected).values()


@pytest.mark.parametrize(
    ("filmed", "code"),
    [("", "day_not_stated"), ('filmed = "2026-11-20"', "instrument_expired")],
)
def test_instruments_are_held_against_the_day_of_filming_beforehand(
    folder: Path, filmed: str, code: str
) -> None:
    found = readiness.of(written(folder, GOOD.format(due="2026-01-01", filmed=filmed)))
    assert code in open_points(found).values()
    assert found.undated == (() if filmed else ("chart",))


def test_a_calibration_that_held_on_the_day_leaves_nothing_open(folder: Path) -> None:
    dated = GOOD.format(due="2027-01-01", filmed='filmed = "2026-11-20"')
    found = readiness.of(written(folder, dated))
    assert open_points(found) == {"5.4.2/latency": "not_measured"}  # no clock was filmed


def test_the_length_of_clips_comes_from_their_headers_and_nothing_is_decoded(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a frame was decoded twice")

    path = written(folder, GOOD.format(due="2027-01-01", filmed=""))
    monkeypatch.setattr("acceptance.session.measuring.look", refuse)
    found = readiness.of(path)
    assert found.seconds == pytest.approx(1.0)
    assert found.expected is not None
    assert found.expected > 0
    assert sorted(file.name for file in folder.iterdir()) == ["chart.mp4", "plan.toml"]


def command(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the verb; return its exit code."""
    monkeypatch.setattr(sys, "argv", ["acceptance", "check", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        verbs.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "预计运行约需处理器时间"), ("en", "is expected to take about")]
)
def test_the_verb_says_it_in_either_language(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lang: str,
    said: str,
) -> None:
    path = written(folder, GOOD.format(due="2026-01-01", filmed='filmed = "2026-11-20"'))
    assert command(monkeypatch, path, "--lang", lang) == 3
    shown = capsys.readouterr().out
    assert said in shown
    assert "lux" in shown
    assert "2026-01-01" in shown


def test_the_verb_writes_json_and_exits_2_for_a_plan_that_cannot_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, WRONG)
    assert command(monkeypatch, path, "--json", "-") == 2
    content = json.loads(capsys.readouterr().out)
    assert content["exit_code"] == 2
    assert len(content["problems"]) >= len(ALL_WRONG)


def said(path: Path, out: Path) -> dict[str, tuple[str, ...]]:
    """Return the items of each warning that a run would give."""
    return {one.code: one.items for one in readiness.of(path, out).warnings}


def test_what_page_1_would_warn_of_is_said_before_anything_is_measured(folder: Path) -> None:
    path = written(folder, GOOD.format(due="2099-01-01", filmed=""))
    found = said(path, folder / "out")
    assert found["day_not_stated"] == ("chart",)
    assert "out_of_scope" in found
    later = written(folder, GOOD.format(due="2099-01-01", filmed='filmed = "2098-01-01"'))
    found = said(later, folder / "out")
    assert found["day_ahead"] == ("chart: 2098-01-01",)
    assert "provisional" in found
    assert "day_not_stated" not in found


RETEST = """
packs = ["base.toml"]
operator = "王工"
[[draws]]
sampling = "base#cameras"
seed = "7"
[[draws]]
sampling = "base#cameras"
seed = "8"
retest_of = "7"
failed = ["FAILED"]
session = "SESSION"
why = "更换支架"
[[subjects]]
id = "cam-1"
kind = "fixed"
[[subjects]]
id = "cam-2"
kind = "fixed"
"""


def test_a_retest_of_a_session_that_is_missing_or_changed_is_named(tmp_path: Path) -> None:
    out = tmp_path / "out"
    draw = Draw(sampling="base#cameras", seed="7")
    first = sampling.order("7", ["cam-1", "cam-2"])[0]
    _, old = reach(drawn(draw, devices=CAMERAS[:2], no=first), out)
    (tmp_path / "base.toml").write_text(pack(LOOK), "utf-8")
    text = RETEST.replace("FAILED", first).replace("base.toml", f"{tmp_path}/base.toml")
    beside = written(tmp_path, text.replace("SESSION", old.name))
    assert readiness.of(beside, out).problems == ()
    assert "retest_unchecked" not in said(beside, out)
    assert said(beside, tmp_path / "elsewhere")["retest_unchecked"] == (first,)
    assert said(beside, tmp_path / "elsewhere")["unsigned_predecessor"] == (old.name,)
    session = old / "session.json"
    session.write_text(session.read_text("utf-8").replace('"fail"', '"pass"'), "utf-8")
    found = readiness.of(beside, out)
    assert found.exit_code == 2
    assert old.name in str(found.problems[0])
