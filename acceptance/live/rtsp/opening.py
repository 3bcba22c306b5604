"""The first frames of a connection: are they live, or a stock that is sent at once.

Many recorders and some cameras begin with what they hold since the last key frame, faster than it
was filmed. Its arrival times say nothing, so that stock is left out up to the next key frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.live.rtsp.packets import ahead

if TYPE_CHECKING:
    from acceptance.live.rtsp.whole_frames import ArrivedFrame

HELD = 0.5  # s that show which it is; a crash must cost less than 1 s
FASTER = 0.25  # s by which RTP time runs ahead of the arrivals in a stock


class Opening:
    """Holds the first frames back until that shows."""

    def __init__(self, clock_rate: int, *, live: bool) -> None:
        """``clock_rate``: ticks of RTP time per second; ``live``: a recording has no stock."""
        self._clock_rate, self._live, self._over = clock_rate, live, False
        self._held: list[ArrivedFrame] = []
        self.stock = 0
        """Frames left out as stock."""

    def put(self, frame: ArrivedFrame) -> list[ArrivedFrame]:
        """Take a frame; return those to be written now."""
        if self._over:
            return [frame]
        if not self._held and not frame.coded.key:
            _leave_out([frame])
            self.stock += self.stock > 0
            return []
        if self.stock:
            self._over = True
            return [frame]
        self._held.append(frame)
        if self._live and frame.arrival - self._held[0].arrival < HELD:
            return []
        return self.rest()

    def rest(self) -> list[ArrivedFrame]:
        """Return what is held, if it is live."""
        held, self._held = self._held, []
        if held and self._live and self._is_stock(held):
            self.stock = len(held)
            _leave_out(held)
            return []
        self._over = bool(held)
        return held

    def _is_stock(self, held: list[ArrivedFrame]) -> bool:
        filmed = ahead(held[0].rtp_time, held[-1].rtp_time, 32) / self._clock_rate
        return filmed > held[-1].arrival - held[0].arrival + FASTER


def _leave_out(frames: list[ArrivedFrame]) -> None:
    for frame in frames:
        for row in frame.rows:
            row.frame = -1
