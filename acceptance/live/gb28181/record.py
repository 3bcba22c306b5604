"""The transcript of a test: each message sent and received, without what lets guess a password."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from acceptance.live.gb28181 import bodies

if TYPE_CHECKING:
    from acceptance.live.gb28181.link import Peer
    from acceptance.live.gb28181.sip_message import SipMessage
    from acceptance.live.gb28181.steps import DeviceStep
    from acceptance.live.transcript import Transcript

KIND = "gb28181"
MOST_WRITTEN = 100 << 20  # bytes; a flood may not fill the disc
MOST_RUBBISH = 2000  # bytes of what is no message
ANSWER = re.compile(r'(response\s*=\s*)"[^"]*"')  # a weak password can be found from it


class ConversationRecord:
    """Writes a transcript of the kind ``gb28181``; what exceeds 100 MiB is counted only."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript, self._left, self.not_written = transcript, MOST_WRITTEN, 0

    def message(self, event: str, message: SipMessage, peer: Peer) -> None:
        """Write a message that was ``sent`` or ``received``."""
        head = ANSWER.sub(r'\1"***"', message.head())
        try:
            body, _ = bodies.decoded(message.body)
        except bodies.BodyError:
            body = message.body.decode("gb18030", errors="replace")
        self._write(event, peer, head + body)

    def rubbish(self, content: bytes, peer: Peer, why: str) -> None:
        """Write the beginning of what is no message."""
        text = content[:MOST_RUBBISH].decode("utf-8", errors="replace")
        self._write("malformed", peer, ANSWER.sub(r'\1"***"', text), why)

    def _write(self, event: str, peer: Peer, text: str, why: str = "") -> None:
        self._left -= len(text)
        if self._left < 0:
            self.not_written += 1
            return
        more = {"why": why} if why else {}
        self._transcript.write(event, peer=str(peer), text=text, **more)

    def finish(self, steps: list[DeviceStep]) -> None:
        """Write the report's lines, and how many messages were left out."""
        for step in steps:
            self._transcript.write("step", **asdict(step))
        self._transcript.write("finished", steps=len(steps), messages_left_out=self.not_written)
