"""A plan on its way through a batch: checked first, then looked up in what was done before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from acceptance.batch import keys, tasks
from acceptance.batch.cache import Damaged
from acceptance.charts import printed_copy
from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.model import Plan
from acceptance.session import intake, live_sources, runner, store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from acceptance.batch.cache import Cache
    from acceptance.batch.inputs import Item
    from acceptance.batch.settings import Settings
    from acceptance.model import Pack, Shot


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan that was checked, without a look into its footage."""

    name: str
    folder: Path
    given: Plan
    """As it was read."""
    plan: Plan
    """With what its packs carry over."""
    judged: frozenset[str]
    """Quantities that its packs judge."""
    packs: Mapping[str, str]
    """SHA-256 of each file of its packs, by id."""

    @property
    def where(self) -> str:
        """How errors name it."""
        return self.name

    def measuring(self, shot: Shot, key: str) -> bytes:
        """Write the task to measure a shot."""
        alone = store.dump_plan(Plan(shots=(shot,))).decode()
        judged = tuple(sorted(self.judged))
        task = tasks.MeasureTask(plan=alone, folder=self._absolute, judged=judged, key=key)
        return tasks.dump(task)

    def making(self, seen: LookedUp, out: Path, cache: Cache, how: Settings) -> bytes:
        """Write the task to make the session."""
        return tasks.dump(
            tasks.SessionTask(
                name=self.name,
                session=seen.session,
                plan=store.dump_plan(self.given).decode(),
                folder=self._absolute,
                out=str(out.absolute()),
                cache=str(cache.folder.absolute()),
                earlier=tuple(sorted(seen.held)),
                lang=how.lang,
                report=how.report,
                key=str(how.key.absolute()) if how.key else "",
                password=how.password,
                trust=tuple(str(root.absolute()) for root in how.trust),
            )
        )

    @property
    def _absolute(self) -> str:
        return str(self.folder.absolute())


@dataclass(frozen=True, kw_only=True)
class LookedUp:
    """What was done before of a plan."""

    keys: Mapping[str, str]
    """Of each shot's measurement, by its id."""

    files: Mapping[str, Mapping[str, list[str]]]
    """SHA-256 of the files of each shot, by its id and the field; a clip's is one
    (``intake.hash_clip``), the others are sorted."""

    inputs: Mapping[str, str]
    """SHA-256 of plan and packs, by the paths that they have in a session."""

    held: frozenset[str]
    """Ids of shots that are in the cache."""

    damaged: tuple[str, ...]
    """Ids of those whose entry is not whole."""

    session: str
    """Key of the session."""


class Checker:
    """Checks plans; what several of them share is read once."""

    def __init__(self) -> None:
        self.loaded: dict[tuple[str, ...], tuple[tuple[Pack, ...], Mapping[str, str]]] = {}
        self.charted: set[tuple[str | None, ...]] = set()

    def checked(self, item: Item) -> Planned:
        """Check a plan as ``run`` does, but for its footage. Raises AcceptanceError."""
        if item.plan is None:
            raise item.error or PlanError(tr("the plan cannot be used"), where=item.name)
        packs, digest = self._packs(item.plan)
        plan, _ = runner.prepare(item.plan, packs)
        live_sources.require_none(plan, item.name)
        intake.check_there(plan, item.folder)
        for shot in plan.shots:
            self._check_charts(shot, item.folder)
        judged = runner.quantities_judged(packs)
        return Planned(
            name=item.name, folder=item.folder, given=item.plan, plan=plan, judged=judged,
            packs=digest,
        )  # fmt: skip

    def _packs(self, plan: Plan) -> tuple[tuple[Pack, ...], Mapping[str, str]]:
        if plan.packs not in self.loaded:
            self.loaded[plan.packs] = store.load_packs(plan), keys.of_packs(plan.packs)
        return self.loaded[plan.packs]

    def _check_charts(self, shot: Shot, folder: Path) -> None:
        copied = (shot.chart_copy, shot.filmed, str(folder)) if shot.copy_file else ()
        if (shot.chart, *copied) not in self.charted:
            printed_copy.wanted(shot, folder)
            self.charted.add((shot.chart, *copied))


def look_up(planned: Planned, cache: Cache, how: Mapping[str, Any]) -> LookedUp:
    """Hash what a plan rests on, and look which of it is in the cache.

    Raises InputError where a file has gone meanwhile.
    """
    clips = {shot.id: intake.hash_clip(planned.folder / shot.clip) for shot in planned.plan.shots}
    shots = [replace(shot, sha256=clips[shot.id]) for shot in planned.plan.shots]  # read once
    files = {shot.id: keys.files(shot, planned.folder) for shot in shots}
    found = {
        shot.id: keys.of(shot, planned.folder, planned.judged, hashed=files[shot.id])
        for shot in shots
    }
    held, damaged = set(), []
    for shot, key in found.items():
        try:
            held |= {shot} if cache.holds(key) else set()
        except Damaged:
            damaged.append(shot)
    session = keys.of_session(planned.given, planned.folder, found.values(), planned.packs, how)
    return LookedUp(
        keys=found, files=_files(files, clips), inputs=_inputs(planned), held=frozenset(held),
        damaged=tuple(damaged), session=session,
    )  # fmt: skip


def _files(
    hashed: Mapping[str, Mapping[str, list[tuple[str, str]]]], clips: Mapping[str, str]
) -> dict[str, dict[str, list[str]]]:
    found = {}
    for shot, fields in hashed.items():
        held = {name: sorted(digest for _, digest in files) for name, files in fields.items()}
        found[shot] = {name: files for name, files in held.items() if files}
        found[shot]["clip"] = [clips[shot]]
    return found


def _inputs(planned: Planned) -> dict[str, str]:
    packs = {f"{store.PACKS}/{name}.toml": digest for name, digest in planned.packs.items()}
    plan = hashlib.sha256(store.dump_plan(planned.given)).hexdigest()
    return {store.PLAN: plan, **packs}
