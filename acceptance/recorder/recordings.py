"""What a recorder has kept.

Its files, or the list that it gave of them, each placed in time by openly weighed sources.
A recording's start is told by its name (the recorder's own clock, in a stated zone), else by its
container (UTC by ISO/IEC 14496-12, 8.2.2), else by the time of the file less the container's
duration; its end by its name, else by start and duration, else by the time of the file. Sources
that disagree are named, and what no clock can have shown is not placed at all. Files are never
decoded.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.errors import ClipError, PlanError
from acceptance.footage import container
from acceptance.model import Reason
from acceptance.recorder import file_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Tell = Callable[[int, int], object]

VIDEOS = {".mp4", ".m4v", ".mov", ".mkv", ".avi", ".ts", ".mts", ".mpg", ".mpeg", ".ps", ".dav", ".flv", ".3gp", ".asf",
          ".264", ".h264", ".265", ".h265"}  # fmt: skip
HOUR = 3600.0
# a clock that shows an earlier year was never set
EARLIEST = datetime(2006, 1, 1, tzinfo=UTC).timestamp()
APART = 120.0  # s: more than a container is written before or after the name's time
LATE = 60.0  # s: a file that is older than its recording's start by more
LONGER, LONGER_SHARE = 5.0, 0.02  # of duration told by name and by container
MOST_HOURS = 14  # the widest zones are 14 h from UTC
UNPLACED = frozenset(
    {"clock_not_set", "recording_in_future", "start_after_end", "time_unknown", "end_unknown"}
)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What each source says of one recording, in POSIX seconds; None where it says nothing.

    ``named_start`` and ``named_end`` are from the name or the list, ``created`` from the container,
    ``modified`` from the file system; ``duration`` (s) from the container, ``size`` in bytes.
    ``readable``: whether a container that was opened could be read (True where none was).
    """

    named_start: float | None = None
    named_end: float | None = None
    created: float | None = None
    duration: float | None = None
    modified: float | None = None
    size: int = 0
    readable: bool = True


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One recording of a channel.

    ``start`` and ``end`` (POSIX seconds) are None where it cannot be placed.
    ``start_by`` and ``end_by`` name the source that placed it: name, container, file, list.
    """

    channel: str
    file: str
    start: float | None
    end: float | None
    start_by: str
    end_by: str
    evidence: Evidence
    faults: tuple[Reason, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """All recordings in order of channel and time.

    ``passed_over`` counts files that are no video, by their ending.
    """

    recordings: tuple[Recording, ...]
    zone: timezone
    passed_over: Mapping[str, int] = field(default_factory=dict)

    @property
    def channels(self) -> dict[str, list[Recording]]:
        """Recordings by channel, channels in order."""
        found: dict[str, list[Recording]] = {}
        for one in self.recordings:
            found.setdefault(one.channel, []).append(one)
        return found


def zone_of(text: str) -> timezone:
    """Read an offset from UTC such as +08:00. Raises PlanError."""
    try:
        offset = datetime.fromisoformat(f"2000-01-01T00:00:00{text}").utcoffset()
    except ValueError:
        offset = None
    if offset is None:
        raise PlanError("is no offset from UTC", where=text, hint="Write it like +08:00")
    return timezone(offset)


def scan(
    folder: Path, *, zone: timezone, now: float, pattern: str = "", tell: Tell | None = None
) -> Found:
    """Look at every file below ``folder`` by name, container and file time.

    Names are the recorder's clock in ``zone``; ``now`` (POSIX seconds) is what no recording can be
    later than. Raises PlanError: no folder, a wrong pattern.
    """
    if pattern:
        file_names.compiled(pattern)
    if not folder.is_dir():
        raise PlanError(
            "there is no such folder",
            where=str(folder),
            hint="Name a folder of recordings, or a CSV list",
        )
    files = sorted(_files(folder))
    videos = [path for path in files if path.suffix.lower() in VIDEOS]
    recordings = []
    for number, path in enumerate(videos, start=1):
        name = _shown(path.relative_to(folder))
        named = file_names.read(name, pattern)
        recordings.append(placed(name, named.channel, _evidence(path, named, zone), now=now))
        if tell:
            tell(number, len(videos))
    passed = Counter(
        path.suffix.lower() or path.name for path in files if path.suffix.lower() not in VIDEOS
    )
    return ordered(recordings, zone, passed)


def _files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder.

    A folder that cannot be read must not pass for an empty one.
    """

    def refuse(error: OSError) -> None:
        hint = "Check its permissions: recordings may lie there"
        raise PlanError(
            f"cannot be read ({error.strerror})", where=str(error.filename), hint=hint
        ) from error

    for place, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(place) / name for name in names)


