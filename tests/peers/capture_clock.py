"""How a capture of this process turns monotonic time into Unix time.

A wall clock may be set while a test runs (a virtual machine's is led to the right time in steps of
half a millisecond): what a test holds against arrivals is monotonic, and turned as they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from unittest import mock

from acceptance.live.rtsp import arrival

if TYPE_CHECKING:
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray


class CaptureClock:
    """Notes the pair of readings that the latest capture began with."""

    def __init__(self) -> None:
        self._pair, self._wall, self._monotonic = arrival._pair, 0.0, 0.0
        self._patch = mock.patch.object(arrival, "_pair", self._noted)

    def _noted(self) -> tuple[float, float]:
        self._wall, self._monotonic = self._pair()
        return self._wall, self._monotonic

    def unix(self, monotonic: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn monotonic s into Unix s."""
        return self._wall + (monotonic - self._monotonic)

    def __enter__(self) -> Self:
        self._patch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._patch.stop()
