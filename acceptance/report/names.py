"""What subjects, standards, clauses and requirements are called on every page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.report.code_words import CodeWords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Clause, Pack, Plan, Requirement, Subject


LONGEST = 200  # characters of a name; thousands without a break take minutes to set
LONGEST_ID = 16  # beside a name
LEAST = 4  # characters of a name beside its id


@dataclass(frozen=True, kw_only=True)
class Names:
    """The nouns of a plan and its packs by id, and how the language ``lang`` writes them."""

    plan: Plan
    packs: Sequence[Pack]
    lang: str

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """Subjects by id."""
        return {subject.id: subject for subject in self.plan.subjects}

    @cached_property
    def requirements(self) -> dict[str, Requirement]:
        """Requirements by ``pack#id``."""
        return {
            f"{pack.id}#{requirement.id}": requirement
            for pack in self.packs
            for requirement in pack.requirements
        }

    @cached_property
    def clauses(self) -> dict[tuple[str, str], Clause]:
        """Clauses by pack and number."""
        return {(pack.id, clause.number): clause for pack in self.packs for clause in pack.clauses}

    def subject(self, identifier: str) -> str:
        """Name a subject as on a page: in ``LONGEST`` characters at most."""
        return self.short(identifier, LONGEST)

    def short(self, identifier: str, most: int) -> str:
        """Name a subject in about ``most`` characters, so that it is told from all others.

        Beside a name that is cut, or is another subject's too, stands the id.
        """
        name = self.full_name(identifier)
        if len(name) <= most and self._named[name] <= 1:
            return name
        if name == identifier:
            return _ends(name, most)
        beside = self._beside.format(beside=_ends(identifier, LONGEST_ID))
        return wording.cut(name, max(most - len(beside), LEAST)) + beside

    @property
    def _beside(self) -> str:
        """What follows a name, in brackets."""
        return str(wording.phrases(self.lang)["report"]["beside"])

    @cached_property
    def _named(self) -> Counter[str]:
        return Counter(map(self.full_name, self.subjects))

    def full_name(self, identifier: str) -> str:
        """Name a subject, by its id where it has no name."""
        subject = self.subjects.get(identifier)
        return (subject.name if subject else "") or identifier

    def kind(self, identifier: str) -> str:
        """Return the kind of a subject; empty for what is no subject of the plan."""
        subject = self.subjects.get(identifier)
        return subject.kind if subject else ""

    def standard(self, identifier: str) -> str:
        """Return the number of a pack's standard."""
        return next((pack.number for pack in self.packs if pack.id == identifier), identifier)

    @cached_property
    def codes(self) -> CodeWords:
        """What stands for codes of the packs."""
        return CodeWords(packs=self.packs, lang=self.lang)

    def profile(self, identifier: str) -> str:
        """Name a pack so that it is told from others of the same standard."""
        return self.codes.pack_said(identifier)

    def requirement(self, reference: str) -> str:
        """Return the text of the requirement ``pack#id``."""
        return self.text(self.requirements[reference], "text")

    def text(self, noun: object, field: str) -> str:
        """Return a field that a pack has in both languages."""
        chinese, english = getattr(noun, field), getattr(noun, f"{field}_en")
        return str((chinese or english) if self.lang == "zh" else (english or chinese))

    def day(self, text: str) -> str:
        """Write the date of an ISO time, in China (UTC+8); what is none stays as it is."""
        try:
            moment = datetime.fromisoformat(str(wording.clock_time(text)))
        except ValueError:
            return text
        phrase: str = wording.phrases(self.lang)["report"]["date"]
        return phrase.format(year=moment.year, month=moment.month, day=moment.day)


def _ends(text: str, most: int) -> str:
    """Cut a text in its middle: ids differ at their ends."""
    if len(text) <= most:
        return text
    end = most // 2
    return f"{text[: most - end - 1]}…{text[-end:]}"
