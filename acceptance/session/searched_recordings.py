"""What a recorder has kept by the record of its probe (ONVIF search), as a plan's recordings.

Only tracks whose gaps were walked count: first and last time alone hide gaps, and would make every
retention whole.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.errors import InputError, PlanError
from acceptance.live.onvif import facts
from acceptance.messages import shortened, tr
from acceptance.model import Recordings
from acceptance.recorder.recordings import TimeEvidence, ordered, placed
from acceptance.session import device_hosts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timezone
    from pathlib import Path

    from acceptance.live.onvif.facts import DeviceFacts
    from acceptance.model import DeviceRecord, Plan, Subject
    from acceptance.recorder.recordings import Found

ENDING = ".probe.jsonl"
LONGEST_ID = 54  # characters of a record's id, with room for what is added to 64


def is_record(source: Path) -> bool:
    """Whether recordings are named by the record of a probe."""
    return source.name.endswith(ENDING)


def read(path: Path, *, zone: timezone, now: float, ahead: float = 0.0) -> Found:
    """Read what a probe found, by true time where it measured the recorder's clock.

    ``ahead``: by how many s that clock is known to be ahead where it did not.

    Raises SessionError for what is no record of a probe, and PlanError where it holds no recordings
    or knows the gaps of some channel not.
    """
    found = facts.read(path)
    if not found.recordings or (silent := _silent(found)):
        what = tr("holds no recordings that were searched for")
        if found.recordings:
            what = tr("does not know where the gaps of {channels} are", channels=shortened(silent))
        hint = tr("List what the recorder's own search shows, or name the folder of its files")
        raise PlanError(what, where=str(path), hint=hint)
    ahead = found.clock.offset if found.clock else ahead
    every = (
        placed(
            f"{track.recording}/{track.track}", track.channel,
            TimeEvidence(named_start=start, named_end=end), now=now, by="list", ahead=ahead,
        )
        for track in found.recordings
        for start, end in track.stretches
    )  # fmt: skip
    return ordered(every, zone, {})


def _silent(found: DeviceFacts) -> list[str]:
    return [track.channel for track in found.recordings if track.source != "events"]


def with_recordings(plan: Plan, folder: Path) -> Plan:
    """Add the recordings that device records hold of subjects of which none are listed.

    A record that cannot be read is left to the checks of the plan.
    """
    return replace(plan, recordings=(*plan.recordings, *_searched(plan, folder)))


def _searched(plan: Plan, folder: Path) -> Iterator[Recordings]:
    """Yield recordings of subjects that have none; a second record of one adds nothing."""
    listed = {asked.subject for asked in plan.recordings}
    subjects = {subject.id: subject for subject in plan.subjects}
    used = {taken.id for taken in plan.taken}
    for record in plan.device_records:
        subject = subjects.get(record.subject)
        if subject and subject.id not in listed and _holds(record, subject, folder):
            name = f"{record.id[:LONGEST_ID]}-kept"
            while name in used:
                name += "-"
            yield Recordings(id=name, subject=subject.id, source=record.probe)
            listed.add(subject.id)
            used.add(name)


def _holds(record: DeviceRecord, subject: Subject, folder: Path) -> bool:
    """Whether a record tells of all channels of the subject what is kept, gaps included."""
    found = None
    if record.probe:
        with contextlib.suppress(InputError):
            found = facts.read(folder / record.probe)
    if found is None or not found.recordings or device_hosts.is_other(found.address, subject):
        return False
    return not _silent(found)
