"""ONVIF without a login and with a wrong password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from acceptance.errors import DeviceError
from acceptance.live import digest, markup, soap_request
from acceptance.live.audit import operations
from acceptance.live.audit.operations import AccessClass
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.live.address import Address
    from acceptance.live.audit.audited import DeviceAudit
    from acceptance.live.audit.contacts import Contact, Contacts
    from acceptance.live.audit.operations import Operation
    from acceptance.live.credentials import Credentials

REFUSAL = re.compile(
    r"not ?authori[sz]ed|unauthori[sz]ed|FailedAuthentication|authority failure", re.IGNORECASE
)
LOCKED = re.compile(
    r"(?<!un)\block(?:ed|ing)?\b|lockout|too many (?:failed|attempts|login)|try again (?:in|later)"
    r"|锁定|鎖定|次数过多",
    re.IGNORECASE,
)
ANONYMOUS, WRONG = "anonymous", "wrong_password"
SHOWN = 12  # operations named in a sentence


class Access(StrEnum):
    """What became of a call."""

    GIVEN = "given"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"
    UNCLEAR = "unclear"


@dataclass
class Services:
    """What is known of a device's services after it was asked without a login."""

    address: Address
    secure: bool
    paths: dict[str, str] = field(default_factory=dict)
    given: dict[Operation, Contact] = field(default_factory=dict)
    refused: dict[Operation, Contact] = field(default_factory=dict)
    offset: timedelta = timedelta(0)
    """Clock of the device - clock of this machine."""


def first(contacts: Contacts, address: Address, *, secure: bool) -> tuple[Services, Contact]:
    """Ask for the clock, which is open to everybody."""
    services = Services(address, secure, {operations.DEVICE: soap_request.DEVICE_PATH})
    return services, call(contacts, services, operations.CLOCK)


def look(contacts: Contacts, device: DeviceAudit, services: Services, clock: Contact) -> bool:
    """Ask for everything that only reads, without a login; False: it answers in no SOAP."""
    device.reached |= clock.reply is not None
    if access(clock, operations.CLOCK) is Access.UNCLEAR:
        why = clock.error.what if clock.error else tr("it does not answer in SOAP")
        for name in ("open_calls", "anonymous", "any_password"):
            device.not_tried(name, why)
        return False
    services.offset = _offset(clock)
    _open_calls(contacts, device, services, clock)
    for operation in operations.READING:
        if operation.service in services.paths and not device.has("locked_out"):
            _sort(device, services, operation, call(contacts, services, operation))
    _tell_given(device, services)
    return True


def call(contacts: Contacts, services: Services, operation: Operation, **login: str) -> Contact:
    """Make a call; ``login``: ``header`` of SOAP or ``authorization`` of HTTP."""
    path = services.paths[operation.service]
    content = soap_request.call(services.address, path, operation.body, operation.service, **login)
    purpose = f"{operation.name} {WRONG if login else ANONYMOUS}"
    return contacts.ask(services.address, content, purpose, secure=services.secure)


def access(contact: Contact, operation: Operation) -> Access:
    """Say what became of a call: only an answer that names the operation counts as given."""
    if contact.reply is None or contact.reply.protocol != "HTTP":
        return Access.UNCLEAR
    body = contact.reply.body
    if contact.status in {401, 403} or REFUSAL.search(markup.decoded(body)):
        return Access.REFUSED
    try:
        root, _ = markup.mended(body, str(contact.line))
    except DeviceError:
        return Access.UNCLEAR
    if next(markup.every(root, f".//{operation.name}Response"), None) is not None:
        return Access.GIVEN
    return (
        Access.UNSUPPORTED
        if next(markup.every(root, ".//Fault"), None) is not None
        else Access.UNCLEAR
    )


def _sort(device: DeviceAudit, services: Services, operation: Operation, contact: Contact) -> None:
    match access(contact, operation):
        case Access.GIVEN:
            services.given[operation] = contact
        case Access.REFUSED:
            services.refused[operation] = contact
            is_locked(device, contact)


def _open_calls(
    contacts: Contacts, device: DeviceAudit, services: Services, clock: Contact
) -> None:
    """Ask what is open to everybody, and learn where the services are."""
    asked = {operations.CLOCK: clock}
    for operation in operations.OPEN[1:]:
        asked[operation] = call(contacts, services, operation)
        _learn_paths(services, asked[operation])
    closed = [
        operation for operation in asked if access(asked[operation], operation) is Access.REFUSED
    ]
    device.checked("open_calls", seen=bool(closed))
    if closed:
        names = _names(closed)
        said = tr("asks for a login although everybody may call: {names}", names=names)
        lines = (asked[operation].line for operation in closed)
        device.found("open_call_refused", said, *lines, operations=names)


def _learn_paths(services: Services, contact: Contact) -> None:
    """Take the paths, never hosts, of the services from GetServices or GetCapabilities."""
    try:
        root, _ = markup.mended(contact.reply.body if contact.reply else b"", "")
    except DeviceError:
        return
    for service in markup.every(root, ".//Service"):
        _learn(services, markup.text(service, ".//Namespace"), markup.text(service, ".//XAddr"))
    for name, namespace in operations.NAMED.items():
        for capability in markup.every(root, f".//{name}"):
            _learn(services, namespace, markup.text(capability, ".//XAddr"))


