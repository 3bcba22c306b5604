"""Responses of ours, and the requests that we send."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.live.address import Address
from acceptance.live.gb28181.sip_message import SipMessage, parameter

if TYPE_CHECKING:
    from acceptance.live.gb28181.link import Peer

REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    405: "Method Not Allowed",
    481: "Call/Transaction Does Not Exist",
}
AGENT = ("User-Agent", "acceptance")
XML = ("Content-Type", "Application/MANSCDP+xml")
SDP = ("Content-Type", "APPLICATION/SDP")


def reply(request: SipMessage, status: int, peer: Peer, *more: tuple[str, str]) -> SipMessage:
    """Answer a request; the topmost Via says where it came from (RFC 3261, 18.2.1; RFC 3581)."""
    first, *others = request.all("via")
    to = request.header("to")
    if not parameter(to, "tag"):
        to = f"{to};tag={secrets.token_hex(6)}"
    headers = (
        ("Via", _reached(first, peer)),
        *(("Via", via) for via in others),
        ("From", request.header("from")),
        ("To", to),
        ("Call-ID", request.header("call-id")),
        ("CSeq", request.header("cseq")),
        AGENT,
    )
    return SipMessage(f"SIP/2.0 {status} {REASONS[status]}", (*headers, *more))


def _reached(via: str, peer: Peer) -> str:
    """Fill in ``rport`` where it is asked for, and the address that was seen."""
    top, comma, rest = via.partition(",")
    asked = [part.strip() for part in top.split(";")]
    if "rport" in asked:
        asked[asked.index("rport")] = f"rport={peer.port}"
    return ";".join([*asked, f"received={peer.host}"]) + comma + rest


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who the platform is."""

    id: str
    """Its code of 20 digits."""

    realm: str
    """Its domain; the first ten digits of the code where nothing else was agreed."""

    host: str
    """IP address that the device reaches."""

    port: int
    """Port that it listens on."""

    @property
    def at(self) -> str:
        """Host and port as an address has them."""
        return str(Address(self.host, self.port))


def request(
    method: str,
    device: str,
    peer: Peer,
    own: Identity,
    *more: tuple[str, str],
    body: bytes = b"",
) -> SipMessage:
    """Begin a conversation with a device."""
    uri = f"sip:{device}@{Address(peer.host, peer.port)}"
    headers = (
        ("Via", via(peer, own)),
        ("From", f"<sip:{own.id}@{own.realm}>;tag={secrets.token_hex(6)}"),
        ("To", f"<{uri}>"),
        ("Call-ID", secrets.token_hex(12)),
        ("CSeq", f"1 {method}"),
        ("Max-Forwards", "70"),
        AGENT,
    )
    return SipMessage(f"{method} {uri} SIP/2.0", (*headers, *more), body)


def within(first: SipMessage, answer: SipMessage | None, method: str) -> SipMessage:
    """Return a later request of the dialogue that ``first`` began: ACK, CANCEL, BYE.

    ``answer``: what gave the dialogue its tag; None for CANCEL.
    """
    number = first.counted[0] + (method == "BYE")
    to = answer.header("to") if answer else first.header("to")
    top = first.header("via")
    accepted = answer is not None and answer.status < 300
    if accepted:  # else it belongs to the transaction of the INVITE and keeps its mark
        top = top.replace(first.branch, mark())
    kept = {"Via": top, "To": to, "CSeq": f"{number} {method}"}
    headers = tuple(
        (name, kept.get(name, value))
        for name, value in first.headers
        if name not in {"Contact", "Subject", "Content-Type"}
    )
    return replace(first, start=f"{method} {first.uri} SIP/2.0", headers=headers, body=b"")


def via(peer: Peer, own: Identity) -> str:
    """Return the Via of a new transaction."""
    return f"SIP/2.0/{peer.transport} {own.at};rport;branch={mark()}"


def mark() -> str:
    """Return a new mark of a transaction (RFC 3261, 8.1.1.7)."""
    return f"z9hG4bK{secrets.token_hex(8)}"
