"""Papers of a session for those on site, written beside its folder, which stays as it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.errors import PlanError, SessionError, UsageError
from acceptance.files.output import put, require_outside
from acceptance.messages import tr
from acceptance.report import papers, render
from acceptance.report.book import Book
from acceptance.session import contents, store
from acceptance.signing import issuing, verification

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    Page = Callable[[Book, papers.ReportNamed], str]

SUMMARY, NOTICE = "summary", "notice"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """The files of a paper; ``pdf`` is None where this machine can make none."""

    html: Path
    pdf: Path | None

    left_out: PlanError | None
    """Why the PDF is not on the page that the institute arranges, if it has one."""


def summary(folder: Path, file: Path | None = None, *, lang: str = "zh") -> Paper:
    """Write the summary for the site as PDF of one page, and as HTML of the same name.

    ``file`` is the PDF's; None: beside the session ``folder``, by its number. Raises SessionError
    where the session was changed, OutputError for a file in its folder.
    """
    own = papers.own_summary
    return _written(folder, file, SUMMARY, lang, papers.site_summary, own)


def notice(
    folder: Path, file: Path | None = None, *, lang: str = "zh", until: date | None = None
) -> Paper:
    """Write the notice of what is to be rectified, by the day ``until``; None: left blank.

    ``file`` is as for ``summary``. Raises also SessionError where nothing failed, and UsageError
    for a day before the session was judged.
    """

    def page(book: Book, origin: papers.ReportNamed) -> str:
        _require_due(book, folder, until)
        return papers.notice(book, origin, until)

    def own_page(book: Book, origin: papers.ReportNamed) -> str:
        return papers.own_notice(book, origin, until)

    return _written(folder, file, NOTICE, lang, page, own_page)


def _require_due(book: Book, folder: Path, until: date | None) -> None:
    if not book.summary.failed:
        what = tr("nothing failed: there is nothing to rectify")
        hint = tr(
            "What is open or was not tested: acceptance report {folder} --summary", folder=folder
        )
        raise SessionError(what, where=str(folder), hint=hint)
    judged = book.session.finished[:10]
    if until and until.isoformat() < judged:
        what = tr("{day} is before {judged}, when it was judged", day=until, judged=judged)
        raise UsageError(what, where=str(folder), hint=tr("Give a later day"))


def _written(
    folder: Path,
    file: Path | None,
    kind: str,
    lang: str,
    page: Page,
    own_page: Page,
) -> Paper:
    contents.require_readable(folder)
    verification.require_intact(folder)
    session = store.load(folder)
    place = file or folder.resolve().parent / f"{session.id}-{kind}.pdf"
    place, beside = place.with_suffix(".pdf"), place.with_suffix(".html")
    for output in (place, beside):
        require_outside(output, folder)
    packs, profiles = store.load_all_packs(session, folder)
    book = Book(session=session, packs=packs, folder=folder, lang=lang, profiles=profiles)
    origin = _origin(folder)
    made = page(book, origin)
    put(beside, made.encode())
    if issuing.lack():
        return Paper(html=beside, pdf=None, left_out=None)
    printed, left_out = _printed(made, own_page, book, origin)
    put(place, render.paper(printed, book))
    return Paper(html=beside, pdf=place, left_out=left_out)


def _printed(
    usual: str, own_page: Page, book: Book, origin: papers.ReportNamed
) -> tuple[str, PlanError | None]:
    """Return the page of the institute, if it has one and it shows all, else the usual one."""
    try:
        return own_page(book, origin) or usual, None
    except PlanError as error:
        return usual, error


def _origin(folder: Path) -> papers.ReportNamed:
    report = folder / store.REPORT
    content = report.read_bytes() if report.is_file() else b""
    return papers.ReportNamed(
        session_sha256=hashlib.sha256((folder / store.FILE).read_bytes()).hexdigest(),
        report_sha256=hashlib.sha256(content).hexdigest() if content else "",
        signed=issuing.is_signed(content),
    )
