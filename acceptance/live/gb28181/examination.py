"""Devices are waited for and asked everything; each step has its line, whatever fails."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError, UsageError
from acceptance.files import spreadsheet
from acceptance.live.gb28181 import calls, clock, keepalives, queries
from acceptance.live.gb28181.offer import MediaRequest
from acceptance.live.gb28181.steps import DeviceStep, require_ids, require_seconds
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import timezone
    from pathlib import Path

    from acceptance.live.gb28181.platform import Platform
    from acceptance.live.gb28181.registrar import RegisteredDevice

    Item = Mapping[str, str]
    ClipOf = Callable[[str, str], Path]
    Tell = Callable[[DeviceStep], None]

ENOUGH = 3  # keep-alives of each device, after which no more are awaited
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

    def __post_init__(self) -> None:
        """Refuse what cannot be asked. Raises UsageError."""
        require_ids(*self.channels)
        require_seconds(live=self.live)
        for option, span in (("--records", self.records), ("--playback", self.playback)):
            require_span(span, option)


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """Which devices are waited for, and how long."""

    devices: tuple[str, ...] = ()
    """Their codes; empty: the first that comes."""

    wait: float = 90.0
    """s that they may take to register."""

    watch: float = 0.0
    """s from then on in which ``ENOUGH`` keep-alives are waited for; 0: they are not looked at."""

    keepalive: float = 0.0
    """s between two of them as agreed; 0: the median of what comes."""

    def __post_init__(self) -> None:
        """Refuse what cannot be waited for. Raises UsageError."""
        require_ids(*self.devices)
        require_seconds(wait=self.wait, watch=self.watch, keepalive=self.keepalive)


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


def require_span(
    span: tuple[float | None, float | None] | None, option: str
) -> tuple[float, float] | None:
    """Refuse two times that are not known, or the later first. Raises UsageError."""
    if span is None:
        return None
    start, end = span
    if start is None or end is None or not start < end:
        what = tr("{option}: write two times, the earlier first", option=option)
        raise UsageError(what, hint=tr("Write it like 2026-11-25 08:30:00"))
    return start, end


def examine_all(
    platform: Platform, awaited: Awaited, asked: Questions, clip: ClipOf, tell: Tell
) -> list[ExaminedDevice]:
    """Wait for devices, ask each of those that came, and listen for keep-alives.

    ``clip`` and ``tell`` as for ``examine``. Raises DeviceError where none came, and what
    ``examine`` raises.
    """
    registered, wanted = platform.registrar.devices, awaited.devices

    def all_here() -> bool:
        return all(code in registered for code in wanted) if wanted else bool(registered)

    if not platform.serve(all_here, awaited.wait):
        _note_absent(platform, awaited)
    begun = time.monotonic()
    present = [registered[code] for code in wanted or registered if code in registered]
    found = [examine(platform, device, asked, clip, tell) for device in present]
    if awaited.watch:
        _watch(platform, awaited, found, begun, tell)
    return found


def _note_absent(platform: Platform, awaited: Awaited) -> None:
    """Note who did not come. Raises DeviceError where nobody did."""
    registered = platform.registrar.devices
    waited = tr("did not register within {seconds:g} s", seconds=awaited.wait)
    for code in awaited.devices:
        if code not in registered:
            platform.log.add(DeviceStep(device=code, name="REGISTER", faults=(waited,)))
    if not registered:
        what = tr("no device registered within {seconds:g} s", seconds=awaited.wait)
        hint = tr("Check in the device: our address, port, code and domain, its code and password")
        raise DeviceError(what, hint=hint, code="not_registered")


def _watch(
    platform: Platform, awaited: Awaited, found: Sequence[ExaminedDevice], begun: float, tell: Tell
) -> None:
    """Listen for keep-alives until every device has sent enough of them."""
    registered = platform.registrar.devices
    present = [registered[each.id] for each in found if each.id in registered]
    left = max(awaited.watch - (time.monotonic() - begun), 0)
    platform.serve(lambda: all(len(each.keepalives) >= ENOUGH for each in present), left)
    now = time.monotonic()
    for device in present:
        step = keepalives.regularity(device, now - begun, now, awaited.keepalive)
        platform.log.add(step)
        tell(step)


def examine(
    platform: Platform,
    device: RegisteredDevice,
    asked: Questions,
    clip: ClipOf,
    tell: Tell,
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
