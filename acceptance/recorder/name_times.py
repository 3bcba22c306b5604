"""Dates, times, zones and halves of the day in the names that recorders give their files; pure.

What a name leaves open is not guessed: 03-04-2026 is a date only where its order is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# by name, in English: of no other word, as in "Market 5"
MONTHS = (
    "(?ai:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    "|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# behind a year: -11-25 with a time or none makes it a date, and DEC1 or Mar before it a camera
MONTH, MONTH_DAY = "(?:1[0-2]|0?[1-9])", r"(?:[12]\d|3[01]|0?[1-9])"
DATED = (
    rf"(?:{'|'.join(f'[{sign}]{MONTH}[{sign}]{MONTH_DAY}' for sign in '-_.')})"
    r"(?:(?![-_.:]?\d)|[-_. Tt@,]{1,3}(?:\d{6}|\d\d?[-_.:hH]\d\d[-_.:mM]\d\d))"
)
# two times behind a month by name are start and end, unless they fit a date and a number as well
CLOCK = r"[-_.](?:[01]\d|2[0-3])[-_.:][0-5]\d[-_.:][0-5]\d"
OF_MONTH = rf"(?:(?={CLOCK}{CLOCK}(?![-_.]?\d))|(?!{DATED}))"
# 20261125, 2026-11-25, 2026年11月25日, 25-11-2026 or 11-25-2026, 25 Nov 2026, Nov 25, 2026
DATE = (
    r"(?:(?P<year>\d{4})(?:(?P<month>\d\d)(?P<day>\d\d)"
    r"|[-_.年](?P<month_apart>\d\d?)[-_.月](?P<day_apart>\d\d|\d(?!\d))日?)"
    r"|(?P<first>\d\d)[-_.](?P<other>\d\d)[-_.](?P<last>(?:19|20)\d\d)"
    rf"|(?:(?P<day_of>\d\d?)[-_. ]?(?P<month_of>{MONTHS})[-_. ,]{{0,2}}(?P<year_of>(?:19|20)\d\d)"
    rf"|(?<![A-Za-z])(?P<month_led>{MONTHS})[-_. ]?(?P<day_led>\d\d?)(?:st|nd|rd|th)?"
    rf"[-_. ,]{{1,2}}(?P<year_led>(?:19|20)\d\d)){OF_MONTH})"
)
# words for the parts of a day of twice 12 hours
MORNING = ("上午", "午前", "凌晨", "清晨", "早上", "오전")
AFTERNOON = ("下午", "午后", "午後", "傍晚", "晚上", "오후")
NOON, EVENING = "中午", "晚上"
NIGHT = ("半夜", "夜里")  # of either day
LETTERS, WORDS = r"[AaPp]\.?[Mm]\.?", "|".join((*MORNING, *AFTERNOON, NOON, *NIGHT))
MARK = rf"(?:{LETTERS}|{WORDS})"
# 08.30-09.00 is no time of hours, minutes and seconds but two of hours and minutes
MIXED = r"\d\d?(?:-\d\d[_.:]|_\d\d[-.:]|\.\d\d[-_:]|:\d\d[-_.])\d\d"
TIME = (
    rf"(?:(?P<before>{MARK})[-_. ]?)?"
    r"(?:(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:[.,]?(?P<thousandth>\d{3}))?"
    rf"|(?!{MIXED})(?P<hour_apart>\d\d?)[-_.:时時点點hH](?P<minute_apart>\d\d)"
    r"(?:[-_.:分mM]|min)(?P<second_apart>\d\d)[秒sS]?"
    r"(?:[.,](?P<thousandth_apart>\d{3}))?"
    r"|(?P<hour_worded>\d\d?)[时時点點](?P<minute_worded>\d\d?)分(?P<second_worded>\d\d?)秒)(?!\d)"
    rf"(?:[-_. ]{{0,3}}[(\[]?(?P<after>{MARK})(?![A-Za-z]))?"
)
# a minus is a zone only behind GMT, UTC or a time of ISO 8601: elsewhere it parts a number
WRITTEN_BY_ISO = (r"\d{6}", r"\d\d[-_:.]\d\d[-_:.]\d\d")
BEHIND_ISO = "|".join(
    rf"(?<=T{written}{thousandth})"
    for written in WRITTEN_BY_ISO
    for thousandth in ("", r"[-_.]\d{3}", r"\.\d", r"\.\d\d", r"\.\d{6}")
)
# those in use west of Greenwich: -0001 counts files
WEST = r"-(?:(?:0[1-9]|1[0-2])[_:]?00|0[239][_:]?30)(?![-_:.]?\d)"
# and east of it: 08_15 is none
EAST = r"\+(?:(?:0[34569]|10)[-_:]?30|(?:05|08|12)[-_:]?45|\d\d(?:[-_:]?00)?)(?![\dA-Za-z])"
NAMED_ZONE = r"(?:GMT|UTC|gmt|utc)(?:[+-]\d\d?(?::?\d\d)?)?"
# of a second, before a zone: behind other signs than a dot it may be a number
FRACTION = r"(?:[.,]\d{1,9}|[-_](?:\d{3}){1,3}(?=[-+ZzGgUu(\[]))"
ZONE = (
    rf"(?:{FRACTION}?(?:[ _]{{0,2}}|-(?=[GUgu]))[(\[]?(?P<zone>[Zz](?![A-Za-z0-9])|{EAST}"
    rf"|(?:{BEHIND_ISO}){WEST}|{NAMED_ZONE}(?![\d:A-Za-z])))?"
)
ZONE_BEFORE = rf"(?:(?<![A-Za-z0-9])(?P<zone_before>{NAMED_ZONE})[-_ ]{{0,2}})?"
STAMP = rf"{ZONE_BEFORE}(?<!\d){DATE}[-_. Tt@,]{{0,3}}{TIME}{ZONE}"
PLAIN = re.compile(STAMP)
UNNAMED = re.sub(r"\?P<\w+>", "?:", STAMP)
EITHER = re.compile(DATED)
UNTIL = re.compile(rf"\s*(?:[-_~～至]|to)\s*{TIME}{ZONE}")
ORDERED = re.compile(rf"(?<!\d){DATE}(?!\d)")
EPOCH = re.compile(r"(?<!\d)(1[4-9]\d{8})(\d{3})?(?!\d)")  # s or ms, of the years 2014 to 2033
HALF_OF_DAY = re.compile(MARK)
# a half of the day or a camera: 08-05-30p; 080530P is a dash camera's
LETTERED = re.compile(
    r"(?<!\d)(?:0?\d|1[0-2])[-_.:hH]\d\d[-_.:mM]\d\d[sS]?(?:[.,]\d{3})?[AaPp](?![A-Za-z\d])"
)
# a half of the day before the date; letters that do not begin the name are part of a camera's
AHEAD = re.compile(rf"(?:(?<![^/]){LETTERS}|{WORDS})[-_. ]{{0,2}}$")
CENTURIES = re.compile("19|20")
MOST = timedelta(hours=2)  # from start to an end without a date that may be a number as well
DAY, HALF = timedelta(days=1), 12
# until an end past midnight; one of less than two hours is a length: 20-30-00_00-15-00
LONGEST = timedelta(hours=12)
# before a moment: it is that of a copy, unless another word follows (backup door)
COPIED = re.compile(
    r"(?:export|backup|download|copied|导出|备份|下载|拷贝)(?:ed|s)?(?:[-_ ]?(?:at|on)|时间)?"
    r"[\W\d_]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class NameTime:
    """A moment in a name: without a zone on the recorder's clock; None: no calendar has it.

    ``begin`` and ``end`` are its place in the name; ``order_open``: day and month may be either.
    """

    moment: datetime | None
    begin: int
    end: int
    order_open: bool = False


def find(name: str, order: str = "") -> list[NameTime]:
    """Find the first moments of a name, two at most; ``order``: DMY, MDY or not known.

    Dates with times, or a date and two times; else one or two numbers of seconds or milliseconds
    since 1970.
    """
    stamps = [_stamp(match, order) for match in PLAIN.finditer(name)]
    stamps = _recorded(name, _of_one_part(name, stamps)[:2])
    if len(stamps) == 1:
        stamps += _until(name, stamps[0])
    lettered = stamps and LETTERED.search(name, stamps[0].begin)
    if lettered or (len(stamps) > 1 and _half_open(name, *stamps)):
        stamps = [replace(stamp, moment=None) for stamp in stamps]
    return stamps or [_since_1970(match) for match in EPOCH.finditer(name)][:2]


def _of_one_part(name: str, stamps: list[NameTime]) -> list[NameTime]:
    """Return the moments in the last folder or file name that has any.

    Those in a folder above it are of what the folder holds, and no other end.
    """
    parts = [name.count("/", 0, stamp.begin) for stamp in stamps]
    return [stamp for stamp, part in zip(stamps, parts, strict=True) if part == parts[-1]]


def _half_open(name: str, start: NameTime, end: NameTime) -> bool:
    """Whether a half of the day stands behind the end only: 08-30-00 - 09-00-00 PM."""
    begun, ended = (name[each.begin : each.end] for each in (start, end))
    twice = start.moment is not None and 1 <= start.moment.hour <= HALF
    return twice and bool(HALF_OF_DAY.search(ended)) and not HALF_OF_DAY.search(begun)


def _recorded(name: str, stamps: list[NameTime]) -> list[NameTime]:
    """Leave out a second moment that is said to be that of a copy."""
    between = name[stamps[0].end : stamps[1].begin] if len(stamps) > 1 else ""
    return stamps[:1] if COPIED.search(between) else stamps


def order_of(names: Iterable[str]) -> str:
    """Return the order of day and month that a recorder's names show: DMY, MDY, or none."""
    found = {order for name in names for order in _orders(name)}
    return found.pop() if len(found) == 1 else ""


