"""The platform: answers what devices send, and asks them; one thread, no wait without an end."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.live.gb28181 import bodies, link, replies, sip_message
from acceptance.live.gb28181.registrar import Passwords, RegisteredDevice, Registrar
from acceptance.live.gb28181.steps import DeviceStep, StepLog, require_ids, require_seconds
from acceptance.messages import tr
from acceptance.model.basics import CHINA

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timezone

    from acceptance.live.gb28181.bodies import Body
    from acceptance.live.gb28181.link import Arrival, Link, Peer
    from acceptance.live.gb28181.record import ConversationRecord
    from acceptance.live.gb28181.sip_message import SipMessage

T1, T2 = 0.5, 4.0  # s: first wait of a request over UDP, longest one (RFC 3261, 17.1.1.1)
LOOK = 0.1  # s between two looks at a condition that no message settles
LAST_LOOKS = 10  # after the time: a connection is taken by one look and read by the next
REMEMBERED = 2000  # replies, which a repeated request gets again
TOLD = {"MESSAGE", "NOTIFY", "INFO"}


@dataclass
class Exchange:
    """A request of ours and its answer."""

    request: SipMessage
    """As it was sent."""

    sent: float
    """Monotonic s."""

    response: SipMessage | None = None
    """The final one; None: none came."""

    answered: float | None = None
    """Monotonic s of the final response."""

    provisional: bool = False
    """Whether a response below 200 came."""

    repeats: int = 0
    """How often it was sent again."""

    faults: list[str] = field(default_factory=list)
    """What failed."""

    @property
    def status(self) -> int | None:
        """Code of the final response."""
        return self.response.status if self.response else None

    @property
    def ms(self) -> float | None:
        """From sending to the final response."""
        return None if self.answered is None else round((self.answered - self.sent) * 1000, 1)


@dataclass(frozen=True)
class ReceivedBody:
    """A body that a device sent on a question."""

    body: Body
    """What it says."""

    at: float
    """Monotonic s of its arrival."""


class Platform:
    """Serves devices on a link. All times it waits are bounded by its arguments."""

    def __init__(
        self,
        sockets: Link,
        record: ConversationRecord,
        *,
        id: str,  # noqa: A002 -- the standard's word
        passwords: Passwords,
        realm: str = "",
        algorithm: str = "MD5",
        zone: timezone = CHINA,
        timeout: float = 10.0,
    ) -> None:
        """``id``: 20 digits; ``timeout``: s to wait for each answer. Raises UsageError."""
        require_ids(id)
        require_seconds(timeout=timeout)
        self.id, self.realm, self.zone, self.timeout = id, realm or id[:10], zone, timeout
        self.registrar = Registrar(self.realm, passwords, zone, algorithm)
        self.log, self.ended = StepLog(), set[str]()
        self.questions: dict[tuple[str, str], list[ReceivedBody]] = {}
        self.acks: dict[str, tuple[SipMessage, Peer]] = {}
        self.cancelled: dict[str, tuple[SipMessage, Peer]] = {}
        self.notices: list[tuple[str, Body]] = []
        self._link, self._record, self.port = sockets, record, sockets.port
        self._exchanges: dict[str, Exchange] = {}
        self._replied: OrderedDict[tuple[str, str, str], SipMessage] = OrderedDict()
        self._stray, self._sequence = 0, 0

    # --- time

    def serve(self, until: Callable[[], bool], seconds: float) -> bool:
        """Answer devices until the condition holds; False where ``seconds`` pass before.

        What came meanwhile counts, also where this program was held up beyond them.
        """
        end, last_looks = time.monotonic() + seconds, 0
        while not until():
            left = end - time.monotonic()
            for arrival in self._link.receive(min(max(left, 0.0), LOOK)):
                self._take(arrival)
            last_looks += left <= 0
            if last_looks == LAST_LOOKS:
                return until()
        return True

    # --- what we ask

    def identity(self, peer: Peer) -> replies.Identity:
        """Return who we are for a device."""
        host = link.own_host(peer)
        return replies.Identity(id=self.id, realm=self.realm, host=host, port=self.port)

    def number(self) -> int:
        """Return the next number of a question (SN)."""
        self._sequence += 1
        return self._sequence

    def exchange(self, request: SipMessage, peer: Peer) -> Exchange:
        """Send a request, over UDP again and again, and wait for its final response."""
        exchange = Exchange(request, time.monotonic())
        self._exchanges[request.branch] = exchange
        wait, end = T1, exchange.sent + self.timeout
        try:
            if not self.send(request, peer):
                exchange.faults.append(tr("the connection to the device is gone"))
                return exchange
            while not self.serve(lambda: exchange.response is not None, _next(wait, end)):
                if time.monotonic() >= end:
                    why = tr("no answer within {seconds:g} s", seconds=self.timeout)
                    exchange.faults.append(why)
                    break
                if peer.transport == "UDP" and not exchange.provisional:
                    exchange.repeats += self.send(request, peer)
                wait = min(2 * wait, T2)
        finally:
            del self._exchanges[request.branch]
        return exchange

    def send(self, message: SipMessage, peer: Peer) -> bool:
        """Send and record a message; False where it cannot be."""
        self._record.message("sent", message, peer)
        return self._link.send(message.to_bytes(), peer)

    # --- what comes

    def _take(self, arrival: Arrival) -> None:
        peer = arrival.peer
        if arrival.trouble:
            self._rubbish(arrival, arrival.trouble)
            return
        try:
            message = sip_message.parse(arrival.content)
        except sip_message.SipSyntaxError as error:
            self._rubbish(arrival, str(error))
            return
        self._record.message("received", message, peer)
        if message.status:
            self._response(message, arrival.at)
        else:
            self._request(message, peer, arrival.at)

    def _rubbish(self, arrival: Arrival, why: str) -> None:
        host = f"{arrival.peer.transport} {arrival.peer.host}"
        self._record.rubbish(arrival.content, arrival.peer, why)
        faults = (tr("malformed: {why}", why=why),)
        self.log.add(DeviceStep(device=host, name="SIP", faults=faults))

    def _response(self, response: SipMessage, at: float) -> None:
        exchange = self._exchanges.get(response.branch)
        if exchange is None or exchange.request.call != response.call:
            self._unexpected(response)
        elif response.status < 200:
            exchange.provisional = True
        elif exchange.response is None:
            exchange.response, exchange.answered = response, at

    def _unexpected(self, response: SipMessage) -> None:
        """Acknowledge a 200 that is repeated, end a call begun too late; count what is left."""
        invited = response.counted[1] == "INVITE"
        if response.call in self.acks and invited:
            self.send(*self.acks[response.call])
        elif response.call in self.cancelled and invited and response.status == 200:
            invite, peer = self.cancelled.pop(response.call)
            self.send(replies.within(invite, response, "ACK"), peer)
            self.send(replies.within(invite, response, "BYE"), peer)
        else:
            self._stray += 1

    def _request(self, request: SipMessage, peer: Peer, at: float) -> None:
        if request.method == "ACK":
            return
        key = request.branch, request.call, request.method
        response = self._replied.get(key)
        if response is None:
            response, step = self._answer(request, peer, at)
            self._replied[key] = response
            if len(self._replied) > REMEMBERED:
                self._replied.popitem(last=False)
            if step:
                self.log.add(step)
        self.send(response, peer)

    def _answer(
        self, request: SipMessage, peer: Peer, at: float
    ) -> tuple[SipMessage, DeviceStep | None]:
        if request.method == "REGISTER":
            return self.registrar.answer(request, peer, at)
        if request.method in TOLD:
            return self._told(request, peer, at)
        status = {"OPTIONS": 200, "BYE": 481}.get(request.method, 405)
        if request.method == "BYE" and request.call in self.acks:
            self.ended.add(request.call)
            status = 200
        device = sip_message.user_of(request.header("from")) or str(peer)
        faults = () if status == 200 else (tr("not expected of a device here"),)
        step = DeviceStep(device=device, name=request.method, status=status, faults=faults)
        return replies.reply(request, status, peer), step

    def _told(
        self, request: SipMessage, peer: Peer, at: float
    ) -> tuple[SipMessage, DeviceStep | None]:
        """Take what a device tells: keep-alive, answer, notice; each has its line elsewhere."""
        device = sip_message.user_of(request.header("from"))
        registration = self.registrar.sender(device, peer)
        name, faults = request.method, list[str]()
        refusal = _refusal(registration, peer, at)
        try:
            body = bodies.read(request.body)
        except bodies.BodyError as error:
            status, faults = 400, [str(error)]
        else:
            name = body.command or name
            status = 403 if refusal else 200
            faults = [refusal] if refusal else [*body.faults]
            if registration and not refusal:
                faults += self._heard(registration, body, peer, at)
        step = DeviceStep(
            device=device or str(peer), name=name, status=status, faults=tuple(faults)
        )
        quiet = status == 200 and not faults and self._counted(body)
        return replies.reply(request, status, peer), None if quiet else step

    @staticmethod
    def _counted(body: Body) -> bool:
        """Whether the line of a question, or of keep-alives together, counts it."""
        return body.kind == "Response" or body.command == "Keepalive"

    def _heard(
        self, registration: RegisteredDevice, body: Body, peer: Peer, at: float
    ) -> list[str]:
        """Hand a body to where it belongs; return what is wrong with it."""
        if body.kind == "Response":
            question = self.questions.get((body.command, body.sequence))
            if question is None:
                return [tr("answers no question of ours (SN {number})", number=body.sequence)]
            question.append(ReceivedBody(body, at))
            return []
        registration.peer = peer  # a router between may have chosen another port
        if body.command == "Keepalive":
            registration.keepalives.append(at)
            if body.device != registration.id:
                return [tr("DeviceID is not the device's")]
        else:
            self.notices.append((registration.id, body))
        return []

    def report(self) -> list[DeviceStep]:
        """Return a line for each step, and one for what nobody had asked for."""
        steps = self.log.steps()
        if self._stray:
            faults = (tr("responses to no request of ours, by branch or Call-ID"),)
            figures = {"messages": self._stray}
            steps.append(DeviceStep(device="", name="SIP", figures=figures, faults=faults))
        return steps


def _refusal(registration: RegisteredDevice | None, peer: Peer, at: float) -> str:
    """Say why a device is not listened to; empty where it is."""
    if registration is None or not registration.holds(at):
        return tr("the device is not registered")
    if registration.peer.host != peer.host:
        return tr("comes from another address than the registration")
    return ""


def _next(wait: float, end: float) -> float:
    return min(wait, end - time.monotonic())
