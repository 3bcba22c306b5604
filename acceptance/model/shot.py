"""What was taken of a subject: a shot with its conditions, or what a recorder has kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from acceptance.model.basics import Box, Point, Value

# first words of regions by hand that say where a wall of monitors and its tiles stand
WALL_REGIONS = ("wall", "tile")


class Tap(StrEnum):
    """Where in the chain the footage was taken."""

    CAMERA = "camera"
    PLATFORM = "platform"
    RECORDER = "recorder"
    SCREEN = "screen"


class SignalPath(StrEnum):
    """Live picture or playback of a recording."""

    LIVE = "live"
    PLAYBACK = "playback"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One circumstance of a shot or an answer: illuminance, lens, AGC ..."""

    name: str
    """``illuminance``, ``agc`` ... as requirements ask for it; others are only printed."""

    value: Value
    """What it was, a number in ``unit``."""

    unit: str = ""
    """Unit of ``value``; empty: it has none."""

    instrument: str = ""
    """Id of the instrument that it was measured with, or any words; empty: not stated."""

    source: str = ""
    """Where the value was taken from; empty: not stated."""


class Taken(Protocol):
    """What a measurement may be of: a shot, or what a recorder has kept."""

    @property
    def id(self) -> str:
        """Unique among shots and recordings."""

    @property
    def subject(self) -> str:
        """Id of the subject that it was taken of."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Ids of all subjects that it shows, that one first."""

    @property
    def tap(self) -> Tap:
        """Where in the chain it was taken."""

    @property
    def path(self) -> SignalPath:
        """Live picture or playback."""

    @property
    def chart_copy(self) -> str:
        """The printed copy of the chart; empty: not stated, or no chart is in it."""

    @property
    def screen(self) -> str:
        """Id of the instrument that is the clock screen; empty: none is named."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Circumstances under which it was taken."""

    @property
    def instruments(self) -> tuple[str, ...]:
        """Ids of the instruments used."""

    @property
    def filmed(self) -> str:
        """ISO date on which it was taken; empty: not known."""

    @property
    def sha256(self) -> str:
        """Hash of what was taken; empty in a plan."""