def _shown(path: Path) -> str:
    """Write a name as text; one that is no UTF-8 was written by a recorder in GBK."""
    raw = os.fsencode(path.as_posix())
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def ordered(
    recordings: Iterable[Recording], zone: timezone, passed_over: Mapping[str, int]
) -> Found:
    """Put recordings in order."""
    key = lambda one: (one.channel, one.start if one.start is not None else float("inf"), one.file)  # noqa: E731
    return Found(
        recordings=tuple(sorted(recordings, key=key)), zone=zone, passed_over=dict(passed_over)
    )


def _evidence(path: Path, named: file_names.Named, zone: timezone) -> Evidence:
    start, end = (
        None if one is None else one.replace(tzinfo=zone).timestamp()
        for one in (named.start, named.end)
    )
    told = Evidence(named_start=start, named_end=end)
    try:
        status = path.stat()
        told = replace(told, modified=status.st_mtime, size=status.st_size)
        told_by_container = container.read(path)
    except (ClipError, OSError):  # or overwritten while it was looked at
        return replace(told, readable=False)
    created = None if told_by_container.created is None else told_by_container.created.timestamp()
    return replace(told, created=created, duration=told_by_container.duration)


def placed(file: str, channel: str, told: Evidence, *, now: float, by: str = "name") -> Recording:
    """Place a recording in time by its evidence and name every fault of it.

    ``by`` says what told the named times.
    """
    start, start_by = _start(told, by)
    end, end_by = _end(told, start, by)
    faults = tuple(_faults(told, start, end, now))
    if {one.code for one in faults} & UNPLACED:
        start = end = None
    return Recording(
        channel=channel,
        file=file,
        start=start,
        end=end,
        start_by=start_by,
        end_by=end_by,
        evidence=told,
        faults=faults,
    )


def _start(told: Evidence, by: str) -> tuple[float | None, str]:
    if told.named_start is not None:
        return told.named_start, by
    if told.created is not None:
        return told.created, "container"
    if told.modified is not None and told.duration is not None:
        return told.modified - told.duration, "file"
    return None, ""


def _end(told: Evidence, start: float | None, by: str) -> tuple[float | None, str]:
    if told.named_end is not None:
        return told.named_end, by
    if start is not None and told.duration is not None:
        return start + told.duration, "container"
    return None, ""


def _faults(told: Evidence, start: float | None, end: float | None, now: float) -> Iterator[Reason]:
    if not told.readable:
        yield Reason(code="recording_unreadable")
    if start is None:
        yield Reason(code="time_unknown")
        return
    if start < EARLIEST:
        yield Reason(
            code="clock_not_set", parameters={"year": datetime.fromtimestamp(start, UTC).year}
        )
        return
    if end is None:
        yield Reason(code="end_unknown")
    elif end <= start:
        yield Reason(code="start_after_end")
    if max(start, end or start) > now + LATE:
        yield Reason(code="recording_in_future")
    if told.named_start is None:
        yield Reason(code="file_time_only" if told.created is None else "container_time_only")
    yield from _disagreements(told, start, end)


def _disagreements(told: Evidence, start: float, end: float | None) -> Iterator[Reason]:
    if told.created is not None and told.named_start is not None:
        yield from _container(told.created, start, end)
    if told.duration is not None and told.named_end is not None and told.named_start is not None:
        named = told.named_end - told.named_start
        if named > 0 and abs(named - told.duration) > max(LONGER, LONGER_SHARE * named):
            yield Reason(
                code="duration_differs", parameters={"named": named, "container": told.duration}
            )
    if told.modified is not None and told.modified < start - LATE:
        yield Reason(code="file_before_recording", parameters={"seconds": start - told.modified})


def _container(created: float, start: float, end: float | None) -> Iterator[Reason]:
    """Hold the container's time against start and end of the recording: recorders write either."""
    if created < EARLIEST:
        yield Reason(
            code="container_clock_not_set",
            parameters={"year": datetime.fromtimestamp(created, UTC).year},
        )
        return
    apart = [created - one for one in (start, end) if one is not None]
    if min(map(abs, apart)) <= APART:
        return
    for one in apart:
        hours = round(one / HOUR)
        if hours and abs(hours) <= MOST_HOURS and abs(one - hours * HOUR) <= APART:
            yield Reason(code="clock_off_by_hours", parameters={"hours": hours})
            return
    yield Reason(code="container_differs", parameters={"seconds": min(apart, key=abs)})


def iso(moment: float | None, zone: timezone) -> str:
    """Write a time in its zone, to the second; empty for none."""
    if moment is None:
        return ""
    return (
        (datetime.fromtimestamp(0, UTC) + timedelta(seconds=round(moment)))
        .astimezone(zone)
        .isoformat()
    )
