"""The summary for the site fits a page; the notice has what failed; neither hides anything."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pypdf
import pytest
from many_cameras import PHOTO, STILL, draw, pack_of_many, session_of_many
from marks import slow
from sample_session import pack_of_db50, session_of

from acceptance import wording
from acceptance.model import Concession, Finding, Scope, SessionWarning, Severity, Verdict
from acceptance.report import papers, render
from acceptance.report.book import Book

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Session

PACK = pack_of_many()
SESSION = session_of_many(PACK, 14)
NAMED = papers.ReportNamed(session_sha256="5e" * 32, report_sha256="4f" * 32, signed=True)
DAY = dt.date(2026, 12, 31)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("会话")
    draw(folder, 14)
    return folder


def book_of(session: Session, folder: Path, lang: str = "zh") -> Book:
    return Book(session=session, packs=[PACK], folder=folder, lang=lang)


def text(page: str) -> str:
    words = re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])
    return " ".join(unescape(words).replace("\u202f", " ").replace("\u2009", " ").split())


def pages(page: str, book: Book) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(render.paper(page, book)))
    return [each.extract_text() for each in reader.pages]


def failing(session: Session, count: int) -> Session:
    """Return a session in which as many requirements fail, each on three devices."""
    first = next(
        finding for finding in session.findings if finding.verdict is Verdict.FAIL and finding.limit
    )
    more = [
        replace(first, requirement=f"made_up#long-{number}", subject=f"cam{device}")
        for number in range(count)
        for device in (1, 2, 3)
    ]
    open_ = [replace(each, verdict=Verdict.INCONCLUSIVE, clause="5.4.2" * 20) for each in more]
    return replace(session, findings=(*session.findings, *more, *open_))


def crowded(session: Session, most: int) -> Session:
    """Return what a page can hardly hold: long names, ``most`` warnings, many failures."""
    long = "某" * 5000 + "W" * 5000
    subjects = [replace(each, name=long) for each in session.plan.subjects]
    project = replace(
        session.plan.project, title=long, customer=long, builder=long, place=long, inspected=long,
        laboratory=long, report_title=long,
    )  # fmt: skip
    codes = list(wording.phrases("zh")["warning_title"])[:most]
    warnings = tuple(
        SessionWarning(code=code, severity=Severity.CAUTION, items=(long,)) for code in codes
    )
    plan = replace(session.plan, subjects=tuple(subjects), project=project)
    return replace(failing(session, 30), plan=plan, warnings=warnings)


# --- Summary for the site


@pytest.mark.parametrize(
    ("lang", "warnings"), [("zh", 0), slow("zh", 4), slow("en", 9), ("en", 99)]
)
def test_the_summary_fits_one_page_whatever_there_is_to_say(
    folder: Path, lang: str, warnings: int
) -> None:
    book = book_of(crowded(SESSION, warnings), folder, lang)
    [only] = pages(papers.site_summary(book, NAMED), book)
    words = wording.phrases(lang)["site_summary"]
    for kept in (words["builder"], words["title"], "SHA-256"):
        assert kept in only
    if lang == "en":  # Chinese comes back from a PDF with radicals for characters
        assert words["not_the_report"] in " ".join(only.split())


def test_the_summary_says_verdict_counts_failures_what_is_open_and_what_comes_next(
    folder: Path,
) -> None:
    said = text(papers.site_summary(book_of(SESSION, folder), NAMED))
    for words in (
        "本小结不是检验报告",
        "不合格（暂定）",
        "符合 78 · 不符合 6 · 未检 14",
        "不符合项 3 项，6 个结果",
        "4 号摄像机（大厅） (210.3 ± 9.7) TVL",
        "未检和无法判定的项目 1 项，14 个结果",
        "另有 12 台",
        "整改通知书",
        "施工单位代表",
        NAMED.session_sha256,
    ):
        assert words in said


@pytest.mark.parametrize(("more", "left_out"), [(3, 0), (30, 40)])
def test_the_summary_lists_every_requirement_that_there_is_room_for(
    folder: Path, more: int, left_out: int
) -> None:
    """4 of the session, and so many that fail and are open; at most 24 are listed."""
    said = text(papers.site_summary(book_of(failing(SESSION, more), folder), NAMED))
    untold = sum(int(count) for count in re.findall(r"另有 (\d+) 项，见检验报告", said))
    assert untold >= left_out
    assert untold < 4 + 2 * more - 7 if left_out else untold == 0


def test_a_summary_of_what_passed_asks_for_no_rectification(folder: Path) -> None:
    passed = [each for each in SESSION.findings if each.verdict is Verdict.PASS]
    line = replace(SESSION.bottom_line, verdict=Verdict.PASS)
    said = text(
        papers.site_summary(
            book_of(replace(SESSION, findings=tuple(passed), bottom_line=line), folder), NAMED
        )
    )
    assert "整改" not in said
    assert "检验报告经审核、批准并签名后发出" in said


@pytest.mark.parametrize("make", [papers.site_summary, lambda *given: papers.notice(*given, DAY)])
def test_no_paper_hides_a_warning_or_that_a_limit_is_provisional(
    folder: Path, make: object
) -> None:
    warnings = tuple(
        SessionWarning(code=code, severity=Severity.CAUTION)
        for code in wording.phrases("zh")["warning_title"]
    )
    assert callable(make)
    said = text(make(book_of(replace(SESSION, warnings=warnings), folder), NAMED))
    missing = [
        title for title in wording.phrases("zh")["warning_title"].values() if title not in said
    ]
    assert missing == []
    assert "参考，不作判定依据" in said
    assert "暂定" in said


# --- Notice


def test_the_notice_has_each_failed_requirement_with_limit_results_pictures_and_day(
    folder: Path,
) -> None:
    page = papers.notice(book_of(SESSION, folder), NAMED, DAY)
    said = text(page)
    for words in (
        "DB50-20261125-0001-ZG",
        "1. DB50/216-2006 5.2 彩色图像水平清晰度不低于 270 TVL",
        "≥ 270 TVL",
        "(210.3 ± 9.7) TVL (k = 1.99)",
        "重庆某小区视频监控",
        "查明原因并采取措施",
        "按要求改正",
        "整改期限 2026年12月31日",
        "施工单位（签收）",
        f"session.json SHA-256: {NAMED.session_sha256}",
        f"report.pdf SHA-256: {NAMED.report_sha256}（已签名）",
    ):
        assert words in said
    assert page.count('<section class="demand">') == 3
    assert (
        page.count("<img ") == 2 + 2 + 1
    )  # two stills twice, and one photo that two answers share
    assert "信噪比" not in said
    assert "主观评价" not in said


def test_without_a_day_the_notice_leaves_a_line_to_write_it_on(folder: Path) -> None:
    page = papers.notice(book_of(SESSION, folder), NAMED, None)
    assert page.count('<span class="blank">') == 1 + 3
    assert "report.pdf SHA-256" not in papers.notice(
        book_of(SESSION, folder), papers.ReportNamed(session_sha256="5e" * 32), None
    )


def test_recommended_items_are_counted_and_not_asked_for(folder: Path) -> None:
    pack = pack_of_db50()
    level = next(each for each in SESSION.findings if each.verdict is Verdict.FAIL)
    advised = replace(level, requirement=f"{pack.id}#level", modality="should")
    page = papers.notice(
        book_of(replace(SESSION, findings=(*SESSION.findings, advised)), folder), NAMED, DAY
    )
    assert page.count('<section class="demand">') == 3
    assert "另有推荐性项目 1 个结果不符合" in text(page)


def test_what_the_acceptance_group_conceded_stays_in_the_notice_and_is_marked(folder: Path) -> None:
    failed: Finding = next(each for each in SESSION.findings if each.verdict is Verdict.FAIL)
    concession = Concession(
        subject=failed.subject, requirement=failed.requirement, decision="让步接收", by="张主任",
        when="2026-11-26", why="下期更换",
    )  # fmt: skip
    plan = replace(SESSION.plan, scope=Scope.SITE, concessions=(concession,))
    said = text(papers.notice(book_of(replace(SESSION, plan=plan), folder), NAMED, DAY))
    assert "让步接收（张主任，2026年11月26日）" in said


def test_a_notice_of_many_failures_has_all_of_them(folder: Path) -> None:
    page = papers.notice(book_of(failing(SESSION, 30), folder), NAMED, DAY)
    assert page.count('<section class="demand">') == 33
    assert page.count("<tr><td>") - 1 == len(book_of(failing(SESSION, 30), folder).summary.failed)


def test_pictures_are_held_by_the_page_and_only_those_of_the_folder(
    folder: Path, tmp_path: Path
) -> None:
    page = papers.notice(book_of(SESSION, folder), NAMED, DAY)
    assert set(re.findall(r'src="(\w+:\w+/\w+)', page)) == {"data:image/jpeg"}
    out = replace(SESSION, shots=tuple(replace(each, still="../x.jpg") for each in SESSION.shots))
    (folder.parent / "x.jpg").write_bytes((folder / STILL.format("cam4")).read_bytes())
    assert papers.notice(book_of(out, folder), NAMED, DAY).count("<img ") == 1
    huge = tmp_path / "data" / "answers"
    huge.mkdir(parents=True)
    (tmp_path / PHOTO).write_bytes(b"\xff" * (papers.LARGEST + 1))
    assert "<img " not in papers.notice(book_of(out, tmp_path), NAMED, DAY)


@pytest.mark.parametrize("make", [papers.site_summary, lambda *given: papers.notice(*given, DAY)])
def test_markup_and_hidden_signs_in_names_come_out_as_text(folder: Path, make: object) -> None:
    assert callable(make)
    evil = "\x00\u202e{{ 7 * 7 }}</title></style><script>alert(1)</script>\ue000𠮷"
    subjects = tuple(replace(each, name=evil) for each in SESSION.plan.subjects)
    project = replace(SESSION.plan.project, title=evil, builder=evil, laboratory=evil)
    plan = replace(SESSION.plan, subjects=subjects, project=project)
    book = book_of(replace(SESSION, plan=plan), folder)
    page = make(book, NAMED)
    assert "<script" not in page
    assert "{{ 7" in page
    assert "\u202e" not in page
    assert "\x00" not in page


def test_the_notice_of_hostile_names_is_set(folder: Path) -> None:
    pack = pack_of_db50()
    book = Book(session=session_of(pack), packs=[pack], folder=folder, lang="en")
    said = " ".join(" ".join(pages(papers.notice(book, NAMED, DAY), book)).split())
    assert "<script>alert('x')</script>" in said
    assert "conditional fail" in said
    assert "End of notice" in said
