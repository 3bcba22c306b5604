"""A pack: one standard as data, read from TOML; an error names file, clause and field.

The shipped packs are in ``packs/``; an institute's own pack is named by its path. A number is given
only in the pack of the standard that states it; another pack *borrows* it (``borrows =
"gb_50198_1994#resolution-colour"``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance.checks import pack_dates, pack_folder, pack_sentences
from acceptance.checks.pack_changes import traced
from acceptance.checks.pack_confirmation import confirm, settle, today
from acceptance.checks.pack_conflicts import bearing_on
from acceptance.checks.pack_consistency import complaints
from acceptance.checks.pack_overlay import KEYS, extend
from acceptance.checks.pack_tables import Raw, place, refusal, tables
from acceptance.errors import PackError
from acceptance.files import first_error, paths, regular, strict_toml, wrong_field
from acceptance.messages import tr
from acceptance.model import Pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.checks.pack_folder import PackFolder

MOST_IN_A_CHAIN = 8  # packs of which each extends the next
FOLDER = Path(__file__).parent / "packs"
# What a borrower takes over unless it states another; number and origin it always takes over.
BORROWED_ALWAYS = ("limit", "figure")
BORROWED = (
    "text", "text_en", "how", "below", "quantity", "region", "direction", "statistic", "combine",
    "path", "conditions", "only_with", "compare", "minimum_duration", "minimum_raters", "scale",
    "evidence", "sampling",
)  # fmt: skip
# A tuple, as pydantic takes a configuration for nested data classes, not for the outermost one.
_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False, defer_build=True)
_ADAPTER = TypeAdapter(tuple[Pack], config=_STRICT)


def names(folder: Path | None = None) -> tuple[str, ...]:
    """Names of the shipped packs, sorted."""
    return tuple(sorted(path.stem for path in (folder or FOLDER).glob("*.toml")))


def load(name_or_path: str, quantities: Mapping[str, str], *, folder: Path | None = None) -> Pack:
    """Load a shipped pack by name, or one's own by a path that ends in ``.toml``.

    ``quantities`` maps each quantity that the toolkit measures to its unit. Raises PackError, which
    names file, clause and field: unknown pack, broken TOML, unknown field, wrong type, wrong unit,
    limit without provenance, ``borrows`` or ``sampling`` that does not resolve, duplicate, unknown
    clause, ambiguous pairing.
    """
    return load_all([name_or_path], quantities, folder=folder)[0]


@lru_cache(maxsize=128)
def _loaded(name: str, units: tuple[tuple[str, str], ...], held: PackFolder) -> Pack:
    """Load a pack once while what it depends on stays the same.

    Raises PackError where it does not even while it is read: other folders have the same files.
    """
    pack = _load(name, dict(units), held.folder)
    if pack_folder.look(held.folder, FOLDER) != held:
        raise PackError(tr("was changed while it was read"), where=name)
    return pack


def _load(name_or_path: str, quantities: Mapping[str, str], folder: Path | None) -> Pack:
    path = file_of(name_or_path, folder)
    raw = _raw(path, folder)
    # Loaded before this pack is checked, so that an error of the base names the base.
    base = base_of(name_or_path, quantities, folder=folder)
    pack = _parse(_whole(raw, path, folder), path)
    for complaint in complaints(pack, quantities):
        raise refusal(path, *complaint)
    return traced(pack, base) if base else pack


def _whole(raw: Raw, path: Path, folder: Path | None) -> Raw:
    """Fill in what a pack borrows, and what was confirmed of it."""
    shelf = _Shelf(raw, folder)
    raw["requirements"] = [
        _settled(table, path, shelf) for table in tables(raw, "requirements", path)
    ]
    samplings = (*_samplings(raw, path), *_others_samplings(path, shelf))
    raw["samplings"] = [settle(table) for table in samplings]
    if isinstance(raw.get("scoring"), dict):
        raw["scoring"] = settle(raw["scoring"])
    raw["conflicts"] = bearing_on(raw, folder or FOLDER)
    return raw


def base_of(
    name_or_path: str, quantities: Mapping[str, str], *, folder: Path | None = None
) -> Pack | None:
    """Load the pack that a pack extends; None where it extends none. Raises PackError."""
    path = file_of(name_or_path, folder)
    raw = _read(path)
    if "extends" not in raw:
        return None
    return load(str(_base(raw, path, folder)), quantities, folder=folder)


def load_all(
    wanted: Sequence[str], quantities: Mapping[str, str], *, folder: Path | None = None
) -> tuple[Pack, ...]:
    """Load several packs; raises PackError also where two of them have the same id."""
    held = pack_folder.look(folder, FOLDER)
    units = tuple(sorted(quantities.items()))
    packs = tuple(
        _loaded(name, units, held)
        if held and (folder or not name.endswith(".toml"))  # which may be built on any file
        else _load(name, quantities, folder)
        for name in wanted
    )
    for identity, times in Counter(pack.id for pack in packs).items():
        if times > 1:
            what = tr("{count} packs have the id {name!r}", count=times, name=identity)
            hint = tr("Give each pack its own id")
            raise PackError(what, where=", ".join(wanted), hint=hint)
    return packs


def file_of(name_or_path: str, folder: Path | None = None) -> Path:
    """Path of the TOML file of a pack; raises PackError where there is none."""
    own = name_or_path.endswith(".toml")
    if own and folder:  # where a session keeps its packs there are no others
        path = _named(name_or_path.rpartition("/")[2].removesuffix(".toml"), folder)
    else:
        path = Path(name_or_path) if own else _named(name_or_path, folder)
    if not _is_there(path):
        hint = tr(
            "Shipped packs: {packs}; name a pack of your own by its path, ending in .toml",
            packs=", ".join(names(folder)),
        )
        raise PackError(tr("there is no such pack"), where=name_or_path, hint=hint)
    return path


def files(name_or_path: str, folder: Path | None = None) -> dict[str, Path]:
    """Every file that a pack is made of, by id. Raises PackError.

    They are its own, those that it extends, and those that any of them borrow from.
    """
    path = file_of(name_or_path, folder)
    raw = _read(path)
    found = {str(raw.get("id")): path}
    lenders = _named_packs(raw, path).intersection(names(folder)) - found.keys()
    below = [str(_base(raw, path, folder))] if "extends" in raw else []
    for name in (*below, *sorted(lenders)):
        found = files(name, folder) | found
    return found


def _named_packs(raw: Raw, path: Path) -> set[str]:
    """Names of the packs whose requirements or samplings the requirements of a pack name."""
    return {
        str(table.get(key, "")).partition("#")[0]
        for table in tables(raw, "requirements", path)
        for key in ("borrows", "sampling", "advised_by")
    }


def profiles(pack: Pack, folder: Path | None = None) -> tuple[str, ...]:
    """Name the other profiles of a pack: its base, and the packs of the folder that extend it."""
    above = [
        name for name in names(folder) if _read(file_of(name, folder)).get("extends") == pack.id
    ]
    return (*pack.extends[:1], *above)


def _read(path: Path) -> Raw:
    """Read a pack's tables, parsed once: every requirement looks up its lender.

    Nobody changes the result.
    """
    return _parsed(_PackFile(regular.read(path, PackError, tr("Check the path")), path))


@dataclass(frozen=True)
class _PackFile:
    """What a file holds, wherever it lies: a session's copy of a pack is parsed already."""

    text: bytes
    path: Path = field(compare=False)  # for errors, which are not kept


