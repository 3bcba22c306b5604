"""What is said between the batch and its children: tasks, and errors, as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from acceptance import errors
from acceptance.errors import AcceptanceError

REPLY = "reply.json"


@dataclass(frozen=True, kw_only=True)
class MeasureTask:
    """Measure one shot, and answer with an entry of the cache."""

    plan: str
    """JSON of a plan with this shot alone (``store.dump_plan``)."""

    folder: str
    """From which the shot's paths count."""

    judged: tuple[str, ...]
    """Quantities that get a still of their worst frame."""

    key: str
    """Of the measurement."""


@dataclass(frozen=True, kw_only=True)
class SessionTask:
    """Make the session of a plan of what its shots gave, and answer with its number."""

    name: str
    """By which the plan is listed."""

    session: str
    """Key of all that the session rests on."""

    plan: str
    """JSON of the whole plan."""

    folder: str
    """From which its paths count."""

    out: str
    """Folder in which the session's folder is made."""

    cache: str
    """Folder of the cache."""

    earlier: tuple[str, ...]
    """Ids of shots that were measured by an earlier batch."""

    lang: str
    """Language of the report."""

    report: bool
    """Whether it is made now."""

    key: str
    """Key file to sign with; empty: none."""

    password: str
    """Of the key file."""

    trust: tuple[str, ...]
    """Roots for the signatures of older sessions."""


@dataclass(frozen=True, kw_only=True)
class LengthTask:
    """Say how long measuring clips takes by their headers."""

    clips: tuple[str, ...]
    """Absolute paths."""


Task = MeasureTask | SessionTask | LengthTask
TASKS: dict[str, type[Task]] = {
    "measure": MeasureTask,
    "session": SessionTask,
    "length": LengthTask,
}


def dump(task: Task) -> bytes:
    """Write a task as one line."""
    [kind] = [name for name, noun in TASKS.items() if isinstance(task, noun)]
    return json.dumps({"kind": kind, **asdict(task)}).encode() + b"\n"


def parse(line: bytes) -> Task:
    """Read a task that ``dump`` wrote."""
    fields: dict[str, Any] = json.loads(line)
    noun = TASKS[fields.pop("kind")]
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return noun(**given)


def of_error(error: AcceptanceError) -> dict[str, Any]:
    """Write an error so that ``error_of`` makes the same of it."""
    parts = {"what": error.what, "where": error.where, "hint": error.hint, "code": error.code}
    return {"kind": type(error).__name__, **parts, "parameters": error.parameters}


def error_of(said: dict[str, Any]) -> AcceptanceError:
    """Make an error of what ``of_error`` wrote."""
    kind = getattr(errors, str(said["kind"]), AcceptanceError)
    if kind is errors.GapError:
        return errors.GapError(said["code"], **said["parameters"])
    parts = {name: str(said[name]) for name in ("where", "hint", "code")}
    error: AcceptanceError = kind(str(said["what"]), **parts, **said["parameters"])
    return error
