"""All that a report rests on, frozen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from acceptance.model.basics import known_day
from acceptance.model.device_record import DeviceRecord
from acceptance.model.finding import BottomLine, Conclusion, Finding, Verdict
from acceptance.model.log import LogEntry
from acceptance.model.measurement import Measurement, Note
from acceptance.model.plan import Plan
from acceptance.model.shot import Recordings, Shot, Taken
from acceptance.model.subject import SubjectKind
from acceptance.model.warning import SessionWarning

FIRST_WITH_DAYS = (0, 7)  # the version from which on shots have a day of their own


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A lot and the devices drawn from it."""

    sampling: str
    """``pack#id`` of the sampling."""

    standard: str
    """The standard that states the sampling."""

    clause: str
    """Number of its clause."""

    seed: str
    """Seed of the draw."""

    kind: SubjectKind
    """Kind of the devices of the lot."""

    lot: tuple[str, ...]
    """Ids of all devices of the lot."""

    drawn: tuple[str, ...]
    """Ids of the sample in the order of the draw; of a re-test, those that failed first."""

    manufacturer: str = ""
    """Of all devices of the lot; empty where the sampling does not draw by model."""

    model: str = ""
    """Of all devices of the lot; empty where the sampling does not draw by model."""

    requirements: tuple[str, ...] = ()
    """``pack#id`` of what is asked of the drawn devices only."""

    retest_of: str = ""
    """Seed of the first draw; empty: this is the first."""

    failed: tuple[str, ...] = ()
    """Ids of the devices of this lot that failed in the first draw."""

    session: str = ""
    """Id of the session in which they failed; empty: no re-test."""

    why: str = ""
    """Reason for the re-test, as in the draw."""


class Precedence(StrEnum):
    """For what a session, or a comparison, goes back to an older session."""

    JUDGED_AGAIN = "judged_again"
    RETEST = "retest"
    BASELINE = "baseline"


class Vouched(StrEnum):
    """Whether somebody answers for an older session."""

    SIGNED = "signed"
    NOT_CHECKED = "not_checked"
    UNSIGNED = "unsigned"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """Who signed, as a certificate has it."""

    name: str
    """The common name in the certificate."""

    certificate: str
    """SHA-256 of the certificate (DER), in hexadecimal."""


@dataclass(frozen=True, kw_only=True)
class Predecessor:
    """An older session that this one rests on, and who answers for that."""

    id: str
    """Id of the session."""

    role: Precedence
    """For what it was used."""

    signature: Vouched
    """``signed``: checked against roots that were given; ``not_checked``: no root was given;
    ``unsigned``; ``absent``: the session was not at hand."""

    sha256: str = ""
    """SHA-256 of its ``session.json``; empty: absent."""

    signers: tuple[Signatory, ...] = ()
    """Who signed it, in this order; where the signature was not checked, who is said to have."""

    roots: tuple[str, ...] = ()
    """SHA-256 of the root certificates against which it was checked; ``verify`` wants one of its
    own among them."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """Findings, frozen, with all that they rest on."""

    id: str
    """Number of session and report, and name of the folder: date, time, six characters."""

    plan: Plan
    """The plan as it was run, its packs by their ids."""

    started: str
    """ISO time at which measuring began."""

    finished: str
    """ISO time of judging."""

    operator: str
    """Who measured."""

    tool_version: str
    """Version of this toolkit."""

    hashes: Mapping[str, str]
    """SHA-256 of each file below ``data/``, by its path in the session folder."""

    shots: tuple[Shot, ...]
    """As filmed; paths count from the session folder."""

    measurements: tuple[Measurement, ...]
    """All results, in the order in which findings point at them."""

    notes: tuple[Note, ...]
    """Results not obtained, and why."""

    findings: tuple[Finding, ...]
    """One for each requirement and applicable subject, and for each clause without any."""

    bottom_line: BottomLine
    """What the findings add up to."""

    log: tuple[LogEntry, ...]
    """What was done, as far as judging."""

    supersedes: str = ""
    """Id of the session whose measurements were judged again; empty: none."""

    recordings: tuple[Recordings, ...] = ()
    """As found; ``source`` is the list below ``data/recordings/``."""

    device_records: tuple[DeviceRecord, ...] = ()
    """As read; their files lie below ``data/device_records/``."""

    conclusions: tuple[Conclusion, ...] = ()
    """One for each pack with a scoring; empty unless the whole site is accepted."""

    sizes: Mapping[str, int] = field(default_factory=dict)
    """Bytes of each file below ``data/``, by its path; empty in sessions before 0.7.0. What has
    another size is not read to be checked."""

    samples: tuple[Sample, ...] = ()
    """What the plan's draws gave, one for each lot."""

    predecessors: tuple[Predecessor, ...] = ()
    """Older sessions that this one rests on, and those that they rest on, the oldest first."""
    warnings: tuple[SessionWarning, ...] | None = None
    """How the verdict was reached, cautions first; None: made before version 0.7.0."""

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Shots, recordings and device records: all that a measurement may be of."""
        return *self.shots, *self.recordings, *self.device_records

    @property
    def unstated_day(self) -> str:
        """Day of the work of what states none.

        Sessions before 0.7.0 took the day on which the run began for it; later ones have none.
        """
        release = tuple(int(part) for part in re.findall(r"\d+", self.tool_version)[:2])
        return self.started[:10] if release < FIRST_WITH_DAYS else ""

    @property
    def days_of_work(self) -> tuple[str, ...]:
        """ISO dates on which was filmed, recorded or answered what is judged, in order.

        An empty one stands first where something does not state its day.
        """
        used = (one.answer for one in self.findings if one.answer is not None)
        days = {known_day(one.filmed or self.unstated_day) for one in self.taken}
        return tuple(sorted(days | {known_day(self.plan.answers[index].when) for index in used}))

    @property
    def verdict(self) -> Verdict:
        """The verdict of the bottom line."""
        return self.bottom_line.verdict
