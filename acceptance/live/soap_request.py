"""Calls of ONVIF written by hand, as bytes: for looking at devices that nobody has logged in to."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from datetime import datetime

    from acceptance.live.address import Address
    from acceptance.live.credentials import Credentials

DEVICE_PATH = "/onvif/device_service"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">{header}'
    '<s:Body xmlns="{namespace}">{body}</s:Body></s:Envelope>'
)
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
USERNAME_HEADER = (
    '<s:Header><Security s:mustUnderstand="1" xmlns="{security}wssecurity-secext-1.0.xsd">'
    "<UsernameToken><Username>{user}</Username>"
    '<Password Type="{security}username-token-profile-1.0#PasswordDigest">{digest}</Password>'
    '<Nonce EncodingType="{security}soap-message-security-1.0#Base64Binary">{nonce}</Nonce>'
    '<Created xmlns="{security}wssecurity-utility-1.0.xsd">{created}</Created>'
    "</UsernameToken></Security></s:Header>"
)


def call(
    address: Address,
    path: str,
    body: str,
    namespace: str = DEVICE,
    *,
    header: str = "",
    authorization: str = "",
) -> bytes:
    """Return the HTTP request of a call; ``header`` is that of SOAP, ``authorization`` of HTTP."""
    content = ENVELOPE.format(header=header, namespace=namespace, body=body).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {address}",
        "Content-Type: application/soap+xml; charset=utf-8",
        f"Content-Length: {len(content)}",
        "Connection: close",
        *([f"Authorization: {authorization}"] if authorization else []),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def clock(address: Address) -> bytes:
    """Return the call of GetSystemDateAndTime, which every device answers to everybody."""
    return call(address, DEVICE_PATH, "<GetSystemDateAndTime/>")


def token(who: Credentials, created: datetime) -> str:
    """Return the SOAP header of WS-UsernameToken; ``created``: UTC by the device's clock."""
    nonce, moment = secrets.token_bytes(16), created.strftime("%Y-%m-%dT%H:%M:%SZ")
    together = nonce + moment.encode() + who.password.encode()
    hashed = hashlib.sha1(together, usedforsecurity=False).digest()
    return USERNAME_HEADER.format(
        security=SECURITY,
        user=escape(who.user),
        digest=base64.b64encode(hashed).decode(),
        nonce=base64.b64encode(nonce).decode(),
        created=moment,
    )
