"""A pack: one standard as data, read from TOML and refused with file, clause and field when it is wrong.

The shipped packs lie in ``packs/``; an institute's own pack is named by its path. A number stands
only in the pack of the standard that states it; another pack *borrows* it (``borrows =
"gb_50198_1994#resolution-colour"``).
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance.checks import sampling
from acceptance.checks.decision import span
from acceptance.checks.pack_changes import traced
from acceptance.checks.pack_confirmation import confirm, settle, today
from acceptance.checks.pack_conflicts import bearing_on
from acceptance.checks.pack_overlay import extend
from acceptance.checks.pack_tables import Raw, place, refusal, tables
from acceptance.errors import PackError
from acceptance.model import Combine, Compare, How, Pack, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

FOLDER = Path(__file__).parent / "packs"
# What a borrower takes over unless it says otherwise; the number and its origin it takes over
# always.
BORROWED_ALWAYS = ("limit", "figure")
BORROWED = (
    "text", "text_en", "how", "quantity", "region", "direction", "statistic", "combine", "path", "conditions",
    "only_with", "compare", "minimum_duration", "minimum_raters", "scale", "evidence", "sampling",
)  # fmt: skip
# The tuple is there because pydantic takes a configuration for nested data classes, not for the
# outermost one.
_ADAPTER = TypeAdapter(tuple[Pack], config=ConfigDict(extra="forbid", allow_inf_nan=False))


def names(folder: Path | None = None) -> tuple[str, ...]:
    """Names of the shipped packs, sorted."""
    return tuple(sorted(path.stem for path in (folder or FOLDER).glob("*.toml")))


def load(name_or_path: str, quantities: Mapping[str, str], *, folder: Path | None = None) -> Pack:
    """Load a shipped pack by name, or one's own by a path that ends in ``.toml``.

    ``quantities`` maps each quantity that the toolkit measures to its unit. Raises PackError, which
    names file, clause and field: unknown pack, broken TOML, unknown key, wrong type, wrong unit,
    limit without provenance, ``borrows`` or ``sampling`` that does not resolve, duplicate, unknown
    clause, ambiguous pairing.
    """
    path = file_of(name_or_path, folder)
    raw = _raw(path, folder)
    below = base_of(name_or_path, quantities, folder=folder)  # what is wrong there is told there
    raw["requirements"] = [
        settle(_borrow(one, path, raw, folder)) for one in tables(raw, "requirements", path)
    ]
    raw["samplings"] = [
        settle(one) for one in (*_samplings(raw, path), *_others_samplings(raw, path, folder))
    ]
    if isinstance(raw.get("scoring"), dict):
        raw["scoring"] = settle(raw["scoring"])
    tables(raw, "conflicts", path)
    raw["conflicts"] = bearing_on(raw, folder or FOLDER)
    pack = _parse(raw, path)
    if not re.fullmatch(r"[^\W_][\w.-]*", pack.id):
        raise refusal(
            path, "", "id", f"{pack.id!r} may hold letters, digits, '_', '-' and '.' only"
        )
    for complaint in itertools.chain(
        _duplicates(pack),
        _requirements(pack, quantities),
        _sampled(pack),
        _scored(pack),
        _pairings(pack),
    ):
        raise refusal(path, *complaint)
    return traced(pack, below) if below else pack


def base_of(
    name_or_path: str, quantities: Mapping[str, str], *, folder: Path | None = None
) -> Pack | None:
    """Load the pack that a pack extends; None where it extends none. Raises PackError."""
    path = file_of(name_or_path, folder)
    raw = _read(path)
    return (
        load(str(_base(raw, path, folder)), quantities, folder=folder) if "extends" in raw else None
    )


def load_all(
    wanted: Sequence[str], quantities: Mapping[str, str], *, folder: Path | None = None
) -> tuple[Pack, ...]:
    """Load several packs; raises PackError also where two of them have the same id."""
    packs = tuple(load(one, quantities, folder=folder) for one in wanted)
    for identity, times in Counter(pack.id for pack in packs).items():
        if times > 1:
            raise PackError(
                f"{times} packs have the id {identity!r}",
                where=", ".join(wanted),
                hint="Give each its own id",
            )
    return packs


def file_of(name_or_path: str, folder: Path | None = None) -> Path:
    """Path of the TOML file of a pack; raises PackError where there is none."""
    shipped = (folder or FOLDER) / f"{name_or_path}.toml"
    path = Path(name_or_path) if name_or_path.endswith(".toml") else shipped
    if not path.is_file():
        hint = f"Shipped packs: {', '.join(names(folder))}; a pack of your own is named by its path, ending in .toml"
        raise PackError("there is no such pack", where=name_or_path, hint=hint)
    return path


def files(name_or_path: str, folder: Path | None = None) -> dict[str, Path]:
    """Every file that a pack is made of, by id.

    Its own, those that it extends, and those that any of them borrow from.
    Raises PackError.
    """
    path = file_of(name_or_path, folder)
    raw = _read(path)
    found = {str(raw.get("id")): path}
    loans = (
        str(one.get(key, ""))
        for one in tables(raw, "requirements", path)
        for key in ("borrows", "sampling")
    )
    lenders = {
        name for loan in loans if (name := loan.partition("#")[0]) in names(folder)
    } - found.keys()
    below = [str(_base(raw, path, folder))] if "extends" in raw else []
    for name in (*below, *sorted(lenders)):
        found = files(name, folder) | found
    return found


def profiles(one: Pack, folder: Path | None = None) -> tuple[str, ...]:
    """Name the other profiles of a pack.

    The one that it extends, and those of the folder that extend it.
    """
    above = [
        name for name in names(folder) if _read(file_of(name, folder)).get("extends") == one.id
    ]
    return (*one.extends[:1], *above)


def _read(path: Path) -> Raw:
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise PackError(
            f"not readable as TOML: {error}", where=str(path), hint="Correct the file"
        ) from error


@lru_cache(maxsize=128)
def _parsed(text: str) -> Raw:
    """Parse TOML, once: every requirement looks up its lender. Nobody changes what comes out."""
    return tomllib.loads(text)


def _raw(path: Path, folder: Path | None, above: Sequence[Path] = ()) -> Raw:
    """Read the tables of a pack, worked into those of the pack that it extends."""
    raw, latest = _read(path), None if folder else today()
    for key in ("withdrawn", *(() if "extends" in raw else ("withdrawals",))):
        if key in raw:
            raise refusal(path, "", key, "unknown key in a pack that extends none")
    if "extends" in raw:
        lower = _base(raw, path, folder)
        if lower.resolve() in {one.resolve() for one in (*above, path)}:
            raise refusal(
                path, "", "extends", "goes round in a circle: a pack cannot be built on itself"
            )
        base = _raw(lower, folder, (*above, path))
        raw = extend(raw, base, path, latest, lambda one: _borrow(one, lower, base, folder))
    return {"extends": (), **confirm(raw, path, latest)}


def _base(raw: Raw, path: Path, folder: Path | None) -> Path:
    """Path of the pack that is extended: shipped, or named relative to the file.

    Kept packs lie beside each other.
    """
    name = raw["extends"]
    if not isinstance(name, str):
        raise refusal(
            path, "", "extends", "must be the name of a shipped pack, or a path that ends in .toml"
        )
    own = name.endswith(".toml")
    found = (folder or (path.parent if own else FOLDER)) / (Path(name).name if folder else name)
    found = found if own else found.with_name(f"{name}.toml")
    if not found.is_file():
        what = f"there is no pack {name!r}; shipped are {', '.join(names(folder))}, any other is named by its path"
        raise refusal(path, "", "extends", what)
    if _read(found).get("id") != found.stem:
        what = f"{name!r} has another id than its file's name; call the file as its id, as sessions keep it by that"
        raise refusal(path, "", "extends", what)
    return found


def _borrow(requirement: Raw, path: Path, raw: Raw, folder: Path | None) -> Raw:
    """Fill in what the requirement takes over from the pack that states the number.

    In the pack that states it, the provenance of the figure is also that of its place, unless the
    pack says otherwise.
    """
    if "borrows" not in requirement:
        return (
            {"assignment": requirement["figure"]} | requirement
            if "figure" in requirement
            else requirement
        )
    given = [key for key in BORROWED_ALWAYS if key in requirement]
    if given:
        raise refusal(
            path,
            place(requirement),
            given[0],
            "is given and borrowed; a number stands in one pack only",
        )
    lender = _lender(str(requirement["borrows"]), raw, folder)
    if isinstance(lender, str):
        raise refusal(
            path,
            place(requirement),
            "borrows",
            f"{requirement['borrows']!r} does not resolve: {lender}",
        )
    taken = {key: lender[key] for key in (*BORROWED_ALWAYS, *BORROWED) if key in lender}
    if "#" not in taken.get("sampling", "#"):
        taken["sampling"] = f"{str(requirement['borrows']).partition('#')[0]}#{taken['sampling']}"
    return taken | requirement


def _samplings(raw: Raw, path: Path) -> list[Raw]:
    """Return the pack's own samplings; an id with ``#`` would be another pack's."""
    own = tables(raw, "samplings", path)
    for one in own:
        if "#" in str(one.get("id", "")):
            raise refusal(
                path,
                place(one, "sampling"),
                "id",
                "may not hold '#'; another pack's sampling is not copied",
            )
    return own


def _others_samplings(raw: Raw, path: Path, folder: Path | None) -> Iterator[Raw]:
    """Yield the samplings of other packs that requirements name, each under ``pack#id``.

    Raises PackError.
    """
    wanted = {str(one["sampling"]): one for one in raw["requirements"] if one.get("sampling")}
    for name, requirement in wanted.items():
        full = name if "#" in name else f"{raw.get('id')}#{name}"
        found = _lender(full, raw, folder, "sampling")
        if isinstance(found, str):
            raise refusal(
                path, place(requirement), "sampling", f"{name!r} does not resolve: {found}"
            )
        if not full.startswith(f"{raw.get('id')}#"):
            yield found | {"id": full}


def _lender(reference: str, raw: Raw, folder: Path | None, what: str = "requirement") -> Raw | str:
    """Return the requirement or sampling that ``reference`` (``pack#id``) names, or why there is none."""
    name, _, identity = reference.partition("#")
    if name != raw.get("id") and name not in names(folder):
        return f"there is no pack {name!r}"
    other = raw if name == raw.get("id") else _raw(file_of(name, folder), folder)
    found = [one for one in other.get(f"{what}s", ()) if one.get("id") == identity]
    if not found:
        return f"pack {name!r} has no {what} {identity!r}"
    return (
        settle(found[0])
        if "borrows" not in found[0]
        else "it borrows itself; name the pack that states the number"
    )


def _parse(raw: Raw, path: Path) -> Pack:
    try:
        return _ADAPTER.validate_python((raw,))[0]
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        at, message = [*first["loc"][1:]], first["msg"]
        where = ""
        if len(at) > 1 and isinstance(at[1], int):
            where = place(raw[str(at[0])][at[1]], str(at[0]).removesuffix("s"))
            at = at[2:]
        if first["type"] == "unexpected_keyword_argument":
            message = "unknown key"
        raise refusal(path, where, ".".join(map(str, at)), message) from error


Complaint = tuple[str, str, str]


def _duplicates(pack: Pack) -> Iterator[Complaint]:
    yield from (
        ("", "clauses", f"clause {one} is listed twice")
        for one in _twice(c.number for c in pack.clauses)
    )
    yield from (
        ("", "requirements", f"id {one} is given twice")
        for one in _twice(r.id for r in pack.requirements)
    )
    yield from (
        ("", "samplings", f"id {one} is given twice")
        for one in _twice(s.id for s in pack.samplings)
    )


def _twice(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def _requirements(pack: Pack, quantities: Mapping[str, str]) -> Iterator[Complaint]:
    clauses = {clause.number for clause in pack.clauses}
    for one in pack.requirements:
        place = f"clause {one.clause}, requirement {one.id}"
        if one.clause not in clauses:
            yield place, "clause", f"the pack lists no clause {one.clause}"
        checks = (
            _limit(one),
            _rule(one),
            _provenance(one),
            _quantity(one, quantities),
            _method(one),
        )
        yield from ((place, *complaint) for complaint in itertools.chain(*checks))


def _limit(one: Requirement) -> Iterator[tuple[str, str]]:
    if one.limit is None:
        return
    if one.figure is None:
        yield (
            "figure",
            "a limit without provenance; say which standard states it and how well that is known",
        )
    low, high = one.limit.at_least, one.limit.at_most
    if low is None and high is None:
        yield "limit", "needs at_least, at_most or both"
        return
    if low is not None and high is not None and low > high:
        yield "limit", f"at_least {low:g} lies above at_most {high:g}"
    if one.decision_rule.share is not None and span(one.limit) == 0:
        yield "decision_rule.share", "a share of a limit (or tolerance) of 0 means nothing"


def _rule(one: Requirement) -> Iterator[tuple[str, str]]:
    """Complain of a guard band that reaches beyond the limit, and so passes what fails."""
    rule = one.decision_rule
    if rule.guard < 0:
        yield (
            "decision_rule.guard",
            f"a guard band is 0 or wider, in units of U, not {rule.guard:g}",
        )
    if rule.share is not None and rule.share <= 0:
        yield "decision_rule.share", f"the largest U over the limit is above 0, not {rule.share:g}"


def _provenance(one: Requirement) -> Iterator[tuple[str, str]]:
    for name, provenance in (("figure", one.figure), ("assignment", one.assignment)):
        if provenance is not None and not provenance.source:
            yield f"{name}.source", "a provenance must name its source"
        if provenance is not None and bool(provenance.confirmed_by) != bool(
            provenance.confirmed_on
        ):
            yield (
                f"{name}.confirmed_by",
                "a confirmation needs both who (confirmed_by) and when (confirmed_on)",
            )


def _quantity(one: Requirement, quantities: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Compare units where the toolkit measures the quantity.

    One that it does not measure yet is allowed.
    """
    if one.how is How.MEASURED and not one.quantity:
        yield "quantity", "what is measured needs a quantity"
    unit = quantities.get(one.quantity)
    if (
        one.how is How.MEASURED
        and one.limit is not None
        and unit is not None
        and one.limit.unit != unit
    ):
        yield "limit.unit", f"{one.quantity} is measured in {unit!r}, not in {one.limit.unit!r}"


def _method(one: Requirement) -> Iterator[tuple[str, str]]:
    if one.minimum_duration is not None and one.minimum_duration <= 0:
        yield "minimum_duration", "must be more than 0 seconds"
    if one.minimum_raters is not None and one.minimum_raters < 1:
        yield "minimum_raters", f"at least 1 rater, not {one.minimum_raters}"
    if one.how is How.RATED and one.limit is None:
        yield "limit", "what is rated needs the lowest score that passes"
    if one.compare is Compare.COUNT and (
        one.how is not How.MEASURED or one.combine is not Combine.WORST
    ):
        yield "compare", "only what is measured and combined to the worst can be judged as a count"


def _sampled(pack: Pack) -> Iterator[Complaint]:
    for one in pack.samplings:
        yield from (
            (f"clause {one.clause}, sampling {one.id}", *what) for what in sampling.complaints(one)
        )


def _scored(pack: Pack) -> Iterator[Complaint]:
    """Complain of a weight or threshold that is no share, and of a basic pass above a pass."""
    one = pack.scoring
    if one is None:
        return
    for name in ("basic_weight", "pass_from", "basic_from"):
        if not 0 <= (share := getattr(one, name)) <= 1:
            yield "scoring", name, f"is from 0 to 1, not {share:g}"
    if one.basic_from > one.pass_from:
        yield "scoring", "basic_from", f"{one.basic_from:g} lies above pass_from {one.pass_from:g}"


def _pairings(pack: Pack) -> Iterator[Complaint]:
    """Complain where two requirements of a clause and modality would judge the same measurement of the same subject."""
    measured = [one for one in pack.requirements if one.how is How.MEASURED]
    for one, other in itertools.combinations(measured, 2):
        if _key(one) == _key(other) and _overlap(one, other):
            what = f"pairs with the same measurements as requirement {other.id}; tell them apart by when, taps or path"
            yield (
                f"clause {one.clause}, requirement {one.id}",
                "quantity",
                f"ambiguous: {one.quantity} {what}",
            )


def _key(one: Requirement) -> tuple[str, ...]:
    return one.clause, one.quantity, one.region, one.direction, one.statistic, one.modality


def _overlap(one: Requirement, other: Requirement) -> bool:
    facts = all(other.when.get(name, value) == value for name, value in one.when.items())
    kinds = not one.subjects or not other.subjects or bool(set(one.subjects) & set(other.subjects))
    taps = not one.taps or not other.taps or bool(set(one.taps) & set(other.taps))
    paths = one.path is None or other.path is None or one.path is other.path
    return facts and kinds and taps and paths
