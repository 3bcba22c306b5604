"""Addresses of streams, as people write them: ``rtsp://HOST[:PORT]/PATH``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from acceptance.errors import UsageError
from acceptance.files import url_password
from acceptance.live import address, credentials
from acceptance.messages import tr

if TYPE_CHECKING:
    from acceptance.live.credentials import Credentials

TRANSPORTS = ("tcp", "udp", "multicast")  # of the packets
PORTS = {"rtsp": 554, "rtsps": 322}


@dataclass(frozen=True)
class StreamUrl:
    """Where a stream is asked for."""

    url: str
    """Without user and password."""

    address: address.Address
    """Where it is asked."""

    tls: bool
    """Whether the connection is encrypted (rtsps)."""

    credentials: Credentials | None
    """Who logs in, where the URL said so."""

    @property
    def sent(self) -> str:
        """The URL as the device is asked for it: the zone of an IPv6 address is this machine's."""
        return re.sub(r"^(rtsps?://\[[^\]%]*)%[^\]]*\]", r"\1]", self.url)

    @property
    def shown(self) -> str:
        """The URL as people may see it: without a password among its fields, too."""
        return url_password.without(self.url)


def is_url(text: str) -> bool:
    """Whether ``text`` is meant as the URL of a stream, and not as a host alone."""
    return "://" in text


def parse(text: str) -> StreamUrl:
    """Read the URL of a stream. Raises UsageError, which never shows the password."""
    shown = url_password.without(text.strip().rpartition("@")[2])
    try:
        bare, who = credentials.taken_out(text.strip())
        parts = urlsplit(bare)
        scheme, host, port = parts.scheme.lower(), unquote(parts.hostname or ""), parts.port
    except ValueError:
        raise _no_url(shown) from None
    if scheme not in PORTS or not address.is_host(host) or port == 0:
        raise _no_url(shown)
    place = address.Address(host, port or PORTS[scheme])
    bare = parts._replace(scheme=scheme, fragment="").geturl()
    return StreamUrl(bare, place, scheme == "rtsps", who)


def _no_url(shown: str) -> UsageError:
    return UsageError(
        tr("is no URL of a stream"),
        where=shown,
        hint=tr(
            "Give rtsp://HOST[:PORT]/PATH or rtsps://..., IPv6 in brackets; "
            "in a password write % and two digits for @ / ? # and :"
        ),
    )
