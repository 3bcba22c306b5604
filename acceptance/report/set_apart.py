"""Pages set side by side, in this process and in children, to the same bytes as one by one.

WeasyPrint is plain Python, so that only other processes use other processors; and it keeps what it
took for a page, so that seven large volumes in one process would need the sum. A large page is set
in a child that ends with it, small ones are shared out.
``python -m acceptance.report.set_apart`` reads tasks from standard input, a line each, and writes
to standard output for each a line of JSON (size, stills) and the PDF.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import json
import os
import subprocess
import sys
from collections import Counter, deque
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from subprocess import DEVNULL, PIPE
from threading import Thread
from typing import TYPE_CHECKING, Any

from acceptance.files import system
from acceptance.files.collector import end_without_collector, without_collector
from acceptance.report import typesetting
from acceptance.report.typesetting import SetPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LARGE = 200_000  # characters of a page, which is then set in a child of its own
WORTH = 250_000  # characters of all pages: below it, starting a child costs more than it saves
MANY = 200_000  # bytes of a session whose pages are worth a child that is started ahead
MOST_LEFT_BEHIND = 6_000  # elements of pages; their boxes take some 25 kB each
MOST_AT_ONCE = 4  # each may need some hundred megabytes

_alone = False  # while other work keeps the other processors busy
_left_behind: Counter[str] = Counter()  # by the pages set since garbage was collected


@dataclass(frozen=True, kw_only=True)
class Task:
    """A page to be set, as ``typesetting.archived`` takes it."""

    page: str
    folder: Path
    moment: datetime
    attachments: Mapping[str, bytes]

    @property
    def large(self) -> bool:
        """Whether its memory is to be given back."""
        return len(self.page) >= LARGE

    @property
    def weight(self) -> int:
        """What setting it costs, roughly: elements take time, the characters of a curve do not."""
        return self.page.count("<")

    def kept(self) -> SetPage | None:
        """Return what this process has set before."""
        return typesetting.just_set(self.page, self.folder, self.moment, self.attachments)

    def here(self) -> SetPage:
        """Set the page in this process.

        Where the collector is off, what earlier pages left behind is collected once it is much:
        that takes a tenth of what setting them does, and is of no use after the last one.
        """
        if _left_behind["elements"] > MOST_LEFT_BEHIND and not gc.isenabled():
            _left_behind.clear()
            gc.collect()
        _left_behind["elements"] += self.weight
        return typesetting.laid_out(self.page, self.folder, self.moment, self.attachments)

    def keep(self, made: SetPage) -> bytes:
        """Keep what was set; return the PDF."""
        typesetting.keep(self.page, self.moment, self.attachments, made)
        return made.pdf

    def dumps(self) -> bytes:
        """Write the task for a child, as a line."""
        attached = {
            name: base64.b64encode(content).decode() for name, content in self.attachments.items()
        }
        task = {
            "page": self.page,
            "folder": str(self.folder.resolve()),
            "moment": self.moment.isoformat(),
            "attachments": attached,
        }
        return json.dumps(task).encode() + b"\n"

    @classmethod
    def loads(cls, line: bytes | str) -> Task:
        """Read what ``dumps`` wrote."""
        task = json.loads(line)
        attached = {name: base64.b64decode(text) for name, text in task["attachments"].items()}
        return cls(
            page=task["page"],
            folder=Path(task["folder"]),
            moment=datetime.fromisoformat(task["moment"]),
            attachments=attached,
        )


class Child:
    """A process that sets pages; it loads the renderer while nothing is asked of it yet.

    ``module`` is what it runs, this one or one that does more. Raises OSError where none can be
    started.
    """

    def __init__(self, module: str = __name__) -> None:
        command = [sys.executable, "-P", "-m", module, str(os.getpid())]
        own = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self.process = subprocess.Popen(  # noqa: S603 -- this Python, and this module
            command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=dict(os.environ) | own
        )

    def set(self, task: Task) -> SetPage | None:
        """Set a page; None where it could not."""
        answer = self.process.stdout
        assert answer  # noqa: S101 -- a pipe, as was asked for
        try:
            made = self.ask(task.dumps())
            pdf = answer.read(made.get("size", 0))
        except (OSError, ValueError):
            return None
        whole = pdf.startswith(b"%PDF") and len(pdf) == made["size"]
        return SetPage(pdf=pdf, stills=made["stills"]) if whole else None

    def ask(self, line: bytes) -> dict[str, Any]:
        """Write a line to it, and return the line of JSON that it answers; none is empty.

        Raises OSError and ValueError where it has ended.
        """
        asked, answer = self.process.stdin, self.process.stdout
        assert asked  # noqa: S101 -- pipes, as was asked for
        assert answer  # noqa: S101 -- as above
        asked.write(line)
        asked.flush()
        return dict(json.loads(answer.readline() or b"{}"))

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        with contextlib.suppress(OSError), self.process:  # its pipes are closed
            pass


_STARTED: dict[str, Child] = {}  # by module: what the next ``ahead`` gives


def start(module: str) -> Callable[[], None]:
    """Start what ``ahead`` is to give, while this process loads what it needs itself.

    Return what ends it where nobody asks for it, as the end of this process does, which closes its
    standard input.
    """
    if child := ahead(module):
        _STARTED[module] = child
    return partial(dismiss, module)


def dismiss(module: str) -> None:
    """End what was started and not asked for."""
    if child := _STARTED.pop(module, None):
        child.end()


def ahead(module: str = __name__) -> Child | None:
    """Start a child for pages that are still to be made; None where it would be of no use.

    ``module`` is as for ``Child``.
    """
    if started := _STARTED.pop(module, None):
        return started
    if system.cores() < 2:
        return None
    with contextlib.suppress(OSError):
        return Child(module)
    return None


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let no child help with pages; large ones are still set in one, for their memory.

    A child costs a second before it is of use, which is lost where all processors are busy.
    """
    global _alone  # noqa: PLW0603 -- of this process, whatever sets its pages
    before, _alone = _alone, True
    try:
        yield
    finally:
        _alone = before


