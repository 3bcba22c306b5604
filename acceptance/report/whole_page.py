"""Whole pages of a report that an institute arranges itself.

The template is set beneath, in styles that reach nothing else. What a report must show on the page
is set by us, opaque and on top, in the places that the template gives it; so there is nothing that
could cover, shrink, paint over or move it. Where the places lie is read off the page as it was laid
out: each must be there once, on the sheet, wide enough, and touch no other (decision 152).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import tr, visible
from acceptance.report import own_pages, own_styles, page_places
from acceptance.report.own_styles import wrong_page
from acceptance.report.sheets import EDGE, LEAST, LOGO, SHEETS
from acceptance.report.templates import style, template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from acceptance.report.book import Book
    from acceptance.report.page_places import LaidOut, Rectangle
    from acceptance.report.sheets import PageParts

WIDTH, HEIGHT, MARGIN = 210.0, 280.5, 5.0  # mm; below is the strip with the page's number
SEAL = 201.0  # mm from the left: beyond it stand the words of the seal across the pages
PAGES, NEXT = 2, "."  # of a trial: the page, and one after it that shows what runs over
STYLE = re.compile(r"\s*<style>(?P<css>[^<]*)</style>", re.DOTALL)
MARK = re.compile("\ue000([a-z]+)\ue001")  # stands for a part until the text is checked


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A template filled in: what it says, with marks for the parts, and its styles."""

    body: str
    css: str
    where: str

    @property
    def parts(self) -> list[str]:
        """The parts that it has places for, in its order."""
        return MARK.findall(self.body)


def fill(file: Path, context: Mapping[str, object]) -> Filled:
    """Fill in the template of a page and look at all that it may not have.

    Raises PlanError as ``own_pages.made`` does, for styles as ``own_styles.scoped`` does, and where
    a part that the page must show has no place, or several.
    """
    where = str(file)
    names = {name: f"\ue000{name}\ue001" for name in (LOGO, *LEAST)}
    text = own_pages.filled(file, {**context, "part": SimpleNamespace(**names)})
    styled = STYLE.match(text)
    body = text[styled.end() :] if styled else text
    found = Filled(
        body=body,
        css=own_styles.scoped(styled["css"] if styled else "", f".own-{file.stem}", where),
        where=where,
    )
    _require_own_neutral(own_pages.plain_text(body, where), context, where)
    _require_parts(found, SHEETS[file.stem])
    return found


def _require_own_neutral(text: str, context: Mapping[str, object], where: str) -> None:
    own_pages.require_neutral(MARK.sub(" ", own_pages.own_words(text, context)), where)


def _require_parts(found: Filled, sheet: PageParts) -> None:
    missing = sorted(sheet.due - {*found.parts})
    elsewhere = sorted({*found.parts} - sheet.due - sheet.may)
    twice = sorted({name for name in found.parts if found.parts.count(name) > 1})
    if missing:
        what = tr("has no place for {parts}", parts=_named(missing))
        raise wrong_page(what, found.where)
    if twice:
        raise wrong_page(tr("has several places for {parts}", parts=_named(twice)), found.where)
    if elsewhere:
        raise wrong_page(
            tr("{parts} may not stand on this page", parts=_named(elsewhere)), found.where
        )


def _named(parts: list[str]) -> str:
    return ", ".join(f"{{{{ part.{name} }}}}" for name in parts)


def arranged(name: str, book: Book, contexts: Iterable[Mapping[str, object]]) -> str:
    """Arrange a page of the institute of a book.

    ``contexts`` hold what our parts may ask for, with less and less to show, or in small print
    (``crowded``): the first that the page has room for is taken. Nothing where there is no such
    template. Raises PlanError as ``ArrangedPage.arranged`` does where it has room for none.
    """
    file = book.own.file(name)
    if not file:
        return ""
    for context in contexts:
        try:
            return _page(name, file, book, context).arranged
        except PlanError as error:
            refused = error
    raise refused


