"""A register: instruments, people and printed copies of charts, entered once for many plans.

TOML with tables ``instruments`` and ``people``, their fields as in a plan, and ``chart_copies``
with ``id`` and ``file``, a path from the register's folder. A plan names entries by their ids,
people by their names; it holds them in full once it is read, and so does every session.
"""

from __future__ import annotations

import difflib
from dataclasses import MISSING, dataclass, fields
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from acceptance.errors import PlanError
from acceptance.files import paths, strict_toml, wrong_field
from acceptance.messages import tr
from acceptance.model import Instrument, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

UP = ".."
MOST_ENTRIES = 50_000  # of a table; an institute has hundreds, and each plan reads them all
CODES = {"str": "string_type", "float": "float_type", "tuple[str, ...]": "list_type"}
Noun = TypeVar("Noun", Instrument, Person, "ChartCopy")


@dataclass(frozen=True, kw_only=True)
class ChartCopy:
    """A printed copy of a chart that a register names."""

    id: str
    """By which plans name it."""

    file: str
    """Its file (``chart --copy``), a path from the register's folder."""


@dataclass(frozen=True, kw_only=True)
class Register:
    """What a register holds, by the ids or names by which plans refer to it."""

    folder: Path
    """Where it lies: paths of copies count from there."""

    instruments: Mapping[str, Instrument]
    """By id."""

    people: Mapping[str, Person]
    """By name."""

    copies: Mapping[str, str]
    """Path of each printed copy, by its id."""


def place(folder: Path, name: str, where: str = "") -> Path:
    """Return the path of a register that a plan in ``folder`` names.

    It lies in the plan's folder or below, or directly in a folder above it: ``../register.toml``.
    Raises PlanError.
    """
    upward, rest = _upward(name)
    if upward and len(PurePosixPath(rest).parts) != 1:
        what = tr("{file} lies neither in the plan's folder nor in one above it", file=name)
        usual = f"{where.rpartition(' ')[2]}.toml"  # by the field that names it
        named = PurePosixPath(rest).name or usual
        hint = tr("Put it there, for instance as ../{name}", name=named)
        raise PlanError(what, where=where, hint=hint)
    return paths.inside(folder / upward, rest, folder=tr("that folder"), where=where)


def copy_place(folder: Path, register: str, name: str, where: str) -> Path:
    """Return the path of a printed copy: in the plan's folder, or in that of the plan's register.

    Raises PlanError where it lies elsewhere.
    """
    upward, rest = _upward(name)
    if register and upward and upward == _upward(register)[0]:
        root, said = folder / upward, tr("the register's folder")
        return paths.inside(root, rest, folder=said, where=where)
    return paths.inside(folder, name, folder=tr("the plan's folder"), where=where)


def _upward(name: str) -> tuple[str, str]:
    """Split a path into its leading steps up and the rest."""
    parts = PurePosixPath(name).parts
    steps = next((at for at, part in enumerate(parts) if part != UP), len(parts))
    return "/".join(parts[:steps]), "/".join(parts[steps:])


def read(path: Path) -> Register:
    """Read a register.

    Raises PlanError naming file and entry: not readable, no TOML, an unknown, missing or wrong
    field, two entries of one id, a copy's file that lies outside its folder or is not there.
    """
    content = strict_toml.load(path)
    tables = {"instruments": Instrument, "people": Person, "chart_copies": ChartCopy}
    for name in content.keys() - tables.keys():
        raise _wrong(f"{path}: {name}", _guessed(tr("unknown field"), name, tables))
    copies = _entries(path, content, "chart_copies", ChartCopy)
    for copy in copies.values():
        _require_copy(path, copy)
    return Register(
        folder=path.parent,
        instruments=_entries(path, content, "instruments", Instrument),
        people=_entries(path, content, "people", Person),
        copies={name: copy.file for name, copy in copies.items()},
    )


def _require_copy(path: Path, copy: ChartCopy) -> None:
    where = tr("{file}: chart copy {id}", file=path, id=copy.id)
    file = paths.inside(path.parent, copy.file, folder=tr("the register's folder"), where=where)
    if not file.is_file():
        beside = [other.name for other in file.parent.glob("*.toml")]
        what = tr("there is no file {file}", file=copy.file)
        raise _wrong(where, _guessed(what, file.name, beside))


def _entries(
    path: Path, content: Mapping[str, object], table: str, noun: type[Noun]
) -> dict[str, Noun]:
    """Read the entries of a table by their ids."""
    held = content.get(table, [])
    if not isinstance(held, list):
        raise _wrong(f"{path}: {table}", wrong_field.sentence({"type": "list_type", "input": held}))
    if len(held) > MOST_ENTRIES:
        what = tr("{count} entries; {most} at most", count=len(held), most=MOST_ENTRIES)
        raise _wrong(f"{path}: {table}", what)
    found: dict[str, Noun] = {}
    known = {field.name: str(field.type) for field in fields(noun)}
    required = [field.name for field in fields(noun) if field.default is MISSING]
    for number, entry in enumerate(held):
        where = f"{path}: {table}.{number}"
        made = noun(**_entry(entry, known, required, where))
        name = made.name if isinstance(made, Person) else made.id
        if not name.strip():
            raise _wrong(where, tr("has no id"))
        if name in found:
            raise _wrong(where, tr("{id!r} is entered twice", id=name))
        found[name] = made
    return found


def _entry(
    entry: object, known: Mapping[str, str], required: Iterable[str], where: str
) -> dict[str, Any]:
    """Return the fields of an entry, each of its known type."""
    if not isinstance(entry, dict):
        raise _wrong(where, wrong_field.sentence({"type": "dict_type", "input": entry}))
    for name in entry.keys() - known.keys():
        raise _wrong(f"{where}.{name}", _guessed(tr("unknown field"), name, known))
    for name in required:
        if name not in entry:
            raise _wrong(f"{where}.{name}", wrong_field.sentence({"type": "missing"}))
    return {name: _value(held, known[name], f"{where}.{name}") for name, held in entry.items()}


def _value(held: object, kind: str, where: str) -> object:
    """Return the value of a field, of the type that the noun asks."""
    plain = kind.removesuffix(" | None")
    if plain == "str" and isinstance(held, str):
        return held
    if plain == "float" and isinstance(held, int | float) and not isinstance(held, bool):
        return float(held)
    if plain.startswith("tuple") and isinstance(held, list):
        return tuple(_value(part, "str", where) for part in held)
    raise _wrong(where, wrong_field.sentence({"type": CODES[plain], "input": held}))


def unknown(name: object, known: Iterable[str], where: str) -> PlanError:
    """Make the error for an id that a register does not hold, with what was perhaps meant."""
    what = tr("the register has no entry {id!r}", id=name)
    return _wrong(where, _guessed(what, str(name), known))


def like(name: str, known: Iterable[str]) -> Iterator[str]:
    """Yield the known id that a misspelt one resembles."""
    yield from difflib.get_close_matches(name, [*known], n=1, cutoff=0.75)


def _guessed(what: str, name: str, known: Iterable[str]) -> str:
    for guess in like(name, known):
        return tr("{what} (did you mean {guess!r}?)", what=what, guess=guess)
    return what


def _wrong(where: str, what: str) -> PlanError:
    hint = tr("Correct the register; docs/people.md describes it")
    return PlanError(what, where=where, hint=hint)
