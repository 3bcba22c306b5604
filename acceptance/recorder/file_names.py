"""Times and channel in the names that usual recorders give their files; pure.

A name is the path below the folder of recordings, with forward slashes. What is not in a name is
not guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import compress, pairwise
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.recorder import name_times

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from acceptance.recorder.name_times import NameTime

# Dahua: 2026-11-25/.../08/30.00-08.40.00[R][0@0][0].dav, and 2026-11-25/.../08.30.00-08.40.00[R]...
TREE = re.compile(
    r"(?:(?P<before>.*)/)?(?P<date>\d{4}-\d\d-\d\d)/(?P<between>(?:[^/]+/)*?)(?:(?P<hour>\d\d)/)?"
    r"(?P<start>(?:\d\d\.)?\d\d\.\d\d)-(?P<end>\d\d\.\d\d\.\d\d)\[[^/]*"
)
# 2026/11/25/08/30-00.mp4, 2026-11-25/08-30-00.mp4, 2026112508/30M00S.mp4, 20261125PM/08-30-00.mp4,
# 2026-11-25/8p/30-00.mp4: days, their halves and hours as folders
FOLDERS = re.compile(
    r"(?:(?P<before>.*)/)?(?P<year>\d{4})(?:[-_.年/]?(?P<month>\d\d)[-_.月/]?(?P<day>\d\d)"
    r"|[-_.年/](?P<month_apart>\d\d?)[-_.月/](?P<day_apart>\d\d?))日?"
    rf"(?:(?P<joined>\d\d)|[-_ ]?(?P<half>{name_times.MARK}))?/(?P<between>(?:[^/]+/)*?)"
    r"(?:(?P<folder>\d\d)[时点hH]?/|(?P<of_twelve>\d\d?)(?P<letter>[AaPp])[Mm]?/"
    r"(?=\d\d(?:[-_.]?\d\d)?\.\w+$))?(?P<stem>[^/]+)"
)
# Frigate, whose folders are of UTC: 2026-11-25/08/gate/30.15.mp4
IN_UTC = re.compile(
    r"(?:.*/)?(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)/(?P<hour>\d\d)/(?P<channel>[^/]*[^/\d][^/]*)"
    r"/(?P<minute>\d\d)\.(?P<second>\d\d)\.\w+"
)
# ZoneMinder, a folder for each event: 3/2026-11-25/1234/1234-video.mp4
OF_EVENT = re.compile(r"(?:(?P<before>.*)/)?\d{4}-\d\d-\d\d/(?P<event>\d+)/(?P=event)-video\.[^/]+")
HALF_DAY = re.compile(name_times.MARK)  # folders of one part of a day
COLONS = str.maketrans("：∶꞉", ":::")  # those that every file system takes
IN_HALF = re.compile(rf"(?:.*/)?(?:{name_times.DATE}[-_ ]?)?(?P<half>{name_times.MARK})/.*")
IN_ZONE = re.compile(rf"(?:.*/)?(?P<zone>{name_times.NAMED_ZONE})/.*")
SUMMER = re.compile(r"_DST(?=\d{8})")  # Reolink, while its clock is on summer time
PIXEL = re.compile(r"(?:.*/)?PXL_\d{8}_\d{9}[^/]*")  # phones of Google, whose names are of UTC
IN_HOUR = re.compile(r"(?P<minute>\d\d)(?:[-_.Mm分]?(?P<second>\d\d)[Ss秒]?)?(?!\d)")
HALF_BEFORE = re.compile(rf"(?<![A-Za-z]){name_times.MARK}$")
HOUR = re.compile(r"[01]\d|2[0-3]")
OF_DAY = re.compile(rf"{name_times.TIME}{name_times.ZONE}")
# of a camera, an address, a version or a date, right before what may be their next ones
NUMBERED = r"(?<!\d\.)(?<![-_. ]\d[-_])(?<![-_. ]\d\d[-_])(?<!\d{3}[-_])(?<!-[\dA-Fa-f]{2}-)"
# in a folder of a day: Gate_16-05-30; six digits, or numbers with others beside them, are no time
BEHIND_WORDS = re.compile(
    rf"(?<=[-_. ])(?=(?P<time>{NUMBERED}"
    r"\d\d[-_.:]\d\d[-_.:]\d\d(?!\d)(?![-_. ]+\d.*\.))"
    r"|\d\d[-_.:]\d\d[-_.:]\d\d(?!\d)|\d{6}(?!\d))"
)
NO_CHANNEL = {"dav", "jpg", "mp4", "video", "videos", "record", "records", "recordings"}
# of days and their halves, hours, minutes
NO_NAME = re.compile(r"\d\d|(?:19|20)\d{8}|[0-3]\d[0-3]\d20\d\d|\d\dM\d\dS")
DAY = re.compile(rf"(?<!\d){name_times.DATE}(?!\d)(?:[-_ ]?{name_times.MARK}(?![A-Za-z]))?")
IN_YEAR = re.compile(r"(?:(?<=/)|^)(?:19|20)\d\d(?=/(?:0[1-9]|1[0-2])(?:/|$))")  # 2026/11
# of files: digits, or hexadecimal ones; twelve with letters are the address of a camera (MAC)
HEXADECIMAL = r"(?<![^\W_])(?={0})[0-9A-F]{{{1}}}(?![^\W_])"
COUNTER = re.compile(
    rf"(?P<address>{HEXADECIMAL.format('[0-9]*[A-F]', 12)})"
    rf"|\d{{5,}}|{HEXADECIMAL.format('[0-9A-F]*[0-9]', '4,8')}"
)
# before a date: 083000_20261125, 08.30.00 25.11.2026, 3-11-2024_4-05
OTHER_TIME = re.compile(
    r"(?<!\d)\d{6}(?!\d)|(?<![\d.])\d\d([-_.:])\d\d\1\d\d(?![\d.])|(?<!\d)(?:\d\d?-)+$"
)
FEWEST_COUNTED = 5
PLACEHOLDERS = {
    "channel": r"(?P<channel>[^/]+?)",
    "start": rf"(?P<start>{name_times.UNNAMED})",
    "end": rf"(?P<end>{name_times.UNNAMED})",
    "*": ".*?",
}


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a name says."""

    channel: str
    """Channel; empty: the name does not say."""

    start: datetime | None = None
    """Start, without a zone on the recorder's own clock; None: the name does not say."""

    end: datetime | None = None
    """End, without a zone on the recorder's own clock; None: the name does not say."""

    order_open: bool = False
    """True: the name has a date whose day and month may be either."""

    of_folder: bool = False
    """True: the time is that of a folder, not of the file in it."""