def _learn(services: Services, namespace: str, url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if re.fullmatch(r"/[!-~]{0,500}", path):
        services.paths.setdefault(namespace, path)


def _offset(clock: Contact) -> timedelta:
    """Return how far the device's clock is ahead, to the second; a wrong clock refuses tokens."""
    try:
        root, _ = markup.mended(clock.reply.body if clock.reply else b"", "")
        moment = next(markup.every(root, ".//UTCDateTime"))
        fields = ("Year", "Month", "Day", "Hour", "Minute", "Second")
        year, month, day, hour, minute, second = (
            int(markup.text(moment, f".//{name}")) for name in fields
        )
        shown = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return shown - datetime.now(UTC)
    except (DeviceError, StopIteration, ValueError, OverflowError):
        return timedelta(0)


def _tell_given(device: DeviceAudit, services: Services) -> None:
    device.checked("anonymous", seen=bool(services.given))
    for group in AccessClass:
        given = [operation for operation in services.given if operation.access is group]
        if given:
            said = tr(
                "gives to everybody without login what only users may read ({group}): {names}",
                group=str(group), names=_names(given),
            )  # fmt: skip
            lines = (services.given[operation].line for operation in given)
            parameters = {"access_class": str(group), "operations": _names(given)}
            device.found("anonymous_read", said, *lines, **parameters)


def _names(found: Sequence[Operation]) -> str:
    names = list(dict.fromkeys(operation.name for operation in found))
    return ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")


def try_wrong_passwords(
    contacts: Contacts, device: DeviceAudit, services: Services, logins: Sequence[Credentials]
) -> None:
    """Try each user with one random password.

    Only calls that were refused without a login prove something. The first refusal ends it for a
    user, the first word of a lock for all: one failed login each.
    """
    title = "any_password"
    if not logins:
        device.not_tried(title, tr("no user was named"))
    elif device.has("locked_out"):
        device.not_tried(title, tr("the device locks logins"))
    elif not services.refused:
        device.not_tried(title, tr("nothing was refused without a login"))
    else:
        for who in logins:
            if not device.has("locked_out"):
                _try(contacts, device, services, who)
        device.checked(title, seen=device.has("any_password"))


def _try(contacts: Contacts, device: DeviceAudit, services: Services, who: Credentials) -> None:
    taken: dict[Operation, Contact] = {}
    for operation, refusal in services.refused.items():
        login = _login(services, operation, refusal, who)
        contact = call(contacts, services, operation, **login)
        if access(contact, operation) is not Access.GIVEN:
            is_locked(device, contact)
            break
        taken[operation] = contact
    if taken:
        names = _names([*taken])
        said = tr("takes a random password for the user {user}: {names}", user=who.user,
                  names=names)  # fmt: skip
        lines = (contact.line for contact in taken.values())
        device.found("any_password", said, *lines, user=who.user, operations=names)


def _login(
    services: Services, operation: Operation, refusal: Contact, who: Credentials
) -> dict[str, str]:
    """Log in as the refusal asks: by HTTP where it challenged, else by a token."""
    headers = refusal.reply.values("www-authenticate") if refusal.reply else []
    challenge = digest.best(digest.challenges(headers))
    if challenge:
        path = services.paths[operation.service]
        return {"authorization": digest.authorization(challenge, who, "POST", path)}
    return {"header": soap_request.token(who, datetime.now(UTC) + services.offset)}


def is_locked(device: DeviceAudit, contact: Contact) -> bool:
    """Whether a device says that it locks the user or this machine out: then it is left alone."""
    text = markup.decoded(contact.reply.raw) if contact.reply else ""
    found = LOCKED.search(text)
    if not (found or contact.status in {423, 429}):
        return False
    words = found[0] if found else str(contact.status)
    said = tr("says that logins are locked ({words}): none was tried after that", words=words)
    device.found("locked_out", said, contact.line, words=words)
    return True


def stream_paths(contacts: Contacts, services: Services) -> dict[str, int]:
    """Return paths (with the port) of streams that a device tells everybody: ``554/live``."""
    profiles = services.given.get(operations.PROFILES)
    if profiles is None or profiles.reply is None:
        return {}
    root, _ = markup.mended(profiles.reply.body, "")
    tokens = [str(profile.get("token", "")) for profile in markup.every(root, ".//Profiles")][:2]
    found: dict[str, int] = {}
    for token in filter(None, tokens):
        contact = call(contacts, services, operations.stream_address(escape(token)))
        found |= _stream_path(contact)
    return found


def _stream_path(contact: Contact) -> dict[str, int]:
    """Read a URL of a stream as its path and port; its host is not believed."""
    try:
        root, _ = markup.mended(contact.reply.body if contact.reply else b"", "")
        parts = urlsplit(markup.text(root, ".//Uri"))
        port = parts.port or 554
    except (DeviceError, ValueError):
        return {}
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return {path: port} if re.fullmatch(r"/[!-~]{0,500}", path) else {}