@lru_cache(maxsize=128)
def _parsed(file: _PackFile) -> Raw:
    path, raw = file.path, strict_toml.loads(file.text, str(file.path), kind=PackError)
    for kind in KEYS:
        tables(raw, kind, path)
    if not isinstance(scoring := raw.get("scoring", {}), dict):
        what = wrong_field.sentence({"type": "dataclass_type", "input": scoring})
        raise refusal(path, "", "scoring", what)
    return raw


def _raw(path: Path, folder: Path | None, above: Sequence[Path] = ()) -> Raw:
    """Read the tables of a pack, worked into those of the pack that it extends."""
    raw, latest = _read(path), None if folder else today()
    for key in ("withdrawn", *(() if "extends" in raw else ("withdrawals",))):
        if key in raw:
            raise refusal(path, "", key, tr("unknown field in a pack that extends none"))
    if "extends" in raw:
        lower = _base(raw, path, folder)
        if len(above) + 2 > MOST_IN_A_CHAIN:
            long = tr("a chain of more than {most} packs", most=MOST_IN_A_CHAIN)
            raise refusal(path, "", "extends", long)
        if lower.resolve() in {one.resolve() for one in (*above, path)}:
            raise refusal(path, "", "extends", tr("circular: a pack cannot extend itself"))
        base = _raw(lower, folder, (*above, path))
        shelf = _Shelf(base, folder)
        raw = extend(raw, base, path, latest, lambda table: _borrow(table, lower, shelf))
    return {"extends": (), **confirm(raw, path, latest)}


