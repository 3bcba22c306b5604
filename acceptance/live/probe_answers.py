"""What an answer to a probe says: endpoint, types, scopes, addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from acceptance.errors import DeviceError
from acceptance.live import markup
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lxml import etree

MOST_WORDS = 200  # scopes, types or addresses of a device
MOST_CHARACTERS = 500  # of each
LONGEST = 300  # characters of a category


@dataclass(frozen=True, kw_only=True)
class ProbeAnswer:
    """One match in an answer."""

    sender: str
    """IP address from which it came; of IPv6 with its zone where it has one."""

    heard_on: str
    """Interface or address by which it was asked."""

    endpoint: str
    """Endpoint reference, for instance ``urn:uuid:...``; empty: none was given."""

    types: tuple[str, ...]
    """Types without prefix, for instance ``NetworkVideoTransmitter``."""

    scopes: tuple[str, ...]
    """Scopes as they came."""

    addresses: tuple[str, ...]
    """Where it says that its device service is: URLs (XAddrs) without user and password."""

    asked_for: bool
    """Whether it names a probe of this search."""

    wrong: str
    """What was wrong with its XML; empty: it was well-formed."""

    def scope(self, category: str) -> str:
        """Return the values of a category of ONVIF's scopes (``name``, ``hardware`` ...), decoded.

        Several are joined by a comma; a path as it stands: ``city/chongqing``.
        """
        prefix = re.compile(rf"onvif://www\.onvif\.org/{category}/(.+)", re.IGNORECASE)
        found = [match[1] for scope in self.scopes if (match := prefix.fullmatch(scope))]
        values = (markup.decoded(unquote_to_bytes(value)).strip("/ ") for value in found)
        shown = (" ".join(markup.UNSEEN.sub("", value).split()) for value in values)
        return ", ".join(dict.fromkeys(filter(None, shown)))[:LONGEST]


def read(
    content: bytes, sender: str, heard_on: str, ids: Collection[str]
) -> tuple[ProbeAnswer, ...]:
    """Read the matches of an answer; ``ids`` are those of the probes.

    Raises DeviceError where it is no XML or has no match.
    """
    root, wrong = markup.mended(content, sender)
    relates = markup.text(root, ".//RelatesTo").rpartition(":")[2].lower()
    found = [*markup.every(root, ".//ProbeMatch")] or [*markup.every(root, ".//ResolveMatch")]
    if not found:
        what, hint = tr("sent an answer without any match"), tr("It is left aside")
        raise DeviceError(what, where=sender, hint=hint)
    return tuple(
        ProbeAnswer(
            sender=sender,
            heard_on=heard_on,
            endpoint=markup.text(match, ".//EndpointReference//Address")[:MOST_CHARACTERS],
            types=tuple(re.split("[:}]", word)[-1] for word in _words(match, "Types")),
            scopes=_joined(_words(match, "Scopes")),
            addresses=tuple(map(_without_user, _words(match, "XAddrs"))),
            asked_for=relates in ids,
            wrong=wrong,
        )
        for match in found
    )


def _words(match: etree._Element, name: str) -> tuple[str, ...]:
    words = markup.text(match, f".//{name}", most=MOST_WORDS * MOST_CHARACTERS).split()[:MOST_WORDS]
    return tuple(word[:MOST_CHARACTERS] for word in words)


def _joined(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """Put together again what a blank within a name took apart: the rest has no colon."""
    found: list[str] = []
    for scope in scopes:
        if found and ":" not in scope:
            found[-1] = f"{found[-1]} {scope}"
        else:
            found.append(scope)
    return tuple(found)


def _without_user(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)


def host_of(url: str) -> str:
    """Return the host of a URL; empty: it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def port_of(url: str) -> int:
    """Return the port of a URL, by default that of its scheme; 0: none that can be read."""
    try:
        parts = urlsplit(url)
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme.lower(), 0)
    except ValueError:
        return 0


def other_hosts(answers: Sequence[ProbeAnswer]) -> tuple[str, ...]:
    """Return the hosts that answers name as their own although they came from others."""
    senders = {answer.sender.partition("%")[0] for answer in answers}
    named = (host_of(url) for answer in answers for url in answer.addresses)
    return tuple(dict.fromkeys(host for host in named if host and host not in senders))
