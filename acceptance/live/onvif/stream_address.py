"""Where a device's stream is, for whoever knows its host only, and what it states of it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError, UsageError
from acceptance.live import address
from acceptance.live.onvif import clock, identity, media
from acceptance.live.onvif.client import OnvifClient
from acceptance.live.rtsp import url
from acceptance.messages import shortened, tr

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from acceptance.live.address import Address
    from acceptance.live.credentials import Credentials
    from acceptance.live.onvif.facts import EncoderSetting

TOTAL = 30.0  # s for all questions together


@dataclass(frozen=True, kw_only=True)
class StreamAddress:
    """A stream and where it was named."""

    url: str
    """``rtsp://``, without a password where ONVIF named it."""

    stated: EncoderSetting | None = None
    """What the device states of it; None: it was not asked."""


def of_source(
    source: str,
    credentials: Credentials | None,
    *,
    profile: str = "",
    timeout: float,
    total: float = TOTAL,
    stop: threading.Event | None = None,
) -> StreamAddress:
    """Return a URL as it is; ask ``HOST[:PORT]`` as ``stream_address`` does.

    Raises UsageError for what is neither; DeviceError.
    """
    if url.is_url(source):
        return StreamAddress(url=source)
    place = address.parse(source, address.HTTP)
    return stream_address(
        place, credentials, profile=profile, timeout=timeout, total=total, stop=stop
    )


def stream_address(
    place: Address,
    credentials: Credentials | None,
    *,
    profile: str = "",
    timeout: float,
    total: float = TOTAL,
    stop: threading.Event | None = None,
) -> StreamAddress:
    """Ask a device by ONVIF (port 443: over TLS) for the stream of a profile.

    ``profile``: its token or name; empty: the first, which devices make their main one (ONVIF asks
    for no order). The stream is looked for at the host that was reached, whatever the device names.
    ``timeout`` and ``total``: s that nothing may come, and for all questions together; ``stop``:
    set by whoever gives up.

    Raises DeviceError where the device does not answer in time, speaks no ONVIF, refuses, has no
    such profile, or names no stream.
    """
    with asking(place, credentials, timeout=timeout, total=total, stop=stop) as client:
        stated = next((each for each in media.settings(client, profile) if each.address), None)
        if stated is None:
            raise none_named(client, profile)
        return checked(stated.address, place, stated)


@contextlib.contextmanager
def asking(
    place: Address,
    credentials: Credentials | None,
    *,
    timeout: float,
    total: float,
    stop: threading.Event | None,
) -> Iterator[OnvifClient]:
    """Give a client that knows the device's clock and services. Raises DeviceError."""
    client = OnvifClient(
        place,
        tls=place.port == address.HTTPS,
        credentials=credentials,
        timeout=timeout,
        total=total,
        stop=stop,
    )
    try:
        _look_at_clock(client)
        identity.services(client)
        yield client
    finally:
        client.close()


def checked(named: str, place: Address, stated: EncoderSetting | None = None) -> StreamAddress:
    """Read the URL that a device names. Raises DeviceError where it is none."""
    try:
        return StreamAddress(url=url.parse(named).url, stated=stated)
    except UsageError as error:
        what = tr("names {address}, which is no URL of a stream", address=named)
        raise DeviceError(what, where=str(place), hint=error.hint, code="no_stream") from error


def _look_at_clock(client: OnvifClient) -> None:
    """Read the device's clock, which a login by token needs. Raises DeviceError: unreachable."""
    try:
        client.clock_offset = clock.roughly(client)
    except DeviceError as error:
        if error.code in {"unreachable", "given_up"}:
            raise


def none_named(client: OnvifClient, profile: str = "") -> DeviceError:
    """Say why there is no stream; a device that has other profiles is asked for their names."""
    where, hint = str(client.address), tr("Give the URL of the stream: rtsp://HOST/PATH")
    refused = [note.parameters["why"] for note in client.notes if note.code == "no_stream_address"]
    if refused:
        what = tr("names no stream ({why})", why=refused[0])
    elif profile and (others := shortened(media.profile_names(client))):
        what = tr("has no profile {profile}; it has {others}", profile=profile, others=others)
    else:
        what = tr("names no stream")
    return DeviceError(what, where=where, hint=hint, code="no_stream")
