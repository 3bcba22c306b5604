"""The command ``acceptance``, also as ``python -m acceptance``."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line. Ctrl-C while the libraries load ends the process without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from acceptance import cli  # noqa: PLC0415 -- this is what takes long

    cli.main()


if __name__ == "__main__":
    main()
