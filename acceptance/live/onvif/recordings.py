"""What a recorder has kept, asked by ONVIF's search: from when to when, and where gaps are.

GetRecordingSummary and FindRecordings know the first and the last time only. Gaps are found by
walking the events ``tns1:RecordingHistory/Track/State``: data begins, data ends.
"""

from __future__ import annotations

import contextlib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lxml import etree

from acceptance.errors import DeviceError
from acceptance.files import spreadsheet
from acceptance.live.markup import every, text
from acceptance.live.onvif.facts import KeptTrack
from acceptance.messages import shortened, tr
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from acceptance.live.onvif.client import OnvifClient
    from acceptance.live.onvif.facts import Found
    from acceptance.live.onvif.wsdl import Parameter

TOPIC = "tns1:RecordingHistory/Track/State"
TOPICS, FILTER = "http://www.onvif.org/ver10/topics", "http://docs.oasis-open.org/wsn/b-2"
DIALECT = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
KEEP_ALIVE, WAIT = timedelta(seconds=30), timedelta(seconds=2)
PAUSE = 0.1  # s between two polls of a search that has nothing yet
PIECE = 100  # results a poll
MOST = 200_000  # results of a search
LATEST = 250e9  # POSIX s, in the year 9892: another clock's offset can be added to it
LAST_WORD = 2.0  # s for ending a search
HEADING = ("channel", "start", "end", "file")
Stretch = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class RecordedTrack:
    """A video track of a recording, with its first and its last time in POSIX s."""

    channel: str
    recording: str
    track: str
    first: float
    last: float


@dataclass(frozen=True, kw_only=True)
class _Change:
    """Data of a track begins, or ends."""

    recording: str
    track: str
    moment: float
    begins: bool


def kept(client: OnvifClient) -> Found:
    """Ask what is kept of every video track. Raises DeviceError."""
    asked = tracks(client)
    if not asked:
        return {"recordings": ()}
    first = min(track.first for track in asked)
    last = max(track.last for track in asked)
    try:
        changes = list(_changes(client, first, last))
    except DeviceError as error:
        client.note(Reason(code="gaps_not_searched", parameters={"why": error.what}))
        changes = []
    of_track = defaultdict(list)
    for change in changes:
        of_track[change.recording, change.track].append(change)
    found = tuple(_walked(track, of_track[track.recording, track.track]) for track in asked)
    gaps = [seconds for track in found for seconds in track.gaps]
    if gaps:
        parameters = {"gaps": len(gaps), "hours": sum(gaps) / 3600}
        client.note(Reason(code="summary_hides_gaps", parameters=parameters))
    silent = [track.channel for track in found if track.source != "events"]
    if silent and changes:
        names = {"channels": shortened(silent)}
        client.note(Reason(code="no_history_of", parameters=names))
    return {"recordings": found}


def summary(client: OnvifClient) -> Found:
    """Ask for the first and the last time of all. Raises DeviceError."""
    reply = client.call("search", "GetRecordingSummary")
    first = _moment(text(reply, "Summary/DataFrom"))
    last = _moment(text(reply, "Summary/DataUntil"))
    if first is None or last is None or first >= last:
        client.note(Reason(code="empty_summary"))
        return {"recorded_from": None, "recorded_until": None}
    return {"recorded_from": first, "recorded_until": last}


def tracks(client: OnvifClient) -> list[RecordedTrack]:
    """Ask which video tracks there are, each channel with a name of its own. Raises DeviceError."""
    return _named(list(_tracks(client)))


def _tracks(client: OnvifClient) -> Iterator[RecordedTrack]:
    found = _search(
        client, "FindRecordings", "GetRecordingSearchResults", "RecordingInformation",
        Scope={}, KeepAliveTime=KEEP_ALIVE,
    )  # fmt: skip
    for recording in found:
        token = text(recording, "RecordingToken")
        channel = text(recording, "Source/Name") or text(recording, "Source/SourceId") or token
        for track in every(recording, "Track"):
            first = _moment(text(track, "DataFrom"))
            last = _moment(text(track, "DataTo"))
            if text(track, "TrackType") == "Video" and first is not None and last is not None:
                yield RecordedTrack(
                    channel=channel, recording=token, track=text(track, "TrackToken"),
                    first=first, last=last,
                )  # fmt: skip


def _named(tracks: Sequence[RecordedTrack]) -> list[RecordedTrack]:
    """Tell tracks of the same name apart."""
    counts = Counter(track.channel for track in tracks)
    of_recording = Counter(track.recording for track in tracks)
    return [
        track
        if counts[track.channel] == 1
        else replace(track, channel=f"{track.channel} ({_token(track, of_recording)})")
        for track in tracks
    ]


def _token(track: RecordedTrack, of_recording: Counter[str]) -> str:
    several = of_recording[track.recording] > 1
    return f"{track.recording}/{track.track}" if several else track.recording


