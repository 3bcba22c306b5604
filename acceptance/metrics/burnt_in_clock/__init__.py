"""Burnt-in clock: how far date and time in the picture (OSD) are from true time, and how they run.

The seconds are found by their ticking, their ten digits teach the clock's font, and date and time
are read with these as templates (matching by normalised correlation: J. P. Lewis, Vision Interface
1995; known fonts only show which digit is nought). A time is given only where every second of the
film agrees with one running clock: unreadable rather than wrong. The clock shows whole seconds, cut
off; so the moments at which they change show its time to the interval between frames (JCGM
100:2008, 4.3.7). Offset = clock - true time: positive where the clock is ahead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._osd_clock import date_and_time, half_day, lines, one_clock
from acceptance.metrics._osd_clock.seconds import follow, font_of
from acceptance.metrics._osd_clock.ticking import SHORTEST
from acceptance.metrics.burnt_in_clock import reference_time
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Note
from acceptance.uncertainty import rectangular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.film_pace import Doubt
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.metrics._osd_clock.date_and_time import ClockField
    from acceptance.metrics._osd_clock.font import Font
    from acceptance.metrics._osd_clock.seconds import Seconds
    from acceptance.metrics.burnt_in_clock.reference_time import ReferenceTime
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene
    from acceptance.scene.strips import Strip

QUANTITIES = {"burnt_in_clock.offset": "s", "burnt_in_clock.rate": "s/d"}
OFFSET_METHOD = (
    "moments at which the burnt-in seconds change, against reference time; clock - reference"
)
RATE_METHOD = "moments at which the burnt-in seconds change, against the film's time stamps"
DAY = 86400.0
MONTHS = 12
FEWEST_CHANGES = 8
ZONE_STEP, NEAR_ZONE, FARTHEST_ZONE = 1800.0, 120.0, 14 * 3600.0  # s: zones, and a clock in one
OFF_LINE = 0.25  # s by which a change may be early or late
ORDER, ORDERS = "osd_order", ("YMD", "MDY", "DMY", "YDM")
HOURS, HALVES = "osd_hours", {"24": None, "AM": 0, "PM": 1}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a clock shows.

    It shows ``shown`` from film time ``moment`` (s) on, the first change that was seen. ``least``
    is the lowest correlation of a cell with its digit, ``ahead`` the least lead over another digit.
    ``either_half``: a clock of 12 hours would show 12 h later alike, and no mark was read.
    """

    shown: datetime
    moment: float
    least: float
    ahead: float
    height: int
    either_half: bool = False


@dataclass(frozen=True)
class FollowedClock:
    """A clock that runs through a film: its seconds are known, date and time not yet read."""

    strip: NDArray[np.uint8]
    """Frames (n, h, w) as ``font_of`` widens them."""

    times: Array
    """s of each frame (n,)."""

    font: Font
    """What it taught of its digits."""

    seconds: Seconds
    """Their course, which is even."""


