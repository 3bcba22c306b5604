"""A device's clock against this computer's, by the change of its seconds.

GetSystemDateAndTime gives whole seconds, so that one reading is off by half a second on average.
The device is asked every 20 ms until its second changes: the change lies between the sending of
the request before and the arrival of the answer after. Several such edges are intersected.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.live import markup
from acceptance.live.onvif import wsdl
from acceptance.live.onvif.facts import ClockOffset
from acceptance.messages import tr
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from acceptance.live.onvif.client import OnvifClient

OPERATION = "GetSystemDateAndTime"
EDGES = 5
PAUSE = 0.02  # s between two requests
EARLY = 0.1  # s before the next change is expected
LATEST = 2.5  # s within which the second must change
# A coarse clock is late by another part of its tick at each edge, never early: the offset is at
# least the greatest of five, and exceeds it by more than 1.5 times their spread in 2.6 % of cases.
LATER = 1.5
LEAST = 0.010  # s: what coarse clocks of devices are late by is not seen
SET = 0.1  # s by which this computer's clock is set without a word: U holds it anyway
WRONG = 5.0  # s: more looks like a wrong password to devices that check WS-UsernameToken
LAST_YEAR = 9000  # a time can be added to it
MOST_HOURS, NEAR_HOUR = 14, 300.0
ZONE = re.compile(r"(?:<[^>]+>|[A-Za-z]+)([+-]?\d{1,2})(?::(\d\d))?(.*)")


@dataclass(frozen=True, kw_only=True)
class ShownTime:
    """What a device's clock showed."""

    moment: float
    """POSIX seconds, whole."""

    sent: float
    """When it was asked, on ``time.monotonic``."""

    received: float
    """When the answer was there, on the same clock."""


def measured(client: OnvifClient) -> ClockOffset:
    """Measure the offset of the clock; own uncertainty is left to the caller.

    Where this computer's clock is set meanwhile, the offset is from the middle of what it was, and
    the half width holds all of it. Takes about six seconds. Raises DeviceError.
    """
    walls = [_wall()]
    edges = list(_edges(client, walls))
    low, high = max(edge[0] for edge in edges), min(edge[1] for edge in edges)
    if low > high:
        spread = max(edge[1] for edge in edges) - min(edge[0] for edge in edges)
        high = max(edge[1] for edge in edges) + LATER * spread
        client.note(Reason(code="clock_coarse", parameters={"milliseconds": spread * 1e3}))
    offset = (low + high) / 2 + walls[0] - (min(walls) + max(walls)) / 2
    half_width = max((high - low) / 2, LEAST) + (moved := max(walls) - min(walls)) / 2
    if moved > SET:
        client.note(Reason(code="own_clock_set", parameters={"milliseconds": moved * 1e3}))
    return ClockOffset(
        offset=offset, half_width=half_width, edges=len(edges), hours=whole_hours(offset)
    )


def _wall() -> float:
    """Return Unix s less monotonic s, read where nothing came between."""
    readings = [(time.monotonic(), time.time(), time.monotonic()) for _ in range(5)]
    before, now, after = min(readings, key=lambda reading: reading[2] - reading[0])
    return now - (before + after) / 2


def whole_hours(offset: float) -> int:
    """Return by how many whole hours a clock is off; 0: by no such number."""
    hours = round(offset / 3600)
    return hours if abs(offset - hours * 3600) < NEAR_HOUR and abs(hours) <= MOST_HOURS else 0


def _edges(client: OnvifClient, walls: list[float]) -> Iterator[tuple[float, float]]:
    """Yield the least and the greatest offset that fits each change of the second.

    They are from the first of ``walls``, to which what becomes of this computer's is added.
    """
    last: ShownTime | None = None
    for _ in range(EDGES):
        if last:
            client.rest(last.received + 1.0 - EARLY - time.monotonic())
        before, after = _change(client)
        walls.append(_wall())
        yield after.moment - walls[0] - after.received, after.moment - walls[0] - before.sent
        last = after


def _change(client: OnvifClient) -> tuple[ShownTime, ShownTime]:
    """Ask until the second changes; return the last answer before that, and the first after."""
    begun, before = time.monotonic(), shown(client)
    while time.monotonic() < begun + LATEST:
        client.rest(before.sent + PAUSE - time.monotonic())
        after = shown(client)
        if after.moment > before.moment:  # by more than 1 s where answers are slow
            return before, after
        before = after
    what = tr("the clock does not run: its second does not change")
    raise DeviceError(what, where=str(client.address), code="clock_stands")


def roughly(client: OnvifClient) -> float:
    """Return the offset to a second. Raises DeviceError."""
    now = shown(client)
    return now.moment + 0.5 - (time.time() - time.monotonic() + now.received)


def shown(client: OnvifClient) -> ShownTime:
    """Ask for the time once. Raises DeviceError."""
    answer = client.answer("device", OPERATION, wsdl.request("device", OPERATION))
    moment = moment_of(client.content(OPERATION, answer), client)
    return ShownTime(moment=moment, sent=answer.reply.sent, received=answer.reply.begun)


def moment_of(reply: etree._Element, client: OnvifClient) -> float:
    """Return the POSIX seconds that a reply states, without UTCDateTime by zone and local time.

    Raises DeviceError where it has neither.
    """
    date = next(markup.every(reply, "SystemDateAndTime"), None)
    utc, local = (_split(date, name) for name in ("UTCDateTime", "LocalDateTime"))
    ahead = zone_offset(markup.text(date, "TimeZone/TZ"))
    if utc is None:
        client.note(Reason(code="no_utc_time"))
        if local is None or ahead is None:
            what = tr("states no time")
            raise DeviceError(what, where=f"{client.address} {OPERATION}", code="no_time")
        summer = bool(markup.flag(date, "DaylightSavings"))
        return local - ahead - 3600 * summer
    if local is not None and ahead and utc == local:
        client.note(Reason(code="local_time_as_utc", parameters={"hours": ahead / 3600}))
    return utc


def _split(date: etree._Element | None, name: str) -> float | None:
    parts = [
        markup.whole(date, f"{name}/{part}")
        for part in (
            "Date/Year", "Date/Month", "Date/Day", "Time/Hour", "Time/Minute", "Time/Second"
        )
    ]  # fmt: skip
    year, month, day, hour, minute, second = parts
    if None in {year, month, day, hour, minute, second}:
        return None
    try:
        midnight = datetime(min(year or 0, LAST_YEAR), month or 0, day or 0, tzinfo=UTC)
        clock = timedelta(hours=hour or 0, minutes=minute or 0, seconds=second or 0)
        return (midnight + clock).timestamp()
    except (ValueError, OverflowError):
        return None


def zone_offset(zone: str) -> float | None:
    """Return the seconds that a POSIX time zone is ahead of UTC, summer time left out.

    None where it is none. POSIX counts the other way: ``CST-8`` is ahead by eight hours.
    """
    match = ZONE.fullmatch(zone)
    if not match:
        return None
    hours, minutes = int(match[1]), int(match[2] or 0)
    sign = -1 if match[1].startswith("-") else 1
    return -sign * (abs(hours) * 3600.0 + minutes * 60.0)