def read(name: str, pattern: str = "", order: str = "") -> Named:
    """Read a name, by ``pattern`` if there is one; ``order`` as of ``name_times.order_of``.

    A pattern holds ``{channel}``, ``{start}``, ``{end}``, and ``*`` for anything. A name without a
    time, or with one that no calendar has, gives neither start nor end. Raises PlanError for a
    pattern without ``{start}``.
    """
    if pattern:
        return _by_pattern(name, pattern, order)
    name = name.translate(COLONS)
    return _in_folders(name, _by_itself(name, order))


def _in_folders(name: str, named: Named) -> Named:
    """Take the zone of a folder named by one; leave a start of another half of the day open."""
    zone, half, start = IN_ZONE.fullmatch(name), IN_HALF.fullmatch(name), named.start
    if half and start and name_times.of_24_hours(start.hour, half["half"].lower()) != start.hour:
        return replace(named, start=None, end=None)
    return _in_zone(named, name_times.zone(zone["zone"])) if zone else named


def _by_itself(name: str, order: str) -> Named:
    """Read a name by what recorders write."""
    if tree := TREE.fullmatch(name):
        return _of_tree(tree)
    if event := OF_EVENT.fullmatch(name):
        return Named(channel=_channel(event["before"] or ""))
    if in_utc := IN_UTC.fullmatch(name):
        return _of_utc(in_utc)
    summer = SUMMER.search(name)
    plain = SUMMER.sub("_", name)
    stamps, folders = name_times.find(plain, order), _of_folders(plain)
    named = _plain(plain, stamps) if stamps else _of_day(plain, folders)
    if stamps and folders.start and not name_times.PLAIN.search(plain):  # a number, and its day
        named = replace(named, channel=folders.channel)
    if PIXEL.fullmatch(name) and named.start:
        return _in_zone(named, UTC)
    return _an_hour_back(named) if summer else named


