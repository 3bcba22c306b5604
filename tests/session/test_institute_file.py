"""A plan takes its institute's file in full; a session keeps what its report needs of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from interrupting import calls, full, interrupted

from acceptance.cli import verbs
from acceptance.errors import AcceptanceError, OutputError, PlanError, SessionError, SetupError
from acceptance.report import own_pages, own_typefaces, render
from acceptance.report.sheets import OF_REPORT
from acceptance.session import institute_file, institute_folder, problems, runner, store, workspace
from acceptance.session import plan as plans
from acceptance.session.evidence import hash_files
from acceptance.signing import issuing, verification

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("_plain_pages")
YEAR = datetime.now().astimezone().year
PLAN = """
packs = ["gb_50348_2018"]
institute = "../institute.toml"
[project]
title = "A site"
[[subjects]]
id = "cam-1"
kind = "fixed"
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    institute_folder.export(tmp_path, "zh")
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "plan.toml").write_text(PLAN)
    return tmp_path


def run(office: Path, issue: runner.Issue | None = None) -> Path:
    plan = plans.read(office / "job" / "plan.toml")
    return runner.run(plan, office / "job", office / "out", issue=issue)[1]


def test_a_report_has_the_next_number_and_sets_again_when_the_office_is_gone(office: Path) -> None:
    folder = run(office, issuing.Issuing(lang="zh"))
    assert folder.name == store.load(folder).id == f"{YEAR}-0001"
    for name in ("institute.toml", "templates", "numbers.jsonl"):
        path = office / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    found = {step.name: step.state for step in verification.verify(folder).steps}
    assert found["pages"] == found["evidence"] == found["number"] == "ok"
    assert "检验机构全称" in (folder / "report.html").read_text("utf-8")


def test_pages_of_the_institutes_own_set_again_when_the_office_is_gone(office: Path) -> None:
    institute_folder.export(office / "begun", "zh", pages=True)
    for name in OF_REPORT:
        shutil.move(office / "begun" / "templates" / f"{name}.html", office / "templates")
    folder = run(office, issuing.Issuing(lang="zh"))
    shutil.rmtree(office / "templates")
    session = store.load(folder)
    packs, profiles = store.load_all_packs(session, folder)
    volumes = render.volumes(session, packs, folder, "zh", profiles)
    assert not volumes.left_out
    assert {"cover", "statement", "contents", "annexa", "annexf"} <= {*volumes.own_sheets}
    found = {step.name: step.state for step in verification.verify(folder).steps}
    assert found["pages"] == found["evidence"] == "ok"


HIDDEN = '<style>.my-x { display: none }</style><div class="my-x">{{ part.number }}</div>'


