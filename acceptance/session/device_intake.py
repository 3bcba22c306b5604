"""Records of devices on the network: read, checked, and taken into the session."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.files.output import copy_into, writing
from acceptance.live import transcript
from acceptance.live.audit import record
from acceptance.live.onvif import facts
from acceptance.messages import tr
from acceptance.metrics import device
from acceptance.model import Note
from acceptance.model.basics import in_china
from acceptance.session import device_hosts
from acceptance.session.evidence import hash_file
from acceptance.session.log_book import LogBook
from acceptance.session.measuring import log_measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.model import AuditLog, DeviceRecord, Measurement, Plan, Session, Subject

    Probed = tuple[DeviceRecord, list[Measurement | Note]]

STATED = ("subject", "conditions", "instruments")  # and found in no file


def files(asked: DeviceRecord) -> dict[str, str]:
    """Return the fields of a device record that name a file, with its path."""
    named = {"probe": asked.probe, "audit": asked.audit}
    return {field: name for field, name in named.items() if name}


def check(asked: DeviceRecord, folder: Path) -> None:
    """Refuse a device record without a file, and files that are none. Raises InputError."""
    if not files(asked):
        what = tr("names neither a probe nor an audit")
        where = tr("device record {record}", record=asked.id)
        hint = tr("Give the files that `acceptance probe` wrote")
        raise PlanError(what, where=where, hint=hint)
    if asked.probe:
        facts.read(folder / asked.probe)
    if asked.audit:
        record.read(folder / asked.audit)


def take_all(plan: Plan, folder: Path, work: Path, measured: Sequence[Measurement]) -> list[Probed]:
    """Take every device record of a plan into the session in ``work``, and measure it.

    ``measured``: the figures of the session's shots. It is never resumed: reading a record is
    quick. Raises InputError and OutputError.
    """
    taken = []
    for asked in plan.device_records:
        subject = subject_of(asked, plan)
        with writing(work):
            kept = take(asked, subject, folder, work)
        items = measure(kept, subject, work, measured)
        notes = sum(isinstance(item, Note) for item in items)
        log_measured(work, asked.id, len(items) - notes, notes)
        taken.append((kept, items))
    return taken


def subject_of(asked: DeviceRecord, plan: Plan) -> Subject:
    """Return the subject of a record of a checked plan."""
    return next(subject for subject in plan.subjects if subject.id == asked.subject)


def take(asked: DeviceRecord, subject: Subject, folder: Path, work: Path) -> DeviceRecord:
    """Copy the files below ``data/device_records/<id>``; return the record as it is then.

    Raises InputError as ``check`` does, and PlanError for two files of one name.
    """
    shelf = work / "data" / "device_records" / asked.id
    shutil.rmtree(shelf, ignore_errors=True)
    shelf.mkdir(parents=True)
    kept: dict[str, str] = {}
    for field, name in files(asked).items():
        target = shelf / (folder / name).name
        if target.exists():
            what, hint = tr("two files of one record have this name"), tr("Rename one of them")
            raise PlanError(what, where=target.name, hint=hint, code="same_name")
        copy_into(folder / name, target)
        kept[field] = target.relative_to(work).as_posix()
    hashes = [hash_file(work / name) for name in kept.values()]
    both = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    total = hashes[0] if len(hashes) == 1 else both
    given = ", ".join(files(asked).values())
    LogBook(work).append("taken", {"shot": asked.id, "clip": given, "sha256": total})
    taken = replace(asked, **kept, sha256=total)  # type: ignore[arg-type] # fields of paths
    return replace(taken, filmed=_day(taken, work), audited=_audited(taken, subject, work))


def measure(
    taken: DeviceRecord, subject: Subject, work: Path, measured: Sequence[Measurement]
) -> list[Measurement | Note]:
    """Measure what the files in a session hold; ``measured`` as above. Raises SessionError."""
    audited = _audited(taken, subject, work)
    found = facts.read(work / taken.probe) if taken.probe else None
    if found and device_hosts.is_other(found.address, subject):
        found = None
    streams = [item for item in measured if item.subject == taken.subject]
    items = device.measure(replace(taken, audited=audited), found, streams)
    return [
        replace(item, shot=taken.id, subject=taken.subject) if isinstance(item, Note) else item
        for item in items
    ]


def misstated(taken: DeviceRecord, session: Session, folder: Path) -> Iterator[str]:
    """Name the fields of a session's record that are not those of its plan, or of its files."""
    planned = [asked for asked in session.plan.device_records if asked.id == taken.id]
    for name in STATED:
        if [getattr(asked, name) for asked in planned] != [getattr(taken, name)]:
            yield f"{taken.id}.{name}"
    if taken.filmed != _day(taken, folder):
        yield f"{taken.id}.filmed"
    if taken.audited != _audited(taken, subject_of(taken, session.plan), folder):
        yield f"{taken.id}.audited"


def _day(taken: DeviceRecord, work: Path) -> str:
    """Return the day of the first line, in China; of two records that of the probe."""
    kind, name = (facts.KIND, taken.probe) if taken.probe else (record.KIND, taken.audit)
    [first, *_] = transcript.read(work / name, kind) or [{"utc": ""}]
    moment = in_china(str(first.get("utc", "")))
    return moment.date().isoformat() if moment else ""


def _audited(taken: DeviceRecord, subject: Subject, work: Path) -> AuditLog | None:
    """Return what the audit's record says of the subject; of any other device it says nothing."""
    if not taken.audit:
        return None
    logs, hosts = record.read(work / taken.audit), device_hosts.of(subject)
    own = [log for host, log in logs.items() if host in hosts]
    # A name, or nothing, tells no address: then a record of one device alone is taken to be its.
    if not own and len(logs) == 1:
        own = [log for host, log in logs.items() if not device_hosts.is_other(host, subject)]
    return own[0] if len(own) == 1 else None
