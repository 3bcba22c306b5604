"""What a site still lacks: the shots that its plan wants, and those of its sessions and clips."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.checks import sampling
from acceptance.errors import PlanError, SessionError
from acceptance.files import strict_toml
from acceptance.footage import clip
from acceptance.messages import tr
from acceptance.report import site_matrix
from acceptance.session import plan, store

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Session


def of(target: Path) -> site_matrix.Grid:
    """Lay the sessions below a plan's folder over its matrix; ``target`` is either.

    Copies of one session count once. Raises SessionError where there is neither plan nor session,
    or two sessions of one number; PlanError where there are several plans or one that wants no
    shot.
    """
    folder = target if target.is_dir() else target.parent
    found = _sessions(folder)
    folders = [places[0] for _, places in found]
    sessions = [done for done, _ in found]
    named = target if target.suffix.lower() == ".toml" else _plan_in(folder)
    if not named and not sessions:
        what = tr("there is no plan and no session here")
        raise SessionError(what, where=str(target), hint=tr("Name the plan"))
    asked = plan.read(named) if named else sessions[-1].plan
    packs = store.load_packs(asked, None if named else folders[-1] / "data" / "packs")
    samples = sampling.draw(packs, asked)
    filmed = [
        shot.id for shot in asked.shots if named and shot.clip and clip.is_there(folder / shot.clip)
    ]
    grid = site_matrix.grid(asked, sessions, filmed=filmed, samples=samples)
    copies = {done.id: tuple(map(str, places)) for done, places in found if len(places) > 1}
    grid = replace(grid, copies=copies)
    _require_places(grid, str(named or sessions[-1].id))
    return grid


def _require_places(grid: site_matrix.Grid, where: str) -> None:
    if not grid.places:
        hint = tr("Say which shots are wanted: [[matrix]] (docs/sampling.md)")
        raise PlanError(tr("plans no shot of any device"), where=where, hint=hint)


def _sessions(folder: Path) -> list[tuple[Session, list[Path]]]:
    """Return the sessions here, one and two levels down, the oldest first, each with its copies.

    Raises SessionError where two folders have one number and not one content.
    """
    files = [file for depth in ("", "*/", "*/*/") for file in folder.glob(f"{depth}{store.FILE}")]
    found: dict[str, tuple[Session, list[Path]]] = {}
    for place in sorted(file.parent for file in files if not file.parent.name.startswith(".")):
        done = store.load(place)
        first, places = found.setdefault(done.id, (done, []))
        places.append(place)
        if done != first:
            what = tr("has the number of {other}, and is another session", other=places[0])
            hint = tr("One of them was changed: acceptance verify says which")
            raise SessionError(what, where=str(place), hint=hint)
    return [found[number] for number in sorted(found)]


def _plan_in(folder: Path) -> Path | None:
    """Return the one plan with a matrix in a folder, if there is one."""
    found = [path for path in sorted(folder.glob("*.toml")) if _has_matrix(path)]
    if len(found) > 1:
        what = tr("there are several plans ({names})", names=", ".join(path.name for path in found))
        raise PlanError(what, where=str(folder), hint=tr("Name the plan instead"))
    return found[0] if found else None


def _has_matrix(path: Path) -> bool:
    try:
        return "matrix" in strict_toml.load(path)
    except PlanError:
        return False
