"""How a verdict was reached, in sentences: all of it, or one line a code for the first page."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.model import Severity
from acceptance.report.code_words import CodeWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model import Pack, Session, SessionWarning, Value

MOST_LINES = 9  # of codes that have a sentence of their own on the first page
MOST_ITEMS, ALL_ITEMS = 2, 60  # named there, and in the list of all
# Told in full in the bottom line, not only named; and what its sentences on predecessors tell.
IN_FULL = frozenset({"below_advice", "source_replaced", "source_not_yet"})
SAID_OF_PREDECESSORS = frozenset({"unsigned_predecessor"})
STATED = re.compile(r"(?P<name>\w+) = (?P<value>\S+)(?: (?P<unit>[^\s(]+))?(?P<shot> \(.+\))?")
FIGURE = re.compile(r"-?\d+(?:\.\d+)?")
KIND = re.compile(r"(.*) \((\w+)\)")
ITEMS_ARE_SOURCES = frozenset({"source_replaced", "source_not_yet"})
ITEM_DATED = re.compile(
    r"(?P<source>.+) \((?:… (?P<until>[\d-]+), → (?P<replaced_by>.+)|(?P<since>[\d-]+) …)\)"
)
NO_KIND = "kind ≠ "
# Which parameters hold ids of packs, codes of what they hold, and times.
OF_PACKS = frozenset({"pack", "packs", "base"})
OF_REQUIREMENTS = frozenset({"requirement", "name", "sampling"})
OF_TIME = frozenset({"committed", "seeded"})
ITEMS_ARE_PACKS = frozenset({"altered_pack"})
SECONDS = frozenset({"gap", "longest_break", "clock_error", "clock_offset"})
OF_RECORDINGS = SECONDS | {"until", "in_service", "utc_offset", "name_pattern"}
LONGEST = 200  # columns of a sentence there, two lines; a Chinese character takes two columns


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


def every(session: Session, lang: str, packs: Sequence[Pack]) -> list[WarningLine]:
    """Word all warnings of a session, cautions first; codes of its ``packs`` in words."""
    return lines(session.warnings or (), lang, packs)


def lines(found: Sequence[SessionWarning], lang: str, packs: Sequence[Pack]) -> list[WarningLine]:
    """Word warnings in their order."""
    codes = CodeWords(packs=packs, lang=lang)
    return [
        WarningLine(
            severity=one.severity,
            title=title(one, lang),
            sentence=worded(one, codes, most=ALL_ITEMS),
        )
        for one in found
    ]


def overview(session: Session, lang: str, packs: Sequence[Pack]) -> Overview:
    """Choose what stands on the first page: every code is named there, however many there are."""
    codes = CodeWords(packs=packs, lang=lang)
    groups = list(_groups(session))
    shown, others = groups[:MOST_LINES], groups[MOST_LINES:]
    shorter = [
        WarningLine(
            severity=group[0].severity,
            title=title(group[0], lang),
            sentence=_short(group[0], codes),
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


def sentences(session: Session, lang: str, packs: Sequence[Pack]) -> list[str]:
    """Word what the bottom line tells in full, then name the codes of all other cautions."""
    found, codes = session.warnings or (), CodeWords(packs=packs, lang=lang)
    full = [worded(one, codes, most=ALL_ITEMS) for one in found if one.code in IN_FULL]
    said = IN_FULL | SAID_OF_PREDECESSORS
    others = [one for one in found if one.severity is Severity.CAUTION and one.code not in said]
    titles = dict.fromkeys(title(one, lang) for one in others)
    phrase = wording.phrases(lang)["warnings"]["bottom_line"]
    return [*full, *([phrase.format(titles=_comma(lang).join(titles))] if titles else [])]


def title(warning: SessionWarning, lang: str) -> str:
    """Name what a warning is about, by its code."""
    return wording.word(warning.code, "warning_title", lang)


def worded(warning: SessionWarning, codes: CodeWords, *, most: int) -> str:
    """Word a warning, with the first ``most`` of its items; what nobody said is said to be so."""
    lang, count = codes.lang, len(warning.items)
    table = wording.phrases(lang)
    shown = [_item(warning, item, codes) for item in warning.items[:most]]
    items = _comma(lang).join(shown) + (f" … +{count - most}" * (count > most))
    items = items.removeprefix(" … ")  # where none is shown
    given = {name: _parameter(name, value, codes) for name, value in warning.parameters.items()}
    unsaid = table["warnings"]["unsaid"]
    parameters = {name: unsaid if value == "" else value for name, value in given.items()}
    parameters["items"] = items
    if phrase := table["warning"].get(warning.code):
        return wording.filled(phrase, {**parameters, "count": count}, lang)
    return " ".join([warning.code, *(f"{name} = {value}" for name, value in parameters.items())])


def _parameter(name: str, value: Value, codes: CodeWords) -> Value:
    """Word a parameter that holds codes or a time; what a person wrote stays."""
    if not isinstance(value, str):
        return value
    if name in OF_PACKS:
        return codes.packs_said(value)
    if name in OF_REQUIREMENTS:
        return codes.said(value)
    if name == "stated":
        return _stated(value, codes.lang)
    return wording.clock_time(value) if name in OF_TIME else value


def _item(warning: SessionWarning, item: str, codes: CodeWords) -> str:
    """Word what one item holds: a pack, a requirement, a time, or what is stated of something."""
    if warning.code in ITEMS_ARE_PACKS:
        return codes.pack_said(item)
    if (dated := ITEM_DATED.fullmatch(item)) and warning.code in ITEMS_ARE_SOURCES:
        return _source(dated, codes.lang)
    if (kind := KIND.fullmatch(item)) and warning.code == "nothing_judged":
        beside = wording.phrases(codes.lang)["report"]["beside"]
        return kind[1] + str(beside).format(beside=wording.word(kind[2], "kind", codes.lang))
    return codes.said(str(wording.clock_time(_stated(item, codes.lang))))


def _source(dated: re.Match[str], lang: str) -> str:
    """Word since when, or until when, the source of a limit is in force, and what replaced it."""
    words = wording.phrases(lang)["warnings"]
    return str(words["ended" if dated["until"] else "begins"].format_map(dated.groupdict()))


def _stated(item: str, lang: str) -> str:
    """Word an item that states a condition, fact or kind, as ``agc = off (chart)``; others stay."""
    table = wording.phrases(lang)
    if item.startswith(NO_KIND):
        kinds = item.removeprefix(NO_KIND).split(", ")
        words = _comma(lang).join(wording.word(kind, "kind", lang) for kind in kinds)
        return str(table["warnings"]["no_kind"]).format(kinds=words)
    bounds = {name: table["label"][name] for name in OF_RECORDINGS}
    names = bounds | table["fact"] | table["condition"]
    found = STATED.fullmatch(item)
    if not found or found["name"] not in names:
        return item
    unit = "s" if found["name"] in SECONDS else found["unit"] or ""
    value, unit = found["value"], wording.unit(unit, lang)
    if FIGURE.fullmatch(value):
        value = wording.number(float(value)) + (wording.NARROW + unit if unit else "")
    else:
        value = wording.word(value, "fact_value", lang)
    return f"{names[found['name']]}{table['punctuation']['colon']}{value}{found['shot'] or ''}"


def _short(warning: SessionWarning, codes: CodeWords) -> str:
    """Word a warning in ``LONGEST`` columns: with fewer items, so that its end stands there."""
    tried = (worded(warning, codes, most=most) for most in range(MOST_ITEMS, -1, -1))
    return next(
        (text for text in tried if _cut(text) == text), _cut(worded(warning, codes, most=0))
    )


def _cut(text: str) -> str:
    """Cut a sentence down to ``LONGEST`` columns."""
    widths = (2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    ends = itertools.accumulate(widths)
    shown = sum(end < LONGEST for end in ends)
    return text if shown >= len(text) else f"{text[:shown].rstrip()}…"


def _comma(lang: str) -> str:
    return str(wording.phrases(lang)["bottom_line"]["comma"])
