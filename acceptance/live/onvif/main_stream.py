"""Where a device's main stream is, for whoever knows its host only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.live.onvif import clock, identity, media
from acceptance.live.onvif.client import OnvifClient
from acceptance.messages import tr

if TYPE_CHECKING:
    from acceptance.live.address import Address
    from acceptance.live.credentials import Credentials


def main_stream(address: Address, credentials: Credentials | None, *, timeout: float) -> str:
    """Return the URL of the first profile's stream, without a password.

    Raises DeviceError where the device does not speak ONVIF, refuses, or names no stream.
    """
    client = OnvifClient(address, credentials=credentials, timeout=timeout)
    try:
        with contextlib.suppress(DeviceError):
            client.clock_offset = clock.roughly(client)
        identity.services(client)
        settings = media.encoders(client)["encoders"]
    finally:
        client.close()
    named: list[str] = [setting.address for setting in settings if setting.address]
    if not named:
        what, hint = tr("names no stream"), tr("Give the URL of the stream: rtsp://HOST/PATH")
        raise DeviceError(what, where=str(address), hint=hint, code="no_stream")
    return named[0]
