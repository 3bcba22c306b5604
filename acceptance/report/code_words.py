"""Codes of packs, requirements, rules of sampling and clauses in a text, as a reader calls them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from acceptance import wording
from acceptance.checks import pack as shipped
from acceptance.files import strict_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.model import Pack

LONGEST = 24  # columns of a requirement's text; a Chinese character takes two
ASIDE = re.compile(r"\s*[（(]([^（）()]+)[）)]$")  # what tells a profile from another
CODE = re.compile(r"(?<![\w#./-])(\w{1,60})#([\w.-]*\w)")
ENDS = re.compile(r"[。；;，,：:（(]|\. ")  # a short name of a requirement ends here


@dataclass(frozen=True, kw_only=True)
class CodeWords:
    """How the codes of ``packs`` are worded in the language ``lang``."""

    lang: str
    packs: Sequence[Pack] = ()

    def said(self, text: str) -> str:
        """Replace every code of a requirement, sampling or clause (``pack#id``) by words."""
        if "#" not in text or not self.packs:
            return text
        known = self._codes.sub(lambda found: self._references[found[0]], text)
        return CODE.sub(self._shipped_said, known)

    def _shipped_said(self, found: re.Match[str]) -> str:
        """Word a code of a shipped pack by which a lot was drawn, or the code itself."""
        head = _shipped(found[1])
        for table in _asked(head):
            if table.get("id") == found[2] and {"text", "clause"} <= {*table}:
                words = self._short(table["text"], table.get("text_en", ""))
                return f"“{head['number']} {table['clause']} {words}”"
        return found[0]

    def packs_said(self, identifiers: str) -> str:
        """Name packs of which the ids stand with commas between them."""
        if not self.packs:
            return identifiers
        comma: str = wording.phrases(self.lang)["bottom_line"]["comma"]
        return comma.join(self.pack_said(each) for each in identifiers.split(", "))

    def pack_said(self, identifier: str) -> str:
        """Name a pack: a shipped one by its number, somebody's own with the id it was given."""
        if head := _shipped(identifier):
            aside = ASIDE.search(head["title" if self.lang == "zh" else "title_en"])
            beside: str = wording.phrases(self.lang)["report"]["beside"]
            return f"{head['number']}{beside.format(beside=aside[1]) if aside else ''}"
        numbers = {one.id: one.number for one in self.packs}
        return f"{numbers[identifier]} ({identifier})" if identifier in numbers else identifier

    @cached_property
    def _codes(self) -> re.Pattern[str]:
        longest_first = sorted(self._references, key=len, reverse=True)
        either = "|".join(map(re.escape, longest_first))
        return re.compile(rf"(?<![\w#./-])(?:{either})(?![\w#/-]|\.\w|\(\d)")

    @cached_property
    def _references(self) -> dict[str, str]:
        """Every code of the packs and its words; the standard is named where there are several."""
        found: dict[str, str] = {}
        for pack in self.packs:
            before = f"{self.pack_said(pack.id)} " if len(self.packs) > 1 else ""
            for code, words in self._of(pack):
                found.setdefault(f"{pack.id}#{code}", f"“{before}{words}”")
        return found

    def _of(self, pack: Pack) -> Iterator[tuple[str, str]]:
        for each in pack.requirements:
            yield each.id, f"{each.clause} {self._short(each.text, each.text_en)}"
        for rule in pack.samplings:
            yield rule.id, f"{rule.clause} {self._short(rule.text, rule.text_en)}"
        for conflict in pack.conflicts:
            yield conflict.id.rpartition("#")[2], self._short(conflict.text, conflict.text_en)
        for gone in pack.withdrawn:
            for table in _asked_below(pack, gone.what):
                words = self._short(table["text"], table.get("text_en", ""))
                yield gone.what, f"{table['clause']} {words}"
        for clause in pack.clauses:
            yield clause.number, f"{clause.number} {self._short(clause.title, clause.title_en)}"

    def _short(self, chinese: str, english: str) -> str:
        """Cut a text down to its first part, and that to ``LONGEST`` columns."""
        whole = (chinese or english) if self.lang == "zh" else (english or chinese)
        part = ENDS.split(whole.strip(), maxsplit=1)[0].strip() or whole
        columns = 0
        for place, letter in enumerate(part):
            columns += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
            if columns > LONGEST:
                return f"{part[:place].rstrip()}…"
        return part


def _asked_below(pack: Pack, identifier: str) -> Iterator[dict[str, Any]]:
    """Give what a shipped pack below this one asks under an id, where it says so itself."""
    for head in map(_shipped, pack.extends):
        for table in _asked(head):
            if table.get("id") == identifier and {"text", "clause"} <= {*table}:
                yield table


def _asked(head: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    return (*head.get("requirements", ()), *head.get("samplings", ()))


@lru_cache
def _shipped(identifier: str) -> dict[str, Any]:
    """Read number and titles of a shipped pack; empty where none has this id."""
    file = shipped.FOLDER / f"{identifier}.toml"
    if not re.fullmatch(r"\w{1,60}", identifier) or not file.is_file():
        return {}
    head = strict_toml.load(file)
    base = _shipped(str(head["extends"])) if "extends" in head else {}
    return {**base, **head}
