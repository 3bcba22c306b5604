"""A platform on the loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from peers import gb28181_device as peer

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
def platform(tmp_path: Path) -> Iterator[Platform]:
    """Listen on a free port; ``a.gb28181.jsonl`` is the transcript."""
    path = tmp_path / "a.gb28181.jsonl"
    mask = Mask(Credentials("", peer.PASSWORD))
    with Link(Address("127.0.0.1", 0)) as sockets, Transcript(path, KIND, mask) as transcript:
        yield Platform(
            sockets,
            ConversationRecord(transcript),
            id=peer.PLATFORM,
            passwords=lambda device: Credentials(device, peer.PASSWORD),
            timeout=1.0,
        )
