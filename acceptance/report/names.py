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
    from collections.abc import Mapping, Sequence

    from acceptance.model import Clause, Pack, Plan, Requirement, Subject


LONGEST = 200  # characters of a name; thousands without a break take minutes to set
LONGEST_ID = 16  # beside a name that is cut
CLEAR_ID = 40  # where shorter ones are alike
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

        Beside a name that is cut, or is another subject's too, stands the id, cut in its middle;
        where that is another's too, more of it or the subject's number in the plan.
        """
        if most not in self._shortened:
            forms = {each: self._forms(each, most) for each in self.subjects}
            self._shortened[most] = _told_apart(forms)
        return self._shortened[most].get(identifier) or self._forms(identifier, most)[0]

    @cached_property
    def _shortened(self) -> dict[int, Mapping[str, str]]:
        """What was found for each length: names by id."""
        return {}

    @cached_property
    def _serials(self) -> dict[str, int]:
        return {identifier: number for number, identifier in enumerate(self.subjects, 1)}

    def _forms(self, identifier: str, most: int) -> list[str]:
        """Name a subject in ever clearer ways; by its number in the plan at last."""
        name, serial = self.full_name(identifier), f"#{self._serials.get(identifier, 0)}"
        clear = _ends(identifier, max(most, CLEAR_ID))
        if name == identifier:
            return [_ends(name, most), clear, self._with(name, serial, most)]
        room = most - len(name) - len(self._beside.format(beside=""))
        ends = _ends(identifier, max(room, LONGEST_ID))
        short = [name] if len(name) <= most else []
        return [*short, *(self._with(name, beside, most) for beside in (ends, clear, serial))]

    def _with(self, name: str, beside: str, most: int) -> str:
        """Set something beside a name, which is cut so far that both fit."""
        beside = self._beside.format(beside=beside)
        return wording.cut(name, max(most - len(beside), LEAST)) + beside

    @property
    def _beside(self) -> str:
        """What follows a name, in brackets."""
        return str(wording.phrases(self.lang)["report"]["beside"])

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
        return in_language(noun, field, self.lang)

    def day(self, text: str) -> str:
        """Write the date of an ISO time, in China (UTC+8); what is none stays as it is."""
        try:
            moment = datetime.fromisoformat(str(wording.clock_time(text)))
        except ValueError:
            return text
        phrase: str = wording.phrases(self.lang)["report"]["date"]
        return phrase.format(year=moment.year, month=moment.month, day=moment.day)


def _told_apart(forms: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Choose of each thing's ``forms`` the first by which it is told from all others."""
    chosen = dict.fromkeys(forms, 0)
    while True:
        shown = {each: forms[each][number] for each, number in chosen.items()}
        often = Counter(shown.values())
        alike = [
            each
            for each, number in chosen.items()
            if often[shown[each]] > 1 and number + 1 < len(forms[each])
        ]
        if not alike:
            return shown
        for each in alike:
            chosen[each] += 1


def _ends(text: str, most: int) -> str:
    """Cut a text in its middle: ids differ at their ends."""
    if len(text) <= most:
        return text
    end = most // 2
    return f"{text[: most - end - 1]}…{text[-end:]}"


def in_language(noun: object, field: str, lang: str) -> str:
    """Return a field that a pack has in both languages; the other one where it lacks this."""
    chinese, english = getattr(noun, field), getattr(noun, f"{field}_en")
    return str((chinese or english) if lang == "zh" else (english or chinese))
