"""Standard output and standard error that say why they cannot be written."""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING

from acceptance.errors import OutputError
from acceptance.messages import cause_of, tr

if TYPE_CHECKING:
    from collections.abc import Iterator


class StandardStream(io.TextIOWrapper):
    """A stream whose reader may go away (``| head``): the work goes on, and so does its exit code.

    So it does where the disc below it is full, or its terminal is closed. Ending there would have
    an exit code of its own, which a build takes for a verdict.
    """

    def write(self, text: str) -> int:
        """Write text, as any stream does."""
        with self._refusing():
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write out what is waiting."""
        with self._refusing():
            super().flush()

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._write_nowhere()
            self._tell(error)

    def _write_nowhere(self) -> None:
        """Let what is left go nowhere; it must not fail again when the process ends."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)

    def _tell(self, error: OSError) -> None:
        """Tell nobody: where that would be told is where it cannot be written."""


class StandardOutput(StandardStream):
    """Standard output; where it cannot be written (a full disk, closed), an OutputError says so."""

    def _tell(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError):
            return
        what = tr("cannot be written ({cause})", cause=cause_of(error))
        hint = tr("Make room, or send the output elsewhere")
        raise OutputError(what, where=tr("standard output"), hint=hint) from error
