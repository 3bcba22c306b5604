"""A session as HTML, as PDF/A-3b with the session inside, and as JUnit XML.

What the report carries follows ISO/IEC 17025:2017, 7.8.2, 7.8.3 and 7.8.6, in the order of a
Chinese 检验报告. Templates, style sheet and phrases are in ``report_templates``; ``wording.py`` puts in
the words, ``book.py`` sorts what each page shows.
"""

from __future__ import annotations

import base64
import importlib
import os
import re
import warnings
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from acceptance import data, wording
from acceptance.errors import SetupError
from acceptance.model import RuleKind, Verdict
from acceptance.report import answered, provenances, site_matrix
from acceptance.report import book as report_book
from acceptance.report.rows import UNJUDGED
from acceptance.wording import limit, phrases, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import ModuleType

    from acceptance.model import Pack, Session
    from acceptance.report.rows import Row

__all__ = [
    "bottom_line",
    "check_fonts",
    "html",
    "junit",
    "limit",
    "pdf",
    "pdf_of_svg",
    "phrases",
    "reason",
]

SANS, SERIF = "Noto Sans CJK SC", "Noto Serif CJK SC"
DOTS_PER_INCH = 150
JPEG_QUALITY = 80
# What XML 1.0 cannot hold, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def html(
    session: Session,
    packs: Sequence[Pack],
    folder: Path,
    lang: str = "zh",
    profiles: Sequence[tuple[Pack, Pack]] = (),
) -> str:
    """Return the report as one HTML page for the session folder.

    Only the stills below ``data/`` are not inside.
    ``folder`` is the session folder, ``profiles``
    pairs packs with their other profiles. Raises ``InputError`` where the language has no phrases.
    """
    book = report_book.Book(
        session=session, packs=packs, folder=folder, lang=lang, profiles=profiles
    )
    return _page(book, rendering=True)


def _page(book: report_book.Book, *, rendering: bool) -> str:
    """Return the page; a mere ``rendering`` says that the signed PDF and session.json decide."""
    style = (data.folder("report_templates") / "style.css").read_text(encoding="utf-8")
    template = _environment(book.lang).get_template("report.html")
    safe_style = Markup(style)  # noqa: S704 - a file of our own, which escaping would break
    # Control characters in a name would spoil both the page and the PDF's metadata.
    lines = _sentences(book.session, book.lang, book.packs)
    told = answered.Answered(session=book.session, lang=book.lang)
    return _clean(
        template.render(
            book=book, answered=told, style=safe_style, lines=lines, rendering=rendering
        )
    )


def pdf(
    session: Session,
    packs: Sequence[Pack],
    folder: Path,
    lang: str,
    session_json: bytes,
    profiles: Sequence[tuple[Pack, Pack]] = (),
) -> bytes:
    """Return the report as PDF/A-3b with ``session_json`` attached as ``session.json`` (relationship Source).

    The same input gives the same bytes: all times in the file are the session's. Raises
    ``SetupError`` without a Chinese font, because the renderer would draw empty boxes and say
    nothing.
    """
    check_fonts()
    library = _weasyprint()
    book = report_book.Book(
        session=session, packs=packs, folder=folder, lang=lang, profiles=profiles
    )
    finished = _moment(session.finished)
    attachment = library.Attachment(
        string=session_json,
        name="session.json",
        created=finished,
        modified=finished,
        relationship="Source",
    )
    options = {
        "pdf_variant": "pdf/a-3b",
        "optimize_images": True,
        "dpi": DOTS_PER_INCH,
        "jpeg_quality": JPEG_QUALITY,
    }
    with _frozen_time(finished):
        page = library.HTML(
            string=_page(book, rendering=False),
            base_url=f"{folder.resolve().as_uri()}/",
            url_fetcher=_fetcher(folder),
        )
        return bytes(page.write_pdf(attachments=[attachment], **options))


def pdf_of_svg(svg: str, width_mm: float, height_mm: float) -> bytes:
    """Return a drawing as a PDF of one page of exactly this size in millimetres, without margins."""
    check_fonts()
    source = base64.b64encode(svg.encode()).decode()
    size = f"{width_mm}mm {height_mm}mm"
    page = (
        f"<style>@page{{size:{size};margin:0}}html,body{{margin:0;font-size:0}}"
        f"img{{display:block;width:{width_mm}mm;height:{height_mm}mm}}</style>"
        f'<img alt="" src="data:image/svg+xml;base64,{source}">'
    )
    with _frozen_time(datetime.fromtimestamp(0, UTC)):
        return bytes(_weasyprint().HTML(string=page, url_fetcher=_fetcher(Path())).write_pdf())


