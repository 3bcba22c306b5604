"""Where a device answers: a host and a port, as people write them."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from acceptance.errors import UsageError
from acceptance.files import url_password
from acceptance.messages import tr

HTTP, HTTPS = 80, 443  # ports of ONVIF, unless one is given
NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")


@dataclass(frozen=True)
class Address:
    """A host and its port."""

    host: str
    """Name or IP address; of IPv6 without brackets."""

    port: int
    """1 to 65535."""

    @property
    def without_zone(self) -> Address:
        """As a device is told its own address: the zone of IPv6 is this machine's (RFC 6874)."""
        return Address(self.host.partition("%")[0], self.port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse(written: str, port: int) -> Address:
    """Read ``HOST``, ``HOST:PORT``, ``IPV6`` or ``[IPV6]:PORT``; ``port`` where none is given.

    Raises UsageError.
    """
    written = written.strip()
    bracketed = re.fullmatch(r"\[([^\]]+)\](?::(\d{1,5}))?", written)
    if bracketed:
        host, given = bracketed.groups()
    elif written.count(":") > 1:
        host, given = written, None
    else:
        host, _, given = written.partition(":")
    host = host.replace("%25", "%", 1)  # the zone of IPv6, as URLs have it (RFC 6874)
    number = int(given) if given and given.isascii() and given.isdecimal() else port
    if not is_host(host) or (given is not None and given != "" and str(number) != given):
        raise _not_an_address(written)
    if not 1 <= number <= 65535:
        raise _not_an_address(written)
    return Address(host, number)


def is_host(host: str) -> bool:
    """Whether ``host`` is an IP address or could be a name."""
    return is_ip(host) or (bool(NAME.fullmatch(host)) and len(host) <= 253)


def is_ip(host: str) -> bool:
    """Whether ``host`` is an IP address; of IPv6 without brackets."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _not_an_address(written: str) -> UsageError:
    return UsageError(
        tr("is no address of a device"),
        where=url_password.without(written.rpartition("@")[2]),
        hint=tr("Give HOST, HOST:PORT or [IPV6]:PORT"),
    )
