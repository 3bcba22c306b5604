"""What a batch would do, and for how long; nothing is measured or written."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.batch import child, inputs, planned, record, tasks
from acceptance.batch.cache import Cache
from acceptance.batch.outcomes import PlanState
from acceptance.batch.settings import Settings
from acceptance.errors import AcceptanceError, ClipError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acceptance.batch.inputs import ForClips, Item
    from acceptance.batch.planned import Planned

START = 1.3  # s of processor time until a child begins to measure (2026-11-28)


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What a batch would do with a plan."""

    name: str
    """As in the list of what was given."""

    state: PlanState
    """A session would be made, or is kept; or why not."""

    shots: int = 0
    """How many shots the plan has."""

    held: int = 0
    """How many of them are in the cache."""

    seconds: float | None = 0.0
    """Estimate of the processor time; None: a clip does not say how long it is."""

    error: str = ""
    """Why there would be no session."""


def foresee(
    given: Iterable[Path | str],
    out: Path | str,
    *,
    template: Path | str | None = None,
    for_clips: ForClips = inputs.DEFAULT,
    settings: Settings | None = None,
) -> list[Foreseen]:
    """Say what ``run`` would do with the plans ``given``; nothing is measured or written.

    ``out``, ``template``, ``for_clips`` and ``settings`` are as for ``run``. Raises InputError as
    it does.
    """
    how = settings or Settings()
    how.require_ready()
    items = inputs.read(map(Path, given), Path(template) if template else None, for_clips)
    look = _Look(Path(out), how)
    with ThreadPoolExecutor(how.processes) as pool:
        found = list(pool.map(look.at, [(item, look.checked(item)) for item in items]))
    once = _once([clips for _, clips in found])
    lengths = look.lengths([clip for clips in once for clip in clips])
    return [_timed(one, clips, lengths) for (one, _), clips in zip(found, once, strict=True)]


def _once(missing: Iterable[Mapping[str, Path]]) -> list[list[Path]]:
    """Return the clips of each plan, of those of one key the first only: plans share it."""
    counted: set[str] = set()
    found = []
    for clips in missing:
        found.append([clip for key, clip in clips.items() if key not in counted])
        counted |= clips.keys()
    return found


class _Look:
    """Looks at plans one by one."""

    def __init__(self, out: Path, how: Settings) -> None:
        self.out, self.how, self.changes = out, how, how.changes()
        self.cache = Cache(how.cache or out / ".cache")
        self.before = record.Record(out).sessions()
        self.checker = planned.Checker()

    def checked(self, item: Item) -> Planned | AcceptanceError:
        """Check a plan."""
        try:
            return self.checker.checked(item)
        except AcceptanceError as error:
            return error

    def at(self, given: tuple[Item, Planned | AcceptanceError]) -> tuple[Foreseen, dict[str, Path]]:
        """Return what would be done with a plan, and the clips to be measured, by their keys."""
        item, each = given
        if isinstance(each, AcceptanceError):
            return Foreseen(name=item.name, state=PlanState.FAILED, error=str(each)), {}
        try:
            seen = planned.look_up(each, self.cache, self.changes)
        except AcceptanceError as error:
            return Foreseen(name=item.name, state=PlanState.FAILED, error=str(error)), {}
        line = self.before.get(seen.session)
        kept = bool(line and record.kept(self.out, line, seen.files, seen.inputs))
        shots = each.plan.shots
        missing = [shot for shot in shots if shot.id not in seen.held and not kept]
        state = PlanState.KEPT if kept else PlanState.MADE
        expected = Foreseen(name=each.name, state=state, shots=len(shots), held=len(seen.held))
        return expected, {
            seen.keys[shot.id]: (each.folder / shot.clip).absolute() for shot in missing
        }

    def lengths(self, clips: Sequence[Path]) -> Mapping[Path, float | None]:
        """Estimate how long each clip takes; a child looks, as a header may be poisoned too."""
        task = tasks.LengthTask(clips=tuple(map(str, clips)))
        try:
            given = child.answer(tasks.dump(task), "", self.how.bounds) if clips else None
        except (ClipError, child.FaultError):
            given = None
        seconds = json.loads(given.parts[tasks.REPLY])["seconds"] if given else [None] * len(clips)
        return dict(zip(clips, seconds, strict=True))


def _timed(plan: Foreseen, clips: Sequence[Path], lengths: Mapping[Path, float | None]) -> Foreseen:
    seconds = [lengths[clip] for clip in clips]
    if None in seconds:
        return replace(plan, seconds=None)
    starts = len(clips) + (plan.state is PlanState.MADE)
    return replace(plan, seconds=sum(filter(None, seconds)) + START * starts)
