"""Where a recorder replays the recording of some time (Profile G)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.live.markup import text
from acceptance.live.onvif import media, recordings, stream_address
from acceptance.live.onvif.stream_address import TOTAL, StreamAddress
from acceptance.messages import shortened, tr

if TYPE_CHECKING:
    import threading
    from datetime import datetime

    from acceptance.live.address import Address
    from acceptance.live.credentials import Credentials
    from acceptance.live.onvif.client import OnvifClient
    from acceptance.live.onvif.recordings import RecordedTrack


def replay_address(
    place: Address,
    credentials: Credentials | None,
    times: tuple[datetime, datetime],
    *,
    recording: str = "",
    timeout: float,
    total: float = TOTAL,
    stop: threading.Event | None = None,
) -> StreamAddress:
    """Search a recorder by ONVIF for the recording of a time, and ask where it is replayed.

    ``times``: begin and end, by the recorder's clock. ``recording``: its token, or the name of its
    channel, capitals or not; empty: the only one of that time. ``timeout`` and ``total``: s that
    nothing may come, and for all questions together; ``stop``: set by whoever gives up.

    Raises DeviceError where the device does not answer in time, speaks no Profile G, refuses, or
    has no recording, or several, of that time.
    """
    with stream_address.asking(
        place, credentials, timeout=timeout, total=total, stop=stop
    ) as client:
        _require_replay(client, place)
        token = _token(client, times, recording)

        def ask() -> str:
            reply = client.call(
                "replay", "GetReplayUri", StreamSetup=media.SETUP, RecordingToken=token
            )
            return text(reply, "Uri")

        address = media.address(client, ask)
        if not address:
            raise stream_address.none_named(client)
        return stream_address.checked(address, place)


def _require_replay(client: OnvifClient, place: Address) -> None:
    """Raise DeviceError unless the device offers the services of Profile G."""
    for service in ("search", "replay"):
        if not client.has(service):
            what = tr("does not offer the service {service} (ONVIF Profile G)", service=service)
            hint = tr("Give the URL at which it replays: rtsp://HOST/PATH")
            raise DeviceError(what, where=str(place), hint=hint, code="no_replay")


def _token(client: OnvifClient, times: tuple[datetime, datetime], recording: str) -> str:
    """Return the token of the recording that is meant. Raises DeviceError."""
    wanted = recording.casefold()
    found = [
        track
        for track in recordings.tracks(client)
        if wanted in {"", track.recording.casefold(), track.channel.casefold()}
    ]
    begin, end = (moment.timestamp() for moment in times)
    of_time = [track for track in found if track.first <= begin and end <= track.last]
    of_time = of_time or [track for track in found if begin < track.last and track.first < end]
    where = str(client.address)
    if not of_time:
        what = tr("has no recording of that time; it has {found}", found=_shown(found))
        hint = tr("Times are those of the recorder's clock: `acceptance probe` shows its offset")
        raise DeviceError(what, where=where, hint=hint, code="no_recording")
    if len({track.recording for track in of_time}) > 1:
        what = tr("has several recordings of that time: {found}", found=_shown(of_time))
        hint = tr("Name one: --recording NAME")
        raise DeviceError(what, where=where, hint=hint, code="several_recordings")
    return of_time[0].recording


def _shown(tracks: list[RecordedTrack]) -> str:
    return shortened(
        f"{track.channel} ({recordings.iso(track.first)} - {recordings.iso(track.last)})"
        for track in tracks
    ) or tr("none")
