"""What a child does: ``python -m acceptance.batch.work ANSWER MEMORY``, a task on standard input.

The answer is a ``bundle``, written before the child ends with 0. Nobody waits for a child whose
standard input is closed: it ends at once.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from acceptance.batch import bundle, cache, keys, tasks
from acceptance.errors import AcceptanceError, ClipError
from acceptance.files import shortage, system
from acceptance.messages import tr
from acceptance.session import intake, measuring, store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.batch.tasks import MeasureTask, Task
    from acceptance.model import Shot


def main() -> None:
    """Do the task, write the answer, and end."""
    place, memory = Path(sys.argv[1]), int(sys.argv[2])
    if memory:
        system.limit_memory(memory)
    line = sys.stdin.buffer.readline()
    threading.Thread(target=_end_with_input, daemon=True).start()
    code = 0
    try:
        place.write_bytes(bundle.pack("", answered(line)))
    except OSError as error:  # a full disc
        code = error.errno or 1
    os._exit(code)  # nothing is left to be tidied up, and some libraries take long for that


def _end_with_input() -> None:
    if not os.read(sys.stdin.fileno(), 1):
        os._exit(1)


def answered(line: bytes) -> dict[str, bytes]:
    """Do a task; return the parts of the answer, which may be an error."""
    try:
        return _done(tasks.parse(line))
    except Exception as error:  # noqa: BLE001 -- the last resort for bugs
        known = error if isinstance(error, AcceptanceError) else shortage.of(error)
        said = {"error": tasks.of_error(known)} if known else {"fault": traceback.format_exc()}
        return {tasks.REPLY: json.dumps(said).encode()}


def _done(task: Task) -> dict[str, bytes]:
    match task:
        case tasks.MeasureTask():
            return {cache.MEASURED: measured(task)}
        case tasks.LengthTask():
            from acceptance.session import readiness  # noqa: PLC0415 -- late: brings judging

            seconds = readiness.expected([Path(clip) for clip in task.clips])
            return {tasks.REPLY: json.dumps({"seconds": seconds}).encode()}
        case _:
            from acceptance.batch import making  # noqa: PLC0415 -- late: brings the report

            return {tasks.REPLY: json.dumps(making.made(task)).encode()}


def measured(task: MeasureTask) -> bytes:
    """Measure a shot; return an entry of the cache.

    Raises ClipError, ChartError and PlanError as ``session.runner.run`` does; ClipError also where
    the files that it read are not those of the key.
    """
    plan, folder = store.parse_plan(task.plan.encode()), Path(task.folder)
    intake.check(plan, folder)
    shot = intake.dated(keys.bare(plan.shots[0]), folder)
    expired = keys.copies_expired(plan.shots[0], folder)  # later may be tomorrow
    with TemporaryDirectory() as name:
        bag, judged = Path(name), frozenset(task.judged)
        given = measuring.look_and_draw(shot, bag, judged, None, folder=folder)
        _require_same(task, plan.shots[0], folder, expired)
        return cache.dump(task.key, given, bag)


def _require_same(task: MeasureTask, shot: Shot, folder: Path, expired: Sequence[bool]) -> None:
    """Refuse where other files were measured: the figures would be taken for those of the key's.

    Or the same ones in another state: a copy that fell due after the batch was started.
    """
    clip, judged = str(folder / shot.clip), frozenset(task.judged)
    if keys.of(shot, folder, judged, expired) == task.key:
        return
    if keys.of(shot, folder, judged, [not state for state in expired]) == task.key:
        what = tr("the printed copy of its chart has fallen due since the batch was started")
        raise ClipError(what, where=clip, hint=tr("Run the same batch again"), code="clip_changed")
    what = tr("is not, or no longer, what the batch was started with")
    hint = tr(
        "Run the same batch again once nothing writes there; the workers of a cluster need the "
        "same files in the same place"
    )
    raise ClipError(what, where=clip, hint=hint, code="clip_changed")


if __name__ == "__main__":
    main()
