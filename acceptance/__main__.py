"""The command ``acceptance``, also as ``python -m acceptance``."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Run the command line. Ctrl-C while the libraries load ends the process without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _open_closed_streams()
    # numpy's BLAS starts a thread a processor, and they wait busily: a tenth of what a film of a
    # minute takes. Alone it is as fast, and no figure depends on how many processors there are.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from acceptance.cli import verbs  # noqa: PLC0415 -- late: after the lines above

    verbs.main()


def _open_closed_streams() -> None:
    """Open what was closed (``>&-``), so that no file of ours takes its place.

    Writing to such a standard output fails, which is reported; errors have nowhere to go.
    """
    for name, mode in (("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            stream = os.fdopen(os.open(os.devnull, mode), "w", encoding="utf-8")
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)


if __name__ == "__main__":
    main()
