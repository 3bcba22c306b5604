"""Registration of devices: REGISTER, 401, the answer checked, 200 with Date; Expires 0 ends it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.live import digest
from acceptance.live.gb28181 import clock
from acceptance.live.gb28181.replies import reply
from acceptance.live.gb28181.sip_message import host_of, parameter, user_of
from acceptance.live.gb28181.steps import DeviceStep, is_id
from acceptance.messages import tr

if TYPE_CHECKING:
    from datetime import timezone

    from acceptance.live.credentials import Credentials
    from acceptance.live.gb28181.link import Peer
    from acceptance.live.gb28181.sip_message import SipMessage
    from acceptance.live.transcript import Field

MOST_DEVICES = 10_000  # of a flood of invented ones no more are kept
LONGEST = 7 * 86400  # s of Expires that are granted

Passwords = Callable[[str], "Credentials | None"]
"""Finds the credentials of a device by its id."""


@dataclass
class RegisteredDevice:
    """A device that is registered."""

    id: str
    """Its code of 20 digits."""

    peer: Peer
    """Where its messages come from, and ours go to."""

    contact: str
    """What it gave as Contact."""

    expires: int
    """s that were agreed."""

    at: float
    """Monotonic s of the newest registration."""

    renewals: int = 0
    """How often it registered again."""

    keepalives: list[float] = field(default_factory=list)
    """Monotonic s of each keep-alive."""

    def holds(self, now: float) -> bool:
        """Whether it is registered at ``now`` (monotonic s)."""
        return now - self.at <= self.expires


class Registrar:
    """Who is registered, and the answers to REGISTER."""

    def __init__(
        self, realm: str, passwords: Passwords, zone: timezone, algorithm: str = "MD5"
    ) -> None:
        """``zone``: of the times in header Date; ``algorithm``: one of ``digest.HASHES``."""
        self.devices: dict[str, RegisteredDevice] = {}
        self._realm, self._passwords, self._zone = realm, passwords, zone
        self._algorithm = algorithm
        # By device and host, and when it was sent: another host answers to no challenge of it.
        self._challenges: dict[tuple[str, str], tuple[digest.Challenge, float]] = {}

    def answer(self, request: SipMessage, peer: Peer, now: float) -> tuple[SipMessage, DeviceStep]:
        """Answer a REGISTER that came at ``now`` (monotonic s)."""
        device = user_of(request.header("from"))
        faults = _departures(request, device)
        authorization = request.header("authorization")
        challenge, since = self._challenges.pop((device, peer.host), (None, now))
        if not authorization or challenge is None:
            response = self._challenged(request, peer, device, now)
        elif digest.parameters(authorization).get("nonce") != challenge.nonce:
            response = self._challenged(request, peer, device, now, ", stale=TRUE")
        elif refusal := self._refusal(device, authorization, challenge):
            response, faults = reply(request, 403, peer), [*faults, refusal]
        else:
            response, faults = self._accepted(request, peer, device, now, faults)
        step = DeviceStep(
            device=device or str(peer),
            name="REGISTER",
            status=response.status,
            ms=round((now - since) * 1000, 1) if challenge else None,
            figures=self._figures(request, response, peer),
            faults=tuple(faults),
        )
        return response, step

    def _challenged(
        self, request: SipMessage, peer: Peer, device: str, now: float, more: str = ""
    ) -> SipMessage:
        nonce = secrets.token_hex(16)
        if len(self._challenges) >= MOST_DEVICES:
            self._challenges.clear()
        challenge = digest.Challenge(
            scheme="digest", realm=self._realm, nonce=nonce, algorithm=self._algorithm
        )
        self._challenges[device, peer.host] = challenge, now
        text = f'Digest realm="{self._realm}", nonce="{nonce}", algorithm={self._algorithm}{more}'
        return reply(request, 401, peer, ("WWW-Authenticate", text))

    def sender(self, device: str, peer: Peer) -> RegisteredDevice | None:
        """Return who sends: a registered device, also in the name of one of its channels."""
        if device in self.devices:
            return self.devices[device]
        return next((each for each in self.devices.values() if each.peer == peer), None)

    def _refusal(self, device: str, authorization: str, challenge: digest.Challenge) -> str:
        """Say why the device is not let in; empty where it is."""
        credentials = self._passwords(device)
        if credentials is None:
            return tr("no password is known for this device")
        given = digest.parameters(authorization).get("algorithm", "MD5")
        if given.upper() != self._algorithm:
            return tr(
                "the digest is by {given}, and {asked} was asked for",
                given=given[:20], asked=self._algorithm,
            )  # fmt: skip
        if not digest.is_right(authorization, challenge, credentials.password, "REGISTER"):
            return tr("wrong password, or a digest that is calculated wrongly")
        return ""

    def _accepted(
        self, request: SipMessage, peer: Peer, device: str, now: float, faults: list[str]
    ) -> tuple[SipMessage, list[str]]:
        granted = _expires(request)
        faults = [*faults, *_of_authorization(request, device)]
        if granted is None:
            faults.append(tr("Expires is missing or no number"))
        seconds = 3600 if granted is None else min(granted, LONGEST)
        self._keep(request, peer, device, now, seconds)
        response = reply(
            request,
            200,
            peer,
            ("Date", clock.stamp(time.time(), self._zone)),
            ("Contact", request.header("contact") or f"<sip:{device}@{peer.host}:{peer.port}>"),
            ("Expires", str(seconds)),
        )
        return response, faults

    def _keep(self, request: SipMessage, peer: Peer, device: str, now: float, seconds: int) -> None:
        known = self.devices.get(device)
        contact = request.header("contact")
        if seconds == 0:
            self.devices.pop(device, None)
        elif known:
            known.peer, known.contact, known.expires, known.at = peer, contact, seconds, now
            known.renewals += 1
        elif len(self.devices) < MOST_DEVICES:
            self.devices[device] = RegisteredDevice(device, peer, contact, seconds, now)

    def _figures(self, request: SipMessage, response: SipMessage, peer: Peer) -> dict[str, Field]:
        """State what was agreed, another address than was seen, and the Date against our clock."""
        figures: dict[str, Field] = {}
        if response.status == 200:
            figures["expires_s"] = int(response.header("expires"))
        stated = host_of(request.header("contact"))
        if stated and stated != f"{peer.host}:{peer.port}":
            figures |= {"contact": stated, "came_from": f"{peer.host}:{peer.port}"}
        now = time.time()
        found = clock.offset(request.header("date"), self._zone, asked=now, answered=now)
        if found:
            figures["clock_offset_s"] = round(found.middle, 3)
        return figures


def _departures(request: SipMessage, device: str) -> list[str]:
    faults = []
    if not is_id(device):
        faults.append(tr("the id in From is none of 20 digits"))
    if user_of(request.header("to")) != device:
        faults.append(tr("To names another device than From"))
    if user_of(request.header("contact")) != device:
        faults.append(tr("Contact does not name the device"))
    return faults


def _of_authorization(request: SipMessage, device: str) -> list[str]:
    given = digest.parameters(request.header("authorization"))
    faults = []
    if given.get("username") != device:
        faults.append(tr("the user name of the digest is not the device's id"))
    if given.get("uri") != request.uri:
        faults.append(tr("the digest is for another URI than the request"))
    return faults


def _expires(request: SipMessage) -> int | None:
    stated = parameter(request.header("contact"), "expires") or request.header("expires")
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 11 else None
