"""Pictures of now from a camera's stream, while its clip is kept as evidence of the moves."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

from acceptance.errors import AcceptanceError
from acceptance.live import rtsp
from acceptance.live.reaching import TICK

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.footage.clip import Frame
    from acceptance.live.credentials import Credentials
    from acceptance.live.onvif.ptz import Picture

LAG = 1.0  # s that a picture may be on its way: what comes sooner may show what was before
PATIENCE = 12.0  # s for the next key frame
TIMEOUT = 5.0  # s


class StreamView:
    """Captures a stream into a clip; called, it returns the next picture (height, width).

    ``failure`` says why there are no pictures; that is no reason not to try the moves.
    """

    def __init__(
        self,
        address: str,
        clip: Path,
        credentials: Credentials | None,
        given_up: threading.Event | None = None,
    ) -> None:
        """``given_up``: set by whoever waits for no picture any more."""
        self.failure, self._stop = "", threading.Event()
        self._given_up = given_up or threading.Event()
        self._picture: Picture | None = None
        self._seen = 0.0
        self._arrived = threading.Condition()
        self._thread = threading.Thread(
            target=self._capture, args=(address, clip, credentials), daemon=True
        )

    def _capture(self, address: str, clip: Path, credentials: Credentials | None) -> None:
        try:
            rtsp.capture(
                address, clip, credentials=credentials, on_frame=self._keep, stop=self._stop,
                timeout=TIMEOUT,
            )  # fmt: skip
        except AcceptanceError as error:
            self.failure = str(error)
        finally:
            self._stop.set()

    def _keep(self, frame: Frame) -> None:
        with self._arrived:
            self._picture, self._seen = frame.luma, time.monotonic()
            self._arrived.notify_all()

    def __call__(self) -> Picture | None:
        """Wait for a picture of now; None where none comes."""
        asked = time.monotonic()
        with self._arrived:
            while self._seen < asked + LAG:
                left = asked + PATIENCE - time.monotonic()
                if left <= 0 or self._stop.is_set() or self._given_up.is_set():
                    return None
                self._arrived.wait(min(left, TICK))
            return self._picture

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(2 * TIMEOUT)
