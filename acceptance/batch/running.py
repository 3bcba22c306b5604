"""A batch: plans in, sessions out, each clip measured by a process of its own, and once only."""

from __future__ import annotations

import contextlib
import json
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from acceptance.batch import child, inputs, planned, tasks
from acceptance.batch.cache import MEASURED, Cache
from acceptance.batch.ledger import Ledger
from acceptance.batch.outcomes import Listener, PlanState
from acceptance.batch.schedule import FIRST, LAST, NEXT, Pool, Schedule
from acceptance.batch.settings import Settings
from acceptance.errors import OutputError
from acceptance.files.output import writing
from acceptance.messages import tr
from acceptance.session import journal, workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from acceptance.batch.inputs import ForClips
    from acceptance.batch.outcomes import Summary
    from acceptance.batch.planned import LookedUp, Planned
    from acceptance.model import Session, Shot


def run(
    given: Iterable[Path | str],
    out: Path | str,
    *,
    template: Path | str | None = None,
    for_clips: ForClips = inputs.DEFAULT,
    settings: Settings | None = None,
    results: Callable[[Session, Path], None] | None = None,
    listener: Listener | None = None,
) -> Summary:
    """Measure, judge and report many plans; return what became of each.

    Parameters
    ----------
    given
        Plans, patterns of their names, folders of plans or of clips, clips, device lists.
    out
        Folder in which each session's folder is made. What a batch did before is found there.
    template
        Plan for each device of a list, with ``{id}`` and other words of its row in its texts.
    for_clips
        What a clip without a plan is measured and judged as.
    settings
        How many at once, how long, where; which report.
    results
        Called with each session, made or kept, and its folder, in the thread that calls this.
    listener
        Is told how far the work is, and each outcome as it is known.

    Raises
    ------
    InputError
        Where nothing can be done at all: no input, an output that is a session or that another
        batch is writing to, a full disc, a scheduler that is lost. What is wrong with one plan or
        clip is its outcome, and ends nothing else.
    """
    out, how = Path(out), settings or Settings()
    how.require_ready()
    items = inputs.read(map(Path, given), Path(template) if template else None, for_clips)
    workspace.require_no_session(out)
    with writing(out):
        busy = OutputError(
            tr("another batch is writing here"),
            where=str(out),
            hint=tr("Wait until it has finished, or choose another folder with -o"),
            code="output",
        )
    with journal.locked(out, busy):
        ledger = Ledger(items, out, listener or Listener(), results)
        with ledger.kept(), pools(how) as (here, measuring):
            Batch(out, how, ledger, here, measuring).run(items)
    return ledger.summary()


@contextlib.contextmanager
def pools(how: Settings) -> Iterator[tuple[Pool, Pool]]:
    """Give the pool of this machine, and that on which clips are measured: the same, or Dask's.

    However the block ends, no child of this machine is left.
    """
    stopped = Event()
    with contextlib.ExitStack() as stack:
        threads = ThreadPoolExecutor(how.processes)
        stack.callback(threads.shutdown, cancel_futures=True)
        stack.callback(stopped.set)
        here = Pool(threads, how.processes, partial(child.answer, stopped=stopped))
        if how.scheduler:
            from acceptance.batch.cluster import workers  # noqa: PLC0415 -- late: an extra

            yield here, stack.enter_context(workers(how.scheduler))
        else:
            yield here, here


@dataclass
class Going:
    """A plan whose shots are being measured."""

    planned: Planned
    seen: LookedUp
    left: int
    """Shots that are still to come."""
    measured: int = 0
    """Shots that were measured for it; not those that another plan shares."""
    errors: list[str] = field(default_factory=list)


