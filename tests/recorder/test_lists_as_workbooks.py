"""Lists of recordings as XLSX, whose times are real cells of date and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import openpyxl

from acceptance.recorder import listing

if TYPE_CHECKING:
    from pathlib import Path

MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_recordings_that_break_at_midnight_are_read(tmp_path: Path) -> None:
    """A recorder that begins a file every hour, or every day, has one at 00:00:00."""
    times = [(MIDNIGHT - HOUR, MIDNIGHT), (MIDNIGHT, MIDNIGHT + HOUR)]
    book = openpyxl.Workbook()
    book.active.append(["channel", "start", "end"])
    for row in times:
        book.active.append(["cam-1", *(moment.replace(tzinfo=None) for moment in row)])
    book.save(tmp_path / "list.xlsx")
    now = (MIDNIGHT + 24 * HOUR).timestamp()
    found = listing.read(tmp_path / "list.xlsx", zone=UTC, now=now).recordings
    assert [(one.start, one.end) for one in found] == [
        (start.timestamp(), end.timestamp()) for start, end in times
    ]
