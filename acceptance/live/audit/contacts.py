"""Contacts with a device: each allowed, in its time, and in the record before and after."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from acceptance.errors import DeviceError
from acceptance.live.authorisation import Action
from acceptance.live.http_connection import exchange

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.live.address import Address
    from acceptance.live.authorisation import Authorisation
    from acceptance.live.http_reply import HttpReply
    from acceptance.live.transcript import Transcript

KEPT = 64 << 10  # bytes of a reply in the record; the rest is counted
Result = TypeVar("Result")


@dataclass(frozen=True)
class Contact:
    """One request and what came of it."""

    line: int
    """Line of the record that holds what came back."""

    reply: HttpReply | None
    """What came back; None: nothing."""

    error: DeviceError | None = None
    """Why nothing came back."""

    @property
    def status(self) -> int:
        """Status code; 0: there is none."""
        return self.reply.status if self.reply else 0


@dataclass
class Contacts:
    """Makes contacts, at most ``rate`` a second, each within ``seconds``."""

    permission: Authorisation
    transcript: Transcript
    rate: float
    seconds: float
    _next: float = field(default=0.0, repr=False)

    def ask(
        self, address: Address, request: bytes, purpose: str, *, secure: bool = False
    ) -> Contact:
        """Send a request of HTTP or RTSP. Raises PlanError where it is no longer allowed."""
        self._begin(address, purpose, content=request, secure=secure)
        try:
            reply = exchange(address, request, secure=secure, seconds=self.seconds)
        except DeviceError as error:
            return Contact(self._no_reply(address, purpose, error), None, error)
        content = reply.raw
        line = self.transcript.write(
            "reply", address=str(address), purpose=purpose, status=reply.status,
            ending=reply.ending, seconds=reply.ended - reply.sent, bytes=len(content),
            content=content[:KEPT],
        )  # fmt: skip
        return Contact(line, reply)

    def look(
        self, address: Address, purpose: str, action: Callable[[], Result]
    ) -> tuple[int, Result | DeviceError]:
        """Do something that makes one connection; return the record's line and what came of it."""
        self._begin(address, purpose)
        try:
            result = action()
        except DeviceError as error:
            return self._no_reply(address, purpose, error), error
        line = self.transcript.write(
            "seen", address=str(address), purpose=purpose, result=str(result)
        )
        return line, result

    def _begin(self, address: Address, purpose: str, **fields: str | bytes | bool) -> None:
        """Wait for the next turn, ask the record whether it still holds, and write what is done.

        The next turn counts from then on, also where this program is held up in between.
        """
        time.sleep(max(self._next - time.monotonic(), 0.0))
        self.permission.require(Action.AUDIT, [ipaddress.ip_address(address.host)])
        self.transcript.write("request", address=str(address), purpose=purpose, **fields)
        self._next = time.monotonic() + 1 / self.rate

    def _no_reply(self, address: Address, purpose: str, error: DeviceError) -> int:
        return self.transcript.write(
            "no_reply", address=str(address), purpose=purpose, why=error.what, code=error.code
        )
