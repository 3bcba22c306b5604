"""How a device lets a caller in: HTTP digest, WS-UsernameToken, or not at all.

A password is given to each scheme once. What is refused then is never tried again, since devices
lock users out after a few wrong passwords.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from lxml import etree

from acceptance.live import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.live.credentials import Credentials
    from acceptance.live.markup import SoapFault

# What anybody may ask (ONVIF Core Specification, access class PRE_AUTH).
OPEN = frozenset({
    "GetSystemDateAndTime", "GetServices", "GetServiceCapabilities", "GetCapabilities",
    "GetHostname", "GetEndpointReference", "GetWsdlUrl",
})  # fmt: skip
REFUSALS = {"NotAuthorized", "FailedAuthentication", "InvalidSecurity", "Unauthorized"}
LOCKED = re.compile(r"lock|too\s*many|锁", re.IGNORECASE)
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
EXTENSION, UTILITY = f"{OASIS}-wssecurity-secext-1.0.xsd", f"{OASIS}-wssecurity-utility-1.0.xsd"
TOKEN = f"{OASIS}-username-token-profile-1.0#PasswordDigest"
ENCODING = f"{OASIS}-soap-message-security-1.0#Base64Binary"
# Of the transcript: from these a weak password could be found by trying.
IN_ADDRESS = re.compile(rb"(://[^/\s:@<>\"]{0,64}:)[^@\s<>\"]{1,128}@")
PROOFS = re.compile(rb'((?:response="|PasswordDigest">))[^"<]+')


def refuses(status: int, fault: SoapFault | None) -> bool:
    """Whether a reply says that the caller may not."""
    return status in {401, 403} or (fault is not None and bool(REFUSALS & set(fault.codes)))


def challenge(header: str) -> digest.Challenge | None:
    """Return the challenge of ``WWW-Authenticate`` that is answered, if it is digest."""
    offered = digest.challenges([header])
    return digest.best(each for each in offered if each.scheme == "digest")


def with_token(
    envelope: etree._Element, credentials: Credentials, device_time: datetime
) -> etree._Element:
    """Return a copy of an envelope with a WS-UsernameToken made at the device's time (UTC)."""
    created = device_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    nonce = secrets.token_bytes(16)
    content = nonce + created.encode() + credentials.password.encode()
    proof = hashlib.sha1(content, usedforsecurity=False).digest()
    copied = etree.fromstring(etree.tostring(envelope))
    namespace = copied.tag.rpartition("}")[0].lstrip("{")
    header = copied.find(f"{{{namespace}}}Header")
    if header is None:
        header = etree.Element(f"{{{namespace}}}Header")
        copied.insert(0, header)
    spaces = {"wsse": EXTENSION, "wsu": UTILITY}
    security = etree.SubElement(header, f"{{{EXTENSION}}}Security", nsmap=spaces)
    token = etree.SubElement(security, f"{{{EXTENSION}}}UsernameToken")
    etree.SubElement(token, f"{{{EXTENSION}}}Username").text = credentials.user
    password = etree.SubElement(token, f"{{{EXTENSION}}}Password", Type=TOKEN)
    password.text = base64.b64encode(proof).decode()
    given = etree.SubElement(token, f"{{{EXTENSION}}}Nonce", EncodingType=ENCODING)
    given.text = base64.b64encode(nonce).decode()
    etree.SubElement(token, f"{{{UTILITY}}}Created").text = created
    return copied


def stated_time(date: str) -> datetime | None:
    """Read the header ``Date``: a device's clock where it has told no other."""
    try:
        shown = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    return shown if shown.tzinfo else shown.replace(tzinfo=UTC)


def moment(offset: float) -> datetime:
    """Return the time now on a clock that is ``offset`` s ahead."""
    return datetime.now(UTC) + timedelta(seconds=offset)


def schemes(header: str, tried: Iterable[str]) -> list[str]:
    """Return the ways to log in that are left, the offered one first."""
    offered = ["digest", "token"] if challenge(header) else ["token"]
    return [scheme for scheme in offered if scheme not in set(tried)]


def without_proofs(message: bytes) -> bytes:
    """Take out what a password could be guessed from, and passwords in addresses."""
    return IN_ADDRESS.sub(rb"\1***@", PROOFS.sub(rb"\1***", message))


def is_lock_out(fault: SoapFault | None) -> bool:
    """Whether a device says that a user is locked out."""
    return fault is not None and bool(LOCKED.search(fault.reason))
