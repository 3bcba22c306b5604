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
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.report import typesetting

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGE = 120_000  # characters of a page: below it, starting a process costs more than it saves


def archived(page: str, folder: Path, moment: datetime, attachments: Mapping[str, bytes]) -> bytes:
    """Return a page as ``typesetting.archived`` does, set in a child where it is large."""
    if len(page) < LARGE:
        return typesetting.archived(page, folder, moment, attachments)
    task = {
        "page": page,
        "folder": str(folder.resolve()),
        "moment": moment.isoformat(),
        "attachments": {
            name: base64.b64encode(content).decode() for name, content in attachments.items()
        },
    }
    command = [sys.executable, "-P", "-m", __name__]
    own = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(  # noqa: S603 -- this Python, and this module
        command, input=json.dumps(task).encode(), env=os.environ | own, capture_output=True,
        check=False,
    )  # fmt: skip
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        # here what keeps it from being set has its own error, or its traceback
        return typesetting.archived(page, folder, moment, attachments)
    return done.stdout


def main() -> None:
    """Set the page of the task on standard input."""
    task = json.loads(sys.stdin.buffer.read())
    attachments = {name: base64.b64decode(text) for name, text in task["attachments"].items()}
    moment = datetime.fromisoformat(task["moment"])
    pdf = typesetting.archived(task["page"], Path(task["folder"]), moment, attachments)
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
