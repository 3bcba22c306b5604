"""The first page decides: verdict, counts, what failed by how much, and who is to sign."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pypdf
import pytest
from marks import slow
from sample_session import pack_of_db50, session_of

from acceptance import wording
from acceptance.model import (
    Finding,
    Limit,
    Pack,
    Project,
    Session,
    SessionWarning,
    Severity,
    Verdict,
)
from acceptance.report import page_places, render
from acceptance.report.book import Book
from acceptance.report.rows import finding_rows


@pytest.fixture(scope="module")
def pack() -> Pack:
    return pack_of_db50()


@pytest.fixture(scope="module")
def session(pack: Pack) -> Session:
    return session_of(pack)


def cover(session: Session, pack: Pack, folder: Path, lang: str) -> str:
    """Return the first page as HTML."""
    found = re.search(
        r'<section class="cover">.*?</section>',
        render.printed(Book(session=session, packs=[pack], folder=folder, lang=lang)),
        re.DOTALL,
    )
    assert found
    return unescape(found[0])


def measured_and_failed(session: Session) -> Finding:
    """Return a finding that fails a limit by what was measured."""
    return next(
        finding
        for finding in session.findings
        if finding.verdict is Verdict.FAIL and finding.value is not None and finding.limit
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_verdict_stands_alone_in_one_line_with_a_word_a_mark_and_a_colour(
    session: Session, pack: Pack, tmp_path: Path, lang: str
) -> None:
    page = cover(session, pack, tmp_path, lang)
    line = re.search(r'<p class="decision (\w*)"><span class="symbol">(.?)</span>(.*?)</p>', page)
    assert line
    assert line[1] == session.bottom_line.verdict == "fail"
    assert line[2] == "×"
    assert line[3].startswith(wording.word("fail", "verdict_overall", lang))


def test_what_failed_stands_with_limit_result_and_margin(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    page = cover(session, pack, tmp_path, "zh")
    failed = measured_and_failed(session)
    book = Book(session=session, packs=[pack], folder=tmp_path, lang="zh")
    row = next(row for row in book.rows if row.finding is failed)
    assert failed.limit
    for words in (wording.limit(failed.limit, "zh"), row.margin):
        assert words in page
    assert row.margin.startswith(wording.MINUS)


@pytest.mark.parametrize(
    ("limit", "value", "margin"),
    [
        (Limit(at_least=270, unit="TVL"), 202.3, "−67.7 TVL"),
        (Limit(at_most=2000, unit="TVL"), 2610.3, "−610 TVL"),
        (Limit(at_least=10, at_most=20, unit="TVL"), 18.0, "2 TVL"),
        (None, 5.0, ""),
    ],
)
def test_the_margin_is_the_way_to_the_nearest_limit(
    session: Session, pack: Pack, limit: Limit | None, value: float, margin: str
) -> None:
    finding = replace(measured_and_failed(session), limit=limit, value=value, unit="TVL")
    names = Book(session=session, packs=[pack], folder=Path(), lang="zh").names
    [row] = finding_rows(replace(session, findings=(finding,)), names)
    assert " ".join(row.margin.split()) == margin


def test_where_more_failed_than_fit_the_page_says_how_many(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    many = replace(session, findings=session.findings + (measured_and_failed(session),) * 30)
    book = Book(session=many, packs=[pack], folder=tmp_path, lang="en")
    page = cover(many, pack, tmp_path, "en")
    shown = page.count("<tr><td>") - 1  # and the places of the signatures
    assert 3 <= shown < len(book.summary.failed)
    assert f"{len(book.summary.failed) - shown} more failed" in page


def test_where_there_is_room_every_failed_item_is_listed_and_leads_to_its_row(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    few = replace(
        session, findings=(measured_and_failed(session),) * 6, warnings=(), supersedes="",
        plan=replace(session.plan, project=Project(title="某工程")),
    )  # fmt: skip
    page = cover(few, pack, tmp_path, "zh")
    assert page.count("<tr><td>") - 1 == 6
    assert [f'href="#failed-{number}"' in page for number in range(1, 7)] == [True] * 6


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("warned", [0, slow(3), 60])
def test_the_first_page_is_one_page_however_much_failed_and_is_to_be_known(
    session: Session, pack: Pack, tmp_path: Path, lang: str, warned: int
) -> None:
    codes = [*wording.phrases("zh")["warning_title"]][:warned]
    project = replace(session.plan.project, title="某某市公安局视频监控系统升级改造工程" * 4,
                      contract="HT-1")  # fmt: skip
    many = replace(
        session,
        plan=replace(session.plan, project=project),
        findings=session.findings + (measured_and_failed(session),) * 30,
        warnings=tuple(SessionWarning(code=code, severity=Severity.CAUTION) for code in codes),
    )
    page = render.printed(Book(session=many, packs=[pack], folder=tmp_path, lang=lang))
    first = page[: page.index("</section>")]
    laid = page_places.laid_out(
        first.replace('class="grid places"', 'class="grid places" id="places"'), tmp_path
    )
    assert laid.pages == 1
    assert "places" in laid.places


def test_places_for_three_signatures_and_the_seal_are_on_the_first_page_of_the_pdf(
    session: Session, pack: Pack, tmp_path: Path
) -> None:
    many = replace(session, findings=session.findings + (measured_and_failed(session),) * 30)
    pdf = render.volumes(many, [pack], tmp_path, "zh").report({}, {})
    first = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    for words in ("不合格", "主检", "审核", "批准", "检验机构（公章）", "另有"):
        assert words in first
