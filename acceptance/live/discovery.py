"""Devices that answer WS-Discovery: an own sender, one socket for each interface.

Probes ask for ``dn:NetworkVideoTransmitter`` and for anything, three times each, by multicast and
straight to addresses that were given. What comes back is read by names, whatever its namespaces.
Source: WS-Discovery 2005-04, ONVIF Core Specification (device discovery).
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import struct
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.errors import AcceptanceError, DeviceError, UsageError
from acceptance.live import authorisation, probe_answers
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from acceptance.live.authorisation import IPAddress
    from acceptance.live.probe_answers import ProbeAnswer
    from acceptance.live.transcript import Transcript

PORT = 3702
GROUPS = {socket.AF_INET: "239.255.255.250", socket.AF_INET6: "ff02::c"}
TYPES = ("dn:NetworkVideoTransmitter", "")
WHEN = (0.0, 0.4, 1.2)  # s: UDP loses packets, and some devices answer the first time late
SECONDS = 4.0
LONGEST = 60.0
MOST_BYTES = 65_535
MOST_AT_ONCE = 1000  # datagrams before the clock is looked at again
BUFFER = 4 << 20  # bytes, as far as the system allows: many answer at the same moment
MOST_OF_A_SENDER = 60  # answers; who sends more would hide the others
MOST_MATCHES = 600  # in them: a proxy of discovery answers for many
PROBE = """<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"
 xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<e:Header><w:MessageID>uuid:{id}</w:MessageID>
<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>
</e:Header><e:Body><d:Probe>{types}</d:Probe></e:Body></e:Envelope>"""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What a search brought."""

    answers: tuple[ProbeAnswer, ...]
    """Every answer that could be read, in order of arrival."""

    asked: tuple[str, ...]
    """Interfaces and addresses to which probes went."""

    silent: dict[str, str]
    """Interfaces and addresses to which nothing could be sent, and why."""

    unreadable: dict[str, str]
    """Senders of whose answers some could not be read, and why."""


@dataclass
class _Search:
    """Sockets by what they stand for, and what was heard so far."""

    transcript: Transcript | None
    sockets: dict[str, tuple[socket.socket, tuple[object, ...]]] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    answers: list[ProbeAnswer] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)
    matches: Counter[str] = field(default_factory=Counter)
    silent: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def search(
    addresses: Sequence[str] = (),
    *,
    interfaces: Sequence[str] | None = None,
    seconds: float = SECONDS,
    transcript: Transcript | None = None,
    keep: Callable[[Heard], object] = lambda _heard: None,
) -> Heard:
    """Probe by multicast on each of the ``interfaces``, and straight to each of the ``addresses``.

    ``interfaces``: names; None: all of this machine but the loopback; none of them: no multicast.
    ``seconds``: 2 to 60, in all. ``transcript`` gets each probe and each answer; ``keep`` what was
    heard, whatever ends the search. Raises UsageError; DeviceError where no probe could be sent at
    all or a name is unknown.
    """
    if not 2 <= seconds <= LONGEST:
        raise UsageError(tr("the search lasts 2 to {most} s", most=LONGEST))
    doing = _Search(transcript)
    try:
        _open(doing, addresses, interfaces)
        _run(doing, seconds)
    finally:
        for opened, _ in doing.sockets.values():
            opened.close()
        heard = _heard(doing)
        keep(heard)
    if not heard.asked:
        raise _nothing_sent(doing.silent)
    return heard


def _heard(doing: _Search) -> Heard:
    return Heard(
        answers=tuple(doing.answers),
        asked=tuple(name for name in doing.sockets if name not in doing.silent),
        silent=doing.silent,
        unreadable=doing.unreadable,
    )


def all_interfaces() -> dict[str, int]:
    """Return the numbers of this machine's interfaces by name, without the loopback."""
    found = {name: number for number, name in socket.if_nameindex()}
    return {name: number for name, number in found.items() if not name.startswith(("lo", "Lo"))}


def _open(doing: _Search, addresses: Sequence[str], interfaces: Sequence[str] | None) -> None:
    known = all_interfaces()
    for name in known if interfaces is None else interfaces:
        if name not in known:
            hint = tr("Interfaces: {names}", names=", ".join(known) or "—")
            raise UsageError(tr("there is no interface {name!r}", name=name), hint=hint)
        for family in GROUPS:
            _open_interface(doing, name, known[name], family)
    for host in addresses:
        _open_address(doing, host, authorisation.resolved(host))


