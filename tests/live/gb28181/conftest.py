"""A platform on the loopback."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from peers import gb28181_device as peer

from acceptance.errors import DeviceError
from acceptance.live.address import Address
from acceptance.live.credentials import Credentials, Mask
from acceptance.live.gb28181.link import Link
from acceptance.live.gb28181.platform import Platform
from acceptance.live.gb28181.record import KIND, ConversationRecord
from acceptance.live.transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def sockets(request: pytest.FixtureRequest) -> Iterator[Link]:
    """Listen on a port that is free for UDP and for TCP; on the address of the parameter."""
    host = getattr(request, "param", "127.0.0.1")
    for _ in range(20):
        with contextlib.suppress(DeviceError), Link(Address(host, 0)) as link:
            yield link
            return
    pytest.fail("no port is free")


@pytest.fixture
def platform(sockets: Link, tmp_path: Path) -> Iterator[Platform]:
    """Be a platform; ``a.gb28181.jsonl`` is the transcript."""
    path = tmp_path / "a.gb28181.jsonl"
    mask = Mask(Credentials("", peer.PASSWORD))
    with Transcript(path, KIND, mask) as transcript:
        yield Platform(
            sockets,
            ConversationRecord(transcript),
            id=peer.PLATFORM,
            passwords=lambda device: Credentials(device, peer.PASSWORD),
            timeout=10.0,
        )
