"""Frames of H.264 (RFC 6184) and H.265 (RFC 7798) from the payloads of their packets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START = b"\x00\x00\x00\x01"


@dataclass(frozen=True, kw_only=True)
class CodedFrame:
    """A frame as it is coded."""

    data: bytes
    """As a decoder takes it."""

    key: bool
    """Whether decoding can begin here."""

    layout: bytes = b""
    """What says how large the picture is; empty: as before.

    Of H.264 and H.265 the parameter sets that came with it, of MJPEG width and height."""


class Split:
    """How a codec's NAL units are put into packets."""

    def __init__(self, codec: str) -> None:
        """``codec``: h264 or hevc."""
        self.h264 = codec == "h264"
        self._header = 1 if self.h264 else 2
        self._aggregate, self._fragment = (24, 28) if self.h264 else (48, 49)

    def kind(self, unit: bytes) -> int:
        """Return the type of a NAL unit, or of a packet's payload."""
        return unit[0] & 31 if self.h264 else unit[0] >> 1 & 63

    def begins(self, payload: bytes) -> bool:
        """Whether a frame begins with this packet."""
        first = next(self._opened(payload), b"")
        if len(first) <= self._header:
            return bool(first)
        if self.is_picture(first):
            return bool(first[self._header] & 128)  # first_mb_in_slice = 0, or first_slice_...
        return True

    def frame(self, payloads: Sequence[bytes]) -> CodedFrame | None:
        """Put the payloads of one frame together; None where they hold no picture."""
        units = list(self._units(payloads))
        if not any(self.is_picture(unit) for unit in units):
            return None
        sets = b"".join(unit for unit in units if self._is_set(unit))
        key = any(self._is_key(unit) for unit in units)
        data = b"".join(START + unit for unit in units)
        return CodedFrame(data=data, key=key, layout=sets)

    def is_picture(self, unit: bytes) -> bool:
        """Whether a NAL unit holds a part of a picture."""
        return 1 <= self.kind(unit) <= 5 if self.h264 else self.kind(unit) <= 31

    def _is_set(self, unit: bytes) -> bool:
        return self.kind(unit) in ({7, 8} if self.h264 else {32, 33, 34})

    def _is_key(self, unit: bytes) -> bool:
        """IDR; of H.264 a sequence parameter set, too: some encoders refresh without IDR."""
        return self.kind(unit) in {5, 7} if self.h264 else 16 <= self.kind(unit) <= 21

    def _units(self, payloads: Sequence[bytes]) -> Iterator[bytes]:
        parts: list[bytes] = []
        for payload in payloads:
            if len(payload) <= self._header:
                continue
            if self.kind(payload) != self._fragment:
                yield from self._opened(payload)
                continue
            begins, ends = payload[self._header] & 128, payload[self._header] & 64
            if begins:
                parts = [self._rebuilt(payload)]
            if parts:  # else its beginning never came
                parts.append(payload[self._header + 1 :])
            if ends and parts:
                yield b"".join(parts)
                parts = []

    def _opened(self, payload: bytes) -> Iterator[bytes]:
        """Yield the NAL units of a packet; of a first fragment, its beginning."""
        if not payload:
            return
        if self.kind(payload) == self._aggregate:
            at = self._header
            while at + 2 < len(payload):
                size = int.from_bytes(payload[at : at + 2], "big")
                if size > self._header:
                    yield payload[at + 2 : at + 2 + size]
                at += 2 + size
        elif self.kind(payload) != self._fragment:
            yield payload
        elif len(payload) > self._header and payload[self._header] & 128:
            yield self._rebuilt(payload) + payload[self._header + 1 :]

    def _rebuilt(self, payload: bytes) -> bytes:
        """Return the header of the NAL unit that a fragment belongs to."""
        if self.h264:
            return bytes([payload[0] & 0xE0 | payload[1] & 31])
        return bytes([payload[0] & 0x81 | (payload[2] & 63) << 1, payload[1]])
