"""Questions to a device: catalogue, information, status, records; counted, timed and checked."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.live.gb28181 import bodies, clock, replies
from acceptance.live.gb28181.steps import DeviceStep, is_id
from acceptance.messages import tr
from acceptance.model.basics import CHINA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from acceptance.live.gb28181.bodies import Body
    from acceptance.live.gb28181.platform import Exchange, Platform, ReceivedBody
    from acceptance.live.gb28181.registrar import RegisteredDevice
    from acceptance.live.transcript import Field

    Item = Mapping[str, str]

CAMERAS = {"131", "132"}  # digits 11 to 13 of a code: camera, network camera
KEYS = {
    "Catalog": ("DeviceID",),
    "RecordInfo": ("DeviceID", "StartTime", "EndTime", "FilePath", "RecorderID", "Type"),
}
NEEDED = {
    "Catalog": ("DeviceID", "Name", "Status"),
    "RecordInfo": ("DeviceID", "StartTime", "EndTime"),
    "DeviceInfo": ("Result", "Manufacturer", "Model", "Firmware"),
    "DeviceStatus": ("Result", "Online", "Status"),
}


@dataclass(frozen=True)
class Answers:
    """What a question brought."""

    step: DeviceStep
    """Its line of the report."""

    items: tuple[Item, ...] = ()
    """Of a list: each once, in order of arrival."""

    fields: Item | None = None
    """Of the first answer: what stands beside the list; None: no answer came."""


def catalogue(platform: Platform, device: RegisteredDevice) -> Answers:
    """Ask for the catalogue."""
    return _listed(platform, device, "Catalog", device.id)


def records(
    platform: Platform, device: RegisteredDevice, channel: str, start: float, end: float
) -> Answers:
    """Ask a channel for its records between two times (POSIX s)."""
    times = {
        "StartTime": clock.plain(start, platform.zone),
        "EndTime": clock.plain(end, platform.zone),
    }
    more = {**times, "Secrecy": "0", "Type": "all"}
    return _listed(platform, device, "RecordInfo", channel, **more)


def information(platform: Platform, device: RegisteredDevice) -> Answers:
    """Ask who made the device and what it runs."""
    return _single(platform, device, "DeviceInfo")


def status(platform: Platform, device: RegisteredDevice) -> Answers:
    """Ask how it is, and compare its clock with ours where it tells a time."""
    begun, asked = time.monotonic(), time.time()
    answers = _single(platform, device, "DeviceStatus")
    answered = asked + time.monotonic() - begun  # also where this program was held up meanwhile
    stated = (answers.fields or {}).get("DeviceTime", "")
    if not stated or answers.step.ms is None:
        return answers
    found = clock.offset(stated, platform.zone, asked=asked, answered=answered)
    step = answers.step
    if found is None:
        faults = (*step.faults, tr("DeviceTime is no time: {text}", text=stated[:40]))
        return _with(answers, step, step.figures, faults)
    figures = {
        "clock_offset_s": round(found.middle, 3),
        "clock_offset_half_width_s": round(found.half_width, 3),
    }
    return _with(answers, step, {**step.figures, **figures}, step.faults)


def _with(
    answers: Answers, step: DeviceStep, figures: Mapping[str, Field], faults: tuple[str, ...]
) -> Answers:
    return replace(answers, step=replace(step, figures=figures, faults=faults))


def cameras(items: Iterable[Item]) -> list[str]:
    """Return the channels of a catalogue that send a picture, by their code."""
    ids = [item.get("DeviceID", "") for item in items]
    return [each for each in ids if is_id(each) and each[10:13] in CAMERAS]


def _asked(
    platform: Platform,
    device: RegisteredDevice,
    command: str,
    target: str,
    complete: Callable[[list[ReceivedBody]], bool],
    more: Mapping[str, str],
) -> tuple[Exchange, list[ReceivedBody]]:
    """Ask, and collect answers until they are complete or none has come for the time-out."""
    number = platform.number()
    key = command, str(number)
    found = platform.questions[key] = []
    peer, body = device.peer, bodies.written("Query", command, number, target, **more)
    own = platform.identity(peer)
    request = replies.request("MESSAGE", device.id, peer, own, replies.XML, body=body)
    exchange = platform.exchange(request, peer)
    if exchange.status == 200:
        count = -1
        while not complete(found) and len(found) > count:
            count = len(found)
            platform.serve(lambda: len(found) > count, platform.timeout)  # noqa: B023 -- at once
    del platform.questions[key]
    return exchange, found


def _single(platform: Platform, device: RegisteredDevice, command: str) -> Answers:
    exchange, found = _asked(platform, device, command, device.id, bool, {})
    faults = _of_exchange(exchange, found, platform.timeout)
    fields = found[0].body.fields if found else None
    faults += _missing(command, [fields] if fields is not None else [])
    faults += _of_bodies(found, device.id)
    shown = {name: text for name, text in (fields or {}).items() if name not in bodies.HEAD}
    step = _step(device, command, exchange, found, dict(shown), faults)
    return Answers(step, (), fields)


def _listed(
    platform: Platform, device: RegisteredDevice, command: str, target: str, **more: str
) -> Answers:
    keys = KEYS[command]

    def complete(found: list[ReceivedBody]) -> bool:
        total = _total(found)
        return total is not None and len(_unique(found, keys)) >= total

    exchange, found = _asked(platform, device, command, target, complete, more)
    counts, total = _unique(found, keys), _total(found)
    received = sum(counts.values())
    figures: dict[str, Field] = {
        "sum_num": total,
        "received": len(counts),
        "twice": received - len(counts),
        "messages": len(found),
    }
    items = _first_each(found, keys)
    faults = _of_exchange(exchange, found, platform.timeout)
    faults += _of_bodies(found, target) + _of_counts(found, len(counts), received)
    faults += _missing(command, items) + _of_items(command, items)
    return Answers(_step(device, command, exchange, found, figures, faults, target), items, {})


def _step(
    device: RegisteredDevice,
    command: str,
    exchange: Exchange,
    found: list[ReceivedBody],
    figures: dict[str, Field],
    faults: list[str],
    target: str = "",
) -> DeviceStep:
    figures["accepted_ms"] = exchange.ms
    if exchange.repeats:
        figures["sent_again"] = exchange.repeats
    if found:
        figures["last_ms"] = round((found[-1].at - exchange.sent) * 1000, 1)
    if target and target != device.id:
        figures["channel"] = target
    first = round((found[0].at - exchange.sent) * 1000, 1) if found else None
    return DeviceStep(
        device=device.id,
        name=command,
        status=exchange.status,
        ms=first,
        figures=figures,
        faults=tuple(dict.fromkeys(faults)),
    )


def _of_exchange(exchange: Exchange, found: list[ReceivedBody], timeout: float) -> list[str]:
    if exchange.status not in {200, None}:
        return [tr("refused with {status}", status=exchange.status)]
    if exchange.status == 200 and not found:
        return [tr("accepted, but no answer within {seconds:g} s", seconds=timeout)]
    return list(exchange.faults)


def _of_bodies(found: list[ReceivedBody], target: str) -> list[str]:
    faults = [fault for reply in found for fault in reply.body.faults]
    if any(reply.body.device != target for reply in found):
        faults.append(tr("DeviceID is not the one asked for"))
    if any(reply.body.fields.get("Result", "OK").upper() != "OK" for reply in found):
        faults.append(tr("Result is not OK"))
    return faults


def _of_counts(found: list[ReceivedBody], unique: int, received: int) -> list[str]:
    faults, total = [], _total(found)
    if found and total is None:
        faults.append(tr("SumNum is missing or no number"))
    elif total is not None and unique != total:
        faults.append(tr("SumNum is {total}, received {count}", total=total, count=unique))
    if len({reply.body.fields.get("SumNum") for reply in found}) > 1:
        faults.append(tr("SumNum differs between messages"))
    if received > unique:
        faults.append(tr("items came twice: {count}", count=received - unique))
    if any(_wrong_number(reply.body) for reply in found):
        faults.append(tr("Num of a message is not its number of items"))
    return faults


def _wrong_number(body: Body) -> bool:
    return body.stated_items not in {"", str(len(body.items))}


def _total(found: list[ReceivedBody]) -> int | None:
    stated = found[0].body.fields.get("SumNum", "") if found else ""
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 10 else None


def _unique(found: list[ReceivedBody], keys: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    return Counter(_key(item, keys) for reply in found for item in reply.body.items)


def _first_each(found: list[ReceivedBody], keys: tuple[str, ...]) -> tuple[Item, ...]:
    items = (item for reply in found for item in reply.body.items)
    first: dict[tuple[str, ...], Item] = {}
    for item in items:
        first.setdefault(_key(item, keys), item)
    return tuple(first.values())


def _key(item: Item, keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(item.get(name, "") for name in keys)


def _missing(command: str, items: Iterable[Item]) -> list[str]:
    lacking = Counter(name for item in items for name in NEEDED[command] if not item.get(name))
    return [tr("{name} missing: {count}", name=name, count=lacking[name]) for name in lacking]


def _of_items(command: str, items: Iterable[Item]) -> list[str]:
    items = list(items)
    faults = []
    strange = sum(not is_id(item.get("DeviceID", "")) for item in items)
    if strange:
        faults.append(tr("codes that are none of 20 digits: {count}", count=strange))
    if command == "RecordInfo":
        times = sum(not _is_range(item) for item in items)
        if times:
            faults.append(tr("records without a sound beginning and end: {count}", count=times))
    return faults


def _is_range(item: Item) -> bool:
    start, end = (clock.posix(item.get(name, ""), CHINA) for name in ("StartTime", "EndTime"))
    return start is not None and end is not None and start[0] < end[0]
