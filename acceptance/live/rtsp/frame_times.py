"""When frames are shown in a clip, by the RTP times under which they were sent."""

from __future__ import annotations

from acceptance.live.rtsp.packets import ahead

TICKS = 90000  # per second, of the clip
JUMP = 1.0  # s by which RTP time may run ahead of the arrivals


class FrameTimes:
    """Turns RTP times into ticks of a clip: as sent, and over every jump as the frames arrived."""

    def __init__(self, *, reorders: bool) -> None:
        """``reorders``: whether frames may be shown before some that were sent earlier."""
        self._back = -JUMP if reorders else 0.0
        self._fresh, self._latest, self._begin, self._since = True, -1, 0, 0
        self._rtp_time, self._arrival = 0, 0.0
        self.jumps = 0
        """Times that RTP time did not go on from where it was."""

    def anew(self) -> None:
        """Begin a new connection: its RTP times are others."""
        self._fresh = True

    def ticks(self, rtp_time: int, arrival: float, clock_rate: int) -> int:
        """Return the moment of a frame that came at ``arrival`` (s), in ticks after the first."""
        gap = arrival - self._arrival if self._latest >= 0 else 0.0
        step = ahead(self._rtp_time, rtp_time, 32)
        goes_on = step != 0 and self._back <= step / clock_rate <= gap + JUMP
        if self._fresh or not goes_on:
            self.jumps += not self._fresh
            self._begin, self._since = self._latest + max(1, round(gap * TICKS)), 0
        else:
            self._since += step
        self._fresh, self._rtp_time, self._arrival = False, rtp_time, arrival
        ticks = self._begin + round(self._since * TICKS / clock_rate)
        self._latest = max(self._latest, ticks)
        return ticks
