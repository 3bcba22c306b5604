"""RTSP without a login, with a wrong password, and for a path that does not exist."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from acceptance.live import digest
from acceptance.live.address import Address
from acceptance.live.audit.service_access import ANONYMOUS, WRONG, is_locked
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.live.audit.audited import DeviceAudit
    from acceptance.live.audit.contacts import Contact, Contacts
    from acceptance.live.credentials import Credentials

NAMES = ("rtsp_anonymous", "rtsp_any_path", "rtsp_any_password")


def look(
    contacts: Contacts,
    device: DeviceAudit,
    paths: Mapping[str, int],
    port: int,
    logins: Sequence[Credentials],
) -> list[Contact]:
    """Ask for a random path and for known ``paths`` (with their ports), first without a login.

    Returns what came of asking without a login.
    """
    address = _at(device, port)
    random = f"/{secrets.token_hex(6)}"
    first = _describe(contacts, address, random)
    if first.reply is None or first.reply.protocol != "RTSP":
        why = first.error.what if first.error else tr("it does not answer in RTSP")
        for name in NAMES:
            device.not_tried(name, why)
        return []
    device.reached = True
    asked = {(random, port): first}
    for path, own_port in {"/": port, **paths}.items():
        asked[path, own_port] = _describe(contacts, _at(device, own_port), path)
    _tell_any_path(device, first)
    _tell_anonymous(device, asked)
    _try_wrong_passwords(contacts, device, asked, logins)
    return [*asked.values()]


def _at(device: DeviceAudit, port: int) -> Address:
    return Address(device.host, port)


def _describe(contacts: Contacts, address: Address, path: str, authorization: str = "") -> Contact:
    lines = [
        f"DESCRIBE {_url(address, path)} RTSP/1.0",
        "CSeq: 1",
        "Accept: application/sdp",
        *([f"Authorization: {authorization}"] if authorization else []),
    ]
    purpose = f"DESCRIBE {path} {WRONG if authorization else ANONYMOUS}"
    return contacts.ask(address, ("\r\n".join(lines) + "\r\n\r\n").encode(), purpose)


def _url(address: Address, path: str) -> str:
    return f"rtsp://{address}{path}"


def _gives_stream(contact: Contact) -> bool:
    return contact.status == 200 and contact.reply is not None and b"m=" in contact.reply.body


def _tell_any_path(device: DeviceAudit, random: Contact) -> None:
    seen = _gives_stream(random)
    device.checked("rtsp_any_path", seen=seen)
    if seen:
        said = tr("RTSP describes a stream for a random path: no path there shows anything")
        device.found("rtsp_any_path", said, random.line)


def _tell_anonymous(device: DeviceAudit, asked: Mapping[tuple[str, int], Contact]) -> None:
    given = {place: contact for place, contact in asked.items() if _gives_stream(contact)}
    if not given and not any(contact.status in {401, 403} for contact in asked.values()):
        device.not_tried("rtsp_anonymous", tr("no path of a stream is known"))
        return
    device.checked("rtsp_anonymous", seen=bool(given))
    if given:
        paths = ", ".join(path for path, _ in given)
        said = tr("RTSP describes streams to everybody without login: {paths}", paths=paths)
        lines = (contact.line for contact in given.values())
        device.found("rtsp_anonymous", said, *lines, paths=paths)


def _try_wrong_passwords(
    contacts: Contacts,
    device: DeviceAudit,
    asked: Mapping[tuple[str, int], Contact],
    logins: Sequence[Credentials],
) -> None:
    """Try each user once, with the last path that was refused: a known one where there is one."""
    title = "rtsp_any_password"
    refused = [place for place, contact in asked.items() if contact.status == 401]
    if device.has("locked_out"):
        device.not_tried(title, tr("the device locks logins"))
    elif not logins:
        device.not_tried(title, tr("no user was named"))
    elif not refused:
        device.not_tried(title, tr("nothing was refused without a login"))
    else:
        path, port = refused[-1]
        for who in logins:
            if not _try(contacts, device, (path, port), asked[path, port], who):
                break
        device.checked(title, seen=device.has("rtsp_any_password"))


def _try(
    contacts: Contacts,
    device: DeviceAudit,
    place: tuple[str, int],
    refusal: Contact,
    who: Credentials,
) -> bool:
    """Log in once with a wrong password; return whether to go on with the next user."""
    path, port = place
    headers = refusal.reply.values("www-authenticate") if refusal.reply else []
    challenge = digest.best(digest.challenges(headers))
    if challenge is None:
        return False
    address = _at(device, port)
    authorization = digest.authorization(challenge, who, "DESCRIBE", _url(address, path))
    contact = _describe(contacts, address, path, authorization)
    if contact.status == 200:
        said = tr("RTSP takes a random password for the user {user}", user=who.user)
        device.found("rtsp_any_password", said, contact.line, user=who.user)
        return True
    return not is_locked(device, contact)