def _in_zone(named: Named, zone: tzinfo | None) -> Named:
    """Put moments that say no zone of their own into one."""
    start, end = (
        moment and (moment if moment.tzinfo else moment.replace(tzinfo=zone))
        for moment in (named.start, named.end)
    )
    return replace(named, start=start, end=end)


def _of_day(name: str, named: Named) -> Named:
    """Put what stands before a date without a time that can be read for the channel."""
    of_file = name.rfind("/") + 1
    day = None if named.start else name_times.ORDERED.search(name, of_file)
    if not day:
        return named
    time_before = OTHER_TIME.search(name[: day.start()], of_file)
    return Named(channel=_channel(_above(name[: (time_before or day).start()])))


def _of_utc(match: re.Match[str]) -> Named:
    day = name_times.calendar_day(match["year"], match["month"], match["day"])
    start = _in_hour(day, int(match["hour"]), match) if day else None
    return Named(channel=match["channel"], start=start.replace(tzinfo=UTC) if start else None)


def _an_hour_back(named: Named) -> Named:
    """Put the times of a clock on summer time on standard time."""
    back = timedelta(hours=-1)
    start, end = (moment and name_times.later(moment, back) for moment in (named.start, named.end))
    return replace(named, start=start, end=end)


def without_counters(every: Sequence[Named]) -> list[Named]:
    """Take away channels that count recordings: numbers that rise with time, none of them twice.

    Five and more of them; fewer may be channels of one recording each.
    """
    places: dict[str, list[Named]] = {}
    for named in every:
        above, _, last = named.channel.rpartition("/")
        if last.isdigit() and named.start:
            places.setdefault(above, []).append(named)
    counted = {above for above, numbered in places.items() if _count(numbered)}
    return [_counted(named, counted) for named in every]


def without_shared(every: Sequence[Named]) -> list[Named]:
    """Take away starts of folders that hold several recordings: only one of these can begin then.

    A folder named by a start and an end holds recordings of all that time, or parts of it that
    fill it, and each keeps both.
    """
    begun = [named.of_folder and not named.end for named in every]
    holding = Counter((named.channel, named.start) for named in compress(every, begun))
    return [
        replace(named, start=None)
        if of_start and holding[named.channel, named.start] > 1
        else named
        for named, of_start in zip(every, begun, strict=True)
    ]


def _count(numbered: Sequence[Named]) -> bool:
    in_order = sorted(numbered, key=lambda named: named.start.isoformat() if named.start else "")
    numbers = [int(named.channel.rpartition("/")[2]) for named in in_order]
    rising = all(first < second for first, second in pairwise(numbers))
    return rising and len(numbers) >= FEWEST_COUNTED


def _counted(named: Named, counted: Collection[str]) -> Named:
    above, _, last = named.channel.rpartition("/")
    return replace(named, channel=above) if last.isdigit() and above in counted else named


def _by_pattern(name: str, pattern: str, order: str) -> Named:
    match = compiled(pattern).fullmatch(name)
    if match is None:
        return Named(channel="")
    parts = match.groupdict()
    [start, *_] = name_times.find(parts["start"], order)
    end = name_times.find(parts["end"], order)[0].moment if parts.get("end") else None
    return Named(
        channel=parts.get("channel") or "",
        start=start.moment,
        end=end,
        order_open=start.order_open,
    )


