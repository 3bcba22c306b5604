"""Large pages set in a process of their own, which gives its memory back when it ends.

WeasyPrint keeps what it took for a page; seven large volumes in one process would need the sum.
``python -m acceptance.report.set_apart`` reads a task from standard input and writes the PDF to
standard output.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import TYPE_CHECKING

from acceptance.files import system
from acceptance.report import typesetting

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from concurrent.futures import Future

LARGE = 200_000  # characters of a page: below it, starting a process costs more than it saves
MOST_AT_ONCE = 4  # each may need some hundred megabytes


@dataclass(frozen=True, kw_only=True)
class Task:
    """A page to be set, as ``typesetting.archived`` takes it."""

    page: str
    folder: Path
    moment: datetime
    attachments: Mapping[str, bytes]

    def here(self) -> bytes:
        """Set the page in this process."""
        return typesetting.archived(self.page, self.folder, self.moment, self.attachments)

    def dumps(self) -> bytes:
        """Write the task for a child."""
        attached = {
            name: base64.b64encode(content).decode() for name, content in self.attachments.items()
        }
        task = {
            "page": self.page,
            "folder": str(self.folder.resolve()),
            "moment": self.moment.isoformat(),
            "attachments": attached,
        }
        return json.dumps(task).encode()


def archived(tasks: Sequence[Task]) -> Generator[bytes, None, None]:
    """Give each page as ``typesetting.archived`` does, the large ones set in children.

    As many children work at once as there are processors, while small pages are set here. Whoever
    closes the iterator ends them.
    """
    children = _Children()
    try:
        apart = {
            number: children.start(task)
            for number, task in enumerate(tasks)
            if len(task.page) >= LARGE
        }
        own = {
            number: task.here()
            for number, task in enumerate(tasks)
            if apart and number not in apart
        }
        for number, task in enumerate(tasks):
            found = apart[number].result() if number in apart else own.get(number)
            # what keeps a child from setting it has its own error here, or its traceback
            yield found or task.here()
    finally:
        children.end()


class _Children:
    """Processes that set pages, each followed by a thread."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(min(system.cores(), MOST_AT_ONCE))
        self.running: set[subprocess.Popen[bytes]] = set()
        self.ended = False

    def start(self, task: Task) -> Future[bytes]:
        """Set a page as soon as a processor is free; empty where a child could not."""
        return self.threads.submit(self._set, task)

    def end(self) -> None:
        """End what still runs, and start nothing any more."""
        self.ended = True
        self.threads.shutdown(wait=False, cancel_futures=True)
        for child in [*self.running]:
            child.kill()

    def _set(self, task: Task) -> bytes:
        if self.ended:
            return b""
        command = [sys.executable, "-P", "-m", __name__]
        own = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with subprocess.Popen(  # noqa: S603 -- this Python, and this module
            command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=os.environ | own
        ) as child:
            self.running.add(child)
            if self.ended:  # while this one was started
                child.kill()
            pdf, _ = child.communicate(task.dumps())
            self.running.discard(child)
        return pdf if child.returncode == 0 and pdf.startswith(b"%PDF") else b""


def main() -> None:
    """Set the page of the task on standard input."""
    task = json.loads(sys.stdin.buffer.read())
    attachments = {name: base64.b64decode(text) for name, text in task["attachments"].items()}
    moment = datetime.fromisoformat(task["moment"])
    pdf = typesetting.archived(task["page"], Path(task["folder"]), moment, attachments)
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
