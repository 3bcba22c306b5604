"""Whatever a device answers, a probe ends in facts or in a sentence."""

from __future__ import annotations

import contextlib
import random
import time
from typing import TYPE_CHECKING, Any

import marks
import pytest
from lxml import etree
from peers import onvif_bodies
from peers.onvif_device import Faults, OnvifDevice

from acceptance.errors import DeviceError
from acceptance.live.address import Address
from acceptance.live.http_reply import HttpReply, ReplyEnd
from acceptance.live.onvif import clock, facts, ptz, recordings
from acceptance.live.onvif.asking import Actuation, Probe

if TYPE_CHECKING:
    from pathlib import Path

ODD = (
    "", " ", "-1", "NaN", "1e999", "9" * 400, "true", "\u202e", "=1+1", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "http://[::1", "rtsp://a:b@c:99999/x", "rtsp://",
    "PT1S", "Searching", "Completed", "main", "{x}y", "\u0661", "H264/../x", "1.5",
)  # fmt: skip


def bent(content: bytes, dice: random.Random) -> bytes:
    """Bend a good reply in a few places, so that it is XML still, or cut it."""
    root = etree.fromstring(content)
    for _ in range(dice.choice((0, 1, 1, 3, 8))):
        element = dice.choice(list(root.iter("*")))
        match dice.randrange(7):
            case 0:
                element.text = dice.choice(ODD)
            case 1 if element.attrib:
                element.set(dice.choice(list(element.attrib)), dice.choice(ODD))
            case 2 if element.getparent() is not None:
                element.getparent().remove(element)
            case 3 if element.getparent() is not None:
                element.getparent().append(etree.fromstring(etree.tostring(element)))
            case 4:
                element.tag = f"{{urn:other}}{etree.QName(element).localname}"
            case 5:
                element.clear()
            case _:
                etree.SubElement(element, "Surprise").append(etree.Comment("?"))
    text = etree.tostring(root)
    return text[: dice.randrange(len(text))] if dice.random() < 0.03 else text


class Bent:
    """A connection to a device that answers nearly right."""

    tls_found, timeout, stop = None, 1.0, None

    def __init__(self, device: OnvifDevice, seed: int) -> None:
        self._device, self._dice, self.until = device, random.Random(seed), float("inf")  # noqa: S311 -- redone by its seed
        self._calls = 0

    def post(self, _: str, content: bytes, __: Any) -> HttpReply:
        """Answer nearly right."""
        asked = etree.fromstring(content).find("{*}Body")[0]
        self._calls += 1
        try:
            reply = onvif_bodies.answer(self._device, asked)
        except (LookupError, ValueError):
            reply = onvif_bodies.fault("Sender", "InvalidArgVal", "no such token")
        now = time.monotonic()
        status = self._dice.choice((200, 200, 200, 500, 400, 204))
        found = bent(reply, self._dice)
        raw = f"HTTP/1.1 {status} X\r\n\r\n".encode() + found
        return HttpReply(raw=raw, ending=ReplyEnd.WHOLE, sent=now, begun=now, ended=now)

    def close(self) -> None:
        """Hang up."""


NOTHING = contextlib.nullcontext(lambda: None)  # no pictures
MOVES = Actuation(look=lambda _: NOTHING, shift=lambda *_: None, repeatability=lambda *_: ())


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, values in (
        (clock, {"EDGES": 1, "LATEST": 0.01, "PAUSE": 0.0}),
        (ptz, {"MOVE": 0.0, "POLL": 0.0, "SETTLE": 0.01}),
        (recordings, {"PAUSE": 0.0, "MOST": 300}),
    ):
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)


@pytest.mark.parametrize("first", [0, *(marks.slow(first) for first in range(100, 500, 100))])
def test_a_probe_of_a_bent_device_ends_in_facts_or_in_a_sentence(
    first: int, tmp_path: Path
) -> None:
    ended = 0
    with OnvifDevice(Faults(auth="none")) as device:
        for seed in range(first, first + (10 if not first else 100)):
            path = tmp_path / f"{seed}.probe.jsonl"
            probe = Probe(
                Address("127.0.0.1", 80), path,
                actuation=MOVES,
            )  # fmt: skip
            probe.client.connection = Bent(device, seed)  # type: ignore[assignment]
            try:
                found = probe.run()
            except DeviceError:
                continue
            ended += 1
            assert facts.read(path) == found
            recordings.listing(found.recordings)
    assert ended > 2


def test_a_device_that_has_answered_nothing_when_its_time_is_over_is_an_error(
    tmp_path: Path,
) -> None:
    with OnvifDevice(Faults(broken={"*": "slow"})) as device:
        place, record = Address(device.host, device.port), tmp_path / "a.probe.jsonl"
        probe = Probe(place, record, timeout=0.3, total=1.5)
        with pytest.raises(DeviceError, match=r"not done answering after|total time is over"):
            probe.run()
