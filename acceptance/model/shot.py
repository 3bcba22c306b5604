"""What was taken of a subject: a shot with its conditions, or what a recorder has kept."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 -- pydantic reads the annotations at run time
from dataclasses import dataclass, field
from enum import StrEnum

from acceptance.model.basics import Box, Point, Value  # noqa: TC001 -- pydantic reads the annotations at run time


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
    """One circumstance of a shot (illuminance, lens, AGC ...) with unit, instrument and where it was taken from."""

    name: str
    value: Value
    unit: str = ""
    instrument: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Coding:
    """Overrides for what a stream does not say, or says wrongly. ``None``: as the stream says."""

    full_range: bool | None = None
    matrix: str | None = None
    transfer: str | None = None
    sample_aspect: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Shot:
    """What was filmed. In a plan the shot asked for.

    In a session also its hash and where the charts were found.
    ``clip`` is a path (in a plan relative to the plan's folder, in a session relative to the
    session folder). ``corners`` holds the four outer corners of each chart found, in pixels
    (integer = pixel centre), clockwise from the chart's own upper left. ``chart_copy`` is the file
    of the printed copy (a path ending in .toml), its serial number, or ``as_drawn``. ``regions``
    are regions given by hand: x, y, width, height in pixels. ``live`` is the id of the live shot
    beside which this playback is held, where more than one might be meant. ``drive`` is the log of
    what drove a light in regions of kind ``sequence``, a path like ``clip``; ``chip`` in its place
    the seconds of one chip of the known sequence. ``reference`` is the sequence that the clip
    should show (PSNR, SSIM), a path like ``clip``. ``plain_edges``: look for slanted edges in a
    picture without chart.
    """

    id: str
    subject: str
    clip: str
    tap: Tap = Tap.CAMERA
    path: SignalPath = SignalPath.LIVE
    live: str = ""
    sha256: str = ""
    chart: str | None = None
    chart_copy: str = ""
    screen: str = ""
    arrivals: str = ""
    screen_log: str = ""
    drive: str = ""
    chip: float | None = None
    reference: str = ""
    plain_edges: bool = False
    regions: Mapping[str, Box] = field(default_factory=dict)
    coding: Coding = field(default_factory=Coding)
    conditions: tuple[Condition, ...] = ()
    instruments: tuple[str, ...] = ()
    corners: tuple[tuple[Point, ...], ...] = ()
    still: str = ""
    stream: Mapping[str, Value] = field(default_factory=dict)

    @property
    def copy_file(self) -> str:
        """The path of the chart copy's file; empty where ``chart_copy`` names none."""
        return self.chart_copy if self.chart_copy.endswith(".toml") else ""


@dataclass(frozen=True, kw_only=True)
class Recordings:
    """What a recorder has kept: a folder of files, or the list (CSV) that it gave of them.

    ``source`` is a path like a shot's ``clip``; in a session it is the list that was made of it,
    ``sha256`` its hash, ``files`` how many recordings it holds. ``name_pattern`` as in
    ``recording_names.read``; ``utc_offset`` is that of the recorder's clock. ``until``: ISO time
    (or day) of the inspection; empty: the end of the newest recording. ``in_service``: ISO date
    since when the system has been recording. ``clock_error`` is the half-width of the recorder's
    clock error, ``gap`` the shortest gap that counts and ``longest_break`` the longest that does
    not end the retention, all in seconds.
    """

    id: str
    subject: str
    source: str
    name_pattern: str = ""
    utc_offset: str = "+08:00"
    until: str = ""
    in_service: str = ""
    clock_error: float = 60.0
    gap: float = 5.0
    longest_break: float = 86400.0
    conditions: tuple[Condition, ...] = ()
    instruments: tuple[str, ...] = ()
    sha256: str = ""
    files: int = 0

    @property
    def tap(self) -> Tap:
        """Recordings are taken from the recorder."""
        return Tap.RECORDER

    @property
    def path(self) -> SignalPath:
        """And they are what it plays back."""
        return SignalPath.PLAYBACK

    @property
    def chart_copy(self) -> str:
        """No chart is looked at."""
        return ""

    @property
    def screen(self) -> str:
        """Nor a screen."""
        return ""
