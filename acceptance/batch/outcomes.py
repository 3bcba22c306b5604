"""What became of a batch: of each plan, and of all together."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from acceptance.checks.decision import FAILURES, PASSES
from acceptance.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FORMAT = 1
INTERRUPTED = 130  # as shells have it of Ctrl-C


class PlanState(StrEnum):
    """What became of one plan."""

    MADE = "made"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class PlanOutcome:
    """What became of one plan."""

    name: str
    """As in the list of what was given: path of the plan, or id of the device."""

    state: PlanState
    """Whether a session was made or kept, or why not."""

    session: str = ""
    """Number of the session; empty: there is none."""

    folder: Path | None = None
    """The session's folder."""

    verdict: Verdict | None = None
    """Of the session; None: there is none."""

    provisional: bool = False
    """Whether the verdict rests on provisional limits."""

    failed: tuple[str, ...] = ()
    """Clauses that failed and count."""

    errors: tuple[str, ...] = ()
    """Why there is no session, one sentence for each clip; empty: there is one."""

    shots: int = 0
    """How many shots the plan has."""

    measured: int = 0
    """How many of them this batch measured; what two plans share counts for one of them."""

    damaged: tuple[str, ...] = ()
    """Shots whose entry in the cache was damaged; they were measured again."""

    films: Mapping[str, str] = field(default_factory=dict)
    """The device that each of its films shows, by the film's SHA-256."""

    def exit_code(self, *, strict: bool = False) -> int:
        """As ``run`` exits with: 0 pass, 1 fail, 2 no session, 3 open."""
        if self.verdict is None:
            return 2
        if self.verdict in FAILURES:
            return 1
        firm = self.verdict is Verdict.PASS and not self.provisional
        return 0 if self.verdict in PASSES and (firm or not strict) else 3


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What became of a batch."""

    outcomes: tuple[PlanOutcome, ...]
    """Of the plans that were finished, in the order given."""

    unfinished: tuple[str, ...] = ()
    """Names of plans that were not, because the batch was ended."""

    interrupted: bool = False
    """Whether a person or the system asked it to end (Ctrl-C, SIGTERM, a closed terminal)."""

    def exit_code(self, *, strict: bool = False) -> int:
        """130: interrupted; else 2: a plan has no session, 1: one failed, 3: one is open, 0."""
        if self.interrupted:
            return INTERRUPTED
        codes = {one.exit_code(strict=strict) for one in self.outcomes}
        codes |= {2} if self.unfinished else set()
        return next((code for code in (2, 1, 3) if code in codes), 0)

    @property
    def shared(self) -> list[tuple[str, ...]]:
        """Plans to which one film was given for different devices: each file of one is named once.

        Sessions that are made at the same time do not see each other.
        """
        shown: dict[str, dict[str, str]] = defaultdict(dict)
        for outcome in self.outcomes:
            for digest, device in outcome.films.items():
                shown[digest].setdefault(device, outcome.name)
        groups = (tuple(names.values()) for names in shown.values() if len(names) > 1)
        return [*dict.fromkeys(groups)]

    def table(self, *, strict: bool = False) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        states = Counter(str(one.state) for one in self.outcomes)
        verdicts = Counter(str(one.verdict) for one in self.outcomes if one.verdict)
        return {
            "format": FORMAT,
            "exit_code": self.exit_code(strict=strict),
            "plans": len(self.outcomes) + len(self.unfinished),
            "states": dict(states),
            "verdicts": dict(verdicts),
            "shots": sum(one.shots for one in self.outcomes),
            "measured": sum(one.measured for one in self.outcomes),
            "outcomes": [_row(one, strict=strict) for one in self.outcomes],
            "unfinished": list(self.unfinished),
            "shared": [list(names) for names in self.shared],
        }


def _row(outcome: PlanOutcome, *, strict: bool) -> dict[str, Any]:
    folder = str(outcome.folder) if outcome.folder else None
    return {**asdict(outcome), "folder": folder, "exit_code": outcome.exit_code(strict=strict)}


@dataclass(frozen=True, kw_only=True)
class BatchProgress:
    """How far a batch is."""

    done: int
    """Clips that are measured, taken from the cache, or given up."""

    total: int
    """All clips of all plans."""

    measured: int
    """Clips measured by this batch."""

    failures: int
    """Plans without a session."""


class Listener:
    """Is told how far a batch is; this one takes no note."""

    def advanced(self, progress: BatchProgress) -> None:
        """Take note of progress."""

    def finished(self, outcome: PlanOutcome) -> None:
        """Take note of what became of a plan, as soon as it is known."""

    def ended(self, summary: Summary) -> None:
        """Take note of what became of all, however the batch ended."""


def ordered(outcomes: Sequence[PlanOutcome], names: Sequence[str]) -> tuple[PlanOutcome, ...]:
    """Return outcomes in the order of the names."""
    places = {name: place for place, name in enumerate(names)}
    return tuple(sorted(outcomes, key=lambda outcome: places[outcome.name]))
