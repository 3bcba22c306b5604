"""A sweep: every address of a small network is knocked at, slowly, with an authorisation only.

First TCP connections, as many a second as was said beforehand; then one harmless request to each
open port, which tells ONVIF and RTSP from other servers.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError, UsageError
from acceptance.live import soap_request
from acceptance.live.address import Address
from acceptance.live.authorisation import Action
from acceptance.live.http_connection import exchange
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from acceptance.live.authorisation import Authorisation, IPAddress, IPNetwork
    from acceptance.live.http_reply import HttpReply
    from acceptance.live.transcript import Transcript

    Tell = Callable[[int, int], None]

PORTS = (80, 443, 554, 8000, 8080, 8554)
STREAMS, SECURE = {554, 8554}, {443, 8443}
MOST_ADDRESSES = 1024  # a /22 of IPv4
MOST_PORTS = 20
RATE, FASTEST = 20.0, 50.0  # connections a second
PATIENCE = 1.0  # s for a connection
REPLY = 3.0  # s for an answer
OPTIONS = "OPTIONS rtsp://{address}/ RTSP/1.0\r\nCSeq: 1\r\n\r\n"


@dataclass(frozen=True, kw_only=True)
class OpenPort:
    """A port that took a connection, and what answers there."""

    address: str
    """IP address."""

    port: int
    """1 to 65535."""

    service: str = ""
    """``onvif``, ``rtsp``, ``http``, or empty: something else, or nothing was said."""

    secure: bool = False
    """Whether it was asked over TLS."""

    software: str = ""
    """As its header ``Server`` says."""


def planned_seconds(network: IPNetwork, ports: Sequence[int] = PORTS, rate: float = RATE) -> float:
    """Return how long the connections take, s; each open port may take ``REPLY`` more."""
    return len(_hosts(network)) * len(ports) / rate + PATIENCE


def sweep(
    network: IPNetwork,
    permission: Authorisation,
    transcript: Transcript,
    *,
    ports: Sequence[int] = PORTS,
    rate: float = RATE,
    tell: Tell = lambda _done, _all: None,
    keep: Callable[[OpenPort], object] = lambda _port: None,
) -> tuple[OpenPort, ...]:
    """Knock at each of the ``ports`` of each address of a ``network``, ``rate`` times a second.

    ``permission`` is checked before each contact, ``transcript`` holds it and every contact;
    ``tell`` hears how many are done, and of how many. ``keep`` gets each open port as it is found,
    so that nothing is lost where Ctrl-C or the end of the permission ends the sweep at once. Raises
    UsageError: a network above ``MOST_ADDRESSES``, a rate above ``FASTEST``; PlanError: forbidden.
    """
    require(network, permission, ports=ports, rate=rate)
    permission.write(transcript)
    seconds = planned_seconds(network, ports, rate)
    transcript.write("sweep", network=str(network), ports=list(ports), rate=rate, seconds=seconds)
    knocking = _Knocking(permission, transcript, rate, tell, keep)
    targets = [(host, port) for port in ports for host in _hosts(network)]
    try:
        opened = asyncio.run(knocking.all(targets))
        return tuple(_identified(opened, permission, transcript, rate))
    except KeyboardInterrupt:
        transcript.write("interrupted")
        raise


def require(
    network: IPNetwork, permission: Authorisation, *, ports: Sequence[int], rate: float
) -> None:
    """Refuse what ``sweep`` refuses, before anything is begun."""
    if network.num_addresses > MOST_ADDRESSES:
        what = tr(
            "{network} has {count} addresses; {most} at most are swept at a time",
            network=network, count=network.num_addresses, most=MOST_ADDRESSES,
        )  # fmt: skip
        raise UsageError(what, hint=tr("Give a smaller network, such as a /24"))
    if not 0 < rate <= FASTEST:
        raise UsageError(tr("at most {most:g} connections a second are made", most=FASTEST))
    if not (1 <= len(ports) <= MOST_PORTS and all(1 <= port <= 65535 for port in ports)):
        raise UsageError(tr("give 1 to {most} ports from 1 to 65535", most=MOST_PORTS))
    permission.require_network(Action.SWEEP, network)


def _hosts(network: IPNetwork) -> list[IPAddress]:
    return [*network.hosts()]


@dataclass
class _Knocking:
    """Connections, each begun when its time has come; several may be waiting for an answer."""

    permission: Authorisation
    transcript: Transcript
    rate: float
    tell: Tell
    keep: Callable[[OpenPort], object]

    async def all(self, targets: Sequence[tuple[IPAddress, int]]) -> list[OpenPort]:
        """Knock at every target; return the open ones in the order of their addresses."""
        started, waiting = time.monotonic(), []
        try:
            async with asyncio.TaskGroup() as group:  # which ends all where the record of one fails
                for number, (host, port) in enumerate(targets):
                    await asyncio.sleep(started + number / self.rate - time.monotonic())
                    self.permission.require(Action.SWEEP, [host])
                    waiting.append(group.create_task(self._knock(host, port)))
                    self.tell(number + 1, len(targets))
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        found = [knocked.result() for knocked in waiting]
        by_address = sorted((host, port) for host, port, is_open in found if is_open)
        return [OpenPort(address=str(host), port=port) for host, port in by_address]

    async def _knock(self, host: IPAddress, port: int) -> tuple[IPAddress, int, bool]:
        started, outcome = time.monotonic(), "open"
        try:
            opening = asyncio.open_connection(str(host), port)
            _, writer = await asyncio.wait_for(opening, PATIENCE)
            writer.close()
            self.keep(OpenPort(address=str(host), port=port))
        except ConnectionRefusedError:
            outcome = "closed"
        except TimeoutError:
            outcome = "no_answer"
        except OSError as error:
            outcome = error.strerror or str(error)
        except asyncio.CancelledError:
            outcome = "interrupted"
            raise
        finally:
            seconds = time.monotonic() - started
            self.transcript.write(
                "connect", address=str(host), port=port, outcome=outcome, seconds=seconds
            )
        return host, port, outcome == "open"


def _identified(
    opened: Sequence[OpenPort], permission: Authorisation, transcript: Transcript, rate: float
) -> Iterator[OpenPort]:
    """Ask each open port what it is."""
    for knocked in opened:
        permission.require(Action.SWEEP, [ipaddress.ip_address(knocked.address)])
        time.sleep(1 / rate)
        yield _asked(knocked, transcript)


def _asked(knocked: OpenPort, transcript: Transcript) -> OpenPort:
    """Ask for the clock or, where streams are usual, for the methods of RTSP."""
    address = Address(knocked.address, knocked.port)
    secure = knocked.port in SECURE
    options = OPTIONS.format(address=address).encode()
    request = options if knocked.port in STREAMS else soap_request.clock(address)
    transcript.write("request", address=str(address), content=request, secure=secure)
    try:
        reply = exchange(address, request, secure=secure, seconds=REPLY)
    except DeviceError as error:
        transcript.write("no_reply", address=str(address), why=error.what)
        return knocked
    transcript.write("reply", address=str(address), content=reply.raw, ending=reply.ending)
    software = ", ".join(reply.values("server"))[:200]
    return replace(knocked, service=_service(reply), secure=secure, software=software)


def _service(reply: HttpReply) -> str:
    """Name what answered; a fault or a refusal in SOAP is ONVIF, too."""
    if reply.protocol == "HTTP":
        is_soap = b"Envelope" in reply.body and b"soap-envelope" in reply.body
        return "onvif" if is_soap else "http"
    return reply.protocol.lower()
