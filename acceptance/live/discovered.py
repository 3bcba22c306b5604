"""Devices that a search or a sweep found: each once, and as a device list that a plan takes."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.files import output, spreadsheet
from acceptance.live import probe_answers
from acceptance.live.address import Address
from acceptance.messages import shortened, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.live.probe_answers import ProbeAnswer
    from acceptance.live.sweep import OpenPort

HTTP = 80
HEADING = ("id", "kind", "name", "model", "address", "source", "location")
KINDS = {
    "recorder": re.compile(r"networkvideostorage|\b[nd]vr\b|type/recorder", re.IGNORECASE),
    "screen": re.compile(r"networkvideodisplay", re.IGNORECASE),
    "ptz": re.compile(r"type/ptz", re.IGNORECASE),
}


@dataclass(frozen=True, kw_only=True)
class DiscoveredDevice:
    """A device on the network, as it describes itself to everybody."""

    address: str
    """IP address from which it answered."""

    other_addresses: tuple[str, ...] = ()
    """Further ones, by which the same device answered."""

    heard_on: tuple[str, ...] = ()
    """Interfaces and addresses by which it was asked."""

    endpoint: str = ""
    """Endpoint reference; empty: found by the sweep only, or none was given."""

    name: str = ""
    """Scope ``name``."""

    hardware: str = ""
    """Scope ``hardware``: usually the model."""

    location: str = ""
    """Scope ``location``."""

    profiles: str = ""
    """Scope ``Profile``: Streaming, G, T ..."""

    kind: str = "fixed"
    """A guess by types and scopes: ``fixed``, ``ptz``, ``recorder``, ``screen``."""

    services: tuple[str, ...] = ()
    """Where it says that its device service is (XAddrs)."""

    open_ports: tuple[OpenPort, ...] = ()
    """Of the sweep."""

    remarks: tuple[str, ...] = ()
    """What was odd, in sentences."""


def devices(
    answers: Sequence[ProbeAnswer], opened: Sequence[OpenPort] = ()
) -> tuple[DiscoveredDevice, ...]:
    """Merge answers of one endpoint, and open ports of one address, in the order of addresses.

    Two senders with one endpoint that name no common address stay two: some devices share an
    identity that should be unique.
    """
    groups = _groups(answers)
    shared: defaultdict[str, list[str]] = defaultdict(list)
    for group in groups:
        shared[group[0].endpoint].append(group[0].sender)
    found = [_device(group, shared[group[0].endpoint]) for group in groups]
    return tuple(sorted(_with_ports(found, opened), key=_place))


def _groups(answers: Sequence[ProbeAnswer]) -> list[list[ProbeAnswer]]:
    """Put answers together that have an endpoint and an address in common."""
    groups: list[list[ProbeAnswer]] = []
    known: dict[tuple[str, str], list[ProbeAnswer]] = {}  # by endpoint and host
    for answer in answers:
        places = [(answer.endpoint, host) for host in _hosts(answer)]
        group = next((known[place] for place in places if place in known), None)
        if group is None:
            groups.append(group := [])
        group.append(answer)
        for place in places:
            known.setdefault(place, group)
    return groups


def _hosts(answer: ProbeAnswer) -> list[str]:
    """Return the hosts of an answer, its sender first."""
    named = dict.fromkeys(map(probe_answers.host_of, answer.addresses))
    hosts = {answer.sender.partition("%")[0]: None, **named}
    return [host for host in hosts if host not in {"", "0.0.0.0"}]  # noqa: S104 -- seen, not bound


def _device(group: Sequence[ProbeAnswer], sharing: Sequence[str]) -> DiscoveredDevice:
    senders = sorted({answer.sender for answer in group}, key=_rank)
    services = dict.fromkeys(url for answer in group for url in answer.addresses)
    return DiscoveredDevice(
        address=senders[0],
        other_addresses=tuple(senders[1:]),
        heard_on=tuple(dict.fromkeys(answer.heard_on for answer in group)),
        endpoint=group[0].endpoint,
        name=_scope(group, "name"),
        hardware=_scope(group, "hardware"),
        location=_scope(group, "location"),
        profiles=_scope(group, "Profile"),
        kind=_kind(group),
        services=tuple(services),
        remarks=tuple(_remarks(group, sharing)),
    )


def _scope(group: Sequence[ProbeAnswer], category: str) -> str:
    return max((answer.scope(category) for answer in group), key=len)


def _kind(group: Sequence[ProbeAnswer]) -> str:
    words = " ".join(word for answer in group for word in (*answer.types, *answer.scopes))
    return next((kind for kind, sign in KINDS.items() if sign.search(words)), "fixed")


def _remarks(group: Sequence[ProbeAnswer], sharing: Sequence[str]) -> Iterator[str]:
    senders = {answer.sender for answer in group}
    if hosts := probe_answers.other_hosts(group):
        yield tr("names another host as its own: {hosts}", hosts=shortened(hosts))
    if wrong := next((answer.wrong for answer in group if answer.wrong), ""):
        yield tr("its XML is not well-formed: {cause}", cause=wrong)
    if not any(answer.asked_for for answer in group):
        yield tr("its answers name no probe of this search")
    if not group[0].endpoint:
        yield tr("gives no endpoint reference")
    elif others := shortened(each for each in sharing if each not in senders):
        yield tr("has the same endpoint reference as {hosts}", hosts=others)
    if not any(answer.addresses for answer in group):
        yield tr("names no address of its service")


def _with_ports(
    found: Sequence[DiscoveredDevice], opened: Sequence[OpenPort]
) -> list[DiscoveredDevice]:
    by_address = defaultdict(list)
    for knocked in opened:
        by_address[knocked.address].append(knocked)
    merged = []
    for device in found:
        own = [by_address.pop(place, []) for place in (device.address, *device.other_addresses)]
        merged.append(replace(device, open_ports=tuple(port for ports in own for port in ports)))
    rest = by_address.items()
    return merged + [
        DiscoveredDevice(address=address, open_ports=tuple(ports)) for address, ports in rest
    ]


def _rank(address: str) -> tuple[bool, int]:
    """Sort IPv4 before IPv6, then by number."""
    known = ipaddress.ip_address(address.partition("%")[0])
    return known.version == 6, int(known)


def _place(device: DiscoveredDevice) -> tuple[bool, int]:
    return _rank(device.address)


def source(device: DiscoveredDevice) -> str:
    """Return where a stream may be asked for: ``HOST[:PORT]`` of ONVIF, or a URL of RTSP.

    Empty where neither is known: a mere web server.
    """
    port = next((port.port for port in device.open_ports if port.service == "onvif"), 0)
    port = next(filter(None, map(probe_answers.port_of, device.services)), port)
    if port or device.endpoint or device.services:
        address = Address(device.address, port or HTTP)
        return device.address if address.port == HTTP else str(address)
    streams = (port.port for port in device.open_ports if port.service == "rtsp")
    return next((f"rtsp://{Address(device.address, port)}/" for port in streams), "")


def table(found: Sequence[DiscoveredDevice]) -> list[list[str]]:
    """Return a device list, its heading first, of what answers ONVIF or RTSP.

    The address serves as id: names of devices are seldom unique.
    """
    rows = [list(HEADING)]
    used: set[str] = set()
    for device in found:
        if place := source(device):
            identity = re.sub(r"[^0-9A-Za-z.]+", "-", device.address).strip("-.")
            number = next(n for n in itertools.count(1) if _numbered(identity, n) not in used)
            used.add(_numbered(identity, number))
            rows.append([
                _numbered(identity, number), device.kind, device.name, device.hardware,
                device.address, place, device.location,
            ])  # fmt: skip
    return rows


def _numbered(identity: str, number: int) -> str:
    return identity if number == 1 else f"{identity}-{number}"


def write(found: Sequence[DiscoveredDevice], path: Path) -> int:
    """Write the device list as CSV or XLSX into a new file; return how many devices it has.

    Raises UsageError: another ending; OutputError, also where it exists.
    """
    check_list(path)
    rows = table(found)
    if path.suffix.lower() == ".csv":
        content = spreadsheet.csv_of(rows)
    else:
        texts = [[spreadsheet.as_text(cell) for cell in row] for row in rows]  # names may begin "="
        content = spreadsheet.workbook_of(texts, widths=[18.0] * len(HEADING), choices={})
    output.put_new(path, content)
    return len(rows) - 1


def check_list(path: Path) -> None:
    """Refuse, before the search, a device list that cannot be written; as ``write`` does."""
    output.require_ending(path, (".csv", ".xlsx"))
    output.require_new(path)
