"""Times and channel in the names that usual recorders give their files; pure.

A name is the path below the folder of recordings, with forward slashes. What is not in a name is
not guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Date and time in one piece: 20261125083000, 20261125083000123, 2026-11-25_08-30-00, 2026.11.25
# 08.30.00 ...
DATE = r"(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)"
TIME = r"(\d\d)[-_.:]?(\d\d)[-_.:]?(\d\d)(?:[.,]?(\d{3}))?"
STAMP = rf"(?<!\d){DATE}[-_. T]{{0,3}}{TIME}(?!\d)"
PLAIN = re.compile(STAMP)
# Dahua: 2026-11-25/.../08/30.00-08.40.00[R][0@0][0].dav, and 2026-11-25/.../08.30.00-08.40.00[R]...
TREE = re.compile(
    r"(?:(?P<before>.*)/)?(?P<date>\d{4}-\d\d-\d\d)/(?P<between>(?:[^/]+/)*?)(?:(?P<hour>\d\d)/)?"
    r"(?P<start>(?:\d\d\.)?\d\d\.\d\d)-(?P<end>\d\d\.\d\d\.\d\d)\[[^/]*"
)
NO_CHANNEL = {"dav", "jpg", "mp4", "video", "videos", "record", "records", "recordings"}
PLACEHOLDERS = {
    "channel": r"(?P<channel>[^/]+?)",
    "start": rf"(?P<start>{STAMP})",
    "end": rf"(?P<end>{STAMP})",
    "*": ".*?",
}


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a name says."""

    channel: str
    """Channel; empty: the name does not say."""

    start: datetime | None = None
    """Start on the recorder's own clock, without a zone; None: the name does not say."""

    end: datetime | None = None
    """End on the recorder's own clock, without a zone; None: the name does not say."""


def read(name: str, pattern: str = "") -> Named:
    """Read a name, by ``pattern`` if there is one.

    A pattern holds ``{channel}``, ``{start}``, ``{end}``, and ``*`` for anything. A name without a
    time, or with one that no calendar has, gives neither start nor end. Raises PlanError for a
    pattern without ``{start}``.
    """
    if pattern:
        return _by_pattern(name, pattern)
    tree = TREE.fullmatch(name)
    return _of_tree(tree) if tree else _plain(name)


def _by_pattern(name: str, pattern: str) -> Named:
    match = compiled(pattern).fullmatch(name)
    if match is None:
        return Named(channel="")
    parts = match.groupdict()
    return Named(
        channel=parts.get("channel") or "",
        start=_stamp(PLAIN.search(parts["start"])),
        end=_stamp(PLAIN.search(parts["end"])) if parts.get("end") else None,
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
        ended += timedelta(days=1)
    return Named(channel=channel, start=begun, end=ended)


def _moment(text: str) -> datetime | None:
    try:
        # The recorder's clock, zone added later.
        return datetime.strptime(text, "%Y-%m-%d %H.%M.%S")  # noqa: DTZ007 -- see above
    except ValueError:
        return None


def _plain(name: str) -> Named:
    """Read a name with one or two stamps; the channel is before the first, or else behind."""
    stamps = list(PLAIN.finditer(name))[:2]
    if not stamps:
        return Named(channel=_channel(name.rpartition("/")[0]))
    before, behind = name[: stamps[0].start()], name[stamps[-1].end() :].rpartition(".")[0]
    worded = re.search(r"[^\W\d]", behind)  # a number behind the time counts files, not channels
    channel = _channel(before) or (_channel(behind) if worded else "")
    end = _stamp(stamps[1]) if len(stamps) > 1 else None
    return Named(channel=channel, start=_stamp(stamps[0]), end=end)


def _channel(text: str) -> str:
    """Strip separators, and folders that name days or kinds of file."""
    parts = [part.strip(" -_.") for part in text.split("/")]
    return "/".join(part for part in parts if part and not _is_no_channel(part))


def _is_no_channel(part: str) -> bool:
    return part.lower() in NO_CHANNEL or re.fullmatch(rf"{DATE}|\d\d", part) is not None


def _stamp(match: re.Match[str] | None) -> datetime | None:
    if match is None:
        return None
    year, month, day, hour, minute, second, thousandth = (int(part or 0) for part in match.groups())
    try:
        moment = (year, month, day, hour, minute, second, 1000 * thousandth)
        return datetime(*moment)  # noqa: DTZ001 -- as above
    except ValueError:
        return None