def serves(scene: Scene) -> bool:
    """Whether a region of a burnt-in clock was given."""
    return bool(scene.strips)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure rate and offset of each clock; a Note for what cannot be measured."""
    for region, strip in scene.strips.items():
        yield from _of_clock(scene, region, strip)


def _of_clock(scene: Scene, region: str, strip: Strip) -> Iterator[Measurement | Note]:
    try:
        clock = followed(strip.luma, scene.series.times[strip.frames])
    except GapError as gap:
        yield from [_note(region, quantity, gap) for quantity in QUANTITIES]
        return
    try:
        found = read(clock, _order(scene), _hours(scene))
    except GapError as gap:
        yield _rate_figure(scene, region, clock.seconds, None)
        yield _note(region, "burnt_in_clock.offset", gap)
        return
    yield _rate_figure(scene, region, clock.seconds, found)
    yield from _offset_or_note(scene, region, strip, clock.seconds, found)


def followed(strip: NDArray[np.uint8], times: Array) -> FollowedClock:
    """Learn the font of a clock in ``strip`` (n, h, w), frames at ``times`` (n,) s; follow it.

    Raises GapError where the film is too short, there is no clock, or it does not run evenly.
    """
    wide, font = font_of(strip, times)
    return FollowedClock(wide, times, font, _running(follow(wide, times, font)))


def _running(seconds: Seconds) -> Seconds:
    """Check that one clock runs through the film."""
    if len(seconds.moments) < FEWEST_CHANGES:
        followed = float(np.ptp(seconds.moments)) if len(seconds.moments) else 0.0
        raise GapError("clock_too_short", seconds=followed, needed=SHORTEST)
    late = seconds.moments - seconds.count
    off = float(np.abs(late - np.median(late)).max())
    skipped = int(np.count_nonzero(np.diff(seconds.count) != np.rint(np.diff(seconds.moments))))
    if off > OFF_LINE or skipped:
        raise GapError("clock_irregular", seconds=off)
    return seconds


def read(clock: FollowedClock, order: str | None = None, hours: str | None = None) -> Reading:
    """Read date and time of a clock.

    ``order`` is that of its date, of ``ORDERS``; ``hours`` how its hours count: 24, AM or PM (of
    the film's first second); None: what can be told from the picture. Raises GapError where it
    cannot be read, day and month may be either, or the clock is set in the film.
    """
    strip, times, font, seconds = clock.strip, clock.times, clock.font, clock.seconds
    cells = date_and_time.cells(strip, times, font)
    time = date_and_time.time_of_day(cells)
    if hours:
        time = _stated_half(time, hours)
    else:
        time = date_and_time.settled(time, cells, strip, times, font)
    day = lines.calendar_date(strip, times, font, cells, time, order)
    moment = float(seconds.moments[0])
    since = round(moment - font.moment) - int(cells.seconds[0])
    shown = _date_and_time(day.value, time.value + since)
    if shown.second % 10 != int(seconds.digits[seconds.first[0]]):
        raise GapError("clock_irregular", seconds=1.0)
    one_clock.check(strip, times, font, seconds, time, day, shown)
    least, ahead = min(time.least, day.least), min(time.ahead, day.ahead)
    return Reading(
        shown=shown,
        moment=moment,
        least=least,
        ahead=ahead,
        height=font.digits.height,
        either_half=len(time.same) > 1,
    )


def _stated_half(time: ClockField, hours: str) -> ClockField:
    """Take the half of the day that the shot states, for a time that fits it."""
    of_24_hours, half = date_and_time.of_24_hours(time), HALVES[hours]
    value = next((same for same in time.same if same // half_day.HALF == half), of_24_hours)
    return replace(time, value=value, same=frozenset({value}))


def _date_and_time(day: int, seconds: int) -> datetime:
    """Return the moment ``seconds`` after the beginning of a day of this ordinal."""
    midnight = datetime.combine(date.fromordinal(day), datetime.min.time())
    return midnight + timedelta(seconds=seconds)


def _order(scene: Scene) -> str | None:
    """Order of the date that the shot states. Raises GapError clock_order for an unknown one."""
    stated = [str(found.value).upper() for found in scene.shot.conditions if found.name == ORDER]
    if stated and stated[0] not in ORDERS:
        raise GapError("clock_order", given=stated[0])
    return stated[0] if stated else None


def _hours(scene: Scene) -> str | None:
    """How the shot says that the clock's hours count: 24, AM or PM (of the film's first second).

    Raises GapError clock_hours for anything else.
    """
    stated = [str(found.value).upper() for found in scene.shot.conditions if found.name == HOURS]
    if stated and stated[0] not in HALVES:
        raise GapError("clock_hours", given=stated[0])
    return stated[0] if stated else None


def rate(seconds: Seconds) -> tuple[float, list[BudgetLine]]:
    """Seconds gained a day against the film's own time stamps, and the budget."""
    (slope, _), covariance = np.polyfit(seconds.moments, seconds.count, 1, cov=True)
    span, reach = float(np.ptp(seconds.moments)), float(np.median(seconds.reach))
    interval = reach * (2 / 3) ** 0.5 / span * DAY
    film = reference_time.FILM_CLOCK / 3**0.5 * DAY
    return (float(slope) - 1) * DAY, [
        BudgetLine(
            source="repeatability",
            contribution=float(covariance[0, 0]) ** 0.5 * DAY,
            degrees_of_freedom=len(seconds.moments) - 2.0,
        ),
        BudgetLine(source="frame_interval", contribution=interval, evaluation="B"),
        BudgetLine(source="film_clock", contribution=film, evaluation="B"),
    ]


def offset(
    seconds: Seconds, shown: datetime, true: Array, half_widths: Mapping[str, float]
) -> tuple[float, list[BudgetLine]]:
    """Clock - true time in s, and the budget.

    ``shown`` begins with the first change, ``true`` (n,) is the time of each frame, s since
    ``reference_time.EPOCH``; ``half_widths`` of its budget, s.
    """
    at = (true[seconds.first] + true[seconds.first - 1]) / 2
    each = (shown - reference_time.EPOCH).total_seconds() + seconds.count - seconds.count[0] - at
    reach = float(np.median(seconds.reach))
    widths = {"frame_interval": reach, "burn_in": 2 * reach, **_apart(seconds), **half_widths}
    scatter = float(each.std(ddof=1)) / len(each) ** 0.5
    freedom = len(each) - 1.0
    budget = [BudgetLine(source="repeatability", contribution=scatter, degrees_of_freedom=freedom)]
    budget += [rectangular(name, half) for name, half in widths.items()]
    return float(each.mean()), budget


def _apart(seconds: Seconds) -> dict[str, float]:
    """Half width in s, from the middle to either end, where clock and film clearly run apart.

    Nothing tells which of the two is wrong (25 frame/s played at 24), nor when the offset was so.
    """
    gained, (scatter, interval, _) = rate(seconds)
    if abs(gained) <= 2 * float(np.hypot(scatter.contribution, interval.contribution)):
        return {}
    return {"slope": abs(gained) / DAY * float(np.ptp(seconds.moments)) / 2}


