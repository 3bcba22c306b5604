"""Whether what was found on the network is the device that a plan means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import UsageError
from acceptance.live import address
from acceptance.live.rtsp import url

if TYPE_CHECKING:
    from acceptance.model import Subject

PORT = 80


def of(subject: Subject) -> set[str]:
    """Return the hosts by which a plan knows a device, by its source and its address."""
    return {host for text in (subject.source, subject.address) if (host := host_of(text))}


def host_of(text: str) -> str:
    """Return the host of ``HOST[:PORT]`` or of the URL of a stream; empty: it is neither."""
    try:
        return url.parse(text).address.host if url.is_url(text) else address.parse(text, PORT).host
    except UsageError:
        return ""


def is_other(found: str, subject: Subject) -> bool:
    """Whether a host (with or without port) is none of the subject's.

    A name and an IP address cannot be told apart.
    """
    host = host_of(found)
    alike = [known for known in of(subject) if address.is_ip(known) is address.is_ip(host)]
    return bool(alike) and host.lower() not in {known.lower() for known in alike}
