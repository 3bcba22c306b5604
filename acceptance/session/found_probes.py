"""Records of probes that lie among the files of a new plan, and the devices that they are of."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from acceptance.errors import InputError
from acceptance.live import stream_tables
from acceptance.live.onvif import facts
from acceptance.model import DeviceRecord
from acceptance.session import device_hosts, new_plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.model import Subject
    from acceptance.session.new_plan import Given

RECORD = ".stream.jsonl"  # beside a captured clip


def host(probe: Path) -> str:
    """Return the host that was probed. Raises SessionError for what is no record of a probe."""
    return device_hosts.host_of(facts.read(probe).address)


def has_recordings(probe: Path) -> bool:
    """Whether the device keeps recordings: it is a recorder, or a camera with a card."""
    return bool(facts.read(probe).recordings)


def device(probe: Path, listed: Sequence[Subject], filmed: Mapping[Path, str]) -> str:
    """Return the id of the device that was probed; empty: none is known by that host.

    It is that of a list, or of a clip that was captured from the host (``filmed``: device by clip).
    """
    probed = host(probe)
    known = [subject.id for subject in listed if probed in device_hosts.of(subject)]
    captured = [name for clip, name in filmed.items() if _source(clip) == probed]
    return next(iter((*known, *captured)), "")


def _source(clip: Path) -> str:
    """Return the host from which a clip was captured; empty: nothing says."""
    with contextlib.suppress(InputError):
        record = clip.with_suffix(RECORD)
        return device_hosts.host_of(stream_tables.record(record).url) if record.is_file() else ""
    return ""


def device_records(found: Given, probed: Mapping[Path, str]) -> tuple[DeviceRecord, ...]:
    """Name the records of probes; ``probed``: device by record."""
    made: list[DeviceRecord] = []
    for file, subject in probed.items():
        name = new_plan.shot_id(subject, "net", {record.id for record in made})
        made.append(DeviceRecord(id=name, subject=subject, probe=found.path(file)))
    return tuple(made)
