"""What the files of a report are called."""

from __future__ import annotations

REPORT = "report.pdf"
ANNEXES = {letter: f"annex-{letter}.pdf" for letter in "abcdef"}


def beside(main: str, annex: str) -> str:
    """Name an annex of a report that is called otherwise: ``north.pdf`` has ``north-annex-a.pdf``.

    ``main``: the report's own name, ``annex``: one of ``ANNEXES``.
    """
    return annex if main == REPORT else f"{main.removesuffix('.pdf')}-{annex}"