class Batch:
    """The steps of a batch: look up, measure, make the session; each adds what follows from it."""

    def __init__(
        self, out: Path, how: Settings, ledger: Ledger, here: Pool, measuring: Pool
    ) -> None:
        self.out, self.how, self.ledger = out, how, ledger
        self.here, self.measuring = here, measuring
        self.cache, self.schedule = Cache(how.cache or out / ".cache"), Schedule()
        self.own: set[str] = set()  # keys of what this batch measured
        self.waiting: dict[str, deque[tuple[Going, Shot]]] = {}  # by key, the one measured first

    def run(self, items: Iterable[inputs.Item]) -> None:
        """Do everything."""
        sound = self.ledger.checked(items)
        changes = self.how.changes()
        for each in sound:
            then = partial(self._looked_up, each)
            self.schedule.add(self.here, LAST, then, planned.look_up, each, self.cache, changes)
        self.schedule.run()
        if self.how.forget is not None:
            self.cache.forget(self.how.forget)

    def _looked_up(self, each: Planned, future: Future[LookedUp]) -> None:
        shots = each.plan.shots
        seen = self.ledger.result(future)
        if isinstance(seen, str):
            self.ledger.advance(len(shots))
            self.ledger.give_up(each, [seen])
            return
        if line := self.ledger.made_before(seen):
            self.ledger.advance(len(shots))
            self.ledger.finish(each, seen, line, PlanState.KEPT)
            return
        missing = [shot for shot in shots if shot.id not in seen.held]
        self.ledger.advance(len(shots) - len(missing))
        self.ledger.note_damaged(each, seen)
        going = Going(each, seen, len(missing))
        if not missing:
            self._make(going)
            return
        self.cache.require_writable()
        for shot in missing:
            self._measure(going, shot)

    def _measure(self, going: Going, shot: Shot) -> None:
        """Measure a shot, unless that of another plan, which has the same key, was or will be."""
        key = going.seen.keys[shot.id]
        if key in self.own:  # since it was looked up
            self._settle(going)
            return
        self.waiting.setdefault(key, deque()).append((going, shot))
        if len(self.waiting[key]) == 1:
            self._start(key)

    def _start(self, key: str) -> None:
        going, shot = self.waiting[key][0]
        each = going.planned
        where, then = f"{each.name}: {shot.clip}", partial(self._was_measured, key)
        call = self.measuring.answer, each.measuring(shot, key), where, self.how.bounds
        self.schedule.add(self.measuring, NEXT, then, *call)

    def _was_measured(self, key: str, future: Future[child.Reply]) -> None:
        """Take what was measured for every plan that waits for it; an error is of one of them."""
        given, line = self.ledger.result(future), self.waiting[key]
        going, shot = line.popleft()
        if isinstance(given, str):
            if line:
                self._start(key)
            self._settle(going, given)
            return
        self.cache.keep(key, given.parts[MEASURED])
        self.ledger.note_measured(going.planned, shot, key, given.seconds)
        self.own.add(key)
        going.measured += 1
        self._settle(going)
        while line:
            self._settle(line.popleft()[0])

    def _settle(self, going: Going, error: str = "") -> None:
        """Count a shot as done with; after the last one of its plan, make the session."""
        going.left -= 1
        going.errors += [error] if error else []
        self.ledger.advance(1)
        if going.left:
            return
        if going.errors:
            self.ledger.give_up(going.planned, going.errors, going.seen)
        else:
            self._make(going)

    def _make(self, going: Going) -> None:
        each, seen = going.planned, going.seen
        earlier = (shot for shot in seen.held if seen.keys[shot] not in self.own)
        seen = replace(seen, held=frozenset(earlier))
        task = each.making(seen, self.out, self.cache, self.how)
        then = partial(self._was_made, going)
        bounds = self.how.bounds_of_session(len(each.plan.shots))
        self.schedule.add(self.here, FIRST, then, self.here.answer, task, each.name, bounds)

    def _was_made(self, going: Going, future: Future[child.Reply]) -> None:
        given = self.ledger.result(future)
        if isinstance(given, str):
            self.ledger.give_up(going.planned, [given], going.seen)
            return
        made = json.loads(given.parts[tasks.REPLY])
        self.ledger.finish(going.planned, going.seen, made, PlanState.MADE, going.measured)
