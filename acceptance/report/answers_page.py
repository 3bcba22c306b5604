"""What people answered, as the report shows it.

These are a panel's items and raters, and every other answer with its files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.forms import panel

if TYPE_CHECKING:
    from acceptance.forms.panel import ItemScores, Rater
    from acceptance.model import Answer, Session

KEPT = "data/answers/"
# How ``Answer.origin`` writes the places of answers, by the phrase that words them.
PLACES = {
    "row": r"(?P<file>.+), row (?P<row>\d+)",
    "clip": r"(?P<file>.+), clip (?P<clip>\w+), item (?P<item>\d+)",
}


@dataclass(frozen=True, kw_only=True)
class AnswersPage:
    """The answers of a session, in the words of ``lang``."""

    session: Session
    lang: str

    @cached_property
    def items(self) -> tuple[ItemScores, ...]:
        """What a panel scored."""
        return panel.items(self.session.plan.answers)

    @cached_property
    def raters(self) -> tuple[Rater, ...]:
        """Who scored, and how far that agrees with the others."""
        return panel.raters(self.session.plan.answers)

    @property
    def others(self) -> list[Answer]:
        """Answers of one person."""
        return [answer for answer in self.session.plan.answers if self.result(answer)]

    @property
    def files(self) -> list[tuple[str, str]]:
        """Name and hash of the files that answers were read from, keys included."""
        evidence = {name for answer in self.session.plan.answers for name in answer.evidence}
        kept = {
            name.removeprefix(KEPT): digest
            for name, digest in self.session.hashes.items()
            if name.startswith(KEPT)
        }
        return sorted((name, digest) for name, digest in kept.items() if name not in evidence)

    def result(self, answer: Answer) -> str:
        """Word an answer that is no panel's; empty where there is none."""
        label = wording.phrases(self.lang)["label"]
        if answer.grade:
            return wording.word(answer.grade, "grade", self.lang)
        if answer.yes is not None:
            return str(label["yes"] if answer.yes else label["no"])
        return "" if answer.value is None else wording.figure(answer.value, answer.unit, self.lang)

    def origin(self, answer: Answer) -> str:
        """Word the file and place that an answer was read from."""
        words = wording.phrases(self.lang)["answers"]
        for phrase, pattern in PLACES.items():
            if found := re.fullmatch(pattern, answer.origin):
                return f"{found['file']} {words[phrase].format(**found.groupdict())}"
        return answer.origin

    def attachments(self, answer: Answer) -> list[tuple[str, str]]:
        """Name and SHA-256 of each file that supports an answer."""
        hashes = self.session.hashes
        return [(name, hashes.get(KEPT + name, wording.DASH)) for name in answer.evidence]

    def interval(self, item: ItemScores) -> str:
        """Write the 95 % interval of a mean."""
        if item.half_width is None:
            return wording.DASH
        low, high = item.mean - item.half_width, item.mean + item.half_width
        return f"{self.grades(low)} … {self.grades(high)}"

    def grades(self, value: float | None) -> str:
        """Write a figure in grades, to two places."""
        return wording.DASH if value is None else wording.number(round(value, 2))

    def remarks(self, rater: Rater) -> list[str]:
        """Name the tests that a rater did not pass."""
        words = wording.phrases(self.lang)["panel_report"]
        return [
            str(words[name])
            for name in ("screened", "shifted", "scattered")
            if getattr(rater, name)
        ]