def _base(raw: Raw, path: Path, folder: Path | None) -> Path:
    """Path of the pack that is extended: shipped, or named relative to the file."""
    name = raw["extends"]
    if not isinstance(name, str):
        no_name = tr("must be the name of a shipped pack, or a path that ends in .toml")
        raise refusal(path, "", "extends", no_name)
    found = _path_of_base(name, path, folder)
    if not found.exists():
        missing = tr(
            "there is no pack {name!r}; shipped packs: {packs}; name any other by its path",
            name=name, packs=", ".join(names(folder)),
        )  # fmt: skip
        raise refusal(path, "", "extends", missing)
    _check_file_name(found, name, path)
    return found


def _path_of_base(name: str, path: Path, folder: Path | None) -> Path:
    """Where the base named by the pack at ``path`` is.

    The packs that a session keeps are all in one folder.
    """
    if name.endswith(".toml"):
        shelf, below = (folder, name.rpartition("/")[2]) if folder else (path.parent, name)
        within, where = tr("the pack's folder"), tr("{pack}: extends", pack=path)
        return paths.inside(shelf, below, folder=within, where=where, kind=PackError)
    return _named(name, folder)


def _named(name: str, folder: Path | None) -> Path:
    within = tr("the folder of packs")
    return paths.inside(folder or FOLDER, f"{name}.toml", folder=within, kind=PackError)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        return False


def _check_file_name(found: Path, name: str, path: Path) -> None:
    if _read(found).get("id") != found.stem:
        misnamed = tr(
            "{name!r} has an id that differs from its file name; name the file after its id, "
            "under which sessions keep it",
            name=name,
        )
        raise refusal(path, "", "extends", misnamed)


@dataclass(frozen=True)
class _Shelf:
    """The tables of a pack that is being read, and of those around it, each read once."""

    raw: Raw
    folder: Path | None
    read: dict[str, Raw] = field(default_factory=dict)

    def home(self, name: str) -> Raw:
        """Return the tables of a pack by its id, which may be the one that is being read."""
        if name == self.raw.get("id"):
            return self.raw
        if name not in self.read:
            self.read[name] = _raw(file_of(name, self.folder), self.folder)
        return self.read[name]


def _settled(table: Raw, path: Path, shelf: _Shelf) -> Raw:
    """Fill in loans and confirmations of a requirement, its source's dates and what is advised."""
    settled = settle(_borrow(table, path, shelf))
    lender = str(settled.get("borrows", shelf.raw.get("id"))).partition("#")[0]
    settled |= pack_dates.validity(settled, shelf.home(lender))
    if "advised_by" not in settled:
        return settled
    loan = str(settled["advised_by"])
    stricter = _lender(loan, loan, shelf)
    if isinstance(stricter, str):
        raise refusal(path, place(settled), "advised_by", stricter)
    if "limit" not in stricter:
        raise refusal(path, place(settled), "advised_by", tr("{loan!r} has no limit", loan=loan))
    return settled | pack_dates.advice(stricter, shelf.home(loan.partition("#")[0]))


