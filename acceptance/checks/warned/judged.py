"""What warnings are found in: a session that was judged, and the packs by which it was."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance.checks.decision import PASSES
from acceptance.model import SessionWarning, Severity
from acceptance.model.basics import known_day

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from acceptance.model import Finding, LogEntry, Measurement, Pack, Session, Taken, Value


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A session that was judged; its own ``warnings`` are not looked at."""

    session: Session
    """With its findings, samples and log."""

    packs: Sequence[Pack]
    """By which it was judged."""

    bases: Mapping[str, Sequence[Pack]]
    """By the id of each pack those that it is built on, the nearest first."""

    profiles: Sequence[tuple[Pack, Pack]]
    """Packs, each with another profile of it, as the session keeps them."""

    quantities: Container[str]
    """Quantities that the toolkit measures."""

    @cached_property
    def passed(self) -> list[Finding]:
        """Findings that count and conform."""
        return [one for one in self.session.findings if one.decides and one.verdict in PASSES]

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Finding]:
        """Findings by requirement (``pack#id``) and subject."""
        return {(one.requirement, one.subject): one for one in self.session.findings}

    @cached_property
    def figures(self) -> dict[str, list[tuple[int, Measurement]]]:
        """Measurements with their indices, by quantity."""
        found: dict[str, list[tuple[int, Measurement]]] = defaultdict(list)
        for index, figure in enumerate(self.session.measurements):
            found[figure.quantity].append((index, figure))
        return found

    @cached_property
    def used(self) -> set[int]:
        """Indices of the measurements on which some finding rests, not only one of ``added``."""
        return {
            index
            for one in self.session.findings
            if one.requirement not in self.added
            for index in one.measurements
        }

    @cached_property
    def own_packs(self) -> set[str]:
        """Ids of the packs that are not as this toolkit ships them, as the log says."""
        return set(self.packs_logged("own_packs"))

    @cached_property
    def added(self) -> set[str]:
        """Requirements (``pack#id``) that own packs have and no pack that they extend."""
        return {
            f"{pack.id}#{asked.id}"
            for pack in self.packs
            for bases in [self.bases.get(pack.id, ())]
            if pack.id in self.own_packs and bases
            for asked in pack.requirements
            if all(asked.id != other.id for base in bases for other in base.requirements)
        }

    def packs_logged(self, detail: str) -> list[str]:
        """Packs that the log lists under ``detail`` where it was judged the last time."""
        latest = self.logged("judged")[-1:]
        return [name for entry in latest for name in names(entry.details.get(detail, ""))]

    def day_of(self, taken: Taken) -> str:
        """ISO date on which something was filmed or recorded; empty: not known."""
        return known_day(taken.filmed or self.session.unstated_day)

    def logged(self, what: str) -> list[LogEntry]:
        """Entries of the log of one kind, the oldest first."""
        return [entry for entry in self.session.log if entry.what == what]


def caution(code: str, items: Iterable[str] = (), **parameters: Value) -> SessionWarning:
    """Make a warning that a failure may have become a pass."""
    return _warning(Severity.CAUTION, code, items, parameters)


def note(code: str, items: Iterable[str] = (), **parameters: Value) -> SessionWarning:
    """Make a warning of what belongs to honest work too."""
    return _warning(Severity.NOTE, code, items, parameters)


def _warning(
    severity: Severity, code: str, items: Iterable[str], parameters: Mapping[str, Value]
) -> SessionWarning:
    named = tuple(dict.fromkeys(items))
    return SessionWarning(code=code, severity=severity, parameters=dict(parameters), items=named)


def names(text: object) -> list[str]:
    """Return the names in a detail of the log, where they stand with commas between them."""
    return [name for name in str(text).split(", ") if name]
