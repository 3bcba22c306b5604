"""How a verdict was reached, in sentences: all of it, or one line a code for the first page."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model import Session, SessionWarning

MOST_LINES = 9  # of codes that have a sentence of their own on the first page
MOST_ITEMS, ALL_ITEMS = 2, 60  # named there, and in the list of all
# Told in full in the bottom line, not only named; and what its sentences on predecessors tell.
IN_FULL = frozenset({"below_advice", "source_replaced", "source_not_yet"})
SAID_OF_PREDECESSORS = frozenset({"unsigned_predecessor"})
STATED = re.compile(r"(?P<name>\w+) = (?P<value>\S+)(?: (?P<unit>[^\s(]+))?(?P<shot> \(.+\))?")
FIGURE = re.compile(r"-?\d+(?:\.\d+)?")
LONGEST = 130  # columns of a sentence there; a Chinese character takes two


@dataclass(frozen=True, kw_only=True)
class WarningLine:
    """One warning, or the first of its code, in words."""

    severity: Severity
    """How much it weighs."""

    title: str
    """What its code is called."""

    sentence: str
    """What is to be known."""

    count: int = 1
    """How many there are of its code and severity."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What the first page tells: a line for some codes, and the names of all others."""

    lines: Sequence[WarningLine]
    """One for each code, cautions first."""

    rest: str
    """How many more there are, with the titles of their codes; empty: none."""


def every(session: Session, lang: str) -> list[WarningLine]:
    """Word all warnings of a session, cautions first."""
    return lines(session.warnings or (), lang)


def lines(found: Sequence[SessionWarning], lang: str) -> list[WarningLine]:
    """Word warnings in their order."""
    return [
        WarningLine(
            severity=one.severity,
            title=title(one, lang),
            sentence=worded(one, lang, most=ALL_ITEMS),
        )
        for one in found
    ]


def overview(session: Session, lang: str) -> Overview:
    """Choose what stands on the first page: every code is named there, however many there are."""
    groups = list(_groups(session))
    shown, others = groups[:MOST_LINES], groups[MOST_LINES:]
    shorter = [
        WarningLine(
            severity=group[0].severity,
            title=title(group[0], lang),
            sentence=_short(worded(group[0], lang, most=MOST_ITEMS)),
            count=len(group),
        )
        for group in shown
    ]
    count = sum(map(len, groups)) - len(shown)
    titles = dict.fromkeys(title(group[0], lang) for group in others)
    return Overview(lines=shorter, rest=_rest(count, list(titles), lang) if count else "")


def _groups(session: Session) -> Iterator[list[SessionWarning]]:
    """Put warnings of one code and severity together, in their order."""
    groups: dict[tuple[str, str], list[SessionWarning]] = {}
    for warning in session.warnings or ():
        groups.setdefault((warning.severity, warning.code), []).append(warning)
    yield from groups.values()


def _rest(count: int, titles: Sequence[str], lang: str) -> str:
    words = wording.phrases(lang)["warnings"]
    named = _comma(lang).join(titles)
    return str(words["more"].format(count=count, titles=named) if titles else words["several"])


def sentences(session: Session, lang: str) -> list[str]:
    """Word what the bottom line tells in full, then name the codes of all other cautions."""
    found = session.warnings or ()
    full = [worded(one, lang, most=ALL_ITEMS) for one in found if one.code in IN_FULL]
    said = IN_FULL | SAID_OF_PREDECESSORS
    others = [one for one in found if one.severity is Severity.CAUTION and one.code not in said]
    titles = dict.fromkeys(title(one, lang) for one in others)
    phrase = wording.phrases(lang)["warnings"]["bottom_line"]
    return [*full, *([phrase.format(titles=_comma(lang).join(titles))] if titles else [])]


def title(warning: SessionWarning, lang: str) -> str:
    """Name what a warning is about, by its code."""
    return wording.word(warning.code, "warning_title", lang)


def worded(warning: SessionWarning, lang: str, *, most: int) -> str:
    """Word a warning, with the first ``most`` of its items; what nobody said is said to be so."""
    table, count = wording.phrases(lang), len(warning.items)
    unsaid = table["warnings"]["unsaid"]
    shown = [_stated(item, lang) for item in warning.items[:most]]
    items = _comma(lang).join(shown) + (f" … +{count - most}" * (count > most))
    stated = {name: _stated(str(text), lang) for name, text in warning.parameters.items()
              if name == "stated"}  # fmt: skip
    given = {**warning.parameters, **stated, "items": items}
    parameters = {name: unsaid if value == "" else value for name, value in given.items()}
    if phrase := table["warning"].get(warning.code):
        return wording.filled(phrase, {**parameters, "count": count}, lang)
    return " ".join([warning.code, *(f"{name} = {value}" for name, value in parameters.items())])


def _stated(item: str, lang: str) -> str:
    """Word an item that states a condition or fact, as ``agc = off (chart)``; others stay."""
    found = STATED.fullmatch(item)
    names = wording.phrases(lang)["fact"] | wording.phrases(lang)["condition"]
    if not found or found["name"] not in names:
        return item
    value, unit = found["value"], wording.unit(found["unit"] or "", lang)
    if FIGURE.fullmatch(value):
        value = wording.number(float(value)) + (wording.NARROW + unit if unit else "")
    else:
        value = wording.word(value, "fact_value", lang)
    return f"{names[found['name']]}: {value}{found['shot'] or ''}"


def _short(text: str) -> str:
    """Cut a sentence down to ``LONGEST`` columns."""
    widths = (2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    ends = itertools.accumulate(widths)
    shown = sum(end < LONGEST for end in ends)
    return text if shown >= len(text) else f"{text[:shown].rstrip()}…"


def _comma(lang: str) -> str:
    return str(wording.phrases(lang)["bottom_line"]["comma"])