def _changes(client: OnvifClient, first: float, last: float) -> Iterator[_Change]:
    topic = etree.Element(
        f"{{{FILTER}}}TopicExpression", Dialect=DIALECT, nsmap={"wsnt": FILTER, "tns1": TOPICS}
    )
    topic.text = TOPIC
    found = _search(
        client, "FindEvents", "GetEventSearchResults", "Result",
        StartPoint=_utc(first - 1), EndPoint=_utc(last + 1), Scope={},
        SearchFilter={"_value_1": [topic]}, IncludeStartState=True, KeepAliveTime=KEEP_ALIVE,
    )  # fmt: skip
    for result in found:
        moment = _moment(text(result, "Time"))
        written = text(result, "Event/Topic").rpartition(":")[2]
        begins = _present(result)
        if written.endswith("RecordingHistory/Track/State") and moment is not None:
            if begins is None:
                client.note(Reason(code="event_without_state"))
                continue
            yield _Change(
                recording=text(result, "RecordingToken"), track=text(result, "TrackToken"),
                moment=moment, begins=begins,
            )  # fmt: skip


def _present(result: etree._Element) -> bool | None:
    for item in result.iter("{*}SimpleItem"):
        if item.get("Name") == "IsDataPresent":
            return {"true": True, "1": True, "false": False, "0": False}.get(
                item.get("Value", "").lower()
            )
    return None


def _search(
    client: OnvifClient, begin: str, poll: str, wanted: str, **parameters: Parameter
) -> list[etree._Element]:
    """Search and poll until it is complete; it is ended in any case. Raises DeviceError."""
    token = text(client.call("search", begin, **parameters), "SearchToken")
    found: list[etree._Element] = []
    try:
        while len(found) < MOST:
            reply = client.call(
                "search", poll, SearchToken=token, MinResults=1, MaxResults=PIECE, WaitTime=WAIT
            )
            results = list(every(reply, f"ResultList/{wanted}"))
            found += results
            if text(reply, "ResultList/SearchState") == "Completed":
                return found
            if not results:
                client.rest(PAUSE)
    finally:
        _end(client, token)
    what = tr("finds more than {count} results", count=MOST)
    raise DeviceError(what, where=f"{client.address} {begin}")


def _end(client: OnvifClient, token: str) -> None:
    """Give the search's place back, whatever the time; a device that ended it may complain."""
    with contextlib.suppress(DeviceError), client.granted(LAST_WORD):
        client.call("search", "EndSearch", SearchToken=token)


def _walked(track: RecordedTrack, changes: Iterable[_Change]) -> KeptTrack:
    """Make stretches of a track's own changes; the whole span where it has none."""
    own: dict[float, set[bool]] = {}
    for change in changes:
        own.setdefault(change.moment, set()).add(change.begins)
    stretches = list(_stretches(own, track)) if own else [(track.first, track.last)]
    return KeptTrack(
        channel=track.channel, recording=track.recording, track=track.track,
        stretches=tuple(stretches), source="events" if own else "tracks",
    )  # fmt: skip


def _stretches(own: Mapping[float, set[bool]], track: RecordedTrack) -> Iterator[Stretch]:
    """Yield where data is present, from the first time that is still kept.

    ``own`` says what happens at which moment: data begins (True), ends (False), or both, where two
    recordings touch. Before a first change that is an end, and after a last that is a beginning, it
    is present.
    """
    moments = sorted(own)
    begun = track.first if own[moments[0]] == {False} else None
    for moment in moments:
        if False in own[moment] and begun is not None:
            if moment > begun:
                yield begun, moment
            begun = max(moment, track.first) if True in own[moment] else None
        elif own[moment] == {True} and begun is None:
            begun = max(moment, track.first)
    if begun is not None and track.last > begun:
        yield begun, track.last


def listing(tracks: Iterable[KeptTrack], ahead: float = 0.0) -> bytes:
    """Write what is kept as a list of recordings (``docs/formats.md``), times in UTC.

    ``ahead``: by how many s the device's clock is, which is taken off.
    """
    table: list[Sequence[str]] = [HEADING]
    for track in tracks:
        for start, end in track.stretches:
            times = (iso(start - ahead), iso(end - ahead))
            table.append((track.channel, *times, f"{track.recording}/{track.track}"))
    return spreadsheet.csv_text(table).encode()


def iso(moment: float) -> str:
    """Write POSIX seconds as an ISO time in UTC."""
    return (datetime.fromtimestamp(0, UTC) + timedelta(seconds=round(moment))).isoformat()


def _utc(moment: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=moment)


def _moment(written: str) -> float | None:
    """Read xs:dateTime; without a zone it is UTC. None for none, and before 1971."""
    try:
        there = datetime.fromisoformat(written)
    except ValueError:
        return None
    seconds = (there if there.tzinfo else there.replace(tzinfo=UTC)).timestamp()
    return min(seconds, LATEST) if seconds > 365 * 86400 else None
