"""What protects the way: HTTP and passwords in the clear, versions, ciphers, certificate."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.live import digest, tls
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.live.address import Address
    from acceptance.live.audit.audited import DeviceAudit
    from acceptance.live.audit.contacts import Contact, Contacts
    from acceptance.live.tls import ServerCertificate

SHORTEST = {"RSA": 2048, "DSA": 2048, "EC": 224}  # bits, RFC 9325 4.5
FIRST = next(iter(tls.VERSIONS))
WEAK_HASHES = {"md5", "sha1"}


def look_at_plain(device: DeviceAudit, contact: Contact) -> None:
    """Say whether a request in the clear was answered, other than by leading to TLS."""
    if contact.reply is None or contact.reply.protocol != "HTTP":
        why = contact.error.what if contact.error else tr("it does not answer in HTTP")
        device.not_tried("plain_http", why)
        return
    leads = any(place.startswith("https:") for place in contact.reply.values("location"))
    seen = not (leads and contact.status in range(300, 400))
    device.checked("plain_http", seen=seen)
    if seen:
        said = tr("answers HTTP without TLS (status {status})", status=contact.status)
        device.found("plain_http", said, contact.line, status=contact.status)


def look_for_basic(device: DeviceAudit, contacts: Iterable[Contact]) -> None:
    """Say whether a login is asked for that would send the password in the clear."""
    asked = [contact for contact in contacts if contact.reply and contact.status == 401]
    if not asked:
        device.not_tried("basic", tr("no login was asked for in the clear"))
        return
    basic = [contact for contact in asked if _is_basic(contact)]
    device.checked("basic", seen=bool(basic))
    if basic:
        said = tr("takes passwords in the clear (basic authentication without TLS)")
        device.found("basic_in_clear", said, *(contact.line for contact in basic[:3]))


def _is_basic(contact: Contact) -> bool:
    headers = contact.reply.values("www-authenticate") if contact.reply else []
    return any(challenge.scheme == "basic" for challenge in digest.challenges(headers))


def look_at_tls(contacts: Contacts, device: DeviceAudit, address: Address) -> None:
    """Ask for each version, then for weak ciphers, then for the certificate."""
    spoken: dict[str, int] = {}
    for version in (*tls.VERSIONS, tls.NEWEST):
        action = functools.partial(tls.accepts, address, version, contacts.seconds)
        line, result = contacts.look(address, version, action)
        if isinstance(result, DeviceError) and version == FIRST:
            for name in ("tls_versions", "tls_ciphers", "certificate"):
                device.not_tried(name, f"{address}: {result.what}")
            return
        if result is True:
            spoken[version] = line
    device.reached, device.tls_versions = True, tuple(spoken)
    _tell_versions(device, spoken)
    _look_at_ciphers(contacts, device, address)
    _look_at_certificate(contacts, device, address)


def _tell_versions(device: DeviceAudit, spoken: dict[str, int]) -> None:
    old = [version for version in tls.DEPRECATED if version in spoken]
    device.checked("tls_versions", seen=bool(old))
    if old:
        said = tr("speaks versions that are deprecated: {versions}", versions=", ".join(old))
        lines = (spoken[version] for version in old)
        device.found("tls_deprecated", said, *lines, versions=", ".join(old))


def _look_at_ciphers(contacts: Contacts, device: DeviceAudit, address: Address) -> None:
    version = next((name for name in device.tls_versions[::-1] if name in tls.VERSIONS), "")
    if not version:
        device.not_tried("tls_ciphers", tr("it speaks TLS 1.3 only"))
        return
    taken: dict[str, int] = {}
    for kind in tls.WEAK:
        action = functools.partial(tls.accepts_cipher, address, kind, version, contacts.seconds)
        line, result = contacts.look(address, f"{version} {kind}", action)
        if result is True:
            taken[kind] = line
    device.checked("tls_ciphers", seen=bool(taken))
    if taken:
        said = tr("takes weak ciphers: {kinds}", kinds=", ".join(taken))
        device.found("tls_weak_cipher", said, *taken.values(), kinds=", ".join(taken))


def _look_at_certificate(contacts: Contacts, device: DeviceAudit, address: Address) -> None:
    action = functools.partial(tls.certificate, address, contacts.seconds)
    line, result = contacts.look(address, "certificate", action)
    if not isinstance(result, DeviceError):
        device.certificate = result
        found = judge(device, result, line, datetime.now(UTC))
        device.checked("certificate", seen=found)
    elif result.code == "unreadable":
        device.found("certificate_unreadable", result.what, line)
        device.checked("certificate", seen=True)
    else:
        device.not_tried("certificate", result.what)


def judge(device: DeviceAudit, held: ServerCertificate, line: int, now: datetime) -> bool:
    """Add a finding for everything that is odd about a certificate; return whether any was."""
    before = len(device.findings)
    if held.self_signed:
        said = tr("its certificate is signed by itself: it proves nothing to who has not seen it")
        device.found("certificate_self_signed", said, line, subject=held.subject)
    if not held.not_before <= now <= held.not_after:
        begin, end = held.not_before.date().isoformat(), held.not_after.date().isoformat()
        said = tr("its certificate is valid from {begin} to {end} only", begin=begin, end=end)
        device.found("certificate_expired", said, line, begin=begin, end=end)
    if device.host not in held.names:
        names = ", ".join(held.names[:5]) or "—"
        said = tr("its certificate is not for {host} (but for: {names})", host=device.host,
                  names=names)  # fmt: skip
        device.found("certificate_names", said, line, names=names)
    if held.key_bits and held.key_bits < SHORTEST.get(held.key, 0):
        said = tr("its key is short: {key} with {bits} bits", key=held.key, bits=held.key_bits)
        device.found("certificate_weak_key", said, line, key=held.key, bits=held.key_bits)
    if held.hash in WEAK_HASHES:
        said = tr("its certificate is signed with {hash}", hash=held.hash)
        device.found("certificate_weak_hash", said, line, hash=held.hash)
    return len(device.findings) > before