def test_the_terminal_says_where_the_usual_page_stands_for_the_institutes(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before a run, after it, and when the report is written again."""
    (office / "templates" / "statement.html").write_text(HIDDEN)
    monkeypatch.chdir(office)
    for words in ("check job/plan.toml", "run job/plan.toml -o out", f"report out/{YEAR}-0001"):
        monkeypatch.setattr(sys, "argv", ["acceptance", *words.split()])
        with pytest.raises(SystemExit):
            verbs.main()
        heard = capsys.readouterr()
        assert heard.err.count("the usual page stands in its place") == 1
        assert "statement.html: {{ part.number }} is not drawn" in heard.err
        assert "usual page" not in heard.out


def test_it_says_so_in_chinese(office: Path) -> None:
    (office / "templates" / "statement.html").write_text(HIDDEN)
    said = subprocess.run(
        [sys.executable, "-m", "acceptance", "--lang", "zh", "check", "job/plan.toml"],
        cwd=office, capture_output=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert "未采用机构自定的页面，改用通用版式" in said.stderr


def test_a_template_changed_in_the_session_is_found(office: Path) -> None:
    folder = run(office, issuing.Issuing(lang="zh"))
    kept = folder / institute_file.KEPT / "notices.html"
    kept.write_text("<p>x</p>")
    assert verification.verify(folder).exit_code == 1


def test_a_template_that_is_a_link_to_elsewhere_is_refused(office: Path) -> None:
    (office / "secret.html").write_text("<p>x</p>")
    template = office / "templates" / "notices.html"
    template.unlink(missing_ok=True)
    template.symlink_to(office / "secret.html")
    with pytest.raises(PlanError, match="lies outside"):
        institute_file.read(office / "institute.toml")


def test_judging_again_draws_a_number_from_the_list_that_it_is_told(office: Path) -> None:
    folder = run(office)
    with pytest.raises(PlanError, match=r"numbers its reports by its own list.*--institute"):
        runner.judge_again(folder, ["ga_38_2015"], office / "out", why="x", by="y")
    made, _ = runner.judge_again(
        folder, ["ga_38_2015"], office / "out", why="x", by="y",
        institute=office / "institute.toml",
    )  # fmt: skip
    assert (made.id, made.supersedes) == (f"{YEAR}-0002", f"{YEAR}-0001")


def test_a_run_that_is_stopped_after_drawing_takes_its_number_up_again(office: Path) -> None:
    work = office / "out" / ".partial-x"
    work.mkdir(parents=True)
    plan = plans.read(office / "job" / "plan.toml")
    drawn = institute_file.number(plan, office, "2026-01-01T00:00:00", work)
    assert institute_file.number(plan, office, "2026-01-01T00:00:00", work) == drawn
    (office / "out" / drawn).mkdir()
    assert institute_file.number(plan, office, "2026-01-01T00:00:00", work) == f"{YEAR}-0002"


class PagesRefused(issuing.Issuing):
    """Lets pages be refused while they are set to be signed."""

    def __call__(self, folder: Path) -> issuing.Issued:
        """Refuse them."""
        own_typefaces.require_none(["Other"])
        return super().__call__(folder)


def test_no_try_makes_again_a_session_that_lacks_its_report_alone(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every try would leave a folder more, and take a number more of the institute's list."""
    with pytest.raises(SetupError, match="The session is kept, without a report"):
        run(office, PagesRefused())
    for _ in range(2):
        with pytest.raises(SessionError, match=f"without a report: .*{YEAR}-0001"):
            run(office, PagesRefused())
    assert (office / "numbers.jsonl").read_text("utf-8").count("number_drawn") == 1
    monkeypatch.chdir(office / "out" / f"{YEAR}-0001")
    issuing.issue(".")
    assert not [*(office / "out").glob(".partial-*")]
    assert run(office).name == f"{YEAR}-0002", "with its report a session is done"


def test_a_session_that_was_moved_elsewhere_keeps_its_number_to_itself(office: Path) -> None:
    with pytest.raises(SetupError, match="The session is kept, without a report"):
        run(office, PagesRefused())
    (office / "out" / f"{YEAR}-0001").rename(office / "elsewhere")
    assert run(office).name == f"{YEAR}-0002"
    assert (office / "numbers.jsonl").read_text("utf-8").count("number_drawn") == 2


def test_a_session_whose_report_is_html_alone_is_done(office: Path) -> None:
    """On a desk without pages the PDF is made on another, and nothing keeps the next run."""
    with pytest.raises(SetupError, match="The session is kept, without a report"):
        run(office, PagesRefused())
    (office / "out" / f"{YEAR}-0001" / "report.html").touch()
    assert run(office).name == f"{YEAR}-0002"


def test_what_was_set_aside_as_damaged_stays_when_a_report_is_made(tmp_path: Path) -> None:
    """It may hold the only trace of what was measured."""
    for name in (".partial-1", ".partial-1.damaged"):
        (tmp_path / name).mkdir()
        workspace.note_unreported(tmp_path / name, "2026-0001", "zh")
    (session := tmp_path / "2026-0001").mkdir()
    workspace.forget_unreported(session)
    assert [folder.name for folder in tmp_path.glob(".partial-*")] == [".partial-1.damaged"]


@pytest.mark.parametrize("said", [b"", b"\0\nzh", b"a" * 5000, b"a" * 300 + b"\nzh", b"..\nzh"])
def test_a_damaged_note_of_a_missing_report_keeps_no_run(office: Path, said: bytes) -> None:
    with pytest.raises(SetupError, match="The session is kept, without a report"):
        run(office, PagesRefused())
    [note] = (office / "out").glob(f".partial-*/{workspace.UNREPORTED}")
    note.write_bytes(said)
    assert run(office).name == f"{YEAR}-0002"


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ('name = "x', "TOML"), ("colour = 1", "colour"), ('report = "pass"', "report"),
        ('number = "{year}"', "number"), ('logo = "../logo.png"', "logo"),
        ('logo = "institute.toml"', "PNG"), ('templates = "job"', "no place|has a place|plan"),
        ('counter = "/etc/numbers"', "counter"),
        ('number = "{serial}"\ncounter = "other.jsonl"', "no list"),
        ('file = "x"', "file"), ("seal = 3", "seal"),
        ('[phrases.zh.verdict]\nfail = "x"', "phrase"),
        ('[[accreditations]]\nmark = "CMA"\nnumber = "1"\nuntil = "soon"\nitems = []', "until"),
        ("[[accreditations]]\nmark = 'CMA'", "number"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_refused_before_anything_is_measured(
    office: Path, line: str, where: str
) -> None:
    if "job" in line:
        (office / "job" / "cover.html").write_text("x")
    (office / "institute.toml").write_text(line)
    with pytest.raises(AcceptanceError, match=where):
        institute_file.read(office / "institute.toml")
    with pytest.raises(AcceptanceError, match=where):
        run(office)
    plan, wrong = problems.of_file(office / "job" / "plan.toml")
    assert wrong or (plan and problems.of_plan(plan, office / "job", "plan.toml"))
    assert len((office / "numbers.jsonl").read_text().splitlines()) == 1


def test_an_office_is_never_begun_over_one_that_is_there(office: Path) -> None:
    before = (office / "numbers.jsonl").read_bytes()
    with pytest.raises(OutputError, match="may be filled in"):
        institute_folder.export(office, "en")
    assert (office / "numbers.jsonl").read_bytes() == before


def test_an_export_that_was_interrupted_is_finished_by_the_next(tmp_path: Path) -> None:
    """The list of numbers comes last: with it the folder is whole."""
    institute_folder.export(tmp_path / "whole", "zh")
    due = hash_files(tmp_path / "whole")
    points = range(
        2, len(calls(lambda: institute_folder.export(tmp_path / "counted", "zh"))) - 3, 9
    )
    for at in points:
        office = tmp_path / f"{at}"
        with pytest.raises(OutputError), interrupted(at, full):
            institute_folder.export(office, "zh")
        assert not (office / institute_folder.NUMBERS).exists()
        institute_folder.export(office, "zh")
        assert hash_files(office).keys() == due.keys()
    theirs = tmp_path / "own" / institute_file.FILE
    theirs.parent.mkdir()
    theirs.write_bytes(b"theirs")
    with pytest.raises(OutputError, match="may be filled in"):
        institute_folder.export(tmp_path / "own", "zh")
    assert list(tmp_path.glob("own/**/*")) == [theirs]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_exported_is_in_order(tmp_path: Path, lang: str) -> None:
    institute_folder.export(tmp_path / "office", lang, first=7)
    said = " ".join(institute_folder.said(tmp_path / "office"))
    assert f"{YEAR}-0007" in said
    assert ", ".join(own_pages.PLACES) in said


def test_without_an_institute_sessions_are_numbered_by_time(office: Path) -> None:
    file = office / "job" / "plan.toml"
    file.write_text(PLAN.replace('institute = "../institute.toml"', ""))
    assert run(office).name[:8].isdigit()


@pytest.mark.parametrize(
    "forged", ["2026-0099", "../../evil", f"{YEAR}-0001", ""], ids=["never", "path", "other", "no"]
)
def test_a_number_that_was_not_drawn_for_this_project_is_not_taken_up(
    office: Path, forged: str
) -> None:
    """Whoever writes into the work folder of a stopped run chooses no number."""
    work = office / "out" / ".partial-x"
    work.mkdir(parents=True)
    plan = plans.read(office / "job" / "plan.toml")
    other = replace(plan, project=replace(plan.project, title="Another site"))
    institute_file.number(other, office, "2026-01-01T00:00:00", work)
    (work / institute_file.NUMBER).write_text(forged, "utf-8")
    assert institute_file.number(plan, office, "2026-01-01T00:00:00", work) == f"{YEAR}-0002"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "结论：合格"), ("address", "ＰＡＳＳ"), ("telephone", "CMA 210000"),
        ("name", "ILAC-MRA 检验所"),
    ],
)  # fmt: skip
def test_no_name_of_an_institute_says_a_verdict_or_a_mark(
    office: Path, field: str, text: str
) -> None:
    file = office / "institute.toml"
    rest = [line for line in file.read_text("utf-8").splitlines() if not line.startswith(field)]
    file.write_text("\n".join([f'{field} = "{text}"', *rest]), "utf-8")
    with pytest.raises(PlanError, match="verdicts and marks come from the report alone"):
        institute_file.read(file)


@pytest.mark.parametrize("field", ["report_title", "laboratory", "laboratory_address"])
def test_no_plan_says_a_verdict_where_the_report_says_its_own(office: Path, field: str) -> None:
    plan = plans.read(office / "job" / "plan.toml")
    project = replace(plan.project, **{field: "合格证书"})
    with pytest.raises(PlanError, match="verdicts and marks come from the report alone"):
        institute_file.check_plan(replace(plan, project=project), office / "job")