def form(template: str, lang: str, **told: Any) -> bytes:  # noqa: ANN401 - whatever the template shows
    """Return a form to print, made of a template of ``report_templates``, as PDF.

    The same input, the same bytes.
    """
    check_fonts()
    style = (data.folder("report_templates") / "forms.css").read_text(encoding="utf-8")
    safe_style = Markup(style)  # noqa: S704 - a file of our own, which escaping would break
    page = _clean(_environment(lang).get_template(template).render(style=safe_style, **told))
    with _frozen_time(datetime.fromtimestamp(0, UTC)):
        return bytes(_weasyprint().HTML(string=page, url_fetcher=_fetcher(Path())).write_pdf())


def bottom_line(session: Session, lang: str, packs: Sequence[Pack] = ()) -> str:
    """Word the bottom line.

    Its scope, the verdict (暂定 where provisional), and the mandatory clauses not tested.
    """
    return str(phrases(lang)["bottom_line"]["space"]).join(_sentences(session, lang, packs))


def _sentences(session: Session, lang: str, packs: Sequence[Pack]) -> list[str]:
    due = [
        (one.pack, one.clause)
        for one in session.findings
        if one.requirement in session.bottom_line.not_tested and one.verdict is Verdict.NOT_TESTED
    ]
    outside = [
        (pack, clause)
        for pack, _, clause in (one.partition("#") for one in session.bottom_line.outside)
    ]
    untested, beyond = (_numbered(ones, lang, packs) for ones in (due, outside))
    four_word = any(
        one.decision_rule and one.decision_rule.kind is RuleKind.FOUR_WORD
        for one in session.findings
    )
    said = wording.bottom_line(session.bottom_line, untested, beyond, lang, four_word=four_word)
    return [*said, *_of_samples(session, lang)]


def _of_samples(session: Session, lang: str) -> list[str]:
    """Say that the conclusion rests on samples, and on re-tests of what had failed in which session."""
    words, again = phrases(lang)["bottom_line"], [one for one in session.samples if one.retest_of]
    failed = dict.fromkeys(device for one in again for device in one.failed)
    sessions = dict.fromkeys(one.session or wording.DASH for one in again)
    told = {"devices": words["comma"].join(failed), "sessions": words["comma"].join(sessions)}
    sampled = [words["sampled"]] if session.samples else []
    return [*sampled, *([words["retested"].format(**told)] if again else [])]


def _numbered(clauses: Sequence[tuple[str, str]], lang: str, packs: Sequence[Pack]) -> list[str]:
    """Name clauses (pack id, clause) by their standard's number, each standard once."""
    numbers = {pack.id: pack.number for pack in packs}
    groups: dict[str, dict[str, None]] = {}
    for pack, clause in clauses:
        groups.setdefault(numbers.get(pack, pack), {})[clause] = None
    return [
        f"{number} {phrases(lang)['bottom_line']['comma'].join(group)}"
        for number, group in groups.items()
    ]


@lru_cache
def check_fonts() -> None:
    """Set a line in each typeface and look at what the renderer took.

    Raises ``SetupError`` where it is another one.
    """
    page = "".join(f"<p style=\"font-family:'{family}'\">检验报告</p>" for family in (SANS, SERIF))
    document = _weasyprint().HTML(string=page).render()
    document.write_pdf()
    missing = {SANS, SERIF} - {font.family for font in document.fonts.values()}
    if missing:
        what = f"the Chinese typefaces are not installed: {', '.join(sorted(missing))}"
        raise SetupError(
            what, hint="Install them: apt-get install fonts-noto-cjk", code="font_missing"
        )


def _weasyprint() -> ModuleType:
    try:
        with warnings.catch_warnings():
            # without any, Pango ends the process
            warnings.filterwarnings("error", "No fonts|FontConfig cannot")
            # late: only a report needs its system libraries
            return importlib.import_module("weasyprint")
    except UserWarning as error:
        hint = "Install them: apt-get install fonts-noto-cjk"
        raise SetupError("no fonts are installed", hint=hint, code="font_missing") from error
    except OSError as error:
        hint = "Install it: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        raise SetupError(
            f"Pango is not installed ({error})", hint=hint, code="pango_missing"
        ) from error


