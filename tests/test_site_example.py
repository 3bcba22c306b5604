"""The example site from film to conclusion: what its README promises, number by number."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from in_process import acceptance
from marks import slow
from measured_once import measured_once
from plain_pages import plain
from pypdf import PdfReader

from acceptance.model import How, Modality, Outcome, Part, SubjectKind, Verdict
from acceptance.report import render, typesetting
from acceptance.report.file_names import ANNEXES
from acceptance.session import evidence, store
from acceptance.signing import issuing
from acceptance.signing.certificates import load_signer

if TYPE_CHECKING:
    from acceptance.model import Finding, Session
    from acceptance.signing.chains import DemoChain

pytestmark = pytest.mark.film  # in a process of its own
SITE = Path(__file__).resolve().parents[1] / "examples" / "site"
PACK = "db50_216_2006"
# The planted faults: a camera out of focus; and another that is mounted lower than advised.
FAILED = {
    ("5.2/resolution-colour", "cam-03"),
    ("5.3.1/resolution-colour", "cam-03"),
    ("5.2/picture-grade", "cam-03"),
}
FAILED_ADVICE = {("5.3.1/class-standard", "cam-03"), ("5.3.1/height-outdoor", "cam-04")}
BASICALLY = {("6.2/cables", "site"), ("5.5.4/overlay", "wall-1")}
# Read from the two instruments whose calibration has expired.
EXPIRED = {
    ("6.1/room-temperature", "site"),
    ("6.1/room-humidity", "site"),
    ("6.2/earth-common", "site"),
}
# Due only when needed, and not needed here; the README lists them.
LEFT_OPEN = {
    "5.1/remote-control-axes",
    "5.2/usable-picture",
    "5.6.2a/retention-capacity",
    "6.3/retest",
    "6.3/single-frequency-colour",
    "6.3/mains-colour",
    "6.3/pulse-colour",
    "6.3/psnr",
}
DRAWN = {
    *("cam-01", "cam-03", "cam-05", "cam-06"),
    *("dome-01", "dome-02", "dome-03"),
    *("ptz-01", "ptz-02", "ptz-03"),
}


@dataclass(frozen=True, kw_only=True)
class Example:
    """Where the example was run, its exit code, and its session.

    ``again`` is the folder of the session judged by today's editions.
    """

    plan: Path
    folder: Path
    code: int
    done: Session
    again: Path


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory, chain: DemoChain) -> Example:
    """Film, run, sign and judge again, as the README describes."""
    place = tmp_path_factory.mktemp("example") / "site"
    shutil.copytree(SITE, place, ignore=shutil.ignore_patterns("footage", "out"))
    subprocess.run([sys.executable, "film.py"], cwd=place, check=True)
    with pytest.MonkeyPatch.context() as patch, plain():  # its pages: the last test
        patch.setenv("ACCEPTANCE_KEY_PASSWORD", chain.password)
        with measured_once():  # its thirty-three clips are eight films
            code = acceptance(
                patch, "run", place / "plan.toml", "-o", place / "out", "--sign", chain.signer
            )
        (folder,) = (place / "out").glob("2*")
        shutil.rmtree(place / "footage")  # judging again needs no video
        reasons = ("--pack", f"{PACK}_current", "--why", "现行版本", "--by", "周明")
        acceptance(patch, "judge", folder, "-o", place / "current", *reasons)
    (again,) = (place / "current").glob("2*")
    return Example(
        plan=place / "plan.toml", folder=folder, code=code, done=store.load(folder), again=again
    )


def places(findings: list[Finding]) -> set[tuple[str, str]]:
    """Return requirement and subject of findings, without the pack."""
    return {(one.requirement.partition("#")[2], one.subject) for one in findings}


def by_verdict(done: Session, *verdicts: Verdict) -> list[Finding]:
    """Return the findings that have one of the verdicts."""
    return [one for one in done.findings if one.verdict in verdicts]


def test_the_site_is_twelve_cameras_of_three_kinds_two_recorders_and_a_wall(
    example: Example,
) -> None:
    kinds = [subject.kind for subject in example.done.plan.subjects]
    cameras = (SubjectKind.FIXED, SubjectKind.DOME, SubjectKind.PTZ)
    assert [kinds.count(kind) for kind in cameras] == [6, 3, 3]
    assert [kinds.count(kind) for kind in (SubjectKind.RECORDER, SubjectKind.SCREEN)] == [2, 1]
    inspected = [
        one
        for one in example.done.findings
        if one.how is How.INSPECTED and one.verdict is not Verdict.NOT_APPLICABLE
    ]
    assert len(inspected) == 106


def test_exactly_what_was_planted_fails(example: Example) -> None:
    failed = by_verdict(example.done, Verdict.FAIL)
    assert places([one for one in failed if one.decides]) == FAILED
    assert places([one for one in failed if not one.decides]) == FAILED_ADVICE
    assert places(by_verdict(example.done, Verdict.CONDITIONAL_PASS)) == BASICALLY


def test_what_expired_instruments_read_is_kept_and_undecided(example: Example) -> None:
    undecided = by_verdict(example.done, Verdict.INCONCLUSIVE)
    assert places(undecided) == EXPIRED
    assert {one.reason.code for one in undecided} == {"instrument_expired"}
    assert {one.value for one in undecided} == {23.5, 48.0, 0.62}


def test_every_question_is_answered_or_is_due_only_when_needed(example: Example) -> None:
    unanswered = [
        one
        for one in by_verdict(example.done, Verdict.NOT_TESTED)
        if one.reason.code != "clause_not_seen"
    ]
    assert {one.modality for one in unanswered} == {Modality.CONDITIONAL}
    assert {name for name, _ in places(unanswered)} == LEFT_OPEN
    unseen = [
        one
        for one in by_verdict(example.done, Verdict.NOT_TESTED)
        if one.reason.code == "clause_not_seen"
    ]
    assert not any(one.mandatory for one in unseen)


def test_what_was_not_drawn_is_no_pass(example: Example) -> None:
    assert {device for one in example.done.samples for device in one.drawn} == DRAWN
    spared = [one for one in example.done.findings if one.reason.code == "not_in_sample"]
    assert {one.subject for one in spared} == {"cam-01", "cam-02", "cam-04"}
    assert {one.verdict for one in spared} == {Verdict.NOT_APPLICABLE}


def test_the_analogue_camera_is_asked_what_is_asked_of_analogue_cameras_only(
    example: Example,
) -> None:
    """Signal-to-noise ratio and level are asked of it; frame rate and latency are not."""
    asked = {
        finding.requirement.partition("#")[2]: finding.verdict
        for finding in example.done.findings
        if finding.subject == "cam-06"
    }
    wanted = [
        f"{clause}/{name}" for clause in ("5.2", "5.4.2") for name in ("noise-colour", "level")
    ]
    assert {asked[name] for name in (*wanted, "5.2/resolution-colour")} == {Verdict.PASS}
    assert {asked[name] for name in ("5.2/frame-rate", "5.4.2/latency")} == {Verdict.NOT_APPLICABLE}


def test_the_scores_are_those_of_the_formula_and_the_conclusion_stays_open(
    example: Example,
) -> None:
    """K = (n1 + 0.6 n2) / n of 8 + 1 of 9, 56 + 1 of 60 and 16 of 16.

    Three open items could change the first.
    """
    (concluded,) = example.done.conclusions
    parts = {one.part: (one.conform, one.basic, one.failed, one.open) for one in concluded.parts}
    assert parts == {
        Part.CONSTRUCTION: (8, 1, 0, 3),
        Part.TECHNICAL: (56, 1, 3, 0),
        Part.DOCUMENTS: (16, 0, 0, 0),
    }
    scores = [(one.score, one.lowest, one.highest) for one in concluded.parts]
    assert scores == [
        pytest.approx((8.6 / 9, 8.6 / 12, 11.6 / 12)),
        pytest.approx((56.6 / 60,) * 3),
        pytest.approx((1.0,) * 3),
    ]
    assert concluded.outcome is Outcome.OPEN
    assert {one.partition("#")[2] for one in concluded.open} == {name for name, _ in EXPIRED}


def test_the_bottom_line_fails_and_is_provisional(example: Example) -> None:
    line = example.done.bottom_line
    assert (line.verdict, line.provisional) == (Verdict.FAIL, True)
    assert (line.not_tested, line.outside) == ((), ())
    assert {one.partition("#")[2] for one in line.failed} == {name for name, _ in FAILED}
    assert example.code == 1


def test_page_1_says_that_twenty_days_fall_short_of_what_chongqing_has_asked_since_2009(
    example: Example,
) -> None:
    """The second recorder passes the 15 days of the letter, and its row and page 1 say so."""
    kept = {
        one.subject: [remark.code for remark in one.remarks]
        for one in example.done.findings
        if one.requirement.endswith("#5.6.2a/retention")
    }
    assert kept == {"rec-1": ["source_replaced"], "rec-2": ["below_advice", "source_replaced"]}
    page = re.sub(r"(<[^>]+>|\s)+", " ", (example.folder / "report.html").read_text("utf-8"))
    first = page[: page.index("委托单位")]
    assert "符合限值，但未达到 渝府令第230号 第十九条（八） 自 2009-12-11 起一般要求" in first
    assert "GB 50198-1994（施行至 2012-05-31，由 GB 50198-2011 代替）" in first


def test_the_report_tells_the_days_of_work_apart_from_judging_and_signing(example: Example) -> None:
    assert example.done.days_of_work == ("2026-11-23", "2026-11-24")
    page = re.sub(r"(<[^>]+>|\s)+", " ", (example.folder / "report.html").read_text("utf-8"))
    assert "检验日期 2026年11月23日 – 2026年11月24日" in page
    assert "签发日期 以签名日期为准" in page


def test_the_report_shows_the_concession_beside_its_finding(example: Example) -> None:
    page = re.sub(r"(<[^>]+>|\s)+", " ", (example.folder / "report.html").read_text("utf-8"))
    places = [found.start() for found in re.finditer("按现状接收", page)]
    [beside] = [place for place in places if "不符合" in page[place - 120 : place]]
    assert "立杆基础下有燃气管线" in page[beside : beside + 160]


def test_the_chinese_report_words_what_files_and_packs_call_by_codes(example: Example) -> None:
    """Methods of people, rows of sheets, clips of panels, items of samples.

    What nobody judged is left out.
    """
    page = re.sub(r"<[^>]+>", " ", (example.folder / "report.html").read_text(encoding="utf-8"))
    assert "现场检查、仪器读数" in page
    assert "answers.csv 第 2 行" in page
    assert not re.search(r"\b(inspected|documented|row \d+|item \d+)\b", page)
    sampled = page[page.index("适用项目") : page.index("拍摄计划")]
    assert "db50_216_2006#" not in sampled
    assert "DB50/216-2006 5.1" in sampled
    assert "5.2 彩色图像中心水平清晰度" in sampled
    beside = len(example.done.measurements) - page.count("· 方法：")
    assert f"另有 {beside} 个测量结果未用于判定" in page


WHOLE = pytest.param(True, marks=[pytest.mark.slow, pytest.mark.pages], id="all pages")


@pytest.mark.parametrize("whole", [pytest.param(False, id="plain pages"), WHOLE])
def test_the_report_verifies_and_every_planned_shot_is_there(
    example: Example, chain: DemoChain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
    *, whole: bool,
) -> None:  # fmt: skip
    """Plain pages are those that the example has; to set all of them twice takes a minute."""
    folder = reissued(example, chain, tmp_path) if whole else example.folder
    monkeypatch.setattr(typesetting, "_JUST_SET", {})
    with nullcontext() if whole else plain():
        assert acceptance(monkeypatch, "verify", folder, "--trust", chain.root) == 0
    assert acceptance(monkeypatch, "status", example.plan) == 0


def reissued(example: Example, chain: DemoChain, place: Path) -> Path:
    """Issue the report anew with all its pages."""
    folder = shutil.copytree(example.folder, place / example.folder.name)
    for path in (*folder.glob("report.*"), *folder.glob("annex-*.pdf")):
        path.unlink()
    evidence.seal(folder, example.done)
    issuing.issue(folder, signer=load_signer(chain.signer, chain.password))
    with PdfReader(folder / "report.pdf") as reader:
        assert "不符合" in "".join(page.extract_text() for page in reader.pages[:2])
    return folder


@pytest.mark.pages
@pytest.mark.parametrize("lang", ["zh", slow("en")])
def test_the_main_report_of_twelve_cameras_has_twenty_pages_at_most(
    example: Example, lang: str
) -> None:
    packs = store.load_packs(example.done.plan, example.folder / "data" / "packs")
    volumes = render.volumes(example.done, packs, example.folder, lang)
    hashes = dict.fromkeys(ANNEXES.values(), "0" * 64)
    assert len(PdfReader(io.BytesIO(volumes.report(hashes, {}))).pages) <= 20


def test_by_todays_editions_twenty_days_of_recordings_are_too_few(
    example: Example, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """At least 15 days by the editions that the standard names, 30 by those in force.

    Nothing was filmed again.
    """
    path, sides = tmp_path / "diff.json", ("before", "after")
    assert acceptance(monkeypatch, "diff", example.folder, example.again, "--json", path) == 1
    rows = {
        (row["requirement"].partition("#")[2], row["subject"]): row
        for row in json.loads(path.read_text("utf-8"))["rows"]
    }
    kept = {name: rows["5.6.2a/retention", name] for name in ("rec-1", "rec-2")}
    assert [kept["rec-1"][side]["verdict"] for side in sides] == ["pass", "pass"]
    assert [kept["rec-2"][side]["verdict"] for side in sides] == ["pass", "fail"]
    assert [kept["rec-2"][side]["value"] for side in sides] == pytest.approx([20, 20], abs=0.01)
