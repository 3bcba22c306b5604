"""The pages that an institute may arrange as a whole, and what each of them must show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGO = "logo"
EDGE = "edge"  # what every page has at its right: the place of a seal across it
LEAST: Mapping[str, float] = {  # mm of width without which a part cannot be read
    "number": 60, "title": 100, "verdict": 100, "reached": 120, "failed": 160, "facts": 150,
    "replaced": 100, "marks": 60, "institute": 80, "signatures": 176,
    "chapters": 120, "volumes": 176, "annex": 120, "steps": 120, "deadline": 60,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PageParts:
    """What stands on a page that an institute may arrange."""

    due: frozenset[str]
    """Parts that must have a place."""

    may: frozenset[str]
    """Parts that may have one, beside those."""

    macros: str
    """Our template that makes the parts."""

    styles: str = "style.css"
    """Our style sheet that they are set by."""


COVER, CONTENTS, ANNEX = "cover", "contents", "annex"
SUMMARY, NOTICE = "summary", "rectification"
SIMPLE = frozenset({"number", "institute", "logo"})
OF_REPORT: Mapping[str, PageParts] = {
    COVER: PageParts(
        due=frozenset({"number", "verdict", "reached", "failed", "replaced", "signatures"}),
        may=frozenset({"title", "facts", "marks", "institute", "logo"}),
        macros="cover_parts.html",
    ),
    "statement": PageParts(due=frozenset(), may=SIMPLE, macros="cover_parts.html"),
    CONTENTS: PageParts(
        due=frozenset({"chapters", "volumes"}), may=SIMPLE, macros="contents_parts.html"
    ),
    ANNEX: PageParts(due=frozenset({"annex"}), may=SIMPLE, macros="annex_parts.html"),
}
OF_PAPERS: Mapping[str, PageParts] = {
    SUMMARY: PageParts(
        due=frozenset({"number", "verdict", "reached", "failed", "steps", "signatures"}),
        may=frozenset({"title", "facts", "logo"}),
        macros="summary_parts.html",
        styles="papers.css",
    ),
    NOTICE: PageParts(
        due=frozenset({"number", "verdict", "reached", "failed", "deadline"}),
        may=frozenset({"title", "facts", "logo"}),
        macros="notice_parts.html",
        styles="papers.css",
    ),
}
SHEETS: Mapping[str, PageParts] = {**OF_REPORT, **OF_PAPERS}
