"""The command ``acceptance``, also as ``python -m acceptance``."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line. Ctrl-C while the libraries load ends the process without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from acceptance.cli import verbs  # noqa: PLC0415 -- late: after the line above

    verbs.main()


if __name__ == "__main__":
    main()