def _orders(name: str) -> Iterator[str]:
    for match in ORDERED.finditer(name):
        if match["first"] and int(match["first"]) > HALF:
            yield "DMY"
        elif match["first"] and int(match["other"]) > HALF:
            yield "MDY"


def _stamp(match: re.Match[str], order: str) -> NameTime:
    day, order_open = day_of(match, order)
    moment = None if day is None or _marked_ahead(match) else at(day, match)
    return NameTime(moment=moment, begin=match.start(), end=match.end(), order_open=order_open)


def _marked_ahead(match: re.Match[str]) -> bool:
    """Whether a half of the day stands before the date: it, or the name of a camera."""
    twice = 1 <= int(_part(match, "hour")) <= HALF and not (match["before"] or match["after"])
    return twice and AHEAD.search(match.string, 0, match.start()) is not None


def day_of(match: re.Match[str], order: str = "") -> tuple[date | None, bool]:
    """Return the day, and whether its order is open."""
    for written in ("of", "led"):
        if match[f"year_{written}"]:
            if EITHER.match(match.string, match.end(f"year_{written}")):
                return None, False
            number = 1 + MONTH_NAMES.index(match[f"month_{written}"][:3].lower())
            return calendar_day(match[f"year_{written}"], number, match[f"day_{written}"]), False
    if match["year"]:
        month, day = match["month"] or match["month_apart"], match["day"] or match["day_apart"]
        return calendar_day(match["year"], month, day), False
    first, other = int(match["first"]), int(match["other"])
    either = first <= HALF and other <= HALF and first != other
    if either and not order:
        return None, True
    day_first = first > HALF or (either and order == "DMY")
    month, day = (other, first) if day_first else (first, other)
    return calendar_day(match["last"], month, day), False


