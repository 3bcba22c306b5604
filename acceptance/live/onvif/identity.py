"""What a device is: identity, services, accounts, network. Reading calls only."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from acceptance.errors import DeviceError
from acceptance.live.markup import every, flag, text
from acceptance.live.onvif import wsdl
from acceptance.live.onvif.facts import DeviceService, DeviceUser
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from acceptance.live.onvif.client import OnvifClient
    from acceptance.live.onvif.facts import Found

NAMES = {namespace: name for name, namespace in wsdl.NAMESPACES.items()}
MOST_SERVICES = 100  # ONVIF has some 25
PATH = "/%?&=:;,+~@!$'()*"  # stay as they are
CAPABILITIES = {  # of GetCapabilities; the second half stands in its Extension
    "Device": "device", "Media": "media", "PTZ": "ptz", "Imaging": "imaging", "Events": "events",
    "DeviceIO": "deviceio", "Recording": "recording", "Search": "search", "Replay": "replay",
}  # fmt: skip


def services(client: OnvifClient) -> Found:
    """Find the services: GetServices, else GetCapabilities with its Extension.

    Their paths are kept and asked at the host and port that were reached. Raises DeviceError where
    the device answers neither.
    """
    try:
        reply = client.call("device", "GetServices", IncludeCapability=False)
    except DeviceError as error:
        found = list(_by_capabilities(client))
        client.note(Reason(code="no_get_services", parameters={"why": error.what}))
    else:
        found = list(_by_namespace(reply))
        _compare(client, {service.name for service, _ in found})
    found = found[:MOST_SERVICES]
    for service, address in found:
        client.paths[service.name] = service.path
        _check_address(client, address)
    client.paths.setdefault("device", "/onvif/device_service")
    return {"services": tuple(service for service, _ in found)}


def _by_namespace(reply: etree._Element) -> Iterator[tuple[DeviceService, str]]:
    for service in every(reply, "Service"):
        namespace, address = text(service, "Namespace"), text(service, "XAddr")
        major, minor = text(service, "Version/Major"), text(service, "Version/Minor")
        name = NAMES.get(namespace, namespace)
        version = f"{major}.{minor}" if major else ""
        yield DeviceService(name=name, version=version, path=_path(address)), address


def _by_capabilities(client: OnvifClient) -> Iterator[tuple[DeviceService, str]]:
    reply = client.call("device", "GetCapabilities", Category=["All"])
    for tag, name in CAPABILITIES.items():
        for where in (f"Capabilities/{tag}", f"Capabilities/Extension/{tag}"):
            address = text(reply, f"{where}/XAddr")
            if address:
                yield DeviceService(name=name, version="", path=_path(address)), address


def _compare(client: OnvifClient, names: set[str]) -> None:
    """Note what GetCapabilities says otherwise than GetServices."""
    try:
        others = {service.name for service, _ in _by_capabilities(client)}
    except DeviceError:
        return  # devices may leave the older call out
    apart = (names & set(CAPABILITIES.values())) ^ others
    if apart:
        parameters = {"services": ", ".join(sorted(apart))}
        client.note(Reason(code="capabilities_differ", parameters=parameters))


def _path(address: str) -> str:
    """Return the path of an address, fit for a request's first line; ``/`` where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    path = parts.path or "/"
    return quote(f"{path}?{parts.query}" if parts.query else path, safe=PATH)


