"""What an institute puts on its reports by templates and phrases of its own.

A template fills one place of a report: the head of the first page, a part of the notices, the
instruments, the end. It is Jinja without calls, filters and counted loops, and makes plain HTML
without styles: so it runs to its end, and nothing in it can cover, move or hide what stands beside
it. Of the phrases only titles and names of fields can be replaced. No verdict, provisional mark or
warning comes from either (decision 137).
"""

from __future__ import annotations

import html
import re
import struct
from dataclasses import asdict, dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from acceptance import wording
from acceptance.checks.verdict_words import VERDICTS, as_read
from acceptance.errors import PlanError
from acceptance.files import regular
from acceptance.messages import cause_of, tr
from acceptance.model import Instrument, Person, Plan
from acceptance.report import own_styles
from acceptance.report.templates import drawn, own_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.model import Institute

ENDING = ".html"
PLACES = ("letterhead", "notices", "results", "conditions", "instruments", "subjects", "closing")
BESIDE_A_VERDICT = tuple(place for place in PLACES if place != "notices")
MOST_BYTES = 64 << 10  # of a template
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
MOST_OF_A_LOGO = 1 << 20  # bytes
MOST_PIXELS = 4000  # on a side of it
DEEPEST = 20  # tags in tags
MARKS = re.compile(
    r"(?<![a-z])(?:c[\W_]*m[\W_]*a|c[\W_]*n[\W_]*a[\W_]*s|ilac[\W_]*mra)(?![a-z])"
    r"|资质认定|计量认证|认可标志",
    re.IGNORECASE,
)
TAGS = {
    *("p", "div", "span", "b", "i", "br", "h3", "h4", "ul", "ol", "li", "small", "sub", "sup"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
TOKEN = re.compile(
    r"(?P<text>(?:[^<>&]|&(?:amp|lt|gt|quot|nbsp|#34|#39);)+)"
    r"|</(?P<end>[a-z0-9]+)>"
    r'|<(?P<begin>[a-z0-9]+)(?P<attributes>(?: [a-z]+="[^"<>&]*")*)>'
)
ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
VOID = {"br"}
CLASSES = {"left", "centre", "right", "large", "small", "rule", "grid", "breakable"}
SPANS = {"colspan", "rowspan"}
# Sections of the phrase file whose words name fields and people, and decide nothing.
OWN_WORDS: Mapping[str, frozenset[str]] = {
    "report": frozenset(
        {
            *("title_device", "title_site", "title_testing", "title_inspection"),
            *("title_acceptance", "number", "end", "issued_on_signing"),
        }
    ),
    "label": frozenset(
        {
            *("project", "customer", "customer_contact", "designer", "builder"),
            *("inspected", "laboratory", "laboratory_address"),
            *("place", "kind", "received", "tested", "issued", "description", "contract", "seal"),
            *("riding_seal", "telephone", "operator", "signature", "name", "role"),
        }
    ),
    "role": frozenset({"tester", "reviewer", "approver", "operator", "expert"}),
    "heading": frozenset({"notices", "people", "instruments", "subjects"}),
}


@dataclass(frozen=True, kw_only=True)
class OwnPages:
    """The places of a report that an institute fills itself.

    ``folder`` is where its paths count from, ``report`` holds what only the report knows: its
    ``number``, ``title`` and ``date``.
    """

    plan: Plan
    folder: Path
    report: Mapping[str, str]
    people: Sequence[Person] = ()

    @property
    def logo(self) -> str:
        """The path of the institute's logo, or nothing where it has none that can be drawn."""
        name = self.plan.institute.logo
        return name if name and not wrong_logo(self.folder / name) else ""

    def text(self, place: str) -> str | None:
        """Return what the institute has for a place (of ``PLACES``), or nothing."""
        file = self.file(place)
        return drawn(made(file, self.context)) if file else None

    def file(self, name: str) -> Path | None:
        """Return the template of a place or page; None where the institute has none."""
        institute = self.plan.institute
        file = self.folder / institute.templates / f"{name}{ENDING}"
        return file if institute.templates and file.is_file() else None

    @cached_property
    def context(self) -> dict[str, object]:
        """What a template may name."""
        plan, institute = self.plan, self.plan.institute
        return {
            "report": SimpleNamespace(**self.report),
            "institute": SimpleNamespace(
                name=institute.name, address=institute.address, telephone=institute.telephone
            ),
            "project": SimpleNamespace(**asdict(plan.project)),
            "people": [SimpleNamespace(name=one.name, role=one.role) for one in self.people],
            "instruments": [SimpleNamespace(**asdict(one)) for one in plan.instruments],
        }


def wrong_logo(file: Path) -> str:
    """Say why a file cannot be a logo: a PNG of at most 1 MB and 4,000 x 4,000 pixels; or ''."""
    try:
        content = regular.content(file, MOST_OF_A_LOGO)
    except OSError as error:
        return tr("cannot be read ({cause})", cause=cause_of(error))
    if not content.startswith(PNG):
        return tr("is no PNG")
    sides = struct.unpack(">II", content[16:24].ljust(8, b"\0"))
    within = all(1 <= side <= MOST_PIXELS for side in sides)
    return "" if within else tr("has a side of more than {most} pixels, or none", most=MOST_PIXELS)


def try_out(file: Path) -> None:
    """Fill in a template with what a plan may hold. Raises PlanError as ``made`` does."""
    made(file, example(file.parent).context)


def example(folder: Path) -> OwnPages:
    """Return what an empty plan would give to templates of a folder."""
    return OwnPages(
        plan=Plan(people=(Person(name="", role=""),), instruments=(Instrument(id="", name=""),)),
        folder=folder,
        report={"number": "", "title": "", "date": ""},
        people=(Person(name="", role=""),),
    )


def _text(file: Path) -> str:
    try:
        return regular.content(file, MOST_BYTES).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        what = tr("cannot be read ({cause})", cause=error)
        raise PlanError(what, where=str(file), hint=tr("Write it in UTF-8")) from error


def made(file: Path, context: Mapping[str, object]) -> str:
    """Return the HTML that a template makes.

    Raises PlanError naming what no template may have: not readable, not UTF-8, too large, calls,
    tags and attributes beyond the plain ones, words of a verdict beside the report's own.
    """
    where = str(file)
    page = filled(file, context)
    text = own_words(plain_text(page, where), context)
    _require_no_mark(text, where)
    if file.stem in BESIDE_A_VERDICT:
        require_no_verdict(text, where)
    return page


def own_words(text: str, context: Mapping[str, object]) -> str:
    """Return what a template says, without what the plan says of project, people, instruments.

    The names of these may hold any word.
    """
    named = [context["project"], *context["people"], *context["instruments"]]  # type: ignore[misc] # lists
    said = {str(value) for each in named for value in vars(each).values() if value}
    for value in sorted(said, key=len, reverse=True):
        if not is_neutral(value):
            text = text.replace(value, " ")
    return text


def filled(file: Path, context: Mapping[str, object]) -> str:
    """Return what a template makes, before it is looked at. Raises PlanError as ``made`` does."""
    return own_template(_text(file), context, str(file))


def _require_no_mark(text: str, where: str) -> None:
    """Refuse the name of an accreditation, which the report alone may show. Raises PlanError."""
    _refuse(MARKS, text, where)


def require_no_verdict(text: str, where: str) -> None:
    """Refuse words that a reader would take for the report's verdict. Raises PlanError."""
    _refuse(VERDICTS, text, where)


def require_neutral(text: str, where: str) -> None:
    """Refuse both: words of a verdict, and names of accreditations. Raises PlanError."""
    _require_no_mark(text, where)
    require_no_verdict(text, where)


def is_neutral(text: str) -> bool:
    """Whether a text holds neither words of a verdict nor the name of an accreditation."""
    return not any(words.search(as_read(text)) for words in (VERDICTS, MARKS))


def _refuse(words: re.Pattern[str], text: str, where: str) -> None:
    if found := words.search(as_read(text)):
        what = tr("{words!r:.80}: verdicts and marks come from the report alone", words=found[0])
        raise _wrong(what, where)


def plain_text(page: str, where: str) -> str:
    """Return the text of a page that is made of plain tags. Raises PlanError for anything else."""
    text, opened, place = "", list[str](), 0
    while place < len(page):
        token = TOKEN.match(page, place)
        if not token:
            what = tr("{text!r} may not stand in a template", text=page[place : place + 60])
            raise _wrong(what, where)
        place = token.end()
        text += token["text"] or " "
        if tag := token["begin"]:
            _require_plain(tag, token["attributes"], where)
            opened += [] if tag in VOID else [tag]
        elif (tag := token["end"]) and (not opened or opened.pop() != tag):
            raise _wrong(tr("</{tag}> ends what did not begin there", tag=tag), where)
        if len(opened) > DEEPEST:
            raise _wrong(tr("has more than {most} tags in tags", most=DEEPEST), where)
    if opened:
        raise _wrong(tr("<{tag}> is not ended", tag=opened[-1]), where)
    return html.unescape(text)


def _require_plain(tag: str, attributes: str, where: str) -> None:
    if tag not in TAGS:
        raise _wrong(tr("<{tag}> may not stand in a template", tag=tag), where)
    for name, value in ATTRIBUTE.findall(attributes):
        if not _plain(name, value):
            shown = f'{name}="{value}"'
            raise _wrong(tr("{text} may not stand in <{tag}>", text=shown, tag=tag), where)


def _plain(name: str, value: str) -> bool:
    if name == "class":
        return all(each in CLASSES or own_styles.CLASS.fullmatch(each) for each in value.split())
    return name in SPANS and bool(re.fullmatch("[1-9]|1[0-9]", value))


def _wrong(what: str, where: str) -> PlanError:
    return PlanError(what, where=where, hint=tr("docs/institute.md says what a template may have"))


def check_phrases(phrases: Mapping[str, Mapping[str, Mapping[str, str]]], where: str) -> None:
    """Refuse own words for what is no name of a field, and braces. Raises PlanError."""
    for place, text in _each(phrases):
        lang, section, code = place
        if lang not in wording.COMPLETE or code not in OWN_WORDS.get(section, ()):
            what = tr("{place} is no phrase that an institute may word itself",
                      place=".".join(place))  # fmt: skip
            raise _wrong(what, where)
        if not text.strip() or "{" in text or "}" in text:
            raise _wrong(tr("{place} needs words without braces", place=".".join(place)), where)
        require_neutral(text, f"{where}: {'.'.join(place)}")


def _each(
    phrases: Mapping[str, Mapping[str, Mapping[str, str]]],
) -> Iterator[tuple[tuple[str, str, str], str]]:
    for lang, sections in phrases.items():
        for section, words in sections.items():
            for code, text in words.items():
                yield (lang, section, code), text


def worded(institute: Institute, lang: str) -> dict[str, Any]:
    """Return the phrases of a language with the institute's own words in them."""
    usual = wording.phrases(lang)
    own = institute.phrases.get(lang, {})
    allowed = {
        section: {
            code: text
            for code, text in words.items()
            if code in OWN_WORDS.get(section, ()) and is_neutral(text)
        }
        for section, words in own.items()
    }
    return {name: {**words, **allowed.get(name, {})} for name, words in usual.items()}
