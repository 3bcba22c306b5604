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
from acceptance.report.templates import style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from acceptance.report.page_places import LaidOut, Rectangle

WIDTH, HEIGHT, MARGIN = 210.0, 280.5, 5.0  # mm; below is the strip with the page's number
SHEETS: Mapping[str, frozenset[str]] = {  # pages, with what each must show
    "cover": frozenset({"number", "verdict", "reached", "failed", "replaced", "signatures"}),
    "statement": frozenset(),
}
LEAST: Mapping[str, float] = {  # mm of width without which a part cannot be read
    "number": 60, "title": 100, "verdict": 100, "reached": 120, "failed": 160, "facts": 150,
    "replaced": 100, "marks": 60, "institute": 80, "signatures": 176,
}  # fmt: skip
LOGO = "logo"
EDGE = "edge"  # what every page has at its right: the place of a seal across it
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
    own_pages.require_neutral(_own_words(own_pages.plain_text(body, where), context), where)
    _require_parts(found, SHEETS[file.stem])
    return found


def _own_words(text: str, context: Mapping[str, object]) -> str:
    """Return what the template says, without what the plan says of its project."""
    said = [str(value) for value in vars(context["project"]).values() if value]
    for value in sorted(said, key=len, reverse=True):
        if not own_pages.is_neutral(value):
            text = text.replace(value, " ")
    return MARK.sub(" ", text)


def _require_parts(found: Filled, due: frozenset[str]) -> None:
    missing = sorted(due - {*found.parts})
    twice = sorted({name for name in found.parts if found.parts.count(name) > 1})
    if missing:
        what = tr("has no place for {parts}", parts=_named(missing))
        raise _wrong(what, found.where)
    if twice:
        raise _wrong(tr("has several places for {parts}", parts=_named(twice)), found.where)


def _named(parts: list[str]) -> str:
    return ", ".join(f"{{{{ part.{name} }}}}" for name in parts)


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
        places = _require_seen(laid, shown, filled.where)
        own_pages.require_neutral(_own_words(laid.words, self.context), filled.where)
        return self._section(filled, heights, _painted(shown, places))

    def _laid_out(self, filled: Filled, heights: Mapping[str, float]) -> LaidOut:
        return _lay_out(self._section(filled, heights, ""), self.folder)

    def _heights(self, shown: Mapping[str, str], first: LaidOut) -> dict[str, float]:
        """Height in mm of each part in the width that its place has."""
        page = "".join(
            f'<div class="part measured" id="part-{name}" '
            f'style="width:{first.places[f"place-{name}"].width:.2f}mm">{part}</div>'
            for name, part in shown.items()
        )
        tall = "<style>@page { size: 210mm 4000mm; margin: 0 }</style>"
        found = _lay_out(tall + page, self.folder).places
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
            f'<div class="parts">{painted}{self.parts[EDGE]}</div></section>'
        )


def _lay_out(body: str, folder: Path) -> LaidOut:
    page = f"<style>{style('style.css')}</style>{body}"
    return page_places.laid_out(page, folder)


def _painted(shown: Mapping[str, str], places: Mapping[str, Rectangle]) -> str:
    return "".join(
        f'<div class="part" style="left:{place.left:.2f}mm;top:{place.top:.2f}mm;'
        f'width:{place.width:.2f}mm;min-height:{place.height:.2f}mm">{shown[name]}</div>'
        for name, place in places.items()
    )


def _require_drawn(laid: LaidOut, shown: Mapping[str, str], where: str) -> None:
    if hidden := [name for name in shown if f"place-{name}" not in laid.places]:
        raise _wrong(tr("{parts} is not drawn", parts=_named(hidden)), where)


def _require_seen(laid: LaidOut, shown: Mapping[str, str], where: str) -> dict[str, Rectangle]:
    """Return where the parts lie. Raises PlanError where one of them could not be read there."""
    _require_drawn(laid, shown, where)
    places = {name: laid.places[f"place-{name}"] for name in shown}
    if wrong := list(_wrong_places(laid, places)):
        raise _wrong("; ".join(wrong), where)
    return places


def _wrong_places(laid: LaidOut, places: Mapping[str, Rectangle]) -> Iterator[str]:
    if laid.pages > 1:
        yield tr("takes {count} pages; it may be one", count=laid.pages)
    for name, place in places.items():
        if place.width < LEAST[name]:
            yield tr("{part} is {width:.0f} mm wide and must be {least:.0f} mm",
                     part=_named([name]), width=place.width, least=LEAST[name])  # fmt: skip
        if not place.within(WIDTH, HEIGHT, MARGIN):
            yield tr("{part} does not lie on the page with {margin:.0f} mm around it",
                     part=_named([name]), margin=MARGIN)  # fmt: skip
    for names in page_places.overlapping(places):
        yield tr("{parts} overlap", parts=_named([*names]))


def _wrong(what: str, where: str) -> PlanError:
    return PlanError(what, where=where, hint=tr("docs/institute.md says what a page may have"))
