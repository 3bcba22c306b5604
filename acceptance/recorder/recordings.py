"""What a recorder has kept: its files, or the list that it gave of them, placed in time.

A recording starts when its name says (the recorder's own clock, in a stated zone), else its
container (UTC by ISO/IEC 14496-12, 8.2.2), else the time of the file less the container's duration;
it ends when its name says, else start and duration. Sources that disagree are named, and what no
clock can have shown is not placed at all. Files are never decoded.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from acceptance.errors import ClipError, PlanError
from acceptance.footage import container
from acceptance.messages import tr
from acceptance.model import Reason
from acceptance.recorder import copies, file_names, folders, name_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Tell = Callable[[int, int], object]

VIDEOS = {
    *(".mp4", ".m4v", ".mov", ".mkv", ".avi", ".ts", ".mts", ".mpg", ".mpeg", ".ps"),
    *(".dav", ".flv", ".3gp", ".asf", ".264", ".h264", ".265", ".h265"),
}
HOUR = 3600.0
# a clock that shows an earlier year was never set
EARLIEST = datetime(2006, 1, 1, tzinfo=UTC).timestamp()
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (2, 9999))
APART = 120.0  # s: more than a container is written before or after the name's time
LATE = 60.0  # s: a file that is older than its recording's start by more
LONGER, LONGER_SHARE = 5.0, 0.02  # s, share: durations by name and by container that differ
MOST_HOURS = 14  # the widest zones are 14 h from UTC
UNPLACED = frozenset(
    {
        "clock_not_set",
        "recording_in_future",
        "recording_unreadable",
        "start_after_end",
        "time_unknown",
        "end_unknown",
    }
)


@dataclass(frozen=True, kw_only=True)
class TimeEvidence:
    """What each source says of one recording, in POSIX seconds; None where it says nothing."""

    named_start: float | None = None
    """Start by the name or the list."""

    named_end: float | None = None
    """End by the name or the list."""

    created: float | None = None
    """Time in the container."""

    duration: float | None = None
    """Duration by the container, in s."""

    modified: float | None = None
    """Time of the file in the file system."""

    size: int = 0
    """Bytes; 0: not known."""

    readable: bool = True
    """Whether a container that was opened could be read; True where none was."""

    order_open: bool = False
    """Whether the name has a date whose day and month may be either."""

    def put_right(self, ahead: float) -> TimeEvidence:
        """Take off by how much the recorder's clock is ahead (s) where that clock was read.

        The time of a file may be that of a copy.
        """
        start, end, created = (
            None if moment is None else in_any_zone(moment - ahead)
            for moment in (self.named_start, self.named_end, self.created)
        )
        return replace(self, named_start=start, named_end=end, created=created)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """One recording of a channel, placed in time as far as it can be."""

    channel: str
    """Name of the channel; may be empty."""

    file: str
    """Path below the folder, or as in the list."""

    start: float | None
    """POSIX seconds; None: it cannot be placed."""

    end: float | None
    """POSIX seconds; None: it cannot be placed."""

    start_by: str
    """Source of the start: ``name``, ``container``, ``file`` or ``list``; empty: none."""

    end_by: str
    """Source of the end, in the same words."""

    evidence: TimeEvidence
    """What each source says."""

    faults: tuple[Reason, ...] = ()
    """Everything wrong with it: clocks, durations, files."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """All recordings of a recorder."""

    recordings: tuple[Recording, ...]
    """In order of channel and time."""

    zone: timezone
    """Zone of the recorder's clock."""

    passed_over: Mapping[str, int] = field(default_factory=dict)
    """How many files are not video, by their ending."""

    @property
    def channels(self) -> dict[str, list[Recording]]:
        """Recordings by channel, channels in order."""
        found: dict[str, list[Recording]] = {}
        for recording in self.recordings:
            found.setdefault(recording.channel, []).append(recording)
        return found


def zone_of(text: str) -> timezone:
    """Read an offset from UTC such as +08:00. Raises PlanError."""
    offset = _offset(text)
    if offset is None:
        hint = tr("Write it like +08:00")
        raise PlanError(tr("is not an offset from UTC"), where=text, hint=hint)
    return timezone(offset)


