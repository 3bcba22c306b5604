"""All that a report rests on, frozen."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 -- pydantic reads the annotations at run time
from dataclasses import dataclass

from acceptance.model.basics import Value  # noqa: TC001 -- pydantic reads the annotations at run time
from acceptance.model.finding import BottomLine, Conclusion, Finding, Verdict  # noqa: TC001 -- pydantic reads the annotations at run time
from acceptance.model.measurement import Measurement, Note  # noqa: TC001 -- pydantic reads the annotations at run time
from acceptance.model.plan import Plan  # noqa: TC001 -- pydantic reads the annotations at run time
from acceptance.model.shot import Recordings, Shot  # noqa: TC001 -- pydantic reads the annotations at run time
from acceptance.model.subject import SubjectKind  # noqa: TC001 -- pydantic reads the annotations at run time


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A lot and the devices drawn from it, in the order of the draw (a re-test: those that failed come first).

    ``requirements`` (``pack#id``) are asked of the drawn devices only; ``manufacturer`` and
    ``model`` are given where the sampling draws by model. What else is said is that of the draw.
    """

    sampling: str
    standard: str
    clause: str
    seed: str
    kind: SubjectKind
    lot: tuple[str, ...]
    drawn: tuple[str, ...]
    manufacturer: str = ""
    model: str = ""
    requirements: tuple[str, ...] = ()
    retest_of: str = ""
    failed: tuple[str, ...] = ()
    session: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One line of the append-only log; ``previous`` is the SHA-256 of the line before it."""

    when: str
    what: str
    details: Mapping[str, Value]
    previous: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Session:
    """Findings, frozen, with all that they rest on.

    ``hashes`` maps each file below ``data/`` to its SHA-256.
    """

    id: str
    plan: Plan
    started: str
    finished: str
    operator: str
    tool_version: str
    hashes: Mapping[str, str]
    shots: tuple[Shot, ...]
    measurements: tuple[Measurement, ...]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    bottom_line: BottomLine
    log: tuple[LogEntry, ...]
    supersedes: str = ""
    recordings: tuple[Recordings, ...] = ()
    conclusions: tuple[Conclusion, ...] = ()
    samples: tuple[Sample, ...] = ()

    @property
    def taken(self) -> tuple[Shot | Recordings, ...]:
        """All that a measurement may be of."""
        return *self.shots, *self.recordings

    @property
    def verdict(self) -> Verdict:
        """The verdict of the bottom line."""
        return self.bottom_line.verdict
