"""The page of a comparison of laboratories, as HTML or PDF; all words from the phrase files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import __version__, wording
from acceptance.laboratories import laboratory_plot, result_form
from acceptance.laboratories.performance import Performance
from acceptance.messages import visible
from acceptance.report import render, templates, typesetting

if TYPE_CHECKING:
    from acceptance.laboratories.evaluation import (
        EvaluatedFigure,
        LaboratoryComparison,
        LaboratoryScore,
    )
    from acceptance.model import Reason

TEMPLATE = "laboratories.html"
DIGITS = 3  # significant ones of standard deviations


@dataclass(frozen=True, kw_only=True)
class LaboratoryPage:
    """What the template asks of a comparison."""

    found: LaboratoryComparison
    lang: str

    @cached_property
    def names(self) -> dict[str, str]:
        """How each laboratory is called: by its code, and unless that is blind by its name."""
        plan = self.found.plan
        return {
            entry.code: entry.code if plan.blind or not entry.name else f"{entry.code} {entry.name}"
            for entry in plan.laboratories
        }

    @cached_property
    def counted(self) -> str:
        """How many results are satisfactory, questionable and unsatisfactory."""
        words = [score.word for figure in self.found.figures for score in figure.scores]
        counts = {word.value: words.count(word) for word in Performance}
        phrase = str(self._phrases["counted"])
        return phrase.format(
            laboratories=len(self.found.plan.laboratories), figures=len(self.found.figures),
            unscored=words.count(None), **counts,
        )  # fmt: skip

    @cached_property
    def _phrases(self) -> dict[str, object]:
        held: dict[str, object] = wording.phrases(self.lang)["laboratories"]
        return held

    def title(self, figure: EvaluatedFigure) -> str:
        """Name a figure in words."""
        return result_form.describe(figure.figure, self.lang)

    def score(self, figure: EvaluatedFigure, code: str) -> LaboratoryScore | None:
        """Return what a laboratory scored; None where it did not report the figure."""
        return next((score for score in figure.scores if score.code == code), None)

    def note(self, reason: Reason) -> str:
        """Word a note."""
        notes = self._phrases["note"]
        phrase = str(notes[reason.code]) if isinstance(notes, dict) else reason.code
        return wording.filled(phrase, reason.parameters, self.lang)

    def drawing(self, figure: EvaluatedFigure) -> str:
        """Draw a figure."""
        return templates.drawn(laboratory_plot.drawing(figure, self.names, self.lang))

    @cached_property
    def columns(self) -> list[str]:
        """Head the table of a figure on a terminal."""
        first = "round" if self.found.plan.rounds else "laboratory"
        named = [str(self._phrases[name]) for name in (first, "results", "mean")]
        return [
            *named,
            "z",
            "z'",
            "zeta",
            "En",
            *(str(self._phrases[n]) for n in ("by_z", "by_en")),
        ]

    def rows(self, figure: EvaluatedFigure) -> list[list[str]]:
        """Return the table of a figure on a terminal."""
        unit = figure.figure.unit
        return [
            [
                self.names[score.code],
                str(len(score.values)),
                wording.figure(score.mean, unit, self.lang, expanded=score.expanded or 0.0),
                *map(self.signed, (score.z, score.z_prime, score.zeta, score.en)),
                *map(self._word, (score.word, score.en_word)),
            ]
            for score in figure.scores
        ]

    def _word(self, word: Performance | None) -> str:
        words = self._phrases["performance"]
        return str(words[word]) if word and isinstance(words, dict) else "–"

    @staticmethod
    def signed(value: float | None) -> str:
        """Write a score to two decimals; a dash where there is none."""
        if value is None:
            return "–"
        return f"{value:+.2f}".replace("-", wording.MINUS)

    @staticmethod
    def decimals(value: float | None) -> str:
        """Write a ratio to two decimals; a dash where there is none."""
        return "–" if value is None else f"{value:.2f}"

    @staticmethod
    def plain(value: float | None) -> str:
        """Write a statistic to three significant digits; a dash where there is none."""
        return "–" if value is None else f"{value:.{DIGITS}g}".replace("-", wording.MINUS)


def html(found: LaboratoryComparison, lang: str = "zh", *, printed: bool = False) -> str:
    """Return the page, all of it in one file; ``printed``: to be set as PDF.

    Raises InputError where the language has no phrases.
    """
    sheets = ["forms.css"] if printed else ["style.css", "devices.css"]
    style = templates.style("laboratories.css")
    for name in reversed(sheets):
        style = templates.style(name) + style
    page = templates.template(TEMPLATE, lang).render(
        page=LaboratoryPage(found=found, lang=lang), found=found, plan=found.plan,
        style=style, version=__version__,
    )  # fmt: skip
    return visible(page, lines=True)


def pdf(found: LaboratoryComparison, lang: str = "zh") -> bytes:
    """Return the page as PDF, the same bytes for the same input.

    Raises SetupError without a Chinese font.
    """
    typesetting.check_fonts()
    return typesetting.typeset(html(found, lang, printed=True), render.EPOCH)
