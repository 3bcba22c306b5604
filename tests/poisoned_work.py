"""The child of a batch, for clips that poison it: what a clip does is said by its name.

Tests let it run in place of ``acceptance.batch.work``; nothing of it is in the product.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acceptance.batch import work
from acceptance.session import intake, measuring

if TYPE_CHECKING:
    from acceptance.model import Shot

LONG = 600.0  # s


def look(shot: Shot, *_: object, **__: Any) -> measuring.Measured:
    """Do what the clip's name says; measure nothing."""
    match Path(shot.clip).stem.partition("-")[0]:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
            time.sleep(LONG)
        case "eat":
            bytearray(3 << 30)
        case "slow":
            time.sleep(1.0)
        case "fault":
            raise ZeroDivisionError
    return measuring.Measured(shot=shot, measurements=(), notes=())


if __name__ == "__main__":
    measuring.look_and_draw = look
    intake.dated = lambda shot, _: shot  # type: ignore[assignment]
    work.main()
