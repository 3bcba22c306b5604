"""An audit of several devices, one after the other."""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError, UsageError
from acceptance.live import address as addresses
from acceptance.live import authorisation
from acceptance.live.address import Address
from acceptance.live.audit import operations, service_access, stream_access, transport
from acceptance.live.audit.audited import DeviceAudit
from acceptance.live.audit.contacts import Contacts
from acceptance.live.authorisation import Action
from acceptance.live.credentials import Credentials
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acceptance.live.audit.contacts import Contact
    from acceptance.live.audit.service_access import Services
    from acceptance.live.authorisation import Authorisation
    from acceptance.live.transcript import Transcript

    TellDevice = Callable[[str, int, int], None]

RATE, FASTEST = 4.0, 10.0  # requests a second
SECONDS, LONGEST = 5.0, 30.0  # for each
MOST_DEVICES, MOST_USERS = 1024, 5
HTTP, HTTPS, RTSP = 80, 443, 554
# Calls of ONVIF, paths of RTSP, handshakes: what a device that gives everything is asked.
MOST_CONTACTS = len(operations.OPEN) + len(operations.READING) + 5 + 12


def planned_seconds(devices: int, rate: float = RATE) -> float:
    """Return about how long an audit takes at most where every reply comes at once, s."""
    return devices * MOST_CONTACTS / rate


def audit(
    hosts: Sequence[str],
    permission: Authorisation,
    transcript: Transcript,
    *,
    users: Sequence[str] = (),
    paths: Sequence[str] = (),
    rtsp_port: int = RTSP,
    tls_port: int = HTTPS,
    rate: float = RATE,
    seconds: float = SECONDS,
    tell: TellDevice = lambda _host, _done, _all: None,
) -> tuple[DeviceAudit, ...]:
    """Look at each host from outside: ONVIF, RTSP, HTTP, TLS, without a login.

    ``hosts``: HOST or HOST:PORT of ONVIF, by default port 80. ``users``: names that are tried with
    one random password each. ``paths``: of streams, ``/live``. ``rtsp_port``, ``tls_port``: where
    streams and HTTPS are. ``rate``: requests a second. ``seconds``: for each. ``tell`` hears which
    device is begun, its number from 0, and of how many. Every contact stands in ``transcript``,
    with the permission; Ctrl-C ends it at once.

    Raises PlanError where ``permission`` does not allow it; UsageError; DeviceError where a name is
    unknown, or no device answers at all.
    """
    places = permitted(hosts, permission, users=users, paths=paths, rate=rate, seconds=seconds)
    permission.write(transcript)
    transcript.write("audit", devices=list(map(str, places)), users=list(users), rate=rate)
    contacts = Contacts(permission, transcript, rate, seconds)
    found = []
    try:
        for number, place in enumerate(places):
            tell(str(place), number, len(places))
            device = DeviceAudit(host=place.host, address=str(place))
            auditing = _Audit(contacts, device, place, Address(place.host, tls_port), rtsp_port)
            found.append(device)
            try:
                auditing.run(users, paths)
            finally:
                _write(transcript, device)
    except KeyboardInterrupt:
        transcript.write("interrupted")
        raise
    if not any(device.reached for device in found):
        raise _nobody(places)
    return tuple(found)


def permitted(
    hosts: Sequence[str],
    permission: Authorisation,
    *,
    users: Sequence[str],
    paths: Sequence[str],
    rate: float,
    seconds: float,
) -> list[Address]:
    """Return where ``audit`` would ask, each place once; refuse as it does what is not allowed."""
    _check(hosts, users, paths, rate, seconds)
    asked = [addresses.parse(host, HTTP) for host in hosts]
    places = [Address(str(authorisation.resolved(place.host)), place.port) for place in asked]
    permission.require(Action.AUDIT, [ipaddress.ip_address(place.host) for place in places])
    return list(dict.fromkeys(places))


def _check(
    hosts: Sequence[str], users: Sequence[str], paths: Sequence[str], rate: float, seconds: float
) -> None:
    if not 1 <= len(hosts) <= MOST_DEVICES:
        raise UsageError(tr("give 1 to {most} devices", most=MOST_DEVICES))
    if len(set(users)) > MOST_USERS:
        raise UsageError(tr("at most {most} users are tried", most=MOST_USERS))
    if not all(path.startswith("/") and path.isprintable() and " " not in path for path in paths):
        raise UsageError(tr("a path of a stream begins with / and has no blanks"))
    if not 0 < rate <= FASTEST:
        raise UsageError(tr("at most {most:g} requests a second are made", most=FASTEST))
    if not 0 < seconds <= LONGEST:
        raise UsageError(tr("a reply is waited for {most:g} s at most", most=LONGEST))


@dataclass
class _Audit:
    """The audit of a device: where it is asked, and what came of it."""

    contacts: Contacts
    device: DeviceAudit
    place: Address
    tls: Address
    rtsp_port: int

    def run(self, users: Sequence[str], paths: Sequence[str]) -> None:
        """Look at ONVIF, then at streams, then at TLS."""
        logins = [Credentials(user, secrets.token_urlsafe(12)) for user in dict.fromkeys(users)]
        services = self._services(logins)
        known = service_access.stream_paths(self.contacts, services)
        known |= dict.fromkeys(paths, self.rtsp_port)
        streams = stream_access.look(self.contacts, self.device, known, self.rtsp_port, logins)
        if services.refused and not services.given and self.device.has("rtsp_anonymous"):
            _tell_contradiction(self.device, services)
        in_clear = [] if services.secure else [*services.refused.values()]
        transport.look_for_basic(self.device, in_clear + streams)
        transport.look_at_tls(self.contacts, self.device, self.tls)

    def _services(self, logins: Sequence[Credentials]) -> Services:
        """Look at ONVIF in the clear; over TLS where that is meant, or port 80 is closed."""
        secure = self.place == self.tls
        services, clock = service_access.first(self.contacts, self.place, secure=secure)
        if not secure:
            transport.look_at_plain(self.device, clock)
        if clock.reply is None and self.place.port == HTTP:
            services, clock = service_access.first(self.contacts, self.tls, secure=True)
        if service_access.look(self.contacts, self.device, services, clock):
            service_access.try_wrong_passwords(self.contacts, self.device, services, logins)
        return services


def _tell_contradiction(device: DeviceAudit, services: Services) -> None:
    said = tr("RTSP is open to everybody although ONVIF asks for a login")
    streams = next(found for found in device.findings if found.code == "rtsp_anonymous")
    refusal: Contact = next(iter(services.refused.values()))
    device.found("rtsp_open_onvif_closed", said, refusal.line, *streams.lines)


def _write(transcript: Transcript, device: DeviceAudit) -> None:
    transcript.write(
        "device", address=device.address, host=device.host, tls_versions=list(device.tls_versions)
    )
    for found in device.findings:
        fields = {**asdict(found), "lines": list(found.lines)}
        transcript.write("finding", address=device.address, **fields)
    for check in device.checks:
        transcript.write("check", address=device.address, **asdict(check))


def _nobody(places: Sequence[Address]) -> DeviceError:
    what, hint = tr("does not answer"), tr("Check address, port, cable and this machine's address")
    return DeviceError(what, where=", ".join(map(str, places[:5])), hint=hint, code="time_out")