def _fetcher(folder: Path) -> Any:  # noqa: ANN401 - a class of WeasyPrint, which is imported late
    """Return a fetcher that opens ``data:`` addresses and files within ``folder``, and nothing else."""
    from weasyprint.urls import URLFetcher  # noqa: PLC0415 - as above

    root = folder.resolve()

    class Fetcher(URLFetcher):  # type: ignore[misc, unused-ignore] # untyped base class
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - as above
            if url.startswith("file:") and not Path(
                unquote(urlsplit(url).path)
            ).resolve().is_relative_to(root):
                raise ValueError(f"outside the session folder: {url}")
            return super().fetch(url, headers)

    return Fetcher(allowed_protocols={"data", "file"}, allow_redirects=False)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


@contextmanager
def _frozen_time(moment: datetime) -> Iterator[None]:
    """Make embedded fonts carry this time (https://reproducible-builds.org/specs/source-date-epoch)."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(int(moment.timestamp()))
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
        if before is not None:
            os.environ["SOURCE_DATE_EPOCH"] = before


@lru_cache
def _environment(lang: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(data.folder("report_templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    bound = (
        wording.word,
        wording.quantity,
        wording.unit,
        wording.region,
        wording.figure,
        wording.small,
        wording.rule,
        wording.verdict,
    )
    environment.filters |= {
        one.__name__: partial(one, lang=lang) for one in (*bound, reason, limit)
    }
    environment.filters |= {
        "probability": wording.probability,
        "per_cent": wording.per_cent,
        "degrees": wording.degrees,
    }
    environment.filters |= {"number": wording.number, "bound": wording.bound, "moment": _moment}
    environment.globals |= {
        "p": phrases(lang),
        "lang": lang,
        "most": report_book.MOST_ROWS,
        "grid": site_matrix.grid,
    }
    environment.globals |= {"kept": provenances.kept, "confirmed": provenances.confirmed}
    return environment


def junit(session: Session, packs: Sequence[Pack]) -> str:
    """Return JUnit XML: one suite for each pack, one case for each requirement and subject.

    不合格 is a failure, 无法判定 and an untested mandatory item an error, 不适用 and any other untested item
    skipped. What only should or may be never breaks a build: its failure is a passed case that says
    so in ``system-out``.
    """
    book = report_book.Book(session=session, packs=packs, folder=Path(), lang="en")
    root = ET.Element("testsuites", name=_clean(session.id))
    for pack in book.packs:
        cases = [_case(book, row) for row in book.rows if row.finding.pack == pack.id]
        suite = ET.SubElement(root, "testsuite", name=_clean(pack.number), tests=str(len(cases)))
        for counter, outcome in (
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            suite.set(counter, str(sum(one.find(outcome) is not None for one in cases)))
        suite.extend(cases)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(book: report_book.Book, row: Row) -> ET.Element:
    finding = row.finding
    case = ET.Element(
        "testcase",
        classname=_clean(finding.requirement),
        name=_clean(f"{row.item} [{finding.subject}]"),
    )
    properties = ET.SubElement(case, "properties")
    for name, value in _properties(book, row).items():
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    outcome = _outcome(row)
    message = _clean(f"{wording.verdict(finding, 'en')}: {reason(finding.reason, 'en')}")
    if outcome:
        ET.SubElement(case, outcome, message=message, type=finding.reason.code)
    elif not row.finding.decides:
        ET.SubElement(
            case, "system-out"
        ).text = f"{finding.modality}, no effect on the conclusion: {message}"
    return case


def _outcome(row: Row) -> str | None:
    verdict = row.finding.verdict
    if not row.finding.decides:
        return "skipped" if verdict in UNJUDGED else None
    if verdict in {Verdict.FAIL, Verdict.CONDITIONAL_FAIL}:
        return "failure"
    if verdict is Verdict.INCONCLUSIVE or (verdict is Verdict.NOT_TESTED and row.finding.mandatory):
        return "error"
    return "skipped" if verdict in UNJUDGED else None


def _properties(book: report_book.Book, row: Row) -> dict[str, str]:
    finding, session = row.finding, book.session
    shots = {session.measurements[index].shot for index in finding.measurements}
    evidence = " ".join(one.sha256 for one in session.taken if one.id in shots)
    expanded = finding.k * finding.uncertainty if finding.k and finding.uncertainty else None
    known = {
        "clause": finding.clause,
        "verdict": finding.verdict.value,
        "modality": finding.modality.value,
        "provisional": str(finding.provisional).lower(),
        "limit": limit(finding.limit, "en") if finding.limit else None,
        "value": None if finding.value is None else f"{finding.value!r} {finding.unit}",
        "U": None if expanded is None else f"{expanded!r} {finding.unit}",
        "evidence": evidence or None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _clean(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
