"""Numbers read from the bits of H.264, H.265 and AV1, which write them alike."""

from __future__ import annotations

MOST = 4096  # bytes that are looked at
LONGEST = 32  # noughts before a number of the code ue(v) (ITU-T H.264, 9.1)


class Bits:
    """Bits of a NAL unit behind its ``head`` bytes, without emulation prevention (7.2, 9.2).

    AV1 has none of that: ``escaped`` is false.
    """

    def __init__(self, unit: bytes, head: int = 2, *, escaped: bool = True) -> None:
        content = unit[head:MOST]
        if escaped:
            content = content.replace(b"\x00\x00\x03", b"\x00\x00")
        self._bits = int.from_bytes(content, "big")
        self._left = self._all = 8 * len(content)

    @property
    def place(self) -> int:
        """How many bits were read."""
        return self._all - self._left

    @property
    def more(self) -> bool:
        """Whether anything is left before the bit that ends a unit's content (7.2)."""
        rest = self._bits & ((1 << self._left) - 1)
        return rest & (rest - 1) > 0

    def read(self, count: int) -> int:
        """Return the next ``count`` bits. Raises EOFError where they end."""
        self._left -= count
        if self._left < 0:
            raise EOFError
        return self._bits >> self._left & ((1 << count) - 1)

    def unsigned(self) -> int:
        """Return the next number of the code ue(v). Raises EOFError where there is none."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > LONGEST:
                raise EOFError
        return (1 << zeros) - 1 + self.read(zeros)

    def signed(self) -> int:
        """Return the next number of the code se(v). Raises EOFError where there is none."""
        number = self.unsigned()
        return (number + 1) // 2 if number % 2 else -(number // 2)

    def within(self, most: int) -> int:
        """Return the next number of the code ue(v). Raises EOFError where it exceeds ``most``."""
        number = self.unsigned()
        if number > most:
            raise EOFError
        return number

    def skip(self, *kinds: str) -> None:
        """Pass over numbers: ``u``, ``s``, or so many bits."""
        for kind in kinds:
            {"u": self.unsigned, "s": self.signed}.get(kind, lambda k=kind: self.read(int(k)))()
