"""All that findings rest on: subjects and facts, shots, instruments, and what pairs with what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance.checks import resources
from acceptance.model import Reason, Scope
from acceptance.model.basics import known_day

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from acceptance.model import (
        Condition,
        Finding,
        Measurement,
        Note,
        Plan,
        Requirement,
        Sample,
        Subject,
        Taken,
    )

    Found = Sequence[tuple[int, Measurement]]  # measurements with their index in the session

DEFAULT_STATISTIC = "worst"  # of a quantity that has several, where the pack names none


def inherited(subjects: Sequence[Subject]) -> dict[str, dict[str, str]]:
    """Facts of each subject by its id, laid over those of its parents."""
    known = {subject.id: subject for subject in subjects}
    facts: dict[str, dict[str, str]] = {"": {}}
    for subject in subjects:
        line: dict[str, Subject] = {}
        at: Subject | None = subject
        while at and at.id not in facts and at.id not in line:
            line[at.id] = at
            at = known.get(at.parent or "")
        for above in reversed(line.values()):
            facts[above.id] = facts.get(above.parent or "", {}) | dict(above.facts)
    return facts


@dataclass(frozen=True, kw_only=True)
class Case:
    """A plan with what was measured for it.

    ``today`` is the ISO date of the work of what does not state its own; empty: not known.
    ``quantities`` are those that the toolkit measures (None: not known).
    ``left_out`` maps requirement (``pack#id``) and device to the sample in which it is not.
    """

    plan: Plan
    measurements: Sequence[Measurement]
    notes: Sequence[Note]
    shots: Mapping[str, Taken]
    today: str
    quantities: Container[str] | None = None
    left_out: Mapping[tuple[str, str], Sample] = field(default_factory=dict)

    @cached_property
    def _facts(self) -> dict[str, dict[str, str]]:
        return inherited(self.plan.subjects)

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        """Ids of the subjects that lie just below each."""
        found: dict[str, list[str]] = defaultdict(list)
        for subject in self.plan.subjects:
            if subject.parent is not None:
                found[subject.parent].append(subject.id)
        return found

    @cached_property
    def _found(self) -> Mapping[tuple[str, str], Found]:
        """Measurements by subject and quantity."""
        found: dict[tuple[str, str], list[tuple[int, Measurement]]] = defaultdict(list)
        for index, figure in enumerate(self.measurements):
            found[figure.subject, figure.quantity].append((index, figure))
        return found

    @cached_property
    def _answers(self) -> Mapping[tuple[str, str], list[int]]:
        """Indices of answers by subject and requirement."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, answer in enumerate(self.plan.answers):
            found[answer.subject, answer.requirement].append(index)
        return found

    @cached_property
    def _shots(self) -> Mapping[str, list[Taken]]:
        """Shots by subject."""
        found: dict[str, list[Taken]] = defaultdict(list)
        for shot in self.shots.values():
            for name in shot.subjects:
                found[name].append(shot)
        return found

    @cached_property
    def _noted(self) -> Mapping[tuple[str, str], list[int]]:
        """Indices of notes by shot and, for those on no shot, by subject."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index, note in enumerate(self.notes):
            found[note.shot, "" if note.shot else note.subject].append(index)
        return found

    @cached_property
    def root(self) -> str:
        """The id of the first subject without parent; it has the findings of no other subject."""
        return next((subject.id for subject in self.plan.subjects if subject.parent is None), "")

    def facts(self, subject: Subject) -> dict[str, str]:
        """Facts of the subject, laid over those of its parents."""
        return self._facts[subject.id]

    def answers_to(self, requirement: str, subject: str) -> Sequence[int]:
        """Return the indices of the plan's answers to a requirement (``pack#id``) for a subject."""
        return self._answers.get((subject, requirement), ())

    def out_of_scope(self, scope: Scope) -> bool:
        """Whether something of ``scope`` lies outside what the plan sets out to show."""
        return self.plan.scope is Scope.DEVICE and scope is Scope.SITE

    def day_of(self, shot: Taken) -> str:
        """ISO date on which a shot was filmed; empty: not known."""
        return self._day(shot.filmed)

    def _day(self, text: str) -> str:
        return known_day(text) if resources.is_day(text[:10]) else self.today

    def days_of(self, finding: Finding) -> set[str]:
        """ISO dates of what a finding rests on; an empty one among them: not known."""
        if finding.answer is not None:
            return {self._day(self.plan.answers[finding.answer].when)}
        shots = (self.shots[self.measurements[index].shot] for index in finding.measurements)
        return {self.day_of(shot) for shot in shots}

    def instrument_trouble(
        self, shot: Taken, used: Iterable[str], perhaps: Iterable[str] = ()
    ) -> Reason | None:
        """Why an instrument spoils what it measured on the day of a shot.

        A name in ``perhaps`` may also be mere free text.
        """
        return resources.instrument_trouble(self.plan, used, perhaps, self.day_of(shot))

    def pairs(self, requirement: Requirement, subject: str) -> Found:
        """Measurements that pair with the requirement, taken at an accepted tap and path."""
        return [
            pair
            for pair in self._like(requirement, subject)
            if _accepts(requirement, self.shots[pair[1].shot])
        ]

    def missed_condition(self, requirement: Requirement, shot: str) -> Reason | None:
        """Why the requirement does not apply to a shot.

        It applies only with a condition that was recorded otherwise, or not at all.
        """
        for name, needed in requirement.only_with.items():
            stated = [_word(one) for one in self.shots[shot].conditions if one.name == name]
            if set(stated) != {needed}:
                parameters = {"condition": name, "value": ", ".join(stated), "needed": needed}
                code = "condition_differs" if stated else "condition_not_recorded"
                return Reason(code=code, parameters=parameters)
        return None

    def why_missing(self, requirement: Requirement, subject: str) -> Reason:
        """State why nothing pairs: toolkit, tap or path, a note of the metric, or no shot."""
        if self.quantities is not None and requirement.quantity not in self.quantities:
            return Reason(code="not_in_toolkit", parameters={"quantity": requirement.quantity})
        for _, measurement in self._like(requirement, subject):
            shot = self.shots[measurement.shot]
            if requirement.taps and shot.tap not in requirement.taps:
                return Reason(code="tap_not_accepted", parameters={"tap": shot.tap.value})
            return Reason(code="path_not_accepted", parameters={"path": shot.path.value})
        note = self._note(requirement, subject)
        if note is not None:
            return note.reason
        for measurement in self._elsewhere(requirement, subject):
            parameters = {"region": measurement.region, "needed": requirement.region}
            return Reason(code="region_not_accepted", parameters=parameters)
        return Reason(code="not_measured", parameters={"quantity": requirement.quantity})

    def _concerned(self, requirement: Requirement, subject: str) -> tuple[str, ...]:
        """Return the subjects whose measurements count as those of one."""
        return (subject, *self._below(subject)) if requirement.below else (subject,)

    def _below(self, subject: str) -> Iterator[str]:
        """Yield the subjects below one, at any depth."""
        for child in self._children.get(subject, ()):
            yield child
            yield from self._below(child)

    def _like(self, requirement: Requirement, subject: str) -> Found:
        """Measurements of quantity, region, direction and statistic, from any tap and path."""
        return [
            (index, one)
            for name in self._concerned(requirement, subject)
            for index, one in self._found.get((name, requirement.quantity), ())
            if one.shot in self.shots and is_like(requirement, one)
        ]

    def _elsewhere(self, requirement: Requirement, subject: str) -> Iterator[Measurement]:
        """Measurements of the required quantity from a region that is not the required one."""
        for name in self._concerned(requirement, subject):
            for _, measurement in self._found.get((name, requirement.quantity), ()):
                if not _within(measurement.region, requirement.region):
                    yield measurement

    def _note(self, requirement: Requirement, subject: str) -> Note | None:
        """Find the closest note: on the quantity itself, else its metric, else the whole shot."""
        family = requirement.quantity.partition(".")[0]
        about = self._notes_about(requirement, subject)
        same = [one for one in about if one.quantity == requirement.quantity]
        exact = [one for one in same if _within(one.region, requirement.region)]
        metric = [one for one in about if not one.quantity and one.metric == family]
        whole = [one for one in about if not one.quantity and not one.metric]
        return next(iter([*exact, *metric, *whole]), None)

    def _notes_about(self, requirement: Requirement, subject: str) -> list[Note]:
        """List the notes on the subject's accepted shots, on the subject and on the session."""
        names = self._concerned(requirement, subject)
        own = [shot for name in names for shot in self._shots.get(name, ())]
        places = {(one.id, "") for one in own if _accepts(requirement, one)}
        places |= {("", subject), ("", "")}
        indices = sorted(index for place in places for index in self._noted.get(place, ()))
        return [note for note in (self.notes[index] for index in indices) if self._of(note, names)]

    def _of(self, note: Note, names: tuple[str, ...]) -> bool:
        """Whether a note is of one of the subjects, or of all that its shot shows."""
        shot = self.shots.get(note.shot)
        return note.subject in {"", *names} or shot is None or note.subject == shot.subject


def is_like(requirement: Requirement, figure: Measurement) -> bool:
    """Whether a figure of the quantity is of region, direction and statistic that are asked."""
    return (
        _within(figure.region, requirement.region)
        and (not requirement.direction or figure.direction in {requirement.direction, ""})
        and figure.statistic in {requirement.statistic or DEFAULT_STATISTIC, ""}
    )


def _within(region: str, wanted: str) -> bool:
    """Whether ``region`` lies in ``wanted``: "centre.wedge_horizontal" in "centre".

    No region is the whole picture.
    """
    return not wanted or not region or region == wanted or wanted in region.split(".")


def _word(condition: Condition) -> str:
    """Return the value of a condition as a pack writes it: true is yes, case does not count."""
    if isinstance(condition.value, bool):
        return "yes" if condition.value else "no"
    return str(condition.value).strip().lower()


def _accepts(requirement: Requirement, shot: Taken) -> bool:
    tap = not requirement.taps or shot.tap in requirement.taps
    return tap and requirement.path in {None, shot.path}
