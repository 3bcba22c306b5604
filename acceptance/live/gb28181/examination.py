"""Everything that is asked of one device, in order; each step has its line, whatever fails."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from acceptance.files import spreadsheet
from acceptance.live.gb28181 import calls, clock, queries
from acceptance.live.gb28181.offer import MediaRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import timezone
    from pathlib import Path

    from acceptance.live.gb28181.platform import Platform
    from acceptance.live.gb28181.registrar import RegisteredDevice
    from acceptance.live.gb28181.steps import DeviceStep

    Item = Mapping[str, str]

HEADING = ("channel", "start", "end", "file", "size")


@dataclass(frozen=True, kw_only=True)
class Questions:
    """What is asked of each device, beside what it is and which channels it has."""

    channels: tuple[str, ...] = ()
    """Codes of the channels; empty: every camera of its catalogue."""

    records: tuple[float, float] | None = None
    """POSIX s: which records there are between two times."""

    live: float = 0.0
    """s to capture of each channel's live picture; 0: nothing."""

    playback: tuple[float, float] | None = None
    """POSIX s: which recording of each channel is played back."""

    tcp: bool = False
    """Streams over TCP."""

    calling: bool = False
    """Over TCP: the device is called, and does not call."""


@dataclass(kw_only=True)
class ExaminedDevice:
    """What a device answered."""

    id: str
    """Its code."""

    information: Item = field(default_factory=dict)
    """Fields of DeviceInfo."""

    status: Item = field(default_factory=dict)
    """Fields of DeviceStatus."""

    catalogue: tuple[Item, ...] = ()
    """Its channels, and whatever else it lists."""

    records: list[Item] = field(default_factory=list)
    """Of all channels asked."""

    clips: list[Path] = field(default_factory=list)
    """That were written."""


def examine(
    platform: Platform,
    device: RegisteredDevice,
    asked: Questions,
    clip: Callable[[str, str], Path],
    tell: Callable[[DeviceStep], None],
) -> ExaminedDevice:
    """Ask a device everything. ``clip`` names the file of a channel's ``live`` or ``playback``.

    ``tell`` gets each line as soon as it is known; the platform's log has them all. Raises
    OutputError where a clip cannot be written, DeviceError where no port is free.
    """
    found = ExaminedDevice(id=device.id)

    def note(steps: Iterable[DeviceStep]) -> None:
        for step in steps:
            platform.log.add(step)
            tell(step)

    information, status = queries.information(platform, device), queries.status(platform, device)
    catalogue = queries.catalogue(platform, device)
    note([information.step, status.step, catalogue.step])
    found.information, found.status = information.fields or {}, status.fields or {}
    found.catalogue = catalogue.items
    for channel in asked.channels or queries.cameras(found.catalogue):
        if asked.records:
            answers = queries.records(platform, device, channel, *asked.records)
            found.records += answers.items
            note([answers.step])
        for kind, wanted in _streams(channel, asked):
            path = clip(channel, kind)
            note(calls.receive(platform, device, wanted, path))
            found.clips += [path] if path.exists() else []
    return found


def _streams(channel: str, asked: Questions) -> Iterator[tuple[str, MediaRequest]]:
    live = MediaRequest(channel=channel, seconds=asked.live, tcp=asked.tcp, calling=asked.calling)
    if asked.live:
        yield "live", live
    if asked.playback:
        start, end = asked.playback
        yield "playback", replace(live, seconds=end - start, start=start)


def listing(records: Iterable[Item], zone: timezone) -> bytes:
    """Write records as a list of recordings (``docs/formats.md``), which ``recordings`` reads.

    ``zone``: of the device's clock. Records without sound times are left out.
    """
    table: list[Sequence[str]] = [HEADING]
    for record in records:
        times = [clock.posix(record.get(name, ""), zone) for name in ("StartTime", "EndTime")]
        if None in times:
            continue
        start, end = (_iso(moment[0], zone) for moment in times if moment)
        row = (
            record.get("DeviceID", ""), start, end,
            record.get("FilePath", ""), record.get("FileSize", ""),
        )  # fmt: skip
        table.append(row)
    return spreadsheet.csv_text(table).encode()


def _iso(moment: float, zone: timezone) -> str:
    return datetime.fromtimestamp(moment, zone).isoformat()