def archived(tasks: Mapping[str, Task]) -> Iterator[tuple[str, bytes]]:
    """Give each page as ``typesetting.archived`` does, by its name; closing ends the children."""
    with contextlib.closing(PagesBeingSet(tasks)) as pages:
        yield from pages.every()


class PagesBeingSet:
    """Pages that children have begun to set; whoever asks for them helps.

    As many processes work as there are processors, this one among them. Each takes the costliest
    page that is left, so that all end at nearly the same time. ``child`` is one that was started
    ahead. Threads only wait for children: WeasyPrint and the frozen time are not made for threads.
    """

    def __init__(self, tasks: Mapping[str, Task], child: Child | None = None) -> None:
        self.tasks, self.closed = tasks, False
        self.found: dict[str, Future[SetPage | None]] = {name: Future() for name in tasks}
        self.children = {child} if child else set()
        self.spare = [*self.children]
        for name, task in tasks.items():
            if kept := task.kept():
                self.found[name].set_result(kept)
        left = [name for name, found in self.found.items() if not found.done()]
        self.waiting = deque(sorted(left, key=lambda name: tasks[name].weight))
        with contextlib.suppress(RuntimeError):  # no thread is to be had: this process sets all
            for _ in range(self._helpers()):
                Thread(target=self._help, daemon=True).start()

    def every(self) -> Iterator[tuple[str, bytes]]:
        """Give name and PDF of each page, in order.

        What keeps a child from setting one has its own error here, or its traceback.
        """
        for name, task in self.tasks.items():
            while not self.found[name].done() and (other := self._next()) is not None:
                self.found[other].set_result(self._set(self.tasks[other]))
            yield name, task.keep(self.found[name].result() or task.here())

    def close(self) -> None:
        """End all children, and start nothing any more."""
        self.closed = True
        self.waiting.clear()
        for child in [*self.children]:
            child.process.kill()
        while self.spare:
            self.spare.pop().end()

    def _helpers(self) -> int:
        """Count the children that are of use beside this process."""
        pages = [self.tasks[name] for name in self.waiting]
        worth = sum(len(task.page) for task in pages) >= WORTH or any(one.large for one in pages)
        most = min(system.cores(), MOST_AT_ONCE, len(pages)) - 1
        return max(most, 0) if worth and not _alone else 0

    def _next(self) -> str | None:
        try:
            return self.waiting.pop()
        except IndexError:
            return None

    def _help(self) -> None:
        """Let a child set pages until none is left."""
        child = None
        while (name := self._next()) is not None:
            task, made = self.tasks[name], None
            with contextlib.suppress(Exception):  # it is set here, with an error of its own
                child = child or self._child()
                made = child.set(task)
            self.found[name].set_result(made)
            if child and (task.large or not made):
                self._end(child)
                child = None
        if child:
            self._end(child)

    def _set(self, task: Task) -> SetPage | None:
        """Set a small page here, a large one in a child."""
        if not task.large:
            return task.here()
        with contextlib.suppress(Exception):  # as above
            child = self._child()
            try:
                return child.set(task)
            finally:
                self._end(child)
        return None

    def _child(self) -> Child:
        child = self.spare.pop() if self.spare else Child()
        self.children.add(child)
        if self.closed:  # while this one was started
            child.process.kill()
        return child

    def _end(self, child: Child) -> None:
        self.children.discard(child)
        child.end()


def main() -> None:
    """Set the pages of the tasks on standard input."""
    with without_collector():
        typesetting.load()
        gc.collect()
        gc.freeze()  # what there is now is in use to the end
        for line in sys.stdin.buffer:
            made = Task.loads(line).here()
            head = {"size": len(made.pdf), "stills": dict(made.stills)}
            sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + made.pdf)
            sys.stdout.buffer.flush()


if __name__ == "__main__":
    system.end_with_parent(int(sys.argv[1]))
    end_without_collector()
    main()
