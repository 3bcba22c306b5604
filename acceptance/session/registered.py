"""What a plan takes from its register: instruments and people by id, printed copies by id.

They are put into the plan's tables as if they stood there, before its fields are read. Later
changes of the register change no session.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from acceptance.errors import PlanError
from acceptance.forms import register
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from acceptance.forms.register import Register
    from acceptance.model import Instrument, Person

    Raw = dict[str, Any]


def filled_in(raw: Raw, path: Path) -> Raw:
    """Return a plan's tables with what they name of its register.

    Raises PlanError: no register is named or it cannot be read, it has no such entry, or an entry
    stands in the plan as well.
    """
    named = {name: _names(raw, name) for name in ("instruments", "people")}
    if not isinstance(raw.get("register", ""), str):
        return raw  # which the reader of the plan refuses
    if not raw.get("register"):
        for table, ids in named.items():
            for name in ids:
                what = tr("{id!r} stands for an entry of a register, and none is named", id=name)
                hint = tr('Add register = "register.toml", or state all fields here')
                raise PlanError(what, where=f"{path}: {table}", hint=hint)
        return raw
    known = register.read(register.place(path.parent, raw["register"], f"{path}: register"))
    nouns = {"instruments": known.instruments, "people": known.people}
    full = {table: _full(raw, table, nouns[table], path) for table in nouns if table in raw}
    return _with_copies(raw | full, known, path)


def _names(raw: Mapping[str, object], table: str) -> list[str]:
    held = raw.get(table)
    return [entry for entry in held if isinstance(entry, str)] if isinstance(held, list) else []


def _full(raw: Raw, table: str, known: Mapping[str, Any], path: Path) -> object:
    """Return a table with an entry for each id."""
    held = raw[table]
    if not isinstance(held, list):
        return held
    for name in _names(raw, table):
        if name not in known:
            raise register.unknown(name, known, f"{path}: {table}")
    return [_stated(known[entry]) if isinstance(entry, str) else entry for entry in held]


def _stated(noun: Instrument | Person) -> Raw:
    """Return the fields that an entry states, as TOML would hold them."""
    held = {name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(noun).items()}  # fmt: skip
    return {name: value for name, value in held.items() if value not in (None, "", [])}


def _with_copies(raw: Raw, known: Register, path: Path) -> Raw:
    shots = raw.get("shots")
    if not isinstance(shots, list):
        return raw
    return raw | {"shots": [_copied(shot, raw, known, path) for shot in shots]}


def _as_instrument(shot: Raw, copy: str, raw: Raw) -> Raw:
    """Return the shot's instruments with a copy that is one of the plan's."""
    listed, used = raw.get("instruments"), shot.get("instruments", [])
    if not isinstance(listed, list) or not isinstance(used, list):
        return {}
    ids = {entry.get("id") for entry in listed if isinstance(entry, dict)}
    return {"instruments": [*used, copy]} if copy in ids and copy not in used else {}


def _copied(shot: object, raw: Raw, known: Register, path: Path) -> object:
    """Return a shot with the path of the printed copy that it names by id.

    A copy that is an instrument of the plan, too, becomes one of the shot's: its calibration is
    asked for. What is nearly an id is refused; anything else is a serial number.
    """
    name = shot.get("chart_copy") if isinstance(shot, dict) else None
    if not isinstance(shot, dict) or not isinstance(name, str) or name.endswith(".toml"):
        return shot
    if name in known.copies:
        beside = PurePosixPath(raw["register"]).parent / known.copies[name]
        return shot | {"chart_copy": str(beside)} | _as_instrument(shot, name, raw)
    for _ in register.like(name, known.copies):
        number = shot.get("id", "")
        where = tr("{plan}: shot {shot}, chart_copy", plan=path, shot=number)
        raise register.unknown(name, known.copies, where)
    return shot