def _check_address(client: OnvifClient, address: str) -> None:
    """Note an address that leads elsewhere; the host that was reached is kept."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        host = parts.hostname or ""
    except ValueError:
        host, port = address[:200], 0
    if (host, port) != (client.address.without_zone.host.lower(), client.address.port):
        parameters = {"shown": f"{host}:{port}", "reached": str(client.address)}
        client.note(Reason(code="other_address", parameters=parameters))


def information(client: OnvifClient) -> Found:
    """Ask what it is called."""
    reply = client.call("device", "GetDeviceInformation")
    names = {
        "manufacturer": "Manufacturer", "model": "Model", "firmware": "FirmwareVersion",
        "serial_number": "SerialNumber", "hardware": "HardwareId",
    }  # fmt: skip
    return {name: text(reply, tag) for name, tag in names.items()}


def scopes(client: OnvifClient) -> Found:
    """Ask for its scopes."""
    reply = client.call("device", "GetScopes")
    return {"scopes": tuple(text(scope, "ScopeItem") for scope in every(reply, "Scopes"))}


def accounts(client: OnvifClient) -> Found:
    """Ask who may do what."""
    reply = client.call("device", "GetUsers")
    users = (
        DeviceUser(name=text(user, "Username"), level=text(user, "UserLevel"))
        for user in every(reply, "User")
    )
    return {"users": tuple(users)}


def hostname(client: OnvifClient) -> Found:
    """Ask for the host name."""
    reply = client.call("device", "GetHostname")
    return {"hostname": text(reply, "HostnameInformation/Name")}


def interfaces(client: OnvifClient) -> Found:
    """Ask for the network interfaces."""
    reply = client.call("device", "GetNetworkInterfaces")
    return {"interfaces": tuple(_interface(each) for each in every(reply, "NetworkInterfaces"))}


def _interface(interface: etree._Element) -> str:
    addresses = [
        f"{text(address, 'Address')}/{text(address, 'PrefixLength')}"
        for kind in ("Manual", "FromDHCP", "LinkLocal")
        for version in ("IPv4", "IPv6")
        for address in every(interface, f"{version}/Config/{kind}")
    ]
    named = (text(interface, "Info/Name"), text(interface, "Info/HwAddress"))
    return " ".join(filter(None, (*named, *addresses)))


def protocols(client: OnvifClient) -> Found:
    """Ask which protocols are on."""
    reply = client.call("device", "GetNetworkProtocols")
    on = [each for each in every(reply, "NetworkProtocols") if flag(each, "Enabled")]
    return {
        "protocols": tuple(
            " ".join((text(each, "Name"), *(text(port) for port in every(each, "Port"))))
            for each in on
        )
    }


def gateways(client: OnvifClient) -> Found:
    """Ask for the default gateways."""
    reply = client.call("device", "GetNetworkDefaultGateway")
    tags = ("NetworkGateway/IPv4Address", "NetworkGateway/IPv6Address")
    return {"gateways": tuple(text(each) for tag in tags for each in every(reply, tag))}


def name_servers(client: OnvifClient) -> Found:
    """Ask for the DNS servers."""
    return {"name_servers": _hosts(client.call("device", "GetDNS"), "DNSInformation", "DNS")}


def time_servers(client: OnvifClient) -> Found:
    """Ask for the NTP servers."""
    return {"time_servers": _hosts(client.call("device", "GetNTP"), "NTPInformation", "NTP")}


def _hosts(reply: etree._Element, around: str, kind: str) -> tuple[str, ...]:
    found = (
        text(host, tag)
        for source in (f"{kind}Manual", f"{kind}FromDHCP")
        for host in every(reply, f"{around}/{source}")
        for tag in ("IPv4Address", "IPv6Address", "DNSname")
    )
    return tuple(filter(None, found))


def time_setting(client: OnvifClient) -> Found:
    """Ask for zone and source of its time."""
    reply = client.call("device", "GetSystemDateAndTime")
    date = next(every(reply, "SystemDateAndTime"), None)
    return {
        "zone": text(date, "TimeZone/TZ"),
        "time_source": text(date, "DateTimeType"),
    }


def tls(client: OnvifClient) -> Found:
    """Return what the connection came to."""
    found = client.connection.tls_found
    if found is None:
        return {}
    if found.version not in {"TLSv1.2", "TLSv1.3"}:
        client.note(Reason(code="old_tls", parameters={"version": found.version}))
    if found.doubt:
        client.note(Reason(code="certificate_doubt", parameters={"why": found.doubt}))
    return {
        "tls_version": found.version,
        "tls_cipher": found.cipher,
        "certificate_doubt": found.doubt,
        "certificate_sha256": hashlib.sha256(found.certificate).hexdigest(),
    }
