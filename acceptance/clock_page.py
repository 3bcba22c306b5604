"""The clock chart as one self-contained page for a browser: ``test_charts/screen.html`` with the definition in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from acceptance import data, screen, sequences

if TYPE_CHECKING:
    from acceptance.charts import Chart

PLACE = "/*CLOCK*/null"


def html(clock: Chart) -> str:
    """Return the page. It needs no server and no network; ``clock`` is a chart for screens."""
    template = (data.folder("test_charts") / "screen.html").read_text("utf-8")
    return template.replace(PLACE, json.dumps(_definition(clock), separators=(",", ":")).replace("</", "<\\/"))


def _definition(clock: Chart) -> dict[str, object]:
    return {
        "size": clock.size,
        "background": clock.background,
        "dark": clock.dark,
        "fiducials": [{"code": mark.code, "rect": mark.rect} for mark in clock.fiducials],
        "regions": [{"kind": one.kind, "rect": one.rect, "printed": one.printed} for one in clock.regions],
        "sequence": {"stages": sequences.STAGES, "period": sequences.PERIOD, "start": sequences.START},
        "digits": screen.DIGITS,
        "segments": screen.SEGMENTS,
        "lit": screen.LIT,
    }
