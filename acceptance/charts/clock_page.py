"""The clock chart as one page for a browser: ``test_charts/screen.html`` with the definition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from acceptance import data
from acceptance.charts import beep, clock_screen, drive_sequence
from acceptance.errors import UsageError
from acceptance.messages import tr

if TYPE_CHECKING:
    from acceptance.charts.definition import Chart, Region

PLACE = "/*CLOCK*/null"
SEQUENCE = {
    "stages": drive_sequence.STAGES,
    "period": drive_sequence.PERIOD,
    "start": drive_sequence.START,
}
BEEP = {
    "block": beep.BLOCK,
    "prime": beep.PRIME,
    "flash": beep.FLASH,
    "lowest": beep.LOWEST,
    "highest": beep.HIGHEST,
    "seconds": beep.SECONDS,
    "rise": beep.RISE,
}


def html(clock: Chart) -> str:
    """Return the page. It needs no server and no network; ``clock`` is a chart for screens.

    Raises UsageError for a chart that is for print.
    """
    if clock.kind != "screen":
        what = tr(
            "{chart} is for print; pages (.html) show charts for screens: clock", chart=clock.name
        )
        raise UsageError(what)
    template = (data.folder("test_charts") / "screen.html").read_text("utf-8")
    definition = json.dumps(_definition(clock), separators=(",", ":"))
    return template.replace(PLACE, definition.replace("</", "<\\/"))


def _definition(clock: Chart) -> dict[str, object]:
    return {
        "size": clock.size,
        "background": clock.background,
        "dark": clock.dark,
        "fiducials": [{"code": mark.code, "rect": mark.rect} for mark in clock.fiducials],
        "regions": [_region(region) for region in clock.regions],
        "sequence": SEQUENCE,
        "digits": clock_screen.DIGITS,
        "segments": clock_screen.SEGMENTS,
        "lit": clock_screen.LIT,
        "beep": BEEP,
    }


def _region(region: Region) -> dict[str, object]:
    return {"kind": region.kind, "rect": region.rect, "printed": region.printed}
