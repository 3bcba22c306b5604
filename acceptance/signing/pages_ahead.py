"""Pages that are set before a signature is known to hold, in a child that is ended if it does not.

What people see of a session follows from what is attached to its report. So a child makes it as
soon as that was read, and sets the pages while signature and evidence are checked: nothing that it
made is looked at before they are. ``python -m acceptance.signing.pages_ahead`` reads an order from
standard input, answers with the pages, both a line of JSON, and then sets them as ``set_apart``
does.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from acceptance.files import system
from acceptance.files.collector import end_without_collector, without_collector
from acceptance.report import render, set_apart, typesetting, web_page
from acceptance.report.book import Book
from acceptance.report.set_apart import PagesBeingSet, Task
from acceptance.report.volumes import Volumes
from acceptance.session import store
from acceptance.signing import renderings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.report.set_apart import Child

MODULE = "acceptance.signing.pages_ahead"


@dataclass(frozen=True, kw_only=True)
class PagesOrder:
    """What a child needs to make what people see of a session."""

    folder: str
    session: str
    """Content of ``session.json``."""

    language: str
    annexes: Mapping[str, str]
    """SHA-256 of the annexes, as the report prints them."""


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """What a child made: pages that are being set, hashes of HTML and JUnit, its renderer."""

    pages: PagesBeingSet
    hashes: Mapping[str, str]
    renderer: Mapping[str, str]


class PagesAhead:
    """What a child that was started ahead makes of an order; a thread waits for it."""

    def __init__(self, child: Child, order: PagesOrder, attachments: Mapping[str, bytes]) -> None:
        self.child, self.order, self.attachments = child, order, attachments
        self.made: Future[Ahead | None] = Future()
        Thread(target=self._wait, daemon=True).start()

    def close(self) -> None:
        """End the child, and those that help it."""
        self.child.process.kill()
        if made := self.made.result():
            made.pages.close()
        else:
            self.child.end()

    def _wait(self) -> None:
        made = None
        try:
            answer = self.child.ask(json.dumps(asdict(self.order)).encode() + b"\n")
            tasks = {name: Task.loads(task) for name, task in answer["tasks"].items()}
            tasks[""] = replace(tasks[""], attachments=self.attachments)
            made = Ahead(
                pages=PagesBeingSet(tasks, self.child),
                hashes=answer["hashes"],
                renderer=answer["renderer"],
            )
        except Exception:  # noqa: BLE001 -- whatever it is, this process makes the pages itself
            self.child.process.kill()
        finally:
            self.made.set_result(made)


def answered(order: PagesOrder) -> dict[str, object]:
    """Make what people see of a session, for the process that ordered it."""
    session, folder = store.parse(order.session.encode(), store.FILE), Path(order.folder)
    packs, profiles = store.load_all_packs(session, folder)
    book = Book(session=session, packs=packs, folder=folder, lang=order.language, profiles=profiles)
    tasks = Volumes(book=book).tasks(order.annexes, {})
    return {
        "tasks": {name: task.dumps().decode() for name, task in tasks.items()},
        "hashes": shown(book),
        "renderer": render.fingerprint(),
    }


def shown(book: Book) -> dict[str, str]:
    """SHA-256 of HTML and JUnit of a session, by name."""
    html, junit = web_page.html(book), render.junit(book.session, book.packs)
    return renderings.hashed({renderings.HTML: html.encode(), renderings.JUNIT: junit.encode()})


def main() -> None:
    """Make what was ordered, then set pages."""
    with without_collector():
        typesetting.check_fonts()  # brings the renderer and its typefaces
        if not (line := sys.stdin.buffer.readline()):
            return  # nobody needs it
        order = PagesOrder(**json.loads(line))
        sys.stdout.buffer.write(json.dumps(answered(order)).encode() + b"\n")
        sys.stdout.buffer.flush()
        set_apart.main()


if __name__ == "__main__":
    system.end_with_parent(int(sys.argv[1]))
    end_without_collector()
    main()