@dataclass(frozen=True, kw_only=True)
class Coding:
    """Overrides for what a stream does not say, or says wrongly."""

    full_range: bool | None = None
    """True: codes 0 to 255; False: 16 to 235; None: as the stream says."""

    matrix: str | None = None
    """``bt709`` or ``bt601``; None: as the stream says."""

    transfer: str | None = None
    """The camera's tone curve: ``bt709``, ``srgb``, ``gamma22`` or ``linear``;
    None: as the stream says."""

    sample_aspect: tuple[int, int] | None = None
    """Width and height of one pixel, for instance (16, 11); None: as the stream says."""


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What was filmed: in a plan the shot asked for, in a session the shot as it was found."""

    id: str
    """Letters, digits, ``_``, ``-`` and ``.``, 64 at most; unique among shots and recordings."""

    subject: str
    """Id of the subject that was filmed."""

    clip: str = ""
    """Path of the footage; in a plan from its folder, in a session from the session folder.
    Empty in a plan whose shot has a ``source``."""

    source: str = ""
    """In place of ``clip``: the stream that is captured when the plan is run, its URL (``rtsp://``
    or ``rtsps://``, without password) or the id of the subject whose ``source`` it is."""

    seconds: float | None = None
    """Of a live shot: how long is captured, s, up to 3600; None: 60."""

    transport: str = ""
    """Of a live shot: how its packets come, ``tcp``, ``udp`` or ``multicast``; empty: ``tcp``."""

    fingerprint: str = ""
    """Of a live shot by ``rtsps``: SHA-256, in hexadecimal, of the certificate that is trusted
    though nobody known has signed it; empty: none is."""

    filmed: str = ""
    """ISO date of filming; empty: not stated. In a session, where the plan does not state it,
    the day in China (UTC+8) of the clip's own creation time, if it has one."""

    filmed_by: str = ""
    """Written by the tool: who says when it was filmed: ``plan``, ``clip`` (its creation time),
    ``capture`` (of a live shot) or ``run`` (a session before 0.7.0, which took the day of the run);
    empty: nobody."""

    created: str = ""
    """Written by the tool: day in China (UTC+8) of the clip's own creation time; empty: it states
    none."""

    tap: Tap = Tap.CAMERA
    """Where in the chain it was taken."""

    path: SignalPath = SignalPath.LIVE
    """Live picture or playback."""

    live: str = ""
    """Of a playback: id of the live shot that it is compared with; empty: the one that fits."""

    sha256: str = ""
    """Written by the tool: hash of the clip; empty in a plan."""

    chart: str | None = None
    """Chart in the picture, its name or path; None: every shipped chart is looked for."""

    chart_copy: str = ""
    """The printed copy: its file (a path ending in .toml), its serial number, the id of
    the instrument that it is, or ``as_drawn`` where nothing was printed; empty: not stated."""

    screen: str = ""
    """Id of the instrument that is the clock screen; empty: none is named."""

    arrivals: str = ""
    """Table of the frames' arrival times, a path like ``clip``; empty: none."""

    screen_log: str = ""
    """Log of the clock screen, a path like ``clip``; empty: none."""

    packets: str = ""
    """Table of the packets of a captured stream, a path like ``clip``; empty: none."""

    stream_record: str = ""
    """Record of a capture (connections, sender reports ...), a path like ``clip``; empty: none."""

    drive: str = ""
    """Log of what drove a light in regions of kind ``sequence``, a path like ``clip``."""

    chip: float | None = None
    """In place of ``drive``: seconds of one chip of the known sequence, 0.002 to 0.2."""

    reference: str = ""
    """Sequence that the clip should show (PSNR, SSIM), a path like ``clip``; empty: none."""

    plain_edges: bool = False
    """True: look for slanted edges in a picture without chart."""

    wall: tuple[tuple[str, ...], ...] = ()
    """Of a film of a wall of monitors beside the clock: its tiles, row by row from the upper left,
    each the id of the subject whose picture it shows; empty: of none. No rows: it is no wall."""

    regions: Mapping[str, Box] = field(default_factory=dict)
    """Regions given by hand, by dotted name: x, y, width, height in px."""

    coding: Coding = field(default_factory=Coding)
    """Overrides of what the stream says of itself."""

    conditions: tuple[Condition, ...] = ()
    """Circumstances of the shot."""

    instruments: tuple[str, ...] = ()
    """Ids of the instruments used."""

    retaken: str = ""
    """Why the point was filmed again; empty: it was not, or the plan does not say."""

    corners: tuple[tuple[Point, ...], ...] = ()
    """Written by the tool: four outer corners of each chart found, in px (integer = pixel
    centre), clockwise from the chart's own upper left."""

    still: str = ""
    """Written by the tool: path of the picture with the regions drawn in; empty: none."""

    stream: Mapping[str, Value] = field(default_factory=dict)
    """Written by the tool: codec, size, range, rate ... as read, and what was assumed."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Ids of all subjects that were filmed: its own, and those of the tiles of a wall."""
        named = (name for row in self.wall for name in row if name)
        return tuple(dict.fromkeys([self.subject, *named]))

    @property
    def is_wall(self) -> bool:
        """Whether it is said to show a wall of monitors beside the clock."""
        return bool(self.wall) or len(self.measured_regions) < len(self.regions)

    @property
    def measured_regions(self) -> Mapping[str, Box]:
        """Regions by hand, but those that only say where a wall and its tiles stand."""
        return {
            name: box
            for name, box in self.regions.items()
            if name != WALL_REGIONS[0] and not name.startswith(f"{WALL_REGIONS[1]}.")
        }

    @property
    def copy_file(self) -> str:
        """The path of the chart copy's file; empty where ``chart_copy`` names none."""
        return self.chart_copy if self.chart_copy.endswith(".toml") else ""


class WithoutPicture:
    """What is captured without a picture, so without a chart or a clock screen."""

    subject: str
    """Id of the subject that it was taken of."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Its one subject."""
        return (self.subject,)

    @property
    def chart_copy(self) -> str:
        """Empty: no picture is looked at, so no chart."""
        return ""

    @property
    def screen(self) -> str:
        """Empty: no picture is looked at, so no clock screen."""
        return ""


@dataclass(frozen=True, kw_only=True)
class Recordings(WithoutPicture):
    """What a recorder has kept: a folder of files, or the list that it gave of them."""

    id: str
    """As a shot's; unique among shots and recordings."""

    subject: str
    """Id of the recorder."""

    source: str
    """Folder of files or list (CSV, XLSX), a path like a shot's ``clip``; in a session the
    list that was made of it."""

    name_pattern: str = ""
    """How files are named, as in ``recorder.file_names.read``; empty: the usual ways."""

    utc_offset: str = "+08:00"
    """Zone of the recorder's clock, offset from UTC."""

    until: str = ""
    """ISO time or day of the inspection; empty: the end of the newest recording."""

    in_service: str = ""
    """ISO date since when the system has been recording; empty: not stated."""

    clock_error: float = 60.0
    """Half-width of the recorder's clock error in s."""

    clock_offset: float = 0.0
    """By how many s the recorder's clock is ahead, as measured: its times are corrected by it."""

    gap: float = 5.0
    """Shortest gap that counts, in s."""

    longest_break: float = 86400.0
    """Longest break that does not end the retention, in s."""

    conditions: tuple[Condition, ...] = ()
    """Circumstances, as of a shot."""

    instruments: tuple[str, ...] = ()
    """Ids of the instruments used."""

    sha256: str = ""
    """Written by the tool: hash of the list; empty in a plan."""

    files: int = 0
    """Written by the tool: how many recordings the list holds; 0 in a plan."""

    @property
    def filmed(self) -> str:
        """Day of the inspection, where ``until`` states it."""
        return self.until[:10]

    @property
    def tap(self) -> Tap:
        """Where in the chain: from the recorder."""
        return Tap.RECORDER

    @property
    def path(self) -> SignalPath:
        """Playback."""
        return SignalPath.PLAYBACK
