"""The verb ``new``: answers line by line give a plan, and whatever interrupts leaves none."""

from __future__ import annotations

import io
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from acceptance.cli import verbs
from acceptance.live import transcript
from acceptance.live.onvif import facts
from acceptance.live.onvif.facts import KeptTrack
from acceptance.model import (
    Condition,
    Matrix,
    Plan,
    Project,
    Scope,
    Shot,
    SignalPath,
    Subject,
    SubjectKind,
    Tap,
    Verdict,
)
from acceptance.session import plan, runner

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Film

DEVICES = """编号,类型,名称,图像,安装位置
cam-01,枪机,北门,彩色,室外
cam-02,球机,广场,彩色,室外
nvr-1,录像机,机房,,
"""


class Keyboard(io.StringIO):
    """A terminal at which somebody types."""

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return True


class Interrupted(io.StringIO):
    """Input that ends in Ctrl-C after a number of lines."""

    lines = 3

    def readline(self, size: int | None = -1, /) -> str:
        """Return an empty line, or interrupt."""
        del size
        self.lines -= 1
        if self.lines < 0:
            raise KeyboardInterrupt
        return "\n"


def new(
    monkeypatch: pytest.MonkeyPatch, *arguments: object, answers: str | io.StringIO = ""
) -> int:
    """Run the verb with these answers and return its exit code."""
    given = io.StringIO(answers) if isinstance(answers, str) else answers
    monkeypatch.setattr(sys, "stdin", given)
    monkeypatch.setattr(sys, "argv", ["acceptance", "new", "--lang", "zh", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        verbs.main()
    return int(ended.value.code or 0)


@pytest.fixture
def footage(tmp_path: Path, chart_film: Film, clock_film: Film) -> Path:
    """Return a folder with a film of the chart and one of the clock with its tables."""
    shutil.copy(chart_film.path, tmp_path / "gate-1 测试卡.mp4")
    for name in ("clock.mp4", "arrivals.csv", "screen.csv"):
        copy = name.replace("clock", "gate-1 时钟")
        shutil.copy(clock_film.path.with_name(name), tmp_path / copy)
    return tmp_path


def test_questions_answered_line_by_line_give_the_plan_expected(
    monkeypatch: pytest.MonkeyPatch, footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [
        *("5", "1", "某“小区”", "甲方", "", "重庆", "-", "张三"),
        *("", "固定摄像机", "1 号门", "", "IPC-1"),  # whose clip the first is: a new device
        "gate-1",  # and the second
        *("彩色", "digital", "3", "室外"),  # picture, system, resolution class, position
        *("", "", "20 日", "2026-11-20", "y", "否"),  # the clock: chart, tap, day, its two tables
        *("acceptance", "camera", "", "2026-007", "480 lx", "off"),
    ]
    target = footage / "plan.toml"
    assert new(monkeypatch, footage, "-o", target, answers="\n".join(answers)) == 0
    assert plan.read(target) == Plan(
        project=Project(title="某“小区”", customer="甲方", place="重庆"),
        operator="张三",
        subjects=(
            Subject(
                id="gate-1",
                kind=SubjectKind.FIXED,
                name="1 号门",
                model="IPC-1",
                facts={
                    "picture": "colour",
                    "system": "digital",
                    "resolution_class": "hd",
                    "position": "outdoor",
                },
            ),
        ),
        shots=(
            Shot(
                id="gate-1-clock",
                subject="gate-1",
                clip="gate-1 时钟.mp4",
                filmed="2026-11-20",
                chart="clock",
                arrivals="arrivals.csv",
            ),
            Shot(
                id="gate-1-chart",
                subject="gate-1",
                clip="gate-1 测试卡.mp4",
                filmed="2026-11-20",
                chart="acceptance",
                chart_copy="2026-007",
                conditions=(
                    Condition(name="illuminance", value=480, unit="lx"),
                    Condition(name="agc", value="off"),
                ),
            ),
        ),
    )
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"acceptance run '{target}'" in shown.err or f"acceptance run {target}" in shown.err


def test_a_plan_of_answers_runs_to_a_session_with_no_edit(
    monkeypatch: pytest.MonkeyPatch, footage: Path
) -> None:
    target = footage / "plan.toml"
    facts = ("--fact", "system=digital", "--fact", "picture=colour", "--fact", "position=outdoor")
    answers = "\n".join([*[""] * 21, "as_drawn", "500", "off"])
    given = (footage, "-o", target, "--pack", "db50_216_2006", "--scope", "device", *facts)
    assert new(monkeypatch, *given, answers=answers) == 0
    made = plan.read(target)
    assert made.shots[1].chart_copy == "as_drawn", "the answers have moved"
    done, folder = runner.run(made, footage, footage / "out")
    verdicts = {(finding.quantity, finding.verdict) for finding in done.findings}
    assert ("noise.snr", Verdict.PASS) in verdicts
    assert ("grey_scale.steps", Verdict.PASS) in verdicts
    assert (folder / "session.json").is_file()


def test_without_answers_every_default_is_taken_and_said_and_no_fact_is_invented(
    monkeypatch: pytest.MonkeyPatch, footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = footage / "asked.toml", footage / "yes.toml"
    assert new(monkeypatch, footage, "-o", first, "--lang", "en") == 0
    assert "The input has ended" in capsys.readouterr().err
    assert new(monkeypatch, footage, "-o", second, "--lang", "en", "--yes") == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert (
        "Which chart is in clip gate-1 测试卡.mp4? [acceptance Acceptance test chart]" in shown.err
    )
    made = plan.read(first)
    assert plan.read(second) == made
    assert [(shot.subject, shot.chart) for shot in made.shots] == [
        ("gate-1", "clock"), ("gate-1", "acceptance"),
    ]  # fmt: skip
    assert made.shots[0].screen_log == "screen.csv"
    assert not made.subjects[0].facts
    assert not made.shots[1].conditions
    runner.prepare(made)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("固定摄像机", SubjectKind.FIXED),
        ("枪机", SubjectKind.FIXED),
        ("球机", SubjectKind.DOME),
        ("ＮＶＲ", SubjectKind.RECORDER),
        ("PTZ", SubjectKind.PTZ),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_kind_is_named_in_either_language_and_as_in_a_device_list(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, word: str, kind: SubjectKind, lang: str
) -> None:
    target = tmp_path / "plan.toml"
    answers = "\n".join(["", "device", *[""] * 7, word])
    assert new(monkeypatch, "--lang", lang, "-o", target, answers=answers) == 0
    assert [one.kind for one in plan.read(target).subjects] == [kind]


def test_a_wrong_answer_is_asked_again_and_a_question_mark_explains(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [
        "99",
        "-",
        "，",
        "db50",
        "？",
        "１７",
        "?",
        "elsewhere",
        "device",
        *[""] * 6,
        "a b",
        "",
        "9",
        "2",
    ]
    target = tmp_path / "plan.toml"
    assert new(monkeypatch, "-o", target, answers="\n".join(answers)) == 0
    shown = capsys.readouterr().err
    for line in ("没有“99”这一选项", "没有“db50”这一选项", "没有“elsewhere”这一选项"):
        assert line in shown
    assert "acceptance clauses 名称" in shown
    made = plan.read(target)
    assert made.packs == ("gb_50198_2011",)
    assert [(one.id, one.kind) for one in made.subjects] == [("camera-1", SubjectKind.DOME)]
    assert "acceptance run" in shown


def test_a_device_list_gives_site_matrix_and_draws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "devices.csv").write_text(DEVICES, encoding="utf-8")
    options = ("--pack", "db50_216_2006", "--fact", "system=digital")
    answers = [*("", "滨江", "", "", "", "", "周明"), *["-"] * 4, "y", "2026-216"]
    target = tmp_path / "plan.toml"
    given = (tmp_path / "devices.csv", "-o", target, *options)
    assert new(monkeypatch, *given, answers="\n".join(answers)) == 0
    made = plan.read(target)
    assert made.scope is Scope.SITE
    assert [one.id for one in made.subjects] == ["site", "system", "cam-01", "cam-02", "nvr-1"]
    assert made.subjects[0].name == "滨江"
    assert made.subjects[0].facts == {"system": "digital"}
    assert {one.parent for one in made.subjects[1:]} == {"site"}
    assert made.matrix == (
        Matrix(kinds=(SubjectKind.FIXED, SubjectKind.DOME)),
        Matrix(kinds=(SubjectKind.RECORDER,), paths=(SignalPath.PLAYBACK,)),
    )
    drawn = [(draw.sampling, draw.seed) for draw in made.draws]
    assert ("gb_50348_2004#devices", "2026-216") in drawn
    runner.prepare(made)


def test_clips_belong_to_the_listed_device_that_their_path_names(
    monkeypatch: pytest.MonkeyPatch, footage: Path
) -> None:
    (footage / "devices.csv").write_text(DEVICES, encoding="utf-8")
    for folder in ("CAM-02", "nvr-1"):
        (footage / folder).mkdir()
        shutil.copy(footage / "gate-1 测试卡.mp4", footage / folder / "chart.mp4")
    shutil.move(footage / "nvr-1" / "chart.mp4", footage / "nvr-1" / "chart 回放.mp4")
    clips = (footage / "CAM-02", footage / "nvr-1")
    target = footage / "plan.toml"
    assert new(monkeypatch, *clips, footage / "devices.csv", "-o", target, "--yes") == 0
    made = plan.read(target)
    assert [(shot.id, shot.clip, shot.tap) for shot in made.shots] == [
        ("cam-02-chart", "CAM-02/chart.mp4", Tap.CAMERA),
        ("nvr-1-chart-playback", "nvr-1/chart 回放.mp4", Tap.RECORDER),
    ]
    assert made.shots[1].path is SignalPath.PLAYBACK
    assert len(made.subjects) == 5, "no device was added to those of the list"


def test_an_existing_plan_is_refused_before_any_question(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "plan.toml"
    target.write_text("mine", encoding="utf-8")
    assert new(monkeypatch, "-o", target, "--yes") == 2
    assert target.read_text("utf-8") == "mine"
    assert "already exists" in capsys.readouterr().err


@pytest.mark.parametrize("ending", [Interrupted(), Keyboard("\n\n")], ids=["ctrl-c", "ctrl-d"])
def test_whatever_interrupts_the_questions_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ending: io.StringIO
) -> None:
    assert new(monkeypatch, "-o", tmp_path / "plan.toml", answers=ending) == 130
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{elsewhere}/chart.mp4", "-o", "{here}/plan.toml"), "outside the plan's folder"),
        (("{empty}", "-o", "{empty}/plan.toml"), "no video and no still"),
        (("{here}/none.mp4", "-o", "{here}/plan.toml"), "does not exist"),
        (("{here}/点位表.XLS", "-o", "{here}/plan.toml"), "read as XLSX or CSV, not as .XLS"),
        (("{here}/list.docx", "-o", "{here}/plan.toml"), "Save it as XLSX"),
        (("{here}/a.csv", "{here}/b.csv", "-o", "{here}/plan.toml"), "a second device list"),
        (("-o", "{here}/plan.toml", "--pack", "nix"), "nix"),
        (("-o", "{here}/plan.toml", "--fact", "system=Digital", "--yes"), "Digital"),
    ],
)
def test_what_cannot_become_a_plan_is_refused_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch,
    footage: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(footage / "gate-1 测试卡.mp4", elsewhere / "chart.mp4")
    empty = tmp_path_factory.mktemp("empty")
    places = {"here": footage, "elsewhere": elsewhere, "empty": empty}
    assert new(monkeypatch, *(part.format(**places) for part in arguments)) == 2
    assert said in capsys.readouterr().err
    assert not (footage / "plan.toml").exists()


def test_a_copy_of_the_chart_that_is_not_there_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, footage: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [*[""] * 20, "print.toml", "007", "-5", "0", "500cd", "50"]
    clip, target = footage / "gate-1 测试卡.mp4", footage / "plan.toml"
    assert new(monkeypatch, clip, "-o", target, answers="\n".join(answers)) == 0
    shot = plan.read(target).shots[0]
    assert "print.toml" in capsys.readouterr().err
    assert (shot.chart_copy, shot.conditions[0].value) == ("007", 50)


def test_facts_are_asked_once_for_each_kind_and_the_earlier_answer_is_offered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    devices = [
        *("a", "fixed", "", "", ""), *("b", "dome", "", "", ""), *("c", "fixed", "", "", ""), "",
    ]  # fmt: skip
    answers = [
        *[""] * 6,
        *devices,
        *("colour", "digital", "hd", "indoor"),
        *("", "", "", "outdoor"),
    ]
    target = tmp_path / "plan.toml"
    options = ("-o", target, "--pack", "db50_216_2006", "--scope", "device")
    assert new(monkeypatch, *options, answers="\n".join(answers)) == 0
    positions = [(one.id, dict(one.facts)) for one in plan.read(target).subjects]
    shared = {"picture": "colour", "system": "digital", "resolution_class": "hd"}
    indoor, outdoor = shared | {"position": "indoor"}, shared | {"position": "outdoor"}
    assert positions == [("a", indoor), ("b", outdoor), ("c", indoor)]


def test_facts_of_a_list_with_a_site_of_its_own_stand_in_the_list(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = "编号,类型,制式\ns,现场,数字\ncam-01,枪机,\n"
    (tmp_path / "devices.csv").write_text(content, encoding="utf-8")
    target = tmp_path / "plan.toml"
    assert new(monkeypatch, tmp_path / "devices.csv", "-o", target, "--yes") == 0
    made = plan.read(target)
    assert [(one.id, one.parent) for one in made.subjects] == [
        ("system", "s"), ("s", None), ("cam-01", "s"),
    ]  # fmt: skip
    assert "请写在清单的列中" in capsys.readouterr().err
    runner.prepare(made)


def test_a_site_without_a_list_stands_above_its_devices(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "plan.toml"
    assert new(monkeypatch, "-o", target, "--scope", "site", "--fact", "earth=common", "--yes") == 0
    made = plan.read(target)
    assert [(one.id, one.parent) for one in made.subjects] == [
        ("site", None), ("system", "site"), ("camera-1", "site"),
    ]  # fmt: skip
    assert made.subjects[0].facts == {"earth": "common"}


def probed(folder: Path, name: str, address: str, *stretches: tuple[float, float]) -> None:
    """Write the record of a probe."""
    tracks = [
        KeptTrack(channel="1", recording="r", track="t", stretches=stretches, source="events")
    ]
    with transcript.Transcript(folder / name, facts.KIND) as record:
        facts.write(record, {"address": address, "recordings": tuple(tracks if stretches else ())})


def test_records_of_probes_are_found_and_given_to_the_devices_of_their_hosts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a camera of the list, and of a recorder that nobody listed; none of a session."""
    day = 86400.0
    (tmp_path / "devices.csv").write_text("id,kind,source\ngate,fixed,192.0.2.11\n", "utf-8")
    (tmp_path / "probes/old/data").mkdir(parents=True)
    (tmp_path / "probes/old/session.json").touch()
    probed(tmp_path / "probes", "192.0.2.11-80.probe.jsonl", "192.0.2.11:80")
    probed(tmp_path / "probes", "nvr.probe.jsonl", "192.0.2.20:80", (1.7e9, 1.7e9 + 30 * day))
    probed(tmp_path / "probes/old/data", "x.probe.jsonl", "192.0.2.30:80")
    target = tmp_path / "plan.toml"
    listed = tmp_path / "devices.csv"
    assert new(monkeypatch, tmp_path / "probes", listed, "-o", target, "--yes") == 0
    made = plan.read(target)
    assert [(each.subject, each.probe) for each in made.device_records] == [
        ("gate", "probes/192.0.2.11-80.probe.jsonl"), ("192.0.2.20", "probes/nvr.probe.jsonl"),
    ]  # fmt: skip
    kinds = {subject.id: subject.kind for subject in made.subjects}
    assert kinds["192.0.2.20"] is SubjectKind.RECORDER
    assert [(asked.subject, asked.source) for asked in made.recordings] == [
        ("192.0.2.20", "probes/nvr.probe.jsonl")
    ]
    assert "probes/nvr.probe.jsonl" in capsys.readouterr().err