def _borrow(requirement: Raw, path: Path, shelf: _Shelf) -> Raw:
    """Fill in what the requirement takes over from the pack that states the number.

    In the pack that states it, the provenance of the figure is also that of its place, unless the
    pack states another.
    """
    if "borrows" not in requirement:
        figure = {"assignment": requirement["figure"]} if "figure" in requirement else {}
        return figure | requirement
    for key in (key for key in BORROWED_ALWAYS if key in requirement):
        twice = tr("is both given and borrowed; a number belongs in one pack only")
        raise refusal(path, place(requirement), key, twice)
    loan = str(requirement["borrows"])
    lender = _lender(loan, loan, shelf)
    if isinstance(lender, str):
        raise refusal(path, place(requirement), "borrows", lender)
    return _lent(lender, loan) | requirement


def _lent(lender: Raw, loan: str) -> Raw:
    """Return what a requirement lends; a sampling of its own pack under that pack's name."""
    taken = {key: lender[key] for key in (*BORROWED_ALWAYS, *BORROWED) if key in lender}
    if "#" not in taken.get("sampling", "#"):
        taken["sampling"] = f"{loan.partition('#')[0]}#{taken['sampling']}"
    return taken


def _samplings(raw: Raw, path: Path) -> list[Raw]:
    """Return the pack's own samplings; an id with ``#`` would be another pack's."""
    own = tables(raw, "samplings", path)
    for table in own:
        if "#" in str(table.get("id", "")):
            foreign = tr("must not contain '#'; another pack's sampling cannot be copied")
            raise refusal(path, place(table, "sampling"), "id", foreign)
    return own


def _others_samplings(path: Path, shelf: _Shelf) -> Iterator[Raw]:
    """Yield the samplings of other packs that requirements name, each under ``pack#id``.

    Raises PackError.
    """
    raw, requirements = shelf.raw, shelf.raw["requirements"]
    wanted = {str(table["sampling"]): table for table in requirements if table.get("sampling")}
    for name, requirement in wanted.items():
        full = name if "#" in name else f"{raw.get('id')}#{name}"
        found = _lender(name, full, shelf, "sampling")
        if isinstance(found, str):
            raise refusal(path, place(requirement), "sampling", found)
        if not full.startswith(f"{raw.get('id')}#"):
            yield found | {"id": full}


def _lender(loan: str, reference: str, shelf: _Shelf, kind: str = "requirement") -> Raw | str:
    """Return the requirement or sampling that ``reference`` (``pack#id``) names, or why it cannot.

    ``loan`` is the reference as the pack writes it.
    """
    name, _, identity = reference.partition("#")
    if name != shelf.raw.get("id") and name not in names(shelf.folder):
        return tr("{loan!r} does not resolve: there is no pack {pack!r}", loan=loan, pack=name)
    other = shelf.home(name)
    found = [table for table in other.get(f"{kind}s", ()) if table.get("id") == identity]
    if not found:
        return pack_sentences.unresolved(kind, loan, identity, name)
    if "borrows" in found[0]:
        return tr("{loan!r} is itself borrowed; name the pack that states the number", loan=loan)
    return settle(found[0])


def _parse(raw: Raw, path: Path) -> Pack:
    try:
        return first_error.check(_ADAPTER, (raw,))[0]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        at, where = [*first["loc"][1:]], ""
        if len(at) > 1 and isinstance(at[1], int):
            where = place(raw[str(at[0])][at[1]], str(at[0]).removesuffix("s"))
            at = at[2:]
        what = wrong_field.sentence(first)
        raise refusal(path, where, ".".join(map(str, at)), what) from error