def _open_interface(doing: _Search, name: str, number: int, family: socket.AddressFamily) -> None:
    label = name if family == socket.AF_INET else f"{name} (IPv6)"
    try:
        opened = socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:  # IPv6 may be switched off
        doing.silent[label] = error.strerror or str(error)
        return
    group: tuple[object, ...] = (GROUPS[family], PORT)
    doing.sockets[label] = opened, group if family == socket.AF_INET else (*group, 0, number)
    with contextlib.suppress(OSError):
        if family == socket.AF_INET:
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _by_number(number))
            opened.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        else:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, number)
            opened.bind(("::", 0, 0, 0))


def _by_number(number: int) -> bytes:
    """Name an interface by its number: Windows takes it in place of an address."""
    return struct.pack("!I", number) if sys.platform == "win32" else struct.pack(
        "=4s4si", bytes(4), bytes(4), number
    )  # fmt: skip


def _open_address(doing: _Search, host: str, address: IPAddress) -> None:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    doing.sockets[host] = socket.socket(family, socket.SOCK_DGRAM), (str(address), PORT)


def _run(doing: _Search, seconds: float) -> None:
    """Send when it is time, and listen in between until the end."""
    started = time.monotonic()
    with selectors.DefaultSelector() as waiting:
        for name, (opened, _) in doing.sockets.items():
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            waiting.register(opened, selectors.EVENT_READ, name)
        for begin, end in zip(WHEN, (*WHEN[1:], seconds), strict=True):
            _listen(doing, waiting, started + begin)
            _probe(doing)
            _listen(doing, waiting, started + end)


def _probe(doing: _Search) -> None:
    for name, (opened, target) in doing.sockets.items():
        for types in TYPES:
            number = str(uuid.uuid4())
            asked = f"<d:Types>{types}</d:Types>" if types else ""
            content = PROBE.format(id=number, types=asked).encode()
            try:
                opened.sendto(content, target)
            except OSError as error:
                doing.silent.setdefault(name, error.strerror or str(error))
                continue
            doing.silent.pop(name, None)
            doing.ids.add(number)
            if doing.transcript:
                doing.transcript.write("probe", to=name, id=number, types=types)


def _listen(doing: _Search, waiting: selectors.BaseSelector, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        for key, _ in waiting.select(left):
            opened, _ = doing.sockets[key.data]
            for content, sender in _received(opened):
                _take(doing, content, sender, key.data)
            if time.monotonic() >= until:
                return


def _received(opened: socket.socket) -> Iterator[tuple[bytes, str]]:
    """Yield what is there with its sender; a port that is closed there comes back as an error."""
    for _ in range(MOST_AT_ONCE):
        try:
            content, sender = opened.recvfrom(MOST_BYTES)
        except OSError:
            return
        zone = sender[3] if len(sender) == 4 and "%" not in sender[0] else 0  # link-local addresses
        yield content, f"{sender[0]}%{socket.if_indextoname(zone)}" if zone else str(sender[0])


def _take(doing: _Search, content: bytes, sender: str, name: str) -> None:
    doing.count[sender] += 1
    if doing.count[sender] > MOST_OF_A_SENDER:
        doing.unreadable[sender] = tr("sent more than {most} answers", most=MOST_OF_A_SENDER)
        return
    if doing.transcript:
        doing.transcript.write("answer", to=name, sender=sender, content=content)
    try:
        found = probe_answers.read(content, sender, name, doing.ids)
    except AcceptanceError as error:
        doing.unreadable[sender] = error.what
        return
    left = MOST_MATCHES - doing.matches[sender]
    doing.matches[sender] += len(found)
    doing.answers += found[: max(0, left)]
    if len(found) > left:
        doing.unreadable[sender] = tr("named more than {most} devices", most=MOST_MATCHES)


def _nothing_sent(silent: dict[str, str]) -> DeviceError:
    what = tr("no probe could be sent")
    if silent:
        causes = "; ".join(f"{name}: {why}" for name, why in silent.items())
        what = tr("no probe could be sent ({causes})", causes=causes)
    hint = tr("Connect this machine to the cameras' network, or give addresses")
    return DeviceError(what, where="WS-Discovery", hint=hint)
