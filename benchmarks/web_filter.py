"""How long the web page of many cameras takes to answer: ``python benchmarks/web_filter.py``.

Times are processor time of the page's own thread (script, style, layout), in ms, so that a busy
machine does not count. What a person waits for is that, on a machine that is free.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import marks
from browser import Page, opened
from many_cameras import draw, pack_of_many, session_of_many

from acceptance.report import render

SIZES = {"phone": (390, 844), "desk": (1280, 900)}
SET = (
    "(() => {{ const field = document.forms[0].elements.{name}; field.value = {value!r};"
    "field.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()"
)
TICK = "document.querySelector('input[value=fail]').click()"
STEPS = {
    "text, first time": SET.format(name="text", value="清晰度"),
    "text": SET.format(name="text", value="清晰度 210"),
    "text taken out": SET.format(name="text", value=""),
    "device": SET.format(name="device", value="3"),
    "every device": SET.format(name="device", value=""),
    "verdict": TICK,
    "every verdict": TICK,
    "sort": SET.format(name="sort", value="device"),
    "open": "document.querySelector('button.open').click()",
}
DRAWN = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def main() -> None:
    """Print what each step takes on a phone's and a desk's width."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=200)
    count = parser.parse_args().cameras
    marks.running = None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder, count)
        pack = pack_of_many()
        file = folder / "report.html"
        page = render.html(session_of_many(pack, count), [pack], folder, "zh")
        file.write_text(page, encoding="utf-8")
        print(f"{count} cameras: {len(page.encode()) / 1e6:.1f} MB")
        for device, size in SIZES.items():
            (profile := folder / device).mkdir()
            with opened(file.as_uri(), profile, size) as tab:
                print(device, measured(tab))


def measured(tab: Page) -> dict[str, int]:
    """Return the processor time of each step, in ms."""
    tab.call("Performance.enable", timeDomain="threadTicks")
    tab.run(DRAWN)
    took = {}
    for name, script in STEPS.items():
        before = busy(tab)
        tab.run(script)
        tab.run(DRAWN)
        took[name] = round(1000 * (busy(tab) - before))
    return took


def busy(tab: Page) -> float:
    """Return the processor time that the page has taken so far, in s."""
    metrics = tab.call("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


if __name__ == "__main__":
    main()