@lru_cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Turn a pattern into a regular expression over the whole name. Raises PlanError."""
    parts = re.split(r"(\{\w+\}|\*)", re.sub(r"\*+", "*", pattern))
    known = [
        PLACEHOLDERS.get(part.strip("{}")) if number % 2 else re.escape(part)
        for number, part in enumerate(parts)  # what was split at has the odd places
    ]
    twice = parts.count("{channel}") > 1 or parts.count("{end}") > 1
    if None in known or parts.count("{start}") != 1 or twice:
        hint = tr("Write {start} once, {channel} and {end} at most once, and * for anything")
        raise PlanError(tr("is not a pattern of names"), where=pattern, hint=hint)
    return re.compile("".join(_expression(known)))


def _expression(parts: Sequence[str | None]) -> Iterator[str]:
    """Write what stands between two ``*`` as a group that is found once and not tried again.

    What follows can begin anywhere behind it, so that the first place is as good as any; trying
    all places of several ``*`` would take time that grows with a power of the name's length.
    """
    anything, pieces = PLACEHOLDERS["*"], [[""]]
    for part in filter(None, parts):
        if part == anything:
            pieces.append([anything])
        else:
            pieces[-1].append(part)
    yield from (f"(?>{''.join(piece)})" for piece in pieces[:-1])
    yield "".join(pieces[-1])


def _of_tree(match: re.Match[str]) -> Named:
    """Read a name in a tree of days and perhaps hours."""
    hour, start = match["hour"], match["start"].split(".")
    if hour and len(start) == 2:
        start = [hour, *start]
    places = [*(match["before"] or "").split("/"), *match["between"].split("/")]
    channel = "/".join(part for part in places if part and part.lower() not in NO_CHANNEL)
    if len(start) < 3:
        return Named(channel=channel)
    begun = _moment(f"{match['date']} {'.'.join(start)}")
    ended = _moment(f"{match['date']} {match['end']}")
    if begun and ended and ended < begun:  # past midnight: the folder is that of the start
        ended = name_times.later(ended, name_times.DAY)
    return Named(channel=channel, start=begun, end=ended)


def _moment(text: str) -> datetime | None:
    try:
        # The recorder's clock, zone added later.
        return datetime.strptime(text, "%Y-%m-%d %H.%M.%S")  # noqa: DTZ007 -- see above
    except ValueError:
        return None


def _plain(name: str, stamps: Sequence[NameTime]) -> Named:
    """Read a name with one or two stamps; the channel is before the first, or else behind."""
    before, behind = name[: stamps[0].begin], name[stamps[-1].end :].rpartition(".")[0]
    before, behind = _above(before), _uncounted(behind)
    worded = re.search(r"[^\W\d_]", behind)  # a number behind the time counts files, not channels
    channel = _channel(before) or (_channel(behind) if worded else "")
    of_folder = stamps[-1].end <= name.rfind("/")
    # a folder's time that is when it was copied
    of_copy = name[name.rfind("/", 0, stamps[0].begin) + 1 : stamps[0].begin]
    behind_it = name[stamps[-1].end : name.find("/", stamps[-1].end)].lstrip("-_. ")
    if of_folder and (name_times.COPIED.search(of_copy) or name_times.COPIED.match(behind_it)):
        return Named(channel=_channel(name[stamps[-1].end :].rpartition("/")[0]))
    start, end = stamps[0].moment, stamps[1].moment if len(stamps) > 1 else None
    if start and end and bool(start.tzinfo) < bool(end.tzinfo):
        start = start.replace(tzinfo=end.tzinfo)  # a zone behind the end is that of both
    elif start and end and not end.tzinfo:
        end = end.replace(tzinfo=start.tzinfo)
    return Named(
        channel=channel,
        start=start,
        end=end,
        order_open=stamps[0].order_open,
        of_folder=of_folder,
    )


def _above(before: str) -> str:
    """Leave times and counters out of folders that are named by a time, one for each recording."""
    folders, _, last = before.rpartition("/")
    return "/".join([*map(_without_time, folders.split("/")), last])


def _without_time(folder: str) -> str:
    stamps = name_times.find(folder)
    return _uncounted(folder[stamps[-1].end :]) if stamps else folder


def _of_folders(name: str) -> Named:
    """Read a name whose folders are days, and perhaps hours."""
    match = FOLDERS.fullmatch(name)
    day = match and _day_of_folders(match)
    if not match or not day:
        return Named(channel=_channel(name.rpartition("/")[0]))
    between = match["between"].split("/")
    half = f"{match['letter']}m" if match["letter"] else match["half"] or ""
    half = half or next(filter(HALF_DAY.fullmatch, between), "")
    places = "/".join([match["before"] or "", *(part for part in between if part != half)])
    hour = match["joined"] or match["folder"] or match["of_twelve"]
    words, stem = ("", match["stem"]) if hour else _behind_words(match["stem"])
    places, stem = f"{places}/{words}", f"{half}{stem}"
    if OF_DAY.match(stem):
        start, *ends = (stamp.moment for stamp in name_times.find(f"{day} {stem}"))
        if hour and start and start.hour != int(hour):
            places = f"{places}/{hour}"
        return Named(channel=_channel(places), start=start, end=ends[0] if ends else None)
    part = IN_HOUR.match(match["stem"]) if hour else None
    if part and not part["second"] and HOUR.fullmatch("".join(between[-2:-1])):
        part = None  # 16/05/30 is an hour, minute and second, or channel 16 at 5:30
    of_24 = name_times.of_24_hours(int(hour), half.lower()) if part else None
    start = None if of_24 is None or not part else _in_hour(day, of_24, part)
    return Named(channel=_channel(places), start=start)


def _behind_words(stem: str) -> tuple[str, str]:
    """Return the words before a time of the day, and what follows; no words: neither is there.

    A half of the day before the time may be a word, and leaves it open, as do numbers beside it.
    """
    worded = None if OF_DAY.match(stem) else BEHIND_WORDS.search(stem)
    words = stem[: worded.start()] if worded else ""
    if not worded or not re.search(r"[^\W\d_]", words):
        return "", stem
    sure = worded["time"] and not HALF_BEFORE.search(words.rstrip("-_. "))
    return _uncounted(words), stem[worded.start() :] if sure else stem


def _uncounted(text: str) -> str:
    """Leave numbers that count files out, but no address of a camera."""
    return COUNTER.sub(lambda number: number["address"] or "", text)


def _day_of_folders(match: re.Match[str]) -> date | None:
    month, day = (match[part] or match[f"{part}_apart"] for part in ("month", "day"))
    return name_times.calendar_day(match["year"], month, day)


def _in_hour(day: date, hour: int, part: re.Match[str]) -> datetime | None:
    try:
        clock = time(hour, int(part["minute"]), int(part["second"] or 0))
    except ValueError:
        return None
    return datetime.combine(day, clock)


def _channel(text: str) -> str:
    """Strip separators, days, and folders that name days or kinds of file."""
    parts = [_without_day(part).strip(" -_.([") for part in IN_YEAR.sub("", text).split("/")]
    return "/".join(part for part in parts if part and not _is_no_channel(part))


def _without_day(part: str) -> str:
    """Leave days out of a part: a number that no calendar has is the camera's."""
    return DAY.sub(lambda day: "" if any(name_times.day_of(day)) else day[0], part)


def _is_no_channel(part: str) -> bool:
    return part.lower() in NO_CHANNEL or NO_NAME.fullmatch(part) is not None
