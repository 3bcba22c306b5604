"""Figures with their uncertainty: those that findings rest on in full, all others in short."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from acceptance import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from acceptance.model import BudgetLine, Measurement, Session

MAIN_SHARE = 0.1  # of the combined variance


@dataclass(frozen=True, kw_only=True)
class UncertaintyPage:
    """The measurements of a session, with their budgets."""

    session: Session
    lang: str

    @cached_property
    def judged(self) -> list[Measurement]:
        """Measurements that a finding rests on, by subject and quantity."""
        return self._sorted(self._indices)

    @cached_property
    def shown_beside(self) -> dict[str, list[list[Measurement]]]:
        """Measurements that no finding rests on.

        For each subject, all regions of a quantity in a shot come together.
        """
        judged = set(self._indices)
        every = range(len(self.session.measurements))
        together: dict[tuple[str, ...], list[Measurement]] = {}
        for figure in self._sorted(index for index in every if index not in judged):
            name = figure.subject, figure.quantity, figure.direction, figure.statistic, figure.shot
            together.setdefault(name, []).append(figure)
        by_subject = groupby(together.values(), key=lambda figures: figures[0].subject)
        return {subject: list(groups) for subject, groups in by_subject}

    def main_sources(self, figures: Sequence[Measurement]) -> str:
        """Name the budget lines that make up a tenth or more of a figure's variance."""
        main = [
            line.source
            for figure in figures
            for line in figure.budget
            if figure.uncertainty and line.contribution**2 >= MAIN_SHARE * figure.uncertainty**2
        ]
        words = (wording.word(source, "budget", self.lang) for source in dict.fromkeys(main))
        comma = str(wording.phrases(self.lang)["bottom_line"]["comma"])
        return comma.join(words) or wording.DASH

    def share(self, line: BudgetLine, figure: Measurement) -> str:
        """Return the share of a budget line in the combined variance, in per cent."""
        if not figure.uncertainty:
            return wording.DASH
        return wording.share((line.contribution / figure.uncertainty) ** 2)

    @cached_property
    def _indices(self) -> list[int]:
        return [index for finding in self.session.findings for index in finding.measurements]

    def _sorted(self, indices: Iterable[int]) -> list[Measurement]:
        figures = [self.session.measurements[index] for index in dict.fromkeys(indices)]
        return sorted(figures, key=lambda figure: (figure.subject, figure.quantity,
                                                   wording.natural(figure.region)))  # fmt: skip
