"""What a capture has written is brought to the disc once a second: a power cut loses no more.

In a thread of its own: a slow disc may take longer than packets can wait.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from acceptance.files import output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EVERY = 1.0  # s


class DiscSync:
    """Syncs files, and the names in their folder, until it is closed."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Begin; files that do not exist yet are synced once they do."""
        self._files, self._ended = files, threading.Event()
        self._failed: tuple[Path, OSError] | None = None
        self._raised = False
        self._named: set[Path] = set()  # whose names are on the disc
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise as OutputError what went wrong on the disc meanwhile, once."""
        if self._failed is not None and not self._raised:
            self._raised = True
            raise output.refused(*self._failed) from self._failed[1]

    def close(self) -> None:
        """Sync once more, and end."""
        self._ended.set()
        self._thread.join()
        self._sync()

    def _work(self) -> None:
        while not self._ended.wait(EVERY):
            self._sync()

    def _sync(self) -> None:
        for path in self._files:
            try:
                with contextlib.suppress(FileNotFoundError):
                    output.flush(path)
                    if path not in self._named:
                        output.flush(path.parent)
                        self._named.add(path)
            except OSError as error:
                self._failed = self._failed or (path, error)