def _offset(text: str) -> timedelta | None:
    try:
        return datetime.fromisoformat(f"2000-01-01T00:00:00{text}").utcoffset()
    except ValueError:
        return None


def scan(
    folder: Path,
    *,
    zone: timezone,
    now: float,
    ahead: float = 0.0,
    pattern: str = "",
    tell: Tell | None = None,
) -> Found:
    """Look at every file below ``folder`` by name, container and file time.

    Names are the recorder's clock in ``zone``, which is ``ahead`` by so many seconds; no recording
    can be later than ``now`` (POSIX seconds). ``tell`` is called with how many files are done, and
    of how many. Raises PlanError: no folder, a wrong pattern.
    """
    if pattern:
        file_names.compiled(pattern)
    folders.check(folder)
    files = sorted(folders.files(folder))
    videos = [path for path in files if path.suffix.lower() in VIDEOS]
    others = (path for path in files if path.suffix.lower() not in VIDEOS)
    names = [folders.shown(path.relative_to(folder)) for path in videos]
    order = name_times.order_of(names)
    every = [file_names.read(name, pattern, order) for name in names]
    read = file_names.without_counters(file_names.without_shared(every))
    recordings = []
    named_files = zip(names, videos, read, strict=True)
    for number, (name, path, named) in enumerate(named_files, start=1):
        evidence = _evidence(path, named, zone)
        recordings.append(placed(name, named.channel, evidence, now=now, ahead=ahead))
        if tell:
            tell(number, len(videos))
    passed_over = Counter(path.suffix.lower() or path.name for path in others)
    return ordered(_marked(recordings, videos), zone, passed_over)


def _marked(recordings: Sequence[Recording], files: Sequence[Path]) -> Iterator[Recording]:
    """Give those whose file is a copy of an earlier one a fault that says so."""
    evidence = (recording.evidence for recording in recordings)
    sizes = [each.size if each.readable else 0 for each in evidence]
    copied = copies.among(sizes, files)
    for place, recording in enumerate(recordings):
        copy = (_reason("recordings_copied"),) if place in copied else ()
        yield replace(recording, faults=(*recording.faults, *copy))


def inputs(source: Path) -> list[Path]:
    """Every file that a recorder's folder holds, or its list: none of them is written over."""
    return sorted(folders.files(source)) if source.is_dir() else [source]


def ordered(
    recordings: Iterable[Recording], zone: timezone, passed_over: Mapping[str, int]
) -> Found:
    """Put recordings in order of channel, start and file; those without start come last."""
    return Found(
        recordings=tuple(sorted(recordings, key=_place)), zone=zone, passed_over=dict(passed_over)
    )


def _place(recording: Recording) -> tuple[str, float, str]:
    start = float("inf") if recording.start is None else recording.start
    return recording.channel, start, recording.file


def _evidence(path: Path, named: file_names.Named, zone: timezone) -> TimeEvidence:
    start, end = _posix(named.start, zone), _posix(named.end, zone)
    evidence = TimeEvidence(named_start=start, named_end=end, order_open=named.order_open)
    try:
        status = path.stat()
        modified = in_any_zone(status.st_mtime)
        evidence = replace(evidence, modified=modified, size=status.st_size)
        header = container.read(path)
    except (ClipError, OSError):  # or overwritten while it was looked at
        return replace(evidence, readable=False)
    created = None if header.created is None else in_any_zone(header.created.timestamp())
    return replace(evidence, created=created, duration=header.duration)


def _posix(moment: datetime | None, zone: timezone) -> float | None:
    zoned = moment if moment is None or moment.tzinfo else moment.replace(tzinfo=zone)
    return None if zoned is None else in_any_zone(zoned.timestamp())


def in_any_zone(moment: float | None) -> float | None:
    """Return a moment (POSIX seconds) that has a date in every zone; None for any other.

    Clocks that were never set show the year 1, lists end in the year 9999.
    """
    return moment if moment is not None and FIRST <= moment <= LAST else None


