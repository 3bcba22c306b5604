"""Decoded key frames for whoever watches a capture: the newest one, at most one a second."""

from __future__ import annotations

import contextlib
import io
import queue
import threading
import time
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import av.error

from acceptance.footage.clip import Frame
from acceptance.footage.planes import planes_of

if TYPE_CHECKING:
    from collections.abc import Callable

APART = 1.0  # s
WAIT = 0.2  # s


class KeyPictures:
    """Decodes in a thread of its own; a picture that nobody could look at in time is left out."""

    def __init__(self, on_frame: Callable[[Frame], None] | None) -> None:
        self._on_frame, self._due, self._count = on_frame, 0.0, 0
        self._newest: queue.Queue[tuple[str, bytes] | None] = queue.Queue(1)
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        if on_frame is not None:
            self._thread.start()

    def put(self, codec: str, data: bytes) -> None:
        """Take a key frame with its parameter sets."""
        now = time.perf_counter()
        if self._on_frame is not None and now >= self._due:
            try:
                self._newest.put_nowait((codec, data))
                self._due = now + APART
            except queue.Full:
                return

    def close(self) -> None:
        """End the thread once it has shown what it has; raise what went wrong there."""
        while self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._newest.put(None, timeout=WAIT)
                self._thread.join()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        try:
            while (item := self._newest.get()) is not None:
                frame = decoded(*item, index=self._count)
                if frame is not None and self._on_frame is not None:
                    self._count += 1
                    self._on_frame(frame)
        except Exception as error:  # noqa: BLE001 -- who watches may fail; the capture goes on
            self._error = error


def decoded(codec: str, data: bytes, *, index: int = 0) -> Frame | None:
    """Decode one key frame; None where that fails."""
    try:
        with av.open(io.BytesIO(data), "r", format=codec) as container:
            picture = next(container.decode(video=0))
    except (av.error.FFmpegError, StopIteration, IndexError):
        return None
    luma, cb, cr = planes_of(picture, "bt709")
    if luma is None:
        return None
    return Frame(index=index, time=Fraction(0), key=True, luma=luma, cb=cb, cr=cr)