def _rate_figure(
    scene: Scene, region: str, seconds: Seconds, found: Reading | None
) -> Measurement | Note:
    """Measure the rate; a Note where the film has no time stamps to compare it with.

    Or where a clock chart in the picture shows that it plays at another pace.
    """
    try:
        doubt = _pace_of_stamps(scene)
    except GapError as gap:
        return _note(region, "burnt_in_clock.rate", gap)
    value, budget = rate(seconds)
    budget += film_pace.lines(value + DAY, doubt)
    return scene.figure(
        "burnt_in_clock.rate",
        value,
        "s/d",
        budget,
        samples=len(seconds.moments),
        method=RATE_METHOD,
        region=region,
        details=_details(seconds, found),
        curve=_deviation(seconds),
    )


def _pace_of_stamps(scene: Scene) -> Doubt:
    """Raise GapError times_assumed, or as ``film_pace.check`` does."""
    if "times" in scene.video.assumed:
        raise GapError("times_assumed")
    return reference_time.pace(scene)


def _deviation(seconds: Seconds) -> Curve:
    """How far each change is off the mean, in ms."""
    ahead = seconds.count - seconds.moments
    return Curve(
        name="clock_deviation",
        x=tuple(seconds.moments.tolist()),
        y=tuple((1000 * (ahead - np.mean(ahead))).tolist()),
        x_label="time",
        y_label="deviation",
        x_unit="s",
        y_unit="ms",
    )


def _details(seconds: Seconds, found: Reading | None) -> dict[str, Value]:
    details: dict[str, Value] = {"clear_frames": seconds.clear}
    if found:
        details |= {
            "shown": found.shown.isoformat(" "),
            "shown_at_s": found.moment,
            "digit_height_px": found.height,
            "least_correlation": found.least,
            "least_lead": found.ahead,
        }
        details |= {"modulo_h": 12} if found.either_half else {}
    return details


def _offset_or_note(
    scene: Scene, region: str, strip: Strip, seconds: Seconds, found: Reading
) -> Iterator[Measurement | Note]:
    try:
        reference = reference_time.of(scene)
        true = replace(reference, seconds=reference.seconds[strip.frames])
        figure = _offset_figure(scene, region, seconds, found, true)
        _check_order(found, figure, _order(scene))
        if found.either_half:
            yield _either_half(region, found, figure)
        yield from _other_zone(region, figure)
    except GapError as gap:
        yield _note(region, "burnt_in_clock.offset", gap)
    else:
        yield figure


def _check_order(found: Reading, figure: Measurement, order: str | None) -> None:
    """Doubt a date read year, month, day that fits the reference only as year, day, month.

    Raises GapError clock_order_unknown. A date that was read in another order without the shot's
    saying so has a day above 12, which is no month.
    """
    read = found.shown.date()
    if order or read.day > MONTHS:
        return
    turned = read.replace(month=read.day, day=read.month)
    other = figure.value + (turned - read).days * DAY
    if abs(other) < DAY < abs(figure.value):
        both = " or ".join(str(each) for each in sorted((read, turned)))
        raise GapError("clock_order_unknown", dates=both)


def _either_half(region: str, found: Reading, figure: Measurement) -> Note:
    """Say that the offset is modulo 12 h.

    Raises GapError clock_half_day where the reading of 24 hours is not the one that is nearest.
    """
    shown = date_and_time.clock_face(found.shown)
    if abs(figure.value) > half_day.HALF / 2:
        raise GapError("clock_half_day", shown=shown)
    return _note(region, "", GapError("clock_modulo", shown=shown))


def _other_zone(region: str, figure: Measurement) -> Iterator[Note]:
    """Say where an offset is that of a zone or of summer time: letters beside are not read."""
    steps = round(figure.value / ZONE_STEP)
    near = abs(figure.value - steps * ZONE_STEP) <= NEAR_ZONE
    if near and 0 < abs(steps) * ZONE_STEP <= FARTHEST_ZONE:
        hours = steps * ZONE_STEP / 3600
        yield _note(region, "", GapError("clock_whole_hours", hours=f"{hours:+g}"))


def _offset_figure(
    scene: Scene, region: str, seconds: Seconds, found: Reading, true: ReferenceTime
) -> Measurement:
    value, budget = offset(seconds, found.shown, true.seconds, true.half_widths)
    return scene.figure(
        "burnt_in_clock.offset",
        value,
        "s",
        budget,
        samples=len(seconds.moments),
        method=OFFSET_METHOD,
        region=region,
        lower_bound=true.late,
        bound_by=Reason(code="stream_delay_unknown") if true.late else None,
        details=_details(seconds, found) | {"reference": true.kind},
    )


def _note(region: str, quantity: str, gap: GapError) -> Note:
    return Note.of(gap, metric="burnt_in_clock", quantity=quantity, region=region)
