"""A stream by INVITE, live or played back, into a clip; ended by BYE."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

from acceptance.live.gb28181 import offer, replies
from acceptance.live.gb28181.reception import Reception
from acceptance.live.gb28181.steps import DeviceStep
from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.live.gb28181.offer import MediaRequest
    from acceptance.live.gb28181.platform import Exchange, Platform
    from acceptance.live.gb28181.registrar import RegisteredDevice
    from acceptance.live.gb28181.sip_message import SipMessage
    from acceptance.live.transcript import Field

END_OF_FILE = "121"  # NotifyType of MediaStatus
SETTLING = 0.5  # s for a late answer to what was cancelled
NUMBERS = itertools.count(int(time.time()) % 10000)


def receive(
    platform: Platform, device: RegisteredDevice, wanted: MediaRequest, clip: Path
) -> list[DeviceStep]:
    """Capture the stream of a channel; return the lines of INVITE, of the stream and of BYE.

    It lasts ``wanted.seconds`` from the first packet on, and as long again as the platform's
    time-out where nothing comes. Raises OutputError where a file cannot be written, DeviceError
    where no port is free.
    """
    own = platform.identity(device.peer)
    number = offer.ssrc(platform.id, next(NUMBERS), playback=wanted.start is not None)
    reception = Reception(own.host, clip, tcp=wanted.tcp, calling=wanted.calling)
    invite = replies.request(
        "INVITE", wanted.channel, device.peer, own,
        ("Contact", f"<sip:{own.id}@{own.at}>"),
        ("Subject", f"{wanted.channel}:{number},{own.id}:0"),
        replies.SDP,
        body=offer.offer(wanted, own, reception.port, number),
    )  # fmt: skip
    reason, begun = "interrupted", time.perf_counter()
    try:
        exchange = platform.exchange(invite, device.peer)
        steps = [_of_invite(exchange, device, wanted, number)]
        if exchange.response is None or exchange.response.status >= 300:
            reason = "refused"
            _give_up(platform, device, exchange)
            return steps
        reception.described(exchange.response.body, wanted.channel, device.peer.host)
        reason = _answered(platform, device, wanted, exchange, reception)
        bye = _ended(platform, device, exchange, reason)
    except KeyboardInterrupt:
        _abandon(platform, device, invite)
        raise
    finally:
        reception.finish(reason)
    return [*steps, _of_stream(reception, device, wanted, number, (reason, begun)), *bye]


def _abandon(platform: Platform, device: RegisteredDevice, invite: SipMessage) -> None:
    """Tell the device to send no more, and wait for nothing."""
    ack, _ = platform.acks.get(invite.call, (None, None))
    method = "CANCEL" if ack is None else "BYE"
    platform.send(replies.within(invite, ack, method), device.peer)


def _give_up(platform: Platform, device: RegisteredDevice, exchange: Exchange) -> None:
    """Acknowledge a refusal, or cancel what was not answered."""
    if exchange.response is not None:
        ack = replies.within(exchange.request, exchange.response, "ACK")
        platform.send(ack, device.peer)
        return
    platform.cancelled[exchange.request.call] = exchange.request, device.peer
    platform.send(replies.within(exchange.request, None, "CANCEL"), device.peer)
    platform.serve(lambda: exchange.request.call not in platform.cancelled, SETTLING)


def _answered(
    platform: Platform,
    device: RegisteredDevice,
    wanted: MediaRequest,
    exchange: Exchange,
    reception: Reception,
) -> str:
    """Acknowledge, and serve until the stream is over; return why it is."""
    assert exchange.response is not None  # noqa: S101 -- it was answered
    ack = replies.within(exchange.request, exchange.response, "ACK")
    call, noticed = exchange.request.call, len(platform.notices)
    platform.acks[call] = ack, device.peer
    platform.send(ack, device.peer)
    answered = time.perf_counter()

    def over() -> str:
        empty = reception.looks.empty  # before what came is asked for: its thread goes on
        heard = reception.latest or answered
        if reception.error:
            return reception.error.code
        if reception.changed:
            return "changed"
        if reception.first and max(empty, heard) >= reception.first + wanted.seconds:
            return "seconds"
        if call in platform.ended:
            return "hung_up"
        if any(
            who == device.id and body.fields.get("NotifyType") == END_OF_FILE
            for who, body in platform.notices[noticed:]
        ):
            return "end_of_file"
        return "silent" if empty > heard + platform.timeout else ""

    platform.serve(lambda: bool(over()), wanted.seconds + 2 * platform.timeout)
    return over() or "seconds"


def _ended(
    platform: Platform, device: RegisteredDevice, exchange: Exchange, reason: str
) -> list[DeviceStep]:
    """Say BYE unless the device has; return its line."""
    assert exchange.response is not None  # noqa: S101 -- it was answered
    if reason == "hung_up":
        return []
    bye = platform.exchange(replies.within(exchange.request, exchange.response, "BYE"), device.peer)
    faults = list(bye.faults)
    if bye.status not in {200, None}:
        faults.append(tr("refused with {status}", status=bye.status))
    step = DeviceStep(
        device=device.id, name="BYE", status=bye.status, ms=bye.ms, faults=tuple(faults)
    )
    return [step]


def _of_invite(
    exchange: Exchange, device: RegisteredDevice, wanted: MediaRequest, number: str
) -> DeviceStep:
    faults = list(exchange.faults)
    if exchange.response is not None and exchange.response.status >= 300:
        faults.append(tr("refused with {status}", status=exchange.status))
    elif exchange.response is not None:
        faults += offer.departures(exchange.response.body, wanted, number)
    figures: dict[str, Field] = {"channel": wanted.channel, "session": wanted.name}
    if exchange.repeats:
        figures["sent_again"] = exchange.repeats
    return DeviceStep(
        device=device.id,
        name="INVITE",
        status=exchange.status,
        ms=exchange.ms,
        figures=figures,
        faults=tuple(faults),
    )


def _of_stream(
    reception: Reception,
    device: RegisteredDevice,
    wanted: MediaRequest,
    number: str,
    how: tuple[str, float],
) -> DeviceStep:
    """Return the line of the stream; ``how``: why it ended, and when it was asked for, s."""
    reason, begun = how
    return DeviceStep(
        device=device.id,
        name="stream",
        status=200 if reception.counts.packets else None,
        ms=round((reception.first - begun) * 1000, 1) if reception.first else None,
        figures=_figures_of(reception, wanted, reason, begun),
        faults=tuple(_faults_of(reception, wanted, number, reason)),
    )


def _figures_of(
    reception: Reception, wanted: MediaRequest, reason: str, begun: float
) -> dict[str, Field]:
    counts = reception.counts
    figures: dict[str, Field] = {
        "channel": wanted.channel,
        "session": wanted.name,
        "packets": counts.packets,
        "lost": counts.lost,
        "own_drops": reception.own_drops,
        "frames": counts.frames,
        "seconds": round(counts.latest - counts.first, 3),
        "codec": reception.codec,
        "ended": reason,
    }
    if reception.size:
        figures["size"] = "{}x{}".format(*reception.size)
    if reception.key_frame:
        figures["key_frame_ms"] = round((reception.key_frame - begun) * 1000, 1)
    return figures


def _faults_of(reception: Reception, wanted: MediaRequest, number: str, reason: str) -> list[str]:
    counts = reception.counts
    if not reception.first:
        return [tr("no packet came"), *([reception.trouble] if reception.trouble else [])]
    faults = []
    if counts.lost:
        faults.append(tr_count("{count} packet lost", "{count} packets lost", counts.lost))
    if reception.ssrcs != [int(number)]:
        given = ", ".join(f"{ssrc:010d}" for ssrc in reception.ssrcs)
        faults.append(tr("SSRC of the packets is {given}, not {asked}", given=given, asked=number))
    if reason == "silent":
        faults.append(tr("the stream stops before its time"))
    if reason == "changed":
        faults.append(tr("ended: size or codec of the picture changed"))
    if reason == "hung_up" and wanted.start is None:
        faults.append(tr("the device ended the call before its time"))
    return faults + _of_content(reception)


def _of_content(reception: Reception) -> list[str]:
    faults = []
    if not reception.codec:
        faults.append(tr("no map of the programme stream says which codec it is"))
    elif not reception.counts.frames:
        what = tr("no picture that can be read; the stream is {codec}", codec=reception.codec)
        faults.append(what)
    if reception.broken:
        what = tr_count(
            "{count} frame of the programme stream is malformed",
            "{count} frames of the programme stream are malformed",
            reception.broken,
        )
        faults.append(what)
    return faults
