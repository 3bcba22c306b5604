"""A plan as commented TOML: it says what the plan says, and its examples are valid."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
from marks import slow

from acceptance import wording
from acceptance.checks import pack
from acceptance.model import (
    Concession,
    Condition,
    Deviation,
    DeviceRecord,
    Draw,
    Instrument,
    Matrix,
    OutOfScope,
    Person,
    Plan,
    Project,
    Recordings,
    Scope,
    Shot,
    SignalPath,
    Subject,
    SubjectKind,
    Tap,
)
from acceptance.report import plan_form
from acceptance.session import new_plan, plan, runner, store

if TYPE_CHECKING:
    from pathlib import Path

ODD = 'a"b\\c\nd\te\x7f\x00 # [x] 北门“一” 🎥 {name}'


def written(made: Plan, folder: Path, lang: str) -> Path:
    """Write a plan without device list and return its file."""
    target = folder / "plan.toml"
    new_plan.write(made, new_plan.Given(folder=folder), target, lang)
    return target


def everything(name: str) -> Plan:
    """Return a plan of one pack with a subject of each kind, and the last word of each fact."""
    packs = store.load_packs(Plan(packs=(name,)))
    facts = {fact: words[-1] for fact, words in new_plan.asked(packs, ()).facts.items()}
    site = Subject(id="site", kind=SubjectKind.SITE, facts=facts)
    below = [Subject(id=kind, kind=kind, parent="site") for kind in SubjectKind if kind != "site"]
    shot = Shot(id="chart", subject="fixed", clip="chart.mp4", chart="acceptance")
    return Plan(packs=(name,), scope=Scope.SITE, subjects=(site, *below), shots=(shot,))


# Each pack in one of the languages, the next in the other.
BY_TURNS = [
    (name, lang) if (number + place) % len(wording.COMPLETE) == 0 else slow(name, lang)
    for number, name in enumerate(pack.names())
    for place, lang in enumerate(wording.COMPLETE)
]


@pytest.mark.parametrize(("name", "lang"), BY_TURNS)
def test_a_plan_of_every_shipped_pack_is_read_as_it_was_made_and_accepted(
    tmp_path: Path, name: str, lang: str
) -> None:
    made = everything(name)
    read = plan.read(written(made, tmp_path, lang))
    assert read == made
    runner.prepare(read)


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_odd_names_come_back_as_they_were(tmp_path: Path, lang: str) -> None:
    site = Subject(id="北门-1", kind=SubjectKind.SITE, name=ODD, facts={"my fact": ODD, "北": "x"})
    conditions = (
        Condition(name="illuminance", value=0.1, unit="lx", instrument=ODD, source=ODD),
        Condition(name="gain", value=12345678),
        Condition(name="wdr", value=True),
        Condition(name="lens", value=1e-7),
    )
    shot = Shot(
        id="北门-1-chart", subject="北门-1", clip="a'b \"c\" 🎥%d.mp4", chart_copy="x\\y",
        tap=Tap.RECORDER, path=SignalPath.PLAYBACK, conditions=conditions,
    )  # fmt: skip
    made = Plan(
        subjects=(site, Subject(id="cam", kind=SubjectKind.FIXED, name=ODD, parent="北门-1")),
        shots=(shot,),
        operator=ODD,
        project=Project(title=ODD, description=ODD),
        matrix=(Matrix(kinds=(SubjectKind.FIXED,)),),
        draws=(Draw(sampling="gb_50348_2004#devices", seed='委 "216"'),),
    )
    assert plan.read(written(made, tmp_path, lang)) == made


def filled_in(text: str) -> str:
    """Take the comment off every example.

    Files that do not exist stay out, and ``live``, ``chip`` and the source of a stream, which would
    contradict others.
    """
    lines = [
        line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line
        for line in text.splitlines()
    ]
    files = (
        "institute",
        "register",
        "device_list",
        "answer_files",
        "score_files",
        "commitment_file",
    )
    left_out = (*files, "live", "chip", 'source = "rtsp')
    return "\n".join(line for line in lines if not line.startswith(left_out))


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_every_example_can_be_filled_in_as_it_stands(tmp_path: Path, lang: str) -> None:
    site = Subject(id="site", kind=SubjectKind.SITE)
    subjects = [
        Subject(id=name, kind=kind, parent="site")
        for name, kind in (("cam-99", SubjectKind.FIXED), ("nvr-1", SubjectKind.RECORDER))
    ]
    made = Plan(packs=("db50_216_2006",), scope=Scope.SITE, subjects=(site, *subjects))
    target = written(made, tmp_path, lang)
    text = target.read_text("utf-8")
    # the first subject has no parent: its example would name itself
    target.write_text(filled_in(text).replace('parent = "site"\n', "", 1), encoding="utf-8")
    read = plan.read(target)
    runner.prepare(read)
    for table in plan_form.TABLES:
        assert getattr(read, table), table
    assert {one.name for one in read.shots[0].conditions} == set(plan_form.CONDITIONS)


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_every_field_and_example_has_its_phrase(lang: str) -> None:
    words = wording.phrases(lang)
    fields = {*plan_form.TOP}
    fields |= {f"{table}.{name}" for table, names in plan_form.TABLES.items() for name in names}
    assert set(words["plan_field"]) == fields
    assert set(words["plan_part"]) == set(plan_form.TABLES)
    assert words["plan_example"].keys().isdisjoint(plan_form.EXAMPLES)
    own = {"packs", "scope", "shots.conditions"}  # always written, or examples of their own
    assert fields - own == {*words["plan_example"], *plan_form.EXAMPLES}
    assert set(words["plan_ask"]) == set(words["plan_why"]) == set(words["plan_help"])


# Fields that the form leaves to others; every entry has its reason.
LEFT_OUT = {
    Shot: {"sha256", "corners", "still", "stream", "filmed_by", "created"},  # written by the tool
    Recordings: {"sha256", "files", "conditions", "instruments"},  # so, or as those of a shot
    OutOfScope: {"clause"},  # instead of a requirement
    Draw: {"retest_of", "failed", "requirements", "session", "why"},  # acceptance sample --retest
    DeviceRecord: {"conditions", "instruments", "filmed", "sha256", "audited"},
    Plan: {*plan_form.TABLES, "answers", "commitments"},  # tables of their own; or from files
}
NOUNS = {
    "project": Project, "deviations": Deviation, "out_of_scope": OutOfScope,
    "subjects": Subject, "draws": Draw,
    "matrix": Matrix, "instruments": Instrument, "people": Person, "shots": Shot,
    "recordings": Recordings, "device_records": DeviceRecord, "concessions": Concession,
}  # fmt: skip


@pytest.mark.parametrize("table", ["", *plan_form.TABLES])
def test_every_field_that_a_person_may_state_stands_in_the_form(table: str) -> None:
    noun = NOUNS[table] if table else Plan
    names = plan_form.TABLES[table] if table else plan_form.TOP
    every = {field.name for field in dataclasses.fields(noun)}
    assert every == {*names, *LEFT_OUT.get(noun, set())}
    assert len(names) == len(set(names))


def test_a_field_is_described_once_and_what_figures_need_stands_with_every_print(
    tmp_path: Path,
) -> None:
    device = Subject(id="cam", kind=SubjectKind.FIXED)
    agc = Condition(name="agc", value="off")
    shots = (
        Shot(id="a", subject="cam", clip="a.mp4", chart="acceptance", conditions=(agc,)),
        Shot(id="b", subject="cam", clip="b.mp4", chart="acceptance"),
        Shot(id="c", subject="cam", clip="c.mp4", chart="clock"),
    )
    text = written(Plan(subjects=(device,), shots=shots), tmp_path, "zh").read_text("utf-8")
    assert text.count("## 视频文件、图片") == 1
    assert text.count('# { name = "illuminance"') == 2
    assert text.count('# { name = "agc"') == 1
    assert "##   position 安装位置: indoor 室内 / outdoor 室外" in text