def placed(
    file: str,
    channel: str,
    evidence: TimeEvidence,
    *,
    now: float,
    by: str = "name",
    ahead: float = 0.0,
) -> Recording:
    """Place a recording in time by its evidence and name every fault of it.

    ``by`` names the source of the named times; no recording can be later than ``now``. The
    recorder's clock is ``ahead`` by so many seconds: what it wrote is put right.
    """
    evidence = evidence.put_right(ahead)
    start, start_by = _start(evidence, by)
    end, end_by = _end(evidence, start, by)
    faults = tuple(_faults(evidence, start, end, now))
    if {fault.code for fault in faults} & UNPLACED:
        start = end = None
    return Recording(
        channel=channel,
        file=file,
        start=start,
        end=end,
        start_by=start_by,
        end_by=end_by,
        evidence=evidence,
        faults=faults,
    )


def _start(evidence: TimeEvidence, by: str) -> tuple[float | None, str]:
    if evidence.named_start is not None:
        return evidence.named_start, by
    if evidence.created is not None:
        return evidence.created, "container"
    if evidence.modified is not None and evidence.duration is not None:
        return evidence.modified - evidence.duration, "file"
    return None, ""


def _end(evidence: TimeEvidence, start: float | None, by: str) -> tuple[float | None, str]:
    if evidence.named_end is not None:
        return evidence.named_end, by
    if start is not None and evidence.duration is not None:
        return start + evidence.duration, "container"
    return None, ""


def _faults(
    evidence: TimeEvidence, start: float | None, end: float | None, now: float
) -> Iterator[Reason]:
    if not evidence.readable:
        yield _reason("recording_unreadable")
    if evidence.order_open:
        yield _reason("name_order_unknown")
    if start is None:
        yield _reason("time_unknown")
    elif start < EARLIEST:
        yield _reason("clock_not_set", year=_year(start))
    else:
        yield from _span(start, end, now)
        if evidence.named_start is None:
            yield _reason("file_time_only" if evidence.created is None else "container_time_only")
        yield from _disagreements(evidence, start, end)


def _span(start: float, end: float | None, now: float) -> Iterator[Reason]:
    """Compare start and end with each other and with the time now."""
    if end is None:
        yield _reason("end_unknown")
    elif end <= start:
        yield _reason("start_after_end")
    if max(start, end or start) > now + LATE:
        yield _reason("recording_in_future")


def _disagreements(evidence: TimeEvidence, start: float, end: float | None) -> Iterator[Reason]:
    if evidence.created is not None and evidence.named_start is not None:
        yield from _container(evidence.created, start, end)
    if evidence.named_end is not None and evidence.named_start is not None:
        yield from _durations(evidence.named_end - evidence.named_start, evidence.duration)
    if evidence.modified is not None and evidence.modified < start - LATE:
        yield _reason("file_before_recording", seconds=start - evidence.modified)


def _durations(named: float, container: float | None) -> Iterator[Reason]:
    if container is None or named <= 0:
        return
    if abs(named - container) > max(LONGER, LONGER_SHARE * named):
        yield _reason("duration_differs", named=named, container=container)


def _container(created: float, start: float, end: float | None) -> Iterator[Reason]:
    """Compare the container's time with start and end of the recording: recorders write either."""
    apart = [created - moment for moment in (start, end) if moment is not None]
    if created < EARLIEST:
        yield _reason("container_clock_not_set", year=_year(created))
    elif min(map(abs, apart)) > APART:
        hours = next(filter(None, map(_hours, apart)), 0)
        if hours:
            yield _reason("clock_off_by_hours", hours=hours)
        else:
            yield _reason("container_differs", seconds=min(apart, key=abs))


def _hours(apart: float) -> int:
    """Return by how many whole hours, as a zone has them, a clock is off; 0: by no such number."""
    hours = round(apart / HOUR)
    fits = abs(hours) <= MOST_HOURS and abs(apart - hours * HOUR) <= APART
    return hours if fits else 0


def _reason(code: str, **parameters: float) -> Reason:
    return Reason(code=code, parameters=parameters)


def _year(moment: float) -> int:
    return datetime.fromtimestamp(moment, UTC).year


def iso(moment: float | None, zone: timezone) -> str:
    """Write a time in its zone, to the second; empty for none."""
    if moment is None:
        return ""
    there = datetime.fromtimestamp(0, UTC) + timedelta(seconds=round(moment))
    return there.astimezone(zone).isoformat()
