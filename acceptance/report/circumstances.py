"""Under which conditions was filmed, as one matrix: alike shots in one row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from acceptance.model import Condition, Session, Taken
    from acceptance.report.names import Names

MOST_ROWS = 30  # where conditions differ more often, a row gives their ranges
NAMED = 3  # devices of a row that are named
LONGEST = 36  # characters of each


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """Shots that were taken alike."""

    shots: Sequence[Taken]
    values: Mapping[str, str]
    """By the name of a condition, in words."""


@dataclass(frozen=True, kw_only=True)
class CircumstancesPage:
    """The conditions of a session's shots; all of them, shot by shot, are in an annex."""

    session: Session
    names: Names

    @cached_property
    def columns(self) -> list[str]:
        """Names of the conditions that anybody stated, in the order in which they first appear."""
        every = [condition.name for shot in self.session.taken for condition in shot.conditions]
        return list(dict.fromkeys(every))

    @cached_property
    def rows(self) -> list[Circumstances]:
        """Shots by what they have in common; by place in the chain alone where that is too much."""
        alike = self._grouped(each=True)
        return alike if len(alike) <= MOST_ROWS else self._grouped(each=False)

    def devices(self, row: Circumstances) -> str:
        """Name the devices of a row."""
        named = list(dict.fromkeys(self.names.short(shot.subject, LONGEST) for shot in row.shots))
        words = wording.phrases(self.names.lang)
        comma, more = words["bottom_line"]["comma"], words["text"]["and_more"]
        rest = len(named) - NAMED
        shown = str(comma.join(named[:NAMED]))
        return shown + (str(more.format(count=len(named))) if rest > 0 else "")

    def _grouped(self, *, each: bool) -> list[Circumstances]:
        groups: dict[Hashable, list[Taken]] = defaultdict(list)
        for shot in self.session.taken:
            values = tuple(self._worded(condition) for condition in shot.conditions) if each else ()
            groups[(shot.tap, shot.path, getattr(shot, "chart", None), values)].append(shot)
        return [Circumstances(shots=shots, values=self._values(shots)) for shots in groups.values()]

    def _values(self, shots: Sequence[Taken]) -> dict[str, str]:
        stated: dict[str, list[Condition]] = defaultdict(list)
        for shot in shots:
            for condition in shot.conditions:
                stated[condition.name].append(condition)
        return {name: self._together(conditions) for name, conditions in stated.items()}

    def _together(self, conditions: Sequence[Condition]) -> str:
        """Word one value, the lowest and the highest figure, or each of a few words."""
        figures = sorted(
            (condition for condition in conditions if _is_figure(condition)),
            key=lambda condition: float(condition.value),
        )
        words = [condition for condition in conditions if not _is_figure(condition)]
        ends = figures[:1] + figures[-1:]
        spans = [" … ".join(dict.fromkeys(map(self._worded, ends)))] if ends else []
        comma = str(wording.phrases(self.names.lang)["bottom_line"]["comma"])
        return comma.join([*spans, *list(dict.fromkeys(map(self._worded, words)))[:NAMED]])

    def _worded(self, condition: Condition) -> str:
        value, lang = condition.value, self.names.lang
        if isinstance(value, bool):
            return str(wording.phrases(lang)["label"]["yes" if value else "no"])
        shown = wording.word(value, "fact_value", lang) if isinstance(value, str) else None
        unit = wording.unit(condition.unit, lang)
        text = shown if shown is not None else wording.number(float(value))
        return f"{text}{wording.NARROW}{unit}" if unit else text


def _is_figure(condition: Condition) -> bool:
    return isinstance(condition.value, int | float) and not isinstance(condition.value, bool)
