"""A session as HTML, as PDF/A-3b with the session inside, and as JUnit XML; forms to print.

What the report carries follows ISO/IEC 17025:2017, 7.8.2, 7.8.3 and 7.8.6, in the order of a
Chinese 检验报告. Templates, style sheet and phrases are in ``report_templates``; ``wording`` puts
in the words, ``book`` has what each page shows.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from acceptance.messages import visible
from acceptance.report import web_page
from acceptance.report.book import Book
from acceptance.report.bottom_lines import bottom_line
from acceptance.report.file_names import REPORT
from acceptance.report.junit_xml import junit
from acceptance.report.templates import moment, style, template
from acceptance.report.typesetting import archived, check_fonts, fingerprint, typeset
from acceptance.report.volumes import Volumes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.model import Pack, Session

__all__ = [
    "bottom_line",
    "check_fonts",
    "fingerprint",
    "form",
    "html",
    "junit",
    "paper",
    "pdf_of_svg",
    "printed",
    "volumes",
]

EPOCH = datetime.fromtimestamp(0, UTC)  # the time of what is of no session


def html(
    session: Session,
    packs: Sequence[Pack],
    folder: Path,
    lang: str = "zh",
    profiles: Sequence[tuple[Pack, Pack]] = (),
) -> str:
    """Return the report as one HTML page to lie in the session folder, which has its stills.

    ``packs`` are those of the ``session``, ``folder`` its folder, ``lang`` is "zh" or "en",
    ``profiles`` pairs packs with their other profiles. Raises ``InputError`` where the language has
    no phrases.
    """
    book = Book(session=session, packs=packs, folder=folder, lang=lang, profiles=profiles)
    return web_page.html(book)


def printed(book: Book) -> str:
    """Return the pages of all volumes as HTML, before they are set."""
    return Volumes(book=book).printed


def volumes(
    session: Session,
    packs: Sequence[Pack],
    folder: Path,
    lang: str,
    profiles: Sequence[tuple[Pack, Pack]] = (),
    main: str = REPORT,
) -> Volumes:
    """Return the report as volumes to be set, the main report to be called ``main``.

    ``session``, ``packs``, ``folder``, ``lang`` and ``profiles`` are as for ``html``. The same
    input and ``fingerprint`` give the same bytes, wherever the folder lies: all times in the files
    are the session's.
    """
    book = Book(session=session, packs=packs, folder=folder, lang=lang, profiles=profiles)
    return Volumes(book=book, main=main)


def paper(page: str, book: Book) -> bytes:
    """Return a page of ``papers`` as PDF/A-3b, the same bytes for the same session.

    Raises ``SetupError`` without a Chinese font.
    """
    check_fonts()
    return archived(page, book.folder, moment(book.session.finished), {})


def pdf_of_svg(svg: str, width_mm: float, height_mm: float) -> bytes:
    """Return a drawing as a PDF of one page of exactly this size in millimetres, without margins.

    Raises ``SetupError`` without a Chinese font.
    """
    check_fonts()
    source = base64.b64encode(svg.encode()).decode()
    size = f"{width_mm}mm {height_mm}mm"
    page = (
        f"<style>@page{{size:{size};margin:0}}html,body{{margin:0;font-size:0}}"
        f"img{{display:block;width:{width_mm}mm;height:{height_mm}mm}}</style>"
        f'<img alt="" src="data:image/svg+xml;base64,{source}">'
    )
    return typeset(page, EPOCH)


def form(name: str, lang: str, **content: object) -> bytes:
    """Return a form to print, made of a template of ``report_templates``, as PDF.

    The same input gives the same bytes. Raises ``SetupError`` without a Chinese font.
    """
    check_fonts()
    page = template(name, lang).render(style=style("forms.css"), **content)
    return _form(visible(page, lines=True))


@lru_cache(maxsize=8)  # whoever has drawn a stamp verifies it next, by drawing it again
def _form(page: str) -> bytes:
    return typeset(page, EPOCH)
