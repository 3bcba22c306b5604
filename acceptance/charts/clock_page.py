"""The clock chart as one page for a browser: ``test_charts/screen.html`` with the definition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from acceptance import data
from acceptance.charts import clock_screen, drive_sequence

if TYPE_CHECKING:
    from acceptance.charts.definition import Chart

PLACE = "/*CLOCK*/null"


def html(clock: Chart) -> str:
    """Return the page. It needs no server and no network; ``clock`` is a chart for screens."""
    template = (data.folder("test_charts") / "screen.html").read_text("utf-8")
    return template.replace(
        PLACE, json.dumps(_definition(clock), separators=(",", ":")).replace("</", "<\\/")
    )


def _definition(clock: Chart) -> dict[str, object]:
    return {
        "size": clock.size,
        "background": clock.background,
        "dark": clock.dark,
        "fiducials": [{"code": mark.code, "rect": mark.rect} for mark in clock.fiducials],
        "regions": [
            {"kind": region.kind, "rect": region.rect, "printed": region.printed}
            for region in clock.regions
        ],
        "sequence": {
            "stages": drive_sequence.STAGES,
            "period": drive_sequence.PERIOD,
            "start": drive_sequence.START,
        },
        "digits": clock_screen.DIGITS,
        "segments": clock_screen.SEGMENTS,
        "lit": clock_screen.LIT,
    }
