"""Standard output that says why it cannot be written."""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING

from acceptance.errors import OutputError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator


class StandardOutput(io.TextIOWrapper):
    """Standard output; where it cannot be written (a full disk, closed), an OutputError says so.

    A reader that has gone away (``| head``) stays a BrokenPipeError.
    """

    def write(self, text: str) -> int:
        """Write text, as any stream does."""
        with self._refusing():
            return super().write(text)

    def flush(self) -> None:
        """Write out what is waiting."""
        with self._refusing():
            super().flush()

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            # what is left must not fail again when the process ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            what = tr("cannot be written ({cause})", cause=error.strerror or error)
            hint = tr("Make room, or send the output elsewhere")
            raise OutputError(what, where=tr("standard output"), hint=hint) from error