def _page(name: str, file: Path, book: Book, context: Mapping[str, object]) -> ArrangedPage:
    sheet, made = SHEETS[name], template("part.html", book.lang)
    parts = {
        part: visible(made.render(**context, macros=sheet.macros, part=part).strip(), lines=True)
        for part in (*sheet.due, *sheet.may, EDGE)
    }
    return ArrangedPage(
        name=name, file=file, context=book.own.context, parts=parts, folder=book.folder,
        crowded=bool(context["crowded"]),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ArrangedPage:
    """A page that an institute arranges: its template, and the parts that we set on it."""

    name: str
    file: Path
    context: Mapping[str, object]
    """What the template may name."""

    parts: Mapping[str, str]
    """HTML of each part, of ``LOGO`` and of ``EDGE``; of one that says nothing, nothing."""

    folder: Path
    """From which the address of the logo counts."""

    crowded: bool
    """Whether the parts are set in small print, as on a usual page with much to say."""

    @property
    def styles(self) -> str:
        """Our style sheets that the parts are set by."""
        return style(SHEETS[self.name].styles) + style("whole.css")

    @property
    def _kind(self) -> str:
        return "crowded" if self.crowded else ""

    @property
    def arranged(self) -> str:
        """The page as a section of HTML with its styles.

        Raises PlanError as ``fill`` does, and where the page as it is laid out does not show what
        it must.
        """
        filled = fill(self.file, self.context)
        shown = {name: self.parts[name] for name in filled.parts if name in LEAST}
        shown = {name: part for name, part in shown.items() if part}
        first = self._laid_out(filled, dict.fromkeys(shown, 1.0))
        _require_drawn(first, shown, filled.where)
        heights = self._heights(shown, first)
        laid = self._laid_out(filled, heights)
        _require_whole(filled, laid)
        places = _require_seen(laid, shown, filled.where)
        _require_own_neutral(laid.words, self.context, filled.where)
        return self._section(filled, heights, _painted(shown, places))

    def _laid_out(self, filled: Filled, heights: Mapping[str, float]) -> LaidOut:
        return self._lay_out(self._section(filled, heights, "") + f"<p>{NEXT}</p>")

    def _lay_out(self, body: str) -> LaidOut:
        return page_places.laid_out(f"<style>{self.styles}</style>{body}", self.folder)

    def _heights(self, shown: Mapping[str, str], first: LaidOut) -> dict[str, float]:
        """Height in mm of each part in the width that its place has."""
        page = "".join(
            f'<div class="{self._kind}"><div class="part of-{name} measured" id="part-{name}" '
            f'style="width:{first.places[f"place-{name}"].width:.2f}mm">{part}</div></div>'
            for name, part in shown.items()
        )
        tall = "<style>@page { size: 210mm 4000mm; margin: 0 }</style>"
        found = self._lay_out(tall + page).places
        return {name: found[f"part-{name}"].height for name in shown}

    def _section(self, filled: Filled, heights: Mapping[str, float], painted: str) -> str:
        def placed(found: re.Match[str]) -> str:
            name = found[1]
            if name == LOGO:
                return self.parts[LOGO]
            height = f"{heights.get(name, 0):.2f}mm"
            return (
                f'<div class="place" id="place-{name}" style="display:block;height:{height};'
                f'min-height:{height};max-height:{height};padding:0;border:0"></div>'
            )

        body = visible(MARK.sub(placed, filled.body), lines=True)
        return (
            f"<style>{filled.css}</style>"
            f'<section class="whole"><div class="own-page own-{self.name}">{body}</div>'
            f'<div class="parts {self._kind}">{painted}{self.parts[EDGE]}</div></section>'
        )


def _painted(shown: Mapping[str, str], places: Mapping[str, Rectangle]) -> str:
    return "".join(
        f'<div class="part of-{name}" style="left:{place.left:.2f}mm;top:{place.top:.2f}mm;'
        f'width:{place.width:.2f}mm;min-height:{place.height:.2f}mm">{shown[name]}</div>'
        for name, place in places.items()
    )


def _require_whole(filled: Filled, laid: LaidOut) -> None:
    """Refuse a page whose own words do not all stand on it: the renderer drops what is too much.

    Raises PlanError.
    """
    own = visible(MARK.sub("", own_pages.plain_text(filled.body, filled.where)), lines=True)
    drawn, due = ("".join(text.split()) for text in (laid.words, own))
    if laid.pages > PAGES or laid.after != NEXT or len(drawn) < len(due):
        raise wrong_page(
            tr("goes over the end of the page, or hides words of its own"), filled.where
        )


def _require_drawn(laid: LaidOut, shown: Mapping[str, str], where: str) -> None:
    if hidden := [name for name in shown if f"place-{name}" not in laid.places]:
        raise wrong_page(tr("{parts} is not drawn", parts=_named(hidden)), where)


def _require_seen(laid: LaidOut, shown: Mapping[str, str], where: str) -> dict[str, Rectangle]:
    """Return where the parts lie. Raises PlanError where one of them could not be read there."""
    _require_drawn(laid, shown, where)
    places = {name: laid.places[f"place-{name}"] for name in shown}
    if wrong := list(_wrong_places(places)):
        raise wrong_page("; ".join(wrong), where)
    return places


def _wrong_places(places: Mapping[str, Rectangle]) -> Iterator[str]:
    for name, place in places.items():
        if place.width < LEAST[name]:
            yield tr("{part} is {width:.0f} mm wide and must be {least:.0f} mm",
                     part=_named([name]), width=place.width, least=LEAST[name])  # fmt: skip
        if not place.within(WIDTH, HEIGHT, MARGIN):
            yield tr("{part} does not lie on the page with {margin:.0f} mm around it",
                     part=_named([name]), margin=MARGIN)  # fmt: skip
        elif place.left + place.width > SEAL:
            yield tr("{part} lies where the words of the seal across the pages stand",
                     part=_named([name]))  # fmt: skip
    for names in page_places.overlapping(places):
        yield tr("{parts} overlap", parts=_named([*names]))
