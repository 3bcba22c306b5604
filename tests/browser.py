"""Debian's Chromium, driven over its debugging pipe (Chrome DevTools Protocol)."""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import select
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cv2
import marks
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
PATIENCE = 120.0  # s: the machine may be busy


@dataclass
class Page:
    """One tab. ``events`` are those received so far, as (method, parameters)."""

    commands: int
    replies: int
    session: str | None = None
    number: int = 0
    pending: bytes = b""
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Give a command and wait for its answer."""
        self.number += 1
        command: dict[str, object] = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        end = time.monotonic() + PATIENCE
        while True:
            answer = self._message(end)
            if answer.get("id") == self.number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def run(self, script: str) -> Any:
        """Return what a script gives in the page."""
        answer = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Wait until a condition holds in the page."""
        self.until(lambda: bool(self.run(condition)), condition)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"waited in vain for {what}"
            time.sleep(0.05)

    def picture(self) -> NDArray[np.uint8]:
        """Return what the page shows, (height, width) grey."""
        answer = self.call("Page.captureScreenshot", format="png")
        data = np.frombuffer(base64.b64decode(answer["data"]), np.uint8)
        found = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        assert found is not None
        return np.asarray(found, np.uint8)

    def _message(self, end: float) -> dict[str, Any]:
        while b"\0" not in self.pending:
            ready, _, _ = select.select([self.replies], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            self.pending += (more := os.read(self.replies, 1 << 16))
            assert more, "the browser has ended"
        first, _, self.pending = self.pending.partition(b"\0")
        message = json.loads(first)
        if "method" in message:
            self.events.append((message["method"], message["params"]))
        return dict(message)


@contextlib.contextmanager
def opened(url: str, folder: Path, size: tuple[int, int] = (1280, 800)) -> Iterator[Page]:
    """Show ``url`` in a new browser of ``size`` px; profile and downloads are below ``folder``."""
    marks.needed("browser")
    ours, theirs = os.pipe(), os.pipe()
    # a shell takes 3 and 4 as they are
    high = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (ours[0], theirs[1])]
    command = ["bash", "-c", f'exec "$@" 3<&{high[0]} 4>&{high[1]}', "bash", "chromium", *FLAGS]
    profile = f"--user-data-dir={folder / 'profile'}"
    with (folder / "chromium.log").open("wb") as log:
        browser = subprocess.Popen(
            [*command, profile, "about:blank"], pass_fds=high, stdout=log, stderr=log
        )
    for end in (ours[0], theirs[1], *high):
        os.close(end)
    try:
        page = Page(ours[1], theirs[0])
        page.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
        targets = page.call("Target.getTargets")["targetInfos"]
        [tab] = [target["targetId"] for target in targets if target["type"] == "page"]
        attached = page.call("Target.attachToTarget", targetId=tab, flatten=True)
        page.session = attached["sessionId"]
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        page.call("Emulation.setDeviceMetricsOverride", **metrics)
        page.call("Network.enable")
        page.call("Page.enable")
        page.call("Page.navigate", url=url)
        page.wait("document.readyState === 'complete'")
        yield page
    finally:
        browser.terminate()
        browser.wait(PATIENCE)
        os.close(ours[1])
        os.close(theirs[0])