def calendar_day(year: str, month: str | int, day: str | int) -> date | None:
    """Return a day of this calendar; None where it has none: years of Buddha are others."""
    try:
        return date(int(year), int(month), int(day)) if CENTURIES.match(year) else None
    except ValueError:
        return None


def at(day: date, match: re.Match[str]) -> datetime | None:
    """Return the moment of a day that a match of TIME and ZONE writes; None for no time."""
    written = _part(match, "hour"), _part(match, "minute"), _part(match, "second")
    mark = (match["before"] or match["after"] or "").lower()
    hour, minute, second = map(int, written)
    stated = None if _may_be_end(match) else match["zone"]
    stated = stated or match.groupdict().get("zone_before")
    ended = (hour, minute, second, mark) == (2 * HALF, 0, 0, "")  # of the day (ISO 8601)
    of_24 = 0 if ended else of_24_hours(hour, mark)
    thousandth = match["thousandth"] or match["thousandth_apart"] or 0
    if of_24 is None:
        return None
    parts = day.year, day.month, day.day, of_24, minute, second, 1000 * int(thousandth)
    try:
        moment = datetime(*parts, tzinfo=zone(stated))
    except ValueError:
        return None
    return later(moment, DAY) if ended else moment


def _may_be_end(match: re.Match[str]) -> bool:
    """Whether what looks like a zone may be an end of the same day: T08-30-00-0900."""
    if not match["hour_apart"] or not (match["zone"] or "").startswith("-"):
        return False
    parted_by = match.string[match.end("hour_apart")]
    begun = match["hour_apart"].zfill(2) + match["minute_apart"]
    return parted_by in "-_" and re.sub(r"\D", "", match["zone"]) > begun


