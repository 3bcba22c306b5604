"""Numbers read from the bits of H.264 and H.265, which write them alike."""

from __future__ import annotations


class Bits:
    """Bits of a NAL unit behind its ``head`` bytes, without emulation prevention (7.2, 9.2)."""

    def __init__(self, unit: bytes, head: int = 2) -> None:
        content = unit[head:4096].replace(b"\x00\x00\x03", b"\x00\x00")
        self._bits = "".join(f"{byte:08b}" for byte in content)
        self._at = 0

    def read(self, count: int) -> int:
        """Return the next ``count`` bits. Raises EOFError where they end."""
        self._at += count
        if self._at > len(self._bits):
            raise EOFError
        return int(self._bits[self._at - count : self._at] or "0", 2)

    def unsigned(self) -> int:
        """Return the next number of the code ue(v)."""
        zeros = 0
        while not self.read(1):
            zeros += 1
        return (1 << zeros) - 1 + self.read(zeros)

    def signed(self) -> int:
        """Return the next number of the code se(v)."""
        number = self.unsigned()
        return (number + 1) // 2 if number % 2 else -(number // 2)

    def skip(self, *kinds: str) -> None:
        """Pass over numbers: ``u``, ``s``, or so many bits."""
        for kind in kinds:
            {"u": self.unsigned, "s": self.signed}.get(kind, lambda k=kind: self.read(int(k)))()