def later(moment: datetime, by: timedelta) -> datetime | None:
    """Return the moment so much later; None where no calendar has it: years 1 to 9999."""
    try:
        return moment + by
    except OverflowError:
        return None


def _part(match: re.Match[str], name: str) -> str:
    return str(match[name] or match[f"{name}_apart"] or match[f"{name}_worded"])


def of_24_hours(hour: int, mark: str) -> int | None:
    """Return the hour of a clock of 24 hours; None where the ``mark`` leaves the day open.

    An hour that no clock of 12 hours has is one of 24, whatever the mark; 0 may be its twelve.
    """
    if not mark or hour > HALF:
        return hour
    if mark in NIGHT or (mark == EVENING and hour % HALF == 0):
        return None
    if mark == NOON:
        return hour if hour > HALF / 2 else hour + HALF
    return hour % HALF + (HALF if mark[0] == "p" or mark in AFTERNOON else 0)


def zone(text: str | None) -> timezone | None:
    """Return the zone that is written so; None: none is, or it is a day off and more."""
    text = (text or "").upper()
    if not text or text in {"Z", "GMT", "UTC"}:
        return UTC if text else None
    sign, digits = text.lstrip("GMTUC")[0], re.sub(r"[^\d]", "", text)
    hours = len(digits) - 2 if len(digits) > 2 else len(digits)  # GMT+8, +0800, +08:00
    offset = timedelta(hours=int(digits[:hours]), minutes=int(digits[hours:] or 0))
    return timezone(-offset if sign == "-" else offset) if offset < DAY else None


def _until(name: str, start: NameTime) -> list[NameTime]:
    """Find the end that is written as a time alone; it is past midnight where it is earlier.

    Six bare digits behind a time with signs between are a fraction (microseconds), or count files.
    """
    found = UNTIL.match(name, start.end)
    begun = PLAIN.match(name, start.begin)
    as_begun = found and begun and (begun["hour"] or not found["hour"])
    if not found or not as_begun or start.moment is None:
        return []
    moment = at(start.moment.date(), found)
    if moment is None or bool(moment.tzinfo) > bool(start.moment.tzinfo):
        return []
    moment = moment if moment.tzinfo else moment.replace(tzinfo=start.moment.tzinfo)
    end = later(moment, DAY) if moment < start.moment else moment
    length = timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)
    past_midnight = MOST if length < MOST else LONGEST
    most = MOST if found["hour"] else past_midnight if moment < start.moment else DAY
    if end is None or end - start.moment > most:  # or a number, or a length
        return []
    return [NameTime(moment=end, begin=found.start(), end=found.end())]


def _since_1970(match: re.Match[str]) -> NameTime:
    moment = datetime.fromtimestamp(int(match[1]), UTC)
    moment += timedelta(milliseconds=int(match[2] or 0))
    return NameTime(moment=moment, begin=match.start(), end=match.end())
